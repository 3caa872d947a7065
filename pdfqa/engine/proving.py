"""Prove saved citations again: find the file that was quoted, read the page anew, look for the quote.

What the home directory has stored of a page is not asked: the PDF is. Pages are read in the ranges in which a document
is read when it is added, so that running heads are known by the same neighbours and the text is the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.engine.ingest import ranges
from pdfqa.engine.library import Library
from pdfqa.engine.reading import Opened, Request
from pdfqa.engine.whereabouts import Finder
from pdfqa.errors import EncryptedFileError, InvalidRequestError, PdfqaError, ReaderFailedError
from pdfqa.pages import DocumentInfo, TextSource
from pdfqa.pdf import ocr_lack
from pdfqa.pdf.options import ReadOptions
from pdfqa.pdf.passwords import tries
from pdfqa.texts import is_text
from pdfqa.types import Proof, ProofStatus, Verification
from pdfqa.verify import where
from pdfqa.workers import Done, Task, WorkerPool

T = TypeVar("T")
Place = str | os.PathLike[str]

_MOST_OPEN = 16  # files whose pages that were read again are kept


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A citation as it was saved. `sha256` is "" where the answer does not say of which bytes it is."""

    file: str
    page: int
    quote: str
    start: int = -1
    end: int = -1
    sha256: str = ""
    source: TextSource = "text"


