"""The routes: one for each path of the table of operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pdfqa.backends.local import LocalBackend
from pdfqa.engine.channels import Channel
from pdfqa.errors import ObjectNotFoundError, WrongMethodError
from pdfqa.operations import OPERATIONS, Operation
from pdfqa.server import failures
from pdfqa.server.cadence import Cadence
from pdfqa.server.entry import Record
from pdfqa.server.reading import Limits, Reading
from pdfqa.server.streams import EventStream, Stopping

_AS_IT_IS = {"x-content-type-options": "nosniff"}
_BYTES = "application/octet-stream"
_WITH_SLASHES = {"{model}": "{model:path}"}


class Service:
    """What all routes share: the back-end, as each owner sees it, and the pace."""

    def __init__(self, backend: LocalBackend, limits: Limits, stopping: Stopping) -> None:
        self.limits = limits
        self.incoming = backend.engine.settings.home / "incoming"  # where files go while they come
        self.stopping = stopping
        self.cadence = Cadence(written=bool(backend.engine.settings.model))
        self._views = {backend.engine.owner: backend}
        self._backend = backend

    def backend(self, owner: str) -> LocalBackend:
        """Return the back-end as an owner sees it."""
        if owner not in self._views:
            self._views[owner] = self._backend.owned_by(owner)
        return self._views[owner]


def routes(operations: Iterable[Operation], service: Service) -> list[Route]:
    """Return a route for each path; those with fewer ids come first, so that no id hides a word."""
    paths: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = operation
    ordered = sorted(paths.items(), key=lambda item: item[0].replace("{", "~"))
    return [Route(_pattern(path), _Path(path, found, service), methods=None) for path, found in ordered]


def _pattern(path: str) -> str:
    for plain, pattern in _WITH_SLASHES.items():
        path = path.replace(plain, pattern)
    return path


class _Path:
    """What is at one path."""

    def __init__(self, path: str, operations: Mapping[str, Operation], service: Service) -> None:
        self._path = path
        self._methods: dict[str, _Endpoint] = {
            method: _Endpoint(operation, service) for method, operation in operations.items()
        }
        if "GET" in self._methods:
            self._methods["HEAD"] = self._methods["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        record: Record = scope["pdfqa"]
        record.route = self._path
        endpoint = self._methods.get(scope["method"])
        if endpoint is not None:
            await endpoint.answer(scope, receive, send)
            return
        allowed = ", ".join(sorted(self._methods))
        error = WrongMethodError(f"Not allowed to {scope['method']} {scope['path']}.", hint=f"It takes {allowed}.")
        await failures.response(error, allow=allowed)(scope, receive, send)


class _Endpoint:
    """One operation: reads the request, has it performed, sends the result."""

    def __init__(self, operation: Operation, service: Service) -> None:
        self._operation = operation
        self._service = service
        self._reading = Reading(operation, service.limits, service.incoming)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        operation, record = self._operation, scope["pdfqa"]
        ids = [scope["path_params"][name] for name in operation.ids]
        backend = self._service.backend(record.key)
        async with self._reading.read(scope, receive) as request:
            result = await backend.perform(operation, ids, request)
        if isinstance(result, Path):
            file = await backend.perform(OPERATIONS["get_file"], ids, None)
            response = FileResponse(result, headers=_AS_IT_IS, media_type=_BYTES, filename=file.filename)
            try:
                await response(scope, receive, send)
            except RuntimeError as error:
                if result.exists():
                    raise
                raise ObjectNotFoundError(f"No file found with id '{file.id}'.") from error  # any more
        else:
            await self._response(result)(scope, receive, send)

    def _response(self, result: Any) -> ASGIApp:
        if isinstance(result, Channel):
            return EventStream(result, self._operation.events or "named", self._service.stopping)
        after = self._service.cadence.after(result)
        headers = {"openai-poll-after-ms": str(after)} if after is not None else {}
        return Response(msgspec.json.encode(result), headers=headers, media_type="application/json")
