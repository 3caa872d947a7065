"""Answering without a model: what happens from a question to its answer, and how functions are called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from pdfqa.answer.functions import arguments
from pdfqa.engine import evidence
from pdfqa.engine.answering import (
    Called,
    Finished,
    FunctionCall,
    Happening,
    Question,
    Searched,
    Sources,
    Turn,
    Written,
    answer,
    check_format,
)
from pdfqa.errors import InvalidRequestError, InvalidValueError, ObjectNotFoundError
from tests.homes import WHO_CLUB, WHO_PARK
from tests.shelves import known, store_with, upload
from tests.stage import GARDENER, TREASURER, Stage, stage

HARBOUR = "The harbour was " + ", ".join(f"dredged in {year}" for year in range(1500, 1600)) + "."


@pytest.fixture
def on(home: Path) -> Iterator[Stage]:
    with stage(home) as opened:
        yield opened


def happenings(on: Stage, *turns: Turn | str, **fields: Any) -> list[Happening]:
    said = [Turn(role="user", text=turn) if isinstance(turn, str) else turn for turn in turns]
    sources = fields.pop("sources", Sources(stores=(on.store_id,)))
    return list(answer(on.engine, Question(model="gpt-4o", turns=said, sources=sources, **fields)))


def finished(on: Stage, *turns: Turn | str, **fields: Any) -> Finished:
    """Return how an answer ends, which is what was written before."""
    happened = happenings(on, *turns, **fields)
    last = happened[-1]
    assert isinstance(last, Finished)
    assert "".join(one.text for one in happened if isinstance(one, Written)) == last.text
    return last


def test_a_question_is_searched_for_and_answered_piece_by_piece(on: Stage) -> None:
    searched, *written, last = happenings(on, WHO_CLUB)
    assert isinstance(searched, Searched)
    assert (searched.queries, searched.results[0].page) == ([WHO_CLUB], 1)
    result = searched.results[0]
    assert result.content[0].text == result.quote == searched.evidence[0].text
    assert all(isinstance(one, Written) for one in written)
    assert isinstance(last, Finished)
    assert (last.text, last.found, last.model, last.incomplete) == (TREASURER, True, "extractive", None)
    (cited,) = last.citations
    assert (last.text[cited.start : cited.end], cited.citation.verified) == ("[1]", True)


def test_a_long_answer_comes_in_pieces(on: Stage) -> None:
    store = on.store(known(on.engine, HARBOUR, name="harbour.pdf"))
    happened = happenings(on, "What was the harbour?", sources=Sources(stores=(store,)))
    assert sum(isinstance(one, Written) for one in happened) > 2


def test_boxes_are_looked_for_where_they_are_wanted(on: Stage) -> None:
    assert finished(on, WHO_CLUB).citations[0].citation.boxes
    assert not finished(on, WHO_CLUB, boxes=False).citations[0].citation.boxes


def test_files_may_be_searched_without_a_store(on: Stage) -> None:
    other = known(on.engine, "The mayor of Lund is Astrid Nyberg.", name="lund.pdf")
    asked = "Who is the mayor of Lund?"
    assert "Nyberg" in finished(on, asked, sources=Sources(files=(other.id,))).text
    assert not finished(on, asked, sources=Sources(files=(on.file.id,))).found
    assert "Nyberg" in finished(on, asked, sources=Sources()).text


def test_what_is_not_found_says_how_many_documents_there_were(on: Stage) -> None:
    asked = "Who won the football world cup of 1998?"
    assert finished(on, asked).text == "Not found in the document."
    known(on.engine, "Another.", name="b.pdf")
    assert finished(on, asked, sources=Sources()).text == "Not found in the documents."
    empty = finished(on, asked, sources=Sources(stores=(on.store(),)))
    assert (empty.text, empty.found) == ("Not found: there are no documents to search.", False)


def test_what_is_not_found_says_what_could_not_be_read(on: Stage) -> None:
    notes = [upload(on.engine, b"Strelsau is a city.", f"notes-{number}.dat") for number in range(4)]
    asked = "What is the capital of Ruritania?"
    one = finished(on, asked, sources=Sources(stores=(on.store(notes[0]),)))
    why = "notes-0.dat is not a PDF; it looks like a text file."
    assert (f"Not found: there are no documents to search. {why}", False) == (one.text, one.found)
    all_ = finished(on, asked, sources=Sources(stores=(on.store(on.file, *notes),)))
    assert f"Not found in the document. {why} notes-1.dat is not" in all_.text
    assert all_.text.endswith(" 2 more files could not be read.")
    waiting = store_with(on.engine, upload(on.engine, b"%PDF-1.7", "later.pdf"))
    late = finished(on, asked, sources=Sources(stores=(on.store_id, waiting)))
    assert "Not found in the document. 1 file is still being read." == late.text
    assert finished(on, WHO_CLUB, sources=Sources(stores=(waiting, on.store(on.file, *notes)))).text == TREASURER


def test_what_must_not_be_searched_is_not(on: Stage) -> None:
    happened = happenings(on, WHO_CLUB, sources=None)
    assert not any(isinstance(one, Searched) for one in happened)
    assert not finished(on, WHO_CLUB, sources=None).found


def test_the_last_question_is_answered_with_the_one_before_if_it_is_short(on: Stage) -> None:
    said: list[Turn | str] = [WHO_CLUB, Turn(role="assistant", text=TREASURER)]
    assert finished(on, *said, WHO_PARK).text == GARDENER
    assert finished(on, *said, "Who is that?").text == TREASURER


@pytest.mark.parametrize(
    "said",
    [
        "And in 2020?",
        "What about the park?",
        "Who is that?",
        "When was it founded?",
        "Why?",
        "¿Y en Madrid?",
        "In Copenhagen?",
        "Please explain that in detail.",
        "2020年?",
    ],
)
def test_a_question_that_points_back_is_read_with_the_one_before(said: str) -> None:
    assert f"{WHO_CLUB} {said}" == evidence.asked([Turn(role="user", text=WHO_CLUB), Turn(role="user", text=said)])


@pytest.mark.parametrize(
    "said",
    [
        "Who founded Costco?",
        "Does Health Plus cover acupuncture?",
        "Who is the treasurer?",
        "What is the renewal rate?",
        "¿Quién es el director?",
        "公司的首席执行官是谁，他的薪酬是多少？",
    ],
)
def test_a_question_that_says_all_is_read_alone_however_short_it_is(said: str) -> None:
    assert said == evidence.asked([Turn(role="user", text=WHO_PARK), Turn(role="user", text=said)])


def test_without_a_question_there_is_no_answer(on: Stage) -> None:
    with pytest.raises(InvalidRequestError, match="no question"):
        happenings(on, Turn(role="assistant", text="Well?"))
    with pytest.raises(InvalidRequestError, match="no question"):
        happenings(on, "  ")


def test_a_store_that_is_not_there_is_an_error(on: Stage) -> None:
    with pytest.raises(ObjectNotFoundError):
        happenings(on, WHO_CLUB, sources=Sources(stores=("vs_0",)))


def test_an_answer_ends_before_a_word_that_ends_it(on: Stage) -> None:
    cut = finished(on, WHO_CLUB, stop=["Margaret", "nowhere", ""])
    assert (cut.text, cut.citations, cut.incomplete) == (TREASURER.partition("Margaret")[0], [], None)


@pytest.mark.parametrize("limit", [1, 5, 100])
def test_an_answer_has_no_more_tokens_than_it_may(on: Stage, limit: int) -> None:
    cut = finished(on, WHO_CLUB, max_tokens=limit)
    assert TREASURER.startswith(cut.text)
    assert (cut.incomplete is None) == (cut.text == TREASURER) == (limit == 100)


def test_the_same_question_has_the_same_answer(on: Stage) -> None:
    assert finished(on, WHO_CLUB) == finished(on, WHO_CLUB)


# Functions


FUNCTION = {"name": "lookup", "parameters": {"type": "object", "properties": {"name": {"type": "string"}}}}


def test_a_function_that_has_to_be_called_is(on: Stage) -> None:
    (called,) = happenings(on, "Margaret", functions=[FUNCTION], tool_choice={"function": "lookup"})
    assert isinstance(called, Called)
    (call,) = called.calls
    assert (call.name, json.loads(call.arguments), call.id[:5]) == ("lookup", {"name": "Margaret"}, "call_")


def test_what_functions_returned_is_the_answer(on: Stage) -> None:
    calls = [FunctionCall(id="call_1", name="lookup", arguments="{}")]
    turns = [
        Turn(role="user", text="Margaret"),
        Turn(role="assistant", text="", calls=calls),
        Turn(role="tool", text="A sailor.\n Aged 52.", call_id="call_1"),
        Turn(role="tool", text="A reader.", call_id="call_2"),
    ]
    fields: dict[str, Any] = {"functions": [FUNCTION], "tool_choice": "required"}
    assert finished(on, *turns, **fields).text == "A sailor. Aged 52.\nA reader."
    # An output before the last question is no answer to that.
    assert isinstance(happenings(on, *turns, "Rodrigo", **fields)[-1], Called)


@pytest.mark.parametrize("choice", ["auto", "none", "file_search"])
def test_functions_that_need_not_be_called_are_not(on: Stage, choice: str) -> None:
    assert finished(on, WHO_CLUB, functions=[FUNCTION], tool_choice=choice).text == TREASURER


def test_a_format_that_cannot_be_honoured_is_refused(on: Stage) -> None:
    for plain in (None, "auto", {"type": "text"}):
        check_format(on.engine, "gpt-4o", plain)
    for form in ({"type": "json_object"}, {"type": "json_schema", "json_schema": {}}):
        with pytest.raises(InvalidValueError, match="needs a model that writes") as caught:
            check_format(on.engine, "gpt-4o", form)
        assert caught.value.param == "response_format"


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"city": {"type": "string"}}, "3 nights in Oslo, 40.5 euros"),
        ({"city": {}}, "3 nights in Oslo, 40.5 euros"),
        ({"city": {"type": "string", "default": "Lund"}}, "Lund"),
        ({"city": {"type": ["null", "string"]}}, "3 nights in Oslo, 40.5 euros"),
        ({"city": {"type": "string", "enum": ["Lund", "Oslo"]}}, "Oslo"),
        ({"city": {"enum": ["Lund", "Rome"]}}, "Lund"),
        ({"city": {"enum": ["Lund", "Rome"], "default": "Rome"}}, "Rome"),
        ({"city": {"const": "Lund"}}, "Lund"),
        ({"nights": {"type": "integer"}}, 3),
        ({"price": {"type": "number"}}, 3.0),
        ({"on": {"type": "boolean"}}, False),
        ({"on": {"type": "boolean", "default": True}}, True),
        ({"list": {"type": "array"}}, []),
        ({"nothing": {"type": "null"}}, None),
        ({"where": schema(city={"type": "string", "enum": ["Oslo"]})}, {"city": "Oslo"}),
        ({"where": {"type": "object"}}, {}),
    ],
)
def test_arguments_are_filled_from_the_question(properties: dict[str, Any], expected: Any) -> None:
    ((_, value),) = arguments("3 nights in Oslo, 40.5 euros", schema(**properties)).items()
    assert (value, type(value)) == (expected, type(expected))


def test_numbers_are_taken_in_their_order() -> None:
    number = {"type": "number"}
    filled = arguments("from 1,200 to -3", schema(a=number, b=number, c=number, d={"type": "integer", "minimum": 7}))
    assert filled == {"a": 1200.0, "b": -3.0, "c": 0, "d": 7}


def test_what_is_not_required_is_left_out() -> None:
    both = {"a": {"type": "string"}, "b": {"type": "string"}}
    assert arguments("x", {"properties": both, "required": ["b"]}) == {"b": "x"}
    assert arguments("x", {"properties": both}) == {"a": "x", "b": "x"}
    assert arguments("x", None) == arguments("x", {"properties": 5}) == {}


def test_a_schema_without_end_is_not_followed_for_ever() -> None:
    endless: dict[str, Any] = {"type": "object", "properties": {}}
    endless["properties"]["again"] = endless
    depth, inner = 0, arguments("x", endless)
    while inner:
        depth, inner = depth + 1, inner["again"]
    assert depth < 20


KEYWORDS = st.sampled_from(["type", "properties", "required", "enum", "default", "const", "minimum", "a"])
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["string", "integer", "object", "null"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYWORDS, inner, max_size=4),
    max_leaves=12,
)


@given(
    parameters=st.dictionaries(KEYWORDS, JSON_VALUES, max_size=5), question=st.sampled_from(["", "9" * 400, "3 1e5"])
)
def test_what_is_no_schema_is_filled_all_the_same(parameters: dict[str, Any], question: str) -> None:
    json.dumps(arguments(question, parameters))
    json.dumps(arguments(question, {"type": "object", "properties": {"a": parameters, "b": 1}, "required": ["a", "b"]}))
