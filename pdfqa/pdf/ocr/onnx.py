"""Recognise text with the PP-OCR models that the package rapidocr carries. The only importer of onnxruntime.

Nothing is ever downloaded: only the two models that are inside the package are used, without its code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from pdfqa.errors import MissingExtraError
from pdfqa.pdf.ocr.measured import size_of_letters
from pdfqa.pdf.ocr.recognised import Found, Pixels

_SIZE = 10.0  # pixels of small letters' size when lines are looked for: with fewer lines are missed, more take longer
_LEAST, _MOST = 480, 1_600  # pixels of the longer side
_LARGER = 1.5  # times what it is, at most
_HEIGHT = 48  # pixels of a line when it is read
_WIDEST = 3_200
_INK, _SURE_BOX, _SURE_TEXT = 0.3, 0.5, 0.5
_DARK = 0.35  # of the darkest: what is less is paper
_GROWTH = 1.6  # the model tells the core of a line; the line is so much larger

Floats = npt.NDArray[np.float32]


class OnnxEngine:
    """Finds lines with one model and reads each with another."""

    name = "rapidocr"

    def __init__(self, models: Path) -> None:
        self._finder = _session(_only(models, "*_det_*.onnx"))
        self._reader = _session(_only(models, "*_rec_*.onnx"))
        letters = self._reader.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._letters = ["", *letters, " "]

    def lines(self, pixels: Pixels) -> list[Found]:
        """Return the lines of an upright picture."""
        return [self._read(pixels[y0:y1, x0:x1], x0, y0) for x0, y0, x1, y1 in self._boxes(pixels)]

    def _boxes(self, pixels: Pixels) -> Iterator[tuple[int, int, int, int]]:
        """Yield left, top, right and bottom of what looks like a line."""
        height, width = pixels.shape
        scale = self._scale(pixels)
        across, down = (max(round(side * scale / 32), 1) * 32 for side in (width, height))
        small = cv2.resize(pixels, (across, down), interpolation=cv2.INTER_AREA)
        image = (small.astype(np.float32) / 127.5 - 1)[None, None]
        heat: Floats = self._finder.run(None, {"x": np.repeat(image, 3, axis=1)})[0][0, 0]
        core = cv2.dilate((heat > _INK).astype(np.uint8), np.ones((2, 2), np.uint8))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(core)
        for label, (x, y, w, h, _) in enumerate(stats.tolist()):
            if not label or min(w, h) < 3:
                continue
            inside = labels[y : y + h, x : x + w] == label
            if float(heat[y : y + h, x : x + w][inside].mean()) < _SURE_BOX:
                continue
            grown = w * h * _GROWTH / (2 * (w + h))
            yield (
                max(int((x - grown) * width / across), 0),
                max(int((y - grown) * height / down), 0),
                min(round((x + w + grown) * width / across), width),
                min(round((y + h + grown) * height / down), height),
            )

    def _scale(self, pixels: Pixels) -> float:
        longer: float = max(pixels.shape)
        scale = min(_SIZE / (size_of_letters(pixels) or 17.0), _LARGER)
        return min(max(scale, _LEAST / longer), _MOST / longer)

    def _read(self, crop: Pixels, left: int, top: int) -> Found:
        height, width = crop.shape
        across = min(max(round(width * _HEIGHT / height), 16), _WIDEST)
        small = cv2.resize(
            crop, (across, _HEIGHT), interpolation=cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_LINEAR
        )
        image = (small.astype(np.float32) / 127.5 - 1)[None, None]
        told: Floats = self._reader.run(None, {"x": np.repeat(image, 3, axis=1)})[0][0]
        best = told.argmax(axis=1)
        kept = np.flatnonzero((best != 0) & (best != np.concatenate(([-1], best[:-1]))))
        if not len(kept):
            return Found(left, top, left + width, top + height, [], 0.0)
        score = float(told[kept, best[kept]].mean())
        step = width / len(best)
        letters = [self._letters[at] for at in best[kept].tolist()]
        words = _words(letters, [(at + 0.5) * step for at in kept.tolist()], crop)
        words = [(word, left + start, left + end) for word, start, end in words]
        return Found(left, top, left + width, top + height, words, score)


def _words(letters: list[str], middles: list[float], crop: Pixels) -> list[tuple[str, float, float]]:
    """Return the words of a line, of which the middle of each letter is known, with left and right edge."""
    width = crop.shape[1]
    spans: list[tuple[int, int]] = []  # of letters
    start: int | None = None
    for at, letter in enumerate([*letters, " "]):
        if not letter.isspace():
            start = at if start is None else start
        elif start is not None:
            spans.append((start, at - 1))
            start = None
    inked = _inked(crop)
    edges = [0.0]
    for (_, last), (first, _) in pairwise(spans):
        edges += _gap(inked, middles[last], middles[first])
    edges.append(float(width))
    if spans:
        edges[0] = _gap(inked, 0, middles[spans[0][0]])[1]
        edges[-1] = _gap(inked, middles[spans[-1][1]], width)[0]
    return [
        ("".join(letters[first : last + 1]), edges[2 * number], edges[2 * number + 1])
        for number, (first, last) in enumerate(spans)
    ]


def _inked(crop: Pixels) -> npt.NDArray[np.bool_]:
    """Return which columns of a line have ink in its middle: lines above and below may reach into its edges."""
    height = crop.shape[0]
    middle = crop[height // 5 : height - height // 5].astype(np.int16)
    shade = np.abs(middle - int(np.median(middle)))
    return np.asarray((shade > _DARK * max(int(shade.max()), 1)).any(axis=0))


def _gap(inked: npt.NDArray[np.bool_], left: float, right: float) -> tuple[float, float]:
    """Return the widest gap between two places of a line; their middle, where there is none."""
    empty = np.flatnonzero(~inked[int(left) : int(right) + 1]) + int(left)
    if not len(empty):
        return (left + right) / 2, (left + right) / 2
    runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)
    widest = max(runs, key=len)
    return float(widest[0]), float(widest[-1] + 1)


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(os.fspath(path), options, providers=["CPUExecutionProvider"])


def _only(folder: Path, pattern: str) -> Path:
    return min(folder.glob(pattern))


def models() -> Path:
    """Return the folder of the models inside the package."""
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise MissingExtraError("the package rapidocr is not installed", hint="pip install 'pdfqa[ocr]' installs it.")
    return Path(spec.origin).parent / "models"
