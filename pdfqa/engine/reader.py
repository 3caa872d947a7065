"""The reader: does the jobs that put files into vector stores, with worker processes that stay warm in between."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from pdfqa.engine.context import Engine
from pdfqa.engine.ingest import Ingest, Item
from pdfqa.engine.store_files import strategy
from pdfqa.errors import PdfqaError, ReaderFailedError, StorageError
from pdfqa.passages import DEFAULT, AnyStrategy
from pdfqa.store import Job
from pdfqa.types import Progress
from pdfqa.wire import File, VectorStoreFileBatch

_ATTEMPTS = 3  # that a job may have begun before, in processes that died
_CLOSE = 5.0  # seconds to wait for who is reading when all is to be closed
_log = logging.getLogger("pdfqa.reader")


class Reader:
    """Reads files for one process. Thread-safe.

    Args:
        engine: The engine, of no owner in particular.
        idle: How many seconds worker processes are kept without work.
        retry: How many seconds to wait after something could not be stored.
        turn: For how many seconds files are begun before others may have their turn.
    """

    def __init__(self, engine: Engine, *, idle: float = 60.0, retry: float = 5.0, turn: float = 5.0) -> None:
        self._engine = engine
        self._retry = retry
        self._turn = turn
        self._closing = threading.Event()
        self._for_jobs = _Warm(engine, idle)
        self._for_calls = _Warm(engine, idle)  # who waits for one file does not wait for the batches of others

    def close(self) -> None:
        """Leave no process behind."""
        self._closing.set()
        self._for_jobs.close()
        self._for_calls.close()

    def read(self, jobs: Sequence[Job], stopping: Callable[[], bool]) -> None:
        """Read and index the files of some jobs, of any owners; what is not done in time stays a job."""
        waiting = {job.id: job for job in jobs}
        counted = set(waiting)  # as begun
        try:
            self._read(waiting, counted, lambda: stopping() or self._closing.is_set())
        except StorageError as error:
            # The disk is full, say. It may not be in a moment, and that is no fault of the files.
            _log.warning("what was read could not be stored: %s", error.message)
            _wait(self._retry, stopping)
        left = [waiting[id_] for id_ in counted & waiting.keys()]
        if left:
            with suppress(StorageError):
                self._engine.jobs.give_back(left)

    def read_files(self, engine: Engine, file_ids: Sequence[str]) -> dict[str, PdfqaError]:
        """Read and index an owner's files that are not yet; return what went wrong, by file id."""
        files = [engine.files.get(file_id) for file_id in dict.fromkeys(file_ids)]
        items = [_item(engine, file, DEFAULT) for file in files]
        unread = [item for item in items if not engine.documents.knows(item.sha256)]
        if not unread:
            return {}
        left: dict[str, PdfqaError] = {item.file_id: ReaderFailedError("reading was stopped") for item in unread}
        with self._for_calls.ingest() as ingest:
            for item, error in ingest.run(unread, stopping=self._closing.is_set):
                del left[item.file_id]
                if error is not None:
                    left[item.file_id] = error
        return left

    def _read(self, waiting: dict[int, Job], counted: set[int], stopping: Callable[[], bool]) -> None:
        """Do jobs, and take those that are done out of `waiting`.

        A process has died over those that were begun before. Most of them were only waiting beside what it died over,
        so that from now on each is counted as begun when it is.
        """
        groups = self._groups(waiting)
        documents = self._engine.documents
        known = {key for key, (item, _) in groups.items() if documents.find_index(item.sha256, item.strategy.name)}
        self._finish(waiting, [(job, None) for key in known for job in groups[key][1]])
        unknown = {key: group for key, group in groups.items() if key not in known}
        if not unknown:
            return

        begun, end = 0, time.monotonic() + self._turn
        suspects = {job.id for _, group in unknown.values() for job in group if job.attempts}
        self._engine.jobs.give_back([waiting[id_] for id_ in suspects])
        counted -= suspects

        def wanted(item: Item) -> bool:
            nonlocal begun
            begun += 1
            in_time = begun <= self._engine.settings.workers or time.monotonic() < end
            group = unknown[_key(item)][1]
            if not in_time or not any(self._engine.jobs.stands(job) for job in group):
                return False
            new = [job for job in group if job.id not in counted]
            if new:
                self._engine.jobs.attempt(new)
                counted.update(job.id for job in new)
            return True

        with self._for_jobs.ingest() as ingest:
            for item, error in ingest.run([item for item, _ in unknown.values()], wanted=wanted, stopping=stopping):
                if isinstance(error, ReaderFailedError) and stopping():  # its worker was stopped with us
                    return
                self._finish(waiting, [(job, error) for job in unknown[_key(item)][1]])

    def _groups(self, waiting: dict[int, Job]) -> dict[tuple[str, ...], tuple[Item, list[Job]]]:
        """Return what is to be read, each thing once, with the jobs that wait for it."""
        groups: dict[tuple[str, ...], tuple[Item, list[Job]]] = {}
        hopeless: list[tuple[Job, PdfqaError | None]] = []
        for job in list(waiting.values()):
            engine = self._engine.owned_by(job.owner)
            entry = engine.store_file_objects.find(job.target, parent=job.parent)
            file = engine.file_objects.find(job.target)
            if entry is None or entry.status != "in_progress" or file is None:
                hopeless.append((job, None))
            elif job.attempts >= _ATTEMPTS:
                hopeless.append((job, _deadly(job)))
            else:
                item = _item(engine, file, strategy(entry))
                groups.setdefault(_key(item), (item, []))[1].append(job)
        self._finish(waiting, hopeless)
        return groups

    def _finish(self, waiting: dict[int, Job], outcomes: Sequence[tuple[Job, PdfqaError | None]]) -> None:
        """Record what came of jobs, all in one transaction."""
        if not outcomes:
            return
        jobs = self._engine.jobs
        with self._engine.database.atomic():
            for job, error in outcomes:
                if jobs.stands(job):  # or it was cancelled, or the file was put in anew
                    self._engine.owned_by(job.owner).store_files.finish(job.parent, job.target, error)
                    jobs.done("ingest", job.target, parent=job.parent)
        for job, _ in outcomes:
            waiting.pop(job.id, None)


