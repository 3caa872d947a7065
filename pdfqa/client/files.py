"""The client's part for files and uploads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import anyio.to_thread
from msgspec import UNSET

from pdfqa.client.base import Base
from pdfqa.client.inputs import FileExpiration, Given, Maybe, Uploadable
from pdfqa.errors import InvalidValueError
from pdfqa.wire import Deleted, File, ObjectPage, Order, Upload, UploadPart
from pdfqa.wire.requests import AnyPurpose, Content, Purpose


class Files(Base):
    """Operations on files and uploads."""

    async def upload_file(
        self, file: Uploadable, *, purpose: Purpose = "assistants", expires_after: Maybe[FileExpiration] = UNSET
    ) -> File:
        """Keep a copy of a file, and return its object.

        Wire: `POST /files`. Nothing is read until the file is put into a vector store.

        Args:
            file: A path, some bytes, `(name, bytes)`, or a file opened in binary mode; at most 512 MB.
            purpose: What it is for; "assistants" for files to be searched.
            expires_after: `{"anchor": "created_at", "seconds": …}`, 3,600 to 2,592,000 seconds; never if not given.

        Raises:
            FileError: Nothing is at the path, it cannot be opened, or it is empty.
            TooLargeError: It is larger than 512 MB.
        """
        return await self._call("upload_file", {**locals(), "file": await _content(file, "file")})

    async def get_files(
        self,
        *,
        purpose: Maybe[AnyPurpose] = UNSET,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
    ) -> ObjectPage[File]:
        """Return a page of the files.

        Wire: `GET /files`.

        Args:
            purpose: Only those that are for this.
            limit: How many at most, 1 to 10,000; 10,000 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last file of the page before.
        """
        return await self._call("get_files", locals())

    async def get_file(self, file_id: str) -> File:
        """Return a file's object.

        Wire: `GET /files/{file_id}`.

        Raises:
            ObjectNotFoundError: No file has that id.
        """
        return await self._call("get_file", locals())

    async def delete_file(self, file_id: str) -> Deleted:
        """Delete a file; it leaves all vector stores too.

        Wire: `DELETE /files/{file_id}`.

        Raises:
            ObjectNotFoundError: No file has that id.
        """
        return await self._call("delete_file", locals())

    async def get_file_content(self, file_id: str) -> bytes:
        """Return the bytes of a file.

        Wire: `GET /files/{file_id}/content`.

        Raises:
            ObjectNotFoundError: No file has that id.
        """
        return await self._call("get_file_content", locals())

    async def create_upload(
        self,
        *,
        filename: str,
        purpose: Literal["assistants", "batch", "fine-tune", "vision", "user_data"],
        bytes: int,  # noqa: A002 - the wire calls it so
        mime_type: str,
        expires_after: Maybe[FileExpiration] = UNSET,
    ) -> Upload:
        """Begin a file that is sent in parts; it has to be complete within an hour.

        Wire: `POST /uploads`.

        Args:
            filename: What the file will be called.
            purpose: What it is for; "assistants" for files to be searched.
            bytes: How many bytes it will have in all, 1 to 8 GB.
            mime_type: "application/pdf", say.
            expires_after: When the finished file goes, as in `upload_file`.
        """
        return await self._call("create_upload", locals())

    async def add_upload_part(self, upload_id: str, *, data: Uploadable) -> UploadPart:
        """Send one part of an upload; parts may be sent at the same time.

        Wire: `POST /uploads/{upload_id}/parts`.

        Args:
            upload_id: The upload.
            data: Its bytes, at most 64 MB, given as to `upload_file`.

        Raises:
            ObjectNotFoundError: No upload has that id.
            WrongStateError: The upload is complete, cancelled or expired.
        """
        return await self._call("add_upload_part", {**locals(), "data": await _content(data, "data")})

    async def complete_upload(self, upload_id: str, *, part_ids: Sequence[str], md5: Maybe[str] = UNSET) -> Upload:
        """Make a file of an upload's parts; it is the upload's `file`.

        Wire: `POST /uploads/{upload_id}/complete`.

        Args:
            upload_id: The upload.
            part_ids: The ids of its parts, in their order.
            md5: The MD5 of the whole, in hexadecimal, to be compared.

        Raises:
            ObjectNotFoundError: No upload, or no part of it, has that id.
            WrongStateError: The upload is complete, cancelled or expired.
            InvalidRequestError: The number of bytes or the MD5 is another one.
        """
        return await self._call("complete_upload", locals())

    async def cancel_upload(self, upload_id: str) -> Upload:
        """Give up an upload and drop its parts.

        Wire: `POST /uploads/{upload_id}/cancel`.

        Raises:
            ObjectNotFoundError: No upload has that id.
            WrongStateError: The upload is complete or expired.
        """
        return await self._call("cancel_upload", locals())


async def _content(file: Uploadable, param: str) -> Content:
    if isinstance(file, tuple):
        name, data = file
        return Content(filename=os.fspath(name), data=bytes(data))
    if isinstance(file, bytes | bytearray | memoryview):
        data = bytes(file)
        return Content(filename="document.pdf" if b"%PDF-" in data[:1024] else "document", data=data)
    if isinstance(file, str | os.PathLike):
        path = await anyio.to_thread.run_sync(_place, file)
        return Content(filename=path.name.encode("utf-8", "replace").decode(), path=path)
    if not hasattr(file, "read"):
        raise InvalidValueError(
            f"Invalid '{param}': expected a path, bytes or an open file, got {type(file).__name__}.", param=param
        )
    data = await anyio.to_thread.run_sync(file.read)
    if not isinstance(data, bytes):
        raise InvalidValueError(
            f"Invalid '{param}': the file gives text, not bytes.", hint="Open it with mode 'rb'.", param=param
        )
    called = getattr(file, "name", None)  # a number for a file opened by its number
    return Content(filename=os.path.basename(called) if isinstance(called, str) else "document", data=data)


def _place(file: str | os.PathLike[str]) -> Path:
    from pdfqa.pdf.files import check_file

    return check_file(file).absolute()
