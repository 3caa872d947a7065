"""Build the index of a range of pages: terms, lengths and vectors of its passages."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

from pdfqa import languages
from pdfqa.embed import Embedder
from pdfqa.pages import Page, Passage, Segment
from pdfqa.passages import DEFAULT, AnyStrategy, cut

MAX_PASSAGES = 1 << 16  # a passage's place in its segment has 16 bits at least
_MAX_COUNT = 255
_MAX_LENGTH = (1 << 16) - 1


def build(
    pages: list[Page], embedder: Embedder | None, *, heading: str = "", strategy: AnyStrategy = DEFAULT
) -> Segment:
    """Return the segment of consecutive pages of one document.

    Args:
        pages: The pages, in order.
        embedder: What makes the vectors; None where that is done later.
        heading: The heading that the first page begins under.
        strategy: How the pages are cut into passages.
    """
    language = languages.detect("\n".join(page.text for page in pages))
    passages = cut(pages, language, heading=heading, strategy=strategy)[:MAX_PASSAGES]
    texts = {page.number: page.text for page in pages}
    bodies = [texts[passage.page][passage.start : passage.end] for passage in passages]
    postings, lengths = _postings(passages, bodies, language)
    return Segment(
        pages=pages,
        language=language,
        passages=passages,
        lengths=struct.pack(f"<{len(lengths)}H", *lengths),
        numbers=struct.pack(f"<{len(passages)}I", *(passage.page for passage in passages)),
        vectors=quantize(embedder.encode(meant(passages, pages))).tobytes() if embedder and passages else b"",
        postings=postings,
    )


def meant(passages: Sequence[Passage], pages: Sequence[Page]) -> list[str]:
    """Return the texts that the vectors of passages are made of."""
    texts = {page.number: page.text for page in pages}
    bodies = [texts[passage.page][passage.start : passage.end] for passage in passages]
    # A row says little without what heads its columns.
    return [f"{one.header}\n{body}" if one.header else body for one, body in zip(passages, bodies, strict=True)]


def quantize(vectors: np.ndarray) -> np.ndarray:
    """Return unit vectors as int8; no loss of rank was measured (MEASURED.md, part 3)."""
    rounded: np.ndarray = np.rint(vectors * 127).astype(np.int8)
    return rounded


def _postings(passages: list[Passage], bodies: list[str], language: str) -> tuple[dict[str, bytes], list[int]]:
    analyzer = languages.analyzer(language)
    places: dict[str, list[int]] = {}
    lengths = []
    terms_of = cache(analyzer.terms)  # passages follow one another under one heading
    for place, (passage, body) in enumerate(zip(passages, bodies, strict=True)):
        terms = analyzer.terms(body)
        # A heading speaks for every passage under it, and tells one table of figures from the next; so does the
        # header of a table that is cut.
        counts = Counter(terms)
        counts.update(terms_of(passage.heading))
        if passage.header:
            counts.update(terms_of(passage.header))
        lengths.append(min(len(terms), _MAX_LENGTH))
        for term, count in counts.items():
            places.setdefault(term, []).append(place << 8 | min(count, _MAX_COUNT))
    return {term: struct.pack(f"<{len(found)}I", *found) for term, found in places.items()}, lengths
