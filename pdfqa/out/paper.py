"""What is saved, before it has a format: paragraphs, items and tables with references to numbered notes; values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

BlockKind = Literal["heading", "text", "item", "warning", "small", "table"]


class Run(msgspec.Struct, frozen=True, tag=True):
    """Some words; `link` is where they lead."""

    text: str
    bold: bool = False
    link: str = ""


class Ref(msgspec.Struct, frozen=True, tag=True):
    """A reference to the note with this number."""

    number: int


Line = list[Run | Ref]


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph, heading or list item: its line. A table: its rows of cells, the first `heads` of which are its head.

    `level` is that of a heading, from 1, or how far an item is indented, from 0; `mark` is what stands before an item.
    """

    kind: BlockKind
    line: Line = []
    level: int = 1
    mark: str = ""
    rows: list[list[Line]] = []
    heads: int = 0

    @property
    def leftwards(self) -> bool:
        """Return whether it is read from right to left."""
        return leftwards(plain(self.line) or " ".join(plain(cell) for row in self.rows for cell in row))


class Rows(msgspec.Struct, frozen=True, tag=True):
    """Rows of a document's table, the first `heads` of which are its head."""

    rows: list[list[str]]
    heads: int


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A citation: where it stands, the link that leads there ("" for none), and its words or rows.

    `doubt` is set where the quote was not found there.
    """

    number: int
    place: str
    link: str = ""
    quote: list[str | Rows] = []
    doubt: bool = False


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What is saved."""

    title: str
    blocks: list[Block]
    notes: list[Note]
    foot: str

    @property
    def language(self) -> str:
        """Return the language of it, as a code; "" where that is not clear."""
        from pdfqa.languages import detect

        return detect("\n".join([self.title, *(plain(block.line) for block in self.blocks)]))


def valid(value: Any) -> Any:
    """Return a value without letters that no document can hold: halves of them, from a file name that is no text."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return list(map(valid, value))
    if isinstance(value, msgspec.Struct):
        fields = {name: valid(getattr(value, name)) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **fields)
    return value


def plain(line: Iterable[Run | Ref]) -> str:
    """Return the words of a line."""
    return "".join(part.text for part in line if isinstance(part, Run))


def figures(rows: Sequence[Sequence[str]], heads: int) -> list[bool]:
    """Return which columns of a table are set to the right: those of figures, but for the first."""
    answers: list[bool] = []
    for column in range(max(map(len, rows), default=0)):
        filled = [row[column] for row in rows[heads:] if column < len(row) and row[column]]
        found = sum(_FIGURE.fullmatch(cell) is not None for cell in filled)
        answers.append(column > 0 and 2 * found > len(filled))
    return answers


_FIGURE = re.compile(r"[(\s$€£¥+−-]*\d[\d.,\s]*[)%\s]*|[-–—]")


def leftwards(text: str) -> bool:
    """Return whether a text is read from right to left, as its first letter that has a direction says."""
    return next((way in ("R", "AL") for letter in text if (way := unicodedata.bidirectional(letter)) in _WAYS), False)


_WAYS = ("L", "R", "AL")


def first_refs(paper: Paper) -> Iterator[tuple[int, bool]]:
    """Yield the number of each reference, in their order, and whether it is the first to its note."""
    met: set[int] = set()
    for block in paper.blocks:
        for line in (block.line, *(cell for row in block.rows for cell in row)):
            for part in line:
                if isinstance(part, Ref):
                    yield part.number, part.number not in met
                    met.add(part.number)


def unmet(paper: Paper) -> Sequence[Note]:
    """Return the notes that nothing refers to."""
    met = {number for number, _ in first_refs(paper)}
    return [note for note in paper.notes if note.number not in met]
