"""In which order a page is read: by its columns and boxes, whatever order they were written in."""

from __future__ import annotations

import random
import textwrap

import pytest

from pdfqa.pdf.layout.layout import Layout
from pdfqa.pdf.lines import Line
from tests.sheet_maker import cells, line, page_of, sheet, typeset

NAMES = "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike".split()


def block(name: str, y: float, x: float = 60, *, letters: int = 44, rows: int = 4, size: float = 10) -> list[Line]:
    """Return lines that each begin with a name and count."""
    words = " ".join(f"{name}{number} and so it goes on for a while" for number in range(20))
    return typeset(words, y, x, letters=letters, size=size)[:rows]


def names(lines: list[Line]) -> list[str]:
    """Return the names in the order in which their first lines are read."""
    text = page_of(lines).text
    return sorted({word for word in NAMES if word in text}, key=text.index)


def words(lines: list[Line]) -> list[str]:
    return page_of(lines).text.split()


def row_by_row(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda row: (-row.y, row.x0))


def shuffled(lines: list[Line], seed: int = 1) -> list[Line]:
    return random.Random(seed).sample(lines, len(lines))


def two_columns() -> list[Line]:
    return [*block("alpha", 700, rows=12), *block("bravo", 700, 330, rows=12)]


def test_columns_written_one_after_the_other_stay_so() -> None:
    assert names(two_columns()) == ["alpha", "bravo"]


def test_columns_written_row_by_row_are_read_one_after_the_other() -> None:
    assert words(two_columns()) == words(row_by_row(two_columns()))


def test_the_right_column_written_first_is_read_last() -> None:
    assert names([*block("bravo", 700, 330), *block("alpha", 700)]) == ["alpha", "bravo"]


@pytest.mark.parametrize("seed", range(5))
def test_lines_written_in_any_order_are_read_by_their_columns(seed: int) -> None:
    assert words(two_columns()) == words(shuffled(two_columns(), seed))


def test_lines_written_from_the_last_to_the_first_are_read_from_the_first() -> None:
    assert words(two_columns()) == words(two_columns()[::-1])


def test_a_title_across_columns_comes_first_wherever_it_is_written() -> None:
    title = line("charlie " * 12, 730, 60, size=10)
    assert names([*two_columns(), title]) == ["charlie", "alpha", "bravo"]


def test_what_lies_across_the_columns_divides_them() -> None:
    upper = [*block("alpha", 700), *block("bravo", 700, 330)]
    across = [line("charlie " * 12, 600)]
    lower = [*block("delta", 560), *block("echo", 560, 330)]
    lines = [*lower, *across, *upper]
    assert names(lines) == ["alpha", "bravo", "charlie", "delta", "echo"]
    assert words([*upper, *across, *lower]) == words(row_by_row(lines))


def test_three_columns_written_in_any_order() -> None:
    columns = [block(name, 700, x, letters=28) for name, x in (("alpha", 40), ("bravo", 220), ("charlie", 400))]
    assert names([*columns[2], *columns[0], *columns[1]]) == ["alpha", "bravo", "charlie"]


def test_boxes_in_two_rows_are_read_row_by_row_where_white_divides_them_across() -> None:
    upper = [*block("alpha", 700), *block("bravo", 700, 330)]
    lower = [*block("charlie", 500), *block("delta", 500, 330)]
    assert names([*lower, *upper]) == ["alpha", "bravo", "charlie", "delta"]


def test_a_sidebar_in_smaller_type_is_read_after_the_text() -> None:
    side = block("alpha", 650, 40, letters=20, rows=6, size=7)
    text = block("bravo", 700, 180, letters=70, rows=20)
    assert names([*text[:10], *side, *text[10:]]) == ["bravo", "alpha"]


def test_rows_of_a_table_written_in_any_order_stay_rows() -> None:
    rows = [
        cells([f"{name} costs", str(1100 + at), str(2200 + at)], 700 - 14 * at) for at, name in enumerate(NAMES[:6])
    ]
    page = page_of(shuffled([cell for row in rows for cell in row]))
    assert page.text.split("\n") == [f"{name} costs  {1100 + at}  {2200 + at}" for at, name in enumerate(NAMES[:6])]


