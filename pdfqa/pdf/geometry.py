"""From pdfium's coordinates to those of the page as it is shown."""

from __future__ import annotations

from typing import Any

from pypdfium2 import raw

from pdfqa.types import Box

Bounds = tuple[float, float, float, float]


def bounds_of(page: Any) -> Bounds:
    """Return left, bottom, right and top of what is shown of a page."""
    rect = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, rect)
    return rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top)


def turn(x: float, y: float, turns: int, bounds: Bounds) -> tuple[float, float]:
    """Return where a point of the page lies when the page is turned clockwise by so many right angles."""
    left, bottom, right, top = bounds
    if turns == 0:
        return x - left, y - bottom
    if turns == 1:
        return y - bottom, right - x
    if turns == 2:
        return right - x, top - y
    return top - y, x - left


def turned_box(rect: Bounds, turns: int, bounds: Bounds) -> Box:
    """Return where a rectangle of the page lies when the page is turned clockwise by so many right angles."""
    left, bottom, right, top = rect
    x0, y0 = turn(left, bottom, turns, bounds)
    x1, y1 = turn(right, top, turns, bounds)
    return Box(x0=min(x0, x1), y0=min(y0, y1), x1=max(x0, x1), y1=max(y0, y1))


def turn_back(x: float, y: float, turns: int, bounds: Bounds) -> tuple[float, float]:
    """Return which point of the page lies there when the page is turned: the inverse of `turn`."""
    left, bottom, right, top = bounds
    if turns == 0:
        return x + left, y + bottom
    if turns == 1:
        return right - y, x + bottom
    if turns == 2:
        return right - x, top - y
    return y + left, top - x
