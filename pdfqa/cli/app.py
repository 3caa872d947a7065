"""The `pdfqa` command: finds the command that is meant, and loads only that one."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pdfqa._version import __version__
from pdfqa.cli import output

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# command -> the module of this package that defines it
COMMANDS = {
    "ask": "ask",
    "search": "search",
    "summarize": "summarize",
    "extract": "extract",
    "compare": "compare",
    "chat": "chat",
    "add": "files",
    "list": "files",
    "show": "show",
    "images": "images",
    "ocr": "ocr",
    "rm": "files",
    "clean": "clean",
    "reindex": "reindex",
    "info": "home",
    "path": "home",
    "save": "save",
    "verify": "verify",
    "eval": "eval",
    "models": "models",
    "doctor": "models",
    "serve": "serve",
    "keys": "keys",
    "login": "login",
    "logout": "login",
    "completion": "home",
}
# Options whose next argument is their value: needed to find the first argument that is no option.
VALUED = frozenset({"--home", "--password", "--password-file", "--ocr", "--ocr-lang", "--page", "-k"}) | frozenset(
    {"--save", "--cited-pages"}
    | {"--out", "--png", "--highlight", "--width", "--words", "--prompt", "--schema", "--files"}
    | {"--context", "--instructions", "--pages", "--resolution", "--detail", "--alt-text"}
    | {"--embedder", "--reranker", "--backend", "--results", "--compare", "--against", "--limit", "--pictures"}
    | {"--host", "--port", "--api-key", "--model", "--base-url", "--max-body-mb", "--grace", "--log-file"}
)
_ABOUT = frozenset({"--help", "-h", "--version"})
_LONGEST_TYPO = 12


def arrange(words: Sequence[str]) -> list[str]:
    """Return the arguments with the command first; it is `ask` where the first that is no option names no command."""
    first = _first_plain(words)
    if first is None:
        about = [word for word in words if word in _ABOUT]
        return about[:1] if about else ["ask", *words]
    if words[first] in COMMANDS:
        return [words[first], *words[:first], *words[first + 1 :]]
    _refuse_typo(words[first], alone=first == len(words) - 1)
    return ["ask", *words]


def _first_plain(words: Sequence[str]) -> int | None:
    skip = False
    for index, word in enumerate(words):
        if skip:
            skip = False
        elif word == "--":
            # `--` is no command name either: what follows is for ask.
            return index
        elif word == "-" or not word.startswith("-"):
            return index
        else:
            skip = word in VALUED or (not word.startswith("--") and word.endswith("k"))
    return None


def _refuse_typo(word: str, *, alone: bool) -> None:
    # One short word alone is hardly a question to everything, if a command looks like it.
    if not (alone and word.isalpha() and len(word) < _LONGEST_TYPO):
        return
    from difflib import get_close_matches

    close = get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.7)
    if close:
        error = click.UsageError(f"there is no command {word!r}")
        error.hint = f"Did you mean pdfqa {close[0]}? To ask it as a question: pdfqa ask {word}"  # type: ignore[attr-defined]
        raise error


class App(click.Group):
    """A group that asks by default and imports a command when it is used."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command first, then parse."""
        return super().parse_args(ctx, arrange(args) if args else args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they are met."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pdfqa.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands, and files for `pdfqa FILE`."""
        from click.shell_completion import CompletionItem

        return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]


_HELP = """Ask questions of PDFs, offline. Every citation is proved.

\b
Examples:
  pdfqa report.pdf "What was net revenue in fiscal 2025?"
  pdfqa ask contracts/ "Which contracts renew automatically?"
  pdfqa search report.pdf "supply chain risk" -k 3
  pdfqa ask report.pdf "Who audits it?" --json | jq .citations

FILE "QUESTION" without a command means ask. A folder stands for all the
PDFs in it; a file that was read once is not read again.
"""
_EPILOG = """
\b
Exit codes:
  0  done        1  not found (only with --strict), or not proved (verify)
  2  wrong usage
  3  a file could not be read (the others were used)   4  anything else
\b
Environment: PDFQA_HOME, PDFQA_PASSWORD, NO_COLOR.
Answers go to stdout, everything else to stderr.
"""


@click.group(
    cls=App,
    help=_HELP,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    subcommand_metavar="COMMAND [ARGS]...",
)
@click.version_option(__version__, prog_name="pdfqa", message="%(prog)s %(version)s")
def app() -> None:
    """Hold the commands."""


def run(words: Sequence[str]) -> int:
    """Run one command, or answer the shell that completes one, and return the exit code."""
    output.prepare()
    instruction = os.environ.get("_PDFQA_COMPLETE")
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(app, {}, "pdfqa", "_PDFQA_COMPLETE", instruction)
    if not words:
        output.tell(app.get_help(click.Context(app, info_name="pdfqa", **app.context_settings)))
        return 2
    with app.make_context("pdfqa", list(words)) as context:
        code: int = app.invoke(context)
    return code
