"""Signs that a text of a page cannot be seen: cheap questions about each object, where they are few, or each word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any, Literal, NamedTuple

from pypdfium2 import raw

from pdfqa.pdf.native import Pointer, floats, integers, is_layered, pointer, quick

Kind = Literal["undrawn", "clear", "background", "covered", "clipped", "layer", "tiny", "off"]

FEW = 300  # objects: to look at more takes longer than to read their text
_DEEP = 6  # forms in forms
_SURFACE = 2.0  # points: what is lower or narrower is a rule
_FAINT = 24  # of 255: less contrast than an eye sees in letters
_TINY = 0.3  # points: half of that is no letter
_FEW_CLIPS = 24  # clipping paths looked at on a page
_FEW_CORNERS = 40  # of each

_object = quick(raw.FPDFPage_GetObject, Pointer)
_mode = quick(raw.FPDFTextObj_GetTextRenderMode)
_type = quick(raw.FPDFPageObj_GetType)
_fill = quick(raw.FPDFPageObj_GetFillColor)
_stroke = quick(raw.FPDFPageObj_GetStrokeColor)
_edges = quick(raw.FPDFPageObj_GetBounds)
_marks = quick(raw.FPDFPageObj_CountMarks)
_mark = quick(raw.FPDFPageObj_GetMark, Pointer)
_clip = quick(raw.FPDFPageObj_GetClipPath, Pointer)
_clips = quick(raw.FPDFClipPath_CountPaths)
_corners = quick(raw.FPDFClipPath_CountPathSegments)
_corner = quick(raw.FPDFClipPath_GetPathSegment, Pointer)
_point = quick(raw.FPDFPathSegment_GetPoint)
_drawing = quick(raw.FPDFPath_GetDrawMode)
_inside = quick(raw.FPDFFormObj_CountObjects)
_inner = quick(raw.FPDFFormObj_GetObject, Pointer)
_matrix = quick(raw.FPDFPageObj_GetMatrix)
_text_object = quick(raw.FPDFText_GetTextObject, Pointer)

Box = list[float]  # left, bottom, right, top
_NO_FILL, _UNDRAWN, _STROKED, _ONLY_CLIPS = -1, 3, (1, 5), 7


class Text(NamedTuple):
    """A text object: where it stands in the order of drawing, its box on the page and its colour."""

    order: int
    object: Pointer
    box: Box
    colour: tuple[int, ...]


class Surface(NamedTuple):
    """What may hide text that was drawn before it, or text of its own colour: None if it has several."""

    order: int
    box: Box
    colour: tuple[int, ...] | None
    picture: bool


class Signs:
    """What was seen of one page: its suspects by the address of their object, and what is needed to judge them."""

    def __init__(self) -> None:
        self.suspects: dict[int, Kind] = {}
        self.texts: list[Text] = []
        self.surfaces: list[Surface] = []
        self._order = 0
        self._box, self._colour, self._flags, self._at = floats(), integers(), integers(2), floats(2)
        self._six = floats(6)
        self._clipped: list[Text] = []
        self._layers: dict[int | None, bool] = {}

    @property
    def pictures(self) -> list[Box]:
        """Where pictures stand."""
        return [surface.box for surface in self.surfaces if surface.picture]

    def look(self, objects: list[Pointer], onto: tuple[float, ...] | None = None, depth: int = 0) -> None:
        """Look at objects in the order in which they are drawn, from a form that `onto` puts on the page."""
        for object_, mode in zip(objects, map(_mode, objects), strict=True):
            self._order += 1
            if not _edges(object_, *self._box.places):
                continue
            box = self._box.values[:]
            if onto:
                box = _moved(box, onto)
            if mode >= 0:
                self._text(object_, mode, box)
            elif box[2] - box[0] > _SURFACE and box[3] - box[1] > _SURFACE:
                self._other(object_, box, onto, depth)

    def _text(self, object_: Pointer, mode: int, box: Box) -> None:
        _stroke(object_, *self._colour.places) if mode in _STROKED else _fill(object_, *self._colour.places)
        colour = tuple(self._colour.values)
        text = Text(self._order, object_, box, colour)
        self.texts.append(text)
        if kind := _sign(mode, box, colour):
            self.suspects[object_.value or 0] = kind
        elif _marks(object_) > 0 and self._layered(object_):
            self.suspects[object_.value or 0] = "layer"
        elif _clips(_clip(object_)) > 0:
            self._clipped.append(text)

    def _layered(self, object_: Pointer) -> bool:
        for number in range(_marks(object_)):
            mark = _mark(object_, number)
            known = self._layers.get(mark.value)
            if known is None:
                known = self._layers[mark.value] = is_layered(mark)
            if known:
                return True
        return False

    def _other(self, object_: Pointer, box: Box, onto: tuple[float, ...] | None, depth: int) -> None:
        kind = _type(object_)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            if depth < _DEEP and self._order < FEW:
                _matrix(object_, self._six.places[0])
                self.look(_inner_objects(object_), _joined(tuple(self._six.values), onto), depth + 1)
            return
        colour = None
        if kind == raw.FPDF_PAGEOBJ_PATH:
            _drawing(object_, *self._flags.places)
            if not self._flags.values[0]:
                return
            if _fill(object_, *self._colour.places):
                colour = tuple(self._colour.values)
        self.surfaces.append(Surface(self._order, box, colour, kind == raw.FPDF_PAGEOBJ_IMAGE))

    def compare(self) -> None:
        """Look for texts that later surfaces cover, earlier ones swallow, or a clipping path cuts off."""
        for surface in self.surfaces:
            left, bottom, right, top = surface.box
            for text in self.texts:
                x0, y0, x1, y1 = text.box
                if x0 < right and x1 > left and y0 < top and y1 > bottom:
                    self._hold(text, surface)
        step = max(len(self._clipped) // _FEW_CLIPS, 1)
        for text in self._clipped[::step]:
            if self._cut(text):
                self.suspects.setdefault(text.object.value or 0, "clipped")

    def _hold(self, text: Text, surface: Surface) -> None:
        if surface.order > text.order:
            if (surface.colour is None or surface.colour[3] > 200) and _covers(surface.box, text.box):
                self.suspects.setdefault(text.object.value or 0, "covered")
        elif surface.colour is None or _near(surface.colour, text.colour):
            self.suspects.setdefault(text.object.value or 0, "background")

    def _cut(self, text: Text) -> bool:
        clip = _clip(text.object)
        x0, y0, x1, y1 = text.box
        for number in range(_clips(clip)):
            points = list(self._points(clip, number))
            if not points:
                return True
            across, down = [x for x, _ in points], [y for _, y in points]
            x0, x1 = max(x0, min(across)), min(x1, max(across))
            y0, y1 = max(y0, min(down)), min(y1, max(down))
        left, bottom, right, top = text.box
        return x1 - x0 < 0.9 * (right - left) or y1 - y0 < 0.5 * (top - bottom)

    def _points(self, clip: Pointer, number: int) -> Iterator[tuple[float, float]]:
        for at in range(min(_corners(clip, number), _FEW_CORNERS)):
            if _point(_corner(clip, number, at), *self._at.places):
                x, y = self._at.values
                yield x, y


def _inner_objects(form: Pointer) -> list[Pointer]:
    count = min(_inside(form), FEW)
    return [_inner(form, raw.c_ulong(number)) for number in range(count)]


def _sign(mode: int, box: Box, colour: tuple[int, ...]) -> Kind | None:
    if mode in (_UNDRAWN, _ONLY_CLIPS):
        return "undrawn"
    red, green, blue, alpha = colour
    if alpha < _FAINT:
        return "clear"
    if (255 - min(red, green, blue)) * alpha < 255 * _FAINT:
        return "background"
    if 0 < box[3] - box[1] < _TINY or 0 < box[2] - box[0] < _TINY:
        return "tiny"
    return None


def _near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) < _FAINT for a, b in zip(one[:3], other[:3], strict=True))


def _covers(surface: Box, text: Box) -> bool:
    # Enough of it that a word may be gone: most of its height, and a letter or two of its width.
    across = min(surface[2], text[2]) - max(surface[0], text[0])
    down = min(surface[3], text[3]) - max(surface[1], text[1])
    high = text[3] - text[1]
    return down > 0.6 * high and across > min(high, 0.5 * (text[2] - text[0]))


def _moved(box: Box, onto: tuple[float, ...]) -> Box:
    a, b, c, d, e, f = onto
    points = [(a * x + c * y + e, b * x + d * y + f) for x in box[::2] for y in box[1::2]]
    across, down = zip(*points, strict=True)
    return [min(across), min(down), max(across), max(down)]


def _joined(one: tuple[float, ...], other: tuple[float, ...] | None) -> tuple[float, ...]:
    if other is None:
        return one
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def signs_of(page: Any, textpage: Any, starts: Iterable[int]) -> Signs:
    """Return what is suspicious on a page; where it has many objects, only those are looked at that begin its words."""
    signs = Signs()
    count = raw.FPDFPage_CountObjects(page)
    if count <= FEW:
        signs.look(list(map(_object, repeat(pointer(page)), range(count))))
    else:
        objects = {found.value: found for found in map(_text_object, repeat(pointer(textpage)), starts)}
        objects.pop(None, None)
        signs.look(list(objects.values()))
    signs.compare()
    return signs
