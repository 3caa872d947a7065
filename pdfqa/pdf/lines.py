"""Lines of a page as a reader saw them, and their joining to the lines a person sees."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from pdfqa.pages import Attachment, BlockKind, Defect

Cell = tuple[float, float, str]
Word = tuple[str, float, float, float, float]  # and its left, bottom, right and top on the page as shown

# What stands in a cell of figures: amounts, percentages, dashes, years, note marks.
_FIGURE = re.compile(
    r"[$€£¥(+\-–—−]*\s?(?:[$€£¥]\s?)?\(?[\d.,:/]*\d[\d.,:/]*\s?[%)xX*bp]*\)?(?:\s?\(\w\))?|[-–—−]+%?|n/?[am]|N/?[AM]"
)
_YEAR = re.compile(r"\(?(?:FY\s?|Q[1-4]\s?)?(?:19|20)\d\d\)?")
# What begins a list item or a footnote; the gap after it divides no cells.
_MARK = re.compile(
    r"[•▪●○◦‣▸►▶∙·✓❖■□➢➤➔→✔❑*†‡–—-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{2,5})[.)]|(?:Item|ITEM|Note) ?\d+[A-Z]?\.?"
)
# What stands over a table at its left: the unit of its figures, or the day that they are of.
_STUB = re.compile(
    r"\(?(?:(?:US|U\.S\.)? ?[$€£]|amounts|dollars|figures|shares)?,? ?(?:and shares )?(?:in|In|IN) "
    r"(?i:millions|thousands|billions)\b[^.:]*"
    r"|(?i:\(?(?:dollars|amounts|figures) in (?:millions|thousands|billions)\b[^.:]*)"
    r"|(?i:(?:(?:fiscal )?years?|months|quarters?) (?:ended|ending)|as of|at|balance at) "
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2},?"
    r"(?: (?:19|20)\d\d)?"
)
_DOTS = re.compile(r"^…\s*|\s*…[\s.·…]*$")
_LEADERS = re.compile(r"(?:\s?[.·…]){2,}\s+(?=\S+$)")
_SIGNS = frozenset({"$", "€", "£", "¥", "(", "$ (", "$(", "+", "-", "US$", "RMB"})
_TAILS = frozenset({"%", ")", ")%", "%)", "*", "x"})


class Line(msgspec.Struct, gc=False):
    """A line of text and where it stands, in points from the lower left corner of its upright page.

    `cut` says that the reader took a hyphen from its end, `turned` that it runs in another direction than the page,
    `spaced` that white space came before it. `cells` are set where wide gaps divide it. `words` are set where the line
    is not in the text layer, so that its place cannot be looked up there.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    italic: bool = False
    cut: bool = False
    turned: bool = False
    spaced: bool = True
    cells: list[Cell] | None = None
    words: list[Word] | None = None
    grid: Any = None  # the `Grid` of a whole table that this stands for; never on a line that a reader gave


class Rule(msgspec.Struct, gc=False, frozen=True, array_like=True):
    """A drawn line of a table, in the coordinates of `Line`: upright where x0 == x1, else level."""

    x0: float
    y0: float
    x1: float
    y1: float


class Extra(msgspec.Struct, frozen=True, array_like=True):
    """A note or a field's value that stands beside the text of a page, and its rectangle on the page as shown."""

    text: str
    kind: BlockKind
    box: tuple[float, float, float, float]


# A field without a label in the text layer: `filling.Field`, with its rectangle as shown.
Loose = tuple[str, tuple[float, float, float, float], str, bool, bool, str, bool]


class Sheet(msgspec.Struct):
    """A page as a reader saw it, before layout."""

    number: int
    label: str
    width: float
    height: float
    lines: list[Line]
    depth: float = 0.0  # the height when its text stands upright, if that is not how it is shown
    source: Literal["text", "ocr", "none"] = "text"
    reader: str = "pdfium"
    warnings: list[str] = []
    defect: Defect = ""
    rules: list[Rule] = []
    unseen: int = 0  # words that nobody can see
    extras: list[Extra] = []
    loose: list[Loose] = []
    attached: list[Attachment] = []


def damaged(number: int, label: str, reason: str, reader: str = "pdfium") -> Sheet:
    """Return the sheet of a page that cannot be read."""
    return Sheet(number, label, 0.0, 0.0, [], source="none", reader=reader, warnings=[reason], defect="damaged")


def is_figure(text: str) -> bool:
    """Return whether a cell holds a figure."""
    return _FIGURE.fullmatch(text) is not None


def is_year(text: str) -> bool:
    """Return whether a cell holds a year, as column heads do."""
    return _YEAR.fullmatch(text) is not None


