"""PDFs inside PDFs: taken out once, in processes of their own, and kept as files that go with what carries them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.files import printable
from pdfqa.errors import DamagedFileError, FileError, PdfqaError, ReaderFailedError, StorageFullError
from pdfqa.pages import Attachment
from pdfqa.store.attachments import Carried
from pdfqa.store.blobs import Received
from pdfqa.store.documents import StoredDocument
from pdfqa.wire import File

if TYPE_CHECKING:
    from pdfqa.workers import WorkerPool

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

    def inside(
        self, document: StoredDocument, shown: str
    ) -> tuple[list[tuple[File, str, str]], list[tuple[str, PdfqaError]]]:
        """Return the PDFs that a document carries, taken out if they were not: file, hash and name of each.

        With them come the names of those that cannot be taken out, and why: told once, when it is tried.

        Args:
            document: What carries them.
            shown: What the user calls it.

        Raises:
            FileError: They were not, and the document is no longer where it was read from, or now needs a password.
            StorageFullError: There is no room for them.
        """
        engine = self._engine
        carried = engine.attachments.of(document.sha256)
        failed: list[tuple[str, PdfqaError]] = []
        if not carried and document.info.attachments:
            failed = self._take(document, engine.blobs.locate(document.sha256), shown)
            carried = engine.attachments.of(document.sha256)
        found = []
        for one in carried:
            files = engine.file_objects.with_key(one.child) if one.child else []
            if files:
                file = next((file for file in files if file.id == one.file), files[0])
                found.append((file, one.child, one.attachment.name))
        return found, failed

    def _take(self, document: StoredDocument, path: Path, shown: str) -> list[tuple[str, PdfqaError]]:
        """Take out what a document carries, and return what of it cannot be."""
        from pdfqa.pdf.parts.attachments import called_pdf

        failed: list[tuple[str, PdfqaError]] = []
        with self._places() as places, ExitStack() as open_:
            received: list[tuple[Attachment, Received | None]] = []
            for attachment, out in self._taken(document, path, shown, places):
                if isinstance(out, PdfqaError) and called_pdf(attachment.name):
                    failed.append((attachment.name, out))
                kept = open_.enter_context(self._engine.blobs.receiving([out])) if isinstance(out, Path) else None
                received.append((attachment, kept))
            with self._engine.database.atomic():
                carried = [self._kept(attachment, got, document.sha256) for attachment, got in received]
                self._engine.attachments.write(document.sha256, carried)
        return failed

    def _taken(
        self, document: StoredDocument, path: Path, shown: str, places: Callable[[int], Path]
    ) -> Iterator[tuple[Attachment, Path | PdfqaError | None]]:
        """Yield the files inside a document with their sizes, and where the bytes of PDFs are, or why they are not."""
        from pdfqa.pdf.parts.attachments import Request, Taken, called_pdf
        from pdfqa.workers import Task, WorkerPool  # which most questions need not wait for

        tasks = [
            Task(
                function="pdfqa.pdf.parts.attachments:take",
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
        taken: dict[int, Taken] = {}
        errors: dict[int, PdfqaError] = {}
        self._pool = self._pool or WorkerPool(1, memory_mb=self._engine.settings.memory_mb)
        with closing(self._pool.map(tasks)) as outcomes:
            for done in outcomes:
                if done.result is not None:
                    taken[done.key] = msgspec.msgpack.decode(done.result, type=Taken)
                elif done.error is not None:
                    done.error.message = done.error.message.replace(os.fspath(path), shown)
                    if not isinstance(done.error, ReaderFailedError | DamagedFileError):
                        raise done.error  # no password, no room: another time it may go well, so nothing is recorded
                    errors[done.key] = done.error
        for place, file in enumerate(document.info.attachments):
            size = taken[place].bytes if place in taken else 0
            sized = msgspec.structs.replace(file, bytes=size)
            if place in errors or place >= _MOST or not 0 < size <= min(left, _LARGEST):
                yield sized, errors.get(place) or _not_taken(sized, place)
            elif not taken[place].written:
                yield sized, None
            else:
                left -= size
                yield sized, places(place)

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


def _not_taken(file: Attachment, place: int) -> PdfqaError:
    """Return why a file stays where it is."""
    hint = "Save it from the PDF with a viewer, and add it as a file of its own."
    if place >= _MOST:
        return FileError(f"only the first {_MOST} files inside a PDF are looked into", hint=hint)
    if file.bytes:
        most = f"{_LARGEST >> 20} MB, or {_MOST_BYTES >> 30} GB together"
        return FileError(f"files inside a PDF are read up to {most}; this one has {file.bytes:,} bytes", hint=hint)
    return DamagedFileError("the PDF names this file, but its bytes are missing or damaged", hint=hint)
