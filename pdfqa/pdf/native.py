"""Ask pdfium for little things often: calls without the checks that are half of their price."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from pypdfium2 import raw


class Pointer(ctypes.c_void_p):
    """A pointer that pdfium gave and takes back: a plain one would come as a number, and go back as half of it."""


class Numbers:
    """Room for the numbers that pdfium answers with."""

    def __init__(self, kind: Any, count: int = 4) -> None:
        self.values = (kind * count)()
        size = ctypes.sizeof(kind)
        self.places = tuple(ctypes.byref(kind.from_buffer(self.values, size * at)) for at in range(count))


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


def is_layered(mark: Any) -> bool:
    """Return whether a content mark puts what it holds into an optional layer."""
    room = (ctypes.c_ushort * 8)()
    size = ctypes.c_ulong()
    found = raw.FPDFPageObjMark_GetName(ctypes.cast(mark, raw.FPDF_PAGEOBJECTMARK), room, 16, size)
    return bool(found) and room[:3] == [ord("O"), ord("C"), 0]


def pixels(bitmap: Any, length: int) -> bytes:
    """Return the bytes of a bitmap."""
    return ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), length)
