"""Our index of keywords against SQLite's FTS5: time to build, disk, and time to answer, as the store grows.

    python benchmarks/keyword_index.py
    python benchmarks/keyword_index.py --passages 1000,10000 --questions 100

Passages are 100 words of the open set's English PDFs, 300 passages to a document. There are a few thousand of them;
past that, passages are made by joining the first half of one with the second half of another (seeded), in which every
other word that is rare in the originals gets a new spelling for each copy. So frequent words stay frequent, rare ones
stay rare, and the vocabulary grows with the store, as it does with real text.

FTS5 is contentless and holds the stems that our index holds, so that its own tokenizer has nothing to do but split at
spaces (unicode61). Questions are real ones of the open set. `fts, same words` gets the words that our search looks for;
`fts, all words` those of the question with its stop words. Our time contains the analysis of the question, `fts` does
not. `with vectors` is our whole search (on vectors of zeros), which looks at the best passages again. `CPU` is
processor time, which other jobs disturb less; `/ fts` divides by `fts, same words`.
"""

from __future__ import annotations

import argparse
import functools
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import common
import numpy as np
from tqdm import tqdm

from pdfqa import languages
from pdfqa.index import build, query
from pdfqa.pages import Block, DocumentInfo, Page, Segment
from pdfqa.query_terms import question_terms
from pdfqa.search import search, top
from pdfqa.store.database import Database
from pdfqa.store.documents import Documents, StoredDocument

WORDS = 100
PER_DOCUMENT = 300
PER_SEGMENT = 100
RARE = 3
TOP = 20
LANG = "en"
PDFS = ("squad2-", "xquad-en", "azure_", "uda_", "ntsb_", "cc0_")
SOURCES = ("squad", "azure", "nq")

Ask = Callable[[str], object]
Times = tuple[float, float]


@dataclass(frozen=True)
class Built:
    """An index that was built."""

    seconds: float
    megabytes: float


class NoEmbedder:
    """Gives every text a vector of zeros, so that keywords alone are measured."""

    name = "none"
    dimensions = 256

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return zeros."""
        return np.zeros((len(texts), self.dimensions), dtype=np.float32)


def main() -> None:
    """Measure and print."""
    options = arguments()
    originals = read_passages(options.data)
    questions = read_questions(options.data, options.questions)
    common.need([Path(text) for text in originals[:1]], options.data)
    print(common.header())
    print(f"{len(originals)} original passages, {len(questions)} questions, top {TOP}\n")
    built, asked = [], []
    for size in (int(size) for size in options.passages.split(",")):
        with tempfile.TemporaryDirectory(prefix="pdfqa-index-") as folder:
            build_lines, query_lines = measure(made(originals, size), questions, Path(folder))
        built += build_lines
        asked += query_lines
    print(common.table(["build", "passages", "words", "seconds", "MB"], built))
    print("\n" + common.table(["query", "passages", "p50 ms", "p95 ms", "CPU p50", "/ fts", "CPU / fts"], asked))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--passages", default="1000,10000,100000", help="sizes of the store")
    parser.add_argument("--questions", type=int, default=200)
    return parser.parse_args()


# Passages and questions


def read_passages(data: Path) -> list[str]:
    """Return the text of the English PDFs in pieces of 100 words."""
    import pypdfium2

    found = []
    for path in common.all_pdfs(data, ["open_set"]):
        if not path.name.startswith(PDFS):
            continue
        document = pypdfium2.PdfDocument(path)
        words = " ".join(page.get_textpage().get_text_range() for page in document).split()
        found += [" ".join(words[i : i + WORDS]) for i in range(0, len(words) - WORDS + 1, WORDS)]
    return found


def read_questions(data: Path, count: int) -> list[str]:
    """Return a seeded sample of English questions."""
    sources = [source for source in common.SOURCES if source.key in SOURCES]
    found = sorted({row.question for source in sources for row in common.load_rows(data, source) if row.lang == LANG})
    return random.Random(common.SEED).sample(found, min(count, len(found)))


def made(originals: Sequence[str], size: int) -> list[str]:
    """Return so many passages: the originals, shuffled, then joined halves with rare words spelt anew."""
    chance = random.Random(common.SEED)
    words = [text.split() for text in originals]
    frequent = {word for word, held in Counter(w for one in words for w in set(one)).items() if held > RARE}
    found = chance.sample(list(originals), min(size, len(originals)))
    while len(found) < size:
        copy = len(found) // len(originals)
        first, second = chance.choice(words), chance.choice(words)
        joined = first[: WORDS // 2] + second[WORDS // 2 :]
        spelt = (word if word in frequent or chance.random() < 0.5 else f"{word}x{copy}" for word in joined)
        found.append(" ".join(spelt))
    return found


# Building


def measure(passages: list[str], questions: Sequence[str], folder: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Return the lines of one size: what was built, and how fast it answers."""
    analyzer = languages.analyzer(LANG)
    stems = [" ".join(analyzer.terms(text)) for text in tqdm(passages, unit="passage", file=sys.stderr, disable=None)]
    vocabulary = len({stem for text in stems for stem in text.split()})
    ours, database, indexes = build_ours(passages, folder)
    fts, connection = build_fts(stems, folder)
    size = str(len(passages))
    built = [[name, size, str(vocabulary), f"{one.seconds:.2f}", f"{one.megabytes:.1f}"]
             for name, one in (("ours", ours), ("fts5", fts))]  # fmt: skip
    try:
        return built, compare(database, indexes, connection, questions, size)
    finally:
        database.close()
        connection.close()


