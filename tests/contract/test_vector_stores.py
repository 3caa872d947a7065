"""Vector stores, their files and batches, by every way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pdfqa import Client, errors
from pdfqa.wire import FileCounts, VectorStore, VectorStoreFileBatch
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, long_pdf, pdf

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
_BROKEN = b"%PDF-1.7\nthis is where it ends"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return small PDFs by name; what is read of one is known to all tests."""
    folder = tmp_path_factory.mktemp("papers")
    return {
        name: pdf(folder / name, text).read_bytes() for name, text in (("club", CLUB), ("park", PARK), ("mine", MINE))
    }


def filled(client: Client, papers: dict[str, bytes]) -> tuple[VectorStore, dict[str, str]]:
    """Return a vector store in which all papers have been read, and their ids."""
    ids = {name: client.upload_file((f"{name}.pdf", data)).id for name, data in papers.items()}
    store = client.create_vector_store_and_wait_to_complete(name="papers", file_ids=list(ids.values()), timeout=30)
    return store, ids


def test_a_vector_store_keeps_what_it_was_given(client: Client) -> None:
    store = client.create_vector_store(
        name="papers",
        description="of clubs",
        metadata={"topic": "ships"},
        expires_after={"anchor": "last_active_at", "days": 7},
    )
    assert ("vector_store", "papers", "of clubs", "completed") == (
        store.object,
        store.name,
        store.description,
        store.status,
    )
    assert ({"topic": "ships"}, FileCounts()) == (store.metadata, store.file_counts)
    assert store.last_active_at
    assert store.last_active_at + 7 * 86_400 == store.expires_at
    assert store == client.get_vector_store(store.id)
    plain = client.create_vector_store()
    assert ("", {}, None) == (plain.name, plain.metadata, plain.expires_at)


def test_modifying_changes_what_is_given_and_null_takes_away(client: Client) -> None:
    store = client.create_vector_store(name="papers", metadata={"a": "1", "b": "2"})
    changed = client.modify_vector_store(store.id, metadata={"c": "3"})
    assert ("papers", {"c": "3"}) == (changed.name, changed.metadata)
    changed = client.modify_vector_store(store.id, name="others", expires_after={"anchor": "last_active_at", "days": 1})
    assert ("others", {"c": "3"}) == (changed.name, changed.metadata)
    assert changed.expires_at
    assert client.modify_vector_store(store.id, expires_after=None).expires_at is None
    assert {} == client.modify_vector_store(store.id, metadata=None).metadata
    assert "others" == client.get_vector_store(store.id).name


def test_files_are_read_when_a_store_is_made_of_them(client: Client, papers: dict[str, bytes]) -> None:
    seen: list[str] = []
    ids = [client.upload_file((f"{name}.pdf", data)).id for name, data in papers.items()]
    store = client.create_vector_store_and_wait_to_complete(
        file_ids=ids, timeout=30, progress=lambda store: seen.append(store.status)
    )
    assert FileCounts(completed=3, total=3) == store.file_counts
    assert store.usage_bytes > 0
    assert "completed" == seen[-1]
    assert set(ids) == {file.id for file in client.get_vector_store_files(store.id).data}


def test_a_search_finds_page_and_quote(client: Client, papers: dict[str, bytes]) -> None:
    store, ids = filled(client, papers)
    found = client.search_vector_store(store.id, WHO_CLUB, max_num_results=2)
    best = found.data[0]
    assert (ids["club"], "club.pdf", 1) == (best.file_id, best.filename, best.page)
    assert "Margaret Holloway" in best.content[0].text
    assert best.quote
    assert 0 <= best.score <= 1
    assert len(found.data) <= 2
    assert [WHO_CLUB] == found.search_query
    both = client.search_vector_store(store.id, [WHO_CLUB, WHO_PARK])
    assert {ids["club"], ids["park"]} <= {result.file_id for result in both.data}


