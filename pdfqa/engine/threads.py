"""Assistants, threads and messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pdfqa.engine.context import Engine
from pdfqa.errors import InvalidRequestError
from pdfqa.wire import Annotation, Assistant, Deleted, Message, Text, TextContent, Thread

DEFAULT_ASSISTANT = "pdfqa"


class Threads:
    """The operations on assistants, threads and messages."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def default_assistant(self) -> Assistant:
        """Return the assistant that answers where none is named: the extractive one, with file search."""
        objects = self._engine.assistant_objects
        known = objects.with_key(DEFAULT_ASSISTANT)
        if known:
            return known[0]
        assistant = Assistant(
            id=self._engine.new_id("asst_"),
            created_at=self._engine.now(),
            name=DEFAULT_ASSISTANT,
            model="extractive",
            tools=[{"type": "file_search"}],
        )
        return objects.insert(assistant, key=DEFAULT_ASSISTANT)

    def create_thread(self, *, tool_resources: dict[str, Any] | None = None, key: str | None = None) -> Thread:
        """Return a new thread; `key` finds it again."""
        engine = self._engine
        thread = Thread(id=engine.new_id("thread_"), created_at=engine.now(), tool_resources=tool_resources)
        return engine.thread_objects.insert(thread, key=key)

    def delete_thread(self, thread_id: str) -> Deleted:
        """Delete a thread with its messages, runs and steps."""
        engine = self._engine
        engine.thread_objects.get(thread_id)
        with engine.database.atomic():
            for run in engine.run_objects.all(parent=thread_id):
                engine.step_objects.delete_children(run.id)
            engine.run_objects.delete_children(thread_id)
            engine.message_objects.delete_children(thread_id)
            engine.thread_objects.delete(thread_id)
        return Deleted(id=thread_id, object="thread.deleted")

    def get_thread(self, thread_id: str) -> Thread:
        """Return a thread."""
        return self._engine.thread_objects.get(thread_id)

    def add_message(
        self,
        thread_id: str,
        value: str,
        *,
        role: Literal["user", "assistant"] = "user",
        annotations: Sequence[Annotation] = (),
        assistant_id: str | None = None,
        run_id: str | None = None,
    ) -> Message:
        """Return a new message at the end of a thread.

        Raises:
            InvalidRequestError: The message is empty.
        """
        if not value.strip():
            raise InvalidRequestError("the question is empty", hint="Ask something, in quotes.", param="content")
        engine, now = self._engine, self._engine.now()
        engine.thread_objects.get(thread_id)
        message = Message(
            id=engine.new_id("msg_"),
            created_at=now,
            completed_at=now,
            thread_id=thread_id,
            role=role,
            content=[TextContent(text=Text(value=value, annotations=list(annotations)))],
            assistant_id=assistant_id,
            run_id=run_id,
        )
        return engine.message_objects.insert(message, parent=thread_id)

    def messages(self, thread_id: str) -> list[Message]:
        """Return a thread's messages, oldest first."""
        return self._engine.message_objects.all(parent=thread_id)
