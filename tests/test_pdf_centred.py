"""Cells that are set to the middle of their row, as browsers set them."""

from __future__ import annotations

from tests.sheet_maker import FOX, cells, line, page_of, typeset

HEAD = cells(["Item", "Count", "Price", "Sum"], 700)


def test_a_label_of_two_lines_goes_with_the_values_at_its_middle() -> None:
    page = page_of(
        [
            *HEAD,
            *cells(["Bench vice", "2", "89.50", "179.00"], 680),
            line("Hand plane of ductile iron, with a", 660),
            line("spare blade and a wooden box", 648),
            *cells(["1", "142.00", "142.00"], 654, at=(300, 400, 500)),
            *cells(["Honing guide", "3", "18.25", "54.75"], 628),
        ]
    )
    assert page.text.split("\n") == [
        "Item  Count  Price  Sum",
        "Bench vice  2  89.50  179.00",
        "Hand plane of ductile iron, with a spare blade and a wooden box  1  142.00  142.00",
        "Honing guide  3  18.25  54.75",
    ]


def test_a_text_of_three_lines_goes_with_the_number_before_it_and_the_value_behind_it() -> None:
    page = page_of(
        [
            *cells(["1", "Bench vice", "179.00"], 680, at=(72, 100, 400)),
            line("2", 648),
            line("Hand plane of ductile", 660, 100),
            line("iron, with a spare blade", 648, 100),
            line("and a wooden box", 636, 100),
            line("142.00", 648, 400),
            *cells(["3", "Honing guide", "54.75"], 616, at=(72, 100, 400)),
        ]
    )
    assert page.text.split("\n") == [
        "1  Bench vice  179.00",
        "2  Hand plane of ductile iron, with a spare blade and a wooden box  142.00",
        "3  Honing guide  54.75",
    ]


def test_a_head_of_two_lines_goes_with_those_beside_it() -> None:
    page = page_of(
        [
            *cells(["Item", "Count"], 700, at=(72, 300)),
            line("Unit", 706, 380),
            line("price", 694, 380),
            line("Sum", 700, 414),
            *cells(["Bench vice", "2", "89.50", "179.00"], 674, at=(72, 300, 370, 410)),
            *cells(["Honing guide", "3", "18.25", "54.75"], 660, at=(72, 300, 370, 410)),
        ]
    )
    assert page.text.split("\n")[0] == "Item  Count  Unit price  Sum"


def test_texts_side_by_side_that_begin_at_one_height_stay_as_they_are() -> None:
    left, right = typeset(FOX, 700, letters=30), typeset(FOX, 700, 320, letters=30)
    assert page_of([*left, *right]).text == f"{FOX.strip()}\n{FOX.strip()}"
