"""A home that an earlier version made opens, and all that it holds is still there."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA
from pdfqa.engine import Engine
from pdfqa.passages import DEFAULT
from pdfqa.store import Database
from pdfqa.store.schema import MIGRATIONS
from pdfqa.wire import ListRequest
from pdfqa.wire.requests import ListFiles, ListVectorStoreFiles, SearchVectorStore
from tests.homes import CLUB, WHO_CLUB, settings
from tests.shelves import attach, known, read, store_document

COUNTS = {"in_progress": 0, "completed": 2, "failed": 0, "cancelled": 0, "total": 2}
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def objects(sha256: str) -> list[tuple[str, str, str, str | None, dict[str, Any]]]:
    """Return what version 0.1 stored, as kind, parent, id, key and body."""
    common = {"created_at": 1_700_000_000}
    file = {
        "object": "file",
        "bytes": 40,
        "filename": "übung.pdf",
        "purpose": "assistants",
        "status": "processed",
        "status_details": None,
        "expires_at": None,
    }
    entry = {
        "object": "vector_store.file",
        "vector_store_id": "vs_1",
        "usage_bytes": 40,
        "status": "completed",
        "last_error": None,
        "chunking_strategy": {"type": "other"},
        "attributes": {},
    }
    store = {
        "object": "vector_store",
        "name": "übung.pdf",
        "usage_bytes": 0,
        "file_counts": {**COUNTS, "completed": 0, "total": 0},
        "status": "completed",
        "expires_after": None,
        "expires_at": None,
        "last_active_at": 1_700_000_000,
        "metadata": {},
    }
    batch = {
        "object": "vector_store.files_batch",
        "vector_store_id": "vs_1",
        "status": "completed",
        "file_counts": COUNTS,
    }
    thread = {
        "object": "thread",
        "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}},
        "metadata": {},
    }
    message: dict[str, Any] = {
        "object": "thread.message",
        "thread_id": "thread_1",
        "status": "completed",
        "incomplete_details": None,
        "completed_at": 1_700_000_000,
        "incomplete_at": None,
        "role": "user",
        "content": [{"type": "text", "text": {"value": WHO_CLUB, "annotations": []}}],
        "assistant_id": None,
        "run_id": None,
        "attachments": None,
        "metadata": {},
    }
    rows: list[tuple[str, str, str, str | None, dict[str, Any]]] = [
        ("file", "", "file-1", sha256, file),
        ("file", "", "file-2", "b" * 64, file),
        ("vector_store", "", "vs_1", "set:1", store),
        ("vector_store.file", "vs_1", "file-1", "vsfb_1", entry),
        ("vector_store.file", "vs_1", "file-2", "vsfb_1", entry),
        ("vector_store.files_batch", "vs_1", "vsfb_1", None, batch),
        ("thread", "", "thread_1", "vs_1", thread),
        ("thread.message", "thread_1", "msg_1", None, message),
    ]
    return [(kind, parent, id_, key, {"id": id_, **common, **body}) for kind, parent, id_, key, body in rows]


@pytest.fixture
def old(home: Path) -> Path:
    """Make a home of schema 1 with one document that was read."""
    home.mkdir()
    connection = sqlite3.connect(home / "pdfqa.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute("PRAGMA user_version = 1")
    sha256 = "a" * 64
    for one in (sha256, "b" * 64):
        connection.execute("INSERT INTO contents VALUES (?, 40, ?)", (one, b"/nowhere/\xfcbung.pdf"))
    for number, (kind, parent, id_, key, body) in enumerate(objects(sha256), start=1):
        connection.execute(
            "INSERT INTO objects (seq, kind, parent, id, key, body) VALUES (?, ?, ?, ?, ?, ?)",
            (number, kind, parent, id_, key, json.dumps(body, ensure_ascii=False).encode()),
        )
    connection.close()
    return home


def test_everything_of_an_old_home_is_there(old: Path) -> None:
    with Engine(settings(old)) as engine:
        assert len(MIGRATIONS) == engine.database.version
        files = engine.files.list(ListFiles(order="asc", purpose="assistants")).data
        assert [("file-1", "übung.pdf"), ("file-2", "übung.pdf")] == [(file.id, file.filename) for file in files]
        assert {"expires_at", "status_details"}.isdisjoint(files[0].to_dict())
        (store,) = engine.vector_stores.list(ListRequest()).data
        assert ("completed", 2, 80) == (store.status, store.file_counts.completed, store.usage_bytes)
        assert "expires_after" not in store.to_dict()
        completed = engine.store_files.list("vs_1", ListVectorStoreFiles(filter="completed")).data
        assert ["file-2", "file-1"] == [entry.id for entry in completed]
        assert COUNTS["total"] == engine.store_files.get_batch("vs_1", "vsfb_1").file_counts.total
        assert [WHO_CLUB] == [message.text for message in engine.message_objects.all(parent="thread_1")]
        assert {"vs_1"} == {store.id for store in engine.store_objects.with_key("set:1")}


def test_an_old_document_is_searched_and_can_be_cut_anew(old: Path) -> None:
    with Engine(settings(old)) as engine:
        store_document(engine, "a" * 64, [CLUB], [DEFAULT])
        before = engine.vector_stores.search("vs_1", SearchVectorStore(query=WHO_CLUB)).data
        assert [("file-1", 1, CLUB)] == [(result.file_id, result.page, result.quote) for result in before]
        attach(engine, "vs_1", engine.files.get("file-1"))
        read(engine)
        assert 80 == engine.vector_stores.get("vs_1").usage_bytes
        after = engine.vector_stores.search("vs_1", SearchVectorStore(query=WHO_CLUB)).data
        assert [("file-1", CLUB)] == [(result.file_id, result.quote) for result in after]
        engine.files.delete("file-1")
        assert 40 == engine.vector_stores.get("vs_1").usage_bytes
        for table in ("documents", "pages", "indexes", "segments", "postings"):
            assert [(0,)] == engine.database.rows(f"SELECT count(*) FROM {table}")


def test_an_old_home_goes_on_growing(old: Path) -> None:
    with Engine(settings(old)) as engine:
        assert "file-1" in {file.id for file in [*engine.file_objects.all(), known(engine, CLUB)]}
    with PDFQA() as qa:
        assert qa.ask(WHO_CLUB).found


def test_processes_that_open_an_old_home_at_once_change_it_once(old: Path) -> None:
    one, two = Database(old), Database(old)
    assert one.version == two.version == len(MIGRATIONS)
    one.close()
    two.close()
