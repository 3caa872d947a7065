"""Measure tables as the ICDAR 2013 competition did: precision and recall of neighbours among the cells of each table.

A relation is two cells with text that stand next to one another, to the right or below; empty cells between them are
skipped. A found relation is right if the true table has it. Texts are compared without white space, leading dots and
case. "structure" compares each true table with what was found of it; "complete" counts all relations of the pages that
have a true table, so that false tables on these pages cost precision. "prose pages" is the share of pages of documents
without tables on which one is found.

    python benchmarks/icdar.py
    python benchmarks/icdar.py --limit 10 --readers pdfqa --each
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import common

Grid = list[tuple[int, int, int, int, str]]  # first row and column, last row and column, text
Relations = Counter[tuple[str, str, str]]
# Documents of running text, some in columns, with lists, references and figures, but (nearly) without tables.
PROSE = (
    "squad2-*.pdf",
    "xquad-en*.pdf",
    "xquad-de*.pdf",
    "xquad-ru*.pdf",
    "geotopo_de.pdf",
    "debian_maint-guide_es.pdf",
)
PROSE_PAGES = 20  # of each document
_DOTS = re.compile(r"(?:[.·…_]\s?){2,}")


@dataclass
class Truth:
    """A table as people marked it."""

    pdf: str
    table: str
    page: int
    grid: Grid


@dataclass
class Score:
    """Right, found and true relations."""

    right: int = 0
    found: int = 0
    true: int = 0

    def add(self, truth: Relations, found: Relations) -> None:
        """Count the relations of one table."""
        self.right += sum((truth & found).values())
        self.found += sum(found.values())
        self.true += sum(truth.values())

    @property
    def precision(self) -> float:
        """Return how much of what was found is right."""
        return self.right / self.found if self.found else float(not self.true)

    @property
    def recall(self) -> float:
        """Return how much of what is true was found."""
        return self.right / self.true if self.true else 1.0


def f1(precision: float, recall: float) -> float:
    """Return the harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass
class Result:
    """What a reader reached: scores by document, and seconds for so many pages."""

    structure: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    complete: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    tables: list[tuple[str, float]] = field(default_factory=list)
    seconds: float = 0.0
    pages: int = 0


