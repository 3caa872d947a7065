"""Which pages are to be recognised in their picture, and what is said of those that were not."""

from __future__ import annotations

from pdfqa.pages import TEXT_READER, Page
from pdfqa.pdf.ocr.engines import lack
from pdfqa.pdf.options import ReadOptions

BLANK = "nothing stands on it"
_REASONS = {"picture": "only a picture of text", "garbled": "text that nobody can tell the letters of"}


def wants_ocr(page: Page, options: ReadOptions) -> bool:
    """Return whether the text of a page is to be recognised in its picture."""
    if options.ocr == "never" or page.reader == TEXT_READER or page.source == "ocr":
        return False
    return options.ocr == "always" or page.defect in _REASONS


def unread_reason(page: Page, options: ReadOptions) -> str:
    """Return why a page has no text of use; nothing where it has."""
    if page.defect in _REASONS and page.source != "ocr":
        hint = lack(options) or (page.warnings[0] if page.warnings else "")
        return f"{_REASONS[page.defect]} ({hint})" if hint else _REASONS[page.defect]
    if page.text:
        return ""
    return page.warnings[0] if page.warnings else BLANK
