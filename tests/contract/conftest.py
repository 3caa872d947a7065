"""The ways to an engine. Each test sees only its own objects: it has an owner, or a key, of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import anyio
import msgspec
import pytest

from pdfqa import Client
from pdfqa.backends.local import LocalBackend
from pdfqa.backends.openai import OpenAIBackend
from pdfqa.config import load
from tests.contract.sdk import SdkBackend
from tests.fault_proxy import Proxy, fault_proxy
from tests.homes import settings
from tests.servers import Served, serving

WAYS = ("local", "server", "sdk", "openai")
# What is left out of the openai back-end, and why. Everything else is as on the others.
NOT_AT_OPENAI = {
    "test_a_response_in_the_background_is_waited_for_and_told_again": "OpenAI's refusals have no code to tell them by",
    "test_models_and_vectors": "OpenAI's models are other ones; its refusals have no code to tell them by",
}
_numbers = count(1)


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a server that all tests of the suite share."""
    with serving(tmp_path_factory.mktemp("contract") / "served") as served:
        yield served


@pytest.fixture(scope="package")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBackend]:
    """Return a back-end in this process that all tests of the suite share."""
    backend = LocalBackend(settings(tmp_path_factory.mktemp("contract") / "embedded"))
    yield backend
    anyio.run(backend.close)


@pytest.fixture(scope="package")
def openai_like(served: Served) -> Iterator[Proxy]:
    """Make the server look like OpenAI: without assistants and threads, and without what is pdfqa's own."""
    with fault_proxy(served.url) as proxy:
        yield proxy


def at_openai(request: pytest.FixtureRequest, served: Served) -> OpenAIBackend:
    """Return the openai back-end on a home of its own."""
    proxy: Proxy = request.getfixturevalue("openai_like")
    home: Path = request.getfixturevalue("tmp_path") / "of-openai"
    chosen = load(home=home, backend="openai", base_url=f"{proxy.url}/v1", model_key=served.new_key(), env={})
    return OpenAIBackend(msgspec.structs.replace(chosen, workers=2, busy_seconds=10.0), max_retries=0)


@contextmanager
def connected(way: str, request: pytest.FixtureRequest) -> Iterator[Client]:
    """Yield a client that goes one of the ways, and sees nothing of what others made."""
    if way == "local":
        embedded: LocalBackend = request.getfixturevalue("embedded")
        client = Client(embedded.owned_by(f"owner-{next(_numbers)}"))
    else:
        served: Served = request.getfixturevalue("served")
        url, secret = f"{served.url}/v1", served.new_key()
        if way == "openai":
            client = Client(at_openai(request, served))
        else:
            client = Client(SdkBackend(url, secret)) if way == "sdk" else Client(url, api_key=secret, max_retries=0)
    with client:
        yield client


@pytest.fixture(params=WAYS)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return a client, one for each way."""
    test = getattr(request.node, "originalname", "")
    if request.param == "openai" and test in NOT_AT_OPENAI:
        pytest.skip(NOT_AT_OPENAI[test])
    with connected(request.param, request) as client:
        yield client
