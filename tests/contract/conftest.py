"""The three ways to an engine. Each test sees only its own objects: it has an owner, or a key, of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import anyio
import pytest

from pdfqa import Client
from pdfqa.backends.local import LocalBackend
from tests.contract.sdk import SdkBackend
from tests.homes import settings
from tests.servers import Served, serving

WAYS = ("local", "server", "sdk")
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


@contextmanager
def connected(way: str, request: pytest.FixtureRequest) -> Iterator[Client]:
    """Yield a client that goes one of the ways, and sees nothing of what others made."""
    if way == "local":
        embedded: LocalBackend = request.getfixturevalue("embedded")
        client = Client(embedded.owned_by(f"owner-{next(_numbers)}"))
    else:
        served: Served = request.getfixturevalue("served")
        url, secret = f"{served.url}/v1", served.new_key()
        client = Client(SdkBackend(url, secret)) if way == "sdk" else Client(url, api_key=secret, max_retries=0)
    with client:
        yield client


@pytest.fixture(params=WAYS)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return a client, one for each way."""
    with connected(request.param, request) as client:
        yield client
