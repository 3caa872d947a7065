"""Which engine recognises text in pictures, and what is missing where there is none."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pdfqa.errors import MissingExtraError
from pdfqa.pdf.options import ReadOptions

if TYPE_CHECKING:
    from pdfqa.pdf.recognised import Recogniser

INSTALL = "pip install 'pdfqa[ocr]' reads them"


def lack(options: ReadOptions) -> str:
    """Return what is missing to recognise text in pictures, as a hint; nothing where it can be done."""
    if options.ocr == "never":
        return "--ocr auto reads them"
    if not all(map(find_spec, ("rapidocr", "onnxruntime", "cv2"))):
        return INSTALL
    return ""


def engine(options: ReadOptions) -> Recogniser:
    """Return the engine, which is loaded once in a process.

    Raises:
        MissingExtraError: There is none.
    """
    if missing := lack(options):
        raise MissingExtraError("text in pictures cannot be recognised here", hint=missing)
    return _onnx()


@lru_cache(maxsize=1)
def _onnx() -> Recogniser:
    from pdfqa.pdf.onnx_ocr import OnnxEngine, models

    return OnnxEngine(models())
