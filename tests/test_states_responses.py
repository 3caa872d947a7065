"""Responses and conversations in any order of what can be done to them: no state that cannot be, nothing lost."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from openai.types.conversations import ConversationItemList
from openai.types.responses import Response as TheirResponse

from pdfqa.engine import Engine
from pdfqa.engine.response_jobs import ResponseJobs, _Log
from pdfqa.errors import ConversationLockedError, InvalidRequestError, ObjectNotFoundError, PdfqaError, WrongStateError
from pdfqa.store import Job
from pdfqa.wire.responses import FINAL, Response
from tests.homes import WHO_CLUB, WHO_PARK
from tests.questions import call, papers, search_tool, theirs

ANSWERS = {WHO_CLUB: "Margaret Holloway", WHO_PARK: "Rodrigo Fuentes"}
CALL = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}}


class Machine(RuleBasedStateMachine):
    """A model of responses and conversations: what was said in each, and which response is still to be made.

    Jobs are done when the machine says so, as a driver would do them, so that everything can happen in between.
    """

    responses = Bundle("responses")
    conversations = Bundle("conversations")

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.opened = papers(Path(self.folder) / "home")
        self.engine: Engine = self.opened.__enter__()
        self.said: dict[str, list[str]] = {}  # what the items of each conversation say
        self.states: dict[str, str] = {}  # of the responses that are kept
        self.locks: dict[str, str] = {}  # the response that a conversation waits for
        self.asked: dict[str, str] = {}
        self.histories: dict[str, list[str]] = {}

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            self.opened.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    # Conversations

    @rule(target=conversations, texts=st.lists(st.sampled_from(["Hello", "Good day"]), max_size=2))
    def create_conversation(self, texts: list[str]) -> str:
        items = [{"role": "user", "content": text} for text in texts]
        id_: str = call(self.engine, "create_conversation", items=items).id
        self.said[id_] = texts
        return id_

    @rule(conversation=conversations)
    def add_an_item(self, conversation: str) -> None:
        items = [{"role": "user", "content": "By the way"}]
        error = self.refusal(lambda: call(self.engine, "create_conversation_items", conversation, items=items))
        if conversation in self.locks:
            assert isinstance(error, ConversationLockedError)
        elif conversation not in self.said:
            assert isinstance(error, ObjectNotFoundError)
        else:
            assert error is None
            self.said[conversation] = [*self.said[conversation], "By the way"]

    @rule(conversation=conversations, data=st.data())
    def delete_an_item(self, conversation: str, data: st.DataObject) -> None:
        if not self.said.get(conversation):
            return
        page = call(self.engine, "get_conversation_items", conversation, order="asc", limit=100)
        place = data.draw(st.integers(0, len(page.data) - 1))
        if page.data[place].__struct_config__.tag != "message":
            return
        error = self.refusal(lambda: call(self.engine, "delete_conversation_item", conversation, page.data[place].id))
        assert (conversation in self.locks) == isinstance(error, ConversationLockedError)
        if error is None:
            left = list(self.said[conversation])
            del left[place]
            self.said[conversation] = left

    @rule(conversation=consumes(conversations))
    def delete_a_conversation(self, conversation: str) -> None:
        error = self.refusal(lambda: call(self.engine, "delete_conversation", conversation))
        assert (conversation in self.said) == (error is None)
        self.said.pop(conversation, None)

    # Responses

    @rule(
        target=responses,
        question=st.sampled_from([WHO_CLUB, WHO_PARK]),
        conversation=st.one_of(st.none(), conversations),
        previous=st.one_of(st.none(), responses),
        how=st.sampled_from(["now", "now", "background", "background", "forgotten"]),
        tool=st.booleans(),
    )
    def create_response(
        self, question: str, conversation: str | None, previous: str | None, how: str, *, tool: bool
    ) -> Any:
        fields: dict[str, Any] = {"model": "m", "input": question, "store": how != "forgotten"}
        if tool:
            fields["tools"] = [search_tool(self.engine)]
        if how == "background":
            fields["background"] = True
        if conversation:
            fields["conversation"] = conversation
        elif previous:
            fields["previous_response_id"] = previous
        made: list[Response] = []
        error = self.refusal(lambda: made.append(call(self.engine, "create_response", **fields)))
        if conversation in self.locks:
            assert isinstance(error, ConversationLockedError)
        elif conversation and conversation not in self.said:
            assert isinstance(error, ObjectNotFoundError)
        elif previous and not conversation and previous not in self.states:
            assert error is not None
        elif previous and not conversation and self.states[previous] not in FINAL:
            assert isinstance(error, WrongStateError)
        else:
            assert error is None
            return self.created(made[0], question, conversation, how)
        return multiple()

    def created(self, response: Response, question: str, conversation: str | None, how: str) -> Any:
        self.asked[response.id] = question
        if how == "background":
            self.states[response.id] = "queued"
            if conversation:
                self.locks[conversation] = response.id
            return response.id
        self.answered(response, conversation)
        if how == "forgotten":
            return multiple()
        self.states[response.id] = "completed"
        return response.id

    def answered(self, response: Response, conversation: str | None) -> None:
        question = self.asked[response.id]
        assert ANSWERS[question] in response.output_text
        if conversation in self.said:
            searched = ["search"] if len(response.output) > 1 else []
            self.said[conversation] = [*self.said[conversation], question, *searched, response.output_text]

    @rule(response=responses)
    def cancel(self, response: str) -> None:
        error = self.refusal(lambda: call(self.engine, "cancel_response", response))
        if response not in self.states:
            assert isinstance(error, ObjectNotFoundError)
        elif self.states[response] == "queued":
            assert error is None
            self.states[response] = "cancelled"
            self.unlock(response)

    @rule(response=consumes(responses))
    def delete(self, response: str) -> None:
        error = self.refusal(lambda: call(self.engine, "delete_response", response))
        assert (response in self.states) == (error is None)
        self.states.pop(response, None)
        self.unlock(response)

    @rule()
    def work(self) -> None:
        """Do the oldest job, if there is one."""
        for job in self.jobs()[:1]:
            self.engine.responses.perform(job)
            self.settled(job.target)

    @rule(data=st.data())
    def work_but_be_interrupted(self, data: st.DataObject) -> None:
        """Do the oldest job, and do something to the response when it is made but not kept."""
        jobs = self.jobs()
        if not jobs:
            return
        what = data.draw(st.sampled_from(["cancel_response", "delete_response"]))
        record = self.engine.response_objects.get(jobs[0].target)
        worker = ResponseJobs(self.engine)
        log = _Log(self.engine, record)
        assert worker._start(record)
        made = worker._made(record, log, 0)
        call(self.engine, what, record.id)
        worker._settle(record, made, log)
        if what == "cancel_response":
            self.states[record.id] = "cancelled"
        else:
            del self.states[record.id]
        self.unlock(record.id)

    def settled(self, response_id: str) -> None:
        response = call(self.engine, "get_response", response_id)
        assert "completed" == response.status
        self.states[response_id] = "completed"
        self.answered(response, response.conversation.id if response.conversation else None)
        self.unlock(response_id)

    def unlock(self, response_id: str) -> None:
        self.locks = {key: holder for key, holder in self.locks.items() if holder != response_id}

    def jobs(self) -> list[Job]:
        rows = self.engine.database.rows("SELECT id, kind, owner, parent, target, attempts FROM jobs ORDER BY id")
        names = ("id", "kind", "owner", "parent", "target", "attempts")
        return [Job(**dict(zip(names, row, strict=True))) for row in rows]

    @staticmethod
    def refusal(action: Any) -> PdfqaError | None:
        try:
            action()
        except InvalidRequestError as error:
            return error
        return None

    # What is always so

    @invariant()
    def every_response_is_as_the_model_says(self) -> None:
        if not hasattr(self, "engine"):
            return
        kept = {record.id: record.response for record in self.engine.response_objects.all()}
        assert self.states == {id_: response.status for id_, response in kept.items()}
        for id_, response in kept.items():
            theirs(TheirResponse, response)
            assert (response.status == "completed") == (response.completed_at is not None)
            assert (response.status == "completed") == bool(response.output)
            assert response.status in FINAL or id_ in {job.target for job in self.jobs()}

    @invariant()
    def every_job_is_of_a_response_that_is_to_be_made(self) -> None:
        if not hasattr(self, "engine"):
            return
        assert {id_ for id_, state in self.states.items() if state == "queued"} == {job.target for job in self.jobs()}
        waiting = {job.parent for job in self.jobs() if job.parent}
        assert set(self.locks) & set(self.said) == waiting & set(self.said)

    @invariant()
    def every_conversation_holds_what_was_said(self) -> None:
        if not hasattr(self, "engine"):
            return
        assert set(self.said) == {one.id for one in self.engine.conversation_objects.all()}
        for id_, said in self.said.items():
            page = call(self.engine, "get_conversation_items", id_, order="asc", limit=100)
            theirs(ConversationItemList, page)
            assert said == [getattr(item, "text", "search") for item in page.data]
        rows = self.engine.database.rows("SELECT DISTINCT parent FROM objects WHERE kind = 'conversation.item'")
        assert {parent for (parent,) in rows} <= set(self.said)


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
