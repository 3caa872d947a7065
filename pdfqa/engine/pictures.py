"""Where quotes stand in a PDF, and what its pages look like.

Pages are drawn in a process of their own: a page that makes pdfium crash, or that takes for ever, costs a picture and
not the program that asked for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.errors import NotAPdfError, ReaderFailedError, StorageError
from pdfqa.pages import TEXT_READER, Place
from pdfqa.placed import Whereabouts
from pdfqa.types import Box
from pdfqa.wire import requests
from pdfqa.wire.base import Shown

T = TypeVar("T")
_SECONDS = 20.0  # for one page


class PdfLocator:
    """Knows a document of a home directory; a `types.Locator`.

    Args:
        engine: The home.
        document: The hash of the document's bytes.
        passwords: Tried where it is encrypted.
    """

    def __init__(self, engine: Engine, document: str, passwords: Sequence[str] = ()) -> None:
        self._engine = engine
        self._passwords = list(passwords)
        self._seen = engine.blobs.path(document)
        self.document = document

    def boxes(self, page: int, quote: str, start: int) -> list[Box]:
        """Return the rectangles that a quote covers on its page.

        Raises:
            FileMissingError: The PDF is no longer where it was read from, or has changed.
            FileError: It cannot be read.
        """
        if self._is_text():
            return []  # a text has lines, and no places
        from pdfqa.pdf.marked import find

        return find(self._path(), page, (quote, start), self._passwords, self.places(page))

    def picture(self, page: int, quotes: Sequence[tuple[str, int]], width: int) -> bytes:
        """Return a page as PNG, with quotes marked.

        Raises:
            FileMissingError: The PDF is no longer where it was read from, or has changed.
            FileError: It cannot be read, or the page not drawn.
            InvalidRequestError: The width is out of range.
        """
        from pdfqa.pdf.marked import Request
        from pdfqa.workers import Task, WorkerPool

        if self._is_text():
            raise NotAPdfError("a text has no page that could be drawn", hint="Its quotes say in which line they are.")

        request = Request(
            path=os.fsencode(self._path()),
            page=page,
            quotes=list(quotes),
            width=width,
            passwords=self._passwords,
            places=self.places(page),
        )
        task = Task(function="pdfqa.pdf.marked:draw", payload=msgspec.msgpack.encode(request), seconds=_SECONDS)
        with WorkerPool(1, memory_mb=self._engine.settings.memory_mb) as pool:
            done = next(pool.map([task]))
        if done.error or done.result is None:
            raise done.error or ReaderFailedError(f"page {page} could not be drawn", hint="Try it again.")
        return done.result

    def whereabouts(self) -> Whereabouts:
        """Return where the PDF is.

        Raises:
            FileMissingError: It is no longer where it was read from, or has changed.
        """
        path, engine = self._path(), self._engine
        own = not os.path.realpath(path).startswith(os.path.realpath(engine.settings.home) + os.sep)
        return Whereabouts(path=path, passwords=self._passwords, memory_mb=engine.settings.memory_mb, own=own)

    def places(self, page: int) -> list[Place]:
        """Return where the words of a page stand that its text layer lacks."""
        documents = self._engine.documents
        try:
            document = documents.find(self.document)
            found = documents.pages(document.id, [page]).get(page) if document else None
        except StorageError:  # as below
            return []
        return found.places if found else []

    def _is_text(self) -> bool:
        try:
            document = self._engine.documents.find(self.document)
        except StorageError:  # the home has been closed since
            return False
        return document is not None and document.info.reader == TEXT_READER

    def _path(self) -> str:
        blobs = self._engine.blobs
        try:
            return str(blobs.locate(self.document))
        except StorageError:  # the home has been closed since; the file may still be where it was
            return str(blobs.locate(self.document, seen=self._seen))


class HomeSource:
    """What values that came from a home may ask it when they are looked at; a `wire.base.Source`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def locator(self, file_id: str) -> PdfLocator | None:
        """Return what finds quotes in a file and draws its pages; None where the file is not there."""
        sha256 = self._engine.file_objects.key(file_id)
        password = self._engine.settings.password
        return PdfLocator(self._engine, sha256, [password] if password else []) if sha256 else None

    def names(self, file_ids: Iterable[str]) -> dict[str, str]:
        """Return the names of files, by their ids."""
        return {id_: file.filename for id_, (file, _) in self._engine.file_objects.some(file_ids).items()}

    def failed_files(self, vector_store_id: str, batch_id: str) -> list[tuple[str, str]]:
        """Return name and reason of the files of a batch (of the whole vector store without an id) that failed."""
        request = requests.ListVectorStoreFiles(filter="failed", order="asc")
        files = self._engine.store_files
        if batch_id:
            page = files.list_batch(vector_store_id, batch_id, request)
        else:
            page = files.list(vector_store_id, request)
        names = self.names(item.id for item in page.data)
        return [(names.get(item.id, item.id), item.last_error.message) for item in page.data if item.last_error]


def sourced(result: T, engine: Engine) -> T:
    """Return what an operation gave, and the objects in it, knowing the home that they came from."""
    source = HomeSource(engine)
    for value in (result, *getattr(result, "data", ())):
        if isinstance(value, Shown):
            value.with_source(source)
    return result
