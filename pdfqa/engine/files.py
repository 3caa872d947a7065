"""Files: the bytes that were given, and what was read of them."""

from __future__ import annotations

from pathlib import Path

from pdfqa.engine.context import Engine
from pdfqa.errors import EmptyFileError
from pdfqa.store.blobs import hash_file
from pdfqa.wire import Deleted, File, ObjectPage, Order


class Files:
    """The operations on files."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.file_objects

    def upload(self, data: bytes, filename: str, *, purpose: str = "assistants") -> File:
        """Keep a copy of some bytes and return their new file.

        Raises:
            EmptyFileError: There are no bytes.
        """
        self._refuse_empty(len(data), filename)
        return self._create(self._engine.blobs.put(data), len(data), filename, purpose)

    def upload_path(self, path: Path, *, shown: str | None = None, purpose: str = "assistants") -> File:
        """Return the file for the bytes at a path, the one there is or a new one; nothing is copied.

        Args:
            path: Where the bytes are.
            shown: What the user calls it, for messages.
            purpose: As on the wire.

        Raises:
            FileMissingError: Nothing is there.
            FileAccessError: It cannot be opened.
            EmptyFileError: It has no bytes.
        """
        sha256, size = hash_file(path, shown=shown)
        self._refuse_empty(size, shown or str(path))
        name = printable(path.name)
        file = self._called(sha256, name)
        if file is not None and self._engine.blobs.path(sha256) == str(path):
            return file
        with self._engine.database.atomic():  # two that find nothing must not both make one
            self._engine.blobs.remember(sha256, size, path)
            return self._called(sha256, name) or self._create(sha256, size, name, purpose)

    def get(self, file_id: str) -> File:
        """Return a file."""
        return self._objects.get(file_id)

    def list(self, *, limit: int = 100, order: Order = "desc", after: str | None = None) -> ObjectPage[File]:
        """Return one page of the files."""
        return self._objects.list(limit=limit, order=order, after=after)

    def sha256(self, file_id: str) -> str:
        """Return the hash of a file's bytes."""
        self._objects.get(file_id)
        return self._objects.key(file_id) or ""

    def content(self, file_id: str) -> bytes:
        """Return a file's bytes.

        Raises:
            FileMissingError: They are no longer where they were, or have changed.
        """
        return self._engine.blobs.locate(self.sha256(file_id)).read_bytes()

    def delete(self, file_id: str) -> Deleted:
        """Delete a file: it leaves all vector stores, and what was read of it goes with the last file of its bytes."""
        sha256 = self.sha256(file_id)
        with self._engine.database.atomic():
            for store_id in self._engine.store_file_objects.parents(file_id):
                self._engine.vector_stores.detach(store_id, file_id)
            self._objects.delete(file_id)
            last = not self._objects.with_key(sha256)
            if last:
                self._engine.documents.remove(sha256)
                self._engine.blobs.forget(sha256)
        if last:
            self._engine.blobs.discard(sha256)
        return Deleted(id=file_id, object="file")

    def _called(self, sha256: str, name: str) -> File | None:
        """Return the file of these bytes with this name, else another of these bytes, else None."""
        known = self._objects.with_key(sha256)
        return next((file for file in known if file.filename == name), known[0] if known else None)

    def _create(self, sha256: str, size: int, filename: str, purpose: str) -> File:
        engine = self._engine
        file = File(id=engine.new_id("file-"), created_at=engine.now(), bytes=size, filename=filename, purpose=purpose)
        return self._objects.insert(file, key=sha256)

    @staticmethod
    def _refuse_empty(size: int, shown: str) -> None:
        if not size:
            raise EmptyFileError(f"{shown} is empty (0 bytes)", hint="Copy or download it again.")


def printable(name: str) -> str:
    """Return a file name that is no valid text as one that is."""
    return name.encode("utf-8", "replace").decode()
