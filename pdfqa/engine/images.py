"""Uploaded images, as models are shown them."""

from __future__ import annotations

from pdfqa.engine.context import Engine
from pdfqa.errors import PdfqaError

_LARGEST = 20 << 20  # bytes


def data_url(engine: Engine, file_id: str) -> str:
    """Return an uploaded image as a URL that holds its bytes; "" if it is gone, or too large."""
    import base64  # images are rare, and a question should not wait for this
    import mimetypes

    try:
        file = engine.files.get(file_id)
        if file.bytes > _LARGEST:
            return ""
        kind = mimetypes.guess_type(file.filename)[0] or "image/png"
        return f"data:{kind};base64,{base64.b64encode(engine.files.content(file_id).read_bytes()).decode()}"
    except (PdfqaError, OSError):
        return ""
