"""What kind of thing a question asks for, and the words of a sentence that are of that kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from pdfqa.query_terms import Term


class Kind(Enum):
    """The kinds of answer that can be told by their form."""

    DATE = "date"
    AMOUNT = "amount"
    NUMBER = "number"
    NAME = "name"
    OTHER = "other"


_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    "januar|februar|märz|mai|juni|juli|oktober|dezember|"
    "janvier|février|mars|avril|juin|juillet|août|septembre|octobre|décembre"
)
_YEAR = r"\b(?:1[0-9]|20)\d\d\b"
_DATE = re.compile(
    rf"\b\d{{1,2}}\.? (?:de )?(?:{_MONTHS})(?:,? (?:de )?\d{{4}})?|\b(?:{_MONTHS})\s\d{{1,2}}(?:,? \d{{4}})?\b"
    rf"|\b(?:{_MONTHS})(?: of| de)? \d{{4}}|\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b|{_YEAR}",
    re.IGNORECASE,
)
_FIGURE = r"\d{1,3}(?:[.,\u202f\u00a0 ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_SCALE = r"(?:\s?(?:million|billion|trillion|thousand|millones|mil|Millionen|Milliarden|milliards?|millions?|bn|m)\b)"
_AMOUNT = re.compile(
    rf"(?:US)?[$€£¥₹]\s?\(?(?:{_FIGURE})\)?{_SCALE}?|(?:{_FIGURE}){_SCALE}?\s?(?:[$€£¥₹]|euros?\b|dollars?\b|USD\b|EUR\b)"
    rf"|(?:{_FIGURE}){_SCALE}|(?:{_FIGURE})\s?%",
)
_NUMBER = re.compile(rf"(?:{_FIGURE})(?:{_SCALE}|\s?%)?")
_NAME = re.compile(r"\b[A-ZÀ-ÞА-ЯΑ-Ω][\w'’.-]+(?:\s(?:(?:of|de|la|von|van|the|du)\s)?[A-ZÀ-ÞА-ЯΑ-Ω][\w'’.-]+)*")

# The words that show the kind; the first that matches decides.
_CUES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.DATE,
        re.compile(
            r"\b(?:when|what (?:year|date|day|month)|which year|in what year|since when)\b|¿?\b(?:cuándo|en qué (?:año|fecha))\b"
            r"|\b(?:wann|in welchem jahr|seit wann)\b|\b(?:quand|en quelle année)\b|\bwanneer\b|\bquando\b|\bcând\b"
            r"|\bкогда\b|\bв каком году\b|\bne zaman\b|πότε|khi nào|何时|什么时候|哪一年|متى|कब|เมื่อใด|เมื่อไหร่",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.AMOUNT,
        re.compile(
            r"\b(?:how much|what (?:was|is|were|are) (?:the )?(?:total |net |gross |annual )*"
            r"(?:revenues?|sales|income|profit|cost|price|amount|fee|deductible|copay|salary|budget|value)|what percent(?:age)?)\b"
            r"|\b(?:cuánto|qué porcentaje|wie viel|wieviel|combien|quanto|hoeveel)\b|\bсколько стоит\b",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.NUMBER,
        re.compile(
            r"\bhow (?:many|long|old|far|tall|high|large|often|big)\b|\bwhat (?:number|percentage|is the number)\b"
            r"|\bcuánt[oa]s\b|\bwie (?:viele|lange|alt|hoch|oft)\b|\bquant[ie]\b|\bcâ(?:te|ți)\b|\bсколько\b|\bkaç\b|πόσ[εοα]"
            r"|bao nhiêu|多少|几|كم|कितन|กี่|เท่าใด",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.NAME,
        re.compile(
            r"\b(?:who|whom|whose|where|which (?:person|company|country|city|team|state))\b|\b(?:quién|quiénes|dónde)\b"
            r"|\b(?:wer|wem|wen|wo)\b|\b(?:qui|où)\b|\b(?:chi|dove)\b|\b(?:cine|unde)\b|\b(?:кто|где)\b|\b(?:kim|nerede)\b",
            re.IGNORECASE,
        ),
    ),
)
_FORMS = {Kind.DATE: _DATE, Kind.AMOUNT: _AMOUNT, Kind.NUMBER: _NUMBER, Kind.NAME: _NAME}


def expected(question: str) -> Kind:
    """Return the kind of thing a question asks for."""
    return next((kind for kind, cue in _CUES if cue.search(question)), Kind.OTHER)


def holds(kind: Kind, text: str, terms: Sequence[Term]) -> bool:
    """Return whether a text holds something of a kind that the question did not itself name."""
    form = _FORMS.get(kind)
    if form is None:
        return False
    asked = {term.asked.casefold() for term in terms}
    return any(match.group().casefold() not in asked for match in form.finditer(text))


def direct_answer(kind: Kind, question: str, sentence: str) -> str:
    """Return the only thing of a kind in a sentence that the question did not name, or "" if there is not just one."""
    form = _FORMS.get(kind)
    if form is None or kind is Kind.NAME:
        return ""
    known = question.casefold()
    found = dict.fromkeys(match.group().strip() for match in form.finditer(sentence))
    fresh = [text for text in found if text.casefold() not in known]
    return fresh[0] if len(fresh) == 1 else ""
