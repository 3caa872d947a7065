"""Make indexes anew, of the pages that were read: after another embedder was chosen, or another way of cutting came.

The old index of a document stays until the new one takes its place, in one transaction. So an interruption loses
nothing, and the next run goes on with what is not done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.ingest import Ingest, Item
from pdfqa.engine.library import Library, failure, find_pdfs
from pdfqa.errors import PdfqaError
from pdfqa.pages import INDEX_VERSION
from pdfqa.passages import by_name
from pdfqa.store.documents import StoredIndex
from pdfqa.types import FileEntry, Progress, ReindexReport


class Reindexed(msgspec.Struct, frozen=True):
    """What became of some documents, by their hashes: made anew, as they should be already, or why not."""

    done: set[str]
    current: set[str]
    failed: dict[str, PdfqaError]


def outdated(engine: Engine) -> dict[str, list[StoredIndex]]:
    """Return the indexes that would be made otherwise now, by the hashes of their documents."""
    name = engine.embedder_name
    return {
        sha256: old
        for sha256, indexes in engine.documents.indexes().items()
        if (old := [index for index in indexes if (index.embedder, index.version) != (name, INDEX_VERSION)])
    }


def reindex(
    engine: Engine,
    named: Mapping[str, str],
    *,
    everything: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Reindexed:
    """Make the indexes of some documents anew.

    Args:
        engine: The engine.
        named: The documents: their hashes, and what to call them.
        everything: Whether also those that are as they should be.
        progress: Told of every range of pages that was cut.
    """
    indexes = engine.documents.indexes() if everything else outdated(engine)
    items = [
        Item(file_id="", sha256=sha256, shown=shown, strategy=by_name(index.strategy), replaces=index.id)
        for sha256, shown in named.items()
        for index in indexes.get(sha256, [])
    ]
    done, failed = {item.sha256 for item in items}, dict[str, PdfqaError]()
    with Ingest(engine, progress=progress) as ingest:
        for item, error in ingest.run(items):
            if error is not None:
                failed[item.sha256] = error
    return Reindexed(done - set(failed), set(named) - done, failed)


def report(
    engine: Engine,
    library: Library,
    names: Sequence[str],
    *,
    everything: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> ReindexReport:
    """Make the indexes of some files anew, or of all that is there, and return what became of them.

    Raises:
        ObjectNotFoundError: One of the files has not been read.
    """
    from pdfqa.engine.embedding_costs import price, spent

    started, before = perf_counter(), spent(engine)
    entries = {entry.sha256: entry for entry in _entries(library, names)}
    shown = called(engine, library, names)
    result = reindex(engine, shown, everything=everything, progress=progress)
    passages = sum(
        index.passages
        for sha256, indexes in engine.documents.indexes().items()
        if sha256 in result.done
        for index in indexes
    )
    tokens = spent(engine) - before
    return ReindexReport(
        reindexed=[entry for sha256, entry in entries.items() if sha256 in result.done],
        current=[entry for sha256, entry in entries.items() if sha256 in result.current],
        failed=[failure(shown[sha256], error) for sha256, error in result.failed.items()],
        passages=passages,
        seconds=round(perf_counter() - started, 3),
        embedder=engine.embedder_name,
        tokens=tokens,
        price=price(engine, tokens) if tokens else None,
    )


def called(engine: Engine, library: Library, names: Sequence[str]) -> dict[str, str]:
    """Return the documents of some files, or all that are there, by their hashes, with what to call them.

    Raises:
        ObjectNotFoundError: One of the files has not been read.
    """
    shown = {entry.sha256: entry.path or entry.name for entry in _entries(library, names)}
    if names:
        return shown
    # A server's files too: documents are shared by all whose files they are.
    return {**{sha256: sha256[:12] for sha256 in engine.documents.all()}, **shown}


def _entries(library: Library, names: Sequence[str]) -> list[FileEntry]:
    """Return the files that some names stand for, those in folders one by one; without any, all."""
    if not names:
        return library.entries()
    paths = [str(path) for name in names for path in (find_pdfs(Path(name)) if Path(name).is_dir() else [name])]
    return [library.find(path, copies=True) for path in paths]
