"""The client's part for waiting, and for what is a sequence of operations."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import anyio
from msgspec import UNSET

from pdfqa.client.files import Files
from pdfqa.client.inputs import (
    Chunking,
    Given,
    Include,
    Maybe,
    Messages,
    Metadata,
    ResponseFormat,
    StoreExpiration,
    ToolChoice,
    Tools,
    Truncation,
)
from pdfqa.client.polling import Progress, described, failed
from pdfqa.client.responses import Responses
from pdfqa.client.runs import Runs
from pdfqa.client.threads import Threads
from pdfqa.client.vector_stores import VectorStores
from pdfqa.errors import PdfqaError, WaitFailedError, WaitTimeoutError
from pdfqa.wire import FileCounts, Message, ObjectPage, Run, VectorStore, VectorStoreFile, VectorStoreFileBatch
from pdfqa.wire.requests import Effort
from pdfqa.wire.responses import Response

_NAMED = 10  # failed files that are named in a message
_ENDED = {"failed": "failed", "cancelled": "was cancelled", "expired": "expired", "incomplete": "is incomplete"}
_TO_CANCEL = 5.0  # seconds for giving up a run that is no longer wanted


class Waiting(Files, VectorStores, Threads, Runs, Responses):
    """Operations that wait.

    All look at once, then after 0.02 s, then each time after half as long again as before, in the end every
    `polling_interval` seconds (2).
    """

    async def create_vector_store_and_wait_to_complete(
        self,
        *,
        name: Maybe[str] = UNSET,
        description: Maybe[str] = UNSET,
        file_ids: Given[Sequence[str]] = UNSET,
        expires_after: Maybe[StoreExpiration] = UNSET,
        chunking_strategy: Maybe[Chunking] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        timeout: float | None = None,
        progress: Progress[VectorStore] | None = None,
        allow_failed: bool = False,
    ) -> VectorStore:
        """Create a vector store and return it when its files have been read.

        Takes what `create_vector_store` and `wait_for_vector_store_to_complete` take.

        Raises:
            ObjectNotFoundError: No file has one of the ids.
            WaitFailedError: A file cannot be read; the vector store is there all the same, as the error's `state`.
            WaitTimeoutError: It takes longer.
        """
        store: VectorStore = await self._call("create_vector_store", locals())
        return await self.wait_for_vector_store_to_complete(
            store.id, timeout=timeout, progress=progress, allow_failed=allow_failed
        )

    async def wait_for_vector_store_to_complete(
        self,
        vector_store_id: str,
        *,
        timeout: float | None = None,
        progress: Progress[VectorStore] | None = None,
        allow_failed: bool = False,
    ) -> VectorStore:
        """Return a vector store when all its files have been read.

        Args:
            vector_store_id: The vector store.
            timeout: How many seconds at most; by default the client's `polling_timeout`.
            progress: Called with each state that is seen; True draws a bar.
            allow_failed: Whether to wait for the others when a file fails, instead of raising at once.

        Raises:
            WaitFailedError: A file failed, and the error says which and why; or the vector store expired.
            WaitTimeoutError: It takes longer.
        """
        what = f"vector store {vector_store_id}"

        async def end(store: VectorStore) -> VectorStore | None:
            if store.status == "expired":
                raise failed(f"{what} has expired", store, hint="Create another one from the same files.")
            if store.file_counts.failed and not allow_failed:
                page = await self.get_vector_store_files(vector_store_id, filter="failed", order="asc", limit=100)
                raise await self._failed_files(what, store, store.file_counts, page)
            return store if store.status == "completed" else None

        return await self._until(
            end, lambda: self.get_vector_store(vector_store_id), what, timeout=timeout, progress=progress
        )

    async def wait_for_vector_store_file_to_complete(
        self,
        vector_store_id: str,
        file_id: str,
        *,
        timeout: float | None = None,
        progress: Progress[VectorStoreFile] | None = None,
    ) -> VectorStoreFile:
        """Return a file's place in a vector store when it has been read.

        Args:
            vector_store_id: The vector store.
            file_id: The file.
            timeout: How many seconds at most; by default the client's `polling_timeout`.
            progress: Called with each state that is seen; True draws a bar.

        Raises:
            WaitFailedError: It failed, and the error says why; or it was cancelled.
            WaitTimeoutError: It takes longer.
        """
        what = f"file {file_id} of vector store {vector_store_id}"

        async def end(file: VectorStoreFile) -> VectorStoreFile | None:
            if file.status == "failed":
                raise failed(f"{what} failed: {_reason(file)}", file, files=(file,))
            if file.status == "cancelled":
                raise failed(f"{what} was cancelled", file, hint="Put it into the vector store again.")
            return file if file.status == "completed" else None

        return await self._until(
            end,
            lambda: self.get_vector_store_file(vector_store_id, file_id),
            what,
            timeout=timeout,
            progress=progress,
        )

    async def wait_for_vector_store_file_batch_to_complete(
        self,
        vector_store_id: str,
        batch_id: str,
        *,
        timeout: float | None = None,
        progress: Progress[VectorStoreFileBatch] | None = None,
        allow_failed: bool = False,
    ) -> VectorStoreFileBatch:
        """Return a batch when all its files have been read.

        Args:
            vector_store_id: The vector store.
            batch_id: The batch.
            timeout: How many seconds at most; by default the client's `polling_timeout`.
            progress: Called with each state that is seen; `file_counts` says how far it is. True draws a bar.
            allow_failed: Whether to wait for the others when a file fails, instead of raising at once.

        Raises:
            WaitFailedError: A file failed, and the error says which and why; or the batch was cancelled.
            WaitTimeoutError: It takes longer.
        """
        what = f"batch {batch_id}"

        async def end(batch: VectorStoreFileBatch) -> VectorStoreFileBatch | None:
            if batch.status == "cancelled":
                raise failed(f"{what} was cancelled; {described(batch)}", batch)
            if batch.file_counts.failed and not allow_failed:
                page = await self.get_vector_store_file_batch_files(
                    vector_store_id, batch_id, filter="failed", order="asc", limit=100
                )
                raise await self._failed_files(what, batch, batch.file_counts, page)
            return None if batch.status == "in_progress" or batch.file_counts.in_progress else batch

        return await self._until(
            end,
            lambda: self.get_vector_store_file_batch(vector_store_id, batch_id),
            what,
            timeout=timeout,
            progress=progress,
        )

    async def _failed_files(
        self, what: str, state: object, counts: FileCounts, page: ObjectPage[VectorStoreFile]
    ) -> WaitFailedError:
        reasons = [f"\n  {await self._named(file.id)}: {_reason(file)}" for file in page.data[:_NAMED]]
        if counts.failed > len(reasons):
            reasons.append("\n  …")
        return failed(
            f"{counts.failed:,} of {counts.total:,} files of {what} failed:{''.join(reasons)}",
            state,
            hint="The others are read all the same: allow_failed=True waits for them.",
            files=tuple(page.data),
        )

    async def _named(self, file_id: str) -> str:
        try:
            return f"{file_id} ({(await self.get_file(file_id)).filename})"
        except PdfqaError:  # deleted since, or beyond reach: the reason matters more than the name
            return file_id

    async def wait_for_thread_message_to_complete(
        self,
        thread_id: str,
        message_id: str,
        *,
        timeout: float | None = None,
        progress: Progress[Message] | None = None,
    ) -> Message:
        """Return a message when all of it is there.

        Args:
            thread_id: The thread.
            message_id: The message.
            timeout: How many seconds at most; by default the client's `polling_timeout`.
            progress: Called with each state that is seen; True draws a bar.

        Raises:
            WaitFailedError: It stays incomplete.
            WaitTimeoutError: It takes longer.
        """

        async def end(message: Message) -> Message | None:
            return _whole(message)

        return await self._until(
            end,
            lambda: self.get_thread_message(thread_id, message_id),
            f"message {message_id}",
            timeout=timeout,
            progress=progress,
        )

    async def wait_for_assistant_message(
        self,
        thread_id: str,
        *,
        run_id: str | None = None,
        timeout: float | None = None,
        progress: Progress[Message | None] | None = None,
    ) -> Message:
        """Return the assistant's message at the end of a thread, when there is one.

        Args:
            thread_id: The thread.
            run_id: Only a message of this run will do.
            timeout: How many seconds at most; by default the client's `polling_timeout`.
            progress: Called with each message that is seen at the end of the thread.

        Raises:
            WaitFailedError: The run that was to write it ended otherwise, or asks for something.
            WaitTimeoutError: It takes longer.
        """

        async def look() -> Message | None:
            page = await self.get_thread_messages(thread_id, run_id=run_id or UNSET, limit=1)
            return page.data[0] if page.data else None

        async def end(message: Message | None) -> Message | None:
            if message is not None and message.role == "assistant":
                return _whole(message)
            if run_id is not None:
                runs = [await self.get_run(thread_id, run_id)]
            else:
                runs = (await self.get_runs(thread_id, limit=1)).data
            for run in runs:
                # A run that is older than the last message has nothing to do with it.
                if message is None or run.created_at >= message.created_at:
                    _hopeful(run, action=False)
            return None

        return await self._until(end, look, f"the answer in {thread_id}", timeout=timeout, progress=progress)

    async def wait_for_run_to_complete(
        self, thread_id: str, run_id: str, *, timeout: float | None = None, progress: Progress[Run] | None = None
    ) -> Run:
        """Return a run when it has completed, or requires action.

        Args:
            thread_id: The thread.
            run_id: The run.
            timeout: How many seconds at most; by default the client's `polling_timeout`.
            progress: Called with each state that is seen; True draws a bar.

        Raises:
            WaitFailedError: It failed, expired, was cancelled or stays incomplete, and the error says why.
            WaitTimeoutError: It takes longer.
        """

        async def end(run: Run) -> Run | None:
            return _hopeful(run, action=True)

        return await self._until(
            end, lambda: self.get_run(thread_id, run_id), f"run {run_id}", timeout=timeout, progress=progress
        )

    async def wait_for_response_to_complete(
        self, response_id: str, *, timeout: float | None = None, progress: Progress[Response] | None = None
    ) -> Response:
        """Return a response that is made in the background when it is complete.

        Args:
            response_id: The response.
            timeout: How many seconds at most; by default the client's `polling_timeout`.
            progress: Called with each state that is seen.

        Raises:
            WaitFailedError: It failed, was cancelled or stays incomplete, and the error says why.
            WaitTimeoutError: It takes longer.
        """
        what = f"response {response_id}"

        async def end(response: Response) -> Response | None:
            if response.status in {"failed", "cancelled", "incomplete"}:
                details = response.error or response.incomplete_details
                reason = getattr(details, "message", None) or getattr(details, "reason", None)
                raise failed(f"{what} {_ENDED[response.status]}{f': {reason}' if reason else ''}", response)
            return response if response.status == "completed" else None

        return await self._until(end, lambda: self.get_response(response_id), what, timeout=timeout, progress=progress)

    async def run_and_get_assistant_response(
        self,
        thread_id: str,
        *,
        assistant_id: str,
        model: Maybe[str] = UNSET,
        instructions: Maybe[str] = UNSET,
        additional_instructions: Maybe[str] = UNSET,
        additional_messages: Maybe[Messages] = UNSET,
        tools: Maybe[Tools] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        max_prompt_tokens: Maybe[int] = UNSET,
        max_completion_tokens: Maybe[int] = UNSET,
        truncation_strategy: Maybe[Truncation] = UNSET,
        tool_choice: Maybe[ToolChoice] = UNSET,
        parallel_tool_calls: Given[bool] = UNSET,
        response_format: Maybe[ResponseFormat] = UNSET,
        reasoning_effort: Maybe[Effort] = UNSET,
        include: Given[Include] = UNSET,
        timeout: float | None = None,
        progress: Progress[Run] | None = None,
    ) -> Message:
        """Have an assistant answer a thread, and return its message.

        Takes what `create_run` and `wait_for_run_to_complete` take. Given up, or not finished in time, the run is
        cancelled.

        Raises:
            WaitFailedError: It ended without an answer, or asks for something; `state` is the run.
            WaitTimeoutError: It takes longer.
        """
        run: Run = await self._call("create_run", locals())
        return await self._answer(run, timeout=timeout, progress=progress)

    async def _answer(self, run: Run, *, timeout: float | None, progress: Progress[Run] | None) -> Message:
        thread_id = run.thread_id
        try:
            run = await self.wait_for_run_to_complete(thread_id, run.id, timeout=timeout, progress=progress)
        except (WaitTimeoutError, anyio.get_cancelled_exc_class()):
            with anyio.move_on_after(_TO_CANCEL, shield=True), suppress(PdfqaError):  # it may have ended just now
                await self.cancel_run(thread_id, run.id)
            raise
        _hopeful(run, action=False)
        messages = (await self.get_thread_messages(thread_id, run_id=run.id, limit=1)).data
        if not messages:
            raise failed(f"run {run.id} completed without a message", run)
        return messages[0]


def _reason(file: VectorStoreFile) -> str:
    error = file.last_error
    return f"{error.code}: {error.message}" if error else file.status


def _whole(message: Message) -> Message | None:
    """Return a message if it is finished."""
    if message.status == "incomplete":
        reason = (message.incomplete_details or {}).get("reason", "no reason is given")
        raise failed(f"message {message.id} stays incomplete: {reason}", message)
    return message if message.status == "completed" else None


def _hopeful(run: Run, *, action: bool) -> Run | None:
    """Return a run if it has come to its end, or wants action where that is `action`; raise if it ended badly."""
    if run.status == "requires_action" and not action:
        hint = "Give it what its functions return with submit_tool_outputs, or cancel it with cancel_run."
        raise failed(f"run {run.id} requires action before it can answer", run, hint=hint)
    if run.status in {"failed", "cancelled", "expired", "incomplete"}:
        reason = f"{run.last_error.code}: {run.last_error.message}" if run.last_error else ""
        reason = reason or (run.incomplete_details or {}).get("reason", "")
        raise failed(f"run {run.id} {_ENDED[run.status]}{reason and ': '}{reason}", run)
    return run if run.status in {"completed", "requires_action"} else None