def build_ours(passages: Sequence[str], folder: Path) -> tuple[Built, Database, list[int]]:
    """Return our index of the passages; storing is timed, cutting and stemming is not."""
    database = Database(folder / "ours")
    documents, indexes, seconds = Documents(database), [], 0.0
    for number, segments in enumerate(segmented(passages)):
        one = described(number)
        database.connection.execute("INSERT INTO contents (sha256, bytes) VALUES (?, 0)", (one.sha256,))
        begun = time.perf_counter()
        indexes.append(documents.write(one, segments, names=[], strategy="benchmark", embedder="none").id)
        seconds += time.perf_counter() - begun
    megabytes = table_megabytes(database.connection, "postings")
    return Built(seconds, megabytes), database, indexes


def segmented(passages: Sequence[str]) -> Iterator[list[Segment]]:
    """Yield the segments of each document; every passage is a page of its own."""
    for first in range(0, len(passages), PER_DOCUMENT):
        pages = [
            Page(number=number, label="", width=0, height=0, text=text, blocks=[Block(0, len(text))])
            for number, text in enumerate(passages[first : first + PER_DOCUMENT], 1)
        ]
        yield [build.build(pages[i : i + PER_SEGMENT], NoEmbedder()) for i in range(0, len(pages), PER_SEGMENT)]


def described(number: int) -> StoredDocument:
    """Return the record of a made-up document."""
    return StoredDocument(id=0, sha256=f"{number:064x}", pages=PER_DOCUMENT, language=LANG, read_at=0,
                          info=DocumentInfo(pages=PER_DOCUMENT), unread=[])  # fmt: skip


def build_fts(stems: Sequence[str], folder: Path) -> tuple[Built, sqlite3.Connection]:
    """Return a contentless FTS5 index of the stems, written in one transaction for each document, as ours is."""
    path = folder / "fts.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE VIRTUAL TABLE fts USING fts5(body, content='', tokenize='unicode61')")
    begun = time.perf_counter()
    for first in range(0, len(stems), PER_DOCUMENT):
        rows = enumerate(stems[first : first + PER_DOCUMENT], first + 1)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO fts (rowid, body) VALUES (?, ?)", rows)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begun
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Built(seconds, path.stat().st_size / 1e6), connection


def table_megabytes(connection: sqlite3.Connection, table: str) -> float:
    """Return the disk space of a table; where this SQLite cannot tell, the bytes of what our postings hold."""
    try:
        (used,) = connection.execute("SELECT sum(pgsize) FROM dbstat WHERE name = ?", (table,)).fetchone()
    except sqlite3.OperationalError:
        (used,) = connection.execute("SELECT sum(length(term) + length(data) + 8) FROM postings").fetchone()
    return float(used) / 1e6


