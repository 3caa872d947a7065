"""Chat completions, embeddings and models: the objects, and what the operations on them take."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from pdfqa.errors import InvalidValueError
from pdfqa.wire.base import Limit, Metadata, ObjectPage, Order, Part, Request, Resource, Share, Temperature
from pdfqa.wire.chat_messages import ToolCall
from pdfqa.wire.objects import Annotation, Usage
from pdfqa.wire.requests import Effort, FunctionDefinition, ResponseFormat
from pdfqa.wire.response_requests import Retention
from pdfqa.wire.tools import CacheOptions, Moderation

Penalty = Annotated[float, Meta(ge=-2, le=2)]
Tier = Literal["auto", "default", "flex", "scale", "priority", "fast"]
Ending = Literal["stop", "length", "tool_calls", "content_filter", "function_call"]


# Objects


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What the assistant says. `citations` is pdfqa's own: where the text is proved."""

    role: Literal["assistant"] = "assistant"
    content: str | None = None
    refusal: str | None = None
    annotations: list[dict[str, Any]] = []
    tool_calls: list[ToolCall] | UnsetType = UNSET
    function_call: dict[str, Any] | UnsetType = UNSET
    citations: list[Annotation] = []


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One of the answers that were asked for."""

    index: int
    message: ChatMessage
    finish_reason: Ending
    logprobs: dict[str, Any] | None = None


class ChatCompletion(msgspec.Struct, frozen=True, kw_only=True):
    """The answers to a chat."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage = Usage()
    service_tier: Tier | UnsetType = UNSET
    system_fingerprint: str | UnsetType = UNSET
    metadata: Metadata | UnsetType | None = UNSET
    moderation: dict[str, Any] | UnsetType = UNSET

    @property
    def text(self) -> str:
        """Return the text of the first choice."""
        return self.choices[0].message.content or ""


class StoredMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a chat that was stored."""

    id: str
    role: str
    content: str | None = None
    refusal: str | None = None
    name: str | UnsetType = UNSET
    content_parts: list[dict[str, Any]] | None = None
    tool_calls: list[ToolCall] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET


Completions: TypeAlias = ObjectPage[ChatCompletion]
StoredMessages: TypeAlias = ObjectPage[StoredMessage]


class StoredChat(Resource, frozen=True, kw_only=True):
    """A chat completion as it is kept, with what it answers. It never goes over the wire itself."""

    object: Literal["chat.completion.stored"] = "chat.completion.stored"
    completion: ChatCompletion
    messages: list[StoredMessage]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Something that answers, or makes vectors."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """All models there are."""

    object: Literal["list"] = "list"
    data: list[Model]


class Embedding(msgspec.Struct, frozen=True, kw_only=True):
    """The vector of a text: numbers, or their 32-bit floats in base64."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class EmbeddingUsage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens, by estimate."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingList(msgspec.Struct, frozen=True, kw_only=True):
    """The vectors of some texts, in their order."""

    object: Literal["list"] = "list"
    data: list[Embedding]
    model: str
    usage: EmbeddingUsage


# Requests


class ChatTool(Part, frozen=True, kw_only=True, tag="function", tag_field="type"):
    """A function that the caller can run."""

    function: FunctionDefinition


class NamedFunction(Part, frozen=True, kw_only=True):
    """A function by its name."""

    name: str


class FunctionChoice(Part, frozen=True, kw_only=True, tag="function", tag_field="type"):
    """The function that has to be called."""

    function: NamedFunction


class AllowedFunctions(Part, frozen=True, kw_only=True):
    """The functions that may be called, or one of which must be."""

    mode: Literal["auto", "required"]
    tools: list[FunctionChoice]


class AllowedChoice(Part, frozen=True, kw_only=True, tag="allowed_tools", tag_field="type"):
    """Which of the functions may be called."""

    allowed_tools: AllowedFunctions


ChatToolChoice: TypeAlias = Literal["none", "auto", "required"] | FunctionChoice | AllowedChoice


class ChatStreamOptions(Part, frozen=True, kw_only=True):
    """How chunks are sent, and whether one with the usage follows."""

    include_usage: bool = False
    include_obfuscation: bool = False


class CreateCompletion(Request, frozen=True, kw_only=True):
    """A chat to answer, and how."""

    model: Annotated[str, Meta(min_length=1)]
    messages: Annotated[list[dict[str, Any]], Meta(min_length=1)]
    audio: dict[str, Any] | None = None
    frequency_penalty: Penalty | None = None
    function_call: Literal["none", "auto"] | NamedFunction | None = None
    functions: Annotated[list[FunctionDefinition], Meta(min_length=1, max_length=128)] | None = None
    logit_bias: dict[str, int] | None = None
    logprobs: bool | None = None
    max_completion_tokens: Annotated[int, Meta(ge=0)] | None = None
    max_tokens: Annotated[int, Meta(ge=0)] | None = None
    metadata: Metadata | None = None
    modalities: list[Literal["text", "audio"]] | None = None
    moderation: Moderation | None = None
    n: Annotated[int, Meta(ge=1, le=128)] | None = None
    parallel_tool_calls: bool = True
    prediction: dict[str, Any] | None = None
    presence_penalty: Penalty | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: CacheOptions | None = None
    prompt_cache_retention: Retention | None = None
    reasoning_effort: Effort | None = None
    response_format: ResponseFormat | None = None
    safety_identifier: Annotated[str, Meta(max_length=128)] | None = None
    seed: int | None = None
    service_tier: Tier | None = None
    stop: str | Annotated[list[str], Meta(max_length=4)] | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: ChatStreamOptions | None = None
    temperature: Temperature | None = None
    tool_choice: ChatToolChoice | None = None
    tools: Annotated[list[ChatTool], Meta(max_length=128)] | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    top_p: Share | None = None
    user: str | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    web_search_options: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.modalities and "audio" in self.modalities:
            raise InvalidValueError(
                "Invalid 'modalities': pdfqa answers in text only.", hint="Leave audio out.", param="modalities"
            )
        limits = {self.max_tokens, self.max_completion_tokens} - {None}
        if len(limits) > 1:
            raise InvalidValueError(
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
                hint="Give max_completion_tokens only.",
                param="max_tokens",
            )

    @property
    def limit(self) -> int | None:
        """Return how many tokens each answer may have."""
        return self.max_completion_tokens if self.max_completion_tokens is not None else self.max_tokens


class ListCompletions(Request, frozen=True, kw_only=True):
    """Which stored chat completions to list."""

    limit: Limit = 20
    order: Order = "asc"
    after: str | None = None
    model: str | None = None
    metadata: Metadata | None = None


class ListMessages(Request, frozen=True, kw_only=True):
    """Which messages of a stored chat completion to list."""

    limit: Limit = 20
    order: Order = "asc"
    after: str | None = None


class ModifyCompletion(Request, frozen=True, kw_only=True):
    """New metadata, in place of all that there was."""

    metadata: Metadata | None


class CreateEmbeddings(Request, frozen=True, kw_only=True):
    """Texts to make vectors of, and what kind."""

    model: Annotated[str, Meta(min_length=1)]
    input: str | Annotated[list[Any], Meta(min_length=1, max_length=2048)]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Annotated[int, Meta(ge=1)] | None = None
    user: str | None = None
