"""What typesetting did to characters is mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdfqa import pdf
from pdfqa.pdf.boxes import find_range, find_ranges, one_for_each_line, plain
from pdfqa.pdf.letters.pieces import closed, is_spread, may_have_cells, mostly_leftwards, pieces_of
from pdfqa.pdf.letters.repair import Vocabulary, clean, join_lines, runs_on, tidier
from pdfqa.pdf.lines import is_figure, is_year
from pdfqa.pdf.pypdf_reader import typed_lines
from pdfqa.pdf.runs import Letter, runs_of
from pdfqa.types import Box
from tests.pdf_maker import Leaf, Put, write_pdf


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("e\ufb03cient \ufb02ow \ufb01nds", "efficient flow finds"),
        ("co\u00adoperate", "cooperate"),
        ("a\u00a0b\u2003c  d", "a b c d"),
        ("bell\x07 and\x00 null", "bell and null"),
        ("Spaces . . . . . . . 12", "Spaces … 12"),
        ("Spaces........12", "Spaces … 12"),
        ("Name: ________ Date: ______", "Name: … Date: …"),
        ("\uf0b7 item", "• item"),
        ("\ufeffstart\u200bed", "started"),
        ("ﷲ ﻻ", "الله لا"),
        ("wait...", "wait..."),
    ],
)
def test_a_line_is_cleaned(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@pytest.mark.parametrize(
    "text", ["1,386", "$ 1,386", "(779)", "12.5%", "—", "-", "2,3", "14 %", "$(1.2)", "N/A", "10x"]
)
def test_figures_are_known(text: str) -> None:
    assert is_figure(text)


@pytest.mark.parametrize("text", ["Net sales", "Note 9", "a1b", "", "December 31,"])
def test_words_are_no_figures(text: str) -> None:
    assert not is_figure(text)


def test_years_are_known() -> None:
    assert is_year("2023")
    assert not is_year("1,023")


@pytest.mark.parametrize(
    ("char", "expected"), [("ﬁ", "fi"), (" ", ""), ("-", ""), ("\ufffe", ""), ("\x02", ""), ("A", "A")]
)
def test_characters_are_compared_in_a_plain_form(char: str, expected: str) -> None:
    assert plain(char) == expected


def codes(text: str) -> list[int]:
    return [ord(char) for char in text]


def test_a_quote_is_found_over_line_ends_hyphens_and_ligatures() -> None:
    page = "One. The e\ufb03cient popu\ufffelarity\r\nof it. Two."
    found = find_range(codes(page), "The efficient popularity of it.")
    assert found is not None
    assert page[found[0] : found[0] + found[1]] == "The e\ufb03cient popu\ufffelarity\r\nof it."


def test_of_several_places_the_nearest_is_taken() -> None:
    page = codes("one fox, two fox, three fox")
    assert find_range(page, "fox") == (4, 3)
    assert find_range(page, "fox", 14) == (13, 3)
    assert find_range(page, "fox", 99) == (24, 3)


@pytest.mark.parametrize("quote", ["absent", "", " - "])
def test_what_is_not_there_is_not_found(quote: str) -> None:
    assert find_range(codes("some text"), quote) is None


def test_rectangles_of_one_line_become_one() -> None:
    parts = [
        Box(x0=10, y0=100, x1=50, y1=110),
        Box(x0=52, y0=101, x1=90, y1=109),
        Box(x0=90, y0=104, x1=90, y1=104),
        Box(x0=10, y0=88, x1=40, y1=98),
    ]
    assert one_for_each_line(parts) == [Box(x0=10, y0=100, x1=90, y1=110), Box(x0=10, y0=88, x1=40, y1=98)]


def test_lines_without_places_are_set_as_if_typed() -> None:
    lines = typed_lines("one\ntwo\n\nthree", 792)
    assert [row.text for row in lines] == ["one", "two", "three"]
    assert lines[0].y - lines[1].y < lines[1].y - lines[2].y


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain  text", "plain text"),
        ("Spaces . . . . 12", "Spaces … 12"),
        ("naïve – “quoted” • €", "naïve – “quoted” • €"),
        ("co\u00adoperate", "cooperate"),
        ("a\u00a0b", "a b"),
        ("e\ufb03cient  way", "efficient way"),
        ("Москва", "Москва"),
        ("Москва  и", "Москва и"),
    ],
)
def test_lines_are_cleaned_as_their_page_asks_for(raw: str, expected: str) -> None:
    assert tidier(f"one line\r\n{raw}\r\n")(raw) == expected == clean(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ท<ำกำรแซ็คไป", "ทำการแซ็คไป"),
        ("บบน<้ำห", "บบน้ำห"),
        ("ภำยในกำรเปิดเกม", "ภายในการเปิดเกม"),
    ],
)
def test_thai_vowels_that_a_font_confuses_are_told_apart(raw: str, expected: str) -> None:
    assert tidier(f"{raw} กำร เท่ำนั้น จำกกำร")(raw) == expected


@pytest.mark.parametrize("raw", ["น\u0e4dา", "น้\u0e4dา", "น\u0e4d้า", "ทำการ ทำ ทำ"])
def test_thai_vowels_of_two_signs_become_one(raw: str) -> None:
    assert tidier(raw)(raw) == raw.replace("\u0e4d้า", "้ำ").replace("\u0e4dา", "ำ")


def test_a_quote_in_thai_is_found_where_its_font_confuses_vowels() -> None:
    page = "เขาท<ำกำรแซ็ค"
    found = find_range(codes(page), "ทำการ")
    assert found is not None
    assert page[found[0] : found[0] + found[1]] == "ท<ำกำร"


def test_pieces_know_their_places() -> None:
    text = " one two \r\nthree popu\ufffelarity\r\n\r\n• x"
    assert [(piece[0], text[piece[1] : piece[2] + 1], piece[3]) for piece in pieces_of(text)] == [
        ("one two", "one two", False),
        ("three popu", "three popu", True),
        ("larity", "larity", False),
        ("• x", "• x", False),
    ]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("Net sales 12", 60, True),
        ("Name Office", 200, True),
        ("in 2020 we sold", 75, True),
        ("some plain words", 80, False),
        ("Spaces … 12", 300, False),
        ("word", 200, False),
    ],
)
def test_only_lines_that_may_have_cells_are_looked_at(text: str, width: float, expected: bool) -> None:
    assert may_have_cells(text, width, 10) is expected


def test_arabic_and_hebrew_are_read_leftwards() -> None:
    assert mostly_leftwards("في عام 1954 تم إعادة GPS")
    assert mostly_leftwards("שלום")
    assert not mostly_leftwards("The word سلام means peace")
    assert not mostly_leftwards("naïve")


def test_a_vocabulary_leaves_out_the_halves_of_cut_words() -> None:
    words = Vocabulary(["The long popu", "larity of a crea-", "tive", "term"], [True, False, False, False])
    for _ in range(40):  # a set takes over
        assert "long" in words
        assert "of" in words
        assert "term" in words
        assert "popu" not in words
        assert "larity" not in words
        assert "crea-" not in words
        assert "tive" not in words


def test_a_quote_that_does_not_stand_together_is_found_in_pieces() -> None:
    page = codes("Revenue rose in the Costs fell in all\nnorth by a third. countries but one.")
    text = "Revenue rose in the north by a third."
    assert ["Revenue rose in the", "north by a third."] == [pieces(page, at) for at in find_ranges(page, text)]


def test_a_short_piece_is_found_only_where_the_page_has_it_once() -> None:
    page = codes("Revenue Costs\n12 7\n1999 12")
    assert ["Revenue", "1999"] == [pieces(page, at) for at in find_ranges(page, "Revenue 12 1999")]
    assert find_ranges(page, "nothing") == []
    assert find_ranges(page, " ") == []


def test_of_all_pieces_those_with_the_fewest_and_shortest_jumps_are_taken() -> None:
    page = codes("for in-network care elsewhere. You need the plan. Look for in\nsome care\n-network providers to stay")
    text = "Look for in-network providers to stay"
    assert ["Look for in", "network providers to stay"] == [pieces(page, at) for at in find_ranges(page, text)]


def test_a_line_of_a_script_without_spaces_is_found_in_parts() -> None:
    page = codes("他发现,不平等与高水平再分配税率有关\n题目一\n而再分配税率与私人储蓄和投资减少带来的较低增长")
    text = "他发现,不平等与高水平再分配税率有关而再分配税率与私人储蓄和投资减少带来的较低增长"
    found = "".join(pieces(page, at) for at in find_ranges(page, text))
    assert len(found) > 0.8 * len(text)
    assert "题目" not in found


@pytest.mark.parametrize("upright", [False, True])
def test_letters_of_a_line_are_put_together_whichever_way_it_runs(upright: bool) -> None:
    def letter(at: int, line: int, height: float = 8) -> Letter:
        box = (10.0 * at, 20.0 * line, 10.0 * at + 8, 20.0 * line + height)
        room = (box[0], 20.0 * line - 2, box[2], 20.0 * line + 10)
        turn = (lambda one: (one[1], one[0], one[3], one[2])) if upright else (lambda one: one)
        return Letter(turn(box), turn(room), upright)

    runs = runs_of([letter(0, 1), letter(1, 1, 1.5), letter(5, 1), letter(0, 0)])
    boxes = [run.box if not upright else (run.box[1], run.box[0], run.box[3], run.box[2]) for run in runs]
    assert [(0, 20, 58, 28), (0, 0, 8, 8)] == boxes


def pieces(page: list[int], place: tuple[int, int]) -> str:
    return "".join(map(chr, page[place[0] : sum(place)]))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("\uf06e At the end", "■ At the end"),
        ("Accelerated filer \uf0a3 Yes \uf078", "Accelerated filer ☐ Yes ☒"),
        ("\uf061 = 5 \uf0b1 2", "α = 5 ± 2"),
        ("set in \uf048\uf065\uf06c\uf06c\uf06f", "set in Hello"),
    ],
)
def test_signs_of_symbol_fonts_are_what_they_look_like(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("⼀つの箱", "一つの箱"),
        ("全 世 界 无 产 者 ， 联 合 起 来 A", "全世界无产者，联合起来 A"),
        ("于 1964 年 与 GPS", "于 1964 年 与 GPS"),
        ("한국어 는 띄어쓰기", "한국어 는 띄어쓰기"),
    ],
)
def test_chinese_is_written_without_spaces_and_with_its_own_signs(raw: str, expected: str) -> None:
    assert tidier(raw)(raw) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"), [("科特", "·科尔曼", True), ("说：“", "好", True), ("said", "“yes”", False)]
)
def test_quotes_and_dots_stand_beside_chinese_without_a_space(before: str, after: str, expected: bool) -> None:
    assert runs_on(before, after) is expected


@pytest.mark.parametrize(
    ("piece", "gaps", "expected"),
    [
        ("I N D E X", [3, 3, 3, 3], "INDEX"),
        ("S O L D T O", [3, 3, 3, 9, 3], "SOLD TO"),
        ("P ERF O R M A N C E", [2, 2, 2, 2, 2, 2, 2, 2], "PERFORMANCE"),
        ("A B C D E", [40, 40, 40, 40], "A B C D E"),
        ("N E S W", [3, 3, 3], "N E S W"),
    ],
)
def test_letters_set_apart_become_words(piece: str, gaps: list[float], expected: str) -> None:
    assert is_spread(piece) is True
    assert closed(piece, gaps, 10) == expected


@pytest.mark.parametrize("piece", ["A list of words", "I am what I am", "1 2 3 4 5 6", "a 1 b 2 c 3", "I", "A B"])
def test_other_lines_are_not_set_apart(piece: str) -> None:
    assert is_spread(piece) is False


def test_a_heading_of_letters_placed_one_by_one_is_read_as_words(tmp_path: Path) -> None:
    puts = [Put(char, 72 + 10 * at, 700) for at, char in enumerate("ANNUAL REPORT") if char != " "]
    path = write_pdf(tmp_path / "spread.pdf", [Leaf(puts)])
    (page,) = pdf.read_pages(path, 1, 1)
    assert page.text == "ANNUAL REPORT"
    assert len(pdf.find_boxes(path, 1, "ANNUAL REPORT")) == 1


def test_the_lines_of_an_endless_paragraph_are_all_joined() -> None:
    lines = [f"line {number} of a list that does not end" for number in range(20_000)]
    assert join_lines(lines, [False] * len(lines), set()) == " ".join(lines)
    halves = ["they keep or-", "der"] * 2_000
    assert join_lines(halves, [False] * len(halves), {"order"}) == " ".join(["they keep order"] * 2_000)


def test_rows_of_few_digits_are_lines_of_their_own(tmp_path: Path) -> None:
    rows = [[str(row * column) for column in range(6)] for row in range(30)]
    puts = [
        Put(cell, 60 + 60 * at, 760 - 12 * number) for number, row in enumerate(rows) for at, cell in enumerate(row)
    ]
    sheet = pdf.read_sheet(write_pdf(tmp_path / "a.pdf", [Leaf(puts)]), 1)
    assert [" ".join(row) for row in rows[10:]] == [line.text for line in sheet.lines[-20:]]


def test_a_long_line_stays_whole(tmp_path: Path) -> None:
    words = " ".join(f"word{number}" for number in range(40))
    page = Leaf([Put(words, 20, 700, 4)])
    assert [words] == [line.text for line in pdf.read_sheet(write_pdf(tmp_path / "a.pdf", [page]), 1).lines]
