"""Runs: a thread's last question is to be answered. What they do is in `performing`, what they end in, in `ending`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from pdfqa.engine import events
from pdfqa.engine.answering import check_format
from pdfqa.engine.channels import Channel
from pdfqa.engine.context import Engine
from pdfqa.engine.ending import ACTIVE, end
from pdfqa.engine.performing import Performance
from pdfqa.engine.resources import resources, tools
from pdfqa.engine.steps import visible, with_outputs
from pdfqa.errors import InvalidValueError, ObjectNotFoundError, PdfqaError, StorageError, WrongStateError
from pdfqa.search import Evidence
from pdfqa.store import Job
from pdfqa.wire import Assistant, Event, ListRequest, Message, ObjectPage, Run, RunStep
from pdfqa.wire.base import ModifyMetadata
from pdfqa.wire.requests import (
    CreateRun,
    CreateThread,
    CreateThreadAndRun,
    GetRunStep,
    ListRunSteps,
    RunOptions,
    SubmitToolOutputs,
)

EXPIRES = 600  # seconds after which a run that has not ended does, as on the wire
_PERFORMED = ("queued", "in_progress", "cancelling")  # states in which there is something to be done

replace = msgspec.structs.replace


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to: its message, the evidence, whether it found an answer, and seconds spent on each part."""

    run: Run
    message: Message
    evidence: list[Evidence]
    found: bool
    timings: dict[str, float]
    confidence: float | None = None


