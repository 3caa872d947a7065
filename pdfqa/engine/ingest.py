"""Ingest: read files in worker processes and store each in one transaction, whole or not at all.

A document is read in ranges of pages, so that all cores share a large one. A range comes back as an encoded segment
and is spooled, beyond some megabytes to disk: memory does not grow with the number of pages. What a worker dies over,
and what must be recognised in a picture, is looked at page by page (`engine.ranges`).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cached_property, partial
from itertools import count, pairwise
from types import TracebackType

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.embedding import embedded
from pdfqa.engine.incoming import Item, Reading, heading_above, names_of, titles
from pdfqa.engine.ranges import How, Look, Range
from pdfqa.engine.reading import SMALL, Cut, Opened, Part, Request
from pdfqa.errors import EncryptedFileError, FileError, PdfqaError, ReaderFailedError
from pdfqa.pages import Segment
from pdfqa.passages import AnyStrategy, by_name
from pdfqa.pdf import ocr_lack
from pdfqa.pdf.options import ReadOptions
from pdfqa.pdf.passwords import tries
from pdfqa.store.documents import StoredDocument
from pdfqa.types import Progress
from pdfqa.workers import Done, Task, WorkerPool

__all__ = ["Ingest", "Item", "ranges"]

_LARGEST = 48  # pages in one task: enough to see running heads, few enough to be in memory several times
_FUNCTIONS: dict[How, str] = {
    "open": "open_document",
    "range": "read_part",
    "pdfium": "read_sheet",
    "pypdf": "read_sheet",
    "ocr": "recognise",
    "cut": "cut_pages",
}
_SEGMENT = msgspec.msgpack.Decoder(Segment)
_PART = msgspec.msgpack.Decoder(Part)
_OPENED = msgspec.msgpack.Decoder(Opened)


class Ingest:
    """Reads files with worker processes, which stay warm until it is closed; a context manager.

    Args:
        engine: Where the documents go.
        passwords: Tried on encrypted files, in order.
        progress: Told of every range of pages that was read, and of each page that was recognised.
    """

    def __init__(
        self, engine: Engine, *, passwords: Sequence[str] = (), progress: Callable[[Progress], None] | None = None
    ) -> None:
        self._engine = engine
        self._passwords = tries(passwords)
        self._progress = progress
        self._options = ReadOptions.of(engine.settings)
        self._in_workers = engine.settings.embedder is None  # where vectors are made
        self._pool = WorkerPool(engine.settings.workers, memory_mb=engine.settings.memory_mb)
        self._numbers = count(1)
        self._open: dict[int, Reading] = {}
        self._forget()

    def _forget(self) -> None:
        """Begin anew."""
        for reading in self._open.values():
            reading.close()
        self._items: deque[Item] = deque()
        self._ready: deque[tuple[int, Look]] = deque()
        self._open = {}
        self._later: dict[str, list[Item]] = {}  # what waits for another reading of the same bytes
        self._ended: deque[tuple[Item, PdfqaError | None]] = deque()
        self._wanted: Callable[[Item], bool] = lambda _: True
        self._stopping: Callable[[], bool] = lambda: False
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
                if self._is_done(item):
                    yield item, None
                else:
                    self._items.append(item)
            self._counts["files_total"] = len(self._items)
            self._wanted, self._stopping = wanted or self._wanted, stopping or self._stopping
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
                number, look = self._ready.popleft()
                if self._is_needed(number, look):
                    yield self._task(number, look)
            elif self._items:
                self._begin(self._items.popleft())
            else:
                yield None

    def _is_needed(self, number: int, look: Look) -> bool:
        """Return whether there is still reason for a look; end it if not."""
        reading = self._open[number]
        if reading.error is None:
            if look.how != "ocr" or not reading.no_ocr:
                return True
            self._follow(number, look.pages.skip(look, reading.no_ocr))
        self._settle(number)
        return False

    def _begin(self, item: Item) -> None:
        """Find out what is to be done for a file."""
        if not self._wanted(item):
            return
        if any(reading.item.sha256 == item.sha256 for reading in self._open.values()):
            self._later.setdefault(item.sha256, []).append(item)
            return
        documents = self._engine.documents
        if self._is_done(item):
            self._end(item, None)
            return
        known = None if item.again else documents.find(item.sha256)
        if known is not None:
            self._cut(item, known)
            return
        try:
            path = str(self._engine.blobs.locate(item.sha256))
        except PdfqaError as error:
            self._end(item, error)
            return
        reading = Reading(item, path=path, options=self._options, no_ocr=self._no_ocr)
        self._follow(self._opening(reading), [Look(Range(1, SMALL), "open")])

    @cached_property
    def _no_ocr(self) -> str:
        return ocr_lack(self._options)

    def _is_done(self, item: Item) -> bool:
        if item.again:
            return False
        index = self._engine.documents.find_index(item.sha256, item.strategy.name)
        return index is not None and index.id != item.replaces  # another process may have replaced it

    def _opening(self, reading: Reading) -> int:
        number = next(self._numbers)
        self._open[number] = reading
        return number

    def _cut(self, item: Item, known: StoredDocument) -> None:
        """Have the stored pages of a document cut."""
        self._counts["pages_total"] += known.pages
        number = self._opening(Reading(item, known=known))
        parts = ranges(known.pages, self._engine.settings.workers)
        self._follow(number, [Look(Range(first, last), "cut") for first, last in parts])

    def _follow(self, number: int, looks: list[Look]) -> None:
        """Note what is to be done next for a document: what was begun is finished before more is begun."""
        self._open[number].missing += len(looks)
        self._ready.extendleft((number, look) for look in reversed(looks))

    def _task(self, number: int, look: Look) -> Task:
        limit = "ocr_seconds" if look.how == "ocr" else "page_seconds"
        return Task(
            function=f"pdfqa.engine.reading:{_FUNCTIONS[look.how]}",
            payload=msgspec.msgpack.encode(self._order(self._open[number], look)),
            seconds=getattr(self._engine.settings, limit),
            limit=limit,
            key=(number, look),
        )

    def _order(self, reading: Reading, look: Look) -> Request | Cut:
        """Return what a worker needs to know."""
        pages = look.pages
        if reading.known is not None:
            stored = self._engine.documents.pages(reading.known.id, range(pages.first, pages.last + 1))
            return Cut(
                pages=[stored[number] for number in sorted(stored)],
                heading=heading_above(reading.known.info, pages.first),
                strategy=reading.item.strategy,
                embed=self._in_workers,
            )
        return Request(
            path=os.fsencode(reading.path),
            password=self._passwords[reading.tried],
            options=reading.options,
            first=look.page or pages.first,
            last=look.page or pages.last,
            heading=heading_above(reading.opened.info, pages.first) if reading.opened else "",
            outline=titles(reading.opened.info, pages.first, pages.last) if reading.opened else [],
            strategy=reading.item.strategy,
            known={page: msgspec.Raw(sheet) for page, sheet in pages.known.items()} if look.how == "range" else {},
            recognised=None if reading.no_ocr else sorted(pages.recognised),
            remarks=pages.remarks,
            pypdf=pages.pypdf or look.how == "pypdf",
            embed=self._in_workers,
        )

    def _take(self, done: Done) -> None:
        """Take in what came of a task."""
        number, look = done.key
        reading = self._open[number]
        if reading.error is None:
            try:
                self._follow(number, self._next(number, look, done))
            except FileError as error:
                reading.error = error
        self._settle(number)

    def _settle(self, number: int) -> None:
        """Finish a document when nothing of it is missing any more."""
        self._open[number].missing -= 1
        if not self._open[number].missing:
            self._finish(number)

    def _next(self, number: int, look: Look, done: Done) -> list[Look]:
        """Return what follows from the outcome of a look.

        Raises:
            FileError: Nothing does: the file cannot be read.
        """
        reading = self._open[number]
        if look.how == "ocr":
            self._tell(reading, 1)
        if done.result is None:
            return self._failed(reading, look, done)
        if look.how == "open":
            return self._opened(reading, look, _OPENED.decode(done.result))
        if look.how == "range":
            return self._read(reading, look.pages, _PART.decode(done.result))
        if look.how == "cut":
            self._keep(reading, look.pages, done.result)
            return []
        return look.pages.saw(look, done.result)

    def _failed(self, reading: Reading, look: Look, done: Done) -> list[Look]:
        error = done.error or ReaderFailedError("reading gave nothing")
        if isinstance(error, EncryptedFileError) and reading.tried + 1 < len(self._passwords):
            reading.tried += 1
            return [look]
        if look.how == "cut" or (look.how != "ocr" and not isinstance(error, ReaderFailedError)):
            raise error
        reading.troubled(look, error, done.at)
        return look.pages.failed(look, error, done.at)

    def _opened(self, reading: Reading, look: Look, opened: Opened) -> list[Look]:
        if opened.info.pages > (most := self._engine.settings.max_pages):
            raise FileError(
                f"{reading.item.shown} has {opened.info.pages:,} pages, more than the {most:,} that are read",
                hint="If that is right, allow more with PDFQA_MAX_PAGES.",
                param="max_pages",
            )
        reading.opened = msgspec.structs.replace(opened, part=None)
        self._counts["pages_total"] += opened.info.pages
        if opened.part is not None:
            whole = Range(1, opened.info.pages, pypdf=look.pages.pypdf)
            return self._read(reading, whole, opened.part)
        looks = []
        for first, last in ranges(opened.info.pages, self._engine.settings.workers):
            pages = Range(first, last, pypdf=look.pages.pypdf)
            error, at = reading.suspect or (None, 0)
            if error is not None and (first <= at <= last or not at):
                looks += pages.failed(Look(pages), error, at)
            else:
                looks += pages.begin()
        return looks

    def _read(self, reading: Reading, pages: Range, part: Part) -> list[Look]:
        if part.wanting:
            return pages.wants(part.wanting)
        self._keep(reading, pages, part.segment)
        return []

    def _keep(self, reading: Reading, pages: Range, encoded: bytes | msgspec.Raw) -> None:
        segment, count = _SEGMENT.decode(encoded), pages.size - len(pages.recognised)
        if self._in_workers:
            self._tell(reading, count)
        else:
            tell, stop = partial(self._tell, reading), self._stopping
            segment = embedded(self._engine, segment, known=reading.known, count=count, tell=tell, stopping=stop)
            encoded = msgspec.msgpack.encode(segment)
        reading.keep(pages.first, encoded, segment, pages.remarks)

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
                documents.write_index(
                    item.sha256,
                    reading.segments(),
                    strategy=item.strategy.name,
                    embedder=self._engine.embedder_name,
                    replaces=item.replaces,
                    names=self._names(item, reading.known) if item.replaces else None,
                )
            else:
                document = reading.document(self._engine.now())
                documents.write(
                    document,
                    reading.segments(),
                    names=reading.names(document.language),
                    strategy=item.strategy.name,
                    embedder=self._engine.embedder_name,
                    others=self._others(reading) if item.again else None,
                )
        except FileError as error:
            return error
        return None

    def _names(self, item: Item, known: StoredDocument) -> list[str]:
        return names_of(item.shown, known.info.title, self._engine.documents.page(item.sha256, 1), known.language)

    def _others(self, reading: Reading) -> dict[str, Iterator[Segment]]:
        """Return the segments of a document that was read again, cut in the other ways that it had been cut in."""
        return {
            name: self._cut_again(reading, by_name(name))
            for name in self._engine.documents.strategies(reading.item.sha256)
            if name != reading.item.strategy.name
        }

    def _cut_again(self, reading: Reading, strategy: AnyStrategy) -> Iterator[Segment]:
        from pdfqa.index.build import build

        for segment in reading.segments():
            heading = heading_above(reading.opened.info, segment.pages[0].number) if reading.opened else ""
            yield build(segment.pages, self._engine.index_embedder, heading=heading, strategy=strategy)

    def _tell(self, reading: Reading, pages: int) -> None:
        self._counts["pages_done"] += pages
        if self._progress:
            doing = "indexing" if reading.known else "reading"
            self._progress(Progress(file=reading.item.shown, doing=doing, unit="pages", **self._counts))


def ranges(pages: int, workers: int) -> list[tuple[int, int]]:
    """Return the ranges [first, last] that a document is read in: some for each worker, none too large."""
    count = max(-(-pages // _LARGEST), min(2 * workers, -(-pages // SMALL)))
    size, longer = divmod(pages, count)
    edges = [0]
    for number in range(count):
        edges.append(edges[-1] + size + (number < longer))
    return [(low + 1, high) for low, high in pairwise(edges)]
