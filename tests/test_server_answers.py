"""Whole questions over a real socket, asked by OpenAI's own client: with threads and runs, and with responses."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import AssistantEventHandler
from openai.types.beta import Assistant, Thread

from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, pdf
from tests.servers import Served, serving

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")

CONTENT: Any = "step_details.tool_calls[*].file_search.results[*].content"
FINAL = "thread.run.completed"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a server that all tests of this file share; each has keys of its own."""
    with serving(tmp_path_factory.mktemp("served") / "home") as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    """Return a client with a key of its own."""
    with served.client() as client:
        yield client


@pytest.fixture
def store(client: openai.OpenAI, tmp_path: Path) -> str:
    """Return a vector store that holds two small documents."""
    return filled(client, tmp_path)


def filled(client: openai.OpenAI, folder: Path) -> str:
    store = client.vector_stores.create(name="clubs")
    files = [pdf(folder / "club.pdf", CLUB, PARK), pdf(folder / "mine.pdf", MINE)]
    batch = client.vector_stores.file_batches.upload_and_poll(store.id, files=files)
    assert 2 == batch.file_counts.completed
    return store.id


@pytest.fixture
def assistant(client: openai.OpenAI, store: str) -> Assistant:
    return searching(client, store)


def searching(client: openai.OpenAI, store: str) -> Assistant:
    return client.beta.assistants.create(
        model="gpt-4o",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store]}},
    )


def asking(client: openai.OpenAI, question: str = WHO_CLUB) -> Thread:
    return client.beta.threads.create(messages=[{"role": "user", "content": question}])


def test_a_question_is_answered_by_a_run_that_is_polled(client: openai.OpenAI, assistant: Assistant) -> None:
    thread = asking(client)
    began = time.monotonic()
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id)
    assert "completed" == run.status
    assert time.monotonic() - began < 5
    (message, asked) = client.beta.threads.messages.list(thread.id).data
    assert ("assistant", "user") == (message.role, asked.role)
    content: Any = message.content[0]
    assert "Margaret Holloway" in content.text.value
    mark = content.text.annotations[0]
    assert mark.text == content.text.value[mark.start_index : mark.end_index]
    assert (1, True) == (mark.file_citation.page, mark.file_citation.verified)
    assert "club.pdf" == client.files.retrieve(mark.file_citation.file_id).filename
    assert [message.id] == [one.id for one in client.beta.threads.messages.list(thread.id, run_id=run.id)]


def test_the_steps_of_a_run_tell_what_was_found(client: openai.OpenAI, assistant: Assistant) -> None:
    thread = asking(client)
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id)
    steps = client.beta.threads.runs.steps.list(run.id, thread_id=thread.id, order="asc", include=[CONTENT]).data
    assert ["tool_calls", "message_creation"] == [step.type for step in steps]
    search: Any = steps[0].step_details
    assert "Margaret Holloway" in search.tool_calls[0].file_search.results[0].content[0].text
    bare: Any = client.beta.threads.runs.steps.retrieve(steps[0].id, thread_id=thread.id, run_id=run.id).step_details
    assert None is bare.tool_calls[0].file_search.results[0].content


