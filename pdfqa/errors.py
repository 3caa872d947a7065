"""What can go wrong, said once: what happened, with the value, and what to do next.

PdfqaError
├── InvalidRequestError        the caller gave a wrong value (HTTP 400, exit 2)
│   ├── MissingFieldError      a field that is needed was not given
│   ├── UnknownFieldError      a field that no such request has
│   ├── InvalidValueError      a field of a wrong type, or out of its limits
│   ├── WrongStateError        the object's state does not allow it
│   ├── ConversationLockedError  another response is adding to the conversation
│   ├── TooLargeError          more bytes than are taken (HTTP 413)
│   ├── UnknownUrlError        no operation is at that URL (HTTP 404)
│   ├── WrongMethodError       the URL is not asked for with that method (HTTP 405)
│   └── ObjectNotFoundError    no object has that id (HTTP 404, exit 2)
├── AuthenticationError        no API key, or none that is known (HTTP 401, exit 4)
├── FileError                  one file cannot be used (HTTP 400, exit 3)
│   ├── FileMissingError       nothing at that path
│   ├── FileAccessError        the system refuses to open it
│   ├── EmptyFileError         no bytes
│   ├── NotAPdfError           bytes of another kind
│   ├── OtherFileError         a schema, questions or a saved answer that is none
│   ├── DamagedFileError       a PDF that no reader can open
│   ├── EncryptedFileError     a password is needed, or the one given is wrong
│   ├── NoPagesError           a PDF with no page
│   ├── NoTextError            pages, but no text on any of them
│   ├── NoPdfsError            a folder that holds no PDF
│   └── ReaderFailedError      the reading process crashed, hung or ran out of memory
├── FileWriteError             a file that is to be made cannot be written (HTTP 500, exit 4)
├── StorageError               the home directory cannot be used (HTTP 500, exit 4)
│   ├── StorageFullError       the disk is full
│   ├── HomeBusyError          another process kept it locked for too long
│   ├── NewerHomeError         a later version of pdfqa made it
│   └── EmbedderMismatchError  it was indexed with another embedder
├── MissingExtraError          an optional part is not installed (HTTP 501, exit 4)
├── NotSupportedError          this back-end, or this model, cannot do it (HTTP 501, exit 4)
├── BackendError               a server or model asked over the network failed (HTTP 502, exit 4)
│   ├── ContextExceededError   a model was given more than it takes at once
│   └── RateLimitError         it was asked too often, or its quota is used up (HTTP 429, exit 4)
├── WaitFailedError            what was waited for ended otherwise than hoped (HTTP 500, exit 4)
└── WaitTimeoutError           something waited for did not finish in time (HTTP 504, exit 4)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class PdfqaError(Exception):
    """Base of every error that pdfqa raises on purpose.

    Args:
        message: What happened, with the value.
        hint: What to do next.
        param: The field or argument at fault, where there is one.
    """

    status = 500
    code = "server_error"
    exit_code = 4

    def __init__(self, message: str, *, hint: str = "", param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.param = param

    @property
    def public(self) -> str:
        """Return what happened for those who ask from elsewhere, without paths of this machine."""
        return self.message

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message

    @property
    def line(self) -> str:
        """Message and hint on one line, for those who have one field for both."""
        if not self.hint:
            return self.message
        return f"{self.message}{'' if self.message.endswith(('.', '!', '?')) else '.'} {self.hint}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.hint, self.param))


def _rebuild(kind: type[PdfqaError], message: str, hint: str, param: str | None) -> PdfqaError:
    return kind(message, hint=hint, param=param)


class InvalidRequestError(PdfqaError):
    """The caller gave a wrong, unknown or contradictory value."""

    status = 400
    code = "invalid_request_error"
    exit_code = 2


class MissingFieldError(InvalidRequestError):
    """A field that is needed was not given."""

    code = "missing_required_parameter"


class UnknownFieldError(InvalidRequestError):
    """A field that no such request has."""

    code = "unknown_parameter"


class InvalidValueError(InvalidRequestError):
    """A field of a wrong type, or out of its limits."""

    code = "invalid_value"


class WrongStateError(InvalidRequestError):
    """The object's state does not allow what was asked."""

    code = "wrong_state"


class ConversationLockedError(InvalidRequestError):
    """Another response is adding to the conversation."""

    code = "conversation_locked"


