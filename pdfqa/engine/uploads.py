"""Uploads: a file that is sent in parts.

Each part is a file under `uploads/`. They are gone when the upload is completed, cancelled or expired.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.files import checked_name, source
from pdfqa.errors import EmptyFileError, FileMissingError, InvalidValueError, TooLargeError, WrongStateError
from pdfqa.wire import Upload, UploadPart
from pdfqa.wire.requests import AddUploadPart, CompleteUpload, CreateUpload, FileExpiration

LARGEST_PART = 64 << 20  # bytes, as on the wire
_EXPIRES = 3600  # seconds, as on the wire

replace = msgspec.structs.replace


class Uploads:
    """The operations on uploads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.upload_objects
        self._parts = engine.part_objects
        self._folder = engine.database.home / "uploads"

    def create(self, request: CreateUpload) -> Upload:
        """Return a new upload, which waits for its parts."""
        self.expire()
        engine, now = self._engine, self._engine.now()
        upload = Upload(
            id=engine.new_id("upload_"),
            created_at=now,
            filename=checked_name(request.filename, "filename"),
            bytes=request.bytes,
            purpose=request.purpose,
            expires_at=now + _EXPIRES,
            mime_type=request.mime_type,
        )
        if request.expires_after is not None:
            upload = replace(upload, expires_after=msgspec.to_builtins(request.expires_after))
        return self._objects.insert(upload)

    def add_part(self, upload_id: str, request: AddUploadPart) -> UploadPart:
        """Keep a part of an upload.

        Raises:
            WrongStateError: The upload takes no more parts.
            TooLargeError: The part has more than 64 MB.
            EmptyFileError: The part has no bytes.
        """
        engine = self._engine
        self._pending(upload_id)
        with engine.blobs.receiving([source(request.data)]) as received:
            if not received.bytes:
                raise EmptyFileError("the part is empty (0 bytes)", hint="Leave it out.", param="data")
            if received.bytes > LARGEST_PART:
                raise TooLargeError(
                    f"the part has {received.bytes:,} bytes; at most {LARGEST_PART:,} are taken",
                    hint="Send it in several parts.",
                    param="data",
                )
            with engine.database.atomic():
                self._pending(upload_id)  # again: it may have ended while the bytes came in
                part = UploadPart(id=engine.new_id("part_"), created_at=engine.now(), upload_id=upload_id)
                self._place(upload_id, part.id).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                os.replace(received.path, self._place(upload_id, part.id))
                return self._parts.insert(part, parent=upload_id)

    def complete(self, upload_id: str, request: CompleteUpload) -> Upload:
        """Put the parts together, in the order of their ids, and return the upload with its new file.

        Raises:
            WrongStateError: The upload has ended already.
            InvalidValueError: A part is not there, or they are not the bytes that were announced.
        """
        engine, upload = self._engine, self._pending(upload_id)
        self._check_parts(upload_id, request.part_ids)
        places = [self._place(upload_id, part_id) for part_id in request.part_ids]
        md5 = hashlib.md5(usedforsecurity=False)
        try:
            with engine.blobs.receiving(places, also=md5, shown=upload.filename) as received:
                _check_bytes(upload, received.bytes)
                _check_md5(request.md5, md5.hexdigest())
                with engine.database.atomic():
                    upload = self._pending(upload_id)
                    file = engine.files.add(received, upload.filename, upload.purpose, _expiration(upload))
                    return self._end(replace(upload, status="completed", file=file))
        except FileMissingError:
            self._pending(upload_id)  # it was cancelled meanwhile
            raise

    def cancel(self, upload_id: str) -> Upload:
        """Give an upload up; its parts are removed.

        Raises:
            WrongStateError: The upload has ended already.
        """
        with self._engine.database.atomic():
            return self._end(replace(self._pending(upload_id), status="cancelled"))

    def expire(self) -> None:
        """End the uploads whose time is over, whoever they belong to."""
        engine = self._engine
        for owner in self._objects.owners_of_expired(engine.now(), tag="pending"):
            owned = engine.owned_by(owner)
            for upload in owned.upload_objects.expired(engine.now(), tag="pending"):
                owned.uploads.expire_one(upload.id)

    def expire_one(self, upload_id: str) -> None:
        """End an upload if its time is over."""
        with self._engine.database.atomic():
            upload = self._objects.find(upload_id)
            if upload is not None and self._over(upload):
                self._end(replace(upload, status="expired"))

    def sweep(self) -> None:
        """Remove parts that a killed process has left."""
        for folder in self._folder.glob("*"):
            with self._engine.database.atomic():
                if not self._objects.is_anywhere(folder.name, tag="pending"):
                    shutil.rmtree(folder, ignore_errors=True)

    def _pending(self, upload_id: str) -> Upload:
        """Return an upload that has not ended.

        Raises:
            WrongStateError: It has.
        """
        upload = self._objects.get(upload_id)
        if self._over(upload):
            self.expire_one(upload_id)
            upload = self._objects.get(upload_id)
        if upload.status != "pending":
            raise WrongStateError(f"Upload {upload_id} is {upload.status}.", hint="Create another.", param="upload_id")
        return upload

    def _over(self, upload: Upload) -> bool:
        return upload.status == "pending" and upload.expires_at <= self._engine.now()

    def _end(self, upload: Upload) -> Upload:
        """Store the final state of an upload, and remove its parts."""
        self._parts.delete_children(upload.id)
        folder = self._folder / upload.id
        self._engine.database.after_commit(lambda: shutil.rmtree(folder, ignore_errors=True))
        return self._objects.replace(upload)

    def _place(self, upload_id: str, part_id: str) -> Path:
        return self._folder / upload_id / part_id

    def _check_parts(self, upload_id: str, part_ids: Sequence[str]) -> None:
        known = {part.id for part in self._parts.all(parent=upload_id)}
        for number, part_id in enumerate(part_ids):
            if part_id not in known:
                raise InvalidValueError(
                    f"Part '{part_id}' does not belong to upload '{upload_id}'.", param=f"part_ids[{number}]"
                )
        if len(set(part_ids)) < len(part_ids):
            raise InvalidValueError("a part is named twice", hint="Name each part once.", param="part_ids")


def _check_bytes(upload: Upload, size: int) -> None:
    if size != upload.bytes:
        raise InvalidValueError(
            f"the parts have {size:,} bytes together, and {upload.bytes:,} were announced",
            hint="Name all parts, or create an upload of that size.",
            param="part_ids",
        )


def _check_md5(expected: str | None, actual: str) -> None:
    if expected is not None and expected.lower() != actual:
        raise InvalidValueError(
            f"the MD5 of the parts is {actual}, and {expected} was expected",
            hint="Check their order, or send them again.",
            param="md5",
        )


def _expiration(upload: Upload) -> FileExpiration | None:
    return msgspec.convert(upload.expires_after, FileExpiration) if isinstance(upload.expires_after, dict) else None
