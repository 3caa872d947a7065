"""Files: every upload is one of its own, its bytes are kept once, and nothing stays behind."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pdfqa.engine import Engine
from pdfqa.engine.sweeping import sweep
from pdfqa.errors import (
    EmptyFileError,
    FileAccessError,
    FileMissingError,
    InvalidRequestError,
    InvalidValueError,
    ObjectNotFoundError,
)
from pdfqa.wire import check
from pdfqa.wire.requests import Content, CreateVectorStore, FileExpiration, ListFiles, UploadFile
from tests.homes import CLUB, counted_ids, pdf, settings
from tests.shelves import NOW, Clock, blobs_left, bytes_left, known, upload

HOUR = FileExpiration(anchor="created_at", seconds=3600)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(home: Path, clock: Clock) -> Iterator[Engine]:
    with Engine(settings(home), clock=clock, new_id=counted_ids()) as engine:
        yield engine


def from_path(engine: Engine, path: Path) -> str:
    return engine.files.create(UploadFile(file=Content(filename="a.pdf", path=path), purpose="assistants")).id


def names(engine: Engine, **fields: object) -> list[str]:
    return [file.filename for file in engine.files.list(check(ListFiles, fields)).data]


def test_an_uploaded_file_has_the_wires_fields(engine: Engine) -> None:
    file = upload(engine, b"%PDF bytes", "a b.pdf")
    expected = {
        "id": "file-1",
        "object": "file",
        "created_at": NOW,
        "bytes": 10,
        "filename": "a b.pdf",
        "purpose": "assistants",
        "status": "processed",
    }
    assert expected == file.to_dict()
    assert file == engine.files.get("file-1")
    assert b"%PDF bytes" == engine.files.content("file-1").read_bytes()


def test_every_upload_is_a_file_of_its_own_and_its_bytes_are_kept_once(engine: Engine) -> None:
    one, two = upload(engine, b"same", "a.pdf"), upload(engine, b"same", "b.pdf")
    assert one.id != two.id
    assert {hashlib.sha256(b"same").hexdigest()} == blobs_left(engine)
    engine.files.delete(one.id)
    assert b"same" == engine.files.content(two.id).read_bytes()
    engine.files.delete(two.id)
    assert set() == blobs_left(engine)
    assert [] == bytes_left(engine)


def test_a_users_file_is_copied_and_not_touched(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "mine.pdf"
    path.write_bytes(b"x" * (3 << 20))
    file_id = from_path(engine, path)
    path.write_bytes(b"other")
    assert b"x" * (3 << 20) == engine.files.content(file_id).read_bytes()
    engine.files.delete(file_id)
    assert b"other" == path.read_bytes()


def test_a_file_that_came_in_is_moved(engine: Engine) -> None:
    path = engine.database.home / "incoming" / "received"
    path.parent.mkdir()
    path.write_bytes(b"sent over a socket")
    before = path.stat().st_ino
    content = engine.files.content(from_path(engine, path))
    assert not path.exists()
    assert (before, b"sent over a socket") == (content.stat().st_ino, content.read_bytes())


@pytest.mark.parametrize("by_path", [True, False])
def test_what_is_empty_is_refused_and_leaves_nothing(engine: Engine, tmp_path: Path, by_path: bool) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(EmptyFileError, match=r"a\.pdf is empty"):
        from_path(engine, tmp_path / "empty") if by_path else upload(engine, b"")
    assert ([], [], set()) == (names(engine), bytes_left(engine), blobs_left(engine))


def test_what_cannot_be_read_is_refused_and_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(FileMissingError):
        from_path(engine, tmp_path / "nowhere")
    with pytest.raises(FileAccessError):
        from_path(engine, tmp_path)
    assert ([], []) == (names(engine), bytes_left(engine))


def test_bytes_come_from_one_place(engine: Engine, tmp_path: Path) -> None:
    for content in (Content(filename="a"), Content(filename="a", data=b"a", path=tmp_path)):
        with pytest.raises(InvalidRequestError, match="either its data or its path"):
            engine.files.create(UploadFile(file=content, purpose="assistants"))


def test_a_name_that_is_no_text_is_made_one(engine: Engine) -> None:
    assert "caf?.pdf" == upload(engine, b"a", "caf\udce9.pdf").filename


def test_files_are_listed_by_purpose(engine: Engine) -> None:
    for name, purpose in (("a", "assistants"), ("b", "batch"), ("c", "user_data"), ("d", "batch")):
        engine.files.create(check(UploadFile, {"file": Content(filename=name, data=b"a"), "purpose": purpose}))
    assert ["d", "c", "b", "a"] == names(engine)
    assert ["d", "b"] == names(engine, purpose="batch")
    assert [] == names(engine, purpose="vision")
    assert ["b", "d"] == names(engine, purpose="batch", order="asc")
    assert ["d"] == names(engine, purpose="batch", limit=1)
    assert ["b"] == names(engine, purpose="batch", after="file-4")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"purpose": "purpose"}, "purpose"),
        ({"limit": 0}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"order": "up"}, "order"),
    ],
)
def test_a_list_has_its_limits(fields: dict[str, object], param: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check(ListFiles, fields)
    assert param == caught.value.param


def test_a_file_goes_when_its_time_is_over(engine: Engine, clock: Clock) -> None:
    file, other = upload(engine, b"short-lived", expires_after=HOUR), upload(engine, b"for ever")
    assert NOW + 3600 == file.to_dict()["expires_at"]
    clock.time += 3599
    assert file == engine.files.get(file.id)
    clock.time += 1
    for look in (engine.files.get, engine.files.content):
        with pytest.raises(ObjectNotFoundError, match=file.id):
            look(file.id)
    assert [other] == engine.files.list(ListFiles()).data
    assert {hashlib.sha256(b"for ever").hexdigest()} == blobs_left(engine)


def test_an_expired_file_leaves_its_vector_stores_and_is_not_found(engine: Engine, clock: Clock) -> None:
    file = known(engine, CLUB)
    store = engine.vector_stores.create(CreateVectorStore(file_ids=[file.id]))
    engine.file_objects.replace(msgspec.structs.replace(file, expires_at=NOW + 5))
    clock.time += 5
    with pytest.raises(ObjectNotFoundError, match=file.id):
        engine.vector_stores.create(CreateVectorStore(file_ids=[file.id]))
    assert 0 == engine.vector_stores.get(store.id).file_counts.total


def test_what_expired_is_swept_even_if_nobody_looks(engine: Engine, clock: Clock) -> None:
    upload(engine.owned_by("key-1"), b"short-lived", expires_after=HOUR)
    clock.time += 3600
    sweep(engine)
    assert (set(), 0) == (blobs_left(engine), engine.owned_by("key-1").file_objects.count())


def test_sweeping_removes_copies_without_a_record_and_nothing_else(engine: Engine, clock: Clock) -> None:
    file = upload(engine, b"kept")
    stray = engine.database.home / "blobs" / "ab" / ("ab" * 32)
    fresh, old = (engine.database.home / "incoming" / name for name in ("fresh", "old"))
    stray.parent.mkdir()
    for path in (stray, fresh, old):
        path.write_bytes(b"x")
    os.utime(fresh, (NOW, NOW))
    os.utime(old, (NOW - 90_000, NOW - 90_000))
    sweep(engine)
    assert [False, True, False] == [path.exists() for path in (stray, fresh, old)]
    assert b"kept" == engine.files.content(file.id).read_bytes()


def test_owners_see_only_their_own_files_and_share_bytes(engine: Engine) -> None:
    one, two = engine.owned_by("key-1"), engine.owned_by("key-2")
    mine, yours = upload(one, b"same"), upload(two, b"same")
    assert ([mine], [yours], []) == tuple(view.files.list(ListFiles()).data for view in (one, two, engine))
    for call in (two.files.get, two.files.delete, two.files.content, engine.files.get):
        with pytest.raises(ObjectNotFoundError, match=mine.id):
            call(mine.id)
    one.files.delete(mine.id)
    assert b"same" == two.files.content(yours.id).read_bytes()


def test_bytes_that_another_owner_has_as_a_path_are_copied(engine: Engine, tmp_path: Path) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    mine = engine.files.upload_path(path)
    other = upload(engine.owned_by("key-1"), path.read_bytes())
    path.unlink()
    assert engine.files.content(mine.id) == engine.owned_by("key-1").files.content(other.id)


def test_a_path_is_the_file_there_is(engine: Engine, tmp_path: Path) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    file = engine.files.upload_path(path)
    assert file == engine.files.upload_path(path)
    assert file == engine.files.upload_path(path.rename(tmp_path / "other.pdf"))
    assert engine.files.content(file.id).read_bytes().startswith(b"%PDF")
    (tmp_path / "other.pdf").unlink()
    with pytest.raises(FileMissingError):
        engine.files.content(file.id)


def test_a_path_to_nothing_is_called_what_the_user_calls_it(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "b.pdf").touch()
    with pytest.raises(EmptyFileError, match="what I call it is empty"):
        engine.files.upload_path(tmp_path / "b.pdf", shown="what I call it")


def test_threads_that_upload_and_delete_the_same_bytes_lose_none(engine: Engine) -> None:
    """One deletes the last file of some bytes while another uploads them."""
    failures: list[BaseException] = []
    kept: list[str] = []

    def work(number: int) -> None:
        try:
            for _ in range(10):
                file = upload(engine, b"contested", f"{number}")
                assert b"contested" == engine.files.content(file.id).read_bytes()
                engine.files.delete(file.id)
            kept.append(upload(engine, b"contested").id)
        except (InvalidRequestError, FileMissingError, AssertionError) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failures
    assert all(b"contested" == engine.files.content(file_id).read_bytes() for file_id in kept)
    assert [] == bytes_left(engine)


def test_an_upload_that_is_undone_leaves_no_bytes(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.database.atomic():  # noqa: PT012 (the step is what is undone)
        upload(engine, b"undone")
        raise ZeroDivisionError
    sweep(engine)
    assert (set(), []) == (blobs_left(engine), bytes_left(engine))


def test_a_deletion_that_is_undone_keeps_the_bytes(engine: Engine) -> None:
    file = upload(engine, b"kept")
    with pytest.raises(ZeroDivisionError), engine.database.atomic():  # noqa: PT012 (the step is what is undone)
        engine.files.delete(file.id)
        raise ZeroDivisionError
    assert b"kept" == engine.files.content(file.id).read_bytes()


def test_what_is_not_there_is_said_by_its_id(engine: Engine) -> None:
    for call in (engine.files.get, engine.files.delete, engine.files.content):
        with pytest.raises(ObjectNotFoundError, match="No file found with id 'file-none'"):
            call("file-none")


def test_a_deletion_answers_as_the_wire_does(engine: Engine) -> None:
    deleted = engine.files.delete(upload(engine, b"a").id)
    assert {"id": "file-1", "object": "file", "deleted": True} == msgspec.to_builtins(deleted)