class TooLargeError(InvalidRequestError):
    """More bytes were sent than are taken."""

    status = 413
    code = "request_too_large"


class UnknownUrlError(InvalidRequestError):
    """No operation is at that URL."""

    status = 404
    code = "unknown_url"


class WrongMethodError(InvalidRequestError):
    """The URL is not asked for with that method."""

    status = 405
    code = "method_not_allowed"


class ObjectNotFoundError(InvalidRequestError):
    """No object has that id."""

    status = 404
    code = "not_found"


class AuthenticationError(PdfqaError):
    """No API key was given, or none that is known."""

    status = 401
    code = "invalid_api_key"


class FileError(PdfqaError):
    """One file cannot be used; other files are not concerned."""

    status = 400
    code = "invalid_file"
    exit_code = 3


class FileMissingError(FileError):
    """Nothing is at that path."""

    code = "file_missing"


class FileAccessError(FileError):
    """The system refuses to open the file."""

    code = "file_access"


class EmptyFileError(FileError):
    """The file has no bytes."""

    code = "empty_file"


class NotAPdfError(FileError):
    """The file holds something other than a PDF."""

    code = "unsupported_file"


class OtherFileError(FileError):
    """What was named as a schema, as questions or as a saved answer is something else."""

    code = "other_file"


class DamagedFileError(FileError):
    """No reader can open the PDF."""

    code = "damaged_file"


class EncryptedFileError(FileError):
    """The PDF needs a password, or the one given is wrong."""

    code = "encrypted_file"


class NoPagesError(FileError):
    """The PDF has no page."""

    code = "no_pages"


class NoTextError(FileError):
    """The PDF has pages, but no text on any of them."""

    code = "no_text"


class NoPdfsError(FileError):
    """The folder holds no PDF."""

    code = "no_pdfs"


class ReaderFailedError(FileError):
    """The process that read the file crashed, hung or ran out of memory."""

    code = "reader_failed"


class FileWriteError(PdfqaError):
    """A file that is to be made cannot be written, or there is no folder for it."""

    code = "file_write"


class StorageError(PdfqaError):
    """The home directory cannot be used."""

    code = "storage_error"

    @property
    def public(self) -> str:
        """Return that it cannot."""
        return "The server's storage cannot be used now; its log says why."


class StorageFullError(StorageError):
    """The disk is full; what was being written is undone."""

    code = "storage_full"


class HomeBusyError(StorageError):
    """Another process kept the home directory locked for too long."""

    code = "home_busy"


class NewerHomeError(StorageError):
    """A later version of pdfqa made the home directory."""

    code = "newer_home"


class EmbedderMismatchError(StorageError):
    """The home directory was indexed with another embedder."""

    code = "embedder_mismatch"


class MissingExtraError(PdfqaError):
    """An optional part of pdfqa is not installed."""

    status = 501
    code = "missing_extra"


class NotSupportedError(PdfqaError):
    """The back-end or the model cannot do what was asked."""

    status = 501
    code = "not_supported"


class BackendError(PdfqaError):
    """A server or a model that was asked over the network failed.

    `retry_after` is how many seconds it wants to be left alone, where it says so.
    """

    status = 502
    code = "backend_error"
    retry_after: float | None = None


class ContextExceededError(BackendError):
    """A model was given more than it takes at once."""

    code = "context_length_exceeded"


class RateLimitError(BackendError):
    """A server or a model was asked too often, or the quota there is used up."""

    status = 429
    code = "rate_limit_exceeded"


class WaitFailedError(PdfqaError):
    """What was waited for ended otherwise than hoped; `message` says how, and which files failed.

    `state` is how it ended, `files` are the places of the failed files in their vector store, the first 100 of them.
    """

    code = "wait_failed"
    state: Any = None
    files: Sequence[Any] = ()


class WaitTimeoutError(PdfqaError):
    """Something that was waited for did not finish in time; `state` is how it was seen last, if it was."""

    status = 504
    code = "timeout"
    state: Any = None


class StoppedError(Exception):
    """What is being written is no longer wanted: a signal to who asked for it, which no user sees."""


def by_code(code: str) -> type[PdfqaError]:
    """Return the error class of a code, or PdfqaError for an unknown one."""
    waiting = [PdfqaError]
    while waiting:
        kind = waiting.pop()
        if kind.__dict__.get("code") == code:
            return kind
        waiting.extend(kind.__subclasses__())
    return PdfqaError
