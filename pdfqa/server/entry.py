"""The entry: what every request passes through. It gets an id and an owner, its errors are told, its end is logged."""

from __future__ import annotations

import logging
import secrets
from time import perf_counter
from typing import Any

import msgspec
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pdfqa.errors import PdfqaError, StorageError
from pdfqa.server import failures
from pdfqa.server.gate import Gate

log = logging.getLogger("pdfqa.server")
_OPEN = {"/healthz", "/"}  # asked for without a key


class Record(msgspec.Struct, kw_only=True):
    """What is known of a request, and goes into the log: nothing of what was asked or answered."""

    request_id: str
    method: str
    route: str = ""
    status: int = 0
    ms: float = 0.0
    key: str = ""
    ended: bool = False


class Entry:
    """Wraps the routes.

    Args:
        inner: What answers.
        gate: Finds whose a request is.
    """

    def __init__(self, inner: ASGIApp, gate: Gate) -> None:
        self._inner = inner
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        if scope["type"] != "http":
            return
        began = perf_counter()
        record = Record(request_id=f"req_{secrets.token_hex(16)}", method=scope["method"])
        scope["pdfqa"] = record
        try:
            await self._answer(scope, receive, _Marked(send, record, began))
        finally:
            record.ms = round((perf_counter() - began) * 1000, 2)
            log.info("request", extra={"fields": _line(record)})

    async def _answer(self, scope: Scope, receive: Receive, send: _Marked) -> None:
        record = send.record
        try:
            if scope["path"] not in _OPEN:
                record.key = self._gate.owner(Headers(scope=scope))
            await self._inner(scope, receive, send)
        except ClientDisconnect:
            return
        except PdfqaError as error:
            if error.status >= 500:
                log.error("failed", extra={"fields": {"request_id": record.request_id, **_reason(error)}})
            await send.failure(error, scope, receive)
        except Exception:  # the outermost driver: a mistake of ours ends one request, and says which
            log.exception("unexpected", extra={"fields": {"request_id": record.request_id}})
            failure = PdfqaError(
                f"The server had an error while processing your request {record.request_id}.",
                hint="It is a mistake in pdfqa; the server's log says where.",
            )
            await send.failure(failure, scope, receive)


class _Marked:
    """Sends a response with the headers that all have, and keeps its status."""

    def __init__(self, send: Send, record: Record, began: float) -> None:
        self._send = send
        self._began = began
        self.record = record

    async def __call__(self, message: Message) -> None:
        record = self.record
        if message["type"] == "http.response.start":
            record.status = message["status"]
            took = round((perf_counter() - self._began) * 1000)
            more = [(b"x-request-id", record.request_id.encode()), (b"openai-processing-ms", b"%d" % took)]
            message = {**message, "headers": [*message["headers"], *more]}
        elif message["type"] == "http.response.body":
            record.ended = not message.get("more_body", False)
        await self._send(message)

    async def failure(self, error: PdfqaError, scope: Scope, receive: Receive) -> None:
        """Send an error, if nothing else was begun."""
        if not self.record.status:
            await failures.response(error)(scope, receive, self)


def _line(record: Record) -> dict[str, Any]:
    line = msgspec.structs.asdict(record)
    if line.pop("ended"):
        return line
    return {**line, "cut": True}  # the client went away, or the server stopped


def _reason(error: PdfqaError) -> dict[str, Any]:
    # What a model's server says may hold the question; what is wrong with the storage must be known.
    return {"error": error.code, **({"message": error.message} if isinstance(error, StorageError) else {})}


async def _live(receive: Receive, send: Send) -> None:
    """Answer the server's own start and stop; nothing is to be done for either."""
    for name in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{name}.complete"})
