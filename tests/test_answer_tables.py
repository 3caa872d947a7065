"""Tables: which line is a row, what heads its cells, and which cell a question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfqa import languages
from pdfqa.answer.tables import Row, Tables, column, split, years
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
    place = column(row, question, languages.analyzer(language))
    return None if place is None else row.values[place]


def test_a_row_has_a_label_values_and_heads() -> None:
    assert row_of(page(INCOME), INCOME[2]) == Row(
        "Operating profit", ("44,700", "(4,150)"), ("2024", "2023"), "Thousands of dollars"
    )


def test_a_heads_unit_may_stand_above_the_table() -> None:
    one = page("Income statement in millions of euros", ["Revenue  323  298", "Costs  200  190"])
    row = row_of(one, "Revenue  323  298")
    assert row is not None
    assert row.unit == "in millions of euros"
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
