"""Items: what responses take and give, and what conversations hold; one type for both directions.

What comes in is read with `read_items`, which knows the short forms (a string, a message without `type`) and refuses
what it does not know by name. What goes out may be read by a client that is older than the server: there, unknown
fields are let pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType, field

from pdfqa.errors import InvalidValueError, MissingFieldError, UnknownFieldError
from pdfqa.wire.base import Attributes, Maybe, ObjectPage
from pdfqa.wire.complaints import translated

ItemStatus = Literal["in_progress", "completed", "incomplete"]
Detail = Literal["auto", "low", "high", "original"]


class _Piece(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of what is told apart by its `type`."""


class CacheBreakpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a model's cache of the prompt may end; nothing is cached here."""

    mode: Literal["explicit"]
    ttl: Literal["30m", "12h"] | UnsetType = UNSET


class InputText(_Piece, frozen=True, kw_only=True, tag="input_text"):
    """Text of a user, a developer or a function."""

    text: str
    prompt_cache_breakpoint: Maybe[CacheBreakpoint] = UNSET


class InputImage(_Piece, frozen=True, kw_only=True, tag="input_image"):
    """An image, by URL or as an uploaded file; shown to a model that can see."""

    detail: Detail | None = "auto"
    file_id: str | None = None
    image_url: str | None = None
    prompt_cache_breakpoint: Maybe[CacheBreakpoint] = UNSET


class InputFile(_Piece, frozen=True, kw_only=True, tag="input_file"):
    """A PDF to answer from: an uploaded file, or the bytes themselves (`file_data`, base64)."""

    file_id: str | None = None
    filename: str | UnsetType | None = UNSET
    file_data: str | UnsetType | None = UNSET
    file_url: str | UnsetType | None = UNSET
    detail: Literal["auto", "low", "high"] | UnsetType = UNSET
    prompt_cache_breakpoint: Maybe[CacheBreakpoint] = UNSET


class CitedFile(_Piece, frozen=True, kw_only=True, tag="file_citation"):
    """A citation: `index` is its place in the text. What follows `filename` is pdfqa's own: see `FileCitation`.

    `text` is the marker that stands at `index`.
    """

    file_id: str
    index: int
    filename: str
    text: str | UnsetType = UNSET
    page: int | UnsetType = UNSET
    label: str | UnsetType = UNSET
    quote: str | UnsetType = UNSET
    start: int | UnsetType = UNSET
    end: int | UnsetType = UNSET
    verified: bool | UnsetType = UNSET
    score: float | UnsetType = UNSET
    boxes: list[list[float]] | UnsetType = UNSET
    source: str | UnsetType = UNSET
    table: list[list[str]] | UnsetType = UNSET


class CitedUrl(_Piece, frozen=True, kw_only=True, tag="url_citation"):
    """A citation of a web page, as other servers make them."""

    start_index: int
    end_index: int
    title: str
    url: str


class CitedContainerFile(_Piece, frozen=True, kw_only=True, tag="container_file_citation"):
    """A citation of a container's file, as other servers make them."""

    container_id: str
    start_index: int
    end_index: int
    file_id: str
    filename: str


class FilePath(_Piece, frozen=True, kw_only=True, tag="file_path"):
    """The path of a file, as other servers make them."""

    file_id: str
    index: int


class OutputText(_Piece, frozen=True, kw_only=True, tag="output_text"):
    """Text of the assistant with its citations."""

    text: str
    annotations: list[CitedFile | CitedUrl | CitedContainerFile | FilePath] = []
    logprobs: list[Any] = []


class Refusal(_Piece, frozen=True, kw_only=True, tag="refusal"):
    """What the assistant says instead of an answer."""

    refusal: str


class SummaryText(_Piece, frozen=True, kw_only=True, tag="summary_text"):
    """A piece of a summary of reasoning."""

    text: str


class ReasoningText(_Piece, frozen=True, kw_only=True, tag="reasoning_text"):
    """A piece of reasoning."""

    text: str


ContentPart: TypeAlias = InputText | InputImage | InputFile | OutputText | Refusal


