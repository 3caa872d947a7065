"""PDFs inside PDFs: taken out once, in processes of their own, and kept as files that go with what carries them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.files import printable
from pdfqa.errors import StorageFullError
from pdfqa.pages import Attachment
from pdfqa.store.attachments import Carried
from pdfqa.store.blobs import Received
from pdfqa.store.documents import StoredDocument
from pdfqa.wire import File
from pdfqa.workers import Task, WorkerPool

DEPTH = 2  # a file inside a file inside a file is only listed
_MOST = 500  # files of one PDF that are looked into
_MOST_BYTES = 1 << 30  # of all of them together
_LARGEST = 256 << 20  # bytes of one of them
_SECONDS = 30.0  # for one of them
_LONGEST_NAME = 255


class Attaching:
    """Takes the PDFs out of PDFs that have been read; a context manager, whose process lives as long as its block.

    Args:
        engine: The home.
        passwords: Tried on what is encrypted.
    """

    def __init__(self, engine: Engine, passwords: Sequence[str] = ()) -> None:
        self._engine = engine
        self._passwords = list(passwords)
        self._pool: WorkerPool | None = None

    def __enter__(self) -> Attaching:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def inside(self, document: StoredDocument) -> list[tuple[File, str, str]]:
        """Return the PDFs that a document carries, taken out if they were not: file, hash and name of each.

        Raises:
            FileMissingError: They were not, and the document is no longer where it was read from.
        """
        engine = self._engine
        carried = engine.attachments.of(document.sha256)
        if not carried and document.info.attachments:
            self._take(document, engine.blobs.locate(document.sha256))
            carried = engine.attachments.of(document.sha256)
        found = []
        for one in carried:
            files = engine.file_objects.with_key(one.child) if one.child else []
            if files:
                file = next((file for file in files if file.id == one.file), files[0])
                found.append((file, one.child, one.attachment.name))
        return found

    def _take(self, document: StoredDocument, path: Path) -> None:
        with self._places() as places, ExitStack() as open_:
            received: list[tuple[Attachment, Received | None]] = []
            for attachment, out in self._taken(document, path, places):
                got = open_.enter_context(self._engine.blobs.receiving([out])) if out else None
                received.append((attachment, got))
            with self._engine.database.atomic():
                carried = [self._kept(attachment, got, document.sha256) for attachment, got in received]
                self._engine.attachments.write(document.sha256, carried)

    def _taken(
        self, document: StoredDocument, path: Path, places: Callable[[int], Path]
    ) -> Iterator[tuple[Attachment, Path | None]]:
        """Yield the files inside a document with their sizes, and where the bytes of those are that are PDFs."""
        from pdfqa.pdf.attachments import Request, Taken, called_pdf

        tasks = [
            Task(
                function="pdfqa.pdf.attachments:take",
                payload=msgspec.msgpack.encode(
                    Request(
                        path=os.fsencode(path),
                        page=file.page,
                        number=file.number,
                        out=os.fsencode(places(place)),
                        most=_LARGEST,
                        called=called_pdf(file.name),
                        passwords=self._passwords,
                    )
                ),
                seconds=_SECONDS,
                key=place,
            )
            for place, file in enumerate(document.info.attachments[:_MOST])
        ]
        left = _MOST_BYTES
        sizes: dict[int, Taken] = {}
        self._pool = self._pool or WorkerPool(1, memory_mb=self._engine.settings.memory_mb)
        for done in self._pool.map(tasks):
            if done.result is not None:
                sizes[done.key] = msgspec.msgpack.decode(done.result, type=Taken)
        for place, file in enumerate(document.info.attachments):
            taken = sizes.get(place, Taken(bytes=0, written=False))
            fits = taken.written and taken.bytes <= left
            left -= taken.bytes if fits else 0
            yield msgspec.structs.replace(file, bytes=taken.bytes), places(place) if fits else None

    def _kept(self, attachment: Attachment, received: Received | None, parent: str) -> Carried:
        """Keep the bytes of a PDF as a file, unless there is one of them."""
        engine = self._engine
        if received is None or received.sha256 == parent:
            return Carried(attachment=attachment)
        known = engine.file_objects.with_key(received.sha256)
        if known:
            mine = next((file.id for file in known if engine.attachments.is_inside(file.id)), "")
            return Carried(attachment=attachment, child=received.sha256, file=mine)
        name = printable(Path(attachment.name).name or attachment.name)[:_LONGEST_NAME]
        file = engine.files.add(received, name, status="uploaded")
        return Carried(attachment=attachment, child=received.sha256, file=file.id)

    @contextmanager
    def _places(self) -> Iterator[Callable[[int], Path]]:
        """Lend names of files under `incoming/`; what is still there in the end is removed."""
        incoming, prefix = self._engine.blobs.incoming, self._engine.new_id("inside-")
        try:
            incoming.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageFullError(
                f"{incoming} could not be written: {error.strerror}",
                hint="Free some space, or move the home directory with PDFQA_HOME.",
            ) from error
        try:
            yield lambda number: incoming / f"{prefix}-{number}"
        finally:
            for path in incoming.glob(f"{prefix}-*"):
                path.unlink(missing_ok=True)
