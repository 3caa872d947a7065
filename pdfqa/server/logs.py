"""The server's log: one JSON object on each line, with nothing of what was asked, found or answered."""

from __future__ import annotations

import logging
import threading
import traceback
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from pdfqa.errors import StorageError

_LOGGERS = {
    "pdfqa": logging.INFO,
    "uvicorn": logging.WARNING,
    "asyncio": logging.ERROR,
    "python_multipart": logging.ERROR,
}


def write_to(path: Path | None = None, *, quiet: bool = False) -> None:
    """Have the log written to the end of a file, or to stderr.

    Args:
        path: The file.
        quiet: Whether only what went wrong is logged.

    Raises:
        StorageError: The file cannot be written.
    """
    try:
        handler = logging.FileHandler(path, encoding="utf-8") if path else logging.StreamHandler()
    except OSError as error:
        raise StorageError(
            f"the log {path} cannot be written: {error.strerror}", hint="Choose another file with --log-file."
        ) from error
    handler.setFormatter(Lines())
    for name, level in _LOGGERS.items():
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(max(level, logging.WARNING) if quiet else level)
        logger.propagate = False
    threading.excepthook = _of_thread


def _of_thread(ended: threading.ExceptHookArgs) -> None:
    """Log what has ended a thread, as all else: Python would print the text of the error."""
    error = ended.exc_value or ended.exc_type()
    name = ended.thread.name if ended.thread else ""
    info = (ended.exc_type, error, ended.exc_traceback)
    logging.getLogger("pdfqa.server").error("thread", exc_info=info, extra={"fields": {"thread": name}})


class Lines(logging.Formatter):
    """Makes a line of a record. Of an exception it keeps the kind and the places: its text may quote a document."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        time = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        event = record.getMessage().strip().partition("\n")[0]  # what follows may be values that were worked on
        line: dict[str, Any] = {"time": time, "level": record.levelname.lower(), "event": event}
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1]:
            line.update(_exception(record.exc_info[1]))
        return msgspec.json.encode(line).decode()


def _exception(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    cause = error.__cause__ or error.__context__
    return {"error": type(error).__name__, "at": places, **({"cause": type(cause).__name__} if cause else {})}