class MessageItem(_Piece, frozen=True, kw_only=True, tag="message"):
    """What somebody said."""

    id: str = ""
    role: Literal["user", "assistant", "system", "developer"]
    status: ItemStatus = "completed"
    content: list[ContentPart]
    phase: Maybe[Literal["commentary", "final_answer"]] = UNSET

    @property
    def text(self) -> str:
        """Return the text of all content parts."""
        return "\n".join(part.text for part in self.content if isinstance(part, InputText | OutputText))


class FoundText(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that a file search found; page, label and the span of the text on its page are pdfqa's own."""

    file_id: str = ""
    filename: str = ""
    score: float = 0.0
    text: str = ""
    attributes: Attributes | None = {}
    page: int | UnsetType | None = UNSET
    label: str | UnsetType | None = UNSET
    start: int | UnsetType | None = UNSET
    end: int | UnsetType | None = UNSET


class FileSearchCall(_Piece, frozen=True, kw_only=True, tag="file_search_call"):
    """A search of vector stores; `results` are there where they were asked for."""

    id: str = ""
    status: Literal["in_progress", "searching", "completed", "incomplete", "failed"] = "completed"
    queries: list[str]
    results: list[FoundText] | None = None


class FunctionCallItem(_Piece, frozen=True, kw_only=True, tag="function_call"):
    """A function that the caller is asked to run; `arguments` is JSON."""

    id: str = ""
    call_id: str
    name: str
    arguments: str
    status: Maybe[ItemStatus] = "completed"
    namespace: Maybe[str] = UNSET
    caller: Maybe[dict[str, Any]] = UNSET
    created_by: Maybe[str] = UNSET
    asynchronous: Maybe[bool] = field(default=UNSET, name="async")


class FunctionCallOutput(_Piece, frozen=True, kw_only=True, tag="function_call_output"):
    """What a function returned."""

    id: str | None = ""
    call_id: str
    output: str | list[InputText | InputImage | InputFile]
    status: Maybe[ItemStatus] = "completed"
    name: Maybe[str] = UNSET
    namespace: Maybe[str] = UNSET
    caller: Maybe[dict[str, Any]] = UNSET
    created_by: Maybe[str] = UNSET

    @property
    def text(self) -> str:
        """Return what was returned, as text."""
        if isinstance(self.output, str):
            return self.output
        return "\n".join(part.text for part in self.output if isinstance(part, InputText))


class ReasoningItem(_Piece, frozen=True, kw_only=True, tag="reasoning"):
    """What a model thought; kept, and not used."""

    id: str = ""
    summary: list[SummaryText]
    content: list[ReasoningText] | UnsetType = UNSET
    encrypted_content: Maybe[str] = UNSET
    status: Maybe[ItemStatus] = UNSET


class CompactionItem(_Piece, frozen=True, kw_only=True, tag="compaction"):
    """What was said before, in short; it stands for all items before it."""

    id: str | None = ""
    encrypted_content: str
    created_by: Maybe[str] = UNSET


class ItemReference(_Piece, frozen=True, kw_only=True, tag="item_reference"):
    """An item that is already here, by its id."""

    id: str


Item: TypeAlias = MessageItem | FileSearchCall | FunctionCallItem | FunctionCallOutput | ReasoningItem | CompactionItem
Items: TypeAlias = ObjectPage[Item]
ITEM_PREFIXES: dict[type, str] = {
    MessageItem: "msg_",
    FileSearchCall: "fs_",
    FunctionCallItem: "fc_",
    FunctionCallOutput: "fco_",
    ReasoningItem: "rs_",
    CompactionItem: "cmp_",
}
_TYPES = ("message", "file_search_call", "function_call", "function_call_output", "reasoning", "compaction")
_SAID = {"assistant": (OutputText, Refusal)}
_ASKED = (InputText, InputImage, InputFile)


def read_items(raw: str | Sequence[dict[str, Any]], name: str) -> list[Item | ItemReference]:
    """Return the items of a request; a string is a user's message.

    Args:
        raw: What was given.
        name: The field that it was given in.

    Raises:
        InvalidRequestError: An item is not one, or of a kind that pdfqa does not have; `param` names the place.
    """
    if isinstance(raw, str):
        return [MessageItem(role="user", content=[InputText(text=raw)])]
    return [_read(item, f"{name}[{number}]") for number, item in enumerate(raw)]


def _read(raw: dict[str, Any], place: str) -> Item | ItemReference:
    full = _completed(raw, place)
    item: Item | ItemReference = decode_at(Item | ItemReference, full, place)
    refuse_unknown(full, item, place)
    if isinstance(item, MessageItem):
        _check_roles(item, place)
    for number, part in enumerate(parts_of(item)):
        _check_source(part, f"{place}.{'output' if isinstance(item, FunctionCallOutput) else 'content'}[{number}]")
    return item


def parts_of(item: Item | ItemReference) -> list[Any]:
    """Return what an item is made of, where it is a message or what a function returned."""
    if isinstance(item, FunctionCallOutput):
        return [] if isinstance(item.output, str) else item.output
    return item.content if isinstance(item, MessageItem) else []


def with_parts(item: Item, parts: list[Any]) -> Item:
    """Return an item made of other parts."""
    if isinstance(item, FunctionCallOutput):
        return msgspec.structs.replace(item, output=parts)
    return msgspec.structs.replace(item, content=parts) if isinstance(item, MessageItem) else item


def _completed(raw: dict[str, Any], place: str) -> dict[str, Any]:
    """Return an item with what its short form leaves out."""
    kind = raw.get("type")
    if kind is None:
        if "role" in raw:
            kind = "message"
        elif set(raw) <= {"id", "type"} and "id" in raw:
            kind = "item_reference"
        else:
            raise MissingFieldError(f"Missing required parameter: '{place}.type'.", param=f"{place}.type")
    if kind not in (*_TYPES, "item_reference"):  # no set: it may be anything, a list too
        raise InvalidValueError(
            f"Invalid '{place}.type': '{kind}' is no item that pdfqa has.",
            hint=f"Leave it out; there are {', '.join(_TYPES)} and item_reference.",
            param=f"{place}.type",
        )
    full = {**raw, "type": kind}
    if kind == "message" and isinstance(raw.get("content"), str):
        part = "output_text" if raw.get("role") == "assistant" else "input_text"
        full["content"] = [{"type": part, "text": raw["content"]}]
    return full


def _check_roles(item: MessageItem, place: str) -> None:
    """Refuse parts that the role cannot have."""
    allowed = _SAID.get(item.role, _ASKED)
    for number, part in enumerate(item.content):
        if not isinstance(part, allowed):
            names = [f"'{kind.__struct_config__.tag}'" for kind in allowed]
            raise InvalidValueError(
                f"Invalid value: '{part.__struct_config__.tag}'. Supported values are: {', '.join(names)}.",
                param=f"{place}.content[{number}].type",
            )


def _check_source(part: ContentPart, where: str) -> None:
    """Refuse a part that says where something is in two ways or none."""
    if isinstance(part, InputFile):
        _check_file(part, where)
    if isinstance(part, InputImage) and bool(part.file_id) == bool(part.image_url):
        raise InvalidValueError(f"Invalid '{where}': give either file_id or image_url.", param=where)


def _check_file(part: InputFile, where: str) -> None:
    if part.file_url:
        raise InvalidValueError(
            f"Invalid '{where}.file_url': pdfqa fetches nothing from the network.",
            hint="Upload the file and give its file_id, or send it as file_data.",
            param=f"{where}.file_url",
        )
    if bool(part.file_id) == bool(part.file_data):
        raise InvalidValueError(f"Invalid '{where}': give either file_id or file_data.", param=where)


def decode_at(type_: Any, raw: Any, place: str) -> Any:
    """Return a value of a request as what it is meant to be; errors name the field below `place`."""
    try:
        return msgspec.convert(raw, type_)
    except msgspec.ValidationError as error:
        raise translated(error, within=place, type_=type_, given=raw) from error


def refuse_unknown(raw: Any, value: Any, place: str) -> None:
    """Refuse a field that was given and is none of the value's."""
    if isinstance(value, msgspec.Struct) and isinstance(raw, dict):
        names = dict(zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True))
        for key, inner in raw.items():
            if key in names:
                refuse_unknown(inner, getattr(value, names[key]), f"{place}.{key}")
            elif key != value.__struct_config__.tag_field:
                raise UnknownFieldError(f"Unknown parameter: '{place}.{key}'.", param=f"{place}.{key}")
    if isinstance(value, list) and isinstance(raw, list | tuple):
        for number, (inner, part) in enumerate(zip(raw, value, strict=True)):
            refuse_unknown(inner, part, f"{place}[{number}]")
