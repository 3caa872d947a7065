"""A conversation about PDFs: its questions and answers, and answers as they are being written."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

import msgspec

from pdfqa.engine import Engine
from pdfqa.engine.library import Library, Named, Report
from pdfqa.errors import InvalidRequestError, WrongStateError
from pdfqa.passages import table_rows
from pdfqa.types import Answer, Citation, FileEntry, Hit, Unread
from pdfqa.types import Outcome as OutcomeName
from pdfqa.wire import Usage
from pdfqa.wire.requests import CreateMessage, CreateRun

if TYPE_CHECKING:  # adding files loads neither numpy nor what answers questions
    from pdfqa.engine.runs import Outcome
    from pdfqa.qa import PDFQA
    from pdfqa.search import Evidence

_CLOSEST = 3  # passages shown where nothing was found


class Stream(Iterator[str]):
    """An answer while it is being written: an iterator over its pieces; then `answer` is the whole of it.

    What its last piece ends with may not be the end of `answer.text`: marks of citations may come after it. Left
    half-way, it is cancelled by `close`.
    """

    def __init__(self, pieces: Generator[str, None, Answer]) -> None:
        self._pieces = pieces
        self._answer: Answer | None = None

    def __next__(self) -> str:
        try:
            return next(self._pieces)
        except StopIteration as end:
            self._answer = end.value or self._answer
            raise StopIteration from None

    @property
    def answer(self) -> Answer:
        """Return the whole answer; what is still to be written is waited for.

        Raises:
            PdfqaError: There is none: the stream was closed, or has failed.
        """
        for _ in self:
            pass
        if self._answer is None:
            raise WrongStateError("this answer was given up before its end", hint="Ask again.")
        return self._answer

    def close(self) -> None:
        """Give the answer up; whoever writes it stops."""
        self._pieces.close()


class Chat:
    """A conversation: its questions and answers are the messages of one thread; `PDFQA.chat` begins it."""

    def __init__(self, qa: PDFQA, engine: Engine, library: Library) -> None:
        self._qa = qa
        self._engine = engine
        self._library = library
        self.thread_id = ""

    def __repr__(self) -> str:
        return f"Chat({self.thread_id or 'not begun'})"

    def ask(self, question: str, *, progress: Report | bool | None = None) -> Answer:
        """Return the answer to the next question; as `PDFQA.ask`."""
        return self.stream(question, progress=progress).answer

    def stream(self, question: str, *, progress: Report | bool | None = None) -> Stream:
        """Return the answer to the next question while it is being written; as `PDFQA.stream`."""
        check_question(question)
        return Stream(self._asking(question, progress))

    def _asking(self, question: str, progress: Report | bool | None) -> Generator[str, None, Answer]:
        started, engine = perf_counter(), self._engine
        store, named = self._qa.prepare(progress)
        read = perf_counter()
        with engine.database.atomic():
            resources = {"file_search": {"vector_store_ids": [store.id]}}
            thread = engine.thread_objects.find(self.thread_id)
            if thread is None:  # the first question, or what was asked about has been forgotten
                self.thread_id = engine.threads.begin(tool_resources=resources, key=store.id).id
            elif thread.tool_resources != resources:  # files have come or gone
                engine.thread_objects.replace(msgspec.structs.replace(thread, tool_resources=resources), key=store.id)
            engine.threads.add(self.thread_id, [CreateMessage(role="user", content=question)])
            assistant = engine.assistants.default()
            run = engine.runs.begin(self.thread_id, CreateRun(assistant_id=assistant.id, model=engine.settings.model))
        outcome = yield from engine.runs.working(run)
        timings = {"read": read - started, **outcome.timings, "total": perf_counter() - started}
        return self._answer(question, outcome, named, timings)

    def _answer(self, question: str, outcome: Outcome, named: Sequence[Named], timings: dict[str, float]) -> Answer:
        entries = [self._library.entry(item) for item in named]
        unread = [unread for entry in entries for unread in entry.unread]
        shown = {item.sha256: item.shown for item in named}
        usage = outcome.run.usage
        closest = [] if outcome.found else outcome.evidence[:_CLOSEST]
        return Answer(
            question=question,
            text=outcome.message.text,
            outcome=_outcome(outcome, entries, unread),
            citations=list(self._citations(outcome, {item.sha256: item for item in named})),
            thread_id=outcome.run.thread_id,
            run_id=outcome.run.id,
            model=outcome.run.model,
            usage=msgspec.to_builtins(usage) if usage else {},
            price=self._price(usage),
            confidence=None if outcome.confidence is None else round(outcome.confidence, 4),
            timings={name: round(seconds, 4) for name, seconds in timings.items()},
            closest=[
                hit(piece, shown[piece.document]).with_locator(self._qa.locator(piece.document)) for piece in closest
            ],
            unread=unread,
        )

    def _price(self, usage: Usage | None) -> float | None:
        """Return what the tokens cost, in dollars, where that is known."""
        if usage is None or not usage.total_tokens:
            return None
        from pdfqa import prices  # most answers cost nothing

        known = prices.price(self._engine.settings)
        return known.of(usage.prompt_tokens, usage.completion_tokens) if known else None

    def _citations(self, outcome: Outcome, named: dict[str, Named]) -> Iterator[Citation]:
        """Yield what the markers [1], [2] … of the answer stand for, each once."""
        for cited in {mark.text: mark.file_citation for mark in outcome.message.annotations}.values():
            item = named[self._engine.files.sha256(cited.file_id)]
            citation = Citation(
                file=item.shown,
                page=cited.page,
                label=cited.label,
                quote=cited.quote,
                start=cited.start,
                end=cited.end,
                verified=cited.verified,
                score=cited.score,
                source=cited.source,
                table=cited.table,
                sha256=item.sha256,
            )
            yield citation.with_locator(self._qa.locator(item.sha256))


def _outcome(outcome: Outcome, entries: Sequence[FileEntry], unread: Sequence[Unread]) -> OutcomeName:
    """Return how it went; where most pages gave no text, an answer that was not found may well be there."""
    if outcome.found:
        return "answered"
    missing = sum(len(part.pages) for part in unread)
    return "unreadable" if 2 * missing > sum(entry.pages for entry in entries) else "not_found"


def hit(piece: Evidence, shown: str, *, explain: bool = False) -> Hit:
    """Return a passage that was found as a value, with its file called as the user calls it."""
    parts = {"keyword": piece.keyword, "vector": piece.vector, "terms": list(piece.terms)}
    return Hit(
        file=shown,
        page=piece.page.number,
        label=piece.page.label,
        score=piece.score,
        text=piece.text,
        start=piece.passage.start,
        end=piece.passage.end,
        heading=piece.passage.heading,
        source="ocr" if piece.page.source == "ocr" else "text",
        table=table_rows(piece.page, piece.passage.start, piece.passage.end),
        explain=parts if explain else msgspec.UNSET,
    )


def check_question(question: str) -> None:
    """Refuse what is no question.

    Raises:
        InvalidRequestError: It is empty, or no text.
    """
    if not isinstance(question, str):
        raise InvalidRequestError(
            f"the question is of type {type(question).__name__}", hint="Give a string.", param="question"
        )
    try:
        question.encode()
    except UnicodeEncodeError as error:
        raise InvalidRequestError(
            "the question is no valid text",
            hint="Type it again; the terminal may use another encoding.",
            param="question",
        ) from error
    if not question.strip():
        raise InvalidRequestError(
            "the question is empty", hint='Ask something: pdfqa ask report.pdf "…"', param="question"
        )
