"""`pdfqa show --png`: draw a page into a file, or to standard output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pdfqa.cli.output import emit, tell
from pdfqa.cli.reading import with_files
from pdfqa.errors import FileWriteError, InvalidRequestError
from pdfqa.pdf.files import is_pdf
from pdfqa.render import one_line

if TYPE_CHECKING:
    from pdfqa.cli.options import Shared

_STDOUT = "-"


class Drawn(msgspec.Struct, frozen=True):
    """What is asked for: which page, where to, what is marked, and how wide."""

    page: int | None
    png: str | None
    highlight: tuple[str, ...] = ()
    width: int | None = None

    def check(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            InvalidRequestError: Options that need --png without it, or a place that must not be written to.
        """
        if self.png is None:
            for name, value in (("--highlight", self.highlight), ("--width", self.width)):
                if value:
                    raise InvalidRequestError(
                        f"{name} is about a picture, and none is asked for", hint="Add --png OUT.", param=name
                    )
        elif self.png == _STDOUT:
            if sys.stdout.isatty():
                raise InvalidRequestError(
                    "--png - writes a picture to standard output, which is the terminal",
                    hint="Name a file, or send it on: pdfqa show FILE --page 1 --png - > page.png",
                    param="--png",
                )
        elif Path(self.png).is_file() and is_pdf(Path(self.png)):
            raise InvalidRequestError(
                f"{self.png} is a PDF and would be overwritten",
                hint="Name another file for the picture.",
                param="--png",
            )


def draw(shared: Shared, name: str, wanted: Drawn) -> int:
    """Draw a page of a PDF and say where to."""
    options = {} if wanted.width is None else {"width": wanted.width}
    drawing = with_files(shared, (), lambda qa, _: qa.look(name).draw(wanted.page, wanted.highlight, **options))[0]
    out = wanted.png or _STDOUT
    if out == _STDOUT:
        sys.stdout.buffer.write(drawing.png)
        return 0
    try:
        Path(out).write_bytes(drawing.png)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileWriteError(f"{one_line(out)} cannot be written: {reason}", hint="Name another file.") from error
    if shared.json:
        emit({"file": name, "page": drawing.page, "png": out, "boxes": drawing.boxes})
    elif not shared.quiet:
        tell(f"page {drawing.page} of {one_line(name)} drawn in {one_line(out)}")
    return 0
