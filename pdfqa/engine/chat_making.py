"""The making of chat completions: from messages to a question, and from its answers to choices and chunks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET

from pdfqa.engine import history
from pdfqa.engine.answering import (
    Called,
    Finished,
    FunctionCall,
    Question,
    Sources,
    Turn,
    Written,
    answer,
    check_format,
)
from pdfqa.engine.context import Engine
from pdfqa.engine.response_input import NO_MODERATION, keep_bytes
from pdfqa.engine.response_making import refuse_too_long
from pdfqa.errors import InvalidValueError
from pdfqa.passages import count_tokens
from pdfqa.wire import Annotation, Usage
from pdfqa.wire.chat import (
    AllowedChoice,
    ChatCompletion,
    ChatMessage,
    ChatTool,
    Choice,
    CreateCompletion,
    Ending,
    FunctionChoice,
    StoredMessage,
)
from pdfqa.wire.chat_messages import (
    AssistantMessage,
    CalledFunction,
    FilePart,
    FunctionMessage,
    ImagePart,
    SaidMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
    read_messages,
    text_of,
)

FINGERPRINT = "pdfqa"
_TOLD = ("frequency_penalty", "presence_penalty", "logit_bias", "reasoning_effort", "verbosity")  # to a model, as is
_KEPT = 3600  # seconds that bytes of a file are kept: the same ones come again with the next question

replace = msgspec.structs.replace


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A chat that was checked: the question, and the files to read for it.

    `older` says that functions were given in the form that came before tools, and are to be called in it.
    """

    question: Question
    files: list[str]
    messages: list[SaidMessage]
    older: bool


def accept(engine: Engine, request: CreateCompletion) -> Asked:
    """Return a chat as a question.

    Raises:
        InvalidRequestError: Something of it does not fit.
    """
    messages = read_messages(request.messages)
    tools = list(request.tools or []) + [ChatTool(function=function) for function in request.functions or []]
    choice, names = _choice(request, tools)
    format_ = None if request.response_format is None else msgspec.to_builtins(request.response_format)
    check_format(engine, request.model, format_)
    files = _files(engine, messages)
    stop = [request.stop] if isinstance(request.stop, str) else request.stop
    question = Question(
        model=request.model,
        turns=history.with_question(_turns(messages)),
        sources=Sources(files=tuple(files)),
        functions=[_function(tool) for tool in tools if names is None or tool.function.name in names],
        tool_choice=choice,
        parallel_tool_calls=request.parallel_tool_calls,
        temperature=request.temperature,
        top_p=request.top_p,
        max_tokens=request.limit,
        response_format=format_ if isinstance(format_, dict) and format_["type"] != "text" else None,
        stop=stop or [],
        seed=request.seed,
        options={name: getattr(request, name) for name in _TOLD if getattr(request, name) is not None},
    )
    return Asked(question=question, files=files, messages=messages, older=not request.tools)


def _function(tool: ChatTool) -> dict[str, Any]:
    function = tool.function
    given = {name: getattr(function, name) for name in ("name", "description", "parameters", "strict")}
    return {name: None if value is UNSET else value for name, value in given.items()}


def _choice(request: CreateCompletion, tools: list[ChatTool]) -> tuple[str | dict[str, str], set[str] | None]:
    """Return the choice of tools as answering takes it, and which of them may be called."""
    choice: Any = request.tool_choice
    if choice is None and request.function_call is not None:
        older = request.function_call
        choice = older if isinstance(older, str) else FunctionChoice(function=older)
    known = {tool.function.name for tool in tools}
    wanted: list[str] = []
    if isinstance(choice, FunctionChoice):
        wanted = [choice.function.name]
    elif isinstance(choice, AllowedChoice):
        wanted = [tool.function.name for tool in choice.allowed_tools.tools]
    for name in wanted:
        if name not in known:
            raise InvalidValueError(
                f"Tool choice '{name}' not found in 'tools' parameter.", hint="Give the tool, too.", param="tool_choice"
            )
    if choice == "required" and not tools:
        raise InvalidValueError(
            "Tool choice 'required' must be specified with 'tools' parameter.",
            hint="Give a tool.",
            param="tool_choice",
        )
    if isinstance(choice, FunctionChoice):
        return {"function": choice.function.name}, None
    if isinstance(choice, AllowedChoice):
        return choice.allowed_tools.mode, set(wanted)
    return choice or "auto", None


