"""Embed passages with an optional embedder: here, once for all that is read, and not in each worker process.

Such a model takes much memory and all cores. The workers read and cut pages meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.errors import AuthenticationError, BackendError, InvalidRequestError, MissingExtraError, ReaderFailedError
from pdfqa.pages import Segment
from pdfqa.store.documents import StoredDocument

_SLICE = 64  # passages that are embedded before anybody is told: a few seconds' work of a slow model


def embedded(
    engine: Engine,
    segment: Segment,
    *,
    known: StoredDocument | None,
    count: int,
    tell: Callable[[int], None],
    stopping: Callable[[], bool],
) -> Segment:
    """Return a segment with the vectors of its passages.

    Args:
        engine: What has the embedder.
        segment: The segment.
        known: The stored document that it is a part of; None where the segment has its pages with it.
        count: How many pages it counts as.
        tell: Told now and then how many more are done, `count` in all.
        stopping: Asked now and then whether to stop.

    Raises:
        ReaderFailedError: It was stopped, or the embedder cannot be used.
    """
    from pdfqa.index.build import meant, quantize

    pages = segment.pages
    if known is not None:
        pages = list(engine.documents.pages(known.id, {passage.page for passage in segment.passages}).values())
    texts, vectors, told = meant(segment.passages, pages), [], 0
    for start in range(0, len(texts), _SLICE):
        if stopping():
            raise ReaderFailedError("reading was stopped")
        try:
            vectors.append(quantize(engine.index_embedder.encode(texts[start : start + _SLICE])).tobytes())
        except (AuthenticationError, BackendError, InvalidRequestError, MissingExtraError) as error:
            raise ReaderFailedError(error.message, hint=error.hint, param=error.param) from error
        done = count * min(start + _SLICE, len(texts)) // len(texts)
        tell(done - told)
        told = done
    tell(count - told)
    return msgspec.structs.replace(segment, vectors=b"".join(vectors))
