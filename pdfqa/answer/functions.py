"""Calls of functions: arguments taken from a question without a model, and calls that a model writes as text."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

_WRAPPING = re.compile(r"^\s*(?:```(?:json)?|<tool_call>)?\s*(\{.*\})\s*(?:```|</tool_call>)?\s*$", re.DOTALL)
_OPENINGS = ("{", "```", "<tool_call>")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*")
_DEEPEST = 8  # objects within objects


def arguments(question: str, parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a value for each property that a function requires, or for every one where none is required.

    A string is the question, unless the schema names the values it can have; a number is the next one that the question
    holds. What the question cannot tell is the default, or the plainest value there is.

    Args:
        question: What was asked.
        parameters: The JSON schema of the function's parameters.
    """
    numbers = (float(text.replace(",", "")) for text in _NUMBER.findall(question) if text.count(".") < 2)
    return _object(question, parameters or {}, filter(isfinite, numbers), 0)


def _object(question: str, schema: Mapping[str, Any], numbers: Iterator[float], depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or depth > _DEEPEST:
        return {}
    required = schema.get("required")
    wanted = required if isinstance(required, list) and required else list(properties)
    return {
        name: _value(question, inner, numbers, depth)
        for name, inner in properties.items()
        if name in wanted and isinstance(inner, Mapping)
    }


def _value(question: str, schema: Mapping[str, Any], numbers: Iterator[float], depth: int) -> Any:
    options = schema.get("enum")
    if isinstance(options, Sequence) and options and not isinstance(options, str):
        named = [option for option in options if str(option).casefold() in question.casefold()]
        return named[0] if named else schema.get("default", options[0])
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type", "string")
    if not isinstance(kind, str):  # several, or nonsense: a schema is kept as it is sent
        kinds = [one for one in kind if isinstance(one, str)] if isinstance(kind, list) else ["string"]
        kind = next((one for one in kinds if one != "null"), "null")
    if kind == "string" and "default" not in schema:
        return question
    if kind in {"integer", "number"}:
        found = next(numbers, None)
        value = schema.get("default", schema.get("minimum", 0)) if found is None else found
        return int(value) if kind == "integer" and isinstance(value, float) else value
    if kind == "object":
        return schema.get("default", _object(question, schema, numbers, depth + 1))
    plain = {"boolean": False, "array": [], "null": None, "string": question}
    return schema.get("default", plain.get(kind))


def may_be_call(text: str) -> bool:
    """Return whether a text that goes on may be a call of a function, written out."""
    start = text.lstrip()
    return any(start.startswith(opening) or opening.startswith(start) for opening in _OPENINGS)


def written_call(text: str, names: Collection[str]) -> tuple[str, str] | None:
    """Return the name and the arguments of the call that a text is: what small models do instead of calling.

    Args:
        text: All that the model has written.
        names: The functions that there are.
    """
    found = _WRAPPING.match(text)
    try:
        call = json.loads(found[1]) if found else None
    except ValueError:
        return None
    if not isinstance(call, dict) or call.get("name") not in names:
        return None
    given = call.get("arguments", call.get("parameters", {}))
    return call["name"], given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
