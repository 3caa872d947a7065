"""Responses and conversations: the objects. What makes them is in `response_requests`, what they hold in `items`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from pdfqa.wire.base import Metadata, Resource
from pdfqa.wire.items import Item, MessageItem, OutputText

ResponseStatus = Literal["completed", "failed", "in_progress", "cancelled", "queued", "incomplete"]
FINAL = frozenset({"completed", "failed", "cancelled", "incomplete"})


class ResponseError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a response failed."""

    code: str
    message: str


class IncompleteDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Which limit cut a response short."""

    reason: Literal["max_output_tokens", "content_filter"]


class ConversationId(msgspec.Struct, frozen=True, kw_only=True):
    """The conversation that a response belongs to."""

    id: str


class InputDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What the input tokens were; nothing is cached here."""

    cached_tokens: int = 0
    cache_write_tokens: int = 0


class OutputDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What the output tokens were."""

    reasoning_tokens: int = 0


class ResponseUsage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens, as the model counted them; an estimate where no model was asked."""

    input_tokens: int = 0
    input_tokens_details: InputDetails = InputDetails()
    output_tokens: int = 0
    output_tokens_details: OutputDetails = OutputDetails()
    total_tokens: int = 0


class Response(Resource, frozen=True, kw_only=True):
    """One answer with what it was asked for."""

    object: Literal["response"] = "response"
    status: ResponseStatus = "completed"
    background: bool | None = False
    completed_at: int | None = None
    error: ResponseError | None = None
    incomplete_details: IncompleteDetails | None = None
    instructions: str | None = None
    conversation: ConversationId | None = None
    previous_response_id: str | None = None
    model: str
    output: list[Item] = []
    parallel_tool_calls: bool = True
    max_output_tokens: int | None = None
    max_tool_calls: int | None = None
    temperature: float | None = 1.0
    top_p: float | None = 1.0
    top_logprobs: int | None = 0
    text: dict[str, Any] = msgspec.field(default_factory=lambda: {"format": {"type": "text"}, "verbosity": "medium"})
    tools: list[dict[str, Any]] = []
    tool_choice: Any = "auto"
    truncation: str | None = "disabled"
    reasoning: dict[str, Any] | None = msgspec.field(default_factory=lambda: {"effort": None, "summary": None})
    service_tier: str | None = "default"
    store: bool = True
    metadata: Metadata | None = {}
    moderation: dict[str, Any] | None = None
    image: dict[str, Any] | UnsetType = UNSET
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, Any] | UnsetType = UNSET
    prompt_cache_retention: str | None = None
    safety_identifier: str | None = None
    user: str | None = None
    usage: ResponseUsage | None = None

    @property
    def output_text(self) -> str:
        """Return the text of all messages of the output."""
        return "".join(part.text for part in self._texts())

    @property
    def annotations(self) -> list[Any]:
        """Return the citations of all messages of the output."""
        return [mark for part in self._texts() for mark in part.annotations]

    def _texts(self) -> list[OutputText]:
        messages = [item for item in self.output if isinstance(item, MessageItem)]
        return [part for message in messages for part in message.content if isinstance(part, OutputText)]


class Conversation(Resource, frozen=True, kw_only=True):
    """What is said over several responses."""

    object: Literal["conversation"] = "conversation"
    metadata: Metadata = {}


class InputTokens(msgspec.Struct, frozen=True, kw_only=True):
    """How many tokens an input has, by estimate."""

    object: Literal["response.input_tokens"] = "response.input_tokens"
    input_tokens: int


class CompactedResponse(Resource, frozen=True, kw_only=True):
    """What was said, in short: items to begin the next input with."""

    object: Literal["response.compaction"] = "response.compaction"
    output: list[Item]
    usage: ResponseUsage


# As they are kept; these never go over the wire themselves.


class StoredResponse(Resource, frozen=True, kw_only=True):
    """A response with all that is needed to make it, even by another process.

    input: What was said anew.
    include: What its maker wants to see; everything is kept.
    options: What a model is told besides, as chat completions have it; the response also has defaults of the wire.
    compact_at: From how many tokens on what was said before is made short.
    files: Files that were made of bytes in the input; they go with the response.
    """

    object: Literal["response.stored"] = "response.stored"
    response: Response
    input: list[Item] = []
    include: list[str] = []
    compact_at: int | None = None
    files: list[str] = []
    options: dict[str, Any] = {}
    streamed: bool = False
    obfuscated: bool = False


class StoredItem(Resource, frozen=True, kw_only=True):
    """An item of a conversation."""

    object: Literal["conversation.item"] = "conversation.item"
    item: Item
