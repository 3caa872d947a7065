"""Tell pages that are pictures of text: what is drawn on a page, asked only where there is little text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pypdfium2 import raw

from pdfqa.pdf.lines import Line
from pdfqa.pdf.native import floats, integers, pixels, quick

FEW_LETTERS = 200  # a page with more has a text of its own, whatever is drawn behind it
_OBJECTS = 2_000
_DEEP = 3
_PATHS = 30  # and more may be letters, drawn as curves
_SMALL, _FILLING = 0.01, 0.6  # of the page
_WIDTH = 700  # pixels in which letters still change from dark to light
_PAPER, _NEAR, _INK = (
    0.45,
    24,
    60,
)  # share of the ground's pixels; shades that are the ground's; shades darker or lighter
_CHANGES, _WRITTEN = 12, 0.04  # from ground to ink in a row of pixels of text; share of such rows

_edges = quick(raw.FPDFPageObj_GetBounds)
_size = quick(raw.FPDFImageObj_GetImagePixelSize)


class Drawn(NamedTuple):
    """What is drawn on a page: the area of each picture in points and how many pixels it has; and how many paths."""

    pictures: list[tuple[float, int]]
    paths: int


def drawn(page: Any) -> Drawn:
    """Return what is drawn on a page besides text."""
    pictures: list[tuple[float, int]] = []
    paths = 0
    edges, size = floats(), integers(2)
    for item, kind in _objects(page):
        if kind == raw.FPDF_PAGEOBJ_PATH:
            paths += 1
        elif kind == raw.FPDF_PAGEOBJ_IMAGE and _edges(item, *edges.places):
            left, bottom, right, top = edges.values
            _size(item, *size.places)
            pictures.append(((right - left) * (top - bottom), size.values[0] * size.values[1]))
    return Drawn(pictures, paths)


def _objects(page: Any) -> Iterator[tuple[Any, int]]:
    count = min(raw.FPDFPage_CountObjects(page), _OBJECTS)
    waiting = [(raw.FPDFPage_GetObject(page, index), 0) for index in reversed(range(count))]
    seen = 0
    while waiting and seen < _OBJECTS:
        item, depth = waiting.pop()
        kind = raw.FPDFPageObj_GetType(item)
        seen += 1
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEP:
            inside = min(raw.FPDFFormObj_CountObjects(item), _OBJECTS)
            waiting += [(raw.FPDFFormObj_GetObject(item, index), depth + 1) for index in reversed(range(inside))]
        else:
            yield item, kind


def is_picture(page: Any, lines: list[Line]) -> bool:
    """Return whether a page with these lines is a picture that must be recognised to know what it says.

    Without any text of its own it is one if it has a picture, or as many curves as letters drawn by them would take.
    With a few words (a number stamped on it, a title) it is one if a picture of writing fills it.
    """
    own = [line for line in lines if not line.words]
    if sum(len(line.text) for line in own) >= FEW_LETTERS:
        return False
    found = drawn(page)
    room = max(raw.FPDF_GetPageWidthF(page) * raw.FPDF_GetPageHeightF(page), 1.0)
    covered = sum(area for area, _ in found.pictures) / room
    if not own:
        return covered > _SMALL or found.paths > _PATHS
    return covered > _FILLING and _is_written(page, own)


def _is_written(page: Any, lines: list[Line]) -> bool:
    """Return whether there is more writing to be seen on a page than these lines: ink on an even ground."""
    scale = _WIDTH / max(raw.FPDF_GetPageWidthF(page), 1.0)
    height = min(round(raw.FPDF_GetPageHeightF(page) * scale), 2 * _WIDTH)
    bitmap = raw.FPDFBitmap_CreateEx(_WIDTH, height, raw.FPDFBitmap_Gray, None, 0)
    if not bitmap:
        return False
    try:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, _WIDTH, height, 0xFFFFFFFF)
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, _WIDTH, height, 0, raw.FPDF_GRAYSCALE)
        stride = raw.FPDFBitmap_GetStride(bitmap)
        grey = pixels(bitmap, stride * height)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)
    own = {
        row
        for line in lines
        for row in range(round(height - (line.y + line.size) * scale), round(height - (line.y - line.size / 2) * scale))
    }
    return shows_writing([grey[row * stride : row * stride + _WIDTH] for row in range(height) if row not in own])


def shows_writing(rows: Iterable[bytes]) -> bool:
    """Return whether rows of pixels, shades of grey, show text: on an even ground, ink that often comes and goes."""
    rows = list(rows)
    told = Counter(b"".join(rows))
    counts = [told[shade] for shade in range(256)]
    total = max(sum(counts), 1)
    ground = max(range(256), key=lambda shade: sum(counts[max(shade - _NEAR // 2, 0) : shade + _NEAR // 2 + 1]))
    if sum(counts[max(ground - _NEAR, 0) : ground + _NEAR + 1]) < _PAPER * total:
        return False
    table = bytes(abs(shade - ground) > _INK for shade in range(256))
    written = sum(row.translate(table).count(b"\0\1") >= _CHANGES for row in rows)
    return written > _WRITTEN * len(rows)
