"""What a PDF says of itself: metadata, labels of pages, files inside it, forms that only Adobe Reader draws."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdfqa.pages import Attachment
from pdfqa.pdf import read_info, read_pages
from pdfqa.pdf.layout.labels import follows, page_labels
from pdfqa.pdf.lines import Sheet
from pdfqa.pdf.metadata import iso
from tests.forms import carrying
from tests.pdf_maker import Leaf, Put, make_pdf, paragraph, write_pdf

TEXT = "The vessel was built at Korsholm in 1931 and has a mast of oak."


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("D:20230131120500+01'00'", "2023-01-31T12:05:00+01:00"),
        ("D:20230131120500Z", "2023-01-31T12:05:00Z"),
        ("D:20230131120500Z'", "2023-01-31T12:05:00Z"),
        ("D:20230131120500Z00'00'", "2023-01-31T12:05:00Z"),
        ("D:20230131120500-05", "2023-01-31T12:05:00-05:00"),
        ("20230131", "2023-01-31"),
        ("D:2023", "2023"),
        ("31 January 2023", "31 January 2023"),
    ],
)
def test_dates_are_readable(date: str, shown: str) -> None:
    assert iso(date) == shown


def test_metadata_has_one_line_for_each_entry(tmp_path: Path) -> None:
    info = "/Title (A  report\nof 2023) /Author (Ann) /Subject ( ) /CreationDate (D:20230131120500Z)"
    found = read_info(write_pdf(tmp_path / "a.pdf", [Leaf(paragraph(TEXT))], info=info))
    assert found.metadata == {"Title": "A report of 2023", "Author": "Ann", "CreationDate": "2023-01-31T12:05:00Z"}


XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2023-01-31T12:05:00Z" pdf:Producer="Press &amp; Co">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Log of the vessel</rdf:li><rdf:li xml:lang="de">Logbuch</rdf:li>
</rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def stream(kind: str, content: str) -> str:
    return f"<< {kind} /Length {len(content)} >>\nstream\n{content}\nendstream"


def test_xmp_tells_what_the_document_does_not(tmp_path: Path) -> None:
    packet = stream("/Type /Metadata /Subtype /XML", XMP)
    path = write_pdf(
        tmp_path / "a.pdf",
        [Leaf(paragraph(TEXT))],
        root="/Metadata 12 0 R",
        info="/Producer (Printer)",
        objects=[packet],
    )
    info = read_info(path)
    assert info.title == "Log of the vessel"
    assert info.metadata == {
        "Title": "Log of the vessel",
        "Author": "Ann, Bob",
        "Producer": "Printer",
        "CreationDate": "2023-01-31T12:05:00Z",
    }


def test_xmp_of_a_picture_says_nothing_of_the_document(tmp_path: Path) -> None:
    packet = stream("/Type /Metadata /Subtype /XML", XMP.replace("http://ns.adobe.com/pdf/1.3/", "http://example.org/"))
    path = write_pdf(tmp_path / "a.pdf", [Leaf(paragraph(TEXT))], objects=[packet])
    assert read_info(path).metadata == {}


def test_metadata_that_never_ends_takes_no_time_and_says_nothing(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [Leaf(paragraph(TEXT))])
    whole = path.read_bytes()
    path.write_bytes(whole + b"<x:xmpmeta " * 400_000)
    assert read_info(path).metadata == {}
    path.write_bytes(
        whole + b"<x:xmpmeta>http://ns.adobe.com/pdf/1.3/" + b"<dc:title <rdf:li " * 200_000 + b"</x:xmpmeta>"
    )
    assert read_info(path).metadata == {}


def test_files_inside_are_named(tmp_path: Path) -> None:
    path = carrying(tmp_path / "a.pdf", make_pdf([Leaf(paragraph(TEXT))]), annex_pdf=b"%PDF-", data_csv=b"1")
    info = read_info(path)
    assert (info.attachments, info.portfolio) == ([Attachment(0, "annex.pdf"), Attachment(1, "data.csv")], False)


@pytest.mark.parametrize("disguised", [False, True])
def test_a_portfolio_is_known_though_its_root_be_hard_to_read(disguised: bool, tmp_path: Path) -> None:
    cover = make_pdf([Leaf(paragraph(TEXT))], root="/Collection << /Type /Collection >>")
    path = carrying(tmp_path / "a.pdf", cover, annex_pdf=b"%PDF-")
    if disguised:
        path.write_bytes(path.read_bytes().replace(b"/Collection <<", b"/Col#6cection <<"))
    assert read_info(path).portfolio


def labelled(path: Path, pages: int, labels: str, *, printed: int | None = None) -> list[str]:
    leaves = []
    for number in range(pages):
        foot = [Put(str(number + printed), 300, 30)] if printed is not None else []
        leaves.append(Leaf([*paragraph(f"Page {number} of the log. {TEXT}"), *foot]))
    root = f"/PageLabels << /Nums [{labels}] >>" if labels else ""
    return [page.label for page in read_pages(write_pdf(path, leaves, root=root), 1, pages)]


def test_labels_are_those_of_the_document(tmp_path: Path) -> None:
    labels = "0 << /S /r >> 2 << /S /D >> 4 << /S /D /P (A-) /St 7 >>"
    assert labelled(tmp_path / "a.pdf", 6, labels) == ["i", "ii", "1", "2", "A-7", "A-8"]


def test_labels_are_the_printed_ones_where_the_document_has_none(tmp_path: Path) -> None:
    assert labelled(tmp_path / "a.pdf", 6, "", printed=331) == ["331", "332", "333", "334", "335", "336"]


@pytest.mark.parametrize(
    "labels", ["0 << /S /D >>", "0 << /P (Page) >>", "0 << /P (a file name of some length.tif) >>"]
)
def test_labels_that_are_nonsense_give_way_to_printed_ones(labels: str, tmp_path: Path) -> None:
    assert labelled(tmp_path / "a.pdf", 6, labels, printed=331) == ["331", "332", "333", "334", "335", "336"]


def test_a_prefix_is_no_contradiction(tmp_path: Path) -> None:
    assert labelled(tmp_path / "a.pdf", 4, "0 << /S /D /P (A-) >>", printed=1) == ["A-1", "A-2", "A-3", "A-4"]


def test_most_printed_numbers_must_contradict() -> None:
    sheets = [Sheet(number, label, 1, 1, []) for number, label in enumerate(["i", "1", "2", "3"], 1)]
    assert page_labels(sheets, {2: "1", 3: "2", 4: "4"}) == {1: "i", 2: "1", 3: "2", 4: "3"}


@pytest.mark.parametrize(
    ("label", "other", "does"),
    [
        ("9", "10", True),
        ("9", "11", False),
        ("A-1", "A-2", True),
        ("A-1", "B-2", False),
        ("i", "ii", True),
        ("ii", "1", False),
    ],
)
def test_runs_of_labels(label: str, other: str, does: bool) -> None:
    assert follows(label, other) == does


TEMPLATE = """<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform name="form">
<draw name="t"><value><text>Application for a mooring</text></value></draw>
<field name="DateOfBirth"><caption><value><text>Date of birth:</text></value></caption></field>
<field name="Town"/><field name="Left" presence="hidden"/>
<field name="Empty"><caption><value><text>Signature</text></value></caption></field>
</subform></template>"""
DATASETS = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form>
<DateOfBirth>1990-03-04</DateOfBirth><Town>Rome</Town><BoatName>Fox</BoatName></form></xfa:data></xfa:datasets>"""


