"""Put questions to their documents and take down what comes back, in an order in which each document is opened once."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pdfqa import config
from pdfqa._version import __version__
from pdfqa.config import EXTRACTIVE
from pdfqa.evaluate.asking import Asker
from pdfqa.evaluate.journal import Header, Journal, Run
from pdfqa.evaluate.questions import Question
from pdfqa.evaluate.scoring import Seen
from pdfqa.qa import PDFQA
from pdfqa.store.blobs import hash_file
from pdfqa.types import Failure, Progress

_TOLD = ("model", "base_url", "backend", "embedder", "reranker", "ocr", "ocr_lang")  # settings that answers depend on
_UNSAID = {"home", "password", "model_key", *_TOLD}  # the rest of what may be set otherwise is told as it is given

Report = Callable[[int, int, Seen], None]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be measured.

    `files` are all PDFs that are searched at once: by `whole`, and by questions that name no PDF. `options` are those
    of `PDFQA`. `k` is how many hits are looked at; by default as many as it takes to see five pages. `said`
    are settings of the environment, as NAME=VALUE, to tell runs apart.
    """

    questions: list[Question]
    name: str = ""
    files: list[Path] = []
    options: dict[str, Any] = {}
    k: int | None = None
    whole: bool = False
    search_only: bool = False
    said: list[str] = []

    def settings(self) -> dict[str, str]:
        """Return the settings that are not as by default, wherever they are from, and what writes the answers."""
        given = {name: self.options.get(name) for name in _TOLD}
        found, default = config.load(**given), config.Settings(home=Path())
        told = {name: str(value) for name in _TOLD if (value := getattr(found, name)) != getattr(default, name)}
        others = {name: value for name, _, value in (one.partition("=") for one in self.said) if name not in _UNSAID}
        return {"model": EXTRACTIVE, **told, **({"k": str(self.k)} if self.k else {}), **others}

    def paths(self) -> list[str]:
        """Return all PDFs, each once."""
        named = {question.path for question in self.questions if question.path}
        return sorted(named | {str(path) for path in self.files})


def evaluate(
    plan: Plan,
    results: Path | None = None,
    *,
    report: Report | None = None,
    reading: Callable[[Progress], None] | bool | None = None,
) -> Run:
    """Measure, and return what came back; after Ctrl-C, what came back until then.

    Args:
        plan: What is to be measured.
        results: A file to keep the results in while they come. One that an interrupted run has left is gone on with.
        report: Told after each question how many are done, of how many, and what came back.
        reading: Told of the reading of the documents; True draws a bar.

    Raises:
        FileError: None of the documents can be used.
        InvalidRequestError: `results` holds something else.
    """
    paths = plan.paths()
    with PDFQA(*paths, **plan.options) as qa:
        added = qa.add(progress=reading)
    refused = {failed.file: failed for failed in added.failed}
    hashes = {path: hash_file(Path(path))[0] for path in paths if path not in refused}
    header = _header(plan, hashes, sum(entry.pages for entry in (*added.added, *added.known)))
    rows: list[Seen] = []
    with Journal(results, header) as journal:
        try:
            for seen in _measured(plan, journal.done, refused, hashes):
                if seen.id not in journal.done:
                    journal.note(seen)
                rows.append(seen)
                if report:
                    report(len(rows), len(plan.questions), seen)
        except KeyboardInterrupt:
            return Run(header=header, rows=_in_order(plan, rows), complete=False)
        journal.end()
    return Run(header=header, rows=_in_order(plan, rows))


def _header(plan: Plan, hashes: Mapping[str, str], pages: int) -> Header:
    told = [plan.questions, sorted(hashes.values()), plan.settings(), plan.whole, plan.search_only, __version__]
    return Header(
        fingerprint=hashlib.sha256(msgspec.json.encode(told)).hexdigest(),
        questions=plan.name,
        total=len(plan.questions),
        documents=len(set(hashes.values())),
        pages=pages,
        settings=plan.settings(),
        version=__version__,
        begun=datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        search_only=plan.search_only,
    )


def _in_order(plan: Plan, rows: Iterable[Seen]) -> list[Seen]:
    found = {seen.id: seen for seen in rows}
    return [found[question.id] for question in plan.questions if question.id in found]


def _measured(
    plan: Plan, done: Mapping[str, Seen], refused: Mapping[str, Failure], hashes: Mapping[str, str]
) -> Iterable[Seen]:
    """Yield what comes back for each question, those first that are done already."""
    yield from (done[question.id] for question in plan.questions if question.id in done)
    grouped: dict[str, list[Question]] = {}
    for question in plan.questions:
        if question.id not in done:
            grouped.setdefault(question.path, []).append(question)
    everything = PDFQA(*plan.paths(), **plan.options)
    with everything:
        whole = Asker(everything, k=plan.k)
        for path, questions in grouped.items():
            if path in refused:
                yield from (skipped(question.start(), refused[path]) for question in questions)
                continue
            with PDFQA(*([path] if path else plan.files), **plan.options) as qa:
                asker = Asker(qa, ask=not plan.search_only, k=plan.k)
                for question in questions:
                    seen = question.start()
                    seen.right = [Path(name).name for name, sha256 in hashes.items() if sha256 == hashes.get(path)]
                    asker.put(seen)
                    if plan.whole and seen.gold:
                        whole.search_all(seen)
                    yield seen


def skipped(seen: Seen, failed: Failure) -> Seen:
    """Return the record of a question about a file that was not added: `unreadable` if it has no text."""
    seen.outcome = "unreadable" if failed.error == "no_text" else "error"
    seen.error = "" if failed.error == "no_text" else failed.message
    return seen


def pairs(old: Sequence[Seen], new: Sequence[Seen]) -> list[tuple[Seen, Seen]]:
    """Return what two runs have of the same questions."""
    before = {(seen.source, seen.id): seen for seen in old}
    return [(before[seen.source, seen.id], seen) for seen in new if (seen.source, seen.id) in before]
