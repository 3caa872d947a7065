"""Batches: files put into a vector store together, counted until the last is done, and never after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa.engine import Engine
from pdfqa.errors import InvalidRequestError, InvalidValueError, ObjectNotFoundError, WrongStateError
from pdfqa.wire import File, VectorStoreFileBatch, check
from pdfqa.wire.requests import CreateVectorStore, CreateVectorStoreFileBatch, ListVectorStoreFiles
from tests.homes import CLUB, MINE, PARK, counted_ids, settings
from tests.shelves import NO_PDF, NOW, Clock, attach, jobs_left, known, read, store_with, upload


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(home: Path, clock: Clock) -> Iterator[Engine]:
    with Engine(settings(home), clock=clock, new_id=counted_ids()) as engine:
        yield engine


@pytest.fixture
def store(engine: Engine) -> str:
    return engine.vector_stores.create(CreateVectorStore()).id


@pytest.fixture
def three(engine: Engine) -> list[File]:
    return [known(engine, text) for text in (CLUB, PARK, MINE)]


def lost(engine: Engine, text: bytes = NO_PDF) -> File:
    """Upload a file whose bytes are gone when it is to be read."""
    file = upload(engine, text)
    engine.blobs._path(engine.files.sha256(file.id)).unlink()
    return file


def batch_of(engine: Engine, store: str, *files: File, **fields: Any) -> str:
    request = check(CreateVectorStoreFileBatch, {"file_ids": [file.id for file in files], **fields})
    return engine.store_files.create_batch(store, request).id


def state(batch: VectorStoreFileBatch) -> tuple[str, str]:
    """Return a batch's status, and how many files are in progress, completed, failed and cancelled, and all."""
    counts = batch.file_counts
    return batch.status, (
        f"{counts.in_progress} {counts.completed} {counts.failed} {counts.cancelled} of {counts.total}"
    )


def now(engine: Engine, store: str, batch_id: str) -> tuple[str, str]:
    return state(engine.store_files.get_batch(store, batch_id))


def ids(engine: Engine, store: str, batch_id: str, **fields: Any) -> list[str]:
    page = engine.store_files.list_batch(store, batch_id, check(ListVectorStoreFiles, {"order": "asc", **fields}))
    return [entry.id for entry in page.data]


def test_a_batch_has_the_wires_fields(engine: Engine, store: str, three: list[File]) -> None:
    batch = engine.store_files.create_batch(store, CreateVectorStoreFileBatch(file_ids=[file.id for file in three]))
    expected = {
        "id": "vsfb_5",
        "object": "vector_store.files_batch",
        "created_at": NOW,
        "vector_store_id": store,
        "status": "in_progress",
        "file_counts": {"in_progress": 3, "completed": 0, "failed": 0, "cancelled": 0, "total": 3},
    }
    assert expected == batch.to_dict()
    assert batch == engine.store_files.get_batch(store, batch.id)


def test_a_batch_is_done_with_its_last_file(engine: Engine, store: str, three: list[File]) -> None:
    batch = batch_of(engine, store, *three)
    seen = [now(engine, store, batch)]
    while read(engine, limit=1):
        seen.append(now(engine, store, batch))
    assert [
        ("in_progress", "3 0 0 0 of 3"),
        ("in_progress", "2 1 0 0 of 3"),
        ("in_progress", "1 2 0 0 of 3"),
        ("completed", "0 3 0 0 of 3"),
    ] == seen


def test_a_bad_file_fails_alone(engine: Engine, store: str, three: list[File]) -> None:
    batch = batch_of(engine, store, three[0], lost(engine))
    read(engine)
    assert ("completed", "0 1 1 0 of 2") == now(engine, store, batch)
    assert [three[0].id] == ids(engine, store, batch, filter="completed")


def test_a_batch_of_which_nothing_could_be_read_has_failed(engine: Engine, store: str) -> None:
    batch = batch_of(engine, store, lost(engine), lost(engine, b"%PDF-1.7 gone"))
    read(engine)
    assert ("failed", "0 0 2 0 of 2") == now(engine, store, batch)


def test_cancelling_moves_the_counts_at_once(engine: Engine, store: str, three: list[File]) -> None:
    batch = batch_of(engine, store, *three)
    read(engine, limit=1)
    cancelled = engine.store_files.cancel_batch(store, batch)
    assert ("cancelled", "0 1 0 2 of 3") == state(cancelled) == now(engine, store, batch)
    assert (0, 0) == (jobs_left(engine), read(engine))
    assert [file.id for file in three[1:]] == ids(engine, store, batch, filter="cancelled")
    with pytest.raises(WrongStateError, match=f"Batch {batch} is cancelled"):
        engine.store_files.cancel_batch(store, batch)


