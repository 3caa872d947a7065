"""A document that has been read, seen from outside: what is known of it, and its pages."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pdfqa.engine import Engine
from pdfqa.errors import ObjectNotFoundError
from pdfqa.pages import Attachment, DocumentInfo, OutlineItem, Page
from pdfqa.types import PICTURE_WIDTH, FileEntry, ImageList

if TYPE_CHECKING:
    from pdfqa.engine.looking import Viewer


class Document:
    """A document that has been read: what is known of it, and its pages."""

    def __init__(self, engine: Engine, file: FileEntry, passwords: Sequence[str] = ()) -> None:
        self._engine = engine
        self._passwords = passwords
        self.file = file
        self.pages = file.pages
        self.title = file.title
        self.language = file.language
        self.unread = file.unread
        self.unseen = file.unseen

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
    def attachments(self) -> list[Attachment]:
        """Return the files inside it; a size is 0 where the file could not be looked at."""
        carried = self._engine.attachments.of(self.file.sha256)
        return [one.attachment for one in carried] or self.info.attachments

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

    def images(self, page: int | None = None, *, out: str | os.PathLike[str] | None = None) -> ImageList:
        """Return the images that are embedded in the PDF, each with its page and rectangle.

        Args:
            page: Only those of this page, counted from 1.
            out: A folder to save them in: a JPEG as it is, all others as PNG; one that is there is overwritten.

        Raises:
            FileMissingError: The PDF is no longer where it was read from, or has changed.
            FileError: It cannot be read.
            InvalidRequestError: There is no such page.
        """
        return self._viewer().images(page, out)

    def picture(self, page: int, *, highlight: str | Sequence[str] = (), width: int = PICTURE_WIDTH) -> bytes:
        """Return a page as it is shown, as a PNG file, with some of its words marked.

        Args:
            page: The page, counted from 1.
            highlight: A quote, or several. Spaces, hyphens and, where need be, upper and lower case may differ.
            width: How many pixels wide.

        Raises:
            FileMissingError: The PDF is no longer where it was read from, or has changed.
            FileError: It cannot be read, or the page not drawn.
            InvalidRequestError: There is no such page, a quote is not on it, or the width is out of range.
        """
        return self._viewer().picture(page, highlight=highlight, width=width)

    def _viewer(self) -> Viewer:
        from pdfqa.engine.looking import Viewer

        path, shown = self._engine.blobs.locate(self.file.sha256), self.file.path or self.file.name
        return Viewer(self._engine, str(path), shown, document=self.file.sha256, passwords=self._passwords)
