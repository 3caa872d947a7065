"""`--save`, `--highlight` and `--cited-pages`: when they are refused, and what is said of what was made.

What cannot be meant is refused before anything is asked. What fails afterwards costs no answer: it is printed first.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from pdfqa.cli.output import error_text, look, tell
from pdfqa.errors import PdfqaError
from pdfqa.render import one_line, wrap

if TYPE_CHECKING:
    from pdfqa.cli.options import Shared
    from pdfqa.cli.reading import Report
    from pdfqa.qa import PDFQA
    from pdfqa.results import Copies

Value = TypeVar("Value")


class Made(msgspec.Struct):
    """What was made: documents and copies; or what went wrong."""

    saved: list[str] = []
    copies: list[Copies] = []
    error: PdfqaError | None = None

    def fields(self) -> dict[str, Any]:
        """Return what is added to the value that is printed as JSON."""
        error = self.error
        if error is None:
            return {}
        return {"error": {"type": error.code, "message": error.message, "hint": error.hint, "param": error.param}}

    def _tell_copies(self) -> None:
        if self.copies:
            from pdfqa.render_whole import copies_text

            for copies in self.copies:
                tell(copies_text(copies, look(sys.stderr)))

    def tell(self, shared: Shared) -> int:
        """Say what was made on stderr, and return the exit code."""
        shown = look(sys.stderr)
        if not shared.quiet:
            for path in self.saved:
                tell(wrap(f"saved in {one_line(path)}", shown.width, "", "  "))
            self._tell_copies()
        if self.error is None:
            return 0
        tell(error_text(self.error))
        return self.error.exit_code


class Saving(msgspec.Struct, frozen=True):
    """Where to something is saved."""

    save: tuple[str, ...] = ()
    highlight: str | None = None
    cited_pages: str | None = None

    def __bool__(self) -> bool:
        return bool(self.save or self.highlight or self.cited_pages)

    def check(self, named: Iterable[object] = ()) -> None:
        """Refuse what cannot be meant.

        Args:
            named: What is asked, of which files are never written to.

        Raises:
            InvalidRequestError: A name says no format, or is that of a file that is not to be overwritten.
            FileWriteError: A folder is not there.
            MissingExtraError: A format takes a package that is not installed.
        """
        if not self:
            return
        from pdfqa import out

        originals = [name for name in named if isinstance(name, str) and os.path.isfile(name)]
        for path in self.save:
            out.check(path, originals)
        if self.highlight:
            out.check_copy(self.highlight, originals, folder=True)
        if self.cited_pages:
            out.check_copy(self.cited_pages, originals)

    def of(self, work: Callable[[PDFQA, Report], Value]) -> Callable[[PDFQA, Report], tuple[Value, Made]]:
        """Return work whose value is saved, while its files are at hand."""

        def done(qa: PDFQA, report: Report) -> tuple[Value, Made]:
            value = work(qa, report)
            return value, self.made(value)

        return done

    def made(self, value: Any) -> Made:
        """Return what was made of a value."""
        made = Made()
        try:
            for path in self.save:
                made.saved.append(value.save(path))
            if self.highlight:
                made.copies.append(value.highlight(self.highlight))
            if self.cited_pages:
                made.copies.append(value.cited_pages(self.cited_pages))
        except PdfqaError as error:
            made.error = error
        return made


def saving_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add --save, --highlight and --cited-pages, and pass them as `saving`."""

    @functools.wraps(function)
    def packed(*, save: tuple[str, ...], highlight: str | None, cited_pages: str | None, **others: Any) -> int:
        return function(saving=Saving(save, highlight, cited_pages), **others)

    for option in (_cited_pages, _highlight, _save):
        packed = option(packed)
    return packed


def save_option(function: Callable[..., int]) -> Callable[..., int]:
    """Add --save alone, and pass it as `saving`."""

    @functools.wraps(function)
    def packed(*, save: tuple[str, ...], **others: Any) -> int:
        return function(saving=Saving(save), **others)

    return _save(packed)


_save = click.option(
    "--save", metavar="FILE", multiple=True, type=click.Path(), help="Save it as .md .html .docx .pdf .txt or .json."
)
_highlight = click.option(
    "--highlight", metavar="PDF|DIR/", type=click.Path(), help="Write a copy of the PDF with the quotes highlighted."
)
_cited_pages = click.option(
    "--cited-pages", metavar="PDF", type=click.Path(dir_okay=False), help="Write a PDF of the cited pages alone."
)
