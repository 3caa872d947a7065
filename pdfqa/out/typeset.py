"""Papers as PDF, set by Typst: in any script for which a font is there, with links, bookmarks and footnotes.

Typst shapes letters, orders what is read from right to left, and knows where Thai and Chinese lines break. The words
come to it as data, so that nothing in them is taken for its markup.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

import msgspec

from pdfqa.errors import MissingExtraError, PdfqaError
from pdfqa.out.files import MADE_HERE
from pdfqa.out.paper import Block, Line, Note, Paper, Ref, figures, first_refs, leftwards, plain, unmet

EXTRA = "typst"
_ARCHIVED: Final = "a-2b"  # PDF/A: lets no letter pass for which there is no font
_NO_FONT = re.compile(r"could not be displayed")
_TEMPLATE = """
#let paper = json(bytes(sys.inputs.paper))
#let way(it) = if it { rtl } else { ltr }
#set document(title: paper.title, author: "pdfqa")
#set page(paper: "a4", margin: (x: 2.4cm, top: 2.4cm, bottom: 2.6cm), footer: context [
  #set text(size: 8.5pt, fill: luma(40%))
  #paper.foot #h(1fr) #counter(page).display("1 / 1", both: true)
])
#set text(size: 10.5pt, font: "Libertinus Serif", lang: paper.lang)
#set par(leading: 0.7em, spacing: 1.1em)
#set table(stroke: (x, y) => (bottom: 0.4pt + luma(70%)), inset: (x: 0.5em, y: 0.4em))
#set footnote.entry(gap: 0.6em)
#show link: set text(fill: rgb("#0b57d0"))
#show heading: set block(above: 1.5em, below: 0.8em, sticky: true)
#show heading: set text(weight: "bold")

#let ways(right) = right.map(it => if it { end } else { start })
#let plain-table(rows, heads, right) = table(
  columns: right.len(), align: ways(right),
  ..rows.enumerate().map(((at, row)) =>
    (row + ("",) * (right.len() - row.len())).map(cell => if at < heads { strong(cell) } else { [#cell] })
  ).flatten(),
)
#let note(it) = {
  if it.link == "" { it.place } else { link(it.link, it.place) }
  if it.doubt [ (*unverified*)]
  if it.quote != "" [: “#it.quote”] else if it.tables.len() > 0 [:]
  for one in it.tables { plain-table(one.rows, one.heads, one.right) }
}
#let part(it) = if it.type == "ref" {
  let name = label("note-" + str(it.number))
  if it.first [#footnote(numbering: _ => str(it.number), note(paper.notes.at(str(it.number))))#name]
  else { footnote(name) }
} else {
  let words = if it.bold { strong(it.text) } else { [#it.text] }
  if it.link == "" { words } else { link(it.link, words) }
}
#let line-of(parts) = {
  for (at, it) in parts.enumerate() {
    if at > 0 and it.type == "ref" and parts.at(at - 1).type == "ref" { super[,#h(0.15em)] }
    part(it)
  }
}
#let show-block(it) = {
  set text(dir: way(it.rtl))
  if it.kind == "heading" { heading(level: it.level - 1, line-of(it.line)) }
  else if it.kind == "item" {
    pad(left: it.level * 1.2em, grid(columns: (1.2em, 1fr), column-gutter: 0.3em, it.mark, line-of(it.line)))
  }
  else if it.kind == "table" {
    table(
      columns: (auto,) * (it.right.len() - 1) + (1fr,), align: ways(it.right),
      ..it.rows.enumerate().map(((at, row)) =>
        row.map(cell => if at < it.heads { strong(line-of(cell)) } else [#line-of(cell)])
      ).flatten(),
    )
  }
  else if it.kind == "warning" { par(strong(text(fill: rgb("#9a3412"), line-of(it.line)))) }
  else if it.kind == "small" { par(text(size: 9pt, fill: luma(40%), line-of(it.line))) }
  else { par(line-of(it.line)) }
}
#{
  set text(dir: way(paper.rtl))
  block(below: 1.4em, text(size: 16pt, weight: "bold", paper.title))
}
#for it in paper.blocks { show-block(it) }
#line-of(paper.loose)
"""


def pdf(paper: Paper) -> bytes:
    """Return a paper as a PDF.

    Raises:
        MissingExtraError: Typst is not installed, or there is no font for some letter.
    """
    try:
        import typst
    except ImportError as error:
        raise missing() from error
    inputs = {"paper": msgspec.json.encode(_data(paper)).decode()}
    try:
        data: bytes = typst.compile(_TEMPLATE.encode(), sys_inputs=inputs, pdf_standards=[_ARCHIVED])
    except typst.TypstError as error:
        if _NO_FONT.search(str(error)):
            raise _no_font(str(error)) from error
        raise PdfqaError(f"the PDF could not be set: {error}", hint="Save it as .html or .docx.") from error
    head, mark, tail = data.rpartition(b"startxref")
    return head + MADE_HERE + mark + tail


def missing() -> MissingExtraError:
    """Return the error that says how to install what sets a PDF."""
    return MissingExtraError(
        f"saving as PDF takes the extra pdfqa[{EXTRA}]",
        hint=f"pip install 'pdfqa[{EXTRA}]', or save as .html, .docx or .md.",
    )


def _no_font(message: str) -> MissingExtraError:
    found = re.search(r"`\"(.+?)\"`", message)
    letters = found[1] if found else ""
    scripts = sorted({unicodedata.name(letter, "?").split()[0].lower() for letter in letters})
    return MissingExtraError(
        f"no font that is installed here has “{letters}” ({', '.join(scripts)})",
        hint="Install one that has, such as Noto Sans, or save as .html or .docx.",
    )


def _data(paper: Paper) -> dict[str, Any]:
    firsts = iter([first for _, first in first_refs(paper)])
    loose: Line = [Ref(note.number) for note in unmet(paper)]

    def line(parts: Line, first: bool | None = None) -> list[dict[str, Any]]:
        return [
            {"type": "ref", "number": part.number, "first": next(firsts) if first is None else first}
            if isinstance(part, Ref)
            else {"type": "run", "text": part.text, "bold": part.bold, "link": part.link}
            for part in parts
        ]

    def block(one: Block) -> dict[str, Any]:
        return {
            "kind": one.kind,
            "line": line(one.line),
            "level": one.level,
            "mark": one.mark,
            "rows": [[line(cell) for cell in row] for row in one.rows],
            "heads": one.heads,
            "right": figures([[plain(cell) for cell in row] for row in one.rows], one.heads),
            "rtl": one.leftwards,
        }

    return {
        "title": paper.title,
        "lang": paper.language or "en",
        "rtl": leftwards(paper.title),
        "blocks": [block(one) for one in paper.blocks],
        "loose": line(loose, first=True),
        "notes": {str(note.number): _note(note) for note in paper.notes},
        "foot": paper.foot,
    }


def _note(note: Note) -> dict[str, Any]:
    said = " ".join(part for part in note.quote if isinstance(part, str))
    tables = [
        {"rows": part.rows, "heads": part.heads, "right": figures(part.rows, part.heads)}
        for part in note.quote
        if not isinstance(part, str)
    ]
    return {
        "place": note.place,
        "link": note.link,
        "doubt": note.doubt,
        "quote": said,
        "tables": tables,
    }