class _FailedError(Exception):
    """A claim cannot be proved: the status and why."""

    def __init__(self, status: ProofStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Prover:
    """Proves citations, reading each page once; a context manager that keeps its reading processes warm.

    Args:
        engine: The home, for its settings and for where it has seen files.
        files: PDFs and folders to look for the quoted files in, before the places that the citations name.
        folder: Where relative names are from.
        passwords: Tried on encrypted files.
    """

    def __init__(
        self, engine: Engine, files: Sequence[Place] = (), *, folder: Place = ".", passwords: Sequence[str] = ()
    ) -> None:
        self._engine = engine
        self.finder = Finder(engine, files, folder=folder)
        self._passwords = passwords
        self._pool = WorkerPool(engine.settings.workers, memory_mb=engine.settings.memory_mb)
        self._opened: dict[Path, _Again] = {}

    def __enter__(self) -> Prover:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def prove(self, claims: Sequence[Claim]) -> list[Proof]:
        """Return what becomes of each citation."""
        return [self._prove(claim) for claim in claims]

    def _prove(self, claim: Claim) -> Proof:
        proof = Proof(file=claim.file, page=claim.page, quote=claim.quote, status="not_found", source=claim.source)
        replace = msgspec.structs.replace
        try:
            path, same = self._find(claim)
            proof = replace(proof, path=str(path))
            status, found, reason = self._look(claim, self._again(path, claim.file))
        except _FailedError as failed:
            return replace(proof, status=failed.status, reason=failed.reason)
        except PdfqaError as error:
            return replace(proof, status="unreadable", reason=f"{error.message}. {error.hint}".replace("..", "."))
        if not same:
            now = f"it now stands on page {found}" if found else "it stands nowhere in what the file is now"
            return replace(proof, status="changed", found=found, reason=f"the file is not the one quoted; {now}")
        return replace(proof, status=status, found=found, reason=reason)

    def _look(self, claim: Claim, again: _Again) -> tuple[ProofStatus, int | None, str]:
        """Return what is found of a quote, on which page, and what else there is to say."""
        text = again.text(claim.page, ocr=claim.source == "ocr") if 1 <= claim.page <= again.info.pages else ""
        place = where(claim.quote, text, claim.start, claim.end)
        if place:
            return ("proved" if place == "place" else "moved"), claim.page, ""
        other = again.page_with(claim.quote)
        if other:
            return "other_page", other, ""
        if not 1 <= claim.page <= again.info.pages:
            return "not_found", None, f"there is no page {claim.page}; the file has {again.info.pages:,}"
        return "not_found", None, "" if text.strip() else "the page has no text"

    def _find(self, claim: Claim) -> tuple[Path, bool]:
        """Return the file that was quoted, and whether its bytes are those that were quoted, as far as that is known.

        Raises:
            _FailedError: It is nowhere.
        """
        found = self.finder.find(claim.file, claim.sha256)
        if found is None:
            raise _FailedError("missing", f"no such file is there; {self.finder.advice}")
        return found

    def _again(self, path: Path, called: str) -> _Again:
        if path not in self._opened:
            if len(self._opened) >= _MOST_OPEN:  # the texts of a large archive are not all kept
                del self._opened[next(iter(self._opened))]
            text = is_text(path.name) or is_text(called)  # what is kept in the home has no name of its own
            self._opened[path] = _Again(self._engine, self._pool, path, self._passwords, text=text)
        return self._opened[path]


class _Again:
    """A PDF, or a text, that is read again, as far as it is asked for."""

    def __init__(
        self, engine: Engine, pool: WorkerPool, path: Path, passwords: Sequence[str], *, text: bool = False
    ) -> None:
        self._settings = engine.settings
        self._options = msgspec.structs.replace(ReadOptions.of(engine.settings), text=text)
        self._pool = pool
        self._path = path
        self._passwords = tries(passwords)
        self._texts: dict[tuple[int, bool], str] = {}

    @cached_property
    def info(self) -> DocumentInfo:
        """What is known of the document; finds the password that opens it, and a reader that can.

        Raises:
            FileError: The file cannot be used.
        """
        return self._opened[0]

    @cached_property
    def _opened(self) -> tuple[DocumentInfo, Request]:
        *others, last = self._passwords
        request = Request(path=os.fsencode(self._path), options=self._options, last=0, recognised=None)
        for password in others:
            with suppress(EncryptedFileError):
                return self._open(msgspec.structs.replace(request, password=password))
        return self._open(msgspec.structs.replace(request, password=last))

    def _open(self, request: Request) -> tuple[DocumentInfo, Request]:
        try:
            opened = self._ask("open_document", request)
        except ReaderFailedError:  # a worker died over it: the second reader may not
            request = msgspec.structs.replace(request, pypdf=True)
            opened = self._ask("open_document", request)
        return msgspec.msgpack.decode(opened, type=Opened).info, request

    def text(self, page: int, *, ocr: bool = False) -> str:
        """Return the text of a page; with `ocr`, what is recognised in its picture.

        Raises:
            FileError: The page cannot be read.
        """
        if (page, ocr) not in self._texts:
            first, last = next(part for part in self._ranges if part[0] <= page <= part[1])
            known = {page: self._recognised(page)} if ocr else {}
            texts = self._read([(first, last)], known)
            self._texts.update({(number, False): text for number, text in texts.items() if number not in known})
            self._texts.update({(number, True): texts[number] for number in known})
        return self._texts[page, ocr]

    def page_with(self, quote: str) -> int:
        """Return the first page that a quote stands on, of those that have a text layer; 0 where there is none."""
        missing = [part for part in self._ranges if any((page, False) not in self._texts for page in _pages(part))]
        self._texts.update({(number, False): text for number, text in self._read(missing, {}).items()})
        texts = sorted(self._texts.items())
        return next((number for (number, _), text in texts if where(quote, text, -1, -1)), 0)

    @property
    def _ranges(self) -> list[tuple[int, int]]:
        return ranges(self.info.pages, self._settings.workers)

    def _read(self, parts: Iterable[tuple[int, int]], known: Mapping[int, msgspec.Raw]) -> dict[int, str]:
        requests = [self._request(first, last, known) for first, last in parts]
        texts: dict[int, str] = {}
        for done in self._pool.map(self._task("read_texts", request) for request in requests):
            texts.update(msgspec.msgpack.decode(self._result(done), type=dict[int, str]))
        return texts

    def _request(self, first: int, last: int, known: Mapping[int, msgspec.Raw]) -> Request:
        info, request = self._opened
        outline = [item for item in info.outline if first <= item.page <= last]
        return msgspec.structs.replace(request, first=first, last=last, outline=outline, known=dict(known))

    def _recognised(self, page: int) -> msgspec.Raw:
        if lack := ocr_lack(self._options):
            raise _FailedError("unreadable", f"the quote is from a picture, whose text needs to be recognised. {lack}")
        request = msgspec.structs.replace(self._opened[1], first=page, last=page, options=self._options)
        return msgspec.Raw(self._ask("recognise", request))

    def _task(self, function: str, request: Request) -> Task:
        limit = "ocr_seconds" if function == "recognise" else "page_seconds"
        payload = msgspec.msgpack.encode(request)
        seconds = float(getattr(self._settings, limit))
        return Task(function=f"pdfqa.engine.reading:{function}", payload=payload, seconds=seconds, limit=limit)

    def _ask(self, function: str, request: Request) -> bytes:
        return self._result(next(self._pool.map([self._task(function, request)])))

    def _result(self, done: Done) -> bytes:
        if done.result is None:
            raise done.error or ReaderFailedError(f"reading {self._path} gave nothing", hint="Try it again.")
        return done.result


def verify(
    engine: Engine,
    library: Library,
    answers: Iterable[Any],
    files: Sequence[Place] = (),
    *,
    folder: Place = ".",
    passwords: Sequence[str] = (),
) -> list[Verification]:
    """Return what becomes of the citations of some saved answers.

    Args:
        engine: The home.
        library: Knows what was added.
        answers: The JSON of answers, or of messages or responses of the wire.
        files: As for `Prover`, and the rest likewise.
        folder: Where relative names are from.
        passwords: Tried on encrypted files.

    Raises:
        FileError: One of the files is not there.
        InvalidRequestError: What was saved is no answer.
    """
    names = {item.file.id: (item.shown, item.sha256) for item, _ in library.everything()}
    with Prover(engine, files, folder=folder, passwords=passwords) as prover:
        return [_verified(prover, answer, list(claims(answer, names))) for answer in answers]


def _verified(prover: Prover, answer: Any, cited: list[Claim]) -> Verification:
    fields = answer if isinstance(answer, Mapping) else {}
    if not cited and "outcome" not in fields:  # an answer says how it went; what cites nothing and does not is none
        raise InvalidRequestError(
            "no citation is in what was saved, nor is it an answer of pdfqa",
            hint="Give what pdfqa ask --json printed, or a message or response of the server.",
            param="answer",
        )
    question = fields.get("question")
    return Verification(question=question if isinstance(question, str) else "", proofs=prover.prove(cited))


def _pages(part: tuple[int, int]) -> range:
    return range(part[0], part[1] + 1)


def claims(value: Any, names: Mapping[str, tuple[str, str]] | None = None) -> Iterator[Claim]:
    """Yield the citations in a saved answer, wherever they stand in it: in what has a page and a quote.

    Args:
        value: The JSON of an answer, or of a message or response of the wire.
        names: Name and hash of the file with an id, since the wire's citations name a file by its id.
    """
    if isinstance(value, Mapping):
        if isinstance(value.get("quote"), str) and isinstance(value.get("page"), int):
            yield claim(value, names)
        else:
            for item in value.values():
                yield from claims(item, names)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from claims(item, names)


def claim(value: Mapping[str, Any], names: Mapping[str, tuple[str, str]] | None = None) -> Claim:
    """Return a citation as JSON has it; `names` as for `claims`."""
    name, sha256 = (names or {}).get(str(value.get("file_id")), ("", ""))
    start, end = value.get("start"), value.get("end")
    return Claim(
        file=str(value.get("file") or name or value.get("filename") or ""),
        page=value["page"],
        quote=value["quote"],
        start=start if isinstance(start, int) else -1,
        end=end if isinstance(end, int) else -1,
        sha256=str(value.get("sha256") or sha256),
        source="ocr" if value.get("source") == "ocr" else "text",
    )