# Asking


def compare(database: Database, indexes: list[int], connection: sqlite3.Connection, questions: Sequence[str],
            size: str) -> list[list[str]]:  # fmt: skip
    """Return the times of the queries over everything and inside one document."""
    lines = []
    for name, some in (("all", indexes), ("one document", indexes[len(indexes) // 2 : len(indexes) // 2 + 1])):
        where = query.scope(database, some, NoEmbedder.dimensions)
        low = 0 if name == "all" else len(indexes) // 2 * PER_DOCUMENT
        span = None if name == "all" else (low + 1, low + PER_DOCUMENT)
        lines += group_lines(name, size, asks(database, where, connection, span), questions)
        opening = functools.partial(query.scope, database, some, NoEmbedder.dimensions)
        lines.append([f"{name}: open the scope", size, *columns([clocked(opening) for _ in range(5)])])
    return lines


def asks(database: Database, where: query.Scope, connection: sqlite3.Connection, span: tuple[int, int] | None
         ) -> dict[str, Ask]:  # fmt: skip
    """Return the ways to ask, the first one being what the others are compared with."""
    analyzer, documents = languages.analyzer(LANG), Documents(database)

    def same_words(question: str) -> list[str]:
        return [term.word for term in question_terms(database, where, question)]

    return {
        "fts, same words": fts_ask(connection, span, same_words),
        "fts, all words": fts_ask(connection, span, analyzer.terms),
        "ours, keywords": lambda question: keywords(database, where, question),
        "ours, with vectors": lambda question: search(database, documents, where, NoEmbedder(), question, TOP),
    }


def fts_ask(connection: sqlite3.Connection, span: tuple[int, int] | None, words: Callable[[str], Sequence[str]]) -> Ask:
    """Return a way to put an OR query; its words are found beforehand, on the first call for a question."""
    known: dict[str, str] = {}
    inside = "AND rowid BETWEEN ? AND ? " if span else ""
    sql = f"SELECT rowid FROM fts WHERE fts MATCH ? {inside}ORDER BY rank LIMIT {TOP}"  # noqa: S608

    def ask(question: str) -> object:
        if question not in known:
            known[question] = " OR ".join(f'"{word}"' for word in dict.fromkeys(words(question))) or '"-"'
        return connection.execute(sql, (known[question], *(span or ()))).fetchall()

    return ask


def keywords(database: Database, where: query.Scope, question: str) -> np.ndarray:
    """Return the best passages by keywords alone, found as `pdfqa.search` does."""
    scores = np.zeros(where.size, dtype=np.float32)
    for term in question_terms(database, where, question):
        scores[term.found.passages] += query.bm25(where, term.found, term.idf * term.weight * term.likeness)
    return top(scores, TOP)


def group_lines(name: str, size: str, ways: dict[str, Ask], questions: Sequence[str]) -> list[list[str]]:
    """Return the lines of some ways to ask; each question is put to every way in turn, once before the clock runs."""
    taken: dict[str, list[Times]] = {way: [] for way in ways}
    for question in questions:
        for way, ask in ways.items():
            ask(question)
            taken[way].append(clocked(functools.partial(ask, question)))
    bases = np.percentile(next(iter(taken.values())), 50, axis=0)
    return [[f"{name}: {way}", size, *columns(times, bases)] for way, times in taken.items()]


def clocked(call: Callable[[], object]) -> Times:
    """Return the milliseconds of a call by the clock and on the processor (all threads of this process)."""
    begun, cpu = time.perf_counter(), time.process_time()
    call()
    return 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - cpu)


def columns(times: Sequence[Times], bases: Iterable[float] | None = None) -> list[str]:
    """Return p50 and p95 by the clock, p50 on the processor, and both medians as ratios to some bases."""
    p50, p95 = np.percentile(times, (50, 95), axis=0)
    ratios = [f"{own / base:.2f}" for own, base in zip(p50, bases, strict=True)] if bases is not None else ["-", "-"]
    return [f"{p50[0]:.2f}", f"{p95[0]:.2f}", f"{p50[1]:.2f}", *ratios]


if __name__ == "__main__":
    main()
