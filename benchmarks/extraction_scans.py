"""The part of `extraction.py` about scans: recognised text and answers, against those of the original."""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import common
import pypdfium2
import quality
from readers import cpu_seconds
from similarity import likeness, mean

from pdfqa import PDFQA
from pdfqa.evaluate import scoring
from pdfqa.evaluate.scoring import Seen

ORIGINALS = {"scan_squad2-harvard_university": "squad2-harvard_university", "scan_xquad-es-a": "xquad-es-a"}
SOURCE = next(source for source in common.SOURCES if source.key == "scanned")
METRICS = {
    "hit@1": scoring.page_hit(1),
    "hit@3": scoring.page_hit(3),
    "hit@5": scoring.page_hit(5),
    "contained": scoring.contained,
    "recall": scoring.recall,
    "cites": scoring.cited_right,
    "declined": scoring.declined(True),
    "of none": scoring.declined(False),
}


def measure(data: Path, limit: int | None, pages: int | None) -> dict[str, Any]:
    """Print and return how the scans compare with their originals."""
    rows = common.load_rows(data, SOURCE)
    if pages:  # what is asked about later pages goes with these
        rows = [row for row in rows if row.gold_pages is None or all(page <= pages for page in row.gold_pages)]
    rows = rows[:: max(len(rows) // limit, 1)][:limit] if limit else rows
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="pdfqa-scans-") as folder:
        for scan, original in ORIGINALS.items():
            of_this = [row for row in rows if Path(row.pdf).stem == scan]
            paths = [
                first_pages(data / "open_set/pdf" / f"{name}.pdf", Path(folder), pages) for name in (scan, original)
            ]
            if of_this and all(path.is_file() for path in paths):
                result[scan] = compare(paths, of_this, Path(folder) / f"home-{scan}")
    return result


def first_pages(path: Path, folder: Path, pages: int | None) -> Path:
    """Return a PDF of the first pages of another, or that itself."""
    if not pages or not path.is_file():
        return path
    with pypdfium2.PdfDocument(path) as whole, pypdfium2.PdfDocument.new() as part:
        part.import_pages(whole, list(range(min(pages, len(whole)))))
        part.save(folder / path.name)
    return folder / path.name


def compare(paths: list[Path], rows: list[common.Row], home: Path) -> dict[str, Any]:
    """Print and return what came of one scan and its original."""
    before, begun = cpu_seconds(), time.perf_counter()
    with PDFQA(home=home) as qa:
        report = qa.add(str(paths[0]))
    cpu, seconds = cpu_seconds() - before, time.perf_counter() - begun
    with PDFQA(home=home) as qa:
        qa.add(str(paths[1]))
        count = qa.document(paths[1]).pages
        unread = [number for part in report.unread for number in part.pages]
        if report.failed:
            print(f"{paths[0].name}: {report.failed[0].message}")
            return {"failed": report.failed[0].message}
        texts = [[qa.document(path).page(number).text for number in range(1, count + 1)] for path in paths]
    alike = mean([likeness(true, read) for read, true in zip(*texts, strict=True)])
    rate = 60 * count / seconds
    print(f"{paths[0].name}: {count} pages, {len(unread)} not read; {rate:.1f} pages/min, {cpu / count:.2f} CPU s/page")
    print(
        "  recognised against the text layer: "
        + ", ".join(f"{name} {value:.4f}" for name, value in asdict(alike).items())
    )
    seen = [answers(path, rows, home) for path in paths]
    lines = [[title, str(len(rows)), *figures(one)] for title, one in zip(("scan", "original"), seen, strict=True)]
    print("\n" + common.table(["questions to the", "n", *METRICS], lines) + "\n")
    values = [{name: mean_of(metric, one) for name, metric in METRICS.items()} for one in seen]
    return {
        "pages": count,
        "unread": unread,
        "pages_per_minute": rate,
        "cpu_per_page": cpu / count,
        "likeness": asdict(alike),
        "scan": values[0],
        "original": values[1],
    }


def answers(path: Path, rows: list[common.Row], home: Path) -> list[Seen]:
    """Return what comes back for the questions about a document."""
    options = argparse.Namespace(search_only=False)
    return list(quality.put(path, [(SOURCE, row) for row in rows], options, home, []))


def figures(seen: list[Seen]) -> list[str]:
    return [common.number(mean_of(metric, seen)) for metric in METRICS.values()]


def mean_of(metric: scoring.Metric, seen: list[Seen]) -> float | None:
    """Return the mean of a metric over the rows that it applies to."""
    values = scoring.values(metric, seen)
    return sum(values) / len(values) if values else None
