"""What the operations on vector stores, their files and batches take."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from pdfqa.errors import InvalidValueError, MissingFieldError
from pdfqa.wire.base import (
    Attributes,
    ListRequest,
    Maybe,
    Metadata,
    Part,
    Request,
    Results,
    Share,
)
from pdfqa.wire.objects import FileStatus


class StoreExpiration(Part, frozen=True, kw_only=True):
    """When a vector store goes: so many days after it was last used."""

    anchor: Literal["last_active_at"]
    days: Annotated[int, Meta(ge=1, le=365)]


class ChunkSizes(Part, frozen=True, kw_only=True):
    """How large passages are, in tokens."""

    max_chunk_size_tokens: Annotated[int, Meta(ge=100, le=4096)]
    chunk_overlap_tokens: Annotated[int, Meta(ge=0)]

    def __post_init__(self) -> None:
        if 2 * self.chunk_overlap_tokens > self.max_chunk_size_tokens:
            raise ValueError(
                f"chunk_overlap_tokens is {self.chunk_overlap_tokens}, more than half of max_chunk_size_tokens"
            )


class AutoChunking(Part, frozen=True, kw_only=True, tag="auto", tag_field="type"):
    """Passages of the size that the server chooses."""


class StaticChunking(Part, frozen=True, kw_only=True, tag="static", tag_field="type"):
    """Passages of a given size."""

    static: ChunkSizes


Chunking = AutoChunking | StaticChunking


class CreateVectorStore(Request, frozen=True, kw_only=True):
    """A vector store, and the files it begins with."""

    name: str | None = None
    description: str | None = None
    file_ids: Annotated[list[str], Meta(max_length=500)] = []
    expires_after: StoreExpiration | None = None
    chunking_strategy: Chunking | None = None
    metadata: Metadata | None = None


class ModifyVectorStore(Request, frozen=True, kw_only=True):
    """New values for a vector store's fields; what is not given stays."""

    name: Maybe[str] = UNSET
    expires_after: Maybe[StoreExpiration] = UNSET
    metadata: Maybe[Metadata] = UNSET


class ListVectorStoreFiles(ListRequest, frozen=True, kw_only=True):
    """Which files of a vector store, or of a batch, to list."""

    filter: FileStatus | None = None


class CreateVectorStoreFile(Request, frozen=True, kw_only=True):
    """A file to put into a vector store."""

    file_id: str
    attributes: Attributes | None = None
    chunking_strategy: Chunking | None = None


class ModifyVectorStoreFile(Request, frozen=True, kw_only=True):
    """New attributes, in place of all that there were."""

    attributes: Attributes | None


def _contradiction(field: str, other: str) -> InvalidValueError:
    return InvalidValueError(f"Mutually exclusive parameters: '{field}' and '{other}'.", param=field)


class CreateVectorStoreFileBatch(Request, frozen=True, kw_only=True):
    """Files to put into a vector store together: `file_ids`, alike, or `files`, each in its own way."""

    file_ids: Annotated[list[str], Meta(min_length=1, max_length=2000)] | UnsetType = UNSET
    files: Annotated[list[CreateVectorStoreFile], Meta(min_length=1, max_length=2000)] | UnsetType = UNSET
    attributes: Attributes | None = None
    chunking_strategy: Chunking | None = None

    def __post_init__(self) -> None:
        if self.file_ids is UNSET and self.files is UNSET:
            raise MissingFieldError("Missing required parameter: 'file_ids'.", hint="Or give files.", param="file_ids")
        if self.files is UNSET:
            return
        if self.file_ids is not UNSET:
            raise _contradiction("files", "file_ids")
        for name in ("attributes", "chunking_strategy"):
            if getattr(self, name) is not None:
                raise _contradiction(name, "files")


class Filter(Part, frozen=True, kw_only=True):
    """A condition on one attribute, or several conditions of which all (`and`) or one (`or`) must hold."""

    type: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "and", "or"] = "eq"
    key: str | UnsetType = UNSET
    value: str | bool | int | float | list[str | bool | int | float] | UnsetType = UNSET
    filters: list[Filter] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.type in {"and", "or"}:
            if self.filters is UNSET or self.key is not UNSET or self.value is not UNSET:
                raise ValueError(f"{self.type} takes filters, and neither key nor value")
        elif self.key is UNSET or self.value is UNSET or self.filters is not UNSET:
            raise ValueError(f"{self.type} takes key and value, and no filters")
        elif (self.type in {"in", "nin"}) != isinstance(self.value, list):
            raise ValueError(f"{self.type} takes {'a list' if self.type in {'in', 'nin'} else 'one value, not a list'}")


class Ranking(Part, frozen=True, kw_only=True):
    """How a search ranks. `ranker` none leaves out the second reading of the best passages."""

    ranker: Literal["none", "auto", "default-2024-11-15", "default_2024_08_21"] = "auto"
    score_threshold: Share = 0.0


class SearchVectorStore(Request, frozen=True, kw_only=True):
    """What to search a vector store for."""

    query: str | Annotated[list[str], Meta(min_length=1, max_length=32)]
    rewrite_query: bool = False
    max_num_results: Results = 10
    filters: Filter | None = None
    ranking_options: Ranking | None = None
