"""Names in documents: who, what organisation and where a field of a schema asks for, and whether a text says it.

A name is given only where its form is sure and it stands beside the words of the field: "KPMG LLP, our auditor".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from pdfqa import languages
from pdfqa.answer.words import MONTHS
from pdfqa.pages import Page
from pdfqa.whole.words import BESIDE_NAMES, NO_NAMES, NUMBERED, OF_ITSELF, OWN_NAME, ROLES, SOUGHT, TITLED, TITLES

PERSON, ORGANISATION, PLACE, PARTY, SENTENCE = "person", "organisation", "place", "party", "sentence"
_FRONT = 3  # pages on which a document says whose it is
_AGAIN = 3  # pages on which the name of a document's own organisation stands, at least
_FAR = 12  # words that may stand between a name and the words of its field
_LONGEST_VALUE = 12  # words after a label
_COPULA = re.compile(r"[^,;:.?!]*\b(?:is|was|are|ist|war|es|era|est)\s+(?:the\s)?", re.IGNORECASE)
_OF_WHOM = re.compile(
    rf"\b(?:of|at|von|bei|de)\s(?!(?:{'|'.join(map(str.capitalize, sorted(MONTHS)))})\b)([^\W\d_a-z]\w+)"
)
_SHORTENED = re.compile(
    r"(?:\b\w|\b(?:Inc|Co|Corp|Ltd|Jr|Sr))\.$", re.IGNORECASE
)  # words that end with a full stop of their own
_OF = re.compile(r"\b(?:of|von|de|du|der|des)\b", re.IGNORECASE)
_UPPER = r"[^\W\d_a-zß-ÿа-яά-ώ]"
_OF_ONE = re.compile(rf"\bof (?={_UPPER})")
_LEGAL = (
    r"(?:Incorporated|Inc|INC|Corporation|CORPORATION|Corp|CORP|Co|CO|Limited|LIMITED|Ltd|LTD|LLC|L\.L\.C|LLP|L\.L\.P"
    rf"|L\.P|LP|PLC|plc|N\.A|GmbH(?: & Co\. KG(?:aA)?)?|(?:Company|COMPANY)(?! {_UPPER})|KGaA|AG|SE|S\.?A\.?S?|S\.p\.A"
    r"|SpA|S\.?r\.?l|S\.L|B\.V|BV|N\.V|NV|AB|A/S|ASA|Oyj?|Pty Ltd)"
)
_BODY = (
    r"(?:Bank|University|Universität|Universidad|Université|Institute|Institut|Instituto|Association|Foundation|"
    r"Cooperative|Agency|Ministry|Ministerio|Authority|Commission|Council|Committee|College|Hospital|Group|Holdings|"
    rf"Partners|Trust|Center|Centre|Laborator(?:y|ies)|Society)(?! {_UPPER})"
)


class Name(msgspec.Struct, frozen=True):
    """A name in a text, and where it stands."""

    text: str
    start: int
    end: int


def sought(label: str, question: str) -> str:
    """Return what a text field holds, as far as its words tell: a sentence, a person, an organisation, a place."""
    words = re.findall(r"[^\W\d_]+", f"{label} {question}".casefold())
    if not SOUGHT[SENTENCE].isdisjoint(words) and NUMBERED.isdisjoint(words):
        return SENTENCE
    kinds = [kind for word in words for kind in (PERSON, ORGANISATION, PLACE) if word in SOUGHT[kind]]
    return kinds[0] if kinds else PARTY if not SOUGHT[PARTY].isdisjoint(words) else ""


def value(kind: str, label: str, text: str, language: str, own: str = "") -> str:
    """Return the few words of a text that a field wants; "" where that is not sure.

    Args:
        kind: What the field holds, as `sought` says.
        label: What the field is, in words.
        text: A sentence, or a row with its cells apart.
        language: Its language.
        own: The name of the organisation that the document is of, which a field beside it does not mean.
    """
    labelled = _labelled(label, text, language)
    if labelled:
        return labelled
    names = [one for one in _NAMES.get(kind, _none)(text) if _told(one, label, own)]
    sure = [one for one in names if kind == PLACE or (kind == ORGANISATION and _core(one.text) != _plain(one.text))]
    if len({one.text for one in sure}) == 1:  # with a legal form, or after "in"
        return sure[0].text
    beside = [one for one in names if _beside(one, label, text, language) and not _elsewhere(one, kind, text, own)]
    return beside[0].text if len({one.text for one in beside}) == 1 else ""


def is_one(kind: str, text: str, quote: str) -> bool:
    """Return whether a text is a whole name of a kind in a quote."""
    return any(one.text == text for one in _NAMES.get(kind, _none)(quote))


def own(pages: Iterable[Page]) -> tuple[Page, Name] | None:
    """Return the name of the organisation that a document is of, and where it says it.

    It has a legal form, the first page names it, and its words come again on more pages than those of others do.
    """
    texts: list[str] = []
    found: list[tuple[Page, Name]] = []
    for page in pages:
        texts.append(f" {_plain(page.text)} ")
        if not found and page.number <= _FRONT:
            found = [(page, part) for one in organisations(page.text, legal=True) for part in _parts(one)]
    counts = {one: sum(f" {_core(one.text)} " in text for text in texts) for _, one in found}
    named = [pair for pair in found if f" {_core(pair[1].text)} " in texts[0]]
    best = max(named, key=lambda pair: (_often(counts[pair[1]]), -pair[1].start), default=None)
    return best if best and counts[best[1]] >= min(_AGAIN, len(texts)) else None


def title(page: Page) -> Name | None:
    """Return the title of a document: the largest heading of its first page, over one line or several."""
    heads = [block for block in page.blocks if block.kind == "heading"]
    if not heads:
        return None
    top = min(block.level for block in heads)
    first = next(at for at, block in enumerate(page.blocks) if block.kind == "heading" and block.level == top)
    last = first
    while (
        last + 1 < len(page.blocks) and page.blocks[last + 1].kind == "heading" and page.blocks[last + 1].level == top
    ):
        last += 1
    start, end = page.blocks[first].start, page.blocks[last].end
    return Name(" ".join(page.text[start:end].split()), start, end)


def is_its_title(label: str) -> bool:
    """Return whether a field is the title of the document itself."""
    words = set(re.findall(r"[^\W\d_]+", label.casefold()))
    return bool(words & TITLED) and words <= TITLED | OF_ITSELF


def _parts(one: Name) -> Iterator[Name]:
    """Yield a name, and what is left of it after an "of": Portions of Acme Inc."""
    yield one
    for match in _OF_ONE.finditer(one.text):
        left = one.text[match.end() :]
        if " " in left:
            yield Name(left, one.end - len(left), one.end)


def _core(text: str) -> str:
    """Return a name without its legal form, as it is said again."""
    return _plain(re.sub(rf"(?:,? (?:{_LEGAL})\b\.?)+$", "", text, flags=re.IGNORECASE))


def _often(count: int) -> int:
    return count.bit_length()  # twice as often is more; a little more is nothing


def names_itself(label: str) -> bool:
    """Return whether a field is the name of the organisation that a document is of."""
    words = set(re.findall(r"[^\W\d_]+", label.casefold()))
    return bool(words & SOUGHT[ORGANISATION]) and words <= OWN_NAME


def organisations(text: str, *, legal: bool = False) -> Iterator[Name]:
    """Yield the names of organisations: those with a legal form, and unless that is needed, with such a word."""
    for match in _organisation(legal).finditer(text):
        start, end = match.span()
        lead = re.match(r"(?:The|Of|And|By|For|To|In|Our|With)\s", match.group())
        start += lead.end() if lead else 0
        while (first := _plain(text[start:end].split(None, 1)[0])) in NO_NAMES and (
            of := _OF_ONE.search(text, start, end)
        ):
            start = of.end()  # Report of Marlow Keel LLP
        if first not in NO_NAMES and " " in text[start:end]:
            yield _name(text, start, end)


def persons(text: str) -> Iterator[Name]:
    """Yield what may be names of persons: two words or more that begin with a capital, without titles of an office."""
    taken = [(one.start, one.end) for one in organisations(text)]
    for match in _person().finditer(text):
        start, end = match.span()
        if any(low < end and start < high for low, high in taken):
            continue
        words = list(re.finditer(r"\S+", text[start:end]))
        while words and _plain(words[-1].group()) in ROLES | NO_NAMES | MONTHS:
            words.pop()
        while words and (first := _plain(words[0].group())) in ROLES | NO_NAMES | MONTHS and first not in TITLES:
            del words[0]
        plain = [_plain(word.group()) for word in words]
        if len(words) < 2 or len(words) > 5 or any(word in ROLES | NO_NAMES for word in plain if word not in TITLES):
            continue
        yield _name(text, start + words[0].start(), start + words[-1].end())


def fuller(name: str, others: Iterable[str]) -> str:
    """Return the whole name of who is called by a title and one name, if it is among others: Mr. Marlow, Ada Marlow."""
    words = name.split()
    if len(words) != 2 or _plain(words[0]) not in TITLES:
        return name
    whole = (other for other in others if other.split()[-1] == words[1] and _plain(other.split()[0]) not in TITLES)
    return next(whole, name)


def places(text: str) -> Iterator[Name]:
    """Yield what may be names of places: what begins with a capital after "in", "at" or "near", with its country."""
    taken = [(one.start, one.end) for one in organisations(text)]
    for match in _place().finditer(text):
        start, end = match.span("name")
        first = _plain(match["name"].split(None, 1)[0])
        if first not in MONTHS | NO_NAMES and not any(low < end and start < high for low, high in taken):
            yield Name(" ".join(match["name"].split()), start, end)


def _name(text: str, start: int, end: int) -> Name:
    """Return a name without the full stop of the sentence that it ends."""
    if text[start:end].endswith(".") and not _SHORTENED.search(text[start:end]):
        end -= 1
    return Name(" ".join(text[start:end].split()), start, end)


def _none(_text: str) -> Iterator[Name]:
    return iter(())


def _parties(text: str) -> Iterator[Name]:
    yield from organisations(text)
    yield from persons(text)


_NAMES = {PERSON: persons, ORGANISATION: organisations, PLACE: places, PARTY: _parties}


def _told(one: Name, label: str, own_name: str) -> bool:
    """Return whether a name is one that the field does not itself name, nor the document's own."""
    plain = _plain(one.text)
    ours = bool(own_name) and (plain in _plain(own_name) or f" {_core(own_name)} " in f" {plain} ")
    return not ours and plain not in _plain(label)


