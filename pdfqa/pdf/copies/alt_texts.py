"""Write descriptions of images into a copy of their PDF, where programs that read aloud look for them.

These read the entry /Alt of figures in the document's structure. In a document that has a structure, an image's figure
gets the text. One that has none gets one: its texts and images in the order in which they are drawn, which is the order
in which such a document is read aloud without.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pypdf
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from pdfqa.errors import DamagedFileError
from pdfqa.pdf.copies.additions import Addition, is_sound
from pdfqa.pdf.copies.figures import Rect, Unit, content_of
from pdfqa.pdf.copies.highlights import notes
from pdfqa.pdf.copies.reading import Source, open_original, repaired
from pdfqa.pdf.copies.structure import Draft, Structure
from pdfqa.pdf.copies.writers import Rewriting, protect, written
from pdfqa.pdf.drawing import draw_grey
from pdfqa.pdf.files import RefusedError
from pdfqa.pdf.geometry import turned_box
from pdfqa.pdf.marked import opened
from pdfqa.pdf.pdfium import PdfiumFile
from pdfqa.pdf.pypdf_reader import MALFORMED
from pdfqa.pdf.readers import open_file
from pdfqa.types import Box

_COMPARED, _COARSE = 5, 0.5  # pages that are drawn to see that they look the same, and pixels a point
_NEAR = 3.0  # points that two rectangles of one image may differ, and
_ALIKE = 0.02  # of its size
_ARTIFACT = b"Artifact"
_FILE = re.compile(r"(?:.*[\\/])?[^\\/]*\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|eps|svg|webp)", re.IGNORECASE)


class Alt(msgspec.Struct, frozen=True, kw_only=True):
    """The description of an image, and where the image is: the page, and its rectangle there as shown."""

    page: int
    box: Box
    text: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which descriptions are to be written into a copy of which PDF, what the user calls it, and where the copy is."""

    path: bytes
    name: str
    alts: list[Alt]
    out: bytes
    passwords: list[str] = []


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How many descriptions were written; whether the PDF had a structure; and what else there is to say."""

    written: int
    tagged: bool
    notes: list[str] = []


def described(request: Request) -> tuple[bytes, Outcome]:
    """Return a PDF with descriptions of its images, and what is to be said of it.

    What is new is added at the end of the file where that can be done; else the file is written anew. A copy that does
    not look as its original does is none.

    Raises:
        FileError: The original cannot be used.
    """
    for way in (_added, _anew, _mended):
        try:
            made = way(request)
        except MALFORMED:
            continue
        if made is not None and _looks_the_same(made[0], request):
            return made
    raise DamagedFileError(
        f"{request.name} is damaged: no copy of it can be written.",
        hint="Repair it, for example with qpdf or Ghostscript.",
    )


def _added(request: Request) -> tuple[bytes, Outcome] | None:
    """Return the original with all that is new added at its end."""
    source = open_original(request.path, request.passwords)
    if not is_sound(source):
        return None
    addition = Addition(source)
    outcome = _written(addition, source, request)
    return addition.written(), outcome


def _anew(request: Request) -> tuple[bytes, Outcome] | None:
    """Return the original written anew."""
    return _rewritten(open_original(request.path, request.passwords), request)


def _mended(request: Request) -> tuple[bytes, Outcome] | None:
    """Return what pdfium makes of the original, written anew."""
    source = repaired(request.path, request.passwords)
    return _rewritten(source, request) if source else None


def _rewritten(source: Source, request: Request) -> tuple[bytes, Outcome]:
    writer = pypdf.PdfWriter(clone_from=source.reader)
    outcome = _written(Rewriting(writer), source, request)
    protect(writer, source)
    return written(writer), outcome


def _written(draft: Draft, source: Source, request: Request) -> Outcome:
    """Write all into a draft, page by page."""
    writing = _Writing(draft)
    by_page: dict[int, list[Alt]] = {}
    for alt in request.alts:
        by_page.setdefault(alt.page, []).append(alt)
    tagged = writing.structure.tagged
    for number, page in enumerate(draft.document.pages, 1):
        if number in by_page or not tagged:
            writing.page(page, by_page.get(number, []))
    told = [*notes(source, request.name), *writing.told(request.name)]
    return Outcome(written=writing.done, tagged=tagged, notes=told)


def _looks_the_same(data: bytes, request: Request) -> bool:
    """Return whether pdfium draws a copy as it draws its original: some of the pages with images."""
    place = os.fsdecode(request.path)

    def same(password: str | None) -> bool:
        original, _ = open_file(place, password)
        if original is None:  # pdfium cannot draw it, either way
            return True
        with original, PdfiumFile(Path(place), password, data=data) as copy:
            if original.pages != copy.pages:
                return False
            numbers = sorted({alt.page for alt in request.alts})[:_COMPARED] or [1]
            return all(
                draw_grey(original, number, _COARSE).pixels == draw_grey(copy, number, _COARSE).pixels
                for number in numbers
            )

    try:
        return opened(request.passwords, same)
    except RefusedError:
        return False


class _Writing:
    """Goes through the pages, and counts what became of descriptions."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.structure = Structure(draft)
        self.done = 0
        self._ours: list[DictionaryObject] = []  # figures that have got a text; one may be made of several images
        self._kept = self._decoration = self._lost = self._mixed = 0

    def told(self, name: str) -> list[str]:
        """Return what is to be said besides."""
        said = [
            (self._kept, "had a text already, which was kept"),
            (self._decoration, "marked as decoration, which is not read aloud; left so"),
            (self._mixed, "drawn together with text, so that a description would take its place; left without"),
            (self._lost, "not found again in what the page draws; left without"),
        ]
        lines = [f"{count:,} image{'s' if count > 1 else ''} of {name}: {what}" for count, what in said if count]
        if not self.structure.tagged:
            lines.append(
                f"{name} had no structure for programs that read aloud; one was made, in the order of its content"
            )
        return lines

    def page(self, page: DictionaryObject, alts: Sequence[Alt]) -> None:
        """Describe the images of a page; where there is no structure, put all of it into one."""
        content = content_of(page)
        places = self._places(page, content.units, alts)
        texts = {at: " ".join(dict.fromkeys(alt.text for alt in of_unit)) for at, of_unit in places.items()}
        if self.structure.tagged:
            wrapped = {at: text for at, text in texts.items() if self._unmarked(page, content.units[at], text)}
        else:
            wrapped = {at: text for at, text in texts.items() if not self._is_mixed(content.units[at])}
        marks: list[tuple[Unit, str, int]] = []
        paragraph: list[int] = []
        number = content.free
        for at, unit in enumerate(content.units):
            is_figure = at in wrapped
            if not is_figure and (self.structure.tagged or not unit.text):
                continue
            marks.append((unit, "Figure" if is_figure else "P", number))
            if is_figure:
                self._end(page, paragraph)
                figure = self.structure.add(page, "/Figure", [number])
                self.structure.describe(figure, wrapped[at], _around(unit.images))
                self.done += 1
            else:
                paragraph.append(number)
            number += 1
        self._end(page, paragraph)
        if marks:
            page[NameObject("/Contents")] = self._draft.add(_stream(content.data, marks))
            self._draft.touch(page)

    def _end(self, page: DictionaryObject, paragraph: list[int]) -> None:
        """Put the texts so far into a paragraph."""
        if paragraph:
            self.structure.add(page, "/P", paragraph)
            paragraph.clear()

    def _unmarked(self, page: DictionaryObject, unit: Unit, text: str) -> bool:
        """Describe an image where its structure says it is; return whether it is in none and can be put into one."""
        if any(mark.tag == _ARTIFACT for mark in unit.marks):
            self._decoration += 1
            return False
        number = next((mark.number for mark in reversed(unit.marks) if mark.number >= 0), -1)
        elements = self.structure.elements(page, number, unit.xobject)
        figures = [figure for element in elements if (figure := self.structure.figure(element)) is not None]
        if len({id(figure) for figure in figures}) != 1:
            if elements:
                self._mixed += 1
                return False
            return not self._is_mixed(unit)
        figure, ours = figures[0], any(one is figures[0] for one in self._ours)
        if not ours and _says_something(str(figure.get("/Alt", ""))):
            self._kept += 1
            return False
        if not ours:
            figure.pop("/Alt", None)
        self.structure.describe(figure, text)
        self._ours.append(figure)
        self.done += 1
        return False

    def _is_mixed(self, unit: Unit) -> bool:
        self._mixed += unit.text
        return unit.text

    def _places(self, page: DictionaryObject, units: Sequence[Unit], alts: Sequence[Alt]) -> dict[int, list[Alt]]:
        """Return the descriptions by the unit, counted from 0, that draws their image."""
        turns, bounds = _shown(page)
        drawn = [(at, turned_box(rect, turns, bounds)) for at, unit in enumerate(units) for rect in unit.images]
        found: dict[int, list[Alt]] = {}
        for alt in alts:
            near = [(_distance(box, alt.box), at) for at, box in drawn]
            distance, at = min(near, default=(float("inf"), -1))
            if distance > _NEAR + _ALIKE * max(alt.box.x1 - alt.box.x0, alt.box.y1 - alt.box.y0):
                self._lost += 1
            else:
                found.setdefault(at, []).append(alt)
        return found


