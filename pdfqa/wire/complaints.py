"""What is said of a wrong request: which field it is, what was given, and what could be.

msgspec says where and what; the value is looked up in what was given, the alternatives in the request's type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache
from types import EllipsisType
from typing import Any, TypeAlias

import msgspec
from msgspec import inspect

from pdfqa.errors import InvalidRequestError, InvalidValueError, MissingFieldError, UnknownFieldError

Step: TypeAlias = str | int | EllipsisType  # a field, an item of a list, some value of a dict
Kinds: TypeAlias = Sequence[inspect.Type]
_PLACE = re.compile(r" - at (`key` in )?`\$\.?(.*)`$")
_FIELD = re.compile(r"field `([^`]*)`")
_STEP = re.compile(r"\[(\d+|\.\.\.)\]|([^.\[]+)")
_LENGTH = re.compile(r"of length (<=|>=) (\d+)$")
_GOT = re.compile(r", got `(\w+)`$")
_CALLED = {"dict": "object", "list": "array", "NoneType": "null"}
_SHOWN = 64  # characters of a value
_FEW = 4  # names that are listed where none is like the one that was given


def translated(
    error: msgspec.ValidationError, *, within: str = "", type_: Any = None, given: Any = None
) -> InvalidRequestError:
    """Return msgspec's complaint as ours.

    Args:
        error: What msgspec says.
        within: The field that was being read.
        type_: What it was to be.
        given: What it is, in plain values.
    """
    text = str(error)
    place = _PLACE.search(text)
    what = _PLACE.sub("", text)
    steps, value = _looked_up(_steps(place[2]) if place else [], given, what)
    field = _FIELD.search(what)
    if what.startswith("Object missing required field") and field:
        name = _named(within, [*steps, field[1]])
        return MissingFieldError(f"Missing required parameter: '{name}'.", param=name)
    if what.startswith("Object contains unknown field") and field:
        name = _named(within, [*steps, field[1]])
        hint = _similar(field[1], _names(_at(type_, steps), value))
        return UnknownFieldError(f"Unknown parameter: '{name}'.", hint=hint, param=name)
    where = _named(within, steps)
    if not where:
        return InvalidValueError(what, hint="Send a JSON object." if what.startswith("Expected `object`") else "")
    if place and place[1]:
        what = what.replace("`str`", "keys", 1)
        value = next((key for key in value or () if _is_meant(what, key)), None) if isinstance(value, dict) else None
    said = f"{what[:1].lower()}{what[1:].replace('`', '')}{_instead(what, value)}"
    choices = _choices(type_, steps) if what.startswith(("Invalid enum value", "Invalid value")) else []
    hint = f"It can be {_listed(choices, 'or')}." if choices else ""
    return InvalidValueError(f"Invalid '{where}': {said}.", hint=hint, param=where)


def _steps(path: str) -> list[Step]:
    found: list[Step] = []
    for index, name in _STEP.findall(path):
        found.append(name or (... if index == "..." else int(index)))
    return found


def _named(within: str, steps: Sequence[Step]) -> str:
    name = within
    for step in steps:
        if isinstance(step, str):
            name += f".{step}" if name else step
        else:
            name += "[...]" if step is ... else f"[{step}]"
    return name


def _looked_up(steps: list[Step], given: Any, what: str) -> tuple[list[Step], Any]:
    """Return the steps, with the key of the value at fault where msgspec does not say it, and the value."""
    taken: list[Step] = []
    value = given
    for step in steps:
        if step is ... and isinstance(value, dict):
            step = next((key for key, inner in value.items() if _is_meant(what, inner)), step)  # noqa: PLW2901
        taken.append(step)
        try:
            value = value[step]
        except (LookupError, TypeError):
            value = None
    return taken, value


def _is_meant(what: str, value: Any) -> bool:
    """Return whether a value is one that a complaint may be about."""
    if length := _LENGTH.search(what):
        return isinstance(value, str) and (len(value) > int(length[2])) == (length[1] == "<=")
    kind = _GOT.search(what)
    return kind is not None and kind[1] == _CALLED.get(type(value).__name__, type(value).__name__)


def _instead(what: str, value: Any) -> str:
    """Return what was given, where msgspec does not say it."""
    if _LENGTH.search(what) and isinstance(value, str | list | dict):
        return f", got {len(value)}"
    if "matching regex" in what and isinstance(value, str) and len(value) <= _SHOWN:
        return f", got {value!r}"
    if re.search(r"[<>]=? [-\d.]+$", what) and type(value) in {int, float, str}:  # a query has text only
        return f", got {str(value)[:_SHOWN]}"
    return ""


@lru_cache(64)
def _of(type_: Any) -> tuple[inspect.Type, ...]:
    return tuple(_flat(inspect.type_info(type_)))


def _flat(kind: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _flat(one)
    elif isinstance(kind, inspect.Metadata):
        yield from _flat(kind.type)
    else:
        yield kind


def _at(type_: Any, steps: Sequence[Step]) -> Kinds:
    """Return what a value can be at some place of a type."""
    kinds: Kinds = _of(type_) if type_ is not None else ()
    for step in steps:
        kinds = [inner for kind in kinds for inner in _inside(kind, step)]
    return kinds


def _inside(kind: inspect.Type, step: Step) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.StructType):
        for field in kind.fields:
            if field.encode_name == step:
                yield from _flat(field.type)
    elif isinstance(kind, inspect.DictType):
        yield from _flat(kind.value_type)
    elif isinstance(kind, inspect.ListType) and not isinstance(step, str):
        yield from _flat(kind.item_type)


def _choices(type_: Any, steps: Sequence[Step]) -> list[str]:
    """Return the values that a field can have."""
    tags = [
        kind.tag
        for kind in _at(type_, steps[:-1])
        if isinstance(kind, inspect.StructType) and kind.tag_field == steps[-1]
    ]
    kinds = _at(type_, steps)
    values = [value for kind in kinds if isinstance(kind, inspect.LiteralType) for value in kind.values]
    found = [repr(value) for value in sorted({*tags, *values}, key=str) if value is not None]
    others = any(isinstance(kind, inspect.StructType | inspect.DictType) for kind in kinds)
    return [*found, "an object"] if found and others else found


def _names(kinds: Kinds, value: Any) -> list[str]:
    """Return the fields that an object can have; of several types the one that its tag names counts."""
    structs = [kind for kind in kinds if isinstance(kind, inspect.StructType)]
    if isinstance(value, dict):
        named = [kind for kind in structs if kind.tag_field and kind.tag == value.get(kind.tag_field)]
        structs = named or structs
    tags = {kind.tag_field for kind in structs if kind.tag_field}
    return sorted({field.encode_name for kind in structs for field in kind.fields} | tags)


def _similar(name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, 1)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"There are {_listed([repr(one) for one in names], 'and')}." if 1 < len(names) <= _FEW else ""


def _listed(words: Iterable[str], last: str) -> str:
    *some, end = words
    return f"{', '.join(some)} {last} {end}" if some else end
