"""Tell whether the text of a page is language at all, or what a font made of it that does not say its letters. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from operator import add

GARBLED = "the text is garbled: a font does not say which letters it draws"

# For each letter those that follow it in more than 2 of 1,000 pairs of letters in any of 29 languages in Latin script.
_FOLLOWERS = (
    "aabcdefghijklmnopqrstuvwyz babeiloruy cacehijknorstuyz daeilnorstuyz eabcdefghijklmnprstuvwyz faeinortuy "
    "gaeghijklortuy hadeiklortuv iabcdefghijklmnopqrstuvxyz jaeiknosu kadehijklorstuy ladehijklmnostuy mabegimopsuy "
    "nacdeghijklnostuyz oabcdefghijklmnoprstuvwyz paehilopru qu radeiklmnorstuyz sacehiklmnopstuvyz taehinorstuvwyz "
    "uabcdefgijklmnoprstuvwxyz vaeinorsuy waehinosy xabceilmnorstu yabceilmnorstu zadeinotuy"
)
_KNOWN = frozenset(letters[0] + after for letters in _FOLLOWERS.split() for after in letters[1:])
_WORD = re.compile("[a-z]{3,}")
_REPEATED = re.compile(r"([!-/:-@\[-`{-~·•–—…])(?:\s?\1)+")  # leaders, rules and rows of stars
_SIGNS = re.compile(r"[!\"#&'*+/:;<=>?@\[\\\]^`{|}~]")
_BREAKS = frozenset("\t\n\x0b\x0c\r\x1d\x1e\x1f\x85\xad\ufffe")

_LATIN, _EAST = 0, 0x2E80
# Where one script ends and the next begins. What is of one script elsewhere, or often beside it, has its home there.
_EDGES = sorted(
    {
        *(0, 0x180, 0x250, 0x370, 0x400, 0x530, 0x590, 0x600, 0x700, 0x750, 0x780, 0x7C0, 0x800, 0x8A0, 0x1000, 0x10A0),
        *range(0x900, 0x1000, 0x80),
        *(0x1100, 0x1200, 0x13A0, 0x1780, 0x1800, 0x1C80, 0x1C90, 0x1CC0, 0x1D00, 0x1F00, 0x2000, 0x2C60, 0x2C80),
        *(
            0x2D00,
            _EAST,
            0xA4D0,
            0xA640,
            0xA6A0,
            0xA720,
            0xA800,
            0xAC00,
            0xFB00,
            0xFB13,
            0xFB50,
            0xFE00,
            0xFE70,
            0xFF00,
        ),
        *(0x10000, 0x1D400, 0x1D800, 0x20000),
    }
)
_HOMES = {0x250: _LATIN, 0x1D00: _LATIN, 0x2000: _LATIN, 0x2C60: _LATIN, 0xA720: _LATIN, 0xFB00: _LATIN}
_HOMES |= {0x1D400: _LATIN, 0x1F00: 0x370, 0x1C80: 0x400, 0xA640: 0x400, 0xFB13: 0x590, 0x1C90: 0x10A0, 0x2D00: 0x10A0}
_HOMES |= dict.fromkeys((0x750, 0x8A0, 0xFB50, 0xFE70), 0x600) | dict.fromkeys((0x1100, 0xAC00, 0xFF00, 0x20000), _EAST)
_NO_SPACES = frozenset((_EAST, 0xE00, 0xE80, 0x1000, 0x1780))  # scripts among which Western words stand without spaces
_FEW_LANGUAGES = frozenset("ƏƒƠơƯưƳƴǍǎǏǐǑǒǓǔǗǘǙǚǛǜǦǧǨǩǪǫǮǯǺǻǼǽǾǿȘșȚțȲȳəƁƊƐƎǝƘƙƵƶǃ")
_LEAST_PAIRS, _LEAST_LETTERS = 80, 20
_SHORT, _PART = 200, 250


def is_garbled(text: str, unmapped: Callable[[], float] = float) -> bool:
    """Return whether the text of a page is no language.

    Args:
        text: The text as the reader gives it.
        unmapped: Gives the share of characters of which the font does not say what they are; asked in doubt only.
    """
    if _looks_western(text):
        return False
    sample = _sample(text)
    solid = "".join(_REPEATED.sub(r"\1", sample).split())
    pairs, strange = _pairs(sample)
    if len(solid) < _SHORT and pairs < _LEAST_PAIRS and unmapped() > 0.6:
        return strange > 0.3 or sum(map(str.isalnum, solid)) < 0.7 * len(solid) or _lost(sample, solid) > 0
    if _lost(sample, solid) > max(4, 0.15 * len(solid)) or (len(solid) > 100 and _is_signs(solid, pairs, strange)):
        return True
    if pairs >= _LEAST_PAIRS and strange > 0.12:
        return strange > 0.21 or unmapped() > 0.5
    return not sample.isascii() and _is_mixture(sample)


def _looks_western(text: str) -> bool:
    """Return whether letters are as frequent as in most Western languages, by counting few of them."""
    size, spaces = len(text), text.count(" ")
    vowels = sum(map(text.count, "aeio"))
    if spaces < 0.06 * size or vowels < 0.1 * size:
        return False
    letters = size - spaces - sum(map(text.count, "0123456789.,\r\n")) if vowels < 0.2 * size else 0.75 * size
    return vowels > 0.27 * letters and sum(map(text.count, "qjxz")) < 0.03 * size


def _sample(text: str) -> str:
    size = len(text)
    if size <= 3 * _PART:
        return text
    half = (size - _PART) // 2
    return f"{text[:_PART]} {text[half : half + _PART]} {text[-_PART:]}"


def _lost(text: str, solid: str) -> int:
    """Return how many of the characters are none."""
    lost = sum([_is_lost(char) for char in solid]) if not (solid.isascii() and solid.isprintable()) else 0
    return lost - min(text.count("\x02"), text.count("\n") + 1)  # what pdfium has for a hyphen


def _is_signs(solid: str, pairs: int, strange: float) -> bool:
    """Return whether signs stand where letters should: the fewer words there are, and the stranger, the fewer signs."""
    signs = len(_SIGNS.findall(solid)) / len(solid)
    if signs > 0.3 or (pairs < 20 and signs > 0.2):
        return True
    return pairs >= 20 and ((strange > 0.3 and signs > 0.06) or (strange > 0.2 and signs > 0.15))


def strangeness(text: str) -> float:
    """Return the share of pairs of letters that are hardly found in Western languages; 1 where there are no words."""
    pairs, strange = _pairs(text)
    return strange if pairs else 1.0


def _pairs(text: str) -> tuple[int, float]:
    """Return how many pairs of letters there are, and the share that is hardly found in any Western language."""
    words = _WORD.findall(text.lower())
    joined = " ".join(words)
    pairs = len(joined) - 2 * len(words) + 1 if words else 0
    known = sum(map(_KNOWN.__contains__, map(add, joined, joined[1:])))
    return pairs, (pairs - known) / (pairs or 1)


def _is_mixture(text: str) -> bool:
    """Return whether letters of scripts that have nothing in common stand side by side, or hardly known ones."""
    found = set(map(_script, set(text))) - {-1}
    if len(found) < 2 and found.isdisjoint((_ODD, _EAST)):
        return False
    scripts = [_script(char) for char in text]
    letters = sum([script >= 0 for script in scripts])
    if letters < _LEAST_LETTERS:
        return False
    mixed = sum([one != other and _strangers(one, other) for one, other in pairwise(scripts)])
    if mixed > 0.15 * letters or scripts.count(_ODD) > 0.3 * letters:
        return True
    eastern = [char for char in text if "\u3400" <= char <= "\u9fff"]
    return len(eastern) > _LEAST_LETTERS and sum(map(_is_rare, eastern)) > 0.4 * len(eastern)


def _strangers(one: int, other: int) -> bool:
    if one < 0 or other < 0:
        return False
    return not ((one == _LATIN and other in _NO_SPACES) or (other == _LATIN and one in _NO_SPACES))


_ODD = 0x180


@lru_cache(4096)
def _script(char: str) -> int:
    """Return where the script of a letter begins, or -1 for what is no letter."""
    if not char.isalpha() or char in "ªµºΩπμ":
        return -1
    if char in _FEW_LANGUAGES:
        return _LATIN
    start: int = _EDGES[bisect(_EDGES, ord(char)) - 1]
    return _HOMES.get(start, start)


@lru_cache(4096)
def _is_lost(char: str) -> bool:
    return (unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") and char not in _BREAKS) or char == "\ufffd"


@lru_cache(8192)
def _is_rare(char: str) -> bool:
    """Return whether a Chinese character is in none of the sets of usual ones."""
    for codec, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("shift_jis", 0x88, 0x97)):
        code = char.encode(codec, "ignore")
        if code and first <= code[0] <= last:
            return False
    return True
