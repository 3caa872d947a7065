"""What was added to a page: values of form fields, notes, attached files. Only of pages that have annotations."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from pypdfium2 import raw

from pdfqa.pages import Attachment, BlockKind
from pdfqa.pdf.geometry import Bounds, turned_box
from pdfqa.pdf.letters.repair import clean
from pdfqa.pdf.lines import Extra, Line, Loose
from pdfqa.pdf.native import Pointer, pointer, quick
from pdfqa.pdf.parts.appearances import drawn_texts, is_blank
from pdfqa.pdf.parts.fields import Forms, is_faint
from pdfqa.pdf.parts.filling import Field, Spot, fill
from pdfqa.pdf.strings import entry, rect_of, text_within, wide

_MOST = 5_000  # annotations of one page
_LONGEST = 20_000  # characters of one note
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_TYPED = 120  # characters of a text that may fill in a form
_LONGEST_WORDS = 500  # characters of marked words that are repeated
_LONGEST_NAME = 100
_MOST_MARKS = 2_000  # quadrilaterals of one highlight
# What the reader of a page sees as something written on it, and what it is called.
_WORDS = {
    raw.FPDF_ANNOT_TEXT: "Note",
    raw.FPDF_ANNOT_FREETEXT: "Note",
    raw.FPDF_ANNOT_LINE: "Note",
    raw.FPDF_ANNOT_SQUARE: "Note",
    raw.FPDF_ANNOT_CIRCLE: "Note",
    raw.FPDF_ANNOT_POLYGON: "Note",
    raw.FPDF_ANNOT_POLYLINE: "Note",
    raw.FPDF_ANNOT_HIGHLIGHT: "Note",
    raw.FPDF_ANNOT_UNDERLINE: "Note",
    raw.FPDF_ANNOT_SQUIGGLY: "Note",
    raw.FPDF_ANNOT_STRIKEOUT: "Strike out",
    raw.FPDF_ANNOT_STAMP: "Stamp",
    raw.FPDF_ANNOT_CARET: "Insert",
    raw.FPDF_ANNOT_INK: "Note",
    raw.FPDF_ANNOT_FILEATTACHMENT: "Attached file",
}
_DRAWN = {raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_FREETEXT}  # may show text that they have no entry for
_TAG = re.compile(r"<[^<>]*>")
LEFT_OUT = "a hidden note or form field was left out"


class Surface(NamedTuple):
    """A page that is open: `turns` and `leftwards` say how its lines run, `shown` how it is turned to be shown."""

    document: Any
    number: int
    page: Any
    text: Any
    bounds: Bounds
    turns: int
    leftwards: bool
    shown: int

    def in_lines(self, rect: Bounds) -> Bounds:
        """Return a rectangle of the page in the coordinates of its lines."""
        box = turned_box(rect, self.turns, self.bounds)
        if self.leftwards:
            width = self.bounds[2] - self.bounds[0]
            return width - box.x1, box.y0, width - box.x0, box.y1
        return box.x0, box.y0, box.x1, box.y1

    def as_shown(self, rect: Bounds) -> Bounds:
        """Return a rectangle of the page as it is shown."""
        box = turned_box(rect, self.shown, self.bounds)
        return round(box.x0, 2), round(box.y0, 2), round(box.x1, 2), round(box.y1, 2)

    def sides(self, line: Line, box: Bounds) -> tuple[str, str]:
        """Return what of a line stands left and right of a box over it; the whole line where that cannot be told."""
        if self.turns or self.leftwards:
            return line.text, ""
        left, bottom = self.bounds[:2]
        low, high = bottom + line.y - 0.1 * line.size, bottom + line.y + 0.6 * line.size
        begin, end, near, far = left + line.x0 + 0.5, left + line.x1 - 0.5, left + box[0], left + box[2]
        before = text_within(self.text, (begin, low, near, high))
        under = text_within(self.text, (near + 1, low, far - 1, high))
        after = text_within(self.text, (far, low, end, high))
        if _letters(before) + _letters(after) != _letters(line.text) or _letters(under):
            return line.text, ""
        return before, after

    def shows(self, rect: Bounds) -> bool:
        """Return whether any of a rectangle is on the page."""
        left, bottom, right, top = self.bounds
        return rect[0] < right and rect[2] > left and rect[1] < top and rect[3] > bottom


class _Drawn(NamedTuple):
    """An annotation whose appearance has to be read, and what is put before that."""

    title: str
    kind: BlockKind
    rect: Bounds


class Way(Protocol):
    """How the lines of a page run: within which bounds, turned by how many right angles, and whether leftwards."""

    bounds: Bounds
    turns: int
    leftwards: bool


class Added(msgspec.Struct):
    """What annotations add to a page: lines among its own, and what stands beside its text."""

    lines: list[Line]
    extras: list[Extra] = []
    loose: list[Loose] = []
    attached: list[Attachment] = []
    warnings: list[str] = []
    unseen: int = 0  # words that nobody can see


def look(document: Any, number: int, handles: tuple[Any, Any], way: Way, lines: list[Line]) -> Added | None:
    """Return a page's lines with the values of its fields among them, and its notes and attached files.

    Args:
        document: The document, as pypdfium2 has it.
        number: The page, counted from 1.
        handles: pdfium's handles of the page and of its text.
        way: How its lines run.
        lines: The lines that its text layer gave.
    """
    page, text = handles
    count = raw.FPDFPage_GetAnnotCount(page)
    if count <= 0:
        return None
    shown = raw.FPDFPage_GetRotation(page)
    turns = way.turns if lines else shown
    surface = Surface(document, number, page, text, way.bounds, turns, way.leftwards, shown)
    found = _Found(surface, lines)
    for place, kind, annotation in _annotations(page):
        rect = rect_of(annotation)
        unseen = bool(raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN) or not surface.shows(rect)
        if kind == raw.FPDF_ANNOT_WIDGET:
            found.field(annotation, rect, unseen)
        else:
            found.note(annotation, rect, unseen, (place, kind))
    added = found.whole()
    if count > _MOST:
        added.warnings.append(f"only the first {_MOST:,} of {count:,} notes, fields and links were looked at")
    return added


class _Found:
    """What was found on a page so far."""

    def __init__(self, surface: Surface, lines: list[Line]) -> None:
        self._surface = surface
        self._forms = Forms(surface.document)
        self._fields: list[Field] = []
        self._drawn: list[_Drawn] = []
        self._added = Added(lines)

    def field(self, annotation: Any, rect: Bounds, unseen: bool) -> None:
        """Take in a form field."""
        field = self._forms.field(annotation, rect)
        if field is None:
            return
        if unseen or field.is_tiny or (field.faint and self._is_blank(rect)):
            self._added.unseen += _words_in(field.value)
        elif field.drawn:
            self._drawn.append(_Drawn(field.label, "field", rect))
        elif not _stands(self._surface, field):
            self._fields.append(field)

    def _is_blank(self, rect: Bounds) -> bool:
        return is_blank(self._surface.document, self._surface.number, self._surface.as_shown(rect))

    def note(self, annotation: Any, rect: Bounds, unseen: bool, which: tuple[int, int]) -> None:
        """Take in any other annotation, of which number and kind are given."""
        number, kind = which
        title, said = _title(kind, entry(annotation, b"T")), _said(self._surface, kind, annotation, rect)
        faint = kind == raw.FPDF_ANNOT_FREETEXT and is_faint(entry(annotation, b"DA"))
        if unseen or (faint and self._is_blank(rect)):
            if not raw.FPDFAnnot_HasKey(annotation, b"StateModel"):  # "Accepted set by Ann" is never shown
                self._added.unseen += _words_in(said)
            return
        if kind == raw.FPDF_ANNOT_FILEATTACHMENT:
            self._added.attached += _attached(annotation, number)
        if kind == raw.FPDF_ANNOT_FREETEXT and 0 < len(said) < _TYPED:
            self._fields.append(Field(said.removeprefix(": "), rect, title=title))
        elif said:
            self._added.extras.append(Extra(f"{title}{said}", "note", self._surface.as_shown(rect)))
        elif kind in _DRAWN:
            self._drawn.append(_Drawn(title, "note", rect))

    def whole(self) -> Added:
        """Return all that was found, with values among the lines."""
        surface, added = self._surface, self._added
        spots = [(field, Spot(surface.in_lines(field.rect), surface.as_shown(field.rect))) for field in self._fields]
        told = fill(added.lines, spots, surface.sides)
        added.loose = [one._replace(rect=surface.as_shown(one.rect)) for one in told]
        values = [
            Extra(one.told, "note" if one.title else "field", surface.as_shown(one.rect)) for one in told if one.told
        ]
        values.sort(key=_kind)  # fields before notes
        added.extras = list(dict.fromkeys([*values, *added.extras, *_read_drawn(surface, self._drawn)]))
        if added.unseen:
            added.warnings = [LEFT_OUT]
        return added


_count = quick(raw.FPDFPage_GetAnnotCount)
_get = quick(raw.FPDFPage_GetAnnot, Pointer)
_subtype = quick(raw.FPDFAnnot_GetSubtype)
_close = quick(raw.FPDFPage_CloseAnnot, None)


def _annotations(page: Any) -> Iterator[tuple[int, int, Any]]:
    """Yield number, kind and handle of what may say something; links and their like do not."""
    page = pointer(page)
    for number in range(min(_count(page), _MOST)):
        annotation = _get(page, number)
        if not annotation:
            continue
        try:
            kind = _subtype(annotation)
            if kind == raw.FPDF_ANNOT_WIDGET or kind in _WORDS:
                yield number, kind, ctypes.cast(annotation, raw.FPDF_ANNOTATION)
        finally:
            _close(annotation)


def _kind(extra: Extra) -> str:
    return extra.kind


def _words_in(text: str) -> int:
    """Return how many words a text has; what a form keeps to reckon with has none."""
    return sum(any(map(str.isalpha, word)) for word in text.split())


def _title(kind: int, author: str) -> str:
    author = clean(author)[:_LONGEST_NAME]
    return f"{_WORDS[kind]} ({author})" if author else _WORDS[kind]


def _said(surface: Surface, kind: int, annotation: Any, rect: Bounds) -> str:
    """Return what a note says, with the words that it marks; nothing where it only marks them."""
    said = _plain(entry(annotation, b"Contents")) or _plain(_TAG.sub(" ", entry(annotation, b"RC")))
    if kind == raw.FPDF_ANNOT_FILEATTACHMENT:
        name = _attached_name(annotation)
        return f": {name}{f' ({said})' if said and said != name else ''}" if name else ""
    words = _marked_words(surface.text, annotation) if raw.FPDFAnnot_HasAttachmentPoints(annotation) else ""
    if said and _letters(said) == _letters(words):
        said = ""  # some programs copy the marked words into the note
    if not said:
        return f': "{words}"' if words and kind == raw.FPDF_ANNOT_STRIKEOUT else ""
    if kind == raw.FPDF_ANNOT_FREETEXT and _letters(said) in _letters(text_within(surface.text, rect)):
        return ""  # it stands in the page's text as well
    return f' on "{words}": {said}' if words else f": {said}"


def _plain(text: str) -> str:
    return clean(" ".join(text[:_LONGEST].split()))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _marked_words(textpage: Any, annotation: Any) -> str:
    """Return the words that a highlight or its like covers."""
    quad, parts = raw.FS_QUADPOINTSF(), []
    for number in range(min(raw.FPDFAnnot_CountAttachmentPoints(annotation), _MOST_MARKS)):
        if raw.FPDFAnnot_GetAttachmentPoints(annotation, number, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            # Half of its height is enough: it may touch the lines above and below.
            inset = (max(ys) - min(ys)) / 4
            parts.append(text_within(textpage, (min(xs) + 0.5, min(ys) + inset, max(xs) - 0.5, max(ys) - inset)))
    return clean(" ".join(filter(None, parts)))[:_LONGEST_WORDS]


def _stands(surface: Surface, field: Field) -> bool:
    """Return whether the value of a field stands in the text of the page as well."""
    value = _letters(field.value)
    return bool(value) and not field.mark and value in _letters(text_within(surface.text, field.rect))


def _attached_name(annotation: Any) -> str:
    file = raw.FPDFAnnot_GetFileAttachment(annotation)
    return clean(wide(raw.FPDFAttachment_GetName, file)) if file else ""


def _attached(annotation: Any, number: int) -> list[Attachment]:
    name = _attached_name(annotation)
    return [Attachment(number, name)] if name else []


def _read_drawn(surface: Surface, drawn: Sequence[_Drawn]) -> list[Extra]:
    """Return what only the appearance of annotations says."""
    if not drawn:
        return []
    texts = drawn_texts(surface.document.raw, surface.number, surface.text, [one.rect for one in drawn])
    return [
        Extra(f"{one.title}: {text}" if one.title else text, one.kind, surface.as_shown(one.rect))
        for one, text in zip(drawn, texts, strict=False)
        if text
    ]
