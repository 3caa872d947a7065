"""Fit the weights with which the best passages are read again (WEIGHTS in pdfqa/rerank.py), and show their worth.

    python benchmarks/fit_rerank.py                          all sources, 150 questions of each
    python benchmarks/fit_rerank.py --home kept --limit 60   fewer questions, documents kept for the next run

A listwise softmax over the best passages of each question; the passages of its right pages are right. Each source
weighs the square root of its questions. Documents fall into two halves (a translation with its original): the hits that
are printed are those of each half with the weights of the other one, beside those of the weights in use and those
without a second reading. The weights printed last are fitted on all. Nothing is written.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import common
import numpy as np
from tqdm import tqdm

from pdfqa import PDFQA
from pdfqa.config import Settings
from pdfqa.embed import builtin
from pdfqa.engine import Engine
from pdfqa.passages import DEFAULT
from pdfqa.rerank import FEATURES, WEIGHTS, look
from pdfqa.search import AGAIN, Ranking, evidence, rate, top

SOURCES = "azure nq squad xquad languages crosslingual known_item financebench mmlongbench".split()
PENALTY = 1e-3  # on the squares of the weights, each in units of its feature's spread
STEPS, RATE = 300, 0.05


@dataclass
class Case:
    """A question: what is seen of its best passages (the fused score first), their pages, and which are right."""

    source: str
    half: int
    seen: np.ndarray
    pages: np.ndarray
    right: np.ndarray


def main() -> None:
    """Fit, and print."""
    parser = common.parser(__doc__)
    parser.add_argument("--home", type=Path, help="home directory to keep and use again (default: a fresh one)")
    parser.add_argument("--limit", type=int, default=150, help="questions of each source")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pdfqa-fit-") as temporary:
        cases = list(collect(options, options.home or Path(temporary)))
    print(common.header())
    halves = [fit([case for case in cases if case.half == half]) for half in (0, 1)]
    used = np.array([1.0, *WEIGHTS.values()])
    rankings = {
        "not read again": [np.eye(1, len(used))[0]] * 2,
        "weights in use": [used, used],
        "fitted on the other half": halves[::-1],
    }
    rows = []
    for source in dict.fromkeys(case.source for case in cases):
        some = [case for case in cases if case.source == source]
        hits = [np.mean([hit(case, pair[case.half]) for case in some], axis=0) for pair in rankings.values()]
        rows.append([source, str(len(some)), *(" ".join(map(common.number, one)) for one in hits)])
    print(common.table(["hit@1 @5", "n", *rankings], rows))
    for name, weights in zip(("half 0", "half 1", "all"), (*halves, fit(cases)), strict=True):
        each = zip(FEATURES, weights[1:] / weights[0], strict=True)
        print(f"{name}:", ", ".join(f'"{key}": {value:.2f}' for key, value in each))


def collect(options: argparse.Namespace, home: Path) -> Iterator[Case]:
    """Yield the questions whose right pages are known."""
    sources = [source for source in common.SOURCES if source.key in SOURCES]
    rows = [
        (common.pdf_path(options.data, source, row), source.key, row)
        for source in sources
        for row in common.load_rows(options.data, source, options.limit)
        if row.gold_pages
    ]
    common.need([path for path, _, _ in rows], options.data)
    with PDFQA(home=home) as qa:
        qa.add(*sorted({str(path) for path, _, _ in rows}))
    with Engine(Settings(home=home)) as engine:
        for path, source, row in tqdm(rows, unit="question", file=sys.stderr, disable=None):
            index = engine.documents.find_index(hashlib.sha256(path.read_bytes()).hexdigest(), DEFAULT.name)
            made = case(engine, index.id, source, path, row) if index is not None else None
            if made is not None:
                yield made


def case(engine: Engine, index: int, source: str, path: Path, row: common.Row) -> Case | None:
    """Return what is seen of the best passages for a question; None if it names the page, which then comes first."""
    where = engine.scopes.open((index,))
    vector = engine.embedder.encode([row.question])[0]
    rated = rate(engine.database, where, row.question, vector, Ranking())
    if rated.pages:
        return None
    found = evidence(engine.documents, where, rated, top(rated.scores.fused, AGAIN))
    seen = look(row.question, rated.terms, found, builtin())
    fused = np.array([piece.score for piece in found])
    pages = np.array([piece.page.number for piece in found])
    text = (
        path.stem.removeprefix("xquad-").removeprefix("squad2-").rsplit("_", 1)[0]
        if "xquad" in path.stem
        else path.stem
    )
    half = zlib.crc32(text.encode()) % 2
    return Case(source, half, np.column_stack((fused, seen)).astype(float), pages, np.isin(pages, row.gold_pages or []))


def fit(cases: Sequence[Case]) -> np.ndarray:
    """Return the weights that make the right passages most likely."""
    cases = [case for case in cases if case.right.any() and not case.right.all()]
    counts = {key: sum(case.source == key for case in cases) for key in {case.source for case in cases}}
    share = np.array([counts[case.source] ** -0.5 for case in cases])
    share /= share.sum()
    sizes = [len(case.right) for case in cases]
    first, of = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(cases)), sizes)
    seen, right = np.concatenate([case.seen for case in cases]), np.concatenate([case.right for case in cases])
    spread = seen.std(axis=0) + 1e-9
    scaled = (seen - seen.mean(axis=0)) / spread
    weights, mean, square = (np.zeros(scaled.shape[1]) for _ in range(3))
    for step in range(1, STEPS + 1):  # Adam: Kingma & Ba (2015)
        score = scaled @ weights
        odds = np.exp(score - np.maximum.reduceat(score, first)[of])
        among_all = odds / np.add.reduceat(odds, first)[of]
        among_right = odds * right / np.add.reduceat(odds * right, first)[of]
        slope = scaled.T @ ((among_all - among_right) * share[of]) + 2 * PENALTY * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        weights = weights - RATE * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    result: np.ndarray = weights / spread
    return result


def hit(case: Case, weights: np.ndarray) -> tuple[float, float]:
    """Return whether a right page is first, and whether one is among the first five."""
    order = case.pages[np.argsort(-(case.seen @ weights), kind="stable")]
    right = set(case.pages[case.right].tolist())
    ranks = [rank for rank, page in enumerate(dict.fromkeys(order.tolist())) if page in right]
    return float(ranks[:1] == [0]), float(bool(ranks) and ranks[0] < 5)


if __name__ == "__main__":
    main()
