"""The remote back-end: operations on a server that speaks the wire, pdfqa's own or another.

The HTTP client is that of the `openai` package, which tries again where that may help. It is used for its plain
requests only: paths, fields and types are those of the table.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

import msgspec

from pdfqa import servers, wire
from pdfqa.backends.failures import translated
from pdfqa.backends.places import AT_OPENAI
from pdfqa.errors import (
    AuthenticationError,
    BackendError,
    FileAccessError,
    InvalidRequestError,
    NotSupportedError,
    WaitTimeoutError,
)
from pdfqa.llm.backing import backing_off
from pdfqa.operations import OPERATIONS, Operation
from pdfqa.wire.requests import Content

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_DONE = "[DONE]"
_LACKING = (404, 405, 501)  # what servers answer where they have no such operation
_OLD = ("/assistants", "/threads", "/vector_stores")  # what OpenAI's own clients send that header with
_KEYLESS = "none"  # a header must say something


class RemoteBackend:
    """A server, and how to ask it.

    Args:
        url: Its address, with `/v1` if it has that.
        api_key: What it knows us by; if not given, `PDFQA_API_KEY`, or what is kept for it.
        timeout: How many seconds an answer may take, and the next event of a stream; None for ever.
        max_retries: How often a request is tried again when the server is busy or cannot be reached.
        organization, project: As OpenAI has them; None takes the variables of the `openai` package, which are about
            OpenAI: nothing of them goes to another server.
        backoff: Seconds before the first of these tries; where the server says how long to wait, that counts.
        unreachable: What to do where it cannot be reached.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        timeout: float | None = 600.0,
        max_retries: int = 2,
        organization: str | None = "",
        project: str | None = "",
        backoff: float = 0.5,
        unreachable: str = "Is the server running? Start it with: pdfqa serve.",
    ) -> None:
        self._url = servers.address(url, "backend").rstrip("/")
        self._api_key = servers.key(self._url, api_key, "PDFQA_API_KEY") or _KEYLESS
        self._timeout = timeout
        self._max_retries = max_retries
        self._organization = organization
        self._project = project
        self._backoff = backoff
        self._unreachable = unreachable
        # A connection belongs to the event loop in which it was opened.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = WeakKeyDictionary()

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        """Return the result of an operation, or a generator of its events where `stream` is set."""
        operation = OPERATIONS[name]
        operation.check_ids(ids, ours=False)
        with ExitStack() as files, self._failures(operation):
            request = _request(operation, ids, fields, files)
            if fields.get("stream"):
                return self._events(operation, await self._open(operation, request))
            body: bytes = await self._send(operation, request, cast_to=bytes)
        if operation.result is bytes:
            return body
        try:
            return msgspec.json.decode(body, type=operation.result)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BackendError(
                f"{self._url} answered {name} with something else than is expected: {error}",
                hint="Is the address complete? Most servers have their API under /v1.",
            ) from error

    async def close(self) -> None:
        """Close the connections of this event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    async def _send(self, operation: Operation, request: dict[str, Any], **options: Any) -> Any:
        client = self._client()
        send: Any = {"GET": client.get, "POST": client.post, "DELETE": client.delete}[operation.method]
        return await send(**request, **options)

    async def _open(self, operation: Operation, request: dict[str, Any]) -> Any:
        from openai import AsyncStream

        return await self._send(operation, request, cast_to=object, stream=True, stream_cls=AsyncStream[object])

    async def _events(self, operation: Operation, stream: Any) -> AsyncGenerator[wire.Event, None]:
        name, data = "", []
        try:
            async for line in _lines(stream.response):
                field, _, value = line.partition(":")
                if field == "event":
                    name = value.strip()
                elif field == "data":
                    data.append(value.removeprefix(" "))
                elif not line and data:
                    yield self._event(name, "\n".join(data))
                    name, data = "", []
        except _transport_errors(stream.response) as error:
            raise BackendError(
                f"{self._url} broke off while it told how {operation.name} goes: {error}",
                hint="What was begun may go on there; ask for its state.",
            ) from error
        finally:
            await stream.close()

    def _event(self, name: str, data: str) -> wire.Event:
        if data == _DONE:
            return wire.Event(event="done", data=_DONE)
        try:
            value = msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            raise BackendError(f"{self._url} sent an event that is no JSON: {error}") from error
        known = value if isinstance(value, dict) else {}
        kind = "error" if known.get("error") else known.get("type") or known.get("object") or "message"
        return wire.Event(event=name or kind, data=value)

    def _client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            client = AsyncOpenAI(
                base_url=self._url,
                api_key=self._api_key,
                organization=self._organization,
                project=self._project,
                timeout=self._timeout,
                max_retries=self._max_retries,
            )
            self._clients[loop] = backing_off(client, self._backoff)
        return self._clients[loop]

    @contextmanager
    def _failures(self, operation: Operation) -> Iterator[None]:
        """Raise what goes wrong with the server as an error of ours."""
        import openai

        try:
            yield
        except openai.APIStatusError as error:
            kind = error.response.headers.get("x-pdfqa-error", "")
            if error.status_code in _LACKING and not kind and _lacks(operation, error.body):
                raise self._lacking(operation) from error
            told = translated(error.body, status=error.status_code, kind=kind)
            if self._api_key != _KEYLESS:  # servers may repeat it
                told.message = told.message.replace(self._api_key, "…")
            if isinstance(told, AuthenticationError):
                told.hint = told.hint or f"Is the key right? pdfqa login {self._url} keeps one."
            if isinstance(told, BackendError):
                told.retry_after = _seconds(error.response.headers.get("retry-after"))
            raise told from None  # not to be shown with the error of the client, which repeats what the server said
        except openai.APITimeoutError as error:
            raise WaitTimeoutError(
                f"{self._url} gave no answer within {self._timeout:g} s",
                hint="Give the client a longer timeout.",
                param="timeout",
            ) from error
        except openai.APIConnectionError as error:
            reason = error.__cause__ or error
            raise BackendError(f"{self._url} cannot be reached: {reason}", hint=self._unreachable) from error

    def _lacking(self, operation: Operation) -> NotSupportedError:
        """Return the error that names what the server does not have."""
        gone = AT_OPENAI[operation.name] == "engine"
        hint = "docs/backends.md says what a server must have."
        if gone:
            hint = "OpenAI has switched it off. Client(backend='openai') keeps assistants, threads and runs here."
        return NotSupportedError(f"{self._url} has no {operation.method} {operation.path}", hint=hint)


def _seconds(text: str | None) -> float | None:
    """Return how long a header says to wait; a date, which nobody sends, says nothing."""
    try:
        return max(0.0, float(text or ""))
    except ValueError:
        return None


def _lacks(operation: Operation, body: object) -> bool:
    """Return whether a refusal is about the operation, and not about an object that it names."""
    told = body if isinstance(body, Mapping) else {}
    return not operation.ids and not told.get("param") and "with id" not in str(told.get("message"))


def _request(operation: Operation, ids: Sequence[str], fields: Mapping[str, Any], files: ExitStack) -> dict[str, Any]:
    """Return what the HTTP client needs to know; files that are opened are closed with `files`."""
    names = dict(zip(operation.ids, (quote(id_, safe="") for id_ in ids), strict=True))
    request: dict[str, Any] = {"path": operation.path.format(**names)}
    sent = {name: (value.filename, _open(value, files)) for name, value in fields.items() if isinstance(value, Content)}
    plain = _plain({name: value for name, value in fields.items() if name not in sent})
    headers = {"OpenAI-Beta": "assistants=v2"} if operation.path.startswith(_OLD) else {}
    if operation.method != "POST":
        return {**request, "options": {"params": _given(plain), "headers": headers}}
    query = {name: plain.pop(name) for name in operation.query if name in plain}
    options: dict[str, Any] = {"params": _given(query), "headers": headers}
    if operation.form:
        headers["Content-Type"] = "multipart/form-data"
        return {**request, "body": _given(plain), "files": sent, "options": options}
    return {**request, "body": plain if operation.request else None, "options": options}


async def _lines(response: Any) -> AsyncGenerator[str, None]:
    """Yield the lines of a stream of events. Text holds other characters that end a line, but none of a stream."""
    rest = b""
    async for piece in response.aiter_bytes():
        lines = (rest + piece).splitlines(keepends=True)
        rest = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        for line in lines:
            yield line.rstrip(b"\r\n").decode(errors="replace")
    if rest:
        yield rest.rstrip(b"\r").decode(errors="replace")


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a query or a form, which cannot hold null."""
    return {name: value for name, value in fields.items() if value is not None}


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    try:
        plain: dict[str, Any] = msgspec.to_builtins(fields)
    except (TypeError, OverflowError) as error:
        raise InvalidRequestError(
            f"a value cannot be sent: {error}", hint="Give strings, numbers, lists or dicts."
        ) from error
    return plain


def _open(content: Content, files: ExitStack) -> Any:
    if content.path is None:
        return content.data
    try:
        return files.enter_context(content.path.open("rb"))
    except OSError as error:
        reason = error.strerror or error
        raise FileAccessError(f"{content.path} cannot be opened: {reason}", hint="Check that it is there.") from error


def _transport_errors(response: Any) -> type[Exception]:
    """Return the class of what may go wrong with a connection, of the HTTP library that made a response."""
    library = sys.modules[type(response).__module__.partition(".")[0]]
    errors: type[Exception] = library.TransportError
    return errors
