"""The characters of a page as pdfium has them, in its own numbering."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple

from pypdfium2 import raw

from pdfqa.pdf.geometry import Bounds, bounds_of, turned_box
from pdfqa.pdf.letters.garbled import is_garbled
from pdfqa.pdf.letters.glyphs import Glyphs
from pdfqa.pdf.letters.mend import mended, needs_mending
from pdfqa.pdf.native import quick
from pdfqa.pdf.objects import PageObjects
from pdfqa.pdf.runs import Letter, runs_of
from pdfqa.pdf.visibility.signs import Kind
from pdfqa.pdf.visibility.unseen import unseen
from pdfqa.types import Box

_unicode = quick(raw.FPDFText_GetUnicode, ctypes.c_uint)
_char_box = quick(raw.FPDFText_GetCharBox)
_loose_box = quick(raw.FPDFText_GetLooseCharBox)
_ASKED = 50  # characters of a page that are asked which way they stand
_NO_INK = frozenset((0, 9, 10, 11, 12, 13, 32, 160))
_is_unmapped = quick(raw.FPDFText_HasUnicodeMapError)


def codes_of(text: Any) -> list[int]:
    """Return the code point of each character."""
    return [_unicode(text, index) for index in range(raw.FPDFText_CountChars(text))]


def unmapped(text: Any) -> float:
    """Return the share of characters of which the font does not say what they are."""
    count = raw.FPDFText_CountChars(text)
    failed: list[int] = [_is_unmapped(text, index) for index in range(count)]
    return float(len([flag for flag in failed if flag > 0]) / max(count, 1))


class Told(NamedTuple):
    """The text of a page, what tells the numbers of its characters where those are not their places, and its worth."""

    text: str
    index_of: Callable[[int], int] | None = None
    garbled: bool = False


def page_text(text: Any, room_for: Callable[[int], Any]) -> Told:
    """Return the text of a page: as pdfium has it, or mended where something hints at a fault."""
    whole, index_of = _as_told(text, room_for)
    if not _is_faulty(text, whole):
        return Told(whole.replace("\xa0", " "), index_of)
    whole, order = mended(Glyphs(text))
    in_place = order == list(range(len(order)))
    garbled = is_garbled(whole, partial(unmapped, text))
    return Told(whole.replace("\xa0", " "), None if in_place else order.__getitem__, garbled)


def seen_text(
    objects: PageObjects, handle: Any, text: str, index_of: Callable[[int], int] | None, layered: Callable[[], bool]
) -> tuple[str, list[Kind]]:
    """Return a page's text with spaces for words that nobody can see, and in which ways these are hidden."""
    words = unseen(objects, handle, text if index_of is None else "".join(map(chr, codes_of(handle))), layered)
    hidden = {at for word in words for at in range(word.first, word.last + 1)}
    if hidden:
        places = range(len(text)) if index_of is None else map(index_of, range(len(text)))
        text = "".join([" " if at in hidden else char for at, char in zip(places, text, strict=True)])
    return text, [word.kind for word in words]


def _is_faulty(text: Any, whole: str) -> bool:
    return bool(whole) and (needs_mending(whole) or is_garbled(whole, partial(unmapped, text)))


def _as_told(text: Any, room_for: Callable[[int], Any]) -> tuple[str, Any]:
    count = raw.FPDFText_CountChars(text)
    if count <= 0:
        return "", None
    room = room_for(2 * count + 2)
    units = raw.FPDFText_GetText(text, 0, count, room) - 1
    if units <= 0:
        return "", None
    whole = str(memoryview(room).cast("B")[: units * 2], "utf-16-le", "replace")
    if len(whole) == count:
        return whole, None
    offsets = [0]
    for char in whole:
        offsets.append(offsets[-1] + (2 if char > "\uffff" else 1))

    def index_of(index: int) -> int:
        at: int = raw.FPDFText_GetCharIndexFromTextIndex(text, offsets[index])
        return max(at, 0)

    return whole, index_of


