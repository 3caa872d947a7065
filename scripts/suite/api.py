"""Call an HTTP API in plain JSON: what sets the scenes of the suite, and what sends raw inputs."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from typing import Any, NamedTuple

SUITE_KEY = "My API Key"  # what the suite's clients send
KEY = "a key of the conformance suite"  # in its place: pdfqa takes no key of less than 16 characters
_PATIENCE = 60  # seconds


class Reply(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class SetupError(Exception):
    """The server refused what a scene needs."""


class Api:
    """A server at a loopback port."""

    def __init__(self, port: int, *, key: str = KEY) -> None:
        self.port = port
        self._headers = {"Authorization": f"Bearer {key}", "OpenAI-Beta": "assistants=v2"} if key else {}

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Reply:
        """Send a request as it is and return the reply, whatever its status."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.request(method, path, body, {**self._headers, **headers})
            response = connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def json(self, method: str, path: str, fields: Any = None) -> Reply:
        """Send fields as JSON."""
        body = None if fields is None else json.dumps(fields).encode()
        return self.send(method, path, body, {"Content-Type": "application/json"} if body else {})

    def form(self, path: str, file: str, data: bytes, **fields: str) -> Reply:
        """Send a multipart form with one file under a name."""
        mark = uuid.uuid4().hex
        head = 'Content-Disposition: form-data; name="{}"'
        parts = [f"--{mark}\r\n{head.format(name)}\r\n\r\n{value}\r\n".encode() for name, value in fields.items()]
        start = f'--{mark}\r\n{head.format(file)}; filename="scene.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        body = b"".join([*parts, start.encode(), data, f"\r\n--{mark}--\r\n".encode()])
        return self.send("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def make(self, path: str, fields: Any = None) -> Any:
        """POST fields and return the object that was made.

        Raises:
            SetupError: The server did not make it.
        """
        return _made("POST " + path, self.json("POST", path, {} if fields is None else fields))

    def upload(self, path: str, file: str, data: bytes, **fields: str) -> Any:
        """POST a form and return the object that was made."""
        return _made("POST " + path, self.form(path, file, data, **fields))

    def get(self, path: str) -> Any:
        """Return an object."""
        return _made("GET " + path, self.json("GET", path))

    def until(self, path: str, ready: Callable[[Any], bool]) -> Any:
        """Return an object as soon as it is ready.

        Raises:
            SetupError: It was not ready in time.
        """
        end = time.monotonic() + _PATIENCE
        while not ready(value := self.get(path)):
            if time.monotonic() > end:
                raise SetupError(f"GET {path}: not ready after {_PATIENCE} s: {value}")
            time.sleep(0.05)
        return value


def _made(what: str, reply: Reply) -> Any:
    if reply.status >= 300:
        raise SetupError(f"{what}: {reply.status} {reply.body[:500].decode(errors='replace')}")
    return reply.json
