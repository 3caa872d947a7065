"""Finding: which files are searched, and what of them speaks most of a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pdfqa import languages, phrases
from pdfqa.across import search_across
from pdfqa.engine import filters
from pdfqa.engine.answering import Sources
from pdfqa.engine.context import Engine
from pdfqa.engine.store_files import strategy
from pdfqa.errors import EmbedderMismatchError, InvalidValueError
from pdfqa.pages import label_at
from pdfqa.passages import DEFAULT
from pdfqa.query_terms import Term
from pdfqa.rereading import reread
from pdfqa.search import Evidence, Ranking, shortened
from pdfqa.wire import SearchResult, SearchResults, TextPiece
from pdfqa.wire.base import Attributes
from pdfqa.wire.requests import Filter, SearchVectorStore
from pdfqa.wire.requests import Ranking as RankingOptions

Place = tuple[str, str]  # a vector store, or "", and the file in it


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a document was found as."""

    id: str
    filename: str
    attributes: Attributes | None = {}


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """What a search gives: the terms of the question, the best passages, best first, and the files they are of.

    `files` has them by the hash of their document, which is what evidence names. `searched` is how many documents were
    searched.
    """

    terms: list[Term]
    evidence: list[Evidence]
    files: dict[str, SourceFile]
    searched: int

    def result(self, piece: Evidence) -> SearchResult:
        """Return a passage as the wire has it."""
        file, passage = self.files[piece.document], piece.passage
        return SearchResult(
            file_id=file.id,
            filename=file.filename,
            score=piece.score,
            attributes=file.attributes,
            content=[TextPiece(text=piece.whole)],
            page=piece.page.number,
            label=label_at(piece.page, passage.start),
            quote=piece.text,
            start=passage.start,
            end=passage.end,
        )


class _Member(msgspec.Struct, frozen=True):
    """A document that is searched: its hash, the index that it is searched by, and the file it stands for."""

    sha256: str
    index: int
    embedder: str
    place: Place


def find(engine: Engine, sources: Sources, questions: Sequence[str], k: int, *, absolute: bool = False) -> Located:
    """Return the best passages for one or more questions; one that several find counts once, with its best score.

    Args:
        engine: The engine, of whose owner files are searched.
        sources: What is searched, and how.
        questions: The questions.
        k: How many passages.
        absolute: Whether scores are shown to a caller, who may hold them against a threshold.
    """
    engine.files.expire()
    for store_id in sources.stores:
        engine.vector_stores.use(store_id)
    members = _members(engine, sources)
    where = engine.scopes.open(tuple(sorted(member.index for member in members.values())))
    weights, lead = sources.weights, None
    if weights is not None and sum(weights) > 0:
        lead = weights[1] / sum(weights)
    threshold = sources.score_threshold > 0 or absolute
    embedder = engine.index_embedder
    ranking = Ranking(again=sources.ranker != "none", lead=lead, most=embedder.lead, threshold=threshold)
    reranker = engine.reranker if ranking.again else None
    wide = max(k, reranker.most) if reranker else k
    terms: list[Term] = []
    best: dict[tuple[str, int, int, int], Evidence] = {}
    for question in questions:
        found = search_across(engine.database, engine.documents, where, embedder, question, wide, ranking=ranking)
        terms += found.terms
        pieces = found.evidence
        if reranker is not None:
            pieces = reread(reranker, question, pieces, engine.settings.rerank_seconds)
        for piece in pieces[:k]:
            place = (piece.document, piece.page.number, piece.passage.start, piece.passage.end)
            if piece.score >= sources.score_threshold and (place not in best or best[place].score < piece.score):
                best[place] = piece
    evidence = sorted(best.values(), key=lambda piece: -piece.score)[:k]
    files = dict(_files(engine, [members[sha256] for sha256 in {piece.document for piece in evidence} & set(members)]))
    evidence = [piece for piece in evidence if piece.document in files]
    return Located(terms=terms, evidence=evidence, files=files, searched=len(members))


def files_of(engine: Engine, sources: Sources, most: int) -> dict[str, SourceFile]:
    """Return the files that are searched, by the hash of their document; none where there are more than `most`."""
    members = _members(engine, sources)
    return dict(_files(engine, list(members.values()))) if len(members) <= most else {}


def search_store(engine: Engine, store_id: str, request: SearchVectorStore) -> SearchResults:
    """Return what a search of a vector store finds, as the wire has it."""
    options = request.ranking_options or RankingOptions()
    asked = list(map(shortened, [request.query] if isinstance(request.query, str) else request.query))
    if not all(query.strip() for query in asked):
        raise InvalidValueError("Invalid 'query': the text is empty.", hint="Say what to look for.", param="query")
    queries = [rewritten(query) for query in asked] if request.rewrite_query else asked
    sources = Sources(
        stores=(store_id,),
        filters=request.filters,
        score_threshold=options.score_threshold,
        ranker=options.ranker,
    )
    found = find(engine, sources, queries, request.max_num_results, absolute=True)
    return SearchResults(search_query=queries, data=[found.result(piece) for piece in found.evidence])


