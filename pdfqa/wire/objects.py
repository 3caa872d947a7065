"""The wire's resources: files, uploads, vector stores, batches, assistants, threads, messages, runs and steps.

What pdfqa adds (page, label, quote, boxes and character span of a citation) stands beside the wire's own fields and
never replaces one.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from pdfqa.pages import TextSource
from pdfqa.wire.base import Attributes, Metadata, Resource, Shown

FileStatus = Literal["in_progress", "completed", "cancelled", "failed"]
RunStatus = Literal[
    "queued",
    "in_progress",
    "requires_action",
    "cancelling",
    "cancelled",
    "failed",
    "completed",
    "incomplete",
    "expired",
]
StepStatus = Literal["in_progress", "cancelled", "failed", "completed", "expired"]
MessageStatus = Literal["in_progress", "incomplete", "completed"]


class File(Resource, frozen=True, kw_only=True):
    """An uploaded file. `bytes` is its size."""

    object: Literal["file"] = "file"
    bytes: int
    filename: str
    purpose: str = "assistants"
    status: Literal["uploaded", "processed", "error"] = "processed"
    expires_at: int | UnsetType = UNSET
    status_details: str | UnsetType = UNSET


class Upload(Resource, frozen=True, kw_only=True):
    """A file that is sent in parts; `file` is there when it is complete."""

    object: Literal["upload"] = "upload"
    filename: str
    bytes: int
    purpose: str
    status: Literal["pending", "completed", "cancelled", "expired"] = "pending"
    expires_at: int
    mime_type: str | UnsetType = UNSET
    expires_after: dict[str, Any] | UnsetType = UNSET
    file: File | None = None


class UploadPart(Resource, frozen=True, kw_only=True):
    """One part of an upload."""

    object: Literal["upload.part"] = "upload.part"
    upload_id: str


class FileCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many files of a vector store or batch are in which state."""

    in_progress: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    total: int = 0


class VectorStore(Resource, frozen=True, kw_only=True):
    """A set of files that is searched together."""

    object: Literal["vector_store"] = "vector_store"
    name: str = ""
    description: str | None = None
    usage_bytes: int = 0
    file_counts: FileCounts = FileCounts()
    status: Literal["expired", "in_progress", "completed"] = "completed"
    expires_after: dict[str, Any] | UnsetType = UNSET
    expires_at: int | None = None
    last_active_at: int | None = None
    metadata: Metadata | None = {}


class LastError(msgspec.Struct, frozen=True, kw_only=True):
    """Why something failed."""

    code: str
    message: str


class VectorStoreFile(Resource, frozen=True, kw_only=True):
    """A file's place in a vector store; its id is the file's id."""

    object: Literal["vector_store.file"] = "vector_store.file"
    vector_store_id: str
    usage_bytes: int = 0
    status: FileStatus = "in_progress"
    last_error: LastError | None = None
    chunking_strategy: dict[str, Any] = msgspec.field(default_factory=lambda: {"type": "other"})
    attributes: Attributes | None = {}


class VectorStoreFileBatch(Resource, frozen=True, kw_only=True):
    """Files that were put into a vector store together."""

    object: Literal["vector_store.files_batch"] = "vector_store.files_batch"
    vector_store_id: str
    status: FileStatus = "in_progress"
    file_counts: FileCounts = FileCounts()


class TextPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of text as search returns it."""

    type: Literal["text"] = "text"
    text: str


class FileContent(msgspec.Struct, frozen=True, kw_only=True):
    """The text that was read from a file of a vector store, one piece for each page."""

    object: Literal["vector_store.file_content.page"] = "vector_store.file_content.page"
    data: list[TextPiece]
    has_more: bool = False
    next_page: str | None = None


class SearchResult(Shown, frozen=True, kw_only=True):
    """A passage that a vector store's search found. `page`, `label`, `quote`, `start` and `end` are pdfqa's own.

    `quote` is `start` to `end` of the stored text of the page.
    """

    file_id: str
    filename: str
    score: float
    attributes: Attributes | None = {}
    content: list[TextPiece]
    page: int | None = None
    label: str | None = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None


class SearchResults(Shown, frozen=True, kw_only=True):
    """What a vector store's search found, best first, all on one page."""

    object: Literal["vector_store.search_results.page"] = "vector_store.search_results.page"
    search_query: list[str]
    data: list[SearchResult]
    has_more: bool = False
    next_page: str | None = None


class Assistant(Resource, frozen=True, kw_only=True):
    """A model with its instructions, tools and vector store."""

    object: Literal["assistant"] = "assistant"
    name: str | None = None
    description: str | None = None
    model: str
    instructions: str | None = None
    tools: list[dict[str, Any]] = []
    tool_resources: dict[str, Any] | None = None
    metadata: Metadata | None = {}
    temperature: float | None = None
    top_p: float | None = None
    response_format: Any = "auto"
    reasoning_effort: str | None = None


