"""The fields of a query or a form: `metadata[topic]=ships&include[]=a&include[]=b` as nested values."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import parse_qsl

from pdfqa.errors import InvalidRequestError, InvalidValueError

_MOST_FIELDS = 1000
_DEEPEST = 8


def from_query(query: bytes, lists: AbstractSet[str]) -> dict[str, Any]:
    """Return the fields of a query; `lists` are those that are lists, even of one value.

    Raises:
        InvalidRequestError: It is no valid query.
    """
    if not query:
        return {}
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidRequestError(
            "the query of the URL cannot be read", hint="Encode it as UTF-8, with %XX for what is no letter."
        ) from error
    return nested(pairs, lists)


def nested(pairs: Iterable[tuple[str, str]], lists: AbstractSet[str]) -> dict[str, Any]:
    """Return named values as they belong together; a name that comes again makes a list.

    Raises:
        InvalidValueError: A field is given as a value and as parts of one.
    """
    fields: dict[str, Any] = {}
    for name, value in pairs:
        first, *inner = name.replace("]", "").split("[", _DEEPEST)
        _put(fields, [first, *inner], [value] if first in lists and not inner else value, name)
    return fields


def _put(fields: dict[str, Any], path: list[str], value: Any, name: str) -> None:
    first, *rest = path
    if rest == [""]:
        rest, value = [], [value]
    known = fields.get(first)
    if rest:
        inner = fields.setdefault(first, {})
        if not isinstance(inner, dict):
            raise _mixed(first, name)
        _put(inner, rest, value, name)
    elif known is None:
        fields[first] = value
    elif isinstance(known, dict):
        raise _mixed(first, name)
    else:
        fields[first] = _listed(known) + _listed(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _mixed(first: str, name: str) -> InvalidValueError:
    return InvalidValueError(f"Invalid '{first}': it is given as a value and as '{name}'.", param=first)
