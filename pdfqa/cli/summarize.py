"""`pdfqa summarize`: what whole documents say, in short."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pdfqa.cli.inputs import sources
from pdfqa.cli.options import Shared, answering_options, estimating
from pdfqa.cli.output import emit, look, say, tell, tell_failures
from pdfqa.cli.reading import with_files
from pdfqa.cli.saving import Saving, saving_options
from pdfqa.cli.tables import counted, kept_text
from pdfqa.render import one_line, price_text
from pdfqa.render_whole import estimates_text, summaries_text

if TYPE_CHECKING:
    from pdfqa.results import Summaries

_INCOMPLETE = 4


@click.command(
    epilog="""
\b
Examples:
  pdfqa summarize report.pdf
  pdfqa summarize report.pdf --words 600 --model openai/gpt-5-mini
  pdfqa summarize report.pdf --model openai/gpt-5-mini --estimate
  pdfqa summarize report.pdf --save summary.docx
  pdfqa summarize contracts/ --json | jq '.summaries[].text'

Exit code 4: pages are missing, because the model failed over them.
"""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIR|-...", type=click.Path(allow_dash=True))
@click.option("--words", metavar="N", type=click.IntRange(20, 5000), help="About how many words (default: 80 to 300).")
@click.option("--prompt", metavar="TEXT", default="", help="Tell the model what to write on, or how.")
@click.option(
    "--instructions", metavar="TEXT", default="", help="Tell the model first who it is and for whom it writes."
)
@click.option("--estimate", is_flag=True, help="Tell calls, tokens and price; ask nothing of the model.")
@click.option("--again", is_flag=True, help="Ask the model anew, also what it has replied to before.")
@saving_options
@answering_options
def summarize_command(shared: Shared, files: Sequence[str], estimate: bool, saving: Saving, **wish: Any) -> int:
    """Summarise whole documents: every page of them.

    Without a model: the sentences that tell most, from all over the
    document, each with its page. With one, it takes notes on one part after
    the other and writes the summary of these; each sentence is held against
    the page it cites. What was done is kept: interrupted, run it again.
    """
    saving.check(files)
    named = sources(files)
    if estimate:
        shared = estimating(shared)
        told, failures = with_files(
            shared,
            named,
            lambda qa, report: qa.estimate_summary(**wish, progress=report),
        )
        emit({**told.to_dict(), "failed": failures}) if shared.json else say(estimates_text(told, look()))
        tell_failures(failures)
        return 3 if failures else 0
    (done, made), failures = with_files(
        shared, named, saving.of(lambda qa, report: qa.summarize(**wish, progress=report))
    )
    if shared.json:
        emit({**done.to_dict(), "failed": failures, **made.fields()})
    else:
        say(summaries_text(done, look()))
    tell_failures(failures)
    if not (shared.quiet or shared.json):
        tell(look(sys.stderr).dim(footer(done)))
    if code := made.tell(shared):
        return code
    if not all(one.complete for one in done):
        return _INCOMPLETE
    return 3 if failures else 0


def footer(done: Summaries) -> str:
    """Return how long it took, what made it, and what that used."""
    seconds = sum(one.timings.get("total", 0.0) for one in done)
    model = done[0].model
    if model == "extractive":
        return f"{seconds:.1f} s · extractive · offline"
    calls, kept = sum(one.calls for one in done), sum(one.kept for one in done)
    tokens = sum(one.usage.get("total_tokens", 0) for one in done)
    prices = [one.price for one in done if one.price is not None]
    price = f" · {price_text(sum(prices))}" if prices else ""
    before = kept_text(kept)
    return f"{seconds:.1f} s · {one_line(model)} · {counted(calls, 'call')}{before} · {tokens:,} tokens{price}"
