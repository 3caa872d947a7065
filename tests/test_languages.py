"""Which language a text is in, what its index terms are, and where its sentences end."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pdfqa.languages import Analyzer, analyzer, detect, sentences

SAMPLES = {
    "en": "The company was founded in a small town, and most of its first customers were farmers who lived nearby.",
    "es": "La empresa nació en un pueblo pequeño y casi todos sus primeros clientes eran agricultores de la zona.",
    "de": "Die Firma wurde in einer kleinen Stadt gegründet, und fast alle ersten Kunden waren Bauern aus der Nähe.",
    "fr": "La société est née dans une petite ville et presque tous ses premiers clients étaient des paysans du coin.",
    "it": "La società è nata in una piccola città e quasi tutti i suoi primi clienti erano contadini della zona.",
    "pt": "A empresa nasceu em uma cidade pequena e quase todos os seus primeiros clientes não eram da região.",
    "nl": "Het bedrijf werd in een kleine stad opgericht en bijna alle eerste klanten waren boeren uit de buurt.",
    "ca": "L'empresa va néixer en un poble petit i gairebé tots els seus primers clients eren pagesos amb terres.",
    "ro": "Firma a fost înființată într-un oraș mic și aproape toți primii săi clienți erau țărani din apropiere.",
    "pl": "Firma powstała w małym mieście i prawie wszyscy jej pierwsi klienci byli rolnikami, którzy żyli blisko.",
    "cs": "Firma vznikla v malém městě a téměř všichni její první zákazníci byli sedláci, kteří žili poblíž.",
    "sv": "Företaget grundades i en liten stad och nästan alla de första kunderna var bönder som bodde nära.",
    "da": "Firmaet blev grundlagt i en lille by, og næsten alle de første kunder var ikke bønder, men fiskere.",
    "no": "Firmaet ble grunnlagt i en liten by, og nesten alle de første kundene var ikke bønder, men fiskere.",
    "fi": "Yritys perustettiin pieneen kaupunkiin, ja sen asiakkaat olivat maanviljelijöitä, mutta myös kalastajia.",
    "hu": "A cég egy kis városban jött létre, és az első vevők csaknem mind gazdák voltak, akik ott éltek.",
    "tr": "Şirket küçük bir şehirde kuruldu ve ilk müşterilerin çoğu yakınlarda yaşayan çiftçiler için çalışıyordu.",
    "vi": "Công ty được thành lập ở một thị trấn nhỏ và hầu hết những khách hàng đầu tiên là nông dân trong vùng.",
    "id": "Perusahaan ini didirikan di sebuah kota kecil dan pelanggan pertama adalah petani yang tinggal di dekatnya.",
    "ru": "Компания была основана в маленьком городе, и почти все её первые клиенты были крестьянами из округи.",
    "uk": "Компанія була заснована в маленькому місті, і майже всі її перші клієнти були селянами з околиць.",
    "el": "Η εταιρεία ιδρύθηκε σε μια μικρή πόλη και σχεδόν όλοι οι πρώτοι πελάτες της ήταν αγρότες.",
    "ar": "تأسست الشركة في مدينة صغيرة وكان معظم زبائنها الأوائل من الفلاحين الذين يعيشون بالقرب منها.",
    "fa": "این شرکت در شهری کوچک بنیاد گذاشته شد و بیشتر مشتریان آن کشاورزانی بودند که در نزدیکی زندگی می‌کردند.",
    "he": "החברה נוסדה בעיר קטנה, וכמעט כל הלקוחות הראשונים שלה היו איכרים שגרו בסביבה.",
    "hi": "कंपनी एक छोटे शहर में शुरू हुई थी और उसके पहले ग्राहक आस-पास के किसान थे।",
    "th": "บริษัทก่อตั้งขึ้นในเมืองเล็กๆ และลูกค้ารายแรกเกือบทั้งหมดเป็นชาวนาที่อยู่ใกล้เคียง",
    "zh": "这家公司成立于一个小镇，最早的顾客几乎都是附近的农民。",
    "ja": "この会社は小さな町で設立され、最初の客はほとんど近くの農民だった。",
    "ko": "이 회사는 작은 도시에서 설립되었고 첫 고객은 거의 모두 근처의 농부였다.",
    "ta": "இந்த நிறுவனம் ஒரு சிறிய நகரத்தில் தொடங்கப்பட்டது.",
}

QUESTIONS = {
    "en": "What was revenue in 2024?",
    "es": "¿Quién era el presidente de Siemens?",
    "de": "Wann wurde Siemens gegründet?",
    "fr": "Quel est le chiffre d'affaires de Renault ?",
    "it": "Qual è il fatturato della Ferrari nel 2023?",
    "pt": "Quando foi fundada a Petrobras?",
    "nl": "Wanneer werd Philips opgericht?",
    "ro": "Câte angajați are Dacia?",
    "tr": "Tesla'nın babası kimdi?",
    "vi": "Ai là người sáng lập công ty?",
    "ru": "Когда была основана компания Яндекс?",
    "el": "Πόσα έσοδα είχε η Tesla Electric Light & Manufacturing;",
    "hi": "टेस्ला का जन्म कब हुआ था?",
    "ar": "متى ولد نيكولا تسلا؟",
    "th": "NASUWT คืออะไร",
    "zh": "特斯拉是哪一年去世的？",
    "ja": "テスラはいつ死んだか",
}

LANGUAGES = ["", "xx", *SAMPLES]


class TestDetect:
    @pytest.mark.parametrize("language", SAMPLES)
    def test_a_sentence_is_enough(self, language: str) -> None:
        assert language == detect(SAMPLES[language])

    @pytest.mark.parametrize("language", QUESTIONS)
    def test_so_is_a_question(self, language: str) -> None:
        assert language == detect(QUESTIONS[language])

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " \n",
            "1,577.0 12% 2024",
            "Revenue 2024 2023",
            "Siemens AG 34.5\nBayer AG 12.1",
            "Juan de la Cruz",
            "J",
            "☃ →",
        ],
    )
    def test_numbers_and_names_are_of_no_language(self, text: str) -> None:
        assert detect(text) == ""

    def test_the_main_language_counts(self) -> None:
        assert detect("Запустите dpkg-buildpackage -us -uc и затем lintian --info package.changes для проверки") == "ru"
        assert detect(SAMPLES["de"] + " He said: the end.") == "de"

    def test_chinese_and_japanese_share_characters_but_not_kana(self) -> None:
        assert [detect("東京都"), detect("東京へ行く")] == ["zh", "ja"]

    def test_long_text_is_sampled_all_over(self) -> None:
        cover = "Siemens AG 2024\n" * 300
        assert detect(cover + SAMPLES["fr"] * 200) == "fr"

    @given(st.text())
    def test_never_fails(self, text: str) -> None:
        assert detect(text) in {"", *detectable()}


def detectable() -> set[str]:
    from pdfqa.languages._tables import SCRIPT_LANGUAGES

    return {language for languages in SCRIPT_LANGUAGES.values() for language in languages}


class TestTerms:
    @pytest.mark.parametrize(
        ("language", "text", "terms"),
        [
            ("en", "Running runners RAN", ["run", "runner", "ran"]),
            ("en", "the company's e-mail/URL", ["the", "compani", "e", "mail", "url"]),
            ("en", "O\u2019Brien doesn't", ["obrien", "doesnt"]),
            ("en", "U.S. revenue, US revenue", ["us", "revenu", "us", "revenu"]),
            ("en", "\ufb01le co\u00adoperate \uff21\uff22", ["file", "cooper", "ab"]),
            ("en", "founded by its founder, found in", ["founder", "by", "it", "founder", "found", "in"]),
            ("en", "foo_bar a.bc", ["foo", "bar", "a", "bc"]),
            ("es", "Población poblacion poblaciones", ["poblacion"] * 3),
            ("fr", "l'homme d\u2019État qu'elle", ["homm", "etat", "elle"]),
            ("it", "dell'anno l'acqua", ["anno", "acqua"]),
            ("de", "Straßen Häuser", ["strass", "haus"]),
            ("tr", "İstanbul'da 1943'te", ["istanb", "1943"]),
            ("el", "ΠΟΛΗ πόλη", ["πολ", "πολ"]),
            ("ru", "ещё еще", ["ещ", "ещ"]),
            ("ar", "كَتَبَ كتـب الأطفال", ["كتب", "كتب", "اطفال"]),
            ("hi", "में भारत", ["में", "भार", "ारत"]),
            ("th", "การเล่น", ["การ", "ารเ", "รเล", "เล่", "ล่น"]),
            ("zh", "特斯拉1943年", ["特斯", "斯拉", "特", "斯", "拉", "1943", "年"]),
            ("ja", "テスラは東京", ["テス", "スラ", "ラは", "は東", "東京", "東", "京"]),
            ("ko", "서울에서", ["서울", "울에", "에서"]),
            ("vi", "Việt Nam", ["viet", "nam", "vietnam"]),
            ("he", "ילדים", ["ילדים"]),
            ("", "Running für", ["run", "fur"]),
            ("xx", "Running", ["running"]),
        ],
    )
    def test_words(self, language: str, text: str, terms: list[str]) -> None:
        assert terms == analyzer(language).terms(text)

    @pytest.mark.parametrize(
        ("language", "text", "terms"),
        [
            ("en", "$1,577 1577 1,577.0 1,577.00", ["1577"] * 4),
            ("en", "3.5% 1,234,567.89 1.577 0.125", ["3.5", "1234567.89", "1.577", "0.125"]),
            ("de", "1.577 1.577,00 1'577 1\u00a0577", ["1577"] * 4),
            ("de", "3,5 0,125 1.234.567,89", ["3.5", "0.125", "1234567.89"]),
            ("es", "1,577.50 1,577", ["1577.50", "1577"]),
            ("en", "1,23,456", ["123456"]),
            ("en", "(1,577) -1,577", ["1577", "1577"]),
            ("en", "FY2022 Q2 24GB 1st 3.5mm", ["fy2022", "2022", "q2", "24gb", "24", "1st", "3.5", "mm"]),
            ("en", "12.03.2024 2024-03-12", ["12", "03", "2024", "2024", "03", "12"]),
            ("en", "3.1.2 2020,2021", ["3.1.2", "2020", "2021"]),
            ("en", "2020\u00a02021", ["2020", "2021"]),
            ("ar", "١٬٥٧٧٫٥ ٢٠٢٤", ["1577.5", "2024"]),
            ("hi", "१२३४", ["1234"]),
            ("en", "10,00,1 1.2,3", ["10.00.1", "1.2.3"]),
        ],
    )
    def test_numbers(self, language: str, text: str, terms: list[str]) -> None:
        assert terms == analyzer(language).terms(text)

    def test_thai_fonts_confuse_two_vowels(self) -> None:
        assert analyzer("th").terms("การ") == analyzer("th").terms("กำร")

    @pytest.mark.parametrize("language", ["es", "ro", "tr", "vi", "el"])
    def test_accents_may_be_left_out(self, language: str) -> None:
        plain = "".join(c for c in unicodedata.normalize("NFD", SAMPLES[language]) if not unicodedata.combining(c))
        plain = plain.replace("đ", "d")
        assert analyzer(language).terms(SAMPLES[language]) == analyzer(language).terms(plain)

    @pytest.mark.parametrize(
        ("language", "question", "kept"),
        [
            ("en", "How many employees does the company have?", ["employe", "compani"]),
            ("es", "¿Cuántos empleados tiene la empresa?", ["emple", "tien", "empres"]),
            ("de", "Wie viele Mitarbeiter hat die Firma?", ["mitarbeit", "firma"]),
            ("zh", "什么公司", ["么公", "公司", "公", "司"]),
        ],
    )
    def test_question_words_are_stop_words(self, language: str, question: str, kept: list[str]) -> None:
        words = analyzer(language)
        assert kept == [term for term in words.terms(question) if not words.stop(term)]

    def test_analyzers_are_kept(self) -> None:
        assert analyzer("en") is analyzer("en")

    def test_the_memory_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pdfqa.languages._analysis._MOST_KEPT", 100)
        words = Analyzer("en")
        long = "a" * 1000
        assert words.terms(" ".join(f"word{i}" for i in range(1000)) + " " + long)[-1] == long
        assert len(words._memory) <= 100
        assert long not in words._memory

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_sentences_give_terms(self, language: str) -> None:
        assert analyzer(language).terms(SAMPLES.get(language, "plain words"))

    @pytest.mark.parametrize("language", LANGUAGES)
    @given(st.text() | st.text("0123456789.,'\u00a0a٫٣"))
    @example("\ufe70")
    @example("¹ \u0301 ﷺ ① \u0e4d \u200d १. İ' 1.'2 ١٬")
    def test_never_fail_and_are_never_empty(self, language: str, text: str) -> None:
        words = analyzer(language)
        spans = words.terms_with_spans(text)
        assert words.terms(text) == [term for term, _, _ in spans]
        assert all(term and not term.isspace() for term, _, _ in spans)
        assert all(0 <= start < end <= len(text) for _, start, end in spans)

    @pytest.mark.parametrize(
        ("language", "text"), [("th", "การทำงาน"), ("hi", "फ़ार्मेसी"), ("zh", "东京"), ("ja", "ﾃｽﾄ"), ("ko", "서울에서")]
    )
    def test_no_two_groups_of_characters_have_one_span(self, language: str, text: str) -> None:
        spans = [(start, end) for _, start, end in analyzer(language).terms_with_spans(text)]
        assert len(set(spans)) == len(spans) > 1

    def test_groups_of_a_hindi_word_stand_apart(self) -> None:
        spans = analyzer("hi").terms_with_spans("में भारत")
        assert [("में", 0, 3), ("भार", 4, 7), ("ारत", 5, 8)] == spans

    def test_spans_are_of_the_word_or_its_group_of_characters(self) -> None:
        text = "Tesla: 特斯拉"
        spans = analyzer("zh").terms_with_spans(text)
        assert ["Tesla", "特斯", "斯拉", "特", "斯", "拉"] == [text[start:end] for _, start, end in spans]

    def test_the_stemmer_is_loaded_when_an_analyzer_is_made(self) -> None:
        use = "l.detect('the end'); l.sentences('A.')"
        code = f"import sys, pdfqa.languages as l; {use}; sys.exit('Stemmer' in sys.modules)"
        subprocess.run([sys.executable, "-c", code], check=True)


class TestSentences:
    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("en", "Mr. Smith lives in the U.S.|The J. A. Smith Inc. sells 3.5 items.|Dr. No came."),
            ("en", '"Really?" he asked.|He said no.|Then it grew 5%.[3]|Next (e.g. here).|End'),
            ("en", "See Fig. 3.[12]|Next one... is fine…|Yes!|Founded in 2019.|Closed."),
            ("en", "1. First item.|Second part, pp. 3 and No. 7.|1. Inline item."),
            ("en", "Grown.[1][2]|Fast."),
            ("de", "Am 3. Mai kam er z. B. nach Bonn.|Dr. Merkel, d. h. sie, kam.|Es war 1994.|Der Rest."),
            ("es", "El presidente de EE. UU., Barack Obama, no vino.|Fin."),
            ("es", "La Sra. Pérez, p. ej., vive en EE.UU. desde 1990.|¿Quién es?|«Fin.»|En la pág. 3.|¡Ah!"),
            ("ru", "Он жил, т. е. работал, в 1990 г. в Москве.|В 1995 г. он уехал.|А. С. Пушкин писал."),
            ("zh", "特斯拉去世。|他是谁？|“是的！”|他说。"),
            ("hi", "यह है।|क्या?|हाँ॥|अब"),
            ("ar", "هذا هو.|من؟|نعم"),
            ("ur", "یہ ہے۔|ہاں"),
            ("", "One here.|Two there."),
        ],
    )
    def test_end_where_a_reader_ends_them(self, language: str, text: str) -> None:
        joined = text.replace("|", "" if language == "zh" else " ")
        assert text.split("|") == [joined[start:end] for start, end in sentences(joined, language)]

    def test_a_line_is_the_longest_sentence(self) -> None:
        text = " Revenue 1,577 1,402\r\n\n  Costs 12.5 \n"
        assert ["Revenue 1,577 1,402", "Costs 12.5"] == [text[start:end] for start, end in sentences(text)]

    def test_thai_is_cut_at_spaces(self) -> None:
        clause = "ลูกค้ารายแรกเกือบทั้งหมดเป็นชาวนา"
        piece = " ".join([clause] * 5)
        text = f"{piece} {piece}"
        assert [piece] * 2 == [text[start:end] for start, end in sentences(text, "th")]

    def test_a_thai_name_does_not_make_a_line_thai(self) -> None:
        text = "The king called himself ราม and wrote a long book about it in the capital. Then he died."
        assert len(sentences(text, "en")) == 2

    @pytest.mark.parametrize("language", ["", "en", "de", "th", "zh"])
    @given(st.text() | st.text('Ab1 .!?\n[]")”。ก'))
    def test_cover_all_but_space_in_order(self, language: str, text: str) -> None:
        spans = sentences(text, language)
        flat = [offset for span in spans for offset in span]
        assert sorted(flat) == flat
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(text[start:end].strip() == text[start:end] for start, end in spans)
        kept = {i for start, end in spans for i in range(start, end)}
        assert all(text[i].isspace() for i in range(len(text)) if i not in kept)
