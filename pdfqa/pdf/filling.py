"""Put the values of form fields among the lines of a page, each beside its printed label. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pdfqa.pdf.fields import MARK, Field
from pdfqa.pdf.geometry import Bounds
from pdfqa.pdf.lines import Line, Word

_LEAD = 1.2
_WIDTH = 0.45  # of the size, for a letter
_USUAL = 10.0  # points: the size of type where no label tells it
_FAR = 320.0  # points that a value may be right of its label
_NEAR = 60.0
_BESIDE = 24.0  # points that a label may be right of its box
_GLUE = 0.2  # sizes between a label and its value
_LABEL, _SHORT = 60, 20  # characters of a label that ends in a colon, and of any
_NEW_WORDS = 2  # that a field's name must add to its printed label, to be worth telling
_WORD = re.compile(r"\w{3,}")
_RULE = re.compile(r"(?:\s?[._…])+$")
_CLOSING = frozenset(".,;:)]!?…")
_REST = re.compile(r"^[\s_…]+")


class Spot(NamedTuple):
    """Where a field stands: its box in the coordinates of the lines, and the rectangle as shown."""

    box: Bounds
    shown: Bounds


def fill(
    lines: list[Line], fields: Sequence[tuple[Field, Spot]], split: Callable[[Line, Bounds], tuple[str, str]]
) -> list[Field]:
    """Put values among the lines, in place; return the fields that still have something to be told by themselves.

    Args:
        lines: The lines of the page.
        fields: What was filled in.
        split: Returns what of a line stands left and right of a box that lies over it.
    """
    left: list[Field] = []
    for field, spot in sorted(fields, key=_downwards):
        label = _put(lines, field, spot, split)
        if label is None or _adds(field.label, label):
            left.append(field)
    return left


def _downwards(item: tuple[Field, Spot]) -> tuple[float, float]:
    left, bottom, _, top = item[1].box
    return -round((bottom + top) / 2 / 4), left


def _adds(name: str, label: str) -> bool:
    """Return whether a field's name says more than the label printed beside it."""
    words = set(_WORD.findall(name.casefold())) - set(_WORD.findall(label.casefold()))
    return len(words) >= _NEW_WORDS


def _put(lines: list[Line], field: Field, spot: Spot, split: Callable[[Line, Bounds], tuple[str, str]]) -> str | None:
    """Put a value among the lines and return the label it stands beside, if there is one."""
    _part(lines, spot.box, split)
    row = [(at, line) for at, line in enumerate(lines) if _in_row(line, spot.box)]
    before = max(((at, line) for at, line in row if line.x1 <= spot.box[0] + 2), key=_end, default=None)
    after = min(((at, line) for at, line in row if line.x0 >= spot.box[2] - 2), key=_start, default=None)
    if field.mark:
        return _tick(lines, spot, before, after)
    above = _above(lines, spot.box)
    if field.title:
        before = before if before and _is_label(before[1].text) else None
        above = above if above and _is_label(above[1].text) else None
    if before and (above is None or spot.box[0] - before[1].x1 < _NEAR):
        if spot.box[0] - before[1].x1 > _FAR:
            return None
        _insert(lines, before[0] + 1, field.value, spot, (before[1].x1, before[1].y, before[1].size))
        return before[1].text
    if above:
        at, line = _cell_over(lines, above[0], spot.box)
        if spot.box[0] - line.size < line.x0 and line.x1 < spot.box[2]:  # the label of this alone
            _insert(lines, at + 1, field.value, spot, (line.x1, line.y, line.size))
            return line.text
        while at + 1 < len(lines) and lines[at + 1].words:  # values of other fields under the same line
            at += 1
        _insert(lines, at + 1, field.value, spot, (spot.box[0], line.y - _LEAD * line.size, line.size))
        return line.text
    return None


def _is_label(text: str) -> bool:
    return (len(text) <= _LABEL and text.endswith((":", "…", "?"))) or len(text) <= _SHORT


def _cell_over(lines: list[Line], at: int, box: Bounds) -> tuple[int, Line]:
    """Return the label over a box, with the cells of its line as lines of their own: each is a label."""
    line = lines[at]
    if line.cells:
        lines[at : at + 1] = [_copy(line, text, x0, x1) for x0, x1, text in line.cells]
        over = [number for number, cell in enumerate(line.cells) if cell[0] < box[2] and cell[1] > box[0]]
        at += over[0] if over else 0
    return at, lines[at]


