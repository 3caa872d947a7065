"""Text that is no language is told from text that is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pdfqa import pdf
from pdfqa.pdf.letters.garbled import is_garbled
from tests.pdf_maker import Leaf, Put, paragraph, write_pdf

ENGLISH = (
    "The company reported higher revenue in the second quarter. Most of the growth came from customers outside Europe, "
    "where prices rose by 4.5 percent. Costs fell, as fewer people worked in the offices at Queen Square and Zagreb. "
    "The board expects that the year will end with a small profit, which it wants to invest in new machines."
)
LANGUAGE = [
    ENGLISH,
    ENGLISH.upper(),
    "Das Unternehmen berichtete höhere Umsätze. Größere Zuwächse kamen von Kunden außerhalb Europas.",
    "W drugim kwartale przedsiębiorstwo odnotowało wyższe przychody. Większość wzrostu pochodziła od klientów.",
    "Trong quý hai, công ty đã báo cáo doanh thu cao hơn. Phần lớn tăng trưởng đến từ khách hàng bên ngoài châu Âu.",
    "Во втором квартале компания сообщила о росте выручки. Большая часть роста пришлась на клиентов вне Европы.",
    "Κατά το δεύτερο τρίμηνο η εταιρεία ανακοίνωσε υψηλότερα έσοδα από πελάτες εκτός Ευρώπης με το GPS.",
    "公司在第二季度报告了更高的收入。大部分增长来自欧洲以外的客户，那里的价格上涨了百分之四点五。使用GPS定位和XML格式。",
    "第二四半期の売上高は増加した。ヨーロッパ以外の顧客からの成長が大部分を占め、価格は四パーセント上昇した。",
    "회사는 2분기에 더 높은 매출을 보고했다. 성장의 대부분은 유럽 이외의 고객으로부터 나왔다.",
    "في الربع الثاني أعلنت الشركة عن إيرادات أعلى. جاء معظم النمو من العملاء خارج أوروبا حيث ارتفعت الأسعار.",
    "ברבעון השני דיווחה החברה על הכנסות גבוהות יותר. רוב הצמיחה הגיעה מלקוחות מחוץ לאירופה.",
    "दूसरी तिमाही में कंपनी ने अधिक राजस्व की सूचना दी। अधिकांश वृद्धि यूरोप के बाहर के ग्राहकों से हुई।",
    "ในไตรมาสที่สองบริษัทรายงานรายได้ที่สูงขึ้น การเติบโตส่วนใหญ่มาจากลูกค้านอกยุโรปที่ใช้GPSและXML",
    "1,386 2,904 (779) 12.5% $ 4,571 — 38 1,004 (6) 11.9% $ 2,230 — 41 9,118 (55) 0.3% $ 87 — 5 2,220 (61) 7.1% 940 —",
    "for (int i = 0; i < n; i++) { sum += a[i] * x[i]; if (sum > limit) return fetch_next(ctx, &sum, NULL); }" * 3,
    "∀x ∈ X : d(x, y) = 0 ⇔ x = y, d(x, z) ≤ d(x, y) + d(y, z) und α + β ≤ γ, λ₁ = ∑ πᵢ xᵢ, f : X → ℝⁿ ist stetig" * 2,
    "Introduction . . . . . . . . . . . . . . . 1\r\nMethods .................................... 12\r\nName: ________",
    "ISIN US0378331005 DE0007164600 GB0002374006 CH0038863350 FR0000121014 NL0010273215 JP3633400001 KR7005930003",
    "/ˈkʌmpəni/ company, /ˈrɛvənjuː/ revenue, /ˈkwɔːtə/ quarter, /ɪnˈvɛst/ invest, /məˈʃiːn/ machine, /ˈprɒfɪt/ profit",
]


def by_first_use(text: str, first: int) -> str:
    """Return a text as told by a font whose codes count its letters in the order in which they come."""
    codes: dict[str, str] = {}
    return "".join(codes.setdefault(char, chr(first + len(codes))) for char in text)


def shuffled(text: str) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    mixed = "".join(random.Random(7).sample(letters, 26))
    return text.translate(str.maketrans(letters + letters.upper(), mixed + mixed.upper()))


@pytest.mark.parametrize("text", LANGUAGE)
def test_language_figures_code_and_formulas_are_not_garbled(text: str) -> None:
    assert is_garbled(text) is False
    assert is_garbled(text, lambda: 0.3) is False


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(ord(char) - 29) for char in ENGLISH),
        by_first_use(ENGLISH, 1),
        by_first_use(ENGLISH, 33),
        by_first_use(ENGLISH, 0xF021),
        by_first_use(ENGLISH, 0x4DA0),
        "".join(chr(0x1D0 + 7 * ord(char)) for char in ENGLISH),
        shuffled(ENGLISH),
        "\ufffd" * 40,
        "4 ' \" 33'3+-. +4 H .3 & + + :" * 9,
    ],
)
def test_codes_of_fonts_that_do_not_tell_their_letters_are_garbled(text: str) -> None:
    assert is_garbled(text) is True


def test_a_few_words_are_garbled_only_where_the_font_is_silent() -> None:
    assert is_garbled("'(6&5,37,21", lambda: 1.0) is True
    assert is_garbled("9ROXPHV", lambda: 1.0) is True
    assert is_garbled("9ROXPHV", lambda: 0.0) is False
    assert is_garbled("Volumes à É ü", lambda: 1.0) is False


def test_a_page_of_glyph_numbers_is_marked_and_its_neighbour_is_not(tmp_path: Path) -> None:
    names = " ".join(f"/g{code}" for code in range(32, 127))
    font = (
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier "
        f"/Encoding << /Type /Encoding /Differences [32 {names}] >> >>"
    )
    odd = [Put(by_first_use(put.text, 35), put.x, put.y, put.size, "odd") for put in paragraph(ENGLISH)]
    leaves = [Leaf(odd, fonts="/odd 14 0 R"), Leaf(paragraph(ENGLISH))]
    path = write_pdf(tmp_path / "odd.pdf", leaves, objects=[font])
    first, second = pdf.read_pages(path, 1, 2)
    assert first.defect == "garbled"
    assert "garbled" in first.warnings[0]
    assert (second.defect, second.warnings) == ("", [])
