"""Settings: argument, then environment, then default; a wrong value is told."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA, servers
from pdfqa.config import ANY_MODEL, OPENAI_MODEL, STATIC, Settings, default_home, load
from pdfqa.errors import AuthenticationError, InvalidRequestError, PdfqaError
from pdfqa.llm.served import OpenAIModel
from pdfqa.servers import OPENAI_URL

NUMBERS = {
    "PDFQA_WORKERS": ("workers", "3", 3),
    "PDFQA_PAGE_SECONDS": ("page_seconds", "1.5", 1.5),
    "PDFQA_OCR_SECONDS": ("ocr_seconds", "30", 30.0),
    "PDFQA_MAX_PAGES": ("max_pages", "500", 500),
    "PDFQA_MEMORY_MB": ("memory_mb", "512", 512),
    "PDFQA_BUSY_SECONDS": ("busy_seconds", "0", 0.0),
    "PDFQA_CONTEXT_TOKENS": ("context_tokens", "4096", 4096),
}


def test_defaults() -> None:
    settings = load(env={"XDG_DATA_HOME": "/data"})
    assert settings == load(env={"XDG_DATA_HOME": "/data", **dict.fromkeys(NUMBERS, ""), "PDFQA_HOME": ""})
    assert (settings.password, settings.page_seconds, settings.memory_mb, settings.busy_seconds) == (None, 60, 2048, 30)
    assert 1 <= settings.workers <= (os.cpu_count() or 1)


@pytest.mark.parametrize("name", NUMBERS)
def test_the_environment_comes_before_the_default(name: str) -> None:
    field, text, value = NUMBERS[name]
    assert getattr(load(env={name: text}), field) == value
    assert type(getattr(load(env={name: text}), field)) is type(value)


def test_an_argument_comes_before_the_environment(tmp_path: Path) -> None:
    env = {"PDFQA_HOME": str(tmp_path / "env"), "PDFQA_PASSWORD": "env"}
    assert (load(env=env).home, load(env=env).password) == (tmp_path / "env", "env")
    given = load(home=tmp_path / "argument", password="argument", env=env)
    assert (given.home, given.password) == (tmp_path / "argument", "argument")
    assert load(password="", env=env).password == ""


def test_pdfqa_reads_the_environment_when_it_is_made(home: Path, tmp_path: Path) -> None:
    with PDFQA() as from_environment, PDFQA(home=tmp_path / "mine") as from_argument:
        assert from_environment.info().home == str(home)
        assert from_argument.info().home == str(tmp_path / "mine")


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["many", "-1", "nan", "inf", "1e99", " ", "1,5", "0x10", "\u0000"])
def test_a_value_that_is_no_number_in_range_is_told(name: str, text: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"{name} is ") as caught:
        load(env={name: text})
    assert caught.value.param == name
    assert f"Unset {name}" in caught.value.hint


@pytest.mark.parametrize("name", ["PDFQA_WORKERS", "PDFQA_MEMORY_MB"])
def test_a_count_is_a_whole_number(name: str) -> None:
    with pytest.raises(InvalidRequestError, match=name):
        load(env={name: "100.5"})


def test_a_home_is_absolute_and_knows_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert load(home="here", env={}).home == tmp_path / "here"
    assert load(home="~/there", env={}).home == tmp_path / "there"
    assert load(env={"PDFQA_HOME": "~/there"}).home == tmp_path / "there"


def test_a_home_of_an_unknown_user_is_an_error_of_ours() -> None:
    with pytest.raises(PdfqaError):
        load(home="~nosuchuser/pdfqa", env={})


@pytest.mark.parametrize(
    ("platform", "env", "expected"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, Path("/data/pdfqa")),
        ("linux", {}, Path.home() / ".local" / "share" / "pdfqa"),
        ("darwin", {}, Path.home() / "Library" / "Application Support" / "pdfqa"),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/pdfqa")),
        ("win32", {}, Path.home() / "AppData" / "Local" / "pdfqa"),
    ],
)
def test_each_platform_has_its_place(
    platform: str, env: dict[str, str], expected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert default_home(env) == expected


def test_settings_do_not_show_a_password_or_change(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, password="hush")
    assert "hush" not in repr(settings) + str(settings)
    with pytest.raises(AttributeError):
        settings.workers = 5  # type: ignore[misc]


def test_no_model_is_the_default() -> None:
    for env in ({}, {"PDFQA_MODEL": ""}, {"PDFQA_MODEL": "extractive", "PDFQA_BASE_URL": "http://127.0.0.1:1/v1"}):
        assert load(env=env).model is None
    named = {"PDFQA_MODEL": "tiny", "PDFQA_BASE_URL": "http://127.0.0.1:1/v1"}
    assert load(model="extractive", env=named).model is None


def test_a_model_is_given_by_argument_or_environment() -> None:
    env = {"PDFQA_MODEL": "tiny", "PDFQA_BASE_URL": "http://127.0.0.1:8080/v1", "PDFQA_MODEL_KEY": "hush"}
    settings = load(env=env)
    assert (settings.model, settings.base_url, settings.model_key) == ("tiny", "http://127.0.0.1:8080/v1", "hush")
    settings = load(model="big", base_url="https://models.example/v1", model_key="mine", env=env)
    assert (settings.model, settings.base_url, settings.model_key) == ("big", "https://models.example/v1", "mine")
    assert "mine" not in repr(settings) + str(settings)


def test_openais_own_key_goes_to_openai_only() -> None:
    assert load(model="gpt-9", env={"OPENAI_API_KEY": "theirs"}).model_key == "theirs"
    elsewhere = load(model="gpt-9", base_url="http://127.0.0.1:1", env={"OPENAI_API_KEY": "theirs"})
    assert elsewhere.model_key is None


def test_the_openai_back_end_has_a_place_a_model_and_a_key_of_its_own() -> None:
    theirs = {"OPENAI_API_KEY": "theirs", "PDFQA_API_KEY": "mine", "PDFQA_BASE_URL": "http://127.0.0.1:1"}
    settings = load(backend="openai", env=theirs)
    assert (settings.base_url, settings.model, settings.model_key) == (OPENAI_URL, OPENAI_MODEL, "theirs")
    assert settings.hosted_by_openai
    moved = load(backend="openai", env={**theirs, "OPENAI_BASE_URL": "http://127.0.0.1:2/v1"})
    assert (moved.base_url, moved.model_key) == ("http://127.0.0.1:2/v1", "theirs")
    elsewhere = load(backend="openai", base_url="http://127.0.0.1:3/v1", env=theirs)
    assert (elsewhere.base_url, elsewhere.model_key) == ("http://127.0.0.1:3/v1", "mine")
    assert load(backend="openai", model_key="given", model="openai/gpt-9", env=theirs).model_key == "given"


def test_a_server_may_be_the_back_end() -> None:
    settings = load(backend="http://127.0.0.1:8008/v1/", env={"OPENAI_API_KEY": "theirs"})
    assert (settings.backend, settings.base_url) == ("http://127.0.0.1:8008/v1", "http://127.0.0.1:8008/v1")
    assert (settings.model, settings.model_key) == (ANY_MODEL, None)


def test_only_who_asks_for_it_goes_by_the_variable() -> None:
    env = {"PDFQA_BACKEND": "openai", "OPENAI_API_KEY": "theirs"}
    assert load(env=env).backend == "local"
    assert load(backend=None, env=env).backend == "openai"
    assert load(backend="local", env=env).backend == "local"


def test_a_back_end_that_cannot_be_used_is_told_at_once() -> None:
    with pytest.raises(InvalidRequestError, match="'opneai'") as caught:
        load(backend="opneai", env={})
    assert caught.value.param == "backend"
    with pytest.raises(AuthenticationError, match="no API key for https://api"):
        load(backend="openai", env={})
    for model in ("extractive", "tiny.gguf"):
        with pytest.raises(InvalidRequestError, match="answers on this machine"):
            load(backend="openai", model=model, env={"OPENAI_API_KEY": "theirs"})


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"model": "gpt-9"}, "model"),
        ({"base_url": "http://127.0.0.1:1"}, "model"),
        *(
            ({"model": "m", "base_url": url}, "base_url")
            for url in ("127.0.0.1:80", "ftp://a/b", "http://", "http://[", "http://a:b")
        ),
    ],
)
def test_a_model_that_cannot_be_reached_is_told_at_once(given: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        load(**given, env={})
    assert caught.value.param == param
    assert caught.value.hint


def test_workers_are_counted_where_the_system_cannot_say_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert load(env={}).workers == (os.cpu_count() or 1)


def test_the_default_embedder_is_the_table_of_the_package() -> None:
    from pdfqa.embed import DEFAULT_NAME

    assert DEFAULT_NAME == STATIC
    assert load(env={"PDFQA_EMBEDDER": STATIC}).embedder is None


def test_an_embedder_is_a_known_name_or_a_folder(tmp_path: Path) -> None:
    assert load(embedder="multilingual").embedder == "multilingual"
    assert load(env={"PDFQA_EMBEDDER": str(tmp_path)}).embedder == str(tmp_path)
    assert load(reranker=str(tmp_path)).reranker == str(tmp_path)
    assert load(reranker="none", env={"PDFQA_RERANKER": str(tmp_path)}).reranker is None
    with pytest.raises(InvalidRequestError, match="the embedder 'minilm' is not known") as caught:
        load(embedder="minilm")
    assert "'multilingual' or a folder" in caught.value.hint
    with pytest.raises(InvalidRequestError, match="the reranker 'multilingual' is not known"):
        load(reranker="multilingual")


@pytest.mark.parametrize(
    ("url", "so"),
    [
        (None, True),
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.evil.net/v1", False),
        ("https://gate.example/api.openai.com/v1", False),
    ],
)
def test_only_openais_own_address_is_taken_for_it(url: str | None, so: bool) -> None:
    assert so == servers.is_openai(url)
    assert so == OpenAIModel("m", base_url=url)._is_openai
