"""Uploads: parts in any order, put together as they are named, and none of them left behind."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa.engine import Engine
from pdfqa.engine.sweeping import sweep
from pdfqa.engine.uploads import LARGEST_PART
from pdfqa.errors import (
    EmptyFileError,
    InvalidRequestError,
    InvalidValueError,
    ObjectNotFoundError,
    TooLargeError,
    WrongStateError,
)
from pdfqa.wire import Upload, check
from pdfqa.wire.requests import AddUploadPart, CompleteUpload, Content, CreateUpload
from tests.homes import counted_ids, settings
from tests.shelves import NOW, Clock, blobs_left, bytes_left, upload


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(home: Path, clock: Clock) -> Iterator[Engine]:
    with Engine(settings(home), clock=clock, new_id=counted_ids()) as engine:
        yield engine


def begin(engine: Engine, size: int, **fields: Any) -> Upload:
    given = {"filename": "a.pdf", "purpose": "assistants", "bytes": size, "mime_type": "application/pdf", **fields}
    return engine.uploads.create(check(CreateUpload, given))


def add(engine: Engine, upload: Upload, data: bytes) -> str:
    return engine.uploads.add_part(upload.id, AddUploadPart(data=Content(filename="part", data=data))).id


def complete(engine: Engine, upload: Upload, *part_ids: str, md5: str | None = None) -> Upload:
    return engine.uploads.complete(upload.id, CompleteUpload(part_ids=list(part_ids), md5=md5))


def test_an_upload_has_the_wires_fields(engine: Engine) -> None:
    expected = {
        "id": "upload_1",
        "object": "upload",
        "created_at": NOW,
        "filename": "a.pdf",
        "bytes": 6,
        "purpose": "assistants",
        "status": "pending",
        "expires_at": NOW + 3600,
        "mime_type": "application/pdf",
        "file": None,
    }
    upload = begin(engine, 6)
    assert expected == upload.to_dict()
    part = engine.uploads.add_part(upload.id, AddUploadPart(data=Content(filename="x", data=b"abc")))
    assert {
        "id": "part_2",
        "object": "upload.part",
        "created_at": NOW,
        "upload_id": "upload_1",
    } == part.to_dict()


def test_parts_are_put_together_in_the_order_they_are_named(engine: Engine) -> None:
    upload = begin(engine, 9)
    three, one, _, two = (add(engine, upload, data) for data in (b"ghi", b"abc", b"not used", b"def"))
    md5 = hashlib.md5(b"abcdefghi").hexdigest()
    done = complete(engine, upload, one, two, three, md5=md5.upper())
    assert done.file is not None
    assert ("completed", 9, "a.pdf", "assistants") == (
        done.status,
        done.file.bytes,
        done.file.filename,
        done.file.purpose,
    )
    assert b"abcdefghi" == engine.files.content(done.file.id).read_bytes()
    assert done.file == engine.files.get(done.file.id)
    assert [] == bytes_left(engine)
    assert [] == engine.part_objects.all(parent=upload.id)


def test_a_part_that_came_in_is_moved(engine: Engine) -> None:
    upload = begin(engine, 3)
    path = engine.database.home / "incoming" / "received"
    path.parent.mkdir()
    path.write_bytes(b"abc")
    part = engine.uploads.add_part(upload.id, AddUploadPart(data=Content(filename="x", path=path)))
    assert not path.exists()
    assert complete(engine, upload, part.id).file is not None


def test_the_file_of_an_upload_may_expire(engine: Engine) -> None:
    upload = begin(engine, 1, expires_after={"anchor": "created_at", "seconds": 7200})
    done = complete(engine, upload, add(engine, upload, b"a"))
    assert done.file is not None
    assert NOW + 7200 == done.file.expires_at


@pytest.mark.parametrize(
    ("size", "md5", "param", "message"),
    [
        (4, None, "part_ids", "the parts have 3 bytes together, and 4 were announced"),
        (2, None, "part_ids", "the parts have 3 bytes together, and 2 were announced"),
        (3, "md5", "md5", "and md5 was expected"),
    ],
)
def test_what_was_not_announced_is_refused_and_may_be_tried_again(
    engine: Engine, size: int, md5: str | None, param: str, message: str
) -> None:
    upload = begin(engine, size)
    part = add(engine, upload, b"abc")
    with pytest.raises(InvalidValueError, match=message) as caught:
        complete(engine, upload, part, md5=md5)
    assert param == caught.value.param
    assert (set(), 0) == (blobs_left(engine), engine.file_objects.count())
    assert "pending" == engine.upload_objects.get(upload.id).status
    engine.uploads.cancel(upload.id)
    assert [] == bytes_left(engine)


def test_parts_must_be_the_uploads_own_each_once(engine: Engine) -> None:
    upload, other = begin(engine, 6), begin(engine, 6)
    part, foreign = add(engine, upload, b"abc"), add(engine, other, b"abc")
    with pytest.raises(InvalidValueError, match=f"Part '{foreign}' does not belong to upload '{upload.id}'") as caught:
        complete(engine, upload, part, foreign)
    assert "part_ids[1]" == caught.value.param
    with pytest.raises(InvalidValueError, match="named twice"):
        complete(engine, upload, part, part)


def test_a_part_has_bytes_and_not_too_many(engine: Engine, tmp_path: Path) -> None:
    upload, path = begin(engine, 1 << 30), tmp_path / "large"
    with pytest.raises(EmptyFileError, match="the part is empty"):
        add(engine, upload, b"")
    with open(path, "wb") as stream:
        stream.truncate(LARGEST_PART + 1)
    with pytest.raises(TooLargeError, match="67,108,865 bytes"):
        engine.uploads.add_part(upload.id, AddUploadPart(data=Content(filename="x", path=path)))
    assert [] == bytes_left(engine)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"bytes": 0}, "bytes"),
        ({"bytes": (8 << 30) + 1}, "bytes"),
        ({"mime_type": "mime_type"}, "mime_type"),
        ({"purpose": "evals"}, "purpose"),
        ({"filename": ""}, "filename"),
        ({"expires_after": {"anchor": "created_at", "seconds": 60}}, "expires_after.seconds"),
    ],
)
def test_an_upload_has_its_limits(engine: Engine, fields: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        begin(engine, 1, **fields)
    assert param == caught.value.param


Ending = Callable[[Engine, Clock, Upload, str], object]


def completed(engine: Engine, _: Clock, upload: Upload, part: str) -> None:
    complete(engine, upload, part)


def cancelled(engine: Engine, _: Clock, upload: Upload, __: str) -> None:
    assert "cancelled" == engine.uploads.cancel(upload.id).status


def expired(_: Engine, clock: Clock, __: Upload, ___: str) -> None:
    clock.time += 3600


@pytest.mark.parametrize("end", [completed, cancelled, expired])
def test_an_upload_that_has_ended_takes_nothing_more(engine: Engine, clock: Clock, end: Ending) -> None:
    upload = begin(engine, 3)
    part = add(engine, upload, b"abc")
    end(engine, clock, upload, part)
    for call in (
        lambda: add(engine, upload, b"def"),
        lambda: complete(engine, upload, part),
        lambda: engine.uploads.cancel(upload.id),
    ):
        with pytest.raises(WrongStateError, match=f"Upload {upload.id} is {end.__name__}") as caught:
            call()
        assert 400 == caught.value.status
    assert end.__name__ == engine.upload_objects.get(upload.id).status
    assert [] == bytes_left(engine)


def test_parts_of_an_upload_that_nobody_completes_go_when_another_begins(engine: Engine, clock: Clock) -> None:
    add(engine.owned_by("key-1"), begin(engine.owned_by("key-1"), 3), b"abc")
    clock.time += 3600
    begin(engine.owned_by("key-2"), 3)
    assert [] == bytes_left(engine)


def test_sweeping_removes_the_parts_of_killed_processes_only(engine: Engine) -> None:
    upload = begin(engine, 3)
    part = add(engine, upload, b"abc")
    stray = engine.database.home / "uploads" / "upload_none" / "part_none"
    stray.parent.mkdir()
    stray.touch()
    sweep(engine)
    assert sorted([upload.id, part]) == sorted(bytes_left(engine))


def test_a_name_may_be_long_but_not_without_end(engine: Engine) -> None:
    long, longer = "a" * 4_096, "a" * 4_097
    assert long == upload(engine, b"words", long).filename
    makers: list[tuple[Callable[[], object], str]] = [
        (lambda: upload(engine, b"words", longer), "file"),
        (lambda: begin(engine, 3, filename=longer), "filename"),
    ]
    for create, param in makers:
        with pytest.raises(InvalidValueError, match="4,097 characters") as caught:
            create()
        assert param == caught.value.param
    assert (1, 1, []) == (engine.file_objects.count(), len(blobs_left(engine)), bytes_left(engine))


def test_owners_have_uploads_of_their_own(engine: Engine) -> None:
    upload = begin(engine.owned_by("key-1"), 3)
    for call in (lambda: add(engine, upload, b"abc"), lambda: engine.uploads.cancel(upload.id)):
        with pytest.raises(ObjectNotFoundError, match=upload.id):
            call()


def test_of_threads_that_complete_an_upload_one_does(engine: Engine) -> None:
    upload = begin(engine, 4 << 20)
    parts = [add(engine, upload, bytes([number]) * (1 << 20)) for number in range(4)]
    outcomes: list[str] = []

    def work() -> None:
        try:
            outcomes.append(complete(engine, upload, *parts).status)
        except InvalidRequestError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ["completed", *["wrong_state"] * 3] == sorted(outcomes)
    assert (1, 1, []) == (engine.file_objects.count(), len(blobs_left(engine)), bytes_left(engine))
