"""Forms, notes and files inside PDFs, as a user asks them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfqa import PDFQA, Client
from pdfqa.cli import main
from pdfqa.cli.tables import size_text
from pdfqa.errors import ObjectNotFoundError
from pdfqa.pages import Attachment
from tests.forms import FIRST, annotated, annotation, carrying, widget
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, nothing_left, pdf
from tests.pdf_maker import Leaf, Put, make_pdf, paragraph

COVER = "The minutes of the meeting are in the annex."


@pytest.fixture(autouse=True)
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "1")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def made(text: str) -> bytes:
    return make_pdf([Leaf(paragraph(text))])


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Return a report that carries a PDF and another file."""
    return carrying(tmp_path / "report.pdf", made(COVER), annex_pdf=made(CLUB), data_csv=b"a,b\n1,2\n")


@pytest.fixture
def qa(report: Path, home: Path) -> Iterator[PDFQA]:
    with PDFQA(report, home=home) as opened:
        yield opened


def names(qa: PDFQA) -> list[str]:
    return [entry.path or entry.name for entry in qa.files()]


def test_a_value_that_stands_only_in_a_form_field_is_found(tmp_path: Path, home: Path) -> None:
    texts = [Put("Application for a mooring", 72, 740, 16), Put("Name:", 72, 700), Put("Date of birth:", 72, 680)]
    fields = [
        widget("110 695 300 710", "/FT /Tx /T (f1) /V (Ann Example)"),
        widget("160 675 300 690", "/FT /Tx /T (f2) /V (4 March 1990)"),
    ]
    path = tmp_path / "form.pdf"
    path.write_bytes(annotated(texts, fields))
    with PDFQA(path, home=home) as qa:
        answer = qa.ask("What is the applicant's date of birth?")
        assert answer.found
        (citation,) = answer.citations
        assert (citation.quote, citation.verified) == ("Date of birth: 4 March 1990", True)
        assert (160, 675, 300, 690) in [(box.x0, box.y0, box.x1, box.y1) for box in citation.boxes()]


