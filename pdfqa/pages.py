"""Values: what a PDF is seen as. Pages with their text, blocks and tables; passages; segments of the index.

Pages are numbered from 1. `start` and `end` are character offsets into the text of one page. Lengths on a page are PDF
points (1/72 inch), measured from the left and the bottom edge of the page as it is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Literal

import msgspec

BlockKind = Literal["text", "heading", "list", "table", "caption", "footnote", "field", "note"]


INDEX_VERSION = 2  # raised when the passages, terms or vectors of the same pages come out otherwise, for `reindex`


Defect = Literal["", "picture", "garbled", "damaged"]


TextSource = Literal["text", "ocr"]
TEXT_READER = "text"  # what reads texts; all others read PDFs


class Block(msgspec.Struct, frozen=True, array_like=True):
    """A paragraph, heading, list item, table, caption or footnote: the span [start, end) of its page's text.

    A table's rows are lines; the first `header_rows` lines are its header. A heading has a level from 1. A field is
    what was filled into a form, a note what somebody added to the page, where these do not stand in its text.
    """

    start: int
    end: int
    kind: BlockKind = "text"
    level: int = 0
    header_rows: int = 0


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """A cell of a table: the span [start, end) of its page's text, from row and column 0, over one or more of each."""

    row: int
    column: int
    start: int
    end: int
    rows: int = 1
    columns: int = 1


class Table(msgspec.Struct, frozen=True, array_like=True):
    """The grid of a table block, which begins at `start` of its page's text.

    `head` is the header of a table that goes on from an earlier page without repeating it: rows of cells.
    """

    start: int
    columns: int
    cells: list[Cell]
    head: list[list[str]] = []


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a span of a page's text stands that its text layer lacks: a recognised word, a field's value, a note."""

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page as it was read: its text in reading order, cut into blocks.

    `source` says where the text is from: the page's text layer, or recognition of its picture. `reader` is the program
    that gave it. `defect` is why the text layer is of no use: the page is a picture, its text is garbled, or no reader
    can read it. `places` are in the order of the text. `unseen` words are there for programs only, and not in `text`.
    Of a text file, `lines` are the places where its lines begin, and `line_numbers` the numbers of these.
    """

    number: int
    label: str
    width: float
    height: float
    text: str
    blocks: list[Block]
    source: Literal["text", "ocr", "none"] = "text"
    reader: str = "pdfium"
    warnings: list[str] = []
    defect: Defect = ""
    tables: list[Table] = []
    places: list[Place] = []
    attached: list[Attachment] = []
    unseen: int = 0
    lines: list[int] = []
    line_numbers: list[int] = []


def label_at(page: Page, start: int) -> str:
    """Return what a place of a page is called besides its page's number: the page's label, or the line of a text."""
    if not page.lines:
        return page.label
    return f"line {page.line_numbers[max(bisect_right(page.lines, start) - 1, 0)]}"


class Attachment(msgspec.Struct, frozen=True, array_like=True):
    """A file inside the PDF; `number` is its place among them, from 0.

    `page` is the page that it is pinned to: its place then is one among the annotations of this page. `bytes` is its
    size, 0 where that is not known.
    """

    number: int
    name: str
    bytes: int = 0
    kind: str = ""
    page: int = 0


class OutlineItem(msgspec.Struct, frozen=True, array_like=True):
    """One entry of the document's own table of contents."""

    title: str
    page: int
    level: int


class DocumentInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a document as a whole.

    `unseen` says on which pages how many words are that nobody can see, `damage` why pages of it may be lost.
    """

    pages: int
    title: str = ""
    metadata: dict[str, str] = {}
    outline: list[OutlineItem] = []
    reader: str = "pdfium"
    attachments: list[Attachment] = []
    portfolio: bool = False
    unseen: dict[int, int] = {}
    damage: str = ""


class Passage(msgspec.Struct, frozen=True, array_like=True):
    """A piece of one document that search returns: the span [start, end) of one page's text.

    `header` is the header of the table that its rows belong to, where it does not stand in the span itself.
    """

    page: int
    start: int
    end: int
    heading: str = ""
    kind: BlockKind = "text"
    header: str = ""


class Segment(msgspec.Struct, frozen=True, array_like=True):
    """A range of one document's pages, read and made ready for search.

    `lengths` holds the number of terms of each passage (little-endian uint16), `numbers` the page it stands on
    (little-endian uint32), `vectors` its embedding (int8, one row each). `postings` maps a term to where it occurs: for
    each passage that has it a little-endian uint32, the passage's place in the segment times 256 plus how often it
    occurs there (255 at most).
    """

    pages: list[Page]
    language: str
    passages: list[Passage]
    lengths: bytes
    numbers: bytes
    vectors: bytes
    postings: dict[str, bytes]
