"""What becomes of PDFs that were spoilt on purpose, read through the worker pool.

    python benchmarks/fuzz.py                          600 files, seed 1
    python benchmarks/fuzz.py --seed 7 --seconds 600   as many as ten minutes allow
    python benchmarks/fuzz.py --seed 7 --keep DIR      keep the files that did harm

Small files of the robustness set are mutated in one to eight places: bits flipped, pieces cut out, doubled or moved,
the end lost, numbers changed, names and objects exchanged, and the same inside of compressed streams. The same seed
gives the same files. Counted is what came of each file and, whatever that was, over how many a worker died (`crash`:
also of too little memory, or with an error that nobody expected) or was late (`hang`). `exceptions` are those of the
process that has the workers: none may be.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import common
import msgspec
from robustness import Entry, Outcome, Watched, manifest, uploads
from tqdm import tqdm

from pdfqa.config import load
from pdfqa.engine import Engine

LARGEST = 120_000  # bytes of a file that is mutated
BATCH = 40
PAGE_SECONDS = 10.0
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_NUMBER = re.compile(rb"\d+")
_NAME = re.compile(rb"/[A-Za-z]\w*")
_OBJECT = re.compile(rb"(?<=\d 0 obj)(.*?)(?=endobj)", re.DOTALL)
_EDGES = (
    b"0",
    b"-1",
    b"1",
    b"255",
    b"65536",
    b"2147483647",
    b"-2147483648",
    b"4294967295",
    b"99999999999999999999",
    b"1e39",
)
_TOKENS = (
    b"<<",
    b">>",
    b"[",
    b"]",
    b"(",
    b")",
    b"<",
    b">",
    b"null",
    b"true",
    b" R ",
    b"obj",
    b"endobj",
    b"stream",
    b"%",
)

Mutation = Callable[[bytes, random.Random], bytes]


def main() -> None:
    """Measure and print."""
    options = arguments()
    folder = options.data / "robustness"
    seeds = [folder / entry.file for entry in manifest(folder)]
    seeds = [path for path in seeds if path.stat().st_size <= LARGEST]
    common.need(seeds, options.data)
    print(common.header())
    begin = time.perf_counter()
    counts = fuzz(seeds, options)
    seconds = time.perf_counter() - begin
    print(f"{len(seeds)} files to mutate, seed {options.seed}, {seconds:.0f} s, {PAGE_SECONDS:g} s a page\n")
    print(common.table(["what", "files"], [[name, str(count)] for name, count in counts.items()]))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=600, help="how many, without --seconds")
    parser.add_argument("--seconds", type=float, help="begin no more after so long")
    parser.add_argument("--keep", type=Path, help="a folder for the files that did harm")
    return parser.parse_args()


def fuzz(seeds: list[Path], options: argparse.Namespace) -> Counter[str]:
    """Mutate and read files in batches; return how many came to what."""
    counts = Counter(dict.fromkeys(("all", "text", "pages", "error", "silent", "crash", "hang", "exceptions"), 0))
    end = time.monotonic() + options.seconds if options.seconds else None
    with tqdm(total=None if end else options.files, unit="file", disable=None) as bar:
        while time.monotonic() < end if end else counts["all"] < options.files:
            with tempfile.TemporaryDirectory(prefix="pdfqa-fuzz-") as folder:
                counts.update(batch(Path(folder), seeds, counts["all"], options))
            bar.update(BATCH)
    return counts


def batch(folder: Path, seeds: list[Path], first: int, options: argparse.Namespace) -> Counter[str]:
    """Make one batch of files, read it, and return what came of it."""
    entries = []
    for number in range(first, first + BATCH):
        source = random.Random(f"{options.seed}/{number}")
        path = folder / f"{number}.pdf"
        path.write_bytes(mutate(source.choice(seeds).read_bytes(), source))
        entries.append(Entry(file=path.name, classes=[]))
    try:
        outcomes = read(folder, entries)
    except Exception:  # noqa: BLE001 - what is looked for
        traceback.print_exc()
        keep(options.keep, [folder / entry.file for entry in entries])
        return Counter(all=BATCH, exceptions=1)
    counts = Counter(all=BATCH)
    for name, outcome in outcomes.items():
        counts[outcome.kind if outcome.ended else "silent"] += 1
        counts["crash"] += bool(outcome.died)
        counts["hang"] += bool(outcome.late)
        if outcome.died or outcome.late or outcome.kind == "silent" or outcome.unexplained:
            print(f"{name}: {outcome.kind}, {outcome.troubles}")
            keep(options.keep, [folder / name])
    return counts


def read(folder: Path, entries: list[Entry]) -> dict[str, Outcome]:
    """Read files and return what came of each."""
    settings = load(home=folder / "home", ocr="never")
    with Engine(msgspec.structs.replace(settings, page_seconds=PAGE_SECONDS)) as engine, Watched(engine) as ingest:
        items, failed = uploads(engine, folder, entries)
        ingest.outcomes = {item.sha256: Outcome() for item in items.values()}
        for item, error in ingest.run(list(items.values())):
            ingest.outcomes[item.sha256].error = error
            ingest.outcomes[item.sha256].ended = True
        return {name: ingest.outcomes[item.sha256] for name, item in items.items()} | failed


def keep(folder: Path | None, paths: list[Path]) -> None:
    """Copy files to where they can be looked at."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            shutil.copy(path, folder)


