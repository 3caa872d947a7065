"""A chat model answers: it is given what was found, and what it says is held against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pdfqa.answer import extract
from pdfqa.answer.citing import Reader
from pdfqa.answer.focus import Focus, focus
from pdfqa.answer.functions import may_be_call, written_call
from pdfqa.answer.model import Message, Prompt, Shown, prompt
from pdfqa.engine.answering import Called, Cited, Finished, FunctionCall, Happening, Question, Turn, Written
from pdfqa.engine.context import Engine
from pdfqa.engine.evidence import Looked, asked, cite, searched
from pdfqa.engine.seeking import sought
from pdfqa.engine.trying import attempt, doubtful
from pdfqa.errors import BackendError, InvalidRequestError
from pdfqa.llm import ChatModel, Ended, Options, Piece, Text, ToolCall
from pdfqa.passages import count_tokens
from pdfqa.wire import Usage

_ANSWER = 1024  # tokens that are kept for the answer where no limit is set
_FOCUSED = 8  # passages that the sentences for a small model are taken from
_NO_CALLS = ("none", "file_search")  # choices of tools that leave out functions
_NONE = Usage()
_CUT = "\n\nCut short: the model had no room for more."
_UNPROVED = "\n\nUnverified: no passage of the documents was found to say this."


def written(
    engine: Engine, model: ChatModel, question: Question, stop: Callable[[], bool] | None = None
) -> Iterator[Happening]:
    """Yield what happens while a model answers a question."""
    if not any(turn.role == "user" for turn in question.turns):
        raise InvalidRequestError("there is no question to answer", hint="Add a message of the user first.")
    looked, used = None, Usage()
    if question.sources is not None and asked(question.turns) and not _must_call(question):
        looked, used = sought(engine, model, question, question.sources, stop)
        yield searched(engine, looked)
        if not looked.evidence and not _has_other_means(question):
            yield from _declined(engine, question, looked, used)
            return
    aim = _aim(engine, model, question, looked)
    if aim is not None and looked and doubtful(model, aim, _sure(engine, looked), stop):
        yield from _declined(engine, question, looked, used)
        return

    def prompts(share: float) -> Prompt:
        if aim is not None:
            return Prompt(messages=aim.messages(), given=aim.given, tokens=model.count(aim.passages), fits=share > 0)
        return _prompt(engine, model, question, looked, share)

    given = prompts(1.0)
    if not given.fits:
        yield Finished(text="", found=False, incomplete="max_prompt_tokens", model=_name(engine, question))
        return
    begun = attempt(model, prompts, _options(question), stop)
    yield from Telling(engine, question, looked, begun.given, used=used).tell(begun.pieces)


def _declined(engine: Engine, question: Question, looked: Looked, used: Usage) -> Iterator[Happening]:
    yield Written(text=looked.not_found)
    yield Finished(text=looked.not_found, found=False, usage=used, model=_name(engine, question))


class Telling:
    """What becomes of the pieces that a model writes.

    Args:
        engine: The engine.
        question: What was asked.
        looked: What was found; None where nothing was searched.
        given: What of it the model was given. It may grow while the model writes.
        numbered: Whether the model was given it by number, and cites so.
        used: The tokens that went before.
    """

    def __init__(
        self,
        engine: Engine,
        question: Question,
        looked: Looked | None,
        given: Prompt,
        *,
        numbered: bool = True,
        used: Usage = _NONE,
    ) -> None:
        self._engine = engine
        self._question = question
        self._looked = looked
        self._given = given
        self._used = used
        evidence, numbers = (looked.evidence, given.given) if looked and not _structured(question) else ([], [])
        asked_for = looked.question if looked else ""
        self._reader = Reader(
            asked_for, evidence, numbers, engine.embedder, doubts=not _outputs(question), numbered=numbered
        )
        self._calls: list[FunctionCall] = []
        self._ended = Ended()
        self._refusal = ""
        self._names = {tool["function"]["name"] for tool in _tools(question)}
        self._held = ""  # text that may be a call
        self._holds = bool(self._names)

    def tell(self, pieces: Iterator[Piece]) -> Iterator[Happening]:
        """Yield what happens while they come, and what it came to."""
        for piece in pieces:
            shown = self._take(piece)
            if shown:
                yield Written(text=shown)
        shown = self._released() + self._reader.end() + self._last_words()
        if shown:
            yield Written(text=shown)
        yield self._called() if self._calls else self._finished()

    def _take(self, piece: Piece) -> str:
        """Return what is to be shown of a piece."""
        if isinstance(piece, Text):
            self._held += piece.text
            return "" if self._holds and may_be_call(self._held) else self._released()
        if isinstance(piece, Ended):
            self._ended = piece
        elif isinstance(piece, ToolCall):
            self._call(piece)
        return ""

    def _released(self) -> str:
        """Return what is to be shown of the text that was held: nothing if it is a call."""
        held, self._held = self._held, ""
        call = written_call(held, self._names) if self._holds and not self._calls else None
        self._holds = False
        if call is not None:
            self._call(ToolCall("", *call))
            return ""
        return self._reader.add(held)

    def _call(self, call: ToolCall) -> None:
        if call.name not in self._names:
            raise BackendError(
                f"the model called the function {call.name!r}, which it was not offered",
                hint="Ask again, or use a model that is better at calling functions.",
            )
        if not self._calls or self._question.parallel_tool_calls:
            id_ = call.id or self._engine.new_id("call_")
            self._calls.append(FunctionCall(id=id_, name=call.name, arguments=call.arguments or "{}"))

    def _last_words(self) -> str:
        """Return what is said after the model's own words: that it refused, or that nothing supports them."""
        reader = self._reader
        if reader.refused and self._looked:
            self._refusal = self._looked.not_found
            return self._refusal
        if self._calls or _structured(self._question) or not reader.text.strip():
            return ""
        said = _CUT if self._out_of_room else ""
        proved = any(reader.supported) or reader.declined
        if not proved and self._given.given and not _outputs(self._question):
            said += _UNPROVED
        reader.text += said
        return said

    @property
    def _out_of_room(self) -> bool:
        """Return whether the model ended where it had to, and not where the caller wanted."""
        return self._ended.reason == "length" and self._question.max_tokens is None

    def _finished(self) -> Finished:
        reader, looked = self._reader, self._looked
        if not reader.text.strip() and not reader.refused and self._question.max_tokens is None:
            until = " until it had no room for more" if self._out_of_room else ""
            raise BackendError(
                f"the model wrote nothing but thoughts{until}",
                hint="Give it more room (PDFQA_CONTEXT_TOKENS, and at its server), or use one that thinks less.",
            )
        citations = []
        for mark in reader.marks:
            quote, supported = reader.quotes[mark.quote], reader.supported[mark.quote]
            if looked is not None:
                citation = cite(self._engine, looked, quote, supported=supported, boxes=self._question.boxes)
                citations.append(Cited(start=mark.start, end=mark.end, citation=citation))
        return Finished(
            text=self._refusal or reader.text,
            citations=citations,
            found=not reader.refused and not reader.declined,
            incomplete="max_completion_tokens" if self._ended.reason == "length" else None,
            usage=self._usage(),
            model=_name(self._engine, self._question),
        )

    def _called(self) -> Called:
        return Called(calls=self._calls, usage=self._usage())

    def _usage(self) -> Usage:
        """Return the tokens used, as the server counted them or else about."""
        ended, calls = self._ended, self._calls
        sent = self._given.tokens if ended.prompt_tokens is None else ended.prompt_tokens
        about = count_tokens(self._reader.text) + sum(count_tokens(call.arguments) for call in calls)
        got = about if ended.completion_tokens is None else ended.completion_tokens
        sent, got = sent + self._used.prompt_tokens, got + self._used.completion_tokens
        return Usage(prompt_tokens=sent, completion_tokens=got, total_tokens=sent + got)


