"""Tables in what is found, answered and shown: rows whole, with their header, as cells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfqa import PDFQA, Citation, Client, Hit
from pdfqa.answer.tables import Tables
from pdfqa.index.build import build
from pdfqa.notebook import html
from pdfqa.pages import Block, Cell, Page, Passage, Table
from pdfqa.passages import Strategy, cut, pieces, table_rows
from pdfqa.pdf import read_pages
from pdfqa.render import aligned, cells, citation_text, hit_text, split_rows
from tests.pdf_maker import Leaf, Put, paragraph, write_pdf

HEAD = ["Region", "Q1 2024", "Q2 2024"]
BODY = [["North", "310", ""], ["South", "", "(42)"], ["Total", "310", "(42)"]]


def page_of(head: list[list[str]], body: list[list[str]], *, before: str = "", carried: bool = False) -> Page:
    """Return a page with a text and a table, whose head may stand on an earlier page."""
    text, found = f"{before}\n" if before else "", []
    start = len(text)
    rows = body if carried else [*head, *body]
    for number, row in enumerate(rows):
        text += "\n" if number else ""
        for column, cell in enumerate(row):
            if cell:
                text += "" if text.endswith("\n") or len(text) == start else "  "
                found.append(Cell(number, column, len(text), len(text) + len(cell)))
                text += cell
    blocks = [Block(0, len(before))] if before else []
    blocks.append(Block(start, len(text), "table", 0, 0 if carried else len(head)))
    table = Table(start, len(body[0]), found, head if carried else [])
    return Page(number=1, label="1", width=612, height=792, text=text, blocks=blocks, tables=[table])


def span(page: Page, words: str) -> tuple[int, int]:
    start = page.text.index(words)
    return start, start + len(words)


def test_rows_of_a_quote_come_with_their_header_and_empty_cells() -> None:
    page = page_of([HEAD], BODY, before="Sales by region.")
    assert table_rows(page, *span(page, "South  (42)")) == [HEAD, BODY[1]]


def test_a_text_beside_a_table_has_no_rows() -> None:
    page = page_of([HEAD], BODY, before="Sales by region.")
    assert table_rows(page, *span(page, "Sales by region.")) == []


def test_a_header_from_an_earlier_page_counts() -> None:
    page = page_of([HEAD], BODY, carried=True)
    assert table_rows(page, *span(page, "North  310")) == [HEAD, BODY[0]]


def test_passages_of_a_cut_table_repeat_its_header() -> None:
    body = [[f"Town {number}", str(number), str(2 * number)] for number in range(40)]
    page = page_of([HEAD], body)
    first, *others = cut([page], "en", strategy=Strategy(words=40))
    assert first.header == ""
    assert {passage.header for passage in others} == {"Region  Q1 2024  Q2 2024"}
    assert all(page.text[passage.start : passage.end].startswith("Town") for passage in others)


def test_passages_of_a_table_that_goes_on_repeat_the_header_of_the_page_before() -> None:
    page = page_of([HEAD], BODY, carried=True)
    assert [passage.header for passage in cut([page], "en")] == ["Region  Q1 2024  Q2 2024"]


def test_rows_are_not_cut_where_a_sentence_ends() -> None:
    page = page_of([["Item", "Note"]], [["Fees", "They vary. Ask the school."], ["Books", "Dear. Buy them used."]])
    [passage] = cut([page], "en")
    found = [page.text[start:end] for start, end in pieces(page, passage.start, passage.end, "en")]
    assert found == ["Item  Note", "Fees  They vary. Ask the school.", "Books  Dear. Buy them used."]


def test_a_header_is_indexed_with_the_rows(embedder: object) -> None:
    page = page_of([HEAD], BODY, carried=True)
    segment = build([page], embedder)  # type: ignore[arg-type]
    assert "region" in segment.postings


@pytest.fixture(scope="module")
def embedder() -> object:
    from pdfqa.embed import StaticEmbedder

    return StaticEmbedder.load()


def test_a_value_is_headed_by_its_column_though_cells_before_it_are_empty() -> None:
    page = page_of([HEAD], BODY)
    row = Tables().row(page, page.blocks[0], *span(page, "South  (42)"))
    assert row is not None
    assert (row.values, row.columns) == (("(42)",), ("Q2 2024",))


def test_a_value_under_two_heads_has_both() -> None:
    page = page_of([["Region", "2024", ""], ["", "Q1", "Q2"]], BODY)
    table = page.tables[0]
    wide = [
        Cell(0, 1, cell.start, cell.end, 1, 2) if cell.row == 0 == cell.column - 1 else cell for cell in table.cells
    ]
    page = Page(
        number=1,
        label="1",
        width=612,
        height=792,
        text=page.text,
        blocks=page.blocks,
        tables=[Table(table.start, table.columns, wide)],
    )
    row = Tables().row(page, page.blocks[0], *span(page, "Total  310  (42)"))
    assert row is not None
    assert row.columns == ("2024 Q1", "2024 Q2")


def test_a_cell_that_goes_on_in_the_row_below_is_told_there_too() -> None:
    text = "Year  Title\n2011  Misfits\nThe Syndicate"
    found = [Cell(0, 0, 0, 4), Cell(0, 1, 6, 11), Cell(1, 0, 12, 16, 2), Cell(1, 1, 18, 25), Cell(2, 1, 26, 39)]
    blocks = [Block(0, len(text), "table", 0, 1)]
    page = Page(number=1, label="1", width=9, height=9, text=text, blocks=blocks, tables=[Table(0, 2, found)])
    rows = table_rows(page, 26, 39)
    assert rows == [["Year", "Title"], ["2011", "The Syndicate"]]
    assert split_rows("The Syndicate", rows) == [(rows, 1)]


ROWS = [HEAD, *BODY]
QUOTE = "North  310\nSouth  (42)"


def test_a_quote_of_rows_is_shown_as_a_table() -> None:
    citation = Citation(
        file="a.pdf", page=3, label="3", quote=QUOTE, start=0, end=9, verified=True, score=0.5, table=[HEAD, *BODY[:2]]
    )
    assert citation_text(citation, 1).split("\n") == [
        "[1] a.pdf, p. 3:",
        "    Region  Q1 2024  Q2 2024",
        "    ────────────────────────",
        "    North       310",
        "    South               (42)",
    ]
    assert "<th" in (html(citation) or "")
    assert "<q>" not in (html(citation) or "")


def test_a_passage_with_a_text_and_rows_shows_both() -> None:
    hit = Hit(
        file="a.pdf", page=3, label="3", score=0.5, text=f"Sales.\n{QUOTE}", start=0, end=9, table=[HEAD, *BODY[:2]]
    )
    assert [line.strip() for line in hit_text(hit, 1).split("\n")][1:3] == ["Sales.", "Region  Q1 2024  Q2 2024"]
    assert "<td" in (html(hit) or "")


def test_a_wide_table_is_cut_at_its_right_edge_and_says_so() -> None:
    rows = [["Name", *(f"Month{number}" for number in range(20))], ["Ada", *(str(1000 * n) for n in range(20))]]
    lines = aligned(rows, 1, 60).split("\n")
    assert all(cells(line) <= 60 for line in lines)
    assert lines[0].endswith("…")


def test_long_cells_are_wrapped_in_their_column() -> None:
    lines = aligned([["Item", "Note"], ["Fees", "They depend on the school that is attended"]], 1, 30).split("\n")
    assert all(cells(line) <= 30 for line in lines)
    assert lines[2].startswith("Fees  They")
    assert lines[3].startswith("      ")


def test_columns_that_are_empty_everywhere_are_not_shown() -> None:
    assert aligned([["a", "", "b"], ["1", "", "2"]], 1) == "a  b\n────\n1  2"


def test_figures_with_a_unit_stand_to_the_right_but_no_labels_that_begin_with_a_date() -> None:
    rows = [["Day", "Took"], ["1 May 2026 Salary", "12 days"], ["12 May 2026 Rent", "4 days"]]
    assert aligned(rows, 1).split("\n")[2:] == ["1 May 2026 Salary  12 days", "12 May 2026 Rent    4 days"]


def report(folder: Path) -> Path:
    """Write a report with a table that goes on over two pages, its cells aligned to the right."""
    heads = [Put("Town", 72, 712), Put("Ships", 320, 712), Put("Boats", 400, 712)]

    def part(first: int, last: int, top: float) -> list[Put]:
        return [
            put
            for number in range(first, last)
            for put in (
                Put(f"Harbour{number:02}", 72, top - 12 * (number - first)),
                Put(f"{number}17", 330, top - 12 * (number - first)),
                *([Put(f"{number}29", 410, top - 12 * (number - first))] if number % 7 else []),
            )
        ]

    intro = paragraph("This report lists the ships and boats of every harbour.", y=760)
    return write_pdf(folder / "ships.pdf", [Leaf([*intro, *heads, *part(11, 60, 700)]), Leaf(part(60, 95, 712))])


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PDFQA]:
    folder = tmp_path_factory.mktemp("ships")
    with PDFQA(report(folder), home=folder / "home") as made:
        made.add()
        yield made


def test_an_answer_from_a_row_cites_it_with_its_header(qa: PDFQA) -> None:
    answer = qa.ask("How many ships are there in Harbour23?")
    [citation] = answer.citations
    assert citation.verified
    assert citation.table == [["Town", "Ships", "Boats"], ["Harbour23", "2317", "2329"]]


def test_an_answer_from_a_later_page_has_the_header_too(qa: PDFQA) -> None:
    answer = qa.ask("How many ships are there in Harbour77?")
    assert answer.citations[0].page == 2
    assert answer.citations[0].table == [["Town", "Ships", "Boats"], ["Harbour77", "7717", ""]]


def test_a_hit_has_its_rows(qa: PDFQA) -> None:
    hit = next(hit for hit in qa.search("Harbour77") if "Harbour77" in hit.text)
    assert hit.table[0] == ["Town", "Ships", "Boats"]
    assert ["Harbour77", "7717", ""] in hit.table
    assert not hit.text.startswith("Town")


def test_content_on_the_wire_begins_with_the_header(qa: PDFQA, tmp_path: Path) -> None:
    with Client(home=tmp_path / "wire") as client:
        file = client.upload_file(file=report(tmp_path), purpose="assistants")
        store = client.create_vector_store_and_wait_to_complete(name="ships", file_ids=[file.id])
        results = client.search_vector_store(store.id, query="Harbour77").data
    found = next(result for result in results if "Harbour77" in (result.quote or ""))
    assert found.content[0].text.startswith("Town  Ships  Boats\n")
    assert found.quote is not None
    assert found.content[0].text.endswith(found.quote)


def test_pages_keep_what_they_are_read_as(tmp_path: Path) -> None:
    one, other = read_pages(report(tmp_path), 1, 2)
    assert other.tables[0].head == [["Town", "Ships", "Boats"]]
    assert isinstance(one.tables[0], Table)
    assert Passage(1, 0, 1).header == ""
