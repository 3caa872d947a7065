"""What the operations on files, vector stores, assistants, threads, messages and runs take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from pdfqa.errors import InvalidValueError, MissingFieldError
from pdfqa.wire.base import (
    Attributes,
    Budget,
    Instructions,
    ListRequest,
    Maybe,
    Metadata,
    Name,
    Order,
    Part,
    Request,
    Results,
    Share,
    Short,
    Temperature,
    Text512,
)
from pdfqa.wire.objects import FileStatus

RESULT_CONTENT = "step_details.tool_calls[*].file_search.results[*].content"
Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
AnyPurpose = Literal[
    "assistants",
    "assistants_output",
    "batch",
    "batch_output",
    "evals",
    "fine-tune",
    "fine-tune-results",
    "user_data",
    "vision",
]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


# Files and uploads


class Content(Part, frozen=True, kw_only=True):
    """The bytes of a file that is sent: in memory, or at a path."""

    filename: str
    data: bytes | None = None
    path: Path | None = None


class FileExpiration(Part, frozen=True, kw_only=True):
    """When a file goes: so many seconds after it was made."""

    anchor: Literal["created_at"]
    seconds: Annotated[int, Meta(ge=3600, le=2_592_000)]


class UploadFile(Request, frozen=True, kw_only=True):
    """A file to keep."""

    file: Content
    purpose: Purpose
    expires_after: FileExpiration | None = None


class ListFiles(Request, frozen=True, kw_only=True):
    """Which files to list."""

    purpose: AnyPurpose | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 10_000
    order: Order = "desc"
    after: str | None = None


class CreateUpload(Request, frozen=True, kw_only=True):
    """A file that will be sent in parts."""

    filename: Annotated[str, Meta(min_length=1)]
    purpose: Literal["assistants", "batch", "fine-tune", "vision", "user_data"]
    bytes: Annotated[int, Meta(ge=1, le=8 << 30)]
    mime_type: Annotated[str, Meta(pattern=r"^[^/\s]+/[^/\s]+$")]
    expires_after: FileExpiration | None = None


class AddUploadPart(Request, frozen=True, kw_only=True):
    """One part of an upload, 64 MB at most."""

    data: Content


class CompleteUpload(Request, frozen=True, kw_only=True):
    """The parts of an upload, in their order."""

    part_ids: Annotated[list[str], Meta(min_length=1)]
    md5: str | None = None


# Vector stores


class StoreExpiration(Part, frozen=True, kw_only=True):
    """When a vector store goes: so many days after it was last used."""

    anchor: Literal["last_active_at"]
    days: Annotated[int, Meta(ge=1, le=365)]


class ChunkSizes(Part, frozen=True, kw_only=True):
    """How large passages are, in tokens."""

    max_chunk_size_tokens: Annotated[int, Meta(ge=100, le=4096)]
    chunk_overlap_tokens: Annotated[int, Meta(ge=0)]

    def __post_init__(self) -> None:
        if 2 * self.chunk_overlap_tokens > self.max_chunk_size_tokens:
            raise ValueError(
                f"chunk_overlap_tokens is {self.chunk_overlap_tokens}, more than half of max_chunk_size_tokens"
            )


class AutoChunking(Part, frozen=True, kw_only=True, tag="auto", tag_field="type"):
    """Passages of the size that the server chooses."""


class StaticChunking(Part, frozen=True, kw_only=True, tag="static", tag_field="type"):
    """Passages of a given size."""

    static: ChunkSizes


Chunking = AutoChunking | StaticChunking


class CreateVectorStore(Request, frozen=True, kw_only=True):
    """A vector store, and the files it begins with."""

    name: str | None = None
    description: str | None = None
    file_ids: Annotated[list[str], Meta(max_length=500)] = []
    expires_after: StoreExpiration | None = None
    chunking_strategy: Chunking | None = None
    metadata: Metadata | None = None


class ModifyVectorStore(Request, frozen=True, kw_only=True):
    """New values for a vector store's fields; what is not given stays."""

    name: Maybe[str] = UNSET
    expires_after: Maybe[StoreExpiration] = UNSET
    metadata: Maybe[Metadata] = UNSET


