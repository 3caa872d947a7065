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
    from pdfqa.client import AsyncClient
    from pdfqa.errors import (
        AuthenticationError,
        BackendError,
        ConversationLockedError,
        DamagedFileError,
        EmptyFileError,
        EncryptedFileError,
        FileAccessError,
        FileError,
        FileMissingError,
        FileWriteError,
        InvalidRequestError,
        InvalidValueError,
        NoPagesError,
        NoPdfsError,
        NotAPdfError,
        NoTextError,
        NotSupportedError,
        ObjectNotFoundError,
        PdfqaError,
        RateLimitError,
        StorageError,
        TooLargeError,
        WaitFailedError,
        WaitTimeoutError,
        WrongStateError,
    )
    from pdfqa.given import PdfDocument, TextDocument
    from pdfqa.pages import Page
    from pdfqa.qa import PDFQA
    from pdfqa.sync import Client
    from pdfqa.types import Answer, Box, Citation, Hit

__all__ = [
    "Answer",
    "AsyncClient",
    "AuthenticationError",
    "BackendError",
    "Box",
    "Citation",
    "Client",
    "ConversationLockedError",
    "DamagedFileError",
    "EmptyFileError",
    "EncryptedFileError",
    "FileAccessError",
    "FileError",
    "FileMissingError",
    "FileWriteError",
    "Hit",
    "InvalidRequestError",
    "InvalidValueError",
    "NoPagesError",
    "NoPdfsError",
    "NoTextError",
    "NotAPdfError",
    "NotSupportedError",
    "ObjectNotFoundError",
    "PDFQA",
    "Page",
    "PdfDocument",
    "PdfqaError",
    "RateLimitError",
    "StorageError",
    "TextDocument",
    "TooLargeError",
    "WaitFailedError",
    "WaitTimeoutError",
    "WrongStateError",
    "__version__",
]

_MODULES = {"AsyncClient": "client", "Client": "sync", "PDFQA": "qa", "Page": "pages"} | dict.fromkeys(
    ("PdfDocument", "TextDocument"), "given"
)


def __getattr__(name: str) -> object:
    # `import pdfqa` must cost nothing: a name is imported when it is first used.
    if name not in __all__:
        raise AttributeError(f"module 'pdfqa' has no attribute {name!r}")
    from importlib import import_module

    module = _MODULES.get(name) or ("errors" if name.endswith("Error") else "types")
    value: object = getattr(import_module(f"pdfqa.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
