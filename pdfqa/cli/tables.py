"""Wording of what commands other than ask and search print: files, reports, documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pdfqa.render import Look, cells, one_line, unread_text, wrap

if TYPE_CHECKING:
    from pdfqa.document import Document
    from pdfqa.types import AddReport, FileEntry, Info, PageImage

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
        f" · {', '.join(parts)}"
    )


def document_value(document: Document) -> dict[str, Any]:
    """Return what is known of a document as it is printed as JSON."""
    return {
        "file": document.file.path or document.file.name,
        "pages": document.pages,
        "title": document.title,
        "language": document.language,
        "labels": document.labels,
        "outline": [{"title": item.title, "page": item.page, "level": item.level} for item in document.outline],
        "unread": document.unread,
    }


def document_text(document: Document, look: Look) -> str:
    """Return what is known of a document: title, pages, language, contents and pages that were not read."""
    labels = document.labels
    facts = [counted(document.pages, "page"), *filter(None, [document.language, _labels_text(labels)])]
    lines = [look.bold(one_line(document.file.path or document.file.name)), " · ".join(facts)]
    if document.title:
        lines.insert(1, wrap(one_line(document.title), look.width))
    top = min((item.level for item in document.outline), default=0)
    for item in document.outline:
        indent = "  " * (item.level - top + 1)
        lines.append(wrap(f"{one_line(item.title)}  p. {item.page}", look.width, indent, f"{indent}  "))
    return "\n".join([*lines, *(look.warn(unread_text(unread, look)) for unread in document.unread)])


def _labels_text(labels: Sequence[str]) -> str:
    if all(label in ("", str(number)) for number, label in enumerate(labels, 1)):
        return ""
    return f"printed {one_line(labels[0])} to {one_line(labels[-1])}"


def info_text(info: Info) -> str:
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
    return "\n".join(f"{name:<9}  {value}" for name, value in facts.items())


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
