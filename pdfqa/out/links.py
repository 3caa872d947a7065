"""Links to pages: `report.pdf#page=12`, from where a document is saved."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from pdfqa.errors import PdfqaError
from pdfqa.pdf.files import is_pdf
from pdfqa.types import Citation, Hit

Linker = Callable[[Citation | Hit], str]


def linker(folder: str) -> Linker:
    """Return what gives the link from a folder to where a citation stands; "" where there is nothing to link to."""
    known: dict[str, str] = {}

    def link(cited: Citation | Hit) -> str:
        key = cited.locator.document if cited.locator else cited.file
        if key not in known:
            path = _path(cited)
            known[key] = f"{url(path, folder)}{'#page={}' if is_pdf(Path(path)) else ''}" if path else ""
        return known[key].replace("{}", str(cited.page))

    return link


def _path(cited: Citation | Hit) -> str:
    """Return the file that is cited; "" where it is not there, or where nobody but pdfqa has it."""
    if cited.locator is None:
        return cited.file if os.path.isfile(cited.file) else ""
    with suppress(PdfqaError):  # it is no longer there: the place is said in words
        where = cited.locator.whereabouts()
        return where.path if where.own else ""
    return ""


def url(path: str, folder: str) -> str:
    """Return a relative URL of a file, seen from a folder; an absolute one where they have no place in common."""
    for resolve in (os.path.abspath, os.path.realpath):  # symbolic links may lead elsewhere than ".." does
        try:
            relative = os.path.relpath(resolve(path), resolve(folder))
        except ValueError:  # on another drive
            break
        with suppress(OSError):
            if os.path.samefile(os.path.join(folder, relative), path):
                return quote(os.fsencode(relative.replace(os.sep, "/")))
    return Path(path).absolute().as_uri()
