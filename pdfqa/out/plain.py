"""Values as JSON, the same that `--json` prints, and as the text that a terminal shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from pdfqa.types import Answer

# An answer's fields in the order in which they are printed.
ANSWER_FIELDS = (
    "question",
    "answer",
    "outcome",
    "citations",
    "thread_id",
    "run_id",
    "model",
    "usage",
    "price",
    "timings",
)


def printed(value: Any) -> dict[str, Any]:
    """Return a value as it is printed as JSON."""
    if isinstance(value, Answer):
        fields = value.to_dict()
        return {name: fields[name] for name in ANSWER_FIELDS} | ({"unread": fields["unread"]} if value.unread else {})
    if isinstance(value, msgspec.Struct):
        fields = msgspec.to_builtins(value)
        return {**fields, "answers": list(map(printed, value.answers))} if hasattr(value, "answers") else fields
    return {"thread_id": value.thread_id or None, "answers": list(map(printed, value.answers))}


def encoded(value: Mapping[str, Any]) -> bytes:
    """Return a value as one line of JSON."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # a file name that is no valid text: JSON's own escapes keep it
        return json.dumps(value).encode("ascii")


def text(value: Any) -> str:
    """Return a value as people read it in a terminal."""
    if not hasattr(value, "answers"):
        return str(value)
    return "\n\n".join(f"> {answer.question}\n\n{answer}" for answer in value.answers)
