"""`pdfqa show`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from pdfqa.cli.drawing import Drawn, draw
from pdfqa.cli.options import Shared, reading_options
from pdfqa.cli.output import emit, look, say, tell
from pdfqa.cli.reading import Report, with_files
from pdfqa.cli.tables import document_text, document_value
from pdfqa.render import clean, one_line, wrap

if TYPE_CHECKING:
    from pdfqa.document import Document
    from pdfqa.qa import PDFQA


@click.command(
    epilog="""
\b
Examples:
  pdfqa show report.pdf
  pdfqa show report.pdf --page 47
  pdfqa show report.pdf --page 47 --png p47.png --highlight "net revenue"
"""
)
@click.argument("name", metavar="FILE", type=click.Path())
@click.option("--page", "number", metavar="N", type=click.IntRange(1), help="Print the text of page N, counted from 1.")
@click.option("--png", metavar="OUT", type=click.Path(), help="Draw the page into OUT instead ('-': standard output).")
@click.option("--highlight", metavar="QUOTE", multiple=True, help="Mark a quote in the picture.")
@click.option("--width", metavar="PIXELS", type=click.IntRange(1), help="How wide the picture is (900).")
@reading_options
def show_command(
    shared: Shared, name: str, number: int | None, png: str | None, highlight: tuple[str, ...], width: int | None
) -> int:
    """Show what a document holds, or one page as text or picture.

    FILE is a path, a name or an id of 'pdfqa list'. A file that was not read is read first, but not for a picture.
    """
    wanted = Drawn(number, png, highlight, width)
    wanted.check()
    if png is not None:
        return draw(shared, name, wanted)
    files = [name] if os.path.isfile(name) else []
    value, text, warnings = with_files(shared, files, lambda qa, report: _shown(_read(qa, name, report), number))[0]
    if shared.json:
        emit(value)
        return 0
    say(text)
    for warning in [] if shared.quiet else warnings:
        tell(look().warn(wrap(one_line(f"page {number}: {warning}"), look().width, "", "  ")))
    return 0


def _read(qa: PDFQA, name: str, report: Report) -> Document:
    if os.path.isfile(name):
        qa.prepare(report)
    return qa.document(name)


def _shown(document: Document, number: int | None) -> tuple[object, str, list[str]]:
    if number is None:
        return document_value(document), document_text(document, look()), []
    page = document.page(number)
    return page, clean(page.text), page.warnings
