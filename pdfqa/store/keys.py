"""API keys: whose requests are answered. Only the hash of a key is kept."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import msgspec

from pdfqa.store.database import Database


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One API key. Its id is the owner of what is made with it."""

    id: str
    name: str
    digest: str
    created_at: int


class Keys:
    """The API keys of one home directory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Key]:
        """Return all keys, oldest first."""
        rows = self._database.rows("SELECT id, name, digest, created_at FROM keys ORDER BY created_at, name")
        return [Key(id=row[0], name=row[1], digest=row[2], created_at=row[3]) for row in rows]

    def named(self, name: str) -> Key | None:
        """Return the key with this name or id, or None."""
        return next((key for key in self.all() if name in (key.name, key.id)), None)

    def put(self, key: Key) -> Key:
        """Store a key, in place of one with the same id, and return it."""
        with self._database.atomic() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO keys (id, name, digest, created_at) VALUES (?, ?, ?, ?)",
                (key.id, key.name, key.digest, key.created_at),
            )
        return key

    def delete(self, id_: str) -> None:
        """Delete a key; nothing happens where there is none."""
        with self._database.atomic() as connection:
            connection.execute("DELETE FROM keys WHERE id = ?", (id_,))

    def count(self, owner: str) -> int:
        """Return how many objects belong to an owner."""
        row = self._database.row("SELECT count(*) FROM objects WHERE owner = ?", (owner,))
        return int(row[0]) if row else 0

    def delete_objects(self, owner: str) -> None:
        """Delete the objects and jobs of an owner, and the events of its responses."""
        with self._database.atomic() as connection:
            connection.execute("DELETE FROM events WHERE target IN (SELECT id FROM objects WHERE owner = ?)", (owner,))
            connection.execute("DELETE FROM objects WHERE owner = ?", (owner,))
            connection.execute("DELETE FROM jobs WHERE owner = ?", (owner,))


def given(secret: str) -> Key:
    """Return the key that a secret is by itself, without being stored: its id depends on nothing else."""
    sha256 = digest(secret)
    return Key(id=f"key_{sha256[:24]}", name="given", digest=sha256, created_at=0)


def digest(secret: str) -> str:
    """Return the hash of a secret. Keys are long and random, so that a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matching(secret: str, keys: Iterable[Key]) -> Key | None:
    """Return the key that a secret belongs to, or None, in a time that does not depend on how near it is."""
    wanted, found = digest(secret), None
    for key in keys:
        if hmac.compare_digest(key.digest, wanted):
            found = key
    return found