def _name(engine: Engine, question: Question) -> str:
    return engine.settings.model or question.model


def _has_other_means(question: Question) -> bool:
    """Return whether a model may answer although nothing was found: by functions, what they returned, or pictures."""
    may_call = bool(question.functions) and question.tool_choice not in _NO_CALLS
    return may_call or bool(_outputs(question)) or any(turn.images for turn in question.turns)


def _must_call(question: Question) -> bool:
    """Return whether all that is wanted now is the call of a function; nothing need be searched for that."""
    forced = question.tool_choice == "required" or isinstance(question.tool_choice, dict)
    return forced and bool(question.functions) and not _outputs(question)


def _structured(question: Question) -> bool:
    """Return whether the answer is to be JSON."""
    return bool((question.response_format or {}).get("type", "text") != "text")


def _outputs(question: Question) -> list[Turn]:
    """Return what functions returned since the last question."""
    last = max(place for place, turn in enumerate(question.turns) if turn.role == "user")
    return [turn for turn in question.turns[last:] if turn.role == "tool"]


def _aim(engine: Engine, model: ChatModel, question: Question, looked: Looked | None) -> Focus | None:
    """Return the few sentences that a small model is asked about; None for others, and where more is wanted of it."""
    if looked is None or not looked.evidence or _has_other_means(question) or _structured(question):
        return None
    if not model.about().small:
        return None
    found = looked.found
    aim = focus(
        looked.question,
        found.terms,
        looked.evidence[:_FOCUSED],
        engine.embedder,
        names=_file_names(looked),
        instructions=_wishes(question),
    )
    tokens = sum(model.count(message["content"]) for message in aim.messages()) if aim else 0
    return aim if tokens <= _room(engine, question, 1.0) else None


