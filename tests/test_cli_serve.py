"""`pdfqa serve` and `pdfqa keys`."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import openai
import pytest

from pdfqa.engine import Engine
from pdfqa.store.keys import Keys, digest
from pdfqa.wire import requests
from tests.cli_runner import COMMAND, Done, environment
from tests.homes import CLUB, nothing_left, pdf, settings

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")
Run = Callable[..., Done]


@contextmanager
def serve(*args: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a server as a process; yield it and where it answers."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--json", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**env),
    )
    with process:
        try:
            assert process.stdout
            yield process, json.loads(process.stdout.readline())["base_url"]
        finally:
            process.kill()


def get(url: str, **headers: str) -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as response:
        return json.load(response)


def stopped(process: subprocess.Popen[str], number: int) -> tuple[int, list[dict[str, Any]]]:
    """Send a signal; return the exit code and the lines of the log."""
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    return process.returncode, [json.loads(line) for line in err.splitlines() if line.startswith("{")]


def test_a_key_is_shown_once_and_only_its_hash_is_kept(run: Run, home: Path) -> None:
    done = run("keys", "add", "laptop")
    secret = done.out.strip()
    assert (0, True) == (done.code, secret.startswith("sk-pdfqa-"))
    assert "shown only now" in done.err
    assert len(secret) > 40
    with Engine(settings(home)) as engine:
        (key,) = Keys(engine.database).all()
    assert (key.name, key.digest) == ("laptop", digest(secret))
    assert secret.encode() not in (home / "pdfqa.db").read_bytes()
    listed = run("keys", "list")
    assert secret not in listed.out
    assert all(word in listed.out for word in ("laptop", key.id, "0 objects"))


def test_keys_have_names_of_their_own_and_may_be_renewed(run: Run) -> None:
    first = json.loads(run("keys", "add", "laptop", "--json").out)
    taken = run("keys", "add", "laptop")
    assert (2, True) == (taken.code, "pdfqa keys renew laptop" in taken.err)
    second = json.loads(run("keys", "renew", "laptop", "--json").out)
    assert (first["id"], True) == (second["id"], first["key"] != second["key"])
    assert 0 == run("keys", "rm", "laptop").code
    assert {"keys": []} == json.loads(run("keys", "list", "--json").out)
    assert "no key yet" in run("keys", "list").err
    assert 2 == run("keys", "rm", "laptop").code


@pytest.mark.parametrize("words", [["add"], ["rm"], ["list", "laptop"], ["lend", "laptop"], []])
def test_keys_says_what_it_takes(words: list[str], run: Run) -> None:
    assert 2 == run("keys", *words).code


def test_what_was_made_with_a_key_goes_with_it_if_that_is_said(run: Run, home: Path, tmp_path: Path) -> None:
    id_ = json.loads(run("keys", "add", "laptop", "--json").out)["id"]
    club = requests.Content(filename="club.pdf", data=pdf(tmp_path / "club.pdf", CLUB).read_bytes())
    with Engine(settings(home)) as engine:
        view = engine.owned_by(id_)
        view.files.create(requests.UploadFile(file=club, purpose="assistants"))
        assert "1 object " in run("keys", "list").out
        view.vector_stores.create(requests.CreateVectorStore(name="mine"))
    refused = run("keys", "rm", "laptop")
    assert 2 == refused.code
    assert "2 objects were made with the key 'laptop'" in refused.err
    assert "2 objects" in run("keys", "list").out
    assert 0 == run("keys", "rm", "laptop", "--with-objects").code
    assert nothing_left(home)
    assert [] == list(home.glob("blobs/*/*"))


@posix
def test_a_server_answers_logs_and_stops(home: Path, tmp_path: Path) -> None:
    club = pdf(tmp_path / "club.pdf", CLUB)
    with serve() as (process, url):
        with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
            file = client.files.create(file=club, purpose="assistants")
            with pytest.raises(openai.NotFoundError) as missing:
                client.files.retrieve("file-missing")
        code, lines = stopped(process, signal.SIGTERM)
    assert 0 == code
    keys = {"time", "level", "event", "request_id", "method", "route", "status", "ms", "key"}
    assert [keys, keys] == [set(line) for line in lines]
    assert [("POST", "/files", 200), ("GET", "/files/{file_id}", 404)] == [
        (line["method"], line["route"], line["status"]) for line in lines
    ]
    assert missing.value.request_id == lines[1]["request_id"]
    assert file.id not in str(lines)
    with Engine(settings(home)) as engine:
        assert file.id == engine.files.get(file.id).id


@posix
def test_the_log_may_go_to_a_file_and_tells_no_names(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with serve("--log-file", str(log)) as (process, url):
        get(f"{url}/files?purpose=assistants")
        with pytest.raises(HTTPError):
            get(f"{url}/vector_stores/Holloway?limit=Margaret")
        assert (0, []) == stopped(process, signal.SIGINT)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [200, 400] == [line["status"] for line in lines]
    assert not any(word in log.read_text() for word in ("Holloway", "Margaret", "purpose"))


@posix
def test_a_server_that_has_to_wait_says_so() -> None:
    command = [*COMMAND, "serve", "--port", "0", "--grace", "5"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stderr
            address = urlsplit(process.stderr.readline().split('"')[1])
            with socket.create_connection((address.hostname, address.port)) as client:
                client.sendall(b"POST /v1/threads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
                get(f"http://{address.netloc}/healthz")
                process.send_signal(signal.SIGINT)
                said = [process.stderr.readline() for _ in range(2)]  # the first is the log's
                assert "Stopping: what is under way may take 5 s. Ctrl-C again stops at once.\n" in said
        finally:
            process.kill()


@posix
def test_the_second_interruption_ends_at_once() -> None:
    with serve() as (process, url):
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port)) as client:
            client.sendall(b"POST /v1/threads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
            get(f"http://{address.netloc}/healthz")
            process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
            assert 130 == stopped(process, signal.SIGINT)[0]


def test_others_are_let_in_with_a_key_only(run: Run) -> None:
    refused = run("serve", "--host", "0.0.0.0", "--port", "0", "--json")
    assert (2, "--host") == (refused.code, refused.json["error"]["param"])
    assert "pdfqa keys add" in refused.json["error"]["hint"]
    short = run("serve", "--host", "0.0.0.0", "--port", "0", "--api-key", "secret", "--json")
    assert (2, "--api-key") == (short.code, short.json["error"]["param"])


@posix
def test_a_key_may_come_from_the_environment_or_the_home(run: Run) -> None:
    made = run("keys", "add", "laptop", "-q").out.strip()
    given = "given-by-the-environment"
    with serve("--host", "0.0.0.0", PDFQA_API_KEYS=f"{given}, another-one-of-those") as (process, shown):
        assert socket.gethostname() in shown  # by its address nobody else would find it
        url = shown.replace(socket.gethostname(), "127.0.0.1")
        for secret in (made, given, "another-one-of-those"):
            assert [] == get(f"{url}/files", Authorization=f"Bearer {secret}")["data"]
        with pytest.raises(HTTPError, match="401"):
            get(f"{url}/files")
        run("keys", "rm", "laptop", "-q")
        with pytest.raises(HTTPError, match="401"):
            get(f"{url}/files", Authorization=f"Bearer {made}")
        code, lines = stopped(process, signal.SIGTERM)
    assert 0 == code
    assert given not in str(lines)
    assert made not in str(lines)


def test_a_port_that_is_taken_is_said(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert 4 == done.code
    assert "cannot be listened on" in done.err
    assert "--port" in done.err


def test_a_model_without_a_server_is_refused_before_anything_starts(run: Run) -> None:
    done = run("serve", "--model", "qwen3", "--port", "0", "--json")
    assert (2, "model") == (done.code, done.json["error"]["param"])


@posix
def test_the_start_is_told_in_one_line() -> None:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )
    with process:
        assert process.stderr
        line = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert ("", "") == process.communicate(timeout=20)
    assert line.startswith("Serving ")
    assert 'OpenAI(base_url="http://127.0.0.1:' in line
    assert 0 == process.returncode
