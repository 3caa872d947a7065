"""Whole documents: what `PDFQA` does with all pages of its files, and not with the best passages of a search."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from pdfqa.chat import check_question
from pdfqa.config import is_count
from pdfqa.engine import Engine
from pdfqa.engine.library import Library, Named, Report
from pdfqa.errors import InvalidRequestError, by_code
from pdfqa.loading import load_json
from pdfqa.progress import reporting
from pdfqa.results import Changes, Comparison, Estimates, Extraction, Extractions, Summaries, Summary
from pdfqa.types import Citation, Failure, Progress

if TYPE_CHECKING:  # what only adds files loads neither numpy nor what summarises
    from pdfqa.engine.pictures import PdfLocator
    from pdfqa.engine.whole import Whole
    from pdfqa.wire import VectorStore

Source = str | os.PathLike[str]
_Done = TypeVar("_Done")
_SCHEMA_HINT = 'A schema is JSON such as {"type": "object", "properties": {"revenue": {"type": "number"}}}.'
_VERSIONS = 2  # that are compared
_FEWEST_WORDS, _MOST_WORDS = 20, 5_000  # of a summary


class WholeDocuments:
    """The jobs on whole documents, as methods of `PDFQA`."""

    _engine: Engine
    _library: Library
    failures: list[Failure]

    def prepare(self, progress: Report | bool | None = None) -> tuple[VectorStore, list[Named]]:
        """Return the vector store of exactly the files asked, read if they were not, and those files."""
        raise NotImplementedError

    def locator(self, sha256: str) -> PdfLocator:
        """Return what finds quotes in the PDF with this hash, and draws its pages."""
        raise NotImplementedError

    def summarize(
        self,
        *,
        words: int | None = None,
        prompt: str = "",
        instructions: str = "",
        again: bool = False,
        progress: Report | bool | None = None,
    ) -> Summaries:
        """Return the summary of each file, made of all its pages.

        Without a model it quotes the sentences that tell most. A model takes notes on one part after the other, and
        writes the summary of these; what it has replied is kept, so that an interrupted call goes on where it was, and
        the same call costs nothing a second time.

        Args:
            words: About how many words each is to have; by default a sixth of the document's, from 80 to 300.
            prompt: What a model is to write on, or how.
            instructions: What it is told before all else: who it is, for whom it writes.
            again: Whether a model is asked all anew.
            progress: Told of every part that was read; True draws a bar.

        Raises:
            InvalidRequestError: The number of words is out of range, or a prompt or instructions have no model.
            FileError: None of the files can be used.
            BackendError: The model failed; what it had done is kept.
        """
        from pdfqa.engine import summaries

        wish = self._wish(words, prompt, instructions, again=again)
        with reporting(progress) as report:
            wholes = self._wholes(report)

            def one(number: int, whole: Whole) -> Summary:
                told = _telling(report, "summarizing", whole, number, len(wholes))
                return summaries.summarize(self._engine, whole, wish, told)

            return Summaries(summaries=[self._timed(one, number, whole) for number, whole in enumerate(wholes)])

    def estimate_summary(
        self,
        *,
        words: int | None = None,
        prompt: str = "",
        instructions: str = "",
        again: bool = False,
        progress: Report | bool | None = None,
    ) -> Estimates:
        """Return what `summarize` would ask of the model: calls, tokens, price. Nothing is asked of it.

        Args:
            words: As for `summarize`.
            prompt: As for `summarize`.
            instructions: As for `summarize`.
            again: As for `summarize`.
            progress: Told of the reading of files that were not read before; True draws a bar.
        """
        from pdfqa.engine import summaries

        wish = self._wish(words, prompt, instructions, again=again)
        with reporting(progress) as report:
            wholes = self._wholes(report)
        return Estimates(estimates=[summaries.estimate(self._engine, whole, wish) for whole in wholes])

    def extract(
        self, schema: Mapping[str, Any] | Source, *, again: bool = False, progress: Report | bool | None = None
    ) -> Extractions:
        """Return a JSON schema filled from each file, with a citation for each field.

        Every field is asked as a question: its description, title or name. What is found is made a value of its type;
        a field of which nothing is found, or nothing that fits, is None, with the reason. A model, if there is one, is
        asked for one field at a time, and what it takes has to stand in the passage it cites.

        Args:
            schema: A schema of an object, or the path of a file that holds one, or a class with
                `model_json_schema()`, as pydantic's models are.
            again: Whether a model is asked anew what it has replied to before.
            progress: Told of every file; True draws a bar.

        Raises:
            InvalidRequestError: The schema is wrong, or has something that cannot be filled; the error names the place.
            FileError: None of the files can be used.
            BackendError: The model failed; what it had done is kept.
        """
        from pdfqa.engine.extractions import extract
        from pdfqa.whole.schema import fields

        wanted = fields(_schema(schema))
        with reporting(progress) as report:
            wholes = self._wholes(report)

            def one(number: int, whole: Whole) -> Extraction:
                told = _telling(report, "extracting", whole, number, len(wholes), unit="fields")
                return extract(self._engine, whole, self._alone(whole), wanted, again=again, report=told)

            return Extractions(extractions=[self._timed(one, number, whole) for number, whole in enumerate(wholes)])

    def compare(self, question: str = "", *, again: bool = False, progress: Report | bool | None = None) -> Comparison:
        """Return what each file says to a question, side by side, and how that differs.

        Numbers are compared where each file gives one in the same unit. A model, if there is one, answers for each file
        and then writes a comparison of what they cite; each of its sentences is held against that.

        Args:
            question: What is asked of each file.
            again: Whether a model is asked anew for a comparison that it has made before.
            progress: Told of every file; True draws a bar.

        Raises:
            InvalidRequestError: The question is empty, or there are fewer than two files.
            FileError: None of the files can be used.
        """
        from pdfqa.engine.comparisons import compare

        if question == "":
            hint = 'Give one: qa.compare("What was revenue?"). qa.changes() tells what differs between two versions.'
            raise InvalidRequestError("there is no question to compare the files by", hint=hint, param="question")
        check_question(question)
        with reporting(progress) as report:
            wholes = self._several(report)
            told = _telling(report, "comparing", wholes[0], 0, 1, unit="files")

            def all_of_them() -> Comparison:
                named = [(whole, self._alone(whole)) for whole in wholes]
                return compare(self._engine, named, question, again=again, report=told)

            return self._timed(all_of_them)

    def changes(self, *, progress: Report | bool | None = None) -> Changes:
        """Return what differs between two versions of a document: the first file, and the second as the later one.

        Sentences, headings and rows of tables are compared, wherever the pages break.

        Args:
            progress: Told of the reading of files that were not read before; True draws a bar.

        Raises:
            InvalidRequestError: There are not two files.
            FileError: One of the files cannot be used.
        """
        from pdfqa.engine.comparisons import changes

        with reporting(progress) as report:
            wholes = self._several(report)
        if len(wholes) > _VERSIONS:
            raise InvalidRequestError(
                f"{len(wholes)} files are given; versions are compared two by two",
                hint='Give two, or ask a question of all: pdfqa compare A.pdf B.pdf C.pdf "…".',
                param="paths",
            )
        return self._timed(changes, *wholes)

    def _several(self, report: Report | None) -> list[Whole]:
        """Return the files that are to be compared."""
        wholes = self._wholes(report)
        if len(wholes) < _VERSIONS:
            if self.failures:
                failed = self.failures[0]
                raise by_code(failed.error)(failed.message, hint=failed.hint)
            raise InvalidRequestError(
                "there is only one document to compare",
                hint="Give two files that are not the same: pdfqa compare A.pdf B.pdf.",
                param="paths",
            )
        return wholes

    def _alone(self, whole: Whole) -> str:
        """Return the id of the vector store that holds a document and nothing else."""
        return self._library.store([whole.named]).id

    def _wish(self, words: int | None, prompt: str, instructions: str, *, again: bool) -> Any:
        from pdfqa.engine.summaries import Wish

        if words is not None and not is_count(words, _FEWEST_WORDS, _MOST_WORDS):
            raise InvalidRequestError(
                f"words is {words!r}; it must be from {_FEWEST_WORDS} to {_MOST_WORDS:,}", param="words"
            )
        if (prompt or instructions) and self._engine.settings.model is None:
            needs = "a prompt needs" if prompt else "instructions need"
            raise InvalidRequestError(
                f"{needs} a model that reads it; without one, summaries are sentences of the document",
                hint="Name a model (--model, PDFQA_MODEL), or ask a question: pdfqa ask.",
                param="prompt" if prompt else "instructions",
            )
        return Wish(words=words, prompt=prompt, instructions=instructions, again=again)

    def _wholes(self, report: Report | None) -> list[Whole]:
        from pdfqa.engine.whole import Whole

        return [Whole(self._engine, item) for item in self.prepare(report)[1]]

    def _timed(self, work: Callable[..., _Done], *values: object) -> _Done:
        """Return what comes of work, its citations able to find their place, with how long it took."""
        started = perf_counter()
        done = self.placed(work(*values))
        changed: _Done = msgspec.structs.replace(done, timings={"total": round(perf_counter() - started, 4)})  # type: ignore[type-var]
        return changed

    def placed(self, value: _Done) -> _Done:
        """Return a value whose citations, wherever in it, know the PDF that they are of."""
        if isinstance(value, Citation):
            value.with_locator(self.locator(value.sha256))
        elif isinstance(value, msgspec.Struct):
            for name in value.__struct_fields__:
                self.placed(getattr(value, name))
        elif isinstance(value, list):
            for one in value:
                self.placed(one)
        return value


def _schema(schema: Any) -> Any:
    """Return a schema as a value, wherever it is."""
    if hasattr(schema, "model_json_schema"):
        return schema.model_json_schema()
    if not isinstance(schema, str | os.PathLike):
        return schema
    return load_json(schema, "schema", _SCHEMA_HINT)


def _telling(
    report: Report | None, doing: str, whole: Whole, number: int, files: int, *, unit: str = "pages"
) -> Callable[[int, int], None]:
    """Return what tells of the progress on one of several files."""

    def tell(done: int, total: int) -> None:
        if report is not None:
            ended = number + (done >= total)
            report(
                Progress(
                    file=whole.shown,
                    pages_done=done,
                    pages_total=total,
                    files_done=ended,
                    files_total=files,
                    failed=0,
                    doing=doing,
                    unit=unit,
                )
            )

    return tell
