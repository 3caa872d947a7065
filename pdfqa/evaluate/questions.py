"""Questions whose pages or answers are known: rows of JSON lines or CSV, and the PDFs that they are about."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pdfqa.errors import InvalidRequestError, OtherFileError
from pdfqa.evaluate.scoring import Seen
from pdfqa.loading import load

_HINT = 'Questions are rows such as {"question": "…", "page": 3}.'
_MOST_TOLD = 20  # rows that an error names
# Other names of the fields, as people write them.
_NAMES = {
    "question": ("question", "q", "query"),
    "answers": ("answers", "answer", "expected"),
    "gold_pages": ("gold_pages", "pages", "page", "gold_page"),
    "pdf": ("pdf", "file", "document"),
    "answerable": ("answerable",),
    "lang": ("lang", "language"),
    "source": ("source",),
    "type": ("type",),
    "id": ("id",),
}
_KNOWN = {name for names in _NAMES.values() for name in names}
_YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `gold_pages` [] means that nothing answers it, None that the page is not known.

    `pdf` is as the row has it, `path` the file; both are empty where all files are asked. `other` are fields that mean
    nothing here.
    """

    id: str
    question: str
    answers: list[Any] = []
    gold_pages: list[int] | None = None
    answerable: bool = True
    lang: str = "en"
    source: str = ""
    type: str = ""
    pdf: str = ""
    path: str = ""
    other: dict[str, Any] = {}

    def start(self) -> Seen:
        """Return the record of the question before it is put."""
        return Seen(
            id=self.id,
            source=self.source,
            lang=self.lang,
            question=self.question,
            answers=self.answers,
            gold=self.gold_pages,
            answerable=self.answerable,
            pdf=self.pdf,
        )


class _BadRowError(ValueError):
    """What is wrong with a row."""


def read_questions(path: Path, files: Sequence[Path] = ()) -> list[Question]:
    """Return the questions of a file, each with its PDF.

    Args:
        path: JSON lines, one JSON list, or CSV with a line of heads.
        files: PDFs that are asked: where a row's PDF is looked for by name, and what a row without one is put to.

    Raises:
        FileError: It cannot be read.
        InvalidRequestError: Rows cannot be used; each is named with its line.
    """
    try:
        text = load(path, "questions", _HINT).decode()
    except UnicodeDecodeError as error:
        raise OtherFileError(f"{path} is not UTF-8: {error}", hint="Save it as UTF-8.") from error
    places = _Places(path.parent, files)
    found: list[Question] = []
    wrong: list[str] = []
    ids: dict[str, int] = {}
    for line, row in _rows(path, text):
        try:
            question = _question(row, line, places)
            if question.id in ids:
                raise _BadRowError(f"the id {question.id!r} is that of line {ids[question.id]} too")
            ids[question.id] = line
            found.append(question)
        except _BadRowError as error:
            wrong.append(f"line {line}: {error}")
    if wrong:
        more = [f"and {len(wrong) - _MOST_TOLD:,} more"] if len(wrong) > _MOST_TOLD else []
        count = f"{len(wrong):,} row{'s' if len(wrong) > 1 else ''} of {path} cannot be used"
        raise InvalidRequestError(count, hint="\n".join([*wrong[:_MOST_TOLD], *more]), param="questions")
    if not found:
        raise InvalidRequestError(f"{path} holds no question", hint=_HINT)
    return found


