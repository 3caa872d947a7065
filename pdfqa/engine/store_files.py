"""The files of vector stores, and batches: files that were put into a vector store together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from pdfqa.engine.context import Engine
from pdfqa.engine.vector_stores import counted
from pdfqa.errors import (
    FileAccessError,
    FileError,
    FileMissingError,
    NotAPdfError,
    ObjectNotFoundError,
    PdfqaError,
    ReaderFailedError,
    WrongStateError,
)
from pdfqa.passages import DEFAULT, AnyStrategy, TokenStrategy
from pdfqa.wire import Deleted, FileContent, FileCounts, LastError, ObjectPage, TextPiece, VectorStoreFile
from pdfqa.wire import VectorStoreFileBatch as Batch
from pdfqa.wire.objects import FileStatus
from pdfqa.wire.requests import (
    Chunking,
    CreateVectorStoreFile,
    CreateVectorStoreFileBatch,
    ListVectorStoreFiles,
    ModifyVectorStoreFile,
    StaticChunking,
)

replace = msgspec.structs.replace


class StoreFiles:
    """The operations on the files of vector stores, and on batches.

    The state of a batch is that of its files. Of those that have left its vector store meanwhile, the batch itself
    keeps count; with the last file that is done it gets its final state, which nothing changes any more.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._entries = engine.store_file_objects
        self._batches = engine.batch_objects

    def create(self, store_id: str, request: CreateVectorStoreFile) -> VectorStoreFile:
        """Put a file into a vector store, where it is being read.

        Raises:
            WrongStateError: The vector store has expired.
        """
        return self.attach(store_id, [request], field="file_id")[0]

    def attach(
        self,
        store_id: str,
        requests: Sequence[CreateVectorStoreFile],
        *,
        batch_id: str | None = None,
        field: str = "file_ids",
    ) -> list[VectorStoreFile]:
        """Put files into a vector store, to be read by jobs; a file that is in it already is put in anew."""
        engine, now = self._engine, self._engine.now()
        engine.vector_stores.use(store_id)
        wanted = {request.file_id: request for request in requests}
        entries = [
            VectorStoreFile(
                id=request.file_id,
                created_at=now,
                vector_store_id=store_id,
                chunking_strategy=_shown(request.chunking_strategy),
                attributes=request.attributes or {},
            )
            for request in wanted.values()
        ]
        with engine.database.atomic():
            engine.vector_stores.usable(store_id)  # again: now nobody can change it
            if engine.store_objects.key(store_id):  # it was the store of exactly some files: PDFQA makes itself another
                engine.store_objects.replace(engine.store_objects.get(store_id), key="")
            self.insert(store_id, entries, batch_id, field=field)
            engine.jobs.add_all([("ingest", engine.owner, store_id, entry.id) for entry in entries])
        return entries

    def insert(
        self, store_id: str, entries: Sequence[VectorStoreFile], batch_id: str | None, *, field: str = "file_ids"
    ) -> None:
        """Record files of a vector store; a file that was in it already is taken out first.

        Raises:
            ObjectNotFoundError: There is no such file; `param` is the field that names it.
        """
        ids = [entry.id for entry in entries]
        known = self._engine.file_objects.some(ids)
        for id_ in ids:
            if id_ not in known:
                error = self._engine.file_objects.missing(id_)
                error.param = field
                raise error
        self._take_out(store_id, self._entries.some(ids, parent=store_id).values())
        self._entries.insert_all(entries, parent=store_id, key=batch_id)

    def list(self, store_id: str, request: ListVectorStoreFiles) -> ObjectPage[VectorStoreFile]:
        """Return one page of a vector store's files."""
        self._engine.vector_stores.current(store_id)
        return self._page(store_id, request)

    def get(self, store_id: str, file_id: str) -> VectorStoreFile:
        """Return a file of a vector store."""
        self._engine.vector_stores.current(store_id)
        entry = self._entries.find(file_id, parent=store_id)
        if entry is None:
            raise ObjectNotFoundError(f"No file found with id '{file_id}' in vector store '{store_id}'.")
        return entry

    def modify(self, store_id: str, file_id: str, request: ModifyVectorStoreFile) -> VectorStoreFile:
        """Give a file of a vector store other attributes."""
        with self._engine.database.atomic():
            entry = replace(self.get(store_id, file_id), attributes=request.attributes or {})
            return self._entries.replace(entry, parent=store_id)

    def delete(self, store_id: str, file_id: str) -> Deleted:
        """Take a file out of a vector store; the file itself stays."""
        with self._engine.database.atomic():
            self.get(store_id, file_id)
            self.detach(store_id, file_id)
        return Deleted(id=file_id, object="vector_store.file.deleted")

    def detach(self, store_id: str, file_id: str) -> None:
        """Take a file out of a vector store, if it is in it; call it in a transaction."""
        engine = self._engine
        self._take_out(store_id, self._entries.some([file_id], parent=store_id).values())
        # A store that stands for a set of contents no longer does; what was asked of it quotes the file.
        if engine.store_objects.key(store_id):
            engine.vector_stores.delete(store_id)
        for thread in engine.thread_objects.with_key(store_id):
            engine.threads.delete(thread.id)

    def content(self, store_id: str, file_id: str) -> FileContent:
        """Return the text that was read of a file, page by page.

        Raises:
            WrongStateError: It was not read.
        """
        entry = self.get(store_id, file_id)
        if entry.status != "completed":
            reason = f": {entry.last_error.message}" if entry.last_error else ""
            raise WrongStateError(f"File {file_id} has no content, it is {entry.status}{reason}", param="file_id")
        texts = self._engine.documents.texts(self._engine.files.sha256(file_id))
        return FileContent(data=[TextPiece(text=text) for text in texts])

    def create_batch(self, store_id: str, request: CreateVectorStoreFileBatch) -> Batch:
        """Put files into a vector store, where they are being read.

        Raises:
            WrongStateError: The vector store has expired.
        """
        if request.files is not UNSET:
            files = request.files
        else:
            ids = request.file_ids if request.file_ids is not UNSET else []
            files = [
                CreateVectorStoreFile(
                    file_id=file_id, attributes=request.attributes, chunking_strategy=request.chunking_strategy
                )
                for file_id in ids
            ]
        with self._engine.database.atomic():
            batch_id = self._engine.new_id("vsfb_")
            field = "files" if request.files is not UNSET else "file_ids"
            self.attach(store_id, files, batch_id=batch_id, field=field)
            return self._new_batch(store_id, batch_id)

    def begin(self, store_id: str, file_ids: Sequence[str]) -> Batch:
        """Put files into a vector store, to be read by `pdfqa.engine.reader.work`, in passages of pdfqa's own size."""
        now, batch_id = self._engine.now(), self._engine.new_id("vsfb_")
        entries = [VectorStoreFile(id=id_, created_at=now, vector_store_id=store_id) for id_ in dict.fromkeys(file_ids)]
        with self._engine.database.atomic():
            self._engine.store_objects.get(store_id)
            self.insert(store_id, entries, batch_id)
            return self._new_batch(store_id, batch_id)

    def get_batch(self, store_id: str, batch_id: str) -> Batch:
        """Return a batch with the present counts of its files."""
        self._engine.vector_stores.current(store_id)
        return self._present(self._batches.get(batch_id, parent=store_id))

    def cancel_batch(self, store_id: str, batch_id: str) -> Batch:
        """Cancel the files of a batch that were not read yet.

        Raises:
            WrongStateError: The batch is done.
        """
        with self._engine.database.atomic():
            batch = self.get_batch(store_id, batch_id)
            if batch.status != "in_progress":
                raise WrongStateError(f"Batch {batch_id} is {batch.status}, it cannot be cancelled.", param="batch_id")
            return self.cancel_rest(batch)

    def list_batch(self, store_id: str, batch_id: str, request: ListVectorStoreFiles) -> ObjectPage[VectorStoreFile]:
        """Return one page of a batch's files, those that are still in the vector store."""
        self.get_batch(store_id, batch_id)
        return self._page(store_id, request, batch_id)

    def finish(self, store_id: str, file_id: str, error: PdfqaError | None) -> None:
        """Record in a transaction what came of a file; nothing happens if it is not waiting for that any more."""
        engine = self._engine
        entry = self._entries.find(file_id, parent=store_id)
        if entry is None or entry.status != "in_progress":  # taken out of the store, or cancelled
            return
        if error is None:
            file = engine.file_objects.get(file_id)
            entry = replace(entry, status="completed", usage_bytes=file.bytes)
            engine.vector_stores.weigh(store_id, file.bytes)
            if file.status == "uploaded":
                engine.file_objects.replace(replace(file, status="processed"))
        else:
            entry = replace(entry, status="failed", last_error=LastError(code=_code(error), message=error.message))
        self._entries.replace(entry, parent=store_id)
        engine.jobs.done("ingest", file_id, parent=store_id)
        self._settle_if_done(store_id, self._entries.key(file_id, parent=store_id))

    def cancel_rest(self, batch: Batch) -> Batch:
        """Cancel in a transaction what of a batch is in progress, and give it its final state."""
        waiting = self._entries.with_key(batch.id, tag="in_progress")
        cancelled = [replace(entry, status="cancelled") for entry in waiting]
        self._entries.replace_all(cancelled, parent=batch.vector_store_id)
        self._engine.jobs.done_all("ingest", [entry.id for entry in waiting], parent=batch.vector_store_id)
        return self._settle(self._batches.get(batch.id, parent=batch.vector_store_id), "cancelled")

    def clear(self, store_id: str) -> None:
        """Take all files out of a vector store, in a transaction."""
        self._take_out(store_id, self._entries.all_with_keys(parent=store_id))

    def _take_out(self, store_id: str, entries: Iterable[tuple[VectorStoreFile, str]]) -> None:
        """Take files out of a vector store; each comes with its batch, which goes on counting it."""
        entries = list(entries)
        if not entries:
            return
        ids = [entry.id for entry, _ in entries]
        self._entries.delete_all(ids, parent=store_id)
        self._engine.jobs.done_all("ingest", ids, parent=store_id)
        self._engine.vector_stores.weigh(store_id, -sum(entry.usage_bytes for entry, _ in entries))
        left: dict[str, dict[str, int]] = {}
        for entry, batch_id in entries:
            states = left.setdefault(batch_id, {})
            status = "cancelled" if entry.status == "in_progress" else entry.status
            states[status] = states.get(status, 0) + 1
        for batch_id, states in left.items():
            batch = self._batches.find(batch_id, parent=store_id)
            if batch is not None and batch.status == "in_progress":
                self._batches.replace(replace(batch, file_counts=_sum(batch.file_counts, states)), parent=store_id)
                self._settle_if_done(store_id, batch_id)

    def _new_batch(self, store_id: str, batch_id: str) -> Batch:
        """Record a batch; as long as it is in progress its counts are those of the files that have left."""
        batch = Batch(id=batch_id, created_at=self._engine.now(), vector_store_id=store_id)
        return self._present(self._batches.insert(batch, parent=store_id))

    def _present(self, batch: Batch) -> Batch:
        if batch.status != "in_progress":
            return batch
        states = self._entries.tally(parent=batch.vector_store_id, key=batch.id)
        return replace(batch, file_counts=_sum(batch.file_counts, states))

    def _settle_if_done(self, store_id: str, batch_id: str | None) -> None:
        if batch_id and not self._entries.key_is_used(batch_id, tag="in_progress"):
            self._settle(self._batches.get(batch_id, parent=store_id))

    def _settle(self, batch: Batch, status: FileStatus | None = None) -> Batch:
        """Give a batch its final state."""
        if batch.status != "in_progress":
            return batch
        counts = self._present(batch).file_counts
        if status is None:
            status = "completed" if counts.completed else "failed" if counts.failed else "cancelled"
        return self._batches.replace(replace(batch, file_counts=counts, status=status), parent=batch.vector_store_id)

    def _page(
        self, store_id: str, request: ListVectorStoreFiles, batch_id: str | None = None
    ) -> ObjectPage[VectorStoreFile]:
        return self._entries.list(
            parent=store_id,
            key=batch_id,
            tag=request.filter,
            limit=request.limit,
            order=request.order,
            after=request.after,
            before=request.before,
        )


