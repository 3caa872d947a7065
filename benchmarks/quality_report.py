"""The tables of `quality.py`, and its failures in full."""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import common
import msgspec
from common import interval, number

from pdfqa.evaluate import scoring
from pdfqa.evaluate.figures import difference_interval
from pdfqa.evaluate.scoring import Metric, Results, Seen

Pair = tuple[Seen, Seen]

_COMPARED_HITS: dict[str, Metric] = {
    "hit@1": scoring.page_hit(1),
    "hit@5": scoring.page_hit(5),
    "whole@1": scoring.whole_hit(1),
    "whole@5": scoring.whole_hit(5),
}
_COMPARED_ANSWERS: dict[str, Metric] = {
    "contained": scoring.contained,
    "declined": scoring.declined(answerable=True),
    "of none": scoring.declined(answerable=False),
}
_CITED: tuple[Callable[[Seen], int], ...] = (
    lambda seen: len(seen.cited),
    lambda seen: seen.verified,
    lambda seen: seen.proved,
)


def report(results: Results, options: argparse.Namespace) -> None:
    """Print the tables, and write and compare what was asked for."""
    print(results.header)
    print(f"{results.documents} documents, {len(results.rows)} questions\n")
    groups = list(grouped(results.rows))
    print(document_table(groups))
    if options.whole:
        print("\n" + whole_table(groups))
    if not options.search_only:
        print("\n" + answer_table(groups))
        print("\n" + citation_lines(results))
    print("\n" + speed_table(groups, ("search", "whole", "ask")))
    print("\n" + failure_table(groups))
    if options.compare:
        old = msgspec.json.decode(options.compare.read_bytes(), type=Results)
        print("\n" + compare_tables(old, results))
    if options.failures:
        print(failure_lines(results.rows, options.failures))
    if options.out:
        options.out.write_bytes(msgspec.json.encode(results))


def grouped(rows: Sequence[Seen]) -> Iterator[tuple[str, list[Seen]]]:
    """Yield each source with its rows; then, where it has several, each of its languages."""
    for source in common.SOURCES:
        of_source = [seen for seen in rows if seen.source == source.key]
        if not of_source:
            continue
        yield source.title, of_source
        if any(seen.visual for seen in of_source):
            yield "  text is enough", [seen for seen in of_source if not seen.visual]
        languages = sorted({seen.lang for seen in of_source})
        for lang in languages if len(languages) > 1 else ():
            yield f"  {lang}", [seen for seen in of_source if seen.lang == lang]


def document_table(groups: Sequence[tuple[str, list[Seen]]]) -> str:
    """Return page hits inside the document, beside keyword search alone."""
    head = ["inside the document", "n", "hit@1", "hit@3", "hit@5", "keyword@1", "@3", "@5"]
    keyword = {source.title: source.keyword for source in common.SOURCES}
    lines = []
    for title, rows in groups:
        reference = [number(value) for value in keyword.get(title) or (None, None, None)]
        lines += hit_line(title, rows, 0, reference)
        if title == "MMLongBench":
            lines += hit_line("  within one page", rows, 1, ["-"] * 3)
    return common.table(head, lines)


def hit_line(title: str, rows: list[Seen], near: int, reference: list[str]) -> list[list[str]]:
    """Return the line of a group in the table of page hits; none where no page is known."""
    hits = [scoring.values(scoring.page_hit(k, near), rows) for k in (1, 3, 5)]
    if not hits[0]:
        return []
    return [[title, str(len(hits[0])), *(interval(common.mean_interval(one)) for one in hits), *reference]]


def whole_table(groups: Sequence[tuple[str, list[Seen]]]) -> str:
    """Return page hits when the question is put to all documents."""
    head = ["over the whole set", "n", "hit@1", "hit@3", "hit@5", "right file first"]
    metrics: list[Metric] = [*(scoring.whole_hit(k) for k in (1, 3, 5)), scoring.file_hit]
    lines = []
    for title, rows in groups:
        found = [scoring.values(metric, rows) for metric in metrics]
        if found[0]:
            lines.append([title, str(len(found[0])), *(interval(common.mean_interval(one)) for one in found)])
    return common.table(head, lines)


def answer_table(groups: Sequence[tuple[str, list[Seen]]]) -> str:
    """Return what the answers are worth."""
    head = ["answers", "n", "contained", "+<=40", "recall", "words", "<=40", "cites", "proved",
            "declined", "of none"]  # fmt: skip
    return common.table(head, [answer_line(title, rows) for title, rows in groups])


def answer_line(title: str, rows: list[Seen]) -> list[str]:
    """Return the line of a group in the table of answers."""

    def mean(metric: Metric) -> str:
        found = scoring.values(metric, rows)
        return number(sum(found) / len(found) if found else None)

    citations = sum(len(seen.cited) for seen in rows)
    return [
        title,
        str(len(rows)),
        interval(common.mean_interval(scoring.values(scoring.contained, rows))),
        mean(scoring.contained_brief),
        mean(scoring.recall),
        number(common.percentile(scoring.values(scoring.words, rows), 50), 0),
        mean(scoring.brief),
        mean(scoring.cited_right),
        number(sum(seen.proved for seen in rows) / citations if citations else None),
        mean(scoring.declined(True)),
        mean(scoring.declined(False)),
    ]


