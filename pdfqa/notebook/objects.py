"""What a client returns, as HTML: batches, vector stores, runs, steps, messages, search results and lists."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from pdfqa.errors import PdfqaError
from pdfqa.notebook.lists import listed
from pdfqa.notebook.messages import message
from pdfqa.notebook.parts import (
    badge,
    bar,
    code,
    dim,
    duration,
    escaped,
    framed,
    items,
    line,
    moment,
    pairs,
    row,
    short,
    size,
)
from pdfqa.notebook.pictures import Spot, figures, locator_of
from pdfqa.render import place
from pdfqa.wire import objects as wire
from pdfqa.wire.base import ObjectPage, Shown

_MOST = 10  # files, results and calls that are told of
_LONGEST = 500  # characters of one of several passages


def batch(value: wire.VectorStoreFileBatch) -> str:
    """Return how many of a batch's files are in which state, and which failed."""
    head = row(f"<b>Batch</b> {code(value.id)}", badge(value.status))
    return framed(head, _counts(value.file_counts), _failed(value, value.vector_store_id, value.id))


def vector_store(value: wire.VectorStore) -> str:
    """Return the name, the files and the age of a vector store."""
    name = f" {line(value.name)}" if value.name else ""
    expires = f"expires {moment(value.expires_at)}" if value.expires_at else ""
    about = row(size(value.usage_bytes), f"made {moment(value.created_at)}", expires, pairs(value.metadata))
    head = row(f"<b>Vector store</b>{name} {code(value.id)}", badge(value.status))
    return framed(head, _counts(value.file_counts), dim(about), _failed(value, value.id, ""))


def _counts(counts: wire.FileCounts) -> str:
    names = ("completed", "failed", "cancelled", "in_progress")
    numbers = [(name, getattr(counts, name)) for name in names]
    told = [f"{number:,} {name.replace('_', ' ')}" for name, number in numbers if number]
    total = "1 file" if counts.total == 1 else f"{counts.total:,} files"
    return bar(numbers) + row(total, *told)


def _failed(value: wire.VectorStore | wire.VectorStoreFileBatch, store_id: str, batch_id: str) -> str:
    failed = value.file_counts.failed
    if not failed or value.source is None:
        return ""
    files: list[tuple[str, str]] = []
    with suppress(PdfqaError):  # the home is closed, or they are gone: how many failed is said above
        files = value.source.failed_files(store_id, batch_id)
    told = [f"<b>{line(name)}</b>: {escaped(reason)}" for name, reason in files[:_MOST]]
    return items([*told, f"and {failed - _MOST:,} more"] if failed > _MOST and told else told)


def run(value: wire.Run) -> str:
    """Return the state of a run, how long it took, what it used, and what it needs or why it failed."""
    took = duration(value.started_at, value.completed_at or value.failed_at or value.cancelled_at)
    usage = f"{value.usage.total_tokens:,} tokens" if value.usage and value.usage.total_tokens else ""
    head = row(f"<b>Run</b> {code(value.id)}", badge(value.status), line(value.model), took, usage)
    reason = (value.incomplete_details or {}).get("reason", "")
    times = row(dim(f"created {moment(value.created_at)}"), dim(f"of thread {code(value.thread_id)}"))
    incomplete = row(f"incomplete: {line(reason)}") if reason else ""
    return framed(head, times, _error(value.last_error), incomplete, _needed(value.required_action))


def _error(error: wire.LastError | None) -> str:
    return row(f"<b>{line(error.code)}</b>: {escaped(error.message)}") if error else ""


def _needed(action: Mapping[str, Any] | None) -> str:
    calls = (action or {}).get("submit_tool_outputs", {}).get("tool_calls", [])
    told = items(_call(call) for call in calls[:_MOST])
    return row("It needs the outputs of these calls (<code>submit_tool_outputs</code>):") + told if told else ""


def step(value: wire.RunStep) -> str:
    """Return what a step of a run has done."""
    took = duration(value.created_at, value.completed_at)
    head = row(f"<b>Step</b> {code(value.id)}", line(value.type.replace("_", " ")), badge(value.status), took)
    written = value.step_details.get("message_creation", {}).get("message_id", "")
    calls = items(_call(call) for call in value.step_details.get("tool_calls", [])[:_MOST])
    return framed(head, row(f"wrote {code(written)}") if written else "", calls, _error(value.last_error))


def _call(call: Mapping[str, Any]) -> str:
    if call.get("type") == "function":
        function = call.get("function", {})
        output = function.get("output")
        given = code(f"{function.get('name', '')}({_arguments(function.get('arguments', ''))})")
        return given + (f" → {short(output)}" if output is not None else "")
    found = call.get("file_search", {}).get("results") or []
    results = items(
        f"{line(result.get('file_name', ''))} {dim(format(result.get('score', 0), '.2f'))}" for result in found[:_MOST]
    )
    return line(str(call.get("type", "")).replace("_", " ")) + results


def _arguments(text: str) -> str:
    try:
        values = json.loads(text)
    except ValueError:
        return text
    if not isinstance(values, dict):
        return text
    return ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in values.items())


def search_results(value: wire.SearchResults) -> str:
    """Return what was found, best first, and the pages of the best."""
    found = items((_found(result, _LONGEST) for result in value.data[:_MOST]), numbered=True)
    more = row(dim(f"and {len(value.data) - _MOST} more")) if len(value.data) > _MOST else ""
    head = row("<b>Search</b> " + ", ".join(f"<q>{line(query)}</q>" for query in value.search_query))
    spots = [_spot(result, f"{number}. ") for number, result in enumerate(value.data[:_MOST], 1)]
    return framed(head, found or row("nothing found"), more, figures(spots))


def search_result(value: wire.SearchResult) -> str:
    """Return the place, the score, the passage and the page."""
    return framed(_found(value), figures([_spot(value)]))


def _found(value: wire.SearchResult, length: int = sys.maxsize) -> str:
    text = (value.quote or "\n".join(piece.text for piece in value.content)).strip()
    text = text if len(text) <= length else text[: length - 1] + "…"
    head = row(f"<b>{escaped(_place(value))}</b>", dim(f"{value.score:.2f}"), dim(pairs(value.attributes)))
    return f'{head}<div style="white-space:pre-line">{escaped(text)}</div>'


def _place(value: wire.SearchResult) -> str:
    return place(value.filename, value.page, value.label or "") if value.page else value.filename


def _spot(value: wire.SearchResult, mark: str = "") -> Spot:
    locator = locator_of(value, value.file_id) if value.page and value.quote else None
    quote, where = value.quote or "", _place(value)
    return Spot(locator=locator, page=value.page or 0, quote=quote, start=value.start or 0, place=where, mark=mark)


OBJECTS: dict[type[Shown], Callable[[Any], str]] = {
    ObjectPage: listed,
    wire.Message: message,
    wire.Run: run,
    wire.RunStep: step,
    wire.SearchResult: search_result,
    wire.SearchResults: search_results,
    wire.VectorStore: vector_store,
    wire.VectorStoreFileBatch: batch,
}
