"""An embedder behind a server that speaks OpenAI's API: asked in batches, and never twice for the same text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pdfqa.config import Manners
from pdfqa.errors import BackendError
from pdfqa.llm.served import OpenAIModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAD = 0.6  # weight of keywords beside its vectors: that of the other embedder of whole sentences
_LONGEST = 16_000  # characters of a text that are looked at: such models take some 8,000 tokens
_AT_ONCE = 96  # texts of one request: some 30,000 tokens, a tenth of what OpenAI takes
_SHORTENED = "text-embedding-3"  # models whose vectors may be cut short and are nearly as good
_DIMENSIONS = 512  # of these
_PROBE = "pdfqa"  # a text that shows how long the vectors of a model are


class Kept(Protocol):
    """Where vectors are kept."""

    def find(self, embedder: str, texts: Sequence[str]) -> dict[str, bytes]:
        """Return the vectors that there are of some texts, by text."""

    def keep(self, embedder: str, vectors: Mapping[str, bytes]) -> None:
        """Keep the vectors of some texts."""


class ServedEmbedder(OpenAIModel):
    """An embedder behind a server.

    Args:
        model: What the server calls it.
        base_url: Where the server is; by default OpenAI's own.
        key: Its key; local servers need none.
        manners: How it is asked.
        kept: Where its vectors are kept.
    """

    lead = _LEAD

    def __init__(
        self, model: str, *, base_url: str | None, key: str | None, kept: Kept, manners: Manners | None = None
    ) -> None:
        super().__init__(model, base_url=base_url, key=key, manners=manners)
        self._model = model
        self._short = _DIMENSIONS if _SHORTENED in model and self._is_openai else None
        self._kept = kept
        # What tells its vectors from those of another; messages call the model so, too.
        self.name = f"{model}@{base_url}" if base_url else f"openai/{model}"
        if self._short:
            self.name += f"-{self._short}"

    @cached_property
    def dimensions(self) -> int:
        """Return the length of each vector; where that is not set, one is made to see."""
        return self._short or self._of([_PROBE]).shape[1]

    def encode(self, texts: Sequence[str], *, question: bool = False) -> NDArray[np.float32]:
        """Return one row of unit length per text, or a zero row for an empty one.

        Raises:
            BackendError: Its server cannot be reached, refuses, or answers with something else.
        """
        del question  # such models make no difference
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        said = [place for place, text in enumerate(texts) if text.strip()]
        if said:
            rows[said] = self._of([texts[place][:_LONGEST] for place in said])
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(norms > 0, norms, 1.0)).astype(np.float32)

    def _of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        known = self._kept.find(self.name, texts)
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        for start in range(0, len(missing), _AT_ONCE):
            batch = missing[start : start + _AT_ONCE]
            new = dict(zip(batch, self._asked(batch), strict=True))
            self._kept.keep(self.name, new)
            known |= new
        return np.stack([np.frombuffer(known[text], np.float16) for text in texts]).astype(np.float32)

    def _asked(self, texts: Sequence[str]) -> list[bytes]:
        """Return the vectors that the server makes of some texts."""
        options: dict[str, Any] = {"dimensions": self._short} if self._short else {}
        with self._translated():
            answer = self._client.embeddings.create(model=self._model, input=list(texts), **options)
        ordered = sorted(answer.data, key=lambda one: one.index)
        if len(ordered) != len(texts):
            raise BackendError(
                f"the model {self._model} made {len(ordered)} vectors of {len(texts)} texts",
                hint="Is it an embedder?",
            )
        return [np.asarray(one.embedding, dtype=np.float16).tobytes() for one in ordered]
