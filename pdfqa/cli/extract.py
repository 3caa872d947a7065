"""`pdfqa extract`: fill a JSON schema from documents."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pdfqa.cli.inputs import sources
from pdfqa.cli.options import Shared, answering_options
from pdfqa.cli.output import emit, look, say, tell, tell_failures
from pdfqa.cli.reading import with_files
from pdfqa.cli.saving import Saving, saving_options
from pdfqa.errors import InvalidRequestError
from pdfqa.render_whole import extractions_text

if TYPE_CHECKING:
    from pdfqa.results import Extractions

_MISSING = 1


@click.command(
    epilog="""
\b
Examples:
  pdfqa extract invoice.pdf --schema invoice.json
  pdfqa extract reports/ --schema figures.json --csv > figures.csv
  pdfqa extract report.pdf --schema figures.json --json | jq .extractions

\b
A schema:
  {"type": "object", "required": ["revenue"], "properties": {
    "revenue": {"type": "number", "description": "revenue, in millions"},
    "auditor": {"type": "string", "description": "Who audits it?"},
    "paid": {"type": "string", "format": "date"}}}

Exit code 1: a required field is missing.
"""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIR|-...", type=click.Path(allow_dash=True))
@click.option(
    "--schema",
    metavar="FILE.json",
    required=True,
    type=click.Path(),
    help="The JSON schema of an object.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print a table: a row for each file, a column for each field.")
@click.option("--again", is_flag=True, help="Ask the model anew, also what it has replied to before.")
@saving_options
@answering_options
def extract_command(
    shared: Shared, files: Sequence[str], schema: str, as_csv: bool, again: bool, saving: Saving
) -> int:
    """Fill a JSON schema from documents; each value is cited.

    Prints one JSON object for each file, a line each, and on stderr where
    each value is from, or why a field is null. --json prints both as one
    value. Numbers, dates and choices are made what the schema wants:
    "(1,234)" is -1234, "31 March 2024" is 2024-03-31.
    """
    if as_csv and shared.json:
        raise InvalidRequestError("--csv and --json are both given", hint="Choose one.", param="--csv")
    saving.check([*files, schema])
    (done, made), failures = with_files(
        shared, sources(files), saving.of(lambda qa, report: qa.extract(schema, again=again, progress=report))
    )
    if shared.json:
        emit({**done.to_dict(), "failed": failures, **made.fields()})
    elif as_csv:
        say(_table(done))
    else:
        for one in done:
            emit(one.data)
    if not (shared.json or shared.quiet):
        tell(extractions_text(done, look(sys.stderr)))
    tell_failures(failures)
    if code := made.tell(shared):
        return code
    if failures:
        return 3
    return _MISSING if any(one.missing for one in done) else 0


def _table(done: Extractions) -> str:
    """Return the data as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [field.path for field in done[0].fields]
    writer.writerow(["file", *names])
    for one in done:
        writer.writerow([_cell(one.file), *(_cell(field.value) for field in one.fields)])
    return out.getvalue().rstrip("\n")


def _cell(value: Any) -> str:
    """Return a value as a cell; a text that a spreadsheet would take for a formula is none there."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t")) else value
    return msgspec.json.encode(value).decode()
