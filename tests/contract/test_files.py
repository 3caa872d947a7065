"""Files and uploads, by every way."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from pdfqa import Client, errors
from pdfqa.operations import OPERATIONS
from tests.contract.sdk import METHODS
from tests.homes import CLUB, pdf

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")


def test_the_sdk_has_a_method_for_every_operation() -> None:
    assert set(OPERATIONS) == set(METHODS)


def test_a_file_is_kept_as_it_was(client: Client, tmp_path: Path) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    sent = path.read_bytes()
    file = client.upload_file(path)
    path.unlink()
    assert ("file", "club.pdf", "assistants", len(sent)) == (file.object, file.filename, file.purpose, file.bytes)
    assert file.id.startswith("file-")
    assert file == client.get_file(file.id)
    assert sent == client.get_file_content(file.id)


def test_a_file_may_be_given_in_several_ways(client: Client, tmp_path: Path) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    sent = path.read_bytes()
    with path.open("rb") as stream:
        files = [
            client.upload_file(str(path)),
            client.upload_file(("named.pdf", sent)),
            client.upload_file(sent),
            client.upload_file(stream),
            client.upload_file(io.BytesIO(b"plain words")),
        ]
    assert ["club.pdf", "named.pdf", "document.pdf", "club.pdf", "document"] == [file.filename for file in files]
    assert len({file.id for file in files}) == 5
    assert sent == client.get_file_content(files[1].id) == client.get_file_content(files[3].id)
    assert b"plain words" == client.get_file_content(files[4].id)


def test_what_is_no_file_is_refused_by_name(client: Client, tmp_path: Path) -> None:
    with pytest.raises(errors.FileMissingError, match="nowhere"):
        client.upload_file(tmp_path / "nowhere.pdf")
    with pytest.raises(errors.FileAccessError, match="folder"):
        client.upload_file(tmp_path)
    with pytest.raises(errors.EmptyFileError):
        client.upload_file(("empty.pdf", b""))
    with pytest.raises(errors.InvalidValueError, match="int"):
        client.upload_file(5)  # type: ignore[arg-type]
    with pytest.raises(errors.InvalidValueError, match="text, not bytes") as caught:
        client.upload_file(io.StringIO("words"))  # type: ignore[arg-type]
    assert "file" == caught.value.param
    with pytest.raises(errors.InvalidValueError) as caught:
        client.upload_file(("a.pdf", b"words"), purpose="fun")  # type: ignore[arg-type]
    assert "purpose" == caught.value.param
    assert [] == client.get_files().data


def test_files_are_listed_by_purpose_and_page_by_page(client: Client) -> None:
    made = [client.upload_file((f"{number}.txt", b"words %d" % number)) for number in range(5)]
    other = client.upload_file(("6.txt", b"more"), purpose="user_data")
    assert [other, *reversed(made)] == client.get_files().data
    assert made == client.get_files(purpose="assistants", order="asc").data
    first = client.get_files(limit=2, order="asc")
    assert (made[:2], True) == (first.data, first.has_more)
    assert first.last_id is not None
    rest = client.get_files(limit=4, order="asc", after=first.last_id)
    assert ([*made[2:], other], False) == (rest.data, rest.has_more)
    assert [*made, other] == list(client.iterate(client.get_files, limit=2, order="asc"))
    assert made[3:] == list(
        client.iterate(client.get_files, limit=1, purpose="assistants", order="asc", after=made[2].id)
    )


def test_a_deleted_file_is_gone(client: Client) -> None:
    file = client.upload_file(("a.txt", b"words"))
    deleted = client.delete_file(file.id)
    assert (file.id, "file", True) == (deleted.id, deleted.object, deleted.deleted)
    for call in (client.get_file, client.get_file_content, client.delete_file):
        with pytest.raises(errors.ObjectNotFoundError, match=file.id) as caught:
            call(file.id)
        assert 404 == caught.value.status


def test_a_file_expires_when_it_was_told_to(client: Client) -> None:
    file = client.upload_file(("a.txt", b"words"), expires_after={"anchor": "created_at", "seconds": 3600})
    assert file.created_at + 3600 == file.expires_at
    with pytest.raises(errors.InvalidValueError) as caught:
        client.upload_file(("a.txt", b"words"), expires_after={"anchor": "created_at", "seconds": 60})
    assert "expires_after.seconds" == caught.value.param


def test_an_upload_in_parts_is_a_file_like_others(client: Client) -> None:
    parts = [b"one " * 100, b"two " * 50]
    whole = b"".join(parts)
    upload = client.create_upload(filename="a.txt", purpose="assistants", bytes=len(whole), mime_type="text/plain")
    assert ("pending", None) == (upload.status, upload.file)
    sent = [client.add_upload_part(upload.id, data=part).id for part in parts]
    upload = client.complete_upload(upload.id, part_ids=sent, md5=hashlib.md5(whole).hexdigest())
    assert "completed" == upload.status
    assert upload.file
    assert whole == client.get_file_content(upload.file.id)
    assert client.get_file(upload.file.id) == upload.file
    with pytest.raises(errors.InvalidRequestError):
        client.cancel_upload(upload.id)


def test_an_upload_of_another_size_or_hash_is_refused(client: Client) -> None:
    upload = client.create_upload(filename="a.txt", purpose="assistants", bytes=10, mime_type="text/plain")
    part = client.add_upload_part(upload.id, data=b"words")
    with pytest.raises(errors.InvalidRequestError):
        client.complete_upload(upload.id, part_ids=[part.id])
    with pytest.raises(errors.InvalidRequestError):
        client.complete_upload(upload.id, part_ids=["part_nothing"])
    assert "cancelled" == client.cancel_upload(upload.id).status
    with pytest.raises(errors.InvalidRequestError):
        client.add_upload_part(upload.id, data=b"words")
