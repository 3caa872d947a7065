"""Mend the characters of a page where their fonts or their order are at fault, one for one, so that places stay known.

A character that goes becomes ZERO, which stands for nothing. `order` tells for each of the mended characters which of
the page's own it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Protocol

from pdfqa.pdf.letters.garbled import strangeness
from pdfqa.pdf.letters.indic import in_logical_order, is_indic
from pdfqa.pdf.letters.leftwards import in_reading_direction
from pdfqa.pdf.letters.pieces import mostly_leftwards

ZERO = "\u200b"
_CONTROLS = bytes({1, *range(3, 9), 11, 12, *range(14, 28)})  # pdfium has 2 for a hyphen
# Signs that may be what became of an accent, or of a text in UTF-8 read as Western.
_SIGNS = bytes([0xB4, 0x60, 0xA8, 0x88, 0x98, 0xB8, 0xC2, 0xC3])
_HINTS = _CONTROLS + _SIGNS
_MARKS = {"´": "\u0301", "`": "\u0300", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "¸": "\u0327", "ˇ": "\u030c"}
_MARKS |= {"˘": "\u0306", "˚": "\u030a", "˝": "\u030b", "˙": "\u0307"}
_APART = re.compile("[\ufb00-\ufb04] ")  # a ligature at the end of a word, or what is left of a word
# UTF-8 read as Western: what became of accented letters, quotes, dashes and the euro sign.
_TWICE_READ = re.compile("Â[\xa0-\xbf]|Ã[\x80-\xbf\u0152-\u2122]|â€[\x80-\xbf\u0152-\u2122]|â‚¬|â„¢")
# What old TeX fonts have in the place of control characters.
_LIGATURES = {
    "\x0b": "\ufb00",
    "\x0c": "\ufb01",
    "\r": "\ufb02",
    "\x0e": "\ufb03",
    "\x0f": "\ufb04",
}
_ENDS = "ilf\ufb00\ufb01\ufb02\ufb03\ufb04"  # of ligatures
_COMPLEX = (0x0590, 0x1100)  # from Hebrew to Burmese: scripts whose letters carry signs
_FAR = 400  # characters: how far from its letter a sign may have come


class Page(Protocol):
    """What is asked about the characters of a page."""

    def codes(self) -> list[int]:
        """Return the code point of each character."""

    def unmapped(self) -> list[int]:
        """Return the characters of which the font does not say what they are."""

    def is_made_up(self, index: int) -> bool:
        """Return whether the reader put a character there, for a gap."""

    def spot(self, index: int) -> tuple[float, float, float, float]:
        """Return left and right edge and the origin of a character."""

    def size(self, index: int) -> float:
        """Return the size of a character."""

    def letter(self, index: int, code: int) -> str:
        """Return what the embedded font has for the number of a glyph."""


def needs_mending(text: str) -> bool:
    """Return whether something in a text hints at characters out of place or without a meaning."""
    if "fi " in text or "fl " in text or "â€" in text:
        return True
    try:
        letters = text.encode("ascii" if text.isascii() else "cp1252")
    except UnicodeEncodeError:
        return any(map(_is_hint, set(text))) or _APART.search(text) is not None
    return len(letters.translate(None, _HINTS)) < len(letters)


def _is_hint(char: str) -> bool:
    code = ord(char)
    if code < 0x2B0:
        return char in _MARKS or char in "ÂÃ" or (code < 27 and char not in "\t\n\r\0\x02") or code >= 0x180
    return code < 0x370 or _COMPLEX[0] <= code < _COMPLEX[1]


def mended(page: Page) -> tuple[str, list[int]]:
    """Return the characters of a page, mended, and the number that each has on the page."""
    text = [chr(code) if 0 < code < 0x110000 else ZERO for code in page.codes()]
    order = list(range(len(text)))
    unmapped = [index for index in page.unmapped() if not page.is_made_up(index)]
    unknown = _look_up(page, text, unmapped)
    unknown = _shift(text, unknown)
    _read_once(text)
    _set_ligatures(text, unknown)
    _set_accents(page, text)
    _close_gaps(page, text, order)
    if any(map(is_indic, set(text))):
        text, order = in_logical_order(page, text, order, unknown)
    text, order = _take_home(page, text, order, set(unmapped))
    _close_gaps(page, text, order)
    if mostly_leftwards("".join(text)):
        text, order = in_reading_direction(page, text, order)
    return "".join(text), order


def _look_up(page: Page, text: list[str], unmapped: list[int]) -> set[int]:
    """Put what the fonts themselves know in the place of numbers of glyphs; return the characters still unknown."""
    unknown: set[int] = set()
    for index in unmapped:
        letter = page.letter(index, ord(text[index]))
        if letter:
            text[index] = letter
        else:
            unknown.add(index)
    return unknown


def _shift(text: list[str], unknown: set[int]) -> set[int]:
    """Take numbers of glyphs as most TrueType fonts have them, 29 less than the codes, if that makes words of them."""
    if not unknown:
        return unknown
    solid = sum(not char.isspace() and char != ZERO for char in text)
    if 2 * len(unknown) <= solid or not all(2 < ord(text[at]) < 98 for at in unknown):
        return unknown
    shifted = [chr(ord(char) + 29) if at in unknown else char for at, char in enumerate(text)]
    told = [char if at in unknown or char.isspace() else " " for at, char in enumerate(text)]
    if strangeness("".join(told)) > 0.2 and strangeness("".join(shifted)) < 0.15:
        text[:] = shifted
        return set()
    return unknown


def _read_once(text: list[str]) -> None:
    """Mend what was written in UTF-8 and read as a Western encoding."""
    for match in _TWICE_READ.finditer("".join(text)):
        try:
            char = match.group().encode("cp1252").decode("utf-8")
        except UnicodeError:
            continue
        text[match.start() : match.end()] = [char, *[ZERO] * (len(match.group()) - len(char))]


def _set_ligatures(text: list[str], unknown: set[int]) -> None:
    """Put ligatures where old TeX fonts have control characters inside of words."""
    inside = [at for at in unknown if text[at] in _LIGATURES and text[at + 1 : at + 2] and text[at + 1].isalpha()]
    if any(text[at] != "\r" for at in inside):
        for at in inside:
            text[at] = _LIGATURES[text[at]]


def _set_accents(page: Page, text: list[str]) -> None:
    """Set accents that are drawn over a letter of their own after that letter, as signs that join it."""
    for index in _places_of(text, _MARKS.__contains__):
        char = text[index]
        left, right, _, y = page.spot(index)
        middle = (left + right) / 2
        for other in (index - 1, index + 1):
            if not 0 <= other < len(text) or not (text[other].isalpha() or text[other] == "ı"):
                continue
            near, far, _, line = page.spot(other)
            base = "i" if text[other] == "ı" else text[other]
            width = far - near
            if near + 0.1 * width < middle < far - 0.1 * width and abs(line - y) < 3 * width:
                if len(unicodedata.normalize("NFC", base + _MARKS[char])) > 1:
                    continue
                text[min(index, other)], text[max(index, other)] = base, _MARKS[char]
                break


def _take_home(page: Page, text: list[str], order: list[int], odd: set[int]) -> tuple[list[str], list[int]]:
    """Put signs that stand alone in the text after the letter over or under which they are drawn."""
    homes: dict[int, list[int]] = {}
    for at in _places_of(text, lambda char: _is_mark(char) or char in "<‹"):
        if text[at] in "<‹" and order[at] not in odd:
            continue
        before = at - 1
        while before >= 0 and text[before] == ZERO:
            before -= 1
        alone = before < 0 or text[before].isspace() or order[at] in odd
        home = _home_of(page, text, order, at) if alone else None
        if home is not None and home != at - 1:
            homes.setdefault(home, []).append(at)
    if not homes:
        return text, order
    moved = {at for signs in homes.values() for at in signs}
    places: list[int] = []
    for at in range(len(text)):
        if at not in moved:
            places.append(at)
            places.extend(homes.get(at, ()))
    return [text[at] for at in places], [order[at] for at in places]


def _home_of(page: Page, text: list[str], order: list[int], at: int) -> int | None:
    """Return after which character a sign belongs: the letter that it is drawn over, and the signs that letter has."""
    left, right, _, y = page.spot(order[at])
    middle = (left + right) / 2
    size = page.size(order[at])
    best, least = None, 0.3 * size
    for other in (place for far in range(1, _FAR) for place in (at - far, at + far)):
        if 0 <= other < len(text) and text[other].isalpha():
            near, end, _, line = page.spot(order[other])
            gap = max(near - middle, middle - end, 0.0)
            if gap < least and abs(line - y) < 0.6 * size:
                best, least = other, gap
                if not gap:
                    break
    while best is not None and best + 1 < len(text) and _is_mark(text[best + 1]) and best + 1 != at:
        best += 1
    return best


def _is_mark(char: str) -> bool:
    return char >= "\u0300" and unicodedata.category(char) == "Mn"


def _close_gaps(page: Page, text: list[str], order: list[int]) -> None:
    """Take out spaces that were made up after a sign or a ligature, though no word ends there."""
    after = {char for char in set(text) if char[-1:] in _ENDS or _is_sign(char)}
    for at in [at for at in range(1, len(text) - 1) if text[at] == " " and text[at - 1] in after]:
        if not _is_sign(text[at - 1]) and not _is_ligature("".join(text[max(at - 3, 0) : at])):
            continue
        if not page.is_made_up(order[at]):
            continue
        letter = at - 1
        while letter and (_is_sign(text[letter]) or text[letter] == ZERO):
            letter -= 1
        spots = [page.spot(order[place]) for place in range(letter, at)]
        left, right, _, y = page.spot(order[at + 1])
        gap = max(left - max(spot[1] for spot in spots), min(spot[0] for spot in spots) - right)
        size = page.size(order[at + 1])
        # A sign that has the origin of its letter came with that one's glyph, and its own, a glyph without a text,
        # fills the gap: a space beside it would be as wide again.
        most = 0.45 if _takes_room(text[at - 1]) and spots[-1][2] == spots[0][2] else 0.15
        if gap < most * size and abs(y - spots[0][3]) < 0.5 * size:
            text[at] = ZERO


def _is_sign(char: str) -> bool:
    return _is_mark(char) or _takes_room(char)


def _takes_room(char: str) -> bool:
    """Return whether a character is a sign, such as a vowel, that is drawn beside its letter."""
    return char >= "\u0900" and unicodedata.category(char) == "Mc"


def _is_ligature(text: str) -> bool:
    return text.endswith(("fi", "fl", "ff", "\ufb00", "\ufb01", "\ufb02", "\ufb03", "\ufb04"))


def _places_of(text: list[str], wanted: Callable[[str], bool]) -> list[int]:
    """Return where characters stand that are wanted, asking about each different one once."""
    chars = set(filter(wanted, set(text)))
    return [at for at, char in enumerate(text) if char in chars] if chars else []
