"""Read the best passages again: what the index cannot see of them, added to their scores.

Three things, each in units of the fused score's standard deviation over the passages searched:
words that stand side by side in the question and in the passage; question words in the heading above it; and a
penalty for contents pages, which hold every heading and answer nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from pdfqa import languages
from pdfqa.query_terms import Term
from pdfqa.types import Passage

ADJACENT = 1.5
HEADING = 1.5
CONTENTS = -3.0
_NEAR = 3  # words of the passage that may lie between two words that are neighbours in the question
_CONTENTS_LINE = re.compile(r"(?:…|(?:\.\s*){3,}|\s{2,})\s*(?:\d{1,4}|[ivxlc]{1,6})$")
_CONTENTS_SHARE = 0.5


def adjustment(terms: Sequence[Term], passage: Passage, text: str, language: str) -> float:
    """Return what is to be added to the score of a passage."""
    analyzer = languages.analyzer(language)
    return (
        ADJACENT * adjacency(terms, analyzer.terms(text))
        + HEADING * coverage(terms, set(analyzer.terms(passage.heading)))
        + CONTENTS * is_contents(text)
    )


def adjacency(terms: Sequence[Term], words: Sequence[str]) -> float:
    """Return the share of the question's neighbouring words that are neighbours, in order, in a text."""
    pairs = [
        (one, two, min(one.idf * one.weight, two.idf * two.weight))
        for one, two in pairwise(terms)
        if two.position - one.position == 1 and one.likeness and two.likeness
    ]
    total = sum(weight for _, _, weight in pairs)
    if not total:
        return 0.0
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(word, []).append(place)
    held = sum(
        weight
        for one, two, weight in pairs
        if any(0 < b - a <= _NEAR for a in places.get(one.word, ()) for b in places.get(two.word, ()))
    )
    return held / total


def coverage(terms: Sequence[Term], words: set[str]) -> float:
    """Return the share of the question's weight that its words in a set carry.

    A word of the question is held by itself, by a form of it, or by another name for it, of which each word counts.
    """
    named: dict[str, list[bool]] = {}
    for term in terms:
        if term.name:
            named.setdefault(term.name, []).append(term.word in words)
    weights: dict[str, float] = {}
    held: dict[str, float] = {}
    for term in terms:
        share = sum(named[term.name]) / len(named[term.name]) if term.name else float(term.word in words)
        for asked in (term.asked, *term.also):
            held[asked] = max(held.get(asked, 0.0), term.likeness * share)
        if not term.name:
            weights[term.asked] = max(weights.get(term.asked, 0.0), term.idf * term.weight)
    total = sum(weights.values())
    return sum(weight * held[asked] for asked, weight in weights.items()) / total if total else 0.0


def is_contents(text: str) -> bool:
    """Return whether a text is part of a table of contents: lines that end in page numbers behind a gap or leader."""
    lines = text.split("\n")
    return len(lines) >= 3 and sum(bool(_CONTENTS_LINE.search(line)) for line in lines) >= _CONTENTS_SHARE * len(lines)
