"""Yes or no: only where one sentence decides it, by saying what the question says, or by denying it.

A sentence decides if it holds all that the question names, its names in the same order, and is no condition. It denies
if the clause that speaks of the question is negated, or has the opposite of one of its words. Numbers that the question
compares with are compared.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from functools import cache

from pdfqa import languages
from pdfqa.answer.candidates import Candidate, Question
from pdfqa.answer.kinds import Kind
from pdfqa.answer.turns import ANYTHING, COMPARISONS, CONDITIONS, DENYING, MUST, OPPOSITES, POINTING_BACK, SUBORDINATE
from pdfqa.answer.units import figure
from pdfqa.answer.values import values
from pdfqa.answer.words import NEGATIONS, SCALES, YES_AND_NO
from pdfqa.search import Evidence

_ENOUGH = 0.9  # share of the question that a sentence has to hold to decide it
_LOOKED_AT = 6  # candidates that may decide
_NEARLY = 4.0  # by how much less than the best such a candidate may weigh
_STEM = 4


def decided(question: Question, evidence: Sequence[Evidence], ranked: Sequence[Candidate]) -> tuple[str, int] | None:
    """Return "Yes" or "No", in the language of the question, and the number of the candidate that decides it."""
    language = question.language or "en"
    if question.ask.kind is not Kind.YES_NO or language not in YES_AND_NO or _alternatives(question.text):
        return None
    for number, one in enumerate(ranked[:_LOOKED_AT]):
        if one.row is not None or one.features["heading"] or one.weight < ranked[0].weight - _NEARLY:
            continue
        piece = evidence[one.evidence]
        answer = _says(question, one, piece.language, piece.page.text[max(0, one.start - 300) : one.start])
        if answer is not None:
            return YES_AND_NO[language][0 if answer else 1], number
    return None


def _alternatives(question: str) -> bool:
    return bool(re.search(r"\b(?:or|oder|o|ou|y por qué|and why)\b", question.casefold()))


def _says(question: Question, one: Candidate, language: str, before: str) -> bool | None:
    """Return whether a sentence says yes or no, None where it does not decide."""
    text = " ".join(one.text.split())
    folded = text.casefold().replace("’", "'")
    conditions = CONDITIONS.get(language, "").split()
    if folded.split(" ", 1)[0] in conditions or text.endswith("?") or not _same_order(question.text, text):
        return None
    comparing = _COMPARING.search(question.text)
    compared = None
    if comparing and not _stands(comparing[2].split()[0], text):
        compared = _compared(comparing, text, language, question.language or "en")
        if compared is None:
            return None
    analyzer = languages.analyzer(language)
    context = before if folded.split(" ", 1)[0] in POINTING_BACK else ""
    weights = {asked: weight for asked, weight in question.asked.weights.items() if not _skipped(asked, compared)}
    words = analyzer.terms(f"{context} {text}")
    held = question.asked.held(words)
    missing = [asked for asked in weights if held.get(asked, 0.0) < weights[asked] / 2]
    turned = [asked for asked in missing if _opposite(asked, folded)]
    if len(missing) > len(turned) or not weights or len(turned) > 1:
        return None
    if not _obliged(question.text, folded):
        return None
    clause = _clause(question, text, language)
    denied = _denies(clause, language) != _denies(question.text.casefold(), language)
    return (compared if compared is not None else True) != (denied != bool(turned))


def _stands(number: str, text: str) -> bool:
    """Return whether a text has a number, and not only another one that holds its digits."""
    return bool(re.search(rf"(?<![\d.,]){re.escape(number.rstrip('.,'))}(?![\d%]|[.,]\d)", text))


def _same_order(question: str, text: str) -> bool:
    """Return whether two names stand in a sentence as in the question: who does something, and to whom."""
    names = [match[0] for match in re.finditer(r"(?<=\s)[A-ZÀ-Þ][\w&-]+", question)]
    places = [text.find(name) for name in names]
    if len(set(names)) < 2 or min(places, default=-1) < 0 or " and " in question:
        return True
    passive = [bool(re.search(r"\b(?:by|von|por|par|da|door)\b", one)) for one in (question, text)]
    return (places == sorted(places)) == (passive[0] == passive[1])


def _skipped(asked: str, compared: bool | None) -> bool:
    """Return whether a word of the question need not stand in the sentence."""
    folded = asked.casefold()
    if folded in ANYTHING:
        return True
    return compared is not None and (any(map(str.isdigit, folded)) or folded in _COMPARED)


def _opposite(asked: str, text: str) -> bool:
    """Return whether a text has the opposite of a word."""
    word = asked.casefold()
    other = next((pair[1 - side] for pair in _opposites() for side in (0, 1) if word.startswith(pair[side])), "")
    return bool(other) and bool(re.search(rf"\b{other}", text))


@cache
def _opposites() -> tuple[tuple[str, str], ...]:
    return tuple((one, two) for one, _, two in (pair.partition("/") for pair in OPPOSITES.split()))


def _obliged(question: str, text: str) -> bool:
    """Return whether a sentence says that something must be, if the question asks for that."""
    wanted = not MUST.isdisjoint(re.findall(r"\w+", question.casefold()))
    return not wanted or not MUST.isdisjoint(re.findall(r"\w+", text))


def _clause(question: Question, text: str, language: str) -> str:
    """Return the clause of a sentence that says most of what the question says, without what depends on it."""
    parts = re.split(r"[;:,–—]\s|\s[–—]\s|\bbut\b|\bpero\b|\baber\b|\bmais\b", text)
    clauses = [part for part in parts if part.strip()]
    analyzer = languages.analyzer(language)
    held = [question.asked.held(analyzer.terms(clause)) for clause in clauses]
    # Who or what the question is about stands first in it.
    subject = next((asked for asked in question.asked.weights if any(asked in one for one in held)), "")
    shares = [question.asked.share(one) if not subject or subject in one else 0.0 for one in held]
    best = clauses[shares.index(max(shares))].casefold()
    cut = re.split(rf"\b(?:{'|'.join(SUBORDINATE)})\b", best, maxsplit=1)
    return cut[0] if question.asked.coverage(analyzer.terms(cut[0])) >= max(shares) / 2 else best


def _denies(text: str, language: str) -> bool:
    """Return whether a clause is negated; twice is not."""
    words = text.replace("’", "'").split()
    negative = set(NEGATIONS.get(language or "en", "").split()) | set(DENYING.get(language or "en", "").split())
    found = sum(word.strip(".,;:!?()\"'") in negative for word in words)
    return found == 1


_NUMBER = r"[$€£]?\d[\d.,]*\s?(?:%|[^\W\d_]+)?"
_COMPARING = re.compile(rf"\b({'|'.join(COMPARISONS)})\s+(?:than\s+)?({_NUMBER})", re.IGNORECASE)
_COMPARED = frozenset(word for phrase in COMPARISONS for word in phrase.split()) | {"than"}


def _compared(asked: re.Match[str], text: str, language: str, question_language: str) -> bool | None:
    """Return whether the one number of the asked kind in a text is on the asked side of the question's number."""
    sign, unit = asked[2][0] if asked[2][0] in "$€£" else "", _unit_of(asked[2])
    limit = figure(_digits(asked[2]), question_language)
    found = [value.text for value in values(Kind.NUMBER, text, language)]
    same = [one for one in found if sign in one and unit in one.casefold()]
    scales = [SCALES.intersection(re.findall(r"[^\W\d_]+", said.casefold())) for said in (asked[2], *same)]
    if any(scale != scales[0] for scale in scales):  # "more than $50" of "$6 million"
        return None
    numbers = [figure(_digits(one), language) for one in same]
    if limit is None or len(numbers) != 1 or numbers[0] is None:
        return None
    compare = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
    return bool(compare[COMPARISONS[asked[1].casefold()]](numbers[0], limit))


def _digits(number: str) -> str:
    """Return a number without what is counted."""
    found = re.search(r"\d[\d.,]*", number)
    return found[0].rstrip(".,") if found else ""


def _unit_of(number: str) -> str:
    """Return how the word begins that says what is counted, "" where there is none beside a scale ("$50 million")."""
    words = [word for word in re.findall(r"[^\W\d_]+|%", number.casefold()) if word not in SCALES]
    return words[0][:_STEM] if words else ""
