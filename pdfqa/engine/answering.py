"""Answering: what runs, responses and chat completions have in common, from a question to a text with its citations.

`answer` is a generator of what happens on the way. It stores nothing: whoever drives it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.errors import InvalidValueError
from pdfqa.wire import FileCitation, SearchResult, Usage
from pdfqa.wire.requests import Filter

if TYPE_CHECKING:
    from pdfqa.search import Evidence

_PLAIN = ("auto", "text")  # formats of an answer that need no model to honour them


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
    `tool_choice` is auto, none, required, file_search or the name of a function as {"function": name}. `options` are
    told to a model as they are. Without `boxes`, citations do not say where on its page a quote stands.
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
    effort: str | None = None  # of a model that thinks before it answers
    options: dict[str, Any] = {}
    boxes: bool = True


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """The documents were searched. `evidence` are the results as search gave them."""

    id: str
    queries: list[str]
    results: list[SearchResult]
    evidence: list[Evidence] = []


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
    what has written it: "extractive", or a model's name. `confidence` is how likely what was found is to answer the
    question, where that is estimated.
    """

    text: str
    citations: list[Cited] = []
    found: bool = True
    incomplete: Literal["max_completion_tokens", "max_prompt_tokens"] | None = None
    usage: Usage = Usage()
    model: str = "extractive"
    confidence: float | None = None


Happening = Searched | Written | Called | Finished


def answer(engine: Engine, question: Question, *, stop: Callable[[], bool] | None = None) -> Iterator[Happening]:
    """Yield what happens while a question is answered; the last is `Called` or `Finished`.

    Args:
        engine: The engine, as the owner of the documents sees it.
        question: What is to be answered, and how.
        stop: Asked, several times a second, whether the answer is no longer wanted.

    Raises:
        PdfqaError: There can be no answer: a store has expired, the model's server fails.
        StoppedError: `stop` has returned true.
    """
    model = engine.model_for(question.model)
    if engine.hosted is not None and not _is_here(engine, question):
        from pdfqa.engine.hosted import hosted

        yield from hosted(engine, engine.hosted, question, stop)
    elif model is None:
        from pdfqa.engine.quoting import quoted

        yield from quoted(engine, question)
    else:
        from pdfqa.engine.asking import written

        yield from written(engine, model, question, stop)


def _is_here(engine: Engine, question: Question) -> bool:
    """Return whether a question is about vector stores of this home directory."""
    return question.sources is not None and bool(engine.store_objects.some(question.sources.stores))


def check_format(engine: Engine, model: str, response_format: object) -> None:
    """Refuse a format of answers that what answers for a model cannot honour.

    Args:
        engine: The engine.
        model: The name that is asked for.
        response_format: As the wire has it.

    Raises:
        InvalidValueError: It cannot.
    """
    kind = response_format.get("type") if isinstance(response_format, dict) else response_format
    if engine.model_for(model) is None and kind is not None and kind not in _PLAIN:
        raise InvalidValueError(
            f"Invalid 'response_format': {kind!r} needs a model that writes; answers here are quotes.",
            hint="Leave it out, or configure a model (--model, --base-url).",
            param="response_format",
        )
