"""The application: routes for all operations, with and without `/v1`, and two pages about the server itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import Receive, Scope, Send

from pdfqa._version import __version__
from pdfqa.backends.local import LocalBackend
from pdfqa.engine import Engine
from pdfqa.errors import PdfqaError, UnknownUrlError, WrongMethodError
from pdfqa.operations import OPERATIONS
from pdfqa.server.entry import Entry
from pdfqa.server.gate import Gate
from pdfqa.server.reading import Limits
from pdfqa.server.routes import Service, routes
from pdfqa.server.streams import Stopping
from pdfqa.store.keys import Keys

__all__ = ["Limits", "app"]


def app(
    backend: LocalBackend,
    *,
    secrets: Sequence[str] = (),
    local: bool = True,
    limits: Limits | None = None,
    stopping: Stopping | None = None,
) -> Entry:
    """Return the application that answers for a back-end.

    Args:
        backend: What performs the operations.
        secrets: API keys, beside those of the home directory.
        local: Whether only this machine can reach it, so that no key is needed where there is none.
        limits: How large requests may be.
        stopping: Ends the streams when the server stops.
    """
    engine = backend.engine
    service = Service(backend, limits or Limits(), stopping or Stopping())
    found = routes(OPERATIONS.values(), service)
    pages = [Route("/", _Page(_about)), Route("/healthz", _Page(_health(engine)))]
    under = Mount("/v1", Router(found, redirect_slashes=False, default=_unknown))
    router = Router([under, *pages, *found], redirect_slashes=False, default=_unknown)
    return Entry(router, Gate(Keys(engine.database), secrets, local=local))


async def _unknown(scope: Scope, receive: Receive, send: Send) -> None:
    del receive, send
    hint = "Not all of OpenAI's API is served: docs/compatibility.md lists what is."
    if scope["path"].strip("/") in {"v1/completions", "completions"}:
        hint = "It is long out of use; send messages to /chat/completions."
    raise UnknownUrlError(f"Unknown request URL: {scope['method']} {scope['path']}.", hint=hint)


class _Page:
    """A page about the server itself, as JSON."""

    def __init__(self, make: Callable[[Request], Awaitable[tuple[int, dict[str, str]]]]) -> None:
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise WrongMethodError(f"Not allowed to {scope['method']} {scope['path']}.", hint="It takes GET.")
        scope["pdfqa"].route = scope["path"]
        status, value = await self._make(Request(scope))
        await Response(msgspec.json.encode(value), status, media_type="application/json")(scope, receive, send)


async def _about(request: Request) -> tuple[int, dict[str, str]]:
    return 200, {
        "name": "pdfqa",
        "version": __version__,
        "about": "Ask questions of PDFs, through OpenAI's API.",
        "base_url": f"{request.base_url}v1",
        "health": f"{request.base_url}healthz",
    }


def _health(engine: Engine) -> Callable[[Request], Awaitable[tuple[int, dict[str, str]]]]:
    """Return the page that says whether the server can work: whether its database can be read."""

    async def health(_: Request) -> tuple[int, dict[str, str]]:
        try:
            await anyio.to_thread.run_sync(lambda: engine.database.version)
        except PdfqaError as error:
            return 503, {"status": error.code, "version": __version__}
        return 200, {"status": "ok", "version": __version__}

    return health
