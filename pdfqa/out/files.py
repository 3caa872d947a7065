"""Write what is saved: all of it or nothing, and over nothing that anybody would miss."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from pdfqa.errors import FileWriteError, InvalidRequestError, StorageFullError
from pdfqa.given import texts
from pdfqa.render import clean, one_line

Path = str | os.PathLike[str]

MADE_HERE = b"%pdfqa\n"  # as `pdf.copies.additions` writes it
_TAIL = 1024
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # the second is not known everywhere


def check(path: Path, originals: Iterable[str] = ()) -> str:
    """Return a path, if a file may be written there.

    Args:
        path: Where to.
        originals: Documents that are never written to, whatever they are called here.

    Raises:
        InvalidRequestError: It is a folder, an original or another text that was asked, or a PDF that pdfqa did not
            make.
        FileWriteError: There is no such folder, or what is there cannot be looked at.
    """
    name = os.path.expanduser(os.fspath(path))
    shown = one_line(name)
    if os.path.isdir(name):
        raise InvalidRequestError(f"{shown} is a folder", hint="Name a file in it.", param="path")
    folder = os.path.dirname(os.path.realpath(name))
    if not os.path.isdir(folder):
        raise FileWriteError(f"{shown} cannot be written: there is no folder {one_line(folder)}", hint="Make it first.")
    for original in (*originals, *texts()):
        if _same(name, original):
            raise InvalidRequestError(
                f"{shown} is the document itself, which is never changed", hint="Name another file.", param="path"
            )
    if _is_foreign_pdf(name):
        raise InvalidRequestError(
            f"{shown} is a PDF that pdfqa did not make, and would be overwritten",
            hint="Name another file, or move that one away.",
            param="path",
        )
    return name


def _same(name: str, other: str) -> bool:
    """Return whether two paths are of one file: by another name, through a link, or in other letters."""
    with suppress(OSError):
        return os.path.samefile(name, other)
    return os.path.realpath(name) == os.path.realpath(other)


def _is_foreign_pdf(name: str) -> bool:
    """Return whether a file is a PDF that pdfqa did not make.

    Raises:
        FileWriteError: That cannot be seen.
    """
    with telling(name):
        mode = _mode(name)
        if mode is None or not stat.S_ISREG(mode):  # a pipe would keep us waiting for who writes to it
            return False
        with open(name, "rb") as stream:
            head = stream.read(_TAIL)
            stream.seek(0, os.SEEK_END)
            stream.seek(max(stream.tell() - _TAIL, 0))
            return b"%PDF-" in head and MADE_HERE not in stream.read()


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return a name for the copy of a PDF in a folder: that of the PDF, with a number where it is taken."""
    base = re.split(r"[/\\]|› ", clean(name))[-1].strip(" .<>") or "document"
    stem = os.path.splitext(base)[0] if base.lower().endswith(".pdf") else base
    known = {one.casefold() for one in taken}
    tries = (f"{stem}{f' ({number})' if number > 1 else ''}.pdf" for number in range(1, len(known) + 2))
    return next(one for one in tries if one.casefold() not in known)


def write(path: str, data: bytes) -> None:
    """Write a file; it is there whole or as it was.

    Raises:
        FileWriteError: It cannot be written.
        StorageFullError: The disk is full.
    """

    def put(half: str) -> None:
        with open(half, "wb") as stream:
            stream.write(data)

    making(path, put)


def making(path: str, make: Callable[[str], None]) -> None:
    """Have a file written under another name beside its own, and give it its name when it is whole.

    Raises:
        FileWriteError: It cannot be written.
        StorageFullError: The disk is full.
    """
    import tempfile

    with telling(path):
        target = os.path.realpath(path)  # what a link leads to is what is meant
        before = _mode(target)
        if before is not None and not stat.S_ISREG(before):  # a pipe or a device has no half
            make(target)
            return
        folder, name = os.path.split(target)
        with tempfile.TemporaryDirectory(prefix=".pdfqa-", dir=folder) as scratch:
            half = os.path.join(scratch, name)
            make(half)
            if before is not None:
                os.chmod(half, stat.S_IMODE(before))
            with open(half, "rb") as stream:
                os.fsync(stream.fileno())
            os.replace(half, target)


@contextmanager
def telling(path: str) -> Iterator[None]:
    """Make of the system's refusals errors that say which file it is about."""
    try:
        yield
    except OSError as error:
        shown = one_line(path)
        if error.errno in _FULL:
            raise StorageFullError(f"{shown} was not written: the disk is full", hint="Make room.") from error
        reason = (error.strerror or str(error)).lower()
        raise FileWriteError(f"{shown} cannot be written: {reason}", hint="Name another file.") from error


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None
