"""The bytes of files, found by their hash: copied into the home directory, or left where the user keeps them.

A path that a user named is not copied: a folder of reports would take its size twice. Bytes that came without a path
(an upload, standard input) are kept under `blobs/`.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pdfqa.errors import FileAccessError, FileMissingError, StorageFullError
from pdfqa.store.database import Database

_BLOCK = 1 << 20


def hash_file(path: Path, *, shown: str | None = None) -> tuple[str, int]:
    """Return the SHA-256 of a file's bytes, in hexadecimal, and their number.

    Raises:
        FileMissingError: Nothing is there.
        FileAccessError: It cannot be opened.
    """
    name = shown or str(path)
    digest, size = hashlib.sha256(), 0
    try:
        with open(path, "rb", buffering=0) as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except FileNotFoundError as error:
        raise FileMissingError(f"{name}: no such file", hint="Check the path.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileAccessError(
            f"{name} cannot be opened: {reason}", hint="Check its permissions, or copy it somewhere readable."
        ) from error
    return digest.hexdigest(), size


class Blobs:
    """The contents that a home directory knows, by hash."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folder = database.home / "blobs"

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
        sha256 = hashlib.sha256(data).hexdigest()
        target = self._path(sha256)
        if not target.exists():
            self._write(target, data)
        with self._database.atomic() as connection:
            connection.execute(
                "INSERT INTO contents (sha256, bytes, path) VALUES (?, ?, NULL) "
                "ON CONFLICT (sha256) DO UPDATE SET path = NULL",
                (sha256, len(data)),
            )
        return sha256

    def locate(self, sha256: str) -> Path:
        """Return where the bytes with this hash are.

        Raises:
            FileMissingError: They are no longer where they were seen.
        """
        seen = self.path(sha256)
        path = Path(seen) if seen else self._path(sha256)
        if not path.exists():
            raise FileMissingError(
                f"{path} is no longer there", hint="Add the file again from where it is now (pdfqa add FILE)."
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
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _write(self, target: Path, data: bytes) -> None:
        """Write a file so that it is there whole or not at all, even after a power cut."""
        import tempfile  # only uploads need it

        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as stream:
                temporary = Path(stream.name)
                try:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
                except BaseException:
                    temporary.unlink(missing_ok=True)
                    raise
            os.replace(temporary, target)
        except OSError as error:
            raise StorageFullError(
                f"{target} could not be written: {error.strerror}",
                hint="Free some space, or move the home directory with PDFQA_HOME.",
            ) from error
