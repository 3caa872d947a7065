"""The table of operations: what there is to call, under which name, method and path, with what and for what.

The clients, the server and the reference page read this table; nothing repeats it. `tests/test_operations.py` holds it
against the engine's functions and the clients' signatures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal

import msgspec

from pdfqa import wire
from pdfqa.engine import Engine
from pdfqa.errors import InvalidValueError
from pdfqa.wire import chat, requests
from pdfqa.wire import response_requests as asked
from pdfqa.wire.base import ListRequest, ModifyMetadata
from pdfqa.wire.items import Item, Items
from pdfqa.wire.responses import CompactedResponse as Compacted
from pdfqa.wire.responses import Conversation, InputTokens, Response

Events = Literal["named", "typed", "plain"]

# What the ids of each kind begin with; an id that is not here may be anything.
_PREFIXES = {
    "assistant_id": "asst",
    "batch_id": "vsfb",
    "completion_id": "chatcmpl",
    "conversation_id": "conv",
    "file_id": "file",
    "message_id": "msg",
    "response_id": "resp",
    "run_id": "run",
    "step_id": "step",
    "thread_id": "thread",
    "upload_id": "upload",
    "vector_store_id": "vs",
}


class Operation(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One thing that can be asked of the engine.

    name: What the clients' method is called.
    method, path: Where it is over HTTP; the path's `{names}` are the ids, which come first in a call.
    call: The engine's service and function, called with the ids and then the request.
    request: The fields it takes: those of the query of a GET or DELETE, of the body of a POST.
    result: What it returns; bytes are sent as they are.
    query: Fields that a POST has in its query all the same.
    form: Whether the body is a multipart form.
    events: How its events go over the wire if the request has `stream`: named by an `event` line, by their `type`, or
        without a name. "" where it cannot be streamed.
    """

    name: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    call: str
    request: type[wire.Request] | None = None
    result: Any
    query: tuple[str, ...] = ()
    form: bool = False
    events: Events | Literal[""] = ""

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Return the names of the ids in the path."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    def check_ids(self, ids: Sequence[str], *, ours: bool = True) -> None:
        """Raise InvalidValueError for an id that cannot be one: empty, no text or, of our own, of another kind."""
        for name, value in zip(self.ids, ids, strict=True):
            if not isinstance(value, str):
                raise InvalidValueError(f"Invalid '{name}': expected str, got {type(value).__name__}.", param=name)
            prefix = _PREFIXES.get(name, "") if ours else ""
            if not value or not value.startswith(prefix):
                wanted = f"Expected an ID that begins with '{prefix}'." if prefix else "Expected an ID."
                raise InvalidValueError(f"Invalid '{name}': '{value[:64]}'. {wanted}", param=name)

    @cached_property
    def answers(self) -> bool:
        """Return whether a call may take as long as a model takes to answer."""
        return self.method == "POST" and self.events in {"typed", "plain"}

    def perform(self, engine: Engine, ids: Sequence[str], request: wire.Request | None) -> Any:
        """Return what the engine makes of a request: the result, or a `Channel` where events were asked for.

        Raises:
            InvalidValueError: An id begins otherwise than the ids of its kind do.
        """
        self.check_ids(ids)
        function = attrgetter(self.call)(engine)
        return function(*ids) if self.request is None else function(*ids, request)


def _rows(*rows: tuple[Any, ...], **common: Any) -> list[Operation]:
    names = ("name", "method", "path", "call", "request", "result")
    return [Operation(**dict(zip(names, row, strict=True)), **common) for row in rows]


_STORE, _THREAD = "/vector_stores/{vector_store_id}", "/threads/{thread_id}"
_BATCH, _RUN = _STORE + "/file_batches/{batch_id}", _THREAD + "/runs/{run_id}"

FILES = [
    *_rows(("upload_file", "POST", "/files", "files.create", requests.UploadFile, wire.File), form=True),
    *_rows(
        ("get_files", "GET", "/files", "files.list", requests.ListFiles, wire.ObjectPage[wire.File]),
        ("get_file", "GET", "/files/{file_id}", "files.get", None, wire.File),
        ("delete_file", "DELETE", "/files/{file_id}", "files.delete", None, wire.Deleted),
        ("get_file_content", "GET", "/files/{file_id}/content", "files.content", None, bytes),
        ("create_upload", "POST", "/uploads", "uploads.create", requests.CreateUpload, wire.Upload),
        (
            "complete_upload",
            "POST",
            "/uploads/{upload_id}/complete",
            "uploads.complete",
            requests.CompleteUpload,
            wire.Upload,
        ),
        ("cancel_upload", "POST", "/uploads/{upload_id}/cancel", "uploads.cancel", None, wire.Upload),
    ),
    *_rows(
        (
            "add_upload_part",
            "POST",
            "/uploads/{upload_id}/parts",
            "uploads.add_part",
            requests.AddUploadPart,
            wire.UploadPart,
        ),
        form=True,
    ),
]

