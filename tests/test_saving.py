"""Answers and other values saved as documents: what each format holds, and what is never written over."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import stat
import threading
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pypdf
import pytest

from pdfqa import PDFQA, out
from pdfqa.errors import FileMissingError, FileWriteError, InvalidRequestError, MissingExtraError, StorageFullError
from pdfqa.out.markdown import escaped
from pdfqa.results import (
    Change,
    Changes,
    Comparison,
    Extraction,
    Extractions,
    Field,
    Point,
    SavedChat,
    Side,
    Summaries,
    Summary,
    SummarySection,
)
from pdfqa.types import Answer, Citation, Hit, Unread
from tests.homes import CLUB, MINE, WHO_CLUB, pdf

FORMATS = ["md", "html", "docx", "pdf", "txt", "json"]
TABLE = [["Thousands", "2024", "2023"], ["Revenue", "323,100", "302,500"]]
EVIL = "<script>alert(1)</script> ![x](http://evil/x.png) [y](http://evil) $x$ **z**"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def cite(quote: str = "Prices rose.", page: int = 3, **more: Any) -> Citation:
    fields = {"file": "a report.pdf", "label": str(page), "verified": True, "score": 0.9, **more}
    return Citation(quote=quote, page=page, start=0, end=len(quote), **fields)


def say(text: str, *citations: Citation, question: str = "Why?", model: str = "extractive", **more: Any) -> Answer:
    fields = {"outcome": "answered", "thread_id": "t", "run_id": "r", "usage": {}, "timings": {"total": 0.1}, **more}
    return Answer(question=question, text=text, citations=list(citations), model=model, **fields)


def saved(value: Any, ending: str, folder: Path) -> str:
    """Return what a value is as a document, as text."""
    path = value.save(folder / f"out.{ending}")
    data = Path(path).read_bytes()
    if ending == "docx":
        return "".join(" ".join(node.itertext()) for node in parts(data).values())
    if ending == "pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    return data.decode()


def notes(path: str, page: int = 1) -> list[Any]:
    listed: Any = pypdf.PdfReader(path).pages[page - 1]["/Annots"]
    return [one.get_object() for one in listed]


def parts(data: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pdf(tmp_path / "a report.pdf", MINE)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_has_question_answer_place_and_quote(tmp_path: Path, ending: str) -> None:
    text = saved(say("Prices rose in Europe [1].", cite(label="iii"), question="Why so?"), ending, tmp_path)
    words = " ".join(text.split())
    for part in ("Why so?", "Prices rose in Europe", "Prices rose."):
        assert part in words or ending == "txt"
    assert "a report.pdf" in words
    assert "printed iii" in words or ending == "json"


@pytest.mark.parametrize("ending", ["md", "html", "docx", "pdf"])
def test_the_place_links_to_the_page_from_where_the_document_is(tmp_path: Path, ending: str) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    path = say("So [1].", cite()).save(tmp_path / "deep" / "er" / f"out.{ending}")
    data = Path(path).read_bytes()
    if ending == "docx":
        data = zipfile.ZipFile(io.BytesIO(data)).read("word/_rels/footnotes.xml.rels")
    if ending == "pdf":
        links = [note["/A"]["/URI"] for note in notes(path) if "/A" in note]
        assert "../../a%20report.pdf#page=3" in links
    else:
        assert b"../../a%20report.pdf#page=3" in data


def test_a_file_that_is_not_there_is_named_and_not_linked(tmp_path: Path) -> None:
    text = saved(say("So [1].", cite(file="gone.pdf")), "md", tmp_path)
    assert "[^1]: gone.pdf, p. 3: “Prices rose.”" in text


@pytest.mark.parametrize("name", ["odd (1) & co #2?.pdf", "Größe 100%.pdf", "a:b.pdf"])
def test_any_name_can_be_linked(tmp_path: Path, name: str) -> None:
    pdf(tmp_path / name, MINE)
    from urllib.parse import unquote

    (link,) = re.findall(r"\]\(([^)\s]+)#page=3\)", saved(say("So [1].", cite(file=name)), "md", tmp_path))
    assert name == unquote(link)
    assert ":" not in link


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
@pytest.mark.parametrize("ending", FORMATS)
def test_a_name_that_is_no_text_can_be_saved(tmp_path: Path, ending: str) -> None:
    name = os.fsdecode(b"odd\xff.pdf")
    pdf(tmp_path / name, CLUB)
    with PDFQA(name) as qa:
        answer = qa.ask(WHO_CLUB)
        assert "Margaret Holloway" in " ".join(saved(answer, ending, tmp_path).split())
        assert answer.highlight("marked.pdf").marked == 1
        assert answer.cited_pages("pages.pdf").marked == 1
    if ending == "md":
        assert "](odd%FF.pdf#page=1)" in Path("out.md").read_text()


def test_a_document_says_which_language_it_is_in(tmp_path: Path) -> None:
    value = say(
        "Die Umsatzerlöse stiegen um 4 %, weil die Preise in Europa höher waren. [1]", cite(), question="Warum?"
    )
    assert '<html lang="de">' in saved(value, "html", tmp_path)
    path = value.save(tmp_path / "d.pdf")
    root: Any = pypdf.PdfReader(path).root_object
    assert root["/Lang"] == "de"


def test_a_text_has_no_pages_to_link_to(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Prices rose.")
    assert "](notes.txt):" in saved(say("So [1].", cite(file="notes.txt")), "md", tmp_path)


class Tags(HTMLParser):
    """Collects elements and links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.mark.parametrize("model", ["extractive", "some-model"])
