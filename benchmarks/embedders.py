"""How well the default embedder finds the page, alone and added to keywords, and what it costs.

    python benchmarks/embedders.py                      a sample of each source
    python benchmarks/embedders.py --limit 0            every question
    python benchmarks/embedders.py --table /tmp/other   another table, built by scripts/build_embedder.py

Pages are pdfium's text cut into pieces of about 110 words (300 letters in Chinese, 500 in Thai), search is inside the
one document, and a hit is a right page among the first 1, 3 or 5 distinct pages. Keywords are BM25 (k1 .9, b .4) over
stems, or over pairs of letters in Chinese and Thai; scores are added as z-scores per query, with the weight of keywords
given. It leans on nothing of the package but the embedder, so that it judges that alone.
"""

from __future__ import annotations

import math
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import common
import numpy as np
import pypdfium2
import Stemmer
from numpy.typing import NDArray

sys.path.insert(0, str(common.ROOT))

from pdfqa.embed import StaticEmbedder

Floats = NDArray[np.float64]
WEIGHTS = (1.0, 0.8, 0.7, 0.6, 0.5, 0.0)
KEYS = ("azure", "nq", "squad", "xquad", "languages", "crosslingual", "financebench", "mmlongbench")
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "de": "german", "el": "greek", "en": "english", "es": "spanish", "hi": "hindi",
    "ro": "romanian", "ru": "russian", "tr": "turkish",
}  # fmt: skip
THAI = "\u0e00-\u0e7f"
CHINESE = "\u4e00-\u9fff"
TOKEN = re.compile(rf"[{CHINESE}]+|[{THAI}]+|[^\W_]+")


@dataclass(frozen=True)
class Document:
    """The passages of a PDF: text, page, how often each term occurs, and vectors."""

    pages: list[int]
    counts: list[Counter[str]]
    vectors: NDArray[np.float32]
    language: str


def cut(text: str) -> list[str]:
    """Cut a page into passages of equal size, of about 110 words."""
    for letters, size in ((CHINESE, 300), (THAI, 500)):
        if len(re.findall(f"[{letters}]", text)) > len(text) / 4:
            return [text[start : start + size] for start in range(0, len(text), size)]
    words = text.split()
    size = math.ceil(len(words) / max(1, round(len(words) / 110))) or 1
    return [" ".join(words[start : start + size]) for start in range(0, len(words), size)]


def terms(text: str, language: str) -> list[str]:
    """Return the stems of a text, or pairs of letters where words are not set apart."""
    found: list[str] = []
    for token in TOKEN.findall(text.lower()):
        if re.match(f"[{CHINESE}{THAI}]", token):
            found += [token[at : at + 2] for at in range(len(token) - 1)] or [token]
        else:
            found.append(token)
    stemmer = _stemmer(STEMMERS.get(language, ""))
    return list(stemmer.stemWords(found)) if stemmer else found


@cache
def _stemmer(name: str) -> Stemmer.Stemmer | None:
    return Stemmer.Stemmer(name) if name else None


