"""The scopes that were searched last: loading the vectors of a large one takes longer than searching it."""

from __future__ import annotations

import threading
from collections import OrderedDict

from pdfqa.index.query import Scope, scope
from pdfqa.store.database import Database

_BYTES = 256 << 20  # that may be kept; the last one is kept whatever its size


class Scopes:
    """Scopes by their indexes. An index never changes, and no id is used twice. Thread-safe."""

    def __init__(self, database: Database, dimensions: int) -> None:
        self._database = database
        self._dimensions = dimensions
        self._kept: OrderedDict[tuple[int, ...], Scope] = OrderedDict()
        self._lock = threading.Lock()
        self._loading = threading.Lock()

    def open(self, indexes: tuple[int, ...]) -> Scope:
        """Return what is needed to search some indexes."""
        found = self._find(indexes)
        if found is not None:
            return found
        with self._loading:  # who comes second waits for what the first one loads
            found = self._find(indexes)
            if found is None:
                found = scope(self._database, indexes, self._dimensions)
                self._keep(indexes, found)
        return found

    def _find(self, indexes: tuple[int, ...]) -> Scope | None:
        with self._lock:
            if indexes in self._kept:
                self._kept.move_to_end(indexes)
            return self._kept.get(indexes)

    def _keep(self, indexes: tuple[int, ...], found: Scope) -> None:
        with self._lock:
            self._kept[indexes] = found
            while len(self._kept) > 1 and sum(where.nbytes for where in self._kept.values()) > _BYTES:
                self._kept.popitem(last=False)
