"""`pdfqa save`: what was saved as JSON, in other forms."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from pdfqa.cli.options import Shared, opening_options
from pdfqa.cli.reading import with_files
from pdfqa.cli.saving import Made, Saving
from pdfqa.errors import InvalidRequestError
from pdfqa.loading import load_json, parsed

_STDIN = "-"
_WHAT = "saved answer"
_HINT = 'Save one first: pdfqa ask report.pdf "…" --save answer.json.'


@click.command(
    epilog="""
\b
Examples:
  pdfqa ask report.pdf "Who audits it?" --save answer.json
  pdfqa save answer.json answer.docx answer.html
  pdfqa save answer.json --highlight marked.pdf --files reports/
"""
)
@click.argument("name", metavar="ANSWER.json", type=click.Path(allow_dash=True))
@click.argument("outs", metavar="[FILE]...", nargs=-1, type=click.Path())
@click.option("--highlight", metavar="PDF|DIR/", type=click.Path(), help="Copy the PDF with the quotes highlighted.")
@click.option(
    "--cited-pages", metavar="PDF", type=click.Path(dir_okay=False), help="Write a PDF of the cited pages alone."
)
@click.option(
    "--files", metavar="FILE|DIR", multiple=True, type=click.Path(), help="Look for the PDFs here (may be repeated)."
)
@opening_options
def save_command(
    shared: Shared,
    name: str,
    outs: Sequence[str],
    highlight: str | None,
    cited_pages: str | None,
    files: Sequence[str],
) -> int:
    """Save an answer as Word, HTML or PDF, or mark its quotes.

    ANSWER.json is what ask, chat, summarize, extract and compare print with
    --json. FILE is .md, .html, .docx, .pdf, .txt or .json. The PDFs are
    looked for under their names and by their hash.
    """
    saving = Saving(tuple(outs), highlight, cited_pages)
    if not saving:
        raise InvalidRequestError(
            "it is not said what to save it as", hint=f"pdfqa save {name} answer.docx, or --highlight marked.pdf."
        )
    saving.check([name])
    if name == _STDIN:
        value, folder = parsed(sys.stdin.buffer.read(), "standard input", _WHAT, _HINT), Path()
    else:
        value, folder = load_json(name, _WHAT, _HINT), Path(name).parent
    made: Made = with_files(shared, (), lambda qa, _: saving.made(qa.saved(value, files=files, folder=folder)))[0]
    if made.error is not None:
        raise made.error
    return made.tell(shared)
