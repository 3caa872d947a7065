"""`pdfqa ask`: the default command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pdfqa.cli.inputs import split_question
from pdfqa.cli.options import Shared, answering_options, strict_option
from pdfqa.cli.output import NothingReadError, emit, look, tell, tell_failures
from pdfqa.cli.reading import with_files
from pdfqa.cli.typing import answered, print_answer
from pdfqa.render import footer_text, unread_text

if TYPE_CHECKING:
    from pdfqa.types import Answer, Failure

# An answer's fields in the order in which they are printed as JSON.
_FIELDS = ("question", "answer", "outcome", "citations", "thread_id", "run_id", "model", "usage", "price", "timings")


@click.command(
    epilog="""
\b
Examples:
  pdfqa ask report.pdf "What was net revenue in fiscal 2025?"
  pdfqa ask a.pdf b.pdf reports/ "Who audits the accounts?"
  curl -s https://example.org/r.pdf | pdfqa ask - "What is it about?"
  pdfqa ask report.pdf -q - < question.txt
  pdfqa ask "Which report mentions hydrogen?"      (all files known)
"""
)
@click.argument("words", nargs=-1, metavar="[FILE|DIR|-]... QUESTION", type=click.Path(allow_dash=True))
@strict_option
@answering_options
def ask_command(shared: Shared, words: Sequence[str], strict: bool) -> int:
    """Ask a question; print the answer and its citations.

    The last argument is the question. '-' as a file is a PDF on standard
    input, '-' as the question is a question there. Without a file,
    everything that pdfqa has read is asked.
    """
    files, question = split_question(words)
    try:
        (answer, printed), failures = with_files(
            shared, files, lambda qa, report: answered(shared, qa, qa, question, report)
        )
    except NothingReadError as error:
        if shared.json:
            error.value = unreadable_value(question, error.failures)
        raise
    if shared.json:
        emit(answer_value(answer, failures))
    elif not printed:
        print_answer(answer)
    tell_about(shared, answer, failures)
    if failures or answer.outcome == "unreadable":
        return 3
    return 1 if strict and not answer.found else 0


def answer_value(answer: Answer, failures: Sequence[Failure] = ()) -> dict[str, Any]:
    """Return an answer as it is printed as JSON; what could not be read is there only when something is."""
    fields = answer.to_dict()
    value = {name: fields[name] for name in _FIELDS}
    if answer.unread:
        value["unread"] = fields["unread"]
    return {**value, "failed": list(failures)} if failures else value


def unreadable_value(question: str, failures: Sequence[Failure]) -> dict[str, Any]:
    """Return what is printed as JSON where no file could be used."""
    nothing: dict[str, Any] = {"citations": [], "usage": {}, "timings": {}}
    known = {"question": question, "outcome": "unreadable", **nothing, "failed": list(failures)}
    return {**dict.fromkeys(_FIELDS, ""), **known}


def tell_about(shared: Shared, answer: Answer, failures: Sequence[Failure]) -> None:
    """Say on stderr what could not be read, and what the answer took."""
    tell_failures(failures)
    if shared.quiet:
        return
    shown = look(sys.stderr)
    for unread in answer.unread:
        tell(shown.warn(unread_text(unread, shown)))
    if not shared.json:
        tell(shown.dim(footer_text(answer)))
