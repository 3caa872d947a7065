"""A question put to the documents without a model: whole, or part by part, or to each of several documents.

Parts and documents are searched and answered by themselves; their answers are joined, with one number for each quote.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer import Draft, Quote, extract
from pdfqa.answer.confidence import negated
from pdfqa.answer.parts import compares, joins, named, parts, to_each, without
from pdfqa.answer.turns import MORE_DOCUMENTS
from pdfqa.engine.answering import Sources
from pdfqa.engine.context import Engine
from pdfqa.engine.evidence import Looked, beside
from pdfqa.engine.finding import SourceFile, files_of
from pdfqa.search import Evidence

PASSAGES = 8  # that are looked through for the answer
THRESHOLD = 0.5  # confidence below which nothing was found
_LITTLE = 0.2  # the same for documents that are named, or compared
_MOST_DOCUMENTS = 6
_MOST_NAMED = 200  # documents whose names are held against a question
_LITTLE_SAID = 0.15  # share of the question that a quote must say, though its document is named
_DEEP = 60  # passages among which documents are looked for that a question is put to


class _Part(msgspec.Struct, frozen=True):
    """What one part of an answer is of: its draft, what was found for it, and what stands before it."""

    draft: Draft
    looked: Looked
    before: str = ""


def draft(engine: Engine, looked: Looked, sources: Sources) -> tuple[Looked, Draft]:
    """Return the answer to a question that was searched for, and what was found for it, which its quotes count on."""
    each = _documents(engine, looked, sources)
    if each is not None:
        return each
    questions = parts(looked.question)
    if len(questions) > 1:
        answered = [_answered(engine, _looked(engine, question, sources), sources) for question in questions]
        if any(part.draft.confidence >= THRESHOLD for part in answered):
            return _joined(answered, looked)
    part = _answered(engine, looked, sources)
    return part.looked, _naming(part)


def _looked(engine: Engine, question: str, sources: Sources, k: int = 0) -> Looked:
    return Looked(question, engine.vector_stores.find(sources, question, k or sources.max_results))


def _answered(engine: Engine, looked: Looked, sources: Sources, before: str = "") -> _Part:
    best = looked.evidence[:PASSAGES]
    looked = beside(engine, looked, sources)
    more = looked.evidence[len(best) :]
    return _Part(extract(looked.question, looked.found.terms, best, engine.embedder, more), looked, before)


def _documents(engine: Engine, looked: Looked, sources: Sources) -> tuple[Looked, Draft] | None:
    """Return an answer with a line for each document, where the question is to several."""
    question = looked.question
    if looked.found.searched < 2 or not looked.evidence:
        return None
    every = to_each(question) or compares(question)
    if not every and not joins(question):
        return None
    # What is named may not be among what was found first.
    files = {**looked.found.files, **files_of(engine, sources, _MOST_NAMED)}
    wanted = named(question, _names(files))
    if len(wanted) < 2 and not every:
        return None
    asked = without(question, [files[sha256].filename for sha256 in wanted])
    if len(wanted) < 2:
        found = {**looked.found.files, **_looked(engine, question, sources, _DEEP).found.files}
        files, wanted = {**files, **found}, list(found)
    # Of a document that is named something is told, though it says little of what is asked.
    least = _LITTLE if compares(question) or not every else THRESHOLD
    answered = []
    for sha256 in wanted[:_MOST_DOCUMENTS]:
        file = files[sha256]
        alone = msgspec.structs.replace(sources, stores=(), files=(file.id,))
        part = _answered(engine, _looked(engine, asked, alone), alone, f"{file.filename}: ")
        if part.draft.confidence >= least and _says_some(part) and not _denied(question, part):
            answered.append(part)
    if not answered:
        return None
    looked, joined = _joined(answered, looked, first=True)
    left = len(wanted) - _MOST_DOCUMENTS
    if left > 0:
        said = MORE_DOCUMENTS.get(languages.detect(question), MORE_DOCUMENTS["en"]).format(left)
        joined = msgspec.structs.replace(joined, text=f"{joined.text}\n{said}")
    return looked, joined


def _names(files: dict[str, SourceFile]) -> dict[str, str]:
    return {sha256: file.filename for sha256, file in files.items()}


def _says_some(part: _Part) -> bool:
    """Return whether an answer that is not sure says at least some of what is asked."""
    said = part.draft.features.get("own", 1.0)
    return bool(part.draft.quotes) and (part.draft.confidence >= THRESHOLD or said >= _LITTLE_SAID)


def _denied(question: str, part: _Part) -> bool:
    """Return whether a document says that it is none of those that are asked for."""
    quote = part.draft.quotes[0]
    language = part.looked.evidence[quote.evidence].language
    return not compares(question) and negated(quote.text, language) and not negated(question, language)


def _joined(answered: Sequence[_Part], looked: Looked, *, first: bool = False) -> tuple[Looked, Draft]:
    """Return parts as one answer; with `first`, only the first quote of each."""
    lines: list[str] = []
    quotes: list[Quote] = []
    evidence: list[Evidence] = []
    seen: set[tuple[str, str]] = set()
    files = dict(looked.found.files)
    for part in answered:
        if part.draft.confidence < (_LITTLE if first else THRESHOLD):
            lines.append(f"Not found: {part.looked.question}")
            continue
        chunks = _chunks(part.draft)[: 1 if first else None]
        for text, quote in zip(chunks, part.draft.quotes, strict=False):
            place = (part.looked.evidence[quote.evidence].document, quote.text)
            if place in seen:  # one sentence that answers both
                continue
            seen.add(place)
            quotes.append(msgspec.structs.replace(quote, evidence=quote.evidence + len(evidence)))
            told = text.replace("\n", "; ") if first else text
            lines.append(f"{part.before}{told} [{len(quotes)}]")
        evidence += part.looked.evidence
        files |= part.looked.found.files
    found = msgspec.structs.replace(looked.found, evidence=evidence, files=files)
    sure = max(THRESHOLD if first else 0.0, *(part.draft.confidence for part in answered))
    return msgspec.structs.replace(looked, found=found), Draft("\n".join(lines), quotes, sure)


def _naming(part: _Part) -> Draft:
    """Return an answer that names the documents of its lines, if they are of several."""
    evidence, files = part.looked.evidence, part.looked.found.files
    documents = [evidence[quote.evidence].document for quote in part.draft.quotes]
    if len(set(documents)) < 2:
        return part.draft
    chunks = _chunks(part.draft)
    lines = [
        f"{files[document].filename}: {text} [{number}]"
        for number, (text, document) in enumerate(zip(chunks, documents, strict=True), start=1)
    ]
    return msgspec.structs.replace(part.draft, text="\n".join(lines))


def _chunks(draft: Draft) -> list[str]:
    """Return what stands before each marker of an answer. Ours ends its line; one inside a quote is the document's."""
    chunks, start = [], 0
    for number in range(1, len(draft.quotes) + 1):
        marker = f" [{number}]\n"
        end = f"{draft.text}\n".find(marker, start)
        chunks.append(draft.text[start:end])
        start = end + len(marker)
    return chunks
