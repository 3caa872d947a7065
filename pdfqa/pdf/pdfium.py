"""Read pages with pdfium: text, lines with their places, boxes. The only importer of pypdfium2."""

from __future__ import annotations

import ctypes
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pdfqa.pdf.files import RefusalReason, RefusedError
from pdfqa.pdf.lines import Cell, Line, Sheet
from pdfqa.pdf.repair import clean, has_odd, trim
from pdfqa.types import Box, DocumentInfo, OutlineItem

logging.getLogger("pypdfium2").addHandler(logging.NullHandler())

# pdfium ends lines with CR LF, and puts a character of its own where a line ended with a hyphen.
_CUT = re.compile("[\ufffe\x02]")
_BOLD = re.compile(rb"bold|black|heavy|demi|semib|medi(?!um)|[-,_]b(?:d|old)?(?![a-z])|cmbx|-bd|bx\d", re.IGNORECASE)
_ITALIC = re.compile(rb"ital|obli|slant|-it\b|cmti|cmsl|kursiv", re.IGNORECASE)
_REASONS: dict[int, RefusalReason] = {
    raw.FPDF_ERR_FILE: "unreadable",
    raw.FPDF_ERR_FORMAT: "damaged",
    raw.FPDF_ERR_PASSWORD: "password",
    raw.FPDF_ERR_SECURITY: "unsupported",
}
_OUTLINE_LIMIT = 20_000
_OBJECT_LIMIT = 300


class PdfiumFile:
    """One open PDF."""

    def __init__(self, path: Path, password: str | None) -> None:
        try:
            self._document: Any = pypdfium2.PdfDocument(path, password=password)
        except pypdfium2.PdfiumError as error:
            raise RefusedError(_REASONS.get(error.err_code or 0, "damaged"), str(error)) from error
        self._raw = self._document.raw
        self.pages: int = raw.FPDF_GetPageCount(self._raw)

    def __enter__(self) -> PdfiumFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._document.close()

    def info(self) -> DocumentInfo:
        """Return the document's page count, metadata and outline."""
        metadata = {
            key: " ".join(value.replace("\x00", "").split())
            for key, value in self._document.get_metadata_dict(skip_empty=True).items()
        }
        return DocumentInfo(
            pages=self.pages, title=metadata.get("Title", ""), metadata=metadata, outline=list(self._outline())
        )

    def _outline(self) -> Iterator[OutlineItem]:
        for count, item in enumerate(self._document.get_toc()):
            if count >= _OUTLINE_LIMIT:
                return
            target = item.get_dest()
            index = target.get_index() if target else None
            title = clean(item.get_title())
            if index is not None and title:
                yield OutlineItem(title, index + 1, item.level + 1)

    def sheet(self, number: int) -> tuple[Sheet, bool]:
        """Return a page's lines, and whether it shows text that pdfium cannot tell."""
        page = raw.FPDF_LoadPage(self._raw, number - 1)
        if not page:
            return _blank(number, self._label(number), f"page {number} is damaged and could not be read"), True
        try:
            return self._sheet(page, number)
        finally:
            raw.FPDF_ClosePage(page)

    def _sheet(self, page: Any, number: int) -> tuple[Sheet, bool]:
        textpage = raw.FPDFText_LoadPage(page)
        if not textpage:
            return _blank(number, self._label(number), f"the text of page {number} could not be read"), True
        try:
            silent = raw.FPDFText_CountChars(textpage) <= 0
            reader = _PageLines(page, textpage)
            lines, warnings = ([], []) if silent else reader.lines()
        finally:
            raw.FPDFText_ClosePage(textpage)
        sheet = Sheet(
            number,
            self._label(number),
            raw.FPDF_GetPageWidthF(page),
            raw.FPDF_GetPageHeightF(page),
            lines,
            depth=reader.depth,
            warnings=warnings,
        )
        return sheet, silent and _shows_text(page)

    def _label(self, number: int) -> str:
        size = raw.FPDF_GetPageLabel(self._raw, number - 1, None, 0)
        if size <= 2:
            return ""
        buffer = ctypes.create_string_buffer(size)
        raw.FPDF_GetPageLabel(self._raw, number - 1, buffer, size)
        return clean(buffer.raw[: size - 2].decode("utf-16-le", "ignore"))

    def characters(self, number: int) -> PageCharacters:
        """Return the characters of a page, to find boxes among; close it before the file."""
        return PageCharacters(self._raw, number)


