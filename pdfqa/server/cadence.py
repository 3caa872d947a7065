"""How long a client should wait before it asks again for something that is not finished.

OpenAI's clients read it once, from the first answer that is not final, and keep to it.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from pdfqa import wire

_PENDING = {"queued", "in_progress", "cancelling"}
_QUICK = 50  # milliseconds; a run without a model takes about that long
_WRITTEN = 200  # and one with a model longer
_FILE = 100
_LONGEST = 2000
_POLLS = 200  # a second, of all clients together
_FORGET = 5.0  # seconds after which nobody polls any more


class Cadence:
    """Spreads the polls of all clients, so that a few get quick answers and many no storm.

    Args:
        clock: Returns seconds.
        written: Whether a model writes the answers.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, *, written: bool = False) -> None:
        self._clock = clock
        self._least = _WRITTEN if written else _QUICK
        self._polled: dict[str, float] = {}  # what is being asked for, and when it was last
        self._swept = 0.0

    def after(self, result: Any) -> int | None:
        """Return the milliseconds to wait, or None where there is nothing to wait for."""
        if getattr(result, "status", None) not in _PENDING:
            return None
        now = self._clock()
        self._polled[result.id] = now
        if now > self._swept + _FORGET:
            self._swept = now
            self._polled = {id_: at for id_, at in self._polled.items() if at > now - _FORGET}
        shared = len(self._polled) * 1000 // _POLLS
        return min(_LONGEST, max(self._least, shared, _expected(result)))


def _expected(result: Any) -> int:
    """Return about how long it takes at least."""
    if isinstance(result, wire.VectorStoreFile):
        return _FILE
    counts = getattr(result, "file_counts", None)
    return _FILE + 5 * counts.in_progress if counts else 0
