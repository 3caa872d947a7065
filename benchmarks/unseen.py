"""What is left out as text that nobody can see: prompt injections of many kinds, and words of honest documents.

    python benchmarks/unseen.py                    the fixtures, and every tenth page of the measuring data
    python benchmarks/unseen.py --step 1           every page
    python benchmarks/unseen.py --step 1 --words   also which words were left out, and where
    python benchmarks/unseen.py --files 5 some.pdf

The first table has the fixtures of tests/injections.py: a line for each kind that is not as it should be. The second
has for each file the words that were left out, in which way, and the CPU time that looking for them takes, beside that
of pdfium alone (loading the page and its text). What is left out of the measuring data was looked at by eye: nearly
all of it is invisible indeed (marks of typesetting systems, alternative check boxes, text under figures).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import common
import pypdfium2
from pypdfium2 import raw
from tqdm import tqdm

from pdfqa.pdf import read_pages
from pdfqa.pdf.characters import codes_of
from pdfqa.pdf.objects import PageObjects
from pdfqa.pdf.visibility.layers import may_have_layers
from pdfqa.pdf.visibility.unseen import unseen

sys.path.insert(0, str(common.ROOT))
from tests.injections import HONEST, INJECTIONS

_TELLING = ("Ignore", "Ludwig", "Mallory")
_WIDEST = 100


@dataclass
class Tally:
    """What was found in one file."""

    name: str
    pages: int = 0
    words: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    raw: float = 0.0
    looking: float = 0.0
    found: list[str] = field(default_factory=list)


def main() -> None:
    """Measure and print."""
    options = arguments()
    print(common.header() + "\n")
    print(fixtures() + "\n")
    paths = options.paths or common.all_pdfs(options.data)[: options.files]
    common.need(paths, options.data)
    tallies = [looked(path, options.step) for path in tqdm(paths, unit="file", file=sys.stderr, disable=None)]
    print(file_table(tallies))
    if options.words:
        print("\n" + "\n".join(line for tally in tallies for line in tally.found))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="PDFs instead of the measuring data")
    parser.add_argument("--step", type=int, default=10, help="look at one of so many pages")
    parser.add_argument("--files", type=int, help="only the first so many files")
    parser.add_argument("--words", action="store_true", help="print what was left out")
    return parser.parse_args()


def fixtures() -> str:
    """Return how many fixtures are as they should be, and which are not."""
    lines: list[str] = []
    for title, kinds, kept in (("injections left out", INJECTIONS, 0), ("honest texts kept", HONEST, len(_TELLING))):
        wrong = [kind for kind, telling in read_fixtures(kinds) if telling != kept]
        lines.append(f"{title}: {len(kinds) - len(wrong)} of {len(kinds)}")
        lines += [f"    not: {kind}" for kind in wrong]
    return "\n".join(lines)


def read_fixtures(kinds: dict[str, bytes]) -> Iterator[tuple[str, int]]:
    """Yield for each fixture how many of the telling words are read."""
    with tempfile.TemporaryDirectory(prefix="pdfqa-unseen-") as folder:
        for kind, data in kinds.items():
            path = Path(folder) / "page.pdf"
            path.write_bytes(data)
            text = " ".join(page.text for page in read_pages(path, 1, 1))
            yield kind, sum(word in text for word in _TELLING)


def looked(path: Path, step: int) -> Tally:
    """Return what was found in a file."""
    tally = Tally(path.name)
    layered = cache(lambda: may_have_layers(path))
    document = pypdfium2.PdfDocument(path)
    try:
        for number in range(0, len(document), step):
            look(document.raw, number, tally, layered)
    finally:
        document.close()
    return tally


def look(document: object, number: int, tally: Tally, layered: Callable[[], bool]) -> None:
    """Look at one page."""
    start = time.process_time()
    page = raw.FPDF_LoadPage(document, number)
    textpage = raw.FPDFText_LoadPage(page)
    tally.raw += time.process_time() - start
    text = "".join(map(chr, codes_of(textpage)))
    start = time.process_time()
    words = unseen(PageObjects(page), textpage, text, layered)
    tally.looking += time.process_time() - start
    tally.pages += 1
    tally.words += len(text.split())
    tally.kinds.update(word.kind for word in words)
    if words:
        shown = " ".join(text[word.first : word.last + 1] for word in words)
        tally.found.append(f"{tally.name} {number + 1}: {shown[:_WIDEST]}")
    raw.FPDFText_ClosePage(textpage)
    raw.FPDF_ClosePage(page)


def file_table(tallies: Sequence[Tally]) -> str:
    """Return a line for each file, and one for all."""
    head = ["file", "pages", "words", "left out", "share", "pdfium ms", "looking ms", "ratio", "in which way"]
    whole = Tally("all")
    for tally in tallies:
        whole.pages += tally.pages
        whole.words += tally.words
        whole.kinds.update(tally.kinds)
        whole.raw += tally.raw
        whole.looking += tally.looking
    return common.table(head, list(rows([*tallies, whole])))


def rows(tallies: Iterable[Tally]) -> Iterator[list[str]]:
    """Yield the cells of each line."""
    for tally in tallies:
        out = tally.kinds.total()
        yield [
            tally.name[:40],
            str(tally.pages),
            str(tally.words),
            str(out),
            f"{100 * out / max(tally.words, 1):.3f} %",
            f"{1000 * tally.raw / max(tally.pages, 1):.2f}",
            f"{1000 * tally.looking / max(tally.pages, 1):.3f}",
            f"{tally.looking / max(tally.raw, 1e-9):.3f}",
            ", ".join(f"{kind} {count}" for kind, count in tally.kinds.most_common()),
        ]


if __name__ == "__main__":
    main()
