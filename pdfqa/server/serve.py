"""Serving over a socket: it listens, answers, and stops without losing what is under way."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import uvicorn
from starlette.types import ASGIApp

from pdfqa.backends.local import LocalBackend
from pdfqa.config import Settings
from pdfqa.engine import Engine
from pdfqa.errors import InvalidRequestError, PdfqaError
from pdfqa.server import logs
from pdfqa.server.app import app
from pdfqa.server.gate import checked_secrets, is_loopback
from pdfqa.server.reading import Limits
from pdfqa.server.streams import Stopping
from pdfqa.store.keys import Keys

_SOON = 0.3  # seconds of stopping that nobody need be told of
_AFTERWARDS = 1.0  # seconds for the answers to reach the clients when the work has ended
_IDLE = 75  # seconds that a connection is kept; a client that polls slowly should not make one each time
_WAITING = 1024  # connections that were not accepted yet
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Where to listen, for whom, how large a request may be, and where the log goes (stderr)."""

    host: str = "127.0.0.1"
    port: int = 8008
    secrets: Sequence[str] = ()
    limits: Limits = Limits()
    grace: float = 8.0
    log: Path | None = None
    quiet: bool = False


def serve(
    settings: Settings,
    options: Options,
    *,
    started: Callable[[str], object] = lambda _: None,
    waiting: Callable[[], object] = lambda: None,
) -> None:
    """Serve a home directory until SIGTERM or Ctrl-C.

    Args:
        settings: The home directory, and the limits.
        options: Where to listen, and for whom.
        started: Called with the URL when the server answers.
        waiting: Called when it is to stop, and what is under way takes a while.

    Raises:
        InvalidRequestError: Others could reach it without a key, or a key is too short.
        PdfqaError: It cannot listen there, or the log cannot be written.
        KeyboardInterrupt: Ctrl-C came twice.
    """
    secrets = checked_secrets(options.secrets)
    listener = listening(options.host, options.port)
    try:
        if not (only_here(listener) or secrets):
            _check_keys(settings, options.host)
        logs.write_to(options.log, quiet=options.quiet)
        backend = LocalBackend(settings)
        stopping = Stopping()
        entry = app(backend, secrets=secrets, local=only_here(listener), limits=options.limits, stopping=stopping)
        where = url(listener)
        tell = Notices(started=lambda: started(where), waiting=waiting)
        server = Server(entry, backend, stopping, grace=options.grace, notices=tell)
        server.run([listener])
    finally:
        listener.close()


def _check_keys(settings: Settings, host: str) -> None:
    with Engine(settings) as engine:
        if not Keys(engine.database).all():
            raise InvalidRequestError(
                f"on {host} everyone in the network could read the documents, as there is no API key",
                hint="Make a key with 'pdfqa keys add NAME' (or give one with --api-key), or leave --host out.",
                param="--host",
            )


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any that is free.

    Raises:
        PdfqaError: It cannot.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return _bound(family, address)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise PdfqaError(
            f"{host} port {port} cannot be listened on: {reason}", hint="Choose another with --port or --host."
        ) from error


def _bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    # With the protocol named: asyncio makes only such sockets send at once what they are given (TCP_NODELAY).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_WAITING)
    except BaseException:
        listener.close()
        raise
    return listener


def only_here(listener: socket.socket) -> bool:
    """Return whether only this machine can reach a socket."""
    return is_loopback(listener.getsockname()[0])


def url(listener: socket.socket) -> str:
    """Return where a socket listens, as clients are told: by this machine's name where it listens on all addresses."""
    host, port = listener.getsockname()[:2]
    host = socket.gethostname() if ipaddress.ip_address(host).is_unspecified else host
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """What is called when a server answers, and when it stops but has to wait for what is under way."""

    started: Callable[[], object] = lambda: None
    waiting: Callable[[], object] = lambda: None


_NONE = Notices()


class Server(uvicorn.Server):
    """A server that lets what is under way finish within a grace, and tells the streams of the rest that it stops.

    Args:
        app: What answers.
        backend: What does the work; closed at the end.
        stopping: What `app` was given to end its streams.
        grace: Seconds for what is under way.
        notices: Called on the way.
    """

    def __init__(
        self,
        app: ASGIApp,
        backend: LocalBackend,
        stopping: Stopping,
        *,
        grace: float = 8.0,
        notices: Notices = _NONE,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=_IDLE,
                timeout_graceful_shutdown=max(1, round(grace + _AFTERWARDS)),
                ws="none",
            )
        )
        self._backend = backend
        self._stopping = stopping
        self._grace = grace
        self._notices = notices

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self._notices.started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, finish or give back the work, end the streams, and close the back-end."""
        finishing = asyncio.create_task(self._finish())
        notice = asyncio.get_running_loop().call_later(_SOON, self._notices.waiting)
        try:
            await super().shutdown(sockets)
        finally:
            notice.cancel()
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
