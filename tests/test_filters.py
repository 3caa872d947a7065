"""Attribute filters: what each comparison means, also where an attribute is missing or of another kind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfqa.engine.filters import matches
from pdfqa.errors import InvalidValueError
from pdfqa.wire import check
from pdfqa.wire.requests import SearchVectorStore

HAS = {"name": "Anna", "year": 2020, "share": 0.5, "public": True, "empty": ""}


def holds(condition: dict[str, Any], attributes: dict[str, Any] = HAS) -> bool:
    request = check(SearchVectorStore, {"query": "x", "filters": condition})
    assert request.filters is not None
    return matches(request.filters, attributes)


def one(kind: str, key: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


@pytest.mark.parametrize(
    ("kind", "key", "value", "expected"),
    [
        ("eq", "name", "Anna", True),
        ("eq", "name", "anna", False),
        ("eq", "year", 2020.0, True),
        ("eq", "year", "2020", False),
        ("eq", "public", True, True),
        ("eq", "public", 1, False),
        ("eq", "empty", "", True),
        ("ne", "name", "Bert", True),
        ("ne", "name", "Anna", False),
        ("ne", "year", "2020", True),
        ("gt", "year", 2019, True),
        ("gt", "year", 2020, False),
        ("gte", "year", 2020, True),
        ("lt", "share", 1, True),
        ("lte", "share", 0.5, True),
        ("lt", "name", "Bert", True),
        ("lt", "name", 3, False),
        ("gt", "name", 3, False),
        ("gte", "public", True, False),
        ("in", "name", ["Bert", "Anna"], True),
        ("in", "year", ["2020", 2021], False),
        ("in", "year", [2021, 2020], True),
        ("in", "name", [], False),
        ("nin", "name", ["Bert"], True),
        ("nin", "name", ["Anna"], False),
        ("nin", "name", [], True),
    ],
)
def test_a_comparison_compares_like_with_like(kind: str, key: str, value: Any, expected: bool) -> None:
    assert expected == holds(one(kind, key, value))


@pytest.mark.parametrize(("kind", "expected"), [("eq", False), ("ne", True), ("gt", False), ("lte", False)])
def test_of_a_missing_attribute_only_a_denial_is_true(kind: str, expected: bool) -> None:
    assert expected == holds(one(kind, "colour", "red"))
    assert (False, True) == (holds(one("in", "colour", ["red"])), holds(one("nin", "colour", ["red"])))


def test_conditions_are_joined_and_nested() -> None:
    right, wrong = one("eq", "name", "Anna"), one("gt", "year", 2020)
    both = {"type": "and", "filters": [right, wrong]}
    either = {"type": "or", "filters": [wrong, {"type": "and", "filters": [right, one("ne", "share", 1)]}]}
    assert (False, True) == (holds(both), holds(either))
    assert holds({"type": "or", "filters": [both, either]})
    assert (True, False) == (holds({"type": "and", "filters": []}), holds({"type": "or", "filters": []}))


@pytest.mark.parametrize(
    "condition",
    [
        {"type": "and", "key": "a", "value": 1},
        {"type": "eq", "key": "a"},
        {"type": "eq", "value": 1},
        {"type": "eq", "filters": []},
        {"type": "in", "key": "a", "value": "b"},
        {"type": "eq", "key": "a", "value": ["b"]},
        {"type": "like", "key": "a", "value": "b"},
        {"type": "and", "filters": [{"type": "eq", "key": "a", "value": None}]},
    ],
)
def test_a_condition_that_means_nothing_is_refused(condition: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        holds(condition)
    assert (caught.value.param or "").startswith("filters")


values = st.text(max_size=3) | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3)
attributes = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@given(attributes, st.sampled_from("abc"), values)
def test_denials_are_the_opposite(has: dict[str, Any], key: str, value: Any) -> None:
    assert holds(one("eq", key, value), has) != holds(one("ne", key, value), has)
    assert holds(one("in", key, [value]), has) == holds(one("eq", key, value), has)
    assert holds(one("in", key, [value]), has) != holds(one("nin", key, [value]), has)


@given(attributes, st.sampled_from("abc"), st.integers(-3, 3) | st.floats(-3, 3))
def test_a_number_is_less_equal_or_greater(has: dict[str, Any], key: str, value: float) -> None:
    holding = [kind for kind in ("lt", "eq", "gt") if holds(one(kind, key, value), has)]
    number = isinstance(has.get(key), int | float) and not isinstance(has[key], bool)
    assert int(number) == len(holding)
    assert holds(one("lte", key, value), has) == (holding in (["lt"], ["eq"]))
