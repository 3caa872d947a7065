"""Vector stores: sets of files that are searched together, and that may expire when nobody uses them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from pdfqa.engine.context import Engine
from pdfqa.errors import PdfqaError, WrongStateError
from pdfqa.store import Job
from pdfqa.wire import Deleted, FileCounts, ListRequest, ObjectPage, SearchResults, VectorStore
from pdfqa.wire.requests import (
    CreateVectorStore,
    CreateVectorStoreFile,
    ModifyVectorStore,
    SearchVectorStore,
    StoreExpiration,
)

if TYPE_CHECKING:
    from pdfqa.engine.answering import Sources
    from pdfqa.engine.finding import Located

_DAY = 86_400  # seconds
_NEVER_MIND = 60  # seconds; a store that was used so short a time ago is not written to for being used again

replace = msgspec.structs.replace


class VectorStores:
    """The operations on vector stores. One whose time is over expires when somebody next looks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._objects = engine.store_objects
        self._entries = engine.store_file_objects

    def create(self, request: CreateVectorStore) -> VectorStore:
        """Return a new vector store; its files are being read."""
        self._engine.files.expire()
        with self._engine.database.atomic():
            store = self.make(name=request.name or "")
            store = replace(store, description=request.description, metadata=request.metadata or {})
            self._objects.replace(_expiring(store, request.expires_after))
            files = [
                CreateVectorStoreFile(file_id=file_id, chunking_strategy=request.chunking_strategy)
                for file_id in request.file_ids
            ]
            self._engine.store_files.attach(store.id, files)
            return self.get(store.id)

    def make(self, *, name: str = "", key: str | None = None, store_id: str | None = None) -> VectorStore:
        """Return a new, empty vector store; `key` finds it again."""
        now = self._engine.now()
        store = VectorStore(id=store_id or self._engine.new_id("vs_"), created_at=now, last_active_at=now, name=name)
        return self._objects.insert(store, key=key)

    def list(self, request: ListRequest) -> ObjectPage[VectorStore]:
        """Return one page of the vector stores."""
        self._engine.files.expire()
        page = self._objects.list(limit=request.limit, order=request.order, after=request.after, before=request.before)
        return replace(page, data=[self._present(self._expired(store)) for store in page.data])

    def get(self, store_id: str) -> VectorStore:
        """Return a vector store with the present counts of its files."""
        return self._present(self.current(store_id))

    def with_key(self, key: str) -> VectorStore | None:
        """Return the vector store that was made under a key, if there is one."""
        return next(iter(self._objects.with_key(key)), None)

    def modify(self, store_id: str, request: ModifyVectorStore) -> VectorStore:
        """Change a vector store; what is not given stays. A new expiration counts from now on.

        Raises:
            WrongStateError: It has expired, and is to expire at another time.
        """
        self.current(store_id)
        with self._engine.database.atomic():
            store = self._objects.get(store_id)
            if request.name is not UNSET:
                store = replace(store, name=request.name or "")
            if request.metadata is not UNSET:
                store = replace(store, metadata=request.metadata or {})
            if request.expires_after is not UNSET:
                self.usable(store_id)
                store = _expiring(replace(store, last_active_at=self._engine.now()), request.expires_after)
            return self._present(self._objects.replace(store))

    def delete(self, store_id: str) -> Deleted:
        """Delete a vector store; its files stay."""
        engine = self._engine
        with engine.database.atomic():
            self._objects.get(store_id)
            engine.jobs.drop_children("ingest", store_id)
            self._entries.delete_children(store_id)
            engine.batch_objects.delete_children(store_id)
            self._objects.delete(store_id)
        return Deleted(id=store_id, object="vector_store.deleted")

    def search(self, store_id: str, request: SearchVectorStore) -> SearchResults:
        """Return the passages of a vector store that speak most of one or more queries, best first.

        Raises:
            WrongStateError: The vector store has expired.
        """
        from pdfqa.engine.finding import search_store

        return search_store(self._engine, store_id, request)

    def find(self, sources: Sources, question: str, k: int) -> Located:
        """Return the best passages for a question: of vector stores and files, or of everything that was read.

        Raises:
            ObjectNotFoundError: A vector store is not there.
            WrongStateError: One has expired.
            EmbedderMismatchError: Files were indexed by another embedder than the present one.
        """
        from pdfqa.engine.finding import find

        return find(self._engine, sources, [question], k)

    def read(self, jobs: Sequence[Job], stopping: Callable[[], bool]) -> None:
        """Read and index the files of some jobs, of any owners; what is not done in time stays a job."""
        self._engine.reader.read(jobs, stopping)

    def read_files(self, file_ids: Sequence[str]) -> dict[str, PdfqaError]:
        """Read and index files that are not yet, now and here; return what went wrong, by file id."""
        return self._engine.reader.read_files(self._engine, file_ids)

    def current(self, store_id: str) -> VectorStore:
        """Return a vector store, expired if its time is over."""
        self._engine.files.expire()
        return self._expired(self._objects.get(store_id))

    def usable(self, store_id: str) -> VectorStore:
        """Return a vector store that has not expired.

        Raises:
            WrongStateError: It has.
        """
        store = self.current(store_id)
        if store.status == "expired":
            raise WrongStateError(
                f"Vector store {store_id} has expired.",
                hint="Create another, and attach the files to it.",
                param="vector_store_id",
            )
        return store

    def use(self, store_id: str) -> None:
        """Note that a vector store is used, which puts off its expiration.

        Raises:
            WrongStateError: It has expired.
        """
        store, now = self.usable(store_id), self._engine.now()
        # A store of PDFQA's own never expires, and a question about it waits for nobody who writes.
        if now - (store.last_active_at or 0) < _NEVER_MIND or self._objects.key(store_id):
            return
        with self._engine.database.atomic():
            store = replace(self.usable(store_id), last_active_at=now)
            self._objects.replace(replace(store, expires_at=_expiry(store)))

    def weigh(self, store_id: str, gained: int) -> None:
        """Record in a transaction how many bytes a vector store has gained."""
        store = self._objects.find(store_id)
        if store is not None and gained:
            self._objects.replace(replace(store, usage_bytes=max(0, store.usage_bytes + gained)))

    def _present(self, store: VectorStore) -> VectorStore:
        """Return a vector store with the present counts of its files."""
        states = self._entries.tally(parent=store.id)
        if store.status != "expired":
            store = replace(store, status="in_progress" if "in_progress" in states else "completed")
        return replace(store, file_counts=counted(states))

    def _expired(self, store: VectorStore) -> VectorStore:
        """Return a vector store, expired if its time is over: its files are no longer in it then."""
        if store.status == "expired" or store.expires_at is None or store.expires_at > self._engine.now():
            return store
        with self._engine.database.atomic():
            store = self._objects.get(store.id)
            if store.status == "expired" or store.expires_at is None or store.expires_at > self._engine.now():
                return store  # another thread used it, or was faster
            self._engine.store_files.clear(store.id)
            return self._objects.replace(replace(store, status="expired", usage_bytes=0))


def counted(states: dict[str, int]) -> FileCounts:
    """Return how many files are in which state."""
    return FileCounts(**states, total=sum(states.values()))


def _expiring(store: VectorStore, after: StoreExpiration | None) -> VectorStore:
    store = replace(store, expires_after=msgspec.to_builtins(after) if after else UNSET)
    return replace(store, expires_at=_expiry(store))


def _expiry(store: VectorStore) -> int | None:
    """Return when a vector store expires if it is not used."""
    after = store.expires_after
    return (store.last_active_at or store.created_at) + after["days"] * _DAY if isinstance(after, dict) else None
