"""Values: what a question gives back.

Pages are numbered from 1. `start` and `end` are character offsets into the text of one page, so that
`page.text[citation.start:citation.end] == citation.quote`. Lengths on a page are PDF points (1/72 inch), measured
from the left and the bottom edge of the page as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeVar

import msgspec

from pdfqa.errors import FileMissingError
from pdfqa.pages import TextSource
from pdfqa.placed import Locator
from pdfqa.savable import Savable

Outcome = Literal["answered", "not_found", "unreadable"]
ProofStatus = Literal["proved", "moved", "other_page", "not_found", "changed", "missing", "unreadable"]
PICTURE_WIDTH = 900  # pixels: on a page of A4 so wide, small print can be read


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the values a caller sees: immutable, printable, convertible to JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Return the value as plain dictionaries, lists, strings and numbers."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result

    def to_json(self) -> str:
        """Return the value as one line of JSON."""
        try:
            return msgspec.json.encode(self).decode()
        except UnicodeEncodeError:
            # A file name that is no valid text: JSON's own escapes keep it.
            import json

            return json.dumps(self.to_dict())


class Box(Value, frozen=True):
    """A rectangle on a page, in PDF points from the lower left corner of the page as shown."""

    x0: float
    y0: float
    x1: float
    y1: float


class Unread(Value, frozen=True):
    """Pages of a file that gave no text, and why; no pages where it is not known which are missing."""

    file: str
    pages: list[int]
    reason: str


class Unseen(Value, frozen=True):
    """Words of a file that nobody can see on its pages: they were left out."""

    file: str
    pages: list[int]
    words: int


class PageImage(Value, frozen=True):
    """An image that is embedded in a PDF, as one page shows it.

    `width` and `height` are pixels, `bytes` what it takes in the PDF. `format` is "jpeg", "jpeg2000", "jbig2", "fax" or
    "bitmap". `name` is the same wherever the same image is shown. `saved` is the file it was saved as, `problem` why it
    was not.
    """

    page: int
    box: Box
    width: int
    height: int
    format: str
    filters: list[str]
    bytes: int
    name: str
    saved: str = ""
    problem: str = ""


class ImageList(Value, frozen=True):
    """The images that are embedded in a PDF, and the pages that could not be looked through."""

    images: list[PageImage]
    unread: list[Unread] = []

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator[PageImage]:
        return iter(self.images)


class Drawing(Value, frozen=True):
    """A page as it is shown, as a PNG file, and the rectangles that are marked on it."""

    page: int
    png: bytes
    boxes: list[Box] = []


P = TypeVar("P", bound="Placed")


class Placed(Value, frozen=True, dict=True):
    """Base of what stands on a page: a quote or a passage, which can be looked at in the PDF itself."""

    def span(self) -> tuple[int, str, int]:
        """Return its page, its words, and where in the page's text they start."""
        raise NotImplementedError

    @property
    def locator(self) -> Locator | None:
        """Return what knows its PDF; a value made by hand has none."""
        found: Locator | None = self.__dict__.get("_locator")
        return found

    def with_locator(self: P, locator: Locator) -> P:  # noqa: PYI019 (typing.Self is newer than our oldest Python)
        """Return this value, able to find its place."""
        self.__dict__["_locator"] = locator
        return self

    def boxes(self) -> list[Box]:
        """Return the rectangles that it covers on its page, one for each line, found in the PDF itself.

        Raises:
            FileMissingError: The PDF is no longer where it was read from, or has changed.
            FileError: The PDF cannot be read.
        """
        return self.locator.boxes(*self.span()) if self.locator else []

    def picture(self, *, width: int = PICTURE_WIDTH) -> bytes:
        """Return its page as a PNG file so many pixels wide, with its place marked.

        Raises:
            FileMissingError: The PDF is no longer where it was read from, has changed, or is not known.
            FileError: The PDF cannot be read, or the page not drawn.
            InvalidRequestError: The width is out of range.
        """
        if self.locator is None:
            raise FileMissingError("it is not known which file this is of", hint="Ask, or search, to get one that is.")
        page, words, start = self.span()
        return self.locator.picture(page, [(words, start)], width)


class Hit(Placed, frozen=True):
    """A passage found by a search.

    `score` is in [0, 1] and compares hits of one search. `explain` holds the parts of the score and the terms that
    matched, as they are indexed and (`words`) as the passage spells them, when it was asked for. `source` is "ocr"
    where the page's text was recognised in its picture. `table` are the rows of a table that it holds, the table's
    header first, each as its cells.
    """

    file: str
    page: int
    label: str
    score: float
    text: str
    start: int
    end: int
    heading: str = ""
    source: TextSource = "text"
    table: list[list[str]] = []
    explain: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET

    def span(self) -> tuple[int, str, int]:
        """Return its page, its words, and where in the page's text they start."""
        return self.page, self.text, self.start

    def __repr__(self) -> str:
        return f"Hit({self.file!r}, p. {self.page}, score {self.score:.2f}, {_short(self.text)!r})"

    def _repr_html_(self) -> str | None:
        from pdfqa import notebook

        return notebook.html(self)


