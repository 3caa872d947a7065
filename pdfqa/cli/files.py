"""`pdfqa add`, `pdfqa list` and `pdfqa rm`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pdfqa.cli.inputs import sources
from pdfqa.cli.options import Shared, backend_options, output_options, reading_options
from pdfqa.cli.output import emit, look, say, tell, tell_failures
from pdfqa.cli.reading import Report, with_files
from pdfqa.cli.tables import files_table, report_text
from pdfqa.errors import InvalidRequestError
from pdfqa.render import one_line, unread_text, unseen_text, wrap

if TYPE_CHECKING:
    from pdfqa.qa import PDFQA
    from pdfqa.types import AddReport


@click.command(
    epilog="""
\b
Examples:
  pdfqa add report.pdf
  pdfqa add reports/ --password-file passwords.txt
"""
)
@click.argument("words", nargs=-1, metavar="FILE|DIR...", type=click.Path(allow_dash=True))
@backend_options
@reading_options
def add_command(shared: Shared, words: Sequence[str]) -> int:
    """Read and index PDFs now; only what is new is read.

    A file that cannot be read does not stop the others. After an
    interruption, the same command goes on where it was.
    """
    if not words:
        raise InvalidRequestError("no file", hint="Name files or folders: pdfqa add reports/", param="file")
    files = sources(words)
    (report, sent), _ = with_files(shared, files, _added)
    if sent and not shared.quiet:
        tell(wrap(sent, look(sys.stderr).width, "", "  "))
    if shared.json:
        emit(report)
    else:
        say(report_text(report))
    tell_failures(report.failed)
    for unread in [] if shared.quiet else report.unread:
        tell(unread_text(unread, look()))
    for unseen in [] if shared.quiet else report.unseen:
        tell(unseen_text(unseen, look()))
    return 3 if report.failed else 0


def _added(qa: PDFQA, progress: Report) -> tuple[AddReport, str]:
    """Return what became of the files, and what was sent elsewhere."""
    report = qa.add(progress=progress)
    return report, qa.hosting.told if qa.hosting is not None else ""


@click.command(
    epilog="""
\b
Example:
  pdfqa list --json | jq -r '.files[].path'
"""
)
@output_options
def list_command(shared: Shared) -> int:
    """List the files that pdfqa has read."""
    files, _ = with_files(shared, (), lambda qa, _: qa.files())
    if shared.json:
        emit({"files": files})
    elif files:
        say(files_table(files, look()))
    elif not shared.quiet:
        tell("Nothing has been read yet: pdfqa add FILE.")
    return 0


@click.command(
    epilog="""
\b
Examples:
  pdfqa rm report.pdf
  pdfqa rm 9f86d081884c        (its SHA-256, or how that begins)
"""
)
@click.argument("name", metavar="FILE", type=click.Path())
@output_options
def rm_command(shared: Shared, name: str) -> int:
    """Forget a file: its text, its index and our copy of it.

    FILE is a path, a name or an id of 'pdfqa list'. The PDF itself stays
    where it is.
    """
    entry, _ = with_files(shared, (), lambda qa, _: qa.remove(name))
    if shared.json:
        emit(entry)
    elif not shared.quiet:
        say(f"forgot {one_line(entry.path or entry.name)} ({entry.id})")
    return 0
