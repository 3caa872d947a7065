"""Read plain text and Markdown: paragraphs, headings, lists and tables, on pages of about 3,000 characters.

Lines that were broken only to fit a margin are joined again. Each page knows where the lines of its file begin in its
text, so that a quote is found in the file by the number of its line. A file with form feeds has its pages from those.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from pdfqa.errors import EmptyFileError, NotAPdfError
from pdfqa.pages import TEXT_READER, Block, BlockKind, Cell, DocumentInfo, OutlineItem, Page, Table

SUFFIXES = (".txt", ".text", ".md", ".markdown", ".rst")
_PAGE = 3_000  # characters after which a page ends at the next paragraph
_LONGEST = 6_000  # characters of a paragraph that stays whole
_MARGIN = 45  # characters: a line that is shorter was ended on purpose
_HEADING = 80  # characters of one that nothing but its look tells
_WIDTH, _HEIGHT = 612.0, 792.0  # points, of a page that is only text
_ATX = re.compile(r" {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,}|~{3,})\s*$")
_ITEM = re.compile(r"\s*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_FENCE = re.compile(r"\s*(```|~~~)")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_NUMBERED = re.compile(r"(\d+(?:\.\d+){0,3})\.?\s+[^\W\d_a-zß-ÿ]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WIDE = "\u2e80"


def is_text(name: str) -> bool:
    """Return whether the name of a file says that it is a text."""
    return os.path.splitext(name)[1].lower() in SUFFIXES


class Part(msgspec.Struct):
    """A paragraph, heading, list item, row of code or table: pieces of text, each with the number of its line."""

    kind: BlockKind
    pieces: list[tuple[str, int]]
    level: int = 0
    rows: list[list[str]] = []
    header_rows: int = 0
    verbatim: bool = False  # its lines stay lines

    @property
    def size(self) -> int:
        """Return how many characters it has, about."""
        return sum(len(text) + 1 for text, _ in self.pieces)


def read_info(path: str | os.PathLike[str]) -> DocumentInfo:
    """Return what is known of a text before its pages are read.

    Raises:
        FileError: The file cannot be used.
    """
    pages = _pages(path)
    outline = [
        OutlineItem(_joined(part), number, part.level)
        for number, parts in enumerate(pages, 1)
        for part in parts
        if part.kind == "heading"
    ]
    title = next((item.title for item in outline if item.level == 1), "")
    return DocumentInfo(pages=len(pages), title=title, outline=outline, reader=TEXT_READER)


def read_pages(path: str | os.PathLike[str], first: int, last: int) -> Iterator[Page]:
    """Yield the pages from `first` to `last`, both included and counted from 1.

    Raises:
        FileError: The file cannot be used.
    """
    for number, parts in enumerate(_pages(path)[first - 1 : last], first):
        yield _page(number, parts)


def decoded(data: bytes, shown: str = "the file") -> str:
    """Return bytes as text: as their mark says, as UTF-8, or else as Windows does in the West.

    Raises:
        EmptyFileError: There are none.
        NotAPdfError: They are no text.
    """
    if not data.strip():
        raise EmptyFileError(f"{shown} is empty.", hint="Save it again.")
    for mark, coding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig"), (b"", "cp1252")):
        if data.startswith(mark):
            try:
                text = data.decode(coding)
            except UnicodeDecodeError:
                continue
            if not _CONTROLS.search(text):
                return text.replace("\r\n", "\n").replace("\r", "\n")
    raise NotAPdfError(f"{shown} is neither a PDF nor a text.", hint="Print or export it to PDF, then add the PDF.")


def _pages(path: str | os.PathLike[str]) -> list[list[Part]]:
    from pdfqa.pdf.files import check_file  # says what is wrong with a file that cannot be opened

    state = check_file(path).stat()
    return _read(os.fspath(path), state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1)  # a long text is asked for range by range
def _read(path: str, size: int, changed: int) -> list[list[Part]]:  # noqa: ARG001 - they say which state it was in
    with open(path, "rb") as stream:
        text = decoded(stream.read(), path)
    sheets = text.rstrip("\f\n ").split("\f")
    if len(sheets) > 1:
        # Whoever set these pages has counted them, and nobody counts their lines.
        return [[_unnumbered(part) for part in _parts(sheet)] for sheet in sheets]
    return list(_paged(_parts(text))) or [[]]


def _unnumbered(part: Part) -> Part:
    part.pieces = [(text, 0) for text, _ in part.pieces]
    return part


def _paged(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Yield the parts of pages: they end between paragraphs, and not after a heading."""
    page: list[Part] = []
    size = 0
    for part in parts:
        begins = part.kind == "heading" and size > _PAGE * 2 // 3
        if page and (size >= _PAGE or size + part.size > _LONGEST or begins):
            held = [page.pop()] if len(page) > 1 and page[-1].kind == "heading" and part.kind != "heading" else []
            yield page
            page = held
            size = sum(one.size for one in page)
        page.append(part)
        size += part.size
    if page:
        yield page


