"""A real server on a real socket, and OpenAI's own client for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import openai
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pdfqa.backends.local import LocalBackend
from pdfqa.config import Settings
from pdfqa.engine import Engine
from pdfqa.server import Limits, app
from pdfqa.server.serve import Notices, Server, listening, url
from pdfqa.server.streams import Stopping
from pdfqa.store.keys import Key, Keys, digest
from tests.homes import settings

_RECORD = os.environ.get("PDFQA_TEST_RECORD")


class Served:
    """A server that is running, and how to reach it."""

    def __init__(self, url: str, server: Server, backend: LocalBackend) -> None:
        self.url = url
        self.server = server
        self.backend = backend
        self._keys = 0

    @property
    def engine(self) -> Engine:
        """The engine behind it, as the home itself sees it."""
        return self.backend.engine

    def new_key(self, name: str = "test") -> str:
        """Make a key, so that nothing of what others made is seen, and return its secret."""
        self._keys += 1
        secret = f"secret-of-{name}-number-{self._keys:08}"
        key = Key(id=f"key_{name}_{self._keys}", name=f"{name} {self._keys}", digest=digest(secret), created_at=1)
        Keys(self.engine.database).put(key)
        return secret

    def client(self, secret: str = "", **options: Any) -> openai.OpenAI:
        """Return OpenAI's client with a key: a new one, or the one given. Close it."""
        return openai.OpenAI(**self._options(secret, options))

    def async_client(self, secret: str = "", **options: Any) -> openai.AsyncOpenAI:
        """Return OpenAI's asynchronous client, likewise."""
        return openai.AsyncOpenAI(**self._options(secret, options))

    def _options(self, secret: str, options: dict[str, Any]) -> dict[str, Any]:
        plain = {"base_url": f"{self.url}/v1", "api_key": secret or self.new_key(), "max_retries": 0, "timeout": 30}
        return {**plain, **options}


@contextmanager
def serving(
    home: Path | Settings, *, secrets: Sequence[str] = (), limits: Limits | None = None, grace: float = 5.0
) -> Iterator[Served]:
    """Serve a home directory on a free port of this machine, in a thread, until the end of the block."""
    backend = LocalBackend(settings(home) if isinstance(home, Path) else home)
    stopping, started = Stopping(), threading.Event()
    listener = listening("127.0.0.1", 0)
    entry = app(backend, secrets=secrets, limits=limits, stopping=stopping)
    server = Server(_recorded(entry), backend, stopping, grace=grace, notices=Notices(started=started.set))
    thread = threading.Thread(target=server.run, args=([listener],), name="server")
    where = url(listener)
    thread.start()
    try:
        assert started.wait(20), "the server does not start"
        yield Served(where, server, backend)
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive(), "the server does not stop"


def _recorded(entry: ASGIApp) -> ASGIApp:
    """Write down all answers, for scripts/validate_bodies.py, where a folder for them is named."""
    if _RECORD is None:
        return entry
    path = Path(_RECORD) / f"{os.getpid()}.jsonl"

    async def recording(scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body = b""

        async def sending(message: Message) -> None:
            nonlocal start, body
            start = message if message["type"] == "http.response.start" else start
            body += message.get("body", b"")
            await send(message)

        await entry(scope, receive, sending)
        if start:
            types = [value.decode() for name, value in start["headers"] if name == b"content-type"]
            query = scope["query_string"].decode()
            line = {
                "method": scope["method"],
                "path": scope["path"] + (f"?{query}" if query else ""),
                "status": start["status"],
                "type": types[0] if types else "",
                "body": body.decode(errors="replace"),
            }
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as stream:
                stream.write(msgspec.json.encode(line) + b"\n")

    return recording
