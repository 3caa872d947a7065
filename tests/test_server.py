"""The server, asked over a real socket by OpenAI's own client and by hand."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import openai
import pytest

from pdfqa import wire
from pdfqa.backends.local import LocalBackend
from pdfqa.operations import OPERATIONS, Operation
from pdfqa.server import Limits, logs
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, pdf
from tests.servers import Served, serving

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a server that all tests of this file share; each has keys of its own."""
    with serving(tmp_path_factory.mktemp("served") / "home") as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    """Return a client with a key of its own."""
    with served.client() as client:
        yield client


@pytest.fixture
def club(tmp_path: Path) -> Path:
    return pdf(tmp_path / "club.pdf", CLUB, PARK)


class Answer:
    """What came back over the socket."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str, Any, Any]:
        """The status, and the type, param and code of the error."""
        error = self.json["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["message"]
        assert error["type"] == ("invalid_request_error" if self.status < 500 else "server_error")
        return self.status, self.headers["x-pdfqa-error"], error["param"], error["code"]


def ask(served: Served, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
    """Send one request by hand, with a new key unless an authorization is given."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent.setdefault("authorization", f"Bearer {served.new_key()}")
    address = urlsplit(served.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
    try:
        connection.request(method, path, body, sent)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def post(served: Served, path: str, value: object, **headers: str) -> Answer:
    """Send JSON by hand."""
    return ask(served, "POST", path, json.dumps(value).encode(), content_type="application/json", **headers)


def test_the_server_says_what_it_is_and_that_it_is_well(served: Served) -> None:
    about = ask(served, "GET", "/", authorization="")
    assert (200, "pdfqa", f"{served.url}/v1") == (about.status, about.json["name"], about.json["base_url"])
    health = ask(served, "GET", "/healthz", authorization="")
    assert (200, "ok") == (health.status, health.json["status"])
    assert (405, "method_not_allowed", None, "method_not_allowed") == ask(served, "POST", "/healthz").error


def test_every_answer_has_an_id_and_a_time(served: Served) -> None:
    answers = [ask(served, "GET", path) for path in ("/v1/files", "/v1/files/file-missing", "/v1/nothing", "/")]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 4
    assert all(id_.startswith("req_") for id_ in ids)
    assert all(int(answer.headers["openai-processing-ms"]) >= 0 for answer in answers)


def test_an_unknown_url_is_named(served: Served) -> None:
    answer = ask(served, "GET", "/v1/nothing?x=1")
    assert answer.error == (404, "unknown_url", None, "unknown_url")
    assert answer.json["error"]["message"].startswith("Unknown request URL: GET /v1/nothing. ")
    assert "docs/compatibility.md" in answer.json["error"]["message"]
    assert ask(served, "GET", "/v1/files/").status == 404
    old = ask(served, "POST", "/v1/completions", b"{}", content_type="application/json")
    assert "/chat/completions" in old.json["error"]["message"]


def test_a_wrong_method_is_told_the_right_ones(served: Served) -> None:
    answer = ask(served, "PUT", "/v1/assistants")
    assert answer.error == (405, "method_not_allowed", None, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_small_answers_are_sent_at_once(served: Served) -> None:
    assert socket.IPPROTO_TCP == served.server.servers[0].sockets[0].proto  # or each would wait 40 ms


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/v1/assistants", {}, (400, "missing_required_parameter", "model", "missing_required_parameter")),
        ("/v1/assistants", {"model": "m", "colour": 1}, (400, "unknown_parameter", "colour", "unknown_parameter")),
        ("/v1/assistants", {"model": 7}, (400, "invalid_value", "model", "invalid_value")),
        ("/v1/assistants", [], (400, "invalid_value", None, "invalid_value")),
        ("/v1/conversations", {"items": [{"type": []}]}, (400, "invalid_value", "items[0].type", "invalid_value")),
        ("/assistants", {}, (400, "missing_required_parameter", "model", "missing_required_parameter")),
    ],
)
def test_a_wrong_request_is_explained(path: str, body: object, expected: Any, served: Served) -> None:
    assert expected == post(served, path, body).error


