"""Make a grid of a table: columns by where cells stand, rows of wrapped lines, heads over several columns. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

import msgspec

from pdfqa.pages import Cell, Table
from pdfqa.pdf.lines import Line, is_figure, is_unit

_APART = 6.0  # points: columns of one table on two pages are no further apart
_TIGHT = 1.5  # sizes between two lines of one cell, at most
_OPEN = re.compile(
    r"(?:[,/&(–—-]|\b(?:of|and|or|the|to|for|in|on|by|with|from|at|than|other|per|de|la|el|y|et|du|und|der|von|für))$"
)
_GOES_ON = re.compile(r"[a-z(&%]|[^\W\dA-Z_]")


class Box(msgspec.Struct, gc=False):
    """A cell: the rows and columns it takes, its lines of text, and whether a hyphen was taken from the end of each."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    texts: list[str] = []
    cuts: list[bool] = []


class Grid(msgspec.Struct, gc=False):
    """A table: where its columns reach, its rows, how many of them are its head, and the head from an earlier page."""

    edges: list[tuple[float, float]]
    rows: list[list[Box]]
    header: int = 0
    carried: list[list[str]] = []

    def head(self) -> list[list[str]]:
        """Return the rows of the head, as text: its own, or that from an earlier page."""
        rows = [[""] * len(self.edges) for _ in range(self.header)]
        for row, boxes in zip(rows, self.rows, strict=False):
            for box in boxes:
                row[box.column] = " ".join(box.texts)
        return rows or self.carried

    def has_figures(self) -> bool:
        """Return whether a figure stands in a cell."""
        return any(is_figure(text) for row in self.rows for box in row for text in box.texts)

    def goes_on(self, other: Grid) -> bool:
        """Return whether its columns stand where those of another table do."""
        if len(self.edges) != len(other.edges):
            return False
        near = [
            min(one[1], its[1]) - max(one[0], its[0]) > -_APART
            for one, its in zip(self.edges, other.edges, strict=True)
        ]
        return all(near)


class _Piece(msgspec.Struct, gc=False):
    """A cell of one line, and the columns [first, last] that it stands over."""

    x0: float
    x1: float
    text: str
    cut: bool = False
    first: int = 0
    last: int = 0

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


class _Row(msgspec.Struct, gc=False):
    """Lines that make one row: for each column the cell that begins there, and where the last line stands."""

    boxes: dict[int, Box]
    y: float
    size: float


def grid_of(lines: list[Line], header: int) -> Grid:
    """Return the grid of the lines of a table whose first lines are its head."""
    pieces = [_pieces(line) for line in lines]
    columns = _columns(pieces[header:]) if header < len(pieces) else []
    if len(columns) < 2:
        columns = _columns(pieces)
    for number, line in enumerate(pieces):
        _place(line, columns, head=number < header)
        pieces[number] = _merged(line)
    for number in range(header - 1):
        below = {
            column
            for line in pieces[number + 1 : header]
            for piece in line
            for column in range(piece.first, piece.last + 1)
        }
        _widen(pieces[number], columns, below)
    head = _head(pieces[:header], lines[:header])
    body = _body(pieces[header:], lines[header:])
    rows = head + [[*row.boxes.values()] for row in body]
    for number, row in enumerate(rows):
        for box in row:
            box.row = number
    return Grid(columns, rows, len(head))


def _pieces(line: Line) -> list[_Piece]:
    cells = line.cells or [(line.x0, line.x1, line.text)]
    pieces = [_Piece(x0, max(x1, x0 + 1), text) for x0, x1, text in cells]
    pieces[-1].cut = line.cut
    return pieces


def _columns(rows: list[list[_Piece]]) -> list[tuple[float, float]]:
    """Return from where to where each column reaches, from the rows with most cells to those with fewest."""
    columns: list[tuple[float, float]] = []
    for row in sorted(rows, key=len, reverse=True):
        if len(row) < 2 and columns:
            continue
        for piece in row:
            low, high = _over(columns, piece)
            if low == high:
                columns.insert(low, (piece.x0, piece.x1))
            elif high - low == 1 and not (columns[low][0] <= piece.x0 and piece.x1 <= columns[low][1]):
                left, right = columns[low]
                if not any(other is not piece and min(right, other.x1) > max(left, other.x0) for other in row):
                    columns[low] = _grown(columns, low, piece)
    return columns


