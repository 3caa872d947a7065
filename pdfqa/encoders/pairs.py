"""Judge passages by reading each with the question: any cross-encoder in the format of ONNX."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pdfqa.encoders.onnx import OnnxModel

_STEP = 5  # passages that are read together, before the time is looked at


class OnnxReranker:
    """Judges passages with the model of a folder."""

    def __init__(self, folder: str, threads: int = 1) -> None:
        self._model = OnnxModel(folder, threads, "reranker")
        self.most = self._model.settings.passages
        self.weight = self._model.settings.weight

    @property
    def name(self) -> str:
        """Name the folder, with a digest of its model."""
        return self._model.name

    def score(self, question: str, passages: Sequence[str], seconds: float) -> NDArray[np.float32]:
        """Return a score for each passage, for as many of the first as the time allows, and five at least."""
        begun = time.monotonic()
        scores: list[float] = []
        while len(scores) < len(passages) and (not scores or time.monotonic() - begun < seconds):
            some = passages[len(scores) : len(scores) + _STEP]
            scores += self._scores([(question, passage) for passage in some])
        return np.array(scores, dtype=np.float32)

    def _scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        output, _ = self._model.outputs[0]
        scores = [0.0] * len(pairs)
        for places, found, _ in self._model.run(pairs, output):
            # One number for a pair; of two classes the second one is "relevant".
            rows = found.reshape(len(places), -1)
            for place, row in zip(places, rows, strict=True):
                scores[place] = float(row[-1] - row[0]) if len(row) == 2 else float(row[-1])
        return [score if np.isfinite(score) else 0.0 for score in scores]
