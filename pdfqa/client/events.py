"""Events of a stream as a client yields them, whichever back-end they come from."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from pdfqa.backends.failures import translated
from pdfqa.wire import Event, Message, Resource, Run, RunStep, Thread
from pdfqa.wire.responses import Response

_KINDS: tuple[tuple[str, type[Resource]], ...] = (
    ("thread.run.step.", RunStep),
    ("thread.run.", Run),
    ("thread.message.", Message),
    ("thread.created", Thread),
)


def typed(event: Event) -> Event:
    """Return an event with resources as such; all else, as deltas, is plain dictionaries.

    Raises:
        PdfqaError: The event is an error.
    """
    if isinstance(event.data, Resource):
        return event
    data = msgspec.to_builtins(event.data)
    if event.event == "error":
        raise translated(data.get("error") or data if isinstance(data, Mapping) else data)
    kind = next((kind for start, kind in _KINDS if event.event.startswith(start)), None)
    if kind is not None and not event.event.endswith(".delta"):
        return Event(event=event.event, data=msgspec.convert(data, kind))
    if event.event.startswith("response.") and isinstance(data, dict) and "response" in data:
        data["response"] = msgspec.convert(data["response"], Response)
    return Event(event=event.event, data=data)
