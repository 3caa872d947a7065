"""Which engine recognises text in pictures, in which languages, and what is missing where none can."""

from __future__ import annotations

import shutil
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pdfqa.errors import MissingExtraError
from pdfqa.pdf.ocr.languages import INSIDE, data_of, split
from pdfqa.pdf.options import ReadOptions

if TYPE_CHECKING:
    from pdfqa.pdf.ocr.recognised import Recogniser

_INSTALL = "pip install 'pdfqa[ocr]' reads them"
_OFF = "--ocr auto reads them"


def lack(options: ReadOptions) -> str:
    """Return what is missing to recognise text in pictures, as a hint; nothing where it can be done.

    Raises:
        InvalidRequestError: A language is not known.
    """
    if options.ocr == "never":
        return _OFF
    codes = _codes(options)
    if not find_spec("cv2"):
        return _INSTALL
    if _is_inside(codes):
        return "" if _has_models() or _has_data(codes or ["en"]) else _INSTALL
    if _has_data(codes):
        return ""
    names = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in data_of(codes))
    return f"tesseract with its data for {'+'.join(codes)} reads them, on Debian: apt install {names}"


def require(options: ReadOptions) -> None:
    """Raise what is wrong with options, where all pages are to be recognised and none can.

    Raises:
        InvalidRequestError: A language is not known.
        MissingExtraError: There is no engine.
    """
    missing = lack(options)
    if options.ocr == "always" and missing:
        raise MissingExtraError("no text in pictures can be recognised here", hint=f"{missing}.", param="ocr")


def engine(options: ReadOptions) -> Recogniser:
    """Return the engine, which is loaded once in a process.

    Raises:
        InvalidRequestError: A language is not known.
        MissingExtraError: There is none.
    """
    if missing := lack(options):
        raise MissingExtraError("no text in pictures can be recognised here", hint=f"{missing}.", param="ocr")
    codes = _codes(options)
    return _models() if _is_inside(codes) and _has_models() else _tesseract(*data_of(codes or ["en"]))


def other_engine(data: list[str]) -> Recogniser:
    """Return tesseract with some of its data."""
    return _tesseract(*data)


def _codes(options: ReadOptions) -> list[str]:
    if not options.ocr_lang:
        return []
    from pdfqa.pdf.ocr.tesseract import installed

    return split(options.ocr_lang, installed())


def _is_inside(codes: list[str]) -> bool:
    return INSIDE.issuperset(codes)


def _has_models() -> bool:
    return all(map(find_spec, ("rapidocr", "onnxruntime")))


def _has_data(codes: list[str]) -> bool:
    if shutil.which("tesseract") is None:
        return False
    from pdfqa.pdf.ocr.tesseract import installed

    return installed().issuperset(data_of(codes))


@lru_cache(maxsize=1)
def _models() -> Recogniser:
    from pdfqa.pdf.ocr.onnx import OnnxEngine, models

    return OnnxEngine(models())


@lru_cache(maxsize=4)
def _tesseract(*data: str) -> Recogniser:
    from pdfqa.pdf.ocr.tesseract import TesseractEngine

    return TesseractEngine(data)