class ListVectorStoreFiles(ListRequest, frozen=True, kw_only=True):
    """Which files of a vector store, or of a batch, to list."""

    filter: FileStatus | None = None


class CreateVectorStoreFile(Request, frozen=True, kw_only=True):
    """A file to put into a vector store."""

    file_id: str
    attributes: Attributes | None = None
    chunking_strategy: Chunking | None = None


class ModifyVectorStoreFile(Request, frozen=True, kw_only=True):
    """New attributes, in place of all that there were."""

    attributes: Attributes | None


def _contradiction(field: str, other: str) -> InvalidValueError:
    return InvalidValueError(f"Mutually exclusive parameters: '{field}' and '{other}'.", param=field)


class CreateVectorStoreFileBatch(Request, frozen=True, kw_only=True):
    """Files to put into a vector store together: `file_ids`, alike, or `files`, each in its own way."""

    file_ids: Annotated[list[str], Meta(min_length=1, max_length=2000)] | UnsetType = UNSET
    files: Annotated[list[CreateVectorStoreFile], Meta(min_length=1, max_length=2000)] | UnsetType = UNSET
    attributes: Attributes | None = None
    chunking_strategy: Chunking | None = None

    def __post_init__(self) -> None:
        if self.file_ids is UNSET and self.files is UNSET:
            raise MissingFieldError("Missing required parameter: 'file_ids'.", hint="Or give files.", param="file_ids")
        if self.files is UNSET:
            return
        if self.file_ids is not UNSET:
            raise _contradiction("files", "file_ids")
        for name in ("attributes", "chunking_strategy"):
            if getattr(self, name) is not None:
                raise _contradiction(name, "files")


class Filter(Part, frozen=True, kw_only=True):
    """A condition on one attribute, or several conditions of which all (`and`) or one (`or`) must hold."""

    type: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "and", "or"] = "eq"
    key: str | UnsetType = UNSET
    value: str | bool | int | float | list[str | bool | int | float] | UnsetType = UNSET
    filters: list[Filter] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.type in {"and", "or"}:
            if self.filters is UNSET or self.key is not UNSET or self.value is not UNSET:
                raise ValueError(f"{self.type} takes filters, and neither key nor value")
        elif self.key is UNSET or self.value is UNSET or self.filters is not UNSET:
            raise ValueError(f"{self.type} takes key and value, and no filters")
        elif (self.type in {"in", "nin"}) != isinstance(self.value, list):
            raise ValueError(f"{self.type} takes {'a list' if self.type in {'in', 'nin'} else 'one value, not a list'}")


class Ranking(Part, frozen=True, kw_only=True):
    """How a search ranks. `ranker` none leaves out the second reading of the best passages."""

    ranker: Literal["none", "auto", "default-2024-11-15", "default_2024_08_21"] = "auto"
    score_threshold: Share = 0.0


class SearchVectorStore(Request, frozen=True, kw_only=True):
    """What to search a vector store for."""

    query: str | Annotated[list[str], Meta(min_length=1)]
    rewrite_query: bool = False
    max_num_results: Results = 10
    filters: Filter | None = None
    ranking_options: Ranking | None = None


# Assistants


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


# Threads and messages


class TextPart(Part, frozen=True, kw_only=True, tag="text", tag_field="type"):
    """Text."""

    text: str


class ImageFile(Part, frozen=True, kw_only=True):
    """An uploaded image."""

    file_id: str
    detail: Literal["auto", "low", "high"] = "auto"


class ImageFilePart(Part, frozen=True, kw_only=True, tag="image_file", tag_field="type"):
    """An uploaded image; kept, and shown to a model that can see."""

    image_file: ImageFile


class ImageUrl(Part, frozen=True, kw_only=True):
    """An image somewhere else."""

    url: str
    detail: Literal["auto", "low", "high"] = "auto"


