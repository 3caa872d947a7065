"""Runs: what they leave behind, the states they go through, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa.engine import performing
from pdfqa.errors import (
    InvalidRequestError,
    InvalidValueError,
    ObjectNotFoundError,
    PdfqaError,
    StorageFullError,
    WrongStateError,
)
from pdfqa.wire import Run, Usage
from pdfqa.wire.requests import CreateRun
from tests.homes import WHO_CLUB, WHO_PARK
from tests.shelves import NOW, attach, known, pdf_bytes, read, store_with, upload
from tests.stage import GARDENER, SEARCH, TIME, TREASURER, WEATHER, Stage, stage

CONTENT = "step_details.tool_calls[*].file_search.results[*].content"


@pytest.fixture
def on(home: Path) -> Iterator[Stage]:
    with stage(home) as opened:
        yield opened


def test_a_run_is_queued_until_it_is_performed(on: Stage) -> None:
    thread, assistant = on.thread(), on.assistant(instructions="Be kind.", metadata={"a": "b"})
    run = on.run(thread, assistant)
    assert (run.status, run.created_at, run.expires_at, run.started_at) == ("queued", NOW, NOW + 600, None)
    assert (run.thread_id, run.assistant_id, run.model) == (thread.id, assistant.id, "gpt-4o")
    assert (run.instructions, run.metadata, run.usage) == ("Be kind.", {}, None)
    assert [job.target for job in on.jobs()] == [run.id]
    assert on.again(run) == run


def test_a_run_that_is_performed_leaves_a_message_and_two_steps(on: Stage) -> None:
    run = on.asked(WHO_CLUB)
    assert (run.status, run.started_at, run.completed_at, run.expires_at) == ("completed", NOW, NOW, None)
    assert (run.usage, run.last_error, run.required_action) == (Usage(), None, None)
    assert on.jobs() == []
    message = on.answer(run)
    assert (message.role, message.status, message.completed_at) == ("assistant", "completed", NOW)
    assert (message.run_id, message.assistant_id, message.thread_id) == (run.id, run.assistant_id, run.thread_id)
    assert message.text == TREASURER
    searched, written = on.steps(run)
    for step in (searched, written):
        assert (step.status, step.completed_at, step.run_id, step.usage) == ("completed", NOW, run.id, Usage())
        assert (step.thread_id, step.assistant_id) == (run.thread_id, run.assistant_id)
    assert written.step_details == {"type": "message_creation", "message_creation": {"message_id": message.id}}
    assert searched.type == searched.step_details["type"] == "tool_calls"


def test_a_citation_says_where_its_quote_stands(on: Stage) -> None:
    message = on.answer(on.asked(WHO_PARK))
    assert message.text == GARDENER
    (mark,) = message.annotations
    assert message.text[mark.start_index : mark.end_index] == mark.text == "[1]"
    cited = mark.file_citation
    assert (cited.file_id, cited.filename, cited.page, cited.label) == (on.file.id, "club.pdf", 2, "2")
    page = on.engine.documents.page(on.engine.files.sha256(cited.file_id), cited.page)
    assert page.text[cited.start : cited.end] == cited.quote == GARDENER.removesuffix(" [1]")
    assert cited.verified
    ((x0, y0, x1, y1),) = cited.boxes
    assert 0 < x0 < x1 < 612
    assert 0 < y0 < y1 < 792


def test_an_answer_whose_pdf_cannot_be_looked_into_has_no_boxes(on: Stage) -> None:
    lost = known(on.engine, "The mayor of Kalmar is Birgit Holm.", name="kalmar.pdf")
    on.engine.blobs.locate(on.engine.files.sha256(lost.id)).unlink()
    resources = {"file_search": {"vector_store_ids": [on.store(lost)]}}
    run = on.asked("Who is the mayor of Kalmar?", assistant=on.assistant(tool_resources=resources))
    assert run.status == "completed"
    cited = on.answer(run).annotations[0].file_citation
    assert (cited.verified, cited.boxes) == (True, [])


def test_what_was_found_is_in_the_step_and_its_text_where_that_is_asked_for(on: Stage) -> None:
    tool = {"type": "file_search", "file_search": {"max_num_results": 1}}
    run = on.asked(WHO_CLUB, assistant=on.assistant(tools=[tool]))
    step = on.steps(run)[0]
    (call,) = step.step_details["tool_calls"]
    assert (call["type"], call["id"][:5]) == ("file_search", "call_")
    (result,) = call["file_search"]["results"]
    assert (result["file_id"], result["file_name"], result["page"]) == (on.file.id, "club.pdf", 1)
    assert 0 <= result["score"] <= 1
    assert "content" not in result
    assert call["file_search"]["ranking_options"] == {"ranker": "default_2024_08_21", "score_threshold": 0.0}
    for shown in (
        on.steps(run, include=[CONTENT])[0],
        on.call("get_run_step", run.thread_id, run.id, step.id, include=[CONTENT]),
    ):
        (result,) = shown.step_details["tool_calls"][0]["file_search"]["results"]
        assert result["content"][0]["text"].startswith("The treasurer")
    assert on.call("get_run_step", run.thread_id, run.id, step.id) == step


def test_what_is_not_in_the_documents_is_said_not_to_be(on: Stage) -> None:
    run = on.asked("Who won the football world cup of 1998?")
    assert run.status == "completed"
    assert (on.answer(run).text, on.answer(run).annotations) == ("Not found in the document.", [])


def test_a_thread_may_bring_its_own_store(on: Stage) -> None:
    other = on.store(known(on.engine, "The mayor of Lund is Astrid Nyberg.", name="lund.pdf"))
    thread = on.thread("Who is the mayor of Lund?", tool_resources={"file_search": {"vector_store_ids": [other]}})
    run = on.run(thread)
    on.perform()
    assert "Astrid Nyberg" in on.answer(run).text
    assert {one["file_id"] for one in on.steps(run)[0].step_details["tool_calls"][0]["file_search"]["results"]}


def test_without_a_store_everything_that_was_read_is_searched(on: Stage) -> None:
    known(on.engine, "The mayor of Lund is Astrid Nyberg.", name="lund.pdf")
    run = on.asked("Who is the mayor of Lund?", assistant=on.assistant(tools=[], tool_resources=None))
    assert "Astrid Nyberg" in on.answer(run).text


def test_a_short_question_is_understood_from_the_one_before(on: Stage) -> None:
    run = on.asked(WHO_CLUB)
    on.call("create_thread_message", run.thread_id, role="user", content="Who is that?")
    second = on.call("create_run", run.thread_id, assistant_id=run.assistant_id)
    on.perform()
    assert on.answer(second).text == TREASURER


def test_the_last_messages_are_all_that_a_run_sees(on: Stage) -> None:
    truncated: Any = {"type": "last_messages", "last_messages": 1}
    run = on.asked(WHO_CLUB, "Who is that?", truncation_strategy=truncated)
    assert on.answer(run).text == "Not found in the document."
    assert run.truncation_strategy == truncated


def test_a_run_may_be_asked_to_see_more_messages_than_can_be_counted(on: Stage) -> None:
    run = on.asked(WHO_CLUB, truncation_strategy={"type": "last_messages", "last_messages": 10**30})
    assert on.answer(run).text == TREASURER


def test_what_a_run_is_told_goes_before_what_its_assistant_has(on: Stage) -> None:
    assistant = on.assistant(
        instructions="Be kind.", temperature=0.5, top_p=0.5, response_format={"type": "text"}, reasoning_effort="low"
    )
    run = on.run(on.thread(), assistant, additional_instructions="Be brief.")
    assert run.instructions == "Be kind.\nBe brief."
    assert (run.temperature, run.top_p, run.response_format) == (0.5, 0.5, {"type": "text"})
    assert (run.tools, run.reasoning_effort) == ([SEARCH], "low")
    told = on.run(
        on.thread(),
        assistant,
        model="gpt-5",
        instructions="",
        tools=[WEATHER],
        temperature=0,
        top_p=1,
        metadata={"k": "v"},
        max_prompt_tokens=300,
        max_completion_tokens=400,
        parallel_tool_calls=False,
        response_format="auto",
        tool_choice="required",
        reasoning_effort="high",
    )
    assert (told.model, told.instructions, told.tools, told.temperature, told.top_p) == ("gpt-5", "", [WEATHER], 0, 1)
    assert (told.metadata, told.max_prompt_tokens, told.max_completion_tokens) == ({"k": "v"}, 300, 400)
    assert (told.parallel_tool_calls, told.response_format, told.tool_choice) == (False, "auto", "required")
    assert told.reasoning_effort == "high"


def test_a_run_adds_messages_before_it_begins(on: Stage) -> None:
    added = [{"role": "assistant", "content": "Ask on."}, {"role": "user", "content": WHO_PARK}]
    run = on.asked(WHO_CLUB, additional_messages=added)
    texts = [message.text for message in on.engine.threads.messages(run.thread_id)]
    assert texts == [WHO_CLUB, "Ask on.", WHO_PARK, GARDENER]


def test_a_thread_and_its_run_are_made_together(on: Stage) -> None:
    thread = {"messages": [{"role": "user", "content": WHO_CLUB}], "metadata": {"a": "b"}}
    resources = {"file_search": {"vector_store_ids": [on.store_id]}}
    run = on.call(
        "create_thread_and_run",
        assistant_id=on.assistant(tool_resources=None).id,
        thread=thread,
        tool_resources=resources,
    )
    on.perform()
    assert on.answer(run).text == TREASURER
    assert run.tool_resources == resources
    assert on.call("get_thread", run.thread_id).metadata == {"a": "b"}


def test_a_run_and_its_thread_are_made_both_or_neither(on: Stage) -> None:
    with pytest.raises(ObjectNotFoundError) as caught:
        on.call("create_thread_and_run", assistant_id="asst_none", thread={})
    assert (caught.value.param, caught.value.message) == ("assistant_id", "No assistant found with id 'asst_none'.")
    assert on.engine.thread_objects.count() == 0


def test_a_thread_without_a_question_makes_a_run_fail(on: Stage) -> None:
    run = on.call("create_thread_and_run", assistant_id=on.assistant().id)
    on.perform()
    run = on.again(run)
    assert (run.status, run.failed_at, run.expires_at) == ("failed", NOW, None)
    assert run.last_error is not None
    assert (run.last_error.code, "no question" in run.last_error.message) == ("invalid_prompt", True)
    assert (on.messages(run), on.steps(run), on.jobs()) == ([], [], [])


def test_a_store_that_has_expired_makes_a_run_fail(on: Stage) -> None:
    run = on.run(on.thread())
    on.call("modify_vector_store", on.store_id, expires_after={"anchor": "last_active_at", "days": 1})
    on.clock.time += 86_401
    later = on.run(on.thread(), on.assistant())
    on.perform()
    assert on.again(run).status == "expired"
    failed = on.again(later)
    assert failed.status == "failed"
    assert failed.last_error is not None
    assert on.store_id in failed.last_error.message


def test_a_store_that_is_deleted_makes_a_run_fail(on: Stage) -> None:
    run = on.run(on.thread())
    on.call("delete_vector_store", on.store_id)
    on.perform()
    assert on.again(run).status == "failed"


def test_an_assistant_that_is_deleted_is_not_needed_any_more(on: Stage) -> None:
    assistant = on.assistant()
    run = on.run(on.thread(), assistant)
    on.call("delete_assistant", assistant.id)
    on.perform()
    assert on.answer(run).text == TREASURER


def test_a_fault_of_ours_ends_the_run(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    run = on.run(on.thread())
    monkeypatch.setattr("pdfqa.engine.quoting.draft", lambda *_: 1 // 0)
    on.perform()
    failed = on.again(run)
    assert (failed.status, on.jobs()) == ("failed", [])
    assert failed.last_error is not None
    assert (failed.last_error.code, "ZeroDivisionError" in failed.last_error.message) == ("server_error", True)
    assert [step.type for step in on.steps(run)] == ["tool_calls"]


def test_what_cannot_be_stored_leaves_the_job(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = on.stream(on.thread())
    full = StorageFullError("the disk is full")

    def refuse(*_: object, **__: object) -> None:
        raise full

    with monkeypatch.context() as broken:
        broken.setattr(on.engine.run_objects, "replace", refuse)
        with pytest.raises(StorageFullError):
            on.perform()
    assert channel.closed
    assert [event.event for event in channel.events[-2:]] == ["error", "done"]
    assert channel.events[-2].data["error"]["message"] == full.public
    (job,) = on.jobs()
    on.perform()
    assert (on.engine.runs.get(job.parent, job.target).status, on.jobs()) == ("completed", [])


def test_a_run_that_is_interrupted_again_and_again_fails(on: Stage) -> None:
    run = on.run(on.thread())
    on.engine.jobs.attempt(on.jobs() * 3)
    on.perform()
    failed = on.again(run)
    assert (failed.status, on.jobs()) == ("failed", [])
    assert failed.last_error is not None
    assert "interrupted 3 times" in failed.last_error.message


def test_a_thread_that_is_being_answered_takes_no_message_and_no_run(on: Stage) -> None:
    assistant, thread = on.assistant(), on.thread()
    run = on.run(thread, assistant)
    with pytest.raises(WrongStateError) as caught:
        on.call("create_thread_message", thread.id, role="user", content="Well?")
    assert caught.value.message == f"Can't add messages to {thread.id} while a run {run.id} is active."
    with pytest.raises(WrongStateError) as caught:
        on.run(thread, assistant)
    assert caught.value.message == f"Thread {thread.id} already has an active run {run.id}."
    on.perform()
    on.call("create_thread_message", thread.id, role="user", content="Well?")
    assert on.run(thread, assistant).status == "queued"


def test_a_queued_run_is_cancelled_at_once(on: Stage) -> None:
    run = on.run(on.thread())
    cancelled = on.call("cancel_run", run.thread_id, run.id)
    assert (cancelled.status, cancelled.cancelled_at, cancelled.expires_at) == ("cancelled", NOW, None)
    assert on.jobs() == []
    on.perform()
    assert (on.again(run), on.messages(run)) == (cancelled, [])
    with pytest.raises(WrongStateError, match="Cannot cancel run with status 'cancelled'"):
        on.call("cancel_run", run.thread_id, run.id)


def test_a_run_that_is_cancelled_while_it_searches_leaves_nothing(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    run, find = on.run(on.thread()), on.engine.vector_stores.find

    def cancelled(*args: Any) -> Any:
        on.call("cancel_run", run.thread_id, run.id)
        return find(*args)

    monkeypatch.setattr(on.engine.vector_stores, "find", cancelled)
    on.perform()
    assert on.again(run).status == "cancelled"
    assert (on.messages(run), on.steps(run)) == ([], [])


def test_a_run_expires_ten_minutes_after_it_was_made(on: Stage) -> None:
    run = on.run(on.thread())
    on.clock.time += 599
    assert on.again(run).status == "queued"
    on.clock.time += 1
    expired = on.again(run)
    assert (expired.status, expired.expires_at, on.jobs()) == ("expired", NOW + 600, [])
    on.call("create_thread_message", run.thread_id, role="user", content="Still there?")
    with pytest.raises(WrongStateError):
        on.call("cancel_run", run.thread_id, run.id)


def test_a_run_that_is_taken_up_too_late_expires(on: Stage) -> None:
    run = on.run(on.thread())
    on.clock.time += 600
    on.perform()
    assert on.engine.run_objects.get(run.id, parent=run.thread_id).status == "expired"
    assert on.jobs() == []


def test_expired_runs_are_listed_as_such(on: Stage) -> None:
    run = on.run(on.thread())
    on.clock.time += 600
    assert [one.status for one in on.call("get_runs", run.thread_id).data] == ["expired"]


def test_runs_are_listed_latest_first(on: Stage) -> None:
    first = on.asked(WHO_CLUB)
    second = on.call("create_run", first.thread_id, assistant_id=first.assistant_id)
    assert [run.id for run in on.call("get_runs", first.thread_id).data] == [second.id, first.id]
    page = on.call("get_runs", first.thread_id, limit=1, order="asc")
    assert ([run.id for run in page.data], page.has_more) == ([first.id], True)


def test_only_the_metadata_of_a_run_can_be_changed(on: Stage) -> None:
    run = on.run(on.thread(), metadata={"a": "b"})
    changed = on.call("modify_run", run.thread_id, run.id, metadata={"c": "d"})
    assert changed.metadata == on.again(run).metadata == {"c": "d"}
    assert on.call("modify_run", run.thread_id, run.id).metadata == {"c": "d"}
    on.perform()
    assert (on.again(run).metadata, on.again(run).status) == ({"c": "d"}, "completed")
    assert on.call("modify_run", run.thread_id, run.id, metadata=None).metadata == {}


def test_a_deleted_thread_leaves_nothing(on: Stage) -> None:
    thread = on.thread()
    done = on.run(thread)
    on.perform()
    on.call("create_thread_message", thread.id, role="user", content="More.")
    waiting = on.run(thread)
    on.call("delete_thread", thread.id)
    kinds = [kind for (kind,) in on.engine.database.rows("SELECT kind FROM objects WHERE kind LIKE 'thread%'")]
    assert (kinds, on.jobs()) == ([], [])
    for run in (done, waiting):
        with pytest.raises(ObjectNotFoundError):
            on.again(run)


def test_a_run_whose_thread_is_deleted_while_it_searches_stops(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    run, find = on.run(on.thread()), on.engine.vector_stores.find

    def deleted(*args: Any) -> Any:
        on.call("delete_thread", run.thread_id)
        return find(*args)

    monkeypatch.setattr(on.engine.vector_stores, "find", deleted)
    on.perform()
    assert on.engine.database.rows("SELECT kind FROM objects WHERE kind LIKE 'thread%'") == []
    assert on.jobs() == []


def test_a_run_waits_for_the_files_of_its_thread(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_with(on.engine, upload(on.engine, pdf_bytes("The mayor of Lund is Astrid Nyberg."), "lund.pdf"))
    resources = {"file_search": {"vector_store_ids": [store]}}
    thread = on.thread("Who is the mayor of Lund?", tool_resources=resources)
    run = on.run(thread, on.assistant(tool_resources=None))

    def meanwhile(_: float) -> None:
        assert on.again(run).status == "in_progress"
        read(on.engine)

    monkeypatch.setattr(performing, "sleep", meanwhile)
    on.perform()
    assert "Astrid Nyberg" in on.answer(run).text


def test_a_run_does_not_wait_for_ever(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(on.engine, on.store_id, upload(on.engine, pdf_bytes("Later.")))
    monkeypatch.setattr(performing, "WAIT", 0.01)
    thread = on.thread(tool_resources={"file_search": {"vector_store_ids": [on.store_id]}})
    run = on.run(thread, on.assistant(tool_resources=None))
    on.perform()
    assert on.answer(run).text == TREASURER


def test_a_run_that_waits_can_be_cancelled(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(on.engine, on.store_id, upload(on.engine, pdf_bytes("Later.")))
    thread = on.thread(tool_resources={"file_search": {"vector_store_ids": [on.store_id]}})
    run = on.run(thread)

    def cancel(_: float) -> None:
        assert on.call("cancel_run", thread.id, run.id).status == "cancelling"
        assert on.call("cancel_run", thread.id, run.id).status == "cancelling"

    monkeypatch.setattr(performing, "sleep", cancel)
    on.perform()
    assert (on.again(run).status, on.again(run).cancelled_at, on.jobs()) == ("cancelled", NOW, [])


def test_a_run_cut_short_is_incomplete(on: Stage) -> None:
    """What a function returned is told; an answer that is quoted is never so long."""
    long = "It rains: " + ", ".join(f"much in {year}" for year in range(1500, 2000))
    run = waiting(on, max_completion_tokens=256)
    assert run.required_action is not None
    (call,) = run.required_action["submit_tool_outputs"]["tool_calls"]
    outputs = [{"tool_call_id": call["id"], "output": long}]
    on.call("submit_tool_outputs", run.thread_id, run.id, tool_outputs=outputs)
    on.perform()
    run = on.again(run)
    assert (run.status, run.completed_at) == ("incomplete", None)
    assert run.incomplete_details == {"reason": "max_completion_tokens"}
    message = on.answer(run)
    assert (message.status, message.incomplete_details) == ("incomplete", {"reason": "max_tokens"})
    assert (message.incomplete_at, message.completed_at, message.annotations) == (NOW, None, [])
    assert long.startswith(message.text.strip())


def test_who_is_interrupted_leaves_a_run_that_is_cancelled(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    run = on.engine.runs.begin(on.thread().id, CreateRun(assistant_id=on.assistant().id))
    monkeypatch.setattr(on.engine.vector_stores, "find", interrupt)
    with pytest.raises(KeyboardInterrupt):
        on.engine.runs.work(run)
    assert on.again(run).status == "cancelled"


def test_a_run_that_somebody_else_ends_is_no_answer(on: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    run = on.engine.runs.begin(on.thread().id, CreateRun(assistant_id=on.assistant().id))
    find = on.engine.vector_stores.find

    def cancelled(*args: Any) -> Any:
        on.call("cancel_run", run.thread_id, run.id)
        return find(*args)

    monkeypatch.setattr(on.engine.vector_stores, "find", cancelled)
    with pytest.raises(PdfqaError, match="ended without an answer"):
        on.engine.runs.work(run)


# Functions


def waiting(on: Stage, **fields: Any) -> Run:
    """Return a run that waits for the weather."""
    assistant = on.assistant(tools=[SEARCH, WEATHER, TIME])
    choice = {"type": "function", "function": {"name": "weather"}}
    return on.asked("Lisbon", assistant=assistant, **{"tool_choice": choice, **fields})


def test_a_run_that_has_to_call_a_function_waits_for_it(on: Stage) -> None:
    run = waiting(on)
    assert (run.status, on.jobs(), run.usage) == ("requires_action", [], None)
    assert run.required_action is not None
    assert run.required_action["type"] == "submit_tool_outputs"
    (call,) = run.required_action["submit_tool_outputs"]["tool_calls"]
    assert call["function"] == {"name": "weather", "arguments": '{"city": "Lisbon"}'}
    (step,) = on.steps(run)
    assert (step.type, step.status, step.completed_at) == ("tool_calls", "in_progress", None)
    (shown,) = step.step_details["tool_calls"]
    assert shown == {"id": call["id"], "type": "function", "function": {**call["function"], "output": None}}
    assert on.messages(run) == []


def test_what_a_function_returned_is_the_answer(on: Stage) -> None:
    run = waiting(on)
    queued = on.outputs(run, "Sunny,\n 24 degrees")
    assert (queued.status, queued.required_action) == ("queued", None)
    step = on.steps(run)[0]
    assert (step.status, step.completed_at) == ("completed", NOW)
    assert step.step_details["tool_calls"][0]["function"]["output"] == "Sunny,\n 24 degrees"
    on.perform()
    assert (on.again(run).status, on.answer(run).text) == ("completed", "Sunny, 24 degrees")
    assert [step.type for step in on.steps(run)] == ["tool_calls", "message_creation"]


def test_a_function_that_is_required_is_the_one_nearest_to_the_question(on: Stage) -> None:
    assistant = on.assistant(tools=[WEATHER, TIME])
    for question, name in (("What is the weather in the city of Oslo?", "weather"), ("What time is it?", "time")):
        run = on.asked(question, assistant=assistant, tool_choice="required")
        assert run.required_action is not None
        assert run.required_action["submit_tool_outputs"]["tool_calls"][0]["function"]["name"] == name


@pytest.mark.parametrize("choice", ["auto", "none"])
def test_a_function_that_need_not_be_called_is_not(on: Stage, choice: str) -> None:
    run = on.asked(WHO_CLUB, assistant=on.assistant(tools=[SEARCH, WEATHER]), tool_choice=choice)
    assert run.status == "completed"
    assert (on.answer(run).text == TREASURER) == (choice == "auto")
    assert len(on.steps(run)) == (2 if choice == "auto" else 1)


def test_searching_can_be_what_is_required(on: Stage) -> None:
    for choice in ({"type": "file_search"}, "required"):
        run = on.asked(WHO_CLUB, tool_choice=choice)
        assert on.answer(run).text == TREASURER


def test_a_run_that_waits_for_a_function_is_active(on: Stage) -> None:
    run = waiting(on)
    with pytest.raises(WrongStateError, match="while a run"):
        on.call("create_thread_message", run.thread_id, role="user", content="Well?")


def test_a_run_that_waits_for_a_function_can_be_cancelled(on: Stage) -> None:
    run = waiting(on)
    cancelled = on.call("cancel_run", run.thread_id, run.id)
    assert (cancelled.status, cancelled.required_action) == ("cancelled", None)
    (step,) = on.steps(run)
    assert (step.status, step.cancelled_at) == ("cancelled", NOW)
    with pytest.raises(WrongStateError, match="'cancelled' do not accept tool outputs"):
        on.outputs(run, "late")


def test_a_run_that_waits_for_a_function_expires(on: Stage) -> None:
    run = waiting(on)
    on.clock.time += 600
    with pytest.raises(WrongStateError, match="'expired' do not accept"):
        on.outputs(run, "late")
    (step,) = on.steps(run)
    assert (on.again(run).status, step.status, step.expired_at) == ("expired", "expired", NOW + 600)


@pytest.mark.parametrize("ids", [["call_other"], ["", "call_other"], ["", ""]])
def test_outputs_must_be_those_that_are_waited_for(on: Stage, ids: list[str]) -> None:
    run = waiting(on)
    assert run.required_action is not None
    real = run.required_action["submit_tool_outputs"]["tool_calls"][0]["id"]
    outputs = [{"tool_call_id": id_ or real, "output": "x"} for id_ in ids]
    with pytest.raises(InvalidValueError, match="Expected tool outputs for call_ids") as caught:
        on.call("submit_tool_outputs", run.thread_id, run.id, tool_outputs=outputs)
    assert caught.value.param == "tool_outputs"
    assert on.again(run) == run


def test_a_run_that_asks_for_nothing_takes_no_outputs(on: Stage) -> None:
    run = on.run(on.thread())
    with pytest.raises(WrongStateError, match="Runs in status 'queued' do not accept tool outputs"):
        on.call("submit_tool_outputs", run.thread_id, run.id, tool_outputs=[{"tool_call_id": "x", "output": "y"}])


# What is refused


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"assistant_id": 5}, "assistant_id"),
        ({"tool_choice": "maybe"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "none"}}}, "tool_choice"),
        ({"tool_choice": {"type": "code_interpreter"}}, "tool_choice"),
        ({"tool_choice": "required", "tools": []}, "tool_choice"),
        ({"tools": [WEATHER, WEATHER]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"response_format": "text"}, "response_format"),
        ({"temperature": 3}, "temperature"),
        ({"top_p": -1}, "top_p"),
        ({"max_prompt_tokens": 255}, "max_prompt_tokens"),
        ({"max_completion_tokens": 0}, "max_completion_tokens"),
        ({"truncation_strategy": {"type": "auto", "last_messages": 1}}, "truncation_strategy"),
        ({"truncation_strategy": {"type": "last_messages"}}, "truncation_strategy"),
        ({"include": ["everything"]}, "include[0]"),
        ({"additional_messages": [{"role": "user", "content": " "}]}, "additional_messages[0].content"),
        ({"additional_messages": [{"role": "system", "content": "x"}]}, "additional_messages[0].role"),
        ({"metadata": {"k": 5}}, "metadata.k"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_field_of_a_run_is_named(on: Stage, fields: dict[str, Any], param: str) -> None:
    thread = on.thread()
    with pytest.raises(InvalidRequestError) as caught:
        on.call("create_run", thread.id, **{"assistant_id": on.assistant().id, **fields})
    assert caught.value.param == param
    assert (on.jobs(), on.call("get_runs", thread.id).data) == ([], [])
    assert len(on.engine.threads.messages(thread.id)) == 1


@pytest.mark.parametrize(
    ("name", "ids", "fields"),
    [
        ("create_run", ("thread_none",), {"assistant_id": "asst_1"}),
        ("create_run", ("",), {"assistant_id": "asst_none"}),
        ("get_runs", ("thread_none",), {}),
        ("get_run", ("", "run_none"), {}),
        ("modify_run", ("", "run_none"), {"metadata": {}}),
        ("cancel_run", ("", "run_none"), {}),
        ("get_run_steps", ("", "run_none"), {}),
        ("get_run_step", ("", "run_none", "step_none"), {}),
        ("submit_tool_outputs", ("", "run_none"), {"tool_outputs": [{"tool_call_id": "x", "output": "y"}]}),
    ],
)
def test_what_is_not_there_is_told(on: Stage, name: str, ids: tuple[str, ...], fields: dict[str, Any]) -> None:
    thread = on.thread()
    with pytest.raises(ObjectNotFoundError, match=r"^No (thread|assistant|run) found with id '\w+_none'"):
        on.call(name, *(id_ or thread.id for id_ in ids), **fields)


def test_a_step_and_a_run_are_looked_for_where_they_belong(on: Stage) -> None:
    run, other = on.asked(WHO_CLUB), on.thread()
    for call, ids in (("get_run", (other.id, run.id)), ("get_run_step", (run.thread_id, run.id, "step_none"))):
        with pytest.raises(ObjectNotFoundError):
            on.call(call, *ids)


def test_runs_of_others_are_not_there(on: Stage) -> None:
    run = on.asked(WHO_CLUB)
    other = on.engine.owned_by("key_2")
    with pytest.raises(ObjectNotFoundError):
        other.runs.get(run.thread_id, run.id)
    with pytest.raises(ObjectNotFoundError):
        other.threads.get(run.thread_id)
    with pytest.raises(ObjectNotFoundError):
        other.assistants.get(run.assistant_id)
