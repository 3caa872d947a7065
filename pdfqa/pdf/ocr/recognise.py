"""Recognise the text in the picture of a page: make it upright and straight, and lines of what was found."""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from pdfqa.pdf.letters.garbled import is_garbled
from pdfqa.pdf.lines import Line, Sheet
from pdfqa.pdf.ocr.engines import other_engine
from pdfqa.pdf.ocr.measured import measured
from pdfqa.pdf.ocr.recognised import Found, Pixels, Recogniser
from pdfqa.pdf.ocr.straight import skew
from pdfqa.pdf.ocr.tesseract import script_data
from pdfqa.pdf.options import ReadOptions
from pdfqa.pdf.parts.refilling import refill
from pdfqa.pdf.pictures import Image

_SURE = 0.5
_UPRIGHT = 0.6  # what is read worse than that may stand on its head
_FEW_BLOTS = 6  # what looks like a line in photographs, and is none
NOTHING = "no text was found in its picture"
_UNKNOWN = "its letters are not known here: tesseract with its data for the language reads them (--ocr-lang)"
_DOUBTFUL, _LOST = 0.85, 0.7  # scores: of unknown letters, or of bad pictures; of noise
_TOLD = 0.6  # of the lines' width
_MOST_PIXELS = 12_000_000
_LETTER, _WIDE = 0.6, "\u2e7f"  # of a line's height that a letter is wide at most; letters after that, twice
_APART = 1.3  # sizes between two words that do not stand in one text
_ALIKE = 0.09  # sizes that differ less are one size, told a little differently


class Straightened(NamedTuple):
    """An upright picture, and what takes its points back to where they were."""

    pixels: Pixels
    back: npt.NDArray[np.float64]


