"""Small charts as inline SVG. Colours are classes of the report's style sheet, so that they follow it into the dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pdfqa.evaluate.figures import histogram

_WIDTH, _HEIGHT = 460, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 14, 34


def share_bar(value: float, low: float, high: float) -> str:
    """Return a bar from 0 to 1 with its interval as a whisker."""
    width, middle = 176, 8
    said = f"{value:.1%}, interval from {low:.1%} to {high:.1%}"
    return (
        f'<svg viewBox="0 0 {width} 16" width="{width}" height="16" role="img" aria-label="{said}">'
        f'<rect class="track" x="0" y="3" width="{width}" height="10" rx="2"/>'
        f'<rect class="fill" x="0" y="3" width="{value * width:.1f}" height="10" rx="2"/>'
        f"{_whisker(low * width, high * width, middle)}</svg>"
    )


def _whisker(low: float, high: float, middle: float) -> str:
    low, high = max(low, 1), max(high, 1)
    return (
        f'<path class="whisker" d="M{low:.1f} {middle - 6}V{middle + 6}M{high:.1f} {middle - 6}V{middle + 6}'
        f'M{low:.1f} {middle}H{high:.1f}"/>'
    )


def difference_bar(rose: float, low: float, high: float, *, kind: str, reach: float) -> str:
    """Return a mark with its interval on a line around zero; its shape is the `kind`: better, worse or unclear."""
    width, middle = 176, 8
    half = width / 2

    def at(value: float) -> float:
        return half + max(-1.0, min(1.0, value / reach)) * (half - 6)

    x = at(rose)
    shape = {
        "better": f'<path class="better" d="M{x:.1f} 2L{x + 6:.1f} 13H{x - 6:.1f}Z"/>',
        "worse": f'<path class="worse" d="M{x:.1f} 14L{x + 6:.1f} 3H{x - 6:.1f}Z"/>',
        "unclear": f'<circle class="unclear" cx="{x:.1f}" cy="8" r="4"/>',
    }[kind]
    said = f"{rose:+.1%}, interval from {low:+.1%} to {high:+.1%}"
    return (
        f'<svg viewBox="0 0 {width} 16" width="{width}" height="16" role="img" aria-label="{said}">'
        f'<path class="zero" d="M{half} 0V16"/>{_whisker(at(low), at(high), middle)}{shape}</svg>'
    )


def latency_chart(values: Sequence[float], p50: float, p95: float, name: str) -> str:
    """Return a histogram of milliseconds, on a scale of ratios, with lines at p50 and p95."""
    counts, edges = histogram(values)
    inner, top = _WIDTH - _LEFT - _RIGHT, max(counts)
    step = inner / len(counts)
    base = _HEIGHT - _BOTTOM

    def height(count: int) -> float:
        return count / top * (base - _TOP)

    bars = "".join(
        f'<rect class="fill" x="{_LEFT + number * step + 0.5:.1f}" y="{base - height(count):.1f}" '
        f'width="{step - 1:.1f}" height="{height(count):.1f}">'
        f"<title>{left:.1f} to {right:.1f} ms: {count}</title></rect>"
        for number, (count, left, right) in enumerate(zip(counts, edges, edges[1:], strict=False))
        if count
    )
    ticks = "".join(
        f'<text x="{_LEFT + number * step:.1f}" y="{base + 14}" text-anchor="middle">'
        f"{_milliseconds(edges[number])}</text>"
        for number in range(0, len(edges), 6)
    )
    lines = "".join(
        f'<path class="mark" d="M{x:.1f} {_TOP}V{base}"/><text x="{x + 3:.1f}" y="{_TOP - 3}">{label}</text>'
        for label, x in (("p50", _place(p50, edges, step)), ("p95", _place(p95, edges, step)))
    )
    return _chart(
        f"{bars}{ticks}{lines}"
        f'<text x="{_LEFT - 4}" y="{_TOP + 4}" text-anchor="end">{top}</text>'
        f'<text x="{_LEFT - 4}" y="{base}" text-anchor="end">0</text>'
        f'<text x="{_LEFT + inner / 2:.0f}" y="{_HEIGHT - 4}" text-anchor="middle">'
        "milliseconds, on a scale of ratios</text>",
        f"Milliseconds of {name}: half below {p50:.1f}, 95 in 100 below {p95:.1f}",
    )


def _place(value: float, edges: Sequence[float], step: float) -> float:
    from math import log

    share = log(max(value, edges[0]) / edges[0]) / log(edges[-1] / edges[0])
    return _LEFT + min(1.0, share) * step * (len(edges) - 1)


def _milliseconds(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def reliability_chart(points: Sequence[tuple[float, float, int]]) -> str:
    """Return a curve of how often answers were right against how sure they were; a dot's area is how many they are."""
    size = 260
    side = size - _LEFT - _RIGHT
    most = max(count for _, _, count in points)

    def place(sure: float, right: float) -> tuple[float, float]:
        return _LEFT + sure * side, _TOP + (1 - right) * side

    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(sure, right) for sure, right, _ in points))
    dots = "".join(
        f'<circle class="dot" cx="{place(sure, right)[0]:.1f}" cy="{place(sure, right)[1]:.1f}" '
        f'r="{3 + 6 * (count / most) ** 0.5:.1f}">'
        f"<title>sure {sure:.0%}, right {right:.0%}: {count} answers</title></circle>"
        for sure, right, count in points
    )
    ticks = "".join(
        f'<text x="{_LEFT + share * side:.0f}" y="{_TOP + side + 15}" text-anchor="middle">{share:.0%}</text>'
        f'<text x="{_LEFT - 5}" y="{_TOP + (1 - share) * side + 4:.0f}" text-anchor="end">{share:.0%}</text>'
        for share in (0, 0.5, 1)
    )
    frame = f'<rect class="axis" x="{_LEFT}" y="{_TOP}" width="{side}" height="{side}"/>'
    diagonal = f'<path class="zero" d="M{_LEFT} {_TOP + side}L{_LEFT + side} {_TOP}"/>'
    label = (
        f'<text x="{_LEFT + side / 2:.0f}" y="{_TOP + side + 30}" text-anchor="middle">how sure the answer was</text>'
    )
    said = "How often answers were right against how sure they were"
    content = f'{frame}{diagonal}<path class="curve" d="M{path}"/>{dots}{ticks}{label}'
    return _chart(content, said, size + _RIGHT, _TOP + side + 36)


def _chart(content: str, said: str, width: int = _WIDTH, height: int = _HEIGHT) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(said)}">'
        f"{content}</svg>"
    )
