"""The openai back-end, as far as `PDFQA` knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pdfqa.engine import Engine
from pdfqa.engine.library import Named, Report
from pdfqa.progress import reporting
from pdfqa.types import Failure
from pdfqa.wire import VectorStore

if TYPE_CHECKING:  # most questions are answered here
    from pdfqa.hosting import Hosting


class HostedDocuments:
    """Where what is asked is searched, as methods of `PDFQA`."""

    _engine: Engine
    failures: list[Failure]

    @cached_property
    def hosting(self) -> Hosting | None:
        """Return what keeps the documents at OpenAI; None on the local back-end."""
        if self._engine.settings.backend == "local":
            return None
        from pdfqa.hosting import Hosting

        return Hosting(self._engine)

    def searched(
        self, store: VectorStore, named: Sequence[Named], progress: Report | bool | None = None
    ) -> dict[str, Any]:
        """Return what a thread about some files searches: their vector store, or the one at OpenAI that they go to."""
        if self.hosting is None:
            return {"file_search": {"vector_store_ids": [store.id]}}
        with reporting(progress) as report:
            shelved = self.hosting.shelve(named, progress=report)
        self.failures += shelved.failures
        return shelved.resources

    def _close_hosting(self) -> None:
        if self.__dict__.get("hosting") is not None:
            self.__dict__["hosting"].close()
