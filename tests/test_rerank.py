"""Reading again: which words of a question a text holds, and side by side."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfqa.pages import Passage
from pdfqa.query_terms import Term
from pdfqa.rerank import Asked, adjustment, is_contents
from tests.evidence_maker import asked

QUESTION = "net revenue of the Laboratory segment"
CONTENTS = "Contents\nRevenue ........ 12\nSegments ........ 14\nLaboratory ........ 15"
words = st.lists(st.sampled_from(["net", "revenu", "laboratori", "segment", "other"]), max_size=12)


def other_name(first: Term, *parts: str, likeness: float, also: tuple[str, ...] = ()) -> list[Term]:
    """Return the words of another name for what a term asks."""
    name = " ".join(parts)
    return [
        msgspec.structs.replace(first, word=part, likeness=likeness, position=-9, name=name, also=also)
        for part in parts
    ]


def test_a_text_holds_a_share_of_the_question() -> None:
    made = Asked(asked(QUESTION))
    assert made.coverage(["net", "revenu", "laboratori", "segment"]) == pytest.approx(1.0)
    assert made.coverage(["net", "revenu"]) == pytest.approx(0.5)
    assert made.coverage(["weather"]) == 0.0


def test_another_form_counts_as_much_as_it_is_like() -> None:
    term = msgspec.structs.replace(asked("revenue")[0], word="revenues", likeness=0.6)
    assert Asked([term]).coverage(["revenues"]) == pytest.approx(0.6)


def test_each_word_of_another_name_counts() -> None:
    plain = asked("capex")
    terms = [*plain, *other_name(plain[0], "capital", "expenditure", likeness=0.8)]
    made = Asked(terms)
    assert made.coverage(["capital"]) == pytest.approx(0.4)
    assert made.coverage(["capital", "expenditure"]) == pytest.approx(0.8)
    assert made.coverage(["capex", "capital"]) == pytest.approx(1.0)


def test_another_name_stands_for_all_words_it_replaces() -> None:
    plain = asked("net income")
    terms = [*plain, *other_name(plain[0], "earnings", likeness=0.5, also=("income",))]
    assert Asked(terms).coverage(["earnings"]) == pytest.approx(0.5)


def test_a_question_without_telling_words_is_held_by_nothing() -> None:
    made = Asked([])
    assert made.coverage(["net"]) == 0.0
    assert made.adjacency(["net"]) == 0.0


def test_neighbours_in_the_question_are_neighbours_in_the_text() -> None:
    made = Asked(asked("net revenue"))
    assert made.adjacency(["net", "revenu"]) == 1.0
    assert made.adjacency(["net", "and", "gross", "revenu"]) == 1.0
    assert made.adjacency(["net", "a", "b", "c", "revenu"]) == 0.0
    assert made.adjacency(["revenu", "net"]) == 0.0


@given(words, words)
def test_more_words_hold_no_less(one: list[str], two: list[str]) -> None:
    made = Asked(asked(QUESTION))
    assert 0.0 <= made.coverage(one) <= made.coverage([*one, *two]) <= 1.0 + 1e-9


@given(words, words)
def test_what_two_texts_hold_together_is_what_both_would(one: list[str], two: list[str]) -> None:
    made = Asked(asked(QUESTION))
    assert made.share(made.held(one), made.held(two)) == pytest.approx(made.coverage([*one, *two]))


def test_contents_pages_are_told_by_their_lines() -> None:
    assert is_contents(CONTENTS)
    assert not is_contents("Revenue rose in 2024.\nCosts fell.\nThe year ended well.")
    assert not is_contents("Revenue ........ 12")


def test_a_heading_speaks_for_a_passage_and_contents_against_it() -> None:
    terms = asked(QUESTION)
    plain = adjustment(terms, Passage(1, 0, 9), "Something else.", "en")
    assert plain == 0.0
    assert adjustment(terms, Passage(1, 0, 9, "Laboratory segment"), "Something else.", "en") > plain
    assert adjustment(terms, Passage(1, 0, 9), CONTENTS, "en") < plain
