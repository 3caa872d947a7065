"""`PDFQA.saved`: what was saved as JSON is proved again before it is shown as proved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pdfqa import PDFQA
from pdfqa.results import Point, SavedChat, Summaries, Summary, SummarySection
from pdfqa.types import Answer
from tests.homes import CLUB, MINE, WHO_CLUB, pdf


@pytest.fixture
def answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    with PDFQA(pdf(tmp_path / "club.pdf", MINE, CLUB)) as qa:
        value: dict[str, Any] = json.loads(qa.ask(WHO_CLUB).to_json())
    return value


def verified(value: dict[str, Any]) -> list[bool]:
    with PDFQA() as qa:
        again = qa.saved(value)
    assert isinstance(again, Answer)
    return [one.verified for one in again.citations]


def test_a_quote_that_stands_on_its_page_stays_verified(answer: dict[str, Any]) -> None:
    assert [True] == verified(answer)


def test_a_quote_that_was_changed_since_is_not_verified_and_not_highlighted(answer: dict[str, Any]) -> None:
    (cited,) = answer["citations"]
    cited["quote"] = cited["quote"].replace("Margaret", "Margarete")
    with PDFQA() as qa:
        again = qa.saved(json.dumps({"thread_id": None, "answers": [answer]}))
        assert isinstance(again, SavedChat)
        made = again.highlight("marked.pdf")
        again.save("a.md")
    assert "unverified" in Path("a.md").read_text()
    assert made.marked == 0
    (note,) = made.notes
    assert note.startswith("a quote of ")
    assert note.endswith("could not be marked: its place was not found, so a note stands on the page: [1] p. 2")


def test_a_quote_of_another_page_is_not_verified(answer: dict[str, Any]) -> None:
    answer["citations"][0]["page"] = 1
    assert [False] == verified(answer)


def test_an_answer_whose_file_is_gone_is_saved_as_it_was(answer: dict[str, Any]) -> None:
    Path("club.pdf").unlink()
    assert [True] == verified(answer)


def test_the_sections_of_the_summary_of_one_document_stand_right_below_its_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sections = [SummarySection(heading="Boats", page=1, points=[Point(text="There are two.", citations=[])])]
    more: dict[str, Any] = {"citations": [], "pages": 2, "words": 9, "model": "extractive"}
    one = Summary(file="club.pdf", text="There are two.", sections=sections, **more)
    Summaries(summaries=[one]).save("one.md")
    Summaries(summaries=[one, one]).save("two.md")
    assert "\n## Boats\n" in Path("one.md").read_text()
    assert "\n### Boats\n" in Path("two.md").read_text()


def test_a_conversation_is_called_by_the_names_of_its_files_and_not_by_where_they_are(answer: dict[str, Any]) -> None:
    with PDFQA() as qa:
        qa.saved({"thread_id": None, "answers": [answer]}).save("talk.md")
    assert Path("talk.md").read_text().startswith("# 1 question about club.pdf\n")
