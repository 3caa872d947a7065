"""What a worker does: open a document, turn a range of pages into a segment of the index, look at one page alone."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from pdfqa.pages import DocumentInfo, OutlineItem, Page
from pdfqa.passages import DEFAULT, AnyStrategy
from pdfqa.pdf.options import ReadOptions
from pdfqa.worker_main import at

if TYPE_CHECKING:
    from pdfqa.embed import StaticEmbedder
    from pdfqa.pdf.lines import Sheet

_NOTHING = msgspec.Raw(msgspec.msgpack.encode(None))
SMALL = 16  # pages; a document that is no longer is read in the same task that opens it


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which document, and which of its pages: [first, last], from 1.

    `known` are sheets of pages that were looked at alone, encoded. `recognised` are pages whose picture needs no look
    any more (None: no page's does), `remarks` why it gave nothing. `pypdf` leaves pdfium out. `embed`: vectors of the
    passages are made at once, with the table that is part of pdfqa.
    """

    path: bytes
    password: str | None = None
    options: ReadOptions = ReadOptions()
    first: int = 1
    last: int = 0
    known: dict[int, msgspec.Raw] = {}
    recognised: list[int] | None = []
    remarks: dict[int, str] = {}
    pypdf: bool = False
    outline: list[OutlineItem] = []
    heading: str = ""
    strategy: AnyStrategy = DEFAULT
    embed: bool = True


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Pages that were read before, to be cut anew."""

    pages: list[Page]
    heading: str
    strategy: AnyStrategy
    embed: bool = True


class Part(msgspec.Struct, frozen=True, array_like=True):
    """What came of a range: its `Segment`, encoded; or the pages whose text is to be recognised first."""

    segment: msgspec.Raw
    wanting: list[int]


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a document once it is open; `part` holds all pages of a small one."""

    info: DocumentInfo
    part: Part | None = None


def open_document(payload: bytes) -> bytes:
    """Open the document of a `Request`, read it if it has no more pages than the request, and return an `Opened`."""
    from pdfqa import pdf

    request = msgspec.msgpack.decode(payload, type=Request)
    if _is_text(request):
        from pdfqa import texts

        info = texts.read_info(os.fsdecode(request.path))
    else:
        info = pdf.read_info(os.fsdecode(request.path), request.password, pypdf=request.pypdf)
    whole = msgspec.structs.replace(request, last=info.pages, outline=info.outline)
    part = _part(whole) if info.pages <= request.last else None
    return msgspec.msgpack.encode(Opened(info=info, part=part))


def read_part(payload: bytes) -> bytes:
    """Read and index the pages of a `Request` and return their `Part`."""
    return msgspec.msgpack.encode(_part(msgspec.msgpack.decode(payload, type=Request)))


def read_sheet(payload: bytes) -> bytes:
    """Return the `Sheet` of the first page of a `Request`."""
    from pdfqa import pdf

    request = msgspec.msgpack.decode(payload, type=Request)
    sheet = pdf.read_sheet(os.fsdecode(request.path), request.first, request.password, pypdf=request.pypdf)
    return msgspec.msgpack.encode(sheet)


def recognise(payload: bytes) -> bytes:
    """Return the `Sheet` of the first page of a `Request`, with the text that stands in its picture."""
    from pdfqa import pdf

    request = msgspec.msgpack.decode(payload, type=Request)
    sheet = pdf.recognise(os.fsdecode(request.path), request.first, request.password, request.options)
    return msgspec.msgpack.encode(sheet)


def read_texts(payload: bytes) -> bytes:
    """Return the texts of the pages of a `Request`, by number."""
    request = msgspec.msgpack.decode(payload, type=Request)
    return msgspec.msgpack.encode({page.number: page.text for page in _pages(request)})


def cut_pages(payload: bytes) -> bytes:
    """Index the pages of a `Cut` and return their `Segment`, without the pages."""
    from pdfqa.index.build import build

    cut = msgspec.msgpack.decode(payload, type=Cut)
    with _without_collector():
        segment = build(cut.pages, _embedder() if cut.embed else None, heading=cut.heading, strategy=cut.strategy)
    return msgspec.msgpack.encode(msgspec.structs.replace(segment, pages=[]))


def _part(request: Request) -> Part:
    from pdfqa import pdf
    from pdfqa.index.build import build

    with _without_collector():
        pages = list(_pages(request))
        if request.recognised is not None:
            wanting = {page.number for page in pages if pdf.wants_ocr(page, request.options)}
            if wanting := wanting.difference(request.recognised):
                return Part(_NOTHING, sorted(wanting))
        embedder = _embedder() if request.embed else None
        segment = build(pages, embedder, heading=request.heading, strategy=request.strategy)
        return Part(msgspec.Raw(msgspec.msgpack.encode(segment)), [])


def _is_text(request: Request) -> bool:
    from pdfqa.pdf.files import check_file, is_pdf

    return request.options.text and not is_pdf(check_file(os.fsdecode(request.path)))


def _pages(request: Request) -> Iterator[Page]:
    if _is_text(request):
        from pdfqa import texts

        yield from texts.read_pages(os.fsdecode(request.path), request.first, request.last)
        return
    from pdfqa import pdf

    path, known = os.fsdecode(request.path), _sheets(request.known) if request.known else {}
    for page in pdf.read_pages(
        path,
        request.first,
        request.last,
        request.password,
        known=known,
        pypdf=request.pypdf,
        at=at,
        outline=request.outline,
    ):
        remark = request.remarks.get(page.number)
        yield msgspec.structs.replace(page, warnings=[remark, *page.warnings]) if remark else page


def _sheets(known: dict[int, msgspec.Raw]) -> dict[int, Sheet]:
    from pdfqa.pdf.lines import Sheet

    decoder = msgspec.msgpack.Decoder(Sheet)
    return {number: decoder.decode(sheet) for number, sheet in known.items()}


@contextmanager
def _without_collector() -> Iterator[None]:
    # Pages are many small objects and no circles: looking for those would take a tenth of the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@lru_cache(maxsize=1)
def _embedder() -> StaticEmbedder:
    from pdfqa.embed import StaticEmbedder

    return StaticEmbedder.load()
