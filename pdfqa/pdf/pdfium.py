"""Read pages with pdfium: text, lines with their places, boxes."""

from __future__ import annotations

import ctypes
import logging
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import pypdfium2
from msgspec import structs
from pypdfium2 import raw

from pdfqa.pages import DocumentInfo
from pdfqa.pdf.characters import PageCharacters, page_text, seen_text
from pdfqa.pdf.files import RefusalReason, RefusedError
from pdfqa.pdf.geometry import bounds_of, turn
from pdfqa.pdf.info import info, label
from pdfqa.pdf.layout.drawn import rules_of
from pdfqa.pdf.letters.garbled import GARBLED
from pdfqa.pdf.letters.pieces import (
    FIGURE_ENDS,
    FIGURE_STARTS,
    Text,
    closed,
    is_loose,
    is_spread,
    least_gap,
    may_have_cells,
    mostly_leftwards,
    pieces_of,
    unfolded,
)
from pdfqa.pdf.letters.repair import clean, tidier
from pdfqa.pdf.lines import Cell, Line, Rule, Sheet, damaged
from pdfqa.pdf.native import quick
from pdfqa.pdf.objects import PageObjects
from pdfqa.pdf.ocr.pictured import FEW_LETTERS, is_picture
from pdfqa.pdf.parts.annotations import look
from pdfqa.pdf.visibility.layers import may_have_layers
from pdfqa.pdf.visibility.signs import Kind
from pdfqa.pdf.visibility.unseen import told

logging.getLogger("pypdfium2").addHandler(logging.NullHandler())

_SPACES = re.compile(r"(?<=\S) +(?=\S)")
_BOLD = re.compile(rb"bold|black|heavy|demi|semib|medi(?!um)|[-,_]b(?:d|old)?(?![a-z])|cmbx|-bd|bx\d", re.IGNORECASE)
_ITALIC = re.compile(rb"ital|obli|slant|-it\b|cmti|cmsl|kursiv", re.IGNORECASE)
_REASONS: dict[int, RefusalReason] = {
    raw.FPDF_ERR_FILE: "unreadable",
    raw.FPDF_ERR_FORMAT: "damaged",
    raw.FPDF_ERR_PASSWORD: "password",
    raw.FPDF_ERR_SECURITY: "unsupported",
}
_OBJECT_LIMIT = 300


class PdfiumFile:
    """One open PDF."""

    def __init__(self, path: Path, password: str | None, *, data: bytes | None = None, damage: str = "") -> None:
        try:
            self.document: Any = pypdfium2.PdfDocument(data or path, password=password)
        except pypdfium2.PdfiumError as error:
            raise RefusedError(_REASONS.get(error.err_code or 0, "damaged"), str(error)) from error
        self._path, self._damage = path, damage
        self._raw = self.document.raw
        self.pages: int = raw.FPDF_GetPageCount(self._raw)
        self._room = _Room()
        self._layered: bool | None = None  # not asked yet

    def __enter__(self) -> PdfiumFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.document.close()

    def _may_have_layers(self) -> bool:
        if self._layered is None:
            self._layered = may_have_layers(self._path)
        return self._layered

    def info(self) -> DocumentInfo:
        """Return what is known of the document as a whole."""
        return structs.replace(info(self.document, self._path), damage=self._damage)

    def has_page(self, number: int) -> bool:
        """Return whether a page that is counted is there."""
        return bool(raw.FPDF_GetPageSizeByIndexF(self._raw, number - 1, raw.FS_SIZEF()))

    def notes(self, number: int) -> int:
        """Return how many annotations a page has."""
        page = raw.FPDF_LoadPage(self._raw, number - 1)
        count = int(raw.FPDFPage_GetAnnotCount(page)) if page else 0
        raw.FPDF_ClosePage(page)
        return count

    def sheet(self, number: int) -> tuple[Sheet, bool]:
        """Return a page's lines, and whether it shows text that pdfium cannot tell."""
        page = raw.FPDF_LoadPage(self._raw, number - 1)
        if not page:
            return damaged(number, label(self._raw, number), "the page is damaged"), True
        try:
            return self._sheet(page, number)
        finally:
            raw.FPDF_ClosePage(page)

    def _sheet(self, page: Any, number: int) -> tuple[Sheet, bool]:
        textpage = raw.FPDFText_LoadPage(page)
        if not textpage:
            return damaged(number, label(self._raw, number), "the text of the page is damaged"), True
        try:
            silent = raw.FPDFText_CountChars(textpage) <= 0
            reader = _PageLines(page, textpage, self._room, self._may_have_layers)
            lines, warnings = ([], []) if silent else reader.lines()
            rules = rules_of(reader.objects, lines, reader.turns, reader.bounds) if lines else []
            reader.split(lines, rules)
            few = sum([len(line.text) for line in lines]) < FEW_LETTERS
            added = look(self.document, number, (page, textpage), reader, lines)
        finally:
            raw.FPDFText_ClosePage(textpage)
        sheet = Sheet(
            number,
            label(self._raw, number),
            raw.FPDF_GetPageWidthF(page),
            raw.FPDF_GetPageHeightF(page),
            lines,
            depth=reader.depth,
            warnings=warnings,
            rules=rules,
            unseen=reader.left_out.total(),
        )
        if few and is_picture(page, lines):
            sheet.defect = "picture"
        elif reader.garbled:
            sheet.defect = "garbled"
            sheet.warnings = warnings = [*warnings, GARBLED]
        if added:
            sheet.extras, sheet.loose, sheet.attached = added.extras, added.loose, added.attached
            sheet.unseen += added.unseen
            sheet.warnings = [*warnings, *added.warnings]
        if number == 1 and raw.FPDF_GetFormType(self._raw) == raw.FORMTYPE_XFA_FULL:
            from pdfqa.pdf.parts.xfa import add_form

            add_form(self._raw, sheet)
        return sheet, silent and _shows_text(page)

    def characters(self, number: int) -> PageCharacters:
        """Return the characters of a page, to find boxes among; close it before the file."""
        return PageCharacters(self._raw, number)


