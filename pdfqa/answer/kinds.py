"""What a question asks for, told by its first asking word.

Phrases are looked up word by word in the lists of the question's language: no large pattern is compiled for it.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

import msgspec

from pdfqa.answer.turns import DOWNWARD, LEADING, UPWARD
from pdfqa.answer.words import ASKING, ASKING_INSIDE, COMPUTED, NOUNS, YES_NO


class Kind(Enum):
    """The kinds of answer that can be told by their form."""

    DATE = "date"
    AMOUNT = "amount"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    YES_NO = "yes or no"
    OTHER = "other"


class Ask(msgspec.Struct, frozen=True):
    """What a question asks for: a kind, the words that name the thing, and whether it would have to be worked out.

    `thing` are the words right after the asking word: what "how many days" wants counted.
    """

    kind: Kind
    thing: tuple[str, ...] = ()
    computed: bool = False


_WORD = re.compile(r"[\w'’-]+")
_LONGEST_CUE = 3
_NOUN_REACH = 8  # words after "what" among which a noun that shows the kind is looked for
_MOST_THING = 3
# Words that end what is named by the words after "what" or "how many".
_ENDS = frozenset(
    "of in for to by from on at with that which who did does do can may must will would de del des du en para por von "
    "im fueron tiene tienen hay wurden wurde".split()
)
_VERBS = frozenset("is are was were be has have had".split())
_ARTICLES = frozenset("the a an el la los las un una der die das le les".split())
_OF = frozenset("of de".split())
_OPENING_CLAUSE = frozenset("when where while if after before as cuando donde wenn quand".split())


def expected(question: str, language: str = "") -> Ask:
    """Return what a question asks for.

    Args:
        question: The question.
        language: Its language, "" where that is not known.
    """
    asking = _main_clause(question)
    words = _WORD.findall(asking.casefold())
    computed = any(word.startswith(_computed()) for word in words)
    yes_no = _yes_no(language)
    if words and words[0] in yes_no:
        return Ask(Kind.YES_NO, (), computed)
    kind, after = _first_cue(words, language)
    if kind is None and not question.isascii():
        kind = _first_inside(question)
    if kind in {Kind.OTHER, None} and after:
        kind = _by_noun(words[after : after + _NOUN_REACH]) or Kind.OTHER
    return Ask(kind or Kind.OTHER, _thing(words[after:]) if after else (), computed)


def asks(text: str, language: str = "") -> bool:
    """Return whether a text begins with an asking word, or with one after a word like "by"."""
    words = _WORD.findall(text.casefold())[: _LONGEST_CUE + 1]
    cues = _cues(language) if language in ASKING else _cues("en")
    starts = (words, words[1:]) if words and words[0] in _leading() else (words,)
    return any(
        " ".join(some[:length]) in cues for some in starts for length in range(1, min(_LONGEST_CUE, len(some)) + 1)
    )


@cache
def _leading() -> frozenset[str]:
    return frozenset(LEADING.split("|"))


def directions(text: str) -> set[int]:
    """Return which ways a text says that something went: 1 up, -1 down."""
    words = text.casefold().split()
    return {way for way, cues in ((1, UPWARD), (-1, DOWNWARD)) if any(word.startswith(cues) for word in words)}


def _main_clause(question: str) -> str:
    """Return the question without a clause before it ("When the war ended, who …"), and without the one before it."""
    *earlier, last = re.split(r"[?？]\s+", question.strip())
    if earlier and asks(last):  # in a conversation, what was asked before is only what the last question is about
        question = last
    first, *others = question.split(",")
    opening = _WORD.findall(first.casefold())[:1]
    if opening and opening[0] in _OPENING_CLAUSE:
        for number, clause in enumerate(others):
            words = _WORD.findall(clause.casefold())[:2]
            if any(word in _cues("en") for word in words):
                return ",".join(others[number:])
    return question


def _first_cue(words: list[str], language: str) -> tuple[Kind | None, int]:
    """Return the kind that the first asking word shows, and the number of the word after it."""
    for cues in [_cues(language)] if language in ASKING else [_cues("en"), _cues("")]:
        for place in range(len(words)):
            for length in range(min(_LONGEST_CUE, len(words) - place), 0, -1):
                phrase = " ".join(words[place : place + length])
                kind = cues.get(phrase) or (None if place else cues.get(f"^{phrase}"))
                if kind is not None:
                    return kind, place + length
    return None, 0


def _first_inside(question: str) -> Kind | None:
    cues = [(kind, cue) for kind, cues in ASKING_INSIDE.items() for cue in cues.split("|") if cue in question]
    # Hindi has spaces: "when" (कब) is no part of "tomb" (मकबरा).
    found = [(re.search(rf"(?<![\u0900-\u0963]){cue}", question), kind) for kind, cue in cues]
    places = [(match.start(), -len(match.group()), kind) for match, kind in found if match]
    return Kind(min(places)[2]) if places else None


def _by_noun(following: list[str]) -> Kind | None:
    """Return the kind of a question like "What was the total revenue …", by its noun."""
    for word in following:
        if word in _ENDS:
            return None
        for kind, nouns in _nouns().items():
            if word in nouns:
                return kind
    return None


def _thing(words: list[str]) -> tuple[str, ...]:
    """Return the words that name what is counted; none where a verb follows at once, as in "how long is"."""
    result: list[str] = []
    for word in words:
        if word in _ENDS or word in _VERBS:
            if result or word not in _OF:
                break
        elif word not in _ARTICLES:
            result.append(word)
    return tuple(result[:_MOST_THING])


@cache
def _cues(language: str) -> dict[str, Kind]:
    """Return the asking phrases of a language; of all for ""."""
    tables = [ASKING[language]] if language else list(ASKING.values())
    phrases = [(kind, cues) for table in reversed(tables) for kind, cues in table.items()]
    pairs = [(cue, Kind(kind)) for kind, cues in phrases for cue in cues.split("|")]
    return {cue.casefold(): kind for cue, kind in pairs}  # Greek has another s at the end of a word


@cache
def _yes_no(language: str) -> frozenset[str]:
    return frozenset(YES_NO.get(language or "en", "").split())


@cache
def _nouns() -> dict[Kind, frozenset[str]]:
    return {Kind(kind): frozenset(nouns.split()) for kind, nouns in NOUNS.items()}


@cache
def _computed() -> tuple[str, ...]:
    return tuple(COMPUTED.split("|"))
