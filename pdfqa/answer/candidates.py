"""The sentences and table rows of passages, and what speaks for each being the answer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pdfqa import languages
from pdfqa.answer.kinds import Kind, holds
from pdfqa.answer.tables import Row, row_at
from pdfqa.embed import Embedder
from pdfqa.query_terms import Term
from pdfqa.rerank import adjacency, coverage, is_contents
from pdfqa.search import Evidence

_AROUND = 2  # sentences before, and one after, are a sentence's surroundings
_SHORT = 25  # characters

# What speaks for a sentence, and how much: fitted by benchmarks/fit_answers.py on which sentences hold an answer.
WEIGHTS = {
    "own": 6.8,
    "around": 2.2,
    "adjacent": 0.25,
    "score": 3.0,
    "first": 1.75,
    "similar": 2.9,
    "fits": 2.2,
    "label": 2.0,
    "long": 0.25,
    "short": -1.0,
    "heading": -1.5,
    "echo": -3.0,
    "question": -0.5,
    "contents": -1.0,
}


class Candidate(msgspec.Struct, frozen=True):
    """A sentence or row: where it stands, what it is, and the features that speak for or against it.

    `evidence` is the number of its passage; `start` and `end` count on the passage's page.
    """

    evidence: int
    start: int
    end: int
    text: str
    row: Row | None
    features: dict[str, float]

    @property
    def weight(self) -> float:
        """Return how much speaks for it."""
        return sum(WEIGHTS[name] * value for name, value in self.features.items())


def candidates(
    question: str, kind: Kind, terms: Sequence[Term], evidence: Sequence[Evidence], embedder: Embedder
) -> list[Candidate]:
    """Return the sentences and rows of the evidence, most likely first."""
    found: dict[tuple[str, int, int], Candidate] = {}
    for number, piece in enumerate(evidence):
        for candidate in _sentences(number, piece, kind, terms):
            # Passages overlap: a sentence counts once, where its passage ranks best.
            found.setdefault((piece.document, piece.page.number, candidate.start), candidate)
    result = list(found.values())
    if result:
        vectors = embedder.encode([question, *(candidate.text for candidate in result)])
        for candidate, similar in zip(result, vectors[1:] @ vectors[0], strict=True):
            candidate.features["similar"] = float(np.float32(similar))
    return sorted(result, key=lambda candidate: -candidate.weight)


def _sentences(number: int, piece: Evidence, kind: Kind, terms: Sequence[Term]) -> list[Candidate]:
    analyzer, offset = languages.analyzer(piece.language), piece.passage.start
    spans = languages.sentences(piece.text, piece.language)
    words = [analyzer.terms(piece.text[start:end]) for start, end in spans]
    heading = set(analyzer.terms(piece.passage.heading))
    contents = is_contents(piece.text)
    asked = {term.word for term in terms}.union(analyzer.stopwords)
    found = []
    for place, (start, end) in enumerate(spans):
        text = piece.text[start:end]
        row = row_at(piece.page, offset + start, offset + end)
        around = set(heading).union(*words[max(0, place - _AROUND) : place + 2])
        if row is not None:
            around.update(analyzer.terms(" ".join(row.columns)))
        own = coverage(terms, set(words[place]))
        features = {
            "own": own,
            "around": coverage(terms, around) - own,
            "adjacent": adjacency(terms, words[place]),
            "score": piece.score,
            "first": 1 / (1 + number),
            "fits": float(row is not None or holds(kind, text, terms)),
            "label": _label(row, terms, analyzer),
            "long": min(1.0, len(text) / 200),
            "short": float(len(text) < _SHORT),
            "heading": float(_is_heading(piece, offset + start)),
            "echo": float(set(words[place]) <= asked),
            "question": float(text.endswith(("?", "？", "؟"))),
            "contents": float(contents),
        }
        found.append(Candidate(number, offset + start, offset + end, text, row, features))
    return found


def _label(row: Row | None, terms: Sequence[Term], analyzer: languages.Analyzer) -> float:
    """Return the share of a row's label that the question names."""
    words = analyzer.terms(row.label) if row else []
    asked = {term.word for term in terms}
    return sum(word in asked for word in words) / len(words) if words else 0.0


def _is_heading(piece: Evidence, start: int) -> bool:
    """Return whether a heading, or the header of a table, stands there."""
    block = next((block for block in piece.page.blocks if block.start <= start < block.end), None)
    if block is None or block.kind != "table":
        return block is not None and block.kind == "heading"
    return piece.page.text.count("\n", block.start, start) < block.header_rows
