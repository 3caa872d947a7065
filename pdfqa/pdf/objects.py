"""What pdfium tells of the objects of a page: places, colours, clips, layers and forms, of many at a time."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import compress, repeat
from typing import Any

from pypdfium2 import raw

from pdfqa.pdf.native import Pointer, Table, floats, handle, integers, is_layered, pointer, quick

_AT_ONCE = 256
_MOST_ANNOTATIONS = 1000
_FEW_CORNERS = 40  # of a clipping path

_object = quick(raw.FPDFPage_GetObject, Pointer)
mode_of = quick(raw.FPDFTextObj_GetTextRenderMode)  # -1: not a text
type_of = quick(raw.FPDFPageObj_GetType)
count_marks = quick(raw.FPDFPageObj_CountMarks)
is_transparent = quick(raw.FPDFPageObj_HasTransparency)
count_inside = quick(raw.FPDFFormObj_CountObjects)
_fill = quick(raw.FPDFPageObj_GetFillColor)
_stroke = quick(raw.FPDFPageObj_GetStrokeColor)
_edges = quick(raw.FPDFPageObj_GetBounds)
_mark = quick(raw.FPDFPageObj_GetMark, Pointer)
_clip = quick(raw.FPDFPageObj_GetClipPath, Pointer)
_clips = quick(raw.FPDFClipPath_CountPaths)
_corners = quick(raw.FPDFClipPath_CountPathSegments)
_corner = quick(raw.FPDFClipPath_GetPathSegment, Pointer)
_point = quick(raw.FPDFPathSegment_GetPoint)
_drawing = quick(raw.FPDFPath_GetDrawMode)
_inner = quick(raw.FPDFFormObj_GetObject, Pointer)
_matrix = quick(raw.FPDFPageObj_GetMatrix)
_font_size = quick(raw.FPDFTextObj_GetFontSize)
_text_object = quick(raw.FPDFText_GetTextObject, Pointer)

_annotation = quick(raw.FPDFPage_GetAnnot, Pointer)
_subtype = quick(raw.FPDFAnnot_GetSubtype)
_rect = quick(raw.FPDFAnnot_GetRect)
_close = quick(raw.FPDFPage_CloseAnnot, None)

_boxes = Table("f", _AT_ONCE)
_colours = Table("I", _AT_ONCE)
_four, _two, _at, _six = integers(), integers(2), floats(2), floats(6)
_left_top_right_bottom = floats()

Box = tuple[float, float, float, float]  # left, bottom, right, top
Colour = tuple[int, int, int, int]  # red, green, blue, opacity, to 255
Matrix = tuple[float, ...]


class PageObjects:
    """The objects of a page in the order in which they are drawn, fetched when they are first asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.count: int = raw.FPDFPage_CountObjects(page)

    @cached_property
    def all(self) -> list[Pointer]:
        """The objects."""
        return list(map(_object, repeat(pointer(self.page)), range(self.count)))

    @cached_property
    def modes(self) -> list[int]:
        """In which way each one renders text; below 0 what is none."""
        return list(map(mode_of, self.all))

    @property
    def others(self) -> list[Pointer]:
        """What is no text."""
        return list(compress(self.all, map((0).__gt__, self.modes)))


def objects_inside(form: Pointer, most: int | None = None) -> list[Pointer]:
    """Return the objects of a form, or the first of them."""
    return [_inner(form, number) for number in range(count_inside(form))[:most]]


def objects_at(textpage: Any, places: range) -> list[Pointer]:
    """Return the text objects of some characters, each once."""
    found = {object_.value: object_ for object_ in map(_text_object, repeat(pointer(textpage)), places)}
    found.pop(None, None)
    return list(found.values())


def annotations_of(page: Any, kinds: Collection[int]) -> list[Box]:
    """Return where annotations of some kinds stand on a page."""
    boxes: list[Box] = []
    quick_page = pointer(page)
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        annotation = _annotation(quick_page, number)
        if _subtype(annotation) in kinds and _rect(annotation, *_left_top_right_bottom.places):
            left, top, right, bottom = _left_top_right_bottom.values
            boxes.append((left, min(bottom, top), right, max(bottom, top)))
        _close(annotation)
    return boxes


