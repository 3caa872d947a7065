"""Prove a citation: its quote stands, character for character, where it says it does."""

from __future__ import annotations

import unicodedata
from typing import Literal


def stands(quote: str, text: str, start: int, end: int) -> bool:
    """Return whether a quote is what stands in a page's text from `start` to `end`."""
    return bool(quote.strip()) and 0 <= start < end <= len(text) and text[start:end] == quote


def where(quote: str, text: str, start: int, end: int) -> Literal["place", "page", ""]:
    """Return whether a quote stands at its place in a page's text, elsewhere on the page, or not at all.

    Elsewhere it is looked for in normalised form, since another version of pdfqa may set a page in other lines.
    """
    if stands(quote, text, start, end):
        return "place"
    wanted = normalised(quote)
    return "page" if wanted and wanted in normalised(text) else ""


def normalised(text: str) -> str:
    """Return a text in Unicode's form NFKC, with all white space as single spaces and without soft hyphens."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\xad", "").split())
