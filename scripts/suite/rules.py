"""What the proxy changes in the suite's requests, as data: the published list of deviations.

The suite was written for a mock that accepts every request of the right shape. So it names objects that do not exist
and sends values that a server with a memory has to refuse. The first table says which real objects stand in for its
placeholders, the second which other values are mended. Nothing else is changed, and responses never are.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

MISSING = "(nothing)"  # as what was sent: the field is not there; as what it becomes: it is taken out
ANYTHING = "(anything)"
PLACEHOLDERS = {
    "assistant_id",
    "batch_id",
    "completion_id",
    "conv_123",
    "file-abc123",
    "file_id",
    "ft:gpt-4o-mini:acemeco:suffix:abc123",
    "gpt-6-astra",
    "message_id",
    "msg_abc",
    "resp_677efb5139a88190b512bc3fef8e535d",
    "response_id",
    "run_id",
    "step_id",
    "thread_id",
    "upload_abc123",
    "vector_store_id",
    "vs_abc123",
    "vsfb_abc123",
}


class Route(NamedTuple):
    """Which scene stands behind requests; `own` if each request needs one of its own, since it uses it up."""

    requests: str
    scene: str
    own: bool = False

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """Return the ids in the path of a request of this route, else None."""
        methods, _, template = self.requests.partition(" ")
        found = _pattern(template).fullmatch(path) if method in methods.split("|") else None
        return found.groupdict() if found else None


class Mend(NamedTuple):
    """One value of a request that is changed, and why. `{names}` are ids of the scene.

    `beside` is a field of the body and the value that it must have.
    """

    requests: str
    field: str
    sent: Any
    becomes: Any
    why: str
    beside: tuple[str, Any] | None = None

    def concerns(self, method: str, path: str) -> bool:
        """Return whether a request is one of those that are mended."""
        methods, _, template = self.requests.partition(" ")
        return method in methods.split("|") and bool(_pattern(template).fullmatch(path))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    escaped = re.escape(template).replace(r"\*", ".*")
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", escaped))


_THREAD, _STORE = "/threads/{thread_id}", "/vector_stores/{vector_store_id}"
_RUN, _BATCH = _THREAD + "/runs/{run_id}", _STORE + "/file_batches/{batch_id}"

ROUTES = [
    Route("GET|POST /assistants/{assistant_id}", "an assistant"),
    Route("DELETE /assistants/{assistant_id}", "an assistant", own=True),
    Route("POST /threads/runs", "an answered run"),
    Route("GET|POST " + _THREAD, "an answered run"),
    Route("DELETE " + _THREAD, "a thread", own=True),
    Route("GET|POST " + _THREAD + "/messages", "an answered run"),
    Route("GET|POST " + _THREAD + "/messages/{message_id}", "an answered run"),
    Route("DELETE " + _THREAD + "/messages/{message_id}", "an answered run", own=True),
    Route("GET " + _THREAD + "/runs", "an answered run"),
    Route("POST " + _THREAD + "/runs", "an assistant, a file and an idle thread", own=True),
    Route("GET|POST " + _RUN, "an answered run"),
    Route("POST " + _RUN + "/cancel", "a run that waits for a function", own=True),
    Route("POST " + _RUN + "/submit_tool_outputs", "a run that waits for a function", own=True),
    Route("GET " + _RUN + "/steps", "an answered run"),
    Route("GET " + _RUN + "/steps/{step_id}", "an answered run"),
    Route("GET /files/{file_id}", "a file"),
    Route("GET /files/{file_id}/content", "a file"),
    Route("DELETE /files/{file_id}", "a file", own=True),
    Route("POST /uploads/{upload_id}/parts", "a pending upload", own=True),
    Route("POST /uploads/{upload_id}/cancel", "a pending upload", own=True),
    Route("POST /uploads/{upload_id}/complete", "an upload with its part", own=True),
    Route("GET|POST " + _STORE, "a file that was read into a store"),
    Route("DELETE " + _STORE, "a store and a file outside it", own=True),
    Route("POST " + _STORE + "/search", "a file that was read into a store"),
    Route("GET " + _STORE + "/files", "a file that was read into a store"),
    Route("POST " + _STORE + "/files", "a store and a file outside it", own=True),
    Route("GET|POST " + _STORE + "/files/{file_id}", "a file that was read into a store"),
    Route("GET " + _STORE + "/files/{file_id}/content", "a file that was read into a store"),
    Route("DELETE " + _STORE + "/files/{file_id}", "a file that was read into a store", own=True),
    Route("POST " + _STORE + "/file_batches", "a store and a file outside it", own=True),
    Route("GET " + _BATCH, "a finished batch"),
    Route("GET " + _BATCH + "/files", "a finished batch"),
    Route("POST " + _BATCH + "/cancel", "a batch in progress", own=True),
    Route("GET /responses/{response_id}", "a background response"),
    Route("GET /responses/{response_id}/input_items", "a response"),
    Route("POST /responses/{response_id}/cancel", "a background response", own=True),
    Route("DELETE /responses/{response_id}", "a response", own=True),
    Route("GET|POST /conversations/{conversation_id}", "a conversation"),
    Route("DELETE /conversations/{conversation_id}", "a conversation", own=True),
    Route("GET|POST /conversations/{conversation_id}/items", "a conversation"),
    Route("GET /conversations/{conversation_id}/items/{item_id}", "a conversation"),
    Route("DELETE /conversations/{conversation_id}/items/{item_id}", "a conversation", own=True),
    Route("GET|POST /chat/completions/{completion_id}", "a stored chat completion of an assistant's message"),
    Route("GET /chat/completions/{completion_id}/messages", "a stored chat completion of an assistant's message"),
    Route("DELETE /chat/completions/{completion_id}", "a stored chat completion of an assistant's message", own=True),
    Route("GET|DELETE /models/{model}", "the built-in model"),
    # No placeholder in the path, but in the body.
    Route("POST /assistants", "a file that was read into a store"),
    Route("POST /threads", "a file that was read into a store"),
    Route("POST /vector_stores", "a file"),
    Route("POST /responses", "a conversation", own=True),
    Route("POST /responses/compact", "a response"),
    Route("POST /responses/input_tokens", "a response"),
]

_UNKNOWN = "no object has this id"
_BOTH = "one of two fields that exclude each other"
_STRICT_FLOATS = "the strict client refuses the base64 that it asks for itself"
_RESOURCES = ("tool_resources.", "thread.tool_resources.")
_MESSAGES = ("", "messages.*.", "thread.messages.*.", "additional_messages.*.")
MENDS = [
    Mend("GET *", "query.limit", "0", "1", "the least is 1"),
    Mend("GET *", "query.after", "after", MISSING, _UNKNOWN),
    Mend("GET *", "query.before", "before", MISSING, _UNKNOWN),
    Mend("GET *", "query.run_id", "run_id", "{run_id}", _UNKNOWN),
    Mend("GET /files", "query.purpose", "purpose", "assistants", "no such purpose"),
    Mend("POST /threads*", "assistant_id", "assistant_id", "{assistant_id}", _UNKNOWN),
    *(Mend("POST *", f"{where}code_interpreter.file_ids.*", "string", "{file_id}", _UNKNOWN) for where in _RESOURCES),
    *(
        Mend("POST *", f"{where}file_search.vector_store_ids.*", "string", "{vector_store_id}", _UNKNOWN)
        for where in _RESOURCES
    ),
    *(Mend("POST *", f"{where}file_search.vector_stores", ANYTHING, MISSING, _BOTH) for where in _RESOURCES),
    *(Mend("POST *", f"{where}attachments.*.file_id", "file_id", "{file_id}", _UNKNOWN) for where in _MESSAGES),
    Mend("POST /threads*", "truncation_strategy.last_messages", 1, MISSING, "type auto takes no number of messages"),
    Mend("POST */submit_tool_outputs", "tool_outputs.*.output", MISSING, "output", "an output is needed"),
    Mend("POST */submit_tool_outputs", "tool_outputs.*.tool_call_id", "tool_call_id", "{tool_call_id}", _UNKNOWN),
    Mend("POST */submit_tool_outputs", "tool_outputs.*.tool_call_id", MISSING, "{tool_call_id}", "an id is needed"),
    Mend("POST /vector_stores", "file_ids.*", "string", "{file_id}", _UNKNOWN),
    Mend("POST /vector_stores/*/files", "file_id", "file_id", "{file_id}", _UNKNOWN),
    Mend("POST /vector_stores/*/file_batches", "file_ids.*", "string", "{file_id}", _UNKNOWN),
    Mend("POST /vector_stores/*/file_batches", "file_ids", MISSING, ("{file_id}",), "a batch of no files"),
    Mend("POST /vector_stores/*/file_batches", "files", ANYTHING, MISSING, _BOTH),
    Mend("POST /uploads", "bytes", 0, 12, "an upload of no bytes"),
    Mend("POST /uploads", "mime_type", "mime_type", "text/plain", "no such type"),
    Mend("POST /uploads/*/complete", "part_ids.*", "string", "{part_id}", _UNKNOWN),
    Mend("POST /uploads/*/complete", "md5", "md5", "{md5}", "not the sum of the part's bytes"),
    Mend("POST /responses", "model", MISSING, "gpt-6-astra", "a model is needed"),
    Mend("POST /responses", "input", MISSING, "string", "an input is needed"),
    Mend("POST /responses", "stream_options", ANYTHING, MISSING, "nothing is streamed", beside=("stream", False)),
    Mend("POST /responses", "conversation", "string", "{conversation_id}", _UNKNOWN),
    Mend("POST /responses", "previous_response_id", "previous_response_id", MISSING, _BOTH),
    Mend("POST /responses", "prompt", ANYTHING, MISSING, "no prompt has this id"),
    Mend("POST /responses/*", "previous_response_id", "resp_123", "{response_id}", _UNKNOWN),
    Mend("POST /responses/*", "conversation", "string", MISSING, _BOTH),
    Mend("POST /embeddings", "encoding_format", "base64", "float", _STRICT_FLOATS),
]
