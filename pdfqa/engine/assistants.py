"""Assistants: a model's name with instructions, tools and a vector store, kept for many threads."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from pdfqa.config import EXTRACTIVE
from pdfqa.engine.answering import check_format
from pdfqa.engine.context import Engine
from pdfqa.engine.resources import changed, resources, tools
from pdfqa.wire import Assistant, Deleted, ListRequest, ObjectPage
from pdfqa.wire.requests import CreateAssistant, ModifyAssistant

DEFAULT = "pdfqa"  # the key, and the name, of the assistant that answers where none is named

replace = msgspec.structs.replace


class Assistants:
    """The operations on assistants."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.assistant_objects

    def create(self, request: CreateAssistant) -> Assistant:
        """Return a new assistant.

        Raises:
            ObjectNotFoundError: It is to search a vector store that is not there.
        """
        engine = self._engine
        check_format(engine, request.model, msgspec.to_builtins(request.response_format))
        with engine.database.atomic():
            assistant = Assistant(
                id=engine.new_id("asst_"),
                created_at=engine.now(),
                name=request.name,
                description=request.description,
                model=request.model,
                instructions=request.instructions,
                tools=tools(request.tools),
                tool_resources=resources(engine, request.tool_resources),
                metadata=request.metadata or {},
                temperature=request.temperature,
                top_p=request.top_p,
                response_format=msgspec.to_builtins(request.response_format) or "auto",
                reasoning_effort=request.reasoning_effort,
            )
            return self._objects.insert(assistant)

    def list(self, request: ListRequest) -> ObjectPage[Assistant]:
        """Return one page of the assistants."""
        return self._objects.list(limit=request.limit, order=request.order, after=request.after, before=request.before)

    def get(self, assistant_id: str) -> Assistant:
        """Return an assistant."""
        return self._objects.get(assistant_id)

    def modify(self, assistant_id: str, request: ModifyAssistant) -> Assistant:
        """Return an assistant with new values; runs that have begun keep the old ones."""
        engine = self._engine
        with engine.database.atomic():
            assistant = self._objects.get(assistant_id)
            fields = ("model", "name", "description", "instructions", "temperature", "top_p", "reasoning_effort")
            given = {name: getattr(request, name) for name in fields}
            new: dict[str, Any] = {name: value for name, value in given.items() if value is not UNSET}
            if request.tools is not UNSET:
                new["tools"] = tools(request.tools)
            if request.tool_resources is not UNSET:
                new["tool_resources"] = changed(assistant.tool_resources, resources(engine, request.tool_resources))
            if request.metadata is not UNSET:
                new["metadata"] = request.metadata or {}
            if request.response_format is not UNSET:
                new["response_format"] = msgspec.to_builtins(request.response_format) or "auto"
            assistant = replace(assistant, **new)
            check_format(engine, assistant.model, assistant.response_format)
            return self._objects.replace(assistant)

    def delete(self, assistant_id: str) -> Deleted:
        """Delete an assistant; its runs go on, and its vector stores stay."""
        with self._engine.database.atomic():
            self._objects.get(assistant_id)
            self._objects.delete(assistant_id)
        return Deleted(id=assistant_id, object="assistant.deleted")

    def default(self) -> Assistant:
        """Return the assistant that answers where none is named: the extractive one, with file search."""
        known = self._objects.with_key(DEFAULT)
        if known:
            return known[0]
        assistant = Assistant(
            id=self._engine.new_id("asst_"),
            created_at=self._engine.now(),
            name=DEFAULT,
            model=EXTRACTIVE,
            tools=[{"type": "file_search"}],
        )
        return self._objects.insert(assistant, key=DEFAULT)
