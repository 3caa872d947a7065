"""The library: the user's files as they are named on disk, each read once, found again by content."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from pdfqa.engine.again import is_outdated
from pdfqa.engine.attaching import DEPTH, Attaching
from pdfqa.engine.context import Engine
from pdfqa.errors import (
    FileAccessError,
    FileError,
    FileMissingError,
    NoPdfsError,
    ObjectNotFoundError,
    PdfqaError,
    ReaderFailedError,
)
from pdfqa.given import Held, Source, held, note
from pdfqa.passages import DEFAULT
from pdfqa.store.blobs import hash_file
from pdfqa.store.claims import abandoned, claim, sweep
from pdfqa.store.documents import StoredDocument
from pdfqa.types import Failure, FileEntry, Progress, Unseen
from pdfqa.wire import File, VectorStore

Report = Callable[[Progress], None]
replace = msgspec.structs.replace
_READING = "reading"  # the key of vector stores that files are read through
_WITHIN = " › "  # between what carries a file and the file's name
_SHORTEST_HASH = 8  # characters that a file may be named by


class Named(msgspec.Struct, frozen=True):
    """A file, the hash of its bytes, and what the user calls it; `inside` says that it is there only inside another."""

    file: File
    sha256: str
    shown: str
    inside: bool = False


class Library:
    """The files of one home directory, as a user names them.

    Args:
        engine: The engine.
        passwords: Tried on encrypted files.
    """

    def __init__(self, engine: Engine, passwords: Sequence[str] = ()) -> None:
        self._engine = engine
        self._passwords = passwords
        self._attaching = Attaching(engine, passwords)
        # What could not be read is not tried again for each question.
        self._refused: dict[str, PdfqaError] = {}
        self._again: set[str] = set()  # what was read again, or could not be

    def gather(
        self, sources: Iterable[Source], progress: Report | None = None
    ) -> tuple[list[Named], list[tuple[str, PdfqaError]], set[str]]:
        """Return the files of some sources, read if they were not, what failed, and the hashes that were new."""
        sources = list(sources)
        settings = self._engine.settings
        if sources and (settings.ocr == "always" or settings.ocr_lang):
            from pdfqa.pdf import ReadOptions, require_ocr  # most calls need no reader

            require_ocr(ReadOptions.of(settings))
        if sources:
            self._clear_abandoned()  # before a file is found that would go with what is cleared
        named, failed = self._files(sources)
        read: dict[str, Named] = {}
        new: set[str] = set()
        for depth in range(DEPTH + 1):
            unknown = [item for item in named if not self._is_read(item.sha256)]
            fresh = {item.sha256 for item in unknown}
            failed += self._read(unknown, progress)
            again = self._read_again([item for item in named if item.sha256 not in fresh], progress)
            level = [item for item in named if self._is_read(item.sha256)]
            for item in level:
                self._keep(item)
            read.update({item.sha256: item for item in level})
            new |= fresh | {item.sha256 for item in again}
            named = self._inside(level, set(read), failed) if depth < DEPTH else []
            if not named:
                break
        return list(read.values()), failed, new

    def _inside(self, items: list[Named], known: set[str], failed: list[tuple[str, PdfqaError]]) -> list[Named]:
        """Return the PDFs that some documents carry inside them, each once."""
        found: dict[str, Named] = {}
        with self._attaching as attaching:
            for item in items:
                document = self._engine.documents.find(item.sha256)
                if document is None or not document.info.attachments:
                    continue
                try:
                    inside, lost = attaching.inside(document, item.shown)
                except FileError as error:  # gone by now, or locked: what was read of it stands
                    failed.append((item.shown, error))
                    continue
                failed += [(within(item.shown, name), error) for name, error in lost]
                for file, sha256, name in inside:
                    if sha256 not in known:
                        found.setdefault(sha256, Named(file, sha256, within(item.shown, name), inside=True))
        return list(found.values())

    def everything(self) -> list[tuple[Named, StoredDocument]]:
        """Return every file that has been read, oldest first."""
        documents, inside = self._engine.documents.all(), self._engine.attachments.inside()
        found = []
        for file, sha256 in self._engine.file_objects.all_with_keys():
            if sha256 in documents:
                shown = self._shown(file, sha256, inside)
                found.append((Named(file, sha256, shown, file.id in inside), documents[sha256]))
        return found

    def _shown(self, file: File, sha256: str, inside: dict[str, tuple[str, str]], depth: int = 0) -> str:
        """Return what to call a file: where it was seen, or what carries it, or its name."""
        parent, name = inside.get(file.id, ("", ""))
        carriers = self._engine.file_objects.with_key(parent) if parent and depth < DEPTH else []
        if carriers:
            return within(self._shown(carriers[0], parent, inside, depth + 1), name)
        path = self._engine.blobs.path(sha256)
        note(path or "")
        return path or file.filename

    def entry(self, item: Named, document: StoredDocument | None = None) -> FileEntry:
        """Return what is known of a file that has been read."""
        document = document or self._engine.documents.find(item.sha256)
        if document is None:
            raise ObjectNotFoundError(f"{item.shown} has not been read")
        return FileEntry(
            id=item.file.id,
            name=item.shown if item.inside else item.file.filename,
            path=self._engine.blobs.path(item.sha256),
            sha256=item.sha256,
            bytes=item.file.bytes,
            pages=document.pages,
            language=document.language,
            title=document.info.title,
            added_at=document.read_at,
            unread=[replace(unread, file=item.shown) for unread in document.unread],
            unseen=_unseen(item.shown, document.info.unseen),
        )

    def entries(self) -> list[FileEntry]:
        """Return what is known of every file that has been read, oldest first."""
        return [self.entry(item, document) for item, document in self.everything()]

    def find(self, name: str, *, copies: bool = False) -> FileEntry:
        """Return the file with this path, name, id, beginning of its hash, or content.

        Args:
            name: What the user calls it.
            copies: Whether any of several files with the same content will do.

        Raises:
            ObjectNotFoundError: There is none, or several.
        """
        for matches in self._called(name):
            if len(matches) == 1 or (copies and len({entry.sha256 for entry in matches}) == 1):
                return matches[0]
            if matches:
                ids = ", ".join(entry.id for entry in matches)
                raise ObjectNotFoundError(f"{len(matches)} files are called {name}", hint=f"Name one by its id: {ids}")
        raise ObjectNotFoundError(
            f"{name} has not been added", hint="pdfqa list shows what has; pdfqa add FILE adds one."
        )

    def _called(self, name: str) -> Iterator[list[FileEntry]]:
        """Yield the files that a name may mean, the surest meaning first."""
        entries, path = self.entries(), _place(Path(name)).absolute()
        yield [entry for entry in entries if name == entry.id or str(path) == entry.path]
        yield [entry for entry in entries if name == entry.name]
        yield [entry for entry in entries if entry.name.endswith((f"{_WITHIN}{name}", f"{os.sep}{name}"))]
        yield [entry for entry in entries if len(name) >= _SHORTEST_HASH and entry.sha256.startswith(name)]
        with suppress(FileError):  # what cannot be opened is not what was added
            sha256 = hash_file(path)[0] if path.is_file() else ""
            yield [entry for entry in entries if entry.sha256 == sha256]

    def store(self, items: Sequence[Named]) -> VectorStore:
        """Return the vector store of a set of contents, filled by a batch when it is new."""
        engine, stores = self._engine, self._engine.vector_stores
        key = "set:" + hashlib.sha256("".join(sorted(item.sha256 for item in items)).encode()).hexdigest()
        store = stores.with_key(key)
        if store is not None:
            return store
        first = items[0].file.filename
        # What a server has read was cut in another way: cut it in ours, before others are kept from writing.
        strangers = engine.documents.without_index(DEFAULT.name)
        self._read([item for item in items if item.sha256 in strangers], None)
        with engine.database.atomic():
            store = stores.with_key(key)  # another process may have made it meanwhile
            if store is None:
                store = stores.make(name=first if len(items) == 1 else f"{first} and {len(items) - 1} more", key=key)
                batch = engine.store_files.begin(store.id, [item.file.id for item in items])
                for item in items:
                    engine.store_files.finish(batch.vector_store_id, item.file.id, None)
        return stores.get(store.id)

    def _read(self, items: list[Named], progress: Report | None) -> list[tuple[str, PdfqaError]]:
        """Read files, through a batch of a vector store of their own; return what failed."""
        failed = [(item.shown, self._refused[item.sha256]) for item in items if item.sha256 in self._refused]
        for item in items:
            if item.sha256 in self._refused:
                self._drop(item.file.id)
        items = [item for item in items if item.sha256 not in self._refused]
        if not items:
            return failed
        by_id = {item.file.id: item for item in items}
        errors = self._work(items, progress)
        for file_id, error in errors.items():
            if not isinstance(error, FileMissingError | ReaderFailedError):  # those may go better another time
                self._refused[by_id[file_id].sha256] = error
            failed.append((by_id[file_id].shown, error))
        return failed

    def _read_again(self, items: list[Named], progress: Report | None) -> list[Named]:
        """Read files of which more can be read now; return those. Where it fails, what was read before stays."""
        items = [item for item in items if item.sha256 not in self._again and self._is_outdated(item.sha256)]
        self._again.update(item.sha256 for item in items)
        errors = self._work(items, progress, again=True) if items else {}
        return [item for item in items if item.file.id not in errors]

    def _is_outdated(self, sha256: str) -> bool:
        document = self._engine.documents.find(sha256)
        return document is not None and is_outdated(document, self._engine.settings)

    def _work(self, items: Sequence[Named], progress: Report | None, *, again: bool = False) -> dict[str, PdfqaError]:
        """Read files through a batch, and leave nothing of those that were not read: they failed, or it was stopped."""
        from pdfqa.engine.ingest import Item
        from pdfqa.engine.reader import work

        engine, stores = self._engine, self._engine.vector_stores
        store_id = engine.new_id("vs_")
        with claim(engine.settings.home, store_id):
            try:
                with engine.database.atomic():
                    stores.make(name="reading", key=_READING, store_id=store_id)
                    batch = engine.store_files.begin(store_id, [item.file.id for item in items])
                wanted = [
                    Item(file_id=item.file.id, sha256=item.sha256, shown=item.shown, again=again) for item in items
                ]
                return work(engine, batch, items=wanted, passwords=self._passwords, progress=progress)
            finally:
                self._clear(store_id)
                engine.blobs.sweep(engine.now())

    def _is_read(self, sha256: str) -> bool:
        """Return whether a document has been read, and cut in pdfqa's own way."""
        return self._engine.documents.find_index(sha256, DEFAULT.name) is not None

    def _drop(self, file_id: str) -> None:
        """Delete a file that nobody reads or has read."""
        engine = self._engine
        with engine.database.atomic():
            file = engine.file_objects.find(file_id)
            if file and self._is_ours(file) and not engine.store_file_objects.parents(file_id):
                engine.files.delete(file_id)

    def _is_ours(self, file: File) -> bool:
        """Return whether a file was made to be read here, and was not; a client's own stays whatever it holds."""
        engine = self._engine
        known = engine.documents.knows(engine.file_objects.key(file.id) or "")
        return file.status == "uploaded" and not known and not engine.attachments.is_inside(file.id)

    def _clear_abandoned(self) -> None:
        """Remove what processes that were killed left of their reading."""
        sweep(self._engine.settings.home, self._engine.now())
        for store in self._engine.store_objects.with_key(_READING):
            if abandoned(self._engine.settings.home, store.id):
                self._clear(store.id)

    def _clear(self, store_id: str) -> None:
        """Remove a vector store that was used for reading, and its files that nobody has read."""
        engine = self._engine
        with engine.database.atomic():
            for entry in engine.store_file_objects.all(parent=store_id):
                file = engine.file_objects.find(entry.id)
                others = [other for other in engine.store_file_objects.parents(entry.id) if other != store_id]
                if file and self._is_ours(file) and not others:
                    engine.files.delete(file.id)
            if engine.store_objects.find(store_id):
                engine.vector_stores.delete(store_id)

    def _keep(self, item: Named) -> None:
        """Keep the file of a document that was read, and drop what stood at its path before."""
        engine = self._engine
        if engine.file_objects.find(item.file.id) and not engine.blobs.others_at(item.sha256):
            return  # nearly always: a question waits for no other process that writes
        with engine.database.atomic():
            if engine.file_objects.find(item.file.id) is None:  # another process gave it up
                engine.file_objects.insert(replace(item.file, status="processed"), key=item.sha256)
            for sha256 in engine.blobs.others_at(item.sha256):
                for file in engine.file_objects.with_key(sha256):
                    engine.files.delete(file.id)

    def _files(self, sources: Iterable[Source]) -> tuple[list[Named], list[tuple[str, PdfqaError]]]:
        """Return the files of some sources, each content once, and those that cannot be opened."""
        named: dict[str, Named] = {}
        failed: list[tuple[str, PdfqaError]] = []
        for source in sources:
            for shown, path in _expand(source, failed):
                try:
                    item = self._upload(path, shown)
                    named.setdefault(item.sha256, item)
                except FileError as error:
                    failed.append((shown, error))
        return list(named.values()), failed

    def _upload(self, source: bytes | Path, shown: str) -> Named:
        files = self._engine.files
        if isinstance(source, bytes):
            sha256 = hashlib.sha256(source).hexdigest()
            known = self._engine.file_objects.with_key(sha256)
            file = known[0] if known else files.upload(source, shown)
            self._engine.attachments.release(file.id)
            return Named(file, sha256, shown)
        file = files.upload_path(_place(source).absolute(), shown=shown)
        self._engine.attachments.release(file.id)
        return Named(file, files.sha256(file.id), shown)


