"""What all HTML for notebooks is made of."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from html import escape

from pdfqa.render import clean, one_line, split_rows

_GREY = "rgba(128,128,128,.35)"
COLORS = {
    "completed": "#2e9e5b",
    "processed": "#2e9e5b",
    "in_progress": _GREY,
    "failed": "#d0453b",
    "error": "#d0453b",
    "cancelled": "#b08a2e",
    "expired": "#b08a2e",
    "incomplete": "#b08a2e",
    "requires_action": "#3b7dd0",
}
_LONGEST = 120  # characters of a cell


def escaped(text: object) -> str:
    """Return a text as HTML that shows it, without what would turn its reading direction."""
    return escape(clean(str(text)))


def line(text: object) -> str:
    """Return a text as HTML on one line."""
    return escape(one_line(str(text)))


def short(text: object, length: int = _LONGEST) -> str:
    """Return the beginning of a text as HTML on one line."""
    words = one_line(str(text))
    return escape(words if len(words) <= length else words[: length - 1] + "…")


def framed(*parts: str) -> str:
    """Return parts as one piece with an edge on its left."""
    style = f"border-left:3px solid {_GREY};padding:.2em .8em;max-width:60em;overflow-wrap:anywhere"
    return f'<div style="{style}">{"".join(parts)}</div>'


def dim(content: str) -> str:
    """Return HTML, less important than what it stands beside; nothing stays nothing."""
    return f'<span style="opacity:.7">{content}</span>' if content else ""


def duration(start: int | None, end: int | None) -> str:
    """Return how long something took between two times in whole seconds, or nothing where one is not known."""
    if start is None or end is None:
        return ""
    return f"{end - start:,} s" if end > start else "less than 1 s"


def row(*parts: str) -> str:
    """Return parts on a line of their own, with dots between those that are not empty."""
    return f"<div>{' · '.join(part for part in parts if part)}</div>"


def badge(status: str) -> str:
    """Return the status of something, with its colour."""
    color = COLORS.get(status, _GREY)
    dot = f'<span style="display:inline-block;width:.65em;height:.65em;border-radius:50%;background:{color}"></span>'
    return f'<span style="white-space:nowrap">{dot} {line(status.replace("_", " "))}</span>'


def bar(counts: Iterable[tuple[str, int]]) -> str:
    """Return numbers by status as one bar whose pieces are so long."""
    pieces = "".join(
        f'<span style="flex:{number} 0 0;background:{COLORS.get(status, _GREY)}"></span>'
        for status, number in counts
        if number > 0
    )
    style = "display:flex;height:.6em;max-width:24em;margin:.4em 0;border-radius:.3em;overflow:hidden"
    return f'<div style="{style}">{pieces}</div>' if pieces else ""


def items(parts: Iterable[str], *, numbered: bool = False) -> str:
    """Return a list of pieces of HTML; nothing if there are none."""
    tag = "ol" if numbered else "ul"
    lines = "".join(f'<li style="margin:.25em 0">{part}</li>' for part in parts)
    return f'<{tag} style="margin:.5em 0 0;padding-left:1.6em">{lines}</{tag}>' if lines else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table without the columns that are empty; its cells are HTML already."""
    lines = list(rows)
    used = [column for column in range(len(heads)) if any(cells[column] for cells in lines)]
    head = _cells("th", [line(heads[column]) for column in used])
    body = "".join(_cells("td", [cells[column] for column in used]) for cells in lines)
    return f'<table style="border-collapse:collapse"><thead>{head}</thead><tbody>{body}</tbody></table>'


def grid(rows: Sequence[Sequence[str]], heads: int) -> str:
    """Return rows of a document's table as a table, without the columns that are empty."""
    used = [at for at in range(len(rows[0])) if any(row[at] for row in rows)]
    lines = [
        _cells("th" if number < heads else "td", [line(row[at]) for at in used]) for number, row in enumerate(rows)
    ]
    return f'<table style="border-collapse:collapse;margin:.3em 0">{"".join(lines)}</table>'


def passage(text: str, table: Sequence[Sequence[str]]) -> str:
    """Return a passage, the rows of its table as a table."""
    if len(table) < 2:
        return f'<div style="white-space:pre-line">{escaped(text.strip())}</div>'
    return "".join(
        f"<div>{escaped(part)}</div>" if isinstance(part, str) else grid(*part) for part in split_rows(text, table)
    )


def _cells(tag: str, cells: Iterable[str]) -> str:
    style = "text-align:left;padding:.15em 1em .15em 0;vertical-align:top"
    inner = "".join(f'<{tag} style="{style}">{cell}</{tag}>' for cell in cells)
    return f"<tr>{inner}</tr>"


def code(text: object) -> str:
    """Return a text in the type of a program, such as an id."""
    return f"<code>{line(text)}</code>"


def moment(seconds: object) -> str:
    """Return seconds since 1970 as a date and a time of this computer's."""
    if not isinstance(seconds, int | float):
        return ""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def size(count: int) -> str:
    """Return a number of bytes as people write it."""
    value, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"


def pairs(values: object) -> str:
    """Return the pairs of a mapping as `name: value`, on one line."""
    if not isinstance(values, dict):
        return ""
    return ", ".join(f"{short(name)}: {short(value)}" for name, value in values.items())
