"""A document that has been read, seen from outside: what is known of it, and its pages."""

from __future__ import annotations

from pdfqa.engine import Engine
from pdfqa.errors import ObjectNotFoundError
from pdfqa.pages import DocumentInfo, OutlineItem, Page
from pdfqa.types import FileEntry


class Document:
    """A document that has been read: what is known of it, and its pages."""

    def __init__(self, engine: Engine, file: FileEntry) -> None:
        self._engine = engine
        self.file = file
        self.pages = file.pages
        self.title = file.title
        self.language = file.language
        self.unread = file.unread

    def __repr__(self) -> str:
        return f"Document({self.file.name!r}, {self.pages} pages)"

    @property
    def info(self) -> DocumentInfo:
        """Return the document's own metadata and table of contents."""
        document = self._engine.documents.find(self.file.sha256)
        if document is None:
            raise ObjectNotFoundError(f"{self.file.name} has been removed")
        return document.info

    @property
    def outline(self) -> list[OutlineItem]:
        """Return the document's own table of contents."""
        return self.info.outline

    @property
    def labels(self) -> list[str]:
        """Return the printed labels of the pages, in order."""
        return self._engine.documents.labels(self.file.sha256)

    def page(self, number: int) -> Page:
        """Return one page, counted from 1.

        Raises:
            InvalidRequestError: There is no such page.
        """
        return self._engine.documents.page(self.file.sha256, number)
