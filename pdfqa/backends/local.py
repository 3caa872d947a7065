"""The local back-end: operations on the embedded engine, in worker threads of this process."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread

from pdfqa import wire
from pdfqa.config import Settings
from pdfqa.engine import Engine
from pdfqa.engine.channels import Channel
from pdfqa.engine.driver import Driver
from pdfqa.engine.pictures import sourced
from pdfqa.errors import FileMissingError, InvalidRequestError
from pdfqa.operations import OPERATIONS, Operation

_AT_ONCE = 64  # calls of a kind in threads, for each event loop
_FORGOTTEN = 1.0  # seconds for what is under way when a back-end is dropped without having been closed
_limiters: anyio.lowlevel.RunVar[dict[str, anyio.CapacityLimiter]] = anyio.lowlevel.RunVar("pdfqa-limiters")


class LocalBackend:
    """The engine of a home directory, and the threads that do its jobs.

    One that is dropped, or still open when Python ends, gives its jobs back to whoever opens the home next.

    Args:
        settings: Where the home is, and the limits.
        engine: An engine to use instead of one of its own.
        owner: Whose objects are seen.
    """

    def __init__(self, settings: Settings, *, engine: Engine | None = None, owner: str = "") -> None:
        self.engine = (engine or Engine(settings)).owned_by(owner)
        self._whole: LocalBackend | None = None  # a view keeps it open
        self._closer: weakref.finalize[..., LocalBackend] | None = None
        if engine is None:
            self._closer = weakref.finalize(self, _close, self.engine, Driver(self.engine), _FORGOTTEN)

    def owned_by(self, owner: str) -> LocalBackend:
        """Return this back-end as another owner sees it; closing it closes nothing."""
        view = LocalBackend(self.engine.settings, engine=self.engine, owner=owner)
        view._whole = self._whole or self
        return view

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        """Return the result of an operation, or a generator of its events where `stream` is set."""
        operation = OPERATIONS[name]
        request = wire.check(operation.request, fields) if operation.request else None
        try:
            result = await self.perform(operation, ids, request)
        except UnicodeEncodeError as error:
            raise InvalidRequestError(
                f"a text cannot be sent: {error.reason} ({error.object[error.start : error.end]!r})",
                hint="Replace such characters, with text.encode(errors='replace').decode() for example.",
            ) from error
        if isinstance(result, Path):
            try:
                return await anyio.to_thread.run_sync(result.read_bytes)
            except OSError as error:
                raise FileMissingError(
                    f"{ids[0]} was deleted while it was being read", hint="Upload it again."
                ) from error
        return self._events(result) if isinstance(result, Channel) else sourced(result, self.engine)

    async def _events(self, channel: Channel) -> AsyncGenerator[wire.Event, None]:
        async with aclosing(events(channel)) as found:
            async for event in found:
                sourced(event.data, self.engine)
                yield event

    async def perform(self, operation: Operation, ids: Sequence[str], request: wire.Request | None) -> Any:
        """Return what the engine makes of a request that has been checked: the result, or a `Channel`."""
        # A thread cannot be stopped: a call that is cancelled is finished all the same, and its result dropped.
        return await anyio.to_thread.run_sync(
            operation.perform,
            self.engine,
            tuple(ids),
            request,
            limiter=_limiter("answers" if operation.answers else "looks" if operation.method == "GET" else "changes"),
            abandon_on_cancel=True,
        )

    async def finish(self, *, grace: float = 10.0) -> None:
        """Take no more jobs, and finish those under way within some seconds; the rest is given back."""
        if self._closer and (alive := self._closer.peek()):
            await anyio.to_thread.run_sync(lambda: alive[2][1].close(grace=grace))

    async def close(self, *, grace: float = 10.0) -> None:
        """Finish what is under way, within some seconds, and close the home directory."""
        closing = self._closer.detach() if self._closer else None
        if closing:
            _, close, (engine, driver, _), _ = closing
            await anyio.to_thread.run_sync(close, engine, driver, grace)


def _close(engine: Engine, driver: Driver, grace: float) -> None:
    driver.close(grace=grace)
    engine.close()


def _limiter(kind: str) -> anyio.CapacityLimiter:
    """Return what counts the calls of a kind at once.

    Those that may wait for a model, or to write while another process does, must not keep those waiting that only look.
    """
    try:
        limiters = _limiters.get()
    except LookupError:
        limiters = {}
        _limiters.set(limiters)
    return limiters.setdefault(kind, anyio.CapacityLimiter(_AT_ONCE))


async def events(channel: Channel, *, start: int = 0) -> AsyncGenerator[wire.Event, None]:
    """Yield the events of a channel from a place on, waiting for those to come."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed, and nobody listens any more
            loop.call_soon_threadsafe(changed.set)

    stop = channel.listen(wake)
    try:
        while True:
            changed.clear()
            over = channel.closed  # before looking for events: those that come after would be missed
            while start < len(channel.events):
                yield channel.events[start]
                start += 1
            if over:
                return
            await changed.wait()
    finally:
        stop()
