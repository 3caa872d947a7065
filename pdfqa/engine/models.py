"""Models: what answers and what makes vectors; embeddings."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from pdfqa.config import EXTRACTIVE
from pdfqa.engine.context import Engine
from pdfqa.errors import InvalidValueError, ObjectNotFoundError, WrongStateError
from pdfqa.passages import count_tokens
from pdfqa.wire import Deleted
from pdfqa.wire.chat import CreateEmbeddings, Embedding, EmbeddingList, EmbeddingUsage, Model, ModelList

_CREATED = 1_795_305_600  # 22 November 2026: models have a date on the wire, and these are as old as pdfqa
_MOST_TOKENS, _MOST_TOKENS_TOGETHER = 8_192, 300_000  # as on the wire
_LONGEST_WORD = 32  # characters of a token, that texts which need not be counted have more of


class Models:
    """The operations on models, and on embeddings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> ModelList:
        """Return what really answers, whatever name is asked for, and what makes vectors."""
        engine = self._engine
        models = [Model(id=EXTRACTIVE, created=_CREATED, owned_by="pdfqa")]
        if engine.settings.model is not None:
            models.append(Model(id=engine.settings.model, created=_CREATED, owned_by="configured"))
        models.append(Model(id=engine.embedder_name, created=_CREATED, owned_by="pdfqa"))
        return ModelList(data=models)

    def get(self, name: str) -> Model:
        """Return a model."""
        for model in self.list().data:
            if model.id == name:
                return model
        raise ObjectNotFoundError(
            f"The model '{name}' does not exist.", hint="List the models to see what there is.", param="model"
        )

    def delete(self, name: str) -> Deleted:
        """Refuse to delete a model: what answers is part of pdfqa, or of its settings.

        Raises:
            ObjectNotFoundError: There is no such model.
            WrongStateError: There is.
        """
        model = self.get(name)
        raise WrongStateError(
            f"The model '{model.id}' cannot be deleted.",
            hint="It is part of pdfqa, or configured with --model.",
            param="model",
        )

    def embed(self, request: CreateEmbeddings) -> EmbeddingList:
        """Return the vectors of some texts, whatever model is asked for; it is named as it was asked for.

        Raises:
            InvalidValueError: The input is no text, or the vectors have fewer dimensions than are wanted.
        """
        texts = _texts(request.input)
        counts = _counted(texts, alone=isinstance(request.input, str))
        vectors = self._shortened(self._engine.index_embedder.encode(texts), request.dimensions)
        data = [
            Embedding(index=index, embedding=_packed(row) if request.encoding_format == "base64" else row.tolist())
            for index, row in enumerate(vectors)
        ]
        tokens = sum(counts)
        usage = EmbeddingUsage(prompt_tokens=tokens, total_tokens=tokens)
        return EmbeddingList(data=data, model=request.model, usage=usage)

    def _shortened(self, vectors: Any, dimensions: int | None) -> Any:
        """Return vectors cut to some dimensions and of unit length again."""
        if dimensions is None:
            return vectors
        embedder = self._engine.index_embedder
        most = embedder.dimensions
        if dimensions > most:
            raise InvalidValueError(
                f"Invalid 'dimensions': {dimensions} is more than the {most} that {embedder.name} has.",
                hint=f"Give at most {most}, or leave it out.",
                param="dimensions",
            )
        vectors = vectors[:, :dimensions]
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)


def _packed(row: Any) -> str:
    return base64.b64encode(row.astype("<f4").tobytes()).decode()


def _counted(texts: list[str], *, alone: bool) -> list[int]:
    """Return the number of tokens of each text.

    Raises:
        InvalidValueError: They are more than the wire allows.
    """
    counts = []
    for number, text in enumerate(texts):
        place = "input" if alone else f"input[{number}]"
        count = _MOST_TOKENS + 1 if len(text) > _MOST_TOKENS * _LONGEST_WORD else count_tokens(text)
        if count > _MOST_TOKENS:
            raise InvalidValueError(
                f"Invalid '{place}': the text has more than {_MOST_TOKENS:,} tokens.",
                hint="Cut it into several.",
                param=place,
            )
        counts.append(count)
    if sum(counts) > _MOST_TOKENS_TOGETHER:
        raise InvalidValueError(
            f"Invalid 'input': the texts have more than {_MOST_TOKENS_TOGETHER:,} tokens together.",
            hint="Send them in several requests.",
            param="input",
        )
    return counts


def _texts(given: Any) -> list[str]:
    """Return the texts of a request; a list of numbers is tokens, which only their own tokenizer can read."""
    texts = [given] if isinstance(given, str) else given
    for number, text in enumerate(texts):
        place = "input" if isinstance(given, str) or isinstance(text, int) else f"input[{number}]"
        if not isinstance(text, str):
            raise InvalidValueError(
                f"Invalid '{place}': tokens of another embedder cannot be read here.",
                hint="Send text. LangChain's OpenAIEmbeddings does with check_embedding_ctx_length=False.",
                param=place,
            )
        if not text:
            raise InvalidValueError(f"Invalid '{place}': the text is empty.", hint="Leave it out.", param=place)
    return texts
