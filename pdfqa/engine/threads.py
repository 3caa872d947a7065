"""Threads and their messages: what was asked and answered, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from pdfqa.engine.context import Engine
from pdfqa.engine.events import lost
from pdfqa.engine.resources import THREAD_DAYS, changed, make_store, resources, stores, there
from pdfqa.errors import InvalidValueError, WrongStateError
from pdfqa.wire import Deleted, ImageFileContent, ImageUrlContent, Message, ObjectPage, Text, TextContent, Thread
from pdfqa.wire.base import ModifyMetadata
from pdfqa.wire.objects import MessageContent
from pdfqa.wire.requests import (
    Attachment,
    CreateMessage,
    CreateThread,
    CreateVectorStore,
    CreateVectorStoreFile,
    FileSearchMark,
    ImageFilePart,
    ListMessages,
    ModifyThread,
    TextPart,
)

replace = msgspec.structs.replace


class Threads:
    """The operations on threads and messages. A thread that is being answered takes no messages."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.thread_objects
        self._messages = engine.message_objects

    def create(self, request: CreateThread) -> Thread:
        """Return a new thread with its first messages.

        Raises:
            ObjectNotFoundError: A vector store or a file that is named is not there.
        """
        engine = self._engine
        with engine.database.atomic():
            thread = Thread(
                id=engine.new_id("thread_"),
                created_at=engine.now(),
                tool_resources=resources(engine, request.tool_resources, days=THREAD_DAYS),
                metadata=request.metadata or {},
            )
            self._objects.insert(thread)
            self.add(thread.id, request.messages, field="messages")
            return self._objects.get(thread.id)

    def get(self, thread_id: str) -> Thread:
        """Return a thread."""
        return self._objects.get(thread_id)

    def modify(self, thread_id: str, request: ModifyThread) -> Thread:
        """Return a thread with new values."""
        with self._engine.database.atomic():
            thread = self._objects.get(thread_id)
            if request.tool_resources is not UNSET:
                new = resources(self._engine, request.tool_resources, days=THREAD_DAYS)
                thread = replace(thread, tool_resources=changed(thread.tool_resources, new))
            if request.metadata is not UNSET:
                thread = replace(thread, metadata=request.metadata or {})
            return self._objects.replace(thread)

    def delete(self, thread_id: str) -> Deleted:
        """Delete a thread with its messages, runs and steps; a run that is under way ends."""
        engine = self._engine
        with engine.database.atomic():
            self._objects.get(thread_id)
            for run in engine.run_objects.all(parent=thread_id):
                engine.step_objects.delete_children(run.id)
                engine.jobs.withdraw(engine.run_kind, run.id, parent=thread_id)
                engine.database.after_commit(_closing(engine, run.id, thread_id))
            engine.run_objects.delete_children(thread_id)
            self._messages.delete_children(thread_id)
            self._objects.delete(thread_id)
        return Deleted(id=thread_id, object="thread.deleted")

    def create_message(self, thread_id: str, request: CreateMessage) -> Message:
        """Return a new message at the end of a thread.

        Raises:
            InvalidValueError: It says nothing.
            WrongStateError: The thread is being answered.
        """
        engine = self._engine
        with engine.database.atomic():
            self._objects.get(thread_id)
            active = engine.runs.active(thread_id)
            if active is not None:
                raise WrongStateError(
                    f"Can't add messages to {thread_id} while a run {active.id} is active.",
                    hint="Wait until it has ended, or cancel it.",
                )
            return self.add(thread_id, [request])[0]

    def list_messages(self, thread_id: str, request: ListMessages) -> ObjectPage[Message]:
        """Return one page of a thread's messages, of all or of one run."""
        self._objects.get(thread_id)
        return self._messages.list(
            parent=thread_id,
            tag=request.run_id,
            limit=request.limit,
            order=request.order,
            after=request.after,
            before=request.before,
        )

    def get_message(self, thread_id: str, message_id: str) -> Message:
        """Return a message."""
        self._objects.get(thread_id)
        return self._messages.get(message_id, parent=thread_id)

    def modify_message(self, thread_id: str, message_id: str, request: ModifyMetadata) -> Message:
        """Return a message with new metadata."""
        with self._engine.database.atomic():
            message = self.get_message(thread_id, message_id)
            if request.metadata is not UNSET:
                message = replace(message, metadata=request.metadata or {})
            return self._messages.replace(message, parent=thread_id)

    def delete_message(self, thread_id: str, message_id: str) -> Deleted:
        """Delete a message.

        Raises:
            WrongStateError: It is still being written.
        """
        with self._engine.database.atomic():
            message = self.get_message(thread_id, message_id)
            if message.status == "in_progress":
                raise WrongStateError(
                    f"Can't delete {message_id} while it is being written.", hint="Cancel its run first."
                )
            self._messages.delete(message_id, parent=thread_id)
        return Deleted(id=message_id, object="thread.message.deleted")

    def messages(self, thread_id: str) -> list[Message]:
        """Return a thread's messages, oldest first."""
        return self._messages.all(parent=thread_id)

    def begin(self, *, tool_resources: dict[str, Any] | None = None, key: str | None = None) -> Thread:
        """Return a new, empty thread; `key` finds it again."""
        engine = self._engine
        thread = Thread(id=engine.new_id("thread_"), created_at=engine.now(), tool_resources=tool_resources)
        return self._objects.insert(thread, key=key)

    def add(self, thread_id: str, requests: Sequence[CreateMessage], *, field: str = "") -> list[Message]:
        """Add messages to the end of a thread, whatever its state, and return them. Call it in a transaction."""
        added = []
        for place, request in enumerate(requests):
            within = f"{field}[{place}]." if field else ""
            attachments: list[dict[str, Any]] = msgspec.to_builtins(request.attachments or [])
            there(self._engine, "file", [one["file_id"] for one in attachments], f"{within}attachments")
            now = self._engine.now()
            message = Message(
                id=self._engine.new_id("msg_"),
                created_at=now,
                completed_at=now,
                thread_id=thread_id,
                role=request.role,
                content=self._content(request, within),
                attachments=attachments,
                metadata=request.metadata or {},
            )
            added.append(self._messages.insert(message, parent=thread_id))
        self._attach(thread_id, [one for request in requests for one in request.attachments or ()])
        return added

    def _content(self, request: CreateMessage, within: str) -> list[MessageContent]:
        parts = [TextPart(text=request.content)] if isinstance(request.content, str) else request.content
        content: list[MessageContent] = []
        for part in parts:
            if isinstance(part, TextPart):
                if part.text.strip():
                    content.append(TextContent(text=Text(value=part.text)))
            elif isinstance(part, ImageFilePart):
                there(self._engine, "file", [part.image_file.file_id], f"{within}content")
                content.append(ImageFileContent(image_file=msgspec.to_builtins(part.image_file)))
            else:
                content.append(ImageUrlContent(image_url=msgspec.to_builtins(part.image_url)))
        if not content:
            raise InvalidValueError("Message content must be non-empty.", param=f"{within}content")
        return content

    def _attach(self, thread_id: str, attachments: Sequence[Attachment]) -> None:
        """Put the files that are to be searched into the thread's vector store, which is made if there is none."""
        searched = [one for one in attachments if any(isinstance(tool, FileSearchMark) for tool in one.tools)]
        file_ids = list(dict.fromkeys(one.file_id for one in searched))
        if not file_ids or self._engine.hosted:  # the back-end has put them where they are searched
            return
        engine, thread = self._engine, self._objects.get(thread_id)
        known = stores(thread.tool_resources)
        if not known:
            made = make_store(engine, CreateVectorStore(file_ids=file_ids), THREAD_DAYS)
            new = changed(thread.tool_resources, {"file_search": {"vector_store_ids": [made]}})
            self._objects.replace(replace(thread, tool_resources=new))
            return
        inside = engine.store_file_objects.some(file_ids, parent=known[0])
        for file_id in file_ids:
            if file_id not in inside:
                engine.store_files.create(known[0], CreateVectorStoreFile(file_id=file_id))


def _closing(engine: Engine, run_id: str, thread_id: str) -> Any:
    """Return what tells whoever listens to a run that its thread is gone."""
    return lambda: engine.channels.close(run_id, *lost(f"{thread_id} has been deleted"))
