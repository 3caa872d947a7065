"""How the arguments of the command line are understood."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from pdfqa import PdfDocument
from pdfqa.cli.app import COMMANDS, VALUED, app, arrange
from pdfqa.cli.inputs import sources, split_question
from pdfqa.errors import InvalidRequestError


class Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


def give_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["list"], ["list"]),
        (["--json", "list"], ["list", "--json"]),
        (["--home", "list", "-q", "rm", "x"], ["rm", "--home", "list", "-q", "x"]),
        (["-k", "3", "search", "a.pdf", "list"], ["search", "-k", "3", "a.pdf", "list"]),
        (["-qk", "3", "search", "x"], ["search", "-qk", "3", "x"]),
        (["a.pdf", "list"], ["ask", "a.pdf", "list"]),
        (["--json", "a.pdf", "Why?"], ["ask", "--json", "a.pdf", "Why?"]),
        (["--password=x", "a.pdf", "Why?"], ["ask", "--password=x", "a.pdf", "Why?"]),
        (["-q", "-"], ["ask", "-q", "-"]),
        (["--", "-5 degrees?"], ["ask", "--", "-5 degrees?"]),
        (["--json"], ["ask", "--json"]),
        (["-q", "--help"], ["--help"]),
        (["--version", "-q"], ["--version"]),
        (["-h", "search"], ["search", "-h"]),
        (["adds up to what?"], ["ask", "adds up to what?"]),
    ],
)
def test_the_command_comes_first_and_is_ask_by_default(words: Sequence[str], expected: list[str]) -> None:
    assert arrange(words) == expected


def test_a_mistyped_command_is_not_asked() -> None:
    with pytest.raises(click.UsageError, match="no command 'serach'"):
        arrange(["serach"])


def test_options_with_a_value_are_all_known() -> None:
    context = click.Context(app)
    valued = {
        name
        for command in (app.get_command(context, name) for name in COMMANDS)
        for option in (command.params if command else [])
        if isinstance(option, click.Option) and not option.is_flag
        for name in option.opts
    }
    assert valued == VALUED


def test_every_command_exists_and_no_other() -> None:
    context = click.Context(app)
    assert all(app.get_command(context, name) for name in COMMANDS)
    assert app.get_command(context, "serve-coffee") is None


def test_the_last_argument_is_the_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "revenue").mkdir()
    assert split_question(["a.pdf", "dir", "Why?"]) == (["a.pdf", "dir"], "Why?")
    assert split_question(["Why?"]) == ([], "Why?")
    assert split_question(["a.pdf", "revenue"]) == (["a.pdf"], "revenue")


@pytest.mark.parametrize("words", [[], ["a.pdf"], ["A.PDF"], ["folder"], ["x.pdf", "there.pdf"]])
def test_a_file_is_no_question(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "there.pdf").touch()
    with pytest.raises(InvalidRequestError, match="no question") as caught:
        split_question(words)
    assert "pdfqa ask" in caught.value.hint


@pytest.mark.parametrize("question", ["", "  ", "\n\t"])
def test_an_empty_question_is_refused(question: str) -> None:
    with pytest.raises(InvalidRequestError, match="question is empty"):
        split_question(["a.pdf", question])


def test_the_question_may_come_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    give_stdin(monkeypatch, "\ufeffWas ist größer?\n".encode())
    assert split_question(["a.pdf", "-"]) == (["a.pdf"], "Was ist größer?")


def test_an_empty_question_from_stdin_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    give_stdin(monkeypatch, b"\n")
    with pytest.raises(InvalidRequestError, match="question is empty"):
        split_question(["-"])


def test_a_pdf_may_come_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    give_stdin(monkeypatch, b"%PDF-")
    assert split_question(["a.pdf", "-", "Why?"]) == (["a.pdf", PdfDocument("standard input", b"%PDF-")], "Why?")


def test_stdin_is_read_only_once() -> None:
    with pytest.raises(InvalidRequestError, match="given twice"):
        split_question(["-", "-"])


def test_a_pdf_is_not_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(Terminal()))
    with pytest.raises(InvalidRequestError, match="which is the terminal"):
        sources(["-"])


def test_a_question_that_is_no_text_is_made_text() -> None:
    assert split_question(["a.pdf", "caf\udce9?"]) == (["a.pdf"], "caf\ufffd?")
