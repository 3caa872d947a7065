"""How lines become pages: paragraphs, headings, lists, tables, and what is set aside. No PDF library is used."""

from __future__ import annotations

import textwrap

import pytest

from pdfqa.pages import Page
from pdfqa.pdf.layout.layout import Layout
from pdfqa.pdf.lines import Line
from tests.sheet_maker import FOX, cells, line, page_of, sheet, shown, typeset


def test_lines_of_a_paragraph_are_joined_by_one_space() -> None:
    page = page_of(typeset(FOX))
    assert page.text == FOX.strip()
    assert shown(page) == [("text", FOX.strip())]


def test_paragraphs_stand_on_lines_of_their_own() -> None:
    page = page_of([*typeset(FOX, 700), *typeset(FOX, 630)])
    assert page.text == f"{FOX.strip()}\n{FOX.strip()}"


def test_an_indented_line_starts_a_paragraph() -> None:
    lines = [*typeset(FOX * 2, 700), *typeset(FOX * 2, 700 - 12 * 13)]
    first = next(number for number, row in enumerate(lines) if number and row.y == 700 - 12 * 13)
    lines[first].x0 += 15
    assert len(page_of(lines).blocks) == 2


def test_a_line_that_left_room_for_the_next_word_ends_its_paragraph() -> None:
    lines = typeset("A full line of text that goes all the way to the margin ends. " + FOX)
    short = line("It ends here.", lines[-1].y - 12)
    more = typeset(FOX, short.y - 12)
    assert page_of([*lines, short, *more]).blocks[-1].kind == "text"
    assert page_of([*lines, short, *more]).text.split("\n")[-1] == FOX.strip()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("the popu", "larity of it", "the popularity of it"),
        ("in Mul", "Tier form", "in Mul-Tier form"),
    ],
)
def test_a_hyphen_that_the_reader_took_is_decided_on(before: str, after: str, expected: str) -> None:
    first, second = line(before, 700), line(after, 688)
    first.cut = True
    assert page_of([first, second]).text == expected


def test_a_hyphen_at_a_line_end_goes() -> None:
    lines = [line("a long text about the creative schol-", 700), line("arship of the university it belongs to", 688)]
    assert page_of(lines).text == "a long text about the creative scholarship of the university it belongs to"


def test_a_compound_keeps_its_hyphen_where_the_page_has_it_elsewhere() -> None:
    lines = [
        line("the long-term debt of the company, and its other long-", 700),
        line("term liabilities, are shown in a table of their own here", 688),
    ]
    assert "other long-term liabilities" in page_of(lines).text


def test_a_compound_keeps_its_hyphen_where_its_halves_are_words() -> None:
    lines = [
        line("state of the art in this term of office is the well known long-", 700),
        line("term plan of long ago, which was in force and in everyone's mind", 688),
    ]
    assert "known long-term plan" in page_of(lines).text


def test_a_hyphen_after_a_figure_stays() -> None:
    first = line("and soon faced 3rd", 700)
    first.cut = True
    assert page_of([first, line("and-9 on the next play", 688)]).text == "and soon faced 3rd-and-9 on the next play"


@pytest.mark.parametrize("taken", [True, False])
def test_where_another_sign_divides_words_a_plain_hyphen_is_a_part_of_one(taken: bool) -> None:
    rows = ["a set of prob\u2010", "lems and of solu\u2010", "tions to the prob\u2010", "lem of a high", "level model"]
    lines = [line(row, 700 - 12 * number) for number, row in enumerate(rows)]
    lines[3].cut = taken
    lines[3].text += "" if taken else "-"
    assert page_of(lines).text == "a set of problems and of solutions to the problem of a high-level model"


def test_chinese_lines_are_joined_without_a_space() -> None:
    lines = [line("这是一个很长的句子它在这里", 700), line("继续到下一行然后结束。", 688)]
    assert page_of(lines).text == "这是一个很长的句子它在这里继续到下一行然后结束。"


def test_pieces_of_one_line_are_put_together() -> None:
    pieces = [line("Pro", 700), line("forma", 700, 89), line("information", 700, 116)]
    assert page_of(pieces).text == "Pro forma information"


