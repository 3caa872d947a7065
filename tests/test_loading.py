"""Files that are named beside the PDFs: one rule for what is missing, empty or something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdfqa.cli import main
from pdfqa.errors import EmptyFileError, FileAccessError, FileError, FileMissingError, OtherFileError
from pdfqa.loading import load, load_json
from tests.homes import CLUB, pdf

# The arguments of a command, with the file and a PDF in their places.
NAMING = [
    ["verify", "{file}"],
    ["eval", "{file}", "{pdf}"],
    ["eval", "{questions}", "{pdf}", "--compare", "{file}"],
    ["extract", "{pdf}", "--schema", "{file}"],
    ["add", "{file}"],
    ["ask", "{file}", "Why?"],
]


@pytest.fixture
def named(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "empty.json").write_bytes(b"\n")
    (tmp_path / "other.json").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "q.jsonl").write_text('{"question": "Why?", "page": 1}')
    return {"pdf": pdf(tmp_path / "club.pdf", CLUB), "questions": tmp_path / "q.jsonl"}


@pytest.mark.parametrize("words", NAMING, ids=" ".join)
@pytest.mark.parametrize("name", ["missing.json", "empty.json", "other.json"])
def test_a_file_that_cannot_be_read_is_code_3_whatever_it_was_to_be(
    words: list[str], name: str, named: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    assert 3 == main([word.format(file=file, **named) for word in words])
    told = capfd.readouterr()
    assert name in "".join((told.out + told.err).split())


@pytest.mark.parametrize(
    ("data", "kind"),
    [(None, FileMissingError), (b"  ", EmptyFileError), (b"%PDF-1.7", OtherFileError), (b"{", OtherFileError)],
)
def test_what_is_wrong_with_a_file_is_an_error_of_files(
    data: bytes | None, kind: type[FileError], tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(kind, match=r"a\.json") as caught:
        load_json(path, "schema", "Write one.")
    assert caught.value.hint
    with pytest.raises(FileAccessError, match="is a directory"):
        load(tmp_path, "schema", "Write one.")


def test_a_pdf_where_an_answer_is_wanted_is_told_what_to_do(
    named: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    assert 3 == main(["verify", str(named["pdf"])])
    told = " ".join(capfd.readouterr().err.split())
    assert "is a PDF, and no saved answer" in told
    assert "--json > answer.json" in told


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert {"a": 1} == load_json(path, "schema", "")
