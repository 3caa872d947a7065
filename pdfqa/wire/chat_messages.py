"""The messages of a chat as they are sent."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from pdfqa.errors import InvalidValueError
from pdfqa.wire.base import Maybe, Part
from pdfqa.wire.items import CacheBreakpoint, decode_at


class CalledFunction(msgspec.Struct, frozen=True, kw_only=True):
    """A function with its arguments, which are JSON."""

    name: str
    arguments: str


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the caller is asked to run."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class TextPart(Part, frozen=True, kw_only=True, tag="text", tag_field="type"):
    """Text."""

    text: str
    prompt_cache_breakpoint: Maybe[CacheBreakpoint] = UNSET


class RefusalPart(Part, frozen=True, kw_only=True, tag="refusal", tag_field="type"):
    """What the assistant said instead of an answer."""

    refusal: str


class ImageAt(Part, frozen=True, kw_only=True):
    """Where an image is."""

    url: str
    detail: Literal["auto", "low", "high", "original"] = "auto"


class ImagePart(Part, frozen=True, kw_only=True, tag="image_url", tag_field="type"):
    """An image; shown to a model that can see."""

    image_url: ImageAt
    prompt_cache_breakpoint: Maybe[CacheBreakpoint] = UNSET


class FileOf(Part, frozen=True, kw_only=True):
    """An uploaded file, or the bytes of one."""

    file_id: str | None = None
    file_data: str | None = None
    filename: str | None = None


class FilePart(Part, frozen=True, kw_only=True, tag="file", tag_field="type"):
    """A PDF to answer from."""

    file: FileOf
    prompt_cache_breakpoint: Maybe[CacheBreakpoint] = UNSET


class _Said(Part, frozen=True, kw_only=True, tag_field="role"):
    """Base of the messages, which are told apart by their `role`."""

    name: str | UnsetType = UNSET


class DeveloperMessage(_Said, frozen=True, kw_only=True, tag="developer"):
    """Instructions."""

    content: str | list[TextPart]


class SystemMessage(_Said, frozen=True, kw_only=True, tag="system"):
    """Instructions."""

    content: str | list[TextPart]


class UserMessage(_Said, frozen=True, kw_only=True, tag="user"):
    """What the user said."""

    content: str | list[TextPart | ImagePart | FilePart]


class AssistantMessage(_Said, frozen=True, kw_only=True, tag="assistant"):
    """What the assistant said; as it was sent, with what comes with it."""

    content: str | list[TextPart | RefusalPart] | None = None
    refusal: str | None = None
    audio: Maybe[dict[str, Any]] = UNSET
    tool_calls: list[ToolCall] | None = None
    function_call: CalledFunction | None = None
    annotations: Maybe[list[Any]] = UNSET
    citations: Maybe[list[Any]] = UNSET


class ToolMessage(_Said, frozen=True, kw_only=True, tag="tool"):
    """What a function returned."""

    content: str | list[TextPart]
    tool_call_id: str


class FunctionMessage(_Said, frozen=True, kw_only=True, tag="function"):
    """What a function returned, in the older form."""

    content: str | None


SaidMessage: TypeAlias = (
    DeveloperMessage | SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage
)


def read_messages(raw: list[dict[str, Any]]) -> list[SaidMessage]:
    """Return the messages of a chat.

    Raises:
        InvalidRequestError: One is not one, or has a part that pdfqa cannot use; `param` names the place.
    """
    return [_read(message, f"messages[{number}]") for number, message in enumerate(raw)]


def _read(raw: dict[str, Any], place: str) -> SaidMessage:
    content = raw.get("content")
    if isinstance(content, list):
        for number, part in enumerate(content):
            if isinstance(part, dict) and part.get("type") == "input_audio":
                where = f"{place}.content[{number}].type"
                raise InvalidValueError(
                    f"Invalid '{where}': pdfqa hears no audio.", hint="Send text, images or files.", param=where
                )
    message: SaidMessage = decode_at(SaidMessage, raw, place)
    if isinstance(message, UserMessage) and isinstance(message.content, list):
        for number, piece in enumerate(message.content):
            if isinstance(piece, FilePart) and bool(piece.file.file_id) == bool(piece.file.file_data):
                where = f"{place}.content[{number}].file"
                raise InvalidValueError(f"Invalid '{where}': give either file_id or file_data.", param=where)
    return message


def text_of(message: SaidMessage) -> str:
    """Return the text of a message."""
    if isinstance(message.content, list):
        return "\n".join(part.text for part in message.content if isinstance(part, TextPart))
    return message.content or ""
