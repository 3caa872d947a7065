"""Chat completions: answered at once or chunk by chunk, and kept where that is asked for."""

from __future__ import annotations

import logging
import secrets
import threading
from typing import Any

import msgspec

from pdfqa.engine.channels import Channel
from pdfqa.engine.chat_making import Asked, Making, accept, stored_messages
from pdfqa.engine.context import Engine
from pdfqa.engine.pages import page
from pdfqa.errors import PdfqaError, StorageError
from pdfqa.wire import Deleted, Event
from pdfqa.wire.chat import (
    ChatCompletion,
    CreateCompletion,
    ListCompletions,
    ListMessages,
    ModifyCompletion,
    StoredChat,
    StoredMessages,
)
from pdfqa.wire.chat import (
    Completions as Page,
)

CHUNK = "chat.completion.chunk"
_AT_ONCE = 32  # streams that are being answered
_PADDED = 32  # characters that a text with its obfuscation has a multiple of
_log = logging.getLogger("pdfqa.chats")

replace = msgspec.structs.replace


class Completions:
    """The operations on chat completions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.completion_objects
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    def create(self, request: CreateCompletion) -> ChatCompletion | Channel:
        """Answer the last message of a chat: return the completion, or where its chunks come.

        Raises:
            InvalidRequestError: Something of the request does not fit.
            PdfqaError: There can be no answer.
        """
        asked = accept(self._engine, request)
        if not request.stream:
            return self._kept(request, asked, Making(self._engine, request, asked).run())
        channel = Channel()
        work = threading.Thread(target=self._stream, args=(request, asked, channel), name="pdfqa-chat", daemon=True)
        work.start()
        return channel

    def _stream(self, request: CreateCompletion, asked: Asked, channel: Channel) -> None:
        options = request.stream_options
        obfuscate = bool(options and options.include_obfuscation)

        def put(chunk: dict[str, Any]) -> None:
            channel.put(Event(event=CHUNK, data=_padded(chunk) if obfuscate else chunk))

        last: list[Event] = []
        try:
            with self._room:
                self._kept(request, asked, Making(self._engine, request, asked, put).run())
        except PdfqaError as error:
            if isinstance(error, StorageError):
                _log.warning("a chat has failed: %s", error.message)
            last = [_error(error)]
        except Exception:  # noqa: BLE001 - a fault of ours must not end a stream as if all had been said
            _log.exception("a chat has failed")
            last = [_error(PdfqaError("A fault in pdfqa ended the answer."))]
        finally:
            channel.close(*last)

    def _kept(self, request: CreateCompletion, asked: Asked, completion: ChatCompletion) -> ChatCompletion:
        if request.store:
            messages = stored_messages(completion.id, asked.messages)
            chat = StoredChat(id=completion.id, created_at=completion.created, completion=completion, messages=messages)
            self._objects.insert(chat)
        return completion

    def list(self, request: ListCompletions) -> Page:
        """Return one page of the completions that are kept."""
        if request.metadata:
            chats = [chat for chat in self._objects.all() if _matches(chat, request)]
            found = page(chats, lambda chat: chat.id, limit=request.limit, order=request.order, after=request.after)
        else:
            found = self._objects.list(tag=request.model, limit=request.limit, order=request.order, after=request.after)
        return Page(
            data=[chat.completion for chat in found.data],
            first_id=found.first_id,
            last_id=found.last_id,
            has_more=found.has_more,
        )

    def get(self, completion_id: str) -> ChatCompletion:
        """Return a completion that is kept."""
        return self._objects.get(completion_id).completion

    def modify(self, completion_id: str, request: ModifyCompletion) -> ChatCompletion:
        """Give a completion other metadata."""
        with self._engine.database.atomic():
            chat = self._objects.get(completion_id)
            completion = replace(chat.completion, metadata=request.metadata or {})
            return self._objects.replace(replace(chat, completion=completion)).completion

    def delete(self, completion_id: str) -> Deleted:
        """Delete a completion that is kept."""
        with self._engine.database.atomic():
            self._objects.get(completion_id)
            self._objects.delete(completion_id)
        return Deleted(id=completion_id, object="chat.completion.deleted")

    def messages(self, completion_id: str, request: ListMessages) -> StoredMessages:
        """Return one page of the messages that a completion answers."""
        return page(
            self._objects.get(completion_id).messages,
            lambda message: message.id,
            limit=request.limit,
            order=request.order,
            after=request.after,
        )


def _matches(chat: StoredChat, request: ListCompletions) -> bool:
    metadata = chat.completion.metadata or {}
    if request.model is not None and chat.completion.model != request.model:
        return False
    return all(metadata.get(key) == value for key, value in (request.metadata or {}).items())


def _error(error: PdfqaError) -> Event:
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    body = {"message": error.public, "type": kind, "param": error.param, "code": error.code}
    return Event(event="error", data={"error": body})


def _padded(chunk: dict[str, Any]) -> dict[str, Any]:
    size = sum(len(choice["delta"].get("content") or "") for choice in chunk["choices"])
    return {**chunk, "obfuscation": secrets.token_hex(_PADDED)[: -size % _PADDED]}