def _beside(one: Name, label: str, text: str, language: str) -> bool:
    """Return whether a name stands beside the words of a field, with nothing between that says anything."""
    analyzer = languages.analyzer(language)
    wanted = {term for term in analyzer.terms(label) if not analyzer.stop(term)} - _asking(language)
    spans = [(start, end) for term, start, end in analyzer.terms_with_spans(text) if term in wanted]
    spans = [span for span in spans if span[1] <= one.start or span[0] >= one.end]
    held = {term for term, _, _ in analyzer.terms_with_spans(text) if term in wanted}
    if not spans or 2 * len(held) < len(wanted):
        return False
    after = [text[one.end : start] for start, _ in spans if start >= one.end]
    before = [text[end : one.start] for _, end in spans if end <= one.start]
    if after and _says_nothing(min(after, key=len)):  # "Ada Marlow, our treasurer"
        return True
    gap = min(before, key=len) if before else "."
    said = _COPULA.fullmatch(gap) is not None and len(gap.split()) <= _FAR  # "the treasurer of the club is Ada Marlow"
    return said or (_says_nothing(gap) and not _OF.search(gap))  # what an officer is of is no person


def _elsewhere(one: Name, kind: str, text: str, own_name: str) -> bool:
    """Return whether a person is said to be something of an organisation that is not the document's own."""
    of = _OF_WHOM.search(text, one.end)
    return kind == PERSON and bool(own_name) and of is not None and _plain(of[1]) not in _plain(own_name).split()


