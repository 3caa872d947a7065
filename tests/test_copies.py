"""Copies of PDFs with quotes highlighted, and of their cited pages: what they keep, what they mark, and where."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from pdfqa.errors import DamagedFileError, EncryptedFileError, InvalidRequestError
from pdfqa.pdf import find_boxes
from pdfqa.pdf.copies.excerpts import excerpt
from pdfqa.pdf.copies.highlights import highlighted
from pdfqa.pdf.copies.requests import Excerpt, Mark, Original, Written
from pdfqa.pdf.geometry import turn, turn_back
from tests.homes import CLUB, MINE, PARK, pdf
from tests.pdf_maker import Leaf, paragraph, write_pdf
from tests.test_passwords import ALGORITHMS, lock

QUOTE = "deepest shaft reached 640 metres"
Quad = tuple[float, float, float, float]


def mark(quote: str = QUOTE, page: int = 1, *, start: int = 0, comment: str = "[1] How deep is it?") -> Mark:
    return Mark(page=page, quote=quote, start=start, comment=comment, bookmark=f"[1] p. {page}: {quote}")


def original(path: Path, *marks: Mark, passwords: tuple[str, ...] = ()) -> Original:
    return Original(path=os.fsencode(path), name=path.name, marks=list(marks), passwords=list(passwords))


def marked(path: Path, *marks: Mark, passwords: tuple[str, ...] = ()) -> tuple[bytes, pypdf.PdfReader, Written]:
    data, written = highlighted(original(path, *marks, passwords=passwords))
    return data, opened(data, *passwords), written


def opened(data: bytes, *passwords: str) -> pypdf.PdfReader:
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        assert reader.decrypt(passwords[-1] if passwords else "")
    return reader


def notes(reader: pypdf.PdfReader, page: int = 1, kind: str = "/Highlight") -> list[Any]:
    found = [reference.get_object() for reference in reader.pages[page - 1].get("/Annots", [])]
    return [annotation for annotation in found if annotation["/Subtype"] == kind]


def quads(annotation: Any) -> list[Quad]:
    points = [float(value) for value in annotation["/QuadPoints"]]
    parts = [points[at : at + 8] for at in range(0, len(points), 8)]
    return [(min(part[::2]), min(part[1::2]), max(part[::2]), max(part[1::2])) for part in parts]


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return pdf(tmp_path / "mine.pdf", MINE, CLUB, PARK)


def test_a_quote_is_highlighted_where_it_stands_and_commented(mine: Path) -> None:
    _, reader, written = marked(mine, mark())
    (note,) = notes(reader)
    assert [pytest.approx((box.x0, box.y0, box.x1, box.y1)) for box in find_boxes(mine, 1, QUOTE)] == quads(note)
    assert note["/Contents"] == "[1] How deep is it?"
    assert note["/T"] == "pdfqa"
    assert note["/Popup"]["/Subtype"] == "/Popup"
    assert Written(marked=1) == written
    assert [[], []] == [notes(reader, 2), notes(reader, 3)]


def test_the_copy_is_the_original_with_something_added(mine: Path) -> None:
    before = mine.read_bytes()
    data, _, _ = marked(mine, mark())
    assert data.startswith(before)
    assert before == mine.read_bytes()


def test_the_highlight_has_an_appearance_of_its_own(mine: Path) -> None:
    data, reader, _ = marked(mine, mark())
    (note,) = notes(reader)
    stream = note["/AP"]["/N"]
    assert stream["/Resources"]["/ExtGState"]["/Ink"]["/BM"] == "/Multiply"
    assert list(stream["/BBox"]) == list(note["/Rect"])
    (x0, y0, x1, _), *_ = quads(note)
    page = pypdfium2.PdfDocument(data)[0]
    pixels = page.render(scale=2, rev_byteorder=True).to_numpy()
    yellow = pixels[round(2 * (page.get_height() - y0 + 0.5)), round(x0 + x1)]
    assert yellow[0] > 200
    assert yellow[2] < 150


def test_a_quote_of_several_lines_is_one_highlight(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "long.pdf", [Leaf(paragraph(f"{MINE} {CLUB}", letters=30))])
    _, reader, _ = marked(path, mark("Its deepest shaft reached 640 metres below the sea."))
    (note,) = notes(reader)
    assert len(quads(note)) >= 2


@pytest.mark.parametrize("turns", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "crop", ["", "/CropBox [50 100 560 760]", "/MediaBox [-20 30 700 900] /CropBox [0 50 650 850]"]
)
def test_a_turned_or_cropped_page_is_marked_where_the_words_are(tmp_path: Path, turns: int, crop: str) -> None:
    path = write_pdf(tmp_path / "turned.pdf", [Leaf(paragraph(MINE), extra=f"/Rotate {turns} {crop}")])
    plain = write_pdf(tmp_path / "plain.pdf", [Leaf(paragraph(MINE))])
    (there,) = notes(marked(path, mark())[1])
    (here,) = notes(marked(plain, mark())[1])
    assert [pytest.approx(quad, abs=0.02) for quad in quads(here)] == quads(there)
    page = opened(path.read_bytes()).pages[0]
    left, bottom, right, top = map(float, there["/Popup"]["/Rect"])
    assert page.cropbox.left <= left < right <= page.cropbox.right
    assert page.cropbox.bottom <= bottom < top <= page.cropbox.top


def test_a_page_in_larger_units_is_marked_in_them(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "poster.pdf", [Leaf(paragraph(MINE), extra="/UserUnit 4")])
    plain = write_pdf(tmp_path / "plain.pdf", [Leaf(paragraph(MINE))])
    assert quads(notes(marked(plain, mark())[1])[0]) == quads(notes(marked(path, mark())[1])[0])


def test_text_that_runs_upwards_is_marked_line_by_line(tmp_path: Path) -> None:
    lines = ["Its deepest shaft reached", "640 metres below the sea."]
    drawing = "\n".join(
        f"BT /plain 10 Tf 0 1 -1 0 {300 + 12 * at} 200 Tm ({line}) Tj ET" for at, line in enumerate(lines)
    )
    for extra in ("", "/Rotate 90"):
        path = write_pdf(tmp_path / "up.pdf", [Leaf(drawing=f"{drawing}\n", extra=extra)])
        (note,) = notes(marked(path, mark("shaft reached 640 metres"))[1])
        first, second = quads(note)
        assert first[3] - first[1] > 60
        assert first[2] - first[0] < 12
        assert second[0] - first[0] == pytest.approx(12, abs=2)


def test_points_are_turned_there_and_back() -> None:
    bounds = (-10.0, 20.0, 590.0, 812.0)
    for turns in range(4):
        there = turn(100.0, 300.0, turns, bounds)
        assert turn_back(*there, turns, bounds) == pytest.approx((100.0, 300.0))


def test_a_quote_that_is_not_found_has_a_note_on_its_page(mine: Path) -> None:
    data, reader, written = marked(mine, mark("no such words", 2, comment="[1] Why?"), mark())
    (note,) = notes(reader, 2, "/Text")
    assert note["/Contents"] == "[1] Why?"
    assert "/AP" in note
    assert ([0], 1) == (written.unplaced, written.marked)
    assert len(pypdfium2.PdfDocument(data)) == 3


def test_comments_and_links_that_are_there_stay(tmp_path: Path) -> None:
    link = "<< /Type /Annot /Subtype /Link /Rect [1 1 9 9] /A << /S /URI /URI (https://example.org) >> >>"
    pages = [Leaf(paragraph(MINE), extra="/Annots 14 0 R"), Leaf(paragraph(CLUB), extra="/Annots 14 0 R")]
    path = write_pdf(tmp_path / "linked.pdf", pages, objects=["[15 0 R]", link])
    _, reader, _ = marked(path, mark())
    assert [1, 1] == [len(notes(reader, page, "/Link")) for page in (1, 2)]
    assert [1, 0] == [len(notes(reader, page)) for page in (1, 2)]  # though they share one list


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_encrypted_file_stays_so_with_both_of_its_passwords(tmp_path: Path, algorithm: str) -> None:
    path = lock(tmp_path / "locked.pdf", "hush", "boss", algorithm, MINE)
    data, _, _ = marked(path, mark(), passwords=("wrong", "hush"))
    for password in ("hush", "boss"):
        reader = opened(data, password)
        assert reader.is_encrypted
        assert notes(reader)[0]["/Contents"] == "[1] How deep is it?"
        assert len(pypdfium2.PdfDocument(data, password=password)) == 1
    assert b"How deep" not in data
    assert data.startswith(path.read_bytes())
    with pytest.raises(EncryptedFileError):
        marked(path, mark(), passwords=("wrong",))


@pytest.mark.parametrize("keep", [slice(0, -40), slice(None)])
def test_a_file_with_a_broken_table_is_written_anew(mine: Path, keep: slice) -> None:
    mine.write_bytes(mine.read_bytes()[keep].replace(b"startxref\n", b"startxref\n7"))
    data, reader, written = marked(mine, mark())
    assert not data.startswith(mine.read_bytes())
    assert written.marked == 1
    assert len(notes(reader)) == 1


def test_a_file_with_its_table_in_a_stream_gets_another_one(mine: Path) -> None:
    mine.write_bytes(with_stream(mine.read_bytes()))
    data, _, _ = marked(mine, mark())
    assert data.startswith(mine.read_bytes())
    mine.write_bytes(data)
    twice, reader, _ = marked(mine, mark(comment="[2] And then?"))
    assert twice.startswith(data)
    assert ["[1] How deep is it?", "[2] And then?"] == [note["/Contents"] for note in notes(reader)]
    assert b"\nxref" not in twice


def with_stream(data: bytes) -> bytes:
    """Return a PDF with its table of objects as a stream."""
    body, _, table = data.partition(b"xref\n")
    rows = [line.split() for line in table.splitlines() if line.endswith((b" n ", b" f "))]
    entries = [(1 if kind == b"n" else 0, int(place), int(kind == b"f")) for place, _, kind in rows]
    stream = b"".join(struct.pack(">BIB", *entry) for entry in [*entries, (1, len(body), 0)])
    size = len(entries)
    head = f"<< /Type /XRef /Size {size + 1} /W [1 4 1] /Root 1 0 R /Info 3 0 R /Length {len(stream)} >>"
    last = f"{size} 0 obj\n{head}\nstream\n".encode() + stream + b"\nendstream\nendobj\n"
    return body + last + f"startxref\n{len(body)}\n%%EOF\n".encode()


def test_a_signature_is_said_not_to_hold(tmp_path: Path) -> None:
    field = "<< /FT /Sig /T (s) /V << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >> >>"
    root = "/AcroForm << /SigFlags 3 /Fields [12 0 R] >>"
    path = write_pdf(tmp_path / "signed.pdf", [Leaf(paragraph(MINE))], root=root, objects=[field])
    (told,) = marked(path, mark())[2].notes
    assert "signed.pdf is signed" in told
    assert marked(pdf(tmp_path / "plain.pdf", MINE), mark())[2].notes == []


def test_what_would_turn_a_comment_is_left_out(mine: Path) -> None:
    _, reader, _ = marked(mine, mark(comment="[1] a\u202eb\x07\nراتب"))
    assert notes(reader)[0]["/Contents"] == "[1] ab\rراتب"


def excerpted(*originals: Original) -> tuple[Any, Written]:
    data, written = excerpt(Excerpt(originals=list(originals), title="Cited pages", out=b""))
    assert b"%pdfqa" in data[-100:]
    return opened(data, *(word for one in originals for word in one.passwords)), written


def test_cited_pages_are_those_alone_with_bookmarks(mine: Path) -> None:
    reader, written = excerpted(original(mine, mark(), mark("412 orchids", 3)))
    assert ["Korsholm", "botanical"] == [
        next(word for word in ("Korsholm", "botanical") if word in page.extract_text()) for page in reader.pages
    ]
    titles = [(item["/Title"], reader.get_destination_page_number(item)) for item in reader.outline]
    assert [(f"[1] p. 1: {QUOTE}", 0), ("[1] p. 3: 412 orchids", 1)] == titles
    assert reader.root_object["/PageMode"] == "/UseOutlines"
    assert [1, 1] == [len(notes(reader, page)) for page in (1, 2)]
    assert written.marked == 2
    objects = (reader.get_object(number) for number in range(1, reader.trailer["/Size"]))
    assert sum(isinstance(one, DictionaryObject) and one.get("/Type") == "/Page" for one in objects) == 2


def test_cited_pages_keep_their_labels(tmp_path: Path) -> None:
    root = "/PageLabels << /Nums [0 << /S /r >> 2 << /S /D /St 7 /P (A-) >>] >>"
    pages = [Leaf(paragraph(text)) for text in (MINE, CLUB, PARK)]
    labelled = write_pdf(tmp_path / "labelled.pdf", pages, root=root)
    reader, _ = excerpted(original(labelled, mark("1931", 2), mark("412 orchids", 3)))
    assert ["ii", "A-7"] == reader.page_labels
    plain = pdf(tmp_path / "plain.pdf", MINE, CLUB, PARK)
    reader, _ = excerpted(original(plain, mark("1931", 2), mark("412 orchids", 3)))
    assert ["2", "3"] == reader.page_labels


def test_links_lead_to_cited_pages_or_are_left_out(tmp_path: Path) -> None:
    links = [f"<< /Type /Annot /Subtype /Link /Rect [1 1 9 9] /Dest [{page} 0 R /Fit] >>" for page in (12, 14)]
    pages = [Leaf(paragraph(MINE), extra="/Annots [16 0 R 17 0 R]"), Leaf(paragraph(CLUB)), Leaf(paragraph(PARK))]
    path = write_pdf(tmp_path / "linked.pdf", pages, objects=links)
    reader, _ = excerpted(original(path, mark(), mark("412 orchids", 3)))
    (kept,) = notes(reader, 1, "/Link")
    assert reader.pages[1].indirect_reference == kept["/Dest"][0]


def test_cited_pages_of_several_documents_are_under_their_names(tmp_path: Path, mine: Path) -> None:
    club = pdf(tmp_path / "club.pdf", CLUB)
    reader, written = excerpted(original(mine, mark()), original(club, mark("1931"), mark("nowhere at all")))
    assert ["mine.pdf", "club.pdf"] == [item["/Title"] for item in reader.outline if not isinstance(item, list)]
    assert written.unplaced == [2]


def test_cited_pages_of_an_encrypted_document_are_encrypted_as_it_is(tmp_path: Path, mine: Path) -> None:
    locked = lock(tmp_path / "locked.pdf", "hush", "boss", "AES-256", CLUB)
    reader, _ = excerpted(original(locked, mark("1931"), passwords=("hush",)), original(mine, mark()))
    assert reader.is_encrypted
    assert len(reader.pages) == 2
    other = lock(tmp_path / "other.pdf", "hello", "boss", "AES-256", PARK)
    with pytest.raises(InvalidRequestError, match="different passwords"):
        excerpted(
            original(locked, mark("1931"), passwords=("hush", "hello")),
            original(other, mark("412"), passwords=("hush", "hello")),
        )


def test_hidden_layers_stay_hidden_in_cited_pages(tmp_path: Path) -> None:
    root = "/OCProperties << /OCGs [12 0 R] /D << /OFF [12 0 R] >> >>"
    leaf = Leaf(paragraph(MINE), resources="/Properties << /L 12 0 R >>")
    path = write_pdf(tmp_path / "layers.pdf", [leaf], root=root, objects=["<< /Type /OCG /Name (secret) >>"])
    reader, _ = excerpted(original(path, mark()))
    layers: Any = reader.root_object["/OCProperties"]
    assert ["secret"] == [layer.get_object()["/Name"] for layer in layers["/D"]["/OFF"]]


def test_what_no_copy_can_be_made_of_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing here")
    with pytest.raises(DamagedFileError):
        marked(path, mark())


def test_a_filled_form_is_still_filled(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(pdf(tmp_path / "form.pdf", MINE, CLUB))
    field = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject("name"),
            NameObject("/V"): TextStringObject("Margaret"),
            NameObject("/Rect"): ArrayObject(map(NumberObject, (10, 10, 90, 30))),
        }
    )
    reference = writer._add_object(field)
    writer.pages[0][NameObject("/Annots")] = ArrayObject([reference])
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([reference])})
    path = tmp_path / "filled.pdf"
    writer.write(path)
    for reader in (marked(path, mark())[1], excerpted(original(path, mark()))[0]):
        assert {"name": "Margaret"} == reader.get_form_text_fields()
