"""What only the appearance of annotations says, such as stamps and signatures: read from a copy of their page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pypdfium2 import raw

from pdfqa.pdf.geometry import Bounds
from pdfqa.pdf.strings import text_within

_SCALE = 2.0  # pixels for a point
_EDGE = 4  # pixels at the sides of a field, where its border is
_CONTRAST = 40  # of 255 that make a difference to an eye


def drawn_texts(document: Any, number: int, textpage: Any, rects: Sequence[Bounds]) -> list[str]:
    """Return what appearances show in some rectangles of a page (counted from 1) besides the page's own text.

    Args:
        document: The document.
        number: The page.
        textpage: The text of the page as it is without them.
        rects: Where they stand.
    """
    copy = raw.FPDF_CreateNewDocument()
    if not copy:
        return [""] * len(rects)
    try:
        if not raw.FPDF_ImportPages(copy, document, str(number).encode(), 0) or not _flatten(copy):
            return [""] * len(rects)
        page = raw.FPDF_LoadPage(copy, 0)
        text = raw.FPDFText_LoadPage(page) if page else None
        try:
            return [_new(text_within(text, rect), text_within(textpage, rect)) for rect in rects] if text else []
        finally:
            if text:
                raw.FPDFText_ClosePage(text)
            if page:
                raw.FPDF_ClosePage(page)
    finally:
        raw.FPDF_CloseDocument(copy)


def _flatten(copy: Any) -> bool:
    page = raw.FPDF_LoadPage(copy, 0)
    if not page:
        return False
    try:
        rect = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page, rect)
        raw.FPDFPage_SetMediaBox(
            page, rect.left, rect.bottom, rect.right, rect.top
        )  # flattening knows no inherited one
        return bool(raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS)
    finally:
        raw.FPDF_ClosePage(page)


def _new(text: str, before: str) -> str:
    """Return what came to a text: appearances are drawn after what stood there."""
    return text[len(before) :].strip() if text.startswith(before) else text


def is_blank(document: Any, number: int, rect: Bounds) -> bool:
    """Return whether nothing can be seen in a rectangle of a page as it is shown, forms and notes drawn."""
    page = document[number - 1]
    try:
        width, height = page.get_size()
        left, bottom, right, top = rect
        crop = (max(left, 0), max(bottom, 0), max(width - right, 0), max(height - top, 0))
        if width - crop[0] - crop[2] < 1 or height - crop[1] - crop[3] < 1:
            return True
        bitmap = page.render(scale=_SCALE, crop=crop, grayscale=True)
        try:
            shades = bytes(bitmap.buffer)
            rows = [shades[at : at + bitmap.width] for at in range(0, bitmap.stride * bitmap.height, bitmap.stride)]
        finally:
            bitmap.close()
    finally:
        page.close()
    inner = [row[_EDGE:-_EDGE] for row in rows[_EDGE:-_EDGE] if len(row) > 2 * _EDGE]
    return not inner or max(map(max, inner)) - min(map(min, inner)) < _CONTRAST
