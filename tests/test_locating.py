"""Where on our pages a text stands that another program has cut out of them."""

from __future__ import annotations

import tracemalloc

from pdfqa.locating import Piece, locate

ONE = "Revenue rose to 1,250 million euros.\nThe board proposes a dividend of 2.40 euros a share."
TWO = "The auditor is Ernst & Young.\nIts opinion is unqualified, as in the year before."
PAGES = [ONE, TWO]


def found(text: str) -> list[tuple[int, str]]:
    return [(piece.page, PAGES[piece.page][piece.start : piece.end]) for piece in locate(text, PAGES)]


def test_a_text_is_found_as_it_stands() -> None:
    assert [Piece(0, 37, 89)] == locate("The board proposes a dividend of 2.40 euros a share.", PAGES)


def test_white_space_hyphens_and_ligatures_do_not_count() -> None:
    assert [(0, "The board proposes a dividend of 2.40 euros a share.")] == found(
        "The  board pro-\nposes a divi­dend\tof 2.40 euros a share."
    )
    pages = ["The ﬁrst oﬃce of the ﬁrm."]
    assert [Piece(0, 0, len(pages[0]))] == locate("The first office of the firm.", pages)


def test_a_text_that_crosses_pages_has_a_piece_on_each() -> None:
    assert [(0, "a dividend of 2.40 euros a share."), (1, "The auditor is Ernst & Young.")] == found(
        "a dividend of 2.40 euros a share.\n\nThe auditor is Ernst & Young."
    )


def test_a_few_letters_on_the_next_page_are_no_piece_of_their_own() -> None:
    assert [(0, "a dividend of 2.40 euros a share.")] == found("a dividend of 2.40 euros a share. The au")


def test_a_text_with_some_other_letters_is_found_by_the_rest() -> None:
    page = " ".join(
        f"In {year} the club had {year * 7} members and a fleet of {year % 90} boats." for year in range(1900, 1990)
    )
    wanted = page[1000:3000].replace("members", "rnembers", 2)
    [piece] = locate(wanted, ["Something else.", page])
    assert 1 == piece.page
    assert abs(piece.start - 1000) < 80
    assert abs(piece.end - 3000) < 200


def test_what_does_not_stand_there_is_not_found() -> None:
    assert [] == locate("The copper mine at Korsholm was closed in 1957.", PAGES)
    assert [] == locate("euros", PAGES)
    assert [] == locate("", PAGES)
    assert [] == locate("The auditor is Ernst & Young.", [])


def test_the_pages_of_a_long_document_take_little_memory() -> None:
    pages = [f"Page {number} is about élan. " + "It has words of all kinds. " * 100 for number in range(200)]
    tracemalloc.start()
    try:
        assert [(100, 0)] == [(piece.page, piece.start) for piece in locate("Page 100 is about élan.", pages)]
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 10 * sum(map(len, pages))
