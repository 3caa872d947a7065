"""Two that use one home at the same moment, as two processes do: nothing is lost, doubled or left half done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pdfqa.engine import Engine
from pdfqa.engine.driver import Driver
from pdfqa.engine.ending import ACTIVE
from pdfqa.engine.performing import Performance
from pdfqa.errors import InvalidRequestError, PdfqaError
from pdfqa.operations import OPERATIONS
from pdfqa.wire import Run, check
from tests.homes import CLUB, WHO_CLUB, settings
from tests.shelves import blobs_left, bytes_left, jobs_left, known, pdf_bytes, store_with, upload
from tests.stage import SEARCH, WEATHER
from tests.test_jobs import wait_until

ROUNDS = 8
Outcome = Any


@pytest.fixture
def both(home: Path) -> Iterator[tuple[Engine, Engine]]:
    """Open one home twice."""
    with Engine(settings(home)) as one, Engine(settings(home)) as two:
        yield one, two


def call(engine: Engine, name: str, /, *ids: str, **fields: Any) -> Any:
    operation = OPERATIONS[name]
    request = check(operation.request, fields) if operation.request else None
    return operation.perform(engine, ids, request)


def at_once(*steps: Callable[[], Outcome]) -> list[Outcome]:
    """Return what steps that are taken at the same moment return, or the errors of ours that they raise."""
    outcomes: list[Outcome] = [None] * len(steps)
    start = threading.Barrier(len(steps))

    def take(number: int) -> None:
        start.wait()
        try:
            outcomes[number] = steps[number]()
        except PdfqaError as error:
            outcomes[number] = error

    threads = [threading.Thread(target=take, args=(number,)) for number in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def perform(engine: Engine, run: Run) -> None:
    for _ in Performance(engine, run).events():
        pass


def errors(outcomes: list[Outcome]) -> list[str]:
    return sorted(outcome.code for outcome in outcomes if isinstance(outcome, PdfqaError))


CHANGES: dict[str, tuple[Callable[[Engine], tuple[str, ...]], dict[str, Any], dict[str, Any]]] = {
    "modify_assistant": (
        lambda engine: (call(engine, "create_assistant", model="m").id,),
        {"name": "new"},
        {"instructions": "new", "metadata": {"a": "b"}},
    ),
    "modify_vector_store": (
        lambda engine: (call(engine, "create_vector_store").id,),
        {"name": "new"},
        {"metadata": {"a": "b"}, "expires_after": {"anchor": "last_active_at", "days": 3}},
    ),
    "modify_thread": (
        lambda engine: (call(engine, "create_thread").id,),
        {"metadata": {"a": "b"}},
        {"tool_resources": {"file_search": {"vector_stores": [{}]}}},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_who_changes_one_field_keeps_what_another_changes(name: str, both: tuple[Engine, Engine]) -> None:
    make, first, second = CHANGES[name]
    for _ in range(ROUNDS):
        ids = make(both[0])
        changes = [partial(call, one, name, *ids, **fields) for one, fields in zip(both, (first, second), strict=True)]
        assert [] == errors(at_once(*changes))
        now = call(both[0], name.replace("modify", "get"), *ids).to_dict()
        plain = {**first, **second, "tool_resources": now.get("tool_resources")}
        assert plain.items() <= {**now, "tool_resources": now.get("tool_resources")}.items()
        assert ("tool_resources" in second) <= bool(now.get("tool_resources"))


def waiting_run(engine: Engine) -> tuple[str, str, list[dict[str, str]]]:
    """Return the ids of a run that waits for a function, and what to submit."""
    assistant = call(engine, "create_assistant", model="m", tools=[WEATHER])
    thread = {"messages": [{"role": "user", "content": WHO_CLUB}]}
    run = call(engine, "create_thread_and_run", assistant_id=assistant.id, thread=thread, tool_choice="required")
    perform(engine, run)
    action = call(engine, "get_run", run.thread_id, run.id).required_action
    calls = action["submit_tool_outputs"]["tool_calls"]
    return run.thread_id, run.id, [{"tool_call_id": one["id"], "output": "Sunny"} for one in calls]


def test_of_two_that_submit_outputs_one_does(both: tuple[Engine, Engine]) -> None:
    for _ in range(ROUNDS):
        thread_id, run_id, outputs = waiting_run(both[0])
        submits = [partial(call, one, "submit_tool_outputs", thread_id, run_id, tool_outputs=outputs) for one in both]
        assert ["wrong_state"] == errors(at_once(*submits))
        assert "queued" == call(both[0], "get_run", thread_id, run_id).status
    assert ROUNDS == jobs_left(both[0])


def test_a_run_is_cancelled_or_goes_on_but_not_both(both: tuple[Engine, Engine]) -> None:
    for _ in range(ROUNDS):
        thread_id, run_id, outputs = waiting_run(both[0])
        outcomes = at_once(
            partial(call, both[0], "submit_tool_outputs", thread_id, run_id, tool_outputs=outputs),
            partial(call, both[1], "cancel_run", thread_id, run_id),
            partial(call, both[1], "cancel_run", thread_id, run_id),
        )
        assert {"wrong_state"} == set(errors(outcomes))
        assert "cancelled" == call(both[0], "get_run", thread_id, run_id).status
        (step,) = call(both[0], "get_run_steps", thread_id, run_id).data
        assert step.status in {"cancelled", "completed"}
    assert 0 == jobs_left(both[0])


def test_of_two_that_delete_the_same_one_does(both: tuple[Engine, Engine]) -> None:
    for _ in range(ROUNDS):
        file = known(both[0], CLUB)
        store_id = store_with(both[0], file)
        thread = call(both[0], "create_thread", messages=[{"role": "user", "content": WHO_CLUB}])
        for name, id_ in (
            ("delete_thread", thread.id),
            ("delete_vector_store", store_id),
            ("delete_file", file.id),
        ):
            deletes = [partial(call, one, name, id_) for one in both]
            assert ["not_found"] == errors(at_once(*deletes)), name
    assert [] == both[0].database.rows("SELECT * FROM objects")
    assert (0, set()) == (jobs_left(both[0]), blobs_left(both[0]))


def test_bytes_that_one_deletes_and_another_uploads_are_there_or_not(both: tuple[Engine, Engine]) -> None:
    data = pdf_bytes(CLUB)
    file = upload(both[0], data)
    for _ in range(2 * ROUNDS):
        _, file = at_once(partial(call, both[0], "delete_file", file.id), partial(upload, both[1], data))
        assert data == call(both[0], "get_file_content", file.id).read_bytes()
    call(both[0], "delete_file", file.id)
    assert (set(), []) == (blobs_left(both[0]), bytes_left(both[0]))


def test_a_file_may_go_while_it_is_quoted(both: tuple[Engine, Engine]) -> None:
    one, two = both
    assistant = call(one, "create_assistant", model="m", tools=[SEARCH])
    for _ in range(ROUNDS):
        file = known(one, CLUB)
        thread = {"messages": [{"role": "user", "content": WHO_CLUB}]}
        run = call(one, "create_thread_and_run", assistant_id=assistant.id, thread=thread)
        at_once(
            partial(perform, one, run),
            partial(call, two, "delete_file", file.id),
        )
        assert "completed" == call(one, "get_run", run.thread_id, run.id).status
    assert (set(), 0) == (blobs_left(one), jobs_left(one))


def test_a_thread_may_go_while_it_is_answered(both: tuple[Engine, Engine]) -> None:
    one, two = both
    known(one, CLUB)
    assistant = call(one, "create_assistant", model="m", tools=[SEARCH])
    for _ in range(ROUNDS):
        thread = {"messages": [{"role": "user", "content": WHO_CLUB}]}
        run = call(one, "create_thread_and_run", assistant_id=assistant.id, thread=thread)
        outcomes = at_once(
            partial(perform, one, run),
            partial(call, two, "delete_thread", run.thread_id),
        )
        assert [] == errors(outcomes)
    assert [] == one.database.rows("SELECT kind FROM objects WHERE kind LIKE 'thread%'")
    assert 0 == jobs_left(one)


def test_a_store_or_a_batch_may_go_while_its_files_are_read(both: tuple[Engine, Engine]) -> None:
    one, two = both
    with Driver(one):
        for number in range(3):
            files = [upload(one, pdf_bytes(f"{CLUB} Edition {number}.{place}.")).id for place in range(4)]
            store_id = call(one, "create_vector_store").id
            batch = call(one, "create_vector_store_file_batch", store_id, file_ids=files)
            cancel = [partial(call, one, "cancel_vector_store_file_batch", store_id, batch.id) for one in both]
            outcomes = at_once(*cancel, partial(call, two, "delete_file", files[0]))
            assert set(errors(outcomes)) <= {"wrong_state"}
            counts = call(two, "get_vector_store_file_batch", store_id, batch.id).file_counts
            assert (0, 4) == (counts.in_progress, counts.total)
            call(two, "create_vector_store_file_batch", store_id, file_ids=files[1:])
            call(two, "delete_vector_store", store_id)
        wait_until(lambda: not jobs_left(one))
    assert [] == one.database.rows("SELECT id FROM objects WHERE kind LIKE 'vector_store%'")


def test_one_of_two_runs_is_begun_on_a_thread(both: tuple[Engine, Engine]) -> None:
    assistant = call(both[0], "create_assistant", model="m")
    for _ in range(ROUNDS):
        thread = call(both[0], "create_thread", messages=[{"role": "user", "content": WHO_CLUB}])
        starts = [partial(call, one, "create_run", thread.id, assistant_id=assistant.id) for one in both]
        assert ["wrong_state"] == errors(at_once(*starts))
        active = [run for run in both[0].run_objects.all(parent=thread.id) if run.status in ACTIVE]
        assert 1 == len(active)


def test_one_of_two_responses_adds_to_a_conversation(both: tuple[Engine, Engine]) -> None:
    known(both[0], CLUB)
    for _ in range(ROUNDS):
        conversation = call(both[0], "create_conversation").id
        asked = {"model": "m", "input": WHO_CLUB, "conversation": conversation}
        outcomes = at_once(*(partial(call, one, "create_response", **asked) for one in both))
        assert set(errors(outcomes)) <= {"conversation_locked"}
        made = [outcome for outcome in outcomes if not isinstance(outcome, InvalidRequestError)]
        texts = [item.text for item in call(both[0], "get_conversation_items", conversation, order="asc").data]
        assert [WHO_CLUB, made[0].output_text] * len(made) == texts
    assert 0 == jobs_left(both[0])
