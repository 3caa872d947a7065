"""The ends of runs other than good ones: whoever ends a run ends what it was doing and writing with it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from pdfqa.engine import events
from pdfqa.engine.context import Engine
from pdfqa.errors import InvalidRequestError, PdfqaError, RateLimitError, StorageError
from pdfqa.wire import Event, LastError, Run, Text, TextContent, Usage

End = Literal["cancelled", "failed", "expired"]
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")

replace = msgspec.structs.replace


def end(
    engine: Engine, run: Run, status: End, *, error: LastError | None = None, text: str = ""
) -> tuple[Run, list[Event]]:
    """End a run, in the caller's transaction; return it, and the last events that tell of it.

    Args:
        engine: The engine.
        run: The run as it is stored; it is active.
        status: How it ends.
        error: Why it has failed.
        text: What its message says so far.
    """
    now = engine.now()
    told: list[Event] = []
    for message in engine.message_objects.list(parent=run.thread_id, tag=run.id, limit=100, order="asc").data:
        if message.status == "in_progress":
            message = replace(  # noqa: PLW2901 - the same message, in its last state
                message,
                status="incomplete",
                incomplete_at=now,
                incomplete_details={"reason": f"run_{status}"},
                content=[TextContent(text=Text(value=text))] if text else message.content,
            )
            told.append(events.of_message(engine.message_objects.replace(message, parent=run.thread_id)))
    for step in engine.step_objects.all(parent=run.id):
        if step.status == "in_progress":
            times: dict[str, Any] = {f"{status}_at": now}
            step = replace(step, status=status, last_error=_of_step(error), **times)  # noqa: PLW2901 - as above
            told.append(events.of_step(engine.step_objects.replace(step, parent=run.id)))
    # When it was to expire is of no interest any more, unless that is what has happened.
    ends: dict[str, Any] = {} if status == "expired" else {f"{status}_at": now, "expires_at": None}
    ended = replace(run, status=status, last_error=error, usage=spent(engine, run), required_action=None, **ends)
    engine.run_objects.replace(ended, parent=run.thread_id)
    return ended, [*told, events.of_run(ended), events.DONE]


def spent(engine: Engine, run: Run, more: Usage | None = None) -> Usage:
    """Return the tokens that a run has used: those of its steps, and some more."""
    parts = [step.usage for step in engine.step_objects.all(parent=run.id)]
    return sum((part for part in (*parts, more) if part is not None), Usage())


def reason(error: PdfqaError) -> LastError:
    """Return why a run has failed, in words for its user."""
    code = "server_error"
    if isinstance(error, RateLimitError):
        code = "rate_limit_exceeded"
    elif isinstance(error, InvalidRequestError):
        code = "invalid_prompt"
    if isinstance(error, StorageError):
        import logging  # which a question need not wait for

        logging.getLogger("pdfqa.runs").warning("a run has failed: %s", error.message)
        return LastError(code=code, message=error.public)
    return LastError(code=code, message=error.line)


def _of_step(error: LastError | None) -> LastError | None:
    """Return the error of a step, which knows fewer codes."""
    return replace(error, code="server_error") if error and error.code == "invalid_prompt" else error
