"""A JSON schema filled from documents, each value with its citation; without a model and with one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA
from pdfqa.errors import BackendError, PdfqaError
from tests.cli_runner import pdfqa
from tests.homes import CLUB, pdf
from tests.model_server import ModelServer, model_server, refuses, says
from tests.pdf_maker import Leaf, Put, paragraph, write_pdf

SAMPLE = Path(__file__).parent.parent / "samples" / "annual-report-2024.pdf"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["founded"],
    "properties": {
        "founded": {"type": "integer", "description": "When was the club founded?"},
        "treasurer": {"type": "string", "description": "Who is the treasurer of the sailing club?"},
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as serving:
        yield serving


@pytest.fixture
def club(tmp_path: Path) -> Path:
    return pdf(tmp_path / "club.pdf", CLUB)


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA))
    return path


def only(kind: str, **more: Any) -> dict[str, Any]:
    """Return a schema of one field."""
    return {"type": "object", "properties": {"it": {"type": kind, **more}}}


def test_fields_are_filled_with_what_the_document_says(club: Path) -> None:
    with PDFQA(club) as qa:
        done = qa.extract(SCHEMA)[0]
    assert 1931 == done.data["founded"]
    assert "Margaret Holloway" in done.data["treasurer"]
    for field in done.fields:
        assert "found" == field.state
        assert [(1, True)] == [(citation.page, citation.verified) for citation in field.citations]
    assert not done.missing


def test_a_figure_of_a_table_is_counted_as_the_schema_wants() -> None:
    with PDFQA(SAMPLE) as qa:
        for words, value in (("", 323_100_000), (", in millions of dollars", 323.1)):
            wanted = only("number", description=f"revenue in 2024{words}")
            field = qa.extract(wanted)[0].fields[0]
            assert value == field.value
            assert "323,100" in field.citations[0].quote


def test_a_text_is_the_few_words_that_it_wants_or_null_with_what_came_nearest() -> None:
    wanted: dict[str, Any] = {
        "type": "object",
        "properties": {
            "company": {"type": "string", "description": "Name of the company"},
            "auditor": {"type": "string", "description": "auditor of the accounts"},
            "employees": {"type": "integer", "description": "number of employees"},
            "supplier": {"type": "string", "description": "single supplier of components"},
        },
    }
    with PDFQA(SAMPLE) as qa:
        done = qa.extract(wanted)[0]
    values = {"company": "Corvane Instruments plc", "auditor": "Thornbury Keel LLP", "employees": 1284}
    assert {**values, "supplier": None} == done.data
    assert "one supplier only" in done.fields[-1].citations[0].quote
    assert "nearest, p. 8" in str(done)


def test_an_invoice_is_read_by_its_labels(tmp_path: Path) -> None:
    lines = [
        "Marlow & Keel GmbH, invoice of the month",
        "Invoice number: KS-2024-117",
        "Invoice date: 31 March 2024",
        "Customer: Larkfield Mapping Cooperative",
        "Please pay within 30 days to the account 12 3456 7890.",
        "Questions go to billing@marlow.example",
        "Total amount due: 2,095.59 EUR",
    ]
    path = write_pdf(tmp_path / "invoice.pdf", [Leaf([Put(line, 72, 740 - 36 * at) for at, line in enumerate(lines)])])
    properties = {
        "number": {"type": "string", "description": "invoice number"},
        "date": {"type": "string", "format": "date", "description": "invoice date"},
        "customer": {"type": "string"},
        "email": {"type": "string", "format": "email"},
        "total": {"type": "number", "description": "total amount due"},
        "currency": {"type": "string", "enum": ["EUR", "USD"]},
    }
    with PDFQA(path) as qa:
        done = qa.extract({"type": "object", "properties": properties})[0]
    assert {
        "number": "KS-2024-117",
        "date": "2024-03-31",
        "customer": "Larkfield Mapping Cooperative",
        "email": "billing@marlow.example",
        "total": 2095.59,
        "currency": "EUR",
    } == done.data
    assert all(citation.verified for field in done.fields for citation in field.citations)


def test_a_person_is_called_by_the_whole_name_where_it_is_said(tmp_path: Path) -> None:
    lines = ["Mr. Marlow is our treasurer and was appointed treasurer in May.", "Edward Marlow, treasurer of the club"]
    path = write_pdf(tmp_path / "a.pdf", [Leaf([Put(line, 72, 740 - 60 * at) for at, line in enumerate(lines)])])
    with PDFQA(path) as qa:
        assert "Edward Marlow" == qa.extract(only("string", description="Name of the treasurer"))[0].data["it"]


def test_the_title_of_a_document_is_its_largest_heading(tmp_path: Path) -> None:
    leaf = Leaf([Put("The harbour of Korsholm", 72, 740, 24), *paragraph("It was opened in 1931. " * 20, y=680)])
    with PDFQA(write_pdf(tmp_path / "a.pdf", [leaf])) as qa:
        field = qa.extract(only("string", description="Title of the document"))[0].fields[0]
    assert "The harbour of Korsholm" == field.value == field.citations[0].quote


def test_an_array_of_objects_is_filled_from_the_table_with_such_columns() -> None:
    properties = {
        "segment": {"type": "string"},
        "revenue": {"type": "number", "description": "revenue 2024, in thousands"},
        "profit": {"type": "number", "description": "operating profit 2024, in thousands"},
    }
    wanted = only(
        "array",
        description="revenue and operating profit by segment",
        items={"type": "object", "properties": properties},
    )
    with PDFQA(SAMPLE) as qa:
        field = qa.extract(wanted)[0].fields[0]
    assert {"segment": "Laboratory", "revenue": 97_615, "profit": 11_240} in field.value
    assert {"segment": "Central costs", "revenue": None, "profit": -14_830} in field.value
    assert field.citations[0].verified


def test_what_is_not_found_is_null_with_the_reason_and_a_code_if_it_is_required(club: Path, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps({**only("number", description="net revenue of Acme in 2024"), "required": ["it"]}))
    done = pdfqa("extract", club, "--schema", path)
    assert (1, {"it": None}) == (done.code, done.json)
    assert "the document does not say" in done.err
    assert "Required, and missing: it" in done.err


def test_a_constant_is_given(club: Path) -> None:
    with PDFQA(club) as qa:
        field = qa.extract(only("string", const="club"))[0].fields[0]
    assert ("club", "given") == (field.value, field.state)


def test_each_file_is_one_line_of_json(club: Path, schema: Path, tmp_path: Path) -> None:
    pdf(tmp_path / "other.pdf", CLUB.replace("1931", "1947").replace("Margaret Holloway", "Ada Marlow"))
    done = pdfqa("extract", club, tmp_path / "other.pdf", "--schema", schema)
    assert [1931, 1947] == [json.loads(line)["founded"] for line in done.out.splitlines()]
    assert 0 == done.code


def test_csv_has_a_row_for_each_file(club: Path, schema: Path) -> None:
    lines = pdfqa("extract", club, "--schema", schema, "--csv", "-q").out.splitlines()
    assert "file,founded,treasurer" == lines[0]
    assert f"{club},1931," in lines[1]


def test_json_has_the_citations(club: Path, schema: Path) -> None:
    value = pdfqa("extract", club, "--schema", schema, "--json").json
    assert "founded" == value["extractions"][0]["fields"][0]["path"]
    assert value["extractions"][0]["fields"][0]["citations"][0]["verified"]


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [("{", "is no JSON", 3), ("[]", "it is a list", 2), ('{"type": "array"}', "its type is 'array'", 2)],
)
def test_a_bad_schema_is_told_before_anything_is_read(
    club: Path, tmp_path: Path, text: str, message: str, code: int
) -> None:
    path = tmp_path / "schema.json"
    path.write_text(text)
    done = pdfqa("extract", club, "--schema", path)
    assert code == done.code
    assert message in " ".join(done.err.split())
    with PDFQA(club) as qa, pytest.raises(PdfqaError):
        qa.extract(path)


def asked(server: ModelServer, path: Path) -> PDFQA:
    return PDFQA(path, model="small", base_url=server.url)


def test_a_model_is_asked_for_one_field_at_a_time_in_plain_text(club: Path, server: ModelServer) -> None:
    server.replies_with(says("1931 [1]"), says("Margaret Holloway [1]"))
    with asked(server, club) as qa:
        done = qa.extract(SCHEMA)[0]
    assert {"founded": 1931, "treasurer": "Margaret Holloway"} == done.data
    assert all(field.citations[0].verified for field in done.fields)
    assert 2 == len(server.asked)
    assert not any("tools" in body or "response_format" in body for body in server.asked)


def test_a_figure_that_a_model_takes_is_counted_as_its_table_says(server: ModelServer) -> None:
    server.replies_with(says("323,100 [1]"))
    with asked(server, SAMPLE) as qa:
        field = qa.extract(only("number", description="revenue in 2024, in millions"))[0].fields[0]
    assert 323.1 == field.value
    assert "323,100" in field.citations[0].quote


def test_what_a_model_says_and_no_passage_does_is_no_value(club: Path, server: ModelServer) -> None:
    server.replies_with(says("1804 [1]"), says("NOT FOUND"))
    with asked(server, club) as qa:
        founded, treasurer = qa.extract(SCHEMA)[0].fields
    assert (None, "not_fitting") == (founded.value, founded.state)
    assert "the model says “1804”" in founded.reason
    assert (None, "not_found") == (treasurer.value, treasurer.state)


def test_a_model_may_list_rows_of_an_array_of_objects(tmp_path: Path, server: ModelServer) -> None:
    path = pdf(tmp_path / "ships.pdf", "The Aurora was built in 1902 by Larsen. The Boreas was built in 1911 by Moe.")
    server.replies_with(says("Aurora | 1902 [1]\n", "Boreas | 1911 [1]"))
    items = {"type": "object", "properties": {"ship": {"type": "string"}, "built": {"type": "integer"}}}
    with asked(server, path) as qa:
        field = qa.extract(only("array", description="ships", items=items))[0].fields[0]
    assert [{"ship": "Aurora", "built": 1902}, {"ship": "Boreas", "built": 1911}] == field.value


def test_fields_that_a_model_has_filled_are_kept(club: Path, server: ModelServer) -> None:
    server.replies_with(says("1931 [1]"), refuses(400, "out of memory"))
    with asked(server, club) as qa, pytest.raises(BackendError) as caught:
        qa.extract(SCHEMA)
    assert "1 fields are done and kept" in caught.value.hint
    server.replies_with(says("Margaret Holloway [1]"))
    with asked(server, club) as qa:
        assert 1931 == qa.extract(SCHEMA)[0].data["founded"]
    assert 1 == len(server.asked)
