"""Whether a passage says what it is cited for, and where: a claim that a model wrote, held against its sentences.

What counts are the words that the claim adds to the question, its numbers and names above all: that it repeats the
words of the question shows nothing. A claim that says "not" needs a quote that does, and the reverse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer.confidence import negated
from pdfqa.answer.drafting import Quote
from pdfqa.answer.tables import Tables, block_at
from pdfqa.embed import Embedder
from pdfqa.passages import pieces
from pdfqa.search import Evidence

_ENOUGH = 0.5  # share of a claim's new words that its quote must hold
_ALIKE = 0.5  # cosine that makes a quote in another language one of the claim
_KNOWN, _ASKED = 0.5, 0.25  # what a word of the claim counts that the question has too, and one of the question alone
_EMPTY = frozenset(
    "yes no not found passage passages document documents according mention mentions mentioned provide provided "
    "provides state stated states information context question answer answers summary here say says said cannot find "
    "contain contains include includes included specify specified specifies given text sí oui ja nein".split()
)
_RELATIVE = re.compile(
    r",\s+(?:who|whom|whose|which|quien|quienes|que|qui|dont|der|die|das|che|quem)\b[^,;.!?]*", re.IGNORECASE
)
_CLAIM = 2  # new words that make a claim, or a number


class Claim(msgspec.Struct, frozen=True):
    """What a model says, and the question that it says it on."""

    text: str
    question: str

    @property
    def language(self) -> str:
        """Return the language that is spoken, or "" where that cannot be told."""
        return languages.detect(f"{self.question} {self.text}")


class _Words(msgspec.Struct, frozen=True):
    """The telling words of a claim: those that it adds to the question, those it shares with it, and the rest of it."""

    new: frozenset[str]
    shared: frozenset[str]
    asked: frozenset[str]

    def worth(self, held: frozenset[str]) -> float:
        """Return how much of them some words are."""
        return len(self.new & held) + _KNOWN * len(self.shared & held) + _ASKED * len(self.asked & held)

    def enough(self, held: frozenset[str]) -> bool:
        """Return whether some words hold what is new, with all its numbers, or if nothing is, what was asked."""
        if not self.new:
            known = self.shared or self.asked
            return bool(known) and len(known & held) >= _ENOUGH * len(known)
        return self._numbers <= held and len(self.new & held) >= _ENOUGH * len(self.new)

    @property
    def _numbers(self) -> set[str]:
        return set(filter(_is_number, self.new))

    def figures_agree(self, held: frozenset[str]) -> bool:
        """Return whether all numbers that are new are held."""
        return self._numbers <= held


def support(claim: Claim, number: int, evidence: Sequence[Evidence], embedder: Embedder) -> tuple[Quote | None, bool]:
    """Return the sentence or two of a passage that say most of a claim, and whether that is enough.

    Args:
        claim: The claim.
        number: Which passage is cited.
        evidence: The passages.
        embedder: Compares meanings, where claim and passage are in different languages.
    """
    piece = evidence[number]
    words = _words(claim, piece.language)
    spans = pieces(piece.page, piece.passage.start, piece.passage.end, piece.language)
    if not spans:
        return None, False
    held = _held(piece, spans)
    best = max(range(len(spans)), key=lambda place: (words.worth(held[place]), -place))
    first, last = _widened(words, held, best)
    inside = held[first] | held[last] | _terms(piece.passage.heading, piece.language)
    start, end = spans[first][0], spans[last][1]
    text = piece.text[start:end]
    agrees = negated(claim.text, claim.language or piece.language) == negated(
        _of(words, text, piece.language), piece.language
    )
    alike = words.enough(inside) or _alike(claim, text, piece.language, words.figures_agree(inside), embedder)
    enough = agrees and alike
    share = len(words.new & inside) / len(words.new) if words.new else float(enough)
    offset = piece.passage.start
    return Quote(number, text, offset + start, offset + end, share), enough


def best_support(
    claim: Claim, evidence: Sequence[Evidence], embedder: Embedder, numbers: Sequence[int]
) -> Quote | None:
    """Return the quote of the passages that supports a claim best, or None where none does."""
    quotes = [support(claim, number, evidence, embedder) for number in numbers]
    enough = [quote for quote, does in quotes if does and quote is not None]
    return max(enough, key=lambda quote: quote.weight, default=None)


def claims(claim: Claim, language: str) -> bool:
    """Return whether a sentence says something that the question does not."""
    new = _words(claim, language).new
    return len(new) >= _CLAIM or any(map(_is_number, new))


def _words(claim: Claim, language: str) -> _Words:
    said, asked = _terms(claim.text, language), _terms(claim.question, language)
    spoken = claim.language
    if spoken not in {"", language}:  # 3.000 is three thousand in one language, and three in another
        figures = frozenset(filter(_is_number, _terms(claim.text, spoken)))
        said = frozenset(word for word in said if not _is_number(word)) | figures
    said -= _EMPTY
    return _Words(said - asked, said & asked, asked - said)


def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word))


def _terms(text: str, language: str) -> frozenset[str]:
    analyzer = languages.analyzer(language)
    return frozenset(term for term in analyzer.terms(text) if not analyzer.stop(term))


def _held(piece: Evidence, spans: Sequence[tuple[int, int]]) -> list[frozenset[str]]:
    """Return the words of each sentence; a table row has those that head its columns, too."""
    tables, offset, found = Tables(), piece.passage.start, []
    for start, end in spans:
        row = tables.row(piece.page, block_at(piece.page, offset + start), offset + start, offset + end)
        heads = " ".join((*row.columns, row.unit.words)) if row else ""
        found.append(_terms(f"{piece.text[start:end]} {heads}", piece.language))
    return found


def _of(words: _Words, text: str, language: str) -> str:
    """Return a quote without the relative clauses that say nothing of a claim: their "not" is none of its business."""

    def kept(clause: re.Match[str]) -> str:
        return "" if _terms(clause[0], language).isdisjoint(words.new | words.shared) else clause[0]

    return _RELATIVE.sub(kept, text)


def _widened(words: _Words, held: Sequence[frozenset[str]], best: int) -> tuple[int, int]:
    """Return the best sentence, with a neighbour that holds a good part of what it lacks."""
    lacking = words.new - held[best]
    gains = [(len(lacking & held[place]), place) for place in (best + 1, best - 1) if 0 <= place < len(held)]
    gain, place = max(gains, default=(0, best))
    if gain and gain >= len(words.new) / 4:
        return min(best, place), max(best, place)
    return best, best


def _alike(claim: Claim, text: str, language: str, figures: bool, embedder: Embedder) -> bool:
    """Return whether a quote in another language than the claim means the same, as far as that can be told."""
    if not figures or claim.language in {"", language}:
        return False
    one, other = embedder.encode([claim.text, text])
    return float(one @ other) >= _ALIKE
