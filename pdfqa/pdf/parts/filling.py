"""Put the values of form fields among the lines of a page, each beside its printed label. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pdfqa.pdf.geometry import Bounds
from pdfqa.pdf.lines import Line, Word

MARK = "[x]"
_LEAST = 1.0  # points: what is narrower or lower than that shows nothing
_LEAD = 1.2
_WIDTH = 0.45  # of the size, for a letter
_USUAL = 10.0  # points: the size of type where no label tells it
_FAR = 320.0  # points that a value may be right of its label
_NEAR = 60.0
_ROW = 480.0
_BESIDE = 24.0  # points that a label may be right of its box
_GLUE = 0.2  # sizes between a label and its value
_CAPTION = 80  # characters that a label over or under a field has at most
_MOST = 1_500  # fields of one page that are put among its lines
_LABEL, _SHORT = 60, 20  # characters of a label that ends in a colon, and of any
_NEW_WORDS = 2  # that a field's name must add to its printed label, to be worth telling
_WORD = re.compile(r"\w{3,}")
_RULE = re.compile(r"(?:\s?[._…])+$")
_CLOSING = frozenset(".,;:)]!?…")
_REST = re.compile(r"^[\s_…]+")


class Field(NamedTuple):
    """A field that holds something: its value, its place on the page, and what it is called.

    `mark` says that it is a box or button that is on; its value then is what it stands for, if the form tells.
    `drawn` says that only its appearance tells what it holds. `title` is set for a text that somebody has put onto the
    page: it may fill in a form that has no fields, or be a note, which then is called so. `faint` type may not be seen.
    """

    value: str
    rect: Bounds
    label: str = ""
    mark: bool = False
    drawn: bool = False
    title: str = ""
    faint: bool = False

    @property
    def is_tiny(self) -> bool:
        """Return whether it is too small to show anything."""
        left, bottom, right, top = self.rect
        return right - left < _LEAST or top - bottom < _LEAST

    @property
    def told(self) -> str:
        """Return label and value in one line, for where no printed label stands beside it."""
        if self.title:
            return f"{self.title}: {self.value}"
        if not self.mark:
            return f"{self.label}: {self.value}" if self.label else self.value
        words = ": ".join(dict.fromkeys(filter(None, (self.label, self.value))))
        return f"{MARK} {words}" if words else ""


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
    filler = _Filler(lines, split)
    ordered = sorted(fields, key=_downwards)
    filler.columns([spot.box for field, spot in ordered if not field.mark and not field.title])
    left: list[Field] = []
    for field, spot in ordered[:_MOST]:
        label = filler.put(field, spot)
        if label is None or _adds(field.label, label):
            left.append(field)
    return left + [field for field, _ in ordered[_MOST:]]


def _downwards(item: tuple[Field, Spot]) -> tuple[float, float]:
    left, bottom, _, top = item[1].box
    return -round((bottom + top) / 2 / 4), left


def _adds(name: str, label: str) -> bool:
    """Return whether a field's name says more than the label printed beside it."""
    words = set(_WORD.findall(name.casefold())) - set(_WORD.findall(label.casefold()))
    return len(words) >= _NEW_WORDS