class ImageUrlPart(Part, frozen=True, kw_only=True, tag="image_url", tag_field="type"):
    """An image somewhere else; kept, and shown to a model that can see."""

    image_url: ImageUrl


MessageParts = Annotated[list[TextPart | ImageFilePart | ImageUrlPart], Meta(min_length=1)]


class FileSearchMark(Part, frozen=True, kw_only=True, tag="file_search", tag_field="type"):
    """The attachment is to be searched."""


AttachmentTool = FileSearchMark | CodeInterpreterTool


class Attachment(Part, frozen=True, kw_only=True):
    """A file that comes with a message."""

    file_id: str
    tools: list[AttachmentTool] = []


class CreateMessage(Request, frozen=True, kw_only=True):
    """A message for the end of a thread."""

    role: Literal["user", "assistant"]
    content: str | MessageParts
    attachments: list[Attachment] | None = None
    metadata: Metadata | None = None


class ListMessages(ListRequest, frozen=True, kw_only=True):
    """Which messages to list."""

    run_id: str | None = None


class CreateThread(Request, frozen=True, kw_only=True):
    """A thread, and the messages it begins with."""

    messages: list[CreateMessage] = []
    tool_resources: ToolResources | None = None
    metadata: Metadata | None = None


class ModifyThread(Request, frozen=True, kw_only=True):
    """New values for a thread's fields; what is not given stays."""

    tool_resources: Maybe[ToolResources] = UNSET
    metadata: Maybe[Metadata] = UNSET


# Runs


class FunctionName(Part, frozen=True, kw_only=True):
    """A function by its name."""

    name: str


class NamedTool(Part, frozen=True, kw_only=True):
    """The tool that has to be called."""

    type: Literal["function", "file_search", "code_interpreter"]
    function: FunctionName | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.type == "function") != (self.function is not UNSET):
            raise ValueError("function is given exactly where type is 'function'")


ToolChoice = Literal["none", "auto", "required"] | NamedTool


class Truncation(Part, frozen=True, kw_only=True):
    """Which messages of the thread are used: those that fit, or the last so many."""

    type: Literal["auto", "last_messages"]
    last_messages: Annotated[int, Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        if (self.type == "last_messages") != (self.last_messages is not None):
            raise ValueError("last_messages is given exactly where type is 'last_messages'")


class RunOptions(Request, frozen=True, kw_only=True):
    """What every run may be told; what is not given is the assistant's."""

    assistant_id: str
    model: str | None = None
    instructions: Instructions | None = None
    tools: RunTools | None = None
    metadata: Metadata | None = None
    temperature: Temperature | None = None
    top_p: Share | None = None
    stream: bool | None = None
    max_prompt_tokens: Budget | None = None
    max_completion_tokens: Budget | None = None
    truncation_strategy: Truncation | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool = True
    response_format: ResponseFormat | None = None


class CreateRun(RunOptions, frozen=True, kw_only=True):
    """A run of an assistant on a thread."""

    additional_instructions: Instructions | None = None
    additional_messages: list[CreateMessage] | None = None
    reasoning_effort: Effort | None = None
    include: list[Literal["step_details.tool_calls[*].file_search.results[*].content"]] = []


class CreateThreadAndRun(RunOptions, frozen=True, kw_only=True):
    """A thread, and a run of an assistant on it."""

    thread: CreateThread | None = None
    tool_resources: ToolResources | None = None


class ToolOutput(Part, frozen=True, kw_only=True):
    """What a function returned."""

    tool_call_id: str
    output: str


class SubmitToolOutputs(Request, frozen=True, kw_only=True):
    """What all functions returned that the run asked for."""

    tool_outputs: Annotated[list[ToolOutput], Meta(min_length=1)]
    stream: bool | None = None


class ListRunSteps(ListRequest, frozen=True, kw_only=True):
    """Which steps to list, and what to include."""

    include: list[Literal["step_details.tool_calls[*].file_search.results[*].content"]] = []


class GetRunStep(Request, frozen=True, kw_only=True):
    """What to include."""

    include: list[Literal["step_details.tool_calls[*].file_search.results[*].content"]] = []
