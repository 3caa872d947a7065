"""A page of a list as a table."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pdfqa.errors import PdfqaError
from pdfqa.notebook.parts import badge, code, dim, framed, line, moment, pairs, row, short, size, table
from pdfqa.wire import objects as wire
from pdfqa.wire.base import ObjectPage

Columns = dict[str, Callable[[Any], str]]

_ID: Columns = {"id": lambda value: code(value.id)}
_MADE: Columns = {"made": lambda value: moment(value.created_at)}
_STATUS: Columns = {"status": lambda value: badge(value.status)}
_ERROR: Columns = {"error": lambda value: short(value.last_error.message) if value.last_error else ""}
_METADATA: Columns = {"metadata": lambda value: pairs(value.metadata)}
_COLUMNS: dict[type, Columns] = {
    wire.File: {
        "name": lambda value: line(value.filename),
        "size": lambda value: size(value.bytes),
        **_STATUS,
        **_MADE,
        **_ID,
    },
    wire.VectorStore: {
        "name": lambda value: line(value.name),
        "files": lambda value: f"{value.file_counts.total:,}",
        **_STATUS,
        "size": lambda value: size(value.usage_bytes),
        **_MADE,
        **_ID,
    },
    wire.VectorStoreFile: {**_ID, **_STATUS, "attributes": lambda value: pairs(value.attributes), **_ERROR},
    wire.Assistant: {
        "name": lambda value: line(value.name or ""),
        "model": lambda value: line(value.model),
        "tools": lambda value: line(", ".join(str(tool.get("type", "")) for tool in value.tools)),
        **_MADE,
        **_ID,
    },
    wire.Message: {
        "role": lambda value: line(value.role),
        "text": lambda value: short(value.text, 200),
        "citations": lambda value: str(len(value.annotations) or ""),
        **_ID,
    },
    wire.Run: {**_STATUS, "model": lambda value: line(value.model), **_MADE, **_ERROR, **_ID},
    wire.RunStep: {"type": lambda value: line(value.type.replace("_", " ")), **_STATUS, **_MADE, **_ERROR, **_ID},
    wire.Thread: {**_ID, **_MADE, **_METADATA},
}


def listed(value: ObjectPage[Any]) -> str:
    """Return the objects of a page as a table, and whether more come after them."""
    if not value.data:
        return framed(row(dim("an empty list")))
    columns = {**_named(value), **_COLUMNS.get(type(value.data[0]), {})}
    shown = table([*columns], ([cell(item) for cell in columns.values()] for item in value.data))
    if not columns:
        shown = table(["object"], ([short(repr(item))] for item in value.data))
    more = row(dim(f"and more, after {code(value.last_id)}")) if value.has_more else ""
    return framed(shown, more)


def _named(value: ObjectPage[Any]) -> Columns:
    """Return a column with the names of files that are only called by their ids."""
    if value.source is None or not isinstance(value.data[0], wire.VectorStoreFile):
        return {}
    names: dict[str, str] = {}
    with suppress(PdfqaError):  # the home is closed
        names = value.source.names(item.id for item in value.data)
    return {"name": lambda item: line(names.get(item.id, ""))}
