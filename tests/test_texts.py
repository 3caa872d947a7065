"""Texts and Markdown as documents, and documents that are given as they are."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest

from pdfqa import PDFQA, Client, PdfDocument, TextDocument
from pdfqa.errors import EmptyFileError, FileError, InvalidRequestError, NotAPdfError
from pdfqa.pages import Page, label_at
from pdfqa.passages import table_rows
from pdfqa.texts import decoded, is_text, read_info, read_pages
from tests.cli_runner import Done
from tests.homes import CLUB, PARK, WHO_CLUB, pdf

MANUAL = """# Harbour manual

The harbour of Rauma was opened by the king in 1888, and
has been run by the town. Its quays are
long.

## Fees

| Ship | Fee 2024 | Fee 2025 |
|---|---:|---:|
| Ferry | 120 | 130 |
| Tanker | 900 | |

- The fee is due within 14 days.
- Ships under 10 m are free,
  if they are Finnish.

3.1 Opening hours

The office opens
at nine.

```
# no heading
code = 1
```
Contact
=======
Harbour master: Aino Virtanen
Phone: 123
"""


def pages_of(path: Path, text: str | bytes) -> list[Page]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_pages(path, 1, 10_000))


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    path = tmp_path / "manual.md"
    path.write_text(MANUAL)
    return path


def blocks(page: Page) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, page.text[block.start : block.end]) for block in page.blocks]


def test_a_text_is_cut_into_paragraphs_headings_lists_and_tables(manual: Path) -> None:
    (page,) = read_pages(manual, 1, 1)
    assert [
        ("heading", 1, "Harbour manual"),
        (
            "text",
            0,
            "The harbour of Rauma was opened by the king in 1888, and has been run by the town. Its quays are long.",
        ),
        ("heading", 2, "Fees"),
        ("table", 0, "Ship  Fee 2024  Fee 2025\nFerry  120  130\nTanker  900"),
        ("list", 0, "- The fee is due within 14 days."),
        ("list", 0, "- Ships under 10 m are free, if they are Finnish."),
        ("heading", 2, "3.1 Opening hours"),
        ("text", 0, "The office opens at nine."),
        ("text", 0, "# no heading\ncode = 1"),
        ("heading", 1, "Contact"),
        ("text", 0, "Harbour master: Aino Virtanen\nPhone: 123"),
    ] == blocks(page)
    table = page.blocks[3]
    assert [["Ship", "Fee 2024", "Fee 2025"], ["Ferry", "120", "130"], ["Tanker", "900", ""]] == table_rows(
        page, table.start, table.end
    )


def test_a_place_of_a_text_is_called_by_its_line(manual: Path) -> None:
    (page,) = read_pages(manual, 1, 1)
    lines = MANUAL.splitlines()
    for words in ("The harbour of", "has been run", "Its quays", "Tanker", "if they are", "at nine", "code", "Phone"):
        line = int(label_at(page, page.text.index(words)).removeprefix("line "))
        assert words in lines[line - 1] or words in lines[line - 2]
    assert "line 3" == label_at(page, page.text.index("The harbour of"))
    assert "line 30" == label_at(page, page.text.index("Phone"))


def test_the_headings_of_a_text_are_its_contents(manual: Path) -> None:
    info = read_info(manual)
    assert ("Harbour manual", 1, "text") == (info.title, info.pages, info.reader)
    assert ["Harbour manual", "Fees", "3.1 Opening hours", "Contact"] == [item.title for item in info.outline]


def test_a_long_text_has_pages_that_end_between_paragraphs(tmp_path: Path) -> None:
    paragraphs = [f"Paragraph {number} says something. " + "It goes on. " * 40 for number in range(40)]
    found = pages_of(tmp_path / "long.txt", "\n\n".join(paragraphs))
    assert 5 < len(found) < 10
    assert [block for page in found for _, _, block in blocks(page)] == [text.strip() for text in paragraphs]
    assert all(len(page.text) < 6_000 for page in found)
    assert [79, "line 79"] == [found[-1].line_numbers[-1], label_at(found[-1], len(found[-1].text))]


def test_a_heading_stands_on_the_page_of_what_follows_it(tmp_path: Path) -> None:
    text = f"{'Words of the first part. ' * 60}\n\n" * 2 + "# The end\n\n" + "Words of the end. " * 200
    found = pages_of(tmp_path / "long.md", text)
    assert [page.number for page in found if page.text.startswith("The end\n")] == [2]


def test_a_paragraph_without_end_is_cut_at_a_sentence(tmp_path: Path) -> None:
    found = pages_of(tmp_path / "line.txt", "A sentence of some words. " * 2_000)
    assert all(page.text.startswith("A sentence") and page.text.endswith("words.") for page in found)
    assert {1} == {number for page in found for number in page.line_numbers}
    assert all(len(page.text) <= 6_000 for page in pages_of(tmp_path / "word.txt", "x" * 20_000))


def test_any_number_of_headings_may_follow_each_other(tmp_path: Path) -> None:
    found = pages_of(tmp_path / "heads.md", "Alpha\n=====\n" * 2_000 + "| a | b |\n|---|---|\n| 1 | 2 |")
    kinds = [block.kind for page in found for block in page.blocks]
    assert [*["heading"] * 2_000, "table"] == kinds


def test_form_feeds_are_pages_and_their_lines_are_not_counted(tmp_path: Path) -> None:
    found = pages_of(tmp_path / "book.txt", "First page.\n\fSecond page.\f\fFourth page.\f")
    assert ["First page.", "Second page.", "", "Fourth page."] == [page.text for page in found]
    assert "" == label_at(found[1], 0)


@pytest.mark.parametrize(
    "data",
    ["Zoë’s café".encode(), "\ufeffZoë’s café".encode(), "Zoë’s café".encode("utf-16"), "Zoë’s café".encode("cp1252")],
)
def test_a_text_may_be_in_any_of_the_usual_codings(data: bytes) -> None:
    assert "Zoë’s café" == decoded(data)
    assert "a\nb\nc" == decoded(b"a\r\nb\rc")


def test_what_is_no_text_is_refused() -> None:
    for data in (b"\x00\x01\x02", b"PK\x03\x04\x00\x00", bytes(range(256))):
        with pytest.raises(NotAPdfError, match="neither a PDF nor a text"):
            decoded(data)
    with pytest.raises(EmptyFileError):
        decoded(b" \n")


def test_names_of_texts() -> None:
    assert is_text("a/Notes.MD")
    assert is_text("x.txt")
    assert not is_text("report.pdf")
    assert not is_text("txt")


def test_a_text_is_asked_as_a_pdf_is_and_cited_by_its_line(manual: Path) -> None:
    with PDFQA(manual) as qa:
        answer = qa.ask("When was the harbour opened by the king?")
        citation = answer.citations[0]
        assert "1888" in answer.text
        assert (1, "line 3", True, []) == (citation.page, citation.label, citation.verified, citation.boxes())
        assert f"[1] {manual}, line 3:" in str(answer).replace("\n    ", " ")
        assert qa.verify(answer).holds
        with pytest.raises(NotAPdfError, match="no page that could be drawn"):
            citation.picture()
        assert "line 1" == qa.search("king 1888")[0].label
        assert "line" in str(qa.summarize())
        assert "900" in qa.ask("What was the fee of a tanker in 2024?").text


def test_a_pdf_under_the_name_of_a_text_is_read_as_a_pdf(tmp_path: Path) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB).rename(tmp_path / "club.txt")
    with PDFQA(path) as qa:
        assert qa.ask(WHO_CLUB).citations[0].boxes()
        assert "pdfium" == qa.document("club.txt").page(1).reader


def test_a_folder_still_stands_for_its_pdfs(tmp_path: Path, manual: Path) -> None:
    pdf(tmp_path / "club.pdf", CLUB)
    with PDFQA(tmp_path) as qa:
        qa.add()
        assert ["club.pdf"] == [file.name for file in qa.files()]


def test_texts_are_given_as_they_are() -> None:
    minutes = TextDocument("minutes", "The board met on 3 May 2024. It chose Aino Lind as its chair.")
    with PDFQA(minutes) as qa:
        answer = qa.ask("Whom did the board choose as its chair?")
        assert ("minutes.txt", "line 1") == (answer.citations[0].file, answer.citations[0].label)
        assert qa.verify(answer).holds
        assert "PDFQA(minutes.txt," in repr(qa)


def sources(path: Path) -> list[Any]:
    data = path.read_bytes()
    return [
        data,
        bytearray(data),
        io.BytesIO(data),
        pypdf.PdfReader(io.BytesIO(data)),
        pypdf.PdfWriter(clone_from=io.BytesIO(data)),
        PdfDocument("club.pdf", data),
        PdfDocument("club.pdf", pypdf.PdfReader(io.BytesIO(data))),
    ]


@pytest.mark.parametrize("number", range(7))
def test_pdfs_are_given_as_they_are(number: int, tmp_path: Path) -> None:
    source = sources(pdf(tmp_path / "club.pdf", CLUB))[number]
    with PDFQA(source) as qa:
        citation = qa.ask(WHO_CLUB).citations[0]
        assert citation.boxes()
        assert qa.ask(WHO_CLUB).found  # what can be read once is read once
        named = citation.file.startswith("document-") and citation.file.endswith(".pdf")
        assert named or citation.file == "club.pdf"


def test_a_document_that_is_known_is_called_as_it_is_given(tmp_path: Path) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    with PDFQA(path) as qa:
        qa.add()
    with PDFQA(PdfDocument("The club", path.read_bytes())) as qa:
        assert "The club" == qa.ask(WHO_CLUB).citations[0].file


def test_what_is_no_document_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "a.pdf"
    text.write_bytes(b"\xff\xfe\xfa")
    wrong: list[Any] = [
        PdfDocument("x.pdf", 3),
        TextDocument("x", b"bytes"),  # type: ignore[arg-type]
        pypdf.Transformation(),
    ]
    for source in wrong:
        with pytest.raises(InvalidRequestError):
            PDFQA(source)
    with text.open(encoding="utf-8") as stream, pytest.raises(InvalidRequestError, match="opened as a text"):
        PDFQA(stream)
    with PDFQA(TextDocument("empty", ""), io.BytesIO(b"")) as qa:
        assert ["empty_file", "empty_file"] == [failure.error for failure in qa.add().failed]
        with pytest.raises(FileError):
            qa.ask("Anything?")


def test_an_encrypted_reader_of_pypdf_is_given_open(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=pdf(tmp_path / "club.pdf", CLUB))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    with PDFQA(pypdf.PdfReader(tmp_path / "locked.pdf", password="secret")) as qa:
        assert "Holloway" in qa.ask(WHO_CLUB).text


def test_texts_in_vector_stores_are_read_and_cited() -> None:
    with Client() as client:
        file = client.upload_file(("notes.txt", f"Minutes\n\n{PARK}\n".encode()))
        store = client.create_vector_store_and_wait_to_complete(file_ids=[file.id])
        found = client.search_vector_store(store.id, query="head gardener").data[0]
        assert ("notes.txt", 1) == (found.filename, found.page)
        content = client.get_vector_store_file_content(store.id, file.id)
        assert [f"Minutes\n{PARK}"] == [piece.text for piece in content.data]
        bad = client.upload_file(("notes.md", b"\x00\x01"))
        entry = client.create_vector_store_file(store.id, file_id=bad.id)
        assert "notes.md" in str(entry) or entry.id == bad.id


def test_texts_on_the_command_line(manual: Path, run: Callable[..., Done]) -> None:
    done: Done = run("ask", manual, "When was the harbour opened by the king?")
    assert (0, True) == (done.code, ", line 3:" in " ".join(done.out.split()))
    assert "Fees" in run("show", manual).out
    assert "The harbour of Rauma" in run("show", manual, "--page", "1").out
    assert "is not a PDF" in run("images", manual).err
    assert "no question: the last argument" in " ".join(run("ask", manual, manual).err.split())
