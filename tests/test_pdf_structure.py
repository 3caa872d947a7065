"""What the parts of a page are: headings of the outline, footnotes."""

from __future__ import annotations

from pdfqa.pages import OutlineItem, Page
from tests.sheet_maker import FOX, line, page_of, shown, typeset


def headings(page: Page) -> list[tuple[str, int]]:
    return [(page.text[block.start : block.end], block.level) for block in page.blocks if block.kind == "heading"]


def test_a_title_of_the_outline_is_a_heading_of_its_level() -> None:
    lines = [line("Where the fox sleeps", 720), *typeset(FOX, 700)]
    assert headings(page_of(lines)) == []
    assert headings(page_of(lines, [OutlineItem("Where the fox sleeps", 1, 3)])) == [("Where the fox sleeps", 3)]


def test_a_title_is_known_with_and_without_its_number() -> None:
    for printed, told in (("2.1 Where it sleeps", "Where it sleeps"), ("Where it sleeps", "2.1 Where it sleeps")):
        page = page_of([line(printed, 712), *typeset(FOX, 700)], [OutlineItem(told, 1, 2)])
        assert headings(page) == [(printed, 2)]


def test_a_title_in_two_lines_is_one_heading() -> None:
    lines = [line("Where the fox", 724), line("sleeps at night", 712), *typeset(FOX, 700)]
    page = page_of(lines, [OutlineItem("Where the fox sleeps at night", 1, 1)])
    assert headings(page) == [("Where the fox sleeps at night", 1)]


def test_of_lines_that_read_alike_the_largest_is_the_title() -> None:
    lines = [line("Costs", 724), *typeset(FOX, 700), line("Costs", 600, size=16), *typeset(FOX, 580)]
    assert headings(page_of(lines, [OutlineItem("Costs", 1, 2)])) == [("Costs", 2)]


def test_a_title_on_another_page_makes_no_heading() -> None:
    lines = [line("Where the fox sleeps", 720), *typeset(FOX, 700)]
    assert headings(page_of(lines, [OutlineItem("Where the fox sleeps", 2, 1)])) == []


def test_small_text_with_a_mark_under_the_text_is_a_footnote() -> None:
    notes = [line("1 See the appendix.", 100, size=7), line("2 And the preface.", 91, size=7)]
    page = page_of([*typeset(FOX), *notes])
    assert shown(page)[1:] == [("footnote", "1 See the appendix."), ("footnote", "2 And the preface.")]


def test_a_footnote_of_several_lines_is_one_block() -> None:
    page = page_of([*typeset(FOX * 2), *typeset("3 " + FOX, 120, size=7)])
    assert shown(page)[1:] == [("footnote", "3 " + FOX.strip())]


def test_a_mark_and_its_footnote_are_two_words() -> None:
    assert shown(page_of([*typeset(FOX), line("1https://example.org/a", 100, size=7)]))[1:] == [
        ("footnote", "1 https://example.org/a")
    ]


def test_footnotes_of_both_columns_come_after_the_text() -> None:
    left = [*typeset(FOX, 700, 60, letters=40), line("1 A note.", 600, 60, size=7)]
    right = [*typeset(FOX, 700, 330, letters=40), line("2 A second note.", 600, 330, size=7)]
    assert [kind for kind, _ in shown(page_of([*left, *right]))] == ["text", "text", "footnote", "footnote"]


def test_small_text_without_a_mark_is_no_footnote() -> None:
    assert shown(page_of([*typeset(FOX), line("Printed on paper.", 100, size=7)]))[1][0] == "text"


def test_small_text_right_under_the_text_is_no_footnote() -> None:
    page = page_of([*typeset(FOX), line("1 See the appendix.", 700 - 12 * 4, size=8)])
    assert "footnote" not in [kind for kind, _ in shown(page)]


def test_small_text_that_more_text_stands_under_is_no_footnote() -> None:
    page = page_of([*typeset(FOX), line("1 See the appendix.", 600, size=7), *typeset(FOX, 500)])
    assert "footnote" not in [kind for kind, _ in shown(page)]
