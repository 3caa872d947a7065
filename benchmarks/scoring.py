"""What came back for one question, and what it is worth: values in, values out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

ARTICLES = {
    "en": {"a", "an", "the"},
    "es": {"el", "la", "los", "las", "lo", "un", "una", "unos", "unas"},
    "ca": {"el", "la", "els", "les", "un", "una", "uns", "unes"},
    "de": {"der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines"},
    "ro": {"un", "o", "niște"},
    "el": {"ο", "η", "το", "οι", "τα", "του", "της", "των", "τον", "την", "τους", "τις", "ένας", "μια", "μία", "ένα"},
}
_MARK = re.compile(r" ?\[\d+\]")
_FIGURE = re.compile(r"[-\u2212]?\$?\d[\d,]*(?:\.\d+)?")
LETTERS_PER_WORD = {"zh": 2, "th": 4}  # scripts without spaces: letters counted as one word
BRIEF = 40  # words


class Seen(msgspec.Struct, kw_only=True):
    """What came back for one question. `pages` and `whole` are ranked by the first hit, each page once.

    `whole` holds [file name, page]; `right` are the file names that are the question's document (copies included).
    `proved` counts the citations whose quote is what stands at their place, checked again here.
    """

    id: str
    source: str
    lang: str
    question: str
    answers: list[Any]
    gold: list[int] | None
    answerable: bool
    visual: bool = False
    right: list[str] = []
    pages: list[int] = []
    whole: list[tuple[str, int]] | None = None
    outcome: str = "error"
    answer: str = ""
    cited: list[int] = []
    verified: int = 0
    proved: int = 0
    top: list[str] = []
    error: str = ""
    seconds: dict[str, float] = {}


class Results(msgspec.Struct):
    """What `--out` writes and `--compare` reads."""

    header: str
    documents: int
    rows: list[Seen]
    raw: dict[str, int] = {}


Metric = Callable[[Seen], float | None]


def page_hit(k: int, near: int = 0) -> Metric:
    """Return whether a gold page, or one at most `near` pages away, is among the first k pages of the document."""

    def hit(seen: Seen) -> float | None:
        if not seen.gold:
            return None
        return float(any(abs(page - gold) <= near for page in seen.pages[:k] for gold in seen.gold))

    return hit


def whole_hit(k: int) -> Metric:
    """Return whether a gold page of the right file is among the first k pages of all documents."""

    def hit(seen: Seen) -> float | None:
        if not seen.gold or seen.whole is None:
            return None
        return float(any(file in seen.right and page in seen.gold for file, page in seen.whole[:k]))

    return hit


def file_hit(seen: Seen) -> float | None:
    """Return whether the first page found in all documents is of the right file."""
    if not seen.gold or seen.whole is None:
        return None
    return float(bool(seen.whole) and seen.whole[0][0] in seen.right)


def contained(seen: Seen) -> float | None:
    """Return whether a gold answer is in the printed answer; declining counts as no."""
    if not seen.answerable or not seen.answers:
        return None
    return float(seen.outcome == "answered" and contains(without_marks(seen.answer), seen.answers, seen.lang))


def recall(seen: Seen) -> float | None:
    """Return the share of a gold answer's words that the printed answer has; declining counts as none of them."""
    if not seen.answerable or not seen.answers or seen.lang in LETTERS_PER_WORD:
        return None
    given = set(normalise(without_marks(seen.answer), seen.lang).split()) if seen.outcome == "answered" else set()
    wanted = [set(normalise(str(answer), seen.lang).split()) for answer in seen.answers]
    return max((len(words & given) / len(words) for words in wanted if words), default=0.0)


def contained_brief(seen: Seen) -> float | None:
    """Return whether a gold answer is in the printed answer, and that has at most 40 words."""
    found = contained(seen)
    return found if not found else float(word_count(without_marks(seen.answer), seen.lang) <= BRIEF)


def brief(seen: Seen) -> float | None:
    """Return whether what was printed as an answer has at most 40 words."""
    return float(word_count(without_marks(seen.answer), seen.lang) <= BRIEF) if seen.outcome == "answered" else None


def words(seen: Seen) -> float | None:
    """Return how many words an answer has."""
    return float(word_count(without_marks(seen.answer), seen.lang)) if seen.outcome == "answered" else None


def cited_right(seen: Seen) -> float | None:
    """Return whether an answer to a question with a known page cites such a page."""
    if not seen.gold or seen.outcome != "answered":
        return None
    return float(bool(set(seen.cited) & set(seen.gold)))


def declined(answerable: bool) -> Metric:
    """Return whether no answer was given, over the questions that have one or those that have none."""

    def count(seen: Seen) -> float | None:
        return float(seen.outcome != "answered") if seen.answerable is answerable else None

    return count


def values(metric: Metric, rows: Iterable[Seen]) -> list[float]:
    """Return a metric of the rows it applies to."""
    return [value for value in map(metric, rows) if value is not None]


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


_LOOSE = re.compile(r"[\s\u00ad\ufffe\ufffd\x00-\x1f\-\u2010-\u2015\u2212]+")


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


FAILURES = {
    "error": "something was raised",
    "invented": "answered, and there is no answer",
    "not in 5": "no right page among the first five",
    "declined": "not answered, though a right page was among the first five",
    "1st, wrong": "a right page came first, no right answer was printed",
    "2-5, wrong": "a right page came second to fifth, no right answer was printed",
    "2-5": "a right page came second to fifth, and the answer is right or not known",
}


def failure(seen: Seen) -> str:
    """Return what is wrong with what came back, as a key of FAILURES; the empty string where nothing is."""
    if seen.error:
        return "error"
    if not seen.answerable:
        return "invented" if seen.outcome == "answered" else ""
    if seen.gold and not page_hit(5)(seen):
        return "not in 5"
    first = page_hit(1)(seen) != 0.0
    if seen.seconds.get("ask") is None:  # searched only
        return "" if first else "2-5"
    if seen.outcome != "answered":
        return "declined"
    if contained(seen) == 0.0:
        return "1st, wrong" if first else "2-5, wrong"
    return "" if first else "2-5"