def test_a_batch_that_is_done_cannot_be_cancelled(engine: Engine, store: str, three: list[File]) -> None:
    batch = batch_of(engine, store, *three)
    read(engine)
    with pytest.raises(WrongStateError, match=f"Batch {batch} is completed") as caught:
        engine.store_files.cancel_batch(store, batch)
    assert 400 == caught.value.status
    assert ("completed", "0 3 0 0 of 3") == now(engine, store, batch)


def test_a_cancelled_file_can_be_put_in_again(engine: Engine, store: str, three: list[File]) -> None:
    first = batch_of(engine, store, *three)
    engine.store_files.cancel_batch(store, first)
    second = batch_of(engine, store, *three)
    read(engine)
    assert ("cancelled", "0 0 0 3 of 3") == now(engine, store, first)
    assert ("completed", "0 3 0 0 of 3") == now(engine, store, second)
    assert 3 == engine.vector_stores.get(store).file_counts.completed


def test_a_result_that_comes_after_the_cancellation_is_dropped(engine: Engine, store: str, three: list[File]) -> None:
    batch = batch_of(engine, store, *three)
    jobs = [*_taken(engine)]
    engine.store_files.cancel_batch(store, batch)
    engine.vector_stores.read(jobs, lambda: False)
    assert ("cancelled", "0 0 0 3 of 3") == now(engine, store, batch)
    assert {"cancelled"} == {entry.status for entry in engine.store_file_objects.all(parent=store)}


def test_a_result_of_an_earlier_time_is_not_taken_for_a_later_one(engine: Engine, store: str) -> None:
    """The file is put in anew, and is to be cut in another way, while a job that knows nothing of it is under way."""
    file = lost(engine)
    attach(engine, store, file)
    jobs = [*_taken(engine)]
    engine.store_files.delete(store, file.id)
    attach(engine, store, file)
    engine.vector_stores.read(jobs, lambda: False)
    assert "in_progress" == engine.store_files.get(store, file.id).status
    assert 1 == read(engine)
    assert "failed" == engine.store_files.get(store, file.id).status


def _taken(engine: Engine) -> Iterator[Any]:
    engine.jobs.begin("worker-slow")
    engine.jobs.adopt()
    yield from engine.jobs.mine("ingest", limit=100)


def test_files_that_leave_the_store_go_on_being_counted(engine: Engine, store: str, three: list[File]) -> None:
    bad = lost(engine)
    batch = batch_of(engine, store, bad, *three)
    read(engine, limit=2)
    assert ("in_progress", "2 1 1 0 of 4") == now(engine, store, batch)
    engine.store_files.delete(store, three[0].id)
    engine.files.delete(bad.id)
    engine.files.delete(three[1].id)
    assert ("in_progress", "1 1 1 1 of 4") == now(engine, store, batch)
    assert [three[2].id] == ids(engine, store, batch)
    read(engine)
    assert ("completed", "0 2 1 1 of 4") == now(engine, store, batch)


def test_a_batch_whose_files_all_leave_is_done(engine: Engine, store: str, three: list[File]) -> None:
    batch = batch_of(engine, store, *three)
    for file in three:
        engine.store_files.delete(store, file.id)
    assert ("cancelled", "0 0 0 3 of 3") == now(engine, store, batch)


def test_a_file_that_a_later_batch_takes_is_cancelled_in_the_first(
    engine: Engine, store: str, three: list[File]
) -> None:
    one = batch_of(engine, store, *three)
    two = batch_of(engine, store, three[0])
    assert ("in_progress", "2 0 0 1 of 3") == now(engine, store, one)
    assert ("in_progress", "1 0 0 0 of 1") == now(engine, store, two)
    read(engine)
    assert ("completed", "0 2 0 1 of 3") == now(engine, store, one)
    assert ("completed", "0 1 0 0 of 1") == now(engine, store, two)


def test_what_becomes_of_a_file_later_does_not_change_a_batch(engine: Engine, store: str, three: list[File]) -> None:
    batch = batch_of(engine, store, *three)
    read(engine)
    engine.files.delete(three[0].id)
    batch_of(engine, store, three[1])
    assert ("completed", "0 3 0 0 of 3") == now(engine, store, batch)
    assert [three[2].id] == ids(engine, store, batch)


