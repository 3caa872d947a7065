"""Embed texts with a model in a folder: any sentence embedder in the format of ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from pdfqa.encoders.onnx import OnnxModel

if TYPE_CHECKING:
    from pdfqa.embed import Matrix

_READY: Final = ("sentence_embedding", "text_embeds")  # outputs that are vectors of whole texts


class OnnxEmbedder:
    """Embeds texts with the model of a folder."""

    def __init__(self, folder: str, threads: int = 1) -> None:
        self._model = OnnxModel(folder, threads, "embedder")
        self.lead = self._model.settings.keyword_weight

    @property
    def name(self) -> str:
        """Name the folder, with a digest of its model."""
        return self._model.name

    @cached_property
    def dimensions(self) -> int:
        """Return the length of each vector, which the model says, or shows."""
        size = dict(self._model.outputs)[self._output][-1]
        return size if isinstance(size, int) else int(self._encoded(["a"]).shape[1])

    @cached_property
    def _output(self) -> str:
        names = [name for name, _ in self._model.outputs]
        return next((name for name in _READY if name in names), names[0])

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix:
        """Return one row of unit length per text."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        settings = self._model.settings
        prefix = settings.query_prefix if question else settings.passage_prefix
        return self._encoded([prefix + text for text in texts])

    def _encoded(self, texts: Sequence[str]) -> Matrix:
        parts: dict[int, Matrix] = {}
        for places, found, mask in self._model.run(texts, self._output):
            rows = found if found.ndim == 2 else self._pooled(found, mask)
            parts.update(zip(places, rows, strict=True))
        rows = np.nan_to_num(np.stack([parts[place] for place in range(len(texts))]), posinf=0.0, neginf=0.0)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Matrix = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
        return unit

    def _pooled(self, tokens: Matrix, mask: np.ndarray) -> Matrix:
        """Return one vector for each text, from those of its tokens."""
        if self._model.settings.pooling == "cls":
            return tokens[:, 0]
        shares = mask[:, :, None].astype(np.float32)
        pooled: Matrix = (tokens * shares).sum(axis=1) / np.maximum(shares.sum(axis=1), 1.0)
        return pooled
