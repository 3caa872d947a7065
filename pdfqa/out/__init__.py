"""Documents out: values saved in several formats, and PDFs that show what was cited."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pdfqa.errors import InvalidRequestError, PdfqaError
from pdfqa.out import files
from pdfqa.render import one_line

if TYPE_CHECKING:  # what only prints an answer loads no more than that takes
    from pdfqa.out.paper import Paper
    from pdfqa.results import Copies

__all__ = ["FORMATS", "check", "check_copy", "cited_pages", "highlight", "save"]

FORMATS = (".md", ".html", ".docx", ".pdf", ".txt", ".json")
_ALSO = {".markdown": ".md", ".htm": ".html"}


def format_of(path: str | os.PathLike[str]) -> str:
    """Return which format is meant, by how the name of a file ends.

    Raises:
        InvalidRequestError: It is none that is known.
    """
    ending = os.path.splitext(os.fspath(path))[1].lower()
    ending = _ALSO.get(ending, ending)
    if ending not in FORMATS:
        what = f'"{one_line(ending)}" is no format' if ending else "the format is not clear"
        raise InvalidRequestError(
            f"{one_line(os.fspath(path))} cannot be saved: {what}",
            hint=f"End the name with one of {', '.join(FORMATS)}.",
            param="path",
        )
    return ending


def check(path: str | os.PathLike[str], originals: Iterable[str] = ()) -> str:
    """Return the path, if something can be saved there.

    Raises:
        InvalidRequestError: The name says no format, or something that is there is not to be overwritten.
        FileWriteError: There is no such folder.
        MissingExtraError: The format takes a package that is not installed.
    """
    if format_of(path) == ".pdf" and not importlib.util.find_spec("typst"):
        from pdfqa.out.typeset import missing

        raise missing()
    return files.check(path, originals)


def save(value: Any, path: str | os.PathLike[str]) -> str:
    """Write a value into a file, in the format that its name says, and return the path.

    Raises:
        InvalidRequestError: The name says no format, or something that is there is not to be overwritten.
        FileWriteError: The file cannot be written.
        MissingExtraError: The format takes a package, or a font, that is not installed.
    """
    place = check(path, originals_of(value))
    files.write(place, _encoded(value, format_of(path), os.path.dirname(os.path.abspath(place))))
    return place


def highlight(value: Any, path: str | os.PathLike[str]) -> Copies:
    """Write a copy of each PDF that a value cites, with the quotes highlighted; see `savable.Savable.highlight`."""
    from pdfqa.out import copies

    return copies.highlight(value, path)


def cited_pages(value: Any, path: str | os.PathLike[str]) -> Copies:
    """Write a PDF of the pages that a value cites; see `savable.Savable.cited_pages`."""
    from pdfqa.out import copies

    return copies.cited_pages(value, path)


def check_copy(path: str | os.PathLike[str], originals: Iterable[str] = (), *, folder: bool = False) -> None:
    """Refuse a place for a copy; `folder` says whether it may be one.

    Raises:
        InvalidRequestError: It is that of an original or of a PDF that pdfqa did not make, or no PDF.
        FileWriteError: There is no such folder.
    """
    name = os.path.expanduser(os.fspath(path))
    if folder and is_folder(name):
        return
    if os.path.splitext(name)[1].lower() != ".pdf" and not os.path.isdir(name):
        raise InvalidRequestError(
            f"{one_line(name)} is to be a PDF, and is not called so", hint="End the name with .pdf.", param="path"
        )
    files.check(name, originals)


def is_folder(name: str) -> bool:
    """Return whether a name means a folder of copies: one that is there, or that is not called as a PDF is."""
    return os.path.isdir(name) or name.endswith(("/", os.sep)) or os.path.splitext(name)[1].lower() != ".pdf"


def originals_of(value: Any) -> list[str]:
    """Return the files that a value cites, as far as they are there: nothing is written over them."""
    from pdfqa.out.papers import cited

    found: dict[str, None] = {}
    for _, citation in cited(value):
        with suppress(PdfqaError):
            found[citation.locator.whereabouts().path if citation.locator else citation.file] = None
    return list(found)


def _encoded(value: Any, ending: str, folder: str) -> bytes:
    from pdfqa.out import plain

    if ending == ".json":
        return plain.encoded(plain.printed(value)) + b"\n"
    if ending == ".txt":
        return plain.text(value).encode("utf-8", "replace") + b"\n"
    from pdfqa.out.links import linker
    from pdfqa.out.paper import valid
    from pdfqa.out.papers import paper

    return _writer(ending)(valid(paper(value, linker(folder))))


def _writer(ending: str) -> Callable[[Paper], bytes]:
    """Return what writes a format; only that one is loaded."""
    if ending == ".md":
        from pdfqa.out.markdown import markdown

        return markdown
    if ending == ".html":
        from pdfqa.out.html import html

        return html
    if ending == ".docx":
        from pdfqa.out.docx import docx

        return docx
    from pdfqa.out.typeset import pdf

    return pdf
