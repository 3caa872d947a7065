"""The database: one connection for each thread, transactions, schema versions, errors in our own words."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pdfqa.errors import HomeBusyError, NewerHomeError, StorageError, StorageFullError
from pdfqa.store.places import Places
from pdfqa.store.schema import MIGRATIONS

_PRAGMAS = (
    "PRAGMA synchronous = FULL",  # what was acknowledged survives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
)
_CACHE, _MORE_CACHE = 16_000, 4_000  # KiB of the first thread, and of each other one: a server has more than a hundred
_MOMENT = 1.0  # seconds that closing waits for each thread, twice
_PATIENCE = 1.0  # seconds, at least, that threads of one process wait for each other


class Database:
    """The SQLite database of one home directory, usable from several threads and processes at once.

    Args:
        home: The directory; made if it is missing.
        busy_seconds: How long to wait for another writer.
        trace: Called with every SQL statement.
    """

    def __init__(self, home: Path, *, busy_seconds: float = 30.0, trace: Callable[[str], None] | None = None) -> None:
        self.home = home
        self.path = home / "pdfqa.db"
        self.places = Places()
        self._busy_seconds = busy_seconds
        self._trace = trace
        self._local = threading.local()
        self._all: list[_Own] = []
        self._closed = False
        self._turn = threading.Lock()
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)  # it will hold the text of what was encrypted, too
            if not self.path.exists():
                self.path.touch(mode=0o600)
        except OSError as error:
            raise StorageError(
                f"the home directory {home} cannot be made: {error.strerror}",
                hint="Choose another with --home or PDFQA_HOME.",
            ) from error
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection, opened on first use; use it within `atomic` only."""
        return self._own().connection

    def _own(self) -> _Own:
        found: _Own | None = getattr(self._local, "own", None)
        if found is None or found.closed:
            if self._closed:
                raise self._gone()
            found = self._local.own = _Own(self._open())
            self._all.append(found)
            # A thread that has ended gives its connection back.
            weakref.finalize(threading.current_thread(), _close, self._all, found)
        return found

    def close(self) -> None:
        """Close every thread's connection. What a thread is doing is broken off if it does not end soon."""
        self._closed = True
        for own in list(self._all):
            # SQLite must not be at work with it. A thread that holds on for longer closes it when it ends.
            if own.lock.acquire(timeout=_MOMENT) or (own.interrupt() and own.lock.acquire(timeout=_MOMENT)):
                try:
                    _close(self._all, own)
                finally:
                    own.lock.release()

    @contextmanager
    def atomic(self) -> Iterator[sqlite3.Connection]:
        """Make all writes inside happen together or not at all; a nested use is a savepoint of the outer one."""
        if self.connection.in_transaction:
            with self._step("SAVEPOINT inner_step", "RELEASE inner_step", nested=True) as connection:
                yield connection
            return
        with self._taking_turns(), self._reopened_if_broken():
            after: list[Callable[[], object]] = []
            self._local.after = after
            with self._step("BEGIN IMMEDIATE", "COMMIT", nested=False) as connection:
                yield connection
        for call in after:
            try:
                call()
            except Exception:  # what was asked for is done, whatever becomes of what follows from it
                import logging  # which a question need not wait for

                logging.getLogger("pdfqa.store").exception("what follows a commit could not be done")

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        """Have the threads of this process wait for each other; SQLite's own waiting looks again only now and then.

        Whoever has his turn may be waiting for another process. Those behind him do not wait longer than he does.
        """
        if not self._turn.acquire(timeout=max(self._busy_seconds, _PATIENCE)):
            raise self._busy()
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _reopened_if_broken(self) -> Iterator[None]:
        """Give up this thread's connection if it cannot be used: one opened while the home was read-only stays so."""
        try:
            yield
        except StorageError as error:
            own: _Own | None = getattr(self._local, "own", None)
            if own is not None and type(error) is StorageError and isinstance(error.__cause__, sqlite3.Error):
                del self._local.own
                _close(self._all, own)
            raise

    def after_commit(self, call: Callable[[], object]) -> None:
        """Call something when the transaction that this thread is in has been committed; not if it is undone."""
        self._local.after.append(call)

    @contextmanager
    def _step(self, begin: str, end: str, *, nested: bool) -> Iterator[sqlite3.Connection]:
        own = self._own()
        connection = own.connection
        with own.lock, self.translated():
            connection.execute(begin)
            try:
                yield connection
                connection.execute(end)
            except BaseException:
                self._undo(connection, nested=nested)
                raise

    @staticmethod
    def _undo(connection: sqlite3.Connection, *, nested: bool) -> None:
        # SQLite itself has already rolled back after some errors, a full disk among them; what is raised then matters.
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK TO inner_step" if nested else "ROLLBACK")
                if nested:
                    connection.execute("RELEASE inner_step")

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        own = self._own()
        with own.lock, self.translated():
            return own.connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        """Return the first row of a query, or None."""
        own = self._own()
        with own.lock, self.translated():
            found: tuple[Any, ...] | None = own.connection.execute(sql, parameters).fetchone()
            return found

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise SQLite's errors as pdfqa's."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._translate(error) from error

    def _translate(self, error: sqlite3.Error) -> StorageError:
        text = str(error)
        if self._closed:
            return self._gone()
        if "locked" in text or "busy" in text:
            return self._busy()
        if "full" in text or "disk I/O" in text:
            return StorageFullError(
                f"{self.path} could not be written: {text}; what was being added is undone",
                hint="Free some space, or move the home directory with PDFQA_HOME.",
            )
        if "readonly" in text or "unable to open" in text:
            return StorageError(
                f"{self.path} cannot be opened for writing: {text}",
                hint="Check its permissions, or choose another home with --home or PDFQA_HOME.",
            )
        return StorageError(f"{self.path} cannot be used: {text}", hint="Move it away and add the files again.")

    def _gone(self) -> StorageError:
        return StorageError(f"the home directory {self.home} has been closed", hint="Open it again.")

    def _busy(self) -> HomeBusyError:
        return HomeBusyError(
            f"another process has kept {self.path} locked for more than {self._busy_seconds:g} s",
            hint="Wait until it has finished, or set PDFQA_BUSY_SECONDS to wait longer.",
        )

    def _open(self) -> sqlite3.Connection:
        with self.translated():
            connection = sqlite3.connect(
                self.path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
            )
            try:
                if self._trace:
                    connection.set_trace_callback(self._trace)
                for pragma in (*_PRAGMAS, f"PRAGMA cache_size = -{_MORE_CACHE if self._all else _CACHE}"):
                    connection.execute(pragma)
            except BaseException:
                connection.close()
                raise
            return connection

    def _migrate(self) -> None:
        latest = len(MIGRATIONS)
        version = self.version
        if version == 0:
            self._use_wal()
        if version < latest:
            with self.atomic() as connection:
                # Another process may have migrated while this one waited for the lock.
                for number in range(self.version, latest):
                    for statement in MIGRATIONS[number]:
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {latest}")
        elif version > latest:
            raise NewerHomeError(
                f"{self.path} has schema {version}; this pdfqa knows schemas up to {latest}",
                hint="Upgrade pdfqa (pip install -U pdfqa), or choose another home with PDFQA_HOME.",
            )

    def _use_wal(self) -> None:
        """Write ahead of the database, so that readers never wait; remembered in the file.

        SQLite does not wait for another connection that is doing the same, so it is tried until the time is up.
        """
        deadline = time.monotonic() + self._busy_seconds
        while True:
            try:
                with self.translated():
                    self.connection.execute("PRAGMA journal_mode = WAL")
            except HomeBusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    @property
    def version(self) -> int:
        """Return the version of the schema."""
        row = self.row("PRAGMA user_version")
        return int(row[0]) if row else 0


class _Own:
    """A thread's connection. Its lock is held while SQLite is at work, so that nobody closes it then."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.lock = threading.RLock()
        self.closed = False

    def interrupt(self) -> bool:
        """Break off what it does; an error for its thread."""
        with suppress(sqlite3.Error):  # it was closed just now
            self.connection.interrupt()
        return True


def _close(all_: list[_Own], own: _Own) -> None:
    """Close a connection, once."""
    with suppress(ValueError):
        all_.remove(own)
    own.closed = True
    own.connection.close()
