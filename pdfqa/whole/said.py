"""What a model said, sentence by sentence, each with the quotes that prove it or the mark that nothing does."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer import Quote
from pdfqa.answer.citing import Reader
from pdfqa.answer.support import Claim, best_support
from pdfqa.embed import Embedder
from pdfqa.search import Evidence

UNPROVED = "(unverified)"
_ITEM = re.compile(r"^\s*(?:[-*•–]\s+|\d{1,2}[.)]\s+)?(?:\*\*)?")
_HEADING = re.compile(r"^\s*#|:\s*(?:\*\*)?\s*$")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a model's: its text without markers, the quotes that it cites, and whether one of them says it."""

    text: str
    quotes: list[Quote]
    supported: bool


class Read(msgspec.Struct, frozen=True):
    """What a model said: its lines, each of sentences. `refused` says that it found nothing to say."""

    lines: list[list[Said]]
    refused: bool

    @property
    def sentences(self) -> list[Said]:
        """Return all that was said."""
        return [said for line in self.lines for said in line]


def read(text: str, evidence: Sequence[Evidence], given: Sequence[int], embedder: Embedder, *, cut: bool) -> Read:
    """Return what a model said.

    Args:
        text: What it wrote.
        evidence: The passages.
        given: Which of them it was given, by their numbers.
        embedder: Compares meanings.
        cut: Whether it was stopped before its end: what is half a sentence is left out.
    """
    reading = _Reading(text, evidence, given, embedder)
    lines = reading.lines()
    if cut and lines and not lines[-1][-1].text.endswith((".", "!", "?", "。", "।", "؟", "”", '"')):
        lines[-1].pop()
    return Read([line for line in lines if line], reading.refused)


class _Reading:
    """Holds a text against what it cites."""

    def __init__(self, text: str, evidence: Sequence[Evidence], given: Sequence[int], embedder: Embedder) -> None:
        self._evidence = evidence
        self._given = given
        self._embedder = embedder
        self._reader = Reader("", evidence, given, embedder)
        self._reader.add(text)
        self._reader.end()
        self.refused = self._reader.refused
        self._marks: list[tuple[int, int]] = []  # the end of the text before a marker, and its quote
        self._plain = "" if self.refused else self._without_marks()

    def lines(self) -> list[list[Said]]:
        """Return what is said, line by line; headings and what comes before a list say nothing."""
        language = languages.detect(self._plain)
        lines: list[list[Said]] = []
        start = 0
        for line in self._plain.split("\n"):
            if line.strip() and not _HEADING.search(line):
                spans = languages.sentences(line, language)
                said = [self._said(start + low, start + high) for low, high in spans]
                lines.append([one for one in said if one.text])
            start += len(line) + 1
        return [line for line in lines if line]

    def _without_marks(self) -> str:
        plain, at = "", 0
        for mark in self._reader.marks:
            plain += self._reader.text[at : mark.start].rstrip(" ")
            self._marks.append((len(plain.rstrip()), mark.quote))
            at = mark.end
        return plain + self._reader.text[at:]

    def _said(self, start: int, end: int) -> Said:
        """Return a sentence with what it cites; one that cites nothing is given the quote that says it, if one does."""
        text = _ITEM.sub("", self._plain[start:end]).replace("**", "").strip()
        cited = list(dict.fromkeys(quote for at, quote in self._marks if start < at <= end))
        quotes, supported = self._reader.quotes, self._reader.supported
        proved = [quotes[number] for number in cited if supported[number]]
        if proved:
            return Said(text=text, quotes=proved, supported=True)
        best = None if cited else best_support(Claim(text, ""), self._evidence, self._embedder, self._given)
        if best is not None:
            return Said(text=text, quotes=[best], supported=True)
        return Said(text=text, quotes=[quotes[number] for number in cited], supported=False)