def _tick(lines: list[Line], spot: Spot, before: tuple[int, Line] | None, after: tuple[int, Line] | None) -> str | None:
    """Put the mark of a box before the label right of it, or else after the one left of it."""
    left, _, right, _ = spot.box
    if after and after[1].x0 - right < _BESIDE:
        at, line = after
    elif before and left - before[1].x1 < _BESIDE:
        at, line = before[0] + 1, before[1]
    else:
        return None
    room = _GLUE * line.size
    if before:
        left = max(left, before[1].x1 + room)
    if after:
        right = max(min(right, after[1].x0 - room), left)
    lines.insert(at, Line(MARK, left, right, line.y, line.size, words=[_word(MARK, spot.shown)]))
    return line.text


def _part(lines: list[Line], box: Bounds, split: Callable[[Line, Bounds], tuple[str, str]]) -> None:
    """Divide the lines that a field lies over, and take the rule off that is drawn for it to stand on."""
    for at, line in enumerate(lines):
        if not _in_row(line, box) or line.words or line.x1 <= box[0] + 2 or line.x0 >= box[2] - 2:
            continue
        parts = _halves(line, box, split)
        if parts:
            lines[at : at + 1] = parts
            return


def _halves(line: Line, box: Bounds, split: Callable[[Line, Bounds], tuple[str, str]]) -> list[Line]:
    """Return what of a line stands left and right of a box over it; nothing where that cannot be told."""
    if line.cells:
        before = [cell for cell in line.cells if cell[0] < box[0]]
        after = [cell for cell in line.cells if cell[0] >= box[0]]
        if not before or not after:
            return []
        left, right = " ".join([cell[2] for cell in before]), " ".join([cell[2] for cell in after])
        ends = before[-1][1], after[0][0]
    else:
        left, right = split(line, box)
        if left == line.text:
            return []
        room = 0.0 if right[:1] in _CLOSING else _GLUE * line.size
        ends = min(box[0], line.x1), max(box[2], line.x0) + room
    left, right = _RULE.sub("", left), _REST.sub("", right)
    parts = [_copy(line, left, line.x0, ends[0])] if left else []
    return [*parts, _copy(line, right, ends[1], max(line.x1, ends[1]))] if right else parts


def _copy(line: Line, text: str, x0: float, x1: float) -> Line:
    return Line(text, x0, x1, line.y, line.size, line.bold, line.italic, turned=line.turned, spaced=True)


def _in_row(line: Line, box: Bounds) -> bool:
    """Return whether a line stands at the height of a box; of a high one, at the height of its first line."""
    if line.turned:
        return False
    _, bottom, _, top = box
    middle = line.y + 0.3 * line.size
    return max(bottom, top - 2 * line.size) - 0.3 * line.size <= middle <= top + 0.1 * line.size


def _end(item: tuple[int, Line]) -> float:
    return item[1].x1


def _start(item: tuple[int, Line]) -> float:
    return item[1].x0


def _above(lines: list[Line], box: Bounds) -> tuple[int, Line] | None:
    """Return the label over a box, or in its upper part."""
    left, bottom, right, top = box
    found: tuple[int, Line] | None = None
    for at, line in enumerate(lines):
        if line.turned or line.words or line.x0 > right - 2 or line.x1 < left + 2:
            continue
        inside = line.y > bottom + 0.4 * (top - bottom)
        if inside and line.y < top + 1.2 * line.size and (found is None or line.y < found[1].y):
            found = at, line
    return found


def _word(text: str, shown: Bounds) -> Word:
    return text, *shown


def _insert(lines: list[Line], at: int, value: str, spot: Spot, start: tuple[float, float, float]) -> None:
    """Insert the lines of a value, the first of them beside or under its label."""
    x, y, size = start
    left, _, right, _ = spot.box
    wide = max(int((right - left) / (_WIDTH * size)), 12)
    rows = [row for line in value.split("\n") for row in textwrap.wrap(line, wide, break_long_words=False)]
    x = max(left, x + _GLUE * size)
    lines[at:at] = [
        Line(
            row,
            x,
            max(right, x + 1),
            y - number * _LEAD * size,
            size,
            words=[_word(row, _slice(spot.shown, number, len(rows)))],
        )
        for number, row in enumerate(rows)
    ]


def _slice(shown: Bounds, number: int, count: int) -> Bounds:
    """Return about where a row of so many stands in a box: they share its height, or begin at its top."""
    left, bottom, right, top = shown
    lead = min((top - bottom) / count, _LEAD * _USUAL) if count > 1 else top - bottom
    return left, round(max(top - (number + 1) * lead, bottom), 2), right, round(top - number * lead, 2)
