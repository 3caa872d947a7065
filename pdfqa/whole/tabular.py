"""Objects from tables: the table whose columns are called as the fields of the objects that are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pdfqa import languages
from pdfqa.answer import units
from pdfqa.pages import Page, Table
from pdfqa.passages import table_rows
from pdfqa.search import Evidence
from pdfqa.whole.coercing import rows
from pdfqa.whole.schema import Wanted

_ABOVE = 400  # characters above a table in which its unit is looked for
_MATCHED = 0.5  # share of the fields that must have a column


class Rows(msgspec.Struct, frozen=True):
    """The objects that the rows of a table hold; the table is the span [start, end) of the page of some evidence."""

    rows: list[dict[str, Any]]
    evidence: int
    start: int
    end: int


def from_tables(wanted: Sequence[Wanted], evidence: Sequence[Evidence], language: str) -> Rows | None:
    """Return the rows of the best of the tables that some passages are of; None where no table fits."""
    best: tuple[int, int, Rows] | None = None
    seen: set[tuple[int, int]] = set()
    for number, piece in enumerate(evidence):
        for table in piece.page.tables:
            place = (piece.page.number, table.start)
            if place in seen or not table.cells:
                continue
            seen.add(place)
            found = _read(wanted, piece.page, table, language)
            if found is not None and (best is None or found[0] > best[0]):
                best = (found[0], -number, Rows(found[1], number, table.start, table.cells[-1].end))
    return best[2] if best else None


def _read(wanted: Sequence[Wanted], page: Page, table: Table, language: str) -> tuple[int, list[dict[str, Any]]] | None:
    """Return how many fields have a column, and the rows; None where too few have."""
    lines = table_rows(page, table.start, table.cells[-1].end)
    heads = next((block.header_rows for block in page.blocks if block.start == table.start), 0) + len(table.head)
    heads = max(1, heads)
    names = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*lines[:heads], strict=True)]
    columns = [_column(one, names, language) for one in wanted]
    if None in columns and not names[0] and 0 not in columns:  # what the rows are called has no head
        at = next((at for at, one in enumerate(wanted) if columns[at] is None and one.type == "string"), None)
        columns = [0 if place == at else column for place, column in enumerate(columns)]
    matched = len({column for column in columns if column is not None})
    if not matched or matched < _MATCHED * len(wanted):
        return None
    head = " ".join(cell for line in lines[:heads] for cell in line if cell)
    counted = units.unit(f"{page.text[max(0, table.start - _ABOVE) : table.start]} {head} {_below(page, table)}")
    texts = [
        [_counted(one, line, column, counted) for one, column in zip(wanted, columns, strict=True)]
        for line in lines[heads:]
    ]
    found = rows(wanted, texts, language)
    return (matched, found) if found else None


def _below(page: Page, table: Table) -> str:
    """Return the caption under a table, if it has one."""
    blocks = iter(page.blocks)
    below = next((next(blocks, None) for block in blocks if block.start == table.start), None)
    return page.text[below.start : below.end] if below is not None and below.kind == "caption" else ""


def _counted(wanted: Wanted, line: Sequence[str], column: int | None, counted: units.Unit) -> str:
    """Return a cell, with what the values of its row are counted in where the field is a number."""
    text = "" if column is None else line[column]
    if not text or wanted.type not in ("number", "integer") or "%" in text:
        return text
    return f"{text} {units.of_row(counted, line[0], '').scale}".strip()


def _column(wanted: Wanted, names: Sequence[str], language: str) -> int | None:
    """Return the column that is called most like a field."""
    analyzer = languages.analyzer(language)
    words = set(analyzer.terms(f"{wanted.label} {' '.join(wanted.path).replace('_', ' ')}"))
    shares = []
    for name in names:
        own = {term for term in analyzer.terms(name) if not analyzer.stop(term)}
        shares.append(len(own & words) / len(own) if own else 0.0)
    best = max(shares, default=0.0)
    return shares.index(best) if best >= _MATCHED and shares.count(best) == 1 else None
