"""Ask questions of PDFs, offline, with citations that are proved.

>>> from pdfqa import PDFQA
>>> with PDFQA("report.pdf") as qa:
...     answer = qa.ask("What was net revenue in fiscal 2025?")
>>> print(answer)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pdfqa._version import __version__

if TYPE_CHECKING:
    from pdfqa.errors import (
        DamagedFileError,
        EmptyFileError,
        EncryptedFileError,
        FileAccessError,
        FileError,
        FileMissingError,
        InvalidRequestError,
        NoPagesError,
        NoPdfsError,
        NotAPdfError,
        NoTextError,
        ObjectNotFoundError,
        PdfqaError,
        StorageError,
    )
    from pdfqa.qa import PDFQA
    from pdfqa.types import Answer, Box, Citation, Hit, Page

__all__ = [
    "Answer",
    "Box",
    "Citation",
    "DamagedFileError",
    "EmptyFileError",
    "EncryptedFileError",
    "FileAccessError",
    "FileError",
    "FileMissingError",
    "Hit",
    "InvalidRequestError",
    "NoPagesError",
    "NoPdfsError",
    "NoTextError",
    "NotAPdfError",
    "ObjectNotFoundError",
    "PDFQA",
    "Page",
    "PdfqaError",
    "StorageError",
    "__version__",
]


def __getattr__(name: str) -> object:
    # `import pdfqa` must cost nothing: a name is imported when it is first used.
    if name not in __all__:
        raise AttributeError(f"module 'pdfqa' has no attribute {name!r}")
    from importlib import import_module

    module = "qa" if name == "PDFQA" else "errors" if name.endswith("Error") else "types"
    value: object = getattr(import_module(f"pdfqa.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
