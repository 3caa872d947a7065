"""Vector stores and their files: what is recorded, counted, changed, taken out and expired."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pdfqa.engine import Engine
from pdfqa.errors import InvalidRequestError, InvalidValueError, ObjectNotFoundError, WrongStateError
from pdfqa.wire import FileCounts, ListRequest, check
from pdfqa.wire.requests import (
    CreateVectorStore,
    CreateVectorStoreFile,
    ListVectorStoreFiles,
    ModifyVectorStore,
    ModifyVectorStoreFile,
    SearchVectorStore,
)
from tests.homes import CLUB, MINE, PARK, counted_ids, settings
from tests.shelves import NO_PDF, NOW, Clock, attach, jobs_left, known, read, store_with, upload

DAY = 86_400
STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(home: Path, clock: Clock) -> Iterator[Engine]:
    with Engine(settings(home), clock=clock, new_id=counted_ids()) as engine:
        yield engine


def create(engine: Engine, **fields: Any) -> str:
    return engine.vector_stores.create(check(CreateVectorStore, fields)).id


def modify(engine: Engine, store_id: str, **fields: Any) -> dict[str, Any]:
    return engine.vector_stores.modify(store_id, check(ModifyVectorStore, fields)).to_dict()


def counts(engine: Engine, store_id: str) -> FileCounts:
    return engine.vector_stores.get(store_id).file_counts


def ids(engine: Engine, store_id: str, **fields: Any) -> list[str]:
    return [entry.id for entry in engine.store_files.list(store_id, check(ListVectorStoreFiles, fields)).data]


def test_a_new_store_has_the_wires_fields(engine: Engine) -> None:
    expected = {
        "id": "vs_1",
        "object": "vector_store",
        "created_at": NOW,
        "name": "",
        "description": None,
        "usage_bytes": 0,
        "file_counts": {"in_progress": 0, "completed": 0, "failed": 0, "cancelled": 0, "total": 0},
        "status": "completed",
        "expires_at": None,
        "last_active_at": NOW,
        "metadata": {},
    }
    assert expected == engine.vector_stores.create(CreateVectorStore()).to_dict()
    assert expected == engine.vector_stores.get("vs_1").to_dict()


def test_a_store_keeps_what_it_is_given(engine: Engine) -> None:
    after = {"anchor": "last_active_at", "days": 7}
    store_id = create(engine, name="mine", description="of mine", metadata={"a": "b"}, expires_after=after)
    store = engine.vector_stores.get(store_id).to_dict()
    assert ("mine", "of mine", {"a": "b"}, after, NOW + 7 * DAY) == tuple(
        store[name] for name in ("name", "description", "metadata", "expires_after", "expires_at")
    )


def test_a_files_way_into_a_store(engine: Engine) -> None:
    file = known(engine, CLUB)
    entry = engine.store_files.create(
        create(engine), check(CreateVectorStoreFile, {"file_id": file.id, "attributes": {"year": 1931, "club": True}})
    )
    expected = {
        "id": file.id,
        "object": "vector_store.file",
        "created_at": NOW,
        "vector_store_id": "vs_2",
        "usage_bytes": 0,
        "status": "in_progress",
        "last_error": None,
        "chunking_strategy": STATIC,
        "attributes": {"year": 1931, "club": True},
    }
    assert expected == entry.to_dict()
    assert ("in_progress", 1) == (engine.vector_stores.get("vs_2").status, jobs_left(engine))
    assert 1 == read(engine)
    done = {**expected, "status": "completed", "usage_bytes": file.bytes}
    assert done == engine.store_files.get("vs_2", file.id).to_dict()
    store = engine.vector_stores.get("vs_2")
    assert ("completed", FileCounts(completed=1, total=1), file.bytes) == (
        store.status,
        store.file_counts,
        store.usage_bytes,
    )
    assert 0 == jobs_left(engine)


def test_what_cannot_be_read_fails_with_its_reason(engine: Engine) -> None:
    file = upload(engine, NO_PDF, "diary.txt")
    store_id = store_with(engine, file)
    engine.blobs._path(engine.files.sha256(file.id)).unlink()
    read(engine)
    entry = engine.store_files.get(store_id, file.id)
    assert entry.last_error is not None
    assert ("failed", "server_error", 0) == (entry.status, entry.last_error.code, entry.usage_bytes)
    assert "is no longer there" in entry.last_error.message
    assert FileCounts(failed=1, total=1) == counts(engine, store_id)
    with pytest.raises(WrongStateError, match=r"it is failed: .* is no longer there"):
        engine.store_files.content(store_id, file.id)


def test_content_is_the_text_of_each_page(engine: Engine) -> None:
    file = known(engine, CLUB, PARK)
    store_id = store_with(engine, file)
    with pytest.raises(WrongStateError, match="it is in_progress"):
        engine.store_files.content(store_id, file.id)
    read(engine)
    expected = {
        "object": "vector_store.file_content.page",
        "data": [{"type": "text", "text": CLUB}, {"type": "text", "text": PARK}],
        "has_more": False,
        "next_page": None,
    }
    assert expected == msgspec.to_builtins(engine.store_files.content(store_id, file.id))


def test_files_are_listed_by_their_state(engine: Engine) -> None:
    one, two, three = known(engine, CLUB), known(engine, PARK), known(engine, MINE)
    store_id = store_with(engine, one, two)
    read(engine)
    attach(engine, store_id, three)
    assert [three.id, two.id, one.id] == ids(engine, store_id)
    assert [one.id, two.id] == ids(engine, store_id, filter="completed", order="asc")
    assert [three.id] == ids(engine, store_id, filter="in_progress")
    assert [] == ids(engine, store_id, filter="cancelled")
    assert [two.id] == ids(engine, store_id, after=three.id, limit=1)
    assert [three.id] == ids(engine, store_id, before=two.id)
    for fields in ({"filter": "done"}, {"limit": 101}, {"limit": 0}):
        with pytest.raises(InvalidValueError):
            ids(engine, store_id, **fields)
    with pytest.raises(InvalidValueError, match="after is 'file-none'"):
        ids(engine, store_id, after="file-none")


def test_a_file_put_in_again_is_read_as_it_was_last_asked(engine: Engine) -> None:
    file = known(engine, CLUB)
    store_id = store_with(engine, file)
    read(engine)
    attach(engine, store_id, file, attributes={"new": True})
    assert FileCounts(in_progress=1, total=1) == counts(engine, store_id)
    assert 0 == engine.vector_stores.get(store_id).usage_bytes
    read(engine)
    assert {"new": True} == engine.store_files.get(store_id, file.id).attributes
    assert file.bytes == engine.vector_stores.get(store_id).usage_bytes


def test_attributes_take_the_place_of_all_there_were(engine: Engine) -> None:
    file = known(engine, CLUB)
    store_id = store_with(engine, file)

    def change(attributes: Any) -> Any:
        return engine.store_files.modify(
            store_id, file.id, check(ModifyVectorStoreFile, {"attributes": attributes})
        ).attributes

    assert {"a": "b", "c": 1.5} == change({"a": "b", "c": 1.5})
    assert {"d": False} == change({"d": False})
    assert {} == change(None)
    for bad in ({"a": ["b"]}, {"k" * 65: "v"}, {"k": "v" * 513}, {str(number): 1 for number in range(17)}):
        with pytest.raises(InvalidValueError) as caught:
            change(bad)
        assert (caught.value.param or "").startswith("attributes")


def test_a_file_taken_out_stays_and_weighs_nothing_there(engine: Engine) -> None:
    one, two = known(engine, CLUB), known(engine, PARK)
    store_id = store_with(engine, one, two)
    read(engine)
    deleted = engine.store_files.delete(store_id, one.id)
    assert {"id": one.id, "object": "vector_store.file.deleted", "deleted": True} == msgspec.to_builtins(deleted)
    store = engine.vector_stores.get(store_id)
    assert (FileCounts(completed=1, total=1), two.bytes) == (store.file_counts, store.usage_bytes)
    assert one == engine.files.get(one.id)
    with pytest.raises(ObjectNotFoundError, match=f"No file found with id '{one.id}' in vector store '{store_id}'"):
        engine.store_files.delete(store_id, one.id)


def test_a_file_taken_out_before_it_was_read_is_not_read(engine: Engine) -> None:
    file = known(engine, CLUB)
    store_id = store_with(engine, file)
    engine.store_files.delete(store_id, file.id)
    assert (0, 0) == (jobs_left(engine), read(engine))
    assert [] == ids(engine, store_id)


def test_a_deleted_file_leaves_all_its_stores(engine: Engine) -> None:
    file, other = known(engine, CLUB), known(engine, PARK)
    one = store_with(engine, file, other)
    read(engine)
    two = store_with(engine, file)
    engine.files.delete(file.id)
    assert ([other.id], []) == (ids(engine, one), ids(engine, two))
    assert 0 == jobs_left(engine)
    assert other.bytes == engine.vector_stores.get(one).usage_bytes


def test_a_deleted_store_leaves_its_files_and_no_job(engine: Engine) -> None:
    file = known(engine, CLUB)
    store_id = store_with(engine, file)
    deleted = engine.vector_stores.delete(store_id)
    assert {"id": store_id, "object": "vector_store.deleted", "deleted": True} == msgspec.to_builtins(deleted)
    assert (0, file) == (jobs_left(engine), engine.files.get(file.id))
    for call in (engine.vector_stores.get, engine.vector_stores.delete, lambda id_: ids(engine, id_)):
        with pytest.raises(ObjectNotFoundError, match=f"No vector store found with id '{store_id}'"):
            call(store_id)


def test_nothing_is_put_where_nothing_is(engine: Engine) -> None:
    file, store_id = known(engine, CLUB), create(engine)
    with pytest.raises(ObjectNotFoundError, match="No vector store found with id 'vs_none'"):
        attach(engine, "vs_none", file)
    with pytest.raises(ObjectNotFoundError, match="No file found with id 'file-none'"):
        engine.store_files.create(store_id, CreateVectorStoreFile(file_id="file-none"))
    before = engine.store_objects.count()
    with pytest.raises(ObjectNotFoundError, match="No file found with id 'file-none'"):
        create(engine, file_ids=[file.id, "file-none"])
    assert (before, 0, 0) == (engine.store_objects.count(), jobs_left(engine), counts(engine, store_id).total)


def test_what_is_not_given_stays(engine: Engine) -> None:
    store_id = create(engine, name="mine", metadata={"a": "b"}, expires_after={"anchor": "last_active_at", "days": 1})
    before = engine.vector_stores.get(store_id).to_dict()
    assert before == modify(engine, store_id)
    assert {**before, "name": "yours"} == modify(engine, store_id, name="yours")
    assert {**before, "name": ""} == modify(engine, store_id, name=None)
    assert {} == modify(engine, store_id, metadata=None)["metadata"]
    assert {"c": "d"} == modify(engine, store_id, metadata={"c": "d"})["metadata"]
    unlimited = modify(engine, store_id, expires_after=None)
    assert None is unlimited["expires_at"]
    assert "expires_after" not in unlimited


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"expires_after": {"anchor": "last_active_at", "days": 366}}, "expires_after.days"),
        ({"expires_after": {"anchor": "created_at", "days": 1}}, "expires_after.anchor"),
        ({"file_ids": ["file-1"] * 501}, "file_ids"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k"),
        ({"colour": "red"}, "colour"),
        (
            {
                "chunking_strategy": {
                    "type": "static",
                    "static": {"max_chunk_size_tokens": 99, "chunk_overlap_tokens": 0},
                }
            },
            "chunking_strategy.static.max_chunk_size_tokens",
        ),
        (
            {
                "chunking_strategy": {
                    "type": "static",
                    "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 51},
                }
            },
            "chunking_strategy.static",
        ),
    ],
)
def test_a_store_has_its_limits(engine: Engine, fields: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        create(engine, **fields)
    assert param == caught.value.param


def test_stores_are_listed_with_their_counts(engine: Engine) -> None:
    file = known(engine, CLUB)
    one, two, three = store_with(engine, file), create(engine), store_with(engine, file)
    read(engine, limit=1)
    page = engine.vector_stores.list(ListRequest())
    assert [three, two, one] == [store.id for store in page.data]
    assert ["in_progress", "completed", "completed"] == [store.status for store in page.data]
    assert [1, 0, 1] == [store.file_counts.total for store in page.data]
    page = engine.vector_stores.list(ListRequest(limit=1, order="asc", after=one))
    assert ([two], True) == ([store.id for store in page.data], page.has_more)


# Expiry.


def short_lived(engine: Engine, *file_ids: str) -> str:
    return create(engine, file_ids=list(file_ids), expires_after={"anchor": "last_active_at", "days": 1})


def test_a_store_that_nobody_uses_expires_with_its_places_for_files(engine: Engine, clock: Clock) -> None:
    file = known(engine, CLUB)
    store_id = short_lived(engine, file.id)
    read(engine)
    clock.time += DAY - 1
    assert "completed" == engine.vector_stores.get(store_id).status
    clock.time += 1
    store = engine.vector_stores.get(store_id)
    assert ("expired", 0, 0, NOW + DAY) == (store.status, store.file_counts.total, store.usage_bytes, store.expires_at)
    assert "expired" == engine.vector_stores.list(ListRequest()).data[0].status
    assert ([], file) == (ids(engine, store_id), engine.files.get(file.id))


def test_an_expired_store_says_so_and_can_be_renamed_and_deleted(engine: Engine, clock: Clock) -> None:
    file = known(engine, CLUB)
    store_id = short_lived(engine, file.id)
    clock.time += DAY
    for call in (
        lambda: attach(engine, store_id, file),
        lambda: engine.vector_stores.search(store_id, SearchVectorStore(query="club")),
        lambda: modify(engine, store_id, expires_after=None),
    ):
        with pytest.raises(WrongStateError, match=f"Vector store {store_id} has expired"):
            call()
    assert "late" == modify(engine, store_id, name="late")["name"]
    assert 0 == jobs_left(engine)
    assert engine.vector_stores.delete(store_id).deleted


def test_a_store_that_is_used_lives_on(engine: Engine, clock: Clock) -> None:
    file = known(engine, CLUB)
    store_id = short_lived(engine, file.id)
    read(engine)
    for use in (
        lambda: engine.vector_stores.search(store_id, SearchVectorStore(query="club")),
        lambda: attach(engine, store_id, file),
        lambda: modify(engine, store_id, expires_after={"anchor": "last_active_at", "days": 1}),
    ):
        clock.time += DAY - 1
        use()
        store = engine.vector_stores.get(store_id)
        assert (clock.time, clock.time + DAY) == (store.last_active_at, store.expires_at)


def test_looking_at_a_store_is_no_use_of_it(engine: Engine, clock: Clock) -> None:
    store_id = short_lived(engine)
    clock.time += 3600
    engine.vector_stores.get(store_id)
    ids(engine, store_id)
    modify(engine, store_id, name="other")
    assert NOW == engine.vector_stores.get(store_id).last_active_at


def test_two_uses_within_a_minute_are_noted_once(engine: Engine, clock: Clock) -> None:
    """A search does not have to wait for others who write."""
    store_id = create(engine)
    clock.time += 59
    engine.vector_stores.search(store_id, SearchVectorStore(query="club"))
    assert NOW == engine.vector_stores.get(store_id).last_active_at
    clock.time += 1
    engine.vector_stores.search(store_id, SearchVectorStore(query="club"))
    assert NOW + 60 == engine.vector_stores.get(store_id).last_active_at


# Owners.


def test_owners_have_stores_of_their_own(engine: Engine) -> None:
    one, two = engine.owned_by("key-1"), engine.owned_by("key-2")
    file = known(one, CLUB)
    store_id = store_with(one, file)
    assert [] == two.vector_stores.list(ListRequest()).data
    for call in (
        lambda: two.vector_stores.get(store_id),
        lambda: two.vector_stores.delete(store_id),
        lambda: two.vector_stores.search(store_id, SearchVectorStore(query="club")),
        lambda: two.store_files.get(store_id, file.id),
        lambda: two.store_files.list(store_id, ListVectorStoreFiles()),
        lambda: two.store_files.delete(store_id, file.id),
        lambda: attach(two, store_id, known(two, CLUB)),
    ):
        with pytest.raises(ObjectNotFoundError):
            call()
    with pytest.raises(ObjectNotFoundError, match=file.id):
        store_with(two, file)


def test_jobs_of_all_owners_are_done_together(engine: Engine) -> None:
    views = [engine.owned_by(name) for name in ("", "key-1", "key-2")]
    stores = [store_with(view, known(view, CLUB)) for view in views]
    assert 3 == read(engine)
    for view, store_id in zip(views, stores, strict=True):
        assert FileCounts(completed=1, total=1) == counts(view, store_id)


def test_what_one_owner_deletes_another_still_finds(engine: Engine) -> None:
    one, two = engine.owned_by("key-1"), engine.owned_by("key-2")
    mine, yours = known(one, CLUB), known(two, CLUB)
    store_id = store_with(two, yours)
    read(engine)
    one.files.delete(mine.id)
    found = two.vector_stores.search(store_id, SearchVectorStore(query="treasurer"))
    assert [yours.id] == [result.file_id for result in found.data]
    two.files.delete(yours.id)
    assert [] == engine.database.rows("SELECT * FROM documents")
