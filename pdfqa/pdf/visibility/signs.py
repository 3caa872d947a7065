"""Signs that a text of a page cannot be seen: cheap questions about its objects, many at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from typing import Any, Literal, NamedTuple

from pypdfium2 import raw

from pdfqa.pdf.native import Pointer
from pdfqa.pdf.objects import (
    Box,
    Colour,
    Matrix,
    PageObjects,
    annotations_of,
    boxes_of,
    clipped,
    clips_of,
    colours_of,
    count_inside,
    count_marks,
    is_filled,
    is_transparent,
    joined,
    marked_layer,
    matrix_of,
    mode_of,
    moved,
    objects_at,
    objects_inside,
    size_of,
    stroke_of,
    type_of,
)

Kind = Literal["undrawn", "clear", "background", "covered", "clipped", "layer", "tiny", "off"]

FEW = 200  # objects: to look at more takes longer than to read their text
_STEP = 32  # characters: where there are more objects, those of one in so many are looked at
_MANY = 100  # texts: among more, not every one is asked for its colour at first
_SOME = 40  # texts: among more, what is seldom worth asking is asked of some of them first
_MOST = 20_000  # objects that are looked at where one is suspicious
_DEEP = 6  # forms in forms
_SURFACE = 4.0  # points: what is lower or narrower is a rule
_FAINT = 24  # of 255: less contrast than an eye sees in letters
_OPAQUE, _HALF = 200, 127  # of 255: what covers, and what has its own colour rather than that of what is under it
_ROW = 24.0  # points
_THIN, _TINY = 0.3, 0.5  # points: what is lower may be a dash, or letters of less than the other size
_TWIN = 1.5  # points
_FEW_CLIPS = 24  # clipping paths looked at on a page
PATTERN = (191, 191, 191)  # what pdfium says of a pattern of several colours
_PATH, _FORM = raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM
_FILLED = {0, 2, 4, 6}
# What stands over the page and may be opaque.
_LIDS = {
    raw.FPDF_ANNOT_FREETEXT,
    raw.FPDF_ANNOT_SQUARE,
    raw.FPDF_ANNOT_CIRCLE,
    raw.FPDF_ANNOT_POLYGON,
    raw.FPDF_ANNOT_STAMP,
    raw.FPDF_ANNOT_INK,
    raw.FPDF_ANNOT_REDACT,
}
_UNDRAWN, _SHAPES = {3, 7}, 7


class Surface(NamedTuple):
    """What may hide text that was drawn before it, or text of its own colour; pictures have none."""

    order: float
    box: Box
    colour: Colour | None


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

    orders: Sequence[float]
    objects: list[Pointer]
    form: Form | None


class Signs:
    """What was seen of one page: its suspects by the address of their object, and what is needed to judge them."""

    def __init__(self, layered: Callable[[], bool], most: int) -> None:
        self._may_be_layered, self._most = layered, most
        self.crowded = False  # whether there are more objects than the most that may be looked at
        self.suspects: dict[int, Kind] = {}
        self.doubly: set[int] = set()  # suspects in more than one way
        self.shapes: set[int] = set()  # texts that are not drawn themselves, but give their shape to what is
        self.surfaces: list[Surface] = []
        self.forms: list[Group] = []
        self._batches: list[Batch] = []
        self._boxes: list[list[Box]] = []  # of their texts
        self._rows: dict[int, list[tuple[float, Pointer, Box]]] = {}
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

    def look(self, objects: list[Pointer], modes: list[int] | None = None, form: Form | None = None) -> None:
        """Look at objects in the order in which they are drawn, on the page or in a form."""
        modes = list(map(mode_of, objects)) if modes is None else modes
        orders: Sequence[float] = range(len(objects))
        if form:
            orders = [form.order + form.step * at for at in orders]
        self._count += len(objects)
        if min(modes, default=0) < 0:
            other = [mode < 0 for mode in modes]
            self._others(list(compress(orders, other)), list(compress(objects, other)), form)
            text = [mode >= 0 for mode in modes]
            orders, objects = list(compress(orders, text)), list(compress(objects, text))
            modes = list(compress(modes, text))
        self._batches.append(Batch(orders, objects, form))
        step = 1 if self._most > FEW else 1 + len(objects) // _MANY
        if self._coloured(objects[::step]) and step > 1:
            self._coloured(objects)
        if not _FILLED.issuperset(modes):
            for object_, mode in zip(objects, modes, strict=True):
                if mode not in _FILLED:
                    self._unfilled(object_, mode)
        step = 1 if self._most > FEW else 1 + len(objects) // _SOME
        if self._rare(objects[::step]) and step > 1:
            self._rare(objects)

    def _coloured(self, objects: list[Pointer]) -> bool:
        colours = colours_of(objects)
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
            if mode == _SHAPES:
                self.shapes.add(object_.value or 0)
            return
        self.suspects.pop(object_.value or 0, None)
        if kind := _hides(stroke_of(object_)):
            self._suspect(object_, kind)

    def _suspect(self, object_: Pointer, kind: Kind) -> None:
        if self.suspects.setdefault(object_.value or 0, kind) != kind:
            self.doubly.add(object_.value or 0)

    def _form(self, form: Group) -> None:
        if self._may_be_layered():
            self.forms.append(form)
        elif colours_of([form.object])[0][3] < _FAINT or _cut(form.object, form.box):
            self.suspect_form(form)

    def suspect_form(self, form: Group) -> None:
        """Suspect all texts of a form that is not seen itself."""
        kind: Kind = "layer"
        if is_transparent(form.object):
            kind = "clear"
        elif clips_of([form.object])[0] > 0:
            kind = "clipped"
        for text in form.texts:
            self._suspect(text, kind)

    def _rare(self, objects: list[Pointer]) -> bool:
        """Ask what is seldom worth asking; return whether it was."""
        found: list[tuple[Pointer, Kind]] = []
        small = [object_ for object_, box in zip(objects, boxes_of(objects), strict=True) if _is_small(box)]
        found += [(object_, "tiny") for object_ in small if size_of(object_) < _TINY]
        found += [(object_, "clear") for object_ in compress(objects, map(is_transparent, objects))]
        marks = list(map(count_marks, objects))
        if max(marks, default=0) > 0:
            marked = [object_ for object_, count in zip(objects, marks, strict=True) if count > 0]
            found += [(object_, "layer") for object_ in marked if marked_layer(object_, self._layers)]
        held = [object_ for object_, count in zip(objects, clips_of(objects), strict=True) if count > 0]
        held = held[:: 1 + len(held) // _FEW_CLIPS]
        found += [(object_, "clipped") for object_, box in zip(held, boxes_of(held), strict=True) if _cut(object_, box)]
        for object_, kind in found:
            self._suspect(object_, kind)
        return bool(found)

    def _others(self, orders: Sequence[float], objects: list[Pointer], form: Form | None) -> None:
        large = [
            (order, object_, box)
            for order, object_, box in zip(orders, objects, boxes_of(objects), strict=True)
            if box[2] - box[0] > _SURFACE and box[3] - box[1] > _SURFACE
        ]
        found = [object_ for _, object_, _ in large]
        for (order, object_, box), kind, colour in zip(large, map(type_of, found), colours_of(found), strict=True):
            place = moved(box, form.onto) if form else box
            if kind == _FORM:
                self._inside(order, object_, place, form)
            elif kind != _PATH:
                self.surfaces.append(Surface(order, place, None))
            elif is_filled(object_):
                self.surfaces.append(Surface(order, place, colour))

    def _inside(self, order: float, object_: Pointer, box: Box, form: Form | None) -> None:
        count = count_inside(object_)
        if self._count + count > self._most or (form and form.depth > _DEEP):
            self.crowded = True
            return
        onto = matrix_of(object_)
        step = (form.step if form else 1.0) / (count + 1)
        before = len(self._batches)
        inner = Form(order, step, joined(onto, form.onto), form.depth + 1) if form else Form(order, step, onto, 0)
        self.look(objects_inside(object_), None, inner)
        texts = [text for batch in self._batches[before:] for text in batch.objects]
        if texts and form is None:
            self._form(Group(object_, box, texts))

    def compare(self) -> None:
        """Look for texts that a later surface covers or an earlier one swallows."""
        first = min([batch.orders[0] for batch in self._batches if batch.orders], default=0.0)
        for surface in self.surfaces:
            opaque = 255 if surface.colour is None else surface.colour[3]
            swallows: list[Colour] = []
            if opaque > _HALF:
                swallows = [each for each in self._seen if surface.colour is None or _near(surface.colour, each)]
            covers = surface.order > first and opaque > _OPAQUE
            if swallows or covers:
                self._hold(surface, swallows, covers=covers)

    def _hold(self, surface: Surface, swallows: list[Colour], *, covers: bool) -> None:
        left, bottom, right, top = surface.box
        rows = self._rows = self._rows or self._in_rows()
        low, high = int(bottom // _ROW), int(top // _ROW)
        near = range(low, high + 1) if high - low < len(rows) else rows
        for order, text, (x0, y0, x1, y1) in [item for row in near for item in rows.get(row, ())]:
            if x0 < right and x1 > left and bottom < (y0 + y1) / 2 < top:
                if order < surface.order:
                    if covers and _covers(surface.box, (x0, y0, x1, y1)):
                        self._suspect(text, "covered")
                elif swallows and colours_of([text])[0] in swallows:
                    self._suspect(text, "background")

    def _in_rows(self) -> dict[int, list[tuple[float, Pointer, Box]]]:
        """Return the texts by the row in which their middle is, to have those at hand that a surface holds."""
        rows: dict[int, list[tuple[float, Pointer, Box]]] = {}
        for batch, boxes in self._placed():
            for item in zip(batch.orders, batch.objects, boxes, strict=True):
                rows.setdefault(int((item[2][1] + item[2][3]) / 2 // _ROW), []).append(item)
        return rows

    def _placed(self) -> Iterator[tuple[Batch, list[Box]]]:
        self._boxes = self._boxes or [_boxes_in(batch) for batch in self._batches]
        return zip(self._batches, self._boxes, strict=True)

    def twins(self, objects: set[int | None]) -> dict[int | None, list[Pointer]]:
        """Return for texts those others that stand at the very same place."""
        cells: dict[tuple[int, int], list[tuple[Pointer, Box]]] = {}
        wanted: list[tuple[Pointer, Box]] = []
        for batch, boxes in self._placed():
            for text, box in zip(batch.objects, boxes, strict=True):
                cells.setdefault(_cell(box), []).append((text, box))
                if text.value in objects:
                    wanted.append((text, box))
        found: dict[int | None, list[Pointer]] = {}
        for text, place in wanted:
            x, y = _cell(place)
            near = [item for i in (-1, 0, 1) for j in (-1, 0, 1) for item in cells.get((x + i, y + j), ())]
            twins = [other for other, box in near if _same_place(box, place) and other.value != text.value]
            if twins:
                found[text.value] = twins
        return found


def _cell(box: Box) -> tuple[int, int]:
    return int(box[0] // _TWIN), int(box[1] // _TWIN)


def _same_place(one: Box, other: Box) -> bool:
    return all(abs(a - b) < _TWIN for a, b in zip(one, other, strict=True))


def _boxes_in(batch: Batch) -> list[Box]:
    boxes = boxes_of(batch.objects)
    return [moved(box, batch.form.onto) for box in boxes] if batch.form else boxes


def _is_small(box: Box) -> bool:
    left, bottom, right, top = box
    return 0 < top - bottom < _THIN or 0 < right - left < _THIN


def _cut(object_: Pointer, box: Box) -> bool:
    x0, y0, x1, y1 = clipped(object_, box)
    left, bottom, right, top = box
    return x1 - x0 < 0.9 * (right - left) or y1 - y0 < 0.5 * (top - bottom)


def _hides(colour: Colour) -> Kind | None:
    """Return of which kind a text of this colour is, if it cannot be seen on white."""
    red, green, blue, alpha = colour
    if alpha < _FAINT:
        return "clear"
    if (red, green, blue) == PATTERN:
        return "background"
    return "background" if (255 - min(red, green, blue)) * alpha < 255 * _FAINT else None


def _near(one: Colour, other: Colour) -> bool:
    return abs(one[0] - other[0]) < _FAINT and abs(one[1] - other[1]) < _FAINT and abs(one[2] - other[2]) < _FAINT


def _covers(surface: Box, text: Box) -> bool:
    # Enough of it that a word may be gone: most of its height, and a letter or two of its width.
    across = min(surface[2], text[2]) - max(surface[0], text[0])
    down = min(surface[3], text[3]) - max(surface[1], text[1])
    high = text[3] - text[1]
    return down > 0.6 * high and across > min(high, 0.5 * (text[2] - text[0]))


def signs_of(objects: PageObjects, textpage: Any, letters: int, layered: Callable[[], bool]) -> Signs:
    """Return what is suspicious on a page with so many characters; `layered` tells whether its file may have layers.

    Where it has many objects, only those of some characters are looked at, and those of all only if one is suspicious.
    """
    page = objects.page
    lids = annotations_of(page, _LIDS) if raw.FPDFPage_GetAnnotCount(page) > 0 else []
    most = _MOST if lids else FEW
    signs = Signs(layered, most)
    if objects.count <= most:
        signs.look(objects.all, objects.modes)
        signs.surfaces += [Surface(math.inf, box, None) for box in lids]
        signs.compare()
    if objects.count > most or signs.crowded:
        signs.look(objects_at(textpage, range(0, letters, _STEP)))
        if signs.suspects:
            known = signs.suspects
            signs = Signs(layered, _MOST)
            signs.look(objects.all, objects.modes)
            signs.suspects |= known
    return signs
