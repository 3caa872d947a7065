"""HTML of a report: texts that may hold anything, and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from pdfqa.render import clean


def text(value: object) -> str:
    """Return a text for HTML: escaped, and without what turns the reading direction."""
    return escape(clean(str(value)))


def table(kind: str, heads: Sequence[str], rows: Iterable[str], *, sortable: bool = False) -> str:
    """Return a table that may be wider than the page; a head that begins with # is one of numbers."""
    sort = " data-sort" if sortable else ""
    cells = "".join(
        f'<th class="n"{sort}>{head[1:]}</th>' if head.startswith("#") else f"<th{sort}>{head}</th>" for head in heads
    )
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{cells}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
