"""Compare documents: what each says to one question, or what differs between two versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from pdfqa.config import EXTRACTIVE
from pdfqa.engine.answering import Finished, Question, Sources, Turn, answer
from pdfqa.engine.context import Engine
from pdfqa.engine.replying import Replying
from pdfqa.engine.whole import Whole
from pdfqa.pages import Page, Passage
from pdfqa.prices import price
from pdfqa.results import Change, Changes, Comparison, Side
from pdfqa.search import Evidence
from pdfqa.types import Citation
from pdfqa.whole import comparing, said, versions
from pdfqa.whole.parts import comparison
from pdfqa.wire import Usage

Report = Callable[[int, int], None]  # how many documents are done, of how many
_MARK = re.compile(r"\s*\[\d+\]")


def compare(
    engine: Engine, wholes: Sequence[tuple[Whole, str]], question: str, *, again: bool, report: Report
) -> Comparison:
    """Return what each document says to a question, and how that differs.

    Args:
        engine: The engine.
        wholes: The documents, each with the vector store that holds it alone.
        question: What is asked of each.
        again: Whether a model is asked anew to compare what it has compared before.
        report: Told how many documents are done, of how many.
    """
    model = engine.settings.model or EXTRACTIVE
    sides, told = [], []
    usage = Usage()
    names = comparing.short_names([whole.shown for whole, _ in wholes])
    for number, (whole, store) in enumerate(wholes):
        asked = Question(
            model=model, turns=[Turn(role="user", text=question)], sources=Sources(stores=(store,)), boxes=False
        )
        done = next(one for one in answer(engine, asked) if isinstance(one, Finished))
        usage += done.usage
        marked = {done.text[one.start : one.end]: one.citation for one in done.citations}  # each number once
        cited = list(map(whole.cited, marked.values()))
        text = _MARK.sub("", done.text) if done.found else ""
        one = comparing.told(names[number], question, text, [c.quote for c in cited if c.verified], whole.language)
        told.append(one)
        outcome = "answered" if done.found else _outcome(whole)
        sides.append(
            Side(
                file=whole.shown,
                text=done.text,
                outcome=outcome,
                citations=cited,
                value=one.value,
                unit=one.unit,
                unread=whole.unread,
            )
        )
        report(number + 1, len(wholes))
    result = Comparison(question=question, sides=sides, difference=comparing.difference(told), model=model)
    return _written(engine, wholes, result, usage, again=again)


def _outcome(whole: Whole) -> str:
    missing = sum(len(part.pages) for part in whole.unread)
    return "unreadable" if 2 * missing > whole.document.pages else "not_found"


def _written(
    engine: Engine, wholes: Sequence[tuple[Whole, str]], result: Comparison, usage: Usage, *, again: bool
) -> Comparison:
    """Return a comparison with a model's words on it, if there is a model, and at least two documents to compare."""
    settings = engine.settings
    model = engine.model_for(settings.model or EXTRACTIVE)
    cited = [
        (whole, citation)
        for (whole, _), side in zip(wholes, result.sides, strict=True)
        for citation in side.citations
        if citation.verified and side.found
    ]
    if model is None or len({whole.sha256 for whole, _ in cited}) < 2:
        return _priced(engine, result, usage)
    evidence = [_evidence(engine, whole, citation) for whole, citation in cited]
    replying = Replying(engine, model, cited[0][0].sha256, again=again)
    named = [(whole.shown, piece) for (whole, _), piece in zip(cited, evidence, strict=True)]
    request = comparison(result.question, named, engine.context_tokens)
    reply = replying.ask(request.messages, request.most)
    read = said.read(reply.text, evidence, request.given, engine.embedder, cut=reply.reason == "length")
    citations: list[Citation] = []
    lines = []
    for one in read.sentences:
        numbers = []
        for quote in one.quotes:
            piece = evidence[quote.evidence]
            whole = cited[quote.evidence][0]
            made = whole.cite(piece.page, quote.start, quote.end, score=quote.weight, supported=one.supported)
            if made not in citations:
                citations.append(made)
            numbers.append(citations.index(made) + 1)
        marks = "".join(f"[{number}]" for number in dict.fromkeys(numbers))
        lines.append(" ".join(filter(None, [one.text, marks, "" if one.supported else said.UNPROVED])))
    result = msgspec.structs.replace(
        result,
        written=" ".join(lines),
        citations=citations,
        supported=all(one.supported for one in read.sentences),
    )
    return _priced(engine, result, usage + replying.usage)


def _priced(engine: Engine, result: Comparison, usage: Usage) -> Comparison:
    known = price(engine.settings)
    return msgspec.structs.replace(
        result,
        usage=msgspec.to_builtins(usage) if usage.total_tokens else {},
        price=known.of(usage.prompt_tokens, usage.completion_tokens) if known else None,
    )


def _evidence(engine: Engine, whole: Whole, citation: Citation) -> Evidence:
    page = engine.documents.page(whole.sha256, citation.page)
    return Evidence(
        document=whole.sha256,
        page=page,
        passage=Passage(page.number, citation.start, citation.end),
        language=whole.language,
        score=citation.score,
        keyword=0.0,
        vector=0.0,
        terms=(),
    )


def changes(before: Whole, after: Whole) -> Changes:
    """Return what differs between two versions of a document."""
    pages: dict[str, dict[int, Page]] = {}
    pieces = []
    for whole in (before, after):
        pages[whole.sha256] = {page.number: page for page in whole.pages()}
        pieces.append(versions.pieces(pages[whole.sha256].values(), whole.language))
    found, same = versions.compare(*pieces)
    kept = same + sum(one.kind == "changed" for one in found)

    def cited(whole: Whole, piece: versions.Piece | None) -> Citation | None:
        return whole.cite(pages[whole.sha256][piece.page], piece.start, piece.end) if piece else None

    return Changes(
        before=before.shown,
        after=after.shown,
        changes=[
            Change(
                kind=one.kind,
                section=(one.after or one.before or pieces[0][0]).section,
                before=cited(before, one.before),
                after=cited(after, one.after),
            )
            for one in found
        ],
        same=same,
        alike=round(kept / max(1, min(map(len, pieces))), 4),
        unread=[*before.unread, *after.unread],
    )
