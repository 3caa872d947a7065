"""Open an original with pypdf, to copy from; through pdfium where pypdf alone cannot."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import pypdf
from pypdf.errors import DependencyError, FileNotDecryptedError, WrongPasswordError
from pypdf.generic import DictionaryObject

from pdfqa.errors import MissingExtraError
from pdfqa.pdf.files import RefusedError, check_file, refusal
from pdfqa.pdf.marked import opened
from pdfqa.pdf.pypdf_reader import MALFORMED
from pdfqa.pdf.readers import open_file

logging.getLogger("pypdf").addHandler(logging.NullHandler())
_DEEPEST = 20  # fields of a form within one another
_SIGNATURES_EXIST = 1  # a flag of a form


class Source(NamedTuple):
    """An open original: its bytes, its reader, and the password that opened it; `repaired` by pdfium."""

    data: bytes
    reader: pypdf.PdfReader
    password: str | None
    repaired: bool = False


def open_original(path: bytes, passwords: Sequence[str]) -> Source:
    """Return an original with the password that opens it.

    Raises:
        FileError: It cannot be used.
        MissingExtraError: It is encrypted in a way that takes a package to write.
    """
    place, password = os.fsdecode(path), _password(path, passwords)
    data = check_file(place).read_bytes()
    try:
        return Source(data, _reader(data, password), password)
    except RefusedError as refused:
        if refused.reason == "password":  # which pdfium has taken: only attachments are encrypted, or in an odd way
            raise refusal(place, RefusedError("unsupported"), password) from refused
        found = repaired(path, passwords)
        if found is None:
            raise refusal(place, refused, password) from refused
        return found


def repaired(path: bytes, passwords: Sequence[str]) -> Source | None:
    """Return what pdfium makes of a file that pypdf cannot copy as it is; None where that is no better."""
    password = _password(path, passwords)
    file, _ = open_file(os.fsdecode(path), password)
    if file is None:
        return None
    room = io.BytesIO()
    with file:
        file.document.save(room)
    try:
        return Source(room.getvalue(), _reader(room.getvalue(), password), password, repaired=True)
    except RefusedError:
        return None


def _password(path: bytes, passwords: Sequence[str]) -> str | None:
    """Return the password that opens a file for pdfium, which is the stricter judge."""

    def fitting(password: str | None) -> str | None:
        file, _ = open_file(os.fsdecode(path), password)
        if file is not None:
            with file:
                pass
        return password

    return opened(passwords, fitting)


def _reader(data: bytes, password: str | None) -> pypdf.PdfReader:
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(password or ""):
            raise RefusedError("password")
        if not len(reader.pages):
            raise RefusedError("no_pages")
        for page in reader.pages:
            page.get("/Annots")
    except (FileNotDecryptedError, WrongPasswordError) as error:
        raise RefusedError("password", str(error)) from error
    except DependencyError as error:
        raise MissingExtraError(
            "a copy of a file that is encrypted with AES takes the extra pdfqa[crypto]",
            hint="pip install 'pdfqa[crypto]'",
        ) from error
    except MALFORMED as error:
        raise RefusedError("damaged", str(error)) from error
    return reader


def is_signed(reader: pypdf.PdfReader) -> bool:
    """Return whether somebody has signed a document."""
    with suppress(*MALFORMED):
        form = _dictionary(reader.root_object.get("/AcroForm"))
        if not int(form.get("/SigFlags", 0)) & _SIGNATURES_EXIST:
            return "/Perms" in reader.root_object
        return _has_signature(form.get("/Fields"), "", 0)
    return False


def _has_signature(fields: object, kind: str, depth: int) -> bool:
    if fields is None or depth > _DEEPEST:
        return False
    for field in fields.get_object():  # type: ignore[attr-defined]
        entries = _dictionary(field)
        own = str(entries.get("/FT", kind))
        if (own == "/Sig" and "/V" in entries) or _has_signature(entries.get("/Kids"), own, depth + 1):
            return True
    return False


def _dictionary(value: object) -> DictionaryObject:
    found = value.get_object() if value is not None else None  # type: ignore[attr-defined]
    return found if isinstance(found, DictionaryObject) else DictionaryObject()
