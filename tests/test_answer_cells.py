"""Cells of tables as answers: which row says just what is asked, and how its value is told."""

from __future__ import annotations

import pytest

from pdfqa.answer import extract
from pdfqa.pages import Page
from tests.evidence_maker import asked, found, page
from tests.test_answer import answer, check, embedder, first

EARNINGS = page(
    "# Consolidated Statements of Earnings",
    "$ in millions, except per share amounts",
    [
        "|Fiscal Years Ended  February 2, 2019  February 3, 2018",
        "Revenue  $ 42,879  $ 42,151",
        "Cost of goods sold  32,918  32,275",
        "Interest expense  (73)  (75)",
        "Net loss  $ (171)  $ (212)",
        "Earnings per share",
        "Basic  $ 5.30  $ 3.33",
        "Diluted  $ 5.20  $ 3.26",
        "Weighted-average common shares outstanding",
        "Diluted  281.4  307.1",
    ],
    number=53,
)
GROWTH = page(
    "# Revenue growth",
    ["|  2019  2018", "Total revenue increase  1.7 %  7.0 %", "Revenue of stores  $ 5  $ 4"],
    number=31,
)


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (
            "What was total revenue in fiscal 2019?",
            "$42,879 million in the fiscal year ended February 2, 2019, up from $42,151 million in 2018 — Revenue",
        ),
        (
            "What was the cost of goods sold in fiscal 2018?",
            "$32,275 million in the fiscal year ended February 3, 2018 — Cost of goods sold",
        ),
        (
            "What was interest expense in fiscal 2019?",
            "$(73) million in the fiscal year ended February 2, 2019, after $(75) million in 2018 — Interest expense",
        ),
        (
            "What were diluted earnings per share in fiscal 2019?",
            "$5.20 in the fiscal year ended February 2, 2019, up from $3.26 in 2018 — Diluted, Earnings per share",
        ),
    ],
)
def test_a_cell_is_told_with_unit_period_and_the_year_before(question: str, line: str) -> None:
    assert line == first(answer(question, EARNINGS))


def test_the_row_that_says_just_what_is_asked_comes_before_one_that_shares_its_words() -> None:
    draft = answer("What was total revenue in fiscal 2019?", GROWTH, EARNINGS)
    assert draft.text.startswith("$42,879 million")
    assert draft.quotes[0].text == "Revenue  $ 42,879  $ 42,151"


def test_another_name_for_what_is_asked_answers_too() -> None:
    sales = page("# Income statement", ["|In millions  2024  2023", "Net sales  $ 10  $ 9", "Costs  7  6"])
    assert answer("What was the turnover in 2024?", sales).text.startswith("$10 million in 2024")


def test_what_a_sum_is_told_net_of_makes_it_no_other_one() -> None:
    income = page(
        "# Consolidated Statements of Operations",
        [
            "|In thousands  2024  2023",
            "Operating loss  (60)  (50)",
            "Interest expense, net of amounts capitalized  (676)  (847)",
        ],
        number=5,
    )
    side = page("# Derivatives", ["|In thousands  2024  2023", "Interest expense(2)  (21)  1"], number=9)
    assert answer("What was interest expense in 2024?", side, income).text.startswith("(676) thousand in 2024")


def test_where_to_look_for_something_is_no_name_for_it() -> None:
    cash = page(["|In millions  2024  2023", "Net cash provided by operating activities  $ 10  $ 9"])
    assert " — " not in answer("What was the free cash flow in 2024?", cash).text


def test_rows_that_fit_as_well_and_differ_are_all_told_with_what_they_stand_under() -> None:
    one = page(
        "# Resorts",
        ["|In thousands  2024  2023", "City resorts", "Casino revenue  10  9", "Sea resorts", "Casino revenue  20  19"],
    )
    draft = answer("What was casino revenue in 2024?", one)
    assert draft.text.split("\n") == [
        "10 thousand in 2024, up from 9 thousand in 2023 — Casino revenue, City resorts [1]",
        "20 thousand in 2024, up from 19 thousand in 2023 — Casino revenue, Sea resorts [2]",
    ]


def test_a_main_statement_comes_before_its_parts() -> None:
    part = page("# Segment results", ["|In millions  2024  2023", "Operating income  $ 3  $ 2", "Other  1  1"])
    whole = page(
        "# Consolidated statements of operations", ["|In millions  2024  2023", "Operating income  $ 9  $ 8"], number=2
    )
    assert answer("What was operating income in 2024?", part, whole).text.startswith("$9 million")


def test_a_table_without_the_year_that_is_asked_for_has_no_sure_cell() -> None:
    table = ["|  Ships  Trains", "Total net sales  $ 23  $ 10"]
    told = "$23 — Total net sales"
    assert first(answer("What were total net sales of ships in 2020?", page("# 2020", table))).startswith(told)
    assert first(answer("What were total net sales of ships?", page(table))).startswith(told)
    assert not first(answer("What were total net sales of ships in 2020?", page(table))).startswith(told)


