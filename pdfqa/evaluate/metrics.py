"""What is measured: each metric with its name and what it says; and the figures of a run, whole and in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec

from pdfqa.evaluate import scoring
from pdfqa.evaluate.figures import Interval, difference_interval, mean_interval, percentile
from pdfqa.evaluate.journal import Run
from pdfqa.evaluate.scoring import Metric, Seen

Better = Literal["higher", "lower"]


class Measure(msgspec.Struct, frozen=True):
    """A metric as people are told of it."""

    key: str
    title: str
    about: str
    of: Metric
    better: Better = "higher"
    part: Literal["finding", "answering", "declining"] = "finding"


MEASURES = (
    Measure("hit@1", "Right page first", "the first page found is one of the expected pages", scoring.page_hit(1)),
    Measure("hit@3", "… among the first 3", "an expected page is among the first three pages", scoring.page_hit(3)),
    Measure("hit@5", "… among the first 5", "an expected page is among the first five pages", scoring.page_hit(5)),
    Measure(
        "mrr",
        "Mean reciprocal rank",
        "1 where an expected page is first, ½ where second … ⅕ where fifth, 0 below",
        scoring.reciprocal_rank,
    ),
    Measure(
        "whole@1",
        "All files: right page first",
        "the same when all files are searched at once, and the file must be right too",
        scoring.whole_hit(1),
    ),
    Measure("whole@5", "… among the first 5", "likewise among the first five pages of all files", scoring.whole_hit(5)),
    Measure("file@1", "All files: right file first", "the first page is of the right file", scoring.file_hit),
    Measure(
        "contained",
        "Expected answer given",
        "an expected answer stands in the printed one: case, punctuation and articles aside, figures by value",
        scoring.contained,
        part="answering",
    ),
    Measure(
        "brief",
        "… in at most 40 words",
        "and the printed answer has at most 40 words",
        scoring.contained_brief,
        part="answering",
    ),
    Measure(
        "f1",
        "Words shared (F1)",
        "how far the printed answer's words are those of an expected one; a whole sentence around a name costs",
        scoring.token_f1,
        part="answering",
    ),
    Measure(
        "cites",
        "Right page cited",
        "of the questions answered, an expected page is among those cited",
        scoring.cited_right,
        part="answering",
    ),
    Measure(
        "proved",
        "Citations proved",
        "the share of an answer's quotes that are, character for character, what stands at their place",
        scoring.proved_share,
        part="answering",
    ),
    Measure(
        "refused",
        "Unanswerable declined",
        "of the questions that the documents do not answer, those declined (recall of declining)",
        scoring.declined(answerable=False),
        part="declining",
    ),
    Measure(
        "refused_rightly",
        "Declined rightly",
        "of the questions declined, those that the documents do not answer (precision of declining)",
        scoring.declined_rightly,
        part="declining",
    ),
    Measure(
        "declined",
        "Answerable declined",
        "of the questions that have an answer, those declined",
        scoring.declined(answerable=True),
        better="lower",
        part="declining",
    ),
)


class Figure(msgspec.Struct, frozen=True):
    """The value of a metric over some questions, its 95 % interval, and over how many."""

    value: float
    low: float
    high: float
    n: int


class Difference(msgspec.Struct, frozen=True):
    """Two values of a metric over the same questions, by how much it rose, and the 95 % interval of that."""

    old: float
    new: float
    rose: float
    low: float
    high: float
    n: int

    @property
    def clear(self) -> bool:
        """Return whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def measured(rows: Sequence[Seen], *, search_only: bool = False) -> list[Measure]:
    """Return the metrics that some of these questions have a value of."""
    wanted = [measure for measure in MEASURES if not search_only or measure.part == "finding"]
    return [measure for measure in wanted if any(measure.of(seen) is not None for seen in rows)]


def figure(measure: Measure, rows: Sequence[Seen]) -> Figure | None:
    """Return a metric over some questions; None where it says nothing of any."""
    values = scoring.values(measure.of, rows)
    found = mean_interval(values)
    return Figure(*found, len(values)) if found else None


def difference(measure: Measure, pairs: Sequence[tuple[Seen, Seen]]) -> Difference | None:
    """Return by how much a metric rose over the same questions; None where one side has no value."""
    both = [(measure.of(old), measure.of(new)) for old, new in pairs]
    found: Interval | None = difference_interval(both)
    if found is None:
        return None
    old, new = ([pair[side] for pair in both if pair[side] is not None] for side in (0, 1))
    return Difference(_mean(old), _mean(new), *found, len([pair for pair in both if pair != (None, None)]))


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known)


def groups(rows: Sequence[Seen], of: Callable[[Seen], str]) -> dict[str, list[Seen]]:
    """Return the questions by their source, language and so on; nothing where all are of one."""
    found: dict[str, list[Seen]] = {}
    for seen in rows:
        found.setdefault(of(seen) or "not given", []).append(seen)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))) if len(found) > 1 else {}


BY: dict[str, Callable[[Seen], str]] = {"source": lambda seen: seen.source, "language": lambda seen: seen.lang}


def latencies(rows: Iterable[Seen]) -> dict[str, dict[str, float]]:
    """Return milliseconds of each kind of call: p50, p95, and how many."""
    taken: dict[str, list[float]] = {}
    for seen in rows:
        for kind, seconds in seen.seconds.items():
            taken.setdefault(kind, []).append(1000 * seconds)
    return {
        kind: {**{f"p{share}": round(percentile(values, share) or 0.0, 1) for share in (50, 95)}, "n": len(values)}
        for kind, values in taken.items()
    }


def summary(run: Run, old: Run | None = None) -> dict[str, Any]:
    """Return the figures of a run as plain values, and what changed since another run of the same questions."""
    from pdfqa.evaluate.running import pairs

    search_only = run.header.search_only
    values: dict[str, Any] = {
        "questions": run.header.questions,
        "rows": len(run.rows),
        "of": run.header.total,
        "complete": run.complete,
        "documents": run.header.documents,
        "settings": run.header.settings,
        "version": run.header.version,
        "begun": run.header.begun,
        "overall": _figures(run.rows, search_only=search_only),
    }
    for name, of in BY.items():
        values[f"by_{name}"] = {
            key: {"rows": len(rows), **_figures(rows, search_only=search_only)}
            for key, rows in groups(run.rows, of).items()
        }
    prices = [seen.price for seen in run.rows if seen.price is not None]
    values |= {
        "milliseconds": latencies(run.rows),
        "tokens": sum(seen.tokens for seen in run.rows),
        "price": sum(prices) if prices else None,
        "failures": [{"id": seen.id, "why": why} for seen in run.rows if (why := scoring.failure(seen))],
    }
    if old is not None:
        both = pairs(old.rows, run.rows)
        changed = {measure.key: difference(measure, both) for measure in measured(run.rows, search_only=search_only)}
        values["compared"] = {
            "with": old.header.settings,
            "rows": len(both),
            "differences": {key: value for key, value in changed.items() if value is not None},
        }
    return values


def _figures(rows: Sequence[Seen], *, search_only: bool) -> dict[str, Figure]:
    found = {measure.key: figure(measure, rows) for measure in measured(rows, search_only=search_only)}
    return {key: value for key, value in found.items() if value is not None}