def _rows(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    """Yield each row with its line; one that is no JSON comes as an error."""
    if path.suffix.lower() in (".csv", ".tsv"):
        yield from _table(text)
        return
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(msgspec.json.decode(text, type=list[Any]), 1)
        except msgspec.DecodeError as error:
            yield 1, error
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                yield number, error


def _table(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        cells = {str(name).strip(): value for name, value in row.items() if name and value not in (None, "")}
        if cells:
            yield reader.line_num, cells


def _question(row: Any, line: int, places: _Places) -> Question:
    if isinstance(row, Exception):
        raise _BadRowError(f"no JSON: {row}")
    if not isinstance(row, Mapping):
        raise _BadRowError("no object with a question")
    fields = {name: _field(row, names) for name, names in _NAMES.items()}
    question = fields["question"]
    if not (isinstance(question, str) and question.strip()):
        raise _BadRowError("no question" if question is None else "the question is empty or no text")
    answers, pages = _answers(fields["answers"]), _pages(fields["gold_pages"])
    answerable = _answerable(fields["answerable"], answers, pages, stated=fields["answers"] is not None)
    if answerable and not answers and not pages:
        raise _BadRowError("neither a page nor an answer is given, so that nothing can be measured")
    pdf = str(fields["pdf"] or "")
    return Question(
        id=str(fields["id"] if fields["id"] is not None else line),
        question=question.strip(),
        answers=answers,
        gold_pages=pages,
        answerable=answerable,
        lang=str(fields["lang"] or _language(question)),
        source=str(fields["source"] or ""),
        type=str(fields["type"] or ""),
        pdf=pdf,
        path=places.find(pdf, needed=bool(pages)),
        other={name: value for name, value in row.items() if name not in _KNOWN},
    )


def _field(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((row[name] for name in names if name in row), None)


def _answers(value: Any) -> list[Any]:
    """Return the answers, of which any is right; one that is a list asks for all its parts."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        if value.startswith("["):  # a cell of a table
            try:
                return _answers(msgspec.json.decode(value))
            except msgspec.DecodeError:
                pass
        return [value]
    return list(value) if isinstance(value, list) else [value]


def _pages(value: Any) -> list[int] | None:
    if value is None:
        return None
    if isinstance(value, str):
        value = [part for part in value.strip("[] ").replace(";", ",").split(",") if part.strip()]
    numbers = value if isinstance(value, list) else [value]
    try:
        pages = [int(number) for number in numbers if not isinstance(number, bool)]
    except (TypeError, ValueError):
        pages = [0]
    if len(pages) != len(numbers) or any(page < 1 for page in pages):
        raise _BadRowError(f"the pages are {value!r}; they are numbers from 1, as the PDF counts them")
    return pages


def _answerable(value: Any, answers: list[Any], pages: list[int] | None, *, stated: bool) -> bool:
    """Return whether there is an answer: as the row says, else whether it has one or a page."""
    if isinstance(value, str):
        value = _YES.get(value.strip().lower(), value)
    if value is None:
        empty = pages == [] or (stated and pages is None)  # said to be nowhere, or to be nothing
        return bool(answers or pages or not empty)
    if not isinstance(value, bool):
        raise _BadRowError(f"answerable is {value!r}; it can be true or false")
    return value


def _language(question: str) -> str:
    from pdfqa import languages

    return languages.detect(question) or "en"


class _Places:
    """Where the PDFs of rows are."""

    def __init__(self, folder: Path, files: Sequence[Path]) -> None:
        self._folder = folder
        self._files = list(files)

    def find(self, pdf: str, *, needed: bool) -> str:
        """Return the path of a row's PDF; "" for a row without one where several files are asked.

        Raises:
            _BadRowError: It is not there, or not known which is meant.
        """
        if not pdf:
            if len(self._files) == 1:
                return str(self._files[0])
            if needed and self._files:
                raise _BadRowError("it gives a page, but no pdf, and there are several files")
            if not self._files:
                raise _BadRowError("it names no pdf, and no file is given")
            return ""
        for path in (self._folder / pdf, Path(pdf)):
            if path.is_file():
                return str(path)
        parts = Path(pdf).parts
        named = [path for path in self._files if path.parts[-len(parts) :] == parts] or [
            path for path in self._files if path.name == parts[-1]
        ]
        if len(named) == 1:
            return str(named[0])
        raise _BadRowError(f"{len(named)} files are called {pdf}" if named else f"there is no file {pdf}")
