"""Ask PDFs: the engine's operations in the order that a question needs them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType

import msgspec

from pdfqa import config
from pdfqa.engine import Engine
from pdfqa.engine.runs import Outcome
from pdfqa.errors import (
    FileError,
    FileMissingError,
    InvalidRequestError,
    NoPdfsError,
    ObjectNotFoundError,
    PdfqaError,
)
from pdfqa.search import Evidence
from pdfqa.types import (
    AddReport,
    Answer,
    Box,
    Citation,
    DocumentInfo,
    Failure,
    FileEntry,
    Hit,
    Info,
    OutlineItem,
    Page,
    Progress,
    Unread,
)
from pdfqa.wire import File, VectorStore

Source = str | os.PathLike[str] | bytes
Report = Callable[[Progress], None]
replace = msgspec.structs.replace


class _Named(msgspec.Struct, frozen=True):
    """A file and what the user calls it."""

    file: File
    sha256: str
    shown: str


class PDFQA:
    """Ask questions of PDF files.

    Nothing is sent anywhere. What was read is kept in the home directory, by the hash of its bytes, so that a file is
    read once. Safe to use inside a running event loop and from several threads.

    Args:
        *paths: PDF files, folders that hold some (searched with their subfolders), or a PDF's bytes. Without any,
            everything in the home directory is asked.
        home: Where pdfqa keeps what it reads; by default `PDFQA_HOME`, or the platform's place for such data.
        password: A password, or several to try, for encrypted files; by default `PDFQA_PASSWORD`. Never stored.
        ocr: What to do with pages that have no text; "auto" reads what can be read. Others come with the OCR extra.
        model: What writes answers; None quotes the documents (the only one so far).

    Raises:
        StorageError: The home directory cannot be used.
        InvalidRequestError: An option has a value that is not known.
    """

    def __init__(
        self,
        *paths: Source,
        home: str | os.PathLike[str] | None = None,
        password: str | Sequence[str] | None = None,
        ocr: str = "auto",
        model: str | None = None,
    ) -> None:
        _check_choice("ocr", ocr, ("auto", "never"))
        _check_choice("model", model, (None, "extractive"))
        first = password if isinstance(password, str) or password is None else None
        self._settings = config.load(home=home, password=first)
        many = () if isinstance(password, str) or password is None else tuple(password)
        self._passwords = many or ((self._settings.password,) if self._settings.password is not None else ())
        self._paths = paths
        self._engine = Engine(self._settings)
        self.failures: list[Failure] = []

    def __enter__(self) -> PDFQA:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        what = ", ".join("<bytes>" if isinstance(path, bytes) else repr(str(path)) for path in self._paths)
        return f"PDFQA({what or 'everything'}, home={str(self._settings.home)!r})"

    def close(self) -> None:
        """Close the home directory."""
        self._engine.close()

    def add(self, *paths: Source, progress: Report | None = None) -> AddReport:
        """Read and index files now; a bad one never stops the others.

        Args:
            *paths: As for the constructor; without any, those given there.
            progress: Told of every range of pages that was read.
        """
        started = perf_counter()
        named, failures = self._files(paths or self._paths)
        known = {item.sha256 for item in named if self._engine.documents.find(item.sha256)}
        failures += self._read([item for item in named if item.sha256 not in known], progress)
        self.failures = failures
        entries = {item.sha256: self._entry(item) for item in named if self._engine.documents.find(item.sha256)}
        added = [entry for sha256, entry in entries.items() if sha256 not in known]
        return AddReport(
            added=added,
            known=[entry for sha256, entry in entries.items() if sha256 in known],
            failed=failures,
            pages=sum(entry.pages for entry in added),
            seconds=round(perf_counter() - started, 3),
            unread=[unread for entry in added for unread in entry.unread],
        )

    def search(self, question: str, k: int = 5, *, explain: bool = False, progress: Report | None = None) -> list[Hit]:
        """Return the k passages that speak most of a question, best first.

        Args:
            question: What is asked, or some words.
            k: How many, from 1 to 1,000.
            explain: Whether hits say what their score is made of.
            progress: Told of the reading of files that were not read before.

        Raises:
            InvalidRequestError: The question is empty, or k is out of range.
            FileError: None of the files can be used.
        """
        _check_question(question)
        if not 1 <= k <= 1000:
            raise InvalidRequestError(f"k is {k}; it must be from 1 to 1,000", param="k")
        store, names = self._prepare(progress)
        found = self._engine.vector_stores.search(store.id, question, k=k)
        return [_hit(piece, names[piece.document].shown, explain=explain) for piece in found.evidence]

    def ask(self, question: str, *, progress: Report | None = None) -> Answer:
        """Return the answer to a question, with its proof.

        Args:
            question: What is asked.
            progress: Told of the reading of files that were not read before.

        Raises:
            InvalidRequestError: The question is empty.
            FileError: None of the files can be used.
        """
        return Chat(self).ask(question, progress=progress)

    def chat(self) -> Chat:
        """Return a conversation, in which a short question is understood from the one before."""
        return Chat(self)

    def files(self) -> list[FileEntry]:
        """Return what the home directory holds, oldest first."""
        entries = []
        for file in self._engine.files.all():
            sha256 = self._engine.files.sha256(file.id)
            if self._engine.documents.find(sha256):
                shown = self._engine.blobs.path(sha256) or file.filename
                entries.append(self._entry(_Named(file, sha256, shown)))
        return entries

    def document(self, name: str | os.PathLike[str]) -> Document:
        """Return one document that has been read, by its path, its name or its file id.

        Raises:
            ObjectNotFoundError: There is none, or several have that name.
        """
        return Document(self._engine, self._known(os.fspath(name)))

    def remove(self, name: str | os.PathLike[str]) -> FileEntry:
        """Forget a file and everything read of it; the file itself is not touched.

        Raises:
            ObjectNotFoundError: There is none, or several have that name.
        """
        entry = self._known(os.fspath(name))
        self._engine.files.delete(entry.id)
        return entry

    def info(self) -> Info:
        """Return what the home directory holds, and what made it."""
        from pdfqa._version import __version__

        engine = self._engine
        pages, passages, languages = engine.documents.totals()
        return Info(
            version=__version__,
            home=str(self._settings.home),
            files=len(self.files()),
            pages=pages,
            passages=passages,
            threads=engine.thread_objects.count(),
            bytes=sum(path.stat().st_size for path in self._settings.home.rglob("*") if path.is_file()),
            embedder=engine.embedder.name,
            schema=engine.database.version,
            languages=languages,
        )

    # From here on: what a question needs before it can be asked.

    def _prepare(self, progress: Report | None) -> tuple[VectorStore, dict[str, _Named]]:
        """Return the vector store of exactly the files asked, read if they were not, and their names by hash."""
        if self._paths:
            named, failures = self._files(self._paths)
            unknown = [item for item in named if not self._engine.documents.find(item.sha256)]
            failures += self._read(unknown, progress)
        else:
            named, failures = self._everything(), []
        self.failures = failures
        names = {item.sha256: item for item in named if self._engine.documents.find(item.sha256)}
        if not names:
            raise self._nothing(failures)
        return self._store(names), names

    def _nothing(self, failures: list[Failure]) -> PdfqaError:
        if self._last_error is not None and failures:
            return self._last_error
        return NoPdfsError(
            f"nothing has been added to {self._settings.home} yet",
            hint='Name a PDF: pdfqa ask report.pdf "…", or add some first: pdfqa add FOLDER.',
        )

    _last_error: PdfqaError | None = None

    def _store(self, names: dict[str, _Named]) -> VectorStore:
        """Return the vector store of a set of contents, filled by a batch when it is new."""
        stores = self._engine.vector_stores
        key = "set:" + hashlib.sha256("".join(sorted(names)).encode()).hexdigest()
        store = stores.with_key(key)
        if store is not None:
            return store
        with self._engine.database.atomic():
            store = stores.create(name=_store_name(names.values()), key=key)
            batch = stores.create_batch(store.id, [item.file.id for item in names.values()])
            stores.work(batch)
        return stores.get(store.id)

    def _read(self, items: list[_Named], progress: Report | None) -> list[Failure]:
        """Read files that are not known yet, through a batch of a vector store of their own; return what failed."""
        if not items:
            return []
        stores = self._engine.vector_stores
        shown = {item.file.id: item.shown for item in items}
        store = stores.create(name="reading")
        try:
            batch = stores.create_batch(store.id, list(shown))
            errors = stores.work(batch, passwords=self._passwords, shown=shown, progress=progress)
        finally:
            # Nothing is left of a file that was not read, whether it failed or the user interrupted.
            stores.delete(store.id)
            for item in items:
                if not self._engine.documents.find(item.sha256):
                    self._engine.files.delete(item.file.id)
        return [self._failure(shown[file_id], error) for file_id, error in errors.items()]

    def _failure(self, shown: str, error: PdfqaError) -> Failure:
        self._last_error = self._last_error or error
        return Failure(file=shown, error=error.code, message=error.message, hint=error.hint)

    def _files(self, sources: Iterable[Source]) -> tuple[list[_Named], list[Failure]]:
        """Return the files of some sources, each content once, and those that cannot be opened."""
        self._last_error = None
        named: dict[str, _Named] = {}
        failures = []
        for source in sources:
            try:
                for path in [source] if isinstance(source, bytes) else find_pdfs(Path(source)):
                    try:
                        item = self._upload(path)
                        named.setdefault(item.sha256, item)
                    except FileError as error:
                        failures.append(self._failure(_shown(path), error))
            except FileError as error:
                failures.append(self._failure(_shown(source), error))
        return list(named.values()), failures

    def _upload(self, source: bytes | Path) -> _Named:
        files = self._engine.files
        if isinstance(source, bytes):
            sha256 = hashlib.sha256(source).hexdigest()
            known = self._engine.file_objects.with_key(sha256)
            file = known[0] if known else files.upload(source, "document.pdf")
            return _Named(file, sha256, file.filename)
        file = files.upload_path(source.expanduser().absolute(), shown=str(source))
        return _Named(file, files.sha256(file.id), str(source))

    def _everything(self) -> list[_Named]:
        return [
            _Named(self._engine.files.get(entry.id), entry.sha256, entry.path or entry.name) for entry in self.files()
        ]

    def _entry(self, item: _Named) -> FileEntry:
        engine = self._engine
        document = engine.documents.find(item.sha256)
        if document is None:
            raise ObjectNotFoundError(f"{item.shown} has not been read")
        return FileEntry(
            id=item.file.id,
            name=item.file.filename,
            path=engine.blobs.path(item.sha256),
            sha256=item.sha256,
            bytes=item.file.bytes,
            pages=document.pages,
            language=document.language,
            title=document.info.title,
            added_at=document.read_at,
            unread=[replace(unread, file=item.shown) for unread in document.unread],
        )

    def _known(self, name: str) -> FileEntry:
        entries = self.files()
        absolute = str(Path(name).expanduser().absolute())
        for matches in (
            [entry for entry in entries if name == entry.id or absolute == entry.path],
            [entry for entry in entries if name == entry.name],
            [entry for entry in entries if len(name) >= 8 and entry.sha256.startswith(name)],
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                raise ObjectNotFoundError(
                    f"{len(matches)} files are called {name}",
                    hint="Name one by its id: " + ", ".join(entry.id for entry in matches),
                )
        raise ObjectNotFoundError(
            f"{name} has not been added", hint="pdfqa list shows what has; pdfqa add FILE adds one."
        )

    def _boxes(self, citation: Citation, sha256: str) -> list[Box]:
        from pdfqa import pdf

        path = str(self._engine.blobs.locate(sha256))
        errors: list[PdfqaError] = []
        for password in self._passwords or (None,):
            try:
                return list(pdf.find_boxes(path, citation.page, citation.quote, password, start=citation.start))
            except FileError as error:
                errors.append(error)
        raise errors[-1]


class Chat:
    """A conversation: its questions and answers are the messages of one thread."""

    def __init__(self, qa: PDFQA) -> None:
        self._qa = qa
        self.thread_id = ""

    def __repr__(self) -> str:
        return f"Chat({self.thread_id or 'not begun'})"

    def ask(self, question: str, *, progress: Report | None = None) -> Answer:
        """Return the answer to the next question; as `PDFQA.ask`."""
        _check_question(question)
        started = perf_counter()
        qa, engine = self._qa, self._qa._engine  # noqa: SLF001 (a chat is a part of its PDFQA)
        store, names = qa._prepare(progress)  # noqa: SLF001
        read = perf_counter()
        with engine.database.atomic():
            if not self.thread_id:
                resources = {"file_search": {"vector_store_ids": [store.id]}}
                self.thread_id = engine.threads.create_thread(tool_resources=resources).id
            engine.threads.add_message(self.thread_id, question)
            run = engine.runs.create(self.thread_id, engine.threads.default_assistant())
        outcome = engine.runs.work(run)
        timings = {"read": read - started, **outcome.timings, "total": perf_counter() - started}
        return self._answer(question, outcome, names, timings)

    def _answer(
        self, question: str, outcome: Outcome, names: dict[str, _Named], timings: dict[str, float]
    ) -> Answer:
        shown = {item.file.id: item for item in names.values()}
        documents = (self._qa._entry(item) for item in names.values())  # noqa: SLF001
        usage = outcome.run.usage
        return Answer(
            question=question,
            text=outcome.message.text,
            outcome="answered" if outcome.found else "not_found",
            citations=list(self._citations(outcome, shown)),
            thread_id=outcome.run.thread_id,
            run_id=outcome.run.id,
            model=outcome.run.model,
            usage=msgspec.to_builtins(usage) if usage else {},
            timings={name: round(seconds, 4) for name, seconds in timings.items()},
            closest=[] if outcome.found else outcome.hits[:3],
            unread=[unread for entry in documents for unread in entry.unread],
        )

    def _citations(self, outcome: Outcome, shown: dict[str, _Named]) -> Iterator[Citation]:
        for part in outcome.message.content:
            for annotation in part.text.annotations:
                cited = annotation.file_citation
                item = shown[cited.file_id]
                citation = Citation(
                    file=item.shown,
                    page=cited.page,
                    label=cited.label,
                    quote=cited.quote,
                    start=cited.start,
                    end=cited.end,
                    verified=cited.verified,
                    score=cited.score,
                )
                yield citation.with_locator(_Locator(self._qa, item.sha256))


class _Locator:
    """Finds the boxes of a citation in the document with a given hash."""

    def __init__(self, qa: PDFQA, sha256: str) -> None:
        self._qa = qa
        self._sha256 = sha256

    def __call__(self, citation: Citation) -> list[Box]:
        return self._qa._boxes(citation, self._sha256)  # noqa: SLF001


class Document:
    """A document that has been read: what is known of it, and its pages."""

    def __init__(self, engine: Engine, file: FileEntry) -> None:
        self._engine = engine
        self.file = file
        self.pages = file.pages
        self.title = file.title
        self.language = file.language
        self.unread = file.unread

    def __repr__(self) -> str:
        return f"Document({self.file.name!r}, {self.pages} pages)"

    @property
    def info(self) -> DocumentInfo:
        """Return the document's own metadata and table of contents."""
        document = self._engine.documents.find(self.file.sha256)
        if document is None:
            raise ObjectNotFoundError(f"{self.file.name} has been removed")
        return document.info

    @property
    def outline(self) -> list[OutlineItem]:
        """Return the document's own table of contents."""
        return self.info.outline

    @property
    def labels(self) -> list[str]:
        """Return the printed labels of the pages, in order."""
        return self._engine.documents.labels(self.file.sha256)

    def page(self, number: int) -> Page:
        """Return one page, counted from 1.

        Raises:
            InvalidRequestError: There is no such page.
        """
        return self._engine.documents.page(self.file.sha256, number)


