"""Embedders and rerankers that are optional: stronger than the table of `embed.py`, slower, and not part of pdfqa.

An embedder is "multilingual" (extra pdfqa[multilingual]) or a folder with a model in the format of ONNX (extra
pdfqa[onnx]). A reranker is such a folder. Nothing is ever downloaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pdfqa.config import MULTILINGUAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pdfqa.embed import Embedder


@runtime_checkable
class Reranker(Protocol):
    """Tell how well passages answer a question, from reading both together; the name is shown."""

    @property
    def name(self) -> str:
        """Name the reranker."""

    @property
    def weight(self) -> float:
        """Say what its judgement weighs beside the other scores, from 0 to 1."""

    @property
    def most(self) -> int:
        """Return how many passages it is given at most."""

    def score(self, question: str, passages: Sequence[str], seconds: float) -> NDArray[np.float32]:
        """Return a score for each passage, higher for a better one, for as many of the first as the time allows."""


def open_embedder(chosen: str, threads: int) -> Embedder:
    """Return the embedder that was chosen: by its name, or by the folder of its model.

    Raises:
        InvalidRequestError: There is no such folder, or no model in it.
        MissingExtraError: What runs it is not installed.
    """
    if chosen == MULTILINGUAL:
        from pdfqa.encoders.multilingual import MultilingualEmbedder

        return MultilingualEmbedder()
    from pdfqa.encoders.sentences import OnnxEmbedder

    return OnnxEmbedder(chosen, threads)


def open_reranker(folder: str, threads: int) -> Reranker:
    """Return the reranker whose model is in a folder.

    Raises:
        InvalidRequestError: There is no such folder, or no model in it.
        MissingExtraError: What runs it is not installed.
    """
    from pdfqa.encoders.pairs import OnnxReranker

    return OnnxReranker(folder, threads)
