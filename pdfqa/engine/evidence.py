"""What was found for a question: passages, the files they are of, and citations of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from pdfqa.answer import Quote
from pdfqa.engine.answering import Question, Searched, Sources, Turn
from pdfqa.engine.context import Engine
from pdfqa.errors import PdfqaError
from pdfqa.query_terms import Term
from pdfqa.search import Evidence
from pdfqa.types import Box
from pdfqa.verify import stands
from pdfqa.wire import FileCitation, SearchResult, TextPiece

_SHORT = 6  # words; a follow-up that is no longer is read together with the question before
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a document is found as."""

    id: str
    filename: str
    attributes: dict[str, Any] | None = {}


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What a search gave: the question as it was asked of it, its terms, the best passages, and the files they are of.

    `searched` is how many documents were looked through.
    """

    question: str
    terms: list[Term] = []
    evidence: list[Evidence] = []
    files: dict[str, SourceFile] = {}
    searched: int = 0

    @property
    def not_found(self) -> str:
        """Return what is said where nothing answers the question."""
        if not self.searched:
            return "Not found: there are no documents to search."
        return f"Not found in the document{'s' if self.searched > 1 else ''}."


def look(engine: Engine, question: Question, sources: Sources) -> Looked:
    """Return what the documents hold on a question."""
    text = asked(question.turns)
    find = getattr(engine.vector_stores, "find", None)
    if find is None:
        store = sources.stores[0]
        got = engine.vector_stores.search(store, text, k=sources.max_results)
        inside = {entry.id for entry in engine.vector_stores.files(store)}
        files = {}
        for sha256 in {piece.document for piece in got.evidence}:
            file = next(file for file in engine.file_objects.with_key(sha256) if file.id in inside)
            files[sha256] = SourceFile(id=file.id, filename=file.filename)
        return Looked(question=text, terms=got.terms, evidence=got.evidence, files=files, searched=len(inside))
    found = find(sources, text, sources.max_results)
    return Looked(question=text, terms=found.terms, evidence=found.evidence, files=found.files, searched=found.searched)


def asked(turns: Sequence[Turn]) -> str:
    """Return the last question; a short follow-up is joined to the question before it."""
    questions = [turn.text for turn in turns if turn.role == "user" and turn.text.strip()]
    if not questions:
        return ""
    if len(questions) > 1 and len(questions[-1].split()) <= _SHORT:
        # A year asked now takes the place of the one asked before.
        earlier = _YEAR.sub("", questions[-2]) if _YEAR.search(questions[-1]) else questions[-2]
        return f"{earlier} {questions[-1]}"
    return questions[-1]


def searched(engine: Engine, looked: Looked) -> Searched:
    """Return that the documents were searched, with the results as the wire has them."""
    results = []
    for piece in looked.evidence:
        file, passage = looked.files[piece.document], piece.passage
        results.append(
            SearchResult(
                file_id=file.id,
                filename=file.filename,
                score=piece.score,
                attributes=file.attributes,
                content=[TextPiece(text=piece.text)],
                page=piece.page.number,
                label=piece.page.label,
                quote=piece.text,
                start=passage.start,
                end=passage.end,
            )
        )
    return Searched(id=engine.new_id("call_"), queries=[looked.question], results=results, evidence=looked.evidence)


def cite(engine: Engine, looked: Looked, quote: Quote, *, supported: bool = True, boxes: bool = True) -> FileCitation:
    """Return the citation of a quote: verified if it says what it is cited for, and stands on its page."""
    piece = looked.evidence[quote.evidence]
    page, file = piece.page, looked.files[piece.document]
    verified = supported and stands(quote.text, page.text, quote.start, quote.end)
    return FileCitation(
        file_id=file.id,
        page=page.number,
        label=page.label,
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        verified=verified,
        score=round(quote.weight, 4),
        filename=file.filename,
        boxes=_boxes(engine, piece, quote) if boxes and verified else [],
    )


def _boxes(engine: Engine, piece: Evidence, quote: Quote) -> list[tuple[float, float, float, float]]:
    """Return where a quote stands on its page; nowhere, if the PDF cannot be looked into."""
    try:
        path = str(engine.blobs.locate(piece.document))
        password = engine.settings.password
        boxes = _found(path, piece.document, piece.page.number, quote.text, quote.start, password)
    except PdfqaError:
        return []
    return [(box.x0, box.y0, box.x1, box.y1) for box in boxes]


@lru_cache(maxsize=4096)
def _found(path: str, _: str, page: int, quote: str, start: int, password: str | None) -> tuple[Box, ...]:
    """Look into a PDF, once for each quote of a content: it takes 5 ms, one after the other."""
    from pdfqa import pdf  # most answers need no box

    return tuple(pdf.find_boxes(path, page, quote, password, start=start))
