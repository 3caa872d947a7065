"""The wire's resources: files, vector stores, batches, assistants, threads, messages, runs and steps.

Field names, enums and nullability are those of the OpenAI API. What pdfqa adds (page, label, quote and character span
of a citation) stands beside the wire's own fields and never replaces one.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

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
Metadata = dict[str, str]


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that has an id and is stored as it is sent."""

    id: str
    object: str
    created_at: int

    def to_dict(self) -> dict[str, Any]:
        """Return the resource as the dictionary that goes over the wire."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result


class File(Resource, frozen=True, kw_only=True):
    """An uploaded file. `bytes` is its size."""

    object: Literal["file"] = "file"
    bytes: int
    filename: str
    purpose: str = "assistants"
    status: Literal["uploaded", "processed", "error"] = "processed"
    status_details: str | None = None
    expires_at: int | None = None


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
    usage_bytes: int = 0
    file_counts: FileCounts = FileCounts()
    status: Literal["expired", "in_progress", "completed"] = "completed"
    expires_after: dict[str, Any] | None = None
    expires_at: int | None = None
    last_active_at: int | None = None
    metadata: Metadata = {}


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
    attributes: dict[str, str | float | bool] = {}


class VectorStoreFileBatch(Resource, frozen=True, kw_only=True):
    """Files that were put into a vector store together."""

    object: Literal["vector_store.files_batch"] = "vector_store.files_batch"
    vector_store_id: str
    status: FileStatus = "in_progress"
    file_counts: FileCounts = FileCounts()


class Assistant(Resource, frozen=True, kw_only=True):
    """A model with its instructions, tools and vector store."""

    object: Literal["assistant"] = "assistant"
    name: str | None = None
    description: str | None = None
    model: str
    instructions: str | None = None
    tools: list[dict[str, Any]] = []
    tool_resources: dict[str, Any] | None = None
    metadata: Metadata = {}
    temperature: float | None = None
    top_p: float | None = None
    response_format: Any = "auto"


class Thread(Resource, frozen=True, kw_only=True):
    """A conversation."""

    object: Literal["thread"] = "thread"
    tool_resources: dict[str, Any] | None = None
    metadata: Metadata = {}


class FileCitation(msgspec.Struct, frozen=True, kw_only=True):
    """What a citation points at. All but `file_id` is pdfqa's own: see `pdfqa.Citation`."""

    file_id: str
    page: int
    label: str
    quote: str
    start: int
    end: int
    verified: bool
    score: float


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


class TextContent(msgspec.Struct, frozen=True, kw_only=True):
    """A message's content part that is text."""

    type: Literal["text"] = "text"
    text: Text


class Message(Resource, frozen=True, kw_only=True):
    """What the user or the assistant said."""

    object: Literal["thread.message"] = "thread.message"
    thread_id: str
    status: Literal["in_progress", "incomplete", "completed"] = "completed"
    incomplete_details: dict[str, Any] | None = None
    completed_at: int | None = None
    incomplete_at: int | None = None
    role: Literal["user", "assistant"]
    content: list[TextContent]
    assistant_id: str | None = None
    run_id: str | None = None
    attachments: list[dict[str, Any]] | None = None
    metadata: Metadata = {}

    @property
    def text(self) -> str:
        """Return the text of all content parts."""
        return "\n".join(part.text.value for part in self.content)


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens that a model used; nothing where no model was asked."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class Run(Resource, frozen=True, kw_only=True):
    """One answering of a thread by an assistant."""

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
    metadata: Metadata = {}
    usage: Usage | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_prompt_tokens: int | None = None
    max_completion_tokens: int | None = None
    truncation_strategy: dict[str, Any] = msgspec.field(default_factory=lambda: {"type": "auto", "last_messages": None})
    tool_choice: Any = "auto"
    parallel_tool_calls: bool = True
    response_format: Any = "auto"


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
    metadata: Metadata = {}
    usage: Usage | None = None


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a deletion."""

    id: str
    object: str
    deleted: bool = True
