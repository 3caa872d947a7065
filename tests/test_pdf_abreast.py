"""Narrow columns of prose that are written line by line across the page."""

from __future__ import annotations

from itertools import chain, zip_longest
from pathlib import Path

import pytest

from pdfqa.pdf import read_pages
from tests.pdf_maker import Leaf, Put, paragraph, row, write_pdf

PORT = (
    "The harbour office keeps a register of every vessel that has called at the port since 1890. It names the master, "
    "the cargo and the place from which she came, and it is open to the public on weekdays."
)
LIGHT = (
    "Visitors to the lighthouse climb two hundred and twelve steps to the gallery. From there the whole bay can be "
    "seen, and on clear days the islands beyond it. The keeper asks that children be held by the hand on the stairs."
)


def across(*columns: list[Put]) -> list[Put]:
    """Return the lines of columns as a program writes them that goes down the page."""
    return [put for puts in zip_longest(*columns) for put in puts if put]


@pytest.mark.parametrize("letters", [20, 24, 30, 36])
@pytest.mark.parametrize("texts", [(PORT, LIGHT), (LIGHT, PORT)], ids=["right longer", "left longer"])
def test_two_columns_are_read_one_after_the_other(tmp_path: Path, texts: tuple[str, str], letters: int) -> None:
    puts = across(paragraph(texts[0], 40, letters=letters), paragraph(texts[1], 320, letters=letters))
    (page,) = read_pages(write_pdf(tmp_path / "two.pdf", [Leaf(puts)]), 1, 1)
    assert "\n".join(texts) == page.text


def test_three_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    texts = (PORT, LIGHT, PORT)
    puts = across(*(paragraph(text, x, letters=24) for text, x in zip(texts, (30, 220, 410), strict=True)))
    (page,) = read_pages(write_pdf(tmp_path / "three.pdf", [Leaf(puts)]), 1, 1)
    assert "\n".join(texts) == page.text


def test_a_table_of_words_stays_a_table(tmp_path: Path) -> None:
    words = ["Oak", "Quercus robur", "Ash", "Fraxinus excelsior", "Beech", "Fagus sylvatica", "Elm", "Ulmus glabra"]
    words += ["Lime", "Tilia cordata", "Alder", "Alnus glutinosa"]
    rows = [row(words[at : at + 2], 700 - 14 * at / 2) for at in range(0, len(words), 2)]
    (page,) = read_pages(write_pdf(tmp_path / "trees.pdf", [Leaf([*chain(*rows)])]), 1, 1)
    assert ["table"] == [block.kind for block in page.blocks]
