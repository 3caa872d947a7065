"""Values: what comes of a whole document: a summary, a filled schema, a comparison. See `pdfqa.types`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pdfqa.savable import Savable
from pdfqa.types import Answer, Citation, Unread, Value

FieldState = Literal["found", "not_found", "not_fitting", "given"]


class _Shown(Value, frozen=True):
    """Base of what prints itself, and shows itself in a notebook."""

    def __str__(self) -> str:
        from pdfqa import render_whole

        return render_whole.text(self)

    def _repr_html_(self) -> str | None:
        from pdfqa import notebook

        return notebook.html(self)


class Point(Value, frozen=True):
    """One thing that a summary says, and the numbers of the citations that prove it, from 1.

    `supported` is false where the document was not found to say it.
    """

    text: str
    citations: list[int]
    supported: bool = True


class SummarySection(Value, frozen=True):
    """What a summary says of a section: its heading ("" where there is none), and the page that it begins on."""

    heading: str
    page: int
    points: list[Point]


class Summary(Savable, _Shown, frozen=True):
    """What a document says, in short, with proof; made of all its pages.

    `text` has a marker such as [1] for each citation. `missing` are the pages that have text and are not in it, because
    the model failed over them: only without any is it a summary of the whole. `unread` are those without text. `words`
    is how many the document has. `price` is in US dollars, None where it is not known; `timings` are seconds. `calls`
    is how often a model was asked, `kept` how often it had answered before.
    """

    file: str
    text: str
    sections: list[SummarySection]
    citations: list[Citation]
    pages: int
    words: int
    model: str
    usage: dict[str, int] = {}
    price: float | None = None
    timings: dict[str, float] = {}
    calls: int = 0
    kept: int = 0
    missing: list[Unread] = []
    unread: list[Unread] = []

    @property
    def complete(self) -> bool:
        """Return whether all pages that have text are in it."""
        return not self.missing

    def __repr__(self) -> str:
        points = sum(len(section.points) for section in self.sections)
        return f"Summary({self.file!r}, {self.pages} pages, {points} points{'' if self.complete else ', incomplete'})"


class Summaries(Savable, _Shown, frozen=True):
    """The summaries of some documents."""

    summaries: list[Summary]

    def __len__(self) -> int:
        return len(self.summaries)

    def __iter__(self) -> Iterator[Summary]:
        return iter(self.summaries)

    def __getitem__(self, number: int) -> Summary:
        return self.summaries[number]


class Estimate(_Shown, frozen=True):
    """What a summary by a model would take: calls, of which some are `kept` from before, tokens, and the price.

    The tokens are those of the calls that are still to be made, about. `price` is in US dollars, None where it is not
    known.
    """

    file: str
    model: str
    pages: int
    words: int
    calls: int
    kept: int
    prompt_tokens: int
    completion_tokens: int
    price: float | None = None


class Estimates(_Shown, frozen=True):
    """What the summaries of some documents would take."""

    estimates: list[Estimate]

    def __len__(self) -> int:
        return len(self.estimates)

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.estimates)


class ReindexEstimate(Value, frozen=True):
    """What it would take to have a server's embedder make indexes anew.

    `texts` of the passages would be sent: what it made before is kept. Their `tokens` are counted without knowing its
    tokenizer. `price` is in US dollars, None where it is not known.
    """

    embedder: str
    files: int
    passages: int
    texts: int
    tokens: int
    price: float | None = None


class Field(Value, frozen=True):
    """One field of a schema that was filled, or not: `path` names it, as in `supplier.name`.

    `text` is what the document says, `reason` why there is no value; its citation is then what came nearest. A value is
    `given` where the schema allows one value only.
    """

    path: str
    question: str
    value: Any
    state: FieldState
    text: str = ""
    unit: str = ""
    reason: str = ""
    required: bool = False
    citations: list[Citation] = []


class Extraction(Savable, _Shown, frozen=True):
    """A schema filled from one document: `data` is the object, `fields` say where each value is from.

    `missing` are the required fields without a value; only without any does `data` follow the schema.
    """

    file: str
    data: dict[str, Any]
    fields: list[Field]
    missing: list[str]
    model: str
    usage: dict[str, int] = {}
    price: float | None = None
    timings: dict[str, float] = {}
    unread: list[Unread] = []

    def __repr__(self) -> str:
        found = sum(field.state == "found" for field in self.fields)
        return f"Extraction({self.file!r}, {found} of {len(self.fields)} fields found)"


class Extractions(Savable, _Shown, frozen=True):
    """A schema filled from each of some documents."""

    extractions: list[Extraction]

    def __len__(self) -> int:
        return len(self.extractions)

    def __iter__(self) -> Iterator[Extraction]:
        return iter(self.extractions)

    def __getitem__(self, number: int) -> Extraction:
        return self.extractions[number]


class Side(Value, frozen=True):
    """What one document says to a question; `text` has a marker such as [1] for each citation.

    `value` is the number that answers it, where there is one, in its `unit`.
    """

    file: str
    text: str
    outcome: str
    citations: list[Citation]
    value: float | None = None
    unit: str = ""
    unread: list[Unread] = []

    @property
    def found(self) -> bool:
        """Return whether the document answers the question."""
        return self.outcome == "answered"


class Comparison(Savable, _Shown, frozen=True):
    """What several documents say to one question, side by side.

    `difference` says in words how they differ, as far as that is plain: the same, a number that is larger, in some
    only. `written` is a model's comparison; `citations` are what its markers stand for, `supported` whether each of its
    claims was found in what it cites.
    """

    question: str
    sides: list[Side]
    difference: str
    model: str
    written: str = ""
    citations: list[Citation] = []
    supported: bool = True
    usage: dict[str, int] = {}
    price: float | None = None
    timings: dict[str, float] = {}


class Change(Value, frozen=True):
    """A paragraph that one version has and the other has not, or not so.

    `before` and `after` are the citations of it; None where it was added or removed.
    """

    kind: Literal["added", "removed", "changed"]
    section: str
    before: Citation | None = None
    after: Citation | None = None


class Changes(Savable, _Shown, frozen=True):
    """What differs between two versions of a document, paragraph by paragraph, in the order of the later one.

    `same` is how many paragraphs both have. Where a paragraph only moved, it is the same. `alike` is the share of the
    shorter document's paragraphs that both have, changed or not: two of another kind have next to none.
    """

    before: str
    after: str
    changes: list[Change]
    same: int
    alike: float = 1.0
    timings: dict[str, float] = {}
    unread: list[Unread] = []

    def __len__(self) -> int:
        return len(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)


class SavedChat(Savable, Value, frozen=True):
    """The answers of a conversation as they were saved, oldest first."""

    thread_id: str | None
    answers: list[Answer]


class Copies(_Shown, frozen=True):
    """The copies of PDFs that were written, how many quotes are marked in them, and what else is to be said of them."""

    files: list[str]
    marked: int
    notes: list[str] = []
