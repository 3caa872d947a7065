"""What knows the PDF that quotes come from; `types.Placed` asks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from pdfqa.pages import Place

if TYPE_CHECKING:
    from pdfqa.types import Box


class Whereabouts(msgspec.Struct, frozen=True, kw_only=True):
    """Where a PDF is, what it may be opened with, and how much memory the opening may take.

    `own` is false where the home directory has the only copy: a link to that is of no use to anybody.
    """

    path: str
    passwords: list[str]
    memory_mb: int
    own: bool = True


class Locator(Protocol):
    """Knows the PDF that quotes come from. `document` is the hash of its bytes."""

    document: str

    def boxes(self, page: int, quote: str, start: int) -> list[Box]:
        """Return the rectangles that a quote covers on its page."""

    def picture(self, page: int, quotes: Sequence[tuple[str, int]], width: int) -> bytes:
        """Return a page as PNG, with quotes marked, each given with where it starts in the page's text."""

    def whereabouts(self) -> Whereabouts:
        """Return where the PDF is."""

    def places(self, page: int) -> list[Place]:
        """Return where the words of a page stand that its text layer lacks."""