def test_figures_that_were_recognised_apart_are_cells() -> None:
    def found(text: str, x: float, y: float) -> Line:
        return Line(text, x, x + 5 * len(text), y, 10, words=[(text, x, y, x + 5 * len(text), y + 8)])

    rows = [("Rent", "118.40", "124.32"), ("Service charge", "11.75", "11.75")]
    lines = [
        found(text, x, 700 - 14 * at)
        for at, row in enumerate(rows)
        for text, x in zip(row, (72, 150, 184), strict=True)
    ]
    page = sheet(lines)
    page.source = "ocr"
    assert Layout().pages([page])[0].text == "Rent  118.40  124.32\nService charge  11.75  11.75"


def test_raised_figures_stay_with_their_word() -> None:
    raised = line("2", 704, 92, size=6)
    assert page_of([line("in R", 700), raised, line("is open", 700, 98)]).text == "in R2 is open"


def test_headings_are_larger_or_bold_and_have_levels_by_size() -> None:
    lines = [
        line("Annual report", 740, size=20),
        line("Risk factors", 715, size=14),
        *typeset(FOX, 690),
        line("Currency", 620, bold=True),
        *typeset(FOX, 606),
    ]
    page = page_of(lines)
    assert [(block.kind, block.level) for block in page.blocks] == [
        ("heading", 1),
        ("heading", 2),
        ("text", 0),
        ("heading", 3),
        ("text", 0),
    ]


@pytest.mark.parametrize("title", ["II. OVERVIEW OF IT ALL", "2.1 Naive methods", "OVERVIEW OF IT ALL"])
def test_a_numbered_or_capital_line_over_a_text_is_a_heading(title: str) -> None:
    lines = [*typeset(FOX, 700), line(title, 630), *typeset(FOX, 612)]
    assert shown(page_of(lines))[1] == ("heading", title)


def test_an_italic_line_over_a_text_is_a_heading() -> None:
    lines = [*typeset(FOX, 700), line("Borgata acquisition", 630, italic=True), *typeset(FOX, 612)]
    assert shown(page_of(lines))[1] == ("heading", "Borgata acquisition")


def test_a_sentence_is_no_heading_however_bold() -> None:
    assert page_of([line("This is bold.", 700, bold=True), *typeset(FOX, 680)]).blocks[0].kind == "text"


def test_list_items_stand_on_lines_of_their_own() -> None:
    lines = [
        *typeset(FOX, 700),
        *typeset("• the first thing that there is to say about the fox, which is quick", 640, letters=40),
        *typeset("• the second", 616),
    ]
    lines[5].x0 += 10
    page = page_of(lines)
    assert shown(page)[1:] == [
        ("list", "• the first thing that there is to say about the fox, which is quick"),
        ("list", "• the second"),
    ]


@pytest.mark.parametrize(("first", "second"), [("2.1.", "2.2."), ("2.1", "2.2"), ("§ 2", "§ 3")])
def test_clauses_of_a_contract_stand_on_lines_of_their_own(first: str, second: str) -> None:
    clauses = [f"{first} The term begins on the first day of the month of May.", f"{second} Either party may end it."]
    page = page_of(
        [line(clauses[0], 700), line(clauses[1], 688), line("It is a sentence about 2.5 Litre engines.", 600)]
    )
    assert shown(page)[:2] == [("list", clause) for clause in clauses]


def test_a_figure_at_the_beginning_of_a_line_begins_no_clause() -> None:
    page = page_of([line("It costs the members of the club each year", 700), line("2.5 Euros or more.", 688)])
    assert page.text == "It costs the members of the club each year 2.5 Euros or more."


def test_a_contents_line_loses_its_dots_and_stands_alone() -> None:
    lines = [line("1.1 Spaces … 2", 700), line("1.2 Metrics … 6", 688), line("1.3 Continuity … 9", 676)]
    assert [kind for kind, _ in shown(page_of(lines))] == ["list", "list", "list"]


def test_dots_set_far_apart_are_leaders_too() -> None:
    dots = [line(".", 700, 200 + 30 * number) for number in range(6)]
    page = page_of([line("1.1. Spaces", 700), *dots, line("3", 700, 500)])
    assert shown(page) == [("list", "1.1. Spaces … 3")]


