"""The part of `extraction.py` about speed: CPU seconds of each step of pdfqa and of each other reader."""

from __future__ import annotations

import importlib
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import common
from readers import READERS, cpu_seconds

FILES = 12
SCANNED = 3  # pages to recognise text on: seconds each
# Parts of the step before them, measured where they are called: what is looked up there by this name.
INSIDE = {
    "lines: letters mended": ("pdfqa.pdf.characters", "mended"),
    "lines: garbled or not": ("pdfqa.pdf.characters", "is_garbled"),
    "lines: unseen text": ("pdfqa.pdf.pdfium", "seen_text"),
    "lines: drawn rules": ("pdfqa.pdf.pdfium", "rules_of"),
    "lines: annotations": ("pdfqa.pdf.pdfium", "look"),
    "lines: picture or not": ("pdfqa.pdf.pdfium", "is_picture"),
    "layout: margins": ("pdfqa.pdf.layout.margins", "Margins.set_aside"),
    "layout: tables": ("pdfqa.pdf.layout.layout", "find_tables"),
    "index: cutting": ("pdfqa.index.build", "cut"),
    "index: terms": ("pdfqa.index.build", "_postings"),
    "index: vectors": ("pdfqa.embed", "StaticEmbedder.encode"),
}
STEPS = ("open", "lines", "layout", "index")


class Costs:
    """CPU seconds of what was measured, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        """Add what is done inside."""
        before = cpu_seconds()
        yield
        self.seconds[name] += cpu_seconds() - before

    def watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that adds what each call of it takes."""

        def call(*args: Any, **options: Any) -> Any:
            before = time.process_time()
            try:
                return function(*args, **options)
            finally:
                self.seconds[name] += time.process_time() - before

        return call


def measure(paths: Sequence[Path], readers: Sequence[str], pages: int) -> dict[str, Any]:
    """Print and return pages/s of each step and reader, on the first pages of some documents of both folders."""
    from pdfqa.embed import StaticEmbedder

    embedder = StaticEmbedder.load()
    embedder.encode(["warm"])
    chosen = sorted(random.Random(common.SEED).sample(list(paths), min(FILES, len(paths))))
    costs, count = Costs(), 0
    for path in chosen:
        last = min(pages, common.page_count(path))
        count += last
        drain(READERS["pypdfium2"](path, 1, last))  # so that the file is in memory
        for name in readers:
            if name != "pdfqa":
                with costs.measured(name):
                    drain(READERS[name](path, 1, last))
        steps(path, last, embedder, costs)
    parts = [[step, *(name for name in INSIDE if name.startswith(f"{step}:"))] for step in STEPS]
    whole = sum(costs.seconds[step] for step in STEPS)
    costs.seconds["pdfqa, all of it"] = whole
    costs.seconds["pdfqa without index"] = whole - costs.seconds["index"]
    names = ["pypdfium2", *(name for part in parts for name in part), "pdfqa without index", "pdfqa, all of it"]
    names += [name for name in readers if name not in ("pdfqa", "pypdfium2")]
    base = costs.seconds["pypdfium2"]
    lines = [
        [name, f"{1000 * seconds / count:.2f}", f"{count / seconds:,.0f}" if seconds else "-", f"{seconds / base:.2f}"]
        for name in names
        for seconds in [costs.seconds[name]]
    ]
    print(f"{count} pages, the first {pages} of {len(chosen)} documents; one process, pdftotext's own counted\n")
    print(common.table(["step or reader", "CPU ms/page", "pages/CPU s", "x pypdfium2"], lines))
    recognised = recognition(paths)
    result = {name: {"ms": 1000 * costs.seconds[name] / count, "ratio": costs.seconds[name] / base} for name in names}
    return {"pages": count, "steps": result, "recognition": recognised}


def drain(texts: Iterator[str]) -> None:
    """Read texts and throw them away."""
    for _ in texts:
        pass


def steps(path: Path, last: int, embedder: Any, costs: Costs) -> None:
    """Take the steps of reading one document apart: each does all pages before the next begins."""
    from pdfqa import pdf
    from pdfqa.index.build import build
    from pdfqa.pdf.layout.layout import Layout
    from pdfqa.pdf.readers import Readers

    with watching(costs):
        with costs.measured("open"):
            info = pdf.read_info(path)
        with costs.measured("lines"), Readers(path, None) as readers:
            sheets = [readers.sheet(number) for number in range(1, last + 1)]
        with costs.measured("layout"):
            layout = Layout(info.outline)
            pages = [page for at in range(0, last, pdf.WINDOW) for page in layout.pages(sheets[at : at + pdf.WINDOW])]
        with costs.measured("index"):
            build(pages, embedder)


@contextmanager
def watching(costs: Costs) -> Iterator[None]:
    """Measure the parts of steps while this lasts."""
    kept = []
    for name, (module, place) in INSIDE.items():
        owner: Any = importlib.import_module(module)
        *path, last = place.split(".")
        for part in path:
            owner = getattr(owner, part, None)
        function = getattr(owner, last, None)
        if function is None:
            raise SystemExit(f"{name} cannot be measured: {module} has no {place} (any more); mend INSIDE")
        else:
            kept.append((owner, last, function))
            setattr(owner, last, costs.watched(name, function))
    try:
        yield
    finally:
        for owner, last, function in kept:
            setattr(owner, last, function)


def recognition(paths: Sequence[Path]) -> dict[str, float]:
    """Print and return how fast text is recognised on scanned pages, where that can be done."""
    from pdfqa import pdf
    from pdfqa.errors import MissingExtraError

    scans = [path for path in paths if path.name.startswith("scan_")][:1]
    if not scans:
        return {}
    try:
        pdf.recognise(scans[0], 1)  # loads the models
    except MissingExtraError as error:
        print(f"\nrecognition: {error.message}")
        return {}
    before, begun = cpu_seconds(), time.perf_counter()
    for number in range(2, SCANNED + 2):
        pdf.recognise(scans[0], number)
    cpu, wall = (cpu_seconds() - before) / SCANNED, (time.perf_counter() - begun) / SCANNED
    print(
        f"\nrecognition, models loaded, {SCANNED} pages: {cpu:.2f} CPU s/page, {60 / wall:.1f} pages/min in one process"
    )
    return {"cpu_seconds": cpu, "pages_per_minute": 60 / wall}