def citation_lines(results: Results) -> str:
    """Return what became of the citations: claimed, proved again, and looked up in raw text."""
    cited, verified, proved = (sum(getter(seen) for seen in results.rows) for getter in _CITED)
    looked_up = sum(results.raw.values())
    parts = ", ".join(f"{results.raw.get(how, 0)} {how}" for how in ("whole", "lines", "words", "no"))
    return (
        f"{cited} citations: {verified} say they are verified, {proved} proved again against the stored page\n"
        f"{looked_up} quotes in pypdfium2's raw page text (white space and hyphens aside): {parts}"
    )


def speed_table(groups: Sequence[tuple[str, list[Seen]]], kinds: Sequence[str]) -> str:
    """Return milliseconds per call, p50 and p95, in this process."""
    head = ["milliseconds", *(f"{kind} {share}" for kind in kinds for share in ("p50", "p95"))]
    lines = []
    for title, rows in groups:
        taken = {kind: [1000 * seen.seconds[kind] for seen in rows if kind in seen.seconds] for kind in kinds}
        cells = [common.percentile(taken[kind], share) for kind in kinds for share in (50, 95)]
        if not title.startswith(" "):
            lines.append([title, *(number(cell, 1) for cell in cells)])
    return common.table(head, lines)


def failure_table(groups: Sequence[tuple[str, list[Seen]]]) -> str:
    """Return how many rows of each source fail in which way."""
    counts = {title: Counter(map(scoring.failure, rows)) for title, rows in groups if not title.startswith(" ")}
    kinds = [kind for kind in scoring.FAILURES if any(count[kind] for count in counts.values())]
    lines = [
        [title, str(sum(count.values())), str(count[""]), *(str(count[kind]) for kind in kinds)]
        for title, count in counts.items()
    ]
    legend = "\n".join(f"{kind}: {scoring.FAILURES[kind]}" for kind in kinds)
    return common.table(["what went wrong", "n", "fine", *kinds], lines) + "\n" + legend


def compare_tables(old: Results, new: Results) -> str:
    """Return the differences to an earlier run over the rows that both have, with paired intervals."""
    before = {(seen.source, seen.id): seen for seen in old.rows}
    groups = list(grouped([seen for seen in new.rows if (seen.source, seen.id) in before]))
    paired = [(title, [(before[seen.source, seen.id], seen) for seen in rows]) for title, rows in groups]
    tables = [difference_table(paired, metrics) for metrics in (_COMPARED_HITS, _COMPARED_ANSWERS)]
    return "\n\n".join([f"Against: {old.header}", *tables])


def difference_table(paired: Sequence[tuple[str, list[Pair]]], metrics: dict[str, Metric]) -> str:
    """Return by how much some metrics rose; groups that have none of them are left out."""
    lines = [[title, str(len(pairs)), *(difference(one, pairs) for one in metrics.values())] for title, pairs in paired]
    return common.table(["difference", "n", *metrics], [line for line in lines if set(line[2:]) != {"-"}])


def difference(metric: Metric, pairs: Sequence[Pair]) -> str:
    """Return by how much a metric rose, with its paired interval, as `.020 (-.080 .120)`."""
    found = difference_interval((metric(old), metric(new)) for old, new in pairs)
    return f"{number(found[0])} ({number(found[1])} {number(found[2])})" if found else "-"


def failure_lines(rows: Sequence[Seen], limit: int) -> str:
    """Return `limit` failures of each source in full, because that is how we learn."""
    lines = []
    for source in common.SOURCES:
        wrong = [seen for seen in rows if seen.source == source.key and scoring.failure(seen)]
        lines += [f"\n## {source.title}: {len(wrong)} failures"] if wrong else []
        for seen in random.Random(common.SEED).sample(wrong, min(limit, len(wrong))):
            lines.append(failure_text(seen))
    return "\n".join(lines)


def failure_text(seen: Seen) -> str:
    """Return one failure: what was asked, what is right, what came back."""
    hits = [f"    p. {page}: {short(text)}" for page, text in zip(seen.pages, seen.top, strict=False)]
    lines = [
        f"\n[{scoring.failure(seen)}] {seen.id} ({seen.lang})",
        f"  Q: {seen.question}",
        f"  right: p. {seen.gold} {seen.answers if len(str(seen.answers)) < 300 else short(str(seen.answers), 300)}",
        f"  {seen.outcome}, cites p. {seen.cited}: {short(seen.answer, 300)}",
        f"  pages: {seen.pages} {seen.error}",
        *hits,
    ]
    return "\n".join(lines)


def short(text: str, length: int = 160) -> str:
    """Return a text on one line, cut at a length."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
