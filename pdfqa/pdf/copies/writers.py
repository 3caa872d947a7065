"""Write a PDF anew with pypdf: where nothing can be added at its end, and where only some pages are wanted."""

from __future__ import annotations

import io
from typing import Any

import pypdf
from pypdf.generic import DictionaryObject, IndirectObject, NameObject, PdfObject

from pdfqa.pdf.copies.additions import MADE_HERE, changed_id
from pdfqa.pdf.copies.reading import Source


class Rewriting:
    """A PDF that is written anew; an `annotations.Draft`.

    Args:
        writer: Holds the pages.
        numbers: Where each page of the original is in the writer, from 0; all at their places without.
    """

    def __init__(self, writer: pypdf.PdfWriter, numbers: dict[int, int] | None = None) -> None:
        self._writer = writer
        self._numbers = numbers

    @property
    def document(self) -> pypdf.PdfWriter:
        """Return what holds the pages, and the root of all else."""
        return self._writer

    def touch(self, value: PdfObject) -> None:
        """Take in that an object has been changed: all of them are written anyhow."""

    def page(self, number: int) -> DictionaryObject:
        """Return a page."""
        return self._writer.pages[number - 1 if self._numbers is None else self._numbers[number]]

    def add(self, value: PdfObject) -> IndirectObject:
        """Put an object in."""
        return self._writer._add_object(value)

    def change(self, number: int, key: str, value: PdfObject) -> None:
        """Give a page another entry."""
        self.page(number)[NameObject(key)] = value


def protect(writer: pypdf.PdfWriter, source: Source) -> None:
    """Have a PDF encrypted as an original is: with the same key, and so the same passwords and permissions.

    pypdf would take new passwords, and the owner's is not known to who has only the other.
    """
    reader = source.reader
    if not reader.is_encrypted:
        return
    known: Any = reader.trailer["/Encrypt"]
    entry = DictionaryObject(known)
    writer._add_object(entry)
    writer._encrypt_entry = entry
    writer._encryption = reader._encryption
    if "/ID" in reader.trailer:
        writer._ID = changed_id(reader)


def written(writer: pypdf.PdfWriter) -> bytes:
    """Return the bytes of a PDF."""
    out = io.BytesIO()
    writer.write(out)
    head, mark, tail = out.getvalue().rpartition(b"startxref")
    return head + MADE_HERE + mark + tail
