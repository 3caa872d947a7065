"""Lay pages out: lines in, repaired text in blocks out. Pure; knows no PDF library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from pdfqa.pages import Block, BlockKind, OutlineItem, Page, Place, Table
from pdfqa.pdf.layout.abreast import columns_apart
from pdfqa.pdf.layout.carried import carry_heads
from pdfqa.pdf.layout.centred import with_rows
from pdfqa.pdf.layout.flow import SENTENCE_END, Piece, join_interrupted
from pdfqa.pdf.layout.footnotes import find_footnotes, with_footnotes_last
from pdfqa.pdf.layout.grid import Grid, written
from pdfqa.pdf.layout.labels import page_labels
from pdfqa.pdf.layout.margins import Margins
from pdfqa.pdf.layout.order import by_place, needs_order
from pdfqa.pdf.layout.rules import ruled_tables
from pdfqa.pdf.layout.tables import find_tables
from pdfqa.pdf.layout.titles import Title, Titles
from pdfqa.pdf.letters.repair import Vocabulary, join_lines
from pdfqa.pdf.lines import Line, Sheet, is_figure, is_unit, visual_lines
from pdfqa.pdf.places import places_of

_BULLETS = "•▪●○◦‣▸►▶∙·–—*✓❖■□➢➤➔→✔❑-"
_BULLET = re.compile(rf"[{_BULLETS}]\s+\S")
_BULLETS_AND_O = f"{_BULLETS}o"
_ENUMERATOR = re.compile(
    r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})[.)]\s+\S"
    # Clauses of a contract: 2.1. The fee, § 4 Notice.
    r'|\d{1,2}(?:\.\d{1,2}){1,4}[.)]?\s+(?:[^\W\d_a-z]|["“„«(])|§ ?\d{1,3}[a-z]?\s+\S'
)
_LABELLED = re.compile(r"[^\W\d_][^.:;,!?]{0,28}: ?\S")  # Date of birth: 4 March
_CAPTION = re.compile(
    r"(?:FIGURE|TABLE|Figure|Fig\.?|Table|Tab\.|Abbildung|Abb\.?|Tabelle|Tabla|Figura|Tableau|Tabela|Chart|Рис\.?|Рисунок|Таблица|图|表|圖)"
    r"\s?(?:[A-Z]?\d+|[IVX]+\b)(?:[.\-]\d+)*[a-z]?\s*(?:[.:|–—]|$|[A-Z(（])"
)
_CONTENTS = re.compile(r" … ?(?:\d+|[ivxlc]+)$")
_NUMBERED = re.compile(r"(?:[IVX]{1,5}|[A-Z]|\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+[A-Z]")


class Column:
    """Lines under one another in one size: the usual distance between them, and their margin at each line."""

    __slots__ = ("_ends", "lead")

    def __init__(self, lines: list[Line]) -> None:
        drops = sorted(above.y - line.y for above, line in pairwise(lines))
        size = lines[0].size
        # The lower quartile: between paragraphs lines stand further apart, never closer.
        usual = drops[len(drops) // 4] if drops else 1.3 * size
        self.lead = min(max(usual, size), 2.1 * size)
        self._ends = [line.x1 for line in lines]

    def right(self, at: int) -> float:
        """Return the margin at a line: that of the lines around, as text that runs around a picture has several."""
        return max(self._ends[at - 3 if at > 3 else 0 : at + 4])


class Layout:
    """Turns the sheets of one document into pages and remembers, from window to window, its margins and sizes."""

    def __init__(self, outline: Iterable[OutlineItem] = ()) -> None:
        self._margins = Margins()
        self._table: Grid | None = None  # at the foot of the last page of the window before
        self._outline = Titles(outline)
        self._sizes: Counter[float] = Counter()
        self._titles: set[float] = set()
        self._soft = 0  # lines that end in a hyphen which only divides words

    def pages(self, sheets: list[Sheet]) -> list[Page]:
        """Return the pages of a window of neighbouring sheets, whose labels are taken from their feet if missing."""
        for sheet in sheets:
            if sheet.source != "ocr":  # whose lines come by no order that could tell what goes together
                sheet.lines = columns_apart(visual_lines(sheet.lines))
        labels = page_labels(sheets, self._margins.set_aside(sheets))
        for sheet in sheets:
            if sheet.rules:
                sheet.lines = ruled_tables(sheet.lines, sheet.rules)
            if needs_order(sheet):
                sheet.lines = visual_lines(by_place(sheet))
            sheet.lines = with_rows(sheet.lines)
        sizes = [_letters_by_size(sheet.lines) for sheet in sheets]
        for letters in sizes:
            self._sizes.update(letters)
        body = max(self._sizes, key=self._sizes.__getitem__, default=10.0)
        lines = [line for sheet in sheets for line in sheet.lines]
        known = Vocabulary([line.text for line in lines], [line.cut for line in lines])
        self._soft += sum([line.text[-1] == "\u2010" for line in lines if not line.words])
        words = Words(known, hard=self._soft > 2)
        laid = [
            _Blocks(sheet, body, letters, words, self._outline.among(sheet.number, sheet.lines))
            for sheet, letters in zip(sheets, sizes, strict=True)
        ]
        self._table = carry_heads([blocks.pieces for blocks in laid], self._table)
        for blocks in laid:
            self._titles.update(
                blocks.rank_size(piece) for piece in blocks.pieces if piece.kind == "heading" and not piece.level
            )
        ranks = {size: rank + 1 for rank, size in enumerate(sorted(self._titles, reverse=True))}
        return [_page(sheet, blocks, ranks, labels[sheet.number]) for sheet, blocks in zip(sheets, laid, strict=True)]


class Words(NamedTuple):
    """What is known of the words of neighbouring pages: all of them, and whether "-" at a line's end is a part of one.

    Typesetting that divides words by U+2010 leaves "-" to compounds.
    """

    known: Vocabulary
    hard: bool


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _letters_by_size(lines: list[Line]) -> dict[float, int]:
    exact: dict[float, int] = {}
    for line in lines:
        exact[line.size] = exact.get(line.size, 0) + len(line.text)
    result: dict[float, int] = {}
    for size, letters in exact.items():
        result[_rounded(size)] = result.get(_rounded(size), 0) + letters
    return result


def _page(sheet: Sheet, blocks: _Blocks, ranks: dict[float, int], label: str) -> Page:
    parts: list[str] = []
    spans: list[Block] = []
    tables: list[Table] = []
    places: list[Place] = []
    at = 0
    for piece in blocks.pieces:
        text = blocks.text_of(piece, at, tables)
        level = (piece.level or min(ranks[blocks.rank_size(piece)], 6)) if piece.kind == "heading" else 0
        spans.append(Block(at, at + len(text), piece.kind, level, piece.grid.header if piece.grid else 0))
        places += places_of(piece.lines, text, at)
        parts.append(text)
        at += len(text) + 1
    whole = "\n".join(parts)
    return Page(
        number=sheet.number,
        label=label,
        width=round(sheet.width, 2),
        height=round(sheet.height, 2),
        text=whole,
        blocks=spans,
        source=sheet.source if parts else "none",
        reader=sheet.reader,
        warnings=sheet.warnings,
        unseen=sheet.unseen,
        defect=sheet.defect,
        tables=tables,
        places=places,
    )


class _Blocks:
    """The blocks of one page, in `pieces`."""

    def __init__(self, sheet: Sheet, body: float, sizes: dict[float, int], words: Words, titles: list[Title]) -> None:
        self._lines = sheet.lines
        self._words = words
        bold = sum([len(line.text) for line in sheet.lines if line.bold])
        usual = max(sizes, key=sizes.__getitem__, default=body)
        self._body = usual if usual > body and sizes[usual] > 250 else body
        self._mostly_bold = 2 * bold > sum(sizes.values())
        self._places: list[tuple[Column, int]] = []
        self.pieces: list[Piece] = []
        self._titles = {first: (end, level) for first, end, level in titles}
        self._build()
        pieces = find_footnotes(self.pieces, self._body)
        self.pieces = with_footnotes_last(join_interrupted(pieces, self._body))

    def _build(self) -> None:
        lines = self._lines
        self._places = _columns(lines)
        at = 0
        for start, end, grid in find_tables(lines):
            self._paragraphs(at, start)
            if self.pieces and at < start and self._is_title(self.pieces[-1]):
                self.pieces[-1].kind = "heading"
            self.pieces.append(Piece(lines[start:end], "table", grid))
            at = end
        self._paragraphs(at, len(lines))

    def _is_title(self, piece: Piece) -> bool:
        """Return whether a text over a table is its title: lines of capitals, or centred, or a unit last."""
        lines = piece.lines
        if piece.kind != "text" or len(lines) > 5 or any(len(line.text) > 90 for line in lines):
            return False
        if lines[-1].text.endswith((".", ":", ",")) or not lines[0].text[0].isupper():
            return False
        if all(line.text.isupper() and len(line.text) > 10 for line in lines):
            return True
        if len(lines) > 1 and is_unit(lines[-1].text):
            return True
        middle, size = lines[0].x0 + lines[0].x1, lines[0].size
        centred = all(abs(line.x0 + line.x1 - middle) < 1.2 * size for line in lines)
        return centred and max(line.x0 for line in lines) - min(line.x0 for line in lines) > size

    def rank_size(self, piece: Piece) -> float:
        """Return the size that ranks a heading: never under the body's, where only weight tells it apart."""
        return max(_rounded(piece.lines[0].size), self._body)

    def text_of(self, piece: Piece, start: int, tables: list[Table]) -> str:
        """Return the text of a piece: rows as lines, everything else as running text; note the cells of tables."""
        lines = piece.lines
        if piece.grid is not None:
            text, table = written(piece.grid, start, self._join)
            tables.append(table)
            return text
        texts = [line.text if line.cells is None else " ".join([cell[2] for cell in line.cells]) for line in lines]
        text = texts[0] if len(texts) == 1 else self._join(texts, [line.cut for line in lines])
        return text + "-" if lines[-1].cut else text

    def _join(self, texts: list[str], cuts: list[bool]) -> str:
        return join_lines(texts, cuts, self._words.known, hard=self._words.hard)

    def _paragraphs(self, start: int, end: int) -> None:
        at = start
        for first, (after, level) in self._titles.items():
            if at <= first and after <= end:
                self._text(at, first)
                self.pieces.append(Piece(self._lines[first:after], "heading", level=min(level, 6)))
                at = after
        self._text(at, end)

    def _text(self, start: int, end: int) -> None:
        first = start
        for index in range(start + 1, end):
            if self._starts(first, index, end):
                self._add(first, index)
                first = index
        if first < end:
            self._add(first, end)

    def _starts(self, first: int, index: int, end: int) -> bool:
        """Return whether this line starts a new block after the one that began at `first`."""
        line, above = self._lines[index], self._lines[index - 1]
        if line.turned or above.turned or abs(line.size - above.size) > 0.12 * max(line.size, above.size):
            return True
        if line.text[0] in _BULLETS_AND_O and (_BULLET.match(line.text) or self._is_o(first, line)):
            return True
        if ("…" in above.text and _CONTENTS.search(above.text)) or (above.cells and is_figure(above.cells[-1][2])):
            return True
        column, at = self._places[index - 1]
        drop = above.y - line.y
        if drop <= 0.3 * line.size or line.x0 > above.x1 or line.x1 < above.x0:
            return not self._flows_on(above, line, column.right(at))
        if above.cut:
            return False
        return drop > 1.3 * column.lead + 0.5 or self._starts_under(first, index, end)

    def _starts_under(self, first: int, index: int, end: int) -> bool:
        """Return whether a line right under another starts a new block: by its mark, its indent or room left over."""
        line, above = self._lines[index], self._lines[index - 1]
        column, at = self._places[index - 1]
        unfinished = line.text[0].islower() and not above.text.endswith(SENTENCE_END)
        centred = self._is_centred(index, end)
        if abs(line.x0 - above.x0) > 6 * line.size and self._places[index][0] is not column and not centred:
            return not unfinished
        early = _ended_early(above, line, column.right(at))
        if _LABELLED.match(line.text) and _LABELLED.match(above.text):
            return True
        if _ENUMERATOR.match(line.text) and (early or above.text.endswith((*SENTENCE_END, ","))):
            return True
        if not unfinished and not centred and self._indent_breaks(first, index, end):
            return True
        return early and not unfinished

    def _is_o(self, first: int, line: Line) -> bool:
        """Return whether a line begins with the letter o for a bullet: under an item, or in line with another o."""
        item = self._lines[first]
        if not line.text.startswith("o ") or len(line.text) < 3:
            return False
        if item.text.startswith("o "):
            return abs(line.x0 - item.x0) < 0.5 * line.size and self.pieces != [] and self.pieces[-1].kind == "list"
        return line.x0 > item.x0 + 0.8 * line.size and _BULLET.match(item.text) is not None

    def _is_centred(self, index: int, end: int) -> bool:
        line, above = self._lines[index], self._lines[index - 1]
        if abs(line.x0 + line.x1 - above.x0 - above.x1) > 1.2 * line.size:
            return False
        # A full line under a centred one is centred only by chance: the line under it begins where it begins.
        return index + 1 == end or abs(self._lines[index + 1].x0 - line.x0) > 0.5 * line.size

    def _flows_on(self, above: Line, line: Line, right: float) -> bool:
        # From the foot of one column to the head of the next a sentence may run on.
        if above.cut:
            return True
        if above.text.endswith(SENTENCE_END) or above.bold != line.bold or line.y < above.y:
            return False
        full = above.x1 > right - 2 * above.size and len(above.text) > 25
        return full and (line.text[0].islower() or (line.x0 > above.x1 and not _CAPTION.match(line.text)))

    def _indent_breaks(self, first: int, index: int, end: int) -> bool:
        line, above = self._lines[index], self._lines[index - 1]
        shift = line.x0 - above.x0
        if abs(shift) < 0.8 * line.size:
            return False
        if shift < 0:
            return index - first > 1
        if index - first > 1:
            return True
        if _BULLET.match(above.text) or _ENUMERATOR.match(above.text):
            return False
        follower = self._lines[index + 1] if index + 1 < end else None
        return follower is None or abs(follower.x0 - line.x0) > 0.4 * line.size

    def _add(self, first: int, end: int) -> None:
        lines = self._lines[first:end]
        self.pieces.append(Piece(lines, self._kind(first, lines)))

    def _kind(self, first: int, lines: list[Line]) -> BlockKind:
        text = lines[0].text
        if _CAPTION.match(text) and len(lines) < 9:
            return "caption"
        if _BULLET.match(text) or _CONTENTS.search(text):
            return "list"
        if len(lines) <= 3 and self._is_heading(first, lines):
            return "heading"
        if text.startswith("o ") and self.pieces and self.pieces[-1].kind == "list":
            return "list"
        return "list" if _ENUMERATOR.match(text) else "text"

    def _is_heading(self, first: int, lines: list[Line]) -> bool:
        text = lines[0].text
        length = sum([len(line.text) for line in lines])
        if length > 160 or lines[-1].text.endswith((".", ",", ";", "…")) or lines[0].turned:
            return False
        if sum(map(str.isalpha, text[:40])) < 3:
            return False
        if lines[0].size >= 1.1 * self._body:
            return True
        if text.endswith(":"):
            return False
        if length < 120 and not self._mostly_bold and all(line.bold for line in lines):
            return True
        set_off = lines[0].italic or (text.isupper() and len(text) > 5) or _NUMBERED.match(text) is not None
        return set_off and len(lines) == 1 and length < 80 and self._stands_alone(first, lines[0])

    def _stands_alone(self, first: int, line: Line) -> bool:
        # Over a heading there is more room than between lines, and under it a text begins.
        if first + 1 >= len(self._lines) or abs(line.size - self._body) > 0.1 * self._body:
            return False
        column, _ = self._places[first]
        above, below = self._lines[first - 1] if first else None, self._lines[first + 1]
        roomy = above is None or above.y < line.y or above.y - line.y > 1.15 * column.lead
        return roomy and 0 < line.y - below.y < 3.5 * line.size and len(below.text) > 25 and below.cells is None


def _ended_early(above: Line, line: Line, right: float) -> bool:
    """Return whether the first word of a line would have fitted at the end of the line above."""
    if abs(line.x1 - above.x1) < 0.5 * line.size and len(line.text) > 25:
        return False  # both end at the margin
    word = line.text.find(" ")
    letters = (len(line.text) if word < 0 else word) + 1
    width = (above.x1 - above.x0) / max(len(above.text), 1)
    return above.x1 + letters * width + 0.3 * above.size < right


def _columns(lines: list[Line]) -> list[tuple[Column, int]]:
    """Return for each line its column and its place in it."""
    places: list[tuple[Column, int]] = []
    group: list[Line] = []
    for line in [*lines, None]:
        if group and (line is None or not _same_column(group[-1], line, group[0])):
            column = Column(group)
            places.extend([(column, at) for at in range(len(group))])
            group = []
        if line is not None:
            group.append(line)
    return places


def _same_column(above: Line, line: Line, first: Line) -> bool:
    return (
        0.3 * line.size < above.y - line.y < 8 * line.size
        and abs(line.size - above.size) <= 0.12 * above.size
        and line.x0 < above.x1
        and line.x1 > above.x0
        and abs(line.x0 - first.x0) < 7 * line.size
        and not line.turned
    )
