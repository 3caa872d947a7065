"""Vectors that a server made of texts, kept: what was embedded once costs nothing a second time, whatever was stopped.

A vector is found by the name of what made it and the hash of the text. It does not go with a document: others may have
the same passage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from pdfqa.store.database import Database


class Vectors:
    """The vectors that are kept in one home directory, as bytes."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        """Keep the vectors of some texts."""
        with self._database.atomic() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO vectors (embedder, digest, body) VALUES (?, ?, ?)",
                [(embedder, _digest(text), body) for text, body in vectors.items()],
            )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
