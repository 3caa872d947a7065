"""The client's part for threads and their messages."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET

from pdfqa.client.base import Base
from pdfqa.client.inputs import Attachments, Given, Maybe, Messages, Metadata, Parts, ToolResources
from pdfqa.wire import Deleted, Message, ObjectPage, Order, Thread


class Threads(Base):
    """Operations on threads and their messages."""

    async def create_thread(
        self,
        *,
        messages: Given[Messages] = UNSET,
        tool_resources: Maybe[ToolResources] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
    ) -> Thread:
        """Create a thread: a conversation, empty or not.

        Wire: `POST /threads`.

        Args:
            messages: `{"role": "user", "content": …}` for each message it begins with.
            tool_resources: `{"file_search": {"vector_store_ids": [one id]}}`, searched beside the assistant's.
            metadata: At most 16 pairs of strings; keys to 64, values to 512 characters.

        Raises:
            ObjectNotFoundError: No vector store, or no attached file, has that id.
        """
        return await self._call("create_thread", locals())

    async def get_thread(self, thread_id: str) -> Thread:
        """Return a thread.

        Wire: `GET /threads/{thread_id}`.

        Raises:
            ObjectNotFoundError: No thread has that id.
        """
        return await self._call("get_thread", locals())

    async def modify_thread(
        self, thread_id: str, *, tool_resources: Maybe[ToolResources] = UNSET, metadata: Maybe[Metadata] = UNSET
    ) -> Thread:
        """Change a thread's vector store or metadata; what is not given stays.

        Wire: `POST /threads/{thread_id}`.

        Args:
            thread_id: The thread.
            tool_resources: In place of those that there were, as in `create_thread`.
            metadata: In place of all that there was.

        Raises:
            ObjectNotFoundError: No thread, or no vector store, has that id.
        """
        return await self._call("modify_thread", locals())

    async def delete_thread(self, thread_id: str) -> Deleted:
        """Delete a thread with its messages, runs and steps; a run that is under way stops.

        Wire: `DELETE /threads/{thread_id}`.

        Raises:
            ObjectNotFoundError: No thread has that id.
        """
        return await self._call("delete_thread", locals())

    async def create_thread_message(
        self,
        thread_id: str,
        content: str | Parts,
        *,
        role: Literal["user", "assistant"] = "user",
        attachments: Maybe[Attachments] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
    ) -> Message:
        """Put a message at the end of a thread.

        Wire: `POST /threads/{thread_id}/messages`.

        Args:
            thread_id: The thread.
            content: Text, or parts such as `{"type": "text", "text": …}`.
            role: Who says it.
            attachments: `{"file_id": …, "tools": [{"type": "file_search"}]}` for each file to be searched with it.
            metadata: At most 16 pairs of strings; keys to 64, values to 512 characters.

        Raises:
            ObjectNotFoundError: No thread, or no attached file, has that id.
            WrongStateError: A run of the thread is active.
        """
        return await self._call("create_thread_message", locals())

    async def get_thread_messages(
        self,
        thread_id: str,
        *,
        run_id: Maybe[str] = UNSET,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
        before: Maybe[str] = UNSET,
    ) -> ObjectPage[Message]:
        """Return a page of a thread's messages.

        Wire: `GET /threads/{thread_id}/messages`.

        Args:
            thread_id: The thread.
            run_id: Only those that this run wrote.
            limit: How many at most, 1 to 100; 20 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last message of the page before.
            before: The id of the first message of the page after.

        Raises:
            ObjectNotFoundError: No thread has that id.
        """
        return await self._call("get_thread_messages", locals())

    async def get_thread_message(self, thread_id: str, message_id: str) -> Message:
        """Return a message.

        Wire: `GET /threads/{thread_id}/messages/{message_id}`.

        Raises:
            ObjectNotFoundError: No thread, or no message of it, has that id.
        """
        return await self._call("get_thread_message", locals())

    async def modify_thread_message(
        self, thread_id: str, message_id: str, *, metadata: Maybe[Metadata] = UNSET
    ) -> Message:
        """Change a message's metadata.

        Wire: `POST /threads/{thread_id}/messages/{message_id}`.

        Args:
            thread_id: The thread.
            message_id: The message.
            metadata: In place of all that there was; at most 16 pairs of strings.

        Raises:
            ObjectNotFoundError: No thread, or no message of it, has that id.
        """
        return await self._call("modify_thread_message", locals())

    async def delete_thread_message(self, thread_id: str, message_id: str) -> Deleted:
        """Delete a message.

        Wire: `DELETE /threads/{thread_id}/messages/{message_id}`.

        Raises:
            ObjectNotFoundError: No thread, or no message of it, has that id.
        """
        return await self._call("delete_thread_message", locals())
