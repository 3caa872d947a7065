"""What a model writes is read as it comes: its markers become citations that are proved, or are told not to be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pdfqa.answer.citing import Reader
from pdfqa.answer.support import Claim, support
from pdfqa.search import Evidence
from tests.evidence_maker import found, page
from tests.shelves import embedder

CLUB = "The treasurer of the sailing club is Margaret Holloway. It was founded in 1931 by four fishermen."
PARK = "The head gardener of the park is Rodrigo Fuentes. The greenhouse holds 412 orchids. Entry is free."
FIGURES = ["|Item  2024  2023", "Revenue  4,812  4,390", "Costs  3,105  3,300"]
QUESTION = "Who is the treasurer of the sailing club?"


def passages() -> list[Evidence]:
    return [found(page(CLUB)), found(page(PARK, number=2)), found(page("# Results", FIGURES, number=3))]


def reader(question: str = QUESTION, given: Sequence[int] = (0, 1, 2)) -> Reader:
    return Reader(question, passages(), given, embedder())


def read(text: str, question: str = QUESTION, *, size: int = 1000, given: Sequence[int] = (0, 1, 2)) -> Reader:
    """Return a reader that a text has come to in pieces of a size; what it showed is what it has."""
    made = reader(question, given)
    shown = [made.add(text[start : start + size]) for start in range(0, len(text), size)]
    shown.append(made.end())
    assert "".join(shown) == made.text
    for mark in made.marks:
        assert made.text[mark.start : mark.end] == f"[{mark.quote + 1}]"
    for quote in made.quotes:
        assert passages()[quote.evidence].page.text[quote.start : quote.end] == quote.text
    return made


SPOKEN = "The treasurer is Margaret Holloway [1]. The greenhouse holds 412 orchids [2]."


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_markers_become_citations_however_the_text_is_cut(size: int) -> None:
    made = read(SPOKEN, size=size)
    assert made.text == SPOKEN
    assert [(quote.evidence, quote.text) for quote in made.quotes] == [
        (0, "The treasurer of the sailing club is Margaret Holloway."),
        (1, "The greenhouse holds 412 orchids."),
    ]
    assert made.supported == [True, True]


def test_citations_are_numbered_as_they_come() -> None:
    made = read("It holds 412 orchids [2]. Founded by four fishermen in 1931 [1]. Again, 412 orchids [2].")
    assert made.text == "It holds 412 orchids [1]. Founded by four fishermen in 1931 [2]. Again, 412 orchids [1]."
    assert [mark.quote for mark in made.marks] == [0, 1, 0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("412 orchids grow there [7].", "412 orchids grow there. [1]"),
        ("412 orchids grow there [0] and [99] more [2].", "412 orchids grow there and more [1]."),
        ("412 orchids【2†source】.", "412 orchids[1]."),
        ("412 orchids [passage 2].", "412 orchids [1]."),
        ("412 orchids [Passages 2, 9].", "412 orchids [1]."),
        ("412 orchids [^2].", "412 orchids [1]."),
        ("See [the annex] for 412 orchids [2].", "See [the annex] for 412 orchids [1]."),
        ("An open bracket [ and 412 orchids [2]", "An open bracket [ and 412 orchids [1]"),
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_markers_that_name_no_passage_are_left_out(text: str, expected: str, size: int) -> None:
    assert read(text, size=size).text == expected


def test_several_passages_may_be_cited_for_one_sentence() -> None:
    made = read("Margaret Holloway keeps the money of the club and 412 orchids grow [1, 2].", "Tell me all")
    assert made.text.endswith("grow [1][2].")
    assert {quote.evidence for quote in made.quotes} == {0, 1}


def test_a_range_names_all_passages_in_it() -> None:
    assert read("Entry is free and Margaret Holloway pays [1-3].", "Tell me all").text.count("[") >= 2


def test_a_claim_is_what_stands_between_two_markers() -> None:
    made = read("Margaret Holloway is the treasurer [1] and the greenhouse holds 412 orchids [2].")
    assert [quote.evidence for quote in made.quotes] == [0, 1]
    assert made.supported == [True, True]


def test_a_claim_that_its_passage_does_not_support_is_cited_where_another_does() -> None:
    made = read("The treasurer is Margaret Holloway [2].")
    assert ([quote.evidence for quote in made.quotes], made.supported) == ([0], [True])


@pytest.mark.parametrize(
    "text",
    [
        "The treasurer of the sailing club is Bob Smith [1].",
        "The sailing club was founded in 1932 by four fishermen [1].",
        "The greenhouse holds 413 orchids [2].",
    ],
)
def test_a_claim_that_nothing_supports_is_not_verified(text: str) -> None:
    made = read(text)
    assert made.text == text.replace("[2]", "[1]")
    assert made.supported == [False]


def test_a_quote_that_proves_one_claim_does_not_prove_another() -> None:
    made = read("The treasurer is Bob Smith [1]. The treasurer is Margaret Holloway [1].")
    assert made.text == "The treasurer is Bob Smith [1]. The treasurer is Margaret Holloway [2]."
    assert made.supported == [False, True]
    assert len({(quote.start, quote.end) for quote in made.quotes}) == 1


def test_a_marker_right_after_another_is_for_the_same_claim() -> None:
    made = read("Margaret Holloway keeps the money [1] so [1] it is.")
    assert made.supported == [True]


def test_a_claim_that_denies_its_quote_is_not_verified() -> None:
    evidence = [found(page("Dogs are not allowed in the garden. Cats may stay the whole night."))]
    for text, supported in (
        ("Dogs are not allowed.", True),
        ("Dogs are allowed.", False),
        ("Cats may stay the night.", True),
        ("Cats may not stay the night.", False),
    ):
        assert support(Claim(text, "What are the rules?"), 0, evidence, embedder())[1] == supported, text


def test_a_table_row_supports_with_the_heads_of_its_columns() -> None:
    made = read("Revenue was 4,812 in 2024 [3].", "How did it go?")
    assert (made.quotes[0].text, made.supported) == ("Revenue  4,812  4,390", [True])


def test_neighbouring_sentences_may_support_together() -> None:
    made = read("Margaret Holloway's club goes back to four fishermen and 1931 [1].", "What is known?")
    assert (made.quotes[0].text, made.supported) == (CLUB, [True])


def test_a_text_that_cites_nothing_is_given_what_supports_it() -> None:
    made = read("Margaret Holloway is the treasurer.\nThe greenhouse holds 412 orchids.")
    assert made.text == "Margaret Holloway is the treasurer. [1]\nThe greenhouse holds 412 orchids. [2]"
    assert [quote.evidence for quote in made.quotes] == [0, 1]
    assert read("Bob Smith is.").text == "Bob Smith is."


def test_a_model_that_only_points_is_taken_at_its_word() -> None:
    made = read("[2]", "How many orchids are in the greenhouse?")
    assert made.text == "The greenhouse holds 412 orchids. [1]"
    made = read("[1] Margaret Holloway is the treasurer.")
    assert made.text.strip() == "Margaret Holloway is the treasurer. [1]"


@pytest.mark.parametrize(
    "text", ["NOT FOUND", "NOT FOUND.", "**NOT FOUND**", "[1] NOT FOUND\nNOT FOUND", "\n NOT FOUND"]
)
@pytest.mark.parametrize("size", [1, 1000])
def test_a_refusal_is_told_and_not_shown(text: str, size: int) -> None:
    made = read(text, size=size)
    assert (made.refused, made.text) == (True, "")


def test_what_only_begins_like_a_refusal_is_none() -> None:
    made = read("NOT here. Margaret Holloway [1].", size=1)
    assert (made.refused, made.text) == (False, "NOT here. Margaret Holloway [1].")
    assert read("NOT FOUND", given=()).text == "NOT FOUND"


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_thoughts_are_not_shown(size: int) -> None:
    made = read("<think>It may be [2], or 7.</think>\n\nMargaret Holloway [1].", size=size)
    assert made.text == "Margaret Holloway [1]."
    assert read("<think>Hm</think> NOT FOUND", size=size).refused
    assert read("<think>I never end", size=size).text == ""


def test_nothing_is_nothing() -> None:
    assert read("").text == ""


def test_text_is_shown_as_soon_as_it_can_be_no_marker() -> None:
    made = reader()
    assert made.add("The trea") == "The trea"
    assert made.add("surer [") == "surer"
    assert made.add("1") == ""
    assert made.add("] is") == " [1] is"


def test_a_claim_in_another_language_is_held_by_its_numbers_and_its_meaning() -> None:
    evidence = [found(page("Revenue rose to a record. The company employs 3,000 people in Norway."))]
    for text, supported in (
        ("La empresa emplea a 3.000 personas en Noruega.", True),
        ("La empresa emplea a 4.000 personas en Noruega.", False),
        ("Margaret Holloway es la presidenta de la empresa.", False),
    ):
        quote, enough = support(Claim(text, "¿Y qué más?"), 0, evidence, embedder())
        assert quote is not None
        assert enough == supported, text


def test_an_empty_passage_supports_nothing() -> None:
    assert support(Claim("x", "y"), 0, [found(page(""))], embedder()) == (None, False)


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[1] Margaret Holloway.", "Margaret Holloway. [1]"),
        ("[1]. Margaret Holloway", "Margaret Holloway [1]"),
        ("[1]: Margaret Holloway", "Margaret Holloway [1]"),
        ("It is Margaret Holloway (passage 1).", "It is Margaret Holloway [1]."),
        ("It is Margaret Holloway (since 1931) [1].", "It is Margaret Holloway (since 1931) [1]."),
        ("It is Margaret Holloway.[1][1]", "It is Margaret Holloway.[1]"),
        ("According to passage [1], it is Margaret Holloway.", "According to passage, it is Margaret Holloway. [1]"),
        ("# Answer\nIt is Margaret Holloway [1].", "# Answer\nIt is Margaret Holloway [1]."),
    ],
)
def test_markers_are_understood_however_they_are_put(text: str, shown: str, size: int) -> None:
    made = read(text, size=size)
    assert made.text == shown
    assert made.supported == [True]


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize("text", ["Answer: NOT FOUND", "The answer is NOT FOUND.", "**Answer:** NOT FOUND"])
def test_a_refusal_may_be_announced(text: str, size: int) -> None:
    made = read(text, size=size)
    assert (made.refused, made.text) == (True, "")


@pytest.mark.parametrize(
    "text", ["The passages do not say who the treasurer is.", "I cannot find that in the documents."]
)
def test_a_refusal_in_words_of_its_own_is_one(text: str) -> None:
    made = reader()
    made.add(text)
    made.end()
    assert (made.declined, made.text) == (True, text)


@pytest.mark.parametrize(
    "text", ["It is not Bob Smith.", "No.", "The documents do not say that Bob Smith has 3 boats."]
)
def test_a_no_is_no_refusal(text: str) -> None:
    made = reader()
    made.add(text)
    made.end()
    assert not made.declined


LEAD = (
    "Complaints go to the ombudswoman, Ottilie Brandvold, who is not an employee. "
    "The porter is not Bob Smith, who is ill."
)


@pytest.mark.parametrize(
    ("claim", "held"),
    [
        ("The ombudswoman is Ottilie Brandvold.", True),
        ("Ottilie Brandvold is an employee.", False),
        ("Ottilie Brandvold is not an employee.", True),
        ("The porter is Bob Smith.", False),
    ],
)
def test_a_not_counts_where_it_is_of_what_is_claimed(claim: str, held: bool) -> None:
    evidence = [found(page(LEAD))]
    assert support(Claim(claim, "Who is who?"), 0, evidence, embedder())[1] is held
