"""How pages are to be read."""

from __future__ import annotations

import msgspec

from pdfqa.config import Ocr, Settings


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which pages have their text recognised in their picture, and in which languages (codes with + between them).

    `text`: the file may be a plain text; it is one, unless it begins as a PDF does.
    """

    ocr: Ocr = "auto"
    ocr_lang: str = ""
    text: bool = False

    @classmethod
    def of(cls, settings: Settings) -> ReadOptions:
        """Return what settings say of it."""
        return cls(ocr=settings.ocr, ocr_lang=settings.ocr_lang or "")
