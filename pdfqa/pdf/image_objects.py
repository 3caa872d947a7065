"""The image objects of a page: where each is shown, what it is, and its own bytes as a file."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
from pypdfium2 import raw

from pdfqa.pdf.files import RefusedError
from pdfqa.pdf.geometry import bounds_of, turn
from pdfqa.pdf.images import Found
from pdfqa.pdf.pdfium import PdfiumFile
from pdfqa.pdf.pictures import GRAY, RGB, RGBA, encode
from pdfqa.types import Box

_FORMATS = {"DCTDecode": "jpeg", "JPXDecode": "jpeg2000", "JBIG2Decode": "jbig2", "CCITTFaxDecode": "fax"}
_SHORT = {"DCT": "DCTDecode", "CCF": "CCITTFaxDecode", "Fl": "FlateDecode", "LZW": "LZWDecode"} | {
    "A85": "ASCII85Decode",
    "AHx": "ASCIIHexDecode",
    "RL": "RunLengthDecode",
}
# A JPEG in one of these is shown in the same colours outside its PDF.
_OWN_COLORS = frozenset({raw.FPDF_COLORSPACE_DEVICEGRAY, raw.FPDF_COLORSPACE_DEVICERGB, raw.FPDF_COLORSPACE_DEVICECMYK})
_PROFILED = frozenset({raw.FPDF_COLORSPACE_CALGRAY, raw.FPDF_COLORSPACE_CALRGB, raw.FPDF_COLORSPACE_ICCBASED})
_MOST_RENDERED = 40_000_000  # pixels, of four bytes each; a larger image, which is a scan, is saved without its mask
_MOST_PIXELS = 300_000_000
_BLACK_AND_WHITE = bytes((0, 255))
_DIGITS = bytes(b"01"[value > 0] for value in range(256))
Matrix = tuple[float, float, float, float, float, float]


def on_page(file: PdfiumFile, number: int, folder: Path | None = None) -> Iterator[Found]:
    """Yield the images of a page, each saved in the folder, if there is one, under its key.

    Raises:
        RefusedError: The page cannot be looked through.
    """
    try:
        page = file.document[number - 1]
        with contextlib.closing(page):
            for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
                known = _known(page, image, number)
                if known.bytes or known.width:  # else it is not there, and nothing is shown
                    yield _saved(known, image, folder) if folder else known
    except pypdfium2.PdfiumError as error:
        raise RefusedError("damaged", str(error)) from error


def _known(page: Any, image: Any, number: int) -> Found:
    width, height = _size(image)
    data = bytes(image.get_data())
    filters = [_SHORT.get(name, name) for name in image.get_filters()]
    return Found(
        page=number,
        box=_box(page, image),
        width=width,
        height=height,
        format=_FORMATS.get(filters[-1] if filters else "", "bitmap"),
        filters=filters,
        bytes=len(data),
        key=hashlib.sha256(f"{width} {height} {filters}".encode() + data).hexdigest()[:32],
    )


def _size(image: Any) -> tuple[int, int]:
    try:
        width, height = image.get_px_size()
    except pypdfium2.PdfiumError:  # its dictionary says none
        return 0, 0
    return width, height


def _box(page: Any, image: Any) -> Box:
    """Return the rectangle around an image, on the page as it is shown."""
    corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
    holder = image
    while holder is not None:  # what a form draws stands where the form stands
        corners = [_moved(holder.get_matrix().get(), corner) for corner in corners]
        holder = holder.container
    turns, bounds = raw.FPDFPage_GetRotation(page), bounds_of(page)
    places = [turn(x, y, turns, bounds) for x, y in corners]
    across, upright = [x for x, _ in places], [y for _, y in places]
    return Box(x0=round(min(across), 2), y0=round(min(upright), 2), x1=round(max(across), 2), y1=round(max(upright), 2))


def _moved(matrix: Matrix, point: tuple[float, float]) -> tuple[float, float]:
    (a, b, c, d, e, f), (x, y) = matrix, point
    return a * x + c * y + e, b * x + d * y + f


def _saved(known: Found, image: Any, folder: Path) -> Found:
    """Return what is known of an image with the name of the file it was saved as, or why it was not."""
    for suffix in (".jpg", ".png"):
        if (folder / f"{known.key}{suffix}").exists():
            return msgspec.structs.replace(known, file=f"{known.key}{suffix}")
    try:
        suffix, data = _as_file(known, image)
    except RefusedError as refused:
        return msgspec.structs.replace(known, problem=refused.detail)
    except (pypdfium2.PdfiumError, MemoryError):
        return msgspec.structs.replace(known, problem="it cannot be decoded")
    # Another process may be saving the same image: the last one wins, and neither sees half a file.
    half = folder / f"{uuid.uuid4().hex}.half"
    half.write_bytes(data)
    half.replace(folder / f"{known.key}{suffix}")
    return msgspec.structs.replace(known, file=f"{known.key}{suffix}")


def _as_file(known: Found, image: Any) -> tuple[str, bytes]:
    """Return an image as a file, with its suffix: a JPEG as it is, everything else as PNG."""
    if known.format == "jpeg":
        data = bytes(image.get_data(decode_simple=True))
        if data.startswith(b"\xff\xd8") and image.get_metadata().colorspace in _OWN_COLORS | _PROFILED:
            return ".jpg", data
    if known.width * known.height > _MOST_PIXELS:
        raise RefusedError("unsupported", f"{known.width:,} x {known.height:,} pixels are too many to be decoded")
    return ".png", _png(image, known.width, known.height)


def _png(image: Any, width: int, height: int) -> bytes:
    """Return an image pixel by pixel, with its mask if it has one; with as few bits as it needs."""
    if width * height <= _MOST_RENDERED:
        image.set_matrix(pypdfium2.PdfMatrix(width, 0, 0, height, 0, 0))  # each of its pixels is one of the bitmap's
        rendered = raw.FPDFImageObj_GetRenderedBitmap(image.pdf, image.page, image)
        rows, channels = _rows(pypdfium2.PdfBitmap.from_raw(rendered)) if rendered else ([], 0)
        if any(row[3::4].strip(b"\0") for row in rows):  # else its mask hides all of it, or it was not decoded
            return _packed(rows, len(rows[0]) // channels, channels, opaque=False)
    rows, channels = _rows(image.get_bitmap())
    return _packed(rows, len(rows[0]) // channels, channels, opaque=True)


def _rows(bitmap: Any) -> tuple[list[bytes], int]:
    """Return the rows of a bitmap, and how many bytes a pixel has."""
    with contextlib.closing(bitmap):
        across, buffer = bitmap.n_channels * bitmap.width, memoryview(bitmap.buffer).cast("B")
        starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
        return [bytes(buffer[start : start + across]) for start in starts], bitmap.n_channels


def _packed(rows: Sequence[bytes], width: int, channels: int, *, opaque: bool) -> bytes:
    """Return rows of gray, or of blue, green and red, as PNG: black and white, gray, coloured or with opacity."""
    height = len(rows)
    if not opaque and any(row[3::4].count(255) < width for row in rows):
        return encode(width, height, 8, RGBA, (_in_order(row, 4, 4) for row in rows))
    if channels > 1 and any(row[::channels] != row[1::channels] or row[::channels] != row[2::channels] for row in rows):
        return encode(width, height, 8, RGB, (_in_order(row, channels, 3) for row in rows))
    grays = [row[::channels] for row in rows]
    if any(gray.translate(None, _BLACK_AND_WHITE) for gray in grays):
        return encode(width, height, 8, GRAY, grays)
    return encode(width, height, 1, GRAY, map(_bits, grays))


def _in_order(row: bytes, channels: int, wanted: int) -> bytes:
    """Return a row with red first, and with opacity last or without it."""
    mixed = bytearray(len(row) // channels * wanted)
    for place, channel in enumerate((2, 1, 0, 3)[:wanted]):
        mixed[place::wanted] = row[channel::channels]
    return bytes(mixed)


def _bits(gray: bytes) -> bytes:
    size = -(-len(gray) // 8)
    return int(gray.translate(_DIGITS).ljust(8 * size, b"0"), 2).to_bytes(size, "big")
