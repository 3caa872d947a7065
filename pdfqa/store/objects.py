"""The wire's resources, stored as the JSON they are sent as: one piece of code lists, pages and finds them all."""

from __future__ import annotations

import builtins
from typing import Any, Generic, Literal, TypeVar

import msgspec

from pdfqa.errors import InvalidRequestError, ObjectNotFoundError
from pdfqa.store.database import Database
from pdfqa.wire import Resource

R = TypeVar("R", bound=Resource)
Order = Literal["asc", "desc"]


class ObjectPage(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """One page of a list, as the wire has it."""

    object: Literal["list"] = "list"
    data: list[R]
    first_id: str | None
    last_id: str | None
    has_more: bool


class Objects(Generic[R]):
    """All resources of one kind.

    `parent` is the id of what a resource belongs to: a message's thread, a step's run; "" where there is none.
    """

    def __init__(self, database: Database, kind: str, type_: type[R], noun: str) -> None:
        self._database = database
        self._kind = kind
        self._noun = noun
        self._decoder = msgspec.json.Decoder(type_)

    def insert(self, resource: R, *, parent: str = "", key: str | None = None) -> R:
        """Store a new resource and return it."""
        with self._database.atomic() as connection:
            connection.execute(
                "INSERT INTO objects (kind, parent, id, key, body) VALUES (?, ?, ?, ?, ?)",
                (self._kind, parent, resource.id, key, msgspec.json.encode(resource)),
            )
        return resource

    def replace(self, resource: R, *, parent: str = "", key: str | None = None) -> R:
        """Store a resource's new state, under a new key if one is given, and return it."""
        with self._database.atomic() as connection:
            connection.execute(
                "UPDATE objects SET body = ?, key = coalesce(?, key) WHERE kind = ? AND parent = ? AND id = ?",
                (msgspec.json.encode(resource), key, self._kind, parent, resource.id),
            )
        return resource

    def delete(self, id_: str, *, parent: str = "") -> None:
        """Delete a resource; nothing happens where there is none."""
        with self._database.atomic() as connection:
            connection.execute(
                "DELETE FROM objects WHERE kind = ? AND parent = ? AND id = ?", (self._kind, parent, id_)
            )

    def delete_children(self, parent: str) -> None:
        """Delete all resources of a parent."""
        with self._database.atomic() as connection:
            connection.execute("DELETE FROM objects WHERE kind = ? AND parent = ?", (self._kind, parent))

    def find(self, id_: str, *, parent: str = "") -> R | None:
        """Return the resource with this id, or None."""
        row = self._database.row(
            "SELECT body FROM objects WHERE kind = ? AND parent = ? AND id = ?", (self._kind, parent, id_)
        )
        return self._decoder.decode(row[0]) if row else None

    def get(self, id_: str, *, parent: str = "") -> R:
        """Return the resource with this id.

        Raises:
            ObjectNotFoundError: There is none.
        """
        found = self.find(id_, parent=parent)
        if found is None:
            within = f" in {parent}" if parent else ""
            raise ObjectNotFoundError(f"No {self._noun} found with id '{id_}'{within}.")
        return found

    def with_key(self, key: str) -> builtins.list[R]:
        """Return the resources stored under a key, oldest first."""
        rows = self._database.rows(
            "SELECT body FROM objects WHERE kind = ? AND key = ? ORDER BY seq", (self._kind, key)
        )
        return [self._decoder.decode(body) for (body,) in rows]

    def key(self, id_: str) -> str | None:
        """Return the key that a resource was stored under."""
        row = self._database.row("SELECT key FROM objects WHERE kind = ? AND id = ?", (self._kind, id_))
        return row[0] if row else None

    def parents(self, id_: str) -> builtins.list[str]:
        """Return the parents under which resources with this id are stored."""
        rows = self._database.rows("SELECT parent FROM objects WHERE kind = ? AND id = ?", (self._kind, id_))
        return [parent for (parent,) in rows]

    def all(self, *, parent: str = "") -> builtins.list[R]:
        """Return all resources of a parent, oldest first."""
        rows = self._database.rows(
            "SELECT body FROM objects WHERE kind = ? AND parent = ? ORDER BY seq", (self._kind, parent)
        )
        return [self._decoder.decode(body) for (body,) in rows]

    def all_with_keys(self) -> builtins.list[tuple[R, str]]:
        """Return all resources without a parent with the keys they were stored under, oldest first."""
        rows = self._database.rows(
            "SELECT body, key FROM objects WHERE kind = ? AND parent = '' ORDER BY seq", (self._kind,)
        )
        return [(self._decoder.decode(body), key or "") for body, key in rows]

    def count(self) -> int:
        """Return how many resources of this kind there are."""
        row = self._database.row("SELECT count(*) FROM objects WHERE kind = ?", (self._kind,))
        return int(row[0]) if row else 0

    def list(
        self,
        *,
        parent: str = "",
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> ObjectPage[R]:
        """Return one page of a parent's resources by creation order.

        Raises:
            InvalidRequestError: `limit` is not in 1 to 100, or a cursor names no resource of the list.
        """
        if not 1 <= limit <= 100:
            raise InvalidRequestError(f"limit is {limit}; it must be from 1 to 100.", param="limit")
        conditions, parameters = ["kind = ?", "parent = ?"], [self._kind, parent]
        later = ">" if order == "asc" else "<"
        for cursor, name, sign in ((after, "after", later), (before, "before", "<" if later == ">" else ">")):
            if cursor is not None:
                conditions.append(f"seq {sign} ?")
                parameters.append(self._position(cursor, parent, name))
        # Reading towards `before` starts at the cursor, so that the page is the one just ahead of it.
        backwards = before is not None and after is None
        descending = (order == "desc") != backwards
        rows = self._database.rows(
            f"SELECT body FROM objects WHERE {' AND '.join(conditions)} "  # noqa: S608 (fixed words only)
            f"ORDER BY seq {'DESC' if descending else 'ASC'} LIMIT ?",
            (*parameters, limit + 1),
        )
        data = [self._decoder.decode(body) for (body,) in rows[:limit]]
        if backwards:
            data.reverse()
        return ObjectPage(
            data=data,
            first_id=data[0].id if data else None,
            last_id=data[-1].id if data else None,
            has_more=len(rows) > limit,
        )

    def _position(self, id_: str, parent: str, name: str) -> Any:
        row = self._database.row(
            "SELECT seq FROM objects WHERE kind = ? AND parent = ? AND id = ?", (self._kind, parent, id_)
        )
        if row is None:
            raise InvalidRequestError(f"{name} is '{id_}', which is no {self._noun} of this list.", param=name)
        return row[0]
