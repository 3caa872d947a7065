"""A range of a document's pages on its way in: read; single pages seen to that need it; read again.

A page that a worker died over, and one whose text must be recognised in its picture, is looked at alone, in a task of
its own. Then the range is read again with what that gave. So a bad page costs itself, not its file.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pdfqa.errors import PdfqaError
from pdfqa.pdf.lines import Sheet, damaged

How = Literal["open", "range", "pdfium", "pypdf", "ocr", "cut"]
LATE = {"page_seconds", "ocr_seconds"}  # settings named by the error of who was late
_SHEET = msgspec.msgpack.Decoder(Sheet)


class Look(msgspec.Struct, frozen=True):
    """What is to be done next: open the document, read a range, or look at one page of it alone."""

    pages: Range
    how: How = "range"
    page: int = 0


class Range:
    """The pages from `first` to `last`, and what is known of those that were looked at alone.

    Each method takes what came of a look, and returns the looks that follow. `pypdf` leaves pdfium out.
    """

    def __init__(self, first: int, last: int, *, pypdf: bool = False) -> None:
        self.first = first
        self.last = last
        self.pypdf = pypdf
        self.known: dict[int, bytes] = {}  # sheets, encoded
        self.recognised: set[int] = set()  # pages whose picture was looked at
        self.remarks: dict[int, str] = {}  # why that gave nothing
        self._reasons: dict[int, PdfqaError] = {}  # why a page was looked at alone
        self._waiting = 0
        self._opened_again = False

    @property
    def size(self) -> int:
        """Return the number of pages."""
        return self.last - self.first + 1

    def begin(self) -> list[Look]:
        """Return the first look."""
        return [Look(self)]

    def wants(self, pages: list[int]) -> list[Look]:
        """Take in that the text of some pages is to be recognised."""
        self._waiting = len(pages)
        return [Look(self, "ocr", page) for page in pages]

    def saw(self, look: Look, sheet: bytes) -> list[Look]:
        """Take in a page that was looked at alone."""
        self.known[look.page] = sheet
        if look.how == "pypdf" and not _SHEET.decode(sheet).lines:
            self._give_up(look.page)
        return self._settled(look)

    def skip(self, look: Look, reason: str) -> list[Look]:
        """Take in that the text of a page cannot be recognised."""
        self.remarks[look.page] = reason
        return self._settled(look)

    def failed(self, look: Look, error: PdfqaError, at: int | None) -> list[Look]:
        """Take in that a worker died: over page `at`, or putting pages together (0), or before any page (None).

        Raises:
            PdfqaError: There is no other way to try.
        """
        if look.how == "ocr":
            return self.skip(look, error.message)
        if look.how == "pdfium":
            return [Look(self, "pypdf", look.page)]
        if look.how == "pypdf":
            self._give_up(look.page)
            return self._settled(look)
        if at is None:
            self._open_otherwise(error)
            return [look]
        if look.how == "open":
            return [Look(Range(1, 0, pypdf=self.pypdf), "open")]
        return self._blame(at, error) if at else self._divide(error)

    def _blame(self, page: int, error: PdfqaError) -> list[Look]:
        """Look at a page alone. It may not have been to blame for a crash; but who is slow is slow again."""
        self._reasons[page] = error
        self._waiting = 1
        return [Look(self, "pypdf" if self.pypdf or error.param in LATE else "pdfium", page)]

    def _open_otherwise(self, error: PdfqaError) -> None:
        """Open the document once more, then without pdfium."""
        if self.pypdf:
            raise error
        self.pypdf = self._opened_again or error.param in LATE
        self._opened_again = True

    def _settled(self, look: Look) -> list[Look]:
        if look.how == "ocr":
            self.recognised.add(look.page)
        self._waiting -= 1
        return [] if self._waiting else self.begin()

    def _divide(self, error: PdfqaError) -> list[Look]:
        """Find the page that cannot be laid out or indexed by reading both halves; give it up when it is alone."""
        if self.size > 1:
            middle = self.first + self.size // 2
            return [*self._piece(self.first, middle - 1).begin(), *self._piece(middle, self.last).begin()]
        if self.first in self._reasons:
            raise error
        self._reasons[self.first] = error
        self._give_up(self.first)
        return self.begin()

    def _piece(self, first: int, last: int) -> Range:
        piece, pages = Range(first, last, pypdf=self.pypdf), range(first, last + 1)
        piece.known = {page: sheet for page, sheet in self.known.items() if page in pages}
        piece.remarks = {page: remark for page, remark in self.remarks.items() if page in pages}
        piece.recognised = self.recognised.intersection(pages)
        return piece

    def _give_up(self, page: int) -> None:
        self.known[page] = msgspec.msgpack.encode(damaged(page, "", self._reasons[page].message, reader=""))
