"""How long `pdfqa add` takes, divided by raw text extraction of the same files with pypdfium2 in one process.

    python benchmarks/ingest.py                 the PDFs of 100 pages and more, three rounds
    python benchmarks/ingest.py --rounds 5 --per-file
    python benchmarks/ingest.py --pages 20 --files 4

Both are whole processes, start to end, one after the other in the same run (A B A B ...), so that what else the machine
does falls on both. `pdfqa add` begins with an empty home directory each time. The raw process gets the text of each
page and throws it away; the last line of the table is the median of the ratios.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import common
import numpy as np
from common import Cost
from tqdm import tqdm

RAW = """
import sys, pypdfium2
for path in sys.argv[1:]:
    document = pypdfium2.PdfDocument(path)
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    document.close()
"""


@dataclass(frozen=True)
class Pair:
    """One round: our process and the raw one."""

    ours: Cost
    raw: Cost

    @property
    def ratio(self) -> float:
        """Return the ratio of the times from start to end."""
        return self.ours.seconds / self.raw.seconds

    @property
    def cpu_ratio(self) -> float:
        """Return the ratio of the CPU seconds, workers included."""
        return self.ours.cpu / self.raw.cpu


def main() -> None:
    """Measure and print."""
    options = arguments()
    sizes = {path: common.page_count(path) for path in common.all_pdfs(options.data)}
    paths = [path for path in sizes if sizes[path] >= options.pages][: options.files]
    common.need(paths, options.data)
    pages = sum(sizes[path] for path in paths)
    print(common.header())
    print(f"{len(paths)} files of {options.pages} pages and more, {pages} pages, {options.rounds} rounds\n")
    pairs = rounds(paths, options.rounds)
    print(round_table(pairs, pages))
    if options.per_file:
        print("\n" + file_table({path: rounds([path], options.rounds) for path in paths}, sizes))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--pages", type=int, default=100, help="smallest number of pages of a file")
    parser.add_argument("--files", type=int, help="only the first so many files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--per-file", action="store_true", help="also each file alone")
    return parser.parse_args()


def rounds(paths: Sequence[Path], count: int) -> list[Pair]:
    """Return the pairs of a number of rounds, after one raw round that warms the disk cache."""
    raw(paths)
    return [Pair(ours(paths), raw(paths)) for _ in tqdm(range(count), unit="round", file=sys.stderr, disable=None)]


def ours(paths: Sequence[Path]) -> Cost:
    """Return the cost of adding the files to an empty home directory."""
    with tempfile.TemporaryDirectory(prefix="pdfqa-ingest-") as home:
        command = [sys.executable, "-m", "pdfqa", "add", "--quiet", *map(str, paths)]
        return common.must(common.run(command, home=Path(home)), "pdfqa add")


def raw(paths: Sequence[Path]) -> Cost:
    """Return the cost of extracting the text of the files."""
    return common.must(common.run([sys.executable, "-c", RAW, *map(str, paths)]), "raw extraction")


def round_table(pairs: Sequence[Pair], pages: int) -> str:
    """Return each round and the medians."""
    head = ["round", "add s", "raw s", "ratio", "add pages/s", "raw pages/s", "add CPU s", "raw CPU s", "CPU ratio"]
    lines = [cells(str(number), [pair], pages) for number, pair in enumerate(pairs, 1)]
    return common.table(head, [*lines, cells("median", pairs, pages)])


def cells(title: str, pairs: Sequence[Pair], pages: int) -> list[str]:
    """Return one line of the table: the medians of some rounds."""
    columns = [
        [pair.ours.seconds for pair in pairs],
        [pair.raw.seconds for pair in pairs],
        [pair.ratio for pair in pairs],
        [pages / pair.ours.seconds for pair in pairs],
        [pages / pair.raw.seconds for pair in pairs],
        [pair.ours.cpu for pair in pairs],
        [pair.raw.cpu for pair in pairs],
        [pair.cpu_ratio for pair in pairs],
    ]
    return [title, *(f"{np.median(column):.2f}" for column in columns)]


def file_table(files: dict[Path, list[Pair]], sizes: dict[Path, int]) -> str:
    """Return the ratio of each file alone, where starting a process counts for more."""
    lines = [
        [path.name[:50], str(sizes[path]), common.spread([pair.ratio for pair in pairs])]
        for path, pairs in files.items()
    ]
    return common.table(["file", "pages", "ratio (smallest-largest)"], lines)


if __name__ == "__main__":
    main()
