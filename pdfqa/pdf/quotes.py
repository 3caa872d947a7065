"""Where a quote stands on a page: among its characters, or where words stand that its text layer lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pdfqa.pages import Place
from pdfqa.pdf.boxes import find_ranges, one_for_each_line, rounded
from pdfqa.pdf.places import boxes_of
from pdfqa.types import Box

if TYPE_CHECKING:
    from pdfqa.pdf.characters import PageCharacters


def find(
    characters: PageCharacters | None, quote: str, start: int | None = None, places: Sequence[Place] = ()
) -> list[Box]:
    """Return the rectangles that a quote covers, one for each line; none if it is not found.

    Args:
        characters: Those of the page; None where no reader tells them.
        quote: A piece of the page's text.
        start: Where in the page's text the quote begins, to tell repeated quotes apart.
        places: Those of the page as it was read.
    """
    boxes: list[Box] = []
    rest: list[tuple[int | None, str]] = [(start, quote)]
    if places and start is not None:
        boxes, pieces = boxes_of(places, quote, start)
        rest = [*pieces] if pieces or not boxes else []
    if characters is not None and rest:
        codes = characters.codes()
        found = [place for begin, piece in rest for place in find_ranges(codes, piece, begin)]
        boxed = [item for place in found for item in characters.rectangles(*place)]
        if any(upright for _, upright in boxed):  # lines that run up or down have none beside them to be put together
            return [rounded(box) for box, _ in boxed] + one_for_each_line(boxes)
        boxes += [box for box, _ in boxed]
    return one_for_each_line(boxes)
