"""Look at parts of a page as a person does: draw them, with some of the texts or without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pypdfium2 import raw

from pdfqa.pdf.geometry import Bounds
from pdfqa.pdf.native import Pointer, handle, pixels

_INK = 60  # of 255
_GATHERED = 1.3  # times as much ink in words as on the whole page
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

    def _rows(self, box: Bounds) -> list[slice]:
        left, bottom, right, top = box
        scale = self._scale
        x0 = max(int((left - self._left) * scale), 0)
        x1 = min(int((right - self._left) * scale) + 1, self._width)
        y0 = max(int((self._top - top) * scale), 0)
        y1 = min(int((self._top - bottom) * scale) + 1, self._height)
        if x1 <= x0:
            return []
        return [slice(y * self._stride + 4 * x0, y * self._stride + 4 * x1) for y in range(y0, y1)]

    def differs(self, other: View, box: Bounds) -> bool:
        """Return whether an eye sees a difference between this view and another of the same part, inside a box."""
        for row in self._rows(box):
            one, two = self._pixels[row], other._pixels[row]
            if one != two and max([abs(a - b) for a, b in zip(one, two, strict=True)]) >= _SEEN:
                return True
        return False

    def contrast(self, box: Bounds) -> int:
        """Return by how much the lightest and the darkest point of a box differ, in the colour that differs most."""
        parts = [self._pixels[row] for row in self._rows(box)]
        area = b"".join(parts)
        return max([max(area[at::4]) - min(area[at::4]) for at in range(3)]) if area else 0

    def stands_apart(self, box: Bounds) -> bool:
        """Return whether there is ink in a box, and little right before and after it: a word between two gaps."""
        left, bottom, right, top = box
        gap, point = 0.3 * (top - bottom), 1 / self._scale
        ink = self.contrast(box)
        sides = (left - gap, bottom, left - 1.5 * point, top), (right + 0.5 * point, bottom, right + gap, top)
        return all(2 * self.contrast(side) < ink for side in sides)

    def gathers(self, boxes: Iterable[Bounds]) -> bool:
        """Return whether the ink of this view is where the boxes are, as in a scan whose words they are around."""
        green = self._pixels[1::4]
        paper = Counter(green[::_SAMPLE]).most_common(1)[0][0]
        table = bytes(abs(value - paper) >= _INK for value in range(256))
        room = ink = 0
        for box in boxes:
            for row in self._rows(box):
                part = self._pixels[row][1::4]
                room += len(part)
                ink += part.translate(table).count(1)
        return bool(room) and ink / room > _GATHERED * green.translate(table).count(1) / len(green)