def _turns(messages: list[SaidMessage]) -> list[Turn]:
    result = []
    for message in messages:
        text = text_of(message)
        if isinstance(message, UserMessage):
            parts = message.content if isinstance(message.content, list) else []
            images = [msgspec.to_builtins(part) for part in parts if isinstance(part, ImagePart)]
            result.append(Turn(role="user", text=text, images=images))
        elif isinstance(message, AssistantMessage):
            result.append(Turn(role="assistant", text=text or message.refusal or "", calls=_calls(message)))
        elif isinstance(message, ToolMessage):
            result.append(Turn(role="tool", text=text, call_id=message.tool_call_id))
        elif isinstance(message, FunctionMessage):
            result.append(Turn(role="tool", text=text, call_id=f"call_{message.name or ''}"))
        else:
            result.append(Turn(role="system", text=text))
    return result


def _calls(message: AssistantMessage) -> list[FunctionCall]:
    calls = [
        FunctionCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
        for call in message.tool_calls or []
    ]
    older = message.function_call  # it has no id: what the function returned names the function
    if older is not None:
        calls.append(FunctionCall(id=f"call_{older.name}", name=older.name, arguments=older.arguments))
    return calls


def _files(engine: Engine, messages: list[SaidMessage]) -> list[str]:
    """Return the files that messages hold; bytes become files for a while."""
    found = []
    for number, message in enumerate(messages):
        parts = message.content if isinstance(message, UserMessage) and isinstance(message.content, list) else []
        for place, part in enumerate(parts):
            if isinstance(part, FilePart) and part.file.file_data:
                where = f"messages[{number}].content[{place}].file.file_data"
                name = part.file.filename or "file.pdf"
                found.append(keep_bytes(engine, part.file.file_data, name, where, seconds=_KEPT))
            elif isinstance(part, FilePart):
                found.append(engine.files.get(part.file.file_id or "").id)
    return found


