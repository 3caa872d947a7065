"""Cut pages into passages: pieces of one page, small enough to be read at a glance, under the heading they stand in.

A passage never crosses a page, so that a citation of it names one page. Sentences, table rows and list items stay
whole; a passage begins anew at a heading, and repeats the end of the one before where a paragraph was cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from pdfqa import languages
from pdfqa.pages import Block, BlockKind, Cell, Page, Passage, Table


class Strategy(msgspec.Struct, frozen=True, tag="words"):
    """How large passages are, in words (in characters / 3 where words are not separated by spaces).

    The sizes were chosen by measurement (benchmarks/quality.py).
    """

    words: int = 120
    overlap: int = 30

    @property
    def name(self) -> str:
        """Return what an index made with this strategy is stored under."""
        return f"words-{self.words}-{self.overlap}"


class TokenStrategy(msgspec.Struct, frozen=True, tag="tokens"):
    """How large passages are at most, and how much of each the next one repeats, in tokens as `count_tokens` has them.

    Such a passage is as long as whole sentences allow, whatever headings are in it; only a sentence that is longer than
    the limit makes it longer.
    """

    most: int = 800
    overlap: int = 400

    @property
    def name(self) -> str:
        """Return what an index made with this strategy is stored under."""
        return f"tokens-{self.most}-{self.overlap}"


AnyStrategy = Strategy | TokenStrategy
DEFAULT = Strategy()


def by_name(name: str) -> AnyStrategy:
    """Return the strategy that an index was made with, of its name."""
    kind, size, overlap = name.split("-")
    return Strategy(int(size), int(overlap)) if kind == "words" else TokenStrategy(int(size), int(overlap))


_WORDS = 3 / 4  # of a token
_WIDE = re.compile("[\u0e00-\u0eff\u2e80-\U0010ffff]")
_ADDED = ("field", "note")  # kinds of blocks that come after the text of a page
# What notes stand under: the words of who asks for them. Few notes say what they are.
_NOTES = {
    "de": "Anmerkungen und Kommentare: was Prüfer zu ändern bitten",
    "en": "Notes and comments: what reviewers ask to change",
    "es": "Notas y comentarios: qué piden cambiar los revisores",
    "fr": "Notes et commentaires: ce que les relecteurs demandent de changer",
    "it": "Note e commenti: che cosa i revisori chiedono di cambiare",
    "nl": "Notities en opmerkingen: wat reviewers vragen te wijzigen",
    "pt": "Notas e comentários: o que os revisores pedem para mudar",
}
_AND = " · "  # between the headings of one passage
_LONG_ROW = 600  # characters: a row of a table that is longer is cut into sentences as any text is
_LONG_HEADER = 400  # characters of a table's header that are repeated


class _Unit(msgspec.Struct, frozen=True):
    """Something that is never cut: a sentence, a row, a heading."""

    start: int
    end: int
    size: int
    kind: BlockKind
    level: int


def cut(pages: Iterable[Page], language: str, *, heading: str = "", strategy: AnyStrategy = DEFAULT) -> list[Passage]:
    """Return the passages of consecutive pages.

    Args:
        pages: The pages, in order.
        language: Their language, which decides where sentences end.
        heading: The heading that the first page begins under.
        strategy: How large passages are.
    """
    found: list[Passage] = []
    for page in pages:
        sections = list(_sections(page, language, heading))
        if isinstance(strategy, TokenStrategy):
            pieces = _fill(sections, page.number, strategy)
        else:
            pieces = (piece for group, above in sections for piece in _pack(group, page.number, above, strategy))
        found.extend(_headed(page, piece) if page.tables else piece for piece in pieces)
        heading = next((above for group, above in reversed(sections) if group[0].kind != "note"), heading)
    return found


def table_rows(page: Page, start: int, end: int) -> list[list[str]]:
    """Return the rows of a table that a span of a page's text holds, the table's header first, each as its cells.

    Of several tables it is the one with most rows in the span. Empty cells are "".
    """
    best: list[Cell] = []
    table: Table | None = None
    for one in page.tables:
        inside = [cell for cell in one.cells if cell.start < end and cell.end > start]
        if len(inside) > len(best):
            best, table = inside, one
    if table is None:
        return []
    heads = _header_rows(page, table)
    wanted = dict.fromkeys([*range(heads), *(cell.row for cell in best)])
    rows = {number: [""] * table.columns for number in wanted}
    for cell in table.cells:
        for number in range(cell.row, cell.row + cell.rows):  # a cell that goes on in the rows below says so there, too
            if number in rows and (number == cell.row or number >= heads):
                rows[number][cell.column] = page.text[cell.start : cell.end]
    head = [(row + [""] * table.columns)[: table.columns] for row in table.head]
    return [*head, *rows.values()]


def _header_rows(page: Page, table: Table) -> int:
    return next((block.header_rows for block in page.blocks if block.start == table.start), 0)


def _headed(page: Page, passage: Passage) -> Passage:
    """Return a passage with the header of the table that it goes on with, or begins on a later page of."""
    for table in page.tables:
        cells = table.cells
        if not cells or cells[-1].end <= passage.start or cells[0].start >= passage.end:
            continue
        rows = list(table.head)
        if cells[0].start < passage.start:
            heads = _header_rows(page, table)
            rows += [
                [page.text[cell.start : cell.end] for cell in cells if cell.row == number] for number in range(heads)
            ]
        header = "\n".join("  ".join(filter(None, row)) for row in rows)
        if header and len(header) <= _LONG_HEADER:
            return msgspec.structs.replace(passage, header=header)
    return passage


def _sections(page: Page, language: str, heading: str) -> Iterator[tuple[list[_Unit], str]]:
    """Yield the units of a page in runs that stand under one heading, each with that heading."""
    group: list[_Unit] = []
    for block in page.blocks:
        if group and block.kind in _ADDED and group[-1].kind != block.kind:
            yield group, _above(group, heading, language)
            group = []
        if block.kind == "heading":
            # Headings that follow one another (chapter, section) belong to one run.
            if group and any(unit.kind != "heading" for unit in group):
                yield group, heading
                group = []
            title = " ".join(page.text[block.start : block.end].split())
            heading = f"{heading} › {title}" if group else title
        group.extend(_units(page.text, block, language))
    if group:
        yield group, _above(group, heading, language)


def _above(group: list[_Unit], heading: str, language: str) -> str:
    return _NOTES.get(language, _NOTES["en"]) if group[0].kind == "note" else heading


def count_tokens(text: str) -> int:
    """Return about how many tokens a model reads a text as: four for three words, without knowing its tokenizer."""
    return -(-4 * max(len(text.split()), 0 if text.isascii() else _wide(text) // 3) // 3)


def _units(text: str, block: Block, language: str) -> Iterator[_Unit]:
    body = text[block.start : block.end]
    for start, end in [(0, len(body))] if block.kind == "heading" else pieces_of(body, block.kind, language):
        piece = body[start:end]
        # Scripts without spaces have few words; three characters stand for one.
        size = max(piece.count(" ") + 1, 0 if piece.isascii() else _wide(piece) // 3)
        yield _Unit(block.start + start, block.start + end, size, block.kind, block.level)


def pieces(page: Page, start: int, end: int, language: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences and rows that stand in a span of a page's text, counted from its start."""
    found: list[tuple[int, int]] = []
    for block in page.blocks:
        low, high = max(block.start, start), min(block.end, end)
        if low < high:
            spans = pieces_of(page.text[low:high], block.kind, language)
            found += [(low - start + first, low - start + last) for first, last in spans]
    return found


