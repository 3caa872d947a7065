"""What is asked for of a copy, and what comes back; values."""

from __future__ import annotations

import msgspec

from pdfqa.pages import Place


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A quote that is to be marked: where it stands, what its comment says, and how its bookmark is called.

    `places` are those of its page as it was read.
    """

    page: int
    quote: str
    start: int
    comment: str
    bookmark: str = ""
    places: list[Place] = []


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """A PDF that is copied from, what the user calls it, and what is to be marked in the copy."""

    path: bytes
    name: str
    marks: list[Mark]
    passwords: list[str] = []


class Highlighting(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of the whole, written to `out`."""

    original: Original
    out: bytes


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """The pages of some originals on which there is something to be marked, written to `out`."""

    originals: list[Original]
    title: str
    out: bytes


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a copy: how many quotes were marked, which were not found, and what else is to be said of it.

    `unplaced` are numbers of marks, from 0, all originals counted through.
    """

    marked: int
    unplaced: list[int] = []
    notes: list[str] = []
