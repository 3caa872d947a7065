"""Read the files that are named beside the PDFs: schemas, questions, saved answers, results, prices.

One that cannot be read, is empty or is of another kind is a `FileError`, as with PDFs; what is wrong in one that can be
read is an error of who reads it.
"""

from __future__ import annotations

import os
from typing import Any

import msgspec

from pdfqa.errors import EmptyFileError, FileAccessError, FileError, FileMissingError, OtherFileError

_LONGEST = 120  # characters of what a decoder complains of
_BOM = b"\xef\xbb\xbf"


def load(path: str | os.PathLike[str], what: str, hint: str) -> bytes:
    """Return the bytes of a file.

    Args:
        path: Where it is.
        what: What it is to be, as in "schema".
        hint: How such a file comes about.

    Raises:
        FileError: It is not there, cannot be opened, is empty, or is a PDF.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower().replace("file or directory", "file")
        kind: type[FileError] = FileMissingError if isinstance(error, FileNotFoundError) else FileAccessError
        raise kind(f"{os.fspath(path)} cannot be opened: {reason}", hint=f"Check the path of the {what}.") from error
    return checked(data, os.fspath(path), what, hint)


def checked(data: bytes, name: str, what: str, hint: str) -> bytes:
    """Return bytes that were read from somewhere else, without a byte order mark.

    Raises:
        FileError: There are none, or they are a PDF's.
    """
    data = data.removeprefix(_BOM)
    if not data.strip():
        raise EmptyFileError(f"{name} is empty, and no {what}", hint=hint)
    if data.lstrip()[:5] == b"%PDF-":
        raise OtherFileError(f"{name} is a PDF, and no {what}", hint=hint)
    return data


def load_json(path: str | os.PathLike[str], what: str, hint: str) -> Any:
    """Return the value of a JSON file.

    Raises:
        FileError: As for `load`, or it is no JSON.
    """
    return parsed(load(path, what, hint), os.fspath(path), what, hint)


def parsed(data: bytes, name: str, what: str, hint: str) -> Any:
    """Return the value of JSON that came from a file, or from elsewhere.

    Raises:
        OtherFileError: It is no JSON.
    """
    try:
        return msgspec.json.decode(checked(data, name, what, hint))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise no_json(name, what, error, hint) from error


def no_json(name: str, what: str, error: Exception, hint: str) -> OtherFileError:
    """Return the error of a file that is no JSON."""
    return OtherFileError(f"{name} is no JSON, and no {what}: {str(error)[:_LONGEST]}", hint=hint)
