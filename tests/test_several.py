"""Answers made of parts: each part of a question, or each of several documents, with a citation of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfqa import PDFQA, Answer
from tests.cli_runner import REPORT, ROOT
from tests.homes import pdf

NORTH = "The contract with North Ferries renews automatically for one year. The notice period is sixty days."
SOUTH = "The contract with South Ferries does not renew automatically. The notice period is ninety days."
EAST = "The contract with East Ferries renews automatically for two years. The notice period is ten days."


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PDFQA]:
    """Have three contracts read once."""
    folder: Path = tmp_path_factory.mktemp("contracts")
    paths = [pdf(folder / f"{name}.pdf", text) for name, text in (("north", NORTH), ("south", SOUTH), ("east", EAST))]
    with PDFQA(*paths, home=folder / "home") as qa:
        qa.add()
        yield qa


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PDFQA]:
    """Have the annual report and the handbook read once."""
    with PDFQA(REPORT, ROOT / "samples" / "handbook.pdf", home=tmp_path_factory.mktemp("samples")) as qa:
        qa.add()
        yield qa


def lines(answer: Answer) -> list[str]:
    """Return the lines of an answer, whose markers count its citations, all of which hold."""
    assert re.findall(r" \[(\d+)\]$", answer.text, re.MULTILINE) == [
        str(number) for number in range(1, len(answer.citations) + 1)
    ]
    assert all(citation.verified for citation in answer.citations)
    return answer.text.split("\n")


def test_each_part_of_a_question_is_answered_and_cited(samples: PDFQA) -> None:
    answer = samples.ask("When does the lease of the Merganser end and who is the ombudswoman?")
    first, second, *_ = lines(answer)
    assert "31 August 2027" in first
    assert "Ottilie Brandvold" in second
    assert {Path(citation.file).name for citation in answer.citations} == {"annual-report-2024.pdf", "handbook.pdf"}


def test_a_part_that_is_not_answered_says_so(samples: PDFQA) -> None:
    answer = samples.ask("When does the lease of the Merganser end and who won the football world cup of 1998?")
    assert "31 August 2027" in answer.text
    assert answer.text.split("\n")[-1] == "Not found: who won the football world cup of 1998?"


def test_documents_that_say_it_have_a_line_each_with_their_name(contracts: PDFQA) -> None:
    answer = contracts.ask("Which contracts renew automatically?")
    told = lines(answer)
    assert sorted(line.split(":")[0] for line in told) == ["east.pdf", "north.pdf"]
    assert [Path(citation.file).name for citation in answer.citations] == [line.split(":")[0] for line in told]


def test_documents_that_are_compared_have_a_line_each(contracts: PDFQA) -> None:
    told = lines(contracts.ask("Compare the notice periods in north and south."))
    assert sorted(line.split(":")[0] for line in told) == ["north.pdf", "south.pdf"]
    assert any("sixty days" in line for line in told)
    assert any("ninety days" in line for line in told)


def test_a_question_to_one_document_names_none(contracts: PDFQA) -> None:
    answer = contracts.ask("What is the notice period of East Ferries?")
    assert not answer.text.startswith("east.pdf:")
    assert "ten days" in answer.text
