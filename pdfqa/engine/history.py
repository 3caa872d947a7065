"""What was said before a response: items found again, made short, and turned into what answering takes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from pdfqa.engine.answering import FunctionCall, Turn
from pdfqa.engine.context import Engine
from pdfqa.engine.images import data_url
from pdfqa.errors import InvalidValueError
from pdfqa.passages import count_tokens
from pdfqa.wire.items import (
    CompactionItem,
    FunctionCallItem,
    FunctionCallOutput,
    InputFile,
    InputImage,
    Item,
    MessageItem,
    parts_of,
)
from pdfqa.wire.responses import StoredItem, StoredResponse

_AROUND = 4  # tokens that every message has besides its text
_LONGEST = {"user": 2000, "assistant": 500}  # characters of a message that was made short


class Short(msgspec.Struct, frozen=True):
    """What a compaction item holds: who said what, in short, and which files it was said about."""

    turns: list[tuple[Literal["user", "assistant"], str]]
    files: list[str]


def chain(engine: Engine, last: str | None) -> list[Item]:
    """Return what was said up to a response and in it, oldest first; what was deleted ends the chain."""
    pieces: list[list[Item]] = []
    while last and (record := engine.response_objects.find(last)):
        pieces.append([*record.input, *record.response.output])
        last = record.response.previous_response_id
        if record.response.conversation:
            pieces.append(said(engine, record.response.conversation.id, before=record.id))
    return [item for piece in reversed(pieces) for item in piece]


def said(engine: Engine, conversation_id: str, *, before: str = "") -> list[Item]:
    """Return the items of a conversation, up to those that a response has added."""
    items: list[Item] = []
    for stored in engine.item_objects.all(parent=conversation_id):
        if before and response_of(stored.id) == before:
            break
        items.append(stored.item)
    return items


def append(engine: Engine, conversation_id: str, items: Sequence[Item]) -> None:
    """Keep items, which have their ids, at the end of a conversation."""
    stored = [StoredItem(id=item.id or "", created_at=engine.now(), item=item) for item in items]
    engine.item_objects.insert_all(stored, parent=conversation_id)


def before(engine: Engine, record: StoredResponse) -> list[Item]:
    """Return what was said before a response."""
    if record.response.conversation:
        return said(engine, record.response.conversation.id, before=record.id)
    return chain(engine, record.response.previous_response_id)


def item_id(prefix: str, response_id: str, number: int) -> str:
    """Return the id of a response's item: the same each time the response is made."""
    return f"{prefix}{response_id.removeprefix('resp_')}_{number}"


def response_of(id_: str) -> str:
    """Return the id of the response that an item with this id is of, if it is of one."""
    return "resp_" + id_.partition("_")[2].rpartition("_")[0]


def find(engine: Engine, id_: str) -> Item | None:
    """Return an item of a response or of a conversation by its id."""
    record = engine.response_objects.find(response_of(id_))
    if record is not None:
        for item in (*record.input, *record.response.output):
            if item.id == id_:
                return item
    for parent in engine.item_objects.parents(id_):
        stored = engine.item_objects.find(id_, parent=parent)
        if stored is not None:
            return stored.item
    return None


def recent(items: Sequence[Item]) -> list[Item]:
    """Return the items from the last compaction on: it stands for those before it."""
    places = [place for place, item in enumerate(items) if isinstance(item, CompactionItem)]
    return list(items[places[-1] :] if places else items)


def compact(items: Sequence[Item], id_: str) -> CompactionItem:
    """Return an item that stands for others: questions and answers, cut where they are long."""
    short = Short(turns=[], files=files(items))
    for item in recent(items):
        if isinstance(item, CompactionItem):
            short.turns.extend(opened(item).turns)
        elif isinstance(item, MessageItem) and item.role in _LONGEST:
            role: Literal["user", "assistant"] = "assistant" if item.role == "assistant" else "user"
            short.turns.append((role, item.text[: _LONGEST[role]]))
    return CompactionItem(id=id_, encrypted_content=base64.b64encode(msgspec.json.encode(short)).decode())


def opened(item: CompactionItem, place: str = "encrypted_content") -> Short:
    """Return what a compaction item holds.

    Raises:
        InvalidValueError: It was made elsewhere.
    """
    try:
        return msgspec.json.decode(base64.b64decode(item.encrypted_content, validate=True), type=Short)
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise InvalidValueError(
            f"Invalid '{place}': it was not made by pdfqa.", hint="Send what was said instead.", param=place
        ) from error


def turns(engine: Engine, items: Sequence[Item]) -> list[Turn]:
    """Return what was said as answering takes it."""
    result: list[Turn] = []
    for item in recent(items):
        if isinstance(item, CompactionItem):
            result += [Turn(role=role, text=text) for role, text in opened(item).turns]
        elif isinstance(item, MessageItem):
            role = "system" if item.role == "developer" else item.role
            images = _images(engine, item)
            result.append(Turn(role=role, text=item.text, images=images))
        elif isinstance(item, FunctionCallItem):
            call = FunctionCall(id=item.call_id, name=item.name, arguments=item.arguments)
            if result and result[-1].role == "assistant":  # calls that were made together are one turn
                call_turn = result.pop()
                result.append(msgspec.structs.replace(call_turn, calls=[*call_turn.calls, call]))
            else:
                result.append(Turn(role="assistant", text="", calls=[call]))
        elif isinstance(item, FunctionCallOutput):
            result.append(Turn(role="tool", text=item.text, call_id=item.call_id))
    return result


def with_question(said_so_far: Sequence[Turn]) -> list[Turn]:
    """Return what was said with a question in it: where no user spoke, it is what was said last."""
    result = list(said_so_far)
    places = [place for place, turn in enumerate(result) if turn.text.strip() and turn.role != "tool"]
    if places and not any(turn.role == "user" for turn in result):
        result[places[-1]] = msgspec.structs.replace(result[places[-1]], role="user", calls=[])
    return result


def _images(engine: Engine, item: MessageItem) -> list[dict[str, Any]]:
    """Return the images of a message as chat completions have them; those that are gone are left out."""
    parts = [part for part in item.content if isinstance(part, InputImage)]
    found = [(part.image_url or data_url(engine, part.file_id or ""), part.detail or "auto") for part in parts]
    return [{"type": "image_url", "image_url": {"url": url, "detail": detail}} for url, detail in found if url]


def files(items: Sequence[Item]) -> list[str]:
    """Return the files that were given to be answered from, each once."""
    found: dict[str, None] = {}
    for item in recent(items):
        if isinstance(item, CompactionItem):
            found.update(dict.fromkeys(opened(item).files))
        else:
            given = [part for part in parts_of(item) if isinstance(part, InputFile)]
            found.update(dict.fromkeys(part.file_id for part in given if part.file_id))
    return list(found)


def estimate(said_so_far: Sequence[Turn], instructions: str | None = None) -> int:
    """Return about how many tokens a model would read."""
    texts = [turn.text + "".join(call.name + call.arguments for call in turn.calls) for turn in said_so_far]
    return sum(count_tokens(text) + _AROUND for text in [*texts, *([instructions] if instructions else [])])
