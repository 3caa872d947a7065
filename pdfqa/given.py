"""Documents that are given as they are, and not as files: bytes, open files, PDFs of pypdf, texts."""

from __future__ import annotations

import hashlib
import os
import sys
from typing import Any, Protocol, TypeAlias, runtime_checkable

import msgspec

from pdfqa.errors import InvalidRequestError
from pdfqa.texts import is_text


@runtime_checkable
class Readable(Protocol):
    """An open file, or something like one."""

    def read(self) -> bytes | str:
        """Return what is in it."""


class PdfDocument(msgspec.Struct, frozen=True):
    """A PDF under a name of your own: its bytes, an open file, or a `PdfReader` or `PdfWriter` of pypdf."""

    name: str
    content: Any

    def __repr__(self) -> str:
        return f"PdfDocument({self.name!r})"


class TextDocument(msgspec.Struct, frozen=True):
    """A text, plain or Markdown, under a name of your own; one that does not end as a text's does ends in .txt then."""

    name: str
    content: str

    def __repr__(self) -> str:
        return f"TextDocument({self.name!r})"


class Held(msgspec.Struct, frozen=True):
    """A document that was given as it is: its name and its bytes."""

    name: str
    data: bytes


_LONGEST = 60  # characters of what is shown of a wrong content
_seen: set[str] = set()  # texts that this process was given as files

# The last are an open file and the PdfReader and PdfWriter of pypdf, which is not loaded to say so.
Source: TypeAlias = str | os.PathLike[str] | bytes | PdfDocument | TextDocument | Any


def held(source: Source) -> str | os.PathLike[str] | Held:
    """Return a path as it is, and any other document with its bytes: an open file can be read only once.

    Raises:
        InvalidRequestError: It is no document.
    """
    if isinstance(source, Held):
        return source
    if isinstance(source, str | os.PathLike):
        note(os.fsdecode(source))
        return source
    if isinstance(source, TextDocument):
        return Held(source.name if is_text(source.name) else f"{source.name}.txt", _text(source))
    if isinstance(source, PdfDocument):
        return Held(source.name, _of_pdf(source))
    data = _bytes(source, shown(source))
    return Held(_name(source) or f"document-{hashlib.sha256(data).hexdigest()[:8]}.pdf", data)


def note(path: str) -> None:
    """Take in that a file is a document here, where it is a text: a PDF is known for one by what is in it."""
    if is_text(path):
        _seen.add(os.path.abspath(path))


def texts() -> list[str]:
    """Return the texts that are documents here: nothing is saved over them."""
    return sorted(_seen)


def shown(source: object) -> str:
    """Return how a document is called where a few words have to do."""
    if isinstance(source, PdfDocument | TextDocument | Held):
        return source.name
    if isinstance(source, str | os.PathLike):
        return repr(str(source))
    return _name(source) or f"<{type(source).__name__}>"


def _of_pdf(source: PdfDocument) -> bytes:
    if isinstance(source.content, str | os.PathLike):
        raise InvalidRequestError(
            f"the content of {source.name} is a path or a string, {str(source.content)[:_LONGEST]!r}",
            hint="Give bytes, an open file or a pypdf object; a path is given to PDFQA as it is.",
            param="paths",
        )
    return _bytes(source.content, source.name)


def _text(source: TextDocument) -> bytes:
    if not isinstance(source.content, str):
        raise InvalidRequestError(
            f"the content of {source.name} is of type {type(source.content).__name__}",
            hint="A text is a string; of a PDF give PdfDocument.",
            param="paths",
        )
    return source.content.encode("utf-8", "replace")


def _bytes(content: object, name: str) -> bytes:
    if isinstance(content, bytes | bytearray | memoryview):
        data = bytes(content)
    elif "pypdf" in sys.modules and type(content).__module__.partition(".")[0] == "pypdf":
        from pdfqa.pdf.from_pypdf import as_bytes

        data = as_bytes(content)
    elif isinstance(content, Readable):
        data = _read(content, name)
    else:
        raise InvalidRequestError(
            f"a document is of type {type(content).__name__}",
            hint="Give strings, paths, the bytes of PDFs, open files, pypdf's PdfReader or PdfWriter, PdfDocument or "
            "TextDocument, one by one; of a list: PDFQA(*paths).",
            param="paths",
        )
    return data


def _read(content: Readable, name: str) -> bytes:
    try:
        read = content.read()
    except UnicodeDecodeError as error:
        raise InvalidRequestError(
            f"{name} was opened as a text, and is none", hint='Open it with open(path, "rb").', param="paths"
        ) from error
    return read.encode() if isinstance(read, str) else read


def _name(source: object) -> str:
    """Return what an open file is called, if that is more than a number."""
    name = getattr(getattr(source, "stream", source), "name", "")
    return os.path.basename(name) if isinstance(name, str) else ""
