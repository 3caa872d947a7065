"""Measure lines of text in a picture by their ink: how large the letters are, and what they stand on. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from pdfqa.pdf.ocr.recognised import Found, Pixels
from pdfqa.pdf.ocr.straight import ink

_AROUND = 0.2  # of a line's height that is looked at over and under it
_CORE = 0.42, 0.66  # of its height: there small letters are
_HALF, _TRACE = 0.5, 0.08  # of the ink of a row among small letters
_TALL = re.compile(r"[A-Z0-9bdfhklßÀ-Þ]")  # letters higher than others
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_CAPITAL, _SMALL, _SQUARE, _LINE = 0.72, 0.5, 0.95, 0.7  # heights of letters, and of a line's box over size
_BASE = 0.72  # of a line's box, from its top
_LEAST, _MOST, _FEW = 4, 80, 30  # pixels of a spot that may be a letter; spots that tell nothing
_LETTER = 0.55  # of the size: small letters are lower, figures higher
_RANGE = 0.7, 1.4  # times what the box makes likely


class Measured(NamedTuple):
    """The size of letters in pixels, the row that they stand on, and the first and last row of ink."""

    size: float
    base: float
    top: float
    bottom: float


def measured(pixels: Pixels, line: Found) -> Measured:
    """Return the measures of a line in an upright picture."""
    height = line.bottom - line.top
    guess = Measured(height * _LINE, line.top + _BASE * height, line.top, line.bottom)
    start = max(int(line.top - _AROUND * height), 0)
    crop = pixels[start : int(line.bottom + _AROUND * height) + 1, int(line.left) : int(line.right) + 1]
    # Against the ground of each row: every other row of a table may be tinted.
    rows = np.abs(crop - np.median(crop, axis=1, keepdims=True)).mean(axis=1)
    low, high = (int(line.top + share * height) - start for share in _CORE)
    core = float(np.median(rows[low : high + 1])) if high > low else 0.0
    if core <= 1.0:
        return guess
    middle = (low + high) // 2
    base = _edge(rows, middle, 1, _HALF * core)
    small = _edge(rows, middle, -1, _HALF * core)
    top, bottom = _edge(rows, int(small), -1, _TRACE * core), _edge(rows, int(base), 1, _TRACE * core)
    text = "".join(word for word, _, _ in line.words)
    if _WIDE.search(text):
        size = (bottom - top) / _SQUARE
    else:
        size = (base - top) / _CAPITAL if _TALL.search(text) else (base - small) / _SMALL
    if not _RANGE[0] * guess.size < size < _RANGE[1] * guess.size:
        return guess
    return Measured(size, start + base, start + top, start + bottom)


def size_of_letters(pixels: Pixels) -> float:
    """Return about how large letters are in a picture, by the heights of its spots of ink: the smaller ones count."""
    _, _, spots, _ = cv2.connectedComponentsWithStats(ink(pixels).astype(np.uint8))
    heights = spots[1:, cv2.CC_STAT_HEIGHT]
    heights = heights[(heights >= _LEAST) & (heights <= _MOST)]
    return float(np.percentile(heights, 30)) / _LETTER if len(heights) >= _FEW else 0.0


def _edge(rows: npt.NDArray[np.float64], at: int, step: int, level: float) -> float:
    """Return where the ink of rows falls below a level, between two rows where it does."""
    while 0 <= at + step < len(rows) and rows[at + step] >= level:
        at += step
    if not 0 <= at + step < len(rows):
        return float(at + (step > 0))
    inside, outside = float(rows[at]), float(rows[at + step])
    share = (inside - level) / (inside - outside) if inside > outside else 0.0
    return at + 0.5 + step * min(max(share, 0.0), 1.0)
