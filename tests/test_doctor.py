"""`pdfqa models` and `pdfqa doctor`: what a server offers, and whether everything is in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from pdfqa import config
from pdfqa.config import Settings
from pdfqa.engine.doctor import Check, examine
from pdfqa.engine.offers import Offer, offer
from tests.cli_runner import Done
from tests.model_server import ModelServer, model_server, refuses, says

Run = Callable[..., Done]
KEY = {"OPENAI_API_KEY": "k"}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        running.replies_with(says("ready"))
        yield running


def checks(
    home: Path, server: ModelServer, model: str = "tiny", today: date = date(2026, 11, 25), **env: str
) -> dict[str, Check]:
    def load() -> Settings:
        return config.load(home=home, model=model, base_url=server.url, env=env)

    return {check.name: check for check in examine(load, today=today)}


def test_models_are_listed_with_what_is_known_of_them(run: Run, server: ModelServer) -> None:
    server.offers = [
        {"id": "qwen3", "object": "model", "created": 1, "owned_by": "vllm", "max_model_len": 32768},
        {"id": "llama.gguf", "object": "model", "created": 1, "owned_by": "llamacpp", "meta": {"n_ctx_train": 4096}},
        {"id": "old", "object": "model", "created": 1, "owned_by": "x", "shutdown_date": "2027-01-14"},
    ]
    done = run("models", "--base-url", server.url, "--json")
    models = {model["name"]: model for model in json.loads(done.out)["models"]}
    assert {"qwen3": 32768, "llama.gguf": 4096, "old": None} == {
        name: model["context_tokens"] for name, model in models.items()
    }
    assert (models["old"]["shutdown"], models["qwen3"]["shutdown"]) == ("2027-01-14", "")
    done = run("models", "--base-url", server.url)
    assert (done.code, "32,768" in done.out, f"3 models at {server.url}" in done.err) == (0, True, True)


def test_without_a_server_it_is_said_what_answers(run: Run) -> None:
    done = run("models")
    assert (done.code, done.out, "'extractive'" in done.err) == (0, "", True)
    assert {"server": "", "models": []} == json.loads(run("models", "--json").out)


def test_a_server_that_is_not_there_is_told(run: Run) -> None:
    done = run("models", "--base-url", "http://127.0.0.1:9/v1")
    assert (done.code, "models' server cannot be reached" in done.err) == (4, True)
    assert run("models", "--base-url", "nowhere").code == 2


def test_a_model_of_openais_is_known_by_the_table() -> None:
    known = offer(config.load(model="gpt-5", env=KEY), {"id": "gpt-5"})
    assert known == Offer(
        name="gpt-5", input_price=1.25, output_price=10.0, shutdown="2026-12-11", instead="gpt-6.1-sol"
    )
    told = offer(config.load(model="gpt-5", env=KEY), {"id": "gpt-5", "shutdown_date": "2026-12-31"})
    assert told.shutdown == "2026-12-31"


def test_a_home_without_a_model_is_in_order(run: Run, home: Path) -> None:
    done = run("doctor")
    assert (done.code, "model: none" in done.out) == (0, True)
    found = json.loads(run("doctor", "--json").out)["checks"]
    assert {"ok"} == {check["state"] for check in found}
    assert found[0]["told"].startswith(f"{home}: 0 files")


def test_a_model_that_answers_is_in_order(home: Path, server: ModelServer) -> None:
    found = checks(home, server)
    assert {"ok"} == {check.state for check in found.values()}
    assert "first word after" in found["answer"].told
    assert "tiny" == server.asked[0]["model"]


def test_a_model_that_its_server_does_not_list_is_a_warning(home: Path, server: ModelServer) -> None:
    found = checks(home, server, model="big")
    assert ("warning", "ok") == (found["model"].state, found["answer"].state)


def test_a_model_that_nobody_chose_is_not_missed_in_the_list(home: Path, server: ModelServer) -> None:
    assert "model" not in checks(home, server, model="default")


def test_a_window_that_is_smaller_than_what_is_set_is_a_warning(home: Path, server: ModelServer) -> None:
    server.offers[0]["max_model_len"] = 2048
    assert "PDFQA_CONTEXT_TOKENS=2048" in checks(home, server, PDFQA_CONTEXT_TOKENS="4096")["context"].hint


@pytest.mark.parametrize(
    ("today", "state", "told"),
    [
        (date(2026, 1, 1), "ok", "in 378 days"),
        (date(2026, 12, 1), "warning", "in 44 days"),
        (date(2027, 1, 14), "failed", "was shut down"),
    ],
)
def test_a_shutdown_is_warned_of_before_it_comes(
    home: Path, server: ModelServer, today: date, state: str, told: str
) -> None:
    server.offers[0]["shutdown_date"] = "2027-01-14"
    check = checks(home, server, today=today)["shutdown"]
    assert (check.state, told in check.told) == (state, True)


def test_a_model_that_refuses_has_failed(run: Run, server: ModelServer) -> None:
    server.replies_with(refuses(401, "wrong key"))
    done = run("doctor", "--model", "tiny", "--base-url", server.url)
    assert (done.code, "FAILED  answer" in done.out, "wrong key" in done.out) == (4, True, True)


def test_a_model_that_says_nothing_is_a_warning(home: Path, server: ModelServer) -> None:
    server.replies_with(says(""))
    assert "said nothing" in checks(home, server)["answer"].told


def test_a_setting_that_is_wrong_has_failed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_WORKERS", "many")
    done = run("doctor")
    assert (done.code, "FAILED  settings: PDFQA_WORKERS is 'many'" in done.out) == (4, True)


def test_a_database_that_is_damaged_has_failed(run: Run, home: Path) -> None:
    assert run("doctor").code == 0
    database = home / "pdfqa.db"
    data = bytearray(database.read_bytes())
    data[4096:12288] = b"\xff" * 8192
    database.write_bytes(data)
    done = run("doctor")
    assert (done.code, "FAILED  home" in done.out) == (4, True)
