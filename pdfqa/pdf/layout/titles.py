"""Find the titles of a document's outline among the lines of the pages that they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pdfqa.pages import OutlineItem
from pdfqa.pdf.lines import Line

_MOST_LINES = 4  # of one title
_NUMBER = re.compile(
    r"(?:(?:chapter|section|part|appendix|kapitel|abschnitt|teil|anhang|capítulo|chapitre|глава)\s+)?"
    r"(?:\d{1,3}(?:\.\d{1,3})*|[ivxlc]{1,6}|[a-z](?:\.\d{1,3})+|[a-z](?=[.):]))\s*[.):–—-]?\s+",
    re.IGNORECASE,
)
_OTHER = re.compile(r"[\W_]+")

Title = tuple[int, int, int]  # the first line, the line after the last, and the level of the outline


class Titles:
    """The titles of an outline by page."""

    def __init__(self, outline: Iterable[OutlineItem]) -> None:
        self._of_page: dict[int, list[tuple[str, int]]] = {}
        for item in outline:
            plain = _plain(item.title)
            if plain:
                self._of_page.setdefault(item.page, []).append((plain, item.level))

    def among(self, page: int, lines: list[Line]) -> list[Title]:
        """Return where the titles stand that lead to a page; a number before a title may be missing on either side."""
        wanted = self._of_page.get(page)
        if not wanted:
            return []
        longest = max(len(title) for title, _ in wanted) * 1.3 + 20
        plain = [_plain(line.text) if len(line.text) < longest else "" for line in lines]
        starts: dict[str, list[int]] = {}
        for at, text in enumerate(plain):
            starts.setdefault(text[:2], []).append(at)
        found: dict[int, Title] = {}
        for title, level in wanted:
            places = [(first, end) for first in starts.get(title[:2], ()) if (end := _end(title, plain, first))]
            # Of lines that read alike the largest is the title.
            for first, end in sorted(places, key=lambda place: -lines[place[0]].size):
                if first not in found:
                    found[first] = first, end, level
                    break
        return sorted(found.values())


def _end(title: str, plain: list[str], first: int) -> int:
    """Return the line after a title that begins at a line, or 0 if none does."""
    text = ""
    for at in range(first, min(first + _MOST_LINES, len(plain))):
        text += plain[at]
        if not text or not plain[at] or not title.startswith(text):
            return 0
        if text == title:
            return at + 1
    return 0


def _plain(text: str) -> str:
    """Return the letters and digits of a title, without a number before it."""
    number = _NUMBER.match(text)
    rest = text[number.end() :] if number else text
    return _OTHER.sub("", rest).casefold() or _OTHER.sub("", text).casefold()
