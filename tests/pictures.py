"""Read the PNG files that we write, pixel by pixel."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

Pixel = tuple[int, int, int]


class Picture(NamedTuple):
    """A picture's size in pixels, and its rows from the top."""

    width: int
    height: int
    rows: list[list[Pixel]]

    def places(self, *, darker_than: int = 128) -> list[tuple[int, int]]:
        """Return the column and row of each dark pixel."""
        return [
            (column, number)
            for number, row in enumerate(self.rows)
            for column, pixel in enumerate(row)
            if max(pixel) < darker_than
        ]

    def changed(self, other: Picture) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of what differs; the last two are outside."""
        places = [
            (column, number)
            for number, (row, before) in enumerate(zip(self.rows, other.rows, strict=True))
            for column, (one, two) in enumerate(zip(row, before, strict=True))
            if one != two
        ]
        columns, rows = [column for column, _ in places], [row for _, row in places]
        return min(columns), min(rows), max(columns) + 1, max(rows) + 1


def read_png(data: bytes) -> Picture:
    """Return what a PNG file of eight bits for each of three colours shows."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, parts = 8, {}
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", data, at + 8 + size)[0] == zlib.crc32(kind + body)
        parts[kind] = body
        at += size + 12
    assert list(parts) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert rest == [8, 2, 0, 0, 0]
    pixels = zlib.decompress(parts[b"IDAT"])
    stride = 1 + 3 * width
    assert len(pixels) == height * stride
    rows = []
    for start in range(0, len(pixels), stride):
        assert pixels[start] == 0  # no filter
        values = iter(pixels[start + 1 : start + stride])
        rows.append(list(zip(values, values, values, strict=True)))
    return Picture(width, height, rows)
