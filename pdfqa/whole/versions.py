"""What differs between two versions of a document, sentence by sentence, wherever the pages break."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from pdfqa.pages import Page
from pdfqa.passages import pieces_of

_LIKE = 0.5  # share of words that two sentences have in common where one is the other, changed
_SHORTEST = 2  # words of what is compared: page numbers and single letters are not
_ADDED = ("note", "field")


class Piece(msgspec.Struct, frozen=True):
    """A sentence, heading or row: the span [start, end) of a page, its words, and the heading above it.

    `edge` says whether it is the first or last of its page: it may be half a sentence.
    """

    page: int
    start: int
    end: int
    words: tuple[str, ...]
    section: str
    edge: bool


class Difference(msgspec.Struct, frozen=True):
    """A piece that only one version has, or that one has otherwise than the other."""

    kind: Literal["added", "removed", "changed"]
    before: Piece | None
    after: Piece | None


def pieces(pages: Iterable[Page], language: str) -> list[Piece]:
    """Return what a document says, in pieces."""
    found: list[Piece] = []
    section = ""
    for page in pages:
        first = len(found)
        for block in page.blocks:
            body = page.text[block.start : block.end]
            if block.kind == "heading":
                section = " ".join(body.split())
            spans = [(0, len(body))] if block.kind == "heading" else pieces_of(body, block.kind, language)
            for start, end in spans if block.kind not in _ADDED else ():
                words = tuple(re.findall(r"\w+|[%$€£]", body[start:end].casefold()))
                if len(words) >= _SHORTEST:
                    place = (block.start + start, block.start + end)
                    found.append(Piece(page.number, *place, words, section, edge=False))
        for at in {first, len(found) - 1} if len(found) > first else ():
            found[at] = msgspec.structs.replace(found[at], edge=True)
    return found


def compare(before: Sequence[Piece], after: Sequence[Piece]) -> tuple[list[Difference], int]:
    """Return what differs, in the order of the later version, and how many pieces both have."""
    gone, new = _without(before, after), _without(after, before)
    pairs = _pairs(gone, new)
    changed = {id(other): one for one, other in pairs}
    taken = {id(one) for one, _ in pairs}
    found = [Difference("changed" if id(one) in changed else "added", changed.get(id(one)), one) for one in new]
    removed = [Difference("removed", one, None) for one in gone if id(one) not in taken]
    return list(_in_order(found, removed, before)), len(after) - len(new)


def _without(pieces: Sequence[Piece], others: Sequence[Piece]) -> list[Piece]:
    """Return the pieces that the other version does not have; one that stands there twice may stand here twice."""
    left = Counter(one.words for one in others)
    whole: str | None = None
    missing = []
    for one in pieces:
        if left[one.words] > 0:
            left[one.words] -= 1
            continue
        if whole is None:
            whole = f" {' '.join(word for other in others for word in other.words)} "
        # Where a page ends within a sentence, its halves are pieces; in the other version it may be whole.
        if not one.edge or f" {' '.join(one.words)} " not in whole:
            missing.append(one)
    halves = {
        one.words + other.words for one, other in pairwise(others) if one.edge and other.edge and one.page != other.page
    }
    return [one for one in missing if one.words not in halves]


def _pairs(gone: Sequence[Piece], new: Sequence[Piece]) -> list[tuple[Piece, Piece]]:
    """Return the pieces of both versions that are one another, changed: the most alike first."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(gone):
        for word in set(one.words):
            places[word].append(at)
    rare = {word: found for word, found in places.items() if len(found) <= max(20, len(gone) // 20)}
    likes: list[tuple[float, int, int]] = []
    for number, one in enumerate(new):
        own = Counter(one.words)
        near = Counter(at for word in own for at in rare.get(word, ()))
        for at, _ in near.most_common(5):
            shared = sum((own & Counter(gone[at].words)).values())
            like = 2 * shared / (len(one.words) + len(gone[at].words))
            if like >= _LIKE:
                likes.append((-like, number, at))
    used: tuple[set[int], set[int]] = (set(), set())
    found = []
    for _, number, at in sorted(likes):
        if number not in used[0] and at not in used[1]:
            used[0].add(number)
            used[1].add(at)
            found.append((gone[at], new[number]))
    return found


def _in_order(
    found: Sequence[Difference], removed: Sequence[Difference], before: Sequence[Piece]
) -> Iterator[Difference]:
    """Yield differences as the later version has them; what was removed comes where its neighbours are."""
    places = {id(one): at for at, one in enumerate(before)}
    waiting = list(removed)
    for one in found:
        if one.before is not None:
            at = places[id(one.before)]
            while waiting and waiting[0].before is not None and places[id(waiting[0].before)] < at:
                yield waiting.pop(0)
        yield one
    yield from waiting
