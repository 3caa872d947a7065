"""Open the files that a command names, with progress and, on a terminal, a question for a missing password."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click
import msgspec

from pdfqa.cli.inputs import Source
from pdfqa.cli.options import Shared
from pdfqa.cli.output import NothingReadError, look
from pdfqa.errors import EncryptedFileError, FileError, FileMissingError
from pdfqa.render import one_line

if TYPE_CHECKING:
    from pdfqa.qa import PDFQA
    from pdfqa.types import Failure, Progress

Result = TypeVar("Result")
Report = Callable[["Progress"], None] | None
_LONGEST_NAME = 20
_WIDEST_BAR = 120
_QUOTES = "If it is a word of the question, put the whole question in quotes."


class Bar:
    """A progress bar on stderr; it appears with the first progress and is gone when done."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._doing = ""

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, progress: Progress) -> None:
        """Draw how far reading has come."""
        if self._doing != progress.doing:  # after the reading comes what is done with it
            self.__exit__(None, None, None)
            self._bar = None
        if self._bar is None:
            self._bar, self._doing = _new_bar(progress), progress.doing
        self._bar.total = progress.pages_total or None
        self._bar.set_description_str(f"{progress.doing} {_short(progress.file)}", refresh=False)
        self._bar.set_postfix_str(_progress_text(progress, self._bar.format_dict["elapsed"]), refresh=False)
        self._bar.update(progress.pages_done - self._bar.n)


def _new_bar(progress: Progress) -> Any:
    from tqdm import tqdm

    # tqdm's watching thread would be alive when reading processes are forked.
    tqdm.monitor_interval = 0
    return tqdm(
        desc=f"{progress.doing} {_short(progress.file)}",
        total=progress.pages_total or None,
        leave=False,
        # Room for the ^C that a terminal writes behind it.
        ncols=min(_WIDEST_BAR, look(sys.stderr).width - 3),
        file=sys.stderr,
        bar_format=f"{{desc}} {{bar}} {{n_fmt}}/{{total_fmt}} {progress.unit}{{postfix}}",
    )


def _progress_text(progress: Progress, seconds: float) -> str:
    pages = progress.doing == "reading"
    speed = speed_text(progress.pages_done, seconds) if pages and seconds and progress.pages_done else ""
    files = f"{progress.files_done}/{progress.files_total} files" if progress.files_total > 1 else ""
    failed = f"{progress.failed} failed" if progress.failed else ""
    return ", ".join(filter(None, (speed, files, failed)))


def speed_text(pages: int, seconds: float) -> str:
    """Return how fast pages are read; by the minute where they are recognised, a few seconds each."""
    return f"{pages / seconds:.0f} pages/s" if pages > 2 * seconds else f"{60 * pages / seconds:.0f} pages/min"


def _short(path: str) -> str:
    name = one_line(os.path.basename(path))
    return name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"


class _Try(msgspec.Struct, Generic[Result]):
    """What one attempt came to: a result or an error, and the files that failed."""

    results: list[Result]
    failures: list[Failure]
    error: FileError | None = None

    @property
    def locked(self) -> dict[str, str]:
        """Return the files that need a password, by name, and what says so."""
        found = dict(
            sorted((item.file, item.message) for item in self.failures if item.error == EncryptedFileError.code)
        )
        if not found and isinstance(self.error, EncryptedFileError):
            found[""] = self.error.message
        return found


def with_files(
    shared: Shared, files: Sequence[Source], work: Callable[[PDFQA, Report], Result]
) -> tuple[Result, list[Failure]]:
    """Do the work with the files (none: all that are known) and return its result and the files that failed.

    Raises:
        NothingReadError: No file could be used.
    """
    passwords, skipped = list(shared.passwords), set[str]()
    done = _attempt(shared, files, passwords, work)
    while (file := next((name for name in done.locked if name not in skipped), None)) is not None:
        if password := _ask_password(shared, done.locked[file]):
            passwords.append(password)
            done = _attempt(shared, files, passwords, work)
        else:
            skipped.add(file)
    if done.error:
        if any(item.hint == _QUOTES for item in done.failures[:1]):
            done.error.hint = _QUOTES
        raise NothingReadError(done.error, done.failures) from done.error
    return done.results[0], done.failures


def _attempt(
    shared: Shared, files: Sequence[Source], passwords: Sequence[str], work: Callable[[PDFQA, Report], Result]
) -> _Try[Result]:
    from pdfqa.qa import PDFQA

    shared = msgspec.structs.replace(shared, passwords=tuple(passwords))
    with PDFQA(*files, **shared.arguments()) as qa, Bar() as bar:
        try:
            result = work(qa, bar.show if _talks(shared) else None)
        except FileError as error:
            return _Try([], _explained(qa.failures), error)
        return _Try([result], _explained(qa.failures))


def _explained(failures: Sequence[Failure]) -> list[Failure]:
    # `pdfqa search report.pdf net revenue`: "net" is no file, but a question without quotes.
    return [
        msgspec.structs.replace(item, hint=_QUOTES)
        if item.error == FileMissingError.code and not set(item.file) & set("./\\")
        else item
        for item in failures
    ]


def _talks(shared: Shared) -> bool:
    return not shared.quiet and sys.stderr.isatty()


def _ask_password(shared: Shared, message: str) -> str:
    if not (_talks(shared) and sys.stdin.isatty()):
        return ""
    click.echo(f"pdfqa: {one_line(message)}", err=True)
    text = "Password (Enter to go on without)"
    answer: str = click.prompt(text, default="", show_default=False, hide_input=True, err=True)
    return answer
