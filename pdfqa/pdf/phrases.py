"""Words that a person looks for: where they stand on a page, and on which pages. What a worker process does.

Spaces, hyphens and ligatures need not agree with the page; upper and lower case need not, where the words are not there
as they were given.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator

import msgspec

from pdfqa import pdf
from pdfqa.pages import Page
from pdfqa.pdf.boxes import DROPPED, find_range
from pdfqa.pdf.marked import opened
from pdfqa.pdf.readers import open_file
from pdfqa.types import Box

_MOST = 100  # places of one phrase that are marked on a page
_LEFT_OUT = dict.fromkeys(map(ord, DROPPED))


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a document with phrases marked. `known` is the page as it was read before, if it was."""

    path: bytes
    page: int
    phrases: list[str]
    width: int
    passwords: list[str] = []
    known: Page | None = None


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A page as PNG with the places that are marked on it; or else the phrases that are not there."""

    png: bytes = b""
    boxes: list[Box] = []
    missing: list[str] = []
    silent: bool = False  # the page has no text at all


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase that is looked for in a whole document."""

    path: bytes
    phrase: str
    passwords: list[str] = []


def draw(payload: bytes) -> bytes:
    """Return what is `Drawn` for a `Request`."""
    request = msgspec.msgpack.decode(payload, type=Request)
    return msgspec.msgpack.encode(opened(request.passwords, lambda word: _drawn(request, word)))


def find(payload: bytes) -> bytes:
    """Return the numbers of the pages whose text layer holds the phrase of a `Wanted`."""
    wanted = msgspec.msgpack.decode(payload, type=Wanted)
    path = os.fsdecode(wanted.path)
    return msgspec.msgpack.encode(opened(wanted.passwords, lambda word: pages_with(_texts(path, word), wanted.phrase)))


def pages_with(texts: Iterable[str], phrase: str) -> list[int]:
    """Return the numbers of the pages, from 1, that hold a phrase."""
    wanted = _squeezed(phrase)
    return [number for number, text in enumerate(texts, 1) if wanted and wanted in _squeezed(text)]


def spans_of(text: str, phrase: str) -> list[tuple[int, int]]:
    """Return start and end of a phrase wherever it is in the text of a page."""
    for letters, wanted in ((text, phrase), ("".join(map(_small, text)), "".join(map(_small, phrase)))):
        spans: list[tuple[int, int]] = []
        at = 0
        while len(spans) < _MOST and (found := find_range([*map(ord, letters[at:])], wanted)):
            spans.append((at + found[0], at + sum(found)))
            at = spans[-1][1]
        if spans:
            return spans
    return []


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(_LEFT_OUT).lower()


def _small(letter: str) -> str:
    small = letter.lower()
    return small if len(small) == 1 else letter  # one for one, so that places stay


def _texts(path: str, password: str | None, only: int | None = None) -> Iterator[str]:
    """Yield the text layer of each page, or of one."""
    file, _ = open_file(path, password)
    if file is None:
        return
    with file:
        for number in [only] if only else range(1, file.pages + 1):
            with file.characters(number) as characters:
                yield characters.text()


def _drawn(request: Request, password: str | None) -> Drawn:
    path, number = os.fsdecode(request.path), request.page
    page = request.known
    if page is None and request.phrases:
        page = next(pdf.read_pages(path, number, number, password), None)
    places = {phrase: _places(path, page, phrase, password) for phrase in request.phrases} if page else {}
    missing = [phrase for phrase, boxes in places.items() if not boxes]
    if page and missing:
        return Drawn(missing=missing, silent=not page.text)
    boxes = [box for found in places.values() for box in found]
    return Drawn(png=pdf.picture(path, number, boxes, password, width=request.width), boxes=boxes)


def _places(path: str, page: Page, phrase: str, password: str | None) -> list[Box]:
    """Return where a phrase stands on a page; one that layout leaves out, such as a running head, is there as well."""
    number = page.number
    boxes = [
        box
        for start, end in spans_of(page.text, phrase)
        for box in pdf.find_boxes(path, number, page.text[start:end], password, start=start, places=page.places)
    ]
    if not boxes and pages_with(_texts(path, password, number), phrase):
        return pdf.find_boxes(path, number, phrase, password)
    return boxes
