"""Search: keywords and vectors together, over the passages of some documents.

Scores are made comparable question by question (z-scores over the passages searched) and added, keywords in the lead:
better here than adding reciprocal ranks (docs/design.md). The best are then read again (`rerank`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
import numpy as np

from pdfqa import languages
from pdfqa.embed import Embedder, builtin
from pdfqa.index import query
from pdfqa.pages import Page, Passage
from pdfqa.query_terms import Term, question_terms
from pdfqa.rerank import REACH, gains, labelled
from pdfqa.store import Database, Documents

KEYWORD_WEIGHT = 0.7
UNRELATED = 0.25  # the cosine below which a passage without a word of the question has nothing to do with it
NAMED_PAGE = 20.0  # standard deviations that a passage gains by standing on the page that the question names
AGAIN = 25  # passages that are read again, at least
LONGEST = 8_000  # characters of a question that are looked at: a second's work, where each is a word
_NO_SPREAD = 1e-6
_PAGE = (
    r"(?i)\b(?:pages?|slides?|pg\.?|p\.|páginas?|diapositivas?|seiten?|folien?|diapositives?|pagin[ae]|страниц\w*)"
    r"\s*(\d{1,4})\b|第\s*(\d{1,4})\s*[页頁]"
)
_FIRST_PAGE = r"(?i)\b(?:(?:first|cover|title) (?:page|slide)|primera página|erste[nr]? seite|première page)\b"
_LAST_PAGE = r"(?i)\b(?<!second )(?<!second-)(?:last (?:page|slide)|última página|letzte[nr]? seite|dernière page)\b"
_LAST_BUT_ONE = r"(?i)\b(?:(?:second|next)[- ](?:to[- ])?last|penultimate|last but one)(?: page| slide|\b(?=.*\bpage))"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that was found: the document (by hash) and the page it stands on, and the parts of its score.

    `score` is in [0, 1]; `terms` are the words of the question, as indexed, that it holds.
    """

    document: str
    page: Page
    passage: Passage
    language: str
    score: float
    keyword: float
    vector: float
    terms: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the text of the passage."""
        return self.page.text[self.passage.start : self.passage.end]

    @property
    def whole(self) -> str:
        """Return the text of the passage with the header of the table that it goes on with."""
        return f"{self.passage.header}\n{self.text}" if self.passage.header else self.text

    def spelled(self) -> list[str]:
        """Return the terms as the passage or its heading spells them; one of the document's name only as it is."""
        text = f"{self.whole}\n{self.passage.heading}"
        words = {term: term for term in self.terms}
        for term, start, end in reversed(languages.analyzer(self.language).terms_with_spans(text)):
            if term in words:
                words[term] = text[start:end]
        return list(dict.fromkeys(words.values()))


class Found(msgspec.Struct, frozen=True):
    """What a search gives: the question's terms, and the best passages, best first."""

    terms: list[Term]
    evidence: list[Evidence]


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """How to rank: whether the best are read again, and the weight of keywords beside vectors, from 0 to 1.

    Without one, keywords weigh as much as the question asks for, up to `most`. A passage that is all there is to
    search, or no better than all others, is scored by itself if it is to be held against a threshold.
    """

    again: bool = True
    lead: float | None = None
    most: float = KEYWORD_WEIGHT
    threshold: bool = False


class Scores(msgspec.Struct, frozen=True):
    """The scores of all passages; `low` and `high` are what the worst has and the best imaginable one would have.

    `ideal` is the latter's score for keywords.
    """

    keyword: np.ndarray
    vector: np.ndarray
    fused: np.ndarray
    low: float
    high: float
    ideal: float


class Rated(msgspec.Struct, frozen=True):
    """A question, its terms and the pages it names, the scores of all passages, and the weight of keywords in them."""

    question: str
    terms: list[Term]
    scores: Scores
    lead: float
    pages: frozenset[int] = frozenset()