class Thread(Resource, frozen=True, kw_only=True):
    """A conversation."""

    object: Literal["thread"] = "thread"
    tool_resources: dict[str, Any] | None = None
    metadata: Metadata | None = {}


class FileCitation(msgspec.Struct, frozen=True, kw_only=True):
    """What a citation points at. All but `file_id` is pdfqa's own: see `pdfqa.Citation`.

    `boxes` are [x0, y0, x1, y1] in PDF points from the lower left corner of the page as shown; none where the PDF
    could not be looked into.
    """

    file_id: str
    page: int = 0
    label: str = ""
    quote: str = ""
    start: int = 0
    end: int = 0
    verified: bool = False
    score: float = 0.0
    filename: str = ""
    boxes: list[tuple[float, float, float, float]] = []
    source: TextSource = "text"
    table: list[list[str]] = []


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """A citation marker in a message's text: `value[start_index:end_index] == text`."""

    type: Literal["file_citation"] = "file_citation"
    text: str
    start_index: int
    end_index: int
    file_citation: FileCitation


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A message's text with its citation markers."""

    value: str
    annotations: list[Annotation] = []


class TextContent(msgspec.Struct, frozen=True, kw_only=True, tag="text", tag_field="type"):
    """A message's content part that is text."""

    text: Text


class ImageFileContent(msgspec.Struct, frozen=True, kw_only=True, tag="image_file", tag_field="type"):
    """A message's content part that is an uploaded image."""

    image_file: dict[str, Any]


class ImageUrlContent(msgspec.Struct, frozen=True, kw_only=True, tag="image_url", tag_field="type"):
    """A message's content part that is an image somewhere else."""

    image_url: dict[str, Any]


class RefusalContent(msgspec.Struct, frozen=True, kw_only=True, tag="refusal", tag_field="type"):
    """A message's content part in which the model refuses."""

    refusal: str


MessageContent = TextContent | ImageFileContent | ImageUrlContent | RefusalContent


class Message(Resource, frozen=True, kw_only=True):
    """What the user or the assistant said."""

    object: Literal["thread.message"] = "thread.message"
    thread_id: str
    status: MessageStatus = "completed"
    incomplete_details: dict[str, Any] | None = None
    completed_at: int | None = None
    incomplete_at: int | None = None
    role: Literal["user", "assistant"]
    content: list[MessageContent]
    assistant_id: str | None = None
    run_id: str | None = None
    attachments: list[dict[str, Any]] | None = None
    metadata: Metadata | None = {}

    @property
    def text(self) -> str:
        """Return the text of all content parts."""
        return "\n".join(part.text.value for part in self.content if isinstance(part, TextContent))

    @property
    def annotations(self) -> list[Annotation]:
        """Return the citation markers of all content parts."""
        return [mark for part in self.content if isinstance(part, TextContent) for mark in part.text.annotations]


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens that a model used; nothing where no model was asked."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Return the tokens of both."""
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            total_tokens=self.total_tokens + other.total_tokens,
        )


class Run(Resource, frozen=True, kw_only=True):
    """One answering of a thread by an assistant.

    `tool_resources` are the assistant's, or those given in their place; pdfqa's own. The thread has its own.
    """

    object: Literal["thread.run"] = "thread.run"
    thread_id: str
    assistant_id: str
    status: RunStatus = "queued"
    required_action: dict[str, Any] | None = None
    last_error: LastError | None = None
    expires_at: int | None = None
    started_at: int | None = None
    cancelled_at: int | None = None
    failed_at: int | None = None
    completed_at: int | None = None
    incomplete_details: dict[str, Any] | None = None
    model: str
    instructions: str = ""
    tools: list[dict[str, Any]] = []
    metadata: Metadata | None = {}
    usage: Usage | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_prompt_tokens: int | None = None
    max_completion_tokens: int | None = None
    truncation_strategy: dict[str, Any] = msgspec.field(default_factory=lambda: {"type": "auto", "last_messages": None})
    tool_choice: Any = "auto"
    parallel_tool_calls: bool = True
    response_format: Any = "auto"
    reasoning_effort: str | None = None
    tool_resources: dict[str, Any] | None = None


class RunStep(Resource, frozen=True, kw_only=True):
    """One step of a run: a search, or the writing of a message."""

    object: Literal["thread.run.step"] = "thread.run.step"
    assistant_id: str
    thread_id: str
    run_id: str
    type: Literal["message_creation", "tool_calls"]
    status: StepStatus = "in_progress"
    step_details: dict[str, Any]
    last_error: LastError | None = None
    expired_at: int | None = None
    cancelled_at: int | None = None
    failed_at: int | None = None
    completed_at: int | None = None
    metadata: Metadata | None = {}
    usage: Usage | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a stream: its name, and the resource, delta or error that it brings."""

    event: str
    data: Any
