"""Evaluation: rows and what is wrong with them, metrics, intervals, runs that go on, comparison, the report."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pdfqa import FileError, InvalidRequestError, PdfqaError
from pdfqa.cli import main
from pdfqa.evaluate import scoring
from pdfqa.evaluate.exhibits import exhibits
from pdfqa.evaluate.figures import difference_interval, mean_interval, reliability
from pdfqa.evaluate.journal import Header, Journal, Run, load
from pdfqa.evaluate.metrics import MEASURES, difference, figure, summary
from pdfqa.evaluate.questions import Question, read_questions
from pdfqa.evaluate.report import report_html
from pdfqa.evaluate.running import Plan, evaluate
from pdfqa.evaluate.scoring import Seen
from pdfqa.evaluate.telling import tables
from pdfqa.evaluate.texts import contains, f1
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, pdf

SAMPLES = Path(__file__).parent.parent / "samples"
BY_KEY = {measure.key: measure for measure in MEASURES}


def seen(**fields: Any) -> Seen:
    """Return what came back for a question that was answered well, with changes."""
    known: dict[str, Any] = {
        "id": "1",
        "source": "s",
        "lang": "en",
        "question": "?",
        "answers": ["1,234"],
        "gold": [3],
        "answerable": True,
        "pages": [3, 1, 2],
        "outcome": "answered",
        "answer": "It was 1234. [1]",
        "cited": [3],
        "verified": 1,
        "proved": 1,
        "seconds": {"search": 0.01, "ask": 0.02},
    }
    return Seen(**(known | fields))


# Rows


@pytest.fixture
def rows(tmp_path: Path) -> Callable[..., list[Question]]:
    """Return a function that writes rows about a PDF of three pages, and reads them."""
    path = pdf(tmp_path / "facts.pdf", CLUB, PARK, MINE)

    def read(*lines: Any, name: str = "q.jsonl", files: list[Path] | None = None) -> list[Question]:
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return read_questions(tmp_path / name, [path] if files is None else files)

    return read


def test_a_question_and_its_page_or_its_answer_are_enough(rows: Callable[..., list[Question]], tmp_path: Path) -> None:
    one, two, three, four = rows(
        {"question": WHO_CLUB, "page": 1},
        {"question": WHO_PARK, "answer": "Rodrigo Fuentes", "remark": "easy"},
        {"question": "¿Cuándo se cerró la mina de cobre?", "pdf": "facts.pdf", "pages": [3, 2]},
        {"question": "Who won?", "gold_pages": []},
    )
    assert ([1], [], True, "1", "en") == (one.gold_pages, one.answers, one.answerable, one.id, one.lang)
    assert (None, ["Rodrigo Fuentes"], {"remark": "easy"}) == (two.gold_pages, two.answers, two.other)
    assert ([3, 2], "es") == (three.gold_pages, three.lang)
    assert (False, str(tmp_path / "facts.pdf")) == (four.answerable, four.path)


def test_tables_with_heads_are_rows_too(rows: Callable[..., list[Question]]) -> None:
    one, two = rows("question;pages;answer;answerable", 'Who?;"1, 2";Margaret Holloway;', "Who won?;;;no", name="q.csv")
    assert ([1, 2], ["Margaret Holloway"], True) == (one.gold_pages, one.answers, one.answerable)
    assert (None, [], False) == (two.gold_pages, two.answers, two.answerable)


def test_every_row_that_is_wrong_is_named(rows: Callable[..., list[Question]]) -> None:
    with pytest.raises(InvalidRequestError) as info:
        rows(
            {"question": WHO_CLUB, "page": 1, "id": "a"},
            {"page": 1},
            "no JSON",
            {"question": "?", "page": 0},
            {"question": "?", "page": 1, "pdf": "other.pdf"},
            {"question": "Who?"},
            {"question": "?", "page": 2, "id": "a"},
            {"question": "?", "page": 2, "answerable": "perhaps"},
        )
    assert "7 rows" in info.value.message
    told = dict(line.split(": ", 1) for line in info.value.hint.splitlines())
    assert ["line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8"] == list(told)
    assert "no question" == told["line 2"]
    assert "there is no file other.pdf" == told["line 5"]
    assert "the id 'a' is that of line 1 too" == told["line 7"]


def test_a_page_without_a_pdf_needs_one_file(rows: Callable[..., list[Question]], tmp_path: Path) -> None:
    for files in ([], [tmp_path / "a.pdf", tmp_path / "b.pdf"]):
        with pytest.raises(InvalidRequestError):
            rows({"question": WHO_CLUB, "page": 1}, files=files)
    (question,) = rows({"question": WHO_CLUB, "answer": "x"}, files=[tmp_path / "a.pdf", tmp_path / "b.pdf"])
    assert "" == question.path


# Metrics


@pytest.mark.parametrize(
    ("text", "answer", "lang", "there"),
    [
        ("It was $1,234.00.", "1234", "en", True),
        ("It was 12,345.", "1234", "en", False),
        ("The Sailing-Club, founded 1931", "sailing club", "en", True),
        ("el Banco Central", "banco central", "es", True),
        ("位于北京的大学", "北京", "zh", True),
        ("anything", [["any", "thing"]], "en", False),
    ],
)
def test_an_answer_is_contained_as_words_and_figures_by_value(text: str, answer: Any, lang: str, there: bool) -> None:
    assert there is contains(text, answer if isinstance(answer, list) else [answer], lang)


def test_words_shared_are_counted_as_squad_does() -> None:
    assert 1.0 == f1("The 1,234 boats", ["1234 boats"], "en")
    assert pytest.approx(2 / 3) == f1("four boats", ["boats", "nothing"], "en")
    assert 0.0 == f1("boats", ["ship"], "en")
    assert 0.8 == f1("北京市", ["北京"], "zh")


def test_pages_count_by_their_rank() -> None:
    second = seen(pages=[1, 3])
    assert [0.0, 1.0] == [scoring.page_hit(k)(second) for k in (1, 3)]
    assert [1.0, 0.5, 0.0] == [scoring.reciprocal_rank(one) for one in (seen(), second, seen(pages=[1, 2]))]
    assert scoring.page_hit(1)(seen(gold=None)) is None


def test_declining_has_a_precision_and_a_recall() -> None:
    none = {"answers": [], "gold": [], "answerable": False}
    answers = [
        seen(),
        seen(outcome="not_found"),
        seen(outcome="not_found", **none),
        seen(outcome="not_found", **none),
        seen(**none),
    ]
    values = {key: figure(BY_KEY[key], answers) for key in ("refused", "refused_rightly", "declined")}
    assert {"refused": (2 / 3, 3), "refused_rightly": (2 / 3, 3), "declined": (0.5, 2)} == {
        key: (value.value, value.n) for key, value in values.items() if value
    }


def test_a_citation_is_worth_its_proof() -> None:
    assert [1.0, 0.5, 0.0] == [
        scoring.proved_share(one) for one in (seen(), seen(cited=[3, 3]), seen(cited=[], proved=0))
    ]


def test_failures_have_one_kind_each() -> None:
    kinds = {
        "": seen(),
        "error": seen(error="no"),
        "invented": seen(answerable=False, answers=[], gold=[]),
        "not in 5": seen(pages=[1, 2]),
        "declined": seen(outcome="not_found"),
        "1st, wrong": seen(answer="77"),
        "2-5, wrong": seen(answer="77", pages=[1, 3]),
        "2-5": seen(pages=[1, 3]),
    }
    assert list(kinds) == [scoring.failure(one) for one in kinds.values()]
    assert set(kinds) == {"", *scoring.FAILURES}


# Intervals


def test_intervals_hold_the_mean_and_are_the_same_each_time() -> None:
    values = [1.0] * 60 + [0.0] * 40
    found = mean_interval(values)
    assert found is not None
    assert (0.6, found) == (found[0], mean_interval(values))
    assert 0.49 < found[1] < 0.55
    assert 0.65 < found[2] < 0.71
    assert mean_interval([]) is None


def test_a_small_but_steady_difference_is_clear_when_it_is_paired() -> None:
    # Paired, the luck of the questions falls out: 10 of 200 got better, none worse.
    pairs: list[tuple[float | None, float | None]] = [(float(n % 2), float(n % 2)) for n in range(190)]
    found = difference_interval(pairs + [(0.0, 1.0)] * 10)
    assert found is not None
    assert 0 < found[1] < found[0] == pytest.approx(0.05)
    assert difference_interval([(None, 1.0), (None, 0.0)]) is None


def test_a_difference_is_that_of_the_two_figures_where_each_side_has_its_own_questions() -> None:
    change = difference(BY_KEY["cites"], [(seen(), seen()), (seen(outcome="not_found"), seen(cited=[1]))])
    assert change is not None
    assert (1.0, 0.5, -0.5, 2) == (change.old, change.new, change.rose, change.n)


def test_reliability_has_a_point_for_each_tenth_that_has_answers() -> None:
    points = reliability([(0.91, 1.0), (0.99, 0.0), (1.0, 1.0), (0.55, 0.0)])
    assert [(0.55, 0.0, 1), (pytest.approx(0.9667, abs=1e-4), pytest.approx(2 / 3), 3)] == points


# Runs


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two PDFs and questions about them: some are answered, some are not in them."""
    folder = tmp_path_factory.mktemp("shelf")
    pdf(folder / "facts.pdf", CLUB, PARK, MINE)
    pdf(folder / "more.pdf", MINE, PARK)
    lines: list[dict[str, Any]] = [
        {"id": "club", "pdf": "facts.pdf", "question": WHO_CLUB, "answers": ["Margaret Holloway"], "gold_pages": [1]},
        {"id": "park", "pdf": "facts.pdf", "question": WHO_PARK, "answer": "Rodrigo Fuentes", "page": 2},
        {"id": "mine", "pdf": "more.pdf", "question": "When was the copper mine closed?", "answer": "1957", "page": 1},
        {"id": "<b>", "pdf": "more.pdf", "question": "When was the <i>mine</i> closed?", "answer": "</article>1999"},
        {"id": "none", "pdf": "facts.pdf", "question": "Which songs did the choir sing?", "gold_pages": []},
    ]
    rows = [{"lang": "en", "source": row["pdf"], **row} for row in lines]
    (folder / "q.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


@pytest.fixture
def plan(shelf: Path) -> Plan:
    return Plan(questions=read_questions(shelf / "q.jsonl"), name="q.jsonl", whole=True)


def test_a_run_measures_finding_answering_and_declining(plan: Plan) -> None:
    told: list[int] = []
    run = evaluate(plan, report=lambda done, total, _: told.append(done))
    assert ([1, 2, 3, 4, 5], True) == (told, run.complete)
    assert ["club", "park", "mine", "<b>", "none"] == [one.id for one in run.rows]
    figures = {key: value.value for key, value in summary(run)["overall"].items()}
    assert (1.0, 1.0, 1.0, 1.0) == tuple(figures[key] for key in ("hit@1", "cites", "proved", "refused"))
    assert 0.75 == figures["contained"]
    club = run.rows[0]
    assert [("facts.pdf", 1)] == club.whole[:1] if club.whole else False
    assert club.citations[0].proved
    assert club.confidence is not None
    mine = run.rows[2]
    assert ["more.pdf"] == mine.right


def test_a_run_that_only_searches_says_nothing_of_answers(plan: Plan) -> None:
    run = evaluate(msgspec.structs.replace(plan, search_only=True, whole=False))
    assert {"hit@1", "hit@3", "hit@5", "mrr"} == set(summary(run)["overall"])
    assert "answer" not in report_html(run).split('id="failures"')[0].split('id="figures"')[1].lower()


def test_an_interrupted_run_is_kept_and_goes_on(plan: Plan, tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"

    def stop(done: int, total: int, one: Seen) -> None:
        if done == 2:
            raise KeyboardInterrupt

    partial = evaluate(plan, results, report=stop)
    assert (False, 2) == (partial.complete, len(partial.rows))
    assert "Partial: interrupted after 2 of 5 questions" in report_html(partial)
    with results.open("ab") as stream:
        stream.write(b'{"id": "cut o')
    asked: list[str] = []
    run = evaluate(plan, results, report=lambda done, total, one: asked.append(one.id) if done > 2 else None)
    assert (True, 5, 3) == (run.complete, len(run.rows), len(asked))
    assert msgspec.to_builtins(run) == msgspec.to_builtins(load(results))
    assert 5 == len(evaluate(plan, results).rows)  # a whole run begins anew


def test_results_of_other_settings_are_not_gone_on_with(plan: Plan, tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"

    def stop(done: int, total: int, one: Seen) -> None:
        raise KeyboardInterrupt

    evaluate(plan, results, report=stop)
    told: list[int] = []
    evaluate(msgspec.structs.replace(plan, k=2), results, report=lambda done, total, _: told.append(done))
    assert [1, 2, 3, 4, 5] == told


def test_settings_of_the_environment_are_settings(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = evaluate(plan, tmp_path / "r.jsonl")
    monkeypatch.setenv("PDFQA_OCR", "never")
    run = evaluate(plan, tmp_path / "r.jsonl")
    assert {"model": "extractive", "ocr": "never"} == run.header.settings
    assert before.header.fingerprint != run.header.fingerprint


def test_a_file_that_holds_something_else_is_not_overwritten(plan: Plan, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("my own words", encoding="utf-8")
    with pytest.raises(FileError):
        evaluate(plan, mine)
    assert "my own words" == mine.read_text(encoding="utf-8")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with Journal(tmp_path / "r.jsonl", Header()) as journal, open("/dev/full", "wb", buffering=0) as full:
        assert journal._stream is not None
        journal._stream.close()
        journal._stream = full
        with pytest.raises(PdfqaError, match=r"cannot be written: No space left"):
            journal.end()


def test_a_question_that_fails_does_not_stop_the_others(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"no PDF")
    shutil.copy(shelf / "facts.pdf", tmp_path)
    text = '{"pdf": "broken.pdf", "question": "Who?", "page": 1}\n{"pdf": "facts.pdf", "question": "Who?", "page": 1}'
    (tmp_path / "q.jsonl").write_text(text, encoding="utf-8")
    run = evaluate(Plan(questions=read_questions(tmp_path / "q.jsonl")))
    assert ["error", ""] == [scoring.failure(one) if one.error else "" for one in run.rows]


# The report


class Tags(HTMLParser):
    """Takes note of what is not closed, and of what the page would fetch."""

    VOID = frozenset({"meta", "img", "br", "input", "path", "rect", "circle"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert tag == self.open.pop()


def test_the_report_needs_nothing_else_and_shows_every_failure(plan: Plan) -> None:
    run = evaluate(plan)
    html = report_html(run, exhibits(run.rows, plan.questions, plan.options))
    tags = Tags(html)
    assert [] == tags.open
    assert all(value.startswith(("#", "data:image/png;base64,")) for value in tags.fetched)
    assert any(value.startswith("data:") for value in tags.fetched)
    failed = [one for one in run.rows if scoring.failure(one)]
    assert len(failed) == html.count("<article")
    assert "&lt;i&gt;mine&lt;/i&gt;" in html
    assert "&lt;/article&gt;1999" in html
    assert "<i>" not in html
    assert "How it was measured" in html


def test_pictures_are_bounded_and_the_expected_passage_stands_in_for_them(plan: Plan) -> None:
    rows = [seen(id="mine", answers=["1957"], gold=[2], pages=[1], cited=[], citations=[])]
    shown = exhibits(rows, plan.questions, plan.options, most=0)
    evaluate(plan)
    shown = exhibits(rows, plan.questions, plan.options, most=0)
    (page,) = shown["mine"]
    assert (b"", 2, True) == (page.png, page.page, "botanical park" in page.text)
    (page,) = exhibits(rows, plan.questions, plan.options, most=1)["mine"]
    assert page.png.startswith(b"\x89PNG")


def test_two_runs_are_set_side_by_side(plan: Plan) -> None:
    new = evaluate(plan)
    worse = [msgspec.structs.replace(one, pages=[], outcome="not_found", answer="") for one in new.rows]
    old = Run(header=new.header, rows=worse)
    html = report_html(new, old=old)
    assert "▲ better" in html
    assert 3 == html.count("▲ mended")
    compared = summary(new, old)["compared"]
    assert (5, 1.0) == (compared["rows"], compared["differences"]["hit@1"].rose)


# The command


def call(capfd: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    capfd.readouterr()
    code = main([str(word) for word in words])
    return (code, *capfd.readouterr())


def test_the_command_writes_report_and_results_and_compares(
    shelf: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.html"
    code, text, told = call(capfd, "eval", shelf / "q.jsonl", "--out", out, "--pictures", "1")
    assert (0, True) == (code, out.is_file())
    assert re.search(r"hit@1 +Right page first +1\.000", text)
    assert "a.results.jsonl" in told
    kept = tmp_path / "a.results.jsonl"
    code, text, _ = call(
        capfd, "eval", shelf / "q.jsonl", "--results", tmp_path / "b.jsonl", "--compare", kept, "--json", "-k", "1"
    )
    value = json.loads(text)
    assert (0, 5, "1") == (code, value["compared"]["rows"], value["settings"]["k"])
    code, _, told = call(capfd, "eval", shelf / "q.jsonl", "--out", out, "--compare", kept)
    assert (2, True) == (code, "where the results of this run go" in told)


def test_the_command_runs_again_against_a_setting(
    shelf: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    limited: list[str | Path] = ["eval", shelf / "q.jsonl", "--search-only", "--limit", "3"]
    words = [*limited, "--results", tmp_path / "r.jsonl", "--json"]
    code, text, _ = call(capfd, *words, "--against", "k=1")
    value = json.loads(text)
    assert (0, 3, {"model": "extractive", "k": "1"}) == (code, value["rows"], value["settings"])
    assert {"model": "extractive"} == value["compared"]["with"]
    for setting, why in (("colour=blue", "no such setting"), ("k=many", "a number from 1")):
        code, _, told = call(capfd, *words, "--against", setting)
        assert (2, True) == (code, why in " ".join(told.split()))


def test_where_nothing_can_be_written_nothing_is_measured(
    shelf: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for option, place, why in (
        ("--out", tmp_path, "it is a folder"),
        ("--results", tmp_path / "no" / "r.jsonl", "there is no folder"),
    ):
        code, text, told = call(capfd, "eval", shelf / "q.jsonl", option, place)
        assert (4, "", True) == (code, text, why in " ".join(told.split()))


def test_the_tables_fit_a_terminal(plan: Plan) -> None:
    run = evaluate(msgspec.structs.replace(plan, whole=True))
    rows = [msgspec.structs.replace(seen, id=f"{seen.id}x", source="a" * 40) for seen in run.rows]
    run = msgspec.structs.replace(run, rows=[*run.rows, *rows])
    told = tables(run, run, width=70)
    assert 70 >= max(map(len, told.splitlines()))
    assert "±" in told
    assert "1 document" in tables(msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, documents=1)))


def test_the_samples_are_answered_well(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, text, _ = call(capfd, "eval", SAMPLES / "questions.jsonl", "--results", tmp_path / "r.jsonl", "--json")
    figures = json.loads(text)["overall"]
    assert (0, 1.0) == (code, figures["proved"]["value"])
    assert figures["hit@5"]["value"] >= 0.9
    assert figures["contained"]["value"] >= 0.7