def shortened(question: str) -> str:
    """Return a question without the middle of what is too long to be one: it begins or ends with what is asked."""
    half = LONGEST // 2
    return question if len(question) <= LONGEST else f"{question[:half]} {question[-half:]}"


def search(
    database: Database,
    documents: Documents,
    where: query.Scope,
    embedder: Embedder,
    question: str,
    k: int,
    *,
    ranking: Ranking = Ranking(),  # noqa: B008 (cannot change)
) -> Found:
    """Return the k best passages of a scope for a question, all of its documents counted as one."""
    if not where.size:
        return Found([], [])
    rated = rate(database, where, question, embedder.encode([question], question=True)[0], ranking)
    pieces = best(documents, where, rated, k, ranking)
    return Found(rated.terms, presentable(pieces, rated, ranking)[:k])


def rate(database: Database, where: query.Scope, question: str, vector: np.ndarray, ranking: Ranking) -> Rated:
    """Return the terms of a question, whose vector is given, and the scores of all passages of a scope."""
    pages = _named_pages(question, int(where.numbers.max()))
    terms = question_terms(database, where, _without_pages(question) if pages else question)
    # The fewer words of the question occur at all (it is asked in another language, say), the less keywords can tell.
    lead = ranking.lead if ranking.lead is not None else ranking.most * _known(terms)
    return Rated(question, terms, _score(where, terms, vector, pages, lead), lead, pages)


def best(
    documents: Documents, where: query.Scope, rated: Rated, k: int, ranking: Ranking, again: int = AGAIN
) -> list[Evidence]:
    """Return the k best passages, or `again` where those are more, read again; scores are in standard deviations."""
    places = top(rated.scores.fused, max(k, again) if ranking.again else k)
    if ranking.again:
        places = np.concatenate((places, _labelled(rated, places, again)))
    pieces = evidence(documents, where, rated, places)
    if not ranking.again:
        return pieces
    added = gains(rated.question, rated.terms, pieces, builtin())
    read = [
        msgspec.structs.replace(piece, score=piece.score + gain)
        for piece, gain in zip(pieces, added.tolist(), strict=True)
    ]
    return sorted(read, key=lambda piece: -piece.score)


def _labelled(rated: Rated, known: np.ndarray, most: int) -> np.ndarray:
    """Return further passages, best first, that may hold the figure or table that a question names by number."""
    places = np.zeros(0, dtype=np.int64)
    for part in labelled(rated.question):
        kind, number = (_holding(rated.terms, word) for word in part)
        places = np.union1d(places, np.setdiff1d(np.intersect1d(kind, number), known))
    further: np.ndarray = places[top(rated.scores.fused[places], most)]
    return further


def _holding(terms: Sequence[Term], beginning: str) -> np.ndarray:
    """Return the passages that hold a word that stands for one of the question with this beginning."""
    holding = [term.found.passages for term in terms if term.asked.casefold().startswith(beginning)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *holding]).astype(np.int64)


def presentable(pieces: Sequence[Evidence], rated: Rated, ranking: Ranking) -> list[Evidence]:
    """Return passages that have to do with the question, with scores in [0, 1]."""
    scores = rated.scores
    span = scores.high - scores.low + (REACH if ranking.again else 0.0)
    if ranking.threshold and scores.high - scores.low <= 2 * _NO_SPREAD:
        scored = [msgspec.structs.replace(piece, score=_alone(piece, scores.ideal, rated.lead)) for piece in pieces]
    else:
        scored = [msgspec.structs.replace(piece, score=_clip((piece.score - scores.low) / span)) for piece in pieces]
    related = (
        piece for piece in scored if piece.terms or piece.vector >= UNRELATED or piece.page.number in rated.pages
    )
    return sorted(related, key=lambda piece: -piece.score)


def _alone(piece: Evidence, ideal: float, lead: float) -> float:
    """Return the score of a passage that cannot be compared with others."""
    return _clip(lead * min(1.0, piece.keyword / ideal if ideal else 0.0) + (1 - lead) * max(0.0, piece.vector))


