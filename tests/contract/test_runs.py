"""Whole questions by assistants, threads and runs, by every way: polled, streamed, with functions, and failing."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import msgspec
import pytest

from pdfqa import Client, errors
from pdfqa.wire import Assistant, Message, Run, RunStep, Thread
from tests.homes import CLUB, PARK, WHO_CLUB, WHO_PARK, pdf

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
SEARCH = {"type": "file_search"}
CONTENT: Final = "step_details.tool_calls[*].file_search.results[*].content"
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather at a place.",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
    },
}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return small PDFs by name; what is read of one is known to all tests."""
    folder = tmp_path_factory.mktemp("papers")
    return {name: pdf(folder / name, text).read_bytes() for name, text in (("club", CLUB), ("park", PARK))}


@pytest.fixture
def reader(client: Client, papers: dict[str, bytes]) -> Assistant:
    """Return an assistant that has read the papers."""
    ids = [client.upload_file((f"{name}.pdf", data)).id for name, data in papers.items()]
    store = client.create_vector_store_and_wait_to_complete(file_ids=ids, timeout=30)
    return client.create_assistant(
        model="gpt-4o", tools=[SEARCH], tool_resources={"file_search": {"vector_store_ids": [store.id]}}
    )


def asked(client: Client, question: str = WHO_CLUB) -> Thread:
    return client.create_thread(messages=[{"role": "user", "content": question}])


def assert_proved(message: Message, text: str) -> None:
    """Hold a message's citations against its text, and their quotes against a word they must have."""
    assert ("assistant", "completed") == (message.role, message.status)
    assert text in message.text
    assert message.annotations
    for mark in message.annotations:
        assert mark.text == message.text[mark.start_index : mark.end_index]
        assert mark.file_citation.verified
        assert 1 == mark.file_citation.page
        assert mark.file_citation.file_id.startswith("file-")
    assert any(text in mark.file_citation.quote for mark in message.annotations)


def test_a_question_is_answered_with_proof(client: Client, reader: Assistant) -> None:
    thread = asked(client)
    run = client.create_run(thread.id, assistant_id=reader.id, metadata={"n": "1"})
    assert run.id.startswith("run_")
    assert (thread.id, reader.id, "gpt-4o", {"n": "1"}) == (run.thread_id, run.assistant_id, run.model, run.metadata)
    seen: list[str] = []
    run = client.wait_for_run_to_complete(thread.id, run.id, timeout=30, progress=lambda run: seen.append(run.status))
    assert ("completed", "completed", None) == (run.status, seen[-1], run.last_error)
    assert set(seen) <= {"queued", "in_progress", "completed"}
    assert run.completed_at
    question, answer = client.get_thread_messages(thread.id, order="asc").data
    assert (WHO_CLUB, run.id, reader.id) == (question.text, answer.run_id, answer.assistant_id)
    assert_proved(answer, "Margaret Holloway")
    assert [answer] == client.get_thread_messages(thread.id, run_id=run.id).data
    assert answer == client.wait_for_thread_message_to_complete(thread.id, answer.id, timeout=5)
    assert run == client.get_run(thread.id, run.id)


def test_steps_tell_what_was_searched_and_written(client: Client, reader: Assistant) -> None:
    thread = asked(client)
    answer = client.run_and_get_assistant_response(thread.id, assistant_id=reader.id, timeout=30)
    assert answer.run_id
    search, writing = client.get_run_steps(thread.id, answer.run_id, order="asc").data
    assert ("tool_calls", "completed", "message_creation", "completed") == (
        search.type,
        search.status,
        writing.type,
        writing.status,
    )
    assert answer.id == writing.step_details["message_creation"]["message_id"]
    [call] = search.step_details["tool_calls"]
    assert "file_search" == call["type"]
    assert call["file_search"]["results"]
    assert not any("content" in result for result in call["file_search"]["results"])
    full = client.get_run_step(thread.id, answer.run_id, search.id, include=[CONTENT])
    result = full.step_details["tool_calls"][0]["file_search"]["results"][0]
    assert "club.pdf" == result["file_name"]
    assert "Margaret Holloway" in result["content"][0]["text"]
    assert full in client.get_run_steps(thread.id, answer.run_id, include=[CONTENT]).data


