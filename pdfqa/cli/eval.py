"""`pdfqa eval`."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pdfqa.cli.options import Shared, answering_options
from pdfqa.cli.output import emit, look, say, tell
from pdfqa.cli.reading import Bar
from pdfqa.errors import InvalidRequestError, PdfqaError
from pdfqa.render import one_line

if TYPE_CHECKING:
    from pdfqa.evaluate.journal import Run
    from pdfqa.evaluate.running import Plan
    from pdfqa.evaluate.scoring import Seen

_INTERRUPTED = 130
_PICTURES = 60
_MOST_HITS = 1000
_WIDEST_BAR = 100


class Wanted(msgspec.Struct, frozen=True):
    """What the options of the command say."""

    out: Path | None
    results: Path | None
    compare: Path | None
    against: tuple[str, ...]
    whole: bool
    search_only: bool
    limit: int | None
    depth: int | None
    pictures: int

    def place(self, questions: Path) -> Path:
        """Return where results are kept: as it is said, or beside the report, or here under the questions' name."""
        if self.results is not None:
            return self.results
        return (
            self.out.with_name(f"{self.out.stem}.results.jsonl")
            if self.out
            else Path(f"{questions.stem}.results.jsonl")
        )


@click.command(
    epilog="""
\b
Examples:
  pdfqa eval questions.jsonl report.pdf --out eval.html
  pdfqa eval questions.csv reports/ --limit 100 --search-only
  pdfqa eval questions.jsonl --against model=qwen2.5 \\
      --against base_url=http://127.0.0.1:11434/v1 --out two.html
"""
)
@click.argument("words", nargs=-1, required=True, metavar="QUESTIONS.jsonl [FILE|DIR]...", type=click.Path())
@click.option("--out", metavar="HTML", type=click.Path(path_type=Path), help="Write a report that a browser shows.")
@click.option(
    "--results", metavar="FILE", type=click.Path(path_type=Path), help="Keep the results there, as they come."
)
@click.option("--compare", metavar="FILE", type=click.Path(path_type=Path), help="Compare with results of another run.")
@click.option("--against", metavar="NAME=VALUE", multiple=True, help="Run again with this setting, and compare.")
@click.option("--whole", is_flag=True, help="Also search all files at once.")
@click.option("--search-only", is_flag=True, help="Measure search, do not ask.")
@click.option(
    "--limit", metavar="N", type=click.IntRange(1), help="Take N of the questions, by lot (the same each time)."
)
@click.option(
    "-k", "depth", metavar="N", type=click.IntRange(1, _MOST_HITS), help="Look at N passages of a search (some 20)."
)
@click.option(
    "--pictures", metavar="N", type=click.IntRange(0), default=_PICTURES, help=f"Draw at most N pages ({_PICTURES})."
)
@answering_options
def eval_command(shared: Shared, words: Sequence[str], **options: Any) -> int:
    """Measure answers to questions whose answer or page is known.

    QUESTIONS has a row for each question, as JSON lines or CSV: question,
    and page, answer or both; pdf, lang, source and id if you like. What was
    measured is kept, so that after an interruption the same command goes on.
    """
    wanted = Wanted(**options)
    for place in filter(None, (wanted.out, wanted.results)):
        _check_folder(place)  # before anything is measured
    results = wanted.place(Path(words[0]))
    plan = _plan(shared, words, wanted)
    old = _compared_with(wanted, results)
    run = _run(plan, results, shared)
    if run.complete and wanted.against:
        old = run
        with _otherwise(plan, wanted.against) as other:
            run = _run(other, results.with_name(f"{results.stem}.against.jsonl"), shared)
            plan = other
    _tell(run, old, shared)
    if wanted.out is not None:
        _write(wanted.out, run, old, plan, wanted.pictures)
    if not shared.quiet:
        tell(f"results: {one_line(str(results))}" + (f"; report: {one_line(str(wanted.out))}" if wanted.out else ""))
    if not run.complete:
        tell(f"pdfqa: interrupted after {len(run.rows):,} of {run.header.total:,} questions; the same command goes on")
        return _INTERRUPTED
    return 0


def _check_folder(place: Path) -> None:
    """Refuse a file that cannot be written, as far as that can be seen.

    Raises:
        PdfqaError: It is a folder, or in none.
    """
    if place.is_dir():
        raise PdfqaError(f"{place} cannot be written: it is a folder", hint="Name a file in it.")
    if not place.parent.is_dir():
        raise PdfqaError(f"{place} cannot be written: there is no folder {place.parent}", hint="Make it first.")


