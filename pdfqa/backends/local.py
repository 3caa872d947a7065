"""The local back-end: operations on the embedded engine, in worker threads of this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import anyio
import anyio.to_thread

from pdfqa import wire
from pdfqa.config import Settings
from pdfqa.engine import Engine
from pdfqa.engine.channels import Channel
from pdfqa.engine.driver import Driver
from pdfqa.operations import OPERATIONS, Operation

_AT_ONCE = 64  # calls in threads


class LocalBackend:
    """The engine of a home directory, and the threads that do its jobs.

    Args:
        settings: Where the home is, and the limits.
        engine: An engine to use instead of one of its own.
        owner: Whose objects are seen.
    """

    def __init__(self, settings: Settings, *, engine: Engine | None = None, owner: str = "") -> None:
        self._own = engine is None
        self.engine = (engine or Engine(settings)).owned_by(owner)
        self._driver = Driver(self.engine) if self._own else None
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)

    def owned_by(self, owner: str) -> LocalBackend:
        """Return this back-end as another owner sees it; closing it closes nothing."""
        view = LocalBackend(self.engine.settings, engine=self.engine, owner=owner)
        view._limiter = self._limiter
        return view

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        """Return the result of an operation, or an iterator of its events where `stream` is set."""
        operation = OPERATIONS[name]
        request = wire.check(operation.request, fields) if operation.request else None
        result = await self.perform(operation, ids, request)
        return events(result) if isinstance(result, Channel) else result

    async def perform(self, operation: Operation, ids: Sequence[str], request: wire.Request | None) -> Any:
        """Return what the engine makes of a request that has been checked: the result, or a `Channel`."""
        return await anyio.to_thread.run_sync(
            operation.perform, self.engine, tuple(ids), request, limiter=self._limiter, abandon_on_cancel=True
        )

    async def close(self, *, grace: float = 10.0) -> None:
        """Finish what is under way, within some seconds, and close the home directory."""
        if self._own:
            await anyio.to_thread.run_sync(self._close, grace)

    def _close(self, grace: float) -> None:
        if self._driver:
            self._driver.close(grace=grace)
        self.engine.close()


async def events(channel: Channel, *, start: int = 0) -> AsyncIterator[wire.Event]:
    """Yield the events of a channel from a place on, waiting for those to come."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()
    stop = channel.listen(lambda: loop.call_soon_threadsafe(changed.set))
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