def _parts(text: str) -> Iterator[Part]:
    """Yield what a text is made of, in its order."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif found := _ATX.match(line):
            yield Part("heading", [(found[2], at + 1)], level=len(found[1]))
            at += 1
        elif fence := _FENCE.match(line):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].strip().startswith(fence[1])), len(lines))
            inside = [(lines[n].rstrip(), n + 1) for n in range(at + 1, end) if lines[n].strip()]
            yield from _cut(Part("text", inside, verbatim=True))
            at = end + 1
        else:
            end = at + 1
            while end < len(lines) and _goes_on(lines[end]):
                end += 1
            yield from _block(lines[at:end], at + 1, alone=end == len(lines) or not lines[end].strip())
            at = end


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and not (_ATX.match(line) or _FENCE.match(line))


def _block(lines: Sequence[str], first: int, *, alone: bool) -> Iterator[Part]:
    """Yield the parts of lines that stand together, of which the first has a number."""
    at = 0
    while at < len(lines) and not _is_table(lines, at) and (level := _level(lines[at : at + 2], alone=alone)):
        yield Part("heading", [(lines[at].strip(), first + at)], level=level)
        at += 2  # with the line that it is underlined by
    if _is_table(lines, at):
        yield _table(lines[at:], first + at)
        return
    if at >= len(lines):
        return
    starts = [n for n in range(at, len(lines)) if n == at or _ITEM.match(lines[n])]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        kind: BlockKind = "list" if _ITEM.match(lines[start]) else "text"
        yield from _cut(Part(kind, [(line.strip(), first + n) for n, line in enumerate(lines[start:end], start)]))


def _is_table(lines: Sequence[str], at: int) -> bool:
    """Return whether all lines from one on are a table of Markdown."""
    return len(lines) > at + 1 and bool(_RULE.match(lines[at + 1])) and all("|" in line for line in lines[at:])


def _level(lines: Sequence[str], *, alone: bool) -> int:
    """Return the level of the heading that lines begin with; 0 where they begin with none."""
    title = lines[0].strip()
    if len(title) > _HEADING:
        return 0
    if len(lines) > 1:
        found = _UNDERLINE.match(lines[1])
        return {"=": 1, "-": 2, "~": 3}[found[1][0]] if found and not _UNDERLINE.match(title) else 0
    if not alone or title[-1] in ".,;:!?)":
        return 0
    numbered = _NUMBERED.match(title)
    if numbered:
        return numbered[1].count(".") + 1
    return 1 if title.isupper() and sum(map(str.isalpha, title)) > 2 else 0


def _table(lines: Sequence[str], first: int) -> Part:
    """Return a table of Markdown."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    del rows[1]
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    numbers = [first, *range(first + 2, first + len(lines))]
    pieces = [("  ".join(filter(None, row)), number) for row, number in zip(rows, numbers, strict=True)]
    return Part("table", pieces, rows=rows, header_rows=1)


def _cut(part: Part) -> Iterator[Part]:
    """Yield a part, or the pieces of one that is too long for a page."""
    pieces = [piece for text, number in part.pieces for piece in _short(text, number)]
    held: list[tuple[str, int]] = []
    size = 0
    for piece in pieces:
        if held and size + len(piece[0]) > _LONGEST:
            yield Part(part.kind, held, verbatim=part.verbatim)
            held, size = [], 0
        held.append(piece)
        size += len(piece[0]) + 1
    if held:
        yield Part(part.kind, held, verbatim=part.verbatim)


def _short(text: str, number: int) -> Iterator[tuple[str, int]]:
    """Yield a line, or, of one that is too long, pieces that end with a sentence or at least with a word."""
    while len(text) > _LONGEST:
        end = max(text.rfind(stop, _PAGE // 2, _PAGE) for stop in (". ", "。", "! ", "? ")) + 1
        end = end or text.rfind(" ", _PAGE // 2, _PAGE) + 1 or _PAGE
        yield text[:end].rstrip(), number
        text = text[end:].lstrip()
    if text:
        yield text, number


def _separators(part: Part) -> list[str]:
    """Return what stands before each piece: nothing, a space where a line was only broken, or a line break."""
    before = [""]
    for (text, _), (following, _) in zip(part.pieces, part.pieces[1:], strict=False):
        goes_on = following[:1].islower() and text[-1:] not in ".!?:;"
        broken = not (part.verbatim or part.kind == "table") and (goes_on or _wide_size(text) >= _MARGIN)
        before.append(_joint(text, following) if broken else "\n")
    return before


def _wide_size(text: str) -> int:
    return sum(2 if char >= _WIDE else 1 for char in text)


def _joint(text: str, following: str) -> str:
    return "" if text[-1:] >= _WIDE and following[:1] >= _WIDE else " "


def _joined(part: Part) -> str:
    return "".join(before + text for before, (text, _) in zip(_separators(part), part.pieces, strict=True))


def _page(number: int, parts: Sequence[Part]) -> Page:
    text = ""
    blocks: list[Block] = []
    tables: list[Table] = []
    lines: list[int] = []
    numbers: list[int] = []
    for part in parts:
        text += "\n" if text else ""
        start = len(text)
        rows: list[int] = []
        for before, (piece, line) in zip(_separators(part), part.pieces, strict=True):
            text += before
            rows.append(len(text))
            if line:
                lines.append(len(text))
                numbers.append(line)
            text += piece
        if part.rows:
            tables.append(Table(start, len(part.rows[0]), list(_cells(part.rows, rows))))
        blocks.append(Block(start, len(text), part.kind, part.level, part.header_rows))
    return Page(
        number=number,
        label="",
        width=_WIDTH,
        height=_HEIGHT,
        text=text,
        blocks=blocks,
        source="text" if text else "none",
        reader=TEXT_READER,
        tables=tables,
        lines=lines,
        line_numbers=numbers,
    )


def _cells(rows: Sequence[Sequence[str]], starts: Sequence[int]) -> Iterator[Cell]:
    for number, (row, start) in enumerate(zip(rows, starts, strict=True)):
        at = start
        for column, cell in enumerate(row):
            if cell:
                yield Cell(number, column, at, at + len(cell))
                at += len(cell) + 2
