"""Write small PDFs by hand, byte for byte, so that tests know what is on every page."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from pathlib import Path

FONTS = {"plain": "Courier", "bold": "Courier-Bold", "italic": "Courier-Oblique"}
WIDTH = 0.6  # of the size, for every letter of Courier


@dataclass(frozen=True)
class Put:
    """A piece of text at a place: `x` and `y` in points from the lower left corner."""

    text: str
    x: float
    y: float
    size: float = 10
    font: str = "plain"


@dataclass(frozen=True)
class Leaf:
    """What one page holds, and how it is shown."""

    texts: list[Put] = field(default_factory=list)
    extra: str = ""  # more entries of the page's dictionary
    drawing: str = ""  # more content, before the texts
    resources: str = ""  # more of what the content may name
    fonts: str = ""  # more fonts, by name


def paragraph(text: str, x: float = 72, y: float = 700, *, size: float = 10, letters: int = 70) -> list[Put]:
    """Return a text set in lines of so many letters, from `y` downwards."""
    lines = textwrap.wrap(text, letters, break_on_hyphens=False)
    return [Put(line, x, y - 1.2 * size * number, size) for number, line in enumerate(lines)]


def row(cells: list[str], y: float, at: tuple[float, ...] = (72, 300, 380, 460)) -> list[Put]:
    """Return the cells of one row of a table."""
    return [Put(cell, x, y) for cell, x in zip(cells, at, strict=False) if cell]


def make_pdf(pages: list[Leaf], *, root: str = "", info: str = "", objects: list[str] | None = None) -> bytes:
    """Return a PDF with these pages; `objects` are numbered from 10 + 2 for each page."""
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(pages)))
    fonts = " ".join(f"/{name} {4 + number} 0 R" for number, name in enumerate(FONTS))
    bodies = {
        1: f"<< /Type /Catalog /Pages 2 0 R {root} >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        3: f"<< {info} >>",
    }
    for number, name in enumerate(FONTS.values()):
        bodies[4 + number] = f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
    for number, page in enumerate(pages):
        place = 10 + 2 * number
        box = "" if "/MediaBox" in page.extra else "/MediaBox [0 0 612 792]"
        bodies[place] = (
            f"<< /Type /Page /Parent 2 0 R {box} {page.extra} "
            f"/Resources << /Font << {fonts} {page.fonts} >> {page.resources} >> /Contents {place + 1} 0 R >>"
        )
        content = page.drawing + "\n".join(map(_show, page.texts))
        bodies[place + 1] = f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream"
    for number, body in enumerate(objects or []):
        bodies[10 + 2 * len(pages) + number] = body
    return _assemble(bodies)


def _show(put: Put) -> str:
    text = put.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{put.font} {put.size} Tf 1 0 0 1 {put.x} {put.y} Tm ({text}) Tj ET"


def _assemble(bodies: dict[int, str]) -> bytes:
    data = b"%PDF-1.7\n"
    places: dict[int, int] = {}
    for number, body in sorted(bodies.items()):
        places[number] = len(data)
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    size = max(bodies) + 1
    lines = [f"{places[number]:010} 00000 n" if number in places else "0000000000 65535 f" for number in range(size)]
    table = "".join(f"{line} \n" for line in lines)
    start = len(data)
    data += f"xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R >>\n".encode()
    return data + f"startxref\n{start}\n%%EOF\n".encode()


def write_pdf(
    path: Path, pages: list[Leaf], *, root: str = "", info: str = "", objects: list[str] | None = None
) -> Path:
    """Write a PDF and return its path."""
    path.write_bytes(make_pdf(pages, root=root, info=info, objects=objects))
    return path
