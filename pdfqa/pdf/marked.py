"""A page with quotes marked, whatever the password: what a worker process draws.

Kept small, since a worker imports it for one picture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from pdfqa import pdf
from pdfqa.errors import EncryptedFileError
from pdfqa.pages import Place
from pdfqa.pdf.passwords import tries
from pdfqa.types import Box

R = TypeVar("R")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of which document, with which quotes marked: each with where it starts in the page's text."""

    path: bytes
    page: int
    quotes: list[tuple[str, int]]
    width: int
    passwords: list[str] = []
    places: list[Place] = []


def draw(payload: bytes) -> bytes:
    """Return the picture of a `Request`."""
    request = msgspec.msgpack.decode(payload, type=Request)
    path, passwords = os.fsdecode(request.path), request.passwords
    boxes = [box for quote in request.quotes for box in find(path, request.page, quote, passwords, request.places)]
    return opened(passwords, lambda word: pdf.picture(path, request.page, boxes, word, width=request.width))


def find(
    path: str, page: int, quote: tuple[str, int], passwords: Sequence[str], places: Sequence[Place] = ()
) -> list[Box]:
    """Return the rectangles that a quote covers, in a file that one of the passwords opens.

    Raises:
        FileError: The file cannot be used.
    """
    words, start = quote
    return opened(passwords, lambda word: pdf.find_boxes(path, page, words, word, start=start, places=places))


def opened(passwords: Sequence[str], look: Callable[[str | None], R]) -> R:
    """Return what is seen with the password that opens the file."""
    *others, last = tries(passwords)
    for password in others:
        try:
            return look(password)
        except EncryptedFileError:
            continue
    return look(last)