class Library:
    """Read each document once."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._embedder = embedder
        self._known: dict[Path, Document] = {}
        self.passages: list[str] = []

    def document(self, path: Path) -> Document:
        if path not in self._known:
            placed = [(number, text) for number, page in enumerate(_pages(path), 1) for text in cut(page)]
            texts = [text for _, text in placed]
            match = re.match(r"(?:xquad-|debian_maint-guide_)(\w\w)", path.name)
            language = match[1] if match else "en"
            counts = [Counter(terms(text, language)) for text in texts]
            pages = [number for number, _ in placed]
            self._known[path] = Document(pages, counts, self._embedder.encode(texts), language)
            self.passages += texts
        return self._known[path]


def _pages(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        texts = [page.get_textpage().get_text_bounded() for page in pdf]
    return [text.replace("\ufffe", "").replace("\r\n", " ").replace("\n", " ") for text in texts]


def keywords(document: Document, question: str) -> Floats:
    """Score each passage by BM25."""
    sizes = np.array([count.total() for count in document.counts], dtype=float)
    scores = np.zeros(len(sizes))
    for term in set(terms(question, document.language)):
        often = np.array([count[term] for count in document.counts], dtype=float)
        holding = np.count_nonzero(often)
        rarity = math.log(1 + (len(sizes) - holding + 0.5) / (holding + 0.5))
        scores += rarity * often * 1.9 / (often + 0.9 * (0.6 + 0.4 * sizes / sizes.mean()))
    return scores


def standard(scores: Floats) -> Floats:
    """Return z-scores."""
    result: Floats = (scores - scores.mean()) / (scores.std() + 1e-9)
    return result


def hits(scores: Floats, pages: Sequence[int], gold: Sequence[int]) -> list[bool]:
    """Tell whether a right page is among the first 1, 3 and 5 pages."""
    ranked = list(dict.fromkeys(pages[at] for at in np.argsort(-scores, kind="stable")))
    return [not set(gold).isdisjoint(ranked[:count]) for count in (1, 3, 5)]


def quality(data: Path, limit: int, embedder: StaticEmbedder, library: Library) -> list[list[str]]:
    """Return one row of figures per source (one per language of a source of many)."""
    found: dict[str, dict[float, list[list[bool]]]] = defaultdict(lambda: defaultdict(list))
    for source in (source for source in common.SOURCES if source.key in KEYS):
        rows = [row for row in common.load_rows(data, source) if row.answerable and row.gold_pages]
        if limit and len(rows) > limit * (2 if source.key == "languages" else 1):
            rows = random.Random(common.SEED).sample(rows, limit * (2 if source.key == "languages" else 1))
        for row in rows:
            document = library.document(common.pdf_path(data, source, row))
            lexical = standard(keywords(document, row.question))
            dense = standard(np.asarray(document.vectors @ embedder.encode([row.question])[0], dtype=float))
            title = f"XQuAD {row.lang}" if source.key == "xquad" else source.title
            for weight in WEIGHTS:
                scores = weight * lexical + (1 - weight) * dense
                found[title][weight].append(hits(scores, document.pages, row.gold_pages or []))
    return [
        [
            title,
            str(len(by[1.0])),
            *("/".join(common.number(share) for share in np.mean(by[w], axis=0)) for w in WEIGHTS),
        ]
        for title, by in found.items()
    ]


def cost(embedder: StaticEmbedder, folder: Path | None, passages: Sequence[str]) -> str:
    """Return what loading takes, a first question, and passages a second: CPU time, best of several."""
    loading, first = [], []
    for _ in range(7):
        start = time.perf_counter()
        fresh = StaticEmbedder.load(folder)
        loaded = time.perf_counter()
        fresh.encode(["How high is the deductible of the standard plan?"])
        loading.append(loaded - start)
        first.append(time.perf_counter() - loaded)
    rates = []
    for embedding in (StaticEmbedder.load(folder), embedder, embedder):
        start = time.process_time()
        embedding.encode(passages)
        rates.append(len(passages) / (time.process_time() - start))
    return (
        f"load {min(loading) * 1000:.1f} ms, first question {min(first) * 1000:.1f} ms; {rates[0]:.0f} passages/s with "
        f"an empty memory of words, {max(rates):.0f} with a full one ({len(passages)} passages)"
    )


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--limit", type=int, default=150, help="questions per source; 0 takes all")
    parser.add_argument("--table", type=Path, help="folder of another table")
    options = parser.parse_args()
    common.need(common.all_pdfs(options.data), options.data)
    embedder = StaticEmbedder.load(options.table)
    library = Library(embedder)
    rows = quality(options.data, options.limit, embedder, library)
    print(common.header())
    head = ["source", "n", *("keywords" if w == 1 else "vectors" if w == 0 else f"keywords {w}" for w in WEIGHTS)]
    print(common.table(head, rows))
    print(cost(embedder, options.table, library.passages))


if __name__ == "__main__":
    main()
