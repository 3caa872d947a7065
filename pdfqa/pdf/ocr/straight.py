"""Find how a scanned page lies: turned by right angles, or skewed. Pure."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from pdfqa.pdf.ocr.recognised import Pixels

_SIDE = 1_000  # pixels of the longer side that are looked at
_DARKER = 60  # shades that ink is darker than its surroundings
_POINTS = 40_000
_MOST = 12.0  # degrees
_CLEAR = 1.15  # times as sharp as lying straight: what is less is no skew but chance


def ink(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """Return which pixels are darker, or on dark ground brighter, than their surroundings."""
    ground = cv2.blur(pixels, (41, 41)).astype(np.int16)
    return np.asarray(np.abs(ground - pixels) > _DARKER)


def skew(pixels: Pixels) -> tuple[float, bool]:
    """Return by how many degrees lines rise to the right, and whether they run upwards or downwards."""
    scale = min(_SIDE / max(pixels.shape), 1.0)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    rows, columns = np.nonzero(ink(np.asarray(small, np.uint8)))
    if len(rows) < 200:
        return 0.0, False
    if len(rows) > _POINTS:
        step = len(rows) / _POINTS
        chosen = (np.arange(_POINTS) * step).astype(np.intp)
        rows, columns = rows[chosen], columns[chosen]
    lying, level = _steepest(columns.astype(float), rows.astype(float))
    standing, upright = _steepest(rows.astype(float), -columns.astype(float))
    return (standing, True) if upright > 1.3 * level else (lying, False)


def _steepest(along: npt.NDArray[np.float64], across: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the angle at which ink gathers into lines best, and how well it does."""
    straight = best = _sharpness(along, across, 0.0)
    angle = 0.0
    for step, reach in ((1.0, _MOST), (0.25, 0.75), (0.05, 0.2)):
        middle = angle
        for turn in np.arange(middle - reach, middle + reach + step / 2, step):
            sharp = _sharpness(along, across, float(turn))
            if sharp > best:
                best, angle = sharp, float(turn)
    return (angle, best) if best > _CLEAR * straight else (0.0, straight)


def _sharpness(along: npt.NDArray[np.float64], across: npt.NDArray[np.float64], degrees: float) -> float:
    """Return how much the number of points changes from one line of pixels to the next."""
    at = across + along * math.tan(math.radians(degrees))
    counts = np.bincount((at - at.min()).astype(np.intp)).astype(float)
    return float((np.diff(counts) ** 2).sum())