def is_unit(text: str) -> bool:
    """Return whether a line says what the figures of a table are counted in, or of which day they are."""
    return len(text) < 60 and _STUB.fullmatch(text) is not None


def visual_lines(lines: list[Line]) -> list[Line]:
    """Return the lines with pieces of one line put together: cells of a row, raised figures, restarted words."""
    result: list[Line] = []
    for line in lines:
        if result and _continues(result[-1], line):
            _append(result[-1], line)
        else:
            result.append(line)
    for line in result:
        if line.cells is not None:
            _settle_cells(line)
    return result


def _continues(line: Line, piece: Line) -> bool:
    if line.turned or piece.turned or line.grid or piece.grid:
        return False
    rise = abs(piece.y - line.y)
    big = max(line.size, piece.size)
    gap = piece.x0 - line.x1
    if rise <= 0.2 * big:
        if gap > 1.5 * big:
            return not (_prose(line) and _prose(piece))
        return gap >= -0.4 * big
    small = min(line.size, piece.size)
    return rise <= 0.6 * big and small <= 0.82 * big and -small <= gap <= 0.5 * big


def _prose(line: Line) -> bool:
    # Two long texts side by side are columns, not cells.
    return line.cells is None and len(line.text) > 30


def _append(line: Line, piece: Line) -> None:
    big = max(line.size, piece.size)
    gap = piece.x0 - line.x1
    apart = gap > 0.9 * big or _are_found_apart(line, piece, gap)
    if apart or line.cells or piece.cells:
        cells = line.cells or [(line.x0, line.x1, line.text)]
        more = piece.cells or [(piece.x0, piece.x1, piece.text)]
        if not apart:
            glue = " " if piece.spaced or gap > 0.15 * big else ""
            more = [(cells[-1][0], more[0][1], cells[-1][2] + glue + more[0][2]), *more[1:]]
            cells = cells[:-1]
        line.cells = cells + more
    is_mark = line.y > piece.y + 0.15 * big and piece.size > 1.2 * line.size and len(line.text) < 4
    if piece.size > 1.2 * line.size or len(line.text) < 3 < len(piece.text):
        # The first piece was a note mark, a bullet or a drop cap.
        line.y, line.size, line.bold, line.italic = piece.y, piece.size, piece.bold, piece.italic
    elif len(piece.text) > 1:
        line.bold = line.bold and piece.bold
        line.italic = line.italic and piece.italic
    wide = gap > 0.15 * big or (piece.spaced and gap > 0.02 * big) or is_mark
    glue = "-" if line.cut else " " if wide else ""
    line.text = line.text + glue + piece.text
    line.cut = piece.cut
    if line.words or piece.words:
        line.words = [*(line.words or ()), *(piece.words or ())]
    line.x1 = max(line.x1, piece.x1)


def _are_found_apart(line: Line, piece: Line, gap: float) -> bool:
    """Return whether a figure was recognised for itself, as is done where a rule or much room is before it."""
    recognised = bool(line.words and piece.words)
    return recognised and gap > 0.1 * min(line.size, piece.size) and is_figure(piece.text)


def _settle_cells(line: Line) -> None:
    # A currency sign or a closing bracket is set apart from its figure to align a column: one cell for a reader.
    cells: list[Cell] = []
    for x0, x1, text in line.cells or ():
        # A dash far from the next figure is one itself: nothing.
        joins = bool(cells) and cells[-1][2] in _SIGNS and (cells[-1][2] != "-" or x0 - cells[-1][1] < line.size)
        if cells and (joins or text in _TAILS or (len(cells) == 1 and _MARK.fullmatch(cells[0][2]))):
            glue = "" if text in _TAILS or cells[-1][2] == "(" else " "
            cells[-1] = (cells[-1][0], x1, cells[-1][2] + glue + text)
        else:
            cells.append((x0, x1, text))
    leaders = [at for at, cell in enumerate(cells) if cell[2].endswith("…") or cell[2].startswith("… ")]
    dots = [at for at, cell in enumerate(cells[1:-1], 1) if not cell[2].strip(". ·…")]
    if leaders or len(dots) > 1:
        last = max(leaders + dots)
        if len(cells) - last - (not cells[last][2].startswith("… ")) > 1:  # it leads to several figures: a row
            cells = [(x0, x1, _DOTS.sub("", text)) for x0, x1, text in cells if text.strip(" ….·")]
        else:
            line.cells = None
            line.text = _LEADERS.sub(" … ", " ".join([cell[2] for cell in cells]))
            return
    line.cells = cells if len(cells) > 1 else None
    line.text = "  ".join([cell[2] for cell in cells])
