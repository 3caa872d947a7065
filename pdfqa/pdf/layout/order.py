"""Bring the lines of a page into reading order by their places, where the order they come in is not to be trusted.

Lines that follow one another downwards stay together in one box. Boxes are cut by gutters: white strips with columns on
both sides, as tall as can be found; what stands over and under such columns is cut in its turn. What no gutter divides
is read row by row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise, starmap

import msgspec

from pdfqa.pdf.lines import Cell, Line, Sheet, is_figure

_WIDE = 8  # sizes: a line of text is wider, a cell of a table mostly is not
_PROSE = 18  # letters
_FEW = 2  # rows of long texts side by side that are no sign of columns
_STARTS = 24  # left edges at which a column is looked for


def needs_order(sheet: Sheet) -> bool:
    """Return whether lines come in another order than a person reads them; quick, as it is asked of every page."""
    if sheet.source == "ocr":
        return True
    beside = rows = 0
    above = None
    for line in sheet.lines:
        if line.cells is not None:
            if len(line.text) > 2 * _PROSE and is_divided(line):
                beside += 1
            else:
                rows += 1
        if above is not None and line.y > above.y - line.size:
            if _is_back(above, line):
                return True
            beside += _is_beside(above, line)
            if line.x0 > above.x1 and is_figure(line.text) and is_figure(above.text):
                beside += 1  # a column of figures after another
        above = line
    return beside > _FEW and beside > rows


def _is_back(above: Line, line: Line) -> bool:
    """Return whether a text goes on higher up or before it in its row, but not in a column at the right."""
    rise = line.y - above.y
    if rise < -0.3 * line.size or line.x0 >= above.x1 or (rise < 0.9 * line.size and line.x1 > above.x0):
        return False
    return len(line.text) > 3 < len(above.text) and not line.turned and not above.turned


def _is_beside(above: Line, line: Line) -> bool:
    """Return whether a long text stands right of another, as where two columns are written row by row."""
    one, other = (above.x0, above.x1, above.text), (line.x0, line.x1, line.text)
    return abs(line.y - above.y) < line.size and _are_beside(one, other)


def _are_beside(one: Cell, other: Cell) -> bool:
    """Return whether two texts at one height are lines of two columns: both long, with little room between them."""
    if len(one[2]) <= _PROSE or len(other[2]) <= _PROSE:
        return False
    return 0 < other[0] - one[1] < 0.5 * min(one[1] - one[0], other[1] - other[0])


def is_divided(line: Line) -> bool:
    """Return whether cells of a line are lines of columns with a gutter between them."""
    return any(starmap(_are_beside, pairwise(line.cells or ())))


def by_place(sheet: Sheet) -> list[Line]:
    """Return the lines in reading order; those that run another way than the page come last, as they were."""
    upright = [line for line in sheet.lines if not line.turned]
    parts = _split_at_gutters(upright)
    rows = len(parts) > len(upright) or sum(starmap(_is_beside, pairwise(parts))) > _FEW
    boxes = _boxes(parts, _belongs) if rows or sheet.source == "ocr" else _runs(parts)
    return [line for box in _in_order(boxes) for line in box.lines] + [line for line in sheet.lines if line.turned]


class _Box(msgspec.Struct, gc=False):
    """Lines that stand under one another, and the room they take."""

    lines: list[Line]
    x0: float
    y0: float
    x1: float
    y1: float

    @classmethod
    def around(cls, line: Line) -> _Box:
        return cls([line], line.x0, line.y - 0.25 * line.size, line.x1, line.y + 0.75 * line.size)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.x0, self.x1 = min(self.x0, line.x0), max(self.x1, line.x1)
        self.y0, self.y1 = min(self.y0, line.y - 0.25 * line.size), max(self.y1, line.y + 0.75 * line.size)

    def is_over(self, other: _Box) -> bool:
        """Return whether two boxes cover one another."""
        return min(self.x1, other.x1) - max(self.x0, other.x0) > 1 and _overlap(self, other) > 0.3 * min(
            self.lines[0].size, other.lines[0].size
        )


def _runs(lines: list[Line]) -> list[_Box]:
    """Return what can be moved as a whole: as long stretches of lines as come in order and lie clear of the others."""
    boxes = _boxes(lines, lambda box, line: not _is_back(box.lines[-1], line))
    for rule in (_goes_on, _belongs):
        clear: list[_Box] = []
        for box in boxes:
            covered = any(box.is_over(other) for other in boxes if other is not box)
            clear += _boxes(box.lines, rule) if covered else [box]
        boxes = clear
    return boxes


def _boxes(lines: list[Line], belongs: Callable[[_Box, Line], bool]) -> list[_Box]:
    result: list[_Box] = []
    for line in lines:
        if result and belongs(result[-1], line):
            result[-1].add(line)
        else:
            result.append(_Box.around(line))
    return result


def _goes_on(box: _Box, line: Line) -> bool:
    """Return whether nothing can stand between a line and the one before."""
    above = box.lines[-1]
    return above.y - line.y < 2.5 * max(line.size, above.size) and not _is_back(above, line)


def _belongs(box: _Box, line: Line) -> bool:
    """Return whether a line goes on the text of a box: right under it, in its column, in one size."""
    above = box.lines[-1]
    size = max(line.size, above.size)
    if not 0.5 * size < above.y - line.y < 1.9 * size or abs(line.size - above.size) > 0.15 * size:
        return False
    return abs(line.x0 - box.x0) < 3 * size and (len(box.lines) == 1 or line.x1 < box.x1 + 3 * size)


def _split_at_gutters(lines: list[Line]) -> list[Line]:
    """Return the lines with those divided that reach over two columns, since both had text at one height."""
    middles = [(one.x1 + other.x0) / 2 for one, other in pairwise(lines) if _is_beside(one, other)]
    for line in lines:
        if line.cells is not None:
            middles += [(one[1] + other[0]) / 2 for one, other in pairwise(line.cells) if _are_beside(one, other)]
    if len(middles) < 3:
        return lines
    return [part for line in lines for part in (_parts(line, middles) if line.cells else [line])]


def _parts(line: Line, middles: list[float]) -> list[Line]:
    cells = line.cells or []
    parts = [[cells[0]]]
    for one, other in pairwise(cells):
        if sum(one[1] < middle < other[0] for middle in middles) > 2:
            parts.append([])
        parts[-1].append(other)
    if len(parts) == 1:
        return [line]
    return [
        msgspec.structs.replace(
            line,
            text="  ".join([cell[2] for cell in part]),
            x0=part[0][0],
            x1=part[-1][1],
            cells=part if len(part) > 1 else None,
            words=line.words and [word for word in line.words if part[0][0] - 1 <= word[1] <= part[-1][1] + 1],
            cut=line.cut and part is parts[-1],
            spaced=True,
        )
        for part in parts
    ]


def _in_order(boxes: list[_Box]) -> list[_Box]:
    if len(boxes) < 2:
        return boxes
    gutter = _best_gutter(boxes)
    if gutter is None:
        return _by_rows(boxes)
    x, top, bottom = gutter
    over = [box for box in boxes if box.y0 + box.y1 > 2 * top]
    under = [box for box in boxes if box.y0 + box.y1 < 2 * bottom]
    inside = [box for box in boxes if 2 * bottom <= box.y0 + box.y1 <= 2 * top]
    left, right = [box for box in inside if box.x0 < x], [box for box in inside if box.x0 >= x]
    cut = _level_cut(inside, min(box.x0 for box in right) - max(box.x1 for box in left))
    if cut is None:
        first, second = (right, left) if _is_sidebar(left, right) else (left, right)
        middle = _in_order(first) + _in_order(second)
    else:
        middle = _in_order([box for box in inside if box.y0 >= cut]) + _in_order(
            [box for box in inside if box.y0 < cut]
        )
    return _in_order(over) + middle + _in_order(under)


def _best_gutter(boxes: list[_Box]) -> tuple[float, float, float] | None:
    """Return the place, top and bottom of the white strip that divides columns for the longest way."""
    best, result = 0.0, None
    starts = Counter(round(box.x0 / 2) for box in boxes)
    for start, _ in starts.most_common(_STARTS):
        x = 2 * start - 1.5
        for run in _beside(boxes, x):
            shared = _shared_height(run, x)
            if shared > best + 1:
                best = shared
                result = x, max(box.y1 for box in run), min(box.y0 for box in run)
    return result


def _beside(boxes: list[_Box], x: float) -> Iterator[list[_Box]]:
    """Yield the boxes beside a place between one text that crosses it and the next."""
    crossing: list[_Box] = []
    beside: list[_Box] = []
    for box in boxes:
        (crossing if box.x0 < x < box.x1 - 1 else beside).append(box)
    if len(crossing) == len(boxes) or not any(box.x0 < x for box in beside):
        return
    run: list[_Box] = []
    bars = _bars([(box.y1, box.y0) for box in crossing])
    at = 0
    for box in sorted(beside, key=_top):
        middle = (box.y0 + box.y1) / 2
        while at < len(bars) and middle < bars[at][1]:
            at += 1
            if run:
                yield run
            run = []
        if at == len(bars) or middle > bars[at][0]:
            run.append(box)
    if run:
        yield run


def _bars(heights: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return tops and bottoms with those that overlap made one, from the top."""
    result: list[tuple[float, float]] = []
    for top, bottom in sorted(heights, reverse=True):
        if result and result[-1][1] < top:
            result[-1] = result[-1][0], min(result[-1][1], bottom)
        else:
            result.append((top, bottom))
    return result


