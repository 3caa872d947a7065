"""The wire's resources, stored as the JSON they are sent as: one piece of code lists, pages and finds them all."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

from pdfqa.errors import InvalidValueError, ObjectNotFoundError
from pdfqa.store.database import Database
from pdfqa.wire import ObjectPage, Order, Resource

R = TypeVar("R", bound=Resource)


class Objects(Generic[R]):
    """All resources of one kind that belong to one owner.

    `parent` is the id of what a resource belongs to: a message's thread, a step's run; "" where there is none.

    Args:
        database: Where they are.
        kind: The kind, as the database calls it.
        type_: Their type.
        noun: What messages call one.
        owner: Whose they are: an API key's id, or "" for who uses the home directory itself.
        tag: Returns what a list of them can be filtered by.
    """

    def __init__(
        self,
        database: Database,
        kind: str,
        type_: type[R],
        noun: str,
        *,
        owner: str = "",
        tag: Callable[[R], str | None] = lambda _: None,
    ) -> None:
        self._database = database
        self.kind = kind
        self._type = type_
        self.noun = noun
        self._owner = owner
        self._tag = tag
        self._decoder = msgspec.json.Decoder(type_)

    def owned_by(self, owner: str) -> Objects[R]:
        """Return the resources of this kind that belong to another owner."""
        return Objects(self._database, self.kind, self._type, self.noun, owner=owner, tag=self._tag)

    def insert(self, resource: R, *, parent: str = "", key: str | None = None) -> R:
        """Store a new resource and return it."""
        self.insert_all([resource], parent=parent, key=key)
        return resource

    def insert_all(self, resources: Sequence[R], *, parent: str = "", key: str | None = None) -> None:
        """Store new resources, in their order."""
        with self._database.atomic() as connection:
            connection.executemany(
                "INSERT INTO objects (kind, parent, owner, id, key, tag, expires_at, body) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(self.kind, parent, self._owner, one.id, key, *self._columns(one)) for one in resources],
            )

    def replace(self, resource: R, *, parent: str = "", key: str | None = None) -> R:
        """Store a resource's new state, under a new key if one is given, and return it."""
        self.replace_all([resource], parent=parent, key=key)
        return resource

    def replace_all(self, resources: Sequence[R], *, parent: str = "", key: str | None = None) -> None:
        """Store the new state of resources of one parent."""
        with self._database.atomic() as connection:
            connection.executemany(
                "UPDATE objects SET tag = ?, expires_at = ?, body = ?, key = coalesce(?, key) "
                "WHERE kind = ? AND parent = ? AND id = ? AND owner = ?",
                [(*self._columns(one), key, self.kind, parent, one.id, self._owner) for one in resources],
            )

    def _columns(self, resource: R) -> tuple[str | None, int | None, bytes]:
        expires = getattr(resource, "expires_at", None)
        return self._tag(resource), expires if isinstance(expires, int) else None, msgspec.json.encode(resource)

    def delete(self, id_: str, *, parent: str = "") -> None:
        """Delete a resource; nothing happens where there is none."""
        self.delete_all([id_], parent=parent)

    def delete_all(self, ids: Iterable[str], *, parent: str = "") -> None:
        """Delete some resources of a parent, those that there are. Its list still goes on after each."""
        with self._database.atomic() as connection:
            found = connection.execute(
                "SELECT id, seq FROM objects WHERE kind = ? AND parent = ? AND owner = ? "
                "AND id IN (SELECT value FROM json_each(?))",
                (self.kind, parent, self._owner, _json(ids)),
            ).fetchall()
            for id_, place in found:
                self._database.places.keep((self.kind, parent, self._owner, id_), place)
            connection.executemany("DELETE FROM objects WHERE seq = ?", [(place,) for _, place in found])

    def delete_children(self, parent: str) -> None:
        """Delete all resources of a parent."""
        with self._database.atomic() as connection:
            connection.execute(
                "DELETE FROM objects WHERE kind = ? AND parent = ? AND owner = ?", (self.kind, parent, self._owner)
            )

    def find(self, id_: str, *, parent: str = "") -> R | None:
        """Return the resource with this id, or None."""
        row = self._database.row(
            "SELECT body FROM objects WHERE kind = ? AND parent = ? AND id = ? AND owner = ?",
            (self.kind, parent, id_, self._owner),
        )
        return self._decoder.decode(row[0]) if row else None

    def get(self, id_: str, *, parent: str = "") -> R:
        """Return the resource with this id.

        Raises:
            ObjectNotFoundError: There is none.
        """
        found = self.find(id_, parent=parent)
        if found is None:
            raise self.missing(id_, parent)
        return found

    def missing(self, id_: str, parent: str = "") -> ObjectNotFoundError:
        """Return the error that says that there is no such resource."""
        within = f" in {parent}" if parent else ""
        return ObjectNotFoundError(f"No {self.noun} found with id '{id_}'{within}.")

    def with_key(self, key: str, *, tag: str | None = None) -> builtins.list[R]:
        """Return the resources stored under a key (and with a tag, if one is given), oldest first."""
        rows = self._database.rows(
            "SELECT body FROM objects WHERE kind = ? AND key = ? AND owner = ? AND tag IS coalesce(?, tag) "
            "ORDER BY seq",
            (self.kind, key, self._owner, tag),
        )
        return [self._decoder.decode(body) for (body,) in rows]

    def key_is_used(self, key: str, *, tag: str | None = None) -> bool:
        """Return whether any owner has a resource under a key (and with a tag, if one is given)."""
        query, values = "SELECT 1 FROM objects WHERE kind = ? AND key = ?", (self.kind, key)
        row = (
            self._database.row(query, values)
            if tag is None
            else self._database.row(f"{query} AND tag = ?", (*values, tag))
        )
        return row is not None

    def key(self, id_: str, *, parent: str = "") -> str | None:
        """Return the key that a resource was stored under."""
        row = self._database.row(
            "SELECT key FROM objects WHERE kind = ? AND parent = ? AND id = ? AND owner = ?",
            (self.kind, parent, id_, self._owner),
        )
        return row[0] if row else None

    def some(self, ids: Iterable[str], *, parent: str = "") -> dict[str, tuple[R, str]]:
        """Return those of some resources that there are, each with the key it was stored under, by id."""
        rows = self._database.rows(
            "SELECT id, body, key FROM objects WHERE kind = ? AND parent = ? AND owner = ? "
            "AND id IN (SELECT value FROM json_each(?))",
            (self.kind, parent, self._owner, _json(ids)),
        )
        return {id_: (self._decoder.decode(body), key or "") for id_, body, key in rows}

    def parents(self, id_: str) -> builtins.list[str]:
        """Return the parents under which resources with this id are stored."""
        rows = self._database.rows(
            "SELECT parent FROM objects WHERE kind = ? AND id = ? AND owner = ?", (self.kind, id_, self._owner)
        )
        return [parent for (parent,) in rows]

    def all(self, *, parent: str = "") -> builtins.list[R]:
        """Return all resources of a parent, oldest first."""
        return [resource for resource, _ in self.all_with_keys(parent=parent)]

    def all_with_keys(self, *, parent: str = "") -> builtins.list[tuple[R, str]]:
        """Return all resources of a parent with the keys they were stored under, oldest first."""
        rows = self._database.rows(
            "SELECT body, key FROM objects WHERE kind = ? AND parent = ? AND owner = ? ORDER BY seq",
            (self.kind, parent, self._owner),
        )
        return [(self._decoder.decode(body), key or "") for body, key in rows]

    def count(self) -> int:
        """Return how many resources of this kind there are."""
        row = self._database.row("SELECT count(*) FROM objects WHERE kind = ? AND owner = ?", (self.kind, self._owner))
        return int(row[0]) if row else 0

    def tally(self, *, parent: str = "", key: str | None = None) -> dict[str, int]:
        """Return how many of a parent's resources (under a key, if one is given) have which tag."""
        # A unary + keeps a column out of the choice of an index: the few of a key are found by it, not by their parent.
        among, values = ("parent = ?", (parent,)) if key is None else ("+parent = ? AND key = ?", (parent, key))
        rows = self._database.rows(
            f"SELECT tag, count(*) FROM objects WHERE kind = ? AND {among} AND owner = ? GROUP BY tag",  # noqa: S608
            (self.kind, *values, self._owner),
        )
        return {tag or "": number for tag, number in rows}

    def expired(self, now: int, *, tag: str | None = None) -> builtins.list[R]:
        """Return the resources (with a tag, if one is given) whose time is over."""
        rows = self._database.rows(
            "SELECT body FROM objects WHERE kind = ? AND expires_at <= ? AND +owner = ? AND +tag IS coalesce(?, tag)",
            (self.kind, now, self._owner, tag),
        )
        return [self._decoder.decode(body) for (body,) in rows]

    def owners_of_expired(self, now: int, *, tag: str | None = None) -> builtins.list[str]:
        """Return all who have resources (with a tag, if one is given) whose time is over."""
        rows = self._database.rows(
            "SELECT DISTINCT owner FROM objects WHERE kind = ? AND expires_at <= ? AND +tag IS coalesce(?, tag)",
            (self.kind, now, tag),
        )
        return [owner for (owner,) in rows]

    def is_anywhere(self, id_: str, *, tag: str) -> bool:
        """Return whether any owner has a resource with this id and a tag."""
        row = self._database.row("SELECT 1 FROM objects WHERE kind = ? AND id = ? AND tag = ?", (self.kind, id_, tag))
        return row is not None

    def list(
        self,
        *,
        parent: str = "",
        key: str | None = None,
        tag: str | None = None,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> ObjectPage[R]:
        """Return one page of a parent's resources by creation order; `key` and `tag` choose among them.

        Raises:
            InvalidValueError: A cursor names no resource of the list.
        """
        near = "" if key is None else "+"  # as in `tally`
        conditions = ["kind = ?", f"{near}parent = ?", f"{near}owner = ?"]
        parameters: builtins.list[str | float] = [self.kind, parent, self._owner]
        for column, value in (("key", key), ("tag", tag)):
            if value is not None:
                conditions.append(f"{column} = ?")
                parameters.append(value)
        later = ">" if order == "asc" else "<"
        for cursor, name, sign in ((after, "after", later), (before, "before", "<" if later == ">" else ">")):
            if cursor:
                conditions.append(f"seq {sign} ?")
                parameters.append(self._position(cursor, parent, name))
        # Reading towards `before` starts at the cursor, so that the page is the one just ahead of it.
        backwards = bool(before) and not after
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
            first_id=data[0].id if data else "",
            last_id=data[-1].id if data else "",
            has_more=len(rows) > limit,
        )

    def _position(self, id_: str, parent: str, name: str) -> float:
        row = self._database.row(
            "SELECT seq FROM objects WHERE kind = ? AND parent = ? AND id = ? AND owner = ?",
            (self.kind, parent, id_, self._owner),
        )
        if row is not None:
            return float(row[0])
        left = self._database.places.of((self.kind, parent, self._owner, id_))
        if left is None:
            raise InvalidValueError(f"{name} is '{id_}', which is no {self.noun} of this list.", param=name)
        return left - 0.5  # a resource made since may have its very place, and comes after it


def _json(ids: Iterable[str]) -> str:
    return msgspec.json.encode(builtins.list(ids)).decode()
