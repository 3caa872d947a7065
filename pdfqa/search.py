"""Search: keywords and vectors together, over the passages of some documents.

Scores are made comparable question by question (z-scores over the passages searched) and added, keywords in the lead:
better here than adding reciprocal ranks (docs/design.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import msgspec
import numpy as np

from pdfqa import languages
from pdfqa.embed import Embedder
from pdfqa.index import query
from pdfqa.store.database import Database

KEYWORD_WEIGHT = 0.7
_KINSHIP = 0.75  # how alike an unknown word and a known one must be to stand for each other
_PREFIX = 4
_PREFIX_LIMIT = 200


class Term(msgspec.Struct, frozen=True):
    """A word of the question as the index knows it, how telling it is, and where it occurs.

    `word` differs from `asked` where the documents do not hold the word asked for, but one like it.
    """

    asked: str
    word: str
    idf: float
    found: query.Matches
    weight: float = 1.0


class Ranked(msgspec.Struct, frozen=True):
    """A passage by its number in the scope, with the parts of its score. `score` is in [0, 1]."""

    passage: int
    score: float
    keyword: float
    vector: float
    terms: tuple[str, ...]


class Found(msgspec.Struct, frozen=True):
    """What a search gives: its terms, and the best passages, best first."""

    terms: list[Term]
    ranked: list[Ranked]


def search(database: Database, where: query.Scope, embedder: Embedder, question: str, k: int) -> Found:
    """Return the k best passages of a scope for a question."""
    if not where.size:
        return Found([], [])
    terms = question_terms(database, where, question)
    keyword = np.zeros(where.size, dtype=np.float32)
    for term in terms:
        keyword[term.found.passages] += query.bm25(where, term.found, term.weight)
    vector = query.cosines(where, embedder.encode([question])[0])
    fused, ideal = _fuse(keyword, vector, terms)
    best = _top(fused, k)
    low = float(fused.min())
    span = max(ideal - low, 1e-6)
    return Found(
        terms,
        [
            Ranked(
                passage=int(place),
                score=round(min(1.0, max(0.0, (float(fused[place]) - low) / span)), 4),
                keyword=round(float(keyword[place]), 4),
                vector=round(float(vector[place]), 4),
                terms=tuple(term.word for term in terms if _holds(term, int(place))),
            )
            for place in best
        ],
    )


def question_terms(database: Database, where: query.Scope, question: str) -> list[Term]:
    """Return the telling words of a question as the documents write them.

    A word that no document holds gives one term that occurs nowhere, so that its absence can be weighed.
    """
    spoken = sorted({*where.languages, languages.detect(question)} - {""}) or [""]
    analyzers = [languages.analyzer(language) for language in spoken]
    variants: dict[tuple[int, int], dict[str, bool]] = {}
    for analyzer in analyzers:
        for word, start, end in analyzer.terms_with_spans(question):
            variants.setdefault((start, end), {})[word] = analyzer.stop(word)
    telling = {span: words for span, words in variants.items() if not any(words.values())} or variants
    terms: dict[str, Term] = {}
    for (start, end), words in telling.items():
        for term in _variants(database, where, question[start:end], list(words)):
            terms.setdefault(term.word, term)
    return list(terms.values())


def _variants(database: Database, where: query.Scope, asked: str, words: list[str]) -> list[Term]:
    """Return the forms of one word that occur, else the known word most like it, else the word as one that does not."""
    found = [(word, query.matches(database, where, word)) for word in words]
    occurring = [
        Term(asked, word, query.idf(where, places), places) for word, places in found if len(places.passages)
    ]
    if occurring:
        return occurring
    word, nowhere = found[0]
    if len(word) > _PREFIX and not any(character.isdigit() for character in word):
        kin = _kin(word, query.vocabulary(database, where, word[:_PREFIX], _PREFIX_LIMIT))
        if kin is not None:
            places = query.matches(database, where, kin)
            return [Term(asked, kin, query.idf(where, places), places, weight=0.6)]
    return [Term(asked, word, query.idf(where, nowhere), nowhere, weight=0.0)]


def _kin(word: str, candidates: Sequence[str]) -> str | None:
    """Return the candidate most like a word (a slip of the pen, a cognate, a compound), if one is like it at all."""
    matcher = SequenceMatcher(b=word, autojunk=False)
    best, likeness = None, _KINSHIP
    for candidate in candidates:
        matcher.set_seq1(candidate)
        if matcher.real_quick_ratio() > likeness and matcher.ratio() > likeness:
            best, likeness = candidate, matcher.ratio()
    return best


def _fuse(keyword: np.ndarray, vector: np.ndarray, terms: list[Term]) -> tuple[np.ndarray, float]:
    """Return the fused scores, and the score of a passage that had every word often and the same meaning."""
    ideal_keyword = sum(term.weight * term.idf for term in terms) * (query.K1 + 1) * 0.75
    parts = ((KEYWORD_WEIGHT, keyword, ideal_keyword), (1 - KEYWORD_WEIGHT, vector, 1.0))
    fused = np.zeros(len(keyword), dtype=np.float32)
    ideal = 0.0
    for weight, scores, best in parts:
        spread = float(scores.std())
        if spread > 1e-9:
            fused += weight * (scores - scores.mean()) / spread
            ideal += weight * (max(best, float(scores.max())) - float(scores.mean())) / spread
    return fused, ideal


def _top(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k highest scores, highest first, ties by place."""
    if k < len(scores):
        candidates = np.argpartition(-scores, k)[:k]
        candidates = np.flatnonzero(scores >= scores[candidates].min())
    else:
        candidates = np.arange(len(scores))
    order: np.ndarray = candidates[np.lexsort((candidates, -scores[candidates]))][:k]
    return order


def _holds(term: Term, passage: int) -> bool:
    place = int(np.searchsorted(term.found.passages, passage))
    return place < len(term.found.passages) and int(term.found.passages[place]) == passage
