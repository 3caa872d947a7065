"""A page as Markdown, for who reads it as a text: its headings and tables are told from the rest.

Letters and digits stay those of the page, in their order, so that what is cut out of the Markdown is found on the page
again. Only the header of a table that goes on from an earlier page is said again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdfqa.pages import Block, Page, Table

_DEEPEST = 6  # level of a heading
_BETWEEN = "\n\n"  # blocks
_BAR = "¦"  # for what would end a cell


def markdown(page: Page) -> str:
    """Return the text of a page with its headings and tables marked."""
    tables = {table.start: table for table in page.tables}
    return "".join(_written(page, tables))


def _written(page: Page, tables: dict[int, Table]) -> Iterator[str]:
    at = 0
    for block in sorted(page.blocks, key=lambda block: block.start):
        if block.start < at:  # inside another
            continue
        gap = page.text[at : block.start]
        yield gap if gap.strip() or not at else _BETWEEN
        yield _block(page.text, block, tables.get(block.start))
        at = block.end
    yield page.text[at:]


def _block(text: str, block: Block, table: Table | None) -> str:
    said = text[block.start : block.end]
    if block.kind == "heading":
        return f"{'#' * min(max(block.level, 1), _DEEPEST)} {' '.join(said.split())}"
    if block.kind != "table" or table is None or table.columns < 2:
        return said
    rows = [[""] * table.columns for _ in range(max((cell.row for cell in table.cells), default=0) + 1)]
    for cell in table.cells:
        rows[cell.row][cell.column] = " ".join(text[cell.start : cell.end].split()).replace("|", _BAR)
    head = table.head or ([] if block.header_rows else [[""] * table.columns])
    return _grid([*head, *rows], table.columns)


def _grid(rows: Sequence[Sequence[str]], columns: int) -> str:
    """Return a table of Markdown, whose first row is its header; other rows of a header follow it."""
    lines = [f"| {' | '.join([*row, *[''] * (columns - len(row))])} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * columns}", *lines[1:]])
