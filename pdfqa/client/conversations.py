"""The client's part for conversations."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from pdfqa.client.base import Base
from pdfqa.client.inputs import Given, Items, Maybe, Metadata
from pdfqa.wire import Deleted, ObjectPage, Order
from pdfqa.wire.items import Item
from pdfqa.wire.response_requests import Include
from pdfqa.wire.responses import Conversation


class Conversations(Base):
    """Operations on conversations: what is said over several responses, item by item."""

    async def create_conversation(
        self, *, items: Maybe[Items] = UNSET, metadata: Maybe[Metadata] = UNSET
    ) -> Conversation:
        """Create a conversation.

        Wire: `POST /conversations`.

        Args:
            items: What it begins with, at most 20, as `input` of `create_response`.
            metadata: At most 16 pairs of strings; keys to 64, values to 512 characters.
        """
        return await self._call("create_conversation", locals())

    async def get_conversation(self, conversation_id: str) -> Conversation:
        """Return a conversation.

        Wire: `GET /conversations/{conversation_id}`.

        Raises:
            ObjectNotFoundError: No conversation has that id.
        """
        return await self._call("get_conversation", locals())

    async def modify_conversation(self, conversation_id: str, *, metadata: Metadata | None) -> Conversation:
        """Change a conversation's metadata.

        Wire: `POST /conversations/{conversation_id}`.

        Args:
            conversation_id: The conversation.
            metadata: In place of all that there was; at most 16 pairs of strings.

        Raises:
            ObjectNotFoundError: No conversation has that id.
        """
        return await self._call("modify_conversation", locals())

    async def delete_conversation(self, conversation_id: str) -> Deleted:
        """Delete a conversation with its items; responses stay.

        Wire: `DELETE /conversations/{conversation_id}`.

        Raises:
            ObjectNotFoundError: No conversation has that id.
        """
        return await self._call("delete_conversation", locals())

    async def create_conversation_items(
        self, conversation_id: str, items: Items, *, include: Given[Sequence[Include]] = UNSET
    ) -> ObjectPage[Item]:
        """Put items at the end of a conversation, and return them.

        Wire: `POST /conversations/{conversation_id}/items`.

        Args:
            conversation_id: The conversation.
            items: At most 20, as `input` of `create_response`.
            include: As in `create_response`.

        Raises:
            ObjectNotFoundError: No conversation has that id.
            ConversationLockedError: A response is being made in the conversation.
        """
        return await self._call("create_conversation_items", locals())

    async def get_conversation_items(
        self,
        conversation_id: str,
        *,
        include: Given[Sequence[Include]] = UNSET,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
    ) -> ObjectPage[Item]:
        """Return a page of a conversation's items.

        Wire: `GET /conversations/{conversation_id}/items`.

        Args:
            conversation_id: The conversation.
            include: As in `create_response`.
            limit: How many at most, 1 to 100; 20 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last item of the page before.

        Raises:
            ObjectNotFoundError: No conversation has that id.
        """
        return await self._call("get_conversation_items", locals())

    async def get_conversation_item(
        self, conversation_id: str, item_id: str, *, include: Given[Sequence[Include]] = UNSET
    ) -> Item:
        """Return an item of a conversation.

        Wire: `GET /conversations/{conversation_id}/items/{item_id}`.

        Args:
            conversation_id: The conversation.
            item_id: The item.
            include: As in `create_response`.

        Raises:
            ObjectNotFoundError: No conversation, or no item of it, has that id.
        """
        return await self._call("get_conversation_item", locals())

    async def delete_conversation_item(self, conversation_id: str, item_id: str) -> Conversation:
        """Delete an item of a conversation, and return the conversation.

        Wire: `DELETE /conversations/{conversation_id}/items/{item_id}`.

        Raises:
            ObjectNotFoundError: No conversation, or no item of it, has that id.
        """
        return await self._call("delete_conversation_item", locals())
