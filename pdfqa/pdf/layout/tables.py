"""Find tables among the lines of a page: runs of rows, and the heads over them."""

from __future__ import annotations

from itertools import pairwise

from pdfqa.pdf.layout.grid import Grid, grid_of
from pdfqa.pdf.lines import Line, is_figure, is_unit, is_year

_GAP_LINES = 3  # label lines that may stand between two rows


def find_tables(lines: list[Line]) -> list[tuple[int, int, Grid]]:
    """Return the tables as (first line, line after the last, grid), in order."""
    tables: list[tuple[int, int, Grid]] = []
    done = 0
    index = 0
    while index < len(lines):
        if lines[index].grid is not None:
            tables.append((index, index + 1, lines[index].grid))
            done = index = index + 1
            continue
        if lines[index].cells is None or not _is_row(lines, index):
            index += 1
            continue
        end = _run_end(lines, index)
        if end is None:
            index += 1
            continue
        start = _with_head(lines, index, end, done)
        tables.append((start, end, grid_of(lines[start:end], _header_rows(lines, start, end))))
        done = index = end
    return tables


def _is_row(lines: list[Line], index: int) -> bool:
    cells = lines[index].cells
    if cells is None:
        return False
    if is_figure(cells[-1][2]) or is_figure(cells[0][2]):
        return True
    if len(cells) > 2 and max(other[0] - one[1] for one, other in pairwise(cells)) < 1.5 * lines[index].size:
        return False  # a line of a text that is set wide
    # Texts side by side are a row only where a neighbour has its at the same places.
    need = max(1, len(cells) // 2)
    return any(
        0 <= other < len(lines) and sum(_aligned(cell, lines[other]) for cell in cells[1:]) >= need
        for other in (index - 1, index + 1, index + 2)
    )


def _aligned(cell: tuple[float, float, str], other: Line) -> bool:
    return other.cells is not None and any(
        abs(cell[0] - x0) < 4 or abs(cell[1] - x1) < 4 for x0, x1, _ in other.cells[1:]
    )


def _run_end(lines: list[Line], start: int) -> int | None:
    """Return where the table that starts with this row ends, or None if it is a row on its own."""
    left, right, rows, end = lines[start].x0, lines[start].x1, 1, start + 1
    index, labels = start + 1, 0
    while index < len(lines) and labels <= _GAP_LINES:
        line, above = lines[index], lines[index - 1]
        drop = above.y - line.y
        if (
            line.turned
            or line.grid is not None
            or line.size > 1.2 * lines[start].size
            or not -0.6 * line.size < drop < 4.5 * max(line.size, above.size)
        ):
            break
        if _is_row(lines, index):
            rows, labels, end = rows + 1, 0, index + 1
            left, right = min(left, line.x0), max(right, line.x1)
        elif line.x1 > right - 0.1 * (right - left) or line.x0 < left - 3 * line.size:
            break
        else:
            labels += 1
        index += 1
    return end if rows > 1 else None


def _with_head(lines: list[Line], first: int, end: int, floor: int) -> int:
    """Return where the table starts when the heads over its columns are counted in."""
    left = min(line.x0 for line in lines[first:end])
    right = max(line.x1 for line in lines[first:end])
    start = index = first
    found = _is_header(lines[first], left, right)
    while index > floor and first - index < 7:
        line, below = lines[index - 1], lines[index]
        drop = line.y - below.y
        if (
            line.turned
            or line.grid is not None
            or line.size > 1.15 * lines[first].size
            or not -4 * line.size < drop < 3.5 * line.size
            or len(line.text) > 90
        ):
            break
        index -= 1
        if _is_header(line, left, right) and line.x1 < right + 3 * line.size:
            start, found = index, True
        elif (
            line.x1 > left + 0.6 * (right - left)
            or (line.text.endswith((".", ":")) and len(line.text) > 30)
            or (found and start - index > 1)  # an address over the head, say, and what stands over that
        ):
            break
    for index in range(start, min(start + 4, first)):
        if lines[index].cells is not None:
            break
        if _is_statement(lines[index], left, right):
            start = index + 1
    return start


def _is_statement(line: Line, left: float, right: float) -> bool:
    """Return whether a line is the title of a whole statement, or whose it is, and no head of a column."""
    off = abs(line.x0 + line.x1 - left - right) / 2
    return line.text.isupper() and len(line.text) > 10 and off < 0.15 * (right - left)


def _header_rows(lines: list[Line], start: int, end: int) -> int:
    left = min(line.x0 for line in lines[start:end])
    right = max(line.x1 for line in lines[start:end])
    found = 0
    for count, line in enumerate(lines[start : end - 1], 1):
        if _is_header(line, left, right):
            found = count
        elif line.cells is not None or count > found + 2:
            break
    found = _until_figures(lines[start : start + found])
    # Where every line looks like a head, as in a table of words, the first one is.
    return found if found < end - start - 1 else 1


def _until_figures(heads: list[Line]) -> int:
    """Return how many of these lines are heads when a row of words comes first: none that has "4 weeks" in a cell.

    Heads may end with a row of years.
    """
    if not heads or heads[0].cells is None or any(map(str.isdigit, heads[0].text)):
        return len(heads)
    for count, line in enumerate(heads[1:], 1):
        cells = line.cells
        if cells and len(cells) == len(heads[0].cells) and _tells_figures([cell[2] for cell in cells[1:]]):
            return count
    return len(heads)


def _is_filled_in(line: Line) -> bool:
    """Return whether a line is a printed label with the value of a field: some of it is not in the text layer."""
    if not line.words:
        return False
    return sum(len(word[0]) for word in line.words) < 0.9 * len(line.text.replace(" ", ""))


def _tells_figures(cells: list[str]) -> bool:
    return any(any(map(str.isdigit, cell)) for cell in cells) and not all(map(is_year, cells))


def _is_header(line: Line, left: float, right: float) -> bool:
    if _is_filled_in(line):
        return False
    if line.cells is None:
        if is_unit(line.text):
            return True
        return line.x0 > left + 0.25 * (right - left)
    return not any(is_figure(text) and not is_year(text) for _, _, text in line.cells[1:])
