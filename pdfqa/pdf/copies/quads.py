"""Where quotes stand, in the coordinates in which a PDF has its annotations."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import NamedTuple

from pdfqa.pdf.copies.requests import Original
from pdfqa.pdf.geometry import turn_back
from pdfqa.pdf.quotes import find
from pdfqa.pdf.readers import open_file
from pdfqa.types import Box

_WINDOW = (180.0, 100.0)  # points: the window of a comment
_ABOVE = 24.0  # points that a viewer shows above a quote that it jumps to

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


class Spot(NamedTuple):
    """The corners of each rectangle of a quote (as shown: upper left, upper right, lower left, lower right).

    `top` is the place that a viewer is to jump to, `window` the room for a comment at the right edge of the page beside
    the quote: left, bottom, right, top; None where the quote was not found.
    """

    quads: list[Quad]
    top: Point | None = None
    window: tuple[float, float, float, float] | None = None


def spots(original: Original, password: str | None) -> list[Spot]:
    """Return where each quote of an original stands; without rectangles those that are not found."""
    file, _ = open_file(os.fsdecode(original.path), password)
    found: list[Spot] = [Spot([])] * len(original.marks)
    if file is None:
        return found
    with file:
        for page in {mark.page for mark in original.marks}:
            with contextlib.ExitStack() as stack:
                if not 1 <= page <= file.pages:
                    continue
                characters = stack.enter_context(file.characters(page))
                for at, mark in enumerate(original.marks):
                    if mark.page == page:
                        boxes = find(characters, mark.quote, mark.start, mark.places)
                        found[at] = _spot(boxes, *characters.frame) if boxes else Spot([])
    return found


def _spot(boxes: Sequence[Box], turns: int, bounds: tuple[float, float, float, float]) -> Spot:
    def back(x: float, y: float) -> Point:
        across, up = turn_back(x, y, turns, bounds)
        return round(across, 2), round(up, 2)

    quads = [(back(box.x0, box.y1), back(box.x1, box.y1), back(box.x0, box.y0), back(box.x1, box.y0)) for box in boxes]
    left, bottom, right, top = bounds
    width, height = (top - bottom, right - left) if turns % 2 else (right - left, top - bottom)
    upper = max(box.y1 for box in boxes)
    low, left = max(upper - _WINDOW[1], 0.0), max(width - _WINDOW[0], 0.0)
    (x0, y0), (x1, y1) = back(left, low), back(width, low + _WINDOW[1])
    window = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return Spot(quads, back(0.0, min(upper + _ABOVE, height)), window)


def around(quads: Sequence[Quad]) -> tuple[float, float, float, float]:
    """Return the rectangle around some others."""
    across = [x for quad in quads for x, _ in quad]
    up = [y for quad in quads for _, y in quad]
    return min(across), min(up), max(across), max(up)
