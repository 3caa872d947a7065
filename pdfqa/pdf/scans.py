"""Which pages are pictures of text, which are to be recognised, and what is said of those that were not."""

from __future__ import annotations

from pdfqa.pages import Page
from pdfqa.pdf.ocr import lack
from pdfqa.pdf.options import ReadOptions

_DEFECTS = {"picture": "a picture without text", "garbled": "a text that no program can tell the letters of"}


def wants_ocr(page: Page, options: ReadOptions) -> bool:
    """Return whether the text of a page is to be recognised in its picture."""
    if options.ocr == "never" or page.source == "ocr":
        return False
    return options.ocr == "always" or page.defect in _DEFECTS


def unread_reason(page: Page, options: ReadOptions) -> str:
    """Return why a page has no text of use, or nothing where it has or is blank."""
    if page.defect in _DEFECTS and page.source != "ocr":
        hint = lack(options)
        return f"{_DEFECTS[page.defect]}" + (f" ({hint})" if hint else "")
    if page.text:
        return ""
    return page.warnings[0] if page.warnings else "no text"
