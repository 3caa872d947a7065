"""Table rows: their label, their cells, and which cell a question asks for."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

import msgspec

from pdfqa.answer.periods import years
from pdfqa.answer.units import NONE, Unit, of_row, unit
from pdfqa.pages import Block, Cell, Page, Table

_TITLE = 60  # characters of a line over several columns that says more than a period
_GAP = re.compile(r"\s{2,}|\t|\s\|\s")
_VALUE = re.compile(
    r"^[(\[]?[-–—+]?\s?[^\w\s(]{0,3}\s?[(]?\d[\d.,\s]*[)\]]?\s?(?:%|[^\W\d_]{1,8}|[€£¥$])?[)\]]?"
    r"(?:\s\([^()]{1,16}\))?$|^[-–—]$"
)
_FAR, _LONG_SECTION = 16, 120  # lines above a row in which the one that it stands under is looked for; characters of it
_REFERENCES = frozenset(("note", "notes", "nota", "notas", "anhang", "ref."))
_ABOVE = 400  # characters above a table in which its header and its unit are looked for
_ASIDE = re.compile(r"^\([^()]*(?:\([^()]*\))?[^()]*\)(?: \(Note \d+\))?\s?")  # "(In thousands, …)" over a column


class Header(msgspec.Struct, frozen=True):
    """The lines over a table's values, nearest first, and what the values are counted in, where the page says so.

    `above` is what the page says over the table, with the table's own header; `money` is the sign of a currency that
    stands in the table.
    """

    lines: tuple[tuple[str, ...], ...]
    plain: tuple[str, ...]
    unit: Unit
    above: str = ""
    money: str = ""


class Row(msgspec.Struct, frozen=True):
    """A row of a table: what it is about, its values, and what heads each of them ("" where unknown).

    `unit` is what the values are counted in ("in millions"), where the page says so above the table. `section` is the
    line above that has no values ("Earnings per share"), `above` what the page says over the table, `money` the sign of
    a currency that stands in the table, though not in every row.
    """

    label: str
    values: tuple[str, ...]
    columns: tuple[str, ...]
    unit: Unit = NONE
    section: str = ""
    above: str = ""
    money: str = ""


class Tables:
    """The tables of pages; the header of each is read once."""

    def __init__(self) -> None:
        self._headers: dict[tuple[int, int], Header] = {}

    def row(self, page: Page, block: Block | None, start: int, end: int) -> Row | None:
        """Return the table row that stands at a span of a page, or None where there is none."""
        if block is None or block.kind != "table":
            return None
        cells = split(page.text[start:end])
        values = tuple(cell for cell in cells[1:] if _VALUE.match(cell))
        if not values or _VALUE.match(cells[0]) or not any(map(str.isalpha, cells[0])):
            return None
        header = self.header(page, block)
        section = _section(page.text[block.start : start], block.header_rows)
        counted = of_row(header.unit, cells[0], section)
        table = next((table for table in page.tables if table.start == block.start), None)
        if table is not None and block.header_rows + len(table.head):
            found = _by_grid(page, table, block.header_rows, start, end)
            if found is not None and any(found[1]):
                return Row(cells[0], *found, counted, section, header.above, header.money)
        columns = _columns(header, len(cells), len(values))
        return Row(cells[0], values, columns, counted, section, header.above, header.money)

    def header(self, page: Page, block: Block) -> Header:
        """Return what stands over a table."""
        key = (id(page), block.start)
        return self._headers.get(key) or self._headers.setdefault(key, _header(page, block))


def block_at(page: Page, start: int) -> Block | None:
    """Return the block that stands at a place of a page."""
    place = bisect_right(page.blocks, start, key=lambda block: block.start) - 1
    return page.blocks[place] if place >= 0 and start < page.blocks[place].end else None


def split(line: str) -> list[str]:
    """Return the cells of a line."""
    return [cell for cell in _GAP.split(line.strip()) if cell]


def label_of(line: str) -> str:
    """Return what the first cell of a line says."""
    return _GAP.split(line, maxsplit=1)[0]


def _header(page: Page, block: Block) -> Header:
    above = page.text[max(0, block.start - _ABOVE) : block.start]
    own = page.text[block.start : block.end].split("\n")[: block.header_rows]
    told = unit("\n".join(own))
    nearest = [*reversed(own), *reversed(above.strip().split("\n"))]
    for line in nearest if told == NONE else ():
        told = unit(line)
        if told != NONE:
            break
    lines = tuple(tuple(split(line)) for line in reversed(own))
    money = re.search(r"[$€£¥₹]", page.text[block.start : block.end])
    return Header(lines, tuple(nearest), told, "\n".join([above.strip(), *own]), money[0] if money else "")


def _section(above: str, heads: int) -> str:
    """Return the nearest line of a table that has no values, which says what the rows under it are of.

    It may be broken in two.
    """
    lines = above.rstrip("\n").split("\n")[heads:]
    for place in range(len(lines) - 1, max(-1, len(lines) - 1 - _FAR), -1):
        if _bare(lines[place]):
            first = f"{lines[place - 1].strip()} " if place and _bare(lines[place - 1]) else ""
            return f"{first}{lines[place].strip()}".rstrip(":")
    return ""


def _bare(line: str) -> bool:
    """Return whether a line of a table has a label and no values."""
    cells = split(line)
    return len(cells) == 1 and not _VALUE.match(cells[0]) and len(line) < _LONG_SECTION


def _columns(header: Header, cells: int, values: int) -> tuple[str, ...]:
    """Return the heads of the values: from the table's own header, else from the dates just above it."""
    for heads in header.lines:
        if len(heads) == cells and values == cells - 1:
            return heads[1:]
        if len(heads) == values:
            return heads
    for line in header.plain:
        periods = _period().findall(line)
        if len(periods) == values:
            return tuple(periods)
    return ("",) * values


def _by_grid(
    page: Page, table: Table, heads: int, start: int, end: int
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the values of a row and what heads each: by the column that it stands in, though cells are empty."""
    row = next((cell.row for cell in table.cells if start <= cell.start < end), None)
    values, columns = [], []
    for cell in table.cells:
        text = page.text[cell.start : cell.end]
        if cell.row == row and cell.column and _VALUE.match(text):
            values.append(text)
            over = [*_carried(table, cell.column), *_over(page, table, heads, cell)]
            head = " ".join(filter(None, (_ASIDE.sub("", head) for head in over)))
            if head.casefold() in _REFERENCES:  # the number of a note is no value
                values.pop()
            else:
                columns.append(head)
    return (tuple(values), tuple(columns)) if values else None


def _carried(table: Table, column: int) -> list[str]:
    """Return what heads a column in the header of an earlier page."""
    return [row[column] for row in table.head if column < len(row) and row[column]]


def _over(page: Page, table: Table, heads: int, cell: Cell) -> list[str]:
    """Return the texts of the header that stand over a cell, from the top; no title that all columns have in common."""
    over = [
        (head, page.text[head.start : head.end])
        for head in table.cells
        if head.row < heads and head.column <= cell.column < head.column + head.columns
    ]
    widest = table.columns - 1
    return [
        text
        for head, text in over
        if head.columns == 1 or (len(text) < _TITLE and (head.columns < widest or len(years(text)) < 2))
    ]


@cache
def _period() -> re.Pattern[str]:
    return re.compile(r"(?:[^\W\d_]{3,12}\.? \d{1,2},? )?\b(?:19|20)\d\d\b")
