"""`pdfqa keys`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from pdfqa.cli.options import Shared, output_options
from pdfqa.cli.output import emit, say, tell
from pdfqa.errors import InvalidRequestError
from pdfqa.render import one_line

if TYPE_CHECKING:
    from pdfqa.engine.owners import Owners
    from pdfqa.store.keys import Key


@click.command(
    epilog="""
\b
Examples:
  pdfqa keys add laptop
  pdfqa keys list
  pdfqa keys rm laptop --with-objects
"""
)
@click.argument("action", metavar="add|renew|list|rm", type=click.Choice(("add", "renew", "list", "rm")))
@click.argument("name", metavar="[NAME]", default="")
@click.option("--with-objects", is_flag=True, help="With rm: delete all that was made with the key as well.")
@output_options
def keys_command(shared: Shared, action: str, name: str, with_objects: bool) -> int:
    """Make, list and remove the API keys of 'pdfqa serve'.

    'add' prints a new key, once: only its hash is kept. 'renew' gives
    a key that was lost or has leaked a new secret; what was made with it
    stays. A running server notices at once.
    """
    from pdfqa import config
    from pdfqa.engine import Engine
    from pdfqa.engine.owners import Owners

    if (action == "list") == bool(name):
        raise InvalidRequestError(
            f"'{name}' is one too many" if name else f"no name of a key to {action}",
            hint="See pdfqa keys --help.",
            param="name",
        )
    with Engine(config.load(home=shared.home)) as engine:
        owners = Owners(engine)
        if action == "list":
            _list(shared, owners)
        elif action == "rm":
            _remove(shared, owners, name, with_objects)
        else:
            _show(shared, *(owners.add(name) if action == "add" else owners.renew(name)))
    return 0


def _show(shared: Shared, key: Key, secret: str) -> None:
    if shared.json:
        emit({**_value(key), "key": secret})
        return
    say(secret)
    if not shared.quiet:
        tell(f"The key {one_line(key.name)} ({key.id}) is shown only now.")


def _list(shared: Shared, owners: Owners) -> None:
    keys = [(key, owners.count(key.id)) for key in owners.keys.all()]
    if shared.json:
        emit({"keys": [{**_value(key), "objects": count} for key, count in keys]})
    elif not keys:
        tell("There is no key yet: pdfqa keys add NAME.")
    for key, count in keys if not shared.json else ():
        made = time.strftime("%Y-%m-%d", time.gmtime(key.created_at))
        say(f"{key.id}  {made}  {count:>7,} {'object ' if count == 1 else 'objects'}  {one_line(key.name)}")


def _remove(shared: Shared, owners: Owners, name: str, with_objects: bool) -> None:
    key = owners.remove(name, with_objects=with_objects)
    if shared.json:
        emit(_value(key))
    elif not shared.quiet:
        say(f"removed {one_line(key.name)} ({key.id})")


def _value(key: Key) -> dict[str, Any]:
    return {"id": key.id, "name": key.name, "created_at": key.created_at}
