"""What jobs on whole documents share: all pages of one, and citations of spans of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.library import Named
from pdfqa.errors import ObjectNotFoundError
from pdfqa.pages import Page, label_at
from pdfqa.passages import table_rows
from pdfqa.store.documents import StoredDocument
from pdfqa.types import Citation, Unread
from pdfqa.verify import stands
from pdfqa.wire import FileCitation

_AT_ONCE = 200  # pages that are taken from the database together


class Whole:
    """A document, all of it, as its user calls it."""

    def __init__(self, engine: Engine, named: Named) -> None:
        document = engine.documents.find(named.sha256)
        if document is None:
            raise ObjectNotFoundError(f"{named.shown} has not been read")
        self._engine = engine
        self.named = named
        self.document: StoredDocument = document
        self.sha256 = named.sha256
        self.shown = named.shown
        self.language = document.language

    def pages(self) -> Iterator[Page]:
        """Yield all pages, in order."""
        for first in range(1, self.document.pages + 1, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, self.document.pages + 1))
            found = self._engine.documents.pages(self.document.id, numbers)
            yield from (found[number] for number in sorted(found))

    @property
    def unread(self) -> list[Unread]:
        """Return the pages that gave no text."""
        return [msgspec.structs.replace(unread, file=self.shown) for unread in self.document.unread]

    def cite(self, page: Page, start: int, end: int, *, score: float = 1.0, supported: bool = True) -> Citation:
        """Return the citation of a span of a page."""
        quote = page.text[start:end]
        return Citation(
            file=self.shown,
            page=page.number,
            label=label_at(page, start),
            quote=quote,
            start=start,
            end=end,
            verified=supported and stands(quote, page.text, start, end),
            score=round(score, 4),
            source="ocr" if page.source == "ocr" else "text",
            table=table_rows(page, start, end),
            sha256=self.sha256,
        )

    def cited(self, citation: FileCitation) -> Citation:
        """Return a citation of an answer as one of this document."""
        return Citation(
            file=self.shown,
            page=citation.page,
            label=citation.label,
            quote=citation.quote,
            start=citation.start,
            end=citation.end,
            verified=citation.verified,
            score=citation.score,
            source=citation.source,
            table=citation.table,
            sha256=self.sha256,
        )
