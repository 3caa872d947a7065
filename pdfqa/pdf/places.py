"""Where words stand that the text layer lacks: recognised ones, values of fields, notes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdfqa.pages import Place
from pdfqa.pdf.boxes import plain
from pdfqa.pdf.lines import Line
from pdfqa.types import Box

_AHEAD = 400  # letters: how far a word may have moved, as cells of a table do


def places_of(lines: Sequence[Line], text: str, at: int) -> Iterator[Place]:
    """Yield where the words of lines stand in the text that was made of them, which begins at `at` in its page's."""
    if not any(line.words for line in lines):
        return
    letters: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        for letter in plain(char):
            letters.append(letter)
            origin.append(index)
    told, taken = "".join(letters), 0
    for line in lines:
        for word, *box in line.words or ():
            wanted = "".join(map(plain, word))
            found = told.find(wanted, taken, taken + len(wanted) + _AHEAD) if wanted else -1
            if found < 0:
                continue
            taken = found + len(wanted)
            yield Place(at + origin[found], at + origin[taken - 1] + 1, *box)


def boxes_of(places: Sequence[Place], quote: str, start: int) -> tuple[list[Box], list[tuple[int, str]]]:
    """Return the boxes of those words of a quote that have places, and what remains of it, each with its start."""
    boxes: list[Box] = []
    rest: list[tuple[int, str]] = []
    end, at = start + len(quote), start
    for place in sorted(places, key=lambda place: place.start):
        if place.end <= start or place.start >= end:
            continue
        rest.append((at, quote[at - start : max(place.start - start, 0)]))
        boxes.append(_part(place, start, end))
        at = max(at, min(place.end, end))
    rest.append((at, quote[at - start :]))
    return boxes, [(begin, piece) for begin, piece in rest if any(map(plain, piece))]


def _part(place: Place, start: int, end: int) -> Box:
    """Return the box of a word, or of the part of it that is between two places of the text."""
    letter = (place.x1 - place.x0) / max(place.end - place.start, 1)
    return Box(
        x0=place.x0 + letter * max(start - place.start, 0),
        y0=place.y0,
        x1=place.x1 - letter * max(place.end - end, 0),
        y1=place.y1,
    )
