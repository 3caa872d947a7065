"""The engine's own objects: what one question leaves behind, with the wire's ids and fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA
from pdfqa.engine import Engine
from pdfqa.engine.context import random_id
from pdfqa.engine.ingest import Item
from pdfqa.engine.reader import work
from pdfqa.errors import ObjectNotFoundError
from pdfqa.wire import File, Resource, Run, VectorStore, VectorStoreFileBatch
from pdfqa.wire.requests import CreateMessage, CreateRun, ListFiles
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, counted_ids, pdf, settings
from tests.shelves import attach, known, read, upload

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
    stores, files = engine.vector_stores, [engine.files.upload_path(path) for path in paths]
    store = stores.make(name="mine")
    batch = engine.store_files.begin(store.id, [file.id for file in files])
    assert work(engine, batch, items=items(engine, files)) == {}
    return stores.get(store.id), engine.store_files.get_batch(store.id, batch.id)


def items(engine: Engine, files: Sequence[File], shown: Sequence[str] = ()) -> list[Item]:
    """Return files as what is to be read."""
    names = shown or [file.filename for file in files]
    return [
        Item(file_id=file.id, sha256=engine.files.sha256(file.id), shown=name)
        for file, name in zip(files, names, strict=True)
    ]


def ask(engine: Engine, store: VectorStore, question: str) -> Any:
    run = begun(engine, begin(engine, store.id), question)
    assert (run.status, run.created_at, run.started_at) == ("queued", NOW, None)
    return engine.runs.work(run)


def begin(engine: Engine, *stores: str) -> str:
    """Return the id of a new thread that searches vector stores."""
    resources = {"file_search": {"vector_store_ids": list(stores)}} if stores else None
    return engine.threads.begin(tool_resources=resources).id


def begun(engine: Engine, thread_id: str, question: str = "") -> Run:
    """Return a new run on a thread."""
    if question:
        engine.threads.add(thread_id, [CreateMessage(role="user", content=question)])
    return engine.runs.begin(thread_id, CreateRun(assistant_id=engine.assistants.default().id))


def same(stored: Resource, **fields: Any) -> None:
    """Check some fields of what goes over the wire."""
    wire = stored.to_dict()
    assert {name: wire[name] for name in fields} == fields


def test_ids_are_a_prefix_and_24_letters_and_digits() -> None:
    ids = {random_id("file-") for _ in range(200)}
    assert len(ids) == 200
    assert all(id_.startswith("file-") and len(id_) == 29 and id_[5:].isalnum() and id_.isascii() for id_ in ids)


def test_files_are_called_what_the_user_calls_them(engine: Engine, club: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7\nnothing")
    files = [engine.files.upload_path(path) for path in (club, tmp_path / "bad.pdf")]
    store = engine.vector_stores.make(name="mine")
    batch = engine.store_files.begin(store.id, [file.id for file in files])
    assert ["uploaded"] * 2 == [file.status for file in files]
    errors = work(engine, batch, items=items(engine, files, ["club.pdf", "the bad one"]))
    assert [files[1].id] == list(errors)
    assert "the bad one" in errors[files[1].id].message
    same(engine.store_files.get_batch(store.id, batch.id), status="completed", vector_store_id=store.id)
    good, bad = engine.store_file_objects.all(parent=store.id)
    same(good, id=files[0].id, status="completed", usage_bytes=files[0].bytes, chunking_strategy={"type": "other"})
    same(bad, status="failed", usage_bytes=0)
    assert ["processed", "uploaded"] == [engine.files.get(file.id).status for file in files]


def test_working_a_batch_again_reads_nothing(engine: Engine, club: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, batch = fill(engine, club)
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert work(engine, batch, items=items(engine, [engine.files.upload_path(club)])) == {}
    fill(engine, club)


def test_a_batch_that_is_interrupted_is_cancelled(engine: Engine, club: Path) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    store, file = engine.vector_stores.make(), engine.files.upload_path(club)
    batch = engine.store_files.begin(store.id, [file.id])
    with pytest.raises(KeyboardInterrupt):
        work(engine, batch, items=items(engine, [file]), progress=interrupt)
    same(engine.store_files.get_batch(store.id, batch.id), status="cancelled")
    assert engine.vector_stores.get(store.id).file_counts.total == 1
    assert [entry.status for entry in engine.store_file_objects.all(parent=store.id)] == ["cancelled"]


def test_a_run_leaves_messages_and_steps(engine: Engine, club: Path) -> None:
    store, _ = fill(engine, club)
    outcome = ask(engine, store, WHO_CLUB)
    run = engine.runs.get(outcome.run.thread_id, outcome.run.id)
    assistant = engine.assistants.default()
    assert run == outcome.run
    assert run.id.startswith("run_")
    same(run, object="thread.run", status="completed", model="extractive", assistant_id=assistant.id, last_error=None)
    same(run, created_at=NOW, started_at=NOW, completed_at=NOW, failed_at=None, expires_at=None)
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
        engine.files.list(ListFiles(order="asc")).data[0].id,
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
    outcome = ask(engine, engine.vector_stores.make(), WHO_CLUB)
    assert (outcome.found, outcome.evidence) == (False, [])


def test_there_is_one_default_assistant(engine: Engine) -> None:
    assistant = engine.assistants.default()
    assert engine.assistants.default() == assistant
    same(assistant, object="assistant", name="pdfqa", model="extractive", tools=[{"type": "file_search"}])
    assert assistant.id.startswith("asst_")


def test_a_question_of_pdfqa_is_made_of_the_same_objects(club: Path, home: Path) -> None:
    with PDFQA(club) as qa:
        answer = qa.ask(WHO_CLUB)
    with Engine(settings(home)) as engine:
        run = engine.runs.get(answer.thread_id, answer.run_id)
        assert run.status == "completed"
        assert [step.type for step in engine.runs.steps(run.id)] == ["tool_calls", "message_creation"]
        assert [message.text for message in engine.threads.messages(run.thread_id)] == [WHO_CLUB, answer.text]
        (file,) = engine.files.list(ListFiles(order="asc")).data
        (store,) = engine.store_objects.all()
        assert [entry.id for entry in engine.store_file_objects.all(parent=store.id)] == [file.id]
        assert engine.vector_stores.get(store.id).file_counts.completed == 1
        thread = engine.threads.get(run.thread_id)
        assert thread.tool_resources == {"file_search": {"vector_store_ids": [store.id]}}
        prefixes = {"file-": file, "vs_": store, "thread_": thread, "run_": run}
        assert all(len(found.id) == len(prefix) + 24 for prefix, found in prefixes.items())


def test_a_file_taken_out_of_a_store_of_pdfqas_takes_with_it_what_quotes_it(club: Path, home: Path) -> None:
    with PDFQA(club) as qa:
        answer = qa.ask(WHO_CLUB)
    with Engine(settings(home)) as engine:
        (file,), (store,) = engine.file_objects.all(), engine.store_objects.all()
        engine.store_files.delete(store.id, file.id)
        assert (0, 0) == (engine.store_objects.count(), engine.thread_objects.count())
        with pytest.raises(ObjectNotFoundError, match=answer.thread_id):
            engine.threads.get(answer.thread_id)


def test_a_store_of_pdfqas_that_a_client_adds_to_is_a_store_like_others(club: Path, home: Path) -> None:
    with PDFQA(club) as qa:
        qa.ask(WHO_CLUB)
        with Engine(settings(home)) as engine:
            (store,) = engine.store_objects.all()
            attach(engine, store.id, known(engine, MINE))
            read(engine)
        assert "Holloway" in qa.ask(WHO_CLUB).text
    with Engine(settings(home)) as engine:
        assert [2, 1] == [engine.vector_stores.get(one.id).file_counts.total for one in engine.store_objects.all()]


def test_a_clients_file_stays_though_pdfqa_cannot_read_it(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing")
    with Engine(settings(home)) as engine:
        file = upload(engine, path.read_bytes())
    with PDFQA(path) as qa:
        assert ["damaged_file"] == [failure.error for failure in qa.add().failed]
        assert ["damaged_file"] == [failure.error for failure in qa.add().failed]
    with Engine(settings(home)) as engine:
        assert path.read_bytes() == engine.files.content(file.id).read_bytes()


def test_asking_the_same_files_again_makes_no_new_store(club: Path, home: Path) -> None:
    for _ in range(3):
        with PDFQA(club) as qa:
            qa.ask(WHO_CLUB)
    with Engine(settings(home)) as engine:
        assert (engine.store_objects.count(), engine.file_objects.count()) == (1, 1)
