"""Choose the sentences that tell most of a document, from all over it.

A sentence is worth much if it says what the document says elsewhere, too (its words are frequent ones, its meaning is
near that of the whole and of its section), if it opens its section or paragraph, or if its heading sums up.
Parts of the document are then served in turn: each further sentence from one part counts less, and so does one that is
much like another that was chosen.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np

from pdfqa import languages
from pdfqa.embed import Embedder
from pdfqa.whole.telling import Read, Sentence
from pdfqa.whole.words import NEWS, SUMMING_UP, USUAL

_LIKELY = 40  # sentences of each part whose meaning is looked at
_MOST_LIKELY = 1200  # in all
_SMOOTH = 6  # words that are added to a sentence's, so that a short one is not the best for being short
_ALIKE = 0.55  # cosine from which on a sentence says again what another says
_WORD_WEIGHT, _WHOLE, _SECTION = 1.0, 1.0, 0.5
_OPENS, _FIRST, _SUMS_UP, _LEANS = 0.15, 0.25, 0.5, -0.5
_EARLY = 0.5  # what the first page adds and the last one does not: notes, terms and exhibits stand at the end
_NEWS = 0.5  # what a sentence adds that says what was found, done or changed,
_USUAL_SAID = -0.5  # and one that every such document has
_APPENDED = (
    0.35  # what is left of the worth of what is appended: notes to the accounts, what follows the references, exhibits
)
_SHORT_TITLE = 3  # words of a heading that sums up: "Summary", but not "Summary of Restricted Stock Unit Activity"
_POINTS = -0.5
_POINTING = re.compile(
    r"\b(?:tables?|figures?|figs?\.|tabellen?|abbildung(?:en)?|tablas?|figuras?|tableaux?|tabel\w*|tabella|figura|"
    r"таблиц\w*|рис\w*|tablo|πίνακας|bảng|hình)\s*\d|[表图圖]\s*\d|§|as follows|"
    r"following (?:tables?|graphs?|charts?|figures?|lists?|sections?|discussion)\b",
    re.IGNORECASE,
)
_USUAL = 22  # words of a sentence
_LENGTH = 0.25  # how much the length of a sentence counts against it
_PART = 4  # parts that the document is cut into for each three sentences: more than are chosen lets the best win


class Chosen(msgspec.Struct, frozen=True):
    """A sentence that was chosen, and how much speaks for it, in [0, 1]."""

    sentence: Sentence
    weight: float


def choose(read: Read, language: str, embedder: Embedder, words: int) -> list[Chosen]:
    """Return sentences that together have about so many words, in the order of the document.

    Args:
        read: What the document says.
        language: Its language.
        embedder: Compares meanings.
        words: How many words there is room for.
    """
    if not read.sentences:
        return []
    by_words = _by_words(read.sentences, language)
    parts = _parts(read.sentences, max(3, round(words / _USUAL * _PART / 3)))
    likely = _likely(by_words, parts)
    vectors = embedder.encode([read.sentences[at].text for at in likely])
    worth = _worth(read, likely, by_words, vectors)
    picked = _pick([read.sentences[at] for at in likely], worth, vectors, [parts[at] for at in likely], words)
    return [Chosen(read.sentences[likely[at]], round(float(worth[at]), 4)) for at in sorted(picked)]


def _by_words(sentences: Sequence[Sentence], language: str) -> np.ndarray:
    """Return how much each sentence says with the words that the document is about."""
    analyzer = languages.analyzer(language)
    terms = [
        [term for term in set(analyzer.terms(one.text)) if not analyzer.stop(term) and not term.isdigit()]
        for one in sentences
    ]
    counts: Counter[str] = Counter()
    for words in terms:
        counts.update(words)
    weights = {term: math.log(count) for term, count in counts.items()}
    return np.array([sum(weights[term] for term in words) / (len(words) + _SMOOTH) for words in terms])


def _parts(sentences: Sequence[Sentence], count: int) -> list[int]:
    """Return for each sentence the part of the document it is in: whole sections, about equally long."""
    total = sum(one.words for one in sentences)
    parts, part, size, section = [], 0, 0, sentences[0].section
    for one in sentences:
        # A section that is as long as two parts is cut.
        if (one.section != section and size >= total / count) or size >= 2 * total / count:
            part, size = part + 1, 0
        section, size = one.section, size + one.words
        parts.append(part)
    return parts


def _likely(worth: np.ndarray, parts: Sequence[int]) -> list[int]:
    """Return the places of the sentences of each part that are worth a closer look, in order."""
    count = parts[-1] + 1
    most = max(3, min(_LIKELY, _MOST_LIKELY // count))
    left = Counter[int]()
    found = []
    for at in map(int, np.argsort(-worth, kind="stable")):
        if left[parts[at]] < most:
            left[parts[at]] += 1
            found.append(at)
    return sorted(found)


def _worth(read: Read, likely: Sequence[int], by_words: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return what each of some sentences is worth, in [0, 1]."""
    sentences = [read.sentences[at] for at in likely]
    sections = np.array([one.section for one in sentences])
    near: np.ndarray = np.zeros(len(sentences))
    for section in np.unique(sections):
        inside = sections == section
        near[inside] = _cosines(vectors[inside])
    spread = _WORD_WEIGHT * _scaled(by_words[list(likely)]) + _WHOLE * _scaled(_cosines(vectors)) + _SECTION * near
    worth = spread + np.array([_standing(read, one) for one in sentences])
    kept = np.array([_APPENDED if (one.page, one.start) >= read.appended else 1.0 for one in sentences])
    whole: np.ndarray = (_scaled(worth) * kept).clip(0.02, 1.0)
    return whole


