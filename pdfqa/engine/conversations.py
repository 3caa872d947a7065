"""Conversations, and the items that they hold."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pdfqa.engine import history
from pdfqa.engine.context import Engine
from pdfqa.engine.response_events import shown_item
from pdfqa.engine.response_input import resolved
from pdfqa.errors import ConversationLockedError
from pdfqa.wire import Deleted, ObjectPage
from pdfqa.wire.items import ITEM_PREFIXES, Item, Items
from pdfqa.wire.response_requests import (
    CreateConversation,
    CreateItems,
    GetItem,
    ListItems,
    ModifyConversation,
    RawItems,
)
from pdfqa.wire.responses import Conversation

replace = msgspec.structs.replace


class Conversations:
    """The operations on conversations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.conversation_objects
        self._items = engine.item_objects

    def create(self, request: CreateConversation) -> Conversation:
        """Return a new conversation with the items that it begins with."""
        engine = self._engine
        conversation = Conversation(id=engine.new_id("conv_"), created_at=engine.now(), metadata=request.metadata or {})
        with engine.database.atomic():
            self._objects.insert(conversation)
            self._add(conversation.id, request.items or [])
        return conversation

    def get(self, conversation_id: str) -> Conversation:
        """Return a conversation."""
        return self._objects.get(conversation_id)

    def modify(self, conversation_id: str, request: ModifyConversation) -> Conversation:
        """Give a conversation other metadata."""
        with self._engine.database.atomic():
            conversation = self._objects.get(conversation_id)
            return self._objects.replace(replace(conversation, metadata=request.metadata or {}))

    def delete(self, conversation_id: str) -> Deleted:
        """Delete a conversation with its items. Its responses stay, and one that is being made adds nothing."""
        with self._engine.database.atomic():
            self._objects.get(conversation_id)
            self._items.delete_children(conversation_id)
            self._objects.delete(conversation_id)
        return Deleted(id=conversation_id, object="conversation.deleted")

    def unlocked(self, conversation_id: str, *, adding: Sequence[Item] = ()) -> Conversation:
        """Return a conversation that nothing is being added to; call it in a transaction.

        Raises:
            ConversationLockedError: A response is adding to it, or something to be added was added just now.
        """
        conversation = self._objects.get(conversation_id)
        there = any(self._items.find(item.id or "", parent=conversation_id) for item in adding)
        if there or self._engine.jobs.any("response", conversation_id):
            raise ConversationLockedError(
                "Another process is currently operating on this conversation. Please retry in a few seconds.",
                param="conversation",
            )
        return conversation

    def create_items(self, conversation_id: str, request: CreateItems) -> Items:
        """Add items to the end of a conversation and return them."""
        with self._engine.database.atomic():
            self.unlocked(conversation_id)
            items = self._add(conversation_id, request.items)
        data = [shown_item(item, request.include) for item in items]
        return ObjectPage(data=data, first_id=data[0].id, last_id=data[-1].id, has_more=False)

    def _add(self, conversation_id: str, raw: RawItems) -> list[Item]:
        engine = self._engine
        items = [
            item if item.id else replace(item, id=engine.new_id(ITEM_PREFIXES[type(item)]))
            for item in resolved(engine, raw, "items", history.said(engine, conversation_id))
        ]
        history.append(engine, conversation_id, items)
        return items

    def list_items(self, conversation_id: str, request: ListItems) -> Items:
        """Return one page of a conversation's items."""
        self._objects.get(conversation_id)
        found = self._items.list(parent=conversation_id, limit=request.limit, order=request.order, after=request.after)
        return ObjectPage(
            data=[shown_item(stored.item, request.include) for stored in found.data],
            first_id=found.first_id,
            last_id=found.last_id,
            has_more=found.has_more,
        )

    def get_item(self, conversation_id: str, item_id: str, request: GetItem) -> Item:
        """Return an item of a conversation."""
        self._objects.get(conversation_id)
        return shown_item(self._items.get(item_id, parent=conversation_id).item, request.include)

    def delete_item(self, conversation_id: str, item_id: str) -> Conversation:
        """Take an item out of a conversation and return the conversation."""
        with self._engine.database.atomic():
            conversation = self.unlocked(conversation_id)
            self._items.get(item_id, parent=conversation_id)
            self._items.delete(item_id, parent=conversation_id)
        return conversation
