"""Answers made of quotes: what is quoted, the short answer before it, and when nothing is answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfqa.answer import Draft, extract
from pdfqa.answer.choosing import MOST_WORDS
from pdfqa.answer.clauses import clauses, count_words
from pdfqa.embed import StaticEmbedder
from pdfqa.evaluate.texts import without_marks
from pdfqa.pages import Page
from pdfqa.search import Evidence
from tests.evidence_maker import asked, found, page

CLUB = page(
    "# The sailing club",
    "The club was founded in 1931 by four fishermen. The treasurer is Margaret Holloway. It has 214 members.",
    "The harbour was closed for two winters because the pier had burnt down. What about the harbour?",
)
INCOME = page(
    "# Income statement",
    ["|Thousands of dollars  2024  2023", "Revenue  323,100  298,440", "Operating profit  44,700  41,150"],
    number=2,
)


@cache
def embedder() -> StaticEmbedder:
    return StaticEmbedder.load()


def answer(question: str, *pages: Page, language: str = "en", heading: str = "", score: float = 0.9) -> Draft:
    terms = asked(question, *pages, language=language)
    evidence = [found(one, language=language, heading=heading, score=score, terms=terms) for one in pages]
    draft = extract(question, terms, evidence, embedder())
    check(draft, evidence)
    return draft


def check(draft: Draft, evidence: Sequence[Evidence]) -> None:
    """Every quote stands where it says it does, and the text has one marker for each, in order."""
    for quote in draft.quotes:
        assert evidence[quote.evidence].page.text[quote.start : quote.end] == quote.text
        assert 0.0 <= quote.weight <= 1.0
    markers = re.findall(r" \[(\d+)\]$", draft.text, re.MULTILINE)
    assert markers == [str(number) for number in range(1, len(draft.quotes) + 1)]
    assert 0.0 <= draft.confidence <= 1.0


def first(draft: Draft) -> str:
    """Return the first line without its marker."""
    return draft.text.split("\n")[0].rpartition(" [")[0]


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("When was the club founded?", "1931 — The club was founded in 1931 by four fishermen."),
        ("Who is the treasurer?", "The treasurer is Margaret Holloway."),
        ("How many members does the club have?", "It has 214 members."),
        ("Why was the harbour closed?", "The harbour was closed for two winters because the pier had burnt down."),
    ],
)
def test_the_sentence_that_says_it_is_quoted_after_a_short_answer_where_there_is_one(question: str, line: str) -> None:
    draft = answer(question, CLUB)
    assert first(draft) == line
    assert draft.confidence >= 0.5


def test_a_sentence_that_begins_with_the_answer_does_not_say_it_twice() -> None:
    one = page("Nineteen components of the engine come from one supplier only.")
    assert first(answer("How many components come from one supplier?", one)) == one.text


def test_nothing_found_is_no_answer() -> None:
    assert extract("Who?", [], [], embedder()) == Draft("", [], 0.0)


def test_a_page_without_words_is_no_answer() -> None:
    assert answer("Who is the treasurer?", page("")) == Draft("", [], 0.0)


def test_what_the_documents_do_not_speak_of_is_declined() -> None:
    assert answer("Which spacecraft photographed Neptune's rings?", CLUB, score=0.2).confidence < 0.5


def test_a_question_in_another_language_is_judged_by_meaning() -> None:
    near = answer("¿Quién es el tesorero del club de vela?", CLUB, score=0.7)
    far = answer("¿Qué sonda fotografió los anillos de Neptuno?", CLUB, score=0.1)
    assert near.confidence > far.confidence
    assert far.confidence < 0.5


def test_a_who_without_a_name_is_less_sure() -> None:
    nameless = page("The sailing club was founded by some people of the village a long time ago.")
    named = page("The sailing club was founded by Margaret Holloway of the village a long time ago.")
    question = "Who founded the sailing club?"
    assert answer(question, nameless).features["unmet"] == 1.0
    assert answer(question, named).features["unmet"] == 0.0
    assert answer(question, nameless).confidence < answer(question, named).confidence


def test_a_name_that_goes_on_from_one_of_the_question_is_nobody() -> None:
    one = page("Halcyon Insurance Agency was founded a long time ago.")
    assert answer("Who founded Halcyon?", one).features["unmet"] == 1.0


def test_a_number_of_something_else_is_less_sure() -> None:
    council = page("More than 40 hours of overtime at one time are reported to the works council.")
    draft = answer("How many members does the works council have?", council)
    assert draft.features["unmet"] == 0.5
    assert " — " not in draft.text


def test_scripts_without_capitals_are_not_asked_for_names() -> None:
    draft = answer("谁是财务主管？", page("财务主管是约翰。"), language="zh")
    assert draft.features["unmet"] == 0.0


def test_a_negation_in_the_question_alone_is_less_sure() -> None:
    one = page("Decision problems are contained in the class of hard problems.")
    plain = answer("Which problems are contained in the class?", one)
    negated = answer("Which problems are not contained in the class?", one)
    assert (plain.features["negated"], negated.features["negated"]) == (0.0, 1.0)
    assert negated.confidence < plain.confidence


# Tables.


def test_a_row_answers_with_its_cell() -> None:
    draft = answer("What was the operating profit in 2023?", INCOME, heading="Income statement")
    assert draft.text == "$41,150 thousand in 2023 — Operating profit [1]"
    assert [quote.text for quote in draft.quotes] == ["Operating profit  44,700  41,150"]


def test_without_a_period_the_latest_counts() -> None:
    text = answer("What was the operating profit?", INCOME).text
    assert text == "$44,700 thousand in 2024, up from $41,150 thousand in 2023 — Operating profit [1]"


@pytest.mark.parametrize(
    "question",
    [
        "What was the operating profit of the Laboratory segment in 2024?",  # of which the row does not speak
        "What was the operating profit in 2019?",  # a period that the table does not have
        "What was the average operating profit?",  # to be computed
        "How much has operating profit changed?",
        "What was the ratio of operating profit to revenue?",
    ],
)
def test_a_bare_cell_is_not_given_for_something_else(question: str) -> None:
    draft = answer(question, INCOME)
    assert " — " not in draft.text
    assert "2024" in draft.text
    assert "2023" in draft.text


def test_a_row_whose_label_is_only_partly_asked_gives_no_cell() -> None:
    one = page(["|  2024  2023", "Deferred income tax assets of subsidiaries  12  13", "Other items  1  2"])
    assert " — " not in answer("What were the assets in 2024?", one).text


def test_cells_without_heads_are_quoted_as_they_stand() -> None:
    one = page(["Revenue  323  298", "Costs  200  190"])
    assert answer("What was revenue?", one).text == "Revenue 323 298 [1]"


def test_a_table_does_not_say_who_or_when() -> None:
    one = page(["|Year  Crew", "Halcyon  12", "Petrel  14"], "The Halcyon was named by Ada Lund in the harbour.")
    assert answer("Who named the Halcyon?", one).quotes[0].text.startswith("The Halcyon was named")


# What is no answer.


def test_a_heading_is_no_answer() -> None:
    one = page("# Rules for carrying over leave", "Days that were not taken lapse on 31 March.")
    draft = answer("What are the rules for carrying over leave?", one, heading="Rules for carrying over leave")
    assert draft.quotes[0].text == "Days that were not taken lapse on 31 March."


def test_an_echo_of_the_question_is_no_answer() -> None:
    one = page("The treasurer of the club.", "Margaret Holloway has kept the books since May.")
    assert answer("Who is the treasurer of the club?", one).quotes[0].text.startswith("Margaret")


def test_a_heading_alone_is_better_than_nothing() -> None:
    assert answer("What is the treasurer?", page("# The treasurer")).quotes[0].text == "The treasurer"


def test_a_sentence_that_is_cut_at_the_end_of_the_page_comes_second() -> None:
    cut = page("The harbour master keeps the keys of the light. The harbour master keeps the keys of the")
    assert answer("Who keeps the keys of the harbour?", cut).quotes[0].text.endswith("light.")


def test_a_sentence_is_about_whom_its_paragraph_names() -> None:
    between = "There were three boats and a small crew. The winters were long in those years."
    one = page(
        f"Ada Holm was a pilot on the sound. {between} The pilot retired in 1950 after a storm.",
        f"Karin Lind was a pilot on the lake. {between} The pilot retired in 1961 after a fall.",
    )
    assert "1961" in answer("When did the pilot Karin Lind retire?", one).text


# How much is quoted.


def test_a_second_sentence_is_quoted_if_it_may_be_the_answer_and_as_one_quote_if_it_goes_on() -> None:
    lost, found_again = "The pilot boat was lost near the lighthouse.", "The boat was found again in May."
    assert answer("What became of the pilot boat?", page(f"{lost} {found_again}")).text == f"{lost} {found_again} [1]"
    apart = answer("What became of the pilot boat?", page(lost, "The harbour was closed.", found_again))
    assert apart.text == f"{lost} [1]\n{found_again} [2]"


def test_a_second_sentence_is_not_quoted_where_the_first_is_sure() -> None:
    one = page("The treasurer of the sailing club is Margaret Holloway.", "The club has its seat in Lund.")
    assert len(answer("Who is the treasurer of the sailing club?", one).quotes) == 1


def test_a_row_is_quoted_alone() -> None:
    assert len(answer("What was revenue in 2024?", INCOME).quotes) == 1


LONG = (
    "Although the winter of that year was long and the ice lay on the sound until the last days of April, "
    "the sailing club was founded by the pilot Karin Lind, who had come from the north with two boats, a dog and "
    "no money, and who was to lead it for the next thirty years until her health no longer allowed it."
)


def test_of_a_long_sentence_the_clauses_are_quoted_that_hold_the_answer() -> None:
    draft = answer("Who founded the sailing club?", page(LONG))
    assert "the sailing club was founded by the pilot Karin Lind" in draft.quotes[0].text
    assert len(draft.text.split()) <= MOST_WORDS
    assert draft.text == f"…{draft.quotes[0].text}… [1]"


def test_a_short_answer_ahead_counts_among_the_words_of_an_answer() -> None:
    founded = (
        "In the spring of that year, the sailing club was founded by Karin Ebba Lind in the tavern of the old harbour "
        "with two boats, a dog and the little money of her only brother, who came from the north."
    )
    draft = answer("Who founded the sailing club?", page(founded))
    assert draft.text.startswith("Karin Ebba Lind — ")
    assert count_words(without_marks(draft.text)) <= MOST_WORDS


def test_what_denies_is_not_cut_off() -> None:
    denied = LONG.replace("Although", "It is not true that").replace("no longer", "barely").replace("no money", "money")
    draft = answer("Who founded the sailing club?", page(denied))
    assert draft.quotes[0].text.startswith("It is not true that")


def test_a_sentence_without_clauses_is_quoted_whole() -> None:
    endless = "Treasurer " + " ".join(f"Member{n}" for n in range(60))
    assert answer("Who is the treasurer?", page(endless)).quotes[0].text == endless


def test_the_same_passage_twice_is_quoted_once() -> None:
    draft = answer("When was the club founded?", CLUB, CLUB)
    assert len({(quote.start, quote.end) for quote in draft.quotes}) == len(draft.quotes)


SENTENCES = st.lists(
    st.sampled_from(
        [
            "The club was founded in 1931.",
            "It has 214 members.",
            "The treasurer is Margaret Holloway.",
            "Никто не знает.",
            "Why?",
            "1.",
            "The club  12  13",
            "An unfinished line about the club and its",
        ]
    ),
    min_size=1,
    max_size=8,
)
TEXTS = st.one_of(SENTENCES.map(" ".join), SENTENCES.map("\n".join), st.text(max_size=200))
QUESTIONS = st.sampled_from(
    ["When was the club founded?", "Who is the treasurer?", "How many members?", "¿Cuántos socios?", "club", "?"]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=3), QUESTIONS, st.sampled_from(["", "en", "es", "ru"]), st.booleans())
def test_whatever_stands_on_the_pages_is_quoted_exactly(
    texts: list[str], question: str, language: str, table: bool
) -> None:
    lines = [[line for line in text.split("\n") if line.strip("# |\r")] for text in texts]
    pages = [
        page(each if table and each else text, number=n)
        for n, (text, each) in enumerate(zip(texts, lines, strict=True), 1)
    ]
    draft = answer(question, *pages, language=language)
    if len(draft.quotes) > 1:
        assert sum(len(quote.text.split()) for quote in draft.quotes) <= MOST_WORDS


def test_an_item_of_a_list_answers_without_its_bullet() -> None:
    draft = answer("Until when may tenants object?", page("• Tenants may object in writing until 30 November 2026."))
    assert "•" not in draft.text
    assert draft.quotes[0].text == "• Tenants may object in writing until 30 November 2026."


def test_a_caption_that_repeats_the_question_is_no_answer() -> None:
    said = "The survey tells three paradigms of retrieval apart: naive, advanced and modular."
    one = page("Comparison of the three paradigms of retrieval.", said)
    blocks = [msgspec.structs.replace(one.blocks[0], kind="caption"), *one.blocks[1:]]
    drafted = answer("What are the three paradigms of retrieval?", msgspec.structs.replace(one, blocks=blocks))
    assert said == drafted.quotes[0].text


def test_a_clause_does_not_begin_with_the_dash_that_joins_it() -> None:
    text = "We have audited the controls, based on criteria – Framework of 2013, issued by the committee."
    assert not any(text[start] in "–—" for start, _ in clauses(text, "en"))


def test_a_date_is_not_cut_at_its_comma() -> None:
    text = "On August 29, 2021, it operated 815 warehouses, and 795 in 2020."
    assert ["On August 29, 2021,", "it operated 815 warehouses,", "and 795 in 2020."] == [
        text[start:end] for start, end in clauses(text, "en")
    ]


def test_a_list_is_not_cut_between_short_items() -> None:
    text = "It tells three paradigms of retrieval apart: naive, advanced, and modular, each of which has its place."
    assert [text[start:end] for start, end in clauses(text, "en")] == [
        "It tells three paradigms of retrieval apart:",
        "naive, advanced, and modular,",
        "each of which has its place.",
    ]