class PageCharacters:
    """The characters of a page in pdfium's own numbering."""

    def __init__(self, document: Any, number: int) -> None:
        self._page = raw.FPDF_LoadPage(document, number - 1)
        self._text = raw.FPDFText_LoadPage(self._page) if self._page else None

    def __enter__(self) -> PageCharacters:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._text:
            raw.FPDFText_ClosePage(self._text)
        if self._page:
            raw.FPDF_ClosePage(self._page)

    def codes(self) -> list[int]:
        """Return the code point of each character."""
        if not self._text:
            return []
        return [raw.FPDFText_GetUnicode(self._text, index) for index in range(raw.FPDFText_CountChars(self._text))]

    def rectangles(self, start: int, count: int) -> list[Box]:
        """Return the boxes around a range of characters, on the page as shown."""
        turns = raw.FPDFPage_GetRotation(self._page)
        bounds = _bounds(self._page)
        left, top, right, bottom = (ctypes.c_double() for _ in range(4))
        boxes: list[Box] = []
        for index in range(raw.FPDFText_CountRects(self._text, start, count)):
            if raw.FPDFText_GetRect(self._text, index, left, top, right, bottom):
                x0, y0 = _turn(left.value, bottom.value, turns, bounds)
                x1, y1 = _turn(right.value, top.value, turns, bounds)
                boxes.append(Box(x0=min(x0, x1), y0=min(y0, y1), x1=max(x0, x1), y1=max(y0, y1)))
        return boxes


Bounds = tuple[float, float, float, float]


def _bounds(page: Any) -> Bounds:
    rect = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, rect)
    return rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top)


def _turn(x: float, y: float, turns: int, bounds: Bounds) -> tuple[float, float]:
    """Return where a point of the page lies when the page is turned clockwise by so many right angles."""
    left, bottom, right, top = bounds
    if turns == 0:
        return x - left, y - bottom
    if turns == 1:
        return y - bottom, right - x
    if turns == 2:
        return right - x, top - y
    return top - y, x - left


def _blank(number: int, label: str, warning: str) -> Sheet:
    return Sheet(number, label, 0.0, 0.0, [], source="none", warnings=[warning])


def _shows_text(page: Any) -> bool:
    count = min(raw.FPDFPage_CountObjects(page), _OBJECT_LIMIT)
    kinds = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, index)) for index in range(count))
    return any(kind == raw.FPDF_PAGEOBJ_TEXT for kind in kinds)