Place = tuple[float, float, float, float, int]


def _shows_text(page: Any) -> bool:
    count = min(raw.FPDFPage_CountObjects(page), _OBJECT_LIMIT)
    kinds = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, index)) for index in range(count))
    return any(kind == raw.FPDF_PAGEOBJ_TEXT for kind in kinds)


_origin = quick(raw.FPDFText_GetCharOrigin)
_box = quick(raw.FPDFText_GetCharBox)
_matrix = quick(raw.FPDFText_GetMatrix)
_font_size = quick(raw.FPDFText_GetFontSize, ctypes.c_double)
_font_info = quick(raw.FPDFText_GetFontInfo)


class _Room:
    """Where pdfium puts its answers about characters, made once for a document; and what its fonts look like."""

    def __init__(self) -> None:
        self.values = (ctypes.c_double * 6)()  # x, y; left, right, bottom, top
        doubles = [ctypes.c_double.from_buffer(self.values, 8 * at) for at in range(6)]
        self.point = ctypes.byref(doubles[0]), ctypes.byref(doubles[1])
        self.edges = tuple(ctypes.byref(double) for double in doubles[2:])
        self.rect = doubles[2], doubles[5], doubles[3], doubles[4]
        self.matrix = raw.FS_MATRIX()
        self.matrix_at = ctypes.byref(self.matrix)
        self.name = ctypes.create_string_buffer(128)
        self.flags = ctypes.byref(ctypes.c_int())
        self.fonts: dict[bytes, tuple[bool, bool]] = {}
        self._units = (ctypes.c_ushort * 16384)()

    def for_units(self, count: int) -> Any:
        """Return room for so many units of UTF-16."""
        if count > len(self._units):
            self._units = (ctypes.c_ushort * (2 * count))()
        return self._units


