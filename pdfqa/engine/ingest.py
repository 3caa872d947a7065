"""Ingest: read files in worker processes and store each in one transaction, whole or not at all.

A document is read in ranges of pages, so that all cores share a large one. A range comes back as an encoded segment
and is spooled, beyond some megabytes to disk: memory does not grow with the number of pages.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from pdfqa import languages
from pdfqa.engine.context import Engine
from pdfqa.engine.reading import SMALL, Opened, Request
from pdfqa.errors import EncryptedFileError, NoTextError, PdfqaError, ReaderFailedError
from pdfqa.passages import DEFAULT
from pdfqa.store.documents import StoredDocument
from pdfqa.types import Page, Progress, Segment, Unread
from pdfqa.workers import Done, Task, WorkerPool

_SPOOL = 32 << 20
_COVER = 300  # characters of the first page's headings
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")  # annualReport: two words
_LARGEST = 48  # pages in one task: enough to see running heads, few enough to be in memory several times
_PER_PAGE = 1.0  # seconds that each page of a task adds to its deadline
_SEGMENT = msgspec.msgpack.Decoder(Segment)
_OPENED = msgspec.msgpack.Decoder(Opened)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be read."""

    file_id: str
    sha256: str
    shown: str


class _Reading:
    """A document while its segments come in."""

    def __init__(self, item: Item, path: str) -> None:
        self.item = item
        self.path = path
        self.tried = 0  # passwords
        self.opened: Opened | None = None
        self.missing = 0
        self.spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 (closed by `close`)
        self.places: dict[int, tuple[int, int]] = {}
        self.unread: list[tuple[int, str]] = []
        self.languages: dict[str, int] = {}
        self.error: PdfqaError | None = None

    def keep(self, first: int, encoded: bytes, segment: Segment) -> None:
        """Spool a segment and note what of it the document's record needs."""
        self.places[first] = (self.spool.seek(0, 2), len(encoded))
        self.spool.write(encoded)
        read = [page for page in segment.pages if page.text]
        self.languages[segment.language] = self.languages.get(segment.language, 0) + len(read)
        for page in segment.pages:
            if not page.text:
                self.unread.append((page.number, page.warnings[0] if page.warnings else "no text"))

    def segments(self) -> Iterator[Segment]:
        """Yield the segments in page order."""
        for _, (start, size) in sorted(self.places.items()):
            self.spool.seek(start)
            yield _SEGMENT.decode(self.spool.read(size))

    def close(self) -> None:
        """Drop the spooled segments."""
        self.spool.close()