VECTOR_STORES = _rows(
    (
        "create_vector_store",
        "POST",
        "/vector_stores",
        "vector_stores.create",
        requests.CreateVectorStore,
        wire.VectorStore,
    ),
    (
        "get_vector_stores",
        "GET",
        "/vector_stores",
        "vector_stores.list",
        ListRequest,
        wire.ObjectPage[wire.VectorStore],
    ),
    ("get_vector_store", "GET", _STORE, "vector_stores.get", None, wire.VectorStore),
    ("modify_vector_store", "POST", _STORE, "vector_stores.modify", requests.ModifyVectorStore, wire.VectorStore),
    ("delete_vector_store", "DELETE", _STORE, "vector_stores.delete", None, wire.Deleted),
    (
        "search_vector_store",
        "POST",
        _STORE + "/search",
        "vector_stores.search",
        requests.SearchVectorStore,
        wire.SearchResults,
    ),
    (
        "create_vector_store_file",
        "POST",
        _STORE + "/files",
        "store_files.create",
        requests.CreateVectorStoreFile,
        wire.VectorStoreFile,
    ),
    (
        "get_vector_store_files",
        "GET",
        _STORE + "/files",
        "store_files.list",
        requests.ListVectorStoreFiles,
        wire.ObjectPage[wire.VectorStoreFile],
    ),
    ("get_vector_store_file", "GET", _STORE + "/files/{file_id}", "store_files.get", None, wire.VectorStoreFile),
    (
        "modify_vector_store_file",
        "POST",
        _STORE + "/files/{file_id}",
        "store_files.modify",
        requests.ModifyVectorStoreFile,
        wire.VectorStoreFile,
    ),
    ("delete_vector_store_file", "DELETE", _STORE + "/files/{file_id}", "store_files.delete", None, wire.Deleted),
    (
        "get_vector_store_file_content",
        "GET",
        _STORE + "/files/{file_id}/content",
        "store_files.content",
        None,
        wire.FileContent,
    ),
    (
        "create_vector_store_file_batch",
        "POST",
        _STORE + "/file_batches",
        "store_files.create_batch",
        requests.CreateVectorStoreFileBatch,
        wire.VectorStoreFileBatch,
    ),
    ("get_vector_store_file_batch", "GET", _BATCH, "store_files.get_batch", None, wire.VectorStoreFileBatch),
    (
        "cancel_vector_store_file_batch",
        "POST",
        _BATCH + "/cancel",
        "store_files.cancel_batch",
        None,
        wire.VectorStoreFileBatch,
    ),
    (
        "get_vector_store_file_batch_files",
        "GET",
        _BATCH + "/files",
        "store_files.list_batch",
        requests.ListVectorStoreFiles,
        wire.ObjectPage[wire.VectorStoreFile],
    ),
)

ASSISTANTS = _rows(
    ("create_assistant", "POST", "/assistants", "assistants.create", requests.CreateAssistant, wire.Assistant),
    ("get_assistants", "GET", "/assistants", "assistants.list", ListRequest, wire.ObjectPage[wire.Assistant]),
    ("get_assistant", "GET", "/assistants/{assistant_id}", "assistants.get", None, wire.Assistant),
    (
        "modify_assistant",
        "POST",
        "/assistants/{assistant_id}",
        "assistants.modify",
        requests.ModifyAssistant,
        wire.Assistant,
    ),
    ("delete_assistant", "DELETE", "/assistants/{assistant_id}", "assistants.delete", None, wire.Deleted),
)

THREADS = _rows(
    ("create_thread", "POST", "/threads", "threads.create", requests.CreateThread, wire.Thread),
    ("get_thread", "GET", _THREAD, "threads.get", None, wire.Thread),
    ("modify_thread", "POST", _THREAD, "threads.modify", requests.ModifyThread, wire.Thread),
    ("delete_thread", "DELETE", _THREAD, "threads.delete", None, wire.Deleted),
    (
        "create_thread_message",
        "POST",
        _THREAD + "/messages",
        "threads.create_message",
        requests.CreateMessage,
        wire.Message,
    ),
    (
        "get_thread_messages",
        "GET",
        _THREAD + "/messages",
        "threads.list_messages",
        requests.ListMessages,
        wire.ObjectPage[wire.Message],
    ),
    ("get_thread_message", "GET", _THREAD + "/messages/{message_id}", "threads.get_message", None, wire.Message),
    (
        "modify_thread_message",
        "POST",
        _THREAD + "/messages/{message_id}",
        "threads.modify_message",
        ModifyMetadata,
        wire.Message,
    ),
    (
        "delete_thread_message",
        "DELETE",
        _THREAD + "/messages/{message_id}",
        "threads.delete_message",
        None,
        wire.Deleted,
    ),
)

