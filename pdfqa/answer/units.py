"""What the values of a table are counted in: scale and currency, as the page says it above them, and for which rows."""

from __future__ import annotations

import re
from functools import cache

import msgspec

_CURRENCIES = {
    "$": "$", "us$": "$", "dollar": "$", "dollars": "$", "usd": "$",
    "€": "€", "euro": "€", "euros": "€", "eur": "€",
    "£": "£", "pound": "£", "pounds": "£", "gbp": "£", "¥": "¥", "yen": "¥", "₹": "₹", "rs": "₹",
}  # fmt: skip
_SCALES = {"m": "million", "bn": "billion", "k": "thousand", "000": "thousand", "'000": "thousand"}
# Rows that are counted otherwise than the rest of their table, whatever is written above it.
_OTHERWISE = re.compile(
    r"\bper\b|%|percent|\brate\b|\bratio\b|\bmargin\b|headcount|employees|personas|\bnumber of\b|\((?:cents|days|years|"
    r"months|in days)\)|por acción|je aktie",
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
    scale = (found["scale"] or found["short"]).casefold()
    name = _SCALES.get(scale) or re.sub(r"^(thousand|million|billion)s$", r"\1", scale)
    before, after = text[max(0, found.start() - 30) : found.start()], text[found.end() : found.end() + 30]
    money = (found["money"] or found["sign"] or found["of"] or found["ahead"] or "").casefold().strip(". ")
    near = re.split(r"except|\n", f"{before}{found.group()}".casefold())[-1]
    shares = "share" in near or after.casefold().startswith(" of shares")
    return Unit(name, _CURRENCIES.get(money, ""), found.group().strip(" (),"), shares)


def of_row(whole: Unit, label: str, section: str) -> Unit:
    """Return what the values of one row are counted in: shares and what is told per share are not in millions."""
    about = f"{section} {label}"
    if _OTHERWISE.search(about):
        return NONE
    if _SHARES.search(label) or (_SHARES.search(section) and len(label.split()) <= 2):
        return Unit(whole.scale, "", whole.words) if whole.shares else NONE
    return whole


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


def figure(value: str) -> float | None:
    """Return the number that a value is, "(73)" being -73; None where it is none or its form leaves doubt."""
    found = re.fullmatch(r"([-–−(]?)\s?[$€£¥₹]?\s?([-–−(]?)(\d{1,3}(?:,\d{3})*|\d+)(\.\d+)?\s?\)?\s?%?", value.strip())
    if not found:
        return None
    number = float(found[3].replace(",", "") + (found[4] or ""))
    return -number if found[1] or found[2] else number


_ENGLISH = frozenset(("thousand", "million", "billion"))


@cache
def _scaled() -> re.Pattern[str]:
    money = r"US\$|[$€£¥₹]|(?:US )?dollars?|euros?|pounds?|USD|EUR|GBP|yen|Rs\.?"
    return re.compile(
        rf"(?:\b(?P<ahead>{money})\s)?(?:\bin )?(?P<money>\$|{money})?\s?(?:and shares )?(?:amounts )?(?:\b(?:in|en) )?"
        r"\b(?P<scale>millions|thousands|billions|miles|millones|Tausend|Millionen|milliers|lakhs|crores?)\b"
        rf"(?: (?:of|de|d')?\s?(?:US |U\.S\. )?(?P<of>{money})\b)?"
        r"|(?P<sign>[$€£¥₹])(?P<short>m|bn|k|'?000)\b",
        re.IGNORECASE,
    )
