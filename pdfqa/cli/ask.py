"""`pdfqa ask`: the default command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pdfqa.cli.inputs import split_question
from pdfqa.cli.options import Shared, answering_options, strict_option
from pdfqa.cli.output import NothingReadError, emit, look, tell, tell_failures
from pdfqa.cli.reading import Report, with_files
from pdfqa.cli.saving import Made, Saving, saving_options
from pdfqa.cli.typing import answered, print_answer
from pdfqa.render import footer_text, unread_text

if TYPE_CHECKING:
    from pdfqa.qa import PDFQA
    from pdfqa.types import Answer, Failure


@click.command(
    epilog="""
\b
Examples:
  pdfqa ask report.pdf "What was net revenue in fiscal 2025?"
  pdfqa ask a.pdf b.pdf reports/ "Who audits the accounts?"
  curl -s https://example.org/r.pdf | pdfqa ask - "What is it about?"
  pdfqa ask report.pdf -q - < question.txt
  pdfqa ask "Which report mentions hydrogen?"      (all files known)
  pdfqa ask report.pdf "..." --save answer.docx --highlight marked.pdf
"""
)
@click.argument("words", nargs=-1, metavar="[FILE|DIR|-]... QUESTION", type=click.Path(allow_dash=True))
@strict_option
@saving_options
@answering_options
def ask_command(shared: Shared, words: Sequence[str], strict: bool, saving: Saving) -> int:
    """Ask a question; print the answer and its citations.

    The last argument is the question. '-' as a file is a PDF on standard
    input, '-' as the question is a question there. Without a file,
    everything that pdfqa has read is asked.
    """
    files, question = split_question(words)
    saving.check(files)

    def ask(qa: PDFQA, report: Report) -> tuple[Answer, bool, Made]:
        answer, printed = answered(shared, qa, qa, question, report)
        return answer, printed, saving.made(answer)

    try:
        (answer, printed, made), failures = with_files(shared, files, ask)
    except NothingReadError as error:
        if shared.json:
            error.value = unreadable_value(question, error.failures)
        raise
    if shared.json:
        emit({**answer_value(answer, failures), **made.fields()})
    elif not printed:
        print_answer(answer)
    tell_about(shared, answer, failures)
    if code := made.tell(shared):
        return code
    if failures or answer.outcome == "unreadable":
        return 3
    return 1 if strict and not answer.found else 0


def answer_value(answer: Answer, failures: Sequence[Failure] = ()) -> dict[str, Any]:
    """Return an answer as it is printed as JSON; what could not be read is there only when something is."""
    from pdfqa.out.plain import printed

    return {**printed(answer), **({"failed": list(failures)} if failures else {})}


def unreadable_value(question: str, failures: Sequence[Failure]) -> dict[str, Any]:
    """Return what is printed as JSON where no file could be used."""
    nothing: dict[str, Any] = {"citations": [], "usage": {}, "timings": {}}
    from pdfqa.out.plain import ANSWER_FIELDS

    known = {"question": question, "outcome": "unreadable", **nothing, "failed": list(failures)}
    return {**dict.fromkeys(ANSWER_FIELDS, ""), **known}


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
