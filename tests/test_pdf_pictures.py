"""Pages as pictures, with the quotes marked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pdfqa.errors import DamagedFileError, EncryptedFileError, FileMissingError, InvalidRequestError
from pdfqa.pdf import find_boxes, picture, read_pages
from pdfqa.types import Box
from tests.pdf_maker import Leaf, Put, make_pdf, paragraph, write_pdf
from tests.pictures import read_png
from tests.test_pdf_reading import FOX, encrypt


@pytest.fixture
def fox(tmp_path: Path) -> Path:
    return write_pdf(tmp_path / "fox.pdf", [Leaf(paragraph(FOX))])


@pytest.mark.parametrize(("width", "height"), [(612, 792), (306, 396), (100, 130)])
def test_a_picture_has_the_shape_of_its_page(fox: Path, width: int, height: int) -> None:
    shown = read_png(picture(fox, 1, width=width))
    assert shown.width == width
    assert shown.height == pytest.approx(height, abs=1)


def test_a_picture_shows_the_page(fox: Path) -> None:
    places = read_png(picture(fox, 1, width=612)).places()
    assert places
    lines = len(paragraph(FOX))
    assert all(72 <= column < 540 and 92 - 10 <= row < 92 + 12 * lines for column, row in places)


def test_type_on_a_page_of_words_makes_a_small_file(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "full.pdf", [Leaf(paragraph(" ".join([FOX] * 20)))])
    assert len(picture(path, 1)) < 150_000


@pytest.mark.parametrize(
    "extra",
    [
        "",
        "/MediaBox [10 20 622 812]",
        "/CropBox [50 100 500 700]",
        "/Rotate 90",
        "/Rotate 180",
        "/Rotate 270",
        "/Rotate 90 /CropBox [50 100 500 700]",
        "/Rotate 270 /MediaBox [-100 -50 512 742]",
    ],
)
def test_what_is_marked_is_the_quote_however_the_page_is_shown(tmp_path: Path, extra: str) -> None:
    path = write_pdf(tmp_path / "turned.pdf", [Leaf([Put("here", 100, 200)], extra)])
    plain = read_png(picture(path, 1, width=400))
    marked = read_png(picture(path, 1, find_boxes(path, 1, "here"), width=400))
    left, top, right, bottom = marked.changed(plain)
    letters = plain.places(darker_than=200)
    assert letters
    assert all(left <= column < right and top <= row < bottom for column, row in letters)
    assert (right - left) * (bottom - top) < 0.01 * plain.width * plain.height


def test_a_mark_is_yellow_framed_and_leaves_the_type_black(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "here.pdf", [Leaf([Put("here", 100, 200, 40)])])
    box = Box(x0=90, y0=190, x1=210, y1=240)
    plain, marked = read_png(picture(path, 1, width=612)), read_png(picture(path, 1, [box], width=612))
    red, green, blue = marked.rows[792 - 235][95]
    assert red > 240
    assert green > 200
    assert blue < 150
    assert plain.places(darker_than=30) == marked.places(darker_than=30)
    assert max(marked.rows[792 - 215][88]) < 230  # the frame


def test_a_mark_is_seen_on_a_dark_page(tmp_path: Path) -> None:
    dark = "0 0 0 rg 0 0 612 792 re f 1 1 1 rg\n"
    path = write_pdf(tmp_path / "dark.pdf", [Leaf([Put("here", 100, 200, 40)], drawing=dark)])
    plain, marked = (read_png(picture(path, 1, boxes)) for boxes in ([], find_boxes(path, 1, "here")))
    left, top, right, _ = marked.changed(plain)
    assert len({marked.rows[top][column] for column in range(left, right)}) == 1
    assert marked.rows[top][left] != (0, 0, 0)


def test_marks_are_cut_at_the_edges_of_the_page(fox: Path) -> None:
    plain = picture(fox, 1, width=612)
    outside = [Box(x0=-50, y0=-50, x1=-10, y1=-10), Box(x0=700, y0=10, x1=800, y1=20), Box(x0=9, y0=9, x1=1, y1=1)]
    assert picture(fox, 1, outside, width=612) == plain
    over = read_png(picture(fox, 1, [Box(x0=-50, y0=780, x1=2000, y1=2000)], width=612))
    assert over.changed(read_png(plain)) == (0, 0, 612, 15)


def test_every_line_of_a_quote_is_marked(fox: Path) -> None:
    boxes = find_boxes(fox, 1, next(read_pages(fox, 1, 1)).text[4:130])
    plain, marked = read_png(picture(fox, 1, width=612)), read_png(picture(fox, 1, boxes, width=612))
    assert len(boxes) == 2
    assert marked.changed(plain)[3] - marked.changed(plain)[1] == pytest.approx(24, abs=4)


@pytest.mark.parametrize(
    ("box", "width", "height"),
    [
        ("0 0 100 14000", None, 1800),  # a till roll
        ("0 0 14000 100", 900, None),
        ("0 0 14400 14400", 900, 900),
        ("0 0 30 20", 120, 80),  # a stamp
    ],
)
def test_no_page_makes_a_huge_picture(tmp_path: Path, box: str, width: int | None, height: int | None) -> None:
    path = write_pdf(tmp_path / "odd.pdf", [Leaf([Put("x", 1, 1)], f"/MediaBox [{box}]")])
    shown = read_png(picture(path, 1))
    assert 1 <= shown.width <= 901
    assert 1 <= shown.height <= 1801
    assert width is None or shown.width == pytest.approx(width, abs=1)
    assert height is None or shown.height == pytest.approx(height, abs=1)


def test_what_was_filled_into_a_form_is_drawn(tmp_path: Path) -> None:
    stream = "q 0 0 0 rg 0 0 100 20 re f Q"
    objects = [
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (x) /F 4 /Rect [100 600 200 620] /AP << /N 13 0 R >> >>",
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 100 20] /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    ]
    leaf = Leaf(extra="/Annots [12 0 R]")
    path = write_pdf(tmp_path / "form.pdf", [leaf], root="/AcroForm << /Fields [12 0 R] >>", objects=objects)
    places = read_png(picture(path, 1, width=612)).places()
    assert len(places) == pytest.approx(100 * 20, rel=0.1)
    assert all(99 <= column <= 201 and 171 <= row <= 193 for column, row in places)


def test_an_encrypted_file_is_drawn_with_its_password(fox: Path, tmp_path: Path) -> None:
    path = encrypt(fox, tmp_path / "secret.pdf", "hush")
    assert picture(path, 1, password="hush", width=300) == picture(fox, 1, width=300)
    with pytest.raises(EncryptedFileError):
        picture(path, 1)


def test_a_file_that_is_gone_or_damaged_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError):
        picture(tmp_path / "absent.pdf", 1)
    (tmp_path / "broken.pdf").write_bytes(make_pdf([Leaf(paragraph(FOX))])[:60])
    with pytest.raises(DamagedFileError):
        picture(tmp_path / "broken.pdf", 1)


def test_a_page_that_cannot_be_drawn_is_an_error(tmp_path: Path) -> None:
    data = make_pdf([Leaf(paragraph(FOX)), Leaf(paragraph(FOX))])
    path = tmp_path / "half.pdf"
    path.write_bytes(data.replace(b"/Kids [10 0 R 12 0 R]", b"/Kids [10 0 R 99 0 R]"))
    assert picture(path, 1, width=100)
    with pytest.raises(DamagedFileError, match="page 2 cannot be drawn"):
        picture(path, 2)


@pytest.mark.parametrize("page", [0, 2, -1])
def test_a_page_that_is_not_there_is_an_error(fox: Path, page: int) -> None:
    with pytest.raises(InvalidRequestError, match=f"has no page {page}; it has 1") as caught:
        picture(fox, page)
    assert caught.value.param == "page"


@pytest.mark.parametrize("width", [0, -5, 4001])
def test_a_width_out_of_range_is_an_error(fox: Path, width: int) -> None:
    with pytest.raises(InvalidRequestError, match="from 1 to 4,000") as caught:
        picture(fox, 1, width=width)
    assert caught.value.param == "width"


def test_threads_may_look_at_pages_at_the_same_time(fox: Path) -> None:
    def look(_: int) -> tuple[bytes, list[Box]]:
        boxes = find_boxes(fox, 1, "quick brown fox")
        return picture(fox, 1, boxes, width=200), boxes

    with ThreadPoolExecutor(8) as threads:
        assert len({repr(seen) for seen in threads.map(look, range(40))}) == 1