def test_nothing_in_a_text_becomes_markup(tmp_path: Path, model: str) -> None:
    value = say(f"{EVIL} [1]", cite(EVIL, file="a report.pdf"), question=EVIL, model=model)
    html = Tags(saved(value, "html", tmp_path))
    assert not {"script", "img"} & set(html.tags)
    assert {"#note-1", "#ref-1", "a%20report.pdf#page=3"} == set(html.links)
    markdown = saved(value, "md", tmp_path)
    assert "<script" not in markdown.replace("\\<", "")
    assert not re.search(r"(?<!\\)\[y(?<!\\)\]", markdown)
    assert "$x$" not in markdown
    assert "alert(1)" in saved(value, "docx", tmp_path)
    assert "alert(1)" in saved(value, "pdf", tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. May was warm", "1\\. May was warm"),
        ("2.5 million", "2.5 million"),
        ("# 4 and - 5", "\\# 4 and - 5"),
        ("- 3 %", "\\- 3 %"),
        ("snake_case and _so_", "snake_case and \\_so\\_"),
        ("a | b", "a \\| b"),
        ("one\ntwo", "one  \ntwo"),
        ("R&D <b>", "R\\&D \\<b\\>"),
    ],
)
def test_markdown_shows_signs_as_they_are(text: str, expected: str) -> None:
    assert expected == escaped(text)


def test_what_a_model_sets_in_bold_and_lists_is_so(tmp_path: Path) -> None:
    text = "It rose **a lot** [1]:\n\n## Why\n- prices [2]\n  - in Europe\n1. first"
    value = say(text, cite(), cite("Volumes fell.", 4), model="m")
    markdown = saved(value, "md", tmp_path)
    assert "It rose **a lot**[^1]:\n\n### Why\n\n- prices[^2]\n  - in Europe\n1. first" in markdown
    assert "<strong>a lot</strong>" in saved(value, "html", tmp_path)
    plain = saved(say("It rose **a lot** [1].", cite()), "md", tmp_path)
    assert "\\*\\*a lot\\*\\*" in plain  # a quote is what the document says


