"""Measure reading order: how far the words of a page come in the order in which a person reads them.

Made pages (one to three columns, with titles, figures, tables and boxes across them, sidebars, footnotes) are written
with their content in several orders: as read, frame by frame in any order, line by line from the top over all columns,
in any order, from the last to the first, and turned. Real pages whose content stream is in reading order are laid out
as they are, and with their lines brought into another order; "ocr" takes the lines from the top, with noise in their
places and sizes, as recognition gives them. Twins are documents whose text is known.

The figure is how much of the words comes in the known order: the longest common subsequence over the longer sequence
for made pages and twins, over the words of the read page for real ones. It is the mean over pages; `whole` is the
share of pages that reach 0.98.

    python benchmarks/reading_order.py
    python benchmarks/reading_order.py --limit 5 --each
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import common
import msgspec
from rapidfuzz.distance import LCSseq

from pdfqa import pdf
from pdfqa.pdf.layout.layout import Layout
from pdfqa.pdf.lines import Line, Sheet
from tests.pdf_maker import Leaf, Put, write_pdf

# Written by programs that put text down in reading order, as looking at their pages shows.
IN_ORDER = (
    "open_set/pdf/squad2-*.pdf",
    "open_set/pdf/xquad-en-a.pdf",
    "open_set/pdf/xquad-de-a.pdf",
    "open_set/pdf/xquad-zh-a.pdf",
    "open_set/pdf/geotopo_de.pdf",
    "open_set/pdf/debian_maint-guide_es.pdf",
    "reports/pdf/mmlb_2310.05634v2.pdf",
    "reports/pdf/mmlb_2312.10997v5.pdf",
    "reports/pdf/mmlb_STEPBACK.pdf",
)
TWINS = ("debian_maint-guide_es", "debian_maint-guide_ca", "debian_maint-guide_ru", "geotopo_de")
_WORD = re.compile(r"[^\W_]+")
WORDS = (
    "the report of this year shows how members and their families use water energy land roads for work a plan in "
    "which local people decide on prices schools health care is better than one where nobody asks them since "
    "growth fell again demand rose while costs stayed level over several quarters so that income from services "
    "was higher we measured it with three methods each under other conditions results differ only where samples "
    "were small or winters cold "
).split()


@dataclass(frozen=True)
class Frame:
    """What stands together on a made page: its pieces, in the order in which they are read."""

    puts: list[Put]


@dataclass
class Made:
    """Makes the frames of a page, and with a seed the words in them."""

    seed: int
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def sentence(self) -> str:
        words = self.chance.choices(WORDS, k=self.chance.randint(6, 18))
        return " ".join([words[0].capitalize(), *words[1:]]) + "."

    def text(self, x: float, y: float, width: float, lines: int, *, size: float = 9, lead: float = 1.25) -> Frame:
        """Return a frame of running text in so many lines, with indented paragraphs and a last short line each."""
        letters = int(width / (0.6 * size))
        puts: list[Put] = []
        left = self.sentence().split()
        while len(puts) < lines:
            line = ""
            while left and len(line) + len(left[0]) < letters:
                line += f"{left.pop(0)} "
                if not left and self.chance.random() < 0.75:
                    left = self.sentence().split()
            puts.append(Put(line.strip(), x, round(y - len(puts) * lead * size, 2), size))
            left = left or self.sentence().split()
        return Frame(puts)

    def title(self, x: float, y: float, words: int = 4, size: float = 16, *, font: str = "bold") -> Frame:
        words_ = self.chance.choices(WORDS, k=words)
        return Frame([Put(" ".join(words_).title(), x, y, size, font)])

    def table(self, x: float, y: float, width: float, rows: int, columns: int = 4) -> Frame:
        step = width / (columns + 1)
        puts: list[Put] = []
        for row in range(rows):
            label = " ".join(self.chance.choices(WORDS, k=2))
            puts.append(Put(label, x, y - 13 * row, 8))
            for column in range(columns):
                cell = str(2020 + column) if row == 0 else f"{self.chance.randint(100, 9999):,}"
                puts.append(Put(cell, x + step * (column + 1.6), y - 13 * row, 8))
        return Frame(puts)

    def items(self, x: float, y: float, width: float, count: int, *, size: float = 9) -> Frame:
        puts: list[Put] = []
        for _ in range(count):
            body = self.text(x + 12, y - 1.3 * size * len(puts), width - 12, 2, size=size, lead=1.3).puts
            first = body[0]
            puts += [Put("• " + first.text[:-2], x, first.y, size), *body[1:]]
        return Frame(puts)


def kinds(made: Made) -> dict[str, list[Frame]]:
    """Return the frames of one page of each kind, in reading order; pages are 612 by 792."""
    return {
        "one column": [made.title(72, 720), made.text(72, 690, 460, 20), made.text(72, 440, 460, 22)],
        "two columns": [made.text(54, 720, 240, 52), made.text(318, 720, 240, 52)],
        "two, narrow gap": [made.text(54, 720, 248, 52), made.text(308, 720, 248, 45)],
        "two under a title": [
            made.title(140, 730, 5),
            made.text(54, 690, 240, 46),
            made.text(318, 690, 240, 30),
        ],
        "two under an abstract": [
            made.title(140, 735, 5),
            made.text(90, 705, 430, 8, size=8),
            made.title(54, 600, 2, 11),
            made.text(54, 580, 240, 36),
            made.text(318, 600, 240, 38),
        ],
        "three columns": [made.text(45, 700, 160, 45), made.text(226, 700, 160, 45), made.text(407, 700, 160, 33)],
        "two, then three": [
            made.text(54, 730, 240, 20),
            made.text(318, 730, 240, 20),
            made.text(45, 470, 160, 30),
            made.text(226, 470, 160, 30),
            made.text(407, 470, 160, 20),
        ],
        "figure between": [
            made.text(54, 730, 240, 18),
            made.text(318, 730, 240, 18),
            Frame([Put("Figure 3. " + made.sentence(), 54, 420, 8)]),
            made.text(54, 380, 240, 26),
            made.text(318, 380, 240, 26),
        ],
        "table across": [
            made.text(54, 730, 240, 18),
            made.text(318, 730, 240, 18),
            made.table(54, 500, 500, 8),
            made.text(54, 370, 240, 24),
            made.text(318, 370, 240, 24),
        ],
        "table in a column": [
            made.text(54, 730, 240, 20),
            made.table(54, 480, 240, 8, 2),
            made.text(54, 360, 240, 20),
            made.text(318, 730, 240, 48),
        ],
        "sidebar": [made.title(54, 735), made.text(54, 700, 340, 45), made.text(430, 700, 130, 24, size=7.5)],
        "sidebar at left": [made.text(190, 700, 370, 45), made.text(60, 640, 100, 20, size=7)],
        "four boxes": [
            made.title(60, 730),
            made.title(60, 680, 2, 11),
            made.text(60, 662, 220, 15),
            made.title(330, 680, 2, 11),
            made.text(330, 662, 220, 17),
            made.title(60, 380, 2, 11),
            made.text(60, 362, 220, 18),
            made.title(330, 380, 2, 11),
            made.text(330, 362, 220, 12),
        ],
        "footnotes": [
            made.text(54, 720, 240, 40),
            made.text(318, 720, 240, 44),
            *(
                Frame([Put(f"{mark} {put.text}", put.x, put.y, put.size)])
                for mark, (x, y) in enumerate([(54, 200), (318, 160)], 1)
                for put in made.text(x, y, 230, 1, size=7).puts
            ),
        ],
        "one column, table": [made.text(72, 720, 460, 14), made.table(72, 520, 460, 12), made.text(72, 340, 460, 15)],
        "slide of two lists": [
            made.title(60, 700, 4, 24),
            made.items(60, 640, 220, 4, size=11),
            made.items(330, 640, 220, 5, size=11),
        ],
        "newsletter": [
            made.title(45, 735, 4, 22),
            made.text(45, 700, 330, 12),
            made.text(45, 540, 155, 30),
            made.text(220, 540, 155, 30),
            made.title(410, 700, 2, 11),
            made.items(410, 680, 150, 8, size=8),
        ],
    }


def as_read(frames: list[Frame], _: random.Random) -> list[Put]:
    return [put for frame in frames for put in frame.puts]


def any_frame(frames: list[Frame], chance: random.Random) -> list[Put]:
    return as_read(chance.sample(frames, len(frames)), chance)


def from_the_top(frames: list[Frame], chance: random.Random) -> list[Put]:
    return sorted(as_read(frames, chance), key=lambda put: (-put.y, put.x))


def any_line(frames: list[Frame], chance: random.Random) -> list[Put]:
    puts = as_read(frames, chance)
    return chance.sample(puts, len(puts))


def from_the_end(frames: list[Frame], chance: random.Random) -> list[Put]:
    return as_read(frames, chance)[::-1]


ORDERS: dict[str, Callable[[list[Frame], random.Random], list[Put]]] = {
    "as read": as_read,
    "any frame": any_frame,
    "rows": from_the_top,
    "any line": any_line,
    "backwards": from_the_end,
}
TURNED = "/MediaBox [0 0 792 612] /Rotate 90", "0 1 -1 0 792 0 cm\n"
Scores = dict[tuple[str, str], list[float]]


def similarity(expected: str, actual: str) -> float:
    """Return how much of two texts' words comes in the same order."""
    return LCSseq.normalized_similarity(_words(expected), _words(actual)) if expected or actual else 1.0


