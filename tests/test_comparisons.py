"""Documents side by side: what each says to a question and how that differs, and what differs between versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pdfqa import PDFQA
from pdfqa.errors import InvalidRequestError
from pdfqa.whole.comparing import Told, difference, short_names, told
from pdfqa.whole.parts import comparison
from tests.cli_runner import pdfqa
from tests.evidence_maker import found, page
from tests.homes import CLUB, MINE, PARK, pdf
from tests.model_server import ModelServer, model_server, says

FOUNDED = "In which year was the club founded?"


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as serving:
        yield serving


@pytest.fixture
def clubs(tmp_path: Path) -> tuple[Path, Path]:
    other = CLUB.replace("1931", "1947").replace("Margaret Holloway", "Ada Marlow")
    return pdf(tmp_path / "east.pdf", CLUB), pdf(tmp_path / "west.pdf", other)


def valued(name: str, text: str) -> Told:
    return told(name, "How much was it?", f"{text} — as it says", [text], "en")


SIDES = [
    (["$4,312 million", "$4,089 million"], "$4,312 million in 0, $4,089 million in 1: $223 million (5.2%) less."),
    (["13.8%", "15.1%"], "13.8% in 0, 15.1% in 1: 1.3 percentage points more."),
    (["12 ships", "12 ships"], "The same in both."),
    (["$1,200", "$1.2 thousand"], "The same in both: $1,200."),
    (["$12", "€12"], "Found in both; what they say is not the same."),
    (["12", "9", "30"], "30 in 2, 12 in 0, 9 in 1."),
    (
        ["$3.81 in the year ended January 28, 2017", "$5.20 in the year ended February 2, 2019"],
        "$3.81 in 0, $5.20 in 1: $1.39 (36.5%) more.",
    ),
    (["28 January 2017", "2 February 2019"], "Found in both; what they say is not the same."),
]


@pytest.mark.parametrize(("texts", "said"), SIDES)
def test_values_of_one_unit_are_compared(texts: list[str], said: str) -> None:
    assert said == difference([valued(str(number), text) for number, text in enumerate(texts)])


def test_who_says_nothing_is_told() -> None:
    a, b, c = Told(name="A", text="It is red."), Told(name="B"), Told(name="C", text="It is blue.")
    assert "Only in A; not found in B." == difference([a, b])
    assert "Only in A and C; not found in B." == difference([a, b, c])
    assert "Found in neither of them." == difference([b, b])
    assert "Found in both; what they say is not the same." == difference([a, c])


def test_a_number_of_something_else_is_no_answer() -> None:
    days, staff = "Staff have 28 days of leave.", "Employees at year end  1,284  1,231"
    question = "How many days of leave do employees have?"
    sides = [told(name, question, text, [text], "en") for name, text in (("A", days), ("B", staff))]
    assert "Only in A; what B says is about something else." == difference(sides)
    question = "How many employees are there?"
    employees = told("C", question, "1,284 in 2024 — Employees at year end", [staff], "en")
    sides = [told("A", question, "Full-time employees have 28 days.", [days], "en"), employees]
    assert "Only in C; what A says is about something else." == difference(sides)


def test_files_are_called_by_their_names_unless_these_are_the_same() -> None:
    assert ["a.pdf", "b.pdf"] == short_names(["x/a.pdf", "x/b.pdf"])
    assert ["x/a.pdf", "y/a.pdf"] == short_names(["x/a.pdf", "y/a.pdf"])


def test_each_document_answers_with_its_own_citations(clubs: tuple[Path, Path]) -> None:
    with PDFQA(*clubs) as qa:
        done = qa.compare("Who is the treasurer of the sailing club?")
        assert all(citation.boxes() for side in done.sides for citation in side.citations)
    assert ["Margaret Holloway", "Ada Marlow"] == [
        next(name for name in ("Margaret Holloway", "Ada Marlow") if name in side.text) for side in done.sides
    ]
    for side, path in zip(done.sides, clubs, strict=True):
        assert {str(path)} == {citation.file for citation in side.citations}


def test_the_command_numbers_citations_through(clubs: tuple[Path, Path]) -> None:
    done = pdfqa("compare", *clubs, "Who is the treasurer of the sailing club?")
    assert "[1]" in done.out
    assert "[2]" in done.out
    assert f"[2] {clubs[1]}"[:40] in done.out.replace("\n    ", "")


def test_only_one_answers(clubs: tuple[Path, Path], tmp_path: Path) -> None:
    mine = pdf(tmp_path / "mine.pdf", MINE)
    done = pdfqa("compare", clubs[0], mine, "Who is the treasurer of the sailing club?", "--strict")
    assert "Only in east.pdf; not found in mine.pdf." in done.out
    assert 1 == done.code


def test_a_model_compares_and_its_claims_are_checked(clubs: tuple[Path, Path], server: ModelServer) -> None:
    server.replies_with(
        says("It was founded in 1931 [1]."),
        says("It was founded in 1947 [1]."),
        says("The club of east.pdf was founded in 1931 [1]. The other one was closed in 1999 [2]."),
    )
    with PDFQA(*clubs, model="small", base_url=server.url) as qa:
        done = qa.compare(FOUNDED)
    assert "founded in 1931. [1]" in done.written
    assert "closed in 1999. [2] (unverified)" in done.written
    assert not done.supported
    assert 3 == len(server.asked)


def test_a_comparison_of_more_than_fits_has_the_first_of_each_document() -> None:
    cited = [(name, found(page(f"{name} says {number}. " * 30))) for name in "AB" for number in range(3)]
    request = comparison("What?", cited, 900)
    assert [0, 3] == request.given
    assert [0, 1, 2, 3, 4, 5] == comparison("What?", cited, 10_000).given


def test_one_document_cannot_be_compared(clubs: tuple[Path, Path]) -> None:
    with PDFQA(clubs[0]) as qa, pytest.raises(InvalidRequestError, match="only one document"):
        qa.compare(FOUNDED)


def test_versions_differ_by_sentence(tmp_path: Path) -> None:
    before = pdf(tmp_path / "v1.pdf", CLUB, PARK)
    after = pdf(tmp_path / "v2.pdf", CLUB.replace("1931", "1932"), f"{PARK} {MINE}")
    with PDFQA(before, after) as qa:
        done = qa.changes()
    assert [("changed", 1, 1), ("added", None, 2), ("added", None, 2)] == [
        (change.kind, change.before and change.before.page, change.after and change.after.page) for change in done
    ]
    assert 3 == done.same
    assert "1932" in str(done)


def test_a_heading_that_was_added_is_shown_once() -> None:
    shelf = Path(__file__).parent.parent / "samples"
    with PDFQA(shelf / "annual-report-2024.pdf", shelf / "handbook.pdf") as qa:
        shown = str(msgspec.structs.replace(qa.changes(), alike=1.0)).splitlines()
    assert ["+ Staff handbook (p. 1)"] == [line for line in shown if "Staff handbook" in line]


def test_where_pages_break_makes_no_difference(tmp_path: Path) -> None:
    start, end = "The treasurer of the club, who was chosen by all", "members in May, keeps its books."
    one, two = (
        pdf(tmp_path / "v1.pdf", f"{PARK} {start} {end}", MINE),
        pdf(tmp_path / "v2.pdf", PARK, start, f"{end} {MINE}"),
    )
    with PDFQA(one, two) as qa:
        assert not qa.changes().changes
    with PDFQA(two, one) as qa:
        assert not qa.changes().changes


def test_versions_that_are_the_same_have_no_difference(tmp_path: Path) -> None:
    one, two = pdf(tmp_path / "v1.pdf", CLUB, PARK), pdf(tmp_path / "v2.pdf", f"{CLUB} {PARK}")
    done = pdfqa("compare", one, two, "--strict")
    assert "nothing differs" in done.out
    assert 0 == done.code


def test_documents_that_are_no_versions_of_one_are_told_so(tmp_path: Path) -> None:
    words = pdf(tmp_path / "words.pdf", MINE), pdf(tmp_path / "club.pdf", CLUB)
    done = pdfqa("compare", *words)
    assert "no versions of one document" in " ".join(done.out.split())
    assert "sailing" not in done.out
    assert 0.1 > pdfqa("compare", *words, "--json").json["alike"]


def test_without_a_question_it_is_said_what_tells_changes(clubs: tuple[Path, Path]) -> None:
    with PDFQA(*clubs) as qa, pytest.raises(InvalidRequestError, match="no question") as caught:
        qa.compare()
    assert "qa.changes()" in caught.value.hint
    with PDFQA(*clubs) as qa, pytest.raises(InvalidRequestError) as caught:
        qa.ask("")
    assert "pdfqa ask" not in caught.value.hint


def test_files_without_a_question_are_versions(clubs: tuple[Path, Path]) -> None:
    done = pdfqa("compare", *clubs, "--json")
    assert ["changed", "changed"] == [change["kind"] for change in done.json["changes"]]
