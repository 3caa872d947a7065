"""`pdfqa clean`: what was left elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pdfqa import prices
from pdfqa.cli.options import Shared, backend_options, output_options
from pdfqa.cli.output import emit, look, say, tell
from pdfqa.cli.reading import with_files
from pdfqa.errors import InvalidRequestError
from pdfqa.render import wrap

if TYPE_CHECKING:
    from pdfqa.backends.leftovers import Left
    from pdfqa.hosting import Hosting
    from pdfqa.qa import PDFQA


@click.command(
    epilog="""
\b
Examples:
  pdfqa clean --backend openai
  pdfqa clean --backend openai --yes
"""
)
@click.option("--yes", is_flag=True, help="Delete it without asking.")
@click.option("--all", "everything", is_flag=True, help="Also what other home directories left there.")
@backend_options
@output_options
def clean_command(shared: Shared, everything: bool, yes: bool) -> int:
    """Show what pdfqa left at OpenAI, and delete it.

    These are text files and the vector store that they are in, with what
    the store costs a day. Without --yes it asks first. What was read on
    this machine stays.
    """
    value, _ = with_files(shared, (), lambda qa, _: _clean(shared, _hosting(qa), everything=everything, yes=yes))
    if shared.json:
        emit(value)
    return 0


def _hosting(qa: PDFQA) -> Hosting:
    if qa.hosting is None:
        raise InvalidRequestError(
            "the local back-end leaves nothing anywhere else", hint="Give --backend openai.", param="backend"
        )
    return qa.hosting


def _clean(shared: Shared, hosting: Hosting, *, everything: bool, yes: bool) -> dict[str, Any]:
    """Show what is there, delete it if that is wanted, and return it as a value."""
    ours, others = hosting.left()
    wanted = [ours, others] if everything else [ours]
    priced = hosting.priced  # what others take is not known
    if not shared.json:
        _say(f"{hosting.where} has of this home directory: {_text(ours, priced=priced)}")
        if others:
            _say(f"of others: {_text(others, priced=priced)}{'' if everything else '; --all deletes this, too'}")
        if priced:
            _say(_rate())
    delete = any(wanted) and (yes or _confirmed(shared))
    if delete:
        hosting.clear(wanted)
        if not shared.json:
            say("deleted")
    return {"left": [_value(ours, priced=priced)], "others": [_value(others, priced=priced)], "deleted": delete}


def _confirmed(shared: Shared) -> bool:
    if shared.json or not sys.stdin.isatty():
        if not shared.quiet:
            tell("Nothing was deleted: give --yes to delete it.")
        return False
    return click.confirm("Delete it?", err=True)


def _say(text: str) -> None:
    say(wrap(text, look().width, "", "  "))


def _text(found: Left, *, priced: bool) -> str:
    value = _value(found, priced=priced)
    stores, files = value["stores"], value["files"]
    price = f", ${value['dollars_a_day'] or 0:.2f} a day" if priced else ""
    return (
        f"{stores:,} vector store{'' if stores == 1 else 's'}, {files:,} file{'' if files == 1 else 's'}, "
        f"{value['bytes'] / 1e6:.1f} MB{price}"
    )


def _rate() -> str:
    storage = prices.table().storage
    if storage is None:
        return "What vector stores cost is not known."
    rate, free = f"${storage.gigabyte_day:.2f} a GB and day", f"the first {storage.free:g} GB of an account nothing"
    return f"Vector stores cost {rate}, {free} ({storage.date})."


def _value(found: Left, *, priced: bool) -> dict[str, Any]:
    storage = prices.table().storage if priced else None
    cost = round(storage.of(found.bytes), 4) if storage else None
    return {"stores": len(found.stores), "files": len(found.files), "bytes": found.bytes, "dollars_a_day": cost}
