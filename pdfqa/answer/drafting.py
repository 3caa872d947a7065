"""Choose the answer among the candidates, write it down, and say how likely it is to be one.

Whether the best candidate is evidence enough is decided by a logistic model over a few figures of the question and its
evidence (docs/answering.md has the method and how well it does).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer.candidates import Candidate, candidates
from pdfqa.answer.kinds import Kind, direct_answer, expected
from pdfqa.answer.tables import cell
from pdfqa.embed import Embedder
from pdfqa.query_terms import Term
from pdfqa.rerank import coverage
from pdfqa.search import Evidence

MOST_WORDS = 40  # of an answer with more than one sentence
_NEARLY = 2.0  # a second sentence is quoted if it weighs so little less than the first

# How likely there is an answer, by how well the best passage matches, the share of the question's words that the
# documents hold at all, and the share that one passage holds. A question in a language that the documents are not in
# shares few words with them: it is judged by meaning. Method and figures: docs/answering.md.
CONFIDENCE = {"bias": -2.27, "score": 2.0, "known": 1.5, "passage": 1.5}
CONFIDENCE_ACROSS_LANGUAGES = {"bias": -5.6, "score": 8.0, "vector": 8.0}


class Quote(msgspec.Struct, frozen=True):
    """A span of the page of one piece of evidence, and how much speaks for it, in [0, 1]."""

    evidence: int
    text: str
    start: int
    end: int
    weight: float


class Draft(msgspec.Struct, frozen=True):
    """An answer before its citations are proved. `text` holds markers like [1], one for each quote, in order.

    `confidence` is how likely the evidence is to hold the answer, in [0, 1]; `features` is what it was judged by.
    """

    text: str
    quotes: list[Quote]
    confidence: float
    features: dict[str, float] = {}


def extract(question: str, terms: Sequence[Term], evidence: Sequence[Evidence], embedder: Embedder) -> Draft:
    """Return the answer that the evidence holds."""
    kind = expected(question)
    ranked = candidates(question, kind, terms, evidence, embedder)
    if not ranked:
        return Draft("", [], 0.0)
    chosen = _choose(ranked)
    features = _features(evidence, terms)
    quotes = [
        Quote(candidate.evidence, candidate.text, candidate.start, candidate.end, _logistic(candidate.weight - 4.0))
        for candidate in chosen
    ]
    across = languages.detect(question) not in {"", *(piece.language for piece in evidence)}
    model = CONFIDENCE_ACROSS_LANGUAGES if across else CONFIDENCE
    confidence = _logistic(sum(weight * features.get(name, 1.0) for name, weight in model.items()))
    return Draft(_compose(question, kind, terms, chosen), quotes, confidence, features)


def _choose(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return the best candidate, and a second one that is nearly as good if both are short."""
    first = ranked[0]
    for other in ranked[1:4]:
        prose = first.row is None and other.row is None and not other.features["heading"]
        short = _words(first.text) + _words(other.text) <= MOST_WORDS
        if prose and short and other.weight > first.weight - _NEARLY and other.text != first.text:
            return [first, other]
    return [first]


def _features(evidence: Sequence[Evidence], terms: Sequence[Term]) -> dict[str, float]:
    known = {term.word for term in terms if len(term.found.passages)}
    return {
        "vector": max(piece.vector for piece in evidence),
        "score": evidence[0].score,
        "known": coverage(terms, known),
        "passage": max(coverage(terms, set(piece.terms)) for piece in evidence),
    }


def _compose(question: str, kind: Kind, terms: Sequence[Term], chosen: Sequence[Candidate]) -> str:
    first = f"{_first(question, kind, terms, chosen[0])} [1]"
    others = [f"{_flat(other.text)} [{number}]" for number, other in enumerate(chosen[1:], start=2)]
    return "\n".join([first, *others])


def _first(question: str, kind: Kind, terms: Sequence[Term], best: Candidate) -> str:
    """Return the best candidate in words, with the short answer ahead where there is one."""
    if best.row is not None and kind is not Kind.NAME:
        value, column = cell(best.row, [term.asked.casefold() for term in terms])
        about = " · ".join(part for part in (best.row.label, column, best.row.unit) if part)
        return f"{value} — {about}"
    text = _flat(best.text)
    short = direct_answer(kind, question, text)
    return f"{short} — {text}" if short and len(text) > 2 * len(short) else text


def _flat(text: str) -> str:
    return " ".join(text.split())


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _words(text: str) -> int:
    return text.count(" ") + 1
