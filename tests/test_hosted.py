"""Runs that OpenAI answers: what it is asked, what becomes of its events, and what it cannot be asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa import Client, errors
from pdfqa.backends.local import LocalBackend
from pdfqa.backends.openai import OpenAIBackend, account
from pdfqa.backends.places import AT_OPENAI, table
from pdfqa.config import load
from pdfqa.engine import Engine
from pdfqa.operations import OPERATIONS
from pdfqa.wire import Assistant, Run
from pdfqa.wire.requests import CreateAssistant, CreateMessage, CreateRun, CreateThread
from tests.fault_proxy import Fault, Proxy, error, fault_proxy
from tests.homes import CLUB, PARK, WHO_CLUB, WHO_PARK, pdf
from tests.servers import Served, serving

SEARCH = {"type": "file_search"}
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"place": {"type": "string"}}}},
}
RESPOND = r"POST /v1/responses$"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("hosted") / "served") as served:
        yield served


@pytest.fixture(scope="module")
def proxied(served: Served) -> Iterator[Proxy]:
    with fault_proxy(served.url) as proxy:
        yield proxy


@pytest.fixture
def proxy(proxied: Proxy) -> Proxy:
    proxied.forget()
    return proxied


@pytest.fixture
def client(proxy: Proxy, served: Served, tmp_path: Path) -> Iterator[Client]:
    address, key = f"{proxy.url}/v1", served.new_key("hosted")
    settings = load(home=tmp_path / "home", backend="openai", base_url=address, model_key=key, env={})
    with Client(OpenAIBackend(settings, max_retries=0)) as client:
        yield client


@pytest.fixture
def reader(client: Client, tmp_path: Path) -> Assistant:
    """Return an assistant that searches one PDF at OpenAI."""
    file = client.upload_file(pdf(tmp_path / "club.pdf", CLUB, PARK))
    store = client.create_vector_store_and_wait_to_complete(file_ids=[file.id], timeout=30)
    resources = {"file_search": {"vector_store_ids": [store.id]}}
    return client.create_assistant(model="gpt-6-luna", tools=[SEARCH], tool_resources=resources)


def sent(proxy: Proxy) -> Any:
    """Return the last request for a response."""
    return [asked.json for asked in proxy.asked if asked.path == "/v1/responses"][-1]


def answers(proxy: Proxy, *events: dict[str, Any]) -> None:
    """Have the next response be these events, whatever is asked."""
    stream = list(events)

    def edit(event: Any) -> Any:
        return stream.pop(0) if stream else {"type": "keepalive", "sequence_number": 99}

    proxy.faults.append(Fault(RESPOND, edit=edit))


def delta(text: str) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "delta": text, "item_id": "m", "output_index": 1, "content_index": 0,
            "logprobs": [], "sequence_number": 2}  # fmt: skip


def found(*texts: str, file_id: str = "file-other", results: bool = True) -> dict[str, Any]:
    rows = [{"file_id": file_id, "filename": "x.pdf", "text": text, "score": 0.9, "attributes": {}} for text in texts]
    item = {"type": "file_search_call", "id": "fs_1", "queries": ["q"], "status": "completed"}
    return {"type": "response.output_item.done", "output_index": 0, "sequence_number": 1,
            "item": {**item, "results": rows if results else None}}  # fmt: skip


def ended(status: str = "completed", **fields: Any) -> dict[str, Any]:
    response = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-6-luna", "output": [],
                "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "status": status,
                "incomplete_details": None, "error": None,
                "usage": {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18,
                          "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                          "output_tokens_details": {"reasoning_tokens": 0}}}  # fmt: skip
    return {"type": f"response.{status}", "sequence_number": 9, "response": {**response, **fields}}


def ask(client: Client, reader: Assistant, question: str = WHO_CLUB, **fields: Any) -> Any:
    """Return the run of a question, when it has ended in whatever way."""
    thread = client.create_thread(messages=[{"role": "user", "content": question}])
    run = client.create_run(thread.id, assistant_id=reader.id, **fields)
    try:
        return client.wait_for_run_to_complete(thread.id, run.id, timeout=30)
    except errors.WaitFailedError as failed:
        return failed.state


def text_of(client: Client, run: Any) -> Any:
    return client.get_thread_messages(run.thread_id, run_id=run.id).data[0]


# Which operation is where.


def test_an_address_is_one_place_with_and_without_its_version() -> None:
    first, second, other = (
        account(load(backend="openai", base_url=url, model_key="k", env={}))
        for url in ("http://host:1/v1", "http://host:1/", "http://host:2/v1")
    )
    assert first == second != other


def test_every_operation_has_a_place() -> None:
    assert set(OPERATIONS) == set(AT_OPENAI)
    page = Path(__file__).parent.parent / "docs" / "backends.md"
    assert table() in page.read_text(encoding="utf-8")


def test_assistants_are_no_longer_at_openai_and_this_is_said(proxy: Proxy, served: Served) -> None:
    with Client(f"{proxy.url}/v1", api_key=served.new_key()) as client:
        for call in (lambda: client.create_assistant(model="x"), client.create_thread):
            with pytest.raises(errors.NotSupportedError, match=r"has no POST /(assistants|threads)") as caught:
                call()
            assert "Client(backend='openai')" in caught.value.hint


def test_files_are_at_openai_and_threads_are_here(client: Client, reader: Assistant, proxy: Proxy) -> None:
    proxy.forget()
    thread = client.create_thread()
    client.create_thread_message(thread.id, "Hello.")
    client.get_assistants()
    assert [] == proxy.asked
    client.get_files()
    assert ["GET /v1/files -> 200"] == list(map(str, proxy.asked))


def test_attached_files_go_into_a_store_at_openai(client: Client, proxy: Proxy, tmp_path: Path) -> None:
    file = client.upload_file(pdf(tmp_path / "park.pdf", PARK))
    thread = client.create_thread()
    client.create_thread_message(thread.id, WHO_PARK, attachments=[{"file_id": file.id, "tools": [SEARCH]}])
    [store_id] = (client.get_thread(thread.id).tool_resources or {})["file_search"]["vector_store_ids"]
    assert [file.id] == [entry.id for entry in client.get_vector_store_files(store_id).data]
    assistant = client.create_assistant(model="gpt-6-luna", tools=[SEARCH])
    answer = client.run_and_get_assistant_response(thread.id, assistant_id=assistant.id, timeout=30)
    assert [(file.id, 1, True)] == [
        (mark.file_citation.file_id, mark.file_citation.page, mark.file_citation.verified)
        for mark in answer.annotations
    ]


def test_vector_stores_are_asked_for_as_openais_clients_do(client: Client, reader: Assistant, proxy: Proxy) -> None:
    sent = {one.path.split("/")[2]: one.headers.get("openai-beta") for one in proxy.asked}
    assert ("assistants=v2", None) == (sent["vector_stores"], sent["files"])


# What OpenAI is asked.


def test_a_run_is_sent_as_one_response(client: Client, reader: Assistant, proxy: Proxy) -> None:
    run = ask(
        client,
        reader,
        instructions="Be brief.",
        temperature=0.5,
        top_p=0.9,
        max_completion_tokens=300,
        reasoning_effort="low",
        response_format={"type": "json_schema", "json_schema": {"name": "who", "schema": {"type": "object"}}},
        tools=[{"type": "file_search", "file_search": {"max_num_results": 3}}, WEATHER],
        tool_choice={"type": "file_search"},
        parallel_tool_calls=False,
    )
    assert run.status in {"completed", "failed"}  # the stand-in has no model that could write JSON
    body = sent(proxy)
    assert body["instructions"].endswith("\n\nBe brief.")
    assert "NOT FOUND" not in body["instructions"]  # which would be no JSON
    assert (0.5, 0.9, 300, {"effort": "low"}) == (
        body["temperature"],
        body["top_p"],
        body["max_output_tokens"],
        body["reasoning"],
    )
    assert {"format": {"type": "json_schema", "name": "who", "schema": {"type": "object"}}} == body["text"]
    search, function = body["tools"]
    assert ("file_search", 3) == (search["type"], search["max_num_results"])
    assert ("function", "weather", False) == (function["type"], function["name"], function["strict"])
    assert ({"type": "file_search"}, False) == (body["tool_choice"], body["parallel_tool_calls"])
    assert [{"role": "user", "content": WHO_CLUB}] == body["input"]


def test_a_function_is_called_and_what_it_returned_is_sent(client: Client, proxy: Proxy) -> None:
    assistant = client.create_assistant(model="gpt-6-luna", tools=[WEATHER])
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_9", "name": "weather", "status": "completed",
            "arguments": '{"place": "Oslo"}'}  # fmt: skip
    answers(
        proxy, {"type": "response.output_item.done", "output_index": 0, "sequence_number": 1, "item": call}, ended()
    )
    run = ask(client, assistant, "What is the weather in Oslo?", tool_choice="required")
    assert "requires_action" == run.status
    assert "required" == sent(proxy)["tool_choice"]
    [wanted] = run.required_action["submit_tool_outputs"]["tool_calls"]
    assert ("call_9", {"place": "Oslo"}) == (wanted["id"], json.loads(wanted["function"]["arguments"]))
    answers(proxy, delta("It rains."), ended())
    client.submit_tool_outputs(run.thread_id, run.id, tool_outputs=[{"tool_call_id": "call_9", "output": "rain"}])
    run = client.wait_for_run_to_complete(run.thread_id, run.id, timeout=30)
    assert "It rains." == text_of(client, run).text
    body = sent(proxy)
    assert "auto" == body["tool_choice"]
    assert ["function_call", "function_call_output"] == [item["type"] for item in body["input"][1:]]
    assert "rain" == body["input"][2]["output"]


def test_what_was_said_before_is_sent_with_pictures(client: Client, reader: Assistant, proxy: Proxy) -> None:
    picture = client.upload_file(("p.png", b"\x89PNG"), purpose="vision")
    thread = client.create_thread(
        messages=[
            {"role": "user", "content": "First."},
            {"role": "assistant", "content": "Good."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_file", "image_file": {"file_id": picture.id}},
                    {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
                ],
            },
        ]
    )
    answers(proxy, delta("A picture."), ended())
    client.run_and_get_assistant_response(thread.id, assistant_id=reader.id, timeout=30)
    first, second, third = sent(proxy)["input"]
    assert ("First.", "assistant", "Good.") == (first["content"], second["role"], second["content"])
    assert ["input_text", "input_image", "input_image"] == [part["type"] for part in third["content"]]
    assert (picture.id, "low") == (third["content"][1]["file_id"], third["content"][2]["detail"])


@pytest.mark.parametrize(
    ("fields", "param"),
    [({"max_prompt_tokens": 1000}, "max_prompt_tokens"), ({"tools": [{"type": "code_interpreter"}]}, "tools")],
)
def test_what_cannot_be_asked_is_refused_by_name(
    client: Client, reader: Assistant, fields: dict[str, Any], param: str
) -> None:
    thread = client.create_thread(messages=[{"role": "user", "content": WHO_CLUB}])
    with pytest.raises(errors.NotSupportedError, match="the openai back-end") as caught:
        client.create_run(thread.id, assistant_id=reader.id, **fields)
    assert param == caught.value.param
    assert [] == client.get_runs(thread.id).data


# What becomes of what it says.


def test_each_sentence_is_proved_on_our_pages_whatever_openai_cites(
    client: Client, reader: Assistant, proxy: Proxy
) -> None:
    file = client.get_files().data[0]
    answers(
        proxy,
        found(CLUB, PARK, file_id=file.id),
        delta("The treasurer is Margaret Holloway【4:0†club.pdf】. The gardener is "),
        delta("Rodrigo Fuentes. The club has 90 boats."),
        ended(),
    )
    run = ask(client, reader)
    message = text_of(client, run)
    assert "†" not in message.text
    pages = [mark.file_citation.page for mark in message.annotations if mark.file_citation.verified]
    assert [1, 2] == pages
    assert message.text.endswith("The club has 90 boats. [unverified]")
    assert (11, 7) == (run.usage.prompt_tokens, run.usage.completion_tokens)


def test_what_stands_on_no_page_of_ours_is_quoted_and_never_verified(
    client: Client, reader: Assistant, proxy: Proxy
) -> None:
    answers(proxy, found("The lighthouse keeper is Anna Berg."), delta("The keeper is Anna Berg."), ended())
    [mark] = text_of(client, ask(client, reader, "Who is the keeper of the lighthouse?")).annotations
    cited = mark.file_citation
    assert ("file-other", 0, "The lighthouse keeper is Anna Berg.", False) == (
        cited.file_id,
        cited.page,
        cited.quote,
        cited.verified,
    )


def test_results_that_come_only_with_the_end_prove_all_the_same(
    client: Client, reader: Assistant, proxy: Proxy
) -> None:
    file = client.get_files().data[0]
    whole = found(CLUB, file_id=file.id)["item"]
    answers(proxy, found(results=False), delta("The treasurer is Margaret Holloway."), ended(output=[whole]))
    [mark] = text_of(client, ask(client, reader)).annotations
    assert (1, True) == (mark.file_citation.page, mark.file_citation.verified)


def test_a_search_is_told_once_also_where_those_after_it_come_late(
    client: Client, reader: Assistant, proxy: Proxy
) -> None:
    file = client.get_files().data[0]
    first, second = (found(text, file_id=file.id) for text in (PARK, CLUB))
    late = [first["item"], second["item"]]
    answers(proxy, first, found(results=False), delta("The treasurer is Margaret Holloway."), ended(output=late))
    run = ask(client, reader)
    steps = client.get_run_steps(run.thread_id, run.id).data
    assert ["message_creation", "tool_calls", "tool_calls"] == sorted(step.type for step in steps)


def test_a_refusal_is_not_found(client: Client, reader: Assistant, proxy: Proxy) -> None:
    answers(proxy, found(CLUB), delta("NOT "), delta("FOUND"), ended())
    assert "Not found in the documents." == text_of(client, ask(client, reader)).text


@pytest.mark.parametrize(
    ("event", "status", "told"),
    [
        (ended("failed", error={"code": "server_error", "message": "It broke."}), "failed", "It broke."),
        (
            ended("failed", error={"code": "rate_limit_exceeded", "message": "Too often."}),
            "failed",
            "Too often.",
        ),
        (
            {"type": "error", "code": "server_error", "message": "Sorry.", "param": None, "sequence_number": 3},
            "failed",
            "Sorry.",
        ),
        (ended("incomplete", incomplete_details={"reason": "max_output_tokens"}), "incomplete", ""),
    ],
    ids=["failed", "rate", "error", "incomplete"],
)
def test_how_a_response_ends_is_how_the_run_ends(
    client: Client, reader: Assistant, proxy: Proxy, event: dict[str, Any], status: str, told: str
) -> None:
    answers(proxy, found(CLUB), delta("The treasurer is "), event)
    run = ask(client, reader)
    assert status == run.status
    assert told in (run.last_error.message if run.last_error else "")
    if "often" in told:
        assert "rate_limit_exceeded" == run.last_error.code


def test_the_key_is_not_told_where_a_response_repeats_it(client: Client, reader: Assistant, proxy: Proxy) -> None:
    client.get_files()
    key = proxy.asked[-1].headers["authorization"].removeprefix("Bearer ")
    answers(proxy, found(CLUB), ended("failed", error={"code": "server_error", "message": f"The key {key} is over."}))
    assert "The key … is over." in ask(client, reader).last_error.message


def test_a_stream_that_breaks_off_fails_the_run(client: Client, reader: Assistant, proxy: Proxy) -> None:
    proxy.faults.append(Fault(RESPOND, times=None, drop="middle"))
    run = ask(client, reader)
    assert "failed" == run.status
    assert "broke off" in run.last_error.message


def test_a_store_that_has_expired_fails_the_run_with_what_to_do(
    client: Client, reader: Assistant, proxy: Proxy
) -> None:
    expired = Fault(r"GET /v1/vector_stores/vs_\w+$", times=None, edit=lambda store: {**store, "status": "expired"})
    proxy.faults.append(expired)
    run = ask(client, reader)
    assert "failed" == run.status
    assert "has expired. Create another" in run.last_error.message
    assert 0 == proxy.count(RESPOND)


def test_openais_own_words_are_told(client: Client, reader: Assistant, proxy: Proxy) -> None:
    told = error("The requested model 'gpt-6-luna' does not exist.", "invalid_request_error", "model_not_found")
    proxy.faults.append(Fault(RESPOND, status=404, body=told))
    run = ask(client, reader)
    assert "The requested model 'gpt-6-luna' does not exist." in run.last_error.message


def test_a_run_is_cancelled_while_openai_is_silent(client: Client, reader: Assistant, proxy: Proxy) -> None:
    proxy.faults.append(Fault(RESPOND, drop="silent"))
    thread = client.create_thread(messages=[{"role": "user", "content": WHO_CLUB}])
    run = client.create_run(thread.id, assistant_id=reader.id)
    while client.get_run(thread.id, run.id).status == "queued" or not proxy.faults[0].hits:
        time.sleep(0.02)
    assert client.cancel_run(thread.id, run.id).status in {"cancelling", "cancelled"}
    with pytest.raises(errors.WaitFailedError, match="was cancelled"):
        client.wait_for_run_to_complete(thread.id, run.id, timeout=10)


def test_a_run_that_was_left_is_done_by_the_next_client_of_openai_and_no_other(
    proxy: Proxy, served: Served, tmp_path: Path
) -> None:
    key = served.new_key("left")
    chosen = load(home=tmp_path / "home", backend="openai", base_url=f"{proxy.url}/v1", model_key=key, env={})
    with Engine(chosen) as engine:  # which nobody drives
        mine = engine.owned_by(account(chosen))
        assistant = mine.assistants.create(CreateAssistant(model="gpt-6-luna", instructions="Be brief."))
        thread = mine.threads.create(CreateThread(messages=[CreateMessage(role="user", content=WHO_CLUB)]))
        run = mine.runs.create(thread.id, CreateRun(assistant_id=assistant.id))
        assert isinstance(run, Run)
    answers(proxy, delta("Margaret Holloway."), ended())
    with Client(LocalBackend(load(home=tmp_path / "home", env={}), owner=account(chosen))) as local:
        time.sleep(0.5)
        assert "queued" == local.get_run(thread.id, run.id).status
    with Client(OpenAIBackend(chosen)) as client:
        assert "completed" == client.wait_for_run_to_complete(thread.id, run.id, timeout=30).status
        assert "Margaret Holloway." == client.get_thread_messages(thread.id, limit=1).data[0].text


# Waiting for batches, of which OpenAI says strange things.


def test_a_batch_that_is_told_by_another_id_is_waited_for_all_the_same(
    client: Client, proxy: Proxy, tmp_path: Path
) -> None:
    file = client.upload_file(pdf(tmp_path / "park.pdf", PARK))
    store = client.create_vector_store()
    batch = client.create_vector_store_file_batch(store.id, file_ids=[file.id])
    proxy.faults.append(
        Fault(r"GET .*/file_batches/\w+$", times=None, edit=lambda told: {**told, "id": told["vector_store_id"]})
    )
    done = client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, timeout=30)
    assert 1 == done.file_counts.completed
    assert [file.id] == [one.id for one in client.get_vector_store_file_batch_files(store.id, batch.id).data]


def test_a_file_that_fails_without_a_reason_is_named(client: Client, proxy: Proxy) -> None:
    file = client.upload_file(("broken.pdf", b"%PDF-1.7 nothing"))
    store = client.create_vector_store()
    batch = client.create_vector_store_file_batch(store.id, file_ids=[file.id])

    def silent(page: Any) -> Any:
        return {**page, "data": [{**one, "last_error": None} for one in page["data"]]}

    proxy.faults.append(Fault(r"GET .*/file_batches/\w+/files", times=None, edit=silent))
    with pytest.raises(errors.WaitFailedError, match=r"1 of 1 files of batch .* failed") as caught:
        client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, timeout=30)
    assert f"{file.id} (broken.pdf)" in caught.value.message


def test_a_file_that_stays_in_progress_ends_the_waiting_at_the_deadline(client: Client, proxy: Proxy) -> None:
    file = client.upload_file(("a.pdf", b"%PDF-1.7 nothing"))
    store = client.create_vector_store()
    client.create_vector_store_file(store.id, file_id=file.id)
    edit = lambda told: {**told, "status": "in_progress", "last_error": None}  # noqa: E731
    proxy.faults.append(Fault(r"GET .*/vector_stores/vs_\w+/files/", times=None, edit=edit))
    with pytest.raises(errors.WaitTimeoutError, match=r"still in_progress after 0\.5 s"):
        client.wait_for_vector_store_file_to_complete(store.id, file.id, timeout=0.5)
