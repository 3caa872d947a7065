"""Piece a PDF together whose table of objects, list of pages or end is lost, as a download that broke off has it.

What is left of its objects is found by looking for them, those in compressed streams as well; a new list of all pages
and a new table are written behind. Pages come in the order of what is left of the old list, else as they stand in the
file.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

_HEADER = b"%PDF-1.7\n"  # readers want one at the beginning, and count from there
_LARGEST = 512 << 20  # bytes of a file that is looked through
_UNPACKED = 64 << 20  # bytes that one stream of objects may have, and a hundred of them together
_MOST = 1 << 20  # objects
_OBJECT = re.compile(rb"(?<![0-9])([0-9]{1,7})[\x00\t\n\f\r ]+([0-9]{1,5})[\x00\t\n\f\r ]+obj(?![a-zA-Z])")
_STREAM = re.compile(rb"stream\r?\n")
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_PAGES = re.compile(rb"/Type\s*/Pages(?![a-zA-Z])")
_PACKED = re.compile(rb"/Type\s*/ObjStm(?![a-zA-Z])")
_FLATE = re.compile(rb"/Filter\s*\[?\s*/(?:FlateDecode|Fl)\s*\]?(?=\s*[/>])")
_FIRST = re.compile(rb"/First\s+([0-9]{1,9})")
_ROOT = re.compile(rb"/Type\s*/Catalog(?![a-zA-Z])")
_LIST = re.compile(rb"/Pages\s+[0-9]{1,7}\s+[0-9]{1,5}\s+R")
_INFO = re.compile(rb"/Info\s+([0-9]{1,7})\s+[0-9]{1,5}\s+R")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]?")
_REFERENCE = re.compile(rb"([0-9]{1,7})\s+[0-9]{1,5}\s+R")
_LOCKED = re.compile(rb"/Encrypt(?![a-zA-Z])")


def salvage(path: Path) -> bytes | None:
    """Return the file with a list of pages and a table of objects, or nothing where there are no pages to list."""
    if path.stat().st_size > _LARGEST:
        return None
    data = _HEADER + path.read_bytes()
    if _LOCKED.search(data):
        return None
    places, dictionaries, unpacked = _objects(data)
    pages = _in_order(dictionaries)
    if not pages:
        return None
    infos = [int(found.group(1)) for found in _INFO.finditer(data)]
    info = next((number for number in reversed(infos) if number in dictionaries), 0)
    return _with_table(data, places, unpacked, pages, root=_root(dictionaries), info=info)


def _objects(data: bytes) -> tuple[dict[int, int], dict[int, bytes], dict[int, bytes]]:
    """Return where objects stand, their dictionaries, and the objects that stand in compressed streams."""
    places: dict[int, int] = {}
    dictionaries: dict[int, bytes] = {}
    unpacked: dict[int, bytes] = {}
    found = list(_OBJECT.finditer(data))[:_MOST]
    room = 100 * _UNPACKED
    ends = [*(match.start() for match in found[1:]), len(data)]
    for match, after in zip(found, ends, strict=False):
        number = int(match.group(1))
        stream = _STREAM.search(data, match.end(), after)
        end = data.find(b"endobj", match.end(), after)
        dictionary = data[match.end() : stream.start() if stream else end if end >= 0 else after]
        places[number] = match.start()
        dictionaries[number] = dictionary
        unpacked.pop(number, None)
        if stream and room > 0 and _PACKED.search(dictionary):
            for inner, body in _unpack(dictionary, data[stream.end() : after]):
                room -= len(body)
                unpacked[inner] = dictionaries[inner] = body
                places.pop(inner, None)
    return places, dictionaries, unpacked


def _unpack(dictionary: bytes, stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the objects of a stream of objects, as far as they are whole."""
    first = _FIRST.search(dictionary)
    if first is None:
        return
    if _FLATE.search(dictionary):
        try:
            stream = zlib.decompressobj().decompress(stream, _UNPACKED)
        except zlib.error:
            return
    begin = int(first.group(1))
    numbers = [int(word) for word in stream[:begin].split() if word.isdigit()]
    starts = [begin + offset for offset in numbers[1::2]]
    for number, start in zip(numbers[::2], starts, strict=False):
        following = bisect_left(starts, start + 1)
        end = starts[following] if following < len(starts) else len(stream)
        if start < end <= len(stream) and number < 10_000_000:
            yield number, stream[start:end]


def _in_order(dictionaries: dict[int, bytes]) -> list[int]:
    """Return the numbers of the pages."""
    pages = {number for number, dictionary in dictionaries.items() if _PAGE.search(dictionary)}
    kids: dict[int, list[int]] = {}
    for number, dictionary in dictionaries.items():
        if _PAGES.search(dictionary) and (listed := _KIDS.search(dictionary)):
            kids[number] = [int(match.group(1)) for match in _REFERENCE.finditer(listed.group(1))]
    below = {number for numbers in kids.values() for number in numbers}
    order: dict[int, None] = {}
    waiting = [number for number in reversed(kids) if number not in below]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in pages:
            order[number] = None
        elif number not in seen:
            seen.add(number)
            waiting += reversed(kids.get(number, []))
    return [*order, *(number for number in dictionaries if number in pages and number not in order)]


def _root(dictionaries: dict[int, bytes]) -> bytes:
    """Return what is left of the document's root, without its list of pages: table of contents, labels, forms."""
    roots = [dictionary for dictionary in dictionaries.values() if _ROOT.search(dictionary)]
    last = roots[-1] if roots else b""
    begin, end = last.find(b"<<"), last.rfind(b">>")
    return _LIST.sub(b"", last[begin + 2 : end]) if 0 <= begin < end else b"/Type /Catalog"


def _with_table(
    data: bytes, places: dict[int, int], unpacked: dict[int, bytes], pages: list[int], *, root: bytes, info: int
) -> bytes:
    catalog = max([*places, *unpacked]) + 1
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    added = unpacked | {
        catalog: b"<< %b /Pages %d 0 R >>" % (root, catalog + 1),
        catalog + 1: b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(pages), kids),
    }
    parts, at = [data, b"\n"], len(data) + 1
    places = dict(places)
    for number, body in added.items():
        places[number] = at
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        at += len(parts[-1])
    parts.append(b"xref\n0 1\n0000000000 65535 f \n")
    parts += [b"%d 1\n%010d 00000 n \n" % place for place in sorted(places.items())]
    more = b"/Info %d 0 R" % info if info else b""
    trailer = b"trailer\n<< /Size %d /Root %d 0 R %b >>\nstartxref\n%d\n%%%%EOF\n"
    parts.append(trailer % (catalog + 2, catalog, more, at))
    return b"".join(parts)