def _over(columns: list[tuple[float, float]], piece: _Piece) -> tuple[int, int]:
    """Return the first column that a cell stands over and the one after the last; both are where one is missing."""
    high = bisect_left(columns, (piece.x1,))
    low = high
    while low and columns[low - 1][1] > piece.x0:
        low -= 1
    return low, high


def _grown(columns: list[tuple[float, float]], at: int, piece: _Piece) -> tuple[float, float]:
    """Return a column wide enough for a cell, as far as its neighbours let it."""
    left, right = columns[at]
    low = columns[at - 1][1] if at else float("-inf")
    high = columns[at + 1][0] if at + 1 < len(columns) else float("inf")
    return min(left, max(piece.x0, low)), max(right, min(piece.x1, high))


def _place(line: list[_Piece], columns: list[tuple[float, float]], *, head: bool) -> None:
    """Find the columns that each cell of a line stands over: one, but for heads that reach over several."""
    taken = -1
    for number, piece in enumerate(line):
        low, high = _over(columns, piece)
        if high - low == 1 and low > taken:
            piece.first = piece.last = taken = low
            continue
        free = range(taken + 1, len(columns) - (len(line) - 1 - number))
        if len(line) > len(columns):  # columns that stand too close in the rows to be told apart have a head each
            free = range(max(taken, 0), len(columns))
        shared = {at: min(columns[at][1], piece.x1) - max(columns[at][0], piece.x0) for at in free}
        over = [
            at for at, size in shared.items() if size > 0.25 * min(columns[at][1] - columns[at][0], piece.x1 - piece.x0)
        ]
        if not over:
            over = [min(shared, key=lambda at: -shared[at])] if shared else [len(columns) - 1]
        best = max(over, key=lambda at: shared.get(at, 0.0))
        wide = head or (len(line) == 1 and best > 0)
        piece.first, piece.last = (over[0], over[-1]) if wide and len(over) > 1 else (best, best)
        taken = piece.last


def _merged(line: list[_Piece]) -> list[_Piece]:
    """Return the cells of a line with those that stand over the same columns made one."""
    result: list[_Piece] = []
    for piece in line:
        last = result[-1] if result else None
        if last is not None and (last.first, last.last) == (piece.first, piece.last):
            last.text, last.x1, last.cut = f"{last.text} {piece.text}", piece.x1, piece.cut
        else:
            result.append(piece)
    return result


def _widen(line: list[_Piece], columns: list[tuple[float, float]], below: set[int]) -> None:
    """Let the heads of a line that stand centred over several columns have them all."""
    for number, piece in enumerate(line):
        low = line[number - 1].last + 1 if number else 0
        high = line[number + 1].first - 1 if number + 1 < len(line) else len(columns) - 1
        best, least = (piece.first, piece.last), abs(_middle(columns, piece.first, piece.last) - piece.middle)
        for first in range(piece.first, low - 1, -1):
            for last in range(piece.last, high + 1):
                more = {*range(first, piece.first), *range(piece.last + 1, last + 1)}
                off = abs(_middle(columns, first, last) - piece.middle)
                if more <= below and off < least - 3:
                    best, least = (first, last), off
        piece.first, piece.last = best


def _middle(columns: list[tuple[float, float]], first: int, last: int) -> float:
    return (columns[first][0] + columns[last][1]) / 2