class _Warm:
    """An `Ingest` whose worker processes are kept for a while after each use, by one user at a time."""

    def __init__(self, engine: Engine, idle: float) -> None:
        self._engine = engine
        self._idle = idle
        self._lock = threading.Lock()
        self._ingest: Ingest | None = None
        self._timer: threading.Timer | None = None

    @contextmanager
    def ingest(self) -> Iterator[Ingest]:
        """Lend it for a block."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._ingest is None:
                password = self._engine.settings.password
                self._ingest = Ingest(self._engine, passwords=() if password is None else (password,))
            try:
                yield self._ingest
            finally:
                self._timer = timer = threading.Timer(self._idle, self._rest)
                timer.args = (timer,)
                timer.daemon = True
                timer.start()

    def _rest(self, timer: threading.Timer) -> None:
        """End the worker processes, unless they were used after the timer was set."""
        with self._lock:
            if timer is self._timer:
                self._end()

    def close(self) -> None:
        """End the worker processes, after the present user if that is soon."""
        mine = self._lock.acquire(timeout=_CLOSE)
        try:
            if self._timer is not None:
                self._timer.cancel()
            self._end()
        finally:
            if mine:
                self._lock.release()

    def _end(self) -> None:
        if self._ingest is not None:
            self._ingest.close()
            self._ingest = None


def work(
    engine: Engine,
    batch: VectorStoreFileBatch,
    *,
    items: Sequence[Item] = (),
    passwords: Sequence[str] = (),
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, PdfqaError]:
    """Read and index a batch's files that are not yet, here and now; return what went wrong, by file id.

    An interruption cancels the rest of the batch and leaves no file half there.

    Args:
        engine: The engine.
        batch: A batch that no job is recorded for.
        items: Its files, with what they are called.
        passwords: Tried on encrypted files.
        progress: Told of every range of pages that was read.
    """
    errors: dict[str, PdfqaError] = {}
    try:
        with Ingest(engine, passwords=passwords, progress=progress) as ingest:
            for item, error in ingest.run(items):
                with engine.database.atomic():
                    engine.store_files.finish(batch.vector_store_id, item.file_id, error)
                if error is not None:
                    errors[item.file_id] = error
    except BaseException:
        with suppress(StorageError), engine.database.atomic():  # the reason may be that nothing can be written
            if engine.batch_objects.find(batch.id, parent=batch.vector_store_id):
                engine.store_files.cancel_rest(batch)
        raise
    return errors


def _item(engine: Engine, file: File, cut: AnyStrategy) -> Item:
    """Return what is to be read of a file."""
    sha256 = engine.file_objects.key(file.id) or ""
    return Item(file_id=file.id, sha256=sha256, shown=file.filename, strategy=cut)


def _key(item: Item) -> tuple[str, ...]:
    """Return what makes two files one to the reader: an error names the file, so that names count."""
    return item.sha256, item.strategy.name, item.shown


def _deadly(job: Job) -> ReaderFailedError:
    return ReaderFailedError(
        f"the process that read the file has ended {job.attempts} times while it did",
        hint="Put the file into the vector store again to have it tried again.",
    )


def _wait(seconds: float, stopping: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not stopping():
        time.sleep(0.1)
