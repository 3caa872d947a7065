"""How long a search and an answer take over a whole home, as ratios to a bare FTS5 query, as the home grows.

    python benchmarks/latency.py
    python benchmarks/latency.py --passages 1000,10000 --questions 50 --home kept

Homes are made as `keyword_index.py` makes its store: real passages, past what there is made-up ones, 300 passages to a
document, each on a page of its own. `fts` is `SELECT rowid … MATCH 'a OR b …' ORDER BY rank LIMIT 20` over the stems of
the same passages, with the words that our search looks for (no stop words), and nothing else. `rank` is the same of
ours: the question is analysed and embedded, and all passages ranked by keywords and vectors. `find` goes on: the three
best documents are ranked by themselves, and the best passages are read again. `search` is `PDFQA.search(question,
k=20)`, `ask` is `PDFQA.ask(question)`.

Each question is put to every way in turn, so that what else the machine does falls on all of them. Warm: the process
has answered other questions. Cold: a process of its own for one question, from start to end, beside one that puts the
FTS5 query.
"""

from __future__ import annotations

import argparse
import functools
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import common
import keyword_index
import numpy as np
from tqdm import tqdm

from pdfqa import PDFQA, config, languages
from pdfqa.embed import StaticEmbedder
from pdfqa.engine import Engine
from pdfqa.engine.answering import Sources
from pdfqa.index.build import build
from pdfqa.index.query import Scope
from pdfqa.pages import Block, DocumentInfo, Page
from pdfqa.passages import DEFAULT
from pdfqa.query_terms import question_terms
from pdfqa.search import Ranking, Rated, rate, top
from pdfqa.store.documents import StoredDocument
from pdfqa.wire.requests import Content, UploadFile

