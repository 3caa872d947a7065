"""Progress as a bar: in a terminal, and as a widget in a notebook.

>>> qa.add(progress=True)
>>> client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, progress=True)

Where a function of one's own is taken for `progress`, `progress=bar("Reports")` is one that draws.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from pdfqa.errors import InvalidRequestError
from pdfqa.render import one_line
from pdfqa.types import Progress

_GOING = {"queued", "in_progress", "cancelling"}
_LONGEST_NAME = 30
_COUNTED = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} {unit} [{elapsed}{postfix}]"
_STATUS = "{desc} |{bar}| [{elapsed}{postfix}]"


class Bar:
    """Draws a bar from what it is called with: `Progress`, a batch, a vector store, one of its files, a run.

    It appears with the first state and ends with the last; called again after that, it is a new bar.
    """

    def __init__(self, description: str = "", *, leave: bool = True) -> None:
        self._description = one_line(description)
        self._leave = leave
        self._bar: Any = None

    def __call__(self, state: object) -> None:
        """Draw how far something has come."""
        done, total, unit, name = _measured(state)
        title = self._description or name
        if self._bar is None:
            look = _COUNTED if unit else _STATUS
            self._bar = _tqdm()(desc=title, total=total, unit=unit, leave=self._leave, bar_format=look)
        self._bar.total = total
        self._bar.set_description_str(title, refresh=False)
        self._bar.set_postfix_str(_remark(state), refresh=False)
        self._bar.n = done
        self._bar.refresh()
        if _ended(state):
            self.close()

    def close(self) -> None:
        """End the bar, wherever it is."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def bar(description: str = "", *, leave: bool = True) -> Bar:
    """Return a function for `progress` that draws a bar.

    Args:
        description: What stands before the bar, instead of what is being read or waited for.
        leave: Whether the bar stays when it is full.
    """
    return Bar(description, leave=leave)


@contextmanager
def reporting(progress: Callable[[Any], object] | bool | None) -> Iterator[Callable[[Any], Any] | None]:
    """Yield what is told of progress: a bar for True, nothing for False or None. Bars have an end when this has.

    Raises:
        InvalidRequestError: It is neither a function nor True, False or None.
    """
    if not (progress is None or isinstance(progress, bool) or callable(progress)):
        raise InvalidRequestError(
            f"progress is {progress!r}; it can be a function, or True for a bar", param="progress"
        )
    report = bar() if progress is True else progress or None
    try:
        yield report
    finally:
        if isinstance(report, Bar):
            report.close()


def _tqdm() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a notebook without ipywidgets gets a bar of text
        from tqdm.auto import tqdm

    class Quiet(tqdm):  # type: ignore[type-arg]
        monitor_interval = 0  # no thread that watches it: each state is drawn as it comes

    return Quiet


def _measured(state: object) -> tuple[int, int, str, str]:
    """Return how much is done, of how much, of what, and its name."""
    if isinstance(state, Progress):
        return state.pages_done, state.pages_total, state.unit, f"{state.doing} {_short(state.file)}"
    counts = getattr(state, "file_counts", None)
    if counts is not None:
        return counts.total - counts.in_progress, counts.total, "files", "reading"
    kind = str(getattr(state, "object", "message")).rpartition(".")[2].replace("_", " ")
    return int(_ended(state)), 1, "", kind


def _remark(state: object) -> str:
    if isinstance(state, Progress):
        files = f"{state.files_done}/{state.files_total} files" if state.files_total > 1 else ""
        return ", ".join(filter(None, (files, f"{state.failed} failed" if state.failed else "")))
    failed = getattr(getattr(state, "file_counts", None), "failed", 0)
    return ", ".join(filter(None, (_status(state).replace("_", " "), f"{failed} failed" if failed else "")))


def _ended(state: object) -> bool:
    if isinstance(state, Progress):
        return 0 < state.files_total <= state.files_done
    return _status(state) not in _GOING


def _status(state: object) -> str:
    if state is None or getattr(state, "role", "") == "user":  # the assistant has not begun its message
        return "in_progress"
    return str(getattr(state, "status", ""))


def _short(path: str) -> str:
    name = one_line(PurePath(path).name)
    return name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"
