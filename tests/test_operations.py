"""The table of operations, held against the engine, the clients and the wire."""

from __future__ import annotations

import inspect
import os
import types
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from pdfqa import AsyncClient, Client, wire
from pdfqa.engine import Engine
from pdfqa.engine.channels import Channel
from pdfqa.errors import InvalidValueError
from pdfqa.operations import CONVERSATIONS, OPERATIONS, RESPONSES, Operation
from pdfqa.wire.items import Item
from pdfqa.wire.requests import Content
from tests.homes import settings

# The interface that the project began with, but for what `Async` adds to its names.
SEED = """
cancel_run cancel_vector_store_file_batch create_assistant create_completion create_run create_thread
create_thread_and_run create_thread_message create_vector_store create_vector_store_and_wait_to_complete
create_vector_store_file create_vector_store_file_batch delete_assistant delete_file delete_thread
delete_thread_message delete_vector_store delete_vector_store_file get_assistant get_assistants get_file get_files
get_run get_run_step get_run_steps get_runs get_thread get_thread_message get_thread_messages get_vector_store
get_vector_store_file get_vector_store_file_batch get_vector_store_file_batch_files get_vector_store_files
get_vector_stores modify_assistant modify_run modify_thread modify_thread_message modify_vector_store
run_and_get_assistant_response upload_file wait_for_assistant_message wait_for_run_to_complete
wait_for_thread_message_to_complete wait_for_vector_store_file_to_complete wait_for_vector_store_to_complete
""".split()
STREAMS = {
    "create_completion": "stream_completion",
    "create_response": "stream_response",
    "create_run": "stream_run",
    "create_thread_and_run": "stream_thread_and_run",
    "get_response": "resume_response",
    "submit_tool_outputs": "stream_tool_outputs",
}
# Fields that say something about the events only.
OF_STREAMS = {"stream", "stream_options", "starting_after", "include_obfuscation"}
ITEMS = {"input", "items"}  # items of an output may be sent again
# What the clients add: they wait, or take fewer words, and are no operations of the server.
MORE = {
    "create_vector_store_and_wait_to_complete",
    "run_and_get_assistant_response",
    "wait_for_assistant_message",
    "wait_for_response_to_complete",
    "wait_for_run_to_complete",
    "wait_for_thread_message_to_complete",
    "wait_for_vector_store_file_batch_to_complete",
    "wait_for_vector_store_file_to_complete",
    "wait_for_vector_store_to_complete",
    *STREAMS.values(),
    "close",
    "iterate",
}
DEFAULTS = {("upload_file", "purpose"): "assistants", ("create_thread_message", "role"): "user"}

every_operation = pytest.mark.parametrize("operation", list(OPERATIONS.values()), ids=list(OPERATIONS))


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def keywords(method: Any) -> dict[str, inspect.Parameter]:
    """Return the parameters of a method but for `self`."""
    parameters = dict(inspect.signature(method).parameters)
    parameters.pop("self")
    return parameters


def fields(operation: Operation, *, streaming: bool = False) -> dict[str, msgspec.structs.FieldInfo]:
    """Return the fields that a method of the clients takes for an operation."""
    found = msgspec.structs.fields(operation.request) if operation.request else ()
    out = {"stream"} if streaming else OF_STREAMS
    return {field.name: field for field in found if not (operation.events and field.name in out)}


def test_all_47_methods_of_the_seed_are_there() -> None:
    assert len(SEED) == 47
    assert set() == set(SEED) - public(AsyncClient)
    assert set() == set(SEED) - public(Client)


def test_clients_have_the_operations_and_little_else() -> None:
    assert set(OPERATIONS) | MORE == public(AsyncClient)
    assert public(AsyncClient) == public(Client)


@every_operation
def test_each_name_method_and_path_is_one_operation(operation: Operation) -> None:
    assert OPERATIONS[operation.name] is operation
    same = [other for other in OPERATIONS.values() if (other.method, other.path) == (operation.method, operation.path)]
    assert [operation] == same
    assert len(set(operation.ids)) == len(operation.ids)
    assert set(operation.query) <= set(fields(operation))
    assert ("stream" in (operation.request.__struct_fields__ if operation.request else ())) == bool(operation.events)
    content = [field for field in fields(operation).values() if field.type is Content]
    assert operation.form == bool(content)


