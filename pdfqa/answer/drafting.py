"""Choose the answer among the candidates: the sentence or row that says it, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer.candidates import Candidate, Question, candidates
from pdfqa.answer.composing import compose
from pdfqa.answer.confidence import confidence, judge, logistic
from pdfqa.answer.kinds import expected
from pdfqa.answer.planning import Plan, planned
from pdfqa.embed import Embedder
from pdfqa.query_terms import Term
from pdfqa.rerank import Asked
from pdfqa.search import Evidence

MOST_WORDS = 40  # of an answer with more than one sentence
_NEARLY = 2.5  # a second sentence is quoted if it weighs so little less than the first
_ADDS = 0.05  # share of the question's words that a second sentence has to add


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
    ranked = candidates(prepared, evidence, embedder)
    if not ranked:
        return Draft("", [], 0.0)
    chosen = choose(ranked, prepared)
    features = judge(prepared, terms, evidence, chosen)
    plan = planned(prepared, terms, [*evidence, *more])
    if plan is not None:
        return _as_planned(plan, [*evidence, *more], max(plan.sure, confidence(prepared, evidence, features)), features)
    quotes = [
        Quote(candidate.evidence, candidate.text, candidate.start, candidate.end, logistic(candidate.weight - 4.0))
        for candidate in chosen
    ]
    sure = confidence(prepared, evidence, features)
    return Draft(compose(prepared, evidence, chosen), quotes, sure, features)


def _as_planned(plan: Plan, evidence: Sequence[Evidence], sure: float, features: dict[str, float]) -> Draft:
    spans = [span for _, span in plan.lines]
    texts = [evidence[span.evidence].page.text[span.start : span.end] for span in spans]
    quotes = [
        Quote(span.evidence, text, span.start, span.end, plan.sure) for span, text in zip(spans, texts, strict=True)
    ]
    return Draft(plan.text, quotes, sure, features)


def choose(ranked: Sequence[Candidate], question: Question) -> list[Candidate]:
    """Return the best candidate, and a second sentence that is nearly as good and adds to it, if both are short."""
    first = ranked[0]
    if first.row is not None or first.empty:
        return [first]
    for other in ranked[1:5]:
        prose = other.row is None and not other.empty
        short = _words(first.text) + _words(other.text) <= MOST_WORDS
        if prose and short and other.weight > first.weight - _NEARLY and _adds(first, other, question.asked):
            return [first, other]
    return [first]


def _adds(first: Candidate, other: Candidate, asked: Asked) -> bool:
    """Return whether a second sentence has more of the question, the asked kind, or goes on from the first."""
    more = asked.share(first.held, other.held) - asked.share(first.held)
    beside = first.evidence == other.evidence and -2 <= other.start - first.end <= 2
    return other.text != first.text and (more > _ADDS or other.features["fits"] > first.features["fits"] or beside)


def _words(text: str) -> int:
    return text.count(" ") + 1
