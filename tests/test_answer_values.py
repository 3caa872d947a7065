"""Values: dates, amounts, numbers with their units, names, as they stand in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfqa.answer.kinds import Ask, Kind
from pdfqa.answer.values import fresh, values


def texts(kind: Kind, text: str, language: str = "en") -> list[str]:
    return [value.text for value in values(kind, text, language)]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("It opened on 30 May 2025.", ["30 May 2025"]),
        ("It opened on May 30, 2025, a Friday.", ["May 30, 2025"]),
        ("Opened 2025-05-30 and 30.05.2025.", ["2025-05-30", "30.05.2025"]),
        ("The club was founded in 1931.", ["1931"]),
        ("In the late 1980s and the summer of 1521", ["late 1980s", "summer of 1521"]),
        ("El 18 de marzo de 2024 se levantaron", ["18 de marzo de 2024"]),
        ("特斯拉于 1943 年 1 月 7 日去世", ["1943 年 1 月 7 日"]),
        ("vào ngày 18 tháng 5 năm 1756, Anh", ["ngày 18 tháng 5 năm 1756"]),
        ("It has 12 rooms and cost 1,950 dollars.", []),
        ("Room 12 holds 30 people.", []),
    ],
)
def test_dates(text: str, dates: list[str]) -> None:
    assert texts(Kind.DATE, text) == dates


@pytest.mark.parametrize(
    ("language", "text", "numbers"),
    [
        ("en", "There are 28 days of leave.", ["28 days"]),
        ("en", "Nineteen components come from one supplier.", ["Nineteen components"]),
        ("en", "It takes two to three weeks.", ["two to three weeks"]),
        ("en", "In 5 of 12 cases", ["5 of 12 cases"]),
        ("en", "It counted 3.2 million visitors in 2019.", ["3.2 million visitors"]),
        ("en", "On 30 May 2025 it began.", []),
        ("en", "Analyses based on comparing figures", []),
        ("es", "La plantilla tiene 118 personas.", ["118 personas"]),
        ("es", "Tiene dos hijos.", ["dos hijos"]),
        ("de", "Er hat drei Kinder.", ["drei Kinder"]),
        ("vi", "khoảng 30 triệu đồng", ["30 triệu đồng"]),
    ],
)
def test_numbers_keep_their_unit_scale_and_range(language: str, text: str, numbers: list[str]) -> None:
    assert texts(Kind.NUMBER, text, language) == numbers


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Revenue was $323.1 million in 2024.", ["$323.1 million"]),
        ("It costs €0.38 for each kilometre.", ["€0.38"]),
        ("The share rose to 9.9% of revenue.", ["9.9%"]),
        ("about 30 million people", ["30 million"]),
        ("a $4,200,000,000 five year agreement", ["$4,200,000,000"]),
        ("45,000 pounds of powder", ["45,000 pounds"]),
        ("some 450 barrels of powder", ["450 barrels"]),
    ],
)
def test_amounts_are_money_shares_or_else_numbers(text: str, amounts: list[str]) -> None:
    assert texts(Kind.AMOUNT, text) == amounts


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The treasurer is Margaret Holloway.", ["Margaret Holloway"]),
        ("The prize went to Ludwig van Beethoven of Bonn", ["Ludwig van Beethoven of Bonn"]),
        ("Nobody came in November.", []),
        ("The Council met.", ["Council"]),
        ("People came.", []),
        ("as told by the author of", []),
    ],
)
def test_names_are_capitalised_and_more_than_a_first_word(text: str, names: list[str]) -> None:
    assert texts(Kind.PERSON, text) == names


def test_a_reason_shows_by_a_word_that_gives_one() -> None:
    assert texts(Kind.REASON, "It was late because of a storm.") == ["because"]
    assert texts(Kind.REASON, "It was late.") == []


def test_other_kinds_show_by_nothing() -> None:
    assert texts(Kind.OTHER, "On 30 May 2025 it cost $5.") == []


def test_what_the_question_names_is_not_fresh() -> None:
    ask = Ask(Kind.DATE)
    question = "when in 1931 was it founded?"
    assert fresh(ask, "It was founded in 1931.", question, "en") == []
    assert [value.text for value in fresh(ask, "Founded on 3 May 1931.", question, "en")] == ["3 May 1931"]


@given(st.text(max_size=120), st.sampled_from(Kind), st.sampled_from(["", "en", "es", "tr", "zh"]))
def test_every_value_stands_in_its_text(text: str, kind: Kind, language: str) -> None:
    for value in values(kind, text, language):
        assert value.text
        assert text[value.start :].lstrip().startswith(value.text.split()[0][:1])
        assert value.counted in text


@given(st.text(alphabet="0123456789 .,$€%-–toand", max_size=60))
def test_odd_figures_do_no_harm(text: str) -> None:
    for kind in Kind:
        values(kind, text, "en")
