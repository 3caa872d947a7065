"""GGUF files: what is wrong with one is told before anything is loaded; with llama.cpp and a model, one answers."""

from __future__ import annotations

import importlib.util
import os
import struct
from pathlib import Path

import pytest

from pdfqa.config import load
from pdfqa.errors import InvalidRequestError, MissingExtraError
from pdfqa.llm import Ended, OpenAIModel, Options, Text, gguf, open_model
from pdfqa.llm.local import LocalModel

MODEL = os.environ.get("PDFQA_TEST_GGUF", "")
HAS_LLAMA = importlib.util.find_spec("xllamacpp") is not None


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def head(path: Path, window: int = 2048) -> Path:
    """Write the head of a GGUF file."""
    keys = [
        _text("general.architecture") + struct.pack("<I", 8) + _text("qwen2"),
        _text("general.tags") + struct.pack("<IIQ", 9, 8, 2) + _text("chat") + _text("code"),
        _text("qwen2.rope.freq_base") + struct.pack("<If", 6, 1e6),
        _text("qwen2.context_length") + struct.pack("<II", 4, window),
    ]
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(keys)) + b"".join(keys))
    return path


def test_a_file_tells_how_much_its_model_takes(tmp_path: Path) -> None:
    told = gguf.head(head(tmp_path / "m.gguf"))
    assert (told.architecture, told.window) == ("qwen2", 2048)


@pytest.mark.parametrize("kept", [8, 30, 60, 110])
def test_a_file_that_is_cut_short_is_told(tmp_path: Path, kept: int) -> None:
    path = head(tmp_path / "m.gguf")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InvalidRequestError, match="damaged or cut short"):
        gguf.head(path)


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"%PDF-1.7")
    with pytest.raises(InvalidRequestError, match="no GGUF file"):
        LocalModel(tmp_path / "m.gguf").about()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="there is no model file"):
        list(LocalModel(tmp_path / "m.gguf").stream([], Options()))


@pytest.mark.skipif(HAS_LLAMA, reason="llama.cpp is installed here")
def test_without_the_extra_it_is_told_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"needs llama\.cpp") as caught:
        LocalModel(head(tmp_path / "m.gguf")).about()
    assert "pdfqa[llm]" in caught.value.hint


def test_a_name_that_ends_in_gguf_is_a_file_unless_a_server_is_named(tmp_path: Path) -> None:
    local = load(home=tmp_path, model="a/b.gguf", env={})
    assert isinstance(open_model(local), LocalModel)
    served = load(home=tmp_path, model="b.gguf", base_url="http://127.0.0.1:8080/v1", env={})
    assert isinstance(open_model(served), OpenAIModel)


@pytest.mark.skipif(not (HAS_LLAMA and MODEL), reason="needs pdfqa[llm], and a model in PDFQA_TEST_GGUF")
def test_a_real_model_writes_counts_and_is_freed() -> None:
    model, other = LocalModel(MODEL, window=1024), LocalModel(MODEL, window=1024)
    try:
        *words, ended = model.stream([{"role": "user", "content": "Say hello."}], Options(max_tokens=8))
        assert all(isinstance(word, Text) for word in words)
        assert isinstance(ended, Ended)
        assert ended.prompt_tokens
        assert (model.about().window, model.count("hello")) == (1024, 1)
        assert other._running is model._running
        assert os.environ["OMP_WAIT_POLICY"] == "passive"
    finally:
        model.close()
        other.close()
