"""Look at parts of a page as a person does: draw them, with some of the texts or without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from pypdfium2 import raw

from pdfqa.pdf.geometry import Bounds
from pdfqa.pdf.native import Pointer, handle, pixels

_INK = 60  # of 255
_GATHERED = 1.6  # times as much ink in words as around them
_SEEN = 20  # of 255: what differs by less in each colour looks the same
_LARGEST = 1_500_000  # pixels
_SAMPLE = 7  # of so many points one tells the colour of the paper
_SHARPEST = 4.0


class View:
    """A part of a page, drawn without some objects. Boxes are left, bottom, right and top on the page as shown."""

    def __init__(self, page: Any, part: Bounds, scale: float, without: Iterable[Pointer] = ()) -> None:
        left, bottom, right, top = part
        self._page, self._part = page, part
        self._left, self._top = left, top
        room = max((right - left) * (top - bottom), 1.0)
        self._scale = scale = min(scale, _SHARPEST, (_LARGEST / room) ** 0.5)
        self._width, self._height = int((right - left) * scale) + 1, int((top - bottom) * scale) + 1
        self._stride = 4 * self._width
        handles = [handle(object_) for object_ in without]
        try:
            for each in handles:
                raw.FPDFPageObj_SetIsActive(each, False)
            self._pixels = self._drawn()
        finally:
            for each in handles:
                raw.FPDFPageObj_SetIsActive(each, True)

    def without(self, objects: Iterable[Pointer]) -> View:
        """Return the same part without some objects."""
        return View(self._page, self._part, self._scale, objects)

    def _drawn(self) -> bytes:
        width, height, scale = self._width, self._height, self._scale
        bitmap = raw.FPDFBitmap_CreateEx(width, height, raw.FPDFBitmap_BGRx, None, 0)
        if not bitmap:
            raise MemoryError(f"no room for {width} x {height} pixels")
        try:
            raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            down = (self._top - raw.FPDF_GetPageHeightF(self._page)) * scale
            matrix = raw.FS_MATRIX(scale, 0, 0, scale, -self._left * scale, down)
            whole = raw.FS_RECTF(0, 0, width, height)
            raw.FPDF_RenderPageBitmapWithMatrix(bitmap, self._page, matrix, whole, raw.FPDF_ANNOT)
            return pixels(bitmap, self._stride * height)
        finally:
            raw.FPDFBitmap_Destroy(bitmap)

    def _place(self, box: Bounds) -> tuple[int, int, int, int]:
        """Return the first column and the one after the last of a box, and its rows likewise."""
        left, bottom, right, top = box
        scale = self._scale
        x0, x1 = int((left - self._left) * scale), int((right - self._left) * scale) + 1
        y0, y1 = int((self._top - top) * scale), int((self._top - bottom) * scale) + 1
        return max(x0, 0), min(x1, self._width), max(y0, 0), min(y1, self._height)

    def differs(self, other: View, box: Bounds) -> bool:
        """Return whether an eye sees a difference between this view and another of the same part, inside a box."""
        x0, x1, y0, y1 = self._place(box)
        for start in range(y0 * self._stride, y1 * self._stride, self._stride):
            one, two = (view._pixels[start + 4 * x0 : start + 4 * x1] for view in (self, other))
            if one != two and max([abs(a - b) for a, b in zip(one, two, strict=True)]) >= _SEEN:
                return True
        return False

    @cached_property
    def _grey(self) -> bytes:
        return self._pixels[1::4]  # green is nearly as light as the whole

    def _area(self, box: Bounds) -> bytes:
        x0, x1, y0, y1 = self._place(box)
        starts = range(y0 * self._width, y1 * self._width, self._width) if x0 < x1 else ()
        return b"".join([self._grey[start + x0 : start + x1] for start in starts])

    def contrast(self, box: Bounds) -> int:
        """Return by how much the lightest and the darkest point of a box differ."""
        area = self._area(box)
        return max(area) - min(area) if area else 0

    def span(self, box: Bounds) -> tuple[list[int], list[int]]:
        """Return the least and the most of red, green and blue in a box."""
        x0, x1, y0, y1 = self._place(box)
        starts = range(y0 * self._stride, y1 * self._stride, self._stride)
        area = b"".join([self._pixels[start + 4 * x0 : start + 4 * x1] for start in starts])
        colours = [area[at::4] or b"\x00\xff" for at in (2, 1, 0)]
        return list(map(min, colours)), list(map(max, colours))

    def stands_apart(self, box: Bounds) -> bool:
        """Return whether there is ink in a box, and little right before and after it: a word between two gaps."""
        left, bottom, right, top = box
        gap, point = 0.3 * (top - bottom), 1 / self._scale
        ink = self.contrast(box)
        sides = (left - gap, bottom, left - 1.5 * point, top), (right + 0.5 * point, bottom, right + gap, top)
        return all(2 * self.contrast(side) < ink for side in sides)

    def gathers(self, boxes: list[Bounds]) -> bool:
        """Return whether there is more ink in boxes than right around them, as where words of a scan are."""
        paper = Counter(self._grey[::_SAMPLE]).most_common(1)[0][0]
        inked = _number(self._grey.translate(bytes(abs(value - paper) >= _INK for value in range(256))))
        within = self._mask(boxes)
        around = self._mask(map(_widened, boxes)) & ~within
        inside, outside = (inked & within).bit_count(), (inked & around).bit_count()
        return inside * around.bit_count() > _GATHERED * outside * within.bit_count()

    def _mask(self, boxes: Iterable[Bounds]) -> int:
        """Return a number that has a one for each point of some boxes."""
        points = bytearray(len(self._grey))
        for x0, x1, y0, y1 in map(self._place, boxes):
            for start in range(y0 * self._width, y1 * self._width, self._width):
                points[start + x0 : start + x1] = bytes([1]) * (x1 - x0)
        return _number(points)


def _number(points: bytes | bytearray) -> int:
    return int.from_bytes(points, "big")


def _widened(box: Bounds) -> Bounds:
    left, bottom, right, top = box
    more = (top - bottom) / 2
    return left - more, bottom - more, right + more, top + more