@pytest.mark.parametrize("text", ["Figure 3. A fox at rest", "Table 2", "Abb. 1: Ein Fuchs", "TABLE IV"])
def test_captions_are_known_by_their_first_words(text: str) -> None:
    assert shown(page_of([*typeset(FOX, 700), line(text, 600)]))[-1] == ("caption", text)


def test_a_sentence_about_a_figure_is_no_caption() -> None:
    assert page_of([line("Figure 3 shows a fox at rest in the field.", 700)]).blocks[0].kind == "text"


def test_a_table_keeps_its_rows_and_its_head() -> None:
    lines = [
        *typeset(FOX, 740),
        line("Year ended December 31,", 660, 300),
        *cells(["(in millions)", "2023", "2022"], 648),
        *cells(["Net sales", "$ 1,386", "$ 1,935"], 636),
        *cells(["Current assets:"], 624),
        *cells(["Goodwill, net (Note 9)", "(779)", "—"], 612),
        *typeset(FOX, 560),
    ]
    page = page_of(lines)
    kind, text = shown(page)[1]
    assert kind == "table"
    assert text.split("\n") == [
        "Year ended December 31,",
        "(in millions)  2023  2022",
        "Net sales  $ 1,386  $ 1,935",
        "Current assets:",
        "Goodwill, net (Note 9)  (779)  —",
    ]
    assert page.blocks[1].header_rows == 2
    assert [block.kind for block in page.blocks] == ["text", "table", "text"]


def test_a_table_of_words_is_known_by_its_columns() -> None:
    lines = [*cells(["Name", "Office"], 700), *cells(["Ada", "London"], 688), *cells(["Grace", "Arlington"], 676)]
    assert shown(page_of(lines)) == [("table", "Name  Office\nAda  London\nGrace  Arlington")]


def test_a_row_of_words_over_counted_things_is_the_head() -> None:
    lines = [
        *cells(["Length of service", "By the employee", "By us"], 700),
        *cells(["During probation", "1 week", "2 weeks"], 688),
        *cells(["More than 5 years", "8 weeks", "12 weeks"], 676),
    ]
    page = page_of(lines)
    assert [(block.kind, block.header_rows) for block in page.blocks] == [("table", 1)]


def test_dates_units_and_labels_over_the_first_row_belong_to_the_table() -> None:
    lines = [
        line("(In millions)", 724),
        *cells(["", "", "May 31, 2020", "May 26, 2019"], 712),
        *cells(["Assets"], 700),
        *cells(["Current assets:"], 688),
        *cells(["Cash", "", "1,677.8", "450.0"], 676),
        *cells(["Receivables", "", "1,615.1", "1,679.7"], 664),
    ]
    page = page_of(lines)
    assert [(block.kind, block.header_rows) for block in page.blocks] == [("table", 2)]


def test_stacked_dates_are_heads() -> None:
    lines = [
        *cells(["", "", "March 31,", "March 31,"], 712),
        *cells(["", "", "2021", "2020"], 700),
        *cells(["Cash", "", "1,677", "450"], 688),
        *cells(["Receivables", "", "1,615", "1,679"], 676),
    ]
    page = page_of(lines)
    assert [(block.kind, block.header_rows) for block in page.blocks] == [("table", 1)]
    assert page.text.split("\n")[0] == "March 31, 2021  March 31, 2020"


def test_the_title_of_a_statement_is_a_heading() -> None:
    lines = [
        line("ACME, INC. AND SUBSIDIARIES", 736, 200),
        line("CONSOLIDATED BALANCE SHEETS", 724, 200),
        line("(in millions)", 712, 235),
        *cells(["", "", "2021", "2020"], 700),
        *cells(["Cash", "", "1,677", "450"], 688),
        *cells(["Receivables", "", "1,615", "1,679"], 676),
    ]
    assert [(block.kind, block.header_rows) for block in page_of(lines).blocks] == [("heading", 0), ("table", 2)]