def test_rows_of_a_table_are_a_table(tmp_path: Path) -> None:
    value = say("$323,100 [1]", cite("Revenue  323,100  302,500", table=TABLE))
    assert "    | Thousands | 2024 | 2023 |\n    | --- | --- | --- |\n    | Revenue | 323,100 | 302,500 |" in saved(
        value, "md", tmp_path
    )
    assert '<td class="figure">323,100</td>' in saved(value, "html", tmp_path)
    document = parts(Path(value.save(tmp_path / "t.docx")).read_bytes())
    assert len(list(document["word/footnotes.xml"].iter(f"{WORD}tr"))) == 2
    assert "323,100" in saved(value, "pdf", tmp_path)


def test_word_has_real_footnotes_that_it_counts(tmp_path: Path) -> None:
    value = say("One [1], two [2], one again [1].", cite(), cite("Volumes fell.", 4))
    files = parts(Path(value.save(tmp_path / "n.docx")).read_bytes())
    references = [node.get(f"{WORD}id") for node in files["word/document.xml"].iter(f"{WORD}footnoteReference")]
    assert ["1", "2"] == references
    notes = {node.get(f"{WORD}id"): node for node in files["word/footnotes.xml"].iter(f"{WORD}footnote")}
    assert {"-1", "0", "1", "2"} == set(notes)
    assert all(next(notes[name].iter(f"{WORD}footnoteRef"), None) is not None for name in ("1", "2"))
    anchors = [node.get(f"{WORD}anchor") for node in files["word/document.xml"].iter(f"{WORD}hyperlink")]
    assert ["ref1"] == anchors
    targets = [node.get("Target") for node in files["word/_rels/footnotes.xml.rels"]]
    assert {"a%20report.pdf#page=3", "a%20report.pdf#page=4"} == set(targets)


def test_word_keeps_numbers_that_it_would_not_count_so(tmp_path: Path) -> None:
    value = say("Two [2], one [1].", cite(), cite("Volumes fell.", 4))
    document = parts(Path(value.save(tmp_path / "n.docx")).read_bytes())["word/document.xml"]
    own = [node.get(f"{WORD}customMarkFollows") for node in document.iter(f"{WORD}footnoteReference")]
    assert ["1", None] == own


SCRIPTS = {
    "Arabic": "ارتفعت الإيرادات بنسبة 15٪ في عام 2024.",
    "Hebrew": "ההכנסות עלו ב-15 אחוזים.",
    "Thai": "รายได้เพิ่มขึ้นร้อยละสิบห้าในปีที่ผ่านมา",
    "Chinese": "2024年收入增长了百分之十五。",
}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_any_script_is_saved_right_or_not_at_all(tmp_path: Path, text: str) -> None:
    value = say(f"{text} [1]", cite(text), question=text)
    rightwards = text == SCRIPTS["Thai"] or text == SCRIPTS["Chinese"]
    assert text in saved(value, "html", tmp_path)
    document = parts(Path(value.save(tmp_path / "s.docx")).read_bytes())["word/document.xml"]
    assert rightwards == (next(document.iter(f"{WORD}bidi"), None) is None)
    with contextlib.suppress(MissingExtraError):  # as the next test shows, where no font has it
        assert "\ufffd" not in saved(value, "pdf", tmp_path)


def test_a_letter_without_a_font_is_an_error_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import typst

    compile_ = typst.Compiler(ignore_system_fonts=True).compile
    monkeypatch.setattr(typst, "compile", compile_)
    with pytest.raises(MissingExtraError, match="no font that is installed here has “ร") as caught:
        say("รายได้ [1]", cite()).save(tmp_path / "t.pdf")
    assert "Noto" in caught.value.hint
    assert not (tmp_path / "t.pdf").exists()


def test_without_typst_a_pdf_is_refused_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pdfqa\[typst\]"):
        out.check(tmp_path / "a.pdf")


def test_a_pdf_has_bookmarks_links_and_a_title(tmp_path: Path) -> None:
    chat = SavedChat(thread_id="t", answers=[say("So [1].", cite(), question="First?"), say("So.", question="Second?")])
    reader: Any = pypdf.PdfReader(chat.save(tmp_path / "c.pdf"))
    assert ["First?", "Second?"] == [item["/Title"] for item in reader.outline if not isinstance(item, list)]
    assert "2 questions about a report.pdf" == reader.metadata.title


