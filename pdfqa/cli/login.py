"""`pdfqa login` and `pdfqa logout`: keys of servers, kept where nobody else can read them."""

from __future__ import annotations

import os
import sys

import click

from pdfqa.cli.options import Shared, output_options
from pdfqa.cli.output import emit, look, say, tell
from pdfqa.errors import InvalidRequestError, ObjectNotFoundError
from pdfqa.render import wrap

_OPENAI = "openai"


@click.command(
    epilog="""
\b
Examples:
  pdfqa login
  pdfqa login https://llm.example.com/v1 < key.txt
  pdfqa login --list
"""
)
@click.argument("server", metavar="[SERVER]", default="")
@click.option("--file", "in_file", is_flag=True, help="Keep it in the file, also where there is a keyring.")
@click.option("--list", "listing", is_flag=True, help="List the servers that a key is kept for.")
@output_options
def login_command(shared: Shared, server: str, in_file: bool, listing: bool) -> int:
    """Keep the key of a server: OpenAI's, or the one at an address.

    The key is asked for, or read from standard input. The keyring of the
    system has it, if the package 'keyring' is installed; else a file that
    only you can read. An argument or a variable comes before it, and it is
    sent to no other address.
    """
    from pdfqa import credentials

    env = os.environ
    if listing:
        if server:
            raise InvalidRequestError(f"{server!r} is one too many", hint="--list lists all.", param="server")
        kept = credentials.kept(env)
        if shared.json:
            emit({"servers": [{"server": name, "kept": where} for name, where in kept.items()]})
        else:
            widest = max(map(len, kept), default=0)
            say("\n".join(f"{name:<{widest}}  {where}" for name, where in kept.items()) or "none")
        return 0
    server = server or _OPENAI
    in_keyring = not in_file and credentials.has_keyring()
    credentials.check(server)
    credentials.keep(server, _typed(server), env, in_keyring=in_keyring)
    where = "keyring" if in_keyring else "file"
    if shared.json:
        emit({"server": server, "kept": where})
    elif not shared.quiet:
        tell(f"The key for {server} is kept in {'the keyring' if in_keyring else credentials.path(env)}.")
    return 0


@click.command(
    epilog="""
\b
Examples:
  pdfqa logout
  pdfqa logout https://llm.example.com/v1
"""
)
@click.argument("server", metavar="[SERVER]", default=_OPENAI)
@output_options
def logout_command(shared: Shared, server: str) -> int:
    """Forget the key that is kept for a server, by default OpenAI's."""
    from pdfqa import credentials

    if not credentials.forget(server, os.environ):
        raise ObjectNotFoundError(f"no key is kept for {server}", hint="pdfqa login --list names the servers.")
    if shared.json:
        emit({"server": server, "kept": None})
    elif not shared.quiet:
        told = f"The key for {server} is forgotten. Variables such as OPENAI_API_KEY are not looked at."
        tell(wrap(told, look(sys.stderr).width))
    return 0


def _typed(server: str) -> str:
    """Return the key from standard input; on a terminal it is asked for, and not shown."""
    if sys.stdin.isatty():
        typed: str = click.prompt(f"Key for {server}", hide_input=True, err=True)
        return typed
    return sys.stdin.readline()
