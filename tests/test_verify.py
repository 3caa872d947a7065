"""Saved answers are proved again: each cited page is read anew from its PDF, wherever the file is now."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pypdf
import pytest

from pdfqa import PDFQA, Answer, InvalidRequestError
from pdfqa.cli import main
from pdfqa.types import Proof
from pdfqa.verify import where
from tests.cli_runner import ANSWERED, UNANSWERED
from tests.homes import CLUB, PARK, WHO_CLUB, pdf
from tests.pdf_maker import paragraph
from tests.scans import Scan, write_scans

QUESTION = "How many characters must a password have?"
HANDBOOK = Path(__file__).parent.parent / "samples" / "handbook.pdf"


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    with PDFQA(HANDBOOK, home=tmp_path_factory.mktemp("home")) as qa:
        return qa.ask(QUESTION)


@pytest.fixture
def saved(answer: Answer, tmp_path: Path) -> dict[str, Any]:
    """Return the answer as it was saved, about a copy of the file that the tests may change."""
    value = answer.to_dict()
    value["citations"][0]["file"] = str(shutil.copy(HANDBOOK, tmp_path / "handbook.pdf"))
    return value


@pytest.fixture
def qa(home: Path) -> Iterator[PDFQA]:
    with PDFQA(home=home) as opened:  # where nothing has been read: only the PDF can say
        yield opened


def proof(qa: PDFQA, value: dict[str, Any], *files: Path) -> Proof:
    (found,) = qa.verify(value, files=files).proofs
    return found


def test_a_quote_is_found_at_its_place_in_a_file_that_the_home_does_not_know(
    qa: PDFQA, answer: Answer, saved: dict[str, Any]
) -> None:
    assert answer.citations[0].sha256
    for value in (answer, saved, json.dumps(saved)):
        verified = qa.verify(value)
        assert (True, QUESTION, ["proved"]) == (
            verified.holds,
            verified.question,
            [one.status for one in verified.proofs],
        )
    assert [] == qa.files()


def test_a_quote_that_stands_elsewhere_on_its_page_holds(qa: PDFQA, saved: dict[str, Any]) -> None:
    saved["citations"][0]["start"] += 1
    moved = proof(qa, saved)
    assert ("moved", 6, True) == (moved.status, moved.found, moved.holds)


def test_a_quote_on_another_page_fails_and_the_page_is_told(qa: PDFQA, saved: dict[str, Any]) -> None:
    saved["citations"][0]["page"] = 2
    other = proof(qa, saved)
    assert ("other_page", 6, False) == (other.status, other.found, other.holds)
    saved["citations"][0]["page"] = 99
    assert ("other_page", 6) == (proof(qa, saved).status, proof(qa, saved).found)


def test_a_quote_that_was_altered_is_not_found(qa: PDFQA, saved: dict[str, Any]) -> None:
    cited = saved["citations"][0]
    cited["quote"] = cited["quote"].replace("14", "15")
    assert ("not_found", None) == (proof(qa, saved).status, proof(qa, saved).found)


def test_a_file_is_known_by_its_hash_under_any_name(qa: PDFQA, saved: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    Path(saved["citations"][0]["file"]).rename(folder / "renamed.pdf")
    assert "missing" == proof(qa, saved).status
    found = proof(qa, saved, folder)
    assert ("proved", str(folder / "renamed.pdf")) == (found.status, found.path)
    qa.add(folder / "renamed.pdf")
    assert "proved" == proof(qa, saved).status  # the home knows where these bytes are


def test_a_file_that_has_changed_proves_nothing(qa: PDFQA, saved: dict[str, Any]) -> None:
    path = Path(saved["citations"][0]["file"])
    path.write_bytes(path.read_bytes() + b"\n")
    changed = proof(qa, saved)
    assert ("changed", 6, False) == (changed.status, changed.found, changed.holds)
    pdf(path, CLUB)
    assert ("changed", None) == (proof(qa, saved).status, proof(qa, saved).found)


def test_a_file_that_cannot_be_opened_is_told_from_one_that_is_missing(
    qa: PDFQA, saved: dict[str, Any], tmp_path: Path
) -> None:
    Path(saved["citations"][0]["file"]).write_bytes(b"no PDF")
    del saved["citations"][0]["sha256"]  # an answer of an older version
    refused = proof(qa, saved)
    assert "unreadable" == refused.status
    assert "not a PDF" in refused.reason


def test_an_encrypted_file_needs_its_password(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "locked.pdf"
    writer = pypdf.PdfWriter(pdf(path, CLUB, PARK))
    writer.encrypt("sesame", algorithm="RC4-128")
    writer.write(path)
    with PDFQA(path, home=home, password="sesame") as qa:
        answer = qa.ask(WHO_CLUB)
        assert qa.verify(answer).holds
    with PDFQA(home=tmp_path / "other") as stranger:
        assert ["unreadable"] == [one.status for one in stranger.verify(answer).proofs]


@pytest.mark.skipif(
    not all(map(find_spec, ("rapidocr", "onnxruntime", "cv2"))), reason="the extra ocr is not installed"
)
def test_a_scanned_page_is_recognised_again(tmp_path: Path, home: Path) -> None:
    path = write_scans(tmp_path / "scan.pdf", [Scan(paragraph(CLUB, 30, 190, size=11, letters=45))])
    with PDFQA(path, home=home) as qa:
        answer = qa.ask(WHO_CLUB)
        assert ["ocr"] == [one.source for one in answer.citations]
        assert ["proved"] == [one.status for one in qa.verify(answer).proofs]
    with PDFQA(home=home, ocr="never") as qa:
        (found,) = qa.verify(answer).proofs
        assert ("unreadable", True) == (found.status, "picture" in found.reason)


def test_citations_of_the_wire_are_found_by_the_id_of_their_file(answer: Answer, home: Path) -> None:
    cited = answer.citations[0]
    with PDFQA(HANDBOOK, home=home) as qa:
        (entry,) = qa.add().added
        wire = {"file_id": entry.id, "page": cited.page, "quote": cited.quote, "start": cited.start, "end": cited.end}
        annotation = {"type": "file_citation", "text": "[1]", "file_citation": wire}
        message = {"object": "thread.message", "content": [{"text": {"value": "…", "annotations": [annotation]}}]}
        assert ["proved"] == [one.status for one in qa.verify(message).proofs]


def test_what_is_no_answer_is_refused(qa: PDFQA) -> None:
    for value in ("{}", "[]", '{"error": {"message": "no"}}', "no JSON"):
        with pytest.raises(InvalidRequestError):
            qa.verify(value)
    assert qa.verify('{"outcome": "not_found", "citations": []}').holds


def test_white_space_and_ligatures_are_no_difference() -> None:
    assert "place" == where("a  b", "xa  b", 1, 5)
    assert "page" == where("the ﬁrst\nline", "so the first line ends", 0, 3)
    assert "" == where("the second line", "so the first line ends", 0, 3)
    assert "" == where(" ", "so the first line ends", 0, 3)


def call(capfd: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    capfd.readouterr()
    code = main([str(word) for word in words])
    return code, capfd.readouterr().out


def test_the_command_proves_several_answers_and_tells_by_its_exit_code(
    saved: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps(saved)
    nothing = json.dumps({"question": UNANSWERED, "outcome": "not_found", "citations": []})
    path = tmp_path / "answers.jsonl"
    path.write_text(f"{good}\n{nothing}\n", encoding="utf-8")
    code, out = call(capfd, "verify", path)
    assert (0, True, True) == (code, "ok   [1]" in out, "cites nothing" in out)
    saved["citations"][0]["page"] = 3
    path.write_text(f"{good}\n{json.dumps(saved)}\n", encoding="utf-8")
    code, out = call(capfd, "verify", path, "--json")
    value = json.loads(out)
    assert (1, False) == (code, value["holds"])
    assert [True, False] == [one["holds"] for one in value["answers"]]
    Path(saved["citations"][0]["file"]).unlink()
    assert 3 == call(capfd, "verify", path)[0]
    assert 0 == call(capfd, "verify", "--files", HANDBOOK, write(tmp_path / "good.json", good))[0]


def test_what_ask_prints_is_what_verify_takes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    report = HANDBOOK.with_name("annual-report-2024.pdf")
    _, out = call(capfd, "ask", report, ANSWERED, "--json")
    code, text = call(capfd, "verify", write(tmp_path / "a.json", out))
    assert (0, True) == (code, "stands where it says" in " ".join(text.split()))


def test_what_summarize_and_extract_print_is_proved_too(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = pdf(tmp_path / "club.pdf", CLUB)
    schema = write(tmp_path / "schema.json", '{"type": "object", "properties": {"founded": {"type": "integer"}}}')
    for words in (["summarize", str(path)], ["extract", str(path), "--schema", str(schema)]):
        assert 0 == main([*words, "--json"])
        saved = write(tmp_path / "saved.json", capfd.readouterr().out)
        assert 0 == main(["verify", str(saved)])
        assert "stands where it says" in " ".join(capfd.readouterr().out.split())


def test_a_line_that_is_no_json_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "a.jsonl", '{"outcome": "not_found"}\n{"broken\n')
    assert 3 == main(["verify", str(path)])
    assert "line 2" in capfd.readouterr().err


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