def test_a_title_that_ends_with_a_unit_is_a_heading() -> None:
    lines = [
        line("Consolidated Balance Sheets of", 736),
        line("Acme Co. and its subsidiaries", 724),
        line("(In Millions, Except Par Value)", 712),
        *cells(["Cash", "", "1,677", "450"], 620),
        *cells(["Receivables", "", "1,615", "1,679"], 608),
    ]
    assert shown(page_of(lines))[0] == (
        "heading",
        "Consolidated Balance Sheets of Acme Co. and its subsidiaries (In Millions, Except Par Value)",
    )


@pytest.mark.parametrize("title", ["Consolidated Balance Sheets", "CONSOLIDATED BALANCE SHEETS"])
def test_a_title_over_the_name_of_the_company_is_no_row(title: str) -> None:
    lines = [
        line(title, 736, 200),
        line("ACME, INC. AND SUBSIDIARIES", 724, 200),
        line("(In Millions)", 712, 235),
        *cells(["Cash", "", "1,677", "450"], 700),
        *cells(["Receivables", "", "1,615", "1,679"], 688),
    ]
    page = page_of(lines)
    assert [(block.kind, block.header_rows) for block in page.blocks][-1] == ("table", 1)
    assert page.text.split("\n")[-3] == "(In Millions)"


def test_a_line_of_capitals_over_a_table_is_its_heading() -> None:
    lines = [
        line("RESULTS OF OPERATIONS", 724, 220),
        *cells(["(In millions)", "", "2021", "2020"], 700),
        *cells(["Cash", "", "1,677", "450"], 688),
    ]
    assert [(block.kind, block.header_rows) for block in page_of(lines).blocks] == [("heading", 0), ("table", 1)]


def test_two_columns_of_text_are_no_table() -> None:
    left, right = typeset(FOX, 700, letters=40), typeset(FOX.replace("fox", "cat"), 700, 320, letters=40)
    mixed = [row for pair in zip(left, right, strict=True) for row in pair]
    assert "table" not in [block.kind for block in page_of(mixed).blocks]


def test_a_sentence_runs_on_in_the_next_column() -> None:
    rows = textwrap.wrap(FOX, 40)
    left = [line(row, 700 - 12 * number) for number, row in enumerate(rows[:3])]
    right = [line(row, 700 - 12 * number, 320) for number, row in enumerate(rows[3:])]
    assert page_of([*left, *right]).text == FOX.strip()


def test_a_paragraph_is_made_whole_over_a_footnote() -> None:
    rows = textwrap.wrap(FOX, 40)
    left = [line(row, 700 - 12 * number) for number, row in enumerate(rows[:3])]
    note = line("1 A note.", 600, size=7)
    right = [line(row, 700 - 12 * number, 320) for number, row in enumerate(rows[3:])]
    assert shown(page_of([*left, note, *right])) == [("text", FOX.strip()), ("footnote", "1 A note.")]


def test_a_heading_written_last_goes_over_its_text() -> None:
    lines = [*typeset(FOX, 700), *typeset(FOX, 600), line("Biography", 620, size=14)]
    assert [block.kind for block in page_of(lines).blocks] == ["text", "heading", "text"]


def test_sideways_text_mixes_with_nothing() -> None:
    stamp = line("arXiv:2312.10997v5", 300, 20)
    stamp.turned = True
    assert shown(page_of([*typeset(FOX), stamp]))[-1] == ("text", "arXiv:2312.10997v5")


def book(count: int, make: list[tuple[str, float]], first: int = 1) -> list[Page]:
    sheets = []
    for number in range(first, first + count):
        heads = [line(text.replace("#", str(number + 10)), y) for text, y in make]
        sheets.append(sheet([*typeset(f"Page {number} says this. " + FOX), *heads], number))
    return Layout().pages(sheets)


def test_running_heads_and_feet_are_set_aside() -> None:
    pages = book(6, [("ACME Annual Report", 760), ("ACME | #", 30)])
    assert [page.text for page in pages] == [f"Page {number} says this. {FOX.strip()}" for number in range(1, 7)]


def test_left_and_right_heads_are_set_aside() -> None:
    sheets = [
        sheet([line("Chapter 2" if number % 2 else "The Book", 760), *typeset(FOX)], number) for number in range(1, 9)
    ]
    assert {page.text for page in Layout().pages(sheets)} == {FOX.strip()}


