"""Tables of made PDFs: which cells they have, ruled or not, and what is no table."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdfqa.pages import Page, Table
from pdfqa.pdf import read_pages
from pdfqa.pdf.layout.tables import find_tables
from pdfqa.pdf.lines import Line
from tests.pdf_maker import Leaf, Put, paragraph, row, write_pdf

AT = (72, 300, 380, 460)
PROSE = (
    "The quick brown fox jumps over the lazy dog and runs through the field until the evening comes. Then it rests "
    "under the old oak, counts the stars that it knows by name, and waits for the morning. "
)


def right(text: str, x: float, y: float) -> Put:
    """Return a text that ends at a place."""
    return Put(text, x - 6 * len(text), y)


def figures(label: str, values: list[str], y: float, ends: tuple[float, ...] = (350, 430, 510)) -> list[Put]:
    """Return a row whose values end in columns."""
    return [Put(label, 72, y), *(right(value, end, y) for value, end in zip(values, ends, strict=False) if value)]


def box(x0: float, y0: float, x1: float, y1: float) -> str:
    """Return a stroked rectangle."""
    return f"{x0} {y0} {x1 - x0} {y1 - y0} re S\n"


def lattice(xs: list[float], ys: list[float]) -> str:
    """Return the rules of a table, each drawn from end to end."""
    upright = "".join(f"{x} {ys[-1]} m {x} {ys[0]} l S\n" for x in xs)
    return upright + "".join(f"{xs[0]} {y} m {xs[-1]} {y} l S\n" for y in ys)


def read(tmp_path: Path, *leaves: Leaf) -> list[Page]:
    path = write_pdf(tmp_path / "table.pdf", list(leaves))
    return list(read_pages(path, 1, len(leaves)))


def grid(page: Page, table: Table | None = None) -> list[list[str]]:
    """Return the cells of a page's only table, as rows; what a cell covers beyond its first square is ""."""
    if table is None:
        [table] = page.tables
    rows = [[""] * table.columns for _ in range(max(cell.row for cell in table.cells) + 1)]
    for cell in table.cells:
        rows[cell.row][cell.column] = page.text[cell.start : cell.end]
    return rows


def head_rows(page: Page) -> list[int]:
    return [block.header_rows for block in page.blocks if block.kind == "table"]


def spans(page: Page) -> dict[str, tuple[int, int]]:
    """Return the rows and columns of cells that take more than one."""
    return {
        page.text[cell.start : cell.end]: (cell.rows, cell.columns)
        for table in page.tables
        for cell in table.cells
        if cell.rows * cell.columns > 1
    }


INCOME = [
    *figures("(in thousands)", ["2024", "2023", "2022"], 700),
    *figures("Revenue", ["323,100", "298,440", "270,010"], 688),
    *figures("Impairment", ["", "(4,150)", ""], 676),
    *figures("Profit", ["44,700", "-", "38,000"], 664),
]


def test_columns_of_figures_are_a_grid_in_which_empty_cells_stay_empty(tmp_path: Path) -> None:
    [page] = read(tmp_path, Leaf(INCOME))
    assert grid(page) == [
        ["(in thousands)", "2024", "2023", "2022"],
        ["Revenue", "323,100", "298,440", "270,010"],
        ["Impairment", "", "(4,150)", ""],
        ["Profit", "44,700", "-", "38,000"],
    ]
    assert head_rows(page) == [1]


def test_rows_are_lines_with_two_spaces_between_cells(tmp_path: Path) -> None:
    [page] = read(tmp_path, Leaf(INCOME))
    assert page.text.split("\n")[1:3] == ["Revenue  323,100  298,440  270,010", "Impairment  (4,150)"]


def test_a_label_that_goes_on_in_a_second_line_is_one_cell(tmp_path: Path) -> None:
    texts = [
        *figures("", ["2024", "2023"], 712),
        *figures("Revenue", ["323,100", "298,440"], 700),
        *figures("Total equity attributable to", [], 688),
        *figures("the owners of the parent", ["44,700", "(4,150)"], 676),
        *figures("Minorities", ["100", "90"], 664),
    ]
    [page] = read(tmp_path, Leaf(texts))
    assert grid(page)[2] == ["Total equity attributable to the owners of the parent", "44,700", "(4,150)"]
    assert grid(page)[3] == ["Minorities", "100", "90"]


