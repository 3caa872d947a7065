"""Pictures of pages: pixels with marks on them, as PNG. Pure.

Only zlib is needed for a PNG, and no imaging library.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

import msgspec

from pdfqa.types import Box

_SHADES = 16  # of each colour: type looks the same, and the file is half as large
_YELLOW = (255, 236, 120)
_BORDER = (214, 140, 0)
_MARGIN = 1.5  # points that a mark is larger than what it marks, on each side
_LARGEST = 4.0  # pixels for a point: a page the size of a stamp is not blown up to a poster
_TALLEST = 2  # times the width asked for
_EFFORT = 6  # of zlib's 9: the last steps take three times as long for a few percent
GRAY, RGB, RGBA = 0, 2, 6  # PNG's numbers


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of pixels from the top, three bytes each (red, green, blue), `stride` bytes a row.

    `scale` is how many pixels a point takes, `depth` the height of the page in points.
    """

    width: int
    height: int
    stride: int
    pixels: bytearray
    scale: float
    depth: float


def scale_for(page_width: float, page_height: float, width: int) -> float:
    """Return how many pixels a point takes in a picture so wide, or narrower where the page is very tall or small."""
    return min(width / max(page_width, 1), _TALLEST * width / max(page_height, 1), _LARGEST)


def mark(image: Image, boxes: Iterable[Box]) -> None:
    """Colour rectangles of a page, given in points, in its picture; what stands there can still be read."""
    scale = image.scale
    for box in boxes:
        left = max(0, int((box.x0 - _MARGIN) * scale))
        right = min(image.width, round((box.x1 + _MARGIN) * scale) + 1)
        top = max(0, int((image.depth - box.y1 - _MARGIN) * scale))
        bottom = min(image.height, round((image.depth - box.y0 + _MARGIN) * scale) + 1)
        if left < right and top < bottom:
            for row in range(top, bottom):
                _tint(image, row, left, right)
            _frame(image, left, top, right, bottom)


# As a marker does: it takes light away, so that black stays black. On a dark page only the frame is seen.
_TINTS = [bytes(value * share // 255 for value in range(256)) for share in _YELLOW]


def _tint(image: Image, row: int, left: int, right: int) -> None:
    start, end = row * image.stride + 3 * left, row * image.stride + 3 * right
    for color, table in enumerate(_TINTS):
        image.pixels[start + color : end : 3] = image.pixels[start + color : end : 3].translate(table)


def _frame(image: Image, left: int, top: int, right: int, bottom: int) -> None:
    border = bytes(_BORDER)
    for row in (top, bottom - 1):
        start = row * image.stride
        image.pixels[start + 3 * left : start + 3 * right] = border * (right - left)
    for row in range(top, bottom):
        for column in (left, right - 1):
            at = row * image.stride + 3 * column
            image.pixels[at : at + 3] = border


_FEWER = bytes(round(value * (_SHADES - 1) / 255) * 255 // (_SHADES - 1) for value in range(256))


def png(image: Image) -> bytes:
    """Return the picture as a PNG file."""
    pixels = image.pixels.translate(_FEWER)
    size = 3 * image.width
    rows = (pixels[start : start + size] for start in range(0, image.height * image.stride, image.stride))
    return encode(image.width, image.height, 8, RGB, rows)


def encode(width: int, height: int, depth: int, kind: int, rows: Iterable[bytes | bytearray]) -> bytes:
    """Return rows of pixels as a PNG file.

    Args:
        width: Pixels in a row.
        height: How many rows.
        depth: Bits for each gray or colour.
        kind: What a pixel is: `GRAY`, `RGB`, or `RGBA` with opacity.
        rows: From the top, packed.
    """
    packer = zlib.compressobj(_EFFORT)
    packed = b"".join(packer.compress(b"\0" + row) for row in rows) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
