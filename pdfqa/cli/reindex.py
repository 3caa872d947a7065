"""`pdfqa reindex`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from pdfqa.cli.options import Shared, indexing_options, output_options
from pdfqa.cli.output import emit, look, say, tell_failures
from pdfqa.cli.reading import with_files
from pdfqa.cli.tables import reindex_estimate_text, reindexed_text
from pdfqa.render import wrap


@click.command(
    epilog="""
\b
Examples:
  pdfqa reindex
  pdfqa reindex --embedder multilingual
  pdfqa reindex --embedder openai/text-embedding-3-small --estimate
  pdfqa reindex report.pdf --all
"""
)
@click.argument("names", nargs=-1, metavar="[FILE|DIR...]", type=click.Path())
@click.option("--all", "everything", is_flag=True, help="Also what is as it should be.")
@click.option("--estimate", is_flag=True, help="Only say what a server's embedder would be sent, and the price.")
@indexing_options
@output_options
def reindex_command(shared: Shared, names: Sequence[str], everything: bool, estimate: bool) -> int:
    """Make the index anew, of what was read: no PDF is read again.

    Needed after another embedder was chosen, and after an upgrade that
    'pdfqa info' says so of. Without FILE it is the index of everything.
    After an interruption, the same command goes on where it was.
    """
    if estimate:
        told, _ = with_files(shared, (), lambda qa, _: qa.reindex_estimate(*names, everything=everything))
        emit(told) if shared.json else say(wrap(reindex_estimate_text(told), look().width, "", "  "))
        return 0
    report, _ = with_files(
        shared, (), lambda qa, progress: qa.reindex(*names, everything=everything, progress=progress)
    )
    if shared.json:
        emit(report)
    elif not shared.quiet:
        say(reindexed_text(report))
    tell_failures(report.failed)
    return 3 if report.failed else 0
