"""Means with their intervals, shares and percentiles, and how they are written. What is drawn by lot is seeded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

SEED = 20261123
RESAMPLES = 1000
Interval = tuple[float, float, float]  # the value, and the lower and upper end of its 95 % interval


def mean_interval(values: Iterable[float], resamples: int = RESAMPLES) -> Interval | None:
    """Return the mean and its 95 % bootstrap interval (percentiles, seeded), or None where there are no values."""
    sample = np.fromiter(values, dtype=float)
    if not sample.size:
        return None
    chosen = np.random.default_rng(SEED).integers(0, sample.size, (resamples, sample.size), dtype=np.int32)
    low, high = np.percentile(sample[chosen].mean(axis=1), [2.5, 97.5])
    return float(sample.mean()), float(low), float(high)


def difference_interval(
    pairs: Iterable[tuple[float | None, float | None]], resamples: int = RESAMPLES
) -> Interval | None:
    """Return by how much a mean rose from the first to the second of each pair, with its paired bootstrap interval.

    A question that a metric says nothing of is None: each mean is over the others. None where a mean has no values.
    """
    known = [pair for pair in pairs if pair != (None, None)]
    both = np.array([[np.nan if value is None else value for value in pair] for pair in known], dtype=float)
    there = ~np.isnan(both) if known else np.zeros((0, 2), dtype=bool)
    if not there.any(axis=0).all():
        return None
    chosen = np.random.default_rng(SEED).integers(0, len(known), (resamples, len(known)), dtype=np.int32)
    filled = np.where(there, both, 0.0)
    counts = [there[:, side][chosen].sum(axis=1) for side in (0, 1)]
    sums = [filled[:, side][chosen].sum(axis=1) for side in (0, 1)]
    drawn = (counts[0] > 0) & (counts[1] > 0)
    spread = sums[1][drawn] / counts[1][drawn] - sums[0][drawn] / counts[0][drawn]
    low, high = np.percentile(spread, [2.5, 97.5])
    old, new = (filled[:, side].sum() / there[:, side].sum() for side in (0, 1))
    return float(new - old), float(low), float(high)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which `share` percent of the values lie."""
    return float(np.percentile(values, share)) if values else None


def number(value: float | None, digits: int = 3) -> str:
    """Return a share as .779, or a dash."""
    if value is None:
        return "-"
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def interval(value: Interval | None) -> str:
    """Return a mean with its interval, as `.779 .757-.800`."""
    return f"{number(value[0])} {number(value[1])}-{number(value[2])}" if value else "-"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a plain table: first column to the left, others to the right."""
    widths = [max(len(line[i]) for line in (head, *rows)) for i in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in lines
    )


def reliability(pairs: Sequence[tuple[float, float]], bins: int = 10) -> list[tuple[float, float, int]]:
    """Return for bins of equal width the mean confidence, the share that was right, and how many there are."""
    found: dict[int, list[tuple[float, float]]] = {}
    for confidence, right in pairs:
        found.setdefault(min(int(confidence * bins), bins - 1), []).append((confidence, right))
    return [
        (float(np.mean([one[0] for one in part])), float(np.mean([one[1] for one in part])), len(part))
        for _, part in sorted(found.items())
    ]


def histogram(values: Sequence[float], bins: int = 24) -> tuple[list[int], list[float]]:
    """Return how many values are in each of some bins of equal ratio, and the edges of the bins."""
    low, high = max(min(values), 1e-6), max(values)
    edges = np.geomspace(low, max(high, low * 1.01), bins + 1)
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return [int(count) for count in counts], [float(edge) for edge in edges]
