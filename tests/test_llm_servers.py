"""The habits of servers: where each tells how much its model takes, what it refuses, what it calls a thought."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from pdfqa.errors import ContextExceededError
from pdfqa.llm import About, Ended, OpenAIModel, Options, Text, Thought
from tests.model_server import ModelServer, model_server, refuses, says, thinks, weighs

HELLO = [{"role": "user", "content": "hello"}]
LISTED = {"object": "model", "created": 1}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def model(server: ModelServer) -> OpenAIModel:
    return OpenAIModel("tiny", base_url=server.url)


def texts(model: OpenAIModel, **options: Any) -> str:
    return "".join(piece.text for piece in model.stream(HELLO, Options(**options)) if isinstance(piece, Text))


@pytest.mark.parametrize(
    ("entry", "places", "expected"),
    [
        ({"owned_by": "vllm", "max_model_len": 32768}, {}, About(window=32768)),
        ({"owned_by": "x", "context_length": 131072}, {}, About(window=131072)),
        (  # llama.cpp: what it was made for, and what it is run with
            {"owned_by": "llamacpp", "meta": {"n_ctx_train": 32768, "n_params": 630167424}},
            {"/props": {"default_generation_settings": {"n_ctx": 2048}}},
            About(window=2048, parameters=630167424),
        ),
        (
            {"owned_by": "llamacpp", "meta": {"n_ctx": 8192, "n_ctx_train": 32768}},
            {},
            About(window=8192),
        ),
        (  # Ollama gives 4096 where nothing else is set, whatever the model was made for
            {"owned_by": "library"},
            {"/api/show": {"model_info": {"general.parameter_count": 494032768, "qwen2.context_length": 32768}}},
            About(window=4096, parameters=494032768),
        ),
        (
            {"owned_by": "library"},
            {"/api/show": {"model_info": {"qwen2.context_length": 32768}, "parameters": "stop x\nnum_ctx      16384"}},
            About(window=16384),
        ),
        (
            {"owned_by": "library"},
            {
                "/api/show": {"model_info": {"qwen2.context_length": 32768}},
                "/api/ps": {"models": [{"name": "tiny", "context_length": 8192}]},
            },
            About(window=8192),
        ),
        (
            {"owned_by": "library"},
            {"/api/show": {"model_info": {"llama.context_length": 2048}}},
            About(window=2048),
        ),
        (  # LM Studio
            {"owned_by": "organization_owner"},
            {"/api/v0/models": {"data": [{"id": "tiny", "loaded_context_length": 4096, "max_context_length": 32768}]}},
            About(window=4096),
        ),
        ({"owned_by": "me"}, {}, About()),
        ({"owned_by": "me"}, {"/props": {"default_generation_settings": []}, "/api/show": {"model_info": 3}}, About()),
    ],
)
def test_each_server_tells_in_its_place_how_much_a_model_takes(
    server: ModelServer, model: OpenAIModel, entry: dict[str, Any], places: dict[str, Any], expected: About
) -> None:
    server.offers = [{"id": "tiny", **LISTED, **entry}, {"id": "other", **LISTED, "owned_by": "x"}]
    server.places = places
    assert model.about() == expected


def test_the_size_of_a_model_may_be_in_its_name(server: ModelServer) -> None:
    def small(name: str) -> bool:
        return OpenAIModel(name, base_url=server.url).about().small

    assert small("qwen2.5:0.5b")
    assert small("SmolLM2-135M-Instruct")
    assert not small("llama3.1-8b-instruct")
    assert not small("qwen2-72B")
    assert not small("gpt-4o")


def test_a_server_that_is_not_there_is_not_asked_long_what_it_knows() -> None:
    begun = time.monotonic()
    assert OpenAIModel("tiny", base_url="http://127.0.0.1:9/v1").about() == About()
    assert time.monotonic() - begun < 5


def test_openai_is_not_asked_how_much_a_model_takes() -> None:
    assert OpenAIModel("gpt-4o", key="sk-none").about() == About()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."),
        (400, "request (6030 tokens) exceeds the available context size (4096 tokens), try increasing it"),
        (400, "the prompt is too long: 9000 tokens > 8192 maximum"),
        (413, "Input is too long for requested model."),
    ],
)
def test_a_prompt_that_is_too_long_is_told_apart(
    server: ModelServer, model: OpenAIModel, status: int, words: str
) -> None:
    server.replies_with(refuses(status, words))
    with pytest.raises(ContextExceededError, match="takes less at once") as caught:
        texts(model)
    assert "PDFQA_CONTEXT_TOKENS" in caught.value.hint


@pytest.mark.parametrize("option", ["stream_options", "temperature"])
def test_what_we_add_and_a_server_does_not_know_is_left_out(
    server: ModelServer, model: OpenAIModel, option: str
) -> None:
    server.replies_with(refuses(400, f"Unknown parameter: '{option}'"), says("yes"))
    assert texts(model) == "yes"
    assert texts(model) == "yes"
    assert [option in asked for asked in server.asked] == [True, False, False]


def test_what_the_user_sets_is_not_left_out(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(refuses(400, "temperature must be 1"))
    with pytest.raises(Exception, match="temperature must be 1"):
        texts(model, temperature=0.5)
    assert len(server.asked) == 1


def test_a_server_may_know_the_limit_by_its_newer_name_only(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(
        refuses(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."), says("yes")
    )
    assert texts(model, max_tokens=7) == texts(model, max_tokens=7) == "yes"
    assert [asked.get("max_completion_tokens") for asked in server.asked] == [None, 7, 7]


def test_a_server_says_when_to_ask_again(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(refuses(429, "slowly", {"retry-after-ms": "20"}), refuses(503, "x", {"retry-after": "0.01"}))
    server.replies.append(says("now"))
    assert texts(model) == "now"
    assert len(server.asked) == 3


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thoughts_are_told_apart(server: ModelServer, model: OpenAIModel, name: str) -> None:
    server.replies_with(thinks("Hm. ", "Well.", says="Yes.", name=name))
    assert list(model.stream(HELLO, Options())) == [Thought("Hm. "), Thought("Well."), Text("Yes."), Ended()]


def test_an_answer_that_a_server_takes_for_a_thought_is_one(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(thinks("It is ", "Oslo."))
    assert texts(model) == "It is Oslo."


def test_the_weights_of_words_come_with_them(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(weighs(yes=-0.25, no=-1.5))
    asked = Options(max_tokens=1, more={"logprobs": True, "top_logprobs": 2})
    (word, _) = model.stream(HELLO, asked)
    assert word == Text("yes", {"yes": -0.25, "no": -1.5})
    assert (server.asked[0]["logprobs"], server.asked[0]["top_logprobs"]) == (True, 2)


def test_what_a_server_counts_is_learned_from(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(says("x", usage=(24, 1)))
    before = model.count("one two three")
    texts(model)  # two tokens by our count, and six for the message
    assert model.count("one two three") == 3 * before


def test_a_model_may_be_closed_twice(server: ModelServer, model: OpenAIModel) -> None:
    server.replies_with(says("x"))
    texts(model)
    model.close()
    model.close()
