"""Reading again: which words of a question a text holds, and side by side."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfqa.embed import builtin
from pdfqa.query_terms import Term
from pdfqa.rerank import FEATURES, LABELLED, REACH, Asked, gains, is_contents, labelled, look
from pdfqa.search import Evidence
from tests.evidence_maker import asked, found, page

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


def seen(question: str, piece: Evidence) -> dict[str, float]:
    """Return what is seen of a passage that is read again."""
    row = look(question, asked(question), [piece], builtin())[0]
    return dict(zip(FEATURES, row.tolist(), strict=True))


def gain(question: str, piece: Evidence) -> float:
    return float(gains(question, asked(question), [piece], builtin())[0])


def test_a_heading_speaks_for_a_passage_and_contents_against_it() -> None:
    plain = gain(QUESTION, found(page("Something else.")))
    assert gain(QUESTION, found(page("Something else."), heading="Laboratory segment")) > plain
    assert gain(QUESTION, found(page(*CONTENTS.split("\n")))) < gain(
        QUESTION, found(page("Revenue, segments, laboratory."))
    )


def test_a_heading_that_the_question_names_whole_says_more_than_one_that_it_shares_a_word_with() -> None:
    whole = seen("What is the laboratory segment?", found(page("Text."), heading="Laboratory segment"))
    part = seen("What is the laboratory segment?", found(page("Text."), heading="Segment notes and other matters"))
    assert whole["named"] == 1.0
    assert part["named"] == pytest.approx(1 / 3)
    assert whole["heading"] > part["heading"] > 0


def test_a_heading_with_nothing_under_it_answers_nothing() -> None:
    assert (
        seen(QUESTION, found(page("# Net revenue of the Laboratory segment")))["title"] == 0.0
    )  # found() calls it text
    piece = found(page("# Net revenue of the Laboratory segment"))
    bare = msgspec.structs.replace(piece, passage=msgspec.structs.replace(piece.passage, kind="heading"))
    assert gain(QUESTION, bare) < gain(QUESTION, piece)


def test_rows_of_a_table_say_much_in_few_words() -> None:
    piece = found(page(["Revenue 12", "Costs 7"]))
    rows = msgspec.structs.replace(piece, passage=msgspec.structs.replace(piece.passage, kind="table"))
    assert gain(QUESTION, rows) > gain(QUESTION, piece)


def test_rows_of_a_table_are_read_with_what_stands_over_them() -> None:
    rows = found(page("Acme  12  15\nBolt  7  9"))
    table = msgspec.structs.replace(rows.passage, kind="table", heading="Laboratory segment")
    headed = msgspec.structs.replace(rows, passage=table)
    under = msgspec.structs.replace(rows, passage=msgspec.structs.replace(table, header="Net revenue  2023  2024"))
    question = "net revenue of the Laboratory segment"
    assert seen(question, rows)["met"] < seen(question, headed)["met"] < seen(question, under)["met"]


def test_words_of_another_stem_but_like_meaning_are_met() -> None:
    question = "How large is the firm's workforce?"
    near, far = found(page("The company has many employees.")), found(page("Rain is likely in the north."))
    assert seen(question, near)["met"] > seen(question, far)["met"]
    assert seen(question, near)["said"] >= seen(question, far)["said"]
    assert seen(question, near)["alike"] > seen(question, far)["alike"]


def test_the_words_of_a_question_count_for_more_where_they_stand_together() -> None:
    filling = "Other things are told of here at length, one after the other, without an end in sight at all, for long. "
    together = found(page(f"The laboratory segment had net revenue. {filling * 3}"))
    apart = found(page(f"The laboratory had {filling} segment {filling} net {filling} revenue."))
    assert seen(QUESTION, together)["said"] > seen(QUESTION, apart)["said"]


@pytest.mark.parametrize("text", ["", "…", "中国的首都是北京。", "x" * 300])
def test_any_text_can_be_read_again(text: str) -> None:
    for question in (QUESTION, "", "?", "北京在哪里？"):
        assert -REACH <= gain(question, found(page(text))) <= REACH


@pytest.mark.parametrize(
    ("question", "caption"),
    [
        ("How many bars are in Figure 2?", "Fig. 2. Bars by year."),
        ("What does table II compare?", "TABLE II SUMMARY OF METHODS"),
        ("Which arrows are in fig. A1?", "Figure A1: Arrows"),
        ("¿Qué muestra la tabla 3.1?", "Tabla 3.1. Ingresos"),
    ],
)
def test_the_figure_that_a_question_names_is_where_its_caption_begins(question: str, caption: str) -> None:
    other = caption.replace("2", "3").replace("II", "IV").replace("A1", "A2").replace("3.1", "3.2")
    named = gain(question, found(page(caption)))
    assert named - gain(question, found(page(f"Seen before, {caption}"))) > LABELLED - 3
    assert named - gain(question, found(page(other))) > LABELLED - 3


def test_nothing_found_is_nothing_read() -> None:
    assert gains(QUESTION, asked(QUESTION), [], builtin()).shape == (0,)


def test_what_is_read_with_others_is_seen_as_if_alone() -> None:
    pieces = [
        found(page(text)) for text in ("Net revenue rose.", "A " * 40 + "laboratory.", "Nothing.", "Segment. " * 30)
    ]
    together = look(QUESTION, asked(QUESTION), pieces, builtin())
    for row, piece in zip(together, pieces, strict=True):
        assert row == pytest.approx(look(QUESTION, asked(QUESTION), [piece], builtin())[0], abs=1e-5)


def test_a_text_of_spaces_is_read_in_no_time() -> None:
    began = time.monotonic()
    assert not is_contents("\n".join([" " * 30_000] * 3))
    assert not labelled("\n" * 30_000 + "x", begins=True)
    assert time.monotonic() - began < 1.0
