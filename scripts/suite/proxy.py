"""The placeholder proxy: pass the suite's requests on, mended, and the server's answers back, unchanged."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from suite.api import KEY, SUITE_KEY, Api, SetupError
from suite.mending import Mended, mend
from suite.rules import Mend, Route
from suite.scenes import Stage

_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "content-length"}


class Refused(NamedTuple):
    """A request that the server did not answer with success."""

    request: str
    sent_on: str
    body: str
    status: int
    answer: str


class Proxy(ThreadingHTTPServer):
    """A proxy on a free loopback port, in front of a server on another.

    Args:
        upstream: The server's port.
        record: A folder for what was answered, as `scripts/validate_bodies.py` reads it.
        name: What the record is called.
        changes: Whether requests are mended.
    """

    daemon_threads = True

    def __init__(self, upstream: int, *, record: Path | None = None, name: str = "suite", changes: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = Api(upstream)
        self.stage = Stage(self.api)
        self.record = record / f"{name}.jsonl" if record else None
        self.changes = changes
        self.requests = self.changed = 0
        self.applied: Counter[Route | Mend] = Counter()
        self.refused: list[Refused] = []
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def note(self, applied: list[Route | Mend]) -> None:
        """Count a request and the rules that changed it."""
        with self._lock:
            self.requests += 1
            self.changed += bool(applied)
            self.applied.update(applied)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a client went away; the suite closes streams without reading them."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Proxy

    def _pass(self) -> None:
        body = self._body()
        kind = self.headers.get("Content-Type") or ""
        try:
            mended = self._mended(body, kind) if self.server.changes else Mended(self.path, body, [])
        except SetupError as error:
            self.server.note([])
            self.server.refused.append(Refused(f"{self.command} {self.path}", "-", "", 599, f"no scene: {error}"))
            self._answer_with(
                599, {"error": {"message": f"no scene: {error}", "type": "", "param": None, "code": None}}
            )
            return
        self.server.note(mended.applied)
        headers = {name.lower(): value for name, value in self.headers.items()}
        headers = {name: value for name, value in headers.items() if name not in {*_HOP, "accept-encoding"}}
        if headers.get("authorization") == f"Bearer {SUITE_KEY}":
            headers["authorization"] = f"Bearer {KEY}"
        connection = HTTPConnection("127.0.0.1", self.server.api.port, timeout=120)
        try:
            connection.request(self.command, mended.path, mended.body, headers)
            self._answer(connection.getresponse(), mended.path, mended.body)
        finally:
            connection.close()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():  # what may follow the last chunk
            pass
        return body

    def _mended(self, body: bytes, kind: str) -> Mended:
        return mend(
            self.command,
            self.path,
            body,
            json_body=kind.startswith("application/json"),
            setting=lambda route: self.server.stage.set(route.scene, fresh=route.own),
        )

    do_GET = do_POST = do_DELETE = _pass  # noqa: N815 - the names that http.server calls

    def _answer(self, response: HTTPResponse, sent_on: str, body: bytes) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        stream = response.getheader("Content-Length") is None and response.status != 204
        answer = b"" if stream else response.read()
        self.send_header(*(("Transfer-Encoding", "chunked") if stream else ("Content-Length", str(len(answer)))))
        self.end_headers()
        if stream:
            answer = self._streamed(response)
        else:
            self.wfile.write(answer)
        self._kept(response, sent_on, body, answer)

    def _streamed(self, response: HTTPResponse) -> bytes:
        """Pass a stream on piece by piece until it ends or the client goes away; return what was read of it."""
        read = b""
        there = True
        while piece := response.read1(65536):
            read += piece
            if there:
                try:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                except ConnectionError:
                    there = False
                    if self.server.record is None:
                        raise
        if there:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True
        return read

    def _kept(self, response: HTTPResponse, sent_on: str, body: bytes, answer: bytes) -> None:
        """Keep what is to be reported or recorded."""
        status, shown = response.status, answer.decode(errors="replace")
        if status >= 400:
            request = f"{self.command} {self.path}"
            self.server.refused.append(Refused(request, sent_on, body[:400].decode(errors="replace"), status, shown))
        if self.server.record:
            line = {
                "method": self.command,
                "path": sent_on,
                "status": status,
                "type": response.getheader("Content-Type") or "",
                "body": shown,
            }
            with self.server._lock, self.server.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def _answer_with(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Should-Retry", "false")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Write no line for each request."""