def test_a_label_without_values_over_others_is_a_row(tmp_path: Path) -> None:
    texts = [
        *figures("", ["2024", "2023"], 712),
        *figures("Current assets:", [], 700),
        *figures("Cash", ["323,100", "298,440"], 688),
        *figures("Receivables", ["44,700", "(4,150)"], 676),
    ]
    [page] = read(tmp_path, Leaf(texts))
    assert [row[0] for row in grid(page)] == ["", "Current assets:", "Cash", "Receivables"]


def test_a_head_over_several_columns_spans_them(tmp_path: Path) -> None:
    texts = [
        Put("2024", 335, 712),
        Put("2023", 475, 712),
        *figures("Age", ["Number", "Share", "Number", "Share"], 700, (340, 390, 480, 530)),
        *figures("Under 20", ["1,200", "12", "1,100", "11"], 688, (340, 390, 480, 530)),
        *figures("Over 20", ["8,800", "88", "8,900", "89"], 676, (340, 390, 480, 530)),
    ]
    [page] = read(tmp_path, Leaf(texts))
    assert spans(page) == {"2024": (1, 2), "2023": (1, 2)}
    assert head_rows(page) == [2]


def test_lines_of_one_head_are_one_cell(tmp_path: Path) -> None:
    texts = [
        *figures("", ["Margin", "Margin"], 712),
        *figures("Group", ["of error", "of error"], 700),
        *figures("Under 20", ["1.2", "1.3"], 688),
        *figures("Over 20", ["0.2", "0.3"], 676),
    ]
    [page] = read(tmp_path, Leaf(texts))
    assert grid(page)[0] == ["Group", "Margin of error", "Margin of error"]
    assert head_rows(page) == [1]


def test_rows_of_words_over_the_first_figure_stay_apart(tmp_path: Path) -> None:
    words = [("Claimant", "Jonas Weber"), ("Policy", "PX-55121-A"), ("Date of loss", "14.08.2026")]
    texts = [put for at, (name, value) in enumerate(words) for put in figures(name, [value], 700 - 30 * at)]
    [page] = read(tmp_path, Leaf(texts))
    assert page.text == "Claimant  Jonas Weber\nPolicy  PX-55121-A\nDate of loss  14.08.2026"


def test_heads_over_columns_that_stand_too_close_to_be_told_apart_are_one(tmp_path: Path) -> None:
    ends = (350, 430, 510)
    heads = [
        Put("Date", 72, 712),
        Put("Details", 132, 712),
        *figures("", ["Paid out", "Paid in", "Balance"], 712, ends),
    ]
    rows = [
        *figures("01 Oct 2026 Salary", ["", "355.07", "504.46"], 700, ends),
        *figures("02 Oct 2026 Trainline", ["378.49", "", "125.97"], 688, ends),
    ]
    [page] = read(tmp_path, Leaf([put for put in [*heads, *rows] if put.text]))
    assert grid(page) == [
        ["Date Details", "Paid out", "Paid in", "Balance"],
        ["01 Oct 2026 Salary", "", "355.07", "504.46"],
        ["02 Oct 2026 Trainline", "378.49", "", "125.97"],
    ]


def test_labels_and_what_was_filled_in_beside_them_are_no_heads() -> None:
    filled = [("Claimant", "Ann Weber"), ("Policy number", "PX-A"), ("Date of loss", "14.08.2026")]
    lines = [
        Line(f"{label}  {value}", 72, 400, 700 - 30 * at, 10, cells=[(72, 130, label), (200, 400, value)])
        for at, (label, value) in enumerate(filled)
    ]
    for line, (_, value) in zip(lines, filled, strict=True):
        line.words = [(value, 200, line.y, 400, line.y + 10)]
    [(start, end, found)] = find_tables(lines)
    assert (start, end, found.header) == (0, 3, 0)


