"""Keys of servers: in which order they are looked for, who may read them, where they go, and where they do not."""

from __future__ import annotations

import io
import logging
import os
import stat
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pdfqa import PDFQA, Client, credentials, servers
from pdfqa.config import load
from pdfqa.errors import AuthenticationError, InvalidRequestError, PdfqaError
from tests.cli_runner import Done
from tests.homes import CLUB, WHO_CLUB, pdf
from tests.model_server import ModelServer, model_server, refuses, says

Run = Callable[..., Done]
KEY = "sk-SECRET-0123456789abcdef"
HOST = "https://llm.example.com/v1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "credentials"  # as `conftest.home` sets PDFQA_CREDENTIALS


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """Put a keyring in the place of the package, and return what it holds."""
    held: dict[tuple[str, str], str] = {}
    module = types.ModuleType("keyring")
    module.__spec__ = types.SimpleNamespace()  # type: ignore[assignment]
    module.get_keyring = lambda: types.SimpleNamespace(priority=5)  # type: ignore[attr-defined]
    module.get_password = lambda service, name: held.get((service, name))  # type: ignore[attr-defined]
    module.set_password = lambda service, name, key: held.update({(service, name): key})  # type: ignore[attr-defined]
    module.delete_password = lambda service, name: held.pop((service, name))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    return held


def write(file: Path, text: str, mode: int = 0o600) -> None:
    file.write_text(text)
    file.chmod(mode)


def login(run: Run, monkeypatch: pytest.MonkeyPatch, *args: str, key: str = KEY) -> Done:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{key}\n"))
    return run("login", *args)


def test_an_argument_comes_before_a_variable_and_that_before_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, f"# mine\n\nopenai {KEY}\n{HOST} {KEY}-2\n")
    assert load(model="gpt-9").model_key == KEY
    assert load(model="m", base_url=HOST).model_key == f"{KEY}-2"
    assert load(backend="openai").model_key == KEY
    assert load(backend=HOST).model_key == f"{KEY}-2"
    assert servers.embedder_key(None) == KEY
    monkeypatch.setenv("OPENAI_API_KEY", "of-a-variable")
    assert load(model="gpt-9").model_key == load(backend="openai").model_key == "of-a-variable"
    assert load(model="gpt-9", model_key="given").model_key == "given"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (HOST, True),
        ("https://llm.example.com", True),
        ("https://LLM.example.com:443/v1/", True),
        ("http://llm.example.com/v1", False),
        ("https://llm.example.com:8443/v1", False),
        ("https://llm.example.com.evil.net/v1", False),
        ("https://evil.net/llm.example.com/v1", False),
        ("https://llm.example.com/v1/models", True),
        ("https://llm.example.com/others/v1", False),
        (None, False),
    ],
)
def test_a_key_goes_to_the_address_that_it_is_kept_for(file: Path, url: str | None, found: bool) -> None:
    write(file, f"{HOST} {KEY}\n")
    assert (KEY if found else None) == servers.key(url, None)


