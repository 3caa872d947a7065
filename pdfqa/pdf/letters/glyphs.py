"""Ask pdfium about single characters of a page: where each stands, and what its font knows."""

from __future__ import annotations

import ctypes
from itertools import compress, repeat
from typing import Any

from pypdfium2 import raw

from pdfqa.pdf.letters.fontmap import letters_of
from pdfqa.pdf.native import pointer, quick

_unicode = quick(raw.FPDFText_GetUnicode, ctypes.c_uint)
_is_unmapped = quick(raw.FPDFText_HasUnicodeMapError)
_is_generated = quick(raw.FPDFText_IsGenerated)
_box = quick(raw.FPDFText_GetCharBox)
_origin = quick(raw.FPDFText_GetCharOrigin)
_matrix = quick(raw.FPDFText_GetMatrix)
_font_size = quick(raw.FPDFText_GetFontSize, ctypes.c_double)

Spot = tuple[float, float, float, float]  # left and right edge, and the origin


class Glyphs:
    """The characters of one page."""

    def __init__(self, text: Any) -> None:
        self._text, self._quick = text, pointer(text)
        self.count: int = max(raw.FPDFText_CountChars(text), 0)
        self._values = (ctypes.c_double * 6)()
        places = [ctypes.byref(ctypes.c_double.from_buffer(self._values, 8 * at)) for at in range(6)]
        self._way = raw.FS_MATRIX()
        self._way_at = ctypes.byref(self._way)
        self._edges, self._point = places[:4], places[4:]
        self._fonts: dict[int, dict[int, str]] = {}
        self._spots: dict[int, Spot] = {}

    def codes(self) -> list[int]:
        """Return the code point of each character."""
        return list(map(_unicode, repeat(self._quick), range(self.count)))

    def unmapped(self) -> list[int]:
        """Return the characters of which the font does not say what they are: their codes are numbers of glyphs."""
        return list(compress(range(self.count), map(_is_unmapped, repeat(self._quick), range(self.count))))

    def is_made_up(self, index: int) -> bool:
        """Return whether pdfium put a character there itself, for a gap."""
        return bool(_is_generated(self._quick, index) > 0)

    def spot(self, index: int) -> Spot:
        """Return where a character stands."""
        known = self._spots.get(index)
        if known is not None:
            return known
        _box(self._quick, index, *self._edges)
        _origin(self._quick, index, *self._point)
        left, right, _, _, x, y = self._values
        spot = self._spots[index] = left, right, x, y
        return spot

    def size(self, index: int) -> float:
        """Return the size of a character."""
        _matrix(self._quick, index, self._way_at)
        way = self._way
        size: float = _font_size(self._quick, index) * abs(way.a * way.d - way.b * way.c) ** 0.5
        return size if 0.01 < size < 1000 else 10.0

    def letter(self, index: int, code: int) -> str:
        """Return what the embedded font itself has for the number of a glyph; "" if nothing."""
        item = raw.FPDFText_GetTextObject(self._text, index)
        font = raw.FPDFTextObj_GetFont(item) if item else None
        if not font:
            return ""
        key = ctypes.addressof(font.contents)
        if key not in self._fonts:
            self._fonts[key] = letters_of(_data(font))
        return self._fonts[key].get(code, "")


def _data(font: Any) -> bytes:
    size = ctypes.c_size_t()
    if not raw.FPDFFont_GetIsEmbedded(font) or not raw.FPDFFont_GetFontData(font, None, 0, size) or not size.value:
        return b""
    data = (ctypes.c_uint8 * size.value)()
    raw.FPDFFont_GetFontData(font, data, size.value, size)
    return bytes(data)
