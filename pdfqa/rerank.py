"""Read the best passages again: what the index cannot see of them, added to their scores.

Three things, each in units of the fused score's standard deviation over the passages searched:
words that stand side by side in the question and in the passage; question words in the heading above it; and a
penalty for contents pages, which hold every heading and answer nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pdfqa import languages
from pdfqa.pages import Passage
from pdfqa.query_terms import Term

ADJACENT, HEADING, CONTENTS = 1.5, 1.5, -3.0
_NEAR = 3  # words of the passage that may lie between two words that are neighbours in the question
_CONTENTS_LINE = re.compile(r"(?:…|(?:\.\s*){3,}|\s{2,})\s*(?:\d{1,4}|[ivxlc]{1,6})$")
_CONTENTS_SHARE = 0.5


class Asked:
    """The telling words of a question, made ready to be looked for in many texts.

    A word of the question is held by itself, by a form of it, or by another name for it, of which each word counts.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self.weights: dict[str, float] = {}
        self._plain: dict[str, tuple[str, float]] = {}
        self._names: dict[str, tuple[set[str], float, tuple[str, ...]]] = {}
        for term in terms:
            if term.name:
                name = self._names.setdefault(term.name, (set(), term.likeness, (term.asked, *term.also)))
                name[0].add(term.word)
            else:
                self._plain[term.word] = (term.asked, term.likeness)
                self.weights[term.asked] = max(self.weights.get(term.asked, 0.0), term.idf * term.weight)
        self.words = frozenset(term.word for term in terms)
        self._total = sum(self.weights.values())
        self._pairs = [
            (one.word, two.word, min(one.idf * one.weight, two.idf * two.weight))
            for one, two in pairwise(terms)
            if two.position - one.position == 1 and one.likeness and two.likeness
        ]

    def held(self, words: Iterable[str]) -> dict[str, float]:
        """Return the words of the question that some words stand for, each with what that is worth."""
        inside = self.words.intersection(words)
        found: dict[str, float] = {}
        for asked, likeness in self._standing_for(inside) if inside else ():
            worth = likeness * self.weights.get(asked, 0.0)
            if worth > found.get(asked, 0.0):
                found[asked] = worth
        return found

    def _standing_for(self, inside: frozenset[str]) -> Iterator[tuple[str, float]]:
        for word in inside:
            if word in self._plain:
                yield self._plain[word]
        for words, likeness, meant in self._names.values():
            share = len(words & inside) / len(words)
            yield from ((asked, likeness * share) for asked in meant)

    def share(self, *held: dict[str, float]) -> float:
        """Return the share of the question's weight that is held, in one place or another."""
        if not self._total:
            return 0.0
        if len(held) == 1:
            return sum(held[0].values()) / self._total
        best: dict[str, float] = {}
        for part in held:
            for asked, worth in part.items():
                best[asked] = max(worth, best.get(asked, 0.0))
        return sum(best.values()) / self._total

    def coverage(self, words: Iterable[str]) -> float:
        """Return the share of the question's weight that its words among some words carry."""
        return self.share(self.held(words))

    def adjacency(self, words: Sequence[str]) -> float:
        """Return the share of the question's neighbouring words that are neighbours, in order, in a text."""
        total = sum(weight for _, _, weight in self._pairs)
        if not total:
            return 0.0
        places: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            if word in self.words:
                places.setdefault(word, []).append(place)
        held = sum(
            weight
            for one, two, weight in self._pairs
            if any(0 < b - a <= _NEAR for a in places.get(one, ()) for b in places.get(two, ()))
        )
        return held / total


def adjustment(terms: Sequence[Term], passage: Passage, text: str, language: str) -> float:
    """Return what is to be added to the score of a passage."""
    analyzer, asked = languages.analyzer(language), Asked(terms)
    return (
        ADJACENT * asked.adjacency(analyzer.terms(text))
        + HEADING * asked.coverage(analyzer.terms(passage.heading))
        + CONTENTS * is_contents(text)
    )


def is_contents(text: str) -> bool:
    """Return whether a text is part of a table of contents: lines that end in page numbers behind a gap or leader."""
    lines = text.split("\n")
    return len(lines) >= 3 and sum(bool(_CONTENTS_LINE.search(line)) for line in lines) >= _CONTENTS_SHARE * len(lines)
