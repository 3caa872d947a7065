"""An embedder behind a server that speaks OpenAI's API: asked in batches, and never twice for the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import numpy as np

from pdfqa.config import Manners
from pdfqa.errors import AuthenticationError, BackendError, ContextExceededError
from pdfqa.llm.served import OpenAIModel
from pdfqa.passages import count_tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAD = 0.6  # weight of keywords beside its vectors: that of the other embedder of whole sentences
_LONGEST = 16_000  # characters of a text that are looked at: such models take some 8,000 tokens
_SHORTEST = 200  # characters: a model that takes less is none for passages
_AT_ONCE = 96  # texts of one request
_BYTES = 200_000  # of these: no text has more tokens than bytes, and OpenAI takes 300,000
_SHORTENED = "text-embedding-3"  # models whose vectors may be cut short and are nearly as good
_DIMENSIONS = 512  # of these
_PROBE = "pdfqa"  # a text that shows how long the vectors of a model are
_TOO_MUCH = re.compile(r"batch|too (?:many|large|long|big)|at most|maximum|less than|exceed|tokens", re.IGNORECASE)


class Kept(Protocol):
    """Where vectors are kept."""

    def find(self, embedder: str, texts: Sequence[str]) -> dict[str, bytes]:
        """Return the vectors that there are of some texts, by text."""

    def keep(self, embedder: str, vectors: Mapping[str, bytes]) -> None:
        """Keep the vectors of some texts."""

    def forget(self, embedder: str) -> None:
        """Forget all vectors of an embedder."""


class Spent(msgspec.Struct):
    """What was asked of a server so far: texts and their tokens, as it counts them or, where it does not, as we do."""

    texts: int = 0
    tokens: int = 0


class ServedEmbedder(OpenAIModel):
    """An embedder behind a server.

    Args:
        model: What the server calls it.
        base_url: Where the server is; by default OpenAI's own.
        key: Its key; local servers need none.
        kept: Where its vectors are kept.
        dimensions: How long its vectors are to be, for models that can make them shorter.
        manners: How it is asked.
    """

    lead = _LEAD

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None,
        key: str | None,
        kept: Kept,
        dimensions: int | None = None,
        manners: Manners | None = None,
    ) -> None:
        super().__init__(model, base_url=base_url, key=key, manners=manners)
        self._model = model
        self._short = dimensions or (_DIMENSIONS if _SHORTENED in model and self._is_openai else None)
        self._kept = kept
        self._at_once = _AT_ONCE  # texts of one request, as many as the server takes
        self.spent = Spent()
        # What tells its vectors from those of another; messages call the model so, too.
        self.name = f"{model}@{base_url}" if base_url else f"openai/{model}"
        if self._short:
            self.name += f"-{self._short}"

    def __repr__(self) -> str:
        return f"ServedEmbedder({self.name!r})"

    @cached_property
    def dimensions(self) -> int:
        """Return the length of each vector; where that is not set, one is made to see."""
        return self._short or len(self._of([_PROBE])[0])

    def encode(self, texts: Sequence[str], *, question: bool = False) -> NDArray[np.float32]:
        """Return one row of unit length per text, or a zero row for an empty one.

        Raises:
            AuthenticationError: OpenAI is to be asked, and there is no key.
            BackendError: Its server cannot be reached, refuses, or answers with something else.
        """
        del question  # such models make no difference
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        said = [place for place, text in enumerate(texts) if text.strip()]
        for place, vector in zip(said, self._of([texts[place][:_LONGEST] for place in said]), strict=True):
            if len(vector) != self.dimensions:
                self._kept.forget(self.name)
                raise self._failed(
                    f"made a vector of {len(vector):,} numbers, and others of {self.dimensions:,}",
                    "Has its server another model of that name now? Then make all indexes anew: pdfqa reindex --all.",
                )
            rows[place] = vector
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(norms > 0, norms, 1.0)).astype(np.float32)

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Return the texts, each once, that its server would have to be asked for."""
        cut = dict.fromkeys(text[:_LONGEST] for text in texts if text.strip())
        known = self._kept.find(self.name, list(cut))
        return [text for text in cut if text not in known]

    def tried(self) -> int:
        """Have a vector made, whatever is kept, and return its length."""
        return len(np.frombuffer(self._made([_PROBE])[0], np.float16))

    def _of(self, texts: Sequence[str]) -> list[NDArray[np.float16]]:
        """Return the vectors of some texts. What was made is kept at once: nobody who is stopped pays for it again."""
        known = self._kept.find(self.name, texts)
        for batch in self._batches([text for text in dict.fromkeys(texts) if text not in known]):
            new = dict(zip(batch, self._made(batch), strict=True))
            self._kept.keep(self.name, new)
            known |= new
        return [np.frombuffer(known[text], np.float16) for text in texts]

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """Yield the texts in batches of what a server takes at once."""
        batch: list[str] = []
        size = 0
        for text in texts:
            bytes_ = len(text.encode())
            if batch and (len(batch) >= self._at_once or size + bytes_ > _BYTES):
                yield batch
                batch, size = [], 0
            batch.append(text)
            size += bytes_
        if batch:
            yield batch

    def _made(self, texts: list[str]) -> list[bytes]:
        """Return the vectors that the server makes of some texts: of half as much at once where that is too much."""
        try:
            return self._asked(texts)
        except ContextExceededError:
            half = len(texts) // 2
            if half:
                return self._made(texts[:half]) + self._made(texts[half:])
            if len(texts[0]) <= _SHORTEST:
                raise
            return self._made([texts[0][: len(texts[0]) // 2]])

    def _asked(self, texts: list[str]) -> list[bytes]:
        if self._is_openai and not self._key:
            raise AuthenticationError(
                f"there is no key for the embedder {self.name}",
                hint="Set OPENAI_API_KEY or PDFQA_EMBEDDER_KEY, or keep one with pdfqa login.",
            )
        options: dict[str, Any] = {"dimensions": self._short} if self._short else {}
        with self._translated():
            answer = self._client.embeddings.create(model=self._model, input=texts, **options)
        vectors = self._vectors(answer, len(texts))
        counted = getattr(answer.usage, "prompt_tokens", None)
        self.spent.texts += len(texts)
        self.spent.tokens += counted or sum(map(count_tokens, texts))
        return vectors

    def _vectors(self, answer: Any, count: int) -> list[bytes]:
        """Return the vectors of an answer, if it has what was asked for."""
        data = answer.data if isinstance(answer.data, list) else []
        if len(data) != count:
            raise self._failed(f"made {len(data)} vectors of {count} texts", "Is it an embedder?")
        made = []
        for one in sorted(data, key=lambda one: one.index or 0):
            try:
                vector = np.asarray(one.embedding, dtype=np.float64)
            except (TypeError, ValueError):
                vector = np.zeros(0)
            if vector.ndim != 1 or not len(vector) or not np.isfinite(vector).all():
                raise self._failed("made a vector that is no list of numbers", "Its server's own log may say more.")
            if self._short and len(vector) != self._short:
                hint = f"Set PDFQA_EMBEDDER_DIMENSIONS={len(vector)}, or choose a model that can make shorter ones."
                raise self._failed(f"made a vector of {len(vector):,} numbers, not of {self._short:,}", hint)
            # Of length one: larger numbers would not all fit.
            made.append((vector / (np.linalg.norm(vector) or 1.0)).astype(np.float16).tobytes())
        return made

    def _refusal(self, status: int, words: str) -> BackendError:
        if status in {400, 413, 422, 500} and _TOO_MUCH.search(words):
            return ContextExceededError(
                f"the embedder {self.name} takes less at once than it was given: {words}", hint="Choose another."
            )
        return super()._refusal(status, words)

    def _failed(self, what: str, hint: str) -> BackendError:
        hint = hint.replace("PDFQA_MODEL_KEY", "PDFQA_EMBEDDER_KEY, pdfqa login --list")
        hint = hint.replace("--base-url, PDFQA_BASE_URL", "--embedder NAME@URL, PDFQA_EMBEDDER")
        return BackendError(f"the embedder {self.name} {what}", hint=hint)
