"""Cells and rows of tables in words: "$4,312 million in fiscal 2025, up from $4,089 million in fiscal 2024"."""

from __future__ import annotations

import re

from pdfqa.answer.cells import Found
from pdfqa.answer.periods import bare, period, years
from pdfqa.answer.tables import Row
from pdfqa.answer.units import figure, without_unit, written

_ENDED = re.compile(
    r"\b((?:fiscal )?(?:(?:\d+|three|six|nine|twelve) )?(?:years?|weeks|months|quarters?)) ended\b", re.IGNORECASE
)
_DAY = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d|\d[./-]\d")
_STANDING = re.compile(r"balance sheets?|financial position|\bas of\b|\bat\b .*\d{4}", re.IGNORECASE)
_FISCAL = re.compile(r"\bfiscal\b|\bFY\s?'?\d", re.IGNORECASE)
_LONG_SECTION = 60  # characters


def cell(found: Found, question: str, language: str, *, apart: bool = False, alike: bool = False) -> str:
    """Return the cell that was asked for in words, with the period before it where the table has one.

    Args:
        found: The row.
        question: The question.
        language: The language of the row.
        apart: Whether to say which line it stands under, or else its table, because there are others like it.
        alike: Whether others stand under a line that says the same.
    """
    row, place = found.row, found.column or 0
    head = row.columns[place]
    value = written(row.values[place], row.unit)
    about = label(row, named=found.within or apart)
    if found.heading and (alike or (apart and about == label(row, named=False))):
        about = f"{about}, {flat(found.heading)[-_LONG_SECTION:]}"
    beside = bare(head)
    if language != "en" or (beside and not _ENDED.search(head)):
        return f"{value} — {', '.join(filter(None, (about, head)))}"
    when = _when(row, head, question)
    return f"{value}{when}{_before(row, place, question)} — {about}"


def label(row: Row, *, named: bool) -> str:
    """Return what a row is about, with the line that it stands under where that says more than the row does."""
    about = without_unit(re.sub(r"\s*\((?:Notes?\b[^)]*|\d|[a-z])\)", "", row.label)).strip(" :")
    section = row.section.strip(" :")
    if named and section and len(section) < _LONG_SECTION and section.casefold() not in about.casefold():
        return f"{about}, {section}"
    return about


def whole(row: Row, question: str) -> str:
    """Return a row in words, each value with what heads it; of the periods that are asked for, if it has them."""
    named = years(question)
    pairs = list(zip(row.columns, row.values, strict=True))
    if named and all(any(year in years(head) for head in row.columns) for year in named):
        pairs = [(head, value) for head, value in pairs if years(head) & named]
    cells = " · ".join(f"{head} {written(value, row.unit)}" for head, value in pairs)
    return f"{label(row, named=False)}: {cells}"


def flat(text: str) -> str:
    """Return a text as one line, without the bullet that it has as an item of a list."""
    return " ".join(text.split()).lstrip("•▪●○◦‣▸►▶∙· ")


def _when(row: Row, head: str, question: str) -> str:
    """Return the period of a value in words, "" where the table names none."""
    if not head:
        return ""
    if (re.fullmatch(r"\D{0,12}(?:19|20)\d\d", head.strip()) and not period(head).months) or "/" in head:
        year = max(years(head), default=head)
        if _STANDING.search(row.above) and not _ENDED.search(row.above):
            return f" at the end of {year}"
        return f" in fiscal {year}" if _FISCAL.search(f"{question} {head}") else f" in {year}"
    ended = _ENDED.search(head)
    span, since = (ended, head[ended.end() :].strip()) if ended else (_ENDED.search(row.above), head)
    if span:
        return f" in the {re.sub(r'years$', 'year', span[1].casefold())} ended {since}"
    if not years(head):
        return f", {head}"
    if _DAY.search(head):
        return f" as of {head}"
    # A month or a quarter: what stands at its end, or what has flowed in it.
    return f" at the end of {head}" if _STANDING.search(row.above) else f" in {head}"


def year_before(row: Row, place: int, language: str = "en") -> tuple[float, float] | None:
    """Return a value and that of the year before, as numbers, where the row has both.

    Args:
        row: The row.
        place: The place of the value in it.
        language: The language of the row, which says what points and commas mean.
    """
    other = _place_before(row, place)
    if other is None:
        return None
    now, then = figure(row.values[place], language), figure(row.values[other], language)
    return (now, then) if now is not None and then is not None else None


def _place_before(row: Row, place: int) -> int | None:
    """Return the column of the same period a year earlier."""
    asked = years(row.columns[place])
    if len(asked) != 1:
        return None
    year, pattern = str(int(next(iter(asked))) - 1), re.sub(r"\d+", "", row.columns[place])
    same = [other for other, head in enumerate(row.columns) if years(head) == {year}]
    alike = [
        other for other in same if re.sub(r"\d+", "", row.columns[other]) == pattern or not bare(row.columns[other])
    ]
    if len(alike) > 1:  # a quarter and a half year, or two quarters
        own = period(row.columns[place])
        alike = [
            other
            for other in alike
            if (one := period(row.columns[other])).months == own.months and one.span == own.span
        ]
    return alike[0] if alike else None


def _before(row: Row, place: int, question: str) -> str:
    """Return how the value stands to that of the year before, where the table has it."""
    other = _place_before(row, place)
    if other is None or len(years(question)) > 1:
        return ""
    return _compared(row.values[place], row.values[other], written(row.values[other], row.unit), row.columns[other])


def _compared(value: str, earlier: str, said: str, head: str) -> str:
    year = min(years(head))
    now, then = figure(value), figure(earlier)
    if now is None or then is None:
        return ""
    if min(now, then) < 0:
        return f", after {said} in {year}"
    return f", as in {year}" if now == then else f", {'up' if now > then else 'down'} from {said} in {year}"
