"""What pdfium knows of a whole document: metadata, table of contents, labels of pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdfium2 import raw

from pdfqa.pages import DocumentInfo, OutlineItem
from pdfqa.pdf.letters.repair import clean
from pdfqa.pdf.metadata import tidy, xmp
from pdfqa.pdf.parts.attachments import is_portfolio, listed
from pdfqa.pdf.strings import wide

_OUTLINE_LIMIT = 20_000


def info(document: Any, path: Path) -> DocumentInfo:
    """Return a document's page count, metadata, outline and attachments."""
    metadata = tidy(document.get_metadata_dict(skip_empty=True))
    if "Title" not in metadata or "Author" not in metadata:
        metadata = {**xmp(path), **metadata}
    attachments = list(listed(document.raw))
    pages = raw.FPDF_GetPageCount(document.raw)
    return DocumentInfo(
        pages=pages,
        title=metadata.get("Title", ""),
        metadata=metadata,
        outline=list(_outline(document)),
        attachments=attachments,
        portfolio=bool(attachments) and is_portfolio(path, pages),
    )


def _outline(document: Any) -> Iterator[OutlineItem]:
    for count, item in enumerate(document.get_toc()):
        if count >= _OUTLINE_LIMIT:
            return
        target = item.get_dest()
        index = target.get_index() if target else None
        title = clean(item.get_title())
        if index is not None and title:
            yield OutlineItem(title, index + 1, item.level + 1)


def label(document: Any, number: int) -> str:
    """Return the label that the document gives a page, counted from 1."""
    return clean(wide(raw.FPDF_GetPageLabel, document, number - 1))
