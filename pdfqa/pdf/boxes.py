"""Find a quote of our repaired text among the characters of a page. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from functools import lru_cache

from pdfqa.pdf.piecing import spans_of
from pdfqa.types import Box

DROPPED = frozenset("-\u2010\u2011\u00ad\ufffe\uffff\x02\ufffd…<‹\u0e4d")
# Dots that lead the eye are one sign in our text.
_WORD = re.compile(r"[^\s\u00ad\u2010\u2011-]+")  # a line may break at a hyphen
_LEADER = re.compile(r"[.·_]{4,}")


_ALIKE = str.maketrans(")]}\u0906\u0911\u0913\u0914", "([{\u0905\u0905\u0905\u0905")  # by side, or by sign


@lru_cache(8192)
def plain(char: str) -> str:
    """Return what a character counts as when texts are compared: nothing for spaces, hyphens, accents and signs."""
    if char.isspace() or char in DROPPED or char < " ":
        return ""
    if char.isascii():
        return char.translate(_ALIKE)
    parts = unicodedata.normalize("NFKD", char).translate(_ALIKE)
    return "".join(part for part in parts if not part.isspace() and part not in DROPPED and not _joins(part))


def _joins(char: str) -> bool:
    """Return whether a character is an accent or a vowel sign, or nothing that is seen."""
    return unicodedata.category(char) in ("Mn", "Mc", "Cf")


def find_ranges(codes: list[int], quote: str, start: int | None = None) -> list[tuple[int, int]]:
    """Return where a quote stands, as `find_range` does; in pieces where it does not stand together on the page."""
    page = _Letters.of_codes(codes)
    found = page.nearest(_letters(quote), start)
    if found:
        return [found]
    words = [letters for word in _WORD.findall(quote) if (letters := _letters(word))]
    return page.pieces(words, start or 0)


def find_range(codes: list[int], quote: str, start: int | None = None) -> tuple[int, int] | None:
    """Return first character and number of characters of a quote among the code points of a page.

    Args:
        codes: The characters of the page in the reader's numbering.
        quote: What to find; spaces, hyphens and ligatures need not agree.
        start: About where it should begin; the nearest occurrence is taken. Otherwise the first is.
    """
    return _Letters.of_codes(codes).nearest(_letters(quote), start)


def _letters(text: str) -> str:
    return _LEADER.sub("", "".join(map(plain, text)))


class _Letters:
    """What counts of the characters of a page, and where each is in the reader's numbering."""

    def __init__(self, text: str, origin: list[int]) -> None:
        self.text = text
        self._origin = origin

    @classmethod
    def of_codes(cls, codes: list[int]) -> _Letters:
        """Return the letters of code points."""
        letters: list[str] = []
        origin: list[int] = []
        for index, code in enumerate(codes):
            for char in plain(chr(code)) if 0 < code < 0x110000 else "":
                letters.append(char)
                origin.append(index)
        text = "".join(letters)
        for leader in reversed([*_LEADER.finditer(text)]):
            del origin[leader.start() : leader.end()]
        return cls(_LEADER.sub("", text), origin)

    def nearest(self, wanted: str, start: int | None) -> tuple[int, int] | None:
        """Return the occurrence nearest to a character: its first one, and how many; the first one without `start`."""
        if not wanted:
            return None
        best: int | None = None
        at = self.text.find(wanted)
        while at >= 0:
            if best is None or abs(self._origin[at] - (start or 0)) < abs(self._origin[best] - (start or 0)):
                best = at
            at = self.text.find(wanted, at + 1) if start is not None else -1
        if best is None:
            return None
        first = self._origin[best]
        return first, self._origin[best + len(wanted) - 1] - first + 1

    def pieces(self, words: list[str], start: int) -> list[tuple[int, int]]:
        """Return where words stand that do not stand together, in the order of the words."""
        spans = spans_of(self.text, words, bisect_left(self._origin, start))
        return [(self._origin[first], self._origin[end - 1] - self._origin[first] + 1) for first, end in spans]


def one_for_each_line(boxes: list[Box]) -> list[Box]:
    """Return the boxes with those of one line put together."""
    result: list[Box] = []
    for box in boxes:
        if box.x1 - box.x0 <= 0 or box.y1 - box.y0 <= 0:
            continue
        if result and _same_line(result[-1], box):
            result.append(_around(result.pop(), box))
        else:
            result.append(box)
    return list(map(rounded, result))


def rounded(box: Box) -> Box:
    """Return a box to a hundredth of a point."""
    return Box(x0=round(box.x0, 2), y0=round(box.y0, 2), x1=round(box.x1, 2), y1=round(box.y1, 2))


def _around(one: Box, other: Box) -> Box:
    return Box(x0=min(one.x0, other.x0), y0=min(one.y0, other.y0), x1=max(one.x1, other.x1), y1=max(one.y1, other.y1))


def _same_line(one: Box, other: Box) -> bool:
    upright = min(one.y1, other.y1) - max(one.y0, other.y0)
    return upright > 0.5 * min(one.y1 - one.y0, other.y1 - other.y0) and other.x0 > one.x0
