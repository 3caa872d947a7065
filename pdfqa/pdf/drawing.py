"""Draw a page with pdfium."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2

from pdfqa.pdf.files import RefusedError
from pdfqa.pdf.ocr.pictured import drawn
from pdfqa.pdf.pdfium import PdfiumFile
from pdfqa.pdf.pictures import Image, scale_for

_LARGE = 0.05  # of the page
_USUAL, _FINEST, _COARSEST = 170 / 72, 200 / 72, 100 / 72  # pixels a point of a page that is to be recognised
_MOST_PIXELS = 12_000_000
_MOST_SHOWN = 25_000_000  # pixels of a page that a model is shown


def draw(file: PdfiumFile, number: int, width: int) -> Image:
    """Return a page as it is shown, at most so many pixels wide.

    Raises:
        RefusedError: pdfium cannot load or draw it.
    """

    def scale_of(page: Any) -> float:
        across, down = page.get_size()
        return scale_for(across, down, width)

    with _drawn(file, number, scale_of, rev_byteorder=True) as (bitmap, scale, depth):
        return _image(bitmap, scale, depth)


def draw_finely(file: PdfiumFile, number: int, scale: float) -> Image:
    """Return a page as it is shown, with so many pixels a point; fewer where it is very large.

    Raises:
        RefusedError: pdfium cannot load or draw it.
    """

    def scale_of(page: Any) -> float:
        across, down = page.get_size()
        # A little less: a size that comes out a hair above a whole number is rounded up to the next.
        return float(min(scale - 1e-9, (_MOST_SHOWN / max(across * down, 1)) ** 0.5))

    with _drawn(file, number, scale_of, rev_byteorder=True) as (bitmap, drawn_at, depth):
        return _image(bitmap, drawn_at, depth)


def draw_grey(file: PdfiumFile, number: int, scale: float | None = None) -> Image:
    """Return a page in shades of grey, one byte a pixel, as finely as it takes to recognise its text, or as is said.

    What was filled into forms or noted is not drawn: that is known better from where it is kept.

    Raises:
        RefusedError: pdfium cannot load or draw it.
    """

    def scale_of(page: Any) -> float:
        return _fine_enough(page) if scale is None else _within(page, scale)

    with _drawn(file, number, scale_of, grayscale=True, may_draw_forms=False, draw_annots=False) as (
        bitmap,
        drawn_at,
        depth,
    ):
        return _image(bitmap, drawn_at, depth)


def _image(bitmap: Any, scale: float, depth: float) -> Image:
    pixels = bytearray(bitmap.buffer)
    return Image(
        width=bitmap.width, height=bitmap.height, stride=bitmap.stride, pixels=pixels, scale=scale, depth=depth
    )


@contextlib.contextmanager
def _drawn(
    file: PdfiumFile, number: int, scale_of: Callable[[Any], float], **how: bool
) -> Iterator[tuple[Any, float, float]]:
    """Draw a page, and give its bitmap, how many pixels a point has there, and the height of the page in points."""
    document = file.document
    with contextlib.suppress(pypdfium2.PdfiumError):  # a form it does not know: the page is drawn without
        document.init_forms()  # so that what was filled into fields is drawn with them
    try:
        page = document[number - 1]
        try:
            scale = scale_of(page)
            bitmap = page.render(scale=scale, **how)
            try:
                yield bitmap, scale, page.get_height()
            finally:
                bitmap.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        raise RefusedError("damaged", str(error)) from error


def _fine_enough(page: Any) -> float:
    """Return how many pixels a point takes: as many as the page's largest picture has, within limits."""
    across, down = page.get_size()
    area, pixels = max(drawn(page.raw).pictures, default=(0.0, 0))
    scale = min(max((pixels / area) ** 0.5, _COARSEST), _FINEST) if area > _LARGE * across * down else _USUAL
    return _within(page, scale)


def _within(page: Any, scale: float) -> float:
    across, down = page.get_size()
    return float(min(scale, (_MOST_PIXELS / max(across * down, 1)) ** 0.5))
