"""Which of many documents a question is about: what lifts a document among the others, and whose passages come in turn.

A document stands as high as its best passage, and is lifted by the words of its name that the question holds (rarer
ones more: how rare is counted in documents), and by the period that the question asks about. The best are then searched
as if each were the only one (`search`): among the passages of one document other words tell than among all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from pdfqa import languages
from pdfqa.index.query import Scope

NAME = 0.15  # standard deviations of the fused score that a word of a document's name adds, for each unit of its idf
PERIOD = 2.0  # those that a document gains by having the year that is asked about in its name
AGAIN = 3  # documents that are searched again
_SHORTEST = 5  # letters of a name that is two words in the question ("Best Buy" of BESTBUY_2019.pdf)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SHORT_YEAR = re.compile(r"(?i)\bFY\s?['’]?(\d\d)\b")
_WORD = re.compile(r"[^\W_]+")
_EACH = re.compile(
    r"(?i)\b(?:which|what|compare|each|every|all|both|across|between|qué|cuáles|cada|todos|todas|compar\w+|welche\w*|jede\w*|"
    r"alle|vergleiche\w*|quels|quelles|chaque|tous|toutes|quali|ogni|tutti|tutte|quais|todos)\b[^.?!]{0,24}?"
    r"\b(?:documents|files|reports|contracts|papers|invoices|policies|companies|filings|manuals|letters|agreements|"
    r"documentos|archivos|informes|contratos|facturas|empresas|artículos|dokumente\w*|berichte\w*|verträge\w*|rechnungen|"
    r"firmen|rapports|contrats|factures|entreprises|documenti|rapporti|contratti|fatture|aziende|relatórios)\b"
)


def starts(where: Scope) -> np.ndarray:
    """Return the first passage of each document that has any; a document's segments follow one another."""
    filled = np.flatnonzero(where.sizes)
    documents = where.documents[filled]
    firsts: np.ndarray = where.offsets[filled][np.flatnonzero(np.diff(documents, prepend=-1))]
    return firsts


def best(scores: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Return the score of the best passage of each document."""
    found: np.ndarray = np.maximum.reduceat(scores, firsts)
    return found


def shares(sizes: Sequence[int], wanted: int, needed: int) -> list[int]:
    """Return how many passages of each document are read again: of the second half as many, of the third a third.

    Args:
        sizes: How many passages the documents have, the best document first.
        wanted: How many passages of the best are read again.
        needed: How many passages these documents must give together; where they would not, each gives all wanted.
    """
    found = [wanted // number for number in range(1, len(sizes) + 1)]
    enough = sum(map(min, found, sizes)) >= needed
    return found if enough else [wanted] * len(sizes)


def lifts(question: str, named: Mapping[str, np.ndarray], count: int) -> np.ndarray:
    """Return what each of `count` documents gains by its name.

    Args:
        question: The question.
        named: The words of the question that are words of names, each with the documents that have it.
        count: How many documents there are.
    """
    found = np.zeros(count, dtype=np.float32)
    for documents in named.values():
        found[documents] += NAME * np.log(1 + (count - len(documents) + 0.5) / (len(documents) + 0.5))
    year = period(question)
    if year in named:
        found[named[year]] += PERIOD
    return found


def period(question: str) -> str:
    """Return the last year that a question names, which is what a report of several years is called by; or ""."""
    years = _YEAR.findall(question) + [f"20{short}" for short in _SHORT_YEAR.findall(question)]
    return max(years, default="")


def joined(question: str, spoken: Iterable[str]) -> list[str]:
    """Return neighbouring words of a question as the one word that a file's name may have for them, in index terms."""
    words = [(found.start(), found.end()) for found in _WORD.finditer(question)]
    found: dict[str, None] = {}
    for analyzer in map(languages.analyzer, sorted(spoken)):
        for one, two in pairwise(words):
            first, second = question[slice(*one)], question[slice(*two)]
            if len(first) + len(second) >= _SHORTEST and not analyzer.stop(first.lower()) and first[-1].isalpha():
                found.update(dict.fromkeys(analyzer.terms(first + second)))
    return list(found)


def in_turn(question: str, named: Mapping[str, np.ndarray], words: Mapping[str, str], count: int) -> bool:
    """Return whether a question asks of several documents: all of a kind, or two that it names by different words.

    Args:
        question: The question.
        named: The words of the question that are words of names, each with the documents that have it.
        words: Those words as the question writes them: a name is written with a capital, where the script has any.
        count: How many documents there are; what more than a quarter of them are called is nobody's name.
    """
    if _EACH.search(question):
        return True
    proper = [
        set(documents.tolist())
        for term, documents in named.items()
        if _proper(words.get(term, "")) and len(documents) <= max(1, count // 4)
    ]
    return any(one.isdisjoint(two) for number, one in enumerate(proper) for two in proper[:number])


def _proper(word: str) -> bool:
    first = word[:1]
    return first.isalpha() and (first != first.lower() or first == first.upper())


def turns(documents: Sequence[str]) -> list[int]:
    """Return the order in which passages come in turn: the first of each document, then the second of each, and so on.

    Args:
        documents: The document of each passage, best passage first.
    """
    seen: dict[str, int] = {}
    rounds = []
    for document in documents:
        rounds.append(seen.get(document, 0))
        seen[document] = rounds[-1] + 1
    return sorted(range(len(documents)), key=lambda place: rounds[place])