def test_rows_that_are_called_alike_are_told_with_what_their_tables_stand_under() -> None:
    one = ["|  2024  2023", "Financial ratios", "Return on equity  54 %  1 %"]
    other = ["|  2024  2023", "Financial ratios", "Return on equity  27 %  9 %"]
    lines = answer("What was return on equity?", page("# Retail banking", one, "# Private banking", other)).text
    assert lines.splitlines()[0].endswith("Return on equity, Financial ratios, Retail banking [1]")
    assert lines.splitlines()[1].endswith("Return on equity, Financial ratios, Private banking [2]")


def test_a_quarter_does_not_answer_for_a_year() -> None:
    one = page("Three months ended March 31", ["|In millions  2024  2023", "Net income  $ 9  $ 8", "Other  1  1"])
    assert " — " not in answer("What was net income in fiscal year 2024?", one).text
    assert answer("What was net income in the first quarter of 2024?", one).text.startswith("$9 million")


@pytest.mark.parametrize(
    "question",
    ["What was the growth of revenue from fiscal 2018 to fiscal 2019?", "By how much did revenue change?"],
)
def test_what_would_be_worked_out_is_not_answered_by_a_value(question: str) -> None:
    draft = answer(question, EARNINGS)
    assert draft.text == "Revenue: February 2, 2019 $42,879 million · February 3, 2018 $42,151 million [1]"


def test_a_ratio_is_given_the_rows_that_it_is_made_of() -> None:
    draft = answer("What was the ratio of cost of goods sold to revenue in fiscal 2019?", EARNINGS)
    assert draft.text.split("\n") == [
        "Revenue: February 2, 2019 $42,879 million [1]",
        "Cost of goods sold: February 2, 2019 $32,918 million [2]",
    ]


def test_values_in_another_language_are_told_with_their_heads() -> None:
    one = page("# Cuentas", ["|Miles de euros  2024  2023", "Total de gastos  13.313  13.093", "Ventas  1  2"])
    text = answer("¿Cuál fue el total de gastos en 2023?", one, language="es").text
    assert text == "13.093 miles de euros — Total de gastos, 2023 [1]"


def test_a_kind_of_thing_is_told_by_the_head_of_its_column() -> None:
    one = page(
        ["|Revenue 2024  Revenue 2023  Profit 2024  Profit 2023", "Ocean  10  9  4  3", "Field  8  7  2  1"],
        "Revenue and operating profit by segment",
    )
    assert answer("What was the profit of Field in 2023?", one).text == "1 — Field, Profit 2023 [1]"


def test_tables_of_further_passages_are_read_too() -> None:
    prose = page("Revenue was discussed at length by the board in fiscal 2019.")
    question = "What was revenue in fiscal 2019?"
    terms = asked(question, prose, EARNINGS)
    evidence, more = [found(prose, terms=terms)], [found(EARNINGS, terms=terms)]
    draft = extract(question, terms, evidence, embedder(), more)
    check(draft, [*evidence, *more])
    assert draft.quotes[0].evidence == 1
    assert draft.text.startswith("$42,879 million")


def test_a_page_without_tables_has_no_cells() -> None:
    one: Page = page("Revenue was $42,879 million in fiscal 2019.")
    assert "Revenue was" in answer("What was revenue in fiscal 2019?", one).text


@pytest.mark.parametrize(
    ("heads", "question"),
    [
        ("Q1 2019  Q2 2019  Q1 2018  Q2 2018", "What was revenue in Q2 2019?"),
        ("March 31, 2019  June 30, 2019  March 31, 2018  June 30, 2018", "What was revenue in June 2019?"),
    ],
)
def test_a_value_is_compared_with_the_same_quarter_of_the_year_before(heads: str, question: str) -> None:
    one = page("# Income statement", [f"|In millions  {heads}", "Revenue  10  20  5  40"])
    assert "down from 40 million in 2018" in answer(question, one).text


@pytest.mark.parametrize(
    "question",
    [
        "Did revenue grow 10% in 2019?",
        "Did revenue grow from 2015 to 2019?",
        "Did revenue not grow in 2019?",
    ],
)
def test_two_years_do_not_tell_by_how_much_or_since_when_something_grew(question: str) -> None:
    one = page("# Income statement", ["|In millions  2019  2018", "Revenue  $ 43  $ 42"])
    assert answer(question, one).text.startswith("Revenue: ")


@pytest.mark.parametrize(
    ("title", "head", "when"),
    [
        ("Statements of income", "Q2 2019", "in Q2 2019"),
        ("Statements of income", "June 2019", "in June 2019"),
        ("Balance sheets", "Q2 2019", "at the end of Q2 2019"),
        ("Balance sheets", "June 30, 2019", "as of June 30, 2019"),
    ],
)
def test_what_flows_is_told_in_a_period_and_what_stands_at_its_end(title: str, head: str, when: str) -> None:
    one = page(f"# {title}", "$ in millions", [f"|Item  {head}", "Deferred revenue  75", "Trade receivables  9"])
    assert f"$75 million {when} — Deferred revenue" == first(answer("How much was deferred revenue?", one))
