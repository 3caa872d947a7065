"""Chat models: messages in; text, function calls and tokens used out. Over the API that OpenAI and most servers speak.

A model of another kind is an object with the one method of `ChatModel`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import msgspec

from pdfqa.errors import BackendError, RateLimitError, StoppedError

if TYPE_CHECKING:
    import openai

_SILENCE = 300.0  # seconds without a word after which a model is given up: a large prompt takes a small machine long
_CONNECTING = 10.0  # seconds
_LOOK = 0.1  # seconds between looks whether to stop
_AHEAD = 256  # pieces that are read ahead of who takes them


class Options(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a model is to write; all as chat completions have it. `more` are options that we do not look at."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: list[str] = []
    seed: int | None = None
    response_format: dict[str, Any] | None = None
    tools: list[dict[str, Any]] = []
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    more: dict[str, Any] = {}


class Text(msgspec.Struct, frozen=True):
    """Some more text."""

    text: str


class ToolCall(msgspec.Struct, frozen=True):
    """A function that is to be called; `arguments` is what the model wrote, JSON if it did well."""

    id: str
    name: str
    arguments: str


class Ended(msgspec.Struct, frozen=True):
    """The end, why (stop, length, tool_calls …), and the tokens used: None where the server does not count them."""

    reason: str = "stop"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


Piece: TypeAlias = Text | ToolCall | Ended
_Queue: TypeAlias = "queue.Queue[Piece | BaseException | None]"


class ChatModel(Protocol):
    """What writes answers."""

    def stream(self, messages: Sequence[dict[str, Any]], options: Options) -> Iterator[Piece]:
        """Yield what the model writes, `Ended` last.

        Raises:
            BackendError: It cannot be reached, refuses, or stops half-way.
        """


class OpenAIModel:
    """A model behind an OpenAI-compatible server.

    Args:
        name: What the server calls it.
        base_url: Where the server is; by default OpenAI's own.
        key: Its key; local servers need none.
    """

    def __init__(self, name: str, *, base_url: str | None = None, key: str | None = None) -> None:
        self.name = name
        self._base_url = base_url
        self._key = key

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r})"

    @cached_property
    def _client(self) -> openai.OpenAI:
        import openai

        timeout = openai.Timeout(_SILENCE, connect=_CONNECTING)
        return openai.OpenAI(api_key=self._key or "none", base_url=self._base_url, timeout=timeout)

    def stream(self, messages: Sequence[dict[str, Any]], options: Options) -> Iterator[Piece]:
        """Yield what the model writes, `Ended` last."""
        fields: dict[str, Any] = msgspec.to_builtins(options)
        fields.update(fields.pop("more", {}))
        if self._base_url is None and "max_tokens" in fields:  # OpenAI's newer models know it by its newer name only
            fields["max_completion_tokens"] = fields.pop("max_tokens")
        with self._translated():
            create: Any = self._client.chat.completions.create  # the fields are dicts, not the SDK's own types
            chunks = create(
                model=self.name, messages=messages, stream=True, stream_options={"include_usage": True}, **fields
            )
            with chunks:
                yield from _pieces(chunks)

    def offered(self) -> list[dict[str, Any]]:
        """Return the models that its server offers, each as the server tells of it (`id`, and more or less besides).

        Raises:
            BackendError: The server cannot be reached, or refuses.
        """
        with self._translated():
            return [model.to_dict() for model in self._client.models.list()]

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise what goes wrong as errors of ours, in the server's words, without the key."""
        import openai

        try:
            yield
        except openai.APIStatusError as error:
            raise self._refused(error.status_code, self._words(error)) from None
        except openai.APITimeoutError:
            raise self._failed(
                f"did not answer within {_SILENCE:g} s", "Is it overloaded? Ask less at once, or try again."
            ) from None
        except openai.APIConnectionError as error:
            reason = self._clean(str(error.__cause__ or error))
            raise self._failed(
                f"cannot be reached: {reason}",
                "Is its server running, and its address right (--base-url, PDFQA_BASE_URL)?",
            ) from None
        except openai.OpenAIError as error:
            raise self._failed(f"failed: {self._words(error)}", "The server's own log may say more.") from None
        except ValueError as error:  # a chunk that is no JSON
            reason = self._clean(str(error))
            raise self._failed(
                f"sent what cannot be read: {reason}", "Is the address that of an OpenAI-compatible API?"
            ) from None

    def _refused(self, status: int, words: str) -> BackendError:
        if status == 429:
            return RateLimitError(
                f"the model {self.name} was asked too often: {words}",
                hint="Wait a little, or look at your quota there.",
            )
        hints = {
            401: "Is its key right (PDFQA_MODEL_KEY)?",
            403: "May this key use the model?",
            404: "Does the server have this model, and does its address end as it should (often in /v1)?",
        }
        return self._failed(
            f"refused (HTTP {status}): {words}", hints.get(status, "The server's own log may say more.")
        )

    def _failed(self, what: str, hint: str) -> BackendError:
        who = f"the model {self.name}" if self.name else "the models' server"
        return BackendError(f"{who} {what}", hint=hint)

    def _words(self, error: openai.OpenAIError) -> str:
        """Return what the server itself said."""
        body = getattr(error, "body", None)
        said = body.get("message") if isinstance(body, dict) else body
        return self._clean(said if isinstance(said, str) and said else str(error))

    def _clean(self, text: str) -> str:
        text = text.replace(self._key, "…") if self._key else text
        return " ".join(text.split())[:500]


def _pieces(chunks: Iterator[Any]) -> Iterator[Piece]:
    """Yield the pieces of the chunks of one chat completion."""
    calls: dict[int, list[str]] = {}
    reason, usage = "stop", None
    for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices[:1]:
            if choice.delta.content:
                yield Text(choice.delta.content)
            for part in choice.delta.tool_calls or ():
                call = calls.setdefault(part.index or 0, ["", "", ""])
                call[0] = part.id or call[0]
                if part.function:
                    call[1] += part.function.name or ""
                    call[2] += part.function.arguments or ""
            reason = choice.finish_reason or reason
    for number in sorted(calls):
        yield ToolCall(*calls[number])
    yield Ended(reason, *((usage.prompt_tokens, usage.completion_tokens) if usage else ()))


def interruptible(pieces: Iterator[Piece], stop: Callable[[], bool]) -> Iterator[Piece]:
    """Yield pieces as they come; a model that is silent is no reason to wait once they are no longer wanted.

    Raises:
        StoppedError: `stop` has returned true.
    """
    ready: _Queue = queue.Queue(_AHEAD)
    over = threading.Event()
    threading.Thread(target=_pump, args=(pieces, ready, over), name="pdfqa-model", daemon=True).start()
    try:
        while True:
            if stop():
                raise StoppedError("stopped")
            try:
                piece = ready.get(timeout=_LOOK)
            except queue.Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        over.set()


def _pump(pieces: Iterator[Piece], ready: _Queue, over: threading.Event) -> None:
    """Move pieces into a queue until they or the wish for them are over."""
    try:
        for piece in pieces:
            if not _handed(piece, ready, over):
                return
        _handed(None, ready, over)
    except BaseException as error:  # noqa: BLE001 - raised again by who waits for the pieces
        _handed(error, ready, over)
    finally:
        getattr(pieces, "close", bool)()  # here, where it was used: a connection may hang on it


def _handed(piece: Piece | BaseException | None, ready: _Queue, over: threading.Event) -> bool:
    """Put a piece into a queue as soon as there is room; return whether it is still wanted."""
    while not over.is_set():
        try:
            ready.put(piece, timeout=_LOOK)
        except queue.Full:
            continue
        return True
    return False
