"""Fill a schema from a document: a question for each field, and the value that the answer holds, with its citation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import msgspec

from pdfqa import languages
from pdfqa.answer import Quote
from pdfqa.answer.candidates import Candidate
from pdfqa.answer.drafting import ranked
from pdfqa.answer.periods import column
from pdfqa.answer.tables import Tables, block_at
from pdfqa.answer.units import written
from pdfqa.config import EXTRACTIVE
from pdfqa.engine.answering import Finished, Question, Sources, Turn, answer
from pdfqa.engine.context import Engine
from pdfqa.engine.evidence import Looked, look
from pdfqa.engine.replying import Replying
from pdfqa.engine.several import PASSAGES
from pdfqa.engine.whole import Whole
from pdfqa.errors import BackendError
from pdfqa.pages import Page
from pdfqa.prices import price
from pdfqa.results import Extraction, Field
from pdfqa.search import Evidence
from pdfqa.types import Citation
from pdfqa.whole import asking, coercing, naming, schema
from pdfqa.whole.coercing import Said, Value
from pdfqa.whole.naming import Name
from pdfqa.whole.schema import Wanted
from pdfqa.whole.tabular import from_tables

Report = Callable[[int, int], None]  # how many fields are done, of how many
_WORD = re.compile(r"[^\W\d_]{2,}")
_MARK = re.compile(r"\s*\[\d+\]")
_DIRECT = " — "  # between a short answer and what it is from
_WHOLE_LABEL = 0.99  # share of a row's label that the question names where the row is about what it asks
_AS_LIKELY = 1.0  # by how much less a sentence may weigh that is about as likely
_NOT_FOUND = "the document does not say"


class _Filled(msgspec.Struct, frozen=True):
    """What a field was filled with, and what proves it."""

    value: Value
    citations: list[Citation]
    found: bool = True


def extract(
    engine: Engine, whole: Whole, store: str, wanted: Sequence[Wanted], *, again: bool, report: Report
) -> Extraction:
    """Return a schema filled from one document.

    Args:
        engine: The engine.
        whole: The document.
        store: The vector store that holds it, and nothing else.
        wanted: The fields.
        again: Whether a model is asked anew what it has replied to before.
        report: Told how many fields are done, of how many.
    """
    settings = engine.settings
    model = engine.model_for(settings.model or EXTRACTIVE)
    replying = Replying(engine, model, whole.sha256, again=again) if model else None
    filler = _Filler(engine, whole, Sources(stores=(store,)), replying)
    data = schema.empty(list(wanted))
    fields = []
    for one in wanted:
        field = filler.field(one)
        fields.append(field)
        report(len(fields), len(wanted))
        schema.put(data, one.path, field.value)
    usage = replying.usage if replying else None
    known = price(settings) if replying else None
    return Extraction(
        file=whole.shown,
        data=data,
        fields=fields,
        missing=[field.path for field in fields if field.required and field.value is None],
        model=settings.model or EXTRACTIVE,
        usage=msgspec.to_builtins(usage) if usage else {},
        price=known.of(usage.prompt_tokens, usage.completion_tokens) if known and usage else None,
        unread=whole.unread,
    )


class _Filler:
    """Fills fields from one document."""

    def __init__(self, engine: Engine, whole: Whole, sources: Sources, replying: Replying | None) -> None:
        self._engine = engine
        self._whole = whole
        self._sources = sources
        self._replying = replying

    def field(self, wanted: Wanted) -> Field:
        """Return a field with its value, or the reason why it has none."""
        if wanted.constant:
            return self._made(wanted, _Filled(Value(wanted.choices[0]), []), state="given")
        filled = self._asked(wanted) if self._replying is None else self._written(wanted, self._replying)
        state = "found" if not filled.value.reason else "not_fitting" if filled.found else "not_found"
        return self._made(wanted, filled, state=state)

    def _made(self, wanted: Wanted, filled: _Filled, *, state: Any) -> Field:
        return Field(
            path=wanted.name,
            question=wanted.question,
            value=filled.value.value,
            state=state,
            text=filled.value.text,
            unit=filled.value.unit,
            reason=filled.value.reason,
            required=wanted.required,
            citations=filled.citations,
        )

    def _asked(self, wanted: Wanted) -> _Filled:
        """Return what the document itself says: the short answer, else the first sentence or row that has a value."""
        if wanted.fields:
            return self._from_tables(wanted)
        itself = self._itself(wanted)
        if itself is not None:
            return itself
        for one in schema.alternatives(wanted):  # revenue or net sales
            filled = self._quoted(one)
            if not filled.value.reason:
                return filled
        return self._quoted(wanted)

    def _quoted(self, wanted: Wanted) -> _Filled:
        """Return what the document says, word for word."""
        question = self._question(wanted, EXTRACTIVE)
        done = next(one for one in answer(self._engine, question) if isinstance(one, Finished))
        citations = [self._whole.cited(cited.citation) for cited in done.citations] if done.found else []
        said = self._said(wanted, done.text, citations) if citations else None
        short = self._short(wanted, said, citations) if said else None
        told = coercing.spoken(wanted, said.quote, said.language) if said and _counted(wanted) else 1.0
        if short and told >= _WHOLE_LABEL:
            return short
        scanned = self._scanned(wanted, question) if citations or wanted.choices else None
        if short and scanned and coercing.spoken(wanted, scanned.citations[0].quote, self._whole.language) <= told:
            scanned = None  # no other row or sentence says more of the field
        addressed = self._addressed(wanted) if wanted.format in coercing.ADDRESSES else None
        filled = scanned or short or addressed
        if filled is not None:
            return filled
        if said is None:
            return _Filled(Value(reason=_NOT_FOUND), [], found=False)
        made = self._reason(wanted, said)
        return _Filled(made, citations[:1])

    def _short(self, wanted: Wanted, said: Said, citations: list[Citation]) -> _Filled | None:
        """Return what the short answer holds, or of several things the whole answer."""
        several = wanted.type in ("array", "boolean")
        if not (said.short or several):
            return None
        made = coercing.value(wanted, said)
        if made.reason:
            return None
        return _Filled(made, citations if several else [citations[made.quote]])

    def _itself(self, wanted: Wanted) -> _Filled | None:
        """Return what a document is called, or whose it is, for a field that asks just that."""
        if wanted.type != "string" or wanted.format or wanted.choices:
            return None
        found: tuple[Page, Name] | None = None
        if naming.is_its_title(wanted.label):
            page = next(self._whole.pages(), None)
            name = naming.title(page) if page else None
            found = (page, name) if page and name else None
        elif naming.names_itself(wanted.label):
            found = self._own
        if found is None:
            return None
        page, name = found
        return _Filled(
            coercing.value(wanted, Said(name.text, (name.text,), "", self._whole.language, chosen=True)),
            [self._whole.cite(page, name.start, name.end)],
        )

    def _addressed(self, wanted: Wanted) -> _Filled | None:
        """Return the one address of its kind that stands in the document, if there is one alone."""
        found: dict[str, Citation] = {}
        for page in self._whole.pages():
            for match in coercing.ADDRESSES[wanted.format].finditer(page.text):
                found.setdefault(match[0], self._whole.cite(page, *match.span()))
                if len(found) > 1:
                    return None
        return next((_Filled(Value(text, text), [citation]) for text, citation in found.items()), None)

    def _reason(self, wanted: Wanted, said: Said) -> Value:
        """Return why what was found is no value of a field."""
        made = coercing.value(wanted, said)
        if made.reason or wanted.choices:
            return made
        return Value(text=said.quote, reason="nothing that was found says it for sure")

    def _scanned(self, wanted: Wanted, question: Question) -> _Filled | None:
        """Return the value of the likeliest sentence or row of those found that speaks of the field and holds one.

        Days are everywhere: where the next that is about as likely has another one, none is sure.
        """
        found: list[tuple[float, _Filled]] = []
        looked = look(self._engine, question, self._sources)
        best = looked.evidence[:PASSAGES]
        for one in ranked(wanted.question, looked.found.terms, best, self._engine.embedder):
            piece = best[one.evidence]
            about = f"{one.row.label} {one.row.section}" if one.row else f"{piece.passage.heading} {one.text}"
            if one.empty or not (wanted.choices or coercing.speaks_of(wanted, about, piece.language)):
                continue
            short = self._cell(wanted, one, piece) if _counted(wanted) and one.row else ""
            if short is None:
                continue
            made = coercing.value(
                wanted, Said(short, (one.text,), wanted.question, piece.language, self._own_name(wanted))
            )
            if not made.reason:
                found.append((one.weight, _Filled(made, [self._whole.cite(piece.page, one.start, one.end)])))
        if wanted.choices:
            return _chosen(wanted, found, self._whole.language)
        if not found:
            return None
        weight, first = found[0]
        others = {other.value.value for near, other in found if near >= weight - _AS_LIKELY} - {first.value.value}
        if others and wanted.format in schema.FORMATS:
            days = ", ".join(map(str, [first.value.value, *sorted(others)]))
            return _Filled(
                Value(text=first.citations[0].quote, reason=f"several days may be it: {days}"), first.citations
            )
        if wanted.sought == naming.PERSON:
            whole = naming.fuller(first.value.value, [other.value.value for _, other in found])
            return next(other for _, other in found if other.value.value == whole)
        return first

    def _cell(self, wanted: Wanted, one: Candidate, piece: Evidence) -> str | None:
        """Return the cell of a row that a field wants, with its unit; None where the row is about something else."""
        row = one.row
        if row is None or one.features["label"] < _WHOLE_LABEL:
            return None
        if len(_WORD.findall(row.label)) > 1 and not one.features["adjacent"]:  # "Other income, net" is no net income
            return None
        place = column(row.columns, row.label, wanted.question, languages.analyzer(piece.language))
        return None if place is None else written(row.values[place], row.unit)

    @cached_property
    def _own(self) -> tuple[Page, Name] | None:
        """The name of the organisation that the document is of, and its page."""
        return naming.own(self._whole.pages())

    def _own_name(self, wanted: Wanted) -> str:
        """Return that name for a field that is a name itself: all pages are read for it."""
        return self._own[1].text if wanted.sought and self._own else ""

    def _question(self, wanted: Wanted, model: str) -> Question:
        return Question(
            model=model, turns=[Turn(role="user", text=wanted.question)], sources=self._sources, boxes=False
        )

    def _said(self, wanted: Wanted, text: str, citations: Sequence[Citation]) -> Said:
        """Return an answer as its short part, if it has one, and the quote that it is from."""
        lines = [_MARK.sub("", line) for line in text.split("\n")]
        short, direct, _ = lines[0].partition(_DIRECT)
        if wanted.type == "array" and len(lines) > 1:
            short, direct = "\n".join(line.partition(_DIRECT)[0] for line in lines), _DIRECT
        quotes = tuple(citation.quote for citation in citations)
        return Said(
            short.strip() if direct else "", quotes, wanted.question, self._whole.language, self._own_name(wanted)
        )

    def _from_tables(self, wanted: Wanted) -> _Filled:
        """Return the rows of the table whose columns are the fields of the objects that are wanted."""
        looked = look(self._engine, self._question(wanted, EXTRACTIVE), self._sources)
        found = from_tables(wanted.fields, looked.evidence, self._whole.language)
        if found is None:
            return _Filled(Value(reason="no table has columns like the fields of its objects"), [], found=False)
        piece = looked.evidence[found.evidence]
        citation = self._whole.cite(piece.page, found.start, found.end)
        return _Filled(Value(found.rows, citation.quote), [citation])

    def _written(self, wanted: Wanted, replying: Replying) -> _Filled:
        """Return what a model takes from the passages, if they say it."""
        looked = look(self._engine, self._question(wanted, self._engine.settings.model or ""), self._sources)
        if not looked.evidence:
            return _Filled(Value(reason=_NOT_FOUND), [], found=False)
        request = asking.request(wanted, looked.evidence, self._engine.context_tokens)
        try:
            reply = replying.ask(request.messages, request.most)
        except BackendError as error:
            done = replying.calls + replying.kept
            kept = f"{done:,} fields are done and kept: run it again to go on from there. " if done else ""
            raise type(error)(error.message, hint=f"{kept}{error.hint}") from error
        taken = asking.taken(wanted, reply.text, looked.evidence, request.given, self._engine.embedder)
        if not taken:
            return _Filled(Value(reason=_NOT_FOUND), [], found=False)
        citations = list(self._cited(taken, looked))
        if not any(citation.verified for citation in citations):
            text = " ".join(taken[0].text.split())[:80]
            return _Filled(Value(text=text, reason=f"the model says “{text}”, which no passage says"), [])
        proved = [one for one in taken if one.supported]
        if wanted.fields:
            lines = [asking.cells(one.text) for one in proved]
            rows = coercing.rows(wanted.fields, lines, self._whole.language)
            return _Filled(Value(rows, reply.text) if rows else Value(reason="no row of it could be read"), citations)
        short = "\n".join(_with_unit(wanted, one, looked) for one in proved)
        verified = [citation for citation in citations if citation.verified]
        said = Said(short, tuple(citation.quote for citation in verified), "", self._whole.language, chosen=True)
        return _Filled(coercing.value(wanted, said), verified)

    def _cited(self, taken: Sequence[asking.Taken], looked: Looked) -> Iterator[Citation]:
        seen: set[tuple[int, int, int]] = set()
        for one in taken:
            quote: Quote | None = one.quote
            if quote is None or (quote.evidence, quote.start, quote.end) in seen:
                continue
            seen.add((quote.evidence, quote.start, quote.end))
            page = looked.evidence[quote.evidence].page
            yield self._whole.cite(page, quote.start, quote.end, score=quote.weight, supported=one.supported)


def _counted(wanted: Wanted) -> bool:
    return wanted.type in ("number", "integer")


def _chosen(wanted: Wanted, found: Sequence[tuple[float, _Filled]], language: str) -> _Filled | None:
    """Return the choice of the likeliest text that speaks of the field, else the one that is named alone."""
    speaking = (one for _, one in found if coercing.speaks_of(wanted, one.citations[0].quote, language))
    alone = len({one.value.value for _, one in found}) == 1
    return next(speaking, found[0][1] if alone else None)


def _with_unit(wanted: Wanted, taken: asking.Taken, looked: Looked) -> str:
    """Return what a model took, with what its row is counted in where the page says so above: "in thousands"."""
    quote = taken.quote
    if not _counted(wanted) or quote is None:
        return taken.text
    page = looked.evidence[quote.evidence].page
    row = Tables().row(page, block_at(page, quote.start), quote.start, quote.end)
    return written(taken.text, row.unit) if row else taken.text
