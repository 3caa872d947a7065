"""`pdfqa serve` made to look like OpenAI, from behind a proxy on this machine: with its faults where a test wants them.

No assistants and threads (404), none of the fields that are pdfqa's own; and 429, 5xx, connections that drop, bodies
that are changed on the way.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2

Json = dict[str, Any]
Edit = Callable[[Any], Any]
_GONE = re.compile(r"/v1/(assistants|threads)\b")
_KEPT = {
    "file_search_call": {"file_id", "filename", "text", "score", "attributes"},
    "file_citation": {"type", "index", "file_id", "filename"},
    "vector_store.search_results.page": {"file_id", "filename", "score", "attributes", "content"},
}


@dataclass
class Fault:
    """What goes wrong with some requests.

    Args:
        where: A regular expression for "METHOD path".
        times: How many of them are hit, one after the other; None for all.
        status: The answer, instead of the server's; the request does not reach it.
        headers: Of that answer.
        body: Of that answer.
        drop: The connection ends "before" the request reaches the server, "after" (with no answer), or in the
            "middle" of the answer; or a stream falls "silent" there.
        edit: Changes the answer's JSON, or that of each event.
        hit: Asked whether a request is hit, where `where` is not enough.
    """

    where: str
    times: int | None = 1
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    drop: str = ""
    edit: Edit | None = None
    hit: Callable[[Asked], bool] = lambda _: True
    hits: int = 0


@dataclass
class Asked:
    """One request: its method, path with query, headers, body, and the status it was answered with (0: dropped)."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status or 'dropped'}"


class Proxy:
    """The proxy, what was asked of it, and what it is to do wrong."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self._client = httpx2.AsyncClient(timeout=60, trust_env=False)

    def count(self, where: str) -> int:
        """Return how many requests there were of a kind."""
        return sum(re.search(where, f"{one.method} {one.path}") is not None for one in self.asked)

    def forget(self) -> None:
        """Forget what was asked, and make no more faults."""
        self.asked.clear()
        self.faults.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, httpx2.TransportError):
                while asked := await _request(reader):
                    self.asked.append(asked)
                    if not await self._answer(asked, writer):
                        break
        finally:  # also where the proxy ends with the connection still open
            writer.transport.abort()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        fault = self._fault(asked)
        if fault.drop == "before":
            return False
        if fault.status:
            asked.status = fault.status
            await _send(writer, fault.status, fault.headers, json.dumps(fault.body).encode())
            return True
        headers = {name: value for name, value in asked.headers.items() if name not in {"host", "content-length"}}
        url = self.target + asked.path
        async with self._client.stream(asked.method, url, headers=headers, content=asked.body) as answer:
            if fault.drop == "after":
                await answer.aread()
                return False
            asked.status = answer.status_code
            kept = {name: answer.headers[name] for name in ("content-type", "x-request-id") if name in answer.headers}
            if "event-stream" in kept.get("content-type", ""):
                await self._stream(answer, writer, kept, fault)
                return False
            body = await answer.aread()
            if "json" in kept.get("content-type", ""):
                body = json.dumps(_edited(json.loads(body), fault.edit)).encode()
            if fault.drop == "middle":
                await _send(writer, answer.status_code, kept, body[: len(body) // 2], length=len(body))
                return False
            await _send(writer, answer.status_code, kept, body)
            return True

    async def _stream(self, answer: Any, writer: asyncio.StreamWriter, headers: Json, fault: Fault) -> None:
        writer.write(_head(answer.status_code, {**headers, "connection": "close"}))
        events = 0
        async for line in answer.aiter_lines():
            told = line
            if line.startswith("data: {"):
                events += 1
                told = f"data: {json.dumps(_edited(json.loads(line[6:]), fault.edit))}"
            if fault.drop in {"middle", "silent"} and events > 2:
                if fault.drop == "silent":
                    await asyncio.sleep(20)
                writer.transport.abort()
                return
            writer.write(f"{told}\n".encode())
            await writer.drain()
        writer.close()

    def _fault(self, asked: Asked) -> Fault:
        if _GONE.match(asked.path):
            told = {"error": {"message": "Not Found", "type": "invalid_request_error", "param": None, "code": None}}
            return Fault("", status=404, body=told)
        for fault in self.faults:
            wanted = fault.times is None or fault.hits < fault.times
            if wanted and re.search(fault.where, f"{asked.method} {asked.path}") and fault.hit(asked):
                fault.hits += 1
                return fault
        return Fault("")


def error(message: str, kind: str = "server_error", code: str | None = None, param: str | None = None) -> Json:
    """Return the body of an error as OpenAI has it."""
    return {"error": {"message": message, "type": kind, "code": code, "param": param}}


def _edited(value: Any, edit: Edit | None) -> Any:
    value = _plain(value)
    return edit(value) if edit else value


def _plain(value: Any) -> Any:
    """Return an answer without what is pdfqa's own."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("type") or value.get("object")
    kept = _KEPT.get(str(kind))
    if kept is None or kind == "file_citation":
        plain = {name: _plain(one) for name, one in value.items() if name != "citations"}
        return plain if kept is None else {name: one for name, one in plain.items() if name in kept}
    parts = {name: value[name] for name in ("results", "data") if value.get(name)}
    return {
        **value,
        **{name: [{k: v for k, v in one.items() if k in kept} for one in rows] for name, rows in parts.items()},
    }


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    line = await reader.readline()
    if not line:
        return None
    method, path, _ = line.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        headers[name.strip().lower()] = value.strip()
    body = b""
    if headers.pop("transfer-encoding", "") == "chunked":
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    elif "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    return Asked(method, path, headers, body)


async def _send(
    writer: asyncio.StreamWriter, status: int, headers: Json, body: bytes, *, length: int | None = None
) -> None:
    size = len(body) if length is None else length
    writer.write(_head(status, {"content-type": "application/json", **headers, "content-length": str(size)}) + body)
    await writer.drain()


def _head(status: int, headers: Json) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode()


@contextmanager
def fault_proxy(target: str) -> Iterator[Proxy]:
    """Stand before a server on this machine for as long as the block runs."""
    proxy, started = Proxy(target.rstrip("/")), threading.Event()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=1 << 26)
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        await stopping.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # each closes its connection
        await asyncio.sleep(0)  # which is let go of in the next round
        await proxy._client.aclose()

    stopping = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="fault-proxy")
    thread.start()
    try:
        assert started.wait(10), "the proxy does not start"
        yield proxy
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()
