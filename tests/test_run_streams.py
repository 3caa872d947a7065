"""The events of runs, in the order and the shape that OpenAI's SDK needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pydantic
import pytest
from openai import AssistantEventHandler
from openai.types.beta import AssistantStreamEvent

from pdfqa.engine.channels import Channel
from tests.homes import WHO_CLUB
from tests.shelves import attach, pdf_bytes, upload
from tests.stage import SEARCH, TREASURER, WEATHER, Stage, names, stage, told
from tests.test_runs import CONTENT, waiting

SEARCHING = ["run.step.created", "run.step.in_progress", "run.step.delta", "run.step.completed"]
WRITING = [
    "run.step.created",
    "run.step.in_progress",
    "message.created",
    "message.in_progress",
    "message.delta",
    "message.delta",  # the citation
    "message.completed",
    "run.step.completed",
]
_EVENT: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(AssistantStreamEvent)


@pytest.fixture
def on(home: Path) -> Iterator[Stage]:
    with stage(home) as opened:
        yield opened


class Heard(AssistantEventHandler):
    """What the SDK's own handler makes of a channel; it fails where events are out of order."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        events = [
            _EVENT.validate_python(msgspec.to_builtins(event)) for event in told(channel) if event.data != "[DONE]"
        ]
        self._init(events)  # type: ignore[arg-type]
        self.until_done()


def test_a_run_is_told_from_its_making_to_its_end(on: Stage) -> None:
    channel = on.stream(on.thread())
    assert [event.event for event in channel.events] == ["thread.run.created", "thread.run.queued"]
    on.perform()
    assert names(channel) == [
        "run.created", "run.queued", "run.in_progress", *SEARCHING, *WRITING, "run.completed", "done",
    ]  # fmt: skip
    assert told(channel)[-1].data == "[DONE]"
    assert on.engine.channels.find(told(channel)[0].data.id) is None


def test_the_sdk_puts_the_pieces_together(on: Stage) -> None:
    channel = on.stream(on.thread())
    on.perform()
    heard = Heard(channel)
    (message,) = heard.get_final_messages()
    assert message.content[0].type == "text"
    assert message.content[0].text.value == TREASURER
    run = heard.get_final_run()
    assert (run.status, run.id) == ("completed", told(channel)[0].data.id)
    assert [step.type for step in heard.get_final_run_steps()] == ["tool_calls", "message_creation"]


def test_the_pieces_of_a_message_are_the_whole(on: Stage) -> None:
    channel = on.stream(on.thread())
    on.perform()
    parts = [part for event in told(channel) if event.event == "thread.message.delta"
             for part in event.data["delta"]["content"]]  # fmt: skip
    text = "".join(part["text"]["value"] for part in parts)  # old code prints it without looking whether it is there
    (mark,) = [mark for part in parts for mark in part["text"].get("annotations", [])]
    assert text == TREASURER
    assert (mark["index"], text[mark["start_index"] : mark["end_index"]]) == (0, "[1]")
    assert mark["file_citation"]["file_id"] == on.file.id


def test_a_new_thread_is_told_of_first(on: Stage) -> None:
    channel = on.call(
        "create_thread_and_run",
        assistant_id=on.assistant().id,
        thread={"messages": [{"role": "user", "content": WHO_CLUB}]},
        stream=True,
    )
    on.perform()
    assert names(channel)[:3] == ["created", "run.created", "run.queued"]
    assert Heard(channel).get_final_run().status == "completed"


def test_results_of_a_search_are_told_with_their_text_where_that_is_asked_for(on: Stage) -> None:
    for include in ([], [CONTENT]):
        channel = on.stream(on.thread(), include=include)
        on.perform()
        step = next(event.data for event in told(channel) if event.event == "thread.run.step.completed")
        result = step.step_details["tool_calls"][0]["file_search"]["results"][0]
        assert ("content" in result) == bool(include)