class Citation(Placed, frozen=True):
    """A quote, the page it stands on and whether it was found there.

    `verified` is true when `quote` is, character for character, `start` to `end` of the stored text of that page.
    `source` is "ocr" where that text was recognised in a picture. `table` are the rows that a quote from a table holds,
    the table's header first, each as its cells. `sha256` is the hash of the file's bytes, which says which
    file was quoted whatever becomes of its name.
    """

    file: str
    page: int
    label: str
    quote: str
    start: int
    end: int
    verified: bool
    score: float
    source: TextSource = "text"
    table: list[list[str]] = []
    sha256: str = ""

    def span(self) -> tuple[int, str, int]:
        """Return its page, its words, and where in the page's text they start."""
        return self.page, self.quote, self.start

    def __repr__(self) -> str:
        printed = f" (printed {self.label})" if self.label not in ("", str(self.page)) else ""
        where = self.label if self.label.startswith("line ") else f"p. {self.page}{printed}"
        mark = "" if self.verified else ", unverified"
        return f"Citation({self.file!r}, {where}, {_short(self.quote)!r}{mark})"

    def _repr_html_(self) -> str | None:
        from pdfqa import notebook

        return notebook.html(self)


class Answer(Savable, Value, frozen=True):
    """What was asked, what the documents say, and the proof.

    `outcome` is `answered`, `not_found` (the documents were read and do not say) or `unreadable` (nothing to search).
    `timings` are seconds. `price` is what the model's tokens cost, in dollars, without discounts; None where that is
    not known. `confidence` is how likely what was found is to answer the question, in [0, 1]; None where a model wrote.
    `closest` are the best passages when nothing was found.
    """

    question: str
    text: str = msgspec.field(name="answer")
    outcome: Outcome
    citations: list[Citation]
    thread_id: str
    run_id: str
    model: str
    usage: dict[str, int]
    timings: dict[str, float]
    price: float | None = None
    confidence: float | None = None
    closest: list[Hit] = []
    unread: list[Unread] = []

    @property
    def found(self) -> bool:
        """Return whether the documents answer the question."""
        return self.outcome == "answered"

    def __str__(self) -> str:
        from pdfqa import render

        return render.answer_text(self)

    def __repr__(self) -> str:
        pages = ", ".join(f"p. {citation.page}" for citation in self.citations)
        return f"Answer({_short(self.text)!r}, {pages or self.outcome})"

    def _repr_html_(self) -> str | None:
        from pdfqa import notebook

        return notebook.html(self)


class Proof(Value, frozen=True):
    """What became of one citation when its page was read again from the PDF.

    `status` is "proved" (the quote stands at its place), "moved" (elsewhere on its page), "other_page", "not_found",
    "changed" (the file is not the one that was quoted), "missing" or "unreadable" (the file, or the page, cannot be
    read). `page` is the page that was cited, `found` the one where the quote stands now; None where it stands on none.
    `path` is the file that was read. `reason` says more, where there is more to say.
    """

    file: str
    page: int
    quote: str
    status: ProofStatus
    found: int | None = None
    path: str = ""
    source: TextSource = "text"
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Return whether the quote stands, word for word, on the page that was cited, in the file that was quoted."""
        return self.status in ("proved", "moved")


class Verification(Value, frozen=True):
    """What became of an answer's citations when they were proved again; `question` is empty where it is not known."""

    question: str
    proofs: list[Proof]

    @property
    def holds(self) -> bool:
        """Return whether every citation holds; an answer without any has nothing that could fail."""
        return all(proof.holds for proof in self.proofs)


class FileEntry(Value, frozen=True):
    """A file that pdfqa has read. `added_at` is in seconds since 1970; `path` is where it was last seen."""

    id: str
    name: str
    path: str
    sha256: str
    bytes: int
    pages: int
    language: str = ""
    title: str = ""
    added_at: int = 0
    unread: list[Unread] = []
    unseen: Unseen | None = None


class Progress(Value, frozen=True):
    """How far reading has come, or what else is done; totals grow while files are found and opened."""

    file: str
    pages_done: int
    pages_total: int
    files_done: int
    files_total: int
    failed: int
    doing: str = "reading"
    unit: str = "pages"


class Failure(Value, frozen=True):
    """A file that could not be used, and why."""

    file: str
    error: str
    message: str
    hint: str = ""


class AddReport(Value, frozen=True):
    """What became of the files to be added; `tokens` were sent to a server's embedder, for `price` dollars."""

    added: list[FileEntry]
    known: list[FileEntry]
    failed: list[Failure]
    pages: int
    seconds: float
    unread: list[Unread] = []
    unseen: list[Unseen] = []
    tokens: int = 0
    price: float | None = None

    def __repr__(self) -> str:
        counts = f"{len(self.added)} added, {len(self.known)} known, {len(self.failed)} failed"
        return f"AddReport({counts}, {self.pages} pages in {self.seconds:.1f} s)"

    def _repr_html_(self) -> str | None:
        from pdfqa import notebook

        return notebook.html(self)


class ReindexReport(Value, frozen=True):
    """What became of the files whose index was to be made anew: `current` are those it was not needed for.

    `tokens` were sent to a server's embedder, for `price` dollars.
    """

    reindexed: list[FileEntry]
    current: list[FileEntry]
    failed: list[Failure]
    passages: int
    seconds: float
    embedder: str
    tokens: int = 0
    price: float | None = None


class Info(Value, frozen=True):
    """What the home directory holds, and what made it; `outdated` is how many files `pdfqa reindex` has work with."""

    version: str
    home: str
    files: int
    pages: int
    passages: int
    threads: int
    bytes: int
    embedder: str
    schema: int
    languages: dict[str, int]
    outdated: int = 0


def _short(text: str, length: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