def test_columns_of_figures_written_one_after_the_other_are_a_table() -> None:
    rows = [cells([f"{name} costs", str(1100 + at)], 700 - 14 * at) for at, name in enumerate(NAMES[:6])]
    labels, figures = [row[0] for row in rows], [row[1] for row in rows]
    page = page_of([*figures, *labels])
    assert page.text.split("\n") == [f"{name} costs  {1100 + at}" for at, name in enumerate(NAMES[:6])]


def test_rows_of_figures_written_before_their_labels_join_them() -> None:
    rows = [
        cells([f"{name} costs and more", str(1100 + at), str(2200 + at)], 700 - 14 * at)
        for at, name in enumerate(NAMES[:6])
    ]
    page = page_of([*(cell for row in rows for cell in row[1:]), *(row[0] for row in rows)])
    assert page.text.split("\n") == [
        f"{name} costs and more  {1100 + at}  {2200 + at}" for at, name in enumerate(NAMES[:6])
    ]


def test_figures_stand_with_their_labels_in_a_chart() -> None:
    labels = [row for at in range(4) for row in block(NAMES[at], 700 - 40 * at, 200, letters=20)[:2]]
    figures = [line(f"{at}{at}.5", 734 - 40 * at, 400) for at in range(1, 5)]
    text = page_of([*figures, *labels]).text
    expected = [part for at in range(4) for part in (f"{NAMES[at]}0", f"{at + 1}{at + 1}.5")]
    assert sorted(expected, key=text.index) == expected


def test_recognised_lines_are_ordered_by_place_however_uneven() -> None:
    lines = row_by_row(two_columns())
    chance = random.Random(3)
    for each in lines:
        each.y += chance.uniform(-0.8, 0.8)
        each.size += chance.uniform(-0.5, 0.5)
    recognised = sheet(lines)
    recognised.source = "ocr"
    assert words(two_columns()) == Layout().pages([recognised])[0].text.split()


def test_a_table_is_not_torn_where_only_a_heading_over_it_was_written_late() -> None:
    cell = textwrap.wrap("a long remark in a narrow cell that takes several lines of it", 30)
    one = [line(text, 700 - 12 * at, 60) for at, text in enumerate(cell)]
    other = [line(text.replace("a", "o"), 700 - 12 * at, 330) for at, text in enumerate(cell)]
    below = [line("short remark", 640, 60), line("shorter remark", 640, 330)]
    late = [line("Late heading", 730, 60, size=14)]
    assert words([*late, *one, *other, *below]) == words([*one, *other, *below, *late])


def test_a_table_of_words_is_not_torn_into_columns() -> None:
    names = [f"{name.title()} Light Corporation Ltd" for name in NAMES]
    pairs = list(zip(names, names[::-1], strict=True))
    lines = [cell for at, pair in enumerate(pairs) for cell in cells([*pair, "100.0"], 700 - 14 * at, (60, 290, 500))]
    assert page_of(lines).text.split("\n") == [f"{one}  {other}  100.0" for one, other in pairs]


def test_recognised_words_go_with_their_part_of_a_row_that_is_divided() -> None:
    lines: list[Line] = []
    for at in range(6):
        one, other = f"left{at} says this and that and", f"right{at} says that and this and"
        row = line(f"{one}  {other}", 700 - 12 * at, 60)
        row.cells = [(60, 190, one), (220, 350, other)]
        row.words = [(f"left{at}", 60, 700, 90, 710), (f"right{at}", 220, 700, 250, 710)]
        lines.append(row)
    found = Layout().pages([sheet(lines)])[0]
    names = [f"{side}{at}" for side in ("left", "right") for at in range(6)]
    assert [found.text[place.start : place.end] for place in found.places] == names


def test_a_text_beside_a_table_is_read_on_its_own() -> None:
    text = block("alpha", 700, 60, letters=28, rows=14)
    rows = [
        cell for at in range(9) for cell in cells([NAMES[at + 1], f"{at}1", f"{at}2"], 694 - 17 * at, (330, 420, 480))
    ]
    recognised = sheet(row_by_row([*text, *rows]))
    recognised.source = "ocr"
    found = Layout().pages([recognised])[0].text
    assert max(at for at in range(len(found)) if found.startswith("alpha", at)) < found.index("bravo")
    assert "charlie  11  12" in found