RUNS = [
    *_rows(
        (
            "create_thread_and_run",
            "POST",
            "/threads/runs",
            "runs.create_with_thread",
            requests.CreateThreadAndRun,
            wire.Run,
        ),
        (
            "submit_tool_outputs",
            "POST",
            _RUN + "/submit_tool_outputs",
            "runs.submit_tool_outputs",
            requests.SubmitToolOutputs,
            wire.Run,
        ),
        events="named",
    ),
    *_rows(
        ("create_run", "POST", _THREAD + "/runs", "runs.create", requests.CreateRun, wire.Run),
        events="named",
        query=("include",),
    ),
    *_rows(
        ("get_runs", "GET", _THREAD + "/runs", "runs.list", ListRequest, wire.ObjectPage[wire.Run]),
        ("get_run", "GET", _RUN, "runs.get", None, wire.Run),
        ("modify_run", "POST", _RUN, "runs.modify", ModifyMetadata, wire.Run),
        ("cancel_run", "POST", _RUN + "/cancel", "runs.cancel", None, wire.Run),
        (
            "get_run_steps",
            "GET",
            _RUN + "/steps",
            "runs.list_steps",
            requests.ListRunSteps,
            wire.ObjectPage[wire.RunStep],
        ),
        ("get_run_step", "GET", _RUN + "/steps/{step_id}", "runs.get_step", requests.GetRunStep, wire.RunStep),
    ),
]

_RESPONSE, _CONVS, _CONV = "/responses/{response_id}", "/conversations", "/conversations/{conversation_id}"
_ITEMS, _ITEM = _CONV + "/items", _CONV + "/items/{item_id}"
_CHATS, _CHAT = "/chat/completions", "/chat/completions/{completion_id}"

RESPONSES = [
    *_rows(
        ("create_response", "POST", "/responses", "responses.create", asked.CreateResponse, Response),
        ("get_response", "GET", _RESPONSE, "responses.get", asked.GetResponse, Response),
        events="typed",
    ),
    *_rows(
        ("delete_response", "DELETE", _RESPONSE, "responses.delete", None, wire.Deleted),
        ("cancel_response", "POST", _RESPONSE + "/cancel", "responses.cancel", None, Response),
        ("get_response_input_items", "GET", _RESPONSE + "/input_items", "responses.list_items", asked.ListItems, Items),
        ("count_input_tokens", "POST", "/responses/input_tokens", "responses.count", asked.CountTokens, InputTokens),
        ("compact_response", "POST", "/responses/compact", "responses.compact", asked.CompactResponse, Compacted),
    ),
]

CONVERSATIONS = [
    *_rows(
        ("create_conversation", "POST", _CONVS, "conversations.create", asked.CreateConversation, Conversation),
        ("get_conversation", "GET", _CONV, "conversations.get", None, Conversation),
        ("modify_conversation", "POST", _CONV, "conversations.modify", asked.ModifyConversation, Conversation),
        ("delete_conversation", "DELETE", _CONV, "conversations.delete", None, wire.Deleted),
        ("get_conversation_items", "GET", _ITEMS, "conversations.list_items", asked.ListItems, Items),
        ("get_conversation_item", "GET", _ITEM, "conversations.get_item", asked.GetItem, Item),
        ("delete_conversation_item", "DELETE", _ITEM, "conversations.delete_item", None, Conversation),
    ),
    *_rows(
        ("create_conversation_items", "POST", _ITEMS, "conversations.create_items", asked.CreateItems, Items),
        query=("include",),
    ),
]

CHAT = [
    *_rows(
        ("create_completion", "POST", _CHATS, "completions.create", chat.CreateCompletion, chat.ChatCompletion),
        events="plain",
    ),
    *_rows(
        ("get_completions", "GET", _CHATS, "completions.list", chat.ListCompletions, chat.Completions),
        ("get_completion", "GET", _CHAT, "completions.get", None, chat.ChatCompletion),
        ("modify_completion", "POST", _CHAT, "completions.modify", chat.ModifyCompletion, chat.ChatCompletion),
        ("delete_completion", "DELETE", _CHAT, "completions.delete", None, wire.Deleted),
        (
            "get_completion_messages",
            "GET",
            _CHAT + "/messages",
            "completions.messages",
            chat.ListMessages,
            chat.StoredMessages,
        ),
    ),
]

MODELS = _rows(
    ("create_embeddings", "POST", "/embeddings", "models.embed", chat.CreateEmbeddings, chat.EmbeddingList),
    ("list_models", "GET", "/models", "models.list", None, chat.ModelList),
    ("get_model", "GET", "/models/{model}", "models.get", None, chat.Model),
    ("delete_model", "DELETE", "/models/{model}", "models.delete", None, wire.Deleted),
)

_ALL = (*FILES, *VECTOR_STORES, *ASSISTANTS, *THREADS, *RUNS, *RESPONSES, *CONVERSATIONS, *CHAT, *MODELS)
OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _ALL}
