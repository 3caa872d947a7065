"""The client's part for models and embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import UNSET

from pdfqa.client.base import Base
from pdfqa.client.inputs import Given, Maybe
from pdfqa.wire import Deleted
from pdfqa.wire.chat import EmbeddingList, Model, ModelList


class Models(Base):
    """Operations on models and embeddings."""

    async def create_embeddings(
        self,
        input: str | Sequence[Any],  # noqa: A002 - the wire calls it so
        *,
        model: str,
        encoding_format: Given[Literal["float", "base64"]] = UNSET,
        dimensions: Maybe[int] = UNSET,
        user: Maybe[str] = UNSET,
    ) -> EmbeddingList:
        """Return the vectors of texts.

        Wire: `POST /embeddings`.

        Args:
            input: A text, or at most 2,048 of them.
            model: What makes them; `list_models` names it.
            encoding_format: "float" if not given, or "base64" of 32-bit floats.
            dimensions: How many numbers a vector has, where that can be chosen.
            user: As on the wire; it has no effect.
        """
        return await self._call("create_embeddings", locals())

    async def list_models(self) -> ModelList:
        """Return what answers and what makes vectors.

        Wire: `GET /models`.
        """
        return await self._call("list_models", locals())

    async def get_model(self, model: str) -> Model:
        """Return a model.

        Wire: `GET /models/{model}`.

        Raises:
            ObjectNotFoundError: There is no model of that name.
        """
        return await self._call("get_model", locals())

    async def delete_model(self, model: str) -> Deleted:
        """Delete a model; none can be.

        Wire: `DELETE /models/{model}`.

        Raises:
            ObjectNotFoundError: There is no model of that name.
            InvalidRequestError: The model is there, and stays.
        """
        return await self._call("delete_model", locals())
