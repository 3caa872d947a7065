"""A chat model that says what it is told to, behind a real server on this machine that speaks chat completions."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Json = dict[str, Any]
Reply = Callable[[Json], Response]


class ModelServer:
    """A server and what was asked of it. `replies` are given in turn, the last one again and again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: list[Reply] = []
        self.asked: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.offers: list[Json] = [{"id": "tiny", "object": "model", "created": 1, "owned_by": "me"}]

        self.places: dict[str, Json] = {}  # what is at other paths, as servers of one kind have it

    async def other(self, request: Request) -> Response:
        found = self.places.get(request.url.path)
        return JSONResponse({"error": {"message": "no such place"}}, 404) if found is None else JSONResponse(found)

    async def list(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": self.offers})

    def replies_with(self, *replies: Reply) -> None:
        """Forget what was asked, and give these replies from now on."""
        self.replies[:] = replies
        self.asked.clear()
        self.headers.clear()

    async def complete(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply(body)


def says(*pieces: str, reason: str = "stop", usage: tuple[int, int] | None = (100, 10)) -> Reply:
    """Return a reply of some pieces of text."""
    return _streamed([{"content": piece} for piece in pieces], reason, usage)


def weighs(**weights: float) -> Reply:
    """Return a reply of one word, the likeliest of some, with the logarithms of their probabilities."""
    word = max(weights, key=weights.__getitem__)
    top = [{"token": token, "logprob": weight, "bytes": None} for token, weight in weights.items()]
    told = {"content": [{"token": word, "logprob": weights[word], "bytes": None, "top_logprobs": top}]}
    choice = {"index": 0, "delta": {"content": word}, "logprobs": told, "finish_reason": "length"}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return sends(_line(chunk) + b"data: [DONE]\n\n")


def thinks(*thoughts: str, says: str = "", name: str = "reasoning_content", reason: str = "stop") -> Reply:
    """Return a reply whose thoughts are told apart from what it says."""
    return _streamed([*({name: thought} for thought in thoughts), *([{"content": says}] if says else [])], reason, None)


def calls(name: str, arguments: str, *, id_: str = "call_1", ahead: str = "") -> Reply:
    """Return a reply that calls a function, its arguments in two pieces, with some text ahead or not."""
    half = len(arguments) // 2
    first = {"index": 0, "id": id_, "type": "function", "function": {"name": name, "arguments": arguments[:half]}}
    second = {"index": 0, "function": {"arguments": arguments[half:]}}
    text = [{"content": ahead}] if ahead else []
    return _streamed([*text, {"tool_calls": [first]}, {"tool_calls": [second]}], "tool_calls", (50, 5))


def refuses(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Return an error of the server's."""
    return lambda body: JSONResponse({"error": {"message": message, "type": "x", "code": None}}, status, headers)


def breaks_off(*pieces: str) -> Reply:
    """Return a reply whose connection ends in the middle."""

    async def half(body: Json) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield _chunk({"content": piece})
        raise ConnectionError("the cable is pulled")

    return lambda body: StreamingResponse(half(body), media_type="text/event-stream")


def says_then_waits(*pieces: str, until: threading.Event) -> Reply:
    """Return a reply that goes silent after some pieces, until something happens."""

    async def slow(body: Json) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield _chunk({"content": piece})
        await asyncio.to_thread(until.wait, 20)
        yield _chunk({"content": " end"})
        yield _chunk({}, "stop")
        yield b"data: [DONE]\n\n"

    return lambda body: StreamingResponse(slow(body), media_type="text/event-stream")


def sends(data: bytes) -> Reply:
    """Return a reply of some bytes as they are."""
    return lambda body: Response(data, media_type="text/event-stream")


def _streamed(deltas: list[Json], reason: str, usage: tuple[int, int] | None) -> Reply:
    parts = [_chunk(delta) for delta in deltas]
    parts.append(_chunk({}, reason))
    if usage:
        counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
        parts.append(_line({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": counted}))
    return sends(b"".join([*parts, b"data: [DONE]\n\n"]))


def _chunk(delta: Json, reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return _line({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def _line(value: Json) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Serve a model on this machine for as long as the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        model = ModelServer(f"http://127.0.0.1:{listening.getsockname()[1]}/v1")
        routes = [
            Route("/v1/chat/completions", model.complete, methods=["POST"]),
            Route("/v1/models", model.list),
            Route("/{place:path}", model.other, methods=["GET", "POST"]),
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off", ws="none", http="h11")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.002)
        try:
            yield model
        finally:
            server.should_exit = True
            thread.join()
