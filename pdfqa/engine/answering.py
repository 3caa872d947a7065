"""Answering: what runs, responses and chat completions have in common, from a question to a text with its citations.

`answer` is a generator of what happens on the way. It stores nothing: whoever drives it does.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from pdfqa.wire import FileCitation, SearchResult, Usage
from pdfqa.wire.requests import Filter


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched: vector stores and files, or, where none is named, everything the owner has that was read."""

    stores: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    filters: Filter | None = None
    max_results: int = 20
    score_threshold: float = 0.0
    ranker: str = "auto"
    weights: tuple[float, float] | None = None  # of vectors and of keywords; by default as the question asks for


class FunctionCall(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the caller is asked to run. `arguments` is JSON."""

    id: str
    name: str
    arguments: str


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One message of what was said so far.

    `images` are as chat completions have them (`{"type": "image_url", …}`). `calls` are what an assistant asked for;
    a turn of the role `tool` is what the call `call_id` returned.
    """

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    images: list[dict[str, Any]] = []
    calls: list[FunctionCall] = []
    call_id: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be answered, and how. The last user turn is the question itself.

    `sources` is None where nothing is to be searched. `functions` are {"name", "description", "parameters", "strict"}.
    `tool_choice` is auto, none, required, file_search or the name of a function as {"function": name}.
    """

    model: str
    turns: list[Turn]
    instructions: str = ""
    sources: Sources | None = Sources()
    functions: list[dict[str, Any]] = []
    tool_choice: str | dict[str, str] = "auto"
    parallel_tool_calls: bool = True
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    max_prompt_tokens: int | None = None
    response_format: dict[str, Any] | None = None  # as chat completions have it
    stop: list[str] = []
    seed: int | None = None


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """The documents were searched."""

    id: str
    queries: list[str]
    results: list[SearchResult]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """Some more text of the answer."""

    text: str


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """The caller has to run functions before there is an answer. Nothing follows."""

    calls: list[FunctionCall]
    usage: Usage


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """A citation marker in the answer: `text[start:end]`."""

    start: int
    end: int
    citation: FileCitation


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer. Nothing follows.

    `found` is false where the documents do not say. `incomplete` says which limit cut the answer short. `model` is
    what has written it: "extractive", or a model's name.
    """

    text: str
    citations: list[Cited] = []
    found: bool = True
    incomplete: Literal["max_completion_tokens", "max_prompt_tokens"] | None = None
    usage: Usage = Usage()
    model: str = "extractive"


Happening = Searched | Written | Called | Finished
