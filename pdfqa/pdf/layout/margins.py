"""Set running heads, feet and page numbers aside, and learn the printed page numbers from them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from pdfqa.pdf.lines import Line, Sheet, is_figure

_DEPTH = 4  # lines from the top or bottom that may be margin matter
_LITTLE = 100  # letters: heads and feet of an empty page have no more
_ZONE = 0.18  # share of the page height that counts as margin
_NUMBER = re.compile(
    r"(?:[-–—|•]\s?)?(?:page|p\.|seite|página|pàgina|pagina|стр\.)?\s?((?:[A-Z]{1,2}[-–])?\d{1,4})"
    r"(?:\s?(?:/|of|von|de|di|из|\|)\s?\d{1,4})?(?:\s?[-–—|•])?",
    re.IGNORECASE,
)
_PREFIXED = re.compile(r"([A-Z]{1,2}[-–])(\d{1,4})", re.IGNORECASE)
_ROMAN = re.compile(r"[-–—]?\s?([ivxlc]{1,7}|[IVXLC]{1,7})\s?[-–—]?")
_DIGITS = re.compile(r"\d+")
_EDGE_NUMBER = re.compile(r"^(\d{1,4}|[ivxlc]{1,7})(?![\w.,])|(?<![\w.,$])(\d{1,4}|[ivxlc]{1,7})$")
_EDGE_ROMAN = re.compile(r"^[ivxlc]{1,7}(?!\w)|(?<!\w)[ivxlc]{1,7}$")

Key = tuple[bool, str]
Step = tuple[int, str]  # printed number less page number, and how it is written: "" digits, "i" roman, else a prefix


class Margins:
    """What recurs at the top and bottom of the pages of one document; learns from window to window."""

    def __init__(self) -> None:
        self._met: Counter[Key] = Counter()
        self._steps: Counter[Step] = Counter()
        self._sides: Counter[tuple[int, str]] = Counter()

    def set_aside(self, sheets: list[Sheet]) -> dict[int, str]:
        """Take margin matter out of the lines of neighbouring sheets; return printed numbers by page number."""
        edges = _edges(sheets)
        window = _Window(sheets, edges, self._met, self._steps)
        printed: dict[int, str] = {}
        kept = [sheet.lines for sheet in sheets]
        self._note_sides(sheets)
        for at, (sheet, both) in enumerate(zip(sheets, edges, strict=True)):
            gone = {id(line) for line in sheet.lines if line.turned and self._sides[_side(line)] > 2}
            for edge in both:
                for line in window.margin_of(sheet, edge):
                    gone.add(id(line))
                    number = _page_number(line.text) or _edge_number(line.text)
                    if number:
                        printed.setdefault(sheet.number, number)
            if gone:
                kept[at] = _without(sheet.lines, gone)
        if any(kept):  # or it is what there is of text: nothing but a title on each page
            for sheet, lines in zip(sheets, kept, strict=True):
                sheet.lines = lines
        return consistent(printed, [sheet.number for sheet in sheets])

    def _note_sides(self, sheets: list[Sheet]) -> None:
        """Count texts that run along the sides of pages, such as where they were downloaded from."""
        for sheet in sheets:
            self._sides.update({_side(line) for line in sheet.lines if line.turned})


def _without(lines: list[Line], gone: set[int]) -> list[Line]:
    """Return the lines without those of the margins; where that is all of a text, only numbers go."""
    kept = [line for line in lines if id(line) not in gone]
    if any(not line.turned for line in kept) or sum(len(line.text) for line in lines) < _LITTLE:
        return kept
    return [line for line in lines if id(line) not in gone or not (line.turned or _page_number(line.text))]


class _Edge:
    """The outermost lines of a page by position, from the edge inwards: their place in the stream says nothing."""

    __slots__ = ("_order", "keys", "lines", "top")

    def __init__(self, sheet: Sheet, order: list[Line], end: float, *, top: bool) -> None:
        self.top = top
        self._order = order
        height = sheet.depth or sheet.height
        # The text of a book may take but the middle of a sheet that it is printed on.
        limit = height * (1 - _ZONE if top else _ZONE)
        if 0.6 * height < end < limit if top else limit < end < 0.4 * height:
            limit = end
        self.lines = [line for line in order[:_DEPTH] if (line.y > limit if top else line.y < limit)]
        if not self.lines and not top and len(order) > 1 and _page_number(order[0].text):
            # Pages printed from HTML carry their number right under a text that ends early.
            self.lines = order[:1]
        self.keys = [_key(line, top) for line in self.lines]

    def room_after(self, count: int) -> float:
        """Return how far the line after so many is away, in sizes."""
        if count >= len(self._order):
            return 0.0
        line, inner = self._order[count - 1], self._order[count]
        return abs(line.y - inner.y) / max(line.size, inner.size)


def _edges(sheets: list[Sheet]) -> list[tuple[_Edge, _Edge]]:
    upwards = [sorted([line for line in sheet.lines if not line.turned], key=_by_height) for sheet in sheets]
    low = _often([lines[0].y for lines in upwards if lines]) + 3
    high = _often([lines[-1].y for lines in upwards if lines]) - 3
    return [
        (_Edge(sheet, lines[: _DEPTH + 1], low, top=False), _Edge(sheet, lines[: -_DEPTH - 2 : -1], high, top=True))
        for sheet, lines in zip(sheets, upwards, strict=True)
    ]


def _often(heights: list[float]) -> float:
    """Return the height that most pages begin or end at, if it is that of several."""
    found = Counter(map(round, heights)).most_common(1)
    return float(found[0][0]) if found and found[0][1] > 2 else float("nan")


def _by_height(line: Line) -> float:
    return line.y


class _Window:
    """What neighbouring pages have in common at their edges."""

    def __init__(
        self, sheets: list[Sheet], edges: list[tuple[_Edge, _Edge]], met: Counter[Key], steps: Counter[Step]
    ) -> None:
        self._span = len(sheets)
        self._met, self._steps = met, steps
        self._earlier = bool(met)
        self._needed = 2 if self._span <= 5 and not self._earlier else 3
        self._places: dict[Key, list[float]] = defaultdict(list)
        # A head such as "4 1.1. SPACES" changes with the section, but its number rises with the page at one height.
        rising: Counter[tuple[bool, int, int]] = Counter()
        heads: Counter[tuple[int, float]] = Counter()
        for sheet, both in zip(sheets, edges, strict=True):
            numbers: set[Step] = set()
            for edge in both:
                for key, y in {key: line.y for key, line in zip(edge.keys, edge.lines, strict=True)}.items():
                    met[key] += 1
                    self._places[key].append(y)
                for line in edge.lines[:2]:
                    step = _step(_page_number(line.text), sheet.number)
                    if step:
                        numbers.add(step)
                    step = _step(_edge_number(line.text), sheet.number)
                    if step:
                        rising[edge.top, round(line.y / 3), step[0]] += 1
                if edge.top and edge.lines and edge.room_after(1) > 1.7:
                    heads[_spot(edge.lines[0])] += 1
            steps.update(numbers)
        often = max(3, self._span // 4)
        # Heads that name the section change from page to page, but stand at one height in one size, apart.
        usual = _usual_size(sheets)
        some, most = max(3, 0.3 * self._span), max(5, 0.6 * self._span)
        self._small = {
            spot
            for spot, count in heads.items()
            if count >= (some if spot[1] < 0.93 * usual else most) and spot[1] < 1.05 * usual
        }
        self._spots = {(top, spot) for (top, spot, _), count in rising.items() if count >= often}

    def margin_of(self, sheet: Sheet, edge: _Edge) -> list[Line]:
        """Return those of the outermost lines, seen from the edge, that are no part of the page's text."""
        lines, count = edge.lines, 0
        while count < len(lines) and self._is_margin(lines[count], edge.keys[count], sheet):
            count += 1
        # What recurs but stands close over more text is a part of it, as in a form that is filled in page by page.
        while count and not _is_numbered(lines[count - 1]) and edge.room_after(count) < 1.4:
            count -= 1
        return lines[:count]

    def _is_margin(self, line: Line, key: Key, sheet: Sheet) -> bool:
        """Return whether a line at the edge of a page is no part of its text."""
        if len(line.text) > 200 or (line.cells and sum(is_figure(cell[2]) for cell in line.cells) > 1):
            return False
        top = key[0]
        number = _page_number(line.text)
        if number:
            step = _step(number, sheet.number)
            if step and self._steps[step] >= self._needed:
                return True
            height = sheet.depth or sheet.height
            outer = line.y > 0.85 * height or line.y < 0.15 * height
            near = step is not None and abs(step[0]) <= 30
            return outer and (self._span < 3 or self._met[key] > 1 or near)
        if top and len(line.text) < 80 and _spot(line) in self._small:
            return True
        alike = sum(1 for y in self._places[key] if abs(y - line.y) <= 4)
        if line.cells and _edge_number(line.text) is None:
            # The head of a table goes on from page to page too; a running head is on most of them.
            return alike >= max(self._needed, self._span // 2)
        if self._met[key] >= self._needed:
            # Heads met on earlier pages need not recur in this window.
            return alike >= min(self._needed, 2) or self._met[key] > len(self._places[key])
        return (top, round(line.y / 3)) in self._spots and len(line.text) < 100 and _edge_number(line.text) is not None


def _side(line: Line) -> tuple[int, str]:
    return round(line.x0 / 4), _DIGITS.sub("#", line.text)


def _spot(line: Line) -> tuple[int, float]:
    return round(line.y / 2), round(line.size, 1)


def _usual_size(sheets: list[Sheet]) -> float:
    sizes: Counter[float] = Counter()
    for sheet in sheets:
        for line in sheet.lines:
            sizes[line.size] += len(line.text)
    return max(sizes, key=sizes.__getitem__, default=0.0)


def _is_numbered(line: Line) -> bool:
    return _page_number(line.text) is not None or (line.cells is None and _edge_number(line.text) is not None)


def _key(line: Line, top: bool) -> Key:
    return top, _DIGITS.sub("#", _EDGE_ROMAN.sub("#", line.text)).replace(" ", "").lower()


def _step(number: str | None, page: int) -> Step | None:
    if number is None:
        return None
    if number.isdecimal():
        return (int(number) - page, "") if int(number) else None
    prefixed = _PREFIXED.fullmatch(number)
    if prefixed:
        return int(prefixed[2]) - page, prefixed[1]
    value = _roman(number)
    return (value - page, "i") if value else None


def _page_number(text: str) -> str | None:
    match = _NUMBER.fullmatch(text) or _ROMAN.fullmatch(text)
    return match.group(1) if match else None


def _edge_number(text: str) -> str | None:
    match = _EDGE_NUMBER.search(text)
    return (match.group(1) or match.group(2)) if match else None


def consistent(printed: dict[int, str], pages: list[int]) -> dict[int, str]:
    """Return the printed numbers that keep step with the pages, with gaps between two of them filled."""
    steps = {page: step for page, text in printed.items() if (step := _step(text, page))}
    count = Counter(steps.values())
    needed = 2 if len(pages) <= 5 else 3
    kept = {page: step for page, step in steps.items() if count[step] >= needed}
    result: dict[int, str] = {}
    for page in pages:
        step = kept.get(page) or _between(kept, page)
        if step:
            lower = printed.get(page, "i").islower()
            value = page + step[0]
            result[page] = _to_roman(value, lower) if step[1] == "i" else f"{step[1]}{value}"
    return result


def _between(kept: dict[int, Step], page: int) -> Step | None:
    before = max((other for other in kept if other < page), default=None)
    after = min((other for other in kept if other > page), default=None)
    if before is None or after is None or kept[before] != kept[after]:
        return None
    return kept[before]


_VALUES = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def _roman(text: str) -> int:
    rest, value = text.lower(), 0
    for number, sign in _VALUES:
        while rest.startswith(sign):
            rest, value = rest[len(sign) :], value + number
    return value if value and _to_roman(value, True) == text.lower() else 0


def _to_roman(value: int, lower: bool) -> str:
    text = ""
    for number, sign in _VALUES:
        while value >= number:
            text, value = text + sign, value - number
    return text if lower else text.upper()
