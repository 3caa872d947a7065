"""The report of a run: one HTML file that needs nothing else, for a reader who has never heard of pdfqa."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pdfqa.evaluate import svg
from pdfqa.evaluate.exhibits import MOST, Exhibit
from pdfqa.evaluate.failing import KINDS, failures_html
from pdfqa.evaluate.figures import percentile, reliability
from pdfqa.evaluate.journal import Run
from pdfqa.evaluate.markup import table, text
from pdfqa.evaluate.metrics import BY, MEASURES, Figure, Measure, difference, figure, groups, measured
from pdfqa.evaluate.running import pairs
from pdfqa.evaluate.scoring import Seen, failure, right

_PARTS = {"finding": "Finding the page", "answering": "Answering", "declining": "Declining"}
_IN_GROUPS = ("hit@1", "hit@5", "whole@1", "contained", "f1", "cites", "refused", "declined")
_FEWEST_SURE = 20  # answers that a reliability curve is drawn of
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def report_html(
    run: Run, exhibits: dict[str, list[Exhibit]] | None = None, *, old: Run | None = None, most: int = MOST
) -> str:
    """Return the report of a run, as HTML.

    Args:
        run: The results.
        exhibits: What is shown of each failure.
        old: Another run of the same questions, to compare with.
        most: How many pictures there are at most, to say so.
    """
    title = f"How well questions are answered: {Path(run.header.questions).name or 'evaluation'}"
    sections = [
        _intro(run, title),
        _figures_section(run),
        _compared(old, run) if old else "",
        *(_groups_section(run, name) for name in BY),
        _charts(run),
        failures_html(run.rows, exhibits or {}, most),
        _footer(run, old),
    ]
    folder = Path(__file__).parent
    style = (folder / "report.css").read_text(encoding="utf-8")
    script = (folder / "report.js").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{text(title)}</title><style>\n{style}</style></head>\n<body>\n"
        + "\n".join(section for section in sections if section)
        + f"\n<script>\n{script}</script></body></html>\n"
    )


def _intro(run: Run, title: str) -> str:
    header = run.header
    partial = (
        ""
        if run.complete
        else f'<p class="banner" role="status">Partial: interrupted after {len(run.rows)} of {header.total} questions.'
        " All figures are of those only. The same command goes on from here.</p>"
    )
    documents = f"{header.documents:,} document{'s' if header.documents != 1 else ''}"
    pages = f" of {header.pages:,} pages" if header.pages else ""
    how = "searched for" if header.search_only else "put"
    links = [("figures", "Figures"), ("failures", "Failures"), ("how", "How it was measured")]
    return (
        f"<h1>{text(title)}</h1>"
        f'<p class="soft">{len(run.rows):,} questions {how} to {documents}{pages} · {text(run.label)} · '
        f"pdfqa {text(header.version)} · {text(header.begun.replace('T', ' ')[:16])}</p>{partial}"
        f'<ul class="said">{"".join(f"<li>{line}</li>" for line in _said(run.rows))}</ul>'
        "<nav>" + "".join(f'<a href="#{anchor}">{name}</a>' for anchor, name in links) + "</nav>"
    )


def _said(rows: Sequence[Seen]) -> list[str]:
    """Return the most important figures as sentences."""
    sentences = {
        "hit@1": "<strong>Right page first:</strong> {count} of {n} questions ({share})",
        "hit@5": "<strong>Right page among the first five:</strong> {count} of {n} ({share})",
        "contained": "<strong>Expected answer given:</strong> {count} of {n} questions that have one ({share})",
        "proved": "<strong>Quotes where the answer says they are:</strong> in {count} of {n} answers ({share})",
        "refused": "<strong>Declined rightly:</strong> {count} of {n} questions that nothing answers ({share})",
        "declined": "<strong>Declined wrongly:</strong> {count} of {n} questions that have an answer ({share})",
    }
    lines = []
    for measure in measured(rows):
        found = figure(measure, rows)
        if found and measure.key in sentences and ("ask" in _kinds(rows) or measure.part == "finding"):
            count = f"{found.value * found.n:.0f}"
            lines.append(sentences[measure.key].format(count=count, n=f"{found.n:,}", share=_share(found.value)))
    return lines


def _kinds(rows: Sequence[Seen]) -> set[str]:
    return {kind for seen in rows for kind in seen.seconds}


def _share(value: float) -> str:
    return f"{value:.1%}".replace("%", "\xa0%")


def _value(measure: Measure, value: float) -> str:
    return f"{value:.2f}" if measure.key == "mrr" else _share(value)


def _range(measure: Measure, found: Figure) -> str:
    return f"{_value(measure, found.low)} – {_value(measure, found.high)}".replace("\xa0% –", " –")


def _figures_section(run: Run) -> str:
    lines, part = [], ""
    for measure in measured(run.rows, search_only=run.header.search_only):
        found = figure(measure, run.rows)
        if found is None:
            continue
        if measure.part != part:
            part = measure.part
            lines.append(f'<tr class="part"><th colspan="5">{_PARTS[part]}</th></tr>')
        lower = " Lower is better." if measure.better == "lower" else ""
        lines.append(
            f'<tr><td>{measure.title}<span class="about">{text(measure.about)}.{lower}</span></td>'
            f'<td class="n value">{_value(measure, found.value)}</td><td class="n">{_range(measure, found)}</td>'
            f'<td class="bar">{svg.share_bar(found.value, found.low, found.high)}</td>'
            f'<td class="n hide">{found.n:,}</td></tr>'
        )
    heads = ["What", "#Value", "#95 % interval", "0 – 100 %", "#Questions"]
    return (
        f'<h2 id="figures">Figures</h2>{table("figures", heads, lines)}'
        "<p><small>The interval says how far the value may be off by the luck of which questions were asked: with "
        "other questions of the same kind it would hold the value in 95 of 100 cases. Few questions make it wide. "
        "Where all came out the same it has no width, and that is no certainty: up to 3/n may still be otherwise."
        "</small></p>"
    )


def _compared(old: Run, new: Run) -> str:
    both = pairs(old.rows, new.rows)
    if not both:
        return "<h2>Compared</h2><p>The other run has none of these questions: nothing can be compared.</p>"
    found = {
        measure.key: (measure, change)
        for measure in measured(new.rows, search_only=new.header.search_only)
        if (change := difference(measure, both))
    }
    reach = max([0.05, *(max(abs(one.low), abs(one.high)) for _, one in found.values())])
    lines = []
    for measure, one in found.values():
        good = (one.rose > 0) is (measure.better == "higher")
        kind = "unclear" if not one.clear else "better" if good else "worse"
        said = {"better": "▲ better", "worse": "▼ worse", "unclear": "● no clear difference"}[kind]
        if (one.rose, one.low, one.high) == (0, 0, 0):
            said = "= the same"
        points = _points(one.rose), f"{_points(one.low)} – {_points(one.high)}"
        bar = svg.difference_bar(one.rose, one.low, one.high, kind=kind, reach=reach)
        lines.append(
            f'<tr><td>{measure.title}</td><td class="n">{_value(measure, one.old)}</td>'
            f'<td class="n">{_value(measure, one.new)}</td><td class="n value">{points[0]}</td>'
            f'<td class="n">{points[1]}</td><td class="bar">{bar}</td><td>{said}</td></tr>'
        )
    heads = ["What", "#Before", "#Now", "#Difference", "#95 % interval", "", "Verdict"]
    return (
        f'<h2 id="compared">Compared, over the {len(both):,} questions that both have</h2>'
        f"<p>Before: {text(old.label or old.header.questions)}. Now: {text(new.label)}. Differences are in points "
        "of 100; their interval is taken question by question.</p>"
        f"{table('compared', heads, lines)}{_changed(both)}"
    )


def _points(value: float) -> str:
    text_of = f"{100 * value:+.1f}"
    return "0.0" if text_of in ("+0.0", "-0.0") else text_of.replace("-", "−")


def _changed(both: Sequence[tuple[Seen, Seen]]) -> str:
    """Return the questions that went from right to wrong, and the other way."""
    lines = []
    for old, new in both:
        before, now = failure(old), failure(new)
        if bool(before) == bool(now):
            continue
        said = "▲ mended" if before else "▼ broken"
        why = f"{KINDS[before or now][0]} · {text(Path(new.pdf).name)}"
        lines.append(
            f"<tr><td>{said}</td><td>{text(new.question)}<br><small>{why}</small></td>"
            f"<td>{text(old.answer[:300])}</td><td>{text(new.answer[:300])}</td></tr>"
        )
    if not lines:
        return "<p>No question went from right to wrong, or the other way.</p>"
    heads = ["What", "Question", "Answer before", "Answer now"]
    return f"<h3>Questions that changed sides: {len(lines)}</h3>{table('groups', heads, lines)}"


def _groups_section(run: Run, name: str) -> str:
    parts = groups(run.rows, BY[name])
    if not parts:
        return ""
    known = {measure.key for measure in measured(run.rows, search_only=run.header.search_only)}
    measures = [measure for measure in MEASURES if measure.key in known and measure.key in _IN_GROUPS]
    titles = {"hit@5": "Right page in first 5", "whole@1": "All files: right page first"}
    heads = [name.capitalize(), "#Questions", *(f"#{titles.get(one.key, one.title)}" for one in measures)]
    lines = []
    for key, rows in parts.items():
        cells = "".join(_cell(measure, figure(measure, rows)) for measure in measures)
        lines.append(f'<tr><td>{text(key)}</td><td class="n" data-value="{len(rows)}">{len(rows):,}</td>{cells}</tr>')
    return f"<h2>By {name}</h2>{table('groups', heads, lines, sortable=True)}"


def _cell(measure: Measure, found: Figure | None) -> str:
    if found is None:
        return '<td class="n" data-value="-1">–</td>'
    return (
        f'<td class="n" data-value="{found.value:.4f}"><span class="value">{_value(measure, found.value)}</span>'
        f'<span class="range">{_range(measure, found)}</span></td>'
    )


def _charts(run: Run) -> str:
    names = {"search": "a search", "ask": "an answer", "whole": "a search in all files"}
    charts = []
    for kind, name in names.items():
        taken = [1000 * seen.seconds[kind] for seen in run.rows if kind in seen.seconds]
        if len(taken) > 1:
            p50, p95 = percentile(taken, 50) or 0.0, percentile(taken, 95) or 0.0
            said = f"Milliseconds of {name}: half below {p50:.1f}, 95 in 100 below {p95:.1f} ({len(taken):,} calls)"
            charts.append(f"<figure><figcaption>{said}</figcaption>{svg.latency_chart(taken, p50, p95, name)}</figure>")
    used = [seen for seen in run.rows if seen.tokens]
    tokens = ""
    if used:
        total, prices = sum(seen.tokens for seen in used), [one.price for one in used if one.price is not None]
        paid = f", ${sum(prices):.4f} in all" if prices else ""
        tokens = f"<p>Tokens of the model: {total:,}, {total / len(used):,.0f} for each question{paid}.</p>"
    if not charts:
        return tokens
    return f'<h2 id="time">Time</h2><div class="charts">{"".join(charts)}</div>{tokens}{_reliability(run.rows)}'


def _reliability(rows: Sequence[Seen]) -> str:
    sure = [
        (seen.confidence, good) for seen in rows if seen.confidence is not None and (good := right(seen)) is not None
    ]
    if len(sure) < _FEWEST_SURE:
        return ""
    return (
        '<h2 id="sure">Does it know when it is right?</h2>'
        "<p>Answers say how sure they are. Where that is honest, of the answers that are 80 % sure 80 % are right, "
        "and the dots lie on the dashed line; below it, answers are too sure. A bigger dot is more answers.</p>"
        f'<div class="charts"><figure><figcaption>Share that was right, of {len(sure):,} answers</figcaption>'
        f"{svg.reliability_chart(reliability(sure))}</figure></div>"
    )


def _footer(run: Run, old: Run | None) -> str:
    header = run.header
    settings = "".join(f"<li>{text(name)}: {text(value)}</li>" for name, value in header.settings.items())
    other = f"<p>Compared with: {text(old.header.questions)}, {text(old.header.begun)}.</p>" if old else ""
    return (
        '<footer id="how"><h2>How it was measured</h2>'
        f"<p>Questions: {text(Path(header.questions).name)}. Each was put inside the document that it names"
        f"{'' if header.search_only else ', searched for first and then asked'}. Pages are ranked by their first "
        "passage; any expected page counts. Declining counts as wrong where there is an answer. A quote is proved by "
        "looking it up in the text that was read of its page.</p>"
        "<p>Intervals are 95 %, by bootstrap over the questions (1,000 resamples, seeded: the same results give "
        f"the same figures).</p><ul>{settings}</ul>{other}"
        f"<p>Made by pdfqa {text(header.version)}, {text(header.begun)}.</p></footer>"
    )
