"""Copies of the cited PDFs, with the quotes marked, and of their cited pages alone.

They are made in a process of their own, as all reading is: a PDF may crash who opens it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pdfqa.errors import FileMissingError, InvalidRequestError, ReaderFailedError
from pdfqa.out import check_copy, files, is_folder
from pdfqa.out.paper import valid
from pdfqa.pdf.copies.requests import Excerpt, Highlighting, Mark, Original, Written
from pdfqa.pdf.files import is_pdf
from pdfqa.placed import Whereabouts
from pdfqa.render import clean, one_line, place
from pdfqa.results import Copies
from pdfqa.types import Citation
from pdfqa.workers import Task, WorkerPool

_SECONDS, _PER_MEGABYTE = 60.0, 5.0  # that a copy may take
_LONGEST = 60  # characters of a quote in a bookmark
_LONGEST_COMMENT = 600
_NOTHING = "nothing is cited, so no copy was made"


class Cited(NamedTuple):
    """A PDF that is cited, and which quotes of it: number, what was asked, and the citation."""

    name: str
    where: Whereabouts
    quotes: list[tuple[int, str, Citation]]


def highlight(value: Any, path: str | os.PathLike[str]) -> Copies:
    """Write a copy of each PDF that a value cites, with the quotes highlighted; see `savable.Savable.highlight`."""
    cited, notes = _cited(value)
    targets = _targets(os.fspath(path), cited)
    done: list[str] = []
    marked = 0
    for one, target in zip(cited, targets, strict=True):
        original, numbers = _original(one)
        written = _made("highlight", target, lambda out, of=original: Highlighting(original=of, out=out), [one])
        notes += _told(written, numbers, one.name)
        marked += written.marked
        done.append(target)
    return Copies(files=done, marked=marked, notes=notes)


def cited_pages(value: Any, path: str | os.PathLike[str]) -> Copies:
    """Write a PDF of the pages that a value cites; see `savable.Savable.cited_pages`."""
    cited, notes = _cited(value)
    check_copy(path, [one.where.path for one in cited])
    target = os.path.expanduser(os.fspath(path))
    if not cited:
        return Copies(files=[], marked=0, notes=notes)
    pairs = [_original(one) for one in cited]
    title = f"Cited pages of {', '.join(one_line(one.name) for one in cited)}"
    originals = [original for original, _ in pairs]
    written = _made("cited_pages", target, lambda out: Excerpt(originals=originals, title=title, out=out), cited)
    numbers = [number for _, some in pairs for number in some]
    return Copies(files=[target], marked=written.marked, notes=[*notes, *_told(written, numbers, "")])


def _cited(value: Any) -> tuple[list[Cited], list[str]]:
    """Return the PDFs that a value cites, and what else there is to say.

    Raises:
        FileMissingError: One is no longer where it was, or it is not known where it is.
    """
    from pdfqa.out.papers import cited

    found: dict[str, Cited] = {}
    others: dict[str, None] = {}
    for number, (about, citation) in enumerate(cited(value), 1):
        if citation.locator is None:
            raise FileMissingError(
                f"it is not known which file {one_line(citation.file)} is",
                hint="Give the answer to PDFQA.saved, or to pdfqa save, which look for it.",
            )
        key = citation.locator.document
        if key not in found:
            found[key] = Cited(citation.file, citation.locator.whereabouts(), [])
        if is_pdf(Path(found[key].where.path)):
            found[key].quotes.append((number, about, citation))
        else:
            others[citation.file] = None
    notes = [f"{one_line(name)} is no PDF, so nothing could be marked in it" for name in others]
    pdfs = [one for one in found.values() if one.quotes]
    return pdfs, notes if pdfs or notes else [_NOTHING]


def _targets(path: str, cited: Sequence[Cited]) -> list[str]:
    """Return where the copy of each PDF is to be.

    Raises:
        InvalidRequestError: One file is named, and several PDFs are cited; or an original would be written over.
    """
    name, originals = os.path.expanduser(path), [one.where.path for one in cited]
    if not is_folder(name):
        if len(cited) > 1:
            names = ", ".join(one_line(one.name) for one in cited)
            raise InvalidRequestError(
                f"{len(cited)} documents are cited ({names}), and {one_line(path)} is one file",
                hint=f"Name a folder for the copies: {one_line(os.path.splitext(path)[0])}/",
                param="highlight",
            )
        return [files.check(name, originals) for _ in cited]
    with files.telling(name):
        os.makedirs(name, exist_ok=True)
    return [files.check(os.path.join(name, called), originals) for called in _names(cited)]


def _names(cited: Iterable[Cited]) -> list[str]:
    """Return a name for each copy: that of its PDF, with a number where two have the same."""
    names: list[str] = []
    for one in cited:
        names.append(files.free_name(one.name, names))
    return names


def _original(one: Cited) -> tuple[Original, list[str]]:
    """Return what is to be marked in a PDF, and the numbers of each mark: the same words are marked once."""
    groups: dict[tuple[int, int, str], list[tuple[int, str, Citation]]] = {}
    for quoted in one.quotes:
        citation = quoted[2]
        groups.setdefault((citation.page, citation.start, citation.quote), []).append(quoted)
    marks: list[Mark] = []
    numbers: list[str] = []
    for (page, start, quote), group in groups.items():
        said = "".join(f"[{number}]" for number, _, _ in group)
        citation = group[0][2]
        where = place("", page, citation.label, citation.source).removeprefix(", ")
        marks.append(
            Mark(
                page=page,
                quote=quote if citation.verified else "",  # what does not stand there is not looked for
                start=start,
                comment="\n\n".join(_comment(number, about) for number, about, _ in group),
                bookmark=f"{said} {where}: {_short(quote)}",
                places=citation.locator.places(page) if citation.locator else [],
            )
        )
        numbers.append(f"{said} p. {page}")
    path = os.fsencode(one.where.path)
    return Original(path=path, name=one_line(one.name), marks=marks, passwords=one.where.passwords), numbers


def _comment(number: int, about: str) -> str:
    said = f"[{number}] {clean(about).strip()}"
    return said if len(said) <= _LONGEST_COMMENT else f"{said[: _LONGEST_COMMENT - 1]}…"


def _short(quote: str) -> str:
    words = one_line(quote)
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _told(written: Written, numbers: Sequence[str], name: str) -> list[str]:
    """Return what is to be said of a copy."""
    lost = [numbers[at] for at in written.unplaced]
    of = f" of {one_line(name)}" if name else ""
    one = len(lost) == 1
    what, where = ("a quote", "its place was") if one else (f"{len(lost):,} quotes", "their places were")
    found = f"{what}{of} could not be marked: {where} not found, so a note stands on the page: {', '.join(lost)}"
    return [*written.notes, *([found] if lost else [])]


def _made(function: str, target: str, request: Any, cited: Sequence[Cited]) -> Written:
    """Have a worker write a copy, and return what it says of it.

    Raises:
        FileError: A PDF cannot be used.
        FileWriteError: The copy cannot be written.
    """
    size = sum(os.path.getsize(one.where.path) for one in cited) / (1 << 20)
    memory = max(one.where.memory_mb for one in cited)
    written: list[Written] = []

    def make(half: str) -> None:
        payload = msgspec.msgpack.encode(valid(request(os.fsencode(half))))
        task = Task(function=f"pdfqa.pdf.copies:{function}", payload=payload, seconds=_SECONDS + _PER_MEGABYTE * size)
        with WorkerPool(1, memory_mb=memory) as pool:
            done = next(pool.map([task]))
        if done.result is None:
            raise done.error or ReaderFailedError("the process that wrote the copy gave nothing", hint="Try it again.")
        written.append(msgspec.msgpack.decode(done.result, type=Written))

    files.making(target, make)
    return written[0]
