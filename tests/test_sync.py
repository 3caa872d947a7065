"""The synchronous client: in a running event loop, from several threads, with Ctrl-C, and when it is dropped."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import queue
import signal
import sys
import threading
import time
import weakref
from collections.abc import AsyncGenerator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest

from pdfqa import Client, PdfqaError, WaitTimeoutError, WrongStateError, sync
from pdfqa.wire import Event, FileCounts, VectorStoreFileBatch
from tests.homes import finish, start

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")


class Slow:
    """A back-end that answers to nothing, or with events and then nothing, and says when it is given up."""

    def __init__(self, events: int = 0) -> None:
        self.begun = threading.Event()
        self.given_up = threading.Event()
        self.closed = False
        self._events = events

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        if fields.get("stream"):
            return self._all()
        await self._nothing()
        return None

    async def _all(self) -> AsyncGenerator[Event, None]:
        try:
            for number in range(self._events):
                yield Event(event="thread.message.delta", data={"number": number})
            await self._nothing()
        finally:
            self.given_up.set()

    async def _nothing(self) -> None:
        self.begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            self.given_up.set()

    async def close(self) -> None:
        self.closed = True


class Batch:
    """A back-end that has a batch, of which each look finds one more file done."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = -1

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        self._done += 1
        left = self._total - self._done
        return VectorStoreFileBatch(
            id=ids[1],
            created_at=1,
            vector_store_id=ids[0],
            status="in_progress" if left else "completed",
            file_counts=FileCounts(in_progress=left, completed=self._done, total=self._total),
        )

    async def close(self) -> None:
        pass


def test_it_works_in_a_running_event_loop(home: Path) -> None:
    async def notebook() -> str:
        with Client() as client:
            file = client.upload_file(("a.txt", b"words"))
            await asyncio.sleep(0)
            return client.get_file(file.id).filename

    assert "a.txt" == asyncio.run(notebook())


def test_many_threads_may_use_one(home: Path) -> None:
    with Client() as client, ThreadPoolExecutor(8) as pool:

        def work(number: int) -> tuple[str, bytes]:
            file = client.upload_file((f"{number}.txt", b"words %d" % number))
            return client.get_file(file.id).filename, client.get_file_content(file.id)

        assert [(f"{number}.txt", b"words %d" % number) for number in range(40)] == list(pool.map(work, range(40)))
        assert 40 == len(client.get_files().data)


@needs_signals
def test_ctrl_c_cancels_what_is_waited_for() -> None:
    slow = Slow()
    with Client(slow) as client:

        def interrupt() -> None:
            slow.begun.wait(10)
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            client.get_files()
        thread.join()
        assert slow.given_up.is_set()


def test_a_call_has_a_deadline() -> None:
    slow = Slow()
    with Client(slow, timeout=0.05) as client:
        with pytest.raises(WaitTimeoutError, match=r"get_files took more than 0\.05 s") as caught:
            client.get_files()
        assert "timeout" == caught.value.param
        assert slow.given_up.wait(5)


def test_an_event_has_a_deadline_too() -> None:
    slow = Slow(events=2)
    with Client(slow, timeout=0.05) as client:
        events = client.stream_run("thread_1", assistant_id="asst_1")
        assert [0, 1] == [next(events).data["number"] for _ in range(2)]
        with pytest.raises(WaitTimeoutError):
            next(events)
        assert slow.given_up.is_set()
        assert [] == list(events)


def test_a_stream_that_is_closed_is_not_listened_to_any_more() -> None:
    slow = Slow(events=5)
    with Client(slow) as client:
        for event in client.stream_run("thread_1", assistant_id="asst_1"):
            assert 0 == event.data["number"]
            break
        else:
            pytest.fail("there were no events")
        gc.collect()
        assert slow.given_up.wait(5)
        events = client.stream_run("thread_1", assistant_id="asst_1")
        assert inspect.isgenerator(events)
        events.close()  # before it was begun


