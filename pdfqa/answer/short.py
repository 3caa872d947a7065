"""The short answer that a sentence gives: a date, a number, a period, a name or a place, where its form is sure.

The sentence must hold most of what the question says. Of several dates it is the one beside the words of the question.
A name must be joined to them by nothing but words of grammar: it stands before the verb, behind "by", or beside the
office that is asked for; a place has its preposition.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice, pairwise

from pdfqa import languages
from pdfqa.answer import names
from pdfqa.answer.candidates import Question
from pdfqa.answer.confidence import negated
from pdfqa.answer.kinds import Ask, Kind
from pdfqa.answer.links import (
    BEING,
    COMPARED,
    HOW_LONG,
    IN_TIME,
    LENGTH_UNITS,
    OF_ASKING,
    ORGANISATIONS,
    TIME_UNITS,
)
from pdfqa.answer.said import Said, held, one, share_of
from pdfqa.answer.turns import POINTING_BACK
from pdfqa.answer.values import Value, counts, fresh, values, with_thing
from pdfqa.answer.words import NUMBER_WORDS, TIMES

# The share of the question that a sentence must say.
_FOR_DATE, _FOR_NUMBER, _FOR_PERIOD, _FOR_NAME = 0.7, 0.7, 0.6, 0.7
_FURTHER, _STEM = 4, 5  # words behind a number that may name what is counted; letters in which their forms agree
_NEARER = 0.3  # by how much more of the question must stand beside one of several dates
_PAST = frozenset(("did", "was", "were"))  # "a contract to acquire it" does not say when it was acquired
_LONGEST = 1_000  # characters: what is longer is no sentence, but a list without points
_TURNING = re.compile(r"[;:]\s|,\s(?=(?:but|pero|aber|mais|ma|maar)\b)")  # where a "not" before it ends
_OF_PLAIN = 0.5  # the share of the question's words that are no names that must stand beside a number


def short_answer(question: Question, text: str, language: str) -> str:
    """Return the short answer to a question that a sentence gives, or "" where there is none that is sure.

    Args:
        question: The question.
        text: The sentence, on one line.
        language: Its language.
    """
    if question.ask.computed:
        return ""
    found, before = [], ""
    for start, end in languages.sentences(text, language):
        sentence = text[start:end]
        if len(sentence) > _LONGEST:
            continue
        # "They lapse on 31 March": what they are, the sentence before says.
        goes_on = sentence.split(" ", 1)[0].casefold() in POINTING_BACK
        found.append(_of_sentence(question, sentence, language, before if goes_on else ""))
        before = sentence
    return one(list(filter(None, found)))


def _of_sentence(question: Question, text: str, language: str, before: str) -> str:
    """Return the short answer of one sentence, unless it is a remark in brackets, or says what is not so."""
    said = held(question, text, language, before)
    short = "" if text.startswith("(") else _of_kind(question, said)
    clause = next((part for part in _TURNING.split(text) if short in part), text)
    denied = negated(clause, language) != negated(question.text, question.language)
    return "" if denied else short


def _of_kind(question: Question, said: Said) -> str:
    """Return the short answer of the kind that is asked for."""
    ask, share = question.ask, said.share
    named = said.language in BEING and share >= _FOR_NAME
    if _asks_period(question):
        return _period(question, said) if share >= _FOR_PERIOD else ""
    if ask.kind is Kind.DATE:
        return _date(question, said) if share >= _FOR_DATE else ""
    if ask.kind in {Kind.AMOUNT, Kind.NUMBER}:
        return _number(question, said)
    if named and ask.kind is Kind.PLACE:
        return names.place(question, said)
    organisation = ask.kind is Kind.OTHER and not ORGANISATIONS.isdisjoint(ask.thing[:2])
    return names.name(question, said) if named and (ask.kind is Kind.PERSON or organisation) else ""


def _date(question: Question, said: Said) -> str:
    """Return the only date, or of several the one beside which far more of the question stands."""
    found = fresh(question.ask, said.text, question.text.casefold(), said.language)
    found = [value for value in found if _in_time(value, said)]
    if _lacks_verb(question, said) or _of_another(question, said):
        return ""
    if any(map(_ranging, (said.text[one.start + len(one.text) :] for one in found))):
        return ""
    if len({value.text for value in found}) < 2:
        return found[0].text if found else ""
    analyzer = languages.analyzer(said.language)
    edges = [0, *(value.start for value in found), len(said.text)]
    # What stands before the first date is only its own, as is what stands behind the last.
    shares = [question.asked.coverage(analyzer.terms(said.text[start:end])) for start, end in pairwise(edges)]
    beside = [max(shares[place], shares[place + 1]) for place in range(len(found))]
    best = beside.index(max(beside))
    others = [share for share, value in zip(beside, found, strict=True) if value.text != found[best].text]
    return found[best].text if beside[best] >= max(others) + _NEARER else ""


def _of_another(question: Question, said: Said) -> bool:
    """Return whether a sentence tells of another than the one it names ("before Lee"), or of what is yet to be done."""
    asked = question.text.casefold()
    past = not _PAST.isdisjoint(asked.split())
    for _, start, end in said.held:
        before = re.findall(r"[\w']+", said.text[max(0, start - 30) : start].casefold())[-1:]
        compared = said.text[start].isupper() and before and before[0] in COMPARED.get(said.language, "").split()
        meant = past and said.language == "en" and said.text[start].islower() and before == ["to"]
        if (compared or meant) and f"{before[0]} {said.text[start:end].casefold()}" not in asked:
            return True
    return False


def _ranging(after: str) -> bool:
    """Return whether what follows a date makes it the first of a range: "1249–1314"."""
    return bool(
        re.match(r"\s?[–—-]\s?\w|\s(?:to|through|until|till|or|bis|oder|hasta|o|au|ou|al|tot|of)\s(?:\S+\s)?\d", after)
    )


def _in_time(value: Value, said: Said) -> bool:
    """Return whether a date says when something is: a year alone, behind a preposition."""
    if not value.text.isdigit() or said.language not in IN_TIME:
        return True
    before = said.text[: value.start].casefold()
    words = re.findall(r"[\w']+", before[-30:])
    return not words or before.rstrip()[-1:] in "(,–" or words[-1] in IN_TIME[said.language].split()


def _number(question: Question, said: Said) -> str:
    """Return the only number or sum; of "how many days" the only number of days."""
    ask = question.ask
    found = fresh(ask, said.text, question.text.casefold(), said.language)
    counted = ask.kind is Kind.NUMBER and bool(ask.thing)
    if said.share < _FOR_NUMBER:
        return ""
    plain = counts(ask, found) if counted else found
    found = plain or [value for value in found if _counts_further(ask, value, said)]
    if any(_listed(said.text, value.start) or _of_all(value, said) for value in found) or _lacks_verb(question, said):
        return ""
    return one([with_thing(ask, value, said.text) if plain else _counts_further(ask, value, said) for value in found])


def _counts_further(ask: Ask, value: Value, said: Said) -> str:
    """Return a number with the words up to the thing that is counted: "125,000 Best Buy employees"."""
    if value.counted.casefold() in TIMES:  # it counts time
        return ""
    number = value.text.removesuffix(value.counted).rstrip()
    start = end = value.start + len(number)
    things = {word[:_STEM] for word in ask.thing if len(word) > 2}
    analyzer = languages.analyzer(said.language)
    for match in islice(re.compile(r"\s([^\W\d_][\w'’-]*)").finditer(said.text, start), _FURTHER):
        if match.start() != end or all(map(analyzer.stop, analyzer.terms(match[1]))):
            break
        end = match.end()
        if match[1].casefold()[:_STEM] in things:
            return said.text[value.start : end]
    return ""


def _listed(text: str, place: int) -> bool:
    """Return whether a number is the last of several that count the same: "815, 795, and 782 warehouses"."""
    return bool(re.search(r"\d,?\s(?:and|or|y|o|und|oder|et|ou|e|en|of)\s$", text[:place]))


def _of_all(value: Value, said: Said) -> bool:
    """Return whether a name of the question has a number of its own further on: "815 shops: 105 in Norway"."""
    analyzer = languages.analyzer(said.language)
    others = [
        other.start + len(other.text.removesuffix(other.counted).rstrip())
        for other in values(Kind.NUMBER, said.text, said.language)
        if other.start > value.start
    ]
    names = [start for _, start, _ in said.held if said.text[start].isupper()]
    return any(
        all(map(analyzer.stop, analyzer.terms(said.text[end:start])))
        for start in names
        for end in others
        if end < start
    )


def _lacks_verb(question: Question, said: Said) -> bool:
    """Return whether a sentence has too few of the question's words that are no names and numbers."""
    others = frozenset(word.casefold() for word in question.asked.weights if not word[:1].islower())
    plain = others.union(OF_ASKING)
    return bool(set(question.asked.weights) - plain) and share_of(question, said.found, plain) < _OF_PLAIN


def _asks_period(question: Question) -> bool:
    folded = question.text.casefold()
    return any(cue in folded for cue in HOW_LONG.split("|"))


def _period(question: Question, said: Said) -> str:
    """Return the only length of time: "thirty years", "five to 20 years", "five-week"."""
    for units in (TIME_UNITS.get(said.language, TIME_UNITS["en"]), LENGTH_UNITS):
        found = [match.group() for match in _length(said.language, units).finditer(said.text)]
        found = [length for length in found if length.casefold() not in question.text.casefold()]
        if found:
            return one(found)
    return ""


@cache
def _length(language: str, units: str) -> re.Pattern[str]:
    words = "|".join(NUMBER_WORDS.get(language, NUMBER_WORDS["en"]).split())
    number = rf"(?:\d+(?:[.,]\d+)?|(?:{words}|one)(?:-(?:{words}|one))?)"
    return re.compile(
        rf"\b(?:{number}(?:\s|-)(?:to|a|bis|bis zu|à|tot|and|or|oder|o|ou|of)(?:\s|-))?{number}(?:\s\(\w+\))?[\s-]"
        rf"(?:[^\W\d_]+[\s-])?(?:{units})[^\W\d_]{{0,2}}\b",
        re.IGNORECASE,
    )