def test_a_conversation_goes_on(client: Client, reader: Assistant) -> None:
    thread = asked(client)
    first = client.run_and_get_assistant_response(thread.id, assistant_id=reader.id, timeout=30)
    assert_proved(first, "Margaret Holloway")
    second = client.run_and_get_assistant_response(
        thread.id,
        assistant_id=reader.id,
        additional_messages=[{"role": "user", "content": WHO_PARK}],
        timeout=30,
    )
    assert_proved(second, "Rodrigo Fuentes")
    assert 4 == len(client.get_thread_messages(thread.id).data)
    runs = client.get_runs(thread.id).data
    assert [second.run_id, first.run_id] == [run.id for run in runs]
    assert [first.run_id, second.run_id] == [
        run.id for run in client.iterate(client.get_runs, thread.id, limit=1, order="asc")
    ]
    changed = client.modify_run(thread.id, runs[0].id, metadata={"kept": "yes"})
    assert ({"kept": "yes"}, "completed") == (changed.metadata, changed.status)


def test_many_threads_ask_at_once(client: Client, reader: Assistant) -> None:
    questions = {WHO_CLUB: "Margaret Holloway", WHO_PARK: "Rodrigo Fuentes"}

    def ask(question: str) -> bool:
        thread = asked(client, question)
        answer = client.run_and_get_assistant_response(thread.id, assistant_id=reader.id, timeout=60)
        return questions[question] in answer.text

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, [*questions] * 8))


def test_a_thread_and_its_run_are_made_together(client: Client, reader: Assistant) -> None:
    run = client.create_thread_and_run(
        assistant_id=reader.id, thread={"messages": [{"role": "user", "content": WHO_PARK}]}
    )
    answer = client.wait_for_assistant_message(run.thread_id, run_id=run.id, timeout=30)
    assert_proved(answer, "Rodrigo Fuentes")
    assert answer == client.wait_for_assistant_message(run.thread_id, timeout=5)


def test_events_tell_a_run_from_its_making_to_its_end(client: Client, reader: Assistant) -> None:
    thread = asked(client)
    events = list(client.stream_run(thread.id, assistant_id=reader.id, include=[CONTENT]))
    names = [event.event for event in events]
    assert ["thread.run.created", "thread.run.queued", "thread.run.in_progress"] == names[:3]
    assert "thread.run.completed" == names[-1]
    assert names.index("thread.run.step.created") < names.index("thread.run.step.completed")
    assert names.index("thread.message.created") < names.index("thread.message.delta")
    assert names.index("thread.message.delta") < names.index("thread.message.completed")
    assert all(isinstance(event.data, Run) for event in events if re.match(r"thread\.run\.[a-z_]+$", event.event))
    assert all(isinstance(event.data, RunStep) for event in events if event.event == "thread.run.step.completed")
    [message] = [event.data for event in events if event.event == "thread.message.completed"]
    assert_proved(message, "Margaret Holloway")
    pieces = [
        part["text"].get("value") or ""
        for event in events
        if event.event == "thread.message.delta"
        for part in event.data["delta"]["content"]
    ]
    assert message.text == "".join(pieces)
    assert events[-1].data == client.get_run(thread.id, events[-1].data.id)
    assert message == client.get_thread_message(thread.id, message.id)


def test_a_new_thread_is_told_of_first(client: Client, reader: Assistant) -> None:
    thread = {"messages": [{"role": "user", "content": WHO_PARK}]}
    events = list(client.stream_thread_and_run(assistant_id=reader.id, thread=thread))
    assert "thread.created" == events[0].event
    assert isinstance(events[0].data, Thread)
    assert "thread.run.completed" == events[-1].event
    assert "Rodrigo Fuentes" in client.wait_for_assistant_message(events[0].data.id, timeout=5).text


def test_a_run_goes_on_when_nobody_listens(client: Client, reader: Assistant) -> None:
    thread = asked(client)
    for event in client.stream_run(thread.id, assistant_id=reader.id):
        run_id = event.data.id
        break
    assert "completed" == client.wait_for_run_to_complete(thread.id, run_id, timeout=30).status


