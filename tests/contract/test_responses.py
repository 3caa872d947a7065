"""Responses, conversations, chat completions, models and embeddings, by every way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pdfqa import Client, errors
from pdfqa.wire.items import FileSearchCall, FunctionCallItem, MessageItem
from pdfqa.wire.responses import Response
from tests.homes import CLUB, PARK, WHO_CLUB, WHO_PARK, pdf

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
WEATHER = {
    "type": "function",
    "name": "weather",
    "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return small PDFs by name; what is read of one is known to all tests."""
    folder = tmp_path_factory.mktemp("papers")
    return {name: pdf(folder / name, text).read_bytes() for name, text in (("club", CLUB), ("park", PARK))}


@pytest.fixture
def search(client: Client, papers: dict[str, bytes]) -> dict[str, Any]:
    """Return the tool that searches the papers."""
    ids = [client.upload_file((f"{name}.pdf", data)).id for name, data in papers.items()]
    store = client.create_vector_store_and_wait_to_complete(file_ids=ids, timeout=30)
    return {"type": "file_search", "vector_store_ids": [store.id]}


def test_a_question_is_answered_with_its_search_and_citation(client: Client, search: dict[str, Any]) -> None:
    response = client.create_response(
        model="gpt-4o", input=WHO_CLUB, tools=[search], include=["file_search_call.results"], metadata={"n": "1"}
    )
    assert response.id.startswith("resp_")
    assert ("completed", "gpt-4o", {"n": "1"}) == (response.status, response.model, response.metadata)
    assert "Margaret Holloway" in response.output_text
    assert ["FileSearchCall", "MessageItem"] == [type(item).__name__ for item in response.output]
    call, message = response.output
    assert isinstance(call, FileSearchCall)
    assert isinstance(message, MessageItem)
    assert call.results
    assert "club.pdf" in {result.filename for result in call.results}
    assert "club.pdf" == response.annotations[0].filename
    assert response.output_text == client.get_response(response.id).output_text


def test_a_response_goes_on_from_another(client: Client, search: dict[str, Any]) -> None:
    first = client.create_response(model="extractive", input=WHO_CLUB, tools=[search])
    second = client.create_response(model="extractive", input=WHO_PARK, tools=[search], previous_response_id=first.id)
    assert "Rodrigo Fuentes" in second.output_text
    assert first.id == second.previous_response_id
    items = client.get_response_input_items(second.id, order="asc").data
    assert len(items) > 2
    assert items == list(client.iterate(client.get_response_input_items, second.id, order="asc", limit=1))
    again = client.create_response(
        model="extractive", input=[*second.output, {"role": "user", "content": WHO_CLUB}], tools=[search]
    )
    assert "Margaret Holloway" in again.output_text
    deleted = client.delete_response(first.id)
    assert (first.id, True) == (deleted.id, deleted.deleted)
    with pytest.raises(errors.ObjectNotFoundError, match=first.id):
        client.get_response(first.id)


def test_events_tell_a_response_from_its_making_to_its_end(client: Client, search: dict[str, Any]) -> None:
    events = list(client.stream_response(model="extractive", input=WHO_CLUB, tools=[search]))
    names = [event.event for event in events]
    assert ("response.created", "response.completed") == (names[0], names[-1])
    assert names.index("response.output_item.added") < names.index("response.output_text.delta")
    assert list(range(len(events))) == [event.data["sequence_number"] for event in events]
    text = "".join(event.data["delta"] for event in events if event.event == "response.output_text.delta")
    final = events[-1].data["response"]
    assert isinstance(final, Response)
    assert text == final.output_text
    assert "Margaret Holloway" in text
    assert text == client.get_response(final.id).output_text


def test_a_response_in_the_background_is_waited_for_and_told_again(client: Client, search: dict[str, Any]) -> None:
    response = client.create_response(model="extractive", input=WHO_CLUB, tools=[search], background=True)
    assert response.status in {"queued", "in_progress", "completed"}
    done = client.wait_for_response_to_complete(response.id, timeout=30)
    assert "Margaret Holloway" in done.output_text
    events = list(client.resume_response(response.id))
    assert "response.completed" == events[-1].event
    later = list(client.resume_response(response.id, starting_after=events[-3].data["sequence_number"]))
    assert [event.event for event in events[-2:]] == [event.event for event in later]
    assert "completed" == client.cancel_response(response.id).status
    plain = client.create_response(model="extractive", input=WHO_CLUB, tools=[search])
    with pytest.raises(errors.WrongStateError):
        client.cancel_response(plain.id)


def test_a_function_is_called_and_its_output_answers(client: Client) -> None:
    response = client.create_response(
        model="extractive", input="What is the weather in Oslo?", tools=[WEATHER], tool_choice="required"
    )
    [call] = response.output
    assert isinstance(call, FunctionCallItem)
    assert "weather" == call.name
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "It rains in Oslo."}
    again = client.create_response(
        model="extractive", input=[output], tools=[WEATHER], previous_response_id=response.id
    )
    assert "rains" in again.output_text