class _PageLines:
    """Makes lines of one page's text with few questions to pdfium: some for each line, none for each character."""

    def __init__(self, page: Any, textpage: Any) -> None:
        self._text = textpage
        self._bounds = _bounds(page)
        self._x, self._y, self._a, self._b, self._c, self._d = (ctypes.c_double() for _ in range(6))
        self._matrix = raw.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self.depth = 0.0  # the height of the page when its text stands upright
        self._fonts: dict[bytes, tuple[bool, bool]] = {}

    def lines(self) -> tuple[list[Line], list[str]]:
        """Return the lines in the order of the content stream, and warnings."""
        text, index_of = self._page_text()
        if not text or text.isspace():
            return [], []
        pieces = _pieces(text)
        if index_of is not None:
            pieces = [(piece, index_of(start), index_of(end), cut, spaced) for piece, start, end, cut, spaced in pieces]
        places = [self._place(start, end, piece[1:2] == " " and len(piece) > 3) for piece, start, end, _, _ in pieces]
        ways = [place[5] for place in places]
        turns = max(set(ways), key=ways.count) if ways else 0
        width, height = self._bounds[2] - self._bounds[0], self._bounds[3] - self._bounds[1]
        if turns % 2:
            width, height = height, width
        self.depth = height
        left, bottom = self._bounds[:2]
        tidy = clean if has_odd(text) else trim
        result: list[Line] = []
        hidden = 0
        for (piece, start, _, cut, spaced), (x, y, x2, y2, size, way) in zip(pieces, places, strict=True):
            if turns:
                x0, y0 = _turn(x, y, turns, self._bounds)
                x1, _ = _turn(x2, y2, turns, self._bounds)
            else:
                x0, y0, x1 = x - left, y - bottom, x2 - left
            if size < 0.5 or x1 < 0 or x0 > width or y0 < -size or y0 > height:
                hidden += 1
                continue
            words = tidy(piece)
            if not words:
                continue
            line = Line(words, x0, max(x0, x1), y0, size, cut=cut, turned=way != turns, spaced=spaced)
            result.append(line)
            if way == turns and index_of is None and " " in words and _may_have_cells(line):
                line.cells = self._cells(piece, start, line, turns)
            if len(piece) < 100 and line.cells is None:
                line.bold, line.italic = self._style(start + 2 if piece[1:2] == " " and len(piece) > 3 else start)
        if hidden:
            return result, ["text that nobody can see was left out (off the page, or under half a point)"]
        return result, []

    def _page_text(self) -> tuple[str, Any]:
        count = raw.FPDFText_CountChars(self._text)
        if count <= 0:
            return "", None
        buffer = (ctypes.c_ushort * (2 * count + 2))()
        units = raw.FPDFText_GetText(self._text, 0, count, buffer) - 1
        if units <= 0:
            return "", None
        text = bytes(memoryview(buffer).cast("B")[: units * 2]).decode("utf-16-le", "replace")
        if len(text) == count:
            return text, None
        offsets = [0]
        for char in text:
            offsets.append(offsets[-1] + (2 if char > "\uffff" else 1))

        def index_of(index: int) -> int:
            at: int = raw.FPDFText_GetCharIndexFromTextIndex(self._text, offsets[index])
            return max(at, 0)

        return text, index_of

    def _place(self, start: int, end: int, marked: bool) -> tuple[float, float, float, float, float, int]:
        """Return the first character's origin, the last one's far end, the size and the direction of a piece."""
        text, matrix, x, y = self._text, self._matrix, self._x, self._y
        raw.FPDFText_GetCharOrigin(text, start, x, y)
        if marked:
            start += 2  # a bullet or a number has a font of its own: the text after it counts
        raw.FPDFText_GetMatrix(text, start, matrix)
        raw.FPDFText_GetCharBox(text, end, self._a, self._b, self._c, self._d)
        a, b = matrix.a, matrix.b
        size = raw.FPDFText_GetFontSize(text, start) * abs(a * matrix.d - b * matrix.c) ** 0.5
        if not 0.01 < size < 1000:
            size = abs(self._d.value - self._c.value) or 10.0
        if abs(a) >= abs(b):
            if a >= 0:
                return x.value, y.value, self._b.value, self._c.value, size, 0
            return x.value, y.value, self._a.value, self._c.value, size, 2
        if b > 0:
            return x.value, y.value, self._a.value, self._d.value, size, 1
        return x.value, y.value, self._a.value, self._c.value, size, 3

    def _style(self, index: int) -> tuple[bool, bool]:
        """Return whether a character is bold, and whether it is italic, by the name of its font."""
        if not raw.FPDFText_GetFontInfo(self._text, index, self._name, 128, self._flags):
            return False, False
        name = self._name.value
        style = self._fonts.get(name)
        if style is None:
            family = name.partition(b"+")[2] or name
            style = self._fonts[name] = _BOLD.search(family) is not None, _ITALIC.search(family) is not None
        return style

    def _cells(self, piece: str, start: int, line: Line, turns: int) -> list[Cell] | None:
        """Return the cells of a line that wide gaps divide, or None if none does."""
        size, right, end = line.size, line.x1, len(piece)
        loose = _is_loose(right - line.x0, size, end)
        cells: list[Cell] = []
        # From the right, where the figures are: once what is left looks like plain text, there is no more to ask.
        for match in reversed([*_SPACES.finditer(piece)]):
            before, after = match.span()
            if piece[before - 1] in "$€£" and before > 1 and piece[before - 2].isspace():
                continue  # a sign belongs to its figure, however far it is set
            figures = piece[before - 1] in _FIGURE_ENDS, piece[after] in _FIGURE_STARTS
            if not loose and not any(figures):
                break
            near, far = self._gap(start + before - 1, start + after, turns)
            if far - near > _least_gap(piece[before - 1], figures, bool(cells)) * size:
                cells.append((far, right, clean(piece[after:end])))
                right, end = near, before
                loose = _is_loose(right - line.x0, size, end)
        if not cells:
            return None
        cells.append((line.x0, right, clean(piece[:end])))
        return cells[::-1]

    def _gap(self, one: int, other: int, turns: int) -> tuple[float, float]:
        """Return where a character ends and where a later one begins, along the line."""
        text, left, right, bottom, top = self._text, self._a, self._b, self._c, self._d
        raw.FPDFText_GetCharBox(text, one, left, right, bottom, top)
        if turns == 0:
            near = right.value - self._bounds[0]
            raw.FPDFText_GetCharOrigin(text, other, left, top)
            return near, left.value - self._bounds[0]
        corner = (right.value, top.value) if turns == 1 else (left.value, bottom.value)
        raw.FPDFText_GetCharOrigin(text, other, left, top)
        return _turn(*corner, turns, self._bounds)[0], _turn(left.value, top.value, turns, self._bounds)[0]