def _standing(read: Read, one: Sentence) -> float:
    """Return what the place of a sentence, and what it begins with or points at, add to its worth."""
    words = re.findall(r"[^\W\d_]{2,}", read.sections[one.section].title.casefold())
    sums_up = len(words) <= _SHORT_TITLE and not SUMMING_UP.isdisjoint(words)
    folded = one.text.casefold()
    news = _NEWS * any(cue in folded for cue in NEWS) + _USUAL_SAID * any(cue in folded for cue in USUAL)
    points = _POINTING.search(one.text) is not None
    early = 1 - one.page / read.pages
    return (
        _OPENS * one.opens
        + _FIRST / (1 + one.place)
        + _SUMS_UP * sums_up
        + _LEANS * one.leans
        + _POINTS * points
        + news
        + _EARLY * early
    )


def _cosines(vectors: np.ndarray) -> np.ndarray:
    """Return how near each vector is to the middle of all."""
    middle = np.asarray(vectors.mean(axis=0))
    length = float(np.linalg.norm(middle))
    near: np.ndarray = vectors @ (middle / max(length, 1e-9))
    return near


def _scaled(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    scaled: np.ndarray = (values - low) / max(high - low, 1e-9)
    return scaled


def _pick(
    sentences: Sequence[Sentence], worth: np.ndarray, vectors: np.ndarray, parts: Sequence[int], words: int
) -> list[int]:
    """Return the places of the sentences that are chosen: the one that adds most comes next, while there is room."""
    places = np.array(parts)
    served = np.zeros(int(places.max()) + 1)
    alike = np.zeros(len(sentences))
    open_ = np.ones(len(sentences), dtype=bool)
    sizes = np.array([one.words for one in sentences])
    lengths = np.maximum(sizes, _USUAL / 2) ** _LENGTH
    picked: list[int] = []
    left = words
    while True:
        open_ &= sizes <= left if picked else open_
        if not open_.any():
            return picked
        again = np.clip((alike - _ALIKE) / (1 - _ALIKE), 0, 1)
        gain = np.sqrt(served[places] + worth**2) - np.sqrt(served[places])
        best = int(np.argmax(np.where(open_, gain * (1 - again) / lengths, -1)))
        picked.append(best)
        open_[best] = False
        served[places[best]] += worth[best] ** 2
        left -= int(sizes[best])
        alike = np.maximum(alike, vectors @ vectors[best])
