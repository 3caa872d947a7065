"""Signs that a text of a page cannot be seen: cheap questions about its objects, many at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import compress, repeat
from typing import Any, Literal, NamedTuple

from pypdfium2 import raw

from pdfqa.pdf.native import Pointer, Table, floats, integers, is_layered, pointer, quick

Kind = Literal["undrawn", "clear", "background", "covered", "clipped", "layer", "tiny", "off"]

FEW = 200  # objects: to look at more takes longer than to read their text
_STEP = 32  # characters: where there are more objects, those of one in so many are looked at
_MANY = 100  # texts: among more, not every one is asked for its colour at first
_SOME = 40  # texts: among more, what is seldom worth asking is asked of some of them first
_DEEP = 6  # forms in forms
_SURFACE = 4.0  # points: what is lower or narrower is a rule
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
_transparent = quick(raw.FPDFPageObj_HasTransparency)
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

_boxes = Table("f", FEW)
_colours = Table("I", FEW)
_four, _two, _at, _six = integers(), integers(2), floats(2), floats(6)

Box = tuple[float, float, float, float]  # left, bottom, right, top
Colour = tuple[int, int, int, int]
Matrix = tuple[float, ...]
_PATTERN = (191, 191, 191)  # what pdfium says of a pattern of several colours
_FILLED = {0, 2, 4, 6}
_UNDRAWN = {3, 7}


class Surface(NamedTuple):
    """What may hide text that was drawn before it, or text of its own colour: None if it has several."""

    order: float
    box: Box
    colour: Colour | None
    picture: bool


class Form(NamedTuple):
    """A form: where its objects stand in the order of drawing, what puts it on the page, how deep it is in others."""

    order: float
    step: float
    onto: Matrix
    depth: int


class Group(NamedTuple):
    """A form that has texts: they are seen only where it is."""

    object: Pointer
    box: Box
    texts: list[Pointer]


class Batch(NamedTuple):
    """Texts of a page or of one form, as columns."""

    orders: list[float]
    objects: list[Pointer]
    form: Form | None


class Signs:
    """What was seen of one page: its suspects by the address of their object, and what is needed to judge them."""

    def __init__(self, layered: Callable[[], bool]) -> None:
        self._may_be_layered = layered
        self.suspects: dict[int, Kind] = {}
        self.surfaces: list[Surface] = []
        self.forms: list[Group] = []
        self._batches: list[Batch] = []
        self._boxes: list[list[Box]] = []  # of their texts
        self._seen: set[Colour] = set()
        self._count = 0
        self._layers: dict[int | None, bool] = {}

    @property
    def pictures(self) -> list[Box]:
        """Where pictures stand."""
        return [surface.box for surface in self.surfaces if surface.colour is None]

    @property
    def objects(self) -> list[Pointer]:
        """All texts that were looked at."""
        return [object_ for batch in self._batches for object_ in batch.objects]

    def look(self, objects: list[Pointer], form: Form | None = None) -> None:
        """Look at objects in the order in which they are drawn, on the page or in a form."""
        for start in range(0, len(objects), FEW):
            batch = objects[start : start + FEW]
            if form:
                orders = [form.order + form.step * at for at in range(start, start + len(batch))]
            else:
                orders = list(map(float, range(start, start + len(batch))))
            self._look(batch, orders, form)

    def _look(self, objects: list[Pointer], orders: list[float], form: Form | None) -> None:
        modes = list(map(_mode, objects))
        self._count += len(objects)
        if min(modes, default=0) < 0:
            other = [mode < 0 for mode in modes]
            self._others(list(compress(orders, other)), list(compress(objects, other)), form)
            text = [mode >= 0 for mode in modes]
            orders, objects, modes = (list(compress(column, text)) for column in (orders, objects, modes))
        self._batches.append(Batch(orders, objects, form))
        step = 1 + len(objects) // _MANY
        if self._coloured(objects[::step]) and step > 1:
            self._coloured(objects)
        if not _FILLED.issuperset(modes):
            for object_, mode in zip(objects, modes, strict=True):
                if mode not in _FILLED:
                    self._unfilled(object_, mode)
        step = 1 + len(objects) // _SOME
        if self._rare(objects[::step]) and step > 1:
            self._rare(objects)

    def _coloured(self, objects: list[Pointer]) -> bool:
        colours = _colours_of(objects)
        odd = {colour: kind for colour in set(colours) if (kind := _hides(colour))}
        if odd:
            for object_, colour in zip(objects, colours, strict=True):
                if colour in odd:
                    self._suspect(object_, odd[colour])
        self._seen.update(colours)
        return bool(odd)

    def _unfilled(self, object_: Pointer, mode: int) -> None:
        if mode in _UNDRAWN:
            self.suspects[object_.value or 0] = "undrawn"
            return
        self.suspects.pop(object_.value or 0, None)
        _stroke(object_, *_four.places)
        red, green, blue, alpha = _four.values
        if kind := _hides((red, green, blue, alpha)):
            self._suspect(object_, kind)

    def _suspect(self, object_: Pointer, kind: Kind) -> None:
        self.suspects.setdefault(object_.value or 0, kind)

    def _form(self, form: Group) -> None:
        if self._may_be_layered():
            self.forms.append(form)
        elif _colours_of([form.object])[0][3] < _FAINT or _cut(form.object, form.box):
            self.suspect_form(form)

    def suspect_form(self, form: Group) -> None:
        """Suspect all texts of a form that is not seen itself."""
        clear, clipped = _transparent(form.object), _clips(_clip(form.object)) > 0
        for text in form.texts:
            self._suspect(text, "clear" if clear else "clipped" if clipped else "layer")

    def _rare(self, objects: list[Pointer]) -> bool:
        """Ask what is seldom worth asking; return whether it was."""
        found: list[tuple[Pointer, Kind]] = []
        found += [(object_, "tiny") for object_, box in zip(objects, _edges_of(objects), strict=True) if _is_tiny(box)]
        found += [(object_, "clear") for object_ in compress(objects, map(_transparent, objects))]
        marks = list(map(_marks, objects))
        if max(marks, default=0) > 0 and self._may_be_layered():
            counted = zip(objects, marks, strict=True)
            found += [(object_, "layer") for object_, count in counted if count > 0 and self._layered(object_, count)]
        clips = map(_clips, map(_clip, objects))
        clipped = [object_ for object_, count in zip(objects, clips, strict=True) if count > 0]
        clipped = clipped[:: 1 + len(clipped) // _FEW_CLIPS]
        boxes = _edges_of(clipped)
        found += [(object_, "clipped") for object_, box in zip(clipped, boxes, strict=True) if _cut(object_, box)]
        for object_, kind in found:
            self._suspect(object_, kind)
        return bool(found)

    def _layered(self, object_: Pointer, count: int) -> bool:
        for number in range(count):
            mark = _mark(object_, number)
            known = self._layers.get(mark.value)
            if known is None:
                known = self._layers[mark.value] = is_layered(mark)
            if known:
                return True
        return False

    def _others(self, orders: list[float], objects: list[Pointer], form: Form | None) -> None:
        for order, object_, box in zip(orders, objects, _edges_of(objects), strict=True):
            if box[2] - box[0] > _SURFACE and box[3] - box[1] > _SURFACE:
                self._other(order, object_, _moved(box, form.onto) if form else box, form)

    def _other(self, order: float, object_: Pointer, box: Box, form: Form | None) -> None:
        kind = _type(object_)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            if self._count < 2 * FEW and (form is None or form.depth < _DEEP):
                _matrix(object_, _six.places[0])
                inner = _inner_objects(object_)
                step = (form.step if form else 1.0) / (len(inner) + 1)
                onto = tuple(_six.values)
                depth = form.depth + 1 if form else 0
                before = len(self._batches)
                self.look(inner, Form(order, step, _joined(onto, form.onto) if form else onto, depth))
                texts = [text for batch in self._batches[before:] for text in batch.objects]
                if texts and form is None:
                    self._form(Group(object_, box, texts))
            return
        colour: Colour | None = None
        if kind == raw.FPDF_PAGEOBJ_PATH:
            _drawing(object_, *_two.places)
            if not _two.values[0]:
                return
            if _fill(object_, *_four.places):
                red, green, blue, alpha = _four.values
                colour = red, green, blue, alpha
        self.surfaces.append(Surface(order, box, colour, kind == raw.FPDF_PAGEOBJ_IMAGE))

    def compare(self) -> None:
        """Look for texts that a later surface covers or an earlier one swallows."""
        first = min([batch.orders[0] for batch in self._batches if batch.orders], default=0.0)
        for surface in self.surfaces:
            swallows = [each for each in self._seen if surface.colour is None or _near(surface.colour, each)]
            covers = surface.order > first and (surface.colour is None or surface.colour[3] > 200)
            if swallows or covers:
                self._boxes = self._boxes or [_boxes_of(batch) for batch in self._batches]
                for batch, boxes in zip(self._batches, self._boxes, strict=True):
                    self._hold(surface, batch, boxes, swallows, covers=covers)

    def _hold(self, surface: Surface, batch: Batch, boxes: list[Box], swallows: list[Colour], *, covers: bool) -> None:
        left, bottom, right, top = surface.box
        for at, (x0, y0, x1, y1) in enumerate(boxes):
            if x0 < right and x1 > left and y0 < top and y1 > bottom:
                text = batch.objects[at]
                if batch.orders[at] < surface.order:
                    if covers and _covers(surface.box, boxes[at]):
                        self._suspect(text, "covered")
                elif swallows and _colours_of([text])[0] in swallows:
                    self._suspect(text, "background")


def _boxes_of(batch: Batch) -> list[Box]:
    boxes = _edges_of(batch.objects)
    return [_moved(box, batch.form.onto) for box in boxes] if batch.form else boxes


def _edges_of(objects: list[Pointer]) -> list[Box]:
    deque(map(_edges, objects, *_boxes.places), maxlen=0)
    boxes: list[Box] = _boxes.rows(len(objects))
    return boxes


def _colours_of(objects: list[Pointer]) -> list[Colour]:
    deque(map(_fill, objects, *_colours.places), maxlen=0)
    colours: list[Colour] = _colours.rows(len(objects))
    return colours


def _is_tiny(box: Box) -> bool:
    left, bottom, right, top = box
    return 0 < top - bottom < _TINY or 0 < right - left < _TINY


def _inner_objects(form: Pointer) -> list[Pointer]:
    count = min(_inside(form), FEW)
    return [_inner(form, number) for number in range(count)]


def _cut(object_: Pointer, box: Box) -> bool:
    clip = _clip(object_)
    left, bottom, right, top = box
    x0, y0, x1, y1 = box
    for number in range(_clips(clip)):
        points = list(_points(clip, number))
        if not points:
            return True
        across, down = [x for x, _ in points], [y for _, y in points]
        x0, x1 = max(x0, min(across)), min(x1, max(across))
        y0, y1 = max(y0, min(down)), min(y1, max(down))
    return x1 - x0 < 0.9 * (right - left) or y1 - y0 < 0.5 * (top - bottom)


def _points(clip: Pointer, number: int) -> Iterator[tuple[float, float]]:
    for at in range(min(_corners(clip, number), _FEW_CORNERS)):
        if _point(_corner(clip, number, at), *_at.places):
            x, y = _at.values
            yield x, y


def _hides(colour: Colour) -> Kind | None:
    """Return of which kind a text of this colour is, if it cannot be seen on white."""
    red, green, blue, alpha = colour
    if alpha < _FAINT:
        return "clear"
    if (red, green, blue) == _PATTERN:
        return "background"
    return "background" if (255 - min(red, green, blue)) * alpha < 255 * _FAINT else None


def _near(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) < _FAINT for a, b in zip(one[:3], other[:3], strict=True))


def _covers(surface: Box, text: Box) -> bool:
    # Enough of it that a word may be gone: most of its height, and a letter or two of its width.
    across = min(surface[2], text[2]) - max(surface[0], text[0])
    down = min(surface[3], text[3]) - max(surface[1], text[1])
    high = text[3] - text[1]
    return down > 0.6 * high and across > min(high, 0.5 * (text[2] - text[0]))


def _moved(box: Box, onto: Matrix) -> Box:
    a, b, c, d, e, f = onto
    points = [(a * x + c * y + e, b * x + d * y + f) for x in box[::2] for y in box[1::2]]
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def _joined(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def signs_of(page: Any, textpage: Any, letters: int, layered: Callable[[], bool]) -> Signs:
    """Return what is suspicious on a page with so many characters; `layered` tells whether its file may have layers.

    Where it has many objects, only those of some characters are looked at, and those of all only if one is suspicious.
    """
    signs = Signs(layered)
    count = raw.FPDFPage_CountObjects(page)
    if count <= FEW:
        signs.look(list(map(_object, repeat(pointer(page)), range(count))))
        signs.compare()
        return signs
    signs.look(_objects_at(textpage, range(0, letters, _STEP)))
    if signs.suspects:
        signs = Signs(layered)
        signs.look(_objects_at(textpage, range(letters)))
    return signs


def _objects_at(textpage: Any, places: range) -> list[Pointer]:
    found = {object_.value: object_ for object_ in map(_text_object, repeat(pointer(textpage)), places)}
    found.pop(None, None)
    return list(found.values())
