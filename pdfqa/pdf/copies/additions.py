"""Add to a PDF at its end, as the format provides for: what was there stays as it is, byte for byte.

So a copy has all that its original has, keeps its encryption, and takes no longer for a long document.
"""

from __future__ import annotations

import io
import re
import secrets
import struct
from typing import Any

import pypdf
from pypdf.generic import ByteStringObject, DictionaryObject, IndirectObject, NameObject, PdfObject

from pdfqa.pdf.copies.reading import Source

MADE_HERE = b"%pdfqa\n"  # a comment before the end of each PDF that pdfqa writes
_TAIL = 1024


def is_sound(source: Source) -> bool:
    """Return whether the table of a PDF's objects is where the PDF says: only then can anything be added at its end."""
    return not source.repaired and source.data.startswith(b"%PDF-") and _table(source.data) is not None


def _table(data: bytes) -> tuple[int, bool] | None:
    """Return where the last table of objects begins, and whether it is a stream."""
    found = re.findall(rb"startxref\s+(\d+)", data[-_TAIL:])
    at = int(found[-1]) if found else len(data)
    if re.match(rb"\s*xref\b", data[at : at + 32]):
        return at, False
    return (at, True) if re.match(rb"\s*\d+\s+\d+\s+obj\b", data[at : at + 48]) else None


class Addition:
    """What is to be added to a PDF; an `annotations.Draft`."""

    def __init__(self, source: Source) -> None:
        self._data, self._reader = source.data, source.reader
        numbers = [number for entries in self._reader.xref.values() for number in entries]
        size = self._reader.trailer.get("/Size", 0)
        self._next = max([int(size) if isinstance(size, int) else 0, *numbers, *self._reader.xref_objStm]) + 1
        self._objects: dict[tuple[int, int], PdfObject] = {}

    def page(self, number: int) -> DictionaryObject:
        """Return a page."""
        return self._reader.pages[number - 1]

    def add(self, value: PdfObject) -> IndirectObject:
        """Put an object in."""
        reference = IndirectObject(self._next, 0, self._reader)
        self._objects[reference.idnum, 0] = value
        self._next += 1
        return reference

    def change(self, number: int, key: str, value: PdfObject) -> None:
        """Give a page another entry."""
        page = self.page(number)
        reference = page.indirect_reference
        if reference is None:
            raise ValueError("a page that is no object of its own")
        page[NameObject(key)] = value
        self._objects[reference.idnum, reference.generation] = page

    @property
    def document(self) -> pypdf.PdfReader:
        """Return what holds the pages, and the root of all else."""
        return self._reader

    def touch(self, value: PdfObject) -> None:
        """Take in that an object has been changed.

        Raises:
            ValueError: It is part of another, and has no number.
        """
        reference: IndirectObject | None = getattr(value, "indirect_reference", None)
        if reference is None:
            raise ValueError("a part of an object")
        self._objects[reference.idnum, reference.generation] = value

    def written(self) -> bytes:
        """Return the PDF with all that was added."""
        table = _table(self._data)
        if table is None:
            raise ValueError("the table of objects is not where the file says")
        out = io.BytesIO()
        out.write(self._data if self._data.endswith((b"\n", b"\r")) else self._data + b"\n")
        places: dict[tuple[int, int], int] = {}
        encryption = self._reader._encryption
        for (number, generation), value in self._objects.items():
            places[number, generation] = out.tell()
            out.write(f"{number} {generation} obj\n".encode())
            (encryption.encrypt_object(value, number, generation) if encryption else value).write_to_stream(out)
            out.write(b"\nendobj\n")
        before, is_stream = table
        at = out.tell()
        (_write_stream if is_stream else _write_table)(out, places, self._trailer(before), self._next)
        out.write(MADE_HERE + f"startxref\n{at}\n%%EOF\n".encode())
        return out.getvalue()

    def _trailer(self, before: int) -> DictionaryObject:
        old, new = self._reader.trailer, DictionaryObject()
        for key in ("/Root", "/Info", "/Encrypt"):
            if key in old:
                new[NameObject(key)] = old.raw_get(key)
        if "/ID" in old:
            new[NameObject("/ID")] = changed_id(self._reader)
        new[NameObject("/Prev")] = pypdf.generic.NumberObject(before)
        return new


def changed_id(reader: pypdf.PdfReader) -> pypdf.generic.ArrayObject:
    """Return the identifiers of a changed version of a document: the first stays, and with it the encryption's key."""
    ids: Any = reader.trailer["/ID"]
    first = ids[0].original_bytes if hasattr(ids[0], "original_bytes") else bytes(ids[0])
    return pypdf.generic.ArrayObject([ByteStringObject(first), ByteStringObject(secrets.token_bytes(16))])


def _write_table(out: io.BytesIO, places: dict[tuple[int, int], int], trailer: DictionaryObject, size: int) -> None:
    out.write(b"xref\n")
    for first, run in _runs(sorted(places)):
        out.write(f"{first} {len(run)}\n".encode())
        out.writelines(f"{places[number, generation]:010} {generation:05} n \n".encode() for number, generation in run)
    trailer[NameObject("/Size")] = pypdf.generic.NumberObject(size)
    out.write(b"trailer\n")
    trailer.write_to_stream(out)
    out.write(b"\n")


def _write_stream(out: io.BytesIO, places: dict[tuple[int, int], int], trailer: DictionaryObject, size: int) -> None:
    number = pypdf.generic.NumberObject
    places = {**places, (size, 0): out.tell()}
    runs = list(_runs(sorted(places)))
    rows = [struct.pack(">BQH", 1, places[key], key[1]) for _, run in runs for key in run]
    stream = pypdf.generic.DecodedStreamObject()
    stream.update(trailer)
    stream[NameObject("/Type")] = NameObject("/XRef")
    stream[NameObject("/Size")] = number(size + 1)
    stream[NameObject("/W")] = pypdf.generic.ArrayObject(map(number, (1, 8, 2)))
    stream[NameObject("/Index")] = pypdf.generic.ArrayObject(
        number(value) for first, run in runs for value in (first, len(run))
    )
    stream.set_data(b"".join(rows))
    out.write(f"{size} 0 obj\n".encode())
    stream.write_to_stream(out)
    out.write(b"\nendobj\n")


def _runs(keys: list[tuple[int, int]]) -> list[tuple[int, list[tuple[int, int]]]]:
    """Return the keys in runs whose numbers follow one another, each with its first number."""
    runs: list[tuple[int, list[tuple[int, int]]]] = []
    for key in keys:
        if runs and key[0] == runs[-1][0] + len(runs[-1][1]):
            runs[-1][1].append(key)
        else:
            runs.append((key[0], [key]))
    return runs
