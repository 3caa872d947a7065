"""The engine's parts, wired together once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from pdfqa import wire
from pdfqa.config import Settings
from pdfqa.store import Blobs, Database, Documents, Objects

if TYPE_CHECKING:
    from pdfqa.embed import StaticEmbedder
    from pdfqa.engine.files import Files
    from pdfqa.engine.runs import Runs
    from pdfqa.engine.threads import Threads
    from pdfqa.engine.vector_stores import VectorStores

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def random_id(prefix: str) -> str:
    """Return an id as the wire has them: the prefix and 24 random letters and digits."""
    number, letters = int.from_bytes(os.urandom(20), "big"), []
    for _ in range(24):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return prefix + "".join(letters)


class Engine:
    """One home directory and everything that can be done with it; a context manager.

    Args:
        settings: Where the home is, and the limits.
        clock: Returns seconds since 1970.
        new_id: Makes an id from its prefix.
        trace: Called with every SQL statement.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[str], str] = random_id,
        trace: Callable[[str], None] | None = None,
    ) -> None:
        self.settings = settings
        self.new_id = new_id
        self._clock = clock
        self.database = Database(settings.home, busy_seconds=settings.busy_seconds, trace=trace)
        self.blobs = Blobs(self.database)
        self.documents = Documents(self.database)
        self.file_objects = Objects(self.database, "file", wire.File, "file")
        self.store_objects = Objects(self.database, "vector_store", wire.VectorStore, "vector store")
        self.store_file_objects = Objects(self.database, "vector_store.file", wire.VectorStoreFile, "file")
        self.batch_objects = Objects(self.database, "vector_store.files_batch", wire.VectorStoreFileBatch, "batch")
        self.assistant_objects = Objects(self.database, "assistant", wire.Assistant, "assistant")
        self.thread_objects = Objects(self.database, "thread", wire.Thread, "thread")
        self.message_objects = Objects(self.database, "thread.message", wire.Message, "message")
        self.run_objects = Objects(self.database, "thread.run", wire.Run, "run")
        self.step_objects = Objects(self.database, "thread.run.step", wire.RunStep, "run step")

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def now(self) -> int:
        """Return the time in whole seconds since 1970."""
        return int(self._clock())

    @cached_property
    def embedder(self) -> StaticEmbedder:
        """Return what makes vectors of questions and passages."""
        from pdfqa.embed import StaticEmbedder

        return StaticEmbedder.load()

    @cached_property
    def files(self) -> Files:
        """Return the operations on files."""
        from pdfqa.engine.files import Files

        return Files(self)

    @cached_property
    def vector_stores(self) -> VectorStores:
        """Return the operations on vector stores, their files and batches."""
        from pdfqa.engine.vector_stores import VectorStores

        return VectorStores(self)

    @cached_property
    def threads(self) -> Threads:
        """Return the operations on assistants, threads and messages."""
        from pdfqa.engine.threads import Threads

        return Threads(self)

    @cached_property
    def runs(self) -> Runs:
        """Return the operations on runs and their steps."""
        from pdfqa.engine.runs import Runs

        return Runs(self)
