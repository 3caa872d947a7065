"""The text of pages as different programs read it, each as its documentation says to get text for reading."""

from __future__ import annotations

import importlib.util
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Read = Callable[[Path, int, int], Iterator[str]]  # path, first and last page, from 1


def by_pdfqa(path: Path, first: int, last: int) -> Iterator[str]:
    """Yield the text of pages as pdfqa stores it: repaired, in reading order, without running heads."""
    from pdfqa.pdf import read_pages

    for page in read_pages(path, first, last):
        yield page.text


def by_pypdfium2(path: Path, first: int, last: int) -> Iterator[str]:
    """Yield the text of pages as pdfium has it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        for number in range(first - 1, min(last, len(document))):
            page = document[number]
            text = page.get_textpage()
            yield text.get_text_range()
            text.close()
            page.close()
    finally:
        document.close()


def by_pypdf(path: Path, first: int, last: int) -> Iterator[str]:
    """Yield the text of pages as pypdf reads it."""
    import pypdf

    for page in pypdf.PdfReader(path).pages[first - 1 : last]:
        yield page.extract_text()


def by_pdfplumber(path: Path, first: int, last: int) -> Iterator[str]:
    """Yield the text of pages as pdfplumber reads it."""
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages[first - 1 : last]:
            yield page.extract_text()
            page.close()


def by_pdftotext(path: Path, first: int, last: int) -> Iterator[str]:
    """Yield the text of pages as Poppler's pdftotext reads it."""
    command = ["pdftotext", "-q", "-enc", "UTF-8", "-f", str(first), "-l", str(last), str(path), "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    yield from done.stdout.decode("utf-8", "replace").split("\f")[:-1]


def _there() -> dict[str, Read]:
    readers: dict[str, Read] = {"pdfqa": by_pdfqa, "pypdfium2": by_pypdfium2, "pypdf": by_pypdf}
    if importlib.util.find_spec("pdfplumber"):
        readers["pdfplumber"] = by_pdfplumber
    if shutil.which("pdftotext"):
        readers["pdftotext"] = by_pdftotext
    return readers


READERS = _there()


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those it has started and waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
