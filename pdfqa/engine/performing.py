"""Performing a run: from its question to its last state, as a generator of the events that tell of it.

Nothing is told before it is kept, but that the run is in progress and the text that a model is just writing. What
takes long is kept while it lasts; a run that only quotes is kept once, at its end. So whoever stops in the middle, by
closing the generator or by dying, leaves a run that can be performed again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from time import monotonic, perf_counter, sleep
from typing import Any

import msgspec

from pdfqa.engine import events
from pdfqa.engine.answering import Called, Finished, Happening, Searched, Written, answer
from pdfqa.engine.context import Engine
from pdfqa.engine.ending import ACTIVE, End, end, reason, spent
from pdfqa.engine.resources import stores
from pdfqa.engine.steps import calls_functions, function_calls, search_call, visible, with_outputs
from pdfqa.engine.turns import question
from pdfqa.errors import PdfqaError, StoppedError
from pdfqa.wire import Annotation, Event, LastError, Message, Run, RunStep, Text, TextContent, Thread, Usage

WAIT = 60.0  # seconds for which a run waits for the files of its thread, as on the wire
MOST_ATTEMPTS = 3
_LOOK = 0.05  # seconds between looks whether files have been read, and whether the run is still wanted

replace = msgspec.structs.replace


class _OverError(Exception):
    """Somebody else has ended the run, or its thread is gone: there is nothing left to do or to tell."""


class _EndedError(Exception):
    """The run has to end now."""

    def __init__(self, status: End) -> None:
        super().__init__(status)
        self.status = status


class Performance:
    """One go at a run; what it came to is in its attributes.

    Args:
        engine: The engine, as the run's owner sees it.
        run: The run.
        include: What the events of steps are to include.
        attempts: How many goes there were before.
        boxes: Whether citations say where on their page they stand.
        leave: Called just before the run stops being performed, which others see at once.
    """

    def __init__(
        self,
        engine: Engine,
        run: Run,
        *,
        include: Sequence[str] = (),
        attempts: int = 0,
        boxes: bool = True,
        leave: Callable[[], object] = bool,
    ) -> None:
        self.run = run
        self.message: Message | None = None
        self.searched: Searched | None = None
        self.finished: Finished | None = None
        self.error: Exception | None = None
        self.timings: dict[str, float] = {}
        self._engine = engine
        self._include = include
        self._attempts = attempts
        self._boxes = boxes
        self._leave = leave
        self._lasts = engine.model_for(run.model) is not None
        self._step: RunStep | None = None  # in which the message is written
        self._text = ""
        self._started: int | None = run.started_at
        self._kept = False  # whether message and step are stored
        self._looked = self._clock = perf_counter()
        self._unwanted_because: Exception | None = None
        self._known: list[str] = []  # the steps that the run has, as far as we know
        self._writes: list[Callable[[], object]] = []
        self._events: list[Event] = []

    def events(self) -> Generator[Event, None, None]:
        """Perform the run; yield what happens."""
        self._known = self._steps_now()
        try:
            yield from self._perform()
        except _OverError:
            return
        except _EndedError as ended:
            yield from self._end(ended.status)
        except PdfqaError as error:
            self.error = error
            yield from self._end("failed", reason(error))
        except Exception as error:  # a fault of ours must not leave behind a run that never ends
            import logging  # which a question need not wait for

            logging.getLogger("pdfqa.runs").exception("%s failed", self.run.id)
            self.error = error
            told = f"A fault in pdfqa ended the run: {type(error).__name__}."
            yield from self._end("failed", LastError(code="server_error", message=told))

    def _perform(self) -> Iterator[Event]:
        stored = self._checked()
        if self._attempts >= MOST_ATTEMPTS:
            raise PdfqaError(f"The run was interrupted {self._attempts} times.")
        thread = self._engine.thread_objects.find(stored.thread_id)
        if thread is None:
            raise _OverError
        steps = self._steps_before()
        self._started = stored.started_at or self._engine.now()
        begun: dict[str, Any] = {"status": "in_progress", "started_at": self._started}
        waits = self._is_being_read(thread)
        if self._lasts or waits:
            yield from self._flush(**begun)
        yield events.of_run(replace(stored, **begun))
        if waits:
            with self._engine.jobs.resting():
                self._wait(thread)
        asked = question(self._engine, thread, stored, steps, boxes=self._boxes)
        try:
            for happening in answer(self._engine, asked, stop=self._unwanted if self._lasts else None):
                yield from self._on(happening)
        except StoppedError:
            raise self._unwanted_because or _OverError from None

    def _checked(self) -> Run:
        """Return the run as it is stored.

        Raises:
            _OverError: Somebody else has ended it.
            _EndedError: It has to end.
        """
        stored = self._engine.run_objects.find(self.run.id, parent=self.run.thread_id)
        if stored is None or stored.status not in ACTIVE or stored.status == "requires_action":
            raise _OverError
        if stored.status == "cancelling":
            raise _EndedError("cancelled")
        if stored.expires_at is not None and stored.expires_at <= self._engine.now():
            raise _EndedError("expired")
        return stored

    def _unwanted(self) -> bool:
        """Return whether the run has to end, or has been ended; it is not looked for that at every word."""
        now = perf_counter()
        if now - self._looked < _LOOK:
            return False
        self._looked = now
        try:
            self._checked()
        except (_OverError, _EndedError) as error:
            self._unwanted_because = error
            return True
        return False

    def _steps_before(self) -> list[RunStep]:
        """Return the steps up to the last call of functions; what an interrupted go left after it is removed."""
        engine, run = self._engine, self.run
        steps = engine.step_objects.all(parent=run.id)
        called = [place for place, step in enumerate(steps, start=1) if calls_functions(step)]
        kept = steps[: called[-1]] if called else []
        if len(kept) < len(steps):
            for step in steps[len(kept) :]:
                self._writes.append(_call(engine.step_objects.delete, step.id, parent=run.id))
            for message in engine.message_objects.list(parent=run.thread_id, tag=run.id, limit=100).data:
                if message.status == "in_progress":
                    self._writes.append(_call(engine.message_objects.delete, message.id, parent=run.thread_id))
        return kept

    def _is_being_read(self, thread: Thread) -> bool:
        entries = self._engine.store_file_objects
        return any(entries.tally(parent=store).get("in_progress") for store in stores(thread.tool_resources))

    def _wait(self, thread: Thread) -> None:
        """Wait until the files of the thread's vector store have been read; not for ever."""
        until = monotonic() + WAIT
        while self._is_being_read(thread) and monotonic() < until:
            self._checked()
            sleep(_LOOK)

    def _on(self, happening: Happening) -> Iterator[Event]:
        if isinstance(happening, Searched):
            self._on_searched(happening)
            yield from self._flush() if self._lasts else ()
        elif isinstance(happening, Written):
            yield from self._on_written(happening)
        elif isinstance(happening, Called):
            yield from self._on_called(happening)
        else:
            yield from self._on_finished(happening)

    def _on_searched(self, happening: Searched) -> None:
        self.searched = happening
        self.timings["search"] = perf_counter() - self._clock
        step = self._new_step(
            "tool_calls",
            {"type": "tool_calls", "tool_calls": [search_call(happening, self.run)]},
            status="completed",
            completed_at=self._engine.now(),
            usage=Usage(),
        )
        self._add_calls(step)
        self._events.append(events.of_step(visible(step, self._include)))

    def _on_written(self, happening: Written) -> Iterator[Event]:
        if self.message is None:
            self._begin_message()
            if self._lasts:
                yield from self._flush()
                self._kept = True
        self._text += happening.text
        if self.message is not None:
            self._events.append(events.of_text(self.message.id, happening.text))
        if self._lasts:
            told, self._events = self._events, []
            yield from told

    def _on_called(self, happening: Called) -> Iterator[Event]:
        self._end_message(self._text, [], Usage())
        calls = function_calls(happening.calls)
        details = {"type": "tool_calls", "tool_calls": with_outputs(calls, {})}
        self._add_calls(self._new_step("tool_calls", details, usage=happening.usage))
        action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
        yield from self._flush(last=True, status="requires_action", required_action=action)
        yield from (events.of_run(self.run), events.DONE)

    def _on_finished(self, happening: Finished) -> Iterator[Event]:
        self.finished = happening
        if self.message is None and (happening.text or not happening.incomplete):
            self._begin_message()
        marks = [
            Annotation(
                text=happening.text[cited.start : cited.end],
                start_index=cited.start,
                end_index=cited.end,
                file_citation=cited.citation,
            )
            for cited in happening.citations
        ]
        self._end_message(happening.text, marks, happening.usage, cut=happening.incomplete is not None)
        done: dict[str, Any] = {"status": "completed", "completed_at": self._engine.now()}
        if happening.incomplete:
            done = {"status": "incomplete", "incomplete_details": {"reason": happening.incomplete}}
        used = happening.usage
        yield from self._flush(last=True, expires_at=None, usage=used, **done)
        self.timings["answer"] = perf_counter() - self._clock - self.timings.get("search", 0.0)
        yield from (events.of_run(self.run), events.DONE)

    def _begin_message(self) -> None:
        engine, run = self._engine, self.run
        message = Message(
            id=engine.new_id("msg_"),
            created_at=engine.now(),
            thread_id=run.thread_id,
            status="in_progress",
            role="assistant",
            content=[],
            assistant_id=run.assistant_id,
            run_id=run.id,
            attachments=[],
        )
        creation = {"type": "message_creation", "message_creation": {"message_id": message.id}}
        step = self._new_step("message_creation", creation)
        self.message, self._step, self._text = message, step, ""
        self._writes += [
            _call(engine.message_objects.insert, message, parent=run.thread_id),
            _call(engine.step_objects.insert, step, parent=run.id),
        ]
        self._events += [
            events.of_step(step, "created"),
            events.of_step(step),
            events.of_message(message, "created"),
            events.of_message(message),
        ]

    def _end_message(self, text: str, marks: list[Annotation], used: Usage, *, cut: bool = False) -> None:
        """Give the message that is being written, if there is one, its last state."""
        message, step, now = self.message, self._step, self._engine.now()
        if message is None or step is None:
            return
        state: dict[str, Any] = {"status": "completed", "completed_at": now}
        if cut:
            state = {"status": "incomplete", "incomplete_at": now, "incomplete_details": {"reason": "max_tokens"}}
        content = [TextContent(text=Text(value=text, annotations=marks))]
        self.message = replace(message, content=content, **state)
        step = replace(step, status="completed", completed_at=now, usage=used)
        self._writes.append(_call(self._keep, self.message, step))
        if marks:
            self._events.append(events.of_annotations(message.id, marks))
        self._events += [events.of_message(self.message), events.of_step(step)]
        self._step = None

    def _keep(self, message: Message, step: RunStep) -> None:
        """Store a message and the step that wrote it, with the metadata that they have been given meanwhile."""
        engine = self._engine
        stored = engine.message_objects.get(message.id, parent=message.thread_id)
        self.message = engine.message_objects.replace(
            replace(message, metadata=stored.metadata), parent=message.thread_id
        )
        engine.step_objects.replace(step, parent=step.run_id)

    def _new_step(self, type_: Any, details: dict[str, Any], **fields: Any) -> RunStep:
        engine, run = self._engine, self.run
        return RunStep(
            id=engine.new_id("step_"),
            created_at=engine.now(),
            assistant_id=run.assistant_id,
            thread_id=run.thread_id,
            run_id=run.id,
            type=type_,
            step_details=details,
            **fields,
        )

    def _add_calls(self, step: RunStep) -> None:
        """Keep a step that calls tools, and tell of its beginning."""
        self._writes.append(_call(self._engine.step_objects.insert, step, parent=step.run_id))
        empty = {"type": "tool_calls", "tool_calls": []}
        begun = replace(step, status="in_progress", completed_at=None, step_details=empty, usage=None)
        self._events += [events.of_step(begun, "created"), events.of_step(begun), events.of_calls(step)]

    def _flush(self, *, last: bool = False, **changes: Any) -> Iterator[Event]:
        """Store what has happened, together, and yield what tells of it."""
        engine = self._engine
        with engine.database.atomic():
            stored = self._checked()
            if self._steps_now() != self._known:
                raise _OverError
            told = self._written()
            known = self._steps_now()
            if "usage" in changes:
                changes["usage"] = spent(engine, stored)
            self.run = replace(stored, **{"started_at": self._started, **changes})
            engine.run_objects.replace(self.run, parent=stored.thread_id)
            if last:
                self._done()
        self._known = known
        yield from told

    def _end(self, status: End, error: LastError | None = None) -> Iterator[Event]:
        """End the run otherwise than well, with what it has done so far."""
        engine = self._engine
        with engine.database.atomic():
            stored = engine.run_objects.find(self.run.id, parent=self.run.thread_id)
            if stored is None or stored.status not in ACTIVE:
                return
            if stored.status == "cancelling":
                status, error = "cancelled", None
            if self._steps_now() != self._known:
                if status == "failed":  # that is no longer ours to say
                    return
                self._writes, self._events = [], []
            before = self._written()
            self.run, told = end(engine, stored, status, error=error, text=self._text if self._step else "")
            self._done()
        yield from before
        yield from told

    def _written(self) -> list[Event]:
        """Store what waits to be, and return the events that wait for it; if that fails, neither is tried again."""
        writes, self._writes = self._writes, []
        told, self._events = self._events, []
        for write in writes:
            write()
        return told

    def _steps_now(self) -> list[str]:
        """Return the steps that the run has; others than we know show that another process has taken it over."""
        return [step.id for step in self._engine.step_objects.all(parent=self.run.id)]

    def _done(self) -> None:
        self._engine.jobs.done(self._engine.run_kind, self.run.id, parent=self.run.thread_id)
        self._leave()


def _call(function: Callable[..., object], *args: Any, **options: Any) -> Callable[[], object]:
    return lambda: function(*args, **options)
