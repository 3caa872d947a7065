"""What is asked of an engine that recognises text in a picture, and what it gives."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Pixels: TypeAlias = npt.NDArray[np.uint8]  # rows from the top, one shade of grey each


class Found(NamedTuple):
    """A line in a picture: its letters, the middle of each, its box in pixels from the top left, how sure it is."""

    letters: list[str]
    middles: list[float]
    x0: float
    y0: float
    x1: float
    y1: float
    score: float = 1.0


class Recogniser(Protocol):
    """An engine that recognises text."""

    name: str

    def lines(self, pixels: Pixels) -> list[Found]:
        """Return the lines of an upright picture, in any order."""
        ...
