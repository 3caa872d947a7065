"""The failures of a report in full: what was asked, what was expected, what came back, and the pages."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pdfqa.evaluate.exhibits import Exhibit, failures
from pdfqa.evaluate.markup import table, text
from pdfqa.evaluate.scoring import Seen, failure

KINDS = {
    "error": ("Error", "something went wrong: the question was not answered at all"),
    "invented": ("Should have declined", "the documents do not answer it, and an answer was given"),
    "not in 5": ("Page not found", "no expected page was among the first five"),
    "declined": ("Declined", "“not found” was said, though an expected page was among the first five"),
    "1st, wrong": ("Right page, other words", "an expected page came first, but no expected answer was printed"),
    "2-5, wrong": ("Page lower, other words", "an expected page came second to fifth, no expected answer was printed"),
    "2-5": ("Page not first", "an expected page came second to fifth; the answer is right, or not known"),
}
_LONGEST = 1_200  # characters of an answer that are shown


def failures_html(rows: Sequence[Seen], shown: dict[str, list[Exhibit]], most: int) -> str:
    """Return the section of failures."""
    failed = failures(rows)
    if not failed:
        return '<h2 id="failures">Failures</h2><p>None: nothing that was expected is missing.</p>'
    counts = Counter(map(failure, failed))
    lines = [
        f'<tr><td><strong>{KINDS[kind][0]}</strong></td><td class="n">{counts[kind]}</td><td>{KINDS[kind][1]}</td></tr>'
        for kind in KINDS
        if counts[kind]
    ]
    pictures = sum(bool(one.png) for many in shown.values() for one in many)
    capped = sum(not one.png for many in shown.values() for one in many)
    bounded = (
        f" Pictures are bounded to {most}; the others have the passage of the expected page as text."
        if capped and pictures >= most
        else ""
    )
    articles = "".join(
        _article(seen, shown.get(seen.id, [])) for kind in KINDS for seen in failed if failure(seen) == kind
    )
    return (
        f'<h2 id="failures">Failures: {len(failed)} of {len(rows)} questions</h2>'
        "<p>Each one is here in full. An answer that is right in other words than the expected ones counts as a "
        f"failure too: judge for yourself.{bounded}</p>"
        f"{table('kinds', ['What happened', '#Questions', 'That is'], lines)}"
        f"{_filters(failed)}{articles}"
    )


def _filters(failed: Sequence[Seen]) -> str:
    parts = {
        "kind": {KINDS[failure(seen)][0] for seen in failed},
        "source": {seen.source for seen in failed},
        "lang": {seen.lang for seen in failed},
    }
    names = {"kind": "what happened", "source": "sources", "lang": "languages"}
    selects = "".join(
        f'<label>{names[name].capitalize()} <select data-filter="{name}"><option value="">all</option>'
        + "".join(f"<option>{text(value)}</option>" for value in sorted(values))
        + "</select></label>"
        for name, values in parts.items()
        if len(values) > 1
    )
    search = '<label>With the words <input data-filter="text" type="search"></label>'
    return f'<div class="filters">{selects}{search}<span id="shown" class="soft" aria-live="polite"></span></div>'


def _article(seen: Seen, shown: Sequence[Exhibit]) -> str:
    kind = KINDS[failure(seen)][0]
    lines = [("Expected", _expected(seen), "expected"), ("Answered", _answered(seen), "")]
    if seen.citations:
        quotes = "".join(
            f"<blockquote>p. {one.page}{' (OCR)' if one.ocr else ''}{'' if one.proved else ' — NOT PROVED'}: "
            f"“{text(one.quote)}”</blockquote>"
            for one in seen.citations
        )
        lines.append(("Quoted", quotes, ""))
    if seen.pages:
        lines.append(("Pages found", _found(seen), ""))
    if seen.error:
        lines.append(("Error", text(seen.error), ""))
    told = "".join(f'<dt>{name}</dt><dd class="{role}">{value}</dd>' for name, value, role in lines)
    about = " · ".join(text(part) for part in (Path(seen.pdf).name, seen.source, seen.lang, f"row {seen.id}") if part)
    data = f'data-kind="{text(kind)}" data-source="{text(seen.source)}" data-lang="{text(seen.lang)}"'
    wide = " one" if sum(bool(one.png or one.text) for one in shown) == 1 else ""
    return (
        f'<article class="{"tall" if shown else ""}{wide}" {data}><div>'
        f'<h3><span class="badge">{kind}</span>{text(seen.question)}</h3>'
        f"<small>{about}</small><dl>{told}</dl></div>{_shown(shown)}</article>"
    )


def _expected(seen: Seen) -> str:
    if not seen.answerable:
        return "no answer: the documents do not say"
    answers = " — or — ".join(_one(answer) for answer in dict.fromkeys(map(_plain, seen.answers)))
    pages = ", ".join(map(str, seen.gold or []))
    return " · ".join(part for part in (answers, f"on p. {pages}" if pages else "") if part)


def _plain(answer: Any) -> str:
    return " and ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def _one(answer: str) -> str:
    return text(answer if len(answer) <= _LONGEST else f"{answer[:_LONGEST]}…")


def _answered(seen: Seen) -> str:
    if seen.outcome == "answered":
        sure = f" <small>({seen.confidence:.0%} sure)</small>" if seen.confidence is not None else ""
        return _one(seen.answer) + sure
    if "ask" not in seen.seconds and seen.outcome == "error" and not seen.error:
        return "<em>not asked, only searched for</em>"
    said = {"not_found": "declined: not found", "unreadable": "the document could not be read"}
    return f"<em>{said.get(seen.outcome, 'nothing')}</em>"


def _found(seen: Seen) -> str:
    gold = seen.gold or []
    return ", ".join(
        f'<span class="right" title="expected">{page} (expected)</span>' if page in gold else str(page)
        for page in seen.pages
    )


def _shown(shown: Sequence[Exhibit]) -> str:
    pieces = []
    for one in shown:
        if one.png:
            data = base64.b64encode(one.png).decode()
            marked = ", marked" if one.marked else ""
            pieces.append(
                f"<figure><figcaption>{text(one.role)}{marked}</figcaption>"
                f'<img loading="lazy" alt="{text(one.role)}" src="data:image/png;base64,{data}"></figure>'
            )
        elif one.text:
            pieces.append(
                f"<figure><figcaption>{text(one.role)}</figcaption><blockquote>{text(one.text)}</blockquote></figure>"
            )
    return f'<div class="pictures">{"".join(pieces)}</div>' if pieces else ""
