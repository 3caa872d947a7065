"""A conversation about PDFs: its questions and answers, and answers as they are being written."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from pdfqa.chat_context import ChatContext, about, exchanges, options_of, save
from pdfqa.engine import Engine
from pdfqa.engine.library import Library, Named, Report
from pdfqa.errors import InvalidRequestError, WrongStateError
from pdfqa.pages import label_at
from pdfqa.passages import table_rows
from pdfqa.savable import Savable
from pdfqa.types import Answer, Citation, FileEntry, Hit, Unread
from pdfqa.types import Outcome as OutcomeName
from pdfqa.wire import Thread, Usage, VectorStore, check
from pdfqa.wire.requests import CreateMessage, CreateRun, TextPart

if TYPE_CHECKING:  # adding files loads neither numpy nor what answers questions
    from pdfqa.engine.pictures import PdfLocator
    from pdfqa.engine.runs import Outcome
    from pdfqa.search import Evidence
    from pdfqa.wire import Message, Run

_CLOSEST = 3  # passages shown where nothing was found
_NOT_FOUND = "Not found"  # how an answer begins that has found nothing


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


class Asked(Protocol):
    """What a conversation asks of whoever began it, `PDFQA`."""

    @property
    def names_files(self) -> bool:
        """Return whether some files are asked, and not everything in the home directory."""

    def prepare(self, progress: Report | bool | None = None) -> tuple[VectorStore, list[Named]]:
        """Return the vector store of exactly the files asked, read if they were not, and those files."""

    def searched(
        self, store: VectorStore, named: Sequence[Named], progress: Report | bool | None = None
    ) -> dict[str, Any]:
        """Return what a thread about some files searches, wherever that is."""

    def locator(self, sha256: str) -> PdfLocator:
        """Return what finds quotes in the PDF with this hash, and draws its pages."""


class Chat(Savable):
    """A conversation: its questions and answers are the messages of one thread; `PDFQA.chat` begins it.

    `answers` are those that were given so far, oldest first, also where it was restored.
    """

    def __init__(
        self,
        qa: Asked,
        engine: Engine,
        library: Library,
        *,
        options: Mapping[str, Any] | None = None,
        thread: Thread | None = None,
    ) -> None:
        self._qa = qa
        self._engine = engine
        self._library = library
        self._options = dict(options or {})
        self._about: list[Named] | None = None  # the files of a conversation that goes on, where no others are named
        self.thread_id = ""
        self.answers: list[Answer] = []
        if thread is not None:
            self._go_on(thread)

    def __repr__(self) -> str:
        return f"Chat({self.thread_id or 'not begun'})"

    @property
    def files(self) -> list[str]:
        """Return the files that the last question was about; none before the first."""
        thread = self._engine.thread_objects.find(self.thread_id)
        return [item.shown for item in about(self._engine, self._library, thread)] if thread else []

    def ask(self, question: str | Sequence[str], *, progress: Report | bool | None = None) -> Answer:
        """Return the answer to the next question, or to several messages together; as `PDFQA.ask`."""
        return self.stream(question, progress=progress).answer

    def stream(self, question: str | Sequence[str], *, progress: Report | bool | None = None) -> Stream:
        """Return the answer to the next question, or messages, while it is being written; as `PDFQA.stream`."""
        messages: list[str] = [*question] if isinstance(question, list | tuple) else [question]  # type: ignore[list-item]
        for message in messages or [""]:
            check_question(message)
        return Stream(self._asking(messages, progress))

    def save_context(self, path: str | os.PathLike[str]) -> ChatContext:
        """Write the ids of the conversation to a JSON file, from which `PDFQA.restore` goes on with it.

        What was said stays in the home directory.

        Raises:
            WrongStateError: Nothing has been asked yet.
            InvalidRequestError: There is a document that would be written over.
            FileWriteError: The file cannot be written.
        """
        return save(self._engine, self._library, self.thread_id, path)

    def delete(self) -> None:
        """Delete the conversation, all that was said in it; the files it was about stay read.

        The next question begins another one.
        """
        if self._engine.thread_objects.find(self.thread_id) is not None:
            self._engine.threads.delete(self.thread_id)
        self.thread_id, self.answers, self._about = "", [], None

    def _go_on(self, thread: Thread) -> None:
        """Take up a conversation that was begun before."""
        engine = self._engine
        self.thread_id = thread.id
        self._options = options_of(engine, thread)
        known = about(engine, self._library, thread)
        self._about = None if self._qa.names_files else known
        for question, message, run in exchanges(engine, thread.id):
            self.answers.append(self._answer(question, _ended(run, message), known, {}))

    def _asking(self, messages: list[str], progress: Report | bool | None) -> Generator[str, None, Answer]:
        started, engine = perf_counter(), self._engine
        store, named = self._prepared(progress)
        resources = self._qa.searched(store, named, progress)
        read = perf_counter()
        assistant = engine.assistants.default()
        wished = {**self._options, "assistant_id": assistant.id, "model": engine.settings.model}
        request = check(CreateRun, wished)
        content: Any = [TextPart(text=message) for message in messages] if len(messages) > 1 else messages[0]
        with engine.database.atomic():
            thread = engine.thread_objects.find(self.thread_id)
            if thread is None:  # the first question, or what was asked about has been forgotten
                self.thread_id = engine.threads.begin(tool_resources=resources, key=store.id).id
            elif thread.tool_resources != resources:  # files have come or gone
                engine.thread_objects.replace(msgspec.structs.replace(thread, tool_resources=resources), key=store.id)
            engine.threads.add(self.thread_id, [CreateMessage(role="user", content=content)])
            run = engine.runs.begin(self.thread_id, request)
        outcome = yield from engine.runs.working(run)
        timings = {"read": read - started, **outcome.timings, "total": perf_counter() - started}
        answer = self._answer("\n".join(messages), outcome, named, timings)
        self.answers.append(answer)
        return answer

    def _prepared(self, progress: Report | bool | None) -> tuple[VectorStore, list[Named]]:
        """Return the vector store of the files that are asked, and those."""
        if self._about:
            return self._library.store(self._about), self._about
        return self._qa.prepare(progress)

    def _answer(self, question: str, outcome: Outcome, named: Sequence[Named], timings: dict[str, float]) -> Answer:
        entries = [self._library.entry(item) for item in named]
        unread = [unread for entry in entries for unread in entry.unread]
        shown = {item.sha256: item.shown for item in named}
        usage = outcome.run.usage
        closest = [] if outcome.found else [one for one in outcome.evidence if one.document in shown][:_CLOSEST]
        return Answer(
            question=question,
            text=outcome.message.text,
            outcome=_outcome(outcome, entries, unread),
            citations=list(self._citations(outcome, shown)),
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

    def _citations(self, outcome: Outcome, shown: Mapping[str, str]) -> Iterator[Citation]:
        """Yield what the markers [1], [2] … of the answer stand for, each once."""
        for cited in {mark.text: mark.file_citation for mark in outcome.message.annotations}.values():
            sha256 = self._engine.file_objects.key(cited.file_id) or ""  # of an old answer, the file may be gone
            citation = Citation(
                file=shown.get(sha256, cited.filename or cited.file_id),
                page=cited.page,
                label=cited.label,
                quote=cited.quote,
                start=cited.start,
                end=cited.end,
                verified=cited.verified,
                score=cited.score,
                source=cited.source,
                table=cited.table,
                sha256=sha256,
            )
            yield citation.with_locator(self._qa.locator(sha256))


def _ended(run: Run, message: Message) -> Outcome:
    """Return what a run came to that was performed before."""
    from pdfqa.engine.runs import Outcome

    found = bool(message.annotations) or not message.text.startswith(_NOT_FOUND)
    return Outcome(run=run, message=message, evidence=[], found=found, timings={})


def _outcome(outcome: Outcome, entries: Sequence[FileEntry], unread: Sequence[Unread]) -> OutcomeName:
    """Return how it went; where most pages gave no text, an answer that was not found may well be there."""
    if outcome.found:
        return "answered"
    missing = sum(len(part.pages) for part in unread)
    return "unreadable" if 2 * missing > sum(entry.pages for entry in entries) else "not_found"


def hit(piece: Evidence, shown: str, *, explain: bool = False) -> Hit:
    """Return a passage that was found as a value, with its file called as the user calls it."""
    parts = {
        "keyword": piece.keyword,
        "vector": piece.vector,
        "terms": list(piece.terms),
        "words": piece.spelled() if explain else [],
    }
    return Hit(
        file=shown,
        page=piece.page.number,
        label=label_at(piece.page, piece.passage.start),
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
        raise InvalidRequestError("the question is empty", hint="Ask something, in words.", param="question")
