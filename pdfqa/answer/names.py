"""Names and places that answer a question: joined to its words by nothing but words of grammar.

A name stands before the verb, behind "by", or beside the office that is asked for; a place has its preposition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from pdfqa import languages
from pdfqa.answer.candidates import Question
from pdfqa.answer.kinds import Kind
from pdfqa.answer.links import (
    AND,
    ARTICLES,
    BEING,
    BY,
    HAVING,
    INSIDE,
    NOT_PEOPLE,
    NOUNS_IN_CAPITALS,
    ORGANISATIONS,
    PARTICLES,
    PARTICLES_WIDE,
    PREPOSITIONS,
    SERVING,
    TITLES,
    VERB_LAST,
)
from pdfqa.answer.said import Said, one
from pdfqa.answer.words import ASKING, MONTHS

_FAR = 6  # words between a verb and "by"
_PARTS = 2  # of a place behind its first: "Redmond, Washington"


def place(question: Question, said: Said) -> str:
    """Return the only name of a place that its preposition joins to a word of the question."""
    return "" if said.language in NOUNS_IN_CAPITALS else _behind(question, said, INSIDE[said.language].split())


def _behind(question: Question, said: Said, prepositions: Sequence[str]) -> str:
    """Return the only name that one of some prepositions joins to a word of the question."""
    found: list[str] = []
    for start, end in _names(question, said, PARTICLES_WIDE):
        before = _words_before(said.text, start)
        while before and before[-1] in ARTICLES:
            before.pop()
        left = [span for span in said.held if span[2] <= start]
        inside = before and before[-1] in prepositions
        if inside and left and _glued(said, said.text[left[-1][2] : start]):
            found.append(said.text[start : _with_parts(said.text, end)])
    return one(found)


def name(question: Question, said: Said) -> str:
    """Return the only name that stands where the one who is asked for must stand."""
    words = re.findall(r"\w+", question.text.casefold())
    if question.ask.kind is Kind.OTHER and words[0] in PREPOSITIONS:  # "At which company …"
        return _behind(question, said, words[:1])
    asking = _after_asking(question, question.language if question.language in BEING else said.language)
    if asking is None:
        return ""
    being, office, verb = asking
    if not _called_so(question, said, office):
        return ""
    analyzer = languages.analyzer(said.language)
    people = question.ask.kind is Kind.PERSON and ORGANISATIONS.isdisjoint(words)
    found = []
    for start, end in _names(question, said, PARTICLES if people else PARTICLES_WIDE):
        name = said.text[start:end]
        if _is_other(said, name, people=people, office=bool(office)):
            continue
        left = [span for span in said.held if span[2] <= start]
        right = [span for span in said.held if span[1] >= end]
        before = said.text[left[-1][2] : start] if left else ""
        after = said.text[end : right[0][1]] if right else ""
        if _behind_preposition(said, start):
            fits = _behind_by(said, before, left, verb, being=being)
        else:
            alone = _words_before(said.text, start)[-1:] != [AND[said.language]]  # "Ann Lee and Ada Lind designed"
            at_right = alone and _before_verb(said, after, right, verb, being=being, office=bool(office))
            fits = at_right and _begins(office, analyzer.terms(said.text[right[0][1] :]))
            fits = fits or bool(office and left and _glued(said, before) and _holds(office, analyzer, said, start))
        if fits:
            found.append(name)
    return one(found)


def _called_so(question: Question, said: Said, office: tuple[str, ...]) -> bool:
    """Return whether a sentence calls an office as the question does, but for endings: not "presidency"."""
    asked = re.findall(r"[\w'’-]+", question.text.casefold())
    words = [said.text[start:end].casefold() for term, start, end in said.held if term in office]
    return all(any(word.startswith(other) or other.startswith(word) for other in asked) for word in words)


def _begins(office: tuple[str, ...], words: Sequence[str]) -> bool:
    """Return whether some words begin with all of an office: there is more than one chief."""
    return tuple(words[: len(office)]) == office


def _holds(office: tuple[str, ...], analyzer: languages.Analyzer, said: Said, end: int) -> bool:
    """Return whether all of an office stands together before a place of a sentence."""
    words = analyzer.terms(said.text[:end])
    return any(_begins(office, words[place:]) for place in range(len(words)))


def _is_other(said: Said, name: str, *, people: bool, office: bool) -> bool:
    """Return whether a name is not of the kind that is asked for: no person's, or no firm's, that has an office."""
    words = re.findall(r"\w+", name)
    firm = "&" in name or not NOT_PEOPLE.isdisjoint(map(str.casefold, words))
    if office and (firm == people or len(words) < 2):
        return True
    return people and said.language in NOUNS_IN_CAPITALS and len(words) < 2


def _behind_preposition(said: Said, start: int) -> bool:
    before = _words_before(said.text, start)
    while before and (before[-1] in ARTICLES or before[-1] in TITLES):
        before.pop()
    return bool(before) and (before[-1] in PREPOSITIONS or before[-1] in BY[said.language].split())


def _before_verb(
    said: Said, after: str, right: list[tuple[str, int, int]], verb: str, *, being: bool, office: bool
) -> bool:
    """Return whether a name stands before the verb, or the office, that the question has."""
    words = re.findall(r"\w+", after.casefold())
    if not right or not _glued(said, after) or AND[said.language] in words:
        return False
    passive = not set(BEING[said.language].split()).isdisjoint(words)
    return office or (right[0][0] == verb and passive == being)


def _behind_by(said: Said, before: str, left: list[tuple[str, int, int]], verb: str, *, being: bool) -> bool:
    """Return whether a name stands behind the "by" of the verb that the question has."""
    words = [word for word in re.findall(r"\w+", before.casefold()) if word not in ARTICLES and word not in TITLES]
    if being or not words or words[-1] not in BY[said.language].split() or len(words) > _FAR:
        return False
    held = said.held if said.language in VERB_LAST else left
    return any(term == verb for term, _, _ in held) and not re.search(r"[;:]", before)


def _after_asking(question: Question, language: str) -> tuple[bool, tuple[str, ...], str] | None:
    """Return of a question for a name whether it has "is" or "was", the office behind it, and its first verb.

    None where somebody does nothing but something is done to him ("Who did they appoint?").
    """
    words = re.findall(r"[\w'’-]+", question.text.casefold())
    cues = {cue for kind in ("person", "other") for cue in ASKING.get(language, {}).get(kind, "").split("|")}
    length = next((length for length in (3, 2, 1) if " ".join(words[:length]) in cues), 0)
    if not length:  # "By whom …"
        return None
    rest = words[length:]
    if question.ask.kind is Kind.OTHER:
        rest = rest[next((n for n, word in enumerate(rest) if word in ORGANISATIONS), 0) + 1 :]
    if not rest or rest[0] in {"did", "does", "do"} or words[0] in {"whom", "wen", "wem", "whose", "wessen"}:
        return None
    analyzer = languages.analyzer(language)
    having = rest[0] in HAVING.get(language, "").split()
    rest = rest[having:]
    if having and language in VERB_LAST and rest:
        return False, (), "".join(analyzer.terms(rest[-1])[:1])
    if not rest:
        return None
    being = rest[0] in BEING.get(language, "").split()
    if being and rest[0] in {"are", "were"}:  # several
        return None
    plain = language == "en" and len(rest) > 1 and not re.search(r"(?:ed|en)$", rest[1])
    articled = not _articles(language).isdisjoint(rest[1:2])
    office = _office(rest[1 + articled :], analyzer) if being and (plain or articled) else ()
    telling = [term for word in rest for term in analyzer.terms(word) if not analyzer.stop(term)]
    if not telling or (not being and analyzer.terms(rest[0])[:1] != telling[:1]):  # "Who had the idea …"
        return None
    return being, office, telling[0]


def _office(words: Sequence[str], analyzer: languages.Analyzer) -> tuple[str, ...]:
    """Return the terms of the office that some words begin with, up to what it is of."""
    end = next((place for place, word in enumerate(words) if word in PREPOSITIONS), len(words))
    return tuple(analyzer.terms(" ".join(words[:end])))


def _glued(said: Said, gap: str) -> bool:
    """Return whether nothing but words of grammar, ages and commas stand between two words."""
    if gap.count("(") != gap.count(")"):  # one of them stands in brackets
        return False
    gap = re.sub(r"\([^()]*\)", " ", gap)
    if re.search(r"[.;!?]\s", gap) and not re.fullmatch(r"\W*(?:[A-Z][a-z]{0,3}\.\W*)+", gap):
        return False
    analyzer, serving = languages.analyzer(said.language), f"{SERVING[said.language]} {BEING[said.language]}".split()
    return all(
        word in serving or word in ARTICLES or word in TITLES or word.isdigit() or _grammar(analyzer, word)
        for word in re.findall(r"\w+", gap.casefold())
    )


def _articles(language: str) -> frozenset[str]:
    return ARTICLES | {"de"} if language == "nl" else ARTICLES  # elsewhere it is a preposition


def _grammar(analyzer: languages.Analyzer, word: str) -> bool:
    return all(analyzer.stop(term) for term in analyzer.terms(word))


def _names(question: Question, said: Said, particles: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans of the names in a sentence that the question does not have."""
    asked = set(re.findall(r"\w+", question.text.casefold()))
    held = [start for _, start, _ in said.held]
    analyzer = languages.analyzer(said.language)
    for words in _runs(said.text, particles):
        while words and words[0].start() == 0 and _grammar(analyzer, words[0].group()):
            del words[0]
        capitals = {word.group().casefold().rstrip(".") for word in words if word.group()[0].isupper()}
        if not capitals or not asked.isdisjoint(capitals):
            continue
        start, end = words[0].start(), words[-1].end()
        name = said.text[start:end]
        if len(name) > 1 and not any(start <= place < end for place in held) and not _grammar(analyzer, name):
            yield start, end


