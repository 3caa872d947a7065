"""Make of what a document says the value that a field wants, or say why it is none."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pdfqa import languages
from pdfqa.answer.kinds import Kind, expected
from pdfqa.whole import naming
from pdfqa.whole.quantities import Number, dates, numbers, scale_of
from pdfqa.whole.schema import COUNTED_IN as _COUNTED_IN
from pdfqa.whole.schema import Wanted
from pdfqa.whole.words import GENERIC, REST

_YES = frozenset("yes sí si ja oui sim да evet ναι có 是 ใช่ نعم हाँ true".split())
_NO = frozenset("no nein non não nee nu нет hayır όχι không 否 ไม่ لا नहीं false".split())
_WORD = re.compile(r"[^\W_]+")
_SPLIT = re.compile(
    r"\s*(?:[;•\n]|,(?!\d))\s*(?:(?:and|or|y|e|et|und|oder|ou|и|και|ve|và)\s)?|\s+(?:and|y|et|und|e|и)\s+"
)
_SHARE = re.compile(r"%|percent|per cent|porcentaje|prozent|pourcentage|\bmargin\b|\brate\b", re.IGNORECASE)
_MONEY = re.compile(r"[$€£¥₹]|\b(?:dollars?|euros?|pounds?|USD|EUR|GBP|CHF)\b", re.IGNORECASE)
_OF_A_YEAR = re.compile(r"[(（]\s*(?:\w+\s+)?((?:18|19|20|21)\d\d)\s*[:：]\s*[^()（）]*[)）]")  # (2023: 31)
_WEB = re.compile(r"https?://[^\s)>\]]+|www\.[^\s)>\]]+")
ADDRESSES = {"email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]*\w"), "uri": _WEB, "url": _WEB}  # by the format of a field
_ENDS = " .,;:"
_GAP = "  "  # between the cells of a row
_AFTER = re.compile(r"[(’'-]?[^\W\d_]")  # stands after a number that counts nothing: 401(k), 10-K, 000’s, 32nd
_BEFORE = re.compile(  # and before one: COVID-19, Note 1
    r"[^\W\d_][-–]?$|\b(?:notes?|items?|sections?|pages?|parts?|exhibits?|tables?|figures?|chapters?|topics?|no\.)\s$",
    re.IGNORECASE,
)
_A_PART = re.compile(r"\s(?:of|de|der|von|des)\s")  # after a number that counts some of them: "120 of our employees"
_YEARS = re.compile(r"\byears?\b|\bjahr|\baño|\bannée", re.IGNORECASE)
_STEM, _NEAR = 5, 8  # letters in which forms of a word agree; words between a number and what it counts
_HALF = 0.5
_LONG = 80  # characters from which on a text that a field may have can be a sentence
_YEAR = range(1800, 2200)
_LONGEST_ITEM = 12  # words of an item of a list within a sentence
_SHOWN = 60  # characters of what is not fitting that are told


class Value(msgspec.Struct, frozen=True):
    """A value, what was read as it, and its unit; or why there is none. `quote` is which quote it is from."""

    value: Any = None
    text: str = ""
    unit: str = ""
    reason: str = ""
    quote: int = 0


class Said(msgspec.Struct, frozen=True):
    """What a document says to a question: the short answer ("" where there is none), and the quotes it is from.

    `own` is the name of the organisation that the document is of, "" where that is not known. `chosen` says that the
    short answer was made for the field, by a model or a cell of its table, and not for a question.
    """

    short: str
    quotes: tuple[str, ...]
    question: str
    language: str
    own: str = ""
    chosen: bool = False

    @property
    def quote(self) -> str:
        """Return the first quote."""
        return self.quotes[0]

    @property
    def texts(self) -> list[tuple[int, str]]:
        """Return what a value may stand in, the likeliest first, each with the number of its quote."""
        return [*([(0, self.short)] if self.short else []), *enumerate(self.quotes)]


def value(wanted: Wanted, said: Said) -> Value:
    """Return the value of a field."""
    if wanted.choices:
        return _choice(wanted, said)
    found = _MAKERS[wanted.type](wanted, said)
    return _within(wanted, found) if not found.reason else found


def spoken(wanted: Wanted, text: str, language: str) -> float:
    """Return the share of the words of a field that a text has."""
    analyzer = languages.analyzer(language)
    words = {term for term in analyzer.terms(_COUNTED_IN.sub("", wanted.label)) if not analyzer.stop(term)}
    words = words.difference(analyzer.terms(GENERIC)) or words
    return len(words.intersection(analyzer.terms(text))) / len(words) if words else 1.0


def speaks_of(wanted: Wanted, text: str, language: str) -> bool:
    """Return whether a text has half of the words of a field, or more."""
    return spoken(wanted, text, language) >= _HALF


def _number(wanted: Wanted, said: Said) -> Value:
    """Return the one number of the short answer, else of a quote, that the question does not name."""
    doubtful = ""
    for quote, text in said.texts:
        found = _of_unit(wanted, _telling(wanted, list(numbers(text, said.language)), said, text), said, text)
        if len({(one.value, one.unit) for one in found}) == 1 or (found and text == said.short):
            return msgspec.structs.replace(_scaled(wanted, found[0], said), quote=quote)
        if not found and _OF_A_YEAR.search(text):  # "Nineteen (2023: 31)" is the answer, in words
            break
        doubtful = doubtful or ", ".join(dict.fromkeys(one.text for one in found))
    if doubtful:
        return Value(text=said.quote, reason=f"several numbers may be it: {_short(doubtful)}")
    return Value(text=said.quote, reason=f"no number is in “{_short(said.short or said.quote)}”")


def _of_unit(wanted: Wanted, found: list[Number], said: Said, text: str) -> list[Number]:
    """Return the numbers of the unit that a field has: a share, money, or what is counted, which has neither.

    Where it names no unit, a share is none of its values unless it is the short answer.
    """
    share = _SHARE.search(wanted.label) is not None
    money = _MONEY.search(wanted.label) is not None
    if text != said.short:
        found = [one for one in found if not _designates(one, text)]
    if share or money:
        fitting = [one for one in found if (one.unit == "%") == share and (bool(one.unit) or not money)]
        return fitting or (found if text == said.short or _GAP in text else [])  # a cell has its unit above it
    if text == said.short:
        return found
    found = [one for one in found if one.unit != "%"]
    ask = expected(wanted.question)
    if ask.kind is not Kind.NUMBER or not ask.thing:
        return found
    things = {word[:_STEM] for word in ask.thing if len(word) > 2}
    found = [one for one in found if not one.unit]
    return [one for one in found if _counts(one, things, text, after=True)] or [
        one for one in found if _counts(one, things, text, after=False)
    ]


def _designates(one: Number, text: str) -> bool:
    """Return whether a number is part of a name: COVID-19, 401(k)."""
    if not text[: one.start].strip(" (") and text.lstrip().startswith("("):  # (2) begins a footnote
        return True
    return bool(_AFTER.match(text[one.start + len(one.text) :]) or _BEFORE.search(text[: one.start]))


def counting(thing: Sequence[str], text: str, language: str) -> bool:
    """Return whether a text says how many there are of a thing: before its name, or in a row that is called so."""
    things = {word[:_STEM] for word in thing if len(word) > 2}
    found = list(numbers(text, language))
    if any(not one.unit and _counts(one, things, text, after=True) for one in found):
        return True
    label, gap, _ = text.partition(_GAP) if _GAP in text else text.partition("\t")
    return bool(gap and found) and any(word[:_STEM] in things for word in _WORD.findall(label.casefold()))


def _counts(one: Number, things: set[str], text: str, *, after: bool) -> bool:
    """Return whether what is counted stands near a number, after it or before, with no other number between."""
    if _A_PART.match(text[one.start + len(one.text) :]):
        return False
    if after:
        near = _WORD.findall(re.split(r"\d|[.;:]\s", text[one.start + len(one.text) :], maxsplit=1)[0])[:_NEAR]
    else:
        near = _WORD.findall(re.split(r"\d|[.;]\s", text[: one.start])[-1])[-_NEAR:]
    return any(word.casefold()[:_STEM] in things for word in near)


def _telling(wanted: Wanted, found: list[Number], said: Said, text: str) -> list[Number]:
    """Return the numbers that may be meant: years where a year is asked for; else none if there are others.

    None of a date, none that the question has, and none of a year that is not asked for: "Nineteen (2023: 31)".
    """
    asked = {one.value for one in numbers(said.question, said.language)}
    kind = expected(wanted.question).kind
    if kind is Kind.DATE or (kind is Kind.OTHER and wanted.type == "integer" and _YEARS.search(wanted.label)):
        years = [one for one in found if _is_year(one) and one.value not in asked]
        if years:
            return years
    aside = [one.span() for one in _OF_A_YEAR.finditer(text) if float(one[1]) not in asked]
    found = [one for one in found if not any(start < one.start + len(one.text) <= end for start, end in aside)]
    days = [written for written, _ in dates(text, said.language)]
    others = [one for one in found if one.value not in asked and not any(_inside(one, day, text) for day in days)]
    return [one for one in others if not _is_year(one)] or others


def _is_year(one: Number) -> bool:
    return one.value in _YEAR and not one.unit and len(one.text) == len("2024")


def _inside(one: Number, day: str, text: str) -> bool:
    start = text.find(day)
    return start <= one.start < start + len(day)


def _scaled(wanted: Wanted, one: Number, said: Said) -> Value:
    """Return a number in what the field wants it counted in: as it is, or in millions."""
    amount = one.value
    if not one.scaled and one.unit != "%":  # what stands beside it: (in millions)
        amount *= scale_of(said.short.replace(one.text, " "))
    asked = scale_of(f"{wanted.label} {' '.join(wanted.path).replace('_', ' ')}")
    if one.unit != "%":
        amount /= asked
    amount = round(amount, 10)
    if wanted.type == "integer":
        if amount % 1:
            return Value(text=one.text, unit=one.unit, reason=f"{one.text} is no whole number")
        return Value(int(amount), one.text, one.unit)
    return Value(int(amount) if amount % 1 == 0 else amount, one.text, one.unit)


def _string(wanted: Wanted, said: Said) -> Value:
    if wanted.format in ("date", "date-time"):
        return _date(wanted, said)
    text = " ".join((said.short or said.quote).split())
    if wanted.format in ADDRESSES:
        found = ADDRESSES[wanted.format].search(f"{said.short} {said.quote}")
        return Value(found[0], found[0]) if found else Value(text=text, reason="no such address is in it")
    if "pattern" in wanted.rules:
        return _patterned(wanted, said)
    named = wanted.sought in _CALLED
    if (said.short and (said.chosen or not named)) or _may_be_a_sentence(wanted):
        return Value(text, text)
    for quote, body in enumerate(said.quotes):
        short = naming.value(wanted.sought, wanted.label, body, said.language, said.own)
        if short:
            return Value(short, short, quote=quote)
    if said.short and naming.is_one(wanted.sought, said.short, said.quote):
        return Value(text, text)
    what = _CALLED.get(wanted.sought)
    return Value(text=said.quote, reason=f"no {what} stands beside it" if what else "it is said in a sentence only")


def _may_be_a_sentence(wanted: Wanted) -> bool:
    """Return whether a text field may have a whole sentence: by its words, or by how long it may be."""
    return wanted.sought == naming.SENTENCE or wanted.rules.get("maxLength", 0) >= _LONG


def _patterned(wanted: Wanted, said: Said) -> Value:
    """Return the first part of what is said that is as a pattern wants."""
    pattern = wanted.rules["pattern"]
    for quote, text in said.texts:
        found = text if _matches(pattern, text) and text == said.short else _first(pattern, text)
        if found:
            return Value(found, found, quote=quote)
    return Value(text=said.quote, reason=f"nothing in “{_short(said.quote)}” is as {pattern} wants")


def _date(wanted: Wanted, said: Said) -> Value:
    asked = {iso for _, iso in dates(said.question, said.language)}
    doubtful = ""
    for quote, text in said.texts:
        found = {iso: written for written, iso in dates(text, said.language) if iso not in asked}
        if len(found) == 1 or (found and text == said.short):
            iso = next(iter(found))
            return Value(f"{iso}T00:00:00Z" if wanted.format == "date-time" else iso, found[iso], quote=quote)
        doubtful = doubtful or ", ".join(found.values())
    if doubtful:
        return Value(text=said.quote, reason=f"several dates may be it: {_short(doubtful)}")
    return Value(text=said.quote, reason=f"no day is in “{_short(said.short or said.quote)}”")


def _boolean(_wanted: Wanted, said: Said) -> Value:
    words = _WORD.findall(said.short.casefold())
    if words and words[0] in _YES | _NO:
        return Value(words[0] in _YES, said.short)
    return Value(text=said.quote, reason=f"neither yes nor no; the document says: “{_short(said.quote)}”")


def _choice(wanted: Wanted, said: Said) -> Value:
    """Return which of the values that a field may have the document names."""
    doubtful: list[Any] = []
    for quote, text in said.texts:
        folded = f" {' '.join(_WORD.findall(text.casefold()))} "
        fixed = [one for one in wanted.choices if text == said.short or str(one).casefold() not in REST]
        named = [one for one in fixed if f" {' '.join(_WORD.findall(str(one).casefold()))} " in folded]
        named = [one for one in named if not any(_part(one, other) for other in named)]
        if len(named) == 1:
            return Value(named[0], str(named[0]), quote=quote)
        doubtful = doubtful or named
    if doubtful:
        return Value(text=said.quote, reason=f"several of the values are named: {', '.join(map(str, doubtful))}")
    return Value(text=said.quote, reason=f"none of the values is named in “{_short(said.short or said.quote)}”")


def _part(one: Any, other: Any) -> bool:
    return one != other and str(one).casefold() in str(other).casefold()


def _array(wanted: Wanted, said: Said) -> Value:
    """Return the items of a list: one on each line, or those that a sentence lists."""
    if wanted.items is None or wanted.items.type == "object":
        return Value(text=said.quote, reason="a list of objects needs a table of them, or a model")
    if wanted.items.type in ("number", "integer"):
        text = said.short or said.quote
        found = _telling(wanted.items, list(numbers(text, said.language)), said, text)
        values = [_scaled(wanted.items, one, said) for one in found]
        kept = [one.value for one in values if not one.reason]
        return Value(kept, said.quote) if kept else Value(text=said.quote, reason="no number is in it")
    texts = _listed(said.short or said.quote)
    items = [text for text in texts if wanted.items.sought == naming.SENTENCE or len(text.split()) <= _LONGEST_ITEM]
    made = [value(wanted.items, Said(text, (text,), said.question, said.language, chosen=True)) for text in items]
    kept = [one.value for one in made if not one.reason]
    return Value(kept, said.quote) if kept else Value(text=said.quote, reason="no list is in it")


def _listed(text: str) -> list[str]:
    """Return the items that a text lists; a sentence that lists nothing is one item."""
    lines = [line.strip(_ENDS + "•-*") for line in text.split("\n") if line.strip()]
    if len(lines) > 1:
        return lines
    body = text.partition(":")[2] if ":" in text.rstrip(_ENDS) else text
    items = [item.strip(_ENDS) for item in _SPLIT.split(body) if item.strip(_ENDS)]
    short = len(items) > 1 and all(len(item.split()) <= _LONGEST_ITEM for item in items)
    return items if short else [" ".join(text.split())]


def _object(_wanted: Wanted, said: Said) -> Value:
    return Value(text=said.quote, reason="an object has fields of its own")


_CALLED = {
    naming.PERSON: "name of a person",
    naming.ORGANISATION: "name of an organisation",
    naming.PARTY: "name",
    naming.PLACE: "name of a place",
}
_BOUNDS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("minimum", operator.lt, "less than"),
    ("maximum", operator.gt, "more than"),
    ("exclusiveMinimum", operator.le, "not more than"),
    ("exclusiveMaximum", operator.ge, "not less than"),
)
_MAKERS: dict[str, Callable[[Wanted, Said], Value]] = {
    "string": _string,
    "number": _number,
    "integer": _number,
    "boolean": _boolean,
    "array": _array,
    "object": _object,
}


def _within(wanted: Wanted, found: Value) -> Value:
    """Return a value, or why the schema does not allow it."""
    reason = _breaks(wanted.rules, found.value)
    return msgspec.structs.replace(found, value=None, reason=reason) if reason else found


def _breaks(rules: dict[str, Any], made: Any) -> str:
    """Return which rule of a schema a value breaks, in words; "" where it keeps all."""
    if isinstance(made, int | float) and not isinstance(made, bool):
        for name, broken, said in _BOUNDS:
            if name in rules and broken(made, rules[name]):
                return f"{made:,} is {said} {rules[name]:,}"
    if isinstance(made, str):
        if len(made) > rules.get("maxLength", len(made)):
            return f"“{_short(made)}” is longer than {rules['maxLength']} characters"
        if len(made) < rules.get("minLength", 0):
            return f"“{_short(made)}” is shorter than {rules['minLength']} characters"
    if isinstance(made, list) and len(made) > rules.get("maxItems", len(made)):
        return f"there are {len(made)} of it, more than {rules['maxItems']}"
    return ""


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


def _first(pattern: str, text: str) -> str | None:
    """Return the first part of a text that is as an anchored pattern wants."""
    found = re.search(re.sub(r"(?<!\\)\$$", "", pattern.removeprefix("^")), text)
    return found[0] if found else None


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"


def rows(wanted: Sequence[Wanted], lines: Sequence[Sequence[str]], language: str) -> list[dict[str, Any]]:
    """Return the objects that some rows of texts hold, each text in the order of the fields."""
    found = []
    for line in lines:
        made = {
            one.path[-1]: value(one, Said(text, (text,), "", language, chosen=True)) if text else Value(reason="empty")
            for one, text in zip(wanted, line, strict=False)
        }
        if any(not one.reason for one in made.values()):
            found.append({name: one.value for name, one in made.items()})
    return found
