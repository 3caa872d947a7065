"""Pages and image files as pictures that a model can be shown, and their text without one: what workers do."""

from __future__ import annotations

import os
import re
from typing import Literal

import msgspec

from pdfqa.errors import DamagedFileError, InvalidRequestError, NotAPdfError, ReaderFailedError, TooLargeError
from pdfqa.pdf.files import RefusedError, check_file, is_pdf, kind_of
from pdfqa.pdf.marked import opened
from pdfqa.pdf.options import ReadOptions
from pdfqa.pdf.readers import open_file

Kind = Literal["pdf", "png", "jpeg", "webp", "gif"]
SUFFIXES = (".pdf", ".png", ".jpg", ".jpeg", ".webp", ".gif")
_MARKS: tuple[tuple[bytes, Kind], ...] = (
    (rb"\x89PNG\r\n", "png"),
    (rb"\xff\xd8\xff", "jpeg"),
    (rb"RIFF....WEBP", "webp"),
    (rb"GIF8[79]a", "gif"),
)
_LARGEST = 20 << 20  # bytes of a picture
_HEAD = 64
_GIF_PICTURE, _GIF_END = 0x2C, 0x3B  # what the blocks of a GIF begin with
_LETTER = 612.0  # points that an image file is taken to be wide


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of which file, counted from 1, how fine (None: as it takes), and how text is recognised."""

    path: bytes
    page: int = 1
    dpi: float | None = None
    passwords: list[str] = []
    options: ReadOptions = ReadOptions()


class About(msgspec.Struct, frozen=True):
    """What a file is, and how many pages it has."""

    kind: Kind
    pages: int = 1


class Picture(msgspec.Struct, frozen=True):
    """A picture as a file, and its media type."""

    data: bytes
    type: str


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a page, or why it was not recognised, and the program that did."""

    text: str = ""
    error: str = ""
    engine: str = ""


def about(payload: bytes) -> bytes:
    """Return what the file of a `Request` is."""
    request = msgspec.msgpack.decode(payload, type=Request)
    kind = kind_at(os.fsdecode(request.path))
    pages = opened(request.passwords, lambda word: _pages(request, word)) if kind == "pdf" else 1
    return msgspec.msgpack.encode(About(kind, pages))


def show(payload: bytes) -> bytes:
    """Return the page of a `Request` as a `Picture`: an image file as it is, a page of a PDF drawn."""
    request = msgspec.msgpack.decode(payload, type=Request)
    kind = kind_at(os.fsdecode(request.path))
    if kind == "pdf":
        picture = Picture(opened(request.passwords, lambda word: _drawn(request, word)), "image/png")
    else:
        picture = Picture(_still(os.fsdecode(request.path)), f"image/{kind}")
    if len(picture.data) > _LARGEST:
        size = len(picture.data) / (1 << 20)
        raise TooLargeError(
            f"the picture has {size:.0f} MB, and models take {_LARGEST >> 20} at most", hint="Give a lower resolution."
        )
    return msgspec.msgpack.encode(picture)


def read(payload: bytes) -> bytes:
    """Return the text in the page of a `Request`, `Recognised` without a model."""
    request = msgspec.msgpack.decode(payload, type=Request)
    kind = kind_at(os.fsdecode(request.path))
    if kind != "pdf":
        return msgspec.msgpack.encode(_read_image(request))
    return msgspec.msgpack.encode(opened(request.passwords, lambda word: _read_page(request, word)))


def kind_at(path: str) -> Kind:
    """Return what a file is.

    Raises:
        FileError: It is nothing that can be looked at, or is not there.
    """
    place = check_file(path)
    if is_pdf(place):
        return "pdf"
    with place.open("rb") as stream:
        head = stream.read(_HEAD)
    for mark, kind in _MARKS:
        if re.match(mark, head, re.DOTALL):
            return kind
    raise NotAPdfError(
        f"{path} is neither a PDF nor an image that is known here; it looks like {kind_of(place)}.",
        hint="Give a PDF, or a PNG, JPEG, WebP or GIF image.",
    )


def _pages(request: Request, password: str | None) -> int:
    file, second = open_file(os.fsdecode(request.path), password)
    if file is None:
        return second.pages if second else 0
    with file:
        return file.pages


def _drawn(request: Request, password: str | None) -> bytes:
    from pdfqa.pdf.drawing import draw_finely
    from pdfqa.pdf.pictures import png

    file, _ = open_file(os.fsdecode(request.path), password)
    if file is None:
        raise _not_drawn(request.page)
    with file:
        try:
            return png(draw_finely(file, request.page, (request.dpi or 0) / 72))
        except RefusedError as error:
            raise _not_drawn(request.page) from error


def _not_drawn(page: int) -> DamagedFileError:
    return DamagedFileError(
        f"page {page} is damaged and cannot be drawn",
        hint="Fetch or export the file again, or repair it, for example with qpdf or Ghostscript.",
    )


def _still(path: str) -> bytes:
    """Return an image file that does not move.

    Raises:
        InvalidRequestError: It does.
    """
    data = check_file(path).read_bytes()
    if (data[:3] == b"GIF" and _frames(data) > 1) or (data[8:12] == b"WEBP" and b"ANIM" in data[:_HEAD]):
        raise InvalidRequestError("it is an animation", hint="Save one of its pictures, and give that.")
    return data


def _frames(data: bytes) -> int:
    """Return how many pictures a GIF holds."""
    count, at = 0, 13 + _colours(data, 10)
    try:
        while data[at] != _GIF_END:
            if data[at] == _GIF_PICTURE:
                count += 1
                at += 11 + _colours(data, at + 9)
            else:
                at += 2
            while data[at]:
                at += data[at] + 1
            at += 1
    except IndexError:  # cut short: what is there counts
        pass
    return count


def _colours(data: bytes, at: int) -> int:
    """Return how many bytes the table of colours takes of which some flags tell."""
    flags = data[at] if at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _read_page(request: Request, password: str | None) -> Recognised:
    from pdfqa import pdf

    path, scale = os.fsdecode(request.path), request.dpi / 72 if request.dpi else None
    return _told(pdf.recognise(path, request.page, password, request.options, scale=scale))


def _read_image(request: Request) -> Recognised:
    from pdfqa.pdf.lines import Sheet
    from pdfqa.pdf.ocr.engines import engine
    from pdfqa.pdf.ocr.recognise import decoded, recognised

    image = decoded(_still(os.fsdecode(request.path)), _LETTER)
    if image is None:
        raise DamagedFileError("the image is damaged, or of a kind that cannot be decoded", hint="Save it as PNG.")
    sheet = Sheet(1, "", _LETTER, image.depth, [], source="none", defect="picture")
    return _told(recognised(sheet, image, engine(request.options), request.options))


def _told(sheet: object) -> Recognised:
    from pdfqa.pdf.layout.layout import Layout
    from pdfqa.pdf.lines import Sheet
    from pdfqa.pdf.ocr.recognise import NOTHING

    if not isinstance(sheet, Sheet):
        raise ReaderFailedError("the page gave nothing")
    if sheet.source == "ocr":
        (page,) = Layout(()).pages([sheet])
        return Recognised(text=page.text, engine=sheet.reader)
    reason = sheet.warnings[0] if sheet.warnings else NOTHING
    return Recognised() if reason == NOTHING else Recognised(error=reason)
