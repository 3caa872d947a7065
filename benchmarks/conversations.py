"""How often the right page is found for follow-up questions, and both right pages for questions in two parts.

    python benchmarks/conversations.py --home kept
    python benchmarks/conversations.py --home kept --model NAME --base-url http://127.0.0.1:8080/v1

The conversations are our own (conversations.jsonl), to the reports of the measuring data and to the samples; `alone` is
how a person words a follow-up that cannot be read by itself. With a model, its wording is tried, too. The pairs are
questions of direct_questions.jsonl to one document, on different pages, joined by "and".
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import common
import direct
import msgspec

from pdfqa import PDFQA
from pdfqa.answer.parts import parts
from pdfqa.engine import seeking
from pdfqa.engine.answering import Sources, Turn
from pdfqa.engine.evidence import asked
from pdfqa.engine.finding import Located

CONVERSATIONS = Path(__file__).with_name("conversations.jsonl")
PAIRS = 5  # of one document
_FOUND = 20  # passages


class Said(msgspec.Struct, kw_only=True):
    """One question of a conversation, the pages that answer it, and how it reads alone."""

    question: str
    pages: list[int]
    alone: str = ""


class Conversation(msgspec.Struct):
    """Questions to one document, in turn."""

    pdf: str
    turns: list[Said]


Hits = dict[str, list[tuple[bool, bool]]]


def main() -> None:
    """Search and print what was found."""
    parser = common.parser(__doc__)
    parser.add_argument("--home", type=Path, help="home directory to keep and use again (default: a fresh one)")
    parser.add_argument("--model", help="a model that words follow-ups")
    parser.add_argument("--base-url", help="its server")
    options = parser.parse_args()
    follow_ups: Hits = defaultdict(list)
    pairs: Hits = defaultdict(list)
    with tempfile.TemporaryDirectory() as temporary:
        options.home = options.home or Path(temporary)
        for line in CONVERSATIONS.read_bytes().splitlines():
            follow(msgspec.json.decode(line, type=Conversation), follow_ups, options)
        pair(pairs, options)
    print(common.header())
    print(table("follow-ups", ("page first", "among five"), follow_ups))
    print(table("two parts", ("both among 8 passages", "among 16"), pairs))


def follow(conversation: Conversation, hits: Hits, options: Namespace) -> None:
    """Search for each question of a conversation but the first, in the ways there are."""
    path = direct._path(options.data, conversation.pdf)
    if path is None:
        return
    with PDFQA(str(path), home=options.home, model=options.model, base_url=options.base_url) as qa:
        turns: list[Turn] = []
        for said in conversation.turns:
            turns.append(Turn(role="user", text=said.question))
            if len(turns) > 1:
                joined, alone = found(qa, asked(turns)), found(qa, said.alone or said.question)
                ways = {
                    "the question alone": found(qa, said.question),
                    "joined by rules": joined,
                    "as a person words it": alone,
                    "both": seeking._joined([alone, joined], _FOUND),
                }
                if qa._engine.model is not None:
                    text, _ = seeking._reworded(qa._engine.model, turns, None)
                    ways["as the model words it"] = found(qa, text or asked(turns))
                for way, located in ways.items():
                    pages = list(dict.fromkeys(piece.page.number for piece in located.evidence))
                    right = set(said.pages)
                    hits[way].append((bool(right & set(pages[:1])), bool(right & set(pages[:5]))))


def pair(hits: Hits, options: Namespace) -> None:
    """Search for pairs of questions, whole and part by part."""
    by_pdf: dict[str, list[direct.Asked]] = defaultdict(list)
    for line in direct.QUESTIONS.read_bytes().splitlines():
        one = msgspec.json.decode(line, type=direct.Asked)
        if one.pages and " and " not in one.question and one.question.startswith(("W", "How", "On")):
            by_pdf[one.pdf].append(one)
    for pdf, questions in by_pdf.items():
        path = direct._path(options.data, pdf)
        chosen = [two for two in combinations(questions, 2) if not set(two[0].pages) & set(two[1].pages)][:PAIRS]
        if path is None or not chosen:
            continue
        with PDFQA(str(path), home=options.home) as qa:
            for one, other in chosen:
                question = f"{one.question.rstrip('?')} and {other.question[0].lower()}{other.question[1:]}"
                pieces = seeking._joined([found(qa, part) for part in parts(question)], _FOUND)
                for way, located in (("searched whole", found(qa, question)), ("part by part", pieces)):
                    hits[way].append((both(located, one, other, 8), both(located, one, other, 16)))


def found(qa: PDFQA, question: str) -> Located:
    """Return what is found for a question."""
    store, _ = qa.prepare(None)
    return qa._engine.vector_stores.find(Sources(stores=(store.id,)), question, _FOUND)


def both(located: Located, one: direct.Asked, other: direct.Asked, most: int) -> bool:
    """Return whether the first passages are of pages that answer each of two questions."""
    pages = {piece.page.number for piece in located.evidence[:most]}
    return bool(pages & set(one.pages)) and bool(pages & set(other.pages))


def table(title: str, heads: Sequence[str], hits: Hits) -> str:
    """Return the shares of what was found."""
    lines: list[list[Any]] = []
    for way, seen in hits.items():
        shares = [common.number(sum(column) / len(seen)) for column in zip(*seen, strict=True)]
        lines.append([way, str(len(seen)), *shares])
    return common.table([title, "n", *heads], lines)


if __name__ == "__main__":
    main()