@every_operation
def test_the_engine_takes_ids_and_the_request_and_gives_the_result(operation: Operation, home: Path) -> None:
    with Engine(settings(home)) as engine:
        function = attrgetter(operation.call)(engine)
    hints = get_type_hints(function, vars(inspect.getmodule(function)))
    taken = list(inspect.signature(function).parameters.values())
    assert len(operation.ids) + bool(operation.request) == len(taken)
    if operation.request:
        assert operation.request is hints[taken[-1].name]
    assert all(hints[parameter.name] is str for parameter in taken[: len(operation.ids)])
    given = members(operation.result) | ({Channel} if operation.events else set())
    if operation.result is bytes:
        given = {bytes} if hints["return"] is bytes else {Path}
    assert given == members(hints["return"])


@every_operation
def test_the_clients_take_exactly_the_fields_of_the_wire(operation: Operation) -> None:
    method = getattr(AsyncClient, operation.name)
    parameters = keywords(method)
    ids = list(parameters)[: len(operation.ids)]
    assert list(operation.ids) == ids
    assert set(fields(operation)) == set(parameters) - set(ids)
    for name, field in fields(operation).items():
        default = inspect.Parameter.empty if field.required else UNSET
        assert DEFAULTS.get((operation.name, name), default) == parameters[name].default
    positional = [name for name, value in parameters.items() if value.kind is value.POSITIONAL_OR_KEYWORD]
    assert len(positional) <= len(ids) + 1, "options are keywords"


@every_operation
def test_the_clients_types_are_those_of_the_wire(operation: Operation) -> None:
    method = getattr(AsyncClient, operation.name)
    hints = get_type_hints(method)
    assert operation.result == hints["return"]
    wired = get_type_hints(operation.request, include_extras=True) if operation.request else {}
    for name, field in fields(operation).items():
        lenient = {UnsetType} if not field.required and (operation.name, name) not in DEFAULTS else set()
        wanted = accepted(wired[name])
        if name in ITEMS and operation in RESPONSES + CONVERSATIONS:
            wanted = wanted - {Sequence[Mapping[str, Any]]} | {Sequence[Item | Mapping[str, Any]]}
        assert wanted | lenient == members(hints[name]), name
    assert all(hints[name] is str for name in operation.ids)


def members(hint: Any) -> set[Any]:
    """Return the alternatives of a type."""
    if get_origin(hint) in (Union, types.UnionType):
        return set().union(*(members(one) for one in get_args(hint)))
    return {hint}


def accepted(hint: Any) -> set[Any]:
    """Return the alternatives that a client accepts for a field of the wire: also mappings for what is a struct."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return accepted(arguments[0])
    if origin in (Union, types.UnionType):
        return set().union(*(accepted(one) for one in arguments)) - {UnsetType}
    if origin is list:
        return {types.GenericAlias(Sequence, (joined(accepted(arguments[0])),))}
    if origin is dict:
        return {types.GenericAlias(Mapping, tuple(joined(accepted(one)) for one in arguments))}
    if hint is Content:
        return {str, os.PathLike[str], bytes, tuple[str, bytes], BinaryIO}
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return {hint, Mapping[str, Any]}
    return {hint}


def joined(alternatives: set[Any]) -> Any:
    return Union[tuple(alternatives)]  # noqa: UP007 - made of a set


class Recorder:
    """A back-end that keeps what it was asked, and answers with nothing but one event."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str], dict[str, Any]]] = []

    async def call(self, name: str, ids: Sequence[str], fields: Mapping[str, Any]) -> Any:
        self.asked.append((name, list(ids), dict(fields)))
        return self.events() if fields.get("stream") is True else None

    async def events(self) -> AsyncGenerator[wire.Event, None]:
        yield wire.Event(event="thread.message.delta", data={"id": "msg_1"})

    async def close(self) -> None:
        pass