def test_what_a_reviewer_asks_is_found_in_a_note(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "review.pdf"
    note = annotation("Text", "500 690 520 710", "/T (Ann) /Contents (Use the name of the yard here.)")
    path.write_bytes(annotated(paragraph(f"{CLUB} {PARK}"), [note]))
    with PDFQA(path, home=home) as qa:
        answer = qa.ask("What did the reviewer ask to change?")
        assert [citation.quote for citation in answer.citations] == ["Note (Ann): Use the name of the yard here."]
        assert qa.ask(WHO_CLUB).citations[0].quote.startswith("The treasurer")


def test_the_notes_of_a_page_are_asked_for_by_its_number(tmp_path: Path, home: Path) -> None:
    notes = {1: "please shorten it", 2: "use the figures of 2024", 3: "the yard is missing"}
    first = 10 + 2 * len(notes)
    leaves, objects = [], []
    for number, words in notes.items():
        leaves.append(
            Leaf(paragraph(f"{number} {[CLUB, PARK, MINE][number - 1]}"), extra=f"/Annots [{first + number - 1} 0 R]")
        )
        objects.append(annotation("Text", "500 690 520 710", f"/T (Ann) /Contents ({words})"))
    path = tmp_path / "review.pdf"
    path.write_bytes(make_pdf(leaves, objects=objects))
    with PDFQA(path, home=home) as qa:
        for number, words in notes.items():
            answer = qa.ask(f"What did the reviewer ask to change on page {number}?")
            assert [(cited.page, cited.quote) for cited in answer.citations] == [(number, f"Note (Ann): {words}")]


def test_a_pdf_inside_a_pdf_is_asked_with_it(qa: PDFQA, report: Path) -> None:
    answer = qa.ask(WHO_CLUB)
    assert [citation.file for citation in answer.citations] == [f"{report} › annex.pdf"]
    assert answer.citations[0].boxes()
    assert names(qa) == [str(report), f"{report} › annex.pdf"]


def test_files_inside_are_listed_with_their_sizes(qa: PDFQA, report: Path) -> None:
    qa.add()
    assert qa.document(report).attachments == [
        Attachment(0, "annex.pdf", len(made(CLUB))),
        Attachment(1, "data.csv", 8),
    ]


def test_a_file_inside_is_named_by_its_name_or_with_what_carries_it(qa: PDFQA, report: Path) -> None:
    qa.add()
    wanted = f"{report} › annex.pdf"
    for name in ("annex.pdf", "report.pdf › annex.pdf", wanted):
        assert qa.document(name).file.name == wanted


def test_a_file_inside_goes_with_what_carries_it(qa: PDFQA, report: Path, home: Path) -> None:
    qa.add()
    qa.remove(report)
    assert names(qa) == []
    assert [path for path in (home / "blobs").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("first", [True, False])
def test_a_file_that_was_added_itself_stays(first: bool, qa: PDFQA, report: Path, tmp_path: Path) -> None:
    annex = tmp_path / "copy.pdf"
    annex.write_bytes(made(CLUB))
    for paths in [[annex], [report]] if first else [[report], [annex]]:
        qa.add(*paths)
    assert qa.ask(WHO_CLUB).found
    qa.remove(report)
    assert len(qa.files()) == 1
    with PDFQA(home=qa.info().home) as everything:
        assert everything.ask(WHO_CLUB).found


def test_a_file_inside_that_was_removed_stays_away(qa: PDFQA, report: Path) -> None:
    qa.add()
    qa.remove("annex.pdf")
    assert not qa.ask(WHO_CLUB).found
    assert names(qa) == [str(report)]


def test_a_file_inside_two_stays_as_long_as_one_carries_it(qa: PDFQA, report: Path, tmp_path: Path) -> None:
    other = carrying(tmp_path / "other.pdf", made(PARK), annex_pdf=made(CLUB))
    qa.add(report, other)
    assert len(qa.files()) == 3
    qa.remove(report)
    assert names(qa) == [str(other), f"{other} › annex.pdf"]
    with PDFQA(other, home=qa.info().home) as asked:
        assert asked.ask(WHO_CLUB).found


def test_files_inside_files_inside_are_read_and_no_deeper(home: Path, tmp_path: Path) -> None:
    data = made("The fourth has 44 sheep.")
    for text in ("The third has 33 sheep.", "The second has 22 sheep.", "The first has 11 sheep."):
        data = carrying(tmp_path / "made.pdf", made(text), annex_pdf=data).read_bytes()
    path = tmp_path / "first.pdf"
    path.write_bytes(data)
    with PDFQA(path, home=home) as qa:
        qa.add()
        inner = f"{path} › annex.pdf"
        assert names(qa) == [str(path), inner, f"{inner} › annex.pdf"]


def test_a_file_pinned_to_a_page_is_read(home: Path, tmp_path: Path) -> None:
    annex = made(CLUB).decode("latin-1")
    pin = annotation("FileAttachment", "500 690 520 710", f"/T (Ann) /FS {FIRST + 1} 0 R")
    spec = f"<< /Type /Filespec /F (annex.pdf) /UF (annex.pdf) /EF << /F {FIRST + 2} 0 R >> >>"
    stream = f"<< /Type /EmbeddedFile /Length {len(annex)} >>\nstream\n{annex}\nendstream"
    path = tmp_path / "pinned.pdf"
    path.write_bytes(annotated(paragraph(COVER), [pin], more=[spec, stream]))
    with PDFQA(path, home=home) as qa:
        assert qa.ask(WHO_CLUB).citations[0].file == f"{path} › annex.pdf"
        assert qa.document(path).page(1).text == f"{COVER}\nAttached file (Ann): annex.pdf"


def test_a_portfolio_whose_cover_says_nothing_is_asked_for_what_it_carries(home: Path, tmp_path: Path) -> None:
    cover = make_pdf([Leaf()], root="/Collection << /Type /Collection >>")
    path = carrying(tmp_path / "portfolio.pdf", cover, one_pdf=made(CLUB), two_pdf=made(PARK))
    with PDFQA(path, home=home) as qa:
        assert qa.ask(WHO_CLUB).citations[0].file == f"{path} › one.pdf"
        assert qa.ask(WHO_PARK).citations[0].file == f"{path} › two.pdf"
        assert qa.document(path).info.portfolio
        assert qa.failures == []


def test_files_inside_an_encrypted_file_are_opened_with_it(home: Path, report: Path, tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=report)
    writer.encrypt("secret", algorithm="RC4-128")
    locked = tmp_path / "locked.pdf"
    writer.write(locked)
    with PDFQA(locked, home=home, password=["wrong", "secret"]) as qa:
        assert qa.ask(WHO_CLUB).found


def test_a_broken_file_inside_is_a_failure_of_its_own(home: Path, tmp_path: Path) -> None:
    path = carrying(tmp_path / "report.pdf", made(CLUB), annex_pdf=b"%PDF-1.7 and nothing more")
    with PDFQA(path, home=home) as qa:
        report = qa.add()
        assert [entry.name for entry in report.added] == ["report.pdf"]
        assert [failure.file for failure in report.failed] == [f"{path} › annex.pdf"]
        assert qa.ask(WHO_CLUB).found


def test_a_changed_file_takes_its_old_files_along(qa: PDFQA, report: Path) -> None:
    qa.add()
    carrying(report, made(COVER), new_pdf=made(PARK))
    qa.add()
    assert names(qa) == [str(report), f"{report} › new.pdf"]


def test_a_file_inside_is_no_file_on_disk(qa: PDFQA) -> None:
    qa.add()
    with pytest.raises(ObjectNotFoundError):
        qa.document("data.csv")


def test_folders_are_read_with_what_their_files_carry(home: Path, report: Path, tmp_path: Path) -> None:
    pdf(tmp_path / "park.pdf", PARK)
    with PDFQA(tmp_path, home=home) as qa:
        assert len(qa.add().added) == 3
        assert len(qa.add().known) == 3
        assert qa.ask(WHO_CLUB).citations[0].file.endswith(" › annex.pdf")


def test_show_lists_what_a_file_carries(
    report: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDFQA_HOME", str(home))

    def run(*words: str) -> str:
        main(list(words))
        return capsys.readouterr().out

    run("add", str(report))
    size = len(made(CLUB))
    assert f"with 2 files inside: annex.pdf ({size_text(size)}), data.csv (8 bytes)\n" in run("show", str(report))
    assert json.loads(run("show", str(report), "--json"))["attachments"] == [
        {"name": "annex.pdf", "bytes": size, "page": 0},
        {"name": "data.csv", "bytes": 8, "page": 0},
    ]
    assert f"{report} › annex.pdf\n" in run("list")
    assert CLUB in " ".join(run("show", "annex.pdf", "--page", "1").split())


def test_a_vector_store_takes_only_what_is_put_into_it(home: Path, report: Path) -> None:
    with Client(home=home) as client:
        store = client.create_vector_store_and_wait_to_complete(file_ids=[client.upload_file(report).id])
        found = client.search_vector_store(store.id, "treasurer, minutes of the meeting").data
        assert [hit.filename for hit in found] == ["report.pdf"]
        assert [file.filename for file in client.get_files().data] == ["report.pdf"]


def test_what_an_interruption_left_out_is_taken_by_the_next_question(qa: PDFQA, report: Path) -> None:
    qa.add()
    inside = qa.document("annex.pdf").file.id
    with qa._engine.database.atomic() as connection:  # as if killed before it was taken out
        connection.execute("DELETE FROM attachments")
        qa._engine.files.delete(inside)
    assert names(qa) == [str(report)]
    assert qa.ask(WHO_CLUB).found
    assert names(qa) == [str(report), f"{report} › annex.pdf"]


def test_nothing_is_left_of_taking_files_out(qa: PDFQA, home: Path) -> None:
    qa.add()
    assert list((home / "incoming").iterdir()) == []
    qa.remove("report.pdf")
    assert nothing_left(home)


def test_keys_that_share_the_bytes_lose_nothing(home: Path, report: Path) -> None:
    with PDFQA(report, home=home) as qa:
        qa.add()
        other = qa._engine.owned_by("key_1")
        file = other.files.upload(report.read_bytes(), "mine.pdf")
        qa.remove(report)
        assert names(qa) == []
        other.files.delete(file.id)
    assert nothing_left(home)


def test_a_file_inside_that_is_called_a_pdf_and_is_none_is_a_failure(home: Path, tmp_path: Path) -> None:
    path = carrying(tmp_path / "report.pdf", made(CLUB), annex_pdf=b"only words", data_csv=b"a,b")
    with PDFQA(path, home=home) as qa:
        assert [(failure.file, failure.error) for failure in qa.add().failed] == [
            (f"{path} › annex.pdf", "unsupported_file")
        ]


def test_files_inside_a_locked_file_wait_for_its_password(home: Path, report: Path, tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=report)
    writer.encrypt("secret", algorithm="RC4-128")
    locked = tmp_path / "locked.pdf"
    writer.write(locked)
    with PDFQA(locked, home=home, password="secret") as qa:
        qa.add()
        inside = qa.document("annex.pdf").file.id
        with qa._engine.database.atomic() as connection:  # as if killed before it was taken out
            connection.execute("DELETE FROM attachments")
            qa._engine.files.delete(inside)
    with PDFQA(locked, home=home) as qa:
        assert [(failure.file, failure.error) for failure in qa.add().failed] == [(str(locked), "encrypted_file")]
    with PDFQA(locked, home=home, password="secret") as qa:
        assert qa.ask(WHO_CLUB).found


def test_a_pdf_inside_whose_bytes_are_gone_is_told(home: Path, tmp_path: Path) -> None:
    pin = annotation("FileAttachment", "500 690 520 710", f"/FS {FIRST + 1} 0 R")
    spec = "<< /Type /Filespec /F (annex.pdf) /UF (annex.pdf) /EF << /F 99 0 R >> >>"
    path = tmp_path / "pinned.pdf"
    path.write_bytes(annotated(paragraph(COVER), [pin], more=[spec]))
    with PDFQA(path, home=home) as qa:
        assert [(failure.file, failure.error) for failure in qa.add().failed] == [
            (f"{path} › annex.pdf", "damaged_file")
        ]
        assert qa.document(path).attachments == [Attachment(0, "annex.pdf", page=1)]
