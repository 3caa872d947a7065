"""What the parts of a page are: headings of the outline, footnotes, lists, what recurs at the edges of pages."""

from __future__ import annotations

from collections.abc import Callable

from pdfqa.pages import OutlineItem, Page
from pdfqa.pdf.layout.layout import Layout
from pdfqa.pdf.lines import Line
from tests.sheet_maker import FOX, line, page_of, sheet, shown, typeset


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


def test_items_of_a_list_inside_a_list_are_whole() -> None:
    lines = [
        line("• The first item of the list goes on in a second line as", 700),
        line("it is rather long.", 688, 82),
        line("o An item inside", 676, 100),
        line("that goes on.", 664, 110),
        line("o Another item", 652, 100),
        line("• The second item", 640),
    ]
    assert shown(page_of(lines)) == [
        ("list", "• The first item of the list goes on in a second line as it is rather long."),
        ("list", "o An item inside that goes on."),
        ("list", "o Another item"),
        ("list", "• The second item"),
    ]


def test_a_letter_at_the_beginning_of_a_line_is_no_bullet() -> None:
    lines = [line("O sistema tem duas partes e cada uma delas guarda uma", 700), line("o que a outra usa.", 688)]
    assert len(shown(page_of(lines))) == 1


def pages(make: Callable[[int], list[Line]], count: int = 6) -> list[Page]:
    return Layout().pages([sheet(make(number), number) for number in range(1, count + 1)])


def test_a_number_with_a_letter_before_it_is_a_page_number() -> None:
    found = pages(lambda number: [*typeset(f"Page {number} says this. " + FOX, 500), line(f"F-{number + 30}", 40, 300)])
    assert [page.text[-8:] for page in found] == ["morning."] * 6
    assert [page.label for page in found] == ["F-31", "F-32", "F-33", "F-34", "F-35", "F-36"]


def test_a_running_head_stands_at_the_top_of_the_text_however_small_the_page_is_on_its_sheet() -> None:
    found = pages(lambda number: [line(f"{number + 10} A Book of Foxes", 560), *typeset(f"Page {number}. " + FOX, 540)])
    assert [page.text[:5] for page in found] == ["Page "] * 6


def test_a_text_along_the_side_of_every_page_is_set_aside() -> None:
    def make(number: int) -> list[Line]:
        stamp = line("Downloaded from a library on 3 May", 300, 20)
        stamp.turned = True
        return [*typeset(f"Page {number}. " + FOX), stamp]

    assert [len(page.blocks) for page in pages(make)] == [1] * 6
    assert [len(page.blocks) for page in pages(make, 2)] == [2] * 2


def test_pages_that_are_much_alike_keep_their_text() -> None:
    found = pages(lambda number: [*typeset("Dear reader, come and see the foxes. " + FOX), line(f"{number}", 40, 300)])
    assert [page.text[-8:] for page in found] == ["morning."] * 6


def test_labels_with_their_values_are_lines_of_their_own() -> None:
    page = page_of([line("Name: Ann Fox", 700), line("Date of birth: 4 March 1990", 688)])
    assert shown(page) == [("text", "Name: Ann Fox"), ("text", "Date of birth: 4 March 1990")]


def test_pages_with_nothing_but_a_title_keep_it() -> None:
    sheets = [sheet([line(f"Potato {number}", 720)], number=number + 1) for number in range(5)]
    assert [f"Potato {number}" for number in range(5)] == [page.text for page in Layout().pages(sheets)]
