"""The index: BM25 as the book has it, for any set of documents, untouched by the others."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfqa import languages
from pdfqa.embed import StaticEmbedder
from pdfqa.errors import StorageError
from pdfqa.index import query, scopes
from pdfqa.index.build import build, quantize
from pdfqa.pages import Block, DocumentInfo, Page
from pdfqa.passages import DEFAULT, cut
from pdfqa.search import search, top
from pdfqa.store import Blobs, Database, Documents
from pdfqa.store.documents import StoredDocument

EMBEDDER = StaticEmbedder.load()
WORDS = "anchor basket candle dragon engine forest garden harbour island jacket kettle ladder".split()

Texts = list[list[str]]  # of documents, of pages

texts = st.lists(
    st.lists(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(lambda words: " ".join(words) + "."),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=4,
)


def page(number: int, text: str) -> Page:
    return Page(number=number, label=str(number), width=1, height=1, text=text, blocks=[Block(0, len(text))])


class Shelf:
    """A home directory of made-up documents."""

    def __init__(self, home: Path) -> None:
        self.database = Database(home)
        self.documents = Documents(self.database)
        self.blobs = Blobs(self.database)
        self.hashes: list[str] = []

    def add(self, pages: Sequence[str], *, names: Sequence[str] = (), size: int = 2) -> int:
        """Store a document in segments of so many pages, and return its index."""
        sha256 = self.blobs.put(f"{len(self.hashes)} {pages}".encode())
        self.hashes.append(sha256)
        made = [page(number, text) for number, text in enumerate(pages, start=1)]
        segments = [build(made[first : first + size], EMBEDDER) for first in range(0, len(made), size)]
        info = DocumentInfo(pages=len(made))
        document = StoredDocument(id=0, sha256=sha256, pages=len(made), language="en", read_at=0, info=info, unread=[])
        stored = self.documents.write(document, segments, names=names, strategy=DEFAULT.name, embedder=EMBEDDER.name)
        return stored.id

    def scope(self, indexes: Sequence[int]) -> query.Scope:
        return query.scope(self.database, indexes, EMBEDDER.dimensions)

    def scores(self, indexes: Sequence[int], word: str) -> list[float]:
        """Return what a word adds to the score of every passage."""
        where = self.scope(indexes)
        found = query.matches(self.database, where, word)
        scores = np.zeros(where.size)
        scores[found.passages] = query.bm25(where, found, query.idf(where, found))
        return [float(score) for score in scores]

    def rows(self, table: str) -> int:
        return int(self.database.rows(f"SELECT count(*) FROM {table}")[0][0])


@pytest.fixture
def shelf(home: Path) -> Iterator[Shelf]:
    shelf = Shelf(home)
    yield shelf
    shelf.database.close()


def bm25(passages: Sequence[Sequence[str]], word: str) -> list[float]:
    """Score passages for a word as Robertson and Zaragoza do."""
    k1, b = query.K1, query.B
    holding = sum(word in passage for passage in passages)
    mean = sum(map(len, passages)) / len(passages)
    idf = math.log(1 + (len(passages) - holding + 0.5) / (holding + 0.5))
    scores = []
    for passage in passages:
        count = Counter(passage)[word]
        scores.append(idf * count * (k1 + 1) / (count + k1 * (1 - b + b * len(passage) / mean)))
    return scores


def passages(documents: Texts) -> list[list[str]]:
    """Return the terms of every passage, in order."""
    return [
        languages.analyzer("en").terms(text[passage.start : passage.end])
        for pages in documents
        for number, text in enumerate(pages, start=1)
        for passage in cut([page(number, text)], "en")
    ]


@settings(deadline=None, max_examples=25)
@given(texts, st.integers(1, 3))
def test_scores_are_those_of_the_book(documents: Texts, size: int) -> None:
    with TemporaryDirectory() as home:
        shelf = Shelf(Path(home))
        indexes = [shelf.add(pages, size=size) for pages in documents]
        for word in WORDS[:6]:
            (term,) = languages.analyzer("en").terms(word)
            assert shelf.scores(indexes, term) == pytest.approx(bm25(passages(documents), term), rel=1e-5)
        shelf.database.close()


@settings(deadline=None, max_examples=15)
@given(texts, st.data())
def test_some_documents_are_scored_as_if_there_were_no_others(documents: Texts, data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(range(len(documents))), min_size=1))
    with TemporaryDirectory() as home:
        shelf = Shelf(Path(home) / "all")
        alone = Shelf(Path(home) / "some")
        indexes = [shelf.add(pages, names=["anchor"]) for pages in documents]
        some = [indexes[number] for number in sorted(chosen)]
        own = [alone.add(documents[number], names=["anchor"]) for number in sorted(chosen)]
        for word in ("anchor", "basket", "candl"):
            assert shelf.scores(some, word) == alone.scores(own, word)
        here, there = shelf.scope(some), alone.scope(own)
        assert here.vectors.tobytes() == there.vectors.tobytes()
        assert (here.size, here.languages) == (there.size, there.languages)
        vector = EMBEDDER.encode(["anchor and basket"])[0]
        assert query.cosines(here, vector).tolist() == query.cosines(there, vector).tolist()
        shelf.database.close()
        alone.database.close()


def test_comings_and_goings_change_no_others_score(shelf: Shelf) -> None:
    first = shelf.add(["anchor basket anchor.", "candle dragon."])
    before = shelf.scores([first], "anchor")
    shelf.add(["anchor " * 30 + ".", "anchor basket."])
    last = shelf.add(["basket engine."])
    assert shelf.scores([first], "anchor") == before
    both = shelf.scores([first, last], "basket")
    shelf.documents.remove(shelf.hashes[1])
    assert shelf.scores([first], "anchor") == before
    assert shelf.scores([first, last], "basket") == both


def test_a_removed_document_leaves_no_row(shelf: Shelf) -> None:
    shelf.add(["anchor basket.", "candle."], names=["log"])
    tables = ("documents", "pages", "names", "indexes", "segments", "postings")
    before = {table: shelf.rows(table) for table in tables}
    assert min(before.values()) > 0
    shelf.add(["anchor dragon.", "engine forest.", "candle."], names=["log", "book"])
    assert all(shelf.rows(table) > before[table] for table in tables)
    shelf.documents.remove(shelf.hashes[1])
    assert {table: shelf.rows(table) for table in tables} == before
    shelf.documents.remove(shelf.hashes[1])
    shelf.documents.remove(shelf.hashes[0])
    assert {shelf.rows(table) for table in tables} == {0}


def test_a_document_is_stored_once_and_whole(shelf: Shelf) -> None:
    index = shelf.add(["anchor.", "basket."])
    stored = shelf.documents.find(shelf.hashes[0])
    assert stored is not None
    again = shelf.documents.write(stored, [], names=[], strategy=DEFAULT.name, embedder="another")
    assert (again.id, again.embedder, again.passages) == (index, EMBEDDER.name, 2)
    assert shelf.documents.labels(shelf.hashes[0]) == ["1", "2"]
    assert shelf.documents.totals() == (2, 2, {"en": 1})

    def broken() -> Iterator[object]:
        yield build([page(1, "candle.")], EMBEDDER)
        raise ZeroDivisionError

    sha256 = shelf.blobs.put(b"broken")
    with pytest.raises(ZeroDivisionError):
        shelf.documents.write(
            StoredDocument(**{**{f: getattr(stored, f) for f in stored.__struct_fields__}, "sha256": sha256}),
            broken(),  # type: ignore[arg-type]
            names=["broken"], strategy=DEFAULT.name, embedder="",
        )  # fmt: skip
    assert shelf.documents.find(sha256) is None
    assert shelf.rows("pages") == 2


def test_a_name_is_on_every_page_and_tells_nothing_among_them(shelf: Shelf) -> None:
    one, two = shelf.add(["anchor.", "basket."], names=["log"]), shelf.add(["log candle.", "dragon."])
    where = shelf.scope([one, two])
    found = query.matches(shelf.database, where, "log")
    assert (found.passages.tolist(), found.counts.tolist()) == ([0, 1, 2], [query.NAMED, query.NAMED, 1])
    assert found.held(np.arange(5)).tolist() == [True, True, True, False, False]
    assert query.idf(shelf.scope([one]), query.matches(shelf.database, shelf.scope([one]), "log")) < 0.3
    assert len(query.matches(shelf.database, shelf.scope([two]), "log").passages) == 1


def test_a_year_in_a_name_tells_the_pages_of_the_document_apart(shelf: Shelf) -> None:
    pages = ["anchor 2023.", "basket 2022.", "candle."]
    one, other = shelf.add(pages, names=["2023", "2024"]), shelf.add(["dragon."])
    alone, both = shelf.scope([one]), shelf.scope([one, other])
    for where in (alone, both.part(0, 3)):
        assert query.matches(shelf.database, where, "2023").passages.tolist() == [0]
        # What is nowhere but in the name is known.
        assert query.matches(shelf.database, where, "2024").passages.tolist() == [0, 1, 2]
    assert query.matches(shelf.database, both, "2023").passages.tolist() == [0, 1, 2]


def test_many_scattered_documents_are_searched(shelf: Shelf) -> None:
    with shelf.database.atomic():
        indexes = [shelf.add([f"anchor {WORDS[number % 12]}."], size=1) for number in range(1260)]
    chosen = indexes[::3]
    assert len(chosen) > 400
    assert shelf.scores(chosen, "basket") == pytest.approx(
        bm25(passages([[f"anchor {WORDS[number % 12]}."] for number in range(0, 1260, 3)]), "basket"), rel=1e-4
    )


def test_a_heading_counts_for_the_passages_under_it() -> None:
    text = "Fees\nThe anchor costs nine."
    blocks = [Block(0, 4, "heading", 1), Block(5, len(text))]
    made = Page(number=1, label="1", width=1, height=1, text=text, blocks=blocks)
    segment = build([made], EMBEDDER)
    below = build([page(2, "The basket costs ten.")], EMBEDDER, heading="Fees")
    (term,) = languages.analyzer("en").terms("Fees")
    assert term in segment.postings
    assert term in below.postings
    own = languages.analyzer("en").terms("The basket costs ten.")
    assert np.frombuffer(below.lengths, "<u2").tolist() == [len(own)]


def test_pages_without_text_make_an_empty_segment(shelf: Shelf) -> None:
    segment = build([Page(number=1, label="", width=1, height=1, text="", blocks=[])], EMBEDDER)
    assert (segment.passages, segment.lengths, segment.vectors, segment.postings) == ([], b"", b"", {})
    found = search(shelf.database, shelf.documents, shelf.scope([]), EMBEDDER, "anchor", 5)
    assert (found.terms, found.evidence) == ([], [])


def test_vectors_are_kept_in_bytes_with_their_rank() -> None:
    vectors = EMBEDDER.encode(["the anchor of the ship", "a basket of apples", "an anchored ship"])
    small = quantize(vectors)
    assert small.dtype == np.int8
    near, far = (small[0].astype(int) @ small[other].astype(int) for other in (2, 1))
    assert near > far


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(1, 70))
def test_the_highest_come_first_and_ties_by_place(scores: list[int], k: int) -> None:
    expected = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:k]
    assert top(np.array(scores, dtype=np.float32), k).tolist() == expected


def test_hashes_are_those_of_the_bytes(shelf: Shelf) -> None:
    assert shelf.blobs.put(b"anchor") == hashlib.sha256(b"anchor").hexdigest()


def test_words_that_occur_nowhere_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "_KEPT", 4096)
    kept = query.Kept()
    nowhere = query.Matches(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint8))
    for number in range(100):
        kept.keep(f"word{number}", nowhere)
    assert kept.get("word0") is None
    assert kept.get("word99") is nowhere


def test_a_new_name_is_found_by_what_is_kept_in_memory(shelf: Shelf) -> None:
    indexes = [shelf.add(["anchor.", "basket."], names=["log"]), shelf.add(["candle."])]
    kept = shelf.scope(indexes)
    assert len(query.matches(shelf.database, kept, "log").passages) == 2
    for names, passages in ((["book"], [0, 2]), (["log"], [2, 0])):
        shelf.documents.write_index(
            shelf.hashes[0], [], strategy=f"words-60-{passages[0]}", embedder=EMBEDDER.name, names=names
        )
        found = [len(query.matches(shelf.database, kept, word).passages) for word in ("log", "book")]
        assert found == passages


def test_a_scope_that_many_ask_for_at_once_is_loaded_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    index = shelf.add(["anchor."])
    together, loaded, twice = Barrier(4), [], Event()

    def load(database: Database, indexes: Sequence[int], dimensions: int) -> query.Scope:
        loaded.append(indexes)
        if len(loaded) > 1:
            twice.set()
        twice.wait(0.1)  # for another one to begin, which none should
        return query.scope(database, indexes, dimensions)

    monkeypatch.setattr(scopes, "scope", load)
    kept = scopes.Scopes(shelf.database, EMBEDDER.dimensions)

    def ask(_: int) -> query.Scope:
        together.wait()
        return kept.open((index,))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert len(loaded) == 1
    assert all(one is found[0] for one in found)


def test_a_scope_that_could_not_be_loaded_is_loaded_when_asked_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = shelf.add(["anchor."])
    kept = scopes.Scopes(shelf.database, EMBEDDER.dimensions)
    with monkeypatch.context() as broken:
        broken.setattr(scopes, "scope", lambda *_: (_ for _ in ()).throw(StorageError("busy", hint="")))
        with pytest.raises(StorageError):
            kept.open((index,))
    assert kept.open((index,)).size == 1


def test_names_are_looked_up_for_any_number_of_words(shelf: Shelf) -> None:
    shelf.add(["anchor."], names=["log"])
    where = shelf.scope([1])
    named = query.named(shelf.database, where.documents, [f"word{number}" for number in range(40_000)] + ["log"])
    assert {word: places.tolist() for word, places in named.items()} == {"log": [0]}
