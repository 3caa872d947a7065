"""Search across many documents: first which, then where in each.

All passages are scored together, which says how high each document stands (`routing`). The best three are then searched
as if each were the only one, because among the passages of one document other words tell than among all; the highest of
its passages takes the document's place, the others follow at their distance, and the second reading moves them all.
Those of the other documents keep their scores.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pdfqa import routing
from pdfqa.embed import Embedder
from pdfqa.index import query
from pdfqa.query_terms import Term
from pdfqa.search import (
    AGAIN,
    Evidence,
    Found,
    Ranking,
    Rated,
    best,
    evidence,
    presentable,
    rate,
    search,
    top,
)
from pdfqa.store import Database, Documents


def search_across(
    database: Database,
    documents: Documents,
    where: query.Scope,
    embedder: Embedder,
    question: str,
    k: int,
    *,
    ranking: Ranking = Ranking(),  # noqa: B008 (cannot change)
) -> Found:
    """Return the k best passages of a scope for a question; inside one document this is a plain search."""
    firsts = routing.starts(where)
    if len(firsts) < 2 or not ranking.again:
        return search(database, documents, where, embedder, question, k, ranking=ranking)
    vector = embedder.encode([question], question=True)[0]
    rated = rate(database, where, question, vector, ranking)
    lifted, each = _lifted(database, where, firsts, question, rated.terms)
    bounds = np.append(firsts, where.size)
    sizes = np.diff(bounds)
    scores = rated.scores.fused + np.repeat(lifted, sizes)
    standing = routing.best(scores, firsts)
    terms: dict[str, Term] = {}
    pieces: list[Evidence] = []
    order = top(standing, routing.AGAIN)
    left = len(firsts) - len(order) if each else where.size - int(sizes[order].sum())
    for document, wanted in zip(order.tolist(), routing.shares(sizes[order], max(k, AGAIN), k - left), strict=True):
        part = where.part(int(bounds[document]), int(bounds[document + 1]))
        alone = rate(database, part, question, vector, ranking)
        _add(terms, alone.terms)
        raised = float(standing[document] - alone.scores.fused.max())
        pieces += [
            msgspec.structs.replace(piece, score=piece.score + raised)
            for piece in best(documents, part, alone, wanted, ranking, wanted)
        ]
    _add(terms, rated.terms)
    scores[np.isin(np.repeat(np.arange(len(firsts)), sizes), order)] = -np.inf
    others = _best_of_each(scores, firsts, k) if each else top(scores, max(k, AGAIN))
    lifts = msgspec.structs.replace(rated.scores, fused=scores)
    others = others[np.isfinite(scores[others])]
    pieces += evidence(documents, where, msgspec.structs.replace(rated, scores=lifts), others)
    return Found(list(terms.values()), _ordered(pieces, rated, ranking, each=each)[:k])


def _lifted(
    database: Database, where: query.Scope, firsts: np.ndarray, question: str, terms: Sequence[Term]
) -> tuple[np.ndarray, bool]:
    """Return what each document gains by its name, and whether the question asks of several."""
    ids = where.documents[np.searchsorted(where.offsets, firsts, side="right") - 1]
    order = np.argsort(ids)
    words = {term.word: term.asked for term in terms if term.likeness == 1.0 and not term.name}
    words |= {term: term for term in (routing.period(question),) if term}
    words |= dict.fromkeys(routing.joined(question, {*where.languages} - {""}), "")
    named = {term: order[places] for term, places in query.named(database, ids[order], list(words)).items()}
    return routing.lifts(question, named, len(firsts)), routing.in_turn(question, named, words, len(firsts))


def _add(terms: dict[str, Term], more: Sequence[Term]) -> None:
    """Add terms to those known; one that occurs somewhere stands before one that does not."""
    for term in more:
        if term.word not in terms or (term.likeness and not terms[term.word].likeness):
            terms[term.word] = term


def _best_of_each(scores: np.ndarray, firsts: np.ndarray, k: int) -> np.ndarray:
    """Return the best passages of the k best documents, best first."""
    ends = np.append(firsts[1:], len(scores))
    documents = top(routing.best(scores, firsts), k)
    return np.array(
        [firsts[one] + int(np.argmax(scores[firsts[one] : ends[one]])) for one in documents], dtype=np.int64
    )


def _ordered(pieces: Sequence[Evidence], rated: Rated, ranking: Ranking, *, each: bool) -> list[Evidence]:
    """Return passages best first, those of several documents in turn if the question asks of each; scores fall."""
    high = max([rated.scores.high, *(piece.score for piece in pieces)])
    whole = msgspec.structs.replace(rated, scores=msgspec.structs.replace(rated.scores, high=high))
    shown = presentable(sorted(pieces, key=lambda piece: -piece.score), whole, ranking)
    if not each or not shown:
        return shown
    shown = [shown[place] for place in routing.turns([piece.document for piece in shown])]
    fallen = np.minimum.accumulate([piece.score for piece in shown])
    return [msgspec.structs.replace(piece, score=float(score)) for piece, score in zip(shown, fallen, strict=True)]
