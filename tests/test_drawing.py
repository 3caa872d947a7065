"""Pages as pictures, with quotes marked: `pdfqa show --png` and what it does in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdfqa import PDFQA, InvalidRequestError
from pdfqa.errors import EncryptedFileError
from pdfqa.pdf import find_boxes, picture
from pdfqa.pdf.phrases import pages_with, spans_of
from tests.cli_runner import on_terminal, pdfqa
from tests.homes import CLUB, MINE, pdf
from tests.pdf_maker import Leaf, Put, paragraph, write_pdf
from tests.pictures import read_png
from tests.test_bad_input import encrypt

QUOTE = "deepest shaft reached 640 metres"


@pytest.fixture(autouse=True)
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "1")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return pdf(tmp_path / "book.pdf", CLUB, MINE, CLUB)


@pytest.mark.parametrize("added", [False, True])
def test_a_quote_is_marked_whether_the_file_was_added_or_not(book: Path, added: bool) -> None:
    with PDFQA(book) as qa:
        if added:
            qa.add()
        drawn = qa.look(book).draw(2, [QUOTE], width=300)
        assert drawn.boxes == find_boxes(book, 2, QUOTE)
        assert drawn.png == picture(book, 2, drawn.boxes, width=300)
        assert drawn.png == qa.look(book).picture(2, highlight=QUOTE, width=300)
        if added:
            assert drawn.png == qa.document(book).picture(2, highlight=QUOTE, width=300)


def test_without_quotes_the_page_is_as_it_is(book: Path) -> None:
    with PDFQA() as qa:
        assert qa.look(book).picture(1, width=300) == picture(book, 1, width=300)
        assert read_png(qa.look(book).picture(1)).width == pytest.approx(900, abs=1)


@pytest.mark.parametrize(
    "typed",
    [
        "DEEPEST shaft Reached 640 metres",
        "deepest  shaft reached\n640 metres",
        "deepest shaftreached 640 metres",
        "deep-est shaft reached 640 metres",
    ],
)
def test_case_spaces_and_hyphens_may_differ(book: Path, typed: str) -> None:
    with PDFQA() as qa:
        assert qa.look(book).draw(2, [typed]).boxes == find_boxes(book, 2, QUOTE)


def test_a_quote_is_marked_wherever_the_page_has_it(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "twice.pdf", [Leaf([Put("the end", 72, 700), Put("the end", 72, 400)])])
    with PDFQA() as qa:
        assert [700, 400] == [pytest.approx(box.y0, abs=4) for box in qa.look(path).draw(1, ["the end"]).boxes]


def test_a_quote_in_one_of_two_columns_is_marked_line_by_line(tmp_path: Path) -> None:
    left = paragraph(f"{MINE} {CLUB} {MINE}", 40, letters=40)
    right = paragraph(f"{CLUB} {MINE} {CLUB}", 320, letters=40)
    leaf = Leaf([put for pair in zip(left, right, strict=False) for put in pair])  # row by row, as some programs do
    path = write_pdf(tmp_path / "columns.pdf", [leaf])
    with PDFQA() as qa:
        boxes = qa.look(path).draw(1, ["Its deepest shaft reached 640 metres below the sea. The treasurer"]).boxes
    assert len(boxes) >= 3
    assert all(30 < box.x0 < box.x1 < 300 for box in boxes)


def test_a_running_head_can_be_marked_though_it_is_no_text_of_the_page(tmp_path: Path) -> None:
    words = [chr(97 + at) * 5 for at in range(26)]
    leaves = [
        Leaf([Put("Annual report of the club", 72, 760), *paragraph(" ".join(words[at:] + words[:at]))])
        for at in range(8)
    ]
    path = write_pdf(tmp_path / "heads.pdf", leaves)
    with PDFQA(path) as qa:
        qa.add()
        assert "Annual report" not in qa.document(path).page(4).text
        assert len(qa.look(path).draw(4, ["Annual report of the club"]).boxes) == 1


@pytest.mark.parametrize("added", [False, True])
def test_a_quote_that_is_elsewhere_is_an_error_that_says_where(book: Path, added: bool) -> None:
    with PDFQA(book) as qa:
        if added:
            qa.add()
        with pytest.raises(InvalidRequestError) as caught:
            qa.look(book).draw(1, ["Margaret Holloway", QUOTE])
    assert caught.value.message == f'"{QUOTE}" is not on page 1 of {book}'
    assert caught.value.hint == "It is on page 2."
    assert caught.value.param == "highlight"


def test_a_quote_that_is_nowhere_is_an_error(book: Path) -> None:
    with PDFQA() as qa, pytest.raises(InvalidRequestError, match="is not on page 3") as caught:
        qa.look(book).draw(3, ["x" * 200])
    assert len(caught.value.message) < len(str(book)) + 100
    assert "--page 3 prints what is there" in caught.value.hint


def test_a_page_without_text_says_so(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "blank.pdf", [Leaf(), Leaf(paragraph(CLUB))])
    with PDFQA(path) as qa:
        with pytest.raises(InvalidRequestError) as caught:
            qa.look(path).draw(1, ["anything"])
        assert "no text" in caught.value.hint
        qa.add()
        with pytest.raises(InvalidRequestError) as caught:
            qa.look(path).draw(1, ["anything"])
        assert caught.value.hint == "The page has no text."


def test_without_a_page_the_first_with_the_quote_is_drawn(book: Path) -> None:
    with PDFQA() as qa:
        assert qa.look(book).draw(highlight=[QUOTE]).page == 2
        assert qa.look(book).draw().page == 1
        with pytest.raises(InvalidRequestError, match="is not on page 1"):
            qa.look(book).draw(highlight=["nowhere"])


@pytest.mark.parametrize(("page", "highlight", "width"), [(0, [], 9), (4, [QUOTE], 9), (1, [" "], 9), (1, [], 9000)])
def test_wrong_values_are_errors(book: Path, page: int, highlight: list[str], width: int) -> None:
    with PDFQA() as qa, pytest.raises(InvalidRequestError):
        qa.look(book).draw(page, highlight, width=width)


def test_an_encrypted_file_is_drawn_with_its_password(tmp_path: Path) -> None:
    path = encrypt(tmp_path / "secret.pdf", "hush", CLUB)
    with PDFQA() as qa, pytest.raises(EncryptedFileError, match=r"secret\.pdf is encrypted"):
        qa.look(path).picture(1)
    with PDFQA(password=["no", "hush"]) as qa:
        assert qa.look(path).draw(1, ["Margaret Holloway"]).boxes


def test_a_phrase_is_found_in_text_wherever_it_is() -> None:
    assert spans_of("one two one", "one") == [(0, 3), (8, 11)]
    assert spans_of("One\ntwo", "one TWO") == [(0, 7)]
    assert spans_of("İone", "ONE") == [(1, 4)]
    assert spans_of("one", "two") == []
    assert pages_with(["a b", "nothing", "of\ufb01ce A-B"], "ab") == [1, 3]
    assert pages_with(["of\ufb01ce"], "Office") == [1]
    assert pages_with(["a"], " ") == []


def test_the_command_draws_into_a_file_or_to_standard_output(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.png"
    out.write_text("an old picture")
    done = pdfqa("show", book, "--page", "2", "--png", out, "--highlight", QUOTE, "--width", "300")
    assert (done.code, done.out) == (0, "")
    assert done.err.strip() == f"page 2 of {book} drawn in {out}"
    assert out.read_bytes() == picture(book, 2, find_boxes(book, 2, QUOTE), width=300)
    shown = pdfqa("show", book, "--highlight", QUOTE, "--png", out, "--json").json
    assert (shown["page"], shown["png"], len(shown["boxes"])) == (2, str(out), 2)


def test_standard_output_gets_the_picture_alone(
    book: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from pdfqa.cli import main

    assert main(["show", str(book), "--png", "-", "--width", "200"]) == 0
    assert capfdbinary.readouterr() == (picture(book, 1, width=200), b"")


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["--highlight", "x"], "--highlight is about a picture"),
        (["--width", "300"], "--width is about a picture"),
        (["--png", "book.pdf"], "book.pdf is a PDF and would be overwritten"),
        (["--png", "nowhere/a.png"], "nowhere/a.png cannot be written"),
        (["--png", "a.png", "--highlight", "x"], "is not on page 1"),
    ],
)
def test_wrong_usage_of_the_command_is_said(
    book: Path, args: list[str], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = book.read_bytes()
    monkeypatch.chdir(book.parent)
    done = pdfqa("show", "book.pdf", *args)
    assert done.code == (4 if "cannot" in what else 2)
    assert what in " ".join(done.err.split())
    assert book.read_bytes() == before
    assert not Path("a.png").exists()


def test_a_terminal_gets_no_picture(book: Path) -> None:
    done = on_terminal("show", book, "--png", "-")
    assert done.code == 2
    assert "which is the terminal" in " ".join(done.out.split())