def test_a_function_is_asked_for_and_its_output_answers(client: Client) -> None:
    assistant = client.create_assistant(model="extractive", tools=[WEATHER])
    thread = asked(client, "What is the weather in Oslo?")
    run = client.create_run(thread.id, assistant_id=assistant.id, tool_choice="required")
    run = client.wait_for_run_to_complete(thread.id, run.id, timeout=30)
    assert "requires_action" == run.status
    assert run.required_action
    assert "submit_tool_outputs" == run.required_action["type"]
    [call] = run.required_action["submit_tool_outputs"]["tool_calls"]
    assert ("function", "weather") == (call["type"], call["function"]["name"])
    assert set(json.loads(call["function"]["arguments"])) == {"place"}
    with pytest.raises(errors.WrongStateError):
        client.create_thread_message(thread.id, "And tomorrow?")
    outputs = [{"tool_call_id": call["id"], "output": "It rains in Oslo, at 7 degrees."}]
    run = client.submit_tool_outputs(thread.id, run.id, tool_outputs=outputs)
    assert run.status in {"queued", "in_progress"}
    assert "rains" in client.wait_for_assistant_message(thread.id, run_id=run.id, timeout=30).text
    done = client.get_run(thread.id, run.id)
    assert ("completed", None) == (done.status, done.required_action)
    with pytest.raises(errors.WrongStateError):
        client.submit_tool_outputs(thread.id, run.id, tool_outputs=outputs)


def test_a_stream_ends_with_a_function_and_another_begins_with_its_output(client: Client) -> None:
    assistant = client.create_assistant(model="extractive", tools=[WEATHER])
    thread = asked(client, "What is the weather in Oslo?")
    events = list(client.stream_run(thread.id, assistant_id=assistant.id, tool_choice="required"))
    assert "thread.run.requires_action" == events[-1].event
    run = events[-1].data
    [call] = run.required_action["submit_tool_outputs"]["tool_calls"]
    outputs = [{"tool_call_id": call["id"], "output": "It rains in Oslo."}]
    events = list(client.stream_tool_outputs(thread.id, run.id, tool_outputs=outputs))
    assert "thread.run.completed" == events[-1].event
    assert "rains" in client.wait_for_assistant_message(thread.id, timeout=5).text


def test_a_run_that_asks_for_something_is_no_answer(client: Client) -> None:
    assistant = client.create_assistant(model="extractive", tools=[WEATHER])
    thread = asked(client, "What is the weather in Oslo?")
    with pytest.raises(errors.WaitFailedError, match="requires action") as caught:
        client.run_and_get_assistant_response(
            thread.id, assistant_id=assistant.id, tool_choice={"type": "function", "function": {"name": "weather"}}
        )
    assert "submit_tool_outputs" in caught.value.hint
    run = caught.value.state
    assert "requires_action" == run.status
    with pytest.raises(errors.WaitFailedError, match="requires action"):
        client.wait_for_assistant_message(thread.id, timeout=5)
    with pytest.raises(errors.WrongStateError, match=run.id):
        client.create_run(thread.id, assistant_id=assistant.id)
    cancelled = client.cancel_run(thread.id, run.id)
    assert ("cancelled", None) == (cancelled.status, cancelled.required_action)
    with pytest.raises(errors.WaitFailedError, match="was cancelled"):
        client.wait_for_run_to_complete(thread.id, run.id, timeout=5)
    with pytest.raises(errors.WrongStateError):
        client.cancel_run(thread.id, run.id)
    client.create_thread_message(thread.id, "Never mind.")


def test_a_run_that_fails_says_why(client: Client) -> None:
    assistant = client.create_assistant(model="extractive", tools=[SEARCH])
    thread = client.create_thread()
    run = client.create_run(thread.id, assistant_id=assistant.id)
    with pytest.raises(errors.WaitFailedError) as caught:
        client.wait_for_run_to_complete(thread.id, run.id, timeout=30)
    state = caught.value.state
    assert ("failed", run.id) == (state.status, state.id)
    assert f"run {run.id} failed: {state.last_error.code}: {state.last_error.message}" == caught.value.message
    assert "there is no question to answer. Add a message" in caught.value.message
    with pytest.raises(errors.WaitFailedError, match=f"{run.id} failed"):
        client.wait_for_assistant_message(thread.id, timeout=5)
    events = list(client.stream_run(thread.id, assistant_id=assistant.id))
    assert "thread.run.failed" == events[-1].event


