"""A message as HTML: its text, its citation markers linked to their quotes, and the pages of the quotes."""

from __future__ import annotations

from html import escape

from pdfqa.notebook.answers import quoted
from pdfqa.notebook.parts import badge, code, dim, escaped, framed, line, row
from pdfqa.notebook.pictures import Spot, figures, locator_of
from pdfqa.render import one_line, place
from pdfqa.wire import objects as wire


def message(value: wire.Message) -> str:
    """Return who said it, the text with its markers, the quotes they stand for, and their pages."""
    state = badge(value.status) if value.status != "completed" else ""
    head = row(f"<b>{line(value.role)}</b>", dim(code(value.id)), state)
    texts = "".join(f'<div style="white-space:pre-line">{_part(value, part)}</div>' for part in value.content)
    marks = _distinct(value).values()
    quotes = "".join(_quote(value, number, mark) for number, mark in enumerate(marks, 1))
    pages = figures(_spot(value, mark) for mark in marks)
    return framed(head, texts, f'<div style="margin-top:.5em">{quotes}</div>' if quotes else "", pages)


def _distinct(value: wire.Message) -> dict[tuple[object, ...], wire.Annotation]:
    """Return the first of each citation: the same quote may be cited twice."""
    marks: dict[tuple[object, ...], wire.Annotation] = {}
    for mark in value.annotations:
        marks.setdefault(_same(mark), mark)
    return marks


def _same(mark: wire.Annotation) -> tuple[object, ...]:
    cited = mark.file_citation
    return mark.text, cited.file_id, cited.page, cited.start, cited.quote


def _part(value: wire.Message, part: wire.MessageContent) -> str:
    if isinstance(part, wire.RefusalContent):
        return escaped(part.refusal)
    if not isinstance(part, wire.TextContent):
        return dim("(an image)")
    text, at, pieces = part.text.value, 0, []
    numbers = {same: number for number, same in enumerate(_distinct(value), 1)}
    for mark in sorted(part.text.annotations, key=lambda mark: mark.start_index):
        if not at <= mark.start_index <= mark.end_index <= len(text):
            continue  # not ours: what a server sends may not fit
        pieces += [escaped(text[at : mark.start_index]), _marker(value, mark, numbers[_same(mark)])]
        at = mark.end_index
    return "".join([*pieces, escaped(text[at:])])


def _marker(value: wire.Message, mark: wire.Annotation, number: int) -> str:
    tip = escape(one_line(mark.file_citation.quote))
    link = f'<a href="#{_anchor(value, number)}" title="{tip}" style="color:inherit">{line(mark.text)}</a>'
    return f"<sup>{link}</sup>"


def _quote(value: wire.Message, number: int, mark: wire.Annotation) -> str:
    cited = mark.file_citation
    words = line(cited.filename or cited.file_id)
    if cited.quote:
        words = quoted(escaped(_place(cited)), cited.quote, verified=cited.verified)
    return f'<div id="{_anchor(value, number)}" style="margin:.25em 0">{line(mark.text)} {words}</div>'


def _anchor(value: wire.Message, number: int) -> str:
    return line(f"{value.id}-{number}")


def _spot(value: wire.Message, mark: wire.Annotation) -> Spot:
    cited = mark.file_citation
    locator = locator_of(value, cited.file_id) if cited.page and cited.quote else None
    where = _place(cited)
    return Spot(locator=locator, page=cited.page, quote=cited.quote, start=cited.start, place=where, mark=mark.text)


def _place(cited: wire.FileCitation) -> str:
    return place(cited.filename or cited.file_id, cited.page, cited.label, cited.source)
