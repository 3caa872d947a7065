"""Papers as HTML: one file that needs no other, for light and dark screens and for paper.

No scripts. All text is escaped; links lead to the cited documents only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from pdfqa.out.paper import Block, Line, Note, Paper, Ref, Rows, Run, figures, first_refs, plain

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --dim: #636c76; --paper: #ffffff; --edge: #d1d9e0; --soft: #f6f8fa;
  --link: #0b57d0; --mark: #fff4c2; --warn: #9a3412; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --dim: #9aa4ae; --paper: #16191d; --edge: #343b44;
  --soft: #1f242a; --link: #8ab4f8; --mark: #4a4221; --warn: #fdba74; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.3; margin: 0 0 1.5rem; }
h2 { font-size: 1.25rem; line-height: 1.35; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { margin: 0 0 1rem; white-space: pre-line; }
a { color: var(--link); text-decoration-thickness: .06em; text-underline-offset: .15em; }
sup { line-height: 0; font-size: .75em; } sup a { text-decoration: none; padding: 0 .1em; }
.item { display: flex; gap: .6rem; margin: 0 0 .6rem; } .item > span:first-child { color: var(--dim); flex: none; }
.item > span:last-child { white-space: pre-line; }
.warning { border-inline-start: .25rem solid var(--warn); padding-inline-start: .8rem; color: var(--warn); }
.small, footer { color: var(--dim); font-size: .875rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; margin: .5rem 0 1rem; }
th, td { text-align: start; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--edge); }
th { font-weight: 600; } td.figure, th.figure { text-align: end; white-space: nowrap; }
.notes { border-top: 1px solid var(--edge); margin-top: 2.5rem; padding-top: 1.25rem; font-size: .9375rem; }
.note { display: flex; gap: .6rem; margin: 0 0 .9rem; } .note > div { min-width: 0; }
.note > a:first-child { flex: none; min-width: 1.5rem; text-decoration: none; }
.note q { background: var(--mark); padding: .1em .15em; box-decoration-break: clone;
  -webkit-box-decoration-break: clone; }
:target { outline: 2px solid var(--link); outline-offset: .25rem; border-radius: .2rem; }
footer { margin-top: 2.5rem; }
@media print { :root { --ink: #000; --dim: #444; --paper: #fff; --edge: #bbb; --link: #000; --mark: #f3eccb;
  --warn: #000; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; } h1, h2, h3 { break-after: avoid; }
  .note, tr, .item { break-inside: avoid; } * { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
"""


_FIGURES, _TEXTS = ' class="figure"', ' dir="auto"'


def html(paper: Paper) -> bytes:
    """Return a paper as a page of HTML."""
    firsts = iter([first for _, first in first_refs(paper)])
    blocks = "\n".join(_block(block, firsts) for block in paper.blocks)
    notes = "\n".join(map(_note, paper.notes))
    notes = f'<section class="notes">\n{notes}\n</section>\n' if notes else ""
    title = escape(paper.title)
    page = (
        f'<!DOCTYPE html>\n<html{_language(paper)}>\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="pdfqa">\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n'
        f'<h1 dir="auto">{title}</h1>\n{blocks}\n{notes}<footer>{escape(paper.foot)}</footer>\n'
        "</main>\n</body>\n</html>\n"
    )
    return page.encode()


def _language(paper: Paper) -> str:
    return f' lang="{paper.language}"' if paper.language else ""


def _block(block: Block, firsts: Iterator[bool]) -> str:
    if block.kind == "table":
        texts = [[plain(cell) for cell in row] for row in block.rows]
        return _table([[_line(cell, firsts) for cell in row] for row in block.rows], texts, block.heads)
    text = _line(block.line, firsts)
    if block.kind == "heading":
        return f'<h{block.level} dir="auto">{text}</h{block.level}>'
    if block.kind == "item":
        indent = f' style="margin-inline-start: {1.5 * block.level}rem"' if block.level else ""
        return f'<div class="item" dir="auto"{indent}><span>{escape(block.mark)}</span><span>{text}</span></div>'
    kind = "" if block.kind == "text" else f' class="{block.kind}"'
    return f'<p dir="auto"{kind}>{text}</p>'


def _line(line: Line, firsts: Iterator[bool]) -> str:
    return "".join(_ref(part.number, first=next(firsts)) if isinstance(part, Ref) else _run(part) for part in line)


def _run(run: Run) -> str:
    text = escape(run.text)
    text = f"<strong>{text}</strong>" if run.bold else text
    return f'<a href="{escape(run.link)}">{text}</a>' if run.link else text


def _ref(number: int, *, first: bool) -> str:
    anchor = f' id="ref-{number}"' if first else ""  # where the note leads back to
    return f'<sup><a href="#note-{number}"{anchor}>[{number}]</a></sup>'


def _table(rows: Sequence[Sequence[str]], texts: Sequence[Sequence[str]], heads: int) -> str:
    lines, right = [], figures(texts, heads)
    for at, row in enumerate(rows):
        tag = "th" if at < heads else "td"
        cells = "".join(
            f"<{tag}{_FIGURES if right[column] else _TEXTS}>{cell}</{tag}>" for column, cell in enumerate(row)
        )
        lines.append(f"<tr>{cells}</tr>")
    return f'<div class="scroll"><table>{"".join(lines)}</table></div>'


def _note(note: Note) -> str:
    place = f'<bdi dir="ltr">{escape(note.place)}</bdi>'
    where = f'<a href="{escape(note.link)}">{place}</a>' if note.link else place
    where += " <strong>unverified</strong>" if note.doubt else ""
    parts = [
        _table([[escape(cell) for cell in row] for row in part.rows], part.rows, part.heads)
        if isinstance(part, Rows)
        else f'<q dir="auto">{escape(part)}</q>'
        for part in note.quote
    ]
    body = f"{where}: {' '.join(parts)}" if parts else where
    back = f'<a href="#ref-{note.number}">[{note.number}]</a>'
    return f'<div class="note" id="note-{note.number}">{back}<div>{body}</div></div>'
