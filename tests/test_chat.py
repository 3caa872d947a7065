"""Chat completions, embeddings and models: the answers, their chunks, what is kept of them, and what is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openai.types import CreateEmbeddingResponse
from openai.types import Model as TheirModel
from openai.types.chat import ChatCompletion as TheirCompletion
from openai.types.chat import ChatCompletionChunk, ChatCompletionDeleted, ChatCompletionStoreMessage

from pdfqa.engine import Engine
from pdfqa.errors import BackendError, InvalidValueError, NotAPdfError, ObjectNotFoundError, PdfqaError, WrongStateError
from pdfqa.wire.chat import ChatCompletion
from tests.homes import MINE, WHO_CLUB, WHO_PARK, pdf
from tests.model_server import ModelServer, breaks_off, calls, model_server, says
from tests.questions import CLUB_ANSWER, PARK_ANSWER, call, file_of, papers, theirs

WEATHER = {
    "name": "weather",
    "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TOOL = {"type": "function", "function": WEATHER}


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


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def chat(engine: Engine, *messages: Any, **fields: Any) -> ChatCompletion:
    said = [user(message) if isinstance(message, str) else message for message in messages]
    completion: ChatCompletion = call(engine, "create_completion", **{"model": "gpt-4o", "messages": said, **fields})
    theirs(TheirCompletion, completion)
    return completion


def chunks(engine: Engine, *messages: Any, **fields: Any) -> list[dict[str, Any]]:
    said = [user(message) if isinstance(message, str) else message for message in messages]
    channel = call(engine, "create_completion", **{"model": "gpt-4o", "messages": said, "stream": True, **fields})
    events = [event.data for event in channel]
    for event in events:
        theirs(ChatCompletionChunk, event)
    return events


def error_of(engine: Engine, name: str = "create_completion", /, *ids: str, **fields: Any) -> PdfqaError:
    with pytest.raises(PdfqaError) as caught:
        call(engine, name, *ids, **fields)
    return caught.value


# The answer


def test_the_last_message_is_answered_with_its_citation(engine: Engine) -> None:
    completion = chat(engine, WHO_CLUB)
    choice = completion.choices[0]
    assert ("gpt-4o", CLUB_ANSWER, "stop") == (completion.model, choice.message.content, choice.finish_reason)
    mark = choice.message.citations[0]
    assert "[1]" == mark.text == CLUB_ANSWER[mark.start_index : mark.end_index]
    assert (file_of(engine, "club.pdf"), 1, True) == (
        mark.file_citation.file_id,
        mark.file_citation.page,
        mark.file_citation.verified,
    )
    assert completion.usage.prompt_tokens + completion.usage.completion_tokens == completion.usage.total_tokens > 0


def test_a_chat_goes_on_from_what_was_said(engine: Engine) -> None:
    first = chat(engine, "In which year was the sailing club founded?")
    said = {"role": "assistant", **json.loads(json.dumps(theirs(TheirCompletion, first).choices[0].message.to_dict()))}
    assert "citations" in said
    second = chat(engine, "In which year was the sailing club founded?", said, "By whom?")
    assert "four fishermen" in (second.choices[0].message.content or "")


@pytest.mark.parametrize("role", ["developer", "system", "assistant"])
def test_where_nobody_is_a_user_the_last_message_is_the_question(engine: Engine, role: str) -> None:
    assert CLUB_ANSWER == chat(engine, {"role": role, "content": WHO_CLUB}).text


def test_several_choices_may_be_asked_for(engine: Engine) -> None:
    completion = chat(engine, WHO_CLUB, n=3)
    assert [(0, CLUB_ANSWER), (1, CLUB_ANSWER), (2, CLUB_ANSWER)] == [
        (choice.index, choice.message.content) for choice in completion.choices
    ]


def test_a_model_is_asked_for_each_choice(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(says("Margaret."), says("Holloway."))
    completion = chat(with_model, WHO_CLUB, model="tiny", n=2)
    assert 2 == len(model.asked)
    assert ["Margaret", "Holloway"] == [(choice.message.content or "").split(".")[0] for choice in completion.choices]
    assert (100, 20, 120) == (
        completion.usage.prompt_tokens,
        completion.usage.completion_tokens,
        completion.usage.total_tokens,
    )


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_too_few_tokens_cut_the_answer(engine: Engine, name: str) -> None:
    for limit in (0, 3):
        choice = chat(engine, WHO_CLUB, **{name: limit}).choices[0]
        assert "length" == choice.finish_reason
        assert len((choice.message.content or "").split()) <= limit


def test_a_stop_ends_the_answer(engine: Engine) -> None:
    for stop in (" is Margaret", ["zzz", " is Margaret"]):
        choice = chat(engine, WHO_CLUB, stop=stop).choices[0]
        assert ("The treasurer of the sailing club", "stop") == (choice.message.content, choice.finish_reason)


def test_a_model_is_told_what_was_asked_for(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(says('{"a": 1}'))
    schema = {"name": "x", "schema": {"type": "object"}}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}}
    chat(
        with_model,
        {"role": "developer", "content": "Be brief."},
        user([{"type": "text", "text": WHO_CLUB}, image]),
        model="tiny",
        temperature=0.1,
        top_p=0.2,
        seed=7,
        stop="END",
        reasoning_effort="low",
        logit_bias={"5": 1},
        response_format={"type": "json_schema", "json_schema": schema},
    )
    sent = model.asked[0]
    assert (0.1, 0.2, 7, ["END"]) == (sent["temperature"], sent["top_p"], sent["seed"], sent["stop"])
    assert ("low", {"5": 1}) == (sent["reasoning_effort"], sent["logit_bias"])
    assert "verbosity" not in sent
    assert schema == sent["response_format"]["json_schema"]
    assert "data:image/png;base64,AA==" in json.dumps(sent["messages"])
    assert "Be brief." in json.dumps(sent["messages"])


def test_everything_that_the_sdk_can_send_is_known(engine: Engine) -> None:
    completion = chat(
        engine,
        {"role": "user", "content": WHO_CLUB, "name": "me"},
        audio={"format": "wav", "voice": "alloy"},
        frequency_penalty=-2,
        function_call="none",
        functions=[{"name": "name", "description": "d", "parameters": {"foo": "bar"}}],
        logit_bias={"50256": 0},
        logprobs=True,
        max_completion_tokens=100,
        max_tokens=100,
        metadata={"foo": "string"},
        modalities=["text"],
        moderation={"model": "model", "policy": {"input": {"mode": "score"}, "output": {"mode": "score"}}},
        n=1,
        parallel_tool_calls=True,
        prediction={"content": "string", "type": "content"},
        presence_penalty=-2,
        prompt_cache_key="k",
        prompt_cache_options={"mode": "implicit", "ttl": "30m"},
        prompt_cache_retention="in_memory",
        reasoning_effort="none",
        response_format={"type": "text"},
        safety_identifier="s",
        seed=-9007199254740991,
        service_tier="auto",
        stop="\n",
        store=True,
        temperature=1,
        tool_choice="none",
        tools=[TOOL],
        top_logprobs=0,
        top_p=1,
        user="u",
        verbosity="low",
        web_search_options={"search_context_size": "low"},
    )
    assert CLUB_ANSWER == completion.text
    assert isinstance(completion.moderation, dict)
    assert "error" == completion.moderation["input"]["type"]


# What is refused


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "x"}, "messages"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "critic", "content": "x"}]}, "messages[0].role"),
        ({"messages": [user("x"), {"role": "tool", "content": "x"}]}, "messages[1].tool_call_id"),
        ({"messages": [user("x") | {"colour": 1}]}, "messages[0].colour"),
        ({"messages": [user([{"type": "input_audio", "input_audio": {}}])]}, "messages[0].content[0].type"),
        ({"messages": [user([{"type": "file", "file": {}}])]}, "messages[0].content[0].file"),
        ({"messages": [user([{"type": "file", "file": {"file_data": "!"}}])]}, "messages[0].content[0].file.file_data"),
        ({"n": 0}, "n"),
        ({"n": 129}, "n"),
        ({"temperature": -1}, "temperature"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"modalities": ["audio"]}, "modalities"),
        ({"max_tokens": 5, "max_completion_tokens": 6}, "max_tokens"),
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "x"}}}, "tool_choice"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_fields_are_refused_by_name(engine: Engine, fields: dict[str, Any], param: str) -> None:
    given = {"model": "m", "messages": [user("x")]} if fields else {"messages": [user("x")]}
    error = error_of(engine, **{**given, **fields})
    assert (400, param) == (error.status, error.param)


# Files


def test_a_file_of_a_message_is_read_and_searched(engine: Engine, tmp_path: Path) -> None:
    data = base64.b64encode(pdf(tmp_path / "mine.pdf", MINE).read_bytes()).decode()
    file = {"type": "file", "file": {"filename": "mine.pdf", "file_data": f"data:application/pdf;base64,{data}"}}
    question = {"type": "text", "text": "When was the copper mine at Korsholm closed?"}
    assert "closed in 1957. [1]" in chat(engine, user([question, file])).text
    assert "club" not in chat(engine, user([{"type": "text", "text": WHO_CLUB}, file])).text
    file = {"type": "file", "file": {"file_id": file_of(engine, "club.pdf")}}
    assert CLUB_ANSWER == chat(engine, user([{"type": "text", "text": WHO_CLUB}, file])).text


def test_bytes_of_a_message_are_kept_for_a_while_only(home: Path, tmp_path: Path) -> None:
    data = base64.b64encode(pdf(tmp_path / "mine.pdf", MINE).read_bytes()).decode()
    file = {"type": "file", "file": {"filename": "mine.pdf", "file_data": data}}
    with papers(home) as engine:
        chat(engine, user([{"type": "text", "text": "When?"}, file]))
        kept = next(file for file in engine.file_objects.all() if file.filename == "mine.pdf")
        assert 3600 == (kept.expires_at if isinstance(kept.expires_at, int) else 0) - kept.created_at


def test_a_file_that_cannot_be_used_is_the_callers_fault(engine: Engine) -> None:
    file = {"type": "file", "file": {"file_data": base64.b64encode(b"no pdf").decode()}}
    assert isinstance(error_of(engine, model="m", messages=[user([file])]), NotAPdfError)
    file = {"type": "file", "file": {"file_id": "file-nowhere"}}
    assert isinstance(error_of(engine, model="m", messages=[user([file])]), ObjectNotFoundError)


# Functions


def test_a_function_is_called_and_what_it_returns_is_told(engine: Engine) -> None:
    question = user("What is the weather in Oslo?")
    choice = {"type": "function", "function": {"name": "weather"}}
    first = chat(engine, question, tools=[TOOL], tool_choice=choice).choices[0]
    assert ("tool_calls", None) == (first.finish_reason, first.message.content)
    (called,) = first.message.tool_calls or []
    assert "weather" == called.function.name
    assert "city" in json.loads(called.function.arguments)
    said = {"role": "assistant", "content": None, "tool_calls": [theirs_of(called)]}
    output = {"role": "tool", "tool_call_id": called.id, "content": "Rain, 7 degrees"}
    assert "Rain, 7 degrees" in chat(engine, question, said, output, tools=[TOOL]).text


def theirs_of(called: Any) -> dict[str, Any]:
    function = {"name": called.function.name, "arguments": called.function.arguments}
    return {"id": called.id, "type": "function", "function": function}


def test_a_function_in_the_older_form_is_called_in_it(engine: Engine) -> None:
    question = user("What is the weather in Oslo?")
    first = chat(engine, question, functions=[WEATHER], function_call={"name": "weather"}).choices[0]
    assert "function_call" == first.finish_reason
    assert isinstance(first.message.function_call, dict)
    said = {"role": "assistant", "content": None, "function_call": first.message.function_call}
    output = {"role": "function", "name": "weather", "content": "Snow"}
    assert "Snow" in chat(engine, question, said, output, functions=[WEATHER]).text


def test_only_allowed_functions_are_offered(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(calls("weather", "{}"))
    other = {"type": "function", "function": {**WEATHER, "name": "tides"}}
    one = {"type": "function", "function": {"name": "weather"}}
    allowed = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [one]}}
    chat(with_model, "Weather?", model="tiny", tools=[TOOL, other], tool_choice=allowed)
    assert ["weather"] == [tool["function"]["name"] for tool in model.asked[0]["tools"]]
    assert "required" == model.asked[0]["tool_choice"]


# Chunks


def test_an_answer_comes_in_chunks(engine: Engine) -> None:
    events = chunks(engine, WHO_CLUB)
    assert 1 == len({event["id"] for event in events})
    deltas = [event["choices"][0]["delta"] for event in events]
    assert {"role": "assistant", "content": "", "refusal": None} == deltas[0]
    assert CLUB_ANSWER == "".join(delta.get("content") or "" for delta in deltas)
    assert "stop" == events[-1]["choices"][0]["finish_reason"]
    assert {None} == {event["choices"][0]["finish_reason"] for event in events[:-1]}
    assert "[1]" == deltas[-1]["citations"][0]["text"]
    assert all("usage" not in event for event in events)


def test_the_usage_comes_last_where_it_is_asked_for(engine: Engine) -> None:
    events = chunks(engine, WHO_CLUB, stream_options={"include_usage": True, "include_obfuscation": True})
    assert ([], True) == (events[-1]["choices"], events[-1]["usage"]["total_tokens"] > 0)
    assert {None} == {event["usage"] for event in events[:-1]}
    assert all("obfuscation" in event for event in events)


def test_several_choices_come_in_chunks(engine: Engine) -> None:
    texts = ["", ""]
    for event in chunks(engine, WHO_CLUB, n=2):
        choice = event["choices"][0]
        texts[choice["index"]] += choice["delta"].get("content") or ""
    assert [CLUB_ANSWER, CLUB_ANSWER] == texts


def test_function_calls_come_in_chunks(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(calls("weather", '{"city": "Oslo"}'))
    events = chunks(with_model, "Weather?", model="tiny", tools=[TOOL])
    called = [call_ for event in events for call_ in event["choices"][0]["delta"].get("tool_calls", [])]
    assert [(0, "weather", '{"city": "Oslo"}')] == [
        (one["index"], one["function"]["name"], one["function"]["arguments"]) for one in called
    ]
    assert "tool_calls" == events[-1]["choices"][0]["finish_reason"]


def test_a_function_in_the_older_form_comes_in_chunks(engine: Engine) -> None:
    events = chunks(engine, "Weather in Oslo?", functions=[WEATHER], function_call={"name": "weather"})
    assert ["weather"] == [
        event["choices"][0]["delta"]["function_call"]["name"]
        for event in events
        if "function_call" in event["choices"][0]["delta"]
    ]
    assert "function_call" == events[-1]["choices"][0]["finish_reason"]


def test_a_model_that_breaks_off_ends_the_stream_with_an_error(with_model: Engine, model: ModelServer) -> None:
    model.replies_with(breaks_off("The treasurer is "))
    channel = call(with_model, "create_completion", model="tiny", messages=[user(WHO_CLUB)], stream=True)
    last = list(channel)[-1]
    assert ("error", "server_error") == (last.event, last.data["error"]["type"])
    assert isinstance(error_of(with_model, model="tiny", messages=[user(WHO_CLUB)]), BackendError)


# What is kept


def test_only_what_is_to_be_stored_is_kept(engine: Engine) -> None:
    chat(engine, WHO_CLUB)
    kept = chat(engine, WHO_CLUB, store=True, metadata={"a": "b"})
    assert {"a": "b"} == kept.metadata
    assert [kept] == call(engine, "get_completions").data
    assert kept == call(engine, "get_completion", kept.id)


def test_a_streamed_answer_is_kept_too(engine: Engine) -> None:
    id_ = chunks(engine, WHO_CLUB, store=True)[0]["id"]
    assert CLUB_ANSWER == call(engine, "get_completion", id_).text


def test_kept_completions_are_listed_oldest_first_by_model_and_metadata(engine: Engine) -> None:
    made = [
        chat(engine, WHO_CLUB, store=True, model=f"model-{number % 2}", metadata={"n": str(number % 3), "x": "y"})
        for number in range(6)
    ]
    ids = [one.id for one in made]

    def listed(**fields: Any) -> list[str]:
        return [one.id for one in call(engine, "get_completions", **fields).data]

    assert ids == listed()
    assert ids[::-1] == listed(order="desc")
    assert [ids[1], ids[3], ids[5]] == listed(model="model-1")
    assert [ids[2], ids[5]] == listed(metadata={"n": "2"})
    assert [ids[5]] == listed(metadata={"n": "2", "x": "y"}, model="model-1")
    assert [] == listed(metadata={"n": "2", "x": "z"})
    page = call(engine, "get_completions", limit=2)
    assert (ids[:2], True, ids[1]) == ([one.id for one in page.data], page.has_more, page.last_id)
    assert ids[2:] == listed(after=page.last_id)
    assert [ids[5]] == listed(metadata={"n": "2"}, after=ids[2])


def test_metadata_is_replaced_and_a_completion_deleted(engine: Engine) -> None:
    kept = chat(engine, WHO_CLUB, store=True, metadata={"a": "b"})
    assert {"c": "d"} == call(engine, "modify_completion", kept.id, metadata={"c": "d"}).metadata
    assert {} == call(engine, "modify_completion", kept.id, metadata=None).metadata
    theirs(ChatCompletionDeleted, call(engine, "delete_completion", kept.id))
    for name in ("get_completion", "delete_completion", "get_completion_messages"):
        assert isinstance(error_of(engine, name, kept.id), ObjectNotFoundError)


def test_the_messages_of_a_completion_are_kept_with_it(engine: Engine) -> None:
    said = [{"role": "developer", "content": "Be brief."}, user([{"type": "text", "text": WHO_CLUB}])]
    id_ = chat(engine, *said, store=True).id
    page = call(engine, "get_completion_messages", id_)
    assert [("developer", "Be brief.", None), ("user", WHO_CLUB, [{"type": "text", "text": WHO_CLUB}])] == [
        (message.role, message.content, message.content_parts) for message in page.data
    ]
    assert [f"{id_}-0", f"{id_}-1"] == [message.id for message in page.data]
    assert [f"{id_}-1"] == [
        message.id for message in call(engine, "get_completion_messages", id_, order="desc", limit=1).data
    ]
    lone = chat(engine, {"role": "assistant", "content": WHO_PARK}, store=True)
    theirs(ChatCompletionStoreMessage, call(engine, "get_completion_messages", lone.id).data[0])


def test_each_owner_sees_only_its_own(engine: Engine) -> None:
    kept = chat(engine, WHO_CLUB, store=True)
    other = engine.owned_by("key_2")
    assert [] == call(other, "get_completions").data
    assert isinstance(error_of(other, "get_completion", kept.id), ObjectNotFoundError)
    assert PARK_ANSWER == chat(engine, WHO_PARK).text


# Models and embeddings


def test_models_are_those_that_really_answer(engine: Engine, with_model: Engine) -> None:
    assert ["extractive", engine.embedder.name] == [one.id for one in call(engine, "list_models").data]
    assert ["extractive", "tiny", engine.embedder.name] == [one.id for one in call(with_model, "list_models").data]
    for one in call(with_model, "list_models").data:
        theirs(TheirModel, one)
        assert one == call(with_model, "get_model", one.id)
    assert isinstance(error_of(engine, "get_model", "gpt-4o"), ObjectNotFoundError)


def test_no_model_can_be_deleted(engine: Engine) -> None:
    assert isinstance(error_of(engine, "delete_model", "extractive"), WrongStateError)
    assert isinstance(error_of(engine, "delete_model", "ft:gpt-4o-mini:acemeco:suffix:abc123"), ObjectNotFoundError)


def test_texts_have_vectors(engine: Engine) -> None:
    made = call(engine, "create_embeddings", model="text-embedding-3-small", input=["a sailing boat", "a ship"])
    theirs(CreateEmbeddingResponse, made)
    assert ("text-embedding-3-small", [0, 1]) == (made.model, [one.index for one in made.data])
    vectors = np.array([one.embedding for one in made.data])
    assert (2, engine.embedder.dimensions) == vectors.shape
    assert np.allclose(engine.embedder.encode(["a sailing boat", "a ship"]), vectors)
    assert made.usage.prompt_tokens == made.usage.total_tokens > 0
    assert vectors[0].tolist() == call(engine, "create_embeddings", model="m", input="a sailing boat").data[0].embedding


def test_vectors_may_be_packed_and_shorter(engine: Engine) -> None:
    plain = call(engine, "create_embeddings", model="m", input="a ship", dimensions=64).data[0].embedding
    packed = call(engine, "create_embeddings", model="m", input="a ship", dimensions=64, encoding_format="base64")
    assert np.allclose(plain, np.frombuffer(base64.b64decode(packed.data[0].embedding), "<f4"))
    assert 64 == len(plain)
    assert 1.0 == pytest.approx(float(np.linalg.norm(plain)))
    assert [0.0] * 8 == call(engine, "create_embeddings", model="m", input="…", dimensions=8).data[0].embedding


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": [1, 2, 3]}, "input"),
        ({"input": [[1, 2], [3]]}, "input[0]"),
        ({"input": ""}, "input"),
        ({"input": ["x", ""]}, "input[1]"),
        ({"input": []}, "input"),
        ({"input": ["x"] * 2049}, "input"),
        ({"input": "x", "dimensions": 100_000}, "dimensions"),
        ({"input": "x", "dimensions": 0}, "dimensions"),
        ({"input": "x", "encoding_format": "hex"}, "encoding_format"),
        ({"input": ["x", "word " * 8_193]}, "input[1]"),
        ({"input": "x" * 3_000_000}, "input"),
        ({"input": ["word " * 5_000] * 80}, "input"),
    ],
)
def test_what_cannot_be_embedded_is_refused_by_name(engine: Engine, fields: dict[str, Any], param: str) -> None:
    error = error_of(engine, "create_embeddings", model="m", **fields)
    assert (InvalidValueError, param) == (type(error), error.param)


def test_who_sends_tokens_is_told_how_to_send_text(engine: Engine) -> None:
    error = error_of(engine, "create_embeddings", model="m", input=[[1, 2], [3]])
    assert "check_embedding_ctx_length=False" in error.hint