def test_nobody_answers_where_nobody_was_asked(client: Client) -> None:
    thread = asked(client)
    with pytest.raises(errors.WaitTimeoutError, match=f"the answer in {thread.id} was still"):
        client.wait_for_assistant_message(thread.id, timeout=0.1)


def test_a_run_that_is_cut_short_is_incomplete(client: Client) -> None:
    assistant = client.create_assistant(model="extractive", tools=[WEATHER])
    thread = asked(client, "What is the weather in Oslo?")
    run = client.create_run(thread.id, assistant_id=assistant.id, tool_choice="required", max_completion_tokens=256)
    run = client.wait_for_run_to_complete(thread.id, run.id, timeout=30)
    assert run.required_action is not None
    [call] = run.required_action["submit_tool_outputs"]["tool_calls"]
    long = "It rains: " + ", ".join(f"much in {year}" for year in range(1500, 2000))
    client.submit_tool_outputs(thread.id, run.id, tool_outputs=[{"tool_call_id": call["id"], "output": long}])
    with pytest.raises(errors.WaitFailedError, match="is incomplete: max_completion_tokens") as caught:
        client.wait_for_run_to_complete(thread.id, run.id, timeout=30)
    assert "incomplete" == caught.value.state.status
    [message] = client.get_thread_messages(thread.id, run_id=run.id).data
    with pytest.raises(errors.WaitFailedError, match=f"message {message.id} stays incomplete: max_tokens"):
        client.wait_for_thread_message_to_complete(thread.id, message.id, timeout=5)
    with pytest.raises(errors.WaitFailedError, match="stays incomplete"):
        client.wait_for_assistant_message(thread.id, timeout=5)


def test_a_deleted_thread_takes_its_runs_along(client: Client, reader: Assistant) -> None:
    thread = asked(client)
    run = client.create_run(thread.id, assistant_id=reader.id)
    client.delete_thread(thread.id)
    for call in (
        lambda: client.get_run(thread.id, run.id),
        lambda: client.get_runs(thread.id),
        lambda: client.get_run_steps(thread.id, run.id),
        lambda: client.wait_for_run_to_complete(thread.id, run.id, timeout=5),
    ):
        with pytest.raises(errors.ObjectNotFoundError):
            call()


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"assistant_id": "asst_nothing"}, "assistant_id"),
        ({"max_prompt_tokens": 255}, "max_prompt_tokens"),
        ({"temperature": 2.1}, "temperature"),
        ({"tool_choice": "perhaps"}, "tool_choice"),
        ({"truncation_strategy": {"type": "last_messages"}}, "truncation_strategy"),
        ({"additional_messages": [{"role": "user"}]}, "additional_messages[0].content"),
        ({"include": ["everything"]}, "include[0]"),
        ({"tools": [WEATHER] * 21}, "tools"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_field_of_a_run_is_named(client: Client, reader: Assistant, fields: dict[str, Any], param: str) -> None:
    thread = asked(client)
    for call in (client.create_run, lambda *ids, **fields: next(client.stream_run(*ids, **fields))):
        with pytest.raises(errors.InvalidRequestError) as caught:
            call(thread.id, **{"assistant_id": reader.id, **fields})
        assert param == caught.value.param
    assert [] == client.get_runs(thread.id).data


def test_all_runs_have_the_same_fields(client: Client, reader: Assistant) -> None:
    thread = asked(client)
    run = client.create_run(
        thread.id,
        assistant_id=reader.id,
        instructions="Be brief.",
        additional_instructions="And kind.",
        temperature=0.1,
        top_p=0.2,
        max_completion_tokens=1000,
        truncation_strategy={"type": "last_messages", "last_messages": 3},
        parallel_tool_calls=False,
        response_format={"type": "text"},
    )
    assert "Be brief.\nAnd kind." == run.instructions
    assert (0.1, 0.2, 1000, False) == (run.temperature, run.top_p, run.max_completion_tokens, run.parallel_tool_calls)
    assert ({"type": "last_messages", "last_messages": 3}, {"type": "text"}) == (
        run.truncation_strategy,
        run.response_format,
    )
    assert msgspec.json.encode(run)
    client.wait_for_run_to_complete(thread.id, run.id, timeout=30)
