"""What goes to stdout, what goes to stderr, and how an error looks on both."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec

from pdfqa.errors import FileError, PdfqaError
from pdfqa.render import Look, cells, clean, one_line, wrap

if TYPE_CHECKING:
    from pdfqa.types import Failure

_NARROWEST = 20
_WIDEST_NAME = 40
_INTERRUPTED = 130


class NothingReadError(Exception):
    """No file could be used: the first error, with the failures of all files."""

    def __init__(self, error: FileError, failures: Sequence[Failure]) -> None:
        super().__init__(error)
        self.error = error
        self.failures = failures
        self.value: dict[str, Any] = {}  # what the command prints as JSON beside the error


def prepare() -> None:
    """Make the output streams able to print whatever a document or a file name holds."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def look(stream: TextIO | None = None) -> Look:
    """Return the width of the terminal (80 without one) and whether the stream takes colour."""
    stream = stream or sys.stdout
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Look(width=max(_NARROWEST, _columns()), color=stream.isatty() and not plain)


def _columns() -> int:
    with contextlib.suppress(ValueError, KeyError):
        return int(os.environ["COLUMNS"])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            return os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def say(text: str) -> None:
    """Print what was asked for, to stdout."""
    click.echo(text, color=True)


def tell(text: str) -> None:
    """Print something about it, to stderr, after what stdout has so far."""
    sys.stdout.flush()
    click.echo(text, err=True, color=True)


def emit(value: object) -> None:
    """Print one JSON value to stdout: on one line, or indented on a terminal."""
    data = _encoded(value)
    if sys.stdout.isatty():
        data = msgspec.json.format(data, indent=2)
    click.echo(data)


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # A file name that is not valid text: JSON's own escapes keep it.
        import json

        return json.dumps(msgspec.to_builtins(value)).encode("ascii")


def failed(error: BaseException, words: Sequence[str]) -> int:
    """Report an error on stderr, with --json on stdout too, and return the exit code it stands for."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return _interrupted(words)
    failures: list[Failure] = []
    value: dict[str, Any] = {}
    if isinstance(error, NothingReadError):
        value = error.value
        failures = [item for item in error.failures if item.message != error.error.message]
    known = _translated(error)
    if wants_json(words):
        emit({"error": _error_value(known), **({"failed": failures} if failures else {}), **value})
    tell_failures(failures)
    tell(error_text(known))
    return known.exit_code


def _interrupted(words: Sequence[str]) -> int:
    if wants_json(words):
        emit({"error": {"type": "interrupted", "message": "interrupted", "hint": "", "param": None}})
    # The terminal has just written ^C.
    tell("\npdfqa: interrupted" if sys.stderr.isatty() else "pdfqa: interrupted")
    return _INTERRUPTED


def error_text(error: PdfqaError) -> str:
    """Return an error as people read it: what happened, then what to do, indented."""
    shown = look(sys.stderr)
    message = wrap(f"pdfqa: {one_line(error.message)}", shown.width, "", "  ")
    message = message.replace("pdfqa:", shown.bold("pdfqa:"), 1)
    hints = [wrap(line, shown.width, "  ", "  ") for line in clean(error.hint).splitlines()]
    return "\n".join([message, *hints])


def tell_failures(failures: Sequence[Failure]) -> None:
    """List the files that could not be read on stderr: why, and what to do, said once."""
    shown = look(sys.stderr)
    names = [one_line(item.file) for item in failures]
    column = min(_WIDEST_NAME, max(map(cells, names), default=0))
    hints: set[str] = set()
    for name, item in zip(names, failures, strict=True):
        # The message stands alone elsewhere, with the name that is printed here already.
        reason = one_line(item.message).removeprefix(name).lstrip(": ")
        advice = "" if item.hint in hints else f"\n{one_line(item.hint)}"
        hints.add(item.hint)
        start = f"  failed  {name}{' ' * (column - cells(name))}  "
        text = wrap((reason + advice).strip(), shown.width, start, " " * 10)
        tell(text.replace("failed", shown.warn("failed"), 1))


def wants_json(words: Sequence[str]) -> bool:
    """Return whether --json is among the arguments, also when they cannot be parsed."""
    return "--json" in (words[: words.index("--")] if "--" in words else words)


def _error_value(error: PdfqaError) -> dict[str, Any]:
    return {"type": error.code, "message": error.message, "hint": error.hint, "param": error.param}


def _translated(error: BaseException) -> PdfqaError:
    if isinstance(error, NothingReadError):
        return error.error
    if isinstance(error, PdfqaError):
        return error
    if isinstance(error, click.ClickException):
        return _usage(error)
    if os.environ.get("PDFQA_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, OSError):
        return PdfqaError(str(error))
    return PdfqaError(
        f"unexpected {type(error).__name__}: {error}",
        hint="This is a mistake in pdfqa. PDFQA_DEBUG=1 shows where it happened; please report it.",
    )


def _usage(error: click.ClickException) -> PdfqaError:
    from pdfqa.errors import InvalidRequestError

    context = getattr(error, "ctx", None)
    command = context.command_path if context else "pdfqa"
    param = getattr(error, "param", None) or getattr(error, "option_name", None)
    message = error.format_message().rstrip(".")
    hint = getattr(error, "hint", None) or f"See {command} --help."
    name = getattr(param, "opts", [param])[0]
    return InvalidRequestError(f"{message[:1].lower()}{message[1:]}", hint=hint, param=name)
