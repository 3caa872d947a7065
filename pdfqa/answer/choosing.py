"""Choose what is quoted: the sentences most likely to hold the answer, or their clauses that do, in a few words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, combinations, product

import msgspec

from pdfqa.answer.candidates import Candidate, Question, telling_words
from pdfqa.answer.clauses import clauses, count_words
from pdfqa.answer.confidence import negated
from pdfqa.answer.kinds import Kind
from pdfqa.answer.likeness import Words
from pdfqa.answer.tables import block_at
from pdfqa.answer.values import counts, fresh
from pdfqa.search import Evidence

MOST_WORDS = 40  # of an answer
_LOOKED_AT = 4  # candidates of which two may be quoted
_NOTICEABLE = 0.04  # by how much a second quote must raise the chance that the answer is quoted
_CUT = 0.9  # what is left of a chance where a sentence is cut, before or after: answers go on, subjects are missed
_LEAST = 6  # words of a sentence that are quoted
_TELLING = 4  # new words that make a clause as telling as it can be
_LONG = 15  # words

# What speaks for a clause holding the answer that its sentence holds: fitted by benchmarks/fit_answers.py.
CLAUSE_WEIGHTS = {
    "value": 3.0,
    "counts": 0.8,
    "own": 2.6,
    "soft": 0.6,
    "kindred": 1.0,
    "beside": 1.4,
    "new": 1.4,
    "long": 0.7,
}


class Chosen(msgspec.Struct, frozen=True):
    """A sentence or row that is quoted, whole or in part: the part is the candidate's text from `start` to `end`."""

    candidate: Candidate
    start: int
    end: int

    @property
    def quoted(self) -> Candidate:
        """Return the part as a candidate of its own."""
        one = self.candidate
        if (self.start, self.end) == (0, len(one.text)):
            return one
        return msgspec.structs.replace(
            one,
            text=one.text[self.start : self.end],
            start=one.start + self.start,
            end=one.start + self.end,
            cut=(self.start > 0, self.end < len(one.text)),
        )


class Clause(msgspec.Struct, frozen=True):
    """A clause of a candidate, how many words it has, and what speaks for it holding the answer."""

    start: int
    end: int
    words: int
    features: dict[str, float]


class _Part(msgspec.Struct, frozen=True):
    """A part of a candidate that could be quoted: where it is, how long, and how likely it holds the answer."""

    chosen: Chosen
    words: int
    chance: float


def choose(
    ranked: Sequence[Candidate], question: Question, evidence: Sequence[Evidence], words: Words, *, ahead: int = 0
) -> list[Chosen]:
    """Return what is quoted of ranked candidates: the best of them, and a second one that is worth its words.

    Only a row, and a text that is no sentence at all, stand for themselves however long they are.

    Args:
        ranked: The candidates, most likely first.
        question: The question.
        evidence: What search found.
        words: How near words are to those of the question.
        ahead: How many of the words that an answer may have stand before the quotes.
    """
    first = ranked[0]
    if first.row is not None or first.empty or _is_note(first, evidence):
        return [_whole(first)]
    room = MOST_WORDS - ahead
    prose = [
        (one, chance)
        for one, chance in zip(ranked, chances(ranked), strict=True)
        # What somebody has noted on a page is no part of its text.
        if one.row is None and not one.empty and not _is_note(one, evidence)
    ]
    parts: list[list[_Part]] = []
    for one, chance in prose[:_LOOKED_AT]:
        if one is first or (chance >= _NOTICEABLE and one.text not in first.text and first.text not in one.text):
            inside = clauses_of(one, question, evidence[one.evidence].language, words)
            parts.append(_worthwhile(_parts(one, chance, inside, question.language, room)))
    best = max(parts[0], key=lambda part: part.chance, default=None)
    if best is None:  # it cannot be cut
        return [_whole(first)]
    worth, chosen = best.chance, [best.chosen]
    for other in parts[1:]:
        for pair in product(parts[0], other):
            both = sum(part.chance for part in pair) - _NOTICEABLE
            if both > worth and sum(part.words for part in pair) <= room:
                worth, chosen = both, [part.chosen for part in pair]
    return _joined(chosen, evidence)


