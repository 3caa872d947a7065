"""What a report shows of each failure: pages as pictures with the quote marked, or the passage that was expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from pdfqa.errors import PdfqaError
from pdfqa.evaluate.questions import Question
from pdfqa.evaluate.scoring import Seen, failure
from pdfqa.qa import PDFQA
from pdfqa.store.blobs import hash_file

WIDTH = 500  # pixels of a picture
MOST = 60  # pictures in a report
_LOOKED = 200  # hits looked through for the best passage of an expected page
_LONGEST = 800  # characters of a passage that are shown
_MARKED = 3  # places of an expected answer that are marked


class Exhibit(msgspec.Struct, kw_only=True):
    """One page: why it is shown, its picture, or else what stands there."""

    role: str
    page: int
    png: bytes = b""
    text: str = ""
    marked: bool = False


class _Wanted(msgspec.Struct, kw_only=True):
    exhibit: Exhibit
    document: str
    quotes: list[tuple[str, int]]


def failures(rows: Sequence[Seen]) -> list[Seen]:
    """Return the questions that failed."""
    return [seen for seen in rows if failure(seen)]


def exhibits(
    rows: Sequence[Seen], questions: Sequence[Question], options: dict[str, Any], most: int = MOST
) -> dict[str, list[Exhibit]]:
    """Return what is shown of each failure, by the id of its question.

    Args:
        rows: What came back.
        questions: The questions, which know where the PDFs are.
        options: Those of `PDFQA`.
        most: How many pictures are drawn, some of each kind of failure; beyond that there is text.
    """
    paths = {question.id: question.path for question in questions}
    document = cache(lambda path: hash_file(Path(path))[0])
    found: dict[str, list[Exhibit]] = {}
    drawn: list[_Wanted] = []
    with PDFQA(**options) as qa:
        for seen in _taking_turns(failures(rows)):
            path = paths.get(seen.id, "")
            wanted = list(_wanted(qa, seen, document(path) if path else ""))
            found[seen.id] = [one.exhibit for one in wanted]
            drawn += wanted[: max(0, most - len(drawn))]
        with ThreadPoolExecutor(max_workers=2) as threads:
            list(threads.map(lambda one: _draw(qa, one), drawn))
    untold: dict[str, list[Seen]] = {}
    for seen in failures(rows):
        if _missing(found[seen.id]):
            untold.setdefault(paths[seen.id], []).append(seen)
    for path, some in untold.items():
        with PDFQA(path, **options) as qa:
            for seen in some:
                _tell(qa, document(path), _missing(found[seen.id]), seen)
    return found


def _taking_turns(rows: Sequence[Seen]) -> list[Seen]:
    """Return failures so that the first of each kind come first: a bound on pictures then leaves no kind out."""
    ranks: dict[str, int] = {}
    order: list[tuple[int, int]] = []
    for place, seen in enumerate(rows):
        kind = failure(seen)
        ranks[kind] = ranks.get(kind, 0) + 1
        order.append((ranks[kind], place))
    return [rows[place] for _, place in sorted(order)]


def _wanted(qa: PDFQA, seen: Seen, document: str) -> Iterator[_Wanted]:
    """Yield the pages of a failure: the one that was quoted first, and an expected one."""
    first = seen.citations[0] if seen.citations else None
    if first is not None:
        same = [(one.quote, one.start) for one in seen.citations if (one.page, one.document) == _place(first)]
        hit = "" if not seen.gold else " (expected)" if first.page in seen.gold else " (not expected)"
        role = f"quoted: p. {first.page}{hit}"
        yield _Wanted(exhibit=Exhibit(role=role, page=first.page, marked=True), document=first.document, quotes=same)
    if seen.gold and document and not (first and first.page in seen.gold):
        quotes = _answer_places(qa, document, seen)
        role = f"expected: p. {seen.gold[0]}"
        yield _Wanted(
            exhibit=Exhibit(role=role, page=seen.gold[0], marked=bool(quotes)), document=document, quotes=quotes
        )


def _place(quoted: Any) -> tuple[int, str]:
    return quoted.page, quoted.document


def _answer_places(qa: PDFQA, document: str, seen: Seen) -> list[tuple[str, int]]:
    """Return where an expected answer stands on the expected page, word for word."""
    from pdfqa.pdf.phrases import spans_of

    try:
        text = qa.document(document).page((seen.gold or [0])[0]).text
    except PdfqaError:  # not read, or no such page: the picture says more
        return []
    for answer in seen.answers:
        spans = [span for part in _parts(answer) for span in spans_of(text, part)[:_MARKED]]
        if spans:
            return [(text[start:end], start) for start, end in spans]
    return []


def _parts(answer: Any) -> list[str]:
    parts = answer if isinstance(answer, list) else [answer]
    return [str(part) for part in parts if str(part).strip()]


def _draw(qa: PDFQA, wanted: _Wanted) -> None:
    """Draw a page, or say why it cannot be."""
    try:
        wanted.exhibit.png = qa.locator(wanted.document).picture(wanted.exhibit.page, wanted.quotes, WIDTH)
    except PdfqaError as error:
        wanted.exhibit.text = f"(no picture: {error.message})"


def _missing(found: Sequence[Exhibit]) -> list[Exhibit]:
    """Return the exhibits that are to be told in words; the quote is told with the answer anyway."""
    return [one for one in found if one.role.startswith("expected") and not one.png and not one.text]


def _tell(qa: PDFQA, document: str, missing: Sequence[Exhibit], seen: Seen) -> None:
    """Give the exhibits without a picture what stands there."""
    try:
        hits = qa.search(seen.question, k=_LOOKED)
        for exhibit in missing:
            best = next((hit.text for hit in hits if hit.page == exhibit.page), "")
            text = best or qa.document(document).page(exhibit.page).text
            exhibit.text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    except PdfqaError as error:
        for exhibit in missing:
            exhibit.text = f"(not shown: {error.message})"
