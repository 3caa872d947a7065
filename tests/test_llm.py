"""Chat models behind a real server: what they write comes out, what goes wrong is told in the server's words."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from pdfqa.errors import BackendError, RateLimitError, StoppedError
from pdfqa.llm import Ended, OpenAIModel, Options, Piece, Text, ToolCall, interruptible
from tests.model_server import ModelServer, breaks_off, calls, model_server, refuses, says, says_then_waits, sends

HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def model(server: ModelServer) -> OpenAIModel:
    return OpenAIModel("tiny", base_url=server.url, key="sk-hush")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the SDK try again at once."""
    for name in ("INITIAL_RETRY_DELAY", "MAX_RETRY_DELAY"):
        monkeypatch.setattr(f"openai._base_client.{name}", 0.001)


def written(model: OpenAIModel, options: Options | None = None) -> list[Piece]:
    return list(model.stream(HELLO, options or Options()))


def test_text_comes_in_pieces_and_the_tokens_are_counted(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(says("Good ", "day"))
    assert written(model) == [Text("Good "), Text("day"), Ended("stop", 100, 10)]
    assert server.asked[0]["messages"] == HELLO
    assert server.asked[0]["model"] == "tiny"


def test_what_the_server_does_not_count_is_not_known(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(says("x", usage=None, reason="length"))
    assert written(model) == [Text("x"), Ended("length", None, None)]


def test_a_function_call_is_put_together(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(calls("weather", '{"city": "Oslo"}', ahead="Let me see."))
    assert written(model) == [
        Text("Let me see."),
        ToolCall("call_1", "weather", '{"city": "Oslo"}'),
        Ended("tool_calls", 50, 5),
    ]


def test_only_what_is_given_is_sent(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(says("x"))
    written(model)
    assert set(server.asked[0]) == {"model", "messages", "stream", "stream_options", "temperature"}
    assert server.asked[0]["temperature"] == 0
    options = Options(
        max_tokens=5,
        temperature=0.25,
        top_p=0.5,
        stop=["."],
        seed=7,
        response_format={"type": "json_object"},
        tools=[{"type": "function", "function": {"name": "f"}}],
        tool_choice="required",
        parallel_tool_calls=False,
        more={"presence_penalty": 1.5},
    )
    written(model, options)
    sent = server.asked[1]
    assert (sent["max_tokens"], sent["temperature"], sent["top_p"], sent["stop"], sent["seed"]) == (
        5,
        0.25,
        0.5,
        ["."],
        7,
    )
    assert (sent["presence_penalty"], "more" in sent) == (1.5, False)
    assert sent["response_format"] == {"type": "json_object"}
    assert (sent["tool_choice"], sent["parallel_tool_calls"], len(sent["tools"])) == ("required", False, 1)


def test_a_local_server_needs_no_key(server: ModelServer) -> None:
    server.replies_with(says("x"))
    assert written(OpenAIModel("tiny", base_url=server.url))


@pytest.mark.parametrize(
    ("status", "hint"), [(400, "log"), (401, "PDFQA_MODEL_KEY"), (403, "key"), (404, "have this model")]
)
def test_a_refusal_is_told_in_the_servers_words(
    server: ModelServer, model: OpenAIModel, status: int, hint: str
) -> None:
    server.replies_with(refuses(status, "no such thing for sk-hush"))
    with pytest.raises(BackendError, match=f"tiny refused .HTTP {status}.: no such thing for …") as caught:
        written(model)
    assert hint in caught.value.hint
    assert "hush" not in str(caught.value)
    assert len(server.asked) == 1


def test_who_asks_too_often_is_told_so(
    server: ModelServer, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.001)
    monkeypatch.setattr("openai._base_client.MAX_RETRY_DELAY", 0.001)
    server.replies_with(refuses(429, "quota used up"))
    with pytest.raises(RateLimitError, match="quota used up"):
        written(model)
    assert len(server.asked) == 4


@pytest.mark.usefixtures("impatient")
def test_a_server_that_was_busy_is_asked_again(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(refuses(503, "loading"), says("now"))
    assert written(model)[0] == Text("now")


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(BackendError, match=r"cannot be reached: (?!.*Errno).*refused") as caught:
        written(OpenAIModel("tiny", base_url="http://127.0.0.1:9/v1"))
    assert "running" in caught.value.hint
    assert "PDFQA_BASE_URL" in caught.value.hint


@pytest.mark.usefixtures("impatient")
def test_a_server_that_says_nothing_is_given_up(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdfqa.llm.served._SILENCE", 0.05)
    silence = threading.Event()
    server.replies_with(says_then_waits("well", until=silence))
    with pytest.raises(BackendError, match=r"tiny said nothing for 0\.05 s"):
        written(OpenAIModel("tiny", base_url=server.url))
    silence.set()


def test_openai_itself_knows_a_limit_by_its_newer_name(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    server.replies_with(says("x"))
    written(OpenAIModel("tiny", key="k"), Options(max_tokens=5))
    assert (server.asked[0]["max_completion_tokens"], "max_tokens" in server.asked[0]) == (5, False)


def test_a_connection_that_breaks_is_an_error(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(breaks_off("half an ans"))
    pieces = model.stream(HELLO, Options())
    assert next(pieces) == Text("half an ans")
    with pytest.raises(BackendError, match="tiny broke off in the middle of its answer"):
        list(pieces)


def test_an_answer_whose_end_is_missing_is_an_error(server: ModelServer, model: OpenAIModel) -> None:
    whole = bytes(says("half an ans", usage=None)({}).body).split(b"\n\n")
    server.replies_with(sends(whole[0] + b"\n\n"))
    with pytest.raises(BackendError, match="broke off in the middle of its answer: it ended without saying so"):
        written(model)


@pytest.mark.parametrize("data", [b"", b"<html><body>It works!</body></html>"])
def test_what_is_no_chat_completion_is_told(server: ModelServer, model: OpenAIModel, data: bytes) -> None:
    server.replies_with(sends(data))
    with pytest.raises(BackendError, match="sent what cannot be read: no chat completion") as caught:
        written(model)
    assert "/v1" in caught.value.hint


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    server: ModelServer, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    server.replies_with(says("x"))
    assert written(model)[0] == Text("x")


@pytest.mark.parametrize("data", [b"data: {nonsense\n\n", b'data: {"error": {"message": "out of memory"}}\n\n'])
def test_what_cannot_be_read_is_an_error(server: ModelServer, model: OpenAIModel, data: bytes) -> None:
    server.replies_with(sends(data))
    with pytest.raises(BackendError, match=r"tiny (sent what cannot be read|failed: out of memory)"):
        written(model)


def test_a_model_does_not_show_its_key(model: OpenAIModel) -> None:
    assert repr(model) == "OpenAIModel('tiny')"


def test_a_silent_model_is_left(server: ModelServer, model: OpenAIModel) -> None:
    silence, unwanted = threading.Event(), threading.Event()
    server.replies_with(says_then_waits("well", until=silence))
    pieces = interruptible(model.stream(HELLO, Options()), unwanted.is_set)
    assert next(pieces) == Text("well")
    threading.Timer(0.05, unwanted.set).start()
    started = time.monotonic()
    with pytest.raises(StoppedError):
        next(pieces)
    assert time.monotonic() - started < 1
    silence.set()


def test_what_is_wanted_comes_whole(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(says(*"abcdefgh"))
    pieces = interruptible(model.stream(HELLO, Options()), lambda: False)
    assert "".join(piece.text for piece in pieces if isinstance(piece, Text)) == "abcdefgh"
    server.replies_with(refuses(400, "no"))
    with pytest.raises(BackendError, match="no"):
        list(interruptible(model.stream(HELLO, Options()), lambda: False))


def test_a_model_that_is_far_ahead_ends_when_nobody_takes_what_it_writes() -> None:
    closed = threading.Event()

    def endless() -> Iterator[Piece]:
        try:
            while True:
                yield Text("more")
        finally:
            closed.set()

    pieces = interruptible(endless(), lambda: False)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert closed.wait(2)
