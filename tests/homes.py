"""Small documents, what a home directory holds of them, and other processes that use it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from pdfqa.config import Settings
from pdfqa.engine import Engine
from pdfqa.index import query
from pdfqa.passages import DEFAULT
from tests.cli_runner import environment
from tests.pdf_maker import Leaf, paragraph, write_pdf

CLUB = "The treasurer of the sailing club is Margaret Holloway. The club was founded in 1931 by four fishermen."
PARK = "The head gardener of the botanical park is Rodrigo Fuentes. The greenhouse holds 412 orchids."
MINE = "The copper mine at Korsholm was closed in 1957. Its deepest shaft reached 640 metres below the sea."
WHO_CLUB, WHO_PARK = "Who is the treasurer of the sailing club?", "Who is the head gardener of the botanical park?"
NOBODY = 65534


def pdf(path: Path, *pages: str) -> Path:
    """Write a PDF with a paragraph on each page, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_pdf(path, [Leaf(paragraph(text)) for text in pages])


def long_pdf(path: Path, pages: int, *, about: str = "vessel") -> Path:
    """Write a PDF that is read in several ranges of pages."""
    text = "Page {0} of the log: {1} number {2} sailed {0} miles to the north."
    return pdf(path, *(text.format(number, about, number * 37) for number in range(pages)))


def settings(home: Path, **changes: Any) -> Settings:
    """Return settings for two workers that give up early."""
    return msgspec.structs.replace(Settings(home=home, workers=2, busy_seconds=10.0), **changes)


def counted_ids() -> Any:
    """Return a maker of ids that counts: file-1, vs_2 and so on."""
    numbers = iter(range(1, 1_000_000))
    return lambda prefix: f"{prefix}{next(numbers)}"


def digest(home: Path) -> dict[str, Any]:
    """Return all that was read and indexed, by the hash of the file; row numbers and times left out."""
    with Engine(settings(home)) as engine:
        hashes = [sha256 for (sha256,) in engine.database.rows("SELECT sha256 FROM documents ORDER BY sha256")]
        return {sha256: _document(engine, sha256) for sha256 in hashes}


def _document(engine: Engine, sha256: str) -> Any:
    document = engine.documents.find(sha256)
    index = engine.documents.find_index(sha256, DEFAULT.name)
    assert document is not None
    assert index is not None
    scope = query.scope(engine.database, [index.id], engine.embedder.dimensions)
    return (
        msgspec.structs.replace(document, id=0, read_at=0),
        [engine.documents.page(sha256, number + 1) for number in range(document.pages)],
        (index.strategy, index.embedder, index.passages, scope.languages),
        [engine.documents.passages(int(segment)) for segment in scope.ids],
        (scope.lengths.tobytes(), scope.vectors.tobytes()),
        [
            engine.database.rows("SELECT term, data FROM postings WHERE segment = ? ORDER BY term", (int(segment),))
            for segment in scope.ids
        ],
    )


def rows(home: Path, *tables: str) -> dict[str, int]:
    """Return how many rows some tables hold."""
    with Engine(settings(home)) as engine:
        return {table: engine.database.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables}


def nothing_left(home: Path) -> bool:
    """Return whether a home directory holds nothing of any file."""
    tables = ("documents", "pages", "names", "indexes", "segments", "postings", "objects", "contents")
    return not any(rows(home, *tables).values())


def start(code: str, *args: object, **env: str) -> subprocess.Popen[str]:
    """Start a Python program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *map(str, args)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**env),
        text=True,
    )


def finish(*processes: subprocess.Popen[str]) -> list[tuple[int, str, str]]:
    """Wait for processes and return each one's exit code, output and complaints."""
    ends = [process.communicate(timeout=100) for process in processes]
    return [(process.returncode, *end) for process, end in zip(processes, ends, strict=True)]


@contextlib.contextmanager
def small_disk(path: Path, size: str) -> Iterator[bool]:
    """Mount a disk that holds little; yield whether that is allowed here."""
    path.mkdir()
    try:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(path)], check=True)


@contextlib.contextmanager
def open_to_nobody() -> Iterator[Path]:
    """Yield an empty folder that every user may use."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        yield Path(folder)


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Act as a user without rights."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)
