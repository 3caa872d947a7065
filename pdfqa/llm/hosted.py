"""OpenAI's own search: a Responses call that looks into vector stores by itself, and tells what it found there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import msgspec

from pdfqa.config import Manners
from pdfqa.errors import BackendError, InvalidRequestError, RateLimitError
from pdfqa.llm.pieces import Ended, Text, ToolCall
from pdfqa.llm.served import OpenAIModel

RESULTS = "file_search_call.results"
_ENDS = {"max_output_tokens": "length", "content_filter": "content_filter"}
_THEIRS = {"invalid_prompt", "vector_store_timeout", "invalid_request_error"}


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a file that was found: its text as OpenAI keeps it, which says nothing of pages."""

    file_id: str = ""
    filename: str = ""
    text: str = ""
    score: float = 0.0
    attributes: dict[str, str | bool | int | float] | None = None


class Found(msgspec.Struct, frozen=True):
    """A search that was made: its queries, and what came of them, best first."""

    queries: list[str]
    chunks: list[Chunk]


Told: TypeAlias = Text | Found | ToolCall | Ended


class HostedSearch(OpenAIModel):
    """Models that search vector stores, behind OpenAI's Responses API or a server that has the same.

    Args:
        base_url: Where it is.
        key: Its key.
        manners: How it is asked.
    """

    def __init__(self, *, base_url: str, key: str | None, manners: Manners | None = None) -> None:
        super().__init__("", base_url=base_url, key=key, manners=manners)
        self._where = base_url

    def respond(self, request: dict[str, Any]) -> Iterator[Told]:
        """Yield what comes of a response, `Ended` last. Nothing of it is kept there.

        Args:
            request: The fields of the request, without what concerns its streaming.

        Raises:
            BackendError: It cannot be reached, refuses, or stops half-way.
        """
        create: Any = self._client.responses.create
        with self._translated(), create(**request, stream=True, store=False, include=[RESULTS]) as events:
            yield from _told(events, self._clean)

    def store(self, store_id: str) -> tuple[str, int]:
        """Return the state of a vector store, and how many of its files are still being read.

        Raises:
            BackendError: It is not there, or cannot be looked for.
        """
        with self._translated():
            store = self._client.vector_stores.retrieve(store_id)
        return store.status, store.file_counts.in_progress

    def _failed(self, what: str, hint: str) -> BackendError:
        return BackendError(f"{self._where} {what}", hint=hint.replace("PDFQA_MODEL_KEY", "OPENAI_API_KEY"))


def _told(events: Iterator[Any], clean: Callable[[str], str]) -> Iterator[Told]:
    """Yield what the events of a response tell; `clean` takes the key out of the server's words.

    A search whose results come with the end of the response only keeps its text waiting: without them nothing of it
    could be proved.
    """
    waiting: list[Told] = []
    known: list[Told] = []  # searches that were told
    late = False
    for event in events:
        kind = event.type
        if kind in {"response.output_text.delta", "response.refusal.delta"}:
            waiting.append(Text(event.delta))
        elif kind == "response.output_item.done":
            late = late or (event.item.type == "file_search_call" and event.item.results is None)
            waiting += _item(event.item)
        elif kind in {"response.completed", "response.incomplete"}:
            searched = [told for item in event.response.output for told in _item(item) if isinstance(told, Found)]
            yield from (one for one in searched if late and one not in known)
            yield from (one for one in waiting if not isinstance(one, Found))
            yield _ended(event.response)
            return
        elif kind in {"response.failed", "error"}:
            raise _failure(event.response.error if kind == "response.failed" else event, clean)
        if not late:
            known += [one for one in waiting if isinstance(one, Found)]
            yield from waiting
            waiting.clear()
    raise BackendError("the answer broke off before its end", hint="Ask again.")


def _item(item: Any) -> Iterator[Told]:
    if item.type == "file_search_call" and item.results is not None:
        yield Found(list(item.queries), [_chunk(result) for result in item.results])
    elif item.type == "function_call":
        yield ToolCall(item.call_id, item.name, item.arguments)


def _chunk(result: Any) -> Chunk:
    return Chunk(
        file_id=result.file_id or "",
        filename=result.filename or "",
        text=result.text or "",
        score=result.score or 0.0,
        attributes=result.attributes,
    )


def _ended(response: Any) -> Ended:
    details, usage = response.incomplete_details, response.usage
    reason = _ENDS.get(details.reason, "length") if details is not None else "stop"
    return Ended(reason, *((usage.input_tokens, usage.output_tokens) if usage is not None else ()))


def _failure(error: Any, clean: Callable[[str], str]) -> Exception:
    """Return what a response, or an event, says went wrong."""
    code, message = getattr(error, "code", None), clean(getattr(error, "message", None) or "no reason given")
    if code == "rate_limit_exceeded":
        return RateLimitError(message, hint="Wait a little, or look at your quota there.")
    if code in _THEIRS:
        return InvalidRequestError(message)
    return BackendError(f"the answer failed: {message}", hint="Ask again.")
