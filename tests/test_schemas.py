"""JSON schemas that are to be filled: what is asked for each field, and what is made of what is found."""

from __future__ import annotations

from typing import Any

import pytest

from pdfqa.errors import InvalidRequestError
from pdfqa.whole.coercing import Said, value
from pdfqa.whole.schema import Wanted, empty, fields


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def one(**field: Any) -> Wanted:
    """Return the field of a schema that has no other."""
    return fields(schema(total=field))[0]


def test_names_titles_and_descriptions_become_questions() -> None:
    wanted = fields(
        schema(
            invoiceDate={"type": "string", "format": "date"},
            net_revenue={"type": "number"},
            auditor={"type": "string", "description": "Who audits the accounts?"},
            sites={"type": "array", "items": {"type": "string"}, "title": "Places of work"},
            cost={"type": "number", "description": "Cost of the roof, in millions of euros"},
        )
    )
    assert [
        "What is the date: invoice date?",
        "What is the net revenue?",
        "Who audits the accounts?",
        "What are the places of work?",
        "What is the cost of the roof?",
    ] == [field.question for field in wanted]


def test_nested_objects_have_fields_of_their_own() -> None:
    inner = {**schema(name={"type": "string"}), "required": ["name"]}
    wanted = fields({**schema(supplier=inner, total={"type": "number"}), "required": ["supplier"]})
    assert [("supplier.name", True), ("total", False)] == [(field.name, field.required) for field in wanted]
    assert "What is the supplier name?" == wanted[0].question
    assert {"supplier": {"name": None}, "total": None} == empty(wanted)


def test_what_pydantic_writes_is_understood() -> None:
    wanted = fields(
        {
            "$defs": {"Kind": {"enum": ["a", "b"], "type": "string"}},
            "type": "object",
            "properties": {
                "kind": {"$ref": "#/$defs/Kind"},
                "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
            },
        }
    )
    assert [("a", "b"), ()] == [field.choices for field in wanted]
    assert "date" == wanted[1].format


WRONG = [
    ([], "the schema is wrong: it is list"),
    ({"type": "string"}, "the schema is wrong: its type is 'string'"),
    (schema(), "it has no properties"),
    (schema(a={"type": "text"}), "wrong at properties.a.type: it is 'text'"),
    (schema(a={"type": "array"}), "wrong at properties.a.items: it is missing"),
    (schema(a={"type": "string", "enum": []}), "wrong at properties.a.enum"),
    (schema(a={"type": "string", "pattern": "("}), "wrong at properties.a.pattern: it is no regular expression"),
    (schema(a={"anyOf": [{"type": "string"}, {"type": "number"}]}), "wrong at properties.a.anyOf: it has several"),
    (schema(a={"$ref": "#/$defs/b"}), r"wrong at properties.a.\$ref: '#/\$defs/b' is not in the schema"),
    ({**schema(a={"type": "string"}), "required": ["b"]}, "wrong at required: 'b' is no property"),
    (schema(a=schema(b={"type": 3})), "wrong at properties.a.properties.b.type: it is 3"),
]


@pytest.mark.parametrize(("given", "message"), WRONG)
def test_a_wrong_schema_is_told_with_the_place(given: Any, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        fields(given)


def said(short: str, *quotes: str, language: str = "en", question: str = "") -> Said:
    return Said(short, quotes or (short,), question, language)


VALUES: list[tuple[dict[str, Any], Said, Any]] = [
    ({"type": "number"}, said("$4.3 billion"), 4_300_000_000),
    ({"type": "number"}, said("", "A loss of $ (1,234.5) was made."), -1234.5),
    ({"type": "number"}, said("", "In 2024 it had 12 ships.", question="How many ships in 2024?"), 12),
    ({"type": "number", "description": "revenue in millions"}, said("$323,100 thousand in 2024"), 323.1),
    ({"type": "number", "description": "revenue in millions"}, said("7,234 (in thousands)"), 7.234),
    ({"type": "number", "description": "margin in percent"}, said("", "Profit of $44 million is 13.8%."), 13.8),
    ({"type": "integer"}, said("", "It employed 1,284 people."), 1284),
    ({"type": "integer"}, said("", "It employed 1,284 people (2023: 1,231)."), 1284),
    ({"type": "string", "format": "date"}, said("", "Paid on 31 March 2024."), "2024-03-31"),
    ({"type": "string", "format": "date"}, said("", "Not yet.", "It is due on 4 May 2025."), "2025-05-04"),
    ({"type": "boolean"}, said("Yes", "It renews automatically."), True),
    ({"type": "boolean"}, said("No", "It does not."), False),
    ({"type": "string", "enum": ["net", "net income"]}, said("", "Its net income rose."), "net income"),
    ({"type": "string", "format": "email"}, said("", "Write to desk@example.org."), "desk@example.org"),
    ({"type": "string", "pattern": "^[A-Z]{2}-\\d+$"}, said("", "The number of the file is AB-123."), "AB-123"),
    (
        {"type": "array", "items": {"type": "string"}},
        said("", "Sites: Oslo, Lima and Cairo."),
        ["Oslo", "Lima", "Cairo"],
    ),
    ({"type": "array", "items": {"type": "number"}}, said("", "The steps are 1.5, 2 and 3."), [1.5, 2, 3]),
]


@pytest.mark.parametrize(("field", "found", "expected"), VALUES)
def test_what_is_found_becomes_a_value_of_the_type(field: dict[str, Any], found: Said, expected: Any) -> None:
    made = value(one(**field), found)
    assert (expected, "") == (made.value, made.reason)


REASONS: list[tuple[dict[str, Any], Said, str]] = [
    ({"type": "number"}, said("", "It had 12 ships and 14 boats."), "several numbers may be it: 12, 14"),
    ({"type": "number"}, said("", "It had many ships."), "no number is in"),
    ({"type": "number"}, said("", "Nineteen ships (2023: 31).", "It made $2.9 million."), "no number is in"),
    (
        {"type": "number"},
        said("", "12 ships (2023: 9).", question="Ships in 2023?"),
        "several numbers may be it: 12, 9",
    ),
    ({"type": "number", "maximum": 10}, said("", "It had 12 ships."), "12 is more than 10"),
    ({"type": "integer"}, said("", "It weighs 1.5 tonnes."), "1.5 is no whole number"),
    ({"type": "string", "format": "date"}, said("", "It was in May."), "no day is in"),
    ({"type": "boolean"}, said("", "It has a clause on renewal."), "neither yes nor no"),
    ({"type": "string", "enum": ["red", "blue"]}, said("", "It is green."), "none of the values is named"),
    ({"type": "string", "maxLength": 5}, said("", "A long sentence."), "longer than 5 characters"),
]


@pytest.mark.parametrize(("field", "found", "reason"), REASONS)
def test_what_does_not_fit_is_nothing_with_the_reason(field: dict[str, Any], found: Said, reason: str) -> None:
    made = value(one(**field), found)
    assert made.value is None
    assert reason in made.reason