class Ingest:
    """Reads files with worker processes; a context manager that leaves no process behind.

    Args:
        engine: Where the documents go.
        passwords: Tried on encrypted files, in order.
        progress: Told of every range of pages that was read.
    """

    def __init__(
        self, engine: Engine, *, passwords: Sequence[str] = (), progress: Callable[[Progress], None] | None = None
    ) -> None:
        self._engine = engine
        self._passwords = list(passwords)
        self._progress = progress
        self._pool = WorkerPool(engine.settings.workers, memory_mb=engine.settings.memory_mb)
        self._ready: deque[Task] = deque()
        self._open: dict[str, _Reading] = {}
        self._counts = dict.fromkeys(("pages_done", "pages_total", "files_done", "files_total", "failed"), 0)

    def __enter__(self) -> Ingest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()
        for reading in self._open.values():
            reading.close()

    def run(self, items: Sequence[Item]) -> Iterator[tuple[Item, PdfqaError | None]]:
        """Yield each file when it is stored, or with the error that kept it out."""
        unknown = []
        for item in items:
            if self._engine.documents.find_index(item.sha256, DEFAULT.name):
                yield item, None
            else:
                unknown.append(item)
        self._counts["files_total"] = len(unknown)
        for done in self._pool.map(self._tasks(deque(unknown))):
            reading = self._open[done.key[0]]
            self._receive(reading, done)
            if not reading.missing:
                yield reading.item, self._finish(reading)

    def _tasks(self, items: deque[Item]) -> Iterator[Task | None]:
        """Yield what is to be done next, None while that depends on what is under way."""
        while items or self._open:
            if self._ready:
                yield self._ready.popleft()
            elif items:
                yield self._opening(items.popleft())
            else:
                yield None

    def _opening(self, item: Item) -> Task:
        reading = self._open[item.file_id] = _Reading(item, "")
        reading.missing = 1
        try:
            reading.path = str(self._engine.blobs.locate(item.sha256))
        except PdfqaError as error:
            reading.error = error
        return self._open_task(reading)

    def _open_task(self, reading: _Reading) -> Task:
        passwords = self._passwords or [None]  # type: ignore[list-item]
        return self._task("open_document", reading, passwords[min(reading.tried, len(passwords) - 1)], 1, SMALL)

    def _task(self, function: str, reading: _Reading, password: str | None, first: int, last: int) -> Task:
        request = Request(
            path=os.fsencode(reading.path),
            password=password,
            first=first,
            last=last,
            heading=_heading(reading.opened, first),
        )
        return Task(
            function=f"pdfqa.engine.reading:{function}",
            payload=msgspec.msgpack.encode(request),
            seconds=self._engine.settings.page_seconds + _PER_PAGE * (last - first + 1),
            key=(reading.item.file_id, first, last),
        )

    def _receive(self, reading: _Reading, done: Done) -> None:
        reading.missing -= 1
        if done.error is not None:
            self._failed(reading, done.error)
        elif reading.error is None and done.result is not None:
            if reading.opened is None:
                self._opened(reading, _OPENED.decode(done.result))
            else:
                segment = _SEGMENT.decode(done.result)
                reading.keep(done.key[1], done.result, segment)
                self._tell(reading, len(segment.pages))

    def _failed(self, reading: _Reading, error: PdfqaError) -> None:
        reading.tried += 1
        if isinstance(error, EncryptedFileError) and reading.tried < len(self._passwords):
            reading.missing += 1
            self._ready.append(self._open_task(reading))
        else:
            reading.error = reading.error or error

    def _opened(self, reading: _Reading, opened: Opened) -> None:
        segment = opened.segment
        reading.opened = msgspec.structs.replace(opened, segment=None)
        pages = opened.info.pages
        self._counts["pages_total"] += pages
        if segment is not None:
            reading.keep(1, msgspec.msgpack.encode(segment), segment)
            self._tell(reading, pages)
            return
        password = self._passwords[reading.tried] if self._passwords else None
        for first, last in ranges(pages, self._engine.settings.workers):
            reading.missing += 1
            self._ready.append(self._task("read_segment", reading, password, first, last))

    def _finish(self, reading: _Reading) -> PdfqaError | None:
        """Store a document whose segments are all here; return what keeps it out instead."""
        try:
            error = reading.error
            if error is None:
                error = self._store(reading)
        finally:
            reading.close()
            del self._open[reading.item.file_id]
        self._counts["files_done"] += 1
        self._counts["failed"] += error is not None
        self._tell(reading, 0)
        return _named(error, reading)

    def _store(self, reading: _Reading) -> PdfqaError | None:
        if reading.opened is None:
            return ReaderFailedError(f"{reading.item.shown} could not be opened", hint="Try it again.")
        info, item = reading.opened.info, reading.item
        if len(reading.unread) == info.pages:
            return NoTextError(
                f"{item.shown} has no text on {_pages(info.pages)}; it is probably a scan",
                hint="Its pages are pictures and need OCR (text recognition), which this version cannot do yet.",
            )
        unread = _by_reason(item.shown, reading.unread)
        document = StoredDocument(
            id=0,
            sha256=item.sha256,
            pages=info.pages,
            language=max(reading.languages, key=lambda language: reading.languages[language]),
            read_at=self._engine.now(),
            info=info,
            unread=unread,
        )
        self._engine.documents.write(
            document,
            reading.segments(),
            names=_names(item.shown, info.title, next(reading.segments()).pages[0], document.language),
            strategy=DEFAULT.name,
            embedder=reading.opened.embedder,
        )
        return None

    def _tell(self, reading: _Reading, pages: int) -> None:
        self._counts["pages_done"] += pages
        if self._progress:
            self._progress(Progress(file=reading.item.shown, **self._counts))


def ranges(pages: int, workers: int) -> list[tuple[int, int]]:
    """Return the ranges [first, last] that a document is read in: some for each worker, none too large."""
    count = max(-(-pages // _LARGEST), min(2 * workers, -(-pages // SMALL)))
    size, longer = divmod(pages, count)
    edges = [0]
    for number in range(count):
        edges.append(edges[-1] + size + (number < longer))
    return [(low + 1, high) for low, high in pairwise(edges)]


def _heading(opened: Opened | None, first: int) -> str:
    """Return the outline's entry that a page begins under."""
    if opened is None:
        return ""
    above = [item for item in opened.info.outline if 0 < item.page < first]
    return max(above, key=lambda item: item.page).title if above else ""


def _names(shown: str, title: str, first: Page, language: str) -> list[str]:
    """Return the terms of a document's name: its file's, its title's, and those of the headings of its first page."""
    stem = _CAPITALS.sub(" ", Path(shown).stem).replace("_", " ")
    headings = " ".join(first.text[block.start : block.end] for block in first.blocks if block.kind == "heading")
    analyzer = languages.analyzer(language)
    terms = analyzer.terms(f"{stem} {title} {headings[:_COVER]}")
    return [term for term in terms if not analyzer.stop(term)]


def _by_reason(shown: str, pages: list[tuple[int, str]]) -> list[Unread]:
    reasons: dict[str, list[int]] = {}
    for number, reason in sorted(pages):
        reasons.setdefault(reason, []).append(number)
    return [Unread(file=shown, pages=numbers, reason=reason) for reason, numbers in reasons.items()]


def _named(error: PdfqaError | None, reading: _Reading) -> PdfqaError | None:
    """Return an error that calls the file what the user calls it."""
    if error is not None and reading.path:
        error.message = error.message.replace(reading.path, reading.item.shown)
    return error


def _pages(count: int) -> str:
    return "its only page" if count == 1 else f"any of its {count} pages"