def test_a_conversation_holds_what_is_said(client: Client, search: dict[str, Any]) -> None:
    conversation = client.create_conversation(metadata={"topic": "ships"})
    assert conversation.id.startswith("conv_")
    first = client.create_response(model="extractive", input=WHO_CLUB, tools=[search], conversation=conversation.id)
    assert first.conversation
    assert conversation.id == first.conversation.id
    [added] = client.create_conversation_items(
        conversation.id, [{"type": "message", "role": "user", "content": "And then?"}]
    ).data
    items = client.get_conversation_items(conversation.id, order="asc").data
    assert added == items[-1]
    assert [item.id for item in items] == [
        item.id for item in client.iterate(client.get_conversation_items, conversation.id, order="asc", limit=2)
    ]
    assert added == client.get_conversation_item(conversation.id, str(added.id))
    assert conversation.id == client.delete_conversation_item(conversation.id, str(added.id)).id
    assert len(items) - 1 == len(client.get_conversation_items(conversation.id).data)
    assert {"a": "1"} == client.modify_conversation(conversation.id, metadata={"a": "1"}).metadata
    assert {"a": "1"} == client.get_conversation(conversation.id).metadata
    assert client.delete_conversation(conversation.id).deleted
    with pytest.raises(errors.ObjectNotFoundError):
        client.get_conversation(conversation.id)


def test_a_chat_is_answered_at_once_and_piece_by_piece(client: Client, search: dict[str, Any]) -> None:
    messages = [{"role": "user", "content": WHO_CLUB}]
    completion = client.create_completion(model="gpt-4o", messages=messages, store=True, metadata={"a": "1"})
    assert ("chat.completion", "gpt-4o", "stop") == (
        completion.object,
        completion.model,
        completion.choices[0].finish_reason,
    )
    assert "Margaret Holloway" in completion.text
    events = list(client.stream_completion(model="gpt-4o", messages=messages, stream_options={"include_usage": True}))
    assert {"chat.completion.chunk"} == {event.event for event in events}
    pieces = [choice["delta"].get("content") or "" for event in events for choice in event.data["choices"]]
    assert completion.text == "".join(pieces)
    assert events[-1].data["usage"]
    assert completion.id == client.get_completion(completion.id).id
    assert [completion.id] == [kept.id for kept in client.get_completions(metadata={"a": "1"}).data]
    assert [] == client.get_completions(metadata={"a": "2"}).data
    assert [WHO_CLUB] == [message.content for message in client.get_completion_messages(completion.id).data]
    assert {"b": "2"} == client.modify_completion(completion.id, metadata={"b": "2"}).metadata
    assert client.delete_completion(completion.id).deleted
    assert [] == client.get_completions().data


def test_models_and_vectors(client: Client) -> None:
    models = client.list_models().data
    assert "extractive" == models[0].id
    assert models[0] == client.get_model("extractive")
    with pytest.raises(errors.ObjectNotFoundError):
        client.get_model("ft:nothing")
    with pytest.raises(errors.WrongStateError):
        client.delete_model("extractive")
    result = client.create_embeddings(["a ship", "a boat", "a tax"], model=models[-1].id, encoding_format="float")
    assert [0, 1, 2] == [one.index for one in result.data]
    ship, boat, tax = (one.embedding for one in result.data)
    assert not isinstance(ship, str)
    assert not isinstance(boat, str)
    assert not isinstance(tax, str)
    assert sum(map(float.__mul__, ship, boat)) > sum(map(float.__mul__, ship, tax))


def test_tokens_are_counted_and_what_was_said_is_made_short(client: Client) -> None:
    assert client.count_input_tokens(model="extractive", input="How many words are these?").input_tokens > 3
    said = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Good day."}]
    compacted = client.compact_response(model="extractive", input=said)
    assert 1 == len(compacted.output)


@pytest.mark.parametrize(
    ("call", "param"),
    [
        (lambda client: client.create_response(model="x"), "input"),
        (lambda client: client.create_response(model="x", input="y", max_output_tokens=15), "max_output_tokens"),
        (lambda client: client.create_response(model="x", input="y", temperature=3), "temperature"),
        (lambda client: client.create_response(model="x", input="y", tools=[{"type": "magic"}]), "tools[0].type"),
        (lambda client: next(client.stream_response(model="x", input="y", include=["all"])), "include[0]"),
        (lambda client: client.create_completion(model="x", messages=[]), "messages"),
        (lambda client: client.create_completion(model="x", messages=[{"role": "user", "content": "y"}], n=0), "n"),
        (lambda client: client.create_embeddings([], model="x"), "input"),
        (lambda client: client.create_conversation(items=[{"type": "x"}]), "items[0].type"),
        (
            lambda client: client.create_response(model="x", input="y", previous_response_id="resp_nothing"),
            "previous_response_id",
        ),
        (lambda client: client.get_response("run_1"), "response_id"),
        (lambda client: client.get_conversation("thread_1"), "conversation_id"),
        (lambda client: client.get_completion("resp_1"), "completion_id"),
    ],
)
def test_a_wrong_field_is_named(client: Client, call: Callable[[Any], object], param: str) -> None:
    with pytest.raises(errors.InvalidRequestError) as caught:
        call(client)
    assert (400, param) == (caught.value.status, caught.value.param)


def test_what_is_not_there_is_not_found(client: Client) -> None:
    tool = {"type": "file_search", "vector_store_ids": ["vs_nothing"]}
    calls: list[Callable[[], object]] = [
        lambda: client.get_response("resp_nothing"),
        lambda: client.create_response(model="x", input="y", conversation="conv_nothing"),
        lambda: client.create_response(model="x", input="y", tools=[tool]),
        lambda: client.get_conversation_items("conv_nothing"),
        lambda: client.get_completion("chatcmpl-nothing"),
    ]
    for call in calls:
        with pytest.raises(errors.ObjectNotFoundError, match="nothing") as caught:
            call()
        assert 404 == caught.value.status
