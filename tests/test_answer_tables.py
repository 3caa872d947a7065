"""Tables: which line is a row, what heads its cells, and which cell a question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfqa import languages
from pdfqa.answer.periods import column, period, years
from pdfqa.answer.tables import Row, Tables, split
from pdfqa.answer.units import NONE, figure, of_row, unit, without_unit, written
from pdfqa.pages import Page
from tests.evidence_maker import page

INCOME = ["|Thousands of dollars  2024  2023", "Revenue  323,100  298,440", "Operating profit  44,700  (4,150)"]
YEARS = Row("Revenue", ("323", "298", "270"), ("2024", "2023", "2022"))
DATES = Row("Valdehiedra", ("42,0", "29,4", "18,1"), ("Capacidad (hm³)", "31-12-2024 (hm³)", "31-12-2023 (hm³)"))
NOTICE = Row("More than 5 years", ("8 weeks", "12 weeks"), ("Notice by the employee", "Notice by Larkfield"))
QUARTERS = Row("Revenue", ("10", "11", "9"), ("Q1 2024", "Q2 2024", "Q1 2023"))
MONTHS = Row("Visitors", ("10", "11"), ("March 31, 2024", "June 30, 2024"))
UNKNOWN = Row("Revenue", ("10", "11"), ("", ""))
SINGLE = Row("Revenue", ("10",), ("2024",))


def row_of(one: Page, line: str) -> Row | None:
    start = one.text.index(line)
    block = next(block for block in one.blocks if block.start <= start < block.end)
    return Tables().row(one, block, start, start + len(line))


def asked_value(row: Row, question: str, language: str = "en") -> str | None:
    place = column(row.columns, row.label, question, languages.analyzer(language))
    return None if place is None else row.values[place]


def test_a_word_like_year_names_no_column() -> None:
    row = Row("Net income", ("9", "7"), ("2017", "Year ended December 31, 2016"))
    assert asked_value(row, "What was the net income of the year?") == "9"


def test_a_row_has_a_label_values_and_heads() -> None:
    row = row_of(page(INCOME), INCOME[2])
    assert row is not None
    assert (row.label, row.values, row.columns) == ("Operating profit", ("44,700", "(4,150)"), ("2024", "2023"))
    assert row.unit.words == "Thousands of dollars"


def test_a_heads_unit_may_stand_above_the_table() -> None:
    one = page("Income statement in millions of euros", ["Revenue  323  298", "Costs  200  190"])
    row = row_of(one, "Revenue  323  298")
    assert row is not None
    assert row.unit.words == "in millions of euros"
    assert row.columns == ("", "")


def test_periods_above_the_table_head_its_values() -> None:
    one = page("Years ended December 31, 2024 and December 31, 2023", ["Revenue  323  298", "Costs  200  190"])
    row = row_of(one, "Revenue  323  298")
    assert row is not None
    assert row.columns == ("December 31, 2024", "December 31, 2023")


def test_the_header_line_that_fits_the_values_counts() -> None:
    one = page(["|Group  2024  2023", "|Restated", "Revenue  323  298", "Costs  200  190"])
    row = row_of(one, "Revenue  323  298")
    assert row is not None
    assert row.columns == ("2024", "2023")


def test_prose_headings_and_header_lines_are_no_rows() -> None:
    one = page("In 2024  revenue rose.", INCOME, ["2024  2023", "Costs  few  many"])
    assert row_of(one, "In 2024  revenue rose.") is None
    assert row_of(one, "2024  2023\nCosts") is None
    assert row_of(one, "Costs  few  many") is None


def test_a_number_of_an_exhibit_is_no_label() -> None:
    one = page(["|Exhibit  Filed  Number", "10.3*  2001  10.3", "Plan 10.4  2001  10.4"])
    assert row_of(one, "10.3*  2001  10.3") is None
    assert row_of(one, "Plan 10.4  2001  10.4") is not None


@pytest.mark.parametrize(
    ("row", "question", "value"),
    [
        (YEARS, "What was revenue in 2023?", "298"),
        (YEARS, "What was FY2022 revenue?", "270"),
        (YEARS, "What was FY22 revenue?", "270"),
        (YEARS, "What was revenue?", "323"),
        (YEARS, "What was revenue in 2019?", None),
        (DATES, "¿Cuánta agua tenía el embalse a finales de 2024?", "29,4"),
        (DATES, "¿Cuánta agua tenía el 31-12-2023?", "18,1"),
        (DATES, "¿Qué capacidad tiene Valdehiedra?", "42,0"),
        (DATES, "¿Cuánta agua tiene Valdehiedra?", None),
        (NOTICE, "What notice does Larkfield give after more than five years?", "12 weeks"),
        (NOTICE, "What notice does the employee give?", "8 weeks"),
        (NOTICE, "What is the notice?", None),
        (QUARTERS, "What was revenue in Q2 2024?", "11"),
        (QUARTERS, "What was revenue in 2023?", "9"),
        (QUARTERS, "What was revenue in 2024?", None),
        (MONTHS, "How many visitors by June 2024?", "11"),
        (UNKNOWN, "What was revenue?", None),
        (SINGLE, "What was revenue?", "10"),
        (SINGLE, "What was revenue in 2023?", None),
    ],
)
def test_the_column_is_the_one_named_or_else_the_latest_or_none(row: Row, question: str, value: str | None) -> None:
    assert asked_value(row, question, "es" if "¿" in question else "en") == value


def test_a_letter_of_the_question_is_no_part_of_a_head() -> None:
    row = Row("Fee", ("1", "2"), ("Plan a", "Standard"))
    assert asked_value(row, "What is a fee?") is None


def test_years_are_read_in_many_forms() -> None:
    assert years("FY2019, FY'20, 31-12-2021 and 2022-23; item 12019") == {"2019", "2020", "2021", "2022"}


@given(st.lists(st.text(alphabet="abc 12|", min_size=1, max_size=8).map(str.strip).filter(bool), max_size=5))
def test_cells_are_what_wide_gaps_part(cells: list[str]) -> None:
    joined = "   ".join(cells)
    assert all(cell in joined for cell in split(joined))
    assert "".join(split(joined)).replace(" ", "").replace("|", "") == joined.replace(" ", "").replace("|", "")


@pytest.mark.parametrize(
    ("above", "value", "said"),
    [
        ("$ in millions, except per share amounts", "42,879", "$42,879 million"),
        ("(In thousands, except per share data)", "$ 1,708,721", "$1,708,721 thousand"),
        ("(In thousands, except per share data)", "1,708,721", "1,708,721 thousand"),  # of what, the page does not say
        ("(dollars in millions)", "(3,613)", "$(3,613) million"),
        ("Thousands of dollars", "323,100", "$323,100 thousand"),
        ("in millions of U.S. dollars", "14", "$14 million"),
        ("Turnover in €m", "14", "€14 million"),
        ("Miles de euros", "8.412", "8.412 miles de euros"),
        ("(In millions)", "7%", "7%"),
        ("(In millions)", "9.5 kg", "9.5 kg"),
        ("Nothing of the kind", "$ 5", "$5"),
        ("(In millions)", "—", "—"),
    ],
)
def test_a_value_is_told_with_the_unit_that_stands_above(above: str, value: str, said: str) -> None:
    assert said == written(value, unit(above))


@pytest.mark.parametrize(
    ("above", "label", "section", "said"),
    [
        ("$ in millions, except per share amounts", "Diluted", "Earnings per share", "5.20"),
        ("$ in millions, except per share amounts", "Dividends per share", "", "5.20"),
        ("(in millions, except per share data and ratios)", "Total capital", "Capital ratios", "5.20"),
        ("$ in millions, except per share amounts", "Diluted", "Weighted-average common shares outstanding", "5.20"),
        ("$ and shares in millions", "Diluted", "Weighted-average common shares outstanding", "5.20 million"),
        ("$ in millions", "Effective tax rate", "", "5.20"),
        ("$ in millions", "Revenue", "Income", "$5.20 million"),
    ],
)
def test_shares_and_what_is_told_per_share_are_counted_otherwise(
    above: str, label: str, section: str, said: str
) -> None:
    assert said == written("5.20", of_row(unit(above), label, section))


@pytest.mark.parametrize(
    ("above", "label", "said", "about"),
    [
        ("$ in thousands", "Revenue (in millions)", "$5.20 million", "Revenue"),
        ("", "Revenue ($m)", "$5.20 million", "Revenue"),
        ("", "Net sales, US$ million", "$5.20 million", "Net sales"),
        ("", "Umsatz (Mio. €)", "€5.20 million", "Umsatz"),
        ("$ in millions", "Employees (in thousands)", "5.20 thousand", "Employees"),  # people are no dollars
        ("$ in millions", "Cash, cash equivalents", "$5.20 million", "Cash, cash equivalents"),
    ],
)
def test_the_unit_in_the_label_of_a_row_goes_before_the_one_above(
    above: str, label: str, said: str, about: str
) -> None:
    assert said == written("5.20", of_row(unit(above), label, ""))
    assert about == without_unit(label)


@pytest.mark.parametrize(
    ("language", "value", "number"),
    [
        ("en", "$ 1,024.5", 1024.5),
        ("en", "(73)", -73.0),
        ("en", "0.125", 0.125),
        ("en", "1.024", None),  # thousand as they write it elsewhere, or a fraction
        ("es", "1.024", 1024.0),
        ("de", "1.234,5", 1234.5),
        ("de", "1,024", None),
        ("fr", "1 024", 1024.0),
        ("en", "12 5", None),
        ("en", "n/a", None),
    ],
)
def test_points_and_commas_are_read_as_the_language_has_them(language: str, value: str, number: float | None) -> None:
    assert number == figure(value, language)


def test_a_row_stands_under_the_nearest_line_without_values() -> None:
    lines = ["|$ in millions  2024  2023", "Revenue", "Casino  10  9", "Expenses", "Casino  8  7", "Rooms  3  2"]
    row = row_of(page(lines), "Rooms  3  2")
    assert row is not None
    assert row.section == "Expenses"


def test_a_table_without_a_unit_has_none() -> None:
    row = row_of(page(["|  2024  2023", "Members  10  9", "Boats  3  2"]), "Members  10  9")
    assert row is not None
    assert row.unit == NONE


THREE_AND_SIX = (
    "Three Months Ended June 30, 2023",
    "Three Months Ended June 30, 2022",
    "Six Months Ended June 30, 2023",
)


@pytest.mark.parametrize(
    ("heads", "question", "place"),
    [
        (THREE_AND_SIX, "What was net income for the three months ended June 30, 2022?", 1),
        (THREE_AND_SIX, "What was net income for the six months ended June 30, 2023?", 2),
        (THREE_AND_SIX, "What was net income in the second quarter of 2023?", 0),
        (THREE_AND_SIX, "What was net income in 2023?", None),
        (("2023", "2022", "Change"), "What was net income?", 0),
        (("2022 Amount", "2022 % of sales", "2021 Amount"), "What was net income in 2022?", 0),
        (("2023", "2022", "2023 vs. 2022"), "What was net income in 2023?", 0),
        (("2024", "2023", "Share 2024"), "What was net income in 2024?", 0),
        (("Percent increase",), "What was net income?", None),
    ],
)
def test_the_span_of_a_period_tells_columns_apart(heads: tuple[str, ...], question: str, place: int | None) -> None:
    assert place == column(heads, "Net income", question, languages.analyzer("en"))


def test_a_period_has_years_months_and_a_span() -> None:
    named = period("In Q2 2024 and May 12, 2023, for the three months ended March 31")
    assert named.years == {"2023", "2024"}
    assert named.months == {"2", "may", "mar"}
    assert named.span == "quarter"
    assert not period("What may be taken?").months