@every_operation
@pytest.mark.anyio
async def test_all_that_is_given_reaches_the_back_end(operation: Operation) -> None:
    recorder = Recorder()
    client = AsyncClient(recorder)
    ids = [f"{name} 1" for name in operation.ids]
    given = {name: b"some bytes" if field.type is Content else f"{name} 2" for name, field in fields(operation).items()}
    await getattr(client, operation.name)(*ids, **given)
    content = Content(filename="document", data=b"some bytes")
    sent = {name: content if value == content.data else value for name, value in given.items()}
    assert [(operation.name, ids, sent)] == recorder.asked


@every_operation
@pytest.mark.anyio
async def test_what_is_not_given_is_not_sent(operation: Operation) -> None:
    recorder = Recorder()
    found = [field for field in fields(operation).values() if field.required]
    needed = {field.name: b"x" if field.type is Content else None for field in found}
    await getattr(AsyncClient(recorder), operation.name)(*operation.ids, **needed)
    [(_, _, sent)] = recorder.asked
    assert set(needed) == set(sent)


@pytest.mark.parametrize(("plain", "stream"), STREAMS.items(), ids=STREAMS.values())
@pytest.mark.anyio
async def test_streams_ask_for_the_same_and_yield_what_happens(plain: str, stream: str) -> None:
    operation, recorder = OPERATIONS[plain], Recorder()
    method = getattr(AsyncClient, stream)
    given = {name: f"{name} 2" for name in fields(operation, streaming=True)}
    assert {*operation.ids, *given} == set(keywords(method))
    assert members(get_type_hints(method)["return"]) == {AsyncGenerator[wire.Event, None]}
    events = getattr(AsyncClient(recorder), stream)(*operation.ids, **given)
    assert ["thread.message.delta"] == [event.event async for event in events]
    assert [(plain, list(operation.ids), {**given, "stream": True})] == recorder.asked


@pytest.mark.parametrize("name", sorted(public(AsyncClient) - {"iterate"}))
def test_the_clients_differ_in_nothing_but_waiting(name: str) -> None:
    waiting, blocking = getattr(AsyncClient, name), getattr(Client, name)
    assert keywords(waiting) == keywords(blocking)
    there, here = get_type_hints(waiting)["return"], get_type_hints(blocking)["return"]
    assert (Generator[wire.Event, None, None] if there == AsyncGenerator[wire.Event, None] else there) == here
    assert (waiting.__doc__ == blocking.__doc__) or name == "close"
    assert not inspect.iscoroutinefunction(blocking)


def test_the_clients_are_made_alike() -> None:
    assert keywords(AsyncClient.__init__) == keywords(Client.__init__)


@every_operation
def test_docstrings_say_where_it_is_on_the_wire_and_what_it_takes(operation: Operation) -> None:
    text = inspect.cleandoc(getattr(AsyncClient, operation.name).__doc__)
    assert f"Wire: `{operation.method} {operation.path}`" in text
    arguments = text.partition("\nArgs:\n")[2]
    for name in fields(operation):
        assert f"\n    {name}: " in "\n" + arguments


@pytest.mark.parametrize("id_", ["", "x", "Thread_1", "msg_1"])
def test_an_id_of_another_kind_is_refused_before_anything_is_done(id_: str, home: Path) -> None:
    with Engine(settings(home)) as engine, pytest.raises(InvalidValueError) as caught:
        OPERATIONS["get_thread"].perform(engine, [id_], None)
    assert f"Invalid 'thread_id': '{id_}'. Expected an ID that begins with 'thread'." == caught.value.message
    assert (400, "thread_id") == (caught.value.status, caught.value.param)


def test_an_id_that_is_no_text_is_refused(home: Path) -> None:
    with Engine(settings(home)) as engine, pytest.raises(InvalidValueError, match="expected str, got int"):
        OPERATIONS["get_thread"].perform(engine, [5], None)  # type: ignore[list-item]
    OPERATIONS["get_thread"].check_ids(["anything"], ours=False)
    with pytest.raises(InvalidValueError, match="Expected an ID"):
        OPERATIONS["get_thread"].check_ids([""], ours=False)
