"""The server when clients leave, when it is stopped, and when many ask at once."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.cli_runner import COMMAND, environment
from tests.homes import CLUB, WHO_CLUB, pdf, settings
from tests.model_server import ModelServer, model_server, says, says_then_waits
from tests.servers import Served, serving
from tests.test_server import wait_until

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning"),
    pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX"),
]
MANY = 70  # more than there are threads


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


@pytest.fixture
def until(model: ModelServer) -> Iterator[threading.Event]:
    """Return what lets a model go on that has said one word and fallen silent."""
    event = threading.Event()
    model.replies_with(says_then_waits("Margaret Holloway [1]", until=event))
    yield event
    event.set()


@pytest.fixture
def served(home: Path, model: ModelServer) -> Iterator[Served]:
    """Return a server that has answers written by a model."""
    with serving(settings(home, model="m", base_url=model.url)) as served:
        yield served


def read(client: openai.OpenAI, folder: Path) -> str:
    """Have a document read; return the id of the vector store that it is in."""
    store = client.vector_stores.create()
    file = pdf(folder / "club.pdf", CLUB)
    assert "completed" == client.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=file).status
    return store.id


def asked_run(client: openai.OpenAI) -> dict[str, Any]:
    """Return an assistant and a thread with a question."""
    assistant = client.beta.assistants.create(model="m")
    thread = client.beta.threads.create(messages=[{"role": "user", "content": WHO_CLUB}])
    return {"thread_id": thread.id, "assistant_id": assistant.id}


def test_a_client_that_stops_listening_does_not_stop_the_response(
    served: Served, until: threading.Event, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pdfqa.server")
    with served.client() as client:
        read(client, tmp_path)
        stream = client.responses.create(model="m", input=WHO_CLUB, stream=True)
        id_ = ""
        for event in stream:
            id_ = event.response.id if event.type == "response.created" else id_
            if event.type == "response.output_text.delta":
                break
        stream.close()
        wait_until(lambda: any(getattr(record, "fields", {}).get("cut") for record in caplog.records))
        assert "in_progress" == client.responses.retrieve(id_).status
        until.set()
        wait_until(lambda: client.responses.retrieve(id_).status == "completed")
        assert client.responses.retrieve(id_).output_text.startswith("Margaret Holloway")


def test_a_client_that_stops_listening_does_not_stop_the_run(
    served: Served, until: threading.Event, tmp_path: Path
) -> None:
    with served.client() as client:
        read(client, tmp_path)
        stream = client.beta.threads.runs.create(**asked_run(client), stream=True)
        run: Any = None
        for event in stream:
            run = event.data if event.event.startswith("thread.run.") and event.event.count(".") == 2 else run
            if event.event == "thread.message.delta":
                break
        stream.close()
        until.set()
        wait_until(lambda: client.beta.threads.runs.retrieve(run.id, thread_id=run.thread_id).status == "completed")


def test_many_streams_and_answers_keep_nobody_waiting(served: Served, until: threading.Event, tmp_path: Path) -> None:
    secret = served.new_key()
    with served.client(secret) as client:
        read(client, tmp_path)

    async def ask(client: openai.AsyncOpenAI, stream: bool) -> str:
        if not stream:
            return (await client.responses.create(model="m", input=WHO_CLUB)).output_text
        text = ""
        async for event in await client.responses.create(model="m", input=WHO_CLUB, stream=True):
            text += event.delta if event.type == "response.output_text.delta" else ""
        return text

    async def many() -> list[str]:
        async with served.async_client(secret, timeout=60) as client:
            asking = [asyncio.create_task(ask(client, number % 2 == 0)) for number in range(2 * MANY)]
            await asyncio.sleep(0.5)
            began = time.monotonic()
            await client.files.list()
            await client.vector_stores.list()
            assert time.monotonic() - began < 2
            assert not any(task.done() for task in asking)
            until.set()
            return await asyncio.gather(*asking)

    assert ["Margaret Holloway [1] end"] * 2 * MANY == asyncio.run(many())


def test_many_poll_and_stream_at_once(home: Path) -> None:
    async def ask(client: openai.AsyncOpenAI, assistant_id: str, stream: bool) -> str:
        thread = await client.beta.threads.create(messages=[{"role": "user", "content": WHO_CLUB}])
        asked: dict[str, Any] = {"thread_id": thread.id, "assistant_id": assistant_id}
        if not stream:
            return str((await client.beta.threads.runs.create_and_poll(**asked)).status)
        async with client.beta.threads.runs.stream(**asked) as told:
            await told.until_done()
            return str((await told.get_final_run()).status)

    async def many(client: openai.AsyncOpenAI, assistant_id: str) -> list[str]:
        async with client:
            return await asyncio.gather(*(ask(client, assistant_id, number % 2 == 0) for number in range(64)))

    with serving(home) as served:
        secret = served.new_key()
        with served.client(secret) as client:
            resources: Any = {"file_search": {"vector_store_ids": [read(client, home.parent)]}}
            assistant = client.beta.assistants.create(
                model="m", tools=[{"type": "file_search"}], tool_resources=resources
            )
        assert {"completed"} == set(asyncio.run(many(served.async_client(secret, timeout=60), assistant.id)))


def test_a_home_that_is_kept_locked_stops_neither_who_looks_nor_what_comes_later(home: Path) -> None:
    async def many(client: openai.AsyncOpenAI) -> list[object]:
        async with client:
            writing = [asyncio.create_task(client.beta.threads.create()) for _ in range(MANY)]
            await asyncio.sleep(0.4)
            began = time.monotonic()
            await client.files.list()
            assert time.monotonic() - began < 0.5
            outcomes: list[object] = await asyncio.gather(*writing, return_exceptions=True)
            return outcomes

    with serving(settings(home, busy_seconds=0.5)) as served:
        secret = served.new_key()
        with closing(sqlite3.connect(home / "pdfqa.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert {openai.InternalServerError} == set(map(type, asyncio.run(many(served.async_client(secret)))))
        with served.client(secret) as client:
            assert client.beta.threads.create().id


@contextmanager
def process(model: ModelServer, grace: float) -> Iterator[tuple[subprocess.Popen[str], openai.OpenAI]]:
    """Start `pdfqa serve` with a model; yield it and a client for it."""
    words = [*COMMAND, "serve", "--port", "0", "--json", "-q", "--grace", str(grace)]
    words += ["--model", "m", "--base-url", model.url]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()) as made:
        try:
            assert made.stdout
            url = json.loads(made.stdout.readline())["base_url"]
            with openai.OpenAI(base_url=url, api_key="none", max_retries=0, timeout=20) as client:
                yield made, client
        finally:
            made.kill()


def stop(server: subprocess.Popen[str]) -> int:
    """Send SIGTERM and return the exit code."""
    server.send_signal(signal.SIGTERM)
    return server.wait(20)


def later(seconds: float, call: Callable[[], object]) -> None:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()


def test_what_is_under_way_is_finished_before_the_server_ends(
    model: ModelServer, until: threading.Event, tmp_path: Path
) -> None:
    with process(model, grace=10) as (server, client):
        read(client, tmp_path)
        stream = client.responses.create(model="m", input=WHO_CLUB, stream=True)
        asked = asked_run(client)
        run = client.beta.threads.runs.create(**asked)
        types = [event.type for event in first(stream, "response.output_text.delta")]
        wait_until(lambda: len(model.asked) == 2)
        later(0.3, until.set)
        server.send_signal(signal.SIGTERM)
        types += [event.type for event in stream]
        assert "response.completed" == types[-1]
        assert 0 == server.wait(20)
    with process(model, grace=10) as (server, client):
        found = client.beta.threads.runs.retrieve(run.id, thread_id=asked["thread_id"])
        assert ("completed", 2) == (found.status, len(model.asked))
        assert 0 == stop(server)


def first(stream: Any, last: str) -> Iterator[Any]:
    """Yield the events of a stream up to one of a type, and leave the stream open."""
    for event in stream:
        yield event
        if last == getattr(event, "type", None):
            return


def test_what_cannot_be_finished_goes_on_at_the_next_start(
    model: ModelServer, until: threading.Event, tmp_path: Path
) -> None:
    with process(model, grace=0.3) as (server, client):
        read(client, tmp_path)
        asked = asked_run(client)
        run = client.beta.threads.runs.create(**asked)
        background = client.responses.create(model="m", input=WHO_CLUB, background=True)
        stream = client.responses.create(model="m", input=WHO_CLUB, stream=True)
        seen = list(first(stream, "response.output_text.delta"))
        wait_until(lambda: len(model.asked) == 3)
        server.send_signal(signal.SIGTERM)
        with pytest.raises(openai.APIError, match="The server is stopping"):
            list(stream)
        assert 0 == server.wait(20)
    model.replies_with(says("Margaret Holloway [1]."))
    with process(model, grace=5) as (server, client):
        wait_until(
            lambda: client.beta.threads.runs.retrieve(run.id, thread_id=asked["thread_id"]).status == "completed"
        )
        messages = client.beta.threads.messages.list(asked["thread_id"]).data
        assert ["assistant", "user"] == [message.role for message in messages]
        for id_ in (background.id, seen[0].response.id):
            wait_until(lambda id_=id_: client.responses.retrieve(id_).status == "completed")  # type: ignore[misc]
            assert "Margaret Holloway" in client.responses.retrieve(id_).output_text
        assert 0 == stop(server)


def test_a_server_that_is_killed_loses_nothing(model: ModelServer, until: threading.Event, tmp_path: Path) -> None:
    with process(model, grace=5) as (server, client):
        read(client, tmp_path)
        asked = asked_run(client)
        run = client.beta.threads.runs.create(**asked)
        wait_until(lambda: len(model.asked) == 1)
        server.kill()
        server.wait(20)
    model.replies_with(says("Margaret Holloway [1]."))
    with process(model, grace=5) as (server, client):
        wait_until(
            lambda: client.beta.threads.runs.retrieve(run.id, thread_id=asked["thread_id"]).status == "completed"
        )
        assert 2 == len(client.beta.threads.messages.list(asked["thread_id"]).data)
        assert 0 == stop(server)
