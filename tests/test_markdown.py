"""A page as Markdown: what is sent of a document to who reads it as a text."""

from __future__ import annotations

from pathlib import Path

from pdfqa.locating import locate
from pdfqa.markdown import markdown
from pdfqa.pages import Block, Cell, Page, Table
from pdfqa.texts import read_pages

TEXT = "Income\nAll sums are in euros.\nYear  2024  2023\nSales  10  9\nThe end."
GRID = [
    Cell(0, 0, 30, 34),
    Cell(0, 1, 36, 40),
    Cell(0, 2, 42, 46),
    Cell(1, 0, 47, 52),
    Cell(1, 1, 54, 56),
    Cell(1, 2, 58, 59),
]


def page(*, header_rows: int = 1, head: list[list[str]] | None = None, text: str = TEXT) -> Page:
    blocks = [
        Block(0, 6, "heading", level=2),
        Block(7, 29),
        Block(30, 59, "table", header_rows=header_rows),
        Block(60, 68),
    ]
    table = Table(30, 3, GRID, head or [])
    return Page(number=1, label="1", width=600, height=800, text=text, blocks=blocks, tables=[table])


def test_headings_and_tables_are_marked() -> None:
    assert markdown(page()) == (
        "## Income\n\nAll sums are in euros.\n\n"
        "| Year | 2024 | 2023 |\n| --- | --- | --- |\n| Sales | 10 | 9 |\n\nThe end."
    )


def test_a_table_without_a_header_has_an_empty_one() -> None:
    assert "|  |  |  |\n| --- | --- | --- |\n| Year | 2024 | 2023 |\n" in markdown(page(header_rows=0))


def test_a_table_that_goes_on_has_the_header_of_the_page_before() -> None:
    told = markdown(page(header_rows=0, head=[["Item", "This year", "Last year"]]))
    assert "| Item | This year | Last year |\n| --- | --- | --- |\n| Year | 2024 | 2023 |\n" in told


def test_what_would_end_a_cell_is_written_otherwise() -> None:
    assert "| Year | 20|4" not in markdown(page(text=TEXT.replace("2024", "20|4")))


def test_it_is_found_on_the_page_again_letter_for_letter() -> None:
    assert [(0, 0, len(TEXT))] == [(found.page, found.start, found.end) for found in locate(markdown(page()), [TEXT])]


def test_who_reads_it_has_the_table(tmp_path: Path) -> None:
    (tmp_path / "sent.txt").write_text(markdown(page()))
    [read] = read_pages(tmp_path / "sent.txt", 1, 1)
    assert ["heading", "text", "table", "text"] == [block.kind for block in read.blocks]
    [table] = read.tables
    assert ["Year", "2024", "2023", "Sales", "10", "9"] == [read.text[cell.start : cell.end] for cell in table.cells]
