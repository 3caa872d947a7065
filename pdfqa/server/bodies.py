"""The body of a request, in pieces, up to a limit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from pdfqa.errors import TooLargeError

_PATIENCE = 10.0  # seconds to wait for a client that sends more than is taken


async def pieces(receive: Receive, headers: Headers, limit: int) -> AsyncIterator[bytes]:
    """Yield the body of a request as it comes.

    Raises:
        TooLargeError: It has more bytes than the limit.
        ClientDisconnect: The client went away before it was whole.
    """
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        if headers.get("expect", "").lower() != "100-continue":
            await _let_finish(receive, limit)
        raise _too_large(limit)
    size, more = 0, True
    while more:
        body, more = await _next(receive)
        size += len(body)
        if size > limit:
            if more:
                await _let_finish(receive, limit)
            raise _too_large(limit)
        if body:
            yield body


async def whole(receive: Receive, headers: Headers, limit: int) -> bytes:
    """Return the body of a request; errors as those of `pieces`."""
    return b"".join([piece async for piece in pieces(receive, headers, limit)])


async def _next(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


async def _let_finish(receive: Receive, limit: int) -> None:
    """Read on for a while: most clients see the answer only when all they have was taken from them."""
    left = 4 * limit
    with anyio.move_on_after(_PATIENCE):
        more = True
        while more and left > 0:
            body, more = await _next(receive)
            left -= len(body)


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"The request has more than the {limit:,} bytes that are taken.",
        hint="Send less, or a file in parts (POST /uploads).",
    )
