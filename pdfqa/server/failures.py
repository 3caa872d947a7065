"""Errors as they go over the wire."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from pdfqa.errors import InvalidRequestError, ObjectNotFoundError, PdfqaError, StorageError, WrongStateError

# OpenAI gives these no code of their own.
_WITHOUT_CODE = {InvalidRequestError.code, ObjectNotFoundError.code, WrongStateError.code}


def envelope(error: PdfqaError) -> dict[str, Any]:
    """Return an error as OpenAI sends it, the hint after the message."""
    hint = "" if isinstance(error, StorageError) else error.hint  # it speaks of this machine
    return {
        "error": {
            "message": _joined(error.public, hint),
            "type": "invalid_request_error" if error.status < 500 else "server_error",
            "param": error.param,
            "code": None if error.code in _WITHOUT_CODE else error.code,
        }
    }


def _joined(message: str, hint: str) -> str:
    if not hint:
        return message
    return f"{message}{'' if message.endswith(('.', '!', '?')) else '.'} {hint}"


def response(error: PdfqaError, **more: str) -> Response:
    """Return the response that reports an error, with more headers."""
    headers = {"x-pdfqa-error": error.code, **more}
    if error.status == 501:
        headers["x-should-retry"] = "false"
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(msgspec.json.encode(envelope(error)), error.status, headers, "application/json")
