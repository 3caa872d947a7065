"""Claims: which unfinished work belongs to a process that is still alive.

A claim is a locked file. The system gives the lock back when its process ends, however it ends, so that work whose
claim can be taken by another was abandoned.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from pdfqa.errors import HomeBusyError, StorageError

_JUST_NOW = 60.0  # seconds
_LOOK = 0.1  # seconds between looks whether a claim is free


@contextmanager
def claim(home: Path, name: str) -> Iterator[None]:
    """Hold a claim for as long as the block runs.

    Raises:
        StorageError: It cannot be written down.
    """
    path = home / "claims" / name
    handle = _open(path)
    try:
        _lock(handle)
        yield
    finally:
        _close(handle, path)


@contextmanager
def alone(home: Path, name: str, *, patience: float) -> Iterator[None]:
    """Hold a claim that no other process or thread holds at the same time, waiting for it for some seconds.

    Raises:
        HomeBusyError: Another holds it for longer.
        StorageError: It cannot be written down.
    """
    path, end = home / "claims" / name, monotonic() + patience
    while True:
        handle = _open(path)
        if _lock(handle) and _is_at(handle, path):
            break
        os.close(handle)
        if monotonic() > end:
            raise HomeBusyError(
                f"another process has been doing this for more than {patience:g} s", hint="Wait until it is done."
            )
        sleep(_LOOK)
    try:
        yield
    finally:
        _close(handle, path)


def _is_at(handle: int, path: Path) -> bool:
    """Return whether an open file is still at a path, and not one that was removed by who held it before."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}",
            hint="Check its permissions and the space on the disk, or move the home directory with PDFQA_HOME.",
        ) from error


def abandoned(home: Path, name: str) -> bool:
    """Return whether no living process holds this claim."""
    path = home / "claims" / name
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    free = _lock(handle)
    _close(handle, path if free else None)
    return free


def sweep(home: Path, now: float) -> None:
    """Remove the claims of killed processes that had nothing to do."""
    for path in (home / "claims").glob("*"):
        with suppress(FileNotFoundError):
            if now - path.stat().st_mtime > _JUST_NOW:  # or it may not be locked yet
                abandoned(home, path.name)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _close(handle: int, remove: Path | None) -> None:
        os.close(handle)  # what is open cannot be removed
        if remove is not None:
            with suppress(OSError):  # another process is just looking at it
                remove.unlink()

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _close(handle: int, remove: Path | None) -> None:
        if remove is not None:
            remove.unlink(missing_ok=True)  # first, or another process would claim what is removed
        os.close(handle)
