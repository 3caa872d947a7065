"""What every test has: a home of its own, no settings from outside, and no network."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pdfqa.cli import main
from tests.cli_runner import Done

_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")  # the last is where a server listens for all


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point pdfqa at an empty home directory, and forget the developer's settings."""
    for name in [name for name in os.environ if name.startswith(("PDFQA_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    path = tmp_path / "home"
    monkeypatch.setenv("PDFQA_HOME", str(path))
    monkeypatch.setenv("PDFQA_CREDENTIALS", str(tmp_path / "credentials"))
    return path


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Name the event loop in which tests marked `anyio` run."""
    return "asyncio"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and look-up that leaves this machine."""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _only_here(getattr(socket.socket, name), 1))
    monkeypatch.setattr(socket, "getaddrinfo", _only_here(socket.getaddrinfo, 0))


def _only_here(function: Any, position: int) -> Any:
    def call(*args: Any, **options: Any) -> Any:
        address = args[position] if len(args) > position else options.get("host")
        host = address[0] if isinstance(address, tuple) else address  # a str alone is a Unix socket, or a name
        unix = position == 1 and not isinstance(address, tuple)
        if host is None or unix or str(host).startswith(_LOOPBACK):
            return function(*args, **options)
        raise AssertionError(f"a test reaches for the network: {address!r}")

    return call


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Return a function that runs a command in this process, on an empty home, for a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def call(*args: str | Path) -> Done:
        capfd.readouterr()
        code = main([str(arg) for arg in args])
        return Done(code, *capfd.readouterr())

    return call
