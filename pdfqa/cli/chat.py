"""`pdfqa chat`."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pdfqa.cli.ask import answer_value, tell_about
from pdfqa.cli.inputs import sources
from pdfqa.cli.options import Shared, answering_options
from pdfqa.cli.output import emit, look, say, tell, tell_failures
from pdfqa.cli.reading import Report, with_files
from pdfqa.cli.saving import Made, Saving, saving_options
from pdfqa.cli.typing import answered, print_answer
from pdfqa.errors import FileMissingError, InvalidRequestError, by_code
from pdfqa.render import body_text, clean, one_line, wrap

if TYPE_CHECKING:
    from pdfqa.chat import Chat
    from pdfqa.qa import PDFQA
    from pdfqa.types import Answer

_ENDS = ("exit", "quit")


@click.command(
    epilog="""
\b
Examples:
  pdfqa chat report.pdf
  printf 'What was revenue?\\nAnd in 2024?\\n' | pdfqa chat report.pdf
  pdfqa chat --resume                      (the last conversation)
  pdfqa chat report.pdf --save talk.html --highlight marked.pdf
  pdfqa chat report.pdf --context talk.json      (this one, each time)
  pdfqa chat --context talk.json --delete
"""
)
@click.argument("words", nargs=-1, metavar="[FILE|DIR]...", type=click.Path())
@click.option("--resume", is_flag=True, help="Go on with the last conversation about the files.")
@click.option(
    "--context",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Go on with the conversation saved in FILE, if it is there, and save it there.",
)
@click.option("--delete", is_flag=True, help="Delete the conversation of --resume or --context.")
@click.option("--instructions", metavar="TEXT", help="Tell the model what it is and how to answer.")
@saving_options
@answering_options
def chat_command(shared: Shared, words: Sequence[str], saving: Saving, **which: Any) -> int:
    """Ask one question after another, in one thread.

    Each line is a question; Ctrl-D, 'exit' or 'quit' ends. Questions come
    from standard input, line by line, when it is no terminal. What was said
    is kept: --resume and --context go on with it, about the same files.
    """
    if "-" in words:
        raise InvalidRequestError("'-' is no file here: standard input holds the questions", param="-")
    wanted = _Wanted(**which)
    wanted.check()
    saving.check(words)
    if wanted.delete:
        return _delete(shared, words, wanted)
    (talk, made), failures = with_files(
        shared, sources(words), lambda qa, report: _talk(shared, qa, report, wanted, saving)
    )
    if shared.json:
        thread_id = talk[0].thread_id if talk else None
        answers = [answer_value(answer) for answer in talk]
        failed = {"failed": failures} if failures else {}
        emit({"thread_id": thread_id, "answers": answers, **failed, **made.fields()})
        tell_failures(failures)
    return made.tell(shared) or (3 if failures else 0)


class _Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversation is wanted."""

    resume: bool = False
    context: str | None = None
    delete: bool = False
    instructions: str | None = None

    def check(self) -> None:
        """Refuse what does not go together."""
        if self.resume and self.context:
            raise InvalidRequestError("--resume and --context name two conversations", hint="Give one.")
        if self.delete and not (self.resume or self.context):
            raise InvalidRequestError("--delete needs to know which", hint="Give --resume or --context FILE.")
        if self.instructions and self.goes_on:
            raise InvalidRequestError(
                "--instructions are those of a conversation from its beginning",
                hint="Leave them out, or begin another.",
            )

    @property
    def goes_on(self) -> bool:
        """Return whether the conversation was begun before."""
        return self.resume or (self.context is not None and os.path.exists(self.context))

    def open(self, qa: PDFQA, report: Report) -> Chat:
        """Return the conversation."""
        if self.resume:
            return qa.resume(progress=report)
        if self.context is not None and self.goes_on:
            return qa.restore(self.context)
        return qa.chat(instructions=self.instructions)


def _delete(shared: Shared, words: Sequence[str], wanted: _Wanted) -> int:
    if wanted.context is not None and not wanted.goes_on:
        raise FileMissingError(f"there is no file {wanted.context}", hint="Check the path.")

    def done(qa: PDFQA, report: Report) -> str:
        chat = wanted.open(qa, report)
        thread_id = chat.thread_id
        chat.delete()
        return thread_id

    try:
        thread_id, failures = with_files(shared, sources(words), done)
    finally:
        if wanted.context is not None:  # also where what it names is gone
            os.unlink(wanted.context)
    if shared.json:
        emit({"deleted": thread_id})
    elif not shared.quiet:
        tell(f"deleted {thread_id}")
    tell_failures(failures)
    return 3 if failures else 0


def _talk(shared: Shared, qa: PDFQA, report: Report, wanted: _Wanted, saving: Saving) -> tuple[list[Answer], Made]:
    if qa.names_files:
        _read(shared, qa, report)
    chat = wanted.open(qa, report)
    if not (shared.quiet or shared.json):
        if wanted.goes_on:
            _tell_where(chat)
        elif wanted.context is not None:
            tell(look(sys.stderr).dim(f"{one_line(wanted.context)} is not there yet: a new conversation begins"))
    talk: list[Answer] = []
    try:
        _go_on(shared, qa, report, chat, wanted, talk)
    except BaseException:
        if chat.answers:  # also what was interrupted is saved as far as it came
            saving.made(chat).tell(shared)
        raise
    return talk, saving.made(chat) if chat.answers else Made()


def _go_on(shared: Shared, qa: PDFQA, report: Report, chat: Chat, wanted: _Wanted, talk: list[Answer]) -> None:
    """Ask one question after another; the answers are added to `talk`."""
    for question in _questions(shared):
        answer, printed = answered(shared, qa, chat, question, report)
        talk.append(answer)
        if wanted.context is not None:
            chat.save_context(wanted.context)
        if not shared.json:
            if not printed:
                print_answer(answer)
            tell_about(shared, answer, [])
            # A question typed next, or the next one printed, stands apart.
            (tell if sys.stdin.isatty() else say)("")


def _tell_where(chat: Chat) -> None:
    """Say how far a conversation has come that goes on."""
    shown = look(sys.stderr)
    files = chat.files
    names = one_line(os.path.basename(files[0])) if len(files) == 1 else f"{len(files):,} files"
    count = len(chat.answers)
    tell(shown.dim(wrap(f"{count:,} question{'s' * (count != 1)} so far, about {names}. The last:", shown.width)))
    for answer in chat.answers[-1:]:
        tell(f"{shown.bold(f'> {one_line(answer.question)}')}\n{body_text(answer, shown)}\n")


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
