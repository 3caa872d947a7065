"""Embedders behind a server that speaks OpenAI's API: `pdfqa serve` with its own, behind a proxy that counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pdfqa import PDFQA, errors
from pdfqa.config import Settings, load
from pdfqa.embed import builtin
from pdfqa.engine import Engine
from pdfqa.servers import is_served
from pdfqa.store import Vectors
from tests.fault_proxy import Fault, Proxy, error, fault_proxy
from tests.homes import CLUB, MINE, PARK, WHO_PARK, long_pdf, pdf
from tests.servers import serving

EMBED = r"POST /v1/embeddings$"


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with serving(tmp_path_factory.mktemp("embedder") / "served") as served, fault_proxy(served.url) as proxy:
        yield proxy


@pytest.fixture
def proxy(proxied: Proxy) -> Proxy:
    proxied.forget()
    return proxied


def name(proxy: Proxy) -> str:
    return f"tiny@{proxy.url}/v1"


def asked(proxy: Proxy) -> list[int]:
    """Return of how many texts each request was."""
    return [len(one.json["input"]) for one in proxy.asked if one.path == "/v1/embeddings" and one.status == 200]


def test_passages_and_questions_are_embedded_there(proxy: Proxy, tmp_path: Path) -> None:
    paper = pdf(tmp_path / "club.pdf", CLUB, PARK)
    with PDFQA(paper, home=tmp_path / "home", embedder=name(proxy)) as qa:
        assert [] == qa.add().failed
        assert name(proxy) == qa.info().embedder
        assert 2 == qa.search(WHO_PARK, k=1)[0].page
    assert {"tiny"} == {one.json["model"] for one in proxy.asked}
    # One text to see how long the vectors are, the two passages, the question.
    assert [1, 2, 1] == asked(proxy)


def test_no_text_is_embedded_twice(proxy: Proxy, tmp_path: Path) -> None:
    paper = pdf(tmp_path / "club.pdf", CLUB, PARK)
    with PDFQA(paper, home=tmp_path / "home", embedder=name(proxy)) as qa:
        qa.add()
        qa.search(WHO_PARK)
        proxy.forget()
        assert 1 == len(qa.reindex(everything=True).reindexed)
        qa.search(WHO_PARK)
    with PDFQA(paper, home=tmp_path / "home", embedder=name(proxy)) as qa:
        qa.search(WHO_PARK)
    assert [] == proxy.asked


def test_many_passages_go_in_batches_and_what_was_stopped_goes_on(proxy: Proxy, tmp_path: Path) -> None:
    paper = long_pdf(tmp_path / "log.pdf", 150)
    broken = Fault(EMBED, times=None, status=400, body=error("Not now."), hit=lambda one: len(asked(proxy)) >= 2)
    proxy.faults.append(broken)
    with PDFQA(paper, home=tmp_path / "home", embedder=name(proxy)) as qa:
        [failure] = qa.add().failed
        assert "Not now." in failure.message
        done = sum(asked(proxy)[1:])
        assert done
        proxy.forget()
    with PDFQA(paper, home=tmp_path / "home", embedder=name(proxy)) as qa:
        report = qa.add()
        assert 150 == report.pages
        assert max(asked(proxy)) <= 96
        assert sum(asked(proxy)) == qa.info().passages - done


def test_its_vectors_are_those_that_it_made(proxy: Proxy, tmp_path: Path) -> None:
    with Engine(Settings(home=tmp_path / "home", embedder=name(proxy))) as engine:
        texts = ["a ship", "", "a boat", "a ship"]
        made = engine.index_embedder.encode(texts)
    assert (4, builtin().dimensions) == made.shape
    assert np.allclose(builtin().encode(texts), made, atol=2e-3)


def test_vectors_of_another_embedder_are_not_searched_with_it(proxy: Proxy, tmp_path: Path) -> None:
    paper = pdf(tmp_path / "club.pdf", CLUB)
    with PDFQA(paper, home=tmp_path / "home", embedder=name(proxy)) as qa:
        qa.add()
    with PDFQA(paper, home=tmp_path / "home") as qa, pytest.raises(errors.EmbedderMismatchError, match="tiny@"):
        qa.search(WHO_PARK)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    paper = pdf(tmp_path / "club.pdf", CLUB)
    with PDFQA(paper, home=tmp_path / "home", embedder="tiny@http://127.0.0.1:9/v1") as qa:
        [failure] = qa.add().failed
    assert "the embedder tiny@" in failure.message
    assert "cannot be reached" in failure.message


def test_openais_are_asked_for_short_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "theirs")
    monkeypatch.setenv("PDFQA_BASE_URL", "http://127.0.0.1:1/v1")  # where chat models are
    chosen = load(embedder="openai/text-embedding-3-small", model="m", home=tmp_path / "home").embedder
    assert is_served(chosen or "")
    with Engine(Settings(home=tmp_path / "home", embedder=chosen)) as engine:
        assert ("openai/text-embedding-3-small-512", 512) == (engine.embedder_name, engine.index_embedder.dimensions)


def test_no_key_goes_to_a_server_that_it_is_not_for(
    proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDFQA_MODEL_KEY", "of-the-model")
    monkeypatch.setenv("OPENAI_API_KEY", "of-openai")
    for key, told in (("", "Bearer none"), ("of-the-embedder", "Bearer of-the-embedder")):
        monkeypatch.setenv("PDFQA_EMBEDDER_KEY", key)
        with Engine(Settings(home=tmp_path / f"home{key}", embedder=name(proxy))) as engine:
            engine.index_embedder.encode([f"a text {key}"])
        assert told == proxy.asked[-1].headers["authorization"]


def edited(change: Any) -> Fault:
    """Return a fault that changes the vectors of each answer."""

    def edit(answer: Any) -> Any:
        return {**answer, "data": change(answer["data"])}

    return Fault(EMBED, times=None, edit=edit)


def each(**fields: Any) -> Any:
    return lambda data: [{**one, **fields} for one in data]


NO_NUMBERS = "no list of numbers"
WRONG = {
    "one is missing": (lambda data: data[:-1] or data, "made 1 vectors of 2 texts"),
    "NaN": (each(embedding=[0.5, float("nan")]), NO_NUMBERS),
    "null inside": (each(embedding=[0.5, None]), NO_NUMBERS),
    "a list of lists": (each(embedding=[[0.5], [0.5]]), NO_NUMBERS),
    "nothing": (each(embedding=[]), NO_NUMBERS),
    "no vector": (each(embedding=None), NO_NUMBERS),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_answer_that_is_none_is_told_and_nothing_of_it_kept(case: str, proxy: Proxy, tmp_path: Path) -> None:
    change, told = WRONG[case]
    proxy.faults.append(edited(change))
    with Engine(Settings(home=tmp_path / "home", embedder=name(proxy))) as engine:
        with pytest.raises(errors.BackendError, match=told):
            engine.index_embedder.encode([CLUB, PARK])
        kept = engine.database.rows("SELECT digest FROM vectors")
        assert len(kept) <= 1  # that of the text that shows how long they are


def test_vectors_come_in_the_order_of_their_numbers(proxy: Proxy, tmp_path: Path) -> None:
    proxy.faults.append(edited(lambda data: data[::-1]))
    with Engine(Settings(home=tmp_path / "home", embedder=name(proxy))) as engine:
        made = engine.index_embedder.encode(["a ship", "a boat", CLUB])
    assert np.allclose(builtin().encode(["a ship", "a boat", CLUB]), made, atol=2e-3)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(EMBED, times=2, status=429, headers={"retry-after-ms": "1"}, body=error("Slow down.")),
        Fault(EMBED, times=1, drop="before"),
        Fault(EMBED, times=1, drop="after"),
    ],
)
def test_what_passes_is_tried_again(fault: Fault, proxy: Proxy, tmp_path: Path) -> None:
    proxy.faults.append(fault)
    with Engine(Settings(home=tmp_path / "home", embedder=name(proxy))) as engine:
        assert engine.index_embedder.encode([CLUB]).any()
    assert fault.hits == fault.times


def test_a_server_that_stays_busy_is_told_with_what_to_do(proxy: Proxy, tmp_path: Path) -> None:
    busy = Fault(EMBED, times=None, status=429, headers={"retry-after-ms": "1"}, body=error("Slow down."))
    proxy.faults.append(busy)
    with (
        Engine(Settings(home=tmp_path / "home", embedder=name(proxy))) as engine,
        pytest.raises(errors.RateLimitError, match="Slow down") as caught,
    ):
        engine.index_embedder.encode([CLUB])
    assert caught.value.hint


def test_a_server_gets_as_much_at_once_as_it_takes(proxy: Proxy, tmp_path: Path) -> None:
    small = Fault(EMBED, times=None, status=422, body=error("batch size 60 > maximum allowed batch size 16"))
    small.hit = lambda one: len(one.json["input"]) > 16
    short = Fault(EMBED, times=None, status=400, body=error("This model's maximum context length is 512 tokens."))
    short.hit = lambda one: any(len(text) > 2000 for text in one.json["input"])
    proxy.faults += [small, short]
    texts = [*(f"ship number {number}" for number in range(59)), "the sea " * 1000]
    with Engine(Settings(home=tmp_path / "home", embedder=name(proxy))) as engine:
        made = engine.index_embedder.encode(texts)
        assert np.allclose(builtin().encode(texts[:59]), made[:59], atol=2e-3)
        assert made[59].any()
        proxy.forget()
        engine.index_embedder.encode(texts)  # what was cut is kept as well
    assert [] == proxy.asked


def test_no_request_is_larger_than_is_allowed(proxy: Proxy, tmp_path: Path) -> None:
    texts = [f"{number} " + "mile " * 3000 for number in range(40)]
    with Engine(Settings(home=tmp_path / "home", embedder=name(proxy))) as engine:
        engine.index_embedder.encode(texts)
    assert 41 == sum(asked(proxy))
    assert 200_000 >= max(sum(map(len, one.json["input"])) for one in proxy.asked)


def test_another_model_of_the_same_name_is_told_and_everything_made_anew(proxy: Proxy, tmp_path: Path) -> None:
    home, paper, new = tmp_path / "home", pdf(tmp_path / "club.pdf", CLUB), pdf(tmp_path / "park.pdf", PARK)
    with PDFQA(paper, home=home, embedder=name(proxy)) as qa:
        qa.add()
    proxy.faults.append(edited(each(embedding=[0.6, 0.8])))
    with PDFQA(new, home=home, embedder=name(proxy)) as qa:
        [failure] = qa.add().failed
        assert "made a vector of 2 numbers" in failure.message
        assert "pdfqa reindex --all" in failure.hint
    with (
        PDFQA(paper, home=home, embedder=name(proxy)) as qa,
        pytest.raises(errors.EmbedderMismatchError, match="--all"),
    ):
        qa.search(WHO_PARK)
    with PDFQA(home=home, embedder=name(proxy)) as qa:
        qa.reindex(everything=True)
        assert qa.search("sailing club")[0].page == 1


def test_the_length_of_vectors_can_be_chosen(proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_EMBEDDER_DIMENSIONS", "64")
    paper = pdf(tmp_path / "club.pdf", CLUB, PARK)
    with PDFQA(paper, home=tmp_path / "home", embedder=name(proxy)) as qa:
        qa.add()
        assert f"{name(proxy)}-64" == qa.info().embedder
        assert 2 == qa.search(WHO_PARK, k=1)[0].page
    assert {64} == {one.json["dimensions"] for one in proxy.asked}
    proxy.faults.append(edited(each(embedding=[0.6, 0.8])))
    with (
        Engine(Settings(home=tmp_path / "other", embedder=name(proxy), embedder_dimensions=64)) as engine,
        pytest.raises(errors.BackendError, match="of 2 numbers, not of 64") as caught,
    ):
        engine.index_embedder.encode([CLUB])
    assert "PDFQA_EMBEDDER_DIMENSIONS=2" in caught.value.hint


def test_openai_without_a_key_is_not_asked(tmp_path: Path) -> None:
    with (
        Engine(Settings(home=tmp_path / "home", embedder="openai/text-embedding-3-small")) as engine,
        pytest.raises(errors.AuthenticationError, match="no key") as caught,
    ):
        engine.index_embedder.encode([CLUB])
    assert "pdfqa login" in caught.value.hint


def test_no_more_is_kept_than_is_wanted(tmp_path: Path) -> None:
    with Engine(Settings(home=tmp_path / "home")) as engine:
        kept = Vectors(engine.database, most=30)
        for number in range(5):
            kept.keep("tiny", {f"text {number}": b"0123456789"})
        assert {f"text {number}" for number in (2, 3, 4)} == set(
            kept.find("tiny", [f"text {number}" for number in range(5)])
        )
        kept.forget("tiny")
        assert {} == kept.find("tiny", ["text 4"])


def test_what_it_takes_is_told_before_and_after(
    proxy: Proxy, tmp_path: Path, home: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = pdf(tmp_path / "club.pdf", CLUB, PARK)
    (tmp_path / "prices.json").write_text('{"prices": {"tiny": {"input": 1000}}}')
    monkeypatch.setenv("PDFQA_PRICES", str(tmp_path / "prices.json"))
    assert run("add", paper).code == 0
    asked_for = ("reindex", "--embedder", name(proxy))
    done = run(*asked_for, "--estimate", "--json")
    told = json.loads(done.out)
    assert (1, 2, 2) == (told["files"], told["passages"], told["texts"])
    assert 30 < told["tokens"] < 80
    assert told["price"] == told["tokens"] / 1000
    assert "would be sent 2 texts" in run(*asked_for, "--estimate").out.replace("\n", " ")
    assert [] == proxy.asked
    report = json.loads(run(*asked_for, "--json").out)
    assert 0.5 < report["tokens"] / told["tokens"] < 2
    assert report["price"] == report["tokens"] / 1000
    # All is kept: doing it again costs nothing.
    assert 0 == json.loads(run(*asked_for, "--all", "--estimate", "--json").out)["texts"]
    done = run(*asked_for, "--all")
    assert "tokens embedded" not in done.out
    new = run("add", pdf(tmp_path / "mine.pdf", MINE), "--embedder", name(proxy))
    assert "tokens embedded, $" in new.out


def test_an_embedder_of_this_machine_has_no_price(run: Any, home: Path) -> None:
    done = run("reindex", "--estimate")
    assert (2, True) == (done.code, "costs nothing" in done.err)


def test_the_doctor_has_a_vector_made(proxy: Proxy, home: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFQA_EMBEDDER", name(proxy))
    for _ in range(2):  # what is kept does not count
        done = run("doctor")
        assert (done.code, f"made a vector of {builtin().dimensions} numbers" in " ".join(done.out.split())) == (
            0,
            True,
        )
    proxy.faults.append(Fault(EMBED, times=None, status=401, body=error("Who are you?")))
    done = run("doctor")
    assert (done.code, "FAILED" in done.out, "PDFQA_EMBEDDER_KEY" in done.out) == (4, True, True)
