"""Put the letters of Devanagari, which fonts draw in another order than they are read, into the order of reading."""

from __future__ import annotations

from typing import Protocol

_ZERO = "\u200b"
_CONSONANT = frozenset(map(chr, (*range(0x915, 0x93A), *range(0x958, 0x960), *range(0x978, 0x980))))
_NUKTA, _VIRAMA, _RA, _SHORT_I = "\u093c", "\u094d", "\u0930", "\u093f"
_OTHER_VOWELS = frozenset("\u093e\u0940\u0941\u0942\u0943\u0945\u0947\u0948\u0949\u094b\u094c")
_SIGNS = _OTHER_VOWELS | frozenset("\u0900\u0901\u0902\u0903\u093c\u093f")
_NEAR = 16  # the glyphs of one sign in several widths are neighbours in a font


class Page(Protocol):
    """What is asked about the characters of a page."""

    def spot(self, index: int) -> tuple[float, float, float, float]:
        """Return left and right edge and the origin of a character."""


def is_indic(char: str) -> bool:
    """Return whether a character is of Devanagari."""
    return "\u0900" <= char <= "\u097f"


def in_logical_order(page: Page, text: list[str], order: list[int], unknown: set[int]) -> tuple[list[str], list[int]]:
    """Return the characters with the short i after its consonants and the r above a syllable before it."""
    drawn = _find_short_i(text, unknown)
    for at in drawn:
        text[at] = _SHORT_I
    if not drawn:
        drawn = _misplaced(text)
    _split_glyphs(page, text, drawn=bool(drawn))
    places = list(range(len(text)))
    for at in sorted(drawn, reverse=True):
        end = _cluster_end(text, at + 1)
        if end > at + 1:
            places[at:end] = [*places[at + 1 : end], places[at]]
    text = [text[place] for place in places]
    order = [order[place] for place in places]
    return _move_r(page, text, order)


def _find_short_i(text: list[str], unknown: set[int]) -> set[int]:
    """Return where glyphs of which the font tells nothing draw the short i: it alone is drawn before a consonant."""
    seen: dict[str, list[int]] = {}
    for at in unknown:
        if at + 1 < len(text):
            seen.setdefault(text[at], []).append(at)
    sure: set[str] = set()
    for char, places in seen.items():
        fits = sum(_precedes_syllable(text, at) for at in places)
        if len(places) > 2 and fits > 0.85 * len(places):
            sure.add(char)
    codes = [ord(char) for char in sure]
    result: set[int] = set()
    for char, places in seen.items():
        if char in sure or any(abs(ord(char) - code) <= _NEAR for code in codes):
            result.update(at for at in places if _precedes_syllable(text, at))
    return result


def _precedes_syllable(text: list[str], at: int) -> bool:
    end = _cluster_end(text, at + 1)
    return end > at + 1 and (end >= len(text) or text[end] not in _OTHER_VOWELS)


def _misplaced(text: list[str]) -> set[int]:
    """Return where the short i stands, if this text has it before its consonant: at the beginning of words, for one."""
    places = [at for at, char in enumerate(text) if char == _SHORT_I]
    first = sum(
        1 for at in places if at == 0 or (text[at - 1] not in _CONSONANT and text[at - 1] not in (_NUKTA, _ZERO))
    )
    return {at for at in places if _cluster_end(text, at + 1) > at + 1} if first > max(2, 0.3 * len(places)) else set()


def _cluster_end(text: list[str], at: int) -> int:
    """Return where the consonants end that one vowel sign belongs to."""
    end = at
    while end < len(text) and text[end] in _CONSONANT:
        end += 1
        while end < len(text) and text[end] in (_NUKTA, _ZERO):
            end += 1
        if end < len(text) and text[end] == _VIRAMA:
            end += 1
            continue
        break
    return end


def _split_glyphs(page: Page, text: list[str], *, drawn: bool) -> None:
    """Take out of one glyph's letters what other glyphs draw: some writers give it the text of its whole syllable."""
    for at, char in enumerate(text):
        if char == _SHORT_I and drawn and at and text[at - 1] in _CONSONANT and _one_glyph(page, at - 1, at):
            text[at] = _ZERO
        elif char == _VIRAMA and at and text[at - 1] == _RA and at + 1 < len(text) and _one_glyph(page, at - 1, at):
            rest = at + 1
            while rest < len(text) and is_indic(text[rest]) and _one_glyph(page, at, rest):
                if text[rest] in _CONSONANT or text[rest] == _VIRAMA:
                    text[rest] = _ZERO
                rest += 1


def _one_glyph(page: Page, one: int, other: int) -> bool:
    return page.spot(one) == page.spot(other)


def _move_r(page: Page, text: list[str], order: list[int]) -> tuple[list[str], list[int]]:
    at = 1
    while at < len(text):
        if text[at] == _VIRAMA and text[at - 1] == _RA and _one_glyph(page, order[at - 1], order[at]):
            start = _syllable_start(text, at - 1)
            if start < at - 1:
                for items in (text, order):
                    items[start : at + 1] = [*items[at - 1 : at + 1], *items[start : at - 1]]
        at += 1
    return text, order


def _syllable_start(text: list[str], at: int) -> int:
    """Return where the syllable begins that ends before a place."""
    start = at
    while start and (text[start - 1] in _SIGNS or text[start - 1] == _ZERO):
        start -= 1
    if not start or text[start - 1] not in _CONSONANT:
        return at
    start -= 1
    while start > 1 and text[start - 1] == _VIRAMA and text[start - 2] in _CONSONANT:
        start -= 2
    return start
