"""Files, vector stores and batches in any order of operations, with jobs done at any moment, against a plain model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pdfqa.engine import Engine
from pdfqa.passages import DEFAULT, TokenStrategy
from pdfqa.store import Job
from pdfqa.wire import ListRequest, check
from pdfqa.wire.requests import (
    CreateVectorStore,
    CreateVectorStoreFile,
    CreateVectorStoreFileBatch,
    FileExpiration,
    ListFiles,
    ListVectorStoreFiles,
    ModifyVectorStore,
    SearchVectorStore,
)
from tests.homes import CLUB, MINE, PARK, counted_ids
from tests.homes import settings as home_settings
from tests.shelves import AUTO, NO_PDF, Clock, known, pdf_bytes, upload

DAY = 86_400
SMALL = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 20}}
TEXTS = [CLUB, PARK, MINE]
numbers = st.integers(0, 10**6)


@dataclass
class ModelFile:
    size: int
    readable: bool
    expires_at: int | None = None


@dataclass
class Entry:
    incarnation: int
    batch: str | None
    status: str = "in_progress"


@dataclass
class ModelStore:
    last_active: int
    days: int | None
    entries: dict[str, Entry] = field(default_factory=dict)
    expired: bool = False

    @property
    def expires_at(self) -> int | None:
        return None if self.days is None else self.last_active + self.days * DAY


@dataclass
class ModelBatch:
    store: str
    left: Counter[str] = field(default_factory=Counter)
    settled: tuple[str, dict[str, int]] | None = None


class Machine(RuleBasedStateMachine):
    """One owner of a home that many share; each run of the machine is another owner."""

    def __init__(self, root: Engine, clock: Clock) -> None:
        super().__init__()
        self.root = root
        self.clock = clock
        self.engine = root.owned_by(root.new_id("key-"))
        self.files: dict[str, ModelFile] = {}
        self.stores: dict[str, ModelStore] = {}
        self.batches: dict[str, ModelBatch] = {}
        self.taken: list[tuple[Job, int]] = []
        self.count = 0

    # Operations.

    @rule(kind=st.sampled_from(["known", "known", "known", "lost", "bad", "new"]), number=numbers, brief=st.booleans())
    def upload(self, kind: str, number: int, brief: bool) -> None:
        self.count += 1
        data = {
            "known": pdf_bytes(TEXTS[number % len(TEXTS)]),
            "lost": b"lost %d %s" % (self.count, self.engine.owner.encode()),
            "bad": NO_PDF + str(number % 3).encode(),
            "new": pdf_bytes(f"{CLUB} Edition {number % 5}."),
        }[kind]
        after = FileExpiration(anchor="created_at", seconds=3600 * (1 + number % 30)) if brief else None
        file = upload(self.engine, data, f"{kind}{self.count}.pdf", expires_after=after)
        if kind == "lost":
            self.engine.blobs._path(self.engine.files.sha256(file.id)).unlink()
        expires = self.clock.time + after.seconds if after else None
        self.files[file.id] = ModelFile(len(data), kind in {"known", "new"}, expires)

    @precondition(lambda self: self.files)
    @rule(number=numbers)
    def delete_file(self, number: int) -> None:
        file_id = self.pick(self.files, number)
        self.engine.files.delete(file_id)
        self.forget_file(file_id)

    @rule(chosen=st.lists(numbers, max_size=3), days=st.sampled_from([None, 1, 2]))
    def create_store(self, chosen: list[int], days: int | None) -> None:
        ids = self.pick_some(chosen)
        fields: dict[str, Any] = {"file_ids": ids}
        if days:
            fields["expires_after"] = {"anchor": "last_active_at", "days": days}
        store_id = self.engine.vector_stores.create(check(CreateVectorStore, fields)).id
        self.stores[store_id] = ModelStore(self.clock.time, days)
        self.put_in(store_id, ids, None)

    @precondition(lambda self: self.alive())
    @rule(number=numbers, chosen=st.lists(numbers, min_size=1, max_size=3), small=st.booleans(), batch=st.booleans())
    def attach(self, number: int, chosen: list[int], small: bool, batch: bool) -> None:
        store_id, ids = self.pick(self.alive(), number), self.pick_some(chosen)
        if not ids:
            return
        chunking = {"chunking_strategy": SMALL} if small else {}
        batch_id = None
        if batch:
            request = check(CreateVectorStoreFileBatch, {"file_ids": ids, **chunking})
            batch_id = self.engine.store_files.create_batch(store_id, request).id
            self.batches[batch_id] = ModelBatch(store_id)
        else:
            ids = ids[:1]
            self.engine.store_files.create(store_id, check(CreateVectorStoreFile, {"file_id": ids[0], **chunking}))
        self.use(store_id)
        self.put_in(store_id, ids, batch_id)

    @precondition(lambda self: self.open_batches())
    @rule(number=numbers)
    def cancel_batch(self, number: int) -> None:
        batch_id = self.pick(self.open_batches(), number)
        batch = self.batches[batch_id]
        cancelled = self.engine.store_files.cancel_batch(batch.store, batch_id)
        assert 0 == cancelled.file_counts.in_progress
        for entry in self.stores[batch.store].entries.values():
            if entry.batch == batch_id and entry.status == "in_progress":
                entry.status = "cancelled"
        batch.settled = "cancelled", self.counted(batch_id)

    @precondition(lambda self: self.places())
    @rule(number=numbers)
    def detach(self, number: int) -> None:
        store_id, file_id = self.pick(self.places(), number)
        self.engine.store_files.delete(store_id, file_id)
        self.take_out(store_id, file_id)

    @precondition(lambda self: self.stores)
    @rule(number=numbers)
    def delete_store(self, number: int) -> None:
        store_id = self.pick(self.stores, number)
        self.engine.vector_stores.delete(store_id)
        self.forget_store(store_id)

    @precondition(lambda self: self.alive())
    @rule(number=numbers, days=st.sampled_from([None, 1, 3]))
    def change_expiry(self, number: int, days: int | None) -> None:
        store_id = self.pick(self.alive(), number)
        after = {"anchor": "last_active_at", "days": days} if days else None
        self.engine.vector_stores.modify(store_id, check(ModifyVectorStore, {"expires_after": after}))
        self.stores[store_id].days, self.stores[store_id].last_active = days, self.clock.time

    @precondition(lambda self: self.alive())
    @rule(number=numbers)
    def search(self, number: int) -> None:
        store_id = self.pick(self.alive(), number)
        found = self.engine.vector_stores.search(store_id, SearchVectorStore(query="the club, the park, the mine"))
        self.use(store_id)
        done = {id_ for id_, entry in self.stores[store_id].entries.items() if entry.status == "completed"}
        assert {result.file_id for result in found.data} <= done
        assert bool(found.data) == bool(done)

    @rule(seconds=st.sampled_from([30, 3600, DAY]))
    def wait(self, seconds: int) -> None:
        self.clock.time += seconds
        for file_id, file in list(self.files.items()):
            if file.expires_at is not None and file.expires_at <= self.clock.time:
                self.forget_file(file_id)
        for store_id, store in self.stores.items():
            if store.expires_at is not None and store.expires_at <= self.clock.time and not store.expired:
                for file_id in list(store.entries):
                    self.take_out(store_id, file_id)
                store.expired = True

    # Jobs: done at once, or taken now and done later, when what they are for may be gone.

    @rule(most=st.integers(1, 4))
    def read(self, most: int) -> None:
        self.do([(job, self.incarnation(job)) for job in self.jobs()[:most]])

    @rule(most=st.integers(1, 4))
    def take(self, most: int) -> None:
        self.taken = [(job, self.incarnation(job)) for job in self.jobs()[:most]]

    @precondition(lambda self: self.taken)
    @rule()
    def finish_taken(self) -> None:
        self.do(self.taken)
        self.taken = []

    def do(self, jobs: list[tuple[Job, int]]) -> None:
        self.engine.vector_stores.read([job for job, _ in jobs], lambda: False)
        for job, incarnation in jobs:
            store = self.stores.get(job.parent)
            entry = store.entries.get(job.target) if store else None
            if entry and entry.incarnation == incarnation and entry.status == "in_progress":
                entry.status = "completed" if self.files[job.target].readable else "failed"
                self.settle(entry.batch)

    # The model.

    def pick(self, among: Any, number: int) -> Any:
        return list(among)[number % len(among)]

    def pick_some(self, chosen: list[int]) -> list[str]:
        return list(dict.fromkeys(self.pick(self.files, number) for number in chosen)) if self.files else []

    def alive(self) -> list[str]:
        return [store_id for store_id, store in self.stores.items() if not store.expired]

    def open_batches(self) -> list[str]:
        return [batch_id for batch_id, batch in self.batches.items() if batch.settled is None]

    def places(self) -> list[tuple[str, str]]:
        return [(store_id, file_id) for store_id, store in self.stores.items() for file_id in store.entries]

    def jobs(self) -> list[Job]:
        return [job for job in self.root.jobs.mine("ingest", limit=100) if job.owner == self.engine.owner]

    def incarnation(self, job: Job) -> int:
        return self.stores[job.parent].entries[job.target].incarnation

    def use(self, store_id: str) -> None:
        if self.clock.time - self.stores[store_id].last_active >= 60:
            self.stores[store_id].last_active = self.clock.time

    def put_in(self, store_id: str, ids: list[str], batch_id: str | None) -> None:
        entries = self.stores[store_id].entries
        for file_id in ids:
            if file_id in entries:
                self.take_out(store_id, file_id)
        for file_id in ids:
            self.count += 1
            entries[file_id] = Entry(self.count, batch_id)

    def take_out(self, store_id: str, file_id: str) -> None:
        entry = self.stores[store_id].entries.pop(file_id)
        if entry.batch and self.batches[entry.batch].settled is None:
            self.batches[entry.batch].left["cancelled" if entry.status == "in_progress" else entry.status] += 1
            self.settle(entry.batch)

    def forget_file(self, file_id: str) -> None:
        for store_id, store in self.stores.items():
            if file_id in store.entries:
                self.take_out(store_id, file_id)
        del self.files[file_id]

    def forget_store(self, store_id: str) -> None:
        del self.stores[store_id]
        self.batches = {id_: batch for id_, batch in self.batches.items() if batch.store != store_id}

    def counted(self, batch_id: str) -> dict[str, int]:
        batch = self.batches[batch_id]
        entries = self.stores[batch.store].entries.values()
        counts = batch.left + Counter(entry.status for entry in entries if entry.batch == batch_id)
        return {
            **dict.fromkeys(("in_progress", "completed", "failed", "cancelled"), 0),
            **counts,
            "total": counts.total(),
        }

    def settle(self, batch_id: str | None) -> None:
        if batch_id and self.batches[batch_id].settled is None and not self.counted(batch_id)["in_progress"]:
            counts = self.counted(batch_id)
            status = next(name for name in ("completed", "failed", "cancelled") if counts[name])
            self.batches[batch_id].settled = status, counts

    # What must always hold.

    @invariant()
    def files_are_those_of_the_model(self) -> None:
        assert list(self.files) == [file.id for file in self.engine.files.list(ListFiles(order="asc")).data]

    @invariant()
    def stores_are_those_of_the_model(self) -> None:
        listed = self.engine.vector_stores.list(ListRequest(order="asc", limit=100)).data
        assert list(self.stores) == [store.id for store in listed]
        for store in listed:
            model = self.stores[store.id]
            states = Counter(entry.status for entry in model.entries.values())
            expected = {**dict.fromkeys(("in_progress", "completed", "failed", "cancelled"), 0), **states}
            assert {**expected, "total": states.total()} == msgspec.to_builtins(store.file_counts)
            status = "expired" if model.expired else "in_progress" if states["in_progress"] else "completed"
            assert (status, model.expires_at, model.last_active) == (
                store.status,
                store.expires_at,
                store.last_active_at,
            )
            used = sum(self.files[id_].size for id_, entry in model.entries.items() if entry.status == "completed")
            assert used == store.usage_bytes
            entries = self.engine.store_files.list(store.id, ListVectorStoreFiles(order="asc", limit=100)).data
            assert [(id_, entry.status) for id_, entry in model.entries.items()] == [
                (entry.id, entry.status) for entry in entries
            ]
            assert all((entry.status == "failed") == (entry.last_error is not None) for entry in entries)

    @invariant()
    def batches_are_those_of_the_model(self) -> None:
        for batch_id, model in self.batches.items():
            batch = self.engine.store_files.get_batch(model.store, batch_id)
            status, counts = model.settled or ("in_progress", self.counted(batch_id))
            assert (status, counts) == (batch.status, msgspec.to_builtins(batch.file_counts))
            inside = [id_ for id_, entry in self.stores[model.store].entries.items() if entry.batch == batch_id]
            listed = self.engine.store_files.list_batch(
                model.store, batch_id, ListVectorStoreFiles(order="asc", limit=100)
            )
            assert inside == [entry.id for entry in listed.data]

    @invariant()
    def what_is_in_progress_has_a_job_and_nothing_else_has(self) -> None:
        waiting = {
            (store_id, file_id)
            for store_id, file_id in self.places()
            if self.stores[store_id].entries[file_id].status == "in_progress"
        }
        assert waiting == {(job.parent, job.target) for job in self.jobs()}

    @invariant()
    def nothing_is_left_of_what_is_gone(self) -> None:
        orphans = """
            SELECT id FROM objects WHERE kind IN ('vector_store.file', 'vector_store.files_batch')
                AND parent NOT IN (SELECT id FROM objects WHERE kind = 'vector_store')
            UNION ALL SELECT id FROM objects WHERE kind = 'vector_store.file'
                AND id NOT IN (SELECT id FROM objects WHERE kind = 'file')
            UNION ALL SELECT sha256 FROM contents WHERE sha256 NOT IN (SELECT key FROM objects WHERE kind = 'file')
            UNION ALL SELECT term FROM postings WHERE segment NOT IN (SELECT id FROM segments)
        """
        assert [] == self.root.database.rows(orphans)
        kept = {path.name for path in (self.root.database.home / "blobs").glob("??/*")}
        assert kept <= {sha256 for (sha256,) in self.root.database.rows("SELECT sha256 FROM contents")}

    def teardown(self) -> None:
        for store_id in list(self.stores):
            self.engine.vector_stores.delete(store_id)
        for file_id in list(self.files):
            self.engine.files.delete(file_id)
        assert [] == self.root.database.rows("SELECT * FROM objects WHERE owner = ?", (self.engine.owner,))
        assert [] == self.jobs()


def test_any_order_of_operations_leaves_what_a_plain_model_has(tmp_path: Path) -> None:
    clock = Clock()
    cuts = (DEFAULT, AUTO, TokenStrategy(100, 20))
    with Engine(home_settings(tmp_path / "home", workers=1), clock=clock, new_id=counted_ids()) as root:
        root.jobs.begin("worker-test")
        for text in TEXTS:
            known(root, text, cut=cuts)
        run_state_machine_as_test(
            lambda: Machine(root, clock),  # type: ignore[arg-type]  # any maker of machines will do
            settings=settings(
                max_examples=30,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            ),
        )
