"""What the arguments of a command mean: files, and the question after them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from pdfqa.errors import InvalidRequestError
from pdfqa.given import PdfDocument
from pdfqa.texts import is_text

Source = str | PdfDocument


def split_question(words: Sequence[str]) -> tuple[list[Source], str]:
    """Return the files and the question of `FILE… QUESTION`; `-` stands for standard input, once.

    Raises:
        InvalidRequestError: There is no question, it is empty, or standard input is asked for twice.
    """
    if not words or _is_file(words[-1], alone=len(words) == 1):
        raise _no_question(words)
    if words.count("-") > 1:
        raise InvalidRequestError(
            "'-' is given twice, and standard input can be read only once",
            hint="Give the file or the question by itself, the other one with '-'.",
            param="-",
        )
    question = _question(words[-1])
    if not question.strip():
        raise InvalidRequestError("the question is empty", hint="Ask it in words, in quotes.", param="question")
    return sources(words[:-1]), question


def sources(words: Sequence[str]) -> list[Source]:
    """Return the files, with the bytes of standard input in the place of `-`."""
    return [PdfDocument("standard input", _stdin_bytes()) if word == "-" else word for word in words]


def _is_file(word: str, *, alone: bool) -> bool:
    named = word.lower().endswith(".pdf") or is_text(word)
    if alone:
        return word != "-" and (named or os.path.exists(word))
    # A word to search for may well be the name of a folder here; the name of a document is hardly one.
    return named and os.path.isfile(word)


def _no_question(words: Sequence[str]) -> InvalidRequestError:
    file = words[-1] if words else "report.pdf"
    quoted = f"'{file}'" if " " in file else file
    return InvalidRequestError(
        f"no question: the last argument, {file!r}, names a file" if words else "no question",
        hint=f'The question comes last, in quotes: pdfqa ask {quoted} "What is it about?"',
        param="question",
    )


def _question(word: str) -> str:
    if word == "-":
        return sys.stdin.buffer.read().decode("utf-8-sig", "replace").strip()
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _stdin_bytes() -> bytes:
    if sys.stdin.isatty():
        raise InvalidRequestError(
            "'-' reads a PDF from standard input, which is the terminal",
            hint='Pipe a PDF in: pdfqa ask - "What is it about?" < report.pdf',
            param="-",
        )
    return sys.stdin.buffer.read()