def _says_something(text: str) -> bool:
    """Return whether a text is more than the name of the file that an image was taken from."""
    text = text.strip("\0 \t\r\n")
    return bool(text) and _FILE.fullmatch(text) is None


def _shown(page: DictionaryObject) -> tuple[int, Rect]:
    """Return how often a page is turned by a right angle, and which part of it is shown."""
    if not isinstance(page, pypdf.PageObject):
        raise TypeError("no page")
    media, crop = page.mediabox, page.cropbox
    left, bottom = max(media.left, crop.left), max(media.bottom, crop.bottom)
    right, top = min(media.right, crop.right), min(media.top, crop.top)
    return (int(page.rotation) // 90) % 4, (float(left), float(bottom), float(right), float(top))


def _distance(one: Box, other: Box) -> float:
    pairs = ((one.x0, other.x0), (one.y0, other.y0), (one.x1, other.x1), (one.y1, other.y1))
    return max(abs(a - b) for a, b in pairs)


def _around(rects: Sequence[Rect]) -> Rect | None:
    if not rects:
        return None
    lefts, bottoms, rights, tops = zip(*rects, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _stream(data: bytes, marks: Sequence[tuple[Unit, str, int]]) -> DecodedStreamObject:
    """Return a content with marks around some of its units."""
    parts: list[bytes] = []
    at = 0
    for unit, tag, number in marks:
        parts += [data[at : unit.start], f"/{tag} <</MCID {number}>> BDC\n".encode()]
        parts += [data[unit.start : unit.end], b"\nEMC\n"]
        at = unit.end
    stream = DecodedStreamObject()
    stream.set_data(b"".join([*parts, data[at:]]))
    packed: DecodedStreamObject = stream.flate_encode()  # type: ignore[assignment]
    return packed
