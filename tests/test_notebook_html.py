"""What a notebook shows of our values: HTML that is safe, and the pages with the quotes marked."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA, Client, notebook
from pdfqa.engine.pictures import HomeSource
from pdfqa.pdf import find_boxes, picture
from pdfqa.types import AddReport, Answer, Box, Failure, Unread
from pdfqa.wire import FileCounts, LastError, Message, Run, RunStep, SearchResults, VectorStore, VectorStoreFileBatch
from pdfqa.wire.base import ObjectPage
from pdfqa.wire.objects import (
    Annotation,
    Assistant,
    File,
    FileCitation,
    RefusalContent,
    SearchResult,
    Text,
    TextContent,
    TextPiece,
    Thread,
    Usage,
    VectorStoreFile,
)
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, pdf
from tests.pictures import read_png
from tests.test_bad_input import encrypt
from tests.test_render import HOSTILE, make_answer, make_citation, make_hit

EVIL = f"{HOSTILE}\"'><img src=x onerror=alert(1)>"


class Seen(HTMLParser):
    """The tags, attributes and words of some HTML, which must be balanced."""

    def __init__(self, html: str | None) -> None:
        super().__init__()
        assert html is not None
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag != "img":
            self.open.append(tag)
        if tag in {"div", "li", "td", "th", "figcaption"}:
            self.words += "\n"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def images(self) -> list[bytes]:
        """Return the pictures inside it."""
        sources = [attributes["src"] for tag, attributes in self.tags if tag == "img"]
        assert all(source.startswith("data:image/png;base64,") for source in sources)
        return [b64decode(source.partition(",")[2], validate=True) for source in sources]

    @property
    def lines(self) -> list[str]:
        """Return the lines of its text."""
        return [" ".join(line.split()) for line in self.words.split("\n") if line.strip()]


def seen(value: Any) -> Seen:
    return Seen(value._repr_html_())


# Wire objects.


def make_message(*marks: tuple[str, FileCitation], text: str = "It is so [1]. And so [2].", **changes: Any) -> Message:
    annotations = [
        Annotation(text=mark, start_index=text.index(mark), end_index=text.index(mark) + len(mark), file_citation=cited)
        for mark, cited in marks
    ]
    fields: dict[str, Any] = {
        "id": "msg_1",
        "created_at": 1_700_000_000,
        "thread_id": "thread_1",
        "role": "assistant",
        "content": [TextContent(text=Text(value=text, annotations=annotations))],
    }
    return Message(**{**fields, **changes})


def cited(**changes: Any) -> FileCitation:
    fields: dict[str, Any] = {
        "file_id": "file-1",
        "filename": "club.pdf",
        "page": 3,
        "label": "iii",
        "quote": "so it is",
        "start": 4,
        "end": 12,
        "verified": True,
    }
    return FileCitation(**{**fields, **changes})


def make_run(**changes: Any) -> Run:
    fields: dict[str, Any] = {
        "id": "run_1",
        "created_at": 1_700_000_000,
        "thread_id": "thread_1",
        "assistant_id": "asst_1",
        "model": "extractive",
        "status": "completed",
    }
    return Run(**{**fields, **changes})


def make_step(details: dict[str, Any], **changes: Any) -> RunStep:
    fields: dict[str, Any] = {
        "id": "step_1",
        "created_at": 1_700_000_000,
        "completed_at": 1_700_000_002,
        "thread_id": "thread_1",
        "run_id": "run_1",
        "assistant_id": "asst_1",
        "type": "tool_calls",
        "status": "completed",
    }
    return RunStep(**{**fields, **changes, "step_details": details})


def make_batch(**changes: Any) -> VectorStoreFileBatch:
    counts = FileCounts(in_progress=2, completed=5, failed=1, total=8)
    fields: dict[str, Any] = {"id": "vsfb_1", "created_at": 1, "vector_store_id": "vs_1", "file_counts": counts}
    return VectorStoreFileBatch(**{**fields, **changes})


def make_result(**changes: Any) -> SearchResult:
    fields: dict[str, Any] = {
        "file_id": "file-1",
        "filename": "club.pdf",
        "score": 0.814,
        "attributes": {"year": 2024},
        "content": [TextPiece(text="so it is")],
        "page": 3,
        "label": "iii",
        "quote": "so it is",
        "start": 4,
        "end": 12,
    }
    return SearchResult(**{**fields, **changes})


def page_of(*data: Any, **changes: Any) -> ObjectPage[Any]:
    return ObjectPage(**{"data": list(data), "has_more": False, **changes})


FUNCTION = {"name": "weather", "arguments": '{"city": "Oslo"}'}
CALL = {"id": "call_1", "type": "function", "function": FUNCTION}
EVIL_CALL = {"id": EVIL, "type": "function", "function": {"name": EVIL, "arguments": EVIL, "output": EVIL}}


def test_a_batch_shows_how_far_it_is() -> None:
    shown = seen(make_batch())
    assert shown.lines == ["Batch vsfb_1 · in progress", "8 files · 5 completed · 1 failed · 2 in progress"]
    widths = [re.search(r"flex:(\d+)", attributes.get("style", "")) for _, attributes in shown.tags]
    assert [5, 1, 2] == [int(width[1]) for width in widths if width]


def test_an_empty_batch_has_no_bar() -> None:
    assert seen(make_batch(file_counts=FileCounts(), status="completed")).lines[1] == "0 files"


def test_a_vector_store_shows_its_name_files_and_size() -> None:
    store = VectorStore(
        id="vs_1",
        created_at=1_700_000_000,
        name="Reports",
        usage_bytes=123_456,
        file_counts=FileCounts(completed=1, total=1),
        expires_at=1_800_000_000,
        metadata={"team": "finance"},
    )
    lines = seen(store).lines
    assert lines[:2] == ["Vector store Reports vs_1 · completed", "1 file · 1 completed"]
    assert "123.5 kB" in lines[2]
    assert "expires 2027-01-" in lines[2]
    assert lines[2].endswith("team: finance")


def test_a_run_shows_its_state_time_and_tokens() -> None:
    run = make_run(started_at=1_700_000_001, completed_at=1_700_000_004, usage=Usage(total_tokens=1234))
    assert seen(run).lines[0] == "Run run_1 · completed · extractive · 3 s · 1,234 tokens"


def test_what_took_no_whole_second_is_quick() -> None:
    run = make_run(started_at=1_700_000_001, completed_at=1_700_000_001)
    assert seen(run).lines[0] == "Run run_1 · completed · extractive · less than 1 s"


def test_a_run_that_failed_says_why() -> None:
    run = make_run(status="failed", last_error=LastError(code="server_error", message="no file could be read"))
    assert "server_error: no file could be read" in seen(run).lines
    assert (
        "incomplete: max_completion_tokens"
        in seen(make_run(status="incomplete", incomplete_details={"reason": "max_completion_tokens"})).lines
    )


def test_a_run_that_needs_something_says_what() -> None:
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [CALL]}}
    shown = seen(make_run(status="requires_action", required_action=action))
    assert shown.lines[-2:] == ["It needs the outputs of these calls (submit_tool_outputs):", 'weather(city="Oslo")']


@pytest.mark.parametrize(
    ("details", "lines"),
    [
        ({"type": "message_creation", "message_creation": {"message_id": "msg_9"}}, ["wrote msg_9"]),
        (
            {
                "type": "tool_calls",
                "tool_calls": [
                    {
                        "id": "call_2",
                        "type": "file_search",
                        "file_search": {"results": [{"file_id": "file-1", "file_name": "club.pdf", "score": 0.5}]},
                    }
                ],
            },
            ["file search", "club.pdf 0.50"],
        ),
        (
            {
                "type": "tool_calls",
                "tool_calls": [{**CALL, "function": {**FUNCTION, "output": "rain"}}],
            },
            ['weather(city="Oslo") → rain'],
        ),
        (
            {"type": "tool_calls", "tool_calls": [{"id": "c", "type": "file_search", "file_search": {}}]},
            ["file search"],
        ),
    ],
)
def test_a_step_shows_what_was_done(details: dict[str, Any], lines: list[str]) -> None:
    assert seen(make_step(details)).lines[1:] == lines


def test_a_step_shows_how_it_went() -> None:
    details = {"type": "tool_calls", "tool_calls": []}
    assert seen(make_step(details)).lines == ["Step step_1 · tool calls · completed · 2 s"]
    error = LastError(code="server_error", message="the model hung up")
    shown = seen(make_step(details, status="failed", last_error=error, completed_at=None))
    assert shown.lines == ["Step step_1 · tool calls · failed", "server_error: the model hung up"]


def test_a_message_links_its_marks_to_its_quotes() -> None:
    shown = seen(make_message(("[1]", cited()), ("[2]", cited(page=5, label="", quote="also so", verified=False))))
    assert shown.lines == [
        "assistant · msg_1",
        "It is so [1]. And so [2].",
        "[1] club.pdf, p. 3 (printed iii): so it is",
        "[2] club.pdf, p. 5 unverified: also so",
    ]
    links = [attributes["href"] for tag, attributes in shown.tags if tag == "a"]
    anchors = [f"#{attributes['id']}" for _, attributes in shown.tags if "id" in attributes]
    assert links == anchors == ["#msg_1-1", "#msg_1-2"]


def test_a_quote_that_is_cited_twice_is_shown_once() -> None:
    text = "One [1] and two [1]."
    first = Annotation(text="[1]", start_index=4, end_index=7, file_citation=cited())
    second = Annotation(text="[1]", start_index=16, end_index=19, file_citation=cited())
    message = make_message(content=[TextContent(text=Text(value=text, annotations=[first, second]))])
    shown = seen(message)
    assert shown.lines[1:] == [text, "[1] club.pdf, p. 3 (printed iii): so it is"]
    assert ["#msg_1-1"] * 2 == [attributes["href"] for tag, attributes in shown.tags if tag == "a"]


def test_marks_of_another_server_may_have_no_quote_and_not_fit() -> None:
    bare = FileCitation(file_id="file-9")
    wrong = [
        Annotation(text="【9】", start_index=start, end_index=end, file_citation=bare)
        for start, end in [(2, 1), (-4, 2), (5, 900), (0, 2), (1, 3)]
    ]
    message = make_message(content=[TextContent(text=Text(value="Fine.", annotations=wrong))])
    assert seen(message).lines[1:] == ["【9】ne.", "【9】 file-9"]


def test_other_parts_of_a_message_are_shown() -> None:
    message = make_message(content=[RefusalContent(refusal="I will not.")], status="incomplete")
    assert seen(message).lines == ["assistant · msg_1 · incomplete", "I will not."]


def test_search_results_are_numbered_passages() -> None:
    results = SearchResults(
        search_query=["is it so?"], data=[make_result(), make_result(page=None, quote=None, attributes={})]
    )
    assert seen(results).lines == [
        "Search is it so?",
        "club.pdf, p. 3 (printed iii) · 0.81 · year: 2024",
        "so it is",
        "club.pdf · 0.81",
        "so it is",
    ]
    assert seen(SearchResults(search_query=["x"], data=[])).lines[1] == "nothing found"
    long = make_result(quote="word " * 1000)
    assert max(map(len, seen(SearchResults(search_query=["x"], data=[long])).lines)) <= 500
    assert len(seen(long).lines[1]) == 4999
    assert "and 5 more" in seen(SearchResults(search_query=["x"], data=[make_result()] * 15)).lines
    assert seen(make_result()).lines[0] == "club.pdf, p. 3 (printed iii) · 0.81 · year: 2024"


@pytest.mark.parametrize(
    ("value", "heads", "words"),
    [
        (
            File(id="file-1", created_at=1, filename="a.pdf", bytes=4200),
            ["name", "size", "status", "made", "id"],
            ["a.pdf", "4.2 kB", "processed", "file-1"],
        ),
        (
            VectorStore(id="vs_1", created_at=1, name="Reports", file_counts=FileCounts(total=1234)),
            ["name", "files", "status", "size", "made", "id"],
            ["Reports", "1,234", "0 bytes"],
        ),
        (
            VectorStoreFile(
                id="file-1",
                created_at=1,
                vector_store_id="vs_1",
                status="failed",
                last_error=LastError(code="x", message="a scan"),
                attributes={"year": 2024},
            ),
            ["id", "status", "attributes", "error"],
            ["file-1", "failed", "year: 2024", "a scan"],
        ),
        (
            Assistant(id="asst_1", created_at=1, model="m", tools=[{"type": "file_search"}]),
            ["model", "tools", "made", "id"],
            ["m", "file_search", "asst_1"],
        ),
        (Thread(id="thread_1", created_at=1, metadata={"a": "b"}), ["id", "made", "metadata"], ["thread_1", "a: b"]),
        (
            make_message(("[1]", cited())),
            ["role", "text", "citations", "id"],
            ["assistant", "It is so [1]. And so [2].", "1", "msg_1"],
        ),
        (make_run(), ["status", "model", "made", "id"], ["completed", "extractive", "run_1"]),
        (make_step({}), ["type", "status", "made", "id"], ["tool calls", "completed", "step_1"]),
        ("anything", ["object"], ["'anything'"]),
    ],
)
def test_a_list_is_a_table_of_what_there_is(value: Any, heads: list[str], words: list[str]) -> None:
    shown = seen(page_of(value))
    assert shown.lines[: len(heads)] == heads
    assert set(words) <= set(shown.lines[len(heads) :])


def test_a_list_says_whether_more_comes() -> None:
    assert seen(page_of(make_run(), has_more=True, last_id="run_1")).lines[-1] == "and more, after run_1"
    assert seen(page_of()).lines == ["an empty list"]


# Safety.


@pytest.mark.parametrize(
    "value",
    [
        make_answer(
            text=EVIL, run_id=EVIL, citations=[make_citation(quote=EVIL, file=EVIL, label=EVIL, verified=False)]
        ),
        make_answer(text="", outcome="not_found", citations=[], closest=[make_hit(text=EVIL, file=EVIL, label=EVIL)]),
        make_hit(text=EVIL, heading=EVIL, file=EVIL, label=EVIL),
        make_message(("[1]", cited(filename=EVIL, quote=EVIL, label=EVIL)), text=f"{EVIL} [1]", id=EVIL),
        make_message(("[1]", cited(filename="", file_id=EVIL, quote="")), text=f"{EVIL} [1]", role=EVIL),
        make_message(content=[RefusalContent(refusal=EVIL)], status=EVIL),
        make_run(id=EVIL, model=EVIL, thread_id=EVIL, last_error=LastError(code=EVIL, message=EVIL), status=EVIL),
        make_run(required_action={"submit_tool_outputs": {"tool_calls": [EVIL_CALL]}}),
        make_run(incomplete_details={"reason": EVIL}),
        make_step({"tool_calls": [EVIL_CALL, {"type": EVIL}], "message_creation": {"message_id": EVIL}}, type=EVIL),
        make_step({"tool_calls": [{"type": "file_search", "file_search": {"results": [{"file_name": EVIL}]}}]}),
        make_batch(id=EVIL, status=EVIL),
        VectorStore(id=EVIL, created_at=1, name=EVIL, metadata={EVIL: EVIL}, status=EVIL),  # type: ignore[arg-type]
        SearchResults(search_query=[EVIL], data=[make_result(filename=EVIL, quote=EVIL, attributes={EVIL: EVIL})]),
        make_result(filename=EVIL, page=None, quote=None, content=[TextPiece(text=EVIL)]),
        page_of(File(id=EVIL, created_at=1, filename=EVIL, bytes=1), has_more=True, last_id=EVIL),
        page_of(make_message(text=EVIL, id=EVIL)),
        page_of(EVIL),
        AddReport(
            added=[],
            known=[],
            failed=[Failure(file=EVIL, error=EVIL, message=EVIL)],
            pages=0,
            seconds=0.0,
            unread=[Unread(file=EVIL, pages=[1], reason=EVIL)],
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_hostile_reaches_the_notebook(value: Any) -> None:
    html = value._repr_html_()
    shown = Seen(html)
    allowed = "div ol ul li b q sup span a code table thead tbody tr th td".split()
    assert {tag for tag, _ in shown.tags} <= set(allowed)
    assert {name for _, attributes in shown.tags for name in attributes} <= {"style", "href", "id", "title"}
    assert all(attributes.get("href", "#").startswith("#") for _, attributes in shown.tags)
    assert "script>" in shown.words
    assert not set(html) & {"\x1b", "\x07", "\u202e", "\u202c"}


def test_what_cannot_be_shown_is_left_as_text() -> None:
    assert notebook.html(object()) is None
    assert notebook.html(Box(x0=1, y0=1, x1=2, y1=2)) is None
    assert make_step({"tool_calls": "none"})._repr_html_() is None
    assert File(id="file-1", created_at=1, filename="a.pdf", bytes=1)._repr_html_() is None


def test_a_report_of_adding_shows_what_became_of_the_files() -> None:
    failure = Failure(file="bad.pdf", error="damaged", message="bad.pdf is damaged")
    unread = Unread(file="scan.pdf", pages=[2], reason="no text")
    report = AddReport(added=[], known=[], failed=[failure], pages=1200, seconds=1.5, unread=[unread])
    assert seen(report).lines == [
        "0 added · 1 failed · 1,200 pages · 1.5 s",
        "bad.pdf: bad.pdf is damaged",
        "scan.pdf: page 2 was not read: no text",
    ]
    assert repr(report) == "AddReport(0 added, 0 known, 1 failed, 1200 pages in 1.5 s)"


# Pictures.


@pytest.fixture
def club(tmp_path: Path) -> Path:
    return pdf(tmp_path / "club.pdf", MINE, CLUB)


@pytest.fixture
def qa(club: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PDFQA]:
    monkeypatch.setenv("PDFQA_WORKERS", "1")
    with PDFQA(club) as qa:
        yield qa


def test_an_answer_shows_the_page_with_its_quote_marked(qa: PDFQA, club: Path) -> None:
    answer = qa.ask(WHO_CLUB)
    shown = seen(answer)
    (image,) = shown.images
    assert image == picture(club, 2, find_boxes(club, 2, answer.citations[0].quote), width=800)
    assert shown.lines[-1] == f"[1] {club}, p. 2"
    (alternative,) = (attributes["alt"] for tag, attributes in shown.tags if tag == "img")
    assert alternative == shown.lines[-1]


def test_citations_and_hits_show_their_page(qa: PDFQA) -> None:
    answer, hit = qa.ask(WHO_CLUB), qa.search(WHO_CLUB)[0]
    assert seen(answer.citations[0]).images == seen(answer).images
    assert len(seen(hit).images) == 1


def test_quotes_of_one_page_are_marked_in_one_picture(qa: PDFQA, club: Path) -> None:
    first = qa.ask(WHO_CLUB).citations[0]
    page = qa.document(club).page(2).text
    start = page.index("The club was founded")
    second = make_citation(page=2, quote=page[start:], start=start, end=len(page), file=str(club), label="")
    assert first.locator is not None
    answer = make_answer(citations=[first, second.with_locator(first.locator)])
    (image,) = seen(answer).images
    boxes = [box for quote in (first.quote, page[start:]) for box in find_boxes(club, 2, quote)]
    assert image == picture(club, 2, boxes, width=800)
    assert seen(answer).lines[-1] == f"[1][2] {club}, p. 2"


def test_several_pages_make_smaller_pictures_and_no_more_than_three(tmp_path: Path) -> None:
    path = pdf(tmp_path / "five.pdf", *(f"Page {number}: {CLUB}" for number in range(5)))
    with PDFQA(path) as qa:
        hits = qa.search(WHO_CLUB, k=5)
        locator = hits[0].locator
        assert locator is not None
        citations = [
            make_citation(page=hit.page, quote=hit.text, start=hit.start, end=hit.end).with_locator(locator)
            for hit in hits
        ]
        shown = seen(make_answer(citations=citations))
        assert [600, 600, 600] == [read_png(image).width for image in shown.images]
        assert shown.lines[-1] == "2 more pages are not shown"


def test_pictures_that_take_too_much_room_are_smaller_or_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pdf(tmp_path / "full.pdf", " ".join([CLUB] * 8))
    with PDFQA(path) as qa:
        hit = qa.search(WHO_CLUB)[0]
        small, large = len(hit.picture(width=400)), len(hit.picture(width=800))
        monkeypatch.setattr("pdfqa.notebook.pictures._ROOM", large - 1)
        assert [400] == [read_png(image).width for image in seen(hit).images]
        monkeypatch.setattr("pdfqa.notebook.pictures._ROOM", small - 1)
        assert seen(hit).images == []


def test_where_the_pdf_is_gone_or_changed_the_text_is_left(qa: PDFQA, club: Path) -> None:
    answer, hit = qa.ask(WHO_CLUB), qa.search(WHO_CLUB)[0]
    pdf(club, PARK)
    for value in (answer, answer.citations[0], hit):
        assert seen(value).images == []
    club.unlink()
    for value in (answer, answer.citations[0], hit):
        assert seen(value).images == []
        assert "Holloway" in seen(value).words


def test_where_the_password_is_missing_the_text_is_left(tmp_path: Path) -> None:
    path = encrypt(tmp_path / "secret.pdf", "hush", CLUB)
    with PDFQA(path, password="hush") as qa:
        assert len(seen(qa.ask(WHO_CLUB)).images) == 1
    with PDFQA(path) as qa:
        assert seen(qa.ask(WHO_CLUB)).images == []


def test_pages_are_shown_when_the_home_has_been_closed(club: Path) -> None:
    with PDFQA(club) as qa:
        answer = qa.ask(WHO_CLUB)
    assert len(seen(answer).images) == 1


def test_what_was_not_found_shows_the_closest_passages(qa: PDFQA) -> None:
    answer = qa.ask("How deep is the treasurer's boat?")
    assert isinstance(answer, Answer)
    lines = seen(answer).lines
    assert lines[:2] == ["Not found in the document.", "Closest passages:"]
    assert any("Holloway" in line for line in lines[2:])
    assert seen(answer).images == []


def test_messages_and_results_show_pages_where_they_come_from_a_home(qa: PDFQA, club: Path) -> None:
    (file,) = qa.add().added
    citation = qa.ask(WHO_CLUB).citations[0]
    place = {"file_id": file.id, "page": 2, "quote": citation.quote, "start": citation.start, "filename": "club.pdf"}
    message = make_message(("[1]", cited(**place)), text="She is [1].")
    results = SearchResults(search_query=["who"], data=[make_result(**place)])
    for value in (message, results, *results.data):
        assert seen(value).images == []
        value.with_source(HomeSource(qa._engine))
    expected = [picture(club, 2, find_boxes(club, 2, citation.quote), width=800)]
    assert [expected] * 3 == [seen(value).images for value in (message, results, *results.data)]
    qa.remove(file.id)
    assert [[]] * 3 == [seen(value).images for value in (message, results, *results.data)]


def test_what_a_client_returns_knows_the_files_it_is_about(club: Path, tmp_path: Path) -> None:
    with Client() as client:
        files = [client.upload_file(club), client.upload_file(("bad.pdf", b"%PDF-1.7 and nothing more"))]
        store = client.create_vector_store(name="Clubs")
        batch = client.create_vector_store_file_batch(store.id, file_ids=[file.id for file in files])
        batch = client.wait_for_vector_store_file_batch_to_complete(store.id, batch.id, allow_failed=True)
        lines = seen(batch).lines
        assert lines[:2] == [f"Batch {batch.id} · completed", "2 files · 1 completed · 1 failed"]
        assert [line.startswith("bad.pdf: ") for line in lines[2:]] == [True]
        assert seen(client.get_vector_store(store.id)).lines[3:] == lines[2:]
        listed = seen(client.get_vector_store_files(store.id)).lines
        assert listed[0] == "name"
        assert {"club.pdf", "bad.pdf"} <= set(listed)
        results = client.search_vector_store(store.id, "treasurer", max_num_results=1)
        assert len(seen(results).images) == len(seen(results.data[0]).images) == 1
    assert seen(batch).lines == lines[:2]
    assert "treasurer" in seen(results).words


def test_what_an_assistant_says_shows_its_pages_also_in_a_stream(club: Path) -> None:
    with Client() as client:
        store = client.create_vector_store_and_wait_to_complete(file_ids=[client.upload_file(club).id])
        found = {"file_search": {"vector_store_ids": [store.id]}}
        assistant = client.create_assistant(model="extractive", tools=[{"type": "file_search"}], tool_resources=found)
        thread = client.create_thread(messages=[{"role": "user", "content": WHO_CLUB}])
        message = client.run_and_get_assistant_response(thread.id, assistant_id=assistant.id)
        assert len(seen(message).images) == 1
        again = client.create_thread(messages=[{"role": "user", "content": WHO_CLUB}])
        events = {event.event: event.data for event in client.stream_run(again.id, assistant_id=assistant.id)}
        assert seen(events["thread.message.completed"]).images == seen(message).images
        run, step = events["thread.run.completed"], events["thread.run.step.completed"]
        assert seen(run).lines[0].startswith(f"Run {run.id} · completed · extractive")
        assert seen(step).lines[1:] == [f"wrote {events['thread.message.completed'].id}"]
        assert "club.pdf" in seen(client.get_run_steps(again.id, run.id, order="asc").data[0]).words
    shown = seen(message)  # the home is closed: what the message says is left
    assert shown.images == []
    assert "Holloway" in shown.words
