"""The things of a kind that a text holds: dates, amounts, numbers with their units, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import msgspec

from pdfqa import languages
from pdfqa.answer.kinds import Ask, Kind
from pdfqa.answer.words import BEFORE_DATES, CAUSES, MONTHS, NUMBER_WORDS, SCALES, TIMES

_FIGURE = r"\d{1,3}(?:[.,'’\u202f\u00a0]\d{3})+(?:[.,]\d+)?|\d+(?:[.,:]\d+)?"
_CURRENCY = r"(?:US\s?|C|A)?[$€£¥₹₽₺]|USD|EUR|GBP|CHF"
_JOINING = frozenset("to of bis von a à до – - — sur đến".split())
_STEM = 5  # letters in which forms of one word agree


# What a share of something is written with, and words of questions that ask for one.
_SHARES = (
    "%",
    "percent",
    "per cent",
    "rate",
    "share",
    "ratio",
    "margin",
    "proportion",
    "porcentaje",
    "tasa",
    "prozent",
    "anteil",
)
_POINTS = frozenset(("basis", "points", "point", "pts", "bps"))


class Value(msgspec.Struct, frozen=True):
    """A value and where it begins in its text; `counted` is the word right after a number ("days" of "28 days")."""

    text: str
    start: int
    counted: str = ""


def values(kind: Kind, text: str, language: str) -> list[Value]:
    """Return the things of a kind in a text of some language, in order."""
    finder = _FINDERS.get(kind)
    return list(finder(text, language)) if finder else []


def fresh(ask: Ask, text: str, question: str, language: str) -> list[Value]:
    """Return the things of the asked kind in a text that the question does not itself name.

    Args:
        ask: What is asked for.
        text: The text.
        question: The question, casefolded.
        language: The language of the text.
    """
    found = [value for value in values(ask.kind, text, language) if value.text.casefold() not in question]
    if ask.kind is Kind.AMOUNT and not asks_share(question):
        return [value for value in found if not _is_share(value)]
    return found


def asks_share(question: str) -> bool:
    """Return whether a question about an amount would have a share of something."""
    return any(word in question for word in _SHARES)


def _is_share(value: Value) -> bool:
    return value.counted.casefold() in _POINTS or value.text.casefold().endswith(_SHARES[:3])


def counts(ask: Ask, found: Sequence[Value]) -> list[Value]:
    """Return the numbers that count what the question wants counted."""
    things = {word[:_STEM] for word in ask.thing if len(word) > 2}
    return [value for value in found if value.counted.casefold()[:_STEM] in things]


def with_thing(ask: Ask, value: Value, text: str) -> str:
    """Return a number of a text with all words that name what is counted: "17 patent applications"."""
    things = {word[:_STEM] for word in ask.thing if len(word) > 2}
    end = value.start + len(value.text)
    counted = value.counted.casefold()[:_STEM] in things
    while counted and (match := re.match(r" ([^\W\d_]+)", text[end:])) and match[1].casefold()[:_STEM] in things:
        end += match.end()
    return text[value.start : end] if text.startswith(value.text, value.start) else value.text


def _dates(text: str, _language: str) -> Iterator[Value]:
    match = _date().search(text)
    while match:
        named = match["named"]
        if named is None or any(word in MONTHS for word in _word().findall(named.casefold())):
            yield Value(match.group().strip(" ,"), match.start())
            match = _date().search(text, match.end())
        else:  # no month: "Room 12"
            match = _date().search(text, match.start("named") + len(named.split()[0]))


def _numbers(text: str, language: str) -> Iterator[Value]:
    """Yield numbers with scale and unit; no years, and nothing that belongs to a date."""
    words = list(_token().finditer(text))
    known = _number_words(language)
    place = 0
    while place < len(words):
        if not _is_number(words[place].group(), known):
            place += 1
            continue
        end = _number_end(words, place, text, known)
        found = text[words[place].start() : words[end - 1].end()].strip()
        after = (
            words[end].group() if end < len(words) and text[words[end - 1].end() : words[end].start()] == " " else ""
        )
        year = end == place + 1 and _year().fullmatch(found)
        month = after.casefold() in MONTHS or (place > 0 and words[place - 1].group().casefold() in MONTHS)
        if not year and not month:
            counted = after if after.isalpha() and len(after) > 1 and not _stop(after, language) else ""
            unit = words[end + 1].group() if counted and end + 1 < len(words) else ""
            if unit.casefold() in TIMES and counted.casefold() not in TIMES:  # "ten working days"
                yield Value(f"{found} {counted} {unit}", words[place].start(), unit)
            else:
                yield Value(f"{found} {counted}".strip(), words[place].start(), counted)
        place = end


def _number_end(words: Sequence[re.Match[str]], place: int, text: str, known: frozenset[str]) -> int:
    """Return the token after a number, its range and its scale: "two to three", "5 of 12", "30 million"."""
    end = place + 1
    while end < len(words):
        word, gap = words[end].group(), text[words[end - 1].end() : words[end].start()]
        if gap.strip():
            break
        if word.casefold() in SCALES or (_is_number(word, known) and not word[0].isdigit()):
            end += 1
        elif end + 1 < len(words) and word.casefold() in _JOINING and _is_number(words[end + 1].group(), known):
            end += 2
        else:
            break
    return end


def _is_number(word: str, known: frozenset[str]) -> bool:
    return word[0].isdigit() or word[0] in "$€£" or word.casefold().split("-")[0] in known


@cache
def _number_words(language: str) -> frozenset[str]:
    return frozenset(NUMBER_WORDS.get(language, NUMBER_WORDS["en"]).split())


def _stop(word: str, language: str) -> bool:
    analyzer = languages.analyzer(language)
    return all(analyzer.stop(term) for term in analyzer.terms(word))


def _amounts(text: str, language: str) -> Iterator[Value]:
    """Yield sums of money and shares; where there are none, numbers."""
    found = []
    for match in _amount().finditer(text):
        scale = match["scale"]
        scaled = scale is not None and scale.strip().casefold() in SCALES
        if match["unit"] or scaled:
            found.append(Value(match.group().strip(), match.start()))
        elif match["code"]:
            found.append(
                Value(text[match.start() : match.start("scale") if scale else match.end()].strip(), match.start())
            )
    yield from found or _numbers(text, language)


def _names(text: str, language: str) -> Iterator[Value]:
    """Yield capitalised names; the first word of a text alone is none."""
    found: list[re.Match[str]] = []
    for word in [*_word().finditer(text), None]:
        joined = found and word is not None and text[found[-1].end() : word.start()] == " "
        if joined and word is not None and (word.group()[0].isupper() or word.group() in _PARTICLES):
            found.append(word)
            continue
        while found and (found[-1].group() in _PARTICLES or found[-1].group().casefold() in MONTHS):
            found.pop()
        if len(found) > 1 and _stop(found[0].group(), language):
            del found[0]
        if len(found) > 1 or (found and found[0].start() > 0 and not _stop(found[0].group(), language)):
            yield Value(text[found[0].start() : found[-1].end()], found[0].start())
        found = [word] if word is not None and word.group()[0].isupper() else []


_PARTICLES = frozenset("of de la von van the du del di da bin ibn der den y e".split())


def _causes(text: str, _language: str) -> Iterator[Value]:
    for match in _word().finditer(text):
        if match.group().casefold() in CAUSES:
            yield Value(match.group(), match.start())


_FINDERS: dict[Kind, Callable[[str, str], Iterator[Value]]] = {
    Kind.DATE: _dates,
    Kind.AMOUNT: _amounts,
    Kind.NUMBER: _numbers,
    Kind.PERSON: _names,
    Kind.PLACE: _names,
    Kind.REASON: _causes,
}


@cache
def _year() -> re.Pattern[str]:
    return re.compile(r"(?<![\d.,])(?:1[0-9]|20)\d\d(?![\d%]|[.,]\d)(?:s\b|ern?\b|\s?年)?")


@cache
def _date() -> re.Pattern[str]:
    word = r"[^\W\d_]{3,10}"
    named = (
        rf"\b\d{{1,2}}(?:st|nd|rd|th|er|º)?\.? (?:de |of )?{word}\.?(?:,? (?:de |del )?\d{{4}})?\b"
        rf"|\b{word}\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?|\b{word} (?:of |de )?\d{{4}}\b"
    )
    plain = (
        r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{2,4}\s?年(?:\s?\d+\s?月(?:\s?\d+\s?日)?)?"
        r"|\d{1,2}\s?世纪(?:\s?\d0\s?年代)?|ngày \d{1,2} tháng \d{1,2}(?: năm \d{4})?|tháng \d{1,2} năm \d{4}"
        r"|\b\d{1,2}(?:st|nd|rd|th) century\b"
    )
    before = rf"(?:\b(?:{BEFORE_DATES})[ -](?:(?:of|de|del|the|des)[ ])*)?"
    return re.compile(rf"{before}(?:{plain}|(?P<named>{named})|{_year().pattern})", re.IGNORECASE)


@cache
def _token() -> re.Pattern[str]:
    return re.compile(rf"(?:[$€£]\s?)?(?:{_FIGURE})(?:\s?%)?|[^\W\d_](?:[\w'’-]*\w)?|[–—-]")


@cache
def _amount() -> re.Pattern[str]:
    words = "euros?|dollars?|pounds?|Bảng|USD|EUR|percent|per cent|Prozent|por ciento|процентов"
    return re.compile(
        rf"(?P<code>{_CURRENCY})?\s?\(?(?:{_FIGURE})\)?(?P<scale>\s?(?:[^\W\d_]{{2,14}}))?"
        rf"(?P<unit>\s?(?:[%‰€$£¥₹₽₺]|(?:{words})\b))?"
    )


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[^\W\d_](?:[\w'’.-]*\w)?")