def _head(pieces: list[list[_Piece]], lines: list[Line]) -> list[list[Box]]:
    """Return the rows of the head: lines set close under one another in one column are one cell."""
    rows: list[list[Box]] = []
    last: dict[tuple[int, int], tuple[Box, _Piece, float]] = {}  # the lowest cell over some columns, and where it ends
    alone = True  # whether the row before has heads over several columns or a unit, so that the next line begins a row
    for line, row in zip(lines, pieces, strict=True):
        apart = any(piece.last > piece.first for piece in row) or is_unit(line.text)
        joins = [last.get((piece.first, piece.last)) for piece in row]
        joined = [
            found is not None and 0 < found[2] - line.y < _TIGHT * line.size and _in_line(found[1], piece, line.size)
            for piece, found in zip(row, joins, strict=True)
        ]
        if apart or alone or _is_taken(rows[-1], row, joined):
            rows.append([])
        alone = apart and not all(joined)
        for piece, found, close in zip(row, joins, joined, strict=True):
            if found is not None and close:
                box = found[0]
                box.texts.append(piece.text)
                box.cuts.append(piece.cut)
                box.rows = len(rows) - box.row
            else:
                box = Box(len(rows) - 1, piece.first, 1, piece.last - piece.first + 1, [piece.text], [piece.cut])
                rows[-1].append(box)
            last[piece.first, piece.last] = box, piece, line.y
    return [sorted(row, key=lambda box: box.column) for row in rows if row]


def _is_taken(boxes: list[Box], row: list[_Piece], joined: list[bool]) -> bool:
    """Return whether a text that goes on in no cell above stands where a row of the head has one."""
    return any(
        box.column <= piece.last and piece.first < box.column + box.columns
        for piece, close in zip(row, joined, strict=True)
        if not close
        for box in boxes
    )


def _in_line(above: _Piece, piece: _Piece, size: float) -> bool:
    """Return whether two texts are set to one another's left, right or middle, as the lines of one cell are."""
    return min(abs(above.x0 - piece.x0), abs(above.x1 - piece.x1), abs(above.middle - piece.middle)) < 0.5 * size


def _body(pieces: list[list[_Piece]], lines: list[Line]) -> list[_Row]:
    """Return the rows under the head: lines that go on in cells of the row above belong to it."""
    rows: list[_Row] = []
    for line, row in zip(lines, pieces, strict=True):
        if rows and 0 < rows[-1].y - line.y < _TIGHT * line.size and _goes_on(rows[-1], row):
            _add(rows[-1], row)
        else:
            rows.append(_Row({}, line.y, line.size))
            _add(rows[-1], row)
        rows[-1].y = line.y
    return rows


def _add(row: _Row, pieces: list[_Piece]) -> None:
    for piece in pieces:
        box = row.boxes.get(piece.first)
        if box is None:
            row.boxes[piece.first] = Box(0, piece.first, 1, piece.last - piece.first + 1, [piece.text], [piece.cut])
        else:
            box.texts.append(piece.text)
            box.cuts.append(piece.cut)
    row.boxes = dict(sorted(row.boxes.items()))


def _goes_on(row: _Row, pieces: list[_Piece]) -> bool:
    """Return whether a line right under a row belongs to it: its label, or what stands beside it, was too long."""
    label = row.boxes.get(0)
    values = len(row.boxes) > (label is not None)
    first = pieces[0] if pieces[0].first == 0 else None
    if first is None:
        figures = any(is_figure(piece.text) for piece in pieces)
        if figures:
            return not values  # the values of a label that stands over them
        return all(piece.first in row.boxes and not is_figure(row.boxes[piece.first].texts[-1]) for piece in pieces)
    if label is None or (values and len(pieces) > 1 and any(piece.first in row.boxes for piece in pieces[1:])):
        return False
    if values and len(pieces) > 1:
        return False
    return bool(_OPEN.search(label.texts[-1])) or bool(_GOES_ON.match(first.text))


def written(grid: Grid, start: int, join: Callable[[list[str], list[bool]], str]) -> tuple[str, Table]:
    """Return the text of a table, one line for each row with two spaces between cells, and where each cell stands.

    Args:
        grid: The table.
        start: Where its text begins on the page.
        join: Puts the lines of one cell together.
    """
    parts: list[str] = []
    cells: list[Cell] = []
    at = start
    for number, row in enumerate(grid.rows):
        for place, box in enumerate(row):
            text = join(box.texts, box.cuts) if len(box.texts) > 1 else box.texts[0]
            parts += ("  " if place else "\n" if number else "", text)
            at += len(parts[-2])
            cells.append(Cell(number, box.column, at, at + len(text), box.rows, box.columns))
            at += len(text)
    return "".join(parts), Table(start, len(grid.edges), cells, grid.carried)
