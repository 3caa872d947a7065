"""The client's part for runs and their steps."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from msgspec import UNSET

from pdfqa.client.base import Base
from pdfqa.client.inputs import (
    Given,
    Include,
    Maybe,
    Messages,
    Metadata,
    NewThread,
    ResponseFormat,
    ToolChoice,
    ToolOutputs,
    ToolResources,
    Tools,
    Truncation,
)
from pdfqa.wire import Event, ObjectPage, Order, Run, RunStep
from pdfqa.wire.requests import Effort


class Runs(Base):
    """Operations on runs and their steps."""

    async def create_run(
        self,
        thread_id: str,
        *,
        assistant_id: str,
        model: Maybe[str] = UNSET,
        instructions: Maybe[str] = UNSET,
        additional_instructions: Maybe[str] = UNSET,
        additional_messages: Maybe[Messages] = UNSET,
        tools: Maybe[Tools] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        max_prompt_tokens: Maybe[int] = UNSET,
        max_completion_tokens: Maybe[int] = UNSET,
        truncation_strategy: Maybe[Truncation] = UNSET,
        tool_choice: Maybe[ToolChoice] = UNSET,
        parallel_tool_calls: Given[bool] = UNSET,
        response_format: Maybe[ResponseFormat] = UNSET,
        reasoning_effort: Maybe[Effort] = UNSET,
        include: Given[Include] = UNSET,
    ) -> Run:
        """Have an assistant answer a thread; the run is queued, and ends within ten minutes.

        Wire: `POST /threads/{thread_id}/runs`. What is not given is the assistant's.

        Args:
            thread_id: The thread.
            assistant_id: The assistant.
            model: What answers, as in `create_assistant`.
            instructions: In place of the assistant's, at most 256,000 characters.
            additional_instructions: After the assistant's.
            additional_messages: Put at the end of the thread first.
            tools: In place of the assistant's, at most 20.
            metadata: At most 16 pairs of strings.
            temperature: 0 to 2.
            top_p: 0 to 1.
            max_prompt_tokens: Over the whole run, from 256; past it the run ends as "incomplete".
            max_completion_tokens: Likewise.
            truncation_strategy: `{"type": "last_messages", "last_messages": …}`; those that fit if not given.
            tool_choice: "auto", "none", "required", or `{"type": "function", "function": {"name": …}}`.
            parallel_tool_calls: Whether several functions may be asked for at once.
            response_format: As in `create_assistant`.
            reasoning_effort: As in `create_assistant`.
            include: Which results of searches are sent along.
        """
        return await self._call("create_run", locals())

    def stream_run(
        self,
        thread_id: str,
        *,
        assistant_id: str,
        model: Maybe[str] = UNSET,
        instructions: Maybe[str] = UNSET,
        additional_instructions: Maybe[str] = UNSET,
        additional_messages: Maybe[Messages] = UNSET,
        tools: Maybe[Tools] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        max_prompt_tokens: Maybe[int] = UNSET,
        max_completion_tokens: Maybe[int] = UNSET,
        truncation_strategy: Maybe[Truncation] = UNSET,
        tool_choice: Maybe[ToolChoice] = UNSET,
        parallel_tool_calls: Given[bool] = UNSET,
        response_format: Maybe[ResponseFormat] = UNSET,
        reasoning_effort: Maybe[Effort] = UNSET,
        include: Given[Include] = UNSET,
    ) -> AsyncGenerator[Event, None]:
        """Have an assistant answer a thread, and yield what happens as it does.

        Wire: `POST /threads/{thread_id}/runs` with `stream`. Takes what `create_run` takes. Each event has a name, as
        "thread.message.delta", and `data`: the run, step or message; a delta is a dictionary. Closing the generator
        ends the listening, not the run.

        Raises:
            PdfqaError: An event says so.
        """
        return self._stream("create_run", locals())

    async def create_thread_and_run(
        self,
        *,
        assistant_id: str,
        thread: Maybe[NewThread] = UNSET,
        model: Maybe[str] = UNSET,
        instructions: Maybe[str] = UNSET,
        tools: Maybe[Tools] = UNSET,
        tool_resources: Maybe[ToolResources] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        max_prompt_tokens: Maybe[int] = UNSET,
        max_completion_tokens: Maybe[int] = UNSET,
        truncation_strategy: Maybe[Truncation] = UNSET,
        tool_choice: Maybe[ToolChoice] = UNSET,
        parallel_tool_calls: Given[bool] = UNSET,
        response_format: Maybe[ResponseFormat] = UNSET,
    ) -> Run:
        """Create a thread and have an assistant answer it; the run's `thread_id` names the thread.

        Wire: `POST /threads/runs`.

        Args:
            assistant_id: The assistant.
            thread: `{"messages": […], …}`, as in `create_thread`.
            model: This and all that follows are as in `create_run`.
            instructions: In place of the assistant's.
            tools: In place of the assistant's.
            tool_resources: In place of the assistant's.
            metadata: That of the run.
            temperature: 0 to 2.
            top_p: 0 to 1.
            max_prompt_tokens: Over the whole run, from 256.
            max_completion_tokens: Likewise.
            truncation_strategy: Which messages are used.
            tool_choice: Which tool has to be called.
            parallel_tool_calls: Whether several functions may be asked for at once.
            response_format: The shape of the answer.
        """
        return await self._call("create_thread_and_run", locals())

    def stream_thread_and_run(
        self,
        *,
        assistant_id: str,
        thread: Maybe[NewThread] = UNSET,
        model: Maybe[str] = UNSET,
        instructions: Maybe[str] = UNSET,
        tools: Maybe[Tools] = UNSET,
        tool_resources: Maybe[ToolResources] = UNSET,
        metadata: Maybe[Metadata] = UNSET,
        temperature: Maybe[float] = UNSET,
        top_p: Maybe[float] = UNSET,
        max_prompt_tokens: Maybe[int] = UNSET,
        max_completion_tokens: Maybe[int] = UNSET,
        truncation_strategy: Maybe[Truncation] = UNSET,
        tool_choice: Maybe[ToolChoice] = UNSET,
        parallel_tool_calls: Given[bool] = UNSET,
        response_format: Maybe[ResponseFormat] = UNSET,
    ) -> AsyncGenerator[Event, None]:
        """Create a thread and have an assistant answer it, and yield what happens as it does.

        Wire: `POST /threads/runs` with `stream`. Takes what `create_thread_and_run` takes; the first event is
        "thread.created", the others are as in `stream_run`.
        """
        return self._stream("create_thread_and_run", locals())

    async def submit_tool_outputs(self, thread_id: str, run_id: str, *, tool_outputs: ToolOutputs) -> Run:
        """Give a run that requires action what its functions returned; it goes on.

        Wire: `POST /threads/{thread_id}/runs/{run_id}/submit_tool_outputs`.

        Args:
            thread_id: The thread.
            run_id: The run, of status "requires_action".
            tool_outputs: `{"tool_call_id": …, "output": …}` for every call of
                `run.required_action["submit_tool_outputs"]["tool_calls"]`.

        Raises:
            ObjectNotFoundError: No thread, or no run of it, has that id.
            WrongStateError: The run asks for nothing.
            InvalidRequestError: An output is missing, or answers no call.
        """
        return await self._call("submit_tool_outputs", locals())

    def stream_tool_outputs(
        self, thread_id: str, run_id: str, *, tool_outputs: ToolOutputs
    ) -> AsyncGenerator[Event, None]:
        """Give a run what its functions returned, and yield what happens then.

        Wire: `POST /threads/{thread_id}/runs/{run_id}/submit_tool_outputs` with `stream`. Takes what
        `submit_tool_outputs` takes; events are as in `stream_run`.
        """
        return self._stream("submit_tool_outputs", locals())

    async def get_runs(
        self,
        thread_id: str,
        *,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
        before: Maybe[str] = UNSET,
    ) -> ObjectPage[Run]:
        """Return a page of a thread's runs.

        Wire: `GET /threads/{thread_id}/runs`.

        Args:
            thread_id: The thread.
            limit: How many at most, 1 to 100; 20 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last run of the page before.
            before: The id of the first run of the page after.

        Raises:
            ObjectNotFoundError: No thread has that id.
        """
        return await self._call("get_runs", locals())

    async def get_run(self, thread_id: str, run_id: str) -> Run:
        """Return a run.

        Wire: `GET /threads/{thread_id}/runs/{run_id}`.

        Raises:
            ObjectNotFoundError: No thread, or no run of it, has that id.
        """
        return await self._call("get_run", locals())

    async def modify_run(self, thread_id: str, run_id: str, *, metadata: Maybe[Metadata] = UNSET) -> Run:
        """Change a run's metadata.

        Wire: `POST /threads/{thread_id}/runs/{run_id}`.

        Args:
            thread_id: The thread.
            run_id: The run.
            metadata: In place of all that there was; at most 16 pairs of strings.

        Raises:
            ObjectNotFoundError: No thread, or no run of it, has that id.
        """
        return await self._call("modify_run", locals())

    async def cancel_run(self, thread_id: str, run_id: str) -> Run:
        """Have a run stop; it is "cancelling" until it does, then "cancelled".

        Wire: `POST /threads/{thread_id}/runs/{run_id}/cancel`.

        Raises:
            ObjectNotFoundError: No thread, or no run of it, has that id.
            WrongStateError: The run has ended.
        """
        return await self._call("cancel_run", locals())

    async def get_run_steps(
        self,
        thread_id: str,
        run_id: str,
        *,
        include: Given[Include] = UNSET,
        limit: Given[int] = UNSET,
        order: Given[Order] = UNSET,
        after: Maybe[str] = UNSET,
        before: Maybe[str] = UNSET,
    ) -> ObjectPage[RunStep]:
        """Return a page of a run's steps: its searches, function calls and messages.

        Wire: `GET /threads/{thread_id}/runs/{run_id}/steps`.

        Args:
            thread_id: The thread.
            run_id: The run.
            include: `["step_details.tool_calls[*].file_search.results[*].content"]` for the text of what was found.
            limit: How many at most, 1 to 100; 20 if not given.
            order: "desc", newest first, if not given; or "asc".
            after: The id of the last step of the page before.
            before: The id of the first step of the page after.

        Raises:
            ObjectNotFoundError: No thread, or no run of it, has that id.
        """
        return await self._call("get_run_steps", locals())

    async def get_run_step(
        self, thread_id: str, run_id: str, step_id: str, *, include: Given[Include] = UNSET
    ) -> RunStep:
        """Return a step of a run.

        Wire: `GET /threads/{thread_id}/runs/{run_id}/steps/{step_id}`.

        Args:
            thread_id: The thread.
            run_id: The run.
            step_id: The step.
            include: As in `get_run_steps`.

        Raises:
            ObjectNotFoundError: No thread, no run of it or no step of that has the id.
        """
        return await self._call("get_run_step", locals())
