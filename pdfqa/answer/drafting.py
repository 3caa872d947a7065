"""Choose the answer among the candidates, write it down, and say how likely it is to be one.

Whether the best candidate is evidence enough is decided by a logistic model over a few figures of the question and its
evidence (docs/answering.md has the method and how well it does).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import msgspec

from pdfqa import languages
from pdfqa.answer.candidates import Candidate, Question, candidates
from pdfqa.answer.kinds import Ask, Kind, expected
from pdfqa.answer.tables import Row, column
from pdfqa.answer.values import direct_answer
from pdfqa.answer.words import NEGATIONS
from pdfqa.embed import Embedder
from pdfqa.query_terms import Term
from pdfqa.rerank import Asked
from pdfqa.search import Evidence

MOST_WORDS = 40  # of an answer with more than one sentence
_NEARLY = 2.5  # a second sentence is quoted if it weighs so little less than the first
_ADDS = 0.05  # share of the question's words that a second sentence has to add
_COVERED = 0.75  # share of a row's label, and of the question, that must agree for a cell to be the answer
_UNCASED = frozenset("ar fa he hi ja ko th zh".split())
_TOLD_BY_FORM = frozenset((Kind.DATE, Kind.AMOUNT, Kind.NUMBER, Kind.PERSON))

# How likely there is an answer: fitted by benchmarks/fit_answers.py. A question in a language that the documents are
# not in shares few words with them: it is judged by meaning.
CONFIDENCE = {
    "score": 3.4,
    "known": 4.05,
    "similar": 0.75,
    "names": 0.75,
    "unmet": -0.7,
    "negated": -2.25,
    "bias": -4.5,
}
CONFIDENCE_ACROSS_LANGUAGES = {"score": 4.85, "known": 2.45, "passage": 4.5, "similar": 5.5, "bias": -4.25}


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
    language = languages.detect(question)
    prepared = Question(question, language, Asked(terms), expected(question, language))
    ranked = candidates(prepared, evidence, embedder)
    if not ranked:
        return Draft("", [], 0.0)
    chosen = choose(ranked, prepared)
    features = judge(prepared, terms, evidence, chosen)
    quotes = [
        Quote(candidate.evidence, candidate.text, candidate.start, candidate.end, _logistic(candidate.weight - 4.0))
        for candidate in chosen
    ]
    across = language not in {"", *(piece.language for piece in evidence)}
    model = CONFIDENCE_ACROSS_LANGUAGES if across else CONFIDENCE
    confidence = _logistic(sum(weight * features.get(name, 1.0) for name, weight in model.items()))
    return Draft(_compose(prepared, evidence, chosen), quotes, confidence, features)


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


def judge(
    question: Question, terms: Sequence[Term], evidence: Sequence[Evidence], chosen: Sequence[Candidate]
) -> dict[str, float]:
    """Return what speaks for the evidence holding an answer, each in [0, 1]."""
    asked, best = question.asked, chosen[0]
    held = asked.held({word for piece in evidence[:3] for word in piece.terms})
    names = [term for term in terms if _names(question.text, term)]
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


def _names(question: str, term: Term) -> bool:
    """Return whether a term is a name or a number of the question."""
    return (term.asked[:1].isupper() and not question.startswith(term.asked)) or any(map(str.isdigit, term.asked))


def negated(text: str, language: str) -> bool:
    """Return whether a text has a word that turns a statement round."""
    return not _negations(language).isdisjoint(text.casefold().replace("’", "'").split())


@cache
def _negations(language: str) -> frozenset[str]:
    return frozenset(NEGATIONS.get(language or "en", "").split())


def _compose(question: Question, evidence: Sequence[Evidence], chosen: Sequence[Candidate]) -> str:
    first = f"{_first(question, evidence[chosen[0].evidence], chosen[0])} [1]"
    others = [f"{_flat(other.text)} [{number}]" for number, other in enumerate(chosen[1:], start=2)]
    return "\n".join([first, *others])


def _first(question: Question, piece: Evidence, best: Candidate) -> str:
    """Return the best candidate in words, with the short answer ahead where there is one."""
    if best.row is not None:
        return _from_row(question, piece, best, best.row)
    text = _flat(best.text)
    short = direct_answer(question.ask, text, question.text, piece.language)
    ahead = short and not text.startswith(short) and len(text) > 2 * len(short)
    return f"{short} — {text}" if ahead else text


def _from_row(question: Question, piece: Evidence, best: Candidate, row: Row) -> str:
    """Return the cell that a row answers with, if that is sure, else the row in words."""
    place = column(row, question.text, languages.analyzer(piece.language))
    ask = question.ask
    plain = ask.kind in {Kind.AMOUNT, Kind.NUMBER, Kind.OTHER} and not ask.computed
    if plain and place is not None and best.features["label"] >= _COVERED and _covers(question, piece, row, place):
        about = ", ".join(part for part in (row.label, row.columns[place]) if part)
        unit = f" ({row.unit[:1].lower()}{row.unit[1:]})" if row.unit else ""
        return f"{row.values[place]}{unit} — {about}"
    if not all(row.columns):
        return _flat(best.text)
    cells = " · ".join(f"{head} {value}" for head, value in zip(row.columns, row.values, strict=True))
    return _flat(f"{row.label}: {cells}")


def _covers(question: Question, piece: Evidence, row: Row, place: int) -> bool:
    """Return whether row, column and heading hold the words of the question, apart from its periods."""
    analyzer = languages.analyzer(piece.language)
    held = question.asked.held(analyzer.terms(f"{row.label} {row.columns[place]} {piece.passage.heading} {row.unit}"))
    telling = {asked: weight for asked, weight in question.asked.weights.items() if not any(map(str.isdigit, asked))}
    total = sum(telling.values())
    return not total or sum(held.get(asked, 0.0) for asked in telling) >= _COVERED * total


def _flat(text: str) -> str:
    """Return a text as one line, without the bullet that it has as an item of a list."""
    return " ".join(text.split()).lstrip("•▪●○◦‣▸►▶∙· ")


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _words(text: str) -> int:
    return text.count(" ") + 1
