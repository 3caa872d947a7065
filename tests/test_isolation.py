"""Owners see only what is theirs: each operation is asked for what belongs to another, in every place that has an id.

`LOOKS` and `NAMES` are the table: what an operation needs besides, and the places in its request where something of
somebody else can be named. A new operation, or a new field that takes an id, fails here until it has its row.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from itertools import count, product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from pdfqa.engine import Engine
from pdfqa.engine.history import Short
from pdfqa.engine.owners import Owners
from pdfqa.errors import InvalidRequestError, ObjectNotFoundError
from pdfqa.operations import OPERATIONS, Operation
from pdfqa.wire import check
from pdfqa.wire.requests import Filter
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, settings
from tests.shelves import Clock, blobs_left, bytes_left, known, pdf_bytes, read, upload
from tests.stage import SEARCH, WEATHER

Ids = dict[str, str]
ASK = [{"role": "user", "content": WHO_CLUB}]
CHAT = {"model": "m", "messages": ASK}
PART = {"data": {"filename": "part", "data": b"xyz"}}


class World:
    """Everything that an owner can have, and the ids of it."""

    def __init__(self, root: Engine, owner: str, text: str, name: str) -> None:
        self.engine = root.owned_by(owner)
        self.text, self.name = text, name
        file = known(self.engine, text, name=name)
        waiting = upload(self.engine, pdf_bytes(f"{name} is yet to be read."), f"unread-{name}")
        store = self.call("create_vector_store", name=f"store of {owner}", file_ids=[file.id]).id
        jobs = [job for job in root.jobs.mine("ingest", limit=10) if job.target == file.id]
        root.vector_stores.read(jobs, lambda: False)
        batch = self.call("create_vector_store_file_batch", store, file_ids=[waiting.id]).id
        assistant = self.call("create_assistant", model="m", tools=[WEATHER, SEARCH]).id
        run = self.call(
            "create_thread_and_run", assistant_id=assistant, thread={"messages": ASK}, tool_choice="required"
        )
        for job in root.jobs.mine("run", limit=10):
            self.engine.runs.perform(job)
        thread = run.thread_id
        (step,) = self.call("get_run_steps", thread, run.id).data
        began = self.call("create_upload", bytes=3, filename=f"u-{name}", purpose="assistants", mime_type="a/b").id
        conversation = self.call("create_conversation", items=[{"role": "user", "content": f"Hello from {owner}"}]).id
        response = self.call("create_response", model="m", input=f"What says {owner}?", conversation=conversation)
        self.ids: Ids = {
            "file_id": file.id,
            "waiting": waiting.id,
            "vector_store_id": store,
            "batch_id": batch,
            "assistant_id": assistant,
            "thread_id": thread,
            "run_id": run.id,
            "step_id": step.id,
            "call_id": step.step_details["tool_calls"][0]["id"],
            "message_id": self.call("get_thread_messages", thread).data[0].id,
            "upload_id": began,
            "part_id": self.call("add_upload_part", began, **PART).id,
            "done": response.id,
            "response_id": self.call("create_response", model="m", input=WHO_CLUB, background=True).id,
            "conversation_id": conversation,
            "item_id": self.call("get_conversation_items", conversation).data[0].id,
            "said": response.output[0].id,
            "completion_id": self.call("create_completion", **CHAT, store=True).id,
        }
        self.ids["stored"] = f"{self.ids['completion_id']}-0"

    def call(self, name: str, /, *ids: str, **fields: Any) -> Any:
        operation = OPERATIONS[name]
        request = check(operation.request, fields) if operation.request else None
        return operation.perform(self.engine, ids, request)

    def secrets(self) -> set[str]:
        """Return what nobody else may read."""
        return {*self.ids.values(), self.text, self.name, f"unread-{self.name}", self.engine.owner}


def ids_of_one_length() -> Callable[[str], str]:
    """Return a maker of ids of which none is the beginning of another."""
    numbers = count(100_001)
    return lambda prefix: f"{prefix}{next(numbers)}"


def picture(root: Engine) -> Any:
    """Return all that is kept, in the database and beside it, and what is told of it."""
    rows = root.database.rows
    tables = ("objects", "jobs", "events", "contents", "documents")
    kept = [rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]
    return (
        kept,
        blobs_left(root),
        sorted(bytes_left(root)),
        {id_: len(c.events) for id_, c in root.channels._open.items()},
    )


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, World, World]]:
    home = tmp_path_factory.mktemp("isolation") / "home"
    with Engine(settings(home), clock=Clock(), new_id=ids_of_one_length()) as root:
        root.jobs.begin("worker-test")
        yield root, World(root, "key-theirs", CLUB, "theirs.pdf"), World(root, "key-mine", PARK, "mine.pdf")


# What an operation needs besides its ids.
LOOKS: dict[str, dict[str, Any]] = {
    "upload_file": {"file": {"filename": "a.pdf", "data": b"abc"}, "purpose": "assistants"},
    "create_upload": {"bytes": 3, "filename": "a", "purpose": "assistants", "mime_type": "a/b"},
    "complete_upload": {"part_ids": ["part_x"]},
    "add_upload_part": PART,
    "search_vector_store": {"query": WHO_CLUB},
    "create_vector_store_file": {"file_id": "file-x"},
    "modify_vector_store_file": {"attributes": {"taken": True}},
    "modify_vector_store": {"name": "taken"},
    "create_vector_store_file_batch": {"file_ids": ["file-x"]},
    "create_assistant": {"model": "m"},
    "modify_assistant": {"instructions": "taken"},
    "modify_thread": {"metadata": {"taken": "yes"}},
    "create_thread_message": {"role": "user", "content": "taken"},
    "modify_thread_message": {"metadata": {"taken": "yes"}},
    "create_run": {"assistant_id": "asst_x"},
    "create_thread_and_run": {"assistant_id": "asst_x"},
    "modify_run": {"metadata": {"taken": "yes"}},
    "submit_tool_outputs": {"tool_outputs": [{"tool_call_id": "call_x", "output": "taken"}]},
    "create_response": {"model": "m", "input": WHO_CLUB},
    "count_input_tokens": {"input": WHO_CLUB},
    "compact_response": {"model": "m", "input": WHO_CLUB},
    "modify_conversation": {"metadata": {"taken": "yes"}},
    "create_conversation_items": {"items": ASK},
    "create_completion": CHAT,
    "modify_completion": {"metadata": {"taken": "yes"}},
    "create_embeddings": {"model": "m", "input": "words"},
}

UNNAMED = "not named"

# Places in requests where an id can stand, made of the ids of somebody else: how the field is called, and its value.
Named = Callable[[Ids], dict[str, Any]]
LIST: dict[str, list[Named]] = {
    "get_files": [lambda a: {"after": a["file_id"]}],
    "get_vector_stores": [lambda a: {"after": a["vector_store_id"]}, lambda a: {"before": a["vector_store_id"]}],
    "get_vector_store_files": [lambda a: {"after": a["file_id"]}, lambda a: {"before": a["file_id"]}],
    "get_vector_store_file_batch_files": [lambda a: {"after": a["waiting"]}, lambda a: {"before": a["waiting"]}],
    "get_assistants": [lambda a: {"after": a["assistant_id"]}, lambda a: {"before": a["assistant_id"]}],
    "get_thread_messages": [lambda a: {"after": a["message_id"]}, lambda a: {"before": a["message_id"]}],
    "get_runs": [lambda a: {"after": a["run_id"]}, lambda a: {"before": a["run_id"]}],
    "get_run_steps": [lambda a: {"after": a["step_id"]}, lambda a: {"before": a["step_id"]}],
    "get_response_input_items": [lambda a: {"after": a["item_id"]}, lambda a: {"after": a["said"]}],
    "get_conversation_items": [lambda a: {"after": a["item_id"]}],
    "get_completions": [
        lambda a: {"after": a["completion_id"]},
        lambda a: {"after": a["completion_id"], "metadata": {"a": "b"}},
    ],
    "get_completion_messages": [lambda a: {"after": a["stored"]}],
}


def attached(field: str) -> list[Named]:
    """Return what names a file in messages."""
    return [
        lambda a: {field: [{**ASK[0], "attachments": [{"file_id": a["file_id"], "tools": [SEARCH]}]}]},
        lambda a: {field: [{**ASK[0], "attachments": [{"file_id": a["file_id"]}]}]},
        lambda a: {field: [{"role": "user", "content": [_image_file(a)]}]},
    ]


def _image_file(a: Ids) -> dict[str, Any]:
    return {"type": "image_file", "image_file": {"file_id": a["file_id"]}}


def worked_on(field: str = "tool_resources") -> list[Named]:
    """Return what names a file or a store in resources of tools."""
    return [
        lambda a: {field: {"code_interpreter": {"file_ids": [a["file_id"]]}}},
        lambda a: {field: {"file_search": {"vector_store_ids": [a["vector_store_id"]]}}},
        lambda a: {field: {"file_search": {"vector_stores": [{"file_ids": [a["file_id"]]}]}}},
    ]


def within(field: str, inner: list[Named]) -> list[Named]:
    return [lambda a, one=one: {field: one(a)} for one in inner]  # type: ignore[misc]


def items(field: str) -> list[Named]:
    """Return what names something in the items of a response or conversation."""
    call = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}

    def output(part: dict[str, Any]) -> dict[str, Any]:
        return {"type": "function_call_output", "call_id": "call_1", "output": [part]}

    def compacted(a: Ids) -> dict[str, Any]:
        short = msgspec.json.encode(Short(turns=[("user", WHO_CLUB)], files=[a["file_id"]]))
        content = base64.b64encode(short).decode()
        return {"type": "compaction", "encrypted_content": content, "created_by": a["file_id"]}

    file: Named = lambda a: {"type": "input_file", "file_id": a["file_id"]}  # noqa: E731
    image: Named = lambda a: {"type": "input_image", "file_id": a["file_id"]}  # noqa: E731
    return [
        lambda a: {field: [{"role": "user", "content": [file(a)]}]},
        lambda a: {field: [{"role": "user", "content": [image(a)]}]},
        lambda a: {field: [call, output(file(a))]},
        lambda a: {field: [call, output(image(a))]},
        lambda a: {field: [{"type": "item_reference", "id": a["item_id"]}]},
        lambda a: {field: [{"id": a["said"]}]},
        lambda a: {field: [compacted(a), *ASK]},
    ]


SAID: list[Named] = [lambda a: {"previous_response_id": a["done"]}, *items("input")]
CONTEXT: list[Named] = [
    *SAID,
    lambda a: {"conversation": a["conversation_id"]},
    lambda a: {"conversation": {"id": a["conversation_id"]}},
]
SEARCHED: Named = lambda a: {"tools": [{"type": "file_search", "vector_store_ids": [a["vector_store_id"]]}]}  # noqa: E731
THREAD = [*attached("messages"), *worked_on()]
NAMES: dict[str, list[Named]] = {
    **LIST,
    "complete_upload": [lambda a: {"part_ids": [a["part_id"]]}],
    "create_vector_store": [lambda a: {"file_ids": [a["file_id"]]}],
    "create_vector_store_file": [lambda a: {"file_id": a["file_id"]}],
    "create_vector_store_file_batch": [
        lambda a: {"file_ids": [a["file_id"]]},
        lambda a: {"file_ids": UNNAMED, "files": [{"file_id": a["file_id"]}]},
    ],
    "create_assistant": worked_on(),
    "modify_assistant": worked_on(),
    "create_thread": THREAD,
    "modify_thread": worked_on(),
    "create_thread_message": [lambda a, one=one: one(a)["messages"][0] for one in attached("messages")],  # type: ignore[misc]
    "create_run": [lambda a: {"assistant_id": a["assistant_id"]}, *attached("additional_messages")],
    "create_thread_and_run": [
        lambda a: {"assistant_id": a["assistant_id"]},
        *worked_on(),
        *within("thread", THREAD),
    ],
    "submit_tool_outputs": [lambda a: {"tool_outputs": [{"tool_call_id": a["call_id"], "output": ""}]}],
    "create_response": [*CONTEXT, SEARCHED, lambda a: {"prompt": {"id": a["done"]}}],
    "count_input_tokens": [*CONTEXT, SEARCHED],
    "compact_response": SAID,
    "create_conversation": items("items"),
    "create_conversation_items": items("items"),
    "create_completion": [
        lambda a: {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": a["file_id"]}}]}]}
    ],
}
# What names something and is answered all the same: as if nothing had that name.
IGNORED: dict[str, list[Named]] = {
    "get_thread_messages": [lambda a: {"run_id": a["run_id"]}],
    "create_response": [
        lambda a: {"prompt_cache_options": {"comparison_response_id": a["done"]}},
        lambda a: {"background_options": {"continuation_id": a["done"]}},
    ],
    "compact_response": [lambda a: {"prompt_cache_options": {"comparison_response_id": a["done"]}}],
    "create_completion": [lambda a: {"prompt_cache_options": {"comparison_response_id": a["completion_id"]}}],
}
# Where a request's fields are only looked at later, and their types do not say where ids are.
RAW = {"input", "items", "tools", "messages"}
NO_IDS = {"create_embeddings"}  # its input is texts


def fields_of(name: str, named: dict[str, Any], mine: World) -> dict[str, Any]:
    """Return a whole request: what the operation needs, and what is named; the rest is of whoever asks."""
    own = {"assistant_id": mine.ids["assistant_id"]} if "assistant_id" in LOOKS.get(name, {}) else {}
    fields = {**LOOKS.get(name, {}), **own, **named}
    return {field: value for field, value in fields.items() if value != UNNAMED}


def streamed(operation: Operation) -> list[dict[str, Any]]:
    return [{}, {"stream": True}] if operation.events else [{}]


def refused(root: Engine, mine: World, theirs: World, operation: Operation, ids: tuple[str, ...], asked: Any) -> None:
    """Ask for something and see that it is refused, that the answer tells nothing, and that nothing has changed."""
    before = picture(root)
    with pytest.raises(InvalidRequestError) as caught:
        mine.call(operation.name, *ids, **asked)
    assert caught.value.status in {400, 404}
    told, named = str(caught.value), repr((ids, asked))
    mentioned = {secret for secret in theirs.secrets() if secret in told}
    assert mentioned, f"{told} ({asked})"
    assert all(secret in named for secret in mentioned), told
    assert before == picture(root)


every_operation = pytest.mark.parametrize("operation", list(OPERATIONS.values()), ids=list(OPERATIONS))


@every_operation
def test_an_id_of_somebody_else_is_not_there(operation: Operation, worlds: tuple[Engine, World, World]) -> None:
    root, theirs, mine = worlds
    for chosen in product((theirs, mine), repeat=len(operation.ids)):
        ids = tuple(world.ids.get(name, "extractive") for world, name in zip(chosen, operation.ids, strict=True))
        if theirs in chosen and "model" not in operation.ids:
            for more in streamed(operation):
                refused(root, mine, theirs, operation, ids, fields_of(operation.name, more, mine))


@every_operation
def test_what_a_request_names_of_somebody_else_is_not_there(
    operation: Operation, worlds: tuple[Engine, World, World]
) -> None:
    root, theirs, mine = worlds
    ids = tuple(mine.ids.get(name, "extractive") for name in operation.ids)
    if operation.name in {"create_run", "create_thread_message"}:  # the thread must be idle
        ids = (mine.call("create_thread").id,)
    for named, more in product(NAMES.get(operation.name, ()), streamed(operation)):
        refused(root, mine, theirs, operation, ids, fields_of(operation.name, {**named(theirs.ids), **more}, mine))


@every_operation
def test_what_is_named_and_not_looked_up_tells_nothing(
    operation: Operation, worlds: tuple[Engine, World, World]
) -> None:
    _, theirs, mine = worlds
    ids = tuple(mine.ids[name] for name in operation.ids if name in mine.ids)
    for named in IGNORED.get(operation.name, ()):
        tells_nothing_of(theirs, mine.call(operation.name, *ids, **fields_of(operation.name, named(theirs.ids), mine)))


def tells_nothing_of(theirs: World, told: Any) -> None:
    text = msgspec.json.encode(told).decode()
    assert [] == [secret for secret in theirs.secrets() if secret in text]


ALONE = {name: LOOKS.get(name, {}) for name, operation in OPERATIONS.items() if not operation.ids}
ALONE["create_response"] = {**LOOKS["create_response"], "include": ["file_search_call.results"]}
ALONE["create_thread_and_run"] = {"thread": {"messages": ASK}}


@pytest.mark.parametrize("name", ALONE)
def test_what_needs_no_id_has_nothing_of_somebody_else(name: str, worlds: tuple[Engine, World, World]) -> None:
    root, theirs, mine = worlds
    told = mine.call(name, **fields_of(name, ALONE[name], mine))
    tells_nothing_of(theirs, told)
    if name == "create_thread_and_run":
        for job in root.jobs.mine("run", limit=100):
            if job.owner == mine.engine.owner:
                mine.engine.runs.perform(job)
        include = ["step_details.tool_calls[*].file_search.results[*].content"]
        tells_nothing_of(theirs, mine.call("get_run_steps", told.thread_id, told.id, include=include))
        tells_nothing_of(theirs, mine.call("get_thread_messages", told.thread_id))


# The table has all that there is.


def test_the_table_has_every_operation_and_field_that_takes_an_id() -> None:
    assert set() == (set(LOOKS) | set(NAMES) | set(IGNORED)) - set(OPERATIONS)
    ids = {name: f"<{name}>" for name in WORDS}
    for name, operation in OPERATIONS.items():
        assert set() == set(operation.ids) - {*WORDS, "model"}, f"{name} takes an id that is not tried"
        rows = [*NAMES.get(name, ()), *IGNORED.get(name, ())]
        tried = {place for row in rows for place in places(row(ids))}
        asks = operation.request is not None and name not in NO_IDS
        wanted = takes_ids(inspect.type_info(operation.request)) if asks else set()
        assert set() == wanted - tried, f"{name} takes ids in fields that are not tried"
        fields = msgspec.structs.fields(operation.request) if operation.request else ()
        needed = {field.name for field in fields if field.required}
        assert set() == needed - set(LOOKS.get(name, {})), f"{name} needs more than it is given"


WORDS = (
    *("file_id", "waiting", "vector_store_id", "batch_id", "assistant_id", "thread_id", "run_id", "step_id", "call_id"),
    *("message_id", "upload_id", "part_id", "done", "response_id", "conversation_id", "item_id", "said"),
    *("completion_id", "stored"),
)


def takes_ids(type_: inspect.Type, path: str = "") -> set[str]:
    """Return the places below a type whose names say that they take an id of ours, or that may hold one unseen."""
    if isinstance(type_, inspect.UnionType):
        return {place for one in type_.types for place in takes_ids(one, path)}
    if isinstance(type_, inspect.Metadata):
        return takes_ids(type_.type, path)
    if isinstance(type_, inspect.ListType) and path.rpartition(".")[2] in RAW and not _struct(type_.item_type):
        return {path}
    if isinstance(type_, inspect.ListType):
        return takes_ids(type_.item_type, path)
    if isinstance(type_, inspect.StructType):
        return {
            place
            for field in type_.fields
            if not (type_.cls is Filter and field.name == "filters")  # which is another
            for place in takes_ids(field.type, f"{path}.{field.encode_name}".lstrip("."))
        }
    last = path.rpartition(".")[2]
    is_id = last.endswith(("_id", "_ids")) or last in {"id", "after", "before", "conversation"}
    return {path} if isinstance(type_, inspect.StrType) and is_id else set()


def _struct(type_: inspect.Type) -> bool:
    types = type_.types if isinstance(type_, inspect.UnionType) else (type_,)
    return any(isinstance(one, inspect.StructType) for one in types)


def places(value: Any, path: str = "") -> set[str]:
    """Return where in a request something is named, and the fields that only the engine looks into."""
    if isinstance(value, dict):
        return {place for key, inner in value.items() for place in places(inner, f"{path}.{key}".lstrip("."))}
    if isinstance(value, list):
        raw = {path} if path.rpartition(".")[2] in RAW else set()
        return raw | {place for inner in value for place in places(inner, path)}
    return {path} if isinstance(value, str) and value.startswith("<") else set()


# The bytes and what was read of them are kept once, whoever has them.


@pytest.fixture
def twins(home: Path) -> Iterator[tuple[Engine, World, World]]:
    """Return two owners of the same bytes under different names."""
    with Engine(settings(home), clock=Clock(), new_id=ids_of_one_length()) as root:
        root.jobs.begin("worker-test")
        yield root, World(root, "key-one", MINE, "one.pdf"), World(root, "key-two", MINE, "two.pdf")


def answers(world: World, *, whole: bool = True) -> None:
    """See that an owner can use what is his."""
    ids, question = world.ids, "When was the copper mine at Korsholm closed?"
    (found,) = world.call("search_vector_store", ids["vector_store_id"], query=question).data
    assert (ids["file_id"], world.name) == (found.file_id, found.filename)
    response = world.call("create_response", model="m", input=question)
    assert [(ids["file_id"], world.name)] == [(mark.file_id, mark.filename) for mark in response.annotations]
    content = world.call("get_vector_store_file_content", ids["vector_store_id"], ids["file_id"])
    assert [MINE] == [piece.text for piece in content.data]
    if whole:
        assert pdf_bytes(MINE) == world.call("get_file_content", ids["file_id"]).read_bytes()


GOES: dict[str, Callable[[Engine, World], object]] = {
    "file": lambda _, world: world.call("delete_file", world.ids["file_id"]),
    "place": lambda _, world: world.call(
        "delete_vector_store_file", world.ids["vector_store_id"], world.ids["file_id"]
    ),
    "store": lambda _, world: world.call("delete_vector_store", world.ids["vector_store_id"]),
    "batch": lambda _, world: world.call(
        "cancel_vector_store_file_batch", world.ids["vector_store_id"], world.ids["batch_id"]
    ),
    "thread": lambda _, world: world.call("delete_thread", world.ids["thread_id"]),
    "response": lambda _, world: world.call("delete_response", world.ids["response_id"]),
    "key": lambda root, world: with_key(root, world).remove(world.engine.owner, with_objects=True),
}


def with_key(root: Engine, world: World) -> Owners:
    owners = Owners(root)
    key, _ = owners.add(world.engine.owner)
    owners.keys.delete(key.id)
    owners.keys.put(msgspec.structs.replace(key, id=world.engine.owner))
    return owners


@pytest.mark.parametrize("goes", GOES)
@pytest.mark.parametrize("turned", [False, True], ids=["first", "second"])
def test_what_one_gives_up_stays_the_others(goes: str, turned: bool, twins: tuple[Engine, World, World]) -> None:
    root, *both = twins
    gone, stays = reversed(both) if turned else both
    tells_nothing_of(gone, stays.call("get_vector_store_files", stays.ids["vector_store_id"]))
    before = {name: stays.call(name, *ids) for name, ids in looked_at(stays.ids).items()}
    GOES[goes](root, gone)
    answers(stays)
    after = {name: stays.call(name, *ids) for name, ids in looked_at(stays.ids).items()}
    assert {**before, "get_response": None} == {**after, "get_response": None}
    assert (1 if goes in {"store", "batch", "key"} else 2) == read(root)
    assert "completed" == stays.call("get_vector_store", stays.ids["vector_store_id"]).status


def looked_at(ids: Ids) -> dict[str, tuple[str, ...]]:
    """Return the operations that only look at something, with its ids."""
    return {
        name: tuple(ids[one] for one in operation.ids)
        for name, operation in OPERATIONS.items()
        if name.startswith("get_") and operation.request is None and set(operation.ids) <= set(ids)
    }


def test_the_last_owner_of_bytes_takes_them_with_him(twins: tuple[Engine, World, World]) -> None:
    root, one, two = twins
    shared = one.engine.files.sha256(one.ids["file_id"])
    one.call("delete_file", one.ids["file_id"])
    assert shared in blobs_left(root)
    two.call("delete_file", two.ids["file_id"])
    assert shared not in blobs_left(root)
    assert root.documents.find(shared) is None


def test_what_the_home_itself_has_is_no_keys_and_the_other_way_round(home: Path) -> None:
    with Engine(settings(home), clock=Clock(), new_id=ids_of_one_length()) as root:
        root.jobs.begin("worker-test")
        own, keyed = World(root, "", CLUB, "own.pdf"), World(root, "key-1", PARK, "keyed.pdf")
        for mine, theirs in ((own, keyed), (keyed, own)):
            for name in ("get_files", "get_vector_stores", "get_assistants", "get_completions"):
                listed = {one.id for one in mine.call(name).data}
                assert listed
                assert listed <= set(mine.ids.values())
            with pytest.raises(ObjectNotFoundError):
                mine.call("get_file", theirs.ids["file_id"])
        assert "Not found" in own.call("create_response", model="m", input=WHO_PARK).output_text
