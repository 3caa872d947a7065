"""What the operations on runs and their steps take."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from pdfqa.wire.base import (
    Budget,
    Instructions,
    ListRequest,
    Metadata,
    Part,
    Request,
    Share,
    Temperature,
)
from pdfqa.wire.requests.assistants import Effort, ResponseFormat, RunTools, ToolResources
from pdfqa.wire.requests.threads import CreateMessage, CreateThread

RESULT_CONTENT = "step_details.tool_calls[*].file_search.results[*].content"
Included = Literal["step_details.tool_calls[*].file_search.results[*].content"]


class FunctionName(Part, frozen=True, kw_only=True):
    """A function by its name."""

    name: str


class NamedTool(Part, frozen=True, kw_only=True):
    """The tool that has to be called."""

    type: Literal["function", "file_search", "code_interpreter"]
    function: FunctionName | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.type == "function") != (self.function is not UNSET):
            raise ValueError("function is given exactly where type is 'function'")


ToolChoice = Literal["none", "auto", "required"] | NamedTool


class Truncation(Part, frozen=True, kw_only=True):
    """Which messages of the thread are used: those that fit, or the last so many."""

    type: Literal["auto", "last_messages"]
    last_messages: Annotated[int, Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        if (self.type == "last_messages") != (self.last_messages is not None):
            raise ValueError("last_messages is given exactly where type is 'last_messages'")


class RunOptions(Request, frozen=True, kw_only=True):
    """What every run may be told; what is not given is the assistant's."""

    assistant_id: str
    model: str | None = None
    instructions: Instructions | None = None
    tools: RunTools | None = None
    metadata: Metadata | None = None
    temperature: Temperature | None = None
    top_p: Share | None = None
    stream: bool | None = None
    max_prompt_tokens: Budget | None = None
    max_completion_tokens: Budget | None = None
    truncation_strategy: Truncation | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool = True
    response_format: ResponseFormat | None = None


class CreateRun(RunOptions, frozen=True, kw_only=True):
    """A run of an assistant on a thread."""

    additional_instructions: Instructions | None = None
    additional_messages: list[CreateMessage] | None = None
    reasoning_effort: Effort | None = None
    include: list[Included] = []


class CreateThreadAndRun(RunOptions, frozen=True, kw_only=True):
    """A thread, and a run of an assistant on it."""

    thread: CreateThread | None = None
    tool_resources: ToolResources | None = None


class ToolOutput(Part, frozen=True, kw_only=True):
    """What a function returned."""

    tool_call_id: str
    output: str


class SubmitToolOutputs(Request, frozen=True, kw_only=True):
    """What all functions returned that the run asked for."""

    tool_outputs: Annotated[list[ToolOutput], Meta(min_length=1)]
    stream: bool | None = None


class ListRunSteps(ListRequest, frozen=True, kw_only=True):
    """Which steps to list, and what to include."""

    include: list[Included] = []


class GetRunStep(Request, frozen=True, kw_only=True):
    """What to include."""

    include: list[Included] = []
