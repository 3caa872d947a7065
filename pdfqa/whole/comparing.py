"""How the answers of several documents differ, as far as that is plain: in a value, in yes and no, in who says it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer.kinds import Kind, expected
from pdfqa.whole.coercing import Said, counting, value
from pdfqa.whole.quantities import dates, numbers
from pdfqa.whole.schema import Wanted

_NUMBER = Wanted(path=("value",), type="number", question="", label="")
_AHEAD = 3  # characters that may stand before a number that an answer begins with
_DIRECT = " — "
_MANY = 2  # documents from which on they are not "both"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one document answers: its name, the text without markers ("" where it does not answer), its value.

    `fits` is false where it is asked how many of a thing there are, and what was found counts something else.
    """

    name: str
    text: str = ""
    value: float | None = None
    shown: str = ""
    unit: str = ""
    day: str = ""
    fits: bool = True


def told(name: str, question: str, text: str, quotes: Sequence[str], language: str) -> Told:
    """Return what a document answers, with the number or day that it comes to, if it does."""
    line = text.split("\n", maxsplit=1)[0]
    short, direct, _ = line.partition(_DIRECT)
    said = Said(short if direct else "", tuple(quotes) or (line,), question, language)
    found_days = list(dates(short if direct else line, language))
    days = {iso for _, iso in found_days}
    begins = any(short.startswith(written) for written, _ in found_days)  # with a day: 28 is no value
    ask = expected(question, languages.detect(question))
    of = f"{line.partition(_DIRECT)[2]}  {short}" if direct else ""  # a cell, with what its row is called before it
    if text and ask.kind is Kind.NUMBER and ask.thing and not _counted(ask.thing, (of, *quotes, line), language):
        return Told(name=name, text=text, fits=False)
    # A number in a sentence may be any; one that the answer begins with is what was asked for.
    first = next(numbers(short, language), None) if direct else None
    if first is not None and first.start <= _AHEAD and not begins:
        found = value(_NUMBER, said)
        if not found.reason:
            return Told(name=name, text=text, value=found.value, shown=found.text, unit=found.unit)
    day = next(iter(days)) if len(days) == 1 and ask.kind is Kind.DATE else ""
    return Told(name=name, text=text, day=day)


def _counted(thing: Sequence[str], texts: Sequence[str], language: str) -> bool:
    return any(counting(thing, text, language) for text in texts if text)


def short_names(paths: Sequence[str]) -> list[str]:
    """Return what to call files in a sentence: their names, or their paths where names are the same."""
    names = [re.split(r"[/\\\\]", path)[-1] for path in paths]
    return names if len(set(names)) == len(names) else list(paths)


def difference(sides: Sequence[Told]) -> str:
    """Return how answers differ, in a sentence or two."""
    saying = [one for one in sides if one.text]
    silent = [one.name for one in sides if not one.text]
    both = "both" if len(sides) == _MANY else "all"
    if not saying:
        return f"Found in {'neither' if len(sides) == _MANY else 'none'} of them."
    if silent:
        only = f"Only in {_listed([one.name for one in saying])}; not found in {_listed(silent)}."
        return f"{only} {_values(saying)}".strip() if len(saying) > 1 else only
    unlike = [one.name for one in sides if not one.fits]
    if unlike and len(unlike) < len(sides):
        fitting = [one for one in sides if one.fits]
        only = f"Only in {_listed([one.name for one in fitting])}; what {_listed(unlike)} says is about something else."
        return f"{only} {_values(fitting)}".strip() if len(fitting) > 1 else only
    if len({" ".join(one.text.casefold().split()) for one in sides}) == 1:
        return f"The same in {both}."
    return _values(sides) or f"Found in {both}; what they say is not the same."


def _values(sides: Sequence[Told]) -> str:
    """Return how the values differ; nothing where not every document has one, or not of one unit."""
    if all(one.day for one in sides):
        if len({one.day for one in sides}) == 1:
            return f"The same day in all: {sides[0].day}."
        return f"{_sentence('; '.join(f'{one.day} in {one.name}' for one in sorted(sides, key=_day)))}"
    valued = [(one.value, one) for one in sides if one.value is not None]
    if len(valued) < len(sides) or len({one.unit for one in sides}) > 1:
        return ""
    if len({number for number, _ in valued}) == 1:
        return f"The same in {'both' if len(sides) == _MANY else 'all'}: {sides[0].shown}."
    if len(valued) == _MANY:
        (before, one), (after, other) = valued
        return _change(before, after, one, other)
    ordered = sorted(valued, key=lambda pair: -pair[0])
    return f"{_sentence(', '.join(f'{one.shown} in {one.name}' for _, one in ordered))}"


def _day(one: Told) -> str:
    return one.day


def _change(before: float, after: float, one: Told, other: Told) -> str:
    """Return how much more or less the second of two values is."""
    points = one.unit == "%"
    by = _figure(abs(after - before))
    amount = f"{by} percentage points" if points else f"{one.unit if len(one.unit) == 1 else ''}{by}"
    share = f" ({abs(after - before) / abs(before):.1%})" if before and not points else ""
    more = "more" if after > before else "less"
    return f"{one.shown} in {one.name}, {other.shown} in {other.name}: {amount}{share} {more}."


def _figure(number: float) -> str:
    """Return a number with as many decimals as it has, and large ones in words."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(number) >= size:
            return f"{round(number / size, 3):,g} {word}"
    return f"{round(number, 4):,.10g}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
