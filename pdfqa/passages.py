"""Cut pages into passages: pieces of one page, small enough to be read at a glance, under the heading they stand in.

A passage never crosses a page, so that a citation of it names one page. Sentences, table rows and list items stay
whole; a passage begins anew at a heading, and repeats the end of the one before where a paragraph was cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from pdfqa import languages
from pdfqa.pages import Block, BlockKind, Page, Passage


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
_WORDS = 3 / 4  # of a token
_AND = " · "  # between the headings of one passage


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
            found.extend(_fill(sections, page.number, strategy))
        else:
            for group, above in sections:
                found.extend(_pack(group, page.number, above, strategy))
        heading = sections[-1][1] if sections else heading
    return found


def _sections(page: Page, language: str, heading: str) -> Iterator[tuple[list[_Unit], str]]:
    """Yield the units of a page in runs that stand under one heading, each with that heading."""
    group: list[_Unit] = []
    for block in page.blocks:
        if block.kind == "heading":
            # Headings that follow one another (chapter, section) belong to one run.
            if group and any(unit.kind != "heading" for unit in group):
                yield group, heading
                group = []
            title = " ".join(page.text[block.start : block.end].split())
            heading = f"{heading} › {title}" if group else title
        group.extend(_units(page.text, block, language))
    if group:
        yield group, heading


def count_tokens(text: str) -> int:
    """Return about how many tokens a model reads a text as: four for three words, without knowing its tokenizer."""
    return -(-4 * max(len(text.split()), 0 if text.isascii() else _wide(text) // 3) // 3)


def _units(text: str, block: Block, language: str) -> Iterator[_Unit]:
    body = text[block.start : block.end]
    spans = [(0, len(body))] if block.kind == "heading" else languages.sentences(body, language)
    for start, end in spans:
        piece = body[start:end]
        # Scripts without spaces have few words; three characters stand for one.
        size = max(piece.count(" ") + 1, 0 if piece.isascii() else _wide(piece) // 3)
        yield _Unit(block.start + start, block.start + end, size, block.kind, block.level)


def _wide(piece: str) -> int:
    return sum("\u0e00" <= character <= "\u0eff" or character >= "\u2e80" for character in piece)


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