def _plan(shared: Shared, words: Sequence[str], wanted: Wanted) -> Plan:
    import random

    from pdfqa.engine.library import find_pdfs
    from pdfqa.evaluate.figures import SEED
    from pdfqa.evaluate.questions import read_questions
    from pdfqa.evaluate.running import Plan

    files = [path for word in words[1:] for path in find_pdfs(Path(word))]
    questions = read_questions(Path(words[0]), files)
    if wanted.limit is not None and wanted.limit < len(questions):
        lots = random.Random(SEED)  # noqa: S311 (a sample, no secret)
        chosen = sorted(lots.sample(range(len(questions)), wanted.limit))
        questions = [questions[place] for place in chosen]
    return Plan(
        questions=questions,
        name=words[0],
        files=files,
        options=shared.arguments(),
        k=wanted.depth,
        whole=wanted.whole,
        search_only=wanted.search_only,
    )


def _compared_with(wanted: Wanted, results: Path) -> Run | None:
    """Return the results to compare with, read before anything is written."""
    from pdfqa.evaluate.journal import load

    if wanted.compare is None:
        return None
    if wanted.against:
        raise InvalidRequestError(
            "--compare and --against both say what to compare with", hint="Give one of them.", param="--compare"
        )
    if wanted.compare.resolve() == results.resolve():
        raise InvalidRequestError(
            f"{wanted.compare} is where the results of this run go",
            hint="Keep these elsewhere: --results new.jsonl.",
            param="--compare",
        )
    return load(wanted.compare)


@contextmanager
def _otherwise(plan: Plan, against: Sequence[str]) -> Iterator[Plan]:
    """Yield the plan with some settings as they are given: arguments of PDFQA, k, or variables of the environment."""
    from pdfqa.qa import PDFQA

    names = {name for name, one in inspect.signature(PDFQA.__init__).parameters.items() if one.kind is one.KEYWORD_ONLY}
    options, before, depth = dict(plan.options), dict(os.environ), plan.k
    for setting in against:
        name, equals, value = setting.partition("=")
        if not equals or not (name in names or name == "k" or name.startswith("PDFQA_")):
            raise InvalidRequestError(
                f"--against {setting}: no such setting",
                hint=f"Give NAME=VALUE with one of {', '.join(sorted(names | {'k'}))}, or a variable PDFQA_….",
                param="--against",
            )
        if name == "k":
            depth = _depth(value)
        elif name in names:
            options[name] = value
        else:
            os.environ[name] = value
    try:
        yield msgspec.structs.replace(plan, options=options, k=depth, said=list(against))
    finally:
        os.environ.clear()
        os.environ.update(before)


def _depth(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= _MOST_HITS:
        raise InvalidRequestError(
            f"--against k={value}: k is a number from 1 to {_MOST_HITS:,}", hint="Give one.", param="--against"
        )
    return int(value)


def _run(plan: Plan, results: Path, shared: Shared) -> Run:
    from pdfqa.evaluate.running import evaluate

    talks = not shared.quiet and sys.stderr.isatty()
    with Bar() as reading, _Asked(talks) as asked:
        return evaluate(plan, results, report=asked.show, reading=reading.show if talks else None)


class _Asked:
    """A progress bar of questions on stderr, with how many have failed so far."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown
        self._bar: Any = None
        self._failed = 0

    def __enter__(self) -> _Asked:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, done: int, total: int, seen: Seen) -> None:
        """Draw how far it has come."""
        from pdfqa.evaluate.scoring import failure

        if not self._shown:
            return
        if self._bar is None:
            from tqdm import tqdm

            width = min(_WIDEST_BAR, look(sys.stderr).width - 3)
            self._bar = tqdm(total=total, unit="question", leave=False, ncols=width, file=sys.stderr)
        self._failed += bool(failure(seen))
        self._bar.set_postfix_str(f"{self._failed} failed", refresh=False)
        self._bar.update(done - self._bar.n)


def _tell(run: Run, old: Run | None, shared: Shared) -> None:
    from pdfqa.evaluate.metrics import summary
    from pdfqa.evaluate.telling import tables

    if shared.json:
        emit(summary(run, old))
    else:
        say(tables(run, old, look().width))


def _write(out: Path, run: Run, old: Run | None, plan: Plan, pictures: int) -> None:
    from pdfqa.evaluate.exhibits import exhibits
    from pdfqa.evaluate.report import report_html

    shown = exhibits(run.rows, plan.questions, plan.options, pictures)
    try:
        fresh = out.with_name(f"{out.name}.new")  # an earlier report stays until this one is whole
        fresh.write_text(report_html(run, shown, old=old, most=pictures), encoding="utf-8", errors="replace")
        os.replace(fresh, out)
    except OSError as error:
        raise PdfqaError(f"{out} cannot be written: {error.strerror or error}", hint="Name another file.") from error
