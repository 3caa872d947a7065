"""What the benchmarks need of the package beside `add`, `search` and `ask`: the place to mend when that changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar


class OnPage(Protocol):
    """Something that stands on a page."""

    page: int


Placed = TypeVar("Placed", bound=OnPage)


SCAN = "scan_"  # what the name of a scan has before that of the document it is a picture of, page by page


def copies(paths: Sequence[Path]) -> dict[str, list[str]]:
    """Return, for each file name, the names of the files with the same pages (itself included).

    They have the same bytes, or one is a scan of the other: its pages have the same words and the same numbers.
    """
    digests = {path.name: hashlib.sha256(path.read_bytes()).digest() for path in paths}
    pages = {name: digests.get(name.removeprefix(SCAN), digest) for name, digest in digests.items()}
    return {name: [other for other in pages if pages[other] == same] for name, same in pages.items()}


def raw_pages(path: str, places: Sequence[Placed]) -> Iterator[tuple[Placed, str]]:
    """Yield each place with the raw text of its page, read by pypdfium2 alone."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        for place in places:
            text = document[place.page - 1].get_textpage()
            yield place, text.get_text_range()
    finally:
        document.close()
