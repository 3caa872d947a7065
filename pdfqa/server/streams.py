"""Server-sent events: what a channel tells, for as long as the client listens."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import anyio
import msgspec
from starlette.types import Receive, Scope, Send

from pdfqa import wire
from pdfqa.backends.local import events
from pdfqa.engine.channels import Channel
from pdfqa.errors import BackendError
from pdfqa.operations import Events
from pdfqa.server import failures

_SILENCE = 15.0  # seconds after which a comment shows that the connection lives
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
]
_COMMENT = b": still here\n\n"
_DONE = "[DONE]"
_GOES_ON = "What was asked goes on when it runs again; ask for its state then."
_LATER: dict[Events, str] = {"named": _GOES_ON, "typed": _GOES_ON, "plain": "Ask again when it runs."}


class Stopping:
    """Says to all streams that the server is stopping, and what is under way has been given up for now."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Say it; in the event loop."""
        self._event.set()

    async def wait(self) -> None:
        """Wait until it is said."""
        await self._event.wait()


class EventStream:
    """A response that sends the events of a channel, and ends with it. A client that goes away ends only this.

    Args:
        channel: Where the events come from.
        style: How they are sent; see `Operation.events`.
        stopping: Ends the stream early.
        silence: Seconds after which a comment is sent.
    """

    def __init__(self, channel: Channel, style: Events, stopping: Stopping, *, silence: float = _SILENCE) -> None:
        self._channel = channel
        self._style = style
        self._stopping = stopping
        self._silence = silence
        self._sent = 0
        self._over = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        del scope
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        async with anyio.create_task_group() as group:
            group.start_soon(_until_gone, receive, group.cancel_scope)
            group.start_soon(self._show_life, send)
            group.start_soon(self._end_early, send, group.cancel_scope)
            await self._send_all(send)
            group.cancel_scope.cancel()

    async def _send_all(self, send: Send) -> None:
        last: wire.Event | None = None
        async with aclosing(events(self._channel)) as told:
            async for last in told:
                await self._write(send, _frame(last.event, last.data, self._style))
        if self._style != "typed" and not (last and last.data == _DONE):
            await self._write(send, _frame("done", _DONE, self._style))
        await self._end(send)

    async def _end(self, send: Send) -> None:
        self._over = True
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, send: Send, data: bytes) -> None:
        self._sent += 1
        await send({"type": "http.response.body", "body": data, "more_body": True})

    async def _show_life(self, send: Send) -> None:
        while True:
            before = self._sent
            await anyio.sleep(self._silence)
            if self._sent == before:
                await self._write(send, _COMMENT)

    async def _end_early(self, send: Send, scope: anyio.CancelScope) -> None:
        await self._stopping.wait()
        error = BackendError("The server is stopping.", hint=_LATER[self._style])
        if not self._over:
            await self._write(send, _frame("error", failures.envelope(error), self._style))
            await self._end(send)
        scope.cancel()


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def _frame(name: str, data: Any, style: Events) -> bytes:
    """Return an event as it goes over the wire."""
    encoded = data.encode() if data == _DONE else msgspec.json.encode(data)
    start = b"" if style == "plain" else b"event: " + name.encode() + b"\n"
    return start + b"data: " + encoded + b"\n\n"
