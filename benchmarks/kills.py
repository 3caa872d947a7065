"""Adding 300 files at once, killed with SIGKILL at random moments and resumed: is the store that of an undisturbed run?

    python benchmarks/kills.py                          300 files of the robustness set, 50 kills, seed 1
    python benchmarks/kills.py --files 60 --kills 10

First the files are added without disturbance, which also says how long it takes. Then `pdfqa add` is started again and
again on another home directory and killed at a random moment of its work, every other time together with its workers,
else alone. A last run ends undisturbed. Compared are the digests of both homes: documents with their pages, names,
indexes, segments, postings and attachments, and the files that stand for them; not ids and times. Looked for are
processes and temporary files that stay, rows that nothing refers to, and `PRAGMA integrity_check`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import common
from robustness import manifest
from tqdm import tqdm

LEFT_SECONDS = 5.0  # that a worker has to notice that its parent is gone
# What a home holds, by the hashes of the documents instead of row numbers.
CONTENTS = {
    "documents": "SELECT sha256, pages, language, hex(info), hex(unread), reading FROM documents ORDER BY 1",
    "pages": "SELECT d.sha256, p.number, p.label, hex(p.body) FROM pages p JOIN documents d ON d.id = p.document"
    " ORDER BY 1, 2",
    "names": "SELECT d.sha256, n.term FROM names n JOIN documents d ON d.id = n.document ORDER BY 1, 2",
    "indexes": "SELECT d.sha256, i.strategy, i.embedder, i.passages FROM indexes i"
    " JOIN documents d ON d.id = i.document ORDER BY 1, 2",
    "segments": "SELECT d.sha256, hex(s.numbers), s.language, s.size, hex(s.passages), hex(s.lengths), hex(s.vectors),"
    " hex(s.terms) FROM segments s JOIN indexes i ON i.id = s.index_id JOIN documents d ON d.id = i.document"
    " ORDER BY 1, i.strategy, 2",
    "postings": "SELECT d.sha256, hex(s.numbers), p.term, hex(p.data) FROM postings p"
    " JOIN segments s ON s.id = p.segment"
    " JOIN indexes i ON i.id = s.index_id JOIN documents d ON d.id = i.document ORDER BY 1, i.strategy, 2, 3",
    "files": "SELECT kind, key, json_extract(body, '$.filename'), json_extract(body, '$.status') FROM objects"
    " WHERE kind = 'file' ORDER BY 2, 3",
    "others": "SELECT kind, count(*) FROM objects WHERE kind != 'file' GROUP BY 1 ORDER BY 1",
    "contents": "SELECT sha256, bytes, path FROM contents ORDER BY 1",
    "attachments": "SELECT parent, page, number, name, bytes, kind, child FROM attachments ORDER BY 1, 2, 3",
    "jobs": "SELECT kind, target FROM jobs ORDER BY 1, 2",
}
# Rows that belong to nothing.
ORPHANS = {
    "pages": "SELECT count(*) FROM pages WHERE document NOT IN (SELECT id FROM documents)",
    "names": "SELECT count(*) FROM names WHERE document NOT IN (SELECT id FROM documents)",
    "indexes": "SELECT count(*) FROM indexes WHERE document NOT IN (SELECT id FROM documents)",
    "segments": "SELECT count(*) FROM segments WHERE index_id NOT IN (SELECT id FROM indexes)",
    "postings": "SELECT count(*) FROM postings WHERE segment NOT IN (SELECT id FROM segments)",
    "documents without pages": "SELECT count(*) FROM documents d WHERE pages !="
    " (SELECT count(*) FROM pages p WHERE p.document = d.id)",
}


def main() -> None:
    """Measure and print."""
    options = arguments()
    folder = options.data / "robustness"
    files = [folder / entry.file for entry in manifest(folder)]
    common.need(files, options.data)
    source = random.Random(options.seed)
    files = sorted(source.sample(files, min(options.files, len(files))))
    print(common.header())
    with tempfile.TemporaryDirectory(prefix="pdfqa-kills-") as name:
        place = Path(name)
        calm, seconds = undisturbed(place, files)
        print(
            f"{len(files)} files, seed {options.seed}; undisturbed: {seconds:.1f} s, {len(calm['documents'])} documents"
        )
        disturbed(place, files, len(calm["documents"]), options, source)
        wrong = compare(calm, contents(place / "killed")) + leavings(place)
    print("\n".join(wrong) if wrong else "the stores are equal, and nothing was left behind")
    sys.exit(bool(wrong))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def start(place: Path, home: str, files: list[Path]) -> subprocess.Popen[bytes]:
    """Begin to add the files to a home, in a process group and with a folder of temporary files of its own."""
    temporary = place / "temporary"
    temporary.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "pdfqa", "add", "--quiet", "--ocr", "never", *map(str, files)],
        env=common.environment(place / home) | {"TMPDIR": str(temporary), "PDFQA_KILLS": str(place)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def undisturbed(place: Path, files: list[Path]) -> tuple[dict[str, list[str]], float]:
    """Return what a home holds after a run to the end, and how long that took."""
    begin = time.monotonic()
    start(place, "calm", files).wait()
    return contents(place / "calm"), time.monotonic() - begin


def disturbed(place: Path, files: list[Path], whole: int, options: argparse.Namespace, source: random.Random) -> None:
    """Kill one run after the other, then let one come to its end."""
    known, killed, early, longest = 0, 0, 0, 1.0
    with tqdm(total=options.kills, unit="kill", file=sys.stderr, disable=None) as bar:
        while killed < options.kills:
            process = start(place, "killed", files)
            try:
                process.wait(timeout=source.uniform(0, longest))
            except subprocess.TimeoutExpired:
                for number in processes(place) if killed % 2 else [process.pid]:
                    os.kill(number, signal.SIGKILL)
                killed, early = killed + 1, early + (known < whole)
                bar.update()
            process.wait()
            known = documents(place / "killed")
            # So that the kills are spread over the work, however long that takes here and now.
            longest *= 0.9 if known * options.kills > whole * killed else 1.15
    print(f"{killed} runs killed, {killed // 2} of them with their workers, {early} before all documents were there")
    code = start(place, "killed", files).wait()
    for claim in (place / "killed" / "claims").glob("*"):  # of runs that were killed; the next run removes old ones
        os.utime(claim, (1, 1))
    start(place, "killed", files[:1]).wait()
    print(f"the run to the end: exit code {code}")


def documents(home: Path) -> int:
    """Return how many documents a home has."""
    path = home / "pdfqa.db"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
        except sqlite3.OperationalError:  # killed before there was a table
            return 0


def contents(home: Path) -> dict[str, list[str]]:
    """Return the digest of each row of a home, table by table."""
    with closing(sqlite3.connect(home / "pdfqa.db")) as connection:
        return {
            name: [hashlib.sha256(repr(row).encode()).hexdigest() for row in connection.execute(query)]
            for name, query in CONTENTS.items()
        }


def compare(calm: dict[str, list[str]], killed: dict[str, list[str]]) -> list[str]:
    """Return what differs."""
    wrong = []
    for name, rows in calm.items():
        print(f"{name}: {len(rows)} rows, {len(killed[name])} after the kills")
        lost, more = Counter(rows) - Counter(killed[name]), Counter(killed[name]) - Counter(rows)
        if lost or more:
            wrong.append(f"{name}: {lost.total()} rows are lost, {more.total()} are new")
    return wrong


def leavings(place: Path) -> list[str]:
    """Return what was left behind: rows of nothing, a broken database, processes, files."""
    wrong = []
    with closing(sqlite3.connect(place / "killed" / "pdfqa.db")) as connection:
        wrong += [f"orphans: {name}" for name, query in ORPHANS.items() if connection.execute(query).fetchone()[0]]
        integrity = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    wrong += [f"integrity: {line}" for line in integrity if line != "ok"]
    end = time.monotonic() + LEFT_SECONDS
    while (left := processes(place)) and time.monotonic() < end:
        time.sleep(0.1)
    wrong += [f"process {number} is left" for number in left]
    calm = {path.relative_to(place / "calm") for path in (place / "calm").rglob("*")}
    names = {path.relative_to(place / "killed") for path in (place / "killed").rglob("*")}
    wrong += [f"file {path} is left" for path in sorted(names - calm)]
    return wrong + [f"temporary file {path} is left" for path in sorted((place / "temporary").rglob("*"))]


def processes(place: Path) -> list[int]:
    """Return the processes that were started for these runs and still are."""
    mark = f"PDFQA_KILLS={place}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


if __name__ == "__main__":
    main()
