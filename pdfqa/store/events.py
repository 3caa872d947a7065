"""The events of responses, kept for those who come back for the rest of a stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pdfqa.store.database import Database


class Events:
    """The recorded events of one home directory; each target's are numbered from 0."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, target: str, first: int, events: Sequence[dict[str, Any]]) -> None:
        """Record events, of which the first has a number."""
        with self._database.atomic() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO events (target, number, body) VALUES (?, ?, ?)",
                [(target, number, msgspec.json.encode(event)) for number, event in enumerate(events, start=first)],
            )

    def since(self, target: str, first: int = 0) -> list[dict[str, Any]]:
        """Return the events of a target from a number on."""
        rows = self._database.rows(
            "SELECT body FROM events WHERE target = ? AND number >= ? ORDER BY number", (target, first)
        )
        return [msgspec.json.decode(body) for (body,) in rows]

    def drop(self, target: str) -> None:
        """Forget the events of a target."""
        with self._database.atomic() as connection:
            connection.execute("DELETE FROM events WHERE target = ?", (target,))
