"""Lists: the items of a list, numbered headings or steps that a question asks for, each as it stands on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer.candidates import Question
from pdfqa.answer.kinds import Kind
from pdfqa.answer.turns import LISTING, MORE, STEPS
from pdfqa.pages import Block, Page
from pdfqa.search import Evidence

_ENOUGH = 0.6  # share of the question that the heading and the lead of a list must hold
_MOST_WORDS, _ITEM_WORDS, _MOST_ITEMS = 60, 14, 10
_NUMBERED = re.compile(r"^(\d{1,2})[.)]\s")
_LONG_LEAD = 60  # words


class Listed(msgspec.Struct, frozen=True):
    """A list on a page: its heading, the sentence that leads in, and the spans of its items; `text` tells them.

    `items` are one span where they stand together.
    """

    evidence: int
    items: list[tuple[int, int]]
    together: bool
    coverage: float


def wanted(question: Question) -> bool:
    """Return whether a question asks for several things, or for what is to be done."""
    text = question.text.strip("¿¡ ").casefold()
    patterns = (LISTING.get(question.language or "en", ""), STEPS.get(question.language or "en", ""))
    plain = question.ask.kind in {Kind.OTHER, Kind.NUMBER} or bool(re.match(r"(?:list|name) ", text))
    return plain and any(pattern and re.match(pattern, text) for pattern in patterns)


def listed(question: Question, evidence: Sequence[Evidence]) -> Listed | None:
    """Return the list that a question asks for, if the heading or the lead of one says what it asks."""
    if not wanted(question):
        return None
    best: Listed | None = None
    for number, piece in enumerate(evidence):
        analyzer = languages.analyzer(piece.language)
        named = set(piece.terms).difference(analyzer.terms(piece.text))
        for lead, items, together in _lists(piece.page):
            if not any(piece.passage.start < end and start < piece.passage.end for start, end in items):
                continue
            inside = " ".join(piece.page.text[start:end] for start, end in items)
            about = [*analyzer.terms(lead), *named]
            lead_share = question.asked.coverage(about)
            # Steps say what is done to what: some of the question may be in the items.
            share = max(lead_share, 0.9 * question.asked.coverage([*about, *analyzer.terms(inside)]))
            if lead_share >= _ENOUGH / 2 and share >= _ENOUGH and (best is None or share > best.coverage + 0.05):
                best = Listed(number, items, together, share)
    return best


def told(found: Listed, page: Page, language: str) -> list[str]:
    """Return the items in words, bounded; the last says so where there are more."""
    texts = [_plain(page.text[start:end]) for start, end in found.items]
    if sum(len(text.split()) for text in texts) > _MOST_WORDS:
        texts = [_brief(text) for text in texts]
    if len(texts) > _MOST_ITEMS:
        left = len(texts) - _MOST_ITEMS
        texts = [*texts[:_MOST_ITEMS], MORE.get(language, MORE["en"]).format(left, page.label or page.number)]
    return texts


def _plain(text: str) -> str:
    return " ".join(text.split()).lstrip("•▪●○◦‣▸►▶∙·–- ").rstrip(";")


def _brief(text: str) -> str:
    """Return the beginning of a long item: its first sentence, or its first words."""
    first = re.split(r"(?<=[^\d][.;])\s", text, maxsplit=1)[0].rstrip(";")
    words = first.split()
    return first if len(words) <= _ITEM_WORDS else f"{' '.join(words[:_ITEM_WORDS])} …"


def _lists(page: Page) -> Iterator[tuple[str, list[tuple[int, int]], bool]]:
    """Yield the lists of a page: what leads in, the spans of the items, and whether these stand together."""
    blocks, heading = page.blocks, ""
    place = 0
    while place < len(blocks):
        block = blocks[place]
        if block.kind == "heading":
            heading = _text(page, block)
            items = _headed(page, blocks, place)
            if len(items) > 1:
                yield heading, items, False
        if block.kind == "list":
            end = place
            while end < len(blocks) and blocks[end].kind == "list":
                end += 1
            if end - place > 1:
                before = _text(page, blocks[place - 1]) if place and blocks[place - 1].kind == "text" else ""
                lead = re.split(r"(?<=[.!?])\s", before)[-1] if len(before.split()) > _LONG_LEAD else before
                yield f"{heading} {lead}", [(one.start, one.end) for one in blocks[place:end]], True
            place = end
            continue
        place += 1


def _headed(page: Page, blocks: Sequence[Block], place: int) -> list[tuple[int, int]]:
    """Return the numbered headings one level below a heading, in order."""
    found: list[tuple[int, int]] = []
    for block in blocks[place + 1 :]:
        if block.kind != "heading":
            continue
        number = _NUMBERED.match(_text(page, block))
        if block.level <= blocks[place].level or not number:
            break
        if int(number[1]) == len(found) + 1:
            found.append((block.start, block.end))
    return found


def _text(page: Page, block: Block) -> str:
    return " ".join(page.text[block.start : block.end].split())
