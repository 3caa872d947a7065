"""What was found for a question: passages, the files they are of, and citations of them."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

import msgspec

from pdfqa import languages, phrases
from pdfqa.answer import Quote
from pdfqa.answer.kinds import Kind, expected
from pdfqa.engine.answering import Question, Searched, Sources, Turn
from pdfqa.engine.context import Engine
from pdfqa.engine.finding import Located
from pdfqa.pages import label_at
from pdfqa.passages import table_rows
from pdfqa.search import Evidence, shortened
from pdfqa.types import Box
from pdfqa.verify import stands
from pdfqa.wire import FileCitation

_SHORT = 6  # words; a longer question is read alone
_FEW = 3  # words, of which one that names something does not make a whole question
_FRAGMENT = 10  # characters of a question in one word, or without spaces
_REASONS = 2  # for which files could not be read, that are told
_STATEMENT_PASSAGES = 8
_FIRST = 3  # passages whose documents are asked for their statements
_MOST_LOOKED_UP = 4096
_looked_up: dict[tuple[str, int, int, str], list[Box]] = {}
_looking_up = threading.Lock()  # several questions are answered at once
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Looked(msgspec.Struct, frozen=True):
    """What was asked of a search, what it found, and what could not be searched."""

    question: str
    found: Located
    unread: str = ""

    @property
    def evidence(self) -> list[Evidence]:
        """Return the passages that were found, best first."""
        return self.found.evidence

    @property
    def not_found(self) -> str:
        """Return what is said where nothing answers the question."""
        said = f"Not found in the document{'s' if self.found.searched > 1 else ''}."
        if not self.found.searched:
            said = "Not found: there are no documents to search."
        return f"{said} {self.unread}" if self.unread else said


def look(engine: Engine, question: Question, sources: Sources) -> Looked:
    """Return what the documents hold on a question."""
    text = asked(question.turns)
    found = engine.vector_stores.find(sources, text, sources.max_results)
    return Looked(text, found, _unread(engine, sources))


def beside(engine: Engine, looked: Looked, sources: Sources) -> Looked:
    """Return what was found with what the main statements of a report hold on a question about an amount.

    Search thinks little of a balance sheet, which says everything once: its pages come after all others. Only the
    documents that stand first are asked again.
    """
    ask = expected(looked.question, languages.detect(looked.question))
    if ask.kind is not Kind.AMOUNT:
        return looked
    first = dict.fromkeys(piece.document for piece in looked.evidence[:_FIRST])
    if not first:
        return looked
    files = tuple(looked.found.files[document].id for document in first)
    alone = msgspec.structs.replace(sources, stores=(), files=files) if looked.found.searched > 1 else sources
    more = engine.vector_stores.find(alone, f"{phrases.STATEMENTS} {looked.question}", _STATEMENT_PASSAGES)
    pages = {(piece.document, piece.page.number) for piece in looked.evidence}
    added = [piece for piece in more.evidence if (piece.document, piece.page.number) not in pages]
    found = msgspec.structs.replace(
        looked.found, evidence=[*looked.evidence, *added], files={**more.files, **looked.found.files}
    )
    return msgspec.structs.replace(looked, found=found)


def _unread(engine: Engine, sources: Sources) -> str:
    """Return which files of the vector stores are not searched, and why: what was asked for may be in them."""
    entries = engine.store_file_objects
    failed = pending = 0
    reasons: list[str] = []
    for store_id in sources.stores:
        tally = entries.tally(parent=store_id)
        failed += tally.get("failed", 0)
        pending += tally.get("in_progress", 0)
        if tally.get("failed") and len(reasons) < _REASONS:
            page = entries.list(parent=store_id, tag="failed", order="asc", limit=_REASONS)
            reasons += [entry.last_error.message.rstrip(".") + "." for entry in page.data if entry.last_error]
    said = reasons[:_REASONS]
    if failed > len(said):
        said.append(f"{failed - len(said):,} more file{'s' if failed > len(said) + 1 else ''} could not be read.")
    if pending:
        said.append(f"{pending:,} file{'s are' if pending > 1 else ' is'} still being read.")
    return " ".join(said)


def asked(turns: Sequence[Turn]) -> str:
    """Return the last question; one that points back is joined to the question before it."""
    questions = [shortened(turn.text) for turn in turns if turn.role == "user" and turn.text.strip()]
    if not questions:
        return ""
    if len(questions) > 1 and _points_back(questions[-1], questions[-2]):
        # A year asked now takes the place of the one asked before.
        earlier = _YEAR.sub("", questions[-2]) if _YEAR.search(questions[-1]) else questions[-2]
        return f"{earlier} {questions[-1]}"
    return questions[-1]


def _points_back(text: str, before: str) -> bool:
    """Return whether a question needs the one before it: it is short, and goes on from it or names next to nothing."""
    words = [word.strip("¿?¡!.,;:\"'").casefold() for word in text.split()]
    if len(words) > _SHORT:
        return False
    start = " ".join(words)
    if any(f"{start} ".startswith(f"{word} ") for word in phrases.CONNECTING) or not phrases.POINTING.isdisjoint(words):
        return True
    if len(words) == 1:  # or written without spaces
        return len(text.strip()) <= _FRAGMENT
    analyzer = languages.analyzer(languages.detect(f"{before} {text}") or "en")
    named = [word for word in analyzer.terms(text) if not analyzer.stop(word) and not word.isdigit()]
    return len(named) < (1 if len(words) > _FEW else 2)


def searched(engine: Engine, looked: Looked) -> Searched:
    """Return that the documents were searched, with the results as the wire has them."""
    results = [looked.found.result(piece) for piece in looked.evidence]
    return Searched(id=engine.new_id("call_"), queries=[looked.question], results=results, evidence=looked.evidence)


def cite(engine: Engine, looked: Looked, quote: Quote, *, supported: bool = True, boxes: bool = True) -> FileCitation:
    """Return the citation of a quote: verified if it says what it is cited for, and stands on its page."""
    piece = looked.evidence[quote.evidence]
    page, file = piece.page, looked.found.files[piece.document]
    verified = supported and page.number > 0 and stands(quote.text, page.text, quote.start, quote.end)
    return FileCitation(
        file_id=file.id,
        page=page.number,
        label=label_at(page, quote.start),
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        verified=verified,
        score=round(quote.weight, 4),
        filename=file.filename,
        boxes=_boxes(engine, piece, quote) if boxes and verified else [],
        source="ocr" if page.source == "ocr" else "text",
        table=table_rows(page, quote.start, quote.end),
    )


def _boxes(engine: Engine, piece: Evidence, quote: Quote) -> list[tuple[float, float, float, float]]:
    """Return where a quote stands on its page; nowhere, if the PDF cannot be looked into.

    It takes 5 ms, one after the other, so it is done once for each quote of a content.
    """
    place = (piece.document, piece.page.number, quote.start, quote.text)
    found = _looked_up.get(place)
    if found is None:
        from pdfqa import pdf  # most answers need no box

        try:
            path, password = engine.blobs.locate(piece.document), engine.settings.password
            places = piece.page.places
            found = pdf.find_boxes(path, piece.page.number, quote.text, password, start=quote.start, places=places)
        except Exception:  # noqa: BLE001 - whatever is wrong with the PDF by now, the answer stands
            return []
        with _looking_up:
            if len(_looked_up) >= _MOST_LOOKED_UP:
                _looked_up.clear()
            _looked_up[place] = found
    return [(box.x0, box.y0, box.x1, box.y1) for box in found]
