"""Look into one PDF: its embedded images, and its pages as they are shown, with words marked.

The PDF need not have been read. Everything is done in processes of its own: a page that makes pdfium crash, or that
takes for ever, costs itself and not the program that asked for it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.library import Library
from pdfqa.errors import FileWriteError, InvalidRequestError, PdfqaError, ReaderFailedError
from pdfqa.pages import Page
from pdfqa.pdf import phrases
from pdfqa.pdf.images import Found, Request
from pdfqa.store.blobs import hash_file
from pdfqa.types import PICTURE_WIDTH, Drawing, ImageList, PageImage, Unread
from pdfqa.workers import Done, Task, WorkerPool

T = TypeVar("T")
Folder = str | os.PathLike[str]
_RANGE = 16  # pages of one task
_PER_PAGE = 2.0  # seconds that each page of a task adds to its time
_NAMED = 8  # pages that an error names
_LONGEST = 60  # characters of a phrase that an error shows


class Viewer:
    """Looks into one PDF.

    Args:
        engine: The home, for its settings and for what was read of the PDF.
        path: Where the PDF is.
        shown: What the user calls it.
        document: The hash of its bytes, where it has been read.
        passwords: Tried where it is encrypted.
    """

    def __init__(
        self, engine: Engine, path: str, shown: str, *, document: str = "", passwords: Sequence[str] = ()
    ) -> None:
        self._engine = engine
        self._path = os.fsencode(path)
        self._shown = shown
        self._document = document
        self._passwords = list(passwords)

    def images(self, page: int | None = None, out: Folder | None = None) -> ImageList:
        """Return the images that are embedded in the PDF, page by page in the order in which they are drawn.

        Args:
            page: Only those of this page, counted from 1.
            out: A folder to save them in: a JPEG as it is, all others as PNG; one that is there is overwritten.

        Raises:
            FileError: The PDF cannot be used, or none of the pages.
            InvalidRequestError: There is no such page.
        """
        with self._pool(self._engine.settings.workers) as pool, _scratch(out) as folder:
            request = Request(path=self._path, passwords=self._passwords, folder=folder)
            pages = self._ask(pool, "images:count", request, int)
            first, last = (page, page) if page is not None else (1, pages)
            if not 1 <= first <= pages:
                raise InvalidRequestError(f"{self._shown} has no page {page}; it has {pages:,}", param="page")
            ranges = [(at, min(at + _RANGE - 1, last)) for at in range(first, last + 1, _RANGE)]
            found, failed = self._find(pool, request, ranges)
            if len(failed) == last - first + 1:
                failed[first].message = f"{self._shown}, page {first}: {failed[first].message}"
                raise failed[first]
            listed = list(_named(sorted(found, key=lambda item: item.page), len(str(pages)), folder, out))
        reasons: dict[str, list[int]] = {}
        for number in sorted(failed):
            reasons.setdefault(failed[number].message, []).append(number)
        unread = [Unread(file=self._shown, pages=numbers, reason=reason) for reason, numbers in reasons.items()]
        return ImageList(images=listed, unread=unread)

    def picture(self, page: int, *, highlight: str | Sequence[str] = (), width: int = PICTURE_WIDTH) -> bytes:
        """Return a page as it is shown, as a PNG file, with some of its words marked.

        Args:
            page: The page, counted from 1.
            highlight: A quote, or several. Spaces, hyphens and, where need be, upper and lower case may differ.
            width: How many pixels wide.

        Raises:
            FileError: The PDF cannot be used, or the page not drawn.
            InvalidRequestError: There is no such page, a quote is not on it, or the width is out of range.
        """
        return self.draw(page, [highlight] if isinstance(highlight, str) else highlight, width=width).png

    def draw(self, page: int | None = None, highlight: Sequence[str] = (), *, width: int = PICTURE_WIDTH) -> Drawing:
        """Return the same with the number of the page and the places that are marked.

        By default the page is the first that has the first quote, or else page 1.
        """
        for phrase in highlight:
            if not phrase.strip():
                raise InvalidRequestError("what is to be marked is empty", hint="Give some words.", param="highlight")
        with self._pool(1) as pool:
            if page is None:
                page = next(iter(self._pages_with(pool, highlight[0])), 1) if highlight else 1
            request = phrases.Request(
                path=self._path,
                passwords=self._passwords,
                page=page,
                phrases=list(highlight),
                width=width,
                known=self._known(page) if highlight else None,
            )
            drawn = self._ask(pool, "phrases:draw", request, phrases.Drawn)
            if drawn.missing:
                raise self._not_there(page, drawn, self._pages_with(pool, drawn.missing[0]))
        return Drawing(page=page, png=drawn.png, boxes=drawn.boxes)

    def _pool(self, size: int) -> WorkerPool:
        return WorkerPool(size, memory_mb=self._engine.settings.memory_mb)

    def _task(self, function: str, request: Any, pages: int = 1) -> Task:
        seconds = self._engine.settings.page_seconds + _PER_PAGE * pages
        payload = msgspec.msgpack.encode(request)
        return Task(function=f"pdfqa.pdf.{function}", payload=payload, seconds=seconds, key=request)

    def _ask(self, pool: WorkerPool, function: str, request: Any, type_: type[T]) -> T:
        done = next(pool.map([self._task(function, request)]))
        if done.result is None:
            raise self._error(done)
        return msgspec.msgpack.decode(done.result, type=type_)

    def _error(self, done: Done) -> PdfqaError:
        error = done.error or ReaderFailedError("the process that read the file gave nothing", hint="Try it again.")
        error.message = error.message.replace(os.fsdecode(self._path), self._shown)
        return error

    def _find(
        self, pool: WorkerPool, request: Request, ranges: Sequence[tuple[int, int]]
    ) -> tuple[list[Found], dict[int, PdfqaError]]:
        """Return the images of some ranges of pages, and why those of a page are not known.

        A range that fails is gone through page by page.
        """
        found: list[Found] = []
        failed: dict[int, PdfqaError] = {}
        again: list[tuple[int, int]] = []
        parts = (msgspec.structs.replace(request, first=first, last=last) for first, last in ranges)
        for done in pool.map(self._task("images:find", part, part.last - part.first + 1) for part in parts):
            first, last = done.key.first, done.key.last
            if done.result is not None:
                found += msgspec.msgpack.decode(done.result, type=list[Found])
            elif first == last:
                failed[first] = self._error(done)
            else:
                again += [(number, number) for number in range(first, last + 1)]
        if again:
            more, still = self._find(pool, request, again)
            found, failed = found + more, failed | still
        return found, failed

    def _known(self, page: int) -> Page | None:
        """Return a page of a document that has been read."""
        document = self._engine.documents.find(self._document) if self._document else None
        return self._engine.documents.pages(document.id, [page]).get(page) if document else None

    def _pages_with(self, pool: WorkerPool, phrase: str) -> list[int]:
        """Return the pages that have a phrase, as they were read or else in the text layer."""
        if self._document:
            found = phrases.pages_with(self._engine.documents.texts(self._document), phrase)
            if found:
                return found
        request = phrases.Wanted(path=self._path, passwords=self._passwords, phrase=phrase)
        return self._ask(pool, "phrases:find", request, list[int])

    def _not_there(self, page: int, drawn: phrases.Drawn, elsewhere: Sequence[int]) -> InvalidRequestError:
        phrase = drawn.missing[0]
        short = phrase if len(phrase) <= _LONGEST else f"{phrase[: _LONGEST - 1]}…"
        message = f'"{short}" is not on page {page} of {self._shown}'
        if elsewhere:
            more = ", …" if len(elsewhere) > _NAMED else ""
            numbers = ", ".join(map(str, elsewhere[:_NAMED]))
            hint = f"It is on page{'s' if len(elsewhere) > 1 else ''} {numbers}{more}."
        elif drawn.silent and not self._document:
            hint = "The page has no text that could be looked through; pdfqa add recognises that of scans."
        elif drawn.silent:
            hint = "The page has no text."
        else:
            hint = f"pdfqa show FILE --page {page} prints what is there."
        return InvalidRequestError(message, hint=hint, param="highlight")


def viewer(engine: Engine, library: Library, name: str, passwords: Sequence[str] = ()) -> Viewer:
    """Return what looks into a PDF: the file that is there by that name, or else one that was added.

    Args:
        engine: The home.
        library: Knows what was added.
        name: What the user calls it.
        passwords: Tried where it is encrypted.

    Raises:
        ObjectNotFoundError: There is no such file, and none that was added.
        FileError: It cannot be opened.
    """
    path = Path(name) if os.path.exists(name) else Path(name).expanduser()
    if os.path.isfile(path):
        sha256, _ = hash_file(path, shown=name)
        known = sha256 if engine.documents.knows(sha256) else ""
        return Viewer(engine, str(path), name, document=known, passwords=passwords)
    entry = library.find(name, copies=True)
    place = engine.blobs.locate(entry.sha256)
    return Viewer(engine, str(place), entry.path or entry.name, document=entry.sha256, passwords=passwords)


@contextmanager
def _scratch(out: Folder | None) -> Iterator[bytes | None]:
    """Yield a folder inside the one where images are to be, gone at the end with what is still in it."""
    if out is None:
        yield None
        return
    try:
        Path(out).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".pdfqa-", dir=out) as folder:
            yield os.fsencode(folder)
    except OSError as error:
        raise FileWriteError(
            f"images cannot be saved in {os.fspath(out)}: {(error.strerror or str(error)).lower()}",
            hint="Name another folder.",
        ) from error


def _named(found: Sequence[Found], digits: int, folder: bytes | None, out: Folder | None) -> Iterator[PageImage]:
    """Yield images under names: one for each image, by the first page that shows it; move their files there."""
    names: dict[str, str] = {}
    counts: dict[int, int] = {}
    for item in found:
        if item.key not in names:
            counts[item.page] = counts.get(item.page, 0) + 1
            names[item.key] = f"page-{item.page:0{digits}}-{counts[item.page]}"
        saved = ""
        if item.file and folder and out is not None:
            saved = os.path.join(out, names[item.key] + os.path.splitext(item.file)[1])
            half = os.path.join(os.fsdecode(folder), item.file)
            if os.path.exists(half):  # the first time that it is met
                os.replace(half, saved)
        yield PageImage(
            page=item.page,
            box=item.box,
            width=item.width,
            height=item.height,
            format=item.format,
            filters=item.filters,
            bytes=item.bytes,
            name=names[item.key],
            saved=saved,
            problem=item.problem,
        )