def strategy(entry: VectorStoreFile) -> AnyStrategy:
    """Return how a file of a vector store is cut."""
    sizes = entry.chunking_strategy.get("static")
    if sizes is None:
        return DEFAULT
    return TokenStrategy(most=sizes["max_chunk_size_tokens"], overlap=sizes["chunk_overlap_tokens"])


def _shown(chunking: Chunking | None) -> dict[str, Any]:
    """Return a chunking strategy as the wire shows it: what the server chooses is shown as what it has chosen."""
    if isinstance(chunking, StaticChunking):
        sizes: dict[str, int] = msgspec.to_builtins(chunking.static)
    else:
        sizes = {"max_chunk_size_tokens": TokenStrategy().most, "chunk_overlap_tokens": TokenStrategy().overlap}
    return {"type": "static", "static": sizes}


def _code(error: PdfqaError) -> str:
    """Return which of the wire's three codes an error is."""
    if isinstance(error, NotAPdfError):
        return "unsupported_file"
    ours = (FileMissingError, FileAccessError, ReaderFailedError)
    return "invalid_file" if isinstance(error, FileError) and not isinstance(error, ours) else "server_error"


def _sum(counts: FileCounts, states: dict[str, int]) -> FileCounts:
    both = {
        name: getattr(counts, name) + states.get(name, 0)
        for name in ("in_progress", "completed", "failed", "cancelled")
    }
    return counted(both)
