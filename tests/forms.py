"""PDFs with form fields, notes and files inside them, made with `pdf_maker`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.pdf_maker import Leaf, Put, make_pdf

FIRST = 12  # the number of the first further object of a PDF of one page


def annotation(kind: str, rect: str, entries: str) -> str:
    """Return an annotation: its subtype, its rectangle and the rest of its dictionary."""
    return f"<< /Type /Annot /Subtype /{kind} /Rect [{rect}] {entries} >>"


def widget(rect: str, entries: str) -> str:
    """Return a form field that is its own widget."""
    return annotation("Widget", rect, entries)


def appearance(text: str, width: int = 200, height: int = 20) -> str:
    """Return the stream of an appearance that shows a text in Courier."""
    content = f"BT /plain 10 Tf 2 5 Td ({text}) Tj ET"
    return (
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 {width} {height}] /Resources << /Font << /plain 4 0 R >> >> "
        f"/Length {len(content)} >>\nstream\n{content}\nendstream"
    )


def annotated(
    texts: Sequence[Put], annotations: Sequence[str], *, extra: str = "", root: str = "", more: Sequence[str] = ()
) -> bytes:
    """Return a PDF of one page with texts and annotations on it; its fields are those annotations that have a type.

    Args:
        texts: What is printed on the page.
        annotations: Their dictionaries.
        extra: More entries of the page.
        root: More entries of the catalog.
        more: Objects that the annotations refer to, numbered on from theirs.
    """
    numbers = range(FIRST, FIRST + len(annotations))
    refs = " ".join(f"{number} 0 R" for number in numbers)
    fields = " ".join(f"{number} 0 R" for number, one in zip(numbers, annotations, strict=True) if "/FT" in one)
    form = f"/AcroForm << /Fields [{fields}] >>" if fields and "/AcroForm" not in root else ""
    leaf = Leaf(list(texts), extra=f"/Annots [{refs}] {extra}")
    return make_pdf([leaf], root=f"{root} {form}", objects=[*annotations, *more])


def carrying(path: Path, pdf: bytes, **files: bytes) -> Path:
    """Write a PDF that carries files, `annex_pdf=…` as annex.pdf, and return its path."""
    import io

    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    for name, data in files.items():
        writer.add_attachment(name.replace("_", "."), data)
    writer.write(path)
    return path
