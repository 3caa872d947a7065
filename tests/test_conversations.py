"""Conversations: items are kept in order, added by who likes and by responses, and shown as far as is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai.types.conversations import Conversation, ConversationDeletedResource, ConversationItem, ConversationItemList

from pdfqa.engine import Engine
from pdfqa.errors import ObjectNotFoundError, PdfqaError
from pdfqa.wire.items import MessageItem
from tests.homes import WHO_CLUB, WHO_PARK
from tests.questions import CLUB_ANSWER, PARK_ANSWER, call, papers, respond, search_tool, theirs

HELLO = {"role": "user", "content": "Hello"}


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    with papers(home) as opened:
        yield opened


def items_of(engine: Engine, conversation: str, **fields: Any) -> list[Any]:
    page = call(engine, "get_conversation_items", conversation, **{"order": "asc", **fields})
    theirs(ConversationItemList, page)
    return list(page.data)


def error_of(engine: Engine, name: str, *ids: str, **fields: Any) -> PdfqaError:
    with pytest.raises(PdfqaError) as caught:
        call(engine, name, *ids, **fields)
    return caught.value


def test_a_conversation_is_made_with_items_and_metadata(engine: Engine) -> None:
    conversation = call(engine, "create_conversation", items=[HELLO], metadata={"a": "b"})
    theirs(Conversation, conversation)
    assert ({"a": "b"}, "conv_") == (conversation.metadata, conversation.id[:5])
    assert conversation == call(engine, "get_conversation", conversation.id)
    assert ["Hello"] == [item.text for item in items_of(engine, conversation.id)]


def test_an_empty_conversation_has_metadata_all_the_same(engine: Engine) -> None:
    conversation = call(engine, "create_conversation")
    assert {} == conversation.metadata
    page = call(engine, "get_conversation_items", conversation.id)
    assert ([], "", "", False) == (page.data, page.first_id, page.last_id, page.has_more)


def test_metadata_is_replaced_as_a_whole(engine: Engine) -> None:
    id_ = call(engine, "create_conversation", metadata={"a": "b"}).id
    assert {"c": "d"} == call(engine, "modify_conversation", id_, metadata={"c": "d"}).metadata
    assert {} == call(engine, "modify_conversation", id_, metadata=None).metadata
    assert "metadata" == error_of(engine, "modify_conversation", id_).param


def test_items_are_added_in_their_order_and_returned(engine: Engine) -> None:
    id_ = call(engine, "create_conversation", items=[HELLO]).id
    said = [{"role": "user", "content": f"Message {number}"} for number in range(5)]
    page = call(engine, "create_conversation_items", id_, items=said)
    theirs(ConversationItemList, page)
    assert ["Hello"] + [one["content"] for one in said] == [item.text for item in items_of(engine, id_)]
    assert (page.data[0].id, page.data[-1].id, False) == (page.first_id, page.last_id, page.has_more)
    for item in page.data:
        assert item == call(engine, "get_conversation_item", id_, item.id)
        theirs(ConversationItem, item)


def test_items_come_in_pages(engine: Engine) -> None:
    id_ = call(engine, "create_conversation").id
    for number in range(3):
        items = [{"role": "user", "content": f"{number}.{place}"} for place in range(20)]
        call(engine, "create_conversation_items", id_, items=items)
    seen, after = [], None
    while True:
        page = call(engine, "get_conversation_items", id_, limit=7, after=after)
        seen += [item.text for item in page.data]
        if not page.has_more:
            break
        after = page.last_id
    assert [f"{number}.{place}" for number in (2, 1, 0) for place in range(19, -1, -1)] == seen


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"items": [HELLO] * 21}, "items"),
        ({"items": []}, "items"),
        ({}, "items"),
        ({"items": [{"role": "user"}]}, "items[0].content"),
        ({"items": [HELLO], "include": ["x"]}, "include[0]"),
        ({"items": [HELLO, {**HELLO, "id": "msg_1"}, {**HELLO, "id": "msg_1"}]}, "items[2].id"),
    ],
)
def test_wrong_items_are_refused_and_none_is_added(engine: Engine, fields: dict[str, Any], param: str) -> None:
    id_ = call(engine, "create_conversation").id
    assert (400, param) == (
        error_of(engine, "create_conversation_items", id_, **fields).status,
        error_of(engine, "create_conversation_items", id_, **fields).param,
    )
    assert [] == items_of(engine, id_)


def test_no_more_than_twenty_items_begin_a_conversation(engine: Engine) -> None:
    assert "items" == error_of(engine, "create_conversation", items=[HELLO] * 21).param
    error_of(engine, "create_conversation", items=[HELLO, {"role": "user"}])
    assert 0 == engine.conversation_objects.count()


def test_an_item_is_taken_out(engine: Engine) -> None:
    conversation = call(engine, "create_conversation", items=[HELLO, {"role": "user", "content": "Bye"}])
    first, second = items_of(engine, conversation.id)
    assert conversation == call(engine, "delete_conversation_item", conversation.id, first.id)
    assert [second] == items_of(engine, conversation.id)
    assert isinstance(error_of(engine, "get_conversation_item", conversation.id, first.id), ObjectNotFoundError)
    assert isinstance(error_of(engine, "delete_conversation_item", conversation.id, first.id), ObjectNotFoundError)


def test_a_deleted_conversation_is_gone_with_its_items(engine: Engine) -> None:
    id_ = call(engine, "create_conversation", items=[HELLO]).id
    item = items_of(engine, id_)[0]
    theirs(ConversationDeletedResource, call(engine, "delete_conversation", id_))
    for name, *ids in (
        ("get_conversation", id_),
        ("delete_conversation", id_),
        ("get_conversation_items", id_),
        ("get_conversation_item", id_, item.id),
    ):
        assert f"No conversation found with id '{id_}'." == error_of(engine, name, *ids).message


def test_a_response_adds_its_input_and_its_output(engine: Engine) -> None:
    id_ = call(engine, "create_conversation").id
    for conversation in (id_, {"id": id_}):
        response = respond(engine, input=WHO_CLUB, conversation=conversation, tools=[search_tool(engine)])
        assert response.conversation is not None
        assert id_ == response.conversation.id
    kinds = [item.__struct_config__.tag for item in items_of(engine, id_)]
    assert ["message", "file_search_call", "message"] * 2 == kinds
    assert [WHO_CLUB, CLUB_ANSWER] * 2 == [item.text for item in items_of(engine, id_) if isinstance(item, MessageItem)]


def test_a_response_knows_what_the_conversation_holds(engine: Engine) -> None:
    said = {"role": "user", "content": "In which year was the sailing club founded?"}
    id_ = call(engine, "create_conversation", items=[said]).id
    response = respond(engine, input="By whom?", conversation=id_)
    assert "four fishermen" in response.output_text
    listed = call(engine, "get_response_input_items", response.id, order="asc").data
    assert [said["content"], "By whom?"] == [item.text for item in listed]
    respond(engine, input=WHO_PARK, conversation=id_)
    assert listed == call(engine, "get_response_input_items", response.id, order="asc").data


def test_a_response_without_input_answers_the_conversation(engine: Engine) -> None:
    id_ = call(engine, "create_conversation", items=[{"role": "user", "content": WHO_PARK}]).id
    assert PARK_ANSWER == respond(engine, conversation=id_).output_text
    assert [WHO_PARK, PARK_ANSWER] == [item.text for item in items_of(engine, id_)]


def test_a_chain_may_begin_in_a_conversation(engine: Engine) -> None:
    said = {"role": "user", "content": "In which year was the sailing club founded?"}
    id_ = call(engine, "create_conversation", items=[said]).id
    first = respond(engine, input=WHO_PARK, conversation=id_)
    second = respond(engine, input=WHO_CLUB, previous_response_id=first.id)
    listed = call(engine, "get_response_input_items", second.id, order="asc").data
    assert [said["content"], WHO_PARK, PARK_ANSWER, WHO_CLUB] == [item.text for item in listed]
    assert 3 == len(items_of(engine, id_))


def test_a_deleted_response_leaves_its_items_in_the_conversation(engine: Engine) -> None:
    id_ = call(engine, "create_conversation").id
    call(engine, "delete_response", respond(engine, input=WHO_CLUB, conversation=id_).id)
    assert [WHO_CLUB, CLUB_ANSWER] == [item.text for item in items_of(engine, id_)]


def test_what_is_not_stored_is_said_all_the_same(engine: Engine) -> None:
    id_ = call(engine, "create_conversation").id
    response = respond(engine, input=WHO_CLUB, conversation=id_, store=False)
    assert [WHO_CLUB, CLUB_ANSWER] == [item.text for item in items_of(engine, id_)]
    assert isinstance(error_of(engine, "get_response", response.id), ObjectNotFoundError)


def test_the_same_item_is_not_said_twice(engine: Engine) -> None:
    id_ = call(engine, "create_conversation", items=[{**HELLO, "id": "msg_1"}]).id
    error = error_of(engine, "create_response", model="m", input=[{**HELLO, "id": "msg_1"}], conversation=id_)
    assert "input[0].id" == error.param
    assert "msg_1" == items_of(engine, id_)[0].id
    referring = [{"type": "item_reference", "id": "msg_1"}, {"role": "user", "content": WHO_CLUB}]
    assert CLUB_ANSWER == respond(engine, input=referring).output_text


def test_results_and_images_are_shown_where_they_are_included(engine: Engine) -> None:
    id_ = call(engine, "create_conversation").id
    respond(engine, input=WHO_CLUB, conversation=id_, tools=[search_tool(engine)])
    search = items_of(engine, id_)[1]
    assert search.results is None
    shown = call(engine, "get_conversation_item", id_, search.id, include=["file_search_call.results"])
    assert "club.pdf" == shown.results[0].filename
    assert shown == items_of(engine, id_, include=["file_search_call.results"])[1]
    image = {"type": "input_image", "image_url": "https://example.org/x.png", "detail": "auto"}
    said = {"role": "user", "content": [image]}
    urls = "message.input_image.image_url"
    for include in ([], [urls]):
        added = call(engine, "create_conversation_items", id_, items=[said], include=include).data[0]
        assert bool(include) == bool(added.content[0].image_url)
        theirs(ConversationItem, added)


def test_each_owner_sees_only_its_own(engine: Engine) -> None:
    id_ = call(engine, "create_conversation", items=[HELLO]).id
    other = engine.owned_by("key_2")
    assert isinstance(error_of(other, "get_conversation", id_), ObjectNotFoundError)
    assert isinstance(error_of(other, "create_conversation_items", id_, items=[HELLO]), ObjectNotFoundError)
    assert isinstance(error_of(other, "create_response", model="m", input="x", conversation=id_), ObjectNotFoundError)
    item = items_of(engine, id_)[0]
    reference = {"type": "item_reference", "id": item.id}
    assert isinstance(error_of(other, "create_response", model="m", input=[reference]), ObjectNotFoundError)