_SPACES = re.compile(r"(?<=\S)\s+(?=\S)")
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")
_FIGURE_ENDS = frozenset("0123456789)%$€£¥—–-−*")
_FIGURE_STARTS = frozenset("0123456789$€£¥—–-−.")


def _least_gap(last: str, figures: tuple[bool, bool], in_row: bool) -> float:
    """Return how wide a gap must be to divide cells, for a size of one."""
    if last in ".!?:;":
        return 2.2  # typists put two spaces after a sentence
    return 0.45 if figures[1] and (in_row or figures[0]) else 0.9


def _is_loose(width: float, size: float, letters: int) -> bool:
    # Text set without gaps takes about half its size for a letter.
    return width > 0.62 * size * letters


def _may_have_cells(line: Line) -> bool:
    text = line.text
    if "…" in text:
        return False
    if text[-1] in _FIGURE_ENDS or (len(text) < 50 and _YEARS.search(text)):
        return True
    return _is_loose(line.x1 - line.x0, line.size, len(text))


def _pieces(text: str) -> list[tuple[str, int, int, bool, bool]]:
    """Return the stretches of text between breaks: text, first and last index, cut hyphen, space before."""
    pieces: list[tuple[str, int, int, bool, bool]] = []
    at = 0
    spaced = True
    for part in text.split("\n"):
        begin, at = at, at + len(part) + 1
        if _CUT.search(part):
            spaced = _cut_pieces(part, begin, pieces, spaced)
            continue
        inner = part.strip()
        if inner:
            first = begin + (0 if part[0] == inner[0] else part.index(inner))
            last = first + len(inner)
            pieces.append((inner, first, last - 1, False, spaced or first > begin))
            # The carriage return before the line feed is no space.
            spaced = at - last > 2
        elif len(part) > 1:
            spaced = True
    return pieces


def _cut_pieces(part: str, begin: int, pieces: list[tuple[str, int, int, bool, bool]], spaced: bool) -> bool:
    parts = _CUT.split(part)
    for number, piece in enumerate(parts):
        inner = piece.strip()
        if inner:
            first = begin + piece.index(inner)
            pieces.append((inner, first, first + len(inner) - 1, number < len(parts) - 1, spaced))
        begin += len(piece) + 1
        spaced = False
    return spaced
