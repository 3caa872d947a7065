"""`pdfqa show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pdfqa.cli.options import Shared, output_options
from pdfqa.cli.output import emit, look, say
from pdfqa.cli.reading import with_files
from pdfqa.cli.tables import document_text, document_value
from pdfqa.render import clean

if TYPE_CHECKING:
    from pdfqa.document import Document


@click.command(
    epilog="""
\b
Examples:
  pdfqa show report.pdf
  pdfqa show report.pdf --page 47
"""
)
@click.argument("name", metavar="FILE", type=click.Path())
@click.option("--page", "number", metavar="N", type=click.IntRange(1), help="Print the text of page N, counted from 1.")
@output_options
def show_command(shared: Shared, name: str, number: int | None) -> int:
    """Show a document: title, pages, contents; or one page's text.

    FILE is a path, a name or an id of 'pdfqa list'.
    """
    value, text = with_files(shared, (), lambda qa, _: _shown(qa.document(name), number))[0]
    if shared.json:
        emit(value)
    else:
        say(text)
    return 0


def _shown(document: Document, number: int | None) -> tuple[object, str]:
    if number is None:
        return document_value(document), document_text(document, look())
    page = document.page(number)
    return page, clean(page.text)
