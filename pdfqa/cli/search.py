"""`pdfqa search`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pdfqa.cli.inputs import split_question
from pdfqa.cli.options import Shared, backend_options, searching_options, strict_option
from pdfqa.cli.output import emit, look, say, tell, tell_failures
from pdfqa.cli.reading import with_files
from pdfqa.render import Look, clean, hit_text, wrap

if TYPE_CHECKING:
    from pdfqa.types import Failure, Hit

_MOST_HITS = 1000


@click.command(
    epilog="""
\b
Examples:
  pdfqa search report.pdf "supply chain risk"
  pdfqa search reports/ "dividend" -k 10 --explain
  pdfqa search report.pdf "audit" --json | jq -r '.hits[].page'
"""
)
@click.argument("words", nargs=-1, metavar="[FILE|DIR|-]... WORDS", type=click.Path(allow_dash=True))
@click.option("-k", "count", metavar="N", type=click.IntRange(1, _MOST_HITS), default=5, help="Show N passages (5).")
@click.option("--explain", is_flag=True, help="Show why each passage was found.")
@strict_option
@backend_options
@searching_options
def search_command(shared: Shared, words: Sequence[str], count: int, explain: bool, strict: bool) -> int:
    """Print the passages that match best, with file, page and score.

    The last argument says what to look for, in words or as a question.
    Without a file, everything that pdfqa has read is searched.
    """
    files, question = split_question(words)
    shown = look()
    # The terms that matched are known to the explanation: on a terminal they are shown in bold.
    wanted = explain or (shown.color and not shared.json)
    hits, failures = with_files(
        shared, files, lambda qa, report: qa.search(question, count, explain=wanted, progress=report)
    )
    if shared.json:
        emit(_value(hits, failures, explain))
    elif hits:
        say("\n\n".join(_text(hit, rank, shown, explain) for rank, hit in enumerate(hits, 1)))
    elif not shared.quiet:
        tell("No passage matches.")
    tell_failures(failures)
    return 3 if failures else 1 if strict and not hits else 0


def _value(hits: Sequence[Hit], failures: Sequence[Failure], explain: bool) -> dict[str, Any]:
    more = () if explain else ("heading", "explain")
    found = [{name: value for name, value in hit.to_dict().items() if name not in more} for hit in hits]
    return {"hits": found, **({"failed": list(failures)} if failures else {})}


def _text(hit: Hit, rank: int, shown: Look, explain: bool) -> str:
    details = hit.explain if isinstance(hit.explain, dict) else {}
    text = hit_text(hit, rank, shown, details.get("terms", ()))
    if not (explain and details):
        return text
    parts = " · ".join(f"{name} {_plain(value)}" for name, value in details.items() if name != "terms")
    return f"{text}\n{shown.dim(wrap(clean(parts), shown.width, '   = ', '     '))}"


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, (list, tuple, set)):
        return ", ".join(_plain(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(item)}" for name, item in value.items()) or "none"
    return str(value)
