"""Find the sentences of a text whose paragraphs and table rows are lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pdfqa.languages._tables import ABBREVIATIONS, FUNCTION, QUESTION, TITLES

_LINE = re.compile(r"[^\r\n\f\v\u2028\u2029]+")
_CLOSING = "\"'\u201d\u2019\u00bb)\\]\u300d\u300f\uff09\u3011\u300b}"
_NOTE = r"(?:\s?\[[\d,\u2013 -]{1,8}\])*"
# Full-width and Indic terminators always end a sentence; . ! ? and ellipses do before a space, a note mark or the end.
_STOP = re.compile(
    rf"(?P<sure>[\u3002\uff01\uff1f\uff61\u0964\u0965\u061f\u06d4\u17d4\u104b\u1362]+[{_CLOSING}]*{_NOTE})"
    rf"|(?P<point>[.!?\u2026]+)[{_CLOSING}]*(?:{_NOTE}(?=\s|$)|(?:\[[\d, ]{{1,8}}\])+(?=[^\W\d_]))"
)
_NEXT = re.compile(r"\s*[\"'\u201c\u2018\u00ab(\[\u00bf\u00a1\u201e]*(\w[\w'\u2019]*)?")
_BEFORE = re.compile(r"[^\s(\[\u00ab\u201c\"\u2013\u2014/]*$")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_THAI = re.compile("[\u0e00-\u0eff]")
# About as much as a long sentence says elsewhere: of shorter pieces, every other one is an answer cut in two.
_THAI_PIECE = re.compile(r"\S.{148,}?(?=\s|$)|\S.*")
# Here "3." is how "third" is written.
_ORDINAL_POINT = ("de", "da", "no", "fi", "cs", "sk", "sl", "hr", "hu", "pl", "tr", "et", "lv", "eu", "sr")


def sentences(text: str, language: str = "") -> list[tuple[int, int]]:
    """Return the start and end of each sentence of `text`; a line break always ends one."""
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start, end = line.span()
        # One Thai name in another language's line does not make it Thai.
        is_thai = _THAI.search(text, start, end) and 3 * len(_THAI.findall(text, start, end)) > end - start
        for cut in _thai_cuts(text, start, end) if is_thai else _cuts(text, start, end, language):
            _append_trimmed(spans, text, start, cut)
            start = cut
        _append_trimmed(spans, text, start, end)
    return spans


def _append_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _cuts(text: str, start: int, end: int, language: str) -> Iterator[int]:
    """Yield where sentences of the line end."""
    for stop in _STOP.finditer(text, start, end):
        if stop["sure"] or _ends(text, start, end, stop, language):
            yield stop.end()


def _thai_cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where pieces of at least 150 characters end: Thai puts a space, and no point, between clauses."""
    for piece in _THAI_PIECE.finditer(text, start, end):
        yield piece.end()


def _ends(text: str, start: int, end: int, stop: re.Match[str], language: str) -> bool:
    """Return whether a point, question mark, exclamation mark or ellipsis ends a sentence."""
    after = _NEXT.match(text, stop.end(), end)
    following = (after[1] or "") if after else ""
    if following[:1].islower():
        return False
    if stop["point"] != "." or stop.end() == end:
        return True
    before = _BEFORE.search(text[max(start, stop.start() - 24) : stop.start()])
    word = before[0] if before else ""
    if word.isdigit():
        return not _is_ordinal(text, start, stop.start() - len(word), word, language)
    if word.casefold() in _titles(language):
        return False
    if not _ACRONYM.fullmatch(word) and word.casefold() not in _abbreviations(language):
        return True
    # What may or may not end a sentence does so before a capitalised function word, if that is not an initial.
    initial = len(following) == 1 and after is not None and text.startswith(".", after.end())
    return not initial and following.casefold() in _openers(language)


def _is_ordinal(text: str, start: int, position: int, number: str, language: str) -> bool:
    """Return whether a number before a point is a list number or an ordinal rather than the end of a sentence."""
    earlier = text[max(start, position - 16) : position].rstrip()
    if not earlier:
        return True
    if len(number) > 2:
        return False
    if language in _ORDINAL_POINT:
        return True
    before = _BEFORE.search(earlier[:-1])
    counts = before is not None and before[0].casefold() in _abbreviations(language)
    return earlier[-1] in ".!?:;" and not counts


@cache
def _titles(language: str) -> frozenset[str]:
    return frozenset(f"{TITLES['']} {TITLES.get(language, '')}".split())


@cache
def _abbreviations(language: str) -> frozenset[str]:
    return frozenset(f"{ABBREVIATIONS['']} {ABBREVIATIONS.get(language or 'en', '')}".split())


@cache
def _openers(language: str) -> frozenset[str]:
    """Return the words that, capitalised, are more likely to begin a sentence than a name."""
    return frozenset(f"{FUNCTION.get(language or 'en', '')} {QUESTION.get(language or 'en', '')}".split())
