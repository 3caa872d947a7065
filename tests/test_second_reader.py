"""The second reader: what it is asked for, and what is made of its answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdfqa import PDFQA, pdf
from pdfqa.errors import FileError
from pdfqa.pdf.pypdf_reader import PypdfFile
from pdfqa.pdf.readers import Readers
from tests.homes import CLUB, PARK, long_pdf
from tests.homes import pdf as write
from tests.pdf_maker import Leaf, make_pdf, paragraph

PAGES = make_pdf([Leaf(paragraph(text)) for text in (CLUB, PARK)])


def saved(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("count", [b"65536", b"900000", b"2147483647", b"-1"])
def test_a_list_that_counts_pages_that_are_not_there_is_corrected(tmp_path: Path, count: bytes) -> None:
    path = saved(tmp_path, PAGES.replace(b"/Count 2", b"/Count " + count))
    assert 2 == pdf.read_info(path).pages
    assert [1, 2] == [page.number for page in pdf.read_pages(path, 1, 10)]


def test_pages_that_are_counted_and_are_not_there_are_told(tmp_path: Path) -> None:
    with PDFQA(saved(tmp_path, PAGES.replace(b"/Count 2", b"/Count 4"))) as qa:
        report = qa.add()
    assert [([3, 4], "the page is damaged")] == [(unread.pages, unread.reason) for unread in report.unread]


def test_without_pdfium_pypdf_reads_all(tmp_path: Path) -> None:
    path = saved(tmp_path, PAGES)
    assert "pypdf" == pdf.read_info(path, pypdf=True).reader
    assert {"pypdf"} == {page.reader for page in pdf.read_pages(path, 1, 2, pypdf=True)}
    assert "pypdf" == pdf.read_sheet(path, 2, pypdf=True).reader


def test_the_reader_is_kept_with_each_page(tmp_path: Path) -> None:
    with PDFQA(write(tmp_path / "a.pdf", CLUB)) as qa:
        qa.add()
        assert "pdfium" == qa.document("a.pdf").page(1).reader


@pytest.mark.parametrize("names", ["/g18/g152/g135/g148 /g3/g145/g136", "/C71/C97/C114/C121 /C89", "/GED/GFA/G2E"])
def test_names_of_shapes_are_no_text(tmp_path: Path, names: str) -> None:
    path = saved(tmp_path, make_pdf([Leaf(paragraph(names))]))
    assert "garbled" == PypdfFile(path, None).sheet(1).defect


def test_paths_and_fractions_are_text(tmp_path: Path) -> None:
    path = saved(
        tmp_path, make_pdf([Leaf(paragraph("See /usr/local/lib, 3/4 of /dev/sda1 and the rest in /B12/C3 at km/h."))])
    )
    assert "" == PypdfFile(path, None).sheet(1).defect


def test_pages_are_told_before_they_are_read_and_the_layout_after_them(tmp_path: Path) -> None:
    told: list[int] = []
    path = long_pdf(tmp_path / "a.pdf", 40)
    known = {2: Readers(path, None).sheet(2)}
    assert 40 == len(list(pdf.read_pages(path, 1, 40, known=known, at=told.append)))
    assert [1, *range(3, 33), 0, *range(33, 41), 0] == told


def test_more_pages_than_are_allowed_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_MAX_PAGES", "20")
    path = long_pdf(tmp_path / "a.pdf", 21)
    with PDFQA(path) as qa:
        (failure,) = qa.add().failed
        with pytest.raises(FileError, match="has 21 pages, more than the 20 that are read") as caught:
            qa.ask("How far did vessel 3 sail?")
    assert ("max_pages", "invalid_file") == (caught.value.param, failure.error)
