"""The parts of the server by themselves: fields, forms, the gate, the pace of polling, the log."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.datastructures import Headers

from pdfqa import errors, wire
from pdfqa.engine import Engine
from pdfqa.engine.channels import Channel
from pdfqa.errors import AuthenticationError, InvalidRequestError, PdfqaError
from pdfqa.operations import OPERATIONS
from pdfqa.server import failures, forms, logs
from pdfqa.server.cadence import Cadence
from pdfqa.server.fields import from_query
from pdfqa.server.gate import Gate, checked_secrets
from pdfqa.server.reading import Limits, Reading
from pdfqa.server.streams import EventStream, Stopping
from pdfqa.store.keys import Key, Keys, digest, given
from pdfqa.wire.requests import CreateAssistant
from tests.homes import settings

CONTENT = "step_details.tool_calls[*].file_search.results[*].content"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"", {}),
        (b"limit=5&order=asc", {"limit": "5", "order": "asc"}),
        (b"include[]=a", {"include": ["a"]}),
        (b"include%5B%5D=a&include%5B%5D=b%5B%2A%5D", {"include": ["a", "b[*]"]}),
        (b"include=a", {"include": ["a"]}),
        (b"include=a&include=b", {"include": ["a", "b"]}),
        (b"metadata[topic]=ships&metadata%5Byear%5D=1931", {"metadata": {"topic": "ships", "year": "1931"}}),
        (b"a[b][]=1&a[b][]=2", {"a": {"b": ["1", "2"]}}),
        (b"limit=1&limit=2", {"limit": ["1", "2"]}),
        (b"after=", {"after": ""}),
        (b"q=caf%C3%A9+au+lait", {"q": "café au lait"}),
    ],
)
def test_a_query_is_read_as_nested_fields(query: bytes, expected: dict[str, Any]) -> None:
    assert expected == from_query(query, {"include"})


@pytest.mark.parametrize("query", [b"q=%FF", b"a=1&a[b]=2", b"a[b]=1&a=2", b"&".join([b"a=1"] * 2000)])
def test_a_query_that_cannot_be_read_is_refused(query: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        from_query(query, set())


def asked(name: str, query: bytes = b"", body: bytes = b"", content_type: str = "application/json") -> wire.Request:
    """Return what a request asks an operation for."""
    operation = OPERATIONS[name]
    scope = {"query_string": query, "headers": [(b"content-type", content_type.encode())], "method": operation.method}
    reading = Reading(operation, Limits(), Path("unused"))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def read() -> wire.Request:
        async with reading.read(scope, receive) as request:
            return request

    return anyio.run(read)


def test_numbers_and_lists_of_a_query_have_their_types() -> None:
    assert wire.ListRequest(limit=7, order="asc", after="asst_1") == asked(
        "get_assistants", b"limit=7&order=asc&after=asst_1"
    )
    steps = asked("get_run_steps", b"include[]=" + CONTENT.encode())
    assert [CONTENT] == steps.include  # type: ignore[attr-defined]


def test_a_field_of_a_post_may_be_in_the_query() -> None:
    run = asked("create_run", b"include%5B%5D=" + CONTENT.encode(), b'{"assistant_id": "asst_1"}')
    assert ("asst_1", [CONTENT]) == (run.assistant_id, run.include)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "query", "body", "param"),
    [
        ("get_assistants", b"limit=0", b"", "limit"),
        ("get_assistants", b"limit=many", b"", "limit"),
        ("get_assistants", b"limit=1&limit=2", b"", "limit"),
        ("get_assistants", b"colour=red", b"", "colour"),
        ("get_assistant", b"colour=red", b"", "colour"),
        ("create_assistant", b"model=x", b"{}", "model"),
        ("create_run", b"include[]=wrong", b'{"assistant_id": "asst_1"}', "include[0]"),
        ("cancel_run", b"", b'{"reason": "none"}', "reason"),
        ("create_thread", b"", b'{"messages": [{"role": "user"}]}', "messages[0].content"),
    ],
)
def test_a_wrong_field_is_named(name: str, query: bytes, body: bytes, param: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        asked(name, query, body)
    assert param == caught.value.param


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff", b'{"model": "\xff"}', b"{}x", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        asked("create_thread", b"", body)


def nested(levels: int) -> bytes:
    """Return a body with a function whose parameters are nested."""
    inner = b'{"a":[' * (levels // 2) + rb'"[[\\\"[{"' + b"]}" * (levels // 2)
    return b'{"model":"m","tools":[{"type":"function","function":{"name":"f","parameters":{"x":%s}}}]}' % inner


@pytest.mark.parametrize("levels", [130, 960, 980, 2_000, 200_000])
def test_a_body_that_is_nested_too_deeply_is_refused(levels: int) -> None:
    with pytest.raises(InvalidRequestError, match="nested too deeply"):
        asked("create_assistant", b"", nested(levels))


def test_a_schema_may_be_nested_and_have_any_number_of_parts() -> None:
    asked("create_assistant", b"", nested(50))
    asked("create_thread", b"", b'{"messages":[%s]}' % b",".join([b'{"role":"user","content":"[[["}'] * 500))


def test_values_that_are_nested_too_deeply_are_refused() -> None:
    inner: dict[str, Any] = {}
    for _ in range(100_000):
        inner = {"a": inner}
    function = {"name": "f", "parameters": inner}
    with pytest.raises(InvalidRequestError, match="nested too deeply"):
        wire.check(CreateAssistant, {"model": "m", "tools": [{"type": "function", "function": function}]})


def test_a_post_needs_no_body_and_no_type_of_it() -> None:
    assert asked("create_thread", content_type="") == asked("create_thread", b"", b"{}")
    asked("create_thread", b"", b"{}", "application/json; charset=utf-8")
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        with pytest.raises(InvalidRequestError, match="JSON is expected"):
            asked("create_thread", b"", b"{}", content_type)


def form(*parts: tuple[str, bytes], end: bytes = b"--limit--\r\n") -> bytes:
    """Return the body of a form; each part is what stands in its header, and its value."""
    made = [b"--limit\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (h.encode(), v) for h, v in parts]
    return b"".join(made) + end


def received(folder: Path, body: bytes, *, size: int = 7, keep: bool = False) -> dict[str, Any]:
    """Return the fields of a form that comes in small pieces, with the bytes of its files instead of their paths."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    async def read() -> dict[str, Any]:
        content_type = "multipart/form-data; boundary=limit"
        async with forms.received(content_type, pieces(), folder=folder, files={"file"}) as fields:
            for value in fields.values():
                if isinstance(value, dict) and "path" in value:
                    path = value.pop("path")
                    value["bytes"] = path.read_bytes()
                    if keep:
                        path.rename(folder / "kept")
            return fields

    return anyio.run(read)