def load_tables(data: Path, limit: int | None = None) -> dict[str, list[Truth]]:
    """Return the true tables of each PDF."""
    path = data / "open_set" / "tables" / "tables.jsonl"
    documents: dict[str, list[Truth]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        row = json.loads(line)
        grid = [(top, left, bottom, right, text) for top, left, bottom, right, text, _ in row["cells"]]
        documents[row["pdf"]].append(Truth(row["pdf"], row["table"], row["pages"][0], grid))
    return dict(sorted(documents.items())[:limit])


def normal(text: str) -> str:
    """Return a cell's text as it is compared."""
    return "".join(_DOTS.sub("", text).split()).rstrip(".").casefold()


def relations(grid: Grid) -> Relations:
    """Return the pairs of neighbours among the cells that have text."""
    at: dict[tuple[int, int], int] = {}
    texts = [normal(text) for *_, text in grid]
    for number, (top, left, bottom, right, _) in enumerate(grid):
        if texts[number]:
            at.update({(row, column): number for row in range(top, bottom + 1) for column in range(left, right + 1)})
    rows, columns = max((cell[2] for cell in grid), default=0), max((cell[3] for cell in grid), default=0)
    found: set[tuple[int, int, str]] = set()
    for (row, column), number in at.items():
        beside = next((at[row, other] for other in range(column + 1, columns + 1) if (row, other) in at), number)
        below = next((at[other, column] for other in range(row + 1, rows + 1) if (other, column) in at), number)
        found |= {(number, other, way) for other, way in ((beside, "right"), (below, "down")) if other != number}
    return Counter((texts[one], texts[other], way) for one, other, way in found)


def measure(
    read: Callable[[Path, list[int]], dict[int, list[Grid]]], data: Path, truths: dict[str, list[Truth]]
) -> Result:
    """Return how well a reader finds the tables of the documents."""
    result = Result()
    for pdf, tables in truths.items():
        pages = sorted({table.page for table in tables})
        start = time.process_time()
        grids = read(data / "open_set" / pdf, pages)
        result.seconds += time.process_time() - start
        result.pages += len(pages)
        for page in pages:
            here = [table for table in tables if table.page == page]
            _score_page(result, pdf, here, [relations(grid) for grid in grids.get(page, [])])
    return result


def _score_page(result: Result, pdf: str, tables: Sequence[Truth], found: Sequence[Relations]) -> None:
    """Count the tables of one page; each that was found belongs to the true one whose words it has most of."""
    truths = [relations(table.grid) for table in tables]
    owned: list[Relations] = [Counter() for _ in truths]
    for one in found:
        shared = [len(_words(one) & _words(truth)) for truth in truths]
        best = max(range(len(truths)), key=shared.__getitem__)
        if shared[best]:
            owned[best] += one
        result.complete[pdf].found += 0 if shared[best] else sum(one.values())
    for table, truth, own in zip(tables, truths, owned, strict=True):
        result.structure[pdf].add(truth, own)
        result.complete[pdf].add(truth, own)
        score = Score()
        score.add(truth, own)
        result.tables.append((f"{pdf} p. {table.page} table {table.table}", f1(score.precision, score.recall)))


def _words(found: Relations) -> set[str]:
    return {word for one, other, _ in found for word in (one, other)}


def by_pdfqa(path: Path, pages: Sequence[int]) -> dict[int, list[Grid]]:
    """Return the grids that our own reader finds; neighbouring pages are read too, as they are when a file is added."""
    from pdfqa.pdf import read_pages

    wanted = range(max(1, min(pages) - 2), max(pages) + 3)
    found = {page.number: page for page in read_pages(path, wanted[0], wanted[-1])}
    return {
        number: [
            [
                (cell.row, cell.column, cell.row + cell.rows - 1, cell.column + cell.columns - 1, text)
                for cell in table.cells
                if (text := found[number].text[cell.start : cell.end])
            ]
            for table in found[number].tables
        ]
        for number in pages
    }


def by_pdfplumber(settings: dict[str, str]) -> Callable[[Path, Sequence[int]], dict[int, list[Grid]]]:
    """Return a reader that finds tables as pdfplumber does with some settings."""

    def read(path: Path, pages: Sequence[int]) -> dict[int, list[Grid]]:
        import pdfplumber

        with pdfplumber.open(path) as document:
            return {
                number: [list(_filled(rows)) for rows in document.pages[number - 1].extract_tables(settings)]
                for number in pages
            }

    return read


def _filled(rows: Sequence[Sequence[str | None]]) -> Iterator[tuple[int, int, int, int, str]]:
    for row, cells in enumerate(rows):
        yield from ((row, column, row, column, text) for column, text in enumerate(cells) if text)


READERS: dict[str, Callable[[Path, list[int]], dict[int, list[Grid]]]] = {
    "pdfqa": by_pdfqa,
    "pdfplumber": by_pdfplumber({}),
    "pdfplumber text": by_pdfplumber({"vertical_strategy": "text", "horizontal_strategy": "text"}),
}


def report(results: dict[str, Result]) -> str:
    """Return the table of all readers: means over documents, and pooled over all relations."""
    head = ["reader", "precision", "recall", "F1", "pooled P", "pooled R", "pooled F1", "complete F1", "pages/CPU s"]
    lines = []
    for name, result in results.items():
        means, pooled = _means(result.structure), _pooled(result.structure)
        whole = f1(*_means(result.complete))
        rate = f"{result.pages / result.seconds:.1f}" if result.seconds else "-"
        figures = [*means, f1(*means), *pooled, f1(*pooled), whole]
        lines.append([name, *map(common.number, figures), rate])
    return common.table(head, lines)


def _means(scores: dict[str, Score]) -> tuple[float, float]:
    count = len(scores) or 1
    return sum(score.precision for score in scores.values()) / count, sum(s.recall for s in scores.values()) / count


def _pooled(scores: dict[str, Score]) -> tuple[float, float]:
    whole = Score(*(sum(getattr(score, name) for score in scores.values()) for name in ("right", "found", "true")))
    return whole.precision, whole.recall


def prose(data: Path) -> tuple[int, int]:
    """Return on how many pages of prose we find a table, and how many pages were looked at."""
    from pdfqa.pdf import read_pages

    folder = data / "open_set" / "pdf"
    pages = [
        page
        for pattern in PROSE
        for path in sorted(folder.glob(pattern))[:12]
        for page in read_pages(path, 1, PROSE_PAGES)
    ]
    return sum(any(block.kind == "table" for block in page.blocks) for page in pages), len(pages)


def main() -> None:
    """Measure the readers and print what they reached."""
    arguments = common.parser(__doc__)
    arguments.add_argument("--limit", type=int, help="so many PDFs")
    arguments.add_argument("--readers", nargs="*", default=list(READERS), choices=list(READERS))
    arguments.add_argument("--each", action="store_true", help="print each table's F1")
    arguments.add_argument("--prose", action="store_true", help="count false tables on pages of prose, too")
    chosen = arguments.parse_args()
    truths = load_tables(chosen.data, chosen.limit)
    common.need([Path(pdf) for pdf in truths], chosen.data)
    print(common.header())
    results = {name: measure(READERS[name], chosen.data, truths) for name in chosen.readers}
    print(f"{sum(map(len, truths.values()))} tables in {len(truths)} PDFs\n\n{report(results)}")
    if chosen.each:
        for name, result in results.items():
            print(f"\n{name}")
            print(
                "\n".join(
                    f"  {common.number(score)}  {title}"
                    for title, score in sorted(result.tables, key=lambda item: item[1])
                )
            )
    if chosen.prose:
        tables, pages = prose(chosen.data)
        print(f"\nprose pages with a table: {tables} of {pages}")


if __name__ == "__main__":
    main()