def test_filters_choose_files_by_their_attributes(client: Client, papers: dict[str, bytes]) -> None:
    ids = {name: client.upload_file((f"{name}.pdf", data)).id for name, data in papers.items()}
    store = client.create_vector_store()
    years = {"club": 1931, "park": 2001, "mine": 1957}
    batch = client.create_vector_store_file_batch(
        store.id,
        files=[{"file_id": ids[name], "attributes": {"year": year, "kind": name}} for name, year in years.items()],
    )
    client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, timeout=30)

    def names(filters: dict[str, object]) -> set[str]:
        found = client.search_vector_store(store.id, "treasurer gardener shaft", filters=filters)
        assert all((result.attributes or {})["year"] == years[result.filename[:4]] for result in found.data)
        return {result.filename[:4] for result in found.data}

    old = {"type": "lt", "key": "year", "value": 1960}
    assert {"club", "mine"} == names(old)
    assert {"park"} == names({"type": "eq", "key": "kind", "value": "park"})
    assert {"mine"} == names({"type": "and", "filters": [old, {"type": "ne", "key": "kind", "value": "club"}]})
    named = {"type": "in", "key": "kind", "value": ["park"]}
    both = {"type": "and", "filters": [old, {"type": "eq", "key": "kind", "value": "club"}]}
    assert {"park", "club"} == names({"type": "or", "filters": [named, both]})
    client.modify_vector_store_file(store.id, ids["club"], attributes={"year": 1931, "kind": "boats"})
    assert {"club"} == names({"type": "eq", "key": "kind", "value": "boats"})


def test_a_file_in_a_store_says_how_it_does(client: Client, papers: dict[str, bytes]) -> None:
    store = client.create_vector_store()
    file = client.upload_file(("club.pdf", papers["club"]))
    chunking = {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 50}}
    entry = client.create_vector_store_file(
        store.id, file_id=file.id, attributes={"a": True, "b": 1.5}, chunking_strategy=chunking
    )
    assert (file.id, store.id, chunking) == (entry.id, entry.vector_store_id, entry.chunking_strategy)
    entry = client.wait_for_vector_store_file_to_complete(store.id, file.id, timeout=30)
    assert ("completed", None, {"a": True, "b": 1.5}) == (entry.status, entry.last_error, entry.attributes)
    assert entry == client.get_vector_store_file(store.id, file.id)
    content = client.get_vector_store_file_content(store.id, file.id)
    assert "Margaret Holloway" in content.data[0].text
    assert len(content.data) == 1


def test_a_file_that_leaves_a_store_stays_a_file(client: Client, papers: dict[str, bytes]) -> None:
    store, ids = filled(client, papers)
    deleted = client.delete_vector_store_file(store.id, ids["club"])
    assert (ids["club"], "vector_store.file.deleted", True) == (deleted.id, deleted.object, deleted.deleted)
    assert client.get_file(ids["club"]).filename == "club.pdf"
    assert FileCounts(completed=2, total=2) == client.get_vector_store(store.id).file_counts
    with pytest.raises(errors.ObjectNotFoundError, match=ids["club"]):
        client.get_vector_store_file(store.id, ids["club"])
    assert ids["club"] not in {result.file_id for result in client.search_vector_store(store.id, WHO_CLUB).data}


def test_a_deleted_file_leaves_all_stores_and_a_deleted_store_keeps_files(
    client: Client, papers: dict[str, bytes]
) -> None:
    store, ids = filled(client, papers)
    other = client.create_vector_store_and_wait_to_complete(file_ids=[ids["club"], ids["mine"]], timeout=30)
    client.delete_file(ids["club"])
    assert [2, 1] == [client.get_vector_store(id_).file_counts.total for id_ in (store.id, other.id)]
    deleted = client.delete_vector_store(other.id)
    assert (other.id, "vector_store.deleted", True) == (deleted.id, deleted.object, deleted.deleted)
    assert client.get_file(ids["mine"]).id == ids["mine"]
    with pytest.raises(errors.ObjectNotFoundError, match=other.id):
        client.get_vector_store(other.id)
    assert client.search_vector_store(store.id, "copper mine").data[0].file_id == ids["mine"]


