"""Periods: the years, months and spans of time that a question or the head of a column names, and which column fits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import msgspec

from pdfqa import languages
from pdfqa.answer.words import MONTHS, PERIOD_WORDS, SPANS

_PERIODIC = " ".join(sorted(PERIOD_WORDS))
_TELLING = 2  # letters that a word of a column head needs to be matched; numbers need none
# Heads of columns that say how other columns differ.
_CHANGES = re.compile(r"%|\bvs\b|percent|change|increase|decrease|variance|growth|variaci|veränderung", re.IGNORECASE)


class Period(msgspec.Struct, frozen=True):
    """A period of time: its years, its months, and how long it is ("quarter", "year" …), as far as it is named."""

    years: frozenset[str]
    months: frozenset[str]
    span: str = ""


def period(text: str) -> Period:
    """Return the period that a text names."""
    folded = text.casefold()
    words = set(re.findall(r"\w+", folded))
    named = {word[:3] for word in words & MONTHS if word not in {"may", "mai"} or re.search(rf"\b{word}\b \d", folded)}
    quarters = {match[1] or _ORDINALS[match[2]] for match in _quarter().finditer(folded)}
    span = next((name for name, cues in SPANS.items() if any(cue in folded for cue in cues.split("|"))), "")
    return Period(frozenset(years(text)), frozenset(named | quarters), "quarter" if quarters else span)


def years(text: str) -> set[str]:
    """Return the years that a text names, also as in FY2019 or FY19."""
    return {match[1] or f"20{match[2]}" for match in _year().finditer(text)}


def undated(question: str, heads: Sequence[str], about: set[str]) -> bool:
    """Return whether a question names years that a table says nothing of.

    Args:
        question: The question.
        heads: What stands over each value of a row.
        about: The years that are told of the whole table.
    """
    named = years(question)
    return bool(named) and not any(map(years, heads)) and named.isdisjoint(about)


def column(heads: Sequence[str], label: str, question: str, analyzer: languages.Analyzer) -> int | None:
    """Return which column a question asks for, or None where that cannot be told.

    The one whose period or words the question names; among periods the most recent where it names none.

    Args:
        heads: What stands over each value of a row.
        label: What the row is about: its words do not tell a column.
        question: The question.
        analyzer: That of the row's language, so that forms of a word agree.
    """
    named = period(question)
    places = list(range(len(heads)))
    if not _CHANGES.search(question):
        places = [place for place in places if not _CHANGES.search(heads[place])]
    if len(heads) == 1 and places:
        known = years(heads[0])
        return 0 if not named.years or not known or named.years & known else None
    if not any(heads) or not places:
        return None
    fitting = _of_period(places, heads, named)
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    asked = {word for word in analyzer.terms(question) if len(word) >= _TELLING or word.isdigit()}
    asked -= analyzer.stopwords.union(analyzer.terms(label), analyzer.terms(_PERIODIC))  # "year" names no column
    matches = [len(asked.intersection(analyzer.terms(heads[place]))) for place in fitting]
    best = max(matches)
    if best and matches.count(best) == 1:
        return fitting[matches.index(best)]
    plain = [place for place in fitting if not bare(heads[place])]
    if named.years and len(plain) == 1:  # "2024" beside "Share 2024"
        return plain[0]
    return None if named.years else _latest(heads, fitting)


def _of_period(places: Sequence[int], heads: Sequence[str], named: Period) -> list[int]:
    """Return the columns of the period that is named, all of it; all where none is named."""
    found = {place: period(heads[place]) for place in places}
    if named.years and any(one.years for one in found.values()):
        found = {place: one for place, one in found.items() if one.years & named.years}
    if named.months:
        finer = {place: one for place, one in found.items() if one.months & named.months}
        found = finer or found
    if named.span:
        found = {place: one for place, one in found.items() if one.span in {"", named.span}}
    return list(found)


def bare(head: str) -> str:
    """Return what the head of a column says beside its period: "Profit" of "Profit 2023"."""
    words = re.findall(r"[\w'’%]+", head)
    return " ".join(
        word
        for word in words
        if not any(map(str.isdigit, word)) and word.casefold() not in MONTHS and word.casefold() not in PERIOD_WORDS
    )


def _latest(heads: Sequence[str], places: Sequence[int]) -> int | None:
    """Return the column of the most recent year, if all columns that have a head are years."""
    found = {place: max(map(int, years(heads[place])), default=0) for place in places if heads[place]}
    best = [place for place, year in found.items() if year == max(found.values())]
    return best[0] if len(best) == 1 and min(found.values()) else None


_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}


@cache
def _quarter() -> re.Pattern[str]:
    return re.compile(r"\bq([1-4])\b|\b(first|second|third|fourth) (?:fiscal )?quarter\b")


@cache
def _year() -> re.Pattern[str]:
    return re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)|\bFY\s?'?(\d\d)\b", re.IGNORECASE)
