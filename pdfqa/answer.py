"""Answer from passages without a model: the sentences that say it, quoted exactly, or that nothing does.

Every sentence of the best passages is weighed by how many of the question's telling words it and its surroundings
hold, by its passage's rank, and by whether it holds the kind of thing that was asked for. Whether the best one is
evidence enough is decided by a logistic model (docs/answering.md has the method and the figures).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer_types import Kind, direct_answer, expected, holds
from pdfqa.query_terms import Term
from pdfqa.rerank import coverage
from pdfqa.search import Evidence

MOST_WORDS = 40
_SECOND = 0.8  # a second sentence is quoted if it weighs this share of the first


class Quote(msgspec.Struct, frozen=True):
    """A span of the page of one piece of evidence; `weight` is in [0, 1]."""

    evidence: int
    text: str
    start: int
    end: int
    weight: float


class Draft(msgspec.Struct, frozen=True):
    """An answer before its citations are proved. `text` holds markers like [1], one for each quote, in order."""

    text: str
    quotes: list[Quote]
    confidence: float


class _Candidate(msgspec.Struct, frozen=True):
    quote: Quote
    coverage: float
    fits: bool


def extract(question: str, terms: Sequence[Term], evidence: Sequence[Evidence]) -> Draft:
    """Return the answer that the evidence holds, with how likely it is to be one (0 to 1)."""
    kind = expected(question)
    candidates = [
        candidate
        for number, piece in enumerate(evidence)
        for candidate in _candidates(number, piece, terms, kind)
    ]
    if not candidates:
        return Draft("", [], 0.0)
    candidates.sort(key=lambda candidate: -candidate.quote.weight)
    chosen = _choose(candidates, evidence)
    confidence = _confidence(candidates[0], evidence, terms)
    return Draft(_compose(question, kind, chosen), [candidate.quote for candidate in chosen], confidence)


def _candidates(number: int, piece: Evidence, terms: Sequence[Term], kind: Kind) -> list[_Candidate]:
    """Return the sentences of a passage, weighed."""
    passage, body = piece.passage, piece.text
    spans = languages.sentences(body, piece.language)
    analyzer = languages.analyzer(piece.language)
    words = [set(analyzer.terms(body[start:end])) for start, end in spans]
    heading = set(analyzer.terms(passage.heading))
    found = []
    for place, (start, end) in enumerate(spans):
        text = body[start:end]
        own = coverage(terms, words[place])
        around = set().union(heading, *words[max(0, place - 2) : place + 2])
        context = coverage(terms, around) - own
        fits = holds(kind, text, terms)
        weight = 0.62 * own + 0.22 * context + 0.25 * piece.score + (0.12 if fits else 0.0)
        weight -= 0.15 * (len(text) < 25) + 0.02 * number
        quote = Quote(number, text, passage.start + start, passage.start + end, max(0.0, min(1.0, weight)))
        found.append(_Candidate(quote, own + 0.5 * context, fits))
    return found


def _choose(candidates: list[_Candidate], evidence: Sequence[Evidence]) -> list[_Candidate]:
    """Return the best sentence, and a second one that is nearly as good if both are short."""
    first = candidates[0]
    chosen = [first]
    for other in candidates[1:4]:
        if other.quote.weight < _SECOND * first.quote.weight or _same(first, other, evidence):
            continue
        if _words(first.quote.text) + _words(other.quote.text) <= MOST_WORDS:
            chosen.append(other)
            break
    return chosen


def _same(first: _Candidate, other: _Candidate, evidence: Sequence[Evidence]) -> bool:
    """Return whether two candidates are one place in one document (passages overlap) or the same words."""
    if first.quote.text == other.quote.text:
        return True
    one, two = evidence[first.quote.evidence], evidence[other.quote.evidence]
    return (one.document, one.page.number, first.quote.start) == (two.document, two.page.number, other.quote.start)


def _compose(question: str, kind: Kind, chosen: list[_Candidate]) -> str:
    first = " ".join(chosen[0].quote.text.split())
    short = direct_answer(kind, question, first)
    parts = [f"{short} — {first} [1]" if short and len(first) > 2 * len(short) else f"{first} [1]"]
    parts += [f"{' '.join(other.quote.text.split())} [{number}]" for number, other in enumerate(chosen[1:], start=2)]
    return " ".join(parts)


def _confidence(best: _Candidate, evidence: Sequence[Evidence], terms: Sequence[Term]) -> float:
    """Return how likely it is that the documents answer the question; coefficients from benchmarks/calibrate.py."""
    strongest = max(piece.vector for piece in evidence)
    score = -3.2 + 5.0 * best.coverage + 2.0 * strongest + 1.5 * evidence[0].score + 0.4 * best.fits
    return 1 / (1 + math.exp(-score))


def _words(text: str) -> int:
    return text.count(" ") + 1
