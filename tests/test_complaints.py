"""What is said of a wrong request: the field, its value, and what it could be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pdfqa import wire
from pdfqa.errors import InvalidRequestError, InvalidValueError, MissingFieldError, UnknownFieldError
from pdfqa.wire.items import decode_at
from pdfqa.wire.requests import CreateAssistant, CreateVectorStore, ListFiles, ListMessages, SearchVectorStore
from pdfqa.wire.tools import SearchTool

SEARCH = {"type": "file_search"}


def complaint(type_: type[wire.Request], **fields: Any) -> InvalidRequestError:
    """Return what is said of fields, which is the same of a body that has them."""
    with pytest.raises(InvalidRequestError) as caught:
        wire.check(type_, fields)
    with pytest.raises(type(caught.value)) as decoded:
        wire.decode(type_, msgspec.json.encode(fields))
    assert (caught.value.line, caught.value.param) == (decoded.value.line, decoded.value.param)
    return caught.value


@pytest.mark.parametrize(
    ("type_", "fields", "line"),
    [
        (ListMessages, {"order": "up"}, "Invalid 'order': invalid enum value 'up'. It can be 'asc' or 'desc'."),
        (ListMessages, {"limit": 0}, "Invalid 'limit': expected int >= 1, got 0."),
        (ListMessages, {"limit": "many"}, "Invalid 'limit': expected int, got str."),
        (ListFiles, {"purpos": "vision"}, "Unknown parameter: 'purpos'. Did you mean 'purpose'?"),
        (CreateAssistant, {}, "Missing required parameter: 'model'."),
        (CreateAssistant, {"model": "m", "temperature": 3}, "Invalid 'temperature': expected float <= 2.0, got 3."),
        (CreateAssistant, {"model": "m", "name": "n" * 257}, "Invalid 'name': expected str of length <= 256, got 257."),
        (
            CreateAssistant,
            {"model": "m", "metadata": {"a": "x", "b": 1}},
            "Invalid 'metadata.b': expected str, got int.",
        ),
        (
            CreateAssistant,
            {"model": "m", "metadata": {"a": "x", "b": "y" * 513}},
            "Invalid 'metadata.b': expected str of length <= 512, got 513.",
        ),
        (
            CreateAssistant,
            {"model": "m", "metadata": {"a": "x", "k" * 65: "y"}},
            "Invalid 'metadata': expected keys of length <= 64, got 65.",
        ),
        (
            CreateAssistant,
            {"model": "m", "metadata": {str(number): "x" for number in range(17)}},
            "Invalid 'metadata': expected object of length <= 16, got 17.",
        ),
        (
            CreateAssistant,
            {"model": "m", "tools": [SEARCH, {"type": "retrieval"}]},
            (
                "Invalid 'tools[1].type': invalid value 'retrieval'. "
                "It can be 'code_interpreter', 'file_search' or 'function'."
            ),
        ),
        (
            CreateAssistant,
            {"model": "m", "tools": [{"type": "function", "function": {"name": "two words"}}]},
            "Invalid 'tools[0].function.name': expected str matching regex '^[a-zA-Z0-9_-]{1,64}$', got 'two words'.",
        ),
        (
            CreateAssistant,
            {"model": "m", "tool_resources": {"file_search": {"vector_store_id": ["vs_1"]}}},
            "Unknown parameter: 'tool_resources.file_search.vector_store_id'. Did you mean 'vector_store_ids'?",
        ),
        (
            CreateAssistant,
            {"model": "m", "response_format": "json"},
            "Invalid 'response_format': invalid enum value 'json'. It can be 'auto' or an object.",
        ),
        (CreateAssistant, {"model": "m", "colour": "red"}, "Unknown parameter: 'colour'."),
        (
            CreateVectorStore,
            {"expires_after": {"anchor": "created_at", "days": 1}},
            "Invalid 'expires_after.anchor': invalid enum value 'created_at'. It can be 'last_active_at'.",
        ),
        (
            SearchVectorStore,
            {"query": "x", "filters": {"region": "EU"}},
            "Unknown parameter: 'filters.region'. There are 'filters', 'key', 'type' and 'value'.",
        ),
    ],
)
def test_a_complaint_says_what_is_wrong_and_what_would_be_right(
    type_: type[wire.Request], fields: dict[str, Any], line: str
) -> None:
    assert line == complaint(type_, **fields).line


def test_the_field_at_fault_is_named() -> None:
    assert "metadata.b" == complaint(CreateAssistant, model="m", metadata={"b": 1}).param
    assert isinstance(complaint(CreateAssistant), MissingFieldError)
    assert isinstance(complaint(CreateAssistant, model="m", colour=1), UnknownFieldError)
    assert isinstance(complaint(CreateAssistant, model=1), InvalidValueError)


def test_a_query_is_looked_at_alike() -> None:
    with pytest.raises(InvalidValueError) as caught:
        wire.check(ListMessages, {"limit": "0"}, lax=True)
    assert "Invalid 'limit': expected int >= 1, got 0." == caught.value.line


def test_a_part_of_a_request_is_looked_at_alike() -> None:
    with pytest.raises(InvalidValueError) as caught:
        decode_at(SearchTool, {**SEARCH, "vector_store_ids": ["vs_1"], "max_num_results": 51}, "tools[2]")
    assert "Invalid 'tools[2].max_num_results': expected int <= 50, got 51." == caught.value.line
    assert "tools[2].max_num_results" == caught.value.param


def test_what_is_no_object_is_said_to_be_none() -> None:
    with pytest.raises(InvalidValueError, match=r"Expected `object`, got `array`"):
        wire.decode(CreateAssistant, b"[]")
