"""The steps of runs: what was searched and which functions are called, and how much of it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pdfqa.engine.answering import FunctionCall, Searched
from pdfqa.wire import Run, RunStep
from pdfqa.wire.requests import RESULT_CONTENT

replace = msgspec.structs.replace


def visible(step: RunStep, include: Sequence[str]) -> RunStep:
    """Return a step as it is shown: with the text of what was found only where that was asked for."""
    calls = step.step_details.get("tool_calls")
    if RESULT_CONTENT in include or not calls:
        return step
    shown = [
        {**call, "file_search": {**call["file_search"], "results": [_without(one) for one in _results(call)]}}
        if "file_search" in call
        else call
        for call in calls
    ]
    return replace(step, step_details={**step.step_details, "tool_calls": shown})


def _results(call: dict[str, Any]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = call["file_search"].get("results", [])
    return results


def _without(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name != "content"}


def search_call(happening: Searched, run: Run) -> dict[str, Any]:
    """Return a search as a step has it."""
    options = next((tool.get("file_search") or {} for tool in run.tools if tool["type"] == "file_search"), {})
    ranking = {"ranker": "default_2024_08_21", "score_threshold": 0.0, **options.get("ranking_options", {})}
    results = [
        {
            "file_id": result.file_id,
            "file_name": result.filename,
            "score": result.score,
            "content": [{"type": "text", "text": piece.text} for piece in result.content],
            "page": result.page,
            "label": result.label,
        }
        for result in happening.results
    ]
    return {"id": happening.id, "type": "file_search", "file_search": {"ranking_options": ranking, "results": results}}


def calls_functions(step: RunStep) -> bool:
    """Return whether a step calls functions."""
    return any(call["type"] == "function" for call in step.step_details.get("tool_calls", ()))


def function_calls(calls: Sequence[FunctionCall]) -> list[dict[str, Any]]:
    """Return calls of functions as a run that waits for their outputs has them."""
    return [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in calls
    ]


def with_outputs(calls: Sequence[dict[str, Any]], outputs: dict[str, str | None]) -> list[dict[str, Any]]:
    """Return calls of functions as a step has them: with what they returned."""
    return [{**call, "function": {**call["function"], "output": outputs.get(call["id"])}} for call in calls]
