"""What is looked for before a model answers: follow-ups in words of their own, questions in parts part by part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa.wire import Usage
from tests.homes import WHO_CLUB
from tests.model_server import ModelServer, model_server, refuses, says
from tests.stage import Stage, stage

HOLLOWAY = "It is Margaret Holloway [1]."
FUENTES = "It is Rodrigo Fuentes [1]."
FOLLOW_UP = "And the person who has that job at the other place?"
ALONE = "Who is the head gardener of the botanical park?"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def on(home: Path, server: ModelServer) -> Iterator[Stage]:
    with stage(home, model="tiny", base_url=server.url) as opened:
        yield opened


def followed(on: Stage, question: str = FOLLOW_UP) -> Any:
    """Ask one question, and then another in the same thread; return the second run."""
    run = on.asked(WHO_CLUB)
    on.call("create_thread_message", run.thread_id, role="user", content=question)
    again = on.call("create_run", run.thread_id, assistant_id=run.assistant_id)
    on.perform()
    return on.call("get_run", run.thread_id, again.id)


def test_a_question_that_follows_others_is_searched_for_as_the_model_words_it(on: Stage, server: ModelServer) -> None:
    server.replies_with(says(HOLLOWAY), says(f'"{ALONE}"\n'), says(FUENTES))
    run = followed(on)
    assert on.answer(run).text == FUENTES
    assert on.answer(run).annotations[0].file_citation.page == 2
    reword, answer = (asked["messages"] for asked in server.asked[1:])
    assert reword[1]["content"] == (
        f"User: {WHO_CLUB}\nAssistant: It is Margaret Holloway.\n\nLast question: {FOLLOW_UP}"
    )
    assert answer[-1]["content"].endswith(f"Question: {FOLLOW_UP}")
    assert "Rodrigo Fuentes" in answer[-1]["content"]


def test_the_tokens_of_rewording_count(on: Stage, server: ModelServer) -> None:
    server.replies_with(says(HOLLOWAY), says(ALONE, usage=(30, 4)), says(FUENTES, usage=(100, 10)))
    assert followed(on).usage == Usage(prompt_tokens=130, completion_tokens=14, total_tokens=144)


@pytest.mark.parametrize("reply", ["", "Sure!\nHere is the question:\nWho?", "word " * 80, "<think>Who is meant"])
def test_what_is_no_question_is_not_searched_for(on: Stage, server: ModelServer, reply: str) -> None:
    server.replies_with(says(HOLLOWAY), says(reply), says(HOLLOWAY))
    followed(on, "And who is he?")
    sent = server.asked[2]["messages"][-1]["content"]
    assert "Margaret Holloway" in sent


def test_a_first_question_is_not_reworded(on: Stage, server: ModelServer) -> None:
    server.replies_with(says(HOLLOWAY))
    on.asked(WHO_CLUB)
    assert len(server.asked) == 1


def test_small_models_are_not_asked_to_reword(on: Stage, server: ModelServer) -> None:
    server.offers = [{"id": "tiny", "object": "model", "created": 1, "owned_by": "x", "meta": {"n_params": 10**9}}]
    server.replies_with(says(HOLLOWAY))
    followed(on)
    assert not any("Last question" in asked["messages"][-1]["content"] for asked in server.asked)


def test_a_model_that_fails_at_rewording_has_failed(on: Stage, server: ModelServer) -> None:
    server.replies_with(says(HOLLOWAY), refuses(400, "no such model"))
    run = followed(on)
    assert run.status == "failed"
    assert "no such model" in run.last_error.message
    assert len(server.asked) == 2


def test_each_part_of_a_question_is_searched_for(on: Stage, server: ModelServer) -> None:
    server.replies_with(says(HOLLOWAY))
    on.asked("Who is the treasurer of the sailing club and who is the head gardener of the botanical park?")
    sent = server.asked[0]["messages"][-1]["content"]
    assert sent.index("Margaret Holloway") < sent.index("Rodrigo Fuentes")
