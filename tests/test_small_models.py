"""Small models: given a few sentences, asked first whether they answer. Long prompts and empty answers of any model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfqa.answer.focus import agrees
from pdfqa.errors import BackendError, ContextExceededError
from tests.homes import CLUB, WHO_CLUB
from tests.model_server import ModelServer, Reply, model_server, refuses, says, thinks, weighs
from tests.stage import Stage, stage

HOLLOWAY = "It is Margaret Holloway [1]."
TOO_LONG = "the request exceeds the available context size"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        running.offers = [{"id": "tiny", "object": "model", "created": 1, "owned_by": "x", "context_length": 4096}]
        yield running


@pytest.fixture
def on(home: Path, server: ModelServer) -> Iterator[Stage]:
    with stage(home, model="tiny", base_url=server.url) as opened:
        yield opened


@pytest.fixture
def small(server: ModelServer) -> None:
    server.offers[0]["meta"] = {"n_params": 500_000_000}


@pytest.mark.usefixtures("small")
def test_a_small_model_is_asked_first_whether_there_is_an_answer(on: Stage, server: ModelServer) -> None:
    server.replies_with(weighs(yes=-1.0, no=-0.5), weighs(yes=-2.5, no=-0.1), says(HOLLOWAY))
    assert on.answer(on.asked(WHO_CLUB)).text == HOLLOWAY
    check, other, asked = (one["messages"][-1]["content"] for one in server.asked)
    assert check.endswith("Answer yes or no.")
    assert WHO_CLUB in check
    assert WHO_CLUB not in other
    assert asked.startswith('<passage number="1" file="club.pdf">')
    assert CLUB.partition(". ")[0] in asked
    assert [one.get("max_tokens") for one in server.asked[:2]] == [1, 1]


@pytest.mark.usefixtures("small")
def test_what_a_small_model_finds_as_little_answered_as_nonsense_is_declined(on: Stage, server: ModelServer) -> None:
    server.replies_with(weighs(yes=-4.0, no=-0.1), weighs(yes=-1.0, no=-0.5))
    assert on.answer(on.asked(WHO_CLUB)).text == "Not found in the document."
    assert len(server.asked) == 2


@pytest.mark.usefixtures("small")
def test_where_there_is_no_hope_a_small_model_is_not_asked(on: Stage, server: ModelServer) -> None:
    server.replies_with(weighs(yes=-0.1, no=-3.0))
    assert (
        on.answer(on.asked("Which club sells bicycles to pirates in Antarctica?")).text == "Not found in the document."
    )
    assert server.asked == []


@pytest.mark.usefixtures("small")
def test_what_a_small_model_has_no_room_for_is_not_put_to_it(on: Stage, server: ModelServer) -> None:
    run = on.asked(WHO_CLUB, assistant=on.assistant(instructions="Be brief. " * 2000))
    assert (run.status, run.incomplete_details) == ("incomplete", {"reason": "max_prompt_tokens"})
    assert server.asked == []


@pytest.mark.usefixtures("small")
def test_where_the_weights_of_words_are_not_told_the_confidence_decides(on: Stage, server: ModelServer) -> None:
    server.replies_with(says("no"), says("no"), says(HOLLOWAY))
    assert on.answer(on.asked(WHO_CLUB)).text == HOLLOWAY


def test_words_are_weighed_whatever_their_form() -> None:
    assert agrees({"yes": -1.0, " No": -1.0}) == pytest.approx(0)
    assert agrees({"Yes": -1.0, "YES.": -1.0, "no": -1.0}) == pytest.approx(0.693, abs=0.001)
    assert agrees({"perhaps": -0.1}) is None
    assert agrees({}) is None


def test_a_prompt_that_is_too_long_is_given_again_with_less(on: Stage, server: ModelServer) -> None:
    server.replies_with(refuses(400, TOO_LONG), refuses(400, TOO_LONG), says(HOLLOWAY))
    run = on.asked(WHO_CLUB)
    assert (on.answer(run).text, len(server.asked)) == (HOLLOWAY, 3)


def test_what_does_not_fit_at_all_is_an_error(on: Stage, server: ModelServer) -> None:
    server.replies_with(refuses(400, TOO_LONG))
    run = on.asked(WHO_CLUB)
    assert run.status == "failed"
    assert len(server.asked) == 3


def test_an_empty_answer_is_asked_for_once_more(on: Stage, server: ModelServer) -> None:
    server.replies_with(says(""), says(HOLLOWAY))
    assert on.answer(on.asked(WHO_CLUB)).text == HOLLOWAY
    assert [one["temperature"] for one in server.asked] == [0.0, 0.7]


def test_a_model_that_writes_nothing_is_an_error(on: Stage, server: ModelServer) -> None:
    server.replies_with(says(" ", "\n"))
    run = on.asked(WHO_CLUB)
    assert run.status == "failed"
    assert run.last_error is not None
    assert "wrote nothing" in run.last_error.message
    assert len(server.asked) == 2


def test_thoughts_are_not_shown(on: Stage, server: ModelServer) -> None:
    server.replies_with(thinks("Who might that be? ", says=HOLLOWAY))
    assert on.answer(on.asked(WHO_CLUB)).text == HOLLOWAY


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (thinks("Who might that be?", reason="length"), "nothing but thoughts until it had no room for more"),
        (says("<think>Who might that be?", reason="length"), "nothing but thoughts until it had no room for more"),
        (says("<think>Who might that be?</think>"), "nothing but thoughts"),
    ],
)
def test_a_model_that_thinks_and_says_nothing_is_an_error(
    on: Stage, server: ModelServer, reply: Reply, what: str
) -> None:
    server.replies_with(reply)
    run = on.asked(WHO_CLUB)
    assert run.status == "failed"
    assert run.last_error is not None
    assert what in run.last_error.message


def test_an_answer_that_its_model_has_no_room_for_is_told_to_be_cut_short(on: Stage, server: ModelServer) -> None:
    server.replies_with(says("It is Margaret Holloway [1]. She", reason="length"))
    run = on.asked(WHO_CLUB)
    assert run.status == "incomplete"
    assert on.answer(run).text.endswith("Cut short: the model had no room for more.")


def test_an_answer_that_the_caller_limits_ends_where_it_ends(on: Stage, server: ModelServer) -> None:
    server.replies_with(says("It is Margaret Holloway [1]. She", reason="length"))
    assert "Cut short" not in on.answer(on.asked(WHO_CLUB, max_completion_tokens=256)).text


def test_a_window_that_the_server_tells_is_kept(on: Stage, server: ModelServer) -> None:
    assert on.engine.context_tokens == 4096


def test_a_prompt_that_is_too_long_is_an_error_of_its_own() -> None:
    assert issubclass(ContextExceededError, BackendError)
