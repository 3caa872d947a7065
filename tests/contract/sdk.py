"""OpenAI's own client as a back-end: every operation by the method that the SDK has for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from operator import attrgetter
from typing import Any

import msgspec
import openai

from pdfqa import wire
from pdfqa.backends.failures import translated
from pdfqa.errors import PdfqaError
from pdfqa.operations import OPERATIONS
from pdfqa.wire.requests import Content

METHODS = {
    "upload_file": "files.create",
    "get_files": "files.list",
    "get_file": "files.retrieve",
    "delete_file": "files.delete",
    "get_file_content": "files.content",
    "create_upload": "uploads.create",
    "complete_upload": "uploads.complete",
    "cancel_upload": "uploads.cancel",
    "add_upload_part": "uploads.parts.create",
    "create_vector_store": "vector_stores.create",
    "get_vector_stores": "vector_stores.list",
    "get_vector_store": "vector_stores.retrieve",
    "modify_vector_store": "vector_stores.update",
    "delete_vector_store": "vector_stores.delete",
    "search_vector_store": "vector_stores.search",
    "create_vector_store_file": "vector_stores.files.create",
    "get_vector_store_files": "vector_stores.files.list",
    "get_vector_store_file": "vector_stores.files.retrieve",
    "modify_vector_store_file": "vector_stores.files.update",
    "delete_vector_store_file": "vector_stores.files.delete",
    "get_vector_store_file_content": "vector_stores.files.content",
    "create_vector_store_file_batch": "vector_stores.file_batches.create",
    "get_vector_store_file_batch": "vector_stores.file_batches.retrieve",
    "cancel_vector_store_file_batch": "vector_stores.file_batches.cancel",
    "get_vector_store_file_batch_files": "vector_stores.file_batches.list_files",
    "create_assistant": "beta.assistants.create",
    "get_assistants": "beta.assistants.list",
    "get_assistant": "beta.assistants.retrieve",
    "modify_assistant": "beta.assistants.update",
    "delete_assistant": "beta.assistants.delete",
    "create_thread": "beta.threads.create",
    "get_thread": "beta.threads.retrieve",
    "modify_thread": "beta.threads.update",
    "delete_thread": "beta.threads.delete",
    "create_thread_message": "beta.threads.messages.create",
    "get_thread_messages": "beta.threads.messages.list",
    "get_thread_message": "beta.threads.messages.retrieve",
    "modify_thread_message": "beta.threads.messages.update",
    "delete_thread_message": "beta.threads.messages.delete",
    "create_thread_and_run": "beta.threads.create_and_run",
    "submit_tool_outputs": "beta.threads.runs.submit_tool_outputs",
    "create_run": "beta.threads.runs.create",
    "get_runs": "beta.threads.runs.list",
    "get_run": "beta.threads.runs.retrieve",
    "modify_run": "beta.threads.runs.update",
    "cancel_run": "beta.threads.runs.cancel",
    "get_run_steps": "beta.threads.runs.steps.list",
    "get_run_step": "beta.threads.runs.steps.retrieve",
    "create_response": "responses.create",
    "get_response": "responses.retrieve",
    "delete_response": "responses.delete",
    "cancel_response": "responses.cancel",
    "get_response_input_items": "responses.input_items.list",
    "count_input_tokens": "responses.input_tokens.count",
    "compact_response": "responses.compact",
    "create_conversation": "conversations.create",
    "get_conversation": "conversations.retrieve",
    "modify_conversation": "conversations.update",
    "delete_conversation": "conversations.delete",
    "create_conversation_items": "conversations.items.create",
    "get_conversation_items": "conversations.items.list",
    "get_conversation_item": "conversations.items.retrieve",
    "delete_conversation_item": "conversations.items.delete",
    "create_completion": "chat.completions.create",
    "get_completions": "chat.completions.list",
    "get_completion": "chat.completions.retrieve",
    "modify_completion": "chat.completions.update",
    "delete_completion": "chat.completions.delete",
    "get_completion_messages": "chat.completions.messages.list",
    "create_embeddings": "embeddings.create",
    "list_models": "models.list",
    "get_model": "models.retrieve",
    "delete_model": "models.delete",
}


class SdkBackend:
    """A server, asked by the methods of OpenAI's client that users call."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret
        self._client: openai.AsyncOpenAI | None = None  # made in the event loop in which it is used

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        operation = OPERATIONS[name]
        if self._client is None:
            self._client = openai.AsyncOpenAI(base_url=self._url, api_key=self._secret, max_retries=0, timeout=30)
        method = attrgetter(METHODS[name])(self._client)
        with ExitStack() as files, failures():
            given = {field: _sent(value, files) for field, value in fields.items()}
            result = await method(**dict(zip(operation.ids, ids, strict=True)), **given)
        if given.get("stream"):
            return _events(result)
        if operation.result is bytes:
            return result.content
        if result is None:  # the SDK keeps the answer to responses.delete for itself
            return wire.Deleted(id=ids[0], object="response")
        return wire_value(operation.result, result)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()


def wire_value(type_: Any, result: Any) -> Any:
    """Return what the SDK made of an answer as the struct that it was."""
    return msgspec.convert(_whole(result.to_dict(mode="json")), type_)


def _whole(value: Any) -> Any:
    """Return a value with its times as whole numbers; the SDK has some of them as floats."""
    if isinstance(value, dict):
        return {name: int(part) if name.endswith("_at") and part else _whole(part) for name, part in value.items()}
    return [_whole(part) for part in value] if isinstance(value, list) else value


def _sent(value: Any, files: ExitStack) -> Any:
    if isinstance(value, Content):
        return (value.filename, files.enter_context(value.path.open("rb")) if value.path else value.data)
    return msgspec.to_builtins(value)


async def _events(stream: Any) -> AsyncGenerator[wire.Event, None]:
    try:
        with failures():
            async for event in stream:
                plain = _whole(event.to_dict(mode="json"))
                name = plain.get("type") or plain.get("event") or plain.get("object")
                yield wire.Event(event=name, data=plain["data"] if "event" in plain else plain)
    finally:
        await stream.close()


@contextmanager
def failures() -> Iterator[None]:
    """Raise the SDK's errors as ours."""
    try:
        yield
    except openai.APIStatusError as error:
        kind = error.response.headers["x-pdfqa-error"]
        raise translated(error.body, status=error.status_code, kind=kind) from error
    except openai.APIError as error:  # one that came as an event
        raise translated(error.body) from error
    except ValueError as error:  # an empty id
        if "Expected a non-empty value" not in str(error):
            raise
        param = str(error).split("`")[1]
        raise PdfqaError(str(error), param=param) from error
