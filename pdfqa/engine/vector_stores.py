"""Vector stores: sets of files, filled by batches, searched together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.errors import EmbedderMismatchError, FileError, PdfqaError
from pdfqa.passages import DEFAULT
from pdfqa.types import Progress
from pdfqa.wire import Deleted, FileCounts, LastError, VectorStore, VectorStoreFile, VectorStoreFileBatch

if TYPE_CHECKING:
    from pdfqa.engine.ingest import Item
    from pdfqa.index.query import Scope
    from pdfqa.search import Found

replace = msgspec.structs.replace


class VectorStores:
    """The operations on vector stores, their files and their batches."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stores = engine.store_objects
        self._files = engine.store_file_objects
        self._batches = engine.batch_objects

    def create(self, *, name: str = "", key: str | None = None, store_id: str | None = None) -> VectorStore:
        """Return a new, empty vector store; `key` finds it again."""
        now = self._engine.now()
        store = VectorStore(id=store_id or self._engine.new_id("vs_"), created_at=now, last_active_at=now, name=name)
        return self._stores.insert(store, key=key)

    def get(self, store_id: str) -> VectorStore:
        """Return a vector store with the present counts of its files."""
        store = self._stores.get(store_id)
        counts = count(self._files.all(parent=store_id))
        status = "in_progress" if counts.in_progress else "completed"
        return replace(store, file_counts=counts, status=status)

    def with_key(self, key: str) -> VectorStore | None:
        """Return the vector store that was made under a key, if there is one."""
        return next(iter(self._stores.with_key(key)), None)

    def delete(self, store_id: str) -> Deleted:
        """Delete a vector store; its files stay."""
        self._stores.get(store_id)
        with self._engine.database.atomic():
            self._files.delete_children(store_id)
            self._batches.delete_children(store_id)
            self._stores.delete(store_id)
        return Deleted(id=store_id, object="vector_store.deleted")

    def files(self, store_id: str) -> list[VectorStoreFile]:
        """Return a vector store's files, oldest first."""
        return self._files.all(parent=store_id)

    def detach(self, store_id: str, file_id: str) -> Deleted:
        """Take a file out of a vector store; the file stays."""
        with self._engine.database.atomic():
            self._files.delete(file_id, parent=store_id)
            # A store that stands for a set of contents no longer does; what was asked of it quotes the file.
            if self._stores.key(store_id):
                self.delete(store_id)
                for thread in self._engine.thread_objects.with_key(store_id):
                    self._engine.threads.delete_thread(thread.id)
        return Deleted(id=file_id, object="vector_store.file.deleted")

    def create_batch(self, store_id: str, file_ids: Sequence[str]) -> VectorStoreFileBatch:
        """Record that files are to be put into a vector store; `work` does it."""
        engine, now = self._engine, self._engine.now()
        batch = VectorStoreFileBatch(id=engine.new_id("vsfb_"), created_at=now, vector_store_id=store_id)
        with engine.database.atomic():
            self._stores.get(store_id)
            file_ids = list(dict.fromkeys(file_ids))
            for file_id in file_ids:
                engine.file_objects.get(file_id)
                entry = VectorStoreFile(id=file_id, created_at=now, vector_store_id=store_id)
                self._files.delete(file_id, parent=store_id)
                self._files.insert(entry, parent=store_id, key=batch.id)
            counts = FileCounts(in_progress=len(file_ids), total=len(file_ids))
            return self._batches.insert(replace(batch, file_counts=counts), parent=store_id)

    def get_batch(self, store_id: str, batch_id: str) -> VectorStoreFileBatch:
        """Return a batch with the present counts of its files."""
        return self._batches.get(batch_id, parent=store_id)

    def batch_files(self, batch_id: str) -> list[VectorStoreFile]:
        """Return a batch's files, oldest first."""
        return self._files.with_key(batch_id)

    def work(
        self,
        batch: VectorStoreFileBatch,
        *,
        items: Sequence[Item] | None = None,
        passwords: Sequence[str] = (),
        progress: Callable[[Progress], None] | None = None,
    ) -> dict[str, PdfqaError]:
        """Read and index a batch's files that are not yet; return what went wrong, by file id.

        An interruption cancels the rest of the batch and leaves no file half there.

        Args:
            batch: The batch.
            items: Its files, where they are known by other names than their own.
            passwords: Tried on encrypted files.
            progress: Told of every range of pages that was read.
        """
        from pdfqa.engine.ingest import Ingest  # most questions need nothing read

        if items is None:
            waiting = [entry.id for entry in self.batch_files(batch.id) if entry.status == "in_progress"]
            items = [self._item(file_id) for file_id in waiting]
        errors: dict[str, PdfqaError] = {}
        try:
            with Ingest(self._engine, passwords=passwords, progress=progress) as ingest:
                for item, error in ingest.run(items):
                    self._finish(batch, item.file_id, error)
                    if error is not None:
                        errors[item.file_id] = error
        except BaseException:
            self._settle(batch, "cancelled")
            raise
        self._settle(batch, "completed")
        return errors

    def search(self, store_id: str, question: str, *, k: int = 10) -> Found:
        """Return the best passages of a vector store."""
        from pdfqa.search import search

        engine = self._engine
        return search(engine.database, engine.documents, self.scope(store_id), engine.embedder, question, k)

    def scope(self, store_id: str) -> Scope:
        """Return the passages of a vector store's files.

        Raises:
            EmbedderMismatchError: They were embedded by another embedder than the present one.
        """
        rows = self._engine.database.rows(
            "SELECT DISTINCT i.id, i.embedder FROM objects s "
            "JOIN objects f ON f.kind = 'file' AND f.parent = '' AND f.id = s.id "
            "JOIN documents d ON d.sha256 = f.key JOIN indexes i ON i.document = d.id AND i.strategy = ? "
            "WHERE s.kind = 'vector_store.file' AND s.parent = ?",
            (DEFAULT.name, store_id),
        )
        embedder = self._engine.embedder
        other = next((name for _, name in rows if name != embedder.name), None)
        if other is not None:
            raise EmbedderMismatchError(
                f"these files were indexed with the embedder {other}; this pdfqa has {embedder.name}",
                hint="Remove and add them again (pdfqa rm FILE, pdfqa add FILE).",
            )
        return self._scope(tuple(row[0] for row in rows))

    @lru_cache(maxsize=4)  # noqa: B019 (lives as long as the engine; an index never changes, and no id is used twice)
    def _scope(self, indexes: tuple[int, ...]) -> Scope:
        from pdfqa.index.query import scope

        return scope(self._engine.database, indexes, self._engine.embedder.dimensions)

    def _item(self, file_id: str) -> Item:
        from pdfqa.engine.ingest import Item

        files = self._engine.files
        return Item(file_id=file_id, sha256=files.sha256(file_id), shown=files.get(file_id).filename)

    def _finish(self, batch: VectorStoreFileBatch, file_id: str, error: PdfqaError | None) -> None:
        entry = self._files.find(file_id, parent=batch.vector_store_id)
        if entry is None:  # taken out of the store meanwhile
            return
        if error is None:
            file = self._engine.file_objects.find(file_id)
            entry = replace(entry, status="completed", usage_bytes=file.bytes if file else 0)
        else:
            code = "invalid_file" if isinstance(error, FileError) else "server_error"
            code = "unsupported_file" if error.code == "unsupported_file" else code
            entry = replace(entry, status="failed", last_error=LastError(code=code, message=error.message))
        self._files.replace(entry, parent=batch.vector_store_id)

    def _settle(self, batch: VectorStoreFileBatch, status: str) -> None:
        """Give a batch its final state; files that were still to be read are cancelled."""
        with self._engine.database.atomic():
            for entry in self.batch_files(batch.id):
                if entry.status == "in_progress":
                    self._files.replace(replace(entry, status="cancelled"), parent=batch.vector_store_id)
            counts = count(self.batch_files(batch.id))
            done = replace(batch, status=status, file_counts=counts)
            self._batches.replace(done, parent=batch.vector_store_id)


def count(files: Sequence[VectorStoreFile]) -> FileCounts:
    """Return how many files are in which state."""
    states = Counter(file.status for file in files)
    return FileCounts(
        in_progress=states["in_progress"],
        completed=states["completed"],
        failed=states["failed"],
        cancelled=states["cancelled"],
        total=len(files),
    )
