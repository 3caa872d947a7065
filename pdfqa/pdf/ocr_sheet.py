"""Recognise the text in the picture of a page: make it upright and straight, and lines of what was found."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from pdfqa.pdf.lines import Line, Sheet
from pdfqa.pdf.pictures import Image
from pdfqa.pdf.recognised import Found, Pixels, Recogniser
from pdfqa.pdf.straight import skew

_SURE = 0.5
_UPRIGHT = 0.75  # what is read worse than that may stand on its head
_EM = 0.8  # of the height of a line's box
_BASE = 0.25  # of that height, from its bottom to the line that letters stand on
_APART = 1.3  # sizes between two words that do not stand in one text
_ALIKE = 0.2  # sizes that differ less are one size, told a little differently


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


def recognised(sheet: Sheet, image: Image, engine: Recogniser) -> Sheet:
    """Return a page with the lines in its picture instead of those of its text layer, if there are any."""
    rows = np.frombuffer(bytes(image.pixels), np.uint8).reshape(image.height, image.stride)
    lines, depth = recognise_lines(engine, rows[:, : image.width], image.scale)
    if not lines:
        warnings = [*sheet.warnings, "no text was found in its picture"]
        return msgspec.structs.replace(sheet, warnings=warnings, defect="")
    kept = [line for line in sheet.lines if line.words]  # what was filled in, which is not drawn
    return msgspec.structs.replace(
        sheet, lines=[*lines, *kept], depth=depth, source="ocr", reader=engine.name, warnings=[], defect="", rules=[]
    )


def recognise_lines(engine: Recogniser, pixels: Pixels, scale: float) -> tuple[list[Line], float]:
    """Return the lines in the picture of a page, so many pixels a point, and the height of the page when upright."""
    degrees, standing = skew(pixels)
    score, straight, found = _read(engine, straighten(pixels, degrees, 1 if standing else 0))
    if score < _UPRIGHT:
        other = _read(engine, straighten(pixels, degrees, 3 if standing else 2))
        score, straight, found = max((score, straight, found), other, key=lambda read: read[0])
    depth = straight.pixels.shape[0] / scale
    lines = [line for item in found for line in _lines(item, straight.back, scale, pixels.shape[0], depth)]
    for line in lines:
        if line.text[-1] == "-" and line.text[-2:-1].isalpha():
            line.text = line.text[:-1] + "\u2010"  # which may have been set only to divide a word
    _even(lines)
    return in_order(lines), depth


def _read(engine: Recogniser, straight: Straightened) -> tuple[float, Straightened, list[Found]]:
    """Return how surely a picture was read, and what."""
    found = [line for line in engine.lines(straight.pixels) if line.score >= _SURE]
    letters = sum(len(line.letters) for line in found)
    return sum(line.score * len(line.letters) for line in found) / max(letters, 1), straight, found


def _lines(found: Found, back: npt.NDArray[np.float64], scale: float, bottom: int, depth: float) -> list[Line]:
    """Return a line that was found, or its parts where wide gaps divide it."""
    height = found.y1 - found.y0
    size = _EM * height
    words = _words(found)
    lines: list[Line] = []
    for text, x0, x1 in words:
        box = _shown(back, (x0, found.y0, x1, found.y1), scale, bottom)
        if lines and (x0 / scale - lines[-1].x1) < _APART * size / scale:
            line = lines[-1]
            line.text, line.x1 = f"{line.text} {text}", x1 / scale
            (line.words or []).append((text, *box))
            continue
        y = depth - (found.y1 - _BASE * height) / scale
        lines.append(Line(text, x0 / scale, x1 / scale, y, size / scale, words=[(text, *box)]))
    return lines


def _words(found: Found) -> list[tuple[str, float, float]]:
    """Return the words of a line with the left and right edge of each."""
    steps = [after - before for before, after in pairwise(found.middles)]
    pitch = median(steps) if steps else found.x1 - found.x0
    words: list[tuple[str, float, float]] = []
    start = None
    for at, letter in enumerate([*found.letters, " "]):
        if not letter.isspace():
            start = at if start is None else start
        elif start is not None:
            left, right = found.middles[start] - pitch / 2, found.middles[at - 1] + pitch / 2
            words.append(("".join(found.letters[start:at]), max(left, found.x0), min(right, found.x1)))
            start = None
    return words


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
    left = sorted(lines, key=lambda line: line.size)
    while left:
        letters: dict[float, int] = {}
        for line in left:
            letters[round(line.size * 2) / 2] = letters.get(round(line.size * 2) / 2, 0) + len(line.text)
        size = max(letters, key=letters.__getitem__)
        alike = [line for line in left if abs(line.size - size) <= max(_ALIKE * size, 0.5)]
        left = [line for line in left if abs(line.size - size) > max(_ALIKE * size, 0.5)]
        for line in alike:
            line.size = size


def in_order(lines: list[Line]) -> list[Line]:
    """Return lines from top to bottom, those of one row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.y):
        if rows and abs(rows[-1][0].y - line.y) < 0.4 * max(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.x0)]
