"""What the values of a table are counted in: scale and currency, as the page says it above them, and for which rows."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from pdfqa import languages

_CURRENCIES = {
    "$": "$", "us$": "$", "dollar": "$", "dollars": "$", "usd": "$",
    "€": "€", "euro": "€", "euros": "€", "eur": "€",
    "£": "£", "pound": "£", "pounds": "£", "gbp": "£", "¥": "¥", "yen": "¥", "₹": "₹", "rs": "₹",
}  # fmt: skip
_SCALES = {
    "m": "million", "mn": "million", "mio": "million", "bn": "billion", "mrd": "billion",
    "k": "thousand", "000": "thousand", "'000": "thousand",
}  # fmt: skip
# Rows that are counted otherwise than the rest of their table, whatever is written above it.
_OTHERWISE = re.compile(
    r"\bper\b|%|percent|\brates?\b|\bratios?\b|\bmargins?\b|headcount|employees|personas|\bnumber of\b|"
    r"\((?:cents|days|years|months|in days)\)|por acción|je aktie",
    re.IGNORECASE,
)
_SHARES = re.compile(r"\bshares?\b|\bstock(?:s)? outstanding|\bbasic\b|\bdiluted\b|\bacciones\b", re.IGNORECASE)


class Unit(msgspec.Struct, frozen=True):
    """What values are counted in: "million", "$" and the words of the page, "" where it does not say.

    `shares` tells whether numbers of shares are counted so, too.
    """

    scale: str = ""
    currency: str = ""
    words: str = ""
    shares: bool = False


NONE = Unit()


def unit(text: str) -> Unit:
    """Return the unit that a text above a table gives: "$ in millions, except per share amounts"."""
    found = _scaled().search(text)
    if not found:
        return NONE
    scale = (found["scale"] or found["short"] or found["one"] or found["other"]).casefold().rstrip(".")
    name = _SCALES.get(scale) or re.sub(r"^(thousand|million|billion)s$", r"\1", scale)
    before, after = text[max(0, found.start() - 30) : found.start()], text[found.end() : found.end() + 30]
    said = ("money", "sign", "of", "ahead", "before", "behind")
    money = next((found[name] for name in said if found[name]), "").casefold().strip(". ")
    near = re.split(r"except|\n", f"{before}{found.group()}".casefold())[-1]
    shares = "share" in near or after.casefold().startswith(" of shares")
    return Unit(name, _CURRENCIES.get(money, ""), found.group().strip(" (),"), shares)


def of_row(whole: Unit, label: str, section: str) -> Unit:
    """Return what the values of one row are counted in, which its label may say itself ("Revenue (in millions)").

    Shares and what is told per share are not in millions.
    """
    about = f"{section} {label}"
    own = _labelled(label)
    if own != NONE:
        counts = _OTHERWISE.search(about) or _SHARES.search(label)
        return own if own.currency or counts else msgspec.structs.replace(own, currency=whole.currency)
    if _OTHERWISE.search(about):
        return NONE
    if _SHARES.search(label) or (_SHARES.search(section) and len(label.split()) <= 2):
        return Unit(whole.scale, "", whole.words) if whole.shares else NONE
    return whole


def _labelled(label: str) -> Unit:
    """Return the unit that stands in the label of a row, in brackets or behind a comma."""
    found = re.search(r"\(([^()]*)\)\s*$|,\s([^,]*)$", label)
    return unit(found[1] or found[2] or "") if found else NONE


def without_unit(label: str) -> str:
    """Return the label of a row without the unit that stands in it, which its value is told with."""
    return re.sub(r"\s*(?:\([^()]*\)|,[^,]*)\s*$", "", label) if _labelled(label) != NONE else label


def written(value: str, counted: Unit) -> str:
    """Return a value with its unit: "$ 4,312" in millions of dollars is "$4,312 million"."""
    plain = re.sub(r"^([$€£¥₹])\s+", r"\1", value.strip())
    if re.search(r"[^\W\d_]|%", plain) or not re.search(r"\d", plain):  # it brings its own
        return plain
    if counted.currency and not re.match(r"[-–(\[]?[$€£¥₹]", plain) and not re.search(r"[$€£¥₹]\)?$", plain):
        if counted.scale in _ENGLISH:
            plain = f"{counted.currency}{plain}"
        elif counted.words:
            return f"{plain} {counted.words[:1].lower()}{counted.words[1:]}"
    return f"{plain} {counted.scale}".strip()


def figure(value: str, language: str = "en") -> float | None:
    """Return the number that a value is, "(73)" being -73; None where it is none or its form leaves doubt.

    What a point and a comma mean is told by the language of the text. One before three digits that means a fraction
    there, "1.024" in English, is a thousand elsewhere, and leaves doubt.
    """
    sign, digits, end = r"[-–−(]?", r"\d+(?:[.,'’\s]\d+)*", r"\s?\)?\s?[%$€£¥₹]?"
    found = re.fullmatch(rf"({sign})\s?[$€£¥₹]?\s?({sign})({digits}){end}", value.strip())
    if not found:
        return None
    plain = re.sub(r"['’\s](?=\d{3}(?!\d))", "", found[3])
    analyzer = languages.analyzer(language)
    terms = analyzer.terms(plain)
    if len(terms) != 1 or not re.fullmatch(r"\d+(?:\.\d+)?", terms[0]):
        return None
    thousand = re.fullmatch(r"[1-9]\d{0,2}([.,])\d{3}", plain)
    if thousand and (thousand[1] == ".") != (analyzer.terms("1.000") == ["1000"]):
        return None
    number = float(terms[0])
    return -number if found[1] or found[2] else number


_ENGLISH = frozenset(("thousand", "million", "billion"))


@cache
def _scaled() -> re.Pattern[str]:
    money = r"US\$|[$€£¥₹]|(?:US )?dollars?|euros?|pounds?|USD|EUR|GBP|yen|Rs\.?"
    return re.compile(
        rf"(?:\b(?P<ahead>{money})\s)?(?:\bin )?(?P<money>\$|{money})?\s?(?:and shares )?(?:amounts )?(?:\b(?:in|en) )?"
        r"\b(?P<scale>millions|thousands|billions|miles|millones|Tausend|Millionen|milliers|lakhs|crores?)\b"
        rf"(?: (?:of|de|d')?\s?(?:US |U\.S\. )?(?P<of>{money})\b)?"
        r"|(?P<sign>[$€£¥₹])(?P<short>m|bn|k|'?000)\b"
        rf"|(?P<before>{money})\s(?P<one>million|billion|thousand|mio\b\.?|mrd\b\.?|mn|m|bn|'000)\b"
        rf"|(?<!\d )(?<!\d)\b(?P<other>million|billion|mio\b\.?|mrd\b\.?|mn)\s(?P<behind>{money})",
        re.IGNORECASE,
    )