def letters_of(textpage: Any, text: str) -> dict[int | None, list[int]]:
    """Return for each text object, by its address, the letters and figures that pdfium tells of it."""
    found: dict[int | None, list[int]] = {}
    places = [at for at, char in enumerate(text) if char.isalnum()]
    for at, object_ in zip(places, map(_text_object, repeat(pointer(textpage)), places), strict=True):
        found.setdefault(object_.value, []).append(at)
    return found


def boxes_of(objects: list[Pointer]) -> list[Box]:
    """Return the boxes around objects: on the page, or in their form."""
    boxes: list[Box] = _boxes.ask(_edges, objects)
    return boxes


def colours_of(objects: list[Pointer]) -> list[Colour]:
    """Return the colours that objects are filled with."""
    colours: list[Colour] = _colours.ask(_fill, objects)
    return colours


def paint(object_: Pointer, filling: Colour, outline: Colour) -> None:
    """Give an object, in memory, other colours."""
    raw.FPDFPageObj_SetFillColor(handle(object_), *filling)
    raw.FPDFPageObj_SetStrokeColor(handle(object_), *outline)


def stroke_of(object_: Pointer) -> Colour:
    """Return the colour of an object's outline."""
    _stroke(object_, *_four.places)
    red, green, blue, alpha = _four.values
    return red, green, blue, alpha


def is_filled(path: Pointer) -> bool:
    """Return whether a path is filled."""
    _drawing(path, *_two.places)
    return bool(_two.values[0])


def is_stroked(path: Pointer) -> bool:
    """Return whether the outline of a path is drawn."""
    _drawing(path, *_two.places)
    return bool(_two.values[1])


def matrix_of(object_: Pointer) -> Matrix:
    """Return what puts an object on the page."""
    _matrix(object_, _six.places[0])
    return tuple(_six.values)


def size_of(text: Pointer) -> float:
    """Return how large the letters of a text are, in the direction in which they are smaller."""
    _font_size(text, *_at.places[:1])
    a, b, c, d, *_ = matrix_of(text)
    return float(_at.values[0]) * min(math.hypot(a, b), math.hypot(c, d))


def marked_layer(object_: Pointer, known: dict[int | None, bool]) -> bool:
    """Return whether a mark of an object names a layer; `known` remembers marks."""
    for number in range(count_marks(object_)):
        mark = _mark(object_, number)
        told = known.get(mark.value)
        if told is None:
            told = known[mark.value] = is_layered(mark)
        if told:
            return True
    return False


def clips_of(objects: list[Pointer]) -> list[int]:
    """Return how many clipping paths objects have."""
    return list(map(_clips, map(_clip, objects)))


def clipped(object_: Pointer, box: Box) -> Box:
    """Return what an object's clipping paths leave of its box, as far as the boxes around the paths tell."""
    clip = _clip(object_)
    x0, y0, x1, y1 = box
    for number in range(_clips(clip)):
        points = list(_points(clip, number))
        if not points:
            return x0, y0, x0, y0
        across, down = [x for x, _ in points], [y for _, y in points]
        x0, x1 = max(x0, min(across)), min(x1, max(across))
        y0, y1 = max(y0, min(down)), min(y1, max(down))
    return x0, y0, x1, y1


def _points(clip: Pointer, number: int) -> Iterator[tuple[float, float]]:
    for at in range(min(_corners(clip, number), _FEW_CORNERS)):
        if _point(_corner(clip, number, at), *_at.places):
            x, y = _at.values
            yield x, y


def moved(box: Box, onto: Matrix) -> Box:
    """Return the box around a box that was moved, turned or scaled."""
    a, b, c, d, e, f = onto
    points = [(a * x + c * y + e, b * x + d * y + f) for x in box[::2] for y in box[1::2]]
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def joined(one: Matrix, other: Matrix) -> Matrix:
    """Return what does what one matrix does and then another."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)
