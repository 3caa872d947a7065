"""An engine whose clock stands still and whose runs are performed when a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pdfqa.engine import Engine
from pdfqa.engine.channels import Channel
from pdfqa.operations import OPERATIONS
from pdfqa.store import Job
from pdfqa.wire import Assistant, Event, File, Message, Run, RunStep, Thread, check
from tests.homes import CLUB, PARK, WHO_CLUB, counted_ids, settings
from tests.shelves import Clock, known, read, store_with

TREASURER = "The treasurer of the sailing club is Margaret Holloway. [1]"
GARDENER = "The head gardener of the botanical park is Rodrigo Fuentes. [1]"
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
TIME: dict[str, Any] = {"type": "function", "function": {"name": "time", "description": "Tells the time of day."}}
SEARCH: dict[str, Any] = {"type": "file_search"}


class Stage:
    """An engine with a vector store of two pages, and what tests do with it in a few words."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self.file = known(engine, CLUB, PARK, name="club.pdf")
        self.store_id = self.store(self.file)

    def store(self, *files: File) -> str:
        """Return the id of a new vector store with files that are known already."""
        store_id = store_with(self.engine, *files)
        read(self.engine)
        return store_id

    def call(self, name: str, /, *ids: str, **fields: Any) -> Any:
        """Return what an operation makes of some fields, checked as every client has them checked."""
        operation = OPERATIONS[name]
        request = check(operation.request, fields) if operation.request else None
        return operation.perform(self.engine, ids, request)

    def assistant(self, **fields: Any) -> Assistant:
        """Return a new assistant that searches the store."""
        resources = {"file_search": {"vector_store_ids": [self.store_id]}}
        made: Assistant = self.call(
            "create_assistant", **{"model": "gpt-4o", "tools": [SEARCH], "tool_resources": resources, **fields}
        )
        return made

    def thread(self, *questions: str, **fields: Any) -> Thread:
        """Return a new thread with questions."""
        messages = [{"role": "user", "content": text} for text in questions or (WHO_CLUB,)]
        made: Thread = self.call("create_thread", messages=messages, **fields)
        return made

    def run(self, thread: Thread, assistant: Assistant | None = None, **fields: Any) -> Run:
        """Return a new run; nobody performs it yet."""
        made: Run = self.call("create_run", thread.id, assistant_id=(assistant or self.assistant()).id, **fields)
        return made

    def stream(self, thread: Thread, assistant: Assistant | None = None, **fields: Any) -> Channel:
        """Return the channel of a new run."""
        made: Channel = self.call(
            "create_run", thread.id, assistant_id=(assistant or self.assistant()).id, stream=True, **fields
        )
        return made

    def asked(self, *questions: str, assistant: Assistant | None = None, **fields: Any) -> Run:
        """Return a run that has been performed as far as it goes."""
        run = self.run(self.thread(*questions), assistant, **fields)
        self.perform()
        return self.again(run)

    def outputs(self, run: Run, *texts: str, **fields: Any) -> Any:
        """Submit what functions returned, in the order in which they were called."""
        assert run.required_action is not None
        calls = run.required_action["submit_tool_outputs"]["tool_calls"]
        outputs = [{"tool_call_id": call["id"], "output": text} for call, text in zip(calls, texts, strict=True)]
        return self.call("submit_tool_outputs", run.thread_id, run.id, tool_outputs=outputs, **fields)

    def again(self, run: Run) -> Run:
        """Return a run as it is now."""
        now: Run = self.call("get_run", run.thread_id, run.id)
        return now

    def answer(self, run: Run) -> Message:
        """Return the only message of a run."""
        (message,) = self.messages(run)
        return message

    def messages(self, run: Run) -> list[Message]:
        """Return the messages of a run, oldest first."""
        page = self.call("get_thread_messages", run.thread_id, run_id=run.id, order="asc")
        return list(page.data)

    def steps(self, run: Run, **fields: Any) -> list[RunStep]:
        """Return the steps of a run, oldest first."""
        return list(self.call("get_run_steps", run.thread_id, run.id, order="asc", **fields).data)

    def jobs(self) -> list[Job]:
        """Return the runs that are still to be performed."""
        rows = self.engine.database.rows(
            "SELECT id, kind, owner, parent, target, attempts FROM jobs WHERE kind = 'run' ORDER BY id"
        )
        names = ("id", "kind", "owner", "parent", "target", "attempts")
        return [Job(**dict(zip(names, row, strict=True))) for row in rows]

    def perform(self) -> None:
        """Perform the runs that are still to be performed, as a driver does."""
        for job in self.jobs():
            self.engine.jobs.attempt([job])
            self.engine.owned_by(job.owner).runs.perform(job)


@contextmanager
def stage(home: Path, **changes: Any) -> Iterator[Stage]:
    """Open a home with a vector store of two pages."""
    clock = Clock()
    with Engine(settings(home, **changes), clock=clock, new_id=counted_ids()) as engine:
        yield Stage(engine, clock)


def names(channel: Channel) -> list[str]:
    """Return the names of a channel's events, without their common beginning."""
    return [event.event.removeprefix("thread.") for event in told(channel)]


def told(channel: Channel) -> list[Event]:
    """Return the events of a channel, which is closed: nobody would end it while a test waits."""
    assert channel.closed
    return channel.events
