"""The inputs that the proxy mends, sent straight to the server: a strict one refuses each, and says which field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from suite.api import Api, Reply, SetupError
from suite.scenes import Ids, Stage
from suite.server import serving

_LISTS = {
    "/assistants": "",
    "/threads/{thread_id}/messages": "an answered run",
    "/threads/{thread_id}/runs": "an answered run",
    "/threads/{thread_id}/runs/{run_id}/steps": "an answered run",
    "/vector_stores": "",
    "/vector_stores/{vector_store_id}/files": "a file that was read into a store",
    "/vector_stores/{vector_store_id}/file_batches/{batch_id}/files": "a finished batch",
    "/files": "",
    "/responses/{response_id}/input_items": "a response",
    "/conversations/{conversation_id}/items": "a conversation",
    "/chat/completions": "",
    "/chat/completions/{completion_id}/messages": "a stored chat completion of an assistant's message",
}
_BEFORE = [path for path in _LISTS if path.startswith(("/assistants", "/threads", "/vector_stores"))]
_NOBODY = """
    GET /assistants/assistant_id | POST /assistants/assistant_id | DELETE /assistants/assistant_id
    GET /threads/thread_id | POST /threads/thread_id | DELETE /threads/thread_id
    GET /threads/thread_id/messages | GET /threads/thread_id/messages/message_id
    POST /threads/thread_id/messages/message_id | DELETE /threads/thread_id/messages/message_id
    GET /threads/thread_id/runs | GET /threads/thread_id/runs/run_id | POST /threads/thread_id/runs/run_id
    POST /threads/thread_id/runs/run_id/cancel | GET /threads/thread_id/runs/run_id/steps
    GET /threads/thread_id/runs/run_id/steps/step_id
    GET /files/file_id | DELETE /files/file_id | GET /files/file_id/content
    POST /uploads/upload_abc123/cancel
    GET /vector_stores/vector_store_id | POST /vector_stores/vector_store_id | DELETE /vector_stores/vector_store_id
    GET /vector_stores/vector_store_id/files | DELETE /vector_stores/vector_store_id/files/file_id
    GET /vector_stores/vs_abc123/files/file-abc123 | GET /vector_stores/vs_abc123/files/file-abc123/content
    GET /vector_stores/vs_abc123/file_batches/vsfb_abc123
    POST /vector_stores/vector_store_id/file_batches/batch_id/cancel
    GET /vector_stores/vector_store_id/file_batches/batch_id/files
    GET /responses/resp_677efb5139a88190b512bc3fef8e535d | DELETE /responses/resp_677efb5139a88190b512bc3fef8e535d
    POST /responses/resp_677efb5139a88190b512bc3fef8e535d/cancel | GET /responses/response_id/input_items
    GET /conversations/conv_123 | DELETE /conversations/conv_123 | GET /conversations/conv_123/items
    GET /conversations/conv_123/items/msg_abc | DELETE /conversations/conv_123/items/msg_abc
    GET /chat/completions/completion_id | DELETE /chat/completions/completion_id
    GET /chat/completions/completion_id/messages
    DELETE /models/ft:gpt-4o-mini:acemeco:suffix:abc123