class Making:
    """Makes one chat completion.

    Args:
        engine: The engine, as its owner sees it.
        request: What was asked for.
        asked: The same, checked.
        put: Takes each chunk.
        stop: Asked now and then whether the answer is no longer wanted.
    """

    def __init__(
        self,
        engine: Engine,
        request: CreateCompletion,
        asked: Asked,
        put: Callable[[dict[str, Any]], None] = lambda _: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._engine = engine
        self._request = request
        self._asked = asked
        self._put = put
        self._stop = stop
        self._begun = ChatCompletion(
            id=engine.new_id("chatcmpl-"),
            created=engine.now(),
            model=request.model,
            choices=[],
            service_tier="default",
            system_fingerprint=FINGERPRINT,
            metadata=(request.metadata or {}) if request.store else UNSET,
            moderation={"input": NO_MODERATION, "output": NO_MODERATION} if request.moderation else UNSET,
        )

    def run(self) -> ChatCompletion:
        """Return the completion.

        Raises:
            PdfqaError: There can be none.
            StoppedError: It is no longer wanted.
        """
        for error in self._engine.vector_stores.read_files(self._asked.files).values():
            raise error
        wanted = self._request.n or 1
        made = [self._make(index) for index in range(wanted if self._varies() else 1)]
        choices = [choice for choice, _ in made]
        for index in range(len(choices), wanted):  # a quote is the same each time
            choices.append(replace(choices[0], index=index))
            self._tell(choices[-1])
        used = [usage for _, usage in made]
        written = sum(usage.completion_tokens for usage in used)
        usage = Usage(
            prompt_tokens=used[0].prompt_tokens,
            completion_tokens=written,
            total_tokens=used[0].prompt_tokens + written,
        )
        options = self._request.stream_options
        if options is not None and options.include_usage:
            self._chunk([], usage=msgspec.to_builtins(usage))
        return replace(self._begun, choices=choices, usage=usage)

    def _varies(self) -> bool:
        return self._engine.model_for(self._request.model) is not None

    def _make(self, index: int) -> tuple[Choice, Usage]:
        told = False
        last: Called | Finished = Finished(text="")
        for happening in answer(self._engine, self._asked.question, stop=self._stop):
            if isinstance(happening, Written):
                if not told:
                    self._open(index)
                told = True
                self._delta(index, {"content": happening.text})
            elif isinstance(happening, Called | Finished):
                refuse_too_long(happening)
                last = happening
        choice = _choice_of(index, last, older=self._asked.older)
        self._tell(choice, told=told)
        return choice, self._usage(choice, last)

    def _usage(self, choice: Choice, last: Called | Finished) -> Usage:
        if last.usage.total_tokens:
            return last.usage
        read = history.estimate(self._asked.question.turns)
        calls = choice.message.tool_calls or []
        written = count_tokens(choice.message.content or "") + sum(
            count_tokens(call.function.arguments) for call in calls
        )
        return Usage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)

    def _tell(self, choice: Choice, *, told: bool = False) -> None:
        """Tell the rest of a choice, of which the text may have been told."""
        index, message = choice.index, choice.message
        if not told:
            self._open(index)
            if message.content:
                self._delta(index, {"content": message.content})
        if message.function_call is not UNSET:
            self._delta(index, {"function_call": message.function_call})
        for number, call in enumerate(message.tool_calls or []):
            self._delta(index, {"tool_calls": [{"index": number, **msgspec.to_builtins(call)}]})
        last = {"citations": msgspec.to_builtins(message.citations)} if message.citations else {}
        self._delta(index, last, choice.finish_reason)

    def _open(self, index: int) -> None:
        self._delta(index, {"role": "assistant", "content": "", "refusal": None})

    def _delta(self, index: int, delta: dict[str, Any], reason: Ending | None = None) -> None:
        self._chunk([{"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}])

    def _chunk(self, choices: list[dict[str, Any]], **fields: Any) -> None:
        begun, options = self._begun, self._request.stream_options
        chunk = {
            "id": begun.id,
            "object": "chat.completion.chunk",
            "created": begun.created,
            "model": begun.model,
            "service_tier": begun.service_tier,
            "system_fingerprint": begun.system_fingerprint,
            "choices": choices,
        }
        if options is not None and options.include_usage:
            chunk["usage"] = None
        self._put({**chunk, **fields})


def _choice_of(index: int, last: Called | Finished, *, older: bool) -> Choice:
    if isinstance(last, Called):
        calls = [
            ToolCall(id=call.id, function=CalledFunction(name=call.name, arguments=call.arguments))
            for call in last.calls
        ]
        if older:
            message = ChatMessage(function_call=msgspec.to_builtins(calls[0].function))
            return Choice(index=index, message=message, finish_reason="function_call")
        return Choice(index=index, message=ChatMessage(tool_calls=calls), finish_reason="tool_calls")
    citations = [
        Annotation(
            text=last.text[cited.start : cited.end],
            start_index=cited.start,
            end_index=cited.end,
            file_citation=cited.citation,
        )
        for cited in last.citations
    ]
    message = ChatMessage(content=last.text, citations=citations)
    return Choice(index=index, message=message, finish_reason="length" if last.incomplete else "stop")


def stored_messages(completion_id: str, messages: list[SaidMessage]) -> list[StoredMessage]:
    """Return the messages of a chat as they are kept."""
    return [_stored(f"{completion_id}-{number}", message) for number, message in enumerate(messages)]


def _stored(id_: str, message: SaidMessage) -> StoredMessage:
    parts = message.content if isinstance(message.content, list) else None
    shown = [part for part in parts or [] if part.__struct_config__.tag in {"text", "image_url"}]
    return StoredMessage(
        id=id_,
        role=str(message.__struct_config__.tag),
        content=text_of(message) or None,
        refusal=message.refusal if isinstance(message, AssistantMessage) else None,
        name=message.name,
        content_parts=None if parts is None else msgspec.to_builtins(shown),
        tool_calls=(message.tool_calls or UNSET) if isinstance(message, AssistantMessage) else UNSET,
        tool_call_id=message.tool_call_id if isinstance(message, ToolMessage) else UNSET,
    )
