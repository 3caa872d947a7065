"""What a run makes of its thread: the question, what was said before, and what functions have returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pdfqa.engine.answering import FunctionCall, Question, Sources, Turn
from pdfqa.engine.context import Engine
from pdfqa.engine.images import data_url
from pdfqa.engine.resources import stores
from pdfqa.wire import ImageFileContent, ImageUrlContent, Message, Run, RunStep, Thread
from pdfqa.wire.requests import Filter

_LATEST = 60  # messages that are looked at; a model's prompt has room for fewer
_LATEST_QUOTED = 12  # the same where no model writes
_MOST = 1_000  # the same, however many are asked for
_RESULTS, _RESULTS_QUOTED = 20, 8  # passages that are searched for where the run does not say


def question(engine: Engine, thread: Thread, run: Run, steps: Sequence[RunStep], *, boxes: bool = True) -> Question:
    """Return what a run is to answer.

    Args:
        engine: The engine.
        thread: The run's thread.
        run: The run.
        steps: What it has done so far.
        boxes: Whether citations say where on their page they stand.
    """
    choice = run.tool_choice
    if isinstance(choice, dict):
        choice = {"function": choice["function"]["name"]} if choice["type"] == "function" else choice["type"]
    form = run.response_format
    return Question(
        model=run.model,
        turns=[*_said(engine, thread, run), *_called(steps)],
        instructions=run.instructions,
        sources=None if choice == "none" else _sources(engine, thread, run),
        functions=[tool["function"] for tool in run.tools if tool["type"] == "function"],
        tool_choice=choice,
        parallel_tool_calls=run.parallel_tool_calls,
        temperature=run.temperature,
        top_p=run.top_p,
        max_tokens=run.max_completion_tokens,
        max_prompt_tokens=run.max_prompt_tokens,
        effort=run.reasoning_effort,
        response_format=form if isinstance(form, dict) and form.get("type") != "text" else None,
        boxes=boxes,
    )


def _sources(engine: Engine, thread: Thread, run: Run) -> Sources:
    tools = [tool.get("file_search") or {} for tool in run.tools if tool["type"] == "file_search"]
    options: dict[str, Any] = tools[0] if tools else {}
    ranking = options.get("ranking_options") or {}
    condition = ((thread.tool_resources or {}).get("file_search") or {}).get("filters")
    usual = _RESULTS_QUOTED if engine.model_for(run.model) is None else _RESULTS
    return Sources(
        stores=tuple(dict.fromkeys([*stores(thread.tool_resources), *stores(run.tool_resources)])),
        filters=msgspec.convert(condition, Filter) if condition else None,
        max_results=options.get("max_num_results", usual),
        score_threshold=ranking.get("score_threshold", 0.0),
        ranker=ranking.get("ranker", "auto"),
    )


def _said(engine: Engine, thread: Thread, run: Run) -> list[Turn]:
    """Return the messages of a thread that a run is to see, oldest first."""
    model = engine.model_for(run.model)
    latest = _LATEST_QUOTED if model is None else _LATEST
    limit = min(_MOST, run.truncation_strategy.get("last_messages") or latest)
    messages = engine.message_objects.list(parent=thread.id, limit=limit, order="desc").data
    turns = []
    for message in reversed(messages):
        images = [] if model is None else _images(engine, message)
        text = _plain(message)
        if text or images:
            turns.append(Turn(role=message.role, text=text, images=images))
    return turns


def _plain(message: Message) -> str:
    """Return a message's text without the markers of its citations, which count passages of another prompt."""
    text = message.text
    for mark in sorted(message.annotations, key=lambda mark: -mark.start_index):
        if text[mark.start_index : mark.end_index] == mark.text:
            text = text[: mark.start_index].rstrip(" ") + text[mark.end_index :]
    return text


def _called(steps: Sequence[RunStep]) -> list[Turn]:
    """Return the functions that a run has asked for, and what they returned."""
    turns = []
    for step in steps:
        calls = [call for call in step.step_details.get("tool_calls", ()) if call["type"] == "function"]
        if calls and step.status == "completed":
            asked = [
                FunctionCall(id=call["id"], name=call["function"]["name"], arguments=call["function"]["arguments"])
                for call in calls
            ]
            turns.append(Turn(role="assistant", text="", calls=asked))
            turns += [Turn(role="tool", text=call["function"]["output"] or "", call_id=call["id"]) for call in calls]
    return turns


def _images(engine: Engine, message: Message) -> list[dict[str, Any]]:
    """Return the pictures of a message as chat completions have them; those that are gone are left out."""
    found = []
    for part in message.content:
        if isinstance(part, ImageUrlContent):
            found.append({"type": "image_url", "image_url": part.image_url})
        elif isinstance(part, ImageFileContent) and engine.hosted:
            found.append({"type": "image_url", "image_url": dict(part.image_file)})
        elif isinstance(part, ImageFileContent):
            url = data_url(engine, part.image_file["file_id"])
            if url:
                found.append({"type": "image_url", "image_url": {"url": url, "detail": part.image_file["detail"]}})
    return found
