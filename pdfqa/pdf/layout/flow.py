"""Join paragraphs that something was set into."""

from __future__ import annotations

import msgspec

from pdfqa.pages import BlockKind
from pdfqa.pdf.layout.grid import Grid
from pdfqa.pdf.lines import Line

SENTENCE_END = (".", "!", "?", ":", ";", "。", "！", "？", ".”", '."', ".)", "।", "؟", "…")


class Piece(msgspec.Struct, gc=False):
    """A block before its text is made: its lines and what they are.

    `grid` is that of a table, `level` that of a heading which the document's outline has.
    """

    lines: list[Line]
    kind: BlockKind = "text"
    grid: Grid | None = None
    level: int = 0


def join_interrupted(pieces: list[Piece], body: float) -> list[Piece]:
    """Return the pieces with paragraphs made whole that go on after footnotes, captions or tables."""
    result: list[Piece] = []
    open_at = -1  # where in the result a paragraph stands that did not end
    for piece in pieces:
        if open_at >= 0 and open_at < len(result) - 1 and _goes_on(result[open_at], piece):
            whole = Piece(result[open_at].lines + piece.lines, result[open_at].kind)
            result[open_at] = whole
            open_at = open_at if _is_open(whole, body) else -1
            continue
        result.append(piece)
        if _is_open(piece, body):
            open_at = len(result) - 1
        elif piece.kind in ("heading", "list") or (piece.kind == "text" and piece.lines[0].size > 0.93 * body):
            open_at = -1
    return result


def _is_open(piece: Piece, body: float) -> bool:
    last = piece.lines[-1]
    if piece.kind not in ("text", "list") or abs(last.size - body) > 0.08 * body or last.turned:
        return False
    return last.cut or (len(last.text) > 25 and not last.text.endswith(SENTENCE_END))


def _goes_on(piece: Piece, later: Piece) -> bool:
    first = later.lines[0]
    return (
        later.kind == "text"
        and (first.text[0].islower() or piece.lines[-1].cut)
        and abs(first.size - piece.lines[-1].size) < 0.05 * first.size
        and not first.turned
    )
