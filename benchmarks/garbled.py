"""How often pages are called garbled: good ones (should be none), and ones that bad fonts make of them (should be all).

    python benchmarks/garbled.py                every page of the open set and the reports, and the robustness set
    python benchmarks/garbled.py --limit 300    a seeded sample of the good pages
    python benchmarks/garbled.py --list         also the pages called garbled or in doubt

Good pages are those of the measuring data. Pages whose text layer really is garbled are listed in REALLY, after a look
at them. Bad pages are made of the good ones, by what fonts without a map to Unicode give: numbers of glyphs, codes in
the order of first use, other alphabets. Each good page of at least 100 plain letters is garbled in every way.
"""

from __future__ import annotations

import ctypes
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import common
import pypdfium2
from tqdm import tqdm

from pdfqa.pdf.characters import page_text, unmapped
from pdfqa.pdf.letters.garbled import is_garbled

# Type 1 fonts whose glyphs are called g1, g2 …: all pages but the pictures after them.
REALLY = {("mmlb_afe620b9beac86c1027b96d31d396407.pdf", number) for number in range(1, 8)}
ROBUSTNESS_PAGES = 10


def main() -> None:
    """Measure and print."""
    parser = common.parser(__doc__)
    parser.add_argument("--limit", type=int, help="so many good pages, seeded")
    parser.add_argument("--list", action="store_true", help="name the pages called garbled")
    options = parser.parse_args()
    print(common.header())
    good = [*pages_of(common.all_pdfs(options.data))]
    if options.limit and options.limit < len(good):
        good = random.Random(common.SEED).sample(good, options.limit)
    report_good(good, listed=options.list)
    report_made([page.text for page in good if (page.path.name, page.number) not in REALLY])
    report_robustness([*pages_of(common.all_pdfs(options.data, ["robustness"]), ROBUSTNESS_PAGES)], listed=options.list)


class Sample(NamedTuple):
    """A page as it is read: mended where that can be done, and whether it was called garbled then."""

    path: Path
    number: int
    text: str
    unmapped: float
    garbled: bool


def pages_of(paths: list[Path], most: int = 10_000) -> Iterator[Sample]:
    """Yield file, page, text and share of unmapped characters of pages with text."""
    for path in tqdm(paths, disable=None, leave=False):
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError:
            continue
        for number in range(min(len(document), most)):
            try:
                text = document[number].get_textpage()
            except pypdfium2.PdfiumError:
                continue
            told = page_text(text.raw, lambda units: (ctypes.c_ushort * units)())
            if told.text.strip():
                yield Sample(path, number + 1, told.text, unmapped(text.raw), told.garbled)


def report_good(pages: list[Sample], *, listed: bool) -> None:
    """Print how many good pages are called garbled, and what asking costs."""
    begin = time.process_time()
    for page in pages:
        is_garbled(page.text, lambda: 0.0)
    cost = (time.process_time() - begin) / max(len(pages), 1)
    called = [page for page in pages if page.garbled]
    wrong = [page for page in called if (page[0].name, page[1]) not in REALLY]
    good = sum((page[0].name, page[1]) not in REALLY for page in pages)
    print(f"good pages called garbled: {len(wrong)} of {good:,}; {cost * 1e6:.0f} µs a page")
    print(f"really garbled pages called so: {len(called) - len(wrong)} of {len(pages) - good}")
    for page in wrong if listed else []:
        print(f"    {page.path.name} page {page.number}")


def report_made(texts: list[str]) -> None:
    """Print how many of the pages that were garbled on purpose are found, for each way."""
    texts = [text for text in texts if is_western(text)]
    rows = []
    for name, garble in WAYS.items():
        made = [garbled for text in texts if (garbled := garble(text)) != text]
        silent = sum(is_garbled(text) for text in made)
        told = sum(is_garbled(text, lambda: 1.0) for text in made)
        rows.append([name, f"{len(made):,}", f"{silent / len(made):.3f}", f"{told / len(made):.3f}"])
    print(common.table(["garbled on purpose", "pages", "found", "found, if the font says nothing"], rows))


def report_robustness(pages: list[Sample], *, listed: bool) -> None:
    """Print what is called garbled of the robustness set."""
    called = [page for page in pages if page.garbled]
    doubtful = [page for page in pages if page not in called and page[3] > 0.3]
    files = len({page[0] for page in called})
    print(f"robustness set: {len(called)} of {len(pages)} pages called garbled, in {files} files")
    print(f"not called so, though their fonts say of more than 30 % of the characters nothing: {len(doubtful)}")
    for kind, found in (("garbled", called), ("not", doubtful)) if listed else ():
        for page in found:
            print(f"    {kind} {page.path.name} page {page.number} ({page.unmapped:.2f}) {page.text[:40]!r}")


def is_western(text: str) -> bool:
    """Return whether a page has enough plain letters to be garbled in all ways."""
    letters = [char for char in text if char.isalpha()]
    return sum(map(str.isascii, letters)) >= max(100, 0.8 * len(letters))


def by_first_use(first: int, *, spaced: bool = False) -> Callable[[str], str]:
    """Return what gives each character a code in the order of first use."""

    def garble(text: str) -> str:
        codes: dict[str, str] = {}
        kept = "\r\n " if spaced else "\r\n"
        return "".join(char if char in kept else codes.setdefault(char, chr(first + len(codes))) for char in text)

    return garble


def by_number(step: int, base: int) -> Callable[[str], str]:
    """Return what gives the number of a glyph, as large fonts have them."""

    def garble(text: str) -> str:
        return "".join(char if char in "\r\n" else chr(base + (ord(char) * step) % 0x1800) for char in text)

    return garble


def shifted(text: str) -> str:
    """Return a text by the numbers that glyphs have in most TrueType fonts: code less 29."""
    return "".join(chr(ord(char) - 29) if " " <= char <= "~" else char for char in text)


def shuffled(text: str) -> str:
    """Return a text with the letters of the alphabet exchanged, in an order of its own for each text."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    mixed = "".join(random.Random(text[:50]).sample(letters, 26))
    return text.translate(str.maketrans(letters + letters.upper(), mixed + mixed.upper()))


WAYS: dict[str, Callable[[str], str]] = {
    "glyph numbers: code - 29": shifted,
    "codes from 1 by first use": by_first_use(1),
    "codes from 33 by first use": by_first_use(33),
    "codes from 33, spaces kept": by_first_use(33, spaced=True),
    "private use from U+F021": by_first_use(0xF021),
    "rare Chinese from U+4DA0": by_first_use(0x4DA0),
    "glyph numbers from U+0180": by_number(7, 0x180),
    "glyph numbers from U+3400": by_number(5, 0x3400),
    "lost: U+FFFD": lambda text: "".join(char if char in "\r\n " else "\ufffd" for char in text),
    "alphabet shuffled": shuffled,
}


if __name__ == "__main__":
    main()
