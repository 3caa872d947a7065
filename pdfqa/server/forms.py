"""Multipart forms: the fields, and the files, which go to the disk as they come."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Callable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

import anyio.to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from pdfqa.errors import InvalidRequestError, InvalidValueError, StorageFullError, TooLargeError
from pdfqa.server.fields import nested

_MOST_PARTS = 100
_MOST_TEXT = 1 << 20  # bytes of all fields that are no files
_MOST_WAITING = 1 << 20  # bytes that are written to the disk at once
_HINT = "Send a multipart/form-data body, as OpenAI's clients do."


@asynccontextmanager
async def received(
    content_type: str, pieces: AsyncIterator[bytes], *, folder: Path, files: AbstractSet[str]
) -> AsyncIterator[dict[str, Any]]:
    """Receive a form and yield its fields; files that nobody has moved by the end of the block are removed.

    Args:
        content_type: The header of that name.
        pieces: The body.
        folder: Where files are put.
        files: The names of the fields that are files.

    Raises:
        InvalidRequestError: It is no such form.
        StorageFullError: A file cannot be written.
    """
    form = _Form(folder, files)
    try:
        await form.read(content_type, pieces)
        yield form.fields()
    finally:
        form.discard()


class _Part:
    """One part of a form."""

    def __init__(self) -> None:
        self.headers: dict[str, bytes] = {}
        self.name = ""
        self.filename = ""
        self.text = b""
        self.path: Path | None = None


class _Form:
    """A form that is being received. The parser calls the methods whose names begin with `on_`."""

    def __init__(self, folder: Path, files: AbstractSet[str]) -> None:
        self._folder = folder
        self._files = files
        self._parts: list[_Part] = []
        self._header, self._value = b"", b""
        self._text_left = _MOST_TEXT
        self._ended = False
        self._stream: BinaryIO | None = None
        self._waiting: list[Callable[[], object]] = []  # what is to be done on the disk
        self._waiting_bytes = 0

    async def read(self, content_type: str, pieces: AsyncIterator[bytes]) -> None:
        """Read the body to its end."""
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise InvalidRequestError(f"the content type is '{content_type}', and no form", hint=_HINT)
        try:
            parser = MultipartParser(options[b"boundary"], callbacks=self._callbacks())
            async for piece in pieces:
                parser.write(piece)
                if self._waiting_bytes >= _MOST_WAITING:
                    await anyio.to_thread.run_sync(self._write)
            parser.finalize()
        except FormParserError as error:
            raise InvalidRequestError(f"the form cannot be read: {error}", hint=_HINT) from error
        if not self._ended:
            raise InvalidRequestError("the form has no end", hint=_HINT)
        await anyio.to_thread.run_sync(self._write)

    def fields(self) -> dict[str, Any]:
        """Return the fields by name: files as name and path, texts as they are."""
        texts = [(part.name, _decoded(part.text, part.name)) for part in self._parts if part.path is None]
        fields = nested(texts, frozenset())
        for name in self._files & fields.keys():
            raise InvalidValueError(f"Invalid '{name}': expected a file, got text.", hint=_HINT, param=name)
        for part in self._parts:
            if part.path is None:
                continue
            if part.name in fields:
                raise InvalidValueError(f"Invalid '{part.name}': it is given twice.", param=part.name)
            fields[part.name] = {"filename": part.filename, "path": part.path}
        return fields

    def discard(self) -> None:
        """Remove what is left of the files."""
        if self._stream:
            self._stream.close()
        for part in self._parts:
            if part.path is not None:
                part.path.unlink(missing_ok=True)

    def _callbacks(self) -> Any:
        return {name: getattr(self, name) for name in dir(self) if name.startswith("on_")}

    def on_part_begin(self) -> None:
        """Begin a part."""
        if len(self._parts) == _MOST_PARTS:
            raise InvalidRequestError(f"the form has more than {_MOST_PARTS} parts", hint=_HINT)
        self._parts.append(_Part())

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        """Read a piece of the name of a header."""
        self._header += data[start:end]
        self._spend(end - start)

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        """Read a piece of the value of a header."""
        self._value += data[start:end]
        self._spend(end - start)

    def on_header_end(self) -> None:
        """Keep a header."""
        self._parts[-1].headers[self._header.decode("latin-1").lower()] = self._value
        self._header, self._value = b"", b""

    def on_headers_finished(self) -> None:
        """See what kind of part it is."""
        part = self._parts[-1]
        _, options = parse_options_header(part.headers.get("content-disposition", b""))
        part.name = _decoded(options.get(b"name", b""), "name")
        if not part.name:
            raise InvalidRequestError("a part of the form has no name", hint=_HINT)
        if b"filename" in options:
            if part.name not in self._files:
                raise InvalidValueError(f"Invalid '{part.name}': expected text, got a file.", param=part.name)
            part.filename = _base(_decoded(options[b"filename"], part.name))
            self._open(part)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Read a piece of a part."""
        piece, part = data[start:end], self._parts[-1]
        if self._stream is None:
            self._spend(len(piece))
            part.text += piece
        else:
            stream = self._stream
            self._waiting.append(lambda: stream.write(piece))
            self._waiting_bytes += len(piece)

    def on_part_end(self) -> None:
        """End a part."""
        if self._stream is not None:
            self._waiting.append(self._stream.close)
            self._stream = None

    def on_end(self) -> None:
        """End the form."""
        self._ended = True

    def _spend(self, size: int) -> None:
        self._text_left -= size
        if self._text_left < 0:
            raise TooLargeError(f"The form has more than {_MOST_TEXT:,} bytes beside its file.", hint=_HINT)

    def _open(self, part: _Part) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder)
        except OSError as error:
            raise _unwritten(error) from error
        part.path = Path(name)
        self._stream = os.fdopen(handle, "wb")

    def _write(self) -> None:
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        try:
            for step in waiting:
                step()
        except OSError as error:
            raise _unwritten(error) from error


def _unwritten(error: OSError) -> StorageFullError:
    return StorageFullError(f"an upload could not be written: {error.strerror}", hint="Free some space.")


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InvalidValueError(f"Invalid '{name}': it is no UTF-8.", param=name) from error


def _base(filename: str) -> str:
    return filename.replace("\\", "/").rpartition("/")[2] or "upload"
