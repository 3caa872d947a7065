"""The cell that answers a question: of all rows on the pages that were found, the one that says just what is asked.

A row is held against the question both ways: its label must not say what the question does not, and with what stands
over it (section, column heads, heading, caption) it must say all of it. Periods choose the column instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer.candidates import Question
from pdfqa.answer.kinds import Kind, directions
from pdfqa.answer.periods import column, period, undated, years
from pdfqa.answer.tables import Row, Tables, label_of
from pdfqa.answer.turns import DOWNWARD, UPWARD
from pdfqa.answer.values import asks_share
from pdfqa.answer.words import BARE, COMPUTED, HINTED, MONTHS, PERIOD_WORDS, STATEMENTS, TOTALS, WEAK
from pdfqa.pages import Block, Page
from pdfqa.query_terms import Term, same_names
from pdfqa.search import Evidence

SURE = 0.75  # share of a row's label, and of the question, that must agree for a cell to be the answer
_OTHER_NAME = 0.9  # how much another name for what is asked is worth that stands there whole
_LITTLE = 0.3  # how much words such as "total" count
_STEM = 4  # letters of the question's words that a line must hold one of, to be read as a row
_PRIMARY, _ASIDE, _TOTAL, _FOREIGN = 0.3, 0.25, 0.1, 0.1
_OF_TABLES = frozenset((Kind.AMOUNT, Kind.NUMBER, Kind.OTHER))
_FIRST = 3  # passages that tell which words of the question are in the document's name
_SHARES = re.compile(r"%|percent|\bas a (?:share|proportion) of", re.IGNORECASE)
# What a table of a part, or of something supposed, says of itself; words of labels that turn them into another thing.
_ASIDES = ("segment", "pro forma", "guarantor", "parent company", "reconcil", "quarterly", "discontinued")
_OTHERS = frozenset("other others non less excluding except before beginning opening average weighted otros".split())
# What a label says besides what it is of: "Interest expense, net of amounts capitalized (2)".
_ASIDE_OF_LABEL = re.compile(r"\([^)]*\)|,\s+net of\b.*", re.IGNORECASE | re.DOTALL)
COMPUTING = tuple(COMPUTED.split("|"))


class Found(msgspec.Struct, frozen=True):
    """A row of a page that was found; `column` is the asked one's place among its values, None where none is.

    `precision` is the share of its label that the question says, `coverage` the share of the question that it says
    with what stands over it, `own` without the heading and the caption; `rank` is what rows are compared by. `primary`
    are rows of a report's main statements; `within` says that the line above is needed to say what is asked; `heading`
    is what their table stands under.
    """

    evidence: int
    start: int
    end: int
    row: Row
    column: int | None
    precision: float
    coverage: float
    own: float
    rank: float
    primary: bool = False
    within: bool = False
    heading: str = ""

    @property
    def sure(self) -> bool:
        """Return whether the row says just what is asked."""
        return self.precision >= SURE and self.coverage >= SURE


class _Sought:
    """What a question wants of a table: its telling words with their weights, by stem, and other names for them."""

    def __init__(self, question: Question, terms: Sequence[Term], evidence: Sequence[Evidence]) -> None:
        self.named = named = {word for piece in evidence[:_FIRST] for word in _named(piece)}
        self.weights: dict[str, float] = {}
        self.plain: dict[str, str] = {}
        self.names: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}
        self.total = False
        self.of_share = asks_share(question.text.casefold())
        self.analyzer = languages.analyzer(question.language)
        left_out = COMPUTING if question.ask.computed else ()
        left_out += (*UPWARD, *DOWNWARD) if question.ask.kind is Kind.YES_NO else ()
        for term in terms:
            word = term.asked.casefold()
            if term.name:
                continue
            self.plain[term.word] = term.asked
            self.total = self.total or word in TOTALS
            if not is_periodic(word) and term.word not in named and not word.startswith(left_out):
                little = _TOTAL if word in TOTALS else _LITTLE if word in WEAK else 1.0
                self.weights[term.asked] = max(self.weights.get(term.asked, 0.0), little * term.idf * term.weight)
        for used, name in _other_names(question.text):
            meant = tuple(asked for word, asked in self.plain.items() if word in used)
            self.names[" ".join(sorted(name))] = (name, meant)
        self.words = frozenset(self.plain).union(*(words for words, _ in self.names.values()))
        self.starts = tuple({word[:_STEM] for word in self.words if not is_periodic(word)})

    def share(self, words: Sequence[str]) -> float:
        """Return the share of the question that some words say."""
        inside = self.words.intersection(words)
        held = {self.plain[word]: 1.0 for word in inside if word in self.plain}
        for name, meant in self.names.values():
            if name <= inside:
                for asked in meant:
                    held.setdefault(asked, _OTHER_NAME)
        total = sum(self.weights.values())
        return sum(weight * held.get(asked, 0.0) for asked, weight in self.weights.items()) / total if total else 0.0

    def precision(self, label: str) -> float:
        """Return the share of a label that the question says, or 0 where that is only words such as "total"."""
        analyzer, plain = self.analyzer, _ASIDE_OF_LABEL.sub(" ", label)
        words = [(word, plain[start:end].casefold()) for word, start, end in analyzer.terms_with_spans(plain)]
        inside = {word for word, _ in words}
        known = set(self.plain).union(*(name for name, _ in self.names.values() if name <= inside))
        said = missing = 0.0
        for word, surface in words:
            other = surface in _OTHERS
            if not other and (analyzer.stop(word) or is_periodic(surface)):
                continue
            weight = _LITTLE if surface in TOTALS or surface in BARE else 1.0
            if surface in TOTALS and word not in known:
                continue
            if word in known:
                said += weight
            else:
                missing += weight
        return said / (said + missing) if said > _LITTLE else 0.0


def _other_names(question: str) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Yield what a question names that has other names in English, and each of these, as index terms."""
    if any(name in question.casefold() for name in HINTED):
        return
    analyzer = languages.analyzer("en")
    asked = f" {' '.join(analyzer.terms(question))} "
    for names in same_names():
        used = next((name for name in names if f" {name} " in asked), None)
        if used is not None:
            yield from ((frozenset(used.split()), frozenset(name.split())) for name in names if name != used)


