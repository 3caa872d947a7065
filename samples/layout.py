"""What the samples share: page templates, styles, tables, outline and printed page numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

WIDTH, HEIGHT = A4
MARGIN = 24 * mm
ACCENT = colors.HexColor("#1f4e5f")
FAINT = colors.HexColor("#dfe8eb")

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=12, leading=17, alignment=TA_JUSTIFY, spaceAfter=8)
ITEM = ParagraphStyle("item", parent=BODY, alignment=0, spaceAfter=3)
PLAIN = ParagraphStyle("plain", parent=BODY, alignment=0)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=9.5, leading=12.5)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=30, leading=36, textColor=ACCENT, spaceAfter=10)
SUBTITLE = ParagraphStyle("subtitle", fontName="Helvetica", fontSize=15, leading=20, spaceAfter=6)
H1 = ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=18, leading=24, textColor=ACCENT, spaceAfter=10)
H2 = ParagraphStyle(
    "h2", fontName="Helvetica-Bold", fontSize=12.5, leading=16, spaceBefore=9, spaceAfter=4, keepWithNext=1
)
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=9.6, leading=12)
CAPTION = ParagraphStyle("caption", parent=SMALL, fontName="Helvetica-Oblique", spaceBefore=4)


class Document(BaseDocTemplate):
    """A PDF with a running head, a printed page number that starts after the front matter, labels and an outline."""

    def __init__(self, path: Path, *, title: str, author: str, head: str, front: int = 0, foot: str = "{}") -> None:
        super().__init__(
            str(path), pagesize=A4, invariant=1, title=title, author=author, subject="A sample of pdfqa: all invented",
            creator="samples/make_samples.py",
        )  # fmt: skip
        self._head, self._front, self._foot = head, front, foot
        frame = Frame(MARGIN, 26 * mm, WIDTH - 2 * MARGIN, HEIGHT - 56 * mm, id="one", leftPadding=0, rightPadding=0)
        gap = 8 * mm
        half = (WIDTH - 2 * MARGIN - gap) / 2
        top = 40 * mm  # room for the heading above the columns
        columns = [
            Frame(MARGIN, HEIGHT - 30 * mm - 14 * mm, WIDTH - 2 * MARGIN, 14 * mm, leftPadding=0, rightPadding=0),
            Frame(MARGIN, 26 * mm, half, HEIGHT - 28 * mm - top, leftPadding=0, rightPadding=0),
            Frame(MARGIN + half + gap, 26 * mm, half, HEIGHT - 28 * mm - top, leftPadding=0, rightPadding=0),
        ]
        self.addPageTemplates(
            [
                PageTemplate("cover", [frame], onPage=self._label),
                PageTemplate("one", [frame], onPage=self._decorate),
                PageTemplate("two", columns, onPage=self._decorate),
            ]
        )

    def _label(self, canvas: Canvas, _: Any) -> str:
        number = canvas.getPageNumber()
        if number == 1 and self._front:
            canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
        if number == self._front + 1:
            canvas.addPageLabel(self._front, style="ARABIC", start=1)
        return roman(number) if number <= self._front else str(number - self._front)

    def _decorate(self, canvas: Canvas, document: Any) -> None:
        label = self._label(canvas, document)
        canvas.saveState()
        canvas.setFont("Helvetica", 9)
        canvas.setFillColor(colors.HexColor("#555555"))
        canvas.drawString(MARGIN, HEIGHT - 17 * mm, self._head)
        canvas.drawCentredString(WIDTH / 2, 14 * mm, self._foot.format(label))
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(0.5)
        canvas.line(MARGIN, HEIGHT - 19.5 * mm, WIDTH - MARGIN, HEIGHT - 19.5 * mm)
        canvas.restoreState()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - the library's name
        """Put headings into the outline."""
        level = {"h1": 0, "h2": 1}.get(getattr(getattr(flowable, "style", None), "name", ""))
        if level is None:
            return
        text = flowable.getPlainText()
        key = f"{self.page}-{text}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key, level=level, closed=level == 0)


def roman(number: int) -> str:
    return ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii"][number]


def paragraphs(text: str, style: ParagraphStyle = BODY) -> list[Flowable]:
    """Cut a text at its empty lines; `## ` begins a heading, `- ` an item of a list."""
    flowables: list[Flowable] = []
    for block in text.strip().split("\n\n"):
        if block.startswith("## "):
            flowables.append(Paragraph(block[3:].strip(), H2))
        elif block.startswith("- "):
            items = [Paragraph(" ".join(block[2:].split()), ITEM)]
            flowables.append(
                ListFlowable(items, bulletType="bullet", start="•", leftIndent=12, bulletFontSize=9, bulletOffsetY=-1)
            )
        else:
            flowables.append(Paragraph(" ".join(block.split()), style))
    return flowables


def table(
    rows: Sequence[Sequence[str]], widths: Sequence[float], *, totals: Sequence[int] = (), numbers: bool = True
) -> Table:
    """Return a ruled table whose first row is its header; `totals` are the rows set in bold, under a line."""
    cells = [list(row) for row in rows]
    if not numbers:
        cells = [cells[0], *([Paragraph(cell, CELL) for cell in row] for row in cells[1:])]
    style: list[Any] = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 9.6),
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9.6),
        ("BACKGROUND", (0, 0), (-1, 0), FAINT),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, ACCENT),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, ACCENT),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
    ]
    if numbers:
        style.append(("ALIGN", (1, 0), (-1, -1), "RIGHT"))
    for row in totals:
        style += [("FONT", (0, row), (-1, row), "Helvetica-Bold", 9.6), ("LINEABOVE", (1, row), (-1, row), 0.5, ACCENT)]
    return Table(cells, colWidths=[width * mm for width in widths], style=TableStyle(style), hAlign="LEFT")


def money(amount: int) -> str:
    """Write an amount as accountants do: 1,234, (1,234) for less than nothing, a dash for nothing."""
    if not amount:
        return "–"
    return f"{amount:,}" if amount > 0 else f"({-amount:,})"


def share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}%"


def page(template: str = "one") -> list[Flowable]:
    return [NextPageTemplate(template), PageBreak()]


def build(document: Document, story: Callable[[], list[Flowable]]) -> None:
    document.build(story())