def test_a_batch_tells_how_far_it_is(client: Client, papers: dict[str, bytes]) -> None:
    store = client.create_vector_store()
    ids = [client.upload_file((f"{name}.pdf", data)).id for name, data in papers.items()]
    batch = client.create_vector_store_file_batch(store.id, file_ids=ids, attributes={"part": "one"})
    assert batch.id.startswith("vsfb_")
    assert (store.id, 3) == (batch.vector_store_id, batch.file_counts.total)
    seen: list[VectorStoreFileBatch] = []
    done = client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, timeout=30, progress=seen.append)
    assert ("completed", FileCounts(completed=3, total=3)) == (done.status, done.file_counts)
    assert done == seen[-1]
    assert len(seen) == len({state.file_counts.completed for state in seen}), "told of changes only"
    files = client.get_vector_store_file_batch_files(store.id, batch.id, order="asc").data
    assert ids == [file.id for file in files]
    assert all(file.attributes == {"part": "one"} for file in files)
    assert [] == client.get_vector_store_file_batch_files(store.id, batch.id, filter="failed").data
    assert batch.id == client.get_vector_store_file_batch(store.id, batch.id).id


def test_waiting_ends_with_the_first_failure_and_says_which_file_and_why(
    client: Client, papers: dict[str, bytes]
) -> None:
    store = client.create_vector_store()
    good = client.upload_file(("club.pdf", papers["club"]))
    bad = client.upload_file(("broken.pdf", _BROKEN))
    batch = client.create_vector_store_file_batch(store.id, file_ids=[good.id, bad.id])
    with pytest.raises(errors.WaitFailedError) as caught:
        client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, timeout=30)
    [entry] = caught.value.files
    assert (bad.id, "failed") == (entry.id, entry.status)
    assert "1 of 2 files of batch " in caught.value.message
    assert f"{bad.id} (broken.pdf): {entry.last_error.code}: {entry.last_error.message}" in caught.value.message
    done = client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, timeout=30, allow_failed=True)
    assert FileCounts(completed=1, failed=1, total=2) == done.file_counts
    assert [bad.id] == [file.id for file in client.get_vector_store_files(store.id, filter="failed").data]
    assert [good.id] == [file.id for file in client.get_vector_store_files(store.id, filter="completed").data]
    with pytest.raises(errors.WaitFailedError, match=r"broken\.pdf"):
        client.wait_for_vector_store_to_complete(store.id, timeout=30)
    with pytest.raises(errors.WaitFailedError, match=entry.last_error.code):
        client.wait_for_vector_store_file_to_complete(store.id, bad.id, timeout=30)
    assert "completed" == client.wait_for_vector_store_to_complete(store.id, timeout=30, allow_failed=True).status
    with pytest.raises(errors.WaitFailedError):
        client.create_vector_store_and_wait_to_complete(file_ids=[bad.id], timeout=30)


def test_a_cancelled_batch_has_nothing_in_progress(client: Client, papers: dict[str, bytes]) -> None:
    store = client.create_vector_store()
    data = papers["club"]
    # Other bytes each time: nothing of them has been read before.
    ids = [client.upload_file((f"{number}.pdf", data + b"\n%% %d" % number)).id for number in range(12)]
    batch = client.create_vector_store_file_batch(store.id, file_ids=ids)
    cancelled = client.cancel_vector_store_file_batch(store.id, batch.id)
    counts = cancelled.file_counts
    assert ("cancelled", 0, 12) == (cancelled.status, counts.in_progress, counts.total)
    assert counts.cancelled > 0
    with pytest.raises(errors.WaitFailedError, match="cancelled"):
        client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, timeout=30)
    with pytest.raises(errors.InvalidRequestError):
        client.cancel_vector_store_file_batch(store.id, batch.id)
    states = {file.status for file in client.iterate(client.get_vector_store_files, store.id, limit=5)}
    assert "cancelled" in states
    assert states <= {"cancelled", "completed"}


