"""Where on the pages of a document a text stands that another program has cut out of it.

White space, hyphens, punctuation and the forms of letters may have changed on its way: letters and digits alone are
compared. Where some of those differ, too, the place is that of the stretches that are the same.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence
from functools import lru_cache

import msgspec

_STRETCH = 24  # letters of a stretch that is looked for alone
_STRETCHES = 12  # of a text that is not found as a whole
_ENOUGH = 0.5  # of them have to be found
_SHORTEST = 8  # letters that can be placed
_SLIVER = 12  # letters on a page that are no piece of their own, where there are more on another


class Piece(msgspec.Struct, frozen=True):
    """What of the text stands on one page, by its place among the pages: `texts[page][start:end]`."""

    page: int
    start: int
    end: int


def locate(text: str, texts: Sequence[str]) -> list[Piece]:
    """Return where a text stands in the texts of pages that follow each other; nothing, if it does not.

    Args:
        text: What is looked for.
        texts: The pages.
    """
    wanted = _letters(text)[0]
    if len(wanted) < _SHORTEST:
        return []
    pages = [_letters(page) for page in texts]
    whole = "".join(letters for letters, _ in pages)
    start = whole.find(wanted)
    span = (start, start + len(wanted)) if start >= 0 else _about(wanted, whole)
    return _pieces(span, pages, texts) if span else []


@lru_cache(maxsize=4096)
def _letters(text: str) -> tuple[str, Sequence[int]]:
    """Return the letters and digits of a text in their plainest form, and where each of them stands."""
    if text.isascii():
        places = [place for place, letter in enumerate(text) if letter.isalnum()]
        return "".join(text[place] for place in places).casefold(), array("I", places)
    letters: list[str] = []
    places = []
    for place, letter in enumerate(text):
        for plain in unicodedata.normalize("NFKC", letter).casefold():
            if plain.isalnum():
                letters.append(plain)
                places.append(place)
    return "".join(letters), array("I", places)  # which takes a tenth of a list, and thousands are kept


def _about(wanted: str, whole: str) -> tuple[int, int] | None:
    """Return the span of a text by those of its stretches that are found in their order."""
    step = max(_STRETCH, (len(wanted) - _STRETCH) // (_STRETCHES - 1))
    begins = range(0, max(1, len(wanted) - _STRETCH + 1), step)
    found: list[tuple[int, int]] = []
    for begin in begins:
        place = whole.find(wanted[begin : begin + _STRETCH], found[-1][1] + 1 if found else 0)
        if place >= 0:
            found.append((begin, place))
    near = [(begin, place) for begin, place in found if abs((place - begin) - _middle(found)) <= len(wanted) // 4]
    if len(near) < max(2, _ENOUGH * len(begins)):
        return None
    return near[0][1], near[-1][1] + _STRETCH


def _middle(found: Sequence[tuple[int, int]]) -> int:
    shifts = sorted(place - begin for begin, place in found)
    return shifts[len(shifts) // 2]


def _pieces(span: tuple[int, int], pages: Sequence[tuple[str, Sequence[int]]], texts: Sequence[str]) -> list[Piece]:
    pieces: list[tuple[int, Piece]] = []
    offset = 0
    for number, (letters, places) in enumerate(pages):
        first, last = max(0, span[0] - offset), min(len(letters), span[1] - offset)
        offset += len(letters)
        if first < last:
            start, end = places[first], places[last - 1] + 1
            pieces.append((last - first, Piece(number, *_widened(texts[number], start, end))))
    most = max((size for size, _ in pieces), default=0)
    return [piece for size, piece in pieces if size >= min(_SLIVER, most)]


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span with the signs that stand right before and after it."""
    while start and not text[start - 1].isspace() and not text[start - 1].isalnum():
        start -= 1
    while end < len(text) and not text[end].isspace() and not text[end].isalnum():
        end += 1
    return start, end
