"""The words of a question as the documents write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import msgspec

from pdfqa import languages, phrases
from pdfqa.index import query
from pdfqa.store.database import Database

_INSTRUCTION = 0.1  # how much a word about the asking itself matters
_OTHER_NAME = 0.35  # how near another name for a thing comes
_ONLY_NAME = 0.8  # the same, where the documents do not use the name that was asked
_STATEMENT = 0.8  # how near the name of a statement comes to what stands in it
_KIN = 0.6  # how near a word comes that is only like the one asked
_KINSHIP = 0.75  # how alike two words must be to stand for each other
_ASIDE = rf"(?i)(?:{phrases.ANSWERING})\b|if\b.*\b(?:please|then)\b.*\b(?:state|say|explain)\b"
# The word behind "which" that says what kind of answer is wanted: no text need say "year" to tell one.
_KIND = (
    r"(?i)\b(?:what|which|qué|que|cuál|welche[mnrs]?|quelle?s?|che|quale)\s+(?:(?:calendar|specific|exact)\s+)?"
    r"(year|date|day|month|decade|century|time|person|city|country|place|number|percentage|percent|proportion|año|fecha|"
    r"día|mes|siglo|ciudad|país|porcentaje|jahr|datum|jahrhundert|stadt|land|année|date|siècle|ville|pays|anno|città)\b"
)
_PREFIX = 4
_PREFIX_LIMIT = 200


class Term(msgspec.Struct, frozen=True):
    """A word to look for, and where it occurs.

    `asked` is the word of the question that it stands for, number `position` of its telling words. It may be another
    form of it; `likeness` says how near it comes. `weight` is how much the asked word matters. Where it is a word of
    another name for what is asked, `name` is that name, and `also` are the other words of the question it stands for.
    """

    asked: str
    word: str
    idf: float
    found: query.Matches
    weight: float = 1.0
    likeness: float = 1.0
    position: int = -9
    name: str = ""
    also: tuple[str, ...] = ()


def question_terms(database: Database, where: query.Scope, question: str) -> list[Term]:
    """Return the telling words of a question as the documents write them.

    A word that no document holds gives one term that occurs nowhere, so that its absence can be weighed.
    """
    spoken = sorted({*where.languages, languages.detect(question)} - {""}) or [""]
    analyzers = [languages.analyzer(language) for language in spoken]
    variants: dict[tuple[int, int], dict[str, bool]] = {}
    for analyzer in analyzers:
        for word, start, end in analyzer.terms_with_spans(question):
            variants.setdefault((start, end), {})[word] = analyzer.stop(word)
            if short := re.fullmatch(r"fy(\d\d)", word):  # FY23 is 2023; FY2023 has 2023 in it
                variants[start, end][f"20{short[1]}"] = False
    aside = _asides(question)
    telling = {span: words for span, words in variants.items() if not any(words.values())} or variants
    terms: dict[str, Term] = {}
    for position, ((start, end), words) in enumerate(sorted(telling.items())):
        weight = _INSTRUCTION if any(low <= start < high for low, high in aside) else 1.0
        for term in _variants(database, where, question[start:end], list(words), weight):
            terms.setdefault(term.word, msgspec.structs.replace(term, position=position))
    if "en" in spoken:
        for term in _other_names(database, where, question, list(terms.values())):
            terms.setdefault(term.word, term)
    return list(terms.values())


def _variants(database: Database, where: query.Scope, asked: str, words: list[str], weight: float) -> list[Term]:
    """Return the forms of one word that occur, else the known word most like it, else the word as one that does not."""
    weight = weight if _instructions().isdisjoint(words) else _INSTRUCTION
    found = [(word, query.matches(database, where, word)) for word in words]
    occurring = [(word, places) for word, places in found if len(places.passages)]
    if occurring:
        # A form that one language's stemmer left alone is not rarer for that than the word is.
        idf = query.idf(where, *(places for _, places in occurring))
        return [Term(asked, word, idf, places, weight) for word, places in occurring]
    word, nowhere = found[0]
    if len(word) > _PREFIX and not any(character.isdigit() for character in word):
        kin = _kin(word, query.vocabulary(database, where, word[:_PREFIX], _PREFIX_LIMIT))
        if kin is not None:
            places = query.matches(database, where, kin)
            return [Term(asked, kin, query.idf(where, places), places, weight, likeness=_KIN)]
    return [Term(asked, word, query.idf(where, nowhere), nowhere, weight, likeness=0.0)]


def _kin(word: str, candidates: Sequence[str]) -> str | None:
    """Return the candidate most like a word (a slip of the pen, a cognate, a compound), if one is like it at all."""
    from difflib import SequenceMatcher  # most words are known

    matcher = SequenceMatcher(b=word, autojunk=False)
    best, likeness = None, _KINSHIP
    for candidate in candidates:
        matcher.set_seq1(candidate)
        if matcher.real_quick_ratio() > likeness and matcher.ratio() > likeness:
            best, likeness = candidate, matcher.ratio()
    return best


def _asides(question: str) -> list[tuple[int, int]]:
    """Return the spans that say how to answer: sentences after one that asks, and the kind of answer that is wanted."""
    kinds = [match.span(1) for match in re.finditer(_KIND, question)]
    ends = [match.end() for match in re.finditer(r"[.?!;]\s*(?=[A-Za-z])", question)]
    spans = pairwise([*ends, len(question)])
    return kinds + [(start, end) for start, end in spans if re.match(_ASIDE, question[start:end])]


def _other_names(database: Database, where: query.Scope, question: str, terms: Sequence[Term]) -> Iterator[Term]:
    """Yield the words of other names for what a question names, and of the statements that it stands in."""
    asked = f" {' '.join(languages.analyzer('en').terms(question))} "
    for names in same_names():
        used = next((name for name in names if f" {name} " in asked), None)
        if used is not None:
            own = [term for term in terms if term.word in used.split()]
            # A name that the documents do not use at all means that they use another.
            likeness = _OTHER_NAME if any(term.likeness for term in own) else _ONLY_NAME
            for name in names:
                if name != used:
                    yield from _named(database, where, name, used, own, likeness)
    for titles, items in _stands_in():
        used = next((item for item in items if f" {item} " in asked), None)
        if used is not None:
            own = [term for term in terms if term.word in used.split()]
            for title in titles:
                yield from _named(database, where, title, used, own, _STATEMENT)


def _named(
    database: Database, where: query.Scope, name: str, used: str, own: Sequence[Term], likeness: float
) -> Iterator[Term]:
    """Yield the words of a name that stands for the words of another."""
    first, *also = dict.fromkeys(term.asked for term in own) or [used]
    for word in name.split():
        places = query.matches(database, where, word)
        if len(places.passages) and not languages.analyzer("en").stop(word):
            idf = query.idf(where, places)
            yield Term(first, word, idf, places, likeness=likeness, name=name, also=tuple(also))


@lru_cache(maxsize=1)
def _instructions() -> frozenset[str]:
    return frozenset(languages.analyzer("en").terms(" ".join(phrases.INSTRUCTIONS)))


@lru_cache(maxsize=1)
def same_names() -> tuple[tuple[str, ...], ...]:
    """Return the groups of names, each name as its index terms."""
    analyzer = languages.analyzer("en")
    return tuple(tuple(" ".join(analyzer.terms(name)) for name in names) for names in phrases.SAME)


@lru_cache(maxsize=1)
def _stands_in() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return what statements are headed, with what stands in them, each as its index terms."""
    analyzer = languages.analyzer("en")

    def analysed(names: str) -> tuple[str, ...]:
        return tuple(" ".join(analyzer.terms(name)) for name in names.split("|"))

    return tuple((analysed(titles), analysed(items)) for titles, items in phrases.STANDS_IN.items())