def _open_ended(line: Line) -> str:
    return line.text if line.cut else line.text[:-1] if line.text[-1] in "-\u2010" else f"{line.text} "


def kept_order(written: str, read: str) -> float:
    """Return how much of a page's text comes in the order in which it was written; what was left out does not count."""
    words = _words(read)
    return LCSseq.similarity(_words(written), words) / max(len(words), 1)


def _words(text: str) -> list[str]:
    found = _WORD.findall(text.lower())
    # Where words are not divided by spaces, each sign is one.
    return [sign for word in found for sign in (list(word) if word[0] > "\u0e00" else [word])]


def made_pages(seeds: int) -> Scores:
    """Measure made pages, each kind and order, by a file of their own: no page helps another."""
    scores: Scores = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            for kind, frames in kinds(Made(seed)).items():
                expected = " ".join(put.text for frame in frames for put in frame.puts)
                for order, arrange in ORDERS.items():
                    puts = arrange(frames, random.Random(seed))
                    path = write_pdf(Path(folder) / "made.pdf", [Leaf(puts)])
                    scores[kind, order].append(similarity(expected, next(pdf.read_pages(path, 1, 1)).text))
                path = write_pdf(Path(folder) / "made.pdf", [Leaf(as_read(frames, random.Random(0)), *TURNED)])
                scores[kind, "turned"].append(similarity(expected, next(pdf.read_pages(path, 1, 1)).text))
    return scores


