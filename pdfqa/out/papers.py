"""Make papers of values: of an answer, a chat, summaries, filled schemas and comparisons."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pdfqa.out.links import Linker
from pdfqa.out.paper import Block, Line, Note, Paper, Ref, Rows, Run
from pdfqa.render import Look, clean, in_table, not_found, one_line, pages_text, place, split_rows, unread_text
from pdfqa.results import Changes, Comparison, Extraction, Extractions, Field, Summaries, Summary
from pdfqa.types import Answer, Citation, Hit, Unread

EXTRACTIVE = "extractive"
_MARKS = re.compile(r"\[(\d+)\]")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ITEM = re.compile(r"(\s*)(?:([-*•])|(\d+[.)]))\s+(\S.*)")
_FOLDERS = re.compile(r".*[/\\]")
_HEADING = re.compile(r"#{1,6}\s+(\S.*)")
_MOST_NAMES = 3  # of documents in a title
_WIDE = Look(width=1 << 20)  # lines break where they are shown
_DOUBT = "None of these quotes proves the answer: do not rely on it."


class Maker:
    """Makes one paper: numbers the citations through.

    Args:
        link: Gives the link to where a citation stands.
    """

    def __init__(self, link: Linker) -> None:
        self._link = link
        self.blocks: list[Block] = []
        self.notes: list[Note] = []

    def heading(self, text: str, level: int = 2) -> None:
        """Add a heading."""
        self.blocks.append(Block(kind="heading", line=[Run(one_line(text))], level=level))

    def say(self, text: str, kind: str = "text") -> None:
        """Add a paragraph of plain words."""
        self.blocks.append(Block(kind=kind, line=[Run(clean(text))]))  # type: ignore[arg-type]

    def cite(self, citations: Iterable[Citation], *, quoted: bool = True) -> int:
        """Add the notes of citations, and return how many there were before."""
        before = len(self.notes)
        for citation in citations:
            self.notes.append(
                Note(
                    number=len(self.notes) + 1,
                    place=place(citation.file, citation.page, citation.label, citation.source),
                    link=self._link(citation),
                    quote=_quote(citation) if quoted else [],
                    doubt=not citation.verified,
                )
            )
        return before

    def prose(self, text: str, before: int, count: int, *, written: bool) -> None:
        """Add a text with marks such as [1] of so many citations, after so many others; `written` by a model."""
        lines = clean(text).strip().split("\n")
        waiting: list[str] = []

        def flush() -> None:
            if waiting:
                self.blocks.append(Block(kind="text", line=_line("\n".join(waiting), before, count, written=written)))
                waiting.clear()

        for line in lines:
            heading = _HEADING.fullmatch(line) if written else None
            item = _ITEM.fullmatch(line)
            if heading or item or not line.strip():
                flush()
            if heading:
                self.heading(_BOLD.sub(r"\1", heading[1]), 3)
            elif item:
                indent, sign, number, words = item.groups()
                self.blocks.append(
                    Block(
                        kind="item",
                        line=_line(words, before, count, written=written),
                        level=min(len(indent) // 2, 3),
                        mark="•" if sign else number,
                    )
                )
            elif line.strip():
                waiting.append(line)
        flush()

    def unread(self, unread: Iterable[Unread]) -> None:
        """Say which pages were not read."""
        for one in unread:
            self.say(unread_text(one, _WIDE), "small")

    def answer(self, value: Answer) -> None:
        """Add what an answer says."""
        before = self.cite(value.citations)
        if value.outcome == "answered":
            text = value.text.strip()
            missing = "".join(
                f"[{number}]" for number in range(1, len(value.citations) + 1) if f"[{number}]" not in text
            )
            self.prose(f"{text} {missing}".strip(), before, len(value.citations), written=value.model != EXTRACTIVE)
            if value.citations and not any(citation.verified for citation in value.citations):
                self.say(_DOUBT, "warning")
        else:
            self.prose(value.text.strip() or not_found(value), before, len(value.citations), written=False)
            self._closest(value.closest)
        self.unread(value.unread)

    def _closest(self, hits: Sequence[Hit]) -> None:
        if not hits:
            return
        self.say("Closest passages:")
        for hit in hits:
            where = Run(place(hit.file, hit.page, hit.label, hit.source), link=self._link(hit))
            self.blocks.append(Block(kind="item", level=0, mark="•", line=[where, Run(f": {one_line(hit.text)}")]))


def _quote(citation: Citation) -> list[str | Rows]:
    if not in_table(citation.quote, citation.table):
        return [one_line(citation.quote)]
    parts = split_rows(citation.quote, citation.table)
    return [
        part if isinstance(part, str) else Rows([[one_line(cell) for cell in row] for row in part[0]], part[1])
        for part in parts
    ]


def _line(text: str, before: int, count: int, *, written: bool) -> Line:
    """Return a text with its marks as references, and what a model set in bold as such."""
    line: Line = []
    for at, part in enumerate(_MARKS.split(text)):
        if at % 2 and 1 <= int(part) <= count:
            if line and isinstance(line[-1], Run):  # a reference stands at its word
                line[-1] = msgspec.structs.replace(line[-1], text=line[-1].text.rstrip(" "))
            line.append(Ref(before + int(part)))
        elif at % 2:
            line.append(Run(f"[{part}]"))
        elif part:
            pieces = _BOLD.split(part) if written else [part]
            line += [Run(piece, bold=bool(number % 2)) for number, piece in enumerate(pieces) if piece]
    return line


def answer_paper(value: Answer, link: Linker) -> Paper:
    """Return an answer under its question."""
    maker = Maker(link)
    maker.answer(value)
    return finished(value.question, maker, value.model)


def chat_paper(answers: Sequence[Answer], link: Linker) -> Paper:
    """Return answers, each under its question."""
    maker = Maker(link)
    for answer in answers:
        maker.heading(answer.question)
        maker.answer(answer)
    about = dict.fromkeys(citation.file for answer in answers for citation in answer.citations)
    title = f"{len(answers)} question{'' if len(answers) == 1 else 's'}"
    if 1 <= len(about) <= _MOST_NAMES:
        # where they are, the notes say
        title += f" about {', '.join(_FOLDERS.sub('', name) for name in about)}"
    return finished(title, maker, answers[-1].model if answers else EXTRACTIVE)


def summaries_paper(value: Summaries, link: Linker) -> Paper:
    """Return summaries, each under the name of its document."""
    maker = Maker(link)
    if len(value) == 1:
        _summary(maker, value[0], 2)
        return finished(f"Summary of {value[0].file}", maker, value[0].model)
    for one in value:
        maker.heading(one.file)
        _summary(maker, one, 3)
    return finished(f"Summaries of {len(value)} documents", maker, value[0].model if len(value) else EXTRACTIVE)


def _summary(maker: Maker, value: Summary, level: int) -> None:
    if value.missing:
        pages = sorted({page for one in value.missing for page in one.pages})
        maker.say(
            f"Incomplete: pages {pages_text(pages)} are not in this summary: {one_line(value.missing[0].reason)}",
            "warning",
        )
    quotes = value.model == EXTRACTIVE
    before = maker.cite(value.citations, quoted=not quotes)
    if not any(section.points for section in value.sections):
        maker.say("Nothing in it can be summarised: no page has sentences.")
    elif quotes:
        for section in value.sections:
            if section.heading:
                maker.heading(section.heading, level)
            for point in section.points:
                line: Line = [Run(one_line(point.text)), *(Ref(before + number) for number in point.citations)]
                maker.blocks.append(Block(kind="item", line=line, level=0, mark="•"))
    else:
        maker.prose(value.text, before, len(value.citations), written=True)
    maker.say(f"{value.pages:,} page{'' if value.pages == 1 else 's'}, {value.words:,} words", "small")
    maker.unread(value.unread)


def comparison_paper(value: Comparison, link: Linker) -> Paper:
    """Return what each document says, and how that differs."""
    maker, written = Maker(link), value.model != EXTRACTIVE
    for side in value.sides:
        maker.heading(side.file)
        before = maker.cite(side.citations)
        maker.prose(side.text.strip() or "Not found in the document.", before, len(side.citations), written=written)
        maker.unread(side.unread)
    maker.heading("How they differ")
    maker.say(value.difference)
    if value.written:
        before = maker.cite(value.citations)
        maker.prose(value.written, before, len(value.citations), written=True)
    return finished(value.question, maker, value.model)


def changes_paper(value: Changes, link: Linker) -> Paper:
    """Return what was removed, added and changed."""
    maker, section = Maker(link), ""
    for change in value.changes:
        if change.section != section:
            section = change.section
            if section:
                maker.heading(section)
        for sign, citation in (("−", change.before), ("+", change.after)):
            if citation is not None:
                number = maker.cite([citation], quoted=False) + 1
                line: Line = [Run(one_line(citation.quote)), Ref(number)]
                maker.blocks.append(Block(kind="item", line=line, level=0, mark=sign))
    if not value.changes:
        maker.say("Nothing differs.")
    maker.say(f"{value.same:,} paragraphs are the same.", "small")
    maker.unread(value.unread)
    return finished(f"{value.before} → {value.after}", maker, EXTRACTIVE)


def extractions_paper(value: Extractions, link: Linker) -> Paper:
    """Return the fields of filled schemas as tables, one for each document."""
    maker = Maker(link)
    for one in value:
        if len(value) > 1:
            maker.heading(one.file)
        rows = [_field(maker, field) for field in one.fields]
        head: list[Line] = [[Run("Field")], [Run("Value")]]
        maker.blocks.append(Block(kind="table", rows=[head, *rows], heads=1))
        if one.missing:
            maker.say(f"Required, and missing: {one_line(', '.join(one.missing))}", "warning")
        maker.unread(one.unread)
    title = f"Fields of {value[0].file}" if len(value) == 1 else f"Fields of {len(value)} documents"
    return finished(title, maker, value[0].model if len(value) else EXTRACTIVE)


def _field(maker: Maker, field: Field) -> list[Line]:
    if field.value is None:
        return [[Run(one_line(field.path))], [Run(f"– {one_line(field.reason)}")]]
    before = maker.cite(field.citations)
    shown = field.value if isinstance(field.value, str) else msgspec.json.encode(field.value).decode()
    refs = [Ref(before + number) for number in range(1, len(field.citations) + 1)]
    return [[Run(one_line(field.path))], [Run(one_line(shown)), *refs]]


def finished(title: str, maker: Maker, model: str) -> Paper:
    """Return the paper that a maker has made."""
    foot = f"pdfqa · {one_line(model)} · {time.strftime('%Y-%m-%d')}"
    return Paper(title=one_line(title), blocks=maker.blocks, notes=maker.notes, foot=foot)


_PAPERS: Mapping[type, Callable[[Any, Linker], Paper]] = {
    Answer: answer_paper,
    Summary: lambda value, link: summaries_paper(Summaries(summaries=[value]), link),
    Summaries: summaries_paper,
    Comparison: comparison_paper,
    Changes: changes_paper,
    Extraction: lambda value, link: extractions_paper(Extractions(extractions=[value]), link),
    Extractions: extractions_paper,
}


def paper(value: Any, link: Linker) -> Paper:
    """Return the paper of a value; of a chat's, its answers are asked for."""
    from pdfqa.out.pictured import PAPERS

    make = _PAPERS.get(type(value)) or PAPERS.get(type(value))
    return make(value, link) if make else chat_paper(value.answers, link)


