"""What `PDFQA` asks of the openai back-end: that its documents are there, are searched, and go again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from pdfqa import languages
from pdfqa.backends.ledger import Ledger, SentPart
from pdfqa.backends.leftovers import Left, delete, left
from pdfqa.backends.openai import account, server
from pdfqa.backends.patient import Counts, Patient
from pdfqa.backends.places import AT_OPENAI
from pdfqa.backends.shelf import Shelf
from pdfqa.engine import Engine
from pdfqa.engine.chunks import gathered
from pdfqa.engine.library import Named
from pdfqa.errors import BackendError, InvalidRequestError, NoTextError, NotSupportedError
from pdfqa.search import Evidence
from pdfqa.servers import OPENAI_URL
from pdfqa.store.claims import alone
from pdfqa.sync import Loop
from pdfqa.types import Failure, Progress
from pdfqa.wire import SearchResults

_PATIENCE = 600.0  # seconds for the indexing, and for another process that is sending files
# What shows whether a server has a kind of operation; what would make something is asked for so that it is refused.
_PROBES: dict[str, tuple[str, dict[str, Any]]] = {
    "files": ("get_files", {"limit": 1}),
    "vector stores": ("get_vector_stores", {"limit": 1}),
    "responses": ("create_response", {}),
    "models": ("list_models", {}),
    "assistants": ("get_assistants", {"limit": 1}),
    "threads": ("create_thread", {"messages": 0}),
    "runs": ("create_thread_and_run", {}),
    "conversations": ("create_conversation", {"items": 0}),
    "chat completions": ("create_completion", {}),
    "embeddings": ("create_embeddings", {}),
}
_NEEDED = ("files", "vector stores", "responses", "models")
_MOST_RESULTS = 50  # of one search at OpenAI

Report = Callable[[Progress], object]


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """The kinds of operations that a server has and lacks; `missing` says what is asked for in vain without them."""

    has: list[str]
    lacks: list[str]
    missing: list[str]


class Shelved(msgspec.Struct, frozen=True, kw_only=True):
    """Where some documents are at OpenAI.

    `filters` tell them from the others in the vector store; None where there are no others. `failures` has what of
    them is not there.
    """

    store_id: str
    filters: dict[str, Any] | None
    failures: list[Failure]

    @property
    def resources(self) -> dict[str, Any]:
        """Return what a thread searches."""
        search: dict[str, Any] = {"vector_store_ids": [self.store_id]}
        return {"file_search": {**search, "filters": self.filters} if self.filters else search}


class Hosting:
    """The documents of a home directory at OpenAI.

    Args:
        engine: The engine, with the settings of the openai back-end.
        patience: For how many seconds the indexing is waited for.
        pause: Seconds before the second try of a request, and between the first looks at how far the indexing is; by
            default what the settings say.
    """

    def __init__(self, engine: Engine, *, patience: float = _PATIENCE, pause: float | None = None) -> None:
        settings = engine.settings
        pause = settings.manners.backoff if pause is None else pause
        self._engine = engine
        self._account = account(settings)
        self._patience = patience
        self.ledger = Ledger(engine, self._account)
        self.remote = server(settings, max_retries=0)
        self.server = Patient(self.remote, pause=pause, patience=patience)
        self.shelf = Shelf(self.server, self.ledger, patience=patience, look=pause)
        self._loop: Loop | None = None

    @property
    def counts(self) -> Counts:
        """Return what was asked of OpenAI so far."""
        return self.server.counts

    @property
    def where(self) -> str:
        """Return the address of OpenAI's API, or of the server in its place."""
        return self._engine.settings.base_url or OPENAI_URL

    @property
    def priced(self) -> bool:
        """Return whether OpenAI's prices hold there."""
        return self._engine.settings.backend == "openai"

    @property
    def told(self) -> str:
        """Return in words what was sent, and what that took."""
        sent, counts = self.shelf.uploaded, self.counts
        there = len(self.ledger.parts("searchable"))
        return (
            f"{self.where}: {sent:,} file{'' if sent == 1 else 's'} sent "
            f"({self.shelf.bytes / 1e6:.1f} MB), {there:,} in {self.ledger.store().store_id}; "
            f"{counts.requests:,} requests, {counts.retries:,} repeated"
        )

    def run(self, method: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Return what an asynchronous method returns."""
        self._loop = self._loop or Loop()
        return self._loop.run(method, *args, **options)

    def close(self) -> None:
        """Close the connections."""
        if self._loop is not None:
            self._loop.run(self.remote.close)
            self._loop.close()
            self._loop = None

    def shelve(self, named: Sequence[Named], *, again: bool = False, progress: Report | None = None) -> Shelved:
        """Return where documents are at OpenAI; what is not there yet is sent and indexed.

        Args:
            named: The documents, which have been read.
            again: Whether what failed before is tried again.
            progress: Told of every file that was sent, and how far the indexing is.

        Raises:
            BackendError: OpenAI cannot be reached, refuses, or has none of the documents.
            NoTextError: None of them has any text.
        """
        names = {item.sha256: item.shown for item in named}
        with self._alone():
            parts = [part for item in named for part in self._plan(item)]
            if not parts:
                raise NoTextError("none of the files has any text that could be sent to OpenAI")
            outdated = self.ledger.outdated()
            if outdated:
                self.run(self.shelf.remove, outdated)
            store_id, parts = self.run(self.shelf.put, parts, again=again, progress=progress)
        there = dict.fromkeys(part.sha256 for part in parts if part.state == "searchable")
        failures = [_failure(part, names[part.sha256]) for part in parts if part.state != "searchable"]
        if not there:
            raise BackendError(failures[0].message, hint=failures[0].hint)
        return Shelved(store_id=store_id, filters=self._filters(list(there)), failures=failures)

    def search(self, resources: dict[str, Any], question: str, k: int) -> list[Evidence]:
        """Return what OpenAI finds for a question, on our pages, best first.

        Of a chunk that crosses pages, the page comes first that has more words of the question.
        """
        where = resources["file_search"]
        fields = {name: where[name] for name in ("filters",) if name in where}
        found: SearchResults = self.run(
            self.server.ask,
            "search_vector_store",
            where["vector_store_ids"],
            query=question,
            max_num_results=min(k, _MOST_RESULTS),
            **fields,
        )
        evidence = gathered(self._engine, found).evidence
        return sorted(evidence, key=lambda piece: (-piece.score, -_shared(question, piece)))[:k]

    def offers(self) -> Offers:
        """Return what the server has and lacks, as far as that can be told without leaving anything there.

        Raises:
            BackendError: It cannot be reached.
            AuthenticationError: It does not know the key.
        """
        has, lacks, missing = [], [], []
        ours = self._engine.settings.backend == "openai"
        for kind, (name, fields) in _PROBES.items():
            if ours and AT_OPENAI[name] == "engine":
                continue
            try:
                self.run(self.server.ask, name, **fields)
            except NotSupportedError as error:
                lacks.append(kind)
                if kind in _NEEDED:
                    missing.append(error.message)
                continue
            except InvalidRequestError:  # it has it, and wants to be asked otherwise
                pass
            has.append(kind)
        return Offers(has=has, lacks=lacks, missing=missing)

    def left(self) -> tuple[Left, Left]:
        """Return what this home directory has left at OpenAI, and what others have."""
        found: tuple[Left, Left] = self.run(left, self.server, self.ledger.store().home)
        return found

    def clear(self, found: Sequence[Left]) -> None:
        """Delete at OpenAI what was found there, and forget that it was."""
        with self._alone():
            self.run(delete, self.server, found)
            self.ledger.forget()

    def _alone(self) -> AbstractContextManager[None]:
        return alone(self._engine.settings.home, self._account.replace(":", "-"), patience=self._patience)

    def _plan(self, item: Named) -> list[SentPart]:
        document = self._engine.documents.find(item.sha256)
        return self.ledger.plan(document, item.file.filename) if document else []

    def _filters(self, wanted: list[str]) -> dict[str, Any] | None:
        """Return what tells some documents from all that are there."""
        if {part.sha256 for part in self.ledger.parts("searchable")} == set(wanted):
            return None
        if len(wanted) == 1:
            return {"type": "eq", "key": "sha256", "value": wanted[0]}
        return {"type": "in", "key": "sha256", "value": wanted}


def _shared(question: str, piece: Evidence) -> int:
    """Return how many words of a question a passage has."""
    analyzer = languages.analyzer(piece.language)
    asked = {term for term in analyzer.terms(question) if not analyzer.stop(term)}
    return len(asked.intersection(analyzer.terms(piece.text)))


def _failure(part: SentPart, shown: str) -> Failure:
    pages = part.shown.removeprefix(part.doc)
    return Failure(
        file=shown,
        error=BackendError.code,
        message=f"{shown}{pages}: {part.error or 'not sent yet'}",
        hint="It is not searched. pdfqa add --backend openai tries it again.",
    )
