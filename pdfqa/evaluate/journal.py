"""The results of a run as a file of JSON lines, written as it goes: what was done is kept, and a run can go on from it.

The first line says what is measured and how; then comes one line for each question; the last one says that it is whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import msgspec

from pdfqa.errors import PdfqaError
from pdfqa.evaluate.scoring import Results, Seen
from pdfqa.loading import load as load_bytes
from pdfqa.loading import no_json

_VERSION = 1
_WHAT = "file of results"
_HINT = "pdfqa eval writes such files, called ….results.jsonl; --results names another."


class Header(msgspec.Struct, kw_only=True):
    """What is measured and how. Results with the same `fingerprint` are of the same questions, files and settings."""

    pdfqa_eval: int = _VERSION
    fingerprint: str = ""
    questions: str = ""
    total: int = 0
    documents: int = 0
    pages: int = 0
    settings: dict[str, str] = {}
    version: str = ""
    begun: str = ""
    search_only: bool = False


class Run(msgspec.Struct, kw_only=True):
    """What came back for the questions of one run, and whether it went to its end."""

    header: Header
    rows: list[Seen]
    complete: bool = True

    @property
    def label(self) -> str:
        """Return the settings in one line."""
        return ", ".join(f"{name} {value}" for name, value in self.header.settings.items())


class _End(msgspec.Struct):
    complete: bool


class Journal:
    """Writes the results of a run, after those that an earlier, interrupted run has left; a context manager.

    Args:
        path: The file; without one nothing is written.
        header: What is measured.

    Raises:
        FileError: The file holds something else.
        PdfqaError: It cannot be written.
    """

    def __init__(self, path: Path | None, header: Header) -> None:
        self.done: dict[str, Seen] = {}
        self._stream: IO[bytes] | None = None
        if path is None:
            return
        if path.exists() and path.stat().st_size:
            before = load(path)
            if not before.complete and before.header.fingerprint == header.fingerprint:
                self.done = {seen.id: seen for seen in before.rows if not seen.error}  # what failed is tried again
        try:
            fresh = path.with_name(f"{path.name}.new")
            with open(fresh, "wb") as stream:  # without a line that was cut off
                stream.writelines(_line(value) for value in (header, *self.done.values()))
            os.replace(fresh, path)
            self._stream = open(path, "ab")  # noqa: SIM115 (closed by __exit__)
        except OSError as error:
            raise _unwritable(path, error) from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()

    def note(self, seen: Seen) -> None:
        """Write down what came back for one question."""
        self._write(seen)

    def end(self) -> None:
        """Write down that nothing is missing."""
        self._write(_End(complete=True))

    def _write(self, value: object) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(_line(value))
            self._stream.flush()
        except OSError as error:
            raise _unwritable(Path(self._stream.name), error) from error


def _unwritable(path: Path, error: OSError) -> PdfqaError:
    return PdfqaError(
        f"{path} cannot be written: {error.strerror or error}", hint="Make room, or name another file with --results."
    )


def _line(value: object) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def load(path: Path) -> Run:
    """Return the results that a file holds: those of `pdfqa eval`, or those of `benchmarks/quality.py`.

    Raises:
        FileError: It cannot be read, or holds none.
    """
    data = load_bytes(path, _WHAT, _HINT)
    try:
        if data.startswith(b'{"pdfqa_eval"'):
            return _read(data.split(b"\n"))
        results = msgspec.json.decode(data, type=Results)
    except msgspec.DecodeError as error:
        raise no_json(str(path), _WHAT, error, _HINT) from error
    header = Header(questions=results.header, total=len(results.rows), documents=results.documents)
    return Run(header=header, rows=results.rows)


def _read(lines: Iterable[bytes]) -> Run:
    first, *others = lines
    header = msgspec.json.decode(first, type=Header)
    rows: dict[str, Seen] = {}
    complete = False
    whole = others[:-1]  # what follows the end of the last line was cut off, or is nothing
    for line in whole:
        if line.startswith(b'{"complete"'):
            complete = msgspec.json.decode(line, type=_End).complete
        elif line.strip():
            seen = msgspec.json.decode(line, type=Seen)
            rows[seen.id] = seen
    return Run(header=header, rows=list(rows.values()), complete=complete)