class Heard(AssistantEventHandler):
    """Keeps what a stream tells."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.text = ""

    def on_event(self, event: Any) -> None:
        self.names.append(event.event)

    def on_text_delta(self, delta: Any, snapshot: Any) -> None:
        self.text += delta.value


def test_a_question_is_answered_by_a_run_that_is_streamed(client: openai.OpenAI, assistant: Assistant) -> None:
    thread, heard = asking(client), Heard()
    with client.beta.threads.runs.stream(thread_id=thread.id, assistant_id=assistant.id, event_handler=heard) as stream:
        stream.until_done()
        run, (message,) = stream.get_final_run(), stream.get_final_messages()
    assert ("completed", FINAL) == (run.status, heard.names[-1])
    assert ["thread.run.created", "thread.run.queued", "thread.run.in_progress"] == heard.names[:3]
    content: Any = message.content[0]
    assert "Margaret Holloway" in content.text.value
    assert heard.text == content.text.value
    assert message == client.beta.threads.messages.retrieve(message.id, thread_id=thread.id)


def test_a_thread_may_be_made_and_run_in_one(client: openai.OpenAI, assistant: Assistant) -> None:
    thread: Any = {"messages": [{"role": "user", "content": WHO_PARK}]}
    run = client.beta.threads.create_and_run_poll(assistant_id=assistant.id, thread=thread)
    said: Any = client.beta.threads.messages.list(run.thread_id).data[0].content[0]
    assert "Rodrigo Fuentes" in said.text.value
    with client.beta.threads.create_and_run_stream(assistant_id=assistant.id, thread=thread) as stream:
        names = [event.event for event in stream]
    assert ("thread.created", FINAL) == (names[0], names[-1])


WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
    },
}


def test_a_function_is_called_and_its_output_used(client: openai.OpenAI) -> None:
    assistant = client.beta.assistants.create(model="gpt-4o", tools=[WEATHER])
    thread = asking(client, "How is the weather in Korsholm?")
    run = client.beta.threads.runs.create_and_poll(
        thread_id=thread.id,
        assistant_id=assistant.id,
        tool_choice={"type": "function", "function": {"name": "get_weather"}},
    )
    assert "requires_action" == run.status
    assert run.required_action
    (call,) = run.required_action.submit_tool_outputs.tool_calls
    assert "get_weather" == call.function.name
    assert {"place"} == set(json.loads(call.function.arguments))
    output: Any = {"tool_call_id": call.id, "output": "It rains in Korsholm, at 7 degrees."}
    run = client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=thread.id, tool_outputs=[output]
    )
    assert "completed" == run.status
    said: Any = client.beta.threads.messages.list(thread.id).data[0].content[0]
    assert "It rains in Korsholm" in said.text.value


def test_a_wrong_step_of_a_run_is_refused(client: openai.OpenAI, assistant: Assistant) -> None:
    thread = asking(client)
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id)
    output: Any = {"tool_call_id": "call_1", "output": "x"}
    runs = client.beta.threads.runs
    where: dict[str, Any] = {"run_id": run.id, "thread_id": thread.id}
    calls: list[Callable[[], object]] = [
        lambda: runs.submit_tool_outputs(**where, tool_outputs=[output]),
        lambda: runs.cancel(**where),
        lambda: runs.retrieve("undefined", thread_id=thread.id),
    ]
    for call in calls:
        with pytest.raises(openai.BadRequestError):
            call()
    for call in (
        lambda: runs.retrieve(run.id, thread_id="thread_of_somebody_else"),
        lambda: runs.create(thread.id, assistant_id="asst_of_somebody_else"),
    ):
        with pytest.raises(openai.NotFoundError):
            call()


def test_a_question_is_answered_by_a_response(client: openai.OpenAI, store: str) -> None:
    tool: Any = {"type": "file_search", "vector_store_ids": [store]}
    answer = client.responses.create(model="gpt-4o", input=WHO_CLUB, tools=[tool], include=["file_search_call.results"])
    assert "completed" == answer.status
    assert "Margaret Holloway" in answer.output_text
    assert ["file_search_call", "message"] == [item.type for item in answer.output]
    search: Any = answer.output[0]
    assert "Margaret Holloway" in search.results[0].text
    said: Any = answer.output[1]
    assert "club.pdf" == said.content[0].annotations[0].filename
    assert answer.output_text == client.responses.retrieve(answer.id).output_text


def test_a_response_is_streamed(client: openai.OpenAI, store: str) -> None:
    tool: Any = {"type": "file_search", "vector_store_ids": [store]}
    with client.responses.stream(model="gpt-4o", input=WHO_PARK, tools=[tool]) as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert "Rodrigo Fuentes" in final.output_text
    numbers = [event.sequence_number for event in events if hasattr(event, "sequence_number")]
    assert sorted(set(numbers)) == numbers
    assert ("response.created", "response.completed") == (events[0].type, events[-1].type)


def test_a_conversation_goes_on(client: openai.OpenAI, store: str) -> None:
    tool: Any = {"type": "file_search", "vector_store_ids": [store]}
    conversation = client.conversations.create(metadata={"about": "clubs"})
    client.responses.create(model="gpt-4o", input=WHO_CLUB, tools=[tool], conversation=conversation.id)
    client.responses.create(model="gpt-4o", input=WHO_PARK, tools=[tool], conversation=conversation.id)
    items = list(client.conversations.items.list(conversation.id, order="asc", limit=2))
    assert ["message", "file_search_call", "message"] * 2 == [item.type for item in items]
    with pytest.raises(openai.BadRequestError) as both:
        client.responses.create(
            model="gpt-4o", input="Why?", conversation=conversation.id, previous_response_id="resp_1"
        )
    assert both.value.param in {"conversation", "previous_response_id"}
    assert client.conversations.delete(conversation.id).deleted


def test_a_response_in_the_background_is_polled(client: openai.OpenAI, store: str) -> None:
    tool: Any = {"type": "file_search", "vector_store_ids": [store]}
    raw = client.responses.with_raw_response.create(model="gpt-4o", input=WHO_CLUB, tools=[tool], background=True)
    assert 0 < int(raw.headers["openai-poll-after-ms"]) <= 1000
    answer = raw.parse()
    while answer.status in {"queued", "in_progress"}:
        time.sleep(0.02)
        answer = client.responses.retrieve(answer.id)
    assert "Margaret Holloway" in answer.output_text


def test_a_chat_completion_is_made_and_streamed(client: openai.OpenAI, store: str) -> None:
    messages: Any = [{"role": "user", "content": WHO_CLUB}]
    answer = client.chat.completions.create(model="gpt-4o", messages=messages)
    assert "Margaret Holloway" in str(answer.choices[0].message.content)
    pieces = [
        chunk.choices[0].delta.content or ""
        for chunk in client.chat.completions.create(model="gpt-4o", messages=messages, stream=True)
        if chunk.choices
    ]
    assert "Margaret Holloway" in "".join(pieces)


def test_models_and_embeddings(client: openai.OpenAI) -> None:
    models = [model.id for model in client.models.list()]
    assert "extractive" in models
    assert "extractive" == client.models.retrieve("extractive").id
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("org/no such model")
    made = client.embeddings.create(model="text-embedding-3-small", input=["ship", "vessel"])
    assert 2 == len(made.data)
    assert len(made.data[0].embedding) == len(made.data[1].embedding) > 100
