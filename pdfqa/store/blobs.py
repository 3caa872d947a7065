"""The bytes of files, found by their hash: copied into the home directory, or left where the user keeps them.

A path that a user named is not copied: a folder of reports would take its size twice. Bytes that came without a path
(an upload, standard input) are kept under `blobs/`. They are written under `incoming/` first, and get their place in
the transaction that records them: nobody sees half of them, and nobody removes them meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from pdfqa.errors import FileAccessError, FileMissingError, StorageError, StorageFullError
from pdfqa.store.database import Database

_BLOCK = 1 << 20
_ABANDONED = 3_600  # seconds after which nobody is still writing what is incoming


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that have come in: their hash, their number, and the file under `incoming/` that holds them."""

    sha256: str
    bytes: int
    path: Path


def hash_file(path: Path, *, shown: str | None = None) -> tuple[str, int]:
    """Return the SHA-256 of a file's bytes, in hexadecimal, and their number.

    Raises:
        FileMissingError: Nothing is there.
        FileAccessError: It cannot be opened.
    """
    digest, size = hashlib.sha256(), 0
    for block in _blocks(path, shown or str(path)):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def _all(pieces: Iterable[bytes | Path], shown: str) -> Iterator[bytes]:
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
        else:
            yield from _blocks(piece, shown or str(piece))


def _blocks(path: Path, shown: str) -> Iterator[bytes]:
    """Yield a file's bytes."""
    try:
        with open(path, "rb", buffering=0) as stream:
            while block := stream.read(_BLOCK):
                yield block
    except FileNotFoundError as error:
        raise FileMissingError(f"{shown}: no such file", hint="Check the path.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileAccessError(
            f"{shown} cannot be opened: {reason}", hint="Check its permissions, or copy it somewhere readable."
        ) from error


