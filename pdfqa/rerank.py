"""Read the best passages again: what the index cannot see of them, added to their scores.

What is seen (`FEATURES`) is in [0, 1]; `WEIGHTS` are in units of the fused score's standard deviation over the
passages searched. They come from benchmarks/fit_rerank.py; docs/retrieval.md says what each is worth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Protocol

import numpy as np

from pdfqa import languages
from pdfqa.embed import StaticEmbedder, words
from pdfqa.pages import Page, Passage
from pdfqa.query_terms import Term

# What is seen of a passage, and its weight.
WEIGHTS = {
    "adjacent": 0.9,  # the question's neighbouring words are neighbours in it
    "heading": 3.7,  # the share of the question's weight that the heading above it holds
    "named": 2.4,  # the share of that heading's words that the question holds
    "contents": -4.3,  # it is part of a table of contents, which holds every heading and answers nothing
    "table": 3.2,  # it is mostly rows of a table, which say much in few words
    "title": -1.6,  # it is nothing but a heading
    "alike": 5.6,  # the cosine of the question and the stretch of words most like it
    "met": 4.4,  # how near its words come in meaning to those of the question, on average
    "said": 5.0,  # the same for its best stretch; what telling words mean counts more, and what is far does not
}
FEATURES = tuple(WEIGHTS)
LABELLED = 8.0  # what a passage gains by the figure or table that the question names by number: seldom asked, and sure
REACH = sum(weight for weight in WEIGHTS.values() if weight > 0)
_PART = 12  # words; two parts are a stretch, about a sentence
_FAR = 0.35  # the cosine up to which two words have nothing to do with each other
# Figures, tables and the like, of which each has a number.
_LABEL = (
    r"(?i:(fig|figures?|tables?|charts?|exhibits?|box|appendix|annex|abbildung|abb|tabelle|tab|figuras?|tablas?|"
    r"cuadros?|gráficos?|tableau|figura|tabella|рис|рисунок|табл|таблица))[. ]\s?([A-Z]?\d[\d.]*|[A-Z]\b|[IVX]+\b)"
)
_NEAR = 3  # words of the passage that may lie between two words that are neighbours in the question
_CONTENTS_LINE = re.compile(r"(?:…|(?:\.\s*){3,}|\s{2,})\s*(?:\d{1,4}|[ivxlc]{1,6})$")
_CONTENTS_SHARE = 0.5
_LINE_END = 60  # characters of a line that are looked at: a line of spaces takes time that grows with its square


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
        for parts, likeness, meant in self._names.values():
            share = len(parts & inside) / len(parts)
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


class Piece(Protocol):
    """A passage, the page it stands on, and the language it is in."""

    @property
    def page(self) -> Page:
        """Return the page."""

    @property
    def passage(self) -> Passage:
        """Return the passage."""

    @property
    def language(self) -> str:
        """Return its language."""


def gains(question: str, terms: Sequence[Term], found: Sequence[Piece], table: StaticEmbedder) -> np.ndarray:
    """Return what is to be added to the score of each passage."""
    result: np.ndarray = look(question, terms, found, table) @ np.array(list(WEIGHTS.values()), dtype=np.float32)
    if labels := labelled(question):
        for place, piece in enumerate(found):
            text = piece.page.text[piece.passage.start : piece.passage.end]
            result[place] += LABELLED * bool(labels & labelled(text, begins=True))
    return result


def look(question: str, terms: Sequence[Term], found: Sequence[Piece], table: StaticEmbedder) -> np.ndarray:
    """Return what is seen of each passage: a row of `FEATURES`."""
    asked = Asked(terms)
    headings = _Headings(asked)
    seen = np.zeros((len(found), len(FEATURES)), dtype=np.float32)
    texts: list[list[str]] = []
    for row, piece in zip(seen, found, strict=True):
        passage = piece.passage
        text = piece.page.text[passage.start : passage.end]
        row[:6] = (
            asked.adjacency(languages.analyzer(piece.language).terms(text)),
            *headings.seen(passage.heading, piece.language),
            is_contents(text),
            passage.kind == "table",
            passage.kind == "heading",
        )
        texts.append(words(_headed(passage, text)) or [""])
    if found:
        seen[:, 6:] = _meanings(question, terms, texts, table)
    return seen


def _headed(passage: Passage, text: str) -> str:
    """Return a passage's text, rows of a table with what stands over them, without which they say little."""
    over = (passage.heading, passage.header) if passage.kind == "table" else (passage.header,)
    return " ".join((*filter(None, over), text))


