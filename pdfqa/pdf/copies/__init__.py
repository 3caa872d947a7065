"""Copies of PDFs that show what was cited, or say what images show. What worker processes do.

The original is opened for reading only.
"""

from __future__ import annotations

import os

import msgspec

from pdfqa.pdf.copies.requests import Excerpt, Highlighting, Written

__all__ = ["cited_pages", "describe_images", "highlight"]


def describe_images(payload: bytes) -> bytes:
    """Write what a `Request` for descriptions asks for, and return its `Outcome`."""
    from pdfqa.pdf.copies.alt_texts import Request, described

    request = msgspec.msgpack.decode(payload, type=Request)
    data, outcome = described(request)
    with open(os.fsdecode(request.out), "wb") as stream:
        stream.write(data)
    return msgspec.msgpack.encode(outcome)


def highlight(payload: bytes) -> bytes:
    """Write what a `Highlighting` asks for, and return what is `Written`."""
    from pdfqa.pdf.copies.highlights import highlighted

    request = msgspec.msgpack.decode(payload, type=Highlighting)
    return _written(request.out, *highlighted(request.original))


def cited_pages(payload: bytes) -> bytes:
    """Write what an `Excerpt` asks for, and return what is `Written`."""
    from pdfqa.pdf.copies.excerpts import excerpt

    request = msgspec.msgpack.decode(payload, type=Excerpt)
    return _written(request.out, *excerpt(request))


def _written(out: bytes, data: bytes, written: Written) -> bytes:
    with open(os.fsdecode(out), "wb") as stream:
        stream.write(data)
    return msgspec.msgpack.encode(written)
