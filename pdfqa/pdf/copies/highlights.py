"""A copy of a PDF with quotes marked."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdf

from pdfqa.errors import DamagedFileError
from pdfqa.pdf.copies.additions import Addition, is_sound
from pdfqa.pdf.copies.annotations import Draft, annotate
from pdfqa.pdf.copies.quads import Spot, spots
from pdfqa.pdf.copies.reading import Source, is_signed, open_original
from pdfqa.pdf.copies.requests import Original, Written
from pdfqa.pdf.copies.writers import Rewriting, protect, written
from pdfqa.pdf.pypdf_reader import MALFORMED


def highlighted(original: Original) -> tuple[bytes, Written]:
    """Return a PDF with quotes marked and commented, and what is to be said of it.

    Raises:
        FileError: The original cannot be used.
    """
    source = open_original(original.path, original.passwords)
    found = spots(original, source.password)
    data = _added(source, original, found) if is_sound(source) else None
    return data or _rewritten(original, found), Written(
        marked=sum(bool(spot.quads) for spot in found),
        unplaced=[at for at, spot in enumerate(found) if not spot.quads],
        notes=notes(source, original.name),
    )


def notes(source: Source, name: str) -> list[str]:
    """Return what is to be said of a copy besides."""
    signed = f"{name} is signed; the signature does not hold for the copy, which has comments that nobody signed"
    return [signed] if is_signed(source.reader) else []


def mark(draft: Draft, original: Original, found: Sequence[Spot]) -> None:
    """Mark all quotes, page by page."""
    for page in sorted({mark.page for mark in original.marks}):
        of_page = [(mark.comment, spot) for mark, spot in zip(original.marks, found, strict=True) if mark.page == page]
        annotate(draft, page, of_page)


def _added(source: Source, original: Original, found: Sequence[Spot]) -> bytes | None:
    """Return the original with the marks added at its end; None where it is too odd for that."""
    try:
        addition = Addition(source)
        mark(addition, original, found)
        data = addition.written()
        again = open_again(data, source)
    except MALFORMED:
        return None
    return data if len(again.pages) == len(source.reader.pages) else None


def open_again(data: bytes, source: Source) -> pypdf.PdfReader:
    """Return a reader of what was written, having looked at each page."""
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        reader.decrypt(source.password or "")
    for page in reader.pages:
        page.get("/Annots")
    return reader


def _rewritten(original: Original, found: Sequence[Spot]) -> bytes:
    fresh = open_original(original.path, original.passwords)  # what was begun above has left its traces in the other
    try:
        writer = pypdf.PdfWriter(clone_from=fresh.reader)
        mark(Rewriting(writer), original, found)
        protect(writer, fresh)
        return written(writer)
    except MALFORMED as error:
        raise DamagedFileError(
            f"{original.name} is damaged: no copy of it can be written ({error}).",
            hint="Repair it, for example with qpdf or Ghostscript, add it, and ask again.",
        ) from error
