"""Broken files: what is left of a PDF is pieced together, and what may be missing is said."""

from __future__ import annotations

import zlib
from pathlib import Path

import pypdfium2
import pytest

from pdfqa import PDFQA
from pdfqa.pdf import read_info
from pdfqa.pdf.salvage import salvage
from tests.homes import CLUB, MINE, PARK, WHO_CLUB
from tests.pdf_maker import Leaf, make_pdf, paragraph

WHOLE = make_pdf([Leaf(paragraph(text)) for text in (CLUB, PARK, MINE)])


def texts(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    found = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return found


def pieced(tmp_path: Path, data: bytes) -> list[str]:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    made = salvage(path)
    assert made is not None
    return texts(made)


@pytest.mark.parametrize(
    "broken",
    [
        WHOLE[: WHOLE.index(b"xref")],
        WHOLE[: WHOLE.index(b"trailer")],
        WHOLE.replace(b"/Type /Catalog", b"/Type /Cxxxxxx"),
        WHOLE.replace(b"/Pages 2 0 R", b"/Pages 9 9 R"),
        WHOLE.replace(b"/Type /Pages", b"/Type /Fades"),
        WHOLE.replace(b"\n1 0 obj", b"\n1 0 xbj").replace(b"\n2 0 obj", b"\n2 0 xbj"),
        WHOLE.replace(b"%PDF-1.7", b""),
        b"junk " * 1_000 + WHOLE.replace(b"/Pages 2 0 R", b""),
    ],
    ids=range(8),
)
def test_all_pages_of_a_file_without_its_table_or_list_are_found(tmp_path: Path, broken: bytes) -> None:
    assert texts(WHOLE) == pieced(tmp_path, broken)


def test_pages_of_a_file_that_was_cut_short_are_found(tmp_path: Path) -> None:
    cut = WHOLE[: WHOLE.index(b"copper")]
    assert texts(WHOLE)[:2] == pieced(tmp_path, cut)[:2]


def test_pages_come_in_the_order_of_what_is_left_of_their_list(tmp_path: Path) -> None:
    broken = WHOLE.replace(b"/Kids [10 0 R 12 0 R 14 0 R]", b"/Kids [14 0 R 10 0 R 12 0 R]").replace(b"/Root", b"/Rxxt")
    first, second, third = texts(WHOLE)
    assert [third, first, second] == pieced(tmp_path, broken)


def test_title_and_table_of_contents_are_kept(tmp_path: Path) -> None:
    objects = ["<< /First 17 0 R /Last 17 0 R /Count 1 >>", "<< /Title (Shafts) /Parent 16 0 R /Dest [14 0 R /Fit] >>"]
    leaves = [Leaf(paragraph(text)) for text in (CLUB, PARK, MINE)]
    data = make_pdf(leaves, root="/Outlines 16 0 R", info="/Title (Three)", objects=objects)
    path = tmp_path / "a.pdf"
    path.write_bytes(data.replace(b"/Type /Pages", b"/Type /Pxxxx").replace(b"startxref", b"stxxxxref"))
    info = read_info(path)
    assert ("Three", [("Shafts", 3)]) == (info.title, [(item.title, item.page) for item in info.outline])


def test_objects_in_compressed_streams_are_found(tmp_path: Path) -> None:
    pages = b" ".join(b"%d %d" % (20 + number, 60 * number) for number in range(3))
    bodies = b"".join(
        (b"<< /Type /Page /Contents %d 0 R /Resources 30 0 R >>" % (11 + 2 * number)).ljust(60) for number in range(3)
    )
    stream = zlib.compress(pages + b" " + bodies)
    head = b"<< /Type /ObjStm /N 3 /First %d /Filter /FlateDecode /Length %d >>" % (len(pages) + 1, len(stream))
    resources = b"30 0 obj << /Font << /plain 4 0 R >> >> endobj\n"
    without = WHOLE.replace(b"/Type /Page ", b"/Type /Pxxx ")
    data = without[: without.index(b"xref")] + resources + b"40 0 obj %b\nstream\n%b\nendstream endobj" % (head, stream)
    assert texts(WHOLE) == pieced(tmp_path, data)
    assert texts(WHOLE)[:1] == pieced(tmp_path, data[:-30])[:1]


def test_nothing_is_made_of_what_holds_no_page_or_is_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    for data in (b"%PDF-1.7", b"Dear diary, 1 0 obj", make_pdf([]), WHOLE + b"/Encrypt 9 0 R", b"1 0 obj" * 5_000):
        path.write_bytes(data)
        assert salvage(path) is None


def test_what_may_be_missing_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(WHOLE[: WHOLE.index(b"xref")])
    with PDFQA(path) as qa:
        report = qa.add()
        assert [3] == [entry.pages for entry in report.added]
        assert [([], "the file ends in the middle")] == [(unread.pages, unread.reason) for unread in report.unread]
        answer = qa.ask(WHO_CLUB)
        assert "Margaret Holloway" in answer.text
        assert answer.citations[0].boxes()


def test_a_file_whose_pages_are_there_but_nothing_on_them_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(WHOLE[: WHOLE.index(b"stream")])
    with PDFQA(path) as qa:
        (failure,) = qa.add().failed
    assert ("damaged_file", f"{path} is damaged: the file ends in the middle; no page could be read.") == (
        failure.error,
        failure.message,
    )