@pytest.mark.parametrize(("content_type", "body"), [("text/plain", b"{}"), ("application/json", b"{")])
def test_a_body_must_be_json_and_say_so(content_type: str, body: bytes, served: Served) -> None:
    answer = ask(served, "POST", "/v1/threads", body, content_type=content_type)
    assert (400, "invalid_request_error", None, None) == answer.error


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer nobody-knows-this-key", "Basic x"])
def test_a_request_without_a_known_key_is_refused(authorization: str, served: Served) -> None:
    served.new_key()
    answer = ask(served, "GET", "/v1/files", authorization=authorization)
    assert (401, "invalid_api_key", None, "invalid_api_key") == answer.error
    assert "nobody-knows-this-key" not in answer.body.decode()


def test_the_client_raises_its_own_errors(served: Served) -> None:
    with served.client() as client:
        with pytest.raises(openai.NotFoundError) as missing:
            client.files.retrieve("file-missing")
        assert (missing.value.code, missing.value.type) == (None, "invalid_request_error")
        assert "No file found with id 'file-missing'" in missing.value.message
        assert str(missing.value.request_id).startswith("req_")
        with pytest.raises(openai.BadRequestError) as wrong:
            client.files.list(limit=0)
        assert "limit" == wrong.value.param
    with served.client("nobody-knows-this-key") as stranger, pytest.raises(openai.AuthenticationError):
        stranger.files.list()


def test_a_file_comes_and_goes(client: openai.OpenAI, club: Path) -> None:
    file = client.files.create(file=club, purpose="assistants", expires_after={"anchor": "created_at", "seconds": 3600})
    assert ("club.pdf", club.stat().st_size, "assistants") == (file.filename, file.bytes, file.purpose)
    assert file.created_at + 3600 == file.expires_at
    assert file == client.files.retrieve(file.id)
    content = client.files.content(file.id)
    assert club.read_bytes() == content.content
    assert "application/octet-stream" == content.response.headers["content-type"]
    assert 'attachment; filename="club.pdf"' == content.response.headers["content-disposition"]
    assert [file.id] == [one.id for one in client.files.list(purpose="assistants")]
    assert [] == list(client.files.list(purpose="vision"))
    assert client.files.delete(file.id).deleted
    assert [] == list(client.files.list())


