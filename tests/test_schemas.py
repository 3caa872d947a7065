"""JSON schemas that are to be filled: what is asked for each field, and what is made of what is found."""

from __future__ import annotations

from typing import Any

import pytest

from pdfqa.errors import InvalidRequestError
from pdfqa.whole.coercing import Said, value
from pdfqa.whole.schema import Wanted, alternatives, empty, fields


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
            closed={"type": "string", "format": "date", "description": "Date on which the year ended"},
            staff={"type": "number", "description": "Number of employees"},
            floors={"type": "integer"},
            revenues={"type": "integer"},
            profit={"type": "number", "description": "Net profit for the financial year"},
            market={"enum": ["NYSE", "Nasdaq", "other"], "description": "stock exchange"},
        )
    )
    assert [
        "When is the invoice date?",
        "What is the net revenue?",
        "Who audits the accounts?",
        "What are the places of work?",
        "What is the cost of the roof?",
        "When: the year ended?",
        "How many employees are there?",
        "How many floors are there?",
        "What is the revenues?",
        "What is the net profit?",
        "What is the stock exchange: NYSE, Nasdaq or other?",
    ] == [field.question for field in wanted]


def test_a_field_with_two_names_is_asked_for_by_each() -> None:
    found = alternatives(one(type="number", description="total revenue or net sales, in millions"))
    assert ["What is the total revenue?", "What is the net sales?"] == [field.question for field in found]
    assert [field for field in found if "in millions" in field.label] == found
    assert [] == alternatives(one(type="string", description="Is it a gift or a loan?"))


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("Name of the chief executive officer", "person"),
        ("Who is the auditor?", "organisation"),
        ("city of the headquarters", "place"),
        ("Who signs it?", "party"),
        ("terms of payment", "sentence"),
        ("policy number", ""),
    ],
)
def test_what_a_text_holds_is_told_by_its_words(description: str, kind: str) -> None:
    assert kind == one(type="string", description=description).sought


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
    ([], "the schema is wrong: it is a list"),
    ({"type": "string"}, "the schema is wrong: its type is 'string'"),
    ({"a": 1}, "the schema is wrong: it has no type, and no properties"),
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


