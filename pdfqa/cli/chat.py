"""`pdfqa chat`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from pdfqa.cli.ask import answer_value, tell_about
from pdfqa.cli.inputs import sources
from pdfqa.cli.options import Shared, answering_options
from pdfqa.cli.output import emit, look, say, tell, tell_failures
from pdfqa.cli.reading import Report, with_files
from pdfqa.cli.typing import answered, print_answer
from pdfqa.errors import InvalidRequestError, by_code
from pdfqa.render import clean

if TYPE_CHECKING:
    from pdfqa.qa import PDFQA
    from pdfqa.types import Answer

_ENDS = ("exit", "quit")


@click.command(
    epilog="""
\b
Examples:
  pdfqa chat report.pdf
  printf 'What was revenue?\\nAnd in 2024?\\n' | pdfqa chat report.pdf
"""
)
@click.argument("words", nargs=-1, metavar="[FILE|DIR]...", type=click.Path())
@answering_options
def chat_command(shared: Shared, words: Sequence[str]) -> int:
    """Ask one question after another, in one thread.

    Each line is a question; Ctrl-D, 'exit' or 'quit' ends. Questions come
    from standard input, line by line, when it is no terminal.
    """
    if "-" in words:
        raise InvalidRequestError("'-' is no file here: standard input holds the questions", param="-")
    talk, failures = with_files(shared, sources(words), lambda qa, report: _talk(shared, qa, report, bool(words)))
    if shared.json:
        thread_id = talk[0].thread_id if talk else None
        answers = [answer_value(answer) for answer in talk]
        emit({"thread_id": thread_id, "answers": answers, **({"failed": failures} if failures else {})})
        tell_failures(failures)
    return 3 if failures else 0


def _talk(shared: Shared, qa: PDFQA, report: Report, read_first: bool) -> list[Answer]:
    if read_first:
        _read(shared, qa, report)
    chat = qa.chat()
    talk: list[Answer] = []
    for question in _questions(shared):
        answer, printed = answered(shared, qa, chat, question, report)
        talk.append(answer)
        if not shared.json:
            if not printed:
                print_answer(answer)
            tell_about(shared, answer, [])
            # A question typed next, or the next one printed, stands apart.
            (tell if sys.stdin.isatty() else say)("")
    return talk


def _read(shared: Shared, qa: PDFQA, report: Report) -> None:
    # Before the first question, so that nobody types one for files that cannot be read.
    done = qa.add(progress=report)
    if done.failed and not (done.added or done.known):
        first = done.failed[0]
        raise by_code(first.error)(first.message, hint=first.hint)
    tell_failures([] if shared.json else done.failed)


def _questions(shared: Shared) -> Iterator[str]:
    live = sys.stdin.isatty()
    if live and not shared.quiet:
        tell("Ask a question; Ctrl-D ends.")
    for line in _typed() if live else _piped():
        question = line.strip()
        if question.lower() in _ENDS:
            return
        if question:
            if not live and not shared.json:
                say(look().bold(f"> {clean(question)}"))
            yield question


def _piped() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")


def _typed() -> Iterator[str]:
    if sys.stdout.isatty():
        with contextlib.suppress(ImportError):
            # Gives input() line editing and a history.
            import readline  # noqa: F401
    while True:
        try:
            yield input("> ") if sys.stdout.isatty() else _prompted()
        except EOFError:
            tell("")
            return


def _prompted() -> str:
    # input() would write its prompt to stdout, among the answers.
    click.echo("> ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line