def straighten(pixels: Pixels, degrees: float, turns: int) -> Straightened:
    """Return a picture turned anticlockwise by so many right angles, and then clockwise by some degrees."""
    height, width = pixels.shape
    upright: Pixels = np.ascontiguousarray(np.rot90(pixels, turns))
    down, across = upright.shape
    # Where a point of the picture comes to lie: x right, y down.
    ways = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, 1, 0], [-1, 0, width]],
        2: [[-1, 0, width], [0, -1, height]],
        3: [[0, -1, height], [1, 0, 0]],
    }
    there = np.array([*ways[turns % 4], [0, 0, 1]], dtype=float)
    if degrees:
        tilt = cv2.getRotationMatrix2D((across / 2, down / 2), -degrees, 1.0)
        tilted = cv2.warpAffine(upright, tilt, (across, down), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        upright = np.asarray(tilted, np.uint8)
        there = np.vstack([tilt, [0, 0, 1]]) @ there
    return Straightened(upright, np.linalg.inv(there))


def recognised(sheet: Sheet, image: Image, engine: Recogniser, options: ReadOptions) -> Sheet:
    """Return a page with the lines in its picture instead of those of its text layer, if there are any.

    Where the engine does not know the letters, another is asked; where there is none, the page stays as it was.
    """
    rows = np.frombuffer(bytes(image.pixels), np.uint8).reshape(image.height, image.stride)
    pixels = rows[:, : image.width]
    reading = read(engine, pixels)
    if reading.is_doubtful and not options.ocr_lang and (data := script_data(reading.straight.pixels)):
        engine = other_engine(data)
        reading = read(engine, pixels)
    if reading.blots < _FEW_BLOTS and not reading.found:
        return _left(sheet)
    if reading.is_lost and not options.ocr_lang:
        return msgspec.structs.replace(sheet, warnings=[_UNKNOWN, *sheet.warnings])
    if not reading.found:
        return _left(sheet)
    lines, depth = lines_of(reading, image.scale, image.height)
    kept = [line for line in sheet.lines if line.words]  # what was filled in, which is not drawn
    told = msgspec.structs.replace(
        sheet, lines=[*lines, *kept], depth=depth, source="ocr", reader=engine.name, warnings=[], defect="", rules=[]
    )
    return refill(told)


def decoded(data: bytes, width: float) -> Image | None:
    """Return an image file in shades of grey, as a page so many points wide; None where it cannot be decoded."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if pixels is None or not pixels.size:
        return None
    if pixels.size > _MOST_PIXELS:
        share = (_MOST_PIXELS / pixels.size) ** 0.5
        pixels = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    height, across = pixels.shape
    scale = across / width
    rows = bytearray(np.ascontiguousarray(pixels, np.uint8).tobytes())
    return Image(width=across, height=height, stride=across, pixels=rows, scale=scale, depth=height / scale)


def _left(sheet: Sheet) -> Sheet:
    """Return a page as it is: nothing was found in its picture, so that it hides no text."""
    defect = "" if sheet.defect == "picture" else sheet.defect
    return msgspec.structs.replace(sheet, warnings=[NOTHING, *sheet.warnings], defect=defect)


class Reading(NamedTuple):
    """What an engine found in a picture that was made upright and straight, and how sure it is of its letters."""

    straight: Straightened
    found: list[Found]
    blots: int  # what looked like lines
    score: float
    told: float  # the share of the lines' width that letters were told for

    @property
    def quality(self) -> float:
        """Return how well it was read, to compare with other ways to lay it."""
        return self.score * self.told

    @property
    def is_doubtful(self) -> bool:
        """Return whether the engine may not know the letters: it is unsure of them, or tells hardly any."""
        return self.score < _DOUBTFUL or self.told < _TOLD

    @property
    def is_lost(self) -> bool:
        """Return whether what was told is no text."""
        text = "\n".join(" ".join(word for word, _, _ in line.words) for line in self.found)
        return self.told < _TOLD or (self.score < _DOUBTFUL and (self.score < _LOST or is_garbled(text)))


def read(engine: Recogniser, pixels: Pixels) -> Reading:
    """Return what stands in a picture, whichever way it lies."""
    degrees, standing = skew(pixels)
    reading = _read(engine, straighten(pixels, degrees, 1 if standing else 0))
    if reading.quality < _UPRIGHT:
        other = _read(engine, straighten(pixels, degrees, 3 if standing else 2))
        reading = max(reading, other, key=lambda read: read.quality)
    return reading


def _read(engine: Recogniser, straight: Straightened) -> Reading:
    lines = engine.lines(straight.pixels)
    found = [line for line in lines if line.words and line.score >= _SURE]
    letters = sum(line.letters for line in found)
    score = sum(line.score * line.letters for line in found) / letters if letters else 0.0
    told = sum(
        min((x1 - x0) / (line.bottom - line.top), _letters_room(word)) for line in lines for word, x0, x1 in line.words
    )
    whole = sum((line.right - line.left) / (line.bottom - line.top) for line in lines)
    return Reading(straight, found, len(lines), score, told / whole if whole else 1.0)


def _letters_room(word: str) -> float:
    """Return how wide the letters of a word may be at most, in heights of its line."""
    return _LETTER * sum(2 if letter > _WIDE else 1 for letter in word)


def lines_of(reading: Reading, scale: float, bottom: int) -> tuple[list[Line], float]:
    """Return the lines that were read from a picture so high, with so many pixels a point; and the upright height."""
    lines = [line for found in reading.found for line in _lines(found, reading.straight, scale, bottom)]
    for line in lines:
        if line.text[-1] == "-" and line.text[-2:-1].isalpha():
            line.text = line.text[:-1] + "\u2010"  # which may have been set only to divide a word
    _even(lines)
    return in_order(lines), reading.straight.pixels.shape[0] / scale


def _lines(found: Found, straight: Straightened, scale: float, bottom: int) -> list[Line]:
    """Return a line that was found, or its parts where wide gaps divide it."""
    size, base, top, foot = measured(straight.pixels, found)
    y = (straight.pixels.shape[0] - base) / scale
    lines: list[Line] = []
    for text, x0, x1 in found.words:
        word = (text, *_shown(straight.back, (x0, top, x1, foot), scale, bottom))
        line = lines[-1] if lines else None
        if line is not None and max(x0 / scale - line.x1, line.x0 - x1 / scale) < _APART * size / scale:
            line.text = f"{line.text} {text}"
            line.x0, line.x1 = min(line.x0, x0 / scale), max(line.x1, x1 / scale)
            line.words = [*(line.words or ()), word]
        else:
            lines.append(Line(text, x0 / scale, x1 / scale, y, size / scale, words=[word]))
    return lines


def _shown(
    back: npt.NDArray[np.float64], box: tuple[float, float, float, float], scale: float, bottom: int
) -> tuple[float, float, float, float]:
    """Return a box of the upright picture on the page as it is shown, in points from the lower left."""
    x0, y0, x1, y1 = box
    corners = back @ np.array([[x0, x1, x0, x1], [y0, y0, y1, y1], [1, 1, 1, 1]], dtype=float)
    across, down = corners[0] / scale, (bottom - corners[1]) / scale
    left, low, right, high = across.min(), down.min(), across.max(), down.max()
    return round(float(left), 2), round(float(low), 2), round(float(right), 2), round(float(high), 2)


def _even(lines: list[Line]) -> None:
    """Give lines of nearly the same size one size: that which most letters have."""
    left = lines
    while left:
        letters: dict[float, int] = {}
        for line in left:
            letters[_step(line.size)] = letters.get(_step(line.size), 0) + len(line.text)
        most = max(letters, key=letters.__getitem__)
        size = median(line.size for line in left if _step(line.size) == most)
        alike = [line for line in left if abs(line.size - size) <= _ALIKE * size]
        left = [line for line in left if abs(line.size - size) > _ALIKE * size]
        for line in alike:
            line.size = round(size, 1)


def _step(size: float) -> float:
    return round(2 * size) / 2


def in_order(lines: list[Line]) -> list[Line]:
    """Return lines from top to bottom, those of one row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.y):
        if rows and abs(rows[-1][0].y - line.y) < 0.4 * max(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.x0)]
