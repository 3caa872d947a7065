"""Embedders behind a server that speaks OpenAI's API: `pdfqa serve` with its own, behind a proxy that counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pdfqa import PDFQA, errors
from pdfqa.config import Settings, load
from pdfqa.embed import builtin
from pdfqa.engine import Engine
from pdfqa.servers import is_served
from tests.fault_proxy import Fault, Proxy, error, fault_proxy
from tests.homes import CLUB, PARK, WHO_PARK, long_pdf, pdf
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
    assert "the model tiny" in failure.message
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