def test_a_function_ends_the_stream_and_its_output_begins_another(on: Stage) -> None:
    choice = {"type": "function", "function": {"name": "weather"}}
    first = on.stream(on.thread("Lisbon"), on.assistant(tools=[SEARCH, WEATHER]), tool_choice=choice)
    on.perform()
    assert names(first) == [
        "run.created", "run.queued", "run.in_progress", *SEARCHING[:3], "run.requires_action", "done",
    ]  # fmt: skip
    run = Heard(first).get_final_run()
    assert run.required_action is not None
    assert run.required_action.submit_tool_outputs.tool_calls[0].function.arguments == '{"city": "Lisbon"}'
    second = on.outputs(on.engine.runs.get(run.thread_id, run.id), "Sunny", stream=True)
    on.perform()
    assert names(second) == [
        "run.step.completed", "run.queued", "run.in_progress", *WRITING[:5], *WRITING[6:], "run.completed", "done",
    ]  # fmt: skip
    assert Heard(second).get_final_run().status == "completed"
    assert names(first)[-1] == "done"


def test_outputs_may_be_streamed_of_a_run_that_was_not(on: Stage) -> None:
    channel = on.outputs(waiting(on), "Sunny", stream=True)
    on.perform()
    assert Heard(channel).get_final_messages()[0].content[0].type == "text"


def test_a_run_that_fails_is_told_so(on: Stage) -> None:
    channel = on.call("create_thread_and_run", assistant_id=on.assistant().id, stream=True)
    on.perform()
    assert names(channel)[-3:] == ["run.in_progress", "run.failed", "done"]
    error = Heard(channel).get_final_run().last_error
    assert error is not None
    assert "no question" in error.message


def test_a_run_that_is_cancelled_in_the_queue_is_told_so(on: Stage) -> None:
    channel = on.stream(on.thread())
    run = channel.events[0].data
    on.call("cancel_run", run.thread_id, run.id)
    assert names(channel) == ["run.created", "run.queued", "run.cancelled", "done"]
    assert Heard(channel).get_final_run().status == "cancelled"


def test_a_run_that_is_cancelled_while_it_waits_is_told_so(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(on.engine, on.store_id, upload(on.engine, pdf_bytes("Later.")))
    thread = on.thread(tool_resources={"file_search": {"vector_store_ids": [on.store_id]}})
    channel = on.stream(thread)
    monkeypatch.setattr(
        "pdfqa.engine.performing.sleep", lambda _: on.call("cancel_run", thread.id, channel.events[0].data.id)
    )
    on.perform()
    assert names(channel)[2:] == ["run.in_progress", "run.cancelling", "run.cancelled", "done"]


def test_a_run_that_expires_in_the_queue_is_told_so(on: Stage) -> None:
    channel = on.stream(on.thread())
    run = channel.events[0].data
    on.clock.time += 600
    on.again(run)
    assert names(channel)[2:] == ["run.expired", "done"]


def test_a_thread_that_is_deleted_ends_the_stream(on: Stage) -> None:
    channel = on.stream(on.thread())
    thread_id = channel.events[0].data.thread_id
    on.call("delete_thread", thread_id)
    error, done = told(channel)[2:]
    assert (error.event, done.event) == ("error", "done")
    assert error.data == {
        "error": {
            "message": f"{thread_id} has been deleted", "type": "invalid_request_error", "code": None, "param": None,
        }
    }  # fmt: skip
    on.perform()


def test_what_another_process_has_ended_is_told_by_who_has_the_job(on: Stage) -> None:
    for end in ("cancel_run", "delete_thread"):
        thread = on.thread()
        channel = on.stream(thread)
        run = channel.events[0].data
        on.engine.database.connection.execute("UPDATE jobs SET worker = 'worker-elsewhere'")
        del on.engine.channels._open[run.id]  # as the other process has none
        on.call(end, *((thread.id, run.id) if end == "cancel_run" else (thread.id,)))
        on.engine.channels._open[run.id] = channel
        assert len(on.jobs()) == 1
        on.perform()
        assert names(channel)[2:] == (["run.cancelled", "done"] if end == "cancel_run" else ["error", "done"])
        assert on.jobs() == []


def test_a_run_that_could_not_be_made_leaves_no_channel(on: Stage) -> None:
    thread = on.thread()
    run = on.run(thread)
    for call, ids, fields in (
        ("create_run", (thread.id,), {"assistant_id": run.assistant_id}),
        ("submit_tool_outputs", (thread.id, run.id), {"tool_outputs": [{"tool_call_id": "x", "output": "y"}]}),
    ):
        with pytest.raises(Exception, match=r"active run|do not accept"):
            on.call(call, *ids, stream=True, **fields)
    assert on.engine.channels._open == {}


def test_nobody_needs_to_listen(on: Stage) -> None:
    run = on.asked(WHO_CLUB)
    assert (run.status, on.engine.channels._open) == ("completed", {})
