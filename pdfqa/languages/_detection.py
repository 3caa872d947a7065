"""Tell the language of a text: by its script, then by its function words and letters.

A word that many languages use counts little, one that a single language uses counts fully. Weak evidence gives "": no
language is better than a wrong one, since the wrong stemmer would join words that have nothing in common.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from functools import cache, lru_cache

from pdfqa.languages._tables import FUNCTION, LETTERS, QUESTION, SCRIPT_LANGUAGES, SCRIPT_RANGES

_SAMPLE, _SLICES = 4000, 10
# What is neither space, digit nor punctuation: so a word keeps its vowel signs, which `\w` leaves out.
_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~\u00a1-\u00bf\u2010-\u203a\u060c\u061b\u061f\u0964\u0965]+")
_STARTS = [start for start, _, _ in SCRIPT_RANGES]

# What a character says of the main language. Names, commands and formulas are Latin in text of every script, and one
# Han character stands for several letters.
_WEIGHT = {"latin": 2, "han": 12, "kana": 10, "hangul": 10}
_OTHER_WEIGHT = 5
# Of Japanese text, at least this share is kana; Chinese text quotes less.
_KANA_SHARE = 0.08
# The least score, alone and per word, that is trusted; and how much better than the likeliest language of its script
# another one must be.
_LEAST, _LEAST_PER_WORD, _MARGIN = 0.9, 0.045, 1.25
# What a letter that only one language uses adds, and what a question word at the very beginning adds.
_LETTER_SCORE, _OPENING_SCORE = 0.5, 1.0


def detect(text: str) -> str:
    """Return the ISO 639-1 code of the main language of `text`, or "" when it is not clear."""
    sample = _sample(text).casefold()
    characters = Counter("" if sample.isascii() else sample)
    script = _script(characters) if characters else "latin"
    languages = SCRIPT_LANGUAGES.get(script, ())
    if len(languages) == 1:
        return languages[0]
    return _by_words(_WORD.findall(sample), characters, script) if languages else ""


def _sample(text: str) -> str:
    """Return `text`, or slices from all over a long one: its beginning may be a cover, its end a licence."""
    if len(text) <= _SAMPLE:
        return text
    step, size = len(text) // _SLICES, _SAMPLE // _SLICES
    return " ".join(text[start : start + size] for start in range(0, step * _SLICES, step))


def _script(characters: Counter[str]) -> str:
    """Return the script that most of the text is written in."""
    shares: Counter[str] = Counter()
    for character, count in characters.items():
        script = _script_of(character)
        shares[script] += count * _WEIGHT.get(script, _OTHER_WEIGHT)
    del shares[""]
    if shares["kana"] > _KANA_SHARE * shares["han"]:
        shares["kana"] += shares.pop("han", 0)
    script, share = max(shares.items(), key=lambda item: item[1], default=("", 0))
    return script if share else ""


@lru_cache(maxsize=20_000)
def _script_of(character: str) -> str:
    code = ord(character)
    if not character.isalpha():
        return ""
    index = bisect_right(_STARTS, code) - 1
    if index < 0 or code > SCRIPT_RANGES[index][1]:
        return ""
    return SCRIPT_RANGES[index][2]


def _by_words(words: list[str], characters: Counter[str], script: str) -> str:
    """Return the language of the script whose function words and letters the text uses most."""
    scores: dict[str, float] = dict.fromkeys(SCRIPT_LANGUAGES[script], 0.0)
    known = _votes(script)
    for word in words:
        for language, weight in known.get(word, ()):
            scores[language] += weight
    for language, weight in _openings(script).get(words[0] if words else "", ()):
        scores[language] += weight
    known = _letters(script)
    for letter in known.keys() & characters.keys():
        for language, weight in known[letter]:
            scores[language] += weight * characters[letter]
    return _best(scores, words, script)


def _best(scores: dict[str, float], words: list[str], script: str) -> str:
    best = max(scores, key=lambda language: scores[language])
    if script == "latin":
        return best if scores[best] >= max(_LEAST, _LEAST_PER_WORD * len(words)) else ""
    # The other scripts have one language that is by far the likeliest.
    likeliest = SCRIPT_LANGUAGES[script][0]
    return best if scores[best] > _MARGIN * scores[likeliest] else likeliest


_Votes = dict[str, list[tuple[str, float]]]


@cache
def _votes(script: str) -> _Votes:
    """Return each function word of the script's languages with those that use it and its weight."""
    words = {name: f"{FUNCTION[name]} {QUESTION[name]}".split() for name in SCRIPT_LANGUAGES[script]}
    # A word of one letter may be an initial or a unit, one of two a company's form or a state.
    return _shared(words, 1.0, full_length=3)


@cache
def _openings(script: str) -> _Votes:
    """Return what a question word adds where it is the first word."""
    return _shared({name: QUESTION[name].split() for name in SCRIPT_LANGUAGES[script]}, _OPENING_SCORE)


@cache
def _letters(script: str) -> _Votes:
    """Return what each letter adds to the languages that use it."""
    letters = {name: list(LETTERS.get(name, "")) for name in SCRIPT_LANGUAGES[script]}
    return _shared(letters, _LETTER_SCORE)


def _shared(words: dict[str, list[str]], score: float, *, full_length: int = 1) -> _Votes:
    """Return the weight of each word, less for more languages that have it.

    The square root keeps a Romance language, whose small words have relatives, ahead of the English in its pages.
    """
    users: dict[str, list[str]] = {}
    for language, listed in words.items():
        for word in dict.fromkeys(listed):
            users.setdefault(word, []).append(language)
    return {
        word: [(name, score * min(1.0, len(word) / full_length) / len(names) ** 0.5) for name in names]
        for word, names in users.items()
    }
