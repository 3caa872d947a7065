"""Query the index: BM25 over postings and cosine over vectors, for any set of documents.

Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009). The statistics (number of
passages, how many hold a term, mean length) are those of the documents searched, so that a document is ranked the
same whatever else the home directory holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from pdfqa.store.database import Database

K1, B = 1.2, 0.5
NAMED = 4  # how often a word of a document's name counts as written in each of its passages
_FEW = 400  # up to so many segments are named one by one


class Scope(msgspec.Struct, frozen=True):
    """The segments that a search looks through, laid end to end: passage `offsets[i] + j` is number j of segment i.

    `numbers` are the page numbers of the passages, as their documents count them.
    """

    ids: np.ndarray
    documents: np.ndarray
    offsets: np.ndarray
    sizes: np.ndarray
    lengths: np.ndarray
    numbers: np.ndarray
    vectors: np.ndarray
    languages: tuple[str, ...]

    @property
    def size(self) -> int:
        """Return the number of passages."""
        return len(self.lengths)

    def part(self, first: int, last: int) -> Scope:
        """Return the segments that begin with the passages `first` to `last` - 1, as a scope of their own."""
        low, high = np.searchsorted(self.offsets, (first, last))
        return Scope(
            ids=self.ids[low:high],
            documents=self.documents[low:high],
            offsets=self.offsets[low:high] - first,
            sizes=self.sizes[low:high],
            lengths=self.lengths[first:last],
            numbers=self.numbers[first:last],
            vectors=self.vectors[first:last],
            languages=self.languages[low:high],
        )

    def place(self, passage: int) -> tuple[int, int]:
        """Return which segment a passage is in, and its place there."""
        segment = int(np.searchsorted(self.offsets, passage, side="right")) - 1
        return segment, passage - int(self.offsets[segment])


class Matches(msgspec.Struct, frozen=True):
    """Where one term occurs: passages (ascending) and how often in each."""

    passages: np.ndarray
    counts: np.ndarray

    def holds(self, passage: int) -> bool:
        """Return whether the term occurs in a passage."""
        place = int(np.searchsorted(self.passages, passage))
        return place < len(self.passages) and int(self.passages[place]) == passage


def scope(database: Database, indexes: Sequence[int], dimensions: int) -> Scope:
    """Return what is needed to search the given indexes."""
    rows = []
    for index in indexes:
        rows += database.rows(
            "SELECT s.id, i.document, s.size, s.lengths, s.numbers, s.vectors, s.language FROM segments s "
            "JOIN indexes i ON i.id = s.index_id WHERE s.index_id = ?",
            (index,),
        )
    rows.sort()
    sizes = np.array([row[2] for row in rows], dtype=np.int64)
    return Scope(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        documents=np.array([row[1] for row in rows], dtype=np.int64),
        offsets=np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64),
        sizes=sizes,
        lengths=np.frombuffer(b"".join(row[3] for row in rows), dtype="<u2"),
        numbers=np.frombuffer(b"".join(row[4] for row in rows), dtype="<u4"),
        vectors=np.frombuffer(b"".join(row[5] for row in rows), dtype=np.int8).reshape(-1, dimensions),
        languages=tuple(row[6] for row in rows),
    )


def matches(database: Database, where: Scope, term: str) -> Matches:
    """Return where a term occurs; a term of a document's name occurs in each of its passages.

    So the name finds the document among many, and weighs nothing among the passages of one.
    """
    found = _written(database, where, term)
    named = database.rows("SELECT document FROM names WHERE term = ?", (term,))
    segments = np.flatnonzero(np.isin(where.documents, [row[0] for row in named])) if named else ()
    if not len(segments):
        return found
    counts = np.zeros(where.size, dtype=np.uint32)
    for segment in segments:
        counts[where.offsets[segment] : where.offsets[segment] + where.sizes[segment]] = NAMED
    counts[found.passages] = np.maximum(found.counts, counts[found.passages])
    passages = np.flatnonzero(counts)
    return Matches(passages, counts[passages])


def named(database: Database, documents: np.ndarray, words: Sequence[str]) -> dict[str, np.ndarray]:
    """Return which of some documents (ids, ascending) have which words in their names: the places of those that do."""
    marks = ",".join("?" * len(words))
    rows = database.rows(f"SELECT term, document FROM names WHERE term IN ({marks})", tuple(words))  # noqa: S608 (marks)
    found: dict[str, list[int]] = {}
    for term, document in rows:
        place = int(np.searchsorted(documents, document))
        if place < len(documents) and documents[place] == document:
            found.setdefault(term, []).append(place)
    return {term: np.array(sorted(places)) for term, places in found.items()}


def _written(database: Database, where: Scope, term: str) -> Matches:
    rows = _postings(database, where, term)
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    segments = np.searchsorted(where.ids, ids)
    inside = segments < len(where.ids)
    inside[inside] = where.ids[segments[inside]] == ids[inside]
    if not inside.all():
        rows = [row for row, keep in zip(rows, inside, strict=True) if keep]
    counts = np.array([len(row[1]) // 4 for row in rows], dtype=np.int64)
    packed = np.frombuffer(b"".join(row[1] for row in rows), dtype="<u4")
    starts = np.repeat(where.offsets[segments[inside]], counts)
    return Matches((packed >> 8) + starts, packed & 0xFF)


def bm25(where: Scope, found: Matches, weight: float) -> np.ndarray:
    """Return the score that a term adds to each of the passages that hold it; `weight` is its idf, or a share of it."""
    mean = float(where.lengths.mean()) or 1.0
    lengths = where.lengths[found.passages]
    counts = found.counts.astype(np.float32)
    scores: np.ndarray = weight * counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths / mean))
    return scores


def idf(where: Scope, *found: Matches) -> float:
    """Return how telling a term is, in all its forms: its inverse document frequency, never below zero."""
    places = [matches.passages for matches in found]
    holding = len(places[0]) if len(places) == 1 else len(np.unique(np.concatenate(places)))
    return float(np.log(1 + (where.size - holding + 0.5) / (holding + 0.5)))


def cosines(where: Scope, vector: np.ndarray) -> np.ndarray:
    """Return the cosine of every passage's vector with a unit vector."""
    result = np.empty(where.size, dtype=np.float32)
    block = 1 << 16  # converting in blocks keeps memory flat
    for start in range(0, where.size, block):
        piece = where.vectors[start : start + block]
        result[start : start + block] = piece.astype(np.float32) @ vector
    return result / 127


