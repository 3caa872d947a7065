"""Engines that recognise text, their languages, and how a page lies: each by itself."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest

from pdfqa import InvalidRequestError
from pdfqa.pages import Page, Place
from pdfqa.pdf import ReadOptions, ocr_lack, recognise, wants_ocr
from pdfqa.pdf.lines import Line
from pdfqa.pdf.ocr.languages import CODES, INSIDE, data_of, split
from pdfqa.pdf.ocr.pictured import shows_writing
from pdfqa.pdf.places import boxes_of, places_of
from pdfqa.types import Box
from tests.homes import CLUB
from tests.pdf_maker import Put, paragraph
from tests.scans import Scan, write_scans

needs_models = pytest.mark.skipif(
    not all(map(find_spec, ("rapidocr", "onnxruntime", "cv2"))), reason="the extra ocr is not installed"
)
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None or find_spec("cv2") is None, reason="tesseract is not installed"
)


@pytest.mark.parametrize(
    ("given", "codes", "data"),
    [
        ("de+en", ["de", "en"], ["deu", "eng"]),
        ("deu,rus", ["de", "ru"], ["deu", "rus"]),
        (" FR ", ["fr"], ["fra"]),
        ("frk", ["frk"], ["frk"]),
    ],
)
def test_languages_are_named_by_either_code(given: str, codes: list[str], data: list[str]) -> None:
    assert codes == split(given, extra=["frk"])
    assert data == data_of(codes)


def test_an_unknown_language_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InvalidRequestError, match="xx is no language") as info:
        split("en+xx")
    assert "de, el, en" in info.value.hint


def test_languages_inside_have_a_code() -> None:
    assert INSIDE <= set(CODES)


def test_nothing_is_recognised_when_that_is_switched_off() -> None:
    assert "--ocr auto reads them" == ocr_lack(ReadOptions(ocr="never"))


@pytest.mark.parametrize(
    ("options", "defect", "source", "wanted"),
    [
        ("auto", "picture", "none", True),
        ("auto", "garbled", "text", True),
        ("auto", "damaged", "none", False),
        ("auto", "", "text", False),
        ("auto", "picture", "ocr", False),
        ("always", "", "text", True),
        ("always", "", "ocr", False),
        ("never", "picture", "none", False),
    ],
)
def test_pages_without_usable_text_are_recognised(options: str, defect: str, source: str, wanted: bool) -> None:
    known = {"number": 1, "label": "1", "width": 1.0, "height": 1.0, "text": "", "blocks": []}
    page = msgspec.convert({**known, "defect": defect, "source": source}, Page)
    assert wanted == wants_ocr(page, msgspec.convert({"ocr": options}, ReadOptions))


def test_writing_is_ink_that_comes_and_goes_on_an_even_ground() -> None:
    text = [bytes([250] * 4 + [20] * 3) * 100] * 40 + [bytes([250] * 700)] * 60
    photograph = [bytes((7 * row + 3 * column) % 256 for column in range(700)) for row in range(100)]
    paper = [bytes([250] * 700)] * 100
    assert [True, False, False] == [shows_writing(rows) for rows in (text, photograph, paper)]


def test_words_have_their_places_in_the_text_that_is_made_of_them() -> None:
    lines = [
        Line("good har-", 0, 90, 20, 10, words=[("good", 0, 18, 40, 30), ("har-", 50, 18, 90, 30)]),
        Line("bour", 0, 40, 8, 10, words=[("bour", 0, 6, 40, 18)]),
    ]
    expected = [Place(5, 9, 0, 18, 40, 30), Place(10, 13, 50, 18, 90, 30), Place(13, 17, 0, 6, 40, 18)]
    assert expected == list(places_of(lines, "good harbour", 5))


def test_a_quote_has_the_boxes_of_its_words_and_what_else_it_holds() -> None:
    places = [Place(0, 4, 0, 18, 40, 30), Place(17, 21, 50, 18, 90, 30)]
    boxes, rest = boxes_of(places, "od and printed word", 2)
    assert [Box(x0=20, y0=18, x1=40, y1=30), Box(x0=50, y0=18, x1=90, y1=30)] == boxes
    assert [(4, " and printed ")] == rest


@needs_models
def test_letters_that_are_not_known_are_said_to_be(tmp_path: Path) -> None:
    texts = [Put("abcdefghijklmnopqrstuvwxyz", 20, 200 - 20 * number, 12, "signs") for number in range(8)]
    fonts = "/signs << /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"
    path = write_scans(tmp_path / "a.pdf", [Scan(texts, fonts=fonts)])
    sheet = recognise(path, 1)
    assert ("picture", True) == (sheet.defect, "its letters are not known here" in sheet.warnings[0])


@needs_tesseract
def test_tesseract_recognises_words_with_their_boxes(tmp_path: Path) -> None:
    import numpy as np

    from pdfqa.pdf.drawing import draw_grey
    from pdfqa.pdf.ocr.tesseract import TesseractEngine
    from pdfqa.pdf.pdfium import PdfiumFile

    path = write_scans(tmp_path / "a.pdf", [Scan(paragraph(CLUB, 30, 190, size=11, letters=45))])
    with PdfiumFile(path, None) as file:
        image = draw_grey(file, 1)
    pixels = np.frombuffer(bytes(image.pixels), np.uint8).reshape(image.height, image.stride)[:, : image.width]
    lines = TesseractEngine(["eng"]).lines(pixels)
    assert CLUB == " ".join(word for line in lines for word, _, _ in line.words)
    word, left, right = lines[0].words[1]
    assert "treasurer" == word
    assert pytest.approx((30 + 4 * 6.6, 30 + 13 * 6.6), abs=3) == (left / image.scale, right / image.scale)
