"""Make lines of pages and lay them out, without any PDF."""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Iterable

from pdfqa.pages import OutlineItem, Page
from pdfqa.pdf.layout.layout import Layout
from pdfqa.pdf.lines import Line, Sheet

FOX = (
    "The quick brown fox jumps over the lazy dog and runs through the field until the evening comes. Then it rests "
    "under the old oak, counts the stars that it knows by name, and waits for the morning. "
)


def line(text: str, y: float, x: float = 72, *, size: float = 10, bold: bool = False, italic: bool = False) -> Line:
    return Line(text, x, x + len(text) * size / 2, y, size, bold=bold, italic=italic)


def typeset(text: str, y: float = 700, x: float = 72, *, letters: int = 60, size: float = 10) -> list[Line]:
    rows = textwrap.wrap(text, letters, break_on_hyphens=False)
    return [line(row, y - 1.2 * size * number, x, size=size) for number, row in enumerate(rows)]


def cells(texts: list[str], y: float, at: tuple[float, ...] = (72, 300, 400, 500)) -> list[Line]:
    return [line(text, y, x) for text, x in zip(texts, at, strict=False) if text]


def sheet(lines: list[Line], number: int = 1, label: str = "") -> Sheet:
    return Sheet(number, label, 612, 792, copy.deepcopy(lines))  # laying out changes them


def page_of(lines: list[Line], outline: Iterable[OutlineItem] = ()) -> Page:
    return Layout(outline).pages([sheet(lines)])[0]


def shown(page: Page) -> list[tuple[str, str]]:
    return [(block.kind, page.text[block.start : block.end]) for block in page.blocks]