@cache
def _asking(language: str) -> frozenset[str]:
    terms = languages.analyzer(language).terms("name names full")
    return frozenset(terms)


def _says_nothing(gap: str) -> bool:
    words = re.findall(r"[^\W\d_]+", gap.casefold())
    known = BESIDE_NAMES | ROLES | MONTHS
    return len(words) <= _FAR and all(word in known for word in words) and not re.search(r"[;?!]|\.\s", gap)


def _labelled(label: str, text: str, language: str) -> str:
    """Return what stands after the words of a field, as in "Invoice number: 4711", or in the cell beside them."""
    analyzer = languages.analyzer(language)
    wanted = {term for term in analyzer.terms(label) if not analyzer.stop(term)}
    parts = re.split(r"\s*[:：]\s+|\s{2,}|\t", text.strip(), maxsplit=1)
    if len(parts) != 2 or not parts[1].strip():
        return ""
    own_words = {term for term in analyzer.terms(parts[0]) if not analyzer.stop(term)}
    cells = re.split(r"\s{2,}|\t|\n", parts[1].strip())
    if not own_words or not own_words <= wanted or 2 * len(own_words) < len(wanted - _asking(language)):
        return ""
    value_of = cells[0].strip(" .;")
    return value_of if len(cells) == 1 and 0 < len(value_of.split()) <= _LONGEST_VALUE else ""


def _plain(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text.casefold()).strip()


@cache
def _organisation(legal: bool) -> re.Pattern[str]:
    word = rf"(?:{_UPPER}[\w'’.&-]*|&|and|of|de|del|der|für|the|\d+)"
    ending = rf"(?:,? {_LEGAL}\b\.?|(?<=\w) {_BODY}\b)" if not legal else rf",? {_LEGAL}\b\.?"
    return re.compile(rf"\b{_UPPER}[\w'’.&-]*(?: {word}){{0,6}}?{ending}(?:,? {_LEGAL}\b\.?)?")


@cache
def _person() -> re.Pattern[str]:
    token = rf"(?:{_UPPER}\.(?:-?{_UPPER}\.)*|{_UPPER}[\w'’-]+\.?|van|von|de|der|den|del|di|da|la|bin|ibn|al)"
    return re.compile(rf"\b{_UPPER}(?:\.|[\w'’-]+\.?)(?: {token})+")


@cache
def _place() -> re.Pattern[str]:
    word = rf"{_UPPER}[\w'’.-]*\w"
    part = rf"{word}(?: (?:{word}|de|del|la|am|of|on|upon|-))*"
    return re.compile(
        rf"\b(?:in|at|near|en|bei|à|a|nach|from)\s(?:the (?:city|town|village) of )?(?P<name>{part}(?:, {part}){{0,2}})"
    )