def test_what_stands_over_an_address_is_no_head_of_the_table_under_it(tmp_path: Path) -> None:
    address = [Put(line, 72, 748 - 12 * at) for at, line in enumerate(["Bill to", "Hanna Berg", "4 Storgatan", "Oslo"])]
    texts = [
        Put("Customer no.: 88120", 300, 772),
        *address,
        *figures("Item", ["Price", "Amount"], 688),
        *figures("", ["each", "in all"], 680),
        *figures("Bench vice", ["89.50", "179.00"], 668),
        *figures("Honing guide", ["18.25", "54.75"], 656),
    ]
    [page] = read(tmp_path, Leaf([put for put in texts if put.text]))
    [table] = [page.text[block.start : block.end] for block in page.blocks if block.kind == "table"]
    assert table.split("\n")[0] == "Item  Price each  Amount in all"


def test_dots_that_lead_to_several_figures_divide_cells(tmp_path: Path) -> None:
    texts = [
        Put("All ages . . . . . . . . . . . . .", 72, 700),
        *figures("", ["1,200", "1,300", "1,400"], 700),
        Put("Under 20 . . . . . . . . . . . . .", 72, 688),
        *figures("", ["200", "300", "400"], 688),
    ]
    [page] = read(tmp_path, Leaf(texts))
    assert grid(page) == [["All ages", "1,200", "1,300", "1,400"], ["Under 20", "200", "300", "400"]]


WORDS = {
    (0, 0): ["Item"],
    (0, 1): ["What it costs"],
    (1, 0): ["Books and", "supplies"],
    (1, 1): ["Books can be dear. Supplies", "include bags, notebooks,", "pens and paper."],
    (2, 0): ["Fees"],
    (2, 1): ["Fees depend on the school", "that is attended."],
}
TOPS = [700, 684, 640, 608]


def in_cells() -> list[Put]:
    """Return the texts of a ruled table, cell by cell, as word processors write them."""
    return [
        Put(line, (76, 200)[column], TOPS[row] - 12 - 12 * number)
        for (row, column), lines in WORDS.items()
        for number, line in enumerate(lines)
    ]


@pytest.mark.parametrize("drawn", ["lines", "boxes", "bars"])
def test_rules_divide_cells_of_text_that_is_set_in_lines(tmp_path: Path, drawn: str) -> None:
    xs = [72.0, 196.0, 420.0]
    rules = {
        "lines": lattice(xs, [float(top) for top in TOPS]),
        "boxes": "".join(
            box(xs[column], TOPS[row + 1], xs[column + 1], TOPS[row]) for row in range(3) for column in range(2)
        ),
        "bars": "".join(f"{x} 608 0.5 92 re f\n" for x in xs) + "".join(f"72 {y} 348 0.5 re f\n" for y in TOPS),
    }
    [page] = read(tmp_path, Leaf([*paragraph(PROSE, y=760), *in_cells()], drawing=rules[drawn]))
    assert grid(page) == [
        ["Item", "What it costs"],
        ["Books and supplies", "Books can be dear. Supplies include bags, notebooks, pens and paper."],
        ["Fees", "Fees depend on the school that is attended."],
    ]
    assert head_rows(page) == [1]


def test_a_ruled_cell_over_several_rows_and_columns_spans_them(tmp_path: Path) -> None:
    rules = "".join(
        box(*edges)
        for edges in [
            (72, 660, 172, 700),
            (172, 680, 372, 700),
            (172, 660, 272, 680),
            (272, 660, 372, 680),
            (72, 640, 172, 660),
            (172, 640, 272, 660),
            (272, 640, 372, 660),
        ]
    )
    texts = [
        Put("Year", 80, 676),
        Put("People", 250, 686),
        Put("Men", 180, 666),
        Put("Women", 280, 666),
        *[Put(text, x, 646) for text, x in (("2024", 80), ("12", 180), ("13", 280))],
    ]
    [page] = read(tmp_path, Leaf(texts, drawing=rules))
    assert spans(page) == {"Year": (2, 1), "People": (1, 2)}
    assert grid(page)[1:] == [["", "Men", "Women"], ["2024", "12", "13"]]
    assert head_rows(page) == [2]


def test_a_rule_divides_words_that_stand_close(tmp_path: Path) -> None:
    texts = [
        Put(text, 76, 686 - 20 * number) for number, text in enumerate(["Mink fur 57", "Seal fur 42", "Bear fur 33"])
    ]
    [page] = read(tmp_path, Leaf(texts, drawing=lattice([72, 127, 200], [700, 680, 660, 640])))
    assert grid(page) == [["Mink fur", "57"], ["Seal fur", "42"], ["Bear fur", "33"]]


