"""The synchronous client, made from the asynchronous one: each method runs there, in an event loop of its own thread.

So it works where an event loop is running already, as in a notebook, and from several threads at once. Ctrl-C, or any
other exception in the thread that waits, cancels what it waits for.
"""

from __future__ import annotations

import asyncio
import functools
import os
import queue
import threading
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from pdfqa.backends import Backend
from pdfqa.client import AsyncClient
from pdfqa.client.base import forward
from pdfqa.errors import WrongStateError
from pdfqa.progress import reporting
from pdfqa.wire import Event, ObjectPage

P = ParamSpec("P")
T = TypeVar("T")
_OVER = object()
_BEAT = 0.5  # seconds between looks for Ctrl-C, which on some systems does not interrupt waiting
_TO_CANCEL = 6.0  # seconds that what was cancelled may take to clean up


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        started: Future[tuple[asyncio.AbstractEventLoop, Callable[[], None]]] = Future()
        # The thread must not keep Python from ending, as a pool's threads would.
        self._thread = threading.Thread(target=_serve, args=(started,), name="pdfqa-client", daemon=True)
        self._thread.start()
        self._loop, self.stop = started.result()

    def close(self) -> None:
        """Cancel what is under way, and wait for the thread to end."""
        self.stop()
        self._thread.join()

    def here(self) -> bool:
        """Return whether this is the loop's own thread."""
        return threading.current_thread() is self._thread

    def run(self, method: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """Return what a method returns in the loop; its `progress` is called in this thread, as it goes on."""
        with reporting(kwargs.pop("progress", None)) as tell:
            said: queue.SimpleQueue[Any] = queue.SimpleQueue()
            if tell is not None:
                kwargs["progress"] = said.put
            return self._wait(_Call(functools.partial(method, *args, **kwargs), said), tell)

    def _wait(self, call: _Call[T], tell: Callable[[Any], object] | None) -> T:
        try:
            self._soon(call.begin)
            while (state := self._next(call)) is not _OVER:
                if tell is not None:
                    tell(state)
        except BaseException:
            # Ctrl-C may come at any moment, even before it is begun. It must have ended before anything else is
            # done to the same object.
            with suppress(queue.Empty, WrongStateError):
                self._soon(call.cancel)
                while call.said.get(timeout=_TO_CANCEL) is not _OVER:
                    pass
            raise
        return call.outcome()

    def _soon(self, step: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(step)
        except RuntimeError as error:
            raise _closed() from error

    def _next(self, call: _Call[Any]) -> Any:
        while True:
            try:
                return call.said.get(timeout=_BEAT)
            except queue.Empty:
                if not self._thread.is_alive():
                    raise _closed() from None


class _Call(Generic[T]):
    """One call: begun and cancelled in the loop, waited for in another thread.

    Args:
        make: Makes what is awaited.
        said: Where the states go that are told on the way, and at last `_OVER`.
    """

    def __init__(self, make: Callable[[], Awaitable[T]], said: queue.SimpleQueue[Any]) -> None:
        self.said = said
        self._make = make
        self._task: asyncio.Task[T] | None = None
        self._cancelled = False

    def begin(self) -> None:
        """Begin, in the loop."""
        if not self._cancelled:
            self._task = asyncio.ensure_future(self._work())
            self._task.add_done_callback(lambda _: self.said.put(_OVER))

    def cancel(self) -> None:
        """End it, in the loop, begun or not, ended or not."""
        self._cancelled = True
        if self._task is None or self._task.done():
            self.said.put(_OVER)
        else:
            self._task.cancel()

    def outcome(self) -> T:
        """Return the result of a call that is over, or raise its error."""
        try:
            return cast("asyncio.Task[T]", self._task).result()
        except asyncio.CancelledError as error:
            raise _closed() from error

    async def _work(self) -> T:
        return await self._make()


def _serve(started: Future[tuple[asyncio.AbstractEventLoop, Callable[[], None]]]) -> None:
    async def serve() -> None:
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()

        def stop() -> None:
            with suppress(RuntimeError):  # it is closed already
                loop.call_soon_threadsafe(stopping.set)

        started.set_result((loop, stop))
        await stopping.wait()

    asyncio.run(serve())  # cancels all that is left in the end


def _closed() -> WrongStateError:
    return WrongStateError("the client has been closed", hint="Make another one.")


def blocking(method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> Callable[Concatenate[Any, P], T]:
    """Return an asynchronous method as a synchronous one, with the same signature and docstring."""

    @functools.wraps(method)
    def call(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._loop.run(functools.partial(method, self._target), *args, **kwargs)

    return call


def streaming(
    method: Callable[Concatenate[Any, P], AsyncGenerator[T, None]],
) -> Callable[Concatenate[Any, P], Generator[T, None, None]]:
    """Return a method that makes an asynchronous generator as one that makes a plain generator."""

    @functools.wraps(method)
    def call(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> Generator[T, None, None]:
        loop, items = self._loop, method(self._target, *args, **kwargs)
        over = object()
        try:
            while (item := loop.run(anext, items, over)) is not over:
                yield cast("T", item)
        finally:
            if not loop.here():  # a generator that nobody holds any more may be closed in any thread
                with suppress(WrongStateError):
                    loop.run(items.aclose)

    call.__annotations__ = {**call.__annotations__, "return": Generator[Event, None, None]}
    return call


class Client:
    """All operations on files, vector stores, assistants, threads, runs and answers; a context manager.

    As `pdfqa.AsyncClient`, but methods wait, and streams are plain generators. Any number of threads may use one.

    >>> with Client() as client:
    ...     file = client.upload_file("report.pdf")

    Args:
        backend: "local", the engine in this process; the address of a server ("http://127.0.0.1:8008/v1"); or "openai".
        home: As all that follows, this is that of `pdfqa.AsyncClient`.
        password: Tried on encrypted files.
        model: The chat model that writes answers.
        base_url: The server that has the model.
        api_key: The key of that server, or of the server that is the back-end.
        organization: Whose requests these are, as OpenAI has it.
        project: The project that they belong to.
        timeout: How many seconds one call may take.
        max_retries: How often a call to a server is tried again.
        backoff: Seconds before the first of these tries.
        polling_interval: Seconds between two looks of the methods that wait.
        polling_timeout: For how many seconds the methods that wait do so.

    Raises:
        AuthenticationError: OpenAI is to be asked, and there is no key.
        InvalidRequestError: No back-end has that name, or it has no use for an option.
        StorageError: The home directory cannot be used.
    """

    def __init__(
        self,
        backend: str | Backend = "local",
        *,
        home: str | os.PathLike[str] | None = None,
        password: str | None = None,
        model: str | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        timeout: float | None = 600.0,
        max_retries: int = 3,
        backoff: float = 0.5,
        polling_interval: float = 2.0,
        polling_timeout: float = 600.0,
    ) -> None:
        self._target = AsyncClient(
            backend,
            home=home,
            password=password,
            model=model,
            base_url=base_url,
            api_key=api_key,
            organization=organization,
            project=project,
            timeout=timeout,
            max_retries=max_retries,
            backoff=backoff,
            polling_interval=polling_interval,
            polling_timeout=polling_timeout,
        )
        self._loop = Loop()
        weakref.finalize(self, self._loop.stop)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is under way, within some seconds, and close the back-end; as `AsyncClient.close`."""
        with suppress(WrongStateError):  # it has been closed before
            self._loop.run(self._target.close)
        self._loop.close()

    def iterate(
        self, method: Callable[P, ObjectPage[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Generator[T, None, None]:
        """Yield all objects of a list, page after page.

        >>> for file in client.iterate(client.get_files, purpose="assistants"): ...

        Args:
            method: One of the client's methods that return a page.
            args: Its ids.
            kwargs: Its fields; `limit` is how many objects come with one call. Not `before`.
        """
        options = forward(kwargs)
        while True:
            page = cast("Callable[..., ObjectPage[T]]", method)(*args, **options)
            yield from page.data
            if not page.has_more or not page.last_id:
                return
            options["after"] = page.last_id

    # files and uploads
    upload_file = blocking(AsyncClient.upload_file)
    get_files = blocking(AsyncClient.get_files)
    get_file = blocking(AsyncClient.get_file)
    delete_file = blocking(AsyncClient.delete_file)
    get_file_content = blocking(AsyncClient.get_file_content)
    create_upload = blocking(AsyncClient.create_upload)
    add_upload_part = blocking(AsyncClient.add_upload_part)
    complete_upload = blocking(AsyncClient.complete_upload)
    cancel_upload = blocking(AsyncClient.cancel_upload)

    # vector stores, their files and batches
    create_vector_store = blocking(AsyncClient.create_vector_store)
    get_vector_stores = blocking(AsyncClient.get_vector_stores)
    get_vector_store = blocking(AsyncClient.get_vector_store)
    modify_vector_store = blocking(AsyncClient.modify_vector_store)
    delete_vector_store = blocking(AsyncClient.delete_vector_store)
    search_vector_store = blocking(AsyncClient.search_vector_store)
    create_vector_store_file = blocking(AsyncClient.create_vector_store_file)
    get_vector_store_files = blocking(AsyncClient.get_vector_store_files)
    get_vector_store_file = blocking(AsyncClient.get_vector_store_file)
    modify_vector_store_file = blocking(AsyncClient.modify_vector_store_file)
    delete_vector_store_file = blocking(AsyncClient.delete_vector_store_file)
    get_vector_store_file_content = blocking(AsyncClient.get_vector_store_file_content)
    create_vector_store_file_batch = blocking(AsyncClient.create_vector_store_file_batch)
    get_vector_store_file_batch = blocking(AsyncClient.get_vector_store_file_batch)
    cancel_vector_store_file_batch = blocking(AsyncClient.cancel_vector_store_file_batch)
    get_vector_store_file_batch_files = blocking(AsyncClient.get_vector_store_file_batch_files)

    # assistants
    create_assistant = blocking(AsyncClient.create_assistant)
    get_assistants = blocking(AsyncClient.get_assistants)
    get_assistant = blocking(AsyncClient.get_assistant)
    modify_assistant = blocking(AsyncClient.modify_assistant)
    delete_assistant = blocking(AsyncClient.delete_assistant)

    # threads and messages
    create_thread = blocking(AsyncClient.create_thread)
    get_thread = blocking(AsyncClient.get_thread)
    modify_thread = blocking(AsyncClient.modify_thread)
    delete_thread = blocking(AsyncClient.delete_thread)
    create_thread_message = blocking(AsyncClient.create_thread_message)
    get_thread_messages = blocking(AsyncClient.get_thread_messages)
    get_thread_message = blocking(AsyncClient.get_thread_message)
    modify_thread_message = blocking(AsyncClient.modify_thread_message)
    delete_thread_message = blocking(AsyncClient.delete_thread_message)

    # runs and steps
    create_run = blocking(AsyncClient.create_run)
    stream_run = streaming(AsyncClient.stream_run)
    create_thread_and_run = blocking(AsyncClient.create_thread_and_run)
    stream_thread_and_run = streaming(AsyncClient.stream_thread_and_run)
    submit_tool_outputs = blocking(AsyncClient.submit_tool_outputs)
    stream_tool_outputs = streaming(AsyncClient.stream_tool_outputs)
    get_runs = blocking(AsyncClient.get_runs)
    get_run = blocking(AsyncClient.get_run)
    modify_run = blocking(AsyncClient.modify_run)
    cancel_run = blocking(AsyncClient.cancel_run)
    get_run_steps = blocking(AsyncClient.get_run_steps)
    get_run_step = blocking(AsyncClient.get_run_step)

    # responses
    create_response = blocking(AsyncClient.create_response)
    stream_response = streaming(AsyncClient.stream_response)
    get_response = blocking(AsyncClient.get_response)
    resume_response = streaming(AsyncClient.resume_response)
    delete_response = blocking(AsyncClient.delete_response)
    cancel_response = blocking(AsyncClient.cancel_response)
    get_response_input_items = blocking(AsyncClient.get_response_input_items)
    count_input_tokens = blocking(AsyncClient.count_input_tokens)
    compact_response = blocking(AsyncClient.compact_response)

    # conversations
    create_conversation = blocking(AsyncClient.create_conversation)
    get_conversation = blocking(AsyncClient.get_conversation)
    modify_conversation = blocking(AsyncClient.modify_conversation)
    delete_conversation = blocking(AsyncClient.delete_conversation)
    create_conversation_items = blocking(AsyncClient.create_conversation_items)
    get_conversation_items = blocking(AsyncClient.get_conversation_items)
    get_conversation_item = blocking(AsyncClient.get_conversation_item)
    delete_conversation_item = blocking(AsyncClient.delete_conversation_item)

    # chat completions
    create_completion = blocking(AsyncClient.create_completion)
    stream_completion = streaming(AsyncClient.stream_completion)
    get_completions = blocking(AsyncClient.get_completions)
    get_completion = blocking(AsyncClient.get_completion)
    modify_completion = blocking(AsyncClient.modify_completion)
    delete_completion = blocking(AsyncClient.delete_completion)
    get_completion_messages = blocking(AsyncClient.get_completion_messages)

    # models and embeddings
    create_embeddings = blocking(AsyncClient.create_embeddings)
    list_models = blocking(AsyncClient.list_models)
    get_model = blocking(AsyncClient.get_model)
    delete_model = blocking(AsyncClient.delete_model)

    # waiting
    create_vector_store_and_wait_to_complete = blocking(AsyncClient.create_vector_store_and_wait_to_complete)
    wait_for_vector_store_to_complete = blocking(AsyncClient.wait_for_vector_store_to_complete)
    wait_for_vector_store_file_to_complete = blocking(AsyncClient.wait_for_vector_store_file_to_complete)
    wait_for_vector_store_file_batch_to_complete = blocking(AsyncClient.wait_for_vector_store_file_batch_to_complete)
    wait_for_thread_message_to_complete = blocking(AsyncClient.wait_for_thread_message_to_complete)
    wait_for_assistant_message = blocking(AsyncClient.wait_for_assistant_message)
    wait_for_run_to_complete = blocking(AsyncClient.wait_for_run_to_complete)
    run_and_get_assistant_response = blocking(AsyncClient.run_and_get_assistant_response)
    wait_for_response_to_complete = blocking(AsyncClient.wait_for_response_to_complete)
