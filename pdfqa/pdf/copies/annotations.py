"""Highlights, comments and notes as a PDF has them, each with its own appearance: not all viewers draw one.

The appearance is multiplied with the page, as a marker's ink is, so that black stays black.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any, Protocol

from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from pdfqa.pdf.copies.quads import Quad, Spot, around

_COLOUR = (1.0, 0.86, 0.35)
_MARGIN = 1.0  # points that what is drawn reaches over the letters, above and below
_PRINTED, _NOT_SCALED = 4, 4 + 8 + 16  # the flags of an annotation: also on paper; and always of one size, upright
_COMMENT = (180.0, 100.0)  # points: the window of a comment beside a note
_NOTE = 20.0  # points: the sign of a note
_AUTHOR = "pdfqa"
_RIGHT_TO_LEFT_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x20), *range(0x7F, 0xA0)])
_RIGHT_TO_LEFT_MARKS[ord("\n")] = ord("\r")


class Draft(Protocol):
    """A PDF that is being made."""

    def page(self, number: int) -> DictionaryObject:
        """Return a page of the original, by its number there from 1, as it is in the draft."""

    def add(self, value: PdfObject) -> IndirectObject:
        """Put an object into the draft."""

    def change(self, number: int, key: str, value: PdfObject) -> None:
        """Give a page another entry."""


def annotate(draft: Draft, number: int, comments: Sequence[tuple[str, Spot]]) -> None:
    """Mark quotes on a page, each with its comment; one whose place is not known gets a note in the page's corner."""
    page = draft.page(number)
    reference = page.indirect_reference
    known = page.get("/Annots")
    known = known.get_object() if known is not None else None
    listed = ArrayObject(known if isinstance(known, ArrayObject) else [])  # a new one: pages may share theirs
    for at, (comment, spot) in enumerate(comments):
        made = _highlight(draft, comment, spot) if spot.quads else _note(draft, comment, _corner(page, at))
        made[NameObject("/P")] = reference or page
        made[NameObject("/NM")] = TextStringObject(f"pdfqa-{number}-{at + 1}")
        parent = draft.add(made)
        window = _window(comment, spot, made)
        window[NameObject("/Parent")] = parent
        window[NameObject("/P")] = reference or page
        popup = draft.add(window)
        made[NameObject("/Popup")] = popup
        listed.extend([parent, popup])
    draft.change(number, "/Annots", listed)


def _highlight(draft: Draft, comment: str, spot: Spot) -> DictionaryObject:
    points = [value for quad in spot.quads for corner in quad for value in corner]
    x0, y0, x1, y1 = around(spot.quads)
    box = (x0 - _MARGIN, y0 - _MARGIN, x1 + _MARGIN, y1 + _MARGIN)
    made = _markup("/Highlight", comment, box, _PRINTED)
    made[NameObject("/QuadPoints")] = _numbers(points)
    made[NameObject("/AP")] = DictionaryObject({NameObject("/N"): draft.add(_appearance(spot.quads, box))})
    return made


def _appearance(quads: Sequence[Quad], box: Sequence[float]) -> DecodedStreamObject:
    """Return what is drawn: all rectangles as one shape, since where two overlap the ink is not to be twice as dark."""
    drawn = ["/Ink gs", " ".join(map(_number, _COLOUR)), "rg"]
    for quad in quads:
        x0, y0, x1, y1 = around([quad])
        wide = x1 - x0 >= y1 - y0  # lines of letters are drawn a little higher than their letters are
        x, y = (0.0, _MARGIN) if wide else (_MARGIN, 0.0)
        drawn += [*map(_number, (x0 - x, y0 - y, x1 - x0 + 2 * x, y1 - y0 + 2 * y)), "re"]
    stream = DecodedStreamObject()
    stream.set_data(" ".join([*drawn, "f"]).encode())
    ink = DictionaryObject({NameObject("/Type"): NameObject("/ExtGState"), NameObject("/BM"): NameObject("/Multiply")})
    resources = DictionaryObject({NameObject("/ExtGState"): DictionaryObject({NameObject("/Ink"): ink})})
    stream.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/FormType"): NumberObject(1),
            NameObject("/BBox"): _numbers(box),
            NameObject("/Resources"): resources,
        }
    )
    return stream


def _note(draft: Draft, comment: str, box: Sequence[float]) -> DictionaryObject:
    made = _markup("/Text", comment, box, _NOT_SCALED)
    made[NameObject("/Name")] = NameObject("/Comment")
    x0, y0, x1, y1 = box
    stream = DecodedStreamObject()
    frame = " ".join(map(_number, (x0 + 1, y0 + 1, x1 - x0 - 2, y1 - y0 - 2)))
    lines = " ".join(f"{_number(x0 + 5)} {_number(y)} m {_number(x1 - 5)} {_number(y)} l" for y in (y0 + 8, y0 + 12))
    stream.set_data(f"{' '.join(map(_number, _COLOUR))} rg 0.4 G {frame} re B {lines} S".encode())
    stream.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): _numbers(box),
            NameObject("/Resources"): DictionaryObject(),
        }
    )
    made[NameObject("/AP")] = DictionaryObject({NameObject("/N"): draft.add(stream)})
    return made


def _corner(page: DictionaryObject, at: int) -> tuple[float, float, float, float]:
    """Return the place of a note: one beside the other in the upper left corner."""
    frame: Any = page.get("/CropBox") or page.get("/MediaBox") or [0, 0, 612, 792]
    values = [float(value) for value in frame]
    left, top = min(values[0], values[2]), max(values[1], values[3])
    x, y = left + 4 + at * (_NOTE + 4), top - _NOTE - 4
    return x, y, x + _NOTE, y + _NOTE


def _window(comment: str, spot: Spot, made: DictionaryObject) -> DictionaryObject:
    """Return the window in which a viewer shows a comment when it is asked to."""
    box: Any = made["/Rect"]
    room = spot.window or (box[2], box[3] - _COMMENT[1], box[2] + _COMMENT[0], box[3])
    window = DictionaryObject()
    window.update(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Popup"),
            NameObject("/Rect"): _numbers(room),
            NameObject("/Contents"): _text(comment),
            NameObject("/F"): NumberObject(_NOT_SCALED),
        }
    )
    return window


def _markup(kind: str, comment: str, box: Sequence[float], flags: int) -> DictionaryObject:
    now = TextStringObject(datetime.now(timezone.utc).strftime("D:%Y%m%d%H%M%SZ"))
    made = DictionaryObject()
    made.update(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(kind),
            NameObject("/Rect"): _numbers(box),
            NameObject("/Contents"): _text(comment),
            NameObject("/T"): TextStringObject(_AUTHOR),
            NameObject("/C"): _numbers(_COLOUR),
            NameObject("/F"): NumberObject(flags),
            NameObject("/M"): now,
            NameObject("/CreationDate"): now,
        }
    )
    return made


def _text(comment: str) -> TextStringObject:
    return TextStringObject(comment.translate(_RIGHT_TO_LEFT_MARKS))


def _numbers(values: Sequence[Any]) -> ArrayObject:
    return ArrayObject([FloatObject(_number(float(value))) for value in values])


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"
