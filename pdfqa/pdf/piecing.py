"""Find the words of a text among the letters of a page where they do not stand together. Pure.

Such are columns that a page holds row by row, the cells of a table, and the lines of a page that is turned. Of all
ways to find one word after the other the one with the fewest and shortest jumps is taken.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_JUMP, _BACK = 1.0, 0.5  # what a jump costs, and besides where it leads back
_SCALE, _MOST = 400.0, 2.0  # letters of a jump that cost 1 more, and the most that its length costs
_ASTRAY = 2000.0  # letters between where the text should begin and where it does that cost 1
_SHORT = 8  # letters: what is no longer may stand on a page in many places
_UNBROKEN = 20  # letters of a word of which no parts are looked for; in Chinese and Thai a line is one word

Span = tuple[int, int]


class _Layer(NamedTuple):
    """The places of one word: where each begins and ends, what the best way there costs, and where it comes from."""

    starts: list[int]
    ends: list[int]
    costs: list[float]
    origins: list[int]


def spans_of(letters: str, words: Sequence[str], start: int) -> list[Span]:
    """Return where words stand among letters: start and end of each piece, in the order of the words.

    Args:
        letters: Those of the page.
        words: Of letters only.
        start: About where they should begin.
    """
    layers: list[_Layer] = []
    for part in (part for word in words for part in _parts(letters, word)):
        starts = _places(letters, part)
        ends = [at + len(part) for at in starts]
        if layers:
            cheapest = min(range(len(layers[-1].costs)), key=layers[-1].costs.__getitem__)
            ways = [_way(layers[-1], at, cheapest) for at in starts]
        else:
            ways = [(min(abs(at - start) / _ASTRAY, 1.0), -1) for at in starts]
        layers.append(_Layer(starts, ends, [cost for cost, _ in ways], [origin for _, origin in ways]))
    return [span for span in _traced(layers) if _is_sure(letters, span)]


def _parts(letters: str, word: str, *, whole: bool = True) -> Iterator[str]:
    """Yield the parts of a word that are there, halved until they are: a line may break within it."""
    if word in letters:
        yield word
    elif len(word) > (_UNBROKEN if whole else _SHORT):
        half = len(word) // 2
        yield from _parts(letters, word[:half], whole=False)
        yield from _parts(letters, word[half:], whole=False)


def _places(letters: str, word: str) -> list[int]:
    places: list[int] = []
    at = letters.find(word)
    while at >= 0:
        places.append(at)
        at = letters.find(word, at + 1)
    return places


def _way(before: _Layer, at: int, cheapest: int) -> tuple[float, int]:
    """Return the cheapest way to a place from those of the word before, and from which: the near ones, and one more."""
    near = bisect_left(before.ends, at)
    others = {cheapest, *range(max(near - 2, 0), min(near + 2, len(before.ends)))}
    return min((before.costs[one] + _jump(at - before.ends[one]), one) for one in others)


def _jump(gap: int) -> float:
    if not gap:
        return 0.0
    return _JUMP + (_BACK if gap < 0 else 0.0) + min(abs(gap) / _SCALE, _MOST)


def _traced(layers: Sequence[_Layer]) -> list[Span]:
    """Return the pieces of the cheapest way through all words."""
    if not layers:
        return []
    at = min(range(len(layers[-1].costs)), key=layers[-1].costs.__getitem__)
    spans: list[Span] = []
    for layer in reversed(layers):
        start, end = layer.starts[at], layer.ends[at]
        if spans and spans[-1][0] == end:
            spans[-1] = start, spans[-1][1]
        else:
            spans.append((start, end))
        at = layer.origins[at]
    return spans[::-1]


def _is_sure(letters: str, span: Span) -> bool:
    """Return whether a piece is the one that is meant: it is long, or there once."""
    return span[1] - span[0] >= _SHORT or letters.count(letters[span[0] : span[1]]) == 1