def _kept(lines: list[Line], _: random.Random) -> list[Line]:
    return lines


def _rows(lines: list[Line], _: random.Random) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.y, line.x0))


def _shuffled(lines: list[Line], chance: random.Random) -> list[Line]:
    return chance.sample(lines, len(lines))


def _recognised(lines: list[Line], chance: random.Random) -> list[Line]:
    for line in lines:
        line.y += chance.gauss(0, 0.05) * line.size
        line.x0 += chance.gauss(0, 0.1) * line.size
        line.size *= 1 + chance.gauss(0, 0.05)
        line.bold = line.italic = False
        line.cells = None
    return _rows(lines, chance)


CHANGES: dict[str, Callable[[list[Line], random.Random], list[Line]]] = {
    "as it is": _kept,
    "rows": _rows,
    "any line": _shuffled,
    "ocr": _recognised,
}


def real_pages(paths: list[Path], limit: int) -> Scores:
    """Measure real pages with their lines in other orders against the same pages as they are."""
    scores: Scores = defaultdict(list)
    for path in paths:
        info = pdf.read_info(path)
        numbers = random.Random(common.SEED).sample(range(1, info.pages + 1), min(limit, info.pages))
        sheets = [pdf.read_sheet(path, number) for number in sorted(numbers)]
        written = ["".join(_open_ended(line) for line in sheet.lines) for sheet in sheets]
        for name, change in CHANGES.items():
            again = msgspec.convert(msgspec.to_builtins(sheets), list[Sheet])
            chance = random.Random(common.SEED)
            for sheet in again:
                sheet.lines = change(sheet.lines, chance)
                sheet.source = "ocr" if name == "ocr" else "text"
            for page, text in zip(Layout().pages(again), written, strict=True):
                if len(text) > 200:
                    scores[path.name, name].append(kept_order(text, page.text))
    return scores


def twins(data: Path) -> dict[str, float]:
    """Measure documents whose text is known."""
    result: dict[str, float] = {}
    for name in TWINS:
        path = data / "open_set" / "pdf" / f"{name}.pdf"
        known = data / "open_set" / "extraction" / f"{name}.txt"
        if path.is_file() and known.is_file():
            pages = pdf.read_pages(path, 1, pdf.read_info(path).pages)
            result[name] = similarity(known.read_text("utf-8"), "\n".join(page.text for page in pages))
    return result


def table(scores: Scores, columns: list[str], *, each: bool) -> str:
    """Return the scores: a row for each kind or file if `each`, and their mean."""
    names = list(dict.fromkeys(name for name, _ in scores))
    rows = [f"{'':44}" + "".join(f"{column:>10}" for column in columns)]
    shown = [(name, [name]) for name in names] if each else []
    for title, members in [*shown, ("mean", names), ("whole", names)]:
        cells: list[str] = []
        for column in columns:
            values = [value for name in members for value in scores[name, column]]
            values = [float(value > 0.98) for value in values] if title == "whole" else values
            cells.append(f"{sum(values) / max(len(values), 1):10.3f}")
        rows.append(f"{title[:44]:44}" + "".join(cells))
    return "\n".join(rows)


def real_paths(data: Path) -> Iterator[Path]:
    for pattern in IN_ORDER:
        yield from sorted(data.glob(pattern))


def main() -> None:
    """Measure and print."""
    options = arguments()
    print(common.header())
    print("\nmade pages, by the order of their content stream\n")
    print(table(made_pages(options.seeds), [*ORDERS, "turned"], each=options.each))
    paths = list(real_paths(options.data))
    if paths:
        print(f"\nreal pages ({options.limit} of each of {len(paths)} files), by the order of their lines\n")
        print(table(real_pages(paths, options.limit), list(CHANGES), each=options.each))
    print("\ntwins\n")
    for name, score in twins(options.data).items() if options.twins else ():
        print(f"{name:44}{score:10.4f}")


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--limit", type=int, default=12, help="pages of each real file")
    parser.add_argument("--seeds", type=int, default=3, help="made pages of each kind")
    parser.add_argument("--each", action="store_true", help="a row for each kind of page and each file")
    parser.add_argument("--twins", action="store_true", help="also whole documents whose text is known")
    return parser.parse_args()


if __name__ == "__main__":
    main()