def test_an_answer_without_marks_refers_to_its_citations_at_its_end(tmp_path: Path) -> None:
    assert "So it is.[^1][^2]" in saved(say("So it is.", cite(), cite("x", 4)), "md", tmp_path)


def test_what_was_not_proved_says_so(tmp_path: Path) -> None:
    text = saved(say("So [1].", cite(verified=False)), "md", tmp_path)
    assert "(**unverified**)" in text
    assert "> **None of these quotes proves the answer: do not rely on it.**" in text


def test_what_was_not_found_names_the_closest_passages(tmp_path: Path) -> None:
    hit = Hit(file="a report.pdf", page=7, label="7", score=0.2, text="About football.", start=0, end=3)
    unread = [Unread(file="a report.pdf", pages=[2], reason="a picture")]
    text = saved(say("", outcome="not_found", closest=[hit], unread=unread), "md", tmp_path)
    assert "Not found in the document." in text
    assert "- [a report.pdf, p. 7](a%20report.pdf#page=7): About football." in text
    assert "page 2 was not read: a picture" in text


SUMMARY = Summary(
    file="a report.pdf",
    text="It grew [1].",
    sections=[SummarySection(heading="Growth", page=3, points=[Point(text="Prices rose.", citations=[1])])],
    citations=[cite()],
    pages=9,
    words=1200,
    model="extractive",
)
WHOLE: dict[str, tuple[Any, list[str]]] = {
    "summary": (SUMMARY, ["Summary of a report.pdf", "Growth", "Prices rose.", "1,200 words"]),
    "summaries": (Summaries(summaries=[SUMMARY, SUMMARY]), ["Summaries of 2 documents"]),
    "written": (msgspec.structs.replace(SUMMARY, model="m"), ["It grew"]),
    "incomplete": (
        msgspec.structs.replace(SUMMARY, missing=[Unread(file="a report.pdf", pages=[4, 5], reason="it broke")]),
        ["Incomplete: pages 4-5 are not in this summary: it broke"],
    ),
    "comparison": (
        Comparison(
            question="How long?",
            sides=[
                Side(file="a report.pdf", text="One year [1].", outcome="answered", citations=[cite("one year")]),
                Side(file="b.pdf", text="Two [1].", outcome="answered", citations=[cite("two years", file="b.pdf")]),
            ],
            difference="One is longer.",
            model="extractive",
        ),
        ["How long?", "One year", "One is longer."],
    ),
    "changes": (
        Changes(before="a report.pdf", after="b.pdf", same=8, changes=[Change(kind="added", section="", after=cite())]),
        ["a report.pdf → b.pdf", "Prices rose.", "8 paragraphs are the same."],
    ),
    "extraction": (
        Extractions(
            extractions=[
                Extraction(
                    file="a report.pdf",
                    data={"price": 3},
                    fields=[
                        Field(path="price", question="?", value=3, state="found", citations=[cite("3 euros")]),
                        Field(
                            path="date", question="?", value=None, state="not_found", reason="nothing", required=True
                        ),
                    ],
                    missing=["date"],
                    model="extractive",
                )
            ]
        ),
        ["Fields of a report.pdf", "price", "– nothing", "Required, and missing: date"],
    ),
}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("name", WHOLE)
def test_whole_documents_are_saved_in_all_formats(tmp_path: Path, name: str, ending: str) -> None:
    value, words = WHOLE[name]
    text = " ".join(saved(value, ending, tmp_path).split())
    if ending in ("md", "html"):
        assert [] == [word for word in words if word not in text]
    assert text


@pytest.mark.parametrize("name", WHOLE)
def test_numbers_go_through_and_are_the_same_in_copies(tmp_path: Path, name: str) -> None:
    from pdfqa.out.papers import cited, paper

    value = WHOLE[name][0]
    notes = paper(value, lambda _: "").notes
    assert [note.place for note in notes] == [f"{one.file}, p. {one.page}" for _, one in cited(value)]
    assert list(range(1, len(notes) + 1)) == [note.number for note in notes]


