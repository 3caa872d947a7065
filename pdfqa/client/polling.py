"""Looking until something has ended: until a deadline, less and less often, and no longer than there is hope.

Looks at once, then after 0.02 s, then each time after half as long again as before, in the end every 2 s.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar, Union

import anyio

from pdfqa.errors import InvalidValueError, WaitFailedError, WaitTimeoutError
from pdfqa.progress import reporting
from pdfqa.wire import FileCounts

S = TypeVar("S")
R = TypeVar("R")
Progress = Union[Callable[[S], object], bool]  # noqa: UP007 (what `|` gives takes no parameters in Python 3.10)
PATIENCE = 600.0  # seconds
LONGEST = 2.0  # seconds between two looks, in the end
_FIRST, _GROWTH = 0.02, 1.5


async def until(
    end: Callable[[S], Awaitable[R | None]],
    look: Callable[[], Awaitable[S]],
    what: str,
    *,
    timeout: float,
    progress: Progress[S] | None,
    longest: float = LONGEST,
) -> R:
    """Return what a state gives that something ends with.

    Args:
        end: Returns what a state gives, None if it is not the end yet; raises if what is hoped for will not come.
        look: Returns the present state.
        what: What is waited for, in words.
        timeout: Seconds.
        progress: Called with every state that is another than the one before; True draws a bar.
        longest: Seconds between two looks, in the end.

    Raises:
        WaitTimeoutError: It takes longer.
    """
    if not timeout > 0:
        raise InvalidValueError(f"timeout is {timeout}; it must be more than 0 seconds", param="timeout")
    seen: S | None = None
    pause = min(_FIRST, longest)
    with reporting(progress) as report, anyio.move_on_after(timeout):
        while True:
            state = await look()
            if state != seen and report is not None:
                report(state)
            seen = state
            if (result := await end(state)) is not None:
                return result
            await anyio.sleep(pause)
            pause = min(pause * _GROWTH, longest)
    error = WaitTimeoutError(
        f"{what} was still {described(seen)} after {timeout:g} s",
        hint="It goes on: wait again, or give a longer timeout.",
        param="timeout",
    )
    error.state = seen
    raise error


def described(state: object) -> str:
    """Return a state in a few words."""
    counts = getattr(state, "file_counts", None)
    files = ""
    if isinstance(counts, FileCounts) and counts.total:
        files = f" ({counts.total - counts.in_progress:,} of {counts.total:,} files done, {counts.failed:,} failed)"
    return f"{getattr(state, 'status', None) or 'not there'}{files}"


def failed(message: str, state: object, *, hint: str = "", files: tuple[object, ...] = ()) -> WaitFailedError:
    """Return the error for something that ended otherwise than hoped."""
    error = WaitFailedError(message, hint=hint)
    error.state, error.files = state, files
    return error
