"""Requests that are repeated where that helps, and counted."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

import anyio
import msgspec

from pdfqa.backends.remote import RemoteBackend
from pdfqa.errors import BackendError, RateLimitError, WaitTimeoutError
from pdfqa.wire import ObjectPage

T = TypeVar("T")
Hitch = (BackendError, WaitTimeoutError)  # what may go well another time
_TRIES = 5
_LONGEST = 30.0  # seconds before a try, where the server does not ask for more
_PAGE = 100  # objects of a list that come at once
_AT_ONCE = 8


class Counts(msgspec.Struct, kw_only=True):
    """What was asked of a server: requests, those of them that were repeated, and seconds waited before these."""

    requests: int = 0
    retries: int = 0
    waited: float = 0.0


class Patient:
    """A server, asked again when it is busy or the connection breaks.

    Args:
        remote: The server. It must not repeat requests by itself.
        pause: Seconds before the second try, twice as long before each further one. Where the server says how long to
            wait, that counts.
        patience: The longest that it may say so.
    """

    def __init__(self, remote: RemoteBackend, *, pause: float = 0.5, patience: float = 600.0) -> None:
        self.counts = Counts()
        self._remote = remote
        self._pause = pause
        self._patience = patience

    async def ask(self, name: str, ids: Sequence[str] = (), /, **fields: Any) -> Any:
        """Return the result of an operation that may be carried out twice without harm."""

        async def nothing(_: Exception) -> None:
            return None

        return await self.ask_once(name, ids, nothing, **fields)

    async def ask_once(
        self, name: str, ids: Sequence[str], arrived: Callable[[Exception], Awaitable[T | None]], /, **fields: Any
    ) -> Any:
        """Return the result of an operation that must not be carried out twice.

        Args:
            name: The operation.
            ids: Its ids.
            arrived: Asked before it is repeated; returns its result if it was carried out although it seems to have
                failed.
            fields: Its fields.
        """
        for number in range(_TRIES):
            self.counts.requests += 1
            try:
                return await self._remote.call(name, ids, fields)
            except Hitch as error:
                await self._wait(error, number)
                if not isinstance(error, RateLimitError) and (found := await arrived(error)) is not None:
                    return found
        raise AssertionError  # the last try has raised

    async def _wait(self, error: BackendError | WaitTimeoutError, number: int) -> None:
        """Wait before a request is repeated; raise the error where that is of no use."""
        told = getattr(error, "retry_after", None)
        pause = self._pause * 2**number * random.uniform(0.75, 1.25)  # noqa: S311 - so that not all come at once
        pause = min(_LONGEST, pause) if told is None else told
        if number == _TRIES - 1 or pause > self._patience or "quota" in error.message.casefold():
            raise error
        self.counts.retries += 1
        self.counts.waited += pause
        await anyio.sleep(pause)

    async def list(
        self, name: str, ids: Sequence[str] = (), *, limit: int = _PAGE, **fields: Any
    ) -> AsyncGenerator[Any, None]:
        """Yield all objects of a list."""
        while True:
            page: ObjectPage[Any] = await self.ask(name, ids, limit=limit, **fields)
            for one in page.data:
                yield one
            if not page.has_more or not page.data:
                return
            fields["after"] = page.data[-1].id


async def each(do: Callable[[T], Awaitable[object]], things: Sequence[T]) -> None:
    """Do something with each of some things, several at a time; the first error ends it, and is raised as it is."""
    limiter = anyio.CapacityLimiter(_AT_ONCE)
    failed: list[Exception] = []

    async def one(thing: T) -> None:
        async with limiter:
            try:
                await do(thing)
            except Exception as error:  # noqa: BLE001 - raised below: a group would put it into one of its own
                failed.append(error)
                group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for thing in things:
            group.start_soon(one, thing)
    if failed:
        raise failed[0]
