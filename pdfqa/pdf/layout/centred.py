"""Put rows whose cells are set to one another's middle into lines: a label of two lines, with its values between. Pure.

Browsers set the cells of a table like that, and nothing is drawn that would show it.
"""

from __future__ import annotations

from itertools import pairwise

import msgspec

from pdfqa.pdf.lines import Cell, Line

_APART = 0.6  # sizes between two cells
_LINES = 12  # of one cell
_CELLS = 12

Column = list[Line]  # the lines of one cell, from the top


def with_rows(lines: list[Line]) -> list[Line]:
    """Return the lines of a page with those of each such row put together: its first lines, then what is left."""
    if not any(_is_beside(above, line) for above, line in pairwise(lines)):
        return lines
    result: list[Line] = []
    at = 0
    while at < len(lines):
        goes_on = at > 0 and _is_under(lines[at - 1 : at], lines[at])
        columns = [] if goes_on else _columns(lines, at)
        if _is_centred(columns):
            result += _rows(columns)
            at += sum(map(len, columns))
        else:
            result.append(lines[at])
            at += 1
    return result


def _is_beside(above: Line, line: Line) -> bool:
    """Return whether a line stands right of another, neither on its line nor far from it."""
    apart = abs(line.y - above.y)
    return line.x0 > above.x1 + _APART * line.size and 0.2 * line.size < apart < 0.8 * _LINES * line.size


def _columns(lines: list[Line], at: int) -> list[Column]:
    """Return the cells that lines from a place on would be: each right of the last, of lines under one another."""
    columns: list[Column] = []
    right = float("-inf")
    for line in lines[at : at + _LINES * _CELLS]:
        if line.turned or line.grid or (columns and abs(line.size - columns[0][0].size) > 0.12 * line.size):
            break
        if columns and _is_under(columns[-1], line):
            columns[-1].append(line)
        elif line.x0 > right + _APART * line.size and (not columns or _may_be_level(columns[0], line)):
            columns.append([line])
        else:
            break
        right = max(right, line.x1)
    return columns


def _is_under(column: Column, line: Line) -> bool:
    first, above = column[0], column[-1]
    if above.cells or line.cells or len(column) == _LINES or not 0.9 * line.size < above.y - line.y < 1.6 * line.size:
        return False
    return min(abs(line.x0 - first.x0), abs(line.x1 - first.x1), abs(_across(line) - _across(first))) < 0.5 * line.size


def _across(line: Line) -> float:
    return (line.x0 + line.x1) / 2


def _may_be_level(column: Column, line: Line) -> bool:
    return abs(line.y - _middle(column)) < 0.8 * _LINES * line.size


def _middle(column: Column) -> float:
    return (column[0].y + column[-1].y) / 2


def _is_centred(columns: list[Column]) -> bool:
    """Return whether cells have one middle, though their first lines stand at several heights."""
    if len(columns) < 2:
        return False
    first, size = columns[0], columns[0][0].size
    level = all(abs(_middle(column) - _middle(first)) < 0.2 * size for column in columns)
    return level and any(abs(column[0].y - first[0].y) > 0.2 * size for column in columns)


def _rows(columns: list[Column]) -> list[Line]:
    tallest = max(columns, key=len)
    return [
        _joined([column[number] for column in columns if number < len(column)], place.y)
        for number, place in enumerate(tallest)
    ]


def _joined(parts: list[Line], y: float) -> Line:
    """Return lines beside one another as one line with cells."""
    cells: list[Cell] = [cell for line in parts for cell in line.cells or [(line.x0, line.x1, line.text)]]
    return msgspec.structs.replace(
        parts[0],
        text="  ".join([cell[2] for cell in cells]),
        x1=parts[-1].x1,
        y=y,
        bold=all(line.bold for line in parts),
        italic=all(line.italic for line in parts),
        cut=parts[-1].cut,
        cells=cells if len(cells) > 1 else None,
        words=[word for line in parts for word in line.words or ()] or None,
    )
