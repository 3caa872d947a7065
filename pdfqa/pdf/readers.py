"""Which reader reads what: pdfium, or pypdf where pdfium gives no file, no page or no text."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from msgspec import structs

from pdfqa.pages import DocumentInfo
from pdfqa.pdf.files import RefusedError, check_file, damage, is_encrypted, refusal

if TYPE_CHECKING:
    from pdfqa.pdf.lines import Sheet
    from pdfqa.pdf.pdfium import PdfiumFile
    from pdfqa.pdf.pypdf_reader import PypdfFile

_MISSING = 100  # pages at the end that may be damaged; more are no pages but a wrong number


def open_file(
    path: str | os.PathLike[str], password: str | None, *, pypdf: bool = False
) -> tuple[PdfiumFile | None, PypdfFile | None]:
    """Return the file as pdfium opens it, or else as pypdf does, and as that alone where so wished."""
    from pdfqa.pdf.pdfium import PdfiumFile

    place = check_file(path)
    try:
        if pypdf:
            raise RefusedError("damaged")
        return PdfiumFile(place, password), None
    except RefusedError as refused:
        if refused.reason == "password" and is_encrypted(place):
            raise refusal(path, refused, password) from refused
        whole = None if pypdf or refused.reason != "damaged" else _salvaged(place)
        return (whole, None) if whole else (None, _second(path, password, refused))


def _salvaged(place: Path) -> PdfiumFile | None:
    """Return what can be pieced together of a file."""
    from pdfqa.pdf.pdfium import PdfiumFile
    from pdfqa.pdf.salvage import salvage

    data = salvage(place)
    try:
        return PdfiumFile(place, None, data=data, damage=damage(place)) if data else None
    except RefusedError:
        return None


def _second(path: str | os.PathLike[str], password: str | None, refused: RefusedError) -> PypdfFile:
    from pdfqa.pdf.pypdf_reader import PypdfFile

    try:
        return PypdfFile(check_file(path), password)
    except RefusedError as again:
        reason = again if again.reason in ("no_pages", "password") or refused.reason == "password" else refused
        raise refusal(path, reason, password) from again


class Readers:
    """The pages of one open file, from pdfium, or from pypdf where pdfium gives none or no text; a context manager."""

    def __init__(self, path: str | os.PathLike[str], password: str | None, *, pypdf: bool = False) -> None:
        self._path, self._password = path, password
        self._first, self._second = open_file(path, password, pypdf=pypdf)
        self._tried = self._second is not None
        self.pages = self._count()

    def _count(self) -> int:
        """Return the number of pages, also where the list of pages is damaged and counts too many."""
        first = self._first
        if first is None or first.has_page(first.pages):
            return first.pages if first else self._second.pages if self._second else 0
        there = max((number for number in range(1, first.pages + 1) if first.has_page(number)), default=0)
        second = self._other()
        counted = first.pages if first.pages <= there + _MISSING else max(there, 1)
        return max(counted, second.pages if second else 0)

    def __enter__(self) -> Readers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._first:
            self._first.__exit__(kind, error, trace)

    def sheet(self, number: int) -> Sheet:
        """Return a page's lines, from pypdf where pdfium gives none or makes no sense of them and pypdf does."""
        if self._first is None:
            return self._other_sheet(number)
        sheet, lost = self._first.sheet(number)
        if lost or sheet.defect == "garbled":
            other = self._other_sheet(number)
            if other.lines and not other.defect:
                other.extras, other.attached, other.unseen = sheet.extras, sheet.attached, sheet.unseen
                return other
            if other.defect == "garbled" and not sheet.defect:
                sheet.defect, sheet.warnings = other.defect, [*sheet.warnings, *other.warnings]
        return sheet

    def info(self) -> DocumentInfo:
        """Return what is known of the document as a whole."""
        if self._first:
            return structs.replace(self._first.info(), pages=self.pages)
        return self._second.info() if self._second else DocumentInfo(pages=0)

    def _other_sheet(self, number: int) -> Sheet:
        from pdfqa.pdf.lines import Sheet as Empty

        second = self._other()
        if second is None or number > second.pages:
            return Empty(number, "", 0.0, 0.0, [], source="none")
        return second.sheet(number)

    def _other(self) -> PypdfFile | None:
        """Return the file as pypdf opens it, if it does."""
        from pdfqa.pdf.pypdf_reader import PypdfFile

        if not self._tried:
            self._tried = True
            with suppress(RefusedError):
                self._second = PypdfFile(check_file(self._path), self._password)
        return self._second