def is_periodic(word: str) -> bool:
    """Return whether a word names a period, or belongs to naming one."""
    return any(map(str.isdigit, word)) or word in MONTHS or word in PERIOD_WORDS


def _named(piece: Evidence) -> set[str]:
    """Return the words of the question that are in the document's name only."""
    analyzer = languages.analyzer(piece.language)
    return set(piece.terms).difference(analyzer.terms(piece.text), analyzer.terms(piece.passage.heading))


def rows(question: Question, terms: Sequence[Term], evidence: Sequence[Evidence]) -> list[Found]:
    """Return the rows on the pages of the evidence that have to do with the question, most fitting first."""
    ask = question.ask
    if ask.kind not in _OF_TABLES and not (ask.kind is Kind.YES_NO and directions(question.text)):  # did it grow?
        return []
    sought = _Sought(question, terms, evidence)
    if not sought.weights:
        return []
    seen: set[tuple[str, int]] = set()
    found: list[Found] = []
    tables = Tables()
    for number, piece in enumerate(evidence):
        place = (piece.document, piece.page.number)
        if place not in seen and sought.named <= set(piece.terms):  # else the question names another document
            seen.add(place)
            found += _on_page(question, sought, tables, number, piece)
    return sorted(found, key=lambda one: (-round(one.rank, 2), evidence[one.evidence].page.number, one.start))


def _on_page(question: Question, sought: _Sought, tables: Tables, number: int, piece: Evidence) -> Iterator[Found]:
    page = piece.page
    sought.analyzer = languages.analyzer(piece.language)
    for block in page.blocks:
        if block.kind != "table":
            continue
        context = ""
        for start, end in lines(page, block):
            label = label_of(page.text[start:end])
            folded = label.casefold()
            if not any(word in folded for word in sought.starts):
                continue
            precision = sought.precision(label)
            row = tables.row(page, block, start, end) if precision else None
            if row is None or (_SHARES.search(label) and not sought.of_share):
                continue
            context = context or f"{row.above} {heading(page, block)} {piece.passage.heading} {caption(page, block)}"
            over = heading(page, block) or piece.passage.heading
            found = _found(question, sought, (number, start, end), row, precision, context)
            yield msgspec.structs.replace(found, heading=over)


def _found(
    question: Question, sought: _Sought, place: tuple[int, int, int], row: Row, precision: float, context: str
) -> Found:
    """Return what a row of a page is worth; `place` is the number of the evidence, and the row's span."""
    analyzer = sought.analyzer
    chosen = column(row.columns, row.label, question.text, analyzer)
    about = years(context) | sought.named  # the year may be in the name of the file
    if _other_span(question.text, row, context) or undated(question.text, row.columns, about):
        chosen = None
    heads = row.columns[chosen] if chosen is not None else ""
    own = sought.share(analyzer.terms(f"{row.label} {row.section} {heads}"))
    coverage = sought.share(analyzer.terms(f"{row.label} {row.section} {heads} {row.unit.words} {context}"))
    folded = context.casefold()
    primary = "selected" not in folded and any(name in folded for name in STATEMENTS)
    rank = precision + own + coverage + (chosen is not None) + _PRIMARY * primary
    rank += _TOTAL * (sought.total and any(word in TOTALS for word in row.label.casefold().split()))
    rank -= _ASIDE * any(word in folded and word not in question.text.casefold() for word in _ASIDES)
    rank -= _FOREIGN * (not primary and bool(row.section) and not sought.precision(row.section))
    if primary and row.unit.scale and not row.unit.currency:  # money, though only some rows say so
        row = msgspec.structs.replace(row, unit=msgspec.structs.replace(row.unit, currency=row.money))
    within = bool(row.section) and sought.share(analyzer.terms(f"{row.label} {heads}")) < own
    return Found(*place, row, chosen, precision, coverage, own, rank, primary, within)


def _other_span(question: str, row: Row, context: str) -> bool:
    """Return whether the values are of a quarter or half year, and the question names another period."""
    named = period(question)
    if not named.years or any(period(head).span for head in row.columns):
        return False
    said = period(context).span
    return said not in {"", "year", named.span} or (named.span == "quarter" and said == "year")


def lines(page: Page, block: Block) -> Iterator[tuple[int, int]]:
    """Yield the spans of a table's rows, without its header."""
    start = block.start
    for number, line in enumerate(page.text[block.start : block.end].split("\n")):
        if number >= block.header_rows and line.strip():
            yield start, start + len(line)
        start += len(line) + 1


def heading(page: Page, block: Block) -> str:
    """Return the nearest heading above a table on its page."""
    above = [one for one in page.blocks if one.kind == "heading" and one.end <= block.start]
    return page.text[above[-1].start : above[-1].end] if above else ""


def caption(page: Page, block: Block) -> str:
    """Return the caption right below a table."""
    after = next((one for one in page.blocks if one.start >= block.end), None)
    return page.text[after.start : after.end] if after is not None and after.kind == "caption" else ""
