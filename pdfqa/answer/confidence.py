"""How likely the evidence is to hold an answer: a logistic model over a few figures of the question and its evidence.

docs/answering.md has the method and how well it does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from pdfqa.answer.candidates import Candidate, Question, named
from pdfqa.answer.kinds import Ask, Kind
from pdfqa.answer.words import NEGATIONS
from pdfqa.query_terms import Term
from pdfqa.search import Evidence

_UNCASED = frozenset("ar fa he hi ja ko th zh".split())
_TOLD_BY_FORM = frozenset((Kind.DATE, Kind.AMOUNT, Kind.NUMBER, Kind.PERSON))

# How likely there is an answer: fitted by benchmarks/fit_answers.py. A question in a language that the documents are
# not in shares few words with them: it is judged by meaning.
CONFIDENCE = {
    "score": 6.4,
    "known": 2.85,
    "similar": 1.2,
    "names": 0.8,
    "unmet": -0.6,
    "negated": -3.4,
    "bias": -4.95,
}
CONFIDENCE_ACROSS_LANGUAGES = {"score": 7.65, "known": 1.1, "passage": 4.9, "similar": 2.85, "bias": -3.5}
# What is added for a language of documents, so that the same questions are as likely to be answered as in English,
# where questions of all kinds were measured; for a language that was not measured, about what others get.
LANGUAGES = {
    "ar": 0.95,
    "de": 0.9,
    "el": 0.8,
    "en": 0.0,
    "es": 0.45,
    "hi": 0.5,
    "ro": 0.6,
    "ru": 0.8,
    "th": 1.35,
    "tr": 0.85,
    "vi": 0.9,
    "zh": 1.85,
    "": 0.0,
}
_ANOTHER = 0.6


def confidence(question: Question, evidence: Sequence[Evidence], features: dict[str, float]) -> float:
    """Return how likely the evidence holds an answer, in [0, 1], by what `judge` has found."""
    across = question.language not in {"", *(piece.language for piece in evidence)}
    if across:
        return logistic(_sum(CONFIDENCE_ACROSS_LANGUAGES, features))
    return logistic(_sum(CONFIDENCE, features) + LANGUAGES.get(evidence[0].language, _ANOTHER))


def _sum(model: dict[str, float], features: dict[str, float]) -> float:
    """Return what a model makes of features; the bias is one that is always 1."""
    return sum(weight * features.get(name, 1.0) for name, weight in model.items())


def judge(
    question: Question, terms: Sequence[Term], evidence: Sequence[Evidence], chosen: Sequence[Candidate]
) -> dict[str, float]:
    """Return what speaks for the evidence holding an answer, each in [0, 1]."""
    asked, best = question.asked, chosen[0]
    held = asked.held({word for piece in evidence[:3] for word in piece.terms})
    names = [term for term in terms if named(question.text, term.asked)]
    weight = sum(asked.weights[term.asked] for term in names)
    return {
        "vector": max(piece.vector for piece in evidence),
        "score": evidence[0].score,
        "known": asked.coverage({term.word for term in terms if len(term.found.passages)}),
        "passage": max(asked.coverage(piece.terms) for piece in evidence),
        "own": best.features["own"],
        "near": sum(best.features[name] for name in ("own", "before", "after")),
        "adjacent": best.features["adjacent"],
        "similar": best.features["similar"],
        "unmet": _unmet(question.ask, evidence[best.evidence].language, chosen),
        "names": sum(min(held.get(term.asked, 0.0), asked.weights[term.asked]) for term in names) / weight
        if weight
        else 1.0,
        "named": float(bool(names)),
        "negated": float(negated(question.text, question.language) and not negated(best.text, question.language)),
    }


def _unmet(ask: Ask, language: str, chosen: Sequence[Candidate]) -> float:
    """Return how much the quotes lack something of the asked kind; half where a number counts something else."""
    if ask.kind not in _TOLD_BY_FORM or language in _UNCASED:
        return 0.0
    if ask.kind is Kind.NUMBER and ask.thing and not any(one.row or one.features["counts"] for one in chosen):
        return 1 - max(one.features["fits"] for one in chosen) / 2
    return 1 - max(one.features["fits"] for one in chosen)


def negated(text: str, language: str) -> bool:
    """Return whether a text has a word that turns a statement round."""
    words = text.casefold().replace("’", "'").split()
    # A point stays: "No. 5" denies nothing.
    return not _negations(language).isdisjoint(word.strip(",;:()") for word in words)


@cache
def _negations(language: str) -> frozenset[str]:
    return frozenset(NEGATIONS.get(language or "en", "").split())


def logistic(value: float) -> float:
    """Return a weight of evidence as a probability."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
