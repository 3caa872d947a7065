"""Which reader reads what: pdfium, or pypdf where pdfium gives no file, no page or no text."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from pdfqa.pdf.files import RefusedError, check_file, damage, is_encrypted, refusal

if TYPE_CHECKING:
    from pdfqa.pdf.lines import Sheet
    from pdfqa.pdf.pdfium import PdfiumFile
    from pdfqa.pdf.pypdf_reader import PypdfFile


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
        self.pages: int = self._first.pages if self._first else self._second.pages if self._second else 0

    def __enter__(self) -> Readers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._first:
            self._first.__exit__(kind, error, trace)

    def sheet(self, number: int) -> Sheet:
        """Return a page's lines."""
        if self._first is None:
            return self._other_sheet(number)
        sheet, lost = self._first.sheet(number)
        if lost:
            other = self._other_sheet(number)
            if other.lines:
                return other
        return sheet

    def _other_sheet(self, number: int) -> Sheet:
        from pdfqa.pdf.lines import Sheet as Empty
        from pdfqa.pdf.pypdf_reader import PypdfFile

        if not self._tried:
            self._tried = True
            try:
                self._second = PypdfFile(check_file(self._path), self._password)
            except RefusedError:
                self._second = None
        if self._second is None or number > self._second.pages:
            return Empty(number, "", 0.0, 0.0, [], source="none")
        return self._second.sheet(number)
