"""Objects: stored as they are sent, found by id and key, listed page by page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfqa.errors import InvalidRequestError, ObjectNotFoundError
from pdfqa.store import Database, Objects
from pdfqa.store.places import Places
from pdfqa.wire import File, ObjectPage, Thread


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    database = Database(home)
    yield database
    database.close()


@pytest.fixture
def files(database: Database) -> Objects[File]:
    return Objects(database, "file", File, "file")


def file(number: int) -> File:
    return File(id=f"file-{number}", created_at=number, bytes=number, filename=f"näme {number}\n.pdf")


def fill(files: Objects[File], count: int, *, parent: str = "") -> list[str]:
    with files._database.atomic():
        return [files.insert(file(number), parent=parent).id for number in range(count)]


def ids(page: ObjectPage[File]) -> list[str]:
    return [file.id for file in page.data]


def test_what_is_stored_comes_back(files: Objects[File]) -> None:
    stored = files.insert(file(1), key="abc")
    assert files.get("file-1") == files.find("file-1") == stored == file(1)
    assert files.with_key("abc") == [stored]
    assert files.key("file-1") == "abc"
    assert files.count() == 1


def test_what_is_not_there_is_none_or_an_error(files: Objects[File]) -> None:
    assert files.find("file-9") is None
    assert files.key("file-9") is None
    assert (files.with_key("abc"), files.all(), files.parents("file-9")) == ([], [], [])
    with pytest.raises(ObjectNotFoundError, match="No file found with id 'file-9'"):
        files.get("file-9")
    with pytest.raises(ObjectNotFoundError, match="in vs_1"):
        files.get("file-9", parent="vs_1")
    files.delete("file-9")


def test_a_new_state_replaces_the_old_and_keeps_the_place(files: Objects[File]) -> None:
    fill(files, 3)
    changed = File(id="file-1", created_at=5, bytes=7, filename="b.pdf", status="error")
    files.replace(changed)
    assert [file.id for file in files.all()] == ["file-0", "file-1", "file-2"]
    assert files.get("file-1") == changed


def test_one_id_may_stand_under_several_parents(files: Objects[File]) -> None:
    fill(files, 2, parent="vs_1")
    fill(files, 1, parent="vs_2")
    assert sorted(files.parents("file-0")) == ["vs_1", "vs_2"]
    files.delete("file-0", parent="vs_1")
    assert [file.id for file in files.all(parent="vs_1")] == ["file-1"]
    files.delete_children("vs_1")
    assert files.all(parent="vs_1") == []
    assert len(files.all(parent="vs_2")) == files.count() == 1


def test_kinds_are_apart(database: Database, files: Objects[File]) -> None:
    threads = Objects(database, "thread", Thread, "thread")
    files.insert(file(1))
    assert threads.all() == []
    with pytest.raises(ObjectNotFoundError, match="No thread found"):
        threads.get("file-1")


def test_an_empty_list_has_no_ends(files: Objects[File]) -> None:
    page = files.list()
    assert (page.data, page.first_id, page.last_id, page.has_more) == ([], "", "", False)


def test_more_than_250_objects_are_walked_page_by_page(files: Objects[File]) -> None:
    known = fill(files, 257)
    assert ids(files.list()) == known[:-21:-1]
    for order, expected in (("asc", known), ("desc", known[::-1])):
        walked: list[str] = []
        after, more = None, True
        while more:
            page = files.list(limit=100, order=order, after=after)  # type: ignore[arg-type]
            assert (page.first_id, page.last_id) == (page.data[0].id, page.data[-1].id)
            walked += ids(page)
            after, more = page.last_id, page.has_more
        assert walked == expected


def test_what_is_deleted_leaves_the_list(files: Objects[File]) -> None:
    fill(files, 5)
    files.delete("file-2")
    assert ids(files.list(order="asc")) == ["file-0", "file-1", "file-3", "file-4"]
    with pytest.raises(InvalidRequestError, match="after is 'file-7'") as caught:
        files.list(after="file-7")
    assert caught.value.param == "after"


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_list_can_be_emptied_while_it_is_walked(files: Objects[File], order: Literal["asc", "desc"]) -> None:
    known = fill(files, 25)
    walked, page = [], files.list(limit=10, order=order)
    while page.data:
        walked += ids(page)
        files.delete_all(ids(page))
        page = files.list(limit=10, order=order, after=page.last_id)
    assert walked == (known if order == "asc" else known[::-1])
    assert files.count() == 0


def test_what_is_new_stands_after_what_was_deleted(database: Database, files: Objects[File]) -> None:
    fill(files, 3)
    files.delete("file-2")
    files.insert(file(3))  # which gets the place of the other in the database
    assert ids(files.list(order="asc", after="file-2")) == ["file-3"]
    assert ids(files.list(order="desc", after="file-2")) == ["file-1", "file-0"]
    assert ids(files.list(order="asc", before="file-2")) == ["file-0", "file-1"]
    others = files.owned_by("key_1")
    with pytest.raises(InvalidRequestError, match="after is 'file-2'"):
        others.list(after="file-2")


def test_only_so_many_places_are_kept() -> None:
    places = Places(most=2)
    for number in range(3):
        places.keep(("file", "", "", f"file-{number}"), number)
    assert [places.of(("file", "", "", f"file-{number}")) for number in range(3)] == [None, 1, 2]


def test_a_cursor_of_another_list_is_an_error(files: Objects[File]) -> None:
    fill(files, 2, parent="vs_1")
    for name in ("after", "before"):
        with pytest.raises(InvalidRequestError, match=f"{name} is 'file-1'") as caught:
            files.list(parent="vs_2", **{name: "file-1"})  # type: ignore[arg-type]
        assert caught.value.param == name


cursors = st.none() | st.integers(0, 11)


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Objects[File]]:
    database = Database(tmp_path_factory.mktemp("home"))
    files = Objects(database, "file", File, "file")
    fill(files, 12)
    yield files
    database.close()


@settings(deadline=None, max_examples=150)
@given(limit=st.integers(1, 15), order=st.sampled_from(["asc", "desc"]), after=cursors, before=cursors)
def test_a_page_is_a_piece_of_the_list(
    twelve: Objects[File], limit: int, order: Literal["asc", "desc"], after: int | None, before: int | None
) -> None:
    everything = list(range(12))[:: 1 if order == "asc" else -1]
    piece = everything[0 if after is None else everything.index(after) + 1 :]
    if before is not None:
        piece = [number for number in piece if number in everything[: everything.index(before)]]
    expected = piece[-limit:] if before is not None and after is None else piece[:limit]

    def cursor(number: int | None) -> str | None:
        return None if number is None else f"file-{number}"

    page = twelve.list(limit=limit, order=order, after=cursor(after), before=cursor(before))
    assert ids(page) == [f"file-{number}" for number in expected]
    assert page.has_more == (len(expected) < len(piece))
