"""What each lever of search is worth: everything on, each one off alone, and nothing but plain keywords.

    python benchmarks/ablation.py                           150 questions of each source
    python benchmarks/ablation.py --home kept --limit 60    fewer; documents kept for the next run
    python benchmarks/ablation.py --levers "second reading,other names"

Page hit@1 and @5 inside the document that the question is about. Differences are to everything on, question by
question; those whose paired 95 % interval leaves out zero are starred.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from unittest import mock

import common
import numpy as np
from common import Row
from tqdm import tqdm

from pdfqa import PDFQA, query_terms, rerank, search
from pdfqa.evaluate.figures import difference_interval

SOURCES = "azure nq squad xquad languages crosslingual known_item financebench mmlongbench".split()
DEPTH, PAGES = 40, 5
Off = Callable[[ExitStack], object]
Hits = dict[str, list[tuple[float, float]]]


def always(value: object) -> Callable[..., object]:
    """Return a function that returns a value, whatever it is given."""
    return lambda *_: value


def without(module: object, **values: object) -> Off:
    """Return what gives names of a module other values."""
    return lambda stack: [stack.enter_context(mock.patch.object(module, *item)) for item in values.items()]


def unweighed(*features: str) -> Off:
    """Return what takes features out of the second reading."""
    return lambda stack: stack.enter_context(mock.patch.dict(rerank.WEIGHTS, dict.fromkeys(features, 0.0)))


def plain(stack: ExitStack) -> None:
    """Leave nothing but keywords."""
    for off in LEVERS.values():
        off(stack)


LEVERS: dict[str, Off] = {
    "second reading": lambda stack: (unweighed(*rerank.WEIGHTS)(stack), without(rerank, LABELLED=0.0)(stack)),
    "… its meaning (alike, met, said)": unweighed("alike", "met", "said"),
    "… its headings (heading, named, title)": unweighed("heading", "named", "title"),
    "… its neighbours (adjacent)": unweighed("adjacent"),
    "… its tables (table)": unweighed("table"),
    "… headings of its tables": without(rerank, _headed=lambda _, text: text),
    "… its contents pages (contents)": unweighed("contents"),
    "figures and tables by number": without(rerank, LABELLED=0.0),
    "named pages": without(search, NAMED_PAGE=0.0),
    "vectors": without(search, _known=always(1 / search.KEYWORD_WEIGHT)),
    "their weight by the question": without(search, _known=always(1.0)),
    "other names": without(query_terms, _same=always(())),
    "statements for figures": without(query_terms, _stands_in=always(())),
    "words about the asking": without(query_terms, _instructions=frozenset, _asides=always([])),
    "words spelt alike": without(query_terms, _kin=always(None)),
}
SETTINGS: dict[str, Off] = {"everything": always(None), **LEVERS, "all of these off": plain}


def main() -> None:
    """Measure and print."""
    parser = common.parser(__doc__)
    parser.add_argument("--home", type=Path, help="home directory to keep and use again (default: a fresh one)")
    parser.add_argument("--limit", type=int, default=150, help="questions of each source (150)")
    parser.add_argument("--levers", default="", help="only these, with commas between them")
    options = parser.parse_args()
    wanted = [name.strip() for name in options.levers.split(",") if name.strip()] or list(SETTINGS)[1:]
    unknown = sorted(set(wanted) - set(SETTINGS))
    if unknown:
        parser.error(f"no such lever: {', '.join(unknown)}; there are: {', '.join(LEVERS)}")
    with tempfile.TemporaryDirectory(prefix="pdfqa-ablation-") as temporary:
        report(measured(options, options.home or Path(temporary), ["everything", *wanted]))


def measured(options: argparse.Namespace, home: Path, settings: Sequence[str]) -> dict[str, Hits]:
    """Return the hits at 1 and 5 of each setting and source."""
    sources = [source for source in common.SOURCES if source.key in SOURCES]
    rows = [(source, row) for source in sources for row in common.load_rows(options.data, source, options.limit)]
    rows = [(source, row) for source, row in rows if row.gold_pages]
    paths = sorted({common.pdf_path(options.data, source, row) for source, row in rows})
    common.need(paths, options.data)
    with PDFQA(home=home) as qa:
        qa.add(*map(str, paths))
    hits: dict[str, Hits] = {name: {} for name in settings}
    with tqdm(total=len(rows), unit="question", file=sys.stderr, disable=None) as bar:
        for path, group in groupby(rows, key=lambda item: common.pdf_path(options.data, *item)):
            with PDFQA(str(path), home=home) as qa:
                for source, row in group:
                    for name, pages in searched(qa, row, settings):
                        hits[name].setdefault(source.title, []).append(worth(pages, row))
                    bar.update()
    return hits


def searched(qa: PDFQA, row: Row, settings: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Yield the pages that each setting finds, best first."""
    for name in settings:
        with setting(name):
            found = qa.search(row.question, k=DEPTH)
        yield name, list(dict.fromkeys(hit.page for hit in found))[:PAGES]


@contextmanager
def setting(name: str) -> Iterator[None]:
    """Take a lever away while the block runs."""
    with ExitStack() as stack:
        SETTINGS[name](stack)
        yield


def worth(pages: Sequence[int], row: Row) -> tuple[float, float]:
    """Return whether a right page is the first, and whether it is among the first five."""
    gold = set(row.gold_pages or ())
    return float(not gold.isdisjoint(pages[:1])), float(not gold.isdisjoint(pages))


def report(hits: dict[str, Hits]) -> None:
    """Print a line for each setting: the hits with everything on, then by how much they change without a lever."""
    whole, *others = hits
    titles = list(hits[whole])
    means = (" / ".join(f"{value:.3f}" for value in np.mean(hits[whole][title], axis=0)) for title in titles)
    lines = [["n", *(str(len(hits[whole][title])) for title in titles)], [whole, *means]]
    lines += [[f"- {name}", *(change(hits[whole][title], hits[name][title]) for title in titles)] for name in others]
    print(common.header())
    print(common.table(["hit@1 / hit@5", *titles], lines))


def change(full: Sequence[tuple[float, float]], less: Sequence[tuple[float, float]]) -> str:
    """Return by how much hit@1 and hit@5 change, starred where the interval leaves out zero."""
    parts = []
    for place in (0, 1):
        found = difference_interval((old[place], new[place]) for old, new in zip(full, less, strict=True))
        rose, low, high = found or (0.0, 0.0, 0.0)
        star = "*" if low > 0 or high < 0 else ""
        parts.append(f"{rose:+.3f}{star}" if rose else "0")
    return " / ".join(parts)


if __name__ == "__main__":
    main()
