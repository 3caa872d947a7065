"""What all of the wire has in common: resources, requests, lists, limits, and how a request is checked.

Field names, enums, limits and nullability are those of the OpenAI API (openai-openapi, 21 August 2026).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, Protocol, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from pdfqa.errors import InvalidRequestError
from pdfqa.wire.complaints import translated

if TYPE_CHECKING:
    from pdfqa.placed import Locator

T = TypeVar("T")
Maybe: TypeAlias = T | UnsetType | None  # a field that need not be given; null is something else than not given
Order = Literal["asc", "desc"]
Short = Annotated[str, Meta(max_length=64)]
Text512 = Annotated[str, Meta(max_length=512)]
Name = Annotated[str, Meta(max_length=256)]
Instructions = Annotated[str, Meta(max_length=256_000)]
Temperature = Annotated[float, Meta(ge=0, le=2)]
Share = Annotated[float, Meta(ge=0, le=1)]  # a top_p, or a score
Results = Annotated[int, Meta(ge=1, le=50)]  # of one search
Limit = Annotated[int, Meta(ge=1, le=100)]
Budget = Annotated[int, Meta(ge=256)]  # tokens of a run
Metadata = Annotated[dict[Short, Text512], Meta(max_length=16)]
Attributes = Annotated[dict[Short, Text512 | bool | int | float], Meta(max_length=16)]


class Source(Protocol):
    """What a value that is looked at may ask of the home directory it comes from."""

    def locator(self, file_id: str) -> Locator | None:
        """Return what finds quotes in a file and draws its pages; None where the file is not there."""

    def names(self, file_ids: Iterable[str]) -> dict[str, str]:
        """Return the names of files, by their ids."""

    def failed_files(self, vector_store_id: str, batch_id: str) -> list[tuple[str, str]]:
        """Return name and reason of the files of a batch (of the whole vector store without an id) that failed."""


class Shown(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Base of what a notebook shows."""

    @property
    def source(self) -> Source | None:
        """Return where it comes from, if that is a home directory of this computer."""
        found: Source | None = self.__dict__.get("_source")
        return found

    def with_source(self, source: Source) -> None:
        """Tell it where it comes from."""
        self.__dict__["_source"] = source

    def _repr_html_(self) -> str | None:
        from pdfqa import notebook

        return notebook.html(self)


class Resource(Shown, frozen=True, kw_only=True):
    """Base of everything that has an id and is stored as it is sent."""

    id: str
    object: str
    created_at: int

    def to_dict(self) -> dict[str, Any]:
        """Return the resource as the dictionary that goes over the wire."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what stands inside a request."""


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the fields that an operation takes; one that is not known is an error."""


class ListRequest(Request, frozen=True, kw_only=True):
    """Which page of a list: after (or before) the object with an id, in order of creation."""

    limit: Limit = 20
    order: Order = "desc"
    after: str | None = None
    before: str | None = None


class ModifyMetadata(Request, frozen=True, kw_only=True):
    """New metadata, in place of all that there was."""

    metadata: Maybe[Metadata] = UNSET


class ObjectPage(Shown, Generic[T], frozen=True, kw_only=True):
    """One page of a list, as the wire has it."""

    object: Literal["list"] = "list"
    data: list[T]
    first_id: str | None = ""
    last_id: str | None = ""
    has_more: bool


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a deletion."""

    id: str
    object: str
    deleted: bool = True


R = TypeVar("R", bound=Request)
_DEEPEST = 64  # levels of lists and objects, at least, that are taken
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def check(type_: type[R], fields: Mapping[str, Any], *, lax: bool = False) -> R:
    """Return fields as the request they are meant to be.

    Args:
        type_: The request.
        fields: Its fields by name; nested values may be structs.
        lax: Whether numbers and booleans may come as strings, as they do in a query or a form.

    Raises:
        InvalidRequestError: A field is missing, unknown, of a wrong type or out of its limits; `param` names it.
    """
    try:
        plain = msgspec.to_builtins(fields, builtin_types=(bytes,), enc_hook=_sent)
        return msgspec.convert(plain, type_, strict=not lax, builtin_types=(bytes,), dec_hook=_received)
    except msgspec.ValidationError as error:
        raise translated(error, type_=type_, given=plain) from error
    except RecursionError as error:
        raise _too_deep() from error
    except (TypeError, OverflowError) as error:
        raise InvalidRequestError(
            f"a value cannot be sent: {error}", hint="Give strings, numbers, lists or dicts."
        ) from error


def _sent(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no type of JSON")


def _received(type_: type, value: Any) -> Any:
    return type_(value) if type_ is Path else value


def decode(type_: type[R], body: bytes) -> R:
    """Return a JSON body as the request it is meant to be; errors as those of `check`. No body names a path."""
    try:
        request = msgspec.json.decode(body or b"{}", type=type_)
    except msgspec.ValidationError as error:
        raise translated(error, type_=type_, given=_plain(body)) from error
    except RecursionError as error:
        raise _too_deep() from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequestError(f"the body is no valid JSON: {error}", hint="Send a JSON object.") from error
    # What can just be read here might be too deep for whoever reads it again, with less room on the stack.
    if _is_too_deep(body):
        raise _too_deep()
    return request


def _is_too_deep(body: bytes) -> bool:
    """Return whether valid JSON has more levels than are taken; quickly, as it may be long."""
    if body.count(b"[") + body.count(b"{") <= _DEEPEST:
        return False
    outside = body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]  # of strings
    brackets = b"".join(outside).translate(None, _NO_BRACKETS)
    for _ in range(_DEEPEST):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets)


def _too_deep() -> InvalidRequestError:
    return InvalidRequestError(
        "lists and objects are nested too deeply", hint=f"Nest them at most {_DEEPEST} levels deep."
    )


def _plain(body: bytes) -> Any:
    """Return what a body holds, as far as it is JSON: it was given up at its first fault."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
