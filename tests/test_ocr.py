"""Pages that are pictures of text: recognised with the real models, found and cited like any other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from pdfqa import PDFQA, InvalidRequestError, pdf
from pdfqa.pages import Page
from tests.homes import CLUB, WHO_CLUB
from tests.pdf_maker import Leaf, Put, paragraph
from tests.scans import BOX, WIDTH, Scan, write_scans

pytestmark = pytest.mark.skipif(
    not all(map(find_spec, ("rapidocr", "onnxruntime", "cv2"))), reason="the extra ocr is not installed"
)
TEXT = paragraph(CLUB, 30, 190, size=11, letters=45)
PLAIN = Leaf([*paragraph("The lighthouse was painted by Oskar Lind in 1974.", 30, 200, letters=40)], BOX)


def recognised(path: Path, number: int = 1) -> Page:
    sheet = pdf.recognise(path, number)
    return next(pdf.read_pages(path, number, number, known={number: sheet}))


def boxes(path: Path, page: Page, words: str) -> list[tuple[float, float, float, float]]:
    start = page.text.index(words)
    found = pdf.find_boxes(path, page.number, words, start=start, places=page.places)
    return [(box.x0, box.y0, box.x1, box.y1) for box in found]


def test_the_text_of_a_picture_is_recognised(tmp_path: Path) -> None:
    page = recognised(write_scans(tmp_path / "a.pdf", [Scan(TEXT)]))
    assert (CLUB, "ocr", "", "rapidocr") == (page.text, page.source, page.defect, page.reader)


@pytest.mark.parametrize(("tilt", "turn"), [(3.0, 0), (-2.0, 0), (0.0, 1), (1.0, 2), (0.0, 3)])
def test_a_page_that_lies_askew_is_recognised(tmp_path: Path, tilt: float, turn: int) -> None:
    page = recognised(write_scans(tmp_path / "a.pdf", [Scan(TEXT, tilt, turn)]))
    assert CLUB == page.text


def test_words_have_boxes_where_they_are_seen(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "a.pdf", [Scan(TEXT)])
    page = recognised(path)
    start = 30 + 0.6 * 11 * len("The ")
    assert [pytest.approx((start, 187, start + 0.6 * 11 * len("treasurer"), 199), abs=4)] == boxes(
        path, page, "treasurer"
    )


def test_words_of_a_turned_page_have_boxes_where_they_are_seen(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "a.pdf", [Scan(TEXT, turn=1)])
    page = recognised(path)
    start = 30 + 0.6 * 11 * len("The ")
    # Clockwise: what was left is on top, what was at the foot is on the left.
    expected = (187, WIDTH - start - 0.6 * 11 * len("treasurer"), 199, WIDTH - start)
    assert [pytest.approx(expected, abs=4)] == boxes(path, page, "treasurer")


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = "The first column tells of a harbour that froze every winter until the breakwater was built by the crew."
    right = "The second column tells of a miller whose windmill burned down twice and was rebuilt by his daughters."
    texts = [*paragraph(left, 20, 210, size=8, letters=32), *paragraph(right, 196, 210, size=8, letters=32)]
    page = recognised(write_scans(tmp_path / "a.pdf", [Scan(texts)]))
    assert f"{left}\n{right}" == page.text


def test_words_divided_at_line_ends_are_whole(tmp_path: Path) -> None:
    texts = [
        Put("The harbour master was appointed under-", 30, 190, 11),
        Put("stood by everybody as a good man.", 30, 176, 11),
    ]
    page = recognised(write_scans(tmp_path / "a.pdf", [Scan(texts)]))
    assert "The harbour master was appointed understood by everybody as a good man." == page.text


def test_pictures_of_text_are_told_from_pages_of_text(tmp_path: Path) -> None:
    stamp = (Put("ACME-000123", 250, 10, 8),)
    path = write_scans(tmp_path / "a.pdf", [PLAIN, Scan(TEXT), Scan(TEXT * 3, stamp=stamp), Leaf([], BOX)])
    assert ["", "picture", "picture", ""] == [page.defect for page in pdf.read_pages(path, 1, 4)]


def test_a_number_stamped_on_a_scan_does_not_hide_its_text(tmp_path: Path) -> None:
    page = recognised(write_scans(tmp_path / "a.pdf", [Scan(TEXT, stamp=(Put("ACME-000123", 250, 10, 8),))]))
    assert CLUB in page.text


def test_a_picture_without_text_is_no_error(tmp_path: Path) -> None:
    page = recognised(write_scans(tmp_path / "a.pdf", [Scan([])]))
    assert ("", "", ["no text was found in its picture"]) == (page.text, page.defect, page.warnings)


def test_scanned_pages_are_found_and_cited_like_others(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "mixed.pdf", [PLAIN, Scan(TEXT)])
    with PDFQA(path, home=tmp_path / "home") as qa:
        answer = qa.ask(WHO_CLUB)
        (citation,) = answer.citations
        assert (2, "ocr", True) == (citation.page, citation.source, citation.verified)
        assert "mixed.pdf, p. 2 (OCR): " in " ".join(str(answer).split())
        assert 2 == len(citation.boxes())
        assert ["ocr", "text"] == [qa.search(words)[0].source for words in (WHO_CLUB, "lighthouse")]
        assert citation.picture().startswith(b"\x89PNG")


def test_a_page_that_was_left_out_is_told_with_what_reads_it(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "mixed.pdf", [PLAIN, Scan(TEXT)])
    with PDFQA(path, home=tmp_path / "home", ocr="never") as qa:
        (unread,) = qa.add(path).unread
    assert ([2], "only a picture of text (--ocr auto reads them)") == (unread.pages, unread.reason)


def test_what_was_left_out_is_read_when_it_can_be(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "mixed.pdf", [PLAIN, Scan(TEXT)])
    with PDFQA(path, home=tmp_path / "home", ocr="never") as qa:
        assert "not_found" == qa.ask(WHO_CLUB).outcome
    with PDFQA(path, home=tmp_path / "home") as qa:
        assert "answered" == qa.ask(WHO_CLUB).outcome
        assert [] == qa.add(path).added


def test_every_page_is_recognised_when_asked_for(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "text.pdf", [PLAIN])
    with PDFQA(path, home=tmp_path / "home") as qa:
        assert ["text"] == [hit.source for hit in qa.search("lighthouse")]
    with PDFQA(path, home=tmp_path / "home", ocr="always") as qa:
        assert ["ocr"] == [hit.source for hit in qa.search("lighthouse")]


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "a.pdf", [Scan(TEXT)])
    with PDFQA(path, home=tmp_path / "home", ocr_lang="en+klingon") as qa, pytest.raises(InvalidRequestError) as info:
        qa.add(path)
    assert "ocr_lang is 'en+klingon', and klingon is no language that could be recognised" == info.value.message


def test_a_language_without_its_data_is_named_with_what_reads_it(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "a.pdf", [Scan(TEXT)])
    with PDFQA(home=tmp_path / "home", ocr_lang="yi") as qa:
        (failure,) = qa.add(path).failed
    expected = (
        "Only a picture of text (tesseract with its data for yi reads them, on Debian: apt install tesseract-ocr-yid)."
    )
    assert expected == failure.hint


def without(tmp_path: Path, packages: Sequence[str]) -> dict[str, str]:
    """Return an environment for `python -S` in which some packages are not installed."""
    place = tmp_path / "site"
    place.mkdir()
    import numpy

    for item in Path(numpy.__file__).parent.parent.iterdir():
        if not item.name.lower().startswith(tuple(packages)):
            (place / item.name).symlink_to(item)
    if not (place / "pdfqa").exists():  # it is run from a checkout
        (place / "pdfqa").symlink_to(Path(pdf.__file__).parent.parent)
    return {**os.environ, "PYTHONPATH": str(place), "PDFQA_HOME": str(tmp_path / "home")}


def test_where_the_extra_is_missing_it_is_named_with_the_pages(tmp_path: Path) -> None:
    path = write_scans(tmp_path / "mixed.pdf", [PLAIN, Scan(TEXT), Scan(TEXT)])
    only = write_scans(tmp_path / "scan.pdf", [Scan(TEXT)])
    environment = without(tmp_path, ("rapidocr", "onnxruntime", "cv2", "opencv"))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-S", "-m", "pdfqa", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    told = json.loads(run("add", "--json", str(path), str(only)).stdout)
    assert "only a picture of text (pip install 'pdfqa[ocr]' reads them)" == told["unread"][0]["reason"]
    assert [2, 3] == told["unread"][0]["pages"]
    assert "Only a picture of text (pip install 'pdfqa[ocr]' reads them)." == told["failed"][0]["hint"]
    refused = run("add", "--ocr", "always", str(path))
    assert 4 == refused.returncode
    assert "pip install 'pdfqa[ocr]'" in refused.stderr