def _expand(source: Source, failed: list[tuple[str, PdfqaError]]) -> Iterator[tuple[str, bytes | Path]]:
    """Yield the files of one source with what to call them; one without any goes to `failed`."""
    source = held(source)
    if isinstance(source, Held):
        yield source.name, source.data
        return
    source = os.fspath(source)
    try:
        if not source:
            raise FileMissingError("a file without a name", hint="Check the path.")
        for path in find_pdfs(Path(source)):
            yield str(path), path
    except FileError as error:
        failed.append((source, error))


def find_pdfs(path: Path) -> list[Path]:
    """Return a file as it is, or the PDFs in a folder and its subfolders, by name.

    Raises:
        FileMissingError: Nothing is there.
        NoPdfsError: The folder holds no PDF.
    """
    place = _place(path)
    try:
        mode = place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL
        raise FileMissingError(f"{path}: no such file or folder", hint="Check the path.") from error
    except OSError as error:  # a name too long, links that go round, a folder that may not be entered
        kind = FileAccessError if isinstance(error, PermissionError) else FileMissingError
        raise kind(
            f"{path} cannot be opened: {(error.strerror or str(error)).lower()}", hint="Check the path."
        ) from error
    if not stat.S_ISDIR(mode):
        if not stat.S_ISREG(mode):
            raise FileAccessError(
                f"{path} is no file but a pipe or a device", hint="Save it to a file, or give it as -."
            )
        return [path]
    found = sorted(item for item in place.rglob("*") if item.suffix.lower() == ".pdf" and item.is_file())
    if not found:
        raise NoPdfsError(f"{path} holds no PDF", hint="Name a folder with files that end in .pdf, or a file.")
    return found


def _place(path: Path) -> Path:
    """Return a path with ~ as the user's home, unless a file of that very name is there."""
    return path if path.parts[:1] != ("~",) or path.exists() else path.expanduser()


def _unseen(shown: str, words: dict[int, int]) -> Unseen | None:
    return Unseen(file=shown, pages=list(words), words=sum(words.values())) if words else None


def within(carrier: str, name: str) -> str:
    """Return what a file inside another is called."""
    return f"{carrier}{_WITHIN}{name}"


def failure(shown: str, error: PdfqaError) -> Failure:
    """Return an error as a value."""
    return Failure(file=shown, error=error.code, message=error.message, hint=error.hint)
