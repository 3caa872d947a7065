"""Vectors that a server made of texts, kept: what was embedded once costs nothing a second time, whatever was stopped.

A vector is found by the name of what made it and the hash of the text, which is not kept. It does not go with a
document: others may have the same passage. When it gets too much, the oldest go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from pdfqa.store.database import Database

_BYTES = 512 << 20  # that may be kept: half a million vectors of 512 numbers


class Vectors:
    """The vectors that are kept in one home directory, as bytes."""

    def __init__(self, database: Database, *, most: int = _BYTES) -> None:
        self._database = database
        self._most = most

    def find(self, embedder: str, texts: Sequence[str]) -> dict[str, bytes]:
        """Return the vectors that there are of some texts, by text."""
        digests = {_digest(text): text for text in texts}
        rows = self._database.rows(
            "SELECT v.digest, v.body FROM json_each(?) wanted "
            "CROSS JOIN vectors v ON v.embedder = ? AND v.digest = wanted.value",
            (msgspec.json.encode(list(digests)).decode(), embedder),
        )
        return {digests[digest]: body for digest, body in rows}

    def keep(self, embedder: str, vectors: Mapping[str, bytes]) -> None:
        """Keep the vectors of some texts; the oldest of all go if it gets too much."""
        with self._database.atomic() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO vectors (embedder, digest, body) VALUES (?, ?, ?)",
                [(embedder, _digest(text), body) for text, body in vectors.items()],
            )
            longest = max(map(len, vectors.values()), default=0)
            if longest:
                connection.execute(
                    "DELETE FROM vectors WHERE seq <= (SELECT max(seq) FROM vectors) - ?", (self._most // longest,)
                )

    def forget(self, embedder: str) -> None:
        """Forget all vectors of an embedder."""
        with self._database.atomic() as connection:
            connection.execute("DELETE FROM vectors WHERE embedder = ?", (embedder,))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
