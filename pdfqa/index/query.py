"""Query the index: BM25 over postings and cosine over vectors, for any set of documents.

Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009). The statistics (number of
passages, how many hold a term, mean length) are those of the documents searched, so that a document is ranked the
same whatever else the home directory holds.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from pdfqa.errors import EmbedderMismatchError
from pdfqa.store.database import Database

K1, B = 1.2, 0.5
NAMED = 4  # how often a word of a document's name counts as written in each of its passages
_FEW = 400  # up to so many segments are named one by one
_KEPT = 16 << 20  # bytes of matches that a scope keeps
_ENTRY = 512  # bytes that a term takes though it occurs nowhere


class Matches(msgspec.Struct, frozen=True):
    """Where one term occurs: passages (ascending) and how often in each."""

    passages: np.ndarray
    counts: np.ndarray

    def held(self, passages: np.ndarray) -> np.ndarray:
        """Return in which of some passages the term occurs."""
        if not len(self.passages):
            return np.zeros(len(passages), dtype=bool)
        places = np.minimum(np.searchsorted(self.passages, passages), len(self.passages) - 1)
        inside: np.ndarray = self.passages[places] == passages
        return inside

    def between(self, first: int, last: int) -> Matches:
        """Return the matches in the passages `first` to `last` - 1, counted from there."""
        low, high = np.searchsorted(self.passages, (first, last))
        return Matches(self.passages[low:high] - first, self.counts[low:high])

    @property
    def nbytes(self) -> int:
        """Return the memory that it takes."""
        return int(self.passages.nbytes + self.counts.nbytes)


class Kept:
    """Where the terms that were looked for last are written: the next question has some of them, too. Thread-safe."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, Matches] = OrderedDict()
        self.nbytes = 0
        self._lock = threading.Lock()

    def get(self, term: str) -> Matches | None:
        """Return the matches of a term, if they are kept."""
        with self._lock:
            found = self._found.get(term)
            if found is not None:
                self._found.move_to_end(term)
            return found

    def keep(self, term: str, found: Matches) -> None:
        """Keep the matches of a term; those that were not asked for longest go if it gets too much."""
        with self._lock:
            if term in self._found:
                return
            self._found[term] = found
            self.nbytes += found.nbytes + _ENTRY
            while self.nbytes > _KEPT and len(self._found) > 1:
                self.nbytes -= self._found.popitem(last=False)[1].nbytes + _ENTRY


class Scope(msgspec.Struct, frozen=True):
    """The segments that a search looks through, laid end to end: passage `offsets[i] + j` is number j of segment i.

    `numbers` are the page numbers of the passages, as their documents count them. `norms` is what BM25 adds to
    a count in each passage, for its length. A part of another scope, `whole`, begins there with the passage `first`.
    """

    ids: np.ndarray
    documents: np.ndarray
    offsets: np.ndarray
    sizes: np.ndarray
    lengths: np.ndarray
    numbers: np.ndarray
    vectors: np.ndarray
    languages: tuple[str, ...]
    norms: np.ndarray
    kept: Kept = msgspec.field(default_factory=Kept)
    whole: Scope | None = None
    first: int = 0

    @property
    def size(self) -> int:
        """Return the number of passages."""
        return len(self.lengths)

    @property
    def nbytes(self) -> int:
        """Return the memory that it takes."""
        return (
            int(sum(part.nbytes for part in (self.vectors, self.lengths, self.numbers, self.norms))) + self.kept.nbytes
        )

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
            norms=_norms(self.lengths[first:last]),
            whole=self,
            first=first,
        )

    def place(self, passage: int) -> tuple[int, int]:
        """Return which segment a passage is in, and its place there."""
        segment = int(np.searchsorted(self.offsets, passage, side="right")) - 1
        return segment, passage - int(self.offsets[segment])


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
    for row in rows:
        if len(row[5]) != row[2] * dimensions:
            there = len(row[5]) // max(row[2], 1)
            raise EmbedderMismatchError(
                f"the vectors of the index have {there:,} numbers, and those of the embedder {dimensions:,}",
                hint="Another model has its name now. Make the index anew with pdfqa reindex --all.",
            )
    sizes = np.array([row[2] for row in rows], dtype=np.int64)
    lengths = np.frombuffer(b"".join(row[3] for row in rows), dtype="<u2")
    return Scope(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        documents=np.array([row[1] for row in rows], dtype=np.int64),
        offsets=np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64),
        sizes=sizes,
        lengths=lengths,
        numbers=np.frombuffer(b"".join(row[4] for row in rows), dtype="<u4"),
        vectors=np.frombuffer(b"".join(row[5] for row in rows), dtype=np.int8).reshape(-1, dimensions),
        languages=tuple(row[6] for row in rows),
        norms=_norms(lengths),
    )


