"""The cited pages of some PDFs as one: with bookmarks, and labelled as in the originals."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pypdf
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    Fit,
    NameObject,
    NumberObject,
    TextStringObject,
)

from pdfqa.errors import InvalidRequestError
from pdfqa.pdf.copies.highlights import mark, no_copy, notes
from pdfqa.pdf.copies.quads import Spot, spots
from pdfqa.pdf.copies.reading import Source, open_original, repaired
from pdfqa.pdf.copies.requests import Excerpt, Original, Written
from pdfqa.pdf.copies.writers import Rewriting, protect, written
from pdfqa.pdf.pypdf_reader import MALFORMED


def excerpt(request: Excerpt) -> tuple[bytes, Written]:
    """Return the pages on which something is to be marked, with that marked, and what is to be said of them.

    Raises:
        FileError: An original cannot be used.
        InvalidRequestError: Originals are encrypted with different passwords.
    """
    sources = [open_original(original.path, original.passwords) for original in request.originals]
    found = [spots(original, source.password) for original, source in zip(request.originals, sources, strict=True)]
    try:
        return _excerpt(request, sources, found)
    except MALFORMED:
        pairs = zip(request.originals, sources, strict=True)
        again = [repaired(original.path, original.passwords) or source for original, source in pairs]
        try:
            return _excerpt(request, again, found)
        except MALFORMED as error:
            raise no_copy(request.originals[0]) from error


def _excerpt(request: Excerpt, sources: Sequence[Source], found: Sequence[Sequence[Spot]]) -> tuple[bytes, Written]:
    keys = [at for at, source in enumerate(sources) if source.reader.is_encrypted]
    if len({sources[at].password for at in keys}) > 1:
        raise InvalidRequestError(
            f"{request.originals[keys[0]].name} and {request.originals[keys[1]].name} are encrypted with different "
            "passwords; their pages cannot be in one file",
            hint="Ask one file at a time.",
        )
    writer = pypdf.PdfWriter()
    labels: list[str] = []
    for original, source, places in zip(request.originals, sources, found, strict=True):
        labels += _add(writer, original, source, places, several=len(sources) > 1)
    _label(writer, labels)
    writer.add_metadata({"/Title": request.title})
    writer.page_mode = "/UseOutlines"
    for at in keys[:1]:
        protect(writer, sources[at])
    every = [spot for places in found for spot in places]
    return written(writer), Written(
        marked=sum(bool(spot.quads) for spot in every),
        unplaced=[at for at, spot in enumerate(every) if not spot.quads],
        notes=[
            note
            for original, source in zip(request.originals, sources, strict=True)
            for note in notes(source, original.name)
        ],
    )


def _add(
    writer: pypdf.PdfWriter, original: Original, source: Source, found: Sequence[Spot], *, several: bool
) -> list[str]:
    """Add the pages of one original and their bookmarks; return their labels."""
    reader, first = source.reader, len(writer.pages)
    pages = sorted({mark.page for mark in original.marks if 1 <= mark.page <= len(reader.pages)})
    writer.append(reader, pages=[page - 1 for page in pages], import_outline=False)
    _keep_layers(writer, reader)
    numbers = {page: first + at for at, page in enumerate(pages)}
    mark(Rewriting(writer, numbers), original, found)
    parent = writer.add_outline_item(title=original.name, page_number=first) if several else None
    for one, spot in zip(original.marks, found, strict=True):
        x, y = spot.top or (None, None)
        writer.add_outline_item(
            title=one.bookmark, page_number=numbers[one.page], parent=parent, fit=Fit.xyz(left=x, top=y)
        )
    labels = _labels(reader)
    return [labels[page - 1] if labels else str(page) for page in pages]


def _labels(reader: pypdf.PdfReader) -> list[str]:
    with suppress(*MALFORMED):
        if "/PageLabels" in reader.root_object:
            return list(reader.page_labels)
    return []


def _label(writer: pypdf.PdfWriter, labels: Sequence[str]) -> None:
    """Have viewers show the number that a page had where it comes from."""
    entries = ArrayObject()
    for at, label in enumerate(labels):
        entries.append(NumberObject(at))
        entries.append(DictionaryObject({NameObject("/P"): TextStringObject(label)}))
    writer.root_object[NameObject("/PageLabels")] = DictionaryObject({NameObject("/Nums"): entries})


def _keep_layers(writer: pypdf.PdfWriter, reader: pypdf.PdfReader) -> None:
    """Take over which layers are hidden: pypdf copies what is in them, which would be seen without."""
    if "/OCProperties" not in reader.root_object:
        return
    theirs: Any = reader.root_object["/OCProperties"]
    new = theirs.clone(writer)
    known: Any = writer.root_object.get("/OCProperties")
    if known is None:
        writer.root_object[NameObject("/OCProperties")] = new
        return
    known["/OCGs"].extend(new.get("/OCGs", []))
    for key in ("/ON", "/OFF"):
        if key in new.get("/D", {}):
            known["/D"].setdefault(NameObject(key), ArrayObject()).extend(new["/D"][key])
