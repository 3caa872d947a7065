"""Draw a page with pdfium."""

from __future__ import annotations

import contextlib

import pypdfium2

from pdfqa.pdf.files import RefusedError
from pdfqa.pdf.pdfium import PdfiumFile
from pdfqa.pdf.pictures import Image, scale_for


def draw(file: PdfiumFile, number: int, width: int) -> Image:
    """Return a page as it is shown, at most so many pixels wide.

    Raises:
        RefusedError: pdfium cannot load or draw it.
    """
    document = file.document
    with contextlib.suppress(pypdfium2.PdfiumError):  # a form it does not know: the page is drawn without
        document.init_forms()  # so that what was filled into fields is drawn with them
    try:
        page = document[number - 1]
        try:
            across, down = page.get_size()
            scale = scale_for(across, down, width)
            bitmap = page.render(scale=scale, rev_byteorder=True)
            try:
                pixels = bytearray(bitmap.buffer)
            finally:
                bitmap.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        raise RefusedError("damaged", str(error)) from error
    return Image(width=bitmap.width, height=bitmap.height, stride=bitmap.stride, pixels=pixels, scale=scale, depth=down)
