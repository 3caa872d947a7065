"""The figures of a run as plain tables, for a terminal."""

from __future__ import annotations

from collections import Counter

from pdfqa.evaluate.failing import KINDS
from pdfqa.evaluate.figures import number, table
from pdfqa.evaluate.journal import Run
from pdfqa.evaluate.metrics import BY, Figure, difference, figure, groups, latencies, measured
from pdfqa.evaluate.running import pairs
from pdfqa.evaluate.scoring import failure
from pdfqa.render import wrap

_WIDTH = 80
_FIXED = 2  # columns that each part of a wide table begins with
_LONGEST_NAME = 18  # characters of a source or setting that are shown
_IN_GROUPS = ("hit@1", "hit@5", "whole@5", "contained", "refused", "declined")


def tables(run: Run, old: Run | None = None, width: int = _WIDTH) -> str:
    """Return what a run came to: all together, by source and language, what failed, how long it took.

    Args:
        run: The results.
        old: Another run of the same questions, to compare with.
        width: How many columns there are.
    """
    header = run.header
    partial = "" if run.complete else f" (partial: of {header.total:,})"
    asked = f"{_counted(len(run.rows), 'question')}{partial}, {_counted(header.documents, 'document')}, {run.label}"
    pieces = [
        wrap(asked, width, "", "  "),
        _overall(run),
        *(part for name in BY if (part := _by(run, name, width))),
        _failed(run, width),
        _times(run),
        _compared(old, run, width) if old else "",
    ]
    return "\n\n".join(piece for piece in pieces if piece)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _overall(run: Run) -> str:
    lines = []
    for measure in measured(run.rows, search_only=run.header.search_only):
        found = figure(measure, run.rows)
        if found:
            lines.append([f"{measure.key:<16}{measure.title}", *_cells(found), f"{found.n:,}"])
    return table(["all", "value", "95 %", "n"], lines)


def _cells(found: Figure) -> list[str]:
    return [number(found.value), f"{number(found.low)}-{number(found.high)}"]


def _by(run: Run, name: str, width: int) -> str:
    parts = groups(run.rows, BY[name])
    measures = measured(run.rows, search_only=run.header.search_only)
    shown = [one for one in measures if one.key in _IN_GROUPS]
    lines = []
    for key, rows in parts.items():
        found = [figure(measure, rows) for measure in shown]
        lines.append([_short(key), f"{len(rows):,}", *(_spread(one) if one else "-" for one in found)])
    return _fitting([name, "n", *(one.key for one in shown)], lines, width) if lines else ""


def _spread(found: Figure) -> str:
    """Return a figure and how far it may be off: `.733 ±.15`."""
    off = max(found.value - found.low, found.high - found.value)
    return f"{number(found.value)} ±{number(off, 2)}"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _fitting(head: list[str], lines: list[list[str]], width: int) -> str:
    """Return a table, in several below each other where its columns are too many for one; two stand in each."""
    blocks, first = [], _FIXED
    while first < len(head):
        last = len(head)
        while True:
            places = [*range(_FIXED), *range(first, last)]
            told = table([head[at] for at in places], [[line[at] for at in places] for line in lines])
            if last == first + 1 or max(map(len, told.split("\n"))) <= width:
                break
            last -= 1
        blocks.append(told)
        first = last
    return "\n\n".join(blocks)


def _failed(run: Run, width: int) -> str:
    counts = Counter(kind for seen in run.rows if (kind := failure(seen)))
    if not counts:
        return "failures: none"
    lines = [
        wrap(f"{title}: {about}", width, f"{counts[kind]:>5,}  ", " " * 7)
        for kind, (title, about) in KINDS.items()
        if counts[kind]
    ]
    return "\n".join([f"failures: {sum(counts.values()):,}", *lines])


def _times(run: Run) -> str:
    lines = [
        [kind, number(taken["p50"], 1), number(taken["p95"], 1), f"{taken['n']:,.0f}"]
        for kind, taken in latencies(run.rows).items()
    ]
    told = table(["milliseconds", "p50", "p95", "n"], lines) if lines else ""
    tokens, prices = sum(seen.tokens for seen in run.rows), [seen.price for seen in run.rows if seen.price is not None]
    used = f"{tokens:,} tokens{f', ${sum(prices):.4f}' if prices else ''}" if tokens else ""
    return "\n".join(piece for piece in (told, used) if piece)


def _compared(old: Run, new: Run, width: int) -> str:
    both = pairs(old.rows, new.rows)
    lines = []
    for measure in measured(new.rows, search_only=new.header.search_only):
        change = difference(measure, both)
        if change:
            good = (change.rose > 0) is (measure.better == "higher")
            said = ("better" if good else "worse") if change.clear else ""
            cells = [number(change.old), number(change.new), number(change.rose)]
            lines.append([measure.key, *cells, f"{number(change.low)} {number(change.high)}", f"{change.n:,}", said])
    if not lines:
        return "nothing to compare: the other run has none of these questions"
    about = wrap(f"before: {old.label or old.header.questions.splitlines()[0]}", width, "", "  ")
    return "\n".join([about, table(["against it", "before", "now", "rose", "95 %", "n", ""], lines)])
