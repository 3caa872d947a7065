"""The engine's parts, wired together once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from copy import copy
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from pdfqa import servers, wire
from pdfqa.config import EXTRACTIVE, STATIC, Settings
from pdfqa.engine.channels import Channels
from pdfqa.store import Attachments, Blobs, Database, Documents, Events, Jobs, Objects, Replies

if TYPE_CHECKING:
    from pdfqa.embed import Embedder, StaticEmbedder
    from pdfqa.encoders import Reranker
    from pdfqa.engine.assistants import Assistants
    from pdfqa.engine.completions import Completions
    from pdfqa.engine.conversations import Conversations
    from pdfqa.engine.files import Files
    from pdfqa.engine.models import Models
    from pdfqa.engine.reader import Reader
    from pdfqa.engine.responses import Responses
    from pdfqa.engine.runs import Runs
    from pdfqa.engine.store_files import StoreFiles
    from pdfqa.engine.threads import Threads
    from pdfqa.engine.uploads import Uploads
    from pdfqa.engine.vector_stores import VectorStores
    from pdfqa.index.scopes import Scopes
    from pdfqa.llm import ChatModel
    from pdfqa.llm.hosted import HostedSearch
    from pdfqa.wire.chat import StoredChat
    from pdfqa.wire.responses import Conversation, StoredItem, StoredResponse

R = TypeVar("R", bound=wire.Resource)
_CONTEXT = 8192  # tokens that a model takes at once, where that is not known
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def random_id(prefix: str) -> str:
    """Return an id as the wire has them: the prefix and 24 random letters and digits."""
    number, letters = int.from_bytes(os.urandom(20), "big"), []
    for _ in range(24):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return prefix + "".join(letters)


class Engine:
    """One home directory and everything that can be done with it; a context manager.

    Args:
        settings: Where the home is, and the limits.
        clock: Returns seconds since 1970.
        new_id: Makes an id from its prefix.
        trace: Called with every SQL statement.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[str], str] = random_id,
        trace: Callable[[str], None] | None = None,
    ) -> None:
        self.settings = settings
        self.new_id = new_id
        self.owner = ""
        self._clock = clock
        self.database = Database(settings.home, busy_seconds=settings.busy_seconds, trace=trace)
        self.blobs = Blobs(self.database)
        self.documents = Documents(self.database)
        self.attachments = Attachments(self.database)
        self.jobs = Jobs(self.database)
        self.events = Events(self.database)
        self.replies = Replies(self.database)
        self.channels = Channels()
        self._views: dict[str, Engine] = {"": self}
        self._once = threading.RLock()  # what all views share is made once, whichever thread wants it first
        self._open_objects()

    def _objects(
        self, kind: str, type_: type[R], noun: str, tag: Callable[[R], str | None] = lambda _: None
    ) -> Objects[R]:
        return Objects(self.database, kind, type_, noun, owner=self.owner, tag=tag)

    def _open_objects(self) -> None:
        objects = self._objects
        self.file_objects = objects("file", wire.File, "file", lambda file: file.purpose)
        self.upload_objects = objects("upload", wire.Upload, "upload", lambda upload: upload.status)
        self.part_objects = objects("upload.part", wire.UploadPart, "part")
        self.store_objects = objects("vector_store", wire.VectorStore, "vector store")
        self.store_file_objects = objects("vector_store.file", wire.VectorStoreFile, "file", lambda file: file.status)
        self.batch_objects = objects("vector_store.files_batch", wire.VectorStoreFileBatch, "batch")
        self.assistant_objects = objects("assistant", wire.Assistant, "assistant")
        self.thread_objects = objects("thread", wire.Thread, "thread")
        self.message_objects = objects("thread.message", wire.Message, "message", lambda message: message.run_id)
        self.run_objects = objects("thread.run", wire.Run, "run")
        self.step_objects = objects("thread.run.step", wire.RunStep, "run step")

    # The types of the objects below take as long to load as all others together, and a question needs none of them.

    @cached_property
    def response_objects(self) -> Objects[StoredResponse]:
        """Return the responses."""
        from pdfqa.wire.responses import StoredResponse

        return self._objects("response", StoredResponse, "response")

    @cached_property
    def conversation_objects(self) -> Objects[Conversation]:
        """Return the conversations."""
        from pdfqa.wire.responses import Conversation

        return self._objects("conversation", Conversation, "conversation")

    @cached_property
    def item_objects(self) -> Objects[StoredItem]:
        """Return the items of conversations."""
        from pdfqa.wire.responses import StoredItem

        return self._objects("conversation.item", StoredItem, "item")

    @cached_property
    def completion_objects(self) -> Objects[StoredChat]:
        """Return the chat completions that are kept."""
        from pdfqa.wire.chat import StoredChat

        return self._objects("chat.completion", StoredChat, "chat completion", lambda chat: chat.completion.model)

    def owned_by(self, owner: str) -> Engine:
        """Return this engine as it looks to an owner: only the objects of that owner are there."""
        view = self._views.get(owner)
        if view is None:
            view = copy(self)
            for name in _CACHED & view.__dict__.keys():
                del view.__dict__[name]
            view.owner = owner
            view._open_objects()
            view = self._views.setdefault(owner, view)
        return view

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes, and close the database."""
        reader = self._views[""].__dict__.get("_reader")
        if reader is not None:
            reader.close()
        for name in ("_model", "_hosted", "_index_embedder"):
            close = getattr(self._views[""].__dict__.get(name), "close", None)
            if close is not None:  # not every embedder has connections
                close()
        self.database.close()

    def now(self) -> int:
        """Return the time in whole seconds since 1970."""
        return int(self._clock())

    @property
    def embedder(self) -> StaticEmbedder:
        """Return what compares the meanings of sentences: it is part of pdfqa, and fast."""
        with self._once:
            return self._views[""]._embedder

    @cached_property
    def _embedder(self) -> StaticEmbedder:
        from pdfqa.embed import builtin

        return builtin()

    @property
    def index_embedder(self) -> Embedder:
        """Return what makes the vectors of passages, and of the questions that look for them."""
        with self._once:
            return self._views[""]._index_embedder

    @cached_property
    def _index_embedder(self) -> Embedder:
        if self.settings.embedder is None:
            return self._embedder
        if servers.is_served(self.settings.embedder):
            return self._served_embedder(self.settings.embedder)
        from pdfqa.encoders import open_embedder

        return open_embedder(self.settings.embedder, self.settings.workers)

    def _served_embedder(self, chosen: str) -> Embedder:
        from pdfqa.llm.embedding import ServedEmbedder
        from pdfqa.store import Vectors

        model, where = servers.embedder(chosen)
        return ServedEmbedder(
            model,
            base_url=where,
            key=servers.embedder_key(where),
            kept=Vectors(self.database),
            dimensions=self.settings.embedder_dimensions,
            manners=self.settings.manners,
        )

    @property
    def embedder_name(self) -> str:
        """Return the name of what makes the vectors of passages."""
        return STATIC if self.settings.embedder is None else self.index_embedder.name

    @property
    def reranker(self) -> Reranker | None:
        """Return what reads the best passages again; None where that is not wanted."""
        with self._once:
            return self._views[""]._reranker

    @cached_property
    def _reranker(self) -> Reranker | None:
        if self.settings.reranker is None:
            return None
        from pdfqa.encoders import open_reranker

        return open_reranker(self.settings.reranker, self.settings.workers)

    @property
    def model(self) -> ChatModel | None:
        """Return the chat model that writes answers; None where the documents are only quoted."""
        with self._once:
            return self._views[""]._model

    @cached_property
    def _model(self) -> ChatModel | None:
        if self.settings.model is None:
            return None
        from pdfqa.llm import open_model

        return open_model(self.settings)

    @property
    def context_tokens(self) -> int:
        """Return how much the model takes at once: what is set, else what it tells, else what most take."""
        if self.settings.context_tokens is not None:
            return self.settings.context_tokens
        told = self.model.about().window if self.model is not None else None
        return told or _CONTEXT

    @property
    def hosted(self) -> HostedSearch | None:
        """Return what searches and answers elsewhere; None where that is done here."""
        if self.settings.backend == "local":
            return None
        with self._once:
            return self._views[""]._hosted

    @cached_property
    def _hosted(self) -> HostedSearch:
        from pdfqa.llm.hosted import HostedSearch

        settings = self.settings
        return HostedSearch(
            base_url=settings.base_url or servers.OPENAI_URL, key=settings.model_key, manners=settings.manners
        )

    @property
    def run_kind(self) -> str:
        """Return the kind of the jobs that perform runs: who answers here must not take one that is asked elsewhere."""
        return "run" if self.settings.backend == "local" else f"run at {self.settings.backend}"

    @property
    def job_kinds(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the kinds of jobs that read files, and of those that answer."""
        return (("ingest",), ("run", "response")) if self.settings.backend == "local" else ((), (self.run_kind,))

    def model_for(self, name: str) -> ChatModel | None:
        """Return what answers for a model that is asked for by name: the chat model, or None for the extractive one."""
        return None if name == EXTRACTIVE else self.model

    @property
    def scopes(self) -> Scopes:
        """Return what was searched last."""
        with self._once:
            return self._views[""]._scopes

    @cached_property
    def _scopes(self) -> Scopes:
        from pdfqa.index.scopes import Scopes

        return Scopes(self.database, self.index_embedder.dimensions)

    @property
    def reader(self) -> Reader:
        """Return what reads the files of vector stores."""
        with self._once:
            return self._views[""]._reader

    @cached_property
    def _reader(self) -> Reader:
        from pdfqa.engine.reader import Reader

        return Reader(self)

    @cached_property
    def files(self) -> Files:
        """Return the operations on files."""
        from pdfqa.engine.files import Files

        return Files(self)

    @cached_property
    def uploads(self) -> Uploads:
        """Return the operations on uploads."""
        from pdfqa.engine.uploads import Uploads

        return Uploads(self)

    @cached_property
    def vector_stores(self) -> VectorStores:
        """Return the operations on vector stores."""
        from pdfqa.engine.vector_stores import VectorStores

        return VectorStores(self)

    @cached_property
    def store_files(self) -> StoreFiles:
        """Return the operations on the files of vector stores, and on batches."""
        from pdfqa.engine.store_files import StoreFiles

        return StoreFiles(self)

    @cached_property
    def assistants(self) -> Assistants:
        """Return the operations on assistants."""
        from pdfqa.engine.assistants import Assistants

        return Assistants(self)

    @cached_property
    def threads(self) -> Threads:
        """Return the operations on threads and messages."""
        from pdfqa.engine.threads import Threads

        return Threads(self)

    @cached_property
    def runs(self) -> Runs:
        """Return the operations on runs and their steps."""
        from pdfqa.engine.runs import Runs

        return Runs(self)

    @cached_property
    def responses(self) -> Responses:
        """Return the operations on responses."""
        from pdfqa.engine.responses import Responses

        return Responses(self)

    @cached_property
    def conversations(self) -> Conversations:
        """Return the operations on conversations and their items."""
        from pdfqa.engine.conversations import Conversations

        return Conversations(self)

    @cached_property
    def completions(self) -> Completions:
        """Return the operations on chat completions."""
        from pdfqa.engine.completions import Completions

        return Completions(self)

    @cached_property
    def models(self) -> Models:
        """Return the operations on models, embeddings among them."""
        from pdfqa.engine.models import Models

        return Models(self)


_CACHED = {name for name, value in vars(Engine).items() if isinstance(value, cached_property)}
