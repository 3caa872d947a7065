"""Responses as they are made: their events, those made in the background, and what happens when things break."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response as TheirResponse
from openai.types.responses import ResponseStreamEvent

from pdfqa.engine import Engine
from pdfqa.engine.driver import Driver
from pdfqa.errors import ConversationLockedError, ObjectNotFoundError, WrongStateError
from pdfqa.store import Job
from pdfqa.wire.responses import FINAL, Response
from tests.homes import MINE, WHO_CLUB, WHO_PARK, finish, start
from tests.model_server import ModelServer, breaks_off, calls, model_server, says, says_then_waits
from tests.questions import CLUB_ANSWER, call, file_of, papers, search_tool, store_of, theirs, told, until
from tests.shelves import pdf_bytes

FUNCTION = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}}
RESULTS = ["file_search_call.results"]


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    """Open a home where nobody works: who asks does."""
    with papers(home) as opened:
        yield opened


@pytest.fixture
def working(engine: Engine) -> Iterator[Engine]:
    """Open one where somebody works."""
    with Driver(engine):
        yield engine


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def with_model(home: Path, model: ModelServer) -> Iterator[Engine]:
    with papers(home, model="tiny", base_url=model.url) as opened, Driver(opened):
        yield opened


def streamed(engine: Engine, **fields: Any) -> list[dict[str, Any]]:
    return told(call(engine, "create_response", **{"model": "extractive", "stream": True, **fields}))


def begun(engine: Engine, **fields: Any) -> Response:
    """Return a response in the background."""
    response: Response = call(engine, "create_response", **{"model": "m", "background": True, **fields})
    theirs(TheirResponse, response)
    return response


def ended(engine: Engine, response_id: str) -> Response:
    until(lambda: call(engine, "get_response", response_id).status in FINAL)
    response: Response = call(engine, "get_response", response_id)
    theirs(TheirResponse, response)
    return response


def types(events: list[dict[str, Any]]) -> list[str]:
    """Return the types of events, each delta once."""
    names = [event["type"].removeprefix("response.") for event in events]
    return [name for place, name in enumerate(names) if not name.endswith("delta") or names[place - 1] != name]


def assembled(events: list[dict[str, Any]]) -> Any:
    """Return the response as OpenAI's own helper puts it together."""
    state: ResponseStreamState[Any] = ResponseStreamState(input_tools=omit, text_format=omit)
    for event in events:
        state.handle_event(theirs(ResponseStreamEvent, event))
    return state._completed_response


# A stream


