"""Recognise text with tesseract, where it is installed: it knows scripts that the models of the extra do not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

from pdfqa.pdf.ocr.languages import SCRIPTS
from pdfqa.pdf.ocr.recognised import Found, Pixels

_SECONDS = 110.0  # less than a worker has by default: it is the child that must end
_SCRIPT = re.compile(r"^Script: (\w+)", re.MULTILINE)
_WORD = "5"  # the level of a row about a word


class TesseractEngine:
    """Asks the program for the words of a picture, in the languages of some of its data files."""

    name = "tesseract"

    def __init__(self, data: Sequence[str]) -> None:
        self._data = "+".join(data)

    def lines(self, pixels: Pixels) -> list[Found]:
        """Return the lines of an upright picture."""
        rows = [row.split("\t") for row in _asked(pixels, "-l", self._data, "--psm", "3", "tsv").splitlines()[1:]]
        words = [row for row in rows if len(row) == 12 and row[0] == _WORD and row[11].strip()]
        return [_line(list(line)) for _, line in groupby(words, key=lambda row: row[1:5])]


def _line(rows: list[list[str]]) -> Found:
    words: list[tuple[str, float, float]] = []
    tops, bottoms, scores = [], [], []
    for row in rows:
        left, top, width, height, score = map(float, row[6:11])
        words.append((row[11].strip(), left, left + width))
        tops.append(top)
        bottoms.append(top + height)
        scores.append(score / 100)
    left, right = min(word[1] for word in words), max(word[2] for word in words)
    return Found(left, min(tops), right, max(bottoms), words, sum(scores) / len(scores))


@lru_cache(maxsize=1)
def installed() -> frozenset[str]:
    """Return the names of the data files that are installed; none without the program."""
    program = shutil.which("tesseract")
    if program is None:
        return frozenset()
    try:
        told = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(told.stdout.split("\n")[1:]) - {"", "osd"}


def script_data(pixels: Pixels) -> list[str]:
    """Return which of the installed data fit the script that a picture is written in."""
    found = _SCRIPT.search(_asked(pixels, "--psm", "0"))
    wanted = SCRIPTS.get(found[1], "").split() if found else []
    return [name for name in wanted if name in installed()][:2]


def _asked(pixels: Pixels, *arguments: str) -> str:
    height, width = pixels.shape
    program = shutil.which("tesseract")
    if program is None:
        return ""
    image = f"P5 {width} {height} 255\n".encode() + pixels.tobytes()
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", *arguments],
            input=image,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
