"""The events of runs, as the wire has them: what has changed, and pieces of what is being written."""

from __future__ import annotations

from typing import Any

import msgspec

from pdfqa.wire import Annotation, Event, Message, Run, RunStep

DONE = Event(event="done", data="[DONE]")


def of_run(run: Run) -> Event:
    """Return that a run is in the state it is in."""
    return Event(event=f"thread.run.{run.status}", data=run)


def of_step(step: RunStep, what: str = "") -> Event:
    """Return that a step is in the state it is in, or what else has happened to it."""
    return Event(event=f"thread.run.step.{what or step.status}", data=step)


def of_message(message: Message, what: str = "") -> Event:
    """Return that a message is in the state it is in, or what else has happened to it."""
    return Event(event=f"thread.message.{what or message.status}", data=message)


def of_calls(step: RunStep) -> Event:
    """Return the calls of a step, all at once."""
    calls = [
        {"index": index, **call, **({"file_search": {}} if "file_search" in call else {})}
        for index, call in enumerate(step.step_details["tool_calls"])
    ]
    return _delta("thread.run.step.delta", step.id, {"step_details": {"type": "tool_calls", "tool_calls": calls}})


def of_text(message_id: str, text: str) -> Event:
    """Return some more text of a message."""
    return _content(message_id, {"value": text})


def text(event: Event) -> str:
    """Return the text that an event brings; "" if it brings none."""
    if event.event != "thread.message.delta":
        return ""
    return "".join(part["text"].get("value", "") for part in event.data["delta"]["content"])


def of_annotations(message_id: str, annotations: list[Annotation]) -> Event:
    """Return the citation markers of a message."""
    marks = [{"index": index, **msgspec.to_builtins(mark)} for index, mark in enumerate(annotations)]
    return _content(message_id, {"value": "", "annotations": marks})  # programs print the value of each delta


def lost(message: str, kind: str = "invalid_request_error") -> tuple[Event, Event]:
    """Return the end of a stream that cannot tell how its run has ended."""
    wrapped = {"error": {"message": message, "type": kind, "code": None, "param": None}}
    return Event(event="error", data=wrapped), DONE


def _content(message_id: str, text: dict[str, Any]) -> Event:
    content = [{"index": 0, "type": "text", "text": text}]
    return _delta("thread.message.delta", message_id, {"content": content})


def _delta(name: str, id_: str, delta: dict[str, Any]) -> Event:
    return Event(event=name, data={"id": id_, "object": name, "delta": delta})
