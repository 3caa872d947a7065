"""The rules drawn on a page: thin rectangles and straight strokes among its objects, asked for where tables may be."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import compress, pairwise, repeat
from typing import Any

from pypdfium2 import raw

from pdfqa.pdf.geometry import Bounds, turned_box
from pdfqa.pdf.lines import Line, Rule
from pdfqa.pdf.native import Pointer, Table, floats, integers, pointer, quick
from pdfqa.pdf.rules import with_implied

_FEW = 200  # objects that are looked at on any page: a tenth of a millisecond
_MANY = 800  # where there are rows of cells
_MOST = 3_000  # where lines jump from cell to cell
_JUMPS = 3
_THIN = 3.0  # points: what is lower or narrower is a rule
_SHORT = 6.0  # points: what is shorter is none
_SEGMENTS = 200  # of one path: what has more is a picture
_ROWS = 256  # objects asked about together
_DEEP = 2  # forms in forms

_object = quick(raw.FPDFPage_GetObject, Pointer)
_type = quick(raw.FPDFPageObj_GetType)
_edges = quick(raw.FPDFPageObj_GetBounds)
_drawing = quick(raw.FPDFPath_GetDrawMode)
_segments = quick(raw.FPDFPath_CountSegments)
_segment = quick(raw.FPDFPath_GetPathSegment, Pointer)
_point = quick(raw.FPDFPathSegment_GetPoint)
_kind = quick(raw.FPDFPathSegment_GetType)
_matrix = quick(raw.FPDFPageObj_GetMatrix)
_inside = quick(raw.FPDFFormObj_CountObjects)
_inner = quick(raw.FPDFFormObj_GetObject, Pointer)
_boxes = Table("f", _ROWS)
_two, _mode, _six = floats(2), integers(2), floats(6)

Matrix = tuple[float, ...]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Rect = tuple[float, float, float, float]


def rules_of(page: Any, lines: Sequence[Line], turns: int, bounds: Bounds) -> list[Rule]:
    """Return the rules of a page whose lines look as if there were a table, or that has few objects."""
    count = raw.FPDFPage_CountObjects(page)
    if count > _FEW and count > _limit(lines):
        return []
    objects = list(map(_object, repeat(pointer(page)), range(count)))
    rules = []
    for rect in _rects(objects, _SAME, 0):
        box = turned_box(rect, turns, bounds)
        if box.x1 - box.x0 < box.y1 - box.y0:
            middle = (box.x0 + box.x1) / 2
            rules.append(Rule(middle, box.y0, middle, box.y1))
        else:
            middle = (box.y0 + box.y1) / 2
            rules.append(Rule(box.x0, middle, box.x1, middle))
    # Level rules alone divide no cells.
    return with_implied(rules) if any(rule.x0 == rule.x1 for rule in rules) else []


def _limit(lines: Sequence[Line]) -> int:
    """Return how many objects may be looked at for what a page's lines look like."""
    jumps = sum(
        line.y > above.y - 0.3 * line.size and line.x0 > above.x1 and not line.turned for above, line in pairwise(lines)
    )
    if jumps >= _JUMPS:
        return _MOST
    rows = sum(line.cells is not None for line in lines)
    return _MANY if rows > 1 else 0


def _rects(objects: list[Pointer], onto: Matrix, depth: int) -> Iterator[Rect]:
    """Yield the thin rectangles among objects, on the page."""
    kinds = list(map(_type, objects))
    paths = list(compress(objects, [kind == raw.FPDF_PAGEOBJ_PATH for kind in kinds]))
    for start in range(0, len(paths), _ROWS):
        some = paths[start : start + _ROWS]
        deque(map(_edges, some, *_boxes.places), maxlen=0)
        for one, (left, bottom, right, top) in zip(some, _boxes.rows(len(some)), strict=True):
            across, down = right - left, top - bottom
            if across < _THIN or down < _THIN:
                if across > _SHORT or down > _SHORT:
                    yield (left, bottom, right, top) if onto is _SAME else _moved(onto, (left, bottom), (right, top))
            elif 1 < (count := _segments(one)) <= _SEGMENTS:
                yield from _strokes(one, count, onto)
    if depth < _DEEP and raw.FPDF_PAGEOBJ_FORM in kinds:
        for one in compress(objects, [kind == raw.FPDF_PAGEOBJ_FORM for kind in kinds]):
            _matrix(one, *_six.places[:1])
            inner = _joined(tuple(_six.values), onto)
            yield from _rects([_inner(one, at) for at in range(min(_inside(one), _MANY))], inner, depth + 1)


def _strokes(path: Pointer, count: int, onto: Matrix) -> Iterator[Rect]:
    """Yield the straight level and upright parts of a path that is stroked, or made of thin pieces."""
    _drawing(path, *_mode.places[:2])
    if not (_mode.values[1] or count > 9):
        return
    _matrix(path, *_six.places[:1])
    matrix = _joined(tuple(_six.values), onto)
    points = []
    for at in range(count):
        segment = _segment(path, at)
        _point(segment, *_two.places)
        points.append((_kind(segment), *_two.values))
    start = points[0]
    for one, other in pairwise(points):
        if other[0] == raw.FPDF_SEGMENT_MOVETO:
            start = other
        elif other[0] == raw.FPDF_SEGMENT_LINETO:
            yield from _straight(_moved(matrix, one[1:], other[1:]))
    if len(points) > 3:  # back to where it began, as a rectangle does
        yield from _straight(_moved(matrix, points[-1][1:], start[1:]))


def _straight(rect: Rect) -> Iterator[Rect]:
    across, down = rect[2] - rect[0], rect[3] - rect[1]
    if min(across, down) < 1 and max(across, down) > _SHORT:
        yield rect


def _moved(onto: Matrix, one: Sequence[float], other: Sequence[float]) -> Rect:
    a, b, c, d, e, f = onto
    xs = [a * x + c * y + e for x, y in (one, other)]
    ys = [b * x + d * y + f for x, y in (one, other)]
    return min(xs), min(ys), max(xs), max(ys)


def _joined(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)
