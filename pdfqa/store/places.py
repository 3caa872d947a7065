"""Where objects stood in their lists before they were deleted: who deletes a list as he walks it goes on from there."""

from __future__ import annotations

import threading
from typing import TypeAlias

_MOST = 10_000  # of one process; nobody walks a list for long

Name: TypeAlias = tuple[str, str, str, str]  # kind, parent, owner, id


class Places:
    """The places of what was deleted last.

    Args:
        most: How many are kept; the oldest go first.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._known: dict[Name, int] = {}
        self._lock = threading.Lock()

    def keep(self, name: Name, place: int) -> None:
        """Remember where something stands that is being deleted."""
        with self._lock:
            self._known[name] = place
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]

    def of(self, name: Name) -> int | None:
        """Return where something stood, or None."""
        return self._known.get(name)
