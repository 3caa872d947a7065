"""Texts compared as question answering is measured: case, punctuation and articles aside, figures by value."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

ARTICLES = {
    "en": {"a", "an", "the"},
    "es": {"el", "la", "los", "las", "lo", "un", "una", "unos", "unas"},
    "ca": {"el", "la", "els", "les", "un", "una", "uns", "unes"},
    "de": {"der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines"},
    "ro": {"un", "o", "niște"},
    "el": {"ο", "η", "το", "οι", "τα", "του", "της", "των", "τον", "την", "τους", "τις", "ένας", "μια", "μία", "ένα"},
}
LETTERS_PER_WORD = {"zh": 2, "th": 4}  # scripts without spaces: letters counted as one word
_MARK = re.compile(r" ?\[\d+\]")
_FIGURE = re.compile(r"[-\u2212]?\$?\d[\d,]*(?:\.\d+)?")
_LOOSE = re.compile(r"[\s\u00ad\ufffe\ufffd\x00-\x1f\-\u2010-\u2015\u2212]+")


def word_count(text: str, lang: str) -> int:
    """Return how many words a text has; letters are counted where a script has no spaces."""
    per_word = LETTERS_PER_WORD.get(lang)
    if per_word is None:
        return len(text.split())
    return -(-sum(not character.isspace() for character in text) // per_word)


def contains(text: str, answers: Sequence[Any], lang: str) -> bool:
    """Return whether one of the answers is in a text; an answer that is a list asks for all its parts."""
    return any(_has_all(text, answer if isinstance(answer, list) else [answer], lang) for answer in answers)


def _has_all(text: str, parts: Sequence[Any], lang: str) -> bool:
    return bool(parts) and all(_has(text, str(part), lang) for part in parts)


def _has(text: str, part: str, lang: str) -> bool:
    # Punctuation joins ("1,677.8") or separates ("and/or", "1990-91"): either reading may match.
    for gap in ("", " "):
        wanted, given = normalise(part, lang, gap), normalise(text, lang, gap)
        if wanted and f" {wanted} " in f" {given} ":
            return True
        if wanted and lang in LETTERS_PER_WORD and wanted.replace(" ", "") in given.replace(" ", ""):
            return True
    figure = _figure(part)
    return figure is not None and figure in map(_figure, _FIGURE.findall(text))


def _figure(text: str) -> float | None:
    """Return the number that a text is ("$3,215.00" is 3215), or None."""
    digits = re.sub(r"[\s$€£%,()]", "", text).replace("\u2212", "-").rstrip(".;")
    return float(digits) if re.fullmatch(r"-?\d+(\.\d+)?", digits) else None


def normalise(text: str, lang: str, gap: str = "") -> str:
    """Return a text casefolded, without articles, with `gap` in the place of punctuation and symbols."""
    text = unicodedata.normalize("NFKC", text).casefold()
    kept = (gap if unicodedata.category(c)[0] in "PS" else "" if unicodedata.category(c) == "Cf" else c for c in text)
    articles = ARTICLES.get(lang, set()) | ARTICLES["en"]
    return " ".join(word for word in "".join(kept).split() if word not in articles)


def without_marks(answer: str) -> str:
    """Return a printed answer without the numbers of its citations."""
    return _MARK.sub("", answer)


def f1(text: str, answers: Sequence[Any], lang: str) -> float:
    """Return the best F1 of a text's words against an answer; letters count as words where a script has no spaces."""
    given = Counter(_tokens(text, lang))
    best = 0.0
    for answer in answers:
        parts = answer if isinstance(answer, list) else [answer]
        wanted = Counter(_tokens(" ".join(map(str, parts)), lang))
        shared = sum((given & wanted).values())
        if shared:
            best = max(best, 2 * shared / (sum(given.values()) + sum(wanted.values())))
    return best


def _tokens(text: str, lang: str) -> Iterator[str]:
    for word in text.split():
        figure = _figure(word)
        if figure is not None:
            yield f"{figure:g}"
            continue
        for piece in normalise(word, lang).split():
            yield from piece if lang in LETTERS_PER_WORD else [piece]


def loose(text: str) -> str:
    """Return a text without white space, hyphens and the marks that PDF readers leave for them."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return _LOOSE.sub("", "".join(c for c in text if unicodedata.category(c) != "Cf"))


def on_page(quote: str, raw: str) -> str:
    """Return how a quote stands in a page's raw text: `whole`, `lines` (each line, in any order), `words` or `no`."""
    page = loose(raw)
    if loose(quote) in page:
        return "whole"
    if all(loose(line) in page for line in quote.splitlines()):
        return "lines"
    return "words" if all(loose(word) in page for word in quote.split()) else "no"