def find_pdfs(path: Path) -> list[Path]:
    """Return a file as it is, or the PDFs in a folder and its subfolders, by name.

    Raises:
        FileMissingError: Nothing is there.
        NoPdfsError: The folder holds no PDF.
    """
    place = path.expanduser()
    if not place.exists():
        raise FileMissingError(f"{path}: no such file or folder", hint="Check the path.")
    if not place.is_dir():
        return [path]
    found = sorted(item for item in path.expanduser().rglob("*") if item.suffix.lower() == ".pdf" and item.is_file())
    if not found:
        raise NoPdfsError(f"{path} holds no PDF", hint="Name a folder with files that end in .pdf, or a file.")
    return found


def _shown(source: Source) -> str:
    return "standard input" if isinstance(source, bytes) else os.fspath(source)


def _store_name(items: Iterable[_Named]) -> str:
    names = [item.file.filename for item in items]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _hit(piece: Evidence, shown: str, *, explain: bool) -> Hit:
    parts = {"keyword": piece.keyword, "vector": piece.vector, "terms": list(piece.terms)}
    return Hit(
        file=shown,
        page=piece.page.number,
        label=piece.page.label,
        score=piece.score,
        text=piece.text,
        start=piece.passage.start,
        end=piece.passage.end,
        heading=piece.passage.heading,
        explain=parts if explain else msgspec.UNSET,
    )


def _check_question(question: str) -> None:
    if not question.strip():
        raise InvalidRequestError("the question is empty", hint='Ask something: pdfqa ask report.pdf "…"', param="question")


def _check_choice(name: str, value: str | None, choices: Sequence[str | None]) -> None:
    if value not in choices:
        known = ", ".join(repr(choice) for choice in choices)
        raise InvalidRequestError(f"{name} is {value!r}; it can be {known}", hint="Leave it out.", param=name)
