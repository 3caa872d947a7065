"""What a request asks for: its query and its body as the fields that the operation takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
from msgspec import UNSET, UnsetType, inspect
from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from pdfqa import wire
from pdfqa.errors import InvalidRequestError
from pdfqa.operations import Operation
from pdfqa.server import bodies, forms
from pdfqa.server.fields import from_query
from pdfqa.wire.requests import Content

_FORM_SLACK = 1 << 21  # what a form has beside its file


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How many bytes a request may have: one with a file, and any other."""

    file: int = 512 << 20
    body: int = 16 << 20


class Reading:
    """How the requests for one operation are read.

    Args:
        operation: The operation.
        limits: How large they may be.
        incoming: Where files go while they come.
    """

    def __init__(self, operation: Operation, limits: Limits, incoming: Path) -> None:
        self._form = operation.form
        self._limits = limits
        self._incoming = incoming
        self._request = operation.request or wire.Request
        self._posted = operation.method == "POST"
        self._query = _query_type(self._request, operation.query) if self._posted else self._request
        self._lists = _fields_of(self._query, list)
        self._files = _fields_of(self._request, Content)

    @asynccontextmanager
    async def read(self, scope: Scope, receive: Receive) -> AsyncIterator[wire.Request]:
        """Yield what a request asks for; what came with it is removed at the end, unless it was moved.

        Raises:
            InvalidRequestError: It cannot be read, or a field is wrong.
        """
        asked = wire.check(self._query, from_query(scope["query_string"], self._lists), lax=True)
        if not self._posted:
            yield asked
            return
        headers = Headers(scope=scope)
        if self._form:
            pieces = bodies.pieces(receive, headers, self._limits.file + _FORM_SLACK)
            content_type = headers.get("content-type", "")
            async with forms.received(content_type, pieces, folder=self._incoming, files=self._files) as fields:
                yield wire.check(self._request, fields, lax=True)
            return
        body = await bodies.whole(receive, headers, self._limits.body)
        if body:
            _check_is_json(headers)
        request = wire.decode(self._request, body)
        given = {name: value for name, value in msgspec.structs.asdict(asked).items() if value is not UNSET}
        yield msgspec.structs.replace(request, **given) if given else request


def _check_is_json(headers: Headers) -> None:
    # A form of a web page from elsewhere could be sent without being asked for; JSON could not.
    content_type = headers.get("content-type", "application/json")
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise InvalidRequestError(
            f"the content type is '{content_type}', and JSON is expected",
            hint="Send a JSON object with 'Content-Type: application/json'.",
        )


def _query_type(request: type[wire.Request], names: tuple[str, ...]) -> type[wire.Request]:
    """Return the part of a request that is in the query: nothing, or the fields with these names."""
    if not names:
        return wire.Request
    types = {field.name: field.type for field in msgspec.structs.fields(request)}
    fields: list[Any] = [(name, types[name] | UnsetType, UNSET) for name in names]
    made = msgspec.defstruct("Query", fields, bases=(wire.Request,), frozen=True, kw_only=True)
    return cast("type[wire.Request]", made)


def _fields_of(request: type[wire.Request], kind: type) -> frozenset[str]:
    """Return the names of the fields that are lists, or structs of some kind."""
    info = inspect.type_info(request)
    fields = info.fields if isinstance(info, inspect.StructType) else ()
    return frozenset(field.encode_name for field in fields if _is(field.type, kind))


def _is(type_: inspect.Type, kind: type) -> bool:
    if isinstance(type_, inspect.UnionType):
        return any(_is(one, kind) for one in type_.types)
    if isinstance(type_, inspect.Metadata):
        return _is(type_.type, kind)
    if isinstance(type_, inspect.StructType):
        return type_.cls is kind
    return isinstance(type_, inspect.ListType) and kind is list
