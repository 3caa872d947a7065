"""Peak memory of adding documents of 500, 1,000 and 2,000 pages, joined with pypdf from the open set.

    python benchmarks/memory.py
    python benchmarks/memory.py --pages 500,2000 --folders open_set,reports

The open set has fewer than 2,000 pages, so its files come round again, in the same order. A thread looks into /proc
every 10 ms (Linux only). `main` is the largest resident set of the process that was started (VmHWM, the kernel's own
maximum), `worker` that of the largest of its children, `tree` the largest sum over all of them at one moment: an upper
bound, since pages they share are counted in each. `wait4` is ru_maxrss as the kernel reports it at the end: the largest
single process of the tree.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import common

TICK = 0.01
MEGABYTE = 1024  # the kernel counts in kilobytes


@dataclass
class Peak:
    """The largest sizes seen, in kilobytes."""

    main: int = 0
    workers: dict[int, int] = field(default_factory=dict)
    tree: int = 0


def main() -> None:
    """Measure and print."""
    options = arguments()
    paths = common.all_pdfs(options.data, options.folders.split(","))
    common.need(paths, options.data)
    sizes = [int(size) for size in options.pages.split(",")]
    lines = []
    with tempfile.TemporaryDirectory(prefix="pdfqa-memory-") as temporary:
        for size in sorted(sizes):
            joined = Path(temporary) / f"joined-{size}.pdf"
            join(paths, size, joined)
            lines.append(measure(joined, size, Path(temporary) / f"home-{size}"))
    print(common.header())
    print()
    print(common.table(["pages", "file MB", "s", "main MB", "worker MB", "workers", "tree MB", "wait4 MB"], lines))
    print(growth(sizes, lines))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = common.parser(__doc__)
    parser.add_argument("--pages", default="500,1000,2000", help="sizes of the documents")
    parser.add_argument("--folders", default="open_set", help="where the pages come from: open_set,reports")
    return parser.parse_args()


def join(paths: Sequence[Path], pages: int, target: Path) -> None:
    """Write a PDF of so many pages, taken from the files in turn, in a process of its own."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import memory; memory.join_here()"
    common.must(common.run([sys.executable, "-c", code, str(pages), str(target), *map(str, paths)]), "joining")


def join_here() -> None:
    """Join the files named on the command line: pages, target, sources."""
    from pypdf import PdfReader, PdfWriter

    pages, target, sources = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    writer = PdfWriter()
    while len(writer.pages) < pages:
        for source in sources:
            reader = PdfReader(source)
            left = min(len(reader.pages), pages - len(writer.pages))
            writer.append(reader, pages=(0, left), import_outline=False)
    writer.write(target)


def measure(path: Path, pages: int, home: Path) -> list[str]:
    """Return the line of one document."""
    command = [sys.executable, "-m", "pdfqa", "add", "--quiet", str(path)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=common.environment(home), stdout=subprocess.DEVNULL)
    peak, ended = Peak(), threading.Event()
    watcher = threading.Thread(target=watch, args=(process.pid, peak, ended))
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    ended.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"pdfqa add ended with exit code {process.returncode}")
    sizes = [peak.main, max(peak.workers.values(), default=0), len(peak.workers) * MEGABYTE, peak.tree, usage.ru_maxrss]
    return [str(pages), f"{path.stat().st_size / 1e6:.1f}", f"{seconds:.1f}", *(f"{kb / MEGABYTE:.0f}" for kb in sizes)]


def watch(main_pid: int, peak: Peak, ended: threading.Event) -> None:
    """Look at a process and its descendants until it has ended."""
    while not ended.wait(TICK):
        total = 0
        for pid in tree(main_pid):
            now, most = resident(pid)
            total += now
            if pid == main_pid:
                peak.main = max(peak.main, most)
            else:
                peak.workers[pid] = max(peak.workers.get(pid, 0), most)
        peak.tree = max(peak.tree, total)


def tree(pid: int) -> list[int]:
    """Return a process and its descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, read(task).split())
    return found


def resident(pid: int) -> tuple[int, int]:
    """Return the resident set of a process, now and at most, in kilobytes; nothing if it has ended."""
    fields = dict(line.split(":", 1) for line in read(Path(f"/proc/{pid}/status")).splitlines() if ":" in line)
    return tuple(int(fields.get(name, "0 kB").split()[0]) for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def read(path: Path) -> str:
    """Return the text of a file of /proc, or nothing where the process has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def growth(sizes: Sequence[int], lines: Sequence[Sequence[str]]) -> str:
    """Return how much the memory grows with each page, from the smallest document to the largest."""
    if len(sizes) < 2:
        return ""
    pages = max(sizes) - min(sizes)
    main, whole = ((float(lines[-1][column]) - float(lines[0][column])) * 1024 / pages for column in (3, 6))
    return f"growth per page: main process {main:.1f} kB, tree {whole:.1f} kB"


if __name__ == "__main__":
    main()