def rewritten(query: str) -> str:
    """Return a query without the words that say nothing of what is looked for: "please tell me the", "of", "a"."""
    language = languages.detect(query) or "en"
    analyzer = languages.analyzer(language)
    asking = set(analyzer.terms(" ".join(phrases.INSTRUCTIONS))) if language == "en" else set()
    telling: list[tuple[int, int]] = []
    for word, start, end in analyzer.terms_with_spans(query):
        if analyzer.stop(word) or word in asking:
            continue
        if telling and start < telling[-1][1]:  # parts of one word
            telling[-1] = (telling[-1][0], max(end, telling[-1][1]))
        else:
            telling.append((start, end))
    return " ".join(query[start:end] for start, end in telling) or query


def _members(engine: Engine, sources: Sources) -> dict[str, _Member]:
    """Return what is searched, by hash: each document once, as the first file that it is named by.

    Raises:
        EmbedderMismatchError: It was embedded by another embedder than the present one.
    """
    members: dict[str, _Member] = {}
    for store_id in sources.stores:
        for member in _of_store(engine, store_id, sources.filters):
            members.setdefault(member.sha256, member)
    if sources.files or not sources.stores:
        for member in _of_files(engine, sources.files, sources.filters):
            members.setdefault(member.sha256, member)
    name = engine.embedder_name
    other = next((member.embedder for member in members.values() if member.embedder != name), None)
    if other is not None:
        raise EmbedderMismatchError(
            f"these files were indexed with the embedder {other}, and the one chosen is {name}",
            hint="Index them anew with pdfqa reindex, or choose the other one with --embedder or PDFQA_EMBEDDER.",
        )
    return members


def _of_store(engine: Engine, store_id: str, condition: Filter | None) -> Iterator[_Member]:
    """Yield the documents of a vector store, by the index that it wants them searched by."""
    by_strategy: dict[str, list[str]] = {}
    for entry in engine.store_file_objects.all(parent=store_id):
        if entry.status == "completed" and (condition is None or filters.matches(condition, entry.attributes or {})):
            by_strategy.setdefault(strategy(entry).name, []).append(entry.id)
    for name, file_ids in by_strategy.items():
        # CROSS keeps this order: SQLite may begin with the indexes, and look at all of them for each file.
        rows = engine.database.rows(
            "SELECT f.id, f.key, i.id, i.embedder FROM json_each(?) wanted "
            "CROSS JOIN objects f ON f.kind = 'file' AND f.parent = '' AND f.id = wanted.value "
            "CROSS JOIN documents d ON d.sha256 = f.key CROSS JOIN indexes i ON i.document = d.id AND i.strategy = ?",
            (msgspec.json.encode(file_ids).decode(), name),
        )
        for file_id, sha256, index, embedder in rows:
            yield _Member(sha256, index, embedder, (store_id, file_id))


def _of_files(engine: Engine, file_ids: Sequence[str], condition: Filter | None) -> Iterator[_Member]:
    """Yield the documents of some files, or of all: by the index of pdfqa's own, or else the first they have.

    A file that was given with one question only (purpose user_data, and in no store) is none of all. Files that are
    named are searched whatever the condition, which is one on the files of stores.
    """
    if not file_ids and condition is not None and not filters.matches(condition, {}):  # as such they have no attributes
        return
    rows = engine.database.rows(
        "SELECT f.id, f.key, i.id, i.embedder FROM objects f "
        "JOIN documents d ON d.sha256 = f.key JOIN indexes i ON i.document = d.id "
        "WHERE f.kind = 'file' AND f.parent = '' AND f.owner = ? "
        "AND (? OR f.id IN (SELECT value FROM json_each(?))) AND (f.tag IS NOT 'user_data' OR NOT ? OR EXISTS "
        "(SELECT 1 FROM objects s WHERE s.kind = 'vector_store.file' AND s.id = f.id)) "
        "ORDER BY i.strategy <> ?, i.id, f.seq",
        (engine.owner, not file_ids, msgspec.json.encode(file_ids).decode(), not file_ids, DEFAULT.name),
    )
    for file_id, sha256, index, embedder in rows:
        yield _Member(sha256, index, embedder, ("", file_id))


def _files(engine: Engine, members: Iterable[_Member]) -> Iterator[tuple[str, SourceFile]]:
    """Yield by hash the files that documents were found as, with the attributes that they have in their vector store.

    A file that was deleted meanwhile was not found.
    """
    for member in members:
        store_id, file_id = member.place
        file = engine.file_objects.find(file_id)
        entry = engine.store_file_objects.find(file_id, parent=store_id) if store_id else None
        if file is not None:
            attributes = entry.attributes if entry else {}
            yield member.sha256, SourceFile(id=file.id, filename=file.filename, attributes=attributes)
