"""Put lines of Hebrew and Arabic together that a reader took apart, and their punctuation where it belongs."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple, Protocol

_ZERO = "\u200b"
_LEAST = 0.01  # points: no letter is lower
_OPENING, _CLOSING = "([{", ")]}"
_STOPS = frozenset(".,:;!?\u060c\u061b\u061f")


class Page(Protocol):
    """What is asked about the characters of a page."""

    def spot(self, index: int) -> tuple[float, float, float, float]:
        """Return left and right edge and the origin of a character."""

    def size(self, index: int) -> float:
        """Return the size of a character."""


class Run(NamedTuple):
    """Characters that follow one another without a gap, and their edges."""

    places: list[int]
    left: float
    right: float


def in_reading_direction(page: Page, text: list[str], order: list[int]) -> tuple[list[str], list[int]]:
    """Return the characters with the runs of each line from right to left, and stops after their numbers."""
    places: list[int] = []
    for line in _lines(page, text, order):
        places += _sorted_line(page, text, order, line)
    text, order = [text[place] for place in places], [order[place] for place in places]
    _stops_last(text, order)
    _turn_brackets(text)
    return text, order


def _lines(page: Page, text: list[str], order: list[int]) -> list[list[int]]:
    """Return the places of the characters of each line, breaks and spaces with what is before them."""
    lines: list[list[int]] = []
    level, size = 0.0, 0.0
    for at, char in enumerate(text):
        if lines and _is_nothing(char):
            lines[-1].append(at)
            continue
        y = page.spot(order[at])[3]
        if not lines or abs(y - level) > 0.45 * size:
            lines.append([])
            size = page.size(order[at])
            level = y
        lines[-1].append(at)
    return lines


def _sorted_line(page: Page, text: list[str], order: list[int], line: list[int]) -> list[int]:
    runs = _runs(page, text, order, line)
    rights = [run.right for run in runs]
    if len(runs) < 2 or rights == sorted(rights, reverse=True):
        return line
    if not any(unicodedata.bidirectional(text[place]) in ("R", "AL") for place in line):
        return line
    result: list[int] = []
    ends: list[int] = []
    for run in sorted(runs, key=lambda run: -run.right):
        for place in run.places:
            if text[place] == "\n":
                ends.append(place)
            else:
                # One line now: what ended its parts divides words.
                text[place] = " " if text[place] == "\r" else text[place]
                result.append(place)
    for place in ends[1:]:
        text[place] = _ZERO
    return [*result, *ends[1:], *ends[:1]]


def _runs(page: Page, text: list[str], order: list[int], line: list[int]) -> list[Run]:
    runs: list[Run] = []
    for unit in _units(text, line):
        seen = [page.spot(order[place]) for place in unit if not _is_nothing(text[place])]
        if not seen:
            if runs:
                runs[-1].places.extend(unit)
            else:
                runs.append(Run(unit, 0.0, 0.0))
            continue
        left, right = min(spot[0] for spot in seen), max(spot[1] for spot in seen)
        if runs and (not runs[-1].right or _touch(runs[-1], left, right, page, order[unit[0]])):
            last = runs.pop()
            edges = (min(left, last.left), max(right, last.right)) if last.right else (left, right)
            last.places.extend(unit)
            runs.append(Run(last.places, *edges))
        else:
            runs.append(Run(unit, left, right))
    return runs


def _touch(run: Run, left: float, right: float, page: Page, index: int) -> bool:
    """Return whether a run and what lies between two edges are nearer to one another than a character is high."""
    apart = max(left - run.right, run.left - right)
    return apart < _LEAST or apart < page.size(index)


@lru_cache(4096)
def _is_nothing(char: str) -> bool:
    return char.isspace() or char == _ZERO or unicodedata.category(char) == "Mn"


def _units(text: list[str], line: list[int]) -> list[list[int]]:
    """Return the places in groups: words and numbers that are read to the right, every other character alone."""
    units: list[list[int]] = []
    rightwards = False
    for place in line:
        way = unicodedata.bidirectional(text[place])
        if rightwards and way in ("L", "EN", "AN", "ES", "CS", "ET"):
            units[-1].append(place)
        else:
            units.append([place])
            rightwards = way in ("L", "EN", "AN")
    return units


def _stops_last(text: list[str], order: list[int]) -> None:
    """Move a stop that stands before a number, where drawing put it, behind that number."""
    at = 0
    while at + 1 < len(text):
        if text[at] in _STOPS and text[at + 1].isdigit() and not (at and text[at - 1].isdigit()):
            end = at + 1
            while end < len(text) and (text[end].isdigit() or _divides(text, end)):
                end += 1
            text[at:end] = [*text[at + 1 : end], text[at]]
            order[at:end] = [*order[at + 1 : end], order[at]]
            at = end
        at += 1


def _divides(text: list[str], at: int) -> bool:
    return text[at] in ".,:/" and at + 1 < len(text) and text[at + 1].isdigit()


def _turn_brackets(text: list[str]) -> None:
    """Turn brackets that look the wrong way: one opens after a space, and closes before one."""
    for at, char in enumerate(text):
        kind = max(_OPENING.find(char), _CLOSING.find(char))
        if kind < 0:
            continue
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        free_before, free_after = before.isspace(), after.isspace() or after in _STOPS
        if free_before and not free_after:
            text[at] = _OPENING[kind]
        elif free_after and not free_before:
            text[at] = _CLOSING[kind]
