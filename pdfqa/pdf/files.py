"""Look at a file before and after a reader refuses it, and say in words what is wrong with it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from pdfqa.errors import (
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    FileAccessError,
    FileError,
    FileMissingError,
    NoPagesError,
    NotAPdfError,
)

RefusalReason = Literal["password", "damaged", "unsupported", "unreadable", "no_pages"]

_WAYS = "--password, --password-file or PDFQA_PASSWORD (in Python password=…)"
_HEAD = 1024
_SCAN_LIMIT = 64 << 20
_KINDS = (
    (rb"\x89PNG\r\n", "a PNG image"),
    (rb"\xff\xd8\xff", "a JPEG image"),
    (rb"GIF8[79]a", "a GIF image"),
    (rb"(?:II\*\x00|MM\x00\*)", "a TIFF image"),
    (rb"RIFF....WEBP", "a WebP image"),
    (rb"AT&TFORM", "a DjVu document"),
    (rb"\{\\rtf", "an RTF document"),
    (rb"%!PS", "a PostScript file"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word, Excel or PowerPoint document"),
    (rb"\x1f\x8b", "a gzip archive"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (rb"SQLite format 3\x00", "an SQLite database"),
    (rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,400}?-->\s*)?<(?i:!doctype html|html|head|body)", "an HTML page"),
    (rb"(?:\xef\xbb\xbf)?\s*<\?xml", "an XML file"),
    (rb"(?:\xef\xbb\xbf)?\s*[\[{]\s*[\"\[{]", "a JSON file"),
)
_ZIPPED = (
    (b"word/", "a Word document"),
    (b"xl/", "an Excel workbook"),
    (b"ppt/", "a PowerPoint presentation"),
    (b"application/epub+zip", "an EPUB book"),
    (b"application/vnd.oasis.opendocument", "an OpenDocument file"),
)


class RefusedError(Exception):
    """A reader cannot open a file."""

    def __init__(self, reason: RefusalReason, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


def check_file(path: str | os.PathLike[str]) -> Path:
    """Return the path if a file with bytes is there and may be read.

    Raises:
        FileMissingError: Nothing is there.
        FileAccessError: It is a folder, or the system refuses.
        EmptyFileError: It has no bytes.
    """
    place = Path(path)
    try:
        with place.open("rb") as stream:
            if not stream.read(1):
                raise EmptyFileError(
                    f"{path} is empty: it has no bytes.", hint="Fetch or export it again; the last copy did not finish."
                )
    except FileNotFoundError as error:
        raise FileMissingError(
            f"There is no file {path}.", hint="Check the spelling and the folder the path starts from."
        ) from error
    except IsADirectoryError as error:
        raise FileAccessError(
            f"{path} is a folder, not a file.", hint="Give one of its PDFs, or use pdfqa add for a whole folder."
        ) from error
    except OSError as error:
        if place.is_dir():
            raise FileAccessError(
                f"{path} is a folder, not a file.", hint="Give one of its PDFs, or use pdfqa add for a whole folder."
            ) from error
        raise FileAccessError(
            f"{path} cannot be opened: {error.strerror or error}.", hint="Check that you may read it, then try again."
        ) from error
    except ValueError as error:
        raise FileMissingError(f"There is no file {str(path)!r}.", hint="A path holds no NUL character.") from error
    return place


def is_pdf(path: Path) -> bool:
    """Return whether the file announces itself as a PDF in its first kilobyte."""
    return b"%PDF-" in _read(path, _HEAD)


def is_encrypted(path: Path) -> bool:
    """Return whether the file says that it is encrypted: pdfium's last error may be that of an earlier file."""
    return b"/Encrypt" in _read(path, _SCAN_LIMIT)


def kind_of(path: Path) -> str:
    """Return what a file that is no PDF looks like, in words."""
    head = _read(path, _HEAD)
    for pattern, kind in _KINDS:
        if re.match(pattern, head, re.DOTALL):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if not head.strip(b"\x00"):
        return "a file of zero bytes only"
    return "a text file" if _is_text(head) else "data of an unknown kind"


def _zipped(path: Path) -> str:
    content = _read(path, 1 << 16) + _tail(path, 1 << 16)
    for mark, kind in _ZIPPED:
        if mark in content:
            return kind
    return "a ZIP archive"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return not any(ord(char) < 32 and char not in "\t\r\n\f\x1b" for char in text)


def refusal(path: str | os.PathLike[str], refused: RefusedError, password: str | None) -> FileError:
    """Return the error for a file that no reader opens."""
    place = Path(path)
    if refused.reason == "password":
        return _password_error(path, password)
    if refused.reason == "unsupported":
        return EncryptedFileError(
            f"{path} is encrypted by a method that no reader here knows ({_algorithm(place)}).",
            hint="Open it in the program it was made for and save it without protection.",
        )
    if refused.reason == "no_pages":
        return no_pages(path)
    if not is_pdf(place):
        return NotAPdfError(
            f"{path} is not a PDF; it looks like {kind_of(place)}.", hint="Print or export it to PDF, then add the PDF."
        )
    return DamagedFileError(
        f"{path} is damaged: {damage(place)}; no page could be read.",
        hint="Fetch or export it again, or repair it, for example with qpdf or Ghostscript.",
    )


def no_pages(path: str | os.PathLike[str]) -> NoPagesError:
    """Return the error for a PDF without a page."""
    return NoPagesError(f"{path} is a PDF without pages.", hint="Export it again from the program that made it.")


def _password_error(path: str | os.PathLike[str], password: str | None) -> EncryptedFileError:
    if password:
        return EncryptedFileError(
            f"{path} is encrypted ({_algorithm(Path(path))}) and the password given does not open it.",
            hint=f"Check {_WAYS}; upper and lower case count.",
            param="password",
        )
    return EncryptedFileError(
        f"{path} is encrypted and needs a password ({_algorithm(Path(path))}).",
        hint=f"Give it with {_WAYS}.",
        param="password",
    )


def _algorithm(path: Path) -> str:
    data = _read(path, _SCAN_LIMIT)
    if b"/AESV3" in data:
        return "AES-256"
    if b"/AESV2" in data:
        return "AES-128"
    found = re.search(rb"/Filter\s*/(?!Standard|Flate|DCT|LZW|ASCII|JPX|CCITT|JBIG|RunLength|Crypt)([\w.#]+)", data)
    if b"/Standard" not in data and found:
        return f"the security handler {found.group(1).decode('latin-1')}"
    return "RC4"


def damage(path: Path) -> str:
    """Return in words what is wrong with a file that no reader opens."""
    tail = _tail(path, 2048)
    if b"%%EOF" in tail:
        data = _read(path, _SCAN_LIMIT)
        if not re.search(rb"/Type\s*/Pages?\b|/ObjStm", data):
            return "it has no list of pages"
        return "its cross-reference table or its list of pages is broken"
    if re.search(rb"xref[^%]{0,2000}$", tail):
        return "the file ends in the middle of its cross-reference table"
    return "the file ends in the middle"


def _read(path: Path, size: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(size)


def _tail(path: Path, size: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(stream.tell() - size, 0))
        return stream.read(size)
