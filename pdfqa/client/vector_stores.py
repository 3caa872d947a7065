"""The client's part for vector stores, their files and batches."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from pdfqa.client.base import Base
from pdfqa.client.inputs import (
    Attributes,
    BatchFiles,
    Chunking,
    Filter,
    Given,
    Maybe,
    Metadata,
    Ranking,
    StoreExpiration,
)
from pdfqa.wire import (
    Deleted,
    FileContent,
    ObjectPage,
    Order,
    SearchResults,
    VectorStore,
    VectorStoreFile,
    VectorStoreFileBatch,
)
from pdfqa.wire.objects import FileStatus


class VectorStores(Base):
    """Operations on vector stores, their files and batches of these."""

    async def create_vector_store(
        self,
        *,
        name: Maybe[str] = UNSET,
        description: Maybe[str] = UNSET,
        file_ids: Given[Sequence[str]] = UNSET,
        expires_after: Maybe[StoreExpiration] = UNSET,
        chunking_strategy: Maybe[Chunking] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
    ) -> VectorStore:
        """Create a vector store; its files are read afterwards, while its status is "in_progress".

        Wire: `POST /vector_stores`.

        Args:
            name: What people call it.
            description: What it is for.
            file_ids: The files it begins with, at most 500; more go in by batches.
            expires_after: `{"anchor": "last_active_at", "days": …}`, 1 to 365 days; never if not given.
            chunking_strategy: `{"type": "auto"}`, 800 tokens with 400 shared, or `{"type": "static", "static":
                {"max_chunk_size_tokens": …, "chunk_overlap_tokens": …}}`, 100 to 4,096 with at most half shared.
            metadata: At most 16 pairs of strings; keys to 64, values to 512 characters.

        Raises:
            ObjectNotFoundError: No file has one of the ids.
        """
        return await self._call("create_vector_store", locals())

    async def get_vector_stores(
        self,
        *,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
        before: Maybe[str] = UNSET,
    ) -> ObjectPage[VectorStore]:
        """Return a page of the vector stores.

        Wire: `GET /vector_stores`.

        Args:
            limit: How many at most, 1 to 100; 20 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last vector store of the page before.
            before: The id of the first vector store of the page after.
        """
        return await self._call("get_vector_stores", locals())

    async def get_vector_store(self, vector_store_id: str) -> VectorStore:
        """Return a vector store.

        Wire: `GET /vector_stores/{vector_store_id}`.

        Raises:
            ObjectNotFoundError: No vector store has that id.
        """
        return await self._call("get_vector_store", locals())

    async def modify_vector_store(
        self,
        vector_store_id: str,
        *,
        name: Maybe[str] = UNSET,
        expires_after: Maybe[StoreExpiration] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
    ) -> VectorStore:
        """Change a vector store's name, expiry or metadata; what is not given stays.

        Wire: `POST /vector_stores/{vector_store_id}`.

        Args:
            vector_store_id: The vector store.
            name: What people call it.
            expires_after: As in `create_vector_store`; None for never.
            metadata: In place of all that there was.

        Raises:
            ObjectNotFoundError: No vector store has that id.
        """
        return await self._call("modify_vector_store", locals())

    async def delete_vector_store(self, vector_store_id: str) -> Deleted:
        """Delete a vector store; its files stay.

        Wire: `DELETE /vector_stores/{vector_store_id}`.

        Raises:
            ObjectNotFoundError: No vector store has that id.
        """
        return await self._call("delete_vector_store", locals())

    async def search_vector_store(
        self,
        vector_store_id: str,
        query: str | Sequence[str],
        *,
        rewrite_query: Given[bool] = UNSET,
        max_num_results: Given[int] = UNSET,
        filters: Maybe[Filter] = UNSET,
        ranking_options: Maybe[Ranking] = UNSET,
    ) -> SearchResults:
        """Return the passages that fit a query best, each with its page and quote.

        Wire: `POST /vector_stores/{vector_store_id}/search`.

        Args:
            vector_store_id: The vector store.
            query: A question or some words, or several of them.
            rewrite_query: Whether the query may be put otherwise first; not if not given.
            max_num_results: How many at most, 1 to 50; 10 if not given.
            filters: `{"type": "eq", "key": …, "value": …}` on the files' attributes (also ne, gt, gte, lt, lte, in,
                nin), or `{"type": "and", "filters": […]}` (also or), nested as need be.
            ranking_options: `{"ranker": …, "score_threshold": …}`, a score from 0 to 1.

        Raises:
            ObjectNotFoundError: No vector store has that id.
            WrongStateError: The vector store has expired.
        """
        return await self._call("search_vector_store", locals())

    async def create_vector_store_file(
        self,
        vector_store_id: str,
        *,
        file_id: str,
        attributes: Maybe[Attributes] = UNSET,
        chunking_strategy: Maybe[Chunking] = UNSET,
    ) -> VectorStoreFile:
        """Put a file into a vector store; it is read afterwards, while its status is "in_progress".

        Wire: `POST /vector_stores/{vector_store_id}/files`.

        Args:
            vector_store_id: The vector store.
            file_id: The file.
            attributes: What `filters` of a search look at: at most 16; keys to 64, strings to 512 characters.
            chunking_strategy: As in `create_vector_store`.

        Raises:
            ObjectNotFoundError: No vector store, or no file, has that id.
        """
        return await self._call("create_vector_store_file", locals())

    async def get_vector_store_files(
        self,
        vector_store_id: str,
        *,
        filter: Maybe[FileStatus] = UNSET,  # noqa: A002 - the wire calls it so
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
        before: Maybe[str] = UNSET,
    ) -> ObjectPage[VectorStoreFile]:
        """Return a page of a vector store's files.

        Wire: `GET /vector_stores/{vector_store_id}/files`.

        Args:
            vector_store_id: The vector store.
            filter: Only those of this status.
            limit: How many at most, 1 to 100; 20 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last file of the page before.
            before: The id of the first file of the page after.

        Raises:
            ObjectNotFoundError: No vector store has that id.
        """
        return await self._call("get_vector_store_files", locals())

    async def get_vector_store_file(self, vector_store_id: str, file_id: str) -> VectorStoreFile:
        """Return how a file does in a vector store; `last_error` says why it failed.

        Wire: `GET /vector_stores/{vector_store_id}/files/{file_id}`.

        Raises:
            ObjectNotFoundError: No vector store has that id, or the file is not in it.
        """
        return await self._call("get_vector_store_file", locals())

    async def modify_vector_store_file(
        self, vector_store_id: str, file_id: str, *, attributes: Attributes | None
    ) -> VectorStoreFile:
        """Change the attributes of a file in a vector store.

        Wire: `POST /vector_stores/{vector_store_id}/files/{file_id}`.

        Args:
            vector_store_id: The vector store.
            file_id: The file.
            attributes: In place of all that there were, as in `create_vector_store_file`.

        Raises:
            ObjectNotFoundError: No vector store has that id, or the file is not in it.
        """
        return await self._call("modify_vector_store_file", locals())

    async def delete_vector_store_file(self, vector_store_id: str, file_id: str) -> Deleted:
        """Take a file out of a vector store; the file itself stays.

        Wire: `DELETE /vector_stores/{vector_store_id}/files/{file_id}`.

        Raises:
            ObjectNotFoundError: No vector store has that id, or the file is not in it.
        """
        return await self._call("delete_vector_store_file", locals())

    async def get_vector_store_file_content(self, vector_store_id: str, file_id: str) -> FileContent:
        """Return the text that was read from a file, one piece for each page.

        Wire: `GET /vector_stores/{vector_store_id}/files/{file_id}/content`.

        Raises:
            ObjectNotFoundError: No vector store has that id, or the file is not in it.
            WrongStateError: The file has not been read.
        """
        return await self._call("get_vector_store_file_content", locals())

    async def create_vector_store_file_batch(
        self,
        vector_store_id: str,
        *,
        file_ids: Given[Sequence[str]] = UNSET,
        files: Given[BatchFiles] = UNSET,
        attributes: Maybe[Attributes] = UNSET,
        chunking_strategy: Maybe[Chunking] = UNSET,
    ) -> VectorStoreFileBatch:
        """Put up to 2,000 files into a vector store together; they are read afterwards.

        Wire: `POST /vector_stores/{vector_store_id}/file_batches`. Give `file_ids` or `files`.

        Args:
            vector_store_id: The vector store.
            file_ids: Files that are treated alike.
            files: `{"file_id": …, "attributes": …, "chunking_strategy": …}` for each file.
            attributes: Those of all `file_ids`, as in `create_vector_store_file`.
            chunking_strategy: That of all `file_ids`, as in `create_vector_store`.

        Raises:
            ObjectNotFoundError: No vector store, or no file, has that id.
        """
        return await self._call("create_vector_store_file_batch", locals())

    async def get_vector_store_file_batch(self, vector_store_id: str, batch_id: str) -> VectorStoreFileBatch:
        """Return how a batch does: its status, and how many of its files are in which.

        Wire: `GET /vector_stores/{vector_store_id}/file_batches/{batch_id}`.

        Raises:
            ObjectNotFoundError: No vector store, or no batch of it, has that id.
        """
        return await self._call("get_vector_store_file_batch", locals())

    async def cancel_vector_store_file_batch(self, vector_store_id: str, batch_id: str) -> VectorStoreFileBatch:
        """Give up the files of a batch that have not been read yet.

        Wire: `POST /vector_stores/{vector_store_id}/file_batches/{batch_id}/cancel`.

        Raises:
            ObjectNotFoundError: No vector store, or no batch of it, has that id.
            WrongStateError: The batch is no longer in progress.
        """
        return await self._call("cancel_vector_store_file_batch", locals())

    async def get_vector_store_file_batch_files(
        self,
        vector_store_id: str,
        batch_id: str,
        *,
        filter: Maybe[FileStatus] = UNSET,  # noqa: A002 - the wire calls it so
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
        before: Maybe[str] = UNSET,
    ) -> ObjectPage[VectorStoreFile]:
        """Return a page of a batch's files.

        Wire: `GET /vector_stores/{vector_store_id}/file_batches/{batch_id}/files`.

        Args:
            vector_store_id: The vector store.
            batch_id: The batch.
            filter: Only those of this status.
            limit: How many at most, 1 to 100; 20 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last file of the page before.
            before: The id of the first file of the page after.

        Raises:
            ObjectNotFoundError: No vector store, or no batch of it, has that id.
        """
        return await self._call("get_vector_store_file_batch_files", locals())
