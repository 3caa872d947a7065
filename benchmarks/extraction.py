"""What is read of a PDF, against what is there: text, tables, scans, reading order, and how fast, beside other readers.

    python benchmarks/extraction.py                          everything, some minutes
    python benchmarks/extraction.py --part twins,speed
    python benchmarks/extraction.py --part scans --pages 5 --limit 40

twins   documents whose text is known: similarity of characters and of words (similarity.py says what is brought into
        one form), as edits over the longer text. pdfqa leaves out running heads and page numbers on purpose: the
        German text has them, which costs pdfqa some 2 % there; the Debian ones do not, and the others keep them. The
        Debian texts have footnotes at the ends of chapters, the PDFs on their pages, so that no reader comes near 1.
tables  those of the ICDAR 2013 competition (its US half), as icdar.py has it: cells that are neighbours.
scans   scanned copies of two documents: each page's recognised text against the text layer of the original, and the
        same questions put to the scan and to the original: page hit, and whether a gold answer is in the printed one.
order   pages of two and three columns, made with their content in several orders, and how much of the words each
        reader gives in the order in which they are read (reading_order.py).
speed   CPU seconds in this process and in what it starts, for the same pages: each step of pdfqa, each other reader.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import common
import extraction_scans
import extraction_speed
import icdar
import reading_order
from readers import READERS
from similarity import likeness, mean

from tests.pdf_maker import Leaf, write_pdf

PARTS = ("twins", "tables", "scans", "order", "speed")
COLUMNS = (
    "two columns",
    "two, narrow gap",
    "two under a title",
    "two under an abstract",
    "three columns",
    "figure between",
    "table across",
)
Result = dict[str, Any]


def main() -> None:
    """Measure the parts that were asked for and print what came out."""
    options = arguments()
    print(common.header())
    results: dict[str, Result] = {}
    for part in options.part:
        print(f"\n{part}\n")
        results[part] = globals()[part](options)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--part", type=parts, default=list(PARTS), help=f"some of: {','.join(PARTS)}")
    parser.add_argument("--readers", type=lambda text: text.split(","), default=list(READERS), help="some of them")
    parser.add_argument("--limit", type=int, help="so many documents of twins and tables, and questions of scans")
    parser.add_argument("--pages", type=int, help="the first so many pages of scans (all) and of speed (30)")
    parser.add_argument("--seeds", type=int, default=2, help="made pages of each kind")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    options.readers = [name for name in options.readers if name in READERS]
    return options


def parts(text: str) -> list[str]:
    """Return the parts in a comma-separated list."""
    names = text.split(",")
    if unknown := set(names) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return names


def twins(options: argparse.Namespace) -> Result:
    """Measure documents whose text is known."""
    folder = options.data / "open_set"
    manifest = folder / "extraction" / "manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()] if manifest.is_file() else []
    rows = rows[: options.limit]
    found: Result = {}
    for row in rows:
        true = (folder / row["truth"]).read_text("utf-8")
        for name in options.readers:
            read = "\n".join(READERS[name](folder / row["pdf"], 1, row["pages"]))
            found.setdefault(name, {})[Path(row["pdf"]).stem] = likeness(true, read)
    head = ["reader", "document", "characters", "words", "words found", "words right"]
    lines = []
    for name, documents in found.items():
        for title, one in [*documents.items(), ("mean", mean(list(documents.values())))]:
            lines.append([name, title, *(f"{value:.4f}" for value in asdict(one).values())])
    print(common.table(head, lines))
    return {name: {title: asdict(one) for title, one in documents.items()} for name, documents in found.items()}


def tables(options: argparse.Namespace) -> Result:
    """Measure the tables of the ICDAR 2013 competition."""
    truths = icdar.load_tables(options.data, options.limit)
    names = [name for name in icdar.READERS if name.split()[0] in options.readers]
    results = {name: icdar.measure(icdar.READERS[name], options.data, truths) for name in names}
    print(f"{sum(map(len, truths.values()))} tables in {len(truths)} PDFs\n")
    print(icdar.report(results))
    return {name: {"pages": result.pages, "seconds": result.seconds} | icdar_figures(result)
            for name, result in results.items()}  # fmt: skip


def icdar_figures(result: icdar.Result) -> Result:
    """Return precision and recall as means over documents."""
    count = max(len(result.structure), 1)
    scores = result.structure.values()
    return {
        "precision": sum(score.precision for score in scores) / count,
        "recall": sum(score.recall for score in scores) / count,
    }


def scans(options: argparse.Namespace) -> Result:
    """Measure scanned pages and questions to them."""
    return extraction_scans.measure(options.data, options.limit, options.pages)


def order(options: argparse.Namespace) -> Result:
    """Measure pages of several columns in several orders."""
    found: dict[str, dict[str, list[float]]] = {name: {} for name in options.readers}
    with tempfile.TemporaryDirectory() as folder:
        for content, expected, path in column_pages(options.seeds, Path(folder)):
            for name in options.readers:
                score = reading_order.similarity(expected, next(READERS[name](path, 1, 1), ""))
                found[name].setdefault(content, []).append(score)
    contents = list(reading_order.ORDERS)
    lines = [
        [name, *(f"{sum(found[name][content]) / len(found[name][content]):.3f}" for content in contents)]
        for name in options.readers
    ]
    made = options.seeds * len(COLUMNS)
    print(f"{made} made pages of two and three columns, by the order of their content; share of the words in order\n")
    print(common.table(["reader", *contents], lines))
    return {name: {content: sum(of) / len(of) for content, of in scores.items()} for name, scores in found.items()}


def column_pages(seeds: int, folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield the order of the content, the text as it is read, and the file, of made pages with columns."""
    for seed in range(seeds):
        for kind, frames in reading_order.kinds(reading_order.Made(seed)).items():
            if kind not in COLUMNS:
                continue
            expected = " ".join(put.text for frame in frames for put in frame.puts)
            for content, arrange in reading_order.ORDERS.items():
                puts = arrange(frames, random.Random(seed))
                yield content, expected, write_pdf(folder / "page.pdf", [Leaf(puts)])


def speed(options: argparse.Namespace) -> Result:
    """Measure how fast pages are read."""
    paths: Sequence[Path] = common.all_pdfs(options.data)
    return extraction_speed.measure(paths, options.readers, options.pages or 30)


if __name__ == "__main__":
    main()
