"""What OpenAI found, found again: its chunks on the pages of documents that we have read."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pdfqa.engine.answering import Searched
from pdfqa.engine.context import Engine
from pdfqa.engine.finding import Located, SourceFile
from pdfqa.errors import FileError
from pdfqa.llm.hosted import Chunk, Found
from pdfqa.locating import locate
from pdfqa.pages import Block, Page, Passage, label_at
from pdfqa.search import Evidence
from pdfqa.store.documents import StoredDocument
from pdfqa.wire import SearchResult, SearchResults, TextPiece


class Gathered:
    """Gathers what was found for one question into evidence, which grows with each search.

    A chunk of a file that we have read becomes one passage for each page it stands on. One that stands on none of our
    pages, or is of a file that we do not have, becomes a passage of page 0: what quotes it is never verified.

    Args:
        engine: The engine, as the owner of the documents sees it.
        located: What is filled.
    """

    def __init__(self, engine: Engine, located: Located) -> None:
        self._engine = engine
        self._located = located
        self._known: set[tuple[str, str]] = set()

    def take(self, found: Found) -> Searched:
        """Add what a search has found, and return that it was made."""
        results, evidence = [], []
        for chunk in found.chunks:
            pieces = list(self._pieces(chunk))
            results.append(_result(chunk, pieces[0]))
            evidence += pieces
            if (chunk.file_id, chunk.text) not in self._known:  # a second search may find it again
                self._known.add((chunk.file_id, chunk.text))
                self._located.evidence.extend(pieces)
        id_ = self._engine.new_id("call_")
        return Searched(id=id_, queries=found.queries, results=results, evidence=evidence)

    def _pieces(self, chunk: Chunk) -> Iterator[Evidence]:
        document = self._document(chunk)
        sha256 = document.sha256 if document else f"at-openai:{chunk.file_id}"
        file = self._file(chunk, sha256)
        self._located.files.setdefault(sha256, file)
        language = document.language if document else ""
        some = False
        for page, start, end in self._places(chunk, document) if document else ():
            some = True
            yield _evidence(sha256, page, Passage(page.number, start, end), language, chunk.score)
        if not some:
            page = Page(number=0, label="", width=0.0, height=0.0, text=chunk.text, blocks=[Block(0, len(chunk.text))])
            yield _evidence(sha256, page, Passage(0, 0, len(chunk.text)), language, chunk.score)

    def _document(self, chunk: Chunk) -> StoredDocument | None:
        """Return the document of a chunk: that of our own upload, or of a PDF that was uploaded through us."""
        engine = self._engine
        told = (chunk.attributes or {}).get("sha256")
        sha256 = told if isinstance(told, str) else engine.file_objects.key(chunk.file_id)
        if not sha256:
            return None
        document = engine.documents.find(sha256)
        if document is None and engine.file_objects.find(chunk.file_id):
            try:
                engine.vector_stores.read_files([chunk.file_id])
            except FileError:  # the PDF is gone, or no PDF: what was found stays without a page
                return None
            document = engine.documents.find(sha256)
        return document

    def _places(self, chunk: Chunk, document: StoredDocument) -> Iterator[tuple[Page, int, int]]:
        told = chunk.attributes or {}
        first, last = told.get("page_start"), told.get("page_end")
        numbers = range(1, document.pages + 1)
        if isinstance(first, int | float) and isinstance(last, int | float):
            numbers = range(max(1, int(first)), min(document.pages, int(last)) + 1)
        pages = self._engine.documents.pages(document.id, numbers)
        ordered = [pages[number] for number in numbers if number in pages]
        for piece in locate(chunk.text, [page.text for page in ordered]):
            yield ordered[piece.page], piece.start, piece.end

    def _file(self, chunk: Chunk, sha256: str) -> SourceFile:
        """Return the file that a chunk is of, as the owner knows it: by OpenAI's id, or as one of his own."""
        objects = self._engine.file_objects
        own = [] if objects.find(chunk.file_id) else objects.with_key(sha256)
        known = objects.find(chunk.file_id) or (own[0] if own else None)
        if known is not None:
            return SourceFile(id=known.id, filename=known.filename, attributes=chunk.attributes)
        told = (chunk.attributes or {}).get("doc")
        name = told if isinstance(told, str) else chunk.filename
        return SourceFile(id=chunk.file_id, filename=name, attributes=chunk.attributes)


def placed(engine: Engine, results: SearchResults) -> SearchResults:
    """Return what a search at OpenAI has found, with the page of each chunk that stands on one of ours."""
    return msgspec.structs.replace(results, data=gathered(engine, results).results)


def gathered(engine: Engine, results: SearchResults) -> Searched:
    """Return what a search at OpenAI has found as passages of our pages."""
    chunks = [
        Chunk(
            file_id=result.file_id,
            filename=result.filename,
            text="\n".join(piece.text for piece in result.content),
            score=result.score,
            attributes=result.attributes,
        )
        for result in results.data
    ]
    nothing = Located(terms=[], evidence=[], files={}, searched=0)
    return Gathered(engine, nothing).take(Found(results.search_query, chunks))


def _evidence(sha256: str, page: Page, passage: Passage, language: str, score: float) -> Evidence:
    return Evidence(
        document=sha256,
        page=page,
        passage=passage,
        language=language or "en",
        score=round(min(1.0, max(0.0, score)), 4),
        keyword=0.0,
        vector=0.0,
        terms=(),
    )


def _result(chunk: Chunk, piece: Evidence) -> SearchResult:
    """Return a chunk as the wire has it, with the page where it begins."""
    placed = SearchResult(
        file_id=chunk.file_id,
        filename=chunk.filename,
        score=chunk.score,
        attributes=chunk.attributes,
        content=[TextPiece(text=chunk.text)],
    )
    if not piece.page.number:
        return placed
    return msgspec.structs.replace(
        placed,
        page=piece.page.number,
        label=label_at(piece.page, piece.passage.start),
        quote=piece.text,
        start=piece.passage.start,
        end=piece.passage.end,
    )