@pytest.mark.parametrize("looked", ["get_file", "get_file_content"])
def test_a_file_that_is_deleted_while_it_is_asked_for_is_not_there(
    looked: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = served.new_key()
    with served.client(secret) as client:
        file = client.files.create(file=("a.pdf", b"words"), purpose="assistants")

    async def perform(self: LocalBackend, operation: Operation, ids: Sequence[str], request: Any) -> Any:
        result = await performed(self, operation, ids, request)
        if operation.name == looked:
            await performed(self, OPERATIONS["delete_file"], ids, None)
        return result

    performed = LocalBackend.perform
    monkeypatch.setattr(LocalBackend, "perform", perform)
    answer = ask(served, "GET", f"/v1/files/{file.id}/content", authorization=f"Bearer {secret}")
    assert (404, f"No file found with id '{file.id}'.") == (answer.status, answer.json["error"]["message"])


def test_nothing_of_an_upload_is_left_beside_the_file(served: Served, client: openai.OpenAI, club: Path) -> None:
    client.files.create(file=club, purpose="assistants")
    with pytest.raises(openai.BadRequestError) as wrong:
        client.files.create(file=club, purpose="wrong")  # type: ignore[arg-type]
    assert "purpose" == wrong.value.param
    assert [] == list((served.engine.settings.home / "incoming").iterdir())


def test_two_keys_see_nothing_of_each_other(served: Served, club: Path) -> None:
    with served.client() as one, served.client() as other:
        file = one.files.create(file=club, purpose="assistants")
        same = other.files.create(file=club, purpose="assistants")
        assert [file.id] == [found.id for found in one.files.list()]
        assert [same.id] == [found.id for found in other.files.list()]
        for call in (other.files.retrieve, other.files.delete, other.files.content):
            with pytest.raises(openai.NotFoundError):
                call(file.id)
        other.files.delete(same.id)
        assert club.read_bytes() == one.files.content(file.id).content


def test_a_large_body_is_refused_before_it_is_kept(tmp_path: Path) -> None:
    limits = Limits(file=3 << 20, body=1 << 20)
    with serving(tmp_path / "small", secrets=["0123456789abcdef"], limits=limits) as served:
        with served.client("0123456789abcdef") as client:
            for call in (
                lambda: client.files.create(file=("big.pdf", b"%PDF-" + bytes(7 << 20)), purpose="assistants"),
                lambda: client.beta.threads.create(messages=[{"role": "user", "content": "x" * (2 << 20)}]),
            ):
                with pytest.raises(openai.APIStatusError) as refused:
                    call()
                assert (413, "request_too_large") == (refused.value.status_code, refused.value.code)
            assert [] == list(client.files.list())
        assert [] == list((tmp_path / "small").glob("incoming/*"))


@pytest.fixture(scope="module")
def made(served: Served, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """Return a key, and the id of one thing of each kind that was made with it."""
    secret = served.new_key()
    with served.client(secret) as client:
        store = client.vector_stores.create()
        path = pdf(tmp_path_factory.mktemp("made") / "club.pdf", CLUB)
        batch = client.vector_stores.file_batches.upload_and_poll(store.id, files=[path])
        assistant = client.beta.assistants.create(model="m")
        thread = client.beta.threads.create(messages=[{"role": "user", "content": WHO_CLUB}])
        run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id)
        (step, *_) = client.beta.threads.runs.steps.list(run.id, thread_id=thread.id)
        conversation = client.conversations.create(items=[{"role": "user", "content": WHO_CLUB}])
        upload = client.uploads.create(bytes=5, filename="a.pdf", mime_type="application/pdf", purpose="assistants")
        chat = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Why?"}], store=True)
        return secret, {
            "file_id": client.files.list().data[0].id,
            "vector_store_id": store.id,
            "batch_id": batch.id,
            "assistant_id": assistant.id,
            "thread_id": thread.id,
            "message_id": client.beta.threads.messages.list(thread.id).data[0].id,
            "run_id": run.id,
            "step_id": step.id,
            "conversation_id": conversation.id,
            "item_id": str(client.conversations.items.list(conversation.id).data[0].id),
            "response_id": client.responses.create(model="m", input=WHO_CLUB).id,
            "upload_id": upload.id,
            "completion_id": chat.id,
            "model": "org/model",
        }


WRONG: list[Any] = [None, True, -1, 1e308, "", "x" * 300, "\x00", [], [[]], {}, {"type": "x"}, {"a": {"b": {}}}]


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_makes_the_server_fail(name: str, served: Served, made: tuple[str, dict[str, str]]) -> None:
    operation, (secret, ids) = OPERATIONS[name], made
    path = "/v1" + operation.path.format(**ids)
    fields = [field.encode_name for field in msgspec.structs.fields(operation.request or wire.Request)] or ["x"]
    for number, value in enumerate(WRONG):
        sent = {fields[number % len(fields)]: value}
        if number % 2:
            sent = {field: WRONG[(number + place) % len(WRONG)] for place, field in enumerate(fields)}
        if operation.method == "POST":
            answer = post(served, path, sent, authorization=f"Bearer {secret}")
        else:
            answer = ask(served, operation.method, f"{path}?{urlencode(sent)}", authorization=f"Bearer {secret}")
        assert answer.status < 500, (sent, answer.body)
        assert answer.status < 400 or len(answer.error) == 4


def test_a_client_that_goes_away_in_an_upload_leaves_nothing(served: Served) -> None:
    address = urlsplit(served.url)
    head = (
        f"POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.new_key()}\r\nContent-Length: 9000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    )
    incoming = served.engine.settings.home / "incoming"
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + bytes(3_000_000))
        wait_until(lambda: any(incoming.glob("*")))
    wait_until(lambda: not any(incoming.glob("*")))


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.01)


