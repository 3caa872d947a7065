"""Write down an answer: the quotes that were chosen, with the short answer ahead where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from pdfqa import languages
from pdfqa.answer.candidates import Candidate, Question
from pdfqa.answer.kinds import Kind
from pdfqa.answer.periods import column
from pdfqa.answer.tables import Row
from pdfqa.answer.telling import flat
from pdfqa.answer.units import written
from pdfqa.answer.values import direct_answer
from pdfqa.search import Evidence

_COVERED = 0.75  # share of a row's label, and of the question, that must agree for a cell to be the answer


def compose(question: Question, evidence: Sequence[Evidence], chosen: Sequence[Candidate]) -> str:
    """Return the text of an answer, with a marker such as [1] for each quote, in order."""
    first = f"{_first(question, evidence[chosen[0].evidence], chosen[0])} [1]"
    others = [f"{flat(other.shown)} [{number}]" for number, other in enumerate(chosen[1:], start=2)]
    return "\n".join([first, *others])


def _first(question: Question, piece: Evidence, best: Candidate) -> str:
    """Return the best candidate in words, with the short answer ahead where there is one."""
    if best.row is not None:
        return _from_row(question, piece, best, best.row)
    text = flat(best.shown)
    short = direct_answer(question.ask, text, question.text, piece.language)
    ahead = short and not text.startswith(short) and len(text) > 2 * len(short)
    return f"{short} — {text}" if ahead else text


def _from_row(question: Question, piece: Evidence, best: Candidate, row: Row) -> str:
    """Return the cell that a row answers with, if that is sure, else the row in words."""
    place = column(row.columns, row.label, question.text, languages.analyzer(piece.language))
    ask = question.ask
    plain = ask.kind in {Kind.AMOUNT, Kind.NUMBER, Kind.OTHER} and not ask.computed
    if plain and place is not None and best.features["label"] >= _COVERED and _covers(question, piece, row, place):
        about = ", ".join(part for part in (row.label, row.columns[place]) if part)
        return f"{written(row.values[place], row.unit)} — {about}"
    if not all(row.columns):
        return flat(best.text)
    cells = " · ".join(f"{head} {value}" for head, value in zip(row.columns, row.values, strict=True))
    return flat(f"{row.label}: {cells}")


def _covers(question: Question, piece: Evidence, row: Row, place: int) -> bool:
    """Return whether row, column and heading hold the words of the question, apart from its periods."""
    analyzer = languages.analyzer(piece.language)
    about = f"{row.label} {row.columns[place]} {piece.passage.heading} {row.unit.words}"
    held = question.asked.held(analyzer.terms(about))
    telling = {asked: weight for asked, weight in question.asked.weights.items() if not any(map(str.isdigit, asked))}
    total = sum(telling.values())
    return not total or sum(held.get(asked, 0.0) for asked in telling) >= _COVERED * total