def pieces_of(body: str, kind: BlockKind, language: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of a block, or of its rows; those are cut only where they are very long."""
    if kind != "table":
        return languages.sentences(body, language)
    spans: list[tuple[int, int]] = []
    start = 0
    for row in body.split("\n"):
        end = start + len(row)
        if end - start > _LONG_ROW:
            spans += [(start + low, start + high) for low, high in languages.sentences(row, language)]
        elif end > start:
            spans.append((start, end))
        start = end + 1
    return spans


def _wide(piece: str) -> int:
    return len(_WIDE.findall(piece))


def _pack(units: list[_Unit], page: int, heading: str, strategy: Strategy) -> Iterator[Passage]:
    """Fill passages with whole units, evenly, each beginning with the end of the one before."""
    total = sum(unit.size for unit in units)
    pieces = max(1, round(total / strategy.words))
    goal = total / pieces
    first = last = 0
    while first < len(units):
        fresh, last, size = last, first, 0
        while last < len(units) and (last <= fresh or size + units[last].size / 2 <= goal):
            size += units[last].size
            last += 1
        yield _passage(units[first:last], page, heading)
        if last >= len(units):
            return
        first = max(_overlapping(units, last, strategy.overlap), first + 1)


def _overlapping(units: list[_Unit], last: int, overlap: int) -> int:
    """Return where the next passage begins: some units before `last`, if they are running text."""
    first, size = last, 0
    while first > 0 and units[first - 1].kind == "text" and size + units[first - 1].size <= overlap:
        first -= 1
        size += units[first].size
    return first


def _fill(sections: list[tuple[list[_Unit], str]], page: int, strategy: TokenStrategy) -> Iterator[Passage]:
    """Fill passages with as many whole units as they may hold, each beginning with the end of the one before."""
    units = [unit for group, _ in sections for unit in group]
    headings = [above for group, above in sections for _ in group]
    most, overlap = strategy.most * _WORDS, strategy.overlap * _WORDS
    first = fresh = 0
    while fresh < len(units):
        size = sum(unit.size for unit in units[first : fresh + 1])
        while first < fresh and size > most:  # the end of the one before and this unit are too much together
            size -= units[first].size
            first += 1
        last = fresh + 1
        while last < len(units) and size + units[last].size <= most:
            size += units[last].size
            last += 1
        # All headings that what is new in it stands under: each of them helps to find it.
        yield _passage(units[first:last], page, _AND.join(dict.fromkeys(headings[fresh:last])))
        first, fresh = max(_repeated(units[:last], overlap), first + 1), last


def _repeated(units: list[_Unit], overlap: float) -> int:
    """Return from where on the last units come nearest to an overlap."""
    first, size = len(units), 0
    while first > 0 and abs(size + units[first - 1].size - overlap) < abs(size - overlap):
        first -= 1
        size += units[first].size
    return first


def _passage(units: list[_Unit], page: int, heading: str) -> Passage:
    kinds: list[BlockKind] = [unit.kind for unit in units if unit.kind != "heading"]
    kind = max(kinds, key=kinds.count) if kinds else "heading"
    return Passage(page, units[0].start, units[-1].end, heading, kind)
