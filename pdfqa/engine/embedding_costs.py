"""What the embedder of a server takes: tokens and dollars, of what was sent and of what would be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import msgspec

from pdfqa import prices, servers
from pdfqa.engine.context import Engine
from pdfqa.errors import InvalidRequestError
from pdfqa.passages import count_tokens
from pdfqa.results import ReindexEstimate

if TYPE_CHECKING:
    from pdfqa.llm.embedding import ServedEmbedder
    from pdfqa.store.documents import StoredIndex


def spent(engine: Engine) -> int:
    """Return the tokens that the embedder's server was sent so far; 0 where it is none of a server."""
    embedder = _served(engine)
    return embedder.spent.tokens if embedder else 0


def price(engine: Engine, tokens: int) -> float | None:
    """Return the dollars for so many tokens; None where that is not known, and for an embedder of this machine."""
    if _served(engine) is None:
        return None
    model, url = servers.embedder(engine.settings.embedder or "")
    known = prices.price(msgspec.structs.replace(engine.settings, model=model, base_url=url))
    return known.of(tokens, 0) if known else None


def estimate(engine: Engine, named: Mapping[str, str], *, everything: bool = False) -> ReindexEstimate:
    """Return what it would take to make the indexes of some documents anew; nothing is sent.

    Args:
        engine: The engine, with the embedder that is thought of.
        named: The documents, by their hashes.
        everything: Whether also those that are as they should be.

    Raises:
        InvalidRequestError: It is no embedder of a server.
    """
    embedder = _served(engine)
    if embedder is None:
        raise InvalidRequestError(
            f"the embedder {engine.embedder_name} is on this machine, and costs nothing but time",
            hint="Name one of a server: --embedder openai/NAME or NAME@URL.",
            param="embedder",
        )
    from pdfqa.engine.reindexing import outdated

    indexes = engine.documents.indexes() if everything else outdated(engine)
    wanted = [index for sha256 in named for index in indexes.get(sha256, [])]
    texts = tokens = 0
    for index in wanted:
        missing = embedder.missing(_texts(engine, index))
        texts += len(missing)
        tokens += sum(map(count_tokens, missing))
    return ReindexEstimate(
        embedder=embedder.name,
        files=len(named.keys() & indexes.keys()),
        passages=sum(index.passages for index in wanted),
        texts=texts,
        tokens=tokens,
        price=price(engine, tokens),
    )


def _texts(engine: Engine, index: StoredIndex) -> list[str]:
    """Return what the vectors of an index are made of, as it is cut now."""
    from pdfqa.index.build import meant  # numpy, which adding files does without

    segments = engine.database.rows("SELECT id FROM segments WHERE index_id = ?", (index.id,))
    passages = [passage for (segment,) in segments for passage in engine.documents.passages(segment)]
    pages = engine.documents.pages(index.document, {passage.page for passage in passages})
    return meant(passages, list(pages.values()))


def _served(engine: Engine) -> ServedEmbedder | None:
    return cast("ServedEmbedder", engine.index_embedder) if servers.is_served(engine.settings.embedder or "") else None
