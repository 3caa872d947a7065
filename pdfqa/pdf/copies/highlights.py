"""A copy of a PDF with quotes marked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pypdf

from pdfqa.errors import DamagedFileError
from pdfqa.pdf.copies.additions import Addition, is_sound
from pdfqa.pdf.copies.annotations import Draft, annotate
from pdfqa.pdf.copies.quads import Spot, spots
from pdfqa.pdf.copies.reading import Source, is_signed, open_original, repaired
from pdfqa.pdf.copies.requests import Original, Written
from pdfqa.pdf.copies.writers import Rewriting, protect, written
from pdfqa.pdf.files import RefusedError
from pdfqa.pdf.pdfium import PdfiumFile
from pdfqa.pdf.pypdf_reader import MALFORMED


def highlighted(original: Original) -> tuple[bytes, Written]:
    """Return a PDF with quotes marked and commented, and what is to be said of it.

    Raises:
        FileError: The original cannot be used.
    """
    source = open_original(original.path, original.passwords)
    found = spots(original, source.password)
    told = Written(
        marked=sum(bool(spot.quads) for spot in found),
        unplaced=[at for at, spot in enumerate(found) if not spot.quads],
        notes=notes(source, original.name),
    )
    ways = (_added, _anew, _mended)
    for way in ways if is_sound(source) else ways[1:]:
        try:
            data = way(original, found)
        except MALFORMED:
            continue
        if data and _shows(data, original, source):
            return data, told
    raise no_copy(original)


def _shows(data: bytes, original: Original, source: Source) -> bool:
    """Return whether pdfium finds the marks on the pages where it has found the quotes."""
    place = Path(os.fsdecode(original.path))
    try:
        with PdfiumFile(place, source.password, data=data) as file:
            return all(
                file.has_page(page) and file.notes(page) >= sum(mark.page == page for mark in original.marks)
                for page in {mark.page for mark in original.marks}
            )
    except RefusedError:
        return False


def notes(source: Source, name: str) -> list[str]:
    """Return what is to be said of a copy besides."""
    signed = f"{name} is signed; the signature does not hold for the copy, which has comments that nobody signed"
    return [signed] if is_signed(source.reader) else []


def mark(draft: Draft, original: Original, found: Sequence[Spot]) -> None:
    """Mark all quotes, page by page."""
    for page in sorted({mark.page for mark in original.marks}):
        of_page = [(mark.comment, spot) for mark, spot in zip(original.marks, found, strict=True) if mark.page == page]
        annotate(draft, page, of_page)


def _added(original: Original, found: Sequence[Spot]) -> bytes:
    """Return the original with the marks added at its end."""
    addition = Addition(open_original(original.path, original.passwords))
    mark(addition, original, found)
    return addition.written()


def _anew(original: Original, found: Sequence[Spot]) -> bytes:
    """Return the original written anew, with the marks."""
    return _rewritten(open_original(original.path, original.passwords), original, found)


def _mended(original: Original, found: Sequence[Spot]) -> bytes | None:
    """Return what pdfium makes of the original, with the marks."""
    source = repaired(original.path, original.passwords)
    return _rewritten(source, original, found) if source else None


def _rewritten(source: Source, original: Original, found: Sequence[Spot]) -> bytes:
    writer = pypdf.PdfWriter(clone_from=source.reader)
    mark(Rewriting(writer), original, found)
    protect(writer, source)
    return written(writer)


def no_copy(original: Original) -> DamagedFileError:
    """Return the error for an original of which no copy can be written."""
    return DamagedFileError(
        f"{original.name} is damaged: no copy of it can be written.",
        hint="Repair it, for example with qpdf or Ghostscript, add it, and ask again.",
    )