def cited(value: Any) -> Iterator[tuple[str, Citation]]:
    """Yield the citations of a value in the order of its paper's notes, each with what it was asked for."""
    if isinstance(value, Answer):
        yield from ((_about(value.question, value.text), citation) for citation in value.citations)
    elif isinstance(value, Summary):
        yield from ((f"Summary of {value.file}", citation) for citation in value.citations)
    elif isinstance(value, Comparison):
        for side in value.sides:
            yield from ((_about(value.question, side.text), citation) for citation in side.citations)
        yield from ((value.question, citation) for citation in value.citations if value.written)
    elif isinstance(value, Changes):
        for change in value.changes:
            for citation in (change.before, change.after):
                if citation is not None:
                    yield f"{value.before} → {value.after}: {change.kind}", citation
    elif isinstance(value, Extraction):
        for field in value.fields:
            yield from ((_filled(field), citation) for citation in field.citations if field.value is not None)
    else:
        names = ("answers", "summaries", "extractions")
        for part in next((getattr(value, name) for name in names if hasattr(value, name)), ()):
            yield from cited(part)


def _about(question: str, text: str) -> str:
    return f"{question}\n{text}".strip()


def _filled(field: Field) -> str:
    shown = field.value if isinstance(field.value, str) else msgspec.json.encode(field.value).decode()
    return f"{field.path}: {shown}"