def part(first: int, last: int, top: float) -> list[Put]:
    """Return rows of a long table."""
    return [
        put
        for number in range(first, last)
        for put in figures(f"Town {number}", [f"{number},100", f"{number},200"], top - 12 * (number - first))
    ]


HEAD = figures("Town", ["Men", "Women"], 712)


def test_a_table_that_goes_on_carries_its_head(tmp_path: Path) -> None:
    one, other = read(tmp_path, Leaf([*HEAD, *part(1, 40, 700)]), Leaf(part(40, 60, 712)))
    assert one.tables[0].head == []
    assert other.tables[0].head == [["Town", "Men", "Women"]]
    assert head_rows(other) == [0]


def test_a_head_that_is_repeated_stays_where_it_stands(tmp_path: Path) -> None:
    _, other = read(tmp_path, Leaf([*HEAD, *part(1, 40, 700)]), Leaf([*HEAD, *part(40, 60, 700)]))
    assert other.tables[0].head == []
    assert head_rows(other) == [1]


def test_another_table_on_the_next_page_gets_no_head(tmp_path: Path) -> None:
    other = [put for number in range(9) for put in figures(f"Row {number}", ["1", "2", "3"], 712 - 12 * number)]
    _, page = read(tmp_path, Leaf([*HEAD, *part(1, 40, 700)]), Leaf(other))
    assert page.tables[0].head == []


def test_text_after_a_table_ends_it(tmp_path: Path) -> None:
    pages = read(tmp_path, Leaf([*HEAD, *part(1, 10, 700), *paragraph(PROSE * 3, y=500)]), Leaf(part(40, 60, 712)))
    assert pages[1].tables[0].head == []


@pytest.mark.parametrize(
    "texts",
    [
        [*paragraph(PROSE * 4, letters=35), *paragraph(PROSE * 4, 320, letters=35)],
        [Put(f"Chapter {number} {'. ' * 30}{7 * number}", 72, 700 - 14 * number) for number in range(1, 20)],
        [Put(f"{number}.", 72, 700 - 14 * number) for number in range(1, 9)]
        + [Put("An item of a list that says something", 100, 700 - 14 * number) for number in range(1, 9)],
        [
            Put(text, 72, 700 - 12 * number, font="plain")
            for number, text in enumerate(["def area(r):", "    x = 3.14 * r", "    return x * r", "print(area(2))"])
        ],
    ],
    ids=["columns", "contents", "list", "code"],
)
def test_what_is_no_table(tmp_path: Path, texts: list[Put]) -> None:
    [page] = read(tmp_path, Leaf(texts))
    assert page.tables == []


def test_a_frame_around_a_text_is_no_table(tmp_path: Path) -> None:
    [page] = read(tmp_path, Leaf(paragraph(PROSE * 3), drawing=lattice([60, 70, 550], [720, 500])))
    assert page.tables == []


def test_cells_stand_in_the_text_of_the_page(tmp_path: Path) -> None:
    [page] = read(tmp_path, Leaf([*paragraph(PROSE, y=760), *INCOME, *row(["a", "b"], 500)]))
    [block] = [block for block in page.blocks if block.kind == "table"]
    [table] = page.tables
    assert table.start == block.start
    assert all(block.start <= cell.start < cell.end <= block.end for cell in table.cells)


def test_a_text_beside_its_label_is_a_cell_where_the_row_has_others(tmp_path: Path) -> None:
    rows = [
        ["Director", "Office", "Since", "Meetings"],
        ["Ann Ek", "Chair", "2017", "8 of 8"],
        ["Barbara Longname-Smith", "Chief Financial Officer", "2021", "8 of 8"],
        ["Rolf Dahl", "Senior independent director", "2018", "7 of 8"],
    ]
    puts = [put for at, cells in enumerate(rows) for put in row(cells, 700 - 16 * at, (60, 210, 390, 460))]
    (page,) = read_pages(write_pdf(tmp_path / "board.pdf", [Leaf(puts)]), 1, 1)
    (table,) = page.tables
    assert rows == [[page.text[c.start : c.end] for c in table.cells if c.row == at] for at in range(len(rows))]
    assert 1 == page.blocks[0].header_rows
