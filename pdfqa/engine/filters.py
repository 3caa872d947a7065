"""Attribute filters: which files of a vector store are searched."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from pdfqa.wire.requests import Filter

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def matches(condition: Filter, attributes: Mapping[str, Any]) -> bool:
    """Return whether a file with these attributes meets a condition.

    Of a key that the file does not have, only `ne` and `nin` are true. Numbers and booleans are compared as such, and
    with their own kind only: a text is never equal to a number, and has an order among texts alone.
    """
    if condition.type == "and":
        return all(matches(one, attributes) for one in _inner(condition))
    if condition.type == "or":
        return any(matches(one, attributes) for one in _inner(condition))
    if condition.type in {"ne", "nin"}:
        return not _holds("eq" if condition.type == "ne" else "in", condition, attributes)
    return _holds(condition.type, condition, attributes)


def _holds(kind: str, condition: Filter, attributes: Mapping[str, Any]) -> bool:
    has, asked = attributes.get(str(condition.key)), condition.value
    if has is None:
        return False
    if kind == "in":
        return isinstance(asked, list) and any(_alike(has, one) and has == one for one in asked)
    if kind == "eq":
        return _alike(has, asked) and has == asked
    return _alike(has, asked) and not isinstance(has, bool) and _ORDER[kind](has, asked)


def _alike(one: Any, two: Any) -> bool:
    """Return whether two values are of the same kind: texts, booleans or numbers."""
    return _kind(one) == _kind(two)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    return "boolean" if isinstance(value, bool) else "number"


def _inner(condition: Filter) -> list[Filter]:
    return condition.filters if isinstance(condition.filters, list) else []
