"""Files to be looked at, which need not have been read: where they are, and what to call them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.errors import FileError, FileMissingError, NoPdfsError, PdfqaError, ReaderFailedError
from pdfqa.given import Held, Source, held
from pdfqa.pdf.rasters import SUFFIXES
from pdfqa.store.blobs import hash_file
from pdfqa.types import FileEntry


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A file: what it is called, where it is, the hash of its bytes; or why it cannot be used.

    It is the one with this `number`, from 0, of so many `files`.
    """

    shown: str
    path: bytes = b""
    sha256: str = ""
    number: int = 0
    files: int = 1
    error: FileError | None = None

    def named(self, error: PdfqaError | None) -> PdfqaError:
        """Return an error of a worker process that calls the file what the user calls it."""
        error = error or ReaderFailedError("the process that looked at it gave nothing", hint="Try it again.")
        error.message = error.message.replace(os.fsdecode(self.path), self.shown)
        return error


def each(engine: Engine, sources: Sequence[Source], *, keep: bool) -> Iterator[Given]:
    """Yield the files of some sources, one after the other; those of a folder by name.

    Args:
        engine: The home.
        sources: Paths, folders, or documents as they are.
        keep: Whether the home is to know the bytes, so that what a model says of them can be kept.
    """
    found = [item for source in sources for item in _expand(source)]
    for number, item in enumerate(found):
        if isinstance(item, Held):
            yield from _held(engine, item, number, len(found), keep=keep)
            continue
        given = Given(shown=item[0], number=number, files=len(found))
        try:
            place = item[1]
            if isinstance(place, FileError):
                raise place
            sha256, size = hash_file(place, shown=item[0])
        except FileError as error:
            yield msgspec.structs.replace(given, error=error)
            continue
        if keep:
            engine.blobs.remember(sha256, size, place.absolute())
        yield msgspec.structs.replace(given, path=os.fsencode(place), sha256=sha256)


def forget(engine: Engine, name: str | os.PathLike[str]) -> FileEntry | None:
    """Forget what a model said of a file that was looked at and never added; None where nothing is known of it."""
    place = Path(name).expanduser()
    if not place.is_file():
        return None
    sha256, size = hash_file(place)
    with engine.database.atomic():
        if not engine.blobs.size(sha256) or engine.file_objects.key_is_used(sha256):
            return None
        engine.blobs.forget(sha256)
        engine.database.after_commit(lambda: engine.blobs.discard(sha256))
    return FileEntry(id="", name=place.name, path=str(place), sha256=sha256, bytes=size, pages=0)


def _held(engine: Engine, item: Held, number: int, files: int, *, keep: bool) -> Iterator[Given]:
    given = Given(shown=item.name, number=number, files=files)
    if keep:
        sha256 = engine.blobs.put(item.data)
        yield msgspec.structs.replace(given, path=os.fsencode(engine.blobs.locate(sha256)), sha256=sha256)
        return
    with tempfile.NamedTemporaryFile(prefix="pdfqa-") as stream:
        stream.write(item.data)
        stream.flush()
        yield msgspec.structs.replace(given, path=os.fsencode(stream.name))


def _expand(source: Source) -> Iterator[Held | tuple[str, Path | FileError]]:
    item = held(source)
    if isinstance(item, Held):
        yield item
        return
    path = Path(item)
    place = path if path.exists() else path.expanduser()
    if not place.is_dir():
        missing = FileMissingError(f"{path}: no such file or folder", hint="Check the path.")
        yield str(path), place if place.exists() else missing
        return
    inside = sorted(file for file in place.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    for file in inside:
        yield str(file), file
    if not inside:
        yield (
            str(path),
            NoPdfsError(f"{path} holds no PDF and no image", hint=f"Known are {', '.join(SUFFIXES)}."),
        )
