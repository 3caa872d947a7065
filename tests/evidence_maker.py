"""Make evidence by hand: pages of a few lines, what search would have found of them, and the words of a question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pdfqa import languages
from pdfqa.index.query import Matches
from pdfqa.pages import Block, BlockKind, Page, Passage
from pdfqa.query_terms import Term
from pdfqa.search import Evidence

HEADER = "|"  # a line of a table that begins with this is one of its header


def page(*blocks: str | Sequence[str], number: int = 1) -> Page:
    """Return a page: a text is a paragraph, "# text" a heading, a list of lines a table (header lines begin with |)."""
    text, made = "", []
    for block in blocks:
        kind: BlockKind = "text" if isinstance(block, str) else "table"
        lines = [block] if isinstance(block, str) else list(block)
        if lines[0].startswith("# "):
            kind = "heading"
        heads = sum(line.startswith(HEADER) for line in lines) if kind == "table" else 0
        body = "\n".join(line.removeprefix("# ").removeprefix(HEADER) for line in lines)
        made.append(Block(len(text), len(text) + len(body), kind, int(kind == "heading"), heads))
        text += body + "\n"
    return Page(number=number, label=str(number), width=595, height=842, text=text.removesuffix("\n"), blocks=made)


def found(
    one: Page, *, language: str = "en", score: float = 0.8, heading: str = "", terms: Sequence[Term] = ()
) -> Evidence:
    """Return a page as one passage that search found."""
    held = set(languages.analyzer(language).terms(one.text))
    return Evidence(
        document="d" * 64,
        page=one,
        passage=Passage(one.number, 0, len(one.text), heading),
        language=language,
        score=score,
        keyword=score * 5,
        vector=score,
        terms=tuple(term.word for term in terms if term.word in held),
    )


def asked(question: str, *pages: Page, language: str = "en") -> list[Term]:
    """Return the telling words of a question; words that none of the pages holds occur nowhere."""
    analyzer = languages.analyzer(language)
    held = set(analyzer.terms(" ".join(one.text for one in pages)))
    terms: dict[str, Term] = {}
    for word, start, end in analyzer.terms_with_spans(question):
        if not analyzer.stop(word) and word not in terms:
            places = np.array([0] if word in held or not pages else [], dtype=np.int64)
            known = float(bool(len(places)))
            idf = 2.0 if known else 3.0
            matches = Matches(places, np.ones(len(places)))
            terms[word] = Term(question[start:end], word, idf, matches, likeness=known, position=len(terms))
    return list(terms.values())