def _is_note(one: Candidate, evidence: Sequence[Evidence]) -> bool:
    block = block_at(evidence[one.evidence].page, one.start)
    return block is not None and block.kind == "note"


def chances(ranked: Sequence[Candidate]) -> list[float]:
    """Return how likely each candidate is to hold the answer, if one of them does."""
    weights = [one.weight for one in ranked]
    worths = [math.exp(weight - max(weights)) for weight in weights]
    return [worth / sum(worths) for worth in worths]


def clauses_of(one: Candidate, question: Question, language: str, words: Words) -> list[Clause]:
    """Return the clauses of a candidate."""
    ask, asked = question.ask, question.asked
    spans = clauses(one.text, language)
    values = fresh(ask, one.text, question.text.casefold(), language)
    counted = counts(ask, values) if ask.kind is Kind.NUMBER else []
    texts = [telling_words(one.text[start:end], asked, language) for start, end in spans]
    own = [asked.coverage(terms) for terms, _, _ in texts]
    found = []
    for place, ((start, end), near) in enumerate(zip(spans, words.near([text[1:] for text in texts]), strict=True)):
        size = count_words(one.text[start:end])
        sides = own[max(0, place - 1) : place] + own[place + 1 : place + 2]
        features = {
            "value": float(any(start <= value.start < end for value in values)),
            "counts": float(any(start <= value.start < end for value in counted)),
            "own": own[place],
            "soft": max(0.0, words.share(near.asked) - own[place]),
            "kindred": near.thing,
            "beside": max(sides, default=0.0),
            "new": min(1.0, len(texts[place][2]) / _TELLING),
            "long": min(1.0, size / _LONG),
        }
        found.append(Clause(start, end, size, features))
    return found


def _parts(one: Candidate, chance: float, inside: Sequence[Clause], language: str, room: int) -> Iterator[_Part]:
    """Yield the parts of a candidate that could be quoted, and how likely each is to hold the answer."""
    total = count_words(one.text)
    if total <= room:
        yield _Part(_whole(one), total, chance)
    worths = [math.exp(sum(CLAUSE_WEIGHTS[name] * value for name, value in part.features.items())) for part in inside]
    sums, sizes = [0.0, *accumulate(worths)], [0, *accumulate(part.words for part in inside)]
    denies = negated(one.text, language)
    for low, high in combinations(range(len(sums)), 2):
        size = sizes[high] - sizes[low]
        start, end = inside[low].start, inside[high - 1].end
        if size > room or size < min(_LEAST, total) or size == total:
            continue
        if denies and not negated(one.text[start:end], language):
            continue  # without its "not", a sentence says the opposite
        end = start + len(one.text[start:end].rstrip(",;:،；，：、 –—"))
        size = count_words(one.text[start:end])  # dashes between clauses count, too
        if size > room:
            continue
        cuts = (low > 0) + (high < len(inside))
        yield _Part(Chosen(one, start, end), size, chance * _CUT**cuts * (sums[high] - sums[low]) / sums[-1])


def _worthwhile(parts: Iterable[_Part]) -> list[_Part]:
    """Return the parts of a candidate that are likelier than all shorter ones."""
    kept: list[_Part] = []
    for part in sorted(parts, key=lambda part: (part.words, -part.chance)):
        if not kept or part.chance > kept[-1].chance:
            kept.append(part)
    return kept


def _whole(one: Candidate) -> Chosen:
    return Chosen(one, 0, len(one.text))


def _joined(chosen: list[Chosen], evidence: Sequence[Evidence]) -> list[Chosen]:
    """Return what was chosen, as one quote where the second goes on from the first or leads to it."""
    if len(chosen) < 2:
        return chosen
    one, two = sorted((each.quoted for each in chosen), key=lambda each: each.start)
    pieces = [evidence[each.evidence] for each in (one, two)]
    page = pieces[0].page
    same = pieces[0].document == pieces[1].document and page.number == pieces[1].page.number
    if not same or one.cut[1] or two.cut[0] or one.end > two.start or page.text[one.end : two.start].strip():
        return chosen
    first = chosen[0].candidate
    start, end = min(first.start, one.start), max(first.end, two.end)
    whole = msgspec.structs.replace(first, start=start, end=end, text=page.text[start:end])
    return [Chosen(whole, one.start - start, two.end - start)]
