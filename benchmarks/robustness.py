"""What becomes of malformed, encrypted and odd PDFs: added to one home directory at once, through the worker pool.

    python benchmarks/robustness.py                 all files of data/robustness
    python benchmarks/robustness.py --core          those of core.txt
    python benchmarks/robustness.py --ocr auto      text of pictures is recognised as well (slow)
    python benchmarks/robustness.py --only NAME     files whose name holds NAME, with what came of each

For each class of the manifest: how many files gave `text`; only `pages` (their error says that there is no text); a
clear `error`; nothing and no reason (`silent`); and over how many a worker `died` or was `late`, whatever came of them
in the end. `page count` compares where pdfium, pypdf and poppler agreed; `lost` counts files of which one of them had
text (the manifest's chars_pdfium, chars_pypdf) and we have none. Below the table each file that fell short, with ours,
pdfium's, pypdf's and poppler's pages, and our, pdfium's and pypdf's characters.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import common
import msgspec
from tqdm import tqdm

from pdfqa.config import load
from pdfqa.engine import Engine
from pdfqa.engine.incoming import Item, Reading
from pdfqa.engine.ingest import Ingest
from pdfqa.engine.ranges import LATE
from pdfqa.errors import FileError, NoTextError, PdfqaError, ReaderFailedError
from pdfqa.workers import Done


class Entry(msgspec.Struct):
    """One file of the manifest, and what other readers did with it."""

    file: str
    classes: list[str]
    pages_pdfium: int | None = None
    pages_pypdf: int | None = None
    pages_poppler: int | None = None
    chars_pdfium: int | None = None
    chars_pypdf: int | None = None
    password: str | None = None

    @property
    def expected(self) -> int | None:
        """Return the page count, where three readers agree."""
        return self.pages_pdfium if self.pages_pdfium == self.pages_pypdf == self.pages_poppler else None

    @property
    def has_text(self) -> bool:
        """Return whether either reader had text."""
        return bool(self.chars_pdfium or self.chars_pypdf)


@dataclass
class Outcome:
    """What became of a file."""

    pages: int = 0
    characters: int = 0
    readers: Counter[str] = field(default_factory=Counter)
    unexplained: int = 0
    died: int = 0
    late: int = 0
    troubles: list[str] = field(default_factory=list)
    error: PdfqaError | None = None
    ended: bool = False

    @property
    def kind(self) -> str:
        """Return the column of the table."""
        if self.characters and not self.error:
            return "text"
        if isinstance(self.error, NoTextError):
            return "pages"
        if isinstance(self.error, FileError) and self.error.message and self.error.hint:
            return "error"
        return "silent"


class Watched(Ingest):
    """An ingest that notes what came of each file."""

    outcomes: dict[str, Outcome]

    def _take(self, done: Done) -> None:
        outcome = self._outcome(self._open[done.key[0]])
        if isinstance(done.error, ReaderFailedError):
            outcome.late += done.error.param in LATE
            outcome.died += done.error.param not in LATE
            outcome.troubles.append(f"{done.key[1].how} at {done.at}: {done.error.message}")
        super()._take(done)

    def _finish(self, number: int) -> None:
        reading = self._open[number]
        outcome = self._outcome(reading)
        outcome.pages = reading.opened.info.pages if reading.opened else 0
        told = {page for page, _ in reading.unread}
        for segment in reading.segments():
            for page in segment.pages:
                outcome.characters += len("".join(page.text.split()))
                outcome.readers[page.reader if page.text else "none"] += 1
                outcome.unexplained += not page.text and page.number not in told
        super()._finish(number)

    def _outcome(self, reading: Reading) -> Outcome:
        return self.outcomes[reading.item.sha256]


def main() -> None:
    """Measure and print."""
    options = arguments()
    folder = options.data / "robustness"
    entries = manifest(folder, core=options.core, only=options.only)
    common.need([folder / entry.file for entry in entries], options.data)
    print(common.header())
    begin = time.perf_counter()
    outcomes = read(folder, entries, options)
    print(f"{len(entries)} files, {time.perf_counter() - begin:.0f} s\n")
    print(class_table(outcomes))
    print()
    for line in complaints(outcomes, everything=bool(options.only)):
        print(line)


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--core", action="store_true", help="only the files of core.txt")
    parser.add_argument("--only", default="", help="only files whose name holds this")
    parser.add_argument("--ocr", default="never", choices=("auto", "always", "never"))
    parser.add_argument("--workers", type=int, help="how many processes read")
    return parser.parse_args()


def manifest(folder: Path, *, core: bool = False, only: str = "") -> list[Entry]:
    """Return the files of the robustness set."""
    path = folder / "manifest.jsonl"
    if not path.is_file():
        return []
    entries = [msgspec.json.decode(line, type=Entry) for line in path.read_bytes().splitlines()]
    wanted = set((folder / "core.txt").read_text().split()) if core else set()
    return [entry for entry in entries if only in entry.file and (not core or names(entry) & wanted)]


def names(entry: Entry) -> set[str]:
    """Return what a file may be called in core.txt."""
    return {entry.file, entry.file.rpartition("/")[2]}


def read(folder: Path, entries: list[Entry], options: argparse.Namespace) -> list[tuple[Entry, Outcome]]:
    """Add all files at once and return what became of each."""
    passwords = sorted({entry.password for entry in entries if entry.password})
    with tempfile.TemporaryDirectory(prefix="pdfqa-robustness-") as home:
        settings = load(home=home, ocr=options.ocr)
        if options.workers:
            settings = msgspec.structs.replace(settings, workers=options.workers)
        with Engine(settings) as engine, Watched(engine, passwords=passwords) as ingest:
            items, failed = uploads(engine, folder, entries)
            ingest.outcomes = {item.sha256: Outcome() for item in items.values()}
            for item, error in tqdm(ingest.run(list(items.values())), total=len(items), unit="file", disable=None):
                ingest.outcomes[item.sha256].error = error
                ingest.outcomes[item.sha256].ended = True
            found = {name: ingest.outcomes[item.sha256] for name, item in items.items()} | failed
    return [(entry, found[entry.file]) for entry in entries]


def uploads(engine: Engine, folder: Path, entries: list[Entry]) -> tuple[dict[str, Item], dict[str, Outcome]]:
    """Return the items of the files, and those that are refused before they are read."""
    items: dict[str, Item] = {}
    failed: dict[str, Outcome] = {}
    for entry in entries:
        try:
            file = engine.files.upload_path((folder / entry.file).absolute(), shown=entry.file)
            items[entry.file] = Item(file_id=file.id, sha256=engine.files.sha256(file.id), shown=entry.file)
        except FileError as error:
            failed[entry.file] = Outcome(error=error, ended=True)
    return items, failed


def class_table(outcomes: list[tuple[Entry, Outcome]]) -> str:
    """Return a line for each class, and one for all."""
    classes = sorted({name for entry, _ in outcomes for name in entry.classes})
    head = ["class", "files", "text", "pages", "error", "silent", "died", "late", "page count", "lost"]
    rows = [row(name, [pair for pair in outcomes if name in pair[0].classes]) for name in classes]
    return common.table(head, [*rows, row("all", outcomes)])


def row(title: str, outcomes: list[tuple[Entry, Outcome]]) -> list[str]:
    """Return one line of the table."""
    kinds = Counter(outcome.kind for _, outcome in outcomes)
    agreed = [entry.expected == outcome.pages for entry, outcome in outcomes if entry.expected is not None]
    counts: list[Any] = [len(outcomes), *(kinds[kind] for kind in ("text", "pages", "error", "silent"))]
    counts += [sum(bool(getattr(outcome, name)) for _, outcome in outcomes) for name in ("died", "late")]
    counts += [f"{sum(agreed)}/{len(agreed)}", sum(is_lost(*pair) for pair in outcomes)]
    return [title, *map(str, counts)]


def is_lost(entry: Entry, outcome: Outcome) -> bool:
    """Return whether a reader has text of a file and we have none."""
    return entry.has_text and not outcome.characters


def complaints(outcomes: list[tuple[Entry, Outcome]], *, everything: bool) -> Iterator[str]:
    """Yield a line for each file that fell short."""
    for entry, outcome in outcomes:
        wrong = [
            ("silent", outcome.kind == "silent" or outcome.unexplained or not outcome.ended),
            ("died", outcome.died),
            ("late", outcome.late),
            ("pages", entry.expected is not None and entry.expected != outcome.pages),
            ("lost", is_lost(entry, outcome)),
            ("locked", entry.password and outcome.kind not in {"text", "pages"}),
            ("less", outcome.characters < 0.5 * max(entry.chars_pdfium or 0, entry.chars_pypdf or 0)),
        ]
        if everything or any(said for _, said in wrong):
            yield f"{entry.file}: {' '.join(name for name, said in wrong if said)}"
            pages = (outcome.pages, entry.pages_pdfium, entry.pages_pypdf, entry.pages_poppler)
            characters = (outcome.characters, entry.chars_pdfium, entry.chars_pypdf)
            yield f"    pages {pages}, characters {characters} {dict(outcome.readers)}"
            yield from (f"    {line}" for line in (*outcome.troubles, outcome.error and outcome.error.line) if line)


if __name__ == "__main__":
    sys.exit(main())
