"""Scenes: real objects, made through the public API, that stand where the suite has placeholders.

Each scene returns ids by the names that the paths and the rules of `rules.py` use.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.api import Api

Ids = dict[str, str]
SAMPLES = Path(__file__).parent.parent.parent / "samples"
QUESTION = "What was revenue in 2024?"
FUNCTION = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
_PART = b"Example data"  # what the suite sends as the part of an upload
_numbers = itertools.count(1)


def _new_pdf(name: str = "informe-2024.pdf") -> bytes:
    """Return a PDF that no server has read before: what follows its end is no part of it."""
    return (SAMPLES / name).read_bytes() + f"\n% {os.getpid()} {next(_numbers)}\n".encode()


def _file(api: Api) -> Ids:
    file = api.upload("/files", "file", _new_pdf(), purpose="assistants")
    return {"file_id": file["id"]}


def _assistant(api: Api) -> Ids:
    return {**_stored_file(api), "assistant_id": api.make("/assistants", {"model": "extractive"})["id"]}


def _thread(api: Api) -> Ids:
    return {"thread_id": api.make("/threads", {"messages": [{"role": "user", "content": QUESTION}]})["id"]}


def _ready_thread(api: Api) -> Ids:
    return {**_assistant(api), **_thread(api), **_file(api)}


def _store(api: Api) -> Ids:
    return {"vector_store_id": api.make("/vector_stores")["id"], **_file(api)}


def _stored_file(api: Api) -> Ids:
    ids = _store(api)
    path = f"/vector_stores/{ids['vector_store_id']}/files"
    api.make(path, {"file_id": ids["file_id"]})
    api.until(f"{path}/{ids['file_id']}", lambda file: file["status"] == "completed")
    return ids


def _batch(api: Api) -> Ids:
    ids = _store(api)
    path = f"/vector_stores/{ids['vector_store_id']}/file_batches"
    batch = api.make(path, {"file_ids": [ids["file_id"]]})
    api.until(f"{path}/{batch['id']}", lambda batch: batch["status"] == "completed")
    return {**ids, "batch_id": batch["id"]}


def _running_batch(api: Api) -> Ids:
    store = api.make("/vector_stores")["id"]
    files = [
        api.upload("/files", "file", _new_pdf("annual-report-2024.pdf"), purpose="assistants")["id"] for _ in range(3)
    ]
    batch = api.make(f"/vector_stores/{store}/file_batches", {"file_ids": files})
    return {"vector_store_id": store, "batch_id": batch["id"]}


def _answered_run(api: Api) -> Ids:
    stored = _stored_file(api)
    resources = {"file_search": {"vector_store_ids": [stored["vector_store_id"]]}}
    fields = {"model": "extractive", "tools": [{"type": "file_search"}], "tool_resources": resources}
    assistant = api.make("/assistants", fields)["id"]
    thread = _thread(api)["thread_id"]
    path = f"/threads/{thread}/runs"
    run = api.make(path, {"assistant_id": assistant})["id"]
    api.until(f"{path}/{run}", lambda run: run["status"] == "completed")
    message = api.get(f"/threads/{thread}/messages?limit=1")["data"][0]["id"]
    steps = api.get(f"{path}/{run}/steps?order=asc")["data"]
    search = next((step for step in steps if step["type"] == "tool_calls"), steps[0])
    made = {
        "assistant_id": assistant,
        "thread_id": thread,
        "message_id": message,
        "run_id": run,
        "step_id": search["id"],
    }
    return {**stored, **made}


def _waiting_run(api: Api) -> Ids:
    ids = {**_assistant(api), **_thread(api)}
    path = f"/threads/{ids['thread_id']}/runs"
    fields = {"assistant_id": ids["assistant_id"], "tools": [FUNCTION], "tool_choice": "required"}
    run = api.make(path, fields)["id"]
    run = api.until(f"{path}/{run}", lambda run: run["status"] not in {"queued", "in_progress"})
    call = run["required_action"]["submit_tool_outputs"]["tool_calls"][0]["id"]
    return {**ids, "run_id": run["id"], "tool_call_id": call}


def _upload(api: Api) -> Ids:
    fields = {"filename": "scene.txt", "purpose": "assistants", "bytes": len(_PART), "mime_type": "text/plain"}
    return {"upload_id": api.make("/uploads", fields)["id"]}


def _filled_upload(api: Api) -> Ids:
    ids = _upload(api)
    part = api.upload(f"/uploads/{ids['upload_id']}/parts", "data", _PART)
    md5 = hashlib.md5(_PART, usedforsecurity=False).hexdigest()
    return {**ids, "part_id": part["id"], "md5": md5}


def _cancelled_upload(api: Api) -> Ids:
    ids = _upload(api)
    api.make(f"/uploads/{ids['upload_id']}/cancel")
    return ids


def _response(api: Api, **fields: Any) -> Ids:
    return {"response_id": api.make("/responses", {"model": "extractive", "input": QUESTION, **fields})["id"]}


def _conversation(api: Api) -> Ids:
    item = {"type": "message", "role": "user", "content": QUESTION}
    conversation = api.make("/conversations", {"items": [item]})["id"]
    first = api.get(f"/conversations/{conversation}/items")["data"][0]["id"]
    return {"conversation_id": conversation, "item_id": first}


def _completion(api: Api) -> Ids:
    fields = {"model": "extractive", "messages": [{"role": "assistant", "content": QUESTION}], "store": True}
    return {"completion_id": api.make("/chat/completions", fields)["id"]}


SCENES: dict[str, Callable[[Api], Ids]] = {
    "an assistant": _assistant,
    "a thread": _thread,
    "an assistant, a file and an idle thread": _ready_thread,
    "an answered run": _answered_run,
    "a run that waits for a function": _waiting_run,
    "a file": _file,
    "a store and a file outside it": _store,
    "a file that was read into a store": _stored_file,
    "a finished batch": _batch,
    "a batch in progress": _running_batch,
    "a pending upload": _upload,
    "an upload with its part": _filled_upload,
    "a cancelled upload": _cancelled_upload,
    "a response": _response,
    "a background response": lambda api: _response(api, background=True),
    "a conversation": _conversation,
    "a stored chat completion of an assistant's message": _completion,
    "the built-in model": lambda _: {"model": "extractive"},
}


class Stage:
    """The scenes that were set on a server, kept for those that only look."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: dict[str, Ids] = {}
        self._locks = {name: threading.Lock() for name in SCENES}

    def set(self, scene: str, *, fresh: bool) -> Ids:
        """Return the ids of a scene: of its own for a request that changes it, else of the one that is kept."""
        if fresh:
            return SCENES[scene](self._api)
        with self._locks[scene]:
            if scene not in self._kept:
                self._kept[scene] = SCENES[scene](self._api)
            return self._kept[scene]
