"""How exactly quotes are highlighted: random quotes are marked, and the marks compared with another reader's letters.

    pip install pdfminer.six
    python benchmarks/quote_boxes.py ../shared/data/open_set/pdf/*.pdf --quotes 200

Half of the quotes are marked on pages that were turned (by 90, 180 or 270 degrees), cropped, or both, before pdfqa
saw them. pdfminer.six says where the letters are; it shares no code with pdfium, which places the marks. A quote
counts only if pdfminer has its letters once and together on the page, so that it is known which ones are meant.

The edges of a mark, as the annotation in the copy has them, are compared with the ink of its letters: what is drawn
within the rectangles that pdfminer gives them. `sides` is how far the left or right edge of a line is from its ink,
`ends` how far the upper or lower one is, in points; where the ink of two lines touches, only that the edge is between
them. Letters are missed that are in no mark.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import random
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pypdf
import pypdfium2
from pypdf.generic import NameObject, RectangleObject

from pdfqa import pdf
from pdfqa.errors import PdfqaError
from pdfqa.pdf.boxes import plain
from pdfqa.pdf.copies import highlight
from pdfqa.pdf.copies.requests import Highlighting, Mark, Original, Written

WAYS = ("as it is", "turned", "cropped", "turned and cropped")
NEAR = 2.0  # points
MARGIN = 18.0  # points that are cropped on each side
SCALE = 6.0  # pixels a point
STICKS_OUT = 0.6  # of the height of a line: what is further away is of another
CORE = 0.3  # of the height of a line, from above and below: what is between is surely its own
INK = 90  # of 255 shades: how far from the paper's ink is
FEWEST, MOST = 5, 60  # words of a quote


class Letter(NamedTuple):
    text: str
    x0: float
    y0: float
    x1: float
    y1: float


class Line(NamedTuple):
    """One line of a quote: how far the mark's edges are from the ink."""

    sides: float
    ends: float


