"""Answers, citations and hits as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from pdfqa.notebook.parts import dim, escaped, framed, items, line, passage, row, short
from pdfqa.notebook.pictures import Spot, figures
from pdfqa.render import in_table, marked_text, not_found, place, unread_text, unseen_text
from pdfqa.types import AddReport, Answer, Citation, Hit, Unread, Value

_CLOSEST = 200  # characters of a passage that may be about it


def answer(value: Answer) -> str:
    """Return the answer, its numbered citations and their pages; or what was found instead."""
    proofs = items((proof(citation) for citation in value.citations), numbered=True)
    titled = [(f"[{number}]", citation) for number, citation in enumerate(value.citations, 1)]
    pages = figures(_spot(citation, mark) for mark, citation in titled)
    return framed(
        f'<div style="white-space:pre-line">{_words(value)}</div>',
        proofs,
        _closest(value),
        _unread(value.unread),
        pages,
    )


def _words(value: Answer) -> str:
    if value.outcome == "answered":
        return re.sub(r"\[\d+\]", lambda mark: f"<sup>{mark[0]}</sup>", escaped(marked_text(value)))
    return escaped(value.text.strip() or not_found(value))


def _closest(value: Answer) -> str:
    if value.outcome == "answered" or not value.closest:
        return ""
    hits = (f"<b>{_place(hit)}</b>: {short(hit.text, _CLOSEST)}" for hit in value.closest)
    return row(dim("Closest passages:")) + items(hits)


def citation(value: Citation) -> str:
    """Return the place, the quote and the page."""
    return framed(proof(value), figures([_spot(value)]))


def hit(value: Hit) -> str:
    """Return the place, the score, the passage and the page."""
    return framed(
        row(f"<b>{_place(value)}</b>", dim(f"{value.score:.2f}"), dim(line(value.heading))),
        passage(value.text, value.table),
        figures([_spot(value)]),
    )


def proof(value: Citation) -> str:
    """Return the place and the quote."""
    if in_table(value.quote, value.table):
        return _where(_place(value), verified=value.verified) + passage(value.quote, value.table)
    return quoted(_place(value), value.quote, verified=value.verified)


def quoted(where: str, quote: str, *, verified: bool) -> str:
    """Return the place of a quote, its words, and whether they were not found there."""
    return f"{_where(where, verified=verified)} <q>{line(quote)}</q>"


def _where(where: str, *, verified: bool) -> str:
    doubt = "" if verified else ' <b style="color:#c60">unverified</b>'
    return f"<b>{where}</b>{doubt}:"


def _place(value: Citation | Hit) -> str:
    return escaped(place(value.file, value.page, value.label, value.source))


def _spot(value: Citation | Hit, mark: str = "") -> Spot:
    page, quote, start = value.span()
    where = place(value.file, page, value.label, value.source)
    return Spot(locator=value.locator, page=page, quote=quote, start=start, place=where, mark=mark)


def add_report(value: AddReport) -> str:
    """Return what was added, what was known before, and what failed and why."""
    known = f"{len(value.known):,} known before" if value.known else ""
    failed = f"{len(value.failed):,} failed" if value.failed else ""
    counts = row(f"{len(value.added):,} added", known, failed, f"{value.pages:,} pages", f"{value.seconds:.1f} s")
    reasons = items(f"<b>{line(item.file)}</b>: {escaped(item.message)}" for item in value.failed)
    unseen = "".join(row(dim(escaped(unseen_text(item)))) for item in value.unseen)
    return framed(counts, reasons, _unread(value.unread), unseen)


def _unread(unread: Sequence[Unread]) -> str:
    return "".join(row(dim(escaped(unread_text(item)))) for item in unread)


ANSWERS: dict[type[Value], Callable[[Any], str]] = {
    AddReport: add_report,
    Answer: answer,
    Citation: citation,
    Hit: hit,
}
