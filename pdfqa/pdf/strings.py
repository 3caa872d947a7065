"""Strings and rectangles out of pdfium's annotations, forms and text."""

from __future__ import annotations

from typing import Any

from pypdfium2 import raw

from pdfqa.pdf.geometry import Bounds
from pdfqa.pdf.letters.repair import clean

_LONGEST = 1 << 20  # bytes of one string
_EMPTY = 2  # bytes: the zero at its end


def wide(function: Any, *arguments: Any) -> str:
    """Return the string that a function of pdfium gives as UTF-16 when asked with room for it."""
    size = function(*arguments, None, 0)
    if not _EMPTY < size <= _LONGEST:
        return ""
    room = (raw.FPDF_WCHAR * (size // 2 + 1))()
    function(*arguments, room, size)
    return bytes(room)[: size - _EMPTY].decode("utf-16-le", "ignore")


def entry(annotation: Any, key: bytes) -> str:
    """Return an entry of an annotation's dictionary that is a string or a name."""
    return wide(raw.FPDFAnnot_GetStringValue, annotation, key).replace("\x00", "")


def text_within(textpage: Any, rect: Bounds) -> str:
    """Return the text that stands in a rectangle of a page."""
    left, bottom, right, top = rect
    count = raw.FPDFText_GetBoundedText(textpage, left, top, right, bottom, None, 0)
    if count <= 0 or count > _LONGEST:
        return ""
    room = (raw.FPDF_WCHAR * (count + 1))()
    got = raw.FPDFText_GetBoundedText(textpage, left, top, right, bottom, room, count)
    return clean(bytes(room)[: 2 * max(got, 0)].decode("utf-16-le", "ignore").replace("\x00", ""))


def rect_of(annotation: Any) -> Bounds:
    """Return left, bottom, right and top of an annotation."""
    rect = raw.FS_RECTF()
    if not raw.FPDFAnnot_GetRect(annotation, rect):
        return 0.0, 0.0, 0.0, 0.0
    return (
        min(rect.left, rect.right),
        min(rect.bottom, rect.top),
        max(rect.left, rect.right),
        max(rect.bottom, rect.top),
    )
