"""Summaries of whole documents: the most telling sentences, or what a model makes of its notes on every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from pdfqa.answer import Quote
from pdfqa.config import EXTRACTIVE
from pdfqa.engine.context import Engine
from pdfqa.engine.replying import Replying
from pdfqa.engine.whole import Whole
from pdfqa.errors import BackendError, ContextExceededError
from pdfqa.pages import Page
from pdfqa.prices import price
from pdfqa.results import Estimate, Point, Summary, SummarySection
from pdfqa.search import Evidence
from pdfqa.store import Reply
from pdfqa.types import Citation, Unread
from pdfqa.whole import said
from pdfqa.whole.choosing import choose
from pdfqa.whole.parts import Numbered, Parts, Request, passages
from pdfqa.whole.telling import read, size

_SHARE = 6  # a summary has a sixth of the document's words,
_LEAST, _MOST = 80, 300  # but not fewer or more than these
_FALLBACK = 60  # words of a part that are taken instead of a model's notes of which none can be proved
_DEEPEST = 6  # times that notes are made of notes

Report = Callable[[int, int], None]  # how many pages are done, of how many


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a summary is wanted: about how many words, with what in it, and whether a model is asked all anew."""

    words: int | None = None
    prompt: str = ""
    instructions: str = ""
    again: bool = False

    def room(self, words: int) -> int:
        """Return how many words a summary of a document with so many words is to have."""
        return self.words or max(_LEAST, min(_MOST, words // _SHARE))


def summarize(engine: Engine, whole: Whole, wish: Wish, report: Report) -> Summary:
    """Return the summary of a document."""
    model = engine.model_for(engine.settings.model or EXTRACTIVE)
    if model is None:
        return _extracted(engine, whole, wish)
    return _Writing(engine, whole, wish, Replying(engine, model, whole.sha256, again=wish.again)).write(report)


def estimate(engine: Engine, whole: Whole, wish: Wish) -> Estimate:
    """Return what a summary would take, without asking a model anything."""
    name = engine.settings.model or EXTRACTIVE
    model = engine.model_for(name)
    if model is None:
        words = sum(size(page.text) for page in whole.pages())
        return Estimate(
            file=whole.shown,
            model=name,
            pages=whole.document.pages,
            words=words,
            calls=0,
            kept=0,
            prompt_tokens=0,
            completion_tokens=0,
            price=0.0,
        )
    return _Writing(engine, whole, wish, Replying(engine, model, whole.sha256, again=wish.again)).estimate()


def _extracted(engine: Engine, whole: Whole, wish: Wish) -> Summary:
    """Return the sentences that tell most, grouped by the headings they stand under."""
    told = read(whole.pages(), whole.language, whole.document.info.outline)
    chosen = choose(told, whole.language, engine.embedder, wish.room(told.words))
    pages = engine.documents.pages(whole.document.id, [one.sentence.page for one in chosen])
    citations: list[Citation] = []
    sections: list[SummarySection] = []
    number = -1
    for one in chosen:
        sentence = one.sentence
        citations.append(whole.cite(pages[sentence.page], sentence.start, sentence.end, score=one.weight))
        if sentence.section != number:
            number = sentence.section
            sections.append(SummarySection(told.sections[number].title, told.sections[number].page, []))
        sections[-1].points.append(Point(text=sentence.text, citations=[len(citations)]))
    return Summary(
        file=whole.shown,
        text=_text(section.points for section in sections),
        sections=sections,
        citations=citations,
        pages=whole.document.pages,
        words=told.words,
        model=EXTRACTIVE,
        unread=whole.unread,
    )


def _text(lines: Iterable[Sequence[Point]]) -> str:
    """Return points as lines with the markers of their citations."""
    return "\n".join(" ".join(_marked(point) for point in line) for line in lines)


def _marked(point: Point) -> str:
    marks = "".join(f"[{number}]" for number in point.citations)
    return " ".join(filter(None, [point.text, marks, "" if point.supported else said.UNPROVED]))


class _Note(msgspec.Struct, frozen=True):
    """What a model noted, or a sentence of the document's own, and the place of the passage that says it."""

    text: str
    place: int


class _Writing:
    """A summary that a model writes: notes on every part, notes on these if they are too many, and the summary."""

    def __init__(self, engine: Engine, whole: Whole, wish: Wish, replying: Replying) -> None:
        self._engine = engine
        self._whole = whole
        self._replying = replying
        self._evidence = passages(whole.pages(), whole.language, whole.sha256)
        self._words = sum(size(page.text) for page in whole.pages())
        self._parts = Parts(engine.context_tokens, wish.room(self._words), wish.prompt, wish.instructions)
        self._missing: list[Unread] = []

    def write(self, report: Report) -> Summary:
        """Return the summary.

        Raises:
            BackendError: The model failed over more than one part in a row, or over the summary itself.
        """
        numbered = [Numbered(_shown(piece), place) for place, piece in enumerate(self._evidence)]
        noted = not self._parts.fit(numbered)
        if noted:
            numbered = self._noted(numbered, report)
        if not numbered:
            return self._summary([])
        request = self._parts.summary(numbered, noted=noted)
        try:
            reply = self._replying.ask(request.messages, request.most)
        except BackendError as error:
            raise self._given_up(error) from error
        report(self._whole.document.pages, self._whole.document.pages)
        told = said.read(reply.text, self._evidence, request.given, self._engine.embedder, cut=reply.reason == "length")
        return self._summary(told.lines)

    def _noted(self, numbered: list[Numbered], report: Report) -> list[Numbered]:
        """Return notes on all of it, few enough to be read together."""
        pages = self._whole.document.pages
        for level in range(_DEEPEST):
            notes: list[Numbered] = []
            failed = 0
            for part in self._parts.cut(numbered):
                last = self._evidence[part[-1].place].page.number
                try:
                    notes += [Numbered(note.text, note.place) for note in self._on(part)]
                    failed = 0
                except BackendError as error:
                    failed += 1
                    if failed > 1 or level:
                        raise self._given_up(error) from error
                    self._miss(part, error)
                if not level:
                    report(min(last, pages - 1), pages)
            if self._parts.fit(notes):
                return notes
            numbered = notes
        step = -(-len(notes) // 50)  # a model that does not get shorter: what it noted, evenly
        return notes[::step]

    def _on(self, part: Sequence[Numbered]) -> list[_Note]:
        """Return what the model notes on a part, as far as it can be proved; else its most telling sentences.

        A part that is more than the model takes, though it should not be, is noted by halves.
        """
        request = self._parts.notes(part)
        try:
            reply = self._replying.ask(request.messages, request.most)
        except ContextExceededError:
            if len(part) < 2:
                raise
            middle = len(part) // 2
            return [*self._on(part[:middle]), *self._on(part[middle:])]
        return self._proved(reply, request) or self._telling(part)

    def _proved(self, reply: Reply, request: Request) -> list[_Note]:
        told = said.read(reply.text, self._evidence, request.given, self._engine.embedder, cut=reply.reason == "length")
        return [_Note(one.text, one.quotes[0].evidence) for one in told.sentences if one.supported]

    def _telling(self, part: Sequence[Numbered]) -> list[_Note]:
        pages: dict[int, Page] = {}
        for one in part:
            page = self._evidence[one.place].page
            pages[page.number] = page
        told = read(pages.values(), self._whole.language)
        chosen = choose(told, self._whole.language, self._engine.embedder, _FALLBACK)
        placed = [(one.sentence, self._place(one.sentence.page, one.sentence.start, part)) for one in chosen]
        return [_Note(sentence.text, place) for sentence, place in placed if place is not None]

    def _place(self, page: int, start: int, part: Sequence[Numbered]) -> int | None:
        """Return which passage of a part holds a place of a page."""
        for one in part:
            piece = self._evidence[one.place]
            if piece.page.number == page and piece.passage.start <= start < piece.passage.end:
                return one.place
        return None

    def _miss(self, part: Sequence[Numbered], error: BackendError) -> None:
        pages = sorted({self._evidence[one.place].page.number for one in part})
        self._missing.append(Unread(file=self._whole.shown, pages=pages, reason=error.message))

    def _given_up(self, error: BackendError) -> BackendError:
        done = self._replying.calls + self._replying.kept
        hint = f"{done:,} parts are done and kept: run it again to go on from there. {error.hint}".strip()
        return type(error)(error.message, hint=hint if done else error.hint)

    def _summary(self, lines: Sequence[Sequence[said.Said]]) -> Summary:
        """Return what was written, its quotes numbered."""
        numbers: dict[tuple[int, int, int], int] = {}
        citations: list[Citation] = []
        points: list[list[Point]] = []
        for line in lines:
            points.append([])
            for one in line:
                found = [self._number(quote, one.supported, numbers, citations) for quote in one.quotes]
                points[-1].append(Point(text=one.text, citations=list(dict.fromkeys(found)), supported=one.supported))
        usage, settings = self._replying.usage, self._engine.settings
        known = price(settings)
        return Summary(
            file=self._whole.shown,
            text=_text(points),
            sections=[SummarySection("", 1, [point for line in points for point in line])],
            citations=citations,
            pages=self._whole.document.pages,
            words=self._words,
            model=settings.model or EXTRACTIVE,
            usage=msgspec.to_builtins(usage),
            price=known.of(usage.prompt_tokens, usage.completion_tokens) if known else None,
            calls=self._replying.calls,
            kept=self._replying.kept,
            missing=self._missing,
            unread=self._whole.unread,
        )

    def _number(
        self, quote: Quote, supported: bool, numbers: dict[tuple[int, int, int], int], citations: list[Citation]
    ) -> int:
        place = (quote.evidence, quote.start, quote.end)
        if place not in numbers or citations[numbers[place] - 1].verified != supported:
            page = self._evidence[quote.evidence].page
            citations.append(self._whole.cite(page, quote.start, quote.end, score=quote.weight, supported=supported))
            numbers[place] = len(citations)
        return numbers[place]

    def estimate(self) -> Estimate:
        """Return what is still to be asked, about: notes are as long as they may be, half of the time."""
        numbered = [Numbered(_shown(piece), place) for place, piece in enumerate(self._evidence)]
        parts = [] if self._parts.fit(numbered) else list(self._parts.cut(numbered))
        requests = [self._parts.notes(part) for part in parts]
        new = [one for one in requests if not self._replying.knows(one.messages, one.most)]
        kept = len(requests) - len(new)
        if requests and not new:  # all notes are there, and so is what the summary is to be of
            numbered = [Numbered(note.text, note.place) for part in parts for note in self._on(part)]
        given = [] if new or not self._parts.fit(numbered) else numbered
        last = self._parts.summary(given, noted=bool(requests))
        sent = sum(request.tokens for request in new)
        written = sum(request.most for request in new) // 2
        if given and self._replying.knows(last.messages, last.most):
            kept += 1
        else:
            sent += last.tokens + (0 if given else sum(one.most for one in requests) // 2)
            written += last.most // 2
        settings = self._engine.settings
        known = price(settings)
        return Estimate(
            file=self._whole.shown,
            model=settings.model or EXTRACTIVE,
            pages=self._whole.document.pages,
            words=self._words,
            calls=len(requests) + 1,
            kept=kept,
            prompt_tokens=sent,
            completion_tokens=written,
            price=known.of(sent, written) if known else None,
        )


def _shown(piece: Evidence) -> str:
    """Return a passage as a model reads it: under its heading."""
    heading = piece.passage.heading
    return f"{heading}\n{piece.whole}" if heading and heading not in piece.whole else piece.whole
