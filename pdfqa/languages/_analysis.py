"""Turn text into index terms: words cut, normalised, stemmed and folded in one way for pages and questions.

Each distinct word is analysed once and remembered, so that a page costs one regular expression and a look-up per word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import chain, pairwise

from pdfqa.languages._letters import LETTERS
from pdfqa.languages._tables import FUNCTION, QUESTION, SNOWBALL, STEMS, UNTELLING

# Scripts written without spaces between words, and Hangul, whose words end in particles: cut into groups of letters.
_UNSPACED = (
    "\u0e00-\u0e4e\u0e80-\u0ecf\u1000-\u103f\u1050-\u109f\u1100-\u11ff\u1780-\u17d3\u3005-\u3007\u3040-\u30ff"
    "\u3130-\u318f\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Written inside words without being letters: soft hyphen, joiners, direction marks.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_APOSTROPHES = "'\u2019\u02bc\uff07"
_POINTS = ".,\u066b\u066c\u00a0\u2009\u202f"
_NUMBER = r"\d+(?:[.,'\u2019\u066b\u066c]\d+|[\u00a0\u2009\u202f]\d{3}(?!\d))+"


@cache
def _words() -> re.Pattern[str]:
    """Return the pattern of words.

    Vowel signs and accents belong to their word, though Python's word characters leave them out; listed ranges also
    match twice as fast as those with exceptions. Compiling them takes milliseconds, so it is done on first use.
    """
    letter = f"[{LETTERS}]"
    joined = rf"{letter}+(?:(?:[{_APOSTROPHES}]|(?<=\d)[{_POINTS}](?=\d)){letter}+)*"
    acronym = r"(?=.\.)[^\W\d_](?:\.[^\W\d_])+(?!\w)"
    return re.compile(rf"{acronym}|{joined}|[{_UNSPACED}]+")


@cache
def _parts() -> re.Pattern[str]:
    """Return the pattern that takes apart what that of words joins: numbers with units, lists without spaces."""
    letter = f"[{LETTERS}]"
    return re.compile(rf"{_NUMBER}|{letter}+(?:[{_APOSTROPHES}]{letter}+)*")


# Patterns from here on are for words seldom met: `re` compiles each when it is first used, and keeps it.
_UNSPACED_START = f"[{_UNSPACED}]"
_JOINED = rf"\d[{_POINTS}]\d"
_PLAIN_NUMBER = _NUMBER
_SPLIT_APOSTROPHE = f"[{_APOSTROPHES}]"
_REMOVED = f"[{_INVISIBLE}\u0640\u064b-\u065f\u0670]"
_LONG_NUMBER = r"\d{4,}|^\d+(?=[^\W\d]{1,4}$)"
_ORDINAL = r"\d+(?:st|nd|rd|th)"
# Letters with a stroke or joined letters, which decomposition leaves as they are; alef forms written for one another.
_FOLDED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ħ": "h", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ŧ": "t"}
    | {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"}
)
# The scripts whose accents a reader may leave out.
_ACCENTED = "[\u00c0-\u052f\u1e00-\u1fff]"
_MARK = "[\u0300-\u036f]"
_HAN = "[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_DEVANAGARI = "[\u0904-\u0939\u093e-\u094d\u0958-\u0963\u0900-\u0903]"
_PAIR = 2  # characters of a group, where each says more than a letter
_RING = "\u0e4d"
# Accents are taken off before these stemmers, which lose nothing by it, so that an ending is known with and without.
_FOLDED_FIRST = frozenset(("es", "ro", "tr"))
# Where several endings follow each other, what the stemmer leaves is cut to so many letters (measured on XQuAD).
_STEM_LENGTH = {"tr": 6, "el": 7}

_COMMA_DECIMALS = frozenset(
    "bg be ca cs da de el es et eu fi fr hr hu hy id it lt lv nl no pl pt ro ru sk sl sr sv tr uk vi".split()
)
_ELIDING = frozenset(("fr", "it", "ca"))
_ELIDED = frozenset(
    "l d j m t s n c qu lorsqu puisqu jusqu quoiqu dell all nell sull dall coll un quest quell sant dov com cos".split()
)
# Longer "words" are data or noise; remembering them would fill the memory.
_LONGEST_KEPT = 48
_MOST_KEPT = 200_000


class _Memory(dict[str, tuple[str, ...]]):
    """The terms of each word met so far."""

    def __init__(self, analyse: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__()
        self._analyse = analyse

    def __missing__(self, word: str) -> tuple[str, ...]:
        terms = self._analyse(word)
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[word] = terms
        return terms


class Analyzer:
    """The index terms of one language; `analyzer` makes and keeps them."""

    def __init__(self, language: str = "") -> None:
        self.language = language
        self._words = _words()
        self._stem = _stemmer(language)
        self._comma_decimals = language in _COMMA_DECIMALS
        # A Vietnamese word is often two syllables, written apart, and means little without its accents or its partner.
        self._pairs = language == "vi"
        self._memory = _Memory(self._analyse)
        words = " ".join(table.get(language, "") for table in (FUNCTION, QUESTION, UNTELLING))
        self.stopwords: frozenset[str] = frozenset(self.terms(words))

    def terms(self, text: str) -> list[str]:
        """Return the index terms of `text`, in order."""
        terms = list(chain.from_iterable(map(self._memory.__getitem__, self._words.findall(text))))
        return [*terms, *map("".join, pairwise(terms))] if self._pairs else terms

    def terms_with_spans(self, text: str) -> list[tuple[str, int, int]]:
        """Return the index terms of `text`, each with the start and end of the characters it comes from."""
        found: list[tuple[str, int, int]] = []
        for match in self._words.finditer(text):
            start, end = match.span()
            terms, spans = self._memory[match.group()], [(start, end)]
            if _is_unspaced(match.group()):
                spans = [(start + first, start + last) for first, last in _group_spans(match.group())]
            elif len(terms) > 1 and re.match(_DEVANAGARI, match.group()):
                spans = [(start + first, start + last) for first, last in _spread(len(match.group()), len(terms))]
            spans = spans if len(spans) == len(terms) else [(start, end)] * len(terms)
            found += [(term, *span) for term, span in zip(terms, spans, strict=True)]
        if self._pairs:
            # Characters that stand alone come after their groups, so that the second may begin before the first.
            found += [(a + b, min(one, other), max(end, last)) for (a, one, end), (b, other, last) in pairwise(found)]
        return found

    def stop(self, term: str) -> bool:
        """Return whether `term` is an analysed function word or question word."""
        return term in self.stopwords

    def _analyse(self, word: str) -> tuple[str, ...]:
        if word.isascii():
            if word.isdigit():
                return (word,)
            if word.isalpha() and self.language != "tr":  # by far the most words
                return (self._stem(word.lower())[: _STEM_LENGTH.get(self.language)],)
        if _is_unspaced(word):
            return _groups(word)
        if re.fullmatch(_PLAIN_NUMBER, word):
            return tuple(_number(word, comma_decimals=self._comma_decimals))
        if re.search(_JOINED, word):
            return tuple(chain.from_iterable(map(self._analyse, _parts().findall(word))))
        return tuple(term for part in self._parts(self._normal(word)) for term in self._part_terms(part))

    def _normal(self, word: str) -> str:
        if self.language == "tr":
            word = word.replace("I", "ı").replace("İ", "i")
        word = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
        # A mark that stands alone is a space with a mark in this form.
        return re.sub(_REMOVED, "", _western_digits(word.replace(".", "").replace(" ", "")))

    def _parts(self, word: str) -> list[str]:
        """Cut a word at its apostrophes, by the habits of the language."""
        parts = [part for part in re.split(_SPLIT_APOSTROPHE, word) if part]
        if len(parts) < 2:
            return parts
        if self.language in _ELIDING:
            return [part for part in parts[:-1] if part not in _ELIDED] + parts[-1:]
        if self.language == "tr":
            return parts[:1]
        if parts[-1] == "s":
            parts.pop()
        return ["".join(parts)]

    def _part_terms(self, part: str) -> list[str]:
        if not part.isalpha() and any(map(str.isdigit, part)):
            numbers = [] if part.isdigit() or re.fullmatch(_ORDINAL, part) else re.findall(_LONG_NUMBER, part)
            return [_fold(part), *numbers]
        if re.search(_DEVANAGARI, part):
            return _triples("".join(re.findall(_DEVANAGARI, part)))
        if self.language in _FOLDED_FIRST:
            part = _fold(part)
        term = _fold(self._stem(part))[: _STEM_LENGTH.get(self.language)] or _fold(part)
        return [term] if term else []


@lru_cache(maxsize=64)
def analyzer(language: str = "") -> Analyzer:
    """Return the analyzer of a language; "" or an unknown code gives one that only knows English endings."""
    return Analyzer(language)


def _stemmer(language: str) -> Callable[[str], str]:
    """Return the stemmer of a language; the English one, for plain ASCII words only, when the language is unknown."""
    import Stemmer

    name = SNOWBALL.get(language, "")
    english: Callable[[str], str] = Stemmer.Stemmer("english").stemWord
    if language == "en":
        return lambda word: STEMS.get(word) or english(word)
    if name in Stemmer.algorithms():
        stem: Callable[[str], str] = Stemmer.Stemmer(name).stemWord
        return stem
    if language:
        return str
    return lambda word: STEMS.get(word) or (english(word) if word.isascii() else word)


def _is_unspaced(word: str) -> bool:
    return word[0] >= _UNSPACED[0] and re.match(_UNSPACED_START, word) is not None


def _fold(word: str) -> str:
    """Return the word without accents, so that a question typed without them finds it."""
    if word.isascii():
        return word
    word = word.translate(_FOLDED)
    if not re.search(_ACCENTED, word):
        return word
    return unicodedata.normalize("NFC", re.sub(_MARK, "", unicodedata.normalize("NFD", word)))


def _triples(word: str) -> list[str]:
    """Return the groups of three characters of a Devanagari word.

    The text layer of such PDFs often has the vowel signs out of order and debris for conjuncts: most groups survive it.
    """
    return [word[i : i + 3] for i in range(max(1, len(word) - 2))]


def _groups(run: str) -> tuple[str, ...]:
    """Return the groups of characters that stand for the words of a run written without spaces.

    They are pairs, and single Han characters, many of which are words; triples where the letters of an alphabet follow
    each other.
    """
    run = _grouped(run)
    size = _group_size(run)
    if len(run) <= size:
        return (run, *re.findall(_HAN, run)) if len(run) > 1 else (run,)
    if size == _PAIR:
        return (*map("".join, pairwise(run)), *re.findall(_HAN, run))
    return tuple(run[i : i + 3] for i in range(len(run) - 2))


def _group_spans(run: str) -> list[tuple[int, int]]:
    """Return the spans of `_groups`: groups are not forms of one word, of which one would do."""
    grouped = _grouped(run)
    size = _group_size(grouped)
    parts = [unicodedata.normalize("NFKC", c).replace(_RING, "") for c in run]
    origins = [place for place, part in enumerate(parts) for _ in part]
    if "".join(parts) != grouped:
        return _spread(len(run), len(_groups(run)))
    if len(grouped) == 1:
        return [(0, len(run))]
    spans = [(origins[i], origins[i + size - 1] + 1) for i in range(len(grouped) - size + 1)] or [(0, len(run))]
    han = re.finditer(_HAN, grouped) if size == _PAIR or len(grouped) <= size else ()
    return spans + [(origins[match.start()], origins[match.start()] + 1) for match in han]


def _spread(length: int, count: int) -> list[tuple[int, int]]:
    """Return about where so many groups of a word begin and end, where its characters are not those of the groups."""
    starts = [place * max(0, length - 2) // count for place in range(count)]
    return [(start, min(length, start + 3)) for start in starts]


def _group_size(run: str) -> int:
    return _PAIR if run[:1] >= "\u3000" or "\u1100" <= run[:1] < "\u1200" else 3


def _grouped(run: str) -> str:
    # Thai fonts that draw sara am for sara aa are common: without the ring, both are the same letter.
    return unicodedata.normalize("NFKC", run).replace(_RING, "") or run


def _western_digits(word: str) -> str:
    if word.isascii() or not any(map(str.isdecimal, word)):
        return word
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in word)


def _number(text: str, *, comma_decimals: bool) -> list[str]:
    """Return the terms of digits with separators: one number, a date's parts, or a section number as it stands."""
    text = _western_digits(text).replace("\u066b", ".").replace("\u066c", ",")
    groups, separators = re.split(r"\D", text), re.findall(r"\D", text)
    last = separators[-1]
    if last in ".," and _is_decimal(groups, separators, comma_decimals=comma_decimals):
        whole, fraction = groups[:-1], groups[-1]
    else:
        whole, fraction = groups, ""
    if len(whole) > 1 and not _is_grouped(whole, separators[: len(whole) - 1]):
        return groups if any(len(group) >= 4 for group in groups) or last not in ".," else [".".join(groups)]
    value = "".join(whole)
    return [f"{value}.{fraction}" if fraction.strip("0") else value]


def _is_decimal(groups: list[str], separators: list[str], *, comma_decimals: bool) -> bool:
    """Return whether the last separator begins a fraction.

    One separator before exactly three digits is the doubtful case: a comma then groups thousands in every language
    (Spanish is written both ways), a point does so where the comma is the decimal sign.
    """
    last = separators[-1]
    if last in separators[:-1]:
        return False
    if last == "," and len(groups[-1]) > 3 and not comma_decimals:
        return False
    if len(separators) > 1 or len(groups[-1]) != 3 or len(groups[0]) > 3 or groups[0].startswith("0"):
        return True
    return last == "." and not comma_decimals


def _is_grouped(groups: list[str], separators: list[str]) -> bool:
    """Return whether the digits are groups of thousands, or of hundreds before them as in India."""
    return (
        len(set(separators)) == 1
        and 1 <= len(groups[0]) <= 3
        and len(groups[-1]) == 3
        and all(len(group) in (2, 3) for group in groups[1:-1])
    )
