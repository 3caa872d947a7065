"""Read pages with pypdf, where pdfium fails. The only importer of pypdf."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdf
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError, WrongPasswordError

from pdfqa.pages import DocumentInfo, OutlineItem
from pdfqa.pdf.files import RefusedError
from pdfqa.pdf.letters.garbled import GARBLED, is_garbled
from pdfqa.pdf.letters.repair import clean
from pdfqa.pdf.lines import Line, Sheet, damaged
from pdfqa.pdf.metadata import tidy

logging.getLogger("pypdf").addHandler(logging.NullHandler())

# What pypdf lets through on malformed input besides its own errors.
MALFORMED = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
_NAMES = re.compile(r"(?:/[A-Za-z]{1,4}[0-9A-F]{1,4}){2,}")  # of shapes, for want of letters
_SIZE = 10.0  # pypdf tells no places: lines are set as if typed, one under the other
_LEAD = 12.0


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class PypdfFile:
    """One open PDF."""

    def __init__(self, path: Path, password: str | None) -> None:
        self._labels: list[str] | None = None
        with _quiet():
            try:
                self._reader = pypdf.PdfReader(path, strict=False)
                if self._reader.is_encrypted and not self._reader.decrypt(password or ""):
                    raise RefusedError("password")
                self.pages = len(self._reader.pages)
            except (FileNotDecryptedError, WrongPasswordError) as error:
                raise RefusedError("password", str(error)) from error
            except DependencyError as error:
                raise RefusedError("unsupported", str(error)) from error
            except MALFORMED as error:
                raise RefusedError("damaged", str(error)) from error
        if not self.pages:
            raise RefusedError("no_pages")

    def info(self) -> DocumentInfo:
        """Return the document's page count, metadata and outline, as far as they can be read."""
        with _quiet():
            try:
                metadata = tidy(
                    {str(key).lstrip("/"): str(value) for key, value in (self._reader.metadata or {}).items()}
                )
                outline = list(self._outline(self._reader.outline, 1))
            except MALFORMED:
                metadata, outline = {}, []
        return DocumentInfo(
            pages=self.pages, title=metadata.get("Title", ""), metadata=metadata, outline=outline, reader="pypdf"
        )

    def _outline(self, items: list[Any], level: int) -> Iterator[OutlineItem]:
        for item in items:
            if isinstance(item, list):
                yield from self._outline(item, level + 1)
                continue
            index = self._reader.get_destination_page_number(item)
            title = clean(str(item.title or ""))
            if index is not None and index >= 0 and title:
                yield OutlineItem(title, index + 1, level)

    def sheet(self, number: int) -> Sheet:
        """Return a page's lines, or a page without lines and a warning."""
        with _quiet():
            try:
                page = self._reader.pages[number - 1]
                width, height = float(page.cropbox.width), float(page.cropbox.height)
                if page.rotation % 180:
                    width, height = height, width
                text = page.extract_text()
                label = self._label(number)
            except MALFORMED as error:
                return damaged(number, "", f"the page is damaged ({type(error).__name__})", reader="pypdf")
        sheet = Sheet(number, label, width, height, typed_lines(text, height), reader="pypdf")
        if is_garbled(text) or _made_of_names(text):
            sheet.defect, sheet.warnings = "garbled", [GARBLED]
        return sheet

    def _label(self, number: int) -> str:
        if self._labels is None:  # pypdf makes those of all pages at once
            self._labels = self._reader.page_labels if "/PageLabels" in self._reader.root_object else []
        return clean(self._labels[number - 1]) if self._labels else ""


def root_has(path: Path, key: str) -> bool:
    """Return whether the root of a PDF that opens without a password has an entry."""
    with _quiet():
        try:
            reader = pypdf.PdfReader(path, strict=False)
            if reader.is_encrypted:
                reader.decrypt("")
            return key in reader.root_object
        except MALFORMED:
            return False


def _made_of_names(text: str) -> bool:
    return 5 * sum(map(len, _NAMES.findall(text))) > len(text)


def typed_lines(text: str, height: float) -> list[Line]:
    """Return lines for a text without places, as a typewriter would have set it."""
    lines: list[Line] = []
    y = max(height * 0.8, 1.0)
    for line in text.splitlines():
        words = clean(line)
        y -= _LEAD if words else _LEAD / 2
        if words:
            lines.append(Line(words, 0.0, len(words) * _SIZE / 2, y, _SIZE))
    return lines