class Blobs:
    """The contents that a home directory knows, by hash."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folder = database.home / "blobs"
        self.incoming = database.home / "incoming"

    def remember(self, sha256: str, size: int, path: Path) -> None:
        """Record that a path holds these bytes; bytes already copied stay copied."""
        known = self._database.row("SELECT path FROM contents WHERE sha256 = ?", (sha256,))
        if known is not None and known[0] in (None, os.fsencode(path)):
            return
        with self._database.atomic() as connection:
            connection.execute(
                "INSERT INTO contents (sha256, bytes, path) VALUES (?, ?, ?) "
                "ON CONFLICT (sha256) DO UPDATE SET path = excluded.path WHERE path IS NOT NULL",
                (sha256, size, os.fsencode(path)),
            )

    def put(self, data: bytes) -> str:
        """Copy bytes into the home directory and return their hash."""
        with self.receiving([data]) as received:
            self.keep(received)
        return received.sha256

    @contextmanager
    def receiving(self, pieces: Iterable[bytes | Path], *, also: Any = None, shown: str = "") -> Iterator[Received]:
        """Copy bytes in, for `keep` to take them or for the block to move elsewhere; what is left of them is removed.

        A single file that is under `incoming/` already is not copied.

        Args:
            pieces: The bytes, or the files that hold them, in order.
            also: Another hash object, which is fed them too.
            shown: What the user calls them, for messages.
        """
        pieces = list(pieces)
        given = self._given(pieces)
        path = given or self._temporary()
        digest, size = hashlib.sha256(), 0
        try:
            with self._writing(path), open(path, "ab") as stream:
                for block in _all(pieces, shown):
                    size += len(block)
                    digest.update(block)
                    if also is not None:
                        also.update(block)
                    if given is None:
                        stream.write(block)
                stream.flush()
                os.fsync(stream.fileno())  # there even after a power cut
            received = Received(sha256=digest.hexdigest(), bytes=size, path=path)
            try:
                yield received
            except BaseException:
                with suppress(StorageError):  # a copy that was given its place, and is not recorded after all
                    self.discard(received.sha256)
                raise
        finally:
            path.unlink(missing_ok=True)

    def keep(self, received: Received) -> None:
        """Give received bytes their place and record them; call it in the transaction that records what they are."""
        with self._database.atomic() as connection:
            target = self._path(received.sha256)
            if not target.exists():
                with self._writing(target):
                    for folder in (self._folder, target.parent):
                        folder.mkdir(exist_ok=True)
                    os.replace(received.path, target)
                    for folder in (target.parent, self._folder):
                        _sync_folder(folder)
            connection.execute(
                "INSERT INTO contents (sha256, bytes, path) VALUES (?, ?, NULL) "
                "ON CONFLICT (sha256) DO UPDATE SET path = NULL",
                (received.sha256, received.bytes),
            )

    def locate(self, sha256: str, *, seen: str | None = None) -> Path:
        """Return where the bytes with this hash are; `seen` is what `path` returned, where it cannot be asked again.

        Raises:
            FileMissingError: They are no longer where they were seen.
        """
        seen = self.path(sha256) if seen is None else seen
        path = Path(seen) if seen else self._path(sha256)
        if not path.exists():
            where = str(path) if seen else "the copy of the file in the home directory"
            raise FileMissingError(
                f"{where} is no longer there", hint="Add the file again from where it is now (pdfqa add FILE)."
            )
        if seen and hash_file(path)[0] != sha256:
            raise FileMissingError(
                f"{path} has changed since it was read", hint="Add it again (pdfqa add FILE) and ask again."
            )
        return path

    def size(self, sha256: str) -> int:
        """Return the number of bytes with this hash."""
        row = self._database.row("SELECT bytes FROM contents WHERE sha256 = ?", (sha256,))
        return int(row[0]) if row else 0

    def path(self, sha256: str) -> str:
        """Return the path that the bytes were last seen at, or "" where they are kept in the home directory."""
        row = self._database.row("SELECT path FROM contents WHERE sha256 = ?", (sha256,))
        return os.fsdecode(row[0]) if row and row[0] else ""

    def others_at(self, sha256: str) -> list[str]:
        """Return the hashes of other bytes that were seen at the path where these are now."""
        rows = self._database.rows(
            "SELECT old.sha256 FROM contents new JOIN contents old ON old.path = new.path AND old.sha256 <> new.sha256 "
            "WHERE new.sha256 = ? AND new.path IS NOT NULL",
            (sha256,),
        )
        return [other for (other,) in rows]

    def forget(self, sha256: str) -> None:
        """Remove the record of these bytes."""
        with self._database.atomic() as connection:
            connection.execute("DELETE FROM contents WHERE sha256 = ?", (sha256,))

    def discard(self, sha256: str) -> None:
        """Remove our copy of bytes that were forgotten, if there is one. A user's own file is never touched."""
        with self._database.atomic():  # or another process would record them again just now
            if self._database.row("SELECT 1 FROM contents WHERE sha256 = ?", (sha256,)) is None:
                self._path(sha256).unlink(missing_ok=True)

    def sweep(self, now: float) -> None:
        """Remove what killed processes have left: what never came in whole, and copies that were never recorded."""
        known = {sha256 for (sha256,) in self._database.rows("SELECT sha256 FROM contents WHERE path IS NULL")}
        for path in self._folder.glob("??/*"):
            if path.name not in known:
                self.discard(path.name)
        for path in self.incoming.glob("*"):
            with suppress(FileNotFoundError):  # it has come in just now
                if now - path.stat().st_mtime > _ABANDONED:
                    path.unlink()

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _given(self, pieces: Sequence[bytes | Path]) -> Path | None:
        """Return the one file that has come in already, if that is all there is."""
        only = pieces[0] if len(pieces) == 1 else b""
        return only if isinstance(only, Path) and only.parent == self.incoming else None

    def _temporary(self) -> Path:
        """Return a new, empty file under `incoming/`."""
        import tempfile  # only uploads need it

        with self._writing(self.incoming):
            self.incoming.mkdir(mode=0o700, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.incoming)
            os.close(handle)
        return Path(name)

    @contextmanager
    def _writing(self, path: Path) -> Iterator[None]:
        """Raise the system's errors in writing as ours."""
        try:
            yield
        except OSError as error:
            raise StorageFullError(
                f"{path} could not be written: {error.strerror}",
                hint="Free some space, or move the home directory with PDFQA_HOME.",
            ) from error


def _sync_folder(folder: Path) -> None:
    """See to it that a file's name is there even after a power cut; Windows does so itself."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