def _runs(text: str, particles: frozenset[str]) -> Iterator[list[re.Match[str]]]:
    """Yield the words with capitals that follow each other, with particles between them, but for months at the end."""
    run: list[re.Match[str]] = []
    for word in [*_word().finditer(text), None]:
        if word is not None and run and text[run[-1].end() : word.start()] in {" ", " & "}:
            joins = word.group()[0].isupper() or word.group() in particles
            if joins:
                run.append(word)
                continue
        while run and (not run[-1].group()[0].isupper() or run[-1].group().casefold() in MONTHS):
            run.pop()
        if run:
            yield run
        run = [word] if word is not None and word.group()[0].isupper() else []


def _words_before(text: str, place: int) -> list[str]:
    return re.findall(r"[\w']+", text[max(0, place - 30) : place].casefold())


def _with_parts(text: str, end: int) -> int:
    """Return where a place ends with what it is in: "Redmond, Washington"."""
    for _ in range(_PARTS):
        match = _part().match(text, end)
        if match is None:
            break
        end = match.end()
    return end


@cache
def _word() -> re.Pattern[str]:
    """Find words; an initial has its point."""
    return re.compile(r"(?<!\w)[A-ZÀ-Þ]\.(?= [A-ZÀ-Þ])|(?<!\w)(?:St|Mr|Ms|Mrs|Dr)\.(?= [A-ZÀ-Þ])|[^\W\d_][\w'’&-]*")


@cache
def _part() -> re.Pattern[str]:
    return re.compile(r", (?:[A-ZÀ-Þ][\w'’-]+|[A-Z]\.?[A-Z]\.?)(?: [A-ZÀ-Þ][\w'’-]+)*(?=[\s.,;)]|$)")