def _named_pages(question: str, last: int) -> frozenset[int]:
    """Return the pages that a question names by number, or as the first or the last one, whose number is given."""
    numbers = {int(one or two) for one, two in re.findall(_PAGE, question)}
    for at, names in ((1, _FIRST_PAGE), (last, _LAST_PAGE), (last - 1, _LAST_BUT_ONE)):
        if re.search(names, question):
            numbers.add(at)
    return frozenset(numbers)


def _without_pages(question: str) -> str:
    """Return a question without the pages that it names, which its passages need not; whole if that is all it is."""
    rest = re.sub(_PAGE, " ", question)
    return rest if rest.strip() else question


def _score(
    where: query.Scope, terms: Sequence[Term], question: np.ndarray, pages: frozenset[int], lead: float
) -> Scores:
    """Return the scores of all passages; `lead` is the weight of keywords."""
    keyword = np.zeros(where.size, dtype=np.float32)
    for term in terms:
        keyword[term.found.passages] += query.bm25(where, term.found, term.idf * term.weight * term.likeness)
    vector = query.cosines(where, question)
    ideal = 0.75 * (query.K1 + 1) * sum(term.weight * term.likeness * term.idf for term in terms)
    fused = np.zeros(where.size, dtype=np.float32)
    high = 0.0
    for weight, scores, best in ((lead, keyword, ideal), (1 - lead, vector, 1.0)):
        spread = float(scores.std())
        if spread > 1e-9:
            mean = float(scores.mean())
            fused += weight * (scores - mean) / spread
            high += weight * (max(best, float(scores.max())) - mean) / spread
    if pages:
        fused[np.isin(where.numbers, list(pages))] += NAMED_PAGE
    low = float(fused.min())
    return Scores(keyword, vector, fused, low, max(high, low + _NO_SPREAD), ideal)


def _known(terms: Sequence[Term]) -> float:
    """Return the share of the question's words that occur."""
    known: dict[str, float] = {}
    for term in terms:
        known[term.asked] = max(known.get(term.asked, 0.0), term.likeness)
    return sum(known.values()) / len(known) if known else 0.0


def evidence(documents: Documents, where: query.Scope, rated: Rated, places: np.ndarray) -> list[Evidence]:
    """Return the passages at some places, with their pages; scores are in standard deviations.

    Those of documents that were deleted meanwhile are left out.
    """
    scores = rated.scores
    held = [(term.word, term.found.held(places)) for term in rated.terms if term.likeness]
    found = []
    wanted: dict[int, set[int]] = {}
    for rank, place in enumerate(map(int, places)):
        segment, number = where.place(place)
        document = int(where.documents[segment])
        for passage in documents.passages(int(where.ids[segment]))[number : number + 1]:
            wanted.setdefault(document, set()).add(passage.page)
            found.append((rank, place, document, segment, passage))
    pages = {document: documents.pages(document, numbers) for document, numbers in wanted.items()}
    return [
        Evidence(
            document=documents.sha256(document),
            page=pages[document][passage.page],
            passage=passage,
            language=where.languages[segment],
            score=float(scores.fused[place]),
            keyword=round(float(scores.keyword[place]), 4),
            vector=round(float(scores.vector[place]), 4),
            terms=tuple(word for word, inside in held if inside[rank]),
        )
        for rank, place, document, segment, passage in found
        if passage.page in pages[document]
    ]


def top(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k highest scores, highest first, ties by place."""
    if k < len(scores):
        candidates = np.argpartition(-scores, k)[:k]
        candidates = np.flatnonzero(scores >= scores[candidates].min())
    else:
        candidates = np.arange(len(scores))
    order: np.ndarray = candidates[np.lexsort((candidates, -scores[candidates]))][:k]
    return order


def _clip(score: float) -> float:
    return round(min(1.0, max(0.0, score)), 4)
