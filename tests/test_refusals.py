"""What a strict server refuses: the inputs of scripts/conformance.py --raw, each with its error over a real socket."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.servers import serving

SCRIPTS = str(Path(__file__).parent.parent / "scripts")
sys.path.insert(0, SCRIPTS)
try:
    api, raw, scenes = (importlib.import_module(f"suite.{name}") for name in ("api", "raw", "scenes"))
finally:
    sys.path.remove(SCRIPTS)
CASES = list(raw.cases())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """Yield an API, and the scenes that are set on it."""
    with serving(tmp_path_factory.mktemp("home")) as served:
        port = urlsplit(served.url).port
        client = api.Api(port, key=served.new_key())
        yield client, scenes.Stage(client)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.request}: {case.why}" for case in CASES])
def test_input_is_refused_with_the_field_that_is_wrong(case: Any, stage: tuple[Any, Any]) -> None:
    reply = raw.send(*stage, case)
    assert raw.fault_of(reply, case) == "", f"{reply.status} {reply.body.decode()}"