def test_the_events_of_a_search_and_a_message(working: Engine) -> None:
    events = streamed(working, input=WHO_CLUB, tools=[search_tool(working)])
    assert [
        "created",
        "in_progress",
        "output_item.added",
        "file_search_call.in_progress",
        "file_search_call.searching",
        "file_search_call.completed",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.annotation.added",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ] == types(events)
    assert 0 == events[0]["sequence_number"]
    assert 1 == len({event["response"]["id"] for event in events if "response" in event})


def test_the_events_add_up_to_the_response(working: Engine) -> None:
    events = streamed(working, input=WHO_CLUB, tools=[search_tool(working)])
    final = events[-1]["response"]
    assert CLUB_ANSWER == "".join(event["delta"] for event in events if event["type"].endswith("text.delta"))
    assert CLUB_ANSWER == assembled(events).output_text
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert final["output"] == done
    added = [event["item"] for event in events if event["type"] == "response.output_item.added"]
    assert [item["id"] for item in done] == [item["id"] for item in added]
    marks = [event["annotation"] for event in events if event["type"] == "response.output_text.annotation.added"]
    assert final["output"][1]["content"][0]["annotations"] == marks
    stored = call(working, "get_response", final["id"])
    assert final == {**stored.to_dict(), "output": final["output"]}


def test_a_stream_needs_nobody_who_works(engine: Engine) -> None:
    events = streamed(engine, input=WHO_CLUB)
    assert "response.completed" == events[-1]["type"]
    until(lambda: not engine.jobs.waiting("response", events[0]["response"]["id"]))


def test_results_are_in_the_events_where_they_are_included(working: Engine) -> None:
    for include in ([], RESULTS):
        events = streamed(working, input=WHO_CLUB, tools=[search_tool(working)], include=include)
        done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
        assert bool(include) == bool(done[0]["results"])
        assert bool(include) == bool(events[-1]["response"]["output"][0]["results"])
        replayed = told(call(working, "get_response", events[0]["response"]["id"], stream=True, include=include))
        assert events == replayed


def test_the_size_of_deltas_may_be_hidden(working: Engine) -> None:
    events = streamed(working, input=WHO_CLUB, stream_options={"include_obfuscation": True})
    deltas = [event for event in events if "delta" in event]
    assert deltas
    assert {0} == {(len(event["delta"]) + len(event["obfuscation"])) % 32 for event in deltas}
    id_ = events[0]["response"]["id"]
    assert all("obfuscation" not in event for event in told(call(working, "get_response", id_, stream=True)))
    hidden = told(call(working, "get_response", id_, stream=True, include_obfuscation=True))
    assert all("obfuscation" in event for event in hidden if "delta" in event)


def test_a_stream_that_is_not_stored_leaves_nothing(working: Engine) -> None:
    events = streamed(working, input=WHO_CLUB, store=False)
    id_ = events[-1]["response"]["id"]
    assert "response.completed" == events[-1]["type"]
    with pytest.raises(ObjectNotFoundError):
        call(working, "get_response", id_)
    assert [] == working.events.since(id_)
    assert 0 == working.response_objects.count()


def test_the_events_of_a_function_call(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(calls("weather", '{"city": "Oslo"}', ahead="Let me see."))
    events = streamed(with_model, model="tiny", input="Weather?", tools=[FUNCTION])
    assert [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ] == types(events)
    item = assembled(events).output[1]
    assert ("weather", '{"city": "Oslo"}', "completed") == (item.name, item.arguments, item.status)


def test_a_model_that_breaks_off_ends_the_stream_as_failed(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(breaks_off("The treasurer is "))
    events = streamed(with_model, model="tiny", input=WHO_CLUB, tools=[search_tool(with_model)])
    last = events[-1]
    assert "response.failed" == last["type"]
    assert "server_error" == last["response"]["error"]["code"]
    assert "incomplete" == last["response"]["output"][-1]["status"]
    stored = call(with_model, "get_response", last["response"]["id"])
    assert ("failed", last["response"]["error"]["message"]) == (stored.status, stored.error.message)
    assert events == told(call(with_model, "get_response", stored.id, stream=True))


def test_a_file_that_cannot_be_read_fails_the_response(working: Engine) -> None:
    data = base64.b64encode(b"no pdf at all").decode()
    parts = [{"type": "input_file", "file_data": data, "filename": "x.pdf"}, {"type": "input_text", "text": "Who?"}]
    events = streamed(working, input=[{"role": "user", "content": parts}])
    assert ["response.created", "response.in_progress", "response.failed"] == [event["type"] for event in events]
    assert "invalid_prompt" == events[-1]["response"]["error"]["code"]


# Found again


def test_a_response_is_told_again_from_any_event_on(working: Engine) -> None:
    events = streamed(working, input=WHO_CLUB)
    id_ = events[0]["response"]["id"]
    for last in (0, 3, len(events) - 1, 1000):
        rest = told(call(working, "get_response", id_, stream=True, starting_after=last))
        assert events[last + 1 :] == rest


def test_a_response_whose_events_were_not_kept_is_told_all_the_same(engine: Engine) -> None:
    response = call(engine, "create_response", model="m", input=WHO_CLUB, tools=[search_tool(engine)], include=RESULTS)
    events = told(call(engine, "get_response", response.id, stream=True, include=RESULTS))
    assert "response.completed" == events[-1]["type"]
    assert response.to_dict() == events[-1]["response"]
    assert CLUB_ANSWER == assembled(events).output_text


def test_a_stream_is_joined_while_it_is_under_way(with_model: Engine, model: ModelServer) -> None:
    go_on = threading.Event()
    model.replies_with(says_then_waits("The treasurer of the sailing club is Margaret Holloway.", until=go_on))
    first = call(with_model, "create_response", model="tiny", input=WHO_CLUB, stream=True)
    until(lambda: any("delta" in event.data for event in first.events))
    id_ = first.events[0].data["response"]["id"]
    second = call(with_model, "get_response", id_, stream=True, starting_after=1)
    assert "in_progress" == call(with_model, "get_response", id_).status
    go_on.set()
    assert told(first)[2:] == told(second)


# In the background


def test_a_background_response_is_queued_and_then_done(working: Engine) -> None:
    response = begun(working, input=WHO_CLUB)
    assert ("queued", True, []) == (response.status, response.background, response.output)
    done = ended(working, response.id)
    assert ("completed", CLUB_ANSWER) == (done.status, done.output_text)
    events = told(call(working, "get_response", response.id, stream=True))
    assert ["created", "queued", "in_progress"] == types(events)[:3]
    assert "queued" == events[0]["response"]["status"]


def test_a_background_response_may_be_streamed(working: Engine) -> None:
    events = streamed(working, input=WHO_CLUB, background=True)
    assert ["created", "queued", "in_progress"] == types(events)[:3]
    assert "response.completed" == events[-1]["type"]
    assert events == told(call(working, "get_response", events[0]["response"]["id"], stream=True))


def test_a_background_response_waits_for_somebody_who_works(engine: Engine) -> None:
    response = begun(engine, input=WHO_CLUB)
    assert "queued" == call(engine, "get_response", response.id).status
    with pytest.raises(WrongStateError):
        call(engine, "create_response", model="m", input="x", previous_response_id=response.id)
    with Driver(engine):
        assert "completed" == ended(engine, response.id).status


def test_a_response_waits_for_a_store_that_is_just_being_filled(working: Engine) -> None:
    store = call(working, "create_vector_store", file_ids=[file_of(working, "club.pdf")])
    tool = {"type": "file_search", "vector_store_ids": [store.id]}
    assert CLUB_ANSWER == call(working, "create_response", model="m", input=WHO_CLUB, tools=[tool]).output_text


def test_a_queued_response_is_cancelled_at_once(engine: Engine) -> None:
    response = begun(engine, input=WHO_CLUB)
    cancelled = call(engine, "cancel_response", response.id)
    assert ("cancelled", None) == (cancelled.status, cancelled.completed_at)
    theirs(TheirResponse, cancelled)
    with Driver(engine):
        until(lambda: not engine.jobs.waiting("response", response.id))
    assert "cancelled" == call(engine, "get_response", response.id).status
    assert ["created", "in_progress"] == types(told(call(engine, "get_response", response.id, stream=True)))


def test_a_response_under_way_is_cancelled_and_stays_so(with_model: Engine, model: ModelServer) -> None:
    go_on = threading.Event()
    model.replies_with(says_then_waits("The treasurer", until=go_on))
    channel = call(with_model, "create_response", model="tiny", input=WHO_CLUB, background=True, stream=True)
    until(lambda: len(channel.events) > 2)
    id_ = channel.events[0].data["response"]["id"]
    assert "cancelled" == call(with_model, "cancel_response", id_).status
    told(channel)
    go_on.set()
    until(lambda: with_model.channels.find(id_) is None)
    assert "cancelled" == call(with_model, "get_response", id_).status
    assert "cancelled" == call(with_model, "cancel_response", id_).status
    assert not with_model.jobs.waiting("response", id_)


def test_a_job_whose_response_is_over_is_only_removed(engine: Engine) -> None:
    response = begun(engine, input=WHO_CLUB)
    (job,) = jobs_of(engine)
    call(engine, "cancel_response", response.id)
    for again in range(2):
        with engine.database.atomic():
            engine.jobs.add("response", response.id)
        engine.responses.perform(job)
        assert [] == jobs_of(engine)
        if not again:
            call(engine, "delete_response", response.id)
    assert 0 == engine.response_objects.count()


def jobs_of(engine: Engine) -> list[Job]:
    rows = engine.database.rows("SELECT id, kind, owner, parent, target FROM jobs")
    return [
        Job(id=id_, kind=kind, owner=owner, parent=parent, target=target) for id_, kind, owner, parent, target in rows
    ]


def test_cancelling_what_is_done_changes_nothing(working: Engine) -> None:
    response = ended(working, begun(working, input=WHO_CLUB).id)
    assert response == call(working, "cancel_response", response.id)


def test_a_response_under_way_may_be_deleted(with_model: Engine, model: ModelServer) -> None:
    go_on = threading.Event()
    model.replies_with(says_then_waits("The treasurer", until=go_on))
    response = begun(with_model, input=WHO_CLUB)
    until(lambda: call(with_model, "get_response", response.id).status == "in_progress")
    call(with_model, "delete_response", response.id)
    go_on.set()
    until(lambda: with_model.channels.find(response.id) is None)
    assert 0 == with_model.response_objects.count()
    assert [] == with_model.events.since(response.id)


# Conversations are locked


def test_a_conversation_takes_one_response_at_a_time(with_model: Engine, model: ModelServer) -> None:
    go_on = threading.Event()
    model.replies_with(says_then_waits("The treasurer", until=go_on), says("Yes."))
    conversation = call(with_model, "create_conversation").id
    response = begun(with_model, input=WHO_CLUB, conversation=conversation)
    for fields in ({}, {"stream": True}, {"background": True}):
        with pytest.raises(ConversationLockedError) as caught:
            call(with_model, "create_response", model="m", input="x", conversation=conversation, **fields)
        assert "conversation" == caught.value.param
    message = {"role": "user", "content": "x"}
    with pytest.raises(ConversationLockedError):
        call(with_model, "create_conversation_items", conversation, items=[message])
    assert [] == call(with_model, "get_conversation_items", conversation).data
    go_on.set()
    ended(with_model, response.id)
    call(with_model, "create_response", model="m", input=WHO_PARK, conversation=conversation)
    assert 4 == len(call(with_model, "get_conversation_items", conversation).data)


def test_what_was_cancelled_adds_nothing_and_unlocks(engine: Engine) -> None:
    conversation = call(engine, "create_conversation").id
    response = begun(engine, input=WHO_CLUB, conversation=conversation)
    call(engine, "cancel_response", response.id)
    assert [] == call(engine, "get_conversation_items", conversation).data
    assert (
        CLUB_ANSWER == call(engine, "create_response", model="m", input=WHO_CLUB, conversation=conversation).output_text
    )


def test_a_conversation_may_be_deleted_under_way(engine: Engine) -> None:
    conversation = call(engine, "create_conversation").id
    response = begun(engine, input=WHO_CLUB, conversation=conversation)
    call(engine, "delete_conversation", conversation)
    with Driver(engine):
        assert "completed" == ended(engine, response.id).status
    assert [] == engine.item_objects.all(parent=conversation)


# Processes end


ASK_AND_DIE = """
import os, sys
from pathlib import Path
from tests.homes import settings
from tests.questions import call
from pdfqa.engine import Engine
from pdfqa.engine.driver import Driver
from pdfqa.engine import response_making
from pdfqa.engine.response_events import Teller

fields = {"model": "m", "input": sys.argv[2], "conversation": sys.argv[3], **eval(sys.argv[4])}
def die(self, happening):
    print(self.response.id, flush=True)
    os._exit(9)
Teller.happened = die
engine = Engine(settings(Path(sys.argv[1])))
driver = Driver(engine)
call(engine, "create_response", **fields)
import time
time.sleep(20)
"""


@pytest.mark.parametrize("fields", [{}, {"background": True}, {"stream": True}], ids=["now", "background", "stream"])
def test_a_response_outlives_the_process_that_made_it(engine: Engine, home: Path, fields: dict[str, Any]) -> None:
    conversation = call(engine, "create_conversation").id
    ((code, output, complaints),) = finish(start(ASK_AND_DIE, home, WHO_CLUB, conversation, repr(fields)))
    assert 9 == code, complaints
    id_ = output.strip()
    assert call(engine, "get_response", id_).status in {"queued", "in_progress"}
    with pytest.raises(ConversationLockedError):
        call(engine, "create_response", model="m", input="x", conversation=conversation)
    with Driver(engine):
        assert CLUB_ANSWER == ended(engine, id_).output_text
        until(lambda: not engine.jobs.waiting("response", id_, parent=conversation))
    assert [WHO_CLUB, CLUB_ANSWER] == [
        item.text for item in call(engine, "get_conversation_items", conversation, order="asc").data
    ]


@pytest.mark.parametrize("store", [True, False])
def test_bytes_of_a_question_that_a_process_died_over_do_not_stay(engine: Engine, home: Path, store: bool) -> None:
    data = base64.b64encode(pdf_bytes(MINE)).decode()
    parts = [{"type": "input_file", "file_data": data}, {"type": "input_text", "text": WHO_CLUB}]
    fields = {"input": [{"role": "user", "content": parts}], "conversation": None, "store": store}
    ((code, output, complaints),) = finish(start(ASK_AND_DIE, home, "", "", repr(fields)))
    assert 9 == code, complaints
    kept = [file.id for file in engine.file_objects.all() if file.purpose == "user_data"]
    assert 1 == len(kept)
    with Driver(engine):
        until(lambda: not engine.jobs.waiting("response", output.strip()))
    left = engine.response_objects.all()
    assert (kept if store else []) == [id_ for response in left for id_ in response.files]
    assert (kept if store else []) == [file.id for file in engine.file_objects.all() if file.purpose == "user_data"]


def test_a_response_that_ends_every_process_is_given_up(engine: Engine) -> None:
    response = begun(engine, input=WHO_CLUB)
    with engine.database.atomic() as connection:
        connection.execute("UPDATE jobs SET attempts = 3")
    with Driver(engine):
        done = ended(engine, response.id)
    assert "failed" == done.status
    assert done.error is not None
    assert "begun 3 times" in done.error.message
    assert ["created", "queued", "in_progress", "failed"] == types(
        told(call(engine, "get_response", done.id, stream=True))
    )


def test_another_process_is_listened_to(engine: Engine, home: Path) -> None:
    response = begun(engine, input=WHO_CLUB)
    channel = call(engine, "get_response", response.id, stream=True)  # nobody here makes it
    with papers(home) as other, Driver(other):
        events = told(channel)
    assert "response.completed" == events[-1]["type"]
    assert list(range(len(events))) == [event["sequence_number"] for event in events]


def test_nobody_is_followed_when_nobody_listens(engine: Engine) -> None:
    response = begun(engine, input=WHO_CLUB)
    channel = call(engine, "get_response", response.id, stream=True)

    def following() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name == "pdfqa-follow"]

    assert following()
    del channel
    until(lambda: not following())


def test_another_process_may_cancel(with_model: Engine, model: ModelServer, home: Path) -> None:
    go_on = threading.Event()
    model.replies_with(says_then_waits("The treasurer", until=go_on))
    response = begun(with_model, input=WHO_CLUB)
    until(lambda: call(with_model, "get_response", response.id).status == "in_progress")
    with papers(home) as other:
        call(other, "cancel_response", response.id)
    until(lambda: with_model.channels.find(response.id) is None)
    go_on.set()
    assert "cancelled" == call(with_model, "get_response", response.id).status


def test_a_conversation_is_unlocked_when_the_answer_fails(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(breaks_off("x"))
    conversation = call(with_model, "create_conversation").id
    events = streamed(with_model, model="tiny", input=WHO_CLUB, conversation=conversation)
    assert "response.failed" == events[-1]["type"]
    model.replies_with(says("The treasurer of the sailing club is Margaret Holloway."))
    until(lambda: not with_model.jobs.any("response", conversation))
    call(with_model, "create_response", model="tiny", input=WHO_CLUB, conversation=conversation)
    assert 2 == len(call(with_model, "get_conversation_items", conversation).data)


def test_a_store_is_named_in_the_tool(working: Engine) -> None:
    assert store_of(working) in str(streamed(working, input=WHO_CLUB, tools=[search_tool(working)])[0])


def test_what_is_not_stored_is_not_found_while_it_is_made(with_model: Engine, model: ModelServer) -> None:
    go_on = threading.Event()
    model.replies_with(says_then_waits("The treasurer", until=go_on))
    channel = call(with_model, "create_response", model="tiny", input=WHO_CLUB, stream=True, store=False)
    until(lambda: len(channel.events) > 2)
    id_ = channel.events[0].data["response"]["id"]
    for name in ("get_response", "delete_response", "cancel_response", "get_response_input_items"):
        with pytest.raises(ObjectNotFoundError):
            call(with_model, name, id_)
    go_on.set()
    assert "response.completed" == told(channel)[-1]["type"]