def test_a_form_brings_fields_and_files(tmp_path: Path) -> None:
    data = bytes(range(256)) * 5000  # line ends and dashes among them
    body = form(
        ('name="purpose"', b"assistants"),
        ('name="expires_after[anchor]"', b"created_at"),
        ('name="expires_after[seconds]"', b"3600"),
        ('name="file"; filename="caf\u00e9 %22one%22.pdf"', data),
    )
    assert received(tmp_path / "new", body, size=100_000) == {
        "purpose": "assistants",
        "expires_after": {"anchor": "created_at", "seconds": "3600"},
        "file": {"filename": "café %22one%22.pdf", "bytes": data},
    }
    assert [] == list((tmp_path / "new").iterdir())


def test_a_form_may_come_in_any_pieces(tmp_path: Path) -> None:
    body = form(('name="file"; filename="a.pdf"', b"--limit \r\n--lim\r\n--"), ('name="purpose"', b"vision"))
    expected = {"file": {"filename": "a.pdf", "bytes": b"--limit \r\n--lim\r\n--"}, "purpose": "vision"}
    assert all(expected == received(tmp_path, body, size=size) for size in (1, 2, 3, 5, 64, 1000))


def test_a_file_that_is_moved_stays_and_others_go(tmp_path: Path) -> None:
    body = form(('name="file"; filename="a.pdf"', b"bytes"))
    received(tmp_path, body, keep=True)
    assert ["kept"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("name", "shown"), [("../../etc/passwd", "passwd"), (r"C:\\Users\\me\\a.pdf", "a.pdf"), ("", "upload")]
)
def test_a_file_name_is_no_path(name: str, shown: str, tmp_path: Path) -> None:
    assert shown == received(tmp_path, form((f'name="file"; filename="{name}"', b"x")))["file"]["filename"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "has no end"),
        (form(('name="purpose"', b"x"), end=b""), "has no end"),
        (b"nothing of the kind", "cannot be read"),
        (form(('name="file"', b"text")), "expected a file"),
        (form(('name="file[path]"', b"/etc/passwd")), "expected a file"),
        (form(('name="purpose"; filename="x"', b"text")), "expected text"),
        (form(('name="file"; filename="x"', b"1"), ('name="file"; filename="y"', b"2")), "given twice"),
        (form(("filename=x", b"1")), "has no name"),
        (form(('name="purpose"', b"\xff")), "no UTF-8"),
        (form(*[('name="a"', b"1")] * 200), "more than 100 parts"),
        (form(('name="a"', b"1" * 2_000_000)), "beside its file"),
    ],
)
def test_a_wrong_form_is_refused_and_leaves_nothing(body: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        received(tmp_path, body, size=50_000)
    assert [] == list(tmp_path.iterdir())


def test_a_client_that_goes_away_leaves_nothing(tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield form(('name="file"; filename="a.pdf"', b"x" * 3_000_000), end=b"")
        raise ConnectionError

    async def read() -> None:
        async with forms.received("multipart/form-data; boundary=limit", pieces(), folder=tmp_path, files={"file"}):
            raise AssertionError

    with pytest.raises(ConnectionError):
        anyio.run(read)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=x"])
def test_a_file_comes_in_a_form(content_type: str) -> None:
    with pytest.raises(InvalidRequestError, match="no form"):
        asked("upload_file", b"", b"{}", content_type)


@pytest.fixture
def keys(home: Path) -> Any:
    with Engine(settings(home)) as engine:
        yield Keys(engine.database)


def headers(secret: str = "", **others: str) -> Headers:
    sent = {"authorization": f"Bearer {secret}"} if secret else {}
    return Headers({"host": "127.0.0.1:8000", **sent, **others})


def test_without_a_key_only_this_machine_is_answered(keys: Keys) -> None:
    gate = Gate(keys)
    assert "" == gate.owner(headers())
    assert "" == gate.owner(headers("whatever"))
    assert "" == gate.owner(headers(host="localhost:1", origin="http://localhost:3000"))
    assert "" == gate.owner(headers(host="[::1]:8000"))
    for others in (
        {"host": "rebound.example:8000"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"host": ""},
        {"host": "["},
    ):
        with pytest.raises(AuthenticationError):
            gate.owner(headers(**others))
    with pytest.raises(AuthenticationError):
        Gate(keys, local=False).owner(headers())


def test_with_a_key_every_request_needs_one(keys: Keys) -> None:
    gate = Gate(keys, ["0123456789abcdef"])
    assert given("0123456789abcdef").id == gate.owner(headers("0123456789abcdef", host="anywhere.example"))
    keys.put(Key(id="key_1", name="one", digest=digest("another secret"), created_at=1))
    assert "key_1" == gate.owner(headers("another secret"))
    for sent in (headers(), headers("0123456789abcdeX"), headers(authorization="Basic MDEyMzQ1Njc4OWFiY2RlZg==")):
        with pytest.raises(AuthenticationError):
            gate.owner(sent)
    keys.delete("key_1")
    with pytest.raises(AuthenticationError):
        gate.owner(headers("another secret"))


def test_a_short_key_is_refused() -> None:
    assert ["a" * 16, "b" * 16, "c" * 20] == checked_secrets(["a" * 16], f" {'b' * 16},{'c' * 20} ")
    with pytest.raises(InvalidRequestError, match="could be guessed"):
        checked_secrets(["a" * 15])
    with pytest.raises(InvalidRequestError, match="could be guessed"):
        checked_secrets([], "short")


def told(
    style: Any, *told: wire.Event, silence: float = 15.0, after: Callable[[Channel, Stopping], object] | None = None
) -> str:
    """Return what goes over the wire of a channel that tells something; `after` what, it is closed."""
    channel, stopping = Channel(), Stopping()
    channel.put(*told)
    if after is None:
        channel.close()
    sent = b""

    async def send(message: Any) -> None:
        nonlocal sent
        sent += message.get("body", b"")

    async def receive() -> Any:
        await anyio.sleep_forever()

    async def answer() -> None:
        await EventStream(channel, style, stopping, silence=silence)({}, receive, send)

    async def stream() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(answer)
            if after is not None:
                await anyio.sleep(0.05)
                after(channel, stopping)

    anyio.run(stream)
    return sent.decode()


PIECE, DONE = wire.Event(event="piece", data={"type": "piece", "text": "a\nb"}), wire.Event(event="done", data="[DONE]")


@pytest.mark.parametrize(
    ("style", "events", "expected"),
    [
        (
            "named",
            [PIECE, DONE],
            'event: piece\ndata: {"type":"piece","text":"a\\nb"}\n\nevent: done\ndata: [DONE]\n\n',
        ),
        ("named", [PIECE], 'event: piece\ndata: {"type":"piece","text":"a\\nb"}\n\nevent: done\ndata: [DONE]\n\n'),
        ("typed", [PIECE], 'event: piece\ndata: {"type":"piece","text":"a\\nb"}\n\n'),
        ("plain", [PIECE], 'data: {"type":"piece","text":"a\\nb"}\n\ndata: [DONE]\n\n'),
    ],
)
def test_events_are_sent_as_the_client_of_each_expects(style: str, events: list[wire.Event], expected: str) -> None:
    assert expected == told(style, *events)


def test_a_silent_stream_shows_that_it_lives() -> None:
    sent = told("typed", PIECE, silence=0.01, after=lambda channel, _: channel.close(PIECE))
    assert sent.startswith("event: piece\n")
    assert "\n\n: still here\n\n" in sent
    assert sent.endswith('"}\n\n')


def test_a_server_that_stops_tells_the_streams_that_are_left() -> None:
    sent = told("named", PIECE, after=lambda _, stopping: stopping.set())
    _, _, last = sent.rstrip().rpartition("\n\n")
    name, data = last.split("\n")
    assert "event: error" == name
    error = json.loads(data.removeprefix("data: "))["error"]
    assert {"message", "type", "param", "code"} == set(error)
    assert "goes on when it runs again" in error["message"]
    chat = told("plain", PIECE, after=lambda _, stopping: stopping.set())
    assert "The server is stopping. Ask again when it runs." in chat  # nothing of a chat is kept


def run(id_: str, status: Any = "queued") -> wire.Run:
    return wire.Run(
        id=id_, created_at=1, thread_id="thread_1", assistant_id="asst_1", model="m", instructions="", status=status
    )


def test_few_poll_often_and_many_seldom() -> None:
    now = 100.0
    cadence = Cadence(lambda: now)
    assert None is cadence.after(run("run_0", "completed"))
    assert [50, 50] == [cadence.after(run("run_1")) for _ in range(2)]
    assert 500 == [cadence.after(run(f"run_{number}")) for number in range(100)][-1]
    now += 20
    cadence.after(run("run_1"))
    assert 50 == cadence.after(run("run_1"))
    assert 200 == Cadence(lambda: now, written=True).after(run("run_1"))


def test_a_large_batch_is_polled_seldom() -> None:
    def batch(waiting: int) -> wire.VectorStoreFileBatch:
        counts = wire.FileCounts(in_progress=waiting, total=2000)
        return wire.VectorStoreFileBatch(id="vsfb_1", created_at=1, vector_store_id="vs_1", file_counts=counts)

    cadence = Cadence(lambda: 0.0)
    assert [105, 600, 2000] == [cadence.after(batch(waiting)) for waiting in (1, 100, 2000)]


@pytest.mark.parametrize(
    ("error", "type_", "code"),
    [
        (errors.ObjectNotFoundError("No run found."), "invalid_request_error", None),
        (errors.WrongStateError("It is active."), "invalid_request_error", None),
        (errors.MissingFieldError("Missing.", param="model"), "invalid_request_error", "missing_required_parameter"),
        (errors.AuthenticationError("No."), "invalid_request_error", "invalid_api_key"),
        (errors.EmptyFileError("It is empty."), "invalid_request_error", "empty_file"),
        (errors.BackendError("The model is gone."), "server_error", "backend_error"),
    ],
)
def test_an_error_has_four_fields(error: PdfqaError, type_: str, code: str | None) -> None:
    expected = {"message": error.message, "type": type_, "param": error.param, "code": code}
    assert {"error": expected} == failures.envelope(error)
    response = failures.response(error)
    assert (error.status, error.code) == (response.status_code, response.headers["x-pdfqa-error"])


def test_a_hint_follows_the_message() -> None:
    def message(error: PdfqaError) -> str:
        text: str = failures.envelope(error)["error"]["message"]
        return text

    assert "it is empty. Copy it." == message(errors.EmptyFileError("it is empty", hint="Copy it."))
    assert "It is empty. Copy it." == message(errors.EmptyFileError("It is empty.", hint="Copy it."))


def test_trouble_with_storage_tells_no_paths() -> None:
    text = str(failures.envelope(errors.StorageFullError("/home/me/pdfqa.db is full", hint="Free some.")))
    assert "/home/me" not in text
    assert "storage_full" in text


def line(record: logging.LogRecord) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(logs.Lines().format(record))
    return value


def test_an_exception_is_logged_without_its_text() -> None:
    def fail() -> None:
        raise ValueError("The treasurer is Margaret Holloway.")

    try:
        fail()
    except ValueError:
        info = sys.exc_info()
    found = line(logging.LogRecord("pdfqa.server", logging.ERROR, "", 0, "unexpected", (), info))
    assert ("error", "unexpected", "ValueError") == (found["level"], found["event"], found["error"])
    assert found["at"][-1].endswith(" fail")
    assert "Holloway" not in str(found)


def test_what_python_itself_would_print_is_logged_without_its_text(tmp_path: Path, loggers: Callable[[], None]) -> None:
    def fail() -> None:
        raise ValueError("The treasurer is Margaret Holloway.")

    async def forget() -> None:
        task = asyncio.ensure_future(failing())
        await asyncio.sleep(0)
        del task

    async def failing() -> None:
        fail()

    logs.write_to(tmp_path / "log")
    thread = threading.Thread(target=fail, name="some thread")
    thread.start()
    thread.join()
    asyncio.run(forget())
    gc.collect()
    loggers()
    lines = [json.loads(text) for text in (tmp_path / "log").read_text().splitlines()]
    assert ["thread", "Task exception was never retrieved"] == [found["event"] for found in lines]
    assert ["ValueError"] * 2 == [found["error"] for found in lines]
    assert "some thread" == lines[0]["thread"]
    assert "Holloway" not in str(lines)


def test_the_log_may_go_to_a_file(tmp_path: Path, loggers: Callable[[], None]) -> None:
    logs.write_to(tmp_path / "log", quiet=True)
    logging.getLogger("pdfqa.server").info("request", extra={"fields": {"status": 200}})
    logging.getLogger("pdfqa.server").warning("odd", extra={"fields": {"status": 500}})
    loggers()
    (written,) = (tmp_path / "log").read_text().splitlines()
    assert ("odd", 500) == (json.loads(written)["event"], json.loads(written)["status"])
    with pytest.raises(errors.StorageError, match="cannot be written"):
        logs.write_to(tmp_path / "missing" / "log")


@pytest.fixture
def loggers() -> Any:
    """Give the loggers back as they were."""
    names, hook = ("pdfqa", "uvicorn", "asyncio", "python_multipart"), threading.excepthook
    before = {name: (logging.getLogger(name).handlers[:], logging.getLogger(name).level) for name in names}

    def restore() -> None:
        for name, (handlers, level) in before.items():
            logger = logging.getLogger(name)
            for handler in logger.handlers:
                if handler not in handlers:
                    handler.close()
            logger.handlers[:], logger.propagate = handlers, True
            logger.setLevel(level)
        threading.excepthook = hook

    yield restore
    restore()
