"""Ingest: read files in worker processes and store each in one transaction, whole or not at all.

A document is read in ranges of pages, so that all cores share a large one. A range comes back as an encoded segment
and is spooled, beyond some megabytes to disk: memory does not grow with the number of pages.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import count, pairwise
from types import TracebackType

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.incoming import Item, Reading
from pdfqa.engine.reading import SMALL, Cut, Opened, Request
from pdfqa.errors import EncryptedFileError, FileError, PdfqaError
from pdfqa.pages import DocumentInfo, Segment
from pdfqa.pdf.options import ReadOptions
from pdfqa.store.documents import StoredDocument
from pdfqa.types import Progress
from pdfqa.workers import Done, Task, WorkerPool

__all__ = ["Ingest", "Item", "ranges"]

_LARGEST = 48  # pages in one task: enough to see running heads, few enough to be in memory several times
_PER_PAGE = 1.0  # seconds that each page of a task adds to its deadline
_SEGMENT = msgspec.msgpack.Decoder(Segment)
_OPENED = msgspec.msgpack.Decoder(Opened)


class Ingest:
    """Reads files with worker processes, which stay warm until it is closed; a context manager.

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
        settings = engine.settings
        self._options = ReadOptions(ocr=settings.ocr, ocr_lang=settings.ocr_lang or "")
        self._pool = WorkerPool(engine.settings.workers, memory_mb=engine.settings.memory_mb)
        self._numbers = count(1)
        self._open: dict[int, Reading] = {}
        self._forget()

    def _forget(self) -> None:
        """Begin anew."""
        for reading in self._open.values():
            reading.close()
        self._items: deque[Item] = deque()
        self._ready: deque[Callable[[], Task]] = deque()
        self._open = {}
        self._later: dict[str, list[Item]] = {}  # what waits for another reading of the same bytes
        self._ended: deque[tuple[Item, PdfqaError | None]] = deque()
        self._wanted: Callable[[Item], bool] = lambda _: True
        self._counts = dict.fromkeys(("pages_done", "pages_total", "files_done", "files_total", "failed"), 0)

    def __enter__(self) -> Ingest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave no process behind."""
        self._pool.close()

    def run(
        self,
        items: Sequence[Item],
        *,
        wanted: Callable[[Item], bool] | None = None,
        stopping: Callable[[], bool] | None = None,
    ) -> Iterator[tuple[Item, PdfqaError | None]]:
        """Yield each file when it is stored, or with the error that kept it out.

        Args:
            items: The files.
            wanted: Asked before a file is begun; one that is not wanted any more is left out.
            stopping: Asked now and then whether to stop; what is under way is then lost.
        """
        try:
            for item in items:
                if self._engine.documents.find_index(item.sha256, item.strategy.name):
                    yield item, None
                else:
                    self._items.append(item)
            self._counts["files_total"] = len(self._items)
            self._wanted = wanted or self._wanted
            with closing(self._pool.map(self._tasks(), stopping=stopping)) as outcomes:
                for done in outcomes:
                    self._take(done)
                    while self._ended:
                        yield self._ended.popleft()
            yield from self._ended
        finally:
            self._forget()

    def _tasks(self) -> Iterator[Task | None]:
        """Yield what is to be done next, None while that depends on what is under way."""
        while self._ready or self._items or self._open:
            if self._ready:
                yield self._ready.popleft()()
            elif self._items:
                self._begin(self._items.popleft())
            else:
                yield None

    def _begin(self, item: Item) -> None:
        """Find out what is to be done for a file."""
        if not self._wanted(item):
            return
        if any(reading.item.sha256 == item.sha256 for reading in self._open.values()):
            self._later.setdefault(item.sha256, []).append(item)
            return
        documents = self._engine.documents
        if documents.find_index(item.sha256, item.strategy.name):
            self._end(item, None)
            return
        known = documents.find(item.sha256)
        if known is not None:
            self._cut(self._opening(Reading(item, known=known)), known)
            return
        try:
            path = str(self._engine.blobs.locate(item.sha256))
        except PdfqaError as error:
            self._end(item, error)
            return
        number = self._opening(Reading(item, path=path))
        self._open[number].missing = 1
        self._ready.append(partial(self._open_task, number))

    def _opening(self, reading: Reading) -> int:
        number = next(self._numbers)
        self._open[number] = reading
        return number

    def _cut(self, number: int, known: StoredDocument) -> None:
        """Have the stored pages of a document cut."""
        self._counts["pages_total"] += known.pages
        for first, last in ranges(known.pages, self._engine.settings.workers):
            self._open[number].missing += 1
            self._ready.append(partial(self._cut_task, number, known, first, last))

    def _cut_task(self, number: int, known: StoredDocument, first: int, last: int) -> Task:
        pages = self._engine.documents.pages(known.id, range(first, last + 1))
        cut = Cut(
            pages=[page for _, page in sorted(pages.items())],
            heading=_heading(known.info, first),
            strategy=self._open[number].item.strategy,
        )
        return self._task("cut_pages", number, msgspec.msgpack.encode(cut), first, last)

    def _open_task(self, number: int) -> Task:
        return self._read_task("open_document", number, 1, SMALL)

    def _read_task(self, function: str, number: int, first: int, last: int) -> Task:
        reading = self._open[number]
        request = Request(
            path=os.fsencode(reading.path),
            password=self._passwords[reading.tried] if self._passwords else None,
            options=self._options,
            first=first,
            last=last,
            heading=_heading(reading.opened.info, first) if reading.opened else "",
            strategy=reading.item.strategy,
        )
        return self._task(function, number, msgspec.msgpack.encode(request), first, last)

    def _task(self, function: str, number: int, payload: bytes, first: int, last: int) -> Task:
        return Task(
            function=f"pdfqa.engine.reading:{function}",
            payload=payload,
            seconds=self._engine.settings.page_seconds + _PER_PAGE * (last - first + 1),
            key=(number, first, last),
        )

    def _take(self, done: Done) -> None:
        """Take in what came of a task."""
        number, first, last = done.key
        reading = self._open[number]
        reading.missing -= 1
        if done.error is not None:
            self._failed(number, done.error)
        elif reading.error is None and done.result is not None:
            if reading.opened is None and reading.known is None:
                self._opened(number, _OPENED.decode(done.result))
            else:
                reading.keep(first, done.result, _SEGMENT.decode(done.result))
                self._tell(reading, last - first + 1)
        if not reading.missing:
            self._finish(number)

    def _failed(self, number: int, error: PdfqaError) -> None:
        reading = self._open[number]
        if isinstance(error, EncryptedFileError) and reading.tried + 1 < len(self._passwords):
            reading.tried += 1
            reading.missing += 1
            self._ready.append(partial(self._open_task, number))
        else:
            reading.error = reading.error or error

    def _opened(self, number: int, opened: Opened) -> None:
        reading, segment = self._open[number], opened.segment
        reading.opened = msgspec.structs.replace(opened, segment=None)
        pages = opened.info.pages
        self._counts["pages_total"] += pages
        if segment is not None:
            reading.keep(1, msgspec.msgpack.encode(segment), segment)
            self._tell(reading, pages)
            return
        for first, last in ranges(pages, self._engine.settings.workers):
            reading.missing += 1
            self._ready.append(partial(self._read_task, "read_segment", number, first, last))

    def _finish(self, number: int) -> None:
        """Store a document whose segments are all here, or say what keeps it out."""
        reading = self._open[number]
        try:
            error = reading.error
            if error is None:
                error = self._store(reading)
        finally:
            reading.close()
            del self._open[number]
        self._items.extendleft(reversed(self._later.pop(reading.item.sha256, [])))
        self._end(reading.item, reading.named(error))
        self._tell(reading, 0)

    def _end(self, item: Item, error: PdfqaError | None) -> None:
        self._counts["files_done"] += 1
        self._counts["failed"] += error is not None
        self._ended.append((item, error))

    def _store(self, reading: Reading) -> PdfqaError | None:
        item, documents = reading.item, self._engine.documents
        try:
            if reading.known is not None:
                embedder = self._engine.embedder.name
                documents.write_index(item.sha256, reading.segments(), strategy=item.strategy.name, embedder=embedder)
            else:
                document = reading.document(self._engine.now())
                documents.write(
                    document,
                    reading.segments(),
                    names=reading.names(document.language),
                    strategy=item.strategy.name,
                    embedder=reading.embedder,
                )
        except FileError as error:
            return error
        return None

    def _tell(self, reading: Reading, pages: int) -> None:
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


def _heading(info: DocumentInfo, first: int) -> str:
    """Return the outline's entry that a page begins under."""
    above = [item for item in info.outline if 0 < item.page < first]
    return max(above, key=lambda item: item.page).title if above else ""
