"""The remote back-end, and servers that are not pdfqa's or do not behave."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pdfqa import (
    AsyncClient,
    BackendError,
    Client,
    FileAccessError,
    InvalidRequestError,
    InvalidValueError,
    PdfqaError,
    WaitTimeoutError,
    errors,
)
from pdfqa.backends import connect
from pdfqa.backends.failures import translated
from pdfqa.wire.requests import Content

FILE = {"id": "file-1", "object": "file", "created_at": 1, "bytes": 2, "filename": "a.pdf", "purpose": "assistants"}


class Other:
    """A server that answers as it was told, and keeps what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []

    def will(self, status: int, body: Any, **headers: str) -> None:
        """Give this answer next."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, data))


@contextmanager
def other() -> Iterator[Other]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            length = int(self.headers.get("content-length", 0))
            sent = {name.lower(): value for name, value in self.headers.items()}
            where.asked.append((self.command, self.path, sent, self.rfile.read(length)))
            status, headers, body = where.answers.pop(0)
            if status == 0:
                time.sleep(float(body))
                return
            self.send_response(status)
            plain = {"content-type": "application/json", "content-length": str(len(body))}
            for name, value in {**plain, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = handle_one  # noqa: N815 - the library calls them so

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    where = Other(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield where
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Other]:
    with other() as server:
        yield server


@pytest.fixture
def client(server: Other) -> Iterator[Client]:
    with Client(server.url, api_key="secret", max_retries=0, timeout=5) as client:
        yield client


def test_what_it_does_not_know_is_left_out_and_what_is_missing_is_made_up(server: Other, client: Client) -> None:
    server.will(200, {**FILE, "from_the_future": {"a": 1}})
    file = client.get_file("anything goes/../?")
    assert ("file-1", "processed") == (file.id, file.status)
    assert "/v1/files/anything%20goes%2F..%2F%3F" == server.asked[0][1]
    assert "Bearer secret" == server.asked[0][2]["authorization"]


def test_fields_go_where_the_wire_has_them(server: Other, client: Client) -> None:
    page = {"object": "list", "data": [], "has_more": False}
    server.will(200, page)
    client.get_run_steps(
        "thread_1",
        "run_1",
        include=["step_details.tool_calls[*].file_search.results[*].content"],
        limit=5,
        after=None,
    )
    path = server.asked[0][1]
    assert path.startswith("/v1/threads/thread_1/runs/run_1/steps?")
    assert "include%5B%5D=step_details.tool_calls%5B%2A%5D" in path
    assert "limit=5" in path
    assert "after" not in path
    server.will(200, {"id": "vs_1", "object": "vector_store", "created_at": 1})
    client.modify_vector_store("vs_1", name="x", expires_after=None)
    assert {"name": "x", "expires_after": None} == json.loads(server.asked[1][3])
    server.will(200, page)
    client.get_completions(metadata={"topic": "ships"})
    assert "metadata%5Btopic%5D=ships" in server.asked[2][1]


def test_a_file_goes_as_a_form(server: Other, client: Client) -> None:
    server.will(200, FILE)
    client.upload_file(("a.pdf", b"some bytes"), expires_after={"anchor": "created_at", "seconds": 3600})
    _, path, headers, body = server.asked[0]
    assert "/v1/files" == path
    assert headers["content-type"].startswith("multipart/form-data; boundary=")
    for part in (
        b'name="purpose"\r\n\r\nassistants',
        b'filename="a.pdf"',
        b"some bytes",
        b'name="expires_after[seconds]"',
    ):
        assert part in body


def test_a_file_that_went_meanwhile_is_said_to_have(server: Other, tmp_path: Path) -> None:
    path = tmp_path / "gone.pdf"
    backend = connect(server.url)
    sent = {"file": Content(filename="gone.pdf", path=path), "purpose": "assistants"}
    with pytest.raises(FileAccessError, match=f"{path} cannot be opened"):
        asyncio.run(backend.call("upload_file", [], sent))


def test_what_is_no_json_is_refused(client: Client, server: Other) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be sent"):
        client.create_thread(metadata={"when": time})  # type: ignore[dict-item]
    assert [] == server.asked


def test_nothing_of_openais_environment_goes_to_another_server(server: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "ORG_ID", "PROJECT_ID", "ADMIN_KEY"):
        monkeypatch.setenv(f"OPENAI_{name}", f"private-{name}")
    server.will(200, FILE)
    with Client(server.url, max_retries=0) as client:
        client.get_file("file-1")
    assert "private" not in str(server.asked)
    monkeypatch.setenv("PDFQA_API_KEY", "own")
    server.will(200, FILE)
    with Client(server.url, max_retries=0) as client:
        client.get_file("file-1")
    assert "Bearer own" == server.asked[1][2]["authorization"]


def test_an_answer_that_is_none_is_said_to_be(server: Other, client: Client) -> None:
    for body in (b"<html>Welcome!</html>", {"object": "list"}, b"", b"\xff", {**FILE, "bytes": "many"}):
        server.will(200, body)
        with pytest.raises(BackendError, match="answered get_file with something else") as caught:
            client.get_file("file-1")
        assert "/v1" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (400, {"error": {"message": "no", "param": "x", "code": "invalid_value"}}, errors.InvalidValueError, "no"),
        (400, {"error": {"message": "no", "param": None, "code": None}}, errors.InvalidRequestError, "no"),
        (401, {"error": {"message": "who?", "code": "invalid_api_key"}}, errors.AuthenticationError, "who?"),
        (403, {"error": {"message": "never"}}, errors.AuthenticationError, "never"),
        (404, {"error": {"message": "none"}}, errors.ObjectNotFoundError, "none"),
        (404, {"detail": "Not Found"}, errors.ObjectNotFoundError, "Not Found"),
        (409, {"error": {"message": "not now"}}, errors.WrongStateError, "not now"),
        (413, {"error": {"message": "too big"}}, errors.TooLargeError, "too big"),
        (418, {"error": {"message": "tea"}}, errors.InvalidRequestError, "tea"),
        (422, {"error": {"message": "odd"}}, errors.InvalidRequestError, "odd"),
        (429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, errors.RateLimitError, "slow down"),
        (500, {"error": {"message": "oh", "code": "server_error"}}, BackendError, "oh"),
        (501, {"error": {"message": "cannot"}}, errors.NotSupportedError, "cannot"),
        (502, b"<html>Bad gateway</html>", BackendError, "Bad gateway"),
        (503, b"", BackendError, "503"),
        (507, {"error": {"message": "full", "code": "storage_full"}}, errors.StorageFullError, "full"),
    ],
)
def test_errors_are_what_they_were(
    server: Other, client: Client, status: int, body: Any, kind: type[PdfqaError], message: str
) -> None:
    server.will(status, body)
    with pytest.raises(PdfqaError) as caught:
        client.get_file("file-1")
    assert kind is type(caught.value)
    assert message in caught.value.message
    assert ("x" if "param" in str(body) and kind is errors.InvalidValueError else None) == caught.value.param


def test_a_busy_server_is_asked_again(server: Other) -> None:
    for _ in range(2):
        server.will(503, {"error": {"message": "busy"}}, retry_after_ms="10")
    server.will(200, FILE)
    with Client(server.url) as client:
        assert "file-1" == client.get_file("file-1").id
    assert 3 == len(server.asked)


def test_a_server_that_is_not_there_is_named() -> None:
    with other() as gone:
        url = gone.url
    with Client(url, max_retries=0) as client, pytest.raises(BackendError, match=f"{url} cannot be reached") as caught:
        client.get_files()
    assert "pdfqa serve" in caught.value.hint


def test_a_server_that_does_not_answer_is_not_waited_for(server: Other) -> None:
    server.will(0, b"0.5")
    with Client(server.url, max_retries=0, timeout=0.1) as client, pytest.raises(WaitTimeoutError, match=r"0\.1 s"):
        client.get_files()


def test_events_are_read_however_they_are_cut(server: Other, client: Client) -> None:
    events = (
        b": a comment\n\n"
        b'event: thread.message.delta\ndata: {"id":\ndata: "msg_1"}\n\n'
        b'id: 5\nevent:thread.run.completed\r\ndata:{"id":"run_1","object":"thread.run","created_at":1,'
        b'"thread_id":"thread_1","assistant_id":"asst_1","model":"x","status":"completed"}\r\n\r\n'
        b"event: done\ndata: [DONE]\n\nevent: late\ndata: {}\n\n"
    )
    server.will(200, events, content_type="text/event-stream")
    got = list(client.stream_run("thread_1", assistant_id="asst_1"))
    assert ["thread.message.delta", "thread.run.completed"] == [event.event for event in got]
    assert {"id": "msg_1"} == got[0].data
    assert "completed" == got[1].data.status
    assert {"assistant_id": "asst_1", "stream": True} == json.loads(server.asked[0][3])


def test_characters_that_end_lines_elsewhere_end_no_event(server: Other, client: Client) -> None:
    text = "one\u2028two\u2029three\u0085four"
    event = {"id": "msg_1", "delta": {"content": [{"index": 0, "type": "text", "text": {"value": text}}]}}
    data = json.dumps(event, ensure_ascii=False).encode()
    sent = b"event: thread.message.delta\r\ndata: %s\r\n\r\nevent: thread.message.delta\rdata: {}\r\r"
    server.will(200, sent % data, content_type="text/event-stream")
    assert [event, {}] == [got.data for got in client.stream_run("thread_1", assistant_id="asst_1")]


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        (b'event: error\ndata: {"error": {"message": "no", "code": "wrong_state"}}\n\n', errors.WrongStateError),
        (b'data: {"error": {"message": "no", "code": "rate_limit_exceeded"}}\n\n', errors.RateLimitError),
        (b'data: {"type": "error", "message": "no", "code": null}\n\n', BackendError),
        (b"event: thread.run.created\ndata: no JSON\n\n", BackendError),
    ],
)
def test_errors_among_events_are_raised(server: Other, client: Client, events: bytes, kind: type[PdfqaError]) -> None:
    server.will(200, events, content_type="text/event-stream")
    with pytest.raises(PdfqaError, match="no") as caught:
        list(client.stream_run("thread_1", assistant_id="asst_1"))
    assert kind is type(caught.value)


def test_a_stream_that_breaks_off_is_an_error(server: Other, client: Client) -> None:
    half = b'event: thread.message.delta\ndata: {"id": "msg_1"}\n\n'
    server.will(200, half, content_type="text/event-stream", content_length="5000", connection="close")
    events = client.stream_run("thread_1", assistant_id="asst_1")
    assert "thread.message.delta" == next(events).event
    with pytest.raises(BackendError, match="broke off while it told how create_run goes"):
        next(events)


def test_one_client_may_be_used_in_several_event_loops(server: Other) -> None:
    client = AsyncClient(server.url, max_retries=0)
    for _ in range(3):
        server.will(200, FILE)

        async def once() -> str:
            name = (await client.get_file("file-1")).filename
            await client._backend.close()
            return name

        assert "a.pdf" == asyncio.run(once())


def test_an_id_must_be_one(client: Client, server: Other) -> None:
    with pytest.raises(InvalidValueError, match="Expected an ID") as caught:
        client.get_file("")
    assert "file_id" == caught.value.param
    assert [] == server.asked


def test_an_unknown_back_end_is_told_those_that_are_known() -> None:
    for name in ("", "lokal", "localhost:8008", "openal"):
        with pytest.raises(InvalidValueError) as caught:
            Client(name)
        assert "backend" == caught.value.param
        assert repr(name) in caught.value.message
        assert "local: " in caught.value.hint
        assert "http://" in caught.value.hint


@pytest.mark.parametrize("option", ["home", "password", "model", "base_url"])
def test_options_of_the_engine_are_refused_for_a_server(option: str) -> None:
    with pytest.raises(InvalidValueError, match=f"{option} is a matter of the server") as caught:
        connect("http://127.0.0.1:1", **{option: "x"})  # type: ignore[arg-type]
    assert option == caught.value.param


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "x"])
def test_a_timeout_is_more_than_nothing(timeout: Any) -> None:
    with pytest.raises(InvalidValueError, match="must be a number of seconds above 0"):
        Client(timeout=timeout)


def test_what_is_no_back_end_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="backend is 5") as caught:
        Client(backend=5)  # type: ignore[arg-type]
    assert "backend" == caught.value.param


def test_an_error_without_words_still_says_something() -> None:
    assert "status 500" in translated(None).message
    assert "status 404" in translated({}, status=404).message
    assert "['x']" == translated(["x"]).message
