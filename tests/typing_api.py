"""What users write: it must type-check. Nothing here runs; `mypy` reads it."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import assert_type

from pdfqa import PDFQA, Answer, Box, Citation, EncryptedFileError, Hit, Page, PdfqaError
from pdfqa.document import Document
from pdfqa.progress import bar
from pdfqa.qa import Chat
from pdfqa.types import AddReport, FileEntry, Info, Progress, Unread


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