def labelled(text: str, *, begins: bool = False) -> frozenset[tuple[str, str]]:
    """Return the figures, tables and the like that a text names by number, or only those that begin a line of it.

    Each is the first three letters of what it is, and its number.
    """
    found = re.findall(rf"(?m)^[^\S\n]*{_LABEL}" if begins else rf"\b{_LABEL}", text)
    return frozenset((kind[:3].casefold(), number.rstrip(".").casefold()) for kind, number in found)


class _Headings:
    """What headings have of a question; passages follow one another under one heading."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._seen: dict[tuple[str, str], tuple[float, float]] = {}

    def seen(self, heading: str, language: str) -> tuple[float, float]:
        """Return the share of the question's weight in a heading, and that of the heading's words in the question."""
        if not heading:
            return 0.0, 0.0
        if (heading, language) not in self._seen:
            analyzer = languages.analyzer(language)
            held = analyzer.terms(heading)
            telling = {word for word in held if not analyzer.stop(word)}
            share = len(telling & self._asked.words) / len(telling) if telling else 0.0
            self._seen[heading, language] = (self._asked.coverage(held), share)
        return self._seen[heading, language]


def _meanings(
    question: str, terms: Sequence[Term], texts: Sequence[Sequence[str]], table: StaticEmbedder
) -> np.ndarray:
    """Return how near texts, given as their words, come to a question in meaning."""
    weights: dict[str, float] = {}  # of the question's telling words
    for term in terms:
        for word in words(term.asked) if not term.name else ():
            weights[word] = max(weights.get(word, 0.0), term.idf * term.weight)
    whole = words(question)
    number = {word: place for place, word in enumerate(dict.fromkeys(chain(weights, whole, *texts)))}
    sums = table.sums([*number, ""])
    nothing = len(number)
    sums[nothing] = 0
    units = _units(sums)
    # Texts as parts of so many words, filled up with nothing; a part and its neighbour are a stretch.
    filled: list[int] = []
    for text in texts:
        filled += [number[word] for word in text]
        filled += [nothing] * (-len(text) % _PART)
    parts = np.array(filled).reshape(-1, _PART)
    counts = np.array([-(-len(text) // _PART) for text in texts])
    firsts = np.cumsum(counts) - counts
    neighbours = np.arange(1, len(parts) + 1)
    neighbours[firsts + counts - 1] -= 2
    neighbours = np.maximum(neighbours, np.repeat(firsts, counts))
    added = sums[parts[:, 0]]
    for place in range(1, _PART):  # six times as fast as a sum over an axis
        added += sums[parts[:, place]]
    direction = _units(sums[[number[word] for word in whole]].sum(axis=0, keepdims=True))[0]
    alike = np.maximum.reduceat(_units(added + added[neighbours]) @ direction, firsts)
    if not weights:
        return np.column_stack((alike, np.zeros((len(texts), 2), dtype=np.float32)))
    # For each telling word of the question, the word nearest to it: in each stretch, and in each text.
    near = (units[: len(weights)] @ units.T)[:, parts].max(axis=2)
    met = np.maximum.reduceat(near, firsts, axis=1).mean(axis=0)
    telling = np.sqrt(np.array(list(weights.values()), dtype=np.float32) + 1e-3)
    told = telling / telling.sum() @ np.maximum(np.maximum(near, near[:, neighbours]) - _FAR, 0) / (1 - _FAR)
    return np.column_stack((alike, met, np.maximum.reduceat(told, firsts)))


def _units(rows: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    result: np.ndarray = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return result


def is_contents(text: str) -> bool:
    """Return whether a text is part of a table of contents: lines that end in page numbers behind a gap or leader."""
    lines = text.split("\n")
    return len(lines) >= 3 and sum(
        bool(_CONTENTS_LINE.search(line[-_LINE_END:])) for line in lines
    ) >= _CONTENTS_SHARE * len(lines)
