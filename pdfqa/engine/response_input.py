"""What a response is asked for: checked, made whole, and written down so that any process can make it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

import msgspec

from pdfqa.engine import history
from pdfqa.engine.answering import check_format
from pdfqa.engine.context import Engine
from pdfqa.errors import InvalidRequestError, InvalidValueError, MissingFieldError, ObjectNotFoundError, WrongStateError
from pdfqa.wire.items import (
    ITEM_PREFIXES,
    CompactionItem,
    FunctionCallItem,
    FunctionCallOutput,
    InputFile,
    InputImage,
    Item,
    ItemReference,
    MessageItem,
    parts_of,
    read_items,
    with_parts,
)
from pdfqa.wire.requests import Content, FileExpiration, UploadFile
from pdfqa.wire.response_requests import (
    CompactResponse,
    CountTokens,
    CreateResponse,
    ResponseInput,
    conversation_id,
)
from pdfqa.wire.responses import FINAL, ConversationId, Response, StoredResponse
from pdfqa.wire.tools import (
    ObjectFormat,
    ResponseTool,
    SchemaTextFormat,
    SearchTool,
    TextOptions,
    read_choice,
    read_tools,
)

NO_MODERATION = {"type": "error", "code": "not_supported", "message": "pdfqa moderates nothing."}

replace = msgspec.structs.replace


def accept(engine: Engine, request: CreateResponse) -> StoredResponse:
    """Return the response that is asked for as it begins, with what it is to be made from.

    Raises:
        InvalidRequestError: Something does not fit, or is not there.
    """
    if request.prompt is not None:
        raise ObjectNotFoundError(
            f"Prompt with id '{request.prompt.id}' not found.",
            hint="pdfqa keeps no prompts: give instructions and input.",
            param="prompt",
        )
    if request.input is None and request.previous_response_id is None and request.conversation is None:
        raise MissingFieldError(
            'One of "input" or "previous_response_id" or "conversation" must be provided.', param="input"
        )
    tools = checked_tools(engine, request)
    text = request.text or TextOptions()
    check_text_format(engine, request.model, text)
    before = said_before(engine, request)
    response = _response(engine, request, tools, text)
    items = numbered(resolved(engine, request.input or [], "input", before), response.id)
    _check_calls([*before, *items])
    return StoredResponse(
        id=response.id,
        created_at=response.created_at,
        response=response,
        input=items,
        include=list(request.include or []),
        compact_at=_compact_at(engine, request),
        options=_options(request),
        streamed=bool(request.stream),
        obfuscated=bool(request.stream_options and request.stream_options.include_obfuscation),
    )


def checked_tools(engine: Engine, request: CreateResponse | CountTokens) -> list[ResponseTool]:
    """Return the tools of a request.

    Raises:
        InvalidRequestError: One is not one, is to search a vector store that is not there, or is chosen without being
            given.
    """
    tools = read_tools(request.tools or [])
    read_choice("auto" if request.tool_choice is None else request.tool_choice, tools)
    for tool in tools:
        if isinstance(tool, SearchTool):
            for store_id in tool.vector_store_ids:
                engine.store_objects.get(store_id)
    return tools


def check_text_format(engine: Engine, model: str, text: TextOptions) -> None:
    """Refuse a format of the answer that what answers cannot honour."""
    try:
        check_format(engine, model, chat_format(text.format))
    except InvalidValueError as error:
        raise InvalidValueError(
            error.message.replace("response_format", "text.format"), hint=error.hint, param="text.format"
        ) from error


def chat_format(format_: Any) -> dict[str, Any] | None:
    """Return a format of the answer as chat completions have it."""
    if isinstance(format_, SchemaTextFormat):
        schema = msgspec.to_builtins(format_)
        del schema["type"]
        return {"type": "json_schema", "json_schema": schema}
    return {"type": "json_object"} if isinstance(format_, ObjectFormat) else None


def said_before(engine: Engine, request: ResponseInput) -> list[Item]:
    """Return what was said before the input of a request.

    Raises:
        InvalidRequestError: The response or the conversation that it names is not there, or not done.
    """
    previous = request.previous_response_id
    if previous is not None:
        record = engine.response_objects.find(previous)
        if record is None or not record.response.store:
            raise InvalidValueError(f"Previous response with id '{previous}' not found.", param="previous_response_id")
        if record.response.status not in FINAL:
            raise WrongStateError(
                f"Previous response with id '{previous}' is {record.response.status}.",
                hint="Wait until it is completed.",
                param="previous_response_id",
            )
        return history.chain(engine, previous)
    conversation = None if isinstance(request, CompactResponse) else _conversation(request)
    if conversation is None:
        return []
    if engine.conversation_objects.find(conversation) is None:
        raise ObjectNotFoundError(f"No conversation found with id '{conversation}'.", param="conversation")
    return history.said(engine, conversation)


def _conversation(request: ResponseInput) -> str | None:
    return conversation_id(request.conversation) if isinstance(request, CreateResponse | CountTokens) else None


def resolved(engine: Engine, raw: Any, name: str, before: Iterable[Item]) -> list[Item]:
    """Return the items of a request: those that it only refers to are found, and no id is there twice."""
    known = {item.id for item in before}
    items = []
    for number, given in enumerate(read_items(raw, name)):
        place = f"{name}[{number}]"
        item = _referred(engine, given, known, place) if isinstance(given, ItemReference) else given
        if item is given:
            _check_files(engine, item, place)
        if item.id:
            prefix = ITEM_PREFIXES[type(item)]
            if not item.id.startswith(prefix):
                raise InvalidValueError(
                    f"Invalid '{place}.id': '{item.id[:64]}'. Expected an ID that begins with '{prefix[:-1]}'.",
                    param=f"{place}.id",
                )
            if item.id in known:
                raise _duplicate(item.id, place)
            known.add(item.id)
        items.append(item)
    return items


def _check_files(engine: Engine, item: Item, place: str) -> None:
    """Refuse an item that names a file that is not there. What was said before may: files come and go."""
    named: list[tuple[str | None, str]] = []
    if isinstance(item, CompactionItem):
        content = f"{place}.encrypted_content"
        named = [(file_id, content) for file_id in history.opened(item, content).files]
    within = "output" if isinstance(item, FunctionCallOutput) else "content"
    for number, part in enumerate(parts_of(item)):
        if isinstance(part, InputFile | InputImage):
            named.append((part.file_id, f"{place}.{within}[{number}].file_id"))
    if named:
        engine.files.expire()
    for file_id, where in named:
        if file_id and engine.file_objects.find(file_id) is None:
            raise ObjectNotFoundError(f"No file found with id '{file_id}'.", param=where)


def _referred(engine: Engine, reference: ItemReference, known: set[str | None], place: str) -> Item:
    if reference.id in known:
        raise _duplicate(reference.id, place)
    item = history.find(engine, reference.id)
    if item is None:
        raise ObjectNotFoundError(f"Item with id '{reference.id}' not found.", param=f"{place}.id")
    return item


def _duplicate(id_: str, place: str) -> InvalidValueError:
    return InvalidValueError(
        f"Duplicate item found with id {id_}. Remove duplicate items from your input and try again.",
        param=f"{place}.id",
    )


def numbered(items: list[Item], response_id: str) -> list[Item]:
    """Return items with ids; those that have none get one of the response's."""
    return [
        item if item.id else replace(item, id=history.item_id(ITEM_PREFIXES[type(item)], response_id, number))
        for number, item in enumerate(items)
    ]


