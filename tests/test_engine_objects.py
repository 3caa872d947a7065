"""The engine's own objects: what one question leaves behind, with the wire's ids and fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pdfqa import PDFQA
from pdfqa.engine import Engine
from pdfqa.engine.context import random_id
from pdfqa.engine.ingest import Item
from pdfqa.errors import EmptyFileError, FileMissingError, InvalidRequestError, ObjectNotFoundError
from pdfqa.wire import Resource, VectorStore, VectorStoreFileBatch
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, counted_ids, pdf, settings

NOW = 1_800_000_000


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    with Engine(settings(home), clock=lambda: NOW + 0.9, new_id=counted_ids()) as engine:
        yield engine


@pytest.fixture
def club(tmp_path: Path) -> Path:
    return pdf(tmp_path / "club.pdf", CLUB, PARK)


def fill(engine: Engine, *paths: Path) -> tuple[VectorStore, VectorStoreFileBatch]:
    """Put files into a new vector store."""
    stores = engine.vector_stores
    store = stores.create(name="mine")
    batch = stores.create_batch(store.id, [engine.files.upload_path(path).id for path in paths])
    assert stores.work(batch) == {}
    return stores.get(store.id), stores.get_batch(store.id, batch.id)


def ask(engine: Engine, store: VectorStore, question: str) -> Any:
    thread = engine.threads.create_thread(tool_resources={"file_search": {"vector_store_ids": [store.id]}})
    engine.threads.add_message(thread.id, question)
    run = engine.runs.create(thread.id, engine.threads.default_assistant())
    assert (run.status, run.created_at, run.started_at) == ("queued", NOW, None)
    return engine.runs.work(run)


def same(stored: Resource, **fields: Any) -> None:
    """Check some fields of what goes over the wire."""
    wire = stored.to_dict()
    assert {name: wire[name] for name in fields} == fields


def test_ids_are_a_prefix_and_24_letters_and_digits() -> None:
    ids = {random_id("file-") for _ in range(200)}
    assert len(ids) == 200
    assert all(id_.startswith("file-") and len(id_) == 29 and id_[5:].isalnum() and id_.isascii() for id_ in ids)


def test_an_uploaded_file_has_the_wires_fields(engine: Engine) -> None:
    file = engine.files.upload(b"%PDF bytes", "a b.pdf")
    assert file.to_dict() == {
        "id": "file-1",
        "object": "file",
        "created_at": NOW,
        "bytes": 10,
        "filename": "a b.pdf",
        "purpose": "assistants",
        "status": "processed",
        "status_details": None,
        "expires_at": None,
    }
    assert engine.files.get("file-1") == file
    assert engine.files.content("file-1") == b"%PDF bytes"
    assert engine.files.list().data == [file]


def test_every_upload_of_bytes_is_a_file_of_its_own(engine: Engine) -> None:
    one, two = engine.files.upload(b"same", "a.pdf"), engine.files.upload(b"same", "b.pdf")
    assert one.id != two.id
    engine.files.delete(one.id)
    assert engine.files.content(two.id) == b"same"
    engine.files.delete(two.id)
    assert engine.blobs.size(engine.blobs.put(b"same")) == 4


def test_a_path_is_the_file_there_is(engine: Engine, club: Path, tmp_path: Path) -> None:
    file = engine.files.upload_path(club)
    assert engine.files.upload_path(club) == file
    assert engine.files.upload_path(club.rename(tmp_path / "other.pdf")) == file
    assert engine.files.content(file.id).startswith(b"%PDF")
    (tmp_path / "other.pdf").unlink()
    with pytest.raises(FileMissingError):
        engine.files.content(file.id)


def test_nothing_is_no_file(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(EmptyFileError, match=r"a\.pdf is empty"):
        engine.files.upload(b"", "a.pdf")
    (tmp_path / "b.pdf").touch()
    with pytest.raises(EmptyFileError, match="what I call it is empty"):
        engine.files.upload_path(tmp_path / "b.pdf", shown="what I call it")
    assert engine.files.list(order="asc").data == []


def test_a_store_is_filled_by_a_batch(engine: Engine, club: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (tmp_path / "text.pdf").write_bytes(b"dear diary")
    paths = [club, tmp_path / "bad.pdf", tmp_path / "text.pdf"]
    stores, files = engine.vector_stores, [engine.files.upload_path(path) for path in paths]
    store = stores.create(name="mine")
    same(store, id="vs_4", object="vector_store", name="mine", status="completed", created_at=NOW, last_active_at=NOW)
    batch = stores.create_batch(store.id, [file.id for file in files])
    waiting = {"in_progress": 3, "completed": 0, "failed": 0, "cancelled": 0, "total": 3}
    same(batch, id="vsfb_5", object="vector_store.files_batch", status="in_progress", file_counts=waiting)
    same(stores.get(store.id), status="in_progress", file_counts=waiting)
    shown = ["club.pdf", "the bad one", "text.pdf"]
    items = [
        Item(file_id=file.id, sha256=engine.files.sha256(file.id), shown=name)
        for file, name in zip(files, shown, strict=True)
    ]
    errors = stores.work(batch, items=items)
    done = {"in_progress": 0, "completed": 1, "failed": 2, "cancelled": 0, "total": 3}
    same(stores.get_batch(store.id, batch.id), status="completed", file_counts=done, vector_store_id=store.id)
    same(stores.get(store.id), status="completed", file_counts=done)
    assert set(errors) == {files[1].id, files[2].id}
    assert "the bad one" in errors[files[1].id].message
    good, bad, text = stores.files(store.id)
    same(good, id=files[0].id, object="vector_store.file", status="completed", usage_bytes=files[0].bytes)
    assert good.last_error is None
    assert bad.last_error is not None
    assert text.last_error is not None
    assert (bad.status, bad.last_error.code, text.last_error.code) == ("failed", "invalid_file", "unsupported_file")
    assert stores.batch_files(batch.id) == [good, bad, text]


def test_working_a_batch_again_reads_nothing(engine: Engine, club: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, batch = fill(engine, club)
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert engine.vector_stores.work(batch) == {}
    fill(engine, club)


def test_a_batch_that_is_interrupted_is_cancelled(engine: Engine, club: Path) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    stores = engine.vector_stores
    store = stores.create()
    batch = stores.create_batch(store.id, [engine.files.upload_path(club).id])
    with pytest.raises(KeyboardInterrupt):
        stores.work(batch, progress=interrupt)
    same(stores.get_batch(store.id, batch.id), status="cancelled")
    assert stores.get(store.id).file_counts.total == 1
    assert [file.status for file in stores.files(store.id)] in (["cancelled"], ["completed"])


def test_a_file_named_twice_in_a_batch_counts_once(engine: Engine, club: Path) -> None:
    file, store = engine.files.upload_path(club), engine.vector_stores.create()
    batch = engine.vector_stores.create_batch(store.id, [file.id, file.id])
    assert batch.file_counts.total == engine.vector_stores.get(store.id).file_counts.total == 1


def test_what_is_not_there_is_an_error(engine: Engine) -> None:
    for call in (
        engine.files.get,
        engine.files.delete,
        engine.files.content,
        engine.vector_stores.get,
        engine.vector_stores.delete,
        engine.threads.get_thread,
    ):
        with pytest.raises(ObjectNotFoundError, match="with id 'x_1'"):
            call("x_1")
    with pytest.raises(ObjectNotFoundError, match="No batch"):
        engine.vector_stores.get_batch("vs_1", "vsfb_1")
    with pytest.raises(ObjectNotFoundError, match="No run"):
        engine.runs.get("thread_1", "run_1")


def test_nothing_is_put_where_nothing_is(engine: Engine) -> None:
    store = engine.vector_stores.create()
    with pytest.raises(ObjectNotFoundError):
        engine.vector_stores.create_batch("vs_none", [])
    with pytest.raises(ObjectNotFoundError):
        engine.vector_stores.create_batch(store.id, ["file-none"])
    assert engine.vector_stores.files(store.id) == []
    with pytest.raises(ObjectNotFoundError):
        engine.threads.add_message("thread_none", "hello")
    with pytest.raises(ObjectNotFoundError):
        engine.runs.create("thread_none", engine.threads.default_assistant())


def test_a_run_leaves_messages_and_steps(engine: Engine, club: Path) -> None:
    store, _ = fill(engine, club)
    outcome = ask(engine, store, WHO_CLUB)
    run = engine.runs.get(outcome.run.thread_id, outcome.run.id)
    assistant = engine.threads.default_assistant()
    assert run == outcome.run
    assert run.id.startswith("run_")
    same(run, object="thread.run", status="completed", model="extractive", assistant_id=assistant.id, last_error=None)
    same(run, created_at=NOW, started_at=NOW, completed_at=NOW, failed_at=None, expires_at=NOW + 600)
    same(run, tools=[{"type": "file_search"}], usage={"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})
    question, answer = engine.threads.messages(run.thread_id)
    assert (question.role, question.text, question.run_id) == ("user", WHO_CLUB, None)
    assert (answer.role, answer.run_id, answer.assistant_id) == ("assistant", run.id, assistant.id)
    assert answer == outcome.message
    assert "Holloway" in answer.text
    assert answer.id.startswith("msg_")
    same(answer, object="thread.message", status="completed", completed_at=NOW, thread_id=run.thread_id)
    searched, written = engine.runs.steps(run.id)
    for step in (searched, written):
        assert step.id.startswith("step_")
        same(step, object="thread.run.step", status="completed", run_id=run.id, thread_id=run.thread_id)
    (call,) = searched.step_details["tool_calls"]
    assert (searched.type, call["type"], call["id"][:5]) == ("tool_calls", "file_search", "call_")
    first = call["file_search"]["results"][0]
    assert (first["file_id"], first["file_name"], first["page"]) == (
        engine.files.list(order="asc").data[0].id,
        "club.pdf",
        1,
    )
    assert first["content"] == [{"type": "text", "text": CLUB}]
    assert 0 <= first["score"] <= 1
    assert written.type == "message_creation"
    assert written.step_details == {"type": "message_creation", "message_creation": {"message_id": answer.id}}


def test_annotations_mark_their_markers_and_quote_the_page(engine: Engine, club: Path) -> None:
    store, _ = fill(engine, club)
    message = ask(engine, store, WHO_PARK).message
    ((part,),) = (message.content,)
    assert part.text.annotations
    for number, annotation in enumerate(part.text.annotations, start=1):
        cited = annotation.file_citation
        assert part.text.value[annotation.start_index : annotation.end_index] == annotation.text == f"[{number}]"
        page = engine.documents.page(engine.files.sha256(cited.file_id), cited.page)
        assert page.text[cited.start : cited.end] == cited.quote
        assert (cited.verified, cited.page, cited.label) == (True, 2, page.label)


def test_a_marker_in_a_quote_is_not_taken_for_ours(engine: Engine, tmp_path: Path) -> None:
    text = "The melting point of gallium [1] was measured by Otto Brandt in Leipzig in 1902."
    store, _ = fill(engine, pdf(tmp_path / "paper.pdf", text))
    message = ask(engine, store, "Who measured the melting point of gallium?").message
    (annotation,) = message.content[0].text.annotations
    assert annotation.end_index == len(message.text)


def test_what_is_not_found_has_no_annotations(engine: Engine, club: Path) -> None:
    store, _ = fill(engine, club)
    outcome = ask(engine, store, "Who won the football world cup of 1998?")
    assert (outcome.found, outcome.message.content[0].text.annotations) == (False, [])
    assert outcome.run.status == "completed"
    assert len(engine.runs.steps(outcome.run.id)) == 2


def test_an_empty_store_is_searched_in_vain(engine: Engine) -> None:
    outcome = ask(engine, engine.vector_stores.create(), WHO_CLUB)
    assert (outcome.found, outcome.evidence) == (False, [])


def test_a_run_needs_a_question_and_a_store(engine: Engine) -> None:
    thread = engine.threads.create_thread()
    with pytest.raises(InvalidRequestError, match="empty"):
        engine.threads.add_message(thread.id, " ")
    engine.threads.add_message(thread.id, "Who?")
    run = engine.runs.create(thread.id, engine.threads.default_assistant())
    with pytest.raises(InvalidRequestError, match="no vector store"):
        engine.runs.work(run)
    store = engine.vector_stores.create()
    silent = engine.threads.create_thread(tool_resources={"file_search": {"vector_store_ids": [store.id]}})
    with pytest.raises(InvalidRequestError, match="no question"):
        engine.runs.work(engine.runs.create(silent.id, engine.threads.default_assistant()))


def test_a_run_that_fails_says_so(engine: Engine) -> None:
    thread = engine.threads.create_thread()
    engine.threads.add_message(thread.id, "Who?")
    run = engine.runs.create(thread.id, engine.threads.default_assistant())
    with pytest.raises(InvalidRequestError):
        engine.runs.work(run)
    stored = engine.runs.get(thread.id, run.id)
    assert (stored.status, stored.failed_at) == ("failed", NOW)
    assert stored.last_error is not None
    assert stored.last_error.message


def test_there_is_one_default_assistant(engine: Engine) -> None:
    assistant = engine.threads.default_assistant()
    assert engine.threads.default_assistant() == assistant
    same(assistant, object="assistant", name="pdfqa", model="extractive", tools=[{"type": "file_search"}])
    assert assistant.id.startswith("asst_")


def test_a_deleted_file_leaves_its_stores(engine: Engine, club: Path, tmp_path: Path) -> None:
    mine = pdf(tmp_path / "mine.pdf", MINE)
    one, _ = fill(engine, club, mine)
    two, _ = fill(engine, club)
    file = engine.files.upload_path(club)
    deleted = engine.files.delete(file.id)
    assert msgspec.to_builtins(deleted) == {"id": file.id, "object": "file", "deleted": True}
    stores = engine.vector_stores
    assert [entry.id for entry in stores.files(one.id)] == [engine.files.upload_path(mine).id]
    assert stores.get(two.id).file_counts.total == 0
    assert not ask(engine, two, WHO_CLUB).evidence
    assert "Holloway" not in ask(engine, one, WHO_CLUB).message.text
    with pytest.raises(ObjectNotFoundError):
        engine.files.get(file.id)


def test_a_file_taken_out_of_a_store_stays(engine: Engine, club: Path) -> None:
    one, _ = fill(engine, club)
    two, _ = fill(engine, club)
    file = engine.files.upload_path(club)
    deleted = engine.vector_stores.detach(one.id, file.id)
    assert msgspec.to_builtins(deleted) == {"id": file.id, "object": "vector_store.file.deleted", "deleted": True}
    assert engine.vector_stores.get(one.id).file_counts.total == 0
    assert "Holloway" in ask(engine, two, WHO_CLUB).message.text


def test_a_deleted_store_leaves_its_files(engine: Engine, club: Path) -> None:
    store, batch = fill(engine, club)
    deleted = engine.vector_stores.delete(store.id)
    assert msgspec.to_builtins(deleted) == {"id": store.id, "object": "vector_store.deleted", "deleted": True}
    assert len(engine.files.list(order="asc").data) == 1
    with pytest.raises(ObjectNotFoundError):
        engine.vector_stores.get(store.id)
    with pytest.raises(ObjectNotFoundError):
        engine.vector_stores.get_batch(store.id, batch.id)


def test_a_question_of_pdfqa_is_made_of_the_same_objects(club: Path, home: Path) -> None:
    with PDFQA(club) as qa:
        answer = qa.ask(WHO_CLUB)
    with Engine(settings(home)) as engine:
        run = engine.runs.get(answer.thread_id, answer.run_id)
        assert run.status == "completed"
        assert [step.type for step in engine.runs.steps(run.id)] == ["tool_calls", "message_creation"]
        assert [message.text for message in engine.threads.messages(run.thread_id)] == [WHO_CLUB, answer.text]
        (file,) = engine.files.list(order="asc").data
        (store,) = engine.store_objects.all()
        assert [entry.id for entry in engine.vector_stores.files(store.id)] == [file.id]
        assert engine.vector_stores.get(store.id).file_counts.completed == 1
        thread = engine.threads.get_thread(run.thread_id)
        assert thread.tool_resources == {"file_search": {"vector_store_ids": [store.id]}}
        prefixes = {"file-": file, "vs_": store, "thread_": thread, "run_": run}
        assert all(len(found.id) == len(prefix) + 24 for prefix, found in prefixes.items())


def test_asking_the_same_files_again_makes_no_new_store(club: Path, home: Path) -> None:
    for _ in range(3):
        with PDFQA(club) as qa:
            qa.ask(WHO_CLUB)
    with Engine(settings(home)) as engine:
        assert (engine.store_objects.count(), engine.file_objects.count()) == (1, 1)
