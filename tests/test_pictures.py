"""What was found, looked at in the PDF itself: boxes and pictures of citations and hits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfqa import PDFQA, Citation, FileMissingError, Hit, InvalidRequestError
from pdfqa.errors import EncryptedFileError
from pdfqa.pdf import find_boxes, picture
from tests.homes import CLUB, MINE, WHO_CLUB, pdf
from tests.pdf_maker import Leaf, paragraph, write_pdf
from tests.pictures import read_png
from tests.test_bad_input import encrypt


@pytest.fixture(autouse=True)
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "1")


@pytest.fixture
def club(tmp_path: Path) -> Path:
    return pdf(tmp_path / "club.pdf", MINE, CLUB)


@pytest.fixture
def asked(club: Path) -> Iterator[PDFQA]:
    with PDFQA(club) as qa:
        yield qa


def test_a_citation_shows_its_page_with_the_quote_marked(asked: PDFQA, club: Path) -> None:
    citation = asked.ask(WHO_CLUB).citations[0]
    assert citation.page == 2
    boxes = find_boxes(club, 2, citation.quote)
    assert boxes
    assert citation.picture(width=300) == picture(club, 2, boxes, width=300)
    assert citation.boxes() == boxes


def test_a_hit_shows_its_page_with_the_passage_marked(asked: PDFQA, club: Path) -> None:
    hit = asked.search(WHO_CLUB)[0]
    boxes = find_boxes(club, 2, hit.text)
    assert len(boxes) == len(paragraph(CLUB))
    assert hit.boxes() == boxes
    assert hit.picture(width=300) == picture(club, 2, boxes, width=300)


def test_the_closest_passages_can_be_seen_too(asked: PDFQA) -> None:
    closest = asked.ask("How deep is the treasurer's boat?").closest
    assert closest
    assert all(hit.boxes() and hit.picture(width=50) for hit in closest)


def test_a_picture_is_wide_enough_to_read_unless_told_otherwise(asked: PDFQA) -> None:
    citation = asked.ask(WHO_CLUB).citations[0]
    assert read_png(citation.picture()).width == pytest.approx(900, abs=1)
    with pytest.raises(InvalidRequestError, match="width is 0"):
        citation.picture(width=0)


def test_a_passage_in_two_columns_is_marked_line_by_line(tmp_path: Path) -> None:
    left = paragraph("Oranges were two thirds of all.", 72, letters=16)
    right = paragraph("Apples made up all of the others.", 300, letters=16)
    path = write_pdf(tmp_path / "columns.pdf", [Leaf([left[0], right[0], left[1], right[1]])])
    together = "\n".join(put.text for put in [*left, *right])
    assert len(find_boxes(path, 1, together)) == 4
    assert len(find_boxes(path, 1, together.replace("\n", " "))) == 4


def test_an_encrypted_file_shows_its_pages_to_who_could_ask(tmp_path: Path) -> None:
    path = encrypt(tmp_path / "secret.pdf", "hush", CLUB)
    with PDFQA(path, password=["wrong", "hush"]) as qa:
        citation = qa.ask(WHO_CLUB).citations[0]
        assert citation.boxes()
        assert citation.picture(width=300) == picture(path, 1, citation.boxes(), "hush", width=300)
    with PDFQA(path) as qa:  # it was read before, so that it can be asked without the password
        citation = qa.ask(WHO_CLUB).citations[0]
        for look in (citation.boxes, citation.picture):
            with pytest.raises(EncryptedFileError, match="needs a password"):
                look()


def test_a_pdf_given_as_bytes_shows_its_pages(club: Path) -> None:
    data = club.read_bytes()
    club.unlink()
    with PDFQA(data) as qa:
        assert qa.ask(WHO_CLUB).citations[0].picture(width=50)


def test_pictures_need_the_file_as_it_was_read(asked: PDFQA, club: Path) -> None:
    answer = asked.ask(WHO_CLUB)
    pdf(club, MINE)
    with pytest.raises(FileMissingError, match="changed"):
        answer.citations[0].picture()
    club.unlink()
    with pytest.raises(FileMissingError, match="no longer there"):
        answer.citations[0].picture()


def test_pictures_are_made_after_the_home_has_been_closed(club: Path) -> None:
    with PDFQA(club) as qa:
        citation, hit = qa.ask(WHO_CLUB).citations[0], qa.search(WHO_CLUB)[0]
    assert citation.boxes()
    assert hit.boxes()
    assert citation.picture(width=50)
    pdf(club, MINE)
    with pytest.raises(FileMissingError, match="changed"):
        citation.picture()


def test_a_value_made_by_hand_has_no_place_to_look_at() -> None:
    citation = Citation(file="a.pdf", page=1, label="", quote="q", start=0, end=1, verified=False, score=0)
    hit = Hit(file="a.pdf", page=1, label="", score=0, text="q", start=0, end=1)
    for value in (citation, hit):
        assert value.boxes() == []
        with pytest.raises(FileMissingError, match="not known"):
            value.picture()


def test_pictures_are_made_inside_a_running_loop(asked: PDFQA) -> None:
    async def look() -> bytes:
        return asked.ask(WHO_CLUB).citations[0].picture(width=50)

    assert asyncio.run(look())