@needs_signals
def test_ctrl_c_ends_a_stream() -> None:
    slow = Slow(events=1)
    with Client(slow) as client:
        events = client.stream_run("thread_1", assistant_id="asst_1")
        next(events)

        def interrupt() -> None:
            slow.begun.wait(10)
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            next(events)
        thread.join()
        assert slow.given_up.is_set()


def test_progress_is_told_in_the_thread_that_waits() -> None:
    seen: list[tuple[int, int]] = []

    def tell(batch: VectorStoreFileBatch) -> None:
        seen.append((threading.get_ident(), batch.file_counts.completed))

    with Client(Batch(3)) as client:
        batch = client.wait_for_vector_store_file_batch_to_complete("vs_1", "vsfb_1", progress=tell)
    assert 3 == batch.file_counts.completed
    assert [(threading.get_ident(), number) for number in range(4)] == seen


def test_an_error_in_progress_ends_the_waiting() -> None:
    def fail(batch: VectorStoreFileBatch) -> None:
        raise LookupError(batch.id)

    with Client(Batch(1000)) as client:
        with pytest.raises(LookupError, match="vsfb_1"):
            client.wait_for_vector_store_file_batch_to_complete("vs_1", "vsfb_1", progress=fail)
        assert client.get_vector_store_file_batch("vs_1", "vsfb_1").file_counts.completed < 10


def test_a_closed_client_says_so(home: Path) -> None:
    slow = Slow()
    client = Client(slow)
    client.close()
    client.close()
    assert slow.closed
    with pytest.raises(WrongStateError, match="closed"):
        client.get_files()
    with pytest.raises(WrongStateError, match="closed"):
        next(client.stream_run("thread_1", assistant_id="asst_1"))


def test_closing_ends_what_other_threads_wait_for() -> None:
    slow = Slow()
    client = Client(slow)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get_files)
        assert slow.begun.wait(5)
        client.close()
        with pytest.raises(WrongStateError, match="closed"):
            waiting.result(5)


def test_a_client_that_is_dropped_lets_go_of_everything(home: Path) -> None:
    before = set(threading.enumerate())
    client = Client()
    client.upload_file(("a.txt", b"words"))
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None
    end = time.monotonic() + 5
    while (left := [thread for thread in threading.enumerate() if thread not in before]) and time.monotonic() < end:
        time.sleep(0.01)
    # anyio keeps the threads of the calls for a while; they hold nothing.
    assert [] == [thread.name for thread in left if thread.name.startswith("pdfqa")]
    with Client() as again:
        assert ["a.txt"] == [file.filename for file in again.get_files().data]


@pytest.mark.parametrize("ending", ["", "raise SystemExit(0)", "client.close()", "del client"])
def test_python_ends_though_a_client_is_open(home: Path, ending: str) -> None:
    code = f"""
from pdfqa import Client
client = Client()
events = client.stream_run("thread_1", assistant_id="asst_1")
print(client.upload_file(("a.txt", b"words")).filename)
{ending}
"""
    began = time.monotonic()
    [(code_, out, err)] = finish(start(code))
    assert (0, "a.txt\n", "") == (code_, out, err)
    assert time.monotonic() - began < 8


def test_errors_come_as_they_are(home: Path) -> None:
    with Client() as client:
        with pytest.raises(PdfqaError, match="No file found with id 'file-1'"):
            client.get_file("file-1")
        with pytest.raises(TypeError, match="filename"):
            client.get_file(filename="x")  # type: ignore[call-arg]


def test_a_call_that_was_given_up_before_it_began_never_begins() -> None:
    async def work() -> None:
        pytest.fail("it began")

    async def loop() -> None:
        call = sync._Call(work, queue.SimpleQueue())
        call.cancel()
        call.begin()
        await asyncio.sleep(0)
        assert call.said.get(timeout=1) is sync._OVER

    asyncio.run(loop())


def test_a_call_whose_loop_has_ended_is_not_waited_for() -> None:
    loop = sync.Loop()
    loop.close()
    call = sync._Call(anyio.sleep_forever, queue.SimpleQueue())
    with pytest.raises(WrongStateError, match="closed"):
        loop._next(call)
