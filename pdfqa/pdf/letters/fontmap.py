"""Read from a TrueType or OpenType font which letter each of its glyphs draws. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_MOST = 70_000


def letters_of(font: bytes) -> dict[int, str]:
    """Return the letter of each glyph of which the font's own table tells it; {} for other fonts or damaged ones."""
    letters: dict[int, str] = {}
    try:
        for glyph, letter in _pairs(font):
            letters.setdefault(glyph, letter)
    except (struct.error, ValueError):
        return {}
    return letters


def _pairs(font: bytes) -> Iterator[tuple[int, str]]:
    table = _table(font, b"cmap")
    best = max(_subtables(table), default=None)
    if best is None:
        return
    _, start = best
    form = _number(table, start)
    reader = {0: _bytes, 4: _segments, 6: _range, 12: _groups}.get(form)
    codes = reader(table, start) if reader else iter(())
    for count, (code, glyph) in enumerate(codes):
        if count > _MOST:
            return
        if glyph and code >= 32 and not 0xD800 <= code <= 0xF8FF:
            yield glyph, chr(code)


def _table(font: bytes, name: bytes) -> bytes:
    if font[:4] not in (b"\x00\x01\x00\x00", b"true", b"OTTO"):
        return b""
    for at in range(12, 12 + 16 * _number(font, 4), 16):
        if font[at : at + 4] == name:
            start, length = struct.unpack_from(">II", font, at + 8)
            return font[start : start + length]
    return b""


def _subtables(table: bytes) -> Iterator[tuple[int, int]]:
    """Yield how much each table of Unicode is worth, and where it begins.

    Those of symbol fonts are left out: in a PDF these have codes of one byte, which are no numbers of glyphs.
    """
    if not table:
        return
    for at in range(4, 4 + 8 * _number(table, 2), 8):
        platform, encoding, start = struct.unpack_from(">HHI", table, at)
        if platform == 0 or (platform == 3 and encoding in (1, 10)):
            yield int(encoding == 10), start


def _number(data: bytes, at: int) -> int:
    value: int = struct.unpack_from(">H", data, at)[0]
    return value


def _bytes(table: bytes, start: int) -> Iterator[tuple[int, int]]:
    yield from enumerate(table[start + 6 : start + 262])


def _range(table: bytes, start: int) -> Iterator[tuple[int, int]]:
    first, count = struct.unpack_from(">HH", table, start + 6)
    yield from enumerate(struct.unpack_from(f">{count}H", table, start + 10), first)


def _segments(table: bytes, start: int) -> Iterator[tuple[int, int]]:
    count = _number(table, start + 6) // 2
    ends, firsts, shifts, places = (
        struct.unpack_from(f">{count}H", table, start + 14 + 2 * (count * part + (part > 0))) for part in range(4)
    )
    places_at = start + 16 + 6 * count
    for segment, (first, end, shift, place) in enumerate(zip(firsts, ends, shifts, places, strict=True)):
        for code in range(first, min(end, 0xFFFE) + 1):
            if not place:
                yield code, (code + shift) & 0xFFFF
                continue
            glyph = _number(table, places_at + 2 * segment + place + 2 * (code - first))
            yield code, (glyph + shift) & 0xFFFF if glyph else 0


def _groups(table: bytes, start: int) -> Iterator[tuple[int, int]]:
    count: int = struct.unpack_from(">I", table, start + 12)[0]
    for at in range(min(count, _MOST)):
        first, end, glyph = struct.unpack_from(">III", table, start + 16 + 12 * at)
        for code in range(first, min(end, first + _MOST) + 1):
            yield code, glyph + code - first
