"""What is told to who asks over the network names no path of the machine, whatever has gone wrong there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pdfqa.engine.channels import Channel
from pdfqa.errors import PdfqaError, StorageError
from pdfqa.server import failures
from tests.homes import WHO_CLUB
from tests.shelves import pdf_bytes, read, store_with, upload
from tests.stage import Stage, stage


@pytest.fixture
def on(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "hidden" / "home", busy_seconds=0.05) as opened:
        yield opened
        opened.engine.reader.close()


def told(on: Stage, name: str, /, *ids: str, **fields: Any) -> str:
    """Return what somebody sees of an operation, whatever becomes of it."""
    try:
        made = on.call(name, *ids, **fields)
    except PdfqaError as error:
        return msgspec.json.encode(failures.envelope(error)).decode()
    return msgspec.json.encode(list(made) if isinstance(made, Channel) else made).decode()


def with_file(file_id: str) -> dict[str, Any]:
    parts = [{"type": "input_file", "file_id": file_id}, {"type": "input_text", "text": WHO_CLUB}]
    return {"model": "m", "input": [{"role": "user", "content": parts}]}


def test_a_copy_that_is_lost_is_called_by_no_path(on: Stage) -> None:
    file = upload(on.engine, pdf_bytes("lost"), "lost.pdf")
    on.engine.blobs._path(on.engine.files.sha256(file.id)).unlink()
    store_id = store_with(on.engine, file)
    read(on.engine)
    parts = [{"type": "file", "file": {"file_id": file.id}}, {"type": "text", "text": WHO_CLUB}]
    chat = {"model": "m", "messages": [{"role": "user", "content": parts}]}
    background = on.call("create_response", **with_file(file.id), background=True)
    (job,) = on.engine.jobs.mine("response")
    on.engine.responses.perform(job)
    for seen in (
        told(on, "get_vector_store_file", store_id, file.id),
        told(on, "get_vector_store_file_content", store_id, file.id),
        told(on, "get_file_content", file.id),
        told(on, "create_response", **with_file(file.id)),
        told(on, "get_response", background.id),
        told(on, "get_response", background.id, stream=True),
        told(on, "create_completion", **chat),
        told(on, "create_completion", **chat, stream=True),
    ):
        assert "no longer there" in seen
        assert "hidden" not in seen


def test_a_home_that_cannot_be_written_is_called_by_no_path(
    on: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    streamed = on.stream(on.thread())
    with closing(sqlite3.connect(on.engine.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        (job,) = on.jobs()
        with pytest.raises(StorageError):
            on.engine.runs.perform(job)
        seen = [
            msgspec.json.encode(streamed.events).decode(),
            told(on, "create_thread"),
            told(
                on, "create_completion", model="m", messages=[{"role": "user", "content": "?"}], store=True, stream=True
            ),
            told(on, "create_response", model="m", input="?", stream=True),
        ]
    for text in seen:
        assert "storage cannot be used now" in text
        assert "hidden" not in text
    assert "hidden" in caplog.text
    on.perform()
    assert [] == on.jobs()


def test_why_a_run_or_response_failed_names_no_path(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that it reads cannot be read, and something can be written still."""
    run = on.run(on.thread())
    response = on.call("create_response", model="m", input=WHO_CLUB, background=True)
    (job,) = on.engine.jobs.mine("response")
    rename = "ALTER TABLE {} RENAME TO {}"
    with on.engine.database.atomic() as connection:
        connection.execute(rename.format("segments", "elsewhere"))
    on.perform()
    on.engine.responses.perform(job)
    with on.engine.database.atomic() as connection:
        connection.execute(rename.format("elsewhere", "segments"))
    failed, response = on.again(run), on.call("get_response", response.id)
    assert failed.last_error is not None
    assert ("failed", "failed") == (failed.status, response.status)
    for message in (failed.last_error.message, response.error.message):
        assert "The server's storage cannot be used now; its log says why." == message
