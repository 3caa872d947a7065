"""Passwords: in which order and in which spellings they are tried, and how a file holds several of them."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator

_LINES = re.compile(rb"\r\n|\n|\r")


def tries(passwords: Iterable[str]) -> list[str | None]:
    """Return what is to be tried on a file, in order: first none, then each password as it is, then as it may be meant.

    No reader opens a file that is protected only against changes when it is given a wrong password.
    """
    words = list(passwords)
    return [None, *dict.fromkeys(words), *(word for word in dict.fromkeys(_meant(words)) if word not in words)]


def _meant(words: list[str]) -> Iterator[str]:
    """Yield other spellings: without spaces around, with letter and accent as one, with signs as AES-256 has them."""
    for word in words:
        for form in ("NFC", "NFKC"):
            yield unicodedata.normalize(form, word.strip())


def from_lines(data: bytes) -> list[str]:
    """Return the passwords that stand in a file, one on each line, in UTF-8, Latin-1 or what Windows calls Unicode."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    return [_decoded(line) for line in _LINES.split(data.removeprefix(codecs.BOM_UTF8)) if line]


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
