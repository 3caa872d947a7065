"""The parts of a sentence that can stand for it where all of it would be too long."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from pdfqa import languages

_LONGEST = 14  # words of a clause that is not cut further
_LEAST = 5  # words of a piece of a clause
_ITEM = 3  # words of a clause
# How many letters count as a word where words are not separated.
_LETTERS_IDEOGRAPHIC, _LETTERS_UNSPACED = 2, 4


def count_words(text: str) -> int:
    """Return about how many words a text has; letters are counted in scripts that do not separate words."""
    if text.isascii():
        return len(text.split())
    ideographic, unspaced = _ideographic(), _unspaced()
    rest = unspaced.sub(" ", ideographic.sub(" ", text))
    counted = -(-len(ideographic.findall(text)) // _LETTERS_IDEOGRAPHIC)
    return len(rest.split()) + counted - (-len(unspaced.findall(text)) // _LETTERS_UNSPACED)


def clauses(text: str, language: str) -> list[tuple[int, int]]:
    """Return the spans of the clauses of a sentence, in order: from comma to comma, long ones cut at function words."""
    edges = [0]
    for match in _boundary().finditer(text):
        edge = match.start() if match.group().isspace() else match.end()
        # What is shorter is an item of a list, which stays with the next ones.
        if text[edge:].strip() and count_words(text[edges[-1] : edge]) >= _ITEM:
            edges.append(edge)
    edges.append(len(text))
    spans = [piece for start, end in pairwise(edges) for piece in _pieces(text, start, end, language)]
    return [_stripped(text, start, end) for start, end in spans]


def _pieces(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    """Return a clause, cut before function words where it is long."""
    words = [(start + match.start(), match.group()) for match in re.finditer(r"\S+", text[start:end])]
    if len(words) <= _LONGEST:
        return [(start, end)]
    stopwords = languages.analyzer(language).stopwords
    edges, last = [start], 0
    for number, (place, word) in enumerate(words):
        if number - last >= _LEAST and len(words) - number >= _LEAST and word.casefold() in stopwords:
            edges.append(place)
            last = number
    return list(pairwise([*edges, end]))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the spaces around it, and without a dash that joins it to what comes before."""
    piece = text[start:end]
    begun = piece.lstrip(" \t\n–—") if start else piece.lstrip()
    return start + len(piece) - len(begun), end - len(piece) + len(piece.rstrip())


@cache
def _boundary() -> re.Pattern[str]:
    """Find where a clause ends. A comma inside a number or a date ends none; in Thai, a space does."""
    thai = "\u0e00-\u0eff"
    return re.compile(
        rf"[;:،؛)](?=\s)|,(?=\s)(?!(?<=\d,)\s\d{{4}}\b)|[，；：、）]|—|\s(?=[(（—–-]\s?)|(?<=[{thai}])\s+(?=[{thai}])"
    )


@cache
def _ideographic() -> re.Pattern[str]:
    return re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