def _check_calls(items: list[Item]) -> None:
    """Refuse what a function returned without having been called, and a call that was not answered."""
    open_calls: dict[str, None] = {}
    called = set()
    for item in history.recent(items):
        if isinstance(item, FunctionCallItem):
            open_calls[item.call_id] = None
            called.add(item.call_id)
        elif isinstance(item, FunctionCallOutput):
            if item.call_id not in called:
                raise InvalidRequestError(
                    f"No tool call found for function call output with call_id {item.call_id}.",
                    hint="Give the function_call item, too, or the previous_response_id.",
                    param="input",
                )
            open_calls.pop(item.call_id, None)
    for call_id in open_calls:
        raise InvalidRequestError(
            f"No tool output found for function call {call_id}.",
            hint="Give what the function returned as a function_call_output item.",
            param="input",
        )


def keep_files(engine: Engine, record: StoredResponse) -> StoredResponse:
    """Return a response whose input names files where it held bytes; call it in a transaction.

    Raises:
        InvalidValueError: Bytes are no base64.
    """
    files: list[str] = []
    items = []
    for number, item in enumerate(record.input):
        name = "content" if isinstance(item, MessageItem) else "output"
        parts = [
            _kept(engine, part, files, f"input[{number}].{name}[{place}].file_data")
            if isinstance(part, InputFile) and part.file_data
            else part
            for place, part in enumerate(parts_of(item))
        ]
        items.append(with_parts(item, parts) if parts else item)
    return replace(record, input=items, files=files)


