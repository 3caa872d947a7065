"""A sentence held against a question: which words both have, and how much of the question it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer.candidates import Question
from pdfqa.answer.links import OF_ASKING


class Said(msgspec.Struct, frozen=True):
    """A sentence, held against a question: the spans of the words that both have, and the share of the question."""

    text: str
    language: str
    held: list[tuple[str, int, int]]
    found: dict[str, float]
    share: float


def held(question: Question, text: str, language: str, before: str) -> Said:
    """Return a sentence, held against a question.

    Args:
        question: The question.
        text: The sentence.
        language: Its language.
        before: What stands before it and has its subject, or "".
    """
    analyzer = languages.analyzer(language)
    spans = analyzer.terms_with_spans(text)
    held = [span for span in spans if span[0] in question.asked.words and not analyzer.stop(span[0])]
    found = question.asked.held([*(term for term, _, _ in spans), *analyzer.terms(before)])
    for name in _full_names(question.text):  # "Ms. Hogan" is Kathleen Hogan
        if found.get(name[-1]):
            found |= {word: question.asked.weights[word] for word in name if word in question.asked.weights}
    return Said(text, language, held, found, share_of(question, found, OF_ASKING))


def share_of(question: Question, found: dict[str, float], left_out: frozenset[str] = frozenset()) -> float:
    """Return the share of the question that some of its words are, but for words that need not be said."""
    weights = {word: weight for word, weight in question.asked.weights.items() if word.casefold() not in left_out}
    total = sum(weights.values())
    return sum(min(found.get(word, 0.0), weight) for word, weight in weights.items()) / total if total else 0.0


def _full_names(question: str) -> list[list[str]]:
    """Return the names of several words that a question has."""
    found = re.findall(r"(?<=\s)[A-ZÀ-Þ][\w'’-]+(?:\s[A-ZÀ-Þ]\.?)*(?:\s[A-ZÀ-Þ][\w'’-]+)+", question)
    return [name.split() for name in found]


def one(found: Sequence[str]) -> str:
    """Return the one thing that was found, or ""."""
    different = list(dict.fromkeys(found))
    return different[0] if len(different) == 1 else ""
