"""Wording for people: answers, hits and citations as text for a terminal. HTML for notebooks is in `notebook`.

The text of a document is hostile: it may hold terminal escapes or marks that turn the reading direction. Nothing of
that reaches a terminal from here. JSON keeps the text as it is.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pdfqa.types import Answer, Citation, Hit, Unread, Unseen

_NEVER_SHOWN = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]),
    0xAD: None,
    **dict.fromkeys(map(ord, "\t\v\f\u2028\u2029"), " "),
    ord("\n"): "\n",
}
# Chinese, Japanese, Korean and emoji, as a class of a regular expression.
_WIDE = (
    "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0003fffd"
)
# A wide character is a word of its own: lines may break on either side of it. `re` compiles a pattern when it is first
# used, which takes milliseconds for this one.
_ANY_WORD = rf"\s*(?:[{_WIDE}]|[^\s{_WIDE}]+)"
_NARROW_WORD = r"\s*\S+"
WORDS = rf"\n|[^\S\n]+|[{_WIDE}]|[^\s{_WIDE}]+"  # the parts of a text between which a line may break, and the breaks
_LINE = "line "  # how the label of a place in a text begins (`pages.label_at`)
_MOST_PLACES = 12
_LONG_WORD = 24  # columns of a terminal: a word in a table that is longer is no reason to leave columns out


class Look(msgspec.Struct, frozen=True):
    """How wide text may be, and whether it may use colour."""

    width: int = 80
    color: bool = False

    def bold(self, text: str) -> str:
        """Return the text in bold where colour is allowed."""
        return self._paint(text, "1")

    def dim(self, text: str) -> str:
        """Return the text dimmed where colour is allowed."""
        return self._paint(text, "2")

    def mark(self, text: str) -> str:
        """Return the text as a reference mark: cyan where colour is allowed."""
        return self._paint(text, "36")

    def warn(self, text: str) -> str:
        """Return the text in yellow where colour is allowed."""
        return self._paint(text, "33")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


PLAIN = Look()


def clean(text: str) -> str:
    """Return the text without what would steer a terminal or turn its reading direction."""
    return text.translate(_NEVER_SHOWN)


def one_line(text: str) -> str:
    """Return the text cleaned and on one line; columns stay two spaces apart."""
    return re.sub(r" {2,}", "  ", clean(text).strip().replace("\n", " "))


def cells(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(char) for char in text)


def _cells_of(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrap(text: str, width: int = 80, first: str = "", rest: str = "") -> str:
    """Return the text in lines of at most `width` columns; a word that is wider alone has a line of its own.

    Lines that the text has are kept. `first` stands before the first line, `rest` before every other.
    """
    lines: list[str] = []
    for source in text.split("\n"):
        lines.extend(_wrap_line(source, width, rest if lines else first, rest))
    return "\n".join(lines)


def _wrap_line(text: str, width: int, first: str, rest: str) -> list[str]:
    lines, line, used, empty = [], first, cells(first), True
    for word in re.findall(_ANY_WORD if max(text, default="") >= _WIDE[0] else _NARROW_WORD, text):
        if not empty and used + cells(word) > width:
            lines.append(line)
            line, used, empty = rest, cells(rest), True
        piece = word.lstrip() if empty else word
        line, used, empty = line + piece, used + cells(piece), False
    return [*lines, line.rstrip() if empty else line]


def place(file: str, page: int, label: str = "", source: str = "text") -> str:
    """Return where something stands: file, page, the printed page number where it differs, and how it was read.

    In a text, which has no pages but those that we cut it into, it is the line.
    """
    if label.startswith(_LINE):
        return f"{one_line(file)}, {label}"
    if not page:  # what was found elsewhere stands on no page that was read here
        return f"{one_line(file)}, page unknown"
    printed = f" (printed {one_line(label)})" if label.strip() not in ("", str(page)) else ""
    return f"{one_line(file)}, p. {page}{printed}{' (OCR)' if source == 'ocr' else ''}"


def pages_text(pages: Iterable[int]) -> str:
    """Return page numbers as people write them: `3, 5-9 and 160`."""
    ranges: list[list[int]] = []
    for page in sorted(set(pages)):
        if ranges and page == ranges[-1][1] + 1:
            ranges[-1][1] = page
        else:
            ranges.append([page, page])
    parts = [str(low) if low == high else f"{low}-{high}" for low, high in ranges]
    if len(parts) > _MOST_PLACES:
        parts = [*parts[:_MOST_PLACES], f"{len(parts) - _MOST_PLACES} more"]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def answer_text(answer: Answer, look: Look = PLAIN) -> str:
    """Return the answer, its numbered citations, and the pages that could not be read."""
    return "\n".join([body_text(answer, look), *(unread_text(unread, look) for unread in answer.unread)])


def body_text(answer: Answer, look: Look = PLAIN) -> str:
    """Return the answer and its numbered citations, or what was not found."""
    text = wrap(clean(answer_words(answer)), look.width)
    text = re.sub(r"\[\d+\]", lambda found: look.mark(found[0]), text)
    return "\n\n".join(filter(None, [text, proofs_text(answer, look)]))


def proofs_text(answer: Answer, look: Look = PLAIN) -> str:
    """Return the numbered citations of an answer, and a warning if none of them proves it."""
    proofs = [citation_text(citation, number, look) for number, citation in enumerate(answer.citations, 1)]
    if proofs and not any(citation.verified for citation in answer.citations):
        proofs.append(look.warn(wrap("None of these quotes proves the answer: do not rely on it.", look.width)))
    return "\n".join(proofs)


def answer_words(answer: Answer) -> str:
    """Return what an answer says, with its marks; or that nothing was found, and what comes closest."""
    text = answer.text.strip()
    if answer.outcome == "answered":
        return marked_text(answer)
    return f"{text or not_found(answer)} {_closest_text(answer.closest)}".strip()


def marked_text(answer: Answer) -> str:
    """Return the text of an answer with a mark for each citation, at its end if it has none."""
    text = answer.text.strip()
    missing = [f"[{number}]" for number in range(1, len(answer.citations) + 1) if f"[{number}]" not in text]
    return f"{text} {''.join(missing)}".strip()


def not_found(answer: Answer) -> str:
    """Return what an answer says that has found nothing."""
    if answer.outcome == "unreadable":
        return "Nothing could be read."
    several = len({hit.file for hit in answer.closest}) > 1
    return f"Not found in the document{'s' if several else ''}."


def _closest_text(hits: Sequence[Hit]) -> str:
    several = len({hit.file for hit in hits}) > 1
    places = dict.fromkeys(f"{one_line(hit.file)} p. {hit.page}" if several else f"p. {hit.page}" for hit in hits)
    return f"Closest passages: {', '.join(places)} (pdfqa search … to see them)." if places else ""


def citation_text(citation: Citation, number: int, look: Look = PLAIN) -> str:
    """Return one numbered citation: the place and the quote."""
    where = place(citation.file, citation.page, citation.label, citation.source)
    where += "" if citation.verified else " (UNVERIFIED)"
    rows = in_table(citation.quote, citation.table)
    said = f"{where}:" if rows else f'{where}: "{one_line(citation.quote)}"'
    text = wrap(said, look.width, f"[{number}] ", "    ")
    if rows:
        text = f"{text}\n{_body(citation.quote, citation.table, look.width, '    ')}"
    text = text.replace(f"[{number}]", look.mark(f"[{number}]"), 1)
    return text if citation.verified else text.replace("(UNVERIFIED)", look.warn("(UNVERIFIED)"), 1)


def hit_text(hit: Hit, rank: int, look: Look = PLAIN, terms: Collection[str] = ()) -> str:
    """Return one search result: rank, place, score and heading, then the passage with the matching terms in bold."""
    head = wrap(f"{place(hit.file, hit.page, hit.label, hit.source)}  {hit.score:.2f}", look.width, f"{rank}. ", "   ")
    heading = one_line(hit.heading)
    if heading and cells(head) + cells(heading) + 2 <= look.width:
        head = f"{head}  {heading}"
    elif heading:
        head = f"{head}\n   {_tail(heading, look.width - 3)}"
    body = _body(hit.text, hit.table, look.width, "   ")
    return f"{look.mark(head)}\n{_highlighted(body, terms, look)}"


def in_table(text: str, table: Sequence[Sequence[str]]) -> bool:
    """Return whether a text is nothing but rows of its table, which are shown as such."""
    return len(table) > 1 and not any(isinstance(part, str) for part in split_rows(text, table))


def split_rows(text: str, table: Sequence[Sequence[str]]) -> list[str | tuple[list[Sequence[str]], int]]:
    """Return the parts of a text: lines as they are, and rows of its table with how many of them are its header.

    A header that does not stand in the text comes before the first rows.
    """
    parts: list[str | tuple[list[Sequence[str]], int]] = []
    done = 0
    for line in text.strip().split("\n"):
        found = next((at for at in range(done, len(table)) if _holds(table[at], line)), None)
        if found is None:
            parts.append(line)
            continue
        if parts and not isinstance(parts[-1], str):
            parts[-1][0].append(table[found])
        else:
            heads = 0 if done else found
            parts.append(([*table[:heads], table[found]], heads))
        done = found + 1
    return parts


def _holds(row: Sequence[str], line: str) -> bool:
    """Return whether a line is a row; a cell that goes on from the row above does not stand in it."""
    cells = iter(row)
    return all(cell in cells for cell in line.split("  "))


def _body(text: str, table: Sequence[Sequence[str]], width: int, indent: str) -> str:
    """Return a passage in lines, the rows of its table with their columns under one another."""
    if len(table) < 2:
        return wrap(clean(text).strip(), width, indent, indent)
    return "\n".join(
        wrap(clean(part), width, indent, indent) if isinstance(part, str) else aligned(part[0], part[1], width, indent)
        for part in split_rows(text, table)
    )


def aligned(rows: Sequence[Sequence[str]], heads: int, width: int = 80, indent: str = "") -> str:
    """Return rows as lines with their columns under one another: figures to the right, long texts wrapped in place.

    Columns that there is no room for are left out at the right, and "…" says so.
    """
    texts = [[one_line(cell) for cell in row] for row in rows]
    used = [at for at in range(len(texts[0])) if any(row[at] for row in texts)]
    texts = [[row[at] for at in used] for row in texts]
    widths = _widths(texts, width - cells(indent))
    right = [_figures([row[at] for row in texts[heads:]]) for at in range(len(widths))]
    more = len(widths) < len(texts[0])
    lines: list[str] = []
    for number, row in enumerate(texts):
        if 0 < number == heads:
            lines.append("─" * (sum(widths) + 2 * len(widths) - 2))
        wrapped = [wrap(cell, size).split("\n") for cell, size in zip(row, widths, strict=False)]
        for level in range(max(map(len, wrapped))):
            pieces = [cell[level] if level < len(cell) else "" for cell in wrapped]
            line = "  ".join(_padded(*piece) for piece in zip(pieces, widths, right, strict=True))
            lines.append(f"{line}  …" if more and not level else line)
    return "\n".join(indent + line.rstrip() for line in lines)


def _padded(text: str, width: int, to_the_right: bool) -> str:
    room = " " * max(0, width - cells(text))
    return room + text if to_the_right else text + room


def _widths(texts: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return how wide each column is; fewer than there are where even their longest words need more room."""
    whole = [max(map(cells, column)) for column in zip(*texts, strict=True)]
    least = [
        max((min(cells(word), _LONG_WORD) for text in column for word in text.split()), default=1)
        for column in zip(*texts, strict=True)
    ]
    count = len(whole)
    while count > 2 and sum(least[:count]) + 2 * (count - 1) > room - 3 * (count < len(whole)):
        count -= 1
    widths, least = whole[:count], least[:count]
    room -= 2 * (count - 1) + 3 * (count < len(whole))
    while sum(widths) > room and widths != least:
        widest = max(range(count), key=lambda at: (widths[at] > least[at], widths[at]))
        widths[widest] -= 1
    return widths