def mutate(data: bytes, source: random.Random) -> bytes:
    """Return the file spoilt in some places."""
    for _ in range(source.choice((1, 1, 2, 3, 5, 8))):
        data = source.choice(MUTATIONS)(data, source)
    return data or b"\n"


def _piece(data: bytes, source: random.Random) -> tuple[int, int]:
    start = source.randrange(len(data) + 1)
    return start, min(len(data), start + int(2 ** source.uniform(0, 12)))


def _flip(data: bytes, source: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(source.choice((1, 4, 32)) if data else 0):
        changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
    return bytes(changed)


def _delete(data: bytes, source: random.Random) -> bytes:
    start, end = _piece(data, source)
    return data[:start] + data[end:]


def _double(data: bytes, source: random.Random) -> bytes:
    start, end = _piece(data, source)
    return data[:end] + data[start:end] * source.choice((1, 2, 50)) + data[end:]


def _move(data: bytes, source: random.Random) -> bytes:
    start, end = _piece(data, source)
    at = source.randrange(len(data) + 1)
    return data[:at] + data[start:end] + data[at:]


def _truncate(data: bytes, source: random.Random) -> bytes:
    return data[: source.randrange(len(data) + 1)]


def _number(data: bytes, source: random.Random) -> bytes:
    return _replaced(data, _NUMBER, source.choice(_EDGES), source)


def _token(data: bytes, source: random.Random) -> bytes:
    start = source.randrange(len(data) + 1)
    return data[:start] + source.choice(_TOKENS) * source.choice((1, 1, 1, 5_000)) + data[start:]


def _name(data: bytes, source: random.Random) -> bytes:
    found = _NAME.findall(data)
    return _replaced(data, _NAME, source.choice(found), source) if found else data


def _object(data: bytes, source: random.Random) -> bytes:
    found = _OBJECT.findall(data)
    return _replaced(data, _OBJECT, source.choice(found), source) if found else data


def _replaced(data: bytes, pattern: re.Pattern[bytes], new: bytes, source: random.Random) -> bytes:
    places = [match.span() for match in pattern.finditer(data)]
    if not places:
        return data
    start, end = source.choice(places)
    return data[:start] + new + data[end:]


def _inside(data: bytes, source: random.Random) -> bytes:
    """Mutate the content of a compressed stream; readers look past a wrong /Length."""
    places = [match.span(1) for match in _STREAM.finditer(data)]
    if not places:
        return data
    start, end = source.choice(places)
    try:
        content = zlib.decompress(data[start:end])
    except zlib.error:
        return data
    return data[:start] + zlib.compress(source.choice(PLAIN)(content, source)) + data[end:]


PLAIN: tuple[Mutation, ...] = (_flip, _delete, _double, _move, _truncate, _number, _token, _name)
MUTATIONS: tuple[Mutation, ...] = (*PLAIN, _object, _inside, _inside, _inside)


if __name__ == "__main__":
    sys.exit(main())
