"""Assistants, threads and messages, by every way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pdfqa import Client, errors

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
SEARCH = {"type": "file_search"}
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


def test_an_assistant_keeps_what_it_was_given(client: Client) -> None:
    store = client.create_vector_store()
    assistant = client.create_assistant(
        model="gpt-4o",
        name="Reader",
        description="Reads reports",
        instructions="Be brief.",
        tools=[SEARCH, WEATHER],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
        metadata={"team": "blue"},
        temperature=0.5,
        top_p=0.9,
    )
    assert assistant.id.startswith("asst_")
    assert ("assistant", "gpt-4o", "Reader", "Reads reports", "Be brief.") == (
        assistant.object,
        assistant.model,
        assistant.name,
        assistant.description,
        assistant.instructions,
    )
    assert ["file_search", "function"] == [tool["type"] for tool in assistant.tools]
    assert "weather" == assistant.tools[1]["function"]["name"]
    assert [store.id] == (assistant.tool_resources or {})["file_search"]["vector_store_ids"]
    assert ({"team": "blue"}, 0.5, 0.9) == (assistant.metadata, assistant.temperature, assistant.top_p)
    assert assistant == client.get_assistant(assistant.id)


def test_modifying_an_assistant_changes_what_is_given_and_null_takes_away(client: Client) -> None:
    assistant = client.create_assistant(
        model="extractive", name="Reader", instructions="Be brief.", metadata={"a": "1"}
    )
    changed = client.modify_assistant(assistant.id, name="Writer", tools=[SEARCH])
    assert ("Writer", "Be brief.", {"a": "1"}) == (changed.name, changed.instructions, changed.metadata)
    assert [SEARCH] == [{"type": tool["type"]} for tool in changed.tools]
    changed = client.modify_assistant(assistant.id, instructions=None, metadata={"b": "2"})
    assert ("Writer", None, {"b": "2"}) == (changed.name, changed.instructions, changed.metadata)
    assert changed == client.get_assistant(assistant.id)


def test_assistants_are_listed_and_deleted(client: Client) -> None:
    made = [client.create_assistant(model="extractive", name=str(number)).id for number in range(5)]
    assert made[::-1] == [assistant.id for assistant in client.get_assistants().data]
    assert made == [assistant.id for assistant in client.iterate(client.get_assistants, limit=2, order="asc")]
    page = client.get_assistants(limit=2, order="desc", before=made[1])
    assert [made[3], made[2]] == [assistant.id for assistant in page.data]
    deleted = client.delete_assistant(made[0])
    assert (made[0], "assistant.deleted", True) == (deleted.id, deleted.object, deleted.deleted)
    assert made[1:] == [assistant.id for assistant in client.get_assistants(order="asc").data]


def test_all_assistants_are_deleted_while_they_are_walked(client: Client) -> None:
    for number in range(5):
        client.create_assistant(model="m", name=f"{number}")
    for assistant in client.iterate(client.get_assistants, limit=2):
        client.delete_assistant(assistant.id)
    assert [] == client.get_assistants().data


def test_a_thread_begins_with_its_messages(client: Client) -> None:
    thread = client.create_thread(
        messages=[
            {"role": "user", "content": "Hello.", "metadata": {"n": "1"}},
            {"role": "assistant", "content": [{"type": "text", "text": "Good day."}]},
        ],
        metadata={"topic": "ships"},
    )
    assert thread.id.startswith("thread_")
    assert ({"topic": "ships"}, thread) == (thread.metadata, client.get_thread(thread.id))
    messages = client.get_thread_messages(thread.id, order="asc").data
    assert [("user", "Hello."), ("assistant", "Good day.")] == [(message.role, message.text) for message in messages]
    assert {"n": "1"} == messages[0].metadata
    assert {"completed"} == {message.status for message in messages}


def test_messages_are_added_got_changed_and_deleted(client: Client) -> None:
    thread = client.create_thread()
    message = client.create_thread_message(thread.id, "Who?", metadata={"a": "1"})
    assert message.id.startswith("msg_")
    assert ("user", "Who?", thread.id, None) == (message.role, message.text, message.thread_id, message.run_id)
    assert message == client.get_thread_message(thread.id, message.id)
    assert message == client.wait_for_thread_message_to_complete(thread.id, message.id, timeout=5)
    changed = client.modify_thread_message(thread.id, message.id, metadata={"b": "2"})
    assert ({"b": "2"}, "Who?") == (changed.metadata, changed.text)
    deleted = client.delete_thread_message(thread.id, message.id)
    assert (message.id, "thread.message.deleted", True) == (deleted.id, deleted.object, deleted.deleted)
    assert [] == client.get_thread_messages(thread.id).data


def test_messages_are_listed_both_ways(client: Client) -> None:
    texts = [f"Message {number}" for number in range(6)]
    thread = client.create_thread(messages=[{"role": "user", "content": text} for text in texts])
    newest = client.get_thread_messages(thread.id, limit=2)
    assert (texts[:3:-1], True) == ([message.text for message in newest.data], newest.has_more)
    older = client.get_thread_messages(thread.id, limit=3, after=newest.last_id)
    assert texts[3:0:-1] == [message.text for message in older.data]
    back = client.get_thread_messages(thread.id, limit=1, before=older.first_id)
    assert [texts[4]] == [message.text for message in back.data]
    assert texts == [
        message.text for message in client.iterate(client.get_thread_messages, thread.id, limit=4, order="asc")
    ]


def test_an_attached_file_goes_into_the_threads_store(client: Client) -> None:
    file = client.upload_file(("a.txt", b"words"))
    thread = client.create_thread()
    message = client.create_thread_message(thread.id, "What?", attachments=[{"file_id": file.id, "tools": [SEARCH]}])
    assert [file.id] == [attachment["file_id"] for attachment in message.attachments or []]
    [store_id] = (client.get_thread(thread.id).tool_resources or {})["file_search"]["vector_store_ids"]
    assert [file.id] == [entry.id for entry in client.get_vector_store_files(store_id).data]
    store = client.get_vector_store(store_id)
    assert {"anchor": "last_active_at", "days": 7} == store.expires_after


def test_a_store_is_made_along_with_a_thread(client: Client) -> None:
    file = client.upload_file(("a.txt", b"words"))
    thread = client.create_thread(tool_resources={"file_search": {"vector_stores": [{"file_ids": [file.id]}]}})
    [store_id] = (thread.tool_resources or {})["file_search"]["vector_store_ids"]
    assert 1 == client.get_vector_store(store_id).file_counts.total
    changed = client.modify_thread(thread.id, metadata={"a": "1"})
    assert (thread.tool_resources, {"a": "1"}) == (changed.tool_resources, changed.metadata)


def test_a_deleted_thread_takes_its_messages_along(client: Client) -> None:
    thread = client.create_thread(messages=[{"role": "user", "content": "Hello."}])
    [message] = client.get_thread_messages(thread.id).data
    deleted = client.delete_thread(thread.id)
    assert (thread.id, "thread.deleted", True) == (deleted.id, deleted.object, deleted.deleted)
    for call in (
        lambda: client.get_thread(thread.id),
        lambda: client.get_thread_messages(thread.id),
        lambda: client.get_thread_message(thread.id, message.id),
        lambda: client.create_thread_message(thread.id, "More?"),
    ):
        with pytest.raises(errors.ObjectNotFoundError, match=thread.id):
            call()


@pytest.mark.parametrize(
    ("call", "param"),
    [
        (lambda client, thread: client.create_thread_message(thread, ""), "content"),
        (lambda client, thread: client.create_thread_message(thread, "x", role="system"), "role"),
        (lambda client, thread: client.create_thread_message(thread, [{"type": "text"}]), "content[0].text"),
        (lambda client, thread: client.create_thread(messages=[{"role": "user"}]), "messages[0].content"),
        (lambda client, thread: client.get_thread_messages(thread, limit=0), "limit"),
        (lambda client, thread: client.get_thread_messages(thread, limit=101), "limit"),
        (lambda client, thread: client.get_thread_messages(thread, order="up"), "order"),
        (lambda client, thread: client.create_assistant(model=""), "model"),
        (lambda client, thread: client.create_assistant(model="x", name="n" * 257), "name"),
        (lambda client, thread: client.create_assistant(model="x", temperature=3), "temperature"),
        (lambda client, thread: client.create_assistant(model="x", tools=[{"type": "magic"}]), "tools[0].type"),
        (
            lambda client, thread: client.create_assistant(
                model="x", tool_resources={"file_search": {"vector_store_ids": ["vs_1", "vs_2"]}}
            ),
            "tool_resources.file_search.vector_store_ids",
        ),
        (lambda client, thread: client.get_thread("msg_1"), "thread_id"),
        (lambda client, thread: client.get_thread_message(thread, "run_1"), "message_id"),
        (lambda client, thread: client.get_assistant("5"), "assistant_id"),
    ],
)
def test_a_wrong_field_is_named(client: Client, call: Callable[[Any, str], object], param: str) -> None:
    thread = client.create_thread()
    with pytest.raises(errors.InvalidRequestError) as caught:
        call(client, thread.id)
    assert (400, param) == (caught.value.status, caught.value.param)
    assert [] == client.get_thread_messages(thread.id).data
    assert [] == client.get_assistants().data


def test_what_is_not_there_is_not_found(client: Client) -> None:
    thread = client.create_thread()
    calls: list[Callable[[], object]] = [
        lambda: client.get_thread("thread_nothing"),
        lambda: client.modify_thread("thread_nothing", metadata={}),
        lambda: client.get_thread_message(thread.id, "msg_nothing"),
        lambda: client.get_assistant("asst_nothing"),
        lambda: client.delete_assistant("asst_nothing"),
        lambda: client.create_assistant(
            model="x", tool_resources={"file_search": {"vector_store_ids": ["vs_nothing"]}}
        ),
        lambda: client.create_thread_message(
            thread.id, "x", attachments=[{"file_id": "file-nothing", "tools": [SEARCH]}]
        ),
    ]
    for call in calls:
        with pytest.raises(errors.ObjectNotFoundError, match="nothing") as caught:
            call()
        assert 404 == caught.value.status
    assert [] == client.get_thread_messages(thread.id).data