class PageCharacters:
    """The characters of a page in pdfium's own numbering."""

    def __init__(self, document: Any, number: int) -> None:
        self._page = raw.FPDF_LoadPage(document, number - 1)
        self._turns = raw.FPDFPage_GetRotation(self._page) if self._page else 0
        self._text = self._upright() if self._page else None
        self._codes: list[int] | None = None
        self._order: list[int] | None = None  # the page's own numbers of its characters, where they were put in order

    def __enter__(self) -> PageCharacters:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._text:
            raw.FPDFText_ClosePage(self._text)
        if self._page:
            raw.FPDF_ClosePage(self._page)

    def _upright(self) -> Any:
        """Return the text of the page; pdfium tells its lines in order only where they stand upright."""
        text = raw.FPDFText_LoadPage(self._page)
        count = max(raw.FPDFText_CountChars(text), 0) if text else 0
        angles = [raw.FPDFText_GetCharAngle(text, at) for at in range(0, count, count // _ASKED + 1)]
        ways = [-round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0]  # they are told clockwise
        way = max(set(ways), key=ways.count) if ways else self._turns
        if way == self._turns:
            return text
        raw.FPDFText_ClosePage(text)
        raw.FPDFPage_SetRotation(self._page, way)  # in memory
        return raw.FPDFText_LoadPage(self._page)

    def codes(self) -> list[int]:
        """Return the code point of each character; a space for what nobody can see."""
        if self._codes is None:
            self._codes = self._read() if self._text else []
        return self._codes

    def _read(self) -> list[int]:
        codes = codes_of(self._text)
        for word in unseen(PageObjects(self._page), self._text, "".join(map(chr, codes))):
            codes[word.first : word.last + 1] = [32] * (word.last - word.first + 1)
        if not _is_faulty(self._text, self.text()):
            return codes
        letters, self._order = mended(Glyphs(self._text))
        return [32 if codes[at] == 32 else ord(letter) for letter, at in zip(letters, self._order, strict=True)]

    def text(self) -> str:
        """Return the characters as one text, as pdfium has it."""
        size = raw.FPDFText_CountChars(self._text) if self._text else 0
        if size <= 0:
            return ""
        room = (ctypes.c_ushort * (2 * size + 2))()
        units = raw.FPDFText_GetText(self._text, 0, size, room) - 1
        return bytes(room)[: 2 * max(units, 0)].decode("utf-16-le", "replace")

    @property
    def frame(self) -> tuple[int, Bounds]:
        """Return by how many right angles the page is turned when it is shown, and what of it is shown."""
        return self._turns, bounds_of(self._page)

    def rectangles(self, start: int, count: int) -> list[tuple[Box, bool]]:
        """Return the boxes around a range of characters, one for each line, on the page as shown.

        With each comes whether its line runs up or down there.
        """
        turns, bounds = self.frame
        codes = self.codes()[start : start + count]
        numbers = self._order[start : start + count] if self._order else range(start, start + count)
        seen = sorted(number for number, code in zip(numbers, codes, strict=True) if code not in _NO_INK)
        return [
            (turned_box(run.box, turns, bounds), run.upright != bool(turns % 2)) for run in runs_of(self._letters(seen))
        ]

    def _letters(self, numbers: Sequence[int]) -> Iterator[Letter]:
        room, rect = [ctypes.c_double() for _ in range(4)], raw.FS_RECTF()
        edges, rect_at = [ctypes.byref(double) for double in room], ctypes.byref(rect)
        left, right, bottom, top = room
        for number in numbers:
            if not _char_box(self._text, number, *edges):
                continue
            ink = left.value, bottom.value, right.value, top.value
            if ink[0] >= ink[2] or ink[1] >= ink[3]:
                continue
            loose = _loose_box(self._text, number, rect_at)
            upright = abs(math.sin(raw.FPDFText_GetCharAngle(self._text, number))) > math.sin(math.pi / 4)
            yield Letter(ink, (rect.left, rect.bottom, rect.right, rect.top) if loose else ink, upright)