EMPLOYEES = "How many employees are there?"
VALUES: list[tuple[dict[str, Any], Said, Any]] = [
    ({"type": "number"}, said("$4.3 billion"), 4_300_000_000),
    ({"type": "number"}, said("", "A loss of $ (1,234.5) was made."), -1234.5),
    ({"type": "number"}, said("", "In 2024 it had 12 ships.", question="How many ships in 2024?"), 12),
    ({"type": "number", "description": "revenue in millions"}, said("$323,100 thousand in 2024"), 323.1),
    ({"type": "number", "description": "revenue in millions"}, said("7,234 (in thousands)"), 7.234),
    ({"type": "number", "description": "margin in percent"}, said("", "Profit of $44 million is 13.8%."), 13.8),
    ({"type": "integer"}, said("", "It employed 1,284 people."), 1284),
    ({"type": "integer"}, said("", "It employed 1,284 people (2023: 1,231)."), 1284),
    (
        {"type": "integer", "description": "number of employees"},
        said("", "On 31 May 2024 it had some 5,500 part-time employees in 3 towns.", question=EMPLOYEES),
        5500,
    ),
    ({"type": "integer", "description": "When was it founded?"}, said("", "It began in 1931 with 12 boats."), 1931),
    (
        {"type": "string", "description": "auditor"},
        said("", "The report of Ernst & Young LLP, our auditor, is here."),
        "Ernst & Young LLP",
    ),
    (
        {"type": "string", "description": "Who audits the accounts?"},
        said("", "Marlow Keel LLP audits the accounts."),
        "Marlow Keel LLP",
    ),
    (
        {"type": "string", "description": "chief executive officer"},
        said("", "Ada L. Marlow  55  Chairman and Chief Executive Officer"),
        "Ada L. Marlow",
    ),
    (
        {"type": "string", "description": "treasurer"},
        said("", "The treasurer of the club is Ada Marlow."),
        "Ada Marlow",
    ),
    (
        {"type": "string", "description": "headquarters"},
        said("", "Our headquarters are in Redmond, Washington."),
        "Redmond, Washington",
    ),
    ({"type": "string", "description": "invoice number"}, said("", "Invoice number: 4711-A"), "4711-A"),
    (
        {"type": "string", "description": "auditor"},
        said("", "Report of Marlow & Keel LLP, Auditor"),
        "Marlow & Keel LLP",
    ),
    (
        {"type": "string", "description": "auditor"},
        said("Keel LLP", "Marlow & Keel LLP is the auditor."),
        "Marlow & Keel LLP",
    ),
    (
        {"type": "integer", "description": "days to pay"},
        said("", "Pay within 30 days, to IBAN 77.", question="How many days to pay are there?"),
        30,
    ),
    ({"type": "string", "description": "invoice number"}, said("", "Invoice number  4711-A"), "4711-A"),
    ({"type": "string", "description": "reason of the delay"}, said("", "It rained."), "It rained."),
    ({"type": "string", "description": "delay", "maxLength": 500}, said("", "It rained."), "It rained."),
    ({"type": "string", "format": "date"}, said("", "Paid on 31 March 2024."), "2024-03-31"),
    ({"type": "string", "format": "date"}, said("", "Not yet.", "It is due on 4 May 2025."), "2025-05-04"),
    ({"type": "boolean"}, said("Yes", "It renews automatically."), True),
    ({"type": "boolean"}, said("No", "It does not."), False),
    ({"type": "string", "enum": ["net", "net income"]}, said("", "Its net income rose."), "net income"),
    ({"type": "string", "format": "email"}, said("", "Write to desk@example.org."), "desk@example.org"),
    ({"type": "string", "pattern": "^[A-Z]{2}-\\d+$"}, said("", "The number of the file is AB-123."), "AB-123"),
    ({"type": "string", "pattern": "^\\d+ \\$"}, said("", "The fee of the file is 12 $."), "12 $"),
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
    ({"type": "string", "maxLength": 5}, said("A long sentence."), "longer than 5 characters"),
    ({"type": "string", "minLength": 5}, said("Bah"), "shorter than 5 characters"),
    ({"type": "number", "exclusiveMinimum": 12}, said("", "It had 12 ships."), "12 is not more than 12"),
    ({"type": "array", "items": {"type": "string"}, "maxItems": 1}, said("", "Oslo and Lima."), "more than 1"),
    ({"type": "integer"}, said("", "Employees may pay 15% into a 401(k) plan."), "no number is in"),
    ({"type": "integer", "description": "employees"}, said("", "Employees earned $12 million."), "no number is in"),
    ({"type": "integer"}, said("", "Employees had COVID-19."), "no number is in"),
    ({"type": "integer"}, said("", "(2) As the auditor has said."), "no number is in"),
    ({"type": "number"}, said("", "As Note 1 says, it is paid."), "no number is in"),
    ({"type": "number", "description": "pay in dollars"}, said("", "It was paid to 12 people."), "no number is in"),
    ({"type": "string", "description": "auditor"}, said("Proxy Statement", "See the Proxy Statement."), "no name"),
    (
        {"type": "array", "items": {"type": "string"}},
        said("", "It " + "holds nearly " * 9 + "all."),
        "no list is in it",
    ),
    ({"type": "string", "description": "company"}, said("", "The Company has no debt."), "no name of an organisation"),
    (
        {"type": "string", "description": "CEO"},
        said("", "The CEO of Acme Tools signs Section 302."),
        "no name of a person",
    ),
    (
        {"type": "string", "description": "CEO"},
        Said("", ("Ada Marlow is CEO of Sarr Tools.",), "", "en", "Acme Inc."),
        "no name of a person",
    ),
    ({"type": "string", "enum": ["NYSE", "other"]}, said("", "Any other firm."), "none of the values is named"),
    (
        {"type": "integer", "description": "number of employees"},
        said("", "Some 120 of our employees left."),
        "no number is in",
    ),
    ({"type": "string", "description": "colour of the roof"}, said("", "It is painted."), "in a sentence only"),
]


@pytest.mark.parametrize(("field", "found", "reason"), REASONS)
def test_what_does_not_fit_is_nothing_with_the_reason(field: dict[str, Any], found: Said, reason: str) -> None:
    made = value(one(**field), found)
    assert made.value is None
    assert reason in made.reason