def test_json_is_what_is_printed_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "a report.pdf").unlink()  # it does not hold the quotes
    value = say("So [1].", cite())
    text = saved(value, "json", tmp_path)
    assert text.count("\n") == 1
    assert ["question", "answer", "outcome", "citations"] == list(json.loads(text))[:4]
    with PDFQA() as qa:
        for one in (value, SavedChat(thread_id=None, answers=[value]), *(whole for whole, _ in WHOLE.values())):
            again = qa.saved(saved(one, "json", tmp_path))
            assert type(one) is type(again)
            assert saved(one, "md", tmp_path) == saved(again, "md", tmp_path)
        for wrong in ("[]", "{}", "no json", '{"answer": 1}', '{"answers": [1]}'):
            with pytest.raises(InvalidRequestError):
                qa.saved(wrong)


def test_a_saved_answer_finds_its_file_where_it_is_now(tmp_path: Path) -> None:
    with PDFQA(pdf(tmp_path / "in" / "club.pdf", CLUB)) as qa:
        text = saved(qa.ask(WHO_CLUB), "json", tmp_path)
    (tmp_path / "moved").mkdir()
    (tmp_path / "in" / "club.pdf").rename(tmp_path / "moved" / "club.pdf")
    with PDFQA(home=tmp_path / "other") as qa:
        found = qa.saved(text, files=[tmp_path / "moved"])
        assert found.highlight(tmp_path / "marked.pdf").marked == 1
        assert "moved/club.pdf#page=1" in saved(found, "md", tmp_path)
        with pytest.raises(FileMissingError, match="no such file"):
            qa.saved(text).highlight(tmp_path / "again.pdf")
        pdf(tmp_path / "moved" / "club.pdf", MINE)
        with pytest.raises(FileMissingError, match="has changed"):
            qa.saved(text, files=[tmp_path / "moved"]).highlight(tmp_path / "again.pdf")


def test_an_answer_marks_its_own_pdf(tmp_path: Path) -> None:
    path = pdf(tmp_path / "club.pdf", MINE, CLUB)
    with PDFQA(path) as qa:
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        chat.ask("When was it founded?")
        answer = qa.ask(WHO_CLUB)
    done = answer.highlight(tmp_path / "marked.pdf")  # also when the home is closed
    assert ([str(tmp_path / "marked.pdf")], 1, []) == (done.files, done.marked, done.notes)
    note = notes(done.files[0], 2)[0]
    assert note["/Contents"].startswith(f"[1] {WHO_CLUB}\r")
    assert answer.highlight(tmp_path / "marked.pdf").marked == 1  # our own copy may be written over
    assert answer.cited_pages(tmp_path / "pages.pdf").marked == 1
    assert len(pypdf.PdfReader(tmp_path / "pages.pdf").pages) == 1
    assert len(chat.answers) == 2
    assert Path(chat.save(tmp_path / "chat.md")).read_text().count("## ") == 2
    assert chat.highlight(tmp_path / "chat.pdf").marked >= 1


def test_several_documents_are_marked_in_a_folder(tmp_path: Path) -> None:
    paths = [pdf(tmp_path / name / "same.pdf", text) for name, text in (("one", CLUB), ("two", MINE))]
    with PDFQA(*paths) as qa:
        done = qa.compare("When was the club founded, and when was the mine closed?")
        with pytest.raises(InvalidRequestError, match="2 documents are cited") as caught:
            done.highlight(tmp_path / "marked.pdf")
        assert "marked/" in caught.value.hint
        assert not (tmp_path / "marked.pdf").exists()
        copies = done.highlight(tmp_path / "marked")
    assert ["same (2).pdf", "same.pdf"] == sorted(path.name for path in (tmp_path / "marked").iterdir())
    assert len(copies.files) == 2


def test_nothing_cited_makes_no_copy(tmp_path: Path) -> None:
    done = say("", outcome="not_found").highlight(tmp_path / "marked.pdf")
    assert ([], ["nothing is cited, so no copy was made"]) == (done.files, done.notes)
    assert not (tmp_path / "marked.pdf").exists()


