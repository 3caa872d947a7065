"""Ask pdfium for little things often: calls without the checks that are half of their price."""

from __future__ import annotations

import ctypes
import struct
import sys
from collections import deque
from collections.abc import Sequence
from typing import Any, Literal

from pypdfium2 import raw


class Pointer(ctypes.c_void_p):
    """A pointer that pdfium gave and takes back: a plain one would come as a number, and go back as half of it."""


class Numbers:
    """Room for the numbers that pdfium answers with."""

    def __init__(self, kind: Any, count: int = 4) -> None:
        self.values = (kind * count)()
        size = ctypes.sizeof(kind)
        self.places = tuple(ctypes.byref(kind.from_buffer(self.values, size * at)) for at in range(count))


class Table:
    """Room for the answers to one question about many objects: up to four numbers each."""

    def __init__(self, kind: Literal["f", "I"], rows: int) -> None:
        number = ctypes.c_float if kind == "f" else ctypes.c_uint
        self._room = (number * (4 * rows))()
        self._row = struct.Struct("4" + kind)
        size = ctypes.sizeof(number)
        places = [ctypes.byref(self._room, size * at) for at in range(4 * rows)]
        self._places = tuple(places[at::4] for at in range(4))

    def ask(self, question: Any, objects: Sequence[Pointer], numbers: int = 4) -> Any:
        """Return what a quick function says of each object: tuples of four, of which so many are answers."""
        answers: list[Any] = []
        for start in range(0, len(objects), len(self._places[0])):
            part = objects[start : start + len(self._places[0])]
            deque(map(question, part, *self._places[:numbers]), maxlen=0)
            answers += self._row.iter_unpack(memoryview(self._room).cast("B")[: len(part) * self._row.size])
        return answers


def floats(count: int = 4) -> Numbers:
    """Return room for numbers of single precision: the edges of an object."""
    return Numbers(ctypes.c_float, count)


def integers(count: int = 4) -> Numbers:
    """Return room for whole numbers: a colour."""
    return Numbers(ctypes.c_int, count)


def quick(function: Any, result: Any = ctypes.c_int) -> Any:
    """Return a function of pdfium that takes its arguments as they come: checking their types is half of a call."""
    if sys.platform == "win32" and sys.maxsize < 2**32:  # where the way of calling depends on the function
        return function
    return ctypes.CFUNCTYPE(result)(ctypes.cast(function, ctypes.c_void_p).value or 0)


def pointer(handle: Any) -> Pointer:
    """Return a handle of pypdfium2 as a quick function takes it."""
    return Pointer(ctypes.cast(handle, ctypes.c_void_p).value)


def handle(object_: Pointer) -> Any:
    """Return a page object as pypdfium2 takes it."""
    return ctypes.cast(object_, raw.FPDF_PAGEOBJECT)


_mark_name = quick(raw.FPDFPageObjMark_GetName)
_name = ctypes.create_string_buffer(16)
_size = ctypes.byref(ctypes.c_ulong())
_LAYER = "OC\0".encode("utf-16-le")


def is_layered(mark: Pointer) -> bool:
    """Return whether a content mark puts what it holds into an optional layer."""
    return bool(_mark_name(mark, _name, 16, _size)) and _name.raw.startswith(_LAYER)


def pixels(bitmap: Any, length: int) -> bytes:
    """Return the bytes of a bitmap."""
    return ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), length)
