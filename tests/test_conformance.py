"""The proxy of scripts/conformance.py: what it changes in a request, and that the documentation lists it."""

from __future__ import annotations

import importlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "compatibility.md"


@pytest.fixture
def mending() -> Iterator[Any]:
    sys.path.insert(0, str(ROOT / "scripts"))
    yield importlib.import_module("suite.mending")
    sys.path.remove(str(ROOT / "scripts"))


class Scenes:
    """Stands for a server's scenes: ids that say what they are of, and which routes asked for one."""

    def __init__(self) -> None:
        self.set: list[str] = []

    def __call__(self, route: Any) -> dict[str, str]:
        self.set.append(route.scene)
        names = ("thread_id", "run_id", "tool_call_id", "file_id", "vector_store_id", "conversation_id")
        return {name: f"real-{name}" for name in names}


def sent_on(mending: Any, request: str, body: Any = None, *, scenes: Scenes | None = None) -> tuple[str, Any]:
    """Return the path and body that a request has behind the proxy."""
    method, _, path = request.partition(" ")
    given = b"" if body is None else json.dumps(body).encode()
    mended = mending.mend(method, path, given, json_body=body is not None, setting=scenes or Scenes())
    return mended.path, json.loads(mended.body) if mended.body else None


def test_placeholders_in_a_path_become_real_ids(mending: Any) -> None:
    path, _ = sent_on(mending, "GET /threads/thread_id/runs/run_id?include%5B%5D=a%5B%2A%5D")
    assert path == "/threads/real-thread_id/runs/real-run_id?include%5B%5D=a%5B%2A%5D"


def test_other_ids_stay_and_no_scene_is_set_for_them(mending: Any) -> None:
    scenes = Scenes()
    assert sent_on(mending, "GET /threads/thread_abc", scenes=scenes) == ("/threads/thread_abc", None)
    assert [] == scenes.set


def test_a_word_of_the_path_is_no_id(mending: Any) -> None:
    assert sent_on(mending, "POST /threads/runs", {"assistant_id": "asst_1"})[0] == "/threads/runs"


def test_what_a_strict_server_refuses_is_mended(mending: Any) -> None:
    path, _ = sent_on(mending, "GET /vector_stores?after=after&before=before&limit=0&order=asc")
    assert path == "/vector_stores?limit=1&order=asc"


def test_a_value_of_another_meaning_stays(mending: Any) -> None:
    assert sent_on(mending, "GET /vector_stores?limit=10&after=vs_1")[0] == "/vector_stores?limit=10&after=vs_1"
    fields = {"truncation_strategy": {"type": "last_messages", "last_messages": 2}, "assistant_id": "asst_1"}
    assert sent_on(mending, "POST /threads/runs", fields)[1] == fields


def test_one_of_two_fields_that_exclude_each_other_is_kept(mending: Any) -> None:
    search = {"vector_store_ids": ["string"], "vector_stores": [{"file_ids": ["string"]}]}
    _, body = sent_on(mending, "POST /threads", {"tool_resources": {"file_search": search}})
    assert body == {"tool_resources": {"file_search": {"vector_store_ids": ["real-vector_store_id"]}}}


def test_what_is_missing_is_filled_in(mending: Any) -> None:
    path = "/threads/thread_id/runs/run_id/submit_tool_outputs"
    _, body = sent_on(mending, f"POST {path}", {"tool_outputs": [{}]})
    assert body == {"tool_outputs": [{"output": "output", "tool_call_id": "real-tool_call_id"}]}


def test_a_batch_of_nothing_gets_a_file_and_the_rules_are_counted(mending: Any) -> None:
    path = "/vector_stores/vs_abc123/file_batches"
    mended = mending.mend("POST", path, b"{}", json_body=True, setting=Scenes())
    assert json.loads(mended.body) == {"file_ids": ["real-file_id"]}
    assert len(mending.counted(Counter(mended.applied))) == 2


def test_each_request_sets_one_scene(mending: Any) -> None:
    scenes = Scenes()
    attachment = {"file_id": "file_id", "tools": []}
    sent_on(mending, "POST /threads/thread_id/messages", {"attachments": [attachment]}, scenes=scenes)
    assert len(scenes.set) == 1


def test_the_page_lists_what_the_proxy_changes(mending: Any) -> None:
    listed = PAGE.read_text(encoding="utf-8").partition("<!-- changed requests -->\n")[2].partition("<!-- end -->")[0]
    assert mending.deviations() == listed.strip(), "run: python scripts/conformance.py --deviations --write"
