"""`PDFQA`, as its users call it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa import (
    PDFQA,
    Answer,
    Citation,
    Client,
    FileMissingError,
    InvalidRequestError,
    NoPdfsError,
    ObjectNotFoundError,
    PdfDocument,
)
from pdfqa.errors import FileError, PdfqaError, StorageError, WrongStateError
from pdfqa.types import Value
from tests.cli_runner import ANSWER, ANSWERED, REPORT, ROOT, UNANSWERED
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, pdf
from tests.pdf_maker import Leaf, paragraph
from tests.scans import Scan, write_scans

HANDBOOK, INFORME = ROOT / "samples" / "handbook.pdf", ROOT / "samples" / "informe-2024.pdf"


@pytest.fixture(autouse=True)
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "1")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PDFQA]:
    """Have the samples read once; tests only ask."""
    with PDFQA(REPORT, HANDBOOK, INFORME, home=tmp_path_factory.mktemp("samples")) as qa:
        assert len(qa.add().added) == 3
        yield qa


@pytest.fixture
def report(samples: PDFQA) -> Iterator[PDFQA]:
    """Ask the annual report alone, already read."""
    with PDFQA(REPORT, home=samples.info().home) as qa:
        yield qa


@pytest.fixture
def club(tmp_path: Path) -> Path:
    return pdf(tmp_path / "club.pdf", CLUB)


@pytest.fixture
def park(tmp_path: Path) -> Path:
    return pdf(tmp_path / "park.pdf", MINE, PARK)


def proved(qa: PDFQA, answer: Answer) -> bool:
    """Return whether every quote of an answer stands where it says."""
    for citation in answer.citations:
        page = qa.document(citation.file).page(citation.page)
        assert page.text[citation.start : citation.end] == citation.quote != ""
        assert page.label == citation.label
        assert citation.verified
    return bool(answer.citations)


# Asking.


@pytest.mark.parametrize(
    ("question", "words", "page"),
    [
        (ANSWERED, ANSWER, 11),
        ("Who is the Chief Financial Officer?", "Hanneke Duivelaar", 11),
        ("How many components come from a single supplier?", "Nineteen", 8),
    ],
)
def test_an_answer_is_proved(report: PDFQA, question: str, words: str, page: int) -> None:
    answer = report.ask(question)
    assert (answer.question, answer.outcome, answer.found) == (question, "answered", True)
    assert words in answer.text
    assert (answer.citations[0].file, answer.citations[0].page) == (str(REPORT), page)
    assert proved(report, answer)
    assert (answer.closest, answer.unread) == ([], [])
    assert answer.model == "extractive"


def test_a_citation_has_a_box_for_each_line_inside_the_page(samples: PDFQA) -> None:
    citation = samples.ask(ANSWERED).citations[0]
    page = samples.document(REPORT).page(citation.page)
    boxes = citation.boxes()
    assert boxes
    for box in boxes:
        assert 0 <= box.x0 < box.x1 <= page.width
        assert 0 <= box.y0 < box.y1 <= page.height


def test_what_the_documents_do_not_say_is_not_found(samples: PDFQA) -> None:
    answer = samples.ask(UNANSWERED)
    assert (answer.outcome, answer.found, answer.citations) == ("not_found", False, [])
    assert 1 <= len(answer.closest) <= 3


ODD = ["?!", "…", "x" * 5000, "the of and", "1" * 50, "who\0is", "¿qué? 東京 ไทย", "\n who \n"]


@pytest.mark.parametrize("question", ODD)
def test_any_question_gets_an_outcome(samples: PDFQA, question: str) -> None:
    assert samples.ask(question).outcome in {"answered", "not_found"}
    samples.search(question)


def test_the_same_question_gets_the_same_answer(samples: PDFQA) -> None:
    first, second = samples.ask(ANSWERED), samples.ask(ANSWERED)
    assert (first.text, first.citations) == (second.text, second.citations)
    assert first.thread_id != second.thread_id
    assert first.run_id != second.run_id
    assert samples.search(ANSWERED) == samples.search(ANSWERED)


@pytest.mark.parametrize("question", ["", "  ", "\n\t"])
def test_an_empty_question_is_an_error_before_anything_is_read(question: str, tmp_path: Path) -> None:
    with PDFQA(tmp_path / "missing.pdf") as qa:
        for call in (qa.ask, qa.search, qa.chat().ask):
            with pytest.raises(InvalidRequestError, match="empty") as caught:
                call(question)
            assert (caught.value.param, caught.value.exit_code) == ("question", 2)


def test_a_question_that_is_no_unicode_is_an_error_of_ours(samples: PDFQA) -> None:
    with pytest.raises(InvalidRequestError):
        samples.ask("who \ud800?")


# Searching.


def test_hits_come_best_first_and_stand_where_they_say(samples: PDFQA) -> None:
    hits = samples.search("trade receivables", k=7)
    assert len(hits) == 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert 0 <= hit.score <= 1
        assert samples.document(hit.file).page(hit.page).text[hit.start : hit.end] == hit.text


@pytest.mark.parametrize("k", [0, -1, 1001])
def test_k_is_from_1_to_1000(samples: PDFQA, k: int) -> None:
    with pytest.raises(InvalidRequestError, match=f"k is {k}") as caught:
        samples.search("profit", k)
    assert caught.value.param == "k"


def test_more_hits_than_there_are_is_all_of_them(samples: PDFQA) -> None:
    assert len(samples.search("profit", k=1)) == 1
    assert 5 < len(samples.search("profit", k=1000)) <= samples.info().passages


def test_fewer_hits_are_the_first_of_more(samples: PDFQA) -> None:
    assert samples.search("profit for the year", k=3) == samples.search("profit for the year", k=30)[:3]


def test_a_hit_explains_itself_when_asked(samples: PDFQA) -> None:
    hit = samples.search("auditor Thornbury", explain=True)[0]
    assert isinstance(hit.explain, dict)
    assert set(hit.explain) == {"keyword", "vector", "terms", "words"}
    assert hit.explain["words"] == ["auditor", "Thornbury"]
    assert hit.explain["keyword"] > 0
    assert hit.explain["terms"]
    assert "explain" not in samples.search("auditor")[0].to_dict()


def test_only_the_files_named_are_asked(club: Path, park: Path) -> None:
    with PDFQA() as qa:
        qa.add(club, park)
        assert {hit.file for hit in qa.search("sailing club, botanical park")} == {str(club), str(park)}
    with PDFQA(club) as one:
        assert {hit.file for hit in one.search("sailing club, botanical park")} == {str(club)}
        assert "Fuentes" not in one.ask(WHO_PARK).text
    with PDFQA(park) as one:
        assert one.ask(WHO_PARK).citations[0].page == 2


def test_without_files_everything_is_asked_and_what_is_added_later_too(club: Path, park: Path) -> None:
    with PDFQA() as qa:
        qa.add(club)
        assert "Holloway" in qa.ask(WHO_CLUB).text
        qa.add(park)
        assert "Fuentes" in qa.ask(WHO_PARK).text


# Conversations.


def test_a_chat_is_one_thread(report: PDFQA) -> None:
    chat = report.chat()
    assert repr(chat) == "Chat(not begun)"
    first, second = chat.ask(ANSWERED), chat.ask("How many components of the instruments come from a single supplier?")
    assert first.thread_id == second.thread_id == chat.thread_id
    assert "Nineteen" in second.text
    assert chat.thread_id in repr(chat)


def test_a_short_question_is_understood_from_the_one_before(club: Path, park: Path) -> None:
    with PDFQA(club, park) as qa:
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        assert chat.ask("And when founded?").citations[0].file == str(club)


def test_a_chat_asks_what_a_file_says_now(club: Path) -> None:
    with PDFQA(club) as qa:
        chat = qa.chat()
        assert "Holloway" in chat.ask(WHO_CLUB).text
        pdf(club, CLUB.replace("Holloway", "Galloway"))
        answer = chat.ask(WHO_CLUB)
        assert "Galloway" in answer.text
        assert proved(qa, answer)


def test_a_chat_goes_on_when_files_come_and_go(club: Path, park: Path) -> None:
    with PDFQA() as qa:
        qa.add(club)
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        qa.add(park)
        assert "Fuentes" in chat.ask(WHO_PARK).text
        qa.remove(club)
        assert "Fuentes" in chat.ask(WHO_PARK).text
        assert "Holloway" not in chat.ask(WHO_CLUB).text


# Files, documents, removal, information.


def test_files_are_listed_oldest_first(club: Path, park: Path) -> None:
    with PDFQA() as qa:
        assert qa.files() == []
        qa.add(park)
        qa.add(club)
        first, second = qa.files()
    assert (first.name, first.path, first.pages, first.bytes) == ("park.pdf", str(park), 2, park.stat().st_size)
    assert (second.name, second.language, len(second.sha256)) == ("club.pdf", "en", 64)
    assert second.added_at > 1_700_000_000


def test_a_document_tells_of_itself(samples: PDFQA) -> None:
    document = samples.document(REPORT)
    assert (document.pages, document.language, document.unread) == (14, "en", [])
    assert document.title == document.info.title != ""
    assert len(document.labels) == 14
    assert document.labels[0] == document.page(1).label == "i"
    assert document.outline == document.info.outline
    assert repr(document) == "Document('annual-report-2024.pdf', 14 pages)"
    assert samples.document(INFORME).language == "es"


@pytest.mark.parametrize("number", [0, -1, 15])
def test_a_page_that_is_not_there_is_an_error(samples: PDFQA, number: int) -> None:
    with pytest.raises(InvalidRequestError, match=f"no page {number}; the document has 14") as caught:
        samples.document(REPORT).page(number)
    assert caught.value.param == "page"


def test_a_document_is_named_in_several_ways(samples: PDFQA, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = samples.document(REPORT).file
    monkeypatch.chdir(REPORT.parent)
    for name in (REPORT, str(REPORT), REPORT.name, f"./{REPORT.name}", entry.id, entry.sha256, entry.sha256[:8]):
        assert samples.document(name).file == entry


@pytest.mark.parametrize("name", ["unknown.pdf", "", "file-none", "0" * 64])
def test_an_unknown_name_is_an_error(samples: PDFQA, name: str) -> None:
    for call in (samples.document, samples.remove):
        with pytest.raises(ObjectNotFoundError, match="has not been added") as caught:
            call(name)
        assert "pdfqa list" in caught.value.hint


def test_a_name_of_several_files_is_an_error_that_names_them(tmp_path: Path) -> None:
    first, second = pdf(tmp_path / "a" / "x.pdf", CLUB), pdf(tmp_path / "b" / "x.pdf", PARK)
    with PDFQA(first, second) as qa:
        qa.add()
        with pytest.raises(ObjectNotFoundError, match=r"2 files are called x\.pdf") as caught:
            qa.remove("x.pdf")
        assert all(entry.id in caught.value.hint for entry in qa.files())
        assert qa.remove(second).path == str(second)
        assert qa.document("x.pdf").file.path == str(first)


def test_a_document_that_a_client_has_uploaded_too_is_still_one(club: Path, tmp_path: Path) -> None:
    copy = pdf(tmp_path / "elsewhere" / "copy.pdf", CLUB)
    with PDFQA(club) as qa, Client() as client:
        qa.add()
        client.upload_file(club)
        assert "Holloway" in qa.document("club.pdf").page(1).text
        assert qa.document(copy).file.sha256 == qa.document(club).file.sha256
        with pytest.raises(ObjectNotFoundError, match=r"2 files are called club\.pdf"):
            qa.remove("club.pdf")
        for entry in qa.files():
            qa.remove(entry.id)
        with pytest.raises(ObjectNotFoundError, match="has not been added"):
            qa.document(club)


@pytest.mark.parametrize("paths", [(3,), (["a.pdf"],), (None,)])
def test_what_is_no_path_is_an_error_that_says_how_to_give_some(paths: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidRequestError, match=r"a document is of type (int|list|NoneType)") as caught:
        PDFQA(*paths)
    assert "PDFQA(*paths)" in caught.value.hint
    with pytest.raises(InvalidRequestError, match=r"the content of a is a path or a string, 'report.pdf'"):
        PDFQA(PdfDocument("a", "report.pdf"))
    with PDFQA() as qa, pytest.raises(InvalidRequestError, match="a document is of type"):
        qa.add(*paths)


def test_a_question_is_text() -> None:
    question: Any = None
    with PDFQA() as qa, pytest.raises(InvalidRequestError, match="the question is of type NoneType"):
        qa.ask(question)


def test_what_is_removed_is_forgotten_and_the_file_stays(club: Path, park: Path) -> None:
    with PDFQA() as qa:
        qa.add(club, park)
        document = qa.document(club)
        removed = qa.remove(club)
        assert (removed.name, club.exists()) == ("club.pdf", True)
        assert [entry.name for entry in qa.files()] == ["park.pdf"]
        assert "Holloway" not in qa.ask(WHO_CLUB).text
        for use in (lambda: document.info, lambda: document.page(1), lambda: qa.remove("club.pdf")):
            with pytest.raises(InvalidRequestError):
                use()


def test_info_counts(samples: PDFQA, home: Path) -> None:
    info = samples.info()
    assert (info.files, info.pages, info.languages) == (3, 26, {"en": 2, "es": 1})
    assert info.passages > 26
    assert info.bytes > 100_000
    assert info.schema >= 1
    assert info.embedder
    with PDFQA() as empty:
        nothing = empty.info()
    assert (nothing.files, nothing.pages, nothing.passages, nothing.threads) == (0, 0, 0, 0)
    assert (nothing.home, nothing.languages) == (str(home), {})


def test_threads_are_counted(club: Path) -> None:
    with PDFQA(club) as qa:
        qa.ask(WHO_CLUB)
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        chat.ask(WHO_CLUB)
        assert qa.info().threads == 2


# What cannot be asked.


def test_an_empty_home_has_nothing_to_ask() -> None:
    with PDFQA() as qa:
        for call in (qa.ask, qa.search):
            with pytest.raises(NoPdfsError, match="nothing has been added") as caught:
                call(WHO_CLUB)
            assert "pdfqa add" in caught.value.hint
        assert qa.add().to_dict()["added"] == []


def test_when_no_file_can_be_used_the_reason_is_raised(tmp_path: Path) -> None:
    with PDFQA(tmp_path / "missing.pdf", tmp_path / "gone.pdf") as qa:
        with pytest.raises(FileMissingError, match=r"missing\.pdf"):
            qa.ask(WHO_CLUB)
        assert [failure.error for failure in qa.failures] == ["file_missing"] * 2


def test_one_bad_file_stops_no_answer_and_is_told(club: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7\nnothing")
    with PDFQA(tmp_path / "bad.pdf", club, tmp_path / "missing.pdf") as qa:
        assert qa.ask(WHO_CLUB).found
        assert {failure.error for failure in qa.failures} == {"damaged_file", "file_missing"}
        assert all(failure.message and failure.hint for failure in qa.failures)


def test_pages_that_could_not_be_read_are_told(tmp_path: Path) -> None:
    scan = Scan(paragraph(MINE, 20, 200, letters=50))
    path = write_scans(tmp_path / "half.pdf", [Leaf(paragraph(CLUB)), scan, Leaf(paragraph(PARK)), scan])
    with PDFQA(path, ocr="never") as qa:
        report = qa.add()
        for told in (report.unread, report.added[0].unread, qa.ask(WHO_CLUB).unread, qa.files()[0].unread):
            assert [unread.pages for unread in told] == [[2, 4]]
            assert told[0].file == str(path)
            assert told[0].reason


@pytest.mark.parametrize(("option", "value"), [("ocr", "sometimes"), ("ocr", "AUTO")])
def test_an_option_that_is_not_known_is_an_error_that_lists_those_that_are(option: str, value: str) -> None:
    with pytest.raises(InvalidRequestError, match="it can be") as caught:
        PDFQA(**{option: value})  # type: ignore[arg-type]
    assert caught.value.param == option


def test_a_model_needs_a_server_or_a_key() -> None:
    with pytest.raises(InvalidRequestError, match="neither a server nor a key") as caught:
        PDFQA(model="gpt-9")
    assert caught.value.param == "model"


def test_an_unknown_keyword_is_refused() -> None:
    with pytest.raises(TypeError):
        PDFQA(passwort="x")  # type: ignore[call-arg]


def test_boxes_need_the_file_as_it_was_read(club: Path, tmp_path: Path) -> None:
    with PDFQA(club) as qa:
        citation = qa.ask(WHO_CLUB).citations[0]
        assert citation.boxes()
        content = club.read_bytes()
        pdf(club, PARK)
        with pytest.raises(FileMissingError, match="changed"):
            citation.boxes()
        club.unlink()
        with pytest.raises(FileMissingError, match="no longer there") as caught:
            citation.boxes()
        assert "pdfqa add" in caught.value.hint
        (tmp_path / "elsewhere.pdf").write_bytes(content)
        qa.add(tmp_path / "elsewhere.pdf")
        assert citation.boxes()


def test_the_pages_of_a_file_that_is_gone_are_still_there(club: Path) -> None:
    with PDFQA(club) as qa:
        qa.add()
    club.unlink()
    with PDFQA() as qa:
        answer = qa.ask(WHO_CLUB)
        assert proved(qa, answer)
        assert answer.citations[0].file == str(club)
    with PDFQA(club) as gone, pytest.raises(FileMissingError):
        gone.ask(WHO_CLUB)


# Event loops, threads, closing.


def test_it_works_inside_a_running_event_loop(club: Path) -> None:
    async def notebook() -> tuple[Answer, Answer]:
        with PDFQA(club) as qa:
            here = qa.ask(WHO_CLUB)
            there, *_ = await asyncio.gather(*(asyncio.to_thread(qa.ask, WHO_CLUB) for _ in range(3)))
            return here, there

    here, there = asyncio.run(notebook())
    assert here.found
    assert here.citations == there.citations


def test_several_threads_ask_at_once(club: Path, park: Path) -> None:
    texts: list[str] = []
    with PDFQA(club, park) as qa:

        def work(question: str) -> None:
            try:
                texts.append(qa.ask(question).text)
            except PdfqaError as error:
                texts.append(repr(error))

        threads = [threading.Thread(target=work, args=(question,)) for question in [WHO_CLUB, WHO_PARK] * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum("Holloway" in text for text in texts) == sum("Fuentes" in text for text in texts) == 3, texts
        assert len(qa.files()) == 2
        assert qa.info().threads == 6


def test_several_of_them_use_one_home(club: Path, park: Path) -> None:
    with PDFQA(club) as one, PDFQA(park) as two:
        assert one.ask(WHO_CLUB).found
        assert two.ask(WHO_PARK).found
        assert len(one.files()) == len(two.files()) == 2
        two.remove(club)
        assert [entry.name for entry in one.files()] == ["park.pdf"]


def test_another_one_changes_what_this_one_has_searched(club: Path, park: Path) -> None:
    with PDFQA() as one, PDFQA() as two:
        two.add(club)
        assert one.search(WHO_CLUB)[0].text == CLUB
        two.remove(club)
        two.add(park)
        assert one.search("greenhouse orchids")[0].text == PARK


def test_closing_twice_is_no_error(club: Path) -> None:
    qa = PDFQA(club)
    qa.ask(WHO_CLUB)
    qa.close()
    qa.close()


def test_a_home_that_cannot_be_used_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as caught:
        PDFQA(home=tmp_path / "file")
    assert caught.value.exit_code == 4


# Values.


def test_an_answer_in_json_has_the_fields_that_are_promised(samples: PDFQA) -> None:
    answer = samples.ask(ANSWERED)
    value = json.loads(answer.to_json())
    assert value == json.loads(json.dumps(answer.to_dict()))
    assert {
        "question", "answer", "outcome", "citations", "thread_id", "run_id", "model", "usage", "timings"
    } <= set(value)  # fmt: skip
    (citation, *_) = value["citations"]
    assert {"file", "page", "label", "quote", "start", "end", "verified", "score", "source", "table", "sha256"} == set(
        citation
    )
    assert {"read", "search", "answer", "total"} == set(value["timings"])
    assert value["usage"] == {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    hit = json.loads(samples.search("profit")[0].to_json())
    assert {"file", "page", "label", "score", "text", "start", "end"} <= set(hit)


def test_values_print_and_render(samples: PDFQA) -> None:
    answer, hit = samples.ask(ANSWERED), samples.search("profit")[0]
    citation = answer.citations[0]
    assert " ".join(str(answer).split()).startswith(" ".join(answer.text.split()))  # printed in lines
    assert f'p. {citation.page} (printed {citation.label}): "' in " ".join(str(answer).split())
    assert repr(answer).startswith(f"Answer('{answer.text[:20]}")
    assert repr(answer).endswith(f", p. {answer.citations[-1].page})")
    assert repr(hit).startswith(f"Hit({hit.file!r}, p. {hit.page}, score ")
    assert "unverified" not in repr(citation)
    for value in (answer, hit, citation, samples.ask(UNANSWERED)):
        html = value._repr_html_() or ""
        assert html.startswith("<")
        assert html.count("<div") == html.count("</div")


def test_other_values_are_json_too(samples: PDFQA, club: Path) -> None:
    with PDFQA(club) as qa:
        report = qa.add()
    values: list[Value] = [samples.info(), *samples.files(), report, *samples.ask(ANSWERED).citations[0].boxes()]
    for value in values:
        assert json.loads(value.to_json()) == json.loads(json.dumps(value.to_dict()))
        assert type(value).__name__ in repr(value)


def test_values_do_not_change(samples: PDFQA) -> None:
    answer = samples.ask(ANSWERED)
    with pytest.raises(AttributeError):
        answer.text = "something else"  # type: ignore[misc]


def test_a_citation_made_by_hand_has_no_boxes() -> None:
    citation = Citation(file="a.pdf", page=1, label="", quote="q", start=0, end=1, verified=False, score=0)
    assert citation.boxes() == []
    assert repr(citation) == "Citation('a.pdf', p. 1, 'q', unverified)"


def test_pdfqa_itself_says_what_it_asks(club: Path, home: Path) -> None:
    with PDFQA(club, b"%PDF") as some, PDFQA() as everything:
        assert repr(some) == f"PDFQA({str(club)!r}, document-315d429b.pdf, home={str(home)!r})"
        assert repr(everything) == f"PDFQA(everything, home={str(home)!r})"


@pytest.mark.parametrize("name", ["~nosuchuser/a.pdf", "x" * 300 + ".pdf", "nul\0.pdf", "a/b/c.pdf", ""])
def test_a_name_that_no_file_can_have_is_a_file_error(name: str, club: Path) -> None:
    with PDFQA(name, club) as qa:
        report = qa.add()
        assert [entry.name for entry in report.added] == ["club.pdf"]
        (failure,) = report.failed
        assert (failure.file, failure.hint != "") == (name, True)
    with PDFQA(name) as alone, pytest.raises(FileError):
        alone.ask(WHO_CLUB)


def test_an_answer_can_be_read_while_it_is_written(samples: PDFQA) -> None:
    stream = samples.stream(ANSWERED)
    pieces = list(stream)
    assert len(pieces) >= 1
    assert "".join(pieces) == stream.answer.text
    assert stream.answer.citations[0].verified


def test_an_answer_that_is_given_up_is_no_answer(samples: PDFQA) -> None:
    stream = samples.stream(ANSWERED)
    next(stream)
    stream.close()
    with pytest.raises(WrongStateError, match="given up"):
        _ = stream.answer


def test_a_number_of_another_type_is_refused_as_one_out_of_range() -> None:
    number: Any = "3"
    with PDFQA() as qa:
        with pytest.raises(InvalidRequestError, match="k is '3'; it must be from 1 to 1,000"):
            qa.search("club", k=number)
        with pytest.raises(InvalidRequestError, match="words is '3'; it must be from 20 to 5,000"):
            qa.summarize(words=number)
