"""The figures of a run as plain tables, for a terminal."""

from __future__ import annotations

from collections import Counter

from pdfqa.evaluate.failing import KINDS
from pdfqa.evaluate.figures import interval, number, table
from pdfqa.evaluate.journal import Run
from pdfqa.evaluate.metrics import BY, Figure, difference, figure, groups, latencies, measured
from pdfqa.evaluate.running import pairs
from pdfqa.evaluate.scoring import failure


def tables(run: Run, old: Run | None = None) -> str:
    """Return what a run came to: all together, by source and language, what failed, how long it took."""
    header = run.header
    partial = "" if run.complete else f" (partial: of {header.total:,})"
    pieces = [
        f"{len(run.rows):,} questions{partial}, {header.documents:,} documents, {run.label}",
        _overall(run),
        *(part for name in BY if (part := _by(run, name))),
        _failed(run),
        _times(run),
        _compared(old, run) if old else "",
    ]
    return "\n\n".join(piece for piece in pieces if piece)


def _overall(run: Run) -> str:
    lines = []
    for measure in measured(run.rows, search_only=run.header.search_only):
        found = figure(measure, run.rows)
        if found:
            lines.append([f"{measure.key:<16}{measure.title}", *_cells(found), f"{found.n:,}"])
    return table(["all", "value", "95 %", "n"], lines)


def _cells(found: Figure) -> list[str]:
    return [number(found.value), f"{number(found.low)}-{number(found.high)}"]


def _by(run: Run, name: str) -> str:
    parts = groups(run.rows, BY[name])
    measures = measured(run.rows, search_only=run.header.search_only)
    shown = [one for one in measures if one.key in ("hit@1", "hit@5", "whole@5", "contained", "refused", "declined")]
    lines = []
    for key, rows in parts.items():
        found = [figure(measure, rows) for measure in shown]
        cells = [interval((one.value, one.low, one.high)) if one else "-" for one in found]
        lines.append([key, f"{len(rows):,}", *cells])
    return table([name, "n", *(one.key for one in shown)], lines) if lines else ""


def _failed(run: Run) -> str:
    counts = Counter(kind for seen in run.rows if (kind := failure(seen)))
    lines = [[f"{title}: {about}", str(counts[kind])] for kind, (title, about) in KINDS.items() if counts[kind]]
    return table([f"failures: {sum(counts.values()):,}", "n"], lines) if lines else "failures: none"


def _times(run: Run) -> str:
    lines = [
        [kind, number(taken["p50"], 1), number(taken["p95"], 1), f"{taken['n']:,.0f}"]
        for kind, taken in latencies(run.rows).items()
    ]
    told = table(["milliseconds", "p50", "p95", "n"], lines) if lines else ""
    tokens, prices = sum(seen.tokens for seen in run.rows), [seen.price for seen in run.rows if seen.price is not None]
    used = f"{tokens:,} tokens{f', ${sum(prices):.4f}' if prices else ''}" if tokens else ""
    return "\n".join(piece for piece in (told, used) if piece)


def _compared(old: Run, new: Run) -> str:
    both = pairs(old.rows, new.rows)
    lines = []
    for measure in measured(new.rows, search_only=new.header.search_only):
        change = difference(measure, both)
        if change:
            good = (change.rose > 0) is (measure.better == "higher")
            said = ("better" if good else "worse") if change.clear else ""
            cells = [number(change.old), number(change.new), number(change.rose)]
            lines.append([measure.key, *cells, f"{number(change.low)} {number(change.high)}", f"{change.n:,}", said])
    head = [f"against {old.label or old.header.questions.splitlines()[0]}", "before", "now", "rose", "95 %", "n", ""]
    return table(head, lines) if lines else "nothing to compare: the other run has none of these questions"
