"""Searching inside documents: pages that a question names, statements that a figure stands in, how to answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfqa.engine import Engine
from pdfqa.engine.answering import Sources
from pdfqa.query_terms import Term, question_terms
from tests.homes import counted_ids, settings
from tests.shelves import known

PAGES = (
    "The brochure tells what the institute offers to teachers.",
    "Liquidity. Cash held abroad and what happens to goodwill when a business is sold.",
    "Consolidated balance sheets. Receivables 12, inventories 7, goodwill 4, all in all 23.",
    "A picture of the garden in Q3 of 2021.",
    "People who teach write to the office.",
)


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    with Engine(settings(home), new_id=counted_ids()) as engine:
        known(engine, *PAGES)
        yield engine


def pages(engine: Engine, question: str) -> list[int]:
    return [piece.page.number for piece in engine.vector_stores.find(Sources(), question, 5).evidence]


def terms(engine: Engine, question: str) -> dict[str, Term]:
    index = engine.database.rows("SELECT id FROM indexes ORDER BY id LIMIT 1")[0][0]
    return {term.word: term for term in question_terms(engine.database, engine.scopes.open((index,)), question)}


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("How many dogs are on page 4?", 4),
        ("How many people teach, on slide 1?", 1),
        ("What does the last page say?", 5),
        ("Who is seen on the second last page?", 4),
        ("Who is seen on the penultimate page?", 4),
        ("What is on the first page?", 1),
        ("¿Qué dice la última página?", 5),
        ("What is on the cover page about people who teach?", 1),
    ],
)
def test_the_page_that_a_question_names_comes_first_whatever_it_says(engine: Engine, question: str, page: int) -> None:
    assert pages(engine, question)[0] == page


def test_a_page_that_is_not_there_is_no_reason_to_find_another(engine: Engine) -> None:
    assert pages(engine, "How much is goodwill, on page 40?") == pages(engine, "How much is goodwill?")


def test_who_asks_for_a_figure_of_a_statement_asks_for_the_statement(engine: Engine) -> None:
    found = terms(engine, "How much goodwill is there?")
    assert {"consolid", "balanc", "sheet"} <= found.keys()
    assert found["sheet"].asked == "goodwill"
    assert found["sheet"].name == "consolid balanc sheet"
    assert pages(engine, "How much goodwill is there?")[0] == 3


def test_who_asks_for_something_else_does_not(engine: Engine) -> None:
    assert "sheet" not in terms(engine, "What does the institute offer?")


@pytest.mark.parametrize(
    "aside",
    [
        "Round your answer to two decimal places of receivables.",
        "Answer in inventories.",
        "If receivables are not meaningful here, then please state that and explain why.",
    ],
)
def test_words_of_a_sentence_that_says_how_to_answer_matter_little(engine: Engine, aside: str) -> None:
    plain = terms(engine, "What does the institute offer? Receivables and inventories.")
    found = terms(engine, f"What does the institute offer? {aside}")
    for word in {"receiv", "inventori"} & found.keys():
        assert found[word].weight < 0.5 < plain[word].weight
    assert found["institut"].weight == 1.0


def test_a_question_that_begins_like_an_instruction_is_still_asked(engine: Engine) -> None:
    assert terms(engine, "Write what the institute offers.")["institut"].weight == 1.0


def test_the_word_for_the_kind_of_answer_matters_little(engine: Engine) -> None:
    """No text need say "year" to tell one."""
    found = terms(engine, "In which year was the institute founded?")
    assert found["year"].weight < 0.5 < found["institut"].weight
    assert terms(engine, "How does the fiscal year end?")["year"].weight == 1.0


def test_a_quarter_is_found_by_its_other_name(engine: Engine) -> None:
    assert terms(engine, "What did the third quarter bring?")["q3"].name
    assert pages(engine, "What did the third quarter bring?")[0] == 4


@pytest.mark.parametrize("year", ["FY21", "FY2021", "fy 2021"])
def test_a_fiscal_year_is_found_by_its_number(engine: Engine, year: str) -> None:
    assert terms(engine, f"How did it look in {year}?")["2021"].likeness == 1
    assert pages(engine, f"How did it look in {year}?")[0] == 4
