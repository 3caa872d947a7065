"""Runs that a chat model answers: what it is given, what becomes of what it writes, and of it while it writes."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA
from pdfqa.engine.performing import Performance
from pdfqa.wire import Run, Usage
from tests.homes import CLUB, PARK, WHO_CLUB, WHO_PARK, pdf
from tests.model_server import ModelServer, breaks_off, calls, model_server, refuses, says, says_then_waits
from tests.shelves import NOW, known, upload
from tests.stage import SEARCH, TIME, WEATHER, Stage, names, stage
from tests.test_run_streams import SEARCHING, WRITING, Heard

HOLLOWAY = "It is Margaret Holloway [1]."


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def on(home: Path, server: ModelServer) -> Iterator[Stage]:
    server.replies_with(says("It is ", "Margaret Holl", "oway [1", "]."))
    with stage(home, model="tiny", base_url=server.url) as opened:
        yield opened


def test_a_model_answers_from_numbered_passages(on: Stage, server: ModelServer) -> None:
    run = on.asked(WHO_CLUB, assistant=on.assistant(instructions="Be brief.", temperature=0.2, top_p=0.9))
    assert (run.status, run.model) == ("completed", "gpt-4o")
    assert run.usage == Usage(prompt_tokens=100, completion_tokens=10, total_tokens=110)
    sent = server.asked[0]
    assert (sent["model"], sent["temperature"], sent["top_p"]) == ("tiny", 0.2, 0.9)
    system, user = sent["messages"]
    assert system["content"].endswith("Be brief.")
    assert '<passage number="1" file="club.pdf">' in user["content"]
    assert user["content"].endswith(f"Question: {WHO_CLUB}")
    message = on.answer(run)
    assert message.text == HOLLOWAY
    (mark,) = message.annotations
    assert message.text[mark.start_index : mark.end_index] == mark.text == "[1]"
    cited = mark.file_citation
    assert (cited.verified, cited.page, cited.quote) == (True, 1, CLUB.partition(". ")[0] + ".")
    assert len(cited.boxes) == 1
    searched, written = on.steps(run)
    assert (searched.usage, written.usage) == (Usage(), run.usage)


def test_the_extractive_answerer_is_still_there_by_name(on: Stage, server: ModelServer) -> None:
    run = on.asked(WHO_CLUB, assistant=on.assistant(model="extractive"))
    assert (on.answer(run).text.startswith("The treasurer"), server.asked) == (True, [])


def test_what_is_written_is_told_as_it_is_written(on: Stage) -> None:
    channel = on.stream(on.thread())
    on.perform()
    heard = names(channel)
    deltas = heard.count("message.delta")
    assert deltas > 2
    assert [name for name in heard if name != "message.delta"] == [
        "run.created", "run.queued", "run.in_progress", *SEARCHING,
        *[name for name in WRITING if name != "message.delta"], "run.completed", "done",
    ]  # fmt: skip
    (message,) = Heard(channel).get_final_messages()
    assert message.content[0].type == "text"
    assert message.content[0].text.value == HOLLOWAY


def test_a_refusal_is_told_in_our_words(on: Stage, server: ModelServer) -> None:
    server.replies_with(says("NOT ", "FOUND."))
    run = on.asked(WHO_CLUB)
    assert (on.answer(run).text, on.answer(run).annotations) == ("Not found in the document.", [])


def test_a_claim_that_no_passage_supports_is_told_to_be_unverified(on: Stage, server: ModelServer) -> None:
    server.replies_with(says("It is Bob Smith [1]."))
    message = on.answer(on.asked(WHO_CLUB))
    said = "It is Bob Smith [1] [unverified]."
    assert message.text == f"{said}\n\nUnverified: no passage of the documents was found to say this."
    assert not message.annotations[0].file_citation.verified


def test_a_model_is_not_asked_where_nothing_was_found(home: Path, server: ModelServer) -> None:
    server.replies_with(says("I would make something up."))
    with stage(home, model="tiny", base_url=server.url) as on:
        run = on.asked(
            "Wer?", assistant=on.assistant(tool_resources={"file_search": {"vector_store_ids": [on.store()]}})
        )
        assert on.answer(run).text == "Not found: there are no documents to search."
    assert server.asked == []


def test_the_model_is_told_what_was_said_before_without_old_markers(on: Stage, server: ModelServer) -> None:
    run = on.asked(WHO_CLUB)
    on.call("create_thread_message", run.thread_id, role="user", content=WHO_PARK)
    on.call("create_run", run.thread_id, assistant_id=run.assistant_id)
    on.perform()
    before = server.asked[2]["messages"][1:-1]  # after the question was reworded
    assert before == [
        {"role": "user", "content": WHO_CLUB},
        {"role": "assistant", "content": "It is Margaret Holloway."},
    ]


def test_only_the_last_messages_are_told_where_that_is_asked_for(on: Stage, server: ModelServer) -> None:
    truncated: Any = {"type": "last_messages", "last_messages": 1}
    on.asked(WHO_PARK, WHO_CLUB, truncation_strategy=truncated)
    assert len(server.asked[0]["messages"]) == 2


def test_an_answer_may_be_cut_short(on: Stage, server: ModelServer) -> None:
    server.replies_with(says("It is Margaret", reason="length"))
    run = on.asked(WHO_CLUB, max_completion_tokens=300)
    assert server.asked[0]["max_tokens"] == 300
    assert (run.status, run.incomplete_details) == ("incomplete", {"reason": "max_completion_tokens"})
    assert on.answer(run).status == "incomplete"


def test_a_prompt_for_which_there_is_no_room_is_not_sent(on: Stage, server: ModelServer) -> None:
    run = on.asked("why " * 400 + WHO_CLUB, max_prompt_tokens=256)
    assert (run.status, run.incomplete_details) == ("incomplete", {"reason": "max_prompt_tokens"})
    assert (on.messages(run), server.asked) == ([], [])


def test_json_is_left_as_it_is(on: Stage, server: ModelServer) -> None:
    server.replies_with(says('{"pages": [1], "who": "Bob"}'))
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}
    run = on.asked(WHO_CLUB, response_format=form)
    assert server.asked[0]["response_format"] == form
    assert (on.answer(run).text, on.answer(run).annotations) == ('{"pages": [1], "who": "Bob"}', [])


def test_pictures_are_shown_to_the_model(on: Stage, server: ModelServer) -> None:
    picture = upload(on.engine, b"\x89PNG", "photo.png")
    gone = upload(on.engine, b"gone", "gone.png")
    content = [
        {"type": "text", "text": WHO_CLUB},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/1.png"}},
        *({"type": "image_file", "image_file": {"file_id": file.id}} for file in (picture, gone)),
    ]
    thread = on.call("create_thread", messages=[{"role": "user", "content": content}])
    on.call("delete_file", gone.id)
    run = on.run(thread)
    on.perform()
    assert on.again(run).status == "completed"
    shown = [part["image_url"] for part in server.asked[0]["messages"][-1]["content"] if part["type"] == "image_url"]
    data = base64.b64encode(b"\x89PNG").decode()
    assert shown == [
        {"url": "https://pictures.example/1.png", "detail": "auto"},
        {"url": f"data:image/png;base64,{data}", "detail": "auto"},
    ]


# Functions


def test_a_model_may_call_functions_and_goes_on_with_what_they_return(on: Stage, server: ModelServer) -> None:
    server.replies_with(calls("weather", '{"city": "Oslo"}', ahead="Let me look."), says("It rains."))
    run = on.asked("Will it rain?", assistant=on.assistant(tools=[SEARCH, WEATHER]))
    assert run.status == "requires_action"
    assert run.required_action is not None
    (call,) = run.required_action["submit_tool_outputs"]["tool_calls"]
    assert (call["id"], call["function"]) == ("call_1", {"name": "weather", "arguments": '{"city": "Oslo"}'})
    assert server.asked[0]["tools"] == [WEATHER]
    assert server.asked[0]["tool_choice"] == "auto"
    assert [message.text for message in on.messages(run)] == ["Let me look."]
    on.outputs(run, "Rain all day")
    on.perform()
    done = on.again(run)
    assert (done.status, [message.text for message in on.messages(run)]) == ("completed", ["Let me look.", "It rains."])
    assert done.usage == Usage(prompt_tokens=150, completion_tokens=15, total_tokens=165)
    assert server.asked[1]["messages"][-2:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": call["function"]}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "Rain all day"},
    ]


def test_a_function_is_forced_once(on: Stage, server: ModelServer) -> None:
    server.replies_with(calls("weather", "{}"), says("Done."))
    choice = {"type": "function", "function": {"name": "weather"}}
    assistant = on.assistant(tools=[WEATHER, TIME])
    run = on.asked(WHO_CLUB, assistant=assistant, tool_choice=choice, parallel_tool_calls=False)
    on.outputs(run, "x")
    on.perform()
    assert [sent["tool_choice"] for sent in server.asked] == [choice, "auto"]
    assert ["<passage" in str(sent) for sent in server.asked] == [False, True]
    assert [sent["parallel_tool_calls"] for sent in server.asked] == [False, False]
    server.replies_with(calls("weather", "{}"))
    on.asked("Well?", assistant=assistant, tool_choice="required")
    assert server.asked[0]["tool_choice"] == "required"
    server.replies_with(says("Well."))
    on.asked("Well?", assistant=assistant, tool_choice="none")
    assert "tools" not in server.asked[0]
    assert "<passage" not in str(server.asked[0])


WRITTEN = '{"name": "weather", "arguments": {"city": "Oslo"}}'


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        f"```json\n{WRITTEN}\n```",
        f"<tool_call>\n{WRITTEN}\n</tool_call>",
        WRITTEN.replace("arguments", "parameters"),
        '{"name": "weather", "arguments": "{\\"city\\": \\"Oslo\\"}"}',
    ],
)
def test_a_call_that_a_model_writes_as_text_is_one(on: Stage, server: ModelServer, text: str) -> None:
    server.replies_with(says(*(text[start : start + 5] for start in range(0, len(text), 5))))
    run = on.asked("Well?", assistant=on.assistant(tools=[WEATHER]))
    assert (run.status, on.messages(run)) == ("requires_action", [])
    assert run.required_action is not None
    (call,) = run.required_action["submit_tool_outputs"]["tool_calls"]
    assert (call["id"][:5], call["function"]) == ("call_", {"name": "weather", "arguments": '{"city": "Oslo"}'})


@pytest.mark.parametrize(
    "text", ['{"name": "launch", "arguments": {}}', "{broken", "```json\n[1]\n```", '{"a": 5}', "{"]
)
def test_other_text_is_text(on: Stage, server: ModelServer, text: str) -> None:
    server.replies_with(says(*text))
    run = on.asked("Well?", assistant=on.assistant(tools=[WEATHER]), tool_choice="auto")
    assert run.status == "completed"
    assert on.answer(run).text.startswith(text)
    server.replies_with(says(WRITTEN))
    run = on.asked("Well?", assistant=on.assistant(tools=[WEATHER]), tool_choice="none")
    assert (run.status, on.answer(run).text) == ("completed", WRITTEN)


def test_a_function_that_was_not_offered_ends_the_run(on: Stage, server: ModelServer) -> None:
    server.replies_with(calls("launch", "{}"))
    run = on.asked("Well?", assistant=on.assistant(tools=[WEATHER]))
    assert run.status == "failed"
    assert run.last_error is not None
    assert "'launch', which it was not offered" in run.last_error.message


# What goes wrong


@pytest.mark.parametrize(
    ("status", "code"), [(400, "server_error"), (401, "server_error"), (429, "rate_limit_exceeded")]
)
def test_a_model_that_refuses_makes_the_run_fail(
    on: Stage, server: ModelServer, status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("INITIAL_RETRY_DELAY", "MAX_RETRY_DELAY"):
        monkeypatch.setattr(f"openai._base_client.{name}", 0.001)
    server.replies_with(refuses(status, "not today"))
    channel = on.stream(on.thread())
    on.perform()
    run = Heard(channel).get_final_run()
    assert run.status == "failed"
    assert run.last_error is not None
    assert (run.last_error.code, "not today" in run.last_error.message) == (code, True)
    kept = on.engine.runs.get(run.thread_id, run.id)
    assert [step.status for step in on.steps(kept)] == ["completed"]
    assert names(channel)[-2:] == ["run.failed", "done"]


def test_what_a_model_wrote_before_it_broke_is_kept_as_incomplete(on: Stage, server: ModelServer) -> None:
    server.replies_with(breaks_off("It is Margaret"))
    channel = on.stream(on.thread())
    on.perform()
    run = Heard(channel).get_final_run()
    assert run.status == "failed"
    message = on.answer(on.engine.runs.get(run.thread_id, run.id))
    assert (message.status, message.incomplete_details) == ("incomplete", {"reason": "run_failed"})
    assert (message.text, message.incomplete_at) == ("It is Margaret", NOW)
    assert names(channel)[-4:] == ["message.incomplete", "run.step.failed", "run.failed", "done"]


# While it writes


class Writing:
    """A run whose model has begun to write and now is silent."""

    def __init__(self, on: Stage, server: ModelServer) -> None:
        self.silence = threading.Event()
        server.replies_with(says_then_waits("It is Margaret", until=self.silence))
        self.channel = on.stream(on.thread())
        self.run: Run = self.channel.events[0].data
        self.thread = threading.Thread(target=on.perform)
        self.thread.start()
        events = iter(self.channel)
        assert any(event.event == "thread.message.delta" for event in events)

    def __enter__(self) -> Writing:
        return self

    def __exit__(self, *_: object) -> None:
        self.silence.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_others_see_what_is_in_progress(on: Stage, server: ModelServer) -> None:
    with Writing(on, server) as writing:
        assert on.again(writing.run).status == "in_progress"
        message = on.answer(writing.run)
        assert (message.status, message.content, message.completed_at) == ("in_progress", [], None)
        assert [step.status for step in on.steps(writing.run)] == ["completed", "in_progress"]
        with pytest.raises(Exception, match="while it is being written"):
            on.call("delete_thread_message", writing.run.thread_id, message.id)
        on.call("modify_thread_message", writing.run.thread_id, message.id, metadata={"seen": "yes"})
        on.call("modify_run", writing.run.thread_id, writing.run.id, metadata={"seen": "too"})
    assert (on.answer(writing.run).metadata, on.answer(writing.run).status) == ({"seen": "yes"}, "completed")
    assert (on.again(writing.run).metadata, on.again(writing.run).status) == ({"seen": "too"}, "completed")


def test_a_run_is_cancelled_although_its_model_is_silent(on: Stage, server: ModelServer) -> None:
    with Writing(on, server) as writing:
        cancelling = on.call("cancel_run", writing.run.thread_id, writing.run.id)
        assert cancelling.status == "cancelling"
        writing.thread.join(5)
        assert not writing.silence.is_set()
        assert on.again(writing.run).status == "cancelled"
    message = on.answer(writing.run)
    assert (message.status, message.incomplete_details) == ("incomplete", {"reason": "run_cancelled"})
    assert message.text == "It is Margaret"
    assert names(writing.channel)[-5:] == [
        "run.cancelling", "message.incomplete", "run.step.cancelled", "run.cancelled", "done",
    ]  # fmt: skip
    assert Heard(writing.channel).get_final_run().status == "cancelled"
    assert on.jobs() == []


def test_a_run_expires_although_its_model_is_silent(on: Stage, server: ModelServer) -> None:
    with Writing(on, server) as writing:
        on.clock.time += 600
        writing.thread.join(5)
        assert on.again(writing.run).status == "expired"
    assert on.answer(writing.run).incomplete_details == {"reason": "run_expired"}
    assert names(writing.channel)[-2:] == ["run.expired", "done"]


def test_a_run_that_somebody_finds_expired_stops(on: Stage, server: ModelServer) -> None:
    with Writing(on, server) as writing:
        on.clock.time += 600
        assert on.again(writing.run).status == "expired"
    assert names(writing.channel).count("run.expired") == 1
    assert on.answer(writing.run).status == "incomplete"


def test_a_thread_may_be_deleted_while_a_model_writes(on: Stage, server: ModelServer) -> None:
    with Writing(on, server) as writing:
        on.call("delete_thread", writing.run.thread_id)
        writing.thread.join(5)
    assert on.engine.database.rows("SELECT kind FROM objects WHERE kind LIKE 'thread%'") == []
    assert names(writing.channel)[-2:] == ["error", "done"]
    assert on.jobs() == []


def test_a_run_that_was_interrupted_while_a_model_wrote_is_performed_again(on: Stage) -> None:
    run = on.run(on.thread())
    for _ in range(2):
        with closing(Performance(on.engine, on.again(run)).events()) as events:
            assert any(event.event == "thread.message.delta" for event in events)
        assert on.again(run).status == "in_progress"
    (left,) = on.messages(run)
    assert left.status == "in_progress"
    on.perform()
    assert (on.again(run).status, on.answer(run).text) == ("completed", HOLLOWAY)
    assert on.answer(run).id != left.id
    assert [step.type for step in on.steps(run)] == ["tool_calls", "message_creation"]


def test_a_run_that_is_interrupted_again_and_again_while_a_model_writes_fails(on: Stage) -> None:
    run = on.run(on.thread())
    for _ in range(3):
        on.engine.jobs.attempt(on.jobs())
        with closing(Performance(on.engine, on.again(run)).events()) as events:
            assert any(event.event == "thread.message.delta" for event in events)
    on.perform()
    assert (on.again(run).status, on.answer(run).status, on.jobs()) == ("failed", "incomplete", [])
    assert [step.status for step in on.steps(run)] == ["completed", "failed"]


def test_a_run_that_was_being_cancelled_when_it_was_interrupted_is_cancelled(on: Stage) -> None:
    run = on.run(on.thread())
    with closing(Performance(on.engine, run).events()) as events:
        assert any(event.event == "thread.message.delta" for event in events)
    on.call("cancel_run", run.thread_id, run.id)
    assert on.again(run).status == "cancelling"
    on.perform()
    assert (on.again(run).status, on.answer(run).status, on.jobs()) == ("cancelled", "incomplete", [])


def test_two_that_perform_the_same_run_leave_one_answer(on: Stage) -> None:
    run = on.run(on.thread())
    slow = Performance(on.engine, run).events()
    assert any(event.event == "thread.message.delta" for event in slow)
    on.perform()
    done = on.answer(run)
    assert [event.event for event in slow if event.event.startswith("thread.run")] == []
    assert (on.answer(run), on.again(run).status) == (done, "completed")


def test_pdfqa_asks_a_model_too(server: ModelServer, tmp_path: Path) -> None:
    server.replies_with(says("Rodrigo Fuentes [1]. The greenhouse holds 412 orchids [1]. Fuentes, Rodrigo [1]."))
    with PDFQA(pdf(tmp_path / "a.pdf", CLUB, PARK), model="tiny", base_url=server.url) as qa:
        answer = qa.ask(WHO_PARK)
        assert (answer.model, answer.usage["total_tokens"], answer.found) == ("tiny", 110, True)
        assert answer.text == "Rodrigo Fuentes [1]. The greenhouse holds 412 orchids [2]. Fuentes, Rodrigo [1]."
        assert [citation.page for citation in answer.citations] == [2, 2]
        assert all(citation.verified for citation in answer.citations)


def test_everything_known_may_be_asked_of_a_model(on: Stage, server: ModelServer) -> None:
    known(on.engine, "The mayor of Lund is Astrid Nyberg.", name="lund.pdf")
    server.replies_with(says("Astrid Nyberg [1]."))
    run = on.asked("Who is the mayor of Lund?", assistant=on.assistant(tools=[], tool_resources=None))
    assert on.answer(run).annotations[0].file_citation.filename == "lund.pdf"
