"""What the operations on assistants take: tools, what they work on, the form of answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from pdfqa.wire.base import (
    Instructions,
    Maybe,
    Metadata,
    Name,
    Part,
    Request,
    Results,
    Share,
    Short,
    Temperature,
    Text512,
)
from pdfqa.wire.requests.stores import Chunking

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class AssistantRanking(Part, frozen=True, kw_only=True):
    """How an assistant's file search ranks."""

    ranker: Literal["auto", "default_2024_08_21"] = "auto"
    score_threshold: Share


class FileSearchOptions(Part, frozen=True, kw_only=True):
    """What an assistant's file search may be told."""

    max_num_results: Results | UnsetType = UNSET
    ranking_options: AssistantRanking | UnsetType = UNSET


class FileSearchTool(Part, frozen=True, kw_only=True, tag="file_search", tag_field="type"):
    """The tool that searches vector stores."""

    file_search: FileSearchOptions | UnsetType = UNSET


class CodeInterpreterTool(Part, frozen=True, kw_only=True, tag="code_interpreter", tag_field="type"):
    """A tool that pdfqa does not have; accepted, never called."""


class FunctionDefinition(Part, frozen=True, kw_only=True):
    """A function that the caller can run."""

    name: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    description: Maybe[str] = UNSET
    parameters: Maybe[dict[str, Any]] = UNSET
    strict: Maybe[bool] = UNSET


class FunctionTool(Part, frozen=True, kw_only=True, tag="function", tag_field="type"):
    """A function that the run may ask the caller to run."""

    function: FunctionDefinition


Tool = FileSearchTool | CodeInterpreterTool | FunctionTool
Tools = Annotated[list[Tool], Meta(max_length=128)]
RunTools = Annotated[list[Tool], Meta(max_length=20)]


class CodeInterpreterResources(Part, frozen=True, kw_only=True):
    """Files for a tool that pdfqa does not have."""

    file_ids: Annotated[list[str], Meta(max_length=20)] = []


class NewStore(Part, frozen=True, kw_only=True):
    """A vector store that is made along the way."""

    file_ids: Annotated[list[str], Meta(max_length=10_000)] = []
    chunking_strategy: Chunking | None = None
    metadata: Metadata | None = None


class FileSearchResources(Part, frozen=True, kw_only=True):
    """The vector store that is searched, or one to make."""

    vector_store_ids: Annotated[list[str], Meta(max_length=1)] | UnsetType = UNSET
    vector_stores: Annotated[list[NewStore], Meta(max_length=1)] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.vector_store_ids and self.vector_stores:
            raise ValueError("give either vector_store_ids or vector_stores, and not both")


class ToolResources(Part, frozen=True, kw_only=True):
    """What tools work on."""

    code_interpreter: Maybe[CodeInterpreterResources] = UNSET
    file_search: Maybe[FileSearchResources] = UNSET


class JsonSchema(Part, frozen=True, kw_only=True):
    """A JSON schema with a name."""

    name: Short
    description: Maybe[str] = UNSET
    schema: Maybe[dict[str, Any]] = UNSET
    strict: Maybe[bool] = UNSET


class TextFormat(Part, frozen=True, kw_only=True, tag="text", tag_field="type"):
    """Any text."""


class JsonFormat(Part, frozen=True, kw_only=True, tag="json_object", tag_field="type"):
    """Text that is a JSON object."""


class SchemaFormat(Part, frozen=True, kw_only=True, tag="json_schema", tag_field="type"):
    """Text that is JSON of a given shape."""

    json_schema: JsonSchema


ResponseFormat = Literal["auto"] | TextFormat | JsonFormat | SchemaFormat


class CreateAssistant(Request, frozen=True, kw_only=True):
    """An assistant. A model that is not known stands for the one that the server answers with."""

    model: Annotated[str, Meta(min_length=1)]
    name: Name | None = None
    description: Text512 | None = None
    instructions: Instructions | None = None
    tools: Tools = []
    tool_resources: ToolResources | None = None
    metadata: Metadata | None = None
    temperature: Temperature | None = None
    top_p: Share | None = None
    response_format: ResponseFormat | None = None
    reasoning_effort: Effort | None = None


class ModifyAssistant(Request, frozen=True, kw_only=True):
    """New values for an assistant's fields; what is not given stays."""

    model: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    name: Maybe[Name] = UNSET
    description: Maybe[Text512] = UNSET
    instructions: Maybe[Instructions] = UNSET
    tools: Tools | UnsetType = UNSET
    tool_resources: Maybe[ToolResources] = UNSET
    metadata: Maybe[Metadata] = UNSET
    temperature: Maybe[Temperature] = UNSET
    top_p: Maybe[Share] = UNSET
    response_format: Maybe[ResponseFormat] = UNSET
    reasoning_effort: Maybe[Effort] = UNSET