@pytest.mark.parametrize("ending", [".pdf", ".md", ".PDF"])
def test_the_original_is_never_written_over(tmp_path: Path, ending: str) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    before = path.read_bytes()
    (tmp_path / f"soft{ending}").symlink_to(path)
    os.link(path, tmp_path / f"hard{ending}")
    with PDFQA(path) as qa:
        answer = qa.ask(WHO_CLUB)
    for name in (f"soft{ending}", f"hard{ending}", "club.pdf", "x/../club.pdf"):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(InvalidRequestError, match="never changed"):
            answer.save(tmp_path / name)
        if not name.endswith(".md"):
            with pytest.raises(InvalidRequestError, match="never changed"):
                answer.highlight(str(tmp_path / name))
            with pytest.raises(InvalidRequestError, match="never changed"):
                answer.cited_pages(str(tmp_path / name))
    assert before == path.read_bytes()


def test_a_text_that_was_asked_is_not_written_over_either(tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("The harbour of Rauma was opened in 1888.")
    for named in ((notes,), ()):
        with PDFQA(*named) as qa:
            answer = qa.ask("Who was the second president of Mongolia?")
            assert "not_found" == answer.outcome  # so nothing of it is cited
            with pytest.raises(InvalidRequestError, match="never changed"):
                answer.save(notes)
    assert "1888" in notes.read_text()


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    said: list[str] = []
    reading = threading.Thread(target=lambda: said.append((tmp_path / "pipe.txt").read_text()), daemon=True)
    reading.start()
    say("So.").save(tmp_path / "pipe.txt")
    reading.join(10)
    assert ["So."] == [text.strip() for text in said]


def test_what_cannot_be_looked_at_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = pdf(tmp_path / "other.pdf", MINE)

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pdfqa.out.files.open", denied, raising=False)
    with pytest.raises(FileWriteError, match="permission denied"):
        say("So.").save(other)


def test_another_pdf_is_not_written_over_and_other_files_are(tmp_path: Path) -> None:
    other = pdf(tmp_path / "other.pdf", MINE)
    with pytest.raises(InvalidRequestError, match="did not make"):
        say("So.").save(other)
    (tmp_path / "a.md").write_text("old")
    say("So.").save(tmp_path / "a.md")
    assert "old" not in (tmp_path / "a.md").read_text()
    for _ in range(2):
        say("So.").save(tmp_path / "mine.pdf")


@pytest.mark.parametrize("name", ["a", "a.xyz", "a.doc", ""])
def test_a_name_that_says_no_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be saved"):
        say("So.").save(name)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileWriteError, match="there is no folder"):
        say("So.").save(tmp_path / "nowhere" / "a.md")
    (tmp_path / "b.md").mkdir()
    with pytest.raises(InvalidRequestError, match="is a folder"):
        say("So.").save(tmp_path / "b.md")
    (tmp_path / "a.md").write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StorageFullError, match="the disk is full"):
        say("So.").save(tmp_path / "a.md")
    assert (tmp_path / "a.md").read_text() == "old"
    assert [] == [path.name for path in tmp_path.iterdir() if path.name.startswith(".pdfqa")]


def test_a_file_keeps_its_rights_and_a_new_one_has_the_usual_ones(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("old")
    (tmp_path / "a.md").chmod(0o640)
    say("So.").save(tmp_path / "a.md")
    assert 0o640 == stat.S_IMODE((tmp_path / "a.md").stat().st_mode)
    (tmp_path / "usual").write_text("")
    say("So.").save(tmp_path / "b.md")
    assert (tmp_path / "usual").stat().st_mode == (tmp_path / "b.md").stat().st_mode


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "a.md").symlink_to(tmp_path / "real" / "b.md")
    say("So.").save(tmp_path / "a.md")
    assert (tmp_path / "a.md").is_symlink()
    assert "So." in (tmp_path / "real" / "b.md").read_text()