def _sure(engine: Engine, looked: Looked) -> float:
    """Return how likely there is an answer, without a model."""
    return extract(looked.question, looked.found.terms, looked.evidence[:_FOCUSED], engine.embedder).confidence


def _file_names(looked: Looked) -> dict[str, str]:
    return {sha256: file.filename for sha256, file in looked.found.files.items()}


def _wishes(question: Question) -> str:
    """Return what the caller wants besides."""
    rules = [turn.text for turn in question.turns if turn.role == "system"]
    return "\n\n".join(filter(None, [question.instructions, *rules]))


def _prompt(engine: Engine, model: ChatModel, question: Question, looked: Looked | None, share: float) -> Prompt:
    """Return what the model is given, in a share of the room that there is."""
    return prompt(
        [_message(turn) for turn in question.turns if turn.role != "system"],
        Shown(evidence=looked.evidence, names=_file_names(looked)) if looked else None,
        instructions=_wishes(question),
        room=_room(engine, question, share),
        functions=_tools(question),
        structured=_structured(question),
        count=model.count,
    )


def _room(engine: Engine, question: Question, share: float) -> int:
    """Return how many tokens a prompt may have."""
    limit = int(engine.context_tokens * share)
    room = limit - min(question.max_tokens or _ANSWER, limit // 2)
    return min(room, question.max_prompt_tokens or room)


def _message(turn: Turn) -> Message:
    """Return a turn as chat completions have it."""
    if turn.role == "tool":
        return {"role": "tool", "tool_call_id": turn.call_id, "content": turn.text}
    content: Any = turn.text
    if turn.images:
        content = [*([{"type": "text", "text": turn.text}] if turn.text else []), *turn.images]
    if not turn.calls:
        return {"role": turn.role, "content": content}
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in turn.calls
    ]
    return {"role": turn.role, "content": content or None, "tool_calls": calls}


def _tools(question: Question) -> list[Message]:
    if question.tool_choice in _NO_CALLS:
        return []
    return [{"type": "function", "function": function} for function in question.functions]


def _options(question: Question) -> Options:
    tools = _tools(question)
    choice: str | dict[str, Any] | None = None
    if tools:
        # A function that had to be called has been.
        choice = question.tool_choice if _must_call(question) else "auto"
        if isinstance(choice, dict):
            choice = {"type": "function", "function": {"name": choice["function"]}}
    return Options(
        max_tokens=question.max_tokens,
        temperature=question.temperature,
        top_p=question.top_p,
        stop=question.stop,
        seed=question.seed,
        response_format=question.response_format,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=False if tools and not question.parallel_tool_calls else None,
        more=question.options,
    )
