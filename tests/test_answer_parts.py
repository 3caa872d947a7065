"""Questions of several parts, and questions to several documents: how they are told, and how they are taken apart."""

from __future__ import annotations

import pytest

from pdfqa.answer.parts import compares, named, parts, to_each, without


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Who is chair and when was it founded?", "Who is chair?", "when was it founded is chair?"),
        ("Who is the treasurer and when did the pier burn?", "Who is the treasurer?", "when did the pier burn?"),
        ("When was it launched and by which ship?", "When was it launched?", "by which ship was it launched?"),
        ("When was it founded and who is the chair?", "When was it founded?", "who is the chair?"),
        ("Wer ist Kassenwart und wann brannte die Mole?", "Wer ist Kassenwart?", "wann brannte die Mole?"),
    ],
)
def test_a_question_in_two_is_taken_apart_so_that_each_can_be_asked_alone(
    question: str, first: str, second: str
) -> None:
    assert parts(question) == [first, second]


@pytest.mark.parametrize(
    "question",
    [
        "What is research and development expense?",
        "How do I open and close the cover?",
        "What did Holloway and Lund do in May?",
        "Revenue and costs in 2024",
        "List the directors and when they joined.",
    ],
)
def test_a_question_for_one_thing_stays_whole(question: str) -> None:
    assert parts(question) == [question]


FILES = {"a": "bestbuy_2019_10k.pdf", "b": "costco_2021_10k.pdf", "c": "larkfield-handbook.pdf"}


def test_documents_are_named_by_words_of_their_files_names() -> None:
    assert named("What was the revenue of Best Buy and Costco in 2021?", FILES) == ["a", "b"]
    assert named("What does the Larkfield handbook say?", FILES) == ["c"]
    assert named("What was the revenue in 2019?", FILES) == []


def test_a_word_that_all_files_have_names_none() -> None:
    assert named("What does the report say?", {"a": "report-north.pdf", "b": "report-south.pdf"}) == []
    assert named("Compare north and south.", {"a": "report-north.pdf", "b": "report-south.pdf"}) == ["a", "b"]


def test_what_names_documents_is_left_out_where_one_is_asked() -> None:
    question = "What was the revenue of Best Buy and Costco in 2019?"
    assert without(question, ["bestbuy_2019_10k.pdf", "costco_2021_10k.pdf"]) == "What was the revenue of and in 2019?"


@pytest.mark.parametrize(
    ("question", "each"),
    [
        ("Which contracts renew automatically?", True),
        ("Which of the documents mention hydrogen?", True),
        ("What does each report say of risks?", True),
        ("¿Qué informes hablan de sequía?", True),
        ("Welche Verträge verlängern sich?", True),
        ("What does the report say of risks?", False),
        ("Which vessel was named first?", False),
    ],
)
def test_some_questions_are_to_each_of_the_documents(question: str, each: bool) -> None:
    assert to_each(question) is each


def test_some_questions_compare() -> None:
    assert compares("Compare the notice periods.")
    assert not compares("What is the notice period?")


def test_each_company_is_each_document() -> None:
    assert to_each("What dividend per share did each company pay?")
    assert to_each("Which policy covers it?")
