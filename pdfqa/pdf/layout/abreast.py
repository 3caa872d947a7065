"""Tell columns of prose that stand far apart, set line by line across the page, from rows of a table. Pure.

Where a program writes the lines of two columns in turn, each pair of them looks like a row. But prose runs on: in every
column its lines begin in the middle of sentences, and are about as long as the column is wide. Columns with a
gutter between them as narrow as is usual are told by it: `order`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pdfqa.pdf.layout.order import is_divided
from pdfqa.pdf.lines import Cell, Line, is_figure

_ROWS = 5  # fewer may be cells of several lines
_RUNNING = 0.4  # of the lines of a column begin in the middle of a sentence
_FULL, _WIDE = 0.7, 0.75  # of the lines are so wide, as a share of the widest
_LETTERS = 14  # in a line of prose, on average


def columns_apart(lines: list[Line]) -> list[Line]:
    """Return the lines of a page with columns that stand far apart put one after another."""
    if sum(line.cells is not None for line in lines) < _ROWS:
        return lines
    result: list[Line] = []
    at = 0
    while at < len(lines):
        end = _end(lines, at)
        rows = [line.cells for line in lines[at:end] if line.cells]
        if (
            end - at >= _ROWS
            and not is_divided(lines[at])
            and all(_is_prose(column) for column in zip(*rows, strict=True))
        ):
            end, columns = _with_rest(lines, at, end)
            result += [line for column in columns for line in column]
        else:
            end = max(end, at + 1)
            result += lines[at:end]
        at = end
    return result


def _end(lines: list[Line], start: int) -> int:
    """Return where the lines end that have their cells at the places where this one has them."""
    for end in range(start, len(lines)):
        beside = _is_beside(lines[end], lines[start])
        if not beside or (end > start and not _is_under(lines[end], lines[end - 1])):
            return end
    return len(lines)


def _is_beside(line: Line, first: Line) -> bool:
    if not line.cells or not first.cells or len(line.cells) != len(first.cells) or line.words or line.turned:
        return False
    return all(_meet(cell[0], other[0], line) for cell, other in zip(line.cells, first.cells, strict=True))


def _is_under(line: Line, above: Line) -> bool:
    return 0.5 * line.size < above.y - line.y < 2.2 * line.size and abs(line.size - above.size) < 0.1 * line.size


def _meet(one: float, other: float, line: Line) -> bool:
    return abs(one - other) < 0.6 * line.size


def _is_prose(column: Sequence[Cell]) -> bool:
    widths = [x1 - x0 for x0, x1, _ in column]
    texts = [text for _, _, text in column]
    running = sum(text[:1].islower() for text in texts[1:])
    full = sum(width > _WIDE * max(widths) for width in widths)
    return (
        running >= _RUNNING * (len(texts) - 1)
        and full >= _FULL * len(texts)
        and sum(map(len, texts)) >= _LETTERS * len(texts)
        and not any(map(is_figure, texts))
    )


def _with_rest(lines: list[Line], start: int, end: int) -> tuple[int, list[list[Line]]]:
    """Return the columns as lines, with those under them where one is longer, and where that ends."""
    columns: list[list[Line]] = [[] for _ in lines[start].cells or ()]
    for line in lines[start:end]:
        for column, (x0, x1, text) in zip(columns, line.cells or (), strict=True):
            column.append(Line(text, x0, x1, line.y, line.size, line.bold, line.italic))
    rights = [max(line.x1 for line in column) for column in columns]
    while end < len(lines) and lines[end].cells is None:
        line = lines[end]
        own = [at for at, column in enumerate(columns) if _meet(line.x0, column[0].x0, line)]
        if not own or line.x1 > rights[own[0]] + line.size or not _is_under(line, columns[own[0]][-1]):
            break
        columns[own[0]].append(line)
        end += 1
    return end, columns
