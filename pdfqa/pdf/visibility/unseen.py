"""Leave out what nobody can see: text that is there for programs only, and might tell them what to say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import repeat
from typing import Any, NamedTuple

from pypdfium2 import raw

from pdfqa.pdf.geometry import Bounds, bounds_of, turned_box
from pdfqa.pdf.native import Pointer, pointer, quick
from pdfqa.pdf.objects import Box, Colour, PageObjects, colours_of, letters_of, mode_of, paint, stroke_of
from pdfqa.pdf.visibility.signs import PATTERN, Group, Kind, Signs, signs_of
from pdfqa.pdf.visibility.views import View

_WORD = re.compile(r"[^\s\ufffe\x02]+")
_INKED = 60  # of 255: letters in a picture differ by that from their paper
_FRAMED = 0.6  # of the words over a picture: so many stand between gaps where a picture shows text
_ROUGHLY = 0.3  # of the words of a line of a scan: so many stand on ink
_BLACK, _WHITE, _MIDDLE = (0, 0, 0, 255), (255, 255, 255, 255), 127
_THUMBNAIL = 48  # pixels
_APART, _GROUPS = 20.0, 8  # points between groups of words that are drawn for themselves, and how many there may be
_COARSE = 0.25  # pixels for a point
_FILLED = (0, 2)  # ways of rendering in which letters have the colour they are filled with
_BLURRED, _SHARP = 6, 12  # pixels: as high letters are looked at first, and closely
_SAYS: dict[Kind, str] = {
    "undrawn": "drawn invisibly",
    "clear": "transparent",
    "background": "in the colour of the background",
    "covered": "covered",
    "clipped": "cut off",
    "layer": "in a layer that is switched off",
    "tiny": "under half a point",
    "off": "off the page",
}

_NO_MORE: Mapping[int, list[Pointer]] = {}
_text_object = quick(raw.FPDFText_GetTextObject, Pointer)


class Word(NamedTuple):
    """A piece of a word from one suspicious object: its first and last character, and its place as shown."""

    first: int
    last: int
    object: Pointer
    kind: Kind
    box: Bounds


def _perhaps() -> bool:
    return True


def unseen(objects: PageObjects, textpage: Any, text: str, layered: Callable[[], bool] = _perhaps) -> list[Word]:
    """Return the words of a page that nobody can see; `layered` tells whether its file may have layers.

    Their characters are counted as in the text.
    """
    page = objects.page
    signs = signs_of(objects, textpage, len(text), layered)
    for form in signs.forms:
        if not _is_seen(page, form):
            signs.suspect_form(form)
    if not signs.suspects:
        return []
    suspects = _Suspects(page, textpage, signs)
    words = suspects.words(text)
    return _Judge(page, suspects, text).judge(words) if words else []


def _is_seen(page: Any, form: Group) -> bool:
    """Return whether a form makes a difference, as far as a thumbnail shows."""
    box = shown(page, form.box)
    part = _around([box], (raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)))
    if part is None:
        return False
    view = View(page, part, _THUMBNAIL / max(part[2] - part[0], part[3] - part[1]))
    return view.differs(view.without([form.object]), part)


def shown(page: Any, box: Box) -> Bounds:
    """Return where a rectangle of a page is shown."""
    turned = turned_box(box, raw.FPDFPage_GetRotation(page), bounds_of(page))
    return turned.x0, turned.y0, turned.x1, turned.y1


class _Suspects:
    """Finds the words of suspicious objects."""

    def __init__(self, page: Any, textpage: Any, signs: Signs) -> None:
        self.textpage, self.signs = textpage, signs
        self._quick_text = pointer(textpage)
        self._suspects = signs.suspects
        self._page = page
        self._rect, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()

    def words(self, text: str) -> list[Word]:
        words: list[Word] = []
        spans = [match.span() for match in _WORD.finditer(text)]
        begins = map(_text_object, repeat(self._quick_text), [first for first, _ in spans])
        objects = [object_.value for object_ in begins]
        for (first, end), object_, after in zip(spans, objects, [*objects[1:], None], strict=True):
            if object_ == after and object_ not in self._suspects:
                continue  # it lies within an object that is not suspicious
            last = end - 1
            if object_ == self._object(last).value:
                self._add(first, last, words)
                continue
            start = first
            for at in range(first + 1, last + 2):
                if at > last or self._object(at).value not in (self._object(start).value, None):
                    self._add(start, at - 1, words)
                    start = at
        return words

    def _object(self, at: int) -> Pointer:
        found: Pointer = _text_object(self._quick_text, at)
        return found

    def _add(self, first: int, last: int, words: list[Word]) -> None:
        object_ = self._object(first)
        kind = self._suspects.get(object_.value or 0)
        if kind is None or (kind == "tiny" and not self._is_tiny(first)):
            return
        words.append(Word(first, last, object_, kind, self._box(first, last)))

    def _is_tiny(self, at: int) -> bool:
        if not raw.FPDFText_GetMatrix(self.textpage, at, self._matrix):
            return False
        size, matrix = raw.FPDFText_GetFontSize(self.textpage, at), self._matrix
        across, up = size * (matrix.a**2 + matrix.b**2) ** 0.5, size * (matrix.c**2 + matrix.d**2) ** 0.5
        return bool(min(across, up) < 0.5)

    def any_within(self, characters: Iterable[int], word: Word) -> bool:
        """Return whether any of some characters stands where a word does."""
        left, _, right, _ = word.box
        for at in characters:
            x0, _, x1, _ = self._box(at, at)
            if min(x1, right) - max(x0, left) > 0.3 * (x1 - x0) > 0:
                return True
        return False

    def _box(self, first: int, last: int) -> Bounds:
        boxes: list[tuple[float, float, float, float]] = []
        for at in (first, last):
            if raw.FPDFText_GetLooseCharBox(self.textpage, at, self._rect):
                rect = self._rect
                boxes.append((rect.left, rect.bottom, rect.right, rect.top))
        if not boxes:
            return 0.0, 0.0, 0.0, 0.0
        left, bottom, right, top = zip(*boxes, strict=True)
        return shown(self._page, (min(left), min(bottom), max(right), max(top)))


class _Judge:
    """Judges suspicious words by what is drawn."""

    def __init__(self, page: Any, suspects: _Suspects, text: str) -> None:
        self._page, self._suspects, self._signs = page, suspects, suspects.signs
        self._text = text
        self._size = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)

    def judge(self, words: list[Word]) -> list[Word]:
        """Return those that nobody can see."""
        seen = self._in_contrast(words) if self._signs.pictures else set()
        hidden = [word for word in words if word.first not in seen]
        seen = self._drawn([word for word in hidden if word.kind not in ("undrawn", "tiny")])
        hidden = [word for word in hidden if word.first not in seen]
        for look in (self._shown_by_picture, self._drawn_again, self._not_drawable):
            seen = look(hidden) if hidden else seen
            hidden = [word for word in hidden if word.first not in seen]
        return hidden

    def _in_contrast(self, words: list[Word]) -> set[int]:
        """Return the beginnings of the words whose colour is nowhere near those behind them, as few pixels tell.

        Pictures take long to draw, so that words over them are not drawn as well where this is enough.
        """
        words = [word for word in words if word.kind == "background" and word.object.value not in self._signs.doubly]
        words = [word for word in words if mode_of(word.object) in _FILLED]
        part = _around([word.box for word in words], self._size)
        if part is None:
            return set()
        view = View(self._page, part, _COARSE, self._signs.objects)
        return {word.first for word in words if _contrasts(colours_of([word.object])[0], *view.span(word.box))}

    def _drawn(self, words: list[Word], more: Mapping[int, list[Pointer]] = _NO_MORE) -> set[int]:
        """Return the beginnings of the words without which, and without more objects, the page looks different."""
        drawn: set[int] = set()
        # Most are found at a glance; the others are looked at closely.
        for close in (False, True):
            words = [word for word in words if word.first not in drawn]
            for group in _neighbours(words):
                drawn |= self._compared(group, more, close=close)
        return drawn

    def _compared(self, words: list[Word], more: Mapping[int, list[Pointer]], *, close: bool) -> set[int]:
        part = _around([word.box for word in words], self._size)
        if part is None:
            return set()
        lowest = min([max(word.box[3] - word.box[1], 1.0) for word in words])
        view = View(self._page, part, max(_SHARP / lowest, 1.5) if close else min(_BLURRED / lowest, 1.0))
        objects = {word.object.value: word.object for word in words}
        also = {other.value: other for word in words for other in more.get(word.first, ())}
        other = view.without([*objects.values(), *also.values()])
        return {word.first for word in words if view.differs(other, word.box)}

    def _drawn_again(self, words: list[Word]) -> set[int]:
        """Return the beginnings of the words that another object draws too, at the same place.

        Of letters that are drawn one over the other, pdfium tells the first ones only.
        """
        twins = self._signs.twins({word.object.value for word in words})
        told = letters_of(self._suspects.textpage, self._text) if twins else {}
        more: dict[int, list[Pointer]] = {}
        for word in words:
            others = twins.get(word.object.value, ())
            if silent := [other for other in others if not self._suspects.any_within(told.get(other.value, ()), word)]:
                more[word.first] = silent
        return self._drawn([word for word in words if word.first in more], more)

    def _not_drawable(self, words: list[Word]) -> set[int]:
        """Return the beginnings of the words that are not seen in any colour: their font is broken, or not ours."""
        plain = [word for word in words if word.kind == "background"]
        objects = {word.object.value: word.object for word in plain}
        before = [(object_, colours_of([object_])[0], stroke_of(object_)) for object_ in objects.values()]
        for object_, filling, outline in before:
            paint(object_, _opposite(filling), _opposite(outline))
        drawable = self._drawn(plain)
        for object_, filling, outline in before:
            paint(object_, filling, outline)
        return {word.first for word in plain if word.first not in drawable}

    def _shown_by_picture(self, words: list[Word]) -> set[int]:
        """Return the beginnings of the words of which a picture shows the letters: what was recognised in a scan."""
        words = [word for word in words if word.kind not in ("tiny", "layer")]
        pictures = [shown(self._page, box) for box in self._signs.pictures]
        over = [word for word in words if self._is_over(word, pictures)]
        part = _around([word.box for word in over], self._size)
        if part is None:
            return set()
        letters = sum([word.last - word.first + 1 for word in over])
        mostly = 2 * letters > len("".join(self._text.split()))
        view = View(self._page, part, 1.0 if mostly else 2.0, self._signs.objects)
        inked = {word.first for word in over if view.contrast(word.box) >= _INKED}
        if not view.gathers([word.box for word in over]):
            framed = sum([view.stands_apart(word.box) for word in over if word.first in inked])
            if framed < _FRAMED * len(over):
                return set()
        return self._lines_of(words, inked) if mostly else inked

    def _is_over(self, word: Word, pictures: list[Bounds]) -> bool:
        return word.object.value in self._signs.shapes or any(_holds(box, word.box) for box in pictures)

    def _lines_of(self, words: list[Word], inked: set[int]) -> set[int]:
        """Return the beginnings of all words in lines of which a part stands on ink: a layer fits only roughly."""
        lines: dict[int, list[int]] = {}
        for word in words:
            lines.setdefault(self._text.count("\n", 0, word.first), []).append(word.first)
        kept = [firsts for firsts in lines.values() if len(inked.intersection(firsts)) >= _ROUGHLY * len(firsts)]
        return {first for firsts in kept for first in firsts}


def _contrasts(colour: Colour, low: list[int], high: list[int]) -> bool:
    """Return whether a colour lies well outside of what is between others."""
    if colour[3] < _WHITE[3] or colour[:3] == PATTERN:
        return False
    own = zip(colour[:3], low, high, strict=True)
    return any(part <= least - _INKED or part >= most + _INKED for part, least, most in own)


def _opposite(colour: Colour) -> Colour:
    return _BLACK if min(colour[:3]) > _MIDDLE else _WHITE


def _neighbours(words: list[Word]) -> list[list[Word]]:
    """Return the words in groups: those in a line, and in lines that follow one another."""
    groups: list[list[Word]] = []
    floor = 0.0
    for word in sorted(words, key=lambda word: -word.box[3]):
        if not groups or word.box[3] < floor - _APART:
            groups.append([])
            floor = word.box[1]
        groups[-1].append(word)
        floor = min(floor, word.box[1])
    return groups if len(groups) <= _GROUPS else [words]


def _around(boxes: list[Bounds], size: tuple[float, float]) -> Bounds | None:
    """Return what of a page of this size some boxes take together."""
    if not boxes:
        return None
    left, bottom, right, top = zip(*boxes, strict=True)
    part = max(min(left), 0.0), max(min(bottom), 0.0), min(max(right), size[0]), min(max(top), size[1])
    return part if part[0] < part[2] and part[1] < part[3] else None


def _holds(picture: Bounds, word: Bounds) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return picture[0] <= x <= picture[2] and picture[1] <= y <= picture[3]


def told(kinds: Counter[Kind]) -> list[str]:
    """Return the warning of a page of which so many words were left out, or none."""
    count = kinds.total()
    if not count:
        return []
    ways = [_SAYS[kind] + (f" ({number})" if len(kinds) > 1 else "") for kind, number in kinds.most_common()]
    what = "word that nobody can see was" if count == 1 else "words that nobody can see were"
    return [f"{count:,} {what} left out: {', '.join(ways)}"]
