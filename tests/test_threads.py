"""Threads, messages and assistants: made, changed, listed and deleted, with what comes with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa.errors import InvalidRequestError, ObjectNotFoundError
from pdfqa.wire import Assistant, Thread, VectorStore
from tests.homes import WHO_CLUB
from tests.shelves import NOW, known, read, upload
from tests.stage import SEARCH, WEATHER, Stage, stage

DAY = 86_400


@pytest.fixture
def on(home: Path) -> Iterator[Stage]:
    with stage(home) as opened:
        yield opened


def stores_of(owner: Thread | Assistant) -> list[str]:
    """Return the vector stores of a thread or an assistant."""
    assert owner.tool_resources is not None
    found: list[str] = owner.tool_resources["file_search"]["vector_store_ids"]
    return found


def attached(file_id: str, *tools: str) -> dict[str, Any]:
    return {"file_id": file_id, "tools": [{"type": tool} for tool in tools or ("file_search",)]}


# Assistants


def test_an_assistant_has_what_it_was_given(on: Stage) -> None:
    given: dict[str, Any] = {
        "model": "gpt-4o",
        "name": "Kim",
        "description": "Reads.",
        "instructions": "Be kind.",
        "tools": [{"type": "code_interpreter"}, SEARCH, WEATHER],
        "tool_resources": {
            "code_interpreter": {"file_ids": [on.file.id]},
            "file_search": {"vector_store_ids": [on.store_id]},
        },
        "metadata": {"a": "b"},
        "temperature": 0.5,
        "top_p": 0.25,
        "response_format": {"type": "text"},
        "reasoning_effort": "low",
    }
    made = on.call("create_assistant", **given)
    assert made.to_dict() == {"id": made.id, "object": "assistant", "created_at": NOW, **given}
    assert made.id.startswith("asst_")
    assert on.call("get_assistant", made.id) == made


def test_an_assistant_needs_a_model_only(on: Stage) -> None:
    made = on.call("create_assistant", model="gpt-4o")
    assert made.to_dict() == {
        "id": made.id,
        "object": "assistant",
        "created_at": NOW,
        "model": "gpt-4o",
        "name": None,
        "description": None,
        "instructions": None,
        "tools": [],
        "tool_resources": None,
        "metadata": {},
        "temperature": None,
        "top_p": None,
        "response_format": "auto",
        "reasoning_effort": None,
    }


def test_what_is_given_changes_and_the_rest_stays(on: Stage) -> None:
    made = on.assistant(name="Kim", instructions="Be kind.", metadata={"a": "b"}, temperature=1, top_p=1)
    changed = on.call("modify_assistant", made.id, name="Lee", temperature=None, metadata={"c": "d"})
    assert (changed.name, changed.temperature, changed.metadata) == ("Lee", None, {"c": "d"})
    assert (changed.instructions, changed.top_p, changed.tools) == ("Be kind.", 1, [SEARCH])
    assert on.call("modify_assistant", made.id) == on.call("get_assistant", made.id) == changed
    changed = on.call("modify_assistant", made.id, model="gpt-5", tools=[WEATHER], metadata=None, response_format=None)
    assert (changed.model, changed.tools, changed.metadata, changed.response_format) == ("gpt-5", [WEATHER], {}, "auto")


def test_resources_change_tool_by_tool(on: Stage) -> None:
    made = on.assistant()
    code = {"code_interpreter": {"file_ids": [on.file.id]}}
    both = on.call("modify_assistant", made.id, tool_resources=code)
    assert both.tool_resources == {**code, "file_search": {"vector_store_ids": [on.store_id]}}
    none = on.call("modify_assistant", made.id, tool_resources={"file_search": {"vector_store_ids": []}})
    assert none.tool_resources == {**code, "file_search": {"vector_store_ids": []}}
    assert on.call("modify_assistant", made.id, tool_resources=None).tool_resources is None


def test_an_assistant_may_come_with_a_store_that_stays(on: Stage) -> None:
    wanted = {"file_ids": [on.file.id], "metadata": {"k": "v"}, "chunking_strategy": {"type": "auto"}}
    made = on.call("create_assistant", model="m", tool_resources={"file_search": {"vector_stores": [wanted]}})
    (store_id,) = stores_of(made)
    store: VectorStore = on.call("get_vector_store", store_id)
    assert (store.file_counts.total, store.metadata, store.expires_at) == (1, {"k": "v"}, None)
    on.call("delete_assistant", made.id)
    assert on.call("get_vector_store", store_id).id == store_id


def test_assistants_are_listed_latest_first(on: Stage) -> None:
    ids = [on.assistant().id for _ in range(5)]
    page = on.call("get_assistants", limit=2)
    assert ([one.id for one in page.data], page.has_more) == ([ids[4], ids[3]], True)
    page = on.call("get_assistants", limit=2, after=page.last_id)
    assert [one.id for one in page.data] == [ids[2], ids[1]]
    assert [one.id for one in on.call("get_assistants", order="asc", before=ids[1]).data] == [ids[0]]


def test_a_deleted_assistant_is_gone(on: Stage) -> None:
    made = on.assistant()
    deleted = on.call("delete_assistant", made.id)
    assert (deleted.id, deleted.object, deleted.deleted) == (made.id, "assistant.deleted", True)
    for name in ("get_assistant", "modify_assistant", "delete_assistant"):
        with pytest.raises(ObjectNotFoundError, match=f"No assistant found with id '{made.id}'"):
            on.call(name, made.id)


def test_there_is_one_default_assistant(on: Stage) -> None:
    assistant = on.engine.assistants.default()
    assert on.engine.assistants.default() == assistant
    assert (assistant.name, assistant.model, assistant.tools) == ("pdfqa", "extractive", [SEARCH])


SEARCHED = "tool_resources.file_search"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": ""}, "model"),
        ({"name": "x" * 257}, "name"),
        ({"description": "x" * 513}, "description"),
        ({"instructions": "x" * 256_001}, "instructions"),
        ({"tools": [WEATHER, WEATHER]}, "tools"),
        ({"tools": [{"type": "sorcery"}]}, "tools[0].type"),
        ({"tools": [SEARCH] * 129}, "tools"),
        ({"tools": [{"type": "function", "function": {"name": "no spaces"}}]}, "tools[0].function.name"),
        ({"tool_resources": {"file_search": {"vector_store_ids": ["vs_1", "vs_2"]}}}, f"{SEARCHED}.vector_store_ids"),
        ({"tool_resources": {"file_search": {"vector_store_ids": ["vs_0"]}}}, f"{SEARCHED}.vector_store_ids"),
        (
            {"tool_resources": {"file_search": {"vector_stores": [{"file_ids": ["file-0"]}]}}},
            f"{SEARCHED}.vector_stores[0].file_ids",
        ),
        (
            {"tool_resources": {"file_search": {"vector_store_ids": ["vs_0"], "vector_stores": [{}]}}},
            "tool_resources.file_search",
        ),
        (
            {"tool_resources": {"code_interpreter": {"file_ids": ["file-0"]}}},
            "tool_resources.code_interpreter.file_ids",
        ),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_field_of_an_assistant_is_named(on: Stage, fields: dict[str, Any], param: str) -> None:
    kept = on.call("create_assistant", model="m")
    with pytest.raises(InvalidRequestError) as caught:
        on.call("create_assistant", **{"model": "m", **fields})
    assert caught.value.param == param
    with pytest.raises(InvalidRequestError) as caught:
        on.call("modify_assistant", kept.id, **fields)
    assert caught.value.param == param
    assert on.call("get_assistants").data == [kept]
    assert len(on.call("get_vector_stores").data) == 1


# Threads


def test_a_thread_has_what_it_was_given(on: Stage) -> None:
    resources = {"file_search": {"vector_store_ids": [on.store_id]}}
    thread = on.thread(WHO_CLUB, "And?", tool_resources=resources, metadata={"a": "b"})
    assert thread.to_dict() == {
        "id": thread.id,
        "object": "thread",
        "created_at": NOW,
        "tool_resources": resources,
        "metadata": {"a": "b"},
    }
    assert on.call("get_thread", thread.id) == thread
    assert [message.text for message in on.engine.threads.messages(thread.id)] == [WHO_CLUB, "And?"]
    assert on.call("create_thread").tool_resources is None


def test_a_thread_may_come_with_a_store_that_goes_after_seven_days(on: Stage) -> None:
    thread = on.thread(tool_resources={"file_search": {"vector_stores": [{"file_ids": [on.file.id]}]}})
    store = on.call("get_vector_store", *stores_of(thread))
    assert (store.expires_after, store.expires_at) == ({"anchor": "last_active_at", "days": 7}, NOW + 7 * DAY)
    read(on.engine)
    run = on.run(thread, on.assistant(tool_resources=None))
    on.perform()
    assert "Holloway" in on.answer(run).text
    on.clock.time += 7 * DAY
    assert on.call("get_vector_store", store.id).status == "expired"
    late = on.call("create_run", thread.id, assistant_id=run.assistant_id)
    on.perform()
    assert on.again(late).status == "failed"


def test_a_thread_changes_in_its_resources_and_metadata(on: Stage) -> None:
    thread = on.thread(metadata={"a": "b"})
    changed = on.call("modify_thread", thread.id, tool_resources={"file_search": {"vector_store_ids": [on.store_id]}})
    assert (stores_of(changed), changed.metadata) == ([on.store_id], {"a": "b"})
    assert on.call("modify_thread", thread.id, metadata=None).metadata == {}
    assert on.call("modify_thread", thread.id) == on.call("get_thread", thread.id)
    assert on.call("modify_thread", thread.id, tool_resources=None).tool_resources is None


def test_a_deleted_thread_is_gone_with_its_messages(on: Stage) -> None:
    thread = on.thread()
    deleted = on.call("delete_thread", thread.id)
    assert (deleted.id, deleted.object, deleted.deleted) == (thread.id, "thread.deleted", True)
    for name in ("get_thread", "modify_thread", "delete_thread", "get_thread_messages"):
        with pytest.raises(ObjectNotFoundError, match=f"No thread found with id '{thread.id}'"):
            on.call(name, thread.id)


# Messages


def test_a_message_has_what_it_was_given(on: Stage) -> None:
    thread = on.thread()
    made = on.call("create_thread_message", thread.id, role="assistant", content="Good day.", metadata={"a": "b"})
    assert made.to_dict() == {
        "id": made.id,
        "object": "thread.message",
        "created_at": NOW,
        "thread_id": thread.id,
        "status": "completed",
        "incomplete_details": None,
        "completed_at": NOW,
        "incomplete_at": None,
        "role": "assistant",
        "content": [{"type": "text", "text": {"value": "Good day.", "annotations": []}}],
        "assistant_id": None,
        "run_id": None,
        "attachments": [],
        "metadata": {"a": "b"},
    }
    assert on.call("get_thread_message", thread.id, made.id) == made


def test_pictures_in_a_message_are_kept(on: Stage) -> None:
    picture = upload(on.engine, b"\x89PNG", "photo.png")
    content = [
        {"type": "text", "text": "Look:"},
        {"type": "image_file", "image_file": {"file_id": picture.id, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/1.png"}},
    ]
    thread = on.call("create_thread", messages=[{"role": "user", "content": content}])
    (message,) = on.engine.threads.messages(thread.id)
    assert message.to_dict()["content"] == [
        {"type": "text", "text": {"value": "Look:", "annotations": []}},
        {"type": "image_file", "image_file": {"file_id": picture.id, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/1.png", "detail": "auto"}},
    ]


def test_messages_are_listed_latest_first_and_by_run(on: Stage) -> None:
    run = on.asked(WHO_CLUB)
    on.call("create_thread_message", run.thread_id, role="user", content="Thanks.")
    thread_id = run.thread_id
    texts = [message.text for message in on.call("get_thread_messages", thread_id).data]
    assert (texts[0], texts[-1], len(texts)) == ("Thanks.", WHO_CLUB, 3)
    page = on.call("get_thread_messages", thread_id, limit=1, order="asc")
    assert (page.data[0].text, page.has_more, page.first_id) == (WHO_CLUB, True, page.last_id)
    assert len(on.call("get_thread_messages", thread_id, order="asc", after=page.last_id).data) == 2
    assert [message.run_id for message in on.call("get_thread_messages", thread_id, run_id=run.id).data] == [run.id]
    assert on.call("get_thread_messages", thread_id, run_id="run_0").data == []
    with pytest.raises(InvalidRequestError) as caught:
        on.call("get_thread_messages", thread_id, after="msg_0")
    assert caught.value.param == "after"


def test_only_the_metadata_of_a_message_can_be_changed(on: Stage) -> None:
    thread = on.thread()
    (message,) = on.engine.threads.messages(thread.id)
    changed = on.call("modify_thread_message", thread.id, message.id, metadata={"c": "d"})
    assert (changed.metadata, changed.text) == ({"c": "d"}, WHO_CLUB)
    assert on.call("modify_thread_message", thread.id, message.id) == changed
    with pytest.raises(InvalidRequestError) as caught:
        on.call("modify_thread_message", thread.id, message.id, content="other")
    assert caught.value.param == "content"


def test_a_deleted_message_is_gone(on: Stage) -> None:
    thread = on.thread()
    (message,) = on.engine.threads.messages(thread.id)
    deleted = on.call("delete_thread_message", thread.id, message.id)
    assert (deleted.id, deleted.object) == (message.id, "thread.message.deleted")
    for name in ("get_thread_message", "modify_thread_message", "delete_thread_message"):
        with pytest.raises(ObjectNotFoundError, match=f"No message found with id '{message.id}'"):
            on.call(name, thread.id, message.id)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"content": ""}, "content"),
        ({"content": " \n"}, "content"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text", "text": ""}]}, "content"),
        ({"content": [{"type": "image_file", "image_file": {"file_id": "file-0"}}]}, "content"),
        ({"content": [{"type": "sound"}]}, "content[0].type"),
        ({"role": "system"}, "role"),
        ({"attachments": [attached("file-0")]}, "attachments"),
        ({"attachments": [{"tools": []}]}, "attachments[0].file_id"),
        ({"metadata": {"k" * 65: "v"}}, "metadata"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_field_of_a_message_is_named(on: Stage, fields: dict[str, Any], param: str) -> None:
    thread, given = on.thread(), {"role": "user", "content": "x", **fields}
    with pytest.raises(InvalidRequestError) as caught:
        on.call("create_thread_message", thread.id, **given)
    assert caught.value.param == param
    with pytest.raises(InvalidRequestError) as caught:
        on.call("create_thread", messages=[{"role": "user", "content": "x"}, given])
    assert caught.value.param == f"messages[1].{param}"
    assert (len(on.engine.threads.messages(thread.id)), on.engine.thread_objects.count()) == (1, 1)


# Attachments


def test_an_attachment_makes_a_store_for_its_thread(on: Stage) -> None:
    thread = on.thread()
    message = on.call(
        "create_thread_message", thread.id, role="user", content=WHO_CLUB, attachments=[attached(on.file.id)]
    )
    assert message.attachments == [attached(on.file.id)]
    (store_id,) = stores_of(on.call("get_thread", thread.id))
    assert on.call("get_vector_store", store_id).expires_after == {"anchor": "last_active_at", "days": 7}
    read(on.engine)
    run = on.run(thread, on.assistant(tool_resources=None))
    on.perform()
    assert on.answer(run).annotations[0].file_citation.file_id == on.file.id


def test_attachments_go_into_the_store_there_is(on: Stage) -> None:
    other, third = known(on.engine, "The mayor of Lund is Astrid Nyberg."), known(on.engine, "Third.")
    attachments = [attached(file.id) for file in (on.file, other, other)]
    thread = on.call("create_thread", messages=[{"role": "user", "content": "x", "attachments": attachments}])
    (store_id,) = stores_of(thread)
    more = [attached(other.id), attached(third.id, "code_interpreter", "file_search")]
    on.call("create_thread_message", thread.id, role="user", content="y", attachments=more)
    assert stores_of(on.call("get_thread", thread.id)) == [store_id]
    inside = [entry.id for entry in on.call("get_vector_store_files", store_id, order="asc").data]
    assert sorted(inside) == sorted([on.file.id, other.id, third.id])


def test_an_attachment_that_is_not_to_be_searched_is_only_kept(on: Stage) -> None:
    attachments = [attached(on.file.id, "code_interpreter"), {"file_id": on.file.id}]
    thread = on.call("create_thread", messages=[{"role": "user", "content": "x", "attachments": attachments}])
    assert thread.tool_resources is None
    (message,) = on.engine.threads.messages(thread.id)
    assert message.attachments == [attached(on.file.id, "code_interpreter"), {"file_id": on.file.id, "tools": []}]
