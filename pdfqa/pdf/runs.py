"""Put the letters of a quote together to rectangles, one for each line, whichever way the lines run. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pdfqa.pdf.geometry import Bounds

_SAME = 0.5  # of the lower of two letters is beside the other: they are on one line


class Letter(NamedTuple):
    """A letter: the rectangle of its ink, that from its font's descent to its ascent; if its line runs up."""

    ink: Bounds
    room: Bounds
    upright: bool


class Run(NamedTuple):
    """Letters of one line: the rectangle around them, and whether the line runs up or down."""

    box: Bounds
    upright: bool


def runs_of(letters: Iterable[Letter]) -> list[Run]:
    """Return the lines of letters that follow one another."""
    runs: list[Run] = []
    room: Bounds = (0.0, 0.0, 0.0, 0.0)
    for letter in letters:
        if runs and runs[-1].upright == letter.upright and _beside(room, letter.room, letter.upright):
            runs[-1] = Run(around(runs[-1].box, letter.ink), letter.upright)
            room = around(room, letter.room)
        else:
            runs.append(Run(letter.ink, letter.upright))
            room = letter.room
    return runs


def _beside(one: Bounds, other: Bounds, upright: bool) -> bool:
    low, high = (0, 2) if upright else (1, 3)
    shared = min(one[high], other[high]) - max(one[low], other[low])
    return shared > _SAME * min(one[high] - one[low], other[high] - other[low])


def around(one: Bounds, other: Bounds) -> Bounds:
    """Return the rectangle around two others."""
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
