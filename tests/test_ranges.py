"""Ranges of pages on their way in: what follows when a worker dies, and what each bad page costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pdfqa import PDFQA
from pdfqa.config import Settings
from pdfqa.engine.again import is_outdated
from pdfqa.engine.incoming import Item, Reading
from pdfqa.engine.ranges import Look, Range
from pdfqa.engine.reading import Opened
from pdfqa.errors import ReaderFailedError
from pdfqa.pages import DocumentInfo, Page, Segment
from pdfqa.pdf.lines import Sheet
from pdfqa.types import Progress
from tests.bombs import SLOW, STUCK, write_slow
from tests.homes import CLUB, MINE, PARK

CRASH = ReaderFailedError("the process that read the file was stopped by SIGSEGV")
LATE = ReaderFailedError("reading took longer than 60 s and was stopped", param="page_seconds")
SHEET = msgspec.msgpack.encode(Sheet(7, "", 612.0, 792.0, []))


def what(looks: list[Look]) -> list[tuple[str, int, int, int]]:
    return [(look.how, look.page, look.pages.first, look.pages.last) for look in looks]


def test_a_page_that_crashed_a_range_is_looked_at_alone_and_the_range_read_again() -> None:
    pages = Range(1, 48)
    (look,) = pages.begin()
    (alone,) = pages.failed(look, CRASH, 7)
    assert ("pdfium", 7) == (alone.how, alone.page)
    assert [("range", 0, 1, 48)] == what(pages.saw(alone, SHEET))
    assert {7: SHEET} == pages.known


def test_a_page_that_crashes_alone_is_tried_with_the_second_reader_then_given_up() -> None:
    pages = Range(1, 48)
    (alone,) = pages.failed(pages.begin()[0], CRASH, 7)
    (second,) = pages.failed(alone, CRASH, None)
    assert ("pypdf", 7) == (second.how, second.page)
    assert [("range", 0, 1, 48)] == what(pages.failed(second, LATE, None))
    sheet = msgspec.msgpack.decode(pages.known[7], type=Sheet)
    assert (7, [], "damaged", [CRASH.message]) == (sheet.number, sheet.lines, sheet.defect, sheet.warnings)


def test_who_is_late_is_not_given_its_time_twice() -> None:
    pages = Range(1, 48)
    assert [("pypdf", 7, 1, 48)] == what(pages.failed(pages.begin()[0], LATE, 7))


def test_a_range_that_cannot_be_laid_out_is_halved_until_the_page_stands_alone() -> None:
    looks, tasks = Range(1, 48).begin(), 0
    read: list[int] = []
    while looks:
        look, tasks = looks.pop(), tasks + 1
        pages = range(look.pages.first, look.pages.last + 1)
        if 31 in pages and 31 not in look.pages.known:
            looks += look.pages.failed(look, CRASH, 0)
        else:
            read += pages
    assert list(range(1, 49)) == sorted(read)
    assert tasks < 16


def test_what_cannot_be_laid_out_even_without_its_page_is_an_error() -> None:
    pages = Range(5, 5)
    (look,) = pages.failed(pages.begin()[0], CRASH, 0)
    with pytest.raises(ReaderFailedError):
        pages.failed(look, CRASH, 0)


def test_a_document_that_crashes_when_it_is_opened_is_opened_again_then_by_the_second_reader() -> None:
    pages = Range(1, 16)
    look = Look(pages, "open")
    assert ([look], False) == (pages.failed(look, CRASH, None), pages.pypdf)
    assert ([look], True) == (pages.failed(look, CRASH, None), pages.pypdf)
    with pytest.raises(ReaderFailedError):
        pages.failed(look, CRASH, None)


def test_opening_without_reading_follows_when_a_page_kills_who_opened() -> None:
    pages = Range(1, 16)
    assert [("open", 0, 1, 0)] == what(pages.failed(Look(pages, "open"), CRASH, 3))


def test_pages_are_recognised_one_by_one_and_the_range_read_again_after_the_last() -> None:
    pages = Range(1, 48)
    first, second, third = pages.wants([3, 4, 9])
    assert [] == pages.saw(first, SHEET)
    assert [] == pages.failed(second, CRASH, None)
    assert [("range", 0, 1, 48)] == what(pages.skip(third, "not installed"))
    assert ({3: SHEET}, {4: CRASH.message, 9: "not installed"}) == (pages.known, pages.remarks)
    assert {3, 4, 9} == pages.recognised


def test_halves_keep_what_was_seen() -> None:
    pages = Range(1, 4)
    one, four = pages.wants([1, 4])
    pages.saw(one, SHEET)
    pages.skip(four, "not installed")
    low, high = pages.failed(Look(pages), CRASH, 0)
    assert ({1: SHEET}, {}, {1}) == (low.pages.known, low.pages.remarks, low.pages.recognised)
    assert ({}, {4: "not installed"}, {4}) == (high.pages.known, high.pages.remarks, high.pages.recognised)


@pytest.fixture
def reading() -> Iterator[Reading]:
    made = Reading(Item(file_id="", sha256="", shown="a.pdf"))
    yield made
    made.close()


def test_a_file_is_given_up_over_many_bad_pages(reading: Reading) -> None:
    look = Look(Range(1, 48))
    for _ in range(10):
        reading.troubled(look, LATE, 7)
    with pytest.raises(ReaderFailedError, match=r"given up over many pages .*; page 7: reading took"):
        reading.troubled(look, LATE, 8)


def test_recognising_is_given_up_over_many_bad_pages_and_the_file_read_on(reading: Reading) -> None:
    for _ in range(101):
        reading.troubled(Look(Range(1, 48), "ocr", 7), CRASH, None)
    assert "recognising text was given up after many pages; the last: " + CRASH.message == reading.no_ocr


@pytest.mark.parametrize(("lack", "again"), [("not installed", True), ("", False)])
def test_what_recognising_was_given_up_over_is_not_tried_again_with_each_question(lack: str, again: bool) -> None:
    reading = Reading(Item(file_id="", sha256="", shown="a.pdf"), no_ocr=lack)
    reading.opened = Opened(info=DocumentInfo(pages=2))
    for _ in range(101):
        reading.troubled(Look(Range(1, 2), "ocr", 1), CRASH, None)
    picture = Page(number=1, label="1", width=0, height=0, text="", blocks=[], source="none", defect="picture")
    plain = Page(number=2, label="2", width=0, height=0, text=CLUB, blocks=[])
    segment = Segment([picture, plain], "en", [], b"", b"", b"", {})
    reading.keep(1, msgspec.msgpack.encode(segment), segment, {1: reading.no_ocr})
    document = reading.document(read_at=0)
    reading.close()
    assert again == is_outdated(document, Settings(home=Path("home"), ocr="auto"))


def test_a_page_without_a_reason_is_no_trouble(reading: Reading) -> None:
    page = Page(number=1, label="1", width=0, height=0, text="", blocks=[], source="none", defect="damaged")
    segment = Segment([page], "", [], b"", b"", b"", {})
    reading.keep(1, msgspec.msgpack.encode(segment), segment, {})
    assert (1, True) == (len(reading.unread), reading.damaged.startswith("page 1: "))


# With real workers.


def test_a_page_over_which_pdfium_hangs_is_read_by_pypdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_PAGE_SECONDS", "2")  # pypdf ends after 5,000 forms
    told: list[Progress] = []
    with PDFQA(write_slow(tmp_path / "a.pdf", [CLUB, SLOW, PARK])) as qa:
        report = qa.add(progress=told.append)
        assert ([], []) == (report.failed, report.unread)
        document = qa.document("a.pdf")
        assert ["pdfium", "pypdf", "pdfium"] == [document.page(number).reader for number in (1, 2, 3)]
        assert "Margaret Holloway" in qa.ask("Who is the treasurer of the sailing club?").text
    assert (3, 3, 1) == (told[-1].pages_done, told[-1].pages_total, told[-1].files_done)


def test_a_page_over_which_both_hang_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_PAGE_SECONDS", "1")
    with PDFQA(write_slow(tmp_path / "a.pdf", [MINE] * 20 + [STUCK, CLUB])) as qa:
        report = qa.add()
        assert [] == report.failed
        assert [([21], "reading took longer than 1 s and was stopped")] == [(u.pages, u.reason) for u in report.unread]
        assert "Margaret Holloway" in qa.document("a.pdf").page(22).text


def test_a_file_without_a_readable_page_fails_with_the_page_and_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDFQA_PAGE_SECONDS", "1")
    with PDFQA(write_slow(tmp_path / "a.pdf", [STUCK])) as qa:
        (failure,) = qa.add().failed
    assert "reader_failed" == failure.error
    assert failure.message.endswith(
        "a.pdf has no page that could be read; page 1: reading took longer than 1 s and was stopped"
    )
