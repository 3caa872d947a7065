"""What an answer is made of where its form is known: a cell of a table, rows to work with, yes or no, a list.

Each plan is given only where it is sure; otherwise the best sentence or row is quoted (`drafting`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pdfqa.answer import telling
from pdfqa.answer.candidates import Candidate, Question
from pdfqa.answer.cells import SURE, Found, rows
from pdfqa.answer.confidence import negated
from pdfqa.answer.deciding import decided
from pdfqa.answer.enumerations import listed, told
from pdfqa.answer.kinds import Kind, directions
from pdfqa.answer.links import ORGANISATIONS
from pdfqa.answer.periods import years
from pdfqa.answer.units import figure
from pdfqa.answer.words import YES_AND_NO
from pdfqa.query_terms import Term
from pdfqa.search import Evidence

_NEAR = 0.12  # by how much less a row may fit that is nearly as good as the best
_MOST_ROWS = 3
_SURE_LIST = 0.6  # how likely such a list is to be the answer, at least


class Span(msgspec.Struct, frozen=True):
    """A place on the page of one piece of evidence, which is quoted."""

    evidence: int
    start: int
    end: int


class Plan(msgspec.Struct, frozen=True):
    """An answer whose form is known. `lines` are its lines, each without its marker, with the quote that proves it."""

    lines: list[tuple[str, Span]]
    sure: float = 0.8  # how likely there is an answer, at least
    weight: float = 0.8  # how much speaks for the quotes

    @property
    def text(self) -> str:
        """Return the answer with its markers; a line may be several, of which the last has it."""
        return "\n".join(f"{line} [{number}]" for number, (line, _) in enumerate(self.lines, start=1))


def planned(
    question: Question,
    terms: Sequence[Term],
    evidence: Sequence[Evidence],
    ranked: Sequence[Candidate] = (),
    more: Sequence[Evidence] = (),
) -> Plan | None:
    """Return the answer where its form is known, or None.

    Args:
        question: The question.
        terms: Its words, as the documents write them.
        evidence: What search found.
        ranked: The sentences and rows of it, most likely first.
        more: Further passages, on whose pages only tables are read. They are counted on from the evidence.
    """
    whole = [*evidence, *more]
    found = rows(question, terms, whole)
    if question.ask.kind is Kind.YES_NO:
        return _grown(question, whole, found) or _decided(question, evidence, ranked)
    if question.ask.computed:
        return _to_work_with(question, found)
    return _cell(question, whole, found) or _listed(question, evidence)


def _grown(question: Question, evidence: Sequence[Evidence], found: Sequence[Found]) -> Plan | None:
    """Return whether something rose or fell, with the row that has this year and the one before."""
    ways = directions(question.text)
    language = question.language or "en"
    if len(ways) != 1 or language not in YES_AND_NO or _by_how_much(question.text) or negated(question.text, language):
        return None
    named = years(question.text)
    for one in found:
        if not one.sure or one.column is None:
            continue
        pair = telling.year_before(one.row, one.column, evidence[one.evidence].language)
        if pair is not None and named <= {year for head in one.row.columns for year in years(head)}:
            row = telling.whole(one.row, "")
            if min(pair) <= 0:  # costs and losses: which way is up, the page does not say
                return Plan([(row, _span(one))])
            said = YES_AND_NO[language][(pair[0] - pair[1]) * ways.pop() <= 0]
            return Plan([(f"{said} — {row}", _span(one))])
    return None


def _by_how_much(question: str) -> bool:
    """Return whether a question names a number that is no year: what rose, rose by less perhaps."""
    return bool(
        re.search(r"\d\s?%|\d+ per ?cent|[$€£¥]\s?\d|\bby \d|\b(?:than|by (?:over|about)|at least) \d", question)
    )


def _decided(question: Question, evidence: Sequence[Evidence], ranked: Sequence[Candidate]) -> Plan | None:
    """Return yes or no with the sentence that decides."""
    answer = decided(question, evidence, ranked)
    if answer is None:
        return None
    said, number = answer
    one = ranked[number]
    return Plan([(f"{said} — {telling.flat(one.text)}", Span(one.evidence, one.start, one.end))], 0.0)


def _listed(question: Question, evidence: Sequence[Evidence]) -> Plan | None:
    """Return the items of the list that is asked for: with one quote where they stand together, else one for each."""
    found = listed(question, evidence)
    if found is None:
        return None
    page = evidence[found.evidence].page
    texts = told(found, page, question.language)
    if found.together:
        span = Span(found.evidence, found.items[0][0], found.items[-1][1])
        return Plan([("\n".join(f"- {text}" for text in texts), span)], _SURE_LIST)
    spans = [Span(found.evidence, *item) for item in found.items]
    return Plan([(f"- {text}", span) for text, span in zip(texts, spans, strict=False)], _SURE_LIST)


def _cell(question: Question, evidence: Sequence[Evidence], found: Sequence[Found]) -> Plan | None:
    """Return the cell that is asked for; where several rows fit as well and say different things, each of them."""
    fitting = [one for one in found if one.sure and one.column is not None and _tells(one.row.values[one.column])]
    if not fitting or not ORGANISATIONS.isdisjoint(question.ask.thing):
        return None
    best = fitting[0]
    near = [one for one in fitting if one.rank >= best.rank - _NEAR]
    chosen = [best] if best.primary else _agreed(near, evidence)
    chosen, apart = chosen[:_MOST_ROWS], len(chosen) > 1
    alike = len({telling.label(one.row, named=True).casefold() for one in chosen}) < len(chosen)
    said = [
        telling.cell(one, question.text, evidence[one.evidence].language, apart=apart, alike=alike) for one in chosen
    ]
    return Plan([(text, _span(one)) for text, one in zip(said, chosen, strict=True)])


def _tells(value: str) -> bool:
    """Return whether a cell is more than a dash."""
    return any(map(str.isalnum, value))


def _agreed(near: Sequence[Found], evidence: Sequence[Evidence]) -> list[Found]:
    """Return the row whose value most rows have, or one row for each value where no value leads."""
    by_value: dict[str, list[Found]] = {}
    for one in near:
        value = one.row.values[one.column or 0]
        by_value.setdefault(str(figure(value, evidence[one.evidence].language) or value), []).append(one)
    groups = sorted(by_value.values(), key=lambda group: -len(group))
    if len(groups) == 1 or len(groups[0]) > len(groups[1]):
        return groups[0][:1]
    return [group[0] for group in groups]


def _to_work_with(question: Question, found: Sequence[Found]) -> Plan | None:
    """Return the rows that a ratio, a change or an average would be worked out from: nothing is computed here."""
    fitting = [one for one in found if one.precision >= SURE]
    if not fitting:
        return None
    best = fitting[0]
    same = [one for one in fitting if (one.evidence, one.row.above) == (best.evidence, best.row.above)]
    labels: dict[str, Found] = {}
    for one in same:
        labels.setdefault(one.row.label.casefold(), one)
    if not all(best.row.columns) or sum(one.own for one in labels.values()) < SURE:
        return None
    chosen = list(labels.values())[:_MOST_ROWS] if best.own < SURE else [best]
    return Plan(
        [(telling.whole(one.row, question.text), _span(one)) for one in sorted(chosen, key=lambda one: one.start)]
    )


def _span(found: Found) -> Span:
    return Span(found.evidence, found.start, found.end)