def xfa(path: Path, template: str, datasets: str) -> Path:
    root = "/NeedsRendering true /AcroForm << /Fields [] /XFA [(template) 12 0 R (datasets) 13 0 R] >>"
    wait = [Leaf(paragraph("Please wait..."))]
    return write_pdf(path, wait, root=root, objects=[stream("", template), stream("", datasets)])


def test_a_dynamic_form_is_read_from_its_xml_and_said_to_be_one(tmp_path: Path) -> None:
    (page,) = read_pages(xfa(tmp_path / "a.pdf", TEMPLATE, DATASETS), 1, 1)
    assert page.text.splitlines()[1:] == [
        "Application for a mooring",
        "Date of birth: 1990-03-04",
        "Town: Rome",
        "Signature",
        "Boat Name: Fox",
    ]
    assert [block.kind for block in page.blocks] == ["text", "text", "field", "field", "text", "field"]
    assert page.warnings[0].startswith("a dynamic XFA form")


@pytest.mark.parametrize("template", ["<broken", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', ""])
def test_a_dynamic_form_whose_xml_is_of_no_use_is_read_without(template: str, tmp_path: Path) -> None:
    (page,) = read_pages(xfa(tmp_path / "a.pdf", template, template), 1, 1)
    assert page.text == "Please wait..."


def test_pypdf_makes_the_labels_of_all_pages_once(tmp_path: Path) -> None:
    labels = "0 << /S /r >> 2 << /S /D >>"
    root = f"/PageLabels << /Nums [{labels}] >>"
    path = write_pdf(tmp_path / "a.pdf", [Leaf(paragraph(TEXT)) for _ in range(4)], root=root)
    assert [page.label for page in read_pages(path, 1, 4, pypdf=True)] == ["i", "ii", "1", "2"]