def vocabulary(database: Database, where: Scope, prefix: str, limit: int) -> list[str]:
    """Return terms of the searched documents that begin with a prefix."""
    rows = database.rows(
        "SELECT DISTINCT term FROM postings WHERE term >= ? AND term < ? AND segment BETWEEN ? AND ? LIMIT ?",
        (prefix, prefix + "\U0010ffff", int(where.ids.min()), int(where.ids.max()), limit),
    )
    return [term for (term,) in rows]


def _postings(database: Database, where: Scope, term: str) -> list[tuple[int, bytes]]:
    """Return a term's rows, at least those of the scope's segments."""
    if len(where.ids) <= _FEW and not _dense(where.ids):
        rows: list[tuple[int, bytes]] = []
        for low, high in _ranges(where.ids):
            rows += database.rows(
                "SELECT segment, data FROM postings WHERE term = ? AND segment BETWEEN ? AND ?", (term, low, high)
            )
        return rows
    low, high = int(where.ids[0]), int(where.ids[-1])
    return database.rows(
        "SELECT segment, data FROM postings WHERE term = ? AND segment BETWEEN ? AND ? ORDER BY segment",
        (term, low, high),
    )


def _dense(ids: np.ndarray) -> bool:
    """Return whether one range holds little besides these ids."""
    return int(ids[-1] - ids[0]) < 2 * len(ids)


def _ranges(ids: np.ndarray) -> Iterable[tuple[int, int]]:
    """Yield the runs of consecutive numbers."""
    breaks = np.flatnonzero(np.diff(ids) != 1)
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [len(ids) - 1]))
    for start, end in zip(starts, ends, strict=True):
        yield int(ids[start]), int(ids[end])
