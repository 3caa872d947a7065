"""Hebrew and Arabic are read from right to left, whatever order their parts were drawn in."""

from __future__ import annotations

import pytest

from pdfqa.pdf.letters.mend import ZERO, mended
from tests.test_pdf_mend import Drawn


def from_the_right(text: str, right: float = 500.0) -> list[tuple[str, float, float]]:
    """Return the letters of a text as drawn from this edge leftwards, ten points each; words of digits rightwards."""
    cells: list[tuple[str, float, float]] = []
    for part in text.replace(" ", " | ").split("|"):
        width = 10.0 * len(part)
        steps = range(len(part)) if part.isascii() else range(len(part) - 1, -1, -1)
        cells += [
            (char, right - width + 10 * step, right - width + 10 * (step + 1))
            for char, step in zip(part, steps, strict=True)
        ]
        right -= width
    return cells


def read(*cells: tuple[str, float, float]) -> str:
    return " ".join(mended(Drawn(*cells))[0].replace(ZERO, "").split())


def test_a_line_drawn_in_order_stays() -> None:
    assert read(*from_the_right("هزم الفريق 308 نقطة")) == "هزم الفريق 308 نقطة"


def test_parts_of_a_line_are_read_from_the_right() -> None:
    first, second = from_the_right("سوى عن ", 500), from_the_right("308 نقطة", 430)
    third = from_the_right("في الوقت", 340)
    ends = [("\r", 0, 0), ("\n", 0, 0)]
    assert read(*first, *third, *ends, *second, *ends) == "سوى عن 308 نقطة في الوقت"


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        ("في العرقلات )118( وأجبر", "في العرقلات (118) وأجبر"),
        ("الجولة الفاصلة .39 الرقم", "الجولة الفاصلة 39. الرقم"),
        ("الثالث و.9 في اللعبة", "الثالث و9. في اللعبة"),
        ("بلغت 1,600.50 دولار", "بلغت 1,600.50 دولار"),
        ("في (ASL) النشيد", "في (ASL) النشيد"),
    ],
)
def test_stops_and_brackets_stand_where_they_are_read(drawn: str, expected: str) -> None:
    assert read(*[(char, 0.0, 10.0) for char in drawn]) == expected


def test_text_that_is_mostly_western_keeps_its_order() -> None:
    text = "The word سلام .5 means )peace("
    assert read(*[(char, 10.0 * at, 10.0 * at + 10) for at, char in enumerate(text)]) == text
