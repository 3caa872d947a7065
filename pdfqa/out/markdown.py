"""Papers as Markdown, with footnotes as GitHub, Pandoc and most editors know them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pdfqa.out.paper import Block, Line, Note, Paper, Ref, Rows, unmet

# What would be taken for markup, or for HTML, a formula, an entity; the last two only where a line begins with them.
_SIGNS = re.compile(r"([\\`*\[\]<>|~$&]|(?<![^\W_])_|_(?![^\W_]))")
_BEGINS = re.compile(r"^(\s*)([#+=-]|\d+(?=[.)](?:\s|$)))", re.MULTILINE)
_INDENT = "    "


def markdown(paper: Paper) -> bytes:
    """Return a paper as Markdown."""
    parts = [f"# {escaped(paper.title)}", *_blocks(paper.blocks), *(_loose(note) for note in unmet(paper))]
    notes = [_note(note) for note in paper.notes]
    return ("\n\n".join([*parts, *notes, f"<!-- {paper.foot} -->"]) + "\n").encode()


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    text = _BEGINS.sub(lambda found: f"{found[1]}{_guarded(found[2])}", _SIGNS.sub(r"\\\1", text))
    return re.sub(r"[ \t]*\n[ \t]*", "  \n", text.strip(" \t"))


def _guarded(sign: str) -> str:
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}"


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    lines: list[str] = []
    for block in blocks:
        if block.kind == "item":
            lines.append(_item(block))
            continue
        if lines:
            yield "\n".join(lines)
            lines = []
        yield _block(block)
    if lines:
        yield "\n".join(lines)


def _item(block: Block) -> str:
    mark = "-" if block.mark == "•" else block.mark
    sign = mark if mark == "-" or mark[0].isdigit() else f"- {escaped(mark)}"
    return f"{'  ' * block.level}{sign} {_line(block.line)}"


def _block(block: Block) -> str:
    if block.kind == "table":
        return _table([[_line(cell) for cell in row] for row in block.rows], block.heads)
    text = _line(block.line)
    if block.kind == "heading":
        return f"{'#' * block.level} {text}"
    if block.kind == "warning":
        return f"> **{text}**"
    return f"*{text}*" if block.kind == "small" else text


def _line(line: Line) -> str:
    parts: list[str] = []
    for part in line:
        if isinstance(part, Ref):
            parts.append(f"[^{part.number}]")
            continue
        lead, words, trail = _edges(part.text)
        text = escaped(words)
        text = f"**{text}**" if part.bold else text
        parts.append(lead + (f"[{text}]({part.link})" if part.link else text) + trail)
    return "".join(parts).strip()


def _edges(text: str) -> tuple[str, str, str]:
    words = text.strip(" ")
    if not words:
        return text, "", ""
    start = text.index(words)
    return text[:start], words, text[start + len(words) :]


def _table(rows: Sequence[Sequence[str]], heads: int) -> str:
    width = max(map(len, rows))
    cells = [[*row, *[""] * (width - len(row))] for row in rows]
    head = cells[:heads] or [[""] * width]  # a table has one line of head here
    first = [" ".join(filter(None, column)) for column in zip(*head, strict=True)]
    lines = [first, ["---"] * width, *cells[heads:]]
    return "\n".join(f"| {' | '.join(cell.replace(chr(10), ' ') for cell in row)} |" for row in lines)


def _note(note: Note) -> str:
    where = escaped(note.place)
    where = f"[{where}]({note.link})" if note.link else where
    where += " (**unverified**)" if note.doubt else ""
    if not note.quote:
        return f"[^{note.number}]: {where}"
    if all(isinstance(part, str) for part in note.quote):
        words = " ".join(escaped(part) for part in note.quote if isinstance(part, str))
        return f"[^{note.number}]: {where}: “{words}”"
    parts = [
        _table([[escaped(cell) for cell in row] for row in part.rows], part.heads)
        if isinstance(part, Rows)
        else escaped(part)
        for part in note.quote
    ]
    inner = "\n\n".join(parts).replace("\n", f"\n{_INDENT}")
    return f"[^{note.number}]: {where}:\n\n{_INDENT}{inner}"


def _loose(note: Note) -> str:
    """Return a reference to a note that nothing refers to: Markdown shows no other."""
    return f"[^{note.number}]"
