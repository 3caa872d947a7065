"""Where images are drawn on a page, and which marks of the document's structure they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from pdfqa.pdf.copies.content import Step, steps

Matrix = tuple[float, float, float, float, float, float]
Rect = tuple[float, float, float, float]  # left, bottom, right, top
_ID = re.compile(rb"/MCID\s+(\d+)")
_DEEPEST = 12  # forms within one another
_SAME = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Mark(NamedTuple):
    """A span of content that was marked: its tag, and its number on the page, -1 where it has none."""

    tag: bytes
    number: int = -1


class Unit(NamedTuple):
    """A piece of a page's content that can be marked as one: a text, an image, or a form.

    `images` are the rectangles of the images in it, in the page's own coordinates; `text` says that there are words
    in it, `marks` what it stands in.
    """

    start: int
    end: int
    images: list[Rect]
    text: bool
    marks: list[Mark]
    xobject: DictionaryObject | None = None


class Content(NamedTuple):
    """The content of a page, the pieces that can be marked, and the first number that is free for marks."""

    data: bytes
    units: list[Unit]
    free: int


def content_of(page: DictionaryObject) -> Content:
    """Return the content of a page."""
    data = content_bytes(page)
    resources = _inherited(page, "/Resources")
    units: list[Unit] = []
    free = 0
    for unit, number in _units(data, resources):
        free = max(free, number + 1)
        if unit is not None:
            units.append(unit)
    return Content(data, units, free)


def content_bytes(page: DictionaryObject) -> bytes:
    """Return the content of a page, its parts put together."""
    found = page.get("/Contents")
    found = found.get_object() if found is not None else None
    parts = [part.get_object() for part in found] if isinstance(found, ArrayObject) else [found]
    return b"\n".join(part.get_data() for part in parts if isinstance(part, StreamObject))


class _Place:
    """Where what is drawn next stands: follows what moves and scales it."""

    def __init__(self, matrix: Matrix = _SAME) -> None:
        self.matrix = matrix
        self._kept: list[Matrix] = []

    def follows(self, step: Step) -> bool:
        """Take in a step, if it is one of these."""
        if step.operator == b"q":
            self._kept.append(self.matrix)
        elif step.operator == b"Q":
            self.matrix = self._kept.pop() if self._kept else self.matrix
        elif step.operator == b"cm":
            self.matrix = _joined(_matrix(step.operands), self.matrix)
        else:
            return False
        return True


def _units(data: bytes, resources: DictionaryObject) -> Iterator[tuple[Unit | None, int]]:
    """Yield the pieces, and the numbers of marks."""
    place = _Place()
    marks: list[Mark] = []
    text: tuple[int, int] | None = None  # where a text began, and how many marks there were
    for step in steps(data):
        if place.follows(step):
            continue
        if step.operator in (b"BDC", b"BMC"):
            marks.append(_mark(step, resources))
            yield None, marks[-1].number
        elif step.operator == b"EMC":
            del marks[-1:]
        elif step.operator == b"BT":
            text = step.start, len(marks)
        elif step.operator == b"ET":
            if text is not None and text[1] == len(marks):  # else marks begin in it and end elsewhere
                yield Unit(text[0], step.end, [], True, list(marks)), -1
            text = None
        elif text is None and step.operator in (b"BI", b"Do"):
            yield _drawn(step, resources, place.matrix, list(marks)), -1


def _mark(step: Step, resources: DictionaryObject) -> Mark:
    tag = step.operands[0] if step.operands and isinstance(step.operands[0], bytes) else b""
    properties = step.operands[1] if len(step.operands) > 1 else b""
    if not isinstance(properties, bytes):
        return Mark(tag)
    if properties.startswith(b"<<"):
        found = _ID.search(properties)
        return Mark(tag, int(found[1]) if found else -1)
    named = _entry(resources, "/Properties", properties)
    number = named.get("/MCID", -1)
    return Mark(tag, number if isinstance(number, int) else -1)


def _drawn(step: Step, resources: DictionaryObject, matrix: Matrix, marks: list[Mark]) -> Unit | None:
    """Return an image or a form that is drawn."""
    if step.operator == b"BI":
        return Unit(step.start, step.end, [_square(matrix)], False, marks)
    name = step.operands[-1] if step.operands else None
    xobject = _entry(resources, "/XObject", name) if isinstance(name, bytes) else DictionaryObject()
    if xobject.get("/Subtype") == "/Image":
        return Unit(step.start, step.end, [_square(matrix)], False, marks, xobject)
    if xobject.get("/Subtype") == "/Form":
        images, text = _inside(xobject, resources, matrix, 0)
        return Unit(step.start, step.end, images, text, marks, xobject)
    return None


def _inside(form: DictionaryObject, outer: DictionaryObject, matrix: Matrix, depth: int) -> tuple[list[Rect], bool]:
    """Return the images in a form, and whether there are words in it."""
    if depth > _DEEPEST or not isinstance(form, StreamObject):
        return [], False
    own = form.get("/Matrix")
    if own is not None:
        matrix = _joined(_matrix([float(value) for value in own.get_object()]), matrix)
    found = form.get("/Resources")
    resources = found.get_object() if found is not None else outer
    images: list[Rect] = []
    text, place = False, _Place(matrix)
    for step in steps(form.get_data()):
        if place.follows(step):
            continue
        if step.operator in (b"Tj", b"TJ", b"'", b'"'):
            text = True
        elif step.operator == b"BI":
            images.append(_square(place.matrix))
        elif step.operator == b"Do" and step.operands and isinstance(step.operands[-1], bytes):
            inner = _entry(resources, "/XObject", step.operands[-1])
            if inner.get("/Subtype") == "/Image":
                images.append(_square(place.matrix))
            elif inner.get("/Subtype") == "/Form":
                more, words = _inside(inner, resources, place.matrix, depth + 1)
                images, text = images + more, text or words
    return images, text


def _entry(resources: DictionaryObject, kind: str, name: bytes) -> DictionaryObject:
    """Return what a content calls by a name; an empty dictionary where there is none."""
    found = resources.get(kind)
    found = found.get_object() if found is not None else None
    if not isinstance(found, DictionaryObject):
        return DictionaryObject()
    value = found.get(NameObject.unnumber(b"/" + name).decode("utf-8", "replace"))
    value = value.get_object() if value is not None else None
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def _inherited(page: DictionaryObject, key: str) -> DictionaryObject:
    node: Any = page
    for _ in range(64):
        if key in node:
            value = node[key].get_object()
            return value if isinstance(value, DictionaryObject) else DictionaryObject()
        if "/Parent" not in node:
            break
        node = node["/Parent"].get_object()
    return DictionaryObject()


def _matrix(operands: list[Any]) -> Matrix:
    values = [value for value in operands if isinstance(value, float)][-6:]
    return (*values,) if len(values) == 6 else _SAME  # type: ignore[return-value]


def _joined(one: Matrix, other: Matrix) -> Matrix:
    """Return what does what one matrix does and then another."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _square(matrix: Matrix) -> Rect:
    """Return the rectangle around the unit square, which an image is drawn in."""
    a, b, c, d, e, f = matrix
    across, upright = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    return min(across), min(upright), max(across), max(upright)
