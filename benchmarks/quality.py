"""How often the right page is found and the right answer given, per source of the measuring data.

    python benchmarks/quality.py                              everything, inside the documents
    python benchmarks/quality.py --whole --out new.json       also each question put to all documents at once
    python benchmarks/quality.py --sources squad,nq --limit 100 --failures 10
    python benchmarks/quality.py --home kept --compare old.json

Page hits rank the distinct pages of the hits by their first one. Inside the document the search is told the file; over
the whole set it is not, and the right page of the right file must be found. Intervals are 95 %, by bootstrap.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import adapter
import common
import msgspec
from common import Row, Source
from quality_report import report
from tqdm import tqdm

from pdfqa import PDFQA
from pdfqa.evaluate.asking import Asker
from pdfqa.evaluate.running import skipped
from pdfqa.evaluate.scoring import Results, Seen
from pdfqa.evaluate.texts import on_page
from pdfqa.types import Failure

RAW_SAMPLE = 200


class Quote(msgspec.Struct):
    """A citation kept for the check against the raw text of the PDF."""

    path: str
    page: int
    quote: str
    row: str


def main() -> None:
    """Measure, print, and save what was asked for."""
    options = arguments()
    sources = [source for source in common.SOURCES if not options.sources or source.key in options.sources]
    rows = [(source, row) for source in sources for row in common.load_rows(options.data, source, options.limit)]
    rows = [(source, row) for source, row in rows if not options.lang or row.lang in options.lang]
    common.need([common.pdf_path(options.data, source, row) for source, row in rows], options.data)
    with tempfile.TemporaryDirectory(prefix="pdfqa-quality-") as temporary:
        measured = measure(rows, options, options.home or Path(temporary))
    report(measured, options)


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    keys = [source.key for source in common.SOURCES]
    parser = common.parser(__doc__)
    parser.add_argument("--sources", type=names, default=[], help=f"some of: {','.join(keys)}")
    parser.add_argument("--lang", type=names, default=[], help="only questions in these languages, such as de,ru")
    parser.add_argument("--limit", type=int, help="a seeded sample of this many rows of each source")
    parser.add_argument("--whole", action="store_true", help="also search all documents at once")
    parser.add_argument("--search-only", action="store_true", help="measure search, do not ask")
    parser.add_argument("--home", type=Path, help="home directory to keep and use again (default: a fresh one)")
    parser.add_argument("--out", type=Path, help="write the results, row by row, as JSON")
    parser.add_argument("--compare", type=Path, help="results of an earlier run to compare with, row by row")
    parser.add_argument("--failures", type=int, default=0, metavar="N", help="print N failures of each source")
    options = parser.parse_args()
    unknown = sorted(set(options.sources) - set(keys))
    if unknown:
        parser.error(f"no such source: {', '.join(unknown)}; there are {', '.join(keys)}")
    return options


def names(text: str) -> list[str]:
    """Return the names in a comma-separated list."""
    return [name for name in text.split(",") if name]


def measure(rows: Sequence[tuple[Source, Row]], options: argparse.Namespace, home: Path) -> Results:
    """Add the documents, put the questions to them, and return what came back."""
    asked = {common.pdf_path(options.data, source, row) for source, row in rows}
    paths = sorted(asked | set(common.all_pdfs(options.data))) if options.whole else sorted(asked)
    refused = add(paths, home)
    copies = adapter.copies(paths)
    quotes: list[Quote] = []
    seen: list[Seen] = []
    with tqdm(total=len(rows), unit="question", file=sys.stderr, disable=None) as bar:
        for path, group in groupby(rows, key=lambda item: common.pdf_path(options.data, *item)):
            failed = refused.get(str(path))
            lost = (skipped(start(*item), failed) for item in group) if failed else None
            for one in lost or put(path, list(group), options, home, quotes):
                one.right = copies[path.name]
                seen.append(one)
                bar.update()
    if options.whole:
        search_whole(seen, home)
    return Results(common.header(), len(paths), seen, check_raw(quotes))


def add(paths: Sequence[Path], home: Path) -> dict[str, Failure]:
    """Add the PDFs, saying how long it took, and return those that failed."""
    with PDFQA(home=home) as qa:
        added = qa.add(*map(str, paths))
    counts = f"{len(added.added)} PDFs added, {len(added.known)} known, {len(added.failed)} failed"
    print(f"{counts}; {added.pages} pages read in {added.seconds:.1f} s", file=sys.stderr)
    for failed in added.failed:
        print(f"not added: {failed.file}: {failed.error}: {failed.message}", file=sys.stderr)
    return {failed.file: failed for failed in added.failed}


def put(
    path: Path, rows: Sequence[tuple[Source, Row]], options: argparse.Namespace, home: Path, quotes: list[Quote]
) -> Iterator[Seen]:
    """Yield what comes back for the questions about one document, which is opened once."""
    with PDFQA(str(path), home=home) as qa:
        asker = Asker(qa, ask=not options.search_only)
        for source, row in rows:
            seen = start(source, row)
            asker.put(seen)
            quotes += [Quote(str(path), one.page, one.quote, row.id) for one in seen.citations]
            yield seen


def start(source: Source, row: Row) -> Seen:
    """Return the record of a question before it is put."""
    visual = bool(row.requires_visual) or row.gold_pages_have_text is False
    return Seen(id=row.id, source=source.key, lang=row.lang, question=row.question, answers=row.answers,
                gold=row.gold_pages, answerable=row.answerable, visual=visual)  # fmt: skip


def search_whole(rows: Sequence[Seen], home: Path) -> None:
    """Put each question that has a page to all documents at once.

    Not those in another language than their document, nor those to a scan: the same text is there as another document.
    """
    with PDFQA(home=home) as qa:
        put = [seen for seen in rows if seen.gold and seen.source not in common.PARALLEL]
        asker = Asker(qa)
        for seen in tqdm(put, unit="question, all", file=sys.stderr, disable=None):
            asker.search_all(seen)


def check_raw(quotes: Sequence[Quote]) -> dict[str, int]:
    """Return how a sample of the quotes stands in the raw text of its page, as pypdfium2 alone reads it."""
    counts: Counter[str] = Counter()
    sample = random.Random(common.SEED).sample(list(quotes), min(RAW_SAMPLE, len(quotes)))
    for path, group in groupby(sorted(sample, key=lambda one: one.path), key=lambda one: one.path):
        for one, raw in adapter.raw_pages(path, list(group)):
            how = on_page(one.quote, raw)
            counts[how] += 1
            if how == "no":
                print(f"not in the raw text: {one.row} p. {one.page} {one.quote!r}", file=sys.stderr)
    return dict(counts)


if __name__ == "__main__":
    main()
