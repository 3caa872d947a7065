"""Find a quote of our repaired text among the characters of a page. Pure."""

from __future__ import annotations

import re
import unicodedata

from pdfqa.types import Box

DROPPED = frozenset("-\u2010\u2011\u00ad\ufffe\uffff\x02\ufffd…<‹\u0e4d")
_SHORT = 8  # characters: what is no longer may stand on a page in many places
# Dots that lead the eye are one sign in our text.
_LEADER = re.compile(r"[.·_]{4,}")


def plain(char: str) -> str:
    """Return what a character counts as when texts are compared: nothing for spaces and hyphens."""
    if char.isspace() or char in DROPPED or char < " ":
        return ""
    if char.isascii():
        return char
    if char == "\u0e33":  # some fonts do not tell the Thai vowels am and a apart
        return "\u0e32"
    return "".join(part for part in unicodedata.normalize("NFKC", char) if not part.isspace() and part not in DROPPED)


def find_ranges(codes: list[int], quote: str, start: int | None = None) -> list[tuple[int, int]]:
    """Return where a quote stands; where it is in several pieces on the page (columns, a table), where its lines do."""
    found = find_range(codes, quote, start)
    if found or "\n" not in quote:
        return [found] if found else []
    ranges: list[tuple[int, int]] = []
    at = start or 0
    for line in quote.splitlines(keepends=True):
        if len(line) > _SHORT and (found := find_range(codes, line, at)):
            ranges.append(found)
        at += len(line)
    return ranges


def find_range(codes: list[int], quote: str, start: int | None = None) -> tuple[int, int] | None:
    """Return first character and number of characters of a quote among the code points of a page.

    Args:
        codes: The characters of the page in the reader's numbering.
        quote: What to find; spaces, hyphens and ligatures need not agree.
        start: About where it should begin; the nearest occurrence is taken. Otherwise the first is.
    """
    letters: list[str] = []
    origin: list[int] = []
    for index, code in enumerate(codes):
        for char in plain(chr(code)) if 0 < code < 0x110000 else "":
            letters.append(char)
            origin.append(index)
    text = "".join(letters)
    for leader in reversed([*_LEADER.finditer(text)]):
        del origin[leader.start() : leader.end()]
    text = _LEADER.sub("", text)
    wanted = _LEADER.sub("", "".join(map(plain, quote)))
    if not wanted:
        return None
    best: int | None = None
    at = text.find(wanted)
    while at >= 0:
        if best is None or abs(origin[at] - (start or 0)) < abs(origin[best] - (start or 0)):
            best = at
        at = text.find(wanted, at + 1) if start is not None else -1
    if best is None:
        return None
    first = origin[best]
    return first, origin[best + len(wanted) - 1] - first + 1


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
    return [Box(x0=round(box.x0, 2), y0=round(box.y0, 2), x1=round(box.x1, 2), y1=round(box.y1, 2)) for box in result]


def _around(one: Box, other: Box) -> Box:
    return Box(x0=min(one.x0, other.x0), y0=min(one.y0, other.y0), x1=max(one.x1, other.x1), y1=max(one.y1, other.y1))


def _same_line(one: Box, other: Box) -> bool:
    upright = min(one.y1, other.y1) - max(one.y0, other.y0)
    return upright > 0.5 * min(one.y1 - one.y0, other.y1 - other.y0) and other.x0 > one.x0
