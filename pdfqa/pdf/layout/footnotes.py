"""Tell footnotes from the text they stand under."""

from __future__ import annotations

import re

from msgspec import structs

from pdfqa.pdf.layout.flow import Piece
from pdfqa.pdf.lines import Line

_MARK = re.compile(r"(?:[\[(]?(?P<number>\d{1,3})[\])]?|[*†‡§¶]{1,3}|\(?[a-z]\))[.)]?\s?(?=[^\W\d_]|[\"“‘«(]|https?:)")
_SMALL = 0.93  # of the size of the text
_APART = 1.45  # sizes of the text: footnotes stand further from it than its lines from one another
_MOST = 0.5  # of the letters of a page: what is more is no notes


def find_footnotes(pieces: list[Piece], body: float) -> list[Piece]:
    """Return the pieces of a page with its footnotes marked as such, each one piece.

    Footnotes are small, stand apart under the text of their column, and the first begins with a mark.
    """
    if all(piece.lines[0].size >= _SMALL * body or piece.kind == "table" for piece in pieces):
        return pieces
    result: list[Piece] = []
    for piece in pieces:
        above = result[-1] if result else None
        if above is None or not _is_small(piece, body) or not _is_under(above, piece):
            result.append(piece)
        elif above.kind == "footnote" or _begins(above, piece, pieces, body):
            _add(piece, result)
        else:
            result.append(piece)
    notes = _letters([piece for piece in result if piece.kind == "footnote"])
    return result if notes < _MOST * _letters(pieces) else pieces


def with_footnotes_last(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces of a page with the footnotes after everything else."""
    return sorted(pieces, key=lambda piece: piece.kind == "footnote")


def _letters(pieces: list[Piece]) -> int:
    return sum(len(line.text) for piece in pieces for line in piece.lines)


def _is_small(piece: Piece, body: float) -> bool:
    first = piece.lines[0]
    return piece.kind in {"text", "list"} and first.size < _SMALL * body and not first.turned


def _begins(above: Piece, piece: Piece, pieces: list[Piece], body: float) -> bool:
    """Return whether a small text under another is the first note of its column."""
    first, last = piece.lines[0], above.lines[-1]
    if not _MARK.match(first.text) or above.kind not in {"text", "list", "caption"} or last.size < 0.97 * body:
        return False
    return last.y - first.y > _APART * body and not any(_is_text_under(line, piece, body) for line in _ends(pieces))


def _is_under(above: Piece, piece: Piece) -> bool:
    last, first = above.lines[-1], piece.lines[0]
    return last.y > first.y and first.x0 < last.x0 + 30 * first.size and last.x0 < first.x1


def _ends(pieces: list[Piece]) -> list[Line]:
    return [line for piece in pieces for line in (piece.lines[0], piece.lines[-1])]


def _is_text_under(line: Line, piece: Piece, body: float) -> bool:
    last = piece.lines[-1]
    return line.size > 0.97 * body and line.y < last.y and line.x0 < piece.lines[0].x1 and line.x1 > last.x0


def _add(piece: Piece, result: list[Piece]) -> None:
    """Add small text as notes: a line belongs to the note above it unless it begins with a mark in turn."""
    for at, line in enumerate(piece.lines):
        mark = _MARK.match(line.text)
        if result[-1].kind == "footnote" and not (mark and (at == 0 or _follows(result[-1], mark))):
            result[-1].lines.append(line)
        else:
            result.append(Piece([_spaced(line, mark)], "footnote"))


def _spaced(line: Line, mark: re.Match[str] | None) -> Line:
    """Return a line with a space after its mark: a raised mark has none, and would be taken for a part of the word."""
    if mark is None or line.words is not None or mark.group().endswith(" "):
        return line
    text = " ".join([mark.group(), *line.text[mark.end() :].split()])
    return structs.replace(line, text=text, cells=None)


def _follows(note: Piece, mark: re.Match[str]) -> bool:
    before = _MARK.match(note.lines[0].text)
    return before is not None and int(mark["number"] or 0) == int(before["number"] or -2) + 1
