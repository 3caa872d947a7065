"""Errors as they come over the wire, made the classes they were before, or those that come nearest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pdfqa import errors
from pdfqa.errors import PdfqaError

_BY_STATUS: dict[int, type[PdfqaError]] = {
    400: errors.InvalidRequestError,
    401: errors.AuthenticationError,
    403: errors.AuthenticationError,
    404: errors.ObjectNotFoundError,
    405: errors.WrongMethodError,
    409: errors.WrongStateError,
    413: errors.TooLargeError,
    422: errors.InvalidRequestError,
    429: errors.RateLimitError,
    501: errors.NotSupportedError,
    504: errors.WaitTimeoutError,
}


def translated(error: Any, *, status: int = 500, kind: str = "") -> PdfqaError:
    """Return an error of the wire as ours.

    Args:
        error: What stands under "error" in the answer, or in an event.
        status: The answer's status.
        kind: The code that pdfqa's own server puts into a header, as OpenAI gives some errors none.
    """
    known = error if isinstance(error, Mapping) else {}
    message = str(known.get("message") or error or f"the server answered with status {status}")
    param = known.get("param")
    return _class(kind or str(known.get("code") or ""), status)(message, param=None if param is None else str(param))


def _class(code: str, status: int) -> type[PdfqaError]:
    found = errors.by_code(code)
    if found is not PdfqaError:
        return found
    return _BY_STATUS.get(status, errors.InvalidRequestError if status < 500 else errors.BackendError)
