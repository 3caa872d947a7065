"""The bytes of a PDF that a program holds as an object of pypdf."""

from __future__ import annotations

import io

from pypdf import PdfReader, PdfWriter

from pdfqa.errors import InvalidRequestError


def as_bytes(content: object) -> bytes:
    """Return the PDF of a reader as it was opened (decrypted, where it was), or of a writer as it is by now.

    Raises:
        InvalidRequestError: It is neither.
    """
    if isinstance(content, PdfReader) and not content.is_encrypted:
        content.stream.seek(0)
        return content.stream.read()
    if isinstance(content, PdfReader):
        content = PdfWriter(clone_from=content)
    if isinstance(content, PdfWriter):
        out = io.BytesIO()
        content.write(out)
        return out.getvalue()
    raise InvalidRequestError(
        f"a {type(content).__name__} of pypdf is no document", hint="Give a PdfReader or a PdfWriter.", param="paths"
    )