def test_a_head_that_changes_is_known_by_its_rising_number() -> None:
    sheets = [sheet([line(f"{number} {'A' * number} SPACES", 760), *typeset(FOX)], number) for number in range(1, 9)]
    assert {page.text for page in Layout().pages(sheets)} == {FOX.strip()}


def test_small_heads_that_name_the_section_are_set_aside() -> None:
    sheets = [
        sheet([line("Section " + "abcdefgh"[number], 760, size=7), *typeset(FOX)], number + 1) for number in range(8)
    ]
    assert {page.text for page in Layout().pages(sheets)} == {FOX.strip()}


def test_small_heads_of_a_part_of_the_pages_are_set_aside_too() -> None:
    sheets = [
        sheet(
            [*([line(f"Part {'xyz'[number % 3]}{number}", 760, size=7)] if number > 5 else []), *typeset(FOX)], number
        )
        for number in range(1, 11)
    ]
    assert {page.text for page in Layout().pages(sheets)} == {FOX.strip()}


def test_heads_as_large_as_the_text_are_known_by_their_place() -> None:
    sheets = [sheet([line("Section " + "abcdefgh"[number], 760), *typeset(FOX)], number + 1) for number in range(8)]
    assert {page.text for page in Layout().pages(sheets)} == {FOX.strip()}


def test_first_lines_of_the_text_are_no_running_heads() -> None:
    sheets = [sheet(typeset(f"{word.title()} is a word. {FOX}", 760), 1) for word in FOX.split()[:8]]
    assert all("is a word" in page.text for page in Layout().pages(sheets))


def test_a_title_is_no_running_head() -> None:
    sheets = [
        sheet([line(f"Chapter {'I' * number}: {number * 'x'}", 760, size=16), *typeset(FOX)]) for number in (1, 2, 3)
    ]
    assert all("Chapter" in page.text for page in Layout().pages(sheets))


def test_a_page_read_alone_loses_its_page_number_only() -> None:
    lines = [line("ACME Annual Report", 760), *typeset(FOX), line("- 5 -", 30)]
    assert page_of(lines).text == f"ACME Annual Report\n{FOX.strip()}"


def test_rows_at_the_foot_of_a_page_are_kept() -> None:
    sheets = [
        sheet(
            [*typeset(FOX), *cells(["Total", f"1,{number}34", "2,002"], 100), *cells(["Net", "12", "13"], 88)], number
        )
        for number in (1, 2, 3)
    ]
    assert all("Net  12  13" in page.text for page in Layout().pages(sheets))


def test_heads_known_from_one_window_are_known_in_the_next() -> None:
    layout = Layout()
    layout.pages([sheet([line("The Book", 760), *typeset(FOX)], number) for number in range(1, 9)])
    (page,) = layout.pages([sheet([line("The Book", 760), *typeset(FOX)], 9)])
    assert page.text == FOX.strip()


def test_the_printed_number_is_the_label() -> None:
    pages = book(6, [("#", 30)])
    assert [page.label for page in pages] == ["11", "12", "13", "14", "15", "16"]


def test_a_page_without_a_number_between_numbered_ones_is_labelled_too() -> None:
    sheets = [
        sheet([*typeset(FOX), *([] if number == 4 else [line(str(number + 2), 30)])], number) for number in range(1, 8)
    ]
    assert [page.label for page in Layout().pages(sheets)] == ["3", "4", "5", "6", "7", "8", "9"]


def test_roman_numbers_are_labels_too() -> None:
    sheets = [sheet([*typeset(FOX), line(text, 30)], number) for number, text in enumerate(["iii", "iv", "v", "vi"], 1)]
    assert [page.label for page in Layout().pages(sheets)] == ["iii", "iv", "v", "vi"]


def test_the_label_of_the_document_comes_first() -> None:
    assert Layout().pages([sheet([*typeset(FOX), line("7", 30)], 2, "A-1")])[0].label == "A-1"


def test_without_a_printed_number_the_label_is_the_page_number() -> None:
    assert Layout().pages([sheet(typeset(FOX), 4)])[0].label == "4"


def test_an_empty_page_has_no_text() -> None:
    page = page_of([])
    assert (page.text, page.blocks, page.source) == ("", [], "none")
