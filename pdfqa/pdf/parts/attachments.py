"""Files inside a PDF: those it carries as a whole, and those pinned to a page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from pypdfium2 import raw

from pdfqa.errors import StorageFullError
from pdfqa.pages import Attachment
from pdfqa.pdf.files import RefusedError, check_file, refusal
from pdfqa.pdf.letters.repair import clean
from pdfqa.pdf.strings import wide

_MOST = 2_000  # files of one PDF that are listed
_MOST_BYTES = 64 << 20  # of a file that is looked through
_COVER = 10  # pages at most
_COLLECTION = b"/Collection"
_HEAD = 1024
_MARK = b"%PDF-"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which file inside which PDF, where its bytes go if it is a PDF, and how many of them at most.

    One that is `called` a PDF is taken for one: whoever reads it says what is wrong with it.
    """

    path: bytes
    page: int
    number: int
    out: bytes
    most: int
    called: bool
    passwords: list[str] = []


def called_pdf(name: str) -> bool:
    """Return whether a file is a PDF by its name."""
    return name.lower().endswith(".pdf")


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: its size, and whether it is a PDF whose bytes are where they should be."""

    bytes: int
    written: bool


def listed(document: Any) -> Iterator[Attachment]:
    """Yield the files that a document carries as a whole."""
    for number in range(min(raw.FPDFDoc_GetAttachmentCount(document), _MOST)):
        file = raw.FPDFDoc_GetAttachment(document, number)
        if file:
            name = clean(wide(raw.FPDFAttachment_GetName, file)) or f"attachment {number + 1}"
            yield Attachment(number, name, kind=clean(wide(raw.FPDFAttachment_GetSubtype, file)))


def is_portfolio(path: Path, pages: int) -> bool:
    """Return whether a PDF with attachments is a portfolio: its few pages are the cover of what it carries."""
    if path.stat().st_size <= _MOST_BYTES and _COLLECTION in path.read_bytes():
        return True
    if pages > _COVER:
        return False
    from pdfqa.pdf.pypdf_reader import root_has  # the root may be compressed, and pdfium does not tell what it has

    return root_has(path, "/Collection")


def take(payload: bytes) -> bytes:
    """Write the file of a `Request` out, if it is a PDF, and return what was `Taken`; what a worker process does."""
    from pdfqa.pdf.marked import opened

    request = msgspec.msgpack.decode(payload, type=Request)
    data, size = opened(request.passwords, lambda password: _bytes(request, password))
    written = bool(data) and (request.called or _MARK in data[:_HEAD])
    if written:
        try:
            Path(os.fsdecode(request.out)).write_bytes(data)
        except OSError as error:
            raise StorageFullError(
                f"{os.fsdecode(request.out)} could not be written: {error.strerror}",
                hint="Free some space, or move the home directory with PDFQA_HOME.",
            ) from error
    return msgspec.msgpack.encode(Taken(bytes=size, written=written))


def _bytes(request: Request, password: str | None) -> tuple[bytes, int]:
    """Return the bytes of a file, unless they are too many, and how many they are."""
    from pdfqa.pdf.pdfium import PdfiumFile

    path = os.fsdecode(request.path)
    try:
        opened = PdfiumFile(check_file(path), password)
    except RefusedError as refused:
        raise refusal(path, refused, password) from refused
    with opened as pdf:
        if not request.page:
            return _content(raw.FPDFDoc_GetAttachment(pdf.document.raw, request.number), request.most)
        page = raw.FPDF_LoadPage(pdf.document.raw, request.page - 1)
        pin = raw.FPDFPage_GetAnnot(page, request.number) if page else None
        try:
            return _content(raw.FPDFAnnot_GetFileAttachment(pin) if pin else None, request.most)
        finally:
            if pin:
                raw.FPDFPage_CloseAnnot(pin)
            if page:
                raw.FPDF_ClosePage(page)


def _content(file: Any, most: int) -> tuple[bytes, int]:
    size = raw.c_ulong()
    if not file or not raw.FPDFAttachment_GetFile(file, None, 0, size):
        return b"", 0
    if not 0 < size.value <= most:
        return b"", size.value
    room = (raw.c_ubyte * size.value)()
    raw.FPDFAttachment_GetFile(file, room, size.value, size)
    return bytes(room), len(room)