class Runs:
    """The operations on runs and their steps. A thread has one active run at most."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.run_objects
        self._steps = engine.step_objects

    def create(self, thread_id: str, request: CreateRun) -> Run | Channel:
        """Return a new run, which will be performed, or the channel of its events.

        Raises:
            ObjectNotFoundError: The thread or the assistant is not there.
            WrongStateError: The thread has an active run.
        """
        engine, run_id = self._engine, self._engine.new_id("run_")
        with self._channel(run_id, stream=request.stream, include=request.include) as channel:
            with engine.database.atomic():
                run = self.begin(thread_id, request, run_id=run_id)
                self._submit(run, channel, [Event(event="thread.run.created", data=run)])
            return channel or run

    def create_with_thread(self, request: CreateThreadAndRun) -> Run | Channel:
        """Return a new run on a new thread, or the channel of its events."""
        engine, run_id = self._engine, self._engine.new_id("run_")
        with self._channel(run_id, stream=request.stream) as channel:
            with engine.database.atomic():
                thread = engine.threads.create(request.thread or CreateThread())
                run = self.begin(thread.id, request, run_id=run_id)
                created = [Event(event="thread.created", data=thread), Event(event="thread.run.created", data=run)]
                self._submit(run, channel, created)
            return channel or run

    def get(self, thread_id: str, run_id: str) -> Run:
        """Return a run; one whose time is over has expired."""
        return self._settled(self._objects.get(run_id, parent=thread_id))

    def list(self, thread_id: str, request: ListRequest) -> ObjectPage[Run]:
        """Return one page of a thread's runs."""
        self._engine.thread_objects.get(thread_id)
        page = self._objects.list(
            parent=thread_id, limit=request.limit, order=request.order, after=request.after, before=request.before
        )
        return replace(page, data=[self._settled(run) for run in page.data])

    def modify(self, thread_id: str, run_id: str, request: ModifyMetadata) -> Run:
        """Return a run with new metadata."""
        with self._engine.database.atomic():
            run = self.get(thread_id, run_id)
            if request.metadata is not UNSET:
                run = replace(run, metadata=request.metadata or {})
            return self._objects.replace(run, parent=thread_id)

    def cancel(self, thread_id: str, run_id: str) -> Run:
        """Return a run that has been cancelled, or that will be as soon as it notices.

        Raises:
            WrongStateError: It has ended.
        """
        engine = self._engine
        with engine.database.atomic():
            run = self.get(thread_id, run_id)
            if run.status == "cancelling":
                return run
            if run.status not in ACTIVE:
                raise WrongStateError(f"Cannot cancel run with status '{run.status}'.")
            if run.status == "in_progress":
                run = self._objects.replace(replace(run, status="cancelling"), parent=thread_id)
                channel = engine.channels.find(run_id)
                if channel is not None:
                    channel.put(events.of_run(run))
                return run
            return self._end(run, "cancelled")

    def submit_tool_outputs(self, thread_id: str, run_id: str, request: SubmitToolOutputs) -> Run | Channel:
        """Return a run that goes on with what functions returned, or the channel of its events.

        Raises:
            WrongStateError: It waits for no outputs.
            InvalidValueError: They are not those that it waits for.
        """
        with self._engine.database.atomic():
            run = self.get(thread_id, run_id)
            if run.status != "requires_action":
                raise WrongStateError(f"Runs in status '{run.status}' do not accept tool outputs.")
            step = self._with_outputs(run, request)
            run = replace(run, status="queued", required_action=None)
            self._objects.replace(run, parent=thread_id)
            # Opened where nobody else can be about to do the same.
            with self._channel(run_id, stream=request.stream) as channel:
                self._submit(run, channel, [events.of_step(step)])
        return channel or run

    def list_steps(self, thread_id: str, run_id: str, request: ListRunSteps) -> ObjectPage[RunStep]:
        """Return one page of a run's steps."""
        self.get(thread_id, run_id)
        page = self._steps.list(
            parent=run_id, limit=request.limit, order=request.order, after=request.after, before=request.before
        )
        return replace(page, data=[visible(step, request.include) for step in page.data])

    def get_step(self, thread_id: str, run_id: str, step_id: str, request: GetRunStep) -> RunStep:
        """Return a step of a run."""
        self.get(thread_id, run_id)
        return visible(self._steps.get(step_id, parent=run_id), request.include)

    def active(self, thread_id: str) -> Run | None:
        """Return the run of a thread that has not ended, if there is one: it is the latest."""
        latest = self._objects.list(parent=thread_id, limit=1).data
        run = self._settled(latest[0]) if latest else None
        return run if run is not None and run.status in ACTIVE else None

    def begin(self, thread_id: str, request: RunOptions, *, run_id: str = "") -> Run:
        """Return a new run that nobody performs yet; in the caller's transaction."""
        engine, now = self._engine, self._engine.now()
        engine.thread_objects.get(thread_id)
        assistant = self._assistant(request.assistant_id)
        active = self.active(thread_id)
        if active is not None:
            raise WrongStateError(
                f"Thread {thread_id} already has an active run {active.id}.",
                hint="Wait until it has ended, or cancel it.",
            )
        if isinstance(request, CreateRun) and request.additional_messages:
            engine.threads.add(thread_id, request.additional_messages, field="additional_messages")
        run = Run(
            id=run_id or engine.new_id("run_"),
            created_at=now,
            expires_at=now + EXPIRES,
            thread_id=thread_id,
            assistant_id=assistant.id,
            **self._options(request, assistant),
        )
        _check_choice(run)
        if engine.hosted is not None:
            from pdfqa.engine.hosted import check  # most runs are performed here

            check(run)
        check_format(engine, run.model, run.response_format)
        return self._objects.insert(run, parent=thread_id)

    def _assistant(self, assistant_id: str) -> Assistant:
        assistant = self._engine.assistant_objects.find(assistant_id)
        if assistant is None:
            raise ObjectNotFoundError(f"No assistant found with id '{assistant_id}'.", param="assistant_id")
        return assistant

    def _options(self, request: RunOptions, assistant: Assistant) -> dict[str, Any]:
        """Return a run's fields: what was asked for, else what the assistant has."""
        plain: dict[str, Any] = msgspec.to_builtins(
            {name: getattr(request, name) for name in ("truncation_strategy", "tool_choice", "response_format")}
        )
        own = request.instructions if request.instructions is not None else assistant.instructions
        more = request.additional_instructions if isinstance(request, CreateRun) else None
        given = request.tool_resources if isinstance(request, CreateThreadAndRun) else None
        effort = request.reasoning_effort if isinstance(request, CreateRun) else None
        return {
            "model": request.model or assistant.model,
            "instructions": "\n".join(part for part in (own, more) if part),
            "tools": assistant.tools if request.tools is None else tools(request.tools),
            "tool_resources": resources(self._engine, given) if given else assistant.tool_resources,
            "metadata": request.metadata or {},
            "temperature": assistant.temperature if request.temperature is None else request.temperature,
            "top_p": assistant.top_p if request.top_p is None else request.top_p,
            "max_prompt_tokens": request.max_prompt_tokens,
            "max_completion_tokens": request.max_completion_tokens,
            "truncation_strategy": plain["truncation_strategy"] or {"type": "auto", "last_messages": None},
            "tool_choice": plain["tool_choice"] or "auto",
            "parallel_tool_calls": request.parallel_tool_calls,
            "response_format": plain["response_format"] or assistant.response_format,
            "reasoning_effort": effort or assistant.reasoning_effort,
        }

    def _submit(self, run: Run, channel: Channel | None, told: Sequence[Event]) -> None:
        """Have a run performed, and tell of what has happened; in the caller's transaction."""
        self._engine.jobs.add(self._engine.run_kind, run.id, parent=run.thread_id, owner=self._engine.owner)
        if channel is not None:
            channel.put(*told, events.of_run(run))

    @contextlib.contextmanager
    def _channel(self, run_id: str, *, stream: bool | None, include: Sequence[str] = ()) -> Iterator[Channel | None]:
        """Open the channel of a run that is to be streamed; it goes if what is inside fails."""
        channels = self._engine.channels
        if not stream:
            yield None
            return
        stale = channels.find(run_id)
        if stale is not None:  # of outputs that were submitted, and could not be stored
            channels.leave(run_id, stale)
        channel = channels.open(run_id, include=include)
        try:
            yield channel
        except BaseException:
            channels.leave(run_id, channel)
            raise

    def _with_outputs(self, run: Run, request: SubmitToolOutputs) -> RunStep:
        """Store what functions returned in the step that asked for it, and return that."""
        step = self._steps.list(parent=run.id, limit=1).data[0]
        calls = step.step_details["tool_calls"]
        wanted = [call["id"] for call in calls]
        got = [output.tool_call_id for output in request.tool_outputs]
        if sorted(got) != sorted(wanted):
            raise InvalidValueError(f"Expected tool outputs for call_ids {wanted}, got {got}.", param="tool_outputs")
        outputs: dict[str, str | None] = {one.tool_call_id: one.output for one in request.tool_outputs}
        filled = with_outputs(calls, outputs)
        step = replace(
            step,
            status="completed",
            completed_at=self._engine.now(),
            step_details={"type": "tool_calls", "tool_calls": filled},
        )
        return self._steps.replace(step, parent=run.id)

    def _settled(self, run: Run) -> Run:
        """Return a run as it is; one whose time is over expires now."""
        engine = self._engine
        if run.status not in ACTIVE or run.expires_at is None or run.expires_at > engine.now():
            return run
        with engine.database.atomic():
            stored = self._objects.get(run.id, parent=run.thread_id)
            if stored.status not in ACTIVE:
                return stored
            return self._end(stored, "cancelled" if stored.status == "cancelling" else "expired")

    def _end(self, run: Run, status: Any) -> Run:
        """End a run from outside, in the caller's transaction; who performs it will notice."""
        engine = self._engine
        ended, told = end(engine, run, status)
        engine.jobs.withdraw(engine.run_kind, run.id, parent=run.thread_id)
        engine.database.after_commit(lambda: engine.channels.close(run.id, *told))
        return ended

    def perform(self, job: Job) -> None:
        """Perform a run, and tell who listens; what cannot be done ends it as failed.

        Raises:
            StorageError: Not even its end could be stored; the job stays.
        """
        engine = self._engine
        channel = engine.channels.find(job.target)

        def leave() -> None:
            if channel is not None:
                engine.channels.leave(job.target, channel)

        try:
            for event in self._performed(job, channel.include if channel else (), leave):
                if channel is not None:
                    channel.put(event)
        except PdfqaError as error:
            if channel is not None:
                channel.put(*events.lost(error.public, "server_error"))
            raise
        finally:
            if channel is not None:
                leave()
                channel.close()

    def _performed(self, job: Job, include: Sequence[str], leave: Callable[[], None]) -> Iterator[Event]:
        """Perform a run; yield what happens."""
        engine = self._engine
        run = self._objects.find(job.target, parent=job.parent)
        if run is None or run.status not in _PERFORMED:
            with engine.database.atomic():
                run = self._objects.find(job.target, parent=job.parent)  # it may have been given outputs meanwhile
                if run is None or run.status not in _PERFORMED:
                    engine.jobs.done(engine.run_kind, job.target, parent=job.parent)
        if run is None:
            yield from events.lost(f"{job.parent} has been deleted")
        elif run.status not in ACTIVE:  # ended by another process, which cannot tell who listens here
            yield from (events.of_run(run), events.DONE)
        elif run.status in _PERFORMED:
            yield from Performance(engine, run, include=include, attempts=job.attempts, leave=leave).events()

    def steps(self, run_id: str) -> Sequence[RunStep]:
        """Return a run's steps, oldest first."""
        return self._steps.all(parent=run_id)

    def work(self, run: Run) -> Outcome:
        """Perform a run at once, for who waits for it, and return what it came to; as `working`."""
        pieces = self.working(run)
        while True:
            try:
                next(pieces)
            except StopIteration as end:
                outcome: Outcome = end.value
                return outcome

    def working(self, run: Run) -> Generator[str, None, Outcome]:
        """Perform a run at once; yield its text as it is written, and return what it came to.

        Raises:
            PdfqaError: It has failed, with the reason.
        """
        performance = Performance(self._engine, run, boxes=False)
        try:
            for event in performance.events():
                text = events.text(event)
                if text:
                    yield text
        except BaseException:
            with contextlib.suppress(StorageError), self._engine.database.atomic():
                stored = self._objects.find(run.id, parent=run.thread_id)
                if stored is not None and stored.status in ACTIVE:
                    self._end(stored, "cancelled")
            raise
        if performance.error is not None:
            raise performance.error
        ended, message, finished = performance.run, performance.message, performance.finished
        if ended.status not in {"completed", "incomplete"} or message is None or finished is None:
            raise PdfqaError(f"{run.id} ended without an answer: it is {self.get(run.thread_id, run.id).status}.")
        return Outcome(
            run=ended,
            message=message,
            evidence=performance.searched.evidence if performance.searched else [],
            found=finished.found,
            timings=performance.timings,
            confidence=finished.confidence,
        )


def _check_choice(run: Run) -> None:
    """Refuse a choice of tools that the run does not have.

    Raises:
        InvalidValueError: It has not.
    """
    choice, param = run.tool_choice, "tool_choice"
    kinds = {tool["type"] for tool in run.tools}
    if choice == "required" and not kinds & {"function", "file_search"}:
        raise InvalidValueError("Invalid 'tool_choice': 'required' needs a tool.", param=param)
    if not isinstance(choice, dict):
        return
    if choice["type"] == "function":
        name = choice["function"]["name"]
        if name not in [tool["function"]["name"] for tool in run.tools if tool["type"] == "function"]:
            raise InvalidValueError(f"Invalid 'tool_choice': there is no function '{name}' in tools.", param=param)
    elif choice["type"] not in kinds:
        raise InvalidValueError(f"Invalid 'tool_choice': {choice['type']} is not among the tools.", param=param)
