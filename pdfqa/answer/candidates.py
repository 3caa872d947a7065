"""The sentences and table rows of passages, and what speaks for each being the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from pdfqa import languages
from pdfqa.answer.kinds import Ask, Kind
from pdfqa.answer.likeness import Words
from pdfqa.answer.tables import Row, Tables, block_at
from pdfqa.answer.values import counts, fresh
from pdfqa.embed import Embedder
from pdfqa.pages import Block, Page
from pdfqa.passages import pieces
from pdfqa.rerank import Asked, is_contents
from pdfqa.search import Evidence

_SHORT = 25  # characters
# Candidates that are looked at for what they hold, and of these, those whose meaning is compared with the question's.
_LIKELY, _LIKELIEST = 24, 12
_ONE_NAME = 0.7  # how much a name of one word, which may be a place's, is one of a person
_LEADING = 200  # characters before a sentence that are read with it
_SOME_WORDS = 6  # new words that make a sentence as telling as it can be
_CAPTION = 2  # new words that a caption may have and still say nothing: "Comparison of …"
_ENDS = (".", "!", "?", "。", "！", "？", "؟", "।", ":", ";", "”", '"', ")", "»", "]", "…")

# What speaks for a sentence, and how much: fitted by benchmarks/fit_answers.py on which sentences hold an answer, but
# for those that the script names FIXED. Encyclopedia questions say too little of names of several words ("net sales")
# and too much of the first passage for reports, so `adjacent` and `first` are among these.
WEIGHTS = {
    "own": 3.7,
    "before": 2.0,
    "after": 0.9,
    "above": 0.9,
    "adjacent": 1.0,
    "about": 1.8,
    "score": 2.5,
    "first": 1.0,
    "similar": 1.4,
    "meaning": 1.4,
    "around": 2.9,
    "soft": 3.5,
    "count": 3.5,
    "kindred": 0.9,
    "fits": 1.7,
    "counts": 1.0,
    "row": 0.5,
    "unfit_row": -2.0,
    "label": 1.1,
    "new": 0.1,
    "long": 0.2,
    "short": -0.5,
    "heading": -3.0,
    "echo": -3.0,
    "broken": -0.5,
    "question": -0.5,
    "contents": -1.0,
    "aside": -2.5,  # a note beside the text, and the question is about no note
    "elsewhere": -2.5,  # the question names a document, and this is another one
}


class Candidate(msgspec.Struct, frozen=True):
    """A sentence or row: where it stands, what it is, and the features that speak for or against it.

    `evidence` is the number of its passage; `start` and `end` count on the passage's page. `held` are the words of the
    question that it holds, or that stand over it in a table. `cut` says whether words before or after it are left out.
    """

    evidence: int
    start: int
    end: int
    text: str
    row: Row | None
    held: dict[str, float]
    features: dict[str, float]
    cut: tuple[bool, bool] = (False, False)

    @property
    def shown(self) -> str:
        """Return its text as it is printed, with dots where it was cut."""
        return f"{'…' if self.cut[0] else ''}{self.text}{'…' if self.cut[1] else ''}"

    @property
    def weight(self) -> float:
        """Return how much speaks for it."""
        return sum(WEIGHTS[name] * value for name, value in self.features.items())

    @property
    def empty(self) -> bool:
        """Return whether it is a heading, or says only what the question says: no answer if anything else can be."""
        return bool(self.features["heading"] or self.features["echo"])


class Question(msgspec.Struct, frozen=True):
    """A question, made ready: its text, its language, its words and what it asks for."""

    text: str
    language: str
    asked: Asked
    ask: Ask


def candidates(question: Question, evidence: Sequence[Evidence], embedder: Embedder, words: Words) -> list[Candidate]:
    """Return the sentences and rows of the evidence, most likely first."""
    found: dict[tuple[str, int, int], Candidate] = {}
    reader = _Reader(question)
    for number, piece in enumerate(evidence):
        for candidate in reader.read(number, piece):
            # Passages overlap: a sentence counts once, where its passage ranks best.
            found.setdefault((piece.document, piece.page.number, candidate.start), candidate)
    for candidate in found.values():
        other = not reader.named <= set(evidence[candidate.evidence].terms)
        candidate.features["elsewhere"] = float(other)
    likely = _best(found.values(), _LIKELY)
    for candidate in likely:
        candidate.features.update(reader.form(candidate, evidence[candidate.evidence].language))
    likely = _best(likely, _LIKELIEST)
    if likely:
        pages = [evidence[candidate.evidence].page for candidate in likely]
        led = [_led_to(candidate, page) for candidate, page in zip(likely, pages, strict=True)]
        vectors = embedder.encode([question.text, *(candidate.text for candidate in likely), *led])
        foreign = 1 - question.asked.coverage(word for piece in evidence for word in piece.terms)
        cosines = (vectors[1:] @ vectors[0]).tolist()
        for candidate, similar, around in zip(likely, cosines, cosines[len(likely) :], strict=False):
            candidate.features["similar"] = similar
            candidate.features["meaning"] = similar * foreign
            candidate.features["around"] = around
        _compare(question, likely, evidence, words or words_of(question, embedder))
    return _best(likely, _LIKELIEST)


def _compare(question: Question, likely: Sequence[Candidate], evidence: Sequence[Evidence], words: Words) -> None:
    """Add how near the candidates come to the question word by word, and to what it asks for."""
    texts = [telling_words(one.text, question.asked, evidence[one.evidence].language)[1:] for one in likely]
    for candidate, near in zip(likely, words.near(texts), strict=True):
        held = words.held(candidate.held)
        candidate.features["soft"] = words.share(np.maximum(held, near.asked)) - words.share(held)
        candidate.features["count"] = float((held > 0).mean()) if len(held) else 0.0
        candidate.features["kindred"] = near.thing


def _led_to(candidate: Candidate, page: Page) -> str:
    """Return a candidate with what leads to it in its paragraph: "He" is somebody there."""
    block = block_at(page, candidate.start)
    if block is None or candidate.row is not None:
        return candidate.text
    return page.text[max(block.start, candidate.start - _LEADING) : candidate.end]


def named(question: str, word: str) -> bool:
    """Return whether a word of a question is a name or a number."""
    return (word[:1].isupper() and not question.startswith(word)) or any(map(str.isdigit, word))


def words_of(question: Question, embedder: Embedder) -> Words:
    """Return the words of a question, and what it asks for if that has no form of its own."""
    return Words(question.asked, question.ask.thing if question.ask.kind is Kind.OTHER else (), embedder)


def telling_words(text: str, asked: Asked, language: str) -> tuple[list[str], list[str], list[str]]:
    """Return the terms of a text, its telling words as they are written, and those that are none of the question."""
    analyzer = languages.analyzer(language)
    found = analyzer.terms_with_spans(text)
    words = [(term, text[start:end]) for term, start, end in found if not analyzer.stop(term)]
    new = [word for term, word in words if term not in asked.words]
    return [term for term, _, _ in found], [word for _, word in words], new


def _best(candidates: Iterable[Candidate], count: int) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: (candidate.empty, -candidate.weight))[:count]


class _Reader:
    """Cuts passages into candidates."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._known = question.text.casefold()
        self._said = frozenset(re.findall(r"\w+", self._known))
        self._tables = Tables()
        self._telling = [word for word in question.asked.weights if named(question.text, word)]
        self.named: set[str] = set()  # words of the question that are in the names of documents

    def read(self, number: int, piece: Evidence) -> list[Candidate]:
        """Return the sentences and rows of one passage."""
        asked, analyzer, offset = self._question.asked, languages.analyzer(piece.language), piece.passage.start
        spans = pieces(piece.page, piece.passage.start, piece.passage.end, piece.language)
        words = [analyzer.terms(piece.text[start:end]) for start, end in spans]
        held = [asked.held(part) for part in words]
        shared = {"score": piece.score, "first": 1 / (1 + number), "contents": float(is_contents(piece.text))}
        heading = analyzer.terms(piece.passage.heading)
        above = asked.held(heading)
        # What a passage holds and does not say is in its document's name, which is meant on every page.
        names = set(piece.terms).difference(heading, *words)
        named = asked.held(names)
        self.named |= names
        found = []
        blocks = [block_at(piece.page, offset + start) for start, _ in spans]
        for place, ((start, end), block) in enumerate(zip(spans, blocks, strict=True)):
            row = self._tables.row(piece.page, block, offset + start, offset + end)
            own = {**named, **held[place]}
            if row is not None:
                own = {**asked.held(analyzer.terms(" ".join(row.columns))), **own}
            share = asked.share(own)
            near = [above]
            if row is None:  # a row is about what itself names, not about what the rows beside it name
                near += [held[other] for other, beside in enumerate(blocks) if beside is block is not None]
            text = piece.text[start:end]
            features = {
                **shared,
                "own": share,
                "before": asked.share(own, *held[max(0, place - 2) : place]) - share,
                "after": asked.share(own, *held[place + 1 : place + 2]) - share,
                "above": asked.share(own, above) - share,
                "adjacent": asked.adjacency(words[place]),
                "about": self._about(own, near),
                **self._substance(words[place], row, analyzer, block),
                "aside": float(block is not None and block.kind == "note" and not above),
                **_shape(text, piece.page, block, offset + start),
            }
            found.append(Candidate(number, offset + start, offset + end, text, row, own, features))
        return found

    def form(self, candidate: Candidate, language: str) -> dict[str, float]:
        """Return whether the text holds something of the asked kind that the question does not itself name."""
        ask = self._question.ask
        if candidate.row is not None:
            fits = ask.kind in {Kind.AMOUNT, Kind.NUMBER, Kind.OTHER}
            return {"row": 1.0, "unfit_row": float(not fits), "fits": float(fits and ask.kind is not Kind.OTHER)}
        values = fresh(ask, candidate.text, self._known, language)
        if ask.kind is Kind.PERSON:  # "Costco Insurance" has not founded Costco
            values = [value for value in values if value.text.casefold().split()[0] not in self._said]
        full = ask.kind is not Kind.PERSON or any(" " in value.text for value in values)
        return {
            "fits": (1.0 if full else _ONE_NAME) if values else 0.0,
            "counts": float(ask.kind is Kind.NUMBER and bool(counts(ask, values))),
        }

    def _about(self, own: dict[str, float], near: Sequence[dict[str, float]]) -> float:
        """Return how much of the question's names and numbers stands around a text, and not in it."""
        told = [{name: part.get(name, 0.0) for name in self._telling} for part in (own, *near)]
        return self._question.asked.share(*told) - self._question.asked.share(told[0])

    def _substance(
        self, words: Sequence[str], row: Row | None, analyzer: languages.Analyzer, block: Block | None
    ) -> dict[str, float]:
        """Return how much the text says that the question does not; a caption names what its picture answers."""
        new = set(words).difference(self._question.asked.words, analyzer.stopwords)
        caption = block is not None and block.kind == "caption"
        return {
            "new": min(1.0, len(new) / _SOME_WORDS),
            "echo": float(len(new) <= (_CAPTION if caption else 0)),
            "label": _label(row, self._question.asked, analyzer),
        }


def _label(row: Row | None, asked: Asked, analyzer: languages.Analyzer) -> float:
    """Return the share of a row's label that the question names."""
    # What stands in brackets in a label says how it is counted, not what it is.
    label = re.sub(r"\([^)]*\)", " ", row.label) if row else ""
    words = [word for word in analyzer.terms(label) if not analyzer.stop(word)]
    return sum(word in asked.words for word in words) / len(words) if words else 0.0


def _shape(text: str, page: Page, block: Block | None, start: int) -> dict[str, float]:
    """Return what can be seen of a text without reading it."""
    head = block is not None and (
        block.kind == "heading"
        or (block.kind == "table" and page.text.count("\n", block.start, start) < block.header_rows)
    )
    # A sentence that goes on over the page break is cut there.
    last = block is not None and block.kind == "text" and block is page.blocks[-1]
    cut = last and start + len(text) >= len(page.text.rstrip()) and not text.rstrip().endswith(_ENDS)
    return {
        "long": min(1.0, len(text) / 200),
        "short": float(len(text) < _SHORT),
        "heading": float(head),
        "broken": float(cut or (text[:1].islower() and page.text[:start].strip() == "")),
        "question": float(text.endswith(("?", "？", "؟"))),
    }
