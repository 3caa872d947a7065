"""The tools of responses, and what else a response may be told."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType, field

from pdfqa.errors import InvalidValueError
from pdfqa.wire.base import Maybe, Part, Results, Share, Short
from pdfqa.wire.items import decode_at
from pdfqa.wire.requests import Effort, Filter


class HybridSearch(Part, frozen=True, kw_only=True):
    """How much vectors and keywords weigh."""

    embedding_weight: Annotated[float, Meta(ge=0)]
    text_weight: Annotated[float, Meta(ge=0)]

    def __post_init__(self) -> None:
        if not self.embedding_weight + self.text_weight:
            raise ValueError("one of embedding_weight and text_weight must be greater than 0")


class SearchRanking(Part, frozen=True, kw_only=True):
    """How a file search ranks."""

    ranker: Literal["auto", "default-2024-11-15"] = "auto"
    score_threshold: Share = 0.0
    hybrid_search: Maybe[HybridSearch] = UNSET


class SearchTool(Part, frozen=True, kw_only=True, tag="file_search", tag_field="type"):
    """The tool that searches vector stores."""

    vector_store_ids: Annotated[list[str], Meta(min_length=1)]
    max_num_results: Results = 20
    ranking_options: SearchRanking = SearchRanking()
    filters: Filter | None = None


class CallerTool(Part, frozen=True, kw_only=True, tag="function", tag_field="type"):
    """A function that the caller can run."""

    name: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = True
    allowed_callers: Maybe[list[Literal["direct", "programmatic"]]] = UNSET
    asynchronous: bool | UnsetType = field(default=UNSET, name="async")
    defer_loading: bool | UnsetType = UNSET
    output_schema: Maybe[dict[str, Any]] = UNSET


ResponseTool: TypeAlias = SearchTool | CallerTool


class AnyTool(Part, frozen=True, kw_only=True):
    """A tool that has to be called, by its type; a function by its name, too."""

    type: Literal["file_search", "function"]
    name: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.type == "function") != (self.name is not UNSET):
            raise ValueError("name is given exactly where type is 'function'")


class AllowedTools(Part, frozen=True, kw_only=True, tag="allowed_tools", tag_field="type"):
    """The tools that may be called, or one of which must be."""

    mode: Literal["auto", "required"]
    tools: list[AnyTool]


def read_tools(raw: list[dict[str, Any]]) -> list[ResponseTool]:
    """Return the tools of a request.

    Raises:
        InvalidRequestError: A tool is not one, or one that pdfqa does not have; `param` names the place.
    """
    tools = []
    for number, tool in enumerate(raw):
        place, kind = f"tools[{number}]", tool.get("type")
        if isinstance(kind, str) and kind not in {"file_search", "function"}:
            raise InvalidValueError(
                f"Invalid '{place}.type': pdfqa has no tool '{kind}'.",
                hint="There are file_search and function; leave others out.",
                param=f"{place}.type",
            )
        tools.append(decode_at(ResponseTool, tool, place))
    if sum(isinstance(tool, SearchTool) for tool in tools) > 1:
        raise InvalidValueError(
            "Invalid 'tools': there are several file_search tools.",
            hint="Give one, with all its vector_store_ids.",
            param="tools",
        )
    return tools


def read_choice(raw: Any, tools: list[ResponseTool]) -> str | AnyTool | AllowedTools:
    """Return the tool choice of a request; it may only name tools that are given."""
    place = "tool_choice"
    if isinstance(raw, str):
        choice: str = decode_at(Literal["none", "auto", "required"], raw, place)
        if choice == "required" and not tools:
            raise InvalidValueError(
                "Tool choice 'required' must be specified with 'tools' parameter.", hint="Give a tool.", param=place
            )
        return choice
    if isinstance(raw, dict) and raw.get("type") == "allowed_tools":
        allowed: AllowedTools = decode_at(AllowedTools, raw, place)
        for tool in allowed.tools:
            _check_given(tool, tools)
        return allowed
    wanted: AnyTool = decode_at(AnyTool, raw, place)
    _check_given(wanted, tools)
    return wanted


def _check_given(wanted: AnyTool, tools: list[ResponseTool]) -> None:
    names = {tool.name if isinstance(tool, CallerTool) else "file_search" for tool in tools}
    name = wanted.name if isinstance(wanted.name, str) else "file_search"
    if name not in names:
        raise InvalidValueError(
            f"Tool choice '{name}' not found in 'tools' parameter.", hint="Give the tool, too.", param="tool_choice"
        )


class PlainFormat(Part, frozen=True, kw_only=True, tag="text", tag_field="type"):
    """Any text."""


class ObjectFormat(Part, frozen=True, kw_only=True, tag="json_object", tag_field="type"):
    """Text that is a JSON object."""


class SchemaTextFormat(Part, frozen=True, kw_only=True, tag="json_schema", tag_field="type"):
    """Text that is JSON of a given shape."""

    name: Annotated[Short, Meta(pattern=r"^[a-zA-Z0-9_-]+$")]
    schema: dict[str, Any]
    description: Maybe[str] = UNSET
    strict: Maybe[bool] = UNSET


class TextOptions(Part, frozen=True, kw_only=True):
    """What kind of text the answer is to be."""

    format: PlainFormat | ObjectFormat | SchemaTextFormat = PlainFormat()
    verbosity: Literal["low", "medium", "high"] | None = None


class Reasoning(Part, frozen=True, kw_only=True):
    """How much a model is to think; told to a model, echoed otherwise."""

    effort: Effort | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None
    generate_summary: Maybe[Literal["auto", "concise", "detailed"]] = UNSET
    context: Maybe[Literal["auto", "current_turn", "all_turns"]] = UNSET
    mode: str | UnsetType = UNSET


class StreamOptions(Part, frozen=True, kw_only=True):
    """How events are sent."""

    include_obfuscation: bool = False


class BackgroundOptions(Part, frozen=True, kw_only=True):
    """When a background response may be made; it is made as soon as can be."""

    completion_window: Literal["soonest", "2h", "8h"] = "soonest"
    continuation_id: str | UnsetType = UNSET


class ContextManagement(Part, frozen=True, kw_only=True):
    """From how many tokens on what was said before is made short."""

    type: Literal["compaction"]
    compact_threshold: Annotated[int, Meta(ge=1000)] | None = None


class CacheOptions(Part, frozen=True, kw_only=True):
    """How a prompt is cached; none is here."""

    mode: Literal["implicit", "explicit"] = "implicit"
    ttl: Literal["30m", "12h"] = "30m"
    comparison_response_id: Maybe[str] = UNSET
    prewarm: bool | UnsetType = UNSET


class ModerationMode(Part, frozen=True, kw_only=True):
    """What a moderation does."""

    mode: Literal["score", "block"]


class ModerationPolicy(Part, frozen=True, kw_only=True):
    """What is moderated."""

    input: ModerationMode | None = None
    output: ModerationMode | None = None


class Moderation(Part, frozen=True, kw_only=True):
    """A moderation that pdfqa does not have: the answer says so."""

    model: str
    policy: ModerationPolicy | None = None


class ImageOptions(Part, frozen=True, kw_only=True):
    """How images are made smaller; they are not."""

    context_compression: Literal["auto", "enabled", "disabled"] = "auto"


class AccessPrograms(Part, frozen=True, kw_only=True):
    """A programme of OpenAI; there is none here."""

    cyber: Literal["standard", "daybreak_blue", "daybreak_red"] | UnsetType = UNSET


class Prompt(Part, frozen=True, kw_only=True):
    """A prompt that is kept at OpenAI."""

    id: str
    variables: dict[str, Any] | None = None
    version: str | None = None
