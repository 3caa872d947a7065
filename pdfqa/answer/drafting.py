"""Choose the answer among the candidates: the sentence or row that says it, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer.candidates import Candidate, Question, candidates, words_of
from pdfqa.answer.choosing import choose
from pdfqa.answer.composing import compose, led, words_ahead
from pdfqa.answer.confidence import confidence, judge, logistic
from pdfqa.answer.kinds import expected
from pdfqa.answer.planning import Plan, planned
from pdfqa.embed import Embedder
from pdfqa.query_terms import Term
from pdfqa.rerank import Asked
from pdfqa.search import Evidence


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


def extract(
    question: str,
    terms: Sequence[Term],
    evidence: Sequence[Evidence],
    embedder: Embedder,
    more: Sequence[Evidence] = (),
) -> Draft:
    """Return the answer that the evidence holds.

    Args:
        question: The question.
        terms: Its words, as the documents write them.
        evidence: What search found, best first.
        embedder: What compares sentences with the question.
        more: Further passages, on whose pages only tables are read. Quotes count them on from the evidence.
    """
    language = languages.detect(question)
    prepared = Question(question, language, Asked(terms), expected(question, language))
    words = words_of(prepared, embedder)
    ranked = candidates(prepared, evidence, embedder, words)
    if not ranked:
        return Draft("", [], 0.0)
    chosen = choose(ranked, prepared, evidence, words)
    features = judge(prepared, terms, evidence, [one.candidate for one in chosen])
    plan = planned(prepared, terms, evidence, ranked, more)
    if plan is not None:
        return _as_planned(plan, [*evidence, *more], max(plan.sure, confidence(prepared, evidence, features)), features)
    quoted, short = led(prepared, evidence, [one.quoted for one in chosen])
    ahead = words_ahead(prepared, quoted, short)
    if ahead:  # the quotes are chosen anew, shorter; their short answer may be a longer one
        chosen = choose(ranked, prepared, evidence, words, ahead=ahead)
        quoted, short = led(prepared, evidence, [one.quoted for one in chosen])
        short = "" if words_ahead(prepared, quoted, short) else short
    quotes = [
        Quote(candidate.evidence, candidate.text, candidate.start, candidate.end, logistic(candidate.weight - 4.0))
        for candidate in quoted
    ]
    sure = confidence(prepared, evidence, features)
    return Draft(compose(prepared, evidence, quoted, short), quotes, sure, features)


def ranked(question: str, terms: Sequence[Term], evidence: Sequence[Evidence], embedder: Embedder) -> list[Candidate]:
    """Return the sentences and rows of the evidence, most likely first, for who looks for one of a certain form."""
    language = languages.detect(question)
    prepared = Question(question, language, Asked(terms), expected(question, language))
    return candidates(prepared, evidence, embedder, words_of(prepared, embedder))


def _as_planned(plan: Plan, evidence: Sequence[Evidence], sure: float, features: dict[str, float]) -> Draft:
    spans = [span for _, span in plan.lines]
    texts = [evidence[span.evidence].page.text[span.start : span.end] for span in spans]
    quotes = [
        Quote(span.evidence, text, span.start, span.end, plan.weight) for span, text in zip(spans, texts, strict=True)
    ]
    return Draft(plan.text, quotes, sure, features)
