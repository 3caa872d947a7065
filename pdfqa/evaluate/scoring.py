"""What came back for one question, and what it is worth: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from pdfqa.evaluate.texts import LETTERS_PER_WORD, contains, f1, normalise, without_marks, word_count

BRIEF = 40  # words


class Quoted(msgspec.Struct, kw_only=True):
    """A citation as it was given; `proved` says that the quote is what stands at its place, looked up again."""

    file: str
    page: int
    label: str = ""
    quote: str = ""
    start: int = 0
    end: int = 0
    verified: bool = False
    proved: bool = False
    ocr: bool = False
    document: str = ""


class Seen(msgspec.Struct, kw_only=True):
    """What came back for one question. `pages` and `whole` are ranked by the first hit, each page once.

    `whole` holds [file name, page]; `right` are the file names that are the question's document (copies included).
    `proved` counts the citations whose quote is what stands at their place, checked again here. `confidence` is how
    sure the answer is of itself, `price` is in dollars; None where this is not known.
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
    pdf: str = ""
    citations: list[Quoted] = []
    confidence: float | None = None
    tokens: int = 0
    price: float | None = None


class Results(msgspec.Struct):
    """The results of a run: what was run, on how many documents, and each row."""

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


def reciprocal_rank(seen: Seen) -> float | None:
    """Return one over the rank of the first gold page among the first five pages; 0 where none is."""
    if not seen.gold:
        return None
    return next((1 / rank for rank, page in enumerate(seen.pages[:5], 1) if page in seen.gold), 0.0)


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


def token_f1(seen: Seen) -> float | None:
    """Return the F1 of the printed answer's words against the nearest gold answer; declining counts as 0."""
    if not seen.answerable or not seen.answers:
        return None
    return f1(without_marks(seen.answer), seen.answers, seen.lang) if seen.outcome == "answered" else 0.0


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


def proved_share(seen: Seen) -> float | None:
    """Return the share of an answer's citations that are what stands at their place; an answer without any has none."""
    if seen.outcome != "answered":
        return None
    return seen.proved / len(seen.cited) if seen.cited else 0.0


def declined(answerable: bool) -> Metric:
    """Return whether no answer was given, over the questions that have one or those that have none."""

    def count(seen: Seen) -> float | None:
        return float(seen.outcome != "answered") if seen.answerable is answerable else None

    return count


def declined_rightly(seen: Seen) -> float | None:
    """Return, of a question that was declined, whether it has no answer: the precision of declining."""
    return None if seen.outcome != "not_found" else float(not seen.answerable)


def right(seen: Seen) -> float | None:
    """Return whether what was answered is right: an answer expected is in it, or else an expected page is cited."""
    if seen.outcome != "answered":
        return None
    if not seen.answerable:
        return 0.0
    return contained(seen) if seen.answers else cited_right(seen)


def values(metric: Metric, rows: Iterable[Seen]) -> list[float]:
    """Return a metric of the rows it applies to."""
    return [value for value in map(metric, rows) if value is not None]


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