def test_files_are_read_in_a_batch_and_found(client: openai.OpenAI, club: Path, tmp_path: Path) -> None:
    store = client.vector_stores.create(name="clubs", metadata={"kind": "club"})
    mine, damaged = pdf(tmp_path / "mine.pdf", MINE), tmp_path / "damaged.pdf"
    damaged.write_bytes(b"nothing of the kind")
    batch = client.vector_stores.file_batches.upload_and_poll(store.id, files=[club, mine, damaged])
    assert (2, 1, 3) == (batch.file_counts.completed, batch.file_counts.failed, batch.file_counts.total)
    assert batch == client.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store.id)
    (failed,) = client.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id, filter="failed")
    assert failed.last_error
    assert "unsupported_file" == failed.last_error.code
    found = client.vector_stores.search(store.id, query=WHO_CLUB, max_num_results=2).data
    assert "Margaret Holloway" in found[0].content[0].text
    assert "club.pdf" == found[0].filename
    assert {"kind": "club"} == client.vector_stores.retrieve(store.id).metadata


def test_a_file_is_read_and_has_attributes(client: openai.OpenAI, club: Path) -> None:
    store = client.vector_stores.create()
    file = client.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=club)
    assert "completed" == file.status
    changed = client.vector_stores.files.update(
        file.id, vector_store_id=store.id, attributes={"year": 1931, "open": True}
    )
    assert {"year": 1931, "open": True} == changed.attributes
    where = {"type": "and", "filters": [{"type": "gte", "key": "year", "value": 1931}]}
    assert client.vector_stores.search(store.id, query=WHO_CLUB, filters=where).data  # type: ignore[arg-type]
    assert CLUB.split()[0] in client.vector_stores.files.content(file.id, vector_store_id=store.id).data[0].text  # type: ignore[operator]
    client.vector_stores.files.delete(file.id, vector_store_id=store.id)
    assert [] == list(client.vector_stores.files.list(store.id))
    assert file.id == client.files.retrieve(file.id).id


def test_a_file_may_be_sent_in_parts(client: openai.OpenAI, club: Path) -> None:
    upload = client.uploads.upload_file_chunked(
        file=club, mime_type="application/pdf", purpose="assistants", part_size=500
    )
    assert "completed" == upload.status
    assert upload.file
    assert club.read_bytes() == client.files.content(upload.file.id).content


def test_lists_are_paged_both_ways(client: openai.OpenAI) -> None:
    ids = [client.vector_stores.create(name=str(number)).id for number in range(250)]
    newest_first = ids[::-1]
    assert newest_first == [store.id for store in client.vector_stores.list(limit=100)]
    assert ids == [store.id for store in client.vector_stores.list(limit=99, order="asc")]
    page = client.vector_stores.list(limit=10, after=newest_first[4])
    assert newest_first[5:15] == [store.id for store in page.data]
    before = client.vector_stores.list(limit=3, before=newest_first[4])
    assert newest_first[1:4] == [store.id for store in before.data]


def test_trouble_is_told_without_its_details(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with serving(tmp_path / "spoilt") as served:
        secret = served.new_key()
        with served.client(secret) as client:
            id_ = client.beta.assistants.create(model="m", name="Holloway").id
        with served.engine.database.atomic() as connection:
            connection.execute("UPDATE objects SET body = CAST('{Holloway' AS BLOB)")
        unexpected = ask(served, "GET", f"/v1/assistants/{id_}", authorization=f"Bearer {secret}")
        assert (500, "server_error", None, "server_error") == unexpected.error
        assert unexpected.headers["x-request-id"] in unexpected.json["error"]["message"]
        with served.engine.database.atomic() as connection:
            connection.execute("DROP TABLE objects")
        storage = ask(served, "GET", "/v1/files", authorization=f"Bearer {secret}")
        assert (500, "storage_error", None, "storage_error") == storage.error
        assert not any(word in storage.body.decode() for word in (str(tmp_path), "objects"))
    logged = [record for record in caplog.records if record.name == "pdfqa.server" and record.levelname == "ERROR"]
    assert ["unexpected", "failed"] == [record.getMessage() for record in logged]
    assert "no such table" in str(vars(logged[1])["fields"])
    assert "Holloway" not in logs.Lines().format(logged[0])
