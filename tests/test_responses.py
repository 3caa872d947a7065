"""Responses: what is asked for is checked, answered from the documents, kept, and goes on from what was said before."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai.types.responses import CompactedResponse, InputTokenCountResponse
from openai.types.responses.response_item_list import ResponseItemList

from pdfqa.engine import Engine
from pdfqa.errors import (
    BackendError,
    InvalidRequestError,
    InvalidValueError,
    MissingFieldError,
    NotAPdfError,
    ObjectNotFoundError,
    PdfqaError,
    UnknownFieldError,
    WrongStateError,
)
from pdfqa.wire.items import FileSearchCall, FunctionCallItem, MessageItem
from pdfqa.wire.requests import Content, UploadFile
from tests.homes import MINE, WHO_CLUB, WHO_PARK, pdf
from tests.model_server import ModelServer, calls, model_server, refuses, says
from tests.questions import (
    CLUB_ANSWER,
    PARK_ANSWER,
    call,
    file_of,
    papers,
    respond,
    search_tool,
    store_of,
    theirs,
    told,
)

WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    with papers(home) as opened:
        yield opened


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def with_model(home: Path, model: ModelServer) -> Iterator[Engine]:
    with papers(home, model="tiny", base_url=model.url) as opened:
        yield opened


def error_of(engine: Engine, name: str = "create_response", /, *ids: str, **fields: Any) -> PdfqaError:
    with pytest.raises(PdfqaError) as caught:
        call(engine, name, *ids, **fields)
    return caught.value


# The answer


def test_a_question_is_answered_with_its_citation(engine: Engine) -> None:
    response = respond(engine, input=WHO_CLUB)
    assert ("completed", CLUB_ANSWER) == (response.status, response.output_text)
    mark = response.annotations[0]
    assert (file_of(engine, "club.pdf"), "club.pdf", 56) == (mark.file_id, mark.filename, mark.index)
    assert "[1]" == mark.text == response.output_text[mark.index : mark.index + len(mark.text)]
    assert ("The treasurer of the sailing club is Margaret Holloway.", 1, True) == (
        mark.quote,
        mark.page,
        mark.verified,
    )
    assert len(mark.boxes) == 1


def test_the_model_is_named_as_it_was_asked_for(engine: Engine) -> None:
    assert "gpt-6-astra" == respond(engine, model="gpt-6-astra", input=WHO_CLUB).model


def test_without_a_tool_everything_is_searched_and_only_a_message_comes(engine: Engine) -> None:
    assert ["message"] == [item.__struct_config__.tag for item in respond(engine, input=WHO_PARK).output]


def test_a_file_search_is_an_item_of_the_output(engine: Engine) -> None:
    search, message = respond(engine, input=WHO_CLUB, tools=[search_tool(engine)]).output
    assert isinstance(search, FileSearchCall)
    assert isinstance(message, MessageItem)
    assert ("completed", [WHO_CLUB], None) == (search.status, search.queries, search.results)
    assert search.id.startswith("fs_")
    assert message.id.startswith("msg_")


def test_results_come_where_they_are_included_and_are_kept_for_later(engine: Engine) -> None:
    include = ["file_search_call.results"]
    response = respond(engine, input=WHO_CLUB, tools=[search_tool(engine)], include=include)
    search = response.output[0]
    assert isinstance(search, FileSearchCall)
    assert search.results
    best = search.results[0]
    assert ("club.pdf", {"about": "club"}, 1) == (best.filename, best.attributes, best.page)
    assert "Margaret Holloway" in best.text
    assert call(engine, "get_response", response.id).output[0].results is None
    assert search == call(engine, "get_response", response.id, include=include).output[0]


def test_filters_and_limits_of_the_tool_are_kept(engine: Engine) -> None:
    about_park = {"type": "eq", "key": "about", "value": "park"}
    tool = search_tool(engine, filters=about_park, max_num_results=1)
    response = respond(engine, input=WHO_CLUB, tools=[tool], include=["file_search_call.results"])
    search = response.output[0]
    assert isinstance(search, FileSearchCall)
    assert {"park.pdf"} >= {found.filename for found in search.results or []}
    assert "Margaret" not in response.output_text


@pytest.mark.parametrize("weights", [(0.0, 1.0), (1.0, 0.0), (0.3, 0.7)])
def test_search_may_be_weighed(engine: Engine, weights: tuple[float, float]) -> None:
    hybrid = {"embedding_weight": weights[0], "text_weight": weights[1]}
    options = {"ranker": "auto", "score_threshold": 0.1, "hybrid_search": hybrid}
    response = respond(engine, input=WHO_CLUB, tools=[search_tool(engine, ranking_options=options)])
    assert CLUB_ANSWER == response.output_text
    assert options == response.tools[0]["ranking_options"]


def test_several_stores_are_searched_together(engine: Engine) -> None:
    other = call(engine, "create_vector_store", name="empty").id
    tool = {"type": "file_search", "vector_store_ids": [other, store_of(engine)]}
    assert PARK_ANSWER == respond(engine, input=WHO_PARK, tools=[tool]).output_text


def test_nothing_is_searched_where_tools_are_not_to_be_used(engine: Engine) -> None:
    for fields in ({"tool_choice": "none"}, {"max_tool_calls": 0}):
        response = respond(engine, input=WHO_CLUB, tools=[search_tool(engine)], **fields)
        assert ["message"] == [item.__struct_config__.tag for item in response.output]
        assert [] == response.annotations


def test_too_few_tokens_make_it_incomplete(engine: Engine, tmp_path: Path) -> None:
    response = respond(engine, input="Who founded the club, and in which year was that?", max_output_tokens=16)
    assert response.status in {"completed", "incomplete"}
    long = "The harbour rules of Port Elsinore say " + ", ".join(f"rule {number}" for number in range(60)) + "."
    data = base64.b64encode(pdf(tmp_path / "long.pdf", long).read_bytes()).decode()
    parts = [
        {"type": "input_text", "text": "What do the harbour rules of Port Elsinore say?"},
        {"type": "input_file", "file_data": data, "filename": "long.pdf"},
    ]
    response = respond(engine, input=[{"role": "user", "content": parts}], max_output_tokens=16)
    assert "incomplete" == response.status
    assert response.incomplete_details is not None
    assert "max_output_tokens" == response.incomplete_details.reason
    assert response.completed_at is None
    assert isinstance(response.output[0], MessageItem)
    assert "incomplete" == response.output[0].status


def test_tokens_are_estimated(engine: Engine) -> None:
    usage = respond(engine, input=WHO_CLUB).usage
    assert usage is not None
    assert usage.input_tokens > 8
    assert usage.output_tokens > 8
    assert usage.input_tokens + usage.output_tokens == usage.total_tokens


def test_what_was_asked_for_is_told_back(engine: Engine) -> None:
    fields: dict[str, Any] = {
        "instructions": "Be short.",
        "max_output_tokens": 500,
        "max_tool_calls": 3,
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "temperature": 0.5,
        "top_p": 0.25,
        "top_logprobs": 2,
        "truncation": "auto",
        "safety_identifier": "me",
        "prompt_cache_key": "k",
        "prompt_cache_retention": "24h",
        "user": "u",
    }
    response = respond(engine, input=WHO_CLUB, **fields)
    assert fields == {name: getattr(response, name) for name in fields}
    assert response == call(engine, "get_response", response.id)


def test_what_has_no_meaning_here_is_known_all_the_same(engine: Engine) -> None:
    response = respond(
        engine,
        input=WHO_CLUB,
        access_programs={"cyber": "standard"},
        background=False,
        background_options={"completion_window": "soonest", "continuation_id": "x"},
        context_management=[{"type": "compaction", "compact_threshold": 1000}],
        image={"context_compression": "auto"},
        include=["reasoning.encrypted_content", "message.output_text.logprobs"],
        prompt_cache_options={"comparison_response_id": "resp_1", "mode": "explicit", "prewarm": True, "ttl": "12h"},
        reasoning={"context": "auto", "effort": "none", "generate_summary": "auto", "mode": "pro", "summary": "auto"},
        service_tier="flex",
        text={"format": {"type": "text"}, "verbosity": "low"},
        stream=False,
    )
    assert ("default", {"mode": "explicit", "ttl": "12h"}) == (response.service_tier, response.prompt_cache_options)
    assert {"format": {"type": "text"}, "verbosity": "low"} == response.text


def test_a_moderation_says_that_there_is_none(engine: Engine) -> None:
    policy = {"input": {"mode": "block"}, "output": {"mode": "score"}}
    response = respond(engine, input=WHO_CLUB, moderation={"model": "omni", "policy": policy})
    assert response.moderation is not None
    assert "error" == response.moderation["input"]["type"] == response.moderation["output"]["type"]


# What is refused


@pytest.mark.parametrize(
    ("fields", "kind", "param"),
    [
        ({"input": "x"}, MissingFieldError, "model"),
        ({"model": "m"}, MissingFieldError, "input"),
        ({"model": "m", "input": "x", "colour": "red"}, UnknownFieldError, "colour"),
        ({"model": "m", "input": 5}, InvalidValueError, "input"),
        ({"model": "m", "input": "x", "max_output_tokens": 15}, InvalidValueError, "max_output_tokens"),
        ({"model": "m", "input": "x", "temperature": 2.5}, InvalidValueError, "temperature"),
        ({"model": "m", "input": "x", "include": ["everything"]}, InvalidValueError, "include[0]"),
        ({"model": "m", "input": "x", "metadata": {"a": 1}}, InvalidValueError, "metadata.a"),
        ({"model": "m", "input": "x", "background": True, "store": False}, InvalidValueError, "background"),
        (
            {"model": "m", "input": "x", "background_options": {"completion_window": "2h"}},
            InvalidValueError,
            "background_options.completion_window",
        ),
        ({"model": "m", "input": "x", "stream_options": {}}, InvalidValueError, "stream_options"),
        (
            {"model": "m", "input": "x", "conversation": "conv_1", "previous_response_id": "resp_1"},
            InvalidValueError,
            "previous_response_id",
        ),
        ({"model": "m", "input": "x", "conversation": "conv_1"}, ObjectNotFoundError, "conversation"),
        ({"model": "m", "input": "x", "conversation": {"id": "conv_1"}}, ObjectNotFoundError, "conversation"),
        ({"model": "m", "input": "x", "previous_response_id": "resp_1"}, InvalidValueError, "previous_response_id"),
        ({"model": "m", "input": "x", "prompt": {"id": "pmpt_1"}}, ObjectNotFoundError, "prompt"),
        ({"model": "m", "input": "x", "context_management": []}, InvalidValueError, "context_management"),
    ],
)
def test_wrong_fields_are_refused_by_name(
    engine: Engine, fields: dict[str, Any], kind: type[PdfqaError], param: str
) -> None:
    error = error_of(engine, **fields)
    assert (kind, param) == (type(error), error.param)


@pytest.mark.parametrize(
    ("tools", "param"),
    [
        ([{"type": "web_search"}], "tools[0].type"),
        ([WEATHER, {"type": "mcp", "server_label": "x"}], "tools[1].type"),
        ([{"type": "function", "name": "two words"}], "tools[0].name"),
        ([{"type": "function", "parameters": {}}], "tools[0].name"),
        ([{"name": "f"}], "tools[0].type"),
        ([{**WEATHER, "colour": 1}], "tools[0].colour"),
        ([{"type": "file_search"}], "tools[0].vector_store_ids"),
        ([{"type": "file_search", "vector_store_ids": []}], "tools[0].vector_store_ids"),
        ([{"type": "file_search", "vector_store_ids": ["vs_1"], "max_num_results": 51}], "tools[0].max_num_results"),
        (
            [
                {
                    "type": "file_search",
                    "vector_store_ids": ["vs_1"],
                    "ranking_options": {"hybrid_search": {"embedding_weight": 0, "text_weight": 0}},
                }
            ],
            "tools[0].ranking_options.hybrid_search",
        ),
        (
            [{"type": "file_search", "vector_store_ids": ["vs_1"], "filters": {"type": "eq", "key": "a"}}],
            "tools[0].filters",
        ),
        ([{"type": "file_search", "vector_store_ids": ["vs_1"]}] * 2, "tools"),
    ],
)
def test_wrong_tools_are_refused_by_name(engine: Engine, tools: list[dict[str, Any]], param: str) -> None:
    error = error_of(engine, model="m", input="x", tools=tools)
    assert (400, param) == (error.status, error.param)


def test_an_unknown_store_is_not_found(engine: Engine) -> None:
    tool = {"type": "file_search", "vector_store_ids": ["vs_nowhere"]}
    error = error_of(engine, model="m", input="x", tools=[tool])
    assert "No vector store found with id 'vs_nowhere'." == error.message


@pytest.mark.parametrize(
    "choice",
    [
        "required",
        "sometimes",
        {"type": "function", "name": "weather"},
        {"type": "function"},
        {"type": "file_search"},
        {"type": "web_search_preview"},
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "file_search"}]},
    ],
)
def test_a_choice_without_its_tool_is_refused(engine: Engine, choice: Any) -> None:
    error = error_of(engine, model="m", input="x", tool_choice=choice)
    assert 400 == error.status
    assert (error.param or "").startswith("tool_choice")


@pytest.mark.parametrize(
    ("items", "param"),
    [
        (["x"], "input[0]"),
        ([{"content": "x"}], "input[0].type"),
        ([{"role": "user"}], "input[0].content"),
        ([{"role": "critic", "content": "x"}], "input[0].role"),
        ([{"role": "user", "content": "x", "colour": "red"}], "input[0].colour"),
        ([{"role": "user", "content": [{"type": "output_text", "text": "x"}]}], "input[0].content[0].type"),
        ([{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}], "input[0].content[0].type"),
        ([{"role": "user", "content": [{"type": "input_audio"}]}], "input[0].content[0].type"),
        ([{"role": "user", "content": [{"type": "input_text", "text": "x", "y": 1}]}], "input[0].content[0].y"),
        ([{"role": "user", "content": [{"type": "input_image"}]}], "input[0].content[0]"),
        ([{"role": "user", "content": [{"type": "input_file"}]}], "input[0].content[0]"),
        (
            [{"role": "user", "content": [{"type": "input_file", "file_url": "http://example.org/x.pdf"}]}],
            "input[0].content[0].file_url",
        ),
        (
            [{"role": "user", "content": [{"type": "input_file", "file_data": "!!!"}]}],
            "input[0].content[0].file_data",
        ),
        ([{"type": "web_search_call", "id": "ws_1"}], "input[0].type"),
        ([{"type": "function_call_output", "output": "x"}], "input[0].call_id"),
        ([{"type": "function_call_output", "call_id": "call_1", "output": "x"}], "input"),
        ([{"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}], "input"),
        ([{"type": "item_reference", "id": "msg_1"}], "input[0].id"),
        ([{"role": "user", "content": "x", "type": "message", "id": "item_1"}], "input[0].id"),
        (
            [{"role": "user", "content": "x", "id": "msg_1"}, {"role": "user", "content": "y", "id": "msg_1"}],
            "input[1].id",
        ),
        ([{"type": "compaction", "encrypted_content": "gAAAAA"}], "input[0].encrypted_content"),
        (
            [{"type": "function_call_output", "call_id": "c", "output": [{"type": "input_file"}]}],
            "input[0].output[0]",
        ),
    ],
)
def test_wrong_items_are_refused_by_place(engine: Engine, items: list[Any], param: str) -> None:
    error = error_of(engine, model="m", input=items)
    assert isinstance(error, InvalidRequestError)
    assert param == error.param


def test_what_is_refused_leaves_nothing_behind(engine: Engine) -> None:
    error_of(engine, model="m", input=[{"role": "user", "content": [{"type": "input_file", "file_data": "!!!"}]}])
    error_of(engine, model="m", input="x", stream=True, tools=[{"type": "file_search", "vector_store_ids": ["vs_1"]}])
    assert (0, 2) == (engine.response_objects.count(), engine.file_objects.count())


# Files and images in the input


def test_a_file_of_the_input_is_read_and_searched(engine: Engine, tmp_path: Path) -> None:
    data = base64.b64encode(pdf(tmp_path / "mine.pdf", MINE).read_bytes()).decode()
    parts = [
        {"type": "input_file", "filename": "mine.pdf", "file_data": f"data:application/pdf;base64,{data}"},
        {"type": "input_text", "text": "When was the copper mine at Korsholm closed?"},
    ]
    response = respond(engine, input=[{"role": "user", "content": parts}])
    assert response.output_text.endswith("The copper mine at Korsholm was closed in 1957. [1]")
    assert "mine.pdf" == response.annotations[0].filename
    items = call(engine, "get_response_input_items", response.id).data
    assert ("mine.pdf", file_of(engine, "mine.pdf")) == (items[0].content[0].filename, items[0].content[0].file_id)
    follow_up = respond(
        engine, input="How deep below the sea is the deepest shaft of that mine?", previous_response_id=response.id
    )
    assert "640 metres" in follow_up.output_text
    call(engine, "delete_response", response.id)
    assert ["club.pdf", "park.pdf"] == [file.filename for file in engine.file_objects.all()]


def test_what_was_given_with_one_question_is_not_searched_for_another(engine: Engine, tmp_path: Path) -> None:
    question = "When was the copper mine at Korsholm closed?"
    data = base64.b64encode(pdf(tmp_path / "mine.pdf", MINE).read_bytes()).decode()
    parts = [{"type": "input_text", "text": question}, {"type": "input_file", "file_data": data}]
    respond(engine, input=[{"role": "user", "content": parts}])
    assert "1957" not in respond(engine, input=question).output_text
    call(engine, "create_vector_store_file", store_of(engine), file_id=file_of(engine, "file.pdf"))
    assert "1957" in respond(engine, input=question).output_text


def test_filters_of_the_tool_leave_the_files_of_the_input(engine: Engine, tmp_path: Path) -> None:
    tool = search_tool(engine, filters={"type": "eq", "key": "about", "value": "park"})
    data = base64.b64encode(pdf(tmp_path / "mine.pdf", MINE).read_bytes()).decode()
    parts = [{"type": "input_text", "text": "When was the copper mine at Korsholm closed?"}]
    parts.append({"type": "input_file", "file_data": data})
    assert "1957" in respond(engine, input=[{"role": "user", "content": parts}], tools=[tool]).output_text


def test_an_uploaded_file_is_searched_and_stays(engine: Engine) -> None:
    parts = [{"type": "input_text", "text": WHO_CLUB}, {"type": "input_file", "file_id": file_of(engine, "club.pdf")}]
    response = respond(engine, input=[{"role": "user", "content": parts}])
    assert CLUB_ANSWER == response.output_text
    call(engine, "delete_response", response.id)
    assert file_of(engine, "club.pdf")


def test_only_the_files_of_the_input_are_searched(engine: Engine) -> None:
    parts = [{"type": "input_text", "text": WHO_CLUB}, {"type": "input_file", "file_id": file_of(engine, "park.pdf")}]
    assert "Margaret" not in respond(engine, input=[{"role": "user", "content": parts}]).output_text


def test_a_file_that_is_not_there_is_not_found(engine: Engine) -> None:
    parts = [{"type": "input_file", "file_id": "file-nowhere"}]
    error = error_of(engine, model="m", input=[{"role": "user", "content": parts}])
    assert isinstance(error, ObjectNotFoundError)


def test_a_file_that_cannot_be_read_is_the_callers_fault_and_leaves_nothing(engine: Engine) -> None:
    parts = [{"type": "input_file", "filename": "x.pdf", "file_data": base64.b64encode(b"no pdf at all").decode()}]
    for more in ({}, {"store": False}):
        error = error_of(engine, model="m", input=[{"role": "user", "content": [*parts]}], **more)
        assert isinstance(error, NotAPdfError)
    assert (0, 2) == (engine.response_objects.count(), engine.file_objects.count())


def test_an_uploaded_image_is_shown_to_the_model(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(says("A cat."))
    content = Content(filename="cat.png", data=b"cat")
    file = with_model.files.create(UploadFile(file=content, purpose="vision"))
    parts = [{"type": "input_text", "text": WHO_CLUB}, {"type": "input_image", "file_id": file.id}]
    respond(with_model, model="tiny", input=[{"role": "user", "content": parts}])
    assert "data:image/png;base64,Y2F0" in json.dumps(model.asked[0]["messages"])


def test_an_image_or_a_file_that_was_deleted_is_no_longer_shown(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(says("Margaret Holloway [1]."))
    image = with_model.files.create(UploadFile(file=Content(filename="x.png", data=b"cat"), purpose="vision"))
    pages = with_model.files.create(UploadFile(file=Content(filename="x.pdf", data=b"pages"), purpose="assistants"))
    parts = [{"type": "input_image", "file_id": image.id}, {"type": "input_file", "file_id": pages.id}]
    item = {"role": "user", "content": [{"type": "input_text", "text": WHO_CLUB}, *parts]}
    conversation = call(with_model, "create_conversation", items=[item]).id
    for file in (image, pages):
        call(with_model, "delete_file", file.id)
    assert "completed" == respond(with_model, input=WHO_CLUB, conversation=conversation).status
    assert "data:image" not in json.dumps(model.asked[0]["messages"])
    for part in parts:
        error = error_of(with_model, model="m", input=[{"role": "user", "content": [part]}])
        assert (404, "input[0].content[0].file_id") == (error.status, error.param)


def test_an_image_is_shown_to_the_model_but_not_listed(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(says("A cat."))
    url = "data:image/png;base64,iVBORw0KGgo="
    parts = [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": url, "detail": "low"},
    ]
    response = respond(with_model, model="tiny", input=[{"role": "user", "content": parts}])
    sent = json.dumps(model.asked[0]["messages"])
    assert url in sent
    items = call(with_model, "get_response_input_items", response.id)
    assert items.data[0].content[1].image_url is None
    items = call(with_model, "get_response_input_items", response.id, include=["message.input_image.image_url"])
    assert url == items.data[0].content[1].image_url


# What was said before


def test_a_response_goes_on_from_another(engine: Engine) -> None:
    first = respond(engine, input="In which year was the sailing club founded?")
    assert "1931" in first.output_text
    second = respond(engine, input="By whom?", previous_response_id=first.id)
    assert "four fishermen" in second.output_text
    assert first.id == second.previous_response_id
    third = respond(engine, previous_response_id=second.id)  # nothing new: the last question again
    assert second.output_text == third.output_text


def test_the_input_items_are_all_that_a_response_was_made_from(engine: Engine) -> None:
    first = respond(engine, input=WHO_CLUB, tools=[search_tool(engine)])
    second = respond(engine, input=WHO_PARK, previous_response_id=first.id)
    page = call(engine, "get_response_input_items", second.id, order="asc")
    theirs(ResponseItemList, page)
    assert ["message", "file_search_call", "message", "message"] == [item.__struct_config__.tag for item in page.data]
    assert [WHO_CLUB, CLUB_ANSWER, WHO_PARK] == [item.text for item in page.data if isinstance(item, MessageItem)]
    ids = [item.id for item in page.data]
    assert len(set(ids)) == 4
    newest = call(engine, "get_response_input_items", second.id, limit=1)
    assert ([ids[-1]], True) == ([item.id for item in newest.data], newest.has_more)
    rest = call(engine, "get_response_input_items", second.id, after=newest.last_id)
    assert (ids[-2::-1], False) == ([item.id for item in rest.data], rest.has_more)
    assert "after" == error_of(engine, "get_response_input_items", second.id, after="msg_x").param


def test_items_may_be_sent_again_or_referred_to(engine: Engine) -> None:
    first = respond(engine, input=WHO_CLUB, tools=[search_tool(engine)])
    history = [*call(engine, "get_response_input_items", first.id).data, *first.output]
    again = respond(engine, input=[*history, {"role": "user", "content": WHO_PARK}])
    assert PARK_ANSWER == again.output_text
    referring = respond(engine, input=[{"type": "item_reference", "id": history[0].id}])
    assert CLUB_ANSWER == referring.output_text
    reference = {"type": "item_reference", "id": history[0].id}
    error = error_of(engine, model="m", input=[reference], previous_response_id=first.id)
    assert f"Duplicate item found with id {history[0].id}." in error.message
    error = error_of(engine, model="m", input=history, previous_response_id=first.id)
    assert f"Duplicate item found with id {history[0].id}." in error.message


def test_a_deleted_response_ends_the_chain(engine: Engine) -> None:
    first = respond(engine, input=WHO_CLUB)
    second = respond(engine, input=WHO_PARK, previous_response_id=first.id)
    assert (first.id, True) == (call(engine, "delete_response", first.id).id, True)
    assert isinstance(error_of(engine, "get_response", first.id), ObjectNotFoundError)
    assert isinstance(error_of(engine, "delete_response", first.id), ObjectNotFoundError)
    assert 1 == len(call(engine, "get_response_input_items", second.id).data)
    assert CLUB_ANSWER == respond(engine, input=WHO_CLUB, previous_response_id=second.id).output_text


def test_what_is_not_stored_is_not_there(engine: Engine) -> None:
    response = respond(engine, input=WHO_CLUB, store=False)
    assert (CLUB_ANSWER, False) == (response.output_text, response.store)
    assert isinstance(error_of(engine, "get_response", response.id), ObjectNotFoundError)
    error = error_of(engine, model="m", input="x", previous_response_id=response.id)
    assert f"Previous response with id '{response.id}' not found." == error.message


def test_each_owner_sees_only_its_own(engine: Engine) -> None:
    response = respond(engine, input=WHO_CLUB)
    other = engine.owned_by("key_2")
    assert isinstance(error_of(other, "get_response", response.id), ObjectNotFoundError)
    assert "Not found: there are no documents to search." == respond(other, input=WHO_CLUB).output_text


# Functions


def test_a_function_is_called_and_what_it_returns_is_told(engine: Engine) -> None:
    question = "What is the weather in Oslo?"
    choice = {"type": "function", "name": "weather"}
    first = respond(engine, input=question, tools=[WEATHER], tool_choice=choice)
    item = first.output[0]
    assert isinstance(item, FunctionCallItem)
    assert ("weather", "completed") == (item.name, item.status)
    assert "city" in json.loads(item.arguments)
    assert (item.id[:3], item.call_id[:5]) == ("fc_", "call_")
    error = error_of(engine, model="m", input="And now?", previous_response_id=first.id)
    assert f"No tool output found for function call {item.call_id}." == error.message
    output = {"type": "function_call_output", "call_id": item.call_id, "output": "Rain, 7 degrees"}
    second = respond(engine, input=[output], tools=[WEATHER], previous_response_id=first.id)
    assert "Rain, 7 degrees" in second.output_text


def test_a_function_may_return_parts(engine: Engine) -> None:
    call_item = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}", "id": "fc_1"}
    parts = [{"type": "input_text", "text": "Snow"}]
    output = {"type": "function_call_output", "call_id": "call_1", "output": parts}
    asked = [{"role": "user", "content": "What is the weather?"}, call_item, output]
    assert "Snow" in respond(engine, input=asked, tools=[WEATHER]).output_text


def test_a_function_may_return_a_file(engine: Engine, tmp_path: Path) -> None:
    data = base64.b64encode(pdf(tmp_path / "mine.pdf", MINE).read_bytes()).decode()
    called = {"type": "function_call", "call_id": "call_1", "name": "fetch", "arguments": "{}", "status": "completed"}
    parts = [{"type": "input_file", "file_data": data, "filename": "mine.pdf"}]
    output = {"type": "function_call_output", "call_id": "call_1", "output": parts}
    question = {"role": "user", "content": "When was the copper mine at Korsholm closed?"}
    response = respond(engine, input=[{"role": "user", "content": "Fetch it."}, called, output, question])
    assert "closed in 1957" in response.output_text
    item = call(engine, "get_response_input_items", response.id, order="asc").data[2]
    assert file_of(engine, "mine.pdf") == item.output[0].file_id


def test_calls_that_were_made_together_are_one_turn(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(says("Margaret Holloway."))
    ids = ("call_1", "call_2")
    said = [{"role": "user", "content": WHO_CLUB}, {"role": "assistant", "content": "Let me see."}]
    said += [{"type": "function_call", "call_id": id_, "name": "weather", "arguments": "{}"} for id_ in ids]
    said += [{"type": "function_call_output", "call_id": id_, "output": "Rain"} for id_ in ids]
    respond(with_model, model="tiny", input=said, tools=[WEATHER])
    sent = model.asked[0]["messages"]
    assert [2] == [len(message["tool_calls"]) for message in sent if message.get("tool_calls")]
    assert ["call_1", "call_2"] == [message["tool_call_id"] for message in sent if message["role"] == "tool"]


def test_allowed_functions_alone_leave_out_the_search(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(calls("weather", "{}"))
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "weather"}]}
    tools = [WEATHER, search_tool(with_model)]
    response = respond(with_model, model="tiny", input="Weather?", tools=tools, tool_choice=allowed)
    assert ["function_call"] == [item.__struct_config__.tag for item in response.output]
    both = {**allowed, "mode": "required", "tools": [*allowed["tools"], {"type": "file_search"}]}
    model.replies_with(says("Margaret Holloway."))
    respond(with_model, model="tiny", input=WHO_CLUB, tools=tools, tool_choice=both)
    assert "required" != model.asked[0].get("tool_choice")


def test_only_allowed_functions_are_offered(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(calls("weather", '{"city": "Oslo"}'))
    other = {**WEATHER, "name": "tides"}
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "weather"}]}
    response = respond(with_model, model="tiny", input="Weather?", tools=[WEATHER, other], tool_choice=allowed)
    assert ["weather"] == [tool["function"]["name"] for tool in model.asked[0]["tools"]]
    assert "required" == model.asked[0]["tool_choice"]
    assert allowed == response.tool_choice
    assert response.usage is not None
    assert (50, 5) == (response.usage.input_tokens, response.usage.output_tokens)


# A model


def test_a_model_is_told_what_was_asked_for(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(says('{"treasurer": "Margaret Holloway"}'))
    schema = {"type": "object", "properties": {"treasurer": {"type": "string"}}}
    format_ = {"type": "json_schema", "name": "who", "schema": schema, "strict": True}
    response = respond(
        with_model,
        model="tiny",
        input=WHO_CLUB,
        instructions="Be brief.",
        temperature=0.2,
        text={"format": format_},
        reasoning={"effort": "low"},
    )
    sent = model.asked[0]
    assert "low" == sent["reasoning_effort"]
    assert "verbosity" not in sent
    assert {"name": "who", "schema": schema, "strict": True} == sent["response_format"]["json_schema"]
    assert 0.2 == sent["temperature"]
    assert "top_p" not in sent
    assert "Be brief." in json.dumps(sent["messages"])
    assert "Margaret Holloway" == json.loads(response.output_text)["treasurer"]


def test_an_input_that_the_model_has_no_room_for_is_refused(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(says("x"))
    long = WHO_CLUB + " please" * 9000
    error = error_of(with_model, model="tiny", input=long)
    assert (400, "input") == (error.status, error.param)
    assert "exceeds the context window" in error.message
    messages = [{"role": "user", "content": long}]
    assert error.message == error_of(with_model, "create_completion", model="tiny", messages=messages).message


def test_a_format_needs_a_model(engine: Engine) -> None:
    error = error_of(engine, model="m", input="x", text={"format": {"type": "json_object"}})
    assert (400, "text.format") == (error.status, error.param)


def test_a_model_that_fails_is_told_and_nothing_is_kept(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(refuses(400, "no"))
    conversation = call(with_model, "create_conversation").id
    for more in ({}, {"conversation": conversation}):
        assert isinstance(error_of(with_model, model="tiny", input=WHO_CLUB, **more), BackendError)
    assert 0 == with_model.response_objects.count()
    assert [] == call(with_model, "get_conversation_items", conversation).data


# Counting and making short


def test_tokens_are_counted_ahead(engine: Engine) -> None:
    counted = call(engine, "count_input_tokens", model="m", input=WHO_CLUB, instructions="Be short.")
    theirs(InputTokenCountResponse, counted)
    usage = respond(engine, input=WHO_CLUB, instructions="Be short.").usage
    assert usage is not None
    assert usage.input_tokens == counted.input_tokens
    more = call(engine, "count_input_tokens", model="m", input=WHO_CLUB, tools=[WEATHER], personality="friendly")
    assert more.input_tokens > counted.input_tokens
    assert 0 == call(engine, "count_input_tokens").input_tokens


def test_what_was_said_is_made_short(engine: Engine) -> None:
    first = respond(engine, input="In which year was the sailing club founded?")
    short = call(engine, "compact_response", model="m", previous_response_id=first.id)
    theirs(CompactedResponse, short)
    assert ["compaction"] == [item.__struct_config__.tag for item in short.output]
    follow_up = respond(engine, input=[*short.output, {"role": "user", "content": "By whom?"}])
    assert "four fishermen" in follow_up.output_text
    again = call(engine, "compact_response", model=None, input=[*short.output, *follow_up.output])
    assert "four fishermen" in respond(engine, input=[*again.output, {"role": "user", "content": "Who?"}]).output_text


def test_a_long_history_is_made_short_on_the_way(engine: Engine) -> None:
    asked = [{"role": "user", "content": "In which year was the sailing club founded?"}]
    asked += [{"role": "assistant", "content": "word " * 900}, {"role": "user", "content": "By whom?"}]
    first = respond(engine, input=asked)
    manage = [{"type": "compaction", "compact_threshold": 1000}]
    long = [{"role": "user", "content": WHO_CLUB + " please" * 900}]  # there is nothing before it to make short
    assert ["message"] == [
        item.__struct_config__.tag for item in respond(engine, input=long, context_management=manage).output
    ]
    second = respond(engine, input="Where?", previous_response_id=first.id, context_management=manage)
    assert ["compaction", "message"] == [item.__struct_config__.tag for item in second.output]
    assert second == call(engine, "get_response", second.id)
    assert "compaction.compacting" in str(told(call(engine, "get_response", second.id, stream=True)))
    again = call(engine, "compact_response", model="m", previous_response_id=second.id)
    assert "sailing club" in base64.b64decode(again.output[0].encrypted_content).decode()
    third = respond(engine, input="And when?", previous_response_id=second.id)
    assert third.usage is not None
    assert first.usage is not None
    assert third.usage.input_tokens < first.usage.input_tokens


def test_responses_are_made_by_many_at_once(engine: Engine) -> None:
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.append(respond(engine, input=WHO_CLUB).output_text)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [CLUB_ANSWER] * 8 == answers
    assert 8 == engine.response_objects.count()


def test_a_response_that_is_not_made_in_the_background_cannot_be_cancelled(engine: Engine) -> None:
    error = error_of(engine, "cancel_response", respond(engine, input=WHO_CLUB).id)
    assert (WrongStateError, "Cannot cancel a synchronous response.") == (type(error), error.message)
