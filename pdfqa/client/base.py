"""What all parts of the asynchronous client share: the back-end, one way to call it, and the end."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any, ParamSpec, TypeVar, cast

import anyio
from msgspec import UNSET

from pdfqa.backends import Backend, connect
from pdfqa.client.events import typed
from pdfqa.client.polling import LONGEST, PATIENCE, Progress, until
from pdfqa.config import Manners
from pdfqa.errors import InvalidValueError, WaitTimeoutError, WrongStateError
from pdfqa.operations import OPERATIONS
from pdfqa.wire import Event, ObjectPage

_DONE = "[DONE]"
P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Base:
    """Holds the back-end, and calls it."""

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
        polling_interval: float = LONGEST,
        polling_timeout: float = PATIENCE,
    ) -> None:
        seconds: dict[str, object] = {
            "timeout": timeout,
            "polling_interval": polling_interval,
            "polling_timeout": polling_timeout,
        }
        for name, value in seconds.items():
            if value is not None and not (isinstance(value, int | float) and value > 0):
                raise InvalidValueError(f"{name} is {value!r}; it must be a number of seconds above 0", param=name)
        manners = Manners.of(organization, project, max_retries, backoff)
        self._timeout = timeout
        self._polling_interval = polling_interval
        self._polling_timeout = polling_timeout
        self._closed = False
        if isinstance(backend, str):
            backend = connect(
                backend,
                home=home,
                password=password,
                model=model,
                base_url=base_url,
                api_key=api_key,
                timeout=timeout,
                manners=manners,
            )
        if not isinstance(backend, Backend):
            raise InvalidValueError(
                f"backend is {backend!r}, which is none",
                hint="Give 'local', 'openai' or the address of a server.",
                param="backend",
            )
        self._backend = backend

    async def close(self) -> None:
        """Finish what is under way, within some seconds, and close the back-end.

        What is not finished then is taken up by whoever opens the home directory next. A client that is dropped
        without being closed does the same, more hastily.
        """
        self._closed = True
        await self._backend.close()

    async def _call(self, name: str, values: Mapping[str, Any]) -> Any:
        """Return the result of an operation; `values` are a method's own variables, `locals()`.

        The table says which of them are ids and which are fields, so that no method has to list its parameters twice.
        """
        ids, fields = self._taken(name, values)
        with self._deadline(name):
            return await self._backend.call(name, ids, fields)

    async def _stream(self, name: str, values: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        """Yield the events of an operation; closing this ends the listening, not what is listened to.

        Raises:
            PdfqaError: An event says so.
        """
        ids, fields = self._taken(name, values)
        with self._deadline(name):
            events = await self._backend.call(name, ids, {**fields, "stream": True})
        async with aclosing(events):
            while True:
                with self._deadline(name):
                    event = await anext(events, None)
                if event is None or event.data == _DONE:
                    return
                yield typed(event)

    def _taken(self, name: str, values: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
        if self._closed:
            raise WrongStateError("the client has been closed", hint="Make another one.")
        operation = OPERATIONS[name]
        fields = operation.request.__struct_fields__ if operation.request else ()
        given = {field: values[field] for field in fields if values.get(field, UNSET) is not UNSET}
        return [values[id_] for id_ in operation.ids], given

    @contextmanager
    def _deadline(self, name: str) -> Iterator[None]:
        with anyio.move_on_after(self._timeout) as scope:
            yield
        if scope.cancelled_caught:
            raise WaitTimeoutError(
                f"{name} took more than {self._timeout:g} s",
                hint="It may have been carried out all the same. Give the client a longer timeout.",
                param="timeout",
            )

    async def _until(
        self,
        end: Callable[[T], Awaitable[R | None]],
        look: Callable[[], Awaitable[T]],
        what: str,
        *,
        timeout: float | None,
        progress: Progress[T] | None,
    ) -> R:
        """Return what a state gives that something ends with; as `polling.until`, with what the client was told."""
        seconds = self._polling_timeout if timeout is None else timeout
        return await until(end, look, what, timeout=seconds, progress=progress, longest=self._polling_interval)

    async def iterate(
        self, method: Callable[P, Awaitable[ObjectPage[T]]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[T, None]:
        """Yield all objects of a list, page after page.

        >>> async for file in client.iterate(client.get_files, purpose="assistants"): ...

        Args:
            method: One of the client's methods that return a page.
            args: Its ids.
            kwargs: Its fields; `limit` is how many objects come with one call. Not `before`.
        """
        options = forward(kwargs)
        while True:
            page: ObjectPage[T] = await cast("Any", method)(*args, **options)
            for item in page.data:
                yield item
            if not page.has_more or not page.last_id:
                return
            options["after"] = page.last_id


def forward(options: Mapping[str, object]) -> dict[str, object]:
    """Return the options of a list that is gone through; backwards is refused."""
    if options.get("before", UNSET) not in {UNSET, None}:
        raise InvalidValueError("before cannot be followed from page to page", hint="Give after.", param="before")
    return dict(options)
