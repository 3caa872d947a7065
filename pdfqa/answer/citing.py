"""Read what a model writes, as it writes it: numbers of passages become proved citations, and a refusal is told.

A model cites the passages of its prompt by number. Each marker is replaced, on the fly, by the number of a citation:
the words of the passage that say what the sentence before the marker says. A marker that names no passage is left out.
A sentence without a marker is given one where a passage says it; what none says is marked as that where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pdfqa import languages
from pdfqa.answer.confidence import negated
from pdfqa.answer.drafting import Quote
from pdfqa.answer.support import Claim, best_support, claims, support
from pdfqa.embed import Embedder
from pdfqa.search import Evidence

UNVERIFIED = "[unverified]"
NOT_FOUND = "NOT FOUND"  # what a model is to reply with where the passages hold no answer
_NUMBERS = r"(\d{1,3}(?:\s*(?:,|;|and|&|-|–|:)\s*(?:passages?\s*)?\d{1,3})*)"
_MARK = re.compile(
    rf" ?(?:[\[【](?:(?:passages?|sources?|documents?|no\.?|#|\^)\s*)?{_NUMBERS}(?:†[^\]】]*)?[\]】]"
    rf"|\((?:passages?|sources?)\s+{_NUMBERS}\))",
    re.IGNORECASE,
)
_OPENED = re.compile(
    r"\((?:[ps][a-z]*[\s\d,;&-]*(?:and[\s\d]*)?)?$", re.IGNORECASE
)  # what may become one in parentheses
_LEADING = re.compile(r"^(?:[*\"'`\s]|[\[【][^\]】]{0,60}(?:[\]】]|$))+")  # what may come before a refusal
_ANSWER = re.compile(r"^(?:the )?answer(?: is)?[\s:*]*", re.IGNORECASE)
_ANSWERS = ("the answer is: ", "answer: ")
_BETWEEN = " .,:;-–—)\n"  # what stands between a marker and what it is for
_INTRODUCES = re.compile(
    r"^\W*(?:according to|as \w+ in|in|from|per)(?: the)?(?: (?:passages?|sources?))?$", re.IGNORECASE
)
_SOURCES = re.compile(  # of what is said that it does not say something
    r"\b(?:passages?|documents?|texts?|context|information|pasajes?|documentos?|textos?|información|passagen?|"
    r"dokument\w*|extraits?|informations)\b",
    re.IGNORECASE,
)
_NO_CLAIM = re.compile(r"^\s*(?:#|```)")  # headings and fences
_LONGEST_MARK = 60
_THOUGHT = ("<think>", "</think>")
_FEW = 3  # words between two markers of one sentence that make no claim of their own
_OPEN_END = re.compile(r"[.!?。！？…:][\"'”’»)*]*\s*\S?$")  # the end of a sentence, or not: what follows tells
_LIST_SIGNS = re.compile(r"^[\s>#*•–-]*(?:\d{1,2}[.)]\s+)?")


class Mark(msgspec.Struct, frozen=True):
    """A marker in the text as it was rewritten, `text[start:end]`, and which of the quotes it names."""

    start: int
    end: int
    quote: int


class Reader:
    """Takes in what a model writes and gives out what is to be shown.

    Args:
        question: What was asked.
        evidence: The passages.
        given: Which of them the model was given, in the order of their numbers.
        embedder: Compares meanings.
        doubts: Whether to mark, where it stands, what no passage says.
        numbered: Whether the model was given the passages by number; otherwise what it has in brackets cites nothing.
    """

    def __init__(
        self,
        question: str,
        evidence: Sequence[Evidence],
        given: Sequence[int],
        embedder: Embedder,
        *,
        doubts: bool = False,
        numbered: bool = True,
    ) -> None:
        self.text = ""
        self.quotes: list[Quote] = []
        self.supported: list[bool] = []
        self.marks: list[Mark] = []
        self.refused = False
        self.declined = False  # in words of the model's own
        self._question = question
        self._evidence = evidence
        self._given = given
        self._embedder = embedder
        self._waiting = ""
        self._begun = False
        self._doubts = doubts
        self._numbered = numbered
        self._heard = 0  # up to where the sentences have been held against the passages
        self._ahead: list[int] = []  # what was cited before anything was said

    def add(self, text: str) -> str:
        """Return what can be shown now."""
        self._waiting += text
        return self._show(self._take(last=False)) if self._answers(last=False) else ""

    def end(self) -> str:
        """Return the rest; after it, `text` is all there is."""
        if not self._answers(last=True):
            return ""
        before = len(self.text)
        self._show(self._take(last=True))
        if self._ahead and not self.marks:
            self._cite_ahead()
        self._hear(last=True)
        self.declined = bool(self._given) and not any(self.supported) and self._denies()
        return self.text[before:]

    def _denies(self) -> bool:
        """Return whether all that was said is that the passages do not say it: it has "not", and no news."""
        language = languages.detect(f"{self._question} {self.text}")
        if not _SOURCES.search(self.text):
            return False
        return negated(self.text, language) and not claims(Claim(self.text, self._question), language)

    def _answers(self, *, last: bool) -> bool:
        """Return whether it is clear that what comes is an answer, and neither a thought nor a refusal."""
        if not self._begun:
            start = self._waiting.lstrip()
            if start.startswith(_THOUGHT[0]):
                if _THOUGHT[1] not in start and not last:
                    return False
                start = start.partition(_THOUGHT[1])[2].lstrip()
            plain = _LEADING.sub("", start)
            opening = any(word.startswith(plain.casefold()) for word in _ANSWERS)
            plain = _ANSWER.sub("", plain)
            if not last and (opening or _THOUGHT[0].startswith(start) or NOT_FOUND.startswith(self._cased(plain))):
                return False
            self._begun, self._waiting = True, start
            self.refused = bool(self._given or not self._numbered) and self._cased(plain).startswith(NOT_FOUND)
        return not self.refused

    def _cased(self, text: str) -> str:
        """Return the beginning of an answer as a refusal is written; a server that searches may have its own words."""
        return text if self._numbered else text[: len(NOT_FOUND)].upper()

    def _take(self, *, last: bool) -> str:
        """Return what waits, up to what may still become a marker."""
        text = self._waiting
        end = len(text)
        if not last:
            opened = max(text.rfind("["), text.rfind("【"))
            if opened >= 0 and not re.search(r"[\]】]", text[opened:]) and end - opened < _LONGEST_MARK:
                end = opened
            open_mark = _OPENED.search(text[:end]) if self._given else None
            if open_mark is not None:
                end = open_mark.start()
            open_end = _OPEN_END.search(text[:end]) if self._given else None
            if open_end is not None:
                end = open_end.start()
            while end and text[end - 1] == " ":  # goes with a marker that is left out
                end -= 1
        self._waiting = text[end:]
        return text[:end]

    def _show(self, text: str) -> str:
        """Add text to what is shown, its markers rewritten; return what was added."""
        before, place = len(self.text), 0
        for mark in _MARK.finditer(text) if self._given else ():
            self._say(text[place : mark.start()])
            place = mark.end()
            claim = Claim(self._claim(), self._question)
            space = " " if mark[0].startswith(" ") else ""
            if _INTRODUCES.match(claim.text):  # "according to passage [1], …": the sentence gets one at its end
                continue
            for number in self._numbers(mark[1] or mark[2]):
                if not self.text.strip():
                    self._ahead.append(number)
                    continue
                self._cite(claim, number, space)
                space = ""
        self._say(text[place:])
        return self.text[before:]

    def _say(self, text: str) -> None:
        self.text += text if self.text or not self._ahead else text.lstrip(_BETWEEN)
        if self._given and not self._ahead:
            self._hear(last=False)

    def _hear(self, *, last: bool) -> None:
        """Hold the sentences that are over and have no marker against the passages."""
        if not self._given or not self.text.strip():
            return
        spans = languages.sentences(self.text[self._heard :], languages.detect(self.text[-500:]))
        base, added = self._heard, 0
        for start, end in spans if last else spans[:-1]:
            sentence, place = self.text[base + start + added : base + end + added], base + end + added
            self._heard = place
            if any(mark.end > base + start + added for mark in self.marks) or _NO_CLAIM.match(sentence):
                continue
            behind, self.text = self.text[place:], self.text[:place]
            self._prove(Claim(_LIST_SIGNS.sub("", sentence), self._question))
            added += len(self.text) - place
            self._heard = len(self.text)
            self.text += behind

    def _prove(self, claim: Claim) -> None:
        """Cite what says a sentence that has no marker; where nothing does, mark it, if it claims something."""
        if not self.text[-1:].strip() or claim.text.rstrip().endswith(":"):
            return
        quote = best_support(claim, self._evidence, self._embedder, self._given)
        if quote is not None:
            if not any(_same(quote, one) for one in self.quotes):
                self._mark(quote, True, self._space())
        elif self._doubts and claims(claim, self._evidence[self._given[0]].language):
            self.text += f"{self._space()}{UNVERIFIED}"

    def _numbers(self, text: str) -> list[int]:
        """Return which pieces of evidence the numbers of a marker name."""
        numbers: list[int] = []
        for one, other in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", text):
            numbers += range(int(one), min(int(other or one), int(one) + 9) + 1)
        named = dict.fromkeys(numbers if self._numbered else ())
        return [self._given[number - 1] for number in named if 1 <= number <= len(self._given)]

    def _claim(self) -> str:
        """Return what a marker at the end of the text is for: its sentence, or what follows the marker before."""
        text = self.text
        spans = languages.sentences(text, languages.detect(text[-500:]))
        if not spans:
            return ""
        start = spans[-1][0]
        inside = [mark for mark in self.marks if mark.end > start]
        if inside:
            after = text[inside[-1].end :]
            if len(after.split()) >= _FEW:
                return after.strip()
        claim = text[start:]
        for mark in reversed(inside):
            at = max(0, mark.start - start)
            claim = claim[:at] + claim[mark.end - start :]
        return claim.strip()

    def _cite(self, claim: Claim, number: int, space: str) -> None:
        """Write the marker of what supports a claim: in the passage that is cited, else in another that was given."""
        quote, supported = support(claim, number, self._evidence, self._embedder)
        if not supported:
            others = [other for other in self._given if other != number]
            better = best_support(claim, self._evidence, self._embedder, others)
            quote, supported = (better, True) if better else (quote, False)
        if quote is not None:
            self._mark(quote, supported, space)
            if self._doubts and not supported and not self.text.endswith(UNVERIFIED):
                self.text += f" {UNVERIFIED}"

    def _mark(self, quote: Quote, supported: bool, space: str) -> None:
        """Write a marker; a quote that proves one claim and not another has a number for each."""
        known = zip(self.quotes, self.supported, strict=True)
        place = next((at for at, (one, does) in enumerate(known) if does == supported and _same(one, quote)), None)
        if place is None:
            place = len(self.quotes)
            self.quotes.append(quote)
            self.supported.append(supported)
        if self.marks and (self.marks[-1].quote, self.marks[-1].end) == (place, len(self.text)):
            return  # it stands there
        start = len(self.text) + len(space)
        self.text += f"{space}[{place + 1}]"
        self.marks.append(Mark(start, len(self.text), place))

    def _cite_ahead(self) -> None:
        """Cite what was named before anything was said; if nothing was, quote it: it is what the model points at."""
        if not self.text.strip():
            quote, _ = support(Claim("", self._question), self._ahead[0], self._evidence, self._embedder)
            self.text += " ".join(quote.text.split()) if quote else ""
        claim = Claim(self._claim(), self._question)
        for number in self._ahead:
            self._cite(claim, number, self._space())

    def _space(self) -> str:
        return "" if self.text[-1:] in "] \n" else " "


def _same(one: Quote, other: Quote) -> bool:
    return (one.evidence, one.start, one.end) == (other.evidence, other.start, other.end)
