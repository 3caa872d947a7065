"""How near words come to those of a question in meaning, by the table of word vectors that is part of the package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pdfqa.embed import Embedder, StaticEmbedder, builtin
from pdfqa.rerank import Asked

if TYPE_CHECKING:
    from pdfqa.embed import Matrix

_UNRELATED = 0.35  # a cosine that two words may have without anything in common


class Near(NamedTuple):
    """How near a text comes, in [0, 1]: `asked` to each word of the question, `thing` to what it asks for."""

    asked: Matrix
    thing: float


class Words:
    """The words of a question and what it asks for, ready to be held against texts.

    Another embedder may run a model for every word: words are compared by our own table.
    """

    def __init__(self, asked: Asked, thing: Sequence[str], embedder: Embedder) -> None:
        self._table = embedder if isinstance(embedder, StaticEmbedder) else builtin()
        self._names = list(asked.weights)
        self._weights = np.array(list(asked.weights.values()), dtype=np.float32)
        self._vectors = self._table.encode_words([*self._names, *thing])
        self._places: dict[str, int] = {}
        self._cosines = np.zeros((len(self._vectors), 0), dtype=np.float32)

    def near(self, texts: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[Near]:
        """Return how near texts come, each given by its telling words and those among them that are new."""
        self._read(word for words, _ in texts for word in words)
        return [self._near(words, new) for words, new in texts]

    def _read(self, words: Iterable[str]) -> None:
        unread = list(dict.fromkeys(word for word in words if word not in self._places))
        if unread:
            self._places.update(zip(unread, range(len(self._places), len(self._places) + len(unread)), strict=True))
            cosines = self._vectors @ self._table.encode_words(unread).T
            self._cosines = np.concatenate((self._cosines, cosines), axis=1)

    def _near(self, words: Sequence[str], new: Sequence[str]) -> Near:
        asked = len(self._names)
        best = self._cosines[:, [self._places[word] for word in words]].max(axis=1, initial=0.0)[:asked]
        thing = self._cosines[asked:, [self._places[word] for word in new]].max(initial=0.0)
        return Near(np.maximum(best - _UNRELATED, 0) / (1 - _UNRELATED), float(thing))

    def share(self, near: Matrix) -> float:
        """Return the share of the question's weight that some words come near to."""
        total = float(self._weights.sum())
        return float(near @ self._weights) / total if total else 0.0

    def held(self, held: dict[str, float]) -> Matrix:
        """Return how much of each word of the question is held, in [0, 1]."""
        worth = np.array([held.get(name, 0.0) for name in self._names], dtype=np.float32)
        full: Matrix = np.divide(worth, self._weights, out=np.zeros_like(worth), where=self._weights > 0)
        return full
