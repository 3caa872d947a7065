"""What was added to a page: values of form fields beside their labels, notes after its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdfqa.pages import Page
from pdfqa.pdf import find_boxes, read_pages, read_sheet
from tests.forms import FIRST, annotated, annotation, appearance, widget
from tests.pdf_maker import Leaf, Put, make_pdf, paragraph

LEFT_OUT = ["a hidden note or form field was left out"]
TEXT = "The vessel was built at Korsholm in 1931 and has a mast of oak."


def read(data: bytes, folder: Path) -> Page:
    path = folder / "page.pdf"
    path.write_bytes(data)
    (page,) = read_pages(path, 1, 1)
    return page


def kinds(page: Page, kind: str) -> list[str]:
    return [page.text[block.start : block.end] for block in page.blocks if block.kind == kind]


def text_of(folder: Path, texts: list[Put], annotations: list[str], *more: str) -> str:
    return read(annotated(texts, annotations, more=more), folder).text


def test_a_value_stands_behind_its_label(tmp_path: Path) -> None:
    label, field = Put("Date of birth:", 72, 680), widget("160 675 300 690", "/FT /Tx /T (f1) /V (4 March 1990)")
    assert text_of(tmp_path, [label], [field]) == "Date of birth: 4 March 1990"


def test_a_value_stands_behind_a_label_above_it(tmp_path: Path) -> None:
    field = widget("72 680 280 696", "/FT /Tx /T (f1) /V (Holloway)")
    assert text_of(tmp_path, [Put("Family name", 72, 700)], [field]) == "Family name Holloway"


def test_values_under_a_row_of_labels_stand_each_behind_its_own(tmp_path: Path) -> None:
    texts = [Put("Family name", 72, 700), Put("Given name", 300, 700)]
    fields = [
        widget("300 680 500 696", "/FT /Tx /T (f2) /V (Ann)"),
        widget("72 680 280 696", "/FT /Tx /T (f1) /V (Holloway)"),
    ]
    assert text_of(tmp_path, texts, fields) == "Family name Holloway Given name Ann"


def text_field(rect: str, value: str, name: str) -> str:
    return widget(rect, f"/FT /Tx /T (f1_{name}) /V ({value})")


def test_values_under_one_another_are_rows_of_a_table(tmp_path: Path) -> None:
    texts = [Put("First name", 150, 570, 7), Put("Number", 300, 570, 7), Put("Relationship", 430, 570, 7)]
    fields = []
    for at, row in enumerate((("Tim", "987-65-4321", "son"), ("Eva", "987-65-4322", "daughter"))):
        y = 552 - 14 * at
        for (left, right), value in zip(((150, 295), (300, 425), (430, 560)), row, strict=True):
            fields.append(text_field(f"{left} {y} {right} {y + 12}", value, f"{at}{left}"))
    assert text_of(tmp_path, texts, fields) == (
        "First name  Number  Relationship\nTim  987-65-4321  son\nEva  987-65-4322  daughter"
    )


def test_a_value_stands_behind_a_label_under_it_as_a_signature_does(tmp_path: Path) -> None:
    texts = [
        *paragraph("I declare that I have examined this application.", 150, 500),
        *(Put("Your signature", 72, 470, 7), Put("Date", 320, 470, 7), Put("Your occupation", 400, 470, 7)),
    ]
    fields = [
        text_field("318 478 390 492", "04/12/2025", "1"),
        text_field("400 478 560 492", "Marine engineer", "2"),
    ]
    assert text_of(tmp_path, texts, fields).splitlines()[1:] == [
        "Your signature Date 04/12/2025 Your occupation Marine engineer"
    ]


def test_an_amount_stands_behind_its_row_though_its_column_has_a_head(tmp_path: Path) -> None:
    texts = [Put("Amount", 500, 660, 8), Put("1 Total wages", 72, 640, 8), Put("2 Interest", 72, 626, 8)]
    fields = [text_field("500 637 576 649", "84,200", "1"), text_field("500 623 576 635", "312", "2")]
    rows = text_of(tmp_path, texts, fields).splitlines()
    assert [" ".join(row.split()) for row in rows] == ["Amount", "1 Total wages 84,200", "2 Interest 312"]


def test_values_stand_in_the_gaps_of_a_sentence(tmp_path: Path) -> None:
    texts = [Put("I, ____________________, born in ______________, declare that all is true.", 72, 540)]
    fields = [
        widget("270 536 354 550", "/FT /Ch /Ff 131072 /T (f2) /Opt [[(P) (Paris)] [(R) (Rome)]] /V (R)"),
        widget("90 536 210 550", "/FT /Tx /T (f1) /V (Bob Signer)"),
    ]
    assert text_of(tmp_path, texts, fields) == "I, Bob Signer, born in Rome, declare that all is true."


def test_a_value_takes_the_place_of_the_rule_it_stands_on(tmp_path: Path) -> None:
    texts = [Put("Name: __________________", 72, 540)]
    assert text_of(tmp_path, texts, [widget("104 536 250 550", "/FT /Tx /T (a) /V (Ann)")]) == "Name: Ann"


def test_a_row_of_labels_and_values_stays_in_order(tmp_path: Path) -> None:
    texts = [Put("Name:", 72, 540), Put("Town:", 300, 540)]
    fields = [
        widget("340 536 480 550", "/FT /Tx /T (b) /V (Rome)"),
        widget("110 536 250 550", "/FT /Tx /T (a) /V (Ann)"),
    ]
    assert text_of(tmp_path, texts, fields).split() == ["Name:", "Ann", "Town:", "Rome"]


def test_a_long_value_is_running_text_with_a_place_for_each_row(tmp_path: Path) -> None:
    value = "First line of a comment that goes on for quite a while and is wrapped.\\rSecond line."
    page = read(
        annotated([Put("Comments", 72, 640)], [widget("72 560 300 636", f"/FT /Tx /Ff 4096 /T (c) /V ({value})")]),
        tmp_path,
    )
    assert (
        page.text.replace("\n", " ")
        == "Comments First line of a comment that goes on for quite a while and is wrapped. Second line."
    )
    assert [place.y1 for place in page.places] == [636, 624, 612]


def test_a_value_without_a_label_is_told_with_its_tooltip_or_name(tmp_path: Path) -> None:
    fields = [
        widget("72 500 200 515", "/FT /Tx /T (x1) /TU (Town of birth) /V (Rome)"),
        widget("72 400 200 415", "/FT /Tx /T (shoeSize) /V (43)"),
        widget("72 300 200 315", "/FT /Tx /T (Text7) /V (and so on)"),
    ]
    page = read(annotated([Put("A form", 72, 740)], fields), tmp_path)
    assert kinds(page, "field") == ["Town of birth: Rome", "shoe Size: 43", "and so on"]


def test_a_tooltip_that_says_more_than_the_label_is_told_as_well(tmp_path: Path) -> None:
    field = widget("110 536 250 550", "/FT /Tx /T (a) /TU (Name of the applicant) /V (Ann)")
    page = read(annotated([Put("Name:", 72, 540)], [field]), tmp_path)
    assert page.text == "Name: Ann\nName of the applicant: Ann"


def box(rect: str, state: str, entries: str = "/T (status)") -> str:
    return widget(rect, f"/FT /Btn /AS /{state} /AP << /N << /{state} {FIRST} 0 R >> >> {entries}")


def test_only_what_is_ticked_is_text(tmp_path: Path) -> None:
    texts = [Put("Marital status:   Single    Married    Divorced", 72, 660)]
    boxes = [box("168 658 178 668", "Off"), box("229 658 239 668", "Yes"), box("295 658 305 668", "Off")]
    assert text_of(tmp_path, texts, boxes) == "Marital status: Single [x] Married Divorced"


def test_a_ticked_box_without_a_label_is_told_with_what_it_stands_for(tmp_path: Path) -> None:
    boxes = [
        box("72 500 82 510", "Married", "/T (a) /TU (Marital status)"),
        box("72 400 82 410", "Yes", "/T (b) /TU (Smoker)"),
    ]
    page = read(annotated([Put("A form", 72, 740)], boxes), tmp_path)
    assert kinds(page, "field") == ["[x] Marital status: Married", "[x] Smoker"]


def test_the_chosen_options_of_a_list_are_told_as_they_are_shown(tmp_path: Path) -> None:
    field = widget(
        "140 600 300 660", "/FT /Ch /Ff 2097152 /T (l) /Opt [[(a) (Apples)] [(b) (Pears)] [(c) (Figs)]] /V [(a) (c)]"
    )
    assert text_of(tmp_path, [Put("Fruit:", 72, 648)], [field]) == "Fruit: Apples, Figs"


def test_a_field_of_a_group_has_the_value_of_the_group(tmp_path: Path) -> None:
    kid = annotation("Widget", "110 536 250 550", f"/Parent {FIRST + 1} 0 R")
    group = f"<< /FT /Tx /T (name) /V (Ann) /Kids [{FIRST} 0 R] >>"
    data = annotated([Put("Name:", 72, 540)], [kid], root=f"/AcroForm << /Fields [{FIRST + 1} 0 R] >>", more=[group])
    assert read(data, tmp_path).text == "Name: Ann"


def test_rich_text_is_read_as_plain(tmp_path: Path) -> None:
    field = widget("110 536 250 550", "/FT /Tx /T (a) /RV (<body><p>Ann <b>Holloway</b></p></body>)")
    assert text_of(tmp_path, [Put("Name:", 72, 540)], [field]) == "Name: Ann Holloway"


def test_a_value_that_is_printed_as_well_is_not_doubled(tmp_path: Path) -> None:
    texts = [Put("Name:", 72, 540), Put("Ann", 112, 540)]
    assert text_of(tmp_path, texts, [widget("110 536 250 550", "/FT /Tx /T (a) /V (Ann)")]) == "Name: Ann"


def test_a_password_is_nobodys_business(tmp_path: Path) -> None:
    page = read(
        annotated([Put("Code:", 72, 540)], [widget("110 536 250 550", "/FT /Tx /Ff 8192 /T (a) /V (1234)")]), tmp_path
    )
    assert (page.text, page.warnings) == ("Code:", [])


FIELD, NOTE = "/Subtype /Widget /FT /Tx /T (a) /V (Ignore it)", "/Subtype /Text /Contents (Ignore it)"
PLACE, ELSEWHERE, NOWHERE = "/Rect [110 536 250 550]", "/Rect [700 536 800 550]", "/Rect [110 536 110 536]"


@pytest.mark.parametrize(
    "entries",
    [
        f"{FIELD} {PLACE} /F 2",
        f"{FIELD} {PLACE} /F 32",
        f"{FIELD} {ELSEWHERE}",
        f"{FIELD} {NOWHERE}",
        f"{NOTE} {PLACE} /F 2",
        f"{NOTE} {PLACE} /F 32",
        f"{NOTE} {ELSEWHERE}",
    ],
)
def test_what_nobody_can_see_is_left_out_and_told(entries: str, tmp_path: Path) -> None:
    page = read(annotated([Put("Name:", 72, 540)], [f"<< /Type /Annot {entries} >>"]), tmp_path)
    assert (page.text, page.warnings, page.unseen) == ("Name:", LEFT_OUT, 2)


def test_a_number_that_a_form_reckons_with_is_left_out_in_silence(tmp_path: Path) -> None:
    field = widget("110 536 250 550", "/F 2 /FT /Tx /T (sum) /V (42)")
    page = read(annotated([Put("Name:", 72, 540)], [field]), tmp_path)
    assert (page.text, page.warnings, page.unseen) == ("Name:", [], 0)


FONT = "/AcroForm << /Fields [12 0 R] /NeedAppearances true /DR << /Font << /Helv 4 0 R >> >> >>"


@pytest.mark.parametrize(("look", "seen"), [("1 g", False), ("0 g", True), ("1 g 0.2", True)])
def test_type_in_the_colour_of_its_field_is_left_out(look: str, seen: bool, tmp_path: Path) -> None:
    colour, _, ground = look.partition(" g")
    background = f"/MK << /BG [{ground}] >>" if ground else ""
    field = widget("110 530 250 550", f"/FT /Tx /T (a) /V (Ignore it) /DA (/Helv 10 Tf {colour} g) {background}")
    page = read(annotated([Put("Name:", 72, 540)], [field], root=FONT), tmp_path)
    assert (page.text, page.unseen) == (("Name: Ignore it", 0) if seen else ("Name:", 2))


@pytest.mark.parametrize(("colour", "unseen"), [("1 g", 2), ("0 0 1 rg", 0)])
def test_a_text_put_on_the_page_in_its_colour_is_left_out(colour: str, unseen: int, tmp_path: Path) -> None:
    text = note("FreeText", f"/Contents (Ignore it) /DA (/Helv 10 Tf {colour})", "110 530 250 550")
    page = read(annotated(paragraph(TEXT), [text]), tmp_path)
    assert page.unseen == unseen


def test_a_note_of_no_size_is_as_large_as_its_icon(tmp_path: Path) -> None:
    assert (
        text_of(tmp_path, [Put("Name:", 72, 540)], [f"<< /Type /Annot {NOTE} {NOWHERE} >>"]) == "Name:\nNote: Ignore it"
    )


def test_a_box_of_a_value_is_that_of_its_field(tmp_path: Path) -> None:
    data = annotated([Put("Name:", 72, 540)], [widget("110 536 250 550", "/FT /Tx /T (a) /V (Ann)")])
    page = read(data, tmp_path)
    boxes = find_boxes(tmp_path / "page.pdf", 1, page.text, start=0, places=page.places)
    assert (110, 536, 250, 550) in [(box.x0, box.y0, box.x1, box.y1) for box in boxes]
    assert min(box.x0 for box in boxes) == pytest.approx(72, abs=1)


def test_fields_of_a_page_that_is_shown_turned_have_places_as_shown(tmp_path: Path) -> None:
    data = annotated([], [widget("110 536 250 550", "/FT /Tx /T (town) /V (Rome)")], extra="/Rotate 90")
    page = read(data, tmp_path)
    assert (page.text, page.source) == ("town: Rome", "text")
    assert [(place.x0, place.y0, place.x1, place.y1) for place in page.places] == [(536, 362, 550, 502)]


def note(kind: str, entries: str, rect: str = "72 695 300 715") -> str:
    return annotation(kind, rect, entries)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("Text", "Note (Ann)"),
        ("FreeText", "Note (Ann)"),
        ("Square", "Note (Ann)"),
        ("Ink", "Note (Ann)"),
        ("Stamp", "Stamp (Ann)"),
        ("Caret", "Insert (Ann)"),
    ],
)
def test_notes_stand_after_the_text(kind: str, told: str, tmp_path: Path) -> None:
    page = read(
        annotated(paragraph(TEXT, y=400), [note(kind, "/T (Ann) /Contents (please check\\nthe year)")]), tmp_path
    )
    assert page.text == f"{TEXT}\n{told}: please check the year"
    assert kinds(page, "note") == [f"{told}: please check the year"]
    assert [(place.x0, place.y0, place.x1, place.y1) for place in page.places] == [(72, 695, 300, 715)]


def test_a_text_put_behind_a_label_fills_it_in(tmp_path: Path) -> None:
    texts = [Put("Name: ______________", 72, 540), Put("Town", 72, 500), *paragraph(TEXT, y=400)]
    typed = [
        note("FreeText", "/Contents (Ann)", "104 536 200 550"),
        note("FreeText", "/Contents (Rome)", "110 496 200 510"),
    ]
    assert read(annotated(texts, typed), tmp_path).text == f"Name: Ann\nTown Rome\n{TEXT}"


def test_a_text_put_beside_a_paragraph_is_a_note(tmp_path: Path) -> None:
    typed = [note("FreeText", "/T (Ann) /Contents (which yard?)", "500 396 580 410")]
    assert read(annotated(paragraph(TEXT, y=400), typed), tmp_path).text == f"{TEXT}\nNote (Ann): which yard?"


MARKED = "/T (Ann) /QuadPoints [96 711 192 711 96 699 192 699]"


def test_a_note_on_words_names_them(tmp_path: Path) -> None:
    page = read(annotated(paragraph(TEXT), [note("Highlight", f"{MARKED} /Contents (which yard?)")]), tmp_path)
    assert kinds(page, "note") == ['Note (Ann) on "vessel was built": which yard?']


def test_marks_without_words_of_their_own_are_no_notes(tmp_path: Path) -> None:
    marks = [note("Highlight", MARKED), note("Underline", f"{MARKED} /Contents (vessel was built)")]
    assert read(annotated(paragraph(TEXT), marks), tmp_path).text == TEXT


def test_struck_out_words_are_told(tmp_path: Path) -> None:
    page = read(annotated(paragraph(TEXT), [note("StrikeOut", MARKED)]), tmp_path)
    assert kinds(page, "note") == ['Strike out (Ann): "vessel was built"']


def test_popups_links_and_states_are_no_notes(tmp_path: Path) -> None:
    others = [
        note("Popup", "/Contents (please check)"),
        note("Link", "/Contents (go there) /A << /S /URI /URI (https://example.org) >>"),
        note("Text", "/F 2 /StateModel (Review) /State (Accepted) /Contents (Accepted set by Ann)"),
    ]
    page = read(annotated(paragraph(TEXT), others), tmp_path)
    assert (page.text, page.warnings) == (TEXT, [])


def test_what_only_an_appearance_shows_is_read_from_it(tmp_path: Path) -> None:
    drawn = f"/AP << /N {FIRST + 2} 0 R >>"
    marks = [
        annotation("Stamp", "72 600 272 620", f"/T (Ann) {drawn}"),
        annotation("Widget", "72 500 272 520", f"/FT /Sig /T (Signature1) {drawn}"),
    ]
    page = read(annotated(paragraph(TEXT), marks, more=[appearance("APPROVED 4 March")]), tmp_path)
    assert kinds(page, "note") == ["Stamp (Ann): APPROVED 4 March"]
    assert kinds(page, "field") == ["APPROVED 4 March"]


def test_an_appearance_on_printed_text_gives_only_what_it_adds(tmp_path: Path) -> None:
    mark = annotation("Stamp", "72 695 500 715", f"/AP << /N {FIRST + 1} 0 R >>")
    page = read(annotated(paragraph(TEXT), [mark], more=[appearance("SEEN", 428)]), tmp_path)
    assert kinds(page, "note") == ["Stamp: SEEN"]


def test_a_page_of_notes_alone_is_read(tmp_path: Path) -> None:
    page = read(annotated([], [note("Text", "/Contents (The sum is 42 euros.)")]), tmp_path)
    assert (page.text, page.source) == ("Note: The sum is 42 euros.", "text")


def test_a_page_without_annotations_has_no_places(tmp_path: Path) -> None:
    page = read(make_pdf([Leaf(paragraph(TEXT))]), tmp_path)
    assert (page.text, page.places) == (TEXT, [])


def test_a_page_with_too_many_notes_says_so(tmp_path: Path) -> None:
    notes = [annotation("Text", "500 690 520 710", "/Contents (the same)")] * 5_001
    path = tmp_path / "a.pdf"
    path.write_bytes(annotated([Put("A page with notes", 72, 700)], notes))
    sheet = read_sheet(path, 1)
    assert ["only the first 5,000 of 5,001 notes, fields and links were looked at"] == sheet.warnings
