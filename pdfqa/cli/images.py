"""`pdfqa images`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pdfqa.cli.options import Shared, opening_options
from pdfqa.cli.output import emit, look, say, tell
from pdfqa.cli.reading import with_files
from pdfqa.cli.tables import counted, images_table
from pdfqa.render import one_line, unread_text

if TYPE_CHECKING:
    from pdfqa.types import ImageList


@click.command(
    epilog="""
\b
Examples:
  pdfqa images report.pdf
  pdfqa images report.pdf --page 3 --out pictures
"""
)
@click.argument("name", metavar="FILE", type=click.Path())
@click.option("--page", "number", metavar="N", type=click.IntRange(1), help="Only those on page N, counted from 1.")
@click.option("--out", metavar="DIR", type=click.Path(file_okay=False), help="Save them in DIR, as JPEG or PNG.")
@opening_options
def images_command(shared: Shared, name: str, number: int | None, out: str | None) -> int:
    """List the images in a PDF: page, size and place; save them.

    FILE is a path, which need not have been added, or a name or an id of 'pdfqa list'.
    """
    found = with_files(shared, (), lambda qa, _: qa.look(name).images(number, out))[0]
    if shared.json:
        emit(found)
    elif found.images:
        say(images_table(found.images, look()))
    if not shared.quiet:
        _tell(found, name, out)
    return 3 if found.unread else 0


def _tell(found: ImageList, name: str, out: str | None) -> None:
    """Say what the list does not: that it is empty, what was saved, and what could not be."""
    if not found.images and not found.unread:
        tell(f"{one_line(name)} has no images")
    if out is not None:
        files = {image.saved for image in found.images if image.saved}
        tell(f"{counted(len(files), 'file')} saved in {one_line(out)}")
    for image in {image.name: image for image in found.images if image.problem}.values():
        tell(look().warn(f"{image.name} was not saved: {one_line(image.problem)}"))
    for unread in found.unread:
        tell(look().warn(unread_text(unread, look())))