def test_lists_go_forwards_and_backwards(client: Client) -> None:
    made = [client.create_vector_store(name=str(number)) for number in range(7)]
    assert [store.id for store in reversed(made)] == [store.id for store in client.get_vector_stores().data]
    first = client.get_vector_stores(limit=3, order="asc")
    assert ([store.id for store in made[:3]], True) == ([store.id for store in first.data], first.has_more)
    assert (made[0].id, made[2].id) == (first.first_id, first.last_id)
    second = client.get_vector_stores(limit=3, order="asc", after=first.last_id)
    assert [store.id for store in made[3:6]] == [store.id for store in second.data]
    back = client.get_vector_stores(limit=2, order="asc", before=second.first_id)
    assert [store.id for store in made[1:3]] == [store.id for store in back.data]
    assert [str(number) for number in range(7)] == [
        store.name for store in client.iterate(client.get_vector_stores, limit=2, order="asc")
    ]
    with pytest.raises(errors.InvalidValueError) as caught:
        list(client.iterate(client.get_vector_stores, before=made[3].id))
    assert "before" == caught.value.param


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"name": 5}, "name"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"metadata": {str(number): "x" for number in range(17)}}, "metadata"),
        ({"expires_after": {"anchor": "created_at", "days": 1}}, "expires_after.anchor"),
        ({"expires_after": {"anchor": "last_active_at", "days": 0}}, "expires_after.days"),
        ({"chunking_strategy": {"type": "dynamic"}}, "chunking_strategy.type"),
        ({"chunking_strategy": {"type": "static"}}, "chunking_strategy.static"),
        ({"file_ids": "file-1"}, "file_ids"),
        ({"file_ids": [f"file-{number}" for number in range(501)]}, "file_ids"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_wrong_field_is_named(client: Client, fields: dict[str, object], param: str) -> None:
    with pytest.raises(errors.InvalidRequestError) as caught:
        client.create_vector_store(**fields)  # type: ignore[arg-type]
    assert (400, param) == (caught.value.status, (caught.value.param or "").split("[")[0])
    assert [] == client.get_vector_stores().data


def test_what_is_not_there_is_not_found(client: Client) -> None:
    store = client.create_vector_store()
    calls: list[Callable[[], object]] = [
        lambda: client.get_vector_store("vs_nothing"),
        lambda: client.delete_vector_store("vs_nothing"),
        lambda: client.modify_vector_store("vs_nothing", name="x"),
        lambda: client.search_vector_store("vs_nothing", "x"),
        lambda: client.get_vector_store_files("vs_nothing"),
        lambda: client.get_vector_store_file(store.id, "file-nothing"),
        lambda: client.create_vector_store_file(store.id, file_id="file-nothing"),
        lambda: client.create_vector_store_file_batch(store.id, file_ids=["file-nothing"]),
        lambda: client.get_vector_store_file_batch(store.id, "vsfb_nothing"),
        lambda: client.create_vector_store(file_ids=["file-nothing"]),
    ]
    for call in calls:
        with pytest.raises(errors.ObjectNotFoundError, match=r"_nothing|-nothing") as caught:
            call()
        assert 404 == caught.value.status
    with pytest.raises(errors.InvalidValueError, match="begins with 'vs'") as found:
        client.get_vector_store("store")
    assert "vector_store_id" == found.value.param
    assert FileCounts() == client.get_vector_store(store.id).file_counts


def test_a_batch_takes_either_ids_or_files(client: Client) -> None:
    store = client.create_vector_store()
    wrong: list[dict[str, Any]] = [{}, {"file_ids": ["file-1"], "files": [{"file_id": "file-1"}]}, {"file_ids": []}]
    for fields in wrong:
        with pytest.raises(errors.InvalidRequestError):
            client.create_vector_store_file_batch(store.id, **fields)


def test_a_deadline_is_kept(client: Client, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = client.upload_file(long_pdf(tmp_path / "long.pdf", 400, about=request.node.name))
    store = client.create_vector_store(file_ids=[file.id])
    with pytest.raises(errors.WaitTimeoutError, match="was still in_progress") as caught:
        client.wait_for_vector_store_to_complete(store.id, timeout=0.05)
    assert "in_progress (0 of 1 files done, 0 failed) after 0.05 s" in caught.value.message
    assert "in_progress" == caught.value.state.status
    for timeout in (0, -1, float("nan")):
        with pytest.raises(errors.InvalidValueError) as wrong:
            client.wait_for_vector_store_to_complete(store.id, timeout=timeout)
        assert "timeout" == wrong.value.param
    client.delete_file(file.id)
    assert "completed" == client.wait_for_vector_store_to_complete(store.id, timeout=10).status
