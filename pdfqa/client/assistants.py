"""The client's part for assistants."""

from __future__ import annotations

from msgspec import UNSET

from pdfqa.client.base import Base
from pdfqa.client.inputs import Given, Maybe, Metadata, ResponseFormat, ToolResources, Tools
from pdfqa.wire import Assistant, Deleted, ObjectPage, Order
from pdfqa.wire.requests import Effort


class Assistants(Base):
    """Operations on assistants."""

    async def create_assistant(
        self,
        *,
        model: str,
        name: Maybe[str] = UNSET,
        description: Maybe[str] = UNSET,
        instructions: Maybe[str] = UNSET,
        tools: Given[Tools] = UNSET,
        tool_resources: Maybe[ToolResources] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        response_format: Maybe[ResponseFormat] = UNSET,
        reasoning_effort: Maybe[Effort] = UNSET,
    ) -> Assistant:
        """Create an assistant.

        Wire: `POST /assistants`.

        Args:
            model: What answers. "extractive" quotes and needs no model; any other name is the configured model.
            name: At most 256 characters.
            description: At most 512 characters.
            instructions: What the model is told, at most 256,000 characters.
            tools: `[{"type": "file_search"}]`, functions `{"type": "function", "function": {…}}`; at most 128.
            tool_resources: `{"file_search": {"vector_store_ids": [one id]}}`, or `"vector_stores"` to make one.
            metadata: At most 16 pairs of strings; keys to 64, values to 512 characters.
            temperature: 0 to 2.
            top_p: 0 to 1.
            response_format: "auto", or `{"type": "text" | "json_object" | "json_schema", …}`.
            reasoning_effort: How long a model that can do so is to think.

        Raises:
            ObjectNotFoundError: No vector store, or no file, has that id.
        """
        return await self._call("create_assistant", locals())

    async def get_assistants(
        self,
        *,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
        before: Maybe[str] = UNSET,
    ) -> ObjectPage[Assistant]:
        """Return a page of the assistants.

        Wire: `GET /assistants`.

        Args:
            limit: How many at most, 1 to 100; 20 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last assistant of the page before.
            before: The id of the first assistant of the page after.
        """
        return await self._call("get_assistants", locals())

    async def get_assistant(self, assistant_id: str) -> Assistant:
        """Return an assistant.

        Wire: `GET /assistants/{assistant_id}`.

        Raises:
            ObjectNotFoundError: No assistant has that id.
        """
        return await self._call("get_assistant", locals())

    async def modify_assistant(
        self,
        assistant_id: str,
        *,
        model: Given[str] = UNSET,
        name: Maybe[str] = UNSET,
        description: Maybe[str] = UNSET,
        instructions: Maybe[str] = UNSET,
        tools: Given[Tools] = UNSET,
        tool_resources: Maybe[ToolResources] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        response_format: Maybe[ResponseFormat] = UNSET,
        reasoning_effort: Maybe[Effort] = UNSET,
    ) -> Assistant:
        """Change an assistant; what is not given stays, None takes it away.

        Wire: `POST /assistants/{assistant_id}`. Fields and limits are those of `create_assistant`.

        Args:
            assistant_id: The assistant.
            model: What answers.
            name: What people call it.
            description: What it is for.
            instructions: What the model is told.
            tools: In place of all that there were.
            tool_resources: In place of those that there were.
            metadata: In place of all that there was.
            temperature: 0 to 2.
            top_p: 0 to 1.
            response_format: The shape of answers.
            reasoning_effort: How long a model that can do so is to think.

        Raises:
            ObjectNotFoundError: No assistant, or no vector store, has that id.
        """
        return await self._call("modify_assistant", locals())

    async def delete_assistant(self, assistant_id: str) -> Deleted:
        """Delete an assistant; its vector store, threads and runs stay.

        Wire: `DELETE /assistants/{assistant_id}`.

        Raises:
            ObjectNotFoundError: No assistant has that id.
        """
        return await self._call("delete_assistant", locals())