def _norms(lengths: np.ndarray) -> np.ndarray:
    mean = (float(lengths.mean()) if len(lengths) else 0.0) or 1.0
    return K1 * (1 - B + B / mean * lengths.astype(np.float32))


def matches(database: Database, where: Scope, term: str) -> Matches:
    """Return where a term occurs; a term of a document's name occurs in each of its passages.

    So the name finds the document among many, and weighs nothing among the passages of one. But a number in it, the
    year of a report, tells them apart as it is written. A name may be given anew while a scope is kept: it is looked up
    each time.
    """
    whole = where.whole or where
    found = whole.kept.get(term)
    if found is None:
        found = _written(database, whole, term)
        whole.kept.keep(term, found)
    if where is not whole:
        found = found.between(where.first, where.first + where.size)
    if term.isdigit() and len(found.passages) and where.documents[0] == where.documents[-1]:
        return found
    named = database.rows("SELECT document FROM names WHERE term = ?", (term,))
    segments = np.flatnonzero(np.isin(where.documents, [row[0] for row in named])) if named else ()
    if not len(segments):
        return found
    counts = np.zeros(where.size, dtype=np.uint8)
    for segment in segments:
        counts[where.offsets[segment] : where.offsets[segment] + where.sizes[segment]] = NAMED
    counts[found.passages] = np.maximum(found.counts, counts[found.passages])
    passages = np.flatnonzero(counts)
    return Matches(passages, counts[passages])


def named(database: Database, documents: np.ndarray, words: Sequence[str]) -> dict[str, np.ndarray]:
    """Return which of some documents (ids, ascending) have which words in their names: the places of those that do."""
    # As one value: a long question has more words than a statement may have parameters.
    asked = msgspec.json.encode(words).decode()
    rows = database.rows(
        "SELECT n.term, n.document FROM json_each(?) wanted CROSS JOIN names n ON n.term = wanted.value", (asked,)
    )
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
    return Matches((packed >> 8) + starts, (packed & 0xFF).astype(np.uint8))


def bm25(where: Scope, found: Matches, weight: float) -> np.ndarray:
    """Return the score that a term adds to each of the passages that hold it; `weight` is its idf, or a share of it."""
    counts = found.counts.astype(np.float32)
    scores: np.ndarray = (weight * (K1 + 1)) * counts / (counts + where.norms[found.passages])
    return scores


def idf(where: Scope, *found: Matches) -> float:
    """Return how telling a term is, in all its forms: its inverse document frequency, never below zero."""
    places = [matches.passages for matches in found]
    holding = len(places[0]) if len(places) == 1 else _united(places, where.size)
    return float(np.log(1 + (where.size - holding + 0.5) / (holding + 0.5)))


def _united(places: Sequence[np.ndarray], size: int) -> int:
    inside = np.zeros(size, dtype=bool)
    for some in places:
        inside[some] = True
    return int(np.count_nonzero(inside))


def cosines(where: Scope, vector: np.ndarray) -> np.ndarray:
    """Return the cosine of every passage's vector with a unit vector."""
    # Not a product of matrices: the library that numpy has for those starts threads, which wait for one another for
    # tens of milliseconds when the processor is busy, and needs a copy of all vectors in floats.
    result: np.ndarray = np.einsum("ij,j->i", where.vectors, vector)
    result /= 127
    return result


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
