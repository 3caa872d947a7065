"""Find out whether a file has layers that can be switched off, which pdfium does not tell."""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

# As the catalog names them; any letter of a name may be written as its number.
_LAYERS = re.compile(rb"/(?:O|#4[fF])(?:C|#43)(?:P|#50)(?:r|#72)")
_PACKED = re.compile(rb"/ObjStm\b")
_MOST = 16 << 20  # bytes that are unpacked, of all packed objects
_PART = 1 << 20  # of each


def may_have_layers(path: Path) -> bool:
    """Return whether a file says that it has layers, or does not let itself be asked."""
    try:
        state = path.stat()
        return _may_have(path, state.st_mtime_ns, state.st_size)
    except (OSError, ValueError, zlib.error):
        return True


@lru_cache(maxsize=64)
def _may_have(path: Path, _changed: int, _size: int) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _LAYERS.search(data) is not None or any(map(_LAYERS.search, _unpacked(data)))


def _unpacked(data: mmap.mmap) -> Iterator[bytes]:
    """Yield the objects that a file holds in packed streams.

    Raises:
        zlib.error: They cannot be read: the file is encrypted, or damaged.
    """
    room = _MOST
    for found in _PACKED.finditer(data):
        start = data.find(b"stream", found.end(), found.end() + 2000)
        if start < 0:
            continue
        start += 7 if data[start + 6 : start + 7] == b"\n" else 8
        with memoryview(data) as view, view[start : start + _PART] as packed:
            part = zlib.decompressobj().decompress(packed, min(room, _PART))
        room -= len(part)
        if room <= 0:
            raise zlib.error("too much")
        yield part
