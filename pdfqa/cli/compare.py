"""`pdfqa compare`: several documents and one question, or two versions of a document."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from pdfqa.cli.inputs import sources
from pdfqa.cli.options import Shared, answering_options, strict_option
from pdfqa.cli.output import emit, look, say, tell, tell_failures
from pdfqa.cli.reading import with_files
from pdfqa.cli.saving import Saving, saving_options
from pdfqa.errors import InvalidRequestError
from pdfqa.render import one_line, price_text
from pdfqa.render_whole import changes_text, comparison_text


@click.command(
    epilog="""
\b
Examples:
  pdfqa compare 2023.pdf 2024.pdf "What was net revenue?"
  pdfqa compare offers/ "How long is the warranty?" --json
  pdfqa compare contract-v1.pdf contract-v2.pdf     (what was changed)
"""
)
@click.argument("words", nargs=-1, required=True, metavar="FILE|DIR... [QUESTION]", type=click.Path(allow_dash=True))
@click.option("--again", is_flag=True, help="Ask the model anew for a comparison that it has made before.")
@strict_option
@saving_options
@answering_options
def compare_command(shared: Shared, words: Sequence[str], again: bool, strict: bool, saving: Saving) -> int:
    """Ask several documents one question, or find changes.

    Prints their answers side by side and how they differ: by how much, where each gives a number in the same
    unit; or which of them say nothing. Without a question, two files are
    taken as versions of one document: what was added, removed and changed.
    """
    files, question = _split(words)
    saving.check(files)
    if not question:
        return _versions(shared, files, saving, strict=strict)
    (done, made), failures = with_files(
        shared, sources(files), saving.of(lambda qa, report: qa.compare(question, again=again, progress=report))
    )
    if shared.json:
        emit({**done.to_dict(), "failed": failures, **made.fields()})
    else:
        say(comparison_text(done, look()))
    tell_failures(failures)
    if not (shared.json or shared.quiet):
        tokens = done.usage.get("total_tokens", 0)
        used = f" · {tokens:,} tokens" if tokens else " · offline"
        price = f" · {price_text(done.price)}" if done.price is not None else ""
        tell(look(sys.stderr).dim(f"{done.timings['total']:.1f} s · {one_line(done.model)}{used}{price}"))
    if code := made.tell(shared):
        return code
    if failures:
        return 3
    return 1 if strict and not all(side.found for side in done.sides) else 0


def _versions(shared: Shared, files: Sequence[str], saving: Saving, *, strict: bool) -> int:
    (done, made), failures = with_files(
        shared, sources(files), saving.of(lambda qa, report: qa.changes(progress=report))
    )
    if shared.json:
        emit({**done.to_dict(), "failed": failures, **made.fields()})
    else:
        say(changes_text(done, look()))
    tell_failures(failures)
    if code := made.tell(shared):
        return code
    return 3 if failures else int(strict and bool(done.changes))


def _split(words: Sequence[str]) -> tuple[Sequence[str], str]:
    """Return the files, and the question after them, if there is one."""
    last = words[-1]
    if last == "-" or last.lower().endswith(".pdf") or os.path.exists(last):
        return words, ""
    if len(words) == 1:
        raise InvalidRequestError(
            "no files to compare", hint='Name them before the question: pdfqa compare A.pdf B.pdf "…".', param="words"
        )
    return words[:-1], last
