"""Characters whose fonts or order are at fault are mended, and still found on their page."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pdfqa import pdf
from pdfqa.pdf.boxes import find_range, plain
from pdfqa.pdf.letters.fontmap import letters_of
from pdfqa.pdf.letters.mend import ZERO, mended, needs_mending
from pdfqa.pdf.letters.repair import tidier
from tests.pdf_maker import Leaf, Put, write_pdf

WIDTH = 10.0


class Drawn:
    """Characters of a page as glyphs: the text of each and its edges."""

    def __init__(self, *glyphs: tuple[str, float, float], unknown: str = "", made_up: tuple[int, ...] = ()) -> None:
        self._cells = [(char, left, right) for text, left, right in glyphs for char in text]
        self._unknown, self._made_up = unknown, made_up
        self.letters: dict[int, str] = {}

    def codes(self) -> list[int]:
        return [ord(char) for char, _, _ in self._cells]

    def unmapped(self) -> list[int]:
        return [at for at, (char, _, _) in enumerate(self._cells) if char in self._unknown]

    def is_made_up(self, index: int) -> bool:
        return index in self._made_up

    def spot(self, index: int) -> tuple[float, float, float, float]:
        _, left, right = self._cells[index]
        return left, right, left, 100.0

    def size(self, index: int) -> float:
        return 10.0

    def letter(self, index: int, code: int) -> str:
        return self.letters.get(code, "")


def in_a_row(*glyphs: str) -> list[tuple[str, float, float]]:
    return [(glyph, WIDTH * at, WIDTH * (at + 1)) for at, glyph in enumerate(glyphs)]


def text_of(page: Drawn) -> str:
    return mended(page)[0].replace(ZERO, "")


def test_the_short_i_that_no_font_names_is_set_after_its_consonants() -> None:
    glyphs = in_a_row("ə", "क", "य", "ा", " ", "ə", "द", "ए", " ", "ə", "स", "्", "थ", "त", " ", "ə", "ल", "ए")
    page = Drawn(*glyphs, unknown="ə")
    assert text_of(page) == "किया दिए स्थित लिए"
    text, order = mended(page)
    assert sorted(order) == list(range(len(glyphs)))
    assert (text.index("ि"), order[text.index("ि")]) == (1, 0)


def test_a_short_i_in_the_order_of_drawing_is_set_after_its_consonants() -> None:
    page = Drawn(*in_a_row(*"िकया िदए िलए किव"))
    assert text_of(page) == "किया दिए लिए कवि"
    assert text_of(Drawn(*in_a_row(*"किया दिए लिए कवि"))) == "किया दिए लिए कवि"


def test_an_r_over_a_syllable_is_read_before_it() -> None:
    page = Drawn(*in_a_row("श", "ॉ", "ट", "र्स", " ", "क", "म", "ा", "र्"))
    assert text_of(page) == "शॉर्ट कर्मा"


def test_a_letter_that_only_the_embedded_font_knows_is_looked_up() -> None:
    page = Drawn(*in_a_row("प", "ा", "W"), unknown="W")
    page.letters = {ord("W"): "स"}
    assert text_of(page) == "पास"


def test_a_glyph_with_the_text_of_its_whole_syllable_keeps_its_own_letter() -> None:
    glyphs = in_a_row("ə", "दि", " ", "ə", "ल", "ए", " ", "ə", "क", " ", "दि", "ो")
    assert text_of(Drawn(*glyphs, unknown="ə")) == "दि लिए कि दो"


def test_a_space_made_up_after_a_vowel_sign_goes_only_where_nothing_is_free() -> None:
    closed = Drawn(("क", 0, 10), ("े", 2, 6), (" ", 6, 6), ("व", 10, 20), made_up=(2,))
    spaced = Drawn(("क", 0, 10), ("े", 2, 6), (" ", 6, 6), ("व", 14, 24), made_up=(2,))
    assert (text_of(closed), text_of(spaced)) == ("केव", "के व")


def test_a_vowel_sign_that_came_with_its_letter_fills_the_gap_behind_it() -> None:
    filled = Drawn(("का", 0, 10), (" ", 0, 0), ("ल", 13, 23), made_up=(2,))
    spaced = Drawn(("की", 0, 10), (" ", 0, 0), ("व", 16, 26), made_up=(2,))
    apart = Drawn(("क", 0, 10), ("ा", 10, 13), (" ", 13, 13), ("ल", 16, 26), made_up=(2,))
    assert (text_of(filled), text_of(spaced), text_of(apart)) == ("काल", "की व", "का ल")


@pytest.mark.parametrize(
    ("glyphs", "expected"),
    [
        ([("พ", 0, 10), ("ม", 10, 20), (" ", 20, 24), ("่", 4, 6)], "พ่ม "),
        ([("ا", 20, 30), ("ب", 10, 20), (" ", 6, 10), ("\u064b", 13, 17)], "اب\u064b "),
        ([("\u064b", 13, 17), ("ا", 20, 30), ("ب", 10, 20)], "اب\u064b"),
    ],
)
def test_a_sign_that_stands_alone_goes_to_the_letter_it_is_drawn_over(
    glyphs: list[tuple[str, float, float]], expected: str
) -> None:
    assert text_of(Drawn(*glyphs)) == expected


@pytest.mark.parametrize(
    ("glyphs", "expected"),
    [
        ([("S", 0, 10), ("t", 10, 20), ("e", 20, 30), ("´", 23, 27), ("p", 30, 40)], "Stép"),
        ([("S", 0, 10), ("t", 10, 20), ("´", 23, 27), ("e", 20, 30), ("p", 30, 40)], "Stép"),
        ([("a", 0, 10), ("´", 10, 14), ("e", 14, 24)], "a´e"),
        ([("n", 0, 10), ("´", 10, 14), ("t", 14, 24)], "n´t"),
        ([("x", 0, 10), ("˜", 3, 7), ("0", 10, 20)], "x˜0"),
        ([("ı", 0, 6), ("´", 1, 5), ("n", 6, 16)], "ín"),
    ],
)
def test_an_accent_drawn_over_a_letter_joins_it(glyphs: list[tuple[str, float, float]], expected: str) -> None:
    text = text_of(Drawn(*glyphs))
    assert tidier(text)(text) == expected


@pytest.mark.parametrize("text", ["plain text", "naïve – “quoted” • €", "Москва", "公司", "one\r\ntwo\x02\r\n"])
def test_ordinary_text_is_not_looked_at(text: str) -> None:
    assert needs_mending(text) is False


@pytest.mark.parametrize("text", ["e\x0cicient", "Ste´phane", "किया", "เขา", "قال", "e\u0301"])
def test_text_with_hints_is_looked_at(text: str) -> None:
    assert needs_mending(text) is True


@pytest.mark.parametrize(("raw", "expected"), [("जिन्हाेंने", "जिन्होंने"), ("समस्याआें", "समस्याओं"), ("फ़ोन", "फ\u093cोन")])
def test_vowels_of_two_signs_become_one(raw: str, expected: str) -> None:
    assert tidier(f"{raw} ाे")(raw) == expected


def test_an_accent_of_its_own_becomes_a_letter_and_is_found(tmp_path: Path) -> None:
    parts = [("Ste", 72), ("´", 84), ("phane id", 90), ("´", 138), ("ee", 138)]
    path = write_pdf(tmp_path / "accents.pdf", [Leaf([Put(part, x, 700) for part, x in parts])])
    (page,) = pdf.read_pages(path, 1, 1)
    assert page.text == "Stéphane idée"
    boxes = pdf.find_boxes(path, 1, "Stéphane")
    assert (round(boxes[0].x0), round(boxes[-1].x1)) == (73, 119)


def test_signs_and_accents_do_not_matter_when_a_quote_is_looked_for() -> None:
    page = [ord(char) for char in "Ste´phane )118( क\u093fया"]
    assert find_range(page, "Stéphane (118) किया") == (0, len(page) - 1)
    assert plain("é") == "e"


def cmap(*subtables: tuple[int, int, bytes]) -> bytes:
    """Return a font of nothing but a table of letters."""
    head = struct.pack(">HH", 0, len(subtables))
    at = 4 + 8 * len(subtables)
    body = b""
    for platform, encoding, data in subtables:
        head += struct.pack(">HHI", platform, encoding, at + len(body))
        body += data
    table = head + body
    return (
        b"\x00\x01\x00\x00"
        + struct.pack(">HHHH", 1, 0, 0, 0)
        + b"cmap"
        + struct.pack(">III", 0, 28, len(table))
        + table
    )


SEGMENTS = struct.pack(">HHHHHHH", 4, 40, 0, 4, 0, 0, 0) + struct.pack(
    ">HH H HH HH HH", 67, 0xFFFF, 0, 65, 0xFFFF, 65536 - 60, 1, 0, 0
)
GROUPS = struct.pack(">HHIII III", 12, 0, 28, 0, 1, 0x20000, 0x20001, 9)
RANGE = struct.pack(">HHHHH HH", 6, 14, 0, 0x915, 2, 55, 56)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ((3, 1, SEGMENTS), {5: "A", 6: "B", 7: "C"}),
        ((3, 10, GROUPS), {9: "\U00020000", 10: "\U00020001"}),
        ((0, 3, RANGE), {55: "क", 56: "ख"}),
        ((1, 0, RANGE), {}),
        ((3, 0, RANGE), {}),
        ((3, 1, SEGMENTS[:20]), {}),
    ],
)
def test_a_font_tells_the_letters_of_its_glyphs(table: tuple[int, int, bytes], expected: dict[int, str]) -> None:
    assert letters_of(cmap(table)) == expected


@pytest.mark.parametrize("data", [b"", b"%!PS-AdobeFont", b"\x00\x01\x00\x00\x00\x09", b"OTTO" + b"\xff" * 40])
def test_what_is_no_font_tells_nothing(data: bytes) -> None:
    assert letters_of(data) == {}


def told(text: str, unknown: str = "") -> Drawn:
    return Drawn(*in_a_row(*text), unknown=unknown)


def test_numbers_of_glyphs_become_letters_where_that_makes_words() -> None:
    words = "Description of volumes"
    numbers = "".join(chr(ord(char) - 29) for char in words)
    assert text_of(told(numbers, unknown=numbers)) == words
    assert text_of(told("one two XLIX", unknown="X")) == "one two XLIX"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("â€œyesâ€\u009d itâ€™s", "“yesâ€\u009d it’s"),
        ("19.2Â°E cafÃ©", "19.2°E café"),
        ("â‚¬ 5 â€“ 6", "€ 5 – 6"),
        ("Â» MENÃO", "Â» MENÃO".replace("Â»", "»")),
    ],
)
def test_text_read_in_a_wrong_encoding_is_read_again(raw: str, expected: str) -> None:
    assert needs_mending(raw) is True
    assert text_of(told(raw)) == expected


def test_control_characters_in_words_are_the_ligatures_of_old_fonts() -> None:
    raw = "de\x0cne e\x0ecient"
    assert tidier(raw)(text_of(told(raw, unknown="\x0c\x0e"))) == "define efficient"
    assert text_of(told("\ropula", unknown="\r")) == "\ropula"


def test_a_space_made_up_beside_a_ligature_goes() -> None:
    cells = [*in_a_row("d", "e", "fi"), (" ", 30.0, 30.0), ("n", 30.5, 40.0), ("e", 40.0, 50.0)]
    assert text_of(Drawn(*cells, made_up=(4,))) == "define"
    assert needs_mending("defi ne") is True
