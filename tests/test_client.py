"""The asynchronous client: cancelling, deadlines, many calls at once, several event loops, lists and streams."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import pytest

from pdfqa import (
    AsyncClient,
    Client,
    InvalidRequestError,
    InvalidValueError,
    ObjectNotFoundError,
    WaitFailedError,
    WaitTimeoutError,
    WrongStateError,
)
from pdfqa.backends import Backend, connect
from pdfqa.backends.local import LocalBackend
from pdfqa.client.polling import until
from pdfqa.engine import Engine
from pdfqa.wire import Event, FileCounts, LastError, Message, ObjectPage, Run, VectorStore, VectorStoreFile
from pdfqa.wire.responses import IncompleteDetails, Response, ResponseError
from tests.homes import CLUB, WHO_CLUB, pdf, settings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(home: Path) -> AsyncIterator[AsyncClient]:
    async with AsyncClient() as client:
        yield client


@pytest.fixture
def idle(home: Path) -> Iterator[LocalBackend]:
    """Return a back-end that does no jobs: runs stay in the queue."""
    with Engine(settings(home)) as engine:
        yield LocalBackend(engine.settings, engine=engine)


class Told:
    """A back-end that answers each operation as it was told: with the next of some values, the last for ever."""

    def __init__(self, **answers: list[Any]) -> None:
        self._answers = answers

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        answers = self._answers.get(name)
        if answers is None:
            raise ObjectNotFoundError(f"nothing was said about {name}")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def close(self) -> None:
        pass


def store(**fields: Any) -> VectorStore:
    return VectorStore(id="vs_1", created_at=1, **fields)


def entry(number: int, **fields: Any) -> VectorStoreFile:
    return VectorStoreFile(id=f"file-{number}", created_at=1, vector_store_id="vs_1", **fields)


def run(created_at: int = 1, **fields: Any) -> Run:
    return Run(id="run_1", created_at=created_at, thread_id="thread_1", assistant_id="asst_1", model="x", **fields)


def message(role: Any, created_at: int) -> Message:
    return Message(id="msg_1", created_at=created_at, thread_id="thread_1", role=role, content=[])


def page(*items: Any) -> ObjectPage[Any]:
    return ObjectPage(data=list(items), has_more=False)


async def question(client: AsyncClient) -> tuple[str, str]:
    """Return a thread with a question, and an assistant for it."""
    assistant = await client.create_assistant(model="extractive")
    thread = await client.create_thread(messages=[{"role": "user", "content": WHO_CLUB}])
    return thread.id, assistant.id


async def test_a_whole_question(client: AsyncClient, tmp_path: Path) -> None:
    file = await client.upload_file(pdf(tmp_path / "club.pdf", CLUB))
    store = await client.create_vector_store()
    batch = await client.create_vector_store_file_batch(store.id, file_ids=[file.id])
    seen: list[int] = []
    batch = await client.wait_for_vector_store_file_batch_to_complete(
        store.id, batch.id, timeout=30, progress=lambda batch: seen.append(batch.file_counts.completed)
    )
    assert 1 == seen[-1]
    assistant = await client.create_assistant(
        model="extractive",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
    )
    thread = await client.create_thread(messages=[{"role": "user", "content": WHO_CLUB}])
    message = await client.run_and_get_assistant_response(thread.id, assistant_id=assistant.id, timeout=30)
    assert "Margaret Holloway" in message.text
    async with aclosing(client.stream_run(thread.id, assistant_id=assistant.id)) as events:
        names = [event.event async for event in events]
    assert "thread.run.completed" == names[-1]


async def test_many_calls_at_once(client: AsyncClient) -> None:
    files = await asyncio.gather(*(client.upload_file((f"{number}.txt", b"%d" % number)) for number in range(40)))
    assert 40 == len({file.id for file in files})
    listed = [file.id async for file in client.iterate(client.get_files, limit=15, order="asc")]
    assert {file.id for file in files} == set(listed)
    assert 40 == len(listed)


async def test_an_answer_that_is_not_wanted_any_more_is_not_made(idle: LocalBackend) -> None:
    client = AsyncClient(idle)
    thread_id, assistant_id = await question(client)
    task = asyncio.create_task(client.run_and_get_assistant_response(thread_id, assistant_id=assistant_id))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ["cancelled"] == [run.status for run in (await client.get_runs(thread_id)).data]
    with anyio.move_on_after(0.2) as scope:
        await client.run_and_get_assistant_response(thread_id, assistant_id=assistant_id)
    assert scope.cancelled_caught
    with pytest.raises(WaitTimeoutError, match=r"was still queued after 0\.1 s") as caught:
        await client.run_and_get_assistant_response(thread_id, assistant_id=assistant_id, timeout=0.1)
    assert "queued" == caught.value.state.status
    assert ["cancelled"] * 3 == [run.status for run in (await client.get_runs(thread_id)).data]


async def test_waiting_can_be_cancelled_and_leaves_the_run_alone(idle: LocalBackend) -> None:
    client = AsyncClient(idle)
    thread_id, assistant_id = await question(client)
    run = await client.create_run(thread_id, assistant_id=assistant_id)
    task = asyncio.create_task(client.wait_for_run_to_complete(thread_id, run.id))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "queued" == (await client.get_run(thread_id, run.id)).status


async def test_a_stream_may_be_left_at_any_time(idle: LocalBackend) -> None:
    client = AsyncClient(idle)
    thread_id, assistant_id = await question(client)
    async with aclosing(client.stream_run(thread_id, assistant_id=assistant_id)) as events:
        first = await anext(events)
        assert "thread.run.created" == first.event
        assert "thread.run.queued" == (await anext(events)).event
        with anyio.move_on_after(0.1) as scope:
            await anext(events)
        assert scope.cancelled_caught
    channel = idle.engine.channels.find(first.data.id)
    assert channel is not None
    assert [] == channel._listeners
    assert "cancelled" == (await client.cancel_run(thread_id, first.data.id)).status


async def test_errors_of_a_stream_come_with_its_first_event(client: AsyncClient) -> None:
    thread_id, assistant_id = await question(client)
    events = client.stream_run(thread_id, assistant_id=assistant_id, temperature=5)
    with pytest.raises(InvalidValueError, match="temperature"):
        await anext(events)


async def test_a_run_that_nobody_performs_can_be_streamed_after_a_deadline(idle: LocalBackend) -> None:
    client = AsyncClient(idle, timeout=0.1)
    thread_id, assistant_id = await question(client)
    with pytest.raises(WaitTimeoutError, match=r"create_run took more than 0\.1 s"):
        [event async for event in client.stream_run(thread_id, assistant_id=assistant_id)]


async def test_waiting_looks_less_and_less_often() -> None:
    looks: list[float] = []

    async def look() -> int:
        looks.append(asyncio.get_running_loop().time())
        return len(looks)

    async def end(state: int) -> str | None:
        return "enough" if state == 6 else None

    assert "enough" == await until(end, look, "six", timeout=5, progress=None)
    pauses = [later - earlier for earlier, later in pairwise(looks)]
    assert pauses[0] < 0.1
    assert pauses[0] < pauses[2] < pauses[4]


async def test_waiting_that_saw_nothing_says_so() -> None:
    async def end(state: object) -> None:
        return None

    with pytest.raises(WaitTimeoutError, match=r"a miracle was still not there after 0\.05 s") as caught:
        await until(end, anyio.sleep_forever, "a miracle", timeout=0.05, progress=None)
    assert caught.value.state is None


async def test_an_expired_store_is_not_waited_for() -> None:
    client = AsyncClient(Told(get_vector_store=[store(status="in_progress"), store(status="expired")]))
    with pytest.raises(WaitFailedError, match="vector store vs_1 has expired"):
        await client.wait_for_vector_store_to_complete("vs_1")


async def test_a_cancelled_file_is_not_waited_for() -> None:
    client = AsyncClient(Told(get_vector_store_file=[entry(1), entry(1, status="cancelled")]))
    with pytest.raises(WaitFailedError, match="file file-1 of vector store vs_1 was cancelled"):
        await client.wait_for_vector_store_file_to_complete("vs_1", "file-1")


async def test_many_failures_are_counted_and_some_are_named() -> None:
    error = LastError(code="invalid_file", message="It is damaged.")
    failed = [entry(number, status="failed", last_error=error) for number in range(12)]
    counts = FileCounts(in_progress=3, failed=12, total=15)
    told = Told(
        get_vector_store=[store(status="in_progress", file_counts=counts)], get_vector_store_files=[page(*failed)]
    )
    with pytest.raises(WaitFailedError) as caught:
        await AsyncClient(told).wait_for_vector_store_to_complete("vs_1")
    text = caught.value.message
    first, second, *_, last = text.splitlines()
    assert ["12 of 15 files of vector store vs_1 failed:", "  …"] == [first, last]
    assert "  file-0: invalid_file: It is damaged." == second
    assert 10 == text.count("It is damaged.")
    assert failed == list(caught.value.files)
    assert "allow_failed=True" in caught.value.hint


async def test_a_run_from_before_the_question_is_not_its_run() -> None:
    old = run(created_at=1, status="failed")
    asked, answer = message("user", 5), message("assistant", 6)
    told = Told(get_thread_messages=[page(asked), page(asked), page(answer)], get_runs=[page(old)])
    assert answer == await AsyncClient(told).wait_for_assistant_message("thread_1", timeout=5)


async def test_a_run_without_a_message_is_no_answer() -> None:
    told = Told(create_run=[run()], get_run=[run(status="completed")], get_thread_messages=[page()])
    with pytest.raises(WaitFailedError, match="run_1 completed without a message") as caught:
        await AsyncClient(told).run_and_get_assistant_response("thread_1", assistant_id="asst_1")
    assert "completed" == caught.value.state.status


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "failed", "error": ResponseError(code="server_error", message="No model.")}, "failed: No model."),
        (
            {"status": "incomplete", "incomplete_details": IncompleteDetails(reason="max_output_tokens")},
            "is incomplete: max_output_tokens",
        ),
        ({"status": "cancelled"}, "was cancelled"),
    ],
)
async def test_a_response_that_ends_badly_says_how(fields: dict[str, Any], reason: str) -> None:
    ended = Response(id="resp_1", created_at=1, model="x", **fields)
    queued = Response(id="resp_1", created_at=1, model="x", status="queued")
    with pytest.raises(WaitFailedError) as caught:
        await AsyncClient(Told(get_response=[queued, ended])).wait_for_response_to_complete("resp_1")
    assert f"response resp_1 {reason}" == caught.value.message
    assert ended == caught.value.state


async def test_a_closed_client_says_so(home: Path) -> None:
    client = AsyncClient()
    await client.close()
    await client.close()
    with pytest.raises(WrongStateError, match="has been closed"):
        await client.get_files()


def test_one_client_may_be_used_in_several_event_loops(home: Path) -> None:
    client = AsyncClient()
    for number in range(3):
        file = asyncio.run(client.upload_file((f"{number}.txt", b"words")))
        assert f"{number}.txt" == asyncio.run(client.get_file(file.id)).filename
    asyncio.run(client.close())


def test_a_client_that_is_dropped_lets_go_of_everything(home: Path) -> None:
    before = {thread for thread in threading.enumerate() if thread.name.startswith("pdfqa")}
    client = AsyncClient()
    asyncio.run(client.upload_file(("a.txt", b"words")))
    assert before < {thread for thread in threading.enumerate() if thread.name.startswith("pdfqa")}
    del client
    gc.collect()
    assert before == {thread for thread in threading.enumerate() if thread.name.startswith("pdfqa")}


def test_an_owners_view_keeps_the_whole_open(home: Path) -> None:
    view = LocalBackend(settings(home)).owned_by("somebody")
    gc.collect()

    async def use() -> str:
        client = AsyncClient(view)
        file = await client.upload_file(("a.txt", b"words"))
        await client.close()  # closes nothing: others may use the whole
        return (await AsyncClient(view).get_file(file.id)).filename

    assert "a.txt" == asyncio.run(use())


def test_options_of_a_model_reach_the_engine(home: Path) -> None:
    with Client(home=home, model="qwen3", base_url="http://127.0.0.1:1/v1", api_key="secret", password="pw") as client:
        backend = client._target._backend
        assert isinstance(backend, LocalBackend)
        found = backend.engine.settings
    assert ("qwen3", "http://127.0.0.1:1/v1", "secret") == (found.model, found.base_url, found.model_key)
    assert (home, "pw") == (found.home, found.password)


HALF = "who? \ud83d"  # of an emoji, as is left when a text is cut in JavaScript


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_thread(f"thread_{HALF}"),
        lambda client: client.get_files(after=HALF),
        lambda client: client.create_thread(messages=[{"role": "user", "content": HALF}]),
        lambda client: client.create_vector_store(name=HALF),
        lambda client: client.create_response(model="m", input=HALF),
    ],
    ids=["id", "cursor", "message", "name", "input"],
)
def test_half_a_character_is_refused(home: Path, call: Callable[[Client], object]) -> None:
    with Client(home=home) as client, pytest.raises(InvalidRequestError, match="surrogates not allowed"):
        call(client)


def test_a_back_end_is_one_method_and_an_end(home: Path) -> None:
    class Mine:
        async def call(self, name: str, ids: object, fields: object) -> object:
            return (name, ids, fields)

        async def close(self) -> None:
            pass

    assert isinstance(Mine(), Backend)
    assert isinstance(connect("local", home=home), Backend)
    assert ("get_file", ["file-1"], {}) == asyncio.run(AsyncClient(Mine()).get_file("file-1"))  # type: ignore[comparison-overlap]


async def test_a_listener_whose_event_loop_is_gone_harms_nobody(home: Path) -> None:
    from pdfqa.backends.local import events
    from pdfqa.engine.channels import Channel

    channel = Channel()

    def listen() -> None:
        loop = asyncio.new_event_loop()
        listening = events(channel)
        task = loop.create_task(anext(listening))
        loop.call_later(0.01, loop.stop)
        loop.run_forever()
        kept.extend([listening, task])
        loop.close()

    kept: list[object] = []
    await anyio.to_thread.run_sync(listen)
    channel.put(Event(event="x", data={}))
    assert 1 == len(channel.events)
    setattr(kept[1], "_log_destroy_pending", False)  # noqa: B010 - it is meant to be pending
