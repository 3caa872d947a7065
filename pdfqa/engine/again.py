"""Whether a document that was read before is to be read again, since more of it can be read now."""

from __future__ import annotations

import msgspec

from pdfqa.config import Settings
from pdfqa.store.documents import StoredDocument


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a document was read: with which options, how many pages were recognised, and how many could not be."""

    ocr: str = "auto"
    lang: str = ""
    recognised: int = 0
    missing: int = 0


def told(ocr: str, lang: str, recognised: int, missing: int) -> str:
    """Return how a document was read as it is stored."""
    how = Told(ocr=ocr, lang=lang, recognised=recognised, missing=missing)
    return msgspec.json.encode(how).decode()


def is_outdated(document: StoredDocument, settings: Settings) -> bool:
    """Return whether other options, or what has been installed since, let more of a document be read.

    Of what versions before this one have read, nothing is known but which pages gave no text.
    """
    how = Told(missing=len(document.unread))
    if document.reading:
        how = msgspec.json.decode(document.reading, type=Told)
    asked = settings.ocr == "always" != how.ocr
    otherwise = (
        bool(settings.ocr_lang) and settings.ocr_lang != how.lang and (how.recognised > 0 or bool(document.unread))
    )
    if settings.ocr == "never" or not (asked or otherwise or how.missing):
        return False
    from pdfqa.pdf import ReadOptions, ocr_lack  # nearly never needed

    return not ocr_lack(ReadOptions.of(settings))
