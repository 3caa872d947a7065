"""Pages over which a reader is never done, made of nothing but what the format allows."""

from __future__ import annotations

from pathlib import Path

from tests.pdf_maker import Leaf, paragraph, write_pdf

SLOW = "a page over which pdfium is never done: forms that draw forms that draw forms"
STUCK = "a page over which pypdf takes its time, too"
_DEPTH = 12


def write_slow(path: Path, pages: list[str]) -> Path:
    """Write a PDF with a paragraph on each page, but for what is SLOW or STUCK."""
    first = 10 + 2 * len(pages)
    forms = f"/XObject << /F {first} 0 R >>"
    bad = {
        text: Leaf(paragraph(text), drawing=f"{work}/F Do ", resources=forms)
        for text, work in ((SLOW, ""), (STUCK, "q Q " * 500_000))
    }
    leaves = [bad.get(text) or Leaf(paragraph(text)) for text in pages]
    return write_pdf(path, leaves, objects=[_form(first + level + 1, level) for level in range(_DEPTH)])


def _form(inner: int, level: int) -> str:
    content = "q Q" if level == _DEPTH - 1 else "/F Do " * 10
    inside = "" if level == _DEPTH - 1 else f"/XObject << /F {inner} 0 R >>"
    head = f"<< /Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << {inside} >> /Length {len(content)} >>"
    return f"{head}\nstream\n{content}\nendstream"
