"""What a document says in sentences, and under which headings: all that a summary can be made of.

Headings, tables, captions, notes, contents, fragments and what is said again and again are left out: they are read, and
tell nothing by themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pdfqa.pages import Block, OutlineItem, Page
from pdfqa.passages import count_tokens, pieces_of
from pdfqa.whole.words import ASIDES, BESIDE, FORMULAS, LEANING

_SHORTEST, _LONGEST = 6, 60  # words of a sentence
_REPEATED = 3  # times from which on a sentence or a heading is furniture
_LONGEST_HEADING = 100  # characters
_FIGURES = 0.2  # share of digits from which on a sentence is a row of figures
_LETTERS = 0.7  # share of its characters that must be letters
_CAPITALS = 0.6
_DOTS = re.compile(r"(?:\.\s*){4,}|…{2,}|_{4,}")
_ENDS = (".", "!", "。", "！", "।", "।।", "؟", "”", '"', ".)", "»", ".’", "．")
_BULLET = re.compile(r"^(?:[•▪●○◦‣▸►▶∙·*–—-]\s*|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]\s+)+")
_RUN_IN = re.compile(r"^[A-ZÀ-Þ][\w-]+:?\s(?=(?:The|This|These|A|An|In|For|We|Our|It)\s)")  # Outline The programme …
_NO_MATTER = re.compile(
    r"^(?:(?:Section|Article|Item|Note|Exhibit|Schedule)\s[\dIVX]"
    r"|[“\"„«].{1,60}[”\"“»] (?:means?|bedeutet|significa)\b)"
)
_MAIN = 0.15  # share of the pages of which nothing is taken for appended
_APPENDIX = re.compile(
    r"(?:\W|\d)*(?:appendix|appendices|annex|exhibits?|references|bibliography|notes? to (?:the )?(?:consolidated )?"
    r"(?:financial|accounts)|note 1\b|anhang|anlage|literatur|anexos?|apéndice|referencias|annexes?|bibliographie)\b",
    re.IGNORECASE,
)
_NO_STOPS = frozenset(("th",))  # languages whose sentences end with nothing but a space
_WORDS = 0.75  # of a token
_ADDED = ("field", "note")


class Section(msgspec.Struct, frozen=True):
    """A run of pages under one heading: its title, and where it begins."""

    title: str
    page: int
    start: int


class Sentence(msgspec.Struct, frozen=True):
    """A sentence that may stand for more: the span [start, end) of its page's text, and where in the document it is.

    `section` is the number of its section, `place` how many telling sentences of it come before. `opens` says whether
    its paragraph begins with it, `leans` whether it goes on from the one before.
    """

    page: int
    start: int
    end: int
    text: str
    words: int
    section: int
    place: int
    opens: bool
    leans: bool


class Read(msgspec.Struct, frozen=True):
    """What was read of a document: its sections, its telling sentences, and how many words and pages it has in all.

    `appended` is the page, and the place on it, from which on all is appended: exhibits, what follows the references.
    """

    sections: list[Section]
    sentences: list[Sentence]
    words: int
    pages: int = 1
    appended: tuple[int, int] = (1 << 30, 0)


def read(pages: Iterable[Page], language: str, outline: Sequence[OutlineItem] = ()) -> Read:
    """Return the telling sentences of a document.

    Args:
        pages: All its pages, in order.
        language: Its language.
        outline: Its own table of contents; where it has none, headings are told by their type.
    """
    reader = _Reader(language, outline)
    for page in pages:
        reader.read(page)
    return reader.result()


class _Reader:
    """Takes in pages."""

    def __init__(self, language: str, outline: Sequence[OutlineItem]) -> None:
        self._language = language
        self._named: dict[int, set[str]] = {}
        for item in outline:
            self._named.setdefault(item.page, set()).add(_plain(item.title))
        self._sections = [Section("", 1, 0)]
        self._found: list[Sentence] = []
        self._places: Counter[int] = Counter()
        self._leaning = LEANING.get(language, frozenset())
        self._words = 0
        self._pages = 1

    def read(self, page: Page) -> None:
        """Take in a page."""
        self._words += size(page.text)
        self._pages = max(self._pages, page.number)
        blocks = [block for block in page.blocks if block.kind not in _ADDED]
        for block in blocks:
            if block.kind == "heading":
                self._head(page, block)
            elif block.kind in ("text", "list"):
                self._say(page, block)

    def _head(self, page: Page, block: Block) -> None:
        title = " ".join(page.text[block.start : block.end].split())
        letters = sum(map(str.isalpha, title))
        if letters >= 2 and len(title) <= _LONGEST_HEADING and 2 * letters >= len(title.replace(" ", "")):
            self._sections.append(Section(title, page.number, block.start))

    def _say(self, page: Page, block: Block) -> None:
        body = page.text[block.start : block.end]
        section = len(self._sections) - 1
        for number, (start, end) in enumerate(_without_bullets(body, pieces_of(body, block.kind, self._language))):
            text = " ".join(body[start:end].split())
            if not self._tells(text, body[start:end]):
                continue
            leans = text.split(None, 1)[0].strip(",;:").casefold() in self._leaning
            self._found.append(
                Sentence(
                    page.number,
                    block.start + start,
                    block.start + end,
                    text,
                    size(text),
                    section,
                    self._places[section],
                    number == 0,
                    leans,
                )
            )
            self._places[section] += 1

    def _tells(self, text: str, written: str) -> bool:
        """Return whether a text is a whole sentence, in words."""
        if (
            not _SHORTEST <= size(text) <= _LONGEST
            or text[:1].islower()
            or _DOTS.search(text)
            or _NO_MATTER.match(text)
        ):
            return False
        if not (text.endswith(_ENDS) or self._language in _NO_STOPS) or "\t" in written or "  " in written.strip():
            return False
        letters = [char for char in text if char.isalpha()]
        marks = sum(not char.isspace() for char in text)
        if self._language not in _NO_STOPS and len(letters) < _LETTERS * marks and text.isascii():
            return False
        if sum(map(str.isdigit, text)) > _FIGURES * marks or sum(map(str.isupper, letters)) > _CAPITALS * len(letters):
            return False
        folded = text.casefold()
        return not folded.startswith(ASIDES) and not any(formula in folded for formula in FORMULAS)

    def result(self) -> Read:
        """Return what was taken in, without what was said again and again."""
        said = Counter(_plain(one.text) for one in self._found)
        titles = Counter(_plain(one.title) for one in self._sections)
        wanted = dict(self._renumbered(titles))
        sections: list[Section] = []
        numbers: dict[int, int] = {}
        for old in sorted(set(wanted.values())):
            numbers[old] = len(sections)
            sections.append(self._sections[old])
        kept = [
            msgspec.structs.replace(one, section=numbers[wanted[one.section]])
            for one in self._found
            if said[_plain(one.text)] < _REPEATED
        ]
        # Of a document that is nothing but a list of references, its references are told.
        kept = [one for one in kept if not is_beside(sections[one.section].title)] or kept
        return Read(sections, list(_once(kept)), self._words, self._pages, _appended(self._sections, self._pages))

    def _renumbered(self, titles: Counter[str]) -> Iterator[tuple[int, int]]:
        """Yield the section that each section is part of: itself, or, for a running head, the one before."""
        current, outline = 0, self._outline()
        for number, section in enumerate(self._sections):
            repeated = titles[_plain(section.title)] >= _REPEATED
            named = (
                outline is None
                or is_beside(section.title)
                or any(self._is(section, title) for title in outline.get(section.page, ()))
            )
            if number == 0 or (not repeated and named):
                current = number
            yield number, current

    def _outline(self) -> dict[int, set[str]] | None:
        """Return what the outline names on each page; None where most of it are no headings that were seen."""
        found = sum(any(self._is(one, title) for title in self._named.get(one.page, ())) for one in self._sections)
        return self._named if 2 * found > sum(map(len, self._named.values())) > 2 * _REPEATED else None

    @staticmethod
    def _is(section: Section, title: str) -> bool:
        """Return whether a heading is what the outline names, with a number or without."""
        plain = _plain(section.title)
        return bool(plain) and (plain.endswith(title) or title.endswith(plain))


def _without_bullets(body: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans of sentences without what they begin with: the bullet of an item, a heading that runs in."""
    for start, end in spans:
        bullet = _BULLET.match(body[start:end])
        told = start + (bullet.end() if bullet else 0)
        run_in = _RUN_IN.match(body[told:end])
        yield told + (run_in.end() if run_in else 0), end


def _once(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """Yield each sentence once, counted anew in its section."""
    seen: set[str] = set()
    places: Counter[int] = Counter()
    for one in sentences:
        plain = _plain(one.text)
        if plain not in seen:
            seen.add(plain)
            yield msgspec.structs.replace(one, place=places[one.section])
            places[one.section] += 1


def _appended(sections: Sequence[Section], pages: int) -> tuple[int, int]:
    """Return where what is appended to a document begins: its page, and the place on it."""
    late = ((one.page, one.start) for one in sections if one.page > _MAIN * pages and _APPENDIX.match(one.title))
    return next(late, (pages + 1, 0))


def is_beside(title: str) -> bool:
    """Return whether what stands under a heading says nothing of a document's matter."""
    return not BESIDE.isdisjoint(re.findall(r"[\w-]+", title.casefold()))


def _plain(text: str) -> str:
    """Return what a text says, whatever its numbers, spaces and signs."""
    return re.sub(r"[\W\d_]+", " ", text.casefold()).strip()


def size(text: str) -> int:
    """Return how many words a text has, about, also where they are not separated."""
    return round(count_tokens(text) * _WORDS)
