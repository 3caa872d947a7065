"""Table rows: their label, their cells, and which cell a question asks for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

import msgspec

from pdfqa import languages
from pdfqa.answer.words import MONTHS
from pdfqa.pages import Block, Cell, Page, Table

_GAP = re.compile(r"\s{2,}|\t|\s\|\s")
_VALUE = re.compile(
    r"^[(\[]?[-–—+]?\s?[^\w\s(]{0,3}\s?[(]?\d[\d.,\s]*[)\]]?\s?(?:%|[^\W\d_]{1,8}|[€£¥$])?[)\]]?$|^[-–—]$"
)
_ABOVE = 400  # characters above a table in which its header and its unit are looked for
_TELLING = 2  # letters that a word of a column head needs to be matched; numbers need none


class Header(msgspec.Struct, frozen=True):
    """The lines over a table's values, nearest first, and what the values are counted in, where the page says so."""

    lines: tuple[tuple[str, ...], ...]
    plain: tuple[str, ...]
    unit: str


class Row(msgspec.Struct, frozen=True):
    """A row of a table: what it is about, its values, and what heads each of them ("" where unknown).

    `unit` is what the values are counted in ("in millions"), where the page says so above the table.
    """

    label: str
    values: tuple[str, ...]
    columns: tuple[str, ...]
    unit: str = ""


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
        if not values or _VALUE.match(cells[0]):
            return None
        key = (id(page), block.start)
        header = self._headers.get(key) or self._headers.setdefault(key, _header(page, block))
        table = next((table for table in page.tables if table.start == block.start), None)
        if table is not None and block.header_rows + len(table.head):
            found = _by_grid(page, table, block.header_rows, start, end)
            if found is not None and any(found[1]):
                return Row(cells[0], *found, header.unit)
        return Row(cells[0], values, _columns(header, len(cells), len(values)), header.unit)


def block_at(page: Page, start: int) -> Block | None:
    """Return the block that stands at a place of a page."""
    place = bisect_right(page.blocks, start, key=lambda block: block.start) - 1
    return page.blocks[place] if place >= 0 and start < page.blocks[place].end else None


def split(line: str) -> list[str]:
    """Return the cells of a line."""
    return [cell for cell in _GAP.split(line.strip()) if cell]


def _header(page: Page, block: Block) -> Header:
    above = page.text[max(0, block.start - _ABOVE) : block.start]
    own = page.text[block.start : block.end].split("\n")[: block.header_rows]
    unit = _unit().search(above + "\n".join(own))
    nearest = [*reversed(own), *reversed(above.strip().split("\n"))]
    return Header(tuple(tuple(split(line)) for line in reversed(own)), tuple(nearest), unit[0] if unit else "")


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
            columns.append(" ".join([*_carried(table, cell.column), *_over(page, table, heads, cell)]))
    return (tuple(values), tuple(columns)) if values else None


def _carried(table: Table, column: int) -> list[str]:
    """Return what heads a column in the header of an earlier page."""
    return [row[column] for row in table.head if column < len(row) and row[column]]


def _over(page: Page, table: Table, heads: int, cell: Cell) -> list[str]:
    """Return the texts of the header that stand over a cell, from the top."""
    return [
        page.text[head.start : head.end]
        for head in table.cells
        if head.row < heads and head.column <= cell.column < head.column + head.columns
    ]


def column(row: Row, question: str, analyzer: languages.Analyzer) -> int | None:
    """Return which value a question asks for, or None where that cannot be told.

    The column whose period or words the question names; among periods the most recent where it names none.

    Args:
        row: The row.
        question: The question.
        analyzer: That of the row's language, so that forms of a word agree.
    """
    if len(row.values) == 1:
        named = years(question)
        return 0 if not named or not years(row.columns[0]) or named & years(row.columns[0]) else None
    if not any(row.columns):
        return None
    by_period = _by_period(row.columns, question)
    if by_period is not None and len(by_period) == 1:
        return by_period[0]
    places = list(range(len(row.columns))) if by_period is None else by_period
    if not places:
        return None
    asked = {word for word in analyzer.terms(question) if len(word) >= _TELLING or word.isdigit()}
    asked -= analyzer.stopwords.union(analyzer.terms(row.label))
    matches = [len(asked.intersection(analyzer.terms(row.columns[place]))) for place in places]
    best = max(matches)
    if best and matches.count(best) == 1:
        return places[matches.index(best)]
    return _latest([row.columns[place] for place in places], places) if not best else None


def _by_period(columns: Sequence[str], question: str) -> list[int] | None:
    """Return the columns of the period that a question names, all of it; None where it names none."""
    named = years(question)
    if not any(years(head) for head in columns):
        return None
    if not named:
        return None
    found = [place for place, head in enumerate(columns) if years(head) & named]
    parts = {
        word for word in re.findall(r"\w+", question.casefold()) if word in MONTHS or re.fullmatch(r"[qh][1-4]", word)
    }
    finer = [place for place in found if parts & set(re.findall(r"\w+", columns[place].casefold()))]
    return finer or found


def _latest(heads: Sequence[str], places: Sequence[int]) -> int | None:
    """Return the column of the most recent year, if all columns are years."""
    found = [max((int(year) for year in years(head)), default=0) for head in heads]
    best = max(found)
    return places[found.index(best)] if min(found) and found.count(best) == 1 else None


def years(text: str) -> set[str]:
    """Return the years that a text names, also as in FY2019 or FY19."""
    return {match[1] or f"20{match[2]}" for match in _year().finditer(text)}


@cache
def _year() -> re.Pattern[str]:
    return re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)|\bFY\s?'?(\d\d)\b", re.IGNORECASE)


@cache
def _period() -> re.Pattern[str]:
    return re.compile(r"(?:[^\W\d_]{3,12}\.? \d{1,2},? )?\b(?:19|20)\d\d\b")


@cache
def _unit() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:(?:in|en) )?(?:\w+ )?(?:millions|thousands|billions|miles|millones|Millionen|milliers)"
        r"(?: (?:of|de) [^\W\d_]+)?\b",
        re.IGNORECASE,
    )