class _PageLines:
    """Makes lines of one page's text with few questions to pdfium: some for each line, none for each character."""

    def __init__(self, page: Any, textpage: Any, room: _Room, layered: Callable[[], bool]) -> None:
        self._text, self.objects = textpage, PageObjects(page)
        self._room, self._layered = room, layered
        self.bounds = bounds_of(page)
        self._tidy: Callable[[str], str] = clean
        self.turns = 0  # by how many right angles the page stands upright
        self.leftwards = False
        self.garbled = False
        self.left_out: Counter[Kind] = Counter()  # words that nobody can see
        self.depth = 0.0  # the height of the page when its text stands upright
        self._index_of: Callable[[int], int] | None = None
        self._sources: list[tuple[str, int]] = []  # of each line: its text as it came, and where it began

    def lines(self) -> tuple[list[Line], list[str]]:
        """Return the lines in the order of the content stream, and warnings."""
        text, index_of, self.garbled = page_text(self._text, self._room.for_units)
        self._index_of = index_of
        text, kinds = seen_text(self.objects, self._text, text, index_of, self._layered)
        self.left_out.update(kinds)
        if not text or text.isspace():
            return [], told(self.left_out)
        pieces = [line for piece in pieces_of(text) for line in unfolded(piece, self._origin_of)]
        begins = [piece[1] for piece in pieces]
        if index_of is not None:
            pieces = [(piece, index_of(start), index_of(end), cut, spaced) for piece, start, end, cut, spaced in pieces]
        places = self._places(pieces)
        ways = [place[4] for place in places]
        self.turns = turns = max(set(ways), key=ways.count) if any(ways) else 0
        left, bottom, right, top = self.bounds
        width, height = (top - bottom, right - left) if turns % 2 else (right - left, top - bottom)
        self.depth = height
        if turns:
            places = [self._turned(place, turns) for place in places]
            left = bottom = 0.0
        self.leftwards = leftwards = turns == 0 and mostly_leftwards(text)
        if leftwards:
            reaches = map(self._reach, pieces, begins)
            places = [self._mirrored(reach, place) for reach, place in zip(reaches, places, strict=True)]
            left = -right  # seen from its right edge the page is laid out as any other
        self._tidy = tidy = tidier(text)
        result: list[Line] = []
        for (piece, start, _, cut, spaced), begin, place in zip(pieces, begins, places, strict=True):
            x, y, far, size, way = place
            x0, y0, x1 = x - left, y - bottom, far - left
            if size < 0.5 or x1 < 0 or x0 > width or y0 < -size or y0 > height:
                self.left_out["tiny" if size < 0.5 else "off"] += len(piece.split())
                continue
            spread = piece[1:2] == " " and is_spread(piece)
            words = tidy(self._closed(piece, begin, size, turns) if spread else piece)
            if not words:
                continue
            line = Line(words, x0, max(x0, x1), y0, size, False, False, cut, way != turns, spaced)
            result.append(line)
            self._sources.append((piece, begin))
            if not spread and may_have_cells(words, x1 - x0, size) and way == turns and not leftwards:
                line.cells = self._cells(piece, begin, line, turns)
            if len(words) < 100 and line.cells is None:
                line.bold, line.italic = self._style(start + 2 if piece[1:2] == " " and len(piece) > 3 else start)
        return result, told(self.left_out)

    def _origin_of(self, at: int) -> tuple[float, float]:
        """Return where a character of the text stands."""
        _origin(self._text, self._index_of(at) if self._index_of else at, *self._room.point)
        return self._room.values[0], self._room.values[1]

    def _places(self, pieces: list[Text]) -> list[Place]:
        """Return each piece's place: its first character's origin, its last one's far end, its size and direction."""
        text, room = self._text, self._room
        (x_at, y_at), (left_at, right_at, bottom_at, top_at) = room.point, room.edges
        values, matrix, matrix_at = room.values, room.matrix, room.matrix_at
        places: list[Place] = []
        for piece, first, end, _, _ in pieces:
            _origin(text, first, x_at, y_at)
            _box(text, end, left_at, right_at, bottom_at, top_at)
            # A bullet or a number has a font of its own: the text after it counts.
            start = first + 2 if piece[1:2] == " " and len(piece) > 3 else first
            _matrix(text, start, matrix_at)
            x, y, left, right, bottom, top = values
            a, b = matrix.a, matrix.b
            size = _font_size(text, start) * abs(a * matrix.d - b * matrix.c) ** 0.5
            if not 0.5 <= size < 1000:  # the size of a Type 3 font alone says nothing
                area = abs(top - bottom) * abs(right - left)
                size = abs(top - bottom) or 10.0 if area > 0.25 or not 0.01 < size < 1000 else area**0.5
            if not b and a > 0:
                places.append((x, y, right, size, 0))
            elif abs(a) >= abs(b):
                places.append((x, y, right, size, 0) if a >= 0 else (x, y, left, size, 2))
            else:
                places.append((x, y, top, size, 1) if b > 0 else (x, y, bottom, size, 3))
        return places

    def _turned(self, place: Place, turns: int) -> Place:
        x, y, far, size, way = place
        x0, y0 = turn(x, y, turns, self.bounds)
        x1, _ = turn(far, far, turns, self.bounds)
        return x0, y0, x1, size, way

    def _reach(self, piece: Text, begin: int) -> tuple[int, int]:
        """Return the first and the last of the page's own characters that a piece is made of."""
        text, start, end, _, _ = piece
        if self._index_of is None:
            return start, end
        numbers = [self._index_of(at) for at in range(begin, begin + len(text))]
        return min(numbers), max(numbers)

    def _mirrored(self, reach: tuple[int, int], place: Place) -> Place:
        """Return the place of a piece of a page that is read from right to left, with x growing that way."""
        room = self._room
        edges: list[float] = []
        for index in range(raw.FPDFText_CountRects(self._text, reach[0], reach[1] - reach[0] + 1)):
            raw.FPDFText_GetRect(self._text, index, *room.rect)
            edges += room.values[2], room.values[3]
        return (-max(edges), place[1], -min(edges), *place[3:]) if edges else place

    def _style(self, index: int) -> tuple[bool, bool]:
        """Return whether a character is bold, and whether it is italic, by the name of its font."""
        room = self._room
        if not _font_info(self._text, index, room.name, 128, room.flags):
            return False, False
        name = room.name.value
        style = room.fonts.get(name)
        if style is None:
            family = name.partition(b"+")[2] or name
            style = room.fonts[name] = _BOLD.search(family) is not None, _ITALIC.search(family) is not None
        return style

    def _cells(self, piece: str, start: int, line: Line, turns: int) -> list[Cell] | None:
        """Return the cells of a line that wide gaps divide, or None if none does."""
        size, right, end = line.size, line.x1, len(piece)
        loose = is_loose(right - line.x0, size, end)
        cells: list[Cell] = []
        # From the right, where the figures are: once what is left looks like plain text, there is no more to ask; but
        # where cells were found it may be a label and a text beside it.
        after = piece.rfind(" ") + 1
        while after > 0:
            before = after - 1
            while piece[before - 1] == " ":
                before -= 1
            last, after_it = piece[before - 1], after
            after = piece.rfind(" ", 0, before) + 1
            if last in "$€£" and after == before - 1:
                continue  # a sign belongs to its figure, however far it is set
            figures = last in FIGURE_ENDS, piece[after_it] in FIGURE_STARTS
            if not cells and not loose and not figures[0] and not figures[1]:
                break
            near, far = self._gap(start + before - 1, start + after_it, turns)
            if far - near > least_gap(last, figures, bool(cells)) * size:
                cells.append((far, right, self._tidy(piece[after_it:end])))
                right, end = near, before
                loose = is_loose(right - line.x0, size, end)
        if not cells:
            return None
        cells.append((line.x0, right, self._tidy(piece[:end])))
        return cells[::-1]

    def split(self, lines: list[Line], rules: list[Rule]) -> None:
        """Cut the lines into cells where an upright rule stands in a gap between their words."""
        upright = [rule for rule in rules if rule.x0 == rule.x1]
        if not upright or self.leftwards:
            return
        for line, (piece, start) in zip(lines, self._sources, strict=True):
            middle = line.y + 0.3 * line.size
            at = [rule.x0 for rule in upright if rule.y0 < middle < rule.y1 and line.x0 < rule.x0 < line.x1]
            if at and not line.turned:
                line.cells = self._cells_at(piece, start, line, at) or line.cells

    def _cells_at(self, piece: str, start: int, line: Line, at: list[float]) -> list[Cell] | None:
        """Return the cells of a line between rules, and between the gaps that were found before."""
        known = [cell[0] for cell in line.cells or ()][1:]
        cells: list[Cell] = []
        left, begin = line.x0, 0
        for space in _SPACES.finditer(piece):
            near, far = self._gap(start + space.start() - 1, start + space.end(), self.turns)
            if any(near - 1 < x < far + 1 for x in at) or any(abs(far - x) < 0.1 for x in known):
                cells.append((left, near, self._tidy(piece[begin : space.start()])))
                left, begin = far, space.end()
        if not cells:
            return None
        return [*cells, (left, line.x1, self._tidy(piece[begin:]))]

    def _closed(self, piece: str, begin: int, size: float, turns: int) -> str:
        """Return a piece whose letters are set apart as words."""
        spaces = [at for at, char in enumerate(piece) if char == " " and piece[at + 1] != " " and piece[at - 1] != " "]
        ends = [self._gap(begin + at - 1, begin + at + 1, turns) for at in spaces]
        return closed(piece, [far - near for near, far in ends], size) if len(spaces) == piece.count(" ") else piece

    def _gap(self, one: int, other: int, turns: int) -> tuple[float, float]:
        """Return where a character ends and where a later one begins, along the line."""
        if self._index_of is not None:
            one, other = self._index_of(one), self._index_of(other)
        _box(self._text, one, *self._room.edges)
        _origin(self._text, other, *self._room.point)
        x, y, left, right, bottom, top = self._room.values
        if turns == 0:
            return right - self.bounds[0], x - self.bounds[0]
        corner = (right, top) if turns == 1 else (left, bottom)
        return turn(*corner, turns, self.bounds)[0], turn(x, y, turns, self.bounds)[0]
