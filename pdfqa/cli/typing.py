"""Print an answer: at once, or on a terminal word by word while a model writes it."""

from __future__ import annotations

import re
import sys
from itertools import chain
from typing import TYPE_CHECKING

import click

from pdfqa.cli.options import Shared
from pdfqa.cli.output import look, say
from pdfqa.config import EXTRACTIVE
from pdfqa.errors import EncryptedFileError
from pdfqa.render import WORDS, Look, answer_words, body_text, cells, clean, proofs_text, wrap

if TYPE_CHECKING:
    from pdfqa.chat import Chat, Stream
    from pdfqa.cli.reading import Report
    from pdfqa.qa import PDFQA
    from pdfqa.types import Answer


class Typist:
    """Writes text as it comes, in lines of at most `look.width` columns. A word is written when it is whole."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._waiting = ""
        self._space = ""
        self._column = 0

    def add(self, text: str) -> None:
        """Write what can be written of the text so far."""
        *whole, last = re.findall(WORDS, self._waiting + text) or [""]
        for part in whole:
            self._write(part)
        self._waiting = last

    def end(self, text: str = "") -> None:
        """Write the rest, and end the line."""
        self.add(text)
        self._write(self._waiting)
        self._waiting = ""
        click.echo("")

    def _write(self, part: str) -> None:
        if part == "\n":
            click.echo("")
            self._column, self._space = 0, ""
        elif not part.strip():
            self._space = " " * bool(self._column)
        else:
            word = clean(part)
            if self._column and self._column + len(self._space) + cells(word) > self._look.width:
                click.echo("")
                self._column, self._space = 0, ""
            shown = re.sub(r"\[\d+\]", lambda mark: self._look.mark(mark[0]), word)
            click.echo(f"{self._space}{shown}", nl=False, color=True)
            self._column += len(self._space) + cells(word)
            self._space = ""
        sys.stdout.flush()


def answered(shared: Shared, qa: PDFQA, asked: PDFQA | Chat, question: str, report: Report) -> tuple[Answer, bool]:
    """Return the answer to a question, and whether it has been printed."""
    stream = asked.stream(question, progress=report)
    if shared.json or not sys.stdout.isatty() or qa.model == EXTRACTIVE:
        return stream.answer, False
    return _typed(qa, stream)


def print_answer(answer: Answer) -> None:
    """Print an answer and its citations."""
    say(body_text(answer, look()))


def _typed(qa: PDFQA, stream: Stream) -> tuple[Answer, bool]:
    first = next(stream, "")
    if any(failure.error == EncryptedFileError.code for failure in qa.failures):
        return stream.answer, False  # a password will be asked for, and the question put again
    typist, text = Typist(look()), ""
    try:
        for piece in chain([first], stream):
            typist.add(piece)
            text += piece
    except BaseException:
        typist.end()
        raise
    answer = stream.answer
    whole = answer_words(answer)
    if whole.startswith(text):
        typist.end(whole[len(text) :])
    else:  # the text has been changed since: said whole, so that nobody relies on what was typed
        typist.end()
        say(f"\n{wrap(clean(whole), look().width)}")
    proofs = proofs_text(answer, look())
    if proofs:
        say(f"\n{proofs}")
    return answer, True
