"""Table rows: their label, their cells, and which cell a question asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pdfqa.types import Block, Page

_GAP = re.compile(r"\s{2,}|\t|\s\|\s")
_VALUE = re.compile(r"^[(\[]?[-–—+]?\s?[^\w\s(]{0,3}\s?[(]?\d[\d.,\s]*[)\]]?\s?(?:%|[^\W\d_]{1,3}|[€£¥$])?[)\]]?$|^[-–—]$")
_PERIOD = re.compile(r"(?:[^\W\d_]{3,12}\.? \d{1,2},? )?\b(?:19|20)\d\d\b")
_UNIT = re.compile(
    r"\b(?:(?:in|en) )?(?:\w+ )?(?:millions|thousands|billions|miles|millones|Millionen|milliers)(?: (?:of|de) [^\W\d_]+)?\b",
    re.IGNORECASE,
)
_ABOVE = 400  # characters above a table in which its header and its unit are looked for


class Row(msgspec.Struct, frozen=True):
    """A row of a table: what it is about, its values, and what heads each of them ("" where unknown).

    `unit` is what the values are counted in ("in millions"), where the page says so above the table.
    """

    label: str
    values: tuple[str, ...]
    columns: tuple[str, ...]
    unit: str = ""


def row_at(page: Page, start: int, end: int) -> Row | None:
    """Return the table row that stands at a span of a page, or None where there is none."""
    block = next((block for block in page.blocks if block.start <= start < block.end), None)
    cells = split(page.text[start:end])
    values = [cell for cell in cells[1:] if _VALUE.match(cell)]
    if block is None or block.kind != "table" or not values or _VALUE.match(cells[0]):
        return None
    above = page.text[max(0, block.start - _ABOVE) : block.start]
    unit = _UNIT.search(above + page.text[block.start : start])
    return Row(cells[0], tuple(values), _columns(page, block, above, len(cells), len(values)), unit[0] if unit else "")


def split(line: str) -> list[str]:
    """Return the cells of a line."""
    return [cell for cell in _GAP.split(line.strip()) if cell]


def _columns(page: Page, block: Block, above: str, cells: int, values: int) -> tuple[str, ...]:
    """Return the heads of the values: from the table's own header, else from the dates just above it."""
    lines = page.text[block.start : block.end].split("\n")[: block.header_rows]
    for line in reversed(lines):
        heads = split(line)
        if len(heads) == cells and values == cells - 1:
            return tuple(heads[1:])
        if len(heads) == values:
            return tuple(heads)
    for line in [*reversed(lines), *reversed(above.strip().split("\n"))]:
        periods = _PERIOD.findall(line)
        if len(periods) == values:
            return tuple(periods)
    return ("",) * values


def cell(row: Row, asked: Sequence[str]) -> tuple[str, str]:
    """Return the value that a question asks for and the head of its column; the first where it names no column.

    Args:
        row: The row.
        asked: The words of the question, folded to lower case.
    """
    matches = [sum(word in head.casefold() for word in asked) for head in row.columns]
    best = matches.index(max(matches))
    return row.values[best], row.columns[best]
