"""What the benchmarks share: the measuring data, what a process costs, intervals, and plain tables."""

from __future__ import annotations

import argparse
import datetime
import os
import random
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from pdfqa.evaluate.figures import SEED, interval, mean_interval, number, percentile, table  # noqa: F401 (for all scripts)

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
WIDTH = 110


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the measuring data; `gold_pages` [] means unanswerable, None that the page is not known."""

    id: str
    pdf: str
    question: str
    answers: list[Any]
    gold_pages: list[int] | None
    answerable: bool
    lang: str
    source: str
    type: str = ""
    section: str = ""
    requires_visual: bool | None = False
    gold_pages_have_text: bool | None = True


@dataclass(frozen=True)
class Source:
    """A part of the measuring data: the rows of `file` whose source starts with `prefix`.

    `keyword` is page hit@1/3/5 of keyword search alone, as printed in the data folder's README.md.
    """

    key: str
    title: str
    file: str
    prefix: str = ""
    keyword: tuple[float, float, float] | None = None


SOURCES = (
    Source("azure", "Azure demo", "open_set/qa.jsonl", "Azure-Samples", (0.40, 0.60, 0.68)),
    Source("nq", "Natural Questions", "open_set/qa.jsonl", "Natural Questions", (0.24, 0.48, 0.64)),
    Source("fetaqa", "FeTaQA", "open_set/qa.jsonl", "FeTaQA"),
    Source("squad", "SQuAD 2.0", "open_set/qa.jsonl", "SQuAD", (0.779, 0.922, 0.963)),
    Source("xquad", "XQuAD en+es", "open_set/qa.jsonl", "XQuAD", (0.909, 0.987, 0.992)),
    Source("languages", "XQuAD 10 languages", "open_set/qa_languages.jsonl", "", (0.725, 0.826, 0.847)),
    Source("crosslingual", "es question, en text", "open_set/qa_crosslingual.jsonl", "", (0.348, 0.503, 0.556)),
    Source("known_item", "heading -> page", "open_set/qa_known_item.jsonl", "", (0.119, 0.903, 0.963)),
    Source("financebench", "FinanceBench", "reports/qa.jsonl", "FinanceBench", (0.20, 0.267, 0.367)),
    Source("mmlongbench", "MMLongBench", "reports/qa.jsonl", "MMLongBench", (0.433, 0.663, 0.721)),
    Source("scanned", "scanned", "open_set/qa_scanned.jsonl", "", (0.0, 0.0, 0.0)),
    Source("offtopic", "off-topic", "open_set/qa_offtopic.jsonl"),
)

PARALLEL = ("crosslingual", "scanned")  # sources whose text is also there as another document, which answers as well


def load_rows(data: Path, source: Source, limit: int | None = None) -> list[Row]:
    """Return the rows of a source, or a seeded sample of `limit` of them, sorted by PDF; [] where there are none."""
    path = data / source.file
    if not path.is_file():
        print(f"skipped {source.key}: {path} is not there", file=sys.stderr)
        return []
    decoder = msgspec.json.Decoder(Row)
    rows = [decoder.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
    rows = sorted((row for row in rows if row.source.startswith(source.prefix)), key=lambda row: row.id)
    if limit is not None and limit < len(rows):
        rows = random.Random(f"{SEED}/{source.key}").sample(rows, limit)
    return sorted(rows, key=lambda row: (row.pdf, row.id))


def pdf_path(data: Path, source: Source, row: Row) -> Path:
    """Return where the PDF of a row is."""
    return (data / source.file).parent / row.pdf


def taught(paths: Iterable[Path]) -> set[Path]:
    """Return every other one of some documents, by name: what a model may be taught with, or a setting chosen on."""
    return set(sorted(set(paths))[::2])


def all_pdfs(data: Path, folders: Sequence[str] = ("open_set", "reports")) -> list[Path]:
    """Return the PDFs that questions are put to, sorted by name."""
    return sorted(path for folder in folders for path in (data / folder / "pdf").glob("*.pdf"))


def page_count(path: Path) -> int:
    """Return how many pages a PDF has."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()


def need(paths: Sequence[Path], data: Path) -> None:
    """Leave, saying so, where the measuring data is absent."""
    if not paths:
        print(f"skipped: no PDFs under {data}; give the data folder with --data", file=sys.stderr)
        raise SystemExit(0)


def parser(doc: str | None) -> argparse.ArgumentParser:
    """Return a command line parser that shows a script's docstring and knows --data."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--data", type=Path, default=DATA, help="folder of the measuring data")
    return made


def header() -> str:
    """Return what was run, when and on what."""
    when = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    command = shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"$ {command}\n{when}, Python {sys.version.split()[0]}, {cores} cores"


@dataclass(frozen=True)
class Cost:
    """What one process took from start to end. `cpu` counts the processes it started and waited for."""

    seconds: float
    cpu: float
    code: int
    stdout: str
    stderr: str


def run(command: Sequence[str], *, home: Path | None = None) -> Cost:
    """Run a command to its end and return its cost; the package is taken from this checkout."""
    before = os.times()
    start = time.perf_counter()
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Cost(seconds, cpu, done.returncode, done.stdout, done.stderr)


def environment(home: Path | None) -> dict[str, str]:
    """Return this environment with the checkout importable and `home` as the home directory."""
    known = [part for part in (str(ROOT), os.environ.get("PYTHONPATH")) if part]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(known)}
    return env | {"PDFQA_HOME": str(home)} if home else env


def must(cost: Cost, what: str) -> Cost:
    """Return the cost of a process that went well.

    Raises:
        SystemExit: It did not.
    """
    if cost.code != 0:
        raise SystemExit(f"{what} ended with exit code {cost.code}:\n{cost.stderr.strip()[-2000:]}")
    return cost


def spread(values: Sequence[float]) -> str:
    """Return median, smallest and largest, as `1.20 (1.11-1.34)`."""
    return f"{np.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"