"""
_ID_NAMES = {
    *("assistant_id", "thread_id", "message_id", "run_id", "step_id", "file_id", "upload_id", "vector_store_id"),
    *("batch_id", "response_id", "conversation_id", "item_id", "completion_id", "model"),
}


class Case(NamedTuple):
    """One input that is to be refused.

    Args:
        why: What is wrong with it.
        request: Method and path, with `{names}` of the scene's ids.
        body: What is sent, with the same names.
        scene: Which real objects it is about.
        param: The field that the error names, or the beginning of its name; None where no field is at fault.
    """

    why: str
    request: str
    body: Any = None
    scene: str = ""
    param: str | None = None


def cases() -> Iterator[Case]:
    """Yield the inputs of the table, in its order."""
    for request in _NOBODY.replace("\n", "|").split("|"):
        if request.strip():
            yield Case("unknown or ill-formed id", request.strip(), param="(id)")
    yield from _in_lists()
    yield from _in_bodies()
    yield from _in_wrong_states()


def _in_lists() -> Iterator[Case]:
    for path, scene in _LISTS.items():
        yield Case("limit of 0", f"GET {path}?limit=0", scene=scene, param="limit")
        yield Case("unknown cursor", f"GET {path}?after=after", scene=scene, param="after")
        if path in _BEFORE:
            yield Case("unknown cursor", f"GET {path}?before=before", scene=scene, param="before")
            yield Case("two unknown cursors", f"GET {path}?after=after&before=before", scene=scene, param="after")
    yield Case("unknown purpose", "GET /files?purpose=purpose", param="purpose")


def _in_bodies() -> Iterator[Case]:
    stores = {"vector_store_ids": ["{vector_store_id}"], "vector_stores": [{"file_ids": ["{file_id}"]}]}
    both: dict[str, Any] = {"tool_resources": {"file_search": stores}}
    stored, run = "a file that was read into a store", "an answered run"
    files = "/vector_stores/{vector_store_id}/file_batches"
    field = "tool_resources.file_search"
    yield Case("no model and no input", "POST /responses", {}, param="model")
    yield Case("no model and no input, streamed", "POST /responses", {"stream": True}, param="model")
    answer = {"model": "m", "input": "string"}
    two = {**answer, "conversation": "{conversation_id}", "previous_response_id": "resp_none"}
    yield Case("fields that exclude each other", "POST /responses", two, "a conversation", "previous_response_id")
    yield Case("unknown conversation", "POST /responses", {**answer, "conversation": "string"}, param="conversation")
    unknown = {**answer, "previous_response_id": "previous_response_id"}
    yield Case("unknown response", "POST /responses", unknown, param="previous_response_id")
    yield Case("unknown prompt", "POST /responses", {**answer, "prompt": {"id": "id"}}, param="prompt")
    yield Case("batch of nothing", f"POST {files}", {}, stored, "file_ids")
    pair = {"file_ids": ["{file_id}"], "files": [{"file_id": "{file_id}"}]}
    yield Case("fields that exclude each other", f"POST {files}", pair, stored, "files")
    yield Case("unknown file", f"POST {files}", {"file_ids": ["string"]}, stored, "file_ids")
    named = {"files": [{"file_id": "string"}]}
    yield Case("unknown file", f"POST {files}", named, stored, "files")
    yield Case("unknown file", "POST /vector_stores", {"file_ids": ["string"]}, param="file_ids")
    yield Case("unknown file", "POST /vector_stores/{vector_store_id}/files", {"file_id": "file_id"}, stored, "file_id")
    yield Case("fields that exclude each other", "POST /assistants", {"model": "m", **both}, stored, field)
    yield Case("fields that exclude each other", "POST /threads", both, stored, field)
    thread = {"assistant_id": "{assistant_id}", "thread": both}
    yield Case("fields that exclude each other", "POST /threads/runs", thread, run, f"thread.{field}")
    attachment = {"file_id": "file_id", "tools": [{"type": "file_search"}]}
    attached = {"role": "user", "content": "string", "attachments": [attachment]}
    yield Case("unknown file", "POST /threads", {"messages": [attached]}, param="messages")
    yield Case("unknown file", "POST /threads/{thread_id}/messages", attached, run, "attachments")
    search = {"model": "m", "tool_resources": {"file_search": {"vector_store_ids": ["string"]}}}
    yield Case("unknown store", "POST /assistants", search, param=field)
    code = {"model": "m", "tool_resources": {"code_interpreter": {"file_ids": ["string"]}}}
    yield Case("unknown file", "POST /assistants", code, param="tool_resources.code_interpreter")
    runs = "POST /threads/{thread_id}/runs"
    yield Case("unknown assistant", runs, {"assistant_id": "assistant_id"}, run, "assistant_id")
    yield Case("unknown assistant", "POST /threads/runs", {"assistant_id": "assistant_id"}, param="assistant_id")
    cut = {"assistant_id": "{assistant_id}", "truncation_strategy": {"type": "auto", "last_messages": 1}}
    yield Case("number of messages with type auto", runs, cut, run, "truncation_strategy")
    upload = {"filename": "filename", "purpose": "assistants", "bytes": 12, "mime_type": "text/plain"}
    yield Case("upload of no bytes", "POST /uploads", {**upload, "bytes": 0}, param="bytes")
    yield Case("no such type", "POST /uploads", {**upload, "mime_type": "mime_type"}, param="mime_type")
    full, complete = "an upload with its part", "POST /uploads/{upload_id}/complete"
    yield Case("unknown part", complete, {"part_ids": ["string"]}, full, "part_ids")
    yield Case("not the sum of the bytes", complete, {"part_ids": ["{part_id}"], "md5": "md5"}, full, "md5")


def _in_wrong_states() -> Iterator[Case]:
    waiting, run = "a run that waits for a function", "an answered run"
    submit = "POST /threads/{thread_id}/runs/{run_id}/submit_tool_outputs"
    yield Case("output without its id", submit, {"tool_outputs": [{}]}, waiting, "tool_outputs")
    output = {"tool_call_id": "tool_call_id", "output": "output"}
    yield Case("unknown call", submit, {"tool_outputs": [output]}, waiting, "tool_outputs")
    yield Case("run that does not wait", submit, {"tool_outputs": [output]}, run)
    message = {"role": "user", "content": "string"}
    yield Case("thread whose run is active", "POST /threads/{thread_id}/messages", message, waiting)
    again = {"assistant_id": "{assistant_id}"}
    yield Case("thread whose run is active", "POST /threads/{thread_id}/runs", again, waiting)
    yield Case("run that has ended", "POST /threads/{thread_id}/runs/{run_id}/cancel", scene=run)
    batch = "POST /vector_stores/{vector_store_id}/file_batches/{batch_id}/cancel"
    yield Case("batch that has ended", batch, scene="a finished batch", param="batch_id")
    cancel = "POST /responses/{response_id}/cancel"
    yield Case("response not in the background", cancel, scene="a response", param="response_id")
    yield Case("second cancellation", "POST /uploads/{upload_id}/cancel", scene="a cancelled upload", param="upload_id")


def check() -> int:
    """Send all inputs to a server of their own; print a table; return 1 if one was not refused as it should be."""
    wrong = 0
    with serving() as port:
        api = Api(port)
        stage = Stage(api)
        for case in cases():
            try:
                reply = send(api, stage, case)
                fault = fault_of(reply, case)
            except SetupError as error:
                reply, fault = Reply(0, {}, b""), f"no scene: {error}"
            wrong += bool(fault)
            error = _error(reply)
            said = f"{reply.status} {error.get('param')}: {error.get('message')}"[:150]
            print(
                f"{'MISS' if fault else 'ok':4} {case.why:33} {case.request:75} {said}{f' <- {fault}' if fault else ''}"
            )
    total = sum(1 for _ in cases())
    print(f"\n{total - wrong} of {total} inputs refused, with the right error body")
    return 1 if wrong else 0


def send(api: Api, stage: Stage, case: Case) -> Reply:
    """Return what a server answers to an input."""
    ids = stage.set(case.scene, fresh=False) if case.scene else {}
    method, _, path = _filled(case.request, ids).partition(" ")
    body = None if case.body is None else json.loads(_filled(json.dumps(case.body), ids))
    return api.json(method, path, body)


def _filled(text: str, ids: Ids) -> str:
    for name, value in ids.items():
        text = text.replace("{" + name + "}", value)
    return text


def _error(reply: Reply) -> dict[str, Any]:
    try:
        return dict(reply.json["error"])
    except (ValueError, KeyError, TypeError):
        return {}


def fault_of(reply: Reply, case: Case) -> str:
    """Return what is wrong with a refusal, "" if nothing is."""
    error = _error(reply)
    if not 400 <= reply.status < 500:
        return "not refused"
    if set(error) != {"message", "type", "param", "code"}:
        return f"the envelope has {sorted(error)}"
    if not error["message"] or error["type"] != "invalid_request_error":
        return f"no message, or a type {error['type']}"
    param = error["param"]
    if case.param == "(id)":
        right = param in _ID_NAMES if reply.status == 400 else param is None or param in _ID_NAMES
    else:
        right = (param or "").startswith(case.param) if case.param else param is None
    return "" if right else f"param should be {case.param}"
