"""Copies of PDFs that have descriptions of their images in them, as alternative texts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import msgspec

from pdfqa.errors import InvalidRequestError, PdfqaError, ReaderFailedError
from pdfqa.out import check_copy, files, is_folder
from pdfqa.pdf.copies.alt_texts import Alt, Outcome, Request
from pdfqa.render import one_line
from pdfqa.results_pictures import AltTexts, ImageDescription
from pdfqa.workers import Task, WorkerPool

_SECONDS, _PER_MEGABYTE = 120.0, 20.0  # that a copy may take: all pages may be gone through


def target(path: str | os.PathLike[str], original: str, shown: str, *, several: bool, taken: Iterable[str] = ()) -> str:
    """Return where the copy of a PDF is to be: the path itself, or a file in the folder that it is.

    Args:
        path: What the user named.
        original: The PDF.
        shown: What the user calls it.
        several: Whether there are others.
        taken: Where the copies of those before it are.

    Raises:
        InvalidRequestError: One file is named for several PDFs; or an original would be written over.
        FileWriteError: There is no such folder.
    """
    name = os.path.expanduser(os.fspath(path))
    if is_folder(name):
        with files.telling(name):
            os.makedirs(name, exist_ok=True)
        called = files.free_name(shown, map(os.path.basename, taken))
        return files.check(os.path.join(name, called), [original])
    if several:
        raise InvalidRequestError(
            f"there are several PDFs, and {one_line(name)} is one file",
            hint=f"Name a folder for the copies: {one_line(os.path.splitext(name)[0])}/",
            param="alt_text",
        )
    check_copy(name, [original])
    return name


def write(
    path: str, shown: str, images: Sequence[ImageDescription], out: str, passwords: Sequence[str], *, memory_mb: int
) -> AltTexts:
    """Write a copy of a PDF with the descriptions of its images.

    Args:
        path: The PDF.
        shown: What the user calls it.
        images: Images with their places and descriptions.
        out: The copy.
        passwords: Tried where the PDF is encrypted.
        memory_mb: How much memory that may take.

    Raises:
        FileError: The PDF cannot be used.
        FileWriteError: The copy cannot be written.
    """
    alts = [
        Alt(page=image.page, box=image.box, text=image.description)
        for image in images
        if image.success and image.description and image.page is not None and image.box is not None
    ]
    seconds = _SECONDS + _PER_MEGABYTE * os.path.getsize(path) / (1 << 20)
    outcomes: list[Outcome] = []

    def make(half: str) -> None:
        request = Request(
            path=os.fsencode(path), name=one_line(shown), alts=alts, out=os.fsencode(half), passwords=list(passwords)
        )
        payload = msgspec.msgpack.encode(request)
        with WorkerPool(1, memory_mb=memory_mb) as pool:
            done = next(pool.map([Task(function="pdfqa.pdf.copies:describe_images", payload=payload, seconds=seconds)]))
        if done.result is None:
            raise _named(done.error, path, shown)
        outcomes.append(msgspec.msgpack.decode(done.result, type=Outcome))

    files.making(out, make)
    outcome = outcomes[0]
    return AltTexts(path=out, written=outcome.written, tagged=outcome.tagged, notes=outcome.notes)


def _named(error: PdfqaError | None, path: str, shown: str) -> PdfqaError:
    error = error or ReaderFailedError("the process that wrote the copy gave nothing", hint="Try it again.")
    error.message = error.message.replace(path, shown)
    return error