def test_a_store_that_expires_ends_its_batches(engine: Engine, clock: Clock, three: list[File]) -> None:
    store = store_with(engine, expires_after=_one_day())
    batch = batch_of(engine, store, *three)
    read(engine, limit=1)
    clock.time += 86_400
    assert ("completed", "0 1 0 2 of 3") == now(engine, store, batch)
    assert 0 == jobs_left(engine)


def _one_day() -> Any:
    fields = {"expires_after": {"anchor": "last_active_at", "days": 1}}
    return check(CreateVectorStore, fields).expires_after


def test_a_file_named_twice_counts_once(engine: Engine, store: str, three: list[File]) -> None:
    batch = batch_of(engine, store, three[0], three[0])
    assert ("in_progress", "1 0 0 0 of 1") == now(engine, store, batch)


def test_all_files_may_have_the_same_attributes_or_each_its_own(engine: Engine, store: str, three: list[File]) -> None:
    one, two, _ = three
    batch_of(engine, store, one, two, attributes={"a": 1})
    assert [{"a": 1}] * 2 == [engine.store_files.get(store, file.id).attributes for file in (one, two)]
    sizes = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 10}
    files = [
        {"file_id": one.id, "attributes": {"a": 2}},
        {"file_id": two.id, "chunking_strategy": {"type": "static", "static": sizes}},
    ]
    engine.store_files.create_batch(store, check(CreateVectorStoreFileBatch, {"files": files}))
    entries = [engine.store_files.get(store, file.id) for file in (one, two)]
    assert [{"a": 2}, {}] == [entry.attributes for entry in entries]
    assert [800, 100] == [entry.chunking_strategy["static"]["max_chunk_size_tokens"] for entry in entries]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"file_ids": []},
        {"file_ids": ["file-1"], "files": [{"file_id": "file-1"}]},
        {"files": [{"file_id": "file-1"}], "attributes": {"a": 1}},
        {"file_ids": ["file-1"] * 2001},
        {"files": [{"file_id": "file-1", "colour": "red"}]},
    ],
)
def test_a_batch_has_its_limits(engine: Engine, store: str, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        engine.store_files.create_batch(store, check(CreateVectorStoreFileBatch, fields))


def test_a_batch_with_an_unknown_file_is_not_made(engine: Engine, store: str, three: list[File]) -> None:
    request = CreateVectorStoreFileBatch(file_ids=[three[0].id, "file-none"])
    with pytest.raises(ObjectNotFoundError, match="No file found with id 'file-none'"):
        engine.store_files.create_batch(store, request)
    assert (0, 0) == (engine.vector_stores.get(store).file_counts.total, jobs_left(engine))


def test_a_batch_is_found_in_its_own_store_only(engine: Engine, store: str, three: list[File]) -> None:
    batch, other = batch_of(engine, store, *three), store_with(engine)
    for call in (engine.store_files.get_batch, engine.store_files.cancel_batch):
        with pytest.raises(ObjectNotFoundError, match="No batch found with id"):
            call(other, batch)
        with pytest.raises(ObjectNotFoundError, match="No vector store found with id 'vs_none'"):
            call("vs_none", batch)


def test_a_batch_is_listed_page_by_page(engine: Engine, store: str, three: list[File]) -> None:
    attach(engine, store, known(engine, "Not in the batch."))
    batch = batch_of(engine, store, *three)
    one, two, last = (file.id for file in three)
    assert [one, two] == ids(engine, store, batch, limit=2)
    assert [last] == ids(engine, store, batch, limit=2, after=two)
    assert [last, two, one] == ids(engine, store, batch, order="desc")
    with pytest.raises(InvalidValueError, match="after is 'file-none'"):
        ids(engine, store, batch, after="file-none")


def test_a_large_batch_is_looked_at_as_fast_as_a_small_one(home: Path) -> None:
    seen: list[str] = []
    with Engine(settings(home), trace=seen.append) as engine:
        store, statements = store_with(engine), set()
        with engine.database.atomic():
            files = [known(engine, CLUB) for _ in range(100)]
        for some in (files[:1], files):
            batch = batch_of(engine, store, *some)
            seen.clear()
            now(engine, store, batch)
            engine.vector_stores.get(store)
            statements.add(len(seen))
        assert 1 == len(statements)
        plan = engine.database.rows(f"EXPLAIN QUERY PLAN {next(one for one in seen if 'GROUP BY tag' in one)}")
        assert "COVERING INDEX" in str(plan) or "objects_by_key" in str(plan)
