"""What a model costs, and when it is shut down: the package's table, and the user's own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pdfqa import prices
from pdfqa.config import Settings, load
from pdfqa.errors import FileError, InvalidRequestError

KEY = {"OPENAI_API_KEY": "sk-none"}


def settings(model: str, **env: str) -> Settings:
    return load(model=model, env={**KEY, **env})


def test_the_table_says_what_day_it_is_of_and_every_price_is_one() -> None:
    table = prices.table()
    assert date.fromisoformat(table.date) > date(2026, 1, 1)
    assert all(price.input > 0 and price.output >= 0 for price in table.prices.values())


def test_tokens_are_paid_by_the_million() -> None:
    assert prices.Price(input=2.0, output=8.0).of(500_000, 250_000) == 3.0


@pytest.mark.parametrize("name", ["gpt-4o-mini", "openai/gpt-4o-mini", "gpt-4o-mini-2024-07-18"])
def test_a_snapshot_costs_what_its_model_does(name: str) -> None:
    assert prices.price(settings(name)) == prices.table().prices["gpt-4o-mini"]


def test_a_model_of_another_server_has_no_price_of_openais(tmp_path: Path) -> None:
    elsewhere = settings("gpt-4o-mini", PDFQA_BASE_URL="http://127.0.0.1:1/v1")
    assert prices.price(elsewhere) is None
    assert prices.shutdown(elsewhere) is None
    assert prices.price(settings("gpt-4o-mini", PDFQA_BASE_URL="https://api.openai.com/v1")) is not None


def test_a_table_of_ones_own_counts_first(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text(json.dumps({"prices": {"qwen3": {"input": 0.2, "output": 0.6}, "gpt-4o": {"input": 1}}}))
    local = settings("qwen3", PDFQA_BASE_URL="http://127.0.0.1:1/v1", PDFQA_PRICES=str(own))
    assert prices.price(local) == prices.Price(0.2, 0.6)
    assert prices.price(settings("gpt-4o", PDFQA_PRICES=str(own))) == prices.Price(1.0)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", FileError),
        ("{", FileError),
        ('{"prices": {"x": {"output": 1}}}', InvalidRequestError),
        ('{"prices": {"x": {"input": "much"}}}', InvalidRequestError),
    ],
)
def test_a_table_that_cannot_be_read_is_told(tmp_path: Path, text: str, kind: type[Exception]) -> None:
    own = tmp_path / "prices.json"
    own.write_text(text)
    with pytest.raises(kind, match="table of prices") as caught:
        prices.price(settings("qwen3", PDFQA_PRICES=str(own)))
    assert str(own) in str(caught.value)


def test_a_shutdown_that_was_announced_is_known() -> None:
    known = prices.shutdown(settings("gpt-5-2025-08-07"))
    assert known is not None
    assert (known.date, bool(known.instead)) == (date(2026, 12, 11), True)
    assert prices.shutdown(settings("gpt-6.1-sol")) is None
