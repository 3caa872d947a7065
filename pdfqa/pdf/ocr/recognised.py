"""What is asked of an engine that recognises text in a picture, and what it gives."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Pixels: TypeAlias = npt.NDArray[np.uint8]  # rows from the top, one shade of grey each


class Found(NamedTuple):
    """A line in a picture: its box in pixels from the top left, and the words that were told, with left and right edge.

    `score` says how sure the engine is of them.
    """

    left: float
    top: float
    right: float
    bottom: float
    words: list[tuple[str, float, float]]
    score: float = 1.0

    @property
    def letters(self) -> int:
        """Return how many letters it has."""
        return sum(len(word) for word, _, _ in self.words)


class Recogniser(Protocol):
    """An engine that recognises text."""

    name: str

    def lines(self, pixels: Pixels) -> list[Found]:
        """Return the lines of an upright picture, in any order."""
        ...