def _figures(column: Sequence[str]) -> bool:
    """Return whether most of what stands in a column are figures, with a unit or without."""
    filled = [text for text in column if text]
    figures = sum(re.fullmatch(r"\W*\d[\d.,%)\s]*(?:[^\W\d]+\W*)?|\W*[-–—]\W*", text) is not None for text in filled)
    return 2 * figures > len(filled)


def _tail(text: str, room: int) -> str:
    # The end of a long heading is the nearest section; the start is most often the document's own title.
    if cells(text) <= room:
        return text
    return f"…{next(text[start:] for start in range(1, len(text) + 1) if cells(text[start:]) < room)}"


def _highlighted(text: str, terms: Collection[str], look: Look) -> str:
    wanted = {term.casefold() for term in terms}
    if not (look.color and wanted):
        return text
    return re.sub(r"\w+", lambda word: look.bold(word[0]) if _matches(word[0].casefold(), wanted) else word[0], text)


def _matches(word: str, wanted: Collection[str]) -> bool:
    # Terms may be stems: a stem is nearly always how its word begins, and endings are short.
    return word in wanted or any(word.startswith(term) and 3 < len(term) > len(word) - 5 for term in wanted)


def unread_text(unread: Unread, look: Look = PLAIN) -> str:
    """Return which pages of a file gave no text, and why."""
    noun = "page" if len(unread.pages) == 1 else "pages"
    verb = "was" if len(unread.pages) == 1 else "were"
    reason = one_line(unread.reason)
    pages = f"{noun} {pages_text(unread.pages)} {verb} not read" if unread.pages else "pages may be missing"
    text = f"{one_line(unread.file)}: {pages}{': ' * bool(reason)}{reason}"
    return wrap(text, look.width, "", "  ")


def unseen_text(unseen: Unseen, look: Look = PLAIN) -> str:
    """Return how much of a file nobody can see, and on which pages."""
    what = "word that nobody can see was" if unseen.words == 1 else "words that nobody can see were"
    noun = "page" if len(unseen.pages) == 1 else "pages"
    text = f"{one_line(unseen.file)}: {unseen.words:,} {what} left out of {noun} {pages_text(unseen.pages)}"
    return wrap(text, look.width, "", "  ")


def footer_text(answer: Answer) -> str:
    """Return how long the answer took and what made it."""
    seconds = answer.timings.get("total", sum(answer.timings.values()))
    offline = " · offline" if answer.model == "extractive" else ""
    tokens = answer.usage.get("total_tokens", 0)
    used = f" · {tokens:,} tokens" if tokens else ""
    price = f" · {price_text(answer.price)}" if answer.price is not None else ""
    return f"{seconds:.1f} s · {one_line(answer.model)}{offline}{used}{price}"


def price_text(dollars: float) -> str:
    """Return a price with two digits that count, as most answers cost far less than a cent."""
    return f"${dollars:.2f}" if dollars >= 1 or not dollars else f"${dollars:.{1 - math.floor(math.log10(dollars))}f}"
