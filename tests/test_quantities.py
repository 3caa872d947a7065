"""Numbers and dates as documents write them."""

from __future__ import annotations

import pytest

from pdfqa.whole.quantities import dates, numbers, scale_of

NUMBERS = [
    ("en", "$4,312 million", 4.312e9, "$"),
    ("en", "1,234.5", 1234.5, ""),
    ("en", "(87)", -87.0, ""),
    ("en", "$ (1,234)", -1234.0, "$"),
    ("en", "−3.2%", -3.2, "%"),
    ("en", "US$ 4.3bn", 4.3e9, "$"),
    ("en", "$5m", 5e6, "$"),
    ("en", "5 m", 5.0, ""),
    ("en", "12 percent", 12.0, "%"),
    ("es", "11,8 millones de euros", 11.8e6, "€"),
    ("es", "86.400", 86_400.0, ""),
    ("es", "2 mil millones", 2e9, ""),
    ("de", "1.234,5 €", 1234.5, "€"),
    ("de", "3 Mrd. Euro", 3e9, "€"),
    ("fr", "1\u00a0234,5", 1234.5, ""),
    ("ru", "4,5 млрд", 4.5e9, ""),
    ("zh", "共有120万人", 1.2e6, ""),
]
DATES = [
    ("en", "on 31 December 2024 and", "2024-12-31"),
    ("en", "March 4th, 2023", "2023-03-04"),
    ("en", "03/04/2024", "2024-03-04"),
    ("es", "03/04/2024", "2024-04-03"),
    ("en", "13/04/24", "2024-04-13"),
    ("es", "31 de marzo de 2024", "2024-03-31"),
    ("de", "1. März 2024", "2024-03-01"),
    ("de", "31.12.2024", "2024-12-31"),
    ("ru", "5 марта 2023 г.", "2023-03-05"),
    ("zh", "2024年3月5日", "2024-03-05"),
    ("vi", "ngày 5 tháng 3 năm 2024", "2024-03-05"),
]


@pytest.mark.parametrize(("language", "text", "value", "unit"), NUMBERS)
def test_a_number_is_read_with_its_scale_and_unit(language: str, text: str, value: float, unit: str) -> None:
    found = list(numbers(text, language))
    assert [unit] == [one.unit for one in found]
    assert value == pytest.approx(found[0].value)


@pytest.mark.parametrize(("language", "text", "iso"), DATES)
def test_a_date_is_read_as_its_language_writes_it(language: str, text: str, iso: str) -> None:
    assert [iso] == [found for _, found in dates(text, language)]


@pytest.mark.parametrize("text", ["31 February 2024", "room 12", "in March 2024", "version 1.2.3"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert [] == list(dates(text, "en"))


@pytest.mark.parametrize(
    ("text", "scale"),
    [("in millions", 1e6), ("(in thousands of dollars)", 1e3), ("miles de euros", 1e3), ("$5 million", 1.0), ("", 1.0)],
)
def test_what_values_are_counted_in_is_read(text: str, scale: float) -> None:
    assert scale == scale_of(text)
