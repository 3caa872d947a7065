"""Serving over a socket: it listens, answers, and stops without losing what is under way."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from pdfqa.backends.local import LocalBackend
from pdfqa.errors import PdfqaError
from pdfqa.server.entry import Entry
from pdfqa.server.gate import is_loopback
from pdfqa.server.streams import Stopping

GRACE = 10.0  # seconds for what is under way when the server stops
_AFTERWARDS = 5.0  # and for the answers to reach the clients
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any that is free.

    Raises:
        PdfqaError: It cannot.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=1024)
    except OSError as error:
        raise PdfqaError(
            f"{host} port {port} cannot be listened on: {error.strerror}", hint="Choose another with --port or --host."
        ) from error


def only_here(listener: socket.socket) -> bool:
    """Return whether only this machine can reach a socket."""
    return is_loopback(listener.getsockname()[0])


def url(listener: socket.socket) -> str:
    """Return where a socket listens, as clients are told."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class Server(uvicorn.Server):
    """A server that lets what is under way finish within a grace, and tells the streams of the rest that it stops.

    Args:
        app: What answers.
        backend: What does the work; closed at the end.
        stopping: What `app` was given to end its streams.
        grace: Seconds for what is under way.
        started: Called when it answers.
    """

    def __init__(
        self,
        app: Entry,
        backend: LocalBackend,
        stopping: Stopping,
        *,
        grace: float = GRACE,
        started: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=max(1, round(grace + _AFTERWARDS)),
                ws="none",
            )
        )
        self._backend = backend
        self._stopping = stopping
        self._grace = grace
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self._tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, finish or give back the work, end the streams, and close the back-end."""
        finishing = asyncio.create_task(self._finish())
        await super().shutdown(sockets)
        if not self.force_exit:
            await finishing
            await self._backend.close(grace=0)

    async def _finish(self) -> None:
        await self._backend.finish(grace=self._grace)
        self._stopping.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the first SIGTERM or Ctrl-C; end at once at the second Ctrl-C."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        if self.should_exit and sig == signal.SIGINT:
            raise KeyboardInterrupt
        super().handle_exit(sig, frame)