class Outcome(NamedTuple):
    way: str
    file: str
    page: int
    quote: str
    lines: list[Line]
    missed: int
    unplaced: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdfs", nargs="+", type=Path)
    parser.add_argument("--quotes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=5, help="how many of the worst are named")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    outcomes: list[Outcome] = []
    skipped: Counter[str] = Counter()
    ways = itertools.cycle((WAYS[0], WAYS[1], WAYS[0], WAYS[2], WAYS[0], WAYS[3]))
    with tempfile.TemporaryDirectory() as folder:
        way = next(ways)
        while len(outcomes) < options.quotes and skipped.total() < 40 * options.quotes:
            path = chance.choice(options.pdfs)
            outcome = tried(path, way, chance, Path(folder))
            if isinstance(outcome, str):
                skipped[outcome] += 1
                continue
            outcomes.append(outcome)
            way = next(ways)
    tell(outcomes, skipped, options.show)


def tried(path: Path, way: str, chance: random.Random, folder: Path) -> Outcome | str:
    """Mark a random quote of a file; return what came of it, or why it does not count."""
    reader = pypdf.PdfReader(path, strict=False)
    number = chance.randint(1, len(reader.pages))
    changed, out = folder / "changed.pdf", folder / "marked.pdf"
    change(path, number, way, chance, changed)
    try:
        page = next(pdf.read_pages(changed, 1, 1), None)
    except PdfqaError:
        return "the file cannot be read"
    if page is None or page.source != "text" or not page.text.strip():
        return "no text layer"
    block = chance.choice(page.blocks)
    words = page.text[block.start : block.end].split(" ")
    if len(words) < FEWEST:
        return "too short"
    first = chance.randint(0, len(words) - FEWEST)
    count = chance.randint(FEWEST, MOST)
    start = block.start + sum(len(word) + 1 for word in words[:first])
    quote = " ".join(words[first : first + count]).rstrip()
    letters = placed(letters_of(path, number), quote)
    if letters is None:
        return "not once and together for pdfminer"
    box = pypdf.PdfReader(changed).pages[0].cropbox
    if not all(
        box.left <= one.x0 and one.x1 <= box.right and box.bottom <= one.y0 and one.y1 <= box.top for one in letters
    ):
        return "cropped away"
    written = marked(changed, out, quote, start)
    quads = quads_of(out)
    lines, missed = compared(quads, letters, Ink(path, number))
    return Outcome(way, path.name, number, quote, lines, missed, bool(written.unplaced))


def change(path: Path, number: int, way: str, chance: random.Random, out: Path) -> None:
    """Write one page of a file, turned or cropped."""
    writer = pypdf.PdfWriter()
    writer.append(str(path), pages=(number - 1, number), import_outline=False)
    page = writer.pages[0]
    if "turned" in way:
        page.rotate(chance.choice((90, 180, 270)))
    if "cropped" in way:
        left, bottom, right, top = map(float, page.cropbox)
        page[NameObject("/CropBox")] = RectangleObject((left + MARGIN, bottom + MARGIN, right - MARGIN, top - MARGIN))
    writer.write(out)


def marked(path: Path, out: Path, quote: str, start: int) -> Written:
    mark = Mark(page=1, quote=quote, start=start, comment="[1]")
    original = Original(path=os.fsencode(path), name=path.name, marks=[mark])
    request = Highlighting(original=original, out=os.fsencode(out))
    return msgspec.msgpack.decode(highlight(msgspec.msgpack.encode(request)), type=Written)


def quads_of(path: Path) -> list[tuple[float, float, float, float]]:
    """Return the rectangles of the highlights in a file, as its annotations have them."""
    found: list[tuple[float, float, float, float]] = []
    for reference in pypdf.PdfReader(path).pages[0]["/Annots"]:
        annotation: Any = reference.get_object()
        if annotation["/Subtype"] == "/Highlight":
            points = [float(value) for value in annotation["/QuadPoints"]]
            for at in range(0, len(points), 8):
                across, up = points[at : at + 8 : 2], points[at + 1 : at + 8 : 2]
                found.append((min(across), min(up), max(across), max(up)))
    return found


def letters_of(path: Path, number: int) -> list[Letter]:
    """Return the letters of a page as pdfminer has them, in the coordinates of the page before it is turned."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LTChar, LTContainer
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=None)
    with path.open("rb") as stream:
        page = next(itertools.islice(PDFPage.get_pages(stream), number - 1, None))
        page.rotate = 0
        PDFPageInterpreter(manager, device).process_page(page)
        left, bottom = page.mediabox[:2]

    def walk(item: Any) -> Iterator[Letter]:
        if isinstance(item, LTChar):
            yield Letter(item.get_text(), item.x0 + left, item.y0 + bottom, item.x1 + left, item.y1 + bottom)
        elif isinstance(item, LTContainer):
            for part in item:
                yield from walk(part)

    return list(walk(device.get_result()))


def placed(letters: list[Letter], quote: str) -> list[Letter] | None:
    """Return the letters of a quote; None where they are not once and together there."""
    text, origin = "", []
    for at, letter in enumerate(letters):
        shown = "".join(map(plain, letter.text))
        text += shown
        origin += [at] * len(shown)
    wanted = "".join(map(plain, quote))
    first = text.find(wanted)
    if not wanted or first < 0 or text.find(wanted, first + 1) >= 0:
        return None
    between = letters[origin[first] : origin[first + len(wanted) - 1] + 1]  # with the hyphens, which do not count
    return [one for one in between if one.text.strip() and unicodedata.category(one.text[0]) != "Mn"]  # no bare accents


class Ink:
    """What is drawn on a page before it is turned."""

    def __init__(self, path: Path, number: int) -> None:
        document = pypdfium2.PdfDocument(path)
        page = document[number - 1]
        page.set_rotation(0)
        self._left, self._bottom, _, self._top = page.get_bbox()
        pixels = page.render(scale=SCALE, grayscale=True, may_draw_forms=False).to_numpy().squeeze()
        self._pixels = pixels
        document.close()

    def within(self, x0: float, y0: float, x1: float, y1: float) -> Place | None:
        """Return where ink is within a rectangle; the shade that most of it has is no ink.

        What sticks out above and below, as accents and Thai tone marks do where a font says too little, is followed.
        """
        left, right = math.floor((x0 - self._left) * SCALE), math.ceil((x1 - self._left) * SCALE)
        top, bottom = math.floor((self._top - y1) * SCALE), math.ceil((self._top - y0) * SCALE)
        left, top = max(left, 0), max(top, 0)
        part = self._pixels[:, left:right].astype(int)
        if not part[top:bottom].size:
            return None
        drawn = np.abs(part - np.bincount(part[top:bottom].ravel()).argmax()) > INK
        rows, columns = np.flatnonzero(drawn[top:bottom].any(1)) + top, np.flatnonzero(drawn[top:bottom].any(0))
        if not len(rows):
            return None
        inked, count, most = drawn.any(1), len(drawn), int((bottom - top) * STICKS_OUT)
        core = rows[np.abs(rows - (top + bottom) / 2).argmin()]  # from the middle outwards: further out are other lines
        up, touches_above = followed(inked[::-1], count - 1 - core, count - 1 - (top - most))
        lower, touches_below = followed(inked, core, bottom + most)
        upper = count - 1 - up
        inner = self._top - (top + (bottom - top) * CORE) / SCALE, self._top - (bottom - (bottom - top) * CORE) / SCALE
        ends = self._top - upper / SCALE, self._top - (lower + 1) / SCALE
        return Place(
            left=self._left + (left + columns[0]) / SCALE,
            right=self._left + (left + columns[-1] + 1) / SCALE,
            upper=(inner[0] if touches_above else ends[0], ends[0]),
            lower=(ends[1], inner[1] if touches_below else ends[1]),
        )


def followed(inked: np.ndarray, row: int, last: int) -> tuple[int, bool]:
    """Return how far ink goes on from a row, over gaps of less than a point, and whether it goes on beyond the last."""
    while True:
        further = np.flatnonzero(inked[row + 1 : row + 1 + int(SCALE)])
        if not len(further):
            return row, False
        if row + 1 + further[0] > last:
            return row, True
        row += 1 + int(further[0])


class Place(NamedTuple):
    """Where ink is; its upper and lower ends are between two values, which differ where another line touches it."""

    left: float
    right: float
    upper: tuple[float, float]
    lower: tuple[float, float]


def compared(quads: list[tuple[float, float, float, float]], letters: list[Letter], ink: Ink) -> tuple[list[Line], int]:
    lines: list[Line] = []
    left = letters
    for x0, y0, x1, y1 in quads:
        level = (y0 + y1) / 2
        mine = [one for one in left if x0 - NEAR <= middle(one) <= x1 + NEAR and one.y0 - 1 <= level <= one.y1 + 1]
        left = [one for one in left if one not in mine]
        place = mine and ink.within(
            min(one.x0 for one in mine),
            min(one.y0 for one in mine),
            max(one.x1 for one in mine),
            max(one.y1 for one in mine),
        )
        if not place:
            lines.append(Line(99.0, 99.0))  # a mark on nothing
            continue
        sides = max(abs(x0 - place.left), abs(x1 - place.right))
        lines.append(Line(float(sides), float(max(beyond(y0, place.lower), beyond(y1, place.upper)))))
    return lines, len(left)


def beyond(value: float, ends: tuple[float, float]) -> float:
    return max(ends[0] - value, value - ends[1], 0.0)


def middle(one: Letter) -> float:
    return (one.x0 + one.x1) / 2


def tell(outcomes: list[Outcome], skipped: Counter[str], show: int) -> None:
    head = f"all edges within {NEAR:.0f} pt   sides: median  95 %   max   ends: median  95 %   max  missed"
    print(f"{'':20} quotes  lines  {head}")
    for way in (*WAYS, "all"):
        some = [one for one in outcomes if way in (one.way, "all")]
        lines = [line for one in some for line in one.lines]
        if lines:
            good = sum(map(fits, some))
            sides, ends = spread([line.sides for line in lines]), spread([line.ends for line in lines])
            share = f"{good:6} {good / len(some):6.1%}"
            missed = sum(one.missed for one in some)
            print(f"{way:20} {len(some):6} {len(lines):6}  {share:>24} {sides:>30} {ends:>26} {missed:7}")
    print("not counted:", ", ".join(f"{count} {why}" for why, count in skipped.most_common()))
    bad = [one for one in outcomes if not fits(one)]
    for one in sorted(bad, key=lambda one: -max((max(line) for line in one.lines), default=99.0))[:show]:
        edges = [tuple(map(rounded, line)) for line in one.lines][:4]
        print(f"{one.way}: {one.file}, p. {one.page}: {one.quote[:60]!r} {edges} missed {one.missed}")


def spread(values: list[float]) -> str:
    values = sorted(values)
    at = (len(values) // 2, int(0.95 * (len(values) - 1)), -1)
    return "".join(f"{values[one]:6.2f}" for one in at)


def rounded(value: float) -> float:
    return round(value, 2)


def fits(one: Outcome) -> bool:
    """Return whether all edges of a quote's marks are within 2 points, and all its letters in a mark."""
    return not one.missed and all(line.sides <= NEAR and line.ends <= NEAR for line in one.lines) and bool(one.lines)


if __name__ == "__main__":
    main()