WARMING = 10  # questions before the clock runs
COLD = 5
BARE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT 20", (sys.argv[2],)).fetchall()
"""

Times = dict[str, list[float]]


def main() -> None:
    """Measure and print."""
    options = arguments()
    originals = keyword_index.read_passages(options.data)
    common.need([Path(text) for text in originals[:1]], options.data)
    questions = keyword_index.read_questions(options.data, options.questions + WARMING)
    print(common.header())
    print(f"{len(originals)} original passages, {len(questions) - WARMING} questions\n")
    lines = []
    with tempfile.TemporaryDirectory(prefix="pdfqa-latency-") as temporary:
        for size in (int(size) for size in options.passages.split(",")):
            home = (options.home or Path(temporary)) / str(size)
            if not (home / "fts.db").exists():
                make(keyword_index.made(originals, size), home)
            lines += measured(home, size, questions)
    print(common.table(["milliseconds", "passages", "p50", "p95", "/ fts p50", "/ fts p95"], lines))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--passages", default="1000,10000,100000", help="sizes of the home")
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--home", type=Path, help="directory to keep the homes in and use again")
    return parser.parse_args()


def make(passages: Sequence[str], home: Path) -> None:
    """Make a home with these passages, and the FTS5 index of their stems beside it."""
    embedder, analyzer = StaticEmbedder.load(), languages.analyzer(keyword_index.LANG)
    per = keyword_index.PER_DOCUMENT
    with Engine(config.load(home=home)) as engine:
        for number, first in enumerate(tqdm(range(0, len(passages), per), unit="document", disable=None)):
            pages = [page(place, text) for place, text in enumerate(passages[first : first + per], start=1)]
            name = f"document-{number}.pdf"
            content = Content(filename=name, data=f"%PDF-{number}".encode())
            file = engine.files.create(UploadFile(file=content, purpose="assistants"))
            document = StoredDocument(id=0, sha256=engine.files.sha256(file.id), pages=len(pages), language="en",
                                      read_at=0, info=DocumentInfo(pages=len(pages)), unread=[])  # fmt: skip
            segments = [build(pages[i : i + 100], embedder) for i in range(0, len(pages), 100)]
            engine.documents.write(document, segments, names=analyzer.terms(f"document {number}"),
                                   strategy=DEFAULT.name, embedder=embedder.name)  # fmt: skip
    keyword_index.build_fts([" ".join(analyzer.terms(text)) for text in passages], home)[1].close()


def page(number: int, text: str) -> Page:
    """Return a page that is one paragraph."""
    return Page(number=number, label=str(number), width=612, height=792, text=text, blocks=[Block(0, len(text))])


def measured(home: Path, size: int, questions: Sequence[str]) -> list[list[str]]:
    """Return the lines of one size."""
    warm = warm_times(home, questions)
    cold = cold_times(home, questions[:COLD], same_words(home, questions[:COLD]))
    lines = []
    for kind, times in (("warm", warm), ("cold process", cold)):
        base = np.percentile(times["fts"], (50, 95))
        for way, taken in times.items():
            p50, p95 = np.percentile(taken, (50, 95))
            ratios = [f"{p50 / base[0]:.2f}", f"{p95 / base[1]:.2f}"]
            lines.append([f"{kind}: {way}", str(size), f"{p50:.2f}", f"{p95:.2f}", *ratios])
    return lines


def same_words(home: Path, questions: Sequence[str]) -> list[str]:
    """Return for each question the FTS5 query of the words that our search looks for."""
    with Engine(config.load(home=home)) as engine:
        where = whole(engine)
        words = [[term.word for term in question_terms(engine.database, where, text)] for text in questions]
    return [" OR ".join(f'"{word}"' for word in dict.fromkeys(some)) or '"-"' for some in words]


def warm_times(home: Path, questions: Sequence[str]) -> Times:
    """Return the milliseconds of each way to ask in a process that has answered other questions."""
    queries = dict(zip(questions, same_words(home, questions), strict=True))
    connection = sqlite3.connect(home / "fts.db")
    sql = f"SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT {keyword_index.TOP}"  # noqa: S608 (constant)
    with PDFQA(home=home) as qa, Engine(config.load(home=home)) as engine:
        everything = Sources()
        where = whole(engine)
        one = Sources(files=(middle(engine),))
        find = engine.vector_stores.find
        ways: dict[str, Callable[[str], object]] = {
            "fts": lambda question: connection.execute(sql, (queries[question],)).fetchall(),
            "rank": lambda question: top(rated(engine, where, question).scores.fused, keyword_index.TOP),
            "find": lambda question: find(everything, question, keyword_index.TOP),
            "find, one document": lambda question: find(one, question, keyword_index.TOP),
            "search": lambda question: qa.search(question, k=keyword_index.TOP),
            "ask": qa.ask,
        }
        taken: Times = {way: [] for way in ways}
        for number, question in enumerate(tqdm(questions, unit="question", file=sys.stderr, disable=None)):
            for way, ask in ways.items():
                milliseconds, _ = keyword_index.clocked(functools.partial(ask, question))
                if number >= WARMING:
                    taken[way].append(milliseconds)
    connection.close()
    return taken


def whole(engine: Engine) -> Scope:
    """Return the scope of everything."""
    return engine.scopes.open(tuple(row[0] for row in engine.database.rows("SELECT id FROM indexes ORDER BY id")))


def rated(engine: Engine, where: Scope, question: str) -> Rated:
    """Return the scores of all passages."""
    return rate(engine.database, where, question, engine.embedder.encode([question])[0], Ranking())


def middle(engine: Engine) -> str:
    """Return the id of the file in the middle."""
    ids = [str(row[0]) for row in engine.database.rows("SELECT id FROM objects WHERE kind = 'file' ORDER BY seq")]
    return ids[len(ids) // 2]


def cold_times(home: Path, questions: Sequence[str], queries: Sequence[str]) -> Times:
    """Return the milliseconds of processes that put one question, and of one that puts the FTS5 query."""
    taken: Times = {"fts": [], "search": [], "ask": []}
    for question, words in zip(questions, queries, strict=True):
        commands = {
            "fts": [sys.executable, "-c", BARE, str(home / "fts.db"), words],
            "search": [sys.executable, "-m", "pdfqa", "search", question],
            "ask": [sys.executable, "-m", "pdfqa", "ask", question],
        }
        for way, command in commands.items():
            cost = common.run(command, home=home)
            if cost.code not in (0, 1):  # 1: not found
                common.must(cost, way)
            taken[way].append(1000 * cost.seconds)
    return taken


if __name__ == "__main__":
    main()
