"""Cells and rows of tables in words: "$4,312 million in fiscal 2025, up from $4,089 million in fiscal 2024"."""

from __future__ import annotations

import re

from pdfqa.answer.cells import Found
from pdfqa.answer.periods import bare, period, years
from pdfqa.answer.tables import Row
from pdfqa.answer.units import figure, written

_ENDED = re.compile(
    r"\b((?:fiscal )?(?:(?:\d+|three|six|nine|twelve) )?(?:years?|weeks|months|quarters?)) ended\b", re.IGNORECASE
)
_STANDING = re.compile(r"balance sheets?|financial position|\bas of\b|\bat\b .*\d{4}", re.IGNORECASE)
_FISCAL = re.compile(r"\bfiscal\b|\bFY\s?'?\d", re.IGNORECASE)
_LONG_SECTION = 60  # characters


def cell(found: Found, question: str, language: str) -> str:
    """Return the cell that was asked for in words, with the period before it where the table has one."""
    row, place = found.row, found.column or 0
    head = row.columns[place]
    value = written(row.values[place], row.unit)
    about = label(row)
    beside = bare(head)
    if language != "en" or (beside and not _ENDED.search(head)):
        return f"{value} — {', '.join(filter(None, (about, head)))}"
    when = _when(row, head, question)
    return f"{value}{when}{_before(row, place, question)} — {about}"


def label(row: Row, *, named: bool = True) -> str:
    """Return what a row is about, with the line that it stands under where that says more than the row does."""
    about = re.sub(r"\s*\((?:Notes?\b[^)]*|\d|[a-z])\)", "", row.label).strip(" :")
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
    ended = _ENDED.search(head) or _ENDED.search(row.above)
    standing = _STANDING.search(row.above) and not (ended and period(row.above).years)
    if re.fullmatch(r"\D{0,12}(?:19|20)\d\d", head.strip()):
        year = max(years(head))
        if standing:
            return f" at the end of {year}"
        return f" in fiscal {year}" if _FISCAL.search(f"{question} {head}") else f" in {year}"
    if _ENDED.search(head):
        return f" in the {head[:1].lower()}{head[1:]}".replace("Ended", "ended").replace("Months", "months")
    if ended:
        span = re.sub(r"^years$", "year", re.sub(r"\byears\b", "year", ended[1].casefold()))
        return f" in the {span} ended {head}"
    return f" as of {head}" if years(head) else f", {head}"


def _before(row: Row, place: int, question: str) -> str:
    """Return how the value stands to that of the year before, where the table has it."""
    asked = period(row.columns[place])
    if len(asked.years) != 1 or len(years(question)) > 1:
        return ""
    year = int(next(iter(asked.years)))
    pattern = re.sub(r"\d+", "", row.columns[place])
    for other, head in enumerate(row.columns):
        if years(head) == {str(year - 1)} and (re.sub(r"\d+", "", head) == pattern or not bare(head)):
            return _compared(row.values[place], row.values[other], written(row.values[other], row.unit), year - 1)
    return ""


def _compared(value: str, earlier: str, said: str, year: int) -> str:
    now, then = figure(value), figure(earlier)
    if now is None or then is None:
        return ""
    if min(now, then) < 0:
        return f", after {said} in {year}"
    return f", as in {year}" if now == then else f", {'up' if now > then else 'down'} from {said} in {year}"
