"""Wording of what commands other than ask and search print: files, reports, documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pdfqa.pdf.layout.labels import follows
from pdfqa.render import Look, cells, one_line, price_text, unread_text, unseen_text, wrap

if TYPE_CHECKING:
    from pdfqa.document import Document
    from pdfqa.pages import DocumentInfo
    from pdfqa.results import ReindexEstimate
    from pdfqa.types import AddReport, FileEntry, Info, PageImage, ReindexReport

_RUNS = 8  # of page labels that are shown
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def files_table(files: Sequence[FileEntry], look: Look) -> str:
    """Return one line for each file: pages, size, language and path."""
    rows = [("pages", "size", "lang", "file")]
    rows += [(f"{f.pages:,}", size_text(f.bytes), f.language, one_line(f.path or f.name)) for f in files]
    widths = [max(cells(row[column]) for row in rows) for column in range(3)]
    lines = [_row(row, widths) for row in rows]
    return "\n".join([look.dim(lines[0]), *lines[1:]])


def _row(row: tuple[str, ...], widths: Sequence[int]) -> str:
    pages, size, language, path = row
    return f"{pages:>{widths[0]}}  {size:>{widths[1]}}  {language:<{widths[2]}}  {path}"


def report_text(report: AddReport) -> str:
    """Return in one line what `add` did."""
    done = (len(report.added), len(report.known), len(report.failed))
    parts = [f"{done[0]:,} added"]
    if done[1]:
        parts.append(f"{done[1]:,} already known")
    if done[2]:
        parts.append(f"{done[2]:,} failed")
    return (
        f"{counted(sum(done), 'file')} · {counted(report.pages, 'page')} · {seconds_text(report.seconds)}"
        f" · {', '.join(parts)}{_cost(report.tokens, report.price)}"
    )


def reindexed_text(report: ReindexReport) -> str:
    """Return in one line what `reindex` did."""
    done = (len(report.reindexed), len(report.current), len(report.failed))
    parts = [f"{done[0]:,} indexed anew"]
    if done[1]:
        parts.append(f"{done[1]:,} as they should be")
    if done[2]:
        parts.append(f"{done[2]:,} failed")
    return (
        f"{counted(sum(done), 'file')} · {counted(report.passages, 'passage')} · {seconds_text(report.seconds)}"
        f" · {report.embedder} · {', '.join(parts)}{_cost(report.tokens, report.price)}"
    )


def reindex_estimate_text(value: ReindexEstimate) -> str:
    """Return in one line what `reindex` would take."""
    known = "price not known" if value.price is None else f"about {price_text(value.price)}"
    return (
        f"{counted(value.files, 'file')} · {counted(value.passages, 'passage')} · {value.embedder} · would be sent "
        f"{counted(value.texts, 'text')}, about {value.tokens:,} tokens, {known}"
    )


def _cost(tokens: int, price: float | None) -> str:
    """Return what a server's embedder was sent; nothing, where that was nothing."""
    if not tokens:
        return ""
    return f" · {tokens:,} tokens embedded" + ("" if price is None else f", {price_text(price)}")


def document_value(document: Document) -> dict[str, Any]:
    """Return what is known of a document as it is printed as JSON."""
    info = document.info
    return {
        "file": document.file.path or document.file.name,
        "pages": document.pages,
        "title": document.title,
        "language": document.language,
        "metadata": info.metadata,
        "labels": document.labels,
        "outline": [{"title": item.title, "page": item.page, "level": item.level} for item in document.outline],
        "portfolio": info.portfolio,
        "attachments": [{"name": one.name, "bytes": one.bytes, "page": one.page} for one in document.attachments],
        "unread": document.unread,
        "unseen": document.unseen,
    }


def document_text(document: Document, look: Look) -> str:
    """Return what is known of a document: title, pages, language, contents and pages that were not read."""
    labels = document.labels
    facts = [counted(document.pages, "page"), *filter(None, [document.language, _labels_text(labels)])]
    lines = [look.bold(one_line(document.file.path or document.file.name)), " · ".join(facts)]
    if document.title:
        lines.insert(1, wrap(one_line(document.title), look.width))
    lines += [wrap(text, look.width, "", "  ") for text in (_made(document.info), _carried(document)) if text]
    top = min((item.level for item in document.outline), default=0)
    for item in document.outline:
        indent = "  " * (item.level - top + 1)
        lines.append(wrap(f"{one_line(item.title)}  p. {item.page}", look.width, indent, f"{indent}  "))
    lines += [look.warn(unread_text(unread, look)) for unread in document.unread]
    lines += [look.warn(unseen_text(document.unseen, look))] if document.unseen else []
    return "\n".join(lines)


