"""Write down an answer: the quotes that were chosen, with the short answer ahead where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from pdfqa import languages
from pdfqa.answer.candidates import Candidate, Question
from pdfqa.answer.cells import SURE
from pdfqa.answer.choosing import MOST_WORDS
from pdfqa.answer.clauses import count_words
from pdfqa.answer.kinds import Kind
from pdfqa.answer.periods import column, undated, years
from pdfqa.answer.short import short_answer
from pdfqa.answer.tables import Row
from pdfqa.answer.telling import flat, whole
from pdfqa.answer.units import written
from pdfqa.search import Evidence

_PLAIN_WORDS = 12  # of a quote that need not be told in short


def led(question: Question, evidence: Sequence[Evidence], chosen: Sequence[Candidate]) -> tuple[list[Candidate], str]:
    """Return what was chosen, and the short answer: the first that gives one leads. If two differ, there is none."""
    shorts = [_short(question, evidence[one.evidence], one) for one in chosen]
    given = [number for number, short in enumerate(shorts) if short]
    if not given or chosen[0].row is not None:
        return list(chosen), ""
    first = given[0]
    if any(shorts[other] not in shorts[first] and shorts[first] not in shorts[other] for other in given):
        return list(chosen), ""
    others = [one for number, one in enumerate(chosen) if number != first]
    return [chosen[first], *others], shorts[first]


def words_ahead(question: Question, chosen: Sequence[Candidate], short: str) -> int:
    """Return how many words a short answer has ahead of quotes that leave no room for it, else 0."""
    text = flat(chosen[0].shown)
    if not short or _plain(question, text, short):
        return 0
    ahead = count_words(f"{short} —")
    quoted = sum(count_words(flat(one.shown)) for one in chosen)
    return ahead if ahead + quoted > MOST_WORDS else 0


def _short(question: Question, piece: Evidence, one: Candidate) -> str:
    return "" if one.row is not None else short_answer(question, flat(one.shown), piece.language)


def _plain(question: Question, text: str, short: str) -> bool:
    """Return whether a quote says its short answer plainly: it opens with it, is little longer, or ends in a name."""
    if text.startswith(short) or len(text) <= 2 * len(short):
        return True
    names = question.ask.kind in {Kind.PERSON, Kind.PLACE, Kind.OTHER}
    return names and len(text.split()) <= _PLAIN_WORDS and text.rstrip(".").endswith(short)


def compose(question: Question, evidence: Sequence[Evidence], chosen: Sequence[Candidate], short: str = "") -> str:
    """Return the text of an answer, with a marker such as [1] for each quote, in order.

    Args:
        question: The question.
        evidence: What search found.
        chosen: What is quoted, first what leads.
        short: The short answer that the first quote gives.
    """
    row, text = chosen[0].row, flat(chosen[0].shown)
    if row is not None:
        text = _from_row(question, evidence[chosen[0].evidence], chosen[0], row)
    elif short and not _plain(question, text, short):
        text = f"{short} — {text}"
    others = [f"{flat(other.shown)} [{number}]" for number, other in enumerate(chosen[1:], start=2)]
    return "\n".join([f"{text} [1]", *others])


def _from_row(question: Question, piece: Evidence, best: Candidate, row: Row) -> str:
    """Return the cell that a row answers with, if that is sure, else the row in words.

    Most cells are planned; this is a row whose label is all that the question says.
    """
    place = column(row.columns, row.label, question.text, languages.analyzer(piece.language))
    if undated(question.text, row.columns, years(f"{row.above} {piece.passage.heading}").union(piece.terms)):
        place = None
    ask = question.ask
    plain = ask.kind in {Kind.AMOUNT, Kind.NUMBER, Kind.OTHER} and not ask.computed
    if plain and place is not None and best.features["label"] >= SURE and _covers(question, piece, row, place):
        about = ", ".join(part for part in (row.label, row.columns[place]) if part)
        return f"{written(row.values[place], row.unit)} — {about}"
    return whole(row, "") if all(row.columns) else flat(best.text)


def _covers(question: Question, piece: Evidence, row: Row, place: int) -> bool:
    """Return whether row, column and heading hold the words of the question, apart from its periods."""
    analyzer = languages.analyzer(piece.language)
    about = f"{row.label} {row.columns[place]} {piece.passage.heading} {row.unit.words}"
    held = question.asked.held(analyzer.terms(about))
    telling = {asked: weight for asked, weight in question.asked.weights.items() if not any(map(str.isdigit, asked))}
    total = sum(telling.values())
    return not total or sum(held.get(asked, 0.0) for asked in telling) >= SURE * total