def _top(box: _Box) -> float:
    return -box.y1


def _overlap(one: _Box, other: _Box) -> float:
    return min(one.y1, other.y1) - max(one.y0, other.y0)


def _lower(one: _Box, other: _Box) -> float:
    return min(one.y1 - one.y0, other.y1 - other.y0)


def _shared_height(run: list[_Box], x: float) -> float:
    """Return how far the text at the left and that at the right of a place stand side by side, if as columns."""
    left = [box for box in run if box.x0 < x]
    right = [box for box in run if box.x0 >= x]
    if not left or not right:
        return 0.0
    size = min(box.lines[0].size for box in run)
    if min(box.x0 for box in right) - max(box.x1 for box in left) < 0.5 * size:
        return 0.0
    top = min(max(box.y1 for box in left), max(box.y1 for box in right))
    bottom = max(min(box.y0 for box in left), min(box.y0 for box in right))
    if top - bottom < 1.5 * size or not _are_columns(left, right):
        return 0.0
    return top - bottom


def _is_sidebar(left: list[_Box], right: list[_Box]) -> bool:
    """Return whether a column at the left is an aside: less text, in smaller type."""
    return _letters(left) < 0.6 * _letters(right) and _usual_size(left) < 0.93 * _usual_size(right)


def _letters(boxes: list[_Box]) -> int:
    return sum(len(line.text) for box in boxes for line in box.lines)