def _made(info: DocumentInfo) -> str:
    """Return who made a document, when and with what."""
    entries = {key: one_line(value) for key, value in info.metadata.items()}
    made = " and ".join(dict.fromkeys(filter(None, (entries.get("Creator"), entries.get("Producer")))))
    parts = {
        "by": entries.get("Author"),
        "created": date_text(entries.get("CreationDate", "")),
        "changed": date_text(entries.get("ModDate", "")),
        "made with": made,
    }
    if parts["changed"] == parts["created"]:
        del parts["changed"]
    return " · ".join(f"{word} {value}" for word, value in parts.items() if value)


def date_text(date: str) -> str:
    """Return the day of a date and time."""
    return date.partition("T")[0]


def _carried(document: Document) -> str:
    """Return the files inside a document."""
    files = [one_line(one.name) + (f" ({size_text(one.bytes)})" if one.bytes else "") for one in document.attachments]
    kind = "portfolio of" if document.info.portfolio else "with"
    return f"{kind} {counted(len(files), 'file')} inside: {', '.join(files)}" if files else ""


def _labels_text(labels: Sequence[str]) -> str:
    """Return the labels of all pages as runs: `printed i–xii, 1–202`."""
    if all(label in ("", str(number)) for number, label in enumerate(labels, 1)):
        return ""
    runs: list[list[str]] = []
    for label in labels:
        if not runs or not follows(runs[-1][-1], label):
            runs.append([])
        runs[-1].append(label)
    shown = [one_line(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}") for run in runs]
    return f"printed {', '.join(shown if len(shown) <= _RUNS else [*shown[:_RUNS], '…'])}"


def info_text(info: Info, width: int) -> str:
    """Return what the home directory holds, one fact on each line."""
    languages = ", ".join(f"{language} {count:,}" for language, count in info.languages.items())
    facts = {
        "pdfqa": info.version,
        "home": one_line(info.home),
        "size": size_text(info.bytes),
        "files": f"{info.files:,}",
        "pages": f"{info.pages:,}",
        "passages": f"{info.passages:,}",
        "threads": f"{info.threads:,}",
        "languages": languages or "none",
        "embedder": info.embedder or "none",
        "schema": str(info.schema),
    }
    if info.outdated:
        facts["index"] = f"{counted(info.outdated, 'file')} indexed another way than now: pdfqa reindex"
    return "\n".join(wrap(value, width, f"{name:<9}  ", " " * 11) for name, value in facts.items())


def images_table(images: Sequence[PageImage], look: Look) -> str:
    """Return one line for each image on a page: page, pixels, size, format, where it stands, and its name or file."""
    rows = [("page", "pixels", "size", "format", "left, bottom - right, top (points)", "name")]
    for image in images:
        box = image.box
        place = f"{box.x0:.0f}, {box.y0:.0f} - {box.x1:.0f}, {box.y1:.0f}"
        pixels, size = f"{image.width} x {image.height}", size_text(image.bytes)
        rows.append((str(image.page), pixels, size, image.format, place, one_line(image.saved or image.name)))
    widths = [max(cells(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join([*map(str.rjust, row[:3], widths), *map(str.ljust, row[3:5], widths[3:]), row[5]]) for row in rows
    ]
    return "\n".join([look.dim(lines[0]), *lines[1:]])


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: `1 page`, `2,310 pages`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def kept_text(count: int) -> str:
    """Return how many calls of a model were not needed, to stand after how many were."""
    return f" ({count:,} more {'was' if count == 1 else 'were'} kept from before)" if count else ""


def seconds_text(seconds: float) -> str:
    """Return a time as people say it: `0.9 s`, `3 m 41 s`, `1 h 2 m`."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} m" if minutes >= 60 else f"{minutes} m {rest} s"


def size_text(size: float) -> str:
    """Return a number of bytes as people say it: `912 bytes`, `1.2 MB`."""
    for unit in _UNITS[:-1]:
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit in _UNITS[:2] else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} {_UNITS[-1]}"
