"""Have a reranker read the best passages with the question, and add its judgement to their scores."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pdfqa.encoders import Reranker
from pdfqa.search import Evidence

_NO_SPREAD = 1e-6


def reread(reranker: Reranker, question: str, pieces: Sequence[Evidence], seconds: float) -> list[Evidence]:
    """Return passages that were found, best first, as the search and the reranker together see it.

    Both scores are made comparable (z-scores over the passages read) and added, and what comes of it has the mean and
    the spread that the scores had. What there was no time for is judged as the worst that was read.
    """
    read = pieces[: reranker.most]
    if len(read) < 2:
        return list(pieces)
    judged = reranker.score(question, [_text(piece) for piece in read], seconds)
    judged = np.concatenate((judged, np.full(len(read) - len(judged), judged.min(), dtype=np.float32)))
    found = np.array([piece.score for piece in read])
    together = (1 - reranker.weight) * _standard(found) + reranker.weight * _standard(judged)
    scores = np.clip(found.mean() + found.std() * together, 0.0, 1.0)
    again = [
        msgspec.structs.replace(piece, score=round(float(score), 4)) for piece, score in zip(read, scores, strict=True)
    ]
    order = sorted(range(len(read)), key=lambda place: -together[place])
    least = min(piece.score for piece in again)
    rest = [msgspec.structs.replace(piece, score=min(piece.score, least)) for piece in pieces[reranker.most :]]
    return [*(again[place] for place in order), *rest]


def _text(piece: Evidence) -> str:
    heading = piece.passage.heading
    return f"{heading}\n{piece.whole}" if heading else piece.whole


def _standard(scores: np.ndarray) -> np.ndarray:
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > _NO_SPREAD else np.zeros(len(scores))