class _Filler:
    """Puts values among the lines of one page, from top to bottom."""

    def __init__(self, lines: list[Line], split: Callable[[Line, Bounds], tuple[str, str]]) -> None:
        self._lines = lines
        self._split = split
        self._over: dict[Bounds, Bounds] = {}  # the field that a field without a label of its own stands right under
        self._first: dict[Bounds, Line] = {}  # the first line of the value of each field

    def columns(self, boxes: Sequence[Bounds]) -> None:
        """Find the fields that stand under one another as the cells of a table do."""
        under: dict[tuple[int, int], Bounds] = {}
        for box in boxes:
            left, bottom, right, top = box
            sides = round(left / 4), round(right / 4)
            upper = under.get(sides)
            if upper and -2 < upper[1] - top < top - bottom and not self._label_between(box, upper):
                self._over[box] = upper
            under[sides] = box

    def _label_between(self, box: Bounds, upper: Bounds) -> bool:
        found = _above(self._lines, box)
        return found is not None and found[1].y < upper[1]

    def put(self, field: Field, spot: Spot) -> str | None:
        """Put a value among the lines and return the label it stands beside, if there is one."""
        lines, box = self._lines, spot.box
        _part(lines, box, self._split)
        row = [(at, line) for at, line in enumerate(lines) if _in_row(line, box)]
        before = max(((at, line) for at, line in row if line.x1 <= box[0] + 2), key=_end, default=None)
        after = min(((at, line) for at, line in row if line.x0 >= box[2] - 2), key=_start, default=None)
        if field.mark:
            return _tick(lines, spot, before, after)
        above, below = _above(lines, box), _below(lines, box)
        if field.title:
            before = before if before and _is_label(before[1].text) else None
            above = above if above and _is_label(above[1].text) else None
        if before and box[0] - before[1].x1 < self._reach(box, before[1], above is not None):
            return self._beside(before, field, spot)
        if box in self._over:
            return self._in_column(field, spot)
        if below is not None and (above is None or not _is_caption(above[1].text)):
            return self._beside(_cell_over(lines, below, box), field, spot)
        return self._under(above[0], field, spot) if above else None

    def _reach(self, box: Bounds, before: Line, labelled: bool) -> float:
        """Return how far a field may be from what stands left of it, for that to be its label."""
        column = box in self._over or box in self._over.values()
        if column and not before.words:
            return _ROW  # the label of a row of fields counts more than the head of their column
        return _NEAR if column or labelled else _FAR

    def _beside(self, label: tuple[int, Line], field: Field, spot: Spot) -> str:
        at, line = label
        self._insert(at + 1, field, spot, (line.x1, line.y, line.size))
        value = self._lines[at + 1]
        if line.text.endswith(":") and line.x1 < value.x0 < line.x1 + _NEAR:
            value.x0 = line.x1 + _GLUE * line.size  # a label and its value are no two cells
        return line.text

    def _under(self, above: int, field: Field, spot: Spot) -> str:
        """Put a value under its label, right behind it if it is the only one there."""
        lines, box = self._lines, spot.box
        if box in self._over.values():  # the first of a column: the labels are the head of a table
            at, line = above, lines[above]
            while at + 1 < len(lines) and (lines[at + 1].words or _level(lines[at + 1], line)):
                at += 1
            self._insert(at + 1, field, spot, (box[0], _baseline(box, line.size), line.size), narrow=True)
            return line.text
        at, line = _cell_over(lines, above, box)
        if box[0] - line.size < line.x0 and line.x1 < box[2]:
            self._insert(at + 1, field, spot, (line.x1, line.y, line.size))
        else:
            while at + 1 < len(lines) and lines[at + 1].words:  # values of other fields under the same line
                at += 1
            self._insert(at + 1, field, spot, (box[0], line.y - _LEAD * line.size, line.size))
        return line.text

    def _in_column(self, field: Field, spot: Spot) -> str | None:
        """Put a value into the row after that of the field over it."""
        lines, over = self._lines, self._first.get(self._over[spot.box])
        at = next((place for place, line in enumerate(lines) if line is over), None)
        if over is None or at is None:
            return None
        while at + 1 < len(lines) and lines[at + 1].words:
            at += 1
        self._insert(at + 1, field, spot, (spot.box[0], _baseline(spot.box, over.size), over.size), narrow=True)
        return ""

    def _insert(
        self, at: int, field: Field, spot: Spot, start: tuple[float, float, float], *, narrow: bool = False
    ) -> None:
        """Insert the lines of a value, the first of them beside or under its label, as wide as its box or narrow."""
        x, y, size = start
        left, _, right, _ = spot.box
        wide = max(int((right - left) / (_WIDTH * size)), 12)
        rows = [row for line in field.value.split("\n") for row in textwrap.wrap(line, wide, break_long_words=False)]
        x = max(left, x + _GLUE * size)
        new = [
            Line(
                row,
                x,
                x + min(_WIDTH * size * len(row), 0.8 * (right - left)) if narrow else max(right, x + 1),
                y - number * _LEAD * size,
                size,
                words=[_word(row, _slice(spot.shown, number, len(rows)))],
            )
            for number, row in enumerate(rows)
        ]
        self._lines[at:at] = new
        self._first[spot.box] = new[0]


def _level(line: Line, other: Line) -> bool:
    return abs(line.y - other.y) < 0.3 * other.size


def _baseline(box: Bounds, size: float) -> float:
    """Return where the type of a value stands in a box of one row."""
    _, bottom, _, top = box
    return max(bottom + (top - bottom - size) / 2, bottom) + 0.15 * size


def _is_caption(text: str) -> bool:
    return len(text) <= _CAPTION and not text.endswith((".", ",", ";"))


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
    if before and (before[1].x1 + room > left or left - before[1].x1 < _NEAR):
        left = before[1].x1 + room  # a gap that a mark stands in divides no cells
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


def _below(lines: list[Line], box: Bounds) -> int | None:
    """Return where the label right under a box is, as under the line that somebody signs on."""
    left, bottom, right, _ = box
    for at, line in enumerate(lines):
        under = -0.3 * line.size < bottom - (line.y + 0.7 * line.size) < 0.8 * line.size
        if under and not line.turned and not line.words:
            for x0, x1, text in line.cells or [(line.x0, line.x1, line.text)]:
                if left - line.size < x0 < right - 2 and x1 > left + 2 and _is_caption(text):
                    return at
    return None


def _word(text: str, shown: Bounds) -> Word:
    return text, *shown


def _slice(shown: Bounds, number: int, count: int) -> Bounds:
    """Return about where a row of so many stands in a box: they share its height, or begin at its top."""
    left, bottom, right, top = shown
    lead = min((top - bottom) / count, _LEAD * _USUAL) if count > 1 else top - bottom
    return left, round(max(top - (number + 1) * lead, bottom), 2), right, round(top - number * lead, 2)