def test_the_longest_address_that_fits_counts(file: Path) -> None:
    write(file, "https://gate.example one\nhttps://gate.example/team/v1 two\n")
    assert [servers.key(f"https://gate.example{path}", None) for path in ("/v1", "/team/v1", "/teams/v1")] == [
        "one",
        "two",
        "one",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_file_that_others_can_read_or_write_is_refused(file: Path, run: Run, mode: int) -> None:
    write(file, f"openai {KEY}\n", mode)
    with pytest.raises(AuthenticationError, match="others can read") as caught:
        load(model="gpt-9")
    assert f"chmod 600 {file}" in caught.value.hint
    assert KEY not in str(caught.value) + caught.value.hint
    # Who asks no server is not bothered.
    assert run("info").code == 0


@pytest.mark.parametrize("text", [f"{KEY}\n", f"openai = {KEY}\n", f"llm.example.com {KEY}\n", f"openai\t\x07{KEY}\n"])
def test_a_wrong_line_is_told_by_its_number(file: Path, text: str) -> None:
    write(file, f"# one\n{text}")
    with pytest.raises(AuthenticationError, match="line 2") as caught:
        load(model="gpt-9")
    assert KEY not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("key", [f"{KEY}\nX-Other: 1", f"“{KEY}”", f"{KEY} {KEY}", "\t"])
def test_what_cannot_be_a_key_is_refused_before_it_is_sent(key: str) -> None:
    for call in (
        lambda: load(model="gpt-9", model_key=key),
        lambda: Client("http://127.0.0.1:9/v1", api_key=key),
        lambda: load(backend="openai", env={"OPENAI_API_KEY": key}),
    ):
        with pytest.raises(AuthenticationError, match="character that no key has") as caught:
            call()
        assert KEY not in str(caught.value)
    assert load(model="gpt-9", model_key=f" {KEY}\n").model_key == KEY


@pytest.mark.parametrize("url", [f"http://me:{KEY}@127.0.0.1:9/v1", f"http://127.0.0.1:9/v1?key={KEY}"])
def test_an_address_with_a_key_in_it_is_refused(url: str, tmp_path: Path) -> None:
    for options in ({"model": "m", "base_url": url}, {"backend": url}, {"embedder": f"tiny@{url}"}):
        with pytest.raises(InvalidRequestError) as caught:
            load(home=tmp_path, **options)  # type: ignore[arg-type]
        assert KEY not in str(caught.value) + caught.value.hint
    with pytest.raises(InvalidRequestError):
        Client(url)


def test_login_keeps_a_key_and_logout_forgets_it(file: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    done = login(run, monkeypatch)
    assert (done.code, KEY in done.out + done.err, str(file) in done.err.replace("\n", "")) == (0, False, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 or sys.platform == "win32"
    assert [file] == list(file.parent.glob("*cred*"))
    assert login(run, monkeypatch, HOST, key="another").code == 0
    assert load(model="gpt-9").model_key == KEY
    assert run("login", "--list").out == f"{'openai':<{len(HOST)}}  file\n{HOST}  file\n"
    assert run("logout").code == 0
    assert run("logout").code == 2
    assert (load(model="m", base_url=HOST).model_key, servers.key(None, None)) == ("another", None)


def test_a_file_that_is_a_link_stays_one(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    write(real, f"{HOST} old\n")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.symlink_to(real)
    credentials.keep(HOST, KEY, os.environ, in_keyring=False)
    assert file.is_symlink()
    assert f"{HOST} {KEY}\n" == real.read_text()
    assert 0o600 == stat.S_IMODE(real.stat().st_mode)


def test_no_key_and_no_server_are_told(run: Run, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    assert "is empty" in login(run, monkeypatch, key="").err
    assert "no address" in login(run, monkeypatch, "example").err
    assert not file.exists()


def test_the_keyring_has_it_where_there_is_one(
    file: Path, run: Run, monkeypatch: pytest.MonkeyPatch, keyring: dict[tuple[str, str], str]
) -> None:
    assert "in the keyring" in login(run, monkeypatch).err
    assert (keyring, file.read_text()) == ({("pdfqa", "openai"): KEY}, "openai @keyring\n")
    assert load(model="gpt-9").model_key == KEY
    assert run("login", "--list").out == "openai  keyring\n"
    assert login(run, monkeypatch, HOST, "--file").code == 0
    assert len(keyring) == 1
    assert run("logout").code == 0
    assert not keyring


def test_a_keyring_that_is_gone_or_fails_is_told_without_the_key(
    file: Path, monkeypatch: pytest.MonkeyPatch, keyring: dict[tuple[str, str], str]
) -> None:
    write(file, "openai @keyring\n")
    with pytest.raises(AuthenticationError, match="the keyring has no key for openai"):
        load(model="gpt-9")

    def fail(*_: str) -> None:
        raise RuntimeError(KEY)

    monkeypatch.setattr(sys.modules["keyring"], "get_password", fail)
    with pytest.raises(AuthenticationError, match="RuntimeError") as caught:
        load(model="gpt-9")
    assert KEY not in str(caught.value)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(AuthenticationError, match="not installed"):
        load(model="gpt-9")


def test_a_key_is_in_nothing_that_a_session_leaves_behind(
    tmp_path: Path, home: Path, server: ModelServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    paper, seen = pdf(tmp_path / "papers" / "club.pdf", CLUB), []
    given = {"model": "tiny", "base_url": server.url, "model_key": KEY}
    with PDFQA(paper, home=home, **given) as qa:  # type: ignore[arg-type]
        server.replies_with(says("Margaret Holloway is the treasurer [1]."))
        answer = qa.ask(WHO_CLUB)
        (tmp_path / "saved").mkdir()
        for name in ("a.md", "a.html", "a.json", "a.docx"):
            answer.save(tmp_path / "saved" / name)
        chat = qa.chat()
        chat.ask(WHO_CLUB)
        chat.save_context(tmp_path / "saved" / "chat.json")
        seen += [repr(value) for value in (qa, answer, chat, qa._engine.settings, qa._engine.model)]
        for status in (401, 429, 500):  # servers repeat it
            server.replies_with(refuses(status, f"Incorrect API key provided: {KEY}."))
            with pytest.raises(PdfqaError) as caught:
                qa.ask(f"{WHO_CLUB} {status}")
            seen += _told(caught)
    with Client(server.url, api_key=KEY, max_retries=0) as client, pytest.raises(PdfqaError) as caught:
        client.create_response(model="tiny", input=WHO_CLUB)
    seen += [*_told(caught), repr(client)]
    seen += [caplog.text, *capfd.readouterr()]
    assert server.headers[-1]["authorization"] == f"Bearer {KEY}"
    assert not [text for text in seen if KEY in text]
    left = [path for folder in (home, tmp_path / "saved") for path in folder.rglob("*") if path.is_file()]
    assert len(left) > 3
    assert not [path for path in left if KEY.encode() in path.read_bytes()]


def _told(caught: pytest.ExceptionInfo[PdfqaError]) -> list[str]:
    """Return all that somebody sees of an error, its traceback with the errors that led to it included."""
    import traceback

    error = caught.value
    return [str(error), repr(error), error.hint, "".join(traceback.format_exception(error))]
