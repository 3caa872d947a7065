"""Tables that go on over pages: the head of the first page's part is that of the others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pdfqa.pdf.layout.flow import Piece
from pdfqa.pdf.layout.grid import Grid

_TITLE = 120  # letters: a title that is repeated over a part of a table, or its unit
_TITLES = 3  # of them
_FEET = 3  # notes that may stand under a part


def carry_heads(pages: Iterable[Sequence[Piece]], before: Grid | None) -> Grid | None:
    """Give tables at the head of a page the head of that at the foot of the page before, if it goes on there.

    Args:
        pages: What stands on each page, in order.
        before: The table at the foot of the page before the first.

    Returns:
        The table at the foot of the last page.
    """
    for pieces in pages:
        first = _at_top(pieces)
        if before is not None and first is not None:
            _join(before, first)
        before = _at_foot(pieces)
    return before


def _at_top(pieces: Sequence[Piece]) -> Grid | None:
    for piece in pieces[: _TITLES + 1]:
        if piece.grid is not None:
            return piece.grid
        if piece.kind == "list" or sum(len(line.text) for line in piece.lines) > _TITLE:
            return None
    return None


def _at_foot(pieces: Sequence[Piece]) -> Grid | None:
    for piece in pieces[: -_FEET - 2 : -1]:
        if piece.grid is not None:
            return piece.grid
        if piece.kind != "footnote" and sum(len(line.text) for line in piece.lines) > _TITLE:
            return None
    return None


def _join(before: Grid, grid: Grid) -> None:
    head = before.head()
    if not head or not grid.goes_on(before) or grid.head() == head:
        return
    if grid.header == 1 and not grid.has_figures() and not before.has_figures():
        grid.header = 0  # its first row was taken for a head, as that of a table of words is
    if not grid.header:
        grid.carried = head
