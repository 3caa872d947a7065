"""What a worker process does: open a document, and turn a range of its pages into a segment of the index."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from pdfqa.pages import DocumentInfo, Page, Segment
from pdfqa.passages import DEFAULT, AnyStrategy
from pdfqa.pdf.options import ReadOptions

if TYPE_CHECKING:
    from pdfqa.embed import StaticEmbedder

SMALL = 16  # pages; a document that is no longer is read in the same task that opens it


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which document, and which of its pages: [first, last], from 1."""

    path: bytes
    password: str | None = None
    options: ReadOptions = ReadOptions()
    first: int = 1
    last: int = 0
    heading: str = ""
    strategy: AnyStrategy = DEFAULT


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Pages that were read before, to be cut anew."""

    pages: list[Page]
    heading: str
    strategy: AnyStrategy


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a document once it is open; `segment` holds all pages of a small one.

    `embedder` is the name of what makes the vectors of its segments.
    """

    info: DocumentInfo
    embedder: str
    segment: Segment | None = None


def open_document(payload: bytes) -> bytes:
    """Open the document of a `Request` and return an `Opened`."""
    from pdfqa import pdf

    request = msgspec.msgpack.decode(payload, type=Request)
    info = pdf.read_info(os.fsdecode(request.path), request.password)
    segment = _segment(msgspec.structs.replace(request, last=info.pages)) if info.pages <= SMALL else None
    return msgspec.msgpack.encode(Opened(info=info, embedder=_embedder().name, segment=segment))


def read_segment(payload: bytes) -> bytes:
    """Read and index the pages of a `Request` and return their `Segment`."""
    return msgspec.msgpack.encode(_segment(msgspec.msgpack.decode(payload, type=Request)))


def cut_pages(payload: bytes) -> bytes:
    """Index the pages of a `Cut` and return their `Segment`, without the pages."""
    from pdfqa.index.build import build

    cut = msgspec.msgpack.decode(payload, type=Cut)
    with _without_collector():
        segment = build(cut.pages, _embedder(), heading=cut.heading, strategy=cut.strategy)
    return msgspec.msgpack.encode(msgspec.structs.replace(segment, pages=[]))


def _segment(request: Request) -> Segment:
    from pdfqa import pdf
    from pdfqa.index.build import build

    with _without_collector():
        pages = list(pdf.read_pages(os.fsdecode(request.path), request.first, request.last, request.password))
        return build(pages, _embedder(), heading=request.heading, strategy=request.strategy)


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
