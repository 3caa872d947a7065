"""The asynchronous client: every operation as a method, on whichever back-end."""

from __future__ import annotations

from types import TracebackType

from pdfqa.client.assistants import Assistants
from pdfqa.client.completions import Completions
from pdfqa.client.conversations import Conversations
from pdfqa.client.models import Models
from pdfqa.client.waiting import Waiting

__all__ = ["AsyncClient"]


class AsyncClient(Waiting, Assistants, Conversations, Completions, Models):
    """All operations on files, vector stores, assistants, threads, runs and answers; a context manager.

    Methods take ids first, then the fields of OpenAI's API as keywords; values are as there, or the structs of
    `pdfqa.wire`. Results are those structs. What is left out is not sent; None is null.

    >>> async with AsyncClient() as client:
    ...     file = await client.upload_file("report.pdf")

    Args:
        backend: "local", the engine in this process; the address of a server ("http://127.0.0.1:8008/v1"); or "openai":
            files, vector stores and answers at OpenAI, assistants, threads and runs in this process.
        home: The directory that holds everything; `PDFQA_HOME` if not given. A server takes none of this and the next
            three.
        password: Tried on encrypted files; `PDFQA_PASSWORD` if not given.
        model: The chat model that writes answers; `PDFQA_MODEL` if not given, and if that is not set either, the
            documents are quoted.
        base_url: The OpenAI-compatible server that has the model; `PDFQA_BASE_URL` if not given. For "openai", where
            its API is; `OPENAI_BASE_URL` if not given.
        api_key: The key of that server, or of the server that is the back-end; for "openai" `OPENAI_API_KEY` if not
            given. It is not stored.
        organization: Whose requests these are, as OpenAI has it; `OPENAI_ORG_ID` if not given, for OpenAI only.
        project: The project that they belong to; `OPENAI_PROJECT_ID` if not given, for OpenAI only.
        timeout: How many seconds one call may take, and one event of a stream may be waited for; None for ever. The
            methods that wait have a deadline of their own.
        max_retries: How often a call to a server, also to that of a model, is tried again when it is busy or cannot be
            reached.
        backoff: Seconds before the first of these tries, twice as long before each further one; where the server says
            how long to wait, that counts.
        polling_interval: Seconds between two looks of the methods that wait, in the end; they begin with 0.02.
        polling_timeout: For how many seconds the methods that wait do so, where they are not told.

    Raises:
        AuthenticationError: OpenAI is to be asked, and there is no key.
        InvalidRequestError: No back-end has that name, or it has no use for an option.
        StorageError: The home directory cannot be used.
    """

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
