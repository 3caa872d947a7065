"""Pages that are pictures of text: drawn with pdfium from pages of text, and put into a PDF as images."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

from tests.pdf_maker import Leaf, Put, make_pdf, write_pdf

WIDTH, HEIGHT = 360, 240  # points: small pages are read soon
BOX = f"/MediaBox [0 0 {WIDTH} {HEIGHT}]"


@dataclass(frozen=True)
class Scan:
    """A page whose texts are shown by a picture; `tilt` in degrees and `turn` in right angles, both clockwise."""

    texts: list[Put]
    tilt: float = 0.0
    turn: int = 0
    stamp: tuple[Put, ...] = ()  # texts over the picture
    extra: str = BOX
    fonts: str = ""


def write_scans(path: Path, pages: Sequence[Scan | Leaf]) -> Path:
    """Write a PDF with these pages, and return its path."""
    objects: list[str] = []
    leaves: list[Leaf] = []
    for page in pages:
        if isinstance(page, Leaf):
            leaves.append(page)
            continue
        number = 10 + 2 * len(pages) + len(objects)
        objects.append(_image(*_picture(page)))
        across, down = (HEIGHT, WIDTH) if page.turn % 2 else (WIDTH, HEIGHT)
        extra = page.extra.replace(f"{WIDTH} {HEIGHT}", f"{across} {down}")
        drawing = f"q {across} 0 0 {down} 0 0 cm /Scan Do Q "
        leaves.append(Leaf([*page.stamp], extra, drawing, f"/XObject << /Scan {number} 0 R >>"))
    return write_pdf(path, leaves, objects=objects)


def _picture(scan: Scan, scale: float = 2.0) -> tuple[bytes, int, int]:
    turned = math.radians(-scan.tilt)
    a, b = math.cos(turned), math.sin(turned)
    x, y = WIDTH / 2, HEIGHT / 2
    tilt = f"{a} {b} {-b} {a} {x - a * x + b * y} {y - b * x - a * y} cm\n"
    document = pypdfium2.PdfDocument(make_pdf([Leaf(scan.texts, BOX, tilt, fonts=scan.fonts)]))
    bitmap = document[0].render(scale=scale, rotation=90 * scan.turn, grayscale=True)
    rows = bytes(bitmap.buffer)
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    bitmap.close()
    document.close()
    return b"".join(rows[row * stride : row * stride + width] for row in range(height)), width, height


def _image(pixels: bytes, width: int, height: int) -> str:
    data = zlib.compress(pixels).hex() + ">"
    return (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
        f"/BitsPerComponent 8 /Filter [/ASCIIHexDecode /FlateDecode] /Length {len(data)} >>\nstream\n{data}\nendstream"
    )
