"""What a question asks for is told by its first asking word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfqa.answer.kinds import Kind, expected
from pdfqa.answer.words import ASKING


@pytest.mark.parametrize(
    ("language", "question", "kind"),
    [
        ("en", "When was the bridge opened?", Kind.DATE),
        ("en", "In what year did Tesla die?", Kind.DATE),
        ("en", "How much did the new roof cost?", Kind.AMOUNT),
        ("en", "What was the total revenue in 2024?", Kind.AMOUNT),
        ("en", "How many members does the council have?", Kind.NUMBER),
        ("en", "What is the population of the town?", Kind.NUMBER),
        ("en", "Who is the treasurer?", Kind.PERSON),
        ("en", "In which city is the museum?", Kind.PLACE),
        ("en", "Why was the launch delayed?", Kind.REASON),
        ("en", "Is smoking allowed?", Kind.YES_NO),
        ("en", "What did the committee decide?", Kind.OTHER),
        ("en", "Describe the landing gear.", Kind.OTHER),
        ("es", "¿En qué año murió Tesla?", Kind.DATE),
        ("es", "¿Cuánta agua tenía el embalse?", Kind.AMOUNT),
        ("es", "¿A cuántos municipios abastece?", Kind.NUMBER),
        ("es", "¿Por qué bajó el agua?", Kind.REASON),
        ("de", "Was kostet der Eintritt?", Kind.OTHER),
        ("de", "Wann wurde die Brücke eröffnet?", Kind.DATE),
        ("fr", "Qui a fondé le club ?", Kind.PERSON),
        ("ru", "Сколько членов в совете?", Kind.NUMBER),
        ("el", "Ποιος είναι ο ταμίας;", Kind.PERSON),
        ("tr", "Tesla hangi yıl ölmüştür?", Kind.DATE),
        ("vi", "Ai là thủ quỹ?", Kind.PERSON),
        ("zh", "特斯拉是哪一年去世的？", Kind.DATE),
        ("zh", "特斯拉在哪一年去世？", Kind.DATE),
        ("zh", "这种药被称为什么？", Kind.OTHER),
        ("zh", "比赛持续多久？", Kind.NUMBER),
        ("th", "ใครเป็นเหรัญญิก", Kind.PERSON),
        ("th", "ที่ตั้งของพิพิธภัณฑ์อยู่ที่ใด", Kind.PLACE),
        ("th", "โรงงานจะปิดวันที่เท่าไร", Kind.DATE),
        ("ar", "من فاز بالمباراة؟", Kind.PERSON),
        ("ar", "ما عدد الأعضاء من المجلس؟", Kind.NUMBER),
        ("hi", "टेस्ला की मृत्यु कब हुई?", Kind.DATE),
        ("hi", "खान के मकबरे का नाम क्या है?", Kind.OTHER),
    ],
)
def test_the_asking_word_shows_the_kind(language: str, question: str, kind: Kind) -> None:
    assert expected(question, language).kind is kind


def test_only_the_first_asking_word_counts() -> None:
    question = "What body of water lay to the west of the empire when Genghis Khan died?"
    assert expected(question, "en").kind is Kind.OTHER


def test_a_clause_before_the_question_does_not_count() -> None:
    assert expected("When the war had ended, who became king?", "en").kind is Kind.PERSON
    assert expected("When the lights went out, nobody spoke?", "en").kind is Kind.DATE


def test_of_several_questions_the_last_counts() -> None:
    assert expected("Who is the treasurer? When was it founded?", "en").kind is Kind.DATE
    assert expected("Who is the treasurer? And in 2019?", "en").kind is Kind.PERSON


def test_without_a_known_language_english_is_tried_before_the_others() -> None:
    assert expected("Who is the CFO?").kind is Kind.PERSON
    assert expected("¿Quién?").kind is Kind.PERSON
    assert expected("Wann?").kind is Kind.DATE


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("How many paid days do employees have?", ("paid", "days")),
        ("How many of the members voted?", ("members", "voted")),
        ("How long is the rope?", ()),
        ("How old was the king?", ()),
        ("Tell me about it.", ()),
    ],
)
def test_the_words_after_how_many_name_what_is_counted(question: str, thing: tuple[str, ...]) -> None:
    assert expected(question, "en").thing == thing


@pytest.mark.parametrize(
    "question",
    [
        "What is the quick ratio?",
        "What was the average net margin?",
        "How much has the tax rate changed?",
        "What was the growth of revenue?",
        "¿Cuánto aumentaron las ventas?",
    ],
)
def test_what_no_table_holds_has_to_be_computed(question: str) -> None:
    assert expected(question).computed


def test_what_a_table_holds_has_not() -> None:
    assert not expected("What was revenue in 2024?", "en").computed


@given(st.text(max_size=80), st.sampled_from(["", "xx", *ASKING]))
def test_any_text_asks_for_something(question: str, language: str) -> None:
    assert expected(question, language).kind in Kind
