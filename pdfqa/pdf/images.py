"""Images that are embedded in a PDF: what a worker process is asked for, and what it finds.

What is drawn by other means than an image object (patterns, letters made of pictures, annotations) is not among them.
Kept light, since the process that asks imports it too.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from pdfqa.errors import DamagedFileError
from pdfqa.pdf.files import RefusedError
from pdfqa.pdf.marked import opened
from pdfqa.pdf.readers import open_file
from pdfqa.types import Box


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An image on a page. `key` is one for each image, `file` what it was saved as, `problem` why it was not."""

    page: int
    box: Box
    width: int
    height: int
    format: str
    filters: list[str]
    bytes: int
    key: str
    file: str = ""
    problem: str = ""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which pages of which document, from 1 and both included, and the folder to save their images in, if one."""

    path: bytes
    first: int = 1
    last: int = 1
    passwords: list[str] = []
    folder: bytes | None = None


def count(payload: bytes) -> bytes:
    """Return how many pages the document of a `Request` has: what a worker does first."""
    request = msgspec.msgpack.decode(payload, type=Request)
    path = os.fsdecode(request.path)
    return msgspec.msgpack.encode(opened(request.passwords, lambda word: _pages(path, word)))


def find(payload: bytes) -> bytes:
    """Return what is `Found` on the pages of a `Request`: what a worker does for each range."""
    request = msgspec.msgpack.decode(payload, type=Request)
    return msgspec.msgpack.encode(opened(request.passwords, lambda word: _find(request, word)))


def _pages(path: str, password: str | None) -> int:
    file, second = open_file(path, password)
    if file is None:
        return second.pages if second else 0
    with file:
        return file.pages


def _find(request: Request, password: str | None) -> list[Found]:
    from pdfqa.pdf.image_objects import on_page

    folder = Path(os.fsdecode(request.folder)) if request.folder else None
    file, _ = open_file(os.fsdecode(request.path), password)
    if file is None:
        raise _damaged()
    with file:
        found: list[Found] = []
        for number in range(request.first, min(request.last, file.pages) + 1):
            try:
                found += on_page(file, number, folder)
            except RefusedError as error:
                raise _damaged() from error
        return found


def _damaged() -> DamagedFileError:
    return DamagedFileError(
        "the page is damaged and cannot be looked through for images",
        hint="Fetch or export the file again, or repair it, for example with qpdf or Ghostscript.",
    )
