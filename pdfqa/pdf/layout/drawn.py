"""The rules drawn on a page: thin rectangles and straight strokes among its objects, asked for where tables may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress, pairwise, repeat

from pypdfium2 import raw

from pdfqa.pdf.geometry import Bounds, turned_box
from pdfqa.pdf.layout.rules import with_implied
from pdfqa.pdf.lines import Line, Rule
from pdfqa.pdf.native import Pointer, Table, quick
from pdfqa.pdf.objects import (
    Box,
    Matrix,
    PageObjects,
    boxes_of,
    is_stroked,
    joined,
    matrix_of,
    moved,
    objects_inside,
    type_of,
)

_FEW = 200  # objects that are looked at on any page: a tenth of a millisecond
_MANY = 800  # where there are rows of cells
_MOST = 3_000  # where lines jump from cell to cell
_JUMPS = 3
_THIN = 3.0  # points: what is lower or narrower is a rule
_SHORT = 6.0  # points: what is shorter is none
_SEGMENTS = 200  # of one path: what has more is a picture
_SIDES = 9  # of one path: what has more may be made of thin pieces, stroked or not
_DEEP = 2  # forms in forms

_segments = quick(raw.FPDFPath_CountSegments)
_segment = quick(raw.FPDFPath_GetPathSegment, Pointer)
_point = quick(raw.FPDFPathSegment_GetPoint)
_kind = quick(raw.FPDFPathSegment_GetType)
_points = Table("f", _SEGMENTS)
_PATH, _FORM = raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM
_MOVE, _LINE = raw.FPDF_SEGMENT_MOVETO, raw.FPDF_SEGMENT_LINETO

_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Point = tuple[float, float]


def rules_of(objects: PageObjects, lines: Sequence[Line], turns: int, bounds: Bounds) -> list[Rule]:
    """Return the rules of a page whose lines look as if there were a table, or that has few objects."""
    if objects.count > _FEW and objects.count > _limit(lines):
        return []
    rects = _rects(objects.others, _SAME, 0)
    # Level rules alone divide no cells.
    if not any((x1 - x0 < y1 - y0) != turns % 2 for x0, y0, x1, y1 in rects):
        return []
    rules = []
    for rect in rects:
        box = turned_box(rect, turns, bounds)
        if box.x1 - box.x0 < box.y1 - box.y0:
            middle = (box.x0 + box.x1) / 2
            rules.append(Rule(middle, box.y0, middle, box.y1))
        else:
            middle = (box.y0 + box.y1) / 2
            rules.append(Rule(box.x0, middle, box.x1, middle))
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


def _rects(objects: list[Pointer], onto: Matrix, depth: int) -> list[Box]:
    """Return the thin rectangles among objects, on the page."""
    rects: list[Box] = []
    kinds = list(map(type_of, objects))
    paths = list(compress(objects, map(_PATH.__eq__, kinds)))
    for one, box in zip(paths, boxes_of(paths), strict=True):
        left, bottom, right, top = box
        across, down = right - left, top - bottom
        if across < _THIN or down < _THIN:
            if across > _SHORT or down > _SHORT:
                rects.append(box if onto is _SAME else moved(box, onto))
        elif 1 < (count := _segments(one)) <= _SEGMENTS and (count > _SIDES or is_stroked(one)):
            rects += _strokes(one, count, onto)
    if depth < _DEEP and _FORM in kinds:
        for one in compress(objects, map(_FORM.__eq__, kinds)):
            rects += _rects(objects_inside(one, _MANY), joined(matrix_of(one), onto), depth + 1)
    return rects


def _strokes(path: Pointer, count: int, onto: Matrix) -> list[Box]:
    """Return the straight level and upright parts of a path that is stroked, or made of thin pieces."""
    segments = list(map(_segment, repeat(path), range(count)))
    kinds = list(map(_kind, segments))
    a, b, c, d, e, f = matrix_of(path) if onto is _SAME else joined(matrix_of(path), onto)
    points = [(a * x + c * y + e, b * x + d * y + f) for x, y, _, _ in _points.ask(_point, segments, 2)]
    rects: list[Box] = []
    before = start = points[0]
    for kind, point in zip(kinds[1:], points[1:], strict=True):
        if kind == _MOVE:
            start = point
        elif kind == _LINE:
            rects += _straight(before, point)
        before = point
    if count > 3:  # back to where it began, as a rectangle does
        rects += _straight(before, start)
    return rects


def _straight(one: Point, other: Point) -> Iterator[Box]:
    (x0, y0), (x1, y1) = one, other
    across, down = abs(x1 - x0), abs(y1 - y0)
    if (across < 1 or down < 1) and (across > _SHORT or down > _SHORT):
        yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