def _kept(engine: Engine, part: InputFile, files: list[str], place: str) -> InputFile:
    name = part.filename if isinstance(part.filename, str) and part.filename else "file.pdf"
    file_id = keep_bytes(engine, str(part.file_data), name, place)
    files.append(file_id)
    return replace(part, file_id=file_id, filename=name, file_data=msgspec.UNSET)


def keep_bytes(engine: Engine, data: str, name: str, place: str, *, seconds: int | None = None) -> str:
    """Return the id of a new file of bytes that were sent as base64, with or without `data:…;base64,` before it.

    It goes after some seconds, if they are given.
    """
    _, comma, rest = data.partition(";base64,")
    try:
        content = base64.b64decode(rest if comma else data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidValueError(
            f"Invalid '{place}': it is no base64.", hint="Send data:application/pdf;base64,…", param=place
        ) from error
    expires = FileExpiration(anchor="created_at", seconds=seconds) if seconds else None
    file = UploadFile(file=Content(filename=name, data=content), purpose="user_data", expires_after=expires)
    return engine.files.create(file).id


def has_bytes(record: StoredResponse) -> bool:
    """Return whether the input holds bytes of files."""
    parts = [part for item in record.input for part in parts_of(item)]
    return any(isinstance(part, InputFile) and part.file_data for part in parts)


def _options(request: CreateResponse) -> dict[str, Any]:
    """Return what a model is told besides, as chat completions have it."""
    options = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "reasoning_effort": request.reasoning.effort if request.reasoning else None,
        "verbosity": request.text.verbosity if request.text else None,
    }
    return {name: value for name, value in options.items() if value is not None}


def _compact_at(engine: Engine, request: CreateResponse) -> int | None:
    if not request.context_management:
        return None
    return request.context_management[0].compact_threshold or engine.context_tokens


def _response(engine: Engine, request: CreateResponse, tools: list[Any], text: TextOptions) -> Response:
    conversation = conversation_id(request.conversation)
    reasoning = msgspec.to_builtins(request.reasoning) if request.reasoning else {"effort": None, "summary": None}
    cache, image = request.prompt_cache_options, request.image
    return Response(
        id=engine.new_id("resp_"),
        created_at=engine.now(),
        status="queued" if request.background else "in_progress",
        background=bool(request.background),
        instructions=request.instructions,
        conversation=ConversationId(id=conversation) if conversation else None,
        previous_response_id=request.previous_response_id,
        model=request.model,
        parallel_tool_calls=request.parallel_tool_calls is not False,
        max_output_tokens=request.max_output_tokens,
        max_tool_calls=request.max_tool_calls,
        temperature=1.0 if request.temperature is None else request.temperature,
        top_p=1.0 if request.top_p is None else request.top_p,
        top_logprobs=request.top_logprobs or 0,
        text={**msgspec.to_builtins(text), "verbosity": text.verbosity or "medium"},
        tools=msgspec.to_builtins(tools),
        tool_choice=request.tool_choice or "auto",
        truncation=request.truncation or "disabled",
        reasoning=reasoning,
        store=request.store is not False,
        metadata=request.metadata or {},
        moderation={"input": NO_MODERATION, "output": NO_MODERATION} if request.moderation else None,
        image={"context_compression": "disabled"} if image else msgspec.UNSET,
        prompt_cache_key=request.prompt_cache_key,
        prompt_cache_options={"mode": cache.mode, "ttl": cache.ttl} if cache else msgspec.UNSET,
        prompt_cache_retention=request.prompt_cache_retention,
        safety_identifier=request.safety_identifier,
        user=request.user,
    )
