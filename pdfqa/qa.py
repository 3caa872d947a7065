"""Ask PDFs: the engine's operations in the order that a question needs them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from pdfqa import config
from pdfqa.chat import Stream, check_question, hit
from pdfqa.document import Document
from pdfqa.engine import Engine
from pdfqa.engine.answering import Sources
from pdfqa.engine.library import Library, Named, Report, failure
from pdfqa.engine.pictures import PdfLocator
from pdfqa.errors import InvalidRequestError, NoPdfsError, ObjectNotFoundError, PdfqaError
from pdfqa.given import Source, held, shown
from pdfqa.progress import reporting
from pdfqa.qa_copilots import Copilots
from pdfqa.qa_hosted import HostedDocuments
from pdfqa.qa_saved import SavedAnswers
from pdfqa.qa_whole import WholeDocuments
from pdfqa.types import AddReport, Answer, Failure, FileEntry, Hit, Info, ReindexReport
from pdfqa.wire import VectorStore

if TYPE_CHECKING:  # adding files loads neither numpy nor what answers questions
    from pdfqa.engine.looking import Viewer
    from pdfqa.results import ReindexEstimate

_MOST_HITS = 1000


class PDFQA(HostedDocuments, WholeDocuments, Copilots, SavedAnswers):
    """Ask questions of PDF files.

    Nothing is sent anywhere, but to the model that is named, if one is. What was read is kept in the home directory,
    by the hash of its bytes, so that a file is read once. Safe to use inside a running event loop and from several
    threads.

    Args:
        *paths: PDF files, folders that hold some (searched with their subfolders), texts (.txt, .md). Or documents as
            they are: a PDF's bytes, an open file, a `PdfReader` or `PdfWriter` of pypdf, `PdfDocument(name, content)`,
            `TextDocument(name, content)`. Without any, everything in the home directory is asked.
        home: Where pdfqa keeps what it reads; by default `PDFQA_HOME`, or the platform's place for such data.
        password: A password, or several to try, for encrypted files; by default `PDFQA_PASSWORD`. Never stored.
        ocr: Which pages have their text recognised in their picture, which needs the extra pdfqa[ocr]: "auto" those
            without usable text, "always" all, "never" none; by default `PDFQA_OCR`, else "auto".
        ocr_lang: Their languages, such as "de+en"; by default `PDFQA_OCR_LANG`, else found out.
        embedder: What makes the vectors of passages: "multilingual" (extra pdfqa[multilingual]), or a folder with a
            model (extra pdfqa[onnx]); by default `PDFQA_EMBEDDER`, else the table that is part of pdfqa.
        reranker: A folder with a model that reads the best passages again (extra pdfqa[onnx]); by default
            `PDFQA_RERANKER`, else none.
        model: What writes answers: the name of a chat model; by default `PDFQA_MODEL`. "extractive", or none, quotes
            the documents and needs no model.
        base_url: The OpenAI-compatible server that has the model; by default `PDFQA_BASE_URL`, else OpenAI's own.
        model_key: That server's key; by default `PDFQA_MODEL_KEY`. Local servers need none. Never stored.
        backend: "local", or "openai": the files' text is sent to OpenAI, searched there, and answered from by a model
            there, whose every sentence is held against the pages here; by default `PDFQA_BACKEND`, else "local". Then
            `base_url` is where OpenAI's API is and `model_key` its key (`OPENAI_BASE_URL`, `OPENAI_API_KEY`).
        organization: Whose requests these are, as OpenAI has it; by default, for OpenAI only, `OPENAI_ORG_ID`.
        project: The project that they belong to; by default, for OpenAI only, `OPENAI_PROJECT_ID`.
        max_retries: How often a request to a model's server is made again when it is busy or cannot be reached.
        backoff: Seconds before the first of these tries, twice as long before each further one.

    Raises:
        StorageError: The home directory cannot be used.
        InvalidRequestError: An option has a value that is not known.
    """

    def __init__(
        self,
        *paths: Source,
        home: str | os.PathLike[str] | None = None,
        password: str | Sequence[str] | None = None,
        ocr: str | None = None,
        ocr_lang: str | None = None,
        embedder: str | None = None,
        reranker: str | None = None,
        model: str | None = None,
        base_url: str | None = None,
        model_key: str | None = None,
        backend: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        max_retries: int = 3,
        backoff: float = 0.5,
    ) -> None:
        self._paths = [held(path) for path in paths]
        single = password if isinstance(password, str) else None
        self._settings = config.load(
            home=home,
            password=single,
            ocr=ocr,
            ocr_lang=ocr_lang,
            embedder=embedder,
            reranker=reranker,
            model=model,
            base_url=base_url,
            model_key=model_key,
            backend=backend,
        )
        manners = config.Manners.of(organization, project, max_retries, backoff)
        self._settings = msgspec.structs.replace(self._settings, manners=manners)
        self._passwords: tuple[str, ...] = ()
        if password is not None and not isinstance(password, str):
            self._passwords = tuple(password)
        elif self._settings.password is not None:
            self._passwords = (self._settings.password,)
        self._engine = Engine(self._settings)
        self._library = Library(self._engine, self._passwords)
        self.failures: list[Failure] = []

    def __enter__(self) -> PDFQA:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        what = ", ".join(map(shown, self._paths))
        return f"PDFQA({what or 'everything'}, home={str(self._settings.home)!r})"

    @property
    def model(self) -> str:
        """Return what writes answers: the name of a model, or "extractive"."""
        return self._settings.model or config.EXTRACTIVE

    @property
    def names_files(self) -> bool:
        """Return whether some files are asked, and not everything in the home directory."""
        return bool(self._paths)

    def close(self) -> None:
        """Close the home directory."""
        self._close_hosting()
        self._engine.close()

    def add(self, *paths: Source, progress: Report | bool | None = None) -> AddReport:
        """Read and index files now; a bad one never stops the others.

        Args:
            *paths: As for the constructor; without any, those given there.
            progress: Told of every range of pages that was read; True draws a bar.
        """
        from pdfqa.engine.embedding_costs import price, spent

        started, before = perf_counter(), spent(self._engine)
        with reporting(progress) as report:
            named, failed, new = self._library.gather(paths or self._paths, report)
            self.failures = [failure(shown, error) for shown, error in failed]
            if self.hosting is not None and named:
                self.failures += self.hosting.shelve(named, again=True, progress=report).failures
        entries = [self._library.entry(item) for item in named]
        added = [entry for entry in entries if entry.sha256 in new]
        tokens = spent(self._engine) - before
        return AddReport(
            added=added,
            known=[entry for entry in entries if entry.sha256 not in new],
            failed=self.failures,
            pages=sum(entry.pages for entry in added),
            seconds=round(perf_counter() - started, 3),
            unread=[unread for entry in added for unread in entry.unread],
            unseen=[entry.unseen for entry in added if entry.unseen],
            tokens=tokens,
            price=price(self._engine, tokens) if tokens else None,
        )

    def search(
        self, question: str, k: int = 5, *, explain: bool = False, progress: Report | bool | None = None
    ) -> list[Hit]:
        """Return the k passages that speak most of a question, best first.

        Args:
            question: What is asked, or some words.
            k: How many, from 1 to 1,000.
            explain: Whether hits say what their score is made of.
            progress: Told of the reading of files that were not read before; True draws a bar.

        Raises:
            InvalidRequestError: The question is empty, or k is out of range.
            FileError: None of the files can be used.
        """
        check_question(question)
        if not config.is_count(k, 1, _MOST_HITS):
            raise InvalidRequestError(f"k is {k!r}; it must be from 1 to {_MOST_HITS:,}", param="k")
        store, names = self.prepare(progress)
        shown = {item.sha256: item.shown for item in names}
        if self.hosting is None:
            evidence = self._engine.vector_stores.find(Sources(stores=(store.id,)), question, k).evidence
        else:
            found = self.hosting.search(self.searched(store, names, progress), question, k)
            evidence = [piece for piece in found if piece.document in shown]  # what was deleted may still be found
        locators = {sha256: self.locator(sha256) for sha256 in {piece.document for piece in evidence}}
        return [
            hit(piece, shown[piece.document], explain=explain).with_locator(locators[piece.document])
            for piece in evidence
        ]

    def ask(self, question: str, *, progress: Report | bool | None = None) -> Answer:
        """Return the answer to a question, with its proof.

        Args:
            question: What is asked.
            progress: Told of the reading of files that were not read before; True draws a bar.

        Raises:
            InvalidRequestError: The question is empty.
            FileError: None of the files can be used.
        """
        return self.chat().ask(question, progress=progress)

    def stream(self, question: str, *, progress: Report | bool | None = None) -> Stream:
        """Return the answer to a question while it is being written: `for piece in qa.stream("…")`, then `.answer`.

        Args:
            question: What is asked.
            progress: Told of the reading of files that were not read before; True draws a bar.

        Raises:
            InvalidRequestError: The question is empty.
            FileError: None of the files can be used (when it is first asked for a piece).
        """
        return self.chat().stream(question, progress=progress)

    def files(self) -> list[FileEntry]:
        """Return what the home directory holds, oldest first."""
        return self._library.entries()

    def document(self, name: str | os.PathLike[str]) -> Document:
        """Return one document that has been read.

        Args:
            name: Its path, that of a copy, its name, its file id, or the beginning of its hash.

        Raises:
            ObjectNotFoundError: There is none, or several have that name.
        """
        return Document(self._engine, self._library.find(os.fspath(name), copies=True), self._passwords)

    def look(self, name: str | os.PathLike[str]) -> Viewer:
        """Return what looks into a PDF, added or not: its embedded images, its pages as pictures with quotes marked.

        Args:
            name: A PDF file; or what `document` takes.

        Raises:
            ObjectNotFoundError: There is no such file, and none that was added.
            FileError: It cannot be opened.
        """
        from pdfqa.engine.looking import viewer

        return viewer(self._engine, self._library, os.fspath(name), self._passwords)

    def reindex(
        self,
        *names: str | os.PathLike[str],
        everything: bool = False,
        progress: Report | bool | None = None,
    ) -> ReindexReport:
        """Make the index of what was read anew, without reading it again: another embedder was chosen, say.

        What is interrupted goes on where it was when it is called again; until then the old index stays.

        Args:
            *names: Files, as for `document`, or folders; without any, everything in the home directory.
            everything: Whether also what is as it should be.
            progress: Told of every range of pages that was done; True draws a bar.

        Raises:
            ObjectNotFoundError: One of the files has not been read.
        """
        from pdfqa.engine.reindexing import report

        called = [os.fspath(name) for name in names]
        with reporting(progress) as told:
            return report(self._engine, self._library, called, everything=everything, progress=told)

    def reindex_estimate(self, *names: str | os.PathLike[str], everything: bool = False) -> ReindexEstimate:
        """Return what `reindex` would take with an embedder of a server: texts, tokens, dollars. Nothing is sent.

        Args:
            *names: As for `reindex`.
            everything: As for `reindex`.

        Raises:
            InvalidRequestError: The embedder is none of a server.
            ObjectNotFoundError: One of the files has not been read.
        """
        from pdfqa.engine.embedding_costs import estimate
        from pdfqa.engine.reindexing import called

        shown = called(self._engine, self._library, [os.fspath(name) for name in names])
        return estimate(self._engine, shown, everything=everything)

    def remove(self, name: str | os.PathLike[str]) -> FileEntry:
        """Forget a file and everything read of it, or what a model said of its pictures; the file is not touched.

        Raises:
            ObjectNotFoundError: There is none, or several have that name.
        """
        try:
            entry = self._library.find(os.fspath(name))
        except ObjectNotFoundError:
            from pdfqa.engine.given_files import forget

            looked_at = forget(self._engine, name)
            if looked_at is None:
                raise
            return looked_at
        self._engine.files.delete(entry.id)
        return entry

    def info(self) -> Info:
        """Return what the home directory holds, and what made it."""
        from pdfqa._version import __version__
        from pdfqa.engine.reindexing import outdated

        engine, home = self._engine, self._settings.home
        pages, passages, languages = engine.documents.totals()
        return Info(
            version=__version__,
            home=str(home),
            files=len(self.files()),
            pages=pages,
            passages=passages,
            threads=engine.thread_objects.count(),
            bytes=sum(path.stat().st_size for path in home.rglob("*") if path.is_file()),
            embedder=engine.embedder_name,
            schema=engine.database.version,
            languages=languages,
            outdated=len(outdated(engine)),
        )

    def prepare(self, progress: Report | bool | None = None) -> tuple[VectorStore, list[Named]]:
        """Return the vector store of exactly the files asked, read if they were not, and those files.

        Raises:
            FileError: None of the files can be used.
        """
        failed: list[tuple[str, PdfqaError]] = []
        if self._paths:
            with reporting(progress) as report:
                named, failed, _ = self._library.gather(self._paths, report)
        else:
            named = [item for item, _ in self._library.everything()]
        self.failures = [failure(shown, error) for shown, error in failed]
        if named:
            return self._library.store(named), named
        if failed:
            raise failed[0][1]
        raise NoPdfsError(
            f"nothing has been added to {self._settings.home} yet",
            hint='Name a PDF: pdfqa ask report.pdf "…", or add some first: pdfqa add FOLDER.',
        )

    def locator(self, sha256: str) -> PdfLocator:
        """Return what finds quotes in the PDF with this hash, and draws its pages."""
        return PdfLocator(self._engine, sha256, self._passwords)
