"""The server, asked over a real socket by OpenAI's own client and by hand."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest

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
    assert ask(served, "GET", "/v1/files/").status == 404


def test_a_wrong_method_is_told_the_right_ones(served: Served) -> None:
    answer = ask(served, "PUT", "/v1/assistants")
    assert answer.error == (405, "method_not_allowed", None, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"
