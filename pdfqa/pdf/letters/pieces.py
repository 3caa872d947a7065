"""Cut the text of a page, as pdfium gives it, into pieces of lines and those into cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# pdfium puts a character of its own where a line ended with a hyphen.
_CUT = re.compile("[\ufffe\x02]")
_LEFTWARDS = re.compile("[\u05d0-\u05f4\u0620-\u064a\u066e-\u06d5\u06fa-\u07ff\ufb1d-\ufdff\ufe70-\ufefc]")
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")
FIGURE_ENDS = frozenset("0123456789)%$€£¥—–-−*")
FIGURE_STARTS = frozenset("0123456789$€£¥—–-−.")

_LONG = 120  # letters: few lines have more
_WIDE, _LOW = 50.0, 2.0  # points that a line is wide, and the next one lower or higher, at least
_WORDS = re.compile(r"\S+")


# Text between breaks, its first and last index, whether the reader took a hyphen from its end, and whether white space
# came before it.
Text = tuple[str, int, int, bool, bool]


def mostly_leftwards(text: str) -> bool:
    """Return whether most of a text is Hebrew, Arabic or another script that is read from right to left."""
    if text.isascii() or not (found := _LEFTWARDS.findall(text)):
        return False
    return 2 * len(found) > sum(map(str.isalpha, text))


def pieces_of(text: str) -> list[Text]:
    """Return the stretches of text between breaks."""
    pieces: list[Text] = []
    at = 0
    spaced = True
    may_cut = "\ufffe" in text or "\x02" in text
    for part in text.split("\n"):
        begin, at = at, at + len(part) + 1
        if may_cut and _CUT.search(part):
            spaced = _cut_pieces(part, begin, pieces, spaced)
            continue
        inner = part.strip()
        if inner:
            if part[0] != inner[0]:
                begin += part.index(inner)
                spaced = True
            last = begin + len(inner)
            pieces.append((inner, begin, last - 1, False, spaced))
            # The carriage return before the line feed is no space.
            spaced = at - last > 2
        elif len(part) > 1:
            spaced = True
    return pieces


def _cut_pieces(part: str, begin: int, pieces: list[Text], spaced: bool) -> bool:
    parts = _CUT.split(part)
    for number, piece in enumerate(parts):
        inner = piece.strip()
        if inner:
            first = begin + piece.index(inner)
            pieces.append((inner, first, first + len(inner) - 1, number < len(parts) - 1, spaced))
        begin += len(piece) + 1
        spaced = False
    return spaced


def unfolded(piece: Text, origin: Callable[[int], tuple[float, float]]) -> Iterator[Text]:
    """Yield the lines that a very long piece is made of: pdfium does not see where rows of few digits end.

    Args:
        piece: The piece.
        origin: Tells where a character of the page's text stands.
    """
    text, begin, end, cut, spaced = piece
    if len(text) <= _LONG:
        yield piece
        return
    start = last = 0
    x0, y0 = origin(begin)
    x = x0
    for word in _WORDS.finditer(text):
        left, low = origin(begin + word.start())
        if x - x0 > _WIDE and left - x0 < (x - x0) / 4 and abs(low - y0) > _LOW:
            yield text[start:last], begin + start, begin + last - 1, False, spaced
            start, spaced, (x0, y0) = word.start(), True, (left, low)
        last, x = word.end(), left
    yield text[start:], begin + start, end, cut, spaced


def may_have_cells(text: str, width: float, size: float) -> bool:
    """Return whether wide gaps may divide a line: a figure ends it, or it takes more room than its letters need."""
    if " " not in text or ("…" in text and " " not in text[text.rindex("…") + 2 :]):
        return False  # a leader before one figure is that of a list of contents; before several, of a row
    if text[-1] in FIGURE_ENDS or is_loose(width, size, len(text)):
        return True
    return len(text) < 50 and _YEARS.search(text) is not None


def is_loose(width: float, size: float, letters: int) -> bool:
    """Return whether a text is wider than its letters: set without gaps it takes about half its size for each."""
    return width > 0.62 * size * letters


def least_gap(last: str, figures: tuple[bool, bool], in_row: bool) -> float:
    """Return how wide a gap must be to divide cells, for a size of one."""
    if last in ".!?:;":
        return 2.2  # typists put two spaces after a sentence
    if figures[1] and (in_row or figures[0]):
        return 0.45 if figures[0] else 0.7  # a space is up to 0.65 wide
    return 0.9


def is_spread(piece: str) -> bool:
    """Return whether a piece begins like a word whose letters are set apart, and goes on like that."""
    if piece[3:4] != " " and piece[2:3] != " " and not piece[2:].isupper():
        return False
    parts = piece.split()
    single = sum(len(part) == 1 for part in parts)
    return single > 3 and 2 * single > len(parts) and piece.replace(" ", "").rstrip(":.").isalpha()


def closed(piece: str, gaps: list[float], size: float) -> str:
    """Return a piece whose letters are set apart as words: only the widest gaps divide those.

    Args:
        piece: The piece, with single spaces.
        gaps: How wide each of its spaces is.
        size: The size of its letters.
    """
    usual = sorted(gaps)[len(gaps) // 2]
    if usual > size or len(piece.replace(" ", "")) < 5:
        return piece  # cells of a row, or a few letters that stand for something
    parts = piece.split(" ")
    least = 1.4 * usual + 0.1 * size
    return parts[0] + "".join([" " * (gap > least) + part for gap, part in zip(gaps, parts[1:], strict=True)])
