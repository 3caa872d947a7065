"""Values of form fields on a scan: beside the labels that were recognised."""

from __future__ import annotations

from pdfqa.pdf.lines import Extra, Line, Sheet
from pdfqa.pdf.parts.filling import Field
from pdfqa.pdf.parts.refilling import refill

BOX = (160.0, 676.0, 320.0, 692.0)


def scanned(text: str, x0: float, y: float, *, shift: float = 0.0) -> Line:
    right = x0 + 6 * len(text)
    return Line(text, x0, right, y, 12, words=[(text, x0 + shift, y - 3, right + shift, y + 10)])


def sheet(*lines: Line, value: str = "Ann") -> Sheet:
    field = Field(value, BOX)
    extras = [Extra(value, "field", BOX), Extra("Note: look", "note", BOX)]
    return Sheet(1, "1", 612, 792, list(lines), source="ocr", extras=extras, loose=[field])


def test_a_value_stands_beside_its_recognised_label() -> None:
    done = refill(sheet(scanned("Full name:", 72, 680), scanned("Town:", 72, 640)))
    assert [line.text for line in done.lines] == ["Full name:", "Ann", "Town:"]
    assert all(line.words for line in done.lines)
    assert [extra.text for extra in done.extras] == ["Note: look"]


def test_a_value_without_a_label_stays_after_the_text() -> None:
    page = sheet(scanned("Town:", 72, 340))
    assert [extra.text for extra in refill(page).extras] == ["Ann", "Note: look"]


def test_lines_of_a_page_that_was_scanned_turned_are_left_as_they_are() -> None:
    page = sheet(scanned("Full name:", 72, 680, shift=200))
    assert refill(page) is page


def test_a_value_that_was_recognised_as_well_is_not_doubled() -> None:
    page = sheet(scanned("Full name:", 72, 680), scanned("Ann", 160, 680))
    assert refill(page) is page
