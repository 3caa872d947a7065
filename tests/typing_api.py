"""What users write: it must type-check. Nothing here runs; `mypy` reads it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

from typing_extensions import assert_type

from pdfqa import (
    PDFQA,
    Answer,
    AsyncClient,
    Box,
    Citation,
    Client,
    EncryptedFileError,
    Hit,
    Page,
    PdfqaError,
    WaitFailedError,
)
from pdfqa.chat import Chat
from pdfqa.document import Document
from pdfqa.progress import bar
from pdfqa.types import AddReport, FileEntry, Info, Progress, Unread
from pdfqa.wire import (
    Assistant,
    Deleted,
    Event,
    File,
    Message,
    ObjectPage,
    Run,
    SearchResults,
    VectorStore,
    VectorStoreFileBatch,
    requests,
)
from pdfqa.wire.chat import ChatCompletion
from pdfqa.wire.responses import Response


def ask() -> None:
    with PDFQA("a.pdf", Path("folder"), b"%PDF", home="home", password=["one", "two"], ocr="auto", model=None) as qa:
        assert_type(qa, PDFQA)
        answer = qa.ask("Why?")
        assert_type(answer, Answer)
        assert_type(answer.text, str)
        assert_type(answer.found, bool)
        assert_type(answer.citations, list[Citation])
        assert_type(answer.timings, dict[str, float])
        assert_type(answer.unread, list[Unread])
        assert_type([box for citation in answer.citations for box in citation.boxes()], list[Box])
        assert_type([citation.picture(width=400) for citation in answer.citations], list[bytes])
        assert_type((answer.to_json(), str(answer)), tuple[str, str])


def search(qa: PDFQA) -> None:
    hits = qa.search("words", k=5, explain=True)
    assert_type(hits, list[Hit])
    assert_type((hits[0].page, hits[0].score, hits[0].label), tuple[int, float, str])
    assert_type((hits[0].boxes(), hits[0].picture()), tuple[list[Box], bytes])


def chat(qa: PDFQA) -> None:
    talk = qa.chat()
    assert_type(talk, Chat)
    assert_type(talk.ask("And then?"), Answer)


def add(qa: PDFQA) -> None:
    def show(progress: Progress) -> None:
        print(f"{progress.pages_done}/{progress.pages_total}")

    report = qa.add("more.pdf", progress=show)
    assert_type(report, AddReport)
    qa.add("more.pdf", progress=True)
    qa.add("more.pdf", progress=bar("Reports"))
    assert_type(report.added, list[FileEntry])
    assert_type(qa.files(), list[FileEntry])
    assert_type(qa.remove(Path("a.pdf")), FileEntry)
    assert_type(qa.info(), Info)


def read(qa: PDFQA) -> None:
    document = qa.document("a.pdf")
    assert_type(document, Document)
    assert_type(document.page(1), Page)
    assert_type(document.labels, list[str])


def handle(qa: PDFQA) -> str:
    try:
        return qa.ask("Why?").text
    except EncryptedFileError as error:
        return error.hint
    except PdfqaError as error:
        return f"{error.code}: {error.message} ({error.exit_code})"


def wrong(qa: PDFQA) -> None:
    qa.ask(5)  # type: ignore[arg-type]
    qa.search("words", k="5")  # type: ignore[arg-type]
    PDFQA("a.pdf", hom="home")  # type: ignore[call-arg]
    qa.ask("Why?").text = "so"  # type: ignore[misc]


def client_at_once() -> None:
    def show(batch: VectorStoreFileBatch) -> None:
        print(batch.file_counts.completed)

    with Client(home="home", timeout=60) as client:
        assert_type(client, Client)
        file = client.upload_file("a.pdf", purpose="assistants")
        assert_type(file, File)
        assert_type(client.upload_file(("a.pdf", b"%PDF")), File)
        assert_type(client.get_files(limit=5, after=None), ObjectPage[File])
        assert_type(client.iterate(client.get_files, purpose="assistants"), Generator[File, None, None])
        store = client.create_vector_store(file_ids=[file.id], metadata={"a": "1"}, expires_after=None)
        assert_type(store, VectorStore)
        batch = client.create_vector_store_file_batch(store.id, files=[{"file_id": file.id, "attributes": {"n": 1}}])
        batch = client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, timeout=60, progress=show)
        assert_type(batch, VectorStoreFileBatch)
        assert_type(client.wait_for_vector_store_to_complete(store.id, progress=True), VectorStore)
        found = client.search_vector_store(store.id, "words", filters={"type": "eq", "key": "n", "value": 1})
        assert_type(found, SearchResults)
        assert_type([(one.page, one.quote) for one in found.data], list[tuple[int | None, str | None]])
        assistant = client.create_assistant(model="extractive", tools=[requests.FileSearchTool()])
        assert_type(assistant, Assistant)
        thread = client.create_thread(messages=[{"role": "user", "content": "Why?"}])
        run = client.create_run(thread.id, assistant_id=assistant.id, tool_choice="auto", temperature=0)
        assert_type(client.wait_for_run_to_complete(thread.id, run.id), Run)
        message = client.run_and_get_assistant_response(thread.id, assistant_id=assistant.id)
        assert_type(message, Message)
        assert_type([mark.file_citation.page for mark in message.annotations], list[int])
        assert_type(client.stream_run(thread.id, assistant_id=assistant.id), Generator[Event, None, None])
        response = client.create_response(model="extractive", input="Why?")
        assert_type(response, Response)
        again = client.create_response(
            model="extractive", input=[*response.output, {"role": "user", "content": "Why?"}]
        )
        assert_type(again.output_text, str)
        chat = client.create_completion(model="extractive", messages=[{"role": "user", "content": "Why?"}])
        assert_type(chat, ChatCompletion)
        assert_type(client.delete_file(file.id), Deleted)


async def client_in_an_event_loop() -> None:
    async with AsyncClient("http://127.0.0.1:8008/v1", api_key="secret") as client:
        assert_type(client, AsyncClient)
        assert_type(await client.get_file("file-1"), File)
        assert_type(await client.get_file_content("file-1"), bytes)
        assert_type(client.iterate(client.get_runs, "thread_1", limit=5), AsyncGenerator[Run, None])
        assert_type(client.stream_run("thread_1", assistant_id="asst_1"), AsyncGenerator[Event, None])
        async for event in client.stream_response(model="extractive", input="Why?"):
            assert_type(event, Event)


def failed(error: WaitFailedError) -> list[str]:
    return [file.last_error.message for file in error.files]


async def wrong_calls(client: Client, waiting: AsyncClient) -> None:
    client.get_file(5)  # type: ignore[arg-type]
    client.get_file("file-1", limit=5)  # type: ignore[call-arg]
    client.create_assistant(name="x")  # type: ignore[call-arg]
    client.create_assistant(model="x", temperature="hot")  # type: ignore[arg-type]
    client.get_files(order="up")  # type: ignore[arg-type]
    client.create_vector_store(limit=5)  # type: ignore[call-arg]
    client.iterate(client.get_file, "file-1")  # type: ignore[arg-type]
    client.iterate(client.get_files, limits=5)  # type: ignore[call-arg]
    client.no_such_method()  # type: ignore[attr-defined]
    await waiting.create_run("thread_1")  # type: ignore[call-arg]
    print(waiting.get_file("file-1").filename)  # type: ignore[attr-defined]
