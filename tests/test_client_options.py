"""How servers are asked: whose requests they are, how often again, after how long; and how the methods that wait do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA, AsyncClient, Client
from pdfqa.client import polling
from pdfqa.config import Manners
from pdfqa.errors import BackendError, InvalidValueError, RateLimitError, WaitTimeoutError
from pdfqa.llm import OpenAIModel
from tests.homes import CLUB, WHO_CLUB, pdf
from tests.model_server import ModelServer, model_server, refuses, says

ANSWER = says("Margaret Holloway [1].")
BUSY = refuses(503, "busy")


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def club(tmp_path: Path) -> Path:
    return pdf(tmp_path / "club.pdf", CLUB)


def complete(client: Client) -> str:
    messages = [{"role": "user", "content": "Hello?"}]
    return client.create_completion(model="tiny", messages=messages).choices[0].message.content or ""


def test_a_model_is_told_whose_request_it_is(club: Path, server: ModelServer) -> None:
    server.replies_with(ANSWER)
    with PDFQA(club, model="tiny", base_url=server.url, organization="org-1", project="proj-1") as qa:
        qa.ask(WHO_CLUB)
    assert ("org-1", "proj-1") == (server.headers[0]["openai-organization"], server.headers[0]["openai-project"])
    wished: dict[str, Any] = {"organization": "org-2", "project": "proj-2", "max_retries": 5, "backoff": 1.5}
    with Client(model="tiny", base_url=server.url, **wished) as client:
        backend: Any = client._target._backend
        assert Manners(**wished) == backend.engine.settings.manners


def test_a_server_is_told_whose_request_it_is(server: ModelServer) -> None:
    server.replies_with(ANSWER)
    with (
        Client(server.url, organization="org-1", project="proj-1", max_retries=0) as client,
        pytest.raises(BackendError),
    ):
        complete(client)  # the test's server streams only; what it was sent counts
    assert ("org-1", "proj-1") == (server.headers[0]["openai-organization"], server.headers[0]["openai-project"])


def test_what_the_environment_says_of_openai_goes_to_no_other_server(
    club: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    server.replies_with(ANSWER)
    with PDFQA(club, model="tiny", base_url=server.url) as qa:
        qa.ask(WHO_CLUB)
    assert not any("secret" in value for value in server.headers[0].values())
    assert "org-secret" == OpenAIModel("gpt-5", key="k")._client.organization
    assert "org-1" == OpenAIModel("gpt-5", key="k", manners=Manners(organization="org-1"))._client.organization


def test_a_busy_server_is_asked_again_so_many_times(club: Path, server: ModelServer) -> None:
    server.replies_with(BUSY, BUSY, ANSWER)
    with PDFQA(club, model="tiny", base_url=server.url, max_retries=2, backoff=0.001) as qa:
        assert "Holloway" in qa.ask(WHO_CLUB).text
    assert 3 == len(server.asked)
    server.replies_with(refuses(429, "slow down"))
    with (
        PDFQA(club, model="tiny", base_url=server.url, max_retries=1, backoff=0.001) as qa,
        pytest.raises(RateLimitError, match="2 times in a row"),
    ):
        qa.ask(WHO_CLUB)
    assert 2 == len(server.asked)
    server.replies_with(BUSY)
    with Client(server.url, max_retries=0) as client, pytest.raises(BackendError):
        complete(client)
    assert 1 == len(server.asked)


def test_the_pause_grows_from_what_was_wished_and_a_server_may_say_otherwise() -> None:
    from openai._models import FinalRequestOptions

    asked = FinalRequestOptions(method="get", url="/")
    for backoff in (0.1, 0.5, 4.0):
        pause: Any = OpenAIModel("tiny", key="k", manners=Manners(backoff=backoff))._client._calculate_retry_timeout
        told = [pause(3 - tries, asked) for tries in range(3)]
        assert all(0.75 * backoff * 2**tries <= told[tries] <= backoff * 2**tries for tries in range(3))
        assert 7.0 == pause(3, asked, {"retry-after": "7"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_retries", -1), ("backoff", -0.5), ("timeout", 0), ("polling_interval", 0), ("polling_timeout", -1)],
)
def test_a_number_out_of_range_is_refused_by_its_name(name: str, value: float) -> None:
    options: dict[str, Any] = {name: value}
    for make in (Client, AsyncClient):
        with pytest.raises(InvalidValueError, match=f"{name} is {value}"):
            make(**options)


def test_the_methods_that_wait_have_the_deadline_of_the_client() -> None:
    with Client(polling_timeout=0.05) as client:
        thread = client.create_thread()
        with pytest.raises(WaitTimeoutError, match=r"after 0\.05 s"):
            client.wait_for_assistant_message(thread.id)
        with pytest.raises(WaitTimeoutError, match=r"after 0\.1 s"):
            client.wait_for_assistant_message(thread.id, timeout=0.1)


def test_the_methods_that_wait_look_as_often_as_is_wished(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def end(seen: int) -> int | None:
        return seen if len(pauses) == 8 else None

    async def look() -> int:
        return 1

    monkeypatch.setattr("pdfqa.client.polling.anyio.sleep", sleep)
    asyncio.run(polling.until(end, look, "it", timeout=5, progress=None, longest=0.1))
    assert [0.02, 0.03] == pytest.approx(pauses[:2])
    assert 0.1 == max(pauses) == pauses[-1]
