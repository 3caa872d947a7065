"""Summaries, filled schemas and comparisons as text; see `pdfqa.render`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from pdfqa.render import (
    PLAIN,
    Look,
    aligned,
    citation_text,
    clean,
    one_line,
    pages_text,
    place,
    price_text,
    unread_text,
    wrap,
)
from pdfqa.results import (
    Change,
    Changes,
    Comparison,
    Copies,
    Estimate,
    Estimates,
    Extraction,
    Extractions,
    Field,
    Point,
    Side,
    Summaries,
    Summary,
)
from pdfqa.types import Citation

_LONGEST_VALUE = 300  # characters of a value that are shown
_MOST_CHANGES = 200  # that are shown
_VERSIONS = 0.1  # share of what they have in common from which on two documents are versions of one
_UNLIKE = (
    "These documents have next to nothing in common: they are no versions of one document. Ask both a question "
    '(pdfqa compare A.pdf B.pdf "…"); --json has all differences.'
)
_MOST_QUOTES = 3  # of one field
_NOTHING_PROVED = (
    "NOTHING in this summary was found in the document. A larger model does better; without --model it is quoted."
)
_EXTRACTIVE = "extractive"
_UNPROVED = "(unverified)"


def text(value: Any, look: Look = PLAIN) -> str:
    """Return one of `pdfqa.results` as people read it."""
    return _TEXTS[type(value)](value, look)


def summaries_text(value: Summaries, look: Look = PLAIN) -> str:
    """Return summaries, one after the other."""
    return "\n\n".join(summary_text(one, look) for one in value)


def summary_text(value: Summary, look: Look = PLAIN) -> str:
    """Return a summary: which document, what it says with the places, and what is not in it."""
    pages = f"{value.pages:,} page{'' if value.pages == 1 else 's'}"
    head = wrap(f"{one_line(value.file)} · {pages} · {value.words:,} words", look.width)
    parts = [look.bold(head)]
    if value.missing:
        missing = sorted({page for one in value.missing for page in one.pages})
        about = f"INCOMPLETE: page{'' if len(missing) == 1 else 's'} {pages_text(missing)} are not in this summary: "
        parts.append(look.warn(wrap(about + one_line(value.missing[0].reason), look.width, "", "  ")))
    if not value.sections or not any(section.points for section in value.sections):
        parts.append("Nothing in it can be summarised: no page has sentences.")
    elif value.model == _EXTRACTIVE:
        parts += _sections(value, look)
    else:
        if not any(point.supported for section in value.sections for point in section.points):
            parts.append(look.warn(wrap(_NOTHING_PROVED, look.width, "", "  ")))
        parts += ["", _coloured(wrap(clean(value.text), look.width), look), ""]
        parts += [citation_text(one, number, look) for number, one in enumerate(value.citations, 1)]
    parts += [unread_text(one, look) for one in value.unread]
    return "\n".join(parts)


def _sections(value: Summary, look: Look) -> Iterator[str]:
    """Yield the points of a summary under their headings; a quote is its own proof, so that its place is enough."""
    for section in value.sections:
        yield ""
        if section.heading:
            yield look.bold(wrap(one_line(section.heading), look.width))
        for point in section.points:
            yield _point(value, point, look)


def _point(value: Summary, point: Point, look: Look) -> str:
    places = ", ".join(_page(value.citations[number - 1]) for number in point.citations)
    lines = wrap(f"{one_line(point.text)} ({places})", look.width, "• ", "  ")
    return lines.replace(f"({places})", look.mark(f"({places})"))


def _page(citation: Citation) -> str:
    where = place("", citation.page, citation.label, citation.source).removeprefix(", ")
    return where.replace(" (", ", ").replace(")", "")


def _coloured(lines: str, look: Look) -> str:
    return lines.replace(_UNPROVED, look.warn(_UNPROVED))


def estimates_text(value: Estimates, look: Look = PLAIN) -> str:
    """Return what summaries would take, and of several their sum."""
    lines = [estimate_text(one, look) for one in value]
    if len(lines) > 1:
        calls = sum(one.calls - one.kept for one in value)
        sent, written = sum(one.prompt_tokens for one in value), sum(one.completion_tokens for one in value)
        prices = [one.price for one in value if one.price is not None]
        total = price_text(sum(prices)) if len(prices) == len(lines) else "price not known"
        lines.append(look.bold(f"together: {calls:,} calls, {sent:,} tokens in, {written:,} out, {total}"))
    return "\n".join(lines)


def estimate_text(value: Estimate, look: Look = PLAIN) -> str:
    """Return what a summary would take."""
    if value.model == _EXTRACTIVE:
        return wrap(f"{one_line(value.file)}: no model is asked, so it costs nothing.", look.width, "", "  ")
    kept = f", of which {value.kept:,} are done already" if value.kept else ""
    cost = "price not known" if value.price is None else price_text(value.price)
    said = (
        f"{one_line(value.file)}: {value.pages:,} pages, about {value.words:,} words. {one_line(value.model)} would be "
        f"asked {value.calls:,} times{kept}: about {value.prompt_tokens:,} tokens in, {value.completion_tokens:,} out, "
        f"{cost}."
    )
    return wrap(said, look.width, "", "  ")


def extractions_text(value: Extractions, look: Look = PLAIN) -> str:
    """Return filled schemas, one after the other."""
    return "\n\n".join(extraction_text(one, look) for one in value)


def extraction_text(value: Extraction, look: Look = PLAIN) -> str:
    """Return the fields of a filled schema, each with its value and where it is from, or why it has none."""
    found = sum(field.state in ("found", "given") for field in value.fields)
    parts = [look.bold(wrap(f"{one_line(value.file)}: {found} of {len(value.fields)} fields", look.width))]
    parts += [field_text(field, look) for field in value.fields]
    if value.missing:
        parts.append(look.warn(wrap(f"Required, and missing: {', '.join(value.missing)}", look.width, "", "  ")))
    parts += [unread_text(one, look) for one in value.unread]
    return "\n".join(parts)


def field_text(field: Field, look: Look = PLAIN) -> str:
    """Return a field: its value and the quote that it is from, or why it has none."""
    if field.value is None:
        mark = " (required)" if field.required else ""
        lines = [wrap(f"{one_line(field.path)}{mark}: – {one_line(field.reason)}", look.width, "  ", "    ")]
        return "\n".join([*lines, *(_quoted(citation, look, "nearest, ") for citation in field.citations[:1])])
    if isinstance(field.value, list) and field.value and isinstance(field.value[0], dict):
        lines = [wrap(f"{one_line(field.path)}:", look.width, "  ", "    "), _rows(field.value, look)]
        return "\n".join([*lines, *(look.dim(f"    {_page(citation)}") for citation in field.citations[:1])])
    shown = one_line(msgspec.json.encode(field.value).decode())
    shown = shown if len(shown) <= _LONGEST_VALUE else f"{shown[: _LONGEST_VALUE - 1]}…"
    lines = [wrap(f"{one_line(field.path)}: {shown}", look.width, "  ", "    ")]
    lines += [_quoted(citation, look) for citation in field.citations[:_MOST_QUOTES]]
    if len(field.citations) > _MOST_QUOTES:
        lines.append(f"    and {len(field.citations) - _MOST_QUOTES} more")
    return "\n".join(lines)


def _rows(values: Sequence[dict[str, Any]], look: Look) -> str:
    """Return objects as the rows of a table."""
    texts = [["" if cell is None else _plain(cell) for cell in row.values()] for row in values]
    return aligned([list(values[0]), *texts], 1, look.width, "    ")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _quoted(citation: Citation, look: Look, what: str = "") -> str:
    where = what + _page(citation) + ("" if citation.verified else " (UNVERIFIED)")
    return look.dim(wrap(f'{where}: "{one_line(citation.quote)}"', look.width, "    ", "    "))


def comparison_text(value: Comparison, look: Look = PLAIN) -> str:
    """Return what each document says, how that differs, and the citations of all, numbered through."""
    parts: list[str] = []
    proofs: list[str] = []
    for side in value.sides:
        parts.append(look.bold(wrap(one_line(side.file), look.width)))
        parts += [_said(side, len(proofs), look), ""]
        proofs += [citation_text(one, len(proofs) + at, look) for at, one in enumerate(side.citations, 1)]
    parts += [look.bold(wrap(clean(value.difference), look.width)), ""]
    if value.written:
        words = _renumbered(value.written, len(proofs))
        parts += [_coloured(wrap(clean(words), look.width), look), ""]
        proofs += [citation_text(one, len(proofs) + at, look) for at, one in enumerate(value.citations, 1)]
    parts += [*proofs, *(unread_text(one, look) for side in value.sides for one in side.unread)]
    return "\n".join(parts).rstrip("\n")


def _said(side: Side, before: int, look: Look) -> str:
    words = _renumbered(side.text.strip() or "Not found in the document.", before)
    lines = wrap(clean(words), look.width, "  ", "  ")
    return re.sub(r"\[\d+\]", lambda mark: look.mark(mark[0]), lines)


def _renumbered(text: str, before: int) -> str:
    return re.sub(r"\[(\d+)\]", lambda mark: f"[{int(mark[1]) + before}]", text)


def _quotes(change: Change) -> set[str]:
    return {one_line(citation.quote) for citation in (change.before, change.after) if citation is not None}


def changes_text(value: Changes, look: Look = PLAIN) -> str:
    """Return what differs between two versions: what was there after -, what is there after +."""
    counts = Counter(change.kind for change in value)
    told = [f"{counts[kind]:,} {kind}" for kind in ("added", "removed", "changed") if counts[kind]]
    head = f"{one_line(value.before)} → {one_line(value.after)}: {', '.join(told) or 'nothing differs'}"
    parts = [look.bold(wrap(f"{head}, {value.same:,} the same", look.width, "", "  "))]
    if value.alike < _VERSIONS:
        return "\n".join([*parts, "", wrap(_UNLIKE, look.width), *(unread_text(one, look) for one in value.unread)])
    section = None
    for change in value.changes[:_MOST_CHANGES]:
        if change.section != section:
            section = change.section
            parts.append("")
            if section and one_line(section) not in _quotes(change):  # a heading that was added is not shown twice
                parts.append(look.bold(wrap(one_line(section), look.width)))
        for sign, citation, paint in (("-", change.before, look.warn), ("+", change.after, look.mark)):
            if citation is not None:
                parts.append(
                    paint(wrap(f"{one_line(citation.quote)} ({_page(citation)})", look.width, f"{sign} ", "  "))
                )
    if len(value) > _MOST_CHANGES:
        parts += ["", f"and {len(value) - _MOST_CHANGES:,} more (--json has all)"]
    return "\n".join([*parts, *(unread_text(one, look) for one in value.unread)])


def copies_text(value: Copies, look: Look = PLAIN) -> str:
    """Return where quotes are highlighted, and what else is to be said of the copies."""
    what = "quote is" if value.marked == 1 else "quotes are"
    told = [f"{value.marked:,} {what} highlighted in {', '.join(map(one_line, value.files))}"] if value.files else []
    lines = [wrap(line, look.width, "", "  ") for line in told]
    return "\n".join([*lines, *(look.warn(wrap(one_line(note), look.width, "", "  ")) for note in value.notes)])


_TEXTS: dict[type[Any], Callable[[Any, Look], str]] = {
    Summaries: summaries_text,
    Summary: summary_text,
    Estimates: estimates_text,
    Estimate: estimate_text,
    Extractions: extractions_text,
    Comparison: comparison_text,
    Changes: changes_text,
    Extraction: extraction_text,
    Copies: copies_text,
}
