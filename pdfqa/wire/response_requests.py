"""What the operations on responses and conversations take.

Everything that the present SDKs can send is known here. What cannot be done (other tools than file_search and
functions, prompts kept at OpenAI) is refused by name; docs/compatibility.md lists what is taken and has no effect.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from pdfqa.errors import InvalidValueError
from pdfqa.wire.base import Instructions, Limit, Metadata, Order, Request, Share, Temperature
from pdfqa.wire.responses import ConversationId
from pdfqa.wire.tools import (
    AccessPrograms,
    BackgroundOptions,
    CacheOptions,
    ContextManagement,
    ImageOptions,
    Moderation,
    Prompt,
    Reasoning,
    StreamOptions,
    TextOptions,
)

Include = Literal[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
]
Includes = list[Include]
ServiceTier = Literal["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"]
Retention = Literal["in_memory", "24h"]
LongText = Annotated[str, Meta(max_length=10_485_760)]
RawItems = list[dict[str, Any]]
ConversationParam: TypeAlias = str | ConversationId


def conversation_id(given: ConversationParam | None) -> str | None:
    """Return the id of the conversation that a request names."""
    return given.id if isinstance(given, ConversationId) else given


def contradiction(param: str, message: str) -> InvalidValueError:
    """Return the error for fields that do not go together."""
    return InvalidValueError(message, hint="Leave one of them out.", param=param)


class ResponseInput(Request, frozen=True, kw_only=True):
    """What a response is made from."""

    input: LongText | RawItems | None = None
    instructions: Instructions | None = None
    previous_response_id: str | None = None


class _Context(ResponseInput, frozen=True, kw_only=True):
    conversation: ConversationParam | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    reasoning: Reasoning | None = None
    text: TextOptions | None = None
    truncation: Literal["auto", "disabled"] | None = None

    def __post_init__(self) -> None:
        if self.conversation is not None and self.previous_response_id is not None:
            raise contradiction(
                "previous_response_id", "Mutually exclusive parameters: 'previous_response_id' and 'conversation'."
            )


class CreateResponse(_Context, frozen=True, kw_only=True):
    """What to answer, from what, and how."""

    model: Annotated[str, Meta(min_length=1)]
    background: bool | None = None
    background_options: BackgroundOptions | None = None
    context_management: Annotated[list[ContextManagement], Meta(min_length=1)] | None = None
    include: Includes | None = None
    max_output_tokens: Annotated[int, Meta(ge=16)] | None = None
    max_tool_calls: Annotated[int, Meta(ge=0)] | None = None
    metadata: Metadata | None = None
    prompt: Prompt | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Temperature | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    top_p: Share | None = None
    access_programs: AccessPrograms | None = None
    image: ImageOptions | None = None
    moderation: Moderation | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: CacheOptions | None = None
    prompt_cache_retention: Retention | None = None
    safety_identifier: Annotated[str, Meta(max_length=128)] | None = None
    service_tier: ServiceTier | None = None
    user: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        window = self.background_options.completion_window if self.background_options else "soonest"
        if self.background and self.store is False:
            raise contradiction("background", "Background mode requires 'store' to be true.")
        if window != "soonest" and (not self.background or self.stream):
            raise contradiction(
                "background_options.completion_window", f"'{window}' requires 'background' to be true and no 'stream'."
            )
        if self.stream_options is not None and not self.stream:
            raise contradiction(
                "stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled."
            )


class GetResponse(Request, frozen=True, kw_only=True):
    """What to include, and whether to send the events, and after which one."""

    include: Includes = []
    stream: bool = False
    starting_after: Annotated[int, Meta(ge=0)] | None = None
    include_obfuscation: bool = False


class ListItems(Request, frozen=True, kw_only=True):
    """Which page of a list of items, and what to include."""

    limit: Limit = 20
    order: Order = "desc"
    after: str | None = None
    include: Includes = []


class CountTokens(_Context, frozen=True, kw_only=True):
    """An input whose tokens are to be counted."""

    model: str | None = None
    personality: str | UnsetType = UNSET


class CompactResponse(ResponseInput, frozen=True, kw_only=True):
    """What was said and is to be made short."""

    model: Annotated[str, Meta(min_length=1)] | None
    image: ImageOptions | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: CacheOptions | None = None
    prompt_cache_retention: Retention | None = None
    service_tier: ServiceTier | None = None


class CreateConversation(Request, frozen=True, kw_only=True):
    """A conversation, and the items that it begins with."""

    items: Annotated[RawItems, Meta(max_length=20)] | None = None
    metadata: Metadata | None = None


class ModifyConversation(Request, frozen=True, kw_only=True):
    """New metadata, in place of all that there was."""

    metadata: Metadata | None


class CreateItems(Request, frozen=True, kw_only=True):
    """Items for the end of a conversation."""

    items: Annotated[RawItems, Meta(min_length=1, max_length=20)]
    include: Includes = []


class GetItem(Request, frozen=True, kw_only=True):
    """What to include."""

    include: Includes = []
