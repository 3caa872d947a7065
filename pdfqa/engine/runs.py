"""Runs: a thread's last question is searched for, answered, proved and written down."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import msgspec

from pdfqa.answer import Draft, Quote, extract
from pdfqa.engine.context import Engine
from pdfqa.errors import InvalidRequestError, PdfqaError, StorageError
from pdfqa.search import Evidence
from pdfqa.verify import stands
from pdfqa.wire import Annotation, Assistant, FileCitation, LastError, Message, Run, RunStep, Thread, Usage

PASSAGES = 8  # that are looked through for the answer
THRESHOLD = 0.5  # confidence below which nothing was found
_EXPIRES = 600  # seconds, as on the wire
_SHORT = 6  # words; a follow-up that is no longer is read together with the question before
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

replace = msgspec.structs.replace


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found: the draft, its evidence, and seconds spent on each part."""

    run: Run
    message: Message
    draft: Draft
    evidence: list[Evidence]
    found: bool
    timings: dict[str, float]


class Runs:
    """The operations on runs and their steps."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, thread_id: str, assistant: Assistant) -> Run:
        """Record that an assistant is to answer a thread; `work` does it."""
        engine, now = self._engine, self._engine.now()
        engine.thread_objects.get(thread_id)
        run = Run(
            id=engine.new_id("run_"),
            created_at=now,
            expires_at=now + _EXPIRES,
            thread_id=thread_id,
            assistant_id=assistant.id,
            model=assistant.model,
            instructions=assistant.instructions or "",
            tools=assistant.tools,
        )
        return engine.run_objects.insert(run, parent=thread_id)

    def get(self, thread_id: str, run_id: str) -> Run:
        """Return a run."""
        return self._engine.run_objects.get(run_id, parent=thread_id)

    def steps(self, run_id: str) -> list[RunStep]:
        """Return a run's steps, oldest first."""
        return self._engine.step_objects.all(parent=run_id)

    def work(self, run: Run) -> Outcome:
        """Answer: search, choose the sentences, prove them, and store steps, message and run together.

        A run that cannot be finished is recorded as failed, with the reason.
        """
        try:
            return self._work(run)
        except PdfqaError as error:
            reason = LastError(code="server_error", message=error.message)
            failed = replace(run, status="failed", failed_at=self._engine.now(), last_error=reason)
            with contextlib.suppress(StorageError):  # the reason may be that nothing can be written
                self._engine.run_objects.replace(failed, parent=run.thread_id)
            raise

    def _work(self, run: Run) -> Outcome:
        engine = self._engine
        started, clock = engine.now(), perf_counter()
        thread = engine.threads.get_thread(run.thread_id)
        question = self._question(thread)
        found = engine.vector_stores.search(_store(thread), question, k=PASSAGES)
        evidence = found.evidence
        searched = perf_counter()
        draft = extract(question, found.terms, evidence, engine.embedder)
        files = self._files(thread, evidence)
        citations = [self._prove(evidence[quote.evidence], quote, files) for quote in draft.quotes]
        answered = draft.confidence >= THRESHOLD and any(citation.verified for citation in citations)
        text = draft.text if answered else self._not_found(thread)
        run = replace(run, status="completed", started_at=started, completed_at=engine.now(), usage=Usage())
        with engine.database.atomic():
            message = engine.threads.add_message(
                thread.id,
                text,
                role="assistant",
                annotations=_annotations(text, citations) if answered else [],
                assistant_id=run.assistant_id,
                run_id=run.id,
            )
            for step in self._steps(run, message, evidence, files):
                engine.step_objects.insert(step, parent=run.id)
            engine.run_objects.replace(run, parent=thread.id)
        return Outcome(
            run=run,
            message=message,
            draft=draft,
            evidence=evidence,
            found=answered,
            timings={"search": searched - clock, "answer": perf_counter() - searched},
        )

    def _not_found(self, thread: Thread) -> str:
        several = len(self._engine.vector_stores.files(_store(thread))) > 1
        return f"Not found in the document{'s' if several else ''}."

    def _question(self, thread: Thread) -> str:
        """Return the thread's last question; a short follow-up is joined to the question before it."""
        asked = [message.text for message in self._engine.threads.messages(thread.id) if message.role == "user"]
        if not asked:
            raise InvalidRequestError(f"{thread.id} has no question yet", hint="Add a message first.")
        if len(asked) > 1 and len(asked[-1].split()) <= _SHORT:
            # A year asked now takes the place of the one asked before.
            earlier = _YEAR.sub("", asked[-2]) if _YEAR.search(asked[-1]) else asked[-2]
            return f"{earlier} {asked[-1]}"
        return asked[-1]

    def _files(self, thread: Thread, evidence: list[Evidence]) -> dict[str, tuple[str, str]]:
        """Return the id and the name of the store's file for each document of the evidence."""
        engine, result = self._engine, {}
        inside = {entry.id for entry in engine.vector_stores.files(_store(thread))} if evidence else set()
        for sha256 in {piece.document for piece in evidence}:
            file = next(file for file in engine.file_objects.with_key(sha256) if file.id in inside)
            result[sha256] = (file.id, file.filename)
        return result

    def _prove(self, piece: Evidence, quote: Quote, files: dict[str, tuple[str, str]]) -> FileCitation:
        """Return the citation of a quote, with whether it stands in the stored text of its page."""
        page = piece.page
        return FileCitation(
            file_id=files[piece.document][0],
            page=page.number,
            label=page.label,
            quote=quote.text,
            start=quote.start,
            end=quote.end,
            verified=stands(quote.text, page.text, quote.start, quote.end),
            score=round(quote.weight, 4),
        )

    def _steps(
        self, run: Run, message: Message, evidence: list[Evidence], files: dict[str, tuple[str, str]]
    ) -> Iterator[RunStep]:
        results = [_result(piece, files) for piece in evidence]
        ranking = {"ranker": "default_2024_08_21", "score_threshold": 0.0}
        call = {
            "id": self._engine.new_id("call_"),
            "type": "file_search",
            "file_search": {"ranking_options": ranking, "results": results},
        }
        yield self._step(run, "tool_calls", {"type": "tool_calls", "tool_calls": [call]})
        creation = {"type": "message_creation", "message_creation": {"message_id": message.id}}
        yield self._step(run, "message_creation", creation)

    def _step(self, run: Run, type_: Any, details: dict[str, Any]) -> RunStep:
        engine = self._engine
        return RunStep(
            id=engine.new_id("step_"),
            created_at=engine.now(),
            completed_at=engine.now(),
            assistant_id=run.assistant_id,
            thread_id=run.thread_id,
            run_id=run.id,
            type=type_,
            status="completed",
            step_details=details,
            usage=Usage(),
        )


def _store(thread: Thread) -> str:
    resources = (thread.tool_resources or {}).get("file_search", {})
    ids = resources.get("vector_store_ids") or []
    if not ids:
        raise InvalidRequestError(
            f"{thread.id} has no vector store to search", hint="Give the thread one in tool_resources.file_search."
        )
    return str(ids[0])


def _result(piece: Evidence, files: dict[str, tuple[str, str]]) -> dict[str, Any]:
    file_id, name = files[piece.document]
    return {
        "file_id": file_id,
        "file_name": name,
        "score": piece.score,
        "content": [{"type": "text", "text": piece.text}],
        "page": piece.page.number,
        "label": piece.page.label,
    }


def _annotations(text: str, citations: list[FileCitation]) -> list[Annotation]:
    """Return the annotation of each marker [n] of a text."""
    found, position = [], 0
    for number, citation in enumerate(citations, start=1):
        marker = f"[{number}]"
        # Ours ends its line; one inside a quote is the document's own.
        position = f"{text}\n".find(f"{marker}\n", position)
        if position >= 0:
            found.append(
                Annotation(text=marker, start_index=position, end_index=position + len(marker), file_citation=citation)
            )
            position += len(marker)
    return found
