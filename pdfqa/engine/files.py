"""Files: the bytes that were given, and what was read of them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.errors import EmptyFileError, InvalidRequestError, InvalidValueError
from pdfqa.store.blobs import Received, hash_file
from pdfqa.wire import Deleted, File, ObjectPage
from pdfqa.wire.requests import Content, FileExpiration, ListFiles, UploadFile

_LONGEST_NAME = 4_096  # characters
Status = Literal["uploaded", "processed"]  # the first of a file that is being read for the first time
replace = msgspec.structs.replace


class Files:
    """The operations on files. A file whose time is over is deleted when somebody next looks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.file_objects

    def create(self, request: UploadFile) -> File:
        """Keep a copy of some bytes and return their new file; each upload makes one of its own.

        Raises:
            EmptyFileError: There are no bytes.
            FileError: They cannot be read from where they are said to be.
        """
        file = request.file
        with self._engine.blobs.receiving([source(file)], shown=file.filename) as received:
            return self.add(received, file.filename, request.purpose, request.expires_after)

    def add(
        self,
        received: Received,
        filename: str,
        purpose: str = "assistants",
        expires_after: FileExpiration | None = None,
        *,
        status: Status = "processed",
    ) -> File:
        """Return the new file of bytes that have come in, which are kept."""
        self._refuse_empty(received.bytes, filename)
        with self._engine.database.atomic():
            self._engine.blobs.keep(received)
            file = self._file(received.bytes, filename, purpose, status)
            if expires_after is not None:
                file = replace(file, expires_at=file.created_at + expires_after.seconds)
            return self._objects.insert(file, key=received.sha256)

    def upload(self, data: bytes, filename: str) -> File:
        """Keep a copy of some bytes, which are about to be read, and return their new file.

        Raises:
            EmptyFileError: There are no bytes.
        """
        with self._engine.blobs.receiving([data]) as received:
            return self.add(received, filename, status="uploaded")

    def upload_path(self, path: Path, *, shown: str | None = None) -> File:
        """Return the file for the bytes at a path, the one there is or a new one; nothing is copied.

        Args:
            path: Where the bytes are.
            shown: What the user calls it, for messages.

        Raises:
            FileMissingError: Nothing is there.
            FileAccessError: It cannot be opened.
            EmptyFileError: It has no bytes.
        """
        sha256, size = hash_file(path, shown=shown)
        self._refuse_empty(size, shown or str(path))
        name = printable(path.name)
        file = self._called(sha256, name)
        if file is not None and self._engine.blobs.path(sha256) in {"", str(path)}:
            return file
        with self._engine.database.atomic():  # two that find nothing must not both make one
            self._engine.blobs.remember(sha256, size, path)
            file = self._called(sha256, name)
            return file or self._objects.insert(self._file(size, name, "assistants", "uploaded"), key=sha256)

    def get(self, file_id: str) -> File:
        """Return a file."""
        self.expire()
        return self._objects.get(file_id)

    def list(self, request: ListFiles) -> ObjectPage[File]:
        """Return one page of the files."""
        self.expire()
        return self._objects.list(tag=request.purpose, limit=request.limit, order=request.order, after=request.after)

    def sha256(self, file_id: str) -> str:
        """Return the hash of a file's bytes."""
        sha256 = self._objects.key(file_id)
        if sha256 is None:
            raise self._objects.missing(file_id)
        return sha256

    def content(self, file_id: str) -> Path:
        """Return where a file's bytes are.

        Raises:
            FileMissingError: They are no longer where they were, or have changed.
        """
        self.expire()
        return self._engine.blobs.locate(self.sha256(file_id))

    def delete(self, file_id: str) -> Deleted:
        """Delete a file: it leaves all vector stores, and what was read of it goes with the last file of its bytes."""
        engine = self._engine
        with engine.database.atomic():
            sha256 = self.sha256(file_id)
            for store_id in engine.store_file_objects.parents(file_id):
                engine.store_files.detach(store_id, file_id)
            self._objects.delete(file_id)
            engine.attachments.lose(file_id)
            if not engine.owner and not self._objects.with_key(sha256):  # only nobody's files carry others
                for inside in engine.attachments.forget(sha256):
                    self.delete(inside)
            if not self._objects.key_is_used(sha256):
                engine.documents.remove(sha256)
                engine.blobs.forget(sha256)
                engine.database.after_commit(lambda: engine.blobs.discard(sha256))
        return Deleted(id=file_id, object="file")

    def expire(self) -> None:
        """Delete the files whose time is over."""
        for file in self._objects.expired(self._engine.now()):
            with self._engine.database.atomic():
                if self._objects.find(file.id) is not None:  # another thread may have been faster
                    self.delete(file.id)

    def _called(self, sha256: str, name: str) -> File | None:
        """Return the file of these bytes with this name, else another of these bytes, else None."""
        known = self._objects.with_key(sha256)
        return next((file for file in known if file.filename == name), known[0] if known else None)

    def _file(self, size: int, filename: str, purpose: str, status: Status) -> File:
        engine = self._engine
        return File(
            id=engine.new_id("file-"),
            created_at=engine.now(),
            bytes=size,
            filename=checked_name(filename, "file"),
            purpose=purpose,
            status=status,
        )

    @staticmethod
    def _refuse_empty(size: int, shown: str) -> None:
        if not size:
            raise EmptyFileError(f"{shown} is empty (0 bytes)", hint="Copy or download it again.", param="file")


def source(content: Content) -> bytes | Path:
    """Return where the bytes of something sent are.

    Raises:
        InvalidRequestError: It says so twice, or not at all.
    """
    if content.data is not None and content.path is None:
        return content.data
    if content.path is not None and content.data is None:
        return content.path
    raise InvalidRequestError("give a file either its data or its path", param="file")


def printable(name: str) -> str:
    """Return a file name that is no valid text as one that is."""
    return name.encode("utf-8", "replace").decode()


def checked_name(name: str, param: str) -> str:
    """Return the name of a file that is sent, as valid text.

    Raises:
        InvalidValueError: It is too long; downloads have it in a header.
    """
    if len(name) > _LONGEST_NAME:
        raise InvalidValueError(
            f"Invalid '{param}': the file's name has {len(name):,} characters; at most {_LONGEST_NAME:,} are taken.",
            param=param,
        )
    return printable(name)