def _usual_size(boxes: list[_Box]) -> float:
    sizes: Counter[float] = Counter()
    for box in boxes:
        for line in box.lines:
            sizes[line.size] += len(line.text)
    return max(sizes, key=sizes.__getitem__)


def _are_columns(left: list[_Box], right: list[_Box]) -> bool:
    one = [line for box in left for line in box.lines]
    other = [line for box in right for line in box.lines]
    if _is_text(one) and _is_text(other):
        return True
    for text, beside in ((one, other), (other, one)):
        if _is_full(text):
            return _level(beside, text) < 0.8
    if max(_figures(one), _figures(other)) > 0.6 and min(_figures(one), _figures(other)) < 0.2:
        return False  # labels and their figures
    return _level(*sorted((one, other), key=len)) < 0.5


def _level(lines: list[Line], beside: list[Line]) -> float:
    """Return the share of the lines that stand at the height of one beside them."""
    return sum(any(abs(line.y - other.y) < 0.25 * line.size for other in beside) for line in lines) / len(lines)


def _is_text(lines: list[Line]) -> bool:
    wide = sum(len(line.text) for line in lines if line.cells is None and line.x1 - line.x0 > _WIDE * line.size)
    return wide > 0.6 * sum(len(line.text) for line in lines)


def _is_full(lines: list[Line]) -> bool:
    """Return whether lines are a longer text, most of them as wide as its column."""
    widths = [line.x1 - line.x0 for line in lines]
    long = [width for width, line in zip(widths, lines, strict=True) if width > max(0.75 * max(widths), 10 * line.size)]
    return len(lines) > 5 and len(long) > 0.6 * len(lines)


def _level_cut(boxes: list[_Box], gutter: float) -> float | None:
    """Return the height of the tallest white strip right across columns, if it divides them more than the gutter."""
    size = max(box.lines[0].size for box in boxes)
    best, result, lowest = max(2.2 * size, gutter), None, max(box.y1 for box in boxes)
    for box in sorted(boxes, key=_top):
        if lowest - box.y1 > best:
            best, result = lowest - box.y1, lowest
        lowest = min(lowest, box.y0)
    return result


def _figures(lines: list[Line]) -> float:
    return sum(map(_has_figure, lines)) / len(lines)


def _has_figure(line: Line) -> bool:
    return not any(map(str.isalpha, line.text))


def _by_rows(boxes: list[_Box]) -> list[_Box]:
    rows: list[list[_Box]] = []
    for box in sorted(_beside_figures(boxes), key=_top):
        first = rows[-1][0] if rows else None
        if first is not None and _is_level(first, box):
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=_left)]


def _is_level(first: _Box, box: _Box) -> bool:
    """Return whether a box belongs to a row: on the line of its first box, or halfway down a label in a few lines."""
    one, other = first.lines[0], box.lines[0]
    if abs(one.y - other.y) < 0.4 * min(one.size, other.size):
        return True
    return len(first.lines) < 4 and _overlap(first, box) > 0.6 * _lower(first, box)


def _left(box: _Box) -> float:
    return box.x0


def _beside_figures(boxes: list[_Box]) -> list[_Box]:
    """Return the boxes with those taken apart that stand beside several rows of figures: they are a table."""
    figures = [line for box in boxes for line in box.lines if _has_figure(line)]
    if len(figures) < 2:
        return boxes
    result: list[_Box] = []
    for box in boxes:
        heights = {round(2 * line.y / line.size) for line in figures if box.y0 < line.y < box.y1}
        result += map(_Box.around, box.lines) if len(box.lines) > 1 and len(heights) > 1 else [box]
    return result
