"""Runs in any order of events: what is done to them, by whom and when, never leaves a state that cannot be."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pdfqa.engine.channels import Channel
from pdfqa.engine.ending import ACTIVE
from pdfqa.engine.performing import Performance
from pdfqa.errors import InvalidRequestError
from pdfqa.llm import About, Ended, Options, Piece, Text, ToolCall
from pdfqa.passages import count_tokens
from pdfqa.wire import Message, Run
from tests.homes import WHO_CLUB, WHO_PARK
from tests.stage import SEARCH, WEATHER, Stage, stage

TERMINAL = {"cancelled", "failed", "completed", "incomplete", "expired"}
NEXT: dict[str, set[str]] = {
    "queued": {"in_progress", "cancelled", "expired", "failed", "requires_action", "completed", "incomplete"},
    "in_progress": {"requires_action", "cancelling", "completed", "incomplete", "failed", "expired", "cancelled"},
    "requires_action": {"queued", "cancelled", "expired"},
    "cancelling": {"cancelled"},
}
QUESTIONS = st.sampled_from([WHO_CLUB, WHO_PARK, "Who won the football world cup of 1998?", "And?"])
CHOICES = st.sampled_from(["auto", "none", "required", {"type": "function", "function": {"name": "weather"}}])
MODELS = st.sampled_from(["whimsical", "extractive"])
WAITING = ("queued", "in_progress", "cancelling")


INTERRUPTIONS = ["dies", "is cancelled", "loses its thread", "is performed by another, too"]


class Whimsical:
    """A chat model: what it does follows from what it is asked."""

    def stream(self, messages: Sequence[dict[str, Any]], options: Options) -> Iterator[Piece]:
        asked = sum(len(message["content"] or "") for message in messages) % 7  # ids are others in each run
        returned = any(message["role"] == "tool" for message in messages)
        yield Text("It is ")
        if options.tools and not returned and asked < 4:
            yield ToolCall("", "weather", '{"city": "Oslo"}')
        elif asked == 4:
            raise InvalidRequestError("the prompt is not liked")
        else:
            yield from (Text("Margaret Holloway [1]"), Text(" or Rodrigo Fuentes [2]."))
        yield Ended("length" if asked == 5 else "stop", 10, 5)

    def about(self) -> About:
        return About()

    def count(self, text: str) -> int:
        return count_tokens(text)

    def close(self) -> None:
        pass


def _some(events: Iterator[Any], number: int) -> None:
    """Take some events."""
    for _ in zip(range(number), events, strict=False):
        pass


def reachable(status: str) -> set[str]:
    """Return the states that a run can come to from one, at once or in several steps."""
    found, waiting = {status}, [status]
    while waiting:
        for following in NEXT.get(waiting.pop(), set()) - found:
            found.add(following)
            waiting.append(following)
    return found


class Runs(RuleBasedStateMachine):
    """Clients, performers and time, in any order."""

    on: Stage

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[str] = []
        self.seen: dict[str, Run] = {}
        self.channels: dict[str, Channel] = {}
        self.elsewhere: set[str] = set()  # runs that were performed without their channel
        self.assistant = self.on.assistant(tools=[SEARCH, WEATHER])

    # What clients do

    @initialize(questions=st.lists(QUESTIONS, max_size=2))
    def make_a_thread(self, questions: list[str]) -> None:
        messages = [{"role": "user", "content": text} for text in questions]
        self.threads.append(self.on.call("create_thread", messages=messages).id)

    @rule(question=QUESTIONS, choice=CHOICES, model=MODELS, stream=st.booleans())
    def make_a_thread_with_a_run(self, question: str, choice: Any, model: str, stream: bool) -> None:
        thread = {"messages": [{"role": "user", "content": question}]}
        fields = {"assistant_id": self.assistant.id, "tool_choice": choice, "model": model, "stream": stream}
        made = self.on.call("create_thread_and_run", thread=thread, **fields)
        run = made.events[1].data if stream else made
        self.threads.append(run.thread_id)
        self.seen[run.id] = run
        if stream:
            self.channels[run.id] = made

    @precondition(lambda self: self.threads)
    @rule(data=st.data(), question=QUESTIONS)
    def add_a_message(self, data: st.DataObject, question: str) -> None:
        thread_id = data.draw(st.sampled_from(self.threads))
        active = self.active(thread_id)
        refused = pytest.raises(InvalidRequestError, match="while a run") if active else contextlib.nullcontext()
        with refused:
            self.on.call("create_thread_message", thread_id, role="user", content=question)

    @precondition(lambda self: self.threads)
    @rule(data=st.data(), choice=CHOICES, model=MODELS, stream=st.booleans())
    def make_a_run(self, data: st.DataObject, choice: Any, model: str, stream: bool) -> None:
        thread_id = data.draw(st.sampled_from(self.threads))
        active = self.active(thread_id)
        refused = pytest.raises(InvalidRequestError, match="already has") if active else contextlib.nullcontext()
        fields = {"assistant_id": self.assistant.id, "tool_choice": choice, "model": model, "stream": stream}
        with refused:
            made = self.on.call("create_run", thread_id, **fields)
            run = made.events[0].data if stream else made
            self.seen[run.id] = run
            if stream:
                self.channels[run.id] = made

    @precondition(lambda self: self.runs("requires_action"))
    @rule(data=st.data(), right=st.booleans(), stream=st.booleans())
    def submit_outputs(self, data: st.DataObject, right: bool, stream: bool) -> None:
        run = data.draw(st.sampled_from(self.runs("requires_action")))
        assert run.required_action is not None
        calls = run.required_action["submit_tool_outputs"]["tool_calls"]
        outputs = [{"tool_call_id": call["id"] if right else "call_0", "output": "Sunny"} for call in calls]
        over = run.expires_at is not None and run.expires_at <= self.on.engine.now()
        refused = contextlib.nullcontext() if right and not over else pytest.raises(InvalidRequestError)
        with refused:
            got = self.on.call("submit_tool_outputs", run.thread_id, run.id, tool_outputs=outputs, stream=stream)
            self.channels.pop(run.id, None)  # it has told of the call, and is over
            if stream:
                self.channels[run.id] = got

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(list(self.seen.values())))
        with contextlib.suppress(InvalidRequestError):
            assert self.on.call("cancel_run", run.thread_id, run.id).status in {"cancelled", "cancelling"}

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), value=st.sampled_from("abc"))
    def change_metadata(self, data: st.DataObject, value: str) -> None:
        run = data.draw(st.sampled_from(list(self.seen.values())))
        changed = self.on.call("modify_run", run.thread_id, run.id, metadata={"k": value})
        assert changed.metadata == {"k": value}

    @precondition(lambda self: self.threads)
    @rule(data=st.data())
    def delete_a_thread(self, data: st.DataObject) -> None:
        thread_id = data.draw(st.sampled_from(self.threads))
        self.threads.remove(thread_id)
        self.seen = {run.id: run for run in self.seen.values() if run.thread_id != thread_id}
        self.on.call("delete_thread", thread_id)

    @rule()
    def change_the_assistant(self) -> None:
        self.on.call("delete_assistant", self.assistant.id)
        self.assistant = self.on.assistant(tools=[SEARCH, WEATHER])

    @rule(seconds=st.sampled_from([1, 200, 599, 600]))
    def let_time_pass(self, seconds: int) -> None:
        self.on.clock.time += seconds

    @precondition(lambda self: self.threads)
    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        thread_id = data.draw(st.sampled_from(self.threads))
        for run in self.on.call("get_runs", thread_id).data:
            assert run.status not in ACTIVE or run.expires_at > self.on.engine.now()

    # What performers do

    @precondition(lambda self: self.on.jobs())
    @rule(data=st.data())
    def perform(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.on.jobs()))
        self.on.engine.jobs.attempt([job])
        self.on.engine.runs.perform(job)
        assert job.id not in [left.id for left in self.on.jobs()]

    @precondition(lambda self: self.runs(*WAITING))
    @rule(data=st.data(), events=st.integers(0, 12), more=st.integers(0, 12), how=st.sampled_from(INTERRUPTIONS))
    def perform_in_part(self, data: st.DataObject, events: int, more: int, how: str) -> None:
        """Perform a run up to some event; then the process dies, or somebody else does something and it goes on."""
        run = data.draw(st.sampled_from(self.runs(*WAITING)))
        self.elsewhere.add(run.id)
        with contextlib.closing(Performance(self.on.engine, run).events()) as performing:
            _some(performing, events)
            if how == "dies":
                self.on.engine.jobs.attempt([job for job in self.on.jobs() if job.target == run.id])
                return
            if how == "is cancelled":
                with contextlib.suppress(InvalidRequestError):
                    self.on.call("cancel_run", run.thread_id, run.id)
            elif how == "loses its thread":
                self.threads.remove(run.thread_id)
                self.seen = {one.id: one for one in self.seen.values() if one.thread_id != run.thread_id}
                self.on.call("delete_thread", run.thread_id)
            else:  # is performed by another process, too, which takes the first for dead
                with contextlib.closing(Performance(self.on.engine, run).events()) as other:
                    _some(other, more)
                    self.states_follow_one_another()
                    list(performing)
            self.states_follow_one_another()
            list(performing)

    # What always holds

    @invariant()
    def states_follow_one_another(self) -> None:
        for run in self.runs():
            before = self.seen[run.id]
            assert run.status in reachable(before.status), f"{before.status} became {run.status}"
            if before.status in TERMINAL:
                assert run.to_dict() == {**before.to_dict(), "metadata": run.metadata}
            self.seen[run.id] = run

    @invariant()
    def a_thread_has_one_active_run(self) -> None:
        for thread_id in self.threads:
            active = [run for run in self.runs(*ACTIVE) if run.thread_id == thread_id]
            assert len(active) <= 1

    @invariant()
    def jobs_are_what_is_to_be_done(self) -> None:
        assert {job.target for job in self.on.jobs()} == {run.id for run in self.runs(*WAITING)}

    @invariant()
    def steps_and_messages_agree_with_their_run(self) -> None:
        for run in self.runs():
            steps = self.on.engine.step_objects.all(parent=run.id)
            messages = {message.id: message for message in self.messages(run)}
            open_steps = [step for step in steps if step.status == "in_progress"]
            open_messages = [message for message in messages.values() if message.status == "in_progress"]
            writing = [step for step in open_steps if step.type == "message_creation"]
            assert len(writing) == len(open_messages) <= 1
            created = [step for step in steps if step.type == "message_creation"]
            assert [step.step_details["message_creation"]["message_id"] for step in created] == list(messages)
            if run.status in TERMINAL:
                assert open_steps == []
                assert run.usage is not None
                assert (run.expires_at is None) == (run.status != "expired")
            if run.status == "requires_action":
                assert run.required_action is not None
                (step,) = open_steps
                wanted = [call["id"] for call in run.required_action["submit_tool_outputs"]["tool_calls"]]
                assert [call["id"] for call in step.step_details["tool_calls"]] == wanted
            else:
                assert run.required_action is None
            if run.status == "completed":
                assert [step.status for step in steps] == ["completed"] * len(steps)
                assert steps[-1].type == "message_creation"
            assert (run.last_error is not None) == (run.status == "failed")

    @invariant()
    def citations_stand_where_they_say(self) -> None:
        for run in self.runs("completed"):
            for message in self.messages(run):
                for mark in message.annotations:
                    assert message.text[mark.start_index : mark.end_index] == mark.text
                    cited = mark.file_citation
                    page = self.on.engine.documents.page(self.on.engine.files.sha256(cited.file_id), cited.page)
                    assert cited.verified or run.model != "extractive"
                    assert page.text[cited.start : cited.end] == cited.quote

    @invariant()
    def nothing_is_left_of_what_is_gone(self) -> None:
        rows = self.on.engine.database.rows
        parents = {parent for (parent,) in rows("SELECT DISTINCT parent FROM objects WHERE kind = 'thread.message'")}
        assert parents <= set(self.threads)
        parents = {parent for (parent,) in rows("SELECT DISTINCT parent FROM objects WHERE kind = 'thread.run.step'")}
        assert parents <= set(self.seen)

    @invariant()
    def streams_end_with_their_runs(self) -> None:
        runs = {run.id: run for run in self.runs()}
        for run_id, channel in self.channels.items():
            # A run that somebody performed without its channel, as another process does, has not closed it.
            ended = run_id not in runs or runs[run_id].status in {*TERMINAL, "requires_action"}
            assert channel.closed == ended or run_id in self.elsewhere
            if channel.closed:
                assert channel.events[-1].event == "done"

    def teardown(self) -> None:
        """Whatever has happened, what is still to be done can be done."""
        for _ in range(4):
            for job in self.on.jobs():
                self.on.engine.runs.perform(job)
        assert self.runs(*WAITING) == []
        for thread_id in self.threads:
            self.on.call("delete_thread", thread_id)
        self.threads, self.seen = [], {}
        self.nothing_is_left_of_what_is_gone()
        self.on.call("delete_assistant", self.assistant.id)

    # What tests look at

    def runs(self, *statuses: str) -> list[Run]:
        """Return the runs as they are stored, expired or not."""
        found = [run for thread_id in self.threads for run in self.on.engine.run_objects.all(parent=thread_id)]
        return [run for run in found if not statuses or run.status in statuses]

    def active(self, thread_id: str) -> Run | None:
        return self.on.engine.runs.active(thread_id)

    def messages(self, run: Run) -> list[Message]:
        return list(self.on.engine.message_objects.list(parent=run.thread_id, tag=run.id, order="asc").data)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder) / "home"


def test_no_order_of_events_leaves_an_impossible_state(home: Path) -> None:
    with stage(home) as on:
        on.engine.database.connection.execute("PRAGMA synchronous = OFF")
        on.engine.__dict__["_model"] = Whimsical()
        Runs.on = on
        case = Runs.TestCase
        case.settings = settings(
            max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        )
        case("runTest").runTest()
